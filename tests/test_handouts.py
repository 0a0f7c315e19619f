"""For teaching: blank lines with solutions, a sheet of results, slides."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from printed import all_printed, bradley_terry, optimal_policy, wide_chain

from symrlhf import render
from symrlhf.cli import main
from symrlhf.errors import SymrlhfError
from symrlhf.render import engines
from symrlhf.render.document import page
from symrlhf.render.handouts import without_steps, write_handout

pytestmark = pytest.mark.usefixtures("own_cache")

needs_latex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
needs_typst = pytest.mark.skipif(engines.advice("typst") is not None, reason="needs the typst wheel")


def pages(source: str) -> int:
    """How many pages Typst makes of it."""
    import typst

    made = typst.compile(source.encode(), format="svg", ignore_system_fonts=True)
    return len(made) if isinstance(made, list) else 1


def pages_of(tex: Path) -> int:
    """How many pages pdflatex makes of it."""
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", tex.name]
    said = subprocess.run(command, cwd=tex.parent, capture_output=True, text=True, errors="replace", check=True).stdout
    assert "Overfull" not in said
    (count,) = re.findall(r"^Output written on \S+ \((\d+) page", said, re.MULTILINE)
    return int(count)


def printed(kind: Any, derivations: list[Any], out: Path, *formats: str) -> dict[str, str]:
    paths = write_handout(kind, derivations, formats, out)
    return {p.name: p.read_text(encoding="utf-8") for p in paths}


@pytest.mark.parametrize("form", ["tex", "typ", "md", "html"])
def test_an_exercise_lacks_the_steps_and_its_solution_has_them(form: str, tmp_path: Path) -> None:
    d = optimal_policy()
    paths = render.write([d], {form}, tmp_path, hide_steps=True)
    assert [p.name for p in paths] == [f"{d.name}-solution.{form}", f"{d.name}.{form}"]
    solution, exercise = (p.read_text(encoding="utf-8") for p in paths)
    (whole,) = render.write([d], {form}, tmp_path / "whole")
    assert solution == whole.read_text(encoding="utf-8")
    hidden = [line for line in without_steps(page(d)).lines if line.hidden]
    blanks = {"tex": r"\blank{", "typ": "  blank(", "md": "&nbsp;", "html": 'class="blank"'}[form]
    assert exercise.count(blanks) == len(hidden) > 3
    assert solution.count("proven") - exercise.count("proven") == len(hidden)


def test_what_a_derivation_starts_from_is_given() -> None:
    lines = without_steps(page(bradley_terry())).lines
    assert [line.hidden for line in lines] == [line.status not in ("start", "given", "definition") for line in lines]
    assert not lines[0].hidden and lines[-1].hidden


@needs_typst
def test_a_sheet_has_every_result_on_one_page(tmp_path: Path) -> None:
    many = [d for d in all_printed() for _ in range(8)]
    files = printed("sheet", many, tmp_path, "typ", "html")
    assert files["sheet.typ"].count("\n  entry(") == files["sheet.html"].count('class="result sheet"') == len(many)
    assert pages(files["sheet.typ"]) == 1


@needs_typst
def test_slides_have_a_step_each_a_title_and_the_result(tmp_path: Path) -> None:
    for d in (optimal_policy(), wide_chain()):
        ((name, source),) = printed("slides", [d], tmp_path, "typ").items()
        assert name == f"{d.name}-slides.typ"
        assert pages(source) == len(d.lines) + 2


@needs_latex
def test_latex_sets_the_same_sheet_and_slides(tmp_path: Path) -> None:
    many = [d for d in all_printed() for _ in range(8)]
    (sheet,) = write_handout("sheet", many, ["tex"], tmp_path)
    assert pages_of(sheet) == 1
    for d in (optimal_policy(), wide_chain()):
        (slides,) = write_handout("slides", [d], ["tex"], tmp_path)
        assert pages_of(slides) == len(d.lines) + 2


def test_what_a_handout_is_not_printed_as_is_said(tmp_path: Path) -> None:
    with pytest.raises(SymrlhfError, match=r"^--slides is printed as pdf, tex, typ, not as md$"):
        write_handout("slides", [bradley_terry()], ["md"], tmp_path)


def test_the_command_line_prints_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = "bradley-terry-to-sigmoid"
    for option in ("--hide-steps", "--sheet", "--slides"):
        assert main(["print", name, option, "--to", "typ,html", "-o", str(tmp_path)]) == 0
    said = [Path(line).name for line in capsys.readouterr().out.splitlines()]
    assert said == [
        f"{name}-solution.html",
        f"{name}-solution.typ",
        f"{name}.html",
        f"{name}.typ",
        "sheet.html",
        "sheet.typ",
        f"{name}-slides.typ",
    ]
    assert main(["print", name, "--sheet", "--slides"]) == 2
