"""A finished line of a derivation."""

from __future__ import annotations

from dataclasses import dataclass

from symrlhf.kernel.theorem import Theorem
from symrlhf.term import Path, Rel


@dataclass(frozen=True)
class Line:
    """One proven line, as it is printed."""

    number: int
    theorem: Theorem
    display: Rel
    kind: str
    """start (the first expression of a chain), chain (continues it) or relation."""
    connective: str
    """How a relation stands to the one before: "", "implies" or "iff"."""
    reason: str
    rule: str
    status: str
    """start, given, definition, proven or rounded."""
    computed: tuple[str, ...]
    """The SymPy functions that computed this line; empty if it was typed alone."""
    changed: tuple[Path, ...]
    """Where `display` differs from the line before."""
    cites: tuple[str, ...]
    step: Theorem
    """The theorem of this step alone: in a chain, previous expression = this one."""
