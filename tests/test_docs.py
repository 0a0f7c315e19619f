"""The documentation is what its makers write, and its examples hold."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
from blocks import rerun

from symrlhf import catalogue, load
from symrlhf.library import load_file

DOCS = Path(__file__).parent.parent / "docs"


def maker_of(name: str) -> ModuleType:
    """A program of the documentation's folder, imported."""
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    assert spec is not None and spec.loader is not None
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    return maker


def test_the_reference_is_up_to_date(request: pytest.FixtureRequest) -> None:
    maker = maker_of("make_reference")
    if request.config.getoption("--update-golden"):
        maker.TARGET.write_text(maker.reference(), encoding="utf-8")
    assert maker.TARGET.read_text(encoding="utf-8") == maker.reference()


@pytest.mark.parametrize("path", sorted((DOCS / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_shows_what_running_it_shows(
    path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    monkeypatch.setenv("SYMRLHF_BACKEND", "numpy")
    maker = maker_of("run_notebooks")
    new = maker.written(maker.run(path))
    if request.config.getoption("--update-golden"):
        path.write_text(new, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == new


def test_the_tutorials_first_derivation_is_proven(tmp_path: Path) -> None:
    source = re.findall(r"```python\n(.*?)```", (DOCS / "tutorial.md").read_text(encoding="utf-8"), re.DOTALL)[0]
    (tmp_path / "mine.py").write_text(source, encoding="utf-8")
    (derivation,) = load_file(tmp_path / "mine.py")
    assert derivation.result.conditions == ()
    assert load(tmp_path / "mine.py").name == "odds"


def test_divergences_name_derivations_that_exist() -> None:
    text = (DOCS / "divergences.md").read_text(encoding="utf-8")
    assert load("smoothed-margin-loss").name in text


@pytest.mark.parametrize(("page", "prefixes"), [("errata", ("W", "P", "X")), ("libraries", ("S13",))])
def test_tables_of_claims_name_derivations_that_exist_and_all_of_the_chapter(
    page: str, prefixes: tuple[str, ...]
) -> None:
    rows = [line for line in (DOCS / f"{page}.md").read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    named = {name for row in rows for name in re.findall(r"`([a-z]+(?:-[a-z]+)+)`", row)}
    known = {e.name: e.catalog for e in catalogue()}
    assert named <= known.keys()
    chapter = {name for name, ids in known.items() if any(i.startswith(prefixes) for i in ids)}
    assert chapter <= named
    assert len(chapter) >= 10


@pytest.mark.parametrize("page", ["errata", "libraries"])
def test_the_examples_of_a_page_print_what_it_shows(
    page: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYMRLHF_BACKEND", "numpy")  # a kernel that an earlier test compiled has other last digits
    path = DOCS / f"{page}.md"
    new = rerun(path.read_text(encoding="utf-8"))
    if request.config.getoption("--update-golden"):
        path.write_text(new, encoding="utf-8")
    assert new == path.read_text(encoding="utf-8")


def test_every_claim_of_the_lecture_has_a_row_or_a_sentence() -> None:
    text = (DOCS / "errata.md").read_text(encoding="utf-8")
    assert {int(n) for n in re.findall(r"\bX(\d+)\b", text)} == set(range(1, 32))
