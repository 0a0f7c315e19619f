"""Directives on how a document is read, and what a display goes on with where words stand before it."""

import pytest

from symrlhf.checker import check


def read(text: str, syntax: str = "latex") -> list[tuple[str, str]]:
    """Each step as it was read, with the first letter of its verdict."""
    return [(s.reading, s.verdict[0]) for s in check(text, syntax, timeout=None).steps]


LOUD = r"Assume $a < 0$ and let $b = 3$, so $a = 7$. "
"""Words that would make what follows false, or unsure."""

ROWS: list[tuple[str, str, list[tuple[str, str]]]] = [
    (
        "words claim and suppose nothing",
        "% symrlhf: displays only\n" + LOUD + r"\[ |a| + b \]" + LOUD + "\n\n" + r"\[ = b + |a| \]",
        [("|a| + b = b + |a|", "p")],
    ),
    (
        "words count again",
        "% symrlhf: displays only\n" + LOUD + "\n% symrlhf: displays and words\nLet $a>0$. \\[ |a| = a \\]",
        [("a > 0", "a"), ("|a| = a", "p")],
    ),
    (
        "a formula that goes on with a slash or a dot",
        "% symrlhf: positive a b\n\\begin{align} a b &= a^2 b \\notag\\\\ &\\quad / a \\end{align}"
        "\\begin{align} &\\mathrel{\\phantom{=}} a \\notag\\\\ &\\quad {} \\cdot b \\\\ &= b a \\end{align}",
        [("a b = (a^2 b)/a", "p"), ("a b = b a", "p")],
    ),
    (
        "a display that is assumed",
        "% symrlhf: real a b; next display is assumed\n\\begin{align} a &> 0 \\\\ b &= a \\end{align} \\[ |b| = a \\]",
        [("a > 0", "a"), ("b = a", "a"), ("|b| = a", "p")],
    ),
    (
        "one display only",
        "% symrlhf: real a b; next display is assumed\n\\[ a = b \\] \\[ a = 2 b \\]",
        [("a = b", "a"), ("a = 2b", "r")],
    ),
    (
        "a theorem before its proof",
        "% symrlhf: real a b; next display is proven below\n\\[ |b| = a \\]\n"
        "% symrlhf: next display is assumed\n\\[ b = a \\]\n% symrlhf: assume a > 0\n\\[ |a| = a \\]",
        [("|b| = a", "p"), ("b = a", "a"), ("a > 0", "a"), ("|a| = a", "p")],
    ),
    (
        "a theorem that its proof does not prove",
        "% symrlhf: real a b; next display is proven below\n\\[ b = 2a \\]\n"
        "% symrlhf: next display is assumed\n\\[ b = a \\] \\section{Next} \\[ a = a \\]",
        [("b = 2a", "r"), ("b = a", "a"), ("a = a", "p")],
    ),
    (
        "a scope of its own",
        "Let $a > 0$.\n% symrlhf: begin scope; negative a\n\\[ |a| = -a \\]\n% symrlhf: end scope\n\\[ |a| = a \\]",
        [("a > 0", "a"), ("|a| = −a", "p"), ("|a| = a", "p")],
    ),
    (
        "nothing from outside a scope counts within",
        "Let $c=2$ and $d>0$.\n% symrlhf: begin scope\n\\[ c + |d| = c + d \\]\n% symrlhf: end scope\n\\[ c = 2 \\]",
        [("c = 2", "a"), ("d > 0", "a"), ("c + |d| = c + d", "r"), ("c = 2", "p")],
    ),
    (
        "a macro that shows its argument",
        "\\newcommand\\fit[1]{\\sbox\\fitbox{$#1$}\\ifdim\\wd\\fitbox>9cm\\else\\usebox\\fitbox\\fi}\n"
        "% symrlhf: transparent \\fit\n\\[ \\fit{\\begin{aligned} a + b &= b \\\\ &\\quad {} + a\\end{aligned}} \\]",
        [("a + b = b + a", "p")],
    ),
    (
        "names as formulas write them",
        "% symrlhf: positive \\beta a_{\\mathrm{old}}\n\\[ |a_{\\mathrm{old}} \\beta| = a_{\\mathrm{old}} \\beta \\]",
        [("|a_old β| = a_old β", "p")],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "steps"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_a_directive_says_how_what_follows_is_read(text: str, steps: list[tuple[str, str]]) -> None:
    assert read(text) == steps


def test_markdown_and_notes_have_the_same_directives() -> None:
    markdown = "<!-- symrlhf: displays only; next display is assumed -->\n" + LOUD + "\n\n$$a > 0$$\n\n$$|a| = a$$\n"
    notes = (
        "# symrlhf: displays only; next display is assumed\na > 0\n\nSo a is clearly −1 in what follows.\n\n|a| = a\n"
    )
    assert read(markdown, "markdown") == read(notes, "text") == [("a > 0", "a"), ("|a| = a", "p")]


def test_an_unknown_directive_names_the_known_ones() -> None:
    (error,) = check("% symrlhf: display only\n\\[ a = a \\]", "latex", timeout=None).documents[0].errors
    assert "displays only, displays and words, begin scope, end scope, next display is" in error.message


GOES_ON: list[tuple[str, str, list[tuple[str, str]]]] = [
    (
        "across words",
        "\\[ c\\,(a + b) = ca + cb \\]\n\nby the distributive law, and then\n\n\\[ = cb + ca \\]",
        [("c·(a + b) = c a + c b", "p"), ("c a + c b = c b + c a", "p")],
    ),
    (
        "across a formula that is only used",
        "Let $b=c$. \\[ 2a + 2b = 2(a + b) \\] by $b = c$, which is known, we have \\[ = 2(a + c) \\]",
        [("b = c", "a"), ("2a + 2b = 2·(a + b)", "p"), ("b = c", "p"), ("2·(a + b) = 2·(a + c)", "p")],
    ),
    (
        "with the formula that runs into it",
        "\\[ 2a = a + a \\] Then $b + b$ is $2b = b + b$ \\[ = b\\cdot 2 \\]",
        [("2a = a + a", "p"), ("2b = b + b", "p"), ("b + b = b · 2", "p")],
    ),
    (
        "an arrow, with the display above",
        "% symrlhf: real a b\nSuppose \\[ a - b = 0 \\] and multiply by $c$: \\[ \\implies ac = bc \\]",
        [("a − b = 0", "a"), ("a − b = 0 ⟹ a c = b c", "p")],
    ),
    (
        "words between the rows of a display",
        "\\begin{align} a(b+c) &= ab + ac \\\\ \\intertext{since $b = b$, by commutativity,} &= ca + ab\\end{align}",
        [("a·(b + c) = a b + a c", "p"), ("b = b", "p"), ("a b + a c = c a + a b", "p")],
    ),
    (
        "not across a row that was not read",
        "\\begin{align} a &= a + 0 \\\\ &< \\foo{a} \\\\ &= 2a \\end{align}",
        [("a = a + 0", "p"), ("", "u"), ("", "u")],
    ),
    (
        "not across a section",
        "\\[ a = a + 0 \\] \\section{Next} \\[ = 2a \\]",
        [("a = a + 0", "p"), ("", "u")],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "steps"), [row[1:] for row in GOES_ON], ids=[row[0] for row in GOES_ON])
def test_a_display_that_begins_with_a_sign_goes_on(text: str, steps: list[tuple[str, str]]) -> None:
    assert read(text) == steps


EVERY: list[tuple[str, str]] = [
    # An index of the premise alone belongs to the premise.
    (r"\[ \pi(y) = \pi_{\mathrm{ref}}(y) \implies D_{\mathrm{KL}}(\pi\,\|\,\pi_{\mathrm{ref}}) = 0 \]", "p"),
    (r"\[ r(y) = 2 \implies \mathbb{E}_{y\sim\pi}[r(y)] = 2 \]", "p"),
    (r"\[ r(y) = 2 \implies \mathbb{E}_{y\sim\pi}[r(y)] = 3 \]", "r"),
    (r"\[ r(y) = 2 \iff \mathbb{E}_{y\sim\pi}[r(y)] = 2 \]", "r"),
    (r"% symrlhf: positive c" "\n" r"\[ c\,\pi(y) = e^{r(y)} \implies c = \sum_y e^{r(y)} \]", "p"),
    (r"% symrlhf: positive c" "\n" r"\[ c\,\pi(y) = e^{r(y)} \iff c = \sum_y e^{r(y)} \]", "r"),
    (r"% symrlhf: index x; function g" "\n" r"\[ r(x,y) = g(x) \implies \sum_y \pi(y\mid x) r(x,y) = g(x) \]", "p"),
    (r"% symrlhf: index x; function g" "\n" r"\[ r(x,y) = g(x) \implies \sum_y \pi(y\mid x) r(x,y) = 2g(x) \]", "r"),
    # An inequality may be meant of one y.
    (r"\[ \pi(y) > 1/2 \implies H(\pi) = 0 \]", "u"),
    (r"\[ r(y) > 2 \implies r(y)^2 > 4 \]", "p"),
]


@pytest.mark.parametrize(("text", "verdict"), EVERY, ids=[text for text, _ in EVERY])
def test_what_is_said_of_every_response_implies_what_is_said_of_none(text: str, verdict: str) -> None:
    assert [v for _, v in read(text)] == [verdict]


def test_a_line_rests_on_lines_further_above() -> None:
    text = (
        "% symrlhf: real a b c d; positive f; next display is assumed\n\\[ f a = b f \\]\n\\[ \\implies a = b \\]\n"
        "% symrlhf: next display is assumed\n\\[ f c = d f \\]\n\\[ \\implies c = d \\] \\[ a^2 + c^3 = b^2 + d^3 \\]"
    )
    assert [v for _, v in read(text)] == ["a", "p", "a", "p", "p"]
