"""The experiment: the three stages, DPO, the frontier, reward hacking; what was measured, as data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from symrlhf.functions import kl_gap, kl_objective, kl_optimal_policy
from symrlhf.lab.frontier import Point, best_of, curve, place, sweep
from symrlhf.lab.hacking import Hacking, hack
from symrlhf.lab.ppo import train
from symrlhf.lab.settings import Settings, exact, sampled
from symrlhf.lab.stages import compare, direct, reward_model, supervised
from symrlhf.lab.world import World, make_world, total_variation

STAGES = ("supervised", "reward model", "PPO", "DPO", "frontier", "reward hacking")


@dataclass(frozen=True)
class Experiment:
    """What the lab measured; distances are total variations, of the worst prompt."""

    settings: Settings
    world: World
    imitation: float
    """From the reference to the writers of the demonstrations."""
    reward_error: float
    """The greatest error of a difference of rewards."""
    distances: tuple[float, ...]
    """From π* of the learned reward, after 0, 1, … batches of PPO."""
    path: tuple[Point, ...]
    """Divergence and learned reward on the way."""
    direct_distances: tuple[float, ...]
    """From the same π* to the policies of DPO, after as many steps."""
    truth_distance: float
    """From π* of the true reward to the policy that PPO found."""
    objective: float
    value: float
    """β log Z, the greatest objective there is."""
    gap: float
    """β KL(π ‖ π*): what the policy of PPO lacks of it."""
    frontier: tuple[Point, ...]
    swept: dict[float, Point]
    best_of: dict[int, Point]
    hacking: Hacking


def run(settings: Settings, progress: Callable[[int, int, str], None] | None = None) -> Experiment:
    """Everything, in some ten seconds; the same settings give the same numbers."""
    s, rng = settings, np.random.default_rng(settings.seed)
    draw = sampled(rng) if s.sampled else exact
    world = make_world(rng, s.prompts, s.vocabulary, s.length)

    def begin(stage: str) -> None:
        if progress:
            progress(STAGES.index(stage), len(STAGES), stage)

    begin("supervised")
    start = supervised(world, draw, s)
    log_ref = world.logps(start).sum(axis=-1)

    begin("reward model")
    seen = compare(world.reward, log_ref, draw, s.comparisons)
    reward = reward_model(seen, log_ref, s.descent)
    optimal = kl_optimal_policy(reward, log_ref, s.beta)
    star = np.exp(np.asarray(optimal.log_probs))

    begin("PPO")
    policies = [world.logps(z).sum(axis=-1) for z in train(world, start, reward, draw, s)]
    last = policies[-1]

    begin("DPO")
    without = [world.logps(z).sum(axis=-1) for z in direct(world, start, seen, s)]

    begin("frontier")
    betas = s.beta * np.geomspace(100, 0.1, 80)
    swept = {s.beta: place(last, log_ref, reward), **sweep(world, start, reward, draw, s)}

    begin("reward hacking")
    truth = np.exp(np.asarray(kl_optimal_policy(world.reward, log_ref, s.beta).log_probs))
    return Experiment(
        settings=s,
        world=world,
        imitation=total_variation(np.exp(log_ref), np.exp(world.logps(world.habits).sum(axis=-1))),
        reward_error=float(np.max(np.ptp(reward - world.reward, axis=-1))),
        distances=tuple(total_variation(np.exp(logp), star) for logp in policies),
        path=tuple(place(logp, log_ref, reward) for logp in policies),
        direct_distances=tuple(total_variation(np.exp(logp), star) for logp in without),
        truth_distance=total_variation(np.exp(last), truth),
        objective=float(np.mean(kl_objective(last, reward, log_ref, s.beta))),
        value=float(s.beta * np.mean(optimal.log_partition)),
        gap=float(np.mean(kl_gap(last, reward, log_ref, s.beta))),
        frontier=tuple(curve(reward, log_ref, betas)),
        swept=dict(sorted(swept.items(), reverse=True)),
        best_of=best_of(log_ref, reward),
        hacking=hack(draw, s.comparisons, s.descent),
    )
