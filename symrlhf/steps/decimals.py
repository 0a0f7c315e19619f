"""Decimals: SymPy evaluates, the kernel encloses."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

import sympy

from symrlhf.setting import Setting
from symrlhf.steps import engine
from symrlhf.steps.engine import EVERY, Move, Scalars
from symrlhf.term import Approx, Operand, Rel, Term, as_term

DIGITS = 30
"""What SymPy evaluates before the decimal is rounded."""


def rounding(places: int, of: Operand | None = None) -> Move:
    """a → a ≈ 0.0486, a number to so many places after the point: the last expression, or another one."""
    number = None if of is None else as_term(of)

    def action(line: Term, setting: Setting) -> Term:
        a = line if number is None else number
        scalars = Scalars(setting, a, EVERY)
        e = scalars.expr(a)
        if isinstance(a, Rel) or e.free_symbols:
            return line
        value = Decimal(str(engine.run("N", sympy.N, e, DIGITS)))
        return Approx(a, value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN))

    words = (f"rounded to {places} places",)
    return Move("rounding", words, "a number", action, (places,) if of is None else (places, number), of is None)
