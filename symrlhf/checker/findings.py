"""What is asked of the judge and what it answers, as plain data that can pass between processes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from symrlhf.setting import Setting
from symrlhf.term import And, Rel, Term

Verdict = Literal["proven", "refuted", "undecided", "unreadable", "assumed"]


@dataclass(frozen=True)
class Task:
    """A relation to judge, where it stands."""

    relation: Rel
    setting: Setting
    hypotheses: tuple[Rel, ...] = ()
    start: Term | None = None
    """The first expression of the chain of equations."""
    earlier: tuple[Rel, ...] = ()
    """Equations proven before it under the same setting."""
    unread: tuple[int, ...] = ()
    """Lines of hypotheses that could not be read."""
    doubt: str = ""
    """Why it may be true although it is false as it stands."""
    doubtful: tuple[Rel, ...] = ()
    """What is perhaps supposed, too: a counterexample meets it, and what is true only with it says so."""
    assumed: bool = False
    """A hypothesis: only its consistency is judged."""


def conjuncts(term: Term) -> tuple[Rel, ...]:
    """The relations that a side of an implication states together."""
    if isinstance(term, And):
        return tuple(r for part in term.parts for r in conjuncts(part))
    assert isinstance(term, Rel)
    return (term,)


@dataclass(frozen=True)
class Finding:
    verdict: Verdict
    reason: str = ""
    conditions: tuple[str, ...] = ()
    counterexample: dict[str, str] | None = None
    values: dict[str, str] | None = None
    number: str | None = None
    """How a decimal fares: exact-rounded, chain-consistent, truncated or wrong."""
    digits: str = ""
    """What a decimal that is cut off or wrong should be."""
    warning: str = ""
    error: str = ""
    """What is wrong with the document rather than with the step."""


@dataclass(frozen=True)
class Hint:
    """A slip by name, in words, and the mended line, which is proven."""

    kind: str
    text: str
    mended: str

    @property
    def told(self) -> str:
        """The slip, and the mended line where its sides are not the same: what is written there may be what is read."""
        left, _, right = self.mended.partition(" = ")
        return self.text if left == right else f"{self.text}; {self.mended} is proven"


@dataclass(frozen=True)
class Judged:
    finding: Finding
    hint: Hint | None
    milliseconds: float


def substituted(relation: Rel, mapping: dict[Term, Term]) -> Rel:
    """The relation with terms put in for others."""
    changed = relation.substitute(mapping) if mapping else relation
    assert isinstance(changed, Rel)
    return changed
