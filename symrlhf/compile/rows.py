"""The operations on rows for NumPy alone: fewer passes than in `kernels`, whose formulas they are.

What only some rows need is computed for those, which other array libraries cannot say. Whatever is not finite is
left to `kernels`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from symrlhf.compile import kernels
from symrlhf.compile.kernels import Array
from symrlhf.compile.polynomials import GAP


def _finite(x: Array) -> bool:
    """Whether every entry is, by their sum."""
    return bool(np.isfinite(np.add.reduce(x, axis=None)))


def _or_by_kernels(value: Array, kernel: Callable[..., Array], *arguments: Array) -> Array:
    """The value; entries that are not finite as the kernel has them, so that none depends on those beside it."""
    if _finite(value):
        return value
    value = np.array(value)
    bad = ~np.isfinite(value)
    value[bad] = kernel(*(np.broadcast_to(a, value.shape)[bad] for a in arguments))
    return value[()]


# ------------------------------------------------------------------ of one entry


FEW = 16
"""Numbers up to which a polynomial is quicker one by one: NumPy takes two passes for each coefficient."""


def near_gap(z: Array, out: Array) -> Array:
    """e^z − 1 − z = ½ z² (1 + z/3 + ...) for |z| ≤ 1."""
    if z.size <= FEW:
        out[...] = np.reshape([_near_gap_of_number(x) for x in z.ravel().tolist()], z.shape)
        return out
    np.multiply(z, GAP[0], out=out)
    for coefficient in GAP[1:-1]:
        out += coefficient
        out *= z
    out += GAP[-1]
    out *= z
    out *= z
    out *= 0.5
    return out


def _far_gap(z: Array, out: Array) -> Array:
    """e^z − 1 − z for |z| > 1; of doubles e^z is within 0.6 ulp, of which at most 2 are left here, and quicker."""
    if z.dtype == np.float64:
        np.exp(z, out=out)
        out -= 1
    else:
        np.expm1(z, out=out)
    out -= z
    return out


def _gap_of_number(z: float) -> float:
    return _near_gap_of_number(z) if abs(z) <= 1 else float(np.exp(z)) - 1 - z


def _near_gap_of_number(z: float) -> float:
    series = 0.0
    for coefficient in GAP:
        series = series * z + coefficient
    return series * z * z * 0.5


def gap_into(z: Array, out: Array) -> Array:
    """e^z − 1 − z, by the polynomial for |z| ≤ 1; where both kinds are there, the fewer are computed apart."""
    if z.size == 1:
        out[...] = _gap_of_number(z.item())
        return out
    far = np.abs(z) > 1
    apart = np.count_nonzero(far)
    if 2 * apart <= far.size:
        near_gap(z, out)
        if apart:
            chosen = z[far]
            out[far] = _far_gap(chosen, np.empty_like(chosen))
    else:
        _far_gap(z, out)
        if apart < far.size:
            near = np.logical_not(far, out=far)
            chosen = z[near]
            out[near] = near_gap(chosen, np.empty_like(chosen))
    return out


def exp_gap(z: Array) -> Array:
    """`kernels.exp_gap`."""
    if not isinstance(z, np.ndarray) or not z.ndim:
        return kernels.exp_gap(z)
    out = gap_into(z, np.empty_like(z))
    out[z == np.inf] = np.inf
    return out


def mean_term(a: Array, v: Array) -> Array:
    """e^a v."""
    return _or_by_kernels(_weighted(np.exp(a), a, v), kernels.mean_term, a, v)


def _weighted(p: Array, a: Array, v: Array) -> Array:
    """p v for p = e^a; where p is subnormal, or 0, as the kernel has it."""
    value = p * v
    least = np.log(np.finfo(a.dtype).smallest_normal)
    if np.minimum.reduce(a, axis=None, initial=0) < least:
        tiny = np.broadcast_to(a < least, value.shape)
        value[tiny] = kernels.mean_term(*(np.broadcast_to(x, value.shape)[tiny] for x in (a, v)))
    return value


def bregman_at(a: Array, b: Array, d: Array) -> Array:
    """q − p − p d for p = e^a, q = e^b, where |d| > 1 leaves it its digits; else p (e^d − 1 − d)."""
    d = np.asarray(d)
    far = np.abs(d) > 1
    apart = np.count_nonzero(far)
    p = np.exp(a)
    if apart == 0 and d.shape == p.shape:
        value = near_gap(d, np.empty_like(d))
        value *= p
    else:
        value = np.exp(b) - p * (1 + d)
        if apart < far.size:
            near = np.broadcast_to(~far, value.shape)
            chosen = np.broadcast_to(d, value.shape)[near]
            value[near] = np.broadcast_to(p, value.shape)[near] * near_gap(chosen, np.empty_like(chosen))
    least = np.log(np.finfo(p.dtype).smallest_normal)
    if np.minimum.reduce(a, axis=None, initial=0) < least:  # p lost digits
        tiny = np.broadcast_to(a < least, value.shape)
        value[tiny] = kernels.bregman_at(*(np.broadcast_to(x, value.shape)[tiny] for x in (a, b, d)))
    return _or_by_kernels(value, kernels.bregman_at, a, b, d)


def softmax_difference_of(d: Array, log_p: Array, log_q: Array) -> Array:
    """p − q, or q (e^d − 1) where d = log p − log q is small."""
    q = np.exp(log_q)
    value = np.exp(log_p) - q
    near = np.abs(d) < 0.5
    if near.shape != value.shape:
        return kernels.softmax_difference_of(d, log_p, log_q)
    value[near] = q[near] * np.expm1(d[near])
    return value


# ------------------------------------------------------------------ of a row


def _shifted(x: Array) -> tuple[Array, Array, Array]:
    """(m, x − m, s) with Σ e^x = e^m (1 + s), m = max x; a small s is summed without the largest term."""
    m = np.maximum.reduce(x, axis=-1, keepdims=True)
    d = x - m
    weights = np.exp(d)
    s = np.add.reduce(weights, axis=-1, keepdims=True) - 1
    small = s[..., 0] < 1
    if np.count_nonzero(small):
        rest = weights[small]
        rest[np.arange(len(rest)), np.argmax(rest, axis=-1)] = 0
        s[small] = np.add.reduce(rest, axis=-1, keepdims=True)
    return m, d, s


def total(x: Array) -> Array:
    """Σ x."""
    return np.add.reduce(x, axis=-1, keepdims=True)


def logsumexp(x: Array) -> Array:
    """log Σ e^x."""
    m, _, s = _shifted(x)
    return np.where(np.isinf(m), m, m + np.log1p(s))


def log_softmax(x: Array) -> Array:
    """x − log Σ e^x."""
    _, d, s = _shifted(x)
    d -= np.log1p(s)
    return d


def log_mean_exp_of(w: Array, log_q: Array) -> Array:
    """log Σ q e^w; by log(1 + Σ q (e^w − 1)) for the rows where w is small."""
    w, log_q = np.broadcast_arrays(w, log_q)
    near = np.maximum.reduce(np.where(log_q == -np.inf, 0, np.abs(w)), axis=-1) < 0.5
    if not near.any():
        return logsumexp(log_q + w)
    if near.all():
        return np.log1p(total(mean_term(log_q, np.expm1(w))))
    found, far = np.empty((*near.shape, 1), w.dtype), ~near
    found[near] = np.log1p(total(mean_term(log_q[near], np.expm1(w[near]))))
    found[far] = logsumexp(log_q[far] + w[far])
    return found


def log_mean_exp_by(w: Array, log_q: Array, log_p: Array) -> Array:
    """log Σ q e^w = w + log q − log p at the likeliest response, for p ∝ q e^w; rows of small w as above."""
    w, log_q, log_p = np.broadcast_arrays(w, log_q, log_p)
    found = _leader(w, log_p) + (_leader(log_q, log_p) - _leader(log_p, log_p))
    near = np.maximum.reduce(np.where(log_q == -np.inf, 0, np.abs(w)), axis=-1) < 0.5
    other = near | ~np.isfinite(found[..., 0])
    if other.any():
        found[other] = log_mean_exp_of(w[other], log_q[other])
    return found


def _leader(x: Array, score: Array) -> Array:
    """The entry of x where the score is greatest; of one shape."""
    at = score.argmax(axis=-1)
    if x.ndim == 2:
        return x[np.arange(len(x)), at][:, np.newaxis]
    return np.take_along_axis(x, at[..., np.newaxis], axis=-1)


def less_leader(x: Array, score: Array) -> Array:
    """x less its entry where the score is greatest."""
    x, score = np.broadcast_arrays(x, score)
    return x - _leader(x, score)


def row_gap(x: Array, y: Array) -> Array:
    """x − y less its entry where x + y is greatest, rounded once; 0 where both are −inf."""
    x, y = np.broadcast_arrays(x, y)
    at = x + y
    d, lost = kernels.difference(x, y)
    shift = _leader(d, at)
    gap, again = kernels.difference(d, shift)
    lost = lost - _leader(lost, at) + again
    gap += lost
    return gap if _finite(gap) else kernels.row_gap(x, y)


def deviation_of(log_p: Array, x: Array) -> Array:
    """p (x − Σ p x)."""
    log_p, x = np.broadcast_arrays(log_p, x)
    p = np.exp(log_p)
    d = x - _leader(x, log_p)
    terms = _weighted(p, log_p, d)
    d -= np.add.reduce(terms, axis=-1, keepdims=True)
    d = _weighted(p, log_p, d)
    return d if _finite(d) and _finite(terms) else kernels.deviation_of(log_p, x)


FAR = 0.01
"""Σ q d² from which rows are so far apart that log p − log q has the digits that Σ q (e^d − 1 − d) needs."""


def log_ratio_of(x: Array, y: Array, log_p: Array, log_q: Array) -> Array:
    """log p − log q; the precise form of `kernels` for rows that are nearly equal."""
    return log_ratio_over_of(x, y, np.ones_like(x[..., :1]), log_p, log_q)


def log_ratio_over_of(x: Array, y: Array, s: Array, log_p: Array, log_q: Array) -> Array:
    """The same for p = softmax(x/s), q = softmax(y/s)."""
    d = log_p - log_q
    size = np.minimum(np.abs(d), 1)
    size *= size
    size *= np.exp(log_q)
    near = ~(np.add.reduce(size, axis=-1) >= FAR)  # nan is near
    close = np.count_nonzero(near)
    if not close:
        return d
    if close == near.size:
        return kernels.log_ratio_over_of(x, y, s, log_p, log_q)
    x, y = (np.broadcast_to(v, d.shape) for v in (x, y))
    s = np.broadcast_to(s, (*d.shape[:-1], 1))
    log_p, log_q = (np.broadcast_to(v, d.shape) for v in (log_p, log_q))
    d[near] = kernels.log_ratio_over_of(x[near], y[near], s[near], log_p[near], log_q[near])
    return d


OWN: dict[str, Callable[..., Any]] = {
    f.__name__: f
    for f in (
        exp_gap,
        mean_term,
        bregman_at,
        softmax_difference_of,
        total,
        logsumexp,
        log_softmax,
        log_mean_exp_of,
        log_mean_exp_by,
        less_leader,
        row_gap,
        deviation_of,
        log_ratio_of,
        log_ratio_over_of,
    )
}
"""Operation -> NumPy's own."""
