"""Divergence, entropy, and what the KL penalty rewards.

Source: Shannon (1948), Bell Syst. Tech. J. 27(3), 379–423; Levine (2018), arXiv 1805.00909, sec. 2 (from memory).
"""

from symrlhf import KL, E, H, Lines, Policy, Positive, Reward, by, cross_entropy, derivation, let, log, numeric, start
from symrlhf.steps import (
    definition,
    expand,
    expand_log,
    merge_sums,
    split_sum,
    sum_as_expectation,
    unfold_definition,
)
from symrlhf.term import RESPONSES, Card


@derivation("Divergence is cross entropy minus entropy", catalog="C14", tier=1)
def kl_decomposition(pi: Policy, pi_ref: Policy) -> Lines:
    """What it costs, beyond the entropy, to code with the wrong distribution."""
    yield KL(pi, pi_ref)
    yield unfold_definition(KL)
    yield expand_log
    yield expand
    yield split_sum
    yield definition(H)
    yield definition(cross_entropy)


@derivation("The penalised objective is shaped reward plus entropy", catalog="C14 P3 X23", tier=1)
def entropy_decomposition(pi: Policy, pi_ref: Policy, r: Reward, beta: Positive) -> Lines:
    """The entropy that is rewarded is that of π; the reference enters as a reward β log π_ref."""
    yield E(pi, r) - beta * KL(pi, pi_ref), "the objective J(π)"
    yield by(kl_decomposition)
    yield expand
    yield unfold_definition(cross_entropy)
    yield sum_as_expectation
    yield merge_sums


@derivation("A uniform reference rewards entropy alone", catalog="C14", tier=1)
def uniform_reference(pi: Policy, r: Reward, beta: Positive) -> Lines:
    """Against a uniform u the penalty is an entropy bonus, but for a constant: maximum-entropy learning."""
    y, u = pi.index("y"), Policy("u")
    yield let("u", 1 / Card(RESPONSES), y), "the uniform reference"
    yield start(E(pi, r) - beta * KL(pi, u)), "the objective J(π)"
    yield by(entropy_decomposition, pi_ref=u)
    yield unfold_definition(u[y])
    yield E(pi, r) + beta * H(pi) - beta * log(Card(RESPONSES)), split_sum, "log u is −log|𝒴| for every response"


entropy = numeric(
    kl_decomposition, args=lambda pi, y: {"log_p": log(pi[y])}, returns=lambda pi: H(pi), doc="The entropy of each row."
)
cross_entropy_ = numeric(
    kl_decomposition,
    args=lambda pi, pi_ref, y: {"log_p": log(pi[y]), "log_q": log(pi_ref[y])},
    returns=lambda pi, pi_ref: cross_entropy(pi, pi_ref),
    doc="The cross entropy −Σ p log q of each pair of rows.",
)
kl = numeric(
    kl_decomposition,
    args=lambda pi, pi_ref, y: {"log_p": log(pi[y]), "log_q": log(pi_ref[y])},
    side="lhs",
    doc="The divergence D_KL(p ‖ q) of each pair of rows, never negative.",
)
kl_objective = numeric(
    entropy_decomposition,
    args=lambda pi, r, pi_ref, beta, y: {
        "log_pi": log(pi[y]),
        "r": r[y],
        "log_ref": log(pi_ref[y]),
        "beta": beta,
    },
    side="lhs",
    doc="The objective E_π[r] − β D_KL(π ‖ π_ref) of each row.",
)
