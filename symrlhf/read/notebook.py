"""Jupyter notebooks: their Markdown cells, one after the other, as one Markdown document."""

from __future__ import annotations

import json
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
    return Document("notebook", paper.source, paper.blocks, paper.macros, tuple(starts))


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
