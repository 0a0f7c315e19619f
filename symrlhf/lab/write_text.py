"""A chart in characters: one mark for each series, ticks on the left and below."""

from __future__ import annotations

import math
from itertools import pairwise

from symrlhf.lab.chart import Chart, Series, label

MARKS = "•+o×"
HEIGHT = 16
MARGIN = 8
"""Columns for the labels of the ticks."""


def terminal(chart: Chart, width: int) -> str:
    """The lines, none longer than `width`."""
    columns = max(width - MARGIN - 2, 20)
    cells = [[" "] * columns for _ in range(HEIGHT)]
    # Points over curves; of each, the first over the others.
    marked = list(zip(MARKS, chart.series, strict=False))
    for mark, series in sorted(reversed(marked), key=lambda pair: pair[1].draw == "points"):
        for column, place in _dots(chart, series, columns):
            cells[round((1 - place) * (HEIGHT - 1))][column] = mark
    labels = {round((1 - chart.y.place(t)) * (HEIGHT - 1)): label(t, chart.y.log) for t in chart.y.ticks}
    rows = [f"{labels.get(i, ''):>{MARGIN}} {'┤' if i in labels else '│'}{''.join(c)}" for i, c in enumerate(cells)]
    legend = "   ".join(f"{mark} {s.name}" for mark, s in marked)
    below = [" " * (MARGIN + 1) + "└" + "─" * columns, " " * (MARGIN + 2) + _ticks(chart, columns)]
    lines = [chart.title, chart.y.title, *rows, *below, f"{chart.x.title:^{width}}", legend]
    return "\n".join(line.rstrip() for line in lines)


def _dots(chart: Chart, series: Series, columns: int) -> list[tuple[int, float]]:
    """Column and height of every mark; a curve has one in each column it crosses."""
    at = [(chart.x.place(x) * (columns - 1), chart.y.place(y)) for x, y in series.points]
    dots = [(round(x), y) for x, y in at]
    if series.draw == "curve":
        for (x0, y0), (x1, y1) in pairwise(at):
            inner = range(math.ceil(min(x0, x1)), math.floor(max(x0, x1)) + 1)
            dots += [(c, y0 + (y1 - y0) * (c - x0) / (x1 - x0)) for c in inner if x1 != x0]
    return dots


def _ticks(chart: Chart, columns: int) -> str:
    """The labels of the horizontal axis, each centred below its tick if there is room."""
    line = ""
    for tick in chart.x.ticks:
        text = label(tick, chart.x.log)
        start = min(max(round(chart.x.place(tick) * (columns - 1)) - len(text) // 2, 0), columns - len(text))
        if not line or start > len(line):
            line = line.ljust(start) + text
    return line
