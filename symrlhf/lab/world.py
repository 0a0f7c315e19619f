"""A finite world: prompts, responses of a few tokens, a true reward, and people who write and compare responses.

A policy is a table of logits, one row for each prompt and prefix: every law with full support is one of its softmaxes.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrlhf.functions import ce_loss
from symrlhf.lab.settings import Array

Ids = NDArray[np.integer[Any]]


@dataclass(frozen=True)
class World:
    """Prompts are equally likely; P prompts, K = V^T responses of T tokens out of V."""

    reward: Array
    """The true reward, (P, K): only those who compare know it."""
    habits: Array
    """The logits of those who write the demonstrations, (P, prefixes, V)."""
    tokens: Ids
    """The tokens of each response, (K, T)."""
    prefixes: Ids
    """The number of the prefix before each token, (K, T)."""

    def logps(self, logits: Array) -> Array:
        """log π(y_t | x, y_<t) of every token of every response, (P, K, T)."""
        rows = logits[:, self.prefixes]
        return -np.asarray(ce_loss(rows, np.broadcast_to(self.tokens, rows.shape[:-1]), reduction="none"))

    def pull_back(self, logits: Array, slopes: Array) -> Array:
        """The gradient of Σ slopes · log π(y_t | x, y_<t) in the logits: each token's is that of a cross entropy."""
        rows = logits[:, self.prefixes]
        scores = ce_loss.grad(rows, np.broadcast_to(self.tokens, rows.shape[:-1]), reduction="none").logits
        return add_up(-slopes[..., np.newaxis] * scores, self.prefixes, logits)


def make_world(rng: np.random.Generator, prompts: int, vocabulary: int, length: int) -> World:
    """Rewards are standard normal; the writers of demonstrations have habits, and no eye for the reward."""
    responses = list(product(range(vocabulary), repeat=length))
    numbers = {p: i for i, p in enumerate(sorted({y[:t] for y in responses for t in range(length)}, key=_order))}
    return World(
        reward=rng.normal(size=(prompts, len(responses))),
        habits=rng.normal(scale=0.5, size=(prompts, len(numbers), vocabulary)),
        tokens=np.array(responses),
        prefixes=np.array([[numbers[y[:t]] for t in range(length)] for y in responses]),
    )


def add_up(values: Array, ids: Ids, like: Array) -> Array:
    """For each prompt, the sum of the values of each id, in the shape of `like`."""
    total = np.zeros_like(like)
    for row, added in zip(total, values, strict=True):
        np.add.at(row, ids, added)
    return total


def _order(prefix: tuple[int, ...]) -> tuple[int, tuple[int, ...]]:
    return len(prefix), prefix


def total_variation(p: Array, q: Array) -> float:
    """½ Σ_y |p(y) − q(y)|, of the worst prompt."""
    return float(np.max(np.sum(np.abs(p - q), axis=-1)) / 2)
