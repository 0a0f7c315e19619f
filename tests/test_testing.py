"""`assert_matches`: right losses pass, thirty deliberately wrong ones are named."""

import importlib
import importlib.util
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from symrlhf.errors import UnknownName
from symrlhf.testing import LossMismatch, assert_matches

TORCH = importlib.util.find_spec("torch") is not None
needs_torch = pytest.mark.skipif(not TORCH, reason="torch is not installed")


Array = Any


def _loss(loss: Any) -> Callable[..., Any]:
    """A loss, or the one of this name in `torch_losses`, which needs torch."""
    return getattr(importlib.import_module("torch_losses"), loss) if isinstance(loss, str) else loss


# ------------------------------------------------------------------ right


def softplus(z: Array) -> Array:
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


def right_dpo(logp_w: Array, logp_l: Array, ref_w: Array, ref_l: Array, beta: float = 0.1) -> Array:
    return softplus(-beta * ((logp_w - ref_w) - (logp_l - ref_l))).mean()


def right_rm(r_w: Array, r_l: Array) -> Array:
    return softplus(r_l - r_w)


def right_ipo(logp_w: Array, logp_l: Array, ref_w: Array, ref_l: Array) -> Array:
    return np.mean(((logp_w - ref_w) - (logp_l - ref_l) - 1 / (2 * 0.3)) ** 2)


def right_ppo(logratio: Array, advantage: Array) -> Array:
    ratio = np.exp(np.minimum(logratio, 700))
    return np.minimum(ratio * advantage, np.clip(ratio, 0.8, 1.2) * advantage)


def right_kl(log_p: Array, log_q: Array) -> Array:
    log_p, log_q = (x - np.logaddexp.reduce(x, axis=-1, keepdims=True) for x in (log_p, log_q))
    return np.sum(np.exp(log_p) * (log_p - log_q), axis=-1)


RIGHT: list[Any] = [
    (right_dpo, "dpo", {"beta": 0.1}),
    (right_dpo, "dpo_loss", {"beta": 0.25}),
    (right_rm, "rm", {}),
    (right_ipo, "ipo", {"beta": 0.3}),
    (right_ppo, "ppo_clip_objective", {}),
    (right_kl, "kl", {}),
    pytest.param("right_torch_dpo", "sigmoid", {"beta": 0.5}, marks=needs_torch),
    pytest.param("right_torch_dpo", "dpo", {"beta": 0.5, "dtype": "float32"}, marks=needs_torch),
    pytest.param("right_torch_hinge", "hinge", {}, marks=needs_torch),
]


@pytest.mark.parametrize(("loss", "name", "parameters"), RIGHT)
def test_a_right_loss_passes(loss: Any, name: str, parameters: dict[str, Any]) -> None:
    assert_matches(_loss(loss), name, **parameters)


# ------------------------------------------------------------------ wrong


def overflowing(r_w: Array, r_l: Array) -> Array:
    return np.log(1 + np.exp(-(r_w - r_l))).mean()


def summed(r_w: Array, r_l: Array) -> Array:
    return softplus(r_l - r_w).sum()


def swapped(logp_w: Array, logp_l: Array, ref_w: Array, ref_l: Array) -> Array:
    return softplus(-0.1 * ((logp_l - ref_l) - (logp_w - ref_w))).mean()


def without_reference(logp_w: Array, logp_l: Array, ref_w: Array, ref_l: Array) -> Array:
    return softplus(-0.1 * (logp_w - logp_l)).mean()


def _kl(log_p: Array, log_q: Array) -> Array:
    return np.sum(np.exp(log_p) * (log_p - log_q), axis=-1)


def in_bits(log_p: Array, log_q: Array) -> Array:
    return _kl(log_p, log_q) / np.log(2)


def reversed_kl(log_p: Array, log_q: Array) -> Array:
    return _kl(log_q, log_p)


def ipo_without_the_half(logp_w: Array, logp_l: Array, ref_w: Array, ref_l: Array) -> Array:
    return ((logp_w - ref_w) - (logp_l - ref_l) - 1 / 0.3) ** 2


def optimistic(logratio: Array, advantage: Array) -> Array:
    return np.maximum(np.exp(logratio) * advantage, np.clip(np.exp(logratio), 0.8, 1.2) * advantage)


def beta_twice(logp_w: Array, logp_l: Array, ref_w: Array, ref_l: Array) -> Array:
    return softplus(-0.1 * (0.1 * ((logp_w - ref_w) - (logp_l - ref_l)))).mean()


def added(logp_w: Array, logp_l: Array, ref_w: Array, ref_l: Array) -> Array:
    return softplus(-0.1 * ((logp_w - ref_w) + (logp_l - ref_l))).mean()


def in_float32(r_w: Array, r_l: Array) -> Array:
    return softplus((r_l - r_w).astype(np.float32)).mean()


def _margin(logp_w: Array, logp_l: Array, ref_w: Array, ref_l: Array) -> Array:
    return 0.1 * ((logp_w - ref_w) - (logp_l - ref_l))


def beta_on_the_policy(logp_w: Array, logp_l: Array, ref_w: Array, ref_l: Array) -> Array:
    return softplus(-(0.1 * (logp_w - logp_l) - (ref_w - ref_l))).mean()


def beta_on_the_reference(logp_w: Array, logp_l: Array, ref_w: Array, ref_l: Array) -> Array:
    return softplus(-((logp_w - logp_l) - 0.1 * (ref_w - ref_l)))


def without_logarithm(*logps: Array) -> Array:
    return -np.exp(-softplus(-_margin(*logps))).mean()


def one_less_sigmoid(r_w: Array, r_l: Array) -> Array:
    return np.exp(-softplus(r_w - r_l)).sum()


def without_odds(logp_w: Array, logp_l: Array) -> Array:
    return (-logp_w + 0.3 * softplus(logp_l - logp_w)).mean()


def clipped(*logps: Array) -> Array:
    return softplus(-np.clip(_margin(*logps), -20, 20)).mean()


def clipped_log_ratio(logp_w: Array, logp_l: Array, ref_w: Array, ref_l: Array) -> Array:
    return softplus(-0.1 * np.clip((logp_w - ref_w) - (logp_l - ref_l), -100, 100))


def clipped_reward_margin(r_w: Array, r_l: Array) -> Array:
    return softplus(-np.clip(r_w - r_l, -10, 10)).mean()


def with_epsilon(*logps: Array) -> Array:
    return -np.log(np.exp(-softplus(-_margin(*logps))) + 1e-8).mean()


def with_least_probability(r_w: Array, r_l: Array) -> Array:
    return -np.log(np.maximum(np.exp(-softplus(r_l - r_w)), 1e-12)).mean()


def smoothed_inside(*logps: Array) -> Array:
    z = _margin(*logps)
    return -np.logaddexp(np.log(0.8) - softplus(-z), np.log(0.2) - softplus(z)).mean()


def rewards_smoothed_inside(r_w: Array, r_l: Array) -> Array:
    return -np.logaddexp(np.log(0.9) - softplus(r_l - r_w), np.log(0.1) - softplus(r_w - r_l))


def of_the_mean(*logps: Array) -> Array:
    return softplus(-_margin(*logps).mean())


def ipo_of_the_mean(logp_w: Array, logp_l: Array, ref_w: Array, ref_l: Array) -> Array:
    return (((logp_w - ref_w) - (logp_l - ref_l)).mean() - 1 / 0.6) ** 2


def shifted_strangely(*logps: Array) -> Array:
    return softplus(-1.07 * _margin(*logps) + 0.01).mean()


DPO: dict[str, Any] = {"beta": 0.1}
WRONG: list[Any] = [
    (overflowing, "rm", {}, "overflow", "large margins, ranked wrong"),
    (summed, "rm", {}, "sum against mean", "ordinary margins"),
    (swapped, "dpo", DPO, "swapped w/l", "ordinary margins"),
    (without_reference, "dpo", DPO, "lost reference", "ordinary margins"),
    (in_bits, "kl", {}, "factor", "ordinary margins"),
    (reversed_kl, "kl", {}, "swapped arguments", "ordinary margins"),
    (ipo_without_the_half, "ipo", {"beta": 0.3}, "factor beside β", "ordinary margins"),
    (optimistic, "ppo_clip_objective", {}, "max for min", "ordinary margins"),
    (beta_twice, "dpo", DPO, "β squared", "ordinary margins"),
    (added, "dpo", DPO, "rejected added", "ordinary margins"),
    (in_float32, "rm", {}, "lost digits", "ordinary margins"),
    (beta_on_the_policy, "dpo", DPO, "β on the policy only", "ordinary margins"),
    (beta_on_the_reference, "dpo", DPO, "β on the reference only", "ordinary margins"),
    (without_logarithm, "dpo", DPO, "σ for log σ", "ordinary margins"),
    (one_less_sigmoid, "rm", {"reduction": "sum"}, "σ for log σ", "ordinary margins"),
    (without_odds, "orpo", {"beta": 0.3}, "lost odds", "ordinary margins"),
    (clipped, "dpo", DPO, "clipped margin", "confident pairs"),
    (clipped_log_ratio, "dpo", DPO, "clipped margin", "confident pairs"),
    (clipped_reward_margin, "rm", {}, "clipped margin", "confident pairs"),
    (with_epsilon, "dpo", DPO, "ε inside the log", "confident pairs"),
    (with_least_probability, "rm", {}, "clipped probability", "confident pairs"),
    (smoothed_inside, "dpo", {"label_smoothing": 0.2, **DPO}, "ε inside the log", "ordinary margins"),
    (rewards_smoothed_inside, "rm", {"label_smoothing": 0.1}, "ε inside the log", "ordinary margins"),
    (of_the_mean, "dpo", DPO, "loss of the mean margin", "ordinary margins"),
    (ipo_of_the_mean, "ipo", {"beta": 0.3}, "loss of the mean margin", "ordinary margins"),
    *(
        pytest.param(*case, marks=needs_torch)
        for case in [
            ("torch_without_beta", "dpo", DPO, "lost β", "ordinary margins"),
            ("torch_with_the_wrong_sign", "dpo", DPO, "sign", "ordinary margins"),
            ("torch_summed", "dpo", DPO, "sum against mean", "ordinary margins"),
            ("torch_detached", "dpo", DPO, "detached term", "ordinary margins"),
            ("torch_overflowing", "dpo", DPO, "overflow", "large margins, ranked wrong"),
            ("torch_smoothed_wrongly", "dpo", {"label_smoothing": 0.2}, "label smoothing on the wrong term",
             "ordinary margins"),
            ("torch_halved", "dpo", DPO, "factor", "ordinary margins"),
        ]
    ),
]  # fmt: skip


@pytest.mark.parametrize(("loss", "name", "parameters", "slip", "region"), WRONG)
def test_a_slip_is_named(loss: Any, name: str, parameters: dict[str, Any], slip: str, region: str) -> None:
    with pytest.raises(LossMismatch) as caught:
        assert_matches(_loss(loss), name, **parameters)
    assert (caught.value.slip, caught.value.region) == (slip, region)
    assert f"looks like: {slip}: " in str(caught.value)
    assert f"violates {caught.value.theorem} (" in str(caught.value)


def test_an_unknown_loss_gets_the_nearest() -> None:
    with pytest.raises(UnknownName, match="unknown function 'dpoo'"):
        assert_matches(right_dpo, "dpoo")


def test_a_difference_that_no_slip_explains_is_reported_without_one() -> None:
    with pytest.raises(LossMismatch, match="no slip that is known explains this") as caught:
        assert_matches(lambda r_w, r_l: (r_w * r_l).mean(), "rm")
    assert caught.value.slip == ""
    with pytest.raises(LossMismatch, match="no slip that is known explains this"):
        assert_matches(shifted_strangely, "dpo", **DPO)
