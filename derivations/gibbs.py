"""Gibbs' inequality: a relative entropy is never negative.

Source: Gibbs (1902), Elementary Principles in Statistical Mechanics, ch. XI; Kullback and Leibler (1951), Ann. Math. Stat. 22(1), 79–86.
"""

from symrlhf import KL, Eq, Ge, Lines, Policy, Sum, derivation, log, log_gap, nonnegative
from symrlhf.steps import definition


@derivation("Gibbs' inequality", catalog="C6", tier=1)
def gibbs_inequality(p: Policy, q: Policy) -> Lines:
    """D_KL(p ‖ q) is never negative: the mean of u − 1 − log u with u = q/p, and log u ≤ u − 1."""
    y = p.index("y")
    u = q[y] / p[y]
    yield Eq(KL(p, q), Sum(y, p[y] * (u - 1 - log(u)))), "the sums of q and of p are both 1, so u − 1 has mean 0"
    yield Ge(KL(p, q), 0), nonnegative(Sum(y, p[y] * log_gap(u))), "log u ≤ u − 1 for u > 0"
