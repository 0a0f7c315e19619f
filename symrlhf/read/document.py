"""A document as blocks in reading order: sentences with the formulas in them, rows of displays, directives.

Which format it is in, `syntax_of` tells; `paper` takes LaTeX and Markdown apart, `lecture` plain text, `notebook`
Jupyter's files. What formulas and words mean is not decided here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from symrlhf.errors import Unreadable
from symrlhf.read.pieces import Piece, Source

Format = Literal["latex", "markdown", "notebook", "text", "python"]

FORMATS: tuple[Format, ...] = ("latex", "markdown", "notebook", "text", "python")


@dataclass(frozen=True)
class Words:
    """Words and punctuation between formulas."""

    piece: Piece


@dataclass(frozen=True)
class Maths:
    """A formula, without the signs that delimit it."""

    piece: Piece


Part = Words | Maths


@dataclass(frozen=True)
class Sentence:
    """A sentence, or what stands of it before a display."""

    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Row:
    """One row of a display, or one line of formulas in a text. Rows of one display have one number."""

    parts: tuple[Part, ...]
    display: int


@dataclass(frozen=True)
class Directive:
    """What stands after `symrlhf:` in a comment."""

    piece: Piece


@dataclass(frozen=True)
class Break:
    """The end of a paragraph, or of a section; or the label of a numbered case."""

    section: bool = False
    case: bool = False


@dataclass(frozen=True)
class Broken:
    """Maths that begins and never ends, and the like."""

    error: Unreadable
    piece: Piece


Block = Sentence | Row | Directive | Break | Broken


@dataclass(frozen=True)
class Document:
    """A document taken apart."""

    format: Format
    source: Source
    blocks: tuple[Block, ...]
    macros: Mapping[str, str] = field(default_factory=dict[str, str])
    """Commands that the document defines: `\\E` -> its body, with #1 to #9 for arguments."""
    cells: tuple[tuple[int, int], ...] = ()
    """Of a notebook: the line of `source` with which each Markdown cell begins, and the cell's number."""
    in_file: tuple[int, ...] = ()
    """Of a notebook: the line of the file with each line of `source`."""

    def cell(self, line: int) -> tuple[int, int]:
        """The cell that a line of `source` stands in and the line within it; cell 0 where there are no cells."""
        before = [(first, number) for first, number in self.cells if first <= line]
        first, number = before[-1] if before else (1, 0)
        return number, line - first + 1

    def file_line(self, line: int) -> int:
        """The line of the notebook's file with a line of `source`; 0 where that is not known."""
        return self.in_file[line - 1] if 0 < line <= len(self.in_file) else 0


def read_document(text: str, syntax: Format) -> Document:
    """The blocks of a document."""
    match syntax:
        case "latex" | "markdown":
            from symrlhf.read.paper import read_paper

            return read_paper(text, syntax)
        case "notebook":
            from symrlhf.read.notebook import read_notebook

            return read_notebook(text)
        case "text" | "python":
            from symrlhf.read.lecture import read_lecture

            return read_lecture(text, syntax)


# ------------------------------------------------------------------ which format

SUFFIXES: dict[str, Format] = {
    ".tex": "latex", ".ltx": "latex", ".latex": "latex",
    ".md": "markdown", ".markdown": "markdown", ".qmd": "markdown", ".rmd": "markdown",
    ".ipynb": "notebook", ".py": "python",
}  # fmt: skip
"""The end of a file's name -> its format; of any other the text decides."""

_MARKS_MATHS = re.compile(r"\$|\\[\[(]|\\begin\{|(?m:^[ \t]*(?:```|~~~)[ \t]*math\b)")

SHOWS: tuple[tuple[Format, re.Pattern[str]], ...] = (
    ("notebook", re.compile(r'\A\s*\{\s*"(?:cells|metadata|nbformat)"')),
    ("latex", re.compile(r"\\(?:documentclass|begin\{document\}|section\*?\{|newcommand)")),
    ("markdown", re.compile(r"(?m)^(?:```|~~~|##+ )|<!--")),
    ("latex", re.compile(r"\\(?:begin|end)\{|\\[\[(]|\$\$|\$[^$\n]*\\[a-zA-Z]|\\[dt]?frac")),
    ("python", re.compile(r"(?<!=)==(?!=)|[\w)]\*\*[\w(-]|\b(?:Sum|diff|sigmoid|limit)\(")),
)
"""Marks of a format, the surer ones first; a text without any is lecture notes."""


def syntax_of(text: str) -> Format:
    """The format that a text shows."""
    for name, mark in SHOWS:
        if mark.search(text):
            return notes_or(name, text)
    return "text"


def notes_or(name: Format, text: str) -> Format:
    """Markdown that marks no maths is lecture notes with headings: its lines are its formulas."""
    return "text" if name == "markdown" and not _MARKS_MATHS.search(text) else name
