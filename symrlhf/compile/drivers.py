"""What runs the kernels over sequences, groups and vocabularies; each documentation says shapes, edges and errors.

A driver takes the kernels first, then what the caller passes. A mask is 1 (or True) where an entry counts: what it
leaves out is 0 in the result and does not enter sums, not even as nan.
"""

from __future__ import annotations

from collections import namedtuple
from typing import Any

import numpy as np

from symrlhf.compile.arrays import as_array, check_domain
from symrlhf.compile.driving import Kernels
from symrlhf.compile.kernels import Array, centered, log_softmax, logsumexp, softmax_difference, softplus
from symrlhf.compile.passed import (
    Ids,
    Mask,
    arrays_of,
    curvature,
    driver,
    gradient_of,
    hessian_of,
    ids_below,
    less_one,
    mask_of,
    one_number,
    one_of,
    picked,
    same_shape,
    scaled,
    softened,
    token_count,
    whole_number,
)
from symrlhf.compile.precise import excess_divergence
from symrlhf.compile.rows import mean_term

# ------------------------------------------------------------------ one term of an entropy


def _counted(k: Kernels, x: object, y: object) -> tuple[Array, Array]:
    counts, p = arrays_of(k, 0, x=x, y=y)
    check_domain(k.name, "y", p, "[0, inf)")
    return counts, p


@driver
def xlogy(k: Kernels, x: object, y: object) -> Array:
    """x log y, elementwise; 0 where x = 0, also for y = 0: what x log y tends to as y → 0 with x.

    x, y: (...), y ≥ 0; at y = 0 it is −inf for x > 0, inf for x < 0. The gradient is log y by x and x/y by y.
    """
    counts, p = _counted(k, x, y)
    value = np.where(p > 0, k.term(counts, np.where(p > 0, p, 1)), counts * np.log(p))
    return np.where((counts == 0) & ~np.isnan(p), 0, value)[()]


@gradient_of("xlogy")
def _xlogy_slopes(k: Kernels, x: object, y: object) -> Any:
    counts, p = np.broadcast_arrays(*_counted(k, x, y))
    return namedtuple("XlogyGradient", ["x", "y"])(np.log(p)[()], np.where(counts == 0, counts, counts / p)[()])


# ------------------------------------------------------------------ sequences

GaeResult = namedtuple("GaeResult", ["advantages", "returns"])


@driver
def gae(
    k: Kernels, rewards: object, values: object, mask: object = None, gamma: float = 1.0, lam: float = 0.95
) -> GaeResult:
    """A_t = r_t + γ V_{t+1} − V_t + γ λ A_{t+1}, backwards over the last axis, and returns A_t + V_t.

    rewards, values, mask: (..., T), V_T = 0 after the last token; gamma, lam: numbers in [0, 1]. A token that the mask
    leaves out ends an episode: its value and advantage count as 0, so that padding on either side changes nothing.
    """
    r, v = arrays_of(k, 1, rewards=rewards, values=values)
    same_shape(k, rewards=r, values=v)
    used = mask_of(k, mask, r.shape)
    gamma, lam = one_number(k, "gamma", gamma, "[0, 1]"), one_number(k, "lam", lam, "[0, 1]")
    r, v = np.where(used, r, 0), np.where(used, v, 0)
    advantages = np.zeros_like(r)
    next_value, next_advantage = np.zeros(r.shape[:-1], r.dtype), np.zeros(r.shape[:-1], r.dtype)
    for t in range(r.shape[-1] - 1, -1, -1):
        here = k.step(r[..., t], v[..., t], next_value, next_advantage, gamma, lam)
        advantages[..., t] = np.where(used[..., t], here, 0)
        next_value, next_advantage = v[..., t], advantages[..., t]
    return GaeResult(advantages, advantages + v)


@driver
def kl_shaped_rewards(k: Kernels, logratio: object, reward: object, beta: float = 0.1, mask: object = None) -> Array:
    """r_t = −β ℓ_t, and the reward of the response on top at its last token.

    logratio: (..., T); reward: (...); the last token is the last that the mask counts. A response of no token is a
    ValueError. With γ = 1 the return is r − β Σ ℓ_t, for γ < 1 it is not.
    """
    ratio, r = arrays_of(k, 0, logratio=logratio, reward=reward)
    if ratio.ndim < 1:
        raise ValueError(f"{k.name}: logratio has shape (); its last axis must hold the tokens")
    beta = one_number(k, "beta", beta, "[0, inf)")
    used = mask_of(k, mask, ratio.shape)
    if not np.all(used.any(axis=-1)):
        raise ValueError(f"{k.name}: the mask leaves a response without tokens")
    last = ratio.shape[-1] - 1 - np.argmax(used[..., ::-1], axis=-1)
    at_end = np.arange(ratio.shape[-1]) == last[..., np.newaxis]
    return k.penalty(np.where(used, ratio, 0), beta) + np.where(at_end, r[..., np.newaxis], 0)


@driver
def masked_whiten(k: Kernels, values: object, mask: object = None, shift_mean: bool = True, eps: float = 1e-8) -> Array:
    """(x − mean)/√(var + eps), over all entries that count; var has the factor n/(n − 1).

    values, mask: (..., T); at least two entries must count. shift_mean=False adds the mean again.
    """
    (x,) = arrays_of(k, 1, values=values)
    used = mask_of(k, mask, x.shape)
    if used.sum() < 2:
        raise ValueError(f"{k.name}: a variance needs at least two entries, not {used.sum()}")
    row, e = scaled(x[used])
    mean = np.ldexp(row[0] + np.mean(row - row[0]), -e)
    d = centered(row)
    # √(var + eps), whose square may be too large for a number.
    least = np.sqrt(x.dtype.type(one_number(k, "eps", eps, "[0, inf)")))
    scale = np.hypot(np.sqrt(np.sum(d * d) / (d.size - 1)), np.ldexp(least, e))
    result = np.zeros_like(x)
    result[used] = np.where(d == 0, 0, d / scale) + (0 if shift_mean else mean)
    return result


MODES = ("token-mean", "sequence-mean", "sequence-sum", "constant")


def _token_weights(k: Kernels, used: Mask, mode: object, max_length: object) -> Array:
    """What each token's loss is multiplied by before everything is added up."""
    mode = one_of(k, "mode", mode, *MODES)
    rows = int(np.prod(used.shape[:-1]))
    lengths = used.sum(axis=-1, keepdims=True)
    if rows == 0 or not used.any():
        raise ValueError(f"{k.name}: there is no mean of no entries")
    if mode == "token-mean":
        return used / used.sum()
    if mode == "sequence-mean":
        return np.where(used, 1 / (rows * np.maximum(lengths, 1)), 0)
    if mode == "sequence-sum":
        return used / rows
    if max_length is None:
        raise ValueError(f"{k.name}: mode 'constant' needs max_length")
    return used / (rows * whole_number(k, "max_length", max_length, 1))


@driver
def aggregate_loss(
    k: Kernels, loss: object, mask: object = None, mode: str = "token-mean", max_length: int | None = None
) -> Any:
    """One number of token losses (..., T).

    token-mean: Σ/Σ|y| (DAPO); sequence-mean: the mean of each response's mean (GRPO); sequence-sum: the mean of each
    response's sum; constant: the sum over (responses · max_length) (Dr. GRPO). They agree where lengths do.
    """
    (x,) = arrays_of(k, 1, loss=loss)
    used = mask_of(k, mask, x.shape)
    return np.sum(np.where(used, x, 0) * _token_weights(k, used, mode, max_length), dtype=np.float64).astype(x.dtype)


@gradient_of("aggregate_loss")
def _aggregate_slopes(
    k: Kernels, loss: object, mask: object = None, mode: str = "token-mean", max_length: int | None = None
) -> Any:
    (x,) = arrays_of(k, 1, loss=loss)
    weights = _token_weights(k, mask_of(k, mask, x.shape), mode, max_length)
    return namedtuple("AggregateLossGradient", ["loss"])(weights.astype(x.dtype))


# ------------------------------------------------------------------ vocabularies


def _sequence(k: Kernels, logits: object, ids: object, mask: object) -> tuple[Array, Ids, Mask]:
    (z,) = arrays_of(k, 2, logits=logits)
    used = mask_of(k, mask, z.shape[:-1])
    chosen = ids_below(k, "ids", ids, z.shape[-1], used)
    if chosen.shape != z.shape[:-1]:
        raise ValueError(f"{k.name}: ids has shape {chosen.shape}, logits {z.shape}: they must agree but for the last")
    return z, chosen, used


@driver
def seq_logprob(k: Kernels, logits: object, ids: object, mask: object = None) -> Array:
    """log π(y | x) = Σ_t log softmax(logits_t)[y_t] over the tokens that count, in nats.

    logits: (..., T, V), where logits_t predict ids_t (shift yours if they predict the next token); ids, mask: (..., T).
    """
    z, chosen, used = _sequence(k, logits, ids, mask)
    return np.where(used, picked(log_softmax(z), chosen), 0).sum(axis=-1)[()]


@gradient_of("seq_logprob")
def _seq_logprob_slopes(k: Kernels, logits: object, ids: object, mask: object = None) -> Any:
    z, chosen, used = _sequence(k, logits, ids, mask)
    slopes = np.where(used[..., np.newaxis], -less_one(z, chosen), 0)
    return namedtuple("SeqLogprobGradient", ["logits"])(slopes)


@driver
def token_kl(k: Kernels, logits: object, ref_logits: object, mask: object = None) -> Array:
    """D_KL(softmax(logits_t) ‖ softmax(ref_logits_t)) of each token, in nats; its expected sum is that of sequences.

    logits, ref_logits: (..., T, V); mask: (..., T).
    """
    z, ref = arrays_of(k, 2, logits=logits, ref_logits=ref_logits)
    same_shape(k, logits=z, ref_logits=ref)
    return np.where(mask_of(k, mask, z.shape[:-1]), k.kl(z, ref), 0)


@gradient_of("token_kl")
def _token_kl_slopes(k: Kernels, logits: object, ref_logits: object, mask: object = None) -> Any:
    z, ref = arrays_of(k, 2, logits=logits, ref_logits=ref_logits)
    same_shape(k, logits=z, ref_logits=ref)
    used = mask_of(k, mask, z.shape[:-1])[..., np.newaxis]
    slopes = k.kl.grad(z, ref)
    return namedtuple("TokenKlGradient", ["logits", "ref_logits"])(*(np.where(used, s, 0) for s in slopes))


@driver
def ce_loss(
    k: Kernels,
    logits: object,
    target: object,
    label_smoothing: float = 0.0,
    tau: float = 1.0,
    mask: object = None,
    reduction: str = "mean",
) -> Any:
    """−Σ_v q_v log softmax(logits/τ)_v, in nats; q = (1 − ε) target + ε/V.

    logits: (..., V); target: integer ids (...) or probabilities (..., V) that sum to 1; label_smoothing ε in [0, 1),
    tau > 0; mask: (...). The entries that count are averaged (reduction "mean"), added ("sum") or kept ("none").
    """
    z, q, used, tau = _targets(k, logits, target, label_smoothing, tau, mask)
    reduction = one_of(k, "reduction", reduction, "mean", "sum", "none")
    logs = log_softmax(softened(z, tau))
    if isinstance(q, tuple):
        chosen, eps = q
        # (1 − ε)(−log p_k) − (ε/V) Σ log p: all terms are positive.
        each = -(1 - eps) * picked(logs, chosen)
        if eps:
            each = each - eps * np.mean(logs, axis=-1)
    else:
        each = k.cross_entropy(np.log(q), logs)
    each = np.where(used, each, 0)
    if reduction == "none":
        return each[()]
    total = each.sum()
    return total if reduction == "sum" else total / each.dtype.type(token_count(k, used))


def _targets(
    k: Kernels, logits: object, target: object, label_smoothing: object, tau: object, mask: object
) -> tuple[Array, tuple[Ids, float] | Array, Mask, float]:
    """The logits; (ids, ε) or probabilities; the mask; the temperature."""
    (z,) = arrays_of(k, 1, logits=logits)
    eps = one_number(k, "label_smoothing", label_smoothing, "[0, 1)")
    temperature = one_number(k, "tau", tau, "(0, inf)")
    used = mask_of(k, mask, z.shape[:-1])
    given = np.asarray(target)
    size = z.shape[-1]
    if given.dtype.kind in "iu":
        chosen = ids_below(k, "target", given, size, used)
        if chosen.shape != z.shape[:-1]:
            raise ValueError(f"{k.name}: target has shape {chosen.shape}, logits {z.shape}: (...) and (..., V)")
        return z, (chosen, eps), used, temperature
    q = as_array(k.name, "target", target).astype(z.dtype)
    same_shape(k, target=q, logits=z)
    check_domain(k.name, "target", q, "[0, 1]")
    off = np.abs(q.sum(axis=-1) - 1) > max(1e-6, 100 * float(np.finfo(z.dtype).eps))
    if np.any(off & used):
        raise ValueError(f"{k.name}: the probabilities of target sum to {q.sum(axis=-1)[off].flat[0]:.6g}, not to 1")
    return z, (1 - eps) * q + eps / size if eps else q, used, temperature


@gradient_of("ce_loss")
def _ce_slopes(
    k: Kernels,
    logits: object,
    target: object,
    label_smoothing: float = 0.0,
    tau: float = 1.0,
    mask: object = None,
    reduction: str = "mean",
) -> Any:
    z, q, used, temperature = _targets(k, logits, target, label_smoothing, tau, mask)
    scaled = softened(z, temperature)
    if isinstance(q, tuple):
        chosen, eps = q
        hard = less_one(scaled, chosen)
        slopes = (1 - eps) * hard + eps * (np.exp(log_softmax(scaled)) - 1 / z.shape[-1]) if eps else hard
    else:
        slopes = softmax_difference(scaled, np.log(q))
    slopes = np.where(used[..., np.newaxis], slopes / z.dtype.type(temperature), 0)
    if one_of(k, "reduction", reduction, "mean", "sum", "none") == "mean":
        slopes = slopes / z.dtype.type(token_count(k, used))
    return namedtuple("CeLossGradient", ["logits"])(slopes)


@hessian_of("ce_loss")
def _ce_curvature(
    k: Kernels,
    logits: object,
    target: object,
    label_smoothing: float = 0.0,
    tau: float = 1.0,
    mask: object = None,
    reduction: str = "mean",
) -> Any:
    z, _, used, temperature = _targets(k, logits, target, label_smoothing, tau, mask)
    blocks = curvature(softened(z, temperature)) / z.dtype.type(temperature) ** 2
    blocks = np.where(used[..., np.newaxis, np.newaxis], blocks, 0)
    if one_of(k, "reduction", reduction, "mean", "sum", "none") == "mean":
        blocks = blocks / z.dtype.type(token_count(k, used))
    return blocks


@driver
def kl_grad_softmax(k: Kernels, logits: object, log_ref: object, kind: str = "reverse") -> Array:
    """The gradient in the logits, (..., K): kind "reverse" of D_KL(π ‖ ref), "forward" of D_KL(ref ‖ π).

    kind "k1", "k2", "k3": the mean gradient of the estimator as a loss of samples of π, which is 0, that of the reverse
    and that of the forward divergence (E3). Both rows are normalised inside.
    A response that only ref excludes makes D_KL(π ‖ ref) infinite at every π nearby: it has no gradient, and each entry
    of the row is nan. The gradient of D_KL(ref ‖ π) is π − ref also there, and where only π excludes a response, as the
    limit. What both exclude has 0.
    """
    z, ref = arrays_of(k, 1, logits=logits, log_ref=log_ref)
    kind = one_of(k, "kind", kind, "reverse", "forward", "k1", "k2", "k3")
    if kind == "k1":
        return np.zeros(np.broadcast_shapes(z.shape, ref.shape), z.dtype)
    shape = np.broadcast_shapes(z.shape, ref.shape)
    z, ref = np.broadcast_to(z, shape), np.broadcast_to(ref, shape)
    return k.kl.grad(z, ref).log_p if kind in ("reverse", "k2") else k.kl.grad(ref, z).log_q


# ------------------------------------------------------------------ groups


@driver
def grpo_advantages(k: Kernels, rewards: object, scale: str = "group", ddof: int = 1, eps: float = 1e-4) -> Array:
    """(R_i − mean)/(std + eps) within each group of G responses, the last axis.

    rewards: (..., G). scale: "group" divides by the deviation within the group, "batch" by that of all rewards, "none"
    (Dr. GRPO) by 1.
    ddof: 1 divides squares by G − 1, 0 by G. A group of equal rewards has advantages 0, also for eps = 0.
    """
    (x,) = arrays_of(k, 1, rewards=rewards)
    scale = one_of(k, "scale", scale, "group", "batch", "none")
    d = whole_number(k, "ddof", ddof, 0)
    eps = one_number(k, "eps", eps, "[0, inf)")
    if x.shape[-1] == 0:
        raise ValueError(f"{k.name}: rewards has shape {x.shape}; its last axis must hold the responses, at least one")
    row, e = scaled(x if scale == "group" else x.reshape(-1))
    above = k.centred(row.reshape(x.shape))
    if scale == "none":
        return np.ldexp(above, -e)
    if row.shape[-1] <= d:
        raise ValueError(f"{k.name}: ddof={d} needs more than {d} responses, not {row.shape[-1]}")
    deviation = k.deviation(row, d)[..., np.newaxis]
    return np.where(above == 0, above, above / (deviation + np.ldexp(x.dtype.type(eps), e)))


# ------------------------------------------------------------------ the optimal policy as β moves

KlPathResult = namedtuple("KlPathResult", ["mean_reward", "kl", "value", "variance"])


@driver
def kl_path(k: Kernels, r: object, log_ref: object, betas: object) -> KlPathResult:
    """Mean reward, divergence from the reference, value β log Z and variance of the reward at π* of each β.

    r, log_ref: (..., K), log_ref as log-probabilities; betas: (M,), positive; each result: (..., M).
    """
    rewards, ref, all_betas = arrays_of(k, 0, r=r, log_ref=log_ref, betas=betas)
    if all_betas.ndim > 1:
        raise ValueError(f"{k.name}: betas has shape {all_betas.shape}; it must be one number or one axis of them")
    check_domain(k.name, "betas", all_betas, "(0, inf]")
    if all_betas.ndim == 0:
        return KlPathResult(*k.moments(rewards, ref, all_betas))
    return KlPathResult(*k.moments(rewards[..., np.newaxis, :], ref[..., np.newaxis, :], all_betas))


def _solve(k: Kernels, r: object, log_ref: object, kappa: object) -> tuple[Array, Array]:
    """β with KL(β) = κ, and the variance of the reward there."""
    rewards, ref, target = arrays_of(k, 0, r=r, log_ref=log_ref, kappa=kappa)
    shape = np.broadcast_shapes(rewards.shape[:-1], ref.shape[:-1], target.shape)
    target = np.broadcast_to(target, shape).astype(np.float64)
    rewards, ref = rewards.astype(np.float64), ref.astype(np.float64)
    allowed = np.where(ref > -np.inf, np.broadcast_arrays(rewards, ref)[0], np.nan)
    top, spread = np.nanmax(allowed, axis=-1), np.nanmax(allowed, axis=-1) - np.nanmin(allowed, axis=-1)
    best = allowed == top[..., np.newaxis]
    among, others = (logsumexp(np.where(kept, ref, -np.inf))[..., 0] for kept in (best, ~best))
    limit = softplus(others - among)
    lost = np.isnan(rewards).any(axis=-1) | np.isnan(ref).any(axis=-1) | np.isnan(target)
    spread = np.where(lost, np.nan, spread)
    outside = ((target <= 0) | (target >= limit)) & ~lost
    if np.any(outside):
        where = np.unravel_index(int(np.argmax(outside)), outside.shape)
        raise ValueError(
            f"{k.name}: kappa must lie in (0, {np.broadcast_to(limit, shape)[where]:.6g}), which tilting reaches, "
            f"not {target[where]}"
        )
    low = np.log(np.broadcast_to(spread, shape)) - 40
    high = low + 90
    x = (low + high) / 2
    for _ in range(200):
        found = k.moments(rewards, ref, np.exp(x))
        gap = np.log(found.kl) - np.log(target)
        low, high = np.where(gap > 0, x, low), np.where(gap > 0, high, x)
        # d log KL/d log β = −Var/(β² KL): Newton's step in the logarithms, kept inside what is known.
        step = gap * found.kl * np.exp(2 * x) / found.variance
        newton = x + step
        inside = (newton > low) & (newton < high)
        new = np.where(inside, newton, (low + high) / 2)
        if np.all(np.isnan(new) | (np.abs(new - x) <= 4e-16 * np.maximum(np.abs(x), 1)) | (gap == 0)):
            break
        x = np.where(gap == 0, x, new)
    beta, variance = np.exp(x), k.moments(rewards, ref, np.exp(x)).variance
    rows = (np.broadcast_to(row, (*shape, row.shape[-1])) for row in (rewards, ref))
    beta = _polished(np.broadcast_to(beta, shape), variance, target, *rows)
    return beta, k.moments(rewards, ref, beta).variance


CONDITION = 4
"""Of β by κ, beyond which what rounding does to KL(β) counts."""


def _polished(beta: Array, variance: Array, kappa: Array, rewards: Array, ref: Array) -> Array:
    """β, and where it changes faster than κ by one step of Newton's more, from the divergence with more digits."""
    beta = np.array(beta)
    for at in map(tuple, np.argwhere(kappa * beta**2 > CONDITION * variance)):
        excess = excess_divergence(rewards[at].tolist(), ref[at].tolist(), float(beta[at]), float(kappa[at]))
        step = excess * beta[at] ** 3 / variance[at]
        if abs(step) < beta[at] / 2:
            beta[at] += step
    return beta


@driver
def beta_for_kl(k: Kernels, r: object, log_ref: object, kappa: object) -> Array:
    """The β whose optimal policy is at divergence κ from the reference: Newton and bisection on log β.

    r, log_ref: (..., K); kappa: (...), between 0 and −log π_ref(best responses), else a ValueError with the bound.
    β is within 1e-12 of the truth, also where it changes much faster than κ, but where κ is so near its bound that it
    tells no β apart.
    """
    return _solve(k, r, log_ref, kappa)[0][()]


@gradient_of("beta_for_kl")
def _beta_slopes(k: Kernels, r: object, log_ref: object, kappa: object) -> Any:
    beta, variance = _solve(k, r, log_ref, kappa)
    return namedtuple("BetaForKlGradient", ["kappa"])((-(beta**3) / variance)[()])


@driver
def policy_jacobian(k: Kernels, r: object, log_ref: object, beta: object) -> Array:
    """J[i, j] = ∂π*_i/∂r_j = π*_i (δ_ij − π*_j)/β, as (..., K, K): symmetric, rows and columns add up to 0.

    r, log_ref: (..., K), log_ref as log-probabilities; beta > 0.
    """
    log_p = k.policy(r, log_ref, beta).log_probs
    low, high = (f(log_p[..., :, np.newaxis], log_p[..., np.newaxis, :]) for f in (np.minimum, np.maximum))
    at = np.asarray(beta, log_p.dtype)[..., np.newaxis, np.newaxis]
    jacobian = -mean_term(low, np.exp(high) / at)  # digits are kept where the smaller probability has none
    diagonal = np.arange(log_p.shape[-1])
    jacobian[..., diagonal, diagonal] = 0
    jacobian[..., diagonal, diagonal] = 0 - np.sum(jacobian, axis=-1)  # 1 − π*_i is what the others have together
    return jacobian


# ------------------------------------------------------------------ PPO


@driver
def ppo_clip_active(
    k: Kernels,
    logratio: object,
    advantage: object,
    eps_low: float = 0.2,
    eps_high: float | None = None,
    dual_clip: float | None = None,
    mask: object = None,
) -> Mask:
    """Where the clipped surrogate has a gradient: ρ < 1 + ε_high for A > 0; for A < 0, ρ > 1 − ε_low (and < dual_clip).

    logratio = log ρ, advantage: (...); where A = 0, at a kink and where the mask leaves an entry out: False.
    """
    ratio, a = arrays_of(k, 0, logratio=logratio, advantage=advantage)
    low = one_number(k, "eps_low", eps_low, "(0, 1)")
    high = low if eps_high is None else one_number(k, "eps_high", eps_high, "(0, inf)")
    rho = np.exp(ratio)
    active = ((a > 0) & (rho < 1 + high)) | ((a < 0) & (rho > 1 - low))
    if dual_clip is not None:
        active &= (a > 0) | (rho < one_number(k, "dual_clip", dual_clip, "(1, inf)"))
    return (active & mask_of(k, mask, active.shape))[()]


# ------------------------------------------------------------------ best of n


def _ordered(k: Kernels, probs: object, reward: object, n: object) -> tuple[Array, Ids, Array, Array, int]:
    """The probabilities, worst first; where each comes from; F and log F of each; n."""
    p, r = arrays_of(k, 1, probs=probs, reward=reward)
    same_shape(k, probs=p, reward=r)
    check_domain(k.name, "probs", p, "[0, 1]")
    off = np.abs(p.sum(axis=-1) - 1) > 1e-6
    if np.any(off):
        raise ValueError(f"{k.name}: the probabilities of probs sum to {p.sum(axis=-1)[off].flat[0]:.6g}, not to 1")
    p = np.where(np.isnan(p + r).any(axis=-1, keepdims=True), np.nan, p)
    order = np.argsort(r, axis=-1, kind="stable")
    sorted_p = np.take_along_axis(p / p.sum(axis=-1, keepdims=True), order, axis=-1)
    below = np.minimum(np.cumsum(sorted_p, axis=-1), 1)
    above = np.zeros_like(below)
    above[..., :-1] = np.cumsum(sorted_p[..., :0:-1], axis=-1)[..., ::-1]
    # Near 1, F has lost the digits of 1 − F, which the power n asks for.
    log_below = np.where(above < 0.5, np.log1p(-above), np.log(below))
    return sorted_p, order, below, log_below, whole_number(k, "n", n, 1)


def _log_bon(p: Array, below: Array, log_below: Array, n: int) -> Array:
    """log(F^n − (F − p)^n) = n log F + log(1 − (1 − p/F)^n)."""
    if n == 1:
        return np.log(p)
    share = np.where(below == 0, 0, p / below)
    first = np.log(-np.expm1(n * np.log1p(-np.minimum(share, 1))))
    return np.where(p == 0, -np.inf, n * log_below + first)


@driver
def bon_pmf(k: Kernels, probs: object, reward: object, n: int) -> Array:
    """The law of the best of n independent samples: F(y)^n − F(y−)^n, F the distribution of the reward under probs.

    probs, reward: (..., K); equal rewards are ordered by their index, the later one wins.
    """
    p, order, below, log_below, size = _ordered(k, probs, reward, n)
    result = np.empty_like(p)
    np.put_along_axis(result, order, np.exp(_log_bon(p, below, log_below, size)), axis=-1)
    return result


@driver
def bon_kl(k: Kernels, probs: object, reward: object, n: int) -> Array:
    """D_KL(best of n ‖ probs), in nats: at most log n − (n − 1)/n, what continuous rewards give.

    probs, reward: (..., K); equal rewards are ordered by their index, the later one wins.
    """
    p, _, below, log_below, size = _ordered(k, probs, reward, n)
    return k.kl(_log_bon(p, below, log_below, size), np.log(p))


@driver
def bon_winrate(k: Kernels, probs: object, reward: object, n: int) -> Array:
    """The probability that the best of n beats one sample of probs; the same response counts one half.

    probs, reward: (..., K); equal rewards are ordered by their index. For continuous rewards it is n/(n + 1).
    """
    p, _, below, log_below, size = _ordered(k, probs, reward, n)
    return np.sum(np.exp(_log_bon(p, below, log_below, size)) * (below - p / 2), axis=-1)[()]
