"""The optimiser: Adam, with a learning rate that falls geometrically.

Kingma and Ba (2015), arXiv 1412.6980. Both memories are short: a long second one holds back logits of rare responses
after their large first gradients.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from symrlhf.lab.settings import Array

FIRST, LAST = 0.1, 1e-7
"""The learning rates of the first and the last step; what is left of the distance is about the last."""

MEMORY = 0.9


class Adam:
    """Gradients in, steps out; the steps do not depend on the gradient's scale."""

    def __init__(self) -> None:
        self.mean: Array | float = 0.0
        self.square: Array | float = 0.0
        self.seen = 0.0

    def step(self, gradient: Array, rate: float) -> Array:
        """What to subtract."""
        self.mean = MEMORY * self.mean + (1 - MEMORY) * gradient
        self.square = MEMORY * self.square + (1 - MEMORY) * gradient**2
        self.seen = MEMORY * self.seen + (1 - MEMORY)
        scale = np.sqrt(self.square / self.seen)
        return rate * np.divide(self.mean / self.seen, scale, out=np.zeros_like(gradient), where=scale > 0)


def rates(steps: int) -> Array:
    """The learning rates of a run."""
    return np.geomspace(FIRST, LAST, steps)


def descent(start: Array, gradient: Callable[[Array], Array], steps: int) -> Iterator[Array]:
    """The start, and where each step leads."""
    adam, x = Adam(), start
    yield x
    for rate in rates(steps):
        x = x - adam.step(gradient(x), rate)
        yield x


def descend(start: Array, gradient: Callable[[Array], Array], steps: int) -> Array:
    """Where a descent ends."""
    *_, last = descent(start, gradient, steps)
    return last
