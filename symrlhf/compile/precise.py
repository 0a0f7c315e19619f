"""A numeric tree at one point with more digits, until its rounding cannot reach the double that is returned."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import mpmath

from symrlhf.compile.rounding import SMALLEST_NORMAL
from symrlhf.compile.tree import Node, in_order

Exact = Any
"""A number of mpmath, which has no annotations."""

PRECISIONS = (160, 1200, 3600)
"""Bits, tried in turn: doubles that cancel leave at least 2^(−2100) of themselves, or 0."""
MOST_BITS = 2**16
"""For exponentials that cancel beyond the doubles."""


def precise(root: Node, error: Node, point: Mapping[str, float]) -> float | None:
    """The value of the tree at the point, correct to a double; None where it has none.

    None too where exponentials beyond e^40000 would have to cancel.
    """
    ahead: list[int] = [*PRECISIONS]
    while ahead:
        bits = ahead.pop(0)
        with mpmath.mp.workprec(bits):
            exact = {n: mpmath.mpf(x) for n, x in point.items()}
            try:
                value, off = _evaluate([root, error], exact)
            except (ZeroDivisionError, ValueError):
                return None
            if not isinstance(value, mpmath.mpf) or not isinstance(off, mpmath.mpf):
                return None
            if not mpmath.isfinite(value):
                return None
            if mpmath.isfinite(off):
                off *= mpmath.mpf(2) ** -bits
                if off <= max(abs(value) * mpmath.mpf(2) ** -60, mpmath.mpf(2) ** -1080):
                    return float(value)
                wanted = bits + 1100 + int(mpmath.mag(off))
                if bits == PRECISIONS[-1] and wanted <= MOST_BITS:
                    ahead.append(wanted)
    return None


def _evaluate(roots: Sequence[Node], point: Mapping[str, Exact]) -> list[Exact]:
    done: dict[Node, Exact] = {}
    for node in in_order(roots):
        if node == SMALLEST_NORMAL:
            done[node] = mpmath.mpf(0)  # exponents have no end here
        elif isinstance(node.value, Fraction):
            done[node] = mpmath.mpf(node.value.numerator) / node.value.denominator
        elif node.op == "input":
            done[node] = point[str(node.value)]
        else:
            done[node] = EXACT[node.op](*(done[a] for a in node.args))
    return [done[r] for r in roots]


@cache
def _terms_of_exp_gap(bits: int) -> int:
    """How many terms z^k/k! beyond z the series needs for |z| < 2^(−10)."""
    return bits // 10 + 2


def _exp_gap(z: Exact) -> Exact:
    if abs(z) >= mpmath.mpf(2) ** -10:
        with mpmath.mp.extraprec(30):
            return _exp(z) - 1 - z
    series = mpmath.mpf(1)
    for k in range(_terms_of_exp_gap(mpmath.mp.prec), 2, -1):
        series = 1 + series * z / k
    return series * z * z / 2


def _exp(z: Exact) -> Exact:
    """Beyond exp(2^40) nothing depends on how far."""
    if abs(z) < 2**40:
        return mpmath.exp(z)
    return mpmath.mpf(0) if z < 0 else mpmath.mpf("inf")


def _logit(p: Exact) -> Exact:
    with mpmath.mp.extraprec(1100):
        return mpmath.log(p / (1 - p)) if 0 < p < 1 else mpmath.mpf("nan")


def _log_quotient(a: Exact, b: Exact) -> Exact:
    return mpmath.log1p((a - b) / b) if abs(a - b) < abs(b) / 2 else mpmath.log(a / b)


def _bregman(a: Exact, d: Exact) -> Exact:
    return _exp(a) * _exp_gap(d)


EXACT: dict[str, Callable[..., Exact]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "neg": lambda a: -a,
    "pow": lambda a, b: a**b,
    "exp": _exp,
    "log": mpmath.log,
    "log1p": mpmath.log1p,
    "expm1": lambda z: mpmath.expm1(z) if abs(z) < 1 else _exp(z) - 1,
    "tanh": lambda z: mpmath.tanh(z) if abs(z) < 2**40 else mpmath.sign(z),
    "sqrt": mpmath.sqrt,
    "abs": abs,
    "sign": mpmath.sign,
    "min": lambda a, b: min(a, b),
    "max": lambda a, b: max(a, b),
    "select": lambda a, b, x, y: x if a <= b else y,
    "stop_gradient": lambda a: a,
    "sigmoid": lambda z: 1 / (1 + _exp(-z)),
    "softplus": lambda z: max(z, mpmath.mpf(0)) + mpmath.log1p(_exp(-abs(z))),
    "logit": _logit,
    "log_quotient": _log_quotient,
    "logaddexp": lambda a, b: max(a, b) + mpmath.log1p(_exp(-abs(a - b))),
    "log1mexp": lambda z: mpmath.log(-mpmath.expm1(z)) if z > -1 else mpmath.log1p(-_exp(z)),
    "exp_gap": _exp_gap,
    "mean_term": lambda a, v: _exp(a) * v,
    "log_ratio_term": lambda a, b: _exp(a) * (a - b),
    "bregman": lambda a, b: _bregman(a, b - a),
    "bregman_at": lambda a, b, d: _bregman(a, d),
}
"""Operation -> mpmath's; each with a small relative error for every argument."""


# ------------------------------------------------------------------ a row


def excess_divergence(r: Sequence[float], log_ref: Sequence[float], beta: float, kappa: float) -> float:
    """D_KL(π* ‖ π_ref) − κ for π* ∝ π_ref e^{r/β}, as correct as the difference of two doubles allows."""
    with mpmath.mp.workprec(PRECISIONS[1]):
        allowed = [(_exp(mpmath.mpf(float(b))), mpmath.mpf(float(a)) / beta) for a, b in zip(r, log_ref, strict=True)]
        best = max(tilt for weight, tilt in allowed if weight)
        tilted = [(weight * _exp(tilt - best), tilt - best) for weight, tilt in allowed if weight]
        mass, scale = mpmath.fsum(w for w, _ in allowed), mpmath.fsum(w for w, _ in tilted)
        mean = mpmath.fsum(w * d for w, d in tilted) / scale
        return float(mean - mpmath.log(scale / mass) - kappa)
