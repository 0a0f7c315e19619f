"""Policies that other divergences regularise: the reward against β D_f(π ‖ π_ref).

Source: Csiszár (1967), Studia Sci. Math. Hungar. 2, 299–318; Wang et al. (2023), arXiv 2309.16240,
sec. 4 (from memory).
"""

from symrlhf import (
    KL,
    E,
    Eq,
    Ge,
    Gt,
    Le,
    Lines,
    Max,
    Policy,
    Positive,
    Real,
    Reward,
    Sum,
    derivation,
    diff,
    driven,
    exp,
    given,
    log,
    numeric,
)
from symrlhf.steps import cancel, differentiate, exponentiate, isolate, take_logs

from .generators import SLOPES, forward, kernels, reverse


@derivation("The policy that the forward divergence regularises", catalog="C22", tier=3)
def forward_policy(pi: Policy, pi_ref: Policy, r: Reward, beta: Positive, lam: Real) -> Lines:
    """A rational function of the reward, not an exponential: λ lies above every reward."""
    y = pi.index("y")
    yield Gt(lam - r[y], 0), given("λ lies above every reward")
    objective = E(pi, r) - beta * KL(pi_ref, pi) - lam * (Sum(y, pi[y]) - 1)
    yield Eq(diff(objective, pi[y]), 0), given("first-order condition at an interior maximum")
    yield differentiate(pi[y]), "only the summand at y depends on π(y)"
    yield Eq(pi[y], beta * pi_ref[y] / (lam - r[y])), isolate(pi[y])


@derivation("No ratio beats the slope: reverse", catalog="C22", tier=3)
def reverse_best(t: Positive, s: Positive) -> Lines:
    """Where (r − λ)/β is 1 + log s, no ratio t to the reference does better than s: stationary is maximal."""
    v = 1 + log(s)
    yield Ge(reverse(t), reverse(s) + v * (t - s)), "a convex generator lies above its tangent at s"
    yield Le(v * t - reverse(t), v * s - reverse(s)), "bring v t and f(t) to the other sides"


@derivation("No ratio beats the slope: forward", catalog="C22", tier=3)
def forward_best(t: Positive, s: Positive) -> Lines:
    """Where (r − λ)/β is −1/s, no ratio t to the reference does better than s: stationary is maximal."""
    v = -1 / s
    yield Ge(forward(t), forward(s) + v * (t - s)), "a convex generator lies above its tangent at s"
    yield Le(v * t - forward(t), v * s - forward(s)), "bring v t and f(t) to the other sides"


@derivation("A reward behind the best: reverse", catalog="C22", tier=3)
def reverse_behind(s: Positive, t: Positive, g: Real) -> Lines:
    """The ratio s of a response whose slope is g below that of the best one, which has the ratio t."""
    yield Eq(1 + log(s), 1 + log(t) - g), given("λ is the same for both responses")
    yield isolate(log(s))
    yield Eq(s, t * exp(-g)), exponentiate


@derivation("A reward behind the best: forward", catalog="C22", tier=3)
def forward_behind(s: Positive, t: Positive, g: Real) -> Lines:
    """The ratio s of a response whose slope is g below that of the best one, which has the ratio t."""
    yield Ge(g, 0), given("the other is the best")
    yield Eq(-1 / s, -1 / t - g), given("λ is the same for both responses")
    yield Eq(s, t / (1 + g * t)), isolate(s)


@derivation("A reward behind the best: Jensen–Shannon", catalog="C22", tier=3)
def jensen_shannon_behind(s: Positive, t: Positive, g: Real) -> Lines:
    """The ratio s of a response whose slope is g below that of the best one, which has the ratio t."""
    yield Gt(1 + t * (1 - exp(-g)), 0), given("true of g ≥ 0, and otherwise while the slope stays below log 2")
    yield Eq(log(2 * s / (1 + s)), log(2 * t / (1 + t)) - g), given("λ is the same for both responses")
    yield exponentiate
    yield Eq(s, t * exp(-g) / (1 + t * (1 - exp(-g)))), isolate(s)


@derivation("A reward behind the best: α", catalog="C22", tier=3)
def power_behind(s: Positive, t: Positive, g: Real, alpha: Positive) -> Lines:
    """The ratio s of a response whose slope is g below that of the best one, which has the ratio t."""
    yield Ge(g, 0), given("the other is the best")
    yield Eq((1 - s ** (-alpha)) / alpha, (1 - t ** (-alpha)) / alpha - g), given("λ is the same for both responses")
    yield Eq(s ** (-alpha), t ** (-alpha) + alpha * g), isolate(s ** (-alpha))
    yield take_logs
    yield isolate(log(s))
    yield exponentiate
    yield Eq(s, t * exp(-log(1 + alpha * g * exp(alpha * log(t))) / alpha)), "take t out of the logarithm"


@derivation("A reward behind the best: χ²", catalog="C22", tier=3)
def squared_behind(t: Positive, g: Real) -> Lines:
    """The best ratio at the slope (t − 1) − g: far behind, a response is not sampled at all."""
    yield Max(0, 1 + ((t - 1) - g)), "the ratio that χ² allows this reward"
    yield Max(0, t - g), cancel


# ------------------------------------------------------------------ numeric functions

BEHIND = {
    "reverse_kl": numeric(reverse_behind, args={"t": "t", "gap": "g"}),
    "forward_kl": numeric(forward_behind, args={"t": "t", "gap": "g"}),
    "js": numeric(jensen_shannon_behind, args={"t": "t", "gap": "g"}),
    "alpha": numeric(power_behind, args={"t": "t", "gap": "g", "alpha": "alpha"}),
    "chi2": numeric(squared_behind, args={"t": "t", "gap": "g"}),
}

fdiv_optimal_policy = driven(
    forward_policy,
    "fdiv_optimal_policy",
    kernels=kernels(behind=BEHIND, slope=SLOPES),
    doc="The policy that maximises E_π[r] − β D_f(π ‖ π_ref), and the multiplier λ of Σ π = 1.",
    bound="probabilities within 1e-11 of each, the multiplier within 1e-12 · (|λ| + β + max |r|)",
)
