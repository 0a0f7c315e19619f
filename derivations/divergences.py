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
    Positive,
    Real,
    Reward,
    Sum,
    Sym,
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
from symrlhf.term import Term


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
    yield (
        (1 - beta) * (q[y] * (log(q[y] / m[y]) - KL(q, m))),
        differentiate(z[y]),
        "through m it changes by −Σ m′ = 0; what is left is a reverse divergence",
    )


@derivation("The gradient of the generalised Jensen–Shannon divergence in the other row", catalog="K3", tier=3)
def mixture_divergence_first_gradient(v: Reward, q: Policy, beta: Real) -> Lines:
    """The row of weight β is moved as the other is, by its own log-ratio to the mixture."""
    p, m = Policy("p"), Policy("m")
    y, k = q.index("y"), q.index("k")
    yield Gt(beta, 0), given("β is a weight above 0")
    yield Lt(beta, 1), given("and below 1")
    yield let("p", exp(v[y]) / Sum(k, exp(v[k])), y), "a softmax of its logits"
    yield let("m", beta * p[y] + (1 - beta) * q[y], y), "the mixture"
    yield start(diff(beta * KL(p, m) + (1 - beta) * KL(q, m), v[y]))
    yield (
        beta * (p[y] * (log(p[y] / m[y]) - KL(p, m))),
        differentiate(v[y]),
        "through m it changes by −Σ m′ = 0; what is left is a reverse divergence",
    )


@derivation("The gradient of forward distillation at a temperature", catalog="K1", tier=2)
def tempered_forward_gradient(z: Reward, v: Reward, tau: Positive) -> Lines:
    """Both rows are softened by one temperature, which the gradient is divided by once."""
    p, q = Policy("p"), Policy("q")
    y, k = p.index("y"), p.index("k")
    yield let("p", exp(v[y] / tau) / Sum(k, exp(v[k] / tau)), y), "the teacher, softened"
    yield let("q", exp(z[y] / tau) / Sum(k, exp(z[k] / tau)), y), "the student, softened"
    yield start(diff(KL(p, q), z[y]))
    yield (q[y] - p[y]) / tau, differentiate(z[y]), "chain rule, with the gradient at temperature 1"


@derivation("The gradient of reverse distillation at a temperature", catalog="K2", tier=2)
def tempered_reverse_gradient(z: Reward, v: Reward, tau: Positive) -> Lines:
    """The student's log-ratio to the teacher against the mean of that, over the temperature."""
    p, q = Policy("p"), Policy("q")
    y, k = p.index("y"), p.index("k")
    yield let("p", exp(v[y] / tau) / Sum(k, exp(v[k] / tau)), y), "the teacher, softened"
    yield let("q", exp(z[y] / tau) / Sum(k, exp(z[k] / tau)), y), "the student, softened"
    yield start(diff(KL(q, p), z[y]))
    yield (
        q[y] * (log(q[y] / p[y]) - KL(q, p)) / tau,
        differentiate(z[y]),
        "chain rule, with the gradient at temperature 1",
    )


@derivation("The gradient of a mixture's divergence at a temperature", catalog="K3", tier=2)
def tempered_mixture_gradient(z: Reward, v: Reward, beta: Real, tau: Positive) -> Lines:
    """Generalised Jensen–Shannon distillation: the student's log-ratio to the mixture, against the mean of that."""
    p, q, m = Policy("p"), Policy("q"), Policy("m")
    y, k = p.index("y"), p.index("k")
    yield Gt(beta, 0), given("β is a weight above 0")
    yield Lt(beta, 1), given("and below 1")
    yield let("p", exp(v[y] / tau) / Sum(k, exp(v[k] / tau)), y), "the teacher, softened"
    yield let("q", exp(z[y] / tau) / Sum(k, exp(z[k] / tau)), y), "the student, softened"
    yield let("m", beta * p[y] + (1 - beta) * q[y], y), "the mixture"
    yield start(diff(beta * KL(p, m) + (1 - beta) * KL(q, m), z[y]))
    yield (1 - beta) * (q[y] * (log(q[y] / m[y]) - KL(q, m))) / tau, "chain rule, with the gradient at temperature 1"


@derivation("The generalised Jensen–Shannon divergence", catalog="F2 K3", tier=2)
def mixture_divergence(p: Policy, q: Policy, beta: Real) -> Lines:
    """The mean divergence from the mixture m = β p + (1 − β) q is a sum of gaps u − 1 − log u, never negative."""
    y, m = p.index("y"), Policy("m")
    yield Gt(beta, 0), given("β is a weight above 0")
    yield Lt(beta, 1), given("and below 1")
    yield let("m", beta * p[y] + (1 - beta) * q[y], y), "the mixture"
    yield start(beta * KL(p, m) + (1 - beta) * KL(q, m))
    yield (
        Sum(y, beta * (p[y] * log_gap(m[y] / p[y])) + (1 - beta) * (q[y] * log_gap(m[y] / q[y]))),
        "Σ p = Σ q = Σ m = 1",
    )


@derivation("The generalised Jensen–Shannon divergence at a temperature", catalog="K3", tier=2)
def tempered_mixture(z: Reward, v: Reward, beta: Real, tau: Positive) -> Lines:
    """What distillation with a mixture descends: gaps u − 1 − log u, never negative."""
    p, q, m = Policy("p"), Policy("q"), Policy("m")
    y, k = p.index("y"), p.index("k")
    yield Gt(beta, 0), given("β is a weight above 0")
    yield Lt(beta, 1), given("and below 1")
    yield let("p", exp(v[y] / tau) / Sum(k, exp(v[k] / tau)), y), "the teacher, softened"
    yield let("q", exp(z[y] / tau) / Sum(k, exp(z[k] / tau)), y), "the student, softened"
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
_first_slope = numeric(
    mixture_divergence_first_gradient,
    args=lambda v, q, beta, y: {"logits": v[y], "log_q": log(q[y]), "beta": beta},
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
    kernels={"mixture": _mixture, "slope": _mixture_slope.from_logits, "first_slope": _first_slope.from_logits},
    doc="The generalised Jensen–Shannon divergence of each pair of rows, never negative.",
)


def _tempered(z: Reward, v: Reward, tau: Sym, y: Sym) -> dict[str, Term]:
    return {"logits": z[y], "teacher_logits": v[y], "tau": tau}


def _mixed(z: Reward, v: Reward, tau: Sym, beta: Sym, y: Sym) -> dict[str, Term]:
    return {**_tempered(z, v, tau, y), "beta": beta}


_forward = numeric(tempered_forward_gradient, args=_tempered, returns=lambda p, q: KL(p, q))
_forward_slope = numeric(tempered_forward_gradient, args=_tempered)
_reverse = numeric(tempered_reverse_gradient, args=_tempered, returns=lambda p, q: KL(q, p))
_reverse_slope = numeric(tempered_reverse_gradient, args=_tempered)
_jsd = numeric(tempered_mixture, args=_mixed, domain={"beta": "(0, 1)"})
_jsd_slope = numeric(tempered_mixture_gradient, args=_mixed, domain={"beta": "(0, 1)"})
distill_loss = driven(
    tempered_mixture_gradient,
    "distill_loss",
    kernels={
        "forward": _forward,
        "reverse": _reverse,
        "jsd": _jsd,
        "forward_slope": _forward_slope,
        "reverse_slope": _reverse_slope,
        "jsd_slope": _jsd_slope,
    },
    doc="The loss of distillation from a teacher's logits.",
)
