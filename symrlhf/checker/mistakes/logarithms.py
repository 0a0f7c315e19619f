"""Logarithms split where they do not split, and normalisers lost."""

from __future__ import annotations

from collections.abc import Iterator

from symrlhf.checker.mistakes.line import Edit, Edits, Line, Words, numbers_in
from symrlhf.checker.mistakes.writing import ONE, over, product_of, sum_of, times
from symrlhf.term import (
    Add,
    App,
    Binder,
    Div,
    Fun,
    Mul,
    Neg,
    Num,
    Path,
    Pow,
    Range,
    Rel,
    Sym,
    Term,
    abstract,
    exact_value,
)


def log_split(term: Term) -> Iterator[tuple[Words, Term]]:
    split = "the logarithm of a sum is not the sum of the logarithms"
    product = "the logarithm of a product is the sum of the logarithms"
    multiplied = "the sum should be a product"
    match term:
        case Add(terms=terms):
            logs = [t for t in terms if isinstance(t, Fun) and t.name == "log"]
            if len(logs) > 1:
                rest = [t for t in terms if t not in logs]
                together = Fun("log", (Add(tuple(t.args[0] for t in logs)),))
                yield (split,), sum_of([together, *rest])
        case Mul(factors=factors):
            logs = [f for f in factors if isinstance(f, Fun) and f.name == "log"]
            if len(logs) > 1:
                rest = [f for f in factors if f not in logs]
                yield (product,), product_of([Add(tuple(logs)), *rest])
        case Div(numerator=Fun(name="log") as above, denominator=Fun(name="log") as below):
            yield ("the logarithm of a quotient is the difference of the logarithms",), above - below
        case Fun(name="exp", args=(z,)):
            parts = _parts_over(z)
            if len(parts) > 1:
                words = ("a sum of exponentials is not the exponential of the sum",)
                yield words, Add(tuple(Fun("exp", (p,)) for p in parts))
        case Binder(kind="sum" | "E" as kind, bodies=bodies):
            *law, body = bodies
            inner = body.args[0] if isinstance(body, Fun) and body.name == "log" else Fun("exp", (body,))
            yield (split,), Fun("log", (term.rebuild((*law, inner)),))
            if kind == "sum":
                yield (multiplied,), Binder("prod", term.over, bodies, term.letter)
        case Range(kind="sum", first=first, last=last, body=body):
            inner = body.args[0] if isinstance(body, Fun) and body.name == "log" else Fun("exp", (body,))
            yield (split,), Fun("log", (term.rebuild((first, last, inner)),))
            yield (multiplied,), Range("prod", first, last, body, term.letter)
        case Fun(name="log", args=(Add(terms=terms),)):
            yield ("the logarithm of a product was meant",), Fun("log", (Mul(terms),))
        case _:
            pass


def split_sum(term: Term) -> Iterator[tuple[Words, Term]]:
    """On the left: the right side is the logarithm of the product, or of the quotient."""
    split = "the logarithm of a sum does not split: this is true of "
    match term:
        case Fun(name="log", args=(Add(terms=(a, Neg(arg=b))),)):
            mended = Fun("log", (Div(a, b),))
            yield (split, mended), mended
        case Fun(name="log", args=(Add(terms=terms),)) if not any(isinstance(t, Neg) for t in terms):
            mended = Fun("log", (Mul(terms),))
            yield (split, mended), mended
            if ONE in terms and len(terms) > 2:
                mended = Fun("log", (Mul(tuple(ONE + t for t in terms if t != ONE)),))
                yield (split, mended), mended
        case _:
            pass


def log_of_mean(term: Term) -> Iterator[tuple[Words, Term]]:
    """The mean of the logarithms, where the logarithm of the mean was written."""
    words: Words = ("the logarithm of a mean is not the mean of the logarithms",)
    match term:
        case Fun(name="log", args=(Binder(kind="E", bodies=(law, body)) as mean,)):
            yield words, mean.rebuild((law, Fun("log", (body,))))
        case Fun(name="log", args=(Binder(kind="sum", bodies=(Mul(factors=(law, *rest)),)) as mean,)) if rest:
            yield words, mean.rebuild((Mul((law, Fun("log", (product_of(rest),)))),))
        case Fun(name="log", args=(Div(numerator=Add(terms=terms), denominator=n),)) if exact_value(n) == len(terms):
            yield words, Div(Add(tuple(Fun("log", (t,)) for t in terms)), n)
        case _:
            pass


def split_definition(line: Line) -> Edits:
    """log N of an N that was defined as a sum: the right side is the sum of the logarithms of its terms."""
    for path, t in line.left_places:
        if not isinstance(t, Fun) or t.name != "log" or not isinstance(t.args[0], (Sym, App)) or t.dangling:
            continue
        body = line.setting.expand(t.args[0])
        if isinstance(body, Add) and not any(isinstance(part, Neg) for part in body.terms):
            words: Words = ("the logarithm of a sum does not split: ", t.args[0], " is a sum")
            yield Edit(words, line.with_left(Fun("log", (Mul(body.terms),)), path))


def _parts_over(z: Term) -> list[Term]:
    """The terms of a sum, each over the denominator."""
    match z:
        case Add(terms=terms):
            return list(terms)
        case Div(numerator=Add(terms=terms), denominator=d):
            return [Div(t, d) for t in terms]
        case _:
            return [z]


def normalisers(line: Line) -> Edits:
    """Z for log Z, and what the left side is divided by."""
    for path, t in line.places:
        if isinstance(t, Fun) and t.name == "log" and _is_normaliser(t.args[0]):
            yield Edit(("log ", t.args[0], " should be ", t.args[0]), line.with_right(t.args[0], path))
        elif _is_normaliser(t):
            yield Edit((t, " should be its logarithm"), line.with_right(Fun("log", (t,)), path))
    whole = dict.fromkeys(t for _, t in (*numbers_in(line.relation.lhs), *line.places) if _is_normaliser(t))
    named = (Sym(n) for n, value in line.setting.definitions if n.startswith("Z") and not value.parameters)
    for z in dict.fromkeys((*whole, *named)):
        for words, new in _scaled(line, z, "the normaliser "):
            yield Edit(words, new)
    for d in _denominators(line.relation.lhs):
        yield from (Edit(words, new) for words, new in _scaled(line, d, "the divisor "))
    for path, t in line.places:
        match t:
            case Div(numerator=n, denominator=d):
                yield Edit(("the divisor of ", t, " lacks the term ", n), line.with_right(Div(n, n + d), path))
                if not _is_count(d):
                    yield Edit(("the divisor of ", t, " lacks the term 1"), line.with_right(Div(n, ONE + d), path))
            case _:
                pass


def sum_of_what_stands_above(term: Term) -> Iterator[tuple[Words, Term]]:
    """A normaliser that sums something else than what it normalises."""
    match term:
        case Div(numerator=above, denominator=Binder(kind="sum", over=responses) as below) if not term.dangling:
            for y in sorted((s for s in above.symbols if s.sort == responses), key=lambda s: s.name):
                yield (
                    ("the normaliser of ", term, " should sum what stands above it"),
                    Div(above, below.rebuild((abstract(above, y),))),
                )
        case _:
            pass


def not_renormalised(line: Line) -> Edits:
    """p^β, for its share among p^β and (1 − p)^β."""
    for places, put in ((line.places, line.with_right), (line.left_places, line.with_left)):
        for path, t in places:
            if isinstance(t, Pow) and isinstance(t.base, (Sym, App)) and exact_value(t.exponent) is None:
                mended = Div(t, t + Pow(ONE - t.base, t.exponent))
                yield Edit((t, " is not normalised: it should be ", mended), put(mended, path))


def divisors(line: Line) -> Edits:
    """A divisor with a term too many, and 1 − pq in one for (1 − p)(1 − q)."""
    for path, t in line.places:
        if not isinstance(t, Div):
            continue
        whole = t.denominator if isinstance(t.denominator, Add) else line.setting.expand(t.denominator)
        terms = _terms_of(line, t.denominator) if isinstance(t.denominator, (Sym, App)) else ()
        terms = terms or (whole.terms if isinstance(whole, Add) else ())
        for i, part in enumerate(terms if len(terms) > 2 else ()):
            words: Words = ("the divisor of ", t, " has the term ", part, " too many")
            left = sum_of([*terms[:i], *terms[i + 1 :]])
            yield Edit(words, line.with_right(Div(t.numerator, left), path))
        yield from _both_fail(line, path, t, terms)


def _terms_of(line: Line, t: Sym | App) -> tuple[Term, ...]:
    """The terms of a defined sum, as they stand in its definition."""
    meant = line.setting.definition(t.name)
    body = meant.body if meant is not None and not meant.parameters else None
    return body.terms if isinstance(body, Add) else ()


def _both_fail(line: Line, path: Path, t: Div, terms: tuple[Term, ...]) -> Edits:
    for i, part in enumerate(terms):
        match part:
            case Neg(arg=Mul(factors=(p, q))) if ONE in terms:
                rest = [x for j, x in enumerate(terms) if j != i and x != ONE]
                mended = sum_of([*rest, Mul((ONE - p, ONE - q))])
                words: Words = (ONE - p * q, " in the divisor of ", t, " should be ", Mul((ONE - p, ONE - q)))
                yield Edit(words, line.with_right(Div(t.numerator, mended), path))
            case _:
                pass


def _is_count(d: Term) -> bool:
    """n + 1 and n − 1, which are off by one if they are wrong."""
    parts = d.terms if isinstance(d, Add) else ()
    return bool(parts) and all(
        isinstance(p, (Num, Sym)) or (isinstance(p, Neg) and isinstance(p.arg, Num)) for p in parts
    )


def _is_normaliser(t: Term) -> bool:
    return isinstance(t, (Sym, App)) and t.name.startswith("Z") and not t.dangling


def _denominators(term: Term) -> list[Term]:
    found = [t.denominator for _, t in numbers_in(term) if isinstance(t, Div) and not t.denominator.dangling]
    return list(dict.fromkeys(d for d in found if not isinstance(d, (Num, Sym))))


def _scaled(line: Line, by: Term, what: str) -> Iterator[tuple[Words, Rel]]:
    """The right side, or a term of it, divided or multiplied by something closed."""
    yield (what, by, " is lost"), line.with_right(over(line.rhs, by))
    yield (what, by, " is too many"), line.with_right(times(by, line.rhs))
    if isinstance(line.rhs, Add):
        for i, part in enumerate(line.rhs.terms):
            for words, new in (((what, by, " is lost in the term ", part), over(part, by)),
                               ((what, by, " is too many in the term ", part), times(by, part))):  # fmt: skip
                yield words, line.with_right(new, (i,))
