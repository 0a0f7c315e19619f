"""Vector parameters as coordinates: gradients, Hessians, inner and outer products, quadratic forms.

φ is a family over an index set of coordinates; ∇ is ∂/∂φ(i) for every i, and a Hessian has two indices.
"""

from __future__ import annotations

import pytest

from symrlhf.kernel.cross import cross_check
from symrlhf.kernel.decide import Proved, Refuted
from symrlhf.setting import Declaration, E, Family, Policy, Reward, Setting
from symrlhf.term import App, Eq, Ge, Gt, IndexSet, Le, Rel, Sum, Sym, Term, delta, diff, log, sigmoid

COORDINATES = IndexSet("coordinates", "i")
i, j, k = (Sym(n, COORDINATES) for n in "ijk")
phi, v, w = Family("phi"), Family("v"), Family("w")
r, reward, pi, p = Reward("r_phi"), Reward("R"), Policy("pi"), Policy("p_phi")
y, y_w, y_l = pi.index("y"), pi.element("y_w"), pi.element("y_l")
ON_PHI = frozenset({"phi"})
SETTING = Setting().declare(
    Declaration("r_phi", depends=ON_PHI),
    Declaration("p_phi", sign="positive", distribution=True, depends=ON_PHI),
)


def d(of: Term, at: Term) -> Term:
    return diff(of, phi[at])


def d2(of: Term) -> Term:
    return d(d(of, i), j)


def form(of: Term) -> Term:
    """vᵀ ∇²f v."""
    return Sum(i, Sum(j, v[i] * d2(of) * v[j]))


def feature(of: Term, at: Term) -> Term:
    return App("feature", (of, at))


def gap(at: Term) -> Term:
    return feature(y_w, at) - feature(y_l, at)


m = r[y_w] - r[y_l]
loss = -log(sigmoid(m))
line = Sum(k, phi[k] * feature(y_w, k)) - Sum(k, phi[k] * feature(y_l, k))
linear = -log(sigmoid(line))
curvature, slope = sigmoid(m) * (1 - sigmoid(m)), 1 - sigmoid(m)
bend = sigmoid(line) * (1 - sigmoid(line))


def score(q: Term, at: Term) -> Term:
    return d(log(p[q]), at)


TRUE: dict[str, Rel] = {
    "the gradient": Eq(d(loss, i), -slope * d(m, i)),
    "the Hessian": Eq(d2(loss), curvature * d(m, i) * d(m, j) - slope * d2(m)),
    "a Hessian is symmetric": Eq(d(d(loss, i), j), d(d(loss, j), i)),
    "the gradient of linear rewards": Eq(d(linear, i), -(1 - sigmoid(line)) * gap(i)),
    "the Hessian of linear rewards is an outer product": Eq(d2(linear), bend * gap(i) * gap(j)),
    "its quadratic form": Eq(form(linear), bend * Sum(i, v[i] * gap(i)) ** 2),
    "it is positive semidefinite": Ge(form(linear), 0),
    "an inner product": Eq(d(Sum(k, phi[k] * v[k]), i), v[i]),
    "a squared norm": Eq(d(Sum(k, phi[k] ** 2), i), 2 * phi[i]),
    "its Hessian": Eq(d2(Sum(k, phi[k] ** 2) / 2), delta(i, j)),
    "the trace of an outer product": Eq(Sum(i, v[i] * v[i]), Sum(i, v[i] ** 2)),
    "Cauchy and Schwarz": Le(Sum(i, v[i] * w[i]) ** 2, Sum(i, v[i] ** 2) * Sum(i, w[i] ** 2)),
    "the score has mean zero": Eq(E(p, lambda q: score(q, i)), 0),
    "Fisher is minus the mean Hessian": Eq(E(p, lambda q: score(q, i) * score(q, j)), -E(p, lambda q: d2(log(p[q])))),
    "the policy gradient": Eq(d(E(p, reward), i), E(p, lambda q: reward[q] * score(q, i))),
}

FALSE: dict[str, Rel] = {
    "a Hessian without the reward's": Eq(d2(loss), curvature * d(m, i) * d(m, j)),
    "a Hessian with the wrong sign": Eq(d2(loss), curvature * d(m, i) * d(m, j) + slope * d2(m)),
    "a gradient with the wrong sign": Eq(d(loss, i), slope * d(m, i)),
    "the inner for the outer product": Eq(d2(linear), bend * Sum(k, gap(k) ** 2)),
    "only the diagonal": Eq(d2(linear), delta(i, j) * bend * gap(i) ** 2),
    "negative semidefinite": Le(form(linear), 0),
    "definite": Gt(form(linear), 0),
    "convex without linearity": Ge(form(loss), 0),
    "the sum for the entry": Eq(d(Sum(k, phi[k] ** 2), i), 2 * Sum(k, phi[k])),
    "ones for the unit matrix": Eq(d2(Sum(k, phi[k] ** 2) / 2), 1),
    "equality in Cauchy and Schwarz": Eq(Sum(i, v[i] * w[i]) ** 2, Sum(i, v[i] ** 2) * Sum(i, w[i] ** 2)),
    "Fisher with the wrong sign": Eq(E(p, lambda q: score(q, i) * score(q, j)), E(p, lambda q: d2(log(p[q])))),
    "a score that vanishes": Eq(score(y, i), 0),
    "entries are no parameters": Eq(Sum(y, diff(pi[y], pi[y_w])), 0),
}


@pytest.mark.parametrize("name", TRUE)
def test_a_true_statement_about_gradients_is_proven(name: str) -> None:
    verdict = cross_check(TRUE[name], SETTING)
    assert isinstance(verdict, Proved), verdict
    assert verdict.theorem.conditions == ()


@pytest.mark.parametrize("name", FALSE)
def test_a_false_statement_about_gradients_is_refuted(name: str) -> None:
    assert isinstance(cross_check(FALSE[name], SETTING), Refuted)
