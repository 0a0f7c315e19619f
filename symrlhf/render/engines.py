"""Source -> PDF: the typst wheel, or pdflatex where present. The lack of either is not an error."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from symrlhf.errors import SymrlhfError

Engine = Literal["typst", "latex"]

ADVICE: dict[str, str] = {
    "typst": "no PDF was set: install the typst wheel, pip install 'symrlhf[pdf]', or use --engine latex",
    "latex": "no PDF was set: pdflatex is not installed; use --engine typst, pip install 'symrlhf[pdf]'",
}


def advice(engine: Engine = "typst") -> str | None:
    """How to get PDFs, in one line, if `engine` is not there; None if it is."""
    there = find_spec("typst") is not None if engine == "typst" else shutil.which("pdflatex") is not None
    return None if there else ADVICE[engine]


def pdf_or_source(
    name: str, engine: Engine, source: Callable[[str, str], str], template: str = "derivation"
) -> dict[str, bytes]:
    """The PDF by `engine`, or where that is missing the source it would have read."""
    kind, compiled = ("typ", compile_typst) if engine == "typst" else ("tex", compile_latex)
    text = source(kind, f"{template}.{kind}.j2")
    return {f"{name}.{kind}": text.encode()} if advice(engine) else {f"{name}.pdf": compiled(text, name)}


ACCESSIBLE = "ua-1"
"""PDF/UA: tagged, each formula and figure with words for who does not see it."""


def compile_typst(source: str, name: str) -> bytes:
    """The same bytes for the same source: no date, no fonts of this machine, no network.

    What a reader's own template leaves without such words is a tagged PDF, but not PDF/UA.
    """
    import typst

    try:
        try:
            made = typst.compile(source.encode(), format="pdf", ignore_system_fonts=True, pdf_standards=[ACCESSIBLE])
        except typst.TypstError as error:
            if not str(error).startswith("PDF/UA"):
                raise
            made = typst.compile(source.encode(), format="pdf", ignore_system_fonts=True)
    except typst.TypstError as error:
        raise SymrlhfError(f"{name}.typ does not compile: {error}") from error
    if not isinstance(made, bytes):
        raise SymrlhfError(f"{name}.typ gave no PDF")
    return made


def compile_latex(source: str, name: str) -> bytes:
    """By pdflatex, run until cross-references have settled."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"{name}.tex")
        path.write_text(source, encoding="utf-8")
        command = ["pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", path.name]
        for _ in range(3):
            run = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace", check=False)
            if run.returncode:
                said = [line for line in run.stdout.splitlines() if line.startswith(("!", "l."))]
                raise SymrlhfError(f"{name}.tex does not compile: {' '.join(said[:2])}")
            if "Rerun" not in run.stdout and "No file" not in run.stdout:
                break
        return path.with_suffix(".pdf").read_bytes()
