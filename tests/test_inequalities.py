"""Inequalities of RLHF, each with false siblings: the wrong direction, the wrong strictness, the wrong constant."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from symrlhf.errors import RuleViolation, StepUndecided
from symrlhf.kernel import inequality
from symrlhf.kernel import rules as kernel
from symrlhf.kernel.decide import Proved, Refuted, decide
from symrlhf.kernel.theorem import Theorem, replay
from symrlhf.setting import KL, Declaration, E, H, Policy, Reward, Setting
from symrlhf.term import (
    INTEGER,
    RESPONSES,
    Abs,
    Card,
    Eq,
    Ge,
    Gt,
    Implies,
    Le,
    Lt,
    Max,
    MaxOver,
    Min,
    MinOver,
    Ne,
    Prod,
    Rational,
    Rel,
    Sum,
    Sym,
    Term,
    clip,
    diff,
    exp,
    log,
    log_gap,
    sigmoid,
    softplus,
    sqrt,
    tanh,
)

a, b, c, t, x, z, adv = (Sym(n) for n in ("a", "b", "c", "t", "x", "z", "adv"))
beta, warm, u, v, w, eps, rho = (Sym(n) for n in ("beta", "warm", "u", "v", "w", "eps", "rho"))
p, q, ref = Policy("p"), Policy("q"), Policy("pi_ref")
r, f, g = Reward("r"), Reward("f"), Reward("g")
y, k, y_w = p.index("y"), p.index("k"), p.element("y_w")
half, n = Rational(1, 2), Card(RESPONSES)

SETTING = Setting().declare(
    *(Declaration(name, sign="positive") for name in ("beta", "warm", "u", "v", "w", "eps", "rho")),
    *(Declaration(d.name, sign="positive", distribution=True) for d in (p, q, ref)),
)


def Z(temperature: Term) -> Term:
    return Sum(y, ref[y] * exp(r[y] / temperature))


def best(temperature: Term):
    return lambda i: ref[i] * exp(r[i] / temperature) / Z(temperature)


def middle(i: Term) -> Term:
    return (p[i] + q[i]) / 2


J = E(p, r) - beta * KL(p, ref)
CHI2 = Sum(y, p[y] ** 2 / q[y]) - 1
PPO = Min(rho * adv, clip(rho, 1 - eps, 1 + eps) * adv)
COSH = (exp(a) + exp(-a)) / 2
LSE = log(Sum(y, exp(r[y])))
TOP = MaxOver(y, r[y])
PART = (Ge(t, 0), Le(t, 1))
APART = Sum(y, Abs(p[y] - q[y])) / 2
SHIFT = E(p, r) - E(q, r)
COIN = u * log(u / v) + (1 - u) * log((1 - u) / (1 - v))
COIN_CHI2 = (u - v) ** 2 / (v * (1 - v))
COINS = (Lt(u, 1), Lt(v, 1))


class Row(NamedTuple):
    claim: Rel
    false: tuple[Rel, ...]
    given: tuple[Rel, ...] = ()


ROWS: dict[str, Row] = {
    # means of positive numbers
    "AM–GM": Row(
        Ge(Sum(y, p[y]) / n, Prod(y, p[y]) ** (1 / n)),
        (Gt(Sum(y, p[y]) / n, Prod(y, p[y]) ** (1 / n)), Ge(Sum(y, p[y]) / n, 2 * Prod(y, p[y]) ** (1 / n))),
    ),
    "weighted AM–GM": Row(
        Ge(Sum(y, p[y] * exp(r[y])), Prod(y, exp(r[y]) ** p[y])),
        (Le(Sum(y, p[y] * exp(r[y])), Prod(y, exp(r[y]) ** p[y])),),
    ),
    "GM–HM": Row(
        Ge(Prod(y, q[y]) ** (1 / n), n / Sum(y, 1 / q[y])), (Le(Prod(y, q[y]) ** (1 / n), n / Sum(y, 1 / q[y])),)
    ),
    # divergences and entropies
    "KL is not negative": Row(Ge(KL(p, q), 0), (Gt(KL(p, q), 0), Le(KL(p, q), 0))),
    "Gibbs": Row(Le(J, beta * log(Z(beta))), (Lt(J, beta * log(Z(beta))), Ge(J, beta * log(Z(beta))))),
    "entropy is at most log n": Row(Le(H(p), log(n)), (Lt(H(p), log(n)), Le(H(p), log(n) / 2))),
    "entropy is not negative": Row(Ge(H(p), 0), (Gt(H(p), 0), Le(H(p), 0))),
    "collision": Row(Ge(Sum(y, p[y] ** 2), 1 / n), (Gt(Sum(y, p[y] ** 2), 1 / n), Ge(Sum(y, p[y] ** 2), 2 / n))),
    "KL below chi-squared": Row(Le(KL(p, q), CHI2), (Lt(KL(p, q), CHI2), Ge(KL(p, q), CHI2))),
    "KL below log of chi-squared": Row(Le(KL(p, q), log(1 + CHI2)), (Ge(KL(p, q), log(1 + CHI2)),)),
    "Jensen-Shannon below log 2": Row(
        Le(half * KL(p, middle) + half * KL(q, middle), log(2)),
        (Ge(half * KL(p, middle) + half * KL(q, middle), log(2)),),
    ),
    "total variation": Row(Le(half * Sum(y, Abs(p[y] - q[y])), 1), (Le(half * Sum(y, Abs(p[y] - q[y])), half),)),
    "entropy is at least that of the likeliest": Row(
        Ge(H(p), -log(MaxOver(y, p[y]))),
        (Gt(H(p), -log(MaxOver(y, p[y]))), Ge(H(p), -log(MinOver(y, p[y])))),
    ),
    "mean rewards of near policies": Row(
        Le(Abs(SHIFT), 2 * z * APART),
        (Lt(Abs(SHIFT), 2 * z * APART), Le(Abs(SHIFT), z * APART)),
        (Le(Abs(r[y]), z),),
    ),
    "one mean reward above the other": Row(
        Le(SHIFT, 2 * z * APART), (Le(SHIFT, 0), Ge(SHIFT, 2 * z * APART)), (Le(Abs(r[y]), z),)
    ),
    "KL of two coins below chi-squared": Row(
        Le(COIN, COIN_CHI2), (Lt(COIN, COIN_CHI2), Le(COIN, COIN_CHI2 / 2), Ge(COIN, COIN_CHI2)), COINS
    ),
    "KL of two coins is not negative": Row(Ge(COIN, 0), (Gt(COIN, 0), Le(COIN, 0)), COINS),
    "a probability is at most one": Row(Le(p[k], 1), (Lt(p[k], 1), Le(p[k], half))),
    "k3 is not negative": Row(Ge(u - 1 - log(u), 0), (Gt(u - 1 - log(u), 0),)),
    "binary entropy": Row(
        Le(-w * log(w) - (1 - w) * log(1 - w), log(2)),
        (Le(-w * log(w) - (1 - w) * log(1 - w), half),),
        (Lt(w, 1),),
    ),
    "entropy of a preference": Row(
        Le(-sigmoid(a) * log(sigmoid(a)) - sigmoid(-a) * log(sigmoid(-a)), log(2)),
        (Le(-sigmoid(a) * log(sigmoid(a)) - sigmoid(-a) * log(sigmoid(-a)), half),),
    ),
    # the optimal policy
    "Jensen for exp": Row(
        Ge(E(p, lambda i: exp(r[i] / beta)), exp(E(p, r) / beta)),
        (Gt(E(p, lambda i: exp(r[i])), exp(E(p, r))), Le(E(p, lambda i: exp(r[i])), exp(E(p, r)))),
    ),
    "Fenchel and Young": Row(
        Le(a * u, u * log(u) - u + exp(a)),
        (Lt(a * u, u * log(u) - u + exp(a)), Le(a * u, u * log(u) - 2 * u + exp(a))),
    ),
    "weighted means": Row(
        Le(u**t * v ** (1 - t), t * u + (1 - t) * v),
        (Ge(u**t * v ** (1 - t), t * u + (1 - t) * v), Le(u**t * v ** (1 - t), (1 - t) * u + t * v)),
        PART,
    ),
    "Hellinger below KL": Row(
        Le(Sum(y, (sqrt(p[y]) - sqrt(q[y])) ** 2), KL(p, q)),
        (
            Ge(Sum(y, (sqrt(p[y]) - sqrt(q[y])) ** 2), KL(p, q)),
            Le(3 * Sum(y, (sqrt(p[y]) - sqrt(q[y])) ** 2), KL(p, q)),
        ),
    ),
    "optimal reward": Row(Ge(E(best(beta), r), E(ref, r)), (Gt(E(best(beta), r), E(ref, r)),)),
    "mean below soft value": Row(Le(E(ref, r), beta * log(Z(beta))), (Ge(E(ref, r), beta * log(Z(beta))),)),
    "soft value below the maximum": Row(Le(beta * log(Z(beta)), TOP), (Lt(beta * log(Z(beta)), TOP),)),
    "objective below the maximum": Row(Le(J, TOP), (Ge(J, TOP),)),
    "reward falls with beta": Row(Le(diff(E(best(beta), r), beta), 0), (Ge(diff(E(best(beta), r), beta), 0),)),
    "KL falls with beta": Row(Le(diff(KL(best(beta), ref), beta), 0), (Lt(diff(KL(best(beta), ref), beta), 0),)),
    "colder is better": Row(
        Ge(E(best(beta), r), E(best(warm), r)), (Le(E(best(beta), r), E(best(warm), r)),), (Lt(beta, warm),)
    ),
    "colder is farther": Row(
        Ge(KL(best(beta), ref), KL(best(warm), ref)),
        (Le(KL(best(beta), ref), KL(best(warm), ref)),),
        (Lt(beta, warm),),
    ),
    # log-sum-exp
    "log-sum-exp above its mean": Row(
        Ge(log(Sum(y, p[y] * exp(r[y]))), E(p, r)), (Ge(log(Sum(y, p[y] * exp(r[y]))), E(p, r) + 1),)
    ),
    "log-sum-exp above each": Row(Ge(LSE, r[k]), (Gt(LSE, r[k]),)),
    "log-sum-exp above the maximum": Row(Ge(LSE, TOP), (Le(LSE, TOP),)),
    "log-sum-exp below the maximum": Row(Le(LSE, TOP + log(n)), (Le(LSE, TOP),)),
    "log-sum-exp below a bound": Row(Le(LSE, c + log(n)), (Le(LSE, c),), (Le(r[y], c),)),
    # greatest and least values
    "the maximum is above each": Row(Ge(TOP, r[y_w]), (Gt(TOP, r[y_w]), Le(TOP, r[y_w]))),
    "the mean is below the maximum": Row(Le(E(p, r), TOP), (Lt(E(p, r), TOP), Ge(E(p, r), TOP))),
    "the mean is above the minimum": Row(Ge(E(p, r), MinOver(y, r[y])), (Le(E(p, r), MinOver(y, r[y])),)),
    "the maximum is below a bound": Row(Le(TOP, c), (Lt(TOP, c),), (Le(r[y], c),)),
    # the sigmoid and its logarithm
    "curvature": Row(
        Le(sigmoid(a) * (1 - sigmoid(a)), Rational(1, 4)), (Lt(sigmoid(a) * (1 - sigmoid(a)), Rational(1, 4)),)
    ),
    "both preferred": Row(
        Lt(sigmoid(a) * sigmoid(b), sigmoid(a + b)), (Lt(sigmoid(a) * sigmoid(b), sigmoid(a + b) / 2),)
    ),
    "sigmoid increases": Row(Lt(sigmoid(a), sigmoid(b)), (Ge(sigmoid(a), sigmoid(b)),), (Lt(a, b),)),
    "loss decreases": Row(
        Gt(-log(sigmoid(a)), -log(sigmoid(b))), (Le(-log(sigmoid(a)), -log(sigmoid(b))),), (Lt(a, b),)
    ),
    "loss has a negative slope": Row(Lt(diff(-log(sigmoid(a)), a), 0), (Ge(diff(-log(sigmoid(a)), a), 0),)),
    "loss has a positive curvature": Row(
        Gt(diff(diff(-log(sigmoid(a)), a), a), 0), (Ge(diff(diff(-log(sigmoid(a)), a), a), Rational(1, 4)),)
    ),
    "loss above its tangent": Row(
        Ge(softplus(a), softplus(b) + sigmoid(b) * (a - b)),
        (Ge(softplus(a), softplus(b) + sigmoid(b) * (a - b) + Rational(1, 100)),),
    ),
    "loss is convex in linear rewards": Row(
        Le(softplus(-(t * a + (1 - t) * b)), t * softplus(-a) + (1 - t) * softplus(-b)),
        (Ge(softplus(-(t * a + (1 - t) * b)), t * softplus(-a) + (1 - t) * softplus(-b)),),
        PART,
    ),
    "softplus is positive": Row(Gt(softplus(a), 0), (Gt(softplus(a), Rational(1, 100)),)),
    "softplus above its argument": Row(Gt(softplus(a), a), (Le(softplus(a), a),)),
    "softplus above its tangent": Row(
        Ge(softplus(a), a / 2 + log(2)), (Ge(softplus(a), a / 2 + 1), Ge(softplus(a), a / 3 + log(2)))
    ),
    "softplus near the absolute value": Row(Le(softplus(a), log(2) + Abs(a)), (Le(softplus(a), half + Abs(a)),)),
    "softplus above the ramp": Row(Ge(softplus(a), Max(a, 0)), (Le(softplus(a), Max(a, 0)),)),
    "softplus near the ramp": Row(Le(softplus(a), Max(a, 0) + log(2)), (Le(softplus(a), Max(a, 0) + half),)),
    "log cosh": Row(Le(log(COSH), a**2 / 2), (Lt(log(COSH), a**2 / 2), Le(log(COSH), a**2 / 3))),
    # slopes bound differences
    "sigmoid is Lipschitz": Row(
        Le(Abs(sigmoid(a) - sigmoid(b)), Abs(a - b) / 4),
        (Le(Abs(sigmoid(a) - sigmoid(b)), Abs(a - b) / 5), Ge(Abs(sigmoid(a) - sigmoid(b)), Abs(a - b) / 4)),
    ),
    "loss is Lipschitz": Row(
        Le(Abs(softplus(-a) - softplus(-b)), Abs(a - b)),
        (Le(Abs(softplus(-a) - softplus(-b)), Abs(a - b) / 2),),
    ),
    "tanh is Lipschitz": Row(
        Le(Abs(tanh(a) - tanh(b)), Abs(a - b)), (Le(Abs(tanh(a) - tanh(b)), Abs(a - b) / 2), Le(tanh(a), a))
    ),
    "tanh below its argument": Row(Le(Abs(tanh(a)), Abs(a)), (Lt(Abs(tanh(a)), Abs(a)),)),
    "sigmoid near one half": Row(Le(Abs(sigmoid(a) - half), Abs(a) / 4), (Le(Abs(sigmoid(a) - half), Abs(a) / 5),)),
    # strict, away from where the sides meet
    "exp above its tangent": Row(Gt(exp(u), 1 + u), (Gt(exp(a), 1 + a), Gt(exp(u), 1 + 2 * u))),
    "exp above its tangent, apart": Row(Gt(exp(a), 1 + a), (Gt(exp(a), 1 + 2 * a),), (Rel("!=", a, Rational(0)),)),
    "k3 is positive, apart": Row(Gt(u - 1 - log(u), 0), (Gt(u - 1 - log(u), half),), (Rel("!=", u, Rational(1)),)),
    "log above a ratio": Row(Lt(u / (1 + u), log(1 + u)), (Lt(u / (1 + u / 3), log(1 + u)),)),
    "tanh falls behind": Row(Lt(tanh(u), u), (Lt(tanh(u), u / 2),)),
    "Hoeffding": Row(Le(COSH, exp(a**2 / 2)), (Lt(COSH, exp(a**2 / 2)), Le(COSH, exp(a**2 / 4)))),
    "Bhattacharyya": Row(
        Le(Sum(y, sqrt(p[y] * q[y])), 1), (Lt(Sum(y, sqrt(p[y] * q[y])), 1), Le(Sum(y, sqrt(p[y])), 1))
    ),
    # clipping
    "PPO is pessimistic": Row(Le(PPO, rho * adv), (Lt(PPO, rho * adv), Ge(PPO, rho * adv))),
    "clipped reward": Row(Le(clip(a, -u, u), u), (Lt(clip(a, -u, u), u), Le(clip(a, -u, u), 0))),
    # standard ones
    "log of a ratio": Row(Ge(log(u), 1 - 1 / u), (Gt(log(u), 1 - 1 / u),)),
    "geometric below arithmetic": Row(Le(sqrt(u * v), (u + v) / 2), (Lt(sqrt(u * v), (u + v) / 2),)),
    "exp is convex": Row(
        Le(exp(t * a + (1 - t) * b), t * exp(a) + (1 - t) * exp(b)),
        (Ge(exp(t * a + (1 - t) * b), t * exp(a) + (1 - t) * exp(b)),),
        PART,
    ),
    "mean of a square": Row(
        Ge(E(p, lambda i: r[i] ** 2), E(p, r) ** 2), (Gt(E(p, lambda i: r[i] ** 2), E(p, r) ** 2),)
    ),
    "Cauchy-Schwarz": Row(
        Le(E(p, lambda i: f[i] * g[i]) ** 2, E(p, lambda i: f[i] ** 2) * E(p, lambda i: g[i] ** 2)),
        (Lt(E(p, lambda i: f[i] * g[i]) ** 2, E(p, lambda i: f[i] ** 2) * E(p, lambda i: g[i] ** 2)),),
    ),
}


def assumed(given: tuple[Rel, ...]) -> tuple[Theorem, ...]:
    return tuple(kernel.assume(SETTING, h) for h in given)


@pytest.mark.parametrize("name", ROWS)
def test_inequality_is_proven_without_conditions_and_replays(name: str) -> None:
    row = ROWS[name]
    verdict = decide(row.claim, SETTING, assumed(row.given))
    assert isinstance(verdict, Proved), verdict
    assert verdict.theorem.conditions == ()
    assert len(verdict.theorem.hypotheses) == len(row.given)
    assert replay(verdict.theorem).statement == verdict.theorem.statement


SIBLINGS = [(name, i) for name, row in ROWS.items() for i in range(len(row.false))]


@pytest.mark.parametrize(("name", "i"), SIBLINGS)
def test_false_sibling_is_refuted(name: str, i: int) -> None:
    row = ROWS[name]
    assert isinstance(decide(row.false[i], SETTING, assumed(row.given)), Refuted)


# ------------------------------------------------------------------ equality cases


def test_a_divergence_of_equal_policies_is_zero() -> None:
    same = kernel.assume(SETTING, Eq(p[y], q[y]))
    assert isinstance(decide(Eq(KL(p, q), 0), SETTING, (same,)), Proved)


def test_policies_without_divergence_are_equal() -> None:
    zero = kernel.assume(SETTING, Eq(KL(p, q), 0))
    verdict = decide(Eq(p[y], q[y]), SETTING, (zero,))
    assert isinstance(verdict, Proved), verdict
    assert verdict.theorem.statement.forall == (y,)


def test_the_maximiser_is_unique() -> None:
    attained = kernel.assume(SETTING, Eq(J, beta * log(Z(beta))))
    verdict = decide(Eq(p[y], best(beta)(y)), SETTING, (attained,))
    assert isinstance(verdict, Proved), verdict


def test_a_part_of_unknown_sign_need_not_vanish() -> None:
    zero = kernel.assume(SETTING, Eq(a + b**2, 0))
    with pytest.raises(RuleViolation, match="need not vanish"):
        inequality.vanish(SETTING, a + b**2, (1,), (zero,))
    weighted = kernel.assume(SETTING, Eq(Sum(y, f[y] * log_gap(u)), 0))
    with pytest.raises(RuleViolation, match="need not vanish"):
        inequality.vanish(SETTING, Sum(y, f[y] * log_gap(u)), (0, 1), (weighted,))


def test_a_factor_that_may_be_zero_hides_the_other() -> None:
    zero = kernel.assume(SETTING, Eq(a**2 * b**2, 0))
    with pytest.raises(RuleViolation, match="need not vanish"):
        inequality.vanish(SETTING, a**2 * b**2, (0,), (zero,))


# ------------------------------------------------------------------ the rules are attacked


def test_a_slope_needs_a_whole_interval() -> None:
    """|x|/x has slope 0 on both sides of 0, and the value 1 at 1, yet −1 at −1."""
    with pytest.raises(RuleViolation):
        _slope(Ge(Abs(x) / x, 0), Rational(1))
    with pytest.raises(RuleViolation, match="not known for all"):
        _slope(Ge(1 / x, 0), Rational(1))


def _slope(claim: Rel, centre: Term) -> Theorem:
    gap = claim.lhs
    value = kernel.compare(SETTING, Ge(gap.substitute({x: centre}), 0), gap.substitute({x: centre}))
    square = kernel.compare(SETTING, Ge(x**2, 0), x**2)
    return inequality.slope(SETTING, claim, x, centre, value, square)


def test_a_slope_is_checked_against_the_derivative() -> None:
    value = kernel.compare(SETTING, Ge(exp(Rational(0)), 0), exp(Rational(0)))
    wrong = kernel.compare(SETTING, Ge(x**2, 0), x**2)
    with pytest.raises(StepUndecided, match="different normal forms"):
        inequality.slope(SETTING, Ge(exp(x), 0), x, Rational(0), value, wrong)


def test_growth_that_may_rest_is_not_strict() -> None:
    """x³ grows, but its slope is 0 at 0."""
    value = kernel.compute(SETTING, Eq(Rational(0) ** Rational(3), 0))
    rise = kernel.compare(SETTING, Ge(3 * x**2, 0), 3 * x**2)
    with pytest.raises(RuleViolation, match="grows everywhere"):
        inequality.grow_apart(SETTING, x**3, x, Rational(0), value, rise)


def _cube_grows() -> Theorem:
    value = kernel.compute(SETTING, Eq(x.substitute({x: Rational(0)}), 0))
    return inequality.grow_apart(SETTING, x, x, Rational(0), value, kernel.compare(SETTING, Gt(0 * x + 1, 0), ONE))


ONE = Rational(1)


def test_strict_growth_is_said_away_from_the_centre_only() -> None:
    away = _cube_grows()
    assert [str(c) for c in away.conditions] == ["x ≠ 0"]
    square = kernel.compute(SETTING, Eq(Rational(0) ** Rational(2) / 2, 0))
    apart = inequality.slope_apart(SETTING, Gt(x**2 / 2, 0), x, Rational(0), square, away)
    assert [str(c) for c in apart.conditions] == ["x ≠ 0"]


def test_a_slope_that_may_vanish_gives_no_strict_inequality() -> None:
    value = kernel.compute(SETTING, Eq(Rational(0) * 1, 0))
    flat = kernel.compare(SETTING, Ge(x * (0 * x), 0), Rational(0))
    with pytest.raises(RuleViolation, match="not known not to vanish"):
        inequality.slope_apart(SETTING, Gt(0 * x, 0), x, Rational(0), value, flat)


def test_a_slope_apart_is_checked_against_the_derivative() -> None:
    value = kernel.compute(SETTING, Eq(Rational(0) * 1, 0))
    with pytest.raises(StepUndecided, match="different normal forms"):
        inequality.slope_apart(SETTING, Gt(-(x**2), 0), x, Rational(0), value, _cube_grows())


def test_a_distance_bounds_only_what_vanishes_with_it() -> None:
    """x (x − c) ≥ 0 and x (x + c) ≥ 0 hold at x = 0, c = 1, where |c| ≤ |x| does not."""
    given = [kernel.assume(SETTING, Ge(x * (x - c), 0)), kernel.assume(SETTING, Ge(x * (x + c), 0))]
    with pytest.raises(StepUndecided):
        inequality.within(SETTING, Le(Abs(c), Abs(x - 0)), ONE, x, Rational(0), (given[0], given[1]))
    bounds = tuple(kernel.compare(SETTING, Ge(x * (x - d), 0), x**2 - x * d) for d in (0 * x, -0 * x))
    first, second = bounds
    inequality.within(SETTING, Le(Abs(0 * x), Abs(x - 0)), ONE, x, Rational(0), (first, second))
    with pytest.raises(StepUndecided):
        inequality.within(SETTING, Le(Abs(0 * x + 1), Abs(x - 0)), ONE, x, Rational(0), (first, second))
    with pytest.raises(StepUndecided):
        inequality.within(SETTING, Le(Abs(x / 2), Abs(x - 0)), ONE, x, Rational(0), (first, second))
    with pytest.raises(StepUndecided):
        inequality.within(SETTING, Le(Abs(0 * x), Abs(x - 0) / 2), ONE, x, Rational(0), (first, second))


def test_a_hypothesis_on_the_variable_bars_a_slope() -> None:
    above = kernel.assume(SETTING, Gt(x, 1))
    away = kernel.compare(SETTING, Ge(x * (3 * x**2), 0), 3 * x * x**2, (above,))
    value = kernel.compute(SETTING, Eq(Rational(0) ** Rational(3), 0))
    with pytest.raises(RuleViolation, match="0 is not known to be a value of x"):
        inequality.slope(SETTING, Ge(x**3, 0), x, Rational(0), value, away)


def test_the_end_of_a_bound_may_be_where_the_difference_is_least() -> None:
    above = kernel.assume(SETTING, Gt(x, 0))
    away = kernel.compare(SETTING, Ge(x * (3 * x**2), 0), 3 * x * x**2, (above,))
    value = kernel.compute(SETTING, Eq(Rational(0) ** Rational(3), 0))
    assert not inequality.slope(SETTING, Ge(x**3, 0), x, Rational(0), value, away).conditions


def test_the_end_of_a_bound_where_a_side_is_undefined_bars_a_slope() -> None:
    """x > 0 and x (1/x) ≥ 0 leave log x any sign: there is no value at 0."""
    above = kernel.assume(SETTING, Gt(x, 0))
    away = kernel.compare(SETTING, Ge(x * (1 / x), 0), ONE, (above,))
    value = kernel.compute(SETTING, Eq(Rational(0) ** Rational(3), 0))
    with pytest.raises(RuleViolation, match="0 is not known to be a value of x"):
        inequality.slope(SETTING, Ge(log(x), 0), x, Rational(0), value, away)


N_TRIES = Sym("n", INTEGER)
TRIES = SETTING.declare(Declaration("n", INTEGER, "positive"))
SUCCESS = (Le(0, x), Lt(x, 1))
BERNOULLI = {
    "Bernoulli's inequality": (Ge((1 - x) ** N_TRIES, 1 - N_TRIES * x), SUCCESS, ()),
    "strictly inside": (Ge((1 - x) ** N_TRIES, 1 - N_TRIES * x), (Lt(0, x), Lt(x, 1)), ()),
    "up to certainty": (Ge((1 - x) ** N_TRIES, 1 - N_TRIES * x), (Le(0, x), Le(x, 1)), ("1 − x > 0",)),
    "the best of n": (Le(1 - (1 - x) ** N_TRIES, N_TRIES * x), SUCCESS, ()),
    "the best of n is no worse than one": (Ge(1 - (1 - x) ** N_TRIES, x), SUCCESS, ()),
    "no success decays": (Le((1 - x) ** N_TRIES, exp(-N_TRIES * x)), SUCCESS, ()),
    "a success becomes sure": (Ge(1 - (1 - x) ** N_TRIES, 1 - exp(-N_TRIES * x)), SUCCESS, ()),
}


@pytest.mark.parametrize("name", BERNOULLI)
def test_bernoulli(name: str) -> None:
    claim, given, conditions = BERNOULLI[name]
    verdict = decide(claim, TRIES, tuple(kernel.assume(TRIES, h) for h in given))
    assert isinstance(verdict, Proved)
    assert tuple(map(str, verdict.theorem.conditions)) == conditions
    assert replay(verdict.theorem).statement == verdict.theorem.statement


@pytest.mark.parametrize(
    "claim",
    [
        Gt((1 - x) ** N_TRIES, 1 - N_TRIES * x),
        Ge((1 - x) ** N_TRIES, 1 - N_TRIES * x + x**2),
        Ge((1 - x) ** N_TRIES, exp(-N_TRIES * x)),
        Lt((1 - x) ** N_TRIES, exp(-N_TRIES * x)),
        Le(1 - (1 - x) ** N_TRIES, x),
    ],
    ids=str,
)
def test_what_bernoulli_does_not_say(claim: Rel) -> None:
    assert isinstance(decide(claim, TRIES, tuple(kernel.assume(TRIES, h) for h in SUCCESS)), Refuted)


def test_bernoulli_needs_a_power_of_at_least_one() -> None:
    """(1 − x)^s at x = 1/2, s = 1/2: 0.707 < 1 − 1/4."""
    given = tuple(kernel.assume(SETTING, h) for h in SUCCESS)
    assert isinstance(decide(Ge((1 - x) ** u, 1 - u * x), SETTING, given), Refuted)


@pytest.mark.parametrize("gap", [Ne(x, 1), Gt(x**2, 1), Gt(1 / x, 0)], ids=str)
def test_a_hypothesis_that_leaves_no_half_line_bars_a_slope(gap: Rel) -> None:
    told = kernel.assume(SETTING, gap)
    away = kernel.compute(SETTING, Eq((x - 2) * 0, 0), (told,))
    value = kernel.compute(SETTING, Eq(0 * Rational(2), 0))
    with pytest.raises(RuleViolation, match="restricts x"):
        inequality.slope(SETTING, Ge(0 * x, 0), x, Rational(2), value, away)


def test_slopes_between_bounds() -> None:
    """Pinsker for two coins: the bounds on p leave an interval, and q lies in it."""
    given = tuple(kernel.assume(SETTING, h) for h in (Lt(u, 1), Lt(v, 1)))
    coins = u * log(u / v) + (1 - u) * log((1 - u) / (1 - v))
    assert isinstance(decide(Ge(coins, 2 * (u - v) ** 2), SETTING, given), Proved)
    assert isinstance(decide(Ge(coins, 3 * (u - v) ** 2), SETTING, given), Refuted)


def test_a_least_value_may_not_lie_outside_the_range() -> None:
    value = kernel.compute(SETTING, Eq(Rational(-1) + 1, 0))
    away = kernel.compare(SETTING, Ge(u + 1, 0), u + 1)
    with pytest.raises(RuleViolation, match="not known to be a value"):
        inequality.slope(SETTING, Ge(u + 1, 0), u, Rational(-1), value, away)


def test_a_least_value_may_not_lie_beyond_a_bound() -> None:
    below = kernel.assume(SETTING, Lt(x, 1))
    away = kernel.compute(SETTING, Eq((x - 2) * 0, 0), (below,))
    value = kernel.compute(SETTING, Eq(0 * Rational(2), 0))
    with pytest.raises(RuleViolation, match="not known to be a value"):
        inequality.slope(SETTING, Ge(0 * x, 0), x, Rational(2), value, away)


def test_what_varies_with_the_variable_in_an_unknown_way_bars_a_slope() -> None:
    setting = SETTING.declare(Declaration("s", depends=frozenset({"x"})))
    away = kernel.compare(setting, Ge(x**2 - x * x, 0), Rational(0))
    value = kernel.compute(setting, Eq(a - a, 0))
    with pytest.raises(RuleViolation, match="not known to be differentiable"):
        inequality.slope(setting, Ge(Sym("s"), 0), x, Rational(0), value, away)


def test_a_bound_on_one_entry_does_not_bound_the_maximum() -> None:
    one = kernel.assume(SETTING, Le(r[y_w], c))
    with pytest.raises(RuleViolation):
        inequality.bound(SETTING, Le(TOP, c), (one,))
    itself = kernel.compare(SETTING, Le(r[k], r[k]), Rational(0))
    with pytest.raises(RuleViolation):
        inequality.bound(SETTING, Le(TOP, r[k]), (itself,))


def test_a_bound_on_one_argument_does_not_bound_the_greatest() -> None:
    with pytest.raises(RuleViolation):
        inequality.bound(SETTING, Le(Max(a, b), c), (kernel.assume(SETTING, Le(a, c)),))


def test_a_sum_of_parts_of_any_sign_may_vanish_alone() -> None:
    total = Sum(y, r[y])
    with pytest.raises(RuleViolation):
        inequality.vanish(SETTING, total, (0,), (kernel.assume(SETTING, Eq(total, 0)),))


def test_a_weak_bound_gives_no_strict_one() -> None:
    weak = kernel.assume(SETTING, Le(r[y], c))
    with pytest.raises(RuleViolation):
        inequality.bound(SETTING, Lt(TOP, c), (weak,))
    assert inequality.bound(SETTING, Le(TOP, c), (weak,)).conditions == ()


# ------------------------------------------------------------------ greatest values in the normal form

LAWS = {
    "shift": Eq(MaxOver(y, r[y] + c), TOP + c),
    "scale": Eq(MaxOver(y, r[y] / beta), TOP / beta),
    "constant": Eq(MaxOver(y, c), c),
    "minimum": Eq(MinOver(y, -r[y]), -TOP),
    "letter": Eq(TOP, MaxOver(k, r[k])),
    "nested": Eq(MaxOver(y, MaxOver(k, r[y] + r[k])), 2 * TOP),
}
NO_LAWS = {
    "scale of unknown sign": Eq(MaxOver(y, a * r[y]), a * TOP),
    "sum of two": Eq(MaxOver(y, r[y] + f[y]), TOP + MaxOver(y, f[y])),
    "minimum is no maximum": Eq(MinOver(y, r[y]), TOP),
    "product of two": Eq(MaxOver(y, p[y] * q[y]), MaxOver(y, p[y]) * MaxOver(y, q[y])),
}


@pytest.mark.parametrize("name", LAWS)
def test_law_of_greatest_values_is_proven(name: str) -> None:
    assert isinstance(decide(LAWS[name], SETTING), Proved)


@pytest.mark.parametrize("name", NO_LAWS)
def test_false_law_of_greatest_values_is_refuted(name: str) -> None:
    assert isinstance(decide(NO_LAWS[name], SETTING), Refuted)


# ------------------------------------------------------------------ as implications

IMPLICATIONS = {
    "the sigmoid is increasing": (
        Implies(Lt(a, b), Lt(sigmoid(a), sigmoid(b))),
        Implies(Lt(a, b), Lt(sigmoid(b), sigmoid(a))),
    ),
    "the loss is decreasing": (
        Implies(Lt(a, b), Gt(softplus(-a), softplus(-b))),
        Implies(Lt(a, b), Gt(softplus(a), softplus(b))),
    ),
}


@pytest.mark.parametrize("name", IMPLICATIONS)
def test_a_function_is_monotone_as_an_implication(name: str) -> None:
    true, false = IMPLICATIONS[name]
    assert isinstance(decide(true, SETTING), Proved)
    assert isinstance(decide(false, SETTING), Refuted)
