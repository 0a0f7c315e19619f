"""Losses of single responses: each log-ratio has its own target.

Source: Ethayarajh et al. (2024), arXiv 2402.01306, eq. 7 (KTO); Jung et al. (2024), arXiv 2404.04656, sec. 4 (BCO, the
section from memory); D'Oosterlinck et al. (2024), arXiv 2408.06266, eqs. 7–8 (APO); Chen et al. (2024), arXiv
2402.05369, sec. 4 (NCA, the section from memory); Wu et al. (2024), arXiv 2405.00675, eq. 4.7 (SPPO).
"""

from symrlhf import Lines, Lt, Positive, Real, by, derivation, diff, log, numeric, sigmoid, softplus, start
from symrlhf.steps import compute, differentiate, expand, negate, take_logs, unfold_definition

from .sigmoid import log_sigmoid_softplus, sigmoid_complement, sigmoid_product


@derivation("The KTO loss", catalog="G8", tier=2)
def kahneman_tversky(ell: Real, z_0: Real, beta: Positive, d: Real, lam_d: Real, lam_u: Real) -> Lines:
    """The value of a log-ratio ℓ saturates on both sides of z₀; d is 1 for a desirable response and 0 for another."""
    yield (
        d * lam_d * (1 - sigmoid(beta * (ell - z_0))) + (1 - d) * lam_u * (1 - sigmoid(beta * (z_0 - ell))),
        "what the value σ lacks of 1, weighted by λ_d or λ_u",
    )
    yield by(sigmoid_complement, z=beta * (ell - z_0))
    yield by(sigmoid_complement, z=beta * (z_0 - ell))


@derivation("The KTO loss of a pair", catalog="G8", tier=2)
def kahneman_tversky_pair(ell_w: Real, ell_l: Real, z_0: Real, beta: Positive, lam_d: Real, lam_u: Real) -> Lines:
    """A chosen response is desirable, a rejected one is not."""
    yield (
        lam_d * (1 - sigmoid(beta * (ell_w - z_0))) + lam_u * (1 - sigmoid(beta * (z_0 - ell_l))),
        "the losses of its two responses",
    )
    yield by(sigmoid_complement, z=beta * (ell_w - z_0))
    yield by(sigmoid_complement, z=beta * (z_0 - ell_l))


@derivation("The BCO loss", catalog="G17", tier=3)
def binary_classifier(ell: Real, delta: Real, beta: Positive, d: Real) -> Lines:
    """The log loss of a classifier of desirable responses (d = 1) whose logit is the reward βℓ, less a shift δ."""
    yield (
        -d * log(sigmoid(beta * ell - delta)) - (1 - d) * log(sigmoid(-(beta * ell - delta))),
        "minus the log-probability of the label",
    )
    yield by(log_sigmoid_softplus, z=beta * ell - delta)
    yield by(log_sigmoid_softplus, z=-(beta * ell - delta))


@derivation("The BCO loss of a pair", catalog="G17", tier=3)
def upper_bound(ell_w: Real, ell_l: Real, delta: Real, beta: Positive) -> Lines:
    """The two responses are classified apart, by the threshold δ."""
    yield -log(sigmoid(beta * ell_w - delta)) - log(sigmoid(-(beta * ell_l - delta))), "the losses of its two responses"
    yield by(log_sigmoid_softplus, z=beta * ell_w - delta)
    yield by(log_sigmoid_softplus, z=-(beta * ell_l - delta))


@derivation("The BCO loss bounds the DPO loss", catalog="G17", tier=3)
def bco_above_dpo(a: Real, b: Real, delta: Real) -> Lines:
    """For rewards a of the chosen and b of the rejected response, whatever the threshold δ is: take −log of σ σ < σ."""
    yield Lt(sigmoid(a - delta) * sigmoid(delta - b), sigmoid(a - b)), by(sigmoid_product, a=a - delta, b=delta - b)
    yield take_logs
    yield negate


@derivation("The APO-zero loss", catalog="G14", tier=3)
def anchored_zero(ell_w: Real, ell_l: Real, beta: Positive) -> Lines:
    """The chosen response is pushed above the reference, the rejected one below it."""
    yield 1 - sigmoid(beta * ell_w) + sigmoid(beta * ell_l), "each response against the reference"
    yield by(sigmoid_complement, z=beta * ell_w)


@derivation("The APO-down loss", catalog="G14", tier=3)
def anchored_down(ell_w: Real, ell_l: Real, beta: Positive) -> Lines:
    """The rejected response is pushed down; so is the chosen one, while |ℓ_w| is less than the margin |ℓ_w − ℓ_l|."""
    yield sigmoid(beta * ell_w) + (1 - sigmoid(beta * (ell_w - ell_l))), "the chosen one, and the margin"
    yield by(sigmoid_complement, z=beta * (ell_w - ell_l))


@derivation("The NCA loss of a pair", catalog="G15", tier=3)
def noise_contrastive(ell_w: Real, ell_l: Real, beta: Positive) -> Lines:
    """The chosen response is an example, and both are half a counterexample."""
    yield (
        -log(sigmoid(beta * ell_w)) - log(sigmoid(-(beta * ell_w))) / 2 - log(sigmoid(-(beta * ell_l))) / 2,
        "the log loss of a classifier whose logit is βℓ",
    )
    yield by(log_sigmoid_softplus, z=beta * ell_w)
    yield by(log_sigmoid_softplus, z=-(beta * ell_w))
    yield by(log_sigmoid_softplus, z=-(beta * ell_l))


@derivation("NCA keeps the chosen reward at log 2", catalog="G15", tier=3)
def noise_contrastive_slope(a: Real) -> Lines:
    """In the reward a of the chosen response the slope is 0 where σ(a) = 2/3, so it does not grow without end."""
    yield diff(softplus(-a) + softplus(a) / 2, a), "what the loss holds of a"
    yield differentiate(a)
    yield 3 * sigmoid(a) / 2 - 1, by(sigmoid_complement, z=a)
    yield start(3 * sigmoid(log(2)) / 2 - 1), "at a = log 2"
    yield unfold_definition(sigmoid)
    yield compute("simplify"), "σ(log 2) = 2/3"


@derivation("The hard SPPO loss", catalog="G16", tier=3)
def self_play(ell_w: Real, ell_l: Real, beta: Positive) -> Lines:
    """Each log-ratio is fitted to ±1/(2β): the margin to 1/β, and the sum to 0."""
    yield (ell_w - 1 / (2 * beta)) ** 2 + (ell_l + 1 / (2 * beta)) ** 2, "one square for each response"
    yield ((ell_w - ell_l) - 1 / beta) ** 2 / 2 + (ell_w + ell_l) ** 2 / 2, expand, "in margin and sum"


# ------------------------------------------------------------------ numeric functions

PAIR = {name: name for name in ("logp_w", "logp_l", "ref_w", "ref_l")}
ONE = {name: name for name in ("logp", "ref")}


def log_ratios(logp_w: Real, logp_l: Real, ref_w: Real, ref_l: Real) -> dict[str, Real]:
    """The log-ratio of the chosen response and that of the rejected one."""
    return {"ell_w": logp_w - ref_w, "ell_l": logp_l - ref_l}


def log_ratio(logp: Real, ref: Real) -> dict[str, Real]:
    """The log-ratio of one response."""
    return {"ell": logp - ref}


kto_loss = numeric(
    kahneman_tversky,
    args={
        **ONE,
        "labels": "d",
        "z0": "z_0",
        "beta": "beta",
        "weight_desirable": "lam_d",
        "weight_undesirable": "lam_u",
    },
    at=log_ratio,
    mean_over="batch",
    defaults={"z0": 0.0, "beta": 0.1, "weight_desirable": 1.0, "weight_undesirable": 1.0},
    domain={"labels": "{0, 1}"},
    wrt=("logp",),
    doc="The KTO loss of responses labelled desirable (1) or not (0); z0 is detached and has no derivative.",
)
kto_pair_loss = numeric(
    kahneman_tversky_pair,
    args={**PAIR, "beta": "beta", "z0": "z_0", "weight_desirable": "lam_d", "weight_undesirable": "lam_u"},
    at=log_ratios,
    mean_over="batch",
    defaults={"beta": 0.1, "z0": 0.0, "weight_desirable": 1.0, "weight_undesirable": 1.0},
    wrt=("logp_w", "logp_l"),
    doc="The KTO loss of a pair, summed over its two responses; z0 is detached and has no derivative.",
)
bco_loss = numeric(
    binary_classifier,
    args={**ONE, "labels": "d", "delta": "delta", "beta": "beta"},
    at=log_ratio,
    mean_over="batch",
    defaults={"delta": 0.0, "beta": 0.1},
    domain={"labels": "{0, 1}"},
    wrt=("logp",),
    doc="The BCO loss of responses labelled desirable (1) or not (0); the shift δ is detached.",
)
bco_pair_loss = numeric(
    upper_bound,
    args={**PAIR, "beta": "beta", "delta": "delta"},
    at=log_ratios,
    mean_over="batch",
    defaults={"beta": 0.1, "delta": 0.0},
    wrt=("logp_w", "logp_l"),
    doc="The BCO loss of a pair, summed over its two responses.",
)
apo_zero_loss = numeric(
    anchored_zero,
    args={**PAIR, "beta": "beta"},
    at=log_ratios,
    mean_over="batch",
    defaults={"beta": 0.1},
    wrt=("logp_w", "logp_l"),
    doc="The APO-zero loss of a pair.",
)
apo_down_loss = numeric(
    anchored_down,
    args={**PAIR, "beta": "beta"},
    at=log_ratios,
    mean_over="batch",
    defaults={"beta": 0.1},
    wrt=("logp_w", "logp_l"),
    doc="The APO-down loss of a pair.",
)
nca_loss = numeric(
    noise_contrastive,
    args={**PAIR, "beta": "beta"},
    at=log_ratios,
    mean_over="batch",
    defaults={"beta": 0.1},
    wrt=("logp_w", "logp_l"),
    doc="The NCA loss of a pair.",
)
sppo_loss = numeric(
    self_play,
    args={**PAIR, "beta": "beta"},
    at=log_ratios,
    side="lhs",
    mean_over="batch",
    defaults={"beta": 0.1},
    wrt=("logp_w", "logp_l"),
    doc="The hard SPPO loss of a pair; 1/β is the paper's step size.",
)
