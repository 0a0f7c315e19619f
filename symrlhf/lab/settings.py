"""What can be set in the lab, and how a batch is drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]

Draw = Callable[[Array, int], Array]
"""The weights of a batch of so many events that follow a law: an array of its shape that adds up to 1."""


@dataclass(frozen=True)
class Settings:
    """The defaults are the lecture's where it gives any: ε = 0.2, γ = 1, λ = 0.95, 4 steps a batch."""

    seed: int = 0
    beta: float = 0.5
    sampled: bool = False
    prompts: int = 2
    vocabulary: int = 4
    length: int = 2
    demonstrations: int = 4_000
    comparisons: int = 100_000
    rollouts: int = 1_000
    batches: int = 400
    epochs: int = 4
    """Steps of PPO for each batch."""
    eps: float = 0.2
    gamma: float = 1.0
    lam: float = 0.95
    sweep: tuple[float, ...] = (4.0, 2.0, 0.5, 0.25)
    """Other β on the frontier, in multiples of β."""

    @property
    def descent(self) -> int:
        """Steps of every other stage: as many as PPO takes."""
        return self.batches * self.epochs


def exact(law: Array, size: int) -> Array:
    """The law itself: every expectation is enumerated."""
    return law


def sampled(rng: np.random.Generator) -> Draw:
    """Relative frequencies in a sample."""
    return lambda law, size: rng.multinomial(size, law.ravel()).reshape(law.shape) / size
