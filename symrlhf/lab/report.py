"""What is said of an experiment: as text for readers, as numbers for programs."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from symrlhf.lab.experiment import Experiment
from symrlhf.lab.hacking import BETAS

SMALLEST = 1e-6
"""Distances below it are not told apart: they are what the last steps and rounding leave."""


def text(e: Experiment) -> str:
    """Titles, and below each its rows in columns."""
    return "\n".join(line for title, rows in _sections(e) for line in (title, *_columns(rows), "")).rstrip("\n")


def as_dict(e: Experiment) -> dict[str, Any]:
    """Every number, for JSON."""
    return {
        "settings": asdict(e.settings),
        "supervised": {"total_variation": e.imitation},
        "reward_model": {"error": e.reward_error},
        "ppo": {
            "total_variation": list(e.distances),
            "to_optimum_of_true_reward": e.truth_distance,
            "objective": e.objective,
            "greatest_objective": e.value,
            "gap": e.gap,
        },
        "dpo": {"total_variation": list(e.direct_distances)},
        "frontier": {
            "optimal": [asdict(p) for p in e.frontier],
            "ppo": [{"beta": beta, **asdict(p)} for beta, p in e.swept.items()],
            "best_of": [{"n": n, **asdict(p)} for n, p in e.best_of.items()],
        },
        "hacking": {
            "beta": BETAS.tolist(),
            "kl": e.hacking.kl.tolist(),
            "model_reward": e.hacking.model_reward.tolist(),
            "true_reward": e.hacking.true_reward.tolist(),
        },
    }


Rows = list[tuple[str, ...]]


def _sections(e: Experiment) -> Iterable[tuple[str, Rows]]:
    s, h = e.settings, e.hacking
    how = "expectations from samples" if s.sampled else "expectations enumerated"
    yield (
        f"{s.prompts} prompts, {e.world.reward.shape[-1]} responses of {s.length} tokens; {how}; seed {s.seed}",
        [],
    )
    yield (
        "1  Supervised: the least cross entropy of demonstrations (ce_loss)",
        [("total variation to those who wrote them", _distance(e.imitation))],
    )
    yield (
        "2  Reward model: comparisons of the reference's responses (bt_prob, rm_loss)",
        [("greatest error of a reward difference", _distance(e.reward_error))],
    )
    yield (
        f"3  PPO-clip with GAE, {s.batches} batches, β = {s.beta:g} (gae, ppo_clip_objective, value_loss_clipped)",
        [
            ("total variation to π* of the learned reward", _distance(e.distances[-1])),
            ("total variation to π* of the true reward", _distance(e.truth_distance)),
            ("objective, mean over the prompts", f"{e.objective:.4f}"),
            ("β log Z, the greatest there is", f"{e.value:.4f}"),
            ("β KL(π ‖ π*), what is lacking", _distance(e.gap)),
        ],
    )
    yield (
        "   DPO: the same comparisons, without the reward model (dpo_loss)",
        [("total variation to the same π*", _distance(e.direct_distances[-1]))],
    )
    yield (
        f"Frontier: PPO at {len(e.swept)} values of β",
        [("β", "KL", "reward"), *((f"{b:g}", f"{p.kl:.2f}", f"{p.reward:.2f}") for b, p in e.swept.items())],
    )
    yield (
        "Reward hacking: a model that learned from short responses",
        [
            ("", "β", "KL", "model's reward", "true reward"),
            *(
                (name, f"{BETAS[i]:.2g}", f"{h.kl[i]:.2f}", f"{h.model_reward[i]:.2f}", f"{h.true_reward[i]:.2f}")
                for name, i in (("near the reference", 0), ("best for people", h.best), ("best for the model", -1))
            ),
        ],
    )


def _distance(x: float) -> str:
    return "below 1e-6" if x < SMALLEST else f"{x:.{max(0, 1 - math.floor(math.log10(x)))}f}"


def _columns(rows: Rows) -> Iterable[str]:
    wide = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))] if rows else []
    for row in rows:
        yield "     " + "  ".join(
            f"{c:<{w}}" if i == 0 else f"{c:>{w}}" for i, (c, w) in enumerate(zip(row, wide, strict=True))
        )
