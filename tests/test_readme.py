"""What the README shows is what the program prints: its blocks are run, and their output compared."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from pathlib import Path

import pytest

from symrlhf.cli import main

README = Path(__file__).parent.parent / "README.md"
CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
PYTHON = re.compile(r"```python\n(.*?)```\n```output\n(.*?)```", re.DOTALL)


def _blocks(pattern: re.Pattern[str]) -> list[re.Match[str]]:
    return list(pattern.finditer(README.read_text(encoding="utf-8")))


def _typed(block: str) -> str:
    """A console block with the output that its commands really give."""
    commands = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    shown: list[str] = []
    for command in commands:
        line, _, rest = command.partition("\n")
        program, *args = shlex.split(line)
        if program == "cat":
            Path(args[0]).write_text(rest, encoding="utf-8")
            output = rest
        else:
            assert program == "symrlhf"
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                main(args)
            output = out.getvalue()
        shown.append(f"$ {line}\n{output}")
    return "".join(shown)


def _run(source: str) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(source, "README.md", "exec"), {"__name__": "readme"})
    return out.getvalue()


def test_console_and_python_blocks_show_what_the_program_prints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    text = README.read_text(encoding="utf-8")
    assert len(_blocks(CONSOLE)) >= 2 and len(_blocks(PYTHON)) >= 2
    new = CONSOLE.sub(lambda m: f"```console\n{_typed(m.group(1))}```", text)
    new = PYTHON.sub(lambda m: f"```python\n{m.group(1)}```\n```output\n{_run(m.group(1))}```", new)
    if request.config.getoption("--update-golden"):
        README.write_text(new, encoding="utf-8")
    assert new == README.read_text(encoding="utf-8")


def test_every_file_that_the_readme_points_to_exists() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README.read_text(encoding="utf-8")):
        assert (README.parent / target).exists(), target
