"""Balls: the same tables with flint and with mpmath, against 50 digits, exact fractions and each other."""

import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from math import inf
from typing import Any

import pytest

from symrlhf.kernel import ball
from symrlhf.kernel.ball import Arithmetic, Ball, Undefined, arithmetic

Formula = Callable[[Arithmetic], Ball]


@pytest.fixture(params=["flint", "python"])
def library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    name = str(request.param)
    if name == "flint":
        pytest.importorskip("flint", reason="python-flint is not installed")
    monkeypatch.setenv("SYMRLHF_BALL", name)
    ball.backend.cache_clear()
    assert ball.backend() == name
    yield name
    ball.backend.cache_clear()


def q(a: Arithmetic, value: str | int) -> Ball:
    return a.rational(Fraction(value))


def almost_zero(a: Arithmetic) -> Ball:
    """e − e: a ball around 0 at every precision."""
    e = a.exp(q(a, 1))
    return a.sub(e, e)


def contains(a: Arithmetic, x: Ball, value: Fraction) -> bool:
    return a.lower(x) <= value <= a.upper(x)


# Enclosure

# mpmath at 80 digits, printed to 50.
VALUES: list[tuple[str, Formula]] = [
    ("0.66666666666666666666666666666666666666666666666667", lambda a: a.div(q(a, 2), q(a, 3))),
    ("2.7182818284590452353602874713526624977572470937", lambda a: a.exp(q(a, 1))),
    ("938.00004783216247517855080242671027740806699358654", lambda a: a.exp(q(a, "219/32"))),
    ("1.9287498479639177830173428165270125747528326512303e-22", lambda a: a.exp(q(a, -50))),
    ("1.9700711140170469938888793522433231253169379853238e434", lambda a: a.exp(q(a, 1000))),
    ("0.69314718055994530941723212145817656807550013436026", lambda a: a.log(q(a, 2))),
    ("-1.9459101490553133051053527434431797296370847295819", lambda a: a.log(q(a, "1/7"))),
    ("1.4142135623730950488016887242096980785696718753769", lambda a: a.sqrt(q(a, 2))),
    ("1.4142135623730950488016887242096980785696718753769", lambda a: a.pow(q(a, 2), q(a, "1/2"))),
    ("0.077040141594514967204816919420662421716215012606417", lambda a: a.pow(q(a, 3), q(a, "-7/3"))),
    ("0.76159415595576488811945828260479359041276859725794", lambda a: a.tanh(q(a, 1))),
    ("-0.99999999999999999150329148941682204543855819119099", lambda a: a.tanh(q(a, -20))),
    ("9.9999999999999999999999999999999999999996666666667e-21", lambda a: a.tanh(q(a, "1e-20"))),
    ("0.67492940378800155199187215666400366518914984867968", lambda a: a.div(a.exp(q(a, "3/10")), q(a, 2))),
]


@pytest.mark.parametrize("bits", [10, 53, 128])
@pytest.mark.parametrize(("value", "formula"), VALUES)
def test_balls_contain_the_value_narrowly(library: str, bits: int, value: str, formula: Formula) -> None:
    a = arithmetic(bits)
    x = formula(a)
    exact, last_digit = Fraction(value), abs(Fraction(value)) / 10**45
    assert a.lower(x) <= exact + last_digit
    assert a.upper(x) >= exact - last_digit
    assert a.upper(x) - a.lower(x) <= abs(exact) * Fraction(40, 2**bits)


def test_log_near_one_keeps_its_relative_precision(library: str) -> None:
    a, t = arithmetic(200), Fraction(1, 2**150)
    x = a.log(a.rational(1 + t))
    # ln(1 + t) lies between t − t²/2 and t.
    assert a.upper(x) >= t - t**2 / 2
    assert a.lower(x) <= t
    assert a.width(x) < t / 2**190


def test_exp_encloses_where_mpmath_iv_does_not(library: str) -> None:
    a = arithmetic(10)
    assert a.upper(a.exp(q(a, "219/32"))) > 938


def test_exact_values_stay_exact(library: str) -> None:
    a = arithmetic(64)
    zero, one = q(a, 0), q(a, 1)
    exact = [
        (a.exp(zero), 1),
        (a.log(one), 0),
        (a.tanh(zero), 0),
        (a.sqrt(q(a, "9/4")), "3/2"),
        (a.pow_int(q(a, "-3/2"), 3), "-27/8"),
        (a.pow_int(q(a, 4), -1), "1/4"),
        (a.pow_int(zero, 0), 1),
        (a.min(q(a, 2), q(a, 3)), 2),
        (a.max(q(a, 2), q(a, 3)), 3),
        (a.abs(q(a, -2)), 2),
        (a.mul(zero, a.exp(one)), 0),
    ]
    for x, value in exact:
        assert a.lower(x) == a.upper(x) == a.midpoint(x) == Fraction(value)
        assert a.width(x) == 0


def test_rational_operations_contain_the_exact_result(library: str, sweep: int) -> None:
    rng = random.Random(1)
    for _ in range(sweep):
        a = arithmetic(rng.choice([2, 5, 24]))
        s, t = (Fraction(rng.randint(-99, 99), rng.randint(1, 99)) for _ in range(2))
        x, y, n = a.rational(s), a.rational(t), rng.randint(0, 9)
        assert contains(a, x, s)
        assert contains(a, a.add(x, y), s + t)
        assert contains(a, a.sub(x, y), s - t)
        assert contains(a, a.mul(x, y), s * t)
        assert contains(a, a.neg(x), -s)
        assert contains(a, a.abs(x), abs(s))
        assert contains(a, a.min(x, y), min(s, t))
        assert contains(a, a.max(x, y), max(s, t))
        assert contains(a, a.hull(x, y), s)
        assert contains(a, a.hull(x, y), t)
        assert contains(a, a.hull(x, y), (s + 3 * t) / 4)
        assert contains(a, a.pow_int(x, n), s**n)
        if a.is_nonzero(y):
            assert contains(a, a.div(x, y), s / t)
        if a.is_nonzero(a.pow_int(y, n)):
            assert contains(a, a.pow_int(y, -n), t**-n)
        if a.is_positive(x):
            root = a.sqrt(x)
            assert a.lower(root) ** 2 <= s <= a.upper(root) ** 2


def test_powers_of_a_ball_around_zero_enclose_all_powers(library: str) -> None:
    a = arithmetic(20)
    around = a.mul(almost_zero(a), q(a, 2**19))
    # Strictly inside: the ends are given rounded outward.
    low, high = a.lower(around) * Fraction(99, 100), a.upper(around) * Fraction(99, 100)
    assert low < 0 < high
    for n in (0, 1, 2, 3, 4):
        for value in (low, Fraction(0), high):
            assert contains(a, a.pow_int(around, n), value**n)


Tree = Any
"""A number, or an operation with its arguments."""


def tree(rng: random.Random, depth: int) -> Tree:
    if depth == 0:
        return Fraction(rng.randint(-40, 40), rng.randint(1, 20))
    if rng.random() < 0.5:
        return rng.choice(["exp", "log", "tanh", "sqrt", "abs", "neg"]), tree(rng, depth - 1)
    operation = rng.choice(["add", "sub", "mul", "div", "min", "max", "pow"])
    return operation, tree(rng, depth - 1), tree(rng, rng.randint(0, depth - 1))


def enclosure(a: Arithmetic, t: Tree) -> Ball:
    return a.rational(t) if isinstance(t, Fraction) else getattr(a, t[0])(*(enclosure(a, s) for s in t[1:]))


def value(mp: Any, t: Tree) -> Any:
    if isinstance(t, Fraction):
        return mp.mpf(t.numerator) / t.denominator
    x, *rest = (value(mp, s) for s in t[1:])
    plain = {"neg": lambda: -x, "abs": lambda: abs(x), "sub": lambda: x - rest[0], "add": lambda: x + rest[0]}
    more = {"mul": lambda: x * rest[0], "div": lambda: x / rest[0], "pow": lambda: x ** rest[0]}
    extremes = {"min": lambda: min(x, rest[0]), "max": lambda: max(x, rest[0])}
    out = (plain | more | extremes).get(t[0], lambda: getattr(mp, t[0])(x))()
    if not mp.mpf("1e-30") < abs(out) < mp.mpf("1e30"):
        raise OverflowError("too far from 1 to compare digits")
    return out


def test_random_expressions_contain_their_value(library: str, sweep: int) -> None:
    mpmath = pytest.importorskip("mpmath")
    mp = mpmath.MPContext()
    mp.dps = 150
    rng, compared = random.Random(2), 0
    for _ in range(5 * sweep):
        t = tree(rng, rng.randint(1, 3))
        a = arithmetic(rng.choice([8, 24, 64]))
        try:
            x, expected = enclosure(a, t), value(mp, t)
        except (Undefined, OverflowError, ZeroDivisionError):
            continue
        compared += 1
        assert a.is_finite(x)
        assert a.sign(x) in (None, -1 if expected < 0 else 1)
        sign, man, exp, _ = mp.mpf(expected)._mpf_
        exact = Fraction(int(man)) * Fraction(2) ** int(exp) * (-1 if sign else 1)
        slack = Fraction(1, 10**80)
        assert a.lower(x) <= exact + slack
        assert a.upper(x) >= exact - slack
    assert compared > sweep


# Domains


@pytest.mark.parametrize(
    ("formula", "message", "final"),
    [
        (lambda a: a.div(q(a, 1), q(a, 0)), "division by 0", True),
        (lambda a: a.div(q(a, 1), almost_zero(a)), "division by a number that may be 0", False),
        (lambda a: a.log(q(a, 0)), "log of a number that is ≤ 0", True),
        (lambda a: a.log(q(a, -1)), "log of a number that is ≤ 0", True),
        (lambda a: a.log(almost_zero(a)), "log of a number that may be ≤ 0", False),
        (lambda a: a.sqrt(q(a, -1)), "square root of a number that is < 0", True),
        (lambda a: a.sqrt(almost_zero(a)), "square root of a number that may be < 0", False),
        (lambda a: a.pow(q(a, -1), q(a, "1/2")), "log of a number that is ≤ 0", True),
        (lambda a: a.pow_int(q(a, 0), -1), "division by 0", True),
        (lambda a: a.pow_int(almost_zero(a), -2), "division by a number that may be 0", False),
        (lambda a: a.exp(q(a, 10**30)), "exp of a number too large", True),
        (lambda a: a.exp(a.exp(q(a, 30))), "exp of a number too large", True),
    ],
)
def test_outside_its_domain_an_operation_is_undefined(
    library: str,
    formula: Formula,
    message: str,
    final: bool,
) -> None:
    with pytest.raises(Undefined) as error:
        formula(arithmetic(64))
    assert (str(error.value), error.value.final) == (message, final)


def test_enormous_arguments_neither_hang_nor_overflow(library: str) -> None:
    a = arithmetic(64)
    tiny = a.exp(q(a, -(10**30)))
    assert a.lower(tiny) == 0
    assert 0 < a.upper(tiny) < Fraction(1, 10**1000)
    assert a.sign(tiny) is None
    assert contains(a, a.add(q(a, 1), tiny), Fraction(1))
    assert contains(a, a.log(a.exp(q(a, -(2**31)))), Fraction(-(2**31)))
    assert a.sign(a.sub(q(a, 1), a.tanh(q(a, 20)))) == 1
    assert a.upper(a.tanh(q(a, 10**30))) >= 1 - Fraction(1, 2**60)
    huge = a.pow_int(q(a, 2), 10**12)
    assert a.sign(huge) == 1
    assert a.width(huge) in (0, inf)
    with pytest.raises(Undefined, match="too large to write out"):
        a.upper(huge)


# Questions


@pytest.mark.parametrize(
    ("formula", "sign"),
    [
        (lambda a: q(a, "1/3"), 1),
        (lambda a: q(a, "-1/3"), -1),
        (lambda a: q(a, 0), 0),
        (lambda a: a.sub(q(a, 2), q(a, 2)), 0),
        (almost_zero, None),
        (lambda a: a.sub(a.exp(q(a, "1/1000")), q(a, 1)), 1),
    ],
)
def test_sign_is_decided_or_none(library: str, formula: Formula, sign: int | None) -> None:
    a = arithmetic(64)
    x = formula(a)
    assert a.sign(x) == sign
    assert a.is_positive(x) is (sign == 1)
    assert a.is_negative(x) is (sign == -1)
    assert a.is_nonzero(x) is (sign in (1, -1))
    assert a.contains_zero(x) is (sign in (0, None))
    assert a.is_finite(x)


def test_more_bits_decide_what_fewer_cannot(library: str) -> None:
    def difference(a: Arithmetic) -> Ball:
        return a.sub(a.exp(q(a, "1e-30")), a.add(q(a, 1), q(a, "1e-30")))

    assert arithmetic(64).sign(difference(arithmetic(64))) is None
    assert arithmetic(256).sign(difference(arithmetic(256))) == 1


@pytest.mark.parametrize(
    ("number", "digits", "printed"),
    [
        ("0", 4, "0"),
        ("1/3", 4, "0.3333"),
        ("-2/3", 4, "-0.6667"),
        ("1/2", 3, "0.500"),
        ("1/8", 2, "0.12"),
        ("3/8", 2, "0.38"),
        ("7", 1, "7"),
        ("100", 3, "100"),
        ("1000", 3, "1.00e3"),
        ("99.96", 3, "100"),
        ("-1234567", 3, "-1.23e6"),
        ("0.0000123", 3, "0.0000123"),
        ("0.00000123", 3, "1.23e-6"),
        ("5e-9", 1, "5e-9"),
        ("0.1", 50, "0.100000000000000000"),
    ],
)
def test_decimal_prints_digits_that_are_right(library: str, number: str, digits: int, printed: str) -> None:
    a = arithmetic(64)
    assert a.decimal(q(a, number), digits) == printed


@pytest.mark.parametrize(
    ("formula", "printed"),
    [
        (lambda a: a.neg(a.log(q(a, "0.9526"))), "0.04856"),
        (lambda a: a.div(a.exp(q(a, "0.3")), q(a, 2)), "0.6749"),
        (lambda a: a.log(a.add(q(a, 1), a.exp(q(a, "-0.3")))), "0.5544"),
        (lambda a: a.log(a.add(q(a, 1), a.exp(q(a, "-4.5")))), "0.01105"),
        (lambda a: a.exp(q(a, 10**6)), "about 1e434294"),
    ],
)
def test_decimal_prints_the_numbers_of_the_lecture(library: str, formula: Formula, printed: str) -> None:
    a = arithmetic(64)
    assert a.decimal(formula(a), 4) == printed


def test_decimal_prints_bounds_where_no_digit_is_certain(library: str) -> None:
    a = arithmetic(64)
    low, high = a.decimal(almost_zero(a), 5).strip("[]").split(", ")
    assert Fraction(low) <= a.lower(almost_zero(a)) < 0 < a.upper(almost_zero(a)) <= Fraction(high)
    assert Fraction(high) < Fraction(1, 10**18)


def test_width_is_rounded_up(library: str) -> None:
    a = arithmetic(64)
    third = q(a, "1/3")
    assert a.upper(third) - a.lower(third) <= Fraction(a.width(third)) < Fraction(1, 2**63)
    wide = a.exp(a.mul(arithmetic(2).rational(Fraction(1, 3)), q(a, 100)))
    exact = a.upper(wide) - a.lower(wide)
    assert exact <= Fraction(a.width(wide)) <= exact * (1 + Fraction(1, 2**52))


# Precision, input, loading


def test_precision_belongs_to_the_arithmetic_and_leaks_nowhere(library: str) -> None:
    mpmath = pytest.importorskip("mpmath")
    states: list[Callable[[], int]] = [lambda: mpmath.iv.prec, lambda: mpmath.mp.prec]
    if library == "flint":
        flint = pytest.importorskip("flint")
        states.append(lambda: flint.ctx.prec)
    before = [state() for state in states]
    coarse, fine = arithmetic(24), arithmetic(300)
    x, y = coarse.exp(q(coarse, 1)), fine.exp(q(fine, 1))
    z = coarse.log(q(coarse, 3))
    with pytest.raises(Undefined):
        fine.log(q(fine, -1))
    assert 1e-9 < coarse.width(x) < 1e-5
    assert 1e-9 < coarse.width(z) < 1e-5
    assert 0 < fine.width(y) < 1e-85
    assert [state() for state in states] == before


def test_the_two_libraries_overlap(monkeypatch: pytest.MonkeyPatch, sweep: int) -> None:
    pytest.importorskip("flint", reason="python-flint is not installed")
    rng = random.Random(3)
    for _ in range(sweep):
        t, bits = tree(rng, 2), rng.choice([8, 53, 200])
        ends: list[tuple[Fraction, Fraction]] = []
        for name in ("flint", "python"):
            monkeypatch.setattr(ball, "backend", lambda name=name: name)
            a = arithmetic(bits)
            try:
                x = enclosure(a, t)
                ends.append((a.lower(x), a.upper(x)))
            except Undefined:
                break
        if len(ends) == 2:
            assert max(low for low, _ in ends) <= min(high for _, high in ends)


def test_floats_are_refused(library: str) -> None:
    with pytest.raises(TypeError, match="not float"):
        arithmetic(64).rational(0.5)  # type: ignore[arg-type]


def test_one_bit_is_not_enough(library: str) -> None:
    with pytest.raises(ValueError, match="at least 2 bits"):
        arithmetic(1)


def run(code: str, **environment: str) -> str:
    """What the code prints in a fresh process, or the last line of its error."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("SYMRLHF", "SYMPY"))}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=kept | environment, capture_output=True, text=True)
    return done.stdout.strip() or done.stderr.strip().splitlines()[-1]


def test_importing_loads_no_library() -> None:
    code = "import sys, symrlhf.kernel.ball; print({'sympy', 'flint', 'mpmath', 'numpy'} & set(sys.modules))"
    assert run(code) == "set()"


def test_the_environment_chooses_the_library() -> None:
    code = "from symrlhf.kernel.ball import backend; print(backend())"
    assert run(code, SYMRLHF_BALL="python") == "python"
    assert run(code, SYMPY_GROUND_TYPES="python") == "python"
    error = "ValueError: SYMRLHF_BALL is 'maple'; it must be one of flint, python"
    assert run(code, SYMRLHF_BALL="maple") == error


def test_without_flint_mpmath_is_used() -> None:
    code = "import sys; sys.modules['flint'] = None; import symrlhf.kernel.ball as b; print(b.backend())"
    assert run(code) == "python"
