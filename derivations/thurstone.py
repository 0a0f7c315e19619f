"""Thurstone: preferences between utilities that are normal.

The model: the difference of jointly normal utilities with means μ₁ and μ₂ is normal, so that the first response is
preferred with probability Φ((μ₁ − μ₂)/√v), v the variance of the difference and Φ the normal law. That is assumed here;
what is proven is the variance and the gradient of the loss.

Source: Thurstone (1927), Psychological Review 34(4), 273–286; Mills (1926), Biometrika 18(3/4), 395–400 (tail and
density, from memory).
"""

from typing import Annotated

from symrlhf import (
    DependsOn,
    Eq,
    Group,
    Lines,
    Positive,
    Real,
    Reward,
    Sum,
    derivation,
    diff,
    exp,
    given,
    log,
    sqrt,
    start,
)
from symrlhf.steps import differentiate, split_sum, substitute


@derivation("The variance of a difference", catalog="A6", tier=2)
def difference_variance(u: Reward, v: Reward, s_1: Positive, s_2: Positive, c: Real, annotators: Group) -> Lines:
    """For annotators i whose utilities of two responses are u_i and v_i above their means: no law is supposed."""
    i, n = annotators.index("i"), annotators.size
    first = yield Eq(Sum(i, u[i] ** 2) / n, s_1**2), given("the variance of the first utility")
    second = yield Eq(Sum(i, v[i] ** 2) / n, s_2**2), given("and of the second")
    both = yield Eq(Sum(i, u[i] * v[i]) / n, c * s_1 * s_2), given("c is their correlation")
    yield start(Sum(i, (u[i] - v[i]) ** 2) / n), "the variance of the difference"
    yield Sum(i, u[i] ** 2) / n + Sum(i, v[i] ** 2) / n - 2 * (Sum(i, u[i] * v[i]) / n), split_sum
    yield substitute(first), "the first variance"
    yield substitute(second), "the second"
    yield substitute(both), "and the correlation"


@derivation("The fifth case: one variance, no correlation", catalog="A6", tier=2)
def case_five(mu_1: Real, mu_2: Real, s: Positive) -> Lines:
    """The margin of the means counts in units of √2 deviations."""
    yield (mu_1 - mu_2) / sqrt(s**2 + s**2), "the argument of Φ, at s₁ = s₂ = s and c = 0"
    yield (mu_1 - mu_2) / (s * sqrt(2)), "√(2 s²) = s √2"


@derivation("The gradient of Thurstone's loss", catalog="A6", tier=2)
def thurstone_slope(z: Real, Phi: Annotated[Positive, DependsOn("z")], a: Positive) -> Lines:
    """Bradley–Terry has the probability of the other answer in its place: here it is the density over Φ, for wrong
    pairs the inverse of Mills' ratio."""
    density = yield Eq(diff(Phi, z), exp(-(z**2) / 2) / a), given("Φ has the normal density, with a = √(2π)")
    yield start(diff(-log(Phi), z)), "the loss of a pair, z the margin over its deviation"
    yield differentiate(z)
    yield substitute(density)
