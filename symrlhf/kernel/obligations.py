"""What must hold for a term to mean something, read off the term as written.

Denominators ≠ 0, arguments of logarithms > 0, of arcsines from −1 to 1, bases > 0 under exponents that are not
integers; a range ends at most 1 before it begins; inside a binder or a range for every value of its index. A
derivative asks for its body and for what the chain rule divides by, a limit and an integral to exist. ∞ and O(h) are
no numbers: where one is not said to stand, the term means nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache

from symrlhf.errors import NotSupported
from symrlhf.kernel.derive import ONE, ZERO, derivative, fresh_integer, kinks, resolve
from symrlhf.kernel.instance import unused
from symrlhf.kernel.signs import Signs
from symrlhf.kernel.statement import Statement, everywhere
from symrlhf.notation import BINDERS, unfold
from symrlhf.setting import Setting
from symrlhf.term import (
    App,
    Binder,
    Cases,
    Diff,
    Div,
    Fun,
    Infinity,
    Integral,
    Lim,
    Order,
    Pow,
    Range,
    Rel,
    Relation,
    Sym,
    Term,
    as_term,
    exact_value,
    infinite,
)

REMEMBERED = 512
"""Terms whose obligations are kept: a rule, its theorem and a search for counterexamples ask for the same ones."""


@lru_cache(REMEMBERED)
def obligations(term: Term, setting: Setting) -> tuple[Statement, ...]:
    """Every obligation of `term`, its definitions written out, each once, in reading order."""
    found = (Statement.of(relation) for relation in _collect(setting.expand(term), setting))
    return tuple(dict.fromkeys(found))


def _collect(term: Term, setting: Setting) -> Iterator[Rel]:
    match term:
        case Binder():
            # The set's own letter: two binders over the same body then ask for the same thing.
            bodies = term.opened(replace(term, letter="").fresh())
            summand = BINDERS[term.kind].summand
            for body in bodies if summand is None else (summand(*bodies),):
                yield from _collect(body, setting)
        case Range():
            yield from (exists(term),) if term.endless else _length(term)
            yield from _inside(term, lambda body: _collect(body, setting))
        case Diff(body=body, var=var):
            yield from _collect(body, setting)
            slope = derivative(resolve(body, setting), var, setting)
            if not isinstance(slope, Diff):
                yield from _collect(slope, setting)
            yield from _kinks(resolve(body, setting), var, setting)
        case Fun() if (simpler := unfold(term)) is not None:
            yield from _collect(simpler, setting)
        case Cases(branches=branches, otherwise=otherwise):
            before: tuple[Term, ...] = ()
            for condition, value in branches:
                yield from _guarded(term, condition, before, setting)
                yield from _guarded(term, value, (*before, condition), setting)
                before = (*before, *_negated(condition))
            yield from _guarded(term, otherwise, before, setting)
        case Rel(op="=", lhs=Lim(kind="near") as f, rhs=Lim(kind="near") as g):
            yield from (*_where_it_goes(f, setting), *_where_it_goes(g, setting))
        case Rel(op="=", lhs=Lim(kind="lim") as f, rhs=value) if infinite(value):
            yield from _collect(f, setting)
        case Lim(kind="lim"):
            yield from _where_it_goes(term, setting)
            yield exists(term)
        case Integral():
            yield from (o for end in (term.low, term.high) if not infinite(end) for o in _collect(end, setting))
            yield exists(term)
        case Lim() | Infinity() | Order():
            raise NotSupported(f"{term} stands where only a number can stand")
        case _:
            for child in term.children:
                yield from _collect(child, setting)
            yield from _own(term)


def _guarded(whole: Cases, part: Term, guard: tuple[Term, ...], setting: Setting) -> Iterator[Rel]:
    """The obligations of a part of a case split that do not follow from the conditions under which it is reached."""
    # A condition on y tells of this y only: it is one fixed element while that is asked.
    fixed = {s: Sym(unused(f"\5{s.name}", whole.names), s.sort, fixed=True) for s in whole.free_indices}
    given = (g.substitute(fixed) for g in guard)
    known = tuple(Statement.of(g) for g in given if isinstance(g, Rel) and g.op in NEGATION)
    signs = Signs(setting, known) if known else None
    for wanted, here in zip(_collect(part, setting), _collect(part.substitute(fixed), setting), strict=True):
        if signs is None or not signs.holds(Statement.of(here)):
            yield wanted


def _negated(condition: Term) -> tuple[Term, ...]:
    """What is known where a condition fails."""
    if isinstance(condition, Rel) and condition.op in NEGATION:
        return (Rel(NEGATION[condition.op], condition.lhs, condition.rhs),)
    return ()


NEGATION: dict[Relation, Relation] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def _kinks(term: Term, var: Term, setting: Setting) -> Iterator[Rel]:
    """Where the functions with kinks in a term are differentiated, their values may not be about to change."""
    if not isinstance(var, (Sym, App)) or not setting.varies(term, var.name):
        return
    if isinstance(term, Fun) and term.name == "stop_gradient":
        return
    if isinstance(term, Range):
        yield from _inside(term, lambda body: _kinks(body, var, setting))
        return
    if isinstance(term, Binder):
        children = term.opened(replace(term, letter="").fresh())
    elif isinstance(term, Fun) and (simpler := unfold(term)) is not None:
        children = (simpler,)
    else:
        children = term.children
        for a, b in kinks(term):
            if setting.varies(a, var.name) or setting.varies(b, var.name):
                yield _told_apart(a, b, var, setting) if isinstance(term, Fun) else Rel("!=", a, b)
    for child in children:
        yield from _kinks(child, var, setting)


def _told_apart(a: Term, b: Term, var: Term, setting: Setting) -> Rel:
    """max(a, b) has a derivative where a ≠ b, and where a = b with equal derivatives: ρ A and clip(ρ) A at ρ = 1.

    Asked for only where both vary and a derivative depends on a case itself: others hardly ever meet like that.
    """
    first, second = (derivative(x, var, setting) for x in (a, b))
    split = any(isinstance(t, Cases) for t in (*first.subterms(), *second.subterms()))
    if not split or ZERO in (first, second):
        return Rel("!=", a, b)
    return Rel("=", Cases(((Rel("<", a, b), ZERO), (Rel("<", b, a), ZERO)), first - second), ZERO)


def exists(value: Lim | Integral | Range) -> Rel:
    """That a limit exists (or is ±∞), an integral or a sum to ∞: a term equals itself where it means something."""
    return Rel("=", value, value)


def _where_it_goes(limit: Lim, setting: Setting) -> Iterator[Rel]:
    """What the point needs. The body needs what it needs near the point only: that is part of the limit."""
    _, to = limit.opened(limit.fresh())
    return iter(()) if infinite(to) else _collect(to, setting)


def _inside(term: Range, collect: Callable[[Term], Iterator[Rel]]) -> Iterator[Rel]:
    """What the body of a range asks for, of every integer that it runs over."""
    t = fresh_integer()
    for relation in collect(term.opened(t)):
        yield everywhere(t, term, relation) if t in relation.symbols else relation


def _length(term: Range) -> Iterator[Rel]:
    """high ≥ low − 1."""
    low, high = exact_value(term.low), exact_value(term.high)
    if low is None:
        yield Rel(">=", term.high + ONE, term.low)
    elif high is None or high < low - 1:
        yield Rel(">=", term.high, as_term(low - 1))


def _own(term: Term) -> Iterator[Rel]:
    """The obligation of the outermost operation."""
    match term:
        case Div(denominator=b) if not exact_value(b):
            yield Rel("!=", b, ZERO)
        case Fun(name="log", args=(a,)):
            yield Rel(">", a, ZERO)
        case Fun(name="arcsin", args=(Fun(name="sqrt", args=(a,)),)):
            yield Rel("<=", a, ONE)
        case Fun(name="arcsin", args=(a,)):
            yield Rel("<=", a, ONE)
            yield Rel(">=", a, -ONE)
        case Pow(base=b, exponent=n):
            power = exact_value(n)
            if power is None or power.denominator != 1:
                yield Rel(">", b, ZERO)
            elif power < 0:
                yield Rel("!=", b, ZERO)
        case _:
            return
