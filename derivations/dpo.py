"""Direct preference optimisation: the reward model written in terms of the policy.

Source: Rafailov et al. (2023), arXiv 2305.18290, eqs. 5–7.
"""

from symrlhf import Data, Eq, Lines, Policy, Positive, Prod, Reward, Sum, by, derivation, exp, let, log, start
from symrlhf.setting import Family
from symrlhf.steps import cancel, factor, substitute

from .optimal_policy import reward_of_policy
from .reward_model import reward_model_loss


@derivation("The DPO loss", catalog="G1", tier=2)
def direct_preference_optimisation(pi: Policy, pi_ref: Policy, r: Reward, beta: Positive, data: Data) -> Lines:
    """If π is optimal for its own reward, the normaliser cancels and the preference loss is a loss of the policy."""
    i, x, y = data.index("i"), data.x.index("x"), pi.index("y")
    r_w, r_l = r[data.x[i], data.y_w[i]], r[data.x[i], data.y_l[i]]
    Z = Family("Z")
    yield let("Z", Sum(y, pi_ref[x, y] * exp(r[x, y] / beta)), x), "the normaliser of each prompt"
    reward = yield (
        Eq(r[x, y], beta * log(pi[x, y] / pi_ref[x, y]) + beta * log(Z[x])),
        by(reward_of_policy, pi=pi.given(x), pi_ref=pi_ref.given(x), r=r.given(x)),
    )
    yield start(-(1 / data.size) * log(Prod(i, exp(r_w) / (exp(r_w) + exp(r_l))))), "minus the mean log-likelihood"
    yield by(reward_model_loss)
    yield substitute(reward)
    yield cancel, "the two normalisers belong to one prompt"
    yield factor
