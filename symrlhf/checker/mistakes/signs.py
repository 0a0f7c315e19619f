"""Something turned over: a sign, the argument of a sigmoid, a ratio."""

from __future__ import annotations

from collections.abc import Iterator

from symrlhf.checker.mistakes.line import Edit, Edits, Line, Words, numbers_in
from symrlhf.checker.mistakes.writing import ONE, TWO, is_temperature, negated, over, product_of, times
from symrlhf.term import REAL, Add, App, Binder, Div, Fun, Mul, Neg, Pow, Sym, Term, exact_value


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


def scaled_argument(term: Term) -> Iterator[tuple[Words, Term]]:
    """tanh z = 2σ(2z) − 1: a number lost inside σ."""
    if isinstance(term, Fun) and term.name in ("sigmoid", "softplus"):
        for new in (times(TWO, term.args[0]), over(term.args[0], TWO)):
            mended = Fun(term.name, (new,))
            yield (term, " should be ", mended), mended


def complement(line: Line) -> Edits:
    """1 − p for p, where p is a probability that is a sigmoid."""
    for path, t in line.places:
        for new in _complement(t, line):
            yield Edit((t, " should be ", new), line.with_right(new, path))


def _complement(t: Term, line: Line) -> Iterator[Term]:
    match t:
        case Sym() | App() if not t.dangling and _is_sigmoid(line.setting.expand(t)):
            yield ONE - t
        case Add(terms=(one, Neg(arg=Sym() | App() as p))) if one == ONE and _is_sigmoid(line.setting.expand(p)):
            yield p
        case _:
            pass


def _is_sigmoid(t: Term) -> bool:
    """Whether it is σ, or the share of one exponential among several."""
    match t:
        case Fun(name="sigmoid"):
            return True
        case Div(denominator=d):
            return any(isinstance(e, Fun) and e.name == "exp" for _, e in d.walk())
        case _:
            return False


def argument_and_sign(line: Line) -> Edits:
    """−σ(−z) for σ(z): the slopes of log σ(z) and log σ(−z)."""
    for path, t in line.places:
        for _, new in sigmoid_argument(t):
            words: Words = (t, " should be ", new, ", and the sign of the whole right side is wrong")
            yield Edit(words, line.with_right(negated(line.rhs.replace_at(path, new))))
            for i, part in enumerate(line.rhs.terms if isinstance(line.rhs, Add) else ()):
                if path[:1] == (i,):
                    mended = negated(part.replace_at(path[1:], new))
                    words = (t, " should be ", new, ", and the sign of the term ", part, " is wrong")
                    yield Edit(words, line.with_right(mended, (i,)))


def inverted(term: Term) -> Iterator[tuple[Words, Term]]:
    match term:
        case Div(numerator=above, denominator=below):
            yield ("the ratio ", term, " is upside down"), Div(below, above)
            factors = above.factors if isinstance(above, Mul) else ()
            for i, f in enumerate(factors):
                for below_, new in _exchanged(factors, i, below):
                    yield (f, " and ", below_, " are exchanged in the ratio ", term), new
            for i, f in enumerate(factors):
                ratio = Div(below, f)
                mended = product_of([*factors[:i], *factors[i + 1 :], ratio])
                yield ("the ratio ", Div(f, below), " is upside down"), mended
        case Mul(factors=factors):
            for i, f in enumerate(factors):
                if isinstance(f, Div) or is_temperature(f):
                    continue
                rest = product_of([*factors[:i], *factors[i + 1 :]])
                yield ("the factor ", f, " belongs below the fraction bar"), Div(rest, f)
        case _:
            pass


def _exchanged(factors: tuple[Term, ...], i: int, below: Term) -> Iterator[tuple[Term, Term]]:
    """One factor above the bar exchanged with one below it."""
    divisors = below.factors if isinstance(below, Mul) else ()
    for j, d in enumerate(divisors):
        above = product_of([*factors[:i], d, *factors[i + 1 :]])
        yield d, Div(above, product_of([*divisors[:j], factors[i], *divisors[j + 1 :]]))


def inverted_odds(term: Term) -> Iterator[tuple[Words, Term]]:
    """1/(1 + o) for o/(1 + o)."""
    match term:
        case Div(numerator=above, denominator=Add(terms=(one, odds)) as below) if above == one == ONE:
            yield ("the odds in ", term, " are upside down"), Div(odds, below)
        case _:
            pass


def reciprocal(line: Line) -> Edits:
    yield Edit(("the right side is upside down",), line.with_right(Div(ONE, line.rhs)))


def inverted_mean(line: Line) -> Edits:
    """E[1/ρ] for E[ρ], where the right side is a number."""
    for path, t in line.left_places if not line.rhs.names else ():
        match t:
            case Binder(kind="E", bodies=(*law, Div(numerator=one, denominator=ratio))) if one == ONE:
                words: Words = ("the ratio in ", t, " is upside down")
                yield Edit(words, line.with_left(t.rebuild((*law, ratio)), path))
            case _:
                pass


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
