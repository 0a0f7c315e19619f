"""Rankings: a whole order of responses, one choice after another.

Source: Luce (1959), Individual Choice Behavior, ch. 1 (from memory); Plackett (1975), Applied Statistics 24(2),
193–202; Rafailov et al. (2023), arXiv 2305.18290, eq. 18 (from memory); Ouyang et al. (2022), arXiv 2203.02155, eq. 1.
"""

from symrlhf import (
    Group,
    Lines,
    PositiveInteger,
    Prod,
    Real,
    Reward,
    Sum,
    Sym,
    Term,
    by,
    delta,
    derivation,
    diff,
    driven,
    exp,
    log,
    softplus,
    start,
)
from symrlhf.steps import (
    cancel,
    compute,
    differentiate,
    expand_log,
    factor_out_of_sum,
    log_of_product,
    log_of_reciprocal,
    split_exponents,
)

from .bradley_terry import bradley_terry_to_sigmoid
from .loss_shape import linear_reward_convexity
from .reward_model import reward_model_loss, rm_loss, score_gradient


@derivation("Plackett–Luce", catalog="A7", tier=2)
def plackett_luce(s: Reward, n: PositiveInteger) -> Lines:
    """The best is chosen by a softmax of the scores, then the best of the rest, and so on."""
    k, j = Sym("k", n.sort), Sym("j", n.sort)
    yield log(Prod(k, 1, n, exp(s[k]) / Sum(j, k, n, exp(s[j])))), "the choices, each among the responses left"
    yield log_of_product
    yield log_of_reciprocal


@derivation("A ranking of two", catalog="A7", tier=2)
def ranking_of_two(s_w: Real, s_l: Real) -> Lines:
    """Of two responses the first choice is Bradley–Terry, and the last is no choice at all."""
    yield exp(s_w) / (exp(s_w) + exp(s_l)) * (exp(s_l) / exp(s_l)), "the chosen one among two, the other among one"
    yield exp(s_w) / (exp(s_w) + exp(s_l)), cancel
    yield by(bradley_terry_to_sigmoid, r_w=s_w, r_l=s_l)


@derivation("A shift of all scores leaves every ranking", catalog="A7", tier=2)
def shifted_ranking(s: Reward, c: Real, n: PositiveInteger) -> Lines:
    """As for pairs, the location of the scores is free."""
    k, j = Sym("k", n.sort), Sym("j", n.sort)
    yield log(Prod(k, 1, n, exp(s[k] + c) / Sum(j, k, n, exp(s[j] + c)))), "the ranking by the scores s(k) + c"
    yield split_exponents
    yield factor_out_of_sum
    yield cancel


@derivation("A third response does not matter", catalog="A7", tier=2)
def pair_in_a_ranking(s_1: Real, s_2: Real, s_3: Real) -> Lines:
    """In rankings of three, the first response is before the second with the Bradley–Terry probability."""
    whole = exp(s_1) + exp(s_2) + exp(s_3)
    yield (
        exp(s_1) / whole + exp(s_3) / whole * (exp(s_1) / (exp(s_1) + exp(s_2))),
        "the first is chosen at once, or after the third",
    )
    yield exp(s_1) / (exp(s_1) + exp(s_2)), compute("simplify"), "take out the factor e^{s₁}/(e^{s₁} + e^{s₂})"
    yield by(bradley_terry_to_sigmoid, r_w=s_1, r_l=s_2)


@derivation("The six rankings of three", catalog="A7", tier=2)
def six_rankings(s_1: Real, s_2: Real, s_3: Real) -> Lines:
    """Whoever is first, the others are ranked in one of two ways: all probabilities add up to 1."""

    def chosen(s: Real, *others: Real) -> Term:
        return exp(s) / sum((exp(other) for other in others), exp(s))

    yield (
        chosen(s_1, s_2, s_3) * (chosen(s_2, s_3) + chosen(s_3, s_2))
        + chosen(s_2, s_1, s_3) * (chosen(s_1, s_3) + chosen(s_3, s_1))
        + chosen(s_3, s_1, s_2) * (chosen(s_1, s_2) + chosen(s_2, s_1)),
        "each of the three first, then either of the others",
    )
    yield 1, compute("simplify"), "in each bracket the two shares add up to 1, and so do those of the first"


@derivation("The gradient of a choice", catalog="A8", tier=2)
def choice_gradient(s: Reward, responses: Group) -> Lines:
    """The choice of k raises its score, and lowers that of each response still there by its softmax probability."""
    i, j, k = responses.index("i"), responses.index("j"), responses.index("k")
    yield diff(log(exp(s[k]) / Sum(j, exp(s[j]))), s[i]), "one choice of Plackett–Luce"
    yield expand_log
    yield delta(k, i) - exp(s[i]) / Sum(j, exp(s[j])), differentiate(s[i])


@derivation("A ranking is concave in the scores", catalog="A8", tier=2)
def choice_curvature(s: Reward, v: Reward, responses: Group) -> Lines:
    """A choice has log-probability s_k − log Σ e^s: the sum is convex, flat only where all scores move alike."""
    i, j, k = responses.index("i"), responses.index("j"), responses.index("k")
    scale = Sum(k, exp(s[k]))
    yield diff(diff(log(scale), s[i]), s[j]), "the second derivatives of log Σ e^s"
    yield differentiate(s[i])
    entry = (yield exp(s[i]) / scale * (delta(i, j) - exp(s[j]) / scale), differentiate(s[j])).rhs
    yield start(Sum(i, Sum(j, v[i] * entry * v[j]))), "its curvature in a direction v"
    mean = Sum(j, exp(s[j]) / scale * v[j])
    yield Sum(i, exp(s[i]) / scale * (v[i] - mean) ** 2), "the variance of v under the softmax: a mean of squares"


@derivation("The gradient of a ranking loss", catalog="B10", tier=2)
def ranking_gradient(r: Reward, w: Reward, group: Group) -> Lines:
    """A response k is pushed up by each pair it won and down by each it lost, the harder the less the scores agree."""
    i, j, k = group.index("i"), group.index("j"), group.index("k")
    yield (
        diff(Sum(i, Sum(j, w[i, j] * softplus(-(r[i] - r[j])))), r[k]),
        "a pair that i won has the weight w_{i,j}: one over the number of pairs for InstructGPT",
    )
    yield differentiate(r[k]), "the pairs that k won, and those it lost"


pl_logprob = driven(plackett_luce, "pl_logprob", doc="The Plackett–Luce log-probability of a ranking.")
rm_loss_ranking = driven(
    reward_model_loss,
    "rm_loss_ranking",
    kernels={"pair": rm_loss},
    doc="The preference loss over all pairs of a ranking, as in InstructGPT.",
)
rm_loss_features = driven(
    linear_reward_convexity,
    "rm_loss_features",
    kernels={"pair": rm_loss},
    doc="The preference loss of a linear reward, with gradient and Hessian in its weights.",
)
bt_mle = driven(
    score_gradient,
    "bt_mle",
    kernels={"pair": rm_loss},
    doc="The Bradley–Terry scores of greatest likelihood for a table of wins.",
)
