"""Weights told in words: "p_1, …, p_n are positive and sum to one"."""

from __future__ import annotations

import re

from symrlhf.checker.statements.alike import family_of
from symrlhf.checker.statements.plan import Planned
from symrlhf.checker.statements.state import State
from symrlhf.checker.statements.suppose import becomes_a_law
from symrlhf.term import Rational, Rel, Relation

_SAID = re.compile(
    r"[\s$]*(?:be|are)\s+(?:all\s+|strictly\s+)*(?P<sign>positive|non-?negative)"
    r"(?:\s+(?:real\s+)?(?:numbers|weights|probabilities|masses|entries))?"
    r"(?P<total>\s*,?\s*(?:and|that|which)\s+(?:sum|add)(?:\s+up)?\s+to\s+\$?(?:1(?![\d.])|one\b|unity\b))?",
    re.IGNORECASE,
)
"""Words after the last of several entries."""


def weights(state: State, p: Planned) -> bool:
    """Suppose of every entry what the words say; whether they say it."""
    said = _SAID.match(state.source.text, p.formula.piece.end)
    found = family_of(state, p) if said is not None and p.mode in ("define", "assume", "tell") else None
    if said is None or found is None:
        return False
    each, total = found
    sign: Relation = ">" if said["sign"].lower() == "positive" else ">="
    state.suppose(Rel(sign, each, Rational(0, 1)), case=False, late=False)
    if said["total"]:
        state.suppose(Rel("=", total(each), Rational(1, 1)), case=False, late=False)
    for known in state.in_force():
        becomes_a_law(state, known)
    return True
