"""The reward model: maximum likelihood of pairwise preferences, and its gradient.

Source: Christiano et al. (2017), arXiv 1706.03741, eq. 1; Ouyang et al. (2022), arXiv 2203.02155, eq. 1;
Touvron et al. (2023), arXiv 2307.09288, eq. 2 (margins, from memory); Szegedy et al. (2016), arXiv 1512.00567, sec. 7
(label smoothing); Eisenstein et al. (2023), arXiv 2312.09244, sec. 3 (centring, from memory).
"""

from typing import Annotated

from symrlhf import (
    Data,
    DependsOn,
    Lines,
    Lt,
    Parameter,
    Prod,
    Real,
    Reward,
    Sum,
    by,
    derivation,
    diff,
    exp,
    log,
    numeric,
    sigmoid,
    softplus,
    start,
)
from symrlhf.steps import collect, differentiate, expand, factor_out_of_sum, log_of_product

from .bradley_terry import bradley_terry_to_sigmoid
from .sigmoid import log_sigmoid_softplus, sigmoid_complement, softplus_difference


@derivation("The reward-model loss", catalog="B1 B2", tier=1)
def reward_model_loss(r: Reward, data: Data) -> Lines:
    """The mean negative log-likelihood of independent Bradley–Terry comparisons is a logistic loss."""
    i = data.index("i")
    r_w, r_l = r[data.x[i], data.y_w[i]], r[data.x[i], data.y_l[i]]
    yield -(1 / data.size) * log(Prod(i, exp(r_w) / (exp(r_w) + exp(r_l)))), "minus the mean log-likelihood"
    yield by(bradley_terry_to_sigmoid, r_w=r_w, r_l=r_l)
    yield log_of_product
    yield by(log_sigmoid_softplus, z=r_w - r_l)
    yield factor_out_of_sum


@derivation("Margins, label smoothing and centring", catalog="B7 B8", tier=2)
def smoothed_margin_loss(r: Reward, m: Reward, eps: Real, c: Real, data: Data) -> Lines:
    """Smoothing adds a straight line, softplus(−z) + ε z, where z is what exceeds the demanded margin."""
    i = data.index("i")
    r_w, r_l = r[data.x[i], data.y_w[i]], r[data.x[i], data.y_l[i]]
    z = r_w - r_l - m[i]
    centring = c * (r_w + r_l) ** 2
    yield (
        (1 / data.size) * Sum(i, (1 - eps) * softplus(-z) + eps * softplus(z) + centring),
        "each label is right with probability 1 − ε; the last term pulls the mean score to 0",
    )
    yield (1 / data.size) * Sum(i, softplus(-z) - eps * softplus(-z) + eps * softplus(z) + centring), expand
    yield (
        (1 / data.size) * Sum(i, softplus(-z) + eps * (softplus(z) - softplus(-z)) + centring),
        collect(eps),
    )
    yield by(softplus_difference, z=z)


@derivation("The gradient of the reward-model loss", catalog="B3", tier=1)
def reward_model_gradient(phi: Parameter, r_phi: Annotated[Reward, DependsOn("phi")], data: Data) -> Lines:
    """Each comparison is weighted by the probability that the model gives to the wrong answer."""
    i = data.index("i")
    r_w, r_l = r_phi[data.x[i], data.y_w[i]], r_phi[data.x[i], data.y_l[i]]
    yield diff(-(1 / data.size) * Sum(i, log(sigmoid(r_w - r_l))), phi), "the gradient of the loss"
    yield differentiate(phi), "chain rule, with (log σ)′(z) = σ(−z)"
    yield by(sigmoid_complement, z=r_w - r_l)


@derivation("The gradient in the scores", catalog="B3", tier=1)
def score_gradient(r_w: Real, r_l: Real) -> Lines:
    """For free scores, descent raises the preferred one by the probability of the mistake, and lowers the other."""
    loss = -log(sigmoid(r_w - r_l))
    yield diff(loss, r_w), "the slope of the loss of one pair in the preferred score"
    yield differentiate(r_w), "chain rule, with (log σ)′(z) = σ(−z)"
    yield start(diff(loss, r_l)), "and in the other"
    yield differentiate(r_l), "the opposite: what one score gains the other loses"
    yield Lt(diff(loss, r_l), 1), "no pair pulls harder than 1"


rm_loss = numeric(
    smoothed_margin_loss,
    args=lambda r, data, i, m, eps, c: {
        "r_w": r[data.x[i], data.y_w[i]],
        "r_l": r[data.x[i], data.y_l[i]],
        "margin": m[i],
        "label_smoothing": eps,
        "center": c,
    },
    mean_over="D",
    defaults={"margin": None, "label_smoothing": 0.0, "center": 0.0},
    domain={"label_smoothing": "[0, 1)"},
    doc="The preference loss of a reward model, with margin, label smoothing and centring.",
)
