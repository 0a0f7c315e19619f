"""PPO-clip with GAE: rollouts, KL-shaped rewards, advantages, a few steps on the clipped surrogate, a value table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from symrlhf.functions import gae, kl_shaped_rewards, ppo_clip_objective, value_loss_clipped
from symrlhf.lab.descent import Adam, rates
from symrlhf.lab.settings import Array, Draw, Settings
from symrlhf.lab.world import World, add_up


@dataclass(frozen=True)
class Learner:
    """The policy's logits, and a value for each prompt and prefix."""

    logits: Array
    values: Array


def train(world: World, logits: Array, reward: Array, draw: Draw, s: Settings) -> Iterator[Array]:
    """The logits after 0, 1, … batches; the reference is where they start."""
    ref = world.logps(logits)
    learner = Learner(logits, np.zeros(logits.shape[:-1]))
    policy_steps, value_steps = Adam(), Adam()
    yield learner.logits
    for rate in rates(s.batches):
        old = world.logps(learner.logits)
        seen = draw(np.exp(old.sum(axis=-1)) / s.prompts, s.rollouts)[..., np.newaxis]
        before = learner.values[:, world.prefixes]
        shaped = kl_shaped_rewards(old - ref, reward, beta=s.beta)
        advantages, returns = gae(shaped, before, gamma=s.gamma, lam=s.lam)
        for _ in range(s.epochs):
            ratio = world.logps(learner.logits) - old
            surrogate = ppo_clip_objective.grad(ratio, advantages, eps_low=s.eps).logratio
            descent = world.pull_back(learner.logits, -seen * np.asarray(surrogate))
            now = learner.values[:, world.prefixes]
            # A value moves as far in a batch as it likes: there are no features that others share.
            error = value_loss_clipped.grad(now, before, returns, eps=np.inf, reduction="none").values
            learner = Learner(
                learner.logits - policy_steps.step(descent, rate),
                learner.values
                - value_steps.step(add_up(seen * np.asarray(error), world.prefixes, learner.values), 3 * rate),
            )
        yield learner.logits
