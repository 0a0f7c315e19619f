"""Sums to ∞: the limit of a closed form of their partial sums.

The partial sum to an integer n has a normal form; a term with that normal form at every n, of a real variable x in
place of n, has a limit as x → ∞. What is so for real x is so for integers.
"""

from __future__ import annotations

from typing import NamedTuple

from symrlhf.errors import NotSupported, RuleViolation, StepUndecided
from symrlhf.kernel import poly
from symrlhf.kernel.derive import fresh_integer
from symrlhf.kernel.field import Nowhere
from symrlhf.kernel.instance import insist_on_held
from symrlhf.kernel.limits import is_value, limit_of
from symrlhf.kernel.normal import NormalForm, is_identity
from symrlhf.kernel.obligations import exists
from symrlhf.kernel.rules import relevant
from symrlhf.kernel.statement import Statement
from symrlhf.kernel.theorem import Conclusion, Parts, Theorem, rule
from symrlhf.setting import Setting
from symrlhf.term import INTEGER, Lam, Range, Rel, Sym, Term, bind_range, infinite, limit, oo

LAST = Sym("\4n", INTEGER)
"""Where a partial sum ends: no term of a statement can have this name."""


@rule
def series_is(setting: Setting, relation: Rel, partial: Lam, premises: tuple[Theorem, ...] = ()) -> Conclusion:
    """Σ_{t=a}^∞ f = c, because Σ_{t=a}^{n} f = S(n) for every integer n ≥ a, and S(x) → c as x → ∞."""
    total = relation.lhs
    if relation.op != "=" or not isinstance(total, Range) or not total.endless or len(partial.parameters) != 1:
        raise RuleViolation(f"{relation} does not say what a sum to ∞ is")
    if infinite(relation.rhs):
        raise NotSupported(f"{relation}: an infinite sum")
    parts = Parts.of(setting, premises)
    told = relevant(parts, premises, relation)
    (x,) = partial.parameters
    if x in total.symbols:
        raise RuleViolation(f"{x} stands in {total}: choose another letter")
    lim = limit(partial.body, x, oo)
    insist_on_held(lim, parts.setting)
    closed = partial.body.substitute({x: LAST})
    if not is_identity(parts.setting, Rel("=", finite(total), closed), (*told, reaches(total))):
        raise StepUndecided(lambda: f"{closed} is not the sum to {LAST}")
    found = limit_of(parts.setting, lim, told)
    if not is_value(found, relation.rhs):
        raise StepUndecided(f"the partial sums go to {found.term}")
    return Conclusion(parts, Statement.of(relation), premises, found.conditions, (Statement.of(exists(total)),))


def finite(total: Range) -> Range:
    """The sum as far as LAST."""
    t = fresh_integer()
    return bind_range("sum", t, total.low, LAST, total.opened(t))


def reaches(total: Range) -> Statement:
    """That the partial sum has a term."""
    if total.low.free_indices:
        raise NotSupported(f"{total}, which begins at an index")
    return Statement.of(Rel(">=", LAST, total.low))


class Proposal(NamedTuple):
    partial: Lam
    value: Term

    def prove(self, setting: Setting, relation: Rel, premises: tuple[Theorem, ...]) -> Theorem:
        return series_is(setting, relation, self.partial, premises)


def partial_sums(total: Range, setting: Setting, told: tuple[Statement, ...]) -> Proposal:
    """A closed form of the partial sums, and where it goes; untrusted."""
    nf = NormalForm(setting, (*told, reaches(total)))
    try:
        closed = nf.term(nf.of(finite(total)))
    except (Nowhere, poly.OutOfFuel) as reason:
        raise StepUndecided(f"{total}: {reason}") from None
    name = "n"
    while name in total.names | closed.names:
        name += "'"
    x = Sym(name)
    partial = closed.substitute({LAST: x})
    return Proposal(Lam((x,), partial), limit_of(setting, limit(partial, x, oo), told).term)
