"""Functions with kinks: max, min, |·|, sign and cases are one of several terms, by the sign of a difference."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from symrlhf.term import Add, And, App, Binder, Cases, Div, Fun, IndexSet, Mul, Neg, Pow, Rational, Rel, Term

Signs = frozenset[int]
"""The signs −1, 0, 1 that something may have."""

ZERO_ONLY = Signs((0,))
ANY, UP, DOWN = Signs((-1, 0, 1)), Signs((0, 1)), Signs((-1, 0))

SIGNS_WHERE: dict[str, Signs] = {
    "=": ZERO_ONLY,
    "!=": Signs((-1, 1)),
    ">": Signs((1,)),
    ">=": UP,
    "<": Signs((-1,)),
    "<=": DOWN,
}
"""The signs of a − b where a relation between a and b holds."""


class Kink(NamedTuple):
    """A term that is one of several others, by the sign of `subject`; the sets of signs cover all three."""

    subject: Term
    values: tuple[tuple[Signs, Term], ...]

    @property
    def simpler(self) -> Term:
        """Something of the same sign wherever the subject is defined: a − b for log a − log b and e^a − e^b."""
        match self.subject:
            case Add(terms=(Fun(name="log" | "exp" as name, args=(a,)), Neg(arg=Fun(name=other, args=(b,))))) if (
                name == other
            ):
                return a - b
            case _:
                return self.subject


def _abs(u: Term) -> Kink:
    return Kink(u, ((UP, u), (DOWN, Neg(u))))


def _sign(u: Term) -> Kink:
    return Kink(u, tuple((Signs((s,)), Rational(s)) for s in (1, 0, -1)))


def _extremum(name: str, at_least: Signs) -> Callable[..., Kink | None]:
    def first_two(*args: Term) -> Kink | None:
        if len(args) < 2:
            return None
        a, b, *others = args
        chosen = [Fun(name, (v, *others)) if others else v for v in (a, b)]
        return Kink(a - b, ((at_least, chosen[0]), (Signs(-s for s in at_least), chosen[1])))

    return first_two


KINKS: dict[str, Callable[..., Kink | None]] = {
    "abs": _abs,
    "sign": _sign,
    "max": _extremum("max", UP),
    "min": _extremum("min", DOWN),
}


TRANSPARENT = (Add, Mul, Neg, Div, Pow, Fun, App, Binder, Cases, Rel, And)
"""The value of such a term at a point depends on the values of its parts at that point, and on nothing else."""


def kink(term: Term) -> Kink | None:
    """How the outermost operation of a term depends on a sign, if it does."""
    match term:
        case Fun(name=name, args=args) if name in KINKS:
            return KINKS[name](*args)
        case Cases(branches=branches, otherwise=otherwise):
            (condition, value), *others = branches
            missed = Cases(tuple(others), otherwise) if others else otherwise
            return _first_condition(condition, value, missed)
        case _:
            return None


def _first_condition(condition: Term, met: Term, missed: Term) -> Kink | None:
    """The first condition that holds decides: where it fails, the branches after it do."""
    if isinstance(condition, And):
        first, *more = condition.parts
        rest = And(tuple(more)) if len(more) > 1 else more[0]
        return _first_condition(first, Cases(((rest, met),), missed), missed)
    if not isinstance(condition, Rel) or condition.op not in SIGNS_WHERE or isinstance(condition.lhs.sort, IndexSet):
        return None
    where = SIGNS_WHERE[condition.op]
    return Kink(condition.lhs - condition.rhs, ((where, met), (ANY - where, missed)))


def kinks(term: Term) -> Iterator[Term]:
    """The closed subterms with a kink that are defined wherever `term` is, innermost first."""
    if not isinstance(term, TRANSPARENT):
        return
    # A later branch may be undefined where it is not taken.
    for child in term.children[:1] if isinstance(term, Cases) else term.children:
        yield from kinks(child)
    if not term.dangling and kink(term) is not None:
        yield term


def put(term: Term, old: Term, new: Term) -> Term:
    """`term` with the closed `new` for the closed `old`, where `kinks` looks."""
    if term == old:
        return new
    if not isinstance(term, TRANSPARENT):
        return term
    children = tuple(put(c, old, new) for c in term.children)
    return term if children == term.children else term.rebuild(children)
