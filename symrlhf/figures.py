"""The figures: curves of the proven functions, each beside the derivation it belongs to.

Every value is computed by `symrlhf.functions`; a figure is drawn when its derivation is printed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from symrlhf.authoring import Derivation
from symrlhf.functions import named
from symrlhf.library import PACKAGE
from symrlhf.page import Axis, Curve, Figure, Panel, Side
from symrlhf.term import Sym, Term

POINTS = 121
BEFORE = 1e-9
"""A step is drawn upright, from what is before it."""

Place = tuple[float, Side]
"""Where a label stands: beside which point, and on which side of it."""

Make = Callable[[], Figure]
BESIDE: dict[str, Make] = {}
"""The derivation a figure belongs to -> the figure."""


def figures(derivations: Iterable[Derivation]) -> dict[str, tuple[Figure, ...]]:
    """The figures of those derivations that are the library's own, by name."""
    ours = (d.name for d in derivations if d.__module__.startswith(PACKAGE))
    return {name: (BESIDE[name](),) for name in ours if name in BESIDE}


def _beside(derivation: str) -> Callable[[Make], Make]:
    def declare(make: Make) -> Make:
        BESIDE[derivation] = make
        return make

    return declare


# ------------------------------------------------------------------ the figures


@_beside("reward-model-gradient")
def _preference_loss() -> Figure:
    z = _spaced(-5, 5)
    loss = named("rm_loss")(z, 0 * z, reduction="none")
    weight = -named("rm_loss").grad(z, 0 * z, reduction="none").r_w
    return Figure(
        "preference-loss",
        (
            "The loss of a pair and the weight of its gradient, over the margin z of the rewards: "
            "a pair in the wrong order weighs almost 1, a pair that is clear weighs almost 0.",
        ),
        (
            Panel(
                (),
                _axis("z", -5, 5, 1),
                _axis("", 0, 5, 1),
                (
                    _curve(z, loss, "softplus(−z)", -2.6, "above right"),
                    _curve(z, weight, "σ(−z)", -3.4, "below", 1),
                ),
            ),
        ),
        ("rm_loss",),
    )


@_beside("margin-slopes")
def _margin_losses() -> Figure:
    kinds = (("sigmoid", "DPO"), ("hinge", "hinge"), ("ipo", "IPO"), ("exo", "EXO"))
    h = _spaced(-3, 3, kinks=(1.0,))
    loss = named("pairwise_loss")
    values: list[Any] = []
    slopes: list[Any] = []
    for kind, _ in kinds:
        arguments = (kind, h / 2, -h / 2, 0 * h, 0 * h)
        values.append(loss(*arguments, beta=1.0, reduction="none"))
        slopes.append(loss.grad(*arguments, beta=1.0, reduction="none").logp_w)
    places: tuple[Place, ...] = (
        (-1.7, "below left"),
        (-2.4, "above right"),
        (2.1, "left"),
        (-0.6, "above right"),
    )
    pulls: tuple[Place, ...] = ((-1.0, "above"), (-2.2, "below"), (0.9, "below right"), (0.7, "below right"))
    return Figure(
        "margin-losses",
        (
            "Losses of the margin h of log-ratios at β = 1, and their slopes: the hinge stops pulling at h = 1, "
            "IPO pulls back from h = 1/2, DPO and EXO never stop.",
        ),
        (
            Panel(("value",), _axis("h", -3, 3, 1), _axis("", 0, 6, 2), _family(h, values, kinds, places)),
            Panel(("slope",), _axis("h", -3, 3, 1), _axis("", -4, 2, 1), _family(h, slopes, kinds, pulls)),
        ),
        ("pairwise_loss",),
    )


_CLIPPED: tuple[tuple[float, float, Side, Place, Place], ...] = (
    (1.0, 1.2, "above left", (1.45, "above left"), (1.42, "below")),
    (-1.0, 0.8, "below left", (0.55, "above right"), (1.25, "above right")),
)
"""The advantage, its kink and where that is named, where the unclipped and the clipped surrogate are."""


@_beside("clipped-surrogate")
def _clipping() -> Figure:
    rho = _spaced(0.4, 1.6, kinks=(0.8, 1.0, 1.2))
    panels: list[Panel] = []
    for advantage, kink, beside, unclipped, labelled in _CLIPPED:
        clipped = named("ppo_clip_objective")(np.log(rho), advantage, 0.2)
        low, high = (0.0, 1.6) if advantage > 0 else (-1.6, 0.0)
        panels.append(
            Panel(
                (f"A = {_sign(advantage)}1",),
                Axis(("ρ",), 0.4, 1.6, ((0.8, "1 − ε"), (1.0, "1"), (1.2, "1 + ε"))),
                _axis("", low, high, 0.4),
                (
                    _curve(rho, advantage * rho, Sym("rho") * Sym("A"), *unclipped, 1),
                    _curve(rho, clipped, "clipped", *labelled),
                ),
                ((kink, advantage * kink, ("kink",), beside),),
            )
        )
    return Figure(
        "clipping",
        (
            "The clipped surrogate of PPO for ε = 0.2, with the surrogate without the clip dashed: "
            "what would pay too much is cut off, what costs is not.",
        ),
        tuple(panels),
        ("ppo_clip_objective",),
    )


_REWARDS = np.asarray([2.0, 1.2, 0.5, 0.0])
_REFERENCE = np.asarray([0.1, 0.2, 0.3, 0.4])
"""Four responses, the better ones rare: what the figures of the optimum show."""


@_beside("divergence-slope")
def _path() -> Figure:
    betas = _spaced(0.05, 20, logarithmic=True)
    path = named("kl_path")(_REWARDS, np.log(_REFERENCE), betas)
    policy = named("kl_optimal_policy")(_REWARDS, np.log(_REFERENCE), betas)
    across = Axis(("β",), 0.05, 20, ((0.1, "0.1"), (1.0, "1"), (10.0, "10")), logarithmic=True)
    return Figure(
        "optimum-path",
        (
            "Four responses of rewards 2, 1.2, 0.5, 0 with reference probabilities 0.1, 0.2, 0.3, 0.4. "
            "As β grows, the optimal policy goes from the best response to the reference, and mean reward, "
            "divergence and value fall.",
        ),
        (
            Panel(
                ("the optimal policy",),
                across,
                _axis("", 0, 1, 0.25),
                tuple(
                    _curve(betas, np.exp(policy.log_probs)[:, k], f"π⋆(y_{k + 1})", betas[-1], "right", k)
                    for k in range(len(_REWARDS))
                ),
            ),
            Panel(
                ("what it attains",),
                across,
                _axis("", 0, 2.5, 0.5),
                (
                    _curve(betas, path.mean_reward, "E_{π⋆}[r]", 0.9, "above right"),
                    _curve(betas, path.kl, "D_KL(π⋆ ‖ π_ref)", 1.0, "above right", 1),
                    _curve(betas, path.value, "J", 0.2, "below", 2),
                ),
            ),
        ),
        ("kl_path", "kl_optimal_policy"),
    )


@_beside("mean-reward-slope")
def _frontier() -> Figure:
    betas = _spaced(0.02, 200, logarithmic=True)
    arguments = (_REWARDS, np.log(_REFERENCE))
    path = named("kl_path")(*arguments, betas)
    marked = (0.25, 0.5, 1.0, 2.0)
    at = named("kl_path")(*arguments, np.asarray(marked))
    return Figure(
        "frontier",
        (
            "The greatest mean reward at each divergence from the reference, for the four responses of the figure of "
            "the optimum's path: optimal policies of all β lie on the curve, and β is its slope.",
        ),
        (
            Panel(
                (),
                _axis("D_KL(π ‖ π_ref)", 0, 2.5, 0.5),
                _axis("E_π[r]", 0.4, 2.2, 0.4, first=0.4),
                (_curve(path.kl, path.mean_reward, "", 1.0, "below"),),
                tuple(
                    (float(k), float(e), (f"β = {b:g}",), "below right")
                    for b, k, e in zip(marked, at.kl, at.mean_reward, strict=True)
                ),
            ),
        ),
        ("kl_path",),
    )


@_beside("estimators")
def _estimators() -> Figure:
    ell = _spaced(-2.5, 2.5)
    k = named("k_estimators")(ell)
    return Figure(
        "estimators",
        (
            "The three estimators over the log-ratio ℓ of one sample: k₁ may be negative, k₂ and k₃ may not; "
            "k₃ grows exponentially where the policy gives less than the reference.",
        ),
        (
            Panel(
                (),
                _axis("ℓ", -2.5, 2.5, 1, first=-2),
                _axis("", -2, 4, 1),
                (
                    _curve(ell, k.k1, "k₁ = ℓ", -0.9, "below right"),
                    _curve(ell, k.k2, "k₂ = ℓ²/2", 2.2, "above left", 1),
                    _curve(ell, k.k3, "k₃ = e^{−ℓ} − 1 + ℓ", -1.5, "above right", 2),
                ),
            ),
        ),
        ("k_estimators",),
    )


# ------------------------------------------------------------------ what figures share


def _spaced(low: float, high: float, *, kinks: Iterable[float] = (), logarithmic: bool = False) -> Any:
    """Abscissae, those of kinks and of what is just before them among them."""
    points = np.geomspace(low, high, POINTS) if logarithmic else np.linspace(low, high, POINTS)
    return np.unique([*points, *(k - shift for k in kinks for shift in (0, BEFORE))])


def _sign(value: float) -> str:
    return "−" if value < 0 else ""


def _axis(label: str, low: float, high: float, step: float, first: float | None = None) -> Axis:
    start = low if first is None else first
    values = [start + k * step for k in range(int((high - start) / step + 1.5))]
    return Axis(
        (label,) if label else (),
        low,
        high,
        tuple((v, f"{v:.4g}".replace("-", "−")) for v in values if v <= high + 1e-9),
    )


def _curve(x: Any, y: Any, label: str | Term, at: float, side: Side, style: int = 0) -> Curve:
    points = tuple((float(a), float(b)) for a, b in zip(x, y, strict=True))
    return Curve(points, (label,) if label else (), at, side, style)


def _family(x: Any, rows: list[Any], kinds: Iterable[tuple[str, str]], places: Iterable[Place]) -> tuple[Curve, ...]:
    return tuple(
        _curve(x, y, name, at, side, style)
        for style, (y, (_, name), (at, side)) in enumerate(zip(rows, kinds, places, strict=True))
    )
