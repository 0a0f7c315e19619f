"""Gradients of softmax rows, p (x − Σ p x), against mpmath: nearly certain rows and nearly uniform ones."""

from typing import Any

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf

from symrlhf import functions as f
from symrlhf.compile import native

needs_numba = pytest.mark.skipif(not native.available(), reason="numba is not installed")

Exact = Any
Row = list[Exact]


def _log_softmax(row: Any) -> Row:
    x = [mpf(float(v)) for v in row]
    total = mpmath.log(mpmath.fsum(mpmath.exp(v) for v in x))
    return [v - total for v in x]


def _deviation(logs: Row, x: Row) -> Row:
    p = [mpmath.exp(a) for a in logs]
    mean = mpmath.fsum(a * b for a, b in zip(p, x, strict=True))
    return [a * (b - mean) for a, b in zip(p, x, strict=True)]


def _near(got: Any, exact: Row) -> None:
    """Within 1e-12 of the largest entry: where one response is nearly certain, that is far below Σ|terms|."""
    scale = max(map(abs, exact))
    for value, true in zip(np.ravel(got), exact, strict=True):
        assert abs(mpf(float(value)) - true) <= 1e-12 * scale + 1e-322, (value, float(true))


@pytest.mark.parametrize("scale", [0.0, 1e-8, 1.0, 40.0, 300.0, 1e4])
@pytest.mark.parametrize("near", [1e-8, 1.0, 1e3])
@pytest.mark.parametrize("backend", ["numpy", pytest.param("native", marks=needs_numba)])
def test_a_gradient_in_logits_keeps_its_digits(
    scale: float, near: float, backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(native.BACKEND, backend)
    rng = np.random.default_rng(1)
    for size in (1, 2, 3, 20):
        z, x = rng.normal(size=size) * scale, 3 + rng.normal(size=size) * near
        q = z + rng.normal(size=size) * near
        with mp.workdps(400):
            log_p, log_q, values = _log_softmax(z), _log_softmax(q), [mpf(float(v)) for v in x]
            _near(f.reinforce_grad_softmax(z, x), _deviation(log_p, values))
            _near(f.entropy_from_logits.grad(z).log_p, [-a for a in _deviation(log_p, log_p)])
            _near(f.cross_entropy_from_logits.grad(z, q).log_p, [-a for a in _deviation(log_p, log_q)])
            ratio = [a - b for a, b in zip(log_p, log_q, strict=True)]
            _near(f.kl_from_logits.grad(z, q).log_p, _deviation(log_p, ratio))
            penalised = [a - mpf(0.5) * b for a, b in zip(values, ratio, strict=True)]
            scores = f.kl_objective_from_logits.grad(z, x, q, 0.5).log_pi
            exact = _deviation(log_p, penalised)
            if max(map(abs, exact)) > 1e-300 and near >= 1:  # else reward and penalty cancel, each with its own digits
                _near(scores, exact)


def test_a_uniform_row_has_no_gradient_of_its_entropy() -> None:
    assert not f.entropy_from_logits.grad(np.zeros(20)).log_p.any()
