"""Polynomials: the same tables with flint and without, checked by hand algebra and by evaluation."""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from math import prod

import pytest

from symrlhf.kernel import poly
from symrlhf.kernel.poly import ONE, ZERO, Monomial, OutOfFuel, Poly, cancel, content, divide, factor, mul

NAMES = {name: i for i, name in enumerate("xyzw")}


def p(text: str) -> Poly:
    """'3 x^2 y^-1/2 - 1/2' as a polynomial: terms apart by ' + ' and ' - ', factors by blanks."""
    out: Poly = {}
    for term in text.replace(" - ", " + -").split(" + "):
        coefficient = Fraction(-1 if term.startswith("-") else 1)
        exponents: dict[int, Fraction] = {}
        for part in term.removeprefix("-").split():
            name, _, exponent = part.partition("^")
            if name in NAMES:
                exponents[NAMES[name]] = Fraction(exponent or 1)
            else:
                coefficient *= Fraction(part)
        m = monomial(exponents)
        out[m] = out.get(m, Fraction(0)) + coefficient
    return {m: c for m, c in out.items() if c}


def monomial(exponents: dict[int, Fraction]) -> Monomial:
    return tuple((i, int(e) if e.denominator == 1 else e) for i, e in sorted(exponents.items()) if e)


def at(f: Poly, roots: list[Fraction]) -> Fraction:
    """f where generator i is roots[i]^6, so that its square and cube roots are rational."""
    return sum((c * prod(roots[i] ** int(6 * e) for i, e in m) for m, c in f.items()), Fraction(0))


def point(rng: random.Random) -> list[Fraction]:
    return [Fraction(rng.randint(1, 9), rng.randint(1, 9)) for _ in NAMES]


def anything(rng: random.Random, *, terms: int = 4) -> Poly:
    """A random polynomial ≠ 0: few generators, exponents in [−2, 2] with denominators 1, 2 or 3."""
    denominator = rng.choice([1, 1, 2, 3])
    generators, lowest = range(rng.randint(1, 4)), rng.choice([-2, 0])
    out: Poly = {}
    while not out:
        for _ in range(rng.randint(1, terms)):
            chosen = [i for i in generators if rng.random() < 0.7]
            exponents = {i: Fraction(rng.randint(lowest, 2), denominator) for i in chosen}
            out[monomial(exponents)] = Fraction(rng.choice([-3, -2, -1, 1, 2, 5]), rng.choice([1, 1, 2, 3]))
    return out


def expand(c: Fraction, factors: list[tuple[Poly, poly.Exponent]]) -> Poly:
    out = poly.constant(c)
    for f, e in factors:
        if len(f) == 1:
            [m] = f
            out = mul(out, {poly.mono_pow(m, e): Fraction(1)})
        else:
            assert isinstance(e, int)
            out = mul(out, poly.power(f, e))
    return out


@pytest.fixture(params=["flint", "python"])
def library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    name = str(request.param)
    if name == "flint":
        pytest.importorskip("flint", reason="python-flint is not installed")
    monkeypatch.setenv("SYMRLHF_POLY", name)
    poly.backend.cache_clear()
    assert poly.backend() == name
    yield name
    poly.backend.cache_clear()


# The ring


@pytest.mark.parametrize(
    ("a", "b", "product"),
    [
        ("1", "x", "x"),
        ("x", "y", "x y"),
        ("y", "x", "x y"),
        ("x^2 y", "x^-2 z", "y z"),
        ("x", "x^-1", "1"),
        ("x^1/2 z", "x^1/2 y", "x y z"),
        ("x^-1/3", "x^1/2", "x^1/6"),
        ("x z w", "y z^-1", "x y w"),
    ],
)
def test_monomials_multiply_by_adding_exponents(a: str, b: str, product: str) -> None:
    [m], [k], [mk] = p(a), p(b), p(product)
    assert poly.mono_mul(m, k) == mk
    assert all(type(e) is int or e.denominator > 1 for _, e in poly.mono_mul(m, k))


def test_a_power_of_a_monomial_multiplies_exponents() -> None:
    [m] = p("x^2 y^-1/2")
    assert poly.mono_pow(m, 2) == ((0, 4), (1, -1))
    assert poly.mono_pow(m, Fraction(1, 2)) == ((0, 1), (1, Fraction(-1, 4)))
    assert poly.mono_pow(m, 0) == ()
    assert type(poly.mono_pow(m, 2)[1][1]) is int


def test_ring_operations_commute_with_evaluation(sweep: int) -> None:
    rng = random.Random(1)
    for _ in range(sweep):
        a, b, c, x = anything(rng), anything(rng), Fraction(rng.randint(-3, 3), 2), point(rng)
        assert at(poly.add(a, b), x) == at(a, x) + at(b, x)
        assert at(poly.sub(a, b), x) == at(a, x) - at(b, x)
        assert at(mul(a, b), x) == at(a, x) * at(b, x)
        assert at(poly.scale(a, c), x) == c * at(a, x)
        n = rng.randint(0, 4)
        assert at(poly.power(a, n), x) == at(a, x) ** n


def test_results_hold_no_zero_coefficient_and_no_zero_exponent(sweep: int) -> None:
    rng = random.Random(2)
    for _ in range(sweep):
        a, b = anything(rng), anything(rng)
        for f in (poly.add(a, b), poly.sub(a, b), mul(a, b), *divide(a, b), *cancel(a, b)):
            assert all(c and isinstance(c, Fraction) for c in f.values())
            assert all(e and (type(e) is int or e.denominator > 1) for m in f for _, e in m)
            assert all(m == tuple(sorted(m)) for m in f)


def test_equal_polynomials_have_equal_keys_whatever_their_order() -> None:
    assert poly.key(p("x + y")) == poly.key(p("y + x"))
    assert hash(poly.key(p("x + y"))) == hash(poly.key(p("y + x")))
    assert poly.key(p("x + y")) != poly.key(p("x - y"))


def test_the_constants_and_generators_are_what_they_say() -> None:
    assert poly.constant(0) == ZERO == {}
    assert poly.constant(Fraction(1)) == ONE == {(): 1}
    assert poly.generator(3) == {((3, 1),): 1}
    assert poly.generator(3, Fraction(4, 2)) == {((3, 2),): 1}
    assert poly.generator(3, 0) == ONE
    assert poly.sub(p("x"), p("x")) == ZERO
    assert poly.power(ZERO, 0) == ONE
    assert poly.power(ZERO, 2) == ZERO


@pytest.mark.parametrize("make", [lambda: poly.constant(0.5), lambda: poly.generator(0, 0.5)])  # type: ignore[arg-type]
def test_floats_are_refused(make: object) -> None:
    assert callable(make)
    with pytest.raises(TypeError, match="not float"):
        make()


def test_a_negative_power_is_refused() -> None:
    with pytest.raises(ValueError, match="n ≥ 0"):
        poly.power(p("x + 1"), -1)


@pytest.mark.parametrize(
    ("f", "c", "m", "primitive"),
    [
        ("3", "3", "1", "1"),
        ("-2 x^-1", "-2", "x^-1", "1"),
        ("6 x^2 - 4 x y", "2", "x", "3 x - 2 y"),
        ("-6 x^2 + 4 x y", "-2", "x", "3 x - 2 y"),
        ("1/2 x^-1 + 1/3 y", "1/6", "x^-1", "2 x y + 3"),
        ("y - x", "-1", "1", "x - y"),
        ("x^1/2 + x^3/2", "1", "x^1/2", "x + 1"),
        ("x y^-1 - x^-1 y", "1", "x^-1 y^-1", "x^2 - y^2"),
    ],
)
def test_content_splits_off_the_constant_and_the_monomial(f: str, c: str, m: str, primitive: str) -> None:
    [(_, constant)], [monomial] = p(c).items(), p(m)
    assert content(p(f)) == (constant, monomial, p(primitive))


def test_content_is_multiplicative(sweep: int) -> None:
    rng = random.Random(3)
    for _ in range(sweep):
        a, b = anything(rng), anything(rng)
        (c, m, f), (d, k, g), product = content(a), content(b), content(mul(a, b))
        assert product == (c * d, poly.mono_mul(m, k), mul(f, g))


def test_zero_has_no_content_and_no_factors() -> None:
    with pytest.raises(ValueError, match="no content"):
        content(ZERO)
    with pytest.raises(ValueError, match="no content"):
        factor(ZERO)


# Fractions


@pytest.mark.parametrize(
    ("num", "den", "n", "d"),
    [
        ("x^2 - y^2", "x + y", "x - y", "1"),
        ("x + y", "x^2 - y^2", "1", "x - y"),
        ("2 x", "4 x^2 y", "1/2 x^-1 y^-1", "1"),
        ("x + 1", "-2 y", "-1/2 x y^-1 - 1/2 y^-1", "1"),
        ("3 x + 3 y", "2 x + 2 y", "3/2", "1"),
        ("x - y", "y - x", "-1", "1"),
        ("x - 1", "x^1/2 - 1", "x^1/2 + 1", "1"),
        ("x + 1", "x^1/3 + 1", "x^2/3 - x^1/3 + 1", "1"),
        ("x^2 + 2 x y + y^2", "x^2 + 3 x y + 2 y^2", "x + y", "x + 2 y"),
        ("x^3 - 1", "x^2 - 1", "x^2 + x + 1", "x + 1"),
        ("x^4 + x^2 y^2 + y^4", "x^3 - y^3", "x^2 - x y + y^2", "x - y"),
        ("1", "1 + x^-1", "x", "x + 1"),
        ("x^-1", "x^-1 + y^-1", "y", "x + y"),
        ("x y + x z + y w + z w", "x y + y w", "y^-1 z + 1", "1"),
        ("x^2 y + z", "x^2 y + z + 1", "x^2 y + z", "x^2 y + z + 1"),
        ("x^2 + x", "y^2 + y", "x^2 y^-1 + x y^-1", "y + 1"),
        ("x^1000 - y^1000", "x^500 + y^500", "x^500 - y^500", "1"),
    ],
)
def test_cancel_reduces_to_lowest_terms(library: str, num: str, den: str, n: str, d: str) -> None:
    assert cancel(p(num), p(den)) == (p(n), p(d))


def test_equal_fractions_cancel_to_equal_pairs(library: str, sweep: int) -> None:
    rng = random.Random(4)
    for _ in range(sweep):
        a, b, c = anything(rng), anything(rng), anything(rng, terms=3)
        num, den = cancel(mul(a, c), mul(b, c))
        assert (num, den) == cancel(a, b)
        assert mul(num, b) == mul(a, den)
        assert content(den)[:2] == (1, ())


def test_a_fraction_of_zero_is_zero_over_one_and_over_zero_is_an_error() -> None:
    assert cancel(ZERO, p("x + 1")) == (ZERO, ONE)
    with pytest.raises(ZeroDivisionError):
        cancel(p("x"), ZERO)


def test_softmax_of_forty_terms_needs_no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poly, "_LIBRARIES", {})
    total: Poly = {((i, 1),): Fraction(1) for i in range(40)}
    weighted: Poly = {((i, 1),): Fraction(i + 1) for i in range(40)}
    assert cancel(weighted, total) == (weighted, total)
    assert cancel(mul(total, p("x + y^2")), total) == (p("x + y^2"), ONE)
    assert factor(total) == (1, [(total, 1)])


def test_a_sum_that_does_not_divide_is_seen_without_dividing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poly, "MAX_DIVISION", 0)
    num, den = p("x^9 + 2 y^9 + 5 z^9"), p("x + y + z")
    assert cancel(num, den) == (num, den)


# Factors


@pytest.mark.parametrize(
    ("f", "c", "factors"),
    [
        ("5", "5", {}),
        ("-1/2 x^-2 y^1/2", "-1/2", {"x": "-2", "y": "1/2"}),
        ("x^2 - y^2", "1", {"x - y": "1", "x + y": "1"}),
        ("6 - 6 x^2", "-6", {"x - 1": "1", "x + 1": "1"}),
        ("x^4 + 4 y^4", "1", {"x^2 - 2 x y + 2 y^2": "1", "x^2 + 2 x y + 2 y^2": "1"}),
        ("x^2 + y^2", "1", {"x^2 + y^2": "1"}),
        ("x^4 + 1", "1", {"x^4 + 1": "1"}),
        ("x^6 - 1", "1", {"x - 1": "1", "x + 1": "1", "x^2 - x + 1": "1", "x^2 + x + 1": "1"}),
        ("x^3/2 - 1", "1", {"x^1/2 - 1": "1", "x + x^1/2 + 1": "1"}),
        ("x - 1", "1", {"x - 1": "1"}),
        ("x - y^2", "1", {"x - y^2": "1"}),
        ("2 x + 2 y + 2 z", "2", {"x + y + z": "1"}),
        ("x y + x z + y w + z w", "1", {"x + w": "1", "y + z": "1"}),
        ("x^2 y + 2 x y^2 + y^3", "1", {"y": "1", "x + y": "2"}),
        ("x y^-1 - x^-1 y", "1", {"x": "-1", "y": "-1", "x - y": "1", "x + y": "1"}),
        (
            "x^3 + y^3 + z^3 - 3 x y z",
            "1",
            {"x + y + z": "1", "x^2 - x y - x z + y^2 - y z + z^2": "1"},
        ),
    ],
)
def test_factor_finds_the_irreducible_factors(library: str, f: str, c: str, factors: dict[str, str]) -> None:
    constant, found = factor(p(f))
    assert constant == Fraction(c)
    assert {poly.key(q): e for q, e in found} == {poly.key(p(q)): Fraction(e) for q, e in factors.items()}
    assert len(found) == len(factors)


def test_the_factors_multiply_to_the_polynomial(library: str, sweep: int) -> None:
    rng = random.Random(5)
    for _ in range(sweep // 4):
        a = mul(anything(rng, terms=3), anything(rng, terms=3))
        c, factors = factor(a)
        assert expand(c, factors) == a
        assert all(content(f)[0] == 1 for f, _ in factors)
        assert len({poly.key(f) for f, _ in factors}) == len(factors)


def test_generators_come_before_other_factors_and_the_order_is_fixed(library: str) -> None:
    _, factors = factor(p("x^3 y^-1 z - x y z + x^3 y^-1 - x y"))
    assert [list(f) for f, _ in factors] == [list(p(q)) for q in ("x", "y", "z + 1", "x - y", "x + y")]


def test_both_libraries_give_the_same_answers(monkeypatch: pytest.MonkeyPatch, sweep: int) -> None:
    pytest.importorskip("flint", reason="python-flint is not installed")
    rng = random.Random(6)
    cases = [(anything(rng), anything(rng), anything(rng, terms=3)) for _ in range(sweep // 4)]
    answers: list[list[object]] = []
    for name in ("flint", "python"):
        monkeypatch.setattr(poly, "backend", lambda name=name: name)
        answers.append([(cancel(mul(a, c), mul(b, c)), factor(mul(a, c))) for a, b, c in cases])
    assert answers[0] == answers[1]


def test_a_library_that_lies_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(a: dict[tuple[int, ...], int]) -> list[tuple[dict[tuple[int, ...], int], int]]:
        return [(a, 2)]

    liar = poly._LIBRARIES["python"]._replace(factors=wrong, cofactors=lambda a, b: (a, b, b))  # pyright: ignore
    monkeypatch.setattr(poly, "_LIBRARIES", {"liar": liar})
    monkeypatch.setattr(poly, "backend", lambda: "liar")
    with pytest.raises(ArithmeticError, match="'liar'"):
        factor(p("x^2 - y^2"))
    with pytest.raises(ArithmeticError, match="'liar'"):
        cancel(p("x^2 - y^2"), p("x^2 + 2 x y + y^2"))


def test_signs_chosen_by_a_library_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    def negated(f: Poly) -> dict[tuple[int, ...], int]:
        return {tuple(int(dict(m).get(i, 0)) for i in (0, 1)): -int(c) for m, c in f.items()}

    difference, total = negated(p("x - y")), negated(p("x + y"))
    library = poly._LIBRARIES["python"]._replace(  # pyright: ignore
        factors=lambda _: [(total, 1), (difference, 1)],
        cofactors=lambda a, b: (total, difference, total),
    )
    monkeypatch.setattr(poly, "_LIBRARIES", {"negative": library})
    monkeypatch.setattr(poly, "backend", lambda: "negative")
    assert factor(p("x^2 - y^2")) == (1, [(p("x - y"), 1), (p("x + y"), 1)])
    assert cancel(p("x^2 - y^2"), p("x^2 + 2 x y + y^2")) == (p("x - y"), p("x + y"))


# Division


@pytest.mark.parametrize(
    ("num", "den", "quotient", "remainder"),
    [
        ("x^2", "x + 1", "x - 1", "1"),
        ("x y", "x + 1", "y", "-1 y"),
        ("x^2 - y^2", "x + y", "x - y", "0"),
        ("y", "x + y", "0", "y"),
        ("x", "2 y", "1/2 x y^-1", "0"),
        ("x^-1", "x + 1", "x^-1", "-1"),
        ("x^-2 + x^3", "x^2 + 1", "x^-2 + x", "-1 x - 1"),
        ("x", "x^1/2 + 1", "x^1/2 - 1", "1"),
        ("1", "1 + x^-1", "1", "-1 x^-1"),
        ("x + y + z", "x + y + z", "1", "0"),
        ("x^-1 y + 1", "x + y", "0", "x^-1 y + 1"),
    ],
)
def test_divide_gives_quotient_and_remainder(num: str, den: str, quotient: str, remainder: str) -> None:
    assert divide(p(num), p(den)) == (p(quotient), p(remainder))


def test_num_is_quotient_times_den_plus_remainder(sweep: int) -> None:
    rng = random.Random(7)
    for _ in range(2 * sweep):
        num, den = anything(rng, terms=6), anything(rng)
        quotient, remainder = divide(num, den)
        assert poly.add(mul(quotient, den), remainder) == num


def test_division_is_linear_in_num(sweep: int) -> None:
    rng = random.Random(8)
    for _ in range(sweep):
        a, b, c, den = anything(rng), anything(rng), Fraction(rng.randint(-3, 3)), anything(rng)
        (q, r), (s, t) = divide(a, den), divide(b, den)
        total = divide(poly.add(a, poly.scale(b, c)), den)
        assert total == (poly.add(q, poly.scale(s, c)), poly.add(r, poly.scale(t, c)))


def test_a_polynomial_multiple_leaves_no_remainder(sweep: int) -> None:
    rng = random.Random(9)
    for _ in range(sweep):
        den = anything(rng)
        multiple = content(anything(rng))[2]
        assert divide(mul(multiple, den), den) == (multiple, ZERO)


def test_a_laurent_multiple_of_one_plus_x_leaves_no_remainder(sweep: int) -> None:
    rng = random.Random(10)
    for _ in range(sweep):
        multiple = anything(rng)
        assert divide(mul(multiple, p("1 + x + x^2 y")), p("1 + x")) is not None
        assert divide(mul(multiple, p("1 + x")), p("1 + x")) == (multiple, ZERO)


def test_division_by_zero_is_an_error() -> None:
    with pytest.raises(ZeroDivisionError):
        divide(p("x"), ZERO)


# Fuel


def dense(i: int, n: int) -> Poly:
    return {((i, k),): Fraction(1) for k in range(1, n + 1)}


@pytest.mark.parametrize(
    "work",
    [
        lambda: poly.power(poly.constant(3), 10**12),
        lambda: poly.power(p("1/3 x"), 10**12),
        lambda: poly.power(p("x + y + z + w"), 60),
        lambda: mul(dense(0, 700), dense(0, 700)),
        lambda: mul(dense(0, 150), dense(1, 150)),
    ],
)
def test_too_large_work_runs_out_of_fuel(work: object) -> None:
    assert callable(work)
    with pytest.raises(OutOfFuel):
        work()


def test_a_large_power_of_a_sum_runs_out_of_fuel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poly, "MAX_PAIRS", 4000)
    assert len(poly.power(p("x + 1"), 60)) == 61
    with pytest.raises(OutOfFuel, match="a product of 65 by 65 terms"):
        poly.power(p("x + 1"), 10**12)


def test_a_long_division_runs_out_of_fuel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poly, "MAX_DIVISION", 1000)
    assert divide(p("x^500 - 1"), p("x - 1"))[1] == ZERO
    with pytest.raises(OutOfFuel, match="division"):
        divide(p("x^501 - 1"), p("x - 1"))


def test_too_large_work_never_reaches_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poly, "_LIBRARIES", {})
    monkeypatch.setattr(poly, "backend", lambda: "none")
    with pytest.raises(OutOfFuel, match="3 terms of degree 401 in 1 generators"):
        factor(p("x^401 - x^2 + 1"))
    with pytest.raises(OutOfFuel, match="4 terms of degree 204 in 2 generators"):
        factor(p("x^201/20 + y^3 - x^3 y^2 + x^2 y^2"))
    with pytest.raises(OutOfFuel, match="degree 403 in 2 generators"):
        cancel(p("x^401 + x y + y^2 + 1"), p("x^402 + x y + y^2 + 1"))


def test_monomials_need_no_fuel() -> None:
    [m] = poly.power(p("x^2 y"), 10**12)
    assert m == ((0, 2 * 10**12), (1, 10**12))


# Loading


def run(code: str, **environment: str) -> str:
    """What the code prints in a fresh process, or the last line of its error."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SYMRLHF", "SYMPY"))}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=kept | environment, capture_output=True, text=True)
    return done.stdout.strip() or done.stderr.strip().splitlines()[-1]


def test_importing_loads_no_library() -> None:
    code = "import sys, symrlhf.kernel.poly; print({'sympy', 'flint', 'mpmath', 'numpy'} & set(sys.modules))"
    assert run(code) == "set()"


def test_the_environment_chooses_the_library() -> None:
    code = "from symrlhf.kernel.poly import backend; print(backend())"
    assert run(code, SYMRLHF_POLY="python") == "python"
    assert run(code, SYMPY_GROUND_TYPES="python") == "python"
    error = "ValueError: SYMRLHF_POLY is 'maple'; it must be one of flint, python"
    assert run(code, SYMRLHF_POLY="maple") == error


def test_without_flint_sympy_is_used() -> None:
    code = "import sys; sys.modules['flint'] = None; import symrlhf.kernel.poly as p; print(p.backend())"
    assert run(code) == "python"


def test_the_pure_python_ground_types_keep_flint_out() -> None:
    code = (
        "import sys; from symrlhf.kernel.poly import *; x = generator(0); "
        "print(len(factor(sub(mul(x, x), ONE))[1]), 'flint' in sys.modules)"
    )
    assert run(code, SYMPY_GROUND_TYPES="python") == "2 False"
