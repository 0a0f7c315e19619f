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
    hidden: bool = False
    """Left blank, for the reader to fill in."""


@dataclass(frozen=True)
class FunctionPage:
    """What a numeric function shows of itself in a notebook."""

    ident: str
    """Its signature, as code."""
    purpose: str
    results: tuple[tuple[str, Formula], ...]
    """Each call as code, and what it gives."""
    meanings: tuple[tuple[str, Term], ...]
    """Each argument that stands for a symbol of another name."""
    definitions: tuple[Formula, ...]
    title: str
    """Of the theorem."""
    theorem: Formula
    accuracy: str


@dataclass(frozen=True)
class Premise:
    """A hypothesis or a definition, with the indices it holds for all of in words."""

    formula: Formula
    every: Prose = ()


Side = Literal["above", "below", "left", "right", "above left", "above right", "below left", "below right"]
"""Where a label stands, seen from its point."""


@dataclass(frozen=True)
class Curve:
    """The graph of a function, and the abscissa at which its label stands beside it."""

    points: tuple[tuple[float, float], ...]
    label: Prose
    at: float
    side: Side = "above"
    style: int = 0
    """Which of the styles: each has its colour and its dashes, so that grey print tells them apart."""


@dataclass(frozen=True)
class Axis:
    label: Prose
    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    logarithmic: bool = False


@dataclass(frozen=True)
class Panel:
    """Curves over common axes; `dots` mark kinks and single points, with what is said of them."""

    title: Prose
    across: Axis
    up: Axis
    curves: tuple[Curve, ...]
    dots: tuple[tuple[float, float, Prose, Side], ...] = ()


@dataclass(frozen=True)
class Figure:
    """Panels with a caption, and the names of the numeric functions that gave the values."""

    ident: str
    caption: Prose
    panels: tuple[Panel, ...]
    functions: tuple[str, ...]


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
    figures: tuple[Figure, ...] = ()
    proofs: tuple[Page, ...] = ()
    """The derivations this one cites, for who wants to see their proofs in place."""


@dataclass(frozen=True)
class Around:
    """Where a page stands among others: the file of their contents; identifiers and titles of neighbours and users."""

    contents: str
    before: tuple[str, str] | None = None
    after: tuple[str, str] | None = None
    users: tuple[tuple[str, str], ...] = ()
    """The derivations that use this one."""


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
class Listed:
    """A derivation in the index of theorems: its identifier, its title, and those that use it."""

    ident: str
    title: str
    users: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Chapter:
    title: str
    pages: tuple[Page, ...]
    references: tuple[Prose, ...]
    about: tuple[Prose, ...] = ()
    """Paragraphs below the title: what is no theorem."""
    rests: tuple[tuple[str, str], ...] = ()
    """Each derivation that others in the chapter use, with each of them."""


@dataclass(frozen=True)
class Book:
    """All derivations as one document."""

    title: str
    chapters: tuple[Chapter, ...]
    notation: tuple[Meaning, ...]
    symbols: tuple[Meaning, ...]
    trusted: tuple[Trusted, ...]
    index: tuple[Indexed, ...] = ()
    words: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    """Words of titles and claims, each with the derivations that have it: identifier and title."""
    theorems: tuple[Listed, ...] = ()
    """In the order of the alphabet."""


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
