"""A number for another: a coefficient, a count that is off by one, a limit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from symrlhf.checker.mistakes.line import Edit, Edits, Line, Words
from symrlhf.checker.mistakes.writing import ONE, TWO, ZERO, over, product_of, sum_of, times
from symrlhf.errors import NotSupported, RuleViolation, StepUndecided
from symrlhf.kernel.limits import known, limit_of
from symrlhf.kernel.theorem import Parts
from symrlhf.term import (
    INTEGER,
    REAL,
    Add,
    Bound,
    Div,
    Fun,
    Infinity,
    Lim,
    Mul,
    Neg,
    Num,
    Order,
    Path,
    Pow,
    Range,
    Rational,
    Sym,
    Term,
    exact_value,
    infinite,
)

COUNTERS = ("n", "m", "k", "i", "j", "t", "s", "N", "K", "G", "T", "B", "L")
"""Letters that count."""
DISCOUNTS = ("gamma", "lam", "lambda")
"""Letters whose power is a time."""


def limit(line: Line) -> Edits:
    """The limit as it is computed, or one of the numbers that limits are."""
    if not isinstance(line.lhs, Lim) or line.lhs.kind != "lim":
        return
    computed = _computed(line.lhs, line)
    if computed is not None:
        yield Edit(("the limit is ", computed), line.with_right(computed))
    numbers: list[Term] = [ZERO, ONE, Neg(ONE), Infinity(), Neg(Infinity())]
    numbers += [Div(ONE, TWO), Div(ONE, Rational(4)), TWO, Fun("log", (TWO,)), Fun("exp", (ONE,)),
                Div(ONE, Fun("exp", (ONE,)))]  # fmt: skip
    free = sorted((s for s in line.expanded.symbols if s.sort == REAL), key=lambda s: s.name)
    numbers += [n for s in free for n in (s, Neg(s), Div(ONE, s), Fun("log", (s,)))]
    for n in numbers:
        yield Edit(("the limit is ", n), line.with_right(n))


def _computed(lim: Lim, line: Line) -> Term | None:
    parts = Parts.of(line.setting, line.given)
    try:
        return limit_of(parts.setting, lim, known(parts, line.given)).term
    except (NotSupported, RuleViolation, StepUndecided):
        return None


def part_of_limit(line: Line) -> Edits:
    """A limit with the right letters and another number before them."""
    if isinstance(line.lhs, Lim) and line.lhs.kind == "lim" and line.rhs.names:
        for n in (2, 3, 4):
            yield Edit((f"a factor 1/{n} is lost",), line.with_right(over(line.rhs, Rational(n))))
            yield Edit((f"a factor {n} is lost",), line.with_right(times(Rational(n), line.rhs)))


def order(line: Line) -> Edits:
    """O(x³) for O(x⁴)."""
    right = line.rhs
    if not isinstance(right, Lim) or right.kind != "near" or not isinstance(right.body, Order):
        return
    match right.body.body:
        case Pow(base=base, exponent=Num(value=n)) if n.denominator == 1 and 1 < n <= MOST_POWER:
            for k in range(int(n) - 1, 0, -1):
                new = replace(right.body, body=_power(base, k))
                yield Edit(("the order is ", Rational(k)), line.with_right(right.rebuild((new, right.to))))
        case _:
            pass


MOST_POWER = 6
"""Orders that are tried."""
MOST_TERMS = 4
"""Of an expansion."""


def expansion(line: Line) -> Edits:
    """The terms of a Taylor expansion that are lost, wrong or too many, one after the other from the lowest."""
    left, right = line.lhs, line.rhs
    if not isinstance(left, Lim) or not isinstance(right, Lim) or left.kind != "near" or infinite(left.to):
        return
    parts = right.body.terms if isinstance(right.body, Add) else (right.body,)
    kept = [p for p in parts if not isinstance(p, Order)]
    orders = [p for p in parts if isinstance(p, Order)]
    away = _away(left.to)
    lost: list[Term] = []
    for n in range(MOST_TERMS + 1):
        power = _power(away, n)
        rest = left.body - sum_of([*kept, *lost])
        coefficient = _computed(Lim("lim", Div(rest, power), left.to, left.side, left.letter), line)
        if coefficient is None or infinite(coefficient):
            return
        if coefficient == ZERO:
            continue
        lost.append(product_of([p for p in (coefficient, power) if p != ONE]))
        words: Words = ("the coefficient of order ", Rational(n), " lacks ", coefficient)
        yield Edit(words, line.with_right(right.rebuild((sum_of([*kept, *lost, *orders]), right.to))))


def _away(to: Term) -> Term:
    """The bound variable's distance from the point."""
    return Bound(0, REAL) if to == ZERO else Bound(0, REAL) - to


def _power(t: Term, n: int) -> Term:
    return ONE if n == 0 else t if n == 1 else Pow(t, Rational(n))


def coefficients(line: Line) -> Edits:
    """A number that should be another."""
    for path, t in line.places:
        if isinstance(t, Num) and not t.is_decimal and t.value.denominator == 1 and not _is_power(line, path):
            for n in (1, 2, 3, 4, 8):
                if n != t.value:
                    yield Edit(("the factor ", t, f" should be {n}"), line.with_right(Rational(n), path))


def _is_power(line: Line, path: Path) -> bool:
    return bool(path) and path[-1] == 1 and isinstance(line.rhs.at(path[:-1]), Pow)


def _is_square(line: Line, path: Path) -> bool:
    """A square that is no time: its exponent is no count."""
    base = line.rhs.at((*path[:-1], 0))
    square = exact_value(line.rhs.at(path)) == 2
    return square and not (isinstance(base, Sym) and base.name in DISCOUNTS)


def off_by_one(line: Line) -> Edits:
    for path, t in line.places:
        for new in _neighbours(line, path, t):
            yield Edit((t, " should be ", new), line.with_right(new, path))
    for path, t in line.left_places:
        if isinstance(t, Range):
            for new in _other_ranges(t):
                yield Edit((t, " should be ", new), line.with_left(new, path))


def neighbours_in_time(line: Line) -> Edits:
    """V_2 for V_1 where time is discounted."""
    if not line.expanded.names & set(DISCOUNTS):
        return
    known = {s.name: s for s in (*line.expanded.symbols, *line.relation.symbols)}
    known |= {n: Sym(n) for n, value in line.setting.definitions if not value.parameters}
    for path, t in line.places:
        stem, _, time = t.name.rpartition("_") if isinstance(t, Sym) else ("", "", "")
        for new in (int(time) - 1, int(time) + 1) if stem and time.isdecimal() else ():
            if (other := known.get(f"{stem}_{new}")) is not None:
                yield Edit((t, " should be ", other), line.with_right(other, path))


def _other_ranges(t: Range) -> Iterator[Term]:
    first, last = t.first, t.last
    ends = () if t.endless else ((first, last + ONE), (first, _less(last)))
    for f, e in ((first + ONE, last), (_less(first), last), *ends):
        yield t.rebuild((f, e, t.body))


def _less(t: Term) -> Term:
    """One less, without the sum that a number or n + 1 would leave."""
    match t:
        case Num(value=value):
            return Rational(int(value) - 1)
        case Add(terms=(a, Num(value=value))) if value == 1:
            return a
        case _:
            return t - ONE


def degrees_of_freedom(line: Line) -> list[Term]:
    """n/(n − 1), which a mean over the others has, for every number of samples."""
    counts = (s for s in line.expanded.symbols if s.sort in (REAL, INTEGER) and s.name in COUNTERS)
    return [Div(n, n - ONE) for n in sorted(counts, key=lambda s: s.name)]


def divisors(line: Line) -> Edits:
    """A count that is divided by, on either side."""
    for places, put in ((line.places, line.with_right), (line.left_places, line.with_left)):
        for path, t in places:
            if isinstance(t, Div) and isinstance(d := t.denominator, Num) and d.value.denominator == 1 and d.value > 2:
                for n in (int(d.value) - 1, int(d.value) + 1):
                    new = Div(t.numerator, Rational(n))
                    yield Edit((t, " should be ", new), put(new, path))


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
                if n >= 0 and not (n < value and _is_square(line, path)):
                    yield Rational(int(n))
        case Sym() if _counts(t):
            yield t - ONE
            yield t + ONE
        case Fun(name="exp", args=(z,)):
            yield Fun("exp", (z - ONE,))
            yield Fun("exp", (z + ONE,))
        case Pow(base=Sym() as b, exponent=n) if exact_value(n) is not None and b.name in DISCOUNTS:
            yield b
        case Pow(base=Sym() as b, exponent=n) if exact_value(n) is None:
            yield Pow(b, n - ONE)
            yield Pow(b, n + ONE)
        case Mul(factors=(Num(value=value), Sym() as s, *rest)) if value == 2:
            yield product_of([Pow(s, TWO), *rest])
        case Mul(factors=factors):
            for i, (f, g) in enumerate(pairwise(factors)):
                yield product_of([*factors[:i], Pow(Mul((f, g)), TWO), *factors[i + 2 :]])
        case Range():
            yield from _other_ranges(t)
        case _:
            pass


def _counts(t: Term) -> bool:
    return isinstance(t, Sym) and (t.sort == INTEGER or t.name in COUNTERS)
