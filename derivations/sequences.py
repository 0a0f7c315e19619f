"""Sequences of tokens: log-probabilities add up, and so do divergences and penalties.

Source: Ziegler et al. (2019), arXiv 1909.08593, eq. 2; Ouyang et al. (2022), arXiv 2203.02155, eq. 2;
Shao et al. (2024), arXiv 2402.03300, eq. 3; Yu et al. (2025), arXiv 2503.14476, eq. 8.
"""

from symrlhf import (
    Lines,
    Positive,
    PositiveInteger,
    Prod,
    Real,
    Reward,
    Sum,
    Sym,
    derivation,
    driven,
    exp,
    log,
    numeric,
)
from symrlhf.steps import expand_log

from .entropy import cross_entropy_, kl, kl_decomposition
from .policy_gradient import cross_entropy_gradient


@derivation("The log-probability of a sequence", catalog="C19 J2", tier=1)
def sequence_logprob(ell: Reward, T: PositiveInteger) -> Lines:
    """The tokens' log-probabilities ℓ_t, each given the tokens before it, add up."""
    t = Sym("t", T.sort)
    yield log(Prod(t, 1, T, exp(ell[t]))), "a product of conditional probabilities"
    yield Sum(t, 1, T, ell[t]), "the logarithm of a product"


@derivation("The log-ratio of a sequence", catalog="C19", tier=1)
def sequence_log_ratio(p_1: Positive, p_2: Positive, q_1: Positive, q_2: Positive) -> Lines:
    """Two tokens: the log-ratio of the sequence is the sum of the tokens' log-ratios, however the tokens depend."""
    yield log(p_1 * p_2 / (q_1 * q_2)), "probabilities of the first token, and of the second given the first"
    yield expand_log


@derivation("The return of penalised tokens", catalog="D16", tier=1)
def token_penalties(ell: Reward, r: Real, beta: Real, T: PositiveInteger) -> Lines:
    """With γ = 1, tokens that cost β ℓ_t and a reward at the end return the penalised reward of the sequence."""
    t = Sym("t", T.sort)
    yield r + Sum(t, 1, T, -beta * ell[t]), "the sum of the token rewards"
    yield r - beta * Sum(t, 1, T, ell[t]), "β does not depend on the token"


@derivation("Token means and sequence means", catalog="H4 J2", tier=2)
def aggregation(ell: Reward, T: PositiveInteger, G: PositiveInteger) -> Lines:
    """Where all G responses have T tokens, the mean of the responses' means is the mean of all tokens."""
    i, t = Sym("i", T.sort), Sym("t", T.sort)
    yield (1 / G) * Sum(i, 1, G, (1 / T) * Sum(t, 1, T, ell[i, t])), "the mean of the means"
    yield (1 / (G * T)) * Sum(i, 1, G, Sum(t, 1, T, ell[i, t])), "one weight for every token"


seq_logprob = driven(sequence_logprob, "seq_logprob", doc="The log-probability of each sequence, from logits.")
token_kl = driven(
    kl_decomposition, "token_kl", kernels={"kl": kl.from_logits}, doc="The divergence at each token, from logits."
)
ce_loss = driven(
    cross_entropy_gradient,
    "ce_loss",
    kernels={"cross_entropy": cross_entropy_.from_logits},
    doc="The cross entropy of logits, with label smoothing and temperature.",
)
_penalty = numeric(
    token_penalties,
    args={"logratio": "logratio", "beta": "beta"},
    at=lambda logratio: {},
    returns=lambda logratio, beta: -beta * logratio,
    doc="The penalty of one token.",
)
kl_shaped_rewards = driven(
    token_penalties,
    "kl_shaped_rewards",
    kernels={"penalty": _penalty},
    doc="The rewards of tokens: a KL penalty for each, and the reward of the response at its last.",
)
masked_whiten = driven(aggregation, "masked_whiten", doc="Advantages shifted to mean 0 and scaled to variance 1.")
aggregate_loss = driven(aggregation, "aggregate_loss", doc="Token losses made one number, in the way that is named.")
