"""⇒, ⇔ and ∝: what follows from what, and what only seems to."""

from __future__ import annotations

import pytest

from symrlhf.errors import RuleViolation
from symrlhf.kernel import rules
from symrlhf.kernel.cross import cross_check
from symrlhf.kernel.decide import Proved, Refuted, Undecided, decide
from symrlhf.kernel.optimum import same_argmax
from symrlhf.setting import KL, Declaration, E, Policy, Reward, Setting
from symrlhf.term import (
    PROMPTS,
    RESPONSES,
    Abs,
    And,
    Card,
    Eq,
    Ge,
    Gt,
    Iff,
    Implies,
    Le,
    Lt,
    Rational,
    Rel,
    Sum,
    Sym,
    Term,
    argmax,
    as_term,
    delta,
    diff,
    exp,
    log,
    sigmoid,
    softplus,
    sqrt,
    tanh,
)

a, b, c, lam = (Sym(n) for n in ("a", "b", "c", "lam"))
u, v, w, beta, rho = (Sym(n) for n in ("u", "v", "w", "beta", "rho"))
pi, ref, r = Policy("pi"), Policy("pi_ref"), Reward("r")
y, k, y_w, y_l = pi.index("y"), pi.index("k"), pi.element("y_w"), pi.element("y_l")
x = Sym("x", PROMPTS)
HALF = Rational(1, 2)
Z = Sum(k, ref[k] * exp(r[k] / beta))
SETTING = Setting().declare(
    *(Declaration(n, sign="positive") for n in ("u", "v", "w", "beta", "rho")),
    *(Declaration(p.name, sign="positive", distribution=True) for p in (pi, ref)),
)


def both(*relations: Rel) -> And:
    return And(relations)


TRUE: list[Rel] = [
    Implies(Eq(log(sigmoid(beta * a)), log(sigmoid(beta * b))), Eq(a, b)),
    Iff(Lt(-log(sigmoid(beta * a)), -log(sigmoid(beta * b))), Gt(a, b)),
    Implies(Ge(log(u) - log(v) + a / beta, 0), Ge(u * exp(a / beta), v)),
    Iff(Eq(exp(a), u), Eq(a, log(u))),
    Iff(Eq(log(u), a), Eq(u, exp(a))),
    Iff(Eq(a * u, b * u), Eq(a, b)),
    Iff(Eq(u**2, v**2), Eq(u, v)),
    Iff(Eq(u**beta, v**beta), Eq(u, v)),
    Iff(Eq(sqrt(u), v), Eq(u, v**2)),
    Iff(Eq(u / v, w), Eq(u, v * w)),
    Iff(Eq(a - b, c), Eq(a, b + c)),
    Iff(Eq((a - b) / u, c / u), Eq(a, b + c)),
    Iff(Eq(sigmoid(a), sigmoid(b)), Eq(a, b)),
    Iff(Eq(softplus(a), softplus(b)), Eq(a, b)),
    Iff(Eq(tanh(a), tanh(b)), Eq(a, b)),
    Iff(Eq(sigmoid(a), u), Eq(a, log(u / (1 - u)))),
    Iff(Eq(sigmoid(a), HALF), Eq(a, 0)),
    Iff(Eq(log(sigmoid(a)), -u), Eq(a, -log(exp(u) - 1))),
    Iff(Eq(exp(2 * a), 1), Eq(a, 0)),
    Iff(Eq(u + 1 / u, 2), Eq(u, 1)),
    Iff(Eq(log(u * v), 0), Eq(u, 1 / v)),
    Iff(Eq(beta * log(u / v), a), Eq(u, v * exp(a / beta))),
    Iff(Eq(pi[y], ref[y] * exp(r[y] / beta) / Z), Eq(r[y], beta * log(pi[y] / ref[y]) + beta * log(Z))),
    Iff(Gt(ref[y] * exp(r[y] / beta) / Z, ref[y]), Gt(r[y], beta * log(Z))),
    Iff(Lt(ref[y] * exp(r[y] / beta) / Z, ref[y]), Lt(r[y], beta * log(Z))),
    Iff(Gt(u * exp(a), v + w), Gt(a, log((v + w) / u))),
    Implies(Ge(a, b), Ge(exp(a / u), v / (1 + v) * exp(a / u) + 1 / (1 + v) * exp(b / u))),
    Implies(both(Eq(a + b, 0), Eq(b + c, 0)), Eq(lam * a + lam * b + 3 * b + 3 * c, 0)),
    Implies(
        both(Eq(Sum(y, pi[y] * r[y]), 0), Eq(Sum(y, ref[y] * r[y]), a)),
        Eq(lam * Sum(y, pi[y] * r[y]) + Sum(y, ref[y] * r[y]) ** 2, a**2),
    ),
    Implies(both(Eq(u, v * exp(a)), Eq(w, v * exp(b))), Eq(log(u / w), a - b)),
    Implies(Eq(log(u), log(v)), Eq(u, v)),
    Implies(Eq(log(u) - log(v), a), Eq(u, v * exp(a))),
    Implies(
        Eq(r[y] - beta * (log(pi[y] / ref[y]) + 1) - lam, 0),
        Eq(pi[y], ref[y] * exp(r[y] / beta) * exp(-1 - lam / beta)),
    ),
    Implies(Eq(a, b), Eq(a**2, b**2)),
    Implies(Eq(a, b), Eq(Abs(a), Abs(b))),
    Implies(Eq(a**2, b**2), Eq(Abs(a), Abs(b))),
    Implies(Eq(a**2, 0), Eq(a, 0)),
    Implies(Eq(a + b, 3), Eq((a + b) ** 2, 9)),
    Implies(Eq(a, 0), Eq(a * b, 0)),
    Implies(Eq(a * b, 0), Eq(a**2 * b**2, 0)),
    Implies(Eq(exp(a) * exp(b), 1), Eq(a + b, 0)),
    Implies(Eq(u * v, 1), Eq(log(u) + log(v), 0)),
    Implies(Eq(u * log(u), 0), Eq(u, 1)),
    Implies(Eq(rho, 1), Eq(log(rho), 0)),
    Implies(Eq(r[y_w], r[y_l]), Eq(sigmoid(r[y_w] - r[y_l]), HALF)),
    Implies(Eq(diff(a**2 * b, a), 0), Eq(a * b, 0)),
    Implies(both(Eq(a, b), Eq(b, c)), Eq(a, c)),
    Implies(both(Eq(a + b, 3), Eq(a - b, 1)), both(Eq(a, 2), Eq(b, 1))),
    Implies(both(Eq(a + b, 3), Eq(a - b, 1)), Eq(a * b, 2)),
    Implies(Gt(a, 0), Gt(a**2, 0)),
    Implies(both(Gt(a, 0), Gt(b, 0)), Gt(a * b, 0)),
    Implies(Lt(a, b), Lt(a + c, b + c)),
    Iff(Gt(a, b), Lt(-a, -b)),
    Implies(Lt(a, b), Lt(exp(a), exp(b))),
    Implies(Lt(a, b), Gt(-log(sigmoid(a)), -log(sigmoid(b)))),
    Iff(Gt(a, b), Gt(sigmoid(a), sigmoid(b))),
    Iff(Gt(sigmoid(a - b), HALF), Gt(a, b)),
    Implies(Le(a, b), Le(a * u, b * u)),
    Iff(Lt(u, v), Lt(log(u), log(v))),
    Iff(Lt(u, v), Gt(1 / u, 1 / v)),
    Iff(Lt(u, v), Lt(u**2, v**2)),
    Iff(Ge(a, b), Le(-a, -b)),
    Implies(Eq(a, b), Le(a, b)),
    Implies(Gt(a, 1), Gt(a, 0)),
    Implies(Gt(rho, 1), Gt(log(rho), 0)),
    Implies(both(Le(a, b), Le(b, c)), Le(a, c)),
    Implies(both(Le(a, b), Lt(b, c)), Lt(a, c)),
    Implies(both(Le(a, b), Le(c, lam)), Le(a + c, b + lam)),
    # A sum of logarithms is the logarithm of what it stands for.
    Implies(Gt(log(u) - log(v) + 2 * log(w), 0), Gt(u * w**2, v)),
    Implies(Le((log(u) - HALF * log(v)) / beta, 0), Le(u**2, v)),
    Implies(Gt(log(a**2), 0), Gt(Abs(a), 1)),
]

FALSE: list[Rel] = [
    Implies(Eq(log(sigmoid(beta * a)), log(sigmoid(-beta * b))), Eq(a, b)),
    Implies(Lt(-log(sigmoid(beta * a)), -log(sigmoid(beta * b))), Lt(a, b)),
    Implies(Ge(log(u) - log(v) + a, 0), Ge(u, v)),
    Implies(Ge(a, b), Ge(exp(a), 2 * exp(b))),
    Implies(Gt(log(u) - log(v) + 2 * log(w), 0), Gt(u * w, v)),
    Implies(Gt(log(u) - log(v), 0), Lt(u, v)),
    Implies(Le((log(u) - HALF * log(v)) / beta, 0), Le(u, v)),
    Implies(Gt(log(a**2), 0), Gt(a, 1)),
    Implies(Gt(log(a * b), 0), Gt(a, 0)),
    Implies(Ge(a, b), Gt(exp(a), exp(b))),
    Implies(Ge(a, b), Le(exp(a), exp(b))),
    Implies(Gt(a, log(v + w)), Lt(exp(a), v + w)),
    Implies(Gt(exp(a), v + w), Lt(a, log(v + w))),
    Implies(Gt(exp(a), v + w), Lt(u * log(v + w), -a * u)),
    Implies(both(Eq(a + b, 0), Eq(b + c, 1)), Eq(a + 2 * b + c, 0)),
    Implies(both(Eq(a + b, 0), Eq(b * c, 0)), Eq(a * b, 0)),
    Implies(both(Eq(a + b, 0), Eq(c, lam)), Eq(a, b)),
    Implies(Eq(a * b, a * c), Eq(b, c)),
    Implies(Eq(a**2, b**2), Eq(a, b)),
    Iff(Eq(a, b), Eq(a**2, b**2)),
    Implies(Eq(a * b, 0), Eq(a, 0)),
    Implies(Eq(a + b, 3), Eq(a, 1)),
    Implies(Eq(exp(a), exp(b) * u), Eq(a, b)),
    Implies(Eq(sigmoid(a), u), Eq(a, log(u))),
    Implies(both(Eq(a, b), Eq(c, lam)), Eq(a, c)),
    Implies(Lt(a, b), Lt(a**2, b**2)),
    Implies(Lt(a, b), Lt(a * c, b * c)),
    Implies(Lt(a, b), Lt(1 / a, 1 / b)),
    Implies(Gt(a * b, 0), Gt(a, 0)),
    Implies(Le(a, b), Lt(a, b)),
    Implies(Ge(a * b, 0), Ge(a, 0)),
    Iff(Gt(a, 0), Gt(a**2, 0)),
    Iff(Lt(a, b), Lt(Abs(a), Abs(b))),
    # One element's equation is not all elements'.
    Implies(Eq(pi[y], ref[y]), Eq(KL(pi, ref), 0)),
]


def proportion(left: Term | int, right: Term | int) -> Rel:
    return Rel("prop", as_term(left), as_term(right))


SOFTMAX = proportion(pi[y], exp(r[y]))
TILTED = Eq(pi[y], ref[y] * exp(r[y] / beta) * exp(-1 - lam / beta))

PROPORTIONS: list[tuple[Rel, tuple[Rel, ...]]] = [
    (proportion(pi[y], ref[y] * exp(r[y] / beta)), (TILTED,)),
    (proportion(ref[y] * exp(r[y] / beta) / Z, ref[y] * exp(r[y] / beta)), ()),
    (proportion(exp(r[y] + c), exp(r[y])), ()),
    (proportion(pi[y] ** 2, exp(2 * r[y])), (SOFTMAX,)),
    (proportion(pi[y], 1 / Card(RESPONSES)), (Eq(r[y], c), SOFTMAX)),
    (proportion(pi[x, y], exp(r[x, y])), (Eq(pi[x, y], exp(r[x, y]) / Sum(k, exp(r[x, k]))),)),
    (Eq(pi[y], ref[y] * exp(r[y] / beta) / Z), (proportion(pi[y], ref[y] * exp(r[y] / beta)),)),
    (Eq(pi[y] / pi[k], exp(r[y] - r[k])), (SOFTMAX,)),
    (Eq(log(pi[y]) - log(pi[k]), r[y] - r[k]), (SOFTMAX,)),
]

NO_PROPORTIONS: list[tuple[Rel, tuple[Rel, ...]]] = [
    (proportion(pi[y], ref[y] * exp(r[y])), (TILTED,)),
    (proportion(exp(r[y]), r[y]), ()),
    (proportion(exp(2 * r[y]), exp(r[y])), ()),
    (proportion(r[y] + 1, r[y]), ()),
    (proportion(pi[y], pi[y] ** 2), ()),
    (proportion(r[y] * delta(y, y_w), r[y]), ()),
    (Eq(pi[y], exp(r[y])), (SOFTMAX,)),
]


J = E(pi, r) - beta * KL(pi, ref)


def same(f: Term, g: Term, over: Term) -> Rel:
    return Rel("=", argmax(f, over), argmax(g, over))


SAME: list[Rel] = [
    same(J, -KL(pi, lambda q: ref[q] * exp(r[q] / beta) / Z), pi[y]),
    same(J, J / beta + c, pi[y]),
    same(exp(J), J + 1, pi[y]),
    same(log(u), u + v, u),
    same(-((a - b) ** 2), 2 * a * b - a**2, a),
    same(b, c, a),
]

NOT_KNOWN_TO_BE_SAME: list[Rel] = [
    same(J, -J, pi[y]),
    same(J, a * J, pi[y]),
    same(J, E(pi, r), pi[y]),
    same(J, J * pi[y_w], pi[y]),
    same(a, a**2, a),
    same(b, a, a),
    same(u, 1 / u, u),
]


@pytest.mark.parametrize("claim", SAME, ids=str)
def test_objectives_that_order_alike_have_the_same_maximisers(claim: Rel) -> None:
    assert isinstance(decide(claim, SETTING), Proved)


@pytest.mark.parametrize("claim", NOT_KNOWN_TO_BE_SAME, ids=str)
def test_other_objectives_are_not_said_to(claim: Rel) -> None:
    assert isinstance(decide(claim, SETTING), Undecided)


def test_an_objective_must_mean_something_for_every_value_of_its_variable() -> None:
    for claim, reason in (
        (same(log(a), log(a) + 1, a), "a > 0 is not known for every value"),
        (same(Sym("W") * a, a, a), "W varies with a"),
    ):
        setting = SETTING.declare(Declaration("W", depends=frozenset({"a"})))
        with pytest.raises(RuleViolation, match=reason):
            same_argmax(setting, claim)


def test_nothing_is_put_into_an_argmax() -> None:
    theorem = same_argmax(SETTING, same(-((a - b) ** 2), 2 * a * b - a**2, a))
    for values in ({"b": a}, {"a": b}):
        with pytest.raises(RuleViolation, match="argmax"):
            rules.instantiate(theorem, values, SETTING)


def test_an_argmax_is_written_with_its_variable() -> None:
    assert (
        str(same(J, J / beta, pi[y])) == "arg max_π (E_{y∼π}[r(y)] − β D_KL(π ‖ π_ref)) = "
        "arg max_π ((E_{y∼π}[r(y)] − β D_KL(π ‖ π_ref))/β)"
    )
    assert argmax(-a, a).latex() == r"\operatorname*{arg\,max}_a (-a)"


@pytest.mark.parametrize("claim", TRUE, ids=str)
def test_a_true_implication_is_proven(claim: Rel) -> None:
    verdict = cross_check(claim, SETTING)
    assert isinstance(verdict, Proved), verdict


def test_a_weak_sign_of_logarithms_is_a_weak_one_of_what_they_stand_for() -> None:
    claim = Implies(Ge(log(u) - log(v), 0), Ge(u, v))
    assert isinstance(cross_check(claim, SETTING), Proved)
    # u = v, which no point meets by chance.
    assert not isinstance(cross_check(Implies(Ge(log(u) - log(v), 0), Gt(u, v)), SETTING), Proved)


@pytest.mark.parametrize("claim", FALSE, ids=str)
def test_a_false_implication_is_refuted_where_the_premise_holds(claim: Rel) -> None:
    verdict = cross_check(claim, SETTING)
    assert isinstance(verdict, Refuted), verdict


def test_a_factor_that_does_not_vanish_is_cancelled_however_it_is_written() -> None:
    given = tuple(rules.assume(SETTING, g) for g in (Eq((a + 1) * b, (a + 1) * c), Rel("!=", 2 + 2 * a, Rational(0))))
    verdict = cross_check(Eq(b, c), SETTING, given)
    assert isinstance(verdict, Proved), verdict
    assert verdict.theorem.conditions == ()
    assert isinstance(cross_check(Eq(a, c), SETTING, given), Refuted)


@pytest.mark.parametrize("claim, given", PROPORTIONS, ids=str)
def test_a_true_proportion_or_what_it_says_is_proven(claim: Rel, given: tuple[Rel, ...]) -> None:
    verdict = cross_check(claim, SETTING, tuple(rules.assume(SETTING, g) for g in given))
    assert isinstance(verdict, Proved), verdict
    assert verdict.theorem.conditions == ()


@pytest.mark.parametrize("claim, given", NO_PROPORTIONS, ids=str)
def test_a_false_proportion_is_refuted(claim: Rel, given: tuple[Rel, ...]) -> None:
    verdict = cross_check(claim, SETTING, tuple(rules.assume(SETTING, g) for g in given))
    assert isinstance(verdict, Refuted), verdict


def test_what_may_be_0_makes_a_proportion_conditional() -> None:
    """With b = 0 everywhere, any a passes the cross test."""
    verdict = decide(proportion(2 * r[y], r[y]), SETTING)
    assert isinstance(verdict, Proved)
    assert [str(s) for s in verdict.theorem.conditions] == ["for all y: r(y) ≠ 0"]
