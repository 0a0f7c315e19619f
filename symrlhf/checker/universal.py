"""Implications from what is said of every element to what is said of none: π(y) = q(y) ⇒ D_KL(π ‖ q) = 0.

An index that is free in the premise alone belongs to the premise: it holds for every y. (Read one y at a time, as the
kernel reads an implication, the premise would say too little.) An inequality may be meant of one y: π(y) > 1/2. What
follows from it only for every y is left open.
"""

from __future__ import annotations

from dataclasses import dataclass

from symrlhf.checker.findings import conjuncts
from symrlhf.kernel.decide import Proved, Refuted, Undecided, Verdict, decide
from symrlhf.kernel.instance import unused
from symrlhf.kernel.rules import assume
from symrlhf.kernel.statement import Point
from symrlhf.kernel.theorem import Theorem
from symrlhf.setting import Setting
from symrlhf.term import Rel, Sym, Term


@dataclass(frozen=True)
class Universal:
    """What was found of an implication: proofs of its conclusions, or a point where one fails, or what was tried."""

    proofs: tuple[Theorem, ...] = ()
    back: tuple[tuple[Term, Term], ...] = ()
    """The names of fixed elements in the proofs, and the indices they stand for."""
    point: Point | None = None
    tried: tuple[str, ...] = ()


def universal(relation: Rel, setting: Setting, given: tuple[Theorem, ...]) -> Universal | None:
    """How an implication fares, the premise for every index of its own; None if it has none."""
    ways = [(relation.lhs, relation.rhs), (relation.rhs, relation.lhs)][: 1 + (relation.op == "iff")]
    if relation.op not in ("implies", "iff") or not any(p.free_indices - c.free_indices for p, c in ways):
        return None
    proofs: list[Theorem] = []
    tried: list[str] = []
    fixed = _as_elements(relation, setting)
    for premise, conclusion in ways:
        for verdict in _verdicts(premise, conclusion, fixed, setting, given):
            match verdict:
                case Proved(theorem=theorem):
                    proofs.append(theorem)
                case Refuted(point=point):
                    return Universal(point=point)
                case Undecided():
                    tried += verdict.tried
    back = tuple((v, k) for k, v in fixed.items())
    return Universal(tried=tuple(tried)) if tried else Universal(tuple(proofs), back)


def _verdicts(
    premise: Term, conclusion: Term, fixed: dict[Sym, Sym], setting: Setting, given: tuple[Theorem, ...]
) -> list[Verdict]:
    own = premise.free_indices - conclusion.free_indices
    shared = {k: v for k, v in fixed.items() if k not in own}
    assumed, claims = conjuncts(premise), conjuncts(conclusion)
    of_one = bool(own) and any(r.op != "=" for r in assumed)
    if of_one:
        one = decide(Rel("implies", premise, conclusion), setting, given)
        if isinstance(one, Proved):
            return [one]
    premises = (*given, *(assume(setting, _at(a, shared)) for a in assumed))
    found: list[Verdict] = [decide(_at(claim, shared), setting, premises) for claim in claims]
    unsure = Undecided(("it follows if the premise holds for every element; is that meant?",))
    return [unsure if of_one and isinstance(v, Proved) else v for v in found]


def _at(relation: Rel, elements: dict[Sym, Sym]) -> Rel:
    there: dict[Term, Term] = {**elements}
    at = relation.substitute(there) if there else relation
    assert isinstance(at, Rel)
    return at


def _as_elements(relation: Rel, setting: Setting) -> dict[Sym, Sym]:
    """One arbitrary element, of a name of its own, for each index that both sides speak of."""
    taken = {*relation.names, *setting.names}
    fixed: dict[Sym, Sym] = {}
    for index in sorted(relation.lhs.free_indices & relation.rhs.free_indices, key=lambda s: s.name):
        fixed[index] = Sym(unused(index.name, taken), index.sort, fixed=True)
        taken.add(fixed[index].name)
    return fixed
