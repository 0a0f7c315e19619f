"""Integrals in closed form: F(b) − F(a) for an F whose derivative is the integrand between the ends.

The variable is opened as a fresh symbol of which only is known that it lies between the ends: what the integrand and
F need must hold for all such values. At the ends F has limits, from inside or from both sides, so that an improper
integral is what it should be; it exists by them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from symrlhf.errors import NotSupported, RuleViolation, StepUndecided
from symrlhf.kernel.antiderivative import antiderivative
from symrlhf.kernel.derive import ZERO, derivative, resolve
from symrlhf.kernel.inequality import SMOOTH
from symrlhf.kernel.instance import insist_on_held
from symrlhf.kernel.limits import is_value, limit_of
from symrlhf.kernel.normal import is_identity
from symrlhf.kernel.obligations import exists, obligations
from symrlhf.kernel.rules import relevant
from symrlhf.kernel.signs import Signs
from symrlhf.kernel.statement import Statement
from symrlhf.kernel.theorem import Conclusion, Parts, Theorem, rule
from symrlhf.setting import Setting
from symrlhf.term import (
    Add,
    Binder,
    Div,
    Fun,
    Integral,
    Lam,
    Lim,
    Mul,
    Neg,
    Pow,
    Rel,
    Side,
    Sym,
    Term,
    infinite,
    limit,
)

VARIABLE = Sym("\4z")
"""What the bound variable is opened as: no term of a statement can have this name."""

CONTINUOUS = (*SMOOTH, "abs", "min", "max", "clip")


@rule
def integral_is(
    setting: Setting, relation: Rel, primitive: Lam, ends: tuple[Term, Term], premises: tuple[Theorem, ...] = ()
) -> Conclusion:
    """∫_a^b f = B − A, because F' = f between a and b, F goes to A at a, and to B at b."""
    integral = relation.lhs
    if relation.op != "=" or not isinstance(integral, Integral) or len(primitive.parameters) != 1:
        raise RuleViolation(f"{relation} does not say what an integral is")
    parts = Parts.of(setting, premises)
    insist_on_held(integral, parts.setting)
    told = relevant(parts, premises, relation)
    inside = between(integral, parts.setting, told)
    f = parts.setting.expand(integral.opened(VARIABLE))
    big_f = parts.setting.expand(primitive.body.substitute({primitive.parameters[0]: VARIABLE}))
    facts = (*told, *inside.facts)
    needed = [*_defined(f, CONTINUOUS, parts.setting, facts), *_defined(big_f, SMOOTH, parts.setting, facts)]
    slope = derivative(resolve(big_f, parts.setting), VARIABLE, parts.setting)
    _insist_on_equal(parts.setting, slope, f, facts)
    for lim, value in zip(inside.limits(integral, big_f), ends, strict=True):
        if infinite(value):
            raise RuleViolation(f"{integral} has no value: an end is infinite")
        found = limit_of(parts.setting, lim, told)
        needed += found.conditions
        if not is_value(found, value):
            raise StepUndecided(f"the antiderivative goes to {found.term} at an end, not to {value}")
    _insist_on_equal(parts.setting, relation.rhs, ends[1] - ends[0], told)
    return Conclusion(parts, Statement.of(relation), premises, tuple(needed), (Statement.of(exists(integral)),))


class Between(NamedTuple):
    """What is known of the variable between the ends, and whether the lower end is surely less."""

    facts: tuple[Statement, ...]
    ordered: bool

    def limits(self, integral: Integral, primitive: Term) -> tuple[Lim, Lim]:
        """The limits of the antiderivative at the ends: from inside, or where that is not known, from both sides."""
        sides: tuple[Side, Side] = ("+", "-") if self.ordered else ("", "")
        low, high = (
            limit(primitive, VARIABLE, end, "" if infinite(end) else side)
            for end, side in zip((integral.low, integral.high), sides, strict=True)
        )
        return low, high


def between(integral: Integral, setting: Setting, told: Iterable[Statement]) -> Between:
    """What a number strictly between the ends, whichever is less, is known to be."""
    low, high = integral.low, integral.high
    if infinite(low) == infinite(high) != 0:
        raise RuleViolation(f"{integral} begins where it ends")
    signs = Signs(setting, told)
    ordered = infinite(low) < 0 or infinite(high) > 0 or (not infinite(low) and signs.of(high - low) == (1, True))
    facts: list[Rel] = []
    # An end that varies with an index says nothing of z for all its values.
    if ordered and not infinite(low) and not low.free_indices:
        facts.append(Rel(">", VARIABLE, low))
    if ordered and not infinite(high) and not high.free_indices:
        facts.append(Rel("<", VARIABLE, high))
    sides = [infinite(end) or (signs.of(end) or (0,))[0] for end in (low, high)]
    zeros = [not infinite(end) and is_identity(setting, Rel("=", end, ZERO)) for end in (low, high)]
    if all(s > 0 or z for s, z in zip(sides, zeros, strict=True)):
        facts.append(Rel(">", VARIABLE, ZERO))
    if all(s < 0 or z for s, z in zip(sides, zeros, strict=True)):
        facts.append(Rel("<", VARIABLE, ZERO))
    return Between(tuple(Statement.of(r) for r in facts), ordered)


def _defined(
    term: Term, functions: tuple[str, ...], setting: Setting, facts: tuple[Statement, ...]
) -> Iterable[Statement]:
    """Insist that a term is defined between the ends and built of these functions; what is left speaks of no z."""
    _insist_on_built_of(term, functions)
    signs = Signs(setting, facts)
    for needed in obligations(term, setting):
        if VARIABLE not in needed.relation.symbols:
            yield needed
        elif not signs.holds(needed):
            raise StepUndecided(f"{needed} is not known between the ends")


def _insist_on_built_of(term: Term, functions: tuple[str, ...]) -> None:
    if VARIABLE not in term.symbols or term == VARIABLE:
        return
    match term:
        case Add() | Mul() | Neg() | Div() | Pow() | Binder(kind="sum" | "E" | "KL" | "H" | "cross_entropy"):
            pass
        case Fun(name=name) if name in functions:
            pass
        case _:
            raise NotSupported(f"an integral of {term}")
    for child in term.children:
        _insist_on_built_of(child, functions)


def _insist_on_equal(setting: Setting, a: Term, b: Term, facts: Iterable[Statement]) -> None:
    if not is_identity(setting, Rel("=", a, b), facts):
        raise StepUndecided(lambda: f"{a} and {b} have different normal forms")


# ------------------------------------------------------------------ proposals


class Proposal(NamedTuple):
    primitive: Lam
    ends: tuple[Term, Term]

    @property
    def value(self) -> Term:
        return self.ends[1] - self.ends[0]


def proposal(integral: Integral, setting: Setting, told: tuple[Statement, ...]) -> Proposal:
    """An antiderivative, and where it goes at the ends; untrusted."""
    inside = between(integral, setting, told)
    facts = (*told, *inside.facts)
    body = setting.expand(integral.opened(VARIABLE))
    found = antiderivative(body, VARIABLE, setting, facts)
    if found is None:
        raise StepUndecided(f"no antiderivative was found for {integral}")
    low, high = (limit_of(setting, lim, told).term for lim in inside.limits(integral, found))
    letter = integral.fresh(found.names)
    return Proposal(Lam((letter,), found.substitute({VARIABLE: letter})), (low, high))
