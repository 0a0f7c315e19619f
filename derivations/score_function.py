"""The score function: gradients of expectations under a policy, for any parametrisation.

Source: Williams (1992), Machine Learning 8, 229–256; Sutton et al. (2000), NeurIPS 12, 1057–1063; Greensmith et al.
(2004), JMLR 5, 1471–1530, sec. 3 (the section from memory); Shao et al. (2024), arXiv 2402.03300, sec. 4.1.
"""

from typing import Annotated

from symrlhf import (
    KL,
    DependsOn,
    E,
    Gt,
    Lines,
    Lt,
    Parameter,
    Policy,
    Positive,
    Prompt,
    Real,
    Reward,
    Sum,
    Sym,
    arcsin,
    by,
    derivation,
    diff,
    exp,
    given,
    let,
    log,
    sqrt,
    start,
)
from symrlhf.steps import (
    cancel,
    differentiate,
    expand,
    expand_log,
    expectation_as_sum,
    factor,
    log_derivative,
    merge_sums,
    split_sum,
    sum_as_expectation,
    unfold_definition,
)
from symrlhf.term import PROMPTS

Moving = Annotated[Policy, DependsOn("theta")]
"""A policy with parameters θ."""

# ------------------------------------------------------------------ one choice


@derivation("The score has mean 0", catalog="D1", tier=1)
def score_mean(theta: Parameter, pi: Moving) -> Lines:
    """What makes one response likelier makes others less likely: ∇log π, the score, is 0 in the mean."""
    yield E(pi, lambda y: diff(log(pi[y]), theta))
    yield differentiate(theta)
    yield expectation_as_sum
    yield cancel
    yield 0, "the probabilities add up to 1 for every θ"


@derivation("The log-derivative trick", catalog="D1", tier=1)
def log_derivative_trick(theta: Parameter, pi: Moving, f: Reward) -> Lines:
    """The gradient of a mean is a mean, of f times the score: it can be estimated from samples."""
    yield diff(E(pi, f), theta)
    yield differentiate(theta)
    yield log_derivative
    yield sum_as_expectation


@derivation("The gradient of a mean that moves twice", catalog="D1", tier=1)
def moving_return(theta: Parameter, pi: Moving, f: Annotated[Reward, DependsOn("theta")]) -> Lines:
    """Where f depends on the parameters too, the mean of its own gradient is added."""
    yield diff(E(pi, f), theta)
    yield differentiate(theta), "product rule"
    yield log_derivative
    yield (
        E(pi, lambda y: f[y] * diff(log(pi[y]), theta)) + E(pi, lambda y: diff(f[y], theta)),
        sum_as_expectation,
    )


@derivation("A baseline changes nothing in the mean", catalog="D2", tier=2)
def baseline(theta: Parameter, pi: Moving, f: Reward, b: Real) -> Lines:
    """What does not depend on the response may be subtracted from f: the score has mean 0."""
    yield E(pi, lambda y: (f[y] - b) * diff(log(pi[y]), theta))
    yield split_sum
    yield by(score_mean)


@derivation("The best baseline", catalog="D2", tier=3)
def best_baseline(pi: Policy, f: Reward, g: Reward, b: Real) -> Lines:
    """For one coordinate g of the score, (f − b) g varies least for the mean of f weighted by g²."""
    weight, product = E(pi, lambda y: g[y] ** 2), E(pi, lambda y: f[y] * g[y] ** 2)
    yield Gt(weight, 0), given("the score is not 0 everywhere")
    yield start(E(pi, lambda y: ((f[y] - b) * g[y]) ** 2)), "the second moment; the mean does not depend on b"
    yield split_sum
    yield (
        E(pi, lambda y: f[y] ** 2 * g[y] ** 2) - product**2 / weight + weight * (b - product / weight) ** 2,
        "complete the square",
    )


@derivation("The gradient of the penalised objective", catalog="D3", tier=2)
def penalised_gradient(theta: Parameter, pi: Moving, pi_ref: Policy, r: Reward, beta: Positive) -> Lines:
    """The penalty acts as a reward −β log(π/π_ref): its own derivative is a score, of mean 0."""
    yield diff(E(pi, r) - beta * KL(pi, pi_ref), theta)
    yield differentiate(theta)
    yield log_derivative
    yield sum_as_expectation
    yield split_sum
    yield by(score_mean)
    yield merge_sums
    yield E(pi, lambda y: (r[y] - beta * log(pi[y] / pi_ref[y])) * diff(log(pi[y]), theta)), factor


@derivation("Advantages have mean 0", catalog="D20", tier=2)
def advantage_mean(pi: Policy, pi_ref: Policy, r: Reward, beta: Positive) -> Lines:
    """The advantage of a response is its penalised reward less the objective."""
    objective = E(pi, r) - beta * KL(pi, pi_ref)
    yield E(pi, lambda y: r[y] - beta * log(pi[y] / pi_ref[y]) - objective), "the mean advantage"
    yield split_sum
    yield unfold_definition(KL)
    yield sum_as_expectation
    yield cancel


@derivation("At the optimum no response has an advantage", catalog="D20", tier=2)
def advantage_at_optimum(pi_ref: Policy, r: Reward, beta: Positive) -> Lines:
    """There the penalised reward is β log Z for every response: nothing is left to learn."""
    y, pi_star = pi_ref.index("y"), Policy("pi_star")
    Z = (yield let("Z", Sum(y, pi_ref[y] * exp(r[y] / beta))), "the normaliser").lhs
    yield let("pi_star", pi_ref[y] * exp(r[y] / beta) / Z, y), "the optimal policy"
    yield start(r[y] - beta * log(pi_star[y] / pi_ref[y])), "the penalised reward"
    yield unfold_definition(pi_star[y])
    yield cancel
    yield expand_log
    yield expand


# ------------------------------------------------------------------ one choice after another


@derivation("The past does not matter", catalog="D4", tier=2)
def reward_to_go(theta: Parameter, pi: Moving, d: Reward, c: Reward, Q: Reward) -> Lines:
    """After the text x, of law d, what was earned so far is a baseline: only the reward to go counts."""
    x = Sym("x", PROMPTS)
    yield Sum(x, d[x] * E(pi.given(x), lambda y: (c[x] + Q[x, y]) * diff(log(pi[x, y]), theta)))
    yield split_sum
    yield by(score_mean, pi=pi.given(x))


@derivation("A token's loss misses the divergence of later tokens", catalog="E5", tier=3)
def divergence_to_go(theta: Parameter, pi: Moving, pi_ref: Policy, x: Prompt, K: Reward) -> Lines:
    """After the text x, a token's score is weighed by its log-ratio and all to come, K(x, y): its own loss lacks K."""
    p, q = pi.given(x), pi_ref.given(x)
    yield diff(KL(p, q) + E(p, lambda y: K[x, y]), theta), "the divergence of the token and of what follows"
    yield differentiate(theta)
    yield log_derivative
    yield sum_as_expectation
    yield split_sum
    yield by(score_mean, pi=p)
    yield merge_sums


# ------------------------------------------------------------------ many samples


@derivation("The leave-one-out advantage is unbiased", catalog="D7", tier=2)
def leave_one_out_unbiased(theta: Parameter, pi: Moving, R: Reward) -> Lines:
    """Two responses are drawn independently, and one is the other's baseline; a mean over more of them is, too."""
    yield (
        E(pi, lambda z: E(pi, lambda y: (R[y] - R[z]) * diff(log(pi[y]), theta))),
        "reward beyond that of another response, times the score",
    )
    yield split_sum
    yield by(score_mean)
    yield by(log_derivative_trick, f=R)
    yield diff(E(pi, R), theta), "nothing depends on the other response any more"


@derivation("The mean of all as baseline makes the gradient too small", catalog="D7 H3", tier=2)
def own_mean_shrinks(theta: Parameter, pi: Moving, R: Reward, G: Real) -> Lines:
    """The mean of G rewards holds a G-th of the response's own: (G − 1)/G of the gradient is left in the mean."""
    yield Gt(G, 1), given("a group of more than one")
    yield (
        start(E(pi, lambda z: E(pi, lambda y: (R[y] - (R[y] + (G - 1) * R[z]) / G) * diff(log(pi[y]), theta)))),
        "one independent response stands for the mean of the G − 1 others",
    )
    yield expand
    yield split_sum
    yield by(score_mean)
    yield by(log_derivative_trick, f=R)
    yield (G - 1) / G * diff(E(pi, R), theta), factor, "nothing depends on the other response any more"


@derivation("What division by the standard deviation optimises", catalog="H2", tier=3)
def deviation_objective(theta: Parameter, pi: Moving, R: Reward) -> Lines:
    """Rewards 0 and 1 of mean p have variance p (1 − p): large groups ascend 2 arcsin √p, steepest near 0 and 1."""
    p = E(pi, R)
    yield Gt(p, 0), given("some responses succeed")
    yield Lt(p, 1), given("some fail")
    yield start(E(pi, lambda y: (R[y] - p) / sqrt(p * (1 - p)) * diff(log(pi[y]), theta))), "the mean gradient"
    yield split_sum
    yield by(score_mean)
    yield by(log_derivative_trick, f=R)
    yield diff(2 * arcsin(sqrt(p)), theta), "(arcsin √p)′ = 1/(2 √(p (1 − p)))"
