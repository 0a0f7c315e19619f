"""`Q` beside the standard library's `Fraction`: the same numbers, the same errors, for every pair of operands."""

from __future__ import annotations

import operator
import pickle
from collections.abc import Callable
from copy import copy, deepcopy
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any

import pytest

from symrlhf.rational import Q

NUMBERS = [Fraction(p, q) for p in (-(10**40), -6, -3, -1, 0, 1, 2, 4, 9, 10**30 + 7) for q in (1, 2, 3, 12, 10**25)]
NUMBERS += [
    Fraction(3, 2**300),
    Fraction(-5, 2**411),
    Fraction(2**320 + 2**9, 3),
    Fraction(1, 3 * 2**300),
    2 - Fraction(1, 2**300),
]
OTHERS: list[Any] = [
    *NUMBERS[::7],
    *NUMBERS[-5:],
    0,
    1,
    -2,
    6,
    10**30,
    True,
    0.5,
    -2.0,
    float("inf"),
    2 + 1j,
    "1",
    None,
]

BINARY = [
    operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod,
    operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge,
]  # fmt: skip
UNARY: list[Callable[[Any], Any]] = [
    operator.neg, operator.pos, abs, bool, hash, int, float, round, str,
    lambda q: q.__floor__(), lambda q: q.__ceil__(), lambda q: q.as_integer_ratio(), lambda q: q.limit_denominator(7),
]  # fmt: skip


def outcome(f: Callable[..., Any], *args: Any) -> Any:
    """A value, whose kind counts where it is no rational, or the kind of error."""
    try:
        value = f(*args)
    except Exception as error:
        return type(error)
    return value if isinstance(value, Fraction) else (type(value), repr(value))


def same(f: Callable[..., Any], theirs: tuple[Any, ...], ours: tuple[Any, ...]) -> None:
    assert outcome(f, *theirs) == outcome(f, *ours), (f, theirs)


def test_in_every_operation() -> None:
    for f, p in product(UNARY, NUMBERS):
        same(f, (p,), (Q(p),))
    for f, p, q in product(BINARY, NUMBERS, OTHERS):
        ours = Q(q) if type(q) is Fraction else q
        for a, b in ((Q(p), ours), (Q(p), q), (p, ours)):
            same(f, (p, q), (a, b))
        for a, b in ((ours, Q(p)), (q, Q(p))):
            same(f, (q, p), (a, b))


def test_powers() -> None:
    for p in NUMBERS:
        for n in (-3, -1, 0, 1, 2, 5, Fraction(1, 2), Fraction(-2), 0.5):
            same(operator.pow, (p, n), (Q(p), n))


def test_it_is_made_of_what_a_fraction_is_made_of() -> None:
    for args in [
        (), (3,), (-6, 4), (6, -4), (0, -5), ("3/9",), ("-0.25",), (0.5,), (Decimal("1.10"),), (Fraction(2, 6),),
        (Fraction(1, 2), Fraction(3, 4)), (7, Fraction(7, 2)), (True, 2), (1, 0), (Fraction(1), 0), ("x",), (None,),
    ]:  # fmt: skip
        same(Fraction, args, args)
        try:
            theirs = Fraction(*args)
        except (ZeroDivisionError, TypeError, ValueError) as error:
            with pytest.raises(type(error)):
                Q(*args)
        else:
            ours = Q(*args)
            assert type(ours) is Q
            assert (ours.numerator, ours.denominator) == (theirs.numerator, theirs.denominator)


def test_a_result_is_in_lowest_terms_with_a_positive_denominator() -> None:
    for p, q in product(NUMBERS, NUMBERS):
        results = [Q(p) + Q(q), Q(p) - Q(q), Q(p) * Q(q), Q(p) + 3, 3 - Q(p), *([Q(p) / Q(q), 4 / Q(q)] if q else [])]
        for r in results:
            assert type(r) is Q
            again = Fraction(r.numerator, r.denominator)
            assert (again.numerator, again.denominator) == (r.numerator, r.denominator)


def test_it_takes_the_place_of_a_fraction() -> None:
    for p in NUMBERS:
        theirs: dict[Fraction, str] = {p: "found"}
        ours: dict[Fraction, str] = {Q(p): "found"}
        assert theirs[Q(p)] == ours[p] == "found"
        assert sorted([Q(p), *NUMBERS]) == sorted([p, *NUMBERS])
        for r in (pickle.loads(pickle.dumps(Q(p))), copy(Q(p)), deepcopy(Q(p))):
            assert (type(r), r) == (Q, p)
