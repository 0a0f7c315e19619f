"""Sums and products over consecutive integers: tokens, steps of a trajectory, ranks.

Every true claim must be proven, every false sibling refuted with a point. The attacks below them are ways in which
ranges go wrong: bounds that are captured, empty or reversed ranges, integers that are none, facts about one integer
taken for all of them.
"""

from __future__ import annotations

from contextlib import suppress

import pytest

from symrlhf.errors import IllFormed, RuleViolation, SymrlhfError
from symrlhf.kernel.cross import cross_check
from symrlhf.kernel.decide import Proved, Refuted, Undecided, decide
from symrlhf.kernel.induction import by_induction, induct
from symrlhf.kernel.rules import assume, compute, instantiate
from symrlhf.kernel.statement import Statement
from symrlhf.kernel.theorem import replay
from symrlhf.setting import Declaration, E, Family, Policy, Reward, Setting
from symrlhf.term import (
    INTEGER,
    Abs,
    App,
    Card,
    Eq,
    Ge,
    Gt,
    IndexSet,
    Lam,
    Le,
    Lt,
    Prod,
    Range,
    Rational,
    Rel,
    Sum,
    Sym,
    Term,
    abstract,
    as_term,
    delta,
    diff,
    exp,
    lift,
    log,
    sigmoid,
)

T, n, t, k, j, u, i, m = (Sym(name, INTEGER) for name in "Tntkjuim")
gamma, lam, beta, theta, a, x = (Sym(name) for name in ("gamma", "lam", "beta", "theta", "a", "x"))
r, s, f, g, V, Phi, score = (Family(name) for name in ("r", "s", "f", "g", "V", "Phi", "score"))
p, p_old, p_ref, p_theta = (Family(name) for name in ("p", "p_old", "p_ref", "p_theta"))
VOCABULARY = IndexSet("V", "v")
pi, ref = Policy("pi", VOCABULARY), Policy("ref", VOCABULARY)
v = pi.index("v")
Y = Policy("rho")
y, z = Y.index("y"), Y.index("z")
logp = Reward("logp")
one = Rational(1)

SETTING = Setting().declare(
    Declaration("T", INTEGER, "positive"),
    Declaration("n", INTEGER, "positive"),
    *(Declaration(name, sign="positive") for name in ("gamma", "lam", "beta")),
    *(Declaration(name, sign="positive") for name in ("p", "p_old", "p_ref")),
    Declaration("p_theta", sign="positive", depends=frozenset({"theta"})),
    *(Declaration(name, sign="positive", distribution=True) for name in ("pi", "ref", "rho")),
)


def td(t: Term) -> Term:
    """The temporal-difference error δ_t = r_t + γ V_{t+1} − V_t."""
    return r[t] + gamma * V[t + 1] - V[t]


def discounted(t: Term) -> Term:
    return Sum(u, t, T, gamma ** (u - t) * r[u])


def gae(t: Term) -> Term:
    return Sum(u, 0, T - t, (gamma * lam) ** u * td(t + u))


def plackett_luce(n: Term) -> Term:
    return Prod(k, 1, n, exp(s[k]) / Sum(j, k, n, exp(s[j])))


def ratio(t: Term) -> Term:
    return p[t] / p_old[t]


TRUE: dict[str, Rel] = {
    "the log-probability of a sequence is a sum": Eq(log(Prod(t, 1, T, p[t])), Sum(t, 1, T, log(p[t]))),
    "a sequence has the ratio of its tokens' ratios": Eq(
        Prod(t, 1, T, p[t]) / Prod(t, 1, T, p_old[t]), Prod(t, 1, T, ratio(t))
    ),
    "a sequence ratio is the exponential of a sum": Eq(
        Prod(t, 1, T, ratio(t)), exp(Sum(t, 1, T, log(p[t]) - log(p_old[t])))
    ),
    "the geometric mean of token ratios": Eq(
        (Prod(t, 1, T, p[t]) / Prod(t, 1, T, p_old[t])) ** (one / T), exp(Sum(t, 1, T, log(ratio(t))) / T)
    ),
    "log-ratios against a reference": Eq(
        beta * log(Prod(t, 1, T, p[t] / p_ref[t])), beta * Sum(t, 1, T, log(p[t])) - beta * Sum(t, 1, T, log(p_ref[t]))
    ),
    "length normalisation is linear": Eq(
        Sum(t, 1, T, a * r[t] + s[t]) / T, a * (Sum(t, 1, T, r[t]) / T) + Sum(t, 1, T, s[t]) / T
    ),
    "the mean of a constant": Eq(Sum(t, 1, T, a) / T, a),
    "the last term splits off": Eq(Sum(t, 1, T, f[t]), Sum(t, 1, T - 1, f[t]) + f[T]),
    "the first term splits off": Eq(Sum(t, 1, T, f[t]), f[1] + Sum(t, 2, T, f[t])),
    "the last factor splits off": Eq(Prod(t, 1, T, p[t]), Prod(t, 1, T - 1, p[t]) * p[T]),
    "two ranges join": Eq(Sum(t, 1, T, f[t]) + Sum(t, T + 1, T + n, f[t]), Sum(t, 1, T + n, f[t])),
    "an empty sum is 0": Eq(Sum(t, T + 1, T, f[t]), 0),
    "an empty product is 1": Eq(Prod(t, 1, 0, f[t]), 1),
    "a sum of one": Eq(Sum(t, T, T, f[t]), f[T]),
    "a written product of unknown sign": Eq(Prod(t, 1, 3, f[t]), f[1] * f[2] * f[3]),
    "shift": Eq(Sum(t, 0, T - 1, f[t + 1]), Sum(t, 1, T, f[t])),
    "shift by an integer": Eq(Sum(t, 1, T, f[t + n]), Sum(t, n + 1, n + T, f[t])),
    "a range from below 0": Eq(Sum(t, -2, T, f[t]), f[-2] + f[-1] + f[0] + Sum(t, 1, T, f[t])),
    "reversal": Eq(Sum(t, 1, T, f[T + 1 - t]), Sum(t, 1, T, f[t])),
    "reversal of a product": Eq(Prod(t, 0, T, p[T - t]), Prod(t, 0, T, p[t])),
    "an argument that is written otherwise": Eq(Sum(t, 1, T, f[1 + t]), Sum(t, 1, T, f[t + 2 - 1])),
    "telescoping": Eq(Sum(t, 1, T, f[t + 1] - f[t]), f[T + 1] - f[1]),
    "telescoping backwards": Eq(Sum(t, 1, T, f[t] - f[t - 1]), f[T] - f[0]),
    "a product telescopes": Eq(Prod(t, 1, T, p[t + 1] / p[t]), p[T + 1] / p[1]),
    "potential shaping": Eq(
        Sum(t, 0, T - 1, gamma**t * (r[t] + gamma * Phi[t + 1] - Phi[t])),
        Sum(t, 0, T - 1, gamma**t * r[t]) + gamma**T * Phi[T] - Phi[0],
    ),
    "the sum of discounted temporal differences": Eq(
        Sum(t, 0, T - 1, gamma**t * td(t)), Sum(t, 0, T - 1, gamma**t * r[t]) + gamma**T * V[T] - V[0]
    ),
    "the discounted return is a recursion": Eq(discounted(t), r[t] + gamma * discounted(t + 1)),
    "two ways to write the return": Eq(discounted(t), Sum(u, 0, T - t, gamma**u * r[t + u])),
    "generalised advantages are a recursion": Eq(gae(t), td(t) + gamma * lam * gae(t + 1)),
    "advantages with λ = 1 are returns minus values": Eq(
        Sum(u, 0, T - t, gamma**u * td(t + u)), discounted(t) + gamma ** (T - t + 1) * V[T + 1] - V[t]
    ),
    "Σ t": Eq(Sum(t, 1, T, t), T * (T + 1) / 2),
    "Σ t²": Eq(Sum(t, 1, T, t**2), T * (T + 1) * (2 * T + 1) / 6),
    "Σ t³": Eq(Sum(t, 1, T, t**3), Sum(t, 1, T, t) ** 2),
    "the mean position": Eq(Sum(t, 1, T, t) / T, (T + 1) / 2),
    "geometric": Eq(Sum(t, 0, T - 1, gamma**t), (1 - gamma**T) / (1 - gamma)),
    "geometric without a quotient": Eq((1 - gamma) * Sum(t, 0, T - 1, gamma**t), 1 - gamma**T),
    "geometric as a recursion": Eq(Sum(t, 0, T, gamma**t), 1 + gamma * Sum(t, 0, T - 1, gamma**t)),
    "geometric with γ = 1": Eq(Sum(t, 0, T - 1, as_term(1) ** t), T),
    "geometric with 1/2": Eq(Sum(t, 1, T, Rational(1, 2) ** t), 1 - Rational(1, 2) ** T),
    "the slope of a geometric sum": Eq(gamma * diff(Sum(t, 0, T, gamma**t), gamma), Sum(t, 0, T, t * gamma**t)),
    "rewards to go": Eq(Sum(t, 1, T, score[t] * Sum(u, t, T, r[u])), Sum(u, 1, T, r[u] * Sum(t, 1, u, score[t]))),
    "rewards to go and rewards past": Eq(
        Sum(t, 1, T, score[t]) * Sum(u, 1, T, r[u]),
        Sum(t, 1, T, score[t] * Sum(u, t, T, r[u])) + Sum(t, 1, T, score[t] * Sum(u, 1, t - 1, r[u])),
    ),
    "how often a reward is counted": Eq(Sum(t, 1, T, Sum(u, t, T, r[u])), Sum(u, 1, T, u * r[u])),
    "independent ranges": Eq(Sum(t, 1, T, Sum(k, 1, n, f[t] * g[k])), Sum(k, 1, n, g[k]) * Sum(t, 1, T, f[t])),
    "Plackett–Luce as a log-likelihood": Eq(
        log(plackett_luce(n)), Sum(k, 1, n, s[k]) - Sum(k, 1, n, log(Sum(j, k, n, exp(s[j]))))
    ),
    "Plackett–Luce of two is Bradley–Terry": Eq(plackett_luce(as_term(2)), sigmoid(s[1] - s[2])),
    "the last factor of Plackett–Luce is 1": Eq(
        plackett_luce(n), Prod(k, 1, n - 1, exp(s[k]) / Sum(j, k, n, exp(s[j])))
    ),
    "Plackett–Luce sees differences only": Eq(
        plackett_luce(n), Prod(k, 1, n, exp(s[k] + a) / Sum(j, k, n, exp(s[j] + a)))
    ),
    "the policy gradient of a sequence": Eq(
        diff(log(Prod(t, 1, T, p_theta[t])), theta), Sum(t, 1, T, diff(log(p_theta[t]), theta))
    ),
    "a product is differentiated by its logarithm": Eq(
        diff(Prod(t, 1, T, p_theta[t]), theta),
        Prod(t, 1, T, p_theta[t]) * Sum(t, 1, T, diff(log(p_theta[t]), theta)),
    ),
    "an entry inside the range": Eq(diff(Sum(t, 1, T, f[t] ** 2), f[T]), 2 * f[T]),
    "an entry beyond the range": Eq(diff(Sum(t, 1, T, f[t] ** 2), f[T + 1]), 0),
    "δ of integers sifts": Eq(Sum(t, 1, T, delta(t, T) * f[t]), f[T]),
    "sequence KL is the sum of token KLs": Eq(
        Sum(t, 1, T, Sum(v, pi[t, v] * log(pi[t, v] / ref[t, v]))),
        Sum(v, Sum(t, 1, T, pi[t, v] * log(pi[t, v]))) - Sum(t, 1, T, E(pi.given(t), lambda v: log(ref[t, v]))),
    ),
    "every token distribution sums to 1": Eq(Sum(t, 1, T, r[t] * Sum(v, pi[t, v])), Sum(t, 1, T, r[t])),
    "an expectation of token sums": Eq(
        E(Y, lambda y: Sum(t, 1, T, App("r", (y, t)))), Sum(t, 1, T, E(Y, lambda y: App("r", (y, t))))
    ),
    "a constant per token and response": Eq(Sum(y, Sum(t, 1, T, a)), Card(Y.over) * T * a),
    "harmonic sums": Eq(Sum(t, 1, T, one / t), Sum(t, 1, T - 1, one / t) + one / T),
    "logarithms of integers": Eq(Sum(t, 1, T, log(t + 1) - log(t)), log(T + 1)),
}

FALSE: dict[str, Rel] = {
    "the logarithm of a product is no product": Eq(log(Prod(t, 1, T, p[t])), Prod(t, 1, T, log(p[t] + 1))),
    "the first token is lost": Eq(log(Prod(t, 1, T, p[t])), Sum(t, 2, T, log(p[t]))),
    "a mean of ratios is no ratio of sequences": Eq(
        Prod(t, 1, T, p[t]) / Prod(t, 1, T, p_old[t]), Sum(t, 1, T, ratio(t)) / T
    ),
    "ratios the wrong way round": Eq(Prod(t, 1, T, p[t]) / Prod(t, 1, T, p_old[t]), Prod(t, 1, T, p_old[t] / p[t])),
    "the geometric mean without 1/T": Eq(
        (Prod(t, 1, T, p[t]) / Prod(t, 1, T, p_old[t])) ** (one / T), exp(Sum(t, 1, T, log(ratio(t))))
    ),
    "the arithmetic for the geometric mean": Eq(Prod(t, 1, T, p[t]) ** (one / T), Sum(t, 1, T, p[t]) / T),
    "length normalisation with T + 1": Eq(Sum(t, 1, T, a) / (T + 1), a),
    "a mean over tokens is no sum": Eq(Sum(t, 1, T, r[t]) / T, Sum(t, 1, T, r[t])),
    "the last term split off, and kept": Eq(Sum(t, 1, T, f[t]), Sum(t, 1, T, f[t]) + f[T]),
    "the term before the last": Eq(Sum(t, 1, T, f[t]), Sum(t, 1, T - 1, f[t]) + f[T - 1]),
    "the range from 0": Eq(Sum(t, 0, T, f[t]), Sum(t, 1, T, f[t])),
    "the range to T − 1": Eq(Sum(t, 1, T - 1, f[t]), Sum(t, 1, T, f[t])),
    "joined with an overlap": Eq(Sum(t, 1, T, f[t]) + Sum(t, T, T + n, f[t]), Sum(t, 1, T + n, f[t])),
    "joined with a gap": Eq(Sum(t, 1, T, f[t]) + Sum(t, T + 2, T + n, f[t]), Sum(t, 1, T + n, f[t])),
    "an empty sum is not its first term": Eq(Sum(t, T + 1, T, f[t]), f[T]),
    "an empty product is not 0": Eq(Prod(t, 1, 0, f[t]), 0),
    "T + 1 terms from 0 to T": Eq(Sum(t, 0, T, a), T * a),
    "shift without the bounds": Eq(Sum(t, 1, T, f[t + 1]), Sum(t, 1, T, f[t])),
    "shift the other way": Eq(Sum(t, 1, T, f[t + 1]), Sum(t, 0, T - 1, f[t])),
    "reversal off by one": Eq(Sum(t, 1, T, f[T - t]), Sum(t, 1, T, f[t])),
    "telescoping off by one": Eq(Sum(t, 1, T, f[t + 1] - f[t]), f[T] - f[1]),
    "telescoping with the wrong sign": Eq(Sum(t, 1, T, f[t] - f[t + 1]), f[T + 1] - f[1]),
    "a product telescopes upside down": Eq(Prod(t, 1, T, p[t + 1] / p[t]), p[1] / p[T + 1]),
    "potential shaping without the discount": Eq(
        Sum(t, 0, T - 1, gamma**t * (Phi[t + 1] - Phi[t])), gamma**T * Phi[T] - Phi[0]
    ),
    "potential shaping changes nothing": Eq(
        Sum(t, 0, T - 1, gamma**t * (r[t] + gamma * Phi[t + 1] - Phi[t])), Sum(t, 0, T - 1, gamma**t * r[t])
    ),
    "the return discounts its first reward": Eq(discounted(t), gamma * (r[t] + discounted(t + 1))),
    "the return without a discount": Eq(discounted(t), r[t] + discounted(t + 1)),
    "the return discounted from the start": Eq(discounted(t), Sum(u, t, T, gamma**u * r[u])),
    "advantages lose λ": Eq(gae(t), td(t) + gamma * gae(t + 1)),
    "advantages with λ = 1 forget the last value": Eq(Sum(u, 0, T - t, gamma**u * td(t + u)), discounted(t) - V[t]),
    "Σ t from 0 to T − 1": Eq(Sum(t, 0, T - 1, t), T * (T + 1) / 2),
    "Σ t² without the half": Eq(Sum(t, 1, T, t**2), T * (T + 1) * (2 * T + 1) / 3),
    "the square of a sum": Eq(Sum(t, 1, T, t) ** 2, Sum(t, 1, T, t**2)),
    "geometric with T + 1 powers": Eq(Sum(t, 0, T, gamma**t), (1 - gamma**T) / (1 - gamma)),
    "geometric from 1": Eq(Sum(t, 1, T, gamma**t), (1 - gamma**T) / (1 - gamma)),
    "geometric for an endless range": Eq(Sum(t, 0, T, gamma**t), 1 / (1 - gamma)),
    "geometric with γ = 1, one too many": Eq(Sum(t, 0, T - 1, as_term(1) ** t), T + 1),
    "rewards to go from t + 1": Eq(
        Sum(t, 1, T, score[t] * Sum(u, t + 1, T, r[u])), Sum(u, 1, T, r[u] * Sum(t, 1, u, score[t]))
    ),
    "all rewards are rewards to go": Eq(
        Sum(t, 1, T, score[t]) * Sum(u, 1, T, r[u]), Sum(t, 1, T, score[t] * Sum(u, t, T, r[u]))
    ),
    "how often a reward is counted, off by one": Eq(Sum(t, 1, T, Sum(u, t, T, r[u])), Sum(u, 1, T, (u - 1) * r[u])),
    "Plackett–Luce with heads": Eq(
        log(plackett_luce(n)), Sum(k, 1, n, s[k]) - Sum(k, 1, n, log(Sum(j, 1, k, exp(s[j]))))
    ),
    "Plackett–Luce without tails": Eq(plackett_luce(n), Prod(k, 1, n, exp(s[k]) / Sum(j, 1, n, exp(s[j])))),
    "Plackett–Luce of two the wrong way round": Eq(plackett_luce(as_term(2)), sigmoid(s[2] - s[1])),
    "the first factor of Plackett–Luce is 1": Eq(plackett_luce(n), Prod(k, 2, n, exp(s[k]) / Sum(j, k, n, exp(s[j])))),
    "the gradient of a product is no sum of gradients": Eq(
        diff(Prod(t, 1, T, p_theta[t]), theta), Sum(t, 1, T, diff(p_theta[t], theta))
    ),
    "an entry that may be beyond the range": Eq(diff(Sum(t, 1, T, f[t] ** 2), f[i]), 2 * f[i]),
    "an entry inside the range is forgotten": Eq(diff(Sum(t, 1, T, f[t] ** 2), f[T]), 0),
    "δ of integers beyond the range": Eq(Sum(t, 1, T, delta(t, T + 1) * f[t]), f[T + 1]),
    "sequence KL is the KL of one token": Eq(
        Sum(t, 1, T, Sum(v, pi[t, v] * log(pi[t, v] / ref[t, v]))), Sum(v, pi[T, v] * log(pi[T, v] / ref[T, v]))
    ),
    "KL the wrong way round": Eq(
        Sum(t, 1, T, Sum(v, pi[t, v] * log(pi[t, v] / ref[t, v]))),
        Sum(t, 1, T, Sum(v, ref[t, v] * log(ref[t, v] / pi[t, v]))),
    ),
    "an expectation of a product of tokens": Eq(
        E(Y, lambda y: Prod(t, 1, 2, App("p", (y, t)))), Prod(t, 1, 2, E(Y, lambda y: App("p", (y, t))))
    ),
    "a summand beyond the last one is not used": Eq(Sum(t, 0, T, Sum(u, 0, t - 1, one / (T - u))), T + 1),
    "δ of multiples, which may be 0": Eq(delta(m * t, m * k), delta(t, k)),
    "δ of an integer and 0 is not that of another": Eq(delta(t, as_term(0)), delta(k, as_term(0))),
    "a geometric sum at two indices that may be one": Eq(delta(y, z) * Sum(t, 0, T, (p[y] / p[z]) ** t), 0),
    "harmonic sums, off by one": Eq(Sum(t, 1, T, one / t), Sum(t, 1, T - 1, one / t) + one / (T + 1)),
}

INEQUALITIES: dict[str, tuple[Rel, type]] = {
    "a sum of positive terms is positive": (Gt(Sum(t, 1, T, p[t]), 0), Proved),
    "a sum that may be empty is not": (Gt(Sum(t, 1, T - 1, p[t]), 0), Refuted),
    "but it is not negative": (Ge(Sum(t, 1, T - 1, p[t]), 0), Proved),
    "a sum of squares": (Ge(Sum(t, 1, T, f[t] ** 2), 0), Proved),
    "a positive integer is at least 1": (Ge(T, 1), Proved),
    "a positive integer is more than 1": (Gt(T, 1), Refuted),
    "a product of positive factors": (Gt(Prod(t, 1, T, p[t]), 0), Proved),
    "positions are positive": (Gt(Sum(t, 1, T, 1 / t), 0), Proved),
    "positions counted from 1": (Gt(Prod(t, 0, T, t + one), 0), Proved),
}


@pytest.mark.parametrize("name", TRUE)
def test_a_true_claim_about_ranges_is_proven(name: str) -> None:
    verdict = decide(TRUE[name], SETTING)
    assert isinstance(verdict, Proved), verdict
    assert replay(verdict.theorem).statement == verdict.theorem.statement


@pytest.mark.parametrize("name", FALSE)
def test_a_false_claim_about_ranges_is_refuted(name: str) -> None:
    verdict = decide(FALSE[name], SETTING)
    assert isinstance(verdict, Refuted), verdict


@pytest.mark.parametrize("name", INEQUALITIES)
def test_the_signs_of_ranges(name: str) -> None:
    claim, wanted = INEQUALITIES[name]
    assert isinstance(decide(claim, SETTING), wanted)


# ------------------------------------------------------------------ bounds and the empty range


def test_a_range_needs_to_end_no_more_than_one_before_it_begins() -> None:
    free = Sym("N", INTEGER)
    proven = decide(Eq(Sum(t, 1, free, f[t]), Sum(t, 1, free - 1, f[t]) + f[free]), SETTING)
    assert isinstance(proven, Proved)
    assert [str(c) for c in proven.theorem.conditions] == ["N ≥ 0", "N − 1 ≥ 0"]
    assert [str(c) for c in compute(SETTING, Eq(Sum(t, 1, T - 1, a), (T - 1) * a)).conditions] == []


def test_a_range_that_ends_too_early_has_no_meaning() -> None:
    with pytest.raises(IllFormed):
        decide(Eq(Sum(t, 1, -T, f[t]), 0), SETTING)
    with pytest.raises(SymrlhfError):
        compute(SETTING, Eq(Sum(t, 3, 1, f[t]), -f[2]))


def test_an_empty_range_is_met_by_the_refuter() -> None:
    free = Sym("N", INTEGER)
    verdict = decide(Gt(Sum(t, 1, free, p[t]), 0), SETTING)
    assert isinstance(verdict, Refuted) and ("N", "0") in verdict.point.atoms


def test_a_fact_inside_a_range_is_not_used_outside_of_it() -> None:
    """1 ≤ t ≤ N inside Σ_{t=1}^{N} would give N ≥ 1, but the range may be empty."""
    free = Sym("N", INTEGER)
    claim = Gt(free + 1 + 0 * Sum(t, 1, free, f[t]), 1)
    assert isinstance(decide(claim, SETTING), Refuted)
    assert isinstance(decide(Ge(free + 1 + 0 * Sum(t, 1, free, f[t]), 1), SETTING), Proved)


def test_a_bound_may_not_mention_the_variable_that_it_bounds() -> None:
    with pytest.raises(TypeError, match="bounds that mention it"):
        Sum(t, 1, t, f[t])
    body = abstract(f[t], t)
    with pytest.raises(RuleViolation, match="mentions the variable"):
        Range("sum", as_term(1), abstract(t, t), body)


@pytest.mark.parametrize("bound", [a, Rational(1, 2), T * Rational(1, 2), T / 2, f[1], exp(T)], ids=repr)
def test_a_bound_is_an_integer(bound: Term) -> None:
    with pytest.raises(RuleViolation, match="not an integer"):
        Sum(t, 1, bound, f[t])


def test_a_range_runs_over_integers_and_an_index_over_its_set() -> None:
    with pytest.raises(TypeError):
        Sum(a, 1, T, f[a])
    with pytest.raises(TypeError):
        Sum(t, f[t])


def test_the_letter_of_a_range_does_not_matter() -> None:
    assert Sum(t, 1, T, f[t]) == Sum(k, 1, T, f[k])
    assert Sum(t, 1, T, Sum(k, t, T, f[k] * g[t])) == Sum(k, 1, T, Sum(t, k, T, f[t] * g[k]))


def test_lifting_opening_and_substituting_reach_the_bounds() -> None:
    inner = Sum(k, t, n, f[k] * g[t])
    whole = Sum(t, 1, T, inner)
    assert isinstance(whole, Range) and whole.opened(t) == inner and whole.low == as_term(1) and whole.high == T
    assert lift(whole, 3) == whole
    assert inner.substitute({t: k}) == Sum(j, k, n, f[j] * g[k])  # the letter k is not captured
    assert inner.substitute({n: k + 1}) == Sum(j, t, k + 1, f[j] * g[t])
    assert inner.substitute({g[t]: f[k]}) == Sum(j, t, n, f[j] * f[k])


def test_a_bound_letter_is_not_the_free_letter() -> None:
    claim = Eq(Sum(t, 1, T, f[t] * g[k]), g[k] * Sum(t, 1, T, f[t]))
    assert isinstance(decide(claim, SETTING), Proved)
    assert isinstance(decide(Eq(Sum(t, 1, T, f[t] * g[t]), g[t] * Sum(t, 1, T, f[t])), SETTING), Refuted)


def test_a_shift_under_an_outer_range_moves_the_inner_bounds_only() -> None:
    shifted = Sum(t, 1, T, Sum(k, t, n + t, f[k] * g[t]))
    assert isinstance(decide(Eq(shifted, Sum(t, 1, T, Sum(k, 0, n, f[k + t] * g[t]))), SETTING), Proved)
    assert isinstance(decide(Eq(shifted, Sum(t, 1, T, Sum(k, 0, n, f[k] * g[t]))), SETTING), Refuted)


def test_bounds_that_nest_three_deep() -> None:
    deep = Sum(t, 1, T, Sum(k, 1, t, Sum(j, 1, k, f[j])))
    ways = Sum(j, 1, T, (T - j + 1) * (T - j + 2) / 2 * f[j])
    assert isinstance(decide(Eq(deep, ways), SETTING), Proved)
    assert isinstance(decide(Eq(deep, Sum(j, 1, T, (T - j) * (T - j + 1) / 2 * f[j])), SETTING), Refuted)


def test_an_antidifference_is_no_range_where_it_may_begin_after_its_end() -> None:
    """Σ_{t=k}^{m} |t| = F(m + 1) − F(k), and F(k) is Σ_{t=0}^{k−1} |t| for k ≥ 0 only."""
    total = Eq(Sum(t, k, m, Abs(t)), a)
    claim = Eq(m * (m - 1) / 2 + Abs(m) - k * (k - 1) / 2, a)
    assert not isinstance(decide(claim, SETTING, (assume(SETTING, total),)), Proved)
    known = tuple(assume(SETTING, h) for h in (total, Ge(k, 0), Ge(m, k)))
    assert isinstance(decide(claim, SETTING, known), Proved)


# ------------------------------------------------------------------ integers that are free


def test_a_free_integer_is_one_number() -> None:
    given = assume(SETTING, Eq(f[t], 1))
    assert isinstance(decide(Eq(f[k], 1), SETTING, (given,)), Refuted)
    assert isinstance(decide(Eq(Sum(t, 1, T, f[t]), T), SETTING, (given,)), Refuted)
    assert isinstance(decide(Eq(f[t] + f[t], 2), SETTING, (given,)), Proved)


@pytest.mark.parametrize("name", ["f", "ρ"])
def test_an_index_is_moved_by_integers_only(name: str) -> None:
    h = Family(name)
    split = Eq(
        Sum(t, 2, T + 1, h[t] / (t + beta)), Sum(t, 1, T - 1, h[t + 1] / (t + 1 + beta)) + h[T + 1] / (T + 1 + beta)
    )
    assert isinstance(decide(split, SETTING), Proved)


def test_two_integers_may_or_may_not_be_the_same() -> None:
    assert isinstance(decide(Eq(delta(t, k), 0), SETTING), Refuted)
    assert isinstance(decide(Eq(delta(t, k), 1), SETTING), Refuted)
    assert isinstance(decide(Eq(delta(t, t + 1), 0), SETTING), Proved)
    assert isinstance(decide(Eq(delta(t, k), delta(k, t)), SETTING), Proved)
    assert isinstance(decide(Eq(delta(t + 1, k), delta(t, k - 1)), SETTING), Proved)
    assert not isinstance(decide(Eq(diff(f[t] ** 2, f[k]), 0), SETTING), Proved)


def test_an_entry_that_may_lie_in_the_range_is_never_silently_beyond_it() -> None:
    total = diff(Sum(t, 1, T, f[t]), f[i])
    for value in (0, 1):
        assert isinstance(decide(Eq(total, value), SETTING), Refuted)
    inside = (assume(SETTING, Ge(i, 1)), assume(SETTING, Le(i, T)))
    assert isinstance(decide(Eq(total, 1), SETTING, inside), Proved)
    beyond = (assume(SETTING, Gt(i, T)),)
    assert isinstance(decide(Eq(total, 0), SETTING, beyond), Proved)


def test_an_integer_is_at_least_one_more_than_what_it_exceeds() -> None:
    given = (assume(SETTING, Gt(k, n)),)
    assert isinstance(decide(Ge(k, n + 1), SETTING, given), Proved)
    assert isinstance(decide(Ge(k, n + 2), SETTING, given), Refuted)
    real = (assume(SETTING, Gt(x, n)),)
    assert isinstance(decide(Ge(x, n + 1), SETTING, real), Refuted)


def test_nothing_is_differentiated_by_an_integer() -> None:
    with pytest.raises(TypeError):
        diff(T**2, T)


def test_bounds_that_vary_are_not_differentiated() -> None:
    varying = Setting().declare(Declaration("N", INTEGER, "positive", depends=frozenset({"theta"})))
    claim = Eq(diff(Sum(t, 1, Sym("N", INTEGER), f[t]), theta), 0)
    assert isinstance(decide(claim, varying), Undecided)


def test_unknown_functions_of_integers_are_independent_numbers() -> None:
    assert isinstance(decide(Eq(f[1 + T], f[T + 1]), SETTING), Proved)
    assert isinstance(decide(Eq(f[T + 1], f[T]), SETTING), Refuted)
    assert isinstance(decide(Eq(f[2 * T], 2 * f[T]), SETTING), Refuted)


# ------------------------------------------------------------------ instances and definitions


def test_an_integer_is_replaced_by_an_integer_only() -> None:
    whole = compute(SETTING, Eq(Sum(t, 1, T, a), T * a))
    again = instantiate(whole, {"T": n + 2}, SETTING)
    assert str(again.statement) == "Σ_{t=1}^{n + 2} a = (n + 2) a" and not again.conditions
    ungrounded = instantiate(whole, {"T": k}, SETTING)
    assert "k > 0" in [str(c) for c in ungrounded.conditions]
    for value in (x, Rational(1, 2), gamma, f[1], T / 2):
        with pytest.raises(RuleViolation):
            instantiate(whole, {"T": value}, SETTING)


def test_a_fact_about_integers_is_no_fact_about_numbers() -> None:
    at_least_one = decide(Ge(T, 1), SETTING)
    assert isinstance(at_least_one, Proved)
    with pytest.raises(RuleViolation):
        instantiate(at_least_one.theorem, {"T": gamma}, SETTING)
    length = App("L", (y,), symbol_sort=INTEGER)
    setting = SETTING.declare(Declaration("L", INTEGER, "positive"))
    every = decide(Ge(length, 1), setting)
    assert isinstance(every, Proved)
    with pytest.raises(RuleViolation):
        instantiate(every.theorem, {"L": Lam((y,), Rational(1, 2) * App("rho", (y,)))}, setting)


def test_an_instance_of_a_range_captures_nothing() -> None:
    split = compute(SETTING, Eq(Sum(t, 1, T, a * f[t]), a * Sum(t, 1, T, f[t])))
    moved = instantiate(split, {"a": f[t]}, SETTING)
    assert moved.statement.relation == Eq(Sum(k, 1, T, f[t] * f[k]), f[t] * Sum(k, 1, T, f[k]))


def test_a_definition_may_have_an_integer_parameter() -> None:
    setting = SETTING.define("G", Lam((t,), discounted(t)))
    G = Family("G")
    proven = decide(Eq(G[k], r[k] + gamma * G[k + 1]), setting)
    assert isinstance(proven, Proved) and len(proven.theorem.conditions) == 2
    assert isinstance(decide(Eq(G[k], r[k] + G[k + 1]), setting), Refuted)
    assert isinstance(decide(Eq(G[T], r[T]), setting), Proved)
    assert isinstance(decide(Eq(G[T + 1], 0), setting), Proved)
    with pytest.raises(RuleViolation):
        setting.expand(G[x])


def test_a_definition_with_an_integer_parameter_captures_nothing() -> None:
    setting = SETTING.define("S", Lam((k,), Sum(t, 1, T, f[t] * g[k])))
    S = Family("S")
    assert setting.expand(S[t]) == Sum(j, 1, T, f[j] * g[t])
    assert isinstance(decide(Eq(Sum(t, 1, T, S[t]), Sum(t, 1, T, f[t]) * Sum(t, 1, T, g[t])), setting), Proved)


# ------------------------------------------------------------------ conditions inside a range


def test_what_a_range_needs_is_asked_of_every_integer_in_it() -> None:
    verdict = decide(Eq(Sum(t, 1, T, log(f[t])), log(f[1]) + Sum(t, 2, T, log(f[t]))), SETTING)
    assert isinstance(verdict, Proved)
    assert any("f(t) > 0" in str(c) for c in verdict.theorem.conditions)


def test_a_condition_inside_a_range_is_discharged_where_it_is_known_there() -> None:
    assert not compute(SETTING, Eq(Sum(t, 1, T, 2 / t), 2 * Sum(t, 1, T, 1 / t))).conditions
    assert compute(SETTING, Eq(Sum(t, 0, T, 2 / (t - 3)), 2 * Sum(t, 0, T, 1 / (t - 3)))).conditions
    # Tails are not empty for 1 ≤ k ≤ n, so their logarithms are defined.
    assert not compute(SETTING, TRUE["Plackett–Luce as a log-likelihood"]).conditions
    tails = Sum(k, 1, n, log(Sum(j, k + 1, n, exp(s[j]))))
    with pytest.raises(IllFormed):
        decide(Eq(tails, tails + 1), SETTING)


def test_a_pole_in_an_unknown_place_is_not_split_off() -> None:
    """Σ_{t=1}^{N} 1/(t − c) has the last term 1/(N − c) where that is defined: not proven for c = N."""
    free, c = Sym("N", INTEGER), Sym("c", INTEGER)
    claim = Eq((free - c) * (Sum(t, 1, free, one / (t - c)) - Sum(t, 1, free - 1, one / (t - c))), 1)
    verdict = decide(claim, SETTING)
    assert not isinstance(verdict, Refuted)


def test_a_product_of_unknown_sign_is_not_taken_for_an_exponential() -> None:
    claim = Eq(Prod(t, 1, T, f[t]) ** 2, Prod(t, 1, T, f[t] ** 2))
    assert not isinstance(decide(claim, SETTING), Refuted)
    assert isinstance(decide(Eq(Prod(t, 1, T, f[t]), exp(Sum(t, 1, T, log(f[t] ** 2)) / 2)), SETTING), Refuted)


def test_a_summand_that_splits_when_it_is_renamed_is_given_up() -> None:
    heads = Sum(u, k, t + 2, f[u + 3])
    weights = Sum(y, App("w", (y,)) / (App("w", (y, t)) + 2))
    claim = Eq(Sum(t, k, 2 * n, heads * weights * gamma**n), 0)
    with suppress(SymrlhfError):
        assert not isinstance(decide(claim, SETTING), Proved)


# ------------------------------------------------------------------ γ = 1


def test_a_geometric_sum_has_its_closed_form_where_the_base_is_not_1() -> None:
    closed = decide(TRUE["geometric"], SETTING)
    assert isinstance(closed, Proved)
    assert [str(c) for c in closed.theorem.conditions] == ["1 − γ ≠ 0"]
    at_one = assume(SETTING, Eq(gamma, 1))
    assert isinstance(decide(Eq(Sum(t, 0, T - 1, gamma**t), T), SETTING, (at_one,)), Proved)
    assert isinstance(decide(Eq(Sum(t, 0, T - 1, gamma**t), T - 1), SETTING, (at_one,)), Refuted)


def test_a_base_that_is_an_integer_does_not_pass_through_1() -> None:
    """At n = 1 the closed form is no limit: n is never close to 1."""
    split = Eq(Sum(t, 0, T, n**t), Sum(t, 0, T - 1, n**t) + n**T)
    assert isinstance(decide(split, SETTING), Proved)
    assert not isinstance(decide(Eq((n - 1) * Sum(t, 0, T - 1, n**t), n**T - 1), SETTING), Refuted)


@pytest.mark.parametrize("index, base", [(n, n), (n, p[n] / p[one])], ids=["an integer", "a ratio"])
def test_a_base_that_becomes_1_has_no_closed_form(index: Sym, base: Term) -> None:
    total = Sum(index, 1, T, delta(index, one) * Sum(t, 0, T, base**t))
    assert isinstance(decide(Eq(total, T + 1), SETTING), Proved)
    assert isinstance(decide(Eq(total, T), SETTING), Refuted)


# ------------------------------------------------------------------ induction


def test_induction_proves_what_the_normal_form_does_not() -> None:
    claim = Eq(Sum(t, 1, T, one / (t * (t + 1))), T / (T + 1))
    theorem = by_induction(SETTING, claim, T, as_term(1))
    assert theorem.relation == claim and theorem.hypotheses == (Statement.of(Ge(T, 1)),) and not theorem.conditions
    assert replay(theorem).statement == theorem.statement


def test_induction_does_not_prove_a_false_claim() -> None:
    for claim in (
        Eq(Sum(t, 1, T, one / (t * (t + 1))), T / (T + 2)),
        Eq(Sum(t, 1, T, t), T * (T - 1) / 2),
        Eq(T, T + 1),
    ):
        with pytest.raises(SymrlhfError):
            by_induction(SETTING, claim, T, as_term(1))


def _counted(claim: Rel, variable: Sym, setting: Setting, extra: tuple[Rel, ...] = ()) -> tuple[object, object]:
    start = compute(setting, _at(claim, variable, as_term(1)))
    given = tuple(assume(setting, h) for h in (claim, Ge(variable, 1), *extra))
    return start, compute(setting, _at(claim, variable, variable + 1), given)


def _at(claim: Rel, variable: Sym, value: Term) -> Rel:
    moved = claim.substitute({variable: value})
    assert isinstance(moved, Rel)
    return moved


def test_the_step_of_an_induction_speaks_of_every_integer() -> None:
    claim = Eq(Sum(t, 1, T, a), T * a)
    start, step = _counted(claim, T, SETTING)
    assert induct(claim, T, start, as_term(1), step).relation == claim  # type: ignore[arg-type]
    start, step = _counted(claim, T, SETTING, (Lt(T, 7),))
    with pytest.raises(RuleViolation, match="speaks of one T"):
        induct(claim, T, start, as_term(1), step)  # type: ignore[arg-type]


def test_an_induction_starts_where_its_integer_may_be() -> None:
    claim = Eq(Sum(t, 1, T, a), T * a)
    start, step = _counted(claim, T, SETTING)
    zero = compute(SETTING, _at(claim, T, as_term(0)))
    with pytest.raises(RuleViolation):
        induct(claim, T, zero, as_term(0), step)  # type: ignore[arg-type]
    with pytest.raises(RuleViolation):
        induct(claim, T, start, as_term(2), step)  # type: ignore[arg-type]
    with pytest.raises(RuleViolation):
        induct(Eq(Sum(t, 1, T, x), T * x), T, start, as_term(1), step)  # type: ignore[arg-type]


def test_an_induction_starts_where_its_declaration_does() -> None:
    """A positive T tells nothing of T = 0, so the step from 0 is not proven."""
    claim = Le(T * a, T * a)
    start = decide(_at(claim, T, as_term(0)), SETTING)
    step = decide(_at(claim, T, T + 1), SETTING, tuple(assume(SETTING, h) for h in (claim, Ge(T, 0))))
    assert isinstance(start, Proved) and isinstance(step, Proved)
    with pytest.raises(RuleViolation, match="is not known"):
        induct(claim, T, start.theorem, as_term(0), step.theorem)


def test_an_induction_needs_the_step_of_its_own_claim() -> None:
    claim = Eq(Sum(t, 1, T, a), T * a)
    start, _ = _counted(claim, T, SETTING)
    with pytest.raises(RuleViolation, match="induction needs"):
        induct(claim, T, start, as_term(1), start)  # type: ignore[arg-type]


def test_an_induction_needs_names_that_do_not_vary_with_its_integer() -> None:
    setting = Setting().declare(Declaration("T", INTEGER, "positive"), Declaration("w", depends=frozenset({"T"})))
    w = Sym("w")
    claim = Eq(Sum(t, 1, T, w), T * w)
    start, step = _counted(claim, T, setting)
    with pytest.raises(RuleViolation, match="varies"):
        induct(claim, T, start, as_term(1), step)  # type: ignore[arg-type]


def test_an_induction_starts_from_a_base_that_does_not_move() -> None:
    b = Sym("b", INTEGER)
    setting = SETTING.define("b", Lam((), (m - 3) * (m - 3)))
    claim = Eq(m * a, m * a)
    start, step = (compute(setting, _at(claim, m, to)) for to in (b, m + 1))
    with pytest.raises(RuleViolation, match="varies"):
        induct(claim, m, start, b, step)


# ------------------------------------------------------------------ prover against refuter


@pytest.mark.parametrize("name", [*TRUE, *FALSE])
def test_prover_and_refuter_never_both_succeed_on_ranges(name: str) -> None:
    claim = (TRUE | FALSE)[name]
    cross_check(claim, SETTING)
