"""Words with mathematics in them."""

import pytest

from symrlhf.errors import Unreadable
from symrlhf.notation import ACCENTS, LETTERS, LOWERED, RAISED, SIGNS, TEXT
from symrlhf.write import latex, typst
from symrlhf.write.prose import Format, paragraphs
from symrlhf.write.rename import renaming

TEX = Format(latex.text, latex.inline, latex.code, latex.tall)
TYPST = Format(typst.text, typst.inline, typst.code, typst.tall)

PROSE = [
    ("the model, with strengths λ_i = exp(r_i)", r"the model, with strengths $\lambda_i = \exp(r_i)$"),
    ("Only the margin r_w − r_l matters: so it is.", r"Only the margin $r_w - r_l$ matters: so it is."),
    (
        "the policy that maximises J(π) = E_π[r] − β KL(π‖π_ref).",
        r"the policy that maximises $J(\pi) = \mathbb{E}_{\pi}[r] - \beta\operatorname{KL}"
        r"(\pi\,\|\,\pi_{\mathrm{ref}})$.",
    ),
    ("only the summand at y depends on π(y)", r"only the summand at $y$ depends on $\pi(y)$"),
    ("log(a/b) = log a − log b, by A3", r"$\log(a/b) = \log a - \log b$, by A3"),
    ("Jensen's inequality, and π's support", r"Jensen's inequality, and $\pi$'s support"),
    ("Divide by β ≠ 0 (A2).", r"Divide by $\beta \ne 0$ (A2)."),
    ("a β-independent term", r"a $\beta$-independent term"),
    ("Σ_y π(y | x) = 1", r"$\sum_y \pi(y\mid x) = 1$"),
    ("∂/∂π(y) and d/dz of ∇_φ L", r"$\partial/\partial\pi(y)$ and $d/dz$ of $\nabla_{\phi}\,L$"),
    ("π⋆ or π*, y′ and x²", r"$\pi^{\star}$ or $\pi^{\star}$, $y'$ and $x^2$"),
    ("E_{y∼π}[r(y)] is finite", r"$\mathbb{E}_{y \sim \pi}[r(y)]$ is finite"),
    ("e^{−z} → 0 as z → ∞; k₁ too", r"$e^{-z} \to 0$ as $z \to \infty$; $k_1$ too"),
    ("(p^(1/N))^N = p", "$(p^{1/N})^N = p$"),
    ("|p| = p and π(y|x)", r"$\lvert p\rvert = p$ and $\pi(y\mid x)$"),
    ("clip(x, a, b) = min(max(x, a), b)", r"$\operatorname{clip}(x, a, b) = \min(\max(x, a), b)$"),
    ("H(p, q), i.e. p log q", r"$H(p, q)$, i.e. $p\log q$"),
    ("KL/entropy, the function(s) r and the w/l labels",
     "KL/entropy, the function(s) $r$ and the $w/l$ labels"),
    ("100 % of `pi_ref`, #1 & 2_3", r"100 \% of \texttt{pi\_ref}, \#1 \& 2\_3"),
    ("Bradley and Terry (1952), 39(3/4), 324–345", "Bradley and Terry (1952), 39(3/4), 324--345"),
    ("for ΔH = h and θβ₁", r"for $\Delta H = h$ and $\theta\beta_1$"),
    ("write `β` or `x²`", r"write \texttt{$\beta$} or \texttt{x${}^{2}$}"),
    ("a lone ³ or ⋆", r"a lone ${}^{3}$ or ${}^{\star}$"),
    ("A policy is a map.", "A policy is a map."),
    ("Split on the sign of A: A good action, or not", r"Split on the sign of $A$: A good action, or not"),
    ("along a: one, where a is 0 and A where b is", r"along $a$: one, where $a$ is 0 and $A$ where $b$ is"),
    ("by √(S/(G − 1)) and 1/(2 √(p (1 − p))), not √p",
     r"by $\sqrt{S/(G - 1)}$ and $1/(2\,\sqrt{p(1 - p)})$, not $\sqrt{p}$"),
    ("the mean of a R + b, for rewards a of one and a model of a β ≥ 0",
     r"the mean of $a\,R + b$, for rewards $a$ of one and a model of a $\beta \ge 0$"),
    ("at most Σ v_i², x_1² or π_ref²", r"at most $\sum v_i^2$, $x_1^2$ or $\pi_{\mathrm{ref}}^2$"),
    ("its R_i − mean, at c = logit(1 − ε): a logit",
     r"its $R_i\:-$ mean, at $c = \operatorname{logit}(1 - \varepsilon)$: a logit"),
    ("from 10^−6 to 10²", r"from $10^{-6}$ to $10^2$"),
    ("e^0.3 ≈ 1.35; t^−α or t^−2 for t^∞", r"$e^{0.3} \approx 1.35$; $t^{-\alpha}$ or $t^{-2}$ for $t^{\infty}$"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "tex"), PROSE, ids=[w for w, _ in PROSE])
def test_mathematics_in_a_sentence_is_set_as_mathematics(words: str, tex: str) -> None:
    assert TEX.prose((words,), "here") == tex


@pytest.mark.parametrize("around", ["{}", "a{}b", "{}H", "H{}", "per-{}", "word{} word", "{}1", "x{}_y", "`{}`"])
def test_every_character_of_the_notation_reaches_latex_as_ascii(around: str) -> None:
    for char in {*SIGNS, *RAISED, *LOWERED, *TEXT} - {"`"}:
        assert TEX.prose((around.format(char),), "here").isascii(), char


def test_a_bookmark_has_letters_and_no_formulas() -> None:
    assert latex.bookmark("ε + |A| < 50 % of {x_1}") == r"\unichar{949} + |A| < 50 \% of \{x\_1\}"


def test_typst_sets_every_sentence() -> None:
    compiler = pytest.importorskip("typst")
    source = "\n\n".join(TYPST.prose((words,), "here") for words, _ in PROSE)
    assert compiler.compile(source.encode(), format="pdf").startswith(b"%PDF")


def test_the_initials_of_a_reference_are_not_mathematics() -> None:
    assert TEX.prose(("R. Rafailov, π-DPO",), "here", cited=True) == r"R. Rafailov, $\pi$-DPO"


def test_an_unmapped_character_is_an_error_that_names_its_place() -> None:
    with pytest.raises(Unreadable) as error:
        TEX.prose(("a ☃ b",), "optimal-policy, reason of line 3")
    assert str(error.value) == (
        "line 1, column 3: optimal-policy, reason of line 3: '☃' (U+2603, snowman) is not in the notation table\n"
        "  a ☃ b\n"
        "    ^"
    )


def test_renaming_reaches_prose() -> None:
    names = renaming({"pi_ref": "q", "beta": r"\tau"})
    assert TEX.prose(("β KL(π‖π_ref)",), "here", names) == r"$\tau\operatorname{KL}(\pi\,\|\,q)$"


def test_paragraphs_of_a_docstring_stand_on_one_line_each() -> None:
    assert paragraphs("One\n  two.\n\nThree.\n") == ("One two.", "Three.")


def test_every_character_of_the_table_compiles_in_typst() -> None:
    compiler = pytest.importorskip("typst")
    chars = [*SIGNS, *TEXT]
    source = "\n\n".join(f"$x {s.typst} y$" for s in SIGNS.values() if s.role not in ("open", "close"))
    source += "\n\n" + "\n\n".join(TEXT[c][1] for c in TEXT)
    assert compiler.compile(source.encode(), format="pdf").startswith(b"%PDF"), chars


def test_raised_lowered_and_named_letters_are_themselves_in_the_table() -> None:
    for char in [*RAISED.values(), *LOWERED.values()]:
        assert char in SIGNS or char in "⋆′″" or char.isalnum()
    assert all(char in SIGNS for char in LETTERS.values())
    assert not set(ACCENTS) & set(LETTERS)
