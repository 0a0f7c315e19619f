"""Absolute scores: what a reward model learns from ratings, and why pairs of one annotator are better.

Source: Christiano et al. (2017), arXiv 1706.03741, sec. 2.2; Bishop (2006), Pattern Recognition, sec. 1.5.5.
"""

from symrlhf import Group, Le, Lines, Real, Response, Reward, Sum, derivation, diff, numeric
from symrlhf.steps import cancel, collect, differentiate, expand, split_sum


@derivation("The squared error splits into bias and noise", catalog="B11", tier=1)
def score_error(r: Real, s: Reward, group: Group) -> Lines:
    """Of the scores s_i that annotators give, only the mean can be fitted: their spread stays whatever r is."""
    i, j, n = group.index("i"), group.index("j"), group.size
    mean = Sum(j, s[j]) / n
    yield Sum(i, (r - s[i]) ** 2) / n, "the mean squared error"
    yield split_sum
    yield (r - mean) ** 2 + Sum(i, (s[i] - mean) ** 2) / n, "complete the square"
    yield Le(Sum(i, (s[i] - mean) ** 2) / n, Sum(i, (r - s[i]) ** 2) / n), "with equality where r is the mean score"
