"""Inequalities, extrema and clipping: the wrong way round, the wrong end, the wrong part active."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from symrlhf.checker.mistakes.line import Edit, Edits, Line, Words, numbers_in
from symrlhf.checker.mistakes.writing import ONE, ZERO
from symrlhf.term import REAL, Add, Binder, Fun, Mul, Neg, Num, Pow, Rel, Relation, Sym, Term

REVERSED: dict[Relation, Relation] = {"<=": ">=", ">=": "<=", "<": ">", ">": "<"}


def direction(line: Line) -> Edits:
    op = line.relation.op
    if op in REVERSED:
        yield Edit(("the inequality holds the other way round",), replace(line.relation, op=REVERSED[op]))


def jensen(line: Line) -> Edits:
    if any(_of_mean(a) and _is_mean(b) for a, b in _both_ways(line.expanded.children)):
        for edit in direction(line):
            words = "a convex function of a mean is at most the mean of the function, a concave one at least"
            yield replace(edit, words=(words,))


def _both_ways(sides: tuple[Term, ...]) -> Iterator[tuple[Term, Term]]:
    a, b = sides
    yield a, b
    yield b, a


CURVED = ("exp", "log", "sqrt", "sigmoid", "softplus")


def _of_mean(side: Term) -> bool:
    """Whether a curved function is applied to a mean."""
    curved = (t for _, t in side.walk() if (isinstance(t, Fun) and t.name in CURVED) or isinstance(t, Pow))
    return any(_is_mean(t.children[0]) for t in curved)


def _is_mean(side: Term) -> bool:
    """Whether it is made of a sum over a finite set, or of weighted terms."""
    if isinstance(side, Add) and sum(isinstance(t, Mul) for t in side.terms) > 1:
        return True
    return any(isinstance(t, Binder) and t.kind in ("E", "sum") for _, t in side.walk())


def on_one_side(line: Line) -> Edits:
    """A bound that holds on one side of 0 only: a loss that falls everywhere is said to be largest in the middle."""
    if line.relation.op not in REVERSED:
        return
    for s in sorted((s for s in line.relation.symbols if s.sort == REAL), key=lambda s: s.name):
        for op in (">=", "<="):
            where = Rel(op, s, ZERO)
            yield Edit(("the bound holds for ", where, " only"), Rel("implies", where, line.relation))


def clip_bounds(line: Line) -> Edits:
    """1 + ε for 1 − ε, one end of the range or both; the active bound; the slope outside the range."""
    ends = [(path, t, new) for path, t in line.places if (new := _other_end(t)) is not None]
    for path, t, new in ends:
        yield Edit((t, " should be ", new), line.with_right(new, path))
    ranges = [s for s in line.expanded.symbols if s.name.startswith("eps")]
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
    clips = [t for _, t in line.expanded.lhs.walk() if isinstance(t, Fun) and t.name == "clip" and not t.dangling]
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


def dropped_extremum(line: Line) -> Edits:
    """The minimum or the maximum that is forgotten, with what it is taken over."""
    found = [t for _, t in numbers_in(line.expanded.lhs) if isinstance(t, Fun) and t.name in ("min", "max")]
    for t in dict.fromkeys(t for t in found if not t.dangling):
        for other in t.args:
            words: Words = (f"the {t.name} with ", other, " is dropped")
            yield Edit(words, line.with_right(Fun(t.name, (other, line.rhs))))
