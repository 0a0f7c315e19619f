"""A chart as data: named curves or points over two axes; `write_svg` and `write_text` draw it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

XY = tuple[float, float]


@dataclass(frozen=True)
class Series:
    """A curve through its points in order, or the points alone."""

    name: str
    points: tuple[XY, ...]
    draw: Literal["curve", "points"] = "curve"


@dataclass(frozen=True)
class Axis:
    """What is measured, from `low` to `high`, with its ticks."""

    title: str
    low: float
    high: float
    ticks: tuple[float, ...]
    log: bool = False

    def place(self, value: float) -> float:
        """Where a value stands: 0 at the low end, 1 at the high one."""
        low, high, at = (math.log(v) if self.log else v for v in (self.low, self.high, value))
        return (at - low) / (high - low)

    def value(self, place: float) -> float:
        """The inverse of `place`."""
        low, high = (math.log(v) if self.log else v for v in (self.low, self.high))
        at = low + place * (high - low)
        return math.exp(at) if self.log else at


@dataclass(frozen=True)
class Chart:
    """One picture."""

    name: str
    title: str
    x: Axis
    y: Axis
    series: tuple[Series, ...]


def chart(
    name: str, title: str, x: str, y: str, series: Sequence[Series], log_x: bool = False, log_y: bool = False
) -> Chart:
    """A chart whose axes reach round all points."""
    xs = [point[0] for s in series for point in s.points]
    ys = [point[1] for s in series for point in s.points]
    return Chart(name, title, _axis(x, xs, log_x), _axis(y, ys, log_y), tuple(series))


def _axis(title: str, values: Sequence[float], log: bool) -> Axis:
    ticks = _decades(min(values), max(values)) if log else _round(min(values), max(values))
    # A logarithmic axis ends where its values do: the next power of ten may be far.
    low, high = (min(values), max(values)) if log else (min(ticks[0], *values), max(ticks[-1], *values))
    return Axis(title, low, high, tuple(t for t in ticks if low <= t <= high), log)


def _decades(low: float, high: float, most: int = 9) -> list[float]:
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    return [10.0**k for k in range(first, last + 1, 1 + (last - first) // most)]


def _round(low: float, high: float, about: int = 6) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten, from just below to just above."""
    wide = (high - low) or 1.0
    rough = wide / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough * (1 - 1e-9))
    return [k * step for k in range(math.floor(low / step + 1e-3), math.ceil(high / step - 1e-3) + 1)]


def label(value: float, log: bool) -> str:
    """A tick's label."""
    if log and not 0.01 <= value <= 1000:
        return f"1e{round(math.log10(value))}"
    return f"{value:.6g}".replace("-", "−")
