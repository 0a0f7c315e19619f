"""Case splits: min, max, clip, |·|, sign and cases are told cell by cell, boundaries included."""

from __future__ import annotations

from fractions import Fraction

import pytest

from symrlhf.errors import InconsistentHypotheses, StepUndecided, SymrlhfError
from symrlhf.kernel import rules as kernel
from symrlhf.kernel.cells import cells
from symrlhf.kernel.cross import cross_check
from symrlhf.kernel.decide import Proved, Refuted, Undecided, decide
from symrlhf.kernel.linear import contradictory, row
from symrlhf.kernel.obligations import obligations
from symrlhf.kernel.statement import Statement
from symrlhf.kernel.theorem import replay
from symrlhf.setting import Declaration, Policy, Reward, Setting
from symrlhf.term import (
    Abs,
    And,
    Cases,
    Eq,
    Ge,
    Gt,
    Le,
    Lt,
    Max,
    Min,
    Operand,
    Rational,
    Rel,
    Sum,
    Sym,
    Term,
    as_term,
    clip,
    diff,
    exp,
    log,
    sigmoid,
    sign,
    softplus,
    tanh,
)

a, b, c, d, z, A, u, v = (Sym(n) for n in ("a", "b", "c", "d", "z", "A", "u", "v"))
rho, eps = Sym("rho"), Sym("eps")
pi, r, f = Policy("pi"), Reward("r"), Reward("f")
y, k = pi.index("y"), pi.index("k")

SETTING = Setting().declare(
    *(Declaration(n, sign="positive") for n in ("u", "v", "rho", "eps")),
    Declaration("pi", sign="positive", distribution=True),
)


def cases(*branches: tuple[Term, Operand], otherwise: Operand) -> Cases:
    return Cases(tuple((condition, as_term(value)) for condition, value in branches), as_term(otherwise))


PPO = Min(rho * A, clip(rho, 1 - eps, 1 + eps) * A)

TRUE = {
    "softplus is a ramp and a bump": Eq(softplus(z), Max(z, 0) + log(1 + exp(-Abs(z)))),
    "PPO without clip": Eq(PPO, Min(rho * A, A + eps * Abs(A))),
    "positive and negative part": Eq(Max(a, 0) - Max(-a, 0), a),
    "min is associative": Eq(Min(a, Min(b, c)), Min(Min(a, b), c)),
    "max of four in any order": Eq(Max(a, b, c, d), Max(Max(d, c), Max(b, a))),
    "min distributes over max": Eq(Min(a, Max(b, c)), Max(Min(a, b), Min(a, c))),
    "clip either way": Eq(clip(rho, 1 - eps, 1 + eps), Max(Min(rho, 1 + eps), 1 - eps)),
    "log of max": Eq(log(Max(u, v)), Max(log(u), log(v))),
    "log of clip": Eq(log(clip(rho, 2 - u, 2 + u)), clip(log(rho), log(2 - u), log(2 + u))),
    "exp of max": Eq(exp(Max(a, b)), Max(exp(a), exp(b))),
    "exp of min of three": Eq(exp(Min(a, b, c)), Min(exp(a), exp(b), exp(c))),
    "sigmoid of max": Eq(sigmoid(Max(a, b)), Max(sigmoid(a), sigmoid(b))),
    "tanh of max": Eq(tanh(Max(a, b)), Max(tanh(a), tanh(b))),
    "softplus of min": Eq(softplus(Min(a, b)), Min(softplus(a), softplus(b))),
    "max of squares": Eq(Max(a**2, b**2), Max(Abs(a), Abs(b)) ** 2),
    "absolute value of a product": Eq(Abs(a * b), Abs(a) * Abs(b)),
    "the hinge is not negative": Eq(Max(0, 1 - a * b), Abs(Max(0, 1 - a * b))),
    "sign times size": Eq(sign(a) * Abs(a), a),
    "sign of a sign": Eq(sign(sign(a)), sign(a)),
    "sign cubed": Eq(sign(a) ** 3, sign(a)),
    "sign as a quotient": Eq(sign(a), a / Abs(a)),
    "sign by cases": Eq(cases((Gt(a, 0), 1), (Lt(a, 0), -1), otherwise=0), sign(a)),
    "a case at one point": Eq(cases((Eq(a, 0), 1), otherwise=sign(a) ** 2), 1),
    "the first case that holds": Eq(cases((Ge(a, 0), a), (Ge(a, -1), 7 - 7 * sign(a + 2)), otherwise=0), Max(a, 0)),
    "two conditions at once": Eq(
        cases((And((Gt(a, 0), Gt(b, 0))), 1), otherwise=0), (1 + sign(Min(a, b))) * sign(Max(0, Min(a, b))) / 2
    ),
    "PPO by cases": Eq(cases((rho < 1 + eps, rho * u), otherwise=(1 + eps) * u), Min(rho * u, (1 + eps) * u)),
    "a case that guards a logarithm": Eq(cases((Gt(a, 0), exp(log(a))), otherwise=0), Max(a, 0)),
    "for every element": Eq(Max(r[y], f[y]), f[y] + Max(r[y] - f[y], 0)),
    "for every element, by cases": Eq(Min(r[y], Max(r[y], f[y])), r[y]),
    "a maximum below a sum": Eq(Sum(k, pi[k] * Min(r[y], Max(r[y], f[y]))), r[y]),
    "cases below a sum cancel": Eq(
        Sum(k, cases((Gt(r[k], 0), 1), otherwise=2)) - Sum(y, cases((Gt(r[y], 0), 1), otherwise=2)), 0
    ),
    "slope of an absolute value": Eq(diff(Abs(a), a), sign(a)),
    "slope of the ramp": Eq(diff(Max(a, 0), a), (1 + sign(a)) / 2),
    "slope of a clipped ratio": Eq(
        diff(clip(rho, 1 - eps, 1 + eps), rho), cases((rho < 1 - eps, 0), (rho > 1 + eps, 0), otherwise=1)
    ),
    "slope of PPO": Eq(diff(Min(rho * u, (1 + eps) * u), rho), cases((rho < 1 + eps, u), otherwise=0)),
    "slope of Huber's loss": Eq(
        diff(cases((Abs(a) <= 1, a**2 / 2), otherwise=Abs(a) - Rational(1, 2)), a), clip(a, -1, 1)
    ),
    "triangle inequality": Le(Abs(a + b), Abs(a) + Abs(b)),
    "reverse triangle inequality": Le(Abs(Abs(a) - Abs(b)), Abs(a - b)),
    "min is at most": Le(Min(a, b), a),
    "PPO is pessimistic": Le(PPO, rho * A),
    "clip from above": Le(clip(a, 0, 1), 1),
    "softplus is above the ramp": Gt(softplus(z), Max(z, 0)),
    "max is above something less": Lt(a, Max(a + 1, b)),
}

FALSE = {
    "PPO without clip, wrong side": Eq(PPO, Max(rho * A, A + eps * Abs(A))),
    "PPO is clip": Eq(PPO, clip(rho, 1 - eps, 1 + eps) * A),
    "positive and negative part": Eq(Max(a, 0) + Max(-a, 0), a),
    "exp of max": Eq(exp(Max(a, b)), Min(exp(a), exp(b))),
    "log of max": Eq(log(Max(u, v)), Max(log(u), log(v)) + Abs(u - v)),
    "log of clip": Eq(log(clip(rho, exp(-u), exp(v))), clip(log(rho), u, v)),
    "sign is never 0": Eq(sign(a) ** 2, 1),
    "sign as a quotient that is defined": Eq(sign(a), cases((Ge(a, 0), 1), otherwise=-1)),
    "< and ≤": Eq(cases((a <= 1, 0), otherwise=1), cases((a < 1, 0), otherwise=1)),
    "the last case that holds": Eq(cases((Ge(a, 0), a), (Ge(a, -1), 7), otherwise=0), Max(a, 0)),
    "strictly": Lt(Min(a, b), a),
    "an absolute value is positive": Gt(Abs(a), 0),
    "triangle inequality": Eq(Abs(a + b), Abs(a) + Abs(b)),
    "a maximum of sums": Eq(Sum(k, Max(r[k], f[k])), Max(Sum(k, r[k]), Sum(k, f[k]))),
    "one element's sign for all": Eq(Sum(k, r[k] * sign(r[y])), Sum(k, Abs(r[k]))),
    "a maximum over two elements": Eq(Max(r[y], r[k]), r[y]),
    "slope of PPO, wrong side": Eq(diff(Min(rho * u, (1 + eps) * u), rho), cases((rho < 1 + eps, 0), otherwise=u)),
    "slope of an absolute value": Eq(diff(Abs(a), a), 1),
    "triangle inequality, reversed": Le(Abs(a) + Abs(b), Abs(a + b)),
}


@pytest.mark.parametrize("claim", TRUE.values(), ids=TRUE)
def test_a_true_claim_with_kinks_is_proven(claim: Rel) -> None:
    verdict = cross_check(claim, SETTING)
    assert isinstance(verdict, Proved), verdict
    assert replay(verdict.theorem).statement == verdict.theorem.statement


@pytest.mark.parametrize("claim", FALSE.values(), ids=FALSE)
def test_a_false_claim_with_kinks_is_refuted(claim: Rel) -> None:
    verdict = cross_check(claim, SETTING)
    assert isinstance(verdict, Refuted), verdict


@pytest.mark.parametrize("claim", FALSE.values(), ids=FALSE)
def test_no_cells_cover_a_false_claim(claim: Rel) -> None:
    with pytest.raises(StepUndecided):
        cells(SETTING, claim)


def test_what_is_0_in_a_cell_makes_nothing_else_0() -> None:
    with pytest.raises(StepUndecided):
        cells(SETTING, Eq(b * sign(a) ** 2, b))


def test_premises_tell_cells() -> None:
    positive = kernel.assume(SETTING, Gt(A, 0))
    proof = cells(SETTING, Eq(PPO, A * Min(rho, 1 + eps)), (positive,))
    assert proof.hypotheses == (Statement.of(Gt(A, 0)),)
    with pytest.raises(StepUndecided):
        cells(SETTING, Eq(PPO, A * Min(rho, 1 + eps)))


def test_premises_with_kinks_are_told_too() -> None:
    within = kernel.assume(SETTING, Le(Abs(a), 1))
    assert cells(SETTING, Eq(clip(a, -1, 1), a), (within,)).conditions == ()


def hinge(x: Term) -> Term:
    return Max(0, 1 - u * x)


VALUE = clip(b, d - eps, d + eps)
CLIPPED = Max((b - c) ** 2, (VALUE - c) ** 2) / 2

BOUNDED: dict[str, tuple[Rel, ...]] = {
    "a hinge where it does not bend": (Eq(hinge(-z) - hinge(z), 2 * u * z), Le(Abs(z), 1 / u)),
    "strictly inside": (Eq(hinge(z), 1 - u * z), Lt(Abs(z), 1 / u)),
    "a bound on both": (Gt(u - b, 0), Gt(u, Max(a, b))),
    "a bound on each of three": (Ge(Min(b, c) + 1, 0), Ge(Min(a, b, c), -1)),
    "bars in bars": (Le(a, 1 + b), Le(Abs(Abs(a) - b), 1)),
    "the square of what is bounded": (Le(a**2, v**2), Le(Abs(a), v)),
    "one of two": (Ge(Max(a, 0) + Max(b, 0), 1), Ge(Max(a, b), 1)),
    "away from 0": (Ge(a**2, 1), Ge(Abs(a), 1)),
    "a value that is not clipped": (Eq(CLIPPED, (b - c) ** 2 / 2), Le(Abs(b - d), eps)),
    "a value clipped on the way to the return": (Eq(CLIPPED, (d + eps - c) ** 2 / 2), Gt(b, d + eps), Gt(c, b)),
    "a value short of its clip": (Eq(CLIPPED, (b - c) ** 2 / 2), Gt(c, d + eps), Lt(b, d + eps)),
    "a clipped value that has no slope": (Eq(diff(CLIPPED, b), 0), Gt(c, d + eps), Gt(b, d + eps), Lt(b, c)),
}

UNBOUNDED: dict[str, tuple[Rel, ...]] = {
    "a hinge that may bend": (Eq(hinge(-z) - hinge(z), 2 * u * z), Le(Abs(z), 2 / u)),
    "a bound is no strict bound": (Lt(a, u), Le(Abs(a), u)),
    "a bound is none on the square": (Le(a**2, v), Le(Abs(a), v)),
    "a bound on the least": (Gt(u - b, 0), Gt(u, Min(a, b))),
    "a bound from below": (Ge(a, 1), Ge(Abs(a), 1)),
    "the greatest from below": (Ge(Min(a, b), 1), Ge(Max(a, b), 1)),
    "one of two, twice": (Ge(Max(a, 0) + Max(b, 0), 2), Ge(Max(a, b), 1)),
    "a value that may be clipped": (Eq(CLIPPED, (b - c) ** 2 / 2), Gt(b, d + eps), Gt(c, b)),
}


def _decided(claim: Rel, *given: Rel) -> Proved | Refuted | Undecided:
    return cross_check(claim, SETTING, tuple(kernel.assume(SETTING, h) for h in given))


@pytest.mark.parametrize("name", BOUNDED)
def test_bounds_on_kinks_are_used(name: str) -> None:
    verdict = _decided(*BOUNDED[name])
    assert isinstance(verdict, Proved) and not verdict.theorem.conditions, verdict


@pytest.mark.parametrize("name", UNBOUNDED)
def test_bounds_on_kinks_say_no_more(name: str) -> None:
    verdict = _decided(*UNBOUNDED[name])
    assert isinstance(verdict, Refuted), verdict


def test_a_premise_on_one_element_says_nothing_of_others() -> None:
    y_w = pi.element("y_w")
    one = kernel.assume(SETTING, Gt(r[y_w], 0))
    assert isinstance(decide(Eq(Abs(r[y_w]), r[y_w]), SETTING, (one,)), Proved)
    with pytest.raises(StepUndecided):
        cells(SETTING, Eq(Min(Abs(r[y]), r[y]), Abs(r[y])), (one,))


def test_cells_that_contradict_each_other_make_no_theorem() -> None:
    up, down = kernel.assume(SETTING, Gt(a, 1)), kernel.assume(SETTING, Lt(Abs(a), 1))
    with pytest.raises(InconsistentHypotheses):
        cells(SETTING, Eq(Max(a, 0), Max(b, 0)), (up, down))


SLOPES: list[tuple[Operand, tuple[Rel, ...]]] = [
    (A, (Eq(rho, 1),)),
    (A, (Gt(rho, 1 - eps), Lt(rho, 1 + eps))),
    (0, (Eq(rho, 1 + 2 * eps), Gt(A, 0))),
    (A, (Eq(rho, 1 + 2 * eps), Lt(A, 0))),
    (0, (Eq(rho, 1 - 2 * eps), Lt(A, 0))),
    (A, (Eq(rho, 1 - 2 * eps), Gt(A, 0))),
    (0, (Gt(rho, 1 + eps), Gt(A, 0))),
]


@pytest.mark.parametrize("slope, given", SLOPES, ids=str)
def test_the_slope_of_ppo_where_its_two_sides_are_one_and_where_they_are_not(
    slope: Operand, given: tuple[Rel, ...]
) -> None:
    premises = tuple(kernel.assume(SETTING, g) for g in given)
    verdict = cross_check(Eq(diff(PPO, rho), slope), SETTING, premises)
    assert isinstance(verdict, Proved), verdict
    assert verdict.theorem.conditions == ()
    assert replay(verdict.theorem).statement == verdict.theorem.statement
    other = A if slope == 0 else 0
    assert isinstance(cross_check(Eq(diff(PPO, rho), other), SETTING, premises), Refuted)


def test_where_one_side_bends_the_minimum_has_no_slope() -> None:
    bent = kernel.assume(SETTING, Eq(rho, b))
    with pytest.raises(SymrlhfError):
        decide(Eq(diff(Min(rho * A, Max(rho, b) * A), rho), A), SETTING, (bent,))


def test_a_slope_needs_that_the_point_is_no_kink() -> None:
    needed = {str(s) for s in obligations(diff(Min(rho * u, (1 + eps) * u), rho), SETTING)}
    assert needed == {"ρ u ≠ (1 + ε) u"}
    assert {str(s) for s in obligations(diff(Abs(b) * a, a), SETTING)} == set()


def test_what_a_branch_needs_is_asked_only_where_it_is_taken() -> None:
    assert obligations(cases((Gt(a, 0), log(a)), otherwise=0), SETTING) == ()
    assert [str(s) for s in obligations(cases((Gt(b, 0), log(a)), otherwise=0), SETTING)] == ["a > 0"]
    assert [str(s) for s in obligations(cases((Gt(a, 0), 0), otherwise=log(a)), SETTING)] == ["a > 0"]


def test_a_branch_that_guards_one_element_guards_no_other() -> None:
    guarded = cases((Gt(r[y], 0), Sum(k, log(r[k]))), otherwise=0)
    assert [len(s.forall) for s in obligations(guarded, SETTING)] == [1]
    nested = cases((Gt(r[y], 0), Sum(k, cases((Gt(r[k], 0), log(r[k]) + log(r[y])), otherwise=0))), otherwise=0)
    assert obligations(nested, SETTING) == ()


FROM_EQUATIONS: list[tuple[Rel, Rel, bool]] = [
    (Eq(Min(rho, 1 + eps), rho), Le(rho, 1 + eps), True),
    (Eq(clip(rho, 1 - eps, 1 + eps), rho), Ge(rho, 1 - eps), True),
    (Eq(Max(a, b), a), Le(b, a), True),
    (Eq(Abs(a), Abs(b)), Eq(a**2, b**2), True),
    (Eq(Min(a, b), Max(a, b)), Eq(a, b), True),
    (Eq(Abs(a) + Abs(b), 0), Eq(a, 0), True),
    (Eq(clip(rho, 1 - eps, 1 + eps), rho), Ge(rho, 1), False),
    (Eq(Max(a, b), a), Lt(b, a), False),
    (Eq(Abs(a), Abs(b)), Eq(a, b), False),
    (Eq(Min(a, b), 0), Eq(a, 0), False),
    (Eq(Abs(a) * Abs(b), 0), Eq(a, 0), False),
]
"""An equation with kinks, a conclusion, and whether it follows."""


@pytest.mark.parametrize(("premise", "conclusion", "follows"), FROM_EQUATIONS, ids=lambda x: str(x))
def test_an_equation_with_kinks_is_told_where_the_goal_has_none(premise: Rel, conclusion: Rel, follows: bool) -> None:
    given = kernel.assume(SETTING, premise)
    if follows:
        assert replay(cells(SETTING, conclusion, (given,))).statement.relation == conclusion
        return
    with pytest.raises(StepUndecided):
        cells(SETTING, conclusion, (given,))
    assert isinstance(decide(conclusion, SETTING, (given,)), Refuted)


def test_an_exponential_is_compared_with_what_a_negative_form_stands_for() -> None:
    # 1 − ε is −(ε − 1) in a normal form, and its logarithm that of |ε − 1|.
    below = kernel.assume(SETTING, Lt(eps, 1))
    assert cells(SETTING, Eq(Max(exp(a), 1 - eps), exp(Max(a, log(1 - eps)))), (below,)).conditions == ()
    with pytest.raises(StepUndecided):
        cells(SETTING, Eq(Max(exp(a), 1 - eps), exp(Min(a, log(1 - eps)))), (below,))
    assert isinstance(decide(Lt(log(1 - eps), -2), SETTING, (below,)), Refuted)


def test_too_many_cells_are_undecided() -> None:
    many = [Sym(f"a{i}") for i in range(9)]
    with pytest.raises(StepUndecided, match="cells"):
        cells(SETTING, Eq(Max(*many), Max(*reversed(many))))


# x, y, z of a linear system as monomials in the generators 0, 1, 2
X, Y, Z, ONE = ((0, 1),), ((1, 1),), ((2, 1),), ()

SYSTEMS = {
    "x > 0, −x > 0": ([({X: 1}, True), ({X: -1}, True)], True),
    "x ≥ 0, −x ≥ 0": ([({X: 1}, False), ({X: -1}, False)], False),
    "x ≥ 0, −x > 0": ([({X: 1}, False), ({X: -1}, True)], True),
    "x ≥ 1, x ≤ 1/2": ([({X: 1, ONE: -1}, False), ({X: -1, ONE: Fraction(1, 2)}, False)], True),
    "x > y > z > x": ([({X: 1, Y: -1}, True), ({Y: 1, Z: -1}, True), ({Z: 1, X: -1}, True)], True),
    "x ≥ y ≥ z ≥ x": ([({X: 1, Y: -1}, False), ({Y: 1, Z: -1}, False), ({Z: 1, X: -1}, False)], False),
    "x ≥ y ≥ z > x": ([({X: 1, Y: -1}, False), ({Y: 1, Z: -1}, False), ({Z: 1, X: -1}, True)], True),
    "0 > 0": ([({}, True)], True),
    "0 ≥ 0": ([({}, False)], False),
    "−1 ≥ 0": ([({ONE: -1}, False)], True),
    "x + y > 2, x ≤ 1": ([({X: 1, Y: 1, ONE: -2}, True), ({X: -1, ONE: 1}, False)], False),
}


@pytest.mark.parametrize(("system", "impossible"), SYSTEMS.values(), ids=SYSTEMS)
def test_elimination_tells_which_systems_have_no_solution(
    system: list[tuple[dict[tuple[tuple[int, int], ...], int], bool]], impossible: bool
) -> None:
    rows = [row({m: Fraction(x) for m, x in terms.items()}, strict) for terms, strict in system]
    assert contradictory(rows) is impossible
