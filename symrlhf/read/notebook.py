"""Jupyter notebooks: their Markdown cells, one after the other, as one Markdown document."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

from symrlhf.errors import Unreadable
from symrlhf.read.document import Document
from symrlhf.read.paper import read_paper

APART = "\n\n"
"""Between cells: a paragraph ends with its cell."""


def read_notebook(text: str) -> Document:
    """The blocks of the Markdown cells; raises `Unreadable` for what is no notebook."""
    cells = _cells(text)
    paper = read_paper(APART.join(source for _, source in cells), "markdown")
    starts: list[tuple[int, int]] = []
    line = 1
    for number, source in cells:
        starts.append((line, number))
        line += source.count("\n") + len(APART)
    return Document("notebook", paper.source, paper.blocks, paper.macros, tuple(starts), _in_file(text, cells))


_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]')


def _in_file(text: str, cells: list[tuple[int, str]]) -> tuple[int, ...]:
    """The line of the file with each line of the cells, as `read_notebook` joins them; none where they disagree."""
    written = dict(_sources(text))
    lines: list[int] = []
    for number, source in cells:
        at: list[int] = []
        so_far = ""
        for line, part in written.get(number, ()):
            if so_far.endswith("\n"):
                at[-1] = line
            so_far += part
            # What goes on a line of the string before is where that began.
            at += [line] * (so_far.count("\n") + 1 - len(at))
        if so_far.replace("\r\n", "\n") != source:
            return ()
        lines += (at or [1]) + [at[-1] if at else 1] * (len(APART) - 1)
    return tuple(lines)


def _sources(text: str) -> Iterator[tuple[int, list[tuple[int, str]]]]:
    """The strings of each cell's source, with the line of the file that each begins on; cells are counted from 1.

    The keys around a value, and places in lists, tell where it stands: cells, the number, source.
    """
    starts = [0, *(m.end() for m in re.finditer("\n", text))]
    path: list[str | int] = []
    found: list[tuple[int, str]] = []
    key, wants_key = "", False
    for token in _TOKEN.finditer(text):
        match token[0]:
            case "{" | "[" as bracket:
                path.append("" if bracket == "{" else 1)
                wants_key = bracket == "{"
            case "}" | "]":
                if len(path) == 3 and path[0] == "cells" and isinstance(number := path[1], int):
                    yield number, found
                    found = []
                path = path[:-1]
            case ",":
                wants_key = bool(path) and isinstance(path[-1], str)
                if path and isinstance(path[-1], int):
                    path[-1] += 1
            case ":":
                path[-1], wants_key = key, False
            case string if wants_key:
                key = json.loads(string, strict=False)
            case string:
                place = [p for p in path if p != ""]
                if len(place) in (3, 4) and place[0] == "cells" and place[2] == "source":
                    found.append((bisect_right(starts, token.start()), json.loads(string, strict=False)))


def _cells(text: str) -> list[tuple[int, str]]:
    """Number and text of each Markdown cell; cells are counted from 1, all kinds of them."""
    try:
        book: Any = json.loads(text)
    except json.JSONDecodeError as error:
        raise Unreadable(f"this is not a notebook: {error.msg}", error.lineno, error.colno) from None
    except RecursionError:
        raise Unreadable("this is not a notebook: nested too deeply", 1, 1) from None
    cells = book.get("cells") if isinstance(book, dict) else None
    if not isinstance(cells, list):
        raise Unreadable("this is not a notebook: it has no cells", 1, 1)
    found: list[tuple[int, str]] = []
    for number, cell in enumerate(cells, start=1):
        source = cell.get("source", "") if isinstance(cell, dict) and cell.get("cell_type") == "markdown" else None
        if isinstance(source, list):
            source = "".join(map(str, source))
        if isinstance(source, str):
            found.append((number, source.replace("\r\n", "\n")))
    return found
