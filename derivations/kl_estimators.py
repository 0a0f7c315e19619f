"""Estimators of a KL divergence from samples: what they estimate, and what their gradients descend.

Source: Schulman (2020), Approximating KL divergence, joschu.net; Shao et al. (2024), arXiv 2402.03300, eq. 4.
"""

from typing import Annotated

from symrlhf import (
    KL,
    DependsOn,
    E,
    Gt,
    Lines,
    Parameter,
    Policy,
    Real,
    Reward,
    Term,
    derivation,
    diff,
    exp,
    given,
    log,
    log_gap,
    numeric,
    start,
    stop_gradient,
)
from symrlhf.steps import (
    cancel,
    definition,
    differentiate,
    expand,
    expand_log,
    expectation_as_sum,
    split_sum,
    sum_to_one,
    unfold_definition,
)


@derivation("The first estimator is unbiased", catalog="E1", tier=2)
def plain_estimator(pi: Policy, pi_ref: Policy) -> Lines:
    """The mean of k₁ = log π − log π_ref under π is the divergence, though single values are often negative."""
    yield E(pi, lambda y: log(pi[y]) - log(pi_ref[y])), "the mean of k₁"
    yield expectation_as_sum
    yield definition(KL)


@derivation("The third estimator is unbiased", catalog="E1", tier=2)
def low_variance_estimator(pi: Policy, pi_ref: Policy) -> Lines:
    """k₃ = u − 1 − log u with u = π_ref/π is never negative, and its mean under π is the divergence."""
    yield E(pi, lambda y: pi_ref[y] / pi[y] - 1 - log(pi_ref[y] / pi[y])), "the mean of k₃"
    yield expectation_as_sum
    yield expand
    yield split_sum
    yield sum_to_one
    yield cancel
    yield definition(KL)


@derivation("Every multiple of the control variate is unbiased", catalog="E2", tier=3)
def control_variate(pi: Policy, pi_ref: Policy, c: Real) -> Lines:
    """k₁ + c (u − 1) has the mean of k₁ for every c; c = 1 is k₃."""
    yield E(pi, lambda y: log(pi[y] / pi_ref[y]) + c * (pi_ref[y] / pi[y] - 1)), "the mean of k₁ + c (u − 1)"
    yield expectation_as_sum
    yield expand
    yield split_sum
    yield sum_to_one
    yield cancel
    yield definition(KL)


@derivation("The best multiple of the control variate", catalog="E2", tier=3)
def best_control_variate(pi: Policy, f: Reward, g: Reward, c: Real) -> Lines:
    """With f = k₁ − E[k₁] and g = u − 1 it is −E[f g]/E[g²]: not 1 in general, so k₃ is not the best."""
    spread, product = E(pi, lambda y: g[y] ** 2), E(pi, lambda y: f[y] * g[y])
    yield Gt(spread, 0), given("the two policies differ")
    yield start(E(pi, lambda y: (f[y] + c * g[y]) ** 2)), "the variance, as f and g have mean 0"
    yield split_sum
    yield E(pi, lambda y: f[y] ** 2) - product**2 / spread + spread * (c + product / spread) ** 2, "complete the square"


@derivation("The estimators of a log-ratio", catalog="E1", tier=2)
def estimators(ell: Real) -> Lines:
    """Of ℓ = log π − log π_ref: k₁ = ℓ, k₂ = ℓ²/2, and k₃, the gap between u and 1 + log u at u = e^{−ℓ}."""
    yield log_gap(exp(-ell)), "the third estimator, k₃"
    yield unfold_definition(log_gap)
    yield expand_log, "log inverts exp"


@derivation("As a loss, the first estimator teaches nothing", catalog="E3", tier=2)
def plain_gradient(theta: Parameter, pi: Annotated[Policy, DependsOn("theta")], pi_ref: Policy) -> Lines:
    """Differentiated sample by sample and then averaged, k₁ has the gradient of Σ π, which is always 1."""
    yield E(pi, lambda y: diff(log(pi[y]) - log(pi_ref[y]), theta)), "the mean of ∇k₁"
    yield differentiate(theta)
    yield expectation_as_sum
    yield cancel
    yield 0, "the probabilities add up to 1 for every θ"


@derivation("As a loss, the second estimator descends the divergence", catalog="E3", tier=2)
def squared_gradient(theta: Parameter, pi: Annotated[Policy, DependsOn("theta")], pi_ref: Policy) -> Lines:
    """k₂ is biased, but its gradient has the mean E[ℓ ∇log π], which is the gradient of D_KL(π ‖ π_ref)."""
    yield E(pi, lambda y: diff(log(pi[y] / pi_ref[y]) ** 2 / 2, theta)), "the mean of ∇k₂"
    yield E(pi, lambda y: log(pi[y] / pi_ref[y]) * diff(log(pi[y]), theta)), differentiate(theta)
    yield diff(KL(pi, pi_ref), theta), "the score itself has mean 0"


@derivation("As a loss, the third estimator descends the other divergence", catalog="E3", tier=2)
def low_variance_gradient(theta: Parameter, pi: Annotated[Policy, DependsOn("theta")], pi_ref: Policy) -> Lines:
    """The k₃ penalty of GRPO has the gradient of D_KL(π_ref ‖ π), as if the policy were fitted to the reference."""
    yield E(pi, lambda y: diff(pi_ref[y] / pi[y] - 1 - log(pi_ref[y] / pi[y]), theta)), "the mean of ∇k₃"
    yield E(pi, lambda y: (1 - pi_ref[y] / pi[y]) * diff(log(pi[y]), theta)), differentiate(theta)
    yield diff(KL(pi_ref, pi), theta), "E_π[u ∇log π] = Σ π_ref ∇log π, and the score has mean 0"


@derivation("Weighted with the ratio, the third estimator descends the divergence", catalog="E3", tier=2)
def weighted_gradient(theta: Parameter, pi: Annotated[Policy, DependsOn("theta")], pi_ref: Policy) -> Lines:
    """Times the ratio π/sg(π), which is 1 but has a gradient, k₃ has the gradient of D_KL(π ‖ π_ref) again."""

    def k_3(y: Term) -> Term:
        return pi_ref[y] / pi[y] - 1 - log(pi_ref[y] / pi[y])

    yield E(pi, lambda y: diff(pi[y] / stop_gradient(pi[y]) * k_3(y), theta)), "the mean of ∇(ρ k₃)"
    yield (
        E(pi, lambda y: pi[y] / stop_gradient(pi[y]) * log(pi[y] / pi_ref[y]) * diff(log(pi[y]), theta)),
        differentiate(theta),
        "k₃ ∇ρ + ρ ∇k₃ = ρ ℓ ∇log π",
    )
    yield E(pi, lambda y: log(pi[y] / pi_ref[y]) * diff(log(pi[y]), theta)), "the ratio is 1"
    yield diff(KL(pi, pi_ref), theta), "as for k₂"


k_estimators = numeric(
    estimators,
    args=lambda ell: {"logratio": ell},
    returns=lambda ell: {"k1": ell, "k2": ell**2 / 2, "k3": log_gap(exp(-ell))},
    doc="The estimators k1, k2, k3 of D_KL(π ‖ π_ref) from logratio = log π − log π_ref of samples of π.",
)
