"""The three charts of an experiment."""

from __future__ import annotations

from collections.abc import Iterable

from symrlhf.lab.chart import XY, Chart, Series, chart
from symrlhf.lab.experiment import Experiment
from symrlhf.lab.frontier import Point
from symrlhf.lab.hacking import BETAS


def charts(e: Experiment) -> tuple[Chart, ...]:
    """Convergence, frontier, reward hacking."""
    return _convergence(e), _frontier(e), _hacking(e)


def _convergence(e: Experiment) -> Chart:
    return chart(
        "convergence",
        "PPO and DPO approach the optimal policy of the learned reward",
        f"batches of {e.settings.epochs} steps",
        "total variation to π*",
        [
            Series("PPO-clip with GAE", tuple(enumerate(e.distances))),
            Series("DPO, without reward model", tuple(enumerate(e.direct_distances))),
        ],
        log_y=True,
    )


def _frontier(e: Experiment) -> Chart:
    return chart(
        "frontier",
        "What a divergence buys: no policy lies above the frontier",
        "KL(π ‖ π_ref), nats",
        "mean learned reward",
        [
            Series("optimal policies, all β", _places(e.frontier)),
            Series("PPO on its way", _places(e.path)),
            Series(f"PPO, {len(e.swept)} values of β", _places(e.swept.values()), "points"),
            Series("best of 2, 4, 8, 16", _places(e.best_of.values()), "points"),
        ],
    )


def _places(points: Iterable[Point]) -> tuple[XY, ...]:
    return tuple((p.kl, p.reward) for p in points)


def _hacking(e: Experiment) -> Chart:
    falling = [1 / float(beta) for beta in BETAS]
    return chart(
        "hacking",
        "Reward hacking: the model's reward and the true one as β falls",
        "1/β",
        "mean reward of the optimal policy",
        [
            Series("true reward", tuple(zip(falling, map(float, e.hacking.true_reward), strict=True))),
            Series("reward model", tuple(zip(falling, map(float, e.hacking.model_reward), strict=True))),
        ],
        log_x=True,
    )
