"""sg(f) has the value of f and the derivative 0: surrogate losses and their gradients."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from symrlhf.errors import RuleViolation
from symrlhf.kernel import rules as kernel
from symrlhf.kernel.decide import Proved, Refuted, decide
from symrlhf.kernel.statement import Statement
from symrlhf.read.python import read_expression
from symrlhf.read.sympy import from_sympy
from symrlhf.setting import Declaration, E, Policy, Reward, Setting
from symrlhf.term import (
    Eq,
    Gt,
    Lam,
    Le,
    Min,
    Rational,
    Rel,
    Sum,
    Sym,
    Term,
    clip,
    diff,
    exp,
    log,
    sigmoid,
    stop_gradient,
)
from symrlhf.write.latex import latex
from symrlhf.write.typst import typst
from symrlhf.write.unicode import unicode

theta, c, A, eps, u = (Sym(n) for n in ("theta", "c", "A", "eps", "u"))
pi, old = Policy("pi"), Policy("pi_old")
adv, f, g = Reward("A"), Reward("f"), Reward("g")
y, k = pi.index("y"), pi.index("k")
SETTING = Setting().declare(
    Declaration("u", sign="positive"),
    Declaration("eps", sign="positive"),
    Declaration("pi", sign="positive", distribution=True, depends=frozenset({"theta"})),
    Declaration("pi_old", sign="positive", distribution=True),
    Declaration("f", depends=frozenset({"theta"})),
    Declaration("g", depends=frozenset({"theta"})),
)
sg = stop_gradient
rho = pi[y] / old[y]
score = diff(log(pi[y]), theta)


def slope(t: Term) -> Term:
    return diff(t, theta)


TRUE: dict[str, Rel] = {
    "its value": Eq(sg(f[y] * u) + 1, f[y] * u + 1),
    "its value inside": Eq(log(sg(u)), log(u)),
    "its derivative": Eq(slope(sg(f[y])), 0),
    "twice": Eq(sg(sg(f[y])), sg(f[y])),
    "of a constant": Eq(slope(sg(c) * f[y]), slope(c * f[y])),
    "a factor": Eq(slope(sg(f[y]) * g[y]), f[y] * slope(g[y])),
    "what is stopped and what is not": Eq(slope(f[y] * g[y]), slope(sg(f[y]) * g[y]) + slope(f[y] * sg(g[y]))),
    "the surrogate of the ratio": Eq(slope(sg(rho) * log(pi[y])), slope(rho)),
    "the ratio to itself": Eq(slope(pi[y] / sg(pi[y])), score),
    "the ratio to itself is one": Eq(pi[y] / sg(pi[y]), 1),
    "REINFORCE": Eq(slope(E(lambda t: sg(pi[t]), lambda t: adv[t] * log(pi[t]))), slope(E(pi, adv))),
    "REINFORCE with a baseline": Eq(slope(Sum(y, sg(pi[y]) * (adv[y] - sg(f[k])) * log(pi[y]))), slope(E(pi, adv))),
    "the squared logarithm as a loss": Eq(
        slope(sg(log(pi[y] / old[y])) * log(pi[y])), slope(log(pi[y] / old[y]) ** 2 / 2)
    ),
    "a second derivative": Eq(slope(slope(sg(f[y]) * exp(theta))), sg(f[y]) * exp(theta)),
    "a derivative that is stopped": Eq(slope(sg(slope(f[y])) * g[y]), slope(f[y]) * slope(g[y])),
    "a sign": Gt(sg(u), 0),
    "a bound": Le(sigmoid(sg(theta)) * (1 - sigmoid(theta)), sigmoid(theta)),
}

FALSE: dict[str, Rel] = {
    "a product rule": Eq(slope(sg(f[y]) * g[y]), slope(f[y] * g[y])),
    "a derivative that was not stopped": Eq(slope(sg(f[y])), slope(f[y])),
    "the score without the ratio": Eq(slope(sg(rho) * log(pi[y])), score),
    "the gradient of the stopped factor": Eq(slope(sg(rho) * log(pi[y])), slope(sg(rho)) * log(pi[y])),
    "everything stopped": Eq(slope(sg(rho * log(pi[y]))), slope(rho)),
    "the k1 estimate as a loss": Eq(slope(E(pi, lambda t: sg(log(pi[t] / old[t])) * 1)), 0),
    "a stopped minimum": Eq(slope(Min(sg(rho) * A, clip(sg(rho), 1 - eps, 1 + eps) * A) * log(pi[y])), slope(rho * A)),
    "a stopped value is not a constant": Eq(sg(f[y]), c),
    "inside a function": Eq(slope(exp(sg(f[y]) + g[y])), slope(exp(f[y] + g[y]))),
    "a second derivative": Eq(slope(slope(sg(theta) * theta)), 1),
}


@pytest.mark.parametrize("name", TRUE)
def test_a_true_statement_is_proven(name: str) -> None:
    assert isinstance(decide(TRUE[name], SETTING), Proved)


@pytest.mark.parametrize("name", FALSE)
def test_a_false_statement_is_refuted(name: str) -> None:
    assert isinstance(decide(FALSE[name], SETTING), Refuted)


VALUES = kernel.compute(SETTING, Eq(sg(u), u))
SCORES = kernel.compute(SETTING, Eq(Sum(y, slope(pi[y])), 0))
NAMED = SETTING.define("W", Lam((), sg(u)))
NORMALISED = Lam((y,), exp(f[y]) / sg(Sum(k, exp(f[k]))))

REFUSED: dict[str, Callable[[], object]] = {
    "an equation of values": lambda: kernel.differentiate(VALUES, u),
    "an equation of values, by a definition": lambda: kernel.differentiate(kernel.compute(NAMED, Eq(Sym("W"), u)), u),
    "a policy that sums to one by value only": lambda: kernel.instantiate(SCORES, {"pi": NORMALISED}, SETTING),
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_equation_of_values_is_not_differentiated(name: str) -> None:
    with pytest.raises(RuleViolation, match=r"stopped|values"):
        REFUSED[name]()


def test_its_argument_must_mean_something() -> None:
    theorem = kernel.compute(SETTING, Eq(slope(sg(1 / c)), 0))
    assert theorem.conditions == (Statement.of(Rel("!=", c, Rational(0))),)


def test_it_is_written_and_read_back() -> None:
    term = sg(rho) * log(pi[y])
    assert latex(term).startswith(r"\operatorname{sg}\mathopen{}\left(\frac{\pi(y)}{\pi_{\mathrm{old}}(y)}\right)")
    assert read_expression("sg(u) * u") == read_expression("stop_gradient(u) * u") == sg(u) * u
    assert unicode(sg(u)) == "sg(u)"
    assert typst(sg(u)) == 'op("sg") (u)'
    assert from_sympy(sg(u).sympy()) == sg(u)
    assert (sg(u) * u).sympy().diff(u.sympy()) == sg(u).sympy()
