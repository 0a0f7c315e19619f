"""The document tree: a printed derivation as plain data, which writers set and templates lay out."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Literal, NamedTuple

from symrlhf.term import Path, Rel, Relation, Term

Prose = tuple[str | Term, ...]
"""Words and formulas in turn; the words are set character by character from the notation table."""

Connective = Relation | Literal[""]
"""How a relation stands to the one before it."""

Status = Literal["start", "given", "definition", "proven", "rounded", "undecided"]


@dataclass(frozen=True)
class Formula:
    """A displayed relation, or part of it.

    "start" prints the left side alone, "tail" the relation sign and the right side. `changed` are the subterms
    that differ from the line before.
    """

    relation: Rel
    show: Literal["whole", "start", "tail"] = "whole"
    connective: Connective = ""
    changed: tuple[Path, ...] = ()
    defines: bool = False
    """The relation is a definition, printed with ≔."""
    hangs: bool = False
    """A tail below a line that printed the left side: it stands below that line's relation."""


@dataclass(frozen=True)
class Entry:
    """An assumption with its label, A1, A2, ..."""

    label: str
    text: Prose


@dataclass(frozen=True)
class PageLine:
    """One numbered line: the hint (reason, rule, badge), then the formula."""

    number: int
    reason: Prose
    rule: str
    status: Status
    formula: Formula
    cites: tuple[str, ...] = ()


@dataclass(frozen=True)
class Premise:
    """A hypothesis or a definition, with the indices it holds for all of in words."""

    formula: Formula
    every: Prose = ()


@dataclass(frozen=True)
class Page:
    """One derivation as it is printed."""

    ident: str
    title: str
    chapter: str
    catalog: tuple[str, ...]
    claim: tuple[Prose, ...]
    """Paragraphs."""
    assumptions: tuple[Entry, ...]
    lines: tuple[PageLine, ...]
    result: Formula
    conditions: tuple[Prose, ...]
    """What must also hold, for the result."""
    because: Prose
    """One line on why the result follows."""
    every: Prose
    """The indices the result holds for all of, in words."""
    premises: tuple[Premise, ...]
    """Hypotheses and definitions that stand among the lines, for a theorem stated before its proof."""
    references: tuple[Prose, ...]
    imports: tuple[str, ...] = ()
    """The identifiers of the derivations this one cites."""
    directives: tuple[Prose, ...] = ()
    """What its symbols stand for and what it assumes apart from its lines, for whoever checks the printed file."""


@dataclass(frozen=True)
class Around:
    """Where a page stands among others: the file of their contents, and the identifier and title of its neighbours."""

    contents: str
    before: tuple[str, str] | None = None
    after: tuple[str, str] | None = None


@dataclass(frozen=True)
class Meaning:
    """A row of a table: what is explained, and its explanation."""

    subject: Prose
    meaning: Prose


@dataclass(frozen=True)
class Trusted:
    """Something that must be believed, its condition, and a point where it fails without it."""

    name: str
    law: Prose
    condition: Prose = ()
    fails: Prose = ()


@dataclass(frozen=True)
class Indexed:
    """A rule, and where it is used: identifier and title of a derivation, and its lines."""

    rule: str
    places: tuple[tuple[str, str, tuple[int, ...]], ...]


@dataclass(frozen=True)
class Chapter:
    title: str
    pages: tuple[Page, ...]
    references: tuple[Prose, ...]
    about: tuple[Prose, ...] = ()
    """Paragraphs below the title: what is no theorem."""


@dataclass(frozen=True)
class Book:
    """All derivations as one document."""

    title: str
    chapters: tuple[Chapter, ...]
    notation: tuple[Meaning, ...]
    symbols: tuple[Meaning, ...]
    trusted: tuple[Trusted, ...]
    index: tuple[Indexed, ...] = ()


class Heading(NamedTuple):
    """What the docstring of a chapter file says."""

    title: str
    references: tuple[str, ...]
    about: str


def read_chapter(docstring: str) -> Heading:
    """The first line, what follows "Source:", split at ";", and what stands between them."""
    title, _, rest = inspect.cleandoc(docstring).partition("\n")
    about, found, sources = rest.partition("Source:")
    joined = " ".join(sources.split())
    references = tuple(s.strip().rstrip(".") for s in joined.split(";") if s.strip()) if found else ()
    return Heading(title.rstrip("."), references, about.strip())
