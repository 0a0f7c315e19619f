"""Gibbs' inequality: a relative entropy is never negative.

Source: Gibbs (1902), Elementary Principles in Statistical Mechanics, ch. XI;
Kullback and Leibler (1951), Ann. Math. Stat. 22(1), 79–86.
"""

from symrlhf import KL, Eq, Ge, Lines, Policy, Sum, derivation, given, log_gap, nonnegative, start
from symrlhf.steps import cancel, definition, expand, expand_log, split_sum, sum_to_one, unfold_definition


@derivation("Gibbs' inequality", catalog="C6", tier=1)
def gibbs_inequality(p: Policy, q: Policy) -> Lines:
    """D_KL(p ‖ q) is never negative: it is the mean of u − 1 − log u with u = q/p, and log u ≤ u − 1."""
    y = p.index("y")
    gap = Sum(y, p[y] * log_gap(q[y] / p[y]))
    yield start(gap), "the mean of a gap that is never negative"
    yield unfold_definition(log_gap)
    yield expand
    yield split_sum
    yield sum_to_one
    yield cancel
    yield expand_log
    yield definition(KL)
    yield Ge(KL(p, q), 0), nonnegative(gap), "log u ≤ u − 1 for every u > 0, with equality only at u = 1"


@derivation("Only equal policies have no divergence", catalog="C6 F1", tier=1)
def divergence_vanishes(p: Policy, q: Policy) -> Lines:
    """The inequality is an equality only where p = q."""
    y = p.index("y")
    yield Eq(KL(p, q), 0), given("p does not diverge from q")
    yield Eq(p[y], q[y]), "a mean of gaps u − 1 − log u is 0 only where each u = q(y)/p(y) is 1"
