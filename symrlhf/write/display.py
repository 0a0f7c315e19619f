"""A displayed relation: what of it is printed, aligned on the relation, and where a long line is broken.

Lines break before + and − of the outermost sum; where one term alone is too wide, inside its brackets, or between
its arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from symrlhf.page import Formula
from symrlhf.term import Path
from symrlhf.write import layout
from symrlhf.write.layout import (
    QUAD,
    Changed,
    Delimiter,
    Fence,
    Leaf,
    Node,
    Phantom,
    Rename,
    Row,
    Script,
    Sum,
    relation,
)

EMPTY = Row(())
INDENT = Row((QUAD, QUAD))
INDENT_WIDTH = 2.0
WIDEST_HANG = 0.3
"""Part of the line: a wider left side is not repeated as white space."""


@dataclass(frozen=True)
class Display:
    """Rows of (left of the alignment, right of it); wider than the page it is still only by one term."""

    rows: tuple[tuple[Node, Node], ...]
    connective: Leaf | None = None


Measure = Callable[[Node], float]


def display(
    formula: Formula,
    *,
    flat: bool = False,
    rename: Rename | None = None,
    page_width: float = 36.0,
    measure: Measure = layout.width,
) -> Display:
    """The formula laid out in rows no wider than `page_width`, as far as sums can be broken.

    Where a row would still be too wide, fractions are written with a slash, so that their sums can be broken too.
    """
    shown = _display(formula, flat, rename, page_width, measure)
    if flat or _widest(shown, measure) <= page_width:
        return shown
    slashed = _display(formula, True, rename, page_width, measure)
    return slashed if _widest(slashed, measure) < _widest(shown, measure) else shown


def _widest(shown: Display, measure: Measure) -> float:
    lead = measure(Row((shown.connective, QUAD))) if shown.connective else 0.0
    return lead + max(measure(left) + measure(right) for left, right in shown.rows)


def _display(formula: Formula, flat: bool, rename: Rename | None, page_width: float, measure: Measure) -> Display:
    rel = formula.relation
    marks = _telling(formula)
    whole = layout.layout(rel, flat=flat, rename=rename, marks=marks)
    assert isinstance(whole, Row)
    left, sign, *after = whole.items  # an expansion says near which point it holds
    right = after[0] if len(after) == 1 else Row(tuple(after))
    if formula.defines:
        sign = layout.sign("≔")
    connective = relation(formula.connective) if formula.connective else None
    room = page_width - (measure(Row((connective, QUAD))) if connective else 0.0)

    if formula.show == "start":
        # Shifted by the width of a relation, so that the lines of the chain stand below each other.
        shift = Phantom(relation("="), relation=True)
        rows = broken(left, room - measure(shift), room - measure(shift) - INDENT_WIDTH, measure)
        return Display(tuple((EMPTY, Row((shift, row))) for row in _indented(rows)), connective)
    if formula.show == "tail":
        hang = Phantom(left) if formula.hangs and measure(left) < WIDEST_HANG * room else EMPTY
        room -= measure(hang)
        rows = broken(right, room - measure(sign), room - INDENT_WIDTH, measure)
        first, *rest = _indented(rows)
        return Display(((hang, Row((sign, first))), *((hang, row) for row in rest)), connective)

    wide_left = measure(left)
    if wide_left > 0.5 * room and wide_left + measure(sign) + measure(right) > room:
        above = _indented(broken(left, room, room - INDENT_WIDTH, measure))
        if measure(Row((above[-1], sign, right))) <= room:
            above[-1] = Row((above[-1], sign, right))
            return Display(tuple((EMPTY, row) for row in above), connective)
        below = broken(right, room - INDENT_WIDTH - measure(sign), room - 2 * INDENT_WIDTH, measure)
        first, *rest = below
        tail = [Row((INDENT, sign, first)), *(Row((INDENT, INDENT, row)) for row in rest)]
        return Display(tuple((EMPTY, row) for row in (*above, *tail)), connective)
    beside = room - wide_left - measure(sign)
    if measure(right) > beside and len(_pieces(right)) == 1 and INDENT_WIDTH + measure(Row((sign, right))) <= room:
        # Better a line of its own than a cut inside its brackets.
        return Display(((EMPTY, left), (EMPTY, Row((INDENT, sign, right)))), connective)
    rows = broken(right, beside, room - wide_left - INDENT_WIDTH, measure)
    first, *rest = _indented(rows)
    return Display(((left, Row((sign, first))), *((EMPTY, row) for row in rest)), connective)


def _telling(formula: Formula) -> tuple[Path, ...]:
    """The marks worth drawing: none if all that is printed has changed."""
    shown = {"start": {(0,)}, "tail": {(1,)}, "whole": {(0,), (1,)}}[formula.show]
    marks = tuple(m for m in formula.changed if m and m[:1] in shown)
    return () if shown <= set(marks) or () in formula.changed else marks


def _indented(rows: list[Node]) -> list[Node]:
    return [rows[0], *(Row((INDENT, row)) for row in rows[1:])]


# ------------------------------------------------------------------ breaking


def broken(node: Node, first: float, rest: float, measure: Measure) -> list[Node]:
    """`node` in rows: the first no wider than `first`, the others than `rest`, broken before + and −."""
    if measure(node) <= first:
        return [node]
    pieces = _pieces(node)
    rows = _filled(pieces, first, rest, measure)
    if any(measure(Row(tuple(row))) > (rest if k else first) for k, row in enumerate(rows)):
        rows = _filled(_refined(pieces, min(first, rest), measure), first, rest, measure)
    return [row[0] if len(row) == 1 else Row(tuple(row)) for row in rows]


Piece = tuple[Node, ...]


def _pieces(node: Node) -> list[Piece]:
    """The terms of a sum, each with the sign before it."""
    if not isinstance(node, Sum):
        return [(node,)]
    pieces: list[list[Node]] = [[]]
    for item in node.items:
        joins = (isinstance(item, Leaf) and item.role == "binary") or (isinstance(item, Changed) and item.infix)
        if joins and pieces[-1]:
            pieces.append([])
        pieces[-1].append(item)
    return [tuple(piece) for piece in pieces]


def _filled(pieces: Iterable[Piece], first: float, rest: float, measure: Measure) -> list[list[Node]]:
    rows: list[list[Node]] = [[]]
    for piece in pieces:
        room = first if len(rows) == 1 else rest
        if rows[-1] and measure(Row((*rows[-1], *piece))) > room:
            rows.append([])
        rows[-1] += piece
    return rows


def _refined(pieces: list[Piece], room: float, measure: Measure) -> list[Piece]:
    """The pieces, those that are too wide cut inside their brackets, as deep as it takes."""
    out: list[Piece] = []
    for piece in pieces:
        parts = _parted(piece) if measure(Row(piece)) > room else []
        out += _refined(parts, room, measure) if parts else [piece]
    return out


def _parted(items: Piece) -> list[Piece]:
    """The items cut at the signs of the last sum inside them; nothing if they hold none."""
    for k in reversed(range(len(items))):
        inner = _inside(items[k])
        if len(inner) > 1:
            first, *middle, last = inner
            return [(*items[:k], *first), *middle, (*last, *items[k + 1 :])]
    return []


def _listed(items: Piece) -> list[Piece]:
    """The items cut after commas, for arguments without sums; nothing if there are none."""
    pieces: list[Piece] = [()]
    for item in items:
        pieces[-1] += (item,)
        if isinstance(item, Leaf) and item.role == "comma":
            pieces.append(())
    return pieces if len(pieces) > 1 else []


def _inside(node: Node) -> list[Piece]:
    match node:
        case Sum():
            return _pieces(node)
        case Row(items=items):
            return _listed(items) or _parted(items)
        case Fence(left=left, body=body, right=right, size=size):
            inner = _inside(body)
            if not inner:
                return []
            tall = size > 1
            inner[0] = (Delimiter(left, True, tall), *inner[0])
            inner[-1] = (*inner[-1], Delimiter(right, False, tall))
            return inner
        case Script(base=Fence() as base, sub=sub, sup=sup):
            inner = _inside(base)
            if inner:
                *front, closing = inner[-1]
                inner[-1] = (*front, Script(closing, sub, sup))
            return inner
        case Changed(body=body, infix=infix):
            return [(Changed(Row(part), infix or k > 0),) for k, part in enumerate(_inside(body))]
        case _:
            return []
