"""The shape of the preference loss: where it falls, how it bends, and what it leaves free.

Source: Bradley and Terry (1952), Biometrika 39(3/4), 324–345; Boyd and Vandenberghe (2004), Convex Optimization,
sec. 3.1.5; Eisenstein et al. (2023), arXiv 2312.09244, sec. 3 (the section from memory).
"""

from symrlhf import (
    Abs,
    Data,
    Eq,
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
    given,
    limit,
    log,
    nonnegative,
    oo,
    sigmoid,
    softplus,
    start,
)
from symrlhf.steps import cancel, differentiate, expand, factor, take_limits, unfold_definition

from .sigmoid import sigmoid_complement


@derivation("The loss falls everywhere", catalog="B4", tier=1)
def loss_decreases(z: Real) -> Lines:
    """A greater margin is always better: the loss does not peak at a margin of 0."""
    yield diff(softplus(-z), z), "the slope of the loss in the margin"
    yield differentiate(z)
    yield Lt(diff(softplus(-z), z), 0), "σ is positive"


@derivation("The loss is a hinge, but for log 2", catalog="B4", tier=1)
def loss_near_hinge(z: Real) -> Lines:
    """max(0, −z) < softplus(−z) ≤ max(0, −z) + log 2, and the bound is reached where the scores are equal."""
    yield softplus(-z)
    yield Max(0, -z) + softplus(-Abs(z)), "case by case; stable code computes it so"
    yield Lt(Max(0, -z), softplus(-z)), "the second term is positive"
    yield Le(softplus(-z), Max(0, -z) + log(2)), "the second term is at most log 2"


@derivation("A confident pair costs nothing", catalog="B4", tier=1)
def loss_of_confident_pair(z: Real) -> Lines:
    """For large margins the loss goes to 0 as e^{−z} does: their quotient goes to 1."""
    yield limit(softplus(-z), z, oo)
    yield take_limits
    yield start(limit(softplus(-z) * exp(z), z, oo)), "the loss over e^{−z}"
    yield take_limits


@derivation("A confident mistake costs its margin", catalog="B4", tier=1)
def loss_of_confident_mistake(z: Real) -> Lines:
    """Far on the wrong side the loss approaches −z, without bound; where the scores are equal it is log 2."""
    yield limit(softplus(-z) + z, z, -oo), "what the loss has beyond −z"
    yield take_limits
    yield Eq(limit(softplus(-z), z, -oo), oo), "so it grows with −z"
    yield start(softplus(Rational(0))), "between the two sides, at the margin 0"
    yield log(2), unfold_definition(softplus)


@derivation("The loss is least at the true log-odds", catalog="B9 X26", tier=2)
def population_slope(p: Real, z: Real) -> Lines:
    """If y_w is preferred with probability p, the mean loss rises with σ(z) − p: it is least where σ(z) = p."""
    yield diff(p * softplus(-z) + (1 - p) * softplus(z), z), "the slope of the mean loss"
    yield differentiate(z)
    yield by(sigmoid_complement, z=z)
    yield expand


@derivation("A margin stretches what is learned", catalog="B7", tier=2)
def margin_stretches(p: Real, d: Real, m: Real) -> Lines:
    """The demanded margin m follows the chosen response: at the best d, e^d solves a quadratic equation."""
    mean = p * softplus(m - d) + (1 - p) * softplus(m + d)
    yield diff(mean, d), "the slope of the mean loss in the difference d of the scores"
    slope = (yield differentiate(d)).rhs
    yield Eq(slope, 0), given("d is the best difference")
    yield (
        Eq((1 - p) * exp(-m) * exp(d) ** 2 - (2 * p - 1) * exp(d) - p * exp(-m), 0),
        "times (1 + e^{d − m}) (1 + e^{−d − m}) e^d; p = 0.7 and m = 1 give d = 1.43, not 0.85 as m = 0 does",
    )


@derivation("The likelihood of noisy labels", catalog="B8", tier=2)
def noisy_likelihood(z: Real, eps: Positive) -> Lines:
    """With labels flipped with probability ε, a pair that is wrong beyond doubt is taken for noise: no gradient."""
    yield Lt(eps, Rational(1, 2)), given("fewer than half of the labels are flipped")
    yield start(diff(-log((1 - eps) * sigmoid(z) + eps * sigmoid(-z)), z)), "the slope of minus the log-likelihood"
    yield differentiate(z)
    pull = -(1 - 2 * eps) * sigmoid(z) * sigmoid(-z) / ((1 - eps) * sigmoid(z) + eps * sigmoid(-z))
    yield pull, factor
    yield start(limit(pull, z, -oo)), "a pair that is wrong beyond doubt"
    yield take_limits


@derivation("Another loss is least there, too", catalog="X26", tier=1)
def another_loss(p: Real, q: Real) -> Lines:
    """The squared error of a probability q is least at q = p as well: a loss is chosen, not proven."""
    yield diff(p * (1 - q) ** 2 + (1 - p) * q**2, q), "the slope of the mean squared error of q"
    yield differentiate(q)
    yield expand, "0 where q is p, and rising"


@derivation("The curvature of the loss", catalog="B5", tier=2)
def loss_curvature(z: Real) -> Lines:
    """It is the variance of the label, σ(z) σ(−z): positive, and largest where the scores are equal."""
    yield diff(diff(softplus(-z), z), z)
    yield differentiate(z)
    yield differentiate(z)
    square = (sigmoid(z) - Rational(1, 2)) ** 2
    yield Le(sigmoid(-z) * sigmoid(z), Rational(1, 4)), nonnegative(square), "(σ(z) − 1/2)² is never negative"


@derivation("For a linear reward the loss is convex", catalog="B5", tier=2)
def linear_reward_convexity(m: Reward, v: Reward, t: Real, data: Data) -> Lines:
    """Along a line of weights each margin moves by t v_i: the loss bends up, by at most a quarter of Σ v_i²."""
    i = data.index("i")
    z = m[i] + t * v[i]
    yield diff(diff(Sum(i, softplus(-z)), t), t), "the second derivative along the line"
    yield differentiate(t)
    bend = (yield differentiate(t), "squares with positive weights").rhs
    surplus = Sum(i, v[i] ** 2 * (sigmoid(z) - Rational(1, 2)) ** 2)
    yield Le(bend, Sum(i, v[i] ** 2) / 4), nonnegative(surplus), "σ(z) σ(−z) ≤ 1/4 in each term"


@derivation("The loss does not see a shift", catalog="B6", tier=2)
def loss_shift(r: Reward, f: Reward, data: Data) -> Lines:
    """What a prompt adds to all its responses cancels in every pair: the location of the scores is free."""
    i = data.index("i")
    r_w = r[data.x[i], data.y_w[i]] + f[data.x[i]]
    r_l = r[data.x[i], data.y_l[i]] + f[data.x[i]]
    yield (1 / data.size) * Sum(i, softplus(-(r_w - r_l))), "the loss, with rewards r(x, y) + f(x)"
    yield cancel


@derivation("Centring makes the scores unique", catalog="B6", tier=2)
def centring_curvature(d: Real, a: Real, c: Positive) -> Lines:
    """In d = r_w − r_l and a = r_w + r_l, the loss bends along d and the term c a² along a: no two minima."""
    loss = softplus(-d) + c * a**2
    yield diff(diff(loss, d), d), "along the difference of the scores"
    yield differentiate(d)
    yield differentiate(d)
    yield start(diff(diff(loss, a), a)), "along their sum"
    yield differentiate(a)
    yield differentiate(a)
