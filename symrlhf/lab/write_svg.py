"""A chart as SVG: one file without scripts, readable in grey as in colour."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from symrlhf.lab.chart import Axis, Chart, Series, label

WIDTH, HEIGHT = 680, 420
LEFT, RIGHT, TOP, BOTTOM = 74, 20, 44, 58
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#a0508c")
"""Okabe and Ito's: told apart by colour-blind readers."""
DASHES = ("", "7 4", "2 3", "9 3 2 3")


def svg(chart: Chart) -> str:
    """The text of the file."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'role="img" font-family="system-ui, sans-serif" font-size="13" fill="#222">',
        f"<title>{escape(chart.title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        _text(LEFT, TOP - 20, chart.title, 'font-size="15" font-weight="600"'),
        *_axes(chart.x, chart.y),
        *(part for i, series in enumerate(chart.series) for part in _series(chart, series, i)),
        *_legend(chart),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _text(x: float, y: float, text: str, rest: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {rest}>{escape(text)}</text>'


def _across(x: Axis, value: float) -> float:
    return LEFT + x.place(value) * (WIDTH - LEFT - RIGHT)


def _up(y: Axis, value: float) -> float:
    return HEIGHT - BOTTOM - y.place(value) * (HEIGHT - TOP - BOTTOM)


def _axes(x: Axis, y: Axis) -> Iterable[str]:
    floor, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    for tick in x.ticks:
        at = _across(x, tick)
        yield f'<path d="M{at:.1f} {TOP}V{floor}" stroke="#e4e4e4"/>'
        yield _text(at, floor + 18, label(tick, x.log), 'text-anchor="middle"')
    for tick in y.ticks:
        at = _up(y, tick)
        yield f'<path d="M{LEFT} {at:.1f}H{right}" stroke="#e4e4e4"/>'
        yield _text(LEFT - 8, at + 4, label(tick, y.log), 'text-anchor="end"')
    yield f'<path d="M{LEFT} {TOP}V{floor}H{right}" stroke="#666" fill="none"/>'
    yield _text((LEFT + right) / 2, HEIGHT - 16, x.title, 'text-anchor="middle"')
    middle = (TOP + floor) / 2
    yield _text(18, middle, y.title, f'text-anchor="middle" transform="rotate(-90 18 {middle})"')


def _series(chart: Chart, series: Series, i: int) -> Iterable[str]:
    places = [(_across(chart.x, x), _up(chart.y, y)) for x, y in series.points]
    if series.draw == "points":
        yield from (_mark(x, y, i) for x, y in places)
    else:
        route = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        yield f'<path d="M{route}" fill="none" stroke="{COLOURS[i]}" stroke-width="2" stroke-dasharray="{DASHES[i]}"/>'


def _mark(x: float, y: float, i: int) -> str:
    """A disc or a square, as the series is even or odd."""
    if i % 2:
        return f'<rect x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8" fill="{COLOURS[i]}" stroke="#fff"/>'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{COLOURS[i]}" stroke="#fff"/>'


def _legend(chart: Chart) -> Iterable[str]:
    """Where the upper or the lower right corner is emptier."""
    rows = len(chart.series)
    wide = 46 + 7.2 * max(len(s.name) for s in chart.series)
    x = WIDTH - RIGHT - wide - 8
    tall = 20 * rows + 8
    corners = (TOP + 8, HEIGHT - BOTTOM - tall - 8)

    def hidden(top: float) -> int:
        places = [(_across(chart.x, a), _up(chart.y, b)) for s in chart.series for a, b in s.points]
        return sum(a >= x and top <= b <= top + tall for a, b in places)

    top = min(corners, key=hidden)
    yield f'<rect x="{x:.1f}" y="{top}" width="{wide:.1f}" height="{tall}" fill="#fff" fill-opacity="0.85" rx="4"/>'
    for i, series in enumerate(chart.series):
        y = top + 20 * i + 14
        if series.draw == "points":
            yield _mark(x + 20, y, i)
        else:
            yield (
                f'<path d="M{x + 6:.1f} {y}h28" stroke="{COLOURS[i]}" stroke-width="2" stroke-dasharray="{DASHES[i]}"/>'
            )
        yield _text(x + 42, y + 4, series.name)
