"""The two ends of β: the best response, and the reference.

Source: Korbak et al. (2022), arXiv 2205.11275, sec. 3 (from memory); Boyd and Vandenberghe (2004), Convex
Optimization, sec. 3.1.5 (log-sum-exp); Lattimore and Szepesvári (2020), Bandit Algorithms, ch. 28 (from memory).
"""

from symrlhf import (
    KL,
    E,
    Eq,
    Ge,
    Le,
    Lines,
    Lt,
    MaxOver,
    Policy,
    Positive,
    Real,
    Response,
    Reward,
    Sum,
    Term,
    by,
    derivation,
    exp,
    given,
    let,
    limit,
    log,
    nonnegative,
    oo,
    start,
)
from symrlhf.steps import (
    cancel,
    combine_exponents,
    expand,
    expand_log,
    factor,
    multiply_by,
    split_sum,
    substitute,
    take_limits,
    take_logs,
    unfold_definition,
)

from .gibbs import gibbs_inequality
from .optimal_policy import optimal_value


def normaliser(pi_ref: Policy, r: Reward, beta: Term) -> Term:
    """Z = Σ_y π_ref(y) e^{r(y)/β}."""
    y = pi_ref.index("y")
    return Sum(y, pi_ref[y] * exp(r[y] / beta))


@derivation("How one response compares with another", catalog="C8", tier=1)
def policy_odds(pi_ref: Policy, r: Reward, beta: Positive, y_w: Response, y_l: Response) -> Lines:
    """The normaliser cancels; the smaller β is, the more the difference of the rewards decides."""
    y, pi_star = pi_ref.index("y"), Policy("pi_star")
    Z = (yield let("Z", normaliser(pi_ref, r, beta)), "the normaliser").lhs
    yield let("pi_star", pi_ref[y] * exp(r[y] / beta) / Z, y), "the optimal policy"
    yield start(pi_star[y_l] / pi_star[y_w]), "the odds at the optimum"
    yield unfold_definition(pi_star[y])
    yield cancel
    yield combine_exponents
    yield factor


@derivation("For β → 0 a worse response dies out", catalog="C8", tier=1)
def worse_response_vanishes(pi_ref: Policy, beta: Positive, g: Positive, y_w: Response, y_l: Response) -> Lines:
    """A response worth less by g dies out as e^{−g/β} against a better one."""
    yield limit(pi_ref[y_l] / pi_ref[y_w] * exp(-g / beta), beta, 0, "+"), "the odds of r(y_l) = r(y_w) − g"
    yield take_limits


@derivation("A mean of exponentials lies below the greatest", catalog="C8 C12", tier=1)
def exponential_mean(q: Policy, r: Reward, beta: Positive, m: Real) -> Lines:
    """Where no reward is above m, the mean of e^{r/β} is at most e^{m/β}."""
    y = q.index("y")
    yield Le(r[y], m), given("m is a bound of the reward")
    yield Le(Sum(y, q[y] * exp(r[y] / beta)), exp(m / beta)), "exp rises, and the weights q add up to 1"


@derivation("For β → 0 all others together die out", catalog="C8 P2 X16", tier=1)
def best_responses_remain(
    q: Policy, r: Reward, p: Positive, w: Positive, m: Real, g: Positive, beta: Positive
) -> Lines:
    """Let the best responses, of reward m, have mass p in the reference, all others mass w and law q: the best stay."""
    y = q.index("y")
    yield Le(r[y], m - g), given("all others are worse by at least g")
    yield by(exponential_mean, m=m - g)
    others = Sum(y, q[y] * exp(r[y] / beta))
    yield (
        Le(exp(-m / beta) * others, exp(-g / beta)),
        "divide by e^{m/β}; w/p times the left side are the odds of all others",
    )
    share = w * others / (p * exp(m / beta) + w * others)
    yield Le(share, w / p * exp(-g / beta)), "their probability at the optimum is below their odds"
    yield start(limit(w / p * exp(-g / beta), beta, 0, "+")), "what bounds the probability of all others"
    yield take_limits


@derivation("For β → 0 the value is the best reward", catalog="C8 C12", tier=1)
def cold_value(pi_ref: Policy, r: Reward, beta: Positive) -> Lines:
    """Whichever response is best, and however many are: β log Z is a soft maximum."""
    y = pi_ref.index("y")
    yield limit(beta * log(normaliser(pi_ref, r, beta)), beta, 0, "+"), "the value β log Z"
    yield MaxOver(y, r[y]), "it lies below max r, and above it less β times a surprisal"


@derivation("Among equally good responses the reference decides", catalog="C8 X16", tier=1)
def equally_good(pi_ref: Policy, r: Reward, beta: Positive, y_w: Response, y_l: Response) -> Lines:
    """Their odds are those of the reference at every β: what is left for β → 0 is π_ref on the best responses."""
    y, pi_star = pi_ref.index("y"), Policy("pi_star")
    Z = (yield let("Z", normaliser(pi_ref, r, beta)), "the normaliser").lhs
    yield let("pi_star", pi_ref[y] * exp(r[y] / beta) / Z, y), "the optimal policy"
    equal = yield Eq(r[y_l], r[y_w]), given("both responses are equally good")
    yield start(pi_star[y_l] / pi_star[y_w]), "the odds at the optimum"
    yield by(policy_odds)
    yield substitute(equal)
    yield pi_ref[y_l] / pi_ref[y_w], cancel


@derivation("The value lies below every bound of the reward", catalog="C8 C12", tier=1)
def value_below(pi_ref: Policy, r: Reward, beta: Positive, m: Real) -> Lines:
    """However small β is, the value does not exceed the best reward."""
    y = pi_ref.index("y")
    yield Le(r[y], m), given("m is a bound of the reward")
    yield by(exponential_mean, q=pi_ref)
    yield take_logs
    yield multiply_by(beta)


@derivation("The value lies above every reward, but for its surprisal", catalog="C8 C12", tier=1)
def value_above(pi_ref: Policy, r: Reward, beta: Positive, k: Response) -> Lines:
    """What k costs, β times its surprisal −log π_ref(k), vanishes as β → 0: the value goes to the best reward."""
    yield Le(pi_ref[k] * exp(r[k] / beta), normaliser(pi_ref, r, beta)), "one summand of Z"
    yield take_logs
    yield multiply_by(beta)


@derivation("The optimum pays no more than its best response", catalog="C8", tier=1)
def divergence_below(pi: Policy, pi_ref: Policy, r: Reward, beta: Positive, k: Response) -> Lines:
    """However small β is, the divergence does not exceed the surprisal −log π_ref(k) of a best response k."""
    Z = normaliser(pi_ref, r, beta)
    yield Ge(E(pi, r) - beta * KL(pi, pi_ref), beta * log(Z)), given("π reaches the optimal value")
    yield Le(E(pi, r), r[k]), given("k is a best response: no mean is greater")
    yield by(value_above)
    yield Le(beta * KL(pi, pi_ref), -(beta * log(pi_ref[k]))), "E_π[r] − β log Z is at most −β log π_ref(k)"


@derivation("The divergence pays at least for its best response", catalog="C8", tier=1)
def divergence_above(p: Policy, q: Policy, s: Positive, t: Positive) -> Lines:
    """A response of probability s, t in the reference, and others of laws p and q: for s → 1, not below −log t."""
    y = p.index("y")
    yield Lt(s, 1), given("others are left")
    yield Lt(t, 1), given("in the reference, too")
    others = Sum(y, (1 - s) * p[y] * log((1 - s) * p[y] / ((1 - t) * q[y])))
    yield start(s * log(s / t) + others), "the divergence: the one response, and all others"
    yield expand_log
    yield expand
    yield split_sum
    lumped = s * log(s / t) + (1 - s) * log((1 - s) / (1 - t))
    yield lumped + (1 - s) * KL(p, q), factor, "Σ p = 1, and the definition of the divergence"
    yield Ge(KL(p, q), 0), by(gibbs_inequality)
    yield Ge((1 - s) * KL(p, q), 0), nonnegative((1 - s) * KL(p, q)), "all others taken as one, it is no greater"
    yield start(limit(lumped, s, 1, "-")), "where the one takes all, as the best response does for β → 0"
    yield take_limits


@derivation("The value lies above the mean reward", catalog="C12 C13", tier=2)
def value_above_mean(pi_ref: Policy, r: Reward, beta: Positive) -> Lines:
    """The reference itself earns its mean reward at no divergence: a response must beat more than the mean."""
    yield by(optimal_value, pi=pi_ref)
    yield Le(E(pi_ref, r), beta * log(normaliser(pi_ref, r, beta))), "a divergence from itself is 0"


@derivation("For β → ∞ the optimum stays at the reference", catalog="C9 X16 X31", tier=1)
def reference_limit(pi_ref: Policy, r: Reward, beta: Positive) -> Lines:
    """Where divergence costs much, the policy stays: the value is the mean reward of the reference."""
    y, Z = pi_ref.index("y"), normaliser(pi_ref, r, beta)
    yield limit(pi_ref[y] * exp(r[y] / beta) / Z, beta, oo), "the policy"
    yield pi_ref[y], take_limits, "every exponential goes to 1"
    yield start(limit(beta * log(Z), beta, oo)), "the value"
    yield E(pi_ref, r), "the slope of the cumulant generating function at 0"


@derivation("The first step away from the reference", catalog="C9", tier=1)
def near_reference(pi_ref: Policy, r: Reward, beta: Positive) -> Lines:
    """For large β the reward gains its variance over β, at a divergence of half its variance over β²."""
    y, Z = pi_ref.index("y"), normaliser(pi_ref, r, beta)
    optimum = pi_ref[y] * exp(r[y] / beta) / Z
    mean = E(pi_ref, r)
    variance = E(pi_ref, lambda y: (r[y] - E(pi_ref, r)) ** 2)
    yield limit(beta * (Sum(y, optimum * r[y]) - mean), beta, oo), "the gain of reward"
    yield variance, "the first order in 1/β"
    yield start(limit(beta**2 * Sum(y, optimum * log(optimum / pi_ref[y])), beta, oo)), "the divergence"
    yield variance / 2, "the second order in 1/β"
