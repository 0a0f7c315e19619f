"""A factor lost, or one too many: β, a small number, a letter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from symrlhf.checker.mistakes.line import Edit, Edits, Line, Words, numbers_in
from symrlhf.checker.mistakes.writing import ONE, TEMPERATURES, TWO, is_temperature, over, product_of, times
from symrlhf.term import (
    INTEGER,
    REAL,
    Add,
    App,
    Binder,
    Bound,
    Card,
    Diff,
    Div,
    Fun,
    IndexSet,
    Mul,
    Neg,
    Num,
    Path,
    Pow,
    Rational,
    Rel,
    Sym,
    Term,
    exact_value,
)


def lost(symbols: Callable[[Line], Iterable[Term]], powers: tuple[int, ...]) -> Callable[[Line], Edits]:
    """A factor lost, or one too many: of the whole right side, of a term, inside a function, of a factor."""

    def edits(line: Line) -> Edits:
        for s in symbols(line):
            for path, t in scalable(line):
                for n in powers:
                    part = s if abs(n) == 1 else Pow(s, Rational(abs(n)))
                    new = times(part, t) if n > 0 else over(t, part)
                    where: Words = (" in ", t) if path else ()
                    shown = part if n > 0 else Div(ONE, part)
                    yield Edit(("a factor ", shown, " is lost", *where), line.with_right(new, path))

    return edits


def on_the_left(line: Line) -> Edits:
    """A temperature lost in a term of the left side."""
    for s in temperatures(line):
        for path, t in line.left_places:
            parent = line.lhs.at(path[:-1]) if path else None
            if isinstance(parent, (Add, Neg)):
                for part, new in ((s, times(s, t)), (Div(ONE, s), over(t, s))):
                    yield Edit(("a factor ", part, " is lost in ", t), line.with_left(new, path))


def scalable(line: Line) -> Iterator[tuple[Path, Term]]:
    """Where a factor may be lost: not below a sign, nor where it would be a factor of what stands above."""
    parents = dict(line.places)
    for path, t in line.places:
        above = parents.get(path[:-1]) if path else None
        if not isinstance(above, Neg) and not (isinstance(above, (Mul, Div)) and path[-1] == 0):
            yield path, t


def temperatures(line: Line) -> list[Term]:
    names = line.expanded.names.union(*(line.setting.expand(p.relation).names for p in line.given))
    return [Sym(n) for n in TEMPERATURES if n in names]


def symbols_of(line: Line) -> list[Sym]:
    """Letters for numbers; one that has a value here, such as the point of a derivative, is none."""
    symbols = line.expanded.symbols | line.relation.symbols
    known = {p.relation.lhs for p in line.given if p.relation.op == "=" and exact_value(p.relation.rhs) is not None}
    found = (s for s in symbols - known if s.sort in (REAL, INTEGER) and s.name not in TEMPERATURES)
    return sorted(found, key=lambda s: s.name)


def values_of(line: Line) -> list[Term]:
    """Values of families, and how many elements there are to sum over."""
    closed = (t for _, t in line.relation.walk() if isinstance(t, App) and t.sort == REAL and not t.dangling)
    counted = sorted({t.over for _, t in line.expanded.walk() if isinstance(t, Binder)}, key=lambda s: s.name)
    return [*dict.fromkeys(closed), *map(Card, counted)]


def misplaced(term: Term) -> Iterator[tuple[Words, Term]]:
    """A temperature on the wrong side of the fraction bar."""
    match term:
        case Mul(factors=factors):
            for i, f in enumerate(factors):
                if is_temperature(f):
                    rest = product_of([*factors[:i], *factors[i + 1 :]])
                    yield ("the factor ", f, " belongs below the fraction bar"), Div(rest, f)
                elif isinstance(f, Div) and is_temperature(f.denominator):
                    rest = product_of([*factors[:i], f.numerator, *factors[i + 1 :]])
                    yield ("the divisor ", f.denominator, " should be a factor"), times(f.denominator, rest)
        case Div(numerator=above, denominator=below) if is_temperature(below):
            yield ("the divisor ", below, " should be a factor"), times(below, above)
        case Pow(base=base, exponent=n) if is_temperature(n):
            yield ("the exponent ", n, " should be ", Div(ONE, n)), Pow(base, Div(ONE, n))
        case Pow(base=base, exponent=Div(numerator=n, denominator=below)) if n == ONE and is_temperature(below):
            yield ("the exponent ", Div(ONE, below), " should be ", below), Pow(base, below)
        case _:
            pass


def lost_weights(line: Line) -> Edits:
    """The ratio of two policies that a mean under one of them is weighted with."""
    return _lost_inside(line, weights=True)


def weight_of_estimate(line: Line) -> Edits:
    """The ratio ρ that a mean under the old policy lacks as an estimate of a divergence of the new one."""
    target = line.setting.expand(line.rhs) if isinstance(line.rhs, (Sym, App)) else line.rhs
    kinds = ("KL", "H", "cross_entropy", "E") if target == line.rhs else ("KL", "H", "cross_entropy", "E", "sum")
    if not isinstance(target, Binder) or target.kind not in kinds:
        return
    ratios = [n for n, meant in line.setting.definitions if n in RATIOS and len(meant.parameters) == 1]
    for path, t in line.left_places if ratios else ():
        if isinstance(t, Binder) and t.kind == "E" and isinstance(t.over, IndexSet):
            *law, body = t.bodies
            for name in ratios:
                words: Words = ("the weight ", name, " is lost in ", t)
                weighted = times(App(name, (Bound(0, t.over),)), body)
                yield Edit(words, line.with_left(t.rebuild((*law, weighted)), path))


RATIOS = ("rho", "w", "ratio", "r")
"""Names of importance weights."""


def lost_inside(line: Line) -> Edits:
    """A factor of what is summed on the left, lost in a sum on the right."""
    return _lost_inside(line, weights=False)


def _lost_inside(line: Line, weights: bool) -> Edits:
    summed = [t.bodies[-1] for _, t in line.left_places if isinstance(t, Binder) and t.kind in ("E", "sum")]
    factors = dict.fromkeys(f for b in summed for f in (b.factors if isinstance(b, Mul) else (b,)))
    for path, t in line.places:
        if isinstance(t, Binder) and t.kind in ("E", "sum"):
            *law, body = t.bodies
            for f in (f for f in factors if not isinstance(f, Num) and _is_weight(f, line) is weights):
                words: Words = ("a factor is lost in ", t)
                yield Edit(words, line.with_right(t.rebuild((*law, times(f, body))), path))


def _is_weight(t: Term, line: Line) -> bool:
    return bool(line.setting.expand(t).names & set(line.policies)) and not any(isinstance(d, Diff) for _, d in t.walk())


def pulled_out(term: Term) -> Iterator[tuple[Words, Term]]:
    """c f(z) for f(cz): a factor does not come out of a function."""
    if isinstance(term, Pow) and isinstance(f := term.base, (Fun, App)) and len(f.children) == 1:
        if f.children[0].sort == REAL:
            inside = times(term.exponent, f.children[0])
            yield ("the exponent ", term.exponent, " does not come out of ", f), f.rebuild((inside,))
        return
    if not isinstance(term, Mul):
        return
    for i, f in enumerate(term.factors):
        inside = f.args if isinstance(f, (Fun, App)) else ()
        if len(inside) == 1 and inside[0].sort == REAL:
            outside = product_of([*term.factors[:i], *term.factors[i + 1 :]])
            for new in (times(outside, inside[0]), Pow(inside[0], outside)):
                yield ("the factor ", outside, " does not come out of ", f), f.rebuild((new,))


def squared(term: Term) -> Iterator[tuple[Words, Term]]:
    """t for t², or t² for t."""
    match term:
        case Pow(base=b, exponent=Num(value=n)) if n == 2:
            yield ("the square of ", b, " is too many"), b
        case Sym() | App() | Fun() | Div() if term.sort == REAL:
            yield (term, " should be squared"), Pow(term, TWO)
        case _:
            pass


def root(line: Line) -> Edits:
    """A square root that is forgotten."""
    for path, t in line.places:
        if not path:
            yield Edit(("the right side should be its root",), line.with_right(Fun("sqrt", (t,))))
        if isinstance(t, Div):
            mended = Div(t.numerator, Fun("sqrt", (t.denominator,)))
            yield Edit(("the root of the divisor of ", t, " is lost"), line.with_right(mended, path))


def small_numbers(line: Line) -> list[Term]:
    return [TWO, Rational(3), Rational(4)]


def small_sums(line: Line) -> list[Term]:
    """Factors such as 1 − ε, as they stand somewhere in the line."""
    sums = dict.fromkeys(t for _, t in line.expanded.walk() if isinstance(t, Add) and not t.dangling)
    return [t for t in sums if len(t.terms) == 2 and sum(1 for _ in t.walk()) <= 4]


def lost_on_both_sides(line: Line) -> Edits:
    """A temperature that the values of a function lack, on the left and on the right."""
    for beta in temperatures(line):
        for name in sorted(_functions(line.lhs) & _functions(line.rhs)):
            for part in (Div(ONE, beta), beta):

                def scaled(t: Term, name: str = name, part: Term = part, beta: Term = beta) -> Term:
                    if not isinstance(t, App) or t.name != name:
                        return t
                    return times(beta, t) if part == beta else over(t, beta)

                mended = line.relation.transform(scaled)
                assert isinstance(mended, Rel)
                yield Edit(("a factor ", part, f" is lost in {name}, on both sides"), mended)


def _functions(side: Term) -> set[str]:
    return {t.name for _, t in side.walk() if isinstance(t, App) and t.args and t.sort == REAL}


def lost_exponent(line: Line) -> Edits:
    """(a/b)^β where a/b was written."""
    for beta in temperatures(line):

        def raised(t: Term, beta: Term = beta) -> Term:
            return Pow(t, beta) if isinstance(t, (Sym, App)) and t.sort == REAL and t != beta else t

        yield Edit(("the exponent ", beta, " is lost"), line.with_right(line.rhs.transform(raised)))
        powers = {t.base for _, t in line.rhs.walk() if isinstance(t, Pow)}
        for base in sorted(line.rhs.symbols - powers, key=lambda s: s.name):
            for n in (Div(ONE, beta), beta) if base.sort == REAL and base != beta else ():
                mended = line.rhs.transform(lambda t, base=base, n=n: Pow(t, n) if t == base else t)
                yield Edit(("the exponent ", n, " of ", base, " is lost"), line.with_right(mended))
        for path, t in numbers_in(line.relation.lhs):
            if isinstance(t, Fun) and len(t.args) == 1 and not path:
                for new in (over(t.args[0], beta), times(beta, t.args[0])):
                    words: Words = (t, " should be ", Fun(t.name, (new,)))
                    yield Edit(words, line.with_left(Fun(t.name, (new,)), path))
