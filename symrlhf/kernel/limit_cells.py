"""Limits that are told case by case: by the signs of numbers that are free of the variable.

lim_{β→∞} (1/β) log(e^{βa} + e^{βb}) is a where a > b, b where a < b, and a where they are equal: max(a, b). Each time
the calculation stops because the sign of a number decides, its three signs are looked at one by one; where it is 0,
an atom is replaced by what it equals there. What is split on is one number at each point: no term that mentions the
variable, the index of an operator inside the limit, or an element of which only some is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from symrlhf.errors import NotSupported, RuleViolation, StepTooLarge, StepUndecided
from symrlhf.kernel import poly
from symrlhf.kernel.cell import Cell, alike
from symrlhf.kernel.cells import by_sign, in_cells
from symrlhf.kernel.derive import ZERO
from symrlhf.kernel.field import Nowhere, Quotient
from symrlhf.kernel.kinks import SIGNS_WHERE
from symrlhf.kernel.limits import SignDecides, insist_on_limit, known, limit_of
from symrlhf.kernel.normal import NormalForm
from symrlhf.kernel.obligations import exists, obligations
from symrlhf.kernel.poly import Poly
from symrlhf.kernel.statement import Statement
from symrlhf.kernel.theorem import Conclusion, Parts, Theorem, rule
from symrlhf.setting import Setting
from symrlhf.term import App, Lim, Rel, Relation, Sym, Term, exact_value, infinite

MAX_CELLS = 40
"""Cells that are looked at for one limit."""


@rule
def limit_in_cells(setting: Setting, relation: Rel, premises: tuple[Theorem, ...] = ()) -> Conclusion:
    """lim f = c, because it is in each of several cells that cover every point: by the signs of some numbers."""
    lim = insist_on_limit(relation)
    parts = Parts.of(setting, premises)
    # Of each free index one arbitrary element, as everywhere where cases are told apart.
    fixed = {s: Sym(f"\4{s.name}", s.sort, fixed=True) for s in relation.free_indices}
    facts = known(parts, premises)
    instances = tuple(Statement.of(_relation(f.relation.substitute(fixed))) for f in facts)
    goal = _relation(parts.setting.expand(relation.substitute(fixed)))
    cover = _Cover(parts.setting)
    try:
        cover.cover(_Case(goal, tuple(dict.fromkeys((*facts, *instances)))))
    except poly.OutOfFuel as reason:
        raise StepTooLarge(f"out of fuel: {reason}") from None
    # Names of arbitrary elements are private: the condition is one on every element.
    back = {value: key for key, value in fixed.items()}
    conditions = tuple(Statement.of(_relation(c.relation.substitute(back))) for c in cover.conditions)
    return Conclusion(parts, Statement.of(relation), premises, conditions, (Statement.of(exists(lim)),))


class _Case(NamedTuple):
    """What is claimed of a limit, and what is known in one cell."""

    goal: Rel
    facts: tuple[Statement, ...]

    @property
    def lim(self) -> Lim:
        lim = self.goal.lhs
        assert isinstance(lim, Lim)
        return lim

    def where(self, op: Relation, number: Term) -> _Case:
        return self._replace(facts=(*self.facts, Statement.of(Rel(op, number, ZERO))))

    def replaced(self, atom: Term, value: Term) -> _Case:
        """The case with an atom replaced by what it equals there; facts of which that cannot be said stay too."""
        return _Case(_relation(self.goal.substitute({atom: value})), (*self.facts, *_moved(self.facts, {atom: value})))


class _Cover:
    def __init__(self, setting: Setting):
        self.setting = setting
        self.conditions: list[Statement] = []
        self.left = MAX_CELLS

    def cover(self, case: _Case) -> None:
        """Insist that the claim holds in the case, or in every part of it."""
        self.left -= 1
        if self.left < 0:
            raise StepUndecided(f"more than {MAX_CELLS} cases")
        try:
            found = limit_of(self.setting, case.lim, case.facts)
        except SignDecides as failure:
            self._split(case, failure)
            return
        if any(_never(c) for c in found.conditions):
            raise StepUndecided(f"{case.lim} does not exist in one case")
        self._insist_on_value(case, found.term)
        self.conditions += found.conditions

    def _insist_on_value(self, case: _Case, value: Term) -> None:
        claimed = case.goal.rhs
        if infinite(value) or infinite(claimed):
            if infinite(value) != infinite(claimed):
                raise StepUndecided(f"in one case the limit is {value}")
        else:
            in_cells(self.setting, Rel("=", value, claimed), case.facts, by_sign)

    def _split(self, case: _Case, reason: SignDecides) -> None:
        number = reason.number
        if not number.symbols <= case.goal.symbols or number.free_indices:
            raise reason
        nf = NormalForm(self.setting, case.facts)
        cell = Cell.everything(nf)
        try:
            unknown = [p for p, _ in cell.factors(nf.of(number))[1] if len(cell.signs_of(p)) > 1]
        except (Nowhere, NotSupported):
            raise reason from None
        if not unknown:
            raise reason
        p = unknown[0]
        factor = nf.poly_term(p)
        self.conditions += [*obligations(number, self.setting), *obligations(factor, self.setting)]
        signs = cell.signs_of(p)
        if 1 in signs:
            self.cover(case.where(">", factor))
        if -1 in signs:
            self.cover(case.where("<", factor))
        if 0 in signs:
            self.cover(self._on_zero(case, cell, p, reason))

    def _on_zero(self, case: _Case, cell: Cell, p: Poly, reason: SignDecides) -> _Case:
        for atom, value in _solutions(cell, p):
            try:
                return case.replaced(atom, value)
            except RuleViolation:
                continue
        raise reason


def _solutions(cell: Cell, p: Poly) -> Iterator[tuple[Term, Term]]:
    """Atoms with what they are where p = 0, if p, or something of its sign, is linear in them but for a factor ≠ 0."""
    nf = cell.nf
    for q in alike(nf, p):
        left = [f for f, _ in poly.factor(q)[1] if 0 in cell.signs_of(f)]
        for m, c in left[0].items() if len(left) == 1 else ():
            g = nf.generators[m[0][0]] if len(m) == 1 and m[0][1] == 1 else None
            if g is None or g.kind != "atom" or not isinstance(g.data, Sym | App):
                continue
            others = poly.scale({n: a for n, a in left[0].items() if n != m}, -1 / c)
            value = nf.poly_term(others)
            if not value.contains(g.data) and nf.sub(nf.of(value), Quotient(others, poly.ONE)).is_zero:
                yield g.data, value


def _moved(facts: Iterable[Statement], change: dict[Term, Term]) -> Iterator[Statement]:
    for fact in facts:
        try:
            yield Statement.of(_relation(fact.relation.substitute(change)))
        except RuleViolation:
            continue


def _never(condition: Statement) -> bool:
    """Whether a condition between numbers fails."""
    left, right = map(exact_value, condition.relation.children)
    if left is None or right is None:
        return False
    return (left > right) - (left < right) not in SIGNS_WHERE[condition.relation.op]


def _relation(term: Term) -> Rel:
    assert isinstance(term, Rel)
    return term
