"""Rankings and tournaments: pairs and stages of a whole order of scores, run through the kernels of pairs.

An order lists responses by their index, the best first. Errors of all: an order that names a response twice, or one
that is not there, is a ValueError.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrlhf.compile.arrays import as_array, check_domain
from symrlhf.compile.driving import Kernels
from symrlhf.compile.kernels import Array, log_softmax
from symrlhf.compile.passed import (
    Ids,
    arrays_of,
    curvature,
    driver,
    gradient_of,
    hessian_of,
    ids_below,
    less_one,
    one_of,
)
from symrlhf.compile.ratios import summed

# ------------------------------------------------------------------ orders


def _placed(k: Kernels, scores: object, order: object) -> tuple[Array, Ids, int]:
    """The scores, best first, with those not placed at the end; where each comes from; how many are placed."""
    (s,) = arrays_of(k, 1, scores=scores)
    size = s.shape[-1]
    best_first = ids_below(k, "order", order, size)
    if best_first.ndim < 1 or best_first.shape[-1] > size:
        raise ValueError(f"{k.name}: order has shape {best_first.shape}; its last axis must hold at most {size} ids")
    places = best_first.shape[-1]
    shape = np.broadcast_shapes(s.shape[:-1], best_first.shape[:-1])
    s, best_first = np.broadcast_to(s, (*shape, size)), np.broadcast_to(best_first, (*shape, places))
    named = np.zeros((*shape, size), bool)
    np.put_along_axis(named, best_first, True, axis=-1)
    if not np.all(named.sum(axis=-1) == places):
        raise ValueError(f"{k.name}: order names a response twice")
    rest = np.argsort(named, axis=-1, kind="stable")[..., : size - places]
    source = np.concatenate([best_first, rest], axis=-1)
    return np.take_along_axis(s, source, axis=-1), source, places


def _put_back(x: Array, source: Ids) -> Array:
    result = np.empty_like(x)
    np.put_along_axis(result, source, x, axis=-1)
    return result


@driver
def pl_logprob(k: Kernels, scores: object, order: object) -> Array:
    """log P(order) = Σ_k (s_k − log Σ_{j ≥ k} e^{s_j}), in nats, the scores counted from the best.

    scores: (..., K), finite; order: (..., M) integers, M ≤ K: after the first M nothing is known. For K = 2 this is
    the Bradley–Terry log-probability. .hess: (..., K, K), negative semidefinite, 0 along a common shift.
    """
    s, _, places = _placed(k, scores, order)
    stages = [log_softmax(s[..., n:])[..., 0] for n in range(places)]
    return np.sum(np.stack(stages, axis=-1), axis=-1)[()] if stages else np.zeros(s.shape[:-1], s.dtype)


@gradient_of("pl_logprob")
def _pl_slopes(k: Kernels, scores: object, order: object) -> Any:
    s, source, places = _placed(k, scores, order)
    slopes = np.zeros_like(s)
    first = np.zeros(s.shape[:-1], np.intp)
    for n in range(places):
        slopes[..., n:] -= less_one(s[..., n:], first)
    return namedtuple("PlLogprobGradient", ["scores"])(_put_back(slopes, source))


@hessian_of("pl_logprob")
def _pl_curvature(k: Kernels, scores: object, order: object) -> Any:
    s, source, places = _placed(k, scores, order)
    blocks = np.zeros((*s.shape, s.shape[-1]), s.dtype)
    for n in range(places):
        blocks[..., n:, n:] -= curvature(s[..., n:])
    back = np.argsort(source, axis=-1)
    blocks = np.take_along_axis(blocks, back[..., :, np.newaxis], axis=-2)
    return np.take_along_axis(blocks, back[..., np.newaxis, :], axis=-1)


def _pairs(k: Kernels, scores: object, order: object) -> tuple[Array, Ids, NDArray[Any], NDArray[Any]]:
    s, source, places = _placed(k, scores, order)
    if places < s.shape[-1] or places < 2:
        raise ValueError(f"{k.name}: order must rank all responses, at least 2, not {places} of {s.shape[-1]}")
    return (s, source, *np.triu_indices(places, 1))


def _reduced(k: Kernels, each: Array, reduction: object) -> Any:
    reduction = one_of(k, "reduction", reduction, "mean", "sum", "none")
    if reduction == "none":
        return each[()]
    return each.sum() if reduction == "sum" else each.mean()


@driver
def rm_loss_ranking(k: Kernels, scores: object, order: object, reduction: str = "mean") -> Any:
    """The mean of softplus(−(s_w − s_l)) over the K(K − 1)/2 pairs of each ranked list.

    scores: (..., K), K ≥ 2; order: (..., K) integers, the best first. The lists are averaged ("mean"), added ("sum")
    or kept ("none").
    """
    s, _, w, l = _pairs(k, scores, order)  # noqa: E741
    return _reduced(k, k.pair(s[..., w], s[..., l], reduction="none").mean(axis=-1), reduction)


@gradient_of("rm_loss_ranking")
def _ranking_slopes(k: Kernels, scores: object, order: object, reduction: str = "mean") -> Any:
    s, source, w, l = _pairs(k, scores, order)  # noqa: E741
    pushes = np.zeros((*s.shape, s.shape[-1]), s.dtype)
    pushes[..., w, l] = k.pair.grad(s[..., w], s[..., l], reduction="none").r_l / s.dtype.type(w.size)
    slopes = pushes.sum(axis=-2) - pushes.sum(axis=-1)
    if one_of(k, "reduction", reduction, "mean", "sum", "none") == "mean":
        slopes = slopes / s.dtype.type(s[..., 0].size)
    return namedtuple("RmLossRankingGradient", ["scores"])(_put_back(slopes, source))


# ------------------------------------------------------------------ features


def _margins(k: Kernels, phi: object, delta_feats: object) -> tuple[Array, Array]:
    weights, feats = arrays_of(k, 1, phi=phi, delta_feats=delta_feats)
    if weights.ndim != 1 or feats.shape[-1] != weights.size:
        raise ValueError(
            f"{k.name}: phi has shape {weights.shape} and delta_feats {feats.shape}; they must be (d,) and (..., d)"
        )
    if feats.size == 0:
        raise ValueError(f"{k.name}: there is no mean of no entries")
    feats = feats.reshape(-1, weights.size)
    return feats, summed(feats * weights).astype(feats.dtype)


@driver
def rm_loss_features(k: Kernels, phi: object, delta_feats: object) -> Any:
    """The mean of softplus(−φᵀδ_i), for a reward that is linear in features.

    phi: (d,); delta_feats δ: (..., d), features of the chosen response minus those of the rejected one; .grad (d,) and
    .hess (d, d), the mean of σ(φᵀδ) σ(−φᵀδ) δ δᵀ, are with respect to phi.
    """
    _, z = _margins(k, phi, delta_feats)
    return k.pair(z, z.dtype.type(0))


@gradient_of("rm_loss_features")
def _features_slopes(k: Kernels, phi: object, delta_feats: object) -> Any:
    feats, z = _margins(k, phi, delta_feats)
    slopes = k.pair.grad(z, z.dtype.type(0), reduction="none").r_w
    return namedtuple("RmLossFeaturesGradient", ["phi"])(slopes @ feats / z.dtype.type(z.size))


@hessian_of("rm_loss_features")
def _features_curvature(k: Kernels, phi: object, delta_feats: object) -> Any:
    feats, z = _margins(k, phi, delta_feats)
    bends = k.pair.hess(z, np.zeros_like(z), reduction="none")[..., 0, 0]
    return (feats * bends[:, np.newaxis]).T @ feats / z.dtype.type(z.size)


# ------------------------------------------------------------------ tournaments

BtMleResult = namedtuple("BtMleResult", ["scores", "converged", "strongly_connected"])


def _is_strongly_connected(beats: NDArray[np.bool_]) -> bool:
    """Whether each leads to each by wins: the squares of the graph with loops double the length of the paths."""
    reach = beats | np.eye(len(beats), dtype=bool)
    for _ in range(len(beats).bit_length()):
        reach = reach.astype(np.float64) @ reach > 0
    return bool(reach.all())


@driver
def bt_mle(k: Kernels, wins: object) -> BtMleResult:
    """The scores, of mean 0, that make the wins likeliest: W_ij wins of i over j, by Newton's method.

    wins: (..., K, K), not negative, the diagonal does not count; scores: (..., K). There is a finite maximum iff wins
    lead from each to each (strongly_connected; Ford 1957); else the scores are nan. At the maximum
    Σ_j W_ij σ(s_j − s_i) = Σ_j W_ji σ(s_i − s_j) for each i: converged says that it holds to 1e-12 of either side.
    """
    w = as_array(k.name, "wins", wins).astype(np.float64)
    if w.ndim < 2 or w.shape[-1] != w.shape[-2] or w.shape[-1] == 0:
        raise ValueError(f"{k.name}: wins has shape {w.shape}; its last two axes must be K and K")
    check_domain(k.name, "wins", w, "[0, inf)")
    scores = np.empty(w.shape[:-1])
    converged, connected = np.empty(w.shape[:-2], bool), np.empty(w.shape[:-2], bool)
    for at in np.ndindex(w.shape[:-2]):
        table = np.where(np.eye(w.shape[-1], dtype=bool), 0, w[at])
        connected[at] = _is_strongly_connected(table > 0)
        scores[at], converged[at] = _likeliest(k, table / (table.max() or 1)) if connected[at] else (np.nan, False)
    return BtMleResult(scores, converged[()], connected[()])


def _likeliest(k: Kernels, w: Array) -> tuple[Array, bool]:
    """The scores, and whether the two sides of the condition agree."""
    scores = np.zeros(len(w))
    pulls, bends, value = _tournament(k, w, scores)
    for _ in range(200):
        step = np.zeros_like(scores)  # the first score stays: only differences count
        step[1:] = np.linalg.solve(bends[1:, 1:], pulls[1:])
        scale, new = 1.0, scores + step
        found = _tournament(k, w, new)
        while found[2] > value + 1e-15 * abs(value) and scale > 1e-9:
            scale /= 2
            new = scores + scale * step
            found = _tournament(k, w, new)
        moved = np.max(np.abs(new - scores))
        scores, (pulls, bends, value) = new, found
        if moved <= 4e-16 * max(1.0, np.max(np.abs(scores))):
            break
    sides = np.sum(w * k.pair.grad(*_against(scores), reduction="none").r_l, axis=1)
    return scores - scores.mean(), bool(np.all(np.abs(pulls) <= 1e-12 * sides))


def _against(scores: Array) -> Sequence[Array]:
    """Each score against each, in full: a derivative has the shape of its argument."""
    return np.broadcast_arrays(scores[:, np.newaxis], scores[np.newaxis, :])


def _tournament(k: Kernels, w: Array, scores: Array) -> tuple[Array, Array, float]:
    """What pulls each score up, the curvature of the loss, and the loss."""
    losing = w * k.pair.grad(*_against(scores), reduction="none").r_l
    bends = (w + w.T) * k.pair.hess(*_against(scores), reduction="none")[..., 0, 0]
    loss = float(np.sum(w * k.pair(*_against(scores), reduction="none")))
    return (losing - losing.T).sum(axis=1), np.diag(bends.sum(axis=1)) - bends, loss
