"""A result keeps its digits where a probability on the way to it is below the normal numbers."""

from typing import Any

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf

from symrlhf import functions
from symrlhf.compile.native import BACKEND, available

Exact = Any
Row = list[Exact]


def units(got: float, exact: Exact) -> float:
    """How far the result is off, in units in the last place of the truth."""
    return float(abs(mpf(float(got)) - exact) / max(abs(exact) * mpf(2) ** -52, mpf(2) ** -1074))


def normalised(logits: list[float]) -> Row:
    rows = [mpf(x) for x in logits]
    total = mpmath.log(mpmath.fsum(map(mpmath.exp, rows)))
    return [x - total for x in rows]


@pytest.mark.parametrize(
    "backend", ["numpy", pytest.param("native", marks=pytest.mark.skipif(not available(), reason="no Numba"))]
)
@pytest.mark.parametrize(
    ("x", "y"),
    [
        ([0.0, -720.0], [0.0, -730.0]),
        ([0.0, -740.0], [0.0, -744.0]),
        ([0.0, -744.9], [0.0, -700.0]),
        ([0.0, -735.0, -738.0], [0.0, -730.0, -745.0]),
        ([0.0, -800.0], [0.0, -700.0]),
    ],
)
def test_a_divergence(x: list[float], y: list[float], backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BACKEND, backend)
    value, slopes = functions.named("kl_from_logits").value_and_grad(np.array(x), np.array(y))
    with mp.workdps(500):
        p, q = normalised(x), normalised(y)
        exact = mpmath.fsum(mpmath.exp(a) * (a - b) for a, b in zip(p, q, strict=True))
        assert units(value, exact) <= 4
        for k, (a, b) in enumerate(zip(p, q, strict=True)):
            assert units(slopes.log_p[k], mpmath.exp(a) * ((a - b) - exact)) <= 4
            assert units(slopes.log_q[k], mpmath.exp(b) - mpmath.exp(a)) <= 4


@pytest.mark.parametrize(
    ("r", "log_ref", "beta"),
    [
        ([0.0, -74.0], [0.5, 0.5], 0.1),
        ([0.0, -745e-8], [0.5, 0.5], 1e-8),
        ([0.0, -710e-8], [1.0, 2.3e-16], 1e-8),
        ([0.0, -710.0, 3.0], [0.25, 0.5, 0.25], 1.0),
    ],
)
def test_the_jacobian_of_the_optimal_policy(r: list[float], log_ref: list[float], beta: float) -> None:
    logits = np.log(log_ref)
    found = functions.named("policy_jacobian")(np.array(r), logits, beta)
    assert np.array_equal(found, found.T)
    with mp.workdps(500):
        tilted = [a + mpf(x) / mpf(beta) for a, x in zip(normalised(logits.tolist()), r, strict=True)]
        total = mpmath.log(mpmath.fsum(map(mpmath.exp, tilted)))
        p = [mpmath.exp(t - total) for t in tilted]
        for i, j in np.ndindex(found.shape):
            others = mpmath.fsum(p[k] for k in range(len(p)) if k != i)
            exact = p[i] * (others if i == j else -p[j]) / mpf(beta)
            # One rounding of r/β moves a probability of e^(−700) by 700 of them.
            assert abs(mpf(float(found[i, j])) - exact) <= mpf("3e-13") * abs(exact) + mpf(2) ** -1074


@pytest.mark.parametrize(
    ("logp", "old", "advantage", "cap"),
    [(-745.0, -1.0, 1e300, 1e3), (-740.0, 0.0, 1e10, 2.0), (-1100.0, -300.0, 1e300, 2.0), (-1e-310, 0.0, 1e300, 2.0)],
)
def test_a_stopped_ratio(logp: float, old: float, advantage: float, cap: float) -> None:
    value, slopes = functions.named("cispo_loss").value_and_grad(logp, old, advantage, cap)
    with mp.workdps(500):
        slope = -min(mpmath.exp(mpf(logp) - mpf(old)), mpf(cap)) * mpf(advantage)
        assert units(slopes.logp, slope) <= 4
        assert units(value, slope * mpf(logp)) <= 4
