"""Distillation, Jensen–Shannon and χ² against mpmath at 400 digits: near rows, far rows, excluded responses."""

from collections.abc import Iterator
from typing import Any

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf

from symrlhf import functions as f
from symrlhf.compile import native
from symrlhf.errors import NotSupported

Exact = Any
Row = list[Exact]
INF = float("inf")


needs_numba = pytest.mark.skipif(not native.available(), reason="numba is not installed")
BACKENDS = ["numpy", pytest.param("native", marks=needs_numba)]


def _log_softmax(row: Any, tau: float = 1.0) -> Row:
    x = [mpf(float(v)) / mpf(tau) for v in row]
    total = mpmath.log(mpmath.fsum(mpmath.exp(v) for v in x))
    return [v - total for v in x]


def _mean_log_ratio(a: Row, b: Row) -> Exact:
    """Σ p log(p/q), 0 where p = 0."""
    return mpmath.fsum(mpmath.exp(x) * (x - y) for x, y in zip(a, b, strict=True) if mpmath.isfinite(x))


def _mixed(a: Row, b: Row, beta: Exact) -> Row:
    found = (beta * mpmath.exp(x) + (1 - beta) * mpmath.exp(y) for x, y in zip(a, b, strict=True))
    return [mpmath.log(x) if x else -mpf("inf") for x in found]


def _slopes(a: Row, m: Row) -> Row:
    """p (log(p/m) − Σ p log(p/m))."""
    mean = _mean_log_ratio(a, m)
    return [mpmath.exp(x) * (x - y - mean) if mpmath.isfinite(x) else mpf(0) for x, y in zip(a, m, strict=True)]


def _near(got: Any, exact: Row) -> None:
    scale = max(map(abs, exact))
    for value, true in zip(np.ravel(got), exact, strict=True):
        assert abs(mpf(float(value)) - true) <= 1e-12 * scale + 5e-324, (value, true)


def _logits() -> Iterator[tuple[np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(3)
    for scale in (0.0, 1e-12, 1e-6, 1e-3, 0.1, 1, 30, 300, 1e4):
        for size in (1, 2, 7):
            student = rng.normal(size=size) * 5
            yield student, student + rng.normal(size=size) * scale
    yield np.array([-INF, 0.0, 1.0]), np.array([2.0, 0.5, 1.0])
    yield np.array([2.0, 0.5, 1.0]), np.array([-INF, 0.0, 1.0])
    yield np.array([-INF, 0.0, 1.0]), np.array([-INF, 3.0, 1.0])


@pytest.mark.parametrize("beta", [1e-8, 0.1, 0.5, 0.9, 1 - 1e-8])
@pytest.mark.parametrize("tau", [1.0, 0.3])
@pytest.mark.parametrize("backend", BACKENDS)
def test_the_generalised_jensen_shannon_divergence(
    beta: float, tau: float, backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """K3: value and gradient in the student's logits."""
    monkeypatch.setenv(native.BACKEND, backend)
    for student, teacher in _logits():
        value, gradient = f.distill_loss.value_and_grad(student, teacher, "jsd", tau, beta)
        with mp.workdps(400):
            b, p, q = mpf(beta), _log_softmax(teacher, tau), _log_softmax(student, tau)
            m = _mixed(p, q, b)
            _near(value, [b * _mean_log_ratio(p, m) + (1 - b) * _mean_log_ratio(q, m)])
            _near(gradient.logits, [(1 - b) * x / mpf(tau) for x in _slopes(q, m)])


@pytest.mark.parametrize("kind", ["forward", "reverse"])
@pytest.mark.parametrize("tau", [0.1, 0.5, 1.0, 3.0])
@pytest.mark.parametrize("backend", BACKENDS)
def test_distillation_in_either_direction(kind: str, tau: float, backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """K1, K2: also where the rows differ by less than their quotients by τ are rounded."""
    monkeypatch.setenv(native.BACKEND, backend)
    for student, teacher in _logits():
        value, gradient = f.distill_loss.value_and_grad(student, teacher, kind, tau)
        with mp.workdps(400):
            p, q = _log_softmax(teacher, tau), _log_softmax(student, tau)
            first, second = (p, q) if kind == "forward" else (q, p)
            if any(mpmath.isinf(y) and mpmath.isfinite(x) for x, y in zip(first, second, strict=True)):
                assert value == INF
                continue
            _near(value, [_mean_log_ratio(first, second)])
            forward = [mpmath.exp(y) - mpmath.exp(x) for x, y in zip(p, q, strict=True)]
            _near(gradient.logits, [x / mpf(tau) for x in (forward if kind == "forward" else _slopes(q, p))])


def test_masks_and_reductions_of_distillation() -> None:
    student, teacher = np.array([[0.0, 1.0], [np.nan, 0.0], [2.0, 0.0]]), np.zeros((3, 2))
    mask = [1, 0, 1]
    each = f.distill_loss(student, teacher, mask=mask, reduction="none")
    assert each[1] == 0 and f.distill_loss(student, teacher, mask=mask) == pytest.approx(each.sum() / 2)
    gradient = f.distill_loss.grad(student, teacher, mask=mask).logits
    assert not gradient[1].any() and np.isfinite(gradient).all()


def test_the_divergences_of_given_rows() -> None:
    p, q = np.log([0.5, 0.25, 0.25]), np.log([0.8, 0.1, 0.1])
    assert f.chi2_divergence(p, q) == pytest.approx(0.09 / 0.8 + 2 * 0.0225 / 0.1, rel=1e-14)
    assert f.chi2_divergence([0.0, -INF], np.log([0.5, 0.5])) == pytest.approx(1, rel=1e-15)
    assert f.js_divergence([0.0, -INF], [-INF, 0.0]) == pytest.approx(np.log(2), rel=1e-15)
    gradient = f.js_divergence.grad(p, q, 0.3)
    swapped = f.js_divergence.grad(q, p, 0.7)
    assert gradient.log_p == pytest.approx(swapped.log_q, rel=1e-13)
    assert gradient.log_q == pytest.approx(f.distill_loss.grad(q, p, "jsd", beta=0.3).logits, rel=1e-13)
    with pytest.raises(ValueError, match="the probabilities exp of log_q sum to 2, not to 1"):
        f.js_divergence(p, [np.log(0.5), np.log(0.5), 0.0])


def test_the_curvature_of_the_cross_entropy() -> None:
    """J1: diag p − p pᵀ over τ², on the diagonal with the digits of 1 − p."""
    logits, tau = [40.0, 0.0, -5.0], 2.0
    bends = f.ce_loss.hess([logits, logits], [0, 1], tau=tau)
    with mp.workdps(100):
        p = [mpmath.exp(x) for x in _log_softmax(np.array(logits) / tau)]
        for i in range(3):
            for j in range(3):
                exact = p[i] * mpmath.fsum(x for k, x in enumerate(p) if k != i) if i == j else -p[i] * p[j]
                assert abs(mpf(float(bends[1, i, j])) - exact / 4 / 2) <= 1e-12 * abs(exact)
    with pytest.raises(NotSupported, match="distill_loss has no second derivatives here"):
        f.distill_loss.hess(logits, logits)
