"""`functions.pyi`: what editors and type checkers know of the numeric functions, written from their declarations."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator

from symrlhf.compile.function import NumericFunction, camel

HEADER = '''"""Numeric functions of the theorems. Written by pytest --update-golden from derivations/."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from symrlhf.compile.function import NumericFunction
from symrlhf.compile.report import Report

Numbers = np.floating[Any] | NDArray[np.floating[Any]]
Reduction = Literal["mean", "sum", "none"]

__all__: list[str]

def names() -> tuple[str, ...]: ...
def named(name: str) -> NumericFunction: ...
def run_report(name: str, assignments: Mapping[str, str]) -> Report: ...
def write_pyi() -> str: ...'''


def stub(functions: Iterable[NumericFunction]) -> str:
    """The text of functions.pyi, in the form that ruff gives it."""
    return HEADER + "".join(f"\n{line}" for f in functions for line in _lines(f)) + "\n"


def _lines(function: NumericFunction) -> Iterator[str]:
    name = camel(function.name)
    rows = [output for output in function.output_terms if output]
    if rows:
        yield from _named_tuple(f"{name}Result", rows)
    value = f"{name}Result" if rows else "Numbers"
    yield from _named_tuple(f"{name}Gradient", function.differentiable)
    parameters = [f"        {_parameter(p)}," for p in function.__signature__.parameters.values() if p.name != "out"]
    summary = (function.declaration.doc or f"{function.declaration.derivation.title}.").splitlines()[0]
    keywords = ["        *,", "        out: Any = None,", "        threads: int = 1,"]
    derivatives = [*keywords, "        of: str | None = None,"]
    yield ""
    yield f"class _{name}(NumericFunction):"
    for method, extra, returns, body in (
        ("__call__", keywords, value, f'\n        """{summary}"""\n'),
        ("grad", derivatives, f"{name}Gradient", " ..."),
        ("value_and_grad", derivatives, f"tuple[{value}, {name}Gradient]", " ..."),
        ("hess", ["        *,", "        of: str | None = None,"], "Numbers", " ..."),
    ):
        yield f"    def {method}("
        yield "        self,"
        yield from parameters
        yield from extra
        yield f"    ) -> {returns}:{body}"
    yield ""
    yield f"{function.name}: _{name}"


def _named_tuple(name: str, fields: Iterable[str]) -> Iterator[str]:
    yield ""
    yield f"class {name}(NamedTuple):"
    yield from (f"    {field}: Numbers" for field in fields)


def _parameter(p: inspect.Parameter) -> str:
    if p.name == "reduction":
        return 'reduction: Reduction = "mean"'
    if p.default is inspect.Parameter.empty:
        return f"{p.name}: ArrayLike"
    kind = "ArrayLike | None" if p.default is None else "ArrayLike"
    return f"{p.name}: {kind} = {p.default!r}"
