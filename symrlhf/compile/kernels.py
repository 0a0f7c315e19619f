"""The modules table: the operations NumPy has not, each stable over all doubles, with its identity.

They work in the type of their argument, float32 or float64. The responses are the last axis; sums keep it.
Whatever is taken from `np` here is in the array API standard, so that they run in other namespaces (`foreign`).
"""

from __future__ import annotations

from collections.abc import Callable
from math import factorial, inf, log
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


def log_quotient(a: Array, b: Array) -> Array:
    """log(a/b) = log(1 + (a − b)/b), near 1, where a − b is exact; log a − log b where a/b is no normal number."""
    above, quotient = (a - b) / b, a / b
    small = np.abs(quotient) < np.finfo(quotient.dtype).smallest_normal
    apart = np.where(small | np.isinf(quotient), np.log(a) - np.log(b), np.log(quotient))
    return np.where(np.abs(above) < 0.5, np.log1p(above), apart)


def log1mexp(z: Array) -> Array:
    """log(1 − e^z) for z < 0: log(−expm1 z) near 0, log1p(−e^z) far out."""
    return np.where(z > -log(2), np.log(-np.expm1(z)), np.log1p(-np.exp(z)))


_GAP_COEFFICIENTS = [1 / factorial(k) for k in range(20, 1, -1)]


def exp_gap(z: Array) -> Array:
    """e^z − 1 − z = z² (1/2 + z/6 + z²/24 + ...), by the series for |z| < 1: its remainder there is below 2^(−60)."""
    near = np.where(np.abs(z) < 1, z, 0)
    series = np.full_like(near, _GAP_COEFFICIENTS[0])
    for coefficient in _GAP_COEFFICIENTS[1:]:
        series = series * near + coefficient
    return np.where(np.abs(z) < 1, near * near * series, np.expm1(z) - np.where(z == inf, 0, z))


def centered(x: Array) -> Array:
    """x − (1/n) Σ x, exactly 0 where all are equal: the first is subtracted before."""
    d = x - x[..., :1]
    return d - np.mean(d, axis=-1, keepdims=True)


def mean_term(a: Array, v: Array) -> Array:
    """e^a v, 0 where v or e^a is exactly 0 though the other is infinite; e^(a/2) (e^(a/2) v) where e^a is subnormal."""
    half = np.exp(a / 2)
    product = np.where(a < log(np.finfo(a.dtype).smallest_normal), half * (half * v), np.exp(a) * v)
    value = np.where(np.isinf(v), np.where(a == -inf, 0, v), product)
    return np.where((v == 0) & ~np.isnan(a), 0, value)


def log_ratio_term(a: Array, b: Array) -> Array:
    """p log(p/q) for p = e^a, q = e^b: 0 where p = 0."""
    return np.where((a == -inf) & ~np.isnan(b), 0, mean_term(a, a - b))


def bregman(a: Array, b: Array) -> Array:
    """q − p − p log(q/p) ≥ 0 for p = e^a, q = e^b: q where p = 0, infinite where only q = 0."""
    return bregman_at(a, b, b - a)


def bregman_at(a: Array, b: Array, d: Array) -> Array:
    """The same with d = b − a given: p (e^d − 1 − d)."""
    value = np.where(d < 2, mean_term(a, exp_gap(d)), np.exp(b) - mean_term(a, 1 + d))
    value = np.where((b == -inf) & (a > -inf), inf, value)
    return np.where((a == -inf) & ~np.isnan(b), np.exp(b), value)


def log_mix(v: Array, w: Array, d: Array) -> Array:
    """log(v + w e^d) for weights v + w = 1: log(1 + w (e^d − 1)) but where that is near 0 or beyond the numbers."""
    above = w * np.expm1(d)
    value = np.where(above > -0.5, np.log1p(above), np.log(v + w * np.exp(d)))
    return np.where(above == inf, np.log(w) + d, value)


def mix_gap(v: Array, w: Array, d: Array, gap: Array, score: Array) -> Array:
    """log((v + w e^d)/(v + w e^c)), c the entry of d where the score is greatest; gap: d up to a shift of the row.

    It is log(v' + w' e^(d − c)) with weights v' + w' = 1 as they are there.
    """
    d, gap, score = np.broadcast_arrays(d, gap, score)
    at = np.argmax(score, axis=-1, keepdims=True)
    c = np.take_along_axis(d, at, axis=-1)
    odds = np.log(w) - np.log(v)
    z = c + odds
    near = np.abs(z) < 700
    above = gap - np.take_along_axis(gap, at, axis=-1)
    return np.where(near, log_mix(sigmoid(-z), sigmoid(z), above), softplus(d + odds) - softplus(z))


def select(a: Array, b: Array, x: Array, y: Array) -> Array:
    """x where a ≤ b, else y; nan where a or b is."""
    zero = np.zeros_like(a + b)
    a, b, x, y = a + zero, b + zero, x + zero, y + zero
    return np.where(np.isnan(a), a, np.where(np.isnan(b), b, np.where(a <= b, x, y)))


def stop_gradient(x: Array) -> Array:
    """x, which no derivative looks into."""
    return x


def total(x: Array) -> Array:
    """Σ x."""
    return np.sum(x, axis=-1, keepdims=True)


def _shifted(x: Array) -> tuple[Array, Array]:
    """(m, s) with Σ e^x = e^m (1 + s), m = max x: the largest term is left out of s, whose small values count."""
    m = np.max(x, axis=-1, keepdims=True)
    weights = np.exp(x - m)
    largest = np.arange(x.shape[-1]) == np.argmax(x, axis=-1, keepdims=True)
    return m, total(np.where(largest, 0, weights))


def logsumexp(x: Array) -> Array:
    """log Σ e^x = m + log(1 + s), shifted by the maximum m."""
    m, s = _shifted(x)
    return np.where(np.isinf(m), m, m + np.log1p(s))


def log_softmax(x: Array) -> Array:
    """x − log Σ e^x: the logarithms of the normalised row."""
    m, s = _shifted(x)
    return x - m - np.log1p(s)


def difference(x: Array, y: Array) -> tuple[Array, Array]:
    """x − y, and what rounding it lost, exactly (Knuth's two-sum)."""
    d = x - y
    return d, np.where(np.isfinite(d), (x - (d - (d - x))) - (y + (d - x)), 0)


SPLIT = 2.0**27 + 1


def _product(x: Array, y: Array) -> tuple[Array, Array]:
    """x y, and what rounding it lost (Dekker)."""
    p = x * y
    (x1, x2), (y1, y2) = ((h, v - h) for v in (x, y) for h in (SPLIT * v - (SPLIT * v - v),))
    lost = ((x1 * y1 - p) + x1 * y2 + x2 * y1) + x2 * y2
    return p, np.where(np.isfinite(lost), lost, 0)


def row_gap(x: Array, y: Array) -> Array:
    """x − y less its entry where x + y is greatest, rounded once; 0 where both are −inf."""
    return tilted_gap(x, y, np.zeros_like(x), np.ones_like(x[..., :1]))


def tilted_gap(x: Array, y: Array, t: Array, s: Array) -> Array:
    """x − y − t/s less its entry where x + y + t/s is greatest, rounded once or twice; 0 where x and y are −inf."""
    x, y, t = np.broadcast_arrays(x, y, t)
    at = np.argmax(x + y + t / s, axis=-1, keepdims=True)
    d, lost = difference(x, y)
    shift = np.take_along_axis(d, at, axis=-1)
    lost = lost - np.take_along_axis(lost, at, axis=-1)
    d, again = difference(d, shift)
    tilt, cut = difference(t, np.take_along_axis(t, at, axis=-1))
    q = tilt / s
    p, rest = _product(q, s)
    gap, last = difference(d, q)
    lost = (lost + again + last) - ((tilt - p) - rest + cut) / s
    gap = gap + np.where(np.isfinite(lost), lost, 0)
    return np.where((x == -inf) & (y == -inf), 0, gap)


def log_ratio_by(d: Array, log_p: Array, log_q: Array) -> Array:
    """log p − log q, where it is d up to a shift of the row: d − log(1 + Σ q (e^d − 1))."""
    d, log_p, log_q = np.broadcast_arrays(d, log_p, log_q)
    at = np.argmax(log_q, axis=-1, keepdims=True)
    d = np.where((log_p == -inf) & (log_q == -inf), 0, d - np.take_along_axis(d, at, axis=-1))
    behind = np.take_along_axis(log_p - log_q, at, axis=-1)
    s = total(np.where(log_q == -inf, np.exp(log_p - behind), mean_term(log_q, np.expm1(d))))
    apart = np.where((log_p == -inf) & (log_q == -inf), 0, log_p - log_q)
    return np.where((s > -0.5) & (s < inf), d - np.log1p(s), apart)


def log_ratio(x: Array, y: Array) -> Array:
    """log p − log q for p = softmax(x), q = softmax(y), precise for nearly equal rows; 0 where both are 0.

    With d = x − y, up to a shift common to the row: log(p/q) = d − log Σ q e^d = d − log(1 + Σ q (e^d − 1)).
    """
    return log_ratio_of(x, y, log_softmax(x), log_softmax(y))


def log_ratio_of(x: Array, y: Array, log_p: Array, log_q: Array) -> Array:
    """The same, where the logarithms of both normalised rows are there."""
    return log_ratio_over_of(x, y, np.ones_like(x[..., :1]), log_p, log_q)


def log_ratio_over(x: Array, y: Array, s: Array) -> Array:
    """log p − log q for p = softmax(x/s), q = softmax(y/s): x − y is taken before the division rounds either."""
    return log_ratio_over_of(x, y, s, log_softmax(x / s), log_softmax(y / s))


def log_ratio_over_of(x: Array, y: Array, s: Array, log_p: Array, log_q: Array) -> Array:
    """The same, where the logarithms of both normalised rows are there."""
    x, y = np.broadcast_arrays(x, y)
    neither = (x == -inf) & (y == -inf)
    d, lost = difference(x, y)
    at = np.argmax(y, axis=-1, keepdims=True)
    shift = np.take_along_axis(d, at, axis=-1)
    lost = np.where(np.isfinite(d), lost - np.take_along_axis(lost, at, axis=-1), 0)
    d = np.where(neither, 0, ((d - shift) + lost) / s)
    growth = np.where(y == -inf, np.exp((x - shift) / s - logsumexp(y / s)), mean_term(log_q, np.expm1(d)))
    s = total(growth)
    apart = np.where(neither, 0, log_p - log_q)
    return np.where((s > -0.5) & (s < inf), d - np.log1p(s), apart)


def log_mean_exp(w: Array, y: Array) -> Array:
    """log Σ q e^w for q = softmax(y): log(1 + Σ q (e^w − 1)) for small w, whose digits a shift by log q would cost."""
    return log_mean_exp_of(w, log_softmax(y))


def log_mean_exp_of(w: Array, log_q: Array) -> Array:
    """The same, where log q is there."""
    s = total(mean_term(log_q, np.expm1(w)))
    near = np.max(np.where(log_q == -inf, 0, np.abs(w)), axis=-1, keepdims=True) < 0.5
    return np.where(near, np.log1p(s), logsumexp(log_q + w))


def log_mean_exp_by(w: Array, log_q: Array, log_p: Array) -> Array:
    """The same, where p ∝ q e^w is there, too: w + log q − log p, for every response; at the likeliest but for small w.

    No exponential is taken once more.
    """
    w, log_q, log_p = np.broadcast_arrays(w, log_q, log_p)
    at = np.argmax(log_p, axis=-1, keepdims=True)
    here, behind, ahead = (np.take_along_axis(x, at, axis=-1) for x in (w, log_q, log_p))
    by = here + (behind - ahead)
    near = np.max(np.where(log_q == -inf, 0, np.abs(w)), axis=-1, keepdims=True) < 0.5
    return np.where(near | ~np.isfinite(by), log_mean_exp_of(w, log_q), by)


def log_tilt(w: Array, y: Array) -> Array:
    """log p − log q for q = softmax(y) and p ∝ q e^w: w − log Σ q e^w, precise for small w; 0 where both are 0."""
    w, y = np.broadcast_arrays(w, y)
    log_q = log_softmax(y)
    at = np.argmax(y + w, axis=-1, keepdims=True)
    d = w - np.take_along_axis(w, at, axis=-1)
    s = total(mean_term(log_q, np.expm1(d)))
    apart = log_softmax(log_q + w) - log_q
    return np.where(y == -inf, 0, np.where((s > -0.5) & (s < inf), d - np.log1p(s), apart))


def softmax_difference(x: Array, y: Array) -> Array:
    """p − q for p = softmax(x), q = softmax(y): q (p/q − 1) where they are near."""
    log_p, log_q = log_softmax(x), log_softmax(y)
    return softmax_difference_of(log_ratio_of(x, y, log_p, log_q), log_p, log_q)


def softmax_difference_of(d: Array, log_p: Array, log_q: Array) -> Array:
    """The same, where d = log p − log q and both logarithms are there."""
    p, q = np.exp(log_p), np.exp(log_q)
    return np.where(np.abs(d) < 0.5, q * np.expm1(d), p - q)


def deviation(u: Array, x: Array) -> Array:
    """p (x − Σ p x) for p = softmax(u): x is shifted to 0 at the likeliest entry, whose own result keeps its digits."""
    return deviation_of(log_softmax(u), x)


def deviation_of(log_p: Array, x: Array) -> Array:
    """The same, where log p is there."""
    log_p, x = np.broadcast_arrays(log_p, x)
    d = x - np.take_along_axis(x, np.argmax(log_p, axis=-1, keepdims=True), axis=-1)
    return mean_term(log_p, d - total(mean_term(log_p, d)))


def exp_deviation(u: Array, w: Array, gap: Array) -> Array:
    """p (e^w − Σ p e^w) for p = softmax(u), with the digits of `gap`, which is w up to a shift of the row."""
    return exp_deviation_of(log_softmax(u), w, gap)


def exp_deviation_of(log_p: Array, w: Array, gap: Array) -> Array:
    """The same, where log p is there: e^w less its value e^c at the likeliest entry is e^h a, where |a| ≤ 1.

    Each exponential is formed with the factors beside it: none overflows where the result does not.
    """
    log_p, w, gap = np.broadcast_arrays(log_p, w, gap)
    at = np.argmax(log_p, axis=-1, keepdims=True)
    c, shift = (np.take_along_axis(x, at, axis=-1) for x in (w, gap))
    d = np.where(gap == shift, 0, gap - shift)
    a = -np.sign(d) * np.expm1(-np.abs(d))
    least = np.finfo(w.dtype).min
    h = np.where(a == 0, least, log_p + np.maximum(w, c))
    top = np.max(h, axis=-1, keepdims=True)
    mean = total(np.exp(h - top) * a)
    k = np.maximum(h, np.maximum(log_p + top, least))
    return np.exp(k) * (np.exp(h - k) * a - np.exp(log_p + top - k) * mean)


def less_leader(x: Array, score: Array) -> Array:
    """x less its entry where the score is greatest: what is a little less than it keeps its digits."""
    x, score = np.broadcast_arrays(x, score)
    return x - np.take_along_axis(x, np.argmax(score, axis=-1, keepdims=True), axis=-1)


def squared_gap(a: Array, d: Array) -> Array:
    """e^a (e^d − 1)²: for large d, e^(a + 2d) (1 − e^(−d))², where neither factor overflows or vanishes."""
    far = np.where(d > 1, d, 1)
    value = np.where(d > 1, np.exp(a + 2 * far) * np.expm1(-far) ** 2, np.exp(a) * np.expm1(d) ** 2)
    return np.where((a == -inf) & (d == inf), inf, value)


KERNELS: dict[str, Callable[..., Array]] = {
    f.__name__: f
    for f in (
        sigmoid,
        softplus,
        logit,
        log_quotient,
        log1mexp,
        exp_gap,
        centered,
        mean_term,
        log_ratio_term,
        bregman,
        bregman_at,
        log_mix,
        mix_gap,
        select,
        stop_gradient,
        total,
        logsumexp,
        log_softmax,
        row_gap,
        tilted_gap,
        log_ratio_by,
        log_ratio,
        log_mean_exp,
        log_tilt,
        softmax_difference,
        deviation,
        exp_deviation,
        less_leader,
        squared_gap,
        log_ratio_of,
        log_ratio_over,
        log_ratio_over_of,
        log_mean_exp_of,
        log_mean_exp_by,
        softmax_difference_of,
        deviation_of,
        exp_deviation_of,
    )
}
