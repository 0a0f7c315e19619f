"""Policy gradients of a softmax policy, in its logits.

Source: Williams (1992), Machine Learning 8, 229–256, sec. 4; Sutton et al. (2000), NeurIPS 12, 1057–1063;
Hinton et al. (2015), arXiv 1503.02531, sec. 2.
"""

from symrlhf import (
    KL,
    E,
    H,
    Lines,
    Policy,
    Reward,
    Sum,
    cross_entropy,
    derivation,
    diff,
    driven,
    exp,
    let,
    log,
    numeric,
    start,
)
from symrlhf.steps import differentiate

from .entropy import kl


@derivation("The policy gradient of a softmax", catalog="D1 D5", tier=1)
def softmax_policy_gradient(z: Reward, f: Reward) -> Lines:
    """A response's logit rises by its probability times what it earns beyond the mean."""
    p = Policy("p")
    y, k = p.index("y"), p.index("k")
    yield let("p", exp(z[y]) / Sum(k, exp(z[k])), y), "the softmax policy of the logits"
    yield start(diff(E(p, f), z[y]))
    yield p[y] * (f[y] - E(p, f)), differentiate(z[y])


@derivation("The gradient of the entropy", catalog="D5", tier=2)
def softmax_entropy_gradient(z: Reward) -> Lines:
    """An entropy bonus raises the logits of responses that surprise more than the mean."""
    p = Policy("p")
    y, k = p.index("y"), p.index("k")
    yield let("p", exp(z[y]) / Sum(k, exp(z[k])), y), "the softmax policy of the logits"
    yield start(diff(H(p), z[y]))
    yield -p[y] * (log(p[y]) + H(p)), differentiate(z[y])


@derivation("The gradient of the reverse divergence", catalog="E4 K2", tier=2)
def softmax_kl_gradient(z: Reward, q: Policy) -> Lines:
    """What the penalty D_KL(π ‖ q) of PPO descends: each log-ratio against the mean log-ratio."""
    p = Policy("p")
    y, k = p.index("y"), p.index("k")
    yield let("p", exp(z[y]) / Sum(k, exp(z[k])), y), "the softmax policy of the logits"
    yield start(diff(KL(p, q), z[y]))
    yield p[y] * (log(p[y] / q[y]) - KL(p, q)), differentiate(z[y])


@derivation("The gradient of the forward divergence", catalog="E4 K1", tier=2)
def softmax_forward_kl_gradient(z: Reward, q: Policy) -> Lines:
    """What distillation from q descends, and the k₃ penalty of GRPO: the difference of the probabilities."""
    p = Policy("p")
    y, k = p.index("y"), p.index("k")
    yield let("p", exp(z[y]) / Sum(k, exp(z[k])), y), "the softmax policy of the logits"
    yield start(diff(KL(q, p), z[y]))
    yield p[y] - q[y], differentiate(z[y])


@derivation("The gradient of the cross entropy", catalog="J1", tier=2)
def cross_entropy_gradient(z: Reward, q: Policy) -> Lines:
    """For a target q, fixed or smoothed, the logits move by what the probabilities lack."""
    p = Policy("p")
    y, k = p.index("y"), p.index("k")
    yield let("p", exp(z[y]) / Sum(k, exp(z[k])), y), "the softmax of the logits"
    yield start(diff(cross_entropy(q, p), z[y]))
    yield p[y] - q[y], differentiate(z[y])


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
