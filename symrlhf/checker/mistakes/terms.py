"""A term or a factor that is lost, or one too many, whatever the line is about."""

from __future__ import annotations

from collections.abc import Iterator

from symrlhf.checker.mistakes.line import Edit, Edits, Line, Words, numbers_in
from symrlhf.checker.mistakes.writing import (
    ONE,
    TEMPERATURES,
    is_temperature,
    negated,
    over,
    product_of,
    sum_of,
    times,
    without,
)
from symrlhf.term import REAL, Add, App, Div, Fun, Mul, Neg, Num, Rational, Sym, Term, exact_value


def one(line: Line) -> Edits:
    for path, t in line.places:
        if path and isinstance(t, (Num, Neg)):
            continue
        where: Words = (" beside ", t) if path else ()
        yield Edit(("a term 1 is lost", *where), line.with_right(sum_of([t, ONE]), path))
        yield Edit(("a term −1 is lost", *where), line.with_right(sum_of([t, Neg(ONE)]), path))


def constant(line: Line) -> Edits:
    """A number that stands as a term, off by one."""
    for path, t in line.places:
        for i, part in enumerate(t.terms if isinstance(t, Add) else ()):
            value = exact_value(part)
            if value is not None and value.denominator == 1 and abs(value) > 1:
                less = value - 1 if value > 0 else value + 1
                new = Rational(int(less)) if less > 0 else Neg(Rational(int(-less)))
                yield Edit((part, " should be ", new), line.with_right(new, (*path, i)))


def too_many_terms(term: Term) -> Iterator[tuple[Words, Term]]:
    for i, part in enumerate(term.terms if isinstance(term, Add) else ()):
        yield ("the term ", part, " is too many"), sum_of(without(term.children, i))


def too_many_factors(term: Term) -> Iterator[tuple[Words, Term]]:
    for part, rest in _without_a_factor(term):
        yield ("the factor ", part, " is too many"), rest


def temperature_as_figure(line: Line) -> Edits:
    """β, where it stands as a number: 0.1 for β = 0.1."""
    known = {line.setting.expand(Sym(n)) for n in TEMPERATURES}
    known |= {p.relation.rhs for p in line.given if p.relation.op == "=" and is_temperature(p.relation.lhs)}
    values = {t.value for t in known if isinstance(t, Num)}
    for path, term in line.places if values else ():
        for part, rest in _without_a_factor(term):
            if isinstance(part, Num) and part.value in values:
                yield Edit(("the factor ", part, " is too many"), line.with_right(rest, path))


def _without_a_factor(term: Term) -> Iterator[tuple[Term, Term]]:
    """Each factor, also above a fraction bar, and what is left without it."""
    match term:
        case Mul(factors=factors):
            for i, part in enumerate(factors):
                yield part, product_of(without(factors, i))
        case Div(numerator=Mul(factors=factors), denominator=below):
            for i, part in enumerate(factors):
                yield part, over(product_of(without(factors, i)), below)
        case Div(numerator=above, denominator=below) if above != ONE:
            yield above, over(ONE, below)
        case _:
            pass


def added(line: Line) -> Edits:
    """A term or factor of the left side that is lost on the right."""
    pieces = dict.fromkeys(t for p, t in numbers_in(line.relation.lhs) if p and not t.dangling)
    for t in pieces:
        if isinstance(t, Num):
            continue
        yield Edit(("the term ", t, " is lost"), line.with_right(sum_of([line.rhs, t])))
        yield Edit(("the term ", Neg(t), " is lost"), line.with_right(sum_of([line.rhs, negated(t)])))
        yield Edit(("the factor ", t, " is lost"), line.with_right(times(t, line.rhs)))
        yield Edit(("the divisor ", t, " is lost"), line.with_right(over(line.rhs, t)))


def complements(term: Term) -> Iterator[tuple[Words, Term]]:
    """The factor 1 − σ of σ′, or 1 − p of a variance, lost."""
    if isinstance(term, Fun) and term.name == "sigmoid":
        yield ("the factor ", ONE - term, " is lost beside ", term), term * (ONE - term)
    if isinstance(term, (Sym, App)) and term.sort == REAL:
        yield ("the factor ", ONE - term, " is lost beside ", term), term * (ONE - term)
