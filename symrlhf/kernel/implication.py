"""Implications: what a proof from assumptions says once they are discharged."""

from __future__ import annotations

from typing import NamedTuple

from symrlhf.errors import NotSupported, RuleViolation
from symrlhf.kernel.instance import indices, unused
from symrlhf.kernel.statement import Statement
from symrlhf.kernel.theorem import Conclusion, Parts, Theorem, combined, rule
from symrlhf.setting import Setting
from symrlhf.term import And, Rel, Sym, Term


class Way(NamedTuple):
    """One direction of an implication at fixed elements: what is assumed, and what is to be proven from it."""

    assumed: tuple[Rel, ...]
    claimed: tuple[Rel, ...]


def ways(relation: Rel, setting: Setting) -> tuple[Way, ...]:
    """The directions of ⇒ or ⇔, an arbitrary element of a name of its own for each free index.

    premise(y) ⇒ conclusion(y) speaks of one y at a time: assumed for all y, the premise would say too much.
    """
    return _ways(relation, _as_elements(relation, setting))


@rule
def imply(setting: Setting, relation: Rel, proofs: tuple[Theorem, ...]) -> Conclusion:
    """premise ⇒ conclusion (or ⇔), from proofs of the conclusion under the premise at fixed elements."""
    setting = combined(setting, proofs)  # an element whose name a definition uses would not be arbitrary
    fixed = _as_elements(relation, setting)
    back: dict[Term, Term] = {v: k for k, v in fixed.items()}
    used: list[Theorem] = []
    hypotheses: dict[Statement, None] = {}
    for way in _ways(relation, fixed):
        discharged = {Statement.of(a) for a in way.assumed}
        for claim in way.claimed:
            proof = _proof_of(claim, discharged, fixed, proofs)
            used.append(proof)
            hypotheses.update(dict.fromkeys(h for h in proof.hypotheses if h not in discharged))
    parts = Parts.of(setting, used)
    conditions = tuple(Statement.of(_relation(c.relation.substitute(back))) for c in parts.conditions)
    return Conclusion(Parts(parts.setting, tuple(hypotheses)), Statement.of(relation), tuple(used), conditions)


def _proof_of(claim: Rel, discharged: set[Statement], fixed: dict[Sym, Sym], proofs: tuple[Theorem, ...]) -> Theorem:
    """The proof that states the claim and speaks of the fixed elements in no other hypothesis."""
    ours = frozenset(fixed.values())
    for proof in proofs:
        others = [h for h in proof.hypotheses if h not in discharged]
        if proof.statement == Statement.of(claim) and not any(h.relation.symbols & ours for h in others):
            return proof
    raise RuleViolation(f"no proof of {claim} from what is assumed")


def _ways(relation: Rel, fixed: dict[Sym, Sym]) -> tuple[Way, ...]:
    if relation.op not in ("implies", "iff"):
        raise RuleViolation(f"{relation.op} is not an implication")
    left, right = (_conjuncts(side.substitute(fixed)) for side in relation.children)
    return (Way(left, right), Way(right, left))[: 2 if relation.op == "iff" else 1]


def _conjuncts(term: Term) -> tuple[Rel, ...]:
    if isinstance(term, And):
        return tuple(r for part in term.parts for r in _conjuncts(part))
    if not isinstance(term, Rel):
        raise NotSupported(f"an implication between other things than relations: {term!r}")
    return (term,)


def _as_elements(relation: Rel, setting: Setting) -> dict[Sym, Sym]:
    """One arbitrary element, of a name of its own, for each free index."""
    taken = {*relation.names, *setting.names}
    fixed: dict[Sym, Sym] = {}
    for s, over in sorted(indices(relation), key=lambda pair: pair[0].name):
        fixed[s] = Sym(unused(s.name, taken), over, fixed=True)
        taken.add(fixed[s].name)
    return fixed


def _relation(term: Term) -> Rel:
    assert isinstance(term, Rel)
    return term
