"""Something turned over: a sign, the argument of a sigmoid, a ratio."""

from __future__ import annotations

from collections.abc import Iterator

from symrlhf.checker.mistakes.line import Edit, Edits, Line, Words, numbers_in
from symrlhf.checker.mistakes.writing import ONE, negated, product_of
from symrlhf.term import REAL, Add, App, Div, Fun, Mul, Neg, Pow, Sym, Term, exact_value


def whole_sign(line: Line) -> Edits:
    yield Edit(("the sign of the whole right side is wrong",), line.with_right(negated(line.rhs)))


def term_sign(term: Term) -> Iterator[tuple[Words, Term]]:
    match term:
        case Add(terms=terms):
            for i, part in enumerate(terms):
                words = ("the sign of the term ", part, " is wrong")
                yield words, Add((*terms[:i], negated(part), *terms[i + 1 :]))
        case Fun(name="exp", args=(z,)):
            yield ("the sign inside ", term, " is wrong"), Fun("exp", (negated(z),))
        case Pow(base=b, exponent=n) if exact_value(n) is None and not isinstance(b, Div):
            yield ("the sign of the exponent of ", term, " is wrong"), Pow(b, negated(n))
        case Div(numerator=Fun(name="exp") as above, denominator=Fun(name="exp") as below):
            yield ("the sign of the exponent of ", term, " is wrong"), Div(below, above)
        case _:
            pass


def left_sign(line: Line) -> Edits:
    """A sign on the left, where the right side has nothing to change."""
    for path, t in numbers_in(line.relation.lhs):
        if isinstance(t, Add):
            for words, new in term_sign(t):
                yield Edit(words, line.with_left(new, path))


def sigmoid_argument(term: Term) -> Iterator[tuple[Words, Term]]:
    if isinstance(term, Fun) and term.name in ("sigmoid", "softplus"):
        mended = Fun(term.name, (negated(term.args[0]),))
        yield (term, " should be ", mended), mended


def inverted(term: Term) -> Iterator[tuple[Words, Term]]:
    match term:
        case Div(numerator=above, denominator=below):
            yield ("the ratio ", term, " is upside down"), Div(below, above)
            factors = above.factors if isinstance(above, Mul) else ()
            for i, f in enumerate(factors):
                ratio = Div(below, f)
                mended = product_of([*factors[:i], *factors[i + 1 :], ratio])
                yield ("the ratio ", Div(f, below), " is upside down"), mended
        case Mul(factors=factors):
            for i, f in enumerate(factors):
                if isinstance(f, Div):
                    continue
                rest = product_of([*factors[:i], *factors[i + 1 :]])
                yield ("the factor ", f, " belongs below the fraction bar"), Div(rest, f)
        case _:
            pass


def reciprocal(line: Line) -> Edits:
    yield Edit(("the right side is upside down",), line.with_right(Div(ONE, line.rhs)))


def inverted_in_log(line: Line) -> Edits:
    """The logarithm of a ratio, upside down: a sign, if it stood in a sum."""
    sums = {path for path, t in line.places if isinstance(t, (Add, Neg))}
    for path, t in line.places:
        if any(path[:i] in sums for i in range(len(path))):
            continue
        if isinstance(t, Fun) and t.name == "log" and isinstance(ratio := t.args[0], Div):
            mended = Fun("log", (Div(ratio.denominator, ratio.numerator),))
            yield Edit(("the ratio ", ratio, " is upside down"), line.with_right(mended, path))


def absolute(term: Term) -> Iterator[tuple[Words, Term]]:
    if isinstance(term, (Sym, App)) and term.sort == REAL:
        yield (term, " should be ", Fun("abs", (term,))), Fun("abs", (term,))
