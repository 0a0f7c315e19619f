"""A finished line of a derivation, and where it differs from the one before."""

from __future__ import annotations

from dataclasses import dataclass

from symrlhf.kernel.theorem import Theorem
from symrlhf.term import Path, Rel, Term


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


def changes(old: Term, new: Term, path: Path = ()) -> tuple[Path, ...]:
    """The paths of the largest subterms of `new` that do not stand at the same place, or as siblings, in `old`."""
    if old == new:
        return ()
    if old.head != new.head or not new.children:
        return (path,)
    if len(old.children) == len(new.children):
        pairs = zip(old.children, new.children, strict=True)
        return tuple(p for i, (a, b) in enumerate(pairs) for p in changes(a, b, (*path, i)))
    kept = set(old.children)
    moved = tuple((*path, i) for i, c in enumerate(new.children) if c not in kept)
    return moved if len(moved) < len(new.children) else (path,)
