""" "Not all equal", "not both zero": what words suppose of a list of numbers, as a sum of squares that is positive."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from symrlhf.checker.formulas import Side
from symrlhf.checker.statements.plan import Planned, any_entry
from symrlhf.checker.statements.state import Read, State
from symrlhf.read.syntax import Name, Script
from symrlhf.term import (
    INTEGER,
    Add,
    App,
    Div,
    IndexSet,
    Neg,
    Pow,
    Rational,
    Rel,
    Sym,
    Term,
    bind,
    bind_range,
)  # fmt: skip

NOT_ALIKE = re.compile(
    r"(?:\A|\W)(?:which are |and )?not (?:all|both)(?: of them| of these)? "
    r"(?:(?P<equal>equal|the same|identical|alike)|(?P<zero>zero|0|equal to (?:zero|0)))\b",
    re.IGNORECASE,
)
"""Words after a list of numbers."""

ZERO, ONE, TWO = (Rational(n, 1) for n in range(3))


def not_alike(state: State, p: Planned, said: re.Match[str]) -> bool:
    """Suppose it of the numbers before these words; whether it is clear which they are."""
    found = _of_family(state, p, zero=bool(said["zero"])) or _of_letters(state, zero=bool(said["zero"]))
    if found is None:
        return False
    state.suppose(Rel(">", found, ZERO), case=False, late=False)
    return True


def _of_letters(state: State, *, zero: bool) -> Term | None:
    numbers: list[Term] = [Sym(h.name) for h in state.subjects if not h.parameters]
    if len(numbers) != len(state.subjects) or len(numbers) < 2:
        return None
    apart = numbers if zero else [Add((n, Neg(numbers[0]))) for n in numbers[1:]]
    squares = [Pow(a, TWO) for a in apart]
    return squares[0] if len(squares) == 1 else Add(tuple(squares))


def _of_family(state: State, p: Planned, *, zero: bool) -> Term | None:
    """Σ_i (R_i − R̄)² of R_1, …, R_G."""
    found = family_of(state, p)
    if found is None:
        return None
    each, total = found
    mean = Div(total(each), total(ONE))
    return total(Pow(each if zero else Add((each, Neg(mean))), TWO))


def family_of(state: State, p: Planned) -> tuple[App, Callable[[Term], Term]] | None:
    """R_i of R_1, …, R_G, and the sum over all i."""
    side = p.formula.sides[0]
    entry = any_entry(side, state.source.text)
    if side is None or entry is None or not re.search(r"…|\.\.\.|\\[lc]?dots", _before(state, side)):
        return None
    match side.syntax, state.side(entry):
        case Script(sub=Name() as last), Read(term=App(args=(Sym() as i,)) as each):
            count = state.side(replace(side, syntax=last)).term
        case _:
            return None
    if isinstance(i.sort, IndexSet):
        return each, lambda body: bind("sum", i, body)
    if i.sort == INTEGER and isinstance(count, Term):
        return each, lambda body: bind_range("sum", i, ONE, count, body)
    return None


def _before(state: State, side: Side) -> str:
    return state.source.text[max(side.piece.offset - 12, 0) : side.piece.offset]
