"""The stages before reinforcement learning, and DPO, which does without it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from symrlhf.functions import bt_prob, dpo_loss, rm_loss
from symrlhf.lab.descent import descend, descent
from symrlhf.lab.settings import Array, Draw, Settings
from symrlhf.lab.world import Ids, World, add_up


def supervised(world: World, draw: Draw, s: Settings) -> Array:
    """The logits that imitate demonstrations: the least cross entropy of their tokens."""
    law = np.exp(world.logps(world.habits).sum(axis=-1)) / s.prompts
    seen = draw(law, s.demonstrations)[..., np.newaxis]
    return descend(np.zeros_like(world.habits), lambda z: world.pull_back(z, -seen), s.descent)


@dataclass(frozen=True)
class Comparisons:
    """Which response won how often against which, in shares of all comparisons."""

    winner: Ids
    loser: Ids
    weight: Array
    """(P, pairs)."""

    def scores(self, won: Array, lost: Array, like: Array) -> Array:
        """The slopes of pairs, added up at their two responses."""
        return add_up(self.weight * won, self.winner, like) + add_up(self.weight * lost, self.loser, like)


def compare(reward: Array, log_ref: Array, draw: Draw, size: int) -> Comparisons:
    """Pairs of different responses of the reference, judged by Bradley–Terry with the true reward."""
    winner, loser = np.nonzero(~np.eye(reward.shape[-1], dtype=bool))
    chance = np.exp(log_ref[:, winner] + log_ref[:, loser]) * bt_prob(reward[:, winner], reward[:, loser])
    return Comparisons(winner, loser, draw(chance / chance.sum(), size))


def reward_model(seen: Comparisons, log_ref: Array, steps: int) -> Array:
    """One free score for each prompt and response, of the greatest likelihood.

    Comparisons leave one number a prompt open: the mean reward of the reference is set to 0.
    """

    def slope(r: Array) -> Array:
        at = rm_loss.grad(r[:, seen.winner], r[:, seen.loser], reduction="none")
        return seen.scores(np.asarray(at.r_w), np.asarray(at.r_l), r)

    found = descend(np.zeros_like(log_ref), slope, steps)
    return found - np.sum(np.exp(log_ref) * found, axis=-1, keepdims=True)


def direct(world: World, logits: Array, seen: Comparisons, s: Settings) -> Iterator[Array]:
    """DPO from the reference: the same comparisons, no reward model, no samples of the policy.

    The logits after 0, 1, … times as many steps as PPO takes for a batch.
    """
    log_ref = world.logps(logits).sum(axis=-1)
    ref_w, ref_l = log_ref[:, seen.winner], log_ref[:, seen.loser]

    def slope(z: Array) -> Array:
        logp = world.logps(z).sum(axis=-1)
        pairs = logp[:, seen.winner], logp[:, seen.loser], ref_w, ref_l
        at = dpo_loss.grad(*pairs, beta=s.beta, reduction="none")
        responses = seen.scores(np.asarray(at.logp_w), np.asarray(at.logp_l), logp)
        # Every token of a response has its slope: log π(y | x) is their sum.
        return world.pull_back(z, np.repeat(responses[..., np.newaxis], s.length, axis=-1))

    return islice(descent(logits, slope, s.descent), 0, None, s.epochs)
