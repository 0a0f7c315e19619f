"""Instances of a pattern: a free index in it stands for any element of its set."""

from __future__ import annotations

from collections.abc import Sequence

from symrlhf.term import Sym, Term

Match = dict[Term, Term]


def match(pattern: Term, t: Term, free: frozenset[Sym], found: Match | None = None) -> Match | None:
    """What to put for the `free` indices of the closed `pattern` so that it is the closed `t`, else None."""
    found = found or {}
    if pattern in free:
        # What dangles would refer to a binder inside the pattern.
        fits = t.sort == pattern.sort and t.dangling == 0 and found.get(pattern, t) == t
        return found | {pattern: t} if fits else None
    if pattern.head != t.head or len(pattern.children) != len(t.children):
        return None
    for p, c in zip(pattern.children, t.children, strict=True):
        inner = match(p, c, free, found)
        if inner is None:
            return None
        found = inner
    return found


def is_instance(t: Term, patterns: Sequence[Term]) -> bool:
    """Whether `t` is one of the patterns at some indices."""
    return any(match(p, t, p.free_indices) is not None for p in patterns)


def instances(line: Term, patterns: Sequence[Term]) -> list[Term]:
    """The closed subterms of `line` that are instances of a pattern, in order of appearance."""
    found = (t for t in line.subterms() if t.dangling == 0 and is_instance(t, patterns))
    return list(dict.fromkeys(found))
