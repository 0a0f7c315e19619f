"""Printed derivations: the golden pages, the files, and what happens when something is missing."""

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from printed import all_printed, bradley_terry, optimal_policy, wide_chain

from symrlhf import book, figures, render
from symrlhf.errors import SymrlhfError, UnknownName
from symrlhf.kernel import trust
from symrlhf.library import load
from symrlhf.page import Status, read_chapter
from symrlhf.render import document, engines, formats
from symrlhf.render.handouts import write_handout

needs_typst = pytest.mark.skipif(engines.advice("typst") is not None, reason="needs the typst wheel")
needs_latex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")


def printed(derivations: list[Any], formats: set[str], out: Path, **options: Any) -> dict[str, str]:
    paths = render.write(derivations, formats, out, **options)
    return {p.name: p.read_text(encoding="utf-8") for p in paths if p.suffix != ".pdf"}


def compiled(folder: Path, name: str) -> str:
    """What pdflatex says of the file."""
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", name]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace", check=False)
    assert run.returncode == 0, run.stdout[-1500:]
    return run.stdout


# ------------------------------------------------------------------ golden pages


@pytest.mark.parametrize("form", ["tex", "typ", "md"])
@pytest.mark.parametrize("make", [bradley_terry, optimal_policy, wide_chain])
def test_the_page_is_the_golden_one(make: Any, form: str, tmp_path: Path, golden: Any) -> None:
    for name, text in printed([make()], {form}, tmp_path).items():
        golden(name, text)


@pytest.mark.parametrize("make", [bradley_terry, optimal_policy, wide_chain])
def test_the_fragment_and_the_terminal_text_are_the_golden_ones(make: Any, tmp_path: Path, golden: Any) -> None:
    for name, text in printed([make()], {"tex"}, tmp_path, fragment=True).items():
        golden(name.replace(".tex", ".fragment.tex"), text)
    golden(f"{make().name}.txt", render.text(make(), 80))


# ------------------------------------------------------------------ engines


@needs_typst
def test_a_pdf_has_the_same_bytes_each_time(tmp_path: Path) -> None:
    first, second = (render.write([optimal_policy()], {"pdf"}, tmp_path / n)[0] for n in "ab")
    assert first.read_bytes().startswith(b"%PDF")
    assert first.read_bytes() == second.read_bytes()


@needs_latex
def test_every_document_compiles_with_pdflatex_and_nothing_runs_off_the_page(tmp_path: Path) -> None:
    for name in printed(all_printed(), {"tex"}, tmp_path):
        assert "Overfull" not in compiled(tmp_path, name)


@needs_latex
def test_fragments_compile_in_a_plain_article(tmp_path: Path) -> None:
    names = printed(all_printed(), {"tex"}, tmp_path, fragment=True)
    inputs = "\n".join(rf"\input{{{name}}}" for name in names)
    article = rf"""\documentclass{{article}}
\usepackage{{amsmath,amsthm}}
\newtheorem{{theorem}}{{Theorem}}
\begin{{document}}
{inputs}
\end{{document}}
"""
    (tmp_path / "article.tex").write_text(article, encoding="utf-8")
    compiled(tmp_path, "article.tex")
    said = compiled(tmp_path, "article.tex")
    assert "Overfull" not in said
    assert "undefined" not in said


@needs_typst
def test_pdfs_are_made_for_readers_who_do_not_see_them(tmp_path: Path) -> None:
    shown = [load("estimators"), load("deviation-objective"), load("clear-pair")]
    options: dict[str, Any] = {"figures": figures.figures(shown)}
    paths = render.write(shown, {"pdf"}, tmp_path, **options)
    paths += book.write_book(shown, tmp_path, {"pdf"}, trust=trust.rows(), **options)
    paths += write_handout("sheet", shown, {"pdf"}, tmp_path) + write_handout("slides", shown, {"pdf"}, tmp_path)
    assert len(paths) == 8
    for path in paths:
        assert b"<pdfuaid:part>1</pdfuaid:part>" in path.read_bytes(), path.name


@needs_typst
def test_a_template_without_words_for_a_formula_makes_a_pdf_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "derivation.typ.j2").write_text("= Title\n$x$\n")
    (path,) = render.write([bradley_terry()], {"pdf"}, tmp_path / "out", templates=tmp_path)
    assert path.read_bytes().startswith(b"%PDF") and b"pdfuaid" not in path.read_bytes()


@needs_latex
def test_the_latex_engine_makes_the_pdf(tmp_path: Path) -> None:
    (path,) = render.write([bradley_terry()], {"pdf"}, tmp_path, engine="latex")
    assert path.read_bytes().startswith(b"%PDF")


def test_without_an_engine_the_source_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "find_spec", lambda name: None)
    (path,) = render.write([bradley_terry()], {"pdf"}, tmp_path)
    assert path.name == "bradley-terry-to-sigmoid.typ"
    advice = "no PDF was set: install the typst wheel, pip install 'symrlhf[pdf]', or use --engine latex"
    assert engines.advice("typst") == advice
    with pytest.raises(SymrlhfError, match="no PDF was set"):
        render.pdf(bradley_terry(), tmp_path / "x.pdf")


# ------------------------------------------------------------------ options and refusals


def test_rename_changes_formulas_reasons_and_assumptions_everywhere(tmp_path: Path) -> None:
    rename = {"pi": "p", "beta": r"\tau"}
    text = printed([optimal_policy()], {"tex"}, tmp_path, rename=rename)["optimal-policy.tex"]
    body = "\n".join(line for line in text.splitlines() if not line.startswith("% symrlhf:"))
    assert r"\beta" not in body
    assert not re.search(r"\\pi(?![_a-z])", body)
    assert r"\tau" in body and r"p(y\mid x)" in body


def test_a_renamed_symbol_must_occur(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="unknown symbol 'bta'; did you mean beta"):
        render.write([optimal_policy()], {"tex"}, tmp_path, rename={"bta": "t"})


def test_a_rename_may_not_make_two_symbols_look_alike(tmp_path: Path) -> None:
    with pytest.raises(SymrlhfError, match="r already stands for something else"):
        render.write([optimal_policy()], {"tex"}, tmp_path, rename={"beta": "r"})
    assert list(tmp_path.iterdir()) == []


def test_the_readers_templates_come_first(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "derivation.md.j2").write_text("my << page.title >>: $<< page.result|display >>$\n")
    texts = printed([bradley_terry()], {"md", "tex"}, tmp_path / "out", templates=mine)
    assert texts["bradley-terry-to-sigmoid.md"] == (
        "my Bradley–Terry to sigmoid: $\\frac{e^{r_w}}{e^{r_w} + e^{r_l}} = \\sigma(r_w - r_l)$\n"
    )
    assert r"\documentclass" in texts["bradley-terry-to-sigmoid.tex"]


def test_a_fault_in_a_template_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "derivation.md.j2").write_text("a\n<< page.nothing >>\n")
    with pytest.raises(SymrlhfError, match=r"template derivation\.md\.j2: .* has no attribute 'nothing'"):
        render.write([bradley_terry()], {"md"}, tmp_path / "out", templates=tmp_path)
    (tmp_path / "derivation.md.j2").write_text("a\n<% if %>\n")
    with pytest.raises(SymrlhfError, match=r"template derivation\.md\.j2, line 2: "):
        render.write([bradley_terry()], {"md"}, tmp_path / "out", templates=tmp_path)


def test_an_unknown_format_gets_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="unknown format 'pfd'; did you mean pdf"):
        render.write([], {"pfd"}, tmp_path)


def test_a_folder_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SymrlhfError, match=r"^cannot write to .*file/out: Not a directory$"):
        render.write([bradley_terry()], {"tex"}, tmp_path / "file" / "out")
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_an_unmapped_character_stops_the_print_and_writes_nothing(tmp_path: Path) -> None:
    from dataclasses import replace

    d = bradley_terry()
    bad = replace(d, lines=(replace(d.lines[0], reason="why ☃"), *d.lines[1:]))
    with pytest.raises(SymrlhfError, match="bradley-terry-to-sigmoid, reason of line 1: '☃'"):
        render.write([d, bad], {"tex"}, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_progress_counts_derivations(tmp_path: Path) -> None:
    calls: list[tuple[int, int, str]] = []
    render.write([bradley_terry(), optimal_policy()], {"md"}, tmp_path, progress=lambda *c: calls.append(c))
    assert calls == [(0, 2, "bradley-terry-to-sigmoid"), (1, 2, "optimal-policy"), (2, 2, "")]


# ------------------------------------------------------------------ what a page says


def test_assumptions_are_read_off_the_setting() -> None:
    from symrlhf.render.terminal import text

    shown = text(document.page(optimal_policy()), 100)
    assert [line[5:] for line in shown.splitlines() if re.match(r"A\d ", line)] == [
        "x is a fixed prompt.",
        "π and π_ref are distributions on the finite set 𝒴, positive everywhere, each with sum 1.",
        "r(x, y) is a real number for every y.",
        "β > 0.",
        "λ is a real number.",
    ]


def test_a_hypothesis_that_is_a_given_line_is_not_repeated_as_an_assumption() -> None:
    page = document.page(optimal_policy())
    assert all(page.lines[0].formula.relation not in entry.text for entry in page.assumptions)


def test_open_conditions_stand_by_the_result(tmp_path: Path) -> None:
    assert "Provided that $Z > 0$." in printed([optimal_policy()], {"md"}, tmp_path)["optimal-policy.md"]


def test_text_fits_the_window_where_sums_can_be_broken() -> None:
    for width in (60, 80, 120):
        shown = render.text(wide_chain(), width)
        assert max(map(len, shown.splitlines())) <= width
    assert "\033[" in render.text(bradley_terry(), 80, color=True)
    assert "\033[" not in render.text(bradley_terry(), 80)


def test_highlights_are_dropped_when_all_that_is_printed_has_changed(tmp_path: Path) -> None:
    text = printed([bradley_terry()], {"tex"}, tmp_path)["bradley-terry-to-sigmoid.tex"]
    assert r"\[ = \sigma(r_w - r_l) \]" in text
    assert r"\changed{e^{-(r_w - r_l)}}" in text


# ------------------------------------------------------------------ the book


def test_the_book_has_chapters_cross_references_notation_and_what_is_trusted(tmp_path: Path) -> None:
    trust = [("exp_log", "exp(c log p) = p^c", "p > 0", "exp(log p) = p at p = −1"), ("sum_add", "Σ_y f = 0")]
    (path,) = book.write_book([bradley_terry(), optimal_policy()], tmp_path, {"tex"}, trust=trust)
    text = path.read_text(encoding="utf-8")
    for part in (
        r"\tableofcontents",
        r"\section{The optimal policy}",
        r"\hyperref[bradley-terry-to-sigmoid]{Bradley--Terry to sigmoid}",
        r"\hyperref[optimal-policy.5]{line 5}",
        r"$\sigma(z)$ & $\displaystyle \frac{1}{1 + e^{-z}}$",
        r"$\beta$ & a positive number",
        r"\ref{optimal-policy}~(\hyperref[optimal-policy.7]{7})",
        r"\texttt{exp\_log} & $\exp(c\log p) = p^c$ & $p > 0$ & $\exp(\log p) = p$ at $p = -1$",
    ):
        assert part in text
    if shutil.which("pdflatex"):
        compiled(tmp_path, "book.tex")


def test_the_bookmarks_of_latex_keep_the_letters_of_a_title(tmp_path: Path) -> None:
    square = load("chi-square")
    plain = r"The \unichar{967}\unichar{178} divergence"
    (path,) = book.write_book([square], tmp_path, {"tex"})
    assert rf"\subsection{{\texorpdfstring{{The $\chi^2$ divergence}}{{{plain}}}}}" in path.read_text(encoding="utf-8")
    assert rf"\hypersetup{{pdftitle={{{plain}}}}}" in printed([square], {"tex"}, tmp_path)["chi-square.tex"]


def test_each_chapter_draws_what_its_own_theorems_rest_on(tmp_path: Path) -> None:
    used, pair = bradley_terry(), optimal_policy()
    pages = [document.page(used), replace(document.page(pair), imports=(used.name, "elsewhere"))]
    whole = book.compose([used, pair], pages)
    assert [c.rests for c in whole.chapters] == [(), ((used.name, pair.name),)]
    both = [load("sigmoid-complement"), load("sigmoid-slope"), load("sigmoid-curvature")]
    for path in book.write_book(both, tmp_path, {"tex", "typ", "html"}):
        assert path.read_text(encoding="utf-8").count("Chapter by chapter") == 1
    for path in book.write_book([used], tmp_path, {"tex", "typ", "html"}):
        assert "Chapter by chapter" not in path.read_text(encoding="utf-8")


@needs_typst
def test_a_page_takes_a_few_lines_more_but_not_half_a_page(tmp_path: Path) -> None:
    import typst

    paths = render.write([load("gibbs-identity"), load("mixing-gains")], {"typ"}, tmp_path)
    made = [typst.compile(path.read_bytes(), format="svg", ignore_system_fonts=True) for path in paths]
    assert [len(pages) if isinstance(pages, list) else 1 for pages in made] == [1, 2]


@needs_latex
def test_facing_pages_have_the_chapter_on_the_left_and_the_section_on_the_right(tmp_path: Path) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("needs pdftotext")
    for path in book.write_book([optimal_policy(), load("mixing-gains")], tmp_path, {"pdf", "tex"}):
        if path.suffix == ".tex":
            for _ in range(3):
                compiled(tmp_path, path.name)
        command = ["pdftotext", "-layout", str(path.with_suffix(".pdf")), "-"]
        pages = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\f")
        heads = [page.strip().splitlines()[0].split() for page in pages if page.strip()]
        numbered = [(k, head) for k, head in enumerate(heads, 1) if str(k) in (head[0], head[-1])]
        assert len(numbered) > 4
        assert all(head[0 if k % 2 == 0 else -1] == str(k) for k, head in numbered)


def test_the_legend_tells_every_sign_of_the_library() -> None:
    assert set(get_args(Status)) == formats.BADGES.keys() == formats.LEGEND.keys() | {"start", "undecided"}


def test_a_chapter_opens_with_what_its_file_says_beside_the_theorems(tmp_path: Path) -> None:
    told = replace(
        bradley_terry(), chapter="Pairs", title="Margins", preface="A clip of ε = 0.2\nis usual.\n\nNo theorem says so."
    )
    for path in book.write_book([told], tmp_path, {"tex", "md", "typ", "html"}):
        text = path.read_text(encoding="utf-8")
        first, second = text.index("is usual."), text.index("No theorem says so.")
        assert text.index(told.chapter) < first < second < text.rindex(told.title)


def test_a_docstring_is_title_preface_and_sources() -> None:
    heading = read_chapter("Clips.\n\nSome are usual.\n\nSource: A (2017),\neq. 7; B (2020).")
    assert heading == ("Clips", ("A (2017), eq. 7", "B (2020)"), "Some are usual.")
    assert read_chapter("") == ("", (), "")


@needs_typst
def test_the_book_is_one_pdf(tmp_path: Path) -> None:
    calls: list[str] = []
    (path,) = book.write_book(
        [bradley_terry(), optimal_policy()], tmp_path, {"pdf"}, progress=lambda done, of, what: calls.append(what)
    )
    assert path.name == "book.pdf" and path.read_bytes().startswith(b"%PDF")
    assert calls == ["bradley-terry-to-sigmoid", "optimal-policy", "book", ""]
