"""HTML: formulas in MathML, pages that need no other file, and what shows itself in a notebook."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from printed import all_printed, bradley_terry, optimal_policy, wide_chain
from test_write_terms import TERMS

from symrlhf import book, functions, load, notation, render
from symrlhf.authoring import Derivation, Lines, derivation
from symrlhf.compile.driving import DrivenFunction
from symrlhf.compile.function import NumericFunction
from symrlhf.notation import FUNCTIONS, RELATIONS, SIGNS, Role, Written, styled
from symrlhf.page import Formula
from symrlhf.render.formats import TARGETS, environment
from symrlhf.setting import KL, E, Policy, Real, Reward
from symrlhf.term import RESPONSES, Div, Eq, Fun, Implies, Max, Order, Rel, Sum, Sym, Term, exp, expansion, log
from symrlhf.write.display import display
from symrlhf.write.latex import latex
from symrlhf.write.layout import Leaf, Node, Row, Script, sign
from symrlhf.write.mathml import inline, mathml, together
from symrlhf.write.mathml import text as words
from symrlhf.write.unicode import emit as plain
from symrlhf.write.unicode import unicode

a, b, c = (Sym(n) for n in "abc")
y = Sym("y", RESPONSES)
pi, ref, r = Policy("pi"), Policy("pi_ref"), Reward("r")
FONTS = ROOT / "templates" / "fonts"
SHOWN = [n for n in functions.__all__ if isinstance(getattr(functions, n), (NumericFunction, DrivenFunction))]


def shown(formula: str) -> str:
    """What stands in the <semantics> of a formula, without its LaTeX."""
    found = re.fullmatch(
        r"<math[^>]*><semantics>(.*)<annotation .*</annotation></semantics></math>", formula, re.DOTALL
    )
    assert found
    return found.group(1)


def parsed(page: str) -> ET.Element:
    """The page as XML: every element is closed, every attribute quoted."""
    return ET.fromstring(page.removeprefix("<!DOCTYPE html>\n"))


def without_fonts(page: str) -> str:
    return re.sub(r"base64,[A-Za-z0-9+/=]+", "base64,...", page)


def printed(derivations: list[Any], out: Path, **options: Any) -> dict[str, str]:
    paths = render.write(derivations, {"html"}, out, **options)
    return {p.name: p.read_text(encoding="utf-8") for p in paths}


# ------------------------------------------------------------------ formulas


@pytest.mark.parametrize(("term", "tex", "text"), TERMS, ids=[text for _, _, text in TERMS])
def test_a_term_is_well_formed_and_carries_its_latex_and_its_text(term: Term, tex: str, text: str) -> None:
    math = ET.fromstring(mathml(term))
    annotation = math.find("semantics/annotation")
    assert annotation is not None and annotation.get("encoding") == "application/x-tex"
    assert annotation.text == tex
    assert math.get("alttext") == text


WRITTEN: list[tuple[Term, str]] = [
    (a + b, "<mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow>"),
    (-a, '<mrow><mo lspace="0" rspace="0" form="prefix">−</mo><mi>a</mi></mrow>'),
    (Div(a, b), "<mfrac><mi>a</mi><mi>b</mi></mfrac>"),
    (Sym("pi_ref"), "<msub><mi>π</mi><mi>ref</mi></msub>"),
    (Sym("phi"), "<mi>ϕ</mi>"),
    (Sym("Delta"), '<mi mathvariant="normal">Δ</mi>'),
    (Sym("r_hat"), '<mover accent="true"><mi>r</mi><mo stretchy="false">ˆ</mo></mover>'),
    (exp(-a), '<msup><mi>e</mi><mrow><mo lspace="0" rspace="0" form="prefix">−</mo><mi>a</mi></mrow></msup>'),
    (b * log(a), '<mrow><mi>b</mi><mspace width="0.1667em"/><mi>log</mi><mspace width="0.1667em"/><mi>a</mi></mrow>'),
    (
        Sum(y, ref[y]),
        '<mrow><munder><mo lspace="0" rspace="0" movablelimits="true">∑</mo><mi>y</mi></munder>'
        '<mspace width="0.1667em"/><msub><mi>π</mi><mi>ref</mi></msub><mrow><mo form="prefix" stretchy="false">(</mo>'
        '<mi>y</mi><mo form="postfix" stretchy="false">)</mo></mrow></mrow>',
    ),
]


@pytest.mark.parametrize(("term", "expected"), WRITTEN, ids=[str(t) for t, _ in WRITTEN])
def test_a_term_as_mathml(term: Term, expected: str) -> None:
    assert shown(mathml(term)) == expected


def test_what_changed_is_tinted_and_its_sign_stays_infix() -> None:
    tinted = shown(mathml(a - b, marks=[(1,)]))
    assert tinted == '<mrow><mi>a</mi><mrow class="changed"><mo form="infix">−</mo><mi>b</mi></mrow></mrow>'
    assert "changed" not in ET.fromstring(mathml(a - b, marks=[(1,)])).findtext("semantics/annotation", "")


ROLES: tuple[Role, ...] = ("letter", "operator", "big", "binary", "prefix", "relation", "bar", "open", "close", "comma")


@pytest.mark.parametrize("row", [*notation.written()], ids=lambda row: row.latex)
def test_every_row_of_the_notation_is_written_and_in_the_font(row: Written) -> None:
    have = (FONTS / "characters.txt").read_text(encoding="utf-8")
    assert all(char in have or char == " " for char in row.content)
    for role in ROLES:
        assert escape(row.content, quote=False) in inline(Leaf(row, role)) or row.content == "∣"


@pytest.mark.parametrize("name", [*FUNCTIONS])
def test_every_function_is_written(name: str) -> None:
    term = Fun(name, tuple([a, b, c][: min(3, FUNCTIONS[name].arity[0])]))
    assert ET.fromstring(mathml(term)).findtext("semantics/annotation") == latex(term)


@pytest.mark.parametrize("op", [*RELATIONS])
def test_every_relation_is_written(op: Any) -> None:
    relation = Rel(op, Eq(a, b), Eq(b, c)) if op in ("implies", "iff") else Rel(op, a, b)
    assert f">{escape(RELATIONS[op].unicode)}</mo>" in mathml(relation)


def test_letters_of_the_alphabets_older_than_their_block_are_found() -> None:
    assert [styled("RC1", "DOUBLE-STRUCK"), styled("LBe", "SCRIPT"), styled("CZ", "FRAKTUR"), styled("a1", "BOLD")] == [
        "ℝℂ𝟙", "ℒℬℯ", "ℭℨ", "𝐚𝟏",
    ]  # fmt: skip
    assert ">𝔼<" in mathml(E(pi, r)) and ">𝐰<" in mathml(a, rename={"a": r"\mathbf{w}"})


def test_a_long_formula_in_a_sentence_is_cut_after_its_signs() -> None:
    long = Row(tuple(sign("β") if k % 2 == 0 else sign("+") for k in range(21)))
    assert inline(long).count("<math") == 11
    assert inline(Row((sign("β"), sign("+"), sign("β")))).count("<math") == 1
    assert inline(long).count('<mo form="infix">+</mo>') == 10


def test_punctuation_stays_with_the_formula_before_it() -> None:
    assert words(" a < b, with sum\u00a01") == " a &lt; b, with sum \u20601"
    one, two = '<math alttext="x"><mi>x</mi></math>', '<math alttext="y"><mi>y</mi></math>'
    kept = f'<span class="tight">({one}</span> or <span class="tight">{two}),</span> {one} too'
    assert together(f"({one} or {two}), {one} too") == kept


def test_arguments_are_parted_at_commas_and_products_moved_below_before_they_are_cut() -> None:
    wide = Max((a + b + c) ** 2, (a + b + c + a + b + c) ** 2)
    rows = display(Formula(Eq(wide, a), "start"), page_width=17).rows
    assert [plain(right).strip() for _, right in rows] == ["max((a + b + c)^2,", "(a + b + c + a + b + c)^2)"]
    tilted = display(Formula(Eq(log(pi[y]), ref[y] * exp(a / b) * exp(b + c / a))), page_width=18)
    rows = [plain(left) + plain(right).strip() for left, right in tilted.rows]
    assert rows == ["log π(y)", "= π_ref(y) exp((a)/(b)) exp(b + (c)/(a))"]


def test_an_expansion_says_near_which_point_it_holds() -> None:
    ((left, right),) = display(Formula(expansion(log(1 + a), a + Order(a**2), a, 0))).rows
    assert plain(left) + plain(right) == "log(1 + a) = a + 𝒪(a^2)  (a → 0)"


def test_a_power_is_cut_inside_its_base() -> None:
    rows = display(Formula(Eq((a + b + c + a + b + c) ** 2, a), "start"), page_width=10).rows
    last = rows[-1][1]
    assert len(rows) > 1 and isinstance(last, Row)
    assert plain(last).endswith(")^2")
    assert any(isinstance(part, Script) for part in flat(last))


def test_where_sums_leave_no_place_products_are_cut_before_a_factor_or_a_slash() -> None:
    long = Div(ref[y] * exp(a / b) * pi[y], a)
    cut = [plain(right).strip() for _, right in display(Formula(Eq(long, a), "start"), page_width=11).rows]
    assert cut == ["(π_ref(y) exp(a/b)", "· π(y))/a"]
    assert [plain(right).strip() for _, right in display(Formula(Eq(long, a), "start"), page_width=16).rows] == [
        "(π_ref(y) exp(a/b) π(y))/(a)"
    ]
    weighed = display(Formula(Eq(E(pi, lambda y: pi[y] * exp(a / b) * log(ref[y])), a), "start"), page_width=11)
    assert [plain(right).strip() for _, right in weighed.rows] == ["E_{y∼π}[π(y) exp((a)/(b))", "· log π_ref(y)]"]
    tinted = Formula(Eq(E(pi, lambda y: pi[y] * exp(a / b) * log(ref[y])), a), "start", changed=((0, 1),))
    rows = display(tinted, page_width=11).rows
    assert [plain(right).strip() for _, right in rows] == ["E_{y∼π}[π(y) exp((a)/(b))", "· log π_ref(y)]"]


def flat(node: Node) -> list[Node]:
    return [n for item in node.items for n in flat(item)] if isinstance(node, Row) else [node]


# ------------------------------------------------------------------ pages


@pytest.mark.parametrize("make", [bradley_terry, optimal_policy, wide_chain])
def test_the_page_is_the_golden_one(make: Any, tmp_path: Path, golden: Any) -> None:
    for name, page in printed([make()], tmp_path).items():
        golden(name, without_fonts(page))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Derivations and the book of them, by file name."""
    out = tmp_path_factory.mktemp("site")
    derivations = all_printed()
    pages = printed(derivations, out, contents="book.html")
    trust = [("exp_log", "exp(c log p) = p^c", "p > 0", "exp(log p) = p at p = −1"), ("sum_add", "Σ_y f = 0")]
    (path,) = book.write_book(derivations, out, {"html"}, trust=trust)
    return {**pages, path.name: path.read_text(encoding="utf-8")}


def test_pages_are_well_formed_and_ids_are_unique(site: dict[str, str]) -> None:
    assert set(site) == {"bradley-terry-to-sigmoid.html", "optimal-policy.html", "wide-chain.html", "book.html"}
    for page in site.values():
        ids = [e.get("id") for e in parsed(page).iter() if e.get("id")]
        assert len(ids) == len(set(ids))


def test_links_lead_to_what_is_there_and_nothing_comes_from_elsewhere(site: dict[str, str]) -> None:
    targets = {(name, e.get("id")) for name, page in site.items() for e in parsed(page).iter()}
    for name, page in site.items():
        assert not re.search(r"<(script|link|img|iframe|object|embed)\b|@import|\son\w+=", page)
        assert set(re.findall(r'url\("([^"]{5})', page)) == {"data:"}
        for link in (e.get("href") or "" for e in parsed(page).iter("a")):
            file, _, ident = link.partition("#")
            assert (file or name, ident or None) in targets, link
    assert 'href="bradley-terry-to-sigmoid.html"' in site["optimal-policy.html"]
    assert 'href="book.html"' in site["optimal-policy.html"]


def test_the_book_has_contents_results_notation_trust_and_an_index_of_rules(site: dict[str, str]) -> None:
    page = site["book.html"]
    for part in (
        '<li><a href="#chapter-2">The optimal policy</a></li>',
        '<a href="optimal-policy.html">The optimal policy of KL-regularised reward maximisation</a>',
        "<code>exp_log</code>",
        '<a href="wide-chain.html#wide-chain.3">3</a>,',
        '<tr><td><a href="bradley-terry-to-sigmoid.html">Bradley–Terry to sigmoid</a></td><td>used by <a href="opt',
        '<span><a href="optimal-policy.html"><code>optimal-policy</code></a></span>',
    ):
        assert part in page
    assert parsed(page).findtext("head/title") == "RLHF, derived"
    assert "What must be trusted" in page


def test_every_formula_has_its_latex_and_its_text(site: dict[str, str]) -> None:
    for page in site.values():
        for math in parsed(page).iter("math"):
            assert math.get("alttext")
            assert math.findtext("semantics/annotation")
            assert "\\changed" not in math.findtext("semantics/annotation", "")


def test_a_page_alone_has_no_links_to_others(tmp_path: Path) -> None:
    (page,) = printed([optimal_policy()], tmp_path).values()
    links = [e.get("href") or "" for e in parsed(page).iter("a")]
    assert links and all(link.startswith("#") for link in links)
    assert "<nav" not in page


def test_pages_of_a_site_lead_to_their_neighbours(site: dict[str, str]) -> None:
    links = [(e.get("rel"), e.get("href")) for e in parsed(site["optimal-policy.html"]).iter("a") if e.get("rel")]
    assert links == [("prev", "bradley-terry-to-sigmoid.html"), ("next", "wide-chain.html")]
    assert [e.get("rel") for e in parsed(site["wide-chain.html"]).iter("a") if e.get("rel")] == ["prev"]


def test_words_of_titles_and_claims_lead_to_their_derivations(site: dict[str, str]) -> None:
    page = parsed(site["book.html"])
    (words,) = (e for e in page.iter("dl") if e.get("class") == "words")
    rows = dict(zip((e.text for e in words.iter("dt")), words.iter("dd"), strict=True))
    assert list(rows) == sorted(rows, key=str)
    assert [a.get("href") for a in rows["maximisation"].iter("a")] == ["optimal-policy.html"]
    assert not {"this", "both", "λ_i"} & set(rows)


def test_a_page_of_a_site_says_what_uses_it(site: dict[str, str]) -> None:
    said = '<span class="lead">Used by</span><a href="optimal-policy.html">'
    assert said in site["bradley-terry-to-sigmoid.html"]
    assert "Used by" not in site["optimal-policy.html"]


def test_a_line_that_cites_a_theorem_holds_its_proof_folded(site: dict[str, str]) -> None:
    page = parsed(site["optimal-policy.html"])
    (folded,) = page.iter("details")
    assert folded.findtext("summary") == "Proof: Bradley–Terry to sigmoid"
    assert len([e for e in folded.iter("div") if e.get("class") == "hint"]) == len(bradley_terry().lines)
    assert not any(e.get("id") for e in folded.iter())
    assert "<details" not in site["bradley-terry-to-sigmoid.html"]


def test_the_readers_own_style_comes_first(tmp_path: Path) -> None:
    (tmp_path / "style.html.j2").write_text(".symrlhf { color: teal; }\n")
    (page,) = printed([bradley_terry()], tmp_path / "out", templates=tmp_path).values()
    assert "color: teal" in page and "container-type" not in page


def test_wide_formulas_are_laid_out_for_narrow_windows_too(tmp_path: Path) -> None:
    (page,) = printed([wide_chain()], tmp_path).values()
    blocks = [e.get("class") for e in parsed(page).iter("div") if "formula" in (e.get("class") or "")]
    assert blocks.count("formula wide") == blocks.count("formula narrow") == 5
    assert blocks.count("formula") == 1
    (short,) = printed([bradley_terry()], tmp_path).values()
    assert 'class="formula narrow"' not in short


def test_markup_in_words_is_shown_and_not_obeyed(tmp_path: Path) -> None:
    canary = '</title><script>alert("x")</script>'
    d = bradley_terry()
    lines = (replace(d.lines[0], reason=f"why {canary} `{canary}`"), *d.lines[1:])
    bad = replace(d, title=canary, claim=canary, chapter=canary, lines=lines, references=(canary,))
    around = replace(optimal_policy(), title='"' + canary)
    pages = printed([bad, around], tmp_path, contents="book.html")
    (path,) = book.write_book([bad, around], tmp_path, {"html"})
    for page in (*pages.values(), path.read_text(encoding="utf-8")):
        assert "<script" not in page
        parsed(page)
    assert parsed(pages[f"{d.name}.html"]).findtext("head/title") == canary


def test_rename_reaches_formulas_and_their_latex(tmp_path: Path) -> None:
    (page,) = printed([optimal_policy()], tmp_path, rename={"beta": r"\tau"}).values()
    assert "β" not in page and r"\beta" not in page
    assert r"\tau" in page and "<mi>τ</mi>" in page


def test_light_and_dark_narrow_and_print_have_their_styles(tmp_path: Path) -> None:
    (page,) = printed([bradley_terry()], tmp_path).values()
    for part in ("prefers-color-scheme: dark", "@container (max-width", "@media print", "overflow-x: auto"):
        assert part in page


def test_fonts_are_small_and_come_with_their_licence() -> None:
    sizes = {path.name: path.stat().st_size for path in FONTS.glob("*.woff2")}
    assert set(sizes) == {"math.woff2", "roman.woff2", "bold.woff2"}
    assert sum(sizes.values()) < 100_000
    assert "GUST Font License" in (FONTS / "GUST-FONT-LICENSE.txt").read_text(encoding="utf-8")


# ------------------------------------------------------------------ notebooks


def test_a_derivation_shows_itself_without_the_fonts() -> None:
    d = load("bradley-terry-to-sigmoid")
    cell = d._repr_html_()
    assert "base64" not in cell and "<html" not in cell
    assert cell.count('class="line"') == len(d.lines)
    ET.fromstring(f"<div>{cell}</div>")
    assert d._repr_latex_().startswith("$$")


def test_a_derivation_of_ones_own_shows_itself() -> None:
    @derivation("<b>Mine</b>")
    def mine(a: Real) -> Lines:
        """a & b."""
        yield a + a, "twice"
        yield 2 * a

    assert isinstance(mine, Derivation)
    assert "<b>" not in mine._repr_html_()
    assert parsed(mine.html()).findtext("head/title") == "<b>Mine</b>"


def test_a_theorem_shows_what_it_rests_on() -> None:
    theorem = load("reward-of-policy").result
    cell = theorem._repr_html_()
    ET.fromstring(f"<div>{cell}</div>")
    assert "Given" in cell and f"<code>{theorem.rule}</code>" in cell
    assert theorem._repr_latex_() == rf"$\displaystyle {latex(theorem.relation)}$"
    assert escape(unicode(theorem.relation)) in cell


@pytest.mark.parametrize("name", SHOWN)
def test_a_function_shows_its_formula_and_its_theorem(name: str) -> None:
    function = getattr(functions, name)
    cell = function._repr_html_()
    ET.fromstring(f"<div>{cell}</div>")
    assert escape(unicode(function.theorem.relation)) in cell
    assert escape(str(function.accuracy)) in cell
    assert f"<code>{name}(" in cell and "'object'" not in cell
    for result, term in getattr(function, "output_terms", {}).items():
        assert f"<code>{result or name}(" in cell and escape(unicode(term)) in cell


def test_bars_and_implications_are_spaced_as_tex_does() -> None:
    assert 'lspace="0.2778em" rspace="0.2778em" form="infix" stretchy="false">‖</mo>' in mathml(KL(pi, ref))
    assert 'lspace="0.5556em" rspace="0.5556em">⟹</mo>' in mathml(Implies(Eq(a, b), Eq(b, c)))
    assert SIGNS["|"].written.content == "∣"


def test_no_rule_of_the_style_sheet_is_said_twice() -> None:
    sheet = environment(TARGETS["html"]).get_template("style.html.j2").render()
    rules = [line.strip() for line in sheet.splitlines() if line.strip() not in ("", "}")]
    assert len(rules) > 50 and len(set(rules)) == len(rules)
