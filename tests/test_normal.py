"""The normal form decides equalities: dependent exponents, roots, logarithms, sums over denominators, numbers."""

from __future__ import annotations

import time
from fractions import Fraction
from functools import reduce
from operator import mul
from typing import Any

import mpmath
import pytest

from symrlhf.kernel.constants import Bounds, exactly, exp_bounds, log_bounds
from symrlhf.kernel.cross import cross_check
from symrlhf.kernel.decide import Proved, Refuted, Undecided, decide
from symrlhf.kernel.normal import NormalForm
from symrlhf.kernel.rules import assume
from symrlhf.setting import KL, Declaration, Policy, Reward, Setting
from symrlhf.term import (
    INTEGER,
    RESPONSES,
    Abs,
    Card,
    Eq,
    Ge,
    Gt,
    Lt,
    Rational,
    Rel,
    Sum,
    Sym,
    Term,
    as_term,
    delta,
    exp,
    log,
    sigmoid,
    softplus,
    sqrt,
    tanh,
)

a, b, c, z = (Sym(n) for n in "abcz")
u, v, w, beta = (Sym(n) for n in ("u", "v", "w", "beta"))
pi, ref, r, f = Policy("pi"), Policy("pi_ref"), Reward("r"), Reward("f")
y, k = pi.index("y"), pi.index("k")
one, two = as_term(1), as_term(2)
m, n = Sym("m", INTEGER), Sym("n", INTEGER)

SETTING = Setting().declare(
    *(Declaration(n, sign="positive") for n in ("u", "v", "w", "beta")),
    *(Declaration(p.name, sign="positive", distribution=True) for p in (pi, ref)),
)

TRUE = {
    "exponents over 1 + b": Eq(exp(a / (1 + b)) * exp(a * b / (1 + b)), exp(a)),
    "exponents over a + b": Eq(exp(a / (a + b)) * exp(b / (a + b)), exp(one)),
    "exponents over factors": Eq(exp(a / (a**2 - b**2)) * exp(b / (a**2 - b**2)), exp(1 / (a - b))),
    "partial fractions in exponents": Eq(exp(1 / (1 + a)) * exp(1 / (1 - a)), exp(2 / (1 - a**2))),
    "three denominators": Eq(exp(1 / (a * b)), exp(1 / (a * (a + b))) * exp(1 / (b * (a + b)))),
    "sigmoids in exponents": Eq(exp(sigmoid(a) * sigmoid(-a)), exp(sigmoid(a)) / exp(sigmoid(a) ** 2)),
    "powers over 1 + v": Eq(u ** (1 / (1 + v)) * u ** (v / (1 + v)), u),
    "softplus of a quotient": Eq(softplus(1 / (1 + u)) - softplus(-1 / (1 + u)), 1 / (1 + u)),
    "half of tanh": Eq(exp((1 + tanh(a)) / 2), exp(sigmoid(2 * a))),
    "tanh of a third": Eq(tanh(a / 3), (exp(2 * a / 3) - 1) / (exp(2 * a / 3) + 1)),
    "products of roots": Eq(sqrt(u) * sqrt(v) * sqrt(u * v), u * v),
    "root of a sum": Eq((u + v) / sqrt(u + v), sqrt(u + v)),
    "root of a root": Eq(sqrt(sqrt(u)), u ** Rational(1, 4)),
    "root of a square": Eq(sqrt(u**2 + 2 * u * v + v**2), u + v),
    "rational denominator": Eq(1 / (sqrt(u + 1) + 1), (sqrt(u + 1) - 1) / u),
    "rational denominator of numbers": Eq(1 / (sqrt(two) - 1), 1 + sqrt(two)),
    "root in a longer denominator": Eq(1 / (1 + sqrt(1 + u) + u), (1 + u - sqrt(1 + u)) / (u * (1 + u))),
    "log of rational powers": Eq(log(sqrt(u) * v ** Rational(3, 2)), log(u) / 2 + 3 * log(v) / 2),
    "log of 8": Eq(log(as_term(8)), 3 * log(two)),
    "log of a sum that factors": Eq(log(u**2 + u * v), log(u) + log(u + v)),
    "half a log of unknown sign": Eq(exp(log((a - b) ** 2) / 2), Abs(a - b)),
    "three halves of a log": Eq(exp(log(a**2) * Rational(3, 2)), Abs(a) ** 3),
    "log of 1 − σ": Eq(log(1 - sigmoid(z)), -softplus(z)),
    "size of tanh": Eq(Abs(tanh(a)), tanh(Abs(a))),
    "size of tanh of a number": Eq(Abs(tanh(as_term(3))), tanh(as_term(3))),
    "sums over one denominator": Eq(
        Sum(y, pi[y] / (pi[y] + ref[y])) + Sum(y, ref[y] / (pi[y] + ref[y])), Card(RESPONSES)
    ),
    "partial fractions below a sum": Eq(
        Sum(y, 1 / (pi[y] * (pi[y] + ref[y]))), Sum(y, 1 / (pi[y] * ref[y])) - Sum(y, 1 / (ref[y] * (pi[y] + ref[y])))
    ),
    "an odd function below a sum": Eq(Sum(y, tanh(r[y] - z)), Sum(y, -tanh(z - r[y]))),
    "exponents over a denominator below a sum": Eq(
        Sum(y, exp(pi[y] / (pi[y] + ref[y])) * exp(ref[y] / (pi[y] + ref[y]))), exp(one) * Card(RESPONSES)
    ),
    "divergence from a mean": Eq(
        KL(pi, lambda i: (pi[i] + ref[i]) / 2), Sum(y, pi[y] * log(2 * pi[y] / (pi[y] + ref[y])))
    ),
    "delta moves an index": Eq(delta(y, k) * r[y], delta(y, k) * r[k]),
}

FALSE = {
    "exponents over different denominators": Eq(exp(1 / (1 + a)) * exp(1 / (1 - a)), exp(1 / (1 - a**2))),
    "one exponent of two": Eq(exp(1 / (1 + a)) * exp(1 / (a**2 - 1)), exp(1 / (a - 1)) * exp(1 / (a**2 - 1))),
    "a root of a difference": Eq(sqrt((u - v) ** 2), u - v),
    "sums over other denominators": Eq(
        Sum(y, pi[y] / (pi[y] + ref[y])) + Sum(y, ref[y] / (pi[y] + 2 * ref[y])), Card(RESPONSES)
    ),
    "half a log loses the sign": Eq(exp(log(a**2) / 2), a),
    "rational denominator": Eq(1 / (sqrt(u + 1) + 1), (sqrt(u + 1) + 1) / u),
}


@pytest.mark.parametrize("claim", TRUE.values(), ids=TRUE)
def test_a_true_equality_is_proven(claim: Rel) -> None:
    assert isinstance(verdict := cross_check(claim, SETTING), Proved), verdict


@pytest.mark.parametrize("claim", FALSE.values(), ids=FALSE)
def test_a_false_equality_is_refuted(claim: Rel) -> None:
    assert isinstance(verdict := cross_check(claim, SETTING), Refuted), verdict


ORDERED = {
    "deviation of a mean of successes": (Eq(sqrt(a / b * (1 - a / b)), sqrt(a * (b - a)) / b), Gt(a, 0), Lt(a, b)),
    "the same, of integers": (Eq(sqrt(m / n * (1 - m / n)), sqrt(m * (n - m)) / n), Gt(m, 0), Lt(m, n)),
    "three in order": (Eq(Abs(a - c), a - c), Gt(a, b), Ge(b, c)),
    "a sum of orders": (Eq(Abs(a + b - z), a + b - z), Ge(a, c), Ge(b, z - c)),
    "beyond a number": (Eq(log(a**2), 2 * log(a)), Gt(a, b), Gt(b, 2)),
    "for every element": (Eq(Abs(r[y] - c), r[y] - c), Gt(r[y], f[y]), Gt(f[y], c)),
}


@pytest.mark.parametrize("name", ORDERED)
def test_orders_add_up(name: str) -> None:
    claim, *given = ORDERED[name]
    verdict = cross_check(claim, SETTING, tuple(assume(SETTING, h) for h in given))
    assert isinstance(verdict, Proved) and not verdict.theorem.conditions, verdict


NUMBERS = (Fraction(0), Fraction(1), Fraction(-1), Fraction(3, 2), Fraction(-7, 3), Fraction(1, 97), Fraction(63))


@pytest.mark.parametrize("x", NUMBERS)
def test_bounds_hold_the_number_and_are_close(x: Fraction) -> None:
    with mpmath.workdps(60):
        exact = mpmath.mpf(x.numerator) / x.denominator
        _holds(exp_bounds(exactly(x)), mpmath.exp(exact))
        if x > 0:
            _holds(log_bounds(exactly(x)), mpmath.log(exact))
            _holds(log_bounds(Bounds(x, x)), mpmath.log(exact))


def _holds(bounds: Bounds | None, value: Any) -> None:
    assert bounds is not None
    low, high = (mpmath.mpf(x.numerator) / x.denominator for x in bounds)
    assert low <= value <= high
    assert high - low <= abs(value) / 10**9 + mpmath.mpf(10) ** -15


def test_nothing_is_bounded_that_is_not_defined_or_too_large() -> None:
    assert log_bounds(exactly(Fraction(0))) is None
    assert log_bounds(Bounds(Fraction(-1), Fraction(1))) is None
    assert exp_bounds(exactly(Fraction(10**6))) is None


CONSTANT_SIGNS = {
    "e − 2": (exp(one) - 2, 1),
    "e − 3": (exp(one) - 3, -1),
    "2 log 2 − log 3": (2 * log(two) - log(as_term(3)), 1),
    "e² − 8": (exp(two) - 8, -1),
    "log(1 + e²) − 2": (log(1 + exp(two)) - 2, 1),
    "√2 − 3/2": (sqrt(two) - Rational(3, 2), -1),
    "√(1 + √2) − log 5": (sqrt(1 + sqrt(two)) - log(as_term(5)), -1),
}


@pytest.mark.parametrize(("number", "sign"), CONSTANT_SIGNS.values(), ids=CONSTANT_SIGNS)
def test_a_number_has_its_sign(number: Term, sign: int) -> None:
    nf = NormalForm(SETTING)
    assert nf.sign(nf.of(number)) == (sign, True)


def test_log_sum_exp_of_forty_terms_is_quick() -> None:
    terms = [Sym(f"a{i}") for i in range(40)]
    total = exp(terms[0])
    for t in terms[1:]:
        total = total + exp(t)
    shifted = exp(terms[0] - z)
    for t in terms[1:]:
        shifted = shifted + exp(t - z)
    claim = Eq(log(total), z + log(shifted))
    assert isinstance(decide(claim, SETTING), Proved)
    start = time.process_time()
    decide(claim, SETTING)
    assert time.process_time() - start < 0.5


LARGE = {
    "a high power of a long sum": sum((Sym(f"a{i}") for i in range(30)), a) ** 30,
    "a tower of powers": ((a + b) ** 60 + c) ** 60,
    "a power below sums": Sum(y, Sum(k, (r[y] + f[k] + a + b + c + z) ** 12)) ** 3,
    "a product of many sums": reduce(mul, (Sum(y, r[y] + Sym(f"a{i}")) for i in range(16))),
}


@pytest.mark.parametrize("large", LARGE.values(), ids=LARGE)
def test_a_statement_that_is_too_large_is_left_undecided_and_soon(large: Term) -> None:
    start = time.process_time()
    verdict = decide(Eq(large + u, large + v), SETTING)
    assert isinstance(verdict, (Undecided, Refuted)), verdict
    verdict = decide(Eq(large + u, large + v + u - v), SETTING)
    assert isinstance(verdict, Undecided), verdict
    assert any("out of fuel" in why for why in verdict.tried), verdict.tried
    assert time.process_time() - start < 15
