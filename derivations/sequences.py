"""Sequences of tokens: log-probabilities add up, and so do divergences and penalties.

Source: Ziegler et al. (2019), arXiv 1909.08593, eq. 2; Ouyang et al. (2022), arXiv 2203.02155, eq. 2;
Shao et al. (2024), arXiv 2402.03300, eq. 3; Yu et al. (2025), arXiv 2503.14476, eq. 8 (from memory).
"""

from typing import Annotated

from symrlhf import (
    KL,
    DependsOn,
    E,
    Group,
    Gt,
    Lines,
    Parameter,
    Policy,
    Positive,
    PositiveInteger,
    Prod,
    Real,
    Reward,
    Sum,
    Sym,
    by,
    derivation,
    diff,
    driven,
    exp,
    given,
    log,
    numeric,
    sqrt,
    start,
    stop_gradient,
)
from symrlhf.steps import (
    definition,
    differentiate,
    expectation_as_sum,
    factor_out_of_sum,
    log_of_product,
    merge_sums,
    split_sum,
)
from symrlhf.term import PROMPTS

from .entropy import cross_entropy_, kl, kl_decomposition
from .policy_gradient import cross_entropy_gradient

Moving = Annotated[Reward, DependsOn("theta")]
"""Log-probabilities of tokens that vary with the parameters θ."""


@derivation("The log-probability of a sequence", catalog="C19 J2", tier=1)
def sequence_logprob(ell: Reward, T: PositiveInteger) -> Lines:
    """The tokens' log-probabilities ℓ_t, each given the tokens before it, add up."""
    t = Sym("t", T.sort)
    yield log(Prod(t, 1, T, exp(ell[t]))), "a product of conditional probabilities"
    yield log_of_product


@derivation("The log-ratio of a sequence", catalog="C19", tier=1)
def sequence_log_ratio(a: Reward, b: Reward, T: PositiveInteger) -> Lines:
    """It is the sum of the tokens' log-ratios a_t − b_t, each given the tokens before, however the tokens depend."""
    t = Sym("t", T.sort)
    yield log(Prod(t, 1, T, exp(a[t]))) - log(Prod(t, 1, T, exp(b[t]))), "log π(y | x) − log π_ref(y | x)"
    yield by(sequence_logprob, ell=lambda t: a[t])
    yield by(sequence_logprob, ell=lambda t: b[t])
    yield merge_sums


@derivation("The chain rule of the divergence", catalog="C19", tier=1)
def divergence_chain(a: Reward, b: Reward, pi: Policy, pi_ref: Policy) -> Lines:
    """One more token adds its mean divergence: text x has log-probability a(x), and b(x) under the reference."""
    x = Sym("x", PROMPTS)
    p, q = pi.given(x), pi_ref.given(x)
    yield (
        Sum(x, exp(a[x]) * E(p, lambda y: (a[x] + log(pi[x, y])) - (b[x] + log(pi_ref[x, y])))),
        "the mean log-ratio of text and next token",
    )
    yield split_sum
    yield expectation_as_sum
    yield merge_sums
    yield Sum(x, exp(a[x]) * (a[x] - b[x])) + Sum(x, exp(a[x]) * KL(p, q)), definition(KL)


@derivation("One advantage for all tokens", catalog="D22", tier=1)
def shared_advantage(theta: Parameter, ell: Moving, A: Real, T: PositiveInteger) -> Lines:
    """On samples of the policy itself, the gradients of the tokens with one advantage A add up to the sequence's."""
    t = Sym("t", T.sort)
    yield A * diff(log(Prod(t, 1, T, exp(ell[t]))), theta), "the gradient of a sequence"
    yield log_of_product
    yield differentiate(theta)


@derivation("A mean over tokens weighs responses by their length", catalog="D22 H4", tier=1)
def length_weight(theta: Parameter, ell: Moving, A: Real, T: PositiveInteger) -> Lines:
    """Divided by its number of tokens T, a response has a T-th of the gradient: long ones count less per token."""
    t = Sym("t", T.sort)
    yield diff((1 / T) * Sum(t, 1, T, A * ell[t]), theta), "the gradient of a mean over tokens"
    yield factor_out_of_sum
    yield A / T * Sum(t, 1, T, diff(ell[t], theta)), differentiate(theta)


@derivation("Token ratios, before the policy moves", catalog="D22", tier=1)
def token_ratios(theta: Parameter, ell: Moving, A: Real, T: PositiveInteger) -> Lines:
    """Ratios e^{ℓ − sg(ℓ)} are 1 where the policy has not moved: there the tokens' gradient is that of the sequence."""
    t = Sym("t", T.sort)
    yield diff(Sum(t, 1, T, exp(ell[t] - stop_gradient(ell[t])) * A), theta), "the surrogate of the tokens"
    yield differentiate(theta)
    yield A * Sum(t, 1, T, diff(ell[t], theta)), "each ratio is 1"


@derivation("The ratio of a sequence, before the policy moves", catalog="D22", tier=1)
def sequence_ratio(theta: Parameter, ell: Moving, A: Real, T: PositiveInteger) -> Lines:
    """The product of the tokens' ratios has the same gradient there; elsewhere it scales every token's gradient."""
    t = Sym("t", T.sort)
    ratio = exp(Sum(t, 1, T, ell[t] - stop_gradient(ell[t])))
    yield diff(A * ratio, theta), "the surrogate of the sequence"
    yield differentiate(theta)
    yield A * Sum(t, 1, T, diff(ell[t], theta)), "the ratio is 1"


@derivation("The return of penalised tokens", catalog="D16", tier=1)
def token_penalties(ell: Reward, r: Real, beta: Real, T: PositiveInteger) -> Lines:
    """With γ = 1, tokens that cost β ℓ_t and a reward at the end return the penalised reward of the sequence."""
    t = Sym("t", T.sort)
    yield r + Sum(t, 1, T, -beta * ell[t]), "the sum of the token rewards"
    yield r - beta * Sum(t, 1, T, ell[t]), factor_out_of_sum, "β does not depend on the token"


@derivation("Discounted penalties", catalog="D16", tier=1)
def discounted_penalties(ell: Reward, r: Real, beta: Real, gamma: Positive, T: PositiveInteger) -> Lines:
    """For γ < 1 later tokens pay less, and the reward shrinks with the length: no penalised reward of the sequence."""
    t = Sym("t", T.sort)
    yield gamma ** (T - 1) * r + Sum(t, 1, T, gamma ** (t - 1) * (-beta * ell[t])), "the discounted token rewards"
    yield gamma ** (T - 1) * r - beta * Sum(t, 1, T, gamma ** (t - 1) * ell[t]), factor_out_of_sum


@derivation("Token means and sequence means", catalog="H4 J2", tier=2)
def aggregation(ell: Reward, T: PositiveInteger, G: PositiveInteger) -> Lines:
    """Where all G responses have T tokens, the mean of the responses' means is the mean of all tokens."""
    i, t = Sym("i", T.sort), Sym("t", T.sort)
    yield (1 / G) * Sum(i, 1, G, (1 / T) * Sum(t, 1, T, ell[i, t])), "the mean of the means"
    yield (1 / (G * T)) * Sum(i, 1, G, Sum(t, 1, T, ell[i, t])), factor_out_of_sum, "one weight for every token"


@derivation("Whitened advantages", catalog="D17", tier=2)
def whitened(A: Reward, group: Group) -> Lines:
    """Shifted by their mean and scaled by their deviation, they have mean 0 and variance 1, whatever they were."""
    i, j, k, n = group.index("i"), group.index("j"), group.index("k"), group.size
    mean = Sum(k, A[k]) / n
    deviation = sqrt(Sum(j, (A[j] - mean) ** 2) / n)
    yield Gt(Sum(j, (A[j] - mean) ** 2) / n, 0), given("the advantages are not all equal")
    yield start(Sum(i, (A[i] - mean) / deviation) / n), "the mean of the whitened advantages"
    yield 0, split_sum
    yield start(Sum(i, ((A[i] - mean) / deviation) ** 2) / n), "their variance, since the mean is 0"
    yield 1, factor_out_of_sum, "the sum of the squares over itself"


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
masked_whiten = driven(whitened, "masked_whiten", doc="Advantages shifted to mean 0 and scaled to variance 1.")
aggregate_loss = driven(aggregation, "aggregate_loss", doc="Token losses made one number, in the way that is named.")
