"""Importance ratios: what samples of an old policy tell of a new one.

Source: Kahn and Marshall (1953), J. Oper. Res. Soc. Am. 1(5), 263–278; Schulman et al. (2017), arXiv 1707.06347,
eq. 6; Ouyang et al. (2022), arXiv 2203.02155, eq. 2.
"""

from symrlhf import (
    E,
    Lines,
    Parameter,
    Policy,
    Positive,
    PositiveInteger,
    Prod,
    Reward,
    Sym,
    by,
    derivation,
    diff,
    exp,
    log,
)
from symrlhf.steps import (
    cancel,
    combine_exponents,
    differentiate,
    expand,
    expectation_as_sum,
    log_derivative,
    split_sum,
    sum_as_expectation,
    sum_to_one,
)

from .score_function import Moving, score_mean


@derivation("Importance weights change the law", catalog="D6", tier=1)
def change_of_law(pi: Policy, pi_old: Policy, f: Reward) -> Lines:
    """Samples of π_old weighted with the ratio π/π_old have the mean of samples of π."""
    yield E(pi_old, lambda y: pi[y] / pi_old[y] * f[y])
    yield expectation_as_sum
    yield cancel
    yield sum_as_expectation


@derivation("The mean ratio is 1", catalog="D6", tier=1)
def ratio_mean(pi: Policy, pi_old: Policy) -> Lines:
    """What one response gains others lose."""
    yield E(pi_old, lambda y: pi[y] / pi_old[y])
    yield expectation_as_sum
    yield cancel
    yield sum_to_one


@derivation("The variance of the ratio is a divergence", catalog="D6", tier=1)
def ratio_variance(pi: Policy, pi_old: Policy) -> Lines:
    """It is χ²(π ‖ π_old): weights of policies far apart are unreliable."""
    yield E(pi_old, lambda y: (pi[y] / pi_old[y] - 1) ** 2), "the variance, since the mean is 1"
    yield expectation_as_sum
    yield expand
    yield split_sum
    yield sum_to_one
    yield cancel


@derivation("The gradient of the ratio", catalog="D6", tier=1)
def ratio_gradient(theta: Parameter, pi: Moving, pi_old: Policy) -> Lines:
    """∇ρ = ρ ∇log π: at ρ = 1 it is the score."""
    y = pi.index("y")
    yield diff(pi[y] / pi_old[y], theta)
    yield differentiate(theta)
    yield pi[y] / pi_old[y] * diff(log(pi[y]), theta), log_derivative


@derivation("The ratio of a sequence is the product of its tokens' ratios", catalog="D6", tier=1)
def sequence_ratios(a: Reward, b: Reward, T: PositiveInteger) -> Lines:
    """Log-probabilities a_t of the tokens, b_t under the old policy: long texts may have ratios far from 1."""
    t = Sym("t", T.sort)
    yield Prod(t, 1, T, exp(a[t])) / Prod(t, 1, T, exp(b[t])), "the ratio of the sequence's probabilities"
    yield Prod(t, 1, T, exp(a[t]) / exp(b[t])), "a quotient of products, factor by factor"
    yield combine_exponents, "the ratio of each token"


@derivation("Differentiating the penalty in the reward does no harm", catalog="D21", tier=1)
def differentiated_penalty(
    theta: Parameter, pi: Moving, pi_old: Policy, pi_ref: Policy, r: Reward, beta: Positive
) -> Lines:
    """The extra term is β times a mean score, 0 in the mean over all samples; clipped or masked it is not."""
    yield diff(E(pi_old, lambda y: pi[y] / pi_old[y] * (r[y] - beta * log(pi[y] / pi_ref[y]))), theta)
    yield differentiate(theta)
    yield log_derivative
    yield (
        E(pi_old, lambda y: pi[y] / pi_old[y] * (r[y] - beta * log(pi[y] / pi_ref[y])) * diff(log(pi[y]), theta))
        - beta * E(pi_old, lambda y: pi[y] / pi_old[y] * diff(log(pi[y]), theta)),
        "the second mean is what a detached reward lacks",
    )
    yield by(change_of_law, pi=pi, f=lambda y: diff(log(pi[y]), theta))
    yield by(score_mean)
