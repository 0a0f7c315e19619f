"""Random functions of proven expressions: compiled, they agree with mpmath at 50 digits."""

import random
from typing import Any

import numpy as np
import pytest
from evaluated import Point, evaluate, mp

from symrlhf.compile import function_of
from symrlhf.kernel.decide import Proved, decide
from symrlhf.setting import Declaration, Setting
from symrlhf.term import Eq, Sym, Term, exp, log, sigmoid, softplus, tanh

A, B, BETA = Sym("a"), Sym("b"), Sym("beta")
SETTING = Setting((Declaration("beta", sign="positive"),))


def expression(rng: random.Random, depth: int) -> tuple[Term, Term]:
    """Two ways to write one thing: the second by an identity at every step."""
    if depth == 0:
        leaf = rng.choice([A, B, BETA, BETA * A, A - B])
        return leaf, leaf
    (x, y), (u, v) = expression(rng, depth - 1), expression(rng, depth - 1)
    return rng.choice(
        [
            (x + u, v + y),
            (x - u, -(v - y)),
            (sigmoid(x), 1 / (1 + exp(-y))),
            (1 - sigmoid(x), sigmoid(-y)),
            (softplus(x), y + softplus(-y)),
            (-log(sigmoid(x)), softplus(-y)),
            (sigmoid(x) * u, v * exp(y) / (1 + exp(y))),
            (tanh(x), 2 * sigmoid(2 * y) - 1),
            (sigmoid(x) * sigmoid(-x), sigmoid(y) - sigmoid(y) ** 2),
            (log(exp(x) + exp(u)), y + softplus(v - y)),
        ]
    )


def cases() -> list[tuple[int, Term, Term]]:
    found: list[tuple[int, Term, Term]] = []
    for seed in range(200):
        left, right = expression(random.Random(seed), 1 + seed % 2)
        if left != right and left.symbols and len(found) < 40:
            found.append((seed, left, right))
    return found


@pytest.mark.parametrize(("seed", "left", "right"), cases(), ids=lambda x: str(x)[:30])
def test_a_random_proven_expression_compiles_to_its_value(seed: int, left: Term, right: Term) -> None:
    verdict = decide(Eq(left, right), SETTING)
    assert isinstance(verdict, Proved)
    f = function_of(verdict.theorem)
    names = list(f.argument_terms)
    rng = np.random.default_rng(seed)
    columns: dict[str, Any] = {n: rng.normal(size=25) * rng.choice([1e-6, 1, 30, 300], 25) for n in names}
    if "beta" in columns:
        columns["beta"] = np.abs(columns["beta"]) + 1e-8
    got = np.broadcast_to(f(**columns), 25)
    # What one rounding of the differences and products of the arguments may do.
    scale = 1e-15 * (1 + max(float(np.max(np.abs(c))) for c in columns.values()) ** 2)
    with mp.workdps(50 + 300):
        for i in range(25):
            point = Point(SETTING, 0, symbols={n: mp.mpf(float(c[i])) for n, c in columns.items()})
            exact = evaluate(left, point)
            assert got[i] == pytest.approx(float(exact), rel=min(1e-10, max(1e-12, 8 * scale)), abs=1e-300)


def test_there_are_forty_of_them() -> None:
    assert len(cases()) == 40
