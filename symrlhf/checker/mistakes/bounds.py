"""Inequalities, extrema and clipping: the wrong way round, the wrong end, the wrong part active."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from symrlhf.checker.mistakes.line import Edit, Edits, Line, Words, numbers_in
from symrlhf.checker.mistakes.writing import ONE, TEMPERATURES, ZERO, negated, over, times
from symrlhf.kernel.normal import is_identity
from symrlhf.term import (
    REAL,
    Add,
    App,
    Binder,
    Div,
    Fun,
    Mul,
    Neg,
    Num,
    Pow,
    Range,
    Rational,
    Rel,
    Relation,
    Sym,
    Term,
    exact_value,
)

REVERSED: dict[Relation, Relation] = {"<=": ">=", ">=": "<=", "<": ">", ">": "<"}


WEAK: dict[Relation, Relation] = {"<": "<=", ">": ">="}


def direction(line: Line) -> Edits:
    op = line.relation.op
    if op in REVERSED:
        yield Edit(("the inequality holds the other way round",), replace(line.relation, op=REVERSED[op]))
    if op in WEAK:
        yield Edit(("the sides may be equal",), replace(line.relation, op=WEAK[op]))
        yield Edit(("the inequality holds the other way round",), replace(line.relation, op=REVERSED[WEAK[op]]))


def temperatures(line: Line) -> Edits:
    """A bound that lacks β, or has one too many."""
    if line.relation.op in REVERSED:
        for t in (Sym(n) for n in TEMPERATURES if n in line.expanded.names):
            yield Edit(("a factor ", t, " is lost"), line.with_right(times(t, line.rhs)))
            yield Edit(("a factor ", Div(ONE, t), " is lost"), line.with_right(over(line.rhs, t)))


def _terms(t: Term) -> tuple[Term, ...]:
    return t.terms if isinstance(t, Add) else (t,)


def constants(line: Line) -> Edits:
    """A bound with another constant, from the nearest to the farthest."""
    if line.relation.op in REVERSED and not any(isinstance(t, Num) for t in _terms(line.rhs)):
        for n in (2, 4, 3, 8):
            yield Edit((f"a factor {n} is lost",), line.with_right(times(Rational(n), line.rhs)))
            yield Edit((f"a factor 1/{n} is lost",), line.with_right(over(line.rhs, Rational(n))))


def slopes(line: Line) -> Edits:
    """A linear bound with a wrong slope: log 2 + z for log 2 + z/2."""
    if line.relation.op in REVERSED and isinstance(line.rhs, Add):
        for i, t in enumerate(line.rhs.terms):
            if isinstance(t.arg if isinstance(t, Neg) else t, Sym):
                yield Edit(("a factor 1/2 is lost in ", t), line.with_right(over(t, Rational(2)), (i,)))


def exponents(line: Line) -> Edits:
    """A bound with e^z for e^(−z)."""
    for path, t in line.places if line.relation.op in REVERSED else ():
        if isinstance(t, Fun) and t.name == "exp":
            words: Words = ("the sign inside ", t, " is wrong")
            yield Edit(words, line.with_right(Fun("exp", (negated(t.args[0]),)), path))


def reversed_bound(line: Line) -> Edits:
    """The inequality the other way round, with another constant."""
    op = line.relation.op
    for n in (2, 4, 8) if op in REVERSED and not isinstance(line.lhs, (Sym, App)) else ():
        for new in (times(Rational(n), line.rhs), over(line.rhs, Rational(n))):
            words: Words = ("the inequality holds the other way round, with the bound ", new)
            yield Edit(words, replace(line.with_right(new), op=REVERSED[op]))


def jensen(line: Line) -> Edits:
    ways = tuple(_both_ways(line.relation.children)) if line.relation.op in REVERSED else ()
    if any(_jensen(a, b, line) or _mean_of_curved(a, b, line) for a, b in ways):
        for edit in direction(line):
            words = "a convex function of a mean is at most the mean of the function, a concave one at least"
            yield replace(edit, words=(words,))


def _both_ways(sides: tuple[Term, ...]) -> Iterator[tuple[Term, Term]]:
    a, b = sides
    yield a, b
    yield b, a


CURVED = ("exp", "log", "sqrt", "sigmoid", "softplus")


def _jensen(curved: Term, mean: Term, line: Line) -> bool:
    """Whether a curved function of a mean is compared with a mean under the same law."""
    laws = {law for t in _inside_curved(line.setting.expand(curved)) for law in _laws(t)}
    return bool(laws & set(_laws(mean)))


def _inside_curved(side: Term) -> Iterator[Term]:
    for _, t in side.walk():
        if (isinstance(t, Fun) and t.name in CURVED) or isinstance(t, Pow):
            yield t.children[0]


def _laws(side: Term) -> Iterator[str]:
    """The distributions that something is averaged over; a sum of weighted terms has one without a name."""
    for _, t in side.walk():
        if _is_mean(t) or _is_average(t):
            yield ""
        if isinstance(t, Binder) and t.kind in ("E", "sum", "KL", "H"):
            law = t.bodies[0]
            for part in _factors(law):
                if isinstance(part, App):
                    yield part.name


def _is_mean(t: Term) -> bool:
    """a/2 + b/2, wa + (1 − w)b or (a + b)/2."""
    match t:
        case Add(terms=terms):
            return sum(isinstance(p, Mul) or _is_part(p) for p in terms) > 1
        case Div(numerator=Add(terms=terms), denominator=Num(value=n)):
            return n == len(terms)
        case _:
            return False


def _is_average(t: Term) -> bool:
    """(1/n) Σ_i r_i or Σ_i r_i/n."""
    match t:
        case Mul(factors=(Div(numerator=one), Binder(kind="sum") | Range(kind="sum"))):
            return one == ONE
        case Div(numerator=Binder(kind="sum") | Range(kind="sum")):
            return True
        case _:
            return False


def _is_part(t: Term) -> bool:
    """a/2."""
    return isinstance(t, Div) and exact_value(t.denominator) is not None


def _mean_of_curved(side: Term, other: Term, line: Line) -> bool:
    """E[f(x)] compared with f(E[x]), which is known: E[1/ρ] with 1. A mean of logarithms is a divergence."""
    match side:
        case Binder(
            kind="E", bodies=(*law, Fun(name="exp" | "sqrt") | Fun(name="log", args=(App(),)) | Pow() | Div() as body)
        ):
            inner, at = (body.denominator, 1) if isinstance(body, Div) else (body.children[0], 0)
            fixed = body.children[1 - at] if len(body.children) > 1 else None
            if not inner.dangling or (fixed is not None and fixed.dangling):
                return False
            children = list(body.children)
            children[at] = side.rebuild((*law, inner))
            return is_identity(line.setting, Rel("=", body.rebuild(tuple(children)), other))
        case _:
            return False


def _factors(term: Term) -> Iterator[Term]:
    """The factors, those of powers and above fraction bars too."""
    match term:
        case Mul(factors=factors):
            for f in factors:
                yield from _factors(f)
        case Div(numerator=above):
            yield from _factors(above)
        case Pow(base=base):
            yield from _factors(base)
        case Neg(arg=arg):
            yield from _factors(arg)
        case _:
            yield term


def of_loss(line: Line) -> Edits:
    """A bound of a loss that holds on one side of 0 only: a loss that falls everywhere is said to be largest there."""
    if any(_is_loss(t) for _, t in line.expanded.walk()):
        yield from on_one_side(line)


def _is_loss(t: Term) -> bool:
    """−log σ(z) in one of its forms, or a hinge."""
    match t:
        case Fun(name="softplus") | Fun(name="log", args=(Fun(name="sigmoid"),)):
            return True
        case Fun(name="log", args=(Add(terms=terms),)):
            return ONE in terms and any(isinstance(e, Fun) and e.name == "exp" for e in terms)
        case Fun(name="max", args=args):
            return ZERO in args
        case _:
            return False


def slope_beyond(line: Line) -> Edits:
    """The slope of a hinge beyond its kink."""
    if "diff" in line.heads and "clip" not in line.heads and any(_is_loss(t) for _, t in line.expanded.lhs.walk()):
        yield Edit(("beyond the kink the slope is 0",), line.with_right(ZERO))


def on_one_side(line: Line) -> Edits:
    """A bound that holds on one side of 0 only."""
    if line.relation.op not in REVERSED:
        return
    for s in sorted((s for s in line.relation.symbols if s.sort == REAL), key=lambda s: s.name):
        for op in (">=", "<="):
            where = Rel(op, s, ZERO)
            yield Edit(("the bound holds for ", where, " only"), Rel("implies", where, line.relation))


ENDS = ("clip", "min", "max")


def ends_of_range(line: Line) -> Edits:
    """1 + ε for 1 − ε where nothing but a range around 1 can be meant."""
    if line.heads & {"log", "exp", "sigmoid", "softplus"}:
        return
    for path, t in line.places:
        if isinstance(t, Add) and (new := _other_end(t)) is not None:
            yield Edit((t, " should be ", new), line.with_right(new, path))
    for path, t in line.places:
        if isinstance(t, Sym) and any(n.startswith("eps") for n in line.rhs.names) and not t.name.startswith("eps"):
            yield Edit((t, " should be ", Fun("abs", (t,))), line.with_right(Fun("abs", (t,)), path))


def clip_bounds(line: Line) -> Edits:
    """1 + ε for 1 − ε, one end of the range or both; the active bound; the slope outside the range."""
    ends = [(path, t, new) for path, t in line.places if (new := _other_end(t)) is not None]
    for path, t, new in ends:
        yield Edit((t, " should be ", new), line.with_right(new, path))
    ranges = [s for s in line.expanded.symbols if s.name.startswith("eps")]
    clipped = (t for _, t in line.expanded.lhs.walk() if isinstance(t, Fun) and t.name == "clip")
    ranges += [s for t in clipped for end in t.args[1:] for s in end.symbols if s.sort == REAL and s not in ranges]
    for path, t in line.places:
        for other in sorted((s for s in ranges if t in ranges and s != t), key=lambda s: s.name):
            yield Edit((t, " should be ", other), line.with_right(other, path))
    wide = [(path, new) for path, t, new in ends if isinstance(t, Add)]
    if len(wide) > 1:
        mended = line.rhs
        for path, new in wide:
            mended = mended.replace_at(path, new)
        yield Edit(("the bounds of the range are exchanged",), line.with_right(mended))
    for path, t in line.places:
        if isinstance(t, Sym):
            yield Edit((t, " should be ", Fun("abs", (t,))), line.with_right(Fun("abs", (t,)), path))
        if isinstance(t, Fun) and t.name in ("min", "max"):
            for i, end in enumerate(t.args):
                for new in (ZERO, ONE) if isinstance(end, Num) else ():
                    yield Edit(("the bound ", end, " should be ", new), line.with_right(new, (*path, i)))
    clips = [t for _, t in line.expanded.lhs.walk() if isinstance(t, Fun) and t.name in ENDS and not t.dangling]
    values = dict.fromkeys(a for t in clips for a in t.args)
    slopes = "diff" in line.heads or "cases" in line.heads
    factors = [ONE, *sorted((s for s in line.expanded.symbols if s.sort == REAL), key=lambda s: s.name)]
    for value in (*values, *([ZERO] if slopes else [])):
        for f in factors:
            mended = value if f == ONE or value == ZERO else f * value
            yield Edit(("another bound is active: ", mended), line.with_right(mended))
    for f in factors if slopes or clips else ():
        yield Edit(("another part is active: ", f), line.with_right(f))


def _other_end(t: Term) -> Term | None:
    """The other end of a range around a point, as a ± ε."""
    match t:
        case Add(terms=(a, Neg(arg=Sym() as e))) if e.name.startswith(("eps", "c")):
            return a + e
        case Add(terms=(a, Sym() as e)) if e.name.startswith(("eps", "c")):
            return a - e
        case Sym(name=name) if name.startswith("eps"):
            return Neg(t)
        case _:
            return None


def min_max(term: Term) -> Iterator[tuple[Words, Term]]:
    match term:
        case Fun(name="min" | "max" as name, args=args):
            other = "max" if name == "min" else "min"
            yield (f"{name} should be {other}",), Fun(other, args)
        case Binder(kind="min" | "max" as kind):
            other = "max" if kind == "min" else "min"
            yield (f"{kind} should be {other}",), replace(term, kind=other)
        case _:
            pass


def extremum_on_the_left(line: Line) -> Edits:
    """What is true of the maximum is said of what is defined as a minimum, or the other way round.

    Of a clipped objective itself it is rather the wrong bound.
    """
    written = any(isinstance(t, Fun) and t.name in ENDS for _, t in line.left_places)
    if line.relation.op == "=" and not written:
        yield from _extrema_on_the_left(line, lambda t: not any(map(_is_clipped, t.children)))


def bounded_extremum(line: Line) -> Edits:
    """A bound of the maximum said to be one of a minimum, or the other way round."""
    if line.relation.op in REVERSED:
        yield from _extrema_on_the_left(line, lambda _: True)


def _extrema_on_the_left(line: Line, meant: Callable[[Term], bool]) -> Edits:
    left = line.expanded.lhs
    for path, t in numbers_in(left) if line.heads & {"min", "max"} else ():
        for words, new in min_max(t):
            if meant(t):
                words = (*words, " for the right side to hold")
                yield Edit(words, replace(line.relation, lhs=left.replace_at(path, new)))


def _is_clipped(t: Term) -> bool:
    """clip(ρ, 1 − ε, 1 + ε) A."""
    return any(isinstance(f, Fun) and f.name == "clip" for f in _factors(t))


def other_argument(line: Line) -> Edits:
    """min(3a, 1.2a) is the other of the two."""
    match line.relation:
        case Rel(op="=", lhs=Fun(name="min" | "max" as name, args=(a, b)), rhs=rhs) if rhs in (a, b):
            if not any(isinstance(t, Fun) and t.name in ENDS for s in (a, b) for _, t in s.walk()):
                other = b if rhs == a else a
                yield Edit((f"the {name} is ", other), line.with_right(other))
        case _:
            pass


def all_extrema(line: Line) -> Edits:
    """max(min(x, a), b) for min(max(x, a), b)."""
    new = line.rhs.transform(lambda t: next((new for _, new in min_max(t)), t))
    yield Edit(("min and max are exchanged",), line.with_right(new))


def dropped_extremum(line: Line) -> Edits:
    """The minimum or the maximum that is forgotten, with what it is taken over."""
    if line.relation.op in REVERSED:
        return  # a bound by the least of two is hardly ever what was meant
    found = [t for _, t in numbers_in(line.expanded.lhs) if isinstance(t, Fun) and t.name in ("min", "max")]
    for t in dict.fromkeys(t for t in found if not t.dangling):
        for other in t.args:
            words: Words = (f"the {t.name} with ", other, " is dropped")
            yield Edit(words, line.with_right(Fun(t.name, (other, line.rhs))))
