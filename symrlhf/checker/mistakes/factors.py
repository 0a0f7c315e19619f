"""A factor lost, or one too many: β, a small number, a letter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from symrlhf.checker.mistakes.line import Edit, Edits, Line, Words, numbers_in
from symrlhf.checker.mistakes.writing import ONE, TWO, over, times
from symrlhf.term import INTEGER, REAL, Add, App, Div, Fun, Mul, Neg, Path, Pow, Rational, Sym, Term

TEMPERATURES = ("beta", "tau")
"""What a reward is divided by."""


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


def scalable(line: Line) -> Iterator[tuple[Path, Term]]:
    """Where a factor may be lost: not below a sign, nor where it would be a factor of what stands above."""
    parents = dict(line.places)
    for path, t in line.places:
        above = parents.get(path[:-1]) if path else None
        if not isinstance(above, Neg) and not (isinstance(above, (Mul, Div)) and path[-1] == 0):
            yield path, t


def temperatures(line: Line) -> list[Term]:
    names = line.expanded.names
    return [Sym(n) for n in TEMPERATURES if n in names]


def symbols_of(line: Line) -> list[Term]:
    found = (s for s in line.expanded.symbols if s.sort in (REAL, INTEGER) and s.name not in TEMPERATURES)
    return sorted(found, key=lambda s: str(getattr(s, "name", "")))


def small_numbers(line: Line) -> list[Term]:
    return [TWO, Rational(3), Rational(4)]


def small_sums(line: Line) -> list[Term]:
    """Factors such as 1 − ε, as they stand somewhere in the line."""
    sums = dict.fromkeys(t for _, t in line.expanded.walk() if isinstance(t, Add) and not t.dangling)
    return [t for t in sums if len(t.terms) == 2 and sum(1 for _ in t.walk()) <= 4]


def lost_exponent(line: Line) -> Edits:
    """(a/b)^β where a/b was written."""
    for beta in temperatures(line):

        def raised(t: Term, beta: Term = beta) -> Term:
            return Pow(t, beta) if isinstance(t, (Sym, App)) and t.sort == REAL and t != beta else t

        yield Edit(("the exponent ", beta, " is lost"), line.with_right(line.rhs.transform(raised)))
        for path, t in numbers_in(line.relation.lhs):
            if isinstance(t, Fun) and len(t.args) == 1 and not path:
                for new in (over(t.args[0], beta), times(beta, t.args[0])):
                    words: Words = (t, " should be ", Fun(t.name, (new,)))
                    yield Edit(words, line.with_left(Fun(t.name, (new,)), path))
