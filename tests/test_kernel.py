"""The kernel proves what is true, refuses what is not, and says under which conditions."""

from __future__ import annotations

from decimal import Decimal

import pytest

from symrlhf.errors import IllFormed, InconsistentHypotheses, RuleViolation, StepUndecided
from symrlhf.kernel import rules as kernel
from symrlhf.kernel.decide import Proved, Refuted, decide
from symrlhf.kernel.statement import Statement
from symrlhf.setting import KL, Declaration, E, H, Policy, Reward, Setting, cross_entropy
from symrlhf.term import (
    PROMPTS,
    RESPONSES,
    Abs,
    App,
    Approx,
    Card,
    Eq,
    Ge,
    Gt,
    Iff,
    Implies,
    Lam,
    Le,
    Lt,
    Max,
    Min,
    Prod,
    Rational,
    Rel,
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
    softplus,
    sqrt,
    tanh,
)

a, b, c, z, lam, phi = (Sym(n) for n in ("a", "b", "c", "z", "lam", "phi"))
beta, u, v = Sym("beta"), Sym("u"), Sym("v")
pi, ref, q = Policy("pi"), Policy("pi_ref"), Policy("q")
r, f = Reward("r"), Reward("f")
r_phi = Reward("r_phi")
y, k, m = pi.index("y"), pi.index("k"), pi.index("m")
y_w, y_l = pi.element("y_w"), pi.element("y_l")
x = Sym("x", PROMPTS)

SETTING = Setting().declare(
    *(Declaration(n, sign="positive") for n in ("beta", "u", "v")),
    *(Declaration(p.name, sign="positive", distribution=True) for p in (pi, ref, q)),
    Declaration("r_phi", depends=frozenset({"phi"})),
    Declaration("pi_theta", sign="positive", distribution=True, depends=frozenset({"theta"})),
)
Z = Sum(y, ref[y] * exp(r[y] / beta))
J = E(pi, r) - beta * KL(pi, ref)
pi_theta, theta = Policy("pi_theta"), Sym("theta")


def pi_star(i: Term) -> Term:
    return ref[i] * exp(r[i] / beta) / Z


LAGRANGIAN = J - lam * (Sum(y, pi[y]) - 1)

TRUE = {
    "exp adds": Eq(exp(a) * exp(b), exp(a + b)),
    "exp of minus": Eq(exp(-(a - b)), exp(b) / exp(a)),
    "log multiplies": Eq(log(u * v), log(u) + log(v)),
    "log of exp": Eq(log(exp(a)), a),
    "real power": Eq(u ** (a + b), u**a * u**b),
    "root": Eq(sqrt(u) * sqrt(u), u),
    "absolute square": Eq(Abs(a) ** 2, a**2),
    "max and min": Eq(Max(a, b) + Min(a, b), a + b),
    "clip of clip": Eq(clip(a, 0, 1), Min(Max(a, 0), 1)),
    "Bradley-Terry": Eq(exp(a) / (exp(a) + exp(b)), sigmoid(a - b)),
    "reflection": Eq(sigmoid(-z), 1 - sigmoid(z)),
    "sigmoid by tanh": Eq(sigmoid(z), (1 + tanh(z / 2)) / 2),
    "log sigmoid": Eq(-log(sigmoid(z)), softplus(-z)),
    "softplus difference": Eq(softplus(z) - softplus(-z), z),
    "sigmoid slope": Eq(diff(sigmoid(z), z), sigmoid(z) * sigmoid(-z)),
    "second slope": Eq(diff(diff(sigmoid(z), z), z), sigmoid(z) * sigmoid(-z) * (1 - 2 * sigmoid(z))),
    "softplus slope": Eq(diff(softplus(z), z), sigmoid(z)),
    "log sigmoid slope": Eq(diff(log(sigmoid(z)), z), sigmoid(-z)),
    "sum is linear": Eq(Sum(y, a * r[y] + f[y]), a * Sum(y, r[y]) + Sum(y, f[y])),
    "sum of a constant": Eq(Sum(y, a), a * Card(RESPONSES)),
    "delta sifts": Eq(Sum(k, delta(k, y) * r[k]), r[y]),
    "squares of sums": Eq(Sum(y, r[y]) ** 2, Sum(y, Sum(k, r[y] * r[k]))),
    "sums exchange": Eq(Sum(y, Sum(k, App("g", (y, k)))), Sum(k, Sum(y, App("g", (y, k))))),
    "policy sums to one": Eq(Sum(y, pi[y]), 1),
    "conditional policy sums to one": Eq(Sum(y, pi[x, y]), 1),
    "score sums to zero": Eq(Sum(y, diff(pi_theta[y], theta)), 0),
    "expected score is zero": Eq(E(pi_theta, lambda i: diff(log(pi_theta[i]), theta)), 0),
    "product of exponentials": Eq(Prod(y, exp(r[y])), exp(Sum(y, r[y]))),
    "log of a product": Eq(log(Prod(y, sigmoid(r[y]))), Sum(y, log(sigmoid(r[y])))),
    "entries are free variables": Eq(diff(Sum(y, pi[y]), pi[y]), 1),
    "entry of a sum": Eq(diff(Sum(k, pi[k] * r[k]), pi[y]), r[y]),
    "first-order condition": Eq(diff(LAGRANGIAN, pi[y]), r[y] - beta * (log(pi[y] / ref[y]) + 1) - lam),
    "KL is cross entropy minus entropy": Eq(KL(pi, ref), cross_entropy(pi, ref) - H(pi)),
    "entropy decomposition": Eq(J, E(pi, lambda i: r[i] + beta * log(ref[i])) + beta * H(pi)),
    "Gibbs identity": Eq(J, beta * log(Z) - beta * KL(pi, pi_star)),
    "optimal policy sums to one": Eq(Sum(y, pi_star(y)), 1),
    "free energy slope": Eq(diff(beta * log(Z), beta), -KL(pi_star, ref)),
    "free energy gradient": Eq(diff(beta * log(Z), r[y]), pi_star(y)),
    "policy Jacobian": Eq(diff(pi_star(y), r[k]), pi_star(y) * (delta(y, k) - pi_star(k)) / beta),
    "mean ratio is one": Eq(E(pi, lambda i: ref[i] / pi[i]), 1),
    "unknown reward's gradient": Eq(
        diff(log(sigmoid(r_phi[y_w] - r_phi[y_l])), phi),
        sigmoid(-(r_phi[y_w] - r_phi[y_l])) * (diff(r_phi[y_w], phi) - diff(r_phi[y_l], phi)),
    ),
    "declared constant": Eq(diff(r[y] * phi, phi), r[y]),
    "divergence is not negative": Ge(KL(pi, ref), 0),
    "a penalty is not positive": Le(-beta * KL(pi, q), 0),
    "KL is not negative": Ge(Sum(y, pi[y] * log_gap(ref[y] / pi[y])), 0),
    "exponential is positive": Gt(exp(a) + exp(b), 0),
    "squares are not negative": Ge(a**2 + b**2, 0),
    "equivalence": Iff(Eq(beta * a, b), Eq(a, b / beta)),
    "implication by logarithms": Implies(Eq(u, exp(a)), Eq(log(u), a)),
    "rounding": Approx(log(1 + exp(Rational(-3))), Decimal("0.0486")),
}

FALSE = {
    "exp of a product": Eq(exp(a) * exp(b), exp(a * b)),
    "log of a sum": Eq(log(u + v), log(u) + log(v)),
    "sigmoid of minus": Eq(sigmoid(-z), sigmoid(z)),
    "swapped margin": Eq(exp(a) / (exp(a) + exp(b)), sigmoid(b - a)),
    "log sigmoid sign": Eq(-log(sigmoid(z)), softplus(z)),
    "lost chain rule": Eq(diff(sigmoid(2 * z), z), sigmoid(2 * z) * sigmoid(-2 * z)),
    "lost one": Eq(diff(LAGRANGIAN, pi[y]), r[y] - beta * log(pi[y] / ref[y]) - lam),
    "Z outside the sum": Eq(Sum(y, pi[y] * log(pi[y])), log(Sum(y, pi[y]))),
    "square of a sum": Eq(Sum(y, r[y]) ** 2, Sum(y, r[y] ** 2)),
    "sum over another index": Eq(Sum(y, r[y]), Sum(y, r[k])),
    "sets of different size": Eq(Sum(y, a), Sum(x, a)),
    "swapped KL": Eq(KL(pi, ref), KL(ref, pi)),
    "KL sign": Eq(KL(pi, ref), H(pi) - cross_entropy(pi, ref)),
    "captured derivative": Eq(diff(Sum(y, pi[y] * r[y]), pi[y]), Sum(y, r[y])),
    "entry equals its neighbour": Eq(r[y_w], r[y_l]),
    "strict at zero": Gt(Abs(a), 0),
    "square is not strict": Gt(a**2, 0),
    "reward that depends on phi": Eq(diff(r_phi[y] * phi, phi), r_phi[y]),
    "two entries are a distribution": Eq(pi[y_w], 1 - pi[y_l]),
    "sum of a product": Eq(Prod(y, r[y]), exp(Sum(y, r[y]))),
    "inequality the wrong way": Lt(exp(a), 0),
    "divergence at most zero": Le(KL(pi, ref), 0),
    "divergence is not strict": Gt(KL(pi, ref), 0),
    "truncated decimal": Approx(log(1 + exp(Rational(-3))), Decimal("0.0485")),
}


@pytest.mark.parametrize("name", TRUE)
def test_true_statement_is_proven_without_conditions(name: str) -> None:
    verdict = decide(TRUE[name], SETTING)
    assert isinstance(verdict, Proved), verdict
    assert verdict.theorem.conditions == ()
    assert verdict.theorem.hypotheses == ()


@pytest.mark.parametrize("name", FALSE)
def test_false_statement_is_refuted(name: str) -> None:
    assert isinstance(decide(FALSE[name], SETTING), Refuted)


CONDITIONAL = {
    "log of a product of unknown signs": (Eq(log(a * b), log(a) + log(b)), {"a > 0", "b > 0"}),
    "log of a square": (Eq(log(a**2), 2 * log(Abs(a))), {"a**2 > 0", "absa > 0"}),
    "root of a square": (Eq(sqrt(a**2), Abs(a)), {"a**2 > 0"}),
    "cancelling": (Eq(a / a, 1), {"a != 0"}),
    "denominators of products": (Eq(1 / (a * b), 1 / a / b), {"a != 0", "b != 0"}),
    "exp of log": (Eq(exp(log(a)), a), {"a > 0"}),
    "difference of squares": (Eq((a**2 - b**2) / (a - b), a + b), {"a + -b != 0"}),
}


@pytest.mark.parametrize("name", CONDITIONAL)
def test_obligations_are_read_off_the_written_line(name: str) -> None:
    relation, expected = CONDITIONAL[name]
    verdict = decide(relation, SETTING)
    assert isinstance(verdict, Proved)
    shown = {repr(s.relation).replace("(", "").replace(")", "") for s in verdict.theorem.conditions}
    assert shown == expected


def test_obligation_below_a_binder_is_quantified() -> None:
    verdict = decide(Eq(Sum(y, log(r[y])), Sum(k, log(r[k]))), SETTING)
    assert isinstance(verdict, Proved)
    assert verdict.theorem.conditions == (Statement.of(Gt(r[y], 0)),)
    assert verdict.theorem.conditions[0].forall == (y,)


def test_undefined_everywhere_is_ill_formed_not_proven() -> None:
    with pytest.raises(IllFormed, match=r"undefined|division"):
        decide(Eq(1 / (beta - beta), 7), SETTING)
    with pytest.raises(IllFormed):
        decide(Eq(log(-beta), log(-beta)), SETTING)


def test_contradictory_hypotheses_are_reported() -> None:
    first = kernel.assume(SETTING, Gt(a, 0))
    with pytest.raises(InconsistentHypotheses):
        decide(Eq(b, b), SETTING, (first, kernel.assume(SETTING, Lt(a, 0))))
    with pytest.raises(InconsistentHypotheses):
        kernel.assume(SETTING, Eq(Sum(y, pi[y]), 2))


def test_a_theorem_cannot_be_made_or_changed_by_hand() -> None:
    with pytest.raises(TypeError, match="rules"):
        kernel.Theorem()
    proven = kernel.compute(SETTING, Eq(a + b, b + a))
    with pytest.raises(AttributeError, match="immutable"):
        proven.statement = Statement.of(Eq(a, b))


# ------------------------------------------------------------------ conditions at a point against identities


def test_both_sides_of_a_condition_may_not_be_differentiated() -> None:
    with pytest.raises(RuleViolation, match="differentiate before"):
        kernel.differentiate(kernel.total(SETTING, pi[y], y), pi[k])
    at_one = kernel.assume(SETTING, Eq(u, 1))
    with pytest.raises(RuleViolation, match="condition at a point"):
        kernel.differentiate(kernel.follow(SETTING, Eq(u**2, u), (at_one,)), u)


def test_both_sides_of_an_identity_may_be_differentiated() -> None:
    identity = kernel.compute(SETTING, Eq(J, beta * log(Z) - beta * KL(pi, pi_star)))
    slope = kernel.differentiate(identity, beta)
    assert slope.relation == Eq(diff(J, beta), diff(beta * log(Z) - beta * KL(pi, pi_star), beta))


def test_the_constraint_used_inside_the_lagrangian_loses_lambda_and_is_refuted() -> None:
    assert isinstance(decide(Eq(diff(LAGRANGIAN, pi[y]), diff(J, pi[y])), SETTING), Refuted)


def test_a_premise_at_a_point_is_not_used_under_a_derivative() -> None:
    premise = kernel.assume(SETTING, Eq(App("F", (u,)), b**2))
    with pytest.raises(StepUndecided):
        kernel.follow(SETTING, Eq(diff(App("F", (u,)), u), 0), (premise,))


# ------------------------------------------------------------------ following from premises

FOC = kernel.assume(SETTING, Eq(diff(LAGRANGIAN, pi[y]), 0))


def test_first_order_condition_gives_the_tilted_policy() -> None:
    slope = kernel.follow(SETTING, Eq(r[y] - beta * (log(pi[y] / ref[y]) + 1) - lam, 0), (FOC,))
    tilted = kernel.follow(SETTING, Eq(pi[y], ref[y] * exp(r[y] / beta) * exp(-1 - lam / beta)), (slope,))
    norm = kernel.follow(SETTING, Eq(exp(1 + lam / beta), Z), (tilted, kernel.total(SETTING, pi[y], y)))
    result = kernel.follow(SETTING, Eq(pi[y], pi_star(y)), (norm, tilted))
    assert result.conditions == ()
    assert result.hypotheses == FOC.hypotheses


def test_a_wrong_consequence_is_refuted_at_a_point_that_meets_the_hypotheses() -> None:
    wrong = Eq(pi[y], ref[y] * exp(r[y] / beta) * exp(1 - lam / beta))
    assert isinstance(decide(wrong, SETTING, (FOC,)), Refuted)


def test_dividing_by_something_that_may_vanish_is_a_condition() -> None:
    premise = kernel.assume(SETTING, Eq(z * a, a))
    assert kernel.follow(SETTING, Eq(z, 1), (premise,)).conditions == (Statement.of(Rel("!=", a, Rational(0))),)


def test_a_square_root_of_an_equation_does_not_follow() -> None:
    premise = kernel.assume(SETTING, Eq(z**2, a**2))
    assert isinstance(decide(Eq(z, a), SETTING, (premise,)), Refuted)
    logs = kernel.assume(SETTING, Eq(log(z**2), a))
    assert not isinstance(decide(Eq(z, exp(a / 2)), SETTING, (logs,)), Proved)


def test_a_hypothesis_about_one_element_is_no_schema() -> None:
    one = kernel.assume(SETTING, Eq(r[y_w], 0))
    assert not isinstance(decide(Eq(r[y_l], 0), SETTING, (one,)), Proved)
    assert not isinstance(decide(Eq(Sum(y, r[y]), 0), SETTING, (one,)), Proved)
    every = kernel.assume(SETTING, Eq(r[y], 0))
    assert isinstance(decide(Eq(Sum(k, r[k] ** 2), 0), SETTING, (every,)), Proved)


# ------------------------------------------------------------------ instances


def test_an_instance_discharges_or_carries_the_typing_facts() -> None:
    gap = Sum(y, pi[y] * log_gap(ref[y] / pi[y]))
    gibbs = kernel.compare(SETTING, Le(0, KL(pi, ref)), gap)
    tilted = kernel.instantiate(gibbs, {"pi_ref": Lam((y,), pi_star(y))}, SETTING)
    assert tilted.conditions == ()
    free = kernel.instantiate(gibbs, {"pi_ref": Lam((y,), r[y])}, SETTING)
    assert Statement.of(Eq(Sum(y, r[y]), 1)) in free.conditions
    assert Statement.of(Gt(r[y], 0)) in free.conditions


def test_an_instance_does_not_confuse_its_own_index_with_one_brought_in() -> None:
    zero = kernel.assume(Setting(), Eq(f[y], a))
    instance = kernel.instantiate(zero, {"a": r[y]}, SETTING)
    assert not isinstance(decide(Eq(f[y], r[y]), SETTING, ()), Proved)
    assert instance.relation.lhs != f[y]
    assert len(instance.statement.forall) == 2


def test_an_instance_replaces_all_names_at_once() -> None:
    swapped = kernel.instantiate(kernel.compute(SETTING, Eq(a - b, -(b - a))), {"a": b, "b": a}, SETTING)
    assert swapped.relation == Eq(b - a, -(a - b))


def test_an_instance_may_not_make_a_constant_vary() -> None:
    constant = kernel.compute(SETTING, Eq(diff(c * phi, phi), c))
    with pytest.raises(RuleViolation, match="does not vary with phi"):
        kernel.instantiate(constant, {"c": r_phi[y]}, SETTING)
    with pytest.raises(RuleViolation, match="does not vary with phi"):
        kernel.instantiate(constant, {"c": phi}, SETTING)
    entries = kernel.compute(SETTING, Eq(diff(Sum(y, pi[y] * ref[y]), pi[y]), ref[y]))
    with pytest.raises(RuleViolation, match="does not vary with pi"):
        kernel.instantiate(entries, {"pi_ref": Lam((y,), pi[y])}, SETTING)


def test_settings_that_disagree_do_not_combine() -> None:
    other = Setting().declare(Declaration("beta", sign="negative"))
    with pytest.raises(RuleViolation, match="two different things"):
        kernel.transitive(kernel.compute(SETTING, Eq(beta, beta + 0)), kernel.compute(other, Eq(beta + 0, beta)))


def test_a_definition_needs_a_new_name_and_cannot_mean_itself() -> None:
    known = kernel.define(SETTING, "Z", Lam((), Z)).setting
    for name, value in (("Z", a), ("beta", a), ("g", Sym("g"))):
        with pytest.raises(RuleViolation, match="already has a meaning"):
            kernel.define(known, name, Lam((), value))
    with pytest.raises(RuleViolation, match="not defined before"):
        Setting(definitions=(("s", Lam((), Sym("t"))), ("t", Lam((), Sym("s")))))


def test_a_cut_replaces_a_hypothesis_by_a_proof_of_it() -> None:
    needs = kernel.follow(SETTING, Eq(a, 1), (kernel.assume(SETTING, Eq(a, sigmoid(b) + sigmoid(-b))),))
    lemma = kernel.assume(SETTING, Eq(c, 0))
    with pytest.raises(RuleViolation, match="not a hypothesis"):
        kernel.cut(needs, lemma)
