"""The optimal policy of KL-regularised reward maximisation.

Source: Rafailov et al. (2023), arXiv 2305.18290, app. A.1; Korbak et al. (2022), arXiv 2205.11275;
Donsker and Varadhan (1975), Comm. Pure Appl. Math. 28(1), 1–47.
"""

from symrlhf import (
    KL,
    Data,
    E,
    Eq,
    Le,
    Lines,
    Policy,
    Positive,
    Real,
    Reward,
    Sum,
    by,
    derivation,
    diff,
    exp,
    given,
    let,
    log,
    nonnegative,
    numeric,
    start,
)
from symrlhf.steps import (
    combine_log,
    definition,
    differentiate,
    expand,
    expectation_as_sum,
    exponentiate,
    isolate,
    merge_sums,
    split_sum,
    substitute,
    sum_over,
    take_logs,
    unfold_definition,
)

from .gibbs import divergence_vanishes, gibbs_inequality


@derivation("The optimal policy", catalog="C1 C2 C3", tier=1)
def optimal_policy(pi: Policy, pi_ref: Policy, r: Reward, beta: Positive, lam: Real) -> Lines:
    """For a fixed prompt, the policy at which J(π) = E_π[r] − β D_KL(π ‖ π_ref) is stationary on the simplex."""
    y = pi.index("y")
    lagrangian = E(pi, r) - beta * KL(pi, pi_ref) - lam * (Sum(y, pi[y]) - 1)
    Z = (yield let("Z", Sum(y, pi_ref[y] * exp(r[y] / beta))), "the normaliser").lhs
    yield Eq(diff(lagrangian, pi[y]), 0), given("first-order condition at an interior maximum")
    yield differentiate(pi[y]), "only the summand at y depends on π(y)"
    yield isolate(log(pi[y]))
    tilted = yield Eq(pi[y], pi_ref[y] * exp(r[y] / beta) * exp(-1 - lam / beta)), exponentiate
    normaliser = yield Eq(exp(1 + lam / beta), Z), sum_over(y, tilted, pi.sums_to_one)
    yield Eq(pi[y], pi_ref[y] * exp(r[y] / beta) / Z), substitute(normaliser, tilted)


@derivation("The multiplier of the constraint", catalog="C3 X14", tier=1)
def constraint_multiplier(pi_ref: Policy, r: Reward, beta: Positive, lam: Real) -> Lines:
    """Each prompt has a multiplier of its own: where π must sum to 1, λ is set by the normaliser."""
    y = pi_ref.index("y")
    Z = (yield let("Z", Sum(y, pi_ref[y] * exp(r[y] / beta))), "the normaliser").lhs
    yield Eq(exp(1 + lam / beta), Z), given("what the first-order condition leaves of Σ_y π(y) = 1")
    yield take_logs
    yield isolate(lam)


@derivation("The objective of all prompts", catalog="C1 X13", tier=1)
def mean_objective(pi: Policy, pi_ref: Policy, r: Reward, beta: Positive, data: Data) -> Lines:
    """The divergence depends on the prompt as the reward does: both are averaged, and no x is left free."""
    i = data.index("i")
    x = data.x[i]
    p, q = pi.given(x), pi_ref.given(x)
    yield Sum(i, E(p, lambda y: r[x, y]) - beta * KL(p, q)) / data.size, "the mean of J(π) over the prompts"
    yield split_sum
    yield expand


@derivation("The reward of an optimal policy", catalog="C17", tier=1)
def reward_of_policy(pi: Policy, pi_ref: Policy, r: Reward, beta: Positive) -> Lines:
    """An optimal policy tells its reward, up to the normaliser of the prompt."""
    y = pi.index("y")
    Z = (yield let("Z", Sum(y, pi_ref[y] * exp(r[y] / beta))), "the normaliser").lhs
    yield Eq(pi[y], pi_ref[y] * exp(r[y] / beta) / Z), given("π is the optimal policy")
    yield take_logs
    yield Eq(r[y], beta * log(pi[y] / pi_ref[y]) + beta * log(Z)), isolate(r[y])


@derivation("The Gibbs identity", catalog="C6", tier=1)
def gibbs_identity(pi: Policy, pi_ref: Policy, r: Reward, beta: Positive) -> Lines:
    """The objective of any policy falls short of β log Z by β times its divergence from π⋆."""
    y = pi.index("y")
    pi_star = Policy("pi_star")
    Z = (yield let("Z", Sum(y, pi_ref[y] * exp(r[y] / beta))), "the normaliser").lhs
    yield let("pi_star", pi_ref[y] * exp(r[y] / beta) / Z, y), "the optimal policy"
    reward = yield (
        Eq(r[y], beta * log(pi_star[y] / pi_ref[y]) + beta * log(Z)),
        by(reward_of_policy, pi=pi_star),
    )
    yield start(E(pi, r) - beta * KL(pi, pi_ref)), "the objective J(π)"
    yield substitute(reward)
    yield split_sum
    yield unfold_definition(KL)
    yield expectation_as_sum
    yield merge_sums
    yield beta * log(Z) - beta * Sum(y, pi[y] * log(pi[y] / pi_star[y])), combine_log()
    yield definition(KL)


@derivation("No other policy is optimal", catalog="C5 C6", tier=1)
def unique_optimum(pi: Policy, pi_ref: Policy, r: Reward, beta: Positive) -> Lines:
    """A policy that reaches β log Z has no divergence from π⋆, so it is π⋆."""
    y = pi.index("y")
    pi_star = Policy("pi_star")
    Z = (yield let("Z", Sum(y, pi_ref[y] * exp(r[y] / beta))), "the normaliser").lhs
    yield let("pi_star", pi_ref[y] * exp(r[y] / beta) / Z, y), "the optimal policy"
    best = yield Eq(E(pi, r) - beta * KL(pi, pi_ref), beta * log(Z)), given("π reaches the optimal value")
    yield by(gibbs_identity)
    yield substitute(best)
    yield isolate(KL(pi, pi_star))
    yield by(divergence_vanishes, p=pi, q=pi_star)


@derivation("The optimal policy is the maximum", catalog="C6", tier=1)
def optimal_value(pi: Policy, pi_ref: Policy, r: Reward, beta: Positive) -> Lines:
    """No policy reaches more than β log Z, which π⋆ attains: no calculus is needed."""
    y = pi.index("y")
    pi_star = Policy("pi_star")
    Z = (yield let("Z", Sum(y, pi_ref[y] * exp(r[y] / beta))), "the normaliser").lhs
    yield let("pi_star", pi_ref[y] * exp(r[y] / beta) / Z, y), "the optimal policy"
    identity = yield by(gibbs_identity)
    yield by(gibbs_inequality, p=pi, q=pi_star)
    yield Le(identity.lhs, beta * log(Z)), nonnegative(beta * KL(pi, pi_star), identity)


kl_optimal_policy = numeric(
    optimal_policy,
    args=lambda r, pi_ref, beta, y: {"r": r[y], "log_ref": log(pi_ref[y]), "beta": beta},
    returns=lambda pi, Z, y: {"log_probs": log(pi[y]), "log_partition": log(Z)},
    doc="The optimal policy of KL-regularised reward maximisation, and log Z.",
)
kl_gap = numeric(
    gibbs_identity,
    args=lambda pi, r, pi_ref, beta, y: {
        "log_pi": log(pi[y]),
        "r": r[y],
        "log_ref": log(pi_ref[y]),
        "beta": beta,
    },
    returns=lambda pi, pi_star, beta: beta * KL(pi, pi_star),
    doc="How far each row falls short of the optimum: β D_KL(π ‖ π⋆), never negative.",
)
