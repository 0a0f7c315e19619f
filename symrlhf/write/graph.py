"""Which theorem rests on which, as a drawing: names in a column for each depth, curves from the used to the user.

Where that is too wide for a page, it has a row for each depth; where that is, too, columns from the foot of a page up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from symrlhf.write.drawing import Drawing, Label, Point, Stroke

DOWN = 14.0
"""Millimetres from one row to the next where each is a depth."""
APART, PASS = 4.0, 3.0
"""Millimetres between names side by side, and of a curve that passes there."""
HALF = 2.2
"""Millimetres from the middle of a name to a curve above or below it."""
TURN = 10.0
"""Millimetres in which a curve that passes a column goes from one height to another."""
MARGIN = 1.5
SWEEPS = 8
BENDS = 24

Edge = tuple[str, str]
"""A theorem, and one that uses it."""
PASSING = "\0"
"""Begins the name of a place where a curve passes a column."""


@dataclass(frozen=True)
class Spacing:
    """Millimetres from one column to the next, from one row to the next, and of a letter of a name."""

    column: float = 54.0
    row: float = 5.0
    letter: float = 1.5


SMALL = 1.12
"""Millimetres of a letter where the names are set as small as can be read."""


def graph(edges: Sequence[Edge], paper: tuple[float, float] | None = None) -> Drawing:
    """The names that some edge joins, each to the right of all it rests on, or below it where a page asks for that."""
    columns = _columns(edges)
    short = [*_through(columns, edges)]
    columns = _untangled(columns, short)
    tallest = max(map(len, columns), default=0)
    spacing, turned = Spacing(), False
    if paper is not None and (_width(columns, spacing) > paper[0] or tallest * spacing.row > paper[1]):
        if max(map(_side_by_side, columns)) <= paper[0] and len(columns) * DOWN <= paper[1]:
            return _downwards(columns, short, paper[0])
        spacing, turned = _turned(columns, *paper), True
    places: dict[str, Point] = {}
    for depth, column in enumerate(columns):
        step = spacing.row * tallest / len(column)
        places |= {name: (depth * spacing.column, (k + 0.5) * step) for k, name in enumerate(column)}
    strokes = tuple(_curve(source, places[source], places[user], spacing) for source, user in short)
    labels = _labels(places, "left")
    return Drawing(strokes, (), labels, _width(columns, spacing), tallest * spacing.row, turned)


def _labels(places: dict[str, Point], side: str) -> tuple[Label, ...]:
    return tuple(
        Label(x, y, (name,), (side, "horizon"), 0) for name, (x, y) in places.items() if not name.startswith(PASSING)
    )


def _downwards(rows: list[list[str]], edges: Iterable[Edge], across: float) -> Drawing:
    """A row for each depth, its names as far apart as the paper lets them be."""
    places: dict[str, Point] = {}
    for depth, row in enumerate(rows):
        spare = (across - _side_by_side(row)) / len(row)
        x = 0.0
        for name in row:
            places[name] = (x + (_room(name) + spare) / 2, (depth + 0.5) * DOWN)
            x += _room(name) + spare
    strokes: list[Stroke] = []
    for source, user in edges:
        (a, b), (c, d) = places[source], places[user]
        through = source.startswith(PASSING)
        bent = _bent((b - HALF if through else b + HALF, a), (d - HALF, c), b + HALF)
        strokes.append(Stroke(tuple((x, y) for y, x in bent)))
    return Drawing(tuple(strokes), (), _labels(places, "center"), across, len(rows) * DOWN)


def _room(name: str) -> float:
    """Millimetres that a name takes in a row, or a curve that passes it."""
    return PASS if name.startswith(PASSING) else Spacing.letter * len(name) + APART


def _side_by_side(row: list[str]) -> float:
    return sum(map(_room, row))


def _ends(columns: list[list[str]]) -> Iterator[tuple[int, int]]:
    """The column of each name, and its letters."""
    return ((k, len(n)) for k, column in enumerate(columns) for n in column if not n.startswith(PASSING))


def _width(columns: list[list[str]], spacing: Spacing) -> float:
    return max((k * spacing.column + spacing.letter * n for k, n in _ends(columns)), default=0)


def _turned(columns: list[list[str]], across: float, up: float) -> Spacing:
    """As wide as the paper is high."""
    column = min((up - SMALL * n) / k for k, n in _ends(columns) if k)
    return Spacing(min(column, Spacing.column), min(across / max(map(len, columns)), Spacing.row), SMALL)


def _columns(edges: Iterable[Edge]) -> list[list[str]]:
    """The names by depth: 0 for what rests on nothing else."""
    used: dict[str, list[str]] = {}
    for source, user in edges:
        used.setdefault(source, [])
        used.setdefault(user, []).append(source)
    depths: dict[str, int] = {}

    def depth(name: str) -> int:
        if name not in depths:
            depths[name] = 1 + max(map(depth, used[name]), default=-1)
        return depths[name]

    columns: list[list[str]] = [[] for _ in range(1 + max(map(depth, used), default=-1))]
    for name in used:
        columns[depths[name]].append(name)
    return columns


def _through(columns: list[list[str]], edges: Iterable[Edge]) -> Iterator[Edge]:
    """The edges, those that pass columns in parts: each column gets a place where they do."""
    depth = {name: k for k, column in enumerate(columns) for name in column}
    for source, user in edges:
        before = source
        for k in range(depth[source] + 1, depth[user]):
            here = f"{PASSING}{source} {user} {k}"
            columns[k].append(here)
            yield before, here
            before = here
        yield before, user


def _untangled(columns: list[list[str]], edges: Iterable[Edge]) -> list[list[str]]:
    """Each column in the order of the middles of its names' neighbours, so that few curves cross."""
    near: dict[str, list[str]] = {}
    for source, user in edges:
        near.setdefault(source, []).append(user)
        near.setdefault(user, []).append(source)
    for _ in range(SWEEPS):
        height = {name: (k + 0.5) / len(column) for column in columns for k, name in enumerate(column)}
        for column in columns:
            column.sort(key=lambda name: sum(height[n] for n in near[name]) / len(near[name]))
            height |= {name: (k + 0.5) / len(column) for k, name in enumerate(column)}
    return columns


def _curve(name: str, start: Point, end: Point, spacing: Spacing) -> Stroke:
    """From the end of a name to the beginning of another, level at both."""
    passing = name.startswith(PASSING)
    (a, b), (c, d) = start, (end[0] - MARGIN, end[1])
    turns = a + (spacing.column - TURN if passing else spacing.letter * len(name) + MARGIN)
    return Stroke(_bent((a - MARGIN if passing else turns, b), (c, d), turns))


def _bent(start: Point, end: Point, turns: float) -> tuple[Point, ...]:
    """Straight on until it turns, and then from one height to the other, level at both ends."""
    (a, b), (c, d) = start, end
    points: list[Point] = [start] if a < turns else []
    for k in range(BENDS + 1):
        t = k / BENDS
        points.append((turns + (c - turns) * t, b + (d - b) * t * t * (3 - 2 * t)))
    return tuple(points)
