"""How a document writes formulas, behind one interface: LaTeX, lecture notes, Python-like text.

A formula is a chain of sides and relation signs; its sides become terms when the vocabulary is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from symrlhf.errors import Unreadable
from symrlhf.notation import SIGNS as LETTERS
from symrlhf.read.document import Document
from symrlhf.read.meaning import Reading, meaning, of_response
from symrlhf.read.names import candidates, entries, letters, outer_sup, spelled
from symrlhf.read.pieces import Piece, Source, depths
from symrlhf.read.python import read_expression
from symrlhf.read.reader import FUNCTION_WORDS
from symrlhf.read.syntax import BIG, Given, Group, List, Name, Row, Script, Syntax, read_line
from symrlhf.read.syntax import Chain as Written
from symrlhf.read.syntax import Words as Connecting
from symrlhf.read.tokens import UnreadableAt
from symrlhf.read.vocabulary import INDICES, Vocabulary
from symrlhf.setting import Family, Policy, Reward
from symrlhf.term import Relation

Sense = Relation | Literal["define", "in", ""]
"""What a relation sign says: a relation of terms, a definition, membership, or nothing that is checked."""

SENSES: dict[str, Sense] = {
    "=": "=", "≡": "=", "≤": "<=", "<": "<", "≥": ">=", ">": ">", "≠": "!=", "≈": "approx", "∝": "prop", "→": "to",
    "↓": "to", "↑": "to",
    "⇒": "implies", "⟹": "implies", "⇔": "iff", "⟺": "iff", "≔": "define", "∈": "in",
}  # fmt: skip
"""The sign's character -> what it says; any other says nothing that is checked."""

PYTHON: dict[str, str] = {
    "<==>": "⇔", "<=>": "⇔", "==>": "⇒", "=>": "⇒", "==": "=", "<=": "≤", ">=": "≥", "!=": "≠", "~=": "≈",
    ":=": "≔", "=": "=", "<": "<", ">": ">", **{c: c for c in SENSES},
}  # fmt: skip
"""Relation signs of Python-like text, longer ones first."""

_SIGN = re.compile("|".join(map(re.escape, PYTHON)))


@dataclass(frozen=True)
class Side:
    """An expression as written."""

    piece: Piece
    syntax: Syntax | None = None
    """None in Python-like text, which is read from the piece."""


@dataclass(frozen=True)
class Sign:
    """A relation sign: what it says, and where it stands."""

    sense: Sense
    piece: Piece


@dataclass(frozen=True)
class Formula:
    """A chain; a side is None where the line begins or ends with a sign."""

    sides: tuple[Side | None, ...]
    signs: tuple[Sign, ...]
    piece: Piece


@dataclass(frozen=True)
class Phrase:
    """Words between formulas."""

    text: str


@dataclass(frozen=True)
class Unread:
    """What should be a formula and is none."""

    error: Unreadable
    piece: Piece


Item = Formula | Phrase | Unread


@dataclass(frozen=True)
class Head:
    """What the left side of a definition names: Z, or f with the letters it is said of."""

    name: str
    parameters: tuple[str, ...] = ()
    entry: Head | None = None
    """p_i as p at i, if i varies."""


class Notation(Protocol):
    """A way to write formulas."""

    def items(self, piece: Piece) -> Iterator[Item]:
        """The formulas in a piece of a document, and words between them."""
        ...

    def reading(self, side: Side, words: Vocabulary) -> Reading:
        """What a side means; raises `Unreadable` with its place in the document."""
        ...

    def head(self, side: Side, words: Vocabulary) -> Head | None:
        """What a definition with this left side would define; None for what is no name."""
        ...


def notation(document: Document) -> Notation:
    """How the formulas of a document are read."""
    if document.format == "python":
        return PythonLike(document.source)
    tex = document.format in ("latex", "markdown", "notebook")
    return Typeset(document.source, "latex" if tex else "text", document.macros)


# ------------------------------------------------------------------ LaTeX and lecture notes

KEPT = 64
"""Readings that are kept."""
ASIDE = frozenset("→↓↑<>≤≥≠")
"""Signs of conditions in brackets."""


@dataclass(frozen=True)
class Typeset:
    """Formulas in LaTeX or Unicode."""

    source: Source
    syntax: Literal["latex", "text"]
    macros: Mapping[str, str]
    _known: dict[tuple[int, int], tuple[Side, Vocabulary, Reading]] = field(
        default_factory=dict[tuple[int, int], tuple[Side, Vocabulary, Reading]], repr=False, compare=False
    )
    """The last readings, by what was read with which words: a formula is asked about again and again."""

    def items(self, piece: Piece) -> Iterator[Item]:
        try:
            line = read_line(piece.text, self.syntax, self.macros, piece.offset)
        except UnreadableAt as error:
            yield Unread(self._placed(error), piece)
            return
        for item in line.items:
            if isinstance(item, Connecting):
                yield Phrase(item.text)
            else:
                yield self._formula(item, piece)

    def _formula(self, chain: Written, piece: Piece) -> Formula:
        match chain.sides:
            case (Group(left="(", body=Written() as inner),) if {r.char for r in inner.relations} & ASIDE:
                # (z → ∞) and (A < 0) beside a formula say where it holds.
                chain = inner
            case _:
                pass

        def part(syntax: Syntax) -> Piece:
            return piece.cut(syntax.start - piece.offset, syntax.end - piece.offset)

        sides = tuple(None if s is None else Side(part(s), s) for s in chain.sides)
        signs = tuple(Sign(SENSES.get(s.char, ""), part(s)) for s in chain.relations)
        return Formula(sides, signs, part(chain))

    def reading(self, side: Side, words: Vocabulary) -> Reading:
        assert side.syntax is not None
        place = id(side), id(words)  # both are kept, so neither number is given to another
        if place not in self._known:
            try:
                found = meaning(side.syntax, words)
            except UnreadableAt as error:
                raise self._placed(error) from None
            if len(self._known) >= KEPT:
                self._known.clear()
            self._known[place] = side, words, found
        return self._known[place][2]

    def _placed(self, error: UnreadableAt) -> Unreadable:
        return self.source.error(error.start, error.message)

    def head(self, side: Side, words: Vocabulary) -> Head | None:
        match side.syntax:
            case Row(items=(function, Group(left="(" | "[", body=body)), joints=("",)) if body is not None:
                name = name_of(function, words) or _primed(function, words, tuple(_arguments(body)))
                of = tuple(name_of(s, words) for s in _arguments(body))
                operator = spelled(function)
                if name is None or None in of or (operator is not None and operator.base in BIG):
                    return None
                # J(π) says which policy J is about: π does not stand for another one.
                known = {n: words.handles.get(n) for n in of if n}
                about = {n for n, h in known.items() if isinstance(h, Policy | Family) and not isinstance(h, Reward)}
                return Head(name, tuple(n for n in of if n and n not in about))
            case Syntax() as syntax:
                name = name_of(syntax, words) or _primed(syntax, words)
                return None if name is None else Head(name, entry=_entry(syntax, words))
            case None:
                return None


def _primed(syntax: Syntax, words: Vocabulary, of: tuple[Syntax, ...] = ()) -> str | None:
    """The name r' of another reward, or x' of another number; None where it may be a derivative, as in f'(z)."""
    symbol = spelled(syntax)
    if symbol is None or not symbol.primes or outer_sup(syntax) is not None:
        return None
    bare = name_of(replace(syntax, primes=0), words) if isinstance(syntax, Script) else None
    if bare is None or bare in words.variables or bare in FUNCTION_WORDS:
        return None
    if of:
        said = all(of_response(s, words) for s in of)
    else:
        value = words.definition(bare)
        said = value is None or not value.parameters
    return bare + "'" * symbol.primes if said else None


def _arguments(body: Syntax) -> Iterator[Syntax]:
    match body:
        case List(items=items):
            for item in items:
                yield from _arguments(item)
        case Given(bar="|", left=left, right=right):
            yield from _arguments(left)
            yield from _arguments(right)
        case _:
            yield body


def _entry(syntax: Syntax, words: Vocabulary) -> Head | None:
    """A letter with letters below as a function of them: λ_i, P_ij."""
    if not isinstance(syntax, Script) or syntax.sub is None or outer_sup(syntax) is not None:
        return None
    if syntax.primes or syntax.star:
        return None
    match syntax.sub:
        case Name(text=text) if len(text) == 1:
            below: tuple[str, ...] = (text,)
        case sub:
            parts = entries(sub) if isinstance(sub, List) else letters(sub)
            below = tuple(s.text for s in parts if isinstance(s, Name) and s.text in INDICES)
            if len(below) < max(len(parts), 1) or len(set(below)) < len(below):
                return None
    name = name_of(replace(syntax, sub=None) if syntax.sup is not None else syntax.base, words)
    return None if name is None else Head(name, below)


def name_of(syntax: Syntax, words: Vocabulary) -> str | None:
    """The name of a letter with its subscripts, accent and star, as the vocabulary knows it; None for anything else."""
    if outer_sup(syntax) is not None:
        return None
    symbol = spelled(syntax)
    stem = symbol.stem(len(symbol.subscripts)) if symbol is not None else None
    if symbol is None or stem is None or symbol.primes:
        return None
    known = words.known()
    return next((name for name in candidates(stem) if name in known), next(candidates(stem)))


# ------------------------------------------------------------------ Python-like text


@dataclass(frozen=True)
class PythonLike:
    """Formulas as Python writes them."""

    source: Source

    def items(self, piece: Piece) -> Iterator[Item]:
        piece = piece.trimmed()
        if not piece.text:
            return
        closed = self._closed(piece)
        if closed is not None:
            yield Unread(closed, piece)
            return
        sides, signs = split(piece)
        yield Formula(
            tuple(Side(s) if s.text or i else None for i, s in enumerate(sides)),
            tuple(Sign(SENSES[PYTHON[s.text]], s) for s in signs),
            piece,
        )

    def _closed(self, piece: Piece) -> Unreadable | None:
        """What is wrong with the brackets of a piece."""
        open_at: list[int] = []
        for i, char in enumerate(piece.text):
            if char in "([{":
                open_at.append(i)
            elif char in ")]}":
                if not open_at or "([{".index(piece.text[open_at[-1]]) != ")]}".index(char):
                    return self.source.error(piece.offset + i, f"this {char!r} closes nothing")
                open_at.pop()
        if open_at:
            i = open_at[-1]
            return self.source.error(piece.offset + i, f"this {piece.text[i]!r} is never closed")
        return None

    def reading(self, side: Side, words: Vocabulary) -> Reading:
        piece = side.piece
        try:
            return Reading(read_expression(piece.text, words), {}, words)
        except Unreadable as error:
            rows = piece.text.split("\n")
            at = sum(len(r) + 1 for r in rows[: error.line - 1]) + error.column - 1
            raise self.source.error(piece.offset + at, error.message) from None

    def head(self, side: Side, words: Vocabulary) -> Head | None:
        m = re.fullmatch(r"\s*(?P<name>\w+)\s*(?:[(\[](?P<parameters>[^()\[\]]*)[)\]])?\s*", side.piece.text)
        if m is None:
            return None
        letters = re.split(r"[,|]", m.group("parameters")) if m.group("parameters") is not None else []
        return Head(ascii_name(m.group("name")), tuple(ascii_name(n.strip()) for n in letters))


def ascii_name(name: str) -> str:
    """A name with its Greek letters spelled out."""
    return "".join(LETTERS[c].name or c if c in LETTERS else c for c in name)


def split(piece: Piece) -> tuple[list[Piece], list[Piece]]:
    """The sides and the relation signs outside all brackets."""
    outside = {i for i, depth in depths(piece.text) if depth == 0}
    found = [m for m in _SIGN.finditer(piece.text) if m.start() in outside]
    cuts = [0, *(p for m in found for p in (m.start(), m.end())), len(piece.text)]
    sides = [piece.cut(a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=True)]
    return sides, [piece.cut(m.start(), m.end()) for m in found]
