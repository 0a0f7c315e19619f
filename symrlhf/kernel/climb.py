"""From a sampled point downhill in the margin of an inequality, one atom at a time: a search for failures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import NamedTuple

from symrlhf.kernel.evaluate import SIGNS, Key
from symrlhf.kernel.jet import Number
from symrlhf.kernel.sample import EVERYTHING, Sample
from symrlhf.rational import Q

Margin = Callable[[Sample], Fraction | None]

Move = Callable[[Fraction], Fraction]


class Stride(NamedTuple):
    """How far one step goes: what becomes of a number, and by what the weight of an entry is multiplied."""

    moves: tuple[Move, ...]
    factors: tuple[Fraction, ...]


FAR: tuple[Move, ...] = (
    lambda v: 4 * v,
    lambda v: v + 1,
    lambda v: v - 1,
    lambda v: v / 4,
    lambda v: -v,
    lambda v: Q(9, 8) * v,
    lambda v: Q(7, 8) * v,
)
NEAR: tuple[Move, ...] = (
    lambda v: v + Q(1, 4),
    lambda v: v - Q(1, 4),
    lambda v: v + Q(1, 32),
    lambda v: v - Q(1, 32),
)
STRIDES = (
    Stride(FAR, (Q(64), Q(1, 64), Q(4), Q(1, 4))),
    Stride(NEAR, (Q(9, 8), Q(8, 9))),
)
FARTHEST = 2**14
"""Beyond it exponentials have too many digits to be shown."""
MAX_STEPS = 24
"""Of one kind, before others are tried again."""


def climb(model: Sample, margin: Margin) -> Iterator[Sample]:
    """Points with smaller and smaller margins, until no single move makes it smaller: far steps, then short ones."""
    for stride in STRIDES:
        for lower in _descent(model, margin, stride):
            model = lower
            yield model


def _descent(model: Sample, margin: Margin, stride: Stride) -> Iterator[Sample]:
    best = margin(model)
    improved = best is not None
    while improved:
        improved = False
        for key in list(model.chosen):
            # Many steps one way count as one visit of an atom.
            for step in _steps(model, key, stride):
                for _ in range(MAX_STEPS):
                    moved = step(model)
                    lower = None if moved is None else margin(moved)
                    if moved is None or lower is None or best is None or lower >= best:
                        break
                    model, best, improved = moved, lower, True
                    yield model


def _steps(model: Sample, key: Key, stride: Stride) -> Iterator[Callable[[Sample], Sample | None]]:
    declared = model.setting.declaration(key.name)
    if declared.distribution:
        for factor in stride.factors:
            yield partial(_reweighted, key=key, factor=factor)
        return
    for value in declared.values:
        yield partial(_put, key=key, value=value)
    for move in () if declared.values else stride.moves:
        yield partial(_stepped, key=key, move=move)


def _stepped(model: Sample, key: Key, move: Move) -> Sample | None:
    """The point with one number moved, if its declaration allows it."""
    declared = model.setting.declaration(key.name)
    old = model.chosen[key]
    new = move(old) if isinstance(old, Fraction) else None
    if new is None or (new > 0) - (new < 0) not in SIGNS[declared.sign] or _long(new):
        return None
    return _with(model, {key: new}) if new in model.ranges.get(key.name, EVERYTHING) else None


def _put(model: Sample, key: Key, value: Fraction) -> Sample | None:
    """The point with another of the few values that a number may have."""
    return None if model.chosen[key] == value else _with(model, {key: value})


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
    return abs(q) > FARTHEST or q.numerator.bit_length() + q.denominator.bit_length() > 60
