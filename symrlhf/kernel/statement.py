"""Statements: a relation, with the indices it is claimed for made explicit."""

from __future__ import annotations

from dataclasses import dataclass, replace

from symrlhf.errors import RuleViolation
from symrlhf.term import Cases, Range, Rational, Rel, Sym, Term, bind_range, exact_value


@dataclass(frozen=True)
class Statement:
    """`relation`, for all values of the indices in `forall`.

    An index is a symbol of an index set that is not one fixed element; a statement holds for all of them.
    """

    relation: Rel
    forall: tuple[Sym, ...] = ()

    @staticmethod
    def of(relation: Rel) -> Statement:
        """The statement of `relation` for all its free indices."""
        if relation.dangling:
            raise RuleViolation(
                f"{relation!r} is part of the body of an operator whose index it mentions: open it first"
            )
        return Statement(relation, tuple(sorted(relation.free_indices, key=lambda s: s.name)))

    @property
    def lhs(self) -> Term:
        return self.relation.lhs

    @property
    def rhs(self) -> Term:
        return self.relation.rhs

    def __str__(self) -> str:
        quantifier = f"for all {', '.join(s.name for s in self.forall)}: " if self.forall else ""
        return quantifier + str(self.relation)


def everywhere(index: Sym, within: Range, relation: Rel) -> Rel:
    """`relation` for every value of the integer `index` between the bounds of `within`: it fails nowhere."""
    failure = Cases(((relation, Rational(0)),), Rational(1))
    count = bind_range("sum", index, within.low, within.high, failure)
    return Rel("<=", replace(count, letter=within.letter), Rational(0))


def each(relation: Rel) -> tuple[Range, Rel] | None:
    """The range and the open body of a relation that is said of every integer of a range."""
    count = relation.lhs
    if relation.op != "<=" or not isinstance(count, Range) or not isinstance(count.body, Cases):
        return None
    inner, *values = (*count.body.children, relation.rhs)
    if not isinstance(inner, Rel) or count.kind != "sum" or [exact_value(v) for v in values] != [0, 1, 0]:
        return None
    return count, inner


def ends(relation: Rel) -> tuple[Term, Term]:
    """The side that is claimed to be less, and the other."""
    return (relation.lhs, relation.rhs) if relation.op in ("<=", "<") else (relation.rhs, relation.lhs)


@dataclass(frozen=True)
class Solution:
    """A hypothesis solved for an atom: `target` equals `value` (for all the target's free indices)."""

    target: Term
    value: Term


@dataclass(frozen=True)
class Point:
    """Where a statement was evaluated: every atom by name with its value, and both sides."""

    atoms: tuple[tuple[str, str], ...]
    lhs: str
    rhs: str

    def __str__(self) -> str:
        where = ", ".join(f"{name} = {value}" for name, value in self.atoms)
        return f"at {where}: left {self.lhs}, right {self.rhs}"
