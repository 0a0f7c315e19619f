"""Terms and SymPy: what goes over, what comes back, and what SymPy is kept from getting wrong."""

from __future__ import annotations

import pickle
from decimal import Decimal
from typing import Any

import pytest
import sympy
from evaluated import Point, close, evaluate

from symrlhf.errors import NotSupported
from symrlhf.read.sympy import from_sympy
from symrlhf.setting import KL, Declaration, E, H, Policy, Reward, Setting
from symrlhf.term import (
    PROMPTS,
    RESPONSES,
    VECTOR,
    App,
    Approx,
    Card,
    Eq,
    Iff,
    Implies,
    IndexSet,
    Le,
    Max,
    Min,
    Neg,
    Pow,
    Prod,
    Rational,
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
from symrlhf.write import sympy as written
from symrlhf.write.sympy import Opaque, TypedSymbol, to_sympy

A: Any
B: Any
A, B = sympy.symbols("a b", real=True)
a, b, beta = Sym("a"), Sym("b"), Sym("beta")
pi, ref, r = Policy("pi"), Policy("pi_ref"), Reward("r")
y, z = pi.index("y"), pi.index("z")
y_w = pi.element("y_w")
SIGMOID: Any = written.sigmoid
SOFTPLUS: Any = written.softplus
f: Any = sympy.Function("f", real=True)

FRAGMENT: list[Any] = [
    sympy.Integer(-3),
    sympy.Rational(-2, 3),
    A - B,
    A / B,
    -A / B / 3,
    sympy.Rational(-2, 3) * A * (A - B) / B**2,
    (A + B) ** -2,
    1 / (1 - A),
    A / (1 - A),
    sympy.sqrt(A),
    1 / sympy.sqrt(A),
    2**-A,
    A * sympy.exp(-A),
    sympy.E,
    sympy.exp(A) / (sympy.exp(A) + sympy.exp(B)),
    sympy.exp(-(A - B)),
    -sympy.log(1 + sympy.exp(-A)),
    sympy.tanh(A / 2),
    sympy.Min(A, B) - sympy.Max(A, 0),
    sympy.Abs(A) * sympy.sign(B),
    SIGMOID(-A) * SOFTPLUS(B) ** 2,
    f(A, B) + f(B, A),
    sympy.Derivative(f(A), A),
    sympy.Eq(A, B**2),
    sympy.Ne(A, B),
    sympy.Le(A, B),
    sympy.Gt(A, B),
    sympy.Implies(A > 0, B > 0),
]


@pytest.mark.parametrize("e", FRAGMENT, ids=str)
def test_sympy_comes_back_as_it_was(e: Any) -> None:
    assert from_sympy(e).sympy() == e


READ = [
    (A / B, a / b),
    (-A / B, -(a / b)),
    (B - A, b - a),
    (1 / A, 1 / a),
    (sympy.sqrt(A), sqrt(a)),
    (A**-2, 1 / Pow(a, as_term(2))),
    (sympy.Rational(-1, 2) * A, -(a / 2)),
    (A / (1 - A), a / (1 - a)),
    (sympy.exp(-A), exp(-a)),
]


@pytest.mark.parametrize(("e", "term"), READ, ids=lambda v: str(v))
def test_fractions_roots_and_signs_are_read_as_a_person_writes_them(e: Any, term: Term) -> None:
    assert from_sympy(e) == term


TERMS: list[Term] = [
    exp(-(a - b)),
    exp(log(a)),
    (a - b) / (a - b) * Decimal("0.10"),
    sigmoid(a) * softplus(-b) + tanh(a) - sqrt(a),
    Min(a, b) + Max(a, 1) + clip(a, b, Rational(1, 3)),
    -(a / b) - Neg(a * b) ** 2,
    r[y] * pi[y_w] - delta(y, y_w),
    E(pi, r) - beta * KL(pi, ref) + beta * H(pi),
    Prod(y, pi[y]) / Card(RESPONSES),
    App("pi", (y_w, Sym("x", PROMPTS, True)), 1) * a,
    Sum(y, pi[y] * Sum(z, ref[z] * r[y])),
    diff(a * a * b, a),
    diff(Sum(y, pi[y] * pi[y] * r[y]), pi[y_w]),
]

POSITIVE = Setting().declare(
    *(Declaration(n, sign="positive") for n in ("a", "b", "beta")),
    *(Declaration(n, sign="positive", distribution=True) for n in ("pi", "pi_ref")),
)


@pytest.mark.parametrize("term", TERMS, ids=repr)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_term_that_went_through_sympy_has_the_same_value(term: Term, seed: int) -> None:
    for setting in (None, POSITIVE):
        back = from_sympy(to_sympy(term, setting))
        assert close(evaluate(term, Point(POSITIVE, seed)), evaluate(back, Point(POSITIVE, seed)))


def test_terms_are_taken_by_sympy_as_they_are() -> None:
    assert sympy.sympify(a / b) == A / B
    assert sympy.diff(sigmoid(a), A) == SIGMOID(A) * SIGMOID(-A)
    assert sympy.solve(Eq(2 * a, b), A) == [B / 2]
    assert sympy.limit(exp(-a), A, sympy.oo) == 0


def test_one_name_is_one_real_symbol_and_the_setting_may_know_its_sign() -> None:
    assert to_sympy(a) == A
    assert to_sympy(beta, POSITIVE) == sympy.Symbol("beta", positive=True)
    assert to_sympy(pi[y], POSITIVE).is_positive
    assert sympy.expand_log(to_sympy(log(a * b), POSITIVE)) == to_sympy(log(a) + log(b), POSITIVE)


def test_an_index_is_not_the_number_of_the_same_name() -> None:
    index, number = to_sympy(y), to_sympy(Sym("y"))
    assert isinstance(index, TypedSymbol)
    assert index != number
    assert from_sympy(index) == y
    assert from_sympy(to_sympy(y_w)) == y_w != from_sympy(index)


@pytest.mark.parametrize(
    "term", [Sym("phi", VECTOR), App("x", (Sym("i", IndexSet("D")),), 0, PROMPTS), pi[y_w, y], a < b, Le(a, b)]
)
def test_sorts_and_bars_survive_the_round_trip(term: Term) -> None:
    assert from_sympy(term.sympy()) == term


def test_logic_of_relations_survives_the_round_trip() -> None:
    for term in (Implies(Le(a, b), Eq(a, b)), Iff(Eq(a, 1), Eq(b, 2))):
        assert from_sympy(term.sympy()) == term


# ------------------------------------------------------------------ sigmoid and softplus


def test_derivatives_of_sigmoid_and_softplus_stay_in_sigmoid_form() -> None:
    assert sympy.diff(SOFTPLUS(A), A) == SIGMOID(A)
    assert sympy.diff(sympy.log(SIGMOID(A - B)), A) == SIGMOID(B - A)


def test_sigmoid_and_softplus_are_numbers_at_numbers() -> None:
    assert SIGMOID(2).evalf(20) == (1 / (1 + sympy.exp(-2))).evalf(20)
    assert SOFTPLUS(2).evalf(20) == sympy.log(1 + sympy.exp(2)).evalf(20)
    assert sympy.Min(SIGMOID(1), 2) == SIGMOID(1)


@pytest.mark.parametrize("module", ["math", "mpmath", "numpy"])
def test_sigmoid_and_softplus_can_be_lambdified(module: str) -> None:
    value = sympy.lambdify(A, SIGMOID(A) + SOFTPLUS(A), module)(1)
    assert float(value) == pytest.approx(2.044320266148228, rel=1e-15)


# ------------------------------------------------------------------ what SymPy must not look into


def test_sympy_does_not_capture_a_bound_index() -> None:
    total = Sum(y, a * pi[y])
    replaced = to_sympy(total).subs(A, to_sympy(r[y]))
    assert from_sympy(replaced) == Sum(z, r[y] * pi[z])


def test_sympy_differentiates_a_sum_by_a_parameter_into_an_honest_derivative() -> None:
    total = Sum(y, exp(a * r[y]))
    assert from_sympy(sympy.diff(to_sympy(total), A)) == diff(total, a)
    assert sympy.diff(to_sympy(total), B) == 0


def test_sympy_is_refused_the_silent_zero_of_a_derivative_by_one_probability() -> None:
    with pytest.raises(NotSupported, match="symrlhf's diff"):
        sympy.diff(to_sympy(Sum(y, pi[y] * r[y])), to_sympy(pi[y]))


def test_an_opaque_number_is_equal_to_itself_and_travels() -> None:
    whole = to_sympy(E(pi, r) * beta)
    assert to_sympy(Sum(y, pi[y])) == to_sympy(Sum(z, pi[z]))
    assert pickle.loads(pickle.dumps(whole)) == whole
    assert whole.atoms(Opaque) == {to_sympy(E(pi, r))}


# ------------------------------------------------------------------ SymPy's own sums

Y, N, K = sympy.symbols("y n k")
P: Any = sympy.IndexedBase("pi")
R: Any = sympy.IndexedBase("r")
OUTCOMES = IndexSet("n")


def test_a_sum_to_a_symbol_is_a_sum_over_an_abstract_set() -> None:
    index = Sym("k", OUTCOMES)
    total = Sum(index, App("pi", (index,)) * App("r", (index,)))
    assert from_sympy(sympy.Sum(P[Y] * R[Y], (Y, 1, N))) == total
    assert from_sympy(sympy.Sum(P[Y] * R[Y], (Y, 1, N)) / N) == 1 / Card(OUTCOMES) * total


def test_a_free_index_has_the_set_of_the_summed_one() -> None:
    line = from_sympy(sympy.Eq(P[K], R[K] / sympy.Sum(R[Y], (Y, 1, N))))
    assert {s.sort for s in line.symbols} == {OUTCOMES}


UNSUPPORTED: list[tuple[Any, str]] = [
    (sympy.Integral(A, A), "an integral needs both its ends"),
    (sympy.Piecewise((A, A > 0), (B, True)), "SymPy's Piecewise"),
    (sympy.sin(A), "SymPy's sin"),
    (sympy.I * A, "SymPy's ImaginaryUnit"),
    (sympy.Eq(A, A), "evaluate=False"),
    (sympy.Sum(Y * P[Y], (Y, 1, N)), "used as a number"),
    (sympy.Sum(P[Y], (Y, 0, N)), "only sums over y = 1"),
    (sympy.Sum(P[Y], (Y, 1, 3)), "only sums over y = 1"),
]


@pytest.mark.parametrize(("e", "message"), UNSUPPORTED, ids=lambda v: str(v))
def test_what_is_not_supported_is_named(e: Any, message: str) -> None:
    with pytest.raises(NotSupported, match=message):
        from_sympy(e)


def test_a_relation_that_sympy_lacks_is_not_supported() -> None:
    with pytest.raises(NotSupported):
        to_sympy(Approx(a, Decimal("0.1")))


def test_a_sympy_float_is_refused() -> None:
    with pytest.raises(TypeError, match="a float is not exact"):
        from_sympy(sympy.Float("0.1") * A)
