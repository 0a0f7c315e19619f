"""Random utility: where the Bradley–Terry model comes from.

Source: McFadden (1974), Conditional logit analysis of qualitative choice behavior, in: Frontiers in Econometrics,
105–142, sec. I (from memory); Luce (1959), Individual Choice Behavior, ch. 1 (from memory).
"""

from symrlhf import Eq, Lines, Real, Sym, by, derivation, diff, exp, integral, oo, sigmoid, start
from symrlhf.steps import differentiate
from symrlhf.term import REAL

from .bradley_terry import bradley_terry_to_sigmoid


@derivation("Bradley–Terry from random utility", catalog="A3", tier=2)
def random_utility(r_1: Real, r_2: Real, u: Real) -> Lines:
    """If rewards are seen with independent Gumbel noise, the greater one wins with the Bradley–Terry probability."""
    yield (
        diff(exp(-exp(-(u - r_1))), u),
        "the noise is below u with probability exp(−e^{−u}); the density of U₁ = r₁ + noise",
    )
    yield differentiate(u)
    density = exp(-exp(-(u - r_1))) * exp(-(u - r_1))
    yield start(density * exp(-exp(-(u - r_2)))), "this density, times the probability that U₂ is below u"
    yield exp(r_1) * exp(-u) * exp(-exp(-u) * (exp(r_1) + exp(r_2))), "add the exponents"
    s = Sym("s", REAL)
    chance = integral(exp(r_1) * exp(-s * (exp(r_1) + exp(r_2))), s, 0, oo)
    yield Eq(chance, exp(r_1) / (exp(r_1) + exp(r_2))), "added up over all u, with s = e^{−u} and ds = −e^{−u} du"
    yield Eq(chance, sigmoid(r_1 - r_2)), by(bradley_terry_to_sigmoid, r_w=r_1, r_l=r_2)
