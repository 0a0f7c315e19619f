"""One false sibling for each law of the normal form, of signs and of derivatives, and what each obligation asks.

The statements are as small as can be: each is proven by a kernel in which one law is weakened (`kernel_mutants`).
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from symrlhf.errors import RuleViolation, StepUndecided
from symrlhf.kernel import rules as kernel
from symrlhf.kernel.cross import cross_check
from symrlhf.kernel.decide import Proved, Refuted, Undecided
from symrlhf.kernel.statement import Statement
from symrlhf.setting import KL, Declaration, E, H, Policy, Reward, Setting, cross_entropy
from symrlhf.term import (
    PROMPTS,
    RESPONSES,
    Abs,
    App,
    Binder,
    Card,
    Cases,
    Eq,
    Ge,
    Gt,
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
    as_term,
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

a, b, c = (Sym(n) for n in "abc")
u, v, beta = (Sym(n) for n in ("u", "v", "beta"))
w, least, below, theta, phi = (Sym(n) for n in ("w", "m", "n_", "theta", "phi"))
pi, ref, pi_theta, q = (Policy(n) for n in ("pi", "pi_ref", "pi_theta", "q"))
r, f, r_phi = Reward("r"), Reward("f"), Reward("r_phi")
y, k, z_ = (pi.index(n) for n in ("y", "k", "z_"))
y_w, y_l = pi.element("y_w"), pi.element("y_l")
x = Sym("x", PROMPTS)
ZERO, ONE = as_term(0), as_term(1)

SETTING = Setting().declare(
    *(Declaration(s.name, sign="positive") for s in (u, v, beta)),
    Declaration(w.name, sign="nonnegative"),
    Declaration(least.name, sign="nonpositive"),
    Declaration(below.name, sign="negative"),
    *(Declaration(p.name, sign="positive", distribution=True) for p in (pi, ref)),
    Declaration("pi_theta", sign="positive", distribution=True, depends=frozenset({"theta"})),
    Declaration("q", sign="positive", distribution=True, depends=frozenset({"h"})),
    Declaration("r_phi", depends=frozenset({"phi"})),
)


def g(*args: Term) -> App:
    return App("g", args)


# ------------------------------------------------------------------ false siblings

FALSE: dict[str, tuple[Rel, ...]] = {
    # exp, log, roots, |·|: the claim, then what is given
    "exp adds up": (Eq(exp(a + b), exp(a) + exp(b)),),
    "exp of a multiple": (Eq(exp(2 * a), 2 * exp(a)),),
    "exp of a half": (Eq(exp(a / 2) ** 2, exp(a / 2)),),
    "exp over a denominator": (Eq(exp(a / (1 + u)), exp(a)),),
    "log of a power": (Eq(log(u**3), log(u)),),
    "log of a quotient": (Eq(log(u / v), log(u) + log(v)),),
    "log of a number": (Eq(log(2 * u), log(u)),),
    "log of a root": (Eq(log(sqrt(u + v)), log(u + v)),),
    "log of a square": (Eq(log(a**2), 2 * log(Abs(a) + 1)),),
    "a real power of its logarithm": (Eq(exp(a * log(u)), u),),
    "exp of a logarithm times two": (Eq(exp(2 * log(u)), u),),
    "a root is not its radicand": (Eq(sqrt(u + v), u + v),),
    "a root squared twice": (Eq(sqrt(u + v) ** 2, (u + v) ** 2),),
    "the root of a square": (Eq(sqrt(a**2), a),),
    "bars multiply": (Eq(Abs(a) * Abs(a), a),),
    "bars cubed": (Eq(Abs(a) ** 3, a**3),),
    "bars of a constant": (Eq(Abs(-2 * a), -2 * Abs(a)),),
    "bars of a quotient": (Eq(Abs(a / (1 + u)), a / (1 + u)),),
    "bars of a negative number": (Eq(Abs(a), a), Lt(a, 0)),
    "bars of a declared negative number": (Eq(Abs(below), below),),
    "a root of a negative cube": (Eq((-below) ** Rational(3, 2), below * sqrt(-below)),),
    "bars and a product's sign": (Eq(Abs(a), a), Gt(a * b, 0)),
    # notations
    "min is max": (Eq(Min(a, b), Max(a, b)),),
    "max is a sum": (Eq(Max(a, b), a + b),),
    "clip from below alone": (Eq(clip(a, 0, 1), Max(a, 0)),),
    "sigmoid is tanh": (Eq(sigmoid(a), tanh(a)),),
    "softplus is its argument": (Eq(softplus(a), a),),
    "an expectation without its weight": (Eq(E(pi, r), Sum(y, r[y])),),
    "KL the other way round": (Eq(KL(pi, ref), KL(ref, pi)),),
    "entropy of the reference": (Eq(H(pi), cross_entropy(pi, ref)),),
    # case splits
    "max is the first": (Eq(Max(a, b), a),),
    "max is the second": (Eq(Max(a, b), b),),
    "max is min of two": (Eq(Max(a, b), Min(a, b)),),
    "|a| is a": (Eq(Abs(a), a),),
    "|a| is −a": (Eq(Abs(a), -a),),
    "a sign is 1 or −1": (Eq(sign(a) ** 2, 1),),
    "the sign of a square": (Eq(sign(a**2), 1),),
    "the sign of a product": (Eq(sign(a * b), sign(a)),),
    "off the edge": (Eq(Cases(((a > 0, ONE), (a < 0, ONE)), ZERO), 1),),
    "at the edge": (Eq(Cases(((a > b, ONE),), ZERO), Cases(((a >= b, ONE),), ZERO)),),
    "at two edges": (Eq(Max(a, b) + Cases(((a > 0, ONE),), ZERO), Max(a, b) + Cases(((a >= 0, ONE),), ZERO)),),
    "the slope of max": (Eq(diff(Max(a, b), a), Cases(((a < b, ONE),), ZERO)),),
    "the slope of |a|": (Eq(diff(Abs(a), a), 1),),
    # signs
    "bars may vanish": (Gt(Abs(a), 0),),
    "more than 0 from at least 0": (Gt(w, 0),),
    "less from at most": (Lt(0, Abs(a)),),
    "at most from at least": (Le(w, 0),),
    "differs from at least": (Rel("!=", w, ZERO),),
    "a square may vanish": (Gt(a**2, 0),),
    "a square of a sum may vanish": (Gt((a + b) ** 2 * u, 0),),
    "a product of weak signs": (Gt(w * Abs(a), 0),),
    "a weak sign times a strict one": (Gt(w * exp(a), 0),),
    "an odd power keeps its sign": (Gt((-u) ** 3, 0),),
    "a negative number cubed": (Ge(least**3, 0),),
    "a quotient by a negative number": (Gt(u / (-v), 0),),
    "a quotient below": (Gt(u / below, 0),),
    "a difference of positive numbers": (Gt(u - v, 0),),
    "a sum with an unknown": (Gt(u + a, 0),),
    "an unknown and a sum": (Gt(exp(u) * v + a * b, 0),),
    "a logarithm of a positive number": (Ge(log(u), 0),),
    "a gap may vanish": (Ge(log(u), u - 1),),
    "a sum of gaps": (Le(Sum(y, pi[y] * log_gap(ref[y] / pi[y])), 0),),
    "a sum of weak signs": (Gt(Sum(y, r[y] ** 2), 0),),
    "given the other way round": (Gt(b - a, 0), Gt(a - b, 0)),
    "given weakly": (Gt(a, 0), Ge(a, 0)),
    "given from the right": (Lt(a, 0), Lt(0, a)),
    "given weakly, below a product": (Gt(a * u, 0), Ge(a, 0)),
    "given of a product": (Gt(a, 0), Gt(a * b, 0)),
    "given of a product with a weak sign": (Ge(a, 0), Ge(a * w, 0)),
    "given of a product with a square": (Ge(a, 0), Ge(a * b**2, 0)),
    "given of one element": (Eq(Sum(k, Abs(g(k, y_l))), Sum(k, g(k, y_l))), Gt(g(y, y_w), 0)),
    "given on the diagonal": (Eq(Sum(k, Abs(g(k, y_l))), Sum(k, g(k, y_l))), Gt(g(y, y), 0)),
    "given of a square": (Eq(Abs(a), a), Gt(a**2, 0)),
    # δ and sums
    "δ of one letter": (Eq(delta(y, y), 0),),
    "δ of two letters": (Eq(delta(y, k), 0),),
    "δ moved without its weight": (Eq(delta(y, k) * r[y], r[k]),),
    "δ sifts": (Eq(Sum(k, delta(k, y) * g(k, y)), g(y_w, y)),),
    "δ sifts into itself": (Eq(Sum(k, delta(k, y) * r[k]), Sum(k, r[k])),),
    "a constant summed": (Eq(Sum(y, a), a),),
    "the number of pairs": (Eq(Sum(y, Sum(k, ONE)), Card(RESPONSES)),),
    "a policy squared": (Eq(Sum(y, pi[y] ** 2), 1),),
    "a policy weighted": (Eq(Sum(y, pi[y] * r[y]), 1),),
    "a policy over a reward": (Eq(Sum(y, pi[y] / (1 + exp(r[y]))), 1 / (1 + exp(r[y_w]))),),
    "a reward sums to one": (Eq(Sum(y, r[y]), 1),),
    "a policy summed over what is given": (Eq(Sum(x, pi[x, y]), 1),),
    "a policy given its own response": (Eq(Sum(y, pi[y, y]), 1),),
    "a product of sums is a sum of products": (Eq(Sum(y, r[y] * f[y]), Sum(y, r[y]) * Sum(y, f[y])),),
    "a connected double sum": (
        Eq(Sum(y, Sum(k, r[y] * g(y, k) * f[k])), Sum(y, r[y]) * Sum(y, Sum(k, g(y, k) * f[k]))),
    ),
    "factors that stay in the sum": (Eq(Sum(y, r[y] * f[y]), f[y_w] * Sum(y, r[y])),),
    "a sum over a denominator": (Eq(Sum(y, r[y] / (1 + exp(f[y]))), 0),),
    "an inner sum divided out": (Eq(Sum(y, Sum(k, g(y, k)) * exp(r[y]) / Sum(k, exp(g(y, k)))), Sum(y, exp(r[y]))),),
    "rows and columns": (Eq(Sum(y, Sum(k, g(y, k)) ** 2), Sum(y, Sum(k, g(k, y)) ** 2)),),
    "an index captured in an exponent": (Eq(Sum(y, exp(Sum(k, g(y, k)))), Sum(y, exp(Sum(k, g(k, k))))),),
    "an index captured by merging": (Eq(Sum(y, r[y] * Sum(k, g(y, k))), Sum(y, r[y] * g(y, y))),),
    "a product of rewards": (Eq(Prod(y, r[y]), Prod(y, Abs(r[y]))),),
    "a product of logarithms": (Eq(log(Prod(y, u + r[y] ** 2)), Sum(y, u + r[y] ** 2)),),
    # derivatives
    "the slope of log": (Eq(diff(log(u), u), 1),),
    "the slope of exp": (Eq(diff(exp(a), a), 1),),
    "the inner slope": (Eq(diff(exp(2 * a), a), exp(2 * a)),),
    "the slope of a product": (Eq(diff(a * exp(a), a), exp(a)),),
    "the slope of a quotient": (Eq(diff(exp(a) / (1 + a**2), a), exp(a) / (1 + a**2)),),
    "the slope of a denominator": (Eq(diff(1 / u, u), 1 / u**2),),
    "the slope of an exponent": (Eq(diff(u**a, a), 0),),
    "the slope of a power": (Eq(diff(a**3, a), 3 * a**3),),
    "the slope of a product over a set": (Eq(diff(Prod(k, exp(r[k])), r[y]), exp(r[y])),),
    "every entry": (Eq(diff(Sum(k, r[k] ** 2), r[y]), Sum(k, 2 * r[k])),),
    "an entry of another set": (Eq(diff(Sum(y, f[y] * r[y]), f[x]), Sum(y, r[y])),),
    "an unknown dependence": (Eq(diff(r_phi[y], phi), 0),),
    "the score sums to one": (Eq(Sum(y, diff(pi_theta[y], theta)), 1),),
    "the score by another entry": (Eq(Sum(y, diff(q[y], App("h", (y,)))), 0),),
    "a policy's total differentiated": (Eq(diff(a * Sum(k, pi[k]), pi[y]), 0),),
    "a stopped gradient": (Eq(diff(stop_gradient(a) * b, a), b),),
    "a value put into a derivative": (Eq(diff(r_phi[y_w], phi), 0), Eq(r_phi[y_w], 2)),
    # what follows
    "the positive root": (Eq(a, u), Eq(a**2, u**2)),
    "one element's value": (Eq(r[y_l], 0), Eq(r[y_w], 0)),
    "a factor cancelled in a logarithm": (Eq(log(b), log(c)), Eq(a * b, a * c)),
    "a premise that does not divide": (Eq(a, b), Eq(a * b, 1)),
}


NOT_REFUTED = {"given weakly", "given weakly, below a product", "a value put into a derivative"}
"""False where no point that is tried lies: at the edge of what is given, at a value that was solved for."""


@pytest.mark.parametrize("name", FALSE)
def test_a_false_sibling_is_refuted(name: str) -> None:
    relation, *premises = FALSE[name]
    verdict = cross_check(relation, SETTING, tuple(kernel.assume(SETTING, p) for p in premises))
    assert isinstance(verdict, (Refuted, Undecided) if name in NOT_REFUTED else Refuted), verdict


# ------------------------------------------------------------------ what obligations ask


def same(t: Term) -> Rel:
    return Eq(t, t + 0)


CONDITIONS: dict[str, tuple[Rel, tuple[Rel, ...]]] = {
    "a denominator": (same(1 / a), (Rel("!=", a, ZERO),)),
    "a denominator that cancels": (Eq(a / a, 1), (Rel("!=", a, ZERO),)),
    "a logarithm": (same(log(a)), (Gt(a, 0),)),
    "a logarithm of a weak sign": (same(log(w)), (Gt(w, 0),)),
    "a logarithm of a positive number": (same(log(u)), ()),
    "a root": (same(sqrt(a)), (Gt(a, 0),)),
    "a real power": (same(a**b), (Gt(a, 0),)),
    "a negative power": (same(a**-2), (Rel("!=", a, ZERO),)),
    "an integer power": (same(a**3), ()),
    "a denominator below a sum": (same(Sum(y, 1 / r[y])), (Rel("!=", r[y], ZERO),)),
    "a logarithm below an expectation": (same(E(pi, lambda i: log(r[i]))), (Gt(r[y], 0),)),
    "the slope of bars": (Eq(diff(Abs(a), a), sign(a)), (Rel("!=", a, ZERO),)),
    "the slope of a maximum": (same(diff(Max(a, b), a)), (Rel("!=", a, b),)),
    "a branch": (same(Cases(((a > 0, log(b)),), ZERO)), (Gt(b, 0),)),
    "a branch that guards": (same(Cases(((a > 0, log(a)),), ZERO)), ()),
    "a branch that nearly guards": (same(Cases(((a >= 0, log(a)),), ZERO)), (Gt(a, 0),)),
    "what is left": (same(Cases(((a < 0, ZERO),), log(a))), (Gt(a, 0),)),
    "a divergence": (same(KL(pi, lambda i: exp(r[i]))), ()),
}


@pytest.mark.parametrize("name", CONDITIONS)
def test_an_obligation_is_carried_unless_it_is_known(name: str) -> None:
    relation, expected = CONDITIONS[name]
    assert kernel.compute(SETTING, relation).conditions == tuple(Statement.of(c) for c in expected)


def test_a_condition_of_a_premise_stays() -> None:
    given = kernel.compute(SETTING, Eq(a / a, 1))
    assert kernel.transitive(given, kernel.compute(SETTING, Eq(ONE, ONE + 0))).conditions == given.conditions
    assumed = kernel.assume(SETTING, Eq(b, 2 / a))
    assert kernel.follow(SETTING, Eq(b + 1, 2 / a + 1), (assumed,)).hypotheses == assumed.hypotheses


def test_a_condition_is_moved_with_an_instance() -> None:
    made = kernel.instantiate(kernel.compute(SETTING, Eq(a / a, 1)), {"a": b - c}, SETTING)
    assert made.conditions == (Statement.of(Rel("!=", b - c, ZERO)),)


def test_a_condition_that_was_added_is_moved_with_an_instance() -> None:
    cancelled = kernel.follow(SETTING, Eq(b, c), (kernel.assume(SETTING, Eq(a * b, a * c)),))
    made = kernel.instantiate(cancelled, {"a": theta}, SETTING)
    assert made.conditions == (Statement.of(Rel("!=", theta, ZERO)),)


def test_letters_of_what_is_put_in_are_not_captured() -> None:
    vanishing = kernel.follow(SETTING, Eq(Sum(k, f[k]), 0), (kernel.assume(SETTING, Eq(f[y], 0)),))
    made = kernel.instantiate(vanishing, {"f": Lam((k,), g(k, y))}, SETTING)
    assert [len(h.forall) for h in made.hypotheses] == [2]


def test_a_cut_keeps_what_the_lemma_assumes() -> None:
    given = kernel.assume(SETTING, Eq(a, 1))
    theorem = kernel.follow(SETTING, Eq(b, 3), (kernel.assume(SETTING, Eq(b, a + 2)), given))
    lemma = kernel.follow(SETTING, Eq(a, 1), (kernel.assume(SETTING, Eq(a + c, 1 + c)),))
    assert Statement.of(Eq(a + c, 1 + c)) in kernel.cut(theorem, lemma).hypotheses


def test_what_replaces_a_policy_must_sum_to_one() -> None:
    made = kernel.instantiate(kernel.total(SETTING, pi[y], y), {"pi": Lam((y,), v * ref[y])}, SETTING)
    assert made.conditions == (Statement.of(Eq(Sum(y, v * ref[y]), 1)),)


def test_an_index_is_bound_by_its_own_operator() -> None:
    assert Sum(y, Sum(k, g(y, k))) != Sum(y, Sum(k, g(k, k)))
    body = r[y] * Sum(k, g(y, k))
    outer = Sum(y, body)
    assert isinstance(outer, Binder)
    assert outer.opened(y) == (body,)


REFUSED: dict[str, Callable[[], object]] = {
    "equations that share no side": lambda: kernel.transitive(
        kernel.compute(SETTING, same(a)), kernel.compute(SETTING, same(b))
    ),
    "a chain of inequalities": lambda: kernel.transitive(
        kernel.assume(SETTING, Lt(a, b)), kernel.assume(SETTING, Lt(b, c))
    ),
    "a certificate of something else": lambda: kernel.compare(SETTING, Gt(a, b), exp(a)),
    "a stopped gradient differentiated": lambda: kernel.differentiate(
        kernel.compute(SETTING, Eq(stop_gradient(a), a)), a
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_rule_refuses_what_its_law_does_not_say(name: str) -> None:
    with pytest.raises((RuleViolation, StepUndecided)):
        REFUSED[name]()


# ------------------------------------------------------------------ each law, used

TRUE: dict[str, tuple[Rel, ...]] = {
    "exp_add": (Eq(exp(a - b / 2), exp(a) / sqrt(exp(b))),),
    "log_mul": (Eq(log(6 * u**2 / v), log(as_term(2)) + log(as_term(3)) + 2 * log(u) - log(v)),),
    "log_exp": (Eq(log(exp(a)), a),),
    "exp_log": (Eq(exp(3 * log(u)), u**3),),
    "rpow": (Eq(u**a, exp(a * log(u))),),
    "root": (Eq(sqrt(u + v) ** 2, u + v),),
    "abs_mul": (Eq(Abs(-2 * a * b), 2 * Abs(a) * Abs(b)),),
    "abs_sq": (Eq(Abs(a) ** 2, a**2),),
    "abs_of_pos": (Eq(Abs(u * below), -u * below),),
    "max_def": (Eq(Max(a, b) + Min(a, b), a + b),),
    "sum_mul_left": (Eq(Sum(y, a * r[y] + f[y]), a * Sum(y, r[y]) + Sum(y, f[y])),),
    "sum_mul_sum": (Eq(Sum(y, r[y]) * Sum(k, f[k]), Sum(y, Sum(k, r[y] * f[k]))),),
    "sum_delta": (Eq(Sum(k, delta(k, y) * g(k, y)), g(y, y)),),
    "sum_const": (Eq(Sum(y, Sum(k, a)), a * Card(RESPONSES) ** 2),),
    "sum_policy": (Eq(Sum(y, pi[x, y]), 1),),
    "sum_score": (Eq(Sum(y, diff(pi_theta[y], theta)), 0),),
    "prod_exp": (Eq(Prod(y, u + r[y] ** 2), exp(Sum(y, log(u + r[y] ** 2)))),),
    "deriv_chain": (Eq(diff(u**a / (1 + a**2), a), u**a * log(u) / (1 + a**2) - 2 * a * u**a / (1 + a**2) ** 2),),
    "deriv_entry": (Eq(diff(Sum(k, r[k] ** 2), r[y]), 2 * r[y]),),
    "deriv_comm": (Eq(diff(diff(r_phi[y], phi), phi), diff(diff(r_phi[y], phi), phi) + 0),),
    "stop_gradient": (Eq(diff(stop_gradient(a) * a, a), a),),
    "delta_ne": (Eq(delta(y_w, y_l), 0), Rel("!=", y_w, y_l)),
}


@pytest.mark.parametrize("name", TRUE)
def test_a_law_is_used(name: str) -> None:
    relation, *premises = TRUE[name]
    verdict = cross_check(relation, SETTING, tuple(kernel.assume(SETTING, p) for p in premises))
    assert isinstance(verdict, Proved), verdict
