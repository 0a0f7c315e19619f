"""Pairwise losses: what may be done with the margin of a preference.

Source: Mitchell (2023), A note on DPO with noisy preferences, eq. 3 (cDPO); Chowdhury et al. (2024), arXiv 2403.00409,
eq. 9 (robust DPO, from memory); Azar et al. (2023), arXiv 2310.12036, eq. 17 (IPO); Zhao et al. (2023), arXiv
2305.10425, eq. 2 (SLiC, from memory); Meng et al. (2024), arXiv 2405.14734, eq. 6 (SimPO); Xu et al. (2024), arXiv
2401.08417, eq. 3 (CPO, from memory); Hong et al. (2024), arXiv 2403.07691, eqs. 4–8 (ORPO); Ji et al. (2024), arXiv
2402.00856, eq. 16 (EXO); Lu et al. (2024), arXiv 2406.08414, eq. 5 (DiscoPOP); Wang et al. (2023), arXiv 2309.16240,
table 1 (f-DPO, the table from memory); Gupta et al. (2025), arXiv 2501.03884, eq. 6 (AlphaPO, the equation from
memory).
"""

from symrlhf import (
    Abs,
    Eq,
    Gt,
    Lines,
    Lt,
    Max,
    Policy,
    Positive,
    Rational,
    Real,
    Response,
    Reward,
    Sum,
    by,
    choice,
    derivation,
    diff,
    exp,
    given,
    let,
    limit,
    log,
    numeric,
    oo,
    sigmoid,
    softplus,
    start,
)
from symrlhf.steps import (
    absolute_values,
    cancel,
    collect,
    differentiate,
    expand,
    expand_log,
    factor,
    fold,
    substitute,
    take_limits,
    together,
)

from .optimal_policy import reward_of_policy
from .sigmoid import log_sigmoid_softplus, sigmoid_complement, softplus_difference
from .single import apo_down_loss, apo_zero_loss, bco_pair_loss, kto_pair_loss, log_ratios, nca_loss, sppo_loss

# ------------------------------------------------------------------ functions of the margin


@derivation("Conservative preferences", catalog="B8 G5", tier=2)
def conservative_loss(z: Real, eps: Real) -> Lines:
    """A label that is wrong with probability ε adds a straight line to the logistic loss: softplus(−z) + ε z."""
    yield -(1 - eps) * log(sigmoid(z)) - eps * log(sigmoid(-z)), "the mean loss over the two labels"
    yield by(log_sigmoid_softplus, z=z)
    yield by(log_sigmoid_softplus, z=-z)
    yield expand
    yield collect(eps)
    yield by(softplus_difference, z=z)


@derivation("The DPO loss with smoothed labels", catalog="G5", tier=2)
def conservative_dpo(h: Real, beta: Positive, eps: Real) -> Lines:
    """The margin of the log-ratios is h = log(π(y_w)/π_ref(y_w)) − log(π(y_l)/π_ref(y_l)); at ε = 0 this is DPO."""
    yield -(1 - eps) * log(sigmoid(beta * h)) - eps * log(sigmoid(-(beta * h))), "the mean loss over the two labels"
    yield by(conservative_loss, z=beta * h)


@derivation("The gradient of DPO in the margin", catalog="G2 G5", tier=2)
def conservative_dpo_gradient(h: Real, beta: Positive, eps: Real) -> Lines:
    """Descent raises the margin by β times what σ(βh) lacks of 1 − ε: it stops at h = logit(1 − ε)/β."""
    yield diff(softplus(-(beta * h)) + eps * (beta * h), h), "the slope of the loss"
    yield differentiate(h)
    yield factor


@derivation("The robust DPO loss", catalog="G6", tier=2)
def robust_dpo(h: Real, beta: Positive, eps: Real) -> Lines:
    """Unbiased under flips with probability ε < 1/2 is the clean loss minus a line: unbounded below if ε > 0."""
    yield Lt(eps, Rational(1, 2)), given("fewer than half of the labels are flipped")
    yield start(((1 - eps) * softplus(-(beta * h)) - eps * softplus(beta * h)) / (1 - 2 * eps)), "the corrected loss"
    yield (
        (softplus(-(beta * h)) - eps * (softplus(beta * h) - softplus(-(beta * h))) / (1 - 2 * eps)),
        expand,
        "split off one clean loss",
    )
    yield by(softplus_difference, z=beta * h)


@derivation("The robust loss is unbiased", catalog="G6", tier=2)
def robust_is_unbiased(z: Real, eps: Real) -> Lines:
    """Averaged over flipped labels, the corrected loss is the loss of the clean label."""
    yield Lt(eps, Rational(1, 2)), given("fewer than half of the labels are flipped")
    yield (
        start((1 - eps) * (softplus(-z) - eps * z / (1 - 2 * eps)) + eps * (softplus(z) + eps * z / (1 - 2 * eps))),
        "the label is right with probability 1 − ε",
    )
    yield softplus(-z) + eps * (softplus(z) - softplus(-z)) - eps * z, expand, "multiply out, and collect in ε"
    yield by(softplus_difference, z=z)
    yield cancel


@derivation("The IPO loss", catalog="G7", tier=2)
def identity_preference(h: Real, tau: Positive, p: Real) -> Lines:
    """Labels that are right with probability p are fitted by the margin (2p − 1)/(2τ), finite even for p = 1."""
    yield p * (h - 1 / (2 * tau)) ** 2 + (1 - p) * (h + 1 / (2 * tau)) ** 2, "the mean over the two labels"
    yield (h - (2 * p - 1) / (2 * tau)) ** 2 + p * (1 - p) / tau**2, expand, "multiply out, and complete the square"


@derivation("The target of IPO", catalog="G7", tier=2)
def identity_target(pi: Policy, pi_ref: Policy, P: Reward, tau: Positive, y_w: Response, y_l: Response) -> Lines:
    """With the chance P(y) of being preferred as reward, the optimum's margin is the difference of chances over τ."""
    y = pi.index("y")
    Z = (yield let("Z", Sum(y, pi_ref[y] * exp(P[y] / tau))), "the normaliser").lhs
    chance = yield (
        Eq(P[y], tau * log(pi[y] / pi_ref[y]) + tau * log(Z)),
        by(reward_of_policy, r=P, beta=tau),
    )
    yield start((P[y_w] - P[y_l]) / tau), "the difference of the chances, over τ"
    yield (
        (tau * log(pi[y_w] / pi_ref[y_w]) + tau * log(Z) - (tau * log(pi[y_l] / pi_ref[y_l]) + tau * log(Z))) / tau,
        substitute(chance),
    )
    yield log(pi[y_w] / pi_ref[y_w]) - log(pi[y_l] / pi_ref[y_l]), cancel, "the margin h of the optimum"


@derivation("The square is fitted by labels", catalog="G7", tier=2)
def identity_labels(h: Real, p: Real, tau: Positive) -> Lines:
    """A label I, 1 with probability p, may stand for p: the loss changes by p (1 − p)/τ², which h does not enter."""
    yield p * (h - 1 / tau) ** 2 + (1 - p) * h**2, "the mean of (h − I/τ)² over the label I"
    yield (h - p / tau) ** 2 + p * (1 - p) / tau**2, expand, "multiply out, and complete the square"


@derivation("The hinge loss", catalog="G13", tier=2)
def hinge(h: Real, beta: Positive) -> Lines:
    """Pairs whose margin is at least 1/β cost nothing."""
    yield Max(0, 1 - beta * h), "what the margin lacks, βh, of 1"
    yield (1 - beta * h + Abs(1 - beta * h)) / 2, absolute_values, "the greater of 0 and a is (a + |a|)/2"


@derivation("The hinge loss of SLiC", catalog="G13", tier=2)
def calibration_hinge(ell_w: Real, ell_l: Real, delta: Positive) -> Lines:
    """Sequences whose log-probabilities ℓ are δ apart cost nothing; there is no reference."""
    missing = delta - ell_w + ell_l
    yield Max(0, missing), "what the difference lacks of δ"
    yield (missing + Abs(missing)) / 2, absolute_values, "the greater of 0 and a is (a + |a|)/2"


@derivation("The EXO loss of a pair", catalog="G18", tier=3)
def exact_optimisation(h: Real, beta: Positive, eps: Positive) -> Lines:
    """The divergence of the policy's preference from the smoothed label, in the reverse direction of DPO's."""
    z = beta * h
    yield Lt(eps, 1), given("ε is a probability")
    yield (
        start(sigmoid(z) * log(sigmoid(z) / (1 - eps)) + sigmoid(-z) * log(sigmoid(-z) / eps)),
        "KL(Bernoulli σ(βh) ‖ Bernoulli 1 − ε)",
    )
    yield (
        sigmoid(z) * (log(sigmoid(z)) - log(1 - eps)) + sigmoid(-z) * (log(sigmoid(-z)) - log(eps)),
        expand_log,
    )
    yield by(log_sigmoid_softplus, z=z)
    yield (
        sigmoid(z) * (-softplus(-z) - log(1 - eps)) + sigmoid(-z) * (-softplus(z) - log(eps)),
        by(log_sigmoid_softplus, z=-z),
    )


@derivation("The DiscoPOP loss", catalog="G19", tier=3)
def discovered_loss(h: Real, beta: Positive, tau: Positive) -> Lines:
    """A blend of the logistic and the exponential loss; for τ = 0.05 it is not monotone."""
    z = beta * h
    yield (1 - sigmoid(z / tau)) * log(1 + exp(-z)) + sigmoid(z / tau) * exp(-z), "blended by a sigmoid of the margin"
    yield by(sigmoid_complement, z=z / tau)
    yield sigmoid(-(z / tau)) * softplus(-z) + sigmoid(z / tau) * exp(-z), fold(softplus)


# ------------------------------------------------------------------ one frame


@derivation("The slopes of the losses of a margin", catalog="G23", tier=3)
def margin_slopes(z: Real, eps: Real) -> Lines:
    """Where z is β times the margin: the logistic loss, smoothed, corrected for flipped labels, and the squared one."""
    yield Gt(eps, 0), given("a label is wrong with probability ε")
    yield Lt(eps, Rational(1, 2)), given("and is right more often than wrong")
    yield start(diff(softplus(-z), z)), "DPO: from −1 up to 0"
    yield differentiate(z)
    yield start(diff(softplus(-z) + eps * z, z)), "cDPO: from ε − 1 up to ε, 0 where σ(z) = 1 − ε"
    yield differentiate(z)
    yield start(diff(softplus(-z) - eps * z / (1 - 2 * eps), z)), "robust: below −ε/(1 − 2ε), so there is no least loss"
    yield differentiate(z)
    yield start(diff((z - Rational(1, 2)) * (z - Rational(1, 2)), z)), "IPO at τ = β, times β²: without bound"
    yield differentiate(z)


@derivation("The slope of the EXO loss", catalog="G18 G23", tier=3)
def exact_optimisation_slope(z: Real, eps: Positive) -> Lines:
    """It is 0 where σ(z) = 1 − ε, as for cDPO, and dies out on both sides: far outliers are not pulled back."""
    yield Lt(eps, 1), given("ε is a probability")
    yield start(diff(sigmoid(z) * (log(sigmoid(z)) - log(1 - eps)) + sigmoid(-z) * (log(sigmoid(-z)) - log(eps)), z))
    yield differentiate(z)
    yield sigmoid(z) * sigmoid(-z) * (z - log((1 - eps) / eps)), factor, "log σ(z) − log σ(−z) = z"


@derivation("How hard the losses pull", catalog="G23", tier=3)
def margin_pulls(z: Real, eps: Real, c: Real) -> Lines:
    """The slopes for pairs that are wrong or right beyond doubt: only a bounded slope forgives outliers."""
    yield limit(-sigmoid(-z), z, -oo), "DPO, a wrong pair"
    yield take_limits
    yield start(limit(-sigmoid(-z), z, oo)), "DPO, a right pair"
    yield take_limits
    yield start(limit(-sigmoid(-z) + eps, z, -oo)), "cDPO, a wrong pair"
    yield take_limits
    yield start(limit(-sigmoid(-z) + eps, z, oo)), "cDPO, a right pair: it is pushed back"
    yield take_limits
    yield start(limit(sigmoid(z) * sigmoid(-z) * (z - c), z, -oo)), "EXO, a wrong pair, with c = logit(1 − ε)"
    yield take_limits
    yield start(limit(sigmoid(z) * sigmoid(-z) * (z - c), z, oo)), "EXO, a right pair"
    yield take_limits


# ------------------------------------------------------------------ other divergences


@derivation("DPO with the Jensen–Shannon divergence", catalog="F3", tier=3)
def jensen_shannon_dpo(ell_w: Real, ell_l: Real, beta: Positive) -> Lines:
    """The reward is β f′(π/π_ref) with f′(t) = log(2t/(1 + t)): bounded above, so no log-ratio pays without end."""
    reward_w, reward_l = log(2 * exp(ell_w) / (1 + exp(ell_w))), log(2 * exp(ell_l) / (1 + exp(ell_l)))
    yield -log(sigmoid(beta * reward_w - beta * reward_l)), "the preference loss, t = e^ℓ of the log-ratio ℓ"
    yield by(log_sigmoid_softplus, z=beta * reward_w - beta * reward_l)
    yield softplus(-(beta * (softplus(-ell_l) - softplus(-ell_w)))), expand_log, "log(t/(1 + t)) = −softplus(−log t)"


@derivation("DPO with an α divergence", catalog="F3", tier=3)
def alpha_dpo(ell_w: Real, ell_l: Real, beta: Positive, alpha: Positive) -> Lines:
    """Here f′(t) = (1 − t^{−α})/α, between the log t of DPO for α → 0 and 1 − 1/t at α = 1."""
    reward_w, reward_l = (1 - exp(-alpha * ell_w)) / alpha, (1 - exp(-alpha * ell_l)) / alpha
    yield -log(sigmoid(beta * reward_w - beta * reward_l)), "the preference loss, t = e^ℓ of the log-ratio ℓ"
    yield by(log_sigmoid_softplus, z=beta * reward_w - beta * reward_l)
    yield (
        softplus(-(beta * (exp(-alpha * ell_l) - exp(-alpha * ell_w)) / alpha)),
        together,
        "over one denominator the ones cancel",
    )


# ------------------------------------------------------------------ without a reference


@derivation("The SimPO loss", catalog="G9", tier=2)
def simple_preference(
    ell_w: Real, ell_l: Real, n_w: Positive, n_l: Positive, beta: Positive, gamma: Real, eps: Real
) -> Lines:
    """Log-probabilities ℓ over lengths n, a margin γ, and no reference: the optimum is not the tilted policy."""
    z = beta * (ell_w / n_w - ell_l / n_l) - gamma
    yield -(1 - eps) * log(sigmoid(z)) - eps * log(sigmoid(-z)), "the mean loss over the two labels"
    yield by(conservative_loss, z=z)


@derivation("The AlphaPO loss", catalog="G10", tier=3)
def alpha_preference(ell_w: Real, ell_l: Real, beta: Positive, gamma: Real, alpha: Positive) -> Lines:
    """SimPO with the reward (1 − p^{−α})/α of the mean probability p = e^ℓ per token; α → 0 is SimPO."""
    reward_w, reward_l = (1 - exp(-alpha * ell_w)) / alpha, (1 - exp(-alpha * ell_l)) / alpha
    yield -log(sigmoid(beta * reward_w - beta * reward_l - gamma))
    yield by(log_sigmoid_softplus, z=beta * reward_w - beta * reward_l - gamma)
    yield (
        softplus(-(beta * (exp(-alpha * ell_l) - exp(-alpha * ell_w)) / alpha - gamma)),
        together,
        "over one denominator the ones cancel",
    )


@derivation("The CPO loss", catalog="G12", tier=2)
def contrastive_preference(ell_w: Real, ell_l: Real, beta: Positive, eps: Real, alpha: Real) -> Lines:
    """DPO of the log-probabilities ℓ with a uniform reference, plus α times the NLL of the chosen response."""
    z = beta * (ell_w - ell_l)
    yield -(1 - eps) * log(sigmoid(z)) - eps * log(sigmoid(-z)) - alpha * ell_w, "over the two labels, and the NLL"
    yield by(conservative_loss, z=z)


@derivation("The ORPO loss", catalog="G11", tier=2)
def odds_ratio_preference(P_w: Positive, P_l: Positive, beta: Positive) -> Lines:
    """P is the geometric mean of the probabilities of a response's tokens; its odds compare it with all else."""
    z = log(P_w / (1 - P_w)) - log(P_l / (1 - P_l))
    yield Lt(P_w, 1), given("the chosen response is not certain")
    yield Lt(P_l, 1), given("nor is the rejected one")
    yield (
        start(-log(P_w) - beta * log(sigmoid(z))),
        "the NLL of the chosen response, and the logistic loss of the log-odds ratio",
    )
    yield by(log_sigmoid_softplus, z=z)


# ------------------------------------------------------------------ numeric functions

PAIR = {name: name for name in ("logp_w", "logp_l", "ref_w", "ref_l")}
BY = ("logp_w", "logp_l")


def margin(logp_w: Real, logp_l: Real, ref_w: Real, ref_l: Real) -> dict[str, Real]:
    """The margin of the log-ratios; each difference is formed first, where it is exact for near arguments."""
    return {"h": (logp_w - ref_w) - (logp_l - ref_l)}


dpo_loss = numeric(
    conservative_dpo,
    args={**PAIR, "beta": "beta", "label_smoothing": "eps"},
    at=margin,
    mean_over="batch",
    defaults={"beta": 0.1, "label_smoothing": 0.0},
    domain={"label_smoothing": "[0, 1)"},
    wrt=BY,
    doc="The loss of direct preference optimisation, from summed sequence log-probabilities; smoothed, it is cDPO.",
)
robust_dpo_loss = numeric(
    robust_dpo,
    args={**PAIR, "beta": "beta", "label_smoothing": "eps"},
    at=margin,
    mean_over="batch",
    defaults={"beta": 0.1, "label_smoothing": 0.0},
    domain={"label_smoothing": "[0, 0.5)"},
    wrt=BY,
    doc="The DPO loss corrected for labels that are flipped with probability label_smoothing; unbounded below.",
)
ipo_loss = numeric(
    identity_preference,
    args={**PAIR, "beta": "tau"},
    at=lambda logp_w, logp_l, ref_w, ref_l: {**margin(logp_w, logp_l, ref_w, ref_l), "p": Rational(1)},
    mean_over="batch",
    defaults={"beta": 0.1},
    wrt=BY,
    doc="The IPO loss (h − 1/(2β))², from summed sequence log-probabilities; β is the paper's τ.",
)
hinge_loss = numeric(
    hinge,
    args={**PAIR, "beta": "beta"},
    at=margin,
    side="lhs",
    mean_over="batch",
    defaults={"beta": 0.1},
    wrt=BY,
    doc="The hinge loss max(0, 1 − βh) of the margin of log-ratios; at the kink its derivative is 0.",
)
slic_loss = numeric(
    calibration_hinge,
    args={"logp_w": "ell_w", "logp_l": "ell_l", "delta": "delta"},
    side="lhs",
    mean_over="batch",
    defaults={"delta": 1.0},
    wrt=BY,
    doc="The calibration loss of SLiC, max(0, δ − log π_w + log π_l); at the kink its derivative is 0.",
)
exo_loss = numeric(
    exact_optimisation,
    args={**PAIR, "beta": "beta", "label_smoothing": "eps"},
    at=margin,
    mean_over="batch",
    defaults={"beta": 0.1, "label_smoothing": 1e-3},
    domain={"label_smoothing": "(0, 1)"},
    wrt=BY,
    doc="The EXO loss of a pair: KL(Bernoulli σ(βh) ‖ Bernoulli 1 − label_smoothing).",
)
discopop_loss = numeric(
    discovered_loss,
    args={**PAIR, "beta": "beta", "tau": "tau"},
    at=margin,
    mean_over="batch",
    defaults={"beta": 0.1, "tau": 0.05},
    wrt=BY,
    doc="The DiscoPOP loss: the logistic loss blended into the exponential one by σ(βh/τ).",
)
js_dpo_loss = numeric(
    jensen_shannon_dpo,
    args={**PAIR, "beta": "beta"},
    at=log_ratios,
    mean_over="batch",
    defaults={"beta": 0.1},
    wrt=BY,
    doc="The f-DPO loss of the Jensen–Shannon divergence, f′(t) = log(2t/(1 + t)).",
)
alpha_dpo_loss = numeric(
    alpha_dpo,
    args={**PAIR, "beta": "beta", "alpha": "alpha"},
    at=log_ratios,
    mean_over="batch",
    defaults={"beta": 0.1, "alpha": 0.5},
    wrt=BY,
    doc="The f-DPO loss of the α divergence, f′(t) = (1 − t^{−α})/α; α = 1 is the forward divergence.",
)
alphapo_loss = numeric(
    alpha_preference,
    args={"logp_w": "ell_w", "logp_l": "ell_l", "beta": "beta", "gamma": "gamma", "alpha": "alpha"},
    mean_over="batch",
    defaults={"beta": 2.0, "gamma": 1.0, "alpha": 0.25},
    wrt=BY,
    doc="The AlphaPO loss, from mean log-probabilities per token.",
)
simpo_loss = numeric(
    simple_preference,
    args={
        "logp_w": "ell_w",
        "logp_l": "ell_l",
        "beta": "beta",
        "gamma": "gamma",
        "label_smoothing": "eps",
        "len_w": "n_w",
        "len_l": "n_l",
    },
    mean_over="batch",
    defaults={"beta": 2.0, "gamma": 1.0, "label_smoothing": 0.0, "len_w": 1.0, "len_l": 1.0},
    domain={"label_smoothing": "[0, 1)"},
    wrt=BY,
    doc="The SimPO loss, from mean log-probabilities per token (or from sums, with the lengths len_w and len_l).",
)
cpo_loss = numeric(
    contrastive_preference,
    args={"logp_w": "ell_w", "logp_l": "ell_l", "beta": "beta", "alpha": "alpha", "label_smoothing": "eps"},
    mean_over="batch",
    defaults={"beta": 0.1, "alpha": 1.0, "label_smoothing": 0.0},
    domain={"label_smoothing": "[0, 1)"},
    wrt=BY,
    doc="The CPO loss: the logistic loss of β(log π_w − log π_l) plus α times −log π_w.",
)
orpo_loss = numeric(
    odds_ratio_preference,
    args=lambda P_w, P_l, beta: {"logp_w": log(P_w), "logp_l": log(P_l), "beta": beta},
    mean_over="batch",
    defaults={"beta": 0.1},
    domain={"logp_w": "(-inf, 0]", "logp_l": "(-inf, 0]"},
    wrt=BY,
    doc="The ORPO loss, from mean log-probabilities per token; β is the paper's λ. Singular at log-probability 0.\n\n"
    "At logp_w = 0 it is 0 and its slope in logp_w −1 − β P_l/(1 − P_l). At logp_l = 0 it is infinite, as is its slope "
    "in logp_l; that in logp_w is −1 − β/(1 − P_w). Where both are 0 it has no limit: nan.",
)

pairwise_loss = choice(
    {
        "sigmoid": dpo_loss,
        "dpo": dpo_loss,
        "cdpo": dpo_loss,
        "robust": robust_dpo_loss,
        "ipo": ipo_loss,
        "hinge": hinge_loss,
        "slic": slic_loss,
        "exo": exo_loss,
        "discopop": discopop_loss,
        "js": js_dpo_loss,
        "alpha": alpha_dpo_loss,
        "simpo": simpo_loss,
        "alphapo": alphapo_loss,
        "cpo": cpo_loss,
        "orpo": orpo_loss,
        "kto": kto_pair_loss,
        "bco": bco_pair_loss,
        "apo_zero": apo_zero_loss,
        "apo_down": apo_down_loss,
        "nca": nca_loss,
        "sppo": sppo_loss,
    },
    doc="The pairwise loss of this kind.",
)
