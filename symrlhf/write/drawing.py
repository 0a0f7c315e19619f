"""Panel -> strokes, dots and labels in millimetres, from the upper left corner: what every format draws alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import log

from symrlhf.page import Axis, Curve, Panel, Prose, Side

Point = tuple[float, float]

LEFT, RIGHT, TOP, BOTTOM = 9.0, 12.0, 8.0, 10.0
"""Room around the axes for ticks and labels."""
ACROSS, UP = 54.0, 40.0
WIDTH, HEIGHT = LEFT + ACROSS + RIGHT, TOP + UP + BOTTOM
TICK, GAP, NEAR = 1.0, 1.2, 0.7

AXIS = -1
"""The style of axes and ticks; curves have 0, 1, 2, ..."""


@dataclass(frozen=True)
class Stroke:
    points: tuple[Point, ...]
    style: int = AXIS


@dataclass(frozen=True)
class Label:
    """Text whose point `anchor` is at (x, y): "left", "center" or "right", then "top", "horizon" or "bottom"."""

    x: float
    y: float
    text: Prose
    anchor: tuple[str, str]
    style: int = AXIS


@dataclass(frozen=True)
class Drawing:
    strokes: tuple[Stroke, ...]
    dots: tuple[Point, ...]
    labels: tuple[Label, ...]
    width: float = WIDTH
    height: float = HEIGHT
    turned: bool = False
    """Whether it is set small, and from the foot of a page upwards."""


def drawing(panel: Panel) -> Drawing:
    """The panel laid out; a curve is cut where it leaves the axes."""
    x = _scale(panel.across, LEFT, ACROSS)
    y = _scale(panel.up, TOP + UP, -UP)
    foot = TOP + UP
    strokes = [Stroke(((LEFT, TOP), (LEFT, foot), (LEFT + ACROSS, foot)))]
    labels = [
        Label(LEFT + ACROSS, foot + 5.2, panel.across.label, ("right", "top")),
        Label(LEFT, TOP - GAP, panel.up.label, ("center", "bottom")),
        Label(LEFT + ACROSS / 2, TOP - GAP, panel.title, ("center", "bottom")),
    ]
    for value, text in panel.across.ticks:
        strokes.append(Stroke(((x(value), foot), (x(value), foot + TICK))))
        labels.append(Label(x(value), foot + TICK + 0.6, (text,), ("center", "top")))
    for value, text in panel.up.ticks:
        strokes.append(Stroke(((LEFT - TICK, y(value)), (LEFT, y(value)))))
        labels.append(Label(LEFT - TICK - 0.8, y(value), (text,), ("right", "horizon")))
    for curve in panel.curves:
        for piece in _within(curve.points, panel.up.low, panel.up.high):
            strokes.append(Stroke(tuple((x(a), y(b)) for a, b in piece), curve.style))
        labels.append(_beside(x(curve.at), y(_height(curve)), curve.label, curve.side, curve.style))
    for a, b, text, side in panel.dots:
        labels += [_beside(x(a), y(b), text, side, AXIS)] if text else []
    return Drawing(tuple(strokes), tuple((x(a), y(b)) for a, b, _, _ in panel.dots), tuple(t for t in labels if t.text))


def _scale(axis: Axis, start: float, length: float) -> Callable[[float], float]:
    measure = log if axis.logarithmic else float
    low, high = measure(axis.low), measure(axis.high)
    return lambda value: start + length * (measure(value) - low) / (high - low)


_ANCHORS: dict[Side, tuple[float, float, tuple[str, str]]] = {
    "above": (0, -GAP, ("center", "bottom")),
    "below": (0, GAP, ("center", "top")),
    "left": (-GAP, 0, ("right", "horizon")),
    "right": (GAP, 0, ("left", "horizon")),
    "above left": (-NEAR, -NEAR, ("right", "bottom")),
    "above right": (NEAR, -NEAR, ("left", "bottom")),
    "below left": (-NEAR, NEAR, ("right", "top")),
    "below right": (NEAR, NEAR, ("left", "top")),
}


def _beside(x: float, y: float, text: Prose, side: Side, style: int) -> Label:
    dx, dy, anchor = _ANCHORS[side]
    return Label(x + dx, y + dy, text, anchor, style)


def _height(curve: Curve) -> float:
    """The ordinate of the curve where its label stands."""
    for (a, b), (c, d) in pairwise(curve.points):
        if min(a, c) <= curve.at <= max(a, c):
            return b if a == c else b + (d - b) * (curve.at - a) / (c - a)
    raise ValueError(f"no point of the curve is at {curve.at}")


def _within(points: Iterable[Point], low: float, high: float) -> Iterator[list[Point]]:
    """The parts of a polygon that lie between two heights."""
    piece: list[Point] = []
    for one, two in pairwise(points):
        kept = _clipped(one, two, low, high)
        if kept is None:
            continue
        if piece and piece[-1] != kept[0]:
            yield piece
            piece = []
        piece += kept if not piece else kept[1:]
    if piece:
        yield piece


def _clipped(one: Point, two: Point, low: float, high: float) -> list[Point] | None:
    """The part of a segment between two heights, if it has one."""
    (a, b), (c, d) = one, two
    if max(b, d) < low or min(b, d) > high:
        return None

    def at(height: float) -> Point:
        return (a + (c - a) * (height - b) / (d - b), height)

    return [p if low <= p[1] <= high else at(low if p[1] < low else high) for p in (one, two)]
