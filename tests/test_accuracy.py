"""Accuracy of compiled formulas over extreme inputs: practitioners' losses against 500 digits."""

import random
from typing import Any

import numpy as np
import pytest
from evaluated import Point, evaluate, mp
from practice import DOMAINS, LOSSES

from symrlhf.compile import NumericFunction, compile_relation
from symrlhf.setting import Declaration, Setting
from symrlhf.term import Eq, Sym, Term

Exact = Any
"""A number of mpmath, which has no annotations."""

SETTING = Setting(tuple(Declaration(n, sign="positive") for n in ("beta", "tau", "gamma", "p", "q", "u", "eps")))
DIGITS = 500
TOLERANCE = 1e-12
EPSILON = 2.0**-52


def compiled(term: Term, setting: Setting = SETTING) -> NumericFunction:
    """The function of all symbols of the term, by name."""
    names = sorted(s.name for s in term.symbols)
    return compile_relation(Eq(Sym("f"), term), setting, {n: Sym(n) for n in names}, wrt=tuple(names))


def points(name: str, names: list[str], count: int) -> list[dict[str, float]]:
    """Values of the symbols, each from its domain, some as they stand, some nearby, some tied."""
    rng = random.Random(name)
    found: list[dict[str, float]] = []
    for _ in range(count):
        point = {n: rng.choice(DOMAINS[n]) for n in names}
        for n in names:
            if rng.random() < 0.3 and DOMAINS[n] not in (DOMAINS["p"], DOMAINS["eps"]):
                point[n] *= 1 + rng.uniform(-0.01, 0.01)
        if len(names) > 1 and rng.random() < 0.2:
            one, other = rng.sample(names, 2)
            if DOMAINS[one] is DOMAINS[other]:
                point[other] = point[one] * (1 + rng.choice([0, 1e-10, 1e-15]))
        if name in ("strengths", "log ratio of strengths"):
            point = {n: max(abs(x), 1e-17) for n, x in point.items()}
        found.append(point)
    return found


def exact_value(term: Term, point: dict[str, float], moved: dict[str, Exact] | None = None) -> Exact | None:
    """The term at the point by its definition; None where it has no real value."""
    symbols = {n: mp.mpf(x) for n, x in point.items()} | (moved or {})
    try:
        value = evaluate(term, Point(SETTING, 0, symbols=symbols))
    except ZeroDivisionError:
        return None
    return value if isinstance(value, mp.mpf) and mp.isfinite(value) else None


def exact_slope(term: Term, point: dict[str, float], name: str) -> Exact | None:
    """∂ term/∂ name; None at a kink, and where it is lost among the digits."""
    step = mp.mpf(10) ** -60
    at = mp.mpf(point[name])
    up, down, here = (exact_value(term, point, {name: at + s}) for s in (step, -step, 0))
    if up is None or down is None or here is None or abs(here) > mp.mpf(10) ** 100:
        return None
    right, left = (up - here) / step, (here - down) / step
    return (right + left) / 2 if abs(right - left) <= mp.mpf(10) ** -40 * (abs(right) + abs(left)) else None


def off(got: float, exact: Exact) -> float:
    """The error relative to the truth, or to 2^(−1000) if that is more; 0 for the nearest double."""
    if got == float(exact):
        return 0.0
    return float(abs(mp.mpf(got) - exact) / max(abs(exact), mp.mpf(2) ** -1000)) if np.isfinite(got) else np.inf


def arguments_allow(term: Term, point: dict[str, float], exact: Exact) -> float:
    """What one rounding of the inputs does to the result, relative to it."""
    slopes = {n: exact_slope(term, point, n) for n in point}
    return float(sum(abs(s * point[n]) for n, s in slopes.items() if s is not None) / abs(exact)) * EPSILON


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_as_practitioners_write_it_is_within_1e_12_of_the_truth(name: str, sweep: int) -> None:
    term = LOSSES[name]
    f = compiled(term)
    names = list(f.argument_terms)
    cases = points(name, names, sweep // 8)
    got = np.broadcast_to(f(**{n: np.array([p[n] for p in cases]) for n in names}), len(cases))
    compared = 0
    with mp.workdps(DIGITS):
        for value, point in zip(got, cases, strict=True):
            exact = exact_value(term, point)
            if exact is not None:
                compared += 1
                error = off(float(value), exact)
                assert error <= TOLERANCE or error <= 4 * arguments_allow(term, point, exact), (point, value, exact)
    assert compared > len(cases) // 3


@pytest.mark.parametrize("name", LOSSES)
def test_its_gradient_is_within_1e_12_of_the_derivative(name: str, sweep: int) -> None:
    term = LOSSES[name]
    f = compiled(term)
    names = list(f.argument_terms)
    cases = points(name, names, sweep // 40)
    gradient = f.grad(*(np.array([p[n] for p in cases]) for n in names))
    with mp.workdps(DIGITS):
        for i, point in enumerate(cases):
            for n in names:
                exact = exact_slope(term, point, n)
                if exact is not None:
                    got = float(getattr(gradient, n)[i])
                    error = off(got, exact) if abs(exact) > mp.mpf(10) ** -250 else float(abs(got - exact) > 1e-240)
                    # An argument that rounds moves the slope by its own condition number.
                    scale = max(abs(x) for x in point.values())
                    assert error <= TOLERANCE * (1 + scale**2) or got == pytest.approx(float(exact), rel=1e-9), (
                        n,
                        point,
                        got,
                        float(exact),
                    )
