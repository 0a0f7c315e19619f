"""Best of n: the law of the best of n independent samples.

Source: Beirami et al. (2024), arXiv 2401.01879, eq. 4 (from memory); Gao et al. (2022), arXiv 2210.10760, sec. 2.
"""

from symrlhf import (
    Eq,
    Ge,
    Le,
    Lines,
    Positive,
    PositiveInteger,
    Prod,
    Rational,
    Real,
    Reward,
    Sum,
    Sym,
    Term,
    derivation,
    diff,
    driven,
    exp,
    given,
    integral,
    let,
    limit,
    log,
    log_gap,
    nonnegative,
    start,
)
from symrlhf.setting import Family
from symrlhf.steps import compute, differentiate, expand_log, factor, substitute, take_limits, unfold_definition
from symrlhf.term import REAL, RESPONSES

from .entropy import kl


@derivation("The law of the best of n", catalog="I1", tier=2)
def best_of_n_law(F: Positive, F_below: Positive, n: PositiveInteger) -> Lines:
    """The best is at most y iff all n are; it is y iff it is at most y but not below: F(y)ⁿ − F(y−)ⁿ, F the law."""
    k = Sym("k", n.sort)
    yield Prod(k, 1, n, F) - Prod(k, 1, n, F_below), "all n samples are at most y, minus: all n are below"
    yield F**n - F_below**n, "n equal factors"


@derivation("The best of two", catalog="I1", tier=2)
def best_of_two(F: Positive, p: Positive) -> Lines:
    """One of the two is the response, of probability p, and the other no better: 2 p F, less p², counted twice."""
    yield F**2 - (F - p) ** 2, "the law of the best of n for n = 2, F(y−) = F − p"
    yield p * (2 * F - p), factor


@derivation("How far the best of n is from one sample", catalog="I2", tier=2)
def best_of_n_divergence(n: PositiveInteger, u: Positive) -> Lines:
    """For continuous rewards: the rank u = F(y) is uniform for one sample, and of density n uⁿ⁻¹ for the best of n."""
    yield diff(u**n, u), "the best of n is at most u with probability uⁿ"
    density = (yield n * u ** (n - 1), differentiate(u)).rhs
    yield start(log(density)), "its logarithm, as the density of the uniform law is 1"
    surprise = (yield expand_log).rhs
    divergence = integral(density * surprise, u, 0, 1)
    yield Eq(divergence, log(n) - (n - 1) / n), "the divergence from the uniform law; ∫ n uⁿ⁻¹ log u du = −1/n"


def up_to_rank(x: Term, n: Term) -> Term:
    """∫₀ᵘ n vⁿ⁻¹ log(n vⁿ⁻¹) dv for u = eˣ: what the ranks up to u add to the divergence of continuous rewards."""
    return exp(n * x) * (log(n) - (n - 1) / n + (n - 1) * x)


G = Family("G")
X = Sym("x", REAL)


@derivation("What the ranks up to u add", catalog="I2", tier=2)
def divergence_by_rank(n: PositiveInteger, u: Positive) -> Lines:
    """For continuous rewards the divergence grows with the rank, from 0 to log n − (n − 1)/n."""
    total = up_to_rank(log(u), n)
    yield diff(total, u), "the slope in the rank u"
    yield differentiate(u)
    yield n * u ** (n - 1) * log(n * u ** (n - 1)), "the density of the best of n times its logarithm"
    yield start(limit(total, u, 0, "+")), "at the lowest rank"
    yield take_limits
    yield start(total.substitute({u: Rational(1)})), "at the highest, u = 1"
    yield log(n) - (n - 1) / n, compute("simplify")


@derivation("What one response adds", catalog="I2", tier=2)
def response_below_ranks(n: PositiveInteger, F: Positive, p: Positive, c: Positive) -> Lines:
    """A response of probability p, with mass F below it: at c = P/p it adds P log(P/p), no more than its ranks."""
    yield let("G", up_to_rank(X, n), X), "what the ranks up to e^x add for continuous rewards"
    P = (yield let("P", (F + p) ** n - F**n), "the probability that it is the best of n").lhs
    density, surplus = n * (F + p) ** (n - 1), G[log(F + p)] - G[log(F)] - (P * log(c) + P - c * p)
    yield start(diff(surplus, p)), "how what these ranks add rises beyond the tangent of f log f at c, f the density"
    yield unfold_definition(G)
    yield unfold_definition(P)
    yield differentiate(p)
    rise = (
        yield density * log_gap(c / density), "f log f − f log c − f + c, with the gap u − 1 − log u at u = c/f"
    ).rhs
    yield Ge(rise, 0), nonnegative(rise), "a gap is never negative"
    yield Ge(surplus, 0), "it is 0 at p = 0, and does not fall; at c = P/p the bracket is P log(P/p)"


@derivation("The worst response adds less than its ranks", catalog="I2", tier=2)
def worst_below_ranks(n: PositiveInteger, q: Positive) -> Lines:
    """It is the best of n only where all samples are it: its probability q becomes qⁿ."""
    yield let("G", up_to_rank(X, n), X), "what the ranks up to e^x add"
    yield start(G[log(q)] - q**n * log(q**n / q)), "what its ranks add beyond what it adds"
    yield unfold_definition(G)
    yield q**n * log_gap(1 / n), "log n − (n − 1)/n is the gap u − 1 − log u at u = 1/n"


@derivation("What all ranks add", catalog="I2", tier=2)
def ranks_telescope(n: PositiveInteger, a: Reward, K: PositiveInteger) -> Lines:
    """In the order of their rewards, the k-th response and all worse ones have together the mass e^{a(k)}."""
    k = Sym("k", n.sort)
    yield let("G", up_to_rank(X, n), X), "what the ranks up to e^x add"
    best = yield Eq(a[K], 0), given("no response is better than the K-th")
    yield start(G[a[1]] + Sum(k, 2, K, G[a[k]] - G[a[k - 1]])), "what the ranks of each response add"
    yield G[a[K]], "the sum telescopes"
    yield substitute(best)
    yield unfold_definition(G)
    yield log(n) - (n - 1) / n, compute("simplify")


@derivation("The best of n is no farther than for continuous rewards", catalog="I2", tier=2)
def discrete_bound(n: PositiveInteger, d: Reward, g: Reward, a: Real) -> Lines:
    """The divergence is a sum of what responses add: the worst one a, and another d(y), whose ranks add g(y)."""
    y = Sym("y", RESPONSES)
    yield Le(a, log(n) - (n - 1) / n - Sum(y, g[y])), given("the worst adds less than its ranks: they add what is left")
    yield Le(d[y], g[y]), given("what one response adds")
    yield Le(Sum(y, d[y]), Sum(y, g[y])), "added up over all responses but the worst"
    yield Le(a + Sum(y, d[y]), log(n) - (n - 1) / n), "and the worst one"


@derivation("How often the best of n beats one sample", catalog="I3", tier=2)
def best_of_n_wins(n: PositiveInteger, u: Positive) -> Lines:
    """For continuous rewards: one sample is below the rank u with probability u."""
    yield diff(u**n, u), "the best of n is at most u with probability uⁿ"
    density = (yield n * u ** (n - 1), differentiate(u)).rhs
    yield Eq(integral(u * density, u, 0, 1), n / (n + 1)), "the mean rank of the best"


bon_pmf = driven(best_of_n_law, "bon_pmf", doc="The law of the best of n samples.")
bon_kl = driven(
    best_of_n_law, "bon_kl", kernels={"kl": kl.from_logits}, doc="How far the best of n is from one sample."
)
bon_winrate = driven(best_of_n_law, "bon_winrate", doc="How often the best of n beats one sample.")
