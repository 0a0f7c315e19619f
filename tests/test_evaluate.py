"""Values of terms at a point: against mpmath at 50 digits, derivatives by hand, and undefined where they are."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from fractions import Fraction
from random import Random
from typing import Any

import mpmath
import pytest

from symrlhf.errors import NotSupported
from symrlhf.kernel.ball import Undefined, arithmetic
from symrlhf.kernel.evaluate import (
    FUNCTIONS,
    NOWHERE,
    SUMMANDS,
    Element,
    Evaluator,
    Fuel,
    Key,
    OutOfFuel,
    Rejected,
    Scope,
    assignments,
)
from symrlhf.kernel.jet import Number, base
from symrlhf.kernel.refute import digits
from symrlhf.kernel.sample import STYLES, Sample, Style
from symrlhf.kernel.statement import Solution
from symrlhf.notation import BINDERS
from symrlhf.notation import FUNCTIONS as NOTATION
from symrlhf.setting import KL, Data, Declaration, E, H, Policy, Reward, Setting, cross_entropy
from symrlhf.term import (
    RESPONSES,
    Abs,
    App,
    Card,
    Cases,
    Eq,
    Fun,
    Gt,
    IndexSet,
    Lam,
    Lt,
    Max,
    Min,
    Mul,
    Num,
    Pow,
    Prod,
    Rational,
    Sum,
    Sym,
    Term,
    clip,
    delta,
    diff,
    exp,
    log,
    log_gap,
    sigmoid,
    sign,
    softplus,
    sqrt,
    stop_gradient,
    tanh,
)

mpmath.mp.dps = 50

a, b, z, beta, phi, theta = (Sym(n) for n in ("a", "b", "z", "beta", "phi", "theta"))
pi, ref, p_theta = Policy("pi"), Policy("pi_ref"), Policy("p_theta")
r, r_phi, f = Reward("r"), Reward("r_phi"), Reward("f")
y, k, m = pi.index("y"), pi.index("k"), pi.index("m")
y_w, y_l = pi.element("y_w"), pi.element("y_l")
q = Fraction

SETTING = Setting().declare(
    Declaration("beta", sign="positive"),
    *(Declaration(p.name, sign="positive", distribution=True) for p in (pi, ref)),
    Declaration("r_phi", depends=frozenset({"phi", "theta"})),
    Declaration("p_theta", sign="positive", distribution=True, depends=frozenset({"theta"})),
    Declaration("y_w", RESPONSES, fixed=True),
)

THREE = Style((3,), STYLES[0].magnitudes, STYLES[0].weights)


def sample(
    setting: Setting = SETTING,
    size: int = 3,
    solutions: Mapping[str, tuple[Solution, ...]] | None = None,
    lone: frozenset[str] = frozenset(),
) -> Sample:
    style = Style((size,), STYLES[0].magnitudes, STYLES[0].weights)
    return Sample(setting, style, Random(1), solutions or {}, lone, {})


def at(model: Sample, values: Mapping[str, Any]) -> Sample:
    """The model with these values: a number, or a list over the responses."""
    for name, value in values.items():
        if isinstance(value, list):
            for e, v in zip(model.elements(RESPONSES), value, strict=True):
                model.chosen[Key(name, (e,))] = Fraction(v)
        else:
            model.chosen[Key(name)] = Fraction(value)
    return model


def number(term: Term, model: Sample, scope: Scope = NOWHERE, bits: int = 200) -> Number:
    return base(Evaluator(model, bits, Fuel(100_000)).value(term, scope))


def at_response(term: Term, model: Sample, i: int) -> Number:
    """The value where the free index y is the i-th response."""
    return number(term, model, list(assignments((y,), model))[i])


def close(x: Number, expected: Any, tolerance: str = "1e-30") -> bool:
    balls = arithmetic(200)
    ball = balls.rational(x) if isinstance(x, Fraction) else x
    mid = balls.midpoint(ball)
    return balls.width(ball) < 1e-40 and abs(mpmath.mpf(mid.numerator) / mid.denominator - expected) <= mpmath.mpf(
        tolerance
    )


# ------------------------------------------------------------------ functions and operators


def test_every_notation_has_a_value() -> None:
    assert FUNCTIONS.keys() | {"delta"} == NOTATION.keys()
    assert SUMMANDS.keys() == BINDERS.keys()


MEANING: dict[str, Callable[..., Any]] = {
    "exp": mpmath.exp,
    "log": mpmath.log,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
    "tanh": mpmath.tanh,
    "cosh": mpmath.cosh,
    "sinh": mpmath.sinh,
    "arctan": mpmath.atan,
    "arcsin": mpmath.asin,
    "sqrt": mpmath.sqrt,
    "abs": abs,
    "sign": mpmath.sign,
    "min": min,
    "max": max,
    "clip": lambda x, low, high: min(max(x, low), high),
    "log_gap": lambda x: x - 1 - mpmath.log(x),
    "stop_gradient": lambda x: x,
}
POSITIVE_ONLY = {"log", "sqrt", "log_gap"}


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
@pytest.mark.parametrize("x", ["1/3", "1", "7/2", "20", "1/1000", "-1/3", "-20", "0"])
def test_function_values_agree_with_mpmath(name: str, x: str) -> None:
    value = Fraction(x)
    if name == "arcsin" and abs(value) > 1:
        with pytest.raises(Undefined):
            number(Fun(name, (Rational(value.numerator, value.denominator),)), sample())
        return
    if name in POSITIVE_ONLY and value <= 0:
        with pytest.raises(Undefined):
            number(Fun(name, (Rational(value.numerator, value.denominator),)), sample())
        return
    args = [value, *([Fraction(-1), Fraction(2)] if name == "clip" else [])]
    term = Fun(name, tuple(Rational(v.numerator, v.denominator) for v in args))
    expected = (
        MEANING[name](*(mpmath.mpf(v.numerator) / v.denominator for v in args)) if name not in ("min", "max") else value
    )
    assert close(
        number(term, sample()),
        mpmath.mpf(expected.numerator) / expected.denominator if isinstance(expected, Fraction) else expected,
    )


SCALAR: dict[str, tuple[Callable[[Any], Term], Callable[[Any], Any]]] = {
    "sigmoid": (sigmoid, MEANING["sigmoid"]),
    "softplus": (softplus, MEANING["softplus"]),
    "tanh": (tanh, mpmath.tanh),
    "gap": (lambda t: log_gap(exp(t)), lambda t: mpmath.exp(t) - 1 - t),
    "quotient": (lambda t: (t**3 - 2) / (t**2 + 1), lambda t: (t**3 - 2) / (t**2 + 1)),
    "power with a fractional exponent": (
        lambda t: (t**2 + 1) ** Rational(3, 2),
        lambda t: (t**2 + 1) ** mpmath.mpf("1.5"),
    ),
    "power with a moving exponent": (lambda t: (t**2 + 1) ** t, lambda t: (t**2 + 1) ** t),
    "negative power": (lambda t: t ** Rational(-3), lambda t: t**-3),
    "nested": (
        lambda t: log(1 + exp(sigmoid(2 * t) * t)),
        lambda t: mpmath.log(1 + mpmath.exp(2 * 0 + t / (1 + mpmath.exp(-2 * t)))),
    ),
    "absolute value": (lambda t: Abs(t) * t, lambda t: abs(t) * t),
    "clip": (lambda t: clip(t**2, 0, 5) * exp(t), lambda t: min(t**2, 5) * mpmath.exp(t)),
    "max": (lambda t: Max(t, 3 * t, t**3), lambda t: max(t, 3 * t, t**3)),
    "sign": (lambda t: sign(t) * t**2, lambda t: mpmath.sign(t) * t**2),
}


@pytest.mark.parametrize("name", SCALAR)
@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("point", ["3/7", "-5/4"])
def test_derivatives_of_any_order_agree_with_mpmath(name: str, order: int, point: str) -> None:
    build, meaning = SCALAR[name]
    term = build(z)
    for _ in range(order):
        term = diff(term, z)
    x = mpmath.mpf(Fraction(point).numerator) / Fraction(point).denominator
    with mpmath.workdps(80):
        expected = mpmath.diff(meaning, x, order)
    assert close(number(term, at(sample(), {"z": point})), expected, "1e-15")


def test_mixed_derivatives_hold_the_other_variable_still() -> None:
    term = diff(diff(exp(a * b**2), a), b)
    # ∂²/∂a∂b exp(ab²) = (2b + 2ab³) exp(ab²)
    assert close(number(term, at(sample(), {"a": "1/2", "b": "3"})), (6 + 27) * mpmath.exp(mpmath.mpf("4.5")), "1e-25")


def test_a_derivative_inside_a_derivative_keeps_its_own_variable() -> None:
    # d/da (a · d/db (a b)) = d/da a² = 2a: a second a must not be taken for the first
    assert number(diff(a * diff(a * b, b), a), at(sample(), {"a": 5, "b": 7})) == 10
    # d/da (a · d/da a²) = d/da 2a² = 4a
    assert number(diff(a * diff(a**2, a), a), at(sample(), {"a": 5})) == 20


def test_what_is_stopped_does_not_move() -> None:
    term = stop_gradient(a**2) * a
    assert number(term, at(sample(), {"a": 5})) == 125
    assert number(diff(term, a), at(sample(), {"a": 5})) == 25
    assert number(diff(diff(term, a), a), at(sample(), {"a": 5})) == 0
    # What is stopped may hold a derivative of its own: sg(d/da a²) a.
    assert number(diff(stop_gradient(diff(a**2, a)) * a, a), at(sample(), {"a": 5})) == 10


def test_operators_by_their_definitions() -> None:
    model = at(sample(), {"pi": ["1/2", "1/3", "1/6"], "pi_ref": ["1/4", "1/4", "1/2"], "r": [1, -2, "1/2"]})
    p, s = [mpmath.mpf(1) / n for n in (2, 3, 6)], [mpmath.mpf(n) / 4 for n in (1, 1, 2)]
    assert number(Sum(y, r[y]), model) == q(-1, 2)
    assert number(Prod(y, r[y]), model) == -1
    assert number(E(pi, r), model) == q(1, 2) - q(2, 3) + q(1, 12)
    assert number(Card(RESPONSES), model) == 3
    assert close(number(KL(pi, ref), model), sum(u * mpmath.log(u / v) for u, v in zip(p, s, strict=True)))
    assert close(number(H(pi), model), -sum(u * mpmath.log(u) for u in p))
    assert close(number(cross_entropy(pi, ref), model), -sum(u * mpmath.log(v) for u, v in zip(p, s, strict=True)))


def test_exact_values_stay_exact() -> None:
    model = at(sample(), {"r": [1, "-1/2", "1/3"], "a": 3})
    assert number(Sum(y, r[y] ** 2) / a, model) == (1 + q(1, 4) + q(1, 9)) / 3
    assert number(exp(a - 3) + log(a / 3), model) == 1
    assert number(2**a, model) == 8


def test_kronecker_delta_compares_elements() -> None:
    model = at(sample(), {"r": [2, 3, 5]})
    assert [at_response(Sum(k, delta(k, y) * r[k]), model, i) for i in range(3)] == [2, 3, 5]
    assert number(Sum(y, Sum(k, delta(y, k) * r[y] * r[k])), model) == 4 + 9 + 25
    other = IndexSet("Y'", "y")
    with pytest.raises(NotSupported):
        number(delta(a, a), model)
    assert number(Sum(y, Sum(Sym("j", other), delta(y, Sym("j", other)))), model) == 0


def test_indices_of_data_are_elements() -> None:
    data = Data("data")
    i = data.index("i")
    model = at(sample(), {"r": [2, 3, 5]})
    values = [Fraction(2), Fraction(3), Fraction(5)]
    scopes = list(assignments((i,), model))
    picked = [number(r[data.y_w[i]], model, s) for s in scopes]
    assert set(picked) <= set(values)
    assert number(Sum(i, r[data.y_w[i]]), model) == sum(v for v in picked if isinstance(v, Fraction))


def test_definitions_are_looked_up_with_their_arguments() -> None:
    defined = SETTING.define("Z", Lam((), Sum(y, ref[y] * exp(r[y] / beta)))).define(
        "star", Lam((y,), ref[y] * exp(r[y] / beta) / Sym("Z"))
    )
    defined = defined.define("square", Lam((a,), a**2))
    model = at(sample(defined), {"pi_ref": ["1/4", "1/4", "1/2"], "r": [0, 0, 0], "beta": 2, "z": 3})
    star = Reward("star")
    assert number(Sum(y, star[y]), model) == 1
    assert at_response(star[y], model, 2) == q(1, 2)
    assert number(App("square", (App("square", (z,)),)), model) == 81
    # d/dz (z²)² = 4z³: derivatives pass through definitions
    assert number(diff(App("square", (App("square", (z,)),)), z), model) == 108
    # d/dβ of Z at r = 0 vanishes, of log star too
    assert number(diff(Sym("Z"), beta), model) == 0


# ------------------------------------------------------------------ derivatives by the entries of a family


def test_entries_are_independent_variables() -> None:
    model = at(sample(), {"pi": ["1/2", "1/3", "1/6"], "r": [2, 3, 5]})
    assert at_response(diff(Sum(y, pi[y]), pi[y]), model, 1) == 1
    assert [at_response(diff(Sum(k, pi[k] * r[k]), pi[y]), model, i) for i in range(3)] == [2, 3, 5]
    # the variable is evaluated where it stands: Σ_k ∂(Σ_m π(m)²)/∂π(k) = 2 Σ π = 2
    assert number(Sum(k, diff(Sum(m, pi[m] ** 2), pi[k])), model) == 2
    # ∂²/∂π(k)∂π(y) of Σ_m π(m)² is 2 δ
    second = diff(diff(Sum(m, pi[m] ** 2), pi[k]), pi[y])
    assert [number(second, model, s) for s in assignments((y, k), model)] == [2, 0, 0, 0, 2, 0, 0, 0, 2]


def test_first_order_condition_by_hand() -> None:
    model = at(
        sample(), {"pi": ["1/2", "1/3", "1/6"], "pi_ref": ["1/4", "1/4", "1/2"], "r": [2, 3, 5], "beta": 2, "a": 7}
    )
    lagrangian = E(pi, r) - beta * KL(pi, ref) - a * (Sum(y, pi[y]) - 1)
    expected = 2 - 2 * (mpmath.log(2) + 1) - 7
    assert close(at_response(diff(lagrangian, pi[y]), model, 0), expected)


# ------------------------------------------------------------------ unknown dependencies


def test_an_unknown_rate_is_one_number_wherever_it_appears() -> None:
    model = sample()
    once = diff(r_phi[y_w], phi)
    assert number(diff(r_phi[y_w] ** 2, phi) - 2 * r_phi[y_w] * once, model) == 0
    assert number(diff(sigmoid(r_phi[y_w]), phi) / once, model) != 0
    assert number(diff(r[y_w], phi), model) == 0
    assert number(once, model) != number(diff(r_phi[y_w], theta), model)


def test_unknown_mixed_derivatives_commute() -> None:
    model = sample()
    assert number(diff(diff(r_phi[y_w], phi), theta), model) == number(diff(diff(r_phi[y_w], theta), phi), model)
    assert number(diff(diff(r_phi[y_w], phi), phi), model) != number(diff(diff(r_phi[y_w], phi), theta), model)
    # (fg)'' = f''g + 2f'g' + fg''
    u, v = r_phi[y_w], r_phi[y_l]
    twice = diff(diff(u * v, phi), phi)
    expected = diff(diff(u, phi), phi) * v + 2 * diff(u, phi) * diff(v, phi) + u * diff(diff(v, phi), phi)
    assert number(twice - expected, model) == 0


def test_rates_of_a_distribution_add_up_to_zero() -> None:
    model = sample()
    assert number(Sum(y, diff(p_theta[y], theta)), model) == 0
    assert number(Sum(y, diff(diff(p_theta[y], theta), theta)), model) == 0
    assert number(diff(Sum(y, p_theta[y]), theta), model) == 0
    assert number(Sum(y, p_theta[y]), model) == 1
    assert at_response(diff(p_theta[y], theta), model, 0) != 0
    # as variables its entries are free
    assert at_response(diff(Sum(y, p_theta[y]), p_theta[y]), model, 0) == 1


def test_an_unknown_function_of_a_number_obeys_the_chain_rule() -> None:
    model = sample(lone=frozenset({"F"}))
    inner = a * z**2
    composed = App("F", (inner,))
    first = number(diff(composed, z), model)
    slope = number(diff(composed, a), model)
    # dF(az²)/dz = F'·2az and dF(az²)/da = F'·z²
    values = {n: model.chosen[Key(n)] for n in ("a", "z")}
    assert isinstance(first, Fraction) and isinstance(slope, Fraction)
    assert isinstance(values["a"], Fraction) and isinstance(values["z"], Fraction)
    assert first * values["z"] == 2 * values["a"] * slope


def test_an_unknown_function_has_one_value_per_argument() -> None:
    model = at(sample(), {"a": 2, "b": 2, "z": 3})
    assert number(App("F", (a,)) - App("F", (b,)), model) == 0
    assert number(App("F", (a,)) - App("F", (z,)), model) != 0
    with pytest.raises(NotSupported, match="several arguments"):
        number(App("F", (exp(a),)) - App("F", (a,)), model)


# ------------------------------------------------------------------ atoms given by solutions


def _solved(target: Term, value: Term) -> dict[str, tuple[Solution, ...]]:
    assert isinstance(target, (Sym, App))
    return {target.name: (Solution(target, value),)}


def test_a_solution_is_a_schema_in_the_indices_of_its_target() -> None:
    model = at(sample(solutions=_solved(f[y], 2 * r[y])), {"r": [2, 3, 5]})
    assert number(Sum(k, f[k]), model) == 20


def test_derivatives_pass_through_a_solution_only_where_the_atom_is_declared_to_vary() -> None:
    model = at(sample(solutions=_solved(r_phi[y], phi**2 * f[y])), {"phi": 3, "f": [1, 2, 4]})
    assert at_response(diff(r_phi[y], phi), model, 2) == 24
    still = at(sample(solutions=_solved(f[y], phi**2)), {"phi": 3})
    assert at_response(f[y], still, 0) == 9
    assert at_response(diff(f[y], phi), still, 0) == 0


def test_a_solved_atom_must_meet_its_declared_sign_and_sum() -> None:
    for target, value, reason in (
        (beta, Rational(-1), "beta is not positive"),
        (pi[y], Rational(1, 2), "does not sum to 1"),
        (pi[y], 1 - 2 * delta(y, y), "pi is not positive"),
        (a, b + a, "by itself"),
    ):
        model = sample(solutions=_solved(target, value))
        with pytest.raises(Rejected, match=reason):
            at_response(target, model, 0)
    uniform = sample(solutions=_solved(pi[y], 1 / Card(RESPONSES)))
    assert at_response(pi[y], uniform, 0) == q(1, 3)


def test_a_solved_distribution_that_varies_must_keep_its_sum() -> None:
    drifting = sample(solutions=_solved(p_theta[y], theta / (3 * theta)))
    assert at_response(diff(p_theta[y], theta), drifting, 0) == 0
    growing = at(sample(solutions=_solved(p_theta[y], theta / 3)), {"theta": 1})
    with pytest.raises(Rejected, match="does not sum to 1"):
        at_response(diff(p_theta[y], theta), growing, 0)


# ------------------------------------------------------------------ where nothing is meant

UNDEFINED = {
    "division by a difference that is zero": 1 / (a - a),
    "zero over zero": (a - a) / (a - a),
    "log of zero": log(a - a),
    "log of a negative number": log(-(a**2) - 1),
    "root of a negative number": sqrt(-(a**2) - 1),
    "root of zero": sqrt(a - a),
    "negative power of zero": (a - a) ** Rational(-2),
    "zero to a power that is no integer literal": (a - a) ** b,
    "a symbol as exponent of a negative base": (-(a**2) - 1) ** b,
    "a product with an undefined factor": Mul((Rational(0), 1 / (a - a))),
    "KL with an entry that is not positive": KL(lambda i: delta(i, y_w), lambda i: Rational(1)),
    "a derivative of an undefined term": diff(log(a - a), a),
    "slope of |x| at 0": diff(Abs(a - b), a),
    "slope of a maximum at a tie": diff(Max(a, b), a),
    "slope of a clip at its edge": diff(clip(a, 0, b), a),
    "slope of sign at 0": diff(sign(a - b), a),
    "slope where the case changes": diff(Cases(((Lt(a, b), a),), 2 * a), a),
}


@pytest.mark.parametrize("name", UNDEFINED)
def test_undefined_terms_have_no_value(name: str) -> None:
    with pytest.raises(Undefined):
        number(UNDEFINED[name], at(sample(), {"a": 3, "b": 3}))


def test_conventions_at_the_edge() -> None:
    model = at(sample(), {"a": 3, "b": 3})
    assert number(Pow(a - a, Rational(0)), model) == 1
    assert number(Abs(a - b) + sign(a - b) + Max(a, b) - Min(a, b), model) == 3 - 3
    assert number(diff((a - b) ** 2, a), model) == 0
    assert number(diff(diff((a - b) ** 2, a), a), model) == 2
    # one-sided branches away from the kink, and pieces that agree at it
    assert number(diff(Abs(2 * a - b), a), model) == 2
    assert number(diff(Max(a, a), a), model) == 1
    assert number(diff(Cases(((Lt(a, 4), a**2),), Rational(0)), a), model) == 6


def test_only_the_case_that_is_taken_must_be_defined() -> None:
    model = at(sample(), {"a": 0})
    assert number(Cases(((Gt(a, 0), log(a)),), Rational(5)), model) == 5
    assert at_response(Cases(((Eq(y, y), r[y]),), 1 / (a - a)), model, 0) == at_response(r[y], model, 0)


# ------------------------------------------------------------------ hostile terms, backends


def test_huge_exponents_and_deep_sums_end_quickly() -> None:
    tower = Num(Fraction(10), "10")
    start = time.perf_counter()
    assert number(exp(-(tower ** (tower**tower))), sample()) is not None
    with pytest.raises(Undefined):
        number(tower ** (tower ** (tower**tower)), sample())
    with pytest.raises(Undefined):
        number(exp(exp(exp(exp(tower)))), sample())
    term: Term = Rational(1)
    indices = [pi.index(f"y{i}") for i in range(20)]
    for i in indices:
        term = term * r[i]
    for i in indices:
        term = Sum(i, term)
    with pytest.raises(OutOfFuel):
        number(term, sample())
    assert time.perf_counter() - start < 30  # minutes without the bound


def test_elements_of_different_sets_differ() -> None:
    assert Element(RESPONSES, 0) != Element(RESPONSES, 0)
    model = sample()
    assert model.elements(RESPONSES) == model.elements(RESPONSES)


BACKEND_TERMS: list[tuple[Term, Any]] = [
    (sigmoid(Rational(3)), 1 / (1 + mpmath.exp(-3))),
    (softplus(Rational(-9, 2)), mpmath.log1p(mpmath.exp(mpmath.mpf("-4.5")))),
    (exp(Rational(1, 3)) ** Rational(5, 7), mpmath.exp(mpmath.mpf(5) / 21)),
    (tanh(Rational(1, 5)), mpmath.tanh(mpmath.mpf(1) / 5)),
    (Rational(2) ** Rational(1, 2) - log(Rational(6, 5)), mpmath.sqrt(2) - mpmath.log(mpmath.mpf(6) / 5)),
    (exp(Rational(-20)) * 10 ** Rational(7), mpmath.exp(-20) * 10**7),
]


def _digits() -> str:
    return " ".join(digits(term, 25) for term, _ in BACKEND_TERMS)


def test_both_ball_backends_give_the_same_digits() -> None:
    pytest.importorskip("flint")
    program = "import sys; sys.path.insert(0, 'tests'); import test_evaluate as t; print(t._digits())"
    printed = {
        backend: subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "SYMRLHF_BALL": backend},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for backend in ("flint", "python")
    }
    assert printed["flint"] == printed["python"]
    for shown, (_, expected) in zip(printed["flint"].split(), BACKEND_TERMS, strict=True):
        assert abs(mpmath.mpf(shown) - expected) <= abs(expected) * mpmath.mpf("1e-24")
