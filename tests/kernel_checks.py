"""The checks that a mutant of the kernel must fail: every case of the tables of claims and attacks, by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from itertools import product
from types import ModuleType
from typing import Any

import pytest
import test_cells
import test_claims
import test_implications
import test_inequalities
import test_integrals
import test_kernel_attacks
import test_kernel_laws
import test_limits
import test_normal
import test_ranges

from symrlhf.errors import SymrlhfError
from symrlhf.kernel.cross import KernelDisagreement

MODULES = (
    test_kernel_laws,
    test_kernel_attacks,
    test_implications,
    test_limits,
    test_claims,
    test_cells,
    test_normal,
    test_ranges,
    test_inequalities,
    test_integrals,
)
SLOW = (
    "test_random_integrals_agree_with_mpmath",
    "test_a_hard_term_is_answered_or_given_up",
    "test_a_statement_that_is_too_large_is_left_undecided_and_soon",
    "test_too_many_cells_are_undecided",
)
FAILURES = (AssertionError, pytest.fail.Exception, SymrlhfError, KernelDisagreement)
"""What a check raises that fails. Any other exception is a broken mutant."""

Check = Callable[[], object]


def _cases(module: ModuleType) -> Iterator[tuple[str, Check]]:
    for name, test in inspect.getmembers(module, inspect.isfunction):
        marks = [m for m in getattr(test, "pytestmark", []) if m.name != "usefixtures"]
        if not name.startswith("test_") or name in SLOW or any(m.name != "parametrize" for m in marks):
            continue
        names = [n for m in marks for n in _names(m)]
        if set(inspect.signature(test).parameters) != set(names):
            continue  # wants a fixture
        yield from _parametrised(name, test, marks)


def _names(mark: Any) -> list[str]:
    """The parameters of a mark, which are written in one text or in several."""
    written = mark.args[0]
    return [n.strip() for n in written.split(",")] if isinstance(written, str) else list(written)


def _parametrised(name: str, test: Callable[..., object], marks: list[Any]) -> Iterator[tuple[str, Check]]:
    for chosen in product(*(list(m.args[1]) for m in marks)):
        values: dict[str, Any] = {}
        for mark, value in zip(marks, chosen, strict=True):
            keys = _names(mark)
            values.update(zip(keys, value if len(keys) > 1 else (value,), strict=True))
        label = ", ".join(v if isinstance(v, str) else getattr(v, "name", repr(v)) for v in values.values())
        yield f"{name}[{label}]" if label else name, lambda values=values: test(**values)


CHECKS: dict[str, Check] = {name: check for module in MODULES for name, check in _cases(module)}


def fails(check: Check) -> bool:
    try:
        check()
    except FAILURES:
        return True
    return False
