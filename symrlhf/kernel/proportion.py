"""a ∝ b: equal up to a factor that is free of an index."""

from __future__ import annotations

from symrlhf.errors import RuleViolation
from symrlhf.kernel.derive import ZERO
from symrlhf.kernel.instance import indices, unused
from symrlhf.kernel.rules import follow
from symrlhf.kernel.statement import Statement
from symrlhf.kernel.theorem import Conclusion, Parts, Theorem, rule
from symrlhf.setting import Setting
from symrlhf.term import IndexSet, Rel, Sum, Sym


@rule
def proportional(setting: Setting, relation: Rel, index: Sym, premises: tuple[Theorem, ...] = ()) -> Conclusion:
    """a(y) ∝ b(y), because a(y) b(y') = a(y') b(y) for all y and y', where b is nowhere 0."""
    if relation.op != "prop" or index not in relation.free_indices:
        raise RuleViolation(f"{relation} is no proportion in {index.name}")
    equal = follow(setting, crossed(relation, index, setting), premises)
    parts = Parts.of(setting, (*premises, equal))
    nonzero = Statement.of(Rel("!=", relation.rhs, ZERO))
    return Conclusion(parts, Statement.of(relation), (*premises, equal), (nonzero,))


@rule
def cross(theorem: Theorem) -> Conclusion:
    """a(y) ∝ b(y) gives a(y) b(y') = a(y') b(y) for all y and y'. The index must be the only one."""
    index = _only_index(theorem)
    equation = crossed(theorem.relation, index, theorem.setting)
    return Conclusion(Parts.of(theorem.setting, (theorem,)), Statement.of(equation), (theorem,))


@rule
def normalise(theorem: Theorem) -> Conclusion:
    """a(y) ∝ b(y) gives a(y) Σ b = b(y) Σ a. The index must be the only one."""
    index, (a, b) = _only_index(theorem), theorem.relation.children
    equation = Rel("=", a * Sum(index, b), b * Sum(index, a))
    return Conclusion(Parts.of(theorem.setting, (theorem,)), Statement.of(equation), (theorem,))


def crossed(relation: Rel, index: Sym, setting: Setting) -> Rel:
    """a(y) b(y') = a(y') b(y), with a letter y' of its own."""
    assert isinstance(index.sort, IndexSet)
    other = Sym(unused(index.name + "'", relation.names | setting.names), index.sort)
    (a, b), (c, d) = relation.children, (side.substitute({index: other}) for side in relation.children)
    return Rel("=", a * d, c * b)


def _only_index(theorem: Theorem) -> Sym:
    if theorem.relation.op != "prop" or len(theorem.statement.forall) != 1:
        raise RuleViolation(f"{theorem.statement} is no proportion in one index")
    ((index, _),) = indices(theorem.relation)
    return index
