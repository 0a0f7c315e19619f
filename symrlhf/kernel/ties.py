"""Where an inequality may fail and almost nowhere else: kinks, zeros of squares, equal arguments, ends of ranges.

Each tie is an equation, for all elements of what it is about, that a sampled point can be moved onto.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import combinations, count

from symrlhf.kernel.statement import Statement
from symrlhf.setting import Setting
from symrlhf.term import Binder, Diff, Fun, IndexSet, Pow, Rational, Rel, Sym, Term, exact_value

ZERO, ONE = Rational(0), Rational(1)
MAX_TIES = 12

Pairs = list[tuple[Term, Term]]


def _at(value: Term) -> Callable[..., Pairs]:
    return lambda *xs: [(x, value) for x in xs]


def _each_other(*xs: Term) -> Pairs:
    return list(combinations(xs, 2))


def _at_ends(x: Term, low: Term, high: Term) -> Pairs:
    return [(x, low), (x, high)]


AT: dict[str, Callable[..., Pairs]] = {
    **dict.fromkeys(
        ("abs", "sign", "exp", "softplus", "sigmoid", "tanh", "cosh", "sinh", "arctan", "arcsin"), _at(ZERO)
    ),
    **dict.fromkeys(("log", "log_gap"), _at(ONE)),
    **dict.fromkeys(("min", "max"), _each_other),
    "clip": _at_ends,
}
"""The arguments at which a function has its kink, or touches a line that bounds it."""


def ties(statement: Statement, setting: Setting, given: Iterable[Statement]) -> tuple[Statement, ...]:
    """Equations to try, one at a time: from inside the statement, from weak inequalities, and its own two sides."""
    letters = count()
    weak = [h.relation for h in given if h.relation.op in ("<=", ">=")]
    inside = [rel for side in statement.relation.children for rel in _inside(setting.expand(side), letters)]
    found = [Rel("=", rel.lhs, rel.rhs) for rel in (*inside, *weak, statement.relation)]
    return tuple(dict.fromkeys(Statement.of(r) for r in found if _may_be_met(r)))[:MAX_TIES]


def _may_be_met(relation: Rel) -> bool:
    return (
        not relation.dangling
        and not isinstance(relation.lhs.sort, IndexSet)
        and bool(relation.symbols or relation.names)
    )


def _inside(term: Term, letters: Iterator[int]) -> Iterator[Rel]:
    if isinstance(term, Diff):
        return
    if isinstance(term, Binder):
        bodies = term.opened(Sym(f"\0tie{next(letters)}", term.over))
        if term.kind == "KL":
            yield Rel("=", *bodies)
        for body in bodies:
            yield from _inside(body, letters)
        return
    if isinstance(term, Fun) and term.name in AT:
        yield from (Rel("=", a, b) for a, b in AT[term.name](*term.args))
    if isinstance(term, Pow) and (n := exact_value(term.exponent)) is not None and n.numerator % 2 == 0:
        yield Rel("=", term.base, ZERO)
    for child in term.children:
        yield from _inside(child, letters)
