"""A term or a factor that is lost, or one too many, whatever the line is about."""

from __future__ import annotations

from collections.abc import Iterator

from symrlhf.checker.mistakes.line import Edit, Edits, Line, Words, numbers_in
from symrlhf.checker.mistakes.writing import ONE, negated, over, product_of, sum_of, times
from symrlhf.term import REAL, Add, App, Fun, Mul, Neg, Num, Sym, Term


def one(line: Line) -> Edits:
    for path, t in line.places:
        if path and isinstance(t, (Num, Neg)):
            continue
        where: Words = (" beside ", t) if path else ()
        yield Edit(("a term 1 is lost", *where), line.with_right(sum_of([t, ONE]), path))
        yield Edit(("a term −1 is lost", *where), line.with_right(sum_of([t, Neg(ONE)]), path))


def dropped(term: Term) -> Iterator[tuple[Words, Term]]:
    match term:
        case Add(terms=terms):
            for i, part in enumerate(terms):
                yield ("the term ", part, " is too many"), sum_of([*terms[:i], *terms[i + 1 :]])
        case Mul(factors=factors):
            for i, part in enumerate(factors):
                yield ("the factor ", part, " is too many"), product_of([*factors[:i], *factors[i + 1 :]])
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
