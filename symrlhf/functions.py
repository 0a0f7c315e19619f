"""The numeric functions declared beside the derivations: `from symrlhf.functions import rm_loss`.

A name is found in the source of the derivations, and its file is imported, when first asked for; nothing is
proven or compiled before the first call. Editors read `functions.pyi`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symrlhf.errors import unknown_name
from symrlhf.library import PACKAGE, numeric_functions

if TYPE_CHECKING:
    from symrlhf.compile.report import Report
    from symrlhf.compile.tables import Summary

_LOGITS = "_from_logits"


def _declared() -> dict[str, tuple[str, str]]:
    """Function -> its module and what it is bound to there: `sigmoid_` beside derivations that use the term."""
    return {bound.rstrip("_"): (module, bound) for bound, module in numeric_functions().items()}


def names() -> tuple[str, ...]:
    """Every function, in the order of the chapters; one that takes distributions has a `_from_logits` twin."""
    found = [(name, named(name)) for name in _declared()]
    return tuple(n for name, f in found for n in ((name, name + _LOGITS) if f.takes_distributions else (name,)))


def named(name: str) -> Any:
    """The function called `name`, or an error that gives the nearest names."""
    declared = _declared()
    base = name.removesuffix(_LOGITS)
    if name in declared:
        return _function(name, *declared[name])
    if base != name and base in declared:
        found = _function(name, *declared[base])
        if found is not None:
            return found
    raise unknown_name("function", name, names())


def _function(name: str, module: str, bound: str) -> Any:
    """The function as earlier processes left it, or from its module; None for a twin that there is not."""
    from symrlhf.compile.function import FRONT, NumericFunction, Recalled
    from symrlhf.compile.memory import Memory

    def declared() -> Any:
        function = getattr(import_module(module), bound)
        if not name.endswith(_LOGITS):
            return function
        return function.from_logits if function.takes_distributions else None

    module, memory = f"{PACKAGE}.{module}", None
    if module not in sys.modules:
        memory = Memory(name)
        if memory.get(FRONT) is not None:
            return Recalled(name, memory, declared)
    function = declared()
    if isinstance(function, NumericFunction) and function.memory.path is None:
        function.memory = memory or Memory(name)
    return function


def run_report(name: str, assignments: Mapping[str, str]) -> Report:
    """The function called with values given as text: value, gradient, formula, theorem, as plain data."""
    from symrlhf.compile.report import report

    return report(named(name), assignments)


def run_table(
    name: str,
    path: Path,
    assignments: Mapping[str, str],
    output: Path | None,
    progress: Callable[[int, int], None],
    nan: bool = False,
) -> Summary:
    """The function of every row of a .csv or .npy file, chunk by chunk; `output` gets each value and derivative."""
    from symrlhf.compile.choosing import Choice
    from symrlhf.compile.report import read_value
    from symrlhf.compile.tables import run_file

    function, assignments = named(name), dict(assignments)
    if isinstance(function, Choice):
        if "kind" not in assignments:
            raise TypeError(f"{name}: missing a required argument: 'kind', one of {', '.join(function.kinds)}")
        function = function.chosen(assignments.pop("kind"))
    for argument in assignments:
        if argument not in function.__signature__.parameters:
            raise unknown_name(f"argument of {function.name}", argument, list(function.__signature__.parameters))
    options = {n: text if n == "reduction" else read_value(n, text) for n, text in assignments.items()}
    return run_file(function, path, options, output, progress, nan)


def write_pyi() -> str:
    """The text of functions.pyi."""
    from symrlhf.compile.stub import stub

    return stub(named(name) for name in names())


def __getattr__(name: str) -> object:
    if name == "__all__":
        return list(names())
    if name.startswith("_"):
        raise AttributeError(f"module 'symrlhf.functions' has no name {name!r}")
    try:
        function = named(name)
    except LookupError as error:
        raise AttributeError(str(error), name=name, obj=sys.modules[__name__]) from None
    globals()[name] = function
    return function


def __dir__() -> list[str]:
    return list(names())
