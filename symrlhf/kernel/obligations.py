"""What must hold for a term to mean something, read off the term as written.

Denominators ≠ 0, arguments of logarithms > 0, bases > 0 under exponents that are not integers; inside a
binder for every value of its index. A derivative asks for its body and for what the chain rule divides by.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from symrlhf.kernel.derive import ZERO, derivative, resolve
from symrlhf.kernel.statement import Statement
from symrlhf.notation import BINDERS, unfold
from symrlhf.setting import Setting
from symrlhf.term import Binder, Cases, Diff, Div, Fun, Pow, Rel, Term, exact_value


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
        case Diff(body=body, var=var):
            yield from _collect(body, setting)
            slope = derivative(resolve(body, setting), var, setting)
            if not isinstance(slope, Diff):
                yield from _collect(slope, setting)
        case Fun() if (simpler := unfold(term)) is not None:
            yield from _collect(simpler, setting)
        case Cases(branches=branches, otherwise=otherwise):
            # Stronger than needed: a value is only needed where its branch is taken.
            for condition, value in branches:
                yield from _collect(condition, setting)
                yield from _collect(value, setting)
            yield from _collect(otherwise, setting)
        case _:
            for child in term.children:
                yield from _collect(child, setting)
            yield from _own(term)


def _own(term: Term) -> Iterator[Rel]:
    """The obligation of the outermost operation."""
    match term:
        case Div(denominator=b) if not exact_value(b):
            yield Rel("!=", b, ZERO)
        case Fun(name="log", args=(a,)):
            yield Rel(">", a, ZERO)
        case Pow(base=b, exponent=n):
            power = exact_value(n)
            if power is None or power.denominator != 1:
                yield Rel(">", b, ZERO)
            elif power < 0:
                yield Rel("!=", b, ZERO)
        case _:
            return
