"""From a sampled point downhill in the margin of an inequality, one atom at a time: a search for failures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction

from symrlhf.kernel.evaluate import SIGNS, Key
from symrlhf.kernel.jet import Number
from symrlhf.kernel.sample import EVERYTHING, Sample

Margin = Callable[[Sample], Fraction | None]

MOVES: tuple[Callable[[Fraction], Fraction], ...] = (
    lambda v: 4 * v,
    lambda v: v + 1,
    lambda v: v - 1,
    lambda v: v / 4,
    lambda v: -v,
    lambda v: Fraction(9, 8) * v,
    lambda v: Fraction(7, 8) * v,
)


def climb(model: Sample, margin: Margin) -> Iterator[Sample]:
    """Points with smaller and smaller margins, until no single move makes it smaller."""
    best = margin(model)
    improved = best is not None
    while improved:
        improved = False
        for key in list(model.chosen):
            # Many steps one way count as one visit of an atom.
            for step in _steps(model, key):
                while best is not None:
                    moved = step(model)
                    lower = None if moved is None else margin(moved)
                    if moved is None or lower is None or lower >= best:
                        break
                    model, best, improved = moved, lower, True
                    yield model


def _steps(model: Sample, key: Key) -> Iterator[Callable[[Sample], Sample | None]]:
    declared = model.setting.declaration(key.name)
    if declared.distribution:
        yield lambda m: _reweighted(m, key, Fraction(4))
        yield lambda m: _reweighted(m, key, Fraction(1, 4))
        return
    allowed, interval = SIGNS[declared.sign], model.ranges.get(key.name, EVERYTHING)
    for move in MOVES:

        def step(m: Sample, move: Callable[[Fraction], Fraction] = move) -> Sample | None:
            old = m.chosen[key]
            new = move(old) if isinstance(old, Fraction) else None
            if new is None or (new > 0) - (new < 0) not in allowed or new not in interval or _long(new):
                return None
            return _with(m, {key: new})

        yield step


def _reweighted(model: Sample, key: Key, factor: Fraction) -> Sample | None:
    """The row of a distribution with one entry weighted by a factor."""
    row = {k: v for k, v in model.chosen.items() if k.name == key.name and k.args[1:] == key.args[1:]}
    weights = {k: v * (factor if k == key else 1) for k, v in row.items() if isinstance(v, Fraction)}
    total = sum(weights.values())
    if len(weights) < len(row) or any(_long(w / total) for w in weights.values()):
        return None
    return _with(model, {k: w / total for k, w in weights.items()})


def _with(model: Sample, values: dict[Key, Fraction]) -> Sample:
    chosen: dict[Key, Number] = {**model.chosen, **values}
    return replace(model, chosen=chosen, used={})


def _long(q: Fraction) -> bool:
    return q.numerator.bit_length() + q.denominator.bit_length() > 60
