"""Absolute scores: what a reward model learns from ratings, and why pairs of one annotator are better.

Source: Christiano et al. (2017), arXiv 1706.03741, sec. 2.2 (from memory); Bishop (2006), Pattern Recognition and
Machine Learning, sec. 1.5.5.
"""

from symrlhf import (
    Group,
    Gt,
    Lines,
    Positive,
    Rational,
    Real,
    Response,
    Reward,
    Sum,
    Term,
    by,
    derivation,
    diff,
    given,
    numeric,
    sigmoid,
)
from symrlhf.steps import cancel, differentiate, expand, factor, rounding, split_sum


@derivation("The squared error of a score is bias and noise", catalog="B11 P5", tier=1)
def score_error(r: Real, s: Reward, annotators: Group) -> Lines:
    """Only the mean of the scores s_i that annotators give can be fitted: their spread stays whatever r is."""
    i, j, n = annotators.index("i"), annotators.index("j"), annotators.size
    mean = Sum(j, s[j]) / n
    noise = Sum(i, (s[i] - mean) ** 2) / n
    yield Sum(i, (r - s[i]) ** 2) / n, "the mean squared error"
    yield split_sum
    yield (r - mean) ** 2 + noise, expand, "complete the square"


@derivation("The slope of the squared error", catalog="B11", tier=1)
def score_slope(r: Real, s: Real) -> Lines:
    """It grows with the error without bound, while no pair pulls harder than 1 in a preference loss."""
    yield diff((r - s) ** 2, r), "the slope of the squared error of one score"
    yield 2 * (r - s), differentiate(r)


@derivation("The best score is the mean score", catalog="B11", tier=1)
def best_score(r: Real, s: Reward, annotators: Group) -> Lines:
    """The mean squared error falls until r is the mean of the scores, and rises from there."""
    i, n = annotators.index("i"), annotators.size
    yield diff(Sum(i, (r - s[i]) ** 2) / n, r), "the slope of the mean squared error"
    yield differentiate(r)
    yield 2 * (r - Sum(i, s[i]) / n), split_sum


@derivation("A mean score is reward and mean bias", catalog="B11", tier=1)
def mean_score(r: Reward, b: Reward, annotators: Group, y: Response) -> Lines:
    """Where annotator i adds a bias b_i, a rating teaches the reward plus the mean bias."""
    i, n = annotators.index("i"), annotators.size
    yield Sum(i, r[y] + b[i]) / n, "the mean of the scores r(y) + b_i"
    yield r[y] + Sum(i, b[i]) / n, split_sum


@derivation("The same annotators, no bias", catalog="B11", tier=1)
def pair_of_one_group(r: Reward, b: Reward, annotators: Group, y_w: Response, y_l: Response) -> Lines:
    """The biases cancel where the same annotators score both responses, whatever the biases are."""
    i, n = annotators.index("i"), annotators.size
    yield Sum(i, r[y_w] + b[i]) / n - Sum(i, r[y_l] + b[i]) / n, "the difference of two mean scores"
    yield by(mean_score, y=y_w)
    yield by(mean_score, y=y_l)
    yield cancel


@derivation("Annotators with a scale of their own", catalog="B11", tier=1)
def individual_scales(r: Reward, a: Reward, b: Reward, annotators: Group, y_w: Response, y_l: Response) -> Lines:
    """Where annotator i gives a_i r + b_i, mean scores differ by the mean scale, which may be nobody's."""
    i, n = annotators.index("i"), annotators.size
    yield Sum(i, a[i] * r[y_w] + b[i]) / n - Sum(i, a[i] * r[y_l] + b[i]) / n, "the difference of two mean scores"
    yield split_sum
    yield Sum(i, a[i]) / n * (r[y_w] - r[y_l]), factor, "the biases cancel"


@derivation("Every annotator orders as the reward does", catalog="B11", tier=1)
def order_survives(a: Positive, b: Real, r_w: Real, r_l: Real) -> Lines:
    """A scale a > 0 and a bias b change the scores, not which of two is the higher one."""
    yield Gt(a * r_w + b, a * r_l + b), given("the annotator scores the first response higher")
    yield Gt(r_w, r_l), "subtract b, and divide by a > 0"


@derivation("Mixed scales are no Bradley–Terry model", catalog="B11", tier=1)
def mixed_scales() -> Lines:
    """Half of the annotators see margins three times as large: then the odds of a preference do not multiply."""

    def share(margin: int) -> Term:
        return (sigmoid(Rational(margin)) + sigmoid(Rational(3 * margin))) / 2

    def odds(margin: int) -> Term:
        return share(margin) / (1 - share(margin))

    yield rounding(1, odds(1) * odds(1)), "over two margins of 1, if the odds multiplied"
    yield rounding(1, odds(2)), "over one margin of 2"


score_mse_loss = numeric(
    score_slope,
    args={"r": "r", "s": "s"},
    returns=lambda r, s: (r - s) ** 2,
    mean_over="batch",
    wrt=("r",),
    doc="The squared error of rewards r against scores s, which are data.",
)
