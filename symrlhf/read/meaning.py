"""Syntax -> Term: what the notation means, by what the vocabulary knows."""

from __future__ import annotations

from dataclasses import dataclass, field

from symrlhf.read.syntax import Syntax
from symrlhf.read.tokens import UnreadableAt
from symrlhf.read.vocabulary import Vocabulary
from symrlhf.term import Path, Rel, Term


@dataclass(frozen=True)
class Reading:
    """A term, the place of each of its parts, and what it takes for granted."""

    term: Term
    spans: dict[Path, tuple[int, int]]
    words: Vocabulary
    """The vocabulary with what the formula itself brought in: π* beside π is one more policy."""
    given: tuple[Rel, ...] = field(default=())
    """Hypotheses that belong to the notation: f'(1) is the derivative of f at a new u, with u = 1."""


def meaning(syntax: Syntax, words: Vocabulary) -> Reading:
    """The term that one side of a relation stands for; raises `UnreadableAt`."""
    raise UnreadableAt("formulas are not read yet", syntax.start)
