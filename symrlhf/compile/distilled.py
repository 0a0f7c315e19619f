"""Distillation: a student's logits against a teacher's, by divergences of their softmax rows."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

import numpy as np

from symrlhf.compile.arrays import as_array, check_domain
from symrlhf.compile.driving import Kernels
from symrlhf.compile.kernels import Array
from symrlhf.compile.passed import (
    Mask,
    arrays_of,
    driver,
    gradient_of,
    mask_of,
    one_number,
    one_of,
    same_shape,
    token_count,
)

KINDS = ("forward", "reverse", "jsd")


def _given(
    k: Kernels, logits: object, teacher_logits: object, kind: object, tau: object, beta: object, mask: object
) -> tuple[str, tuple[Any, ...], Mask]:
    """The kind; what its kernels take; the mask."""
    z, teacher = arrays_of(k, 1, logits=logits, teacher_logits=teacher_logits)
    same_shape(k, logits=z, teacher_logits=teacher)
    temperature = z.dtype.type(one_number(k, "tau", tau, "(0, inf)"))
    kind = one_of(k, "kind", kind, *KINDS)
    weight = [z.dtype.type(one_number(k, "beta", beta, "(0, 1)"))] if kind == "jsd" else []
    return kind, (z, teacher, temperature, *weight), mask_of(k, mask, z.shape[:-1])


@driver
def distill_loss(
    k: Kernels,
    logits: object,
    teacher_logits: object,
    kind: str = "forward",
    tau: float = 1.0,
    beta: float = 0.5,
    mask: object = None,
    reduction: str = "mean",
) -> Any:
    """kind "forward": D_KL(p ‖ q), "reverse": D_KL(q ‖ p), "jsd": β D_KL(p ‖ m) + (1 − β) D_KL(q ‖ m), in nats.

    p and q are the softmax of the teacher's and of the student's logits over τ, m = βp + (1 − β)q; no factor τ² is
    put before. logits, teacher_logits: (..., V); tau > 0; beta in (0, 1), for "jsd" alone; mask: (...). A logit may be
    −inf: where only p is 0, forward is finite, and infinite where only q is. The entries that count are averaged
    (reduction "mean"), added ("sum") or kept ("none"). The gradient is by logits; the teacher is fixed.
    """
    kind, given, used = _given(k, logits, teacher_logits, kind, tau, beta, mask)
    each = np.where(used, getattr(k, kind)(*given), 0)
    match one_of(k, "reduction", reduction, "mean", "sum", "none"):
        case "none":
            return each[()]
        case "sum":
            return each.sum()
        case _:
            return each.sum() / each.dtype.type(token_count(k, used))


@gradient_of("distill_loss")
def _distill_slopes(
    k: Kernels,
    logits: object,
    teacher_logits: object,
    kind: str = "forward",
    tau: float = 1.0,
    beta: float = 0.5,
    mask: object = None,
    reduction: str = "mean",
) -> Any:
    kind, given, used = _given(k, logits, teacher_logits, kind, tau, beta, mask)
    slopes = np.where(used[..., np.newaxis], getattr(k, f"{kind}_slope")(*given), 0)
    if one_of(k, "reduction", reduction, "mean", "sum", "none") == "mean":
        slopes = slopes / slopes.dtype.type(token_count(k, used))
    return namedtuple("DistillLossGradient", ["logits"])(slopes)


@driver
def js_divergence(k: Kernels, log_p: object, log_q: object, beta: object = 0.5) -> Array:
    """β D_KL(p ‖ m) + (1 − β) D_KL(q ‖ m) with m = βp + (1 − β)q, in nats; for β = 1/2 at most log 2.

    log_p, log_q: (..., K), log-probabilities of rows that sum to 1, or a ValueError with the sums; beta: (...), in
    (0, 1). A probability may be 0. The gradient is by both rows as logits.
    """
    check_domain(k.name, "beta", as_array(k.name, "beta", beta), "(0, 1)")
    return k.mixture(log_p, log_q, beta)


@gradient_of("js_divergence")
def _js_slopes(k: Kernels, log_p: object, log_q: object, beta: object = 0.5) -> Any:
    js_divergence(k, log_p, log_q, beta)
    p, q, b = arrays_of(k, 0, log_p=log_p, log_q=log_q, beta=beta)
    by_p, by_q = k.first_slope(p, q, b), k.slope(p, q, b)
    return namedtuple("JsDivergenceGradient", ["log_p", "log_q"])(by_p, by_q)
