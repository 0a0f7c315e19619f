"""Log space: sums and complements of probabilities without leaving their logarithms.

Source: Mächler (2012), Accurately computing log(1 − exp(−|a|)), Rmpfr vignette, eq. 7; Blanchard, Higham and Higham
(2021), IMA J. Numer. Anal. 41(4), 2311–2330, sec. 1.
"""

from symrlhf import Lines, Lt, Positive, Real, Reward, Sum, Sym, derivation, driven, exp, given, log, numeric, start
from symrlhf.steps import expand_log, factor_out_of_sum
from symrlhf.term import RESPONSES


@derivation("The log-probability of everything else", catalog="A2", tier=2)
def other_log_probability(x: Real) -> Lines:
    """For p = e^x near 1 the complement is what counts: log(1 − p) = log p + log(1/p − 1)."""
    yield Lt(exp(x), 1), given("e^x is a probability below 1")
    yield start(log(1 - exp(x)))
    yield x + log(exp(-x) - 1), "take the factor e^x out of the logarithm"


@derivation("A shift of all exponents", catalog="C3", tier=2)
def log_sum_exp_shift(u: Reward, c: Real) -> Lines:
    """What is added to all exponents comes out of the logarithm: add minus their maximum, and nothing overflows."""
    y = Sym("y", RESPONSES)
    yield log(Sum(y, exp(c) * exp(u[y]))), "each exponent shifted by c"
    yield factor_out_of_sum
    yield expand_log


@derivation("The logarithm of a power", catalog="C14", tier=2)
def log_of_power(x: Real, y: Positive) -> Lines:
    """The terms of entropies and likelihoods: a count x of outcomes of probability y."""
    yield log(y**x), "the likelihood of x outcomes"
    yield x * log(y), expand_log


_term = numeric(log_of_power, args={"x": "x", "y": "y"}, doc="x log y of positive y.")
xlogy = driven(log_of_power, "xlogy", kernels={"term": _term}, doc="x log y, and 0 where x = 0: 0 log 0 = 0.")
log1mexp = numeric(
    other_log_probability,
    args={"x": "x"},
    side="lhs",
    domain={"x": "(-inf, 0]"},
    doc="log(1 − e^x) for x ≤ 0, for x near 0 and far below it; −inf at 0.",
)
logsumexp = numeric(
    log_sum_exp_shift,
    args=lambda u, y: {"x": u[y]},
    returns=lambda u, y: log(Sum(y, exp(u[y]))),
    doc="log Σ e^x of each row, for every x without overflow; −inf of a row of −inf.",
)
