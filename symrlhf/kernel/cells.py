"""Case splits: what min, max, clip, |·|, sign and cases are, told cell by cell.

A cell says of finitely many polynomials which signs they have there. Cells are split until every function with a
kink is told by them, closed where its values meet in the kink, exactly where they do not; together they cover every
point. A cell that contradicts itself, by linear arithmetic on monomials, holds no point and needs no proof.

What is split on is a number at each point: indices that stand for every element are fixed first, and what mentions
the index of an operator around it, or stands below a derivative, is never split on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from typing import NamedTuple

from symrlhf.errors import NotSupported, RuleViolation, StepTooLarge, StepUndecided
from symrlhf.kernel import poly
from symrlhf.kernel.cell import Cell
from symrlhf.kernel.derive import ZERO, resolve
from symrlhf.kernel.field import Nowhere, Quotient
from symrlhf.kernel.follow import other_forms
from symrlhf.kernel.kinks import ANY, DOWN, SIGNS_WHERE, UP, ZERO_ONLY, Kink, Signs, kink, kinks, put
from symrlhf.kernel.normal import NormalForm
from symrlhf.kernel.obligations import obligations
from symrlhf.kernel.poly import Poly
from symrlhf.kernel.rules import relevant
from symrlhf.kernel.solve import replace_by, solve
from symrlhf.kernel.statement import Statement
from symrlhf.kernel.theorem import Conclusion, Parts, Theorem, rule
from symrlhf.notation import unfold
from symrlhf.setting import Setting
from symrlhf.term import App, Fun, IndexSet, Rel, Sym, Term

MAX_CELLS = 200
"""Cells that are looked at in one proof."""

Leaf = Callable[[Cell, Rel], bool]
"""Whether a relation holds in a cell, as far as is known without splitting it."""


class Question(NamedTuple):
    """A goal, and relations that are known to hold but cannot be used before their kinks are told."""

    goal: Rel
    given: tuple[Rel, ...] = ()

    def mapped(self, change: Callable[[Rel], Rel]) -> Question:
        return Question(change(self.goal), tuple(map(change, self.given)))


def covered(cell: Cell, question: Question, leaf: Leaf) -> None:
    """Splits the cell until `leaf` holds in every part; raises `StepUndecided` if that fails.

    The question has no definitions or derivatives left to carry out, and no index that stands for every element.
    """
    _Cover(leaf).cover(cell, question)


class _Cover:
    def __init__(self, leaf: Leaf):
        self.leaf = leaf
        self.left = MAX_CELLS

    def cover(self, cell: Cell, question: Question) -> None:
        self.left -= 1
        if self.left < 0:
            raise StepUndecided(f"more than {MAX_CELLS} cells")
        try:
            cell, question = _settled(cell, question)
            if cell.empty or self.leaf(cell, question.goal):
                return
            split = _split(cell, question.goal)
        except Nowhere:
            return  # a side is undefined in the whole cell
        if not split:
            last = cell.with_products()
            if last.empty or self.leaf(last, question.goal):
                return
            # What is given is told apart last: mostly the goal needs only some of it.
            split = next((s for g in question.given if (s := _split(cell, g))), split)
        if not split:
            raise StepUndecided(
                lambda: f"the case {_shown(cell)}: not known there" if cell.path else "no case to split"
            )
        for p, signs in split:
            self.cover(*_within(cell.where(p, signs), question))


def _settled(cell: Cell, question: Question) -> tuple[Cell, Question]:
    """The question with every kink told that the cell tells, and the cell with what was given and has none left."""
    while True:
        question = question.mapped(partial(_told, cell))
        ready = [g for g in question.given if next(kinks(g), None) is None]
        if not ready:
            return cell, question
        question = question._replace(given=tuple(g for g in question.given if g not in ready))
        for g in ready:
            try:
                cell = cell.given(g)
            except (Nowhere, NotSupported, poly.OutOfFuel):
                continue  # nothing is learnt


def _told(cell: Cell, relation: Rel) -> Rel:
    passed: set[Term] = set()
    while (found := next((t for t in kinks(relation) if t not in passed), None)) is not None:
        what, may = _subject(cell, found)
        value = next((v for signs, v in what.values if may <= signs), None)
        if value is None:
            passed.add(found)
        else:
            relation = _relation(put(relation, found, value))
    return relation


def _subject(cell: Cell, term: Term) -> tuple[Kink, Signs]:
    """How a term with a kink depends on a sign, and the signs that may be."""
    what = kink(term)
    assert what is not None
    may = ANY
    for subject in dict.fromkeys((what.subject, what.simpler)):
        with suppress(NotSupported, poly.OutOfFuel):
            may &= cell.signs(cell.nf.convert(subject))
    return what, may


def _split(cell: Cell, goal: Rel) -> list[tuple[Poly, Signs]]:
    """The cells of the first polynomial that tells a kink of the goal and whose sign is not known."""
    for term in kinks(goal):
        what = kink(term)
        assert what is not None
        closed = all(signs in (UP, DOWN) for signs, _ in what.values)
        try:
            factors = cell.factors(cell.nf.convert(what.simpler))[1]
        except (NotSupported, poly.OutOfFuel):
            continue
        for p, e in factors:
            may = cell.signs_of(p)
            if closed and e % 2 == 1 and len(may - {0}) == 2:
                return [(p, UP), (p, DOWN)]
            if not closed and len(may) > 1:
                return [(p, Signs((s,))) for s in sorted(may, reverse=True)]
    return []


def _within(cell: Cell, question: Question) -> tuple[Cell, Question]:
    """What was just set to 0 solved for an atom, and the atom replaced: both say the same in this cell."""
    p, signs = cell.path[-1]
    for atom, value in _solutions(cell.nf, p) if signs == ZERO_ONLY else ():
        try:
            return cell, question.mapped(lambda relation, a=atom, v=value: _relation(relation.substitute({a: v})))
        except RuleViolation:
            continue
    return cell, question


def _solutions(nf: NormalForm, p: Poly) -> Iterator[tuple[Term, Term]]:
    """Atoms with what they are where p = 0, if p is linear in them."""
    for m, c in p.items():
        g = nf.generators[m[0][0]] if len(m) == 1 and m[0][1] == 1 else None
        if g is None or g.kind != "atom" or not isinstance(g.data, (Sym, App)):
            continue
        others = poly.scale({n: a for n, a in p.items() if n != m}, -1 / c)
        value = nf.poly_term(others)
        if g.data.name not in value.names and nf.sub(nf.convert(value), Quotient(others, poly.ONE)).is_zero:
            yield g.data, value


def _relation(term: Term) -> Rel:
    assert isinstance(term, Rel)
    return term


def _shown(cell: Cell) -> str:
    words = {signs: op for op, signs in SIGNS_WHERE.items()}
    return ", ".join(str(Rel(words[signs], cell.nf.poly_term(p), ZERO)) for p, signs in cell.path)  # pyright: ignore[reportArgumentType]


# ------------------------------------------------------------------ the rule


def in_cells(
    setting: Setting, relation: Rel, known: tuple[Statement, ...], leaf: Leaf, equations: tuple[Statement, ...] = ()
) -> None:
    """Whether `leaf` holds in every cell, for all values of the free indices: raises `StepUndecided` if not.

    Equations are known, too; those without a kink are used by who asks, before.
    """
    # Of each free index one arbitrary element: its name is private, so nothing is known of it but what is of all.
    fixed = {s: Sym(f"\4{s.name}", s.sort, fixed=True) for s in relation.free_indices}
    instances, equal = (
        tuple(Statement.of(_relation(k.relation.substitute(fixed))) for k in those) for those in (known, equations)
    )
    nf = NormalForm.under_hypotheses(setting, dict.fromkeys((*known, *instances)))
    goal = _plain(relation.substitute(fixed), setting)
    covered(Cell.everything(nf), Question(goal, tuple(_usable((*instances, *equal), setting))), leaf)


def _plain(relation: Term, setting: Setting) -> Rel:
    return _relation(resolve(setting.expand(relation), setting).transform(_without_clip))


def _without_clip(t: Term) -> Term:
    return (unfold(t) or t) if isinstance(t, Fun) and t.name == "clip" else t


def _usable(known: Iterable[Statement], setting: Setting) -> Iterator[Rel]:
    """What is known beyond the facts that normal forms learn: a ≠ b, and relations with kinks in them."""
    for statement in known:
        if statement.relation.op not in SIGNS_WHERE or isinstance(statement.lhs.sort, IndexSet) or statement.forall:
            continue
        try:
            relation = _plain(statement.relation, setting)
        except NotSupported:
            continue
        if relation.op == "!=" or next(kinks(relation), None) is not None:
            yield relation


def by_sign(cell: Cell, goal: Rel) -> bool:
    """Whether the difference of the two sides has a sign that the relation allows."""
    q = cell.nf.convert(goal.lhs - goal.rhs)
    if goal.op == "=":
        zero = cell.nf.vanishes(q) or any(p in cell.zeros and e > 0 for p, e in poly.factor(q.num)[1])
        return zero or (cell.last and (cell.signs(q) <= ZERO_ONLY or cell.signs_of(q.num) <= ZERO_ONLY))
    return cell.signs(q) <= SIGNS_WHERE[goal.op]


@rule
def cells(setting: Setting, relation: Rel, premises: tuple[Theorem, ...] = ()) -> Conclusion:
    """A relation that holds in every cell of a case split, by normal forms and signs; premises may lend signs."""
    if relation.op not in SIGNS_WHERE or isinstance(relation.lhs.sort, IndexSet):
        raise RuleViolation(f"{relation.op} is no comparison of numbers")
    parts = Parts.of(setting, premises)
    equal = tuple(p.statement for p in premises if p.relation.op == "=")
    equations = tuple(e.relation for e in equal)
    given = tuple(s for s in (*parts.hypotheses, *(p.statement for p in premises)) if s.relation.op != "=")
    needed = obligations(relation, parts.setting)

    def holds(claim: Rel, known: tuple[Statement, ...]) -> bool:
        known = tuple(dict.fromkeys(known))
        try:
            in_cells(parts.setting, _rewritten(claim, equations, parts.setting, known), known, by_sign, equal)
        except StepUndecided:
            return False
        return True

    try:
        known = relevant(parts, premises, relation)
        in_cells(parts.setting, _rewritten(relation, equations, parts.setting, known), known, by_sign, equal)
        settled = tuple(o for o in needed if o.relation.op in SIGNS_WHERE and holds(o.relation, given))
    except poly.OutOfFuel as reason:
        raise StepTooLarge(f"out of fuel: {reason}") from None
    return Conclusion(parts, Statement.of(relation), premises, settled=settled)


def _rewritten(goal: Rel, equations: tuple[Rel, ...], setting: Setting, known: tuple[Statement, ...]) -> Rel:
    """The goal, its derivatives carried out, with what the equations say of atoms without any condition."""
    nf = NormalForm.under_hypotheses(setting, known)
    for equation in equations:
        plain = _relation(resolve(setting.expand(equation), setting))
        # log p = log q + c says what p is, too.
        forms = (plain, *other_forms(nf, plain))
        goal = next((g for form in forms if (g := _solved_in(nf, form, goal, setting)) is not None), goal)
    return goal


def _solved_in(nf: NormalForm, equation: Rel, goal: Rel, setting: Setting) -> Rel | None:
    """The goal, its derivatives carried out, by the first solution that says something of it."""
    plain = resolve(setting.expand(goal), setting)
    for solution, conditions in solve(nf, Statement.of(equation)):
        if conditions:
            continue
        with suppress(RuleViolation):
            rewritten = _relation(replace_by(plain, solution))
            if rewritten != plain:
                return rewritten
    return None
