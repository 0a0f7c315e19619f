"""The frontier of reward and divergence: what tilting reaches, where PPO ends up, and what the best of n pays."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from symrlhf.functions import bon_kl, bon_pmf, kl, kl_path
from symrlhf.lab.ppo import train
from symrlhf.lab.settings import Array, Draw, Settings
from symrlhf.lab.world import World

BATCHES = 100
"""Enough to reach the frontier to the eye."""
SAMPLES = (2, 4, 8, 16)


@dataclass(frozen=True)
class Point:
    """A policy's divergence from the reference and its mean reward, averaged over the prompts."""

    kl: float
    reward: float


def place(log_pi: Array, log_ref: Array, reward: Array) -> Point:
    """Where a policy stands."""
    return Point(float(np.mean(kl(log_pi, log_ref))), float(np.mean(np.sum(np.exp(log_pi) * reward, axis=-1))))


def curve(reward: Array, log_ref: Array, betas: Array) -> list[Point]:
    """The frontier: the optimal policies."""
    path = kl_path(reward, log_ref, betas)
    kls, rewards = np.mean(path.kl, axis=0), np.mean(path.mean_reward, axis=0)
    return [Point(float(d), float(r)) for d, r in zip(kls, rewards, strict=True)]


def sweep(world: World, logits: Array, reward: Array, draw: Draw, s: Settings) -> dict[float, Point]:
    """β -> where PPO ends."""
    log_ref = world.logps(logits).sum(axis=-1)
    found: dict[float, Point] = {}
    for factor in s.sweep:
        setting = replace(s, beta=factor * s.beta, batches=min(BATCHES, s.batches))
        *_, last = train(world, logits, reward, draw, setting)
        found[setting.beta] = place(world.logps(last).sum(axis=-1), log_ref, reward)
    return found


def best_of(log_ref: Array, reward: Array) -> dict[int, Point]:
    """n -> where the best of n samples of the reference stands."""
    probs = np.exp(log_ref)
    return {
        n: Point(
            float(np.mean(bon_kl(probs, reward, n))),
            float(np.mean(np.sum(bon_pmf(probs, reward, n) * reward, axis=-1))),
        )
        for n in SAMPLES
    }
