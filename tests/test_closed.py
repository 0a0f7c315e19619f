"""Closed forms: what equals what at a rational point, proven by the laws of exp and log alone."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from symrlhf.kernel.closed import ClosedJets, Untold
from symrlhf.kernel.jet import Jets, Number, Value, base

J = ClosedJets()


def q(n: int, d: int = 1) -> Fraction:
    return Fraction(n, d)


def num(x: Value) -> Number:
    return base(x)


def softmax(scores: tuple[Fraction, ...]) -> list[Number]:
    weights = [num(J.exp(s)) for s in scores]
    return [num(J.div(w, J.total(weights))) for w in weights]


Z = num(J.add(J.mul(q(1, 3), J.exp(q(1, 2))), J.mul(q(2, 3), J.exp(q(3)))))
STAR = [num(J.div(J.mul(w, J.exp(r)), Z)) for w, r in ((q(1, 3), q(1, 2)), (q(2, 3), q(3)))]
VALUE = J.total(J.mul(p, r) for p, r in zip(STAR, (q(1, 2), q(3)), strict=True))
DIVERGENCE = J.total(J.mul(p, J.log(J.div(p, w))) for p, w in zip(STAR, (q(1, 3), q(2, 3)), strict=True))

EQUAL = {
    "log 2": (J.log(J.add(q(1), J.exp(q(0)))), J.log(q(2))),
    "reciprocal": (J.mul(J.exp(q(2)), J.exp(q(-2))), q(1)),
    "exp of log": (J.exp(J.log(Z)), Z),
    "root": (J.mul(J.sqrt(Z), J.sqrt(Z)), Z),
    "half a logarithm": (J.exp(J.mul(q(1, 2), J.log(Z))), J.sqrt(Z)),
    "a fractional power": (J.power(Z, q(3, 2)), J.mul(Z, J.sqrt(Z))),
    "roots of numbers": (J.sqrt(q(8)), J.mul(q(2), J.sqrt(q(2)))),
    "a root below": (J.power(q(2), q(-1, 2)), J.div(q(1), J.sqrt(q(2)))),
    "primes": (J.log(q(1, 6)), J.neg(J.add(J.log(q(2)), J.log(q(3))))),
    "a distribution": (J.total(softmax((q(1), q(1, 2), q(-3)))), q(1)),
    "the tilted policy": (J.total(STAR), q(1)),
    "the optimal value": (J.add(VALUE, J.neg(DIVERGENCE)), J.log(Z)),
    "sigmoid": (J.add(J.sigmoid(q(3)), J.sigmoid(q(-3))), q(1)),
    "log sigmoid": (J.log(J.sigmoid(q(3))), J.neg(J.softplus(q(-3)))),
    "tanh": (J.tanh(q(3, 2)), J.add(J.mul(q(2), J.sigmoid(q(3))), q(-1))),
}


@pytest.mark.parametrize("name", EQUAL)
def test_equal_numbers_have_one_form(name: str) -> None:
    x, y = EQUAL[name]
    assert J.may_be_equal(num(x), num(y))


APART = {
    "e is no fraction": (J.exp(q(1)), q(271828182845905, 10**14)),
    "a tiny term": (J.add(J.exp(q(-1000)), J.exp(q(1))), J.exp(q(1))),
    "a tiny term in a logarithm": (J.log(J.add(q(1), J.exp(q(-2000)))), q(0)),
    "another power": (J.exp(J.mul(q(1, 2), J.log(Z))), Z),
}


@pytest.mark.parametrize("name", APART)
def test_different_numbers_are_told_apart(name: str) -> None:
    x, y = APART[name]
    assert not J.may_be_equal(num(x), num(y))


def test_what_is_equal_beyond_the_laws_is_not_told() -> None:
    golden = J.div(J.add(q(1), J.sqrt(q(5))), q(2))
    assert J.may_be_equal(num(J.mul(golden, golden)), num(J.add(golden, q(1))))
    nested = J.sqrt(J.add(q(3), J.mul(q(2), J.sqrt(q(2)))))
    with pytest.raises(Untold):  # √(3 + 2√2) = 1 + √2
        J.may_be_equal(num(nested), num(J.add(q(1), J.sqrt(q(2)))))


def _random(jets: Jets, rng: Random, depth: int) -> Number:
    if depth == 0:
        return q(rng.randint(-6, 6), rng.randint(1, 4))
    x, y = _random(jets, rng, depth - 1), _random(jets, rng, depth - 1)
    return num(
        rng.choice(
            [
                lambda: jets.add(x, y),
                lambda: jets.mul(x, y),
                lambda: jets.add(x, jets.neg(y)),
                lambda: jets.div(x, jets.add(q(1), jets.mul(y, y))),
                lambda: jets.exp(jets.mul(x, q(1, 4))),
                lambda: jets.log(jets.add(q(1), jets.mul(x, x))),
                lambda: jets.sqrt(jets.add(q(2), jets.mul(y, y))),
                lambda: jets.sigmoid(x),
            ]
        )()
    )


def test_a_closed_form_lies_in_the_ball_of_its_number(sweep: int) -> None:
    balls = Jets(200)
    agreed = 0
    for seed in range(sweep):
        closed = ClosedJets()
        try:
            x = closed.plain(_random(closed, Random(seed), 3))
        except Untold:
            continue
        y = _random(balls, Random(seed), 3)
        assert balls.sign(num(balls.add(x, balls.neg(y)))) in (None, 0)
        agreed += 1
    assert agreed > sweep // 2
