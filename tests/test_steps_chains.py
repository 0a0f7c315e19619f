"""The derivations of the first chapters, built from the moves alone: each line as a lecturer would write it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from evaluated import Point, close, evaluate

import symrlhf.steps as steps
from symrlhf.setting import KL, Data, Declaration, E, H, Policy, Reward, Setting
from symrlhf.steps import Move
from symrlhf.term import (
    VECTOR,
    Eq,
    Lam,
    Prod,
    Rational,
    Sum,
    Sym,
    Term,
    diff,
    exp,
    log,
    sigmoid,
    softplus,
)

pi, ref, star, r = Policy("pi"), Policy("pi_ref"), Policy("pi_star"), Reward("r")
y = pi.index("y")
y_w, y_l = pi.element("y_w"), pi.element("y_l")
r_w, r_l, z, lam, beta = (Sym(n) for n in ("r_w", "r_l", "z", "lambda", "beta"))
phi = Sym("phi", VECTOR)
Z = Sym("Z")
data = Data("D")
i = data.index("i")
r_phi = Reward("r_phi")
at_w, at_l = r_phi[data.x[i], data.y_w[i]], r_phi[data.x[i], data.y_l[i]]
margin = at_w - at_l

SETTING = (
    Setting()
    .declare(
        *(Declaration(n, sign="positive", distribution=True) for n in ("pi", "pi_ref")),
        Declaration("beta", sign="positive"),
        Declaration("phi", VECTOR),
        Declaration("r_phi", depends=frozenset({"phi"})),
    )
    .define("Z", Lam((), Sum(y, ref[y] * exp(r[y] / beta))))
    .define("pi_star", Lam((y,), ref[y] * exp(r[y] / beta) / Z))
)

tilted = Eq(pi[y], ref[y] * exp(r[y] / beta) * exp(-1 - lam / beta))
reward = Eq(r[y], beta * log(star[y] / ref[y]) + beta * log(Z))
objective = E(pi, r) - beta * KL(pi, ref)
h_w, h_l = (beta * log(star[e] / ref[e]) for e in (y_w, y_l))


def ratio(p: Policy, q: Policy) -> Callable[[Term], Term]:
    """log p(y)/q(y)"""
    return lambda y: log(p[y] / q[y])


@dataclass(frozen=True)
class Chain:
    """`first`, and for every move the line it makes."""

    name: str
    first: Term
    lines: list[tuple[Move, Term]]


EXPRESSIONS = [
    Chain(
        "A1: Bradley–Terry to sigmoid",
        exp(r_w) / (exp(r_w) + exp(r_l)),
        [
            (steps.divide_through(exp(r_w)), 1 / (1 + exp(r_l) / exp(r_w))),
            (steps.exponents, 1 / (1 + exp(r_l - r_w))),
            (steps.definition(sigmoid), sigmoid(r_w - r_l)),
        ],
    ),
    Chain(
        "A2: the complement of a sigmoid",
        1 - sigmoid(z),
        [
            (steps.definition(sigmoid), 1 - 1 / (1 + exp(-z))),
            (steps.together, exp(-z) / (1 + exp(-z))),
            (steps.divide_through(exp(-z)), 1 / (1 / exp(-z) + 1)),
            (steps.exponents, 1 / (exp(z) + 1)),
            (steps.definition(sigmoid), sigmoid(-z)),
        ],
    ),
    Chain(
        "B2: the logistic form of the loss",
        -log(sigmoid(r_w - r_l)),
        [
            (steps.definition(sigmoid), -log(1 / (1 + exp(-(r_w - r_l))))),
            (steps.log_of_reciprocal, log(1 + exp(-(r_w - r_l)))),
            (steps.definition(softplus), softplus(-(r_w - r_l))),
        ],
    ),
    Chain(
        "B1: the mean negative log-likelihood",
        -(Rational(1) / data.size) * log(Prod(i, sigmoid(margin))),
        [
            (steps.log_of_product, -(1 / data.size * Sum(i, log(sigmoid(margin))))),
            (
                steps.rewrite_by(Eq(log(sigmoid(margin)), -softplus(-margin))),
                -(1 / data.size * Sum(i, -softplus(-margin))),
            ),
            (steps.factor_out_of_sum, 1 / data.size * Sum(i, softplus(-margin))),
        ],
    ),
    Chain(
        "B3: the gradient of the reward model",
        diff(-(1 / data.size * Sum(i, log(sigmoid(margin)))), phi),
        [
            (
                steps.differentiate(phi),
                -(1 / data.size * Sum(i, sigmoid(-margin) * (diff(at_w, phi) - diff(at_l, phi)))),
            ),
            (
                steps.rewrite_by(Eq(sigmoid(-margin), 1 - sigmoid(margin))),
                -(1 / data.size * Sum(i, (1 - sigmoid(margin)) * (diff(at_w, phi) - diff(at_l, phi)))),
            ),
        ],
    ),
    Chain(
        "C6: the Gibbs identity",
        objective,
        [
            (
                steps.substitute(reward),
                E(pi, lambda y: beta * log(star[y] / ref[y]) + beta * log(Z)) - beta * KL(pi, ref),
            ),
            (steps.split_sum, beta * E(pi, ratio(star, ref)) + beta * log(Z) - beta * KL(pi, ref)),
            (
                steps.definition(KL),
                beta * E(pi, ratio(star, ref)) + beta * log(Z) - beta * Sum(y, pi[y] * log(pi[y] / ref[y])),
            ),
            (
                steps.sum_as_expectation,
                beta * E(pi, ratio(star, ref)) + beta * log(Z) - beta * E(pi, ratio(pi, ref)),
            ),
            (
                steps.merge_sums,
                beta * E(pi, lambda y: log(star[y] / ref[y]) - log(pi[y] / ref[y])) + beta * log(Z),
            ),
            (
                steps.expand_log,
                beta * E(pi, lambda y: log(star[y]) - log(ref[y]) - (log(pi[y]) - log(ref[y]))) + beta * log(Z),
            ),
            (steps.cancel, beta * E(pi, lambda y: log(star[y]) - log(pi[y])) + beta * log(Z)),
            (steps.combine_log(), beta * E(pi, ratio(star, pi)) + beta * log(Z)),
            (steps.definition(KL), beta * log(Z) - beta * KL(pi, star)),
        ],
    ),
    Chain(
        "C14: divergence, entropy and cross entropy",
        KL(pi, ref),
        [
            (steps.definition(KL), Sum(y, pi[y] * log(pi[y] / ref[y]))),
            (steps.expand_log, Sum(y, pi[y] * (log(pi[y]) - log(ref[y])))),
            (steps.split_sum, Sum(y, pi[y] * log(pi[y])) - Sum(y, pi[y] * log(ref[y]))),
            (steps.definition(H), -H(pi) - Sum(y, pi[y] * log(ref[y]))),
            (steps.sum_as_expectation, -H(pi) - E(pi, lambda y: log(ref[y]))),
        ],
    ),
    Chain(
        "C14: reward, shaped, plus entropy",
        objective,
        [
            (
                steps.rewrite_by(Eq(KL(pi, ref), -H(pi) - E(pi, lambda y: log(ref[y])))),
                E(pi, r) - beta * (-H(pi) - E(pi, lambda y: log(ref[y]))),
            ),
            (steps.expand, E(pi, r) + beta * H(pi) + beta * E(pi, lambda y: log(ref[y]))),
            (steps.merge_sums, E(pi, lambda y: r[y] + beta * log(ref[y])) + beta * H(pi)),
        ],
    ),
    Chain(
        "G1: the preference in terms of the policy",
        -log(sigmoid(r[y_w] - r[y_l])),
        [
            (steps.substitute(reward), -log(sigmoid(h_w + beta * log(Z) - (h_l + beta * log(Z))))),
            (steps.cancel, -log(sigmoid(h_w - h_l))),
            (steps.factor, -log(sigmoid(beta * (log(star[y_w] / ref[y_w]) - log(star[y_l] / ref[y_l]))))),
        ],
    ),
]

EQUATIONS = [
    Chain(
        "C2, C3: the optimal policy",
        Eq(diff(objective - lam * (Sum(y, pi[y]) - 1), pi[y]), 0),
        [
            (steps.differentiate(pi[y]), Eq(r[y] - beta * (log(pi[y] / ref[y]) + 1) - lam, 0)),
            (steps.isolate(log(pi[y])), Eq(log(pi[y]), r[y] / beta + log(ref[y]) - 1 - lam / beta)),
            (steps.exponentiate, tilted),
            (
                steps.sum_over(y, tilted, Eq(Sum(y, pi[y]), 1)),
                Eq(exp(1 + lam / beta), Sum(y, ref[y] * exp(r[y] / beta))),
            ),
            (steps.definition(Z), Eq(exp(1 + lam / beta), Z)),
            (steps.substitute(Eq(exp(1 + lam / beta), Z), tilted), Eq(pi[y], ref[y] * exp(r[y] / beta) / Z)),
        ],
    ),
    Chain(
        "C17: the reward of a policy",
        Eq(pi[y], ref[y] * exp(r[y] / beta) / Z),
        [
            (steps.take_logs, Eq(log(pi[y]), log(ref[y]) + r[y] / beta - log(Z))),
            (steps.isolate(r[y]), Eq(r[y], beta * (log(pi[y]) - log(ref[y]) + log(Z)))),
            (steps.combine_log(pi[y], ref[y]), Eq(r[y], beta * (log(pi[y] / ref[y]) + log(Z)))),
            (steps.expand, Eq(r[y], beta * log(pi[y] / ref[y]) + beta * log(Z))),
        ],
    ),
    Chain(
        "B1: the likelihood",
        Eq(Sym("L"), Prod(i, sigmoid(margin))),
        [
            (steps.take_logs, Eq(log(Sym("L")), log(Prod(i, sigmoid(margin))))),
            (steps.log_of_product, Eq(log(Sym("L")), Sum(i, log(sigmoid(margin))))),
        ],
    ),
]

CHAINS = EXPRESSIONS + EQUATIONS


@pytest.mark.parametrize("chain", CHAINS, ids=[c.name for c in CHAINS])
def test_the_moves_make_the_lines_of_the_lecture(chain: Chain) -> None:
    line = chain.first
    for move, expected in chain.lines:
        line = move.apply(line, SETTING).result
        assert line == expected, f"{move.name} gives {line}"


@pytest.mark.parametrize("chain", EXPRESSIONS, ids=[c.name for c in EXPRESSIONS])
@pytest.mark.parametrize("seed", [1, 2])
def test_every_line_of_a_chain_has_the_value_of_the_first(chain: Chain, seed: int) -> None:
    value = evaluate(chain.first, Point(SETTING, seed))
    for _, line in chain.lines:
        assert close(value, evaluate(line, Point(SETTING, seed)))


@pytest.mark.parametrize("chain", CHAINS, ids=[c.name for c in CHAINS])
def test_sympy_computes_every_line_but_definitions(chain: Chain) -> None:
    line = chain.first
    for move, _ in chain.lines:
        made = move.apply(line, SETTING)
        line = made.result
        assert made.executed or move.name == "definition"
