"""Data of all responses in one line: π = (0.7, 0.2, 0.1), r = (1, 0, −1)."""

from __future__ import annotations

from dataclasses import replace

from symrlhf.checker.formulas import Formula, Side
from symrlhf.checker.statements.plan import Planned
from symrlhf.checker.statements.shapes import definable, senses, varies
from symrlhf.checker.statements.state import State
from symrlhf.errors import NotSupported, Unreadable
from symrlhf.read.syntax import Fraction, Group, List, Name, Row, Script, Sum, Syntax
from symrlhf.read.vectors import with_vector
from symrlhf.term import Term


def is_vector(state: State, formula: Formula) -> bool:
    """Whether it gives a name numbers in brackets."""
    if len(formula.sides) != 2 or formula.signs[0].sense not in ("=", "define"):
        return False
    head = state.head(formula.sides[0])
    return head is not None and definable(head) and not head.parameters and bool(_entries(formula.sides[1]))


def take_vector(state: State, formula: Formula) -> None:
    """The responses are numbered from here on."""
    head, right = state.head(formula.sides[0]), formula.sides[1]
    assert head is not None and right is not None
    read = [state.side(entry).term for entry in _entries(right)]
    entries = tuple(t for t in read if isinstance(t, Term) and not varies(t))
    if len(entries) < len(read):
        error = next((t for t in read if isinstance(t, Unreadable)), None)
        raise error or state.source.error(right.piece.offset, "expected numbers, as in (0.7, 0.2, 0.1)")
    try:
        words = with_vector(state.words, head.name, entries)
    except NotSupported as reason:
        raise state.source.error(right.piece.offset, str(reason)) from None
    state.redefine(head.name, words)
    state.mentioned |= {head.name}


def names_its_entries(state: State, formula: Formula) -> bool:
    """y = (y_1, …, y_T), z = (z_1, …, z_K): it says how the tokens of a response, the entries of a list are called."""
    head = state.head(formula.sides[0])
    if len(formula.sides) != 2 or head is None:
        return False
    named = [h.name for entry in _entries(formula.sides[1]) if (h := state.head(entry)) is not None]
    return bool(named) and all(n.startswith(f"{head.name}_") for n in named)


def entrywise(planned: list[Planned]) -> list[Planned]:
    """(a, b) = (c, d) as a = c and b = d."""
    out: list[Planned] = []
    for p in planned:
        rows = [_entries(side) for side in p.formula.sides]
        same = senses(p.formula) <= {"=", "approx", "define", "to"}
        if same and len(rows) > 1 and rows[0] and len({len(row) for row in rows}) == 1:
            out += [replace(p, formula=replace(p.formula, sides=entries)) for entries in zip(*rows, strict=True)]
        else:
            out.append(p)
    return out


def _entries(side: Side | None) -> tuple[Side, ...]:
    match side:
        case Side(piece=piece, syntax=Group(left="(" | "[", body=List(items=items))):
            return tuple(Side(piece, item) for item in items)
        case Side(piece=piece, syntax=Row(items=(Name(text="softmax"), Group(body=List(items=items))), joints=("",))):
            return tuple(Side(piece, item) for item in _softmax(items))
        case _:
            return ()


def _softmax(items: tuple[Syntax, ...]) -> tuple[Syntax, ...]:
    """e^x/(e^x + e^y + …) of each."""

    def raised(s: Syntax) -> Syntax:
        return Script(s.start, s.end, Name(s.start, s.start, "e"), sup=s)

    start, end = items[0].start, items[-1].end
    total = Sum(start, end, ("", *("+" for _ in items[1:])), tuple(map(raised, items)))
    return tuple(Fraction(s.start, s.end, raised(s), total) for s in items)
