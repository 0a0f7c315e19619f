"""The operations on one row of a few numbers, one by one: less than what NumPy spends on its calls.

The formulas are those of `kernels`. Whatever is not ordinary, such as something infinite in a result, is left to
`rows`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from math import exp, expm1, fsum, inf, isfinite, isnan, log1p
from typing import Any

import numpy as np

from symrlhf.compile import rows
from symrlhf.compile.kernels import KERNELS, Array
from symrlhf.compile.polynomials import GAP

FEWEST = 16
"""Numbers in a row up to which this is quicker."""
LARGEST, LEAST = 700.0, -708.0
"""Exponents between which e^x is a normal number."""

Row = list[float]
OF_FEW: dict[str, Callable[..., Any]] = {}
"""Operation -> the same of one row, (1, K)."""


def _of_one_row(operation: Callable[..., Sequence[float] | None]) -> Callable[..., Any]:
    """Of arrays (1, K), by lists of K numbers; where the result is None or not finite, by `rows`."""
    general = (KERNELS | rows.OWN)[operation.__name__]

    @wraps(operation)
    def of_arrays(*arguments: Array) -> Array:
        found = operation(*(a[0].tolist() for a in arguments))
        if found is None or not isfinite(sum(found)):
            return general(*arguments)
        return np.array([found])

    OF_FEW[operation.__name__] = of_arrays
    return operation


def _rest(x: Row, m: float) -> float:
    """s of Σ e^x = e^m (1 + s), m = max x: one largest term is left out."""
    weights = [exp(v - m) for v in x]
    weights[x.index(m)] = 0.0
    return fsum(weights)


@_of_one_row
def log_softmax(x: Row) -> Row | None:
    m = max(x)
    if not isfinite(m):
        return None
    rest = log1p(_rest(x, m))
    return [v - m - rest for v in x]


@_of_one_row
def logsumexp(x: Row) -> Row | None:
    m = max(x)
    return [m + log1p(_rest(x, m))] if isfinite(m) else None


@_of_one_row
def log_mean_exp_of(w: Row, log_q: Row) -> Row | None:
    if all(abs(v) < 0.5 for v in w):
        return [log1p(fsum(exp(b) * expm1(a) for a, b in zip(w, log_q, strict=True)))]
    return logsumexp([a + b for a, b in zip(w, log_q, strict=True)])


@_of_one_row
def log_mean_exp_by(w: Row, log_q: Row, log_p: Row) -> Row | None:
    if all(abs(v) < 0.5 for v in w):
        return [log1p(fsum(exp(b) * expm1(a) for a, b in zip(w, log_q, strict=True)))]
    at = log_p.index(max(log_p))
    return [w[at] + (log_q[at] - log_p[at])]


@_of_one_row
def log_ratio_of(x: Row, y: Row, log_p: Row, log_q: Row) -> Row | None:
    apart = [a - b for a, b in zip(log_p, log_q, strict=True)]
    if fsum(exp(b) * min(abs(d), 1.0) ** 2 for b, d in zip(log_q, apart, strict=True)) >= rows.FAR:
        return apart
    at = y.index(max(y))
    shift, missing = _difference(x[at], y[at])
    gaps = [((d - shift) + (lost - missing)) for d, lost in map(_difference, x, y)]
    if not max(gaps) < LARGEST or min(log_q) <= LEAST:
        return None
    growth = fsum(exp(b) * expm1(d) for b, d in zip(log_q, gaps, strict=True))
    growth = log1p(growth) if growth > -0.5 else inf
    return [d - growth for d in gaps]


def _difference(a: float, b: float) -> tuple[float, float]:
    """a − b, and what rounding it lost, exactly."""
    d = a - b
    return d, (a - (d - (d - a))) - (b + (d - a))


@_of_one_row
def row_gap(x: Row, y: Row) -> Row:
    sums = [a + b for a, b in zip(x, y, strict=True)]
    at = sums.index(max(sums))
    shift, missing = _difference(x[at], y[at])
    found: Row = []
    for a, b in zip(x, y, strict=True):
        d, lost = _difference(a, b)
        gap, again = _difference(d, shift)
        found.append(gap + (lost - missing + again))
    return found


@_of_one_row
def bregman_at(a: Row, b: Row, d: Row) -> Row | None:
    ordinary = LEAST < min(a) <= max(a) <= LARGEST and max(b) <= LARGEST
    return list(map(_bregman, a, b, d)) if ordinary else None


def _bregman(a: float, b: float, d: float) -> float:
    """q − p − p d for p = e^a, q = e^b, where |d| > 1 leaves it its digits; else p (e^d − 1 − d)."""
    p = exp(a)
    if abs(d) > 1:
        return exp(b) - p * (1 + d)
    series = 0.0
    for coefficient in GAP:
        series = series * d + coefficient
    return p * (series * d * d * 0.5)


@_of_one_row
def deviation_of(log_p: Row, x: Row) -> Row | None:
    if not LEAST < min(log_p) <= max(log_p) < LARGEST:
        return None
    best = x[log_p.index(max(log_p))]
    p = list(map(exp, log_p))
    d = [v - best for v in x]
    if not isfinite(sum(d)):
        return None
    mean = fsum(a * b for a, b in zip(p, d, strict=True))
    return [a * (b - mean) for a, b in zip(p, d, strict=True)]


@_of_one_row
def mean_term(a: Row, v: Row) -> Row | None:
    if not LEAST < min(a) <= max(a) <= LARGEST:
        return None
    return [exp(e) * x for e, x in zip(a, v, strict=True)]


@_of_one_row
def softmax_difference_of(d: Row, log_p: Row, log_q: Row) -> Row | None:
    if not max(log_p) <= LARGEST or not max(log_q) <= LARGEST:
        return None
    return [exp(b) * expm1(z) if abs(z) < 0.5 else exp(a) - exp(b) for z, a, b in zip(d, log_p, log_q, strict=True)]


@_of_one_row
def squared_gap(a: Row, d: Row) -> Row | None:
    """e^a (e^d − 1)²; for large d, e^(a + 2d) (1 − e^(−d))²."""
    if not max(a) <= LARGEST or not max(d) <= LARGEST or not max(map(_of_square, a, d)) <= LARGEST:
        return None
    return [exp(e + 2 * z) * expm1(-z) ** 2 if z > 1 else exp(e) * expm1(z) ** 2 for e, z in zip(a, d, strict=True)]


def _of_square(a: float, d: float) -> float:
    return a + 2 * d


@_of_one_row
def less_leader(x: Row, score: Row) -> Row | None:
    if isnan(sum(score)):
        return None
    best = x[score.index(max(score))]
    return [v - best for v in x]
