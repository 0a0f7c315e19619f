"""Sums to ∞: geometric ones proven from their partial sums, false ones refuted by bounds of their tails."""

from __future__ import annotations

from random import Random

import pytest
from mpmath import inf, mp, mpf, nsum
from reading import read_back

from symrlhf.errors import IllFormed, NotSupported, RuleViolation, StepUndecided
from symrlhf.kernel import rules as kernel
from symrlhf.kernel.cross import cross_check
from symrlhf.kernel.decide import Proved, Refuted, Undecided, decide
from symrlhf.kernel.derive import derivative
from symrlhf.kernel.series import series_is
from symrlhf.kernel.theorem import replay
from symrlhf.setting import Declaration, Policy, Reward, Setting
from symrlhf.term import (
    INTEGER,
    Eq,
    Ge,
    Gt,
    Lam,
    Le,
    Lt,
    Prod,
    Rational,
    Rel,
    Sum,
    Sym,
    Term,
    diff,
    exp,
    limit,
    log,
    oo,
    sigmoid,
)
from symrlhf.write.latex import latex
from symrlhf.write.unicode import unicode

g, u, a, c, x = (Sym(n) for n in ("g", "u", "a", "c", "x"))
t, T = Sym("t", INTEGER), Sym("T", INTEGER)
r = Reward("r")
y = Policy("pi").index("y")
SETTING = Setting().declare(
    Declaration("g", sign="positive"), Declaration("u", sign="positive"), Declaration("T", INTEGER, "positive")
)
BELOW = (Lt(g, 1),)

ROWS: dict[str, tuple[Rel, tuple[Rel, ...], tuple[Rel, ...]]] = {
    "geometric": (
        Eq(Sum(t, 0, oo, g**t), 1 / (1 - g)),
        (Eq(Sum(t, 0, oo, g**t), 1 / (1 + g)), Eq(Sum(t, 0, oo, g**t), g / (1 - g))),
        BELOW,
    ),
    "from 1": (Eq(Sum(t, 1, oo, g**t), g / (1 - g)), (Eq(Sum(t, 1, oo, g**t), 1 / (1 - g)),), BELOW),
    "from T": (Eq(Sum(t, T, oo, g**t), g**T / (1 - g)), (Eq(Sum(t, T, oo, g**t), g ** (T + 1) / (1 - g)),), BELOW),
    "of a constant reward": (
        Eq(Sum(t, 0, oo, g**t * a), a / (1 - g)),
        (Eq(Sum(t, 0, oo, g**t * a), a * g / (1 - g)),),
        BELOW,
    ),
    "weights of λ-returns": (
        Eq((1 - g) * Sum(t, 1, oo, g ** (t - 1)), 1),
        (Eq((1 - g) * Sum(t, 0, oo, g ** (t + 1)), 1),),
        BELOW,
    ),
    "mean of a geometric time": (
        Eq(Sum(t, 0, oo, t * g**t), g / (1 - g) ** 2),
        (Eq(Sum(t, 0, oo, t * g**t), 1 / (1 - g) ** 2),),
        BELOW,
    ),
    "halves": (Eq(Sum(t, 0, oo, Rational(1, 2) ** t), 2), (Eq(Sum(t, 0, oo, Rational(1, 2) ** t), 3),), ()),
    "of sums": (
        Eq(Sum(t, 0, oo, Sum(y, r[y] * g**t)), Sum(y, r[y]) / (1 - g)),
        (Eq(Sum(t, 0, oo, Sum(y, r[y] * g**t)), Sum(y, r[y])),),
        BELOW,
    ),
    "compared": (
        Le(Sum(t, 0, oo, g**t * sigmoid(a)), 1 / (1 - g)),
        (Gt(Sum(t, 0, oo, g**t * sigmoid(a)), 1 / (1 - g)),),
        BELOW,
    ),
    "powers vanish": (Eq(limit(g**x, x, oo), 0), (Eq(limit(g**x, x, oo), 1),), BELOW),
    "powers grow": (Eq(limit(g**x, x, oo), oo), (Eq(limit(g**x, x, oo), 0),), (Gt(g, 1),)),
    "partial sum": (
        Eq(limit((1 - g**x) / (1 - g), x, oo), 1 / (1 - g)),
        (Eq(limit((1 - g**x) / (1 - g), x, oo), 1),),
        BELOW,
    ),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_sum_to_infinity_is_proven_without_conditions_and_replays(name: str) -> None:
    claim, _, given = ROWS[name]
    verdict = cross_check(claim, SETTING, tuple(kernel.assume(SETTING, h) for h in given))
    assert isinstance(verdict, Proved), verdict
    assert verdict.theorem.conditions == ()
    assert replay(verdict.theorem).statement == verdict.theorem.statement


@pytest.mark.parametrize(("name", "i"), [(name, i) for name, row in ROWS.items() for i in range(len(row[1]))])
def test_a_false_sum_to_infinity_is_refuted(name: str, i: int) -> None:
    _, false, given = ROWS[name]
    assert isinstance(decide(false[i], SETTING, tuple(kernel.assume(SETTING, h) for h in given)), Refuted)


NOT_PROVEN: dict[str, tuple[Rel, tuple[Rel, ...]]] = {
    "at 1, or beyond": (Eq(Sum(t, 0, oo, g**t), 1 / (1 - g)), ()),
    "up to 1": (Eq(limit(g**x, x, oo), 0), (Le(g, 1),)),
    "diverges": (Eq(Sum(t, 0, oo, t), 0), ()),
    "diverges slowly": (Eq(Sum(t, 1, oo, 1 / t), 0), ()),
    "under a derivative": (Eq(diff(Sum(t, 0, oo, g**t), g), Sum(t, 0, oo, t * g ** (t - 1))), BELOW),
}


@pytest.mark.parametrize("name", NOT_PROVEN)
def test_a_sum_that_may_diverge_is_no_theorem(name: str) -> None:
    claim, given = NOT_PROVEN[name]
    try:
        verdict = decide(claim, SETTING, tuple(kernel.assume(SETTING, h) for h in given))
    except IllFormed:
        return
    assert isinstance(verdict, Undecided | Refuted)


def test_the_logarithm_of_what_is_below_one_is_negative() -> None:
    below, at_most = (kernel.assume(SETTING, h) for h in (Lt(g, 1), Le(g, 1)))
    assert isinstance(decide(Lt(log(g), 0), SETTING, (below,)), Proved)
    assert isinstance(decide(Lt(log(g), 0), SETTING, (at_most,)), Refuted)
    assert isinstance(decide(Ge(log(g), 0), SETTING, (below,)), Refuted)


# ------------------------------------------------------------------ the rule is attacked

CLOSED = (1 - g ** (x + 1)) / (1 - g)


def test_the_rule_refuses_other_partial_sums() -> None:
    below = (kernel.assume(SETTING, Lt(g, 1)),)
    claim = Eq(Sum(t, 0, oo, g**t), 1 / (1 - g))
    assert series_is(SETTING, claim, Lam((x,), CLOSED), below).conditions == ()
    with pytest.raises(StepUndecided, match="is not the sum to"):
        series_is(SETTING, claim, Lam((x,), CLOSED + g**x), below)


def test_the_rule_refuses_another_limit() -> None:
    below = (kernel.assume(SETTING, Lt(g, 1)),)
    with pytest.raises(StepUndecided, match="partial sums go to"):
        series_is(SETTING, Eq(Sum(t, 0, oo, g**t), 2 / (1 - g)), Lam((x,), CLOSED), below)


def test_the_rule_refuses_a_finite_sum_and_an_infinite_value() -> None:
    with pytest.raises(RuleViolation, match="what a sum to ∞ is"):
        series_is(SETTING, Eq(Sum(t, 0, T, g**t), 1 / (1 - g)), Lam((x,), CLOSED))
    with pytest.raises(NotSupported, match="infinite sum"):
        series_is(SETTING, Eq(Sum(t, 0, oo, t), oo), Lam((x,), x * (x + 1) / 2))


def test_a_sum_to_infinity_is_not_differentiated_term_by_term() -> None:
    with pytest.raises(NotSupported, match="without an end"):
        derivative(Sum(t, 0, oo, g**t), g, SETTING)


def test_only_a_sum_has_no_end() -> None:
    with pytest.raises(RuleViolation, match="not an integer"):
        Prod(t, 0, oo, g**t)
    with pytest.raises(RuleViolation, match="not an integer"):
        Sum(t, oo, oo, g**t)


# ------------------------------------------------------------------ against mpmath


def test_random_series_agree_with_mpmath() -> None:
    for seed in range(30):
        rng = Random(seed)
        k, first = rng.randint(0, 2), rng.randint(0, 3)
        sixths, scale = rng.randint(1, 5), rng.randint(-3, 3)
        body: Term = scale * t**k * Rational(sixths, 6) ** t + exp(-2 * t)
        number = nsum(lambda n: scale * n**k * (mpf(sixths) / 6) ** n + mp.exp(-2 * n), [first, inf])  # noqa: B023
        value = Rational(int(mp.floor(number * 10**6)), 10**6)
        total = Sum(t, first, oo, body)
        assert not isinstance(decide(Ge(total, value), SETTING), Refuted)
        assert isinstance(decide(Lt(total, value), SETTING), Refuted)
        assert isinstance(decide(Gt(total, value + Rational(1, 10**4)), SETTING), Refuted)


# ------------------------------------------------------------------ reading and writing


def test_a_sum_to_infinity_is_written_and_read_back() -> None:
    total = Sum(t, 0, oo, g**t)
    assert latex(total) == r"\sum_{t = 0}^{\infty} g^t"
    assert unicode(total) == "Σ_{t=0}^{∞} g^t"
    assert read_back(latex(total), "latex", total) == total
    assert read_back(unicode(total), "text", total) == total
