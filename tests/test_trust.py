"""Every law and axiom that must be believed: an instance that the kernel proves, and what fails without its condition.

One entry a row of `symrlhf.kernel.trust`; a row without an entry fails the test.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest

from symrlhf.kernel import rules
from symrlhf.kernel.cross import cross_check
from symrlhf.kernel.decide import Proved, Refuted
from symrlhf.kernel.theorem import all_rules
from symrlhf.kernel.trust import Row, rows
from symrlhf.rational import Q
from symrlhf.setting import KL, Declaration, E, H, Policy, Reward, Setting, cross_entropy
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
    Order,
    Prod,
    Rational,
    Rel,
    Sum,
    Sym,
    arcsin,
    arctan,
    clip,
    cosh,
    delta,
    diff,
    exp,
    expansion,
    integral,
    limit,
    log,
    log_gap,
    oo,
    sigmoid,
    sign,
    sinh,
    softplus,
    sqrt,
    stop_gradient,
    tanh,
)

a, b, c, x, z, theta, phi = (Sym(n) for n in ("a", "b", "c", "x", "z", "theta", "phi"))
u, v, bit = Sym("u"), Sym("v"), Sym("bit")
pi, ref, p_theta = Policy("pi"), Policy("pi_ref"), Policy("p_theta")
f, g, s = Reward("f"), Reward("g"), Reward("s")
y, k, i, j = (pi.index(n) for n in ("y", "k", "i", "j"))
y_w, y_l = pi.element("y_w"), pi.element("y_l")
t, n, T = (Sym(name, INTEGER) for name in ("t", "n", "T"))
HALF = Rational(1, 2)
SETTING = Setting().declare(
    Declaration("u", sign="positive"),
    Declaration("v", sign="positive"),
    Declaration("T", INTEGER, "positive"),
    *(Declaration(p.name, sign="positive", distribution=True) for p in (pi, ref)),
    Declaration("p_theta", sign="positive", distribution=True, depends=frozenset({"theta"})),
    Declaration("s", depends=frozenset({"phi", "theta"})),
    Declaration("bit", sign="nonnegative", values=(Q(0), Q(1))),
)


class Instance(NamedTuple):
    """A law at work, under some premises; and what is false, or ill-formed, where its condition is dropped."""

    holds: Rel
    given: tuple[Rel, ...] = ()
    fails: Rel | None = None


INSTANCES: dict[str, Instance] = {
    "ring": Instance(Eq((a + b) ** 2, a**2 + 2 * a * b + b**2), fails=Eq((a**2 - a * b) / (a - b + 0 * a), b)),
    "exp_add": Instance(Eq(exp(a / 2 - b), sqrt(exp(a)) / exp(b)), fails=Eq(exp(a * b), exp(a) * exp(b))),
    "exp_dependent": Instance(
        Eq(exp(1 / (1 + a)) * exp(1 / (1 - a)), exp(2 / (1 - a**2))),
        fails=Eq(exp(1 / (1 + a)) * exp(1 / (1 - a)), exp(1 / (1 - a**2))),
    ),
    "numbers": Instance(
        Eq(Abs(exp(Rational(1)) - 2), exp(Rational(1)) - 2), fails=Eq(Abs(exp(Rational(1)) - 3), exp(Rational(1)) - 3)
    ),
    "log_mul": Instance(Eq(log(u * v**2), log(u) + 2 * log(v)), fails=Eq(log(a * b), log(Abs(a)) * log(Abs(b)))),
    "log_exp": Instance(Eq(log(exp(a * b)), a * b), fails=Eq(log(exp(a) + 1), a + 1)),
    "exp_log": Instance(Eq(exp(2 * log(u)), u**2), fails=Eq(exp(log(a**2) / 2), a)),
    "rpow": Instance(Eq(u**a, exp(a * log(u))), fails=Eq((a**2) ** HALF, a)),
    "root": Instance(Eq(sqrt(u + v) ** 2, u + v), fails=Eq(sqrt(a**4), a * Abs(a))),
    "abs_mul": Instance(Eq(Abs(a * b), Abs(a) * Abs(b)), fails=Eq(Abs(a + b), Abs(a) + Abs(b))),
    "abs_sq": Instance(Eq(Abs(a) ** 2, a**2), fails=Eq(Abs(a) ** 3, a**3)),
    "abs_of_pos": Instance(Eq(Abs(u), u), fails=Eq(Abs(a), a)),
    "bounds": Instance(Ge(u + a, 0), (Le(Abs(a), u),), fails=Ge(u + a, 0)),
    "max_def": Instance(Eq(Max(a, b) + Min(a, b), a + b), fails=Eq(Max(a, b), a + b)),
    "sign_mul": Instance(Eq(sign(a * b), sign(a) * sign(b)), fails=Eq(sign(a + b), sign(a) + sign(b))),
    "sign_combined": Instance(Eq(Abs(a - c), a - c), (Gt(a, b), Ge(b, c)), fails=Ge(a - c, 0)),
    "sign_of_pos": Instance(Eq(sign(u), 1), fails=Eq(sign(a), 1)),
    "kinks": Instance(Eq(Max(a, 0) * Min(a, 0), 0), fails=Eq(Max(a, 0), a)),
    "cells": Instance(Eq(Max(a, Min(a, b)), a), fails=Eq(Max(Sum(y, f[y]), Sum(y, g[y])), Sum(y, Max(f[y], g[y])))),
    "empty_cell": Instance(Eq(Max(a, b, a + u), Max(b, a + u)), fails=Eq(Max(a, b, a + c), Max(b, a + c))),
    "monotone": Instance(Eq(Max(log(u), log(v)), log(Max(u, v))), fails=Eq(Max(log(a**2), 0), log(Max(a, 1) ** 2))),
    "monotone_exp": Instance(
        Ge(exp(a / u), v / (1 + v) * exp(a / u) + exp(b / u) / (1 + v)),
        (Ge(a, b),),
        fails=Ge(exp(a) * c, exp(b) * c),
    ),
    "combination": Instance(
        Eq(c * a + c * b + 3 * b + 3 * z, 0), (Eq(a + b, 0), Eq(b + z, 0)), fails=Eq(c * a + c * b, 0)
    ),
    "clip_def": Instance(Eq(clip(a, 0, 1), Min(Max(a, 0), 1)), fails=Eq(clip(a, 0, 1), Max(Min(a, 0), 1))),
    "sigmoid_def": Instance(Eq(sigmoid(z), 1 / (1 + exp(-z))), fails=Eq(sigmoid(z), 1 / (1 + exp(z)))),
    "softplus_def": Instance(Eq(softplus(z), log(1 + exp(z))), fails=Eq(softplus(z), log(1 + exp(-z)))),
    "tanh_def": Instance(Eq(tanh(z), 2 * sigmoid(2 * z) - 1), fails=Eq(tanh(z), 2 * sigmoid(z) - 1)),
    "cosh_def": Instance(Eq(cosh(z) + sinh(z), exp(z)), fails=Eq(cosh(z) - sinh(z), exp(z))),
    "arctan_odd": Instance(Eq(arctan(a - b), -arctan(b - a)), fails=Eq(arctan(a - b), arctan(b - a))),
    "arcsin_odd": Instance(Eq(arcsin(a - b), -arcsin(b - a)), fails=Eq(arcsin(a - b), arcsin(b - a))),
    "deriv_angle": Instance(
        Eq(diff(arctan(a) + arcsin(b), a), 1 / (1 + a**2)), fails=Eq(diff(arcsin(a), a), 1 / (1 + a**2))
    ),
    "expectation_def": Instance(Eq(E(pi, f), Sum(y, pi[y] * f[y])), fails=Eq(E(pi, f), Sum(y, f[y]))),
    "kl_def": Instance(Eq(KL(pi, ref), Sum(y, pi[y] * (log(pi[y]) - log(ref[y])))), fails=Eq(KL(pi, ref), KL(ref, pi))),
    "entropy_def": Instance(Eq(H(pi), cross_entropy(pi, pi)), fails=Eq(cross_entropy(pi, ref), H(pi))),
    "sum_add": Instance(
        Eq(Sum(y, f[y] + g[y]), Sum(y, f[y]) + Sum(k, g[k])), fails=Eq(Sum(y, f[y] * g[y]), Sum(y, f[y]) * Sum(y, g[y]))
    ),
    "sum_mul_left": Instance(
        Eq(Sum(k, f[y] * f[k]), f[y] * Sum(k, f[k])), fails=Eq(Sum(y, f[y] ** 2), f[k] * Sum(y, f[y]))
    ),
    "sum_comm": Instance(
        Eq(Sum(y, Sum(k, f[y] * exp(f[k] * g[y]))), Sum(k, Sum(y, f[y] * exp(f[k] * g[y])))),
        fails=Eq(Sum(y, Sum(k, f[y] * exp(f[k] * g[y]))), Sum(y, Sum(k, f[k] * exp(f[k] * g[y])))),
    ),
    "sum_mul_sum": Instance(
        Eq(Sum(y, f[y]) * Sum(y, g[y]), Sum(y, Sum(k, f[y] * g[k]))), fails=Eq(Sum(y, f[y]) ** 2, Sum(y, f[y] ** 2))
    ),
    "sum_delta": Instance(Eq(Sum(k, delta(k, y) * f[k]), f[y]), fails=Eq(Sum(k, delta(k, y) * f[k]), Sum(k, f[k]))),
    "delta_eq": Instance(Eq(delta(i, j) * f[j], delta(i, j) * f[i]), fails=Eq(delta(i, j) + f[j], delta(i, j) + f[i])),
    "delta_ne": Instance(Eq(delta(y_w, y_l), 0), (Rel("!=", y_w, y_l),), fails=Eq(delta(y_w, y_l), 0)),
    "sum_const": Instance(Eq(Sum(y, c), c * Card(RESPONSES)), fails=Eq(Sum(y, f[y]), f[k] * Card(RESPONSES))),
    "sum_policy": Instance(Eq(Sum(y, pi[y] * c), c), fails=Eq(diff(Sum(k, pi[k]), pi[y]), 0)),
    "few_values": Instance(Eq((1 + bit) ** 2, 1 + 3 * bit), fails=Eq(diff(bit**2, bit), diff(bit, bit))),
    "sum_score": Instance(Eq(Sum(y, diff(p_theta[y], theta)), 0), fails=Eq(Sum(y, diff(s[y], theta)), 0)),
    "prod_exp": Instance(
        Eq(log(Prod(y, exp(f[y]))), Sum(y, f[y])),
        fails=Eq(log(Prod(y, f[y]) ** 2), Sum(y, log(f[y]))),
    ),
    "max_add": Instance(
        Eq(MaxOver(y, c + f[y]), c + MaxOver(y, f[y])), fails=Eq(MaxOver(y, f[y] + f[y]), f[k] + MaxOver(y, f[y]))
    ),
    "max_mul": Instance(
        Eq(MaxOver(y, u * f[y]), u * MaxOver(y, f[y])), fails=Eq(MaxOver(y, c * f[y]), c * MaxOver(y, f[y]))
    ),
    "min_max": Instance(Eq(MinOver(y, f[y]), -MaxOver(y, -f[y])), fails=Eq(MinOver(y, f[y]), -MaxOver(y, f[y]))),
    "delta_idem": Instance(Eq(delta(i, j) ** 2, delta(i, j)), fails=Eq(delta(i, j) * delta(i, k), delta(i, j))),
    "deriv_chain": Instance(Eq(diff(exp(a**2), a), 2 * a * exp(a**2)), fails=Eq(diff(exp(a**2), a), exp(a**2))),
    "deriv_kink": Instance(Eq(diff(Max(u, a), u), 1), (Gt(u, a),), fails=Eq(diff(Max(u, a), u), 1)),
    "stop_gradient": Instance(
        Eq(diff(stop_gradient(a) * a, a), stop_gradient(a)), fails=Eq(diff(stop_gradient(a) * a, a), 2 * a)
    ),
    "deriv_entry": Instance(Eq(diff(f[y], f[k]), delta(y, k)), fails=Eq(diff(f[y], f[k]), 0)),
    "deriv_const": Instance(Eq(diff(f[y] * phi, phi), f[y]), fails=Eq(diff(s[y] * phi, phi), s[y])),
    "deriv_comm": Instance(
        Eq(diff(diff(s[y], phi), theta), diff(diff(s[y], theta), phi)),
        fails=Eq(diff(diff(s[y], phi), theta), diff(diff(s[y], phi), phi)),
    ),
    "series": Instance(
        expansion(Sum(y, f[y] / (1 - x * f[y])), Sum(y, f[y]) + x * Sum(y, f[y] ** 2) + Order(x**2), x, 0),
        fails=expansion(Sum(y, f[y] / (1 - x * f[y])), Sum(y, f[y]) + x * Sum(y, f[y]) ** 2 + Order(x**2), x, 0),
    ),
    "scales": Instance(Eq(limit(exp(-u * x) * x**3, x, oo), 0), fails=Eq(limit(exp(a * x) * x**3, x, oo), 0)),
    "series_inv": Instance(Eq(limit(1 / (u + x), x, 0), 1 / u), fails=Eq(limit(a / (a + x), x, 0), 1)),
    "series_exp": Instance(
        expansion(exp(x), 1 + x + Order(x**2), x, 0), fails=expansion(exp(1 / x), 1 + 1 / x + Order(x**-2), x, 0, "+")
    ),
    "series_log": Instance(Eq(limit(log(u + x), x, 0), log(u)), fails=Eq(limit(log(a**2 + x) / 2, x, 0, "+"), log(u))),
    "series_abs": Instance(Eq(limit(Abs(a + x), x, 0), Abs(a)), fails=expansion(Abs(a + x), a + x + Order(x**2), x, 0)),
    "sum_peak": Instance(
        Eq(limit(Sum(y, exp((f[y] - f[y_w]) / x)), x, 0, "+"), 1),
        (Implies(Rel("!=", y, y_w), Lt(f[y], f[y_w])),),
        fails=Eq(limit(Sum(y, exp((f[y] - f[y_w]) / x)), x, 0, "+"), 1),
    ),
    "sum_soft": Instance(
        Eq(limit(x * log(Sum(y, pi[y] * exp(f[y] / x))), x, 0, "+"), MaxOver(y, f[y])),
        fails=Eq(limit(log(Sum(y, pi[y] * exp(f[y] / x))) - MaxOver(y, f[y]) / x, x, 0, "+"), 0),
    ),
    "lim_const": Instance(Eq(limit(u / x, x, 0, "+"), oo), fails=Eq(limit(a / x, x, 0, "+"), oo)),
    "series_power": Instance(Eq(limit(x**u, x, 0, "+"), 0), fails=Eq(limit(x**a, x, 0, "+"), 0)),
    "series_plunge": Instance(Eq(limit(exp(-exp(x)), x, oo), 0), fails=Eq(limit(exp(-exp(-x)), x, oo), 0)),
    "integral": Instance(
        Eq(integral(sigmoid(z), z, a, b), softplus(b) - softplus(a)),
        fails=Eq(integral(sigmoid(z), z, a, b), softplus(a) - softplus(b)),
    ),
    "series_sum": Instance(
        Eq(Sum(t, 0, oo, u**t), 1 / (1 - u)), (Lt(u, 1),), fails=Eq(Sum(t, 0, oo, u**t), 1 / (1 + u))
    ),
    "log_sign": Instance(Lt(log(u), 0), (Lt(u, 1),), fails=Lt(log(u), 0)),
    "lim_sides": Instance(Eq(limit(Abs(x), x, 0), 0), fails=Eq(limit(Abs(a + x) / (a + x), x, 0), 1)),
    "log_le_sub_one": Instance(Ge(log_gap(u), 0), fails=Ge(log_gap(u), HALF)),
    "sq_nonneg": Instance(Ge((a - b) ** 2, 0), fails=Gt((a - b) ** 2, 0)),
    "exp_pos": Instance(Gt(exp(a) * sigmoid(b), 0), fails=Gt(exp(a), 1)),
    "sum_nonneg": Instance(Ge(Sum(y, f[y] ** 2), 0), fails=Ge(Sum(y, f[y]), 0)),
    "sign_rules": Instance(Gt(u * exp(a) + v, 0), fails=Gt(u - v, 0)),
    "max_ge": Instance(Ge(MaxOver(y, f[y]), f[k]), fails=Gt(MaxOver(y, f[y]), f[k])),
    "log_gap_zero": Instance(Eq(u, 1), fails=Eq(u, 2), given=(Eq(log_gap(u), 0),)),
    "mean_value": Instance(Le(log((exp(a) + exp(-a)) / 2), a**2 / 2), fails=Ge(Abs(a) / a, 0)),
    "mean_value_apart": Instance(Gt(exp(u), 1 + u), fails=Gt(exp(z), 1 + z)),
    "lipschitz": Instance(
        Le(Abs(sigmoid(a) - sigmoid(b)), Abs(a - b) / 4), fails=Le(Abs(sigmoid(a) - sigmoid(b)), Abs(a - b) / 5)
    ),
    "range_last": Instance(Eq(Sum(t, 1, T, f[t]), Sum(t, 1, T - 1, f[t]) + f[T]), fails=Eq(Sum(t, 1, T, f[t]), f[T])),
    "range_shift": Instance(
        Eq(Sum(t, 1, T, f[t + 1]), Sum(t, 2, T + 1, f[t])), fails=Eq(Sum(t, 1, T, f[t + t]), Sum(t, 2, 2 * T, f[t]))
    ),
    "range_reverse": Instance(
        Eq(Sum(t, 1, T, f[T - t]), Sum(t, 0, T - 1, f[t])), fails=Eq(Sum(t, 1, T, f[T - t]), Sum(t, 1, T, f[t]))
    ),
    "range_const": Instance(Eq(Sum(t, 1, T, c), T * c), fails=Eq(Sum(t, 1, T, f[t]), T * f[T])),
    "range_parts": Instance(
        Eq(Sum(t, 1, T, Sum(n, 1, t, f[n])), Sum(n, 1, T, (T - n + 1) * f[n])),
        fails=Eq(Sum(t, 1, T, Sum(n, 1, t, f[n])), Sum(n, 1, T, (T - n) * f[n])),
    ),
    "range_swap": Instance(
        Eq(Sum(t, 1, T, Sum(y, f[t] * u ** (t * g[y]))), Sum(y, Sum(t, 1, T, f[t] * u ** (t * g[y])))),
        fails=Eq(Sum(t, 1, T, Sum(y, f[t] * g[y])), Sum(t, 1, T, f[t]) * g[k]),
    ),
    "range_power": Instance(Eq(Sum(t, 1, T, t), T * (T + 1) / 2), fails=Eq(Sum(t, 1, T, t), T * (T - 1) / 2)),
    "range_geom": Instance(
        Eq(Sum(t, 0, T - 1, u**t), (1 - u**T) / (1 - u)), fails=Eq(Sum(t, 0, T, u**t), (1 - u**T) / (1 - u))
    ),
    "range_delta": Instance(
        Eq(Sum(t, 1, T, delta(t, T) * f[t]), f[T]), fails=Eq(Sum(t, 1, T, delta(t, T + 1) * f[t]), f[T + 1])
    ),
    "range_prod": Instance(
        Eq(Prod(t, 1, T, exp(f[t])), exp(Sum(t, 1, T, f[t]))),
        fails=Eq(Prod(t, 1, T, f[t]), exp(Sum(t, 1, T, log(f[t] ** 2)) / 2)),
    ),
    "range_def": Instance(Eq(Prod(t, 1, 2, f[t]), f[1] * f[2]), fails=Eq(Prod(t, 1, 2, f[t]), f[1] + f[2])),
    "int_lt": Instance(Ge(T, 1), fails=Ge(u, 1)),
    "range_nonneg": Instance(Ge(Sum(t, 1, T - 1, u**t), 0), fails=Gt(Sum(t, 1, T - 1, u**t), 0)),
    "finite_sets": Instance(Gt(Card(RESPONSES), 0), fails=Gt(Card(RESPONSES), 1)),
}


def test_every_row_has_an_instance() -> None:
    assert {row.name for row in rows()} == INSTANCES.keys()


@pytest.mark.parametrize("name", INSTANCES)
def test_the_law_proves_its_instance(name: str) -> None:
    claim = INSTANCES[name]
    verdict = cross_check(claim.holds, SETTING, tuple(rules.assume(SETTING, p) for p in claim.given))
    assert isinstance(verdict, Proved), verdict


@pytest.mark.parametrize("name", INSTANCES)
def test_what_the_law_does_not_say_is_refuted(name: str) -> None:
    fails = INSTANCES[name].fails
    assert fails is not None
    assert isinstance(cross_check(fails, SETTING), Refuted)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.name)
def test_a_condition_has_the_point_where_the_law_fails_without_it(row: Row) -> None:
    assert bool(row.condition) == bool(row.fails)


def test_every_rule_says_what_it_does() -> None:
    for name, rule in all_rules().items():
        assert rule.__doc__ and rule.__doc__.strip(), name
