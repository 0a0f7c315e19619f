"""The blocks of a document that show what the program does, and what it does: commands and Python with their output."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from pathlib import Path

from symrlhf.cli import main

CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
PYTHON = re.compile(r"```python\n(.*?)```\n```output\n(.*?)```", re.DOTALL)


def rerun(text: str) -> str:
    """The document with the output that its commands and its Python really give, in the current folder."""
    new = CONSOLE.sub(lambda m: f"```console\n{_typed(m.group(1))}```", text)
    return PYTHON.sub(lambda m: f"```python\n{m.group(1)}```\n```output\n{_run(m.group(1))}```", new)


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
        exec(compile(source, "document", "exec"), {"__name__": "document"})
    return out.getvalue()
