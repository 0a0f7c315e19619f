"""f-divergences, their slopes, ratios and policies against mpmath: near rows, far rows, excluded responses, bounds."""

from collections.abc import Callable, Iterator
from typing import Any

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf

from symrlhf import functions as f
from symrlhf.errors import NotSupported

Exact = Any
INF, NAN = float("inf"), float("nan")

GENERATORS: dict[str, Callable[[Exact, Exact], Exact]] = {
    "reverse_kl": lambda t, a: t * mpmath.log(t),
    "forward_kl": lambda t, a: -mpmath.log(t),
    "js": lambda t, a: t * mpmath.log(t) - (t + 1) * mpmath.log((t + 1) / 2),
    "alpha": lambda t, a: (t ** (1 - a) - (1 - a) * t - a) / (a * (a - 1)),
    "chi2": lambda t, a: (t - 1) ** 2 / 2,
}
SLOPES: dict[str, Callable[[Exact, Exact], Exact]] = {
    "reverse_kl": lambda t, a: 1 + mpmath.log(t),
    "forward_kl": lambda t, a: -1 / t,
    "js": lambda t, a: mpmath.log(2 * t / (1 + t)),
    "alpha": lambda t, a: (1 - t ** (-a)) / a,
    "chi2": lambda t, a: t - 1,
}
BENDS: dict[str, Callable[[Exact, Exact], Exact]] = {
    "reverse_kl": lambda t, a: 1 / t,
    "forward_kl": lambda t, a: 1 / t**2,
    "js": lambda t, a: 1 / (t * (1 + t)),
    "alpha": lambda t, a: t ** (-a - 1),
    "chi2": lambda t, a: mpf(1),
}
RATIOS: dict[str, Callable[[Exact, Exact], Exact]] = {
    "reverse_kl": lambda v, a: mpmath.exp(v - 1),
    "forward_kl": lambda v, a: -1 / v,
    "js": lambda v, a: 1 / (2 * mpmath.exp(-v) - 1),
    "alpha": lambda v, a: (1 - a * v) ** (-1 / a),
    "chi2": lambda v, a: max(mpf(0), 1 + v),
}
KINDS = list(GENERATORS)
ALPHAS = [1e-6, 0.1, 0.5, 0.9, 1 - 1e-6]
WITH_ALPHA = [(kind, a) for kind in KINDS for a in (ALPHAS if kind == "alpha" else [0.5])]


def near(got: Any, exact: Exact, relative: float = 1e-13, absolute: float = 1e-320) -> bool:
    if abs(exact) >= mpf(2) ** 1024:
        return float(got) == float(exact)
    return bool(abs(mpf(float(got)) - exact) <= mpf(relative) * abs(exact) + mpf(absolute))


# ------------------------------------------------------------------ divergences


def _rows() -> Iterator[tuple[np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(5)
    for scale in (0.0, 1e-14, 1e-10, 1e-6, 1e-3, 0.1, 1, 30, 200):
        for size in (1, 2, 7):
            z = rng.normal(size=size) * rng.choice([0.1, 1, 20])
            both = [np.exp(x - x.max()) for x in (z, z + rng.normal(size=size) * scale)]
            yield tuple(x / x.sum() for x in both)  # type: ignore[misc]
    yield np.array([1e-300, 1 - 1e-300]), np.array([0.25, 0.75])
    yield np.array([0.25, 0.75]), np.array([1e-150, 1.0])
    yield np.array([5e-324, 1.0]), np.array([0.5, 0.5])


def divergence(kind: str, p: np.ndarray, q: np.ndarray, alpha: float) -> Exact:
    """Σ q f(p/q) of the exactly normalised rows."""
    one, other = ([mpf(float(x)) for x in row] for row in (p, q))
    one, other = ([x / mpmath.fsum(row) for x in row] for row in (one, other))
    return mpmath.fsum(y * GENERATORS[kind](x / y, mpf(alpha)) for x, y in zip(one, other, strict=True))


@pytest.mark.parametrize(("kind", "alpha"), WITH_ALPHA)
def test_a_divergence_is_the_mean_of_its_generator(kind: str, alpha: float) -> None:
    """F2. Rows sum to 1 but for rounding, which leaves its square, whatever the divergence."""
    for p, q in _rows():
        got = f.fdiv(kind, p, q, alpha)
        with mp.workdps(700):
            exact = divergence(kind, p, q, alpha)
            assert near(got, exact, absolute=1e-31), (p, q, got, float(exact))
        assert got >= 0


@pytest.mark.parametrize("kind", KINDS)
def test_rows_that_do_not_quite_sum_to_1_are_normalised(kind: str) -> None:
    p, q = np.array([0.2, 0.5, 0.3 + 4e-7]), np.array([0.1, 0.6 - 5e-7, 0.3])
    with mp.workdps(50):
        assert near(f.fdiv(kind, p, q), divergence(kind, p, q, 0.5), 1e-14 / 4e-4)
        p = np.array([0.2, 0.5, 0.3], np.float32)
        got = f.fdiv(kind, p, q.astype(np.float32))
        assert got.dtype == np.float32
        assert near(got, divergence(kind, p, q.astype(np.float32), 0.5), 1e-7)


def test_the_generators_are_those_of_the_named_divergences() -> None:
    rng = np.random.default_rng(6)
    p, q = rng.dirichlet(np.ones(5), 3), rng.dirichlet(np.ones(5), 3)
    log_p, log_q = np.log(p), np.log(q)
    assert f.fdiv("reverse_kl", p, q) == pytest.approx(f.kl(log_p, log_q), rel=1e-13)
    assert f.fdiv("forward_kl", p, q) == pytest.approx(f.kl(log_q, log_p), rel=1e-13)
    assert f.fdiv("js", p, q) == pytest.approx(2 * f.js_divergence(log_p, log_q), rel=1e-13)
    assert f.fdiv("chi2", p, q) == pytest.approx(f.chi2_divergence(log_p, log_q) / 2, rel=1e-13)
    assert f.fdiv("alpha", p, q, 1e-9) == pytest.approx(f.kl(log_p, log_q), rel=1e-7)
    assert f.fdiv("alpha", p, q, 1 - 1e-9) == pytest.approx(f.kl(log_q, log_p), rel=1e-7)


LOG2 = 0.6931471805599453
"""log 2 to the nearest double: 0.693147180559945309417..."""


@pytest.mark.parametrize(
    ("kind", "alpha", "avoided", "excluded"),
    [
        ("reverse_kl", 0.5, 1, INF),
        ("forward_kl", 0.5, INF, 1),
        ("js", 0.5, LOG2, LOG2),
        ("alpha", 0.25, 4 / 3, 4),
        ("alpha", 0.5, 2, 2),
        ("chi2", 0.5, 0.5, INF),
    ],
)
def test_a_response_that_one_policy_excludes_adds_the_limit(
    kind: str, alpha: float, avoided: float, excluded: float
) -> None:
    """With f less its tangent at 1: f(0) − f(1) + f′(1) for each unit of π_ref, lim f(t)/t − f′(1) for each of π."""
    half = np.array([0.5, 0.5])
    with mp.workdps(50):
        t, a = mpf(1) / 2, mpf(alpha)
        tangent = {"reverse_kl": 1, "forward_kl": -1}.get(kind, 0)
        # ref is (1/2, 1/2) and π is (1, 0), then the other way round.
        rest = GENERATORS[kind](1 / t, a) / 2 - tangent * t
        other = GENERATORS[kind](t, a) + tangent * t
        assert near(f.fdiv(kind, [1.0, 0.0], half, alpha), rest + mpf(avoided) / 2 if avoided < INF else mpf("inf"))
        assert near(f.fdiv(kind, half, [1.0, 0.0], alpha), other + mpf(excluded) / 2 if excluded < INF else mpf("inf"))
    assert f.fdiv(kind, [0.25, 0.75, 0.0], [0.5, 0.5, 0.0], alpha) == f.fdiv(kind, [0.25, 0.75], [0.5, 0.5], alpha)
    disjoint = f.fdiv(kind, [1.0, 0.0], [0.0, 1.0], alpha)
    assert disjoint == INF if INF in (avoided, excluded) else disjoint == pytest.approx(avoided + excluded, rel=1e-15)


@pytest.mark.parametrize("kind", KINDS)
def test_leading_axes_broadcast_and_nan_stays_in_its_row(kind: str) -> None:
    p, q = np.array([[[0.2, 0.8]], [[0.5, 0.5]]]), np.array([[0.3, 0.7], [0.5, 0.5], [1.0, 0.0]])
    got = f.fdiv(kind, p, q)
    assert got.shape == (2, 3)
    for i in range(2):
        for j in range(3):
            assert got[i, j] == f.fdiv(kind, p[i, 0], q[j])
    got = f.fdiv(kind, [[NAN, 0.5], [0.5, 0.5]], [0.25, 0.75])
    assert np.isnan(got[0]) and got[1] == f.fdiv(kind, [0.5, 0.5], [0.25, 0.75])
    assert f.fdiv(kind, np.ones((0, 3)) / 3, np.ones(3) / 3).shape == (0,)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: f.fdiv("kl", [1.0], [1.0]),
            ValueError,
            "fdiv: kind must be 'reverse_kl', 'forward_kl', 'js', 'alpha' or 'chi2', not 'kl'",
        ),
        (
            lambda: f.fdiv("js", [0.5, 0.6], [0.5, 0.5]),
            ValueError,
            "fdiv: the probabilities of pi sum to 1.1, not to 1",
        ),
        (
            lambda: f.fdiv("js", [0.5, 0.5], [-0.5, 1.5]),
            ValueError,
            "fdiv: ref must lie in [0, inf), not -0.5",
        ),
        (lambda: f.fdiv("alpha", [1.0], [1.0], 1.0), ValueError, "fdiv: alpha must lie in (0, 1), not 1.0"),
        (lambda: f.fdiv("js", 0.5, [1.0]), ValueError, "fdiv: pi has shape (); it needs at least 1 axes"),
        (lambda: f.fprime("js", -1.0), ValueError, "fprime: t must lie in [0, inf), not -1.0"),
        (lambda: f.fprime("js", INF), ValueError, "fprime: t must lie in [0, inf), not inf"),
        (lambda: f.fprime_inv("forward_kl", 0.0), ValueError, "fprime_inv: v must lie in [-inf, 0), not 0.0"),
        (
            lambda: f.fprime_inv("js", 0.6931471805599454),
            ValueError,
            "fprime_inv: v must lie in [-inf, 0.6931471805599453], not 0.6931471805599454",
        ),
        (
            lambda: f.fprime_inv("alpha", [1.0, 4.0], 0.25),
            ValueError,
            "fprime_inv: v must be below 1/alpha = 4, not 4.0",
        ),
        (
            lambda: f.fdiv_optimal_policy("js", [1.0, 2.0], [1.0, 0.0], 1.0),
            ValueError,
            "fdiv_optimal_policy: ref must lie in (0, inf), not 0.0",
        ),
        (
            lambda: f.fdiv_optimal_policy("js", [1.0, 2.0], [0.5, 0.5], 0.0),
            ValueError,
            "fdiv_optimal_policy: beta must lie in (0, inf), not 0.0",
        ),
        (
            lambda: f.fdiv_optimal_policy("js", 1.0, [0.5, 0.5], 1.0),
            ValueError,
            "fdiv_optimal_policy: r has shape () and ref (2,); they must be (..., K)",
        ),
        (lambda: f.fdiv("js", "p", [1.0]), TypeError, "fdiv: pi must be a number or an ndarray, not str"),
    ],
)
def test_what_does_not_fit_is_named(call: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == message


def test_a_divergence_has_no_gradient_here() -> None:
    with pytest.raises(NotSupported):
        f.fdiv.grad("js", [0.5, 0.5], [0.25, 0.75])


# ------------------------------------------------------------------ slopes and ratios

T = [5e-324, 1e-310, 1e-300, 1e-100, 1e-17, 1e-8, 0.1, 0.36787944117144233, 0.5, 1 - 1e-9, 1 - 2**-53, 1.0]
T += [1 + 2**-52, 1 + 1e-9, 1.5, 2.0, 3.7, 1e8, 1e17, 1e100, 1e300, 1.7e308]


@pytest.mark.parametrize(("kind", "alpha"), WITH_ALPHA)
def test_slopes_are_those_of_the_generator(kind: str, alpha: float) -> None:
    """F2, at ratios over all doubles; the gradient is the second derivative."""
    value, gradient = f.fprime.value_and_grad(kind, np.array(T), alpha)
    with mp.workdps(400):
        for t, got, bend in zip(T, value, gradient.t, strict=True):
            assert near(got, SLOPES[kind](mpf(t), mpf(alpha))), (t, got)
            assert near(bend, BENDS[kind](mpf(t), mpf(alpha))), (t, bend)
    assert f.fprime(kind, 0.0, alpha) == (-1 if kind == "chi2" else -INF)
    assert np.isnan(f.fprime(kind, NAN, alpha))


V = [-1e308, -1e4, -745.5, -744.0, -720.0, -700.0, -30.0, -1.0 - 1e-9, -1.0, -0.5, -1e-9, -1e-17, -5e-324, 0.0, 1e-17]
V += [
    1e-9,
    0.25,
    0.5,
    0.6931,
    LOG2,
    1.0,
    1.0 + 1e-9,
    1.1,
    1.9999999,
    2.0 - 2**-52,
    9.99,
    30.0,
    700.0,
    710.0,
    1e4,
    1e300,
]


def _bound(kind: str, alpha: float) -> Exact:
    return {"forward_kl": mpf(0), "js": mpmath.log(2), "alpha": 1 / mpf(alpha)}.get(kind, mpf("inf"))


@pytest.mark.parametrize(("kind", "alpha"), WITH_ALPHA)
def test_the_ratio_at_a_slope(kind: str, alpha: float) -> None:
    """F2, up to the bound of the slope; the gradient is the derivative of the inverse, 1/f″."""
    with mp.workdps(400):
        values = [v for v in V if mpf(v) < _bound(kind, alpha)]
        value, gradient = f.fprime_inv.value_and_grad(kind, np.array(values), alpha)
        for v, got, slope in zip(values, value, gradient.v, strict=True):
            exact = RATIOS[kind](mpf(v), mpf(alpha))
            # A slope beyond the ordinary is rounded once where 1 is taken off.
            relative = 1e-13 if kind != "reverse_kl" else 1e-13 + abs(v) * 2.0**-53
            assert near(got, exact, relative), (v, got, float(exact))
            if kind == "chi2":
                assert slope == (1 if v > -1 else 0)
            elif exact > mpf(10) ** -150:
                assert near(slope, 1 / BENDS[kind](exact, mpf(alpha)), relative), (v, slope)
    assert f.fprime_inv(kind, -INF, alpha) == 0
    assert np.isnan(f.fprime_inv(kind, NAN, alpha))
    assert len(values) > 10


@pytest.mark.parametrize("kind", KINDS)
def test_single_precision_stays_single(kind: str) -> None:
    t = np.array([0.25, 1.0, 3.0], np.float32)
    v = f.fprime(kind, t)
    back = f.fprime_inv(kind, v)
    assert v.dtype == back.dtype == np.float32
    with mp.workdps(50):
        for x, got in zip(t, v, strict=True):
            assert near(got, SLOPES[kind](mpf(float(x)), mpf("0.5")), 1e-6)
    assert back == pytest.approx(t, rel=1e-5)


# ------------------------------------------------------------------ the policies they regularise


def optimum(kind: str, r: list[float], ref: list[float], beta: float, alpha: float) -> tuple[list[Exact], Exact]:
    """The policy and λ by bisection of λ itself, in the formula of the catalogue, at high precision."""
    rewards, q = [mpf(x) for x in r], [mpf(x) for x in ref]
    q = [x / mpmath.fsum(q) for x in q]
    b, a = mpf(beta), mpf(alpha)

    def policy(lam: Exact) -> list[Exact]:
        slopes = [(x - lam) / b for x in rewards]
        if max(slopes) >= _bound(kind, alpha):
            return [mpf("inf")]
        return [y * RATIOS[kind](v, a) for y, v in zip(q, slopes, strict=True)]

    # At the slope f′(1) no response has more than π_ref; one slope above f′(1/π_ref) has more than everything.
    high = max(rewards) - b * SLOPES[kind](mpf(1), a)
    low = max(rewards) - b * max(SLOPES[kind](1 / min(q), a), SLOPES[kind](mpf(1), a)) - b * mpf("1e-60")
    while low < (lam := (low + high) / 2) < high:
        if mpmath.fsum(policy(lam)) > 1:
            low = lam
        else:
            high = lam
    return policy(high), high


CASES = [
    ([1.0, 2.0, 0.0, 5.0], [0.1, 0.2, 0.3, 0.4]),
    ([3.0, 3.0, 3.0], [0.2, 0.3, 0.5]),
    ([1.0, 1.0 + 1e-9, -2.0], [0.5, 0.25, 0.25]),
    ([0.0, 100.0], [1 - 1e-12, 1e-12]),
    ([7.0], [1.0]),
]


@pytest.mark.parametrize("beta", [1e-8, 1e-3, 0.1, 1.0, 30.0, 1e6])
@pytest.mark.parametrize(("kind", "alpha"), WITH_ALPHA)
def test_the_policy_that_a_divergence_regularises(kind: str, alpha: float, beta: float) -> None:
    """C22."""
    for r, ref in CASES:
        got = f.fdiv_optimal_policy(kind, r, ref, beta, alpha)
        with mp.workdps(100):
            probs, lam = optimum(kind, r, ref, beta, alpha)
            for value, exact in zip(got.probs, probs, strict=True):
                assert near(value, exact, 1e-11, 1e-300), (r, ref, value, float(exact))
            assert near(got.multiplier, lam, 1e-12, 1e-12 * (beta + max(map(abs, r)))), (got.multiplier, float(lam))
        assert got.probs.sum() == pytest.approx(1, abs=1e-15)


@pytest.mark.parametrize("kind", KINDS)
def test_no_other_policy_does_better(kind: str) -> None:
    rng = np.random.default_rng(7)
    r, ref, beta = rng.normal(size=(4, 6)), rng.dirichlet(np.ones(6), 4), np.array([0.05, 0.3, 1.0, 10.0])
    best = f.fdiv_optimal_policy(kind, r, ref, beta).probs

    def objective(pi: np.ndarray) -> np.ndarray:
        return (pi * r).sum(axis=-1) - beta * f.fdiv(kind, pi, ref)

    for mix in (1e-3, 0.1, 1.0):
        others = (1 - mix) * best + mix * rng.dirichlet(np.ones(6), (50, 4))
        assert np.all(objective(others) <= objective(best) + 1e-14)


def test_the_reverse_divergence_regularises_the_tilted_policy() -> None:
    rng = np.random.default_rng(8)
    r, ref, beta = rng.normal(size=(3, 1, 5)), rng.dirichlet(np.ones(5), 2), np.array([[0.1], [1.0], [5.0]])
    got = f.fdiv_optimal_policy("reverse_kl", r, ref, beta)
    tilted = f.kl_optimal_policy(r, np.log(ref), beta)
    assert got.probs.shape == (3, 2, 5)
    assert got.probs == pytest.approx(np.exp(tilted.log_probs), rel=1e-12)
    assert got.multiplier == pytest.approx(beta * (tilted.log_partition - 1), rel=1e-12)
    single = f.fdiv_optimal_policy("js", r.astype(np.float32), ref.astype(np.float32), 0.5)
    assert single.probs.dtype == single.multiplier.dtype == np.float32
