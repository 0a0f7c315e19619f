"""Rankings: a whole order of responses, one choice after another.

Source: Luce (1959), Individual Choice Behavior, ch. 1 (from memory); Plackett (1975), Applied Statistics 24(2),
193–202; Rafailov et al. (2023), arXiv 2305.18290, eq. 18 (from memory); Ouyang et al. (2022), arXiv 2203.02155, eq. 1.
"""

from symrlhf import Lines, PositiveInteger, Prod, Real, Reward, Sum, Sym, by, derivation, driven, exp, log
from symrlhf.steps import cancel, log_of_product, log_of_reciprocal

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
