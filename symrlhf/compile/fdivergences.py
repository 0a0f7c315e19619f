"""f-divergences by the name of their generator: values, slopes, ratios, and the policies they regularise.

Each formula is a kernel; here are the rows, the responses that one policy excludes, and the search for λ.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from typing import Any

import numpy as np

from symrlhf.compile.arrays import as_array, check_domain
from symrlhf.compile.driving import Kernels
from symrlhf.compile.function import NumericFunction
from symrlhf.compile.kernels import Array
from symrlhf.compile.passed import Ids, arrays_of, driver, gradient_of, one_number, one_of

EPSILON = float(np.finfo(np.float64).eps)

KINDS = ("reverse_kl", "forward_kl", "js", "alpha", "chi2")


def _kernel(k: Kernels, table: str, kind: object, alpha: object) -> tuple[NumericFunction, tuple[float, ...]]:
    """The kernel of the kind, and the parameter it takes."""
    name = one_of(k, "kind", kind, *KINDS)
    parameters = (one_number(k, "alpha", alpha, "(0, 1)"),) if name == "alpha" else ()
    return getattr(k, f"{name}_{table}"), parameters


# ------------------------------------------------------------------ slopes and ratios


@driver
def fprime(k: Kernels, kind: str, t: object, alpha: float = 0.5) -> Any:
    """f′(t) at a ratio t = π/π_ref ≥ 0.

    kind: "reverse_kl", f = t log t, f′ = 1 + log t; "forward_kl", f = −log t, f′ = −1/t;
    "js", f = t log t − (t + 1) log((t + 1)/2), of twice the Jensen–Shannon divergence, f′ = log(2t/(1 + t));
    "alpha", f = (t^{1−α} − (1 − α)t − α)/(α(α − 1)), f′ = (1 − t^{−α})/α, alpha one number in (0, 1), which the other
    kinds ignore; "chi2", f = (t − 1)²/2, of half the χ² divergence, f′ = t − 1.
    t: (...). At t = 0 the slope is −inf, of "chi2" −1. A negative t, and t = inf, are a ValueError. The gradient is f″.
    """
    slope, parameters = _kernel(k, "slope", kind, alpha)
    return slope(_at(k, "t", t, "[0, inf)"), *parameters)


@gradient_of("fprime")
def _fprime_slopes(k: Kernels, kind: str, t: object, alpha: float = 0.5) -> Any:
    slope, parameters = _kernel(k, "slope", kind, alpha)
    found = slope.grad(_at(k, "t", t, "[0, inf)"), *parameters)
    return namedtuple("FprimeGradient", ["t"])(found.t)


@driver
def fprime_inv(k: Kernels, kind: str, v: object, alpha: float = 0.5) -> Any:
    """The ratio t with f′(t) = v, for the kinds of fprime.

    v: (...), below the bound of the slope: any number for "reverse_kl", e^{v−1}; v < 0 for "forward_kl", −1/v;
    v < log 2 for "js", e^v/(2 − e^v); v < 1/α for "alpha", (1 − αv)^{−1/α}; any number for "chi2", max(0, 1 + v), the
    best ratio where no slope is v. As v goes up to its bound the ratio goes to ∞; v at or beyond it is a ValueError.
    At v = −inf the ratio is 0. The gradient is the derivative in v; at the kink of "chi2" it is 0.
    """
    ratio, parameters = _kernel(k, "ratio", kind, alpha)
    return ratio(_slopes(k, kind, v, parameters), *parameters)


@gradient_of("fprime_inv")
def _fprime_inv_slopes(k: Kernels, kind: str, v: object, alpha: float = 0.5) -> Any:
    ratio, parameters = _kernel(k, "ratio", kind, alpha)
    found = ratio.grad(_slopes(k, kind, v, parameters), *parameters)
    return namedtuple("FprimeInvGradient", ["v"])(found.v)


BOUNDS = {"forward_kl": "[-inf, 0)", "js": "[-inf, 0.6931471805599453]"}
"""Where the slopes of a generator lie, if not everywhere: the largest double below log 2 is 0.6931471805599453."""


def _at(k: Kernels, name: str, value: object, domain: str) -> Array:
    array = as_array(k.name, name, value)
    check_domain(k.name, name, array, domain)
    return array


def _slopes(k: Kernels, kind: str, v: object, parameters: tuple[float, ...]) -> Array:
    """The slopes, below their bound, which of the α generator is 1/α."""
    array = _at(k, "v", v, BOUNDS.get(kind, "[-inf, inf]"))
    outside = np.greater_equal(array * parameters[0], 1) if parameters else np.False_
    if np.any(outside):
        raise ValueError(f"{k.name}: v must be below 1/alpha = {1 / parameters[0]:.17g}, not {array[outside].flat[0]}")
    return array


# ------------------------------------------------------------------ divergences


def _policy(k: Kernels, name: str, row: Array) -> Array:
    """The probabilities in double precision; a row whose sum is 1 but for rounding is not rounded once more."""
    check_domain(k.name, name, row, "[0, inf)")
    wide = row.astype(np.float64)
    sums = wide.sum(axis=-1, keepdims=True)
    off = np.abs(sums - 1) > max(1e-6, 100 * float(np.finfo(row.dtype).eps))
    if np.any(off):
        raise ValueError(f"{k.name}: the probabilities of {name} sum to {sums[off].flat[0]:.6g}, not to 1")
    return np.where(np.abs(sums - 1) <= 32 * EPSILON, wide, wide / sums)


@driver
def fdiv(k: Kernels, kind: str, pi: object, ref: object, alpha: float = 0.5) -> Any:
    """D_f(π ‖ π_ref) = Σ π_ref f(π/π_ref), in nats, for the generators of fprime.

    kind: "reverse_kl", D_KL(π ‖ π_ref); "forward_kl", D_KL(π_ref ‖ π); "js", twice the Jensen–Shannon divergence, at
    most 2 log 2; "alpha", the reverse as α → 0 and the forward as α → 1; "chi2", half the χ² divergence.
    pi, ref: (..., K), probabilities whose sum is 1 within 1e-6 (1.2e-5 in float32), or a ValueError with the sum; they
    are normalised. The form evaluated is Σ π_ref f(π/π_ref) − f′(1)(π − π_ref), whose terms are never negative; beside
    1e-13 of it, sums that are 1 but for rounding leave 1e-31.
    A response of probability 0 under both adds 0. In that form one that only π excludes adds π_ref, inf, π_ref log 2,
    π_ref/(1 − α) and π_ref/2 for the five kinds; one that only π_ref excludes adds inf, π, π log 2, π/α and inf.
    There is no gradient: in π(y) it is fprime(kind, π/π_ref).
    """
    term, parameters = _kernel(k, "term", kind, alpha)
    one, other = arrays_of(k, 1, pi=pi, ref=ref)
    p, q = np.broadcast_arrays(_policy(k, "pi", one), _policy(k, "ref", other))
    both = (p > 0) & (q > 0)
    terms = np.zeros(p.shape)
    terms[both] = term(p[both], q[both], *parameters)
    for table, there, left in (("avoided", p == 0, q), ("excluded", q == 0, p)):
        alone = there & (left > 0)
        if np.any(alone):
            known = f"{kind}_{table}" in k
            terms[alone] = getattr(k, f"{kind}_{table}")(left[alone], *parameters) if known else np.inf
    terms[np.isnan(p) | np.isnan(q)] = np.nan
    return terms.sum(axis=-1).astype(one.dtype)[()]


# ------------------------------------------------------------------ the policies they regularise

FdivOptimalPolicyResult = namedtuple("FdivOptimalPolicyResult", ["probs", "multiplier"])


@driver
def fdiv_optimal_policy(
    k: Kernels, kind: str, r: object, ref: object, beta: object, alpha: float = 0.5
) -> FdivOptimalPolicyResult:
    """The policy π = π_ref (f′)⁻¹((r − λ)/β) that maximises E_π[r] − β D_f(π ‖ π_ref), by bisection for λ.

    kind, alpha: as for fdiv. r, ref: (..., K), ref as probabilities above 0 that sum to 1; beta > 0: (...).
    probs: (..., K), summing to 1; multiplier λ: (...). The ratio t of the best response is sought in [1, 1/π_ref] such
    that Σ π = 1; the others follow from t and from how far they are behind, without forming λ. Under "chi2" responses
    far behind have probability 0, under the other kinds none has, but for rounding.
    """
    behind, parameters = _kernel(k, "behind", kind, alpha)
    slope, _ = _kernel(k, "slope", kind, alpha)
    rewards, given = arrays_of(k, 0, r=r, ref=ref)
    scale = as_array(k.name, "beta", beta)
    if min(rewards.ndim, given.ndim) < 1:
        raise ValueError(f"{k.name}: r has shape {rewards.shape} and ref {given.shape}; they must be (..., K)")
    check_domain(k.name, "r", rewards, "(-inf, inf)")
    check_domain(k.name, "ref", given, "(0, inf)")
    check_domain(k.name, "beta", scale, "(0, inf)")
    shape = np.broadcast_shapes(rewards.shape, given.shape, (*scale.shape, 1))
    x = np.broadcast_to(rewards.astype(np.float64), shape)
    q = np.broadcast_to(_policy(k, "ref", given), shape)
    b = scale.astype(np.float64)[..., np.newaxis]

    def probs(ratio: Array, gaps: Array) -> Array:
        return q * behind(ratio, gaps, *parameters)

    def pivoted(at: Ids) -> tuple[Array, Array]:
        """The reward and the reference at one response of each row, the gaps to it."""
        own = np.take_along_axis(x, at, axis=-1)
        return (own - x) / b, np.take_along_axis(q, at, axis=-1)

    best = np.argmax(x, axis=-1, keepdims=True)
    gaps, own = pivoted(best)
    low, high = _halved(lambda u: probs(np.exp(u), gaps), np.zeros_like(own), -np.log(own))
    t = np.exp((low + high) / 2)
    found = probs(t, gaps)
    multiplier = np.take_along_axis(x, best, axis=-1) - b * slope(t, *parameters)
    if kind == "chi2":  # a difference t − gap: it keeps its digits where the ratio that is sought is least
        pivot = np.argmax(np.where(found > 0, q, 0), axis=-1, keepdims=True)
        ratio = np.take_along_axis(found, pivot, axis=-1) / np.take_along_axis(q, pivot, axis=-1)
        gaps, _ = pivoted(pivot)
        low, high = _halved(lambda s: probs(s, gaps), ratio - t * 2.0**-40, ratio + t * 2.0**-40)
        found = probs((low + high) / 2, gaps)
    found = found / found.sum(axis=-1, keepdims=True)
    return FdivOptimalPolicyResult(found.astype(rewards.dtype), multiplier[..., 0].astype(rewards.dtype)[()])


def _halved(probs: Callable[[Array], Array], low: Array, high: Array) -> tuple[Array, Array]:
    """The interval of each row, halved until the probabilities sum to 1 as nearly as doubles can."""
    for _ in range(STEPS):
        middle = (low + high) / 2
        above = np.sum(probs(middle), axis=-1, keepdims=True) > 1
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return low, high


STEPS = 64
"""Halvings of an interval of log t, at most 745 long: below what a double tells apart."""
