"""Slices of a document that know where they stand, and their brackets."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from symrlhf.errors import Unreadable
from symrlhf.lazy import once

OPENING, CLOSING = "([{", ")]}"


@dataclass(frozen=True)
class Piece:
    """A slice of a document. What does not belong to it (comments, labels) is blanked out, so places stay true."""

    text: str
    offset: int

    def cut(self, start: int, end: int | None = None) -> Piece:
        """A slice of it, without the blanks around."""
        inner = self.text[start:end]
        return Piece(inner.strip(), self.offset + start + len(inner) - len(inner.lstrip()))

    def trimmed(self, chars: str = ".,;: \t\n") -> Piece:
        """Without punctuation at its end."""
        return Piece(self.text.rstrip(chars), self.offset)

    @property
    def end(self) -> int:
        return self.offset + len(self.text)


def depths(text: str) -> Iterator[tuple[int, int]]:
    """Each position with the number of brackets open before it."""
    depth = 0
    for i, char in enumerate(text):
        depth -= char in CLOSING
        yield i, depth
        depth += char in OPENING


def balance(text: str) -> int:
    """Brackets opened minus brackets closed."""
    return sum((c in OPENING) - (c in CLOSING) for c in text)


def blanks(text: str) -> str:
    """As many spaces; lines stay lines."""
    return re.sub(r"[^\n]", " ", text)


@dataclass(frozen=True)
class Source:
    """The whole text, for places."""

    text: str

    @once
    def rows(self) -> list[str]:
        return self.text.split("\n")

    @once
    def starts(self) -> list[int]:
        return list(accumulate((len(row) + 1 for row in self.rows), initial=0))

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1."""
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def line(self, number: int) -> str:
        return self.rows[number - 1]

    def around(self, offset: int) -> str:
        """The sentence that a place belongs to, as far as full stops tell."""
        before = self.text[:offset]
        start = max(before.rfind(". "), before.rfind("\n\n")) + 1
        stop = sentence_end(self.text, offset)
        return self.text[start : stop.end() if stop else len(self.text)]

    def error(self, offset: int, message: str) -> Unreadable:
        """What is wrong at a place."""
        line, column = self.place(offset)
        source = self.line(line)
        return Unreadable(message, line, column, source if len(source) < 200 else "")


_STOP = re.compile(r"[.!?](?=[\s)\]'’”*_]|\Z)")
_ABBREVIATED = re.compile(
    r"(?:\b(?:e\.g|i\.e|cf|resp|vs|w\.r\.t|etc|[Ee]qs?|[Ff]igs?|[Ss]ec|et al|i\.i\.d|a\.s|s\.t)|\b[A-Z])\.\Z"
)


def sentence_end(text: str, start: int = 0) -> re.Match[str] | None:
    """The sign that ends a sentence, not an abbreviation."""
    for m in _STOP.finditer(text, start):
        if m.group() != "." or not _ABBREVIATED.search(text[max(start, m.end() - 12) : m.end()]):
            return m
    return None
