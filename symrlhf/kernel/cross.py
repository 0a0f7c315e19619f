"""Prover and refuter against each other: they share no code beyond the tree and must never both succeed.

`decide` asks the refuter only about what the first rules could not prove, and the other rules only about what a
glance could not refute. `cross_check` asks both about everything: a theorem with a counterexample is a fault of the
kernel, reported with both and never turned into a verdict.
"""

from __future__ import annotations

from contextlib import suppress

from symrlhf.errors import NotSupported
from symrlhf.kernel.decide import FAILURES, Proved, Refuted, Verdict, decide, quick_proof
from symrlhf.kernel.obligations import obligations
from symrlhf.kernel.refute import refute
from symrlhf.kernel.solve import triangular
from symrlhf.kernel.statement import Point
from symrlhf.kernel.theorem import Theorem
from symrlhf.setting import Setting
from symrlhf.term import Rel


class KernelDisagreement(Exception):
    """A theorem and a counterexample to it: one of them is wrong. No error of the user, and never caught."""

    def __init__(self, theorem: Theorem, point: Point):
        super().__init__(f"proven and refuted at once, please report this:\n  proven: {theorem}\n  refuted {point}")
        self.theorem = theorem
        self.point = point


def cross_check(relation: Rel, setting: Setting, premises: tuple[Theorem, ...] = (), tries: int = 24) -> Verdict:
    """What `decide` answers, after the other side tried in vain: refuter against proof, quick proofs against point."""
    verdict = decide(relation, setting, premises)
    if isinstance(verdict, Proved):
        contradict(verdict.theorem, tries)
    if isinstance(verdict, Refuted):
        with suppress(*FAILURES):
            theorem = quick_proof(setting, relation, premises)
            needed = {*obligations(relation, theorem.setting), *(c for p in premises for c in p.conditions)}
            if set(theorem.conditions) <= needed:
                raise KernelDisagreement(theorem, verdict.point)
            contradict(theorem, tries)
    return verdict


def contradict(theorem: Theorem, tries: int = 24) -> None:
    """Look for a point where the theorem fails though its hypotheses and conditions hold."""
    solutions = triangular(theorem.hypotheses, theorem.setting)
    try:
        point = refute(
            theorem.statement, theorem.setting, theorem.hypotheses, solutions, theorem.conditions, tries=tries
        )
    except NotSupported:
        return  # nothing to evaluate: a limit, say
    if point is not None:
        raise KernelDisagreement(theorem, point)
