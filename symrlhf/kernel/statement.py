"""Statements: a relation, with the indices it is claimed for made explicit."""

from __future__ import annotations

from dataclasses import dataclass

from symrlhf.errors import RuleViolation
from symrlhf.term import Rel, Sym, Term


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
