"""The shape of the preference loss: where it falls, how it bends, and what it leaves free.

Source: Bradley and Terry (1952), Biometrika 39(3/4), 324–345; Boyd and Vandenberghe (2004), Convex Optimization,
sec. 3.1.5; Eisenstein et al. (2023), arXiv 2312.09244, sec. 3 (the section from memory).
"""

from symrlhf import (
    Abs,
    Data,
    Ge,
    Le,
    Lines,
    Lt,
    Max,
    Positive,
    Rational,
    Real,
    Reward,
    Sum,
    by,
    derivation,
    diff,
    exp,
    limit,
    log,
    oo,
    sigmoid,
    softplus,
    start,
)
from symrlhf.steps import cancel, collect, differentiate, factor_out_of_sum, take_limits

from .sigmoid import softplus_difference


@derivation("The loss falls everywhere", catalog="B4", tier=1)
def loss_decreases(z: Real) -> Lines:
    """A greater margin is always better: the loss does not peak at a margin of 0."""
    yield diff(softplus(-z), z), "the slope of the loss in the margin"
    yield differentiate(z)
    yield Lt(diff(softplus(-z), z), 0), "σ is positive"


@derivation("The loss of a swapped pair", catalog="B4", tier=1)
def loss_of_swapped_pair(z: Real) -> Lines:
    """A pair with its labels swapped costs the margin more."""
    yield softplus(-(-z)) - softplus(-z), "the loss at −z, minus that at z"
    yield cancel
    yield by(softplus_difference)


@derivation("The loss is a hinge, but for log 2", catalog="B4", tier=1)
def loss_near_hinge(z: Real) -> Lines:
    """max(0, −z) < softplus(−z) ≤ max(0, −z) + log 2, and the bound is reached where the scores are equal."""
    yield softplus(-z)
    yield Max(0, -z) + softplus(-Abs(z)), "case by case; the second term is what stable code computes"
    yield Lt(Max(0, -z), softplus(-z)), "a softplus is positive"
    yield Le(softplus(-z), Max(0, -z) + log(2)), "and at most log 2 left of 0"


@derivation("A confident pair costs nothing", catalog="B4", tier=1)
def loss_of_confident_pair(z: Real) -> Lines:
    """For large margins the loss is e^{−z}, and goes to 0 with it."""
    yield limit(softplus(-z), z, oo)
    yield take_limits
    yield start(limit(softplus(-z) * exp(z), z, oo)), "in proportion to e^{−z}"
    yield take_limits


@derivation("A confident mistake costs its margin", catalog="B4", tier=1)
def loss_of_confident_mistake(z: Real) -> Lines:
    """Far on the wrong side the loss is −z, without bound."""
    yield limit(softplus(-z) + z, z, -oo)
    yield take_limits


@derivation("The curvature of the loss", catalog="B5", tier=2)
def loss_curvature(z: Real) -> Lines:
    """It is the variance of the label, σ(z) σ(−z): never negative, and largest where the scores are equal."""
    yield diff(diff(softplus(-z), z), z)
    yield differentiate(z)
    yield differentiate(z)
    yield Lt(0, sigmoid(-z) * sigmoid(z)), "σ is positive"
    yield Le(sigmoid(-z) * sigmoid(z), Rational(1, 4)), "p (1 − p) ≤ 1/4"


@derivation("For a linear reward the loss is convex", catalog="B5", tier=2)
def linear_reward_convexity(m: Reward, v: Reward, t: Real, data: Data) -> Lines:
    """Along a line of weights the margins move by t v_i; the loss bends up, by at most a quarter of Σ v_i²/N."""
    i = data.index("i")
    loss = (1 / data.size) * Sum(i, softplus(-(m[i] + t * v[i])))
    bend = (1 / data.size) * Sum(i, v[i] ** 2 * sigmoid(m[i] + t * v[i]) * sigmoid(-(m[i] + t * v[i])))
    yield diff(diff(loss, t), t), "the second derivative along the line"
    yield differentiate(t)
    yield bend, differentiate(t)
    yield Ge(bend, 0), "a mean of squares with positive weights"
    yield Le(bend, (1 / data.size) * Sum(i, v[i] ** 2) / 4), "σ(z) σ(−z) ≤ 1/4 in each term"


@derivation("The loss does not see a shift", catalog="B6", tier=2)
def loss_shift(r: Reward, f: Reward, data: Data) -> Lines:
    """What a prompt adds to all its responses cancels in every pair: the location of the scores is free."""
    i = data.index("i")
    r_w = r[data.x[i], data.y_w[i]] + f[data.x[i]]
    r_l = r[data.x[i], data.y_l[i]] + f[data.x[i]]
    yield (1 / data.size) * Sum(i, softplus(-(r_w - r_l))), "the loss, with rewards r(x, y) + f(x)"
    yield cancel


@derivation("Centring makes the scores unique", catalog="B6", tier=2)
def centring_curvature(r_w: Real, r_l: Real, v_w: Real, v_l: Real, c: Positive) -> Lines:
    """The loss bends along the difference of the scores, the centring term c (r_w + r_l)² along their sum."""
    loss = softplus(-(r_w - r_l)) + c * (r_w + r_l) ** 2
    ww, wl, ll = diff(diff(loss, r_w), r_w), diff(diff(loss, r_w), r_l), diff(diff(loss, r_l), r_l)
    s = sigmoid(r_w - r_l) * sigmoid(-(r_w - r_l))
    yield v_w**2 * ww + 2 * v_w * v_l * wl + v_l**2 * ll, "the second derivative in the direction (v_w, v_l)"
    yield differentiate(r_w)
    yield differentiate(r_l)
    yield differentiate(r_w)
    yield s * (v_w - v_l) ** 2 + 2 * c * (v_w + v_l) ** 2, collect(c), "two squares"
    yield Ge(s * (v_w - v_l) ** 2 + 2 * c * (v_w + v_l) ** 2, 0), "both are 0 only for v_w = v_l = 0"
