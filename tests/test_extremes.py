"""The losses that practitioners run, at extreme inputs taken as the exact numbers they are, within 1e-12 of the truth.

`pytest --slow --sweep N` tries N/4 points of each function; a small run of fixed seeds is part of the suite.
"""

import inspect
from random import Random
from typing import Any

import pytest
from mpmath import mp, mpf
from test_losses import TRUTH

from symrlhf import functions

Exact = Any
Point = dict[str, float]

LINE = [0.0, 5e-324, 1e-310, 1e-17, 1e-9, 1e-4, 0.3, 0.693147, 1.0, 3.0, 12.0, 36.8, 300.0, 708.5, 720.0, 744.5, 746.0]
LINE += [1e3, 1e4]
BETAS = [1e-8, 1e-3, 0.05, 0.1, 0.5, 1.0, 2.5, 30.0, 1e3, 1e6]

PARAMETERS: dict[str, list[float]] = {
    "beta": BETAS,
    "label_smoothing": [0.0, 1e-9, 1e-3, 0.1, 0.3, 0.49],
    "tau": [0.05, 0.1, 1.0, 5.0],
    "tau_pos": [0.1, 1.0, 10.0],
    "tau_neg": [0.1, 1.05, 10.0],
    "alpha": [1e-6, 0.25, 0.5, 1.0],
    "gamma": [0.0, 0.5, 1.4, 100.0],
    "delta": [1e-3, 0.5, 1.0, 10.0],
    "z0": [0.0, 1e-6, 0.1, 3.0, -2.0],
    "k": [0.5, 2.0, 3.0],
    "lam": [0.1, 1.0, 3.0],
    "labels": [0.0, 1.0],
    "eps": [1e-3, 0.1, 0.2, 0.5],
    "eps_low": [1e-3, 0.1, 0.2, 0.5],
    "eps_high": [1e-3, 0.1, 0.28, 0.5],
}
OPEN = {"exo_loss": "label_smoothing"}
"""Where 0 is outside the domain."""
LOGS = frozenset({"logp_w", "logp_l", "ref_w", "ref_l", "logp", "ref", "x"})
ALIKE = (("logp_w", "ref_w"), ("logp_l", "ref_l"), ("logp_w", "logp_l"), ("logp", "ref"), ("r", "s"))
"""Arguments that are tied, or nearly tied, now and then."""
SMALL = frozenset({"alpha_dpo_loss", "alphapo_loss", "discopop_loss", "sapo_gate", "sapo_objective", "vespo_weight"})
"""Exponentials of exponentials: beyond ±30 the formula itself cannot be written down."""


def _number(rng: Random, name: str, argument: str) -> float:
    if argument in PARAMETERS:
        known = PARAMETERS[argument]
        return rng.choice(known[1:] if OPEN.get(name) == argument else known)
    wild = rng.choice(LINE) if rng.random() < 0.5 else abs(rng.gauss(0, 1)) * 10 ** rng.uniform(-6, 3.5)
    size = min(wild, 30.0) if name in SMALL else wild
    return -max(size, 1e-12) if argument in LOGS else size if rng.random() < 0.5 else -size


def _point(rng: Random, name: str, arguments: list[str]) -> Point:
    point = {a: _number(rng, name, a) for a in arguments}
    for one, other in ALIKE:
        if one in point and other in point and rng.random() < 0.3:
            point[one] = point[other] * (1 + rng.choice([0, 0, 1e-3, -1e-6, 1e-9, 1e-15]))
    if {"logp_w", "ref_l", "beta"} <= point.keys() and rng.random() < 0.4:  # a margin from the line, whatever β
        wanted = rng.choice(LINE) * rng.choice([-1, 1]) / point["beta"]
        if abs(wanted) < 1e4:
            point["logp_w"] = point["ref_w"] + wanted + (point["logp_l"] - point["ref_l"])
    return point


def _arguments(name: str) -> list[str]:
    if name == "kto_loss":
        return ["logp", "ref", "labels", "z0", "beta"]
    return list(functions.named(name).argument_terms)[: len(inspect.signature(TRUTH[name]).parameters)]


def _off(got: float, exact: Exact) -> float:
    """Relative to the truth; 0 for the nearest double or its neighbour among the subnormal ones."""
    if abs(exact) >= mpf(2) ** 1024:
        return 0.0 if got == float(exact) else float("inf")
    if got == float(exact) or abs(mpf(got) - exact) <= mpf(2) ** -1074 * mpf("1.01"):
        return 0.0
    return float(abs(mpf(got) - exact) / abs(exact)) if exact else float("inf")


def _slope(name: str, values: list[Exact], at: int) -> Exact | None:
    """The derivative in one argument, by central differences; None at a kink, and where it is lost among the digits."""
    h = mpf(10) ** -300

    def f(step: Exact) -> Exact:
        return TRUTH[name](*values[:at], values[at] + step, *values[at + 1 :])

    up, here, down = f(h), f(mpf(0)), f(-h)
    if abs(here) > mpf(10) ** 300:
        return None
    smooth = abs(up - 2 * here + down) <= mpf(10) ** -200 * (abs(up - here) + abs(here - down))
    return (up - down) / (2 * h) if smooth else None


@pytest.mark.parametrize("name", TRUTH)
def test_a_loss_is_the_formula_of_the_exact_inputs(name: str, sweep: int, request: pytest.FixtureRequest) -> None:
    f, arguments, rng = functions.named(name), _arguments(name), Random(name)
    each = {"reduction": "none"} if "reduction" in f.__signature__.parameters else {}
    of = {"of": "k3"} if name == "k_estimators" else {}
    compared = 0
    for _ in range(sweep // 4 if request.config.getoption("--slow") else 12):
        point = _point(rng, name, arguments)
        with mp.workdps(1000):
            values = [mpf(point[a]) for a in arguments]
            value = f(**point, **each)
            exact = TRUTH[name](*values)
            assert _off(float(value.k3 if of else value), exact) <= 1e-12, (point, value, float(exact))
            gradient = f.grad(**point, **each, **of)
            for argument in f.differentiable:
                slope = _slope(name, values, arguments.index(argument))
                if slope is not None:
                    got = float(getattr(gradient, argument))
                    assert _off(got, slope) <= 1e-12, (argument, point, got, float(slope))
                    compared += 1
    assert compared
