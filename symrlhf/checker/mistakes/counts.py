"""A number for another: a coefficient, a count that is off by one, a limit."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from symrlhf.checker.mistakes.line import Edit, Edits, Line
from symrlhf.checker.mistakes.writing import ONE, TWO, ZERO, product_of
from symrlhf.term import (
    INTEGER,
    REAL,
    Add,
    Div,
    Fun,
    Infinity,
    Lim,
    Mul,
    Neg,
    Num,
    Path,
    Pow,
    Range,
    Rational,
    Sym,
    Term,
    exact_value,
)

COUNTERS = ("n", "m", "k", "i", "j", "t", "s", "N", "K", "G", "T", "B", "L")
"""Letters that count."""


def limit(line: Line) -> Edits:
    """The limit is one of the numbers that limits are."""
    if not isinstance(line.relation.lhs, Lim) or line.relation.lhs.kind != "lim":
        return
    numbers: list[Term] = [ZERO, ONE, Neg(ONE), Infinity(), Neg(Infinity())]
    numbers += [Div(ONE, TWO), Div(ONE, Rational(4)), TWO, Fun("log", (TWO,)), Fun("exp", (ONE,)),
                Div(ONE, Fun("exp", (ONE,)))]  # fmt: skip
    free = sorted((s for s in line.expanded.symbols if s.sort == REAL), key=lambda s: s.name)
    numbers += [n for s in free for n in (s, Neg(s), Div(ONE, s), Fun("log", (s,)))]
    for n in numbers:
        yield Edit(("the limit is ", n), line.with_right(n))


def coefficients(line: Line) -> Edits:
    """A number that should be another."""
    for path, t in line.places:
        if isinstance(t, Num) and not t.is_decimal and t.value.denominator == 1 and not _is_power(line, path):
            for n in (1, 2, 3, 4, 8):
                if n != t.value:
                    yield Edit(("the factor ", t, f" should be {n}"), line.with_right(Rational(n), path))


def _is_power(line: Line, path: Path) -> bool:
    return bool(path) and path[-1] == 1 and isinstance(line.rhs.at(path[:-1]), Pow)


def off_by_one(line: Line) -> Edits:
    for path, t in line.places:
        for new in _neighbours(line, path, t):
            yield Edit((t, " should be ", new), line.with_right(new, path))


def _neighbours(line: Line, path: Path, t: Term) -> Iterator[Term]:
    match t:
        case Add(terms=(a, Num(value=value))) if value == 1 and _counts(a):
            yield a
            yield a - ONE
        case Add(terms=(a, Neg(arg=Num(value=value)))) if value == 1 and _counts(a):
            yield a
            yield a + ONE
        case Num(value=value) if _is_power(line, path) and value.denominator == 1:
            for n in (value + 1, value - 1):
                if n >= 0:
                    yield Rational(int(n))
        case Sym() if _counts(t):
            yield t - ONE
            yield t + ONE
        case Fun(name="exp", args=(z,)):
            yield Fun("exp", (z - ONE,))
            yield Fun("exp", (z + ONE,))
        case Pow(base=b, exponent=n) if exact_value(n) is not None:
            yield b
        case Mul(factors=(Num(value=value), Sym() as s, *rest)) if value == 2:
            yield product_of([Pow(s, TWO), *rest])
        case Mul(factors=factors):
            for i, (f, g) in enumerate(pairwise(factors)):
                yield product_of([*factors[:i], Pow(Mul((f, g)), TWO), *factors[i + 2 :]])
        case Range(first=first, last=last):
            for f, e in ((first + ONE, last), (first - ONE, last), (first, last + ONE), (first, last - ONE)):
                yield t.rebuild((f, e, t.body))
        case _:
            pass


def _counts(t: Term) -> bool:
    return isinstance(t, Sym) and (t.sort == INTEGER or t.name in COUNTERS)
