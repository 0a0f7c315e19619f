"""Why the optimum is interior and unique: the penalty rewards what is rare, and mixing gains.

Source: Boyd and Vandenberghe (2004), Convex Optimization, secs. 3.1 and 5.5; Cover and Thomas (2006), Elements of
Information Theory, sec. 2.7.
"""

from symrlhf import (
    KL,
    E,
    Eq,
    Lines,
    Lt,
    Policy,
    Positive,
    Response,
    Reward,
    Sum,
    by,
    derivation,
    diff,
    given,
    let,
    limit,
    log,
    start,
)
from symrlhf.setting import Indexed
from symrlhf.steps import (
    differentiate,
    expand,
    expand_log,
    expectation_as_sum,
    factor,
    split_sum,
    take_limits,
    unfold_definition,
)
from symrlhf.term import Term


@derivation("No response is left out", catalog="C4", tier=2)
def interior_optimum(
    pi: Policy, pi_ref: Policy, r: Reward, beta: Positive, t: Positive, y_w: Response, y_l: Response
) -> Lines:
    """Where y_w has no mass, the first t that it takes from y_l pays: the slope grows like −β log t, without bound."""
    rest = pi[y_l] - t
    objective = r[y_w] * t - beta * t * log(t / pi_ref[y_w]) + r[y_l] * rest - beta * rest * log(rest / pi_ref[y_l])
    yield Lt(t, pi[y_l]), given("y_l has more than t to give")
    yield start(diff(objective, t)), "of the objective, only the summands at y_w and y_l change"
    yield differentiate(t)
    slope = (yield expand).rhs
    yield start(limit(slope + beta * log(t), t, 0, "+")), "what the slope is beyond −β log t"
    yield take_limits


@derivation("The second derivatives of the objective", catalog="C5", tier=2)
def objective_curvature(pi: Policy, pi_ref: Policy, r: Reward, beta: Positive) -> Lines:
    """Only the entries of the diagonal are not 0, and they are negative: the objective is strictly concave."""
    y, z = pi.index("y"), pi.index("z")
    yield diff(diff(E(pi, r) - beta * KL(pi, pi_ref), pi[y]), pi[z])
    yield differentiate(pi[y])
    yield differentiate(pi[z])


@derivation("Towards every other policy the objective bends down", catalog="C5", tier=2)
def curvature_towards_policy(pi: Policy, q: Policy, pi_ref: Policy, r: Reward, beta: Positive) -> Lines:
    """Its second derivative from π towards q is −β Σ (q − π)²/π, which is 0 only for q = π: there is one maximum."""
    y, z = pi.index("y"), pi.index("z")
    bend = diff(diff(E(pi, r) - beta * KL(pi, pi_ref), pi[y]), pi[z])
    yield Sum(y, Sum(z, (q[y] - pi[y]) * bend * (q[z] - pi[z]))), "the second derivative along q − π"
    yield by(objective_curvature)
    form = (yield -(beta * Sum(y, (q[y] - pi[y]) ** 2 / pi[y])), "only the diagonal counts").rhs
    yield Eq(form, 0), given("the objective does not bend towards q")
    yield Eq(q[y], pi[y]), "a sum of squares is 0 only where each of them is"


@derivation("Mixing two policies gains", catalog="C5", tier=2)
def mixing_gains(p: Policy, q: Policy, pi_ref: Policy, r: Reward, beta: Positive, t: Positive) -> Lines:
    """The objective of m = t p + (1 − t) q exceeds the mean of the two by divergences from m: there is one optimum."""
    y, m = p.index("y"), Policy("m")

    def objective(policy: Indexed) -> Term:
        return E(policy, r) - beta * KL(policy, pi_ref)

    yield Lt(t, 1), given("t is a probability")
    yield let("m", t * p[y] + (1 - t) * q[y], y), "the mixture"
    yield start(objective(m) - (t * objective(p) + (1 - t) * objective(q))), "what mixing gains"
    yield unfold_definition(KL)
    yield expectation_as_sum
    yield expand_log
    yield expand
    yield split_sum
    yield beta * (t * KL(p, m) + (1 - t) * KL(q, m)), factor, "the definitions of m and of the divergence"
