"""Several new decimals inside the right side: a step a = f(d, e, ...) holds iff a lies in the range of f.

The decimals stand for intervals. Where each stands once, and on the way to it are only sums, products, quotients by
something else, exp and log, f is continuous and monotone in each of them, so that its least and greatest values are
at corners of the box. Which corners, floating point guesses; that a lies between (or beyond all), the kernel proves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import product

from symrlhf.errors import IllFormed, NotSupported, RuleViolation
from symrlhf.kernel.ball import Undefined
from symrlhf.kernel.decide import Proved, decide
from symrlhf.kernel.refute import digits
from symrlhf.setting import Setting
from symrlhf.term import Add, Div, Fun, Mul, Neg, Num, Rational, Rel, Term

MOST = 6
"""Decimals whose corners are looked at."""

DIGITS = 17
"""Of a value at a corner, to find the least and the greatest."""


def lies_within(value: Term, right: Term, new: Sequence[Num], setting: Setting) -> bool | None:
    """Whether a number lies in the range of the right side over its new decimals; None where that is not told."""
    if len(new) > MOST or any("e" in d.text.lower() for d in new):
        return None
    if any(_times(right, d) != 1 for d in new) or not _is_monotone(right, frozenset(new)):
        return None
    corners = [right.transform(_put(dict(zip(new, ends, strict=True)))) for ends in product(*map(_ends, new))]
    try:
        corners.sort(key=lambda c: float(digits(c, DIGITS).replace("−", "-")))
        if _holds("<=", corners[0], value, setting) and _holds("<=", value, corners[-1], setting):
            return True
        beyond = all(_holds("<", c, value, setting) for c in reversed(corners))
        return False if beyond or all(_holds("<", value, c, setting) for c in corners) else None
    except (IllFormed, NotSupported, RuleViolation, Undefined, ValueError):
        return None


def _ends(decimal: Num) -> tuple[Term, Term]:
    half = Fraction(1, 2 * 10 ** len(decimal.text.partition(".")[2]))
    low, high = decimal.value - half, decimal.value + half
    return Rational(low.numerator, low.denominator), Rational(high.numerator, high.denominator)


def _put(values: Mapping[Term, Term]) -> Callable[[Term], Term]:
    return lambda t: values.get(t, t)


def _times(term: Term, decimal: Num) -> int:
    return sum(t == decimal for t in term.subterms())


def _is_monotone(term: Term, new: frozenset[Term]) -> bool:
    """Whether only monotone operations stand above the decimals."""
    if term in new or new.isdisjoint(term.subterms()):
        return True
    match term:
        case Add() | Mul() | Neg() | Fun(name="exp" | "log"):
            return all(_is_monotone(c, new) for c in term.children)
        case Div(numerator=top, denominator=below):
            return new.isdisjoint(below.subterms()) and _is_monotone(top, new)
        case _:
            return False


def _holds(op: str, left: Term, right: Term, setting: Setting) -> bool:
    return isinstance(decide(Rel(op, left, right), setting), Proved)  # type: ignore[arg-type]
