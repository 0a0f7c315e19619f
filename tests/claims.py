"""188 claims of the fragment, 105 true and 83 false: the measured set, and an acceptance table of the kernel.

Each row is a name and a relation. The false ones are what goes wrong on paper: a lost sign or factor, swapped
policies, the logarithm of a sum, a constant dropped from a derivative, a clipped side.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from symrlhf.setting import KL, Declaration, E, Family, H, Policy, Reward, Setting, cross_entropy
from symrlhf.term import (
    INTEGER,
    PROMPTS,
    RESPONSES,
    Abs,
    Card,
    Cases,
    Eq,
    Ge,
    Gt,
    Le,
    Lt,
    Max,
    Min,
    Operand,
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
    log,
    sigmoid,
    softplus,
    sqrt,
    tanh,
)

a, b, c, g, lam, adv = (Sym(n) for n in ("a", "b", "c", "g", "lam", "A"))
u, v, w, beta, rho, eps, size = (Sym(n) for n in ("u", "v", "w", "beta", "rho", "eps", "N"))
phi, theta = Sym("phi"), Sym("theta")

pi, ref, old, q, p, pi_theta = (Policy(n) for n in ("pi", "pi_ref", "pi_old", "q", "p", "pi_theta"))
mu, nu = Policy("mu", PROMPTS), Policy("nu", PROMPTS)
r, r_phi, gain, cost = Reward("r"), Reward("r_phi"), Reward("g"), Reward("c_x")
y, z, j, k = (pi.index(letter) for letter in "yzjk")
y_w, y_l = pi.element("y_w"), pi.element("y_l")
x = Sym("x", PROMPTS)
n = Card(RESPONSES)

t, T = Sym("t", INTEGER), Sym("T", INTEGER)
p_t, q_t = Family("p_t")[t], Family("q_t")[t]

SETTING = Setting().declare(
    *(Declaration(s.name, sign="positive") for s in (u, v, w, beta, rho, eps, size)),
    *(Declaration(d.name, sign="positive", distribution=True) for d in (pi, ref, old, q, p, mu, nu)),
    Declaration("pi_theta", sign="positive", distribution=True, depends=frozenset({"theta"})),
    Declaration("r_phi", depends=frozenset({"phi"})),
    *(Declaration(name, sign="positive") for name in ("p_t", "q_t")),
    Declaration("T", INTEGER, sign="positive"),
    Declaration("t", INTEGER),
)


class Claim(NamedTuple):
    name: str
    group: str
    relation: Rel
    true: bool


# ------------------------------------------------------------------ what many claims speak of


def sum_y(body: Operand) -> Term:
    return Sum(y, body)


def surprise(d: Policy) -> Term:
    """−Σ π log π written out: a derivative is taken of the sum, not of the name H."""
    return -Sum(y, d[y] * log(d[y]))


Z = Sum(z, ref[z] * exp(r[z] / beta))


def star(i: Term) -> Term:
    """The optimal policy π_ref(y) exp(r(y)/β)/Z."""
    return ref[i] * exp(r[i] / beta) / Z


J = E(pi, r) - beta * KL(pi, ref)
LAGRANGIAN = J - lam * (Sum(y, pi[y]) - 1)
LSE = log(sum_y(exp(r[y])))
MARGIN_PHI = r_phi[y_w] - r_phi[y_l]
SLOPE_PHI = diff(r_phi[y_w], phi) - diff(r_phi[y_l], phi)
DPO = beta * log(pi_theta[y_w] / ref[y_w]) - beta * log(pi_theta[y_l] / ref[y_l])
DPO_REVERSED = beta * log(pi_theta[y_l] / ref[y_l]) - beta * log(pi_theta[y_w] / ref[y_w])
DPO_SLOPE = diff(log(pi_theta[y_w]), theta) - diff(log(pi_theta[y_l]), theta)


def score(i: Term) -> Term:
    return diff(log(pi_theta[i]), theta)


VALUE = sum_y(pi_theta[y] * r[y])
CLIPPED = clip(rho, 1 - eps, 1 + eps)
PPO = Min(rho * adv, CLIPPED * adv)
BINARY = -sigmoid(a) * log(sigmoid(a)) - sigmoid(-a) * log(sigmoid(-a))
TWO_STAR = u * exp(a / beta) / (u * exp(a / beta) + v * exp(b / beta))
IMPLICIT = beta * log(u * exp(a / beta) / w / u) - beta * log(v * exp(b / beta) / w / v)
STATIONARY = exp((a + beta * log(u) - beta - lam) / beta)
GAUSSIAN = (a - b) ** 2 / (2 * u**2) - (a - c) ** 2 / (2 * u**2)
TOKENS_RATIO = Prod(t, 1, T, p_t) / Prod(t, 1, T, q_t)


# ------------------------------------------------------------------ scalars

SCALAR_TRUE: dict[str, Rel] = {
    "Bradley-Terry is a sigmoid": Eq(exp(a) / (exp(a) + exp(b)), sigmoid(a - b)),
    "sigmoid either way": Eq(1 / (1 + exp(-a)), exp(a) / (1 + exp(a))),
    "sigmoid is symmetric": Eq(sigmoid(-a), 1 - sigmoid(a)),
    "sigmoid by tanh": Eq(sigmoid(a), (1 + tanh(a / 2)) / 2),
    "log sigmoid": Eq(log(sigmoid(a)), -log(1 + exp(-a))),
    "log sigmoid by softplus": Eq(log(sigmoid(a)), a - softplus(a)),
    "softplus is symmetric": Eq(softplus(a) - softplus(-a), a),
    "logit inverts sigmoid": Eq(log(sigmoid(a) / (1 - sigmoid(a))), a),
    "the log of a tilted ratio": Eq(log(u * exp(a / beta) / v), log(u) - log(v) + a / beta),
    "powers of a ratio": Eq(u ** (a / beta) * v ** (-a / beta), (u / v) ** (a / beta)),
    "temperature": Eq(
        u ** (1 / beta) / (u ** (1 / beta) + v ** (1 / beta)),
        sigmoid((log(u) - log(v)) / beta),
    ),
    "exponents split": Eq(exp((a - lam - beta) / beta), exp(a / beta) * exp(-1 - lam / beta)),
    "the first-order condition exponentiated": Eq(STATIONARY, u * exp(a / beta) * exp(-1 - lam / beta)),
    "the implicit reward margin": Eq(IMPLICIT, a - b),
    "DPO in powers": Eq(
        sigmoid(beta * log(u / v) + beta * log(w) - (beta * log(g**2 + 1) + beta * log(w))),
        (u / v) ** beta / ((u / v) ** beta + (g**2 + 1) ** beta),
    ),
    "the slope of sigmoid": Eq(sigmoid(a) * (1 - sigmoid(a)), exp(-a) / (1 + exp(-a)) ** 2),
    "a root squared": Eq(sqrt(u * v) ** 2 / v, u),
    "roots multiply": Eq(sqrt(u) * sqrt(v) * sqrt(u * v), u * v),
    "over its root": Eq((u + v) / sqrt(u + v), sqrt(u + v)),
    "log 8": Eq(log(as_term(8)) - log(as_term(2)) / 2, Rational(5, 2) * log(as_term(2))),
    "log 6/5": Eq(log(Rational(6, 5)), log(as_term(6)) - log(as_term(5))),
    "exponents that add up over a denominator": Eq(exp(a / (1 + beta)) * exp(a * beta / (1 + beta)), exp(a)),
    "the entropy of a coin": Eq(BINARY, softplus(a) - a * sigmoid(a)),
    "log cosh": Eq(log(exp(a) + exp(-a)), a + log(1 + exp(-2 * a))),
    "two tilted responses": Eq(TWO_STAR, sigmoid((a - b) / beta + log(u / v))),
    "the log of a square": Eq(log(a**2 + 1) * 2, log(a**4 + 2 * a**2 + 1)),
    "the exponential of a square": Eq(exp((a + b) ** 2 / 2), exp(a**2 / 2) * exp(a * b) * exp(b**2 / 2)),
    "a Gaussian log-ratio": Eq(GAUSSIAN, (c - b) * (2 * a - b - c) / (2 * u**2)),
    "one polynomial in a logarithm": Eq(log(u**2 - 2 * u * v + v**2 + 1), log((u - v) ** 2 + 1)),
}

SCALAR_FALSE: dict[str, Rel] = {
    "Bradley-Terry reversed": Eq(exp(a) / (exp(a) + exp(b)), sigmoid(b - a)),
    "sigmoid with a lost sign": Eq(1 / (1 + exp(a)), exp(a) / (1 + exp(a))),
    "sigmoid is odd": Eq(sigmoid(-a), -sigmoid(a)),
    "sigmoid by tanh of the whole": Eq(sigmoid(a), (1 + tanh(a)) / 2),
    "log sigmoid of the other side": Eq(log(sigmoid(a)), -log(1 + exp(a))),
    "log sigmoid by the other softplus": Eq(log(sigmoid(a)), a - softplus(-a)),
    "softplus adds up": Eq(softplus(a) + softplus(-a), a),
    "logit with a lost sign": Eq(log(sigmoid(a) / (1 - sigmoid(a))), -a),
    "β lost in a log-ratio": Eq(log(u * exp(a / beta) / v), log(u) - log(v) + a),
    "β on the wrong side of a power": Eq(u ** (a / beta) * v ** (-a / beta), (u / v) ** (a * beta)),
    "a sign lost in a split exponent": Eq(exp((a - lam - beta) / beta), exp(a / beta) * exp(1 - lam / beta)),
    "both signs lost in the first-order condition": Eq(STATIONARY, u * exp(a / beta) * exp(1 + lam / beta)),
    "the 1 lost in the first-order condition": Eq(STATIONARY, u * exp(a / beta) * exp(-lam / beta)),
    "the margin over β": Eq(IMPLICIT, (a - b) / beta),
    "the slope of sigmoid without its square": Eq(sigmoid(a) * (1 - sigmoid(a)), exp(-a) / (1 + exp(-a))),
    "the log of a sum": Eq(log(u + v), log(u) + log(v)),
    "the log of a product multiplied": Eq(log(u * v), log(u) * log(v)),
    "the exponential of a sum": Eq(exp(a + b), exp(a) + exp(b)),
    "the root of a sum": Eq(sqrt(u + v), sqrt(u) + sqrt(v)),
    "the root of a square": Eq(sqrt(a**2), a),
    "log 8 is 2 log 2": Eq(log(as_term(8)), 2 * log(as_term(2))),
    "nearly 1": Eq(exp(Rational(1, 10**8) * a), 1),
    "fourteen digits of log 6/5": Eq(log(Rational(6, 5)), Decimal("0.18232155679395")),
    "the entropy of the other coin": Eq(BINARY, softplus(a) - a * sigmoid(-a)),
    "the mixed term lost": Eq(exp((a + b) ** 2), exp(a**2) * exp(b**2)),
    "the reference lost": Eq(TWO_STAR, sigmoid((a - b) / beta)),
    "the log of a ratio distributed": Eq(u * log(u / v), -u * log(v) - u * log(u)),
    "the 2 lost in a Gaussian": Eq(GAUSSIAN, (c - b) * (2 * a - b - c) / u**2),
}

# ------------------------------------------------------------------ sums and distributions

MEAN = E(pi, r)
SQUARES = sum_y(pi[y] * r[y] ** 2)
VARIANCE = sum_y(pi[y] * (r[y] - Sum(z, pi[z] * r[z])) ** 2)
SHIFTED = sum_y(ref[y] * exp((r[y] + c) / beta))
JOINT = Sum(x, sum_y(mu[x] * p[x, y] * log(mu[x] * p[x, y] / (nu[x] * q[y]))))

SUM_TRUE: dict[str, Rel] = {
    "expectation is linear": Eq(sum_y(pi[y] * (a * r[y] + b)), a * MEAN + b),
    "bound letters do not matter": Eq(MEAN, Sum(z, pi[z] * r[z])),
    "KL by entropy": Eq(KL(pi, ref), -H(pi) - sum_y(pi[y] * log(ref[y]))),
    "J by entropy": Eq(J, sum_y(pi[y] * (r[y] + beta * log(ref[y]))) + beta * H(pi)),
    "π* sums to one": Eq(sum_y(star(y)), 1),
    "J is its maximum less a KL": Eq(J, beta * log(Z) - beta * sum_y(pi[y] * log(pi[y] / star(y)))),
    "J at π*": Eq(sum_y(star(y) * r[y]) - beta * sum_y(star(y) * log(star(y) / ref[y])), beta * log(Z)),
    "Z of a shifted reward": Eq(SHIFTED, exp(c / beta) * Z),
    "π* of a shifted reward": Eq(ref[k] * exp((r[k] + c) / beta) / SHIFTED, star(k)),
    "the reward of π*": Eq(beta * log(star(k) / ref[k]) + beta * log(Z), r[k]),
    "the variance": Eq(VARIANCE, SQUARES - MEAN**2),
    "the variance by pairs": Eq(
        sum_y(Sum(z, pi[y] * pi[z] * (r[y] - r[z]) ** 2)) / 2,
        SQUARES - Sum(z, pi[z] * r[z]) ** 2,
    ),
    "a product of expectations": Eq(
        sum_y(Sum(z, pi[y] * q[z] * r[y] * gain[z])),
        sum_y(pi[y] * r[y]) * sum_y(q[y] * gain[y]),
    ),
    "cross entropy": Eq(cross_entropy(pi, q), H(pi) + KL(pi, q)),
    "a conditional distribution sums to one": Eq(Sum(x, mu[x] * sum_y(p[x, y] * cost[x])), Sum(x, mu[x] * cost[x])),
    "the chain rule of KL": Eq(
        JOINT,
        KL(mu, nu) + Sum(x, mu[x] * sum_y(p[x, y] * log(p[x, y] / q[y]))),
    ),
    "a constant baseline": Eq(sum_y(pi[y] * (r[y] - c)), MEAN - c),
    "importance weights": Eq(sum_y(old[y] * (pi[y] / old[y]) * r[y]), MEAN),
    "KL from uniform": Eq(sum_y(pi[y] * log(pi[y] * n)), log(n) - H(pi)),
    "two complementary sums": Eq(sum_y(exp(r[y]) / (1 + exp(r[y]))) + Sum(z, 1 / (1 + exp(r[z]))), n),
    "a shifted log-sum-exp": Eq(log(sum_y(exp(r[y] - c))) + c, LSE),
    "softmax by differences": Eq(exp(r[k]) / sum_y(exp(r[y])), 1 / sum_y(exp(r[y] - r[k]))),
    "the log-odds of π*": Eq(log(star(k) / star(j)), log(ref[k] / ref[j]) + (r[k] - r[j]) / beta),
    "Jeffreys' divergence": Eq(KL(pi, ref) + KL(ref, pi), sum_y((pi[y] - ref[y]) * log(pi[y] / ref[y]))),
    "KL of π*": Eq(sum_y(star(y) * log(star(y) / ref[y])), sum_y(star(y) * r[y]) / beta - log(Z)),
    "δ sifts": Eq(sum_y(delta(y, k) * r[y]), r[k]),
    "centred advantages": Eq(sum_y(r[y] - Sum(z, r[z]) / n), 0),
}

SUM_FALSE: dict[str, Rel] = {
    "the constant summed": Eq(sum_y(pi[y] * (a * r[y] + b)), a * MEAN + b * n),
    "KL with the wrong sign of H": Eq(KL(pi, ref), H(pi) - sum_y(pi[y] * log(ref[y]))),
    "J with the wrong sign of H": Eq(J, sum_y(pi[y] * (r[y] + beta * log(ref[y]))) - beta * H(pi)),
    "β lost before log π_ref": Eq(J, sum_y(pi[y] * (r[y] + log(ref[y]))) + beta * H(pi)),
    "π* weighted by the reference": Eq(sum_y(star(y) * ref[y]), 1),
    "β lost before log Z": Eq(J, log(Z) - beta * sum_y(pi[y] * log(pi[y] / star(y)))),
    "KL the wrong way round in J": Eq(J, beta * log(Z) - beta * sum_y(star(y) * log(star(y) / pi[y]))),
    "J at π* without β": Eq(sum_y(star(y) * r[y]) - beta * sum_y(star(y) * log(star(y) / ref[y])), log(Z)),
    "Z of a shifted reward without β": Eq(SHIFTED, exp(c) * Z),
    "log Z subtracted": Eq(beta * log(star(k) / ref[k]) - beta * log(Z), r[k]),
    "β lost before the log-ratio": Eq(log(star(k) / ref[k]) + beta * log(Z), r[k]),
    "the mean not squared": Eq(VARIANCE, SQUARES - MEAN),
    "KL is symmetric": Eq(KL(pi, ref), KL(ref, pi)),
    "the log of an expectation": Eq(log(sum_y(pi[y] * exp(r[y]))), MEAN),
    "the expectation of a product": Eq(sum_y(pi[y] * r[y] * gain[y]), MEAN * sum_y(pi[y] * gain[y])),
    "the square of a sum": Eq(sum_y(r[y]) ** 2, sum_y(r[y] ** 2)),
    "importance weights inverted": Eq(sum_y(old[y] * (old[y] / pi[y]) * r[y]), MEAN),
    "KL from uniform with the wrong sign": Eq(sum_y(pi[y] * log(pi[y] * n)), log(n) + H(pi)),
    "cross entropy the wrong way round": Eq(cross_entropy(pi, q), H(pi) + KL(q, pi)),
    "π for π_ref": Eq(star(k), pi[k] * exp(r[k] / beta) / Z),
    "normalised without the reference": Eq(ref[k] * exp(r[k] / beta) / sum_y(exp(r[y] / beta)), star(k)),
    "a shift with the wrong sign": Eq(log(sum_y(exp(r[y] - c))), LSE + c),
    "a sum for an expectation": Eq(sum_y(r[y]), MEAN),
    "β lost in the KL of π*": Eq(sum_y(star(y) * log(star(y) / ref[y])), sum_y(star(y) * r[y]) - log(Z)),
}

# ------------------------------------------------------------------ derivatives

DERIVATIVE_TRUE: dict[str, Rel] = {
    "the first-order condition": Eq(diff(LAGRANGIAN, pi[k]), r[k] - beta * (log(pi[k] / ref[k]) + 1) - lam),
    "the slope of entropy": Eq(diff(surprise(pi), pi[k]), -log(pi[k]) - 1),
    "the curvature of J": Eq(diff(diff(LAGRANGIAN, pi[k]), pi[k]), -beta / pi[k]),
    "the reward model's gradient": Eq(diff(-log(sigmoid(MARGIN_PHI)), phi), -(1 - sigmoid(MARGIN_PHI)) * SLOPE_PHI),
    "the reward model's gradient by softplus": Eq(
        diff(log(1 + exp(-MARGIN_PHI)), phi),
        -sigmoid(r_phi[y_l] - r_phi[y_w]) * SLOPE_PHI,
    ),
    "the slope of log-sum-exp": Eq(diff(LSE, r[k]), exp(r[k]) / sum_y(exp(r[y]))),
    "the slope of β log Z": Eq(diff(beta * log(Z), r[k]), star(k)),
    "the slope of π*": Eq(diff(star(k), r[k]), star(k) * (1 - star(k)) / beta),
    "the slope of π* by another reward": Eq(diff(star(k), r[j]), star(k) * (delta(k, j) - star(j)) / beta),
    "the policy gradient": Eq(diff(VALUE, theta), sum_y(pi_theta[y] * r[y] * score(y))),
    "the policy gradient with a baseline": Eq(sum_y(pi_theta[y] * (r[y] - b) * score(y)), diff(VALUE, theta)),
    "the score has mean zero": Eq(sum_y(pi_theta[y] * score(y)), 0),
    "the gradient of KL": Eq(
        diff(sum_y(pi_theta[y] * log(pi_theta[y] / ref[y])), theta),
        sum_y(diff(pi_theta[y], theta) * log(pi_theta[y] / ref[y])),
    ),
    "the gradient of the ratio": Eq(diff(pi_theta[k] / old[k] * adv, theta), pi_theta[k] / old[k] * adv * score(k)),
    "the derivative of sigmoid": Eq(diff(sigmoid(a), a), sigmoid(a) * (1 - sigmoid(a))),
    "log Z by β": Eq(diff(log(Z), beta), -sum_y(star(y) * r[y]) / beta**2),
    "the DPO gradient": Eq(diff(-log(sigmoid(DPO)), theta), -beta * sigmoid(DPO_REVERSED) * DPO_SLOPE),
}

DERIVATIVE_FALSE: dict[str, Rel] = {
    "the β of the log lost": Eq(diff(LAGRANGIAN, pi[k]), r[k] - beta * log(pi[k] / ref[k]) - lam),
    "the 1 with the wrong sign": Eq(diff(LAGRANGIAN, pi[k]), r[k] - beta * (log(pi[k] / ref[k]) - 1) - lam),
    "the slope of entropy without its 1": Eq(diff(surprise(pi), pi[k]), -log(pi[k])),
    "the weight of the wrong answer": Eq(diff(-log(sigmoid(MARGIN_PHI)), phi), -sigmoid(MARGIN_PHI) * SLOPE_PHI),
    "ascent for descent": Eq(diff(-log(sigmoid(MARGIN_PHI)), phi), (1 - sigmoid(MARGIN_PHI)) * SLOPE_PHI),
    "β lost in the slope of log Z": Eq(diff(log(Z), r[k]), star(k)),
    "β lost in the slope of π*": Eq(diff(star(k), r[k]), star(k) * (1 - star(k))),
    "the policy lost in the policy gradient": Eq(diff(VALUE, theta), sum_y(r[y] * score(y))),
    "β lost in the DPO gradient": Eq(diff(-log(sigmoid(DPO)), theta), -sigmoid(DPO_REVERSED) * DPO_SLOPE),
    "the ratio lost in its gradient": Eq(diff(pi_theta[k] / old[k] * adv, theta), adv * score(k)),
}

# ------------------------------------------------------------------ products over tokens

TOKEN_TRUE: dict[str, Rel] = {
    "the log of a product over tokens": Eq(log(Prod(t, 1, T, p_t)), Sum(t, 1, T, log(p_t))),
    "the sequence log-ratio": Eq(log(TOKENS_RATIO), Sum(t, 1, T, log(p_t) - log(q_t))),
    "the sequence ratio": Eq(TOKENS_RATIO, exp(Sum(t, 1, T, log(p_t / q_t)))),
    "a KL-penalised reward": Eq(
        sum_y(r[y]) - beta * log(TOKENS_RATIO),
        sum_y(r[y]) - beta * Sum(t, 1, T, log(p_t / q_t)),
    ),
    "the geometric mean": Eq(Prod(t, 1, T, p_t) ** (1 / size), exp(Sum(t, 1, T, log(p_t)) / size)),
}

TOKEN_FALSE: dict[str, Rel] = {
    "the log of a product, multiplied": Eq(log(Prod(t, 1, T, p_t)), Prod(t, 1, T, p_t) * Sum(t, 1, T, log(p_t))),
    "differences for log-ratios": Eq(log(TOKENS_RATIO), Sum(t, 1, T, p_t - q_t)),
    "a product as a sum": Eq(Prod(t, 1, T, p_t), Sum(t, 1, T, p_t)),
    "the mean outside": Eq(Prod(t, 1, T, p_t) ** (1 / size), exp(Sum(t, 1, T, log(p_t))) / size),
    "a ratio as a sum of ratios": Eq(TOKENS_RATIO, Sum(t, 1, T, p_t / q_t)),
}

# ------------------------------------------------------------------ min, max, clip

CLIP_TRUE: dict[str, Rel] = {
    "a positive factor leaves min": Eq(Min(rho * u, (1 + eps) * u), u * Min(rho, 1 + eps)),
    "PPO at a positive advantage": Eq(Min(rho * u, CLIPPED * u), u * Min(rho, 1 + eps)),
    "PPO at a negative advantage": Eq(Min(-rho * u, -CLIPPED * u), -u * Max(rho, 1 - eps)),
    "PPO without clip": Eq(PPO, Min(rho * adv, adv + eps * Abs(adv))),
    "positive and negative part": Eq(Max(a, 0) - Max(-a, 0), a),
    "clip either way": Eq(CLIPPED, Max(Min(rho, 1 + eps), 1 - eps)),
    "min and max": Eq(Min(a, b) + Max(a, b), a + b),
    "the slope of a clipped ratio": Eq(
        diff(Min(rho * u, (1 + eps) * u), rho), Cases(((rho < 1 + eps, u),), as_term(0))
    ),
}

CLIP_FALSE: dict[str, Rel] = {
    "a factor of any sign leaves min": Eq(Min(rho * adv, (1 + eps) * adv), adv * Min(rho, 1 + eps)),
    "PPO as plain clip": Eq(Min(rho * u, CLIPPED * u), u * CLIPPED),
    "PPO as plain clip, any advantage": Eq(PPO, adv * CLIPPED),
    "min and max subtracted": Eq(Min(a, b) + Max(a, b), a - b),
    "both parts added": Eq(Max(a, 0) + Max(-a, 0), a),
}

# ------------------------------------------------------------------ inequalities

INEQUALITY_TRUE: dict[str, Rel] = {
    "KL is not negative": Ge(KL(pi, ref), 0),
    "J is at most β log Z": Le(J, beta * log(Z)),
    "Jensen": Ge(log(sum_y(pi[y] * exp(r[y]))), MEAN),
    "the largest entropy": Le(H(pi), log(n)),
    "the largest slope of sigmoid": Le(sigmoid(a) * (1 - sigmoid(a)), Rational(1, 4)),
    "a loss is not negative": Ge(-log(sigmoid(a)), 0),
    "softplus is above its argument": Ge(softplus(a), a),
    "the tangent of softplus": Ge(softplus(a), a / 2 + log(as_term(2))),
    "the tangent of log": Le(log(u), u - 1),
    "the tangent of exp": Ge(exp(a), 1 + a),
    "arithmetic and geometric mean": Ge((u + v) / 2, sqrt(u * v)),
    "PPO is pessimistic": Le(PPO, rho * adv),
    "a variance is not negative": Ge(SQUARES - sum_y(pi[y] * r[y]) ** 2, 0),
    "J is concave": Lt(-beta / pi[k], 0),
    "the k3 estimator": Ge(u - 1 - log(u), 0),
    "KL is at most chi-squared": Le(KL(pi, ref), sum_y(pi[y] ** 2 / ref[y]) - 1),
    "softplus is convex": Gt(diff(diff(softplus(a), a), a), 0),
    "Jensen of a loss": Ge(sum_y(pi[y] * -log(sigmoid(beta * (r[y] - c)))), -log(sigmoid(beta * (MEAN - c)))),
    "Donsker and Varadhan": Le(MEAN - log(sum_y(ref[y] * exp(r[y]))), KL(pi, ref)),
}

INEQUALITY_FALSE: dict[str, Rel] = {
    "KL is not positive": Le(KL(pi, ref), 0),
    "J is at most log Z": Le(J, log(Z)),
    "Jensen reversed": Le(log(sum_y(pi[y] * exp(r[y]))), MEAN),
    "Jensen of a loss reversed": Le(sum_y(pi[y] * -log(sigmoid(r[y] - c))), -log(sigmoid(MEAN - c))),
    "half the largest entropy": Le(H(pi), log(n) / 2),
    "just below the largest slope": Le(sigmoid(a) * (1 - sigmoid(a)), Rational(6, 25)),
    "a loss is at most log 2": Le(-log(sigmoid(a)), log(as_term(2))),
    "just below the tangent of log": Le(log(u), u - Rational(11, 10)),
    "a steeper line below exp": Ge(exp(a), 1 + 2 * a),
    "PPO is optimistic": Ge(PPO, rho * adv),
    "one KL below the other": Le(KL(pi, ref), KL(ref, pi)),
}

GROUPS: dict[str, tuple[dict[str, Rel], dict[str, Rel]]] = {
    "scalar": (SCALAR_TRUE, SCALAR_FALSE),
    "sum": (SUM_TRUE, SUM_FALSE),
    "derivative": (DERIVATIVE_TRUE, DERIVATIVE_FALSE),
    "token": (TOKEN_TRUE, TOKEN_FALSE),
    "clip": (CLIP_TRUE, CLIP_FALSE),
    "inequality": (INEQUALITY_TRUE, INEQUALITY_FALSE),
}


def _rows() -> Iterator[Claim]:
    for group, tables in GROUPS.items():
        for table, true in zip(tables, (True, False), strict=True):
            for name, relation in table.items():
                yield Claim(name, group, relation, true)


CLAIMS: tuple[Claim, ...] = tuple(_rows())
