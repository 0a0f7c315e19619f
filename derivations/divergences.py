"""Other divergences: χ² and Jensen–Shannon, and what distillation descends.

Source: Lin (1991), IEEE Trans. Inf. Theory 37(1), 145–151;
Agarwal et al. (2023), arXiv 2306.13649, eq. 1; Hinton et al. (2015), arXiv 1503.02531, sec. 2.
"""

from symrlhf import (
    KL,
    Gt,
    Lines,
    Lt,
    Policy,
    Real,
    Reward,
    Sum,
    derivation,
    diff,
    driven,
    exp,
    given,
    let,
    log,
    log_gap,
    numeric,
    start,
)
from symrlhf.steps import differentiate, split_sum

from .entropy import kl


@derivation("The χ² divergence", catalog="D6 F2", tier=3)
def chi_square(p: Policy, q: Policy) -> Lines:
    """The variance of the ratio p/q under q."""
    y = p.index("y")
    yield Sum(y, q[y] * (p[y] / q[y] - 1) ** 2), "f(t) = (t − 1)²"
    yield Sum(y, p[y] ** 2 / q[y]) - 1, split_sum
    yield Sum(y, (p[y] - q[y]) * (p[y] / q[y] - 1)), "Σ p = Σ q = 1, and no term is negative"


@derivation("The gradient of the generalised Jensen–Shannon divergence", catalog="K3", tier=2)
def mixture_divergence_gradient(z: Reward, p: Policy, beta: Real) -> Lines:
    """The student's logits are moved by its own log-ratio to the mixture, against the mean of that."""
    q, m = Policy("q"), Policy("m")
    y, k = p.index("y"), p.index("k")
    yield Gt(beta, 0), given("β is a weight above 0")
    yield Lt(beta, 1), given("and below 1")
    yield let("q", exp(z[y]) / Sum(k, exp(z[k])), y), "the student, a softmax of its logits"
    yield let("m", beta * p[y] + (1 - beta) * q[y], y), "the mixture with the teacher p"
    yield start(diff(beta * KL(p, m) + (1 - beta) * KL(q, m), z[y]))
    yield (1 - beta) * (q[y] * (log(q[y] / m[y]) - KL(q, m))), differentiate(z[y])


@derivation("The generalised Jensen–Shannon divergence", catalog="F2 K3", tier=2)
def mixture_divergence(p: Policy, q: Policy, beta: Real) -> Lines:
    """The mean divergence from the mixture m = β p + (1 − β) q; gaps u − 1 − log u are never negative."""
    y, m = p.index("y"), Policy("m")
    yield Gt(beta, 0), given("β is a weight above 0")
    yield Lt(beta, 1), given("and below 1")
    yield let("m", beta * p[y] + (1 - beta) * q[y], y), "the mixture"
    yield start(beta * KL(p, m) + (1 - beta) * KL(q, m))
    yield (
        Sum(y, beta * (p[y] * log_gap(m[y] / p[y])) + (1 - beta) * (q[y] * log_gap(m[y] / q[y]))),
        "Σ p = Σ q = Σ m = 1",
    )


_mixture = numeric(
    mixture_divergence,
    args=lambda p, q, beta, y: {"log_p": log(p[y]), "log_q": log(q[y]), "beta": beta},
    domain={"beta": "(0, 1)"},
)
_mixture_slope = numeric(
    mixture_divergence_gradient,
    args=lambda z, p, beta, y: {"log_p": log(p[y]), "logits": z[y], "beta": beta},
    domain={"beta": "(0, 1)"},
)
chi2_divergence = numeric(
    chi_square,
    args=lambda p, q, y: {"log_p": log(p[y]), "log_q": log(q[y])},
    doc="The χ² divergence Σ (p − q)²/q of each pair of rows, never negative.",
)
js_divergence = driven(
    mixture_divergence,
    "js_divergence",
    kernels={"mixture": _mixture, "slope": _mixture_slope.from_logits},
    doc="The generalised Jensen–Shannon divergence of each pair of rows, never negative.",
)
distill_loss = driven(
    mixture_divergence_gradient,
    "distill_loss",
    kernels={"kl": kl.from_logits, "mixture": _mixture.from_logits, "slope": _mixture_slope.from_logits},
    doc="The loss of distillation from a teacher's logits.",
)
