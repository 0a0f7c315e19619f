"""Numbers as written, and the bounds on what is read."""

from __future__ import annotations

from decimal import Decimal
from math import inf

from symrlhf.rational import Q
from symrlhf.term import Add, Mul, Neg, Num, Pow, Term

MAX_DIGITS = 400
MAX_DERIVATIVES = 9
MAX_EXPONENT = 1000


def decimal(text: str) -> Num | None:
    """The number with its digits as written; None for one that is too long."""
    exact = Decimal(text) if len(text) <= MAX_DIGITS else None
    if exact is None or abs(exact.adjusted()) > MAX_DIGITS:
        return None
    return Num(Q(exact), text)


def magnitude(term: Term) -> float:
    """How large a number written with powers is, about; 0 for what is none."""
    match term:
        case Num(value=value):
            return float(min(value, Q(10) ** 300))
        case Pow(base=base, exponent=exponent):
            try:
                return magnitude(base) ** magnitude(exponent)
            except OverflowError:
                return inf
        case Neg(arg=arg):
            return magnitude(arg)
        case Add(terms=parts) | Mul(factors=parts):
            return max(map(magnitude, parts))
        case _:
            return 0.0
