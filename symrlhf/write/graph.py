"""Which theorem rests on which, as a drawing: names in a column for each depth, curves from the used to the user."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from symrlhf.write.drawing import Drawing, Label, Point, Stroke

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
    """The names that some edge joins, each to the right of all it rests on; turned where a page is too small."""
    columns = _columns(edges)
    short = [*_through(columns, edges)]
    columns = _untangled(columns, short)
    tallest = max(map(len, columns), default=0)
    spacing, turned = Spacing(), False
    if paper is not None and (_width(columns, spacing) > paper[0] or tallest * spacing.row > paper[1]):
        spacing, turned = _turned(columns, *paper), True
    places: dict[str, Point] = {}
    for depth, column in enumerate(columns):
        step = spacing.row * tallest / len(column)
        places |= {name: (depth * spacing.column, (k + 0.5) * step) for k, name in enumerate(column)}
    strokes = tuple(_curve(source, places[source], places[user], spacing) for source, user in short)
    labels = tuple(
        Label(x, y, (name,), ("left", "horizon"), 0) for name, (x, y) in places.items() if not name.startswith(PASSING)
    )
    return Drawing(strokes, (), labels, _width(columns, spacing), tallest * spacing.row, turned)


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
    points: list[Point] = [(a - MARGIN, b)] if passing else []
    a += spacing.column - TURN if passing else spacing.letter * len(name) + MARGIN
    for k in range(BENDS + 1):
        t = k / BENDS
        points.append((a + (c - a) * t, b + (d - b) * t * t * (3 - 2 * t)))
    return Stroke(tuple(points))
