"""Generators of f-divergences: their slopes, what the slopes pay for, and the policies they regularise.

Source: Csiszár (1967), Studia Sci. Math. Hungar. 2, 299–318; Wang et al. (2023), arXiv 2309.16240, table 1 (the table
from memory); Lin (1991), IEEE Trans. Inf. Theory 37(1), 145–151.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from symrlhf import (
    Eq,
    Ge,
    Gt,
    Le,
    Lines,
    Lt,
    Max,
    Policy,
    Positive,
    Real,
    Sum,
    Term,
    by,
    derivation,
    diff,
    driven,
    exp,
    given,
    limit,
    log,
    log_gap,
    numeric,
    oo,
    start,
)
from symrlhf.steps import (
    cancel,
    compute,
    differentiate,
    expand,
    expand_log,
    exponentiate,
    isolate,
    split_sum,
    take_limits,
    take_logs,
)

if TYPE_CHECKING:
    from symrlhf.compile import NumericFunction


def reverse(t: Term) -> Term:
    """The generator of D_KL(π ‖ π_ref), t = π/π_ref."""
    return t * log(t)


def forward(t: Term) -> Term:
    """The generator of D_KL(π_ref ‖ π)."""
    return -log(t)


def jensen_shannon(t: Term) -> Term:
    """The generator of twice the Jensen–Shannon divergence."""
    return t * log(t) - (t + 1) * log((t + 1) / 2)


def power(t: Term, alpha: Term) -> Term:
    """The generator of the α divergence: α → 0 gives the reverse, α → 1 the forward divergence."""
    return (t ** (1 - alpha) - (1 - alpha) * t - alpha) / (alpha * (alpha - 1))


def squared(t: Term) -> Term:
    """The generator of half the χ² divergence."""
    return (t - 1) ** 2 / 2


# ------------------------------------------------------------------ slopes


@derivation("The slope of the reverse generator", catalog="F2", tier=2)
def reverse_slope(t: Real) -> Lines:
    """It goes from −∞ to ∞: no ratio is out of reach, and none is 0."""
    yield Gt(t, 0), given("t is a ratio of probabilities")
    yield start(diff(reverse(t), t))
    yield differentiate(t)


@derivation("The slope of the forward generator", catalog="F2", tier=2)
def forward_slope(t: Real) -> Lines:
    """It goes from −∞ to 0: what a response may earn is bounded."""
    yield Gt(t, 0), given("t is a ratio of probabilities")
    yield start(diff(forward(t), t))
    yield differentiate(t)


@derivation("The slope of the Jensen–Shannon generator", catalog="F2", tier=2)
def jensen_shannon_slope(t: Real) -> Lines:
    """It goes from −∞ to log 2, and is 0 where the policies agree: there the last line keeps its digits."""
    yield Gt(t, 0), given("t is a ratio of probabilities")
    yield start(diff(jensen_shannon(t), t))
    yield differentiate(t)
    yield log(2 * t / (1 + t)), compute("simplify")
    yield -log(1 + (1 - t) / t / 2), "the reciprocal (1 + t)/(2t) is 1 + (1 − t)/(2t)"


@derivation("The slope of the α generator", catalog="F2", tier=2)
def power_slope(t: Real, alpha: Positive) -> Lines:
    """It goes from −∞ to 1/α, and is 0 where the policies agree: there the last line keeps its digits."""
    yield Gt(t, 0), given("t is a ratio of probabilities")
    yield Lt(alpha, 1), given("α lies between the two directions of D_KL")
    yield start(diff(power(t, alpha), t))
    yield differentiate(t)
    yield (1 - t ** (-alpha)) / alpha, cancel
    yield (1 - exp(-alpha * log(t))) / alpha, "the power as an exponential"


@derivation("The slope of the χ² generator", catalog="F2", tier=2)
def squared_slope(t: Real) -> Lines:
    """It is −1 at 0, not −∞: what earns less than that is not sampled at all."""
    yield diff(squared(t), t)
    yield differentiate(t)


# ------------------------------------------------------------------ ratios from slopes


@derivation("The ratio at a slope of the reverse generator", catalog="F2", tier=2)
def reverse_ratio(t: Positive, v: Real) -> Lines:
    """The ratio is exponential in the slope, as in the optimal policy."""
    yield Eq(v, 1 + log(t)), given("v is the slope at t")
    yield Eq(t, exp(v - 1)), isolate(t)


@derivation("The ratio at a slope of the forward generator", catalog="F2", tier=2)
def forward_ratio(t: Positive, v: Real) -> Lines:
    """The slopes of this generator are negative, and so −1/v is a ratio."""
    yield Lt(v, 0), given("a slope is negative")
    yield Eq(v, -1 / t), given("v is the slope at t")
    yield Eq(t, -1 / v), isolate(t)


@derivation("The ratio at a slope of the Jensen–Shannon generator", catalog="F2", tier=2)
def jensen_shannon_ratio(t: Positive, v: Real) -> Lines:
    """As v goes up to log 2, the ratio goes to ∞."""
    yield Lt(v, log(2)), given("a slope is less than log 2")
    yield Eq(v, log(2 * t / (1 + t))), given("v is the slope at t")
    yield exponentiate
    yield Eq(t, exp(v) / (2 - exp(v))), isolate(t)


@derivation("The ratio at a slope of the α generator", catalog="F2", tier=2)
def power_ratio(t: Positive, v: Real, alpha: Positive) -> Lines:
    """As v goes up to 1/α, the ratio goes to ∞."""
    yield Lt(alpha, 1), given("α lies between the two directions of D_KL")
    yield Lt(alpha * v, 1), given("a slope is less than 1/α")
    yield Eq(v, (1 - t ** (-alpha)) / alpha), given("v is the slope at t")
    yield Eq(t ** (-alpha), 1 - alpha * v), isolate(t ** (-alpha))
    yield take_logs
    yield Eq(log(t), -log(1 - alpha * v) / alpha), isolate(log(t))
    yield Eq(t, exp(-log(1 - alpha * v) / alpha)), exponentiate


@derivation("The ratio that χ² allows a reward", catalog="F2", tier=2)
def squared_ratio(t: Real, v: Real) -> Lines:
    """For a reward v, no ratio t ≥ 0 does better than max(0, 1 + v): below v = −1 the best ratio is 0."""
    best = Max(0, 1 + v)
    yield Ge(t, 0), given("t is a ratio of probabilities")
    yield Le(v * t - squared(t), v * best - squared(best)), "(t − 1 − v)² is least there"


# ------------------------------------------------------------------ what one response adds


@derivation("What a response adds to the reverse divergence", catalog="F2", tier=2)
def reverse_term(p: Positive, q: Positive) -> Lines:
    """With p − q taken off, which adds up to 0, no response adds less than 0."""
    yield q * reverse(p / q) - (p - q)
    yield p * log_gap(q / p), expand, "multiply out: gap(u) = u − 1 − log u"


@derivation("What a response adds to the forward divergence", catalog="F2", tier=2)
def forward_term(p: Positive, q: Positive) -> Lines:
    """With p − q added, which adds up to 0, no response adds less than 0."""
    yield q * forward(p / q) + (p - q)
    yield q * log_gap(p / q), expand_log, "a logarithm of a quotient: gap(u) = u − 1 − log u"


@derivation("What a response adds to the Jensen–Shannon divergence", catalog="F2", tier=2)
def jensen_shannon_term(p: Positive, q: Positive) -> Lines:
    """The ratios of the mixture (p + q)/2 to p and to q, as 1 plus what they differ from 1."""
    yield q * jensen_shannon(p / q)
    yield (
        p * log_gap(1 + (q - p) / (2 * p)) + q * log_gap(1 + (p - q) / (2 * q)),
        expand,
        "multiply out: gap(u) = u − 1 − log u",
    )


@derivation("What a response adds to the α divergence", catalog="F2", tier=2)
def power_term(p: Positive, q: Positive, alpha: Positive) -> Lines:
    """Both gaps are of order (q/p − 1)²: nothing else is left of the three terms."""
    yield Lt(alpha, 1), given("α lies between the two directions of D_KL")
    yield start(q * power(p / q, alpha))
    yield (
        p * (alpha * log_gap(q / p) - log_gap((q / p) ** alpha)) / (alpha * (1 - alpha)),
        expand,
        "multiply out: gap(u) = u − 1 − log u",
    )
    yield (
        p * (alpha * log_gap(q / p) - log_gap(exp(alpha * log(q / p)))) / (alpha * (1 - alpha)),
        "the power as an exponential",
    )


@derivation("What a response adds to the χ² divergence", catalog="F2", tier=2)
def squared_term(p: Positive, q: Positive) -> Lines:
    """Half the squared difference over q."""
    yield q * squared(p / q)
    yield (p - q) * ((p - q) / q) / 2, expand


# ------------------------------------------------------------------ responses that one policy excludes


@derivation("The reverse divergence where a policy is 0", catalog="F2", tier=2)
def reverse_edge(p: Positive, q: Positive) -> Lines:
    """Mass where the reference has none costs without bound; a response that the policy avoids costs its old share."""
    term = q * reverse(p / q) - (p - q)
    yield Eq(limit(term, q, 0, "+"), oo), "the reference excludes the response"
    yield start(limit(term, p, 0, "+")), "the policy excludes it"
    yield take_limits


@derivation("The forward divergence where a policy is 0", catalog="F2", tier=2)
def forward_edge(p: Positive, q: Positive) -> Lines:
    """A response that the policy avoids costs without bound; mass where the reference has none costs its share."""
    term = q * forward(p / q) + (p - q)
    yield Eq(limit(term, p, 0, "+"), oo), "the policy excludes the response"
    yield start(limit(term, q, 0, "+")), "the reference excludes it"
    yield take_limits


@derivation("The Jensen–Shannon divergence where a policy is 0", catalog="F2", tier=2)
def jensen_shannon_edge(p: Positive, q: Positive) -> Lines:
    """Either way the cost is log 2 times the probability that is left."""
    term = q * jensen_shannon(p / q)
    yield limit(term, q, 0, "+"), "the reference excludes the response"
    yield take_limits
    yield start(limit(term, p, 0, "+")), "the policy excludes it"
    yield take_limits


@derivation("The α divergence where the policy is 0", catalog="F2", tier=2)
def power_avoided(p: Positive, q: Positive, alpha: Positive) -> Lines:
    """The cost grows without bound as α → 1, the forward divergence."""
    yield Lt(alpha, 1), given("α lies between the two directions of D_KL")
    yield start(limit(q * power(p / q, alpha), p, 0, "+"))
    yield q / (1 - alpha), "p and p^{1 − α} vanish"


@derivation("The α divergence where the reference is 0", catalog="F2", tier=2)
def power_excluded(p: Positive, q: Positive, alpha: Positive) -> Lines:
    """The cost grows without bound as α → 0, the reverse divergence."""
    yield Lt(alpha, 1), given("α lies between the two directions of D_KL")
    yield start(limit(q * power(p / q, alpha), q, 0, "+"))
    yield p / alpha, take_limits


@derivation("The χ² divergence where a policy is 0", catalog="F2", tier=2)
def squared_edge(p: Positive, q: Positive) -> Lines:
    """What the reference excludes costs without bound."""
    term = q * squared(p / q)
    yield Eq(limit(term, q, 0, "+"), oo), "the reference excludes the response"
    yield start(limit(term, p, 0, "+")), "the policy excludes it"
    yield take_limits


# ------------------------------------------------------------------ divergences as sums of such terms


@derivation("The reverse divergence by its generator", catalog="F2", tier=2)
def reverse_divergence(pi: Policy, pi_ref: Policy) -> Lines:
    """A sum in which nothing cancels."""
    y = pi.index("y")
    yield Sum(y, pi_ref[y] * reverse(pi[y] / pi_ref[y]))
    yield Sum(y, pi_ref[y] * reverse(pi[y] / pi_ref[y]) - (pi[y] - pi_ref[y])), "Σ π = Σ π_ref = 1"
    yield by(reverse_term, p=pi[y], q=pi_ref[y])


@derivation("The forward divergence by its generator", catalog="F2", tier=2)
def forward_divergence(pi: Policy, pi_ref: Policy) -> Lines:
    """A sum in which nothing cancels."""
    y = pi.index("y")
    yield Sum(y, pi_ref[y] * forward(pi[y] / pi_ref[y]))
    yield Sum(y, pi_ref[y] * forward(pi[y] / pi_ref[y]) + (pi[y] - pi_ref[y])), "Σ π = Σ π_ref = 1"
    yield by(forward_term, p=pi[y], q=pi_ref[y])


@derivation("The α divergence by its generator", catalog="F2", tier=2)
def power_divergence(pi: Policy, pi_ref: Policy, alpha: Positive) -> Lines:
    """The constants of the generator add up: what is left is one sum of powers."""
    y = pi.index("y")
    yield Lt(alpha, 1), given("α lies between the two directions of D_KL")
    yield start(Sum(y, pi_ref[y] * power(pi[y] / pi_ref[y], alpha)))
    yield (1 - Sum(y, pi[y] ** (1 - alpha) * pi_ref[y] ** alpha)) / (alpha * (1 - alpha)), split_sum, "Σ π = 1"


# ------------------------------------------------------------------ numeric functions

RATIO = {"t": "[0, inf)"}

SLOPES = {
    "reverse_kl": numeric(reverse_slope, args={"t": "t"}, domain=RATIO),
    "forward_kl": numeric(forward_slope, args={"t": "t"}, domain=RATIO),
    "js": numeric(jensen_shannon_slope, args={"t": "t"}, domain=RATIO),
    "alpha": numeric(power_slope, args={"t": "t", "alpha": "alpha"}, domain=RATIO, wrt=("t",)),
    "chi2": numeric(squared_slope, args={"t": "t"}, domain=RATIO),
}
RATIOS = {
    "reverse_kl": numeric(reverse_ratio, args={"v": "v"}),
    "forward_kl": numeric(forward_ratio, args={"v": "v"}),
    "js": numeric(jensen_shannon_ratio, args={"v": "v"}),
    "alpha": numeric(power_ratio, args={"v": "v", "alpha": "alpha"}, wrt=("v",)),
    "chi2": numeric(squared_ratio, args={"v": "v"}, returns=lambda v: Max(0, 1 + v)),
}
TERMS = {
    "reverse_kl": numeric(reverse_term, args={"p": "p", "q": "q"}),
    "forward_kl": numeric(forward_term, args={"p": "p", "q": "q"}),
    "js": numeric(jensen_shannon_term, args={"p": "p", "q": "q"}),
    "alpha": numeric(power_term, args={"p": "p", "q": "q", "alpha": "alpha"}),
    "chi2": numeric(squared_term, args={"p": "p", "q": "q"}),
}
AVOIDED = {
    "reverse_kl": numeric(reverse_edge, args={"left": "q"}),
    "js": numeric(jensen_shannon_edge, args={"left": "q"}),
    "alpha": numeric(power_avoided, args={"left": "q", "alpha": "alpha"}),
    "chi2": numeric(squared_edge, args={"left": "q"}),
}
"""What a response costs that the policy excludes; where none is given, the limit is ∞."""
EXCLUDED = {
    "forward_kl": numeric(forward_edge, args={"left": "p"}),
    "js": AVOIDED["js"],
    "alpha": numeric(power_excluded, args={"left": "p", "alpha": "alpha"}),
}
"""What a response costs that the reference excludes; where none is given, the limit is ∞."""


def kernels(**tables: "Mapping[str, NumericFunction]") -> "dict[str, NumericFunction]":
    """Each function called by its kind and by the table it is from: js_term."""
    return {f"{kind}_{name}": function for name, table in tables.items() for kind, function in table.items()}


fdiv = driven(
    power_divergence,
    "fdiv",
    kernels=kernels(term=TERMS, avoided=AVOIDED, excluded=EXCLUDED),
    doc="The f-divergence E_ref f(π/π_ref) of each pair of rows, never negative.",
    bound="within 1e-13 · Σ|terms| + 1e-31 of the form evaluated",
)
fprime = driven(power_slope, "fprime", kernels=kernels(slope=SLOPES), doc="The slope f′(t) of a generator.")
fprime_inv = driven(
    power_ratio,
    "fprime_inv",
    kernels=kernels(ratio=RATIOS),
    doc="The ratio t = π/π_ref at which the slope of a generator is v: the inverse of fprime.",
)
