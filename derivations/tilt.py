"""How the optimum moves: its value, two responses, and what β and the rewards change.

Source: Donsker and Varadhan (1975), Comm. Pure Appl. Math. 28(1), 1–47; Korbak et al. (2022), arXiv 2205.11275,
sec. 3 (from memory); Rafailov et al. (2023), arXiv 2305.18290, app. A.1; Boyd and Vandenberghe (2004), Convex
Optimization, sec. 5.6.
"""

from symrlhf import (
    KL,
    E,
    Gt,
    Iff,
    Le,
    Lines,
    Policy,
    Positive,
    Real,
    Response,
    Reward,
    Sum,
    by,
    delta,
    derivation,
    diff,
    driven,
    exp,
    given,
    let,
    log,
    numeric,
    sigmoid,
    start,
)
from symrlhf.steps import (
    cancel,
    combine_exponents,
    differentiate,
    divide_through,
    expand,
    expand_log,
    expectation_as_sum,
    factor,
    factor_out_of_sum,
    log_derivative,
    split_exponents,
    split_sum,
    together,
    unfold_definition,
)

from .optimal_policy import gibbs_identity, kl_optimal_policy


@derivation("The value of the optimum", catalog="C7", tier=2)
def value_of_optimum(pi_ref: Policy, r: Reward, beta: Positive) -> Lines:
    """What the optimum reaches: β log Z, the certainty equivalent of the reward under the reference."""
    y = pi_ref.index("y")
    pi_star = Policy("pi_star")
    Z = (yield let("Z", Sum(y, pi_ref[y] * exp(r[y] / beta))), "the normaliser").lhs
    yield let("pi_star", pi_ref[y] * exp(r[y] / beta) / Z, y), "the optimal policy"
    yield start(E(pi_star, r) - beta * KL(pi_star, pi_ref)), "the objective at the optimum"
    yield by(gibbs_identity, pi=pi_star)
    yield beta * log(Z), unfold_definition(KL), "a divergence from itself is 0"


@derivation("Two responses", catalog="C15", tier=1)
def two_responses(q_1: Positive, q_2: Positive, r_1: Real, r_2: Real, beta: Positive) -> Lines:
    """The optimum shifts the log-odds of the reference by the difference of the rewards over β."""
    yield q_1 * exp(r_1 / beta) / (q_1 * exp(r_1 / beta) + q_2 * exp(r_2 / beta)), "the optimal policy at response 1"
    yield divide_through(q_1 * exp(r_1 / beta))
    z = log(q_1) - log(q_2) + (r_1 - r_2) / beta
    yield 1 / (1 + exp(-z)), combine_exponents, "q_2/q_1 = exp(log q_2 − log q_1); add the exponents"
    yield sigmoid(z), "definition of σ"


@derivation("The slope of log Z in β", catalog="C10", tier=1)
def log_partition_slope(pi_ref: Policy, r: Reward, beta: Positive) -> Lines:
    """log Z is the cumulant generating function of the reward at 1/β: its slope is a mean."""
    y = pi_ref.index("y")
    pi_star = Policy("pi_star")
    Z = (yield let("Z", Sum(y, pi_ref[y] * exp(r[y] / beta))), "the normaliser").lhs
    yield let("pi_star", pi_ref[y] * exp(r[y] / beta) / Z, y), "the optimal policy"
    yield start(diff(log(Z), beta))
    yield -E(pi_star, r) / beta**2, differentiate(beta), "chain rule; the weights π_ref e^{r/β}/Z are π⋆"


@derivation("The slope of the optimal policy in β", catalog="C10", tier=1)
def log_policy_slope(pi_ref: Policy, r: Reward, beta: Positive) -> Lines:
    """As β grows, responses with more than the mean reward lose, those with less gain."""
    y = pi_ref.index("y")
    pi_star = Policy("pi_star")
    Z = (yield let("Z", Sum(y, pi_ref[y] * exp(r[y] / beta))), "the normaliser").lhs
    yield let("pi_star", pi_ref[y] * exp(r[y] / beta) / Z, y), "the optimal policy"
    yield start(diff(log(pi_star[y]), beta))
    yield unfold_definition(pi_star[y])
    yield expand_log
    yield differentiate(beta, log(Z)), "the reference does not depend on β"
    yield by(log_partition_slope)
    yield -(r[y] - E(pi_star, r)) / beta**2, factor


@derivation("Who is up-weighted", catalog="C13", tier=1)
def up_weighted(pi_ref: Policy, r: Reward, beta: Positive) -> Lines:
    """The log-probability of a response gains what its reward has above the bar β log Z, divided by β."""
    y, pi_star = pi_ref.index("y"), Policy("pi_star")
    Z = (yield let("Z", Sum(y, pi_ref[y] * exp(r[y] / beta))), "the normaliser").lhs
    yield let("pi_star", pi_ref[y] * exp(r[y] / beta) / Z, y), "the optimal policy"
    yield start(log(pi_star[y] / pi_ref[y])), "positive where π⋆ is above the reference"
    yield unfold_definition(pi_star[y])
    yield cancel
    yield expand_log
    yield (r[y] - beta * log(Z)) / beta, together, "positive where the reward is above the value β log Z"


@derivation("The divergence of the optimum", catalog="C7", tier=2)
def divergence_of_optimum(pi_ref: Policy, r: Reward, beta: Positive) -> Lines:
    """What the optimum pays is the mean of what its responses gain: the mean reward over β, less log Z."""
    y = pi_ref.index("y")
    pi_star = Policy("pi_star")
    Z = (yield let("Z", Sum(y, pi_ref[y] * exp(r[y] / beta))), "the normaliser").lhs
    yield let("pi_star", pi_ref[y] * exp(r[y] / beta) / Z, y), "the optimal policy"
    yield start(KL(pi_star, pi_ref))
    yield unfold_definition(KL).at(KL(pi_star, pi_ref))
    yield by(up_weighted)
    yield E(pi_star, r) / beta - log(Z), split_sum


@derivation("The divergence from the optimum", catalog="C7", tier=2)
def divergence_from_optimum(pi_ref: Policy, r: Reward, beta: Positive) -> Lines:
    """In the other direction it is log Z less the mean reward of the reference over β, and never negative."""
    y = pi_ref.index("y")
    pi_star = Policy("pi_star")
    Z = (yield let("Z", Sum(y, pi_ref[y] * exp(r[y] / beta))), "the normaliser").lhs
    yield let("pi_star", pi_ref[y] * exp(r[y] / beta) / Z, y), "the optimal policy"
    yield start(KL(pi_ref, pi_star))
    yield unfold_definition(KL).at(KL(pi_ref, pi_star))
    yield log(Z) - E(pi_ref, r) / beta, expand_log, "log(π_ref/π⋆) = log Z − r/β"


@derivation("The value falls by the divergence as β grows", catalog="C10", tier=1)
def value_slope(pi_ref: Policy, r: Reward, beta: Positive) -> Lines:
    """The envelope theorem: only the price of the divergence changes, the policy is optimal anyway."""
    y = pi_ref.index("y")
    pi_star = Policy("pi_star")
    Z = (yield let("Z", Sum(y, pi_ref[y] * exp(r[y] / beta))), "the normaliser").lhs
    yield let("pi_star", pi_ref[y] * exp(r[y] / beta) / Z, y), "the optimal policy"
    yield start(diff(beta * log(Z), beta))
    yield differentiate(beta, log(Z)), "product rule"
    yield by(log_partition_slope)
    yield -KL(pi_star, pi_ref), by(divergence_of_optimum)


@derivation("The mean reward falls as β grows", catalog="C10 X27", tier=1)
def mean_reward_slope(pi_ref: Policy, r: Reward, beta: Positive) -> Lines:
    """It falls at the variance of the reward over β², which is 0 only where all rewards are equal."""
    y = pi_ref.index("y")
    pi_star = Policy("pi_star")
    Z = (yield let("Z", Sum(y, pi_ref[y] * exp(r[y] / beta))), "the normaliser").lhs
    yield let("pi_star", pi_ref[y] * exp(r[y] / beta) / Z, y), "the optimal policy"
    yield start(diff(E(pi_star, r), beta))
    yield expectation_as_sum
    yield differentiate(beta, pi_star[y]), "term by term"
    yield log_derivative, "the log-derivative trick"
    yield by(log_policy_slope)
    yield -E(pi_star, lambda y: (r[y] - E(pi_star, r)) ** 2) / beta**2, split_sum, "E[r (r − E[r])] is the variance"


@derivation("The divergence falls as β grows", catalog="C10 C11 X27", tier=1)
def divergence_slope(pi_ref: Policy, r: Reward, beta: Positive) -> Lines:
    """It falls at the variance of the reward over β³."""
    y = pi_ref.index("y")
    pi_star = Policy("pi_star")
    Z = (yield let("Z", Sum(y, pi_ref[y] * exp(r[y] / beta))), "the normaliser").lhs
    yield let("pi_star", pi_ref[y] * exp(r[y] / beta) / Z, y), "the optimal policy"
    yield start(diff(KL(pi_star, pi_ref), beta))
    yield by(divergence_of_optimum)
    yield differentiate(beta, E(pi_star, r), log(Z)), "product rule"
    yield by(log_partition_slope)
    yield cancel
    yield -E(pi_star, lambda y: (r[y] - E(pi_star, r)) ** 2) / beta**3, by(mean_reward_slope)


@derivation("The curvature of the value in β", catalog="C10", tier=1)
def value_curvature(pi_ref: Policy, r: Reward, beta: Positive) -> Lines:
    """The value is convex in β: its slope rises at the rate at which the divergence falls."""
    y = pi_ref.index("y")
    pi_star = Policy("pi_star")
    Z = (yield let("Z", Sum(y, pi_ref[y] * exp(r[y] / beta))), "the normaliser").lhs
    yield let("pi_star", pi_ref[y] * exp(r[y] / beta) / Z, y), "the optimal policy"
    yield start(diff(diff(beta * log(Z), beta), beta))
    yield by(value_slope)
    yield differentiate(beta, KL(pi_star, pi_ref)), "the sign comes out of the derivative"
    yield by(divergence_slope)


@derivation("The curvature of the mean reward in β", catalog="C10", tier=1)
def mean_reward_curvature(pi_ref: Policy, r: Reward, beta: Positive) -> Lines:
    """Twice the variance over β³, and the third central moment over β⁴."""
    m = E(Policy("pi_star"), r)
    y = pi_ref.index("y")
    pi_star = Policy("pi_star")
    Z = (yield let("Z", Sum(y, pi_ref[y] * exp(r[y] / beta))), "the normaliser").lhs
    yield let("pi_star", pi_ref[y] * exp(r[y] / beta) / Z, y), "the optimal policy"
    yield start(diff(diff(m, beta), beta))
    yield by(mean_reward_slope)
    yield (
        2 * E(pi_star, lambda y: (r[y] - m) ** 2) / beta**3 + E(pi_star, lambda y: (r[y] - m) ** 3) / beta**4,
        differentiate(beta),
        "product rule; the variance has the slope −E[(r − E[r])³]/β²",
    )


@derivation("The frontier has slope β", catalog="C11", tier=2)
def frontier_slope(pi_ref: Policy, r: Reward, beta: Positive) -> Lines:
    """Along the optimal policies the mean reward changes β times as fast as the divergence."""
    y = pi_ref.index("y")
    pi_star = Policy("pi_star")
    Z = (yield let("Z", Sum(y, pi_ref[y] * exp(r[y] / beta))), "the normaliser").lhs
    yield let("pi_star", pi_ref[y] * exp(r[y] / beta) / Z, y), "the optimal policy"
    yield start(beta * diff(KL(pi_star, pi_ref), beta))
    yield by(divergence_slope)
    yield cancel
    yield diff(E(pi_star, r), beta), by(mean_reward_slope)


@derivation("No policy lies above the frontier", catalog="C11 C21", tier=2)
def frontier_bound(pi: Policy, pi_star: Policy, pi_ref: Policy, r: Reward, beta: Positive) -> Lines:
    """Of all policies no farther from the reference than π⋆, none earns more: the penalty solves the constraint."""
    best = E(pi_star, r) - beta * KL(pi_star, pi_ref)
    yield Le(E(pi, r) - beta * KL(pi, pi_ref), best), given("π⋆ is the optimal policy, at the price β of divergence")
    yield Le(KL(pi, pi_ref), KL(pi_star, pi_ref)), given("π is no farther from the reference")
    yield Le(E(pi, r), E(pi_star, r)), "add β times the second assumption to the first"


@derivation("The dual of the constraint", catalog="C21", tier=2)
def dual_slope(pi_ref: Policy, r: Reward, beta: Positive, kappa: Positive) -> Lines:
    """To maximise E[r] under D_KL ≤ κ has the dual β log Z + β κ: convex, and least where the optimum is κ away."""
    y = pi_ref.index("y")
    Z = (yield let("Z", Sum(y, pi_ref[y] * exp(r[y] / beta))), "the normaliser").lhs
    yield let("pi_star", pi_ref[y] * exp(r[y] / beta) / Z, y), "the optimal policy"
    dual = beta * log(Z) + beta * kappa
    yield start(diff(dual, beta)), "the slope of the dual in the multiplier β"
    yield differentiate(beta, beta * log(Z)), "κ does not depend on β"
    yield by(value_slope)
    yield start(diff(diff(dual, beta), beta)), "its curvature"
    yield diff(diff(beta * log(Z), beta), beta), "β κ has none; what follows is a variance, never negative"
    yield by(value_curvature)


@derivation("Up-weighted exactly above the bar", catalog="C13", tier=1)
def above_the_bar(pi_ref: Policy, r: Reward, beta: Positive, k: Response) -> Lines:
    """A response gains probability if and only if its reward is above the bar β log Z."""
    y, pi_star = pi_ref.index("y"), Policy("pi_star")
    Z = (yield let("Z", Sum(y, pi_ref[y] * exp(r[y] / beta))), "the normaliser").lhs
    yield let("pi_star", pi_ref[y] * exp(r[y] / beta) / Z, y), "the optimal policy"
    yield start(log(pi_star[k] / pi_ref[k])), "positive where k gains"
    yield by(up_weighted)
    yield Iff(Gt(pi_star[k], pi_ref[k]), Gt(r[k], beta * log(Z))), "both sides have one sign, since β > 0"


@derivation("A shift of the reward leaves the optimum", catalog="C18", tier=2)
def shifted_policy(pi_ref: Policy, r: Reward, beta: Positive, c: Real) -> Lines:
    """What is added to every reward of a prompt is a factor of the numerator and of Z."""
    y = pi_ref.index("y")
    tilted = pi_ref[y] * exp((r[y] + c) / beta)
    yield tilted / Sum(y, tilted), "the optimal policy for rewards r(y) + c"
    yield expand
    yield split_exponents
    yield factor_out_of_sum
    yield cancel


@derivation("A shift of the reward is a shift of the value", catalog="C18", tier=2)
def shifted_value(pi_ref: Policy, r: Reward, beta: Positive, c: Real) -> Lines:
    """The value of the optimum moves with the rewards; nothing else does."""
    y = pi_ref.index("y")
    yield beta * log(Sum(y, pi_ref[y] * exp((r[y] + c) / beta))), "the value for rewards r(y) + c"
    yield expand
    yield split_exponents
    yield factor_out_of_sum
    yield expand_log
    yield expand


@derivation("Only the reward over β matters", catalog="C18", tier=2)
def scaled_policy(pi_ref: Policy, r: Reward, beta: Positive, c: Positive) -> Lines:
    """A reward c times as large at a penalty c times as large has the same optimum."""
    y = pi_ref.index("y")
    tilted = pi_ref[y] * exp(c * r[y] / (c * beta))
    yield tilted / Sum(y, tilted), "the optimal policy for rewards c r(y) and penalty c β"
    yield cancel


@derivation("What one reward changes", catalog="C16", tier=2)
def policy_sensitivity(pi_ref: Policy, r: Reward, beta: Positive) -> Lines:
    """A response gains from its own reward what all others lose to it."""
    y, z = pi_ref.index("y"), pi_ref.index("z")
    pi_star = Policy("pi_star")
    Z = (yield let("Z", Sum(y, pi_ref[y] * exp(r[y] / beta))), "the normaliser").lhs
    yield let("pi_star", pi_ref[y] * exp(r[y] / beta) / Z, y), "the optimal policy"
    yield start(diff(pi_star[y], r[z]))
    yield log_derivative
    yield unfold_definition(pi_star[y]).at(log(pi_star[y]))
    yield expand_log
    yield pi_star[y] * (delta(y, z) - pi_star[z]) / beta, differentiate(r[z]), "log Z changes by π⋆(z)/β"


@derivation("What the value gains from one reward", catalog="C16", tier=2)
def value_sensitivity(pi_ref: Policy, r: Reward, beta: Positive) -> Lines:
    """Its gradient in the rewards is the optimal policy, and its Hessian that policy's covariance over β."""
    y, z = pi_ref.index("y"), pi_ref.index("z")
    pi_star = Policy("pi_star")
    Z = (yield let("Z", Sum(y, pi_ref[y] * exp(r[y] / beta))), "the normaliser").lhs
    yield let("pi_star", pi_ref[y] * exp(r[y] / beta) / Z, y), "the optimal policy"
    yield start(diff(beta * log(Z), r[y])), "the slope of the value in one reward"
    yield pi_star[y], differentiate(r[y]), "only the summand at y depends on r(y)"
    yield start(diff(diff(beta * log(Z), r[y]), r[z])), "and in two"
    yield diff(pi_star[y], r[z]), "the first slope is the policy"
    yield by(policy_sensitivity)


@derivation("What the reference changes", catalog="C16", tier=2)
def reference_sensitivity(pi_ref: Policy, r: Reward, beta: Positive) -> Lines:
    """In the logarithm of one weight, log π⋆ changes as it does in a logit: by δ less the probability."""
    y, z = pi_ref.index("y"), pi_ref.index("z")
    pi_star = Policy("pi_star")
    Z = (yield let("Z", Sum(y, pi_ref[y] * exp(r[y] / beta))), "the normaliser").lhs
    yield let("pi_star", pi_ref[y] * exp(r[y] / beta) / Z, y), "the optimal policy"
    yield start(pi_ref[z] * diff(log(pi_star[y]), pi_ref[z])), "the slope in log π_ref(z) is π_ref(z) times that in it"
    yield unfold_definition(pi_star[y])
    yield expand_log
    yield delta(y, z) - pi_star[z], differentiate(pi_ref[z]), "log Z changes by π⋆(z)"


_moments = numeric(
    value_of_optimum,
    args=lambda r, pi_ref, beta, y: {"r": r[y], "log_ref": log(pi_ref[y]), "beta": beta},
    returns=lambda r, pi_ref, beta, Z, pi_star: {
        "mean_reward": E(pi_star, r),
        "kl": KL(pi_star, pi_ref),
        "value": beta * log(Z),
        "variance": E(pi_star, lambda y: (r[y] - E(pi_star, r)) ** 2),
    },
    doc="Mean reward, divergence, value and variance of the reward at the optimum.",
)
kl_path = driven(
    divergence_slope,
    "kl_path",
    kernels={"moments": _moments},
    doc="The path of optimal policies as β moves: reward, divergence, value and variance.",
)
beta_for_kl = driven(
    divergence_slope, "beta_for_kl", kernels={"moments": _moments}, doc="The β at which the optimum is κ nats away."
)
policy_jacobian = driven(
    policy_sensitivity,
    "policy_jacobian",
    kernels={"policy": kl_optimal_policy},
    doc="How the optimal policy changes with the rewards.",
)
