"""What the README shows is what the program prints: its blocks are run, and their output compared."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from blocks import CONSOLE, PYTHON, rerun

README = Path(__file__).parent.parent / "README.md"


def test_console_and_python_blocks_show_what_the_program_prints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("SYMRLHF_BACKEND", "numpy")  # a kernel that an earlier test compiled has other last digits
    text = README.read_text(encoding="utf-8")
    assert len(CONSOLE.findall(text)) >= 2 and len(PYTHON.findall(text)) >= 2
    new = rerun(text)
    if request.config.getoption("--update-golden"):
        README.write_text(new, encoding="utf-8")
    assert new == README.read_text(encoding="utf-8")


def test_every_file_that_the_readme_points_to_exists() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README.read_text(encoding="utf-8")):
        assert (README.parent / target).exists(), target
