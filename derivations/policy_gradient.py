"""Policy gradients of a softmax policy, in its logits.

Source: Williams (1992), Machine Learning 8, 229–256, sec. 4; Sutton et al. (2000), NeurIPS 12, 1057–1063;
Hinton et al. (2015), arXiv 1503.02531, sec. 2.
"""

from symrlhf import (
    KL,
    E,
    Ge,
    H,
    Lines,
    Policy,
    Positive,
    Reward,
    Sum,
    by,
    cross_entropy,
    delta,
    derivation,
    diff,
    driven,
    exp,
    let,
    log,
    numeric,
    start,
)
from symrlhf.steps import differentiate, expand_log, expectation_as_sum, log_derivative, split_sum, unfold_definition

from .entropy import kl


@derivation("The score of a softmax", catalog="D5", tier=2)
def softmax_score(z: Reward) -> Lines:
    """A logit raises its own log-probability by what is left to 1, and lowers every other by its probability."""
    p = Policy("p")
    y, k = p.index("y"), p.index("k")
    yield let("p", exp(z[y]) / Sum(k, exp(z[k])), y), "the softmax policy of the logits"
    yield start(diff(log(p[y]), z[k]))
    yield unfold_definition(p[y])
    yield expand_log
    yield delta(y, k) - p[k], differentiate(z[k]), "the slope of log Σ exp is the softmax"


@derivation("The policy gradient of a softmax", catalog="D1 D5", tier=1)
def softmax_policy_gradient(z: Reward, f: Reward) -> Lines:
    """A response's logit rises by its probability times what it earns beyond the mean."""
    p = Policy("p")
    y, k = p.index("y"), p.index("k")
    yield let("p", exp(z[y]) / Sum(k, exp(z[k])), y), "the softmax policy of the logits"
    yield start(diff(E(p, f), z[y]))
    yield expectation_as_sum
    yield differentiate(z[y], p[k]), "term by term"
    yield log_derivative, "the log-derivative trick"
    yield by(softmax_score)
    yield p[y] * (f[y] - E(p, f)), split_sum, "δ leaves one summand"


@derivation("The gradient of the entropy", catalog="D5", tier=2)
def softmax_entropy_gradient(z: Reward) -> Lines:
    """An entropy bonus raises the logits of responses that surprise more than the mean."""
    p = Policy("p")
    y, k = p.index("y"), p.index("k")
    yield let("p", exp(z[y]) / Sum(k, exp(z[k])), y), "the softmax policy of the logits"
    yield start(diff(H(p), z[y]))
    yield unfold_definition(H)
    yield -Sum(k, log(p[k]) * diff(p[k], z[y])), differentiate(z[y], p[k]), "the slopes of p add up to 0"
    yield log_derivative, "the log-derivative trick"
    yield by(softmax_score)
    yield -p[y] * (log(p[y]) + H(p)), split_sum, "δ leaves one summand"


@derivation("The gradient of the reverse divergence", catalog="E4 K2", tier=2)
def softmax_kl_gradient(z: Reward, q: Policy) -> Lines:
    """What the penalty D_KL(π ‖ q) of PPO descends: each log-ratio against the mean log-ratio."""
    p = Policy("p")
    y, k = p.index("y"), p.index("k")
    yield let("p", exp(z[y]) / Sum(k, exp(z[k])), y), "the softmax policy of the logits"
    yield start(diff(KL(p, q), z[y]))
    yield unfold_definition(KL)
    yield Sum(k, log(p[k] / q[k]) * diff(p[k], z[y])), differentiate(z[y], p[k]), "the slopes of p add up to 0"
    yield log_derivative, "the log-derivative trick"
    yield by(softmax_score)
    yield p[y] * (log(p[y] / q[y]) - KL(p, q)), split_sum, "δ leaves one summand"


@derivation("The gradient of the forward divergence", catalog="E4 K1", tier=2)
def softmax_forward_kl_gradient(z: Reward, q: Policy) -> Lines:
    """What distillation from q descends, and the k₃ penalty of GRPO: the difference of the probabilities."""
    p = Policy("p")
    y, k = p.index("y"), p.index("k")
    yield let("p", exp(z[y]) / Sum(k, exp(z[k])), y), "the softmax policy of the logits"
    yield start(diff(KL(q, p), z[y]))
    yield unfold_definition(KL)
    yield differentiate(z[y], p[k]), "only p depends on the logits"
    yield -Sum(k, q[k] * diff(log(p[k]), z[y])), log_derivative
    yield by(softmax_score)
    yield p[y] - q[y], split_sum, "δ leaves one summand"


@derivation("The gradient of the cross entropy", catalog="J1", tier=2)
def cross_entropy_gradient(z: Reward, q: Policy) -> Lines:
    """For a target q, fixed or smoothed, the logits move by what the probabilities lack."""
    p = Policy("p")
    y, k = p.index("y"), p.index("k")
    yield let("p", exp(z[y]) / Sum(k, exp(z[k])), y), "the softmax policy of the logits"
    yield start(diff(cross_entropy(q, p), z[y]))
    yield unfold_definition(cross_entropy)
    yield differentiate(z[y], log(p[k])), "only log p(k) depends on the logits"
    yield by(softmax_score)
    yield p[y] - q[y], split_sum, "δ leaves one summand"


@derivation("The cross entropy at a temperature", catalog="J1", tier=2)
def tempered_gradient(z: Reward, q: Policy, tau: Positive) -> Lines:
    """Logits divided by τ move by a τ-th of what the probabilities lack."""
    p = Policy("p")
    y, k = p.index("y"), p.index("k")
    yield let("p", exp(z[y] / tau) / Sum(k, exp(z[k] / tau)), y), "the softmax of the logits at temperature τ"
    yield start(diff(cross_entropy(q, p), z[y]))
    yield unfold_definition(cross_entropy)
    yield (p[y] - q[y]) / tau, differentiate(z[y]), "chain rule, with the gradient at temperature 1"


@derivation("The curvature of the cross entropy", catalog="J1", tier=2)
def cross_entropy_curvature(z: Reward, q: Policy) -> Lines:
    """The target does not matter: the Hessian is diag p − p pᵀ."""
    p = Policy("p")
    y, k = p.index("y"), p.index("k")
    yield let("p", exp(z[y]) / Sum(k, exp(z[k])), y), "the softmax policy of the logits"
    yield start(diff(diff(cross_entropy(q, p), z[y]), z[k]))
    yield by(cross_entropy_gradient)
    yield p[y] * (delta(y, k) - p[k]), differentiate(z[k])


@derivation("The cross entropy is convex in the logits", catalog="J1", tier=2)
def curvature_is_variance(p: Policy, v: Reward) -> Lines:
    """In a direction v the curvature is the variance of v under p: 0 only where all logits move alike."""
    y, k = p.index("y"), p.index("k")
    yield Sum(y, Sum(k, v[y] * (p[y] * (delta(y, k) - p[k])) * v[k])), "the Hessian in the direction v"
    form = (yield E(p, lambda y: (v[y] - E(p, v)) ** 2), "Σ p v² − (Σ p v)²").rhs
    yield Ge(form, 0), "a mean of squares"


reinforce_grad_softmax = numeric(
    softmax_policy_gradient,
    args=lambda z, f, y: {"logits": z[y], "f": f[y]},
    doc="The gradient of E_π[f] in the logits of a softmax policy: π (f − E_π[f]).",
)
kl_grad_softmax = driven(
    softmax_kl_gradient,
    "kl_grad_softmax",
    kernels={"kl": kl.from_logits},
    doc="What a KL loss does to the logits of a softmax policy, in the mean over its samples.",
)
