"""Worked examples and claims of a lecture: figures computed anew, and what is left of the claims.

The settings that the lecture lists as usual are not mathematics: β from 0.01 to 0.1, ε = 0.2, γ = 1, GAE with λ = 0.95,
four optimiser steps per batch, learning rates from 10^−6 to 5·10^−6, and 512 to 1024 prompts per batch. Nothing here
follows from a theorem, and nothing was verified; from memory, InstructGPT used a KL coefficient of 0.02, and Llama 2
coefficients of 0.01 and 0.005.

Neither is its account of reward hacking: reward models are imperfect, and policies find long answers, safe repetition
and nonsense that scores high, so that a divergence term should keep them where the reward model was trained.

Source: Bradley and Terry (1952), Biometrika 39(3/4), 324–345; Schulman et al. (2017), arXiv 1707.06347, eq. 7;
Ouyang et al. (2022), arXiv 2203.02155, eqs. 1–2.
"""

from symrlhf import (
    Gt,
    Lines,
    Lt,
    Max,
    Min,
    Positive,
    Rational,
    Real,
    by,
    clip,
    derivation,
    diff,
    exp,
    given,
    log,
    sigmoid,
    softplus,
    start,
)
from symrlhf.steps import (
    compute,
    differentiate,
    divide_through,
    exponents,
    multiply_by,
    rounding,
    settle,
    unfold_definition,
)

from .sigmoid import log_sigmoid_softplus, softplus_difference

# ------------------------------------------------------------------ the reward model


@derivation("Example 1: a clear pair", catalog="W1 X1 X2", tier=1)
def clear_pair() -> Lines:
    """The scores 2 and −1 have the margin 3: probability 0.9526, loss 0.0486. The figure 0.0485 is a truncation."""
    yield -log(sigmoid(Rational(3))), "the loss at the margin 3"
    yield by(log_sigmoid_softplus, z=Rational(3))
    yield unfold_definition(softplus)
    yield rounding(4), "0.048587 with more digits"
    yield rounding(4, sigmoid(Rational(3))), "the probability of the preference"


@derivation("Problem 1: a close pair and a confident one", catalog="P1 X7 X8 X9", tier=1)
def close_pair() -> Lines:
    """Margins 0.3 and 4.5. The figure 0.0111 comes from the rounded 0.9890; 0.5545 does not, even from 0.5744."""
    yield -log(sigmoid(Rational(3, 10))), "scores 1.5 and 1.2"
    yield by(log_sigmoid_softplus, z=Rational(3, 10))
    yield rounding(4), "0.554355 with more digits"
    yield start(-log(sigmoid(Rational(9, 2)))), "scores 1.5 and −3"
    yield by(log_sigmoid_softplus, z=Rational(9, 2))
    yield rounding(4), "0.011048 with more digits"


@derivation("The loss is not largest for close pairs", catalog="X11", tier=1)
def mistakes_cost_most() -> Lines:
    """A counterexample: a pair that is wrong by 1 costs more than a tie. Only curvature is largest at 0."""
    yield Gt(softplus(Rational(1)), softplus(Rational(0))), "margin −1 against margin 0"
    yield rounding(4, softplus(Rational(1))), "the loss of the wrong pair"
    yield rounding(4, softplus(Rational(0))), "the loss of the tie, log 2"


@derivation("What a wrong pair costs", catalog="X3", tier=1)
def price_of_a_mistake(d: Positive) -> Lines:
    """The loss at the margin −d is d and a rest that is small for large d only; at d = 1/2 it is nearly 2 d."""
    yield softplus(d), "the loss at the margin −d"
    yield d + softplus(-d), by(softplus_difference, z=d), "the two branches differ by d"
    yield rounding(4, softplus(Rational(1, 2))), "at d = 1/2"


@derivation("The chosen score may fall", catalog="X25", tier=1)
def chosen_score_falls(phi: Real) -> Lines:
    """With r_w = −φ and r_l = −3 φ the margin is 2 φ: descent raises φ, and both scores fall as the margin grows."""
    yield diff(softplus(-(-phi - -(3 * phi))), phi), "the slope of the loss in a parameter of both scores"
    yield differentiate(phi), "negative: descent raises φ"


@derivation("The scale of a reward is not free", catalog="X24", tier=1)
def scale_counts() -> Lines:
    """Twice the margin is a surer preference: 0.7311 becomes 0.8808. Free is the location, also one for each prompt."""
    yield rounding(4, sigmoid(Rational(1))), "the margin 1"
    yield rounding(4, sigmoid(Rational(2))), "the same rewards, doubled"


@derivation("A small squared error is smaller than the error", catalog="X24", tier=1)
def small_errors(e: Positive) -> Lines:
    """Small errors of absolute scores do not cause large losses: below 1 the square is the smaller one."""
    yield Lt(e, 1), given("a small error")
    yield Lt(e**2, e), multiply_by(e)


# ------------------------------------------------------------------ divergence


@derivation("Example 2: three sampled tokens have no divergence", catalog="W2 X4 X12 X21", tier=1)
def no_divergence() -> Lines:
    """Σ π log(π/π_ref) over the sampled tokens is no divergence: with the rows exchanged it is negative."""
    first, second, third = log(Rational(5, 6)), log(Rational(3, 2)), log(Rational(4, 5))
    figure = -(Rational(3, 5) * first) - second / 5 - third / 2
    yield rounding(4, figure), "π = 0.6, 0.2, 0.5 against π_ref = 0.5, 0.3, 0.4"
    exchanged = first / 2 + 3 * second / 10 + 2 * third / 5
    yield rounding(4, exchanged), "the two exchanged; no divergence is negative"


@derivation("Example 2: the penalty of the three tokens", catalog="W2 X12", tier=1)
def penalty_of_three_tokens() -> Lines:
    """The log-ratio of the sequence is log(0.06/0.06): this sample pays no penalty at all, not 0.0140."""
    yield log(Rational(6, 5)) + log(Rational(2, 3)) + log(Rational(5, 4)), "the three log-ratios"
    yield compute("simplify"), "6/5 · 2/3 · 5/4 = 1"


@derivation("Example 3: two responses", catalog="W3 X5 X6", tier=1)
def two_temperatures() -> Lines:
    """Rewards 1 and 3, a uniform reference. At β = 10 the normaliser is 1.2275: 1.2276 comes from e^0.3 ≈ 1.35."""
    yield exp(Rational(2)) / (exp(Rational(2)) + exp(Rational(6))), "the first response at β = 1/2"
    yield divide_through(exp(Rational(2)))
    yield 1 / (1 + exp(Rational(4))), exponents
    yield rounding(4), "that is 1.8 %"
    yield start(exp(Rational(1, 10)) / (exp(Rational(1, 10)) + exp(Rational(3, 10)))), "the first response at β = 10"
    yield divide_through(exp(Rational(1, 10)))
    yield 1 / (1 + exp(Rational(1, 5))), exponents
    yield rounding(4), "that is 45.0 %"
    yield rounding(4, (exp(Rational(1, 10)) + exp(Rational(3, 10))) / 2), "its normaliser"


@derivation("Above average, and down-weighted", catalog="X15", tier=1)
def above_average_down() -> Lines:
    """Rewards 0, 2, 3, a uniform reference, β = 1/2: the reward 2 is above the mean 5/3, but below β log Z."""
    value = log((1 + exp(Rational(4)) + exp(Rational(6))) / 3) / 2
    yield rounding(4, value), "the bar β log Z is above the reward 2"
    share = exp(Rational(4)) / (1 + exp(Rational(4)) + exp(Rational(6)))
    yield rounding(4, share), "π⋆ of the reward 2, which had 1/3"


# ------------------------------------------------------------------ PPO


@derivation("Problem 4: what clipping leaves of a ratio", catalog="P4 X10 X22", tier=1)
def effective_ratios(A: Positive) -> Lines:
    """ε = 1/5, ratios 3 and 1/2. For an advantage −A the other branch counts: clipping alone is not the ratio."""
    low, high = Rational(4, 5), Rational(6, 5)
    for rho, advantage, case in (
        (Rational(3), A, "ratio 3, a good action: 1.2 counts"),
        (Rational(3), -A, "ratio 3, a bad action: 3 counts"),
        (Rational(1, 2), -A, "ratio 1/2, a bad action: 0.8 counts"),
    ):
        yield start(Min(rho * advantage, clip(rho, low, high) * advantage)), case
        yield unfold_definition(clip)
        yield compute("simplify")
    half = Rational(1, 2)
    yield start(Min(half * A, Min(Max(half, low), high) * A)), "ratio 1/2, a good action: 1/2 counts"
    yield compute("simplify")


@derivation("Clipping does not bound the ratio", catalog="X20", tier=1)
def any_ratio_will_do(rho: Positive, A: Positive) -> Lines:
    """Whatever its size, a ratio beyond 1.2 is as good as 1.2: nothing pulls it back."""
    beyond = yield Gt(rho, Rational(6, 5)), given("the ratio is beyond the clip")
    yield start(Min(rho * A, clip(rho, 1 - Rational(1, 5), 1 + Rational(1, 5)) * A))
    yield Rational(6, 5) * A, settle(beyond), "the same for ρ = 2 and ρ = 1000"
