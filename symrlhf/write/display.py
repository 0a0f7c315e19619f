"""A displayed relation: what of it is printed, aligned on the relation, and where a long line is broken.

Lines break before + and − of the outermost sum; where one term alone is too wide, inside its brackets, or between
its arguments; and where no sum leaves a place, before a factor or a slash.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from symrlhf.page import Formula
from symrlhf.term import Path
from symrlhf.write import layout
from symrlhf.write.layout import (
    QUAD,
    SLASH,
    Changed,
    Delimiter,
    Fence,
    Leaf,
    Node,
    Phantom,
    Product,
    Rename,
    Row,
    Script,
    Sum,
    relation,
)

EMPTY = Row(())
INDENT = Row((QUAD, QUAD))
INDENT_WIDTH = 2.0
SHORT = 16.0
"""In em: a bracket that goes to the next line as a whole."""
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
    """The formula laid out in rows no wider than `page_width`, as far as it can be broken.

    Where a row would still be too wide, fractions are written with a slash, so that their sums can be broken too;
    and then products are broken.
    """
    if rename:
        return _narrowest(formula, flat, rename, page_width, measure)
    return _remembered(_AsWritten(formula), flat, page_width, measure)


class _AsWritten:
    """A formula as a key: equal relations may differ in the letters of their binders, so only the same one will do."""

    def __init__(self, formula: Formula):
        self.formula = formula
        self.rest = (formula.show, formula.connective, formula.changed, formula.defines, formula.hangs)

    def __hash__(self) -> int:
        return hash((id(self.formula.relation), self.rest))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _AsWritten)
            and self.formula.relation is other.formula.relation
            and self.rest == other.rest
        )


@lru_cache(maxsize=4096)
def _remembered(written: _AsWritten, flat: bool, page_width: float, measure: Measure) -> Display:
    """A page asks for the same formula in several formats, and once more in the book."""
    return _narrowest(written.formula, flat, None, page_width, measure)


def _narrowest(formula: Formula, flat: bool, rename: Rename | None, page_width: float, measure: Measure) -> Display:
    found: list[Display] = []
    for factors in (False, True):
        for slashed in (True,) if flat else (False, True):
            found.append(_display(formula, slashed, rename, page_width, _Breaks(measure, factors)))
            if _widest(found[-1], measure) <= page_width:
                return found[-1]
    return min(found, key=lambda shown: _widest(shown, measure))


def _widest(shown: Display, measure: Measure) -> float:
    lead = measure(Row((shown.connective, QUAD))) if shown.connective else 0.0
    return lead + max(measure(left) + measure(right) for left, right in shown.rows)


@dataclass(frozen=True)
class _Breaks:
    """How wide a row is, and whether products may be broken, too."""

    measure: Measure
    factors: bool

    def fits(self, items: Iterable[Node], room: float) -> bool:
        return self.measure(Row(tuple(items))) <= room


def _display(formula: Formula, flat: bool, rename: Rename | None, page_width: float, breaks: _Breaks) -> Display:
    rel, measure = formula.relation, breaks.measure
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
        rows = _broken(left, room - measure(shift), room - measure(shift) - INDENT_WIDTH, breaks)
        return Display(tuple((EMPTY, Row((shift, row))) for row in _indented(rows)), connective)
    if formula.show == "tail":
        hang = Phantom(left) if formula.hangs and measure(left) < WIDEST_HANG * room else EMPTY
        room -= measure(hang)
        rows = _broken(right, room - measure(sign), room - INDENT_WIDTH, breaks)
        first, *rest = _indented(rows)
        return Display(((hang, Row((sign, first))), *((hang, row) for row in rest)), connective)

    wide_left = measure(left)
    if wide_left > 0.5 * room and wide_left + measure(sign) + measure(right) > room:
        above = _indented(_broken(left, room, room - INDENT_WIDTH, breaks))
        if measure(Row((above[-1], sign, right))) <= room:
            above[-1] = Row((above[-1], sign, right))
            return Display(tuple((EMPTY, row) for row in above), connective)
        below = _broken(right, room - INDENT_WIDTH - measure(sign), room - 2 * INDENT_WIDTH, breaks)
        first, *rest = below
        tail = [Row((INDENT, sign, first)), *(Row((INDENT, INDENT, row)) for row in rest)]
        return Display(tuple((EMPTY, row) for row in (*above, *tail)), connective)
    beside = room - wide_left - measure(sign)
    if measure(right) > beside and len(_pieces(right)) == 1 and INDENT_WIDTH + measure(Row((sign, right))) <= room:
        # Better a line of its own than a cut inside its brackets.
        return Display(((EMPTY, left), (EMPTY, Row((INDENT, sign, right)))), connective)
    rows = _broken(right, beside, room - wide_left - INDENT_WIDTH, breaks)
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


Piece = tuple[Node, ...]


def _broken(node: Node, first: float, rest: float, breaks: _Breaks) -> list[Node]:
    """`node` in rows: the first no wider than `first`, the others than `rest`."""
    if breaks.fits([node], first):
        return [node]
    pieces = _pieces(node)
    rows = _filled(pieces, first, rest, breaks)
    if not all(breaks.fits(row, rest if k else first) for k, row in enumerate(rows)):
        rows = _filled(_refined(pieces, min(first, rest), breaks), first, rest, breaks)
    return [row[0] if len(row) == 1 else Row(tuple(row)) for row in rows]


def _filled(pieces: Iterable[Piece], first: float, rest: float, breaks: _Breaks) -> list[list[Node]]:
    rows: list[list[Node]] = [[]]
    for piece in pieces:
        room = first if len(rows) == 1 else rest
        if rows[-1] and not breaks.fits((*rows[-1], *piece), room):
            rows.append([])
            piece = _opening(piece)
        rows[-1] += piece
    return rows


def _opening(piece: Piece) -> Piece:
    """The piece at the start of a row: what was a space between factors is a dot."""
    match piece[0]:
        case Leaf(role="space"):
            return (layout.sign("·"), *piece[1:])
        case Changed(body=Row(items=items)) as changed:
            return (replace(changed, body=Row(_opening(items))), *piece[1:])
        case _:
            return piece


def _is_space(node: Node) -> bool:
    return isinstance(node, Leaf) and node.role == "space"


def _refined(pieces: list[Piece], room: float, breaks: _Breaks) -> list[Piece]:
    """The pieces, those that are too wide cut inside, as deep as it takes."""
    out: list[Piece] = []
    for piece in pieces:
        parts = [] if breaks.fits(piece, room) else _parted(piece, breaks.factors)
        out += _refined(parts, room, breaks) if parts else [piece]
    return out


def _pieces(node: Node) -> list[Piece]:
    """The terms of a sum, each with the sign before it."""
    if not isinstance(node, Sum):
        return [(node,)]
    return _cut(node.items, lambda item: _is_binary(item) or (isinstance(item, Changed) and item.infix))


def _factors(node: Product) -> list[Piece]:
    """The factors, each with the space, the dot or the slash before it."""
    return _cut(node.items, lambda item: _is_binary(item) or _is_space(item) or item == SLASH)


def _is_binary(node: Node) -> bool:
    return isinstance(node, Leaf) and node.role == "binary"


def _listed(items: Piece) -> list[Piece]:
    """The items cut after commas, for arguments without sums; nothing if there are none."""
    pieces: list[Piece] = [()]
    for item in items:
        pieces[-1] += (item,)
        if isinstance(item, Leaf) and item.role == "comma":
            pieces.append(())
    return pieces if len(pieces) > 1 else []


def _cut(items: Piece, opens: Callable[[Node], bool]) -> list[Piece]:
    """The items cut before each that opens a piece."""
    pieces: list[Piece] = [()]
    for item in items:
        if pieces[-1] and opens(item):
            pieces.append(())
        pieces[-1] += (item,)
    return pieces


def _parted(items: Piece, factors: bool) -> list[Piece]:
    """The items cut where the last of them that can be cut is; nothing if none can."""
    for k in reversed(range(len(items))):
        inner = _inside(items[k], factors)
        if len(inner) > 1:
            first, *middle, last = inner
            return [(*items[:k], *first), *middle, (*last, *items[k + 1 :])]
    return []


def _whole_last(items: Piece) -> list[Piece]:
    """The factors cut before the last that could be cut inside, if that is a short bracket: it stays whole."""
    for k in reversed(range(len(items))):
        if len(_inside(items[k], False)) > 1:
            short = isinstance(items[k], Fence) and layout.width(items[k]) <= SHORT
            return [items[: k - 1], items[k - 1 :]] if short and k > 1 and _is_space(items[k - 1]) else []
    return []


def _inside(node: Node, factors: bool) -> list[Piece]:
    """The node cut at the signs of the outermost sum inside it, or of a product further out if `factors` says so."""
    match node:
        case Sum():
            return _pieces(node)
        case Product() if factors and len(found := _factors(node)) > 1:
            return found
        case Product(items=items) if kept := _whole_last(items):
            return kept
        case Row(items=items):
            return _listed(items) or _parted(items, factors)
        case Fence(left=left, body=body, right=right, size=size):
            inner = _inside(body, factors)
            if not inner:
                return []
            tall = size > 1
            inner[0] = (Delimiter(left, True, tall), *inner[0])
            inner[-1] = (*inner[-1], Delimiter(right, False, tall))
            return inner
        case Script(base=Fence() as base, sub=sub, sup=sup):
            inner = _inside(base, factors)
            if inner:
                *front, closing = inner[-1]
                inner[-1] = (*front, Script(closing, sub, sup))
            return inner
        case Changed(body=body, infix=infix):
            return [(Changed(Row(part), infix or k > 0),) for k, part in enumerate(_inside(body, factors))]
        case _:
            return []
