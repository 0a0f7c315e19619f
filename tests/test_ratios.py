"""Ratios of sequences and stopped ratios against mpmath."""

from typing import Any

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf

from symrlhf import functions as f
from symrlhf.compile.ratios import summed

RNG = np.random.default_rng(8)
LENGTH = 300
LONG: Any = RNG.normal(size=(4, LENGTH)) * np.array([[1e-6], [0.3], [30.0], [5e3]])
LONG -= LONG.mean(axis=1, keepdims=True)  # the mean is far below the entries
MASK: Any = RNG.uniform(size=(4, LENGTH)) < 0.8


def _mean(row: Any, used: Any) -> Any:
    kept = [mpf(float(x)) for x, m in zip(row, used, strict=True) if m]
    return mpmath.fsum(kept) / len(kept)


def test_a_sum_keeps_what_rounding_loses() -> None:
    x = np.array([[1e16, 1.0, -1e16, 1e-3], [1e4, 1e-12, -1e4, 0.0]])
    assert summed(x) == pytest.approx([1.001, 1e-12], rel=1e-15)
    assert summed(np.zeros((2, 0))).tolist() == [0, 0]
    with np.errstate(invalid="ignore"):
        assert summed(np.array([np.inf, 1.0])) == np.inf


def test_the_ratio_of_gspo() -> None:
    """H6: value, and the gradient ratio/|y| by each token that counts."""
    value, gradient = f.gspo_ratio.value_and_grad(LONG, MASK)
    with mp.workdps(60):
        for i in range(4):
            exact = mpmath.exp(_mean(LONG[i], MASK[i]))
            assert abs(mpf(float(value[i])) - exact) <= 1e-12 * exact
            share = exact / int(MASK[i].sum())
            assert abs(mpf(float(gradient.logratio[i][MASK[i]][0])) - share) <= 1e-12 * share
    assert not gradient.logratio[~MASK].any()
    assert f.gspo_ratio(np.array([0.5, 1.0], np.float32)).dtype == np.float32


@pytest.mark.parametrize("advantage", [1.0, -1.0])
def test_the_ratio_of_gmpo_is_clipped_on_one_side(advantage: float) -> None:
    """H7."""
    bounded, bound = (min, mpf(0.3)) if advantage > 0 else (max, -mpf(0.2))
    value, gradient = f.gmpo_ratio.value_and_grad(LONG[:3], advantage, 0.2, 0.3, MASK[:3])
    with mp.workdps(60):
        for i in range(3):
            kept: list[Any] = [bounded(mpf(float(x)), bound) for x, m in zip(LONG[i], MASK[i], strict=True) if m]
            exact = mpmath.exp(mpmath.fsum(kept) / len(kept))
            assert abs(mpf(float(value[i])) - exact) <= 1e-12 * exact
            moves = MASK[i] & ((LONG[i] < 0.3) if advantage > 0 else (LONG[i] > -0.2))
            assert gradient.logratio[i] == pytest.approx(np.where(moves, float(exact) / len(kept), 0), rel=1e-12)


def test_cispo_keeps_the_gradient_of_every_token() -> None:
    logp, old = np.array([-1.0, -3.0, -1e3, -1e-9, -5.0]), np.array([-1.0, -2.0, -1e4, -1e4, 0.0])
    advantage = np.array([1.0, -1.0, 2.0, 3.0, 0.0])
    value, gradient = f.cispo_loss.value_and_grad(logp, old, advantage, reduction="none")
    weight = np.minimum(np.exp(np.minimum(logp - old, 50)), 5) * advantage
    assert value == pytest.approx(-weight * logp, rel=1e-15)
    assert gradient.logp == pytest.approx(-weight, rel=1e-15)


def test_the_gate_of_sapo_has_slope_1_where_the_policy_has_not_moved_and_dies_out() -> None:
    gate = f.sapo_gate.grad([0.0, 1e3, 1e4, -1e4], [0.5, 1.0, 1e6, 1e-8])
    assert gate.logratio.tolist() == [1, 0, 0, 0]
    assert f.sapo_gate([1e3, 1e4], 2.0).tolist() == [2, 2]
    assert f.vespo_weight([0.0, 1e4, -1e4]).tolist() == [1, 0, 0]


def test_a_response_without_tokens_has_no_ratio() -> None:
    with pytest.raises(ValueError, match="gspo_ratio: the mask leaves a response without tokens"):
        f.gspo_ratio([[1.0, 2.0]], [[0, 0]])
