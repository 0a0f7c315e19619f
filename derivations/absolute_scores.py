"""Absolute scores: what a reward model learns from ratings, and why pairs of one annotator are better.

Source: Christiano et al. (2017), arXiv 1706.03741, sec. 2.2 (from memory); Bishop (2006), Pattern Recognition and
Machine Learning, sec. 1.5.5.
"""

from symrlhf import Group, Lines, Real, Response, Reward, Sum, by, derivation, diff, numeric
from symrlhf.steps import cancel, differentiate, expand, split_sum


@derivation("The squared error of a score is bias and noise", catalog="B11", tier=1)
def score_error(r: Real, s: Reward, group: Group) -> Lines:
    """Only the mean of the scores s_i that annotators give can be fitted: their spread stays whatever r is."""
    i, j, n = group.index("i"), group.index("j"), group.size
    mean = Sum(j, s[j]) / n
    noise = Sum(i, (s[i] - mean) ** 2) / n
    yield Sum(i, (r - s[i]) ** 2) / n, "the mean squared error"
    yield split_sum
    yield (r - mean) ** 2 + noise, expand, "complete the square"


@derivation("The slope of the squared error", catalog="B11", tier=1)
def score_slope(r: Real, s: Real) -> Lines:
    """It grows with the error without bound; the slope of a preference loss is at most 1."""
    yield diff((r - s) * (r - s), r), "the error of one score"
    yield 2 * (r - s), differentiate(r)


@derivation("The best score is the mean score", catalog="B11", tier=1)
def best_score(r: Real, s: Reward, group: Group) -> Lines:
    """The mean squared error falls until r is the mean of the scores."""
    i, n = group.index("i"), group.size
    yield diff(Sum(i, (r - s[i]) ** 2) / n, r)
    yield differentiate(r)
    yield 2 * (r - Sum(i, s[i]) / n), split_sum


@derivation("A mean score is reward and mean bias", catalog="B11", tier=1)
def mean_score(r: Reward, b: Reward, group: Group, y: Response) -> Lines:
    """Where annotator i adds a bias b_i, a rating teaches the reward plus the mean bias."""
    i, n = group.index("i"), group.size
    yield Sum(i, r[y] + b[i]) / n, "the mean of the scores r(y) + b_i"
    yield r[y] + Sum(i, b[i]) / n, split_sum


@derivation("The same annotators, no bias", catalog="B11", tier=1)
def pair_of_one_group(r: Reward, b: Reward, group: Group, y_w: Response, y_l: Response) -> Lines:
    """The biases cancel where the same annotators score both responses, whatever the biases are."""
    i, n = group.index("i"), group.size
    yield Sum(i, r[y_w] + b[i]) / n - Sum(i, r[y_l] + b[i]) / n, "the difference of two mean scores"
    yield by(mean_score, y=y_w)
    yield by(mean_score, y=y_l)
    yield cancel


score_mse_loss = numeric(
    score_slope,
    args={"r": "r", "s": "s"},
    returns=lambda r, s: (r - s) ** 2,
    mean_over="batch",
    wrt=("r",),
    doc="The squared error of rewards r against scores s, which are data.",
)
