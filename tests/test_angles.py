"""arctan, arcsin, cosh and sinh: derivatives, domains, balls, and how they are read and written."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
from reading import read_back

from symrlhf.kernel import rules as kernel
from symrlhf.kernel.ball import Undefined, arithmetic
from symrlhf.kernel.cross import cross_check
from symrlhf.kernel.decide import Proved, Refuted, decide
from symrlhf.kernel.obligations import obligations
from symrlhf.read.sympy import from_sympy
from symrlhf.setting import Declaration, Policy, Reward, Setting
from symrlhf.term import (
    Abs,
    Eq,
    Ge,
    Gt,
    Le,
    Lt,
    Rational,
    Rel,
    Sum,
    Sym,
    Term,
    arcsin,
    arctan,
    as_term,
    cosh,
    diff,
    exp,
    log,
    sinh,
    sqrt,
    tanh,
)
from symrlhf.write.latex import latex
from symrlhf.write.unicode import unicode

a, b, p, u, z = (Sym(n) for n in "abpuz")
f = Reward("f")
y = Policy("pi").index("y")
SETTING = Setting().declare(Declaration("p", sign="positive"), Declaration("u", sign="positive"))
BELOW = (Lt(p, 1),)

ROWS: dict[str, tuple[Rel, Rel, tuple[Rel, ...]]] = {
    "variance-stabilising slope": (
        Eq(diff(2 * arcsin(sqrt(p)), p), 1 / sqrt(p * (1 - p))),
        Eq(diff(2 * arcsin(sqrt(p)), p), 1 / sqrt(1 - p)),
        BELOW,
    ),
    "slope of arctan": (
        Eq(diff(arctan(a * z), z), a / (1 + a**2 * z**2)),
        Eq(diff(arctan(a * z), z), 1 / (1 + a**2 * z**2)),
        (),
    ),
    "slope of arcsin": (
        Eq(diff(arcsin(z), z), 1 / sqrt(1 - z**2)),
        Eq(diff(arcsin(z), z), 1 / (1 - z**2)),
        (),
    ),
    "curvature of arctan": (
        Eq(diff(diff(arctan(z), z), z), -2 * z / (1 + z**2) ** 2),
        Eq(diff(diff(arctan(z), z), z), 2 * z / (1 + z**2) ** 2),
        (),
    ),
    "a quarter of π": (
        Gt(arctan(as_term(1)), Rational(785_398_163_397_448_305, 10**18)),
        Gt(arctan(as_term(1)), Rational(785_398_163_397_448_350, 10**18)),
        (),
    ),
    "arctan is odd": (Eq(arctan(a - b), -arctan(b - a)), Eq(arctan(a - b), arctan(b - a)), ()),
    "equal arguments": (Eq(arctan((a + b) ** 2), arctan(a**2 + 2 * a * b + b**2)), Eq(arctan(a), arctan(b)), ()),
    "under a sum": (
        Eq(Sum(y, arctan(f[y]) + 1 - 1), Sum(y, arctan(f[y]))),
        Eq(Sum(y, arctan(f[y])), arctan(Sum(y, f[y]))),
        (),
    ),
    "arctan below its argument": (Le(Abs(arctan(a)), Abs(a)), Le(arctan(a), a), ()),
    "arctan is Lipschitz": (
        Le(Abs(arctan(a) - arctan(b)), Abs(a - b)),
        Le(Abs(arctan(a) - arctan(b)), Abs(a - b) / 2),
        (),
    ),
    "arctan falls behind": (Lt(arctan(u), u), Lt(arctan(u), u / 2), ()),
    "hyperbolic": (Eq(cosh(z) ** 2 - sinh(z) ** 2, 1), Eq(cosh(z) ** 2 + sinh(z) ** 2, 1), ()),
    "tangent": (Eq(tanh(z), sinh(z) / cosh(z)), Eq(tanh(z), cosh(z) / sinh(z)), ()),
    "slope of log cosh": (Eq(diff(log(cosh(z)), z), tanh(z)), Eq(diff(log(cosh(z)), z), sinh(z)), ()),
    "Hoeffding": (Le(log(cosh(a)), a**2 / 2), Le(log(cosh(a)), a**2 / 3), ()),
    "cosh below Gauss": (Le(cosh(a), exp(a**2 / 2)), Le(cosh(a), exp(a**2 / 4)), ()),
    "cosh is at least 1": (Ge(cosh(a), 1), Gt(cosh(a), 1), ()),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_claim_about_angles_is_proven(name: str) -> None:
    claim, _, given = ROWS[name]
    verdict = cross_check(claim, SETTING, tuple(kernel.assume(SETTING, h) for h in given))
    assert isinstance(verdict, Proved), verdict


@pytest.mark.parametrize("name", ROWS)
def test_a_false_claim_about_angles_is_refuted(name: str) -> None:
    _, false, given = ROWS[name]
    assert isinstance(decide(false, SETTING, tuple(kernel.assume(SETTING, h) for h in given)), Refuted)


def test_the_arcsine_asks_for_its_domain() -> None:
    assert {str(o) for o in obligations(arcsin(z), Setting())} == {"z ≤ 1", "z ≥ −1"}
    verdict = decide(Eq(arcsin(z) - arcsin(z), 0), Setting())
    assert isinstance(verdict, Proved)
    assert {str(c) for c in verdict.theorem.conditions} == {"z ≤ 1", "z ≥ −1"}


@pytest.mark.parametrize("bits", [53, 128])
@pytest.mark.parametrize("x", ["-1", "-1/3", "0", "1/1000", "1/2", "99/100", "1"])
def test_balls_hold_angles(x: str, bits: int) -> None:
    balls, value = arithmetic(bits), Fraction(x)
    with mpmath.workdps(60):
        number = mpmath.mpf(value.numerator) / value.denominator
        expected = [str(mpmath.nstr(f(number), 50)) for f in (mpmath.atan, mpmath.asin)]
    for ball, digits in zip(
        (balls.arctan(balls.rational(value)), balls.arcsin(balls.rational(value))), expected, strict=True
    ):
        exact = Fraction(digits)
        slack = Fraction(1, 10**45)
        assert balls.lower(ball) - slack <= exact <= balls.upper(ball) + slack
        assert balls.width(ball) < 2.0 ** (6 - bits)


def test_there_is_no_arcsine_beyond_one() -> None:
    balls = arithmetic(64)
    with pytest.raises(Undefined):
        balls.arcsin(balls.rational(Fraction(11, 10)))
    with pytest.raises(Undefined):
        balls.arcsin(balls.hull(balls.rational(0), balls.rational(2)))


WRITTEN: dict[str, tuple[Term, str, str]] = {
    "arctan": (arctan(z), r"\arctan(z)", "arctan(z)"),
    "arcsin": (2 * arcsin(sqrt(p)), r"2\,\arcsin\bigl(\sqrt{p}\bigr)", "2 arcsin(√(p))"),
    "cosh": (log(cosh(a)), r"\log\cosh(a)", "log cosh(a)"),
    "sinh": (sinh(-a), r"\sinh(-a)", "sinh(−a)"),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_angles_are_written_and_read_back(name: str) -> None:
    term, _, text = WRITTEN[name]
    assert unicode(term) == text
    assert read_back(latex(term), "latex", term) == term
    assert read_back(unicode(term), "text", term) == term
    assert from_sympy(term.sympy()).sympy() == term.sympy()
