"""The modules table: the operations NumPy has not, each stable over all doubles, with its identity.

They work in the type of their argument, float32 or float64. The responses are the last axis; sums keep it.
"""

from __future__ import annotations

from collections.abc import Callable
from math import factorial
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]


def sigmoid(z: Array) -> Array:
    """σ(z) = 1/(1 + e^(−z)) = t/(1 + t) for z < 0, with t = e^(−|z|): subnormal results are kept."""
    t = np.exp(-np.abs(z))
    return np.where(z < 0, t, 1) / (1 + t)


def softplus(z: Array) -> Array:
    """log(1 + e^z) = max(z, 0) + log(1 + e^(−|z|))."""
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


def logit(p: Array) -> Array:
    """log(p/(1 − p)) = log(1 + (2p − 1)/(1 − p)); around 1/2, 2p − 1 is exact."""
    q = 1 - p
    return np.where(np.abs(p - 0.5) < 0.25, np.log1p((2 * p - 1) / q), np.log(p / q))


def log1mexp(z: Array) -> Array:
    """log(1 − e^z) for z < 0: log(−expm1 z) near 0, log1p(−e^z) far out."""
    return np.where(z > -np.log(2), np.log(-np.expm1(z)), np.log1p(-np.exp(z)))


_GAP_COEFFICIENTS = [1 / factorial(k) for k in range(20, 1, -1)]


def exp_gap(z: Array) -> Array:
    """e^z − 1 − z = z² (1/2 + z/6 + z²/24 + ...), by the series for |z| < 1: its remainder there is below 2^(−60)."""
    near = np.where(np.abs(z) < 1, z, 0)
    series = np.full_like(near, _GAP_COEFFICIENTS[0])
    for coefficient in _GAP_COEFFICIENTS[1:]:
        series = series * near + coefficient
    return np.where(np.abs(z) < 1, near * near * series, np.expm1(z) - z)


def mean_term(a: Array, v: Array) -> Array:
    """e^a v; exactly 0 where e^a is exactly 0, for infinite v too."""
    return np.where((a == -np.inf) & np.isinf(v), 0, np.exp(a) * v)


def log_ratio_term(a: Array, b: Array) -> Array:
    """p log(p/q) for p = e^a, q = e^b: 0 where p = 0."""
    return np.where((a == -np.inf) & ~np.isnan(b), 0, np.exp(a) * (a - b))


def bregman(a: Array, b: Array) -> Array:
    """q − p − p log(q/p) ≥ 0 for p = e^a, q = e^b: q where p = 0, infinite where only q = 0."""
    d = b - a
    value = np.where(d < 2, np.exp(a) * exp_gap(d), np.exp(b) - np.exp(a) * (1 + d))
    value = np.where((b == -np.inf) & (a > -np.inf), np.inf, value)
    return np.where((a == -np.inf) & ~np.isnan(b), np.exp(b), value)


def total(x: Array) -> Array:
    """Σ x."""
    return np.sum(x, axis=-1, keepdims=True)


def _shifted(x: Array) -> tuple[Array, Array]:
    """(m, s) with Σ e^x = e^m (1 + s), m = max x: the largest term is left out of s, whose small values count."""
    m = np.max(x, axis=-1, keepdims=True)
    weights = np.exp(x - m)
    np.put_along_axis(weights, np.argmax(x, axis=-1, keepdims=True), 0, axis=-1)
    return m, total(weights)


def logsumexp(x: Array) -> Array:
    """log Σ e^x = m + log(1 + s), shifted by the maximum m."""
    m, s = _shifted(x)
    return np.where(np.isinf(m), m, m + np.log1p(s))


def log_softmax(x: Array) -> Array:
    """x − log Σ e^x: the logarithms of the normalised row."""
    m, s = _shifted(x)
    return x - m - np.log1p(s)


KERNELS: dict[str, Callable[..., Array]] = {
    f.__name__: f
    for f in (
        sigmoid,
        softplus,
        logit,
        log1mexp,
        exp_gap,
        mean_term,
        log_ratio_term,
        bregman,
        total,
        logsumexp,
        log_softmax,
    )
}
