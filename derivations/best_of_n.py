"""Best of n: the law of the best of n independent samples.

Source: Beirami et al. (2024), arXiv 2401.01879, eq. 4; Gao et al. (2022), arXiv 2210.10760, sec. 2.
"""

from symrlhf import Lines, Positive, PositiveInteger, Prod, Sym, derivation, driven
from symrlhf.steps import factor

from .entropy import kl


@derivation("The law of the best of n", catalog="I1", tier=2)
def best_of_n_law(F: Positive, F_below: Positive, n: PositiveInteger) -> Lines:
    """The best is at most y iff all n are; it is y iff it is at most y but not below: F(y)ⁿ − F(y−)ⁿ."""
    k = Sym("k", n.sort)
    yield Prod(k, 1, n, F) - Prod(k, 1, n, F_below), "all n samples are at most y, minus: all n are below"
    yield F**n - F_below**n, "n equal factors"


@derivation("The best of two", catalog="I1", tier=2)
def best_of_two(F: Positive, p: Positive) -> Lines:
    """A response of probability p is best twice as often as its rank F says, less the draws against itself."""
    yield F**2 - (F - p) ** 2, "the law of the best of n for n = 2, F(y−) = F − p"
    yield p * (2 * F - p), factor


bon_pmf = driven(best_of_n_law, "bon_pmf", doc="The law of the best of n samples.")
bon_kl = driven(
    best_of_n_law, "bon_kl", kernels={"kl": kl.from_logits}, doc="How far the best of n is from one sample."
)
bon_winrate = driven(best_of_n_law, "bon_winrate", doc="How often the best of n beats one sample.")
