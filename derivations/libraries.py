"""What libraries compute: the formula as coded beside the formula of the paper, equal or not.

As read in the code of TRL 1.10.0.dev0 of 2026-07-24, OpenRLHF of 2026-08-13 and verl of 2026-01-29; other versions may
differ. What is said of code is an observation; what is proven is how far the two formulas are apart. Where they were
proven elsewhere, the chapters on estimators, advantages and pairwise losses have the theorem.

Source: Shao et al. (2024), arXiv 2402.03300, sec. 4.1; MiniMax (2025), arXiv 2506.13585, eq. 4 (from memory); Ye et al.
(2019), arXiv 1912.09729, sec. 3 (from memory); Azar et al. (2023), arXiv 2310.12036, eq. 17; Wang et al. (2023), arXiv
2309.16240, table 1; Chowdhury et al. (2024), arXiv 2403.00409, eq. 9 (from memory); Lu et al. (2024), arXiv 2406.08414,
eq. 5; Munos et al. (2023), arXiv 2312.00886, sec. 7 (from memory); Agarwal et al. (2023), arXiv 2306.13649, eq. 1; the
code of TRL, OpenRLHF and verl.
"""

from symrlhf import (
    KL,
    Gt,
    Lines,
    Max,
    Min,
    Ne,
    Policy,
    Positive,
    Rational,
    Real,
    by,
    clip,
    derivation,
    diff,
    exp,
    given,
    limit,
    log,
    log_gap,
    oo,
    sigmoid,
    softplus,
    sqrt,
    start,
)
from symrlhf.steps import (
    cancel,
    differentiate,
    expand,
    factor,
    fold,
    rounding,
    settle,
    take_limits,
    unfold_definition,
)

from .sigmoid import log_sigmoid_softplus

# ------------------------------------------------------------------ groups and ratios


@derivation("The deviation with G − 1", catalog="S13", tier=2)
def bessel_deviation(d: Real, S: Positive, G: Real) -> Lines:
    """TRL divides by √(S/(G − 1)), the paper by √(S/G): every advantage is smaller by √((G − 1)/G)."""
    yield Gt(G, 1), given("a group of more than one")
    yield start(d / sqrt(S / (G - 1))), "as coded, for a deviation d and a sum of squares S"
    yield sqrt((G - 1) / G) * (d / sqrt(S / G)), "the paper's, times a factor"


@derivation("CISPO's default cap", catalog="S13", tier=3)
def default_cap(rho: Positive, A: Real) -> Lines:
    """TRL caps the weight at ε_high alone, and an unset ε_high is 0.2: the cap meets every ratio near 1."""
    above = yield Gt(rho, Rational(1, 5)), given("the ratio is above the cap, as ratios near 1 are")
    yield start(Min(rho, Rational(1, 5)) * A), "as coded"
    yield A / 5, settle(above), "the paper's weight at ρ = 1 is A"


@derivation("The dual clip is on", catalog="S13", tier=3)
def default_dual_clip(rho: Positive, A: Positive) -> Lines:
    """verl takes max(f, 3 · advantage) for negative advantages: beyond ρ = 3 there is no gradient, in PPO there is."""
    low, high = 1 - Rational(1, 5), 1 + Rational(1, 5)
    above = yield Gt(rho, 3), given("a bad action that became three times as likely")
    yield start(Max(Min(-(rho * A), -(clip(rho, low, high) * A)), -(3 * A))), "as coded, for the advantage −A"
    yield -(3 * A), settle(above), "nothing depends on ρ"
    yield start(Min(-(rho * A), -(clip(rho, low, high) * A))), "the paper's"
    yield -(rho * A), settle(above), "its slope in ρ is −A"


@derivation("A clamped estimator does not pull back", catalog="S13", tier=3)
def clamped_estimator(ell: Real) -> Lines:
    """verl clamps log-ratios to ±20 before k₃: what is farther away has no gradient."""
    far = yield Gt(ell, 20), given("a policy far from its reference")
    yield start(log_gap(exp(-clip(ell, -20, 20)))), "as coded"
    yield log_gap(exp(Rational(-20))), settle(far), "the same for every such ℓ; k₃ itself grows like ℓ"


# ------------------------------------------------------------------ pairwise losses


@derivation("Label smoothing that is ignored", catalog="S13", tier=2)
def lost_smoothing(z: Real, eps: Real) -> Lines:
    """TRL's sigmoid loss ignores its label smoothing: what is missing is a straight line, and with it the minimum."""
    yield softplus(-z) + eps * z - -log(sigmoid(z)), "cDPO less what is coded"
    yield by(log_sigmoid_softplus, z=z)
    yield cancel


@derivation("IPO with a length", catalog="S13", tier=2)
def mean_margin(h: Real, n: Positive, tau: Positive) -> Lines:
    """TRL divides log-ratios by the length n: the margin of the sequences is driven to n/(2τ), not to 1/(2τ)."""
    yield (h / n - 1 / (2 * tau)) ** 2, "as coded, for two responses of n tokens"
    yield (h - n / (2 * tau)) ** 2 / n**2, factor, "the paper's target is 1/(2τ)"


@derivation("The α of α-divergences", catalog="S13", tier=3)
def other_alpha(t: Positive, a: Real) -> Lines:
    """TRL's slope (t^{a − 1} − 1)/(a − 1) is the paper's with α = 1 − a: the two agree at 1/2, and 0 and 1 swap."""
    yield Ne(a, 1), given("neither limit")
    yield start((t ** (a - 1) - 1) / (a - 1)), "as coded"
    yield (1 - t ** (-(1 - a))) / (1 - a), cancel, "the paper's (1 − t^{−α})/α at α = 1 − a"


@derivation("Robust DPO is unbounded below", catalog="S13", tier=2)
def robust_unbounded(z: Real, c: Positive) -> Lines:
    """TRL warns of ε ≥ 1/2 only. Below it, with c = ε/(1 − 2ε), the slope stays under −c: no bound."""
    yield diff(softplus(-z) - c * z, z), "as coded and as in the paper"
    yield differentiate(z)
    yield start(limit(-sigmoid(-z) - c, z, oo)), "the slope of a right pair"
    yield take_limits


@derivation("A ranking loss without its margin", catalog="S13", tier=2)
def lost_margin(D: Real, m: Positive) -> Lines:
    """OpenRLHF's log-exp loss is the logistic one and ignores the margin m: its pull is weaker for every pair."""
    yield diff(log(1 + exp(-D)), D) - diff(softplus(m - D), D), "the slope as coded, less that with the margin"
    yield differentiate(D)
    yield sigmoid(m - D) - sigmoid(-D), fold(sigmoid), "positive, since σ rises: the coded loss is flatter"


@derivation("DiscoPOP is not monotone", catalog="S13", tier=3)
def bump_of_discopop() -> Lines:
    """At τ = 0.05 a margin of 0.07 costs more than one of −0.12: descent drives pairs between them the wrong way."""

    low, high = Rational(-3, 25), Rational(7, 100)
    better = sigmoid(-20 * high) * softplus(-high) + sigmoid(20 * high) * exp(-high)
    worse = sigmoid(-20 * low) * softplus(-low) + sigmoid(20 * low) * exp(-low)
    yield rounding(4, better), "at the margin 0.07"
    yield rounding(4, worse), "at the margin −0.12"


# ------------------------------------------------------------------ divergences


@derivation("The penalty of Nash-MD, token by token", catalog="S13", tier=3)
def tokenwise_penalty(a_1: Real, a_2: Real, s_1: Real, s_2: Real) -> Lines:
    """TRL sums log-ratio times score of each token; the score function asks for the product of the two sums."""
    yield (a_1 + a_2) * (s_1 + s_2) - (a_1 * s_1 + a_2 * s_2), "the paper's, less as coded, for two tokens"
    yield a_1 * s_2 + a_2 * s_1, expand, "each token loses the divergence of the others"


@derivation("The generalised Jensen–Shannon divergence ends at 0", catalog="S13", tier=3)
def ends_of_jensen_shannon(p: Policy, q: Policy) -> Lines:
    """At β = 0 the mixture is q itself. TRL switches to a divergence of p and q there: it jumps in β."""
    yield 0 * KL(p, q) + (1 - 0) * KL(q, q), "β KL(p ‖ m) + (1 − β) KL(q ‖ m) with m = q"
    yield 0, unfold_definition(KL)
