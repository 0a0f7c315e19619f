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
    Reward,
    Sum,
    Sym,
    Term,
    by,
    derivation,
    diff,
    driven,
    exp,
    given,
    integral,
    limit,
    log,
    log_gap,
    nonnegative,
    start,
)
from symrlhf.steps import compute, differentiate, expand_log, factor, substitute, take_limits
from symrlhf.term import RESPONSES

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


def share(u: Term, n: Term) -> Term:
    """∫₀ᵘ n vⁿ⁻¹ log(n vⁿ⁻¹) dv: what the ranks up to u add to the divergence of continuous rewards."""
    return u**n * (log(n) - (n - 1) / n + (n - 1) * log(u))


@derivation("What the ranks up to u add", catalog="I2", tier=2)
def divergence_by_rank(n: PositiveInteger, u: Positive) -> Lines:
    """For continuous rewards the divergence grows with the rank, from 0 to log n − (n − 1)/n."""
    yield diff(share(u, n), u), "the slope in the rank u"
    yield differentiate(u)
    yield n * u ** (n - 1) * log(n * u ** (n - 1)), "the density of the best of n times its logarithm"
    yield start(limit(share(u, n), u, 0, "+")), "at the lowest rank"
    yield take_limits
    yield start(share(Rational(1), n)), "at the highest, u = 1"
    yield log(n) - (n - 1) / n, compute("simplify")


@derivation("A tangent below the divergence", catalog="I2", tier=2)
def rank_tangent(n: PositiveInteger, F: Positive, p: Positive, c: Positive) -> Lines:
    """Where f is the density at a rank, f log f lies above its tangent at c: so does what ranks F to F + p add."""
    mass, density = (F + p) ** n - F**n, n * (F + p) ** (n - 1)
    surplus = share(F + p, n) - share(F, n) - (mass * log(c) + mass - c * p)
    yield diff(surplus, p), "the slope of what ranks add beyond the tangent"
    yield differentiate(p)
    yield density * log_gap(c / density), "f log f − f log c − f + c is f times the gap u − 1 − log u at u = c/f"
    yield Ge(diff(surplus, p), 0), nonnegative(density * log_gap(c / density)), "a gap is never negative"
    yield Ge(surplus, 0), "it is 0 at p = 0, and does not fall"


@derivation("What one response adds", catalog="I2", tier=2)
def response_below_ranks(n: PositiveInteger, F: Positive, p: Positive, P: Positive) -> Lines:
    """A response of probability p, with mass F below it, adds no more than its ranks do for continuous rewards."""
    best = yield Eq(P, (F + p) ** n - F**n), given("P is the probability that it is the best of n")
    surplus = (yield by(rank_tangent, c=P / p), "the tangent at the mean density P/p of its ranks").lhs
    yield Le(P * log(P / p), share(F + p, n) - share(F, n)), nonnegative(surplus, best), "P is its mass of ranks"


@derivation("What all ranks add", catalog="I2", tier=2)
def ranks_telescope(n: PositiveInteger, a: Reward, K: PositiveInteger) -> Lines:
    """In the order of their rewards, the k-th response and all worse ones have together the mass F(k) = e^{a(k)}."""
    k = Sym("k", n.sort)
    best = yield Eq(exp(a[K]), 1), given("no response is better than the K-th")
    yield (
        start(share(exp(a[1]), n) + Sum(k, 2, K, share(exp(a[k]), n) - share(exp(a[k - 1]), n))),
        "what the ranks of each response add",
    )
    yield share(exp(a[K]), n), "the sum telescopes"
    yield substitute(best)
    yield log(n) - (n - 1) / n, compute("simplify")


@derivation("The best of n is no farther than for continuous rewards", catalog="I2", tier=2)
def discrete_bound(n: PositiveInteger, a: Reward, b: Reward, c: Reward, q: Positive) -> Lines:
    """The worst response has probability q, another one e^{b(y)}, with mass e^{a(y)} below it: ties bring it nearer."""
    y = Sym("y", RESPONSES)
    below, one, best = exp(a[y]), exp(b[y]), exp(c[y])
    yield Eq(best, (below + one) ** n - below**n), given("e^{c(y)} is the probability that y is the best of n")
    ranks = yield (
        Eq(share(q, n) + Sum(y, share(below + one, n) - share(below, n)), log(n) - (n - 1) / n),
        given("what all ranks add: the sum telescopes"),
    )
    yield by(response_below_ranks, F=below, p=one, P=best)
    saved = Sum(y, share(below + one, n) - share(below, n) - best * (c[y] - b[y]))
    yield Ge(saved, 0), "added up over all responses but the worst"
    worst = q**n * log(q**n / q)
    rest = share(q, n) - worst + saved
    yield Ge(rest, 0), nonnegative(q**n * log_gap(1 / n) + saved), "for the worst, log n − (n − 1)/n is a gap at 1/n"
    yield (
        Le(worst + Sum(y, best * (c[y] - b[y])), log(n) - (n - 1) / n),
        nonnegative(rest, ranks),
        "the divergence of the best of n is at most what all ranks add",
    )


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
