"""The documentation is what its makers write, and its examples hold."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from symrlhf import load
from symrlhf.library import load_file

DOCS = Path(__file__).parent.parent / "docs"


def test_the_reference_is_up_to_date(request: pytest.FixtureRequest) -> None:
    spec = importlib.util.spec_from_file_location("make_reference", DOCS / "make_reference.py")
    assert spec is not None and spec.loader is not None
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    if request.config.getoption("--update-golden"):
        maker.TARGET.write_text(maker.reference(), encoding="utf-8")
    assert maker.TARGET.read_text(encoding="utf-8") == maker.reference()


def test_the_tutorials_first_derivation_is_proven(tmp_path: Path) -> None:
    source = re.findall(r"```python\n(.*?)```", (DOCS / "tutorial.md").read_text(encoding="utf-8"), re.DOTALL)[0]
    (tmp_path / "mine.py").write_text(source, encoding="utf-8")
    (derivation,) = load_file(tmp_path / "mine.py")
    assert derivation.result.conditions == ()
    assert load(tmp_path / "mine.py").name == "odds"


def test_divergences_name_derivations_that_exist() -> None:
    text = (DOCS / "divergences.md").read_text(encoding="utf-8")
    assert load("smoothed-margin-loss").name in text
