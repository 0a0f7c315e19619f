"""Ratios of whole sequences: geometric means over the tokens that count.

The logarithms are added without error, so that the ratio of a long sequence has the digits of its mean.
"""

from __future__ import annotations

from collections import namedtuple
from typing import Any

import numpy as np

from symrlhf.compile.driving import Kernels
from symrlhf.compile.kernels import Array
from symrlhf.compile.passed import Mask, arrays_of, driver, gradient_of, mask_of, one_number


def summed(x: Array) -> Array:
    """Σ over the last axis, in float64: halves are added pairwise, and what rounding loses is added at the end."""
    x = x.astype(np.float64, copy=False)
    lost = np.zeros(x.shape[:-1])
    while x.shape[-1] > 1:
        half = (x.shape[-1] + 1) // 2
        a, b = x[..., :half], np.zeros((*x.shape[:-1], half))
        b[..., : x.shape[-1] - half] = x[..., half:]
        x = a + b
        back = x - a
        lost = lost + np.sum((a - (x - back)) + (b - back), axis=-1)
    total = x[..., 0] if x.shape[-1] else np.zeros(x.shape[:-1])
    return np.where(np.isfinite(total), total + lost, total)


def _tokens(k: Kernels, logratio: object, mask: object) -> tuple[Array, Mask, Array]:
    """The log-ratios, 0 where the mask leaves them out; the mask; how many count."""
    (x,) = arrays_of(k, 1, logratio=logratio)
    used = mask_of(k, mask, x.shape)
    lengths = used.sum(axis=-1)
    if not np.all(lengths):
        raise ValueError(f"{k.name}: the mask leaves a response without tokens")
    return np.where(used, x, x.dtype.type(0)), used, lengths


@driver
def gspo_ratio(k: Kernels, logratio: object, mask: object = None) -> Array:
    """(Π_t ρ_t)^(1/|y|) = exp of the mean of the tokens' log-ratios.

    logratio, mask: (..., T); result: (...). Each response needs a token, else a ValueError. Its logarithm may be
    passed to ppo_clip_objective. The gradient by each token that counts is the ratio over |y|.
    """
    x, _, lengths = _tokens(k, logratio, mask)
    return np.exp(summed(x) / lengths).astype(x.dtype)[()]


@gradient_of("gspo_ratio")
def _gspo_slopes(k: Kernels, logratio: object, mask: object = None) -> Any:
    x, used, lengths = _tokens(k, logratio, mask)
    each = (np.exp(summed(x) / lengths) / lengths)[..., np.newaxis]
    return namedtuple("GspoRatioGradient", ["logratio"])(np.where(used, each, 0).astype(x.dtype))


def _clipped(
    k: Kernels, logratio: object, advantage: object, eps_low: object, eps_high: object, mask: object
) -> tuple[Array, Mask, Array, Mask, Array]:
    """The tokens' log-ratios; whether they are capped; the same clipped; which count; how many."""
    x, used, lengths = _tokens(k, logratio, mask)
    (a,) = arrays_of(k, 0, advantage=advantage)
    low, high = one_number(k, "eps_low", eps_low, "(0, inf)"), one_number(k, "eps_high", eps_high, "(0, inf)")
    above = np.broadcast_to((a >= 0)[..., np.newaxis], x.shape)
    both = k.clipped(x, low, high)
    clipped = np.where(above, both.capped, both.raised) + np.where(np.isnan(a), a, 0)[..., np.newaxis]
    return x, above, np.where(used, clipped, 0), used, lengths


@driver
def gmpo_ratio(
    k: Kernels, logratio: object, advantage: object, eps_low: float = 0.4, eps_high: float = 0.4, mask: object = None
) -> Array:
    """exp of the mean of min(log ρ_t, ε_high) where the advantage is positive, of max(log ρ_t, −ε_low) where negative.

    logratio, mask: (..., T); advantage: (...), one for a response; result: (...), to be multiplied by the advantage.
    Each response needs a token, else a ValueError. At a kink the gradient is that of the clipped side: 0.
    """
    _, _, kept, _, lengths = _clipped(k, logratio, advantage, eps_low, eps_high, mask)
    return np.exp(summed(kept) / lengths).astype(kept.dtype)[()]


@gradient_of("gmpo_ratio")
def _gmpo_slopes(
    k: Kernels, logratio: object, advantage: object, eps_low: float = 0.4, eps_high: float = 0.4, mask: object = None
) -> Any:
    x, above, kept, used, lengths = _clipped(k, logratio, advantage, eps_low, eps_high, mask)
    ratio = (np.exp(summed(kept) / lengths) / lengths)[..., np.newaxis]
    moves = np.where(above, x < eps_high, x > -eps_low) & used
    return namedtuple("GmpoRatioGradient", ["logratio"])(np.where(moves, ratio, 0).astype(kept.dtype))
