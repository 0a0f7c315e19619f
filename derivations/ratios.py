"""Importance ratios that are averaged, stopped, gated or reshaped: the objectives after PPO.

Source: Zheng et al. (2025), arXiv 2507.18071, eq. 7 (GSPO, from memory); Zhao et al. (2025), arXiv 2507.20673, eq. 4
(GMPO, from memory); MiniMax (2025), arXiv 2506.13585, eq. 4 (CISPO, from memory); Shao et al. (2024), arXiv 2402.03300,
sec. 4.1 (GRPO); Gao et al. (2025), arXiv 2511.20347 (SAPO); Shen et al. (2026), arXiv 2602.10693 (VESPO, the authors
from memory).
"""

from typing import Annotated

from symrlhf import (
    DependsOn,
    Group,
    Lines,
    Max,
    Min,
    Parameter,
    Positive,
    PositiveInteger,
    Prod,
    Real,
    Reward,
    Sum,
    Sym,
    derivation,
    diff,
    driven,
    exp,
    log,
    numeric,
    sigmoid,
    start,
    stop_gradient,
)
from symrlhf.steps import combine_exponents, differentiate, factor


@derivation("The length-normalised ratio of a sequence", catalog="H6", tier=3)
def geometric_ratio(ell: Reward, T: PositiveInteger) -> Lines:
    """GSPO weighs a response by the geometric mean of its tokens' ratios, whose logarithm is a plain mean."""
    t = Sym("t", T.sort)
    yield Prod(t, 1, T, exp(ell[t])) ** (1 / T)
    yield exp((1 / T) * Sum(t, 1, T, ell[t])), "the logarithm of a product"


@derivation("The gradient of the length-normalised ratio", catalog="H6", tier=3)
def geometric_ratio_gradient(theta: Parameter, ell: Annotated[Reward, DependsOn("theta")], T: PositiveInteger) -> Lines:
    """Every token of a response is scaled by the same ratio over the length."""
    t = Sym("t", T.sort)
    yield diff(exp((1 / T) * Sum(t, 1, T, ell[t])), theta)
    yield differentiate(theta)


@derivation("The gradient of GRPO on-policy", catalog="H5", tier=2)
def grpo_gradient(
    theta: Parameter,
    ell: Annotated[Reward, DependsOn("theta")],
    ell_ref: Reward,
    A: Reward,
    w: Reward,
    beta: Positive,
    tokens: Group,
) -> Lines:
    """A token i of weight w_i moves by its advantage less β (1 − u), u = π_ref/π: so the penalty k₃ pulls back."""
    i = tokens.index("i")
    u = exp(ell_ref[i] - ell[i])
    objective = exp(ell[i] - stop_gradient(ell[i])) * A[i] - beta * (u - 1 - log(u))
    yield diff(Sum(i, w[i] * objective), theta), "ρ A − β k₃, ρ = e^{ℓ − sg ℓ}, summed over the tokens of a group"
    yield differentiate(theta)
    yield Sum(i, w[i] * (A[i] - beta * (1 - u)) * diff(ell[i], theta)), factor, "on-policy each ratio is 1"


@derivation("Clipping in log-ratios", catalog="H7", tier=3)
def clipped_log_ratio(rho: Positive, eps: Positive, delta: Positive) -> Lines:
    """GMPO clips ratios at e^δ, or at e^{−ε} from below: the logarithm is clipped at δ, or at −ε."""
    yield log(Min(rho, exp(delta)))
    yield Min(log(rho), delta), "the logarithm rises"
    yield start(log(Max(rho, exp(-eps))))
    yield Max(log(rho), -eps), "the logarithm rises"


@derivation("The stopped ratio of CISPO", catalog="H7", tier=3)
def stopped_ratio(
    theta: Parameter, ell: Annotated[Real, DependsOn("theta")], ell_old: Real, A: Real, c: Positive
) -> Lines:
    """The ratio is capped but not differentiated: no token loses its gradient."""
    yield diff(-(stop_gradient(Min(exp(ell - ell_old), c)) * A * ell), theta)
    yield differentiate(theta)


@derivation("The gate of SAPO", catalog="H7", tier=3)
def gate_slope(rho: Real, tau: Positive) -> Lines:
    """Instead of a clip, a sigmoid: its slope in the ratio is 1 where the policy has not moved, and dies out."""
    yield diff(4 / tau * sigmoid(tau * (rho - 1)), rho)
    yield differentiate(rho)


@derivation("The reshaped weight of VESPO", catalog="H7", tier=3)
def reshaped_weight(w: Positive, lam: Positive, k: Positive) -> Lines:
    """It is 1 for a ratio of 1, largest at k/λ, and goes to 0 on both sides: in logarithms no factor overflows."""
    yield exp(lam) * w**k * exp(-lam * w)
    yield exp(k * log(w) - lam * (w - 1)), combine_exponents, "the logarithm of each factor"


@derivation("The objective of SAPO", catalog="H7", tier=3)
def gated_objective(rho: Real, A: Real, tau: Positive, tau_neg: Positive) -> Lines:
    """Tokens with negative advantages have a temperature of their own, by default a little greater."""
    good, bad = 4 / tau * sigmoid(tau * (rho - 1)), 4 / tau_neg * sigmoid(tau_neg * (rho - 1))
    yield diff(Max(A, 0) * good + Min(A, 0) * bad, rho), "the slope in the ratio"
    yield differentiate(rho)


# ------------------------------------------------------------------ numeric functions

gspo_ratio = driven(
    geometric_ratio, "gspo_ratio", doc="The length-normalised ratio of GSPO: the geometric mean of the tokens' ratios."
)
_clipped = numeric(
    clipped_log_ratio,
    args=lambda rho, eps, delta: {"logratio": log(rho), "eps_low": eps, "eps_high": delta},
    returns=lambda rho, eps, delta: {"capped": Min(log(rho), delta), "raised": Max(log(rho), -eps)},
    wrt=("logratio",),
)
gmpo_ratio = driven(
    clipped_log_ratio,
    "gmpo_ratio",
    kernels={"clipped": _clipped},
    doc="The ratio of GMPO: the geometric mean of the tokens' ratios, clipped on the side of the advantage.",
)
cispo_loss = numeric(
    stopped_ratio,
    args={"logp": "ell", "old_logp": "ell_old", "advantage": "A", "cap": "c"},
    returns=lambda ell, ell_old, A, c: -(stop_gradient(Min(exp(ell - ell_old), c)) * A * ell),
    mean_over="batch",
    masked=True,
    defaults={"cap": 5.0},
    wrt=("logp",),
    doc="The loss of CISPO, −sg(min(ρ, cap)) A log π with ρ = exp(logp − old_logp); cap is 1 + ε_high of the paper.",
)
sapo_gate = numeric(
    gate_slope,
    args=lambda rho, tau: {"logratio": log(rho), "tau": tau},
    returns=lambda rho, tau: 4 / tau * sigmoid(tau * (rho - 1)),
    mean_over="batch",
    masked=True,
    defaults={"tau": 1.0, "reduction": "none"},
    wrt=("logratio",),
    doc="The gate of SAPO in place of the ratio: (4/τ) σ(τ(ρ − 1)).",
)
sapo_objective = numeric(
    gated_objective,
    args=lambda rho, A, tau, tau_neg: {"logratio": log(rho), "advantage": A, "tau_pos": tau, "tau_neg": tau_neg},
    returns=lambda rho, A, tau, tau_neg: (
        Max(A, 0) * (4 / tau * sigmoid(tau * (rho - 1))) + Min(A, 0) * (4 / tau_neg * sigmoid(tau_neg * (rho - 1)))
    ),
    mean_over="batch",
    masked=True,
    defaults={"tau_pos": 1.0, "tau_neg": 1.05, "reduction": "none"},
    wrt=("logratio",),
    doc="The objective of SAPO, to be maximised: the gated ratio times the advantage, τ by the advantage's sign.",
)
vespo_weight = numeric(
    reshaped_weight,
    args=lambda w, lam, k: {"logratio": log(w), "k": k, "lam": lam},
    mean_over="batch",
    masked=True,
    defaults={"k": 2.0, "lam": 3.0, "reduction": "none"},
    wrt=("logratio",),
    doc="The weight of VESPO in place of a clip, e^λ w^k e^{−λ w} for w = exp(logratio).",
)
