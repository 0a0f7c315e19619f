"""Best of n: the law of the best of n independent samples.

Source: Beirami et al. (2024), arXiv 2401.01879, eq. 4; Gao et al. (2022), arXiv 2210.10760, sec. 2.
"""

from symrlhf import Eq, Lines, Positive, PositiveInteger, Prod, Sym, derivation, diff, driven, integral, log, start
from symrlhf.steps import differentiate, expand_log, factor

from .entropy import kl


@derivation("The law of the best of n", catalog="I1", tier=2)
def best_of_n_law(F: Positive, F_below: Positive, n: PositiveInteger) -> Lines:
    """The best is at most y iff all n are; it is y iff it is at most y but not below: F(y)ⁿ − F(y−)ⁿ, F the law."""
    k = Sym("k", n.sort)
    yield Prod(k, 1, n, F) - Prod(k, 1, n, F_below), "all n samples are at most y, minus: all n are below"
    yield F**n - F_below**n, "n equal factors"


@derivation("The best of two", catalog="I1", tier=2)
def best_of_two(F: Positive, p: Positive) -> Lines:
    """A response of probability p is best twice as often as its rank F says, less the draws against itself."""
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
