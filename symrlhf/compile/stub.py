"""`functions.pyi`: what editors and type checkers know of the numeric functions, written from their declarations."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator

from symrlhf.compile.choosing import Choice
from symrlhf.compile.driving import DrivenFunction
from symrlhf.compile.function import NumericFunction, camel

HEADER = '''"""Numeric functions of the theorems. Written by pytest --update-golden from derivations/."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from symrlhf.compile.choosing import Choice
from symrlhf.compile.driving import DrivenFunction
from symrlhf.compile.function import NumericFunction
from symrlhf.compile.report import Report
from symrlhf.compile.tables import Summary

Numbers = np.floating[Any] | NDArray[np.floating[Any]]
Reduction = Literal["mean", "sum", "none"]

__all__: list[str]

def names() -> tuple[str, ...]: ...
def named(name: str) -> Any: ...
def run_report(name: str, assignments: Mapping[str, str]) -> Report: ...
def run_table(
    name: str,
    path: Path,
    assignments: Mapping[str, str],
    output: Path | None,
    progress: Callable[[int, int], None],
    nan: bool = ...,
) -> Summary: ...
def write_pyi() -> str: ...'''


def stub(functions: Iterable[NumericFunction | DrivenFunction | Choice]) -> str:
    """The text of functions.pyi, in the form that ruff gives it."""
    return HEADER + "".join(f"\n{line}" for f in functions for line in _any(f)) + "\n"


def _any(function: NumericFunction | DrivenFunction | Choice) -> Iterator[str]:
    match function:
        case Choice():
            yield from ("", f"{function.name}: Choice")
        case DrivenFunction():
            yield from _driven_lines(function)
        case _:
            yield from _lines(function)


def _driven_lines(function: DrivenFunction) -> Iterator[str]:
    name = camel(function.name)
    yield ""
    yield f"class _{name}(DrivenFunction):"
    for method, doc in (
        ("__call__", f'\n        """{function.doc}"""\n'),
        ("grad", " ..."),
        ("value_and_grad", " ..."),
    ):
        yield f"    def {method}("
        yield "        self,"
        yield from (f"        {_driven_parameter(p)}," for p in function.__signature__.parameters.values())
        yield f"    ) -> {'tuple[Any, Any]' if method == 'value_and_grad' else 'Any'}:{doc}"
    yield ""
    yield f"{function.name}: _{name}"


def _driven_parameter(p: inspect.Parameter) -> str:
    if p.annotation == "object":
        if p.default is inspect.Parameter.empty:
            return f"{p.name}: ArrayLike"
        return f"{p.name}: ArrayLike | None = None" if p.default is None else f"{p.name}: ArrayLike = {p.default!r}"
    if p.default is inspect.Parameter.empty:
        return f"{p.name}: {p.annotation}"
    return f"{p.name}: {p.annotation} = {p.default!r}".replace("'", '"')


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
        return f'reduction: Reduction = "{p.default}"'
    if p.default is inspect.Parameter.empty:
        return f"{p.name}: ArrayLike"
    if p.name == "mask":
        return "mask: ArrayLike | None = None"
    kind = "ArrayLike | None" if p.default is None else "ArrayLike"
    return f"{p.name}: {kind} = {p.default!r}"
