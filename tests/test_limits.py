"""Limits, divergence and expansions: the RLHF kind proven, their wrong siblings refuted, the attacks refused."""

from __future__ import annotations

import pickle
from random import Random

import pytest
from mpmath import mpf

from symrlhf import from_sympy
from symrlhf.errors import IllFormed, NotSupported, RuleViolation, StepUndecided
from symrlhf.kernel import rules as kernel
from symrlhf.kernel.cross import cross_check
from symrlhf.kernel.decide import Proved, Refuted, Undecided
from symrlhf.kernel.limit_cells import limit_in_cells
from symrlhf.kernel.limits import expand, in_the_limit, limit_is
from symrlhf.kernel.statement import Statement
from symrlhf.kernel.theorem import Theorem, replay
from symrlhf.setting import KL, E, H, Policy, Reward, Setting
from symrlhf.term import (
    RESPONSES,
    Abs,
    App,
    Card,
    Cases,
    Eq,
    Ge,
    Gt,
    Implies,
    Lam,
    Le,
    Lim,
    Lt,
    Max,
    MaxOver,
    Min,
    MinOver,
    Order,
    Prod,
    Rational,
    Rel,
    Sum,
    Sym,
    Term,
    as_term,
    clip,
    delta,
    diff,
    exp,
    expansion,
    infinite,
    limit,
    log,
    oo,
    sigmoid,
    sign,
    softplus,
    sqrt,
    tanh,
)
from tests.random_claims import SETTING, World, holds, places, value

a, b, z, w, p, q, tau = (Sym(n) for n in ("a", "b", "z", "w", "p", "q", "tau"))
beta, u, x = Sym("beta"), Sym("u"), Sym("x")
pi, ref = Policy("pi"), Policy("pi_ref")
r, f = Reward("r"), Reward("f")
y, i = pi.index("y"), pi.index("i")
k = pi.element("k")
ZERO, ONE, TWO, HALF = as_term(0), as_term(1), as_term(2), Rational(1, 2)

Z = Sum(y, ref[y] * exp(r[y] / beta))
N = Card(RESPONSES)


def star(j: Term) -> Term:
    return ref[j] * exp(r[j] / beta) / Z


def softmax(j: Term) -> Term:
    return exp(r[j] / tau) / Sum(y, exp(r[y] / tau))


def mean(g: Reward) -> Term:
    return E(ref, g)


VARIANCE = E(ref, lambda j: r[j] ** 2) - mean(r) ** 2
BEST = Implies(Rel("!=", y, k), Lt(r[y], r[k]))
WORST = Implies(Rel("!=", y, k), Gt(r[y], r[k]))
APART = Gt(a, b)
TOP = MaxOver(y, r[y])
ORDERED = (APART, Gt(b, w))

k1, k2, k3 = -z, z**2 / 2, exp(z) - 1 - z  # estimators of the divergence, at log-ratio −z


def jensen_shannon(j: Term) -> Term:
    return x * pi[j] + (1 - x) * ref[j]


def divergence(first: Policy, second: Term | object) -> Term:
    return KL(first, second)  # type: ignore[arg-type]


Claim = tuple[Rel, *tuple[Rel, ...]]

TRUE: dict[str, Claim] = {
    # β → 0+ with one best response (C8)
    "the optimal policy concentrates": (Eq(limit(star(y), beta, 0, "+"), delta(y, k)), BEST),
    "on the best response": (Eq(limit(star(k), beta, 0, "+"), 1), BEST),
    "from below on the worst": (Eq(limit(star(y), beta, 0, "-"), delta(y, k)), WORST),
    "the free energy goes to the best reward": (Eq(limit(beta * log(Z), beta, 0, "+"), r[k]), BEST),
    "so does the mean reward": (Eq(limit(E(star, r), beta, 0, "+"), r[k]), BEST),
    "the divergence goes to the surprise": (Eq(limit(KL(star, ref), beta, 0, "+"), -log(ref[k])), BEST),
    "the entropy vanishes": (Eq(limit(H(star), beta, 0, "+"), 0), BEST),
    "the penalty vanishes": (Eq(limit(beta * KL(star, ref), beta, 0, "+"), 0), BEST),
    "softmax hardens": (Eq(limit(softmax(y), tau, 0, "+"), delta(y, k)), BEST),
    "log-sum-exp hardens": (Eq(limit(tau * log(Sum(y, exp(r[y] / tau))), tau, 0, "+"), r[k]), BEST),
    # β → 0+ whatever is best
    "the free energy goes to the greatest reward": (Eq(limit(beta * log(Z), beta, 0, "+"), TOP),),
    "from below to the least": (Eq(limit(beta * log(Z), beta, 0, "-"), MinOver(y, r[y])),),
    "log-sum-exp is a soft maximum": (Eq(limit(tau * log(Sum(y, exp(r[y] / tau))), tau, 0, "+"), TOP),),
    "a cold soft maximum": (Eq(limit(log(Sum(y, exp(beta * r[y]))) / beta, beta, oo), TOP),),
    "a soft maximum of positive weights": (
        Eq(limit(beta * log(Sum(y, f[y] * exp(r[y] / beta))), beta, 0, "+"), TOP),
        Gt(f[y], 0),
    ),
    "a mean under the logarithm": (Eq(limit(tau * log(Sum(y, exp(r[y] / tau)) / N), tau, 0, "+"), TOP),),
    "a quotient under the logarithm": (
        Eq(limit(tau * log(Sum(y, exp(r[y] / tau)) / Sum(y, exp(f[y] / tau))), tau, 0, "+"), TOP - MaxOver(y, f[y])),
    ),
    "the largest of two sums of exponents": (
        Eq(limit(tau * log(Sum(y, exp(r[y] / tau) + exp((r[y] - u) / tau))), tau, 0, "+"), TOP),
    ),
    "a norm goes to the greatest": (Eq(limit(Sum(y, exp(r[y]) ** x) ** (1 / x), x, oo), exp(TOP)),),
    "a best reward above zero makes Z diverge": (Eq(limit(Z, beta, 0, "+"), oo), BEST, Gt(r[k], 0)),
    "a best reward below zero makes it vanish": (Eq(limit(Z, beta, 0, "+"), 0), BEST, Lt(r[k], 0)),
    "the rate of concentration": (Eq(limit(star(y) * exp((r[k] - r[y]) / beta), beta, 0, "+"), ref[y] / ref[k]), BEST),
    # β → ∞ (C9)
    "the optimal policy goes to the reference": (Eq(limit(star(y), beta, oo), ref[y]),),
    "Z goes to one": (Eq(limit(Z, beta, oo), 1),),
    "the free energy goes to the mean reward": (Eq(limit(beta * log(Z), beta, oo), mean(r)),),
    "the mean reward goes to that of the reference": (Eq(limit(E(star, r), beta, oo), mean(r)),),
    "the divergence vanishes": (Eq(limit(KL(star, ref), beta, oo), 0),),
    "the entropy goes to that of the reference": (Eq(limit(H(star), beta, oo), H(ref)),),
    "softmax flattens": (Eq(limit(softmax(y), tau, oo), 1 / N),),
    "mean by temperature": (Eq(limit(tau * log(Sum(y, exp(r[y] / tau)) / N), tau, oo), Sum(y, r[y]) / N),),
    "reward gained by a little freedom": (Eq(limit(beta * (E(star, r) - mean(r)), beta, oo), VARIANCE),),
    "half the variance": (Eq(limit(beta**2 * KL(star, ref), beta, oo), VARIANCE / 2),),
    # sigmoids, softplus, losses (A2, B4, G)
    "a sigmoid saturates": (Eq(limit(sigmoid(z), z, oo), 1),),
    "a sigmoid vanishes": (Eq(limit(sigmoid(z), z, -oo), 0),),
    "tanh from above": (Eq(limit(tanh(z), z, oo), 1),),
    "tanh from below": (Eq(limit(tanh(z), z, -oo), -1),),
    "a cold sigmoid decides": (Eq(limit(sigmoid((a - b) / tau), tau, 0, "+"), 1), APART),
    "the first of three": (
        Eq(limit(exp(a / tau) / (exp(a / tau) + exp(b / tau) + exp(w / tau)), tau, 0, "+"), 1),
        *ORDERED,
    ),
    "the greatest of three": (
        Eq(limit(tau * log(exp(a / tau) + exp(b / tau) + exp(w / tau)), tau, 0, "+"), a),
        *ORDERED,
    ),
    "a hot sigmoid does not": (Eq(limit(sigmoid((a - b) / tau), tau, oo), HALF),),
    "the loss vanishes for wide margins": (Eq(limit(-log(sigmoid(z)), z, oo), 0),),
    "the loss is unbounded": (Eq(limit(-log(sigmoid(z)), z, -oo), oo),),
    "the loss is nearly linear there": (Eq(limit(softplus(-z) + z, z, -oo), 0),),
    "the loss decays exponentially": (Eq(limit(softplus(-z) * exp(z), z, oo), 1),),
    "exponentials that cancel": (
        Eq(limit((sqrt(exp(2 * log(TWO) * z) + 1) - exp(log(TWO) * z)) / (1 + beta * z), z, oo), 0),
    ),
    "the slope of softplus at 0": (Eq(limit((softplus(z) - log(TWO)) / z, z, 0), HALF),),
    "the slope of a loss at 0": (Eq(limit((log(1 + exp(-a * z)) - log(TWO)) / z, z, 0, "+"), -a / 2),),
    "the slope of a mixture at 0": (Eq(limit((log(1 + 3 * exp(z)) - 2 * log(TWO)) / z, z, 0), 3 * HALF / 2),),
    "softplus is nearly its argument": (Eq(limit(softplus(z) - z, z, oo), 0),),
    "softplus grows as its argument": (Eq(limit(softplus(z) / z, z, oo), 1),),
    "a DPO loss without penalty": (Eq(limit(-log(sigmoid(beta * a)), beta, 0, "+"), log(TWO)),),
    "a DPO loss of a right pair": (Eq(limit(-log(sigmoid(beta * (a - b))), beta, oo), 0), APART),
    "a DPO loss of a wrong pair": (Eq(limit(-log(sigmoid(beta * (b - a))), beta, oo), oo), APART),
    "a DPO loss per β is a hinge": (Eq(limit(-log(sigmoid(beta * (b - a))) / beta, beta, oo), a - b), APART),
    # estimators, expansions, quotients (E1, C9, G10, F2, K3)
    "k3 near ratio one": (Eq(limit(k3 / z**2, z, 0), HALF),),
    "k1 is centred": (Eq(limit((k3 - k2) / z**3, z, 0), Rational(1, 6)),),
    "a power is nearly a logarithm": (Eq(limit((1 - u ** (-x)) / x, x, 0), log(u)),),
    "Rényi goes to Kullback and Leibler": (
        Eq(limit(log(Sum(y, pi[y] ** x * ref[y] ** (1 - x))) / (x - 1), x, 1), KL(pi, ref)),
    ),
    "a Jensen-Shannon divergence per weight": (
        Eq(
            limit((x * KL(pi, jensen_shannon) + (1 - x) * KL(ref, jensen_shannon)) / x, x, 0, "+"),
            KL(pi, ref),
        ),
    ),
    "a geometric sum at γ = 1": (Eq(limit((1 - x**5) / (1 - x), x, 1), 5),),
    "a geometric sum of any length": (Eq(limit((1 - x**a) / (1 - x), x, 1), a),),
    "compound interest": (Eq(limit((1 + a / z) ** z, z, oo), exp(a)),),
    "L'Hôpital twice": (Eq(limit((exp(z) - 1 - z) / (z * log(1 + z)), z, 0), HALF),),
    # growth
    "exponential beats power": (Eq(limit(z**3 * exp(-z), z, oo), 0),),
    "power beats logarithm": (Eq(limit(log(z) / z, z, oo), 0),),
    "p log p": (Eq(limit(p * log(p), p, 0, "+"), 0),),
    "binary entropy": (Eq(limit(-p * log(p) - (1 - p) * log(1 - p), p, 1, "-"), 0),),
    "an exponential diverges": (Eq(limit(exp(z) / z**2, z, oo), oo),),
    "a power beats a logarithm below it": (Eq(limit(z / log(z), z, oo), oo),),
    "a logarithm near zero is negative": (Eq(limit(1 / (p * log(p)), p, 0, "+"), -oo),),
    "one over a logarithm": (Eq(limit(1 / log(z), z, oo), 0),),
    "the barrier of the objective": (Eq(limit(a - beta * (log(p / u) + 1), p, 0, "+"), oo),),
    # group advantages, clipping, kinks (H1, D9)
    "the stabiliser vanishes": (Eq(limit((a - b) / (u + x), x, 0, "+"), (a - b) / u),),
    "a rare success": (Eq(limit(sqrt((1 - p) / p), p, 0, "+"), oo),),
    "a sure success": (Eq(limit(sqrt((1 - p) / p), p, 1, "-"), 0),),
    "a clip of no width": (Eq(limit(clip(2, 1 - x, 1 + x), x, 0, "+"), 1),),
    "a wide clip does nothing": (Eq(limit(clip(a, 1 - x, 1 + x), x, oo), a),),
    "a kink is continuous": (Eq(limit(Abs(z), z, 0), 0),),
    "its slope from above": (Eq(limit(Abs(z) / z, z, 0, "+"), 1),),
    "its slope from below": (Eq(limit(Abs(z) / z, z, 0, "-"), -1),),
    "a sign from below": (Eq(limit(sign(z), z, 0, "-"), -1),),
    "a maximum of two": (Eq(limit(Max(z, a), z, oo), oo),),
    "a minimum of two": (Eq(limit(Min(z, a), z, oo), a),),
    "a case by its side": (Eq(limit(Cases(((Gt(z, 0), ONE),), TWO), z, 0, "+"), 1),),
    # between limits
    "a relation between limits": (Lt(limit(sigmoid(z), z, -oo), limit(sigmoid(z), z, oo)),),
    "a sum of limits": (Eq(limit(sigmoid(z), z, oo) + limit(beta * log(Z), beta, oo), 1 + mean(r)),),
    "a limit is continuous in the point": (Eq(limit(z**2, z, a), a**2),),
    "a product over responses": (Eq(limit(Prod(y, sigmoid(z + r[y])), z, oo), 1),),
    # told by the sign of a number, case by case
    "a soft maximum of two": (Eq(limit(log(exp(beta * a) + exp(beta * b)) / beta, beta, oo), Max(a, b)),),
    "a soft maximum of two, cold": (Eq(limit(tau * log(exp(a / tau) + exp(b / tau)), tau, 0, "+"), Max(a, b)),),
    "from below a soft minimum": (Eq(limit(tau * log(exp(a / tau) + exp(b / tau)), tau, 0, "-"), Min(a, b)),),
    "a soft maximum of three": (
        Eq(limit(log(exp(beta * a) + exp(beta * b) + exp(beta * z)) / beta, beta, oo), Max(a, b, z)),
    ),
    "a soft maximum of two responses": (
        Eq(limit(log(exp(beta * r[y]) + exp(beta * r[k])) / beta, beta, oo), Max(r[y], r[k])),
    ),
    "softplus hardens": (Eq(limit(softplus(beta * a) / beta, beta, oo), Max(a, 0)),),
    "a cold sigmoid of any sign": (
        Eq(limit(sigmoid(beta * (a - b)), beta, oo), Cases(((Gt(a, b), ONE), (Lt(a, b), ZERO)), HALF)),
    ),
    "tanh hardens": (Eq(limit(tanh(beta * (a - b)), beta, oo), sign(a - b)),),
    "a soft argument": (
        Eq(limit((a * exp(beta * a) + b * exp(beta * b)) / (exp(beta * a) + exp(beta * b)), beta, oo), Max(a, b)),
    ),
    "a norm of high order": (Eq(limit((u**z + w**z) ** (1 / z), z, oo), Max(u, w)), Gt(w, 0)),
    "the slope of a greatest value, from above": (
        Eq(limit((Max(a + x, b) - Max(a, b)) / x, x, 0, "+"), Cases(((Ge(a, b), ONE),), ZERO)),
    ),
}

EXPANSIONS: dict[str, Rel] = {
    "log-sigmoid": expansion(log(sigmoid(z)), -log(TWO) + z / 2 - z**2 / 8 + Order(z**4), z, 0),
    "log-sigmoid to less": expansion(log(sigmoid(z)), -log(TWO) + z / 2 + Order(z**2), z, 0),
    "softplus": expansion(softplus(z), log(TWO) + z / 2 + z**2 / 8 + Order(z**4), z, 0),
    "sigmoid": expansion(sigmoid(z), HALF + z / 4 + Order(z**3), z, 0),
    "k3": expansion(k3, z**2 / 2 + Order(z**3), z, 0),
    "k3 of a ratio": expansion(u - 1 - log(u), (u - 1) ** 2 / 2 + Order((u - 1) ** 3), u, 1),
    "mean reward": expansion(E(star, r), mean(r) + VARIANCE / beta + Order(beta**-2), beta, oo),
    "divergence": expansion(KL(star, ref), VARIANCE / (2 * beta**2) + Order(beta**-3), beta, oo),
    "free energy": expansion(beta * log(Z), mean(r) + VARIANCE / (2 * beta) + Order(beta**-2), beta, oo),
    "divergence of two near policies": expansion(
        KL(ref, lambda j: ref[j] * exp(x * f[j]) / Sum(y, ref[y] * exp(x * f[y]))),
        x**2 / 2 * (E(ref, lambda j: f[j] ** 2) - mean(f) ** 2) + Order(x**3),
        x,
        0,
    ),
    "loss for wide margins": expansion(softplus(-z), exp(-z) + Order(exp(-2 * z)), z, oo),
    "a bounded function": expansion(sigmoid(z), Order(ONE), z, oo),
    "a kink is of first order": expansion(Abs(z), Order(z), z, 0),
}

FALSE: dict[str, Claim] = {
    "the slope of a loss at 0 without its half": (Eq(limit((log(1 + exp(-a * z)) - log(TWO)) / z, z, 0, "+"), -a),),
    "what is left of logarithms that do not cancel": (Eq(limit(z + log(as_term(6)) - 2 * log(TWO), z, 0), 0),),
    "no premise of one best response": (Eq(limit(star(y), beta, 0, "+"), delta(y, k)),),
    "free energy without it": (Eq(limit(beta * log(Z), beta, 0, "+"), r[k]),),
    "mean reward without it": (Eq(limit(E(star, r), beta, 0, "+"), r[k]),),
    "the free energy goes to no least reward": (Eq(limit(beta * log(Z), beta, 0, "+"), MinOver(y, r[y])),),
    "a soft maximum is not exact": (Eq(limit(log(Z) - TOP / beta, beta, 0, "+"), 0),),
    "a soft maximum of weights that may vanish": (
        Eq(limit(beta * log(Sum(y, f[y] * exp(r[y] / beta))), beta, 0, "+"), TOP),
        Ge(f[y], 0),
    ),
    "a quotient under the logarithm, as a product": (
        Eq(limit(tau * log(Sum(y, exp(r[y] / tau)) / Sum(y, exp(f[y] / tau))), tau, 0, "+"), TOP + MaxOver(y, f[y])),
    ),
    "two exponents do not peak alone": (
        Eq(
            limit(beta * log(Sum(y, exp(r[y] / beta**2 + f[y] / beta))) - TOP / beta, beta, 0, "+"),
            MaxOver(y, f[y]),
        ),
    ),
    "the best response is not enough if it may tie": (Eq(limit(star(k), beta, 0, "+"), 1), Le(r[y], r[k])),
    "concentration from the wrong side": (Eq(limit(star(y), beta, 0, "-"), delta(y, k)), BEST),
    "the worst response from above": (Eq(limit(star(y), beta, 0, "+"), delta(y, k)), WORST),
    "the surprise has a sign": (Eq(limit(KL(star, ref), beta, 0, "+"), log(ref[k])), BEST),
    "the divergence does not vanish": (Eq(limit(KL(star, ref), beta, 0, "+"), 0), BEST),
    "the entropy does not go to the reference's": (Eq(limit(H(star), beta, 0, "+"), H(ref)), BEST),
    "Z without its sign": (Eq(limit(Z, beta, 0, "+"), oo), BEST),
    "the optimal policy does not concentrate": (Eq(limit(star(y), beta, oo), delta(y, k)), BEST),
    "nor flatten": (Eq(limit(star(y), beta, oo), 1 / N),),
    "0·∞ taken for 0": (Eq(limit(beta * log(Z), beta, oo), 0),),
    "0·∞ taken for ∞": (Eq(limit(beta * log(Z), beta, oo), oo),),
    "the free energy is no maximum": (Eq(limit(beta * log(Z), beta, oo), r[k]), BEST),
    "softmax flattens to one over the size": (Eq(limit(softmax(y), tau, oo), 1),),
    "the sum is not the mean": (Eq(limit(tau * log(Sum(y, exp(r[y] / tau)) / N), tau, oo), Sum(y, r[y])),),
    "log-sum-exp without its normaliser": (Eq(limit(tau * log(Sum(y, exp(r[y] / tau))), tau, oo), mean(r)),),
    "the whole variance": (Eq(limit(beta**2 * KL(star, ref), beta, oo), VARIANCE),),
    "the sign of the gain": (Eq(limit(beta * (E(star, r) - mean(r)), beta, oo), -VARIANCE),),
    "a sigmoid on the other side": (Eq(limit(sigmoid(z), z, -oo), 1),),
    "tanh on the other side": (Eq(limit(tanh(z), z, -oo), 1),),
    "a cold sigmoid without a sign": (Eq(limit(sigmoid((a - b) / tau), tau, 0, "+"), 1),),
    "a cold sigmoid of the other sign": (Eq(limit(sigmoid((b - a) / tau), tau, 0, "+"), 1), APART),
    "the first of three, of which one is not compared": (
        Eq(limit(exp(a / tau) / (exp(a / tau) + exp(b / tau) + exp(w / tau)), tau, 0, "+"), 1),
        APART,
    ),
    "the second of three": (Eq(limit(tau * log(exp(a / tau) + exp(b / tau) + exp(w / tau)), tau, 0, "+"), b), *ORDERED),
    "a hot sigmoid decides": (Eq(limit(sigmoid((a - b) / tau), tau, oo), 1), APART),
    "the loss peaks at zero": (Eq(limit(-log(sigmoid(z)), z, -oo), 0),),
    "the loss is bounded": (Eq(limit(-log(sigmoid(z)), z, -oo), log(TWO)),),
    "the loss diverges for wide margins": (Eq(limit(-log(sigmoid(z)), z, oo), oo),),
    "the slope of softplus": (Eq(limit(softplus(z) / z, z, -oo), 1),),
    "the sign of the linear part": (Eq(limit(softplus(-z) - z, z, -oo), 0),),
    "a DPO loss without penalty is not zero": (Eq(limit(-log(sigmoid(beta * a)), beta, 0, "+"), 0),),
    "a DPO loss of an unknown pair": (Eq(limit(-log(sigmoid(beta * (a - b))), beta, oo), 0),),
    "a hinge of the wrong sign": (Eq(limit(-log(sigmoid(beta * (b - a))) / beta, beta, oo), b - a), APART),
    "k3 without its half": (Eq(limit(k3 / z**2, z, 0), 1),),
    "k3 is not k2": (Eq(limit((k3 - k2) / z**3, z, 0), 0),),
    "a power with the wrong sign": (Eq(limit((1 - u ** (-x)) / x, x, 0), -log(u)),),
    "Jensen-Shannon swapped": (
        Eq(
            limit((x * KL(pi, jensen_shannon) + (1 - x) * KL(ref, jensen_shannon)) / x, x, 0, "+"),
            KL(ref, pi),
        ),
    ),
    "0/0 taken for 0": (Eq(limit((1 - x**5) / (1 - x), x, 1), 0),),
    "0/0 taken for 1": (Eq(limit((1 - x**5) / (1 - x), x, 1), 1),),
    "1^∞ taken for 1": (Eq(limit((1 + a / z) ** z, z, oo), 1),),
    "power beats exponential": (Eq(limit(z**3 * exp(-z), z, oo), oo),),
    "∞·0 taken for 1": (Eq(limit(p * log(p), p, 0, "+"), 1),),
    "∞ − ∞ taken for 0": (Eq(limit(sqrt(z**2 + z) - z, z, oo), 0),),
    "the barrier the other way": (Eq(limit(a - beta * (log(p / u) + 1), p, 0, "+"), -oo),),
    "the sign of ∞": (Eq(limit(1 / z, z, 0, "-"), oo),),
    "a rare success is no success": (Eq(limit(sqrt((1 - p) / p), p, 0, "+"), 0),),
    "a clip of no width keeps": (Eq(limit(clip(2, 1 - x, 1 + x), x, 0, "+"), 2),),
    "the slope of a kink": (Eq(limit(Abs(z) / z, z, 0, "-"), 1),),
    "the value at the point": (Eq(limit(Cases(((Eq(z, 0), ONE),), TWO), z, 0), 1),),
    "a case by the other side": (Eq(limit(Cases(((Gt(z, 0), ONE),), TWO), z, 0, "-"), 1),),
    "a strict relation that ties": (Lt(limit(1 / z, z, oo), limit(1 / z**2, z, oo)),),
    "a soft maximum is no minimum": (Eq(limit(log(exp(beta * a) + exp(beta * b)) / beta, beta, oo), Min(a, b)),),
    "a soft maximum is not exact at a tie": (
        Eq(limit(log(exp(beta * a) + exp(beta * b)) - beta * Max(a, b), beta, oo), 0),
    ),
    "a cold sigmoid at a tie": (Eq(limit(sigmoid(beta * (a - b)), beta, oo), Cases(((Gt(a, b), ONE),), ZERO)),),
    "a cold sigmoid below": (Eq(limit(sigmoid(beta * (a - b)), beta, oo), Cases(((Eq(a, b), HALF),), ONE)),),
    "the slope of a greatest value at a tie": (
        Eq(limit((Max(a + x, b) - Max(a, b)) / x, x, 0, "+"), Cases(((Gt(a, b), ONE),), ZERO)),
    ),
    "its slope from below": (Eq(limit((Max(a + x, b) - Max(a, b)) / x, x, 0, "-"), Cases(((Ge(a, b), ONE),), ZERO)),),
    "a soft maximum of three, of which one is forgotten": (
        Eq(limit(log(exp(beta * a) + exp(beta * b) + exp(beta * z)) / beta, beta, oo), Max(a, b)),
    ),
    "log-sigmoid with a sign": (expansion(log(sigmoid(z)), -log(TWO) - z / 2 + Order(z**2), z, 0),),
    "log-sigmoid without its square": (expansion(log(sigmoid(z)), -log(TWO) + z / 2 + Order(z**3), z, 0),),
    "k3 to too high an order": (expansion(k3, z**2 / 2 + Order(z**4), z, 0),),
    "k3 with the wrong constant": (expansion(k3, z**2 + Order(z**3), z, 0),),
    "mean reward with half the variance": (
        expansion(E(star, r), mean(r) + VARIANCE / (2 * beta) + Order(beta**-2), beta, oo),
    ),
    "divergence without its half": (expansion(KL(star, ref), VARIANCE / beta**2 + Order(beta**-3), beta, oo),),
    "divergence of first order": (expansion(KL(star, ref), VARIANCE / beta + Order(beta**-2), beta, oo),),
    "a weak sign inside bars": (expansion(Abs(a**2 + x), a**2 + x + Order(x**2), x, 0),),
    "bars of an unknown sign": (expansion(Abs(a + x), Abs(a) + Order(x**2), x, 0),),
    "an unbounded function": (expansion(softplus(z), Order(ONE), z, oo),),
    "a kink is not of second order": (expansion(Abs(z), Order(z**2), z, 0),),
}


def decided(*claim: Rel, setting: Setting = SETTING) -> Proved | Refuted | Undecided:
    relation, *given = claim
    return cross_check(relation, setting, tuple(kernel.assume(setting, h) for h in given))


def proven(*claim: Rel, setting: Setting = SETTING) -> Theorem:
    verdict = decided(*claim, setting=setting)
    assert isinstance(verdict, Proved), verdict
    return verdict.theorem


@pytest.mark.parametrize("name", TRUE)
def test_a_true_limit_is_proven(name: str) -> None:
    assert not proven(*TRUE[name]).conditions


@pytest.mark.parametrize("name", EXPANSIONS)
def test_a_true_expansion_is_proven(name: str) -> None:
    assert not proven(EXPANSIONS[name]).conditions


@pytest.mark.parametrize("name", FALSE)
def test_a_false_limit_is_refuted(name: str) -> None:
    verdict = decided(*FALSE[name])
    assert isinstance(verdict, Refuted), verdict


# ------------------------------------------------------------------ against numbers

NEAR = (mpf(1) / 400, mpf(1) / 3200)


def _body_near(lim: Lim) -> Term:
    """The body with the variable at a distance from its point that the world knows by that name."""
    t = Sym("distance")
    to = lim.opened(t)[1]
    if infinite(to):
        return lim.opened(infinite(to) / t)[0]
    return lim.opened(to - t if lim.side == "-" else to + t)[0]


def _worlds(given: tuple[Rel, ...]) -> list[World]:
    """Three worlds in which the premises hold."""
    worlds: list[World] = []
    for seed in range(40):
        world = World(Random(seed))
        rewards = {e: world.number("r", (e,), 0) for e in world.all_of(RESPONSES)}
        world.elements["k"] = (min if WORST in given else max)(rewards, key=lambda e: rewards[e])
        if all(holds(Statement.of(h), world) for h in given if h.op in ("<", ">")):
            worlds.append(world)
    return worlds[:3]


NUMBERS = [n for n, (c, *_) in TRUE.items() if isinstance(c.lhs, Lim) and c.op == "=" and not infinite(c.rhs)]


@pytest.mark.parametrize("name", NUMBERS)
def test_near_the_point_the_numbers_come_close_to_the_limit(name: str) -> None:
    relation, *given = TRUE[name]
    assert isinstance(relation.lhs, Lim)
    body = _body_near(relation.lhs)
    for world in _worlds(tuple(given)):
        for at in places(Statement.of(relation), world):
            wanted = value(relation.rhs, world, at)
            errors = []
            for distance in NEAR:
                world.numbers["distance"] = distance
                errors.append(abs(value(body, world, at) - wanted))
            # log z / z comes in most slowly, and 1/log z does not come in at all before the numbers end.
            assert errors[1] < max(errors[0], mpf(10) ** -12) and (errors[1] < 0.05 or name == "one over a logarithm")


# ------------------------------------------------------------------ attacks

NOTHING = Setting()
unknown = App("g", (x,))

NEVER_PROVEN: dict[str, Claim] = {
    "∞ is a number": (Eq(oo, oo),),
    "∞ + 1 is ∞": (Eq(oo + 1, oo),),
    "∞ has a derivative": (Eq(diff(oo, z), 0),),
    "zero times ∞": (Eq(0 * oo, 0),),
    "a number is ∞": (Eq(z, oo),),
    "a number is less than ∞": (Lt(z, oo),),
    "O outside of an expansion": (Eq(Order(z) - Order(z), 0),),
    "O is a number": (Eq(diff(Order(a), z), 0),),
    "a limit that does not exist equals itself": (Eq(limit(Abs(x) / x, x, 0), limit(Abs(x) / x, x, 0)),),
    "a limit that does not exist cancels": (Eq(limit(Abs(x) / x, x, 0) - limit(Abs(x) / x, x, 0), 0),),
    "zero times a limit that does not exist": (Eq(0 * limit(Abs(x) / x, x, 0), 0),),
    "zero times an infinite limit": (Eq(0 * limit(1 / x, x, 0, "+"), 0),),
    "a constant derivative of a limit that does not exist": (Eq(diff(limit(Abs(x) / x, x, 0), z), 0),),
    "an infinite limit is less": (Lt(limit(x, x, oo), limit(x**2, x, oo)),),
    "a limit at a jump from both sides": (Eq(limit(sign(x), x, 0), 1),),
    "its mean": (Eq(limit(sign(x), x, 0), 0),),
    "∞ from both sides of a pole": (Eq(limit(1 / x, x, 0), oo),),
    "undefined on one side": (Eq(limit(x * log(x), x, 0), 0),),
    "undefined near the point": (Eq(limit(exp(log(x)), x, -1), -1),),
    "undefined on the side it comes from": (Eq(limit(sqrt(x), x, 0, "-"), 0),),
    "undefined, times zero": (Eq(limit(0 * log(x), x, 0, "-"), 0),),
    "undefined everywhere": (Eq(limit(x / (a - a), x, 0), 0),),
    "a slope where the body is undefined": (Eq(limit(diff(log(x), x), x, -1), -1),),
    "an unknown function is continuous": (Eq(limit(unknown, x, 0), App("g", (as_term(0),))),),
    "an unknown function is bounded": (Eq(limit(x * unknown, x, 0), 0),),
    "an unknown sign": (Eq(limit(a * z, z, oo), oo),),
    "an unknown sign in an exponent": (Eq(limit(exp(a * z), z, oo), 0),),
    "a weak sign in an exponent": (Eq(limit(exp(-(a**2) * z), z, oo), 0),),
    "a weak sign before ∞": (Eq(limit(a**2 * z, z, oo), oo),),
    "none is better": (Eq(limit(star(k), beta, 0, "+"), 1), Implies(Rel("!=", y, k), Le(r[y], r[k]))),
    "better than one other": (Eq(limit(star(k), beta, 0, "+"), 1), Lt(r[pi.element("m")], r[k])),
    "a soft maximum of some weights": (Eq(limit(beta * log(Sum(y, f[y] * exp(r[y] / beta))), beta, 0, "+"), TOP),),
    "the best of another reward": (Eq(limit(star(k), beta, 0, "+"), 1), Implies(Rel("!=", y, k), Lt(f[y], f[k]))),
    "what is known of the letter outside": (Eq(limit(Abs(x - 5) / (x - 5), x, 0), 1), Gt(x, 5)),
    "its declared sign": (Eq(limit(Abs(beta) / beta, beta, 0, "-"), 1),),
    "a wrong side in a sum of limits": (Eq(limit(sigmoid(z), z, oo) + limit(sigmoid(z), z, -oo), 2),),
}


@pytest.mark.parametrize("name", NEVER_PROVEN)
def test_what_is_not_so_or_means_nothing_is_not_proven(name: str) -> None:
    try:
        verdict = decided(*NEVER_PROVEN[name])
    except (IllFormed, NotSupported, RuleViolation):
        return
    assert not isinstance(verdict, Proved), verdict


NEVER_REFUTED: dict[str, Rel] = {
    "a kink has a limit": Eq(limit(Abs(x), x, 0), 0),
    "a slope at a point where there is one": Eq(limit(diff(sigmoid(z), z), z, 0), Rational(1, 4)),
    "a limit that cancels to high order": Eq(
        limit((log(1 + x) - x + x**2 / 2 - x**3 / 3) / x**4, x, 0), Rational(-1, 4)
    ),
    "of irrational parts": Eq(limit(log(TWO + x) - log(TWO), x, 0), 0),
    "of irrational parts at ∞": Eq(limit(log(exp(z) + exp(z)) - z, z, oo), log(TWO)),
    "of a weak sign": Eq(limit(exp(-(a**2) * z) * 0, z, oo), 0),
    "unknown but the same": Eq(limit(unknown, x, 0), limit(unknown, x, 0)),
}


@pytest.mark.parametrize("name", NEVER_REFUTED)
def test_what_is_so_is_not_refuted(name: str) -> None:
    assert not isinstance(decided(NEVER_REFUTED[name]), Refuted)


def test_what_one_case_needs_becomes_a_condition() -> None:
    soft = limit(log(a * exp(beta * b) + exp(beta * z)) / beta, beta, oo)
    assert "a > 0" in [str(c) for c in proven(Eq(soft, Max(b, z))).conditions]


def test_a_case_without_a_limit_leaves_the_others_undecided() -> None:
    assert isinstance(decided(Eq(limit(log(2 - exp(beta * a)) / beta, beta, oo), Max(a, 0))), Undecided)


def test_the_sign_of_an_entry_of_a_sum_is_no_case() -> None:
    steps = limit(Sum(y, sigmoid(beta * r[y])), beta, oo)
    with pytest.raises(StepUndecided, match=r"the sign of −?r\(y\)"):
        limit_in_cells(SETTING, Eq(steps, Cases(((Gt(r[k], 0), N), (Lt(r[k], 0), ZERO)), N / 2)))


def test_the_odds_of_the_first_of_three() -> None:
    first = exp(a / tau) / (exp(a / tau) + exp(b / tau) + exp(w / tau))
    assert not proven(Eq(limit(tau * log(1 / first - 1), tau, 0, "+"), b - a), *ORDERED).conditions


def test_what_a_body_needs_at_numbers_becomes_a_condition() -> None:
    assert [str(c) for c in proven(Eq(limit(log(a + x), x, 0), log(a))).conditions] == ["a > 0"]
    assert [str(c) for c in proven(Eq(limit(1 / (a * z), z, oo), 0)).conditions] == ["a ≠ 0"]
    assert [str(c) for c in proven(Eq(limit(log(a) * x, x, 0), 0)).conditions] == ["a > 0"]
    assert [str(c) for c in proven(Eq(limit(log(a + x) * x, x, 0), 0)).conditions] == ["a > 0"]


def test_every_response_cannot_be_the_best() -> None:
    given = kernel.assume(SETTING, Implies(Rel("!=", y, i), Lt(r[y], r[i])))
    with pytest.raises(StepUndecided, match="no element is known"):
        limit_is(SETTING, Eq(limit(star(y), beta, 0, "+"), delta(y, i)), (given,))


def test_a_point_under_which_the_limit_fails_is_no_witness() -> None:
    with pytest.raises(IllFormed):
        decided(Eq(limit(x / (log(a) - log(a)), x, 0), 0))


@pytest.mark.parametrize(
    "build",
    [
        lambda: limit(x, x, x + 1),
        lambda: limit(x, x, oo, "+"),
        lambda: limit(x, x, -oo, "-"),
        lambda: limit(r[y], y, 0),
        lambda: limit(x, r[y], 0),
        lambda: limit(0.5, x, 0),  # type: ignore[arg-type]
    ],
)
def test_an_ill_formed_limit_is_not_built(build: object) -> None:
    with pytest.raises(TypeError):
        build()  # type: ignore[operator]


def test_limits_that_differ_in_a_letter_are_equal() -> None:
    assert limit(a * x, x, 0) == limit(a * z, z, 0) != limit(a * z, z, 0, "+")
    assert hash(limit(a * x, x, b)) == hash(limit(a * z, z, b))
    assert limit(x, x, 0) == limit(a, a, 0)


def test_nothing_put_into_a_limit_is_captured() -> None:
    lim = limit(a + x, x, 0)
    assert lim.substitute({a: x}) == limit(x + z, z, 0) != limit(x + x, x, 0)
    assert str(lim.substitute({a: x})) == "lim_{x′→0} (x + x′)"
    theorem = proven(Eq(lim, a), setting=NOTHING)
    assert kernel.instantiate(theorem, {"a": x}, NOTHING).relation == Eq(limit(x + z, z, 0), x)
    inner = Lam((y,), r[y] * beta)
    free = proven(Eq(limit(beta * log(Z), beta, oo), mean(r)))
    moved = kernel.instantiate(free, {"r": inner}, SETTING)
    assert "β′" in str(moved.lhs) and moved.rhs == mean(r).substitute_functions({"r": inner})


def test_a_name_that_varies_with_the_letter_has_to_be_written_out() -> None:
    defined = SETTING.define("Z", Lam((), Z))
    with pytest.raises(RuleViolation, match="Z varies with beta"):
        limit_is(defined, Eq(limit(beta * log(Sym("Z")), beta, oo), 0))
    phi, r_phi = Sym("phi"), Reward("r_phi")
    with pytest.raises(RuleViolation, match="r_phi varies with phi"):
        limit_is(SETTING, Eq(limit(phi * r_phi[y], phi, 0), 0))
    assert limit_is(defined, Eq(limit(x * Sym("Z"), x, 0), 0))


def test_a_limit_inside_a_limit_is_not_decided() -> None:
    assert isinstance(decided(Eq(limit(limit(x * z, z, 1), x, 2), 2)), Undecided)


def test_the_rules_insist_on_their_forms() -> None:
    half = proven(Eq(limit(sigmoid(z), z, 0), HALF))
    infinite_one, other = proven(Eq(limit(z, z, oo), oo)), proven(Eq(limit(z**2, z, oo), oo))
    between = proven(Eq(HALF + HALF, 1))
    ok = in_the_limit(between, Eq(half.lhs + half.lhs, 1), (half,))
    assert not ok.conditions
    for wrong in (
        lambda: limit_is(SETTING, EXPANSIONS["k3"]),
        lambda: limit_is(SETTING, Eq(z, z)),
        lambda: expand(SETTING, Eq(limit(z, z, 0), 0)),
        lambda: expand(SETTING, Rel("=", EXPANSIONS["k3"].lhs, expansion(z, Order(z), z, 1).rhs)),
        lambda: in_the_limit(between, Eq(half.lhs + half.lhs, 2), (half,)),
        lambda: in_the_limit(between, Eq(half.lhs + half.lhs, 1), (between,)),
        lambda: in_the_limit(between, Eq(half.lhs + half.lhs, 1), (infinite_one,)),
        lambda: in_the_limit(infinite_one, Eq(infinite_one.lhs, other.lhs), (other,)),
        lambda: in_the_limit(between, Eq(diff(half.lhs, z) + half.lhs, 1), (half,)),
    ):
        with pytest.raises(RuleViolation):
            wrong()
    with pytest.raises(NotSupported):
        expand(SETTING, expansion(z, z, z, 0))
    with pytest.raises(StepUndecided, match="the limit is 1"):
        limit_is(SETTING, Eq(limit(sigmoid(z), z, oo), 2))


@pytest.mark.parametrize(
    "name", ["the optimal policy concentrates", "a sum of limits", "a rare success", "a soft maximum of two"]
)
def test_a_proven_limit_is_made_again_from_the_rules(name: str) -> None:
    theorem = proven(*TRUE[name])
    assert replay(theorem).statement == theorem.statement
    assert pickle.loads(pickle.dumps(theorem)).statement == theorem.statement


# ------------------------------------------------------------------ how it is written

WRITTEN = {
    "from above": (limit(beta * log(Z), beta, 0, "+"), r"\lim_{\beta \to 0^+} \beta\log\sum_y", "lim_{β→0⁺} β log Σ_y"),
    "to ∞": (limit(exp(-z), z, oo), r"\lim_{z \to \infty} e^{-z}", "lim_{z→∞} exp(−z)"),
    "to −∞": (limit(sigmoid(z), z, -oo), r"\lim_{z \to -\infty} \sigma(z)", "lim_{z→−∞} σ(z)"),
    "of a sum": (limit(a + z, z, b, "-"), r"\lim_{z \to b^-} (a + z)", "lim_{z→b⁻} (a + z)"),
    "an expansion": (
        EXPANSIONS["k3"],
        r"\frac{z^2}{2} + \mathcal{O}(z^3)\quad (z \to 0)",
        "exp(z) − 1 − z = z^2/2 + 𝒪(z^3)  (z → 0)",
    ),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_a_limit_is_written_as_on_paper(name: str) -> None:
    term, latex, text = WRITTEN[name]
    assert latex in term.latex()
    assert str(term).startswith(text)


@pytest.mark.parametrize(
    "lim", [limit(beta * exp(1 / beta), beta, 0, "+"), limit(a * x, x, b), limit(exp(-x), x, oo), limit(x, x, 0, "-")]
)
def test_limits_go_to_sympy_and_back(lim: Lim) -> None:
    assert from_sympy(lim.sympy()) == lim
