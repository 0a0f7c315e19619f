"""Integrals: closed forms proven by an antiderivative, refuted by rigorous quadrature, read and written everywhere.

Expected numbers are mpmath's, whose quadrature shares nothing with either side.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from mpmath import inf, mp, mpf, quad
from reading import read_back

from symrlhf.errors import IllFormed, NotSupported, RuleViolation, StepUndecided
from symrlhf.kernel import evaluate
from symrlhf.kernel.cross import cross_check
from symrlhf.kernel.decide import Proved, Refuted, Undecided, decide
from symrlhf.kernel.evaluate import Evaluator, Fuel
from symrlhf.kernel.integrals import integral_is
from symrlhf.kernel.limits import limit_of
from symrlhf.kernel.theorem import replay
from symrlhf.read.python import read_expression
from symrlhf.read.sympy import from_sympy
from symrlhf.setting import Declaration, Policy, Reward, Setting
from symrlhf.term import (
    INTEGER,
    Abs,
    Eq,
    Fun,
    Integral,
    Lam,
    Le,
    Lt,
    Rational,
    Rel,
    Sum,
    Sym,
    Term,
    exp,
    integral,
    limit,
    log,
    oo,
    sigmoid,
    sign,
    softplus,
    sqrt,
    tanh,
)
from symrlhf.write.latex import latex
from symrlhf.write.typst import typst
from symrlhf.write.unicode import unicode

u, z, s, a, b, c = (Sym(n) for n in ("u", "z", "s", "a", "b", "c"))
p, q, n = (Sym(x) for x in ("p", "q", "n"))
N = Sym("N", INTEGER)
pi, r = Policy("pi"), Reward("r")
y = pi.index("y")
SETTING = Setting().declare(
    *(Declaration(x, sign="positive") for x in ("p", "q", "n")),
    Declaration("N", INTEGER, "positive"),
    Declaration("pi", sign="positive", distribution=True),
)
HALF = Rational(1, 2)
EXPONENTIAL = p * exp(-p * s)
RACE = exp(a) * exp(-s * (exp(a) + exp(b)))
GUMBEL = exp(-(z - a)) * exp(-exp(-(z - a))) * exp(-exp(-(z - b)))
BEST = n * u ** (n - 1)

ROWS: dict[str, tuple[Rel, tuple[Rel, ...]]] = {
    "density of the best of n": (Eq(integral(BEST, u, 0, 1), 1), (Eq(integral(BEST, u, 0, 1), n),)),
    "best of N": (
        Eq(integral(N * u ** (N - 1), u, 0, 1), 1),
        (Eq(integral(u ** (N - 1), u, 0, 1), 1),),
    ),
    "KL of the best of n": (
        Eq(integral((log(n) + (n - 1) * log(u)) * n * u ** (n - 1), u, 0, 1), log(n) - (n - 1) / n),
        (
            Eq(integral((log(n) + (n - 1) * log(u)) * n * u ** (n - 1), u, 0, 1), log(n) - (n - 1)),
            Eq(integral((log(n) + (n - 1) * log(u)) * n * u ** (n - 1), u, 0, 1), log(n) - 1 / n),
        ),
    ),
    "mean of the best of n": (
        Eq(integral(u * BEST, u, 0, 1), n / (n + 1)),
        (Eq(integral(u * BEST, u, 0, 1), 1 / (n + 1)),),
    ),
    "logarithm": (Eq(integral(log(u), u, 0, 1), -1), (Eq(integral(log(u), u, 0, 1), 1),)),
    "logarithm at the other end": (
        Eq(integral(log(1 - u), u, 0, 1), -1),
        (Eq(integral(log(1 - u), u, 0, 1), -HALF),),
    ),
    "mean of an exponential time": (
        Eq(integral(s * exp(-s * (p + q)), s, 0, oo), 1 / (p + q) ** 2),
        (Eq(integral(s * exp(-s * (p + q)), s, 0, oo), 1 / (p + q)),),
    ),
    "exponential density": (
        Eq(integral(EXPONENTIAL, s, 0, oo), 1),
        (Eq(integral(EXPONENTIAL, s, 0, oo), p), Eq(integral(EXPONENTIAL, s, 1, oo), 1)),
    ),
    "race of exponentials": (
        Eq(integral(RACE, s, 0, oo), sigmoid(a - b)),
        (Eq(integral(RACE, s, 0, oo), sigmoid(b - a)),),
    ),
    "Gumbel noise": (Eq(integral(GUMBEL, z, -oo, oo), sigmoid(a - b)), (Eq(integral(GUMBEL, z, -oo, oo), HALF),)),
    "sigmoid": (
        Eq(integral(sigmoid(z), z, a, b), softplus(b) - softplus(a)),
        (
            Eq(integral(sigmoid(z), z, a, b), softplus(a) - softplus(b)),
            Eq(integral(sigmoid(z), z, a, b), sigmoid(b) - sigmoid(a)),
        ),
    ),
    "slope of the sigmoid": (
        Eq(integral(sigmoid(z) * (1 - sigmoid(z)), z, -oo, oo), 1),
        (Eq(integral(sigmoid(z) * (1 - sigmoid(z)), z, -oo, oo), HALF),),
    ),
    "hyperbolic tangent": (
        Eq(integral(tanh(z), z, 0, a), log((exp(a) + exp(-a)) / 2)),
        (Eq(integral(tanh(z), z, 0, a), log(exp(a) + exp(-a))),),
    ),
    "between positive ends": (
        Eq(integral(1 / u, u, p, q), log(q) - log(p)),
        (Eq(integral(1 / u, u, p, q), log(p) - log(q)),),
    ),
    "root": (Eq(integral(1 / sqrt(u), u, 0, 1), 2), (Eq(integral(1 / sqrt(u), u, 0, 1), 1),)),
    "odd function": (
        Eq(integral(z * exp(-(z**2) / 2), z, -oo, oo), 0),
        (Eq(integral(z * exp(-(z**2) / 2), z, 0, oo), 0),),
    ),
    "polynomial": (
        Eq(integral(c * u**2 + a * u, u, 0, b), c * b**3 / 3 + a * b**2 / 2),
        (Eq(integral(c * u**2 + a * u, u, 0, b), c * b**3 + a * b**2),),
    ),
    "turned round": (Eq(integral(u, u, 1, 0), -HALF), (Eq(integral(u, u, 1, 0), HALF),)),
    "of a sum": (
        Eq(integral(Sum(y, r[y] * u), u, 0, 1), Sum(y, r[y]) / 2),
        (Eq(integral(Sum(y, r[y] * u), u, 0, 1), Sum(y, r[y])),),
    ),
    "inside a formula": (
        Eq(2 * integral(u, u, 0, 1) + a, a + 1),
        (Eq(2 * integral(u, u, 0, 1) + a, a + 2),),
    ),
    "compared": (
        Le(integral(u**2, u, 0, 1), integral(u, u, 0, 1)),
        (Lt(integral(u, u, 0, 1), integral(u**2, u, 0, 1)),),
    ),
}


@pytest.mark.parametrize("name", ROWS)
def test_an_integral_is_proven_without_conditions_and_replays(name: str) -> None:
    verdict = cross_check(ROWS[name][0], SETTING, tries=3)
    assert isinstance(verdict, Proved), verdict
    assert verdict.theorem.conditions == ()
    assert replay(verdict.theorem).statement == verdict.theorem.statement


@pytest.mark.parametrize(("name", "i"), [(name, i) for name, (_, false) in ROWS.items() for i in range(len(false))])
def test_a_false_integral_is_refuted(name: str, i: int) -> None:
    assert isinstance(decide(ROWS[name][1][i], SETTING), Refuted)


# ------------------------------------------------------------------ what has no value, or none that is known

UNDECIDED: dict[str, Rel] = {
    "through a pole": Eq(integral(u**-2, u, -1, 1), -2),
    "diverges at its end": Eq(integral(1 / u, u, 0, 1), 0),
    "diverges at infinity": Eq(integral(1 / u, u, 1, oo), 0),
    "sign of the rate not known": Eq(integral(exp(-c * s), s, 0, oo), 1 / c),
    "a power that may not be integrable": Eq(integral(u**c, u, 0, 1), 1 / (c + 1)),
}


@pytest.mark.parametrize("name", UNDECIDED)
def test_an_integral_that_may_diverge_is_no_theorem(name: str) -> None:
    try:
        verdict = decide(UNDECIDED[name], SETTING)
    except IllFormed:
        return
    assert isinstance(verdict, Undecided)


def test_what_the_right_side_needs_is_known_of_the_ends() -> None:
    verdict = decide(Eq(integral(1 / u, u, a, b), log(b) - log(a)), SETTING)
    assert isinstance(verdict, Proved)
    assert {str(x) for x in verdict.theorem.conditions} == {"a > 0", "b > 0"}


# ------------------------------------------------------------------ the rule is attacked


def _rule(body: Term, low: Term, high: Term, value: Term, primitive: Term, ends: tuple[Term, Term]) -> object:
    return integral_is(SETTING, Eq(integral(body, u, low, high), value), Lam((u,), primitive), ends)


ZERO, ONE = Rational(0), Rational(1)
ATTACKS: dict[str, tuple[type[Exception], Callable[[], object]]] = {
    "a primitive of another function": (StepUndecided, lambda: _rule(u, ZERO, ONE, ONE, u, (ZERO, ONE))),
    "a pole between the ends": (
        StepUndecided,
        lambda: _rule(u**-2, -ONE, ONE, Rational(-2), -1 / u, (ONE, -ONE)),
    ),
    "a primitive that is not defined throughout": (
        StepUndecided,
        lambda: _rule(0 * u, -ONE, ONE, ZERO, log(u) - log(u), (ZERO, ZERO)),
    ),
    "a primitive that jumps": (
        NotSupported,
        lambda: _rule(0 * u, -ONE, ONE, Rational(2), sign(u), (-ONE, ONE)),
    ),
    "a primitive with a kink": (NotSupported, lambda: _rule(sign(u), -ONE, ONE, ZERO, Abs(u), (ONE, ONE))),
    "another value at an end": (StepUndecided, lambda: _rule(u, ZERO, ONE, ONE, u**2 / 2, (ZERO, ONE))),
    "an infinite end": (RuleViolation, lambda: _rule(1 / u, ONE, oo, ZERO, log(u), (ZERO, oo))),
    "another total": (StepUndecided, lambda: _rule(u, ZERO, ONE, ONE, u**2 / 2, (ZERO, HALF))),
    "from ∞ to ∞": (RuleViolation, lambda: _rule(u, oo, oo, ZERO, u**2 / 2, (ZERO, ZERO))),
    "limits from inside although the ends may be in any order": (
        StepUndecided,
        lambda: _rule(1 / (2 * sqrt(c + u)), 0 * a, a, c * 0, sqrt(c + u), (sqrt(c), sqrt(c))),
    ),
    "an integrand that may be anything": (
        NotSupported,
        lambda: _rule(Fun("sign", (u,)) ** 2, -ONE, ONE, Rational(2), u, (-ONE, ONE)),
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_the_rule_refuses(name: str) -> None:
    error, attack = ATTACKS[name]
    with pytest.raises(error):
        attack()


def test_an_end_that_varies_with_an_index_bounds_nothing_for_others() -> None:
    """0 < u < π(y) for one y; that u < π(k) would follow if it were for all of them."""
    k = pi.element("k")
    claim = Eq(integral((pi[k] - u) ** -2, u, 0, pi[y]), 1 / (pi[k] - pi[y]) - 1 / pi[k])
    assert not isinstance(decide(claim, SETTING), Proved)


def test_an_end_of_unknown_sign_may_lie_on_either_side() -> None:
    """∫_0^a |u| du = a |a|/2, not a²/2."""
    assert isinstance(decide(Eq(integral(Abs(u), u, 0, a), a**2 / 2), SETTING), Refuted)
    assert isinstance(decide(Eq(integral(Abs(u), u, 0, p), p**2 / 2), SETTING), Proved)


def test_only_what_falls_plunges() -> None:
    with pytest.raises(StepUndecided, match="grows in no known way"):
        limit_of(SETTING, limit(exp(exp(z)), z, oo), ())


def test_the_variable_outside_is_another() -> None:
    with pytest.raises(TypeError, match="choose another letter"):
        integral(u, u, 0, u)
    assert integral(u * z, u, 0, 1).substitute({z: u}) == integral(u * Sym("v"), u, 0, 1).substitute({Sym("v"): u})


def test_an_end_may_not_mention_the_variable() -> None:
    built = integral(u, u, 0, 1)
    with pytest.raises(RuleViolation, match="mentions the variable"):
        Integral(built.body, built.last, built.body)


def test_limits_and_symbolic_powers() -> None:
    for power in (n, n - 1 / (1 + 1 / n)):
        assert isinstance(decide(Eq(limit(u**power, u, 0, "+"), 0), SETTING), Proved)
    for power in (c, n - 1):
        assert not isinstance(decide(Eq(limit(u**power, u, 0, "+"), 0), SETTING), Proved)
    assert isinstance(decide(Eq(limit(u ** (-n), u, oo), 0), SETTING), Proved)
    assert isinstance(decide(Eq(limit(exp(-exp(z)), z, oo), 0), SETTING), Proved)
    assert not isinstance(decide(Eq(limit(exp(exp(z)), z, oo), 0), SETTING), Proved)
    assert not isinstance(decide(Eq(limit(exp(z - exp(c * z)), z, oo), 0), SETTING), Proved)


# ------------------------------------------------------------------ quadrature against mpmath


class _Model:
    def __init__(self, values: dict[str, Fraction]):
        self.setting, self.values = Setting(), values
        self.solutions: dict[str, Any] = {}
        self.lone: frozenset[str] = frozenset()

    def number(self, key: Any) -> Fraction:
        return self.values[key.name]

    def shown(self, *_: object) -> None: ...


VALUES = {"a": Fraction(-3, 2), "b": Fraction(2), "n": Fraction(7, 2), "p": Fraction(1, 3)}
NUMBERS: dict[str, tuple[Term, Callable[[Any], Any], list[Any]]] = {
    "logarithm": (integral(log(u), u, 0, 1), lambda x: mp.log(x), [0, 1]),
    "two logarithms": (integral(log(u) * log(1 - u), u, 0, 1), lambda x: mp.log(x) * mp.log(1 - x), [0, 1]),
    "power": (integral(u ** (n - 1) * log(u), u, 0, 1), lambda x: x ** mpf("2.5") * mp.log(x), [0, 1]),
    "sigmoid": (integral(sigmoid(z), z, a, b), lambda x: 1 / (1 + mp.exp(-x)), [mpf("-1.5"), 2]),
    "turned": (integral(sigmoid(z), z, b, a), lambda x: 1 / (1 + mp.exp(-x)), [2, mpf("-1.5")]),
    "Gauss": (integral(exp(-(z**2) / 2), z, -oo, oo), lambda x: mp.exp(-x * x / 2), [-inf, inf]),
    "Gauss from a": (integral(exp(-(z**2) / 2), z, a, oo), lambda x: mp.exp(-x * x / 2), [mpf("-1.5"), 0, inf]),
    "softplus": (integral(softplus(-z), z, 0, oo), lambda x: mp.log(1 + mp.exp(-x)), [0, inf]),
    "Cauchy": (integral(1 / (1 + z**2), z, -oo, oo), lambda x: 1 / (1 + x * x), [-inf, inf]),
    "arcsine": (integral(1 / sqrt(u * (1 - u)), u, 0, 1), lambda x: 1 / mp.sqrt(x * (1 - x)), [0, 0.5, 1]),
    "logistic": (
        integral(sigmoid(z) * (1 - sigmoid(z)), z, -oo, oo),
        lambda x: mp.exp(-abs(x)) / (1 + mp.exp(-abs(x))) ** 2,
        [-inf, 0, inf],
    ),
    "gamma": (integral(z ** (n - 1) * exp(-p * z), z, 0, oo), lambda x: x ** mpf("2.5") * mp.exp(-x / 3), [0, 9, inf]),
    "powers": (integral(z / (1 + z**4), z, 1, oo), lambda x: x / (1 + x**4), [1, inf]),
}


@pytest.mark.parametrize("bits", [64, 256])
@pytest.mark.parametrize("name", NUMBERS)
def test_the_ball_holds_the_integral(name: str, bits: int) -> None:
    term, function, points = NUMBERS[name]
    evaluator = Evaluator(_Model(VALUES), bits, Fuel(10**6))  # type: ignore[arg-type]
    try:
        value = evaluator.value(term)
    except ArithmeticError:
        assert bits == 256  # too fine for the pieces that may be used
        return
    balls = evaluator.jets.balls
    ball = evaluator.jets.ball(value)  # type: ignore[arg-type]
    expected = Fraction(str(quad(function, points)))
    slack = Fraction(1, 10**12)
    assert balls.lower(ball) - slack <= expected <= balls.upper(ball) + slack
    assert balls.width(ball) < 1e-4


@pytest.mark.parametrize("seeds", [range(4), pytest.param(range(4, 24), marks=pytest.mark.slow)], ids=["few", "many"])
def test_random_integrals_agree_with_mpmath(seeds: range) -> None:
    """Products of powers, logarithms and exponentials: what is proven is so, what is close is not refuted."""
    proven = 0
    for seed in seeds:
        rng = Random(seed)
        i, j, k = rng.randint(0, 3), rng.randint(0, 2), rng.randint(1, 3)
        unit = rng.random() < 0.5
        if unit:
            body: Term = u**i * log(u) ** j + rng.randint(1, 3) * u**k
            low, high = Rational(0), Rational(1)
            number = quad(lambda x: x**i * mp.log(x) ** j + body.terms[1].factors[0].value * x**k, [0, 1])  # type: ignore[attr-defined] # noqa: B023
        else:
            body, low, high = (u**i + j) * exp(-k * u), Rational(0), oo
            number = quad(lambda x: (x**i + j) * mp.exp(-k * x), [0, inf])  # noqa: B023
        exact = Fraction(str(mp.nstr(number, 25))).limit_denominator(10_000)
        assert abs(mpf(exact.numerator) / exact.denominator - number) < mpf(10) ** -12
        claim = integral(body, u, low, high)
        value = Rational(exact.numerator, exact.denominator)
        verdict = cross_check(Eq(claim, value), SETTING)
        assert not isinstance(verdict, Refuted), (claim, value)
        proven += isinstance(verdict, Proved)
        assert isinstance(decide(Eq(claim, value + Rational(1, 1000)), SETTING), Refuted)
    assert proven == len(seeds)


# ------------------------------------------------------------------ reading and writing

WRITTEN: dict[str, tuple[Term, str, str]] = {
    "ends": (integral(log(u), u, 0, 1), r"\int_0^1 \log u\,du", "∫_0^1 log u du"),
    "infinite": (integral(exp(-s), s, 0, oo), r"\int_0^{\infty} e^{-s}\,ds", "∫_0^{∞} exp(−s) ds"),
    "factor": (2 * integral(u, u, a, b), r"2\int_a^b u\,du", "2 ∫_a^b u du"),
    "sum": (
        integral(u + a, u, 0, 1) + b,
        r"\int_0^1 (u + a)\,du + b",
        "∫_0^1 (u + a) du + b",
    ),
    "letter in use": (
        integral(z, z, 0, 1).substitute({}) + z,
        r"\int_0^1 z'\,dz' + z",
        "∫_0^1 z′ dz′ + z",
    ),
}


def test_an_integral_through_a_pole_is_given_up_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[Any] = []
    between = evaluate.between

    def counted(*args: Any) -> Any:
        tried.append(args)
        return between(*args)

    monkeypatch.setattr(evaluate, "between", counted)
    verdict = decide(Eq(integral(u / u, u, -1, p), p + 1), SETTING)
    assert isinstance(verdict, Undecided)
    assert 0 < len(tried) < 30


@pytest.mark.parametrize("name", WRITTEN)
def test_an_integral_is_written(name: str) -> None:
    term, tex, text = WRITTEN[name]
    assert latex(term) == tex
    assert unicode(term) == text
    assert "integral" in typst(term)


@pytest.mark.parametrize("name", [name for name in WRITTEN if name != "letter in use"])
def test_an_integral_is_read_back(name: str) -> None:
    term = WRITTEN[name][0]
    assert read_back(latex(term), "latex", term) == term
    assert read_back(unicode(term), "text", term) == term
    assert from_sympy(term.sympy()).sympy() == term.sympy()


def test_python_like_text_has_integrals() -> None:
    assert read_expression("integral(log(v), v, 0, oo)") == integral(log(Sym("v")), Sym("v"), 0, oo)
