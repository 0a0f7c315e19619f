"""Reward hacking: a reward model that is right where the reference answers, and wrong where it never does.

Responses differ in length alone. Longer ones are better up to a length, and worse beyond it; the reference writes
short ones. The reward model is linear in the length and learns from comparisons of what the reference writes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from symrlhf.functions import kl_optimal_policy, kl_path, rm_loss
from symrlhf.lab.descent import descend
from symrlhf.lab.settings import Array, Draw
from symrlhf.lab.stages import Comparisons, compare

LENGTHS = np.arange(1.0, 33.0)
BEST = 12.0
"""The length that people like best."""
BETAS = np.geomspace(5.0, 0.05, 60)


@dataclass(frozen=True)
class Hacking:
    """For each β, from large to small: the optimal policy of the model's reward."""

    log_ref: Array
    true: Array
    model: Array
    kl: Array
    model_reward: Array
    true_reward: Array

    @property
    def best(self) -> int:
        """Where the true reward is greatest; beyond, β only serves the model."""
        return int(np.argmax(self.true_reward))


def hack(draw: Draw, size: int, steps: int) -> Hacking:
    """Train the linear model, then follow the optimal policies as β falls."""
    true = 3 - ((LENGTHS - BEST) / 5) ** 2 / 2
    log_ref = -0.7 * LENGTHS
    log_ref = log_ref - np.logaddexp.reduce(log_ref)
    model = LENGTHS * linear_model(compare(true[np.newaxis], log_ref[np.newaxis], draw, size), steps)
    # The zero of the model is set where the data are: the mean reward of the reference is the same.
    model = model + np.exp(log_ref) @ (true - model)
    path = kl_path(model, log_ref, BETAS)
    optimal = kl_optimal_policy(model, log_ref, BETAS)
    true_reward = np.exp(np.asarray(optimal.log_probs)) @ true
    return Hacking(log_ref, true, model, np.asarray(path.kl), np.asarray(path.mean_reward), true_reward)


def linear_model(seen: Comparisons, steps: int) -> float:
    """What a token more is worth, by maximum likelihood."""

    def slope(w: Array) -> Array:
        long, short = LENGTHS[seen.winner], LENGTHS[seen.loser]
        at = rm_loss.grad(w * long, w * short, reduction="none")
        each = np.asarray(at.r_w) * long + np.asarray(at.r_l) * short
        return np.array([np.sum(seen.weight * each)])

    return float(descend(np.zeros(1), slope, steps)[0])
