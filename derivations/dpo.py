"""Direct preference optimisation: the reward model written in terms of the policy.

Source: Rafailov et al. (2023), arXiv 2305.18290, eqs. 5–7 and sec. 4 (the gradient).
"""

from typing import Annotated

from symrlhf import (
    Data,
    DependsOn,
    Eq,
    Lines,
    Parameter,
    Policy,
    Positive,
    Prod,
    Real,
    Reward,
    Sum,
    by,
    derivation,
    diff,
    exp,
    let,
    limit,
    log,
    oo,
    sigmoid,
    softplus,
    start,
)
from symrlhf.setting import Family
from symrlhf.steps import cancel, differentiate, factor, substitute, take_limits

from .optimal_policy import reward_of_policy
from .reward_model import reward_model_loss
from .sigmoid import log_sigmoid_softplus


@derivation("The DPO loss", catalog="G1", tier=2)
def direct_preference_optimisation(pi: Policy, pi_ref: Policy, r: Reward, beta: Positive, data: Data) -> Lines:
    """If π is optimal for its own reward, the normaliser cancels and the preference loss is a loss of the policy."""
    i, x, y = data.index("i"), data.x.index("x"), pi.index("y")
    r_w, r_l = r[data.x[i], data.y_w[i]], r[data.x[i], data.y_l[i]]
    Z = Family("Z")
    yield let("Z", Sum(y, pi_ref[x, y] * exp(r[x, y] / beta)), x), "the normaliser of each prompt"
    reward = yield (
        Eq(r[x, y], beta * log(pi[x, y] / pi_ref[x, y]) + beta * log(Z[x])),
        by(reward_of_policy, pi=pi.given(x), pi_ref=pi_ref.given(x), r=r.given(x)),
    )
    yield start(-(1 / data.size) * log(Prod(i, exp(r_w) / (exp(r_w) + exp(r_l))))), "minus the mean log-likelihood"
    yield by(reward_model_loss)
    yield substitute(reward)
    yield cancel, "the two normalisers belong to one prompt"
    yield factor


@derivation("The gradient of the DPO loss", catalog="G2", tier=2)
def dpo_gradient(
    theta: Parameter,
    h: Annotated[Real, DependsOn("theta")],
    beta: Positive,
) -> Lines:
    """The margin h of the log-ratios moves with log π alone: a pair counts by how wrongly the policy ranks it."""
    yield diff(-log(sigmoid(beta * h)), theta), "the loss of one pair"
    yield by(log_sigmoid_softplus, z=beta * h)
    yield differentiate(theta), "chain rule; ∇h = ∇log π(y_w) − ∇log π(y_l), since the reference is fixed"


@derivation("The curvature of the DPO loss", catalog="G2", tier=2)
def dpo_curvature(h: Real, beta: Positive) -> Lines:
    """The loss is convex in the margin, most where the pair is undecided."""
    yield diff(diff(softplus(-(beta * h)), h), h)
    yield differentiate(h), "the slope"
    yield differentiate(h)


@derivation("DPO pushes the rarer response harder", catalog="G2", tier=2)
def dpo_in_probabilities(p_w: Positive, p_l: Positive, c: Real, beta: Positive) -> Lines:
    """The slope in p_l is −p_w/p_l times that in p_w: the rejected response, once it is rarer, is pushed harder."""
    loss = softplus(-(beta * (log(p_w) - log(p_l) - c)))
    yield (
        p_w * diff(loss, p_w) + p_l * diff(loss, p_l),
        "each slope times its probability; c is the reference's log(p_w/p_l)",
    )
    yield differentiate(p_w)
    yield differentiate(p_l)
    yield 0, cancel, "equal and opposite"


@derivation("What DPO leaves free", catalog="G3", tier=3)
def margin_only(ell_w: Real, ell_l: Real, c: Real, beta: Positive) -> Lines:
    """Both log-ratios ℓ may fall together: the loss sees only their margin."""
    yield -log(sigmoid(beta * ((ell_w + c) - (ell_l + c)))), "the loss of one pair, both log-ratios moved by c"
    yield cancel


@derivation("Certain labels have no optimum", catalog="G3", tier=3)
def separable_pair(h: Real, beta: Positive) -> Lines:
    """A pair that is always labelled alike is fitted the better, the greater its margin is, whatever β is."""
    yield diff(softplus(-(beta * h)), h), "the slope of the loss: never 0"
    yield differentiate(h)
    yield start(limit(softplus(-(beta * h)), h, oo)), "the infimum, which no margin attains"
    yield take_limits
