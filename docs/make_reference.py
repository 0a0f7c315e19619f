"""Write docs/reference.md from the docstrings: python docs/make_reference.py"""

from __future__ import annotations

import inspect
import sys
from pathlib import Path

import symrlhf
from symrlhf import functions, steps

ANNOTATIONS = {
    "Lines": "the type of a derivation's generator",
    "Parameter": "annotation: a vector of parameters, to differentiate by",
    "Positive": "annotation: a positive number",
    "Prompt": "annotation: one fixed prompt",
    "oo": "∞: where a variable goes, and what a limit may equal",
    "Real": "annotation: a real number",
    "Response": "annotation: one fixed response",
}
DERIVATIONS = """`symrlhf list` names them all by chapter, `symrlhf show NAME` proves and shows one, and
`symrlhf print --all` sets the book of them. A chapter is a file of [derivations](../derivations). They are not listed
here: a new one is one new file or function, and no other edit."""
TARGET = Path(__file__).parent / "reference.md"


def _first_paragraph(thing: object) -> str:
    doc = inspect.getdoc(thing) or ""
    return " ".join(doc.partition("\n\n")[0].split())


def _described(module: object) -> dict[str, str]:
    """The string that stands below each assignment of a module: what a value means."""
    source = inspect.getsource(module).splitlines()  # type: ignore[arg-type]
    found: dict[str, str] = {}
    name = ""
    for line in source:
        if line[:1].isalpha() and " = " in line and not line.startswith(("def ", "class ", "from ", "import ")):
            name = line.split(" = ")[0].split(":")[0]
        elif name and line.startswith('"""'):
            found[name] = line.strip('"')
            name = ""
    return found


def reference() -> str:
    """The whole page."""
    rows = ["# Reference", "", "Written by `python docs/make_reference.py` from the docstrings.", "", "## Moves", ""]
    meanings: dict[str, str] = {}
    for name in ("algebra", "calculus", "definitions", "equations", "extremes", "optimisation", "probability"):
        meanings |= _described(sys.modules[f"symrlhf.steps.{name}"])
    for name in steps.__all__:
        value = getattr(steps, name)
        if not inspect.isclass(value) and name != "Premise":
            text = meanings.get(name) if isinstance(value, steps.Move) else _first_paragraph(value)
            rows.append(f"- `{name}`: {text}")
    rows += ["", "## Names of `symrlhf`", ""]
    for name in sorted(symrlhf.__all__):
        value = getattr(symrlhf, name)
        if not inspect.ismodule(value):
            said = _first_paragraph(value) if callable(value) else ""
            rows.append(f"- `{name}`: {said or ANNOTATIONS[name]}")
    rows += ["", "## Derivations", "", DERIVATIONS, ""]
    rows += ["## Numeric functions", ""]
    rows += [
        f"- `{n}{inspect.signature(functions.named(n))}`: {_first_paragraph(functions.named(n))}"
        for n in functions.names()
    ]
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    TARGET.write_text(reference(), encoding="utf-8")
