"""Advantages: from a value function, and from a group of responses to one prompt.

Source: Schulman et al. (2016), arXiv 1506.02438, eq. 16; Schulman et al. (2017), arXiv 1707.06347, eq. 11;
Ahmadian et al. (2024), arXiv 2402.14740, eq. 8 (leave-one-out, from memory); Shao et al. (2024), arXiv 2402.03300,
sec. 4.1 (GRPO); Liu et al. (2025), arXiv 2503.20783, sec. 3 (Dr. GRPO, from memory).
"""

from symrlhf import (
    Group,
    Gt,
    Integer,
    Lines,
    Lt,
    Positive,
    PositiveInteger,
    Real,
    Reward,
    Sum,
    Sym,
    Term,
    by,
    derivation,
    driven,
    given,
    numeric,
    sqrt,
    start,
)
from symrlhf.steps import compute, expand, factor, split_sum, together


@derivation("The recursion of the advantage estimate", catalog="D14", tier=2)
def advantage_recursion(delta: Reward, gamma: Positive, lam: Positive, t: Integer, n: PositiveInteger) -> Lines:
    """The estimate looks n steps ahead; its first residual split off, what is left is γλ times the next estimate."""
    k = Sym("k", t.sort)
    yield Sum(k, 0, n, (gamma * lam) ** k * delta[t + k]), "the estimate at t"
    yield delta[t] + gamma * lam * Sum(k, 0, n - 1, (gamma * lam) ** k * delta[t + 1 + k]), "its first term split off"


@derivation("Without decay the estimate is the return minus the value", catalog="D14", tier=2)
def advantage_telescopes(r: Reward, V: Reward, gamma: Positive, t: Integer, n: PositiveInteger) -> Lines:
    """For λ = 1 the values between cancel: what is left is the discounted return, the value at its end, and −V_t."""
    k = Sym("k", t.sort)
    yield Sum(k, 0, n, gamma**k * (r[t + k] + gamma * V[t + k + 1] - V[t + k])), "with δ_t = r_t + γ V_{t+1} − V_t"
    yield expand
    yield Sum(k, 0, n, gamma**k * r[t + k]) + gamma ** (n + 1) * V[t + n + 1] - V[t], "the sum telescopes"


@derivation("The estimate is a mixture of looks ahead", catalog="D14", tier=2)
def advantage_mixture(delta: Reward, gamma: Positive, lam: Positive, t: Integer, n: PositiveInteger) -> Lines:
    """Advantages over k + 1 steps, of weights (1 − λ) λ^k, and over all steps, of the weight λⁿ that is left."""
    k, j = Sym("k", t.sort), Sym("j", t.sort)

    def ahead(steps: Term) -> Term:
        return Sum(j, 0, steps, gamma**j * delta[t + j])

    yield Sum(k, 0, n - 1, (1 - lam) * lam**k * ahead(k)) + lam**n * ahead(n), "the mixture"
    yield Sum(j, 0, n, (gamma * lam) ** j * delta[t + j]), "δ_{t+j} is in all that look j ahead, of weight λ^j together"


@derivation("The leave-one-out advantage", catalog="D7", tier=2)
def leave_one_out(R: Reward, group: Group) -> Lines:
    """What a response earns beyond the mean of the others is G/(G − 1) times what it earns beyond the mean of all."""
    i, j, G = group.index("i"), group.index("j"), group.size
    yield Gt(G, 1), given("a response has others to be compared with")
    yield start(R[i] - (Sum(j, R[j]) - R[i]) / (G - 1)), "minus the mean of the other rewards"
    yield together
    yield G / (G - 1) * (R[i] - Sum(j, R[j]) / G), factor


@derivation("Advantages of a group add up to nothing", catalog="H1 H3", tier=2)
def centred_advantages(R: Reward, group: Group) -> Lines:
    """Whatever the rewards are, one response is praised only at the expense of another."""
    i, j = group.index("i"), group.index("j")
    yield Sum(i, R[i] - Sum(j, R[j]) / group.size), "reward minus the mean of the group"
    yield 0, split_sum


@derivation("Without the deviation: the leave-one-out advantage, but for a factor", catalog="D7 H3", tier=2)
def centred_leave_one_out(R: Reward, group: Group) -> Lines:
    """Dr. GRPO's R_i − mean is (G − 1)/G times the unbiased advantage: its gradient is too small by that factor."""
    i, j, G = group.index("i"), group.index("j"), group.size
    yield Gt(G, 1), given("a response has others to be compared with")
    yield start((G - 1) / G * (R[i] - (Sum(j, R[j]) - R[i]) / (G - 1))), "(G − 1)/G of the leave-one-out advantage"
    yield R[i] - Sum(j, R[j]) / G, expand


@derivation("Advantages of success and failure", catalog="H1", tier=2)
def binary_advantages(p: Positive) -> Lines:
    """Of rewards 0 and 1 with success share p, rare successes are praised most, rare failures are blamed most."""
    yield Lt(p, 1), given("some responses succeed, some fail")
    deviation = sqrt(p * (1 - p))
    yield start((1 - p) / deviation), "a success: its distance from the mean p, in standard deviations"
    yield sqrt((1 - p) / p), compute("simplify"), "(1 − p)² under the root"
    yield start(-p / deviation), "a failure"
    yield -sqrt(p / (1 - p)), compute("simplify"), "p² under the root"


@derivation("The deviation of a group scales with its rewards", catalog="H1", tier=2)
def group_deviation(R: Reward, group: Group, a: Positive, b: Real, d: Real) -> Lines:
    """The variance over G − d, where d is 1 or 0, does not see the location b; it sees the scale a: a² comes out."""
    i, k, G = group.index("i"), group.index("k"), group.size
    yield Gt(G - d, 0), given("there are more responses than d")
    yield start(Sum(i, (a * R[i] + b - Sum(k, a * R[k] + b) / G) ** 2) / (G - d)), "the variance of a R + b"
    yield a**2 * Sum(i, (R[i] - Sum(k, R[k]) / G) ** 2) / (G - d), split_sum, "b cancels, a² comes out of the sum"


@derivation("The group-relative advantage does not see scale and location", catalog="H1", tier=2)
def group_relative(R: Reward, group: Group, a: Positive, b: Real, d: Real) -> Lines:
    """Rewards a R + b, with a > 0, are as far from their mean, in standard deviations, as R is; d is 1 or 0."""
    i, j, k, G = group.index("i"), group.index("j"), group.index("k"), group.size
    squares = Sum(j, (R[j] - Sum(k, R[k]) / G) ** 2)
    yield Gt(G - d, 0), given("there are more responses than d")
    yield Gt(squares, 0), given("the rewards are not all equal")
    yield by(group_deviation)
    yield (
        start((a * R[i] + b - Sum(k, a * R[k] + b) / G) / sqrt(a**2 * (squares / (G - d)))),
        "the advantage of rewards a R + b",
    )
    yield (R[i] - Sum(k, R[k]) / G) / sqrt(squares / (G - d)), split_sum, "b cancels, and so does a > 0"


_step = numeric(
    advantage_recursion,
    args={
        "reward": "reward",
        "value": "value",
        "next_value": "next_value",
        "next_advantage": "next_advantage",
        "gamma": "discount",
        "lam": "trace",
    },
    at=lambda reward, value, next_value, next_advantage, discount, trace: {},
    returns=lambda reward, value, next_value, next_advantage, discount, trace: (
        reward + discount * next_value - value + discount * trace * next_advantage
    ),
    doc="One step of the recursion.",
)
"""One step of the recursion; γ and λ may be 0."""
gae = driven(
    advantage_recursion, "gae", kernels={"step": _step}, doc="Generalised advantage estimates, and the returns."
)
rloo_advantages = numeric(
    leave_one_out,
    args=lambda R, i: {"rewards": R[i]},
    least=2,
    doc="The leave-one-out advantages of each group of responses: the reward minus the mean of the others.",
)
_centred = numeric(
    centred_advantages,
    args=lambda R, i: {"rewards": R[i]},
    returns=lambda R, i, group: R[i] - Sum(i, R[i]) / group.size,
    doc="The reward minus the mean of the group.",
)
_deviation = numeric(
    group_deviation,
    args=lambda R, i, d: {"rewards": R[i], "ddof": d},
    returns=lambda R, i, d, group: sqrt(Sum(i, (R[i] - Sum(i, R[i]) / group.size) ** 2) / (group.size - d)),
    doc="The standard deviation of the group.",
)
grpo_advantages = driven(
    group_relative,
    "grpo_advantages",
    kernels={"centred": _centred, "deviation": _deviation},
    doc="The group-relative advantages of GRPO, and of Dr. GRPO with scale='none'.",
)
