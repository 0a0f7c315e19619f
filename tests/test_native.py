"""Native kernels: the polynomials are certified, results agree with the plain code, sources stay in a cache."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import log
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
from accuracy import rowwise
from mpmath import mp, mpf
from test_blocked import ARGUMENTS, each
from test_compile import LINE, ulps
from test_functions import ROWWISE

from symrlhf import functions
from symrlhf.compile import compile_relation, native, polynomials
from symrlhf.setting import Setting
from symrlhf.term import Eq, Sym, sigmoid

needs_numba = pytest.mark.skipif(not native.available(), reason="numba is not installed")


# ------------------------------------------------------------------ certificates

ULP = 2.0**-53


def _worst(coefficients: tuple[float, ...], taylor: list[Any], low: float, high: float, pieces: int) -> Any:
    """A bound of |polynomial − Taylor polynomial| on [low, high], by expansion around the middle of each piece."""
    flint = pytest.importorskip("flint")
    polynomial = flint.arb_poly([flint.arb(c) for c in reversed(coefficients)])
    difference = polynomial - flint.arb_poly(taylor)
    step = (flint.arb(high) - flint.arb(low)) / pieces
    worst = flint.arb(0)
    for i in range(pieces):
        middle = (flint.arb(low) + step * i + step / 2).mid()
        radius = flint.arb((step / 2).abs_upper()) * flint.arb("1.0001")
        around = difference(flint.arb_poly([middle, 1]))
        bound = sum((flint.arb(around[k].abs_upper()) * radius**k for k in range(around.degree() + 1)), flint.arb(0))
        worst = bound if bound > worst else worst
    return worst


@pytest.fixture
def precise() -> Any:
    flint = pytest.importorskip("flint")
    before, flint.ctx.prec = flint.ctx.prec, 220
    yield flint
    flint.ctx.prec = before


def test_the_exponential_is_certified(precise: Any) -> None:
    """|r² (EXP − g)| e^(−r) ≤ 0.04 ulp, g the Taylor series (e^r − 1 − r)/r² and its remainder."""
    half, terms = log(2) / 2 * 1.00001, 40
    factorials = [precise.arb(1)]
    for k in range(1, terms + 4):
        factorials.append(factorials[-1] * k)
    bound = _worst(polynomials.EXP, [1 / factorials[k + 2] for k in range(terms)], -half, half, 400)
    remainder = precise.arb(half) ** terms / factorials[terms + 2] * 2
    relative = (bound + remainder) * precise.arb(half) ** 2 * precise.arb(half).exp()
    assert float(relative.abs_upper()) <= 0.04 * ULP


def test_the_logarithm_is_certified(precise: Any) -> None:
    """|s² (LOG − h)| ≤ 0.04 ulp for atanh(s)/s = 1 + s² h(s²) ≥ 1, s² ≤ 1/9."""
    top, terms = 1 / 9 * 1.00001, 90
    bound = _worst(polynomials.LOG, [precise.arb(1) / (2 * k + 3) for k in range(terms)], 0, top, 400)
    remainder = precise.arb(top) ** terms / (1 - precise.arb(top))
    assert float(((bound + remainder) * top).abs_upper()) <= 0.04 * ULP


def test_the_gap_is_certified(precise: Any) -> None:
    """|GAP − 2 (e^x − 1 − x)/x²| relative to its least value on [−1, 1], 2/e: 0.3 ulp."""
    terms = 40
    factorials = [precise.arb(1)]
    for k in range(1, terms + 4):
        factorials.append(factorials[-1] * k)
    bound = _worst(polynomials.GAP, [2 / factorials[k + 2] for k in range(terms)], -1, 1, 400)
    remainder = 4 / factorials[terms + 2]
    assert float(((bound + remainder) / precise.arb("0.7357")).abs_upper()) <= 0.3 * ULP


# ------------------------------------------------------------------ every rounding


@dataclass(frozen=True)
class Bounded:
    """A computed number: bounds of its size, and of how far rounding took it from the exact value of the same steps."""

    size: Any
    off: Any

    def rounded(self) -> Bounded:
        return Bounded(self.size, self.off + ULP * (self.size + self.off))

    def __mul__(self, other: Bounded) -> Bounded:
        off = self.off * other.size + other.off * self.size + self.off * other.off
        return Bounded(self.size * other.size, off)

    def __add__(self, other: Bounded) -> Bounded:
        return Bounded(self.size + other.size, self.off + other.off)


def _horner(coefficients: list[Bounded], x: Bounded) -> Bounded:
    """The steps of `native_functions._horner`."""
    found = coefficients[0]
    for c in coefficients[1:]:
        found = (found * x + c).rounded()
    return found


def _exponential(flint: Any) -> Any:
    """A bound of the relative error of EXP(x) where its result is a normal number.

    k is an integer nearest to x/log 2 but for 1e-12, |k| ≤ 1076, and x − k HIGH is exact: k HIGH has 44 digits, and
    the difference is below 1/2 and a multiple of 2^(−54). The factors 2^(k/2) are exact too.
    """
    exact, log2 = partial(Bounded, off=flint.arb(0)), flint.arb(2).log()
    most = log2 / 2 + flint.arb("1e-12")
    tail = 1076 * (log2 - flint.arb(polynomials.LOG2_HIGH) - flint.arb(polynomials.LOG2_LOW)).abs_upper()
    r = exact(most)
    square = (r * r).rounded() * _horner([exact(flint.arb(abs(c))) for c in polynomials.EXP], r)
    # The sum with r is rounded by u |e^r − 1|, that with 1 by u e^r, both but for what came before.
    of_sums = ULP * ((most.exp() - 1) + 1) * flint.arb("1.0001")
    of_r = (ULP * most + tail) * flint.arb("1.0001")
    return square.off * most.exp() + of_sums + of_r + flint.arb("0.04") * ULP


def _logarithm(flint: Any) -> Any:
    """A bound of the relative error of LOG1P(t), 0 ≤ t ≤ 1, its argument exact.

    The quotient s ≤ 1/3 is off by 2 u, which moves atanh(s) by no more than 1.0824 times that; s² LOG(s²) is at most
    0.0398 of it.
    """
    exact = partial(Bounded, off=flint.arb(0))
    s = exact(flint.arb(1) / 3)
    q = (s * s).rounded()
    share = flint.arb("0.0398")
    polynomial = _horner([exact(flint.arb(abs(c))) for c in polynomials.LOG], q)
    of_cube = share * (q.off / q.size + ULP + polynomial.off / flint.arb(polynomials.LOG[-1])) * flint.arb("1.0001")
    return (2 * flint.arb("1.0824") + 1) * ULP * flint.arb("1.0001") + of_cube + flint.arb("0.04") * ULP


def test_the_native_sigmoid_and_softplus_are_certified_every_rounding_included(precise: Any) -> None:
    """In units of 2^(−53) of the result: what `.accuracy` says of the native kernels for |z| ≤ 700."""
    of_exp, of_log = _exponential(precise), _logarithm(precise)
    third = precise.arb(1) / 3
    assert (third / ((1 - third**2) * third.atanh())).abs_upper() < precise.arb("1.0824")
    assert ((third.atanh() - third) / third.atanh()).abs_upper() < precise.arb("0.0398")
    assert float((of_exp / ULP).abs_upper()) < 2.3
    assert float((of_log / ULP).abs_upper()) < 3.5
    # t/(1 + t) or 1/(1 + t): t moves it by no more than itself, and two steps are rounded.
    # log(1 + t): t likewise; max(z, 0), which is added, is exact and not negative.
    slack = precise.arb("1.0001")
    assert float(((of_exp + 2 * ULP) * slack / ULP).abs_upper()) < native.CERTIFIED["sigmoid"]
    assert float(((of_exp + of_log + ULP) * slack / ULP).abs_upper()) < native.CERTIFIED["softplus"]


@pytest.mark.parametrize("name", ["sigmoid", "logsigmoid", "softplus"])
def test_accuracy_says_what_is_certified_of_the_native_kernel(name: str) -> None:
    said = functions.named(name).accuracy
    assert said.kind == "sampled"  # NumPy's exponential is
    assert f"within {native.CERTIFIED['sigmoid' if name == 'sigmoid' else 'softplus']:g} · 2⁻⁵³" in said.rests_on
    assert "certified" not in str(functions.named("bt_prob").accuracy)


@needs_numba
@pytest.mark.parametrize("name", ["sigmoid", "softplus"])
def test_no_point_is_beyond_what_is_certified(name: str, backend: Any) -> None:
    backend("native")
    z = np.concatenate([np.random.default_rng(8).uniform(-700, 700, 3000), np.random.default_rng(9).normal(size=3000)])
    found = functions.named(name)(z)
    with mp.workdps(400):
        for x, got in zip(map(mpf, z.tolist()), found, strict=True):
            exact = 1 / (1 + mpmath.exp(-x)) if name == "sigmoid" else mpmath.log1p(mpmath.exp(x))
            assert abs(got - exact) <= native.CERTIFIED[name] * ULP * exact


@needs_numba
@pytest.mark.parametrize(
    ("name", "low", "high", "bound"), [("EXP", -745.2, 709.7, 1), ("LOG1P", 0.0, 1.0, 2), ("GAP", -700.0, 700.0, 4)]
)
def test_a_native_function_is_within_its_bound(name: str, low: float, high: float, bound: float) -> None:
    from symrlhf.compile import native_functions

    rng = np.random.default_rng(1)
    points = [x for x in LINE if low <= x <= high] + rng.uniform(low, high, 3000).tolist()
    points += [x for x in rng.normal(size=2000).tolist() if low <= x <= high]
    exact = {
        "EXP": mpmath.exp,
        "LOG1P": mpmath.log1p,
        "GAP": lambda x: mpmath.exp(x) - 1 - x if abs(x) > 1e-30 else x**2 / 2,
    }[name]
    with mp.workdps(120):
        worst = max(ulps(getattr(native_functions, name)(x), exact(mpf(x))) for x in points)
    assert worst <= bound


# ------------------------------------------------------------------ kernels

KERNELS = ["sigmoid", "logsigmoid", "softplus", "bt_prob", "bt_logprob", "rm_loss", "dpo_loss"]


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return lambda name: monkeypatch.setenv(native.BACKEND, name)


@needs_numba
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", KERNELS)
def test_native_agrees_with_numpy_extremes_included(name: str, dtype: Any, backend: Any) -> None:
    f = functions.named(name)
    arguments = tuple(a.astype(dtype) for a in ARGUMENTS[name])
    arguments[0][:6] = [-800.0, 1e4, -1e4, 720.0, -744.5, 0.0]
    found = {}
    for which in ("numpy", "native"):
        backend(which)
        found[which] = f.value_and_grad(*arguments, **each(f))
    plain, fast = ((v, *g) for v, g in found.values())
    for expected, got in zip(plain, fast, strict=True):
        assert got.dtype == dtype
        # Differences of float32 are rounded to float32 by NumPy only: up to |z| ε of e^z.
        # The steps inside the margin of DPO are rounded where that moves it by less than 2e-13.
        relative = 1e-5 if dtype is np.float32 else 4e-13 if name == "dpo_loss" else 0
        slack = 6 * np.spacing(np.abs(expected)) + relative * np.abs(expected)
        assert np.all(np.abs(got - expected) <= slack)


@needs_numba
def test_a_mean_and_nan_and_threads(backend: Any) -> None:
    f, (w, l) = functions.named("rm_loss"), ARGUMENTS["rm_loss"]  # noqa: E741
    backend("numpy")
    expected, gradient = f.value_and_grad(w, l)
    backend("native")
    for threads in (1, 2):
        value, found = f.value_and_grad(w, l, threads=threads)
        assert value == pytest.approx(expected, rel=1e-14)
        assert found.r_w == pytest.approx(gradient.r_w, rel=2e-15)
    broken = w.copy()
    broken[5] = np.nan
    assert np.isnan(f(broken, l))
    assert np.isnan(f.grad(broken, l).r_w).nonzero()[0].tolist() == [5]
    with pytest.raises(ValueError, match="threads must be a positive integer, not 0"):
        f(w, l, threads=0)


# ------------------------------------------------------------------ policies and rows, against mpmath


def _surrogate(x: float, a: float) -> tuple[Any, Any]:
    """min(ρA, clip(ρ, 0.8, 1.2) A) and its derivative in log ρ; 0.2 is the double."""
    eps = mpf(0.2)
    ratio = mpmath.exp(mpf(x))
    clipped = min(max(ratio, 1 - eps), 1 + eps)
    first, second = ratio * mpf(a), clipped * mpf(a)
    return min(first, second), first if first < second or ratio == clipped else mpf(0)


@needs_numba
@pytest.mark.parametrize("which", ["numpy", "native"])
def test_the_clipped_surrogate_and_its_gradient(which: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    x, a = rng.normal(size=3000) * rng.choice([0.1, 3, 200], 3000), rng.normal(size=3000)
    x[:6], a[:4] = [800.0, -800.0, 720.0, -744.5, 0.0, 1e4], [1e-300, 1e300, -1.0, 0.0]
    counts = rng.random(3000) < 0.7
    f = functions.named("ppo_clip_objective")
    monkeypatch.setenv(native.BACKEND, which)
    with mp.workdps(60):
        truth = [_surrogate(u, v) for u, v in zip(x, a, strict=True)]
        found, (slopes,) = f.value_and_grad(x, a)
        for got, (value, _) in zip(found, truth, strict=True):
            assert ulps(got, value) <= 4
        for got, (_, slope) in zip(slopes, truth, strict=True):
            assert ulps(got, slope) <= 4
        ordinary = np.abs(x) < 100
        mean, (each,) = f.value_and_grad(x, a, mask=counts & ordinary, reduction="mean")
        terms = [v for (v, _), kept in zip(truth, counts & ordinary, strict=True) if kept]
        assert abs(mean - mpmath.fsum(terms) / len(terms)) <= 1e-13 * mpmath.fsum(map(abs, terms)) / len(terms)
    assert not each[~(counts & ordinary)].any()
    broken = np.where(np.arange(3000) == 7, np.nan, x)
    assert np.isnan(f.grad(broken, a).logratio).nonzero()[0].tolist() == [7]


@needs_numba
@pytest.mark.parametrize("which", ["numpy", "native"])
def test_the_dual_clip(which: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    x, a = rng.normal(size=3000) * rng.choice([0.1, 3, 200], 3000), rng.normal(size=3000)
    x[:4], a[:4] = [705.0, 690.0, -705.0, 720.0], [-1e9, 1e9, 1.0, -1e-300]
    monkeypatch.setenv(native.BACKEND, which)
    found, (slopes,) = functions.named("ppo_clip_objective").value_and_grad(x, a, dual_clip=3.0)
    with mp.workdps(60):
        for got, slope, u, v in zip(found, slopes, x, a, strict=True):
            value, exact = _surrogate(u, v)
            floor = 3 * mpf(v)
            if v < 0 and value < floor:
                value, exact = floor, mpf(0)
            assert ulps(got, value) <= 4
            assert ulps(slope, exact) <= 4


@needs_numba
@pytest.mark.parametrize("which", ["numpy", "native"])
@pytest.mark.parametrize("scale", [1e-9, 0.5, 1.2, 5.0, 300.0])
def test_the_estimators(scale: float, which: str, monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.random.default_rng(6).normal(size=800) * scale
    monkeypatch.setenv(native.BACKEND, which)
    found = functions.named("k_estimators")(x)
    with mp.workdps(400):
        for i, u in enumerate(map(mpf, x.tolist())):
            assert found.k1[i] == x[i]
            assert ulps(found.k2[i], u * u / 2) <= 1
            assert ulps(found.k3[i], mpmath.exp(-u) - 1 + u) <= 4


@needs_numba
@pytest.mark.parametrize("name", ROWWISE)
def test_native_rows_are_within_the_bound_of_the_truth(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(native.BACKEND, "native")
    f = functions.named(name).from_logits
    given = {n: 0.5 if n == "beta" else np.zeros((3, 4)) for n in f.argument_terms if n not in f.defaults}
    assert f._call((), given).plan(True, None, ()).native is not None  # pyright: ignore[reportAttributeAccessIssue]
    assert rowwise(name, 200).value <= 1


@needs_numba
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_rows_of_either_backend_agree_wherever_they_are_not_ordinary(
    dtype: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(9)
    z, q, r = (rng.normal(size=(300, 7)).astype(dtype) for _ in range(3))
    z[3, 2] = q[3, 2] = -np.inf  # excluded by both, by one, by the other
    z[5, 1], q[8, 4] = -np.inf, -np.inf
    z[11, 0], q[12, 3], r[13, 5] = np.nan, np.nan, np.nan
    z[20], q[21] = 1e4 * z[20], z[21]
    z[22, 6] = np.inf
    one = q[0]
    f = {n: functions.named(n).from_logits for n in ("kl_optimal_policy", "kl", "kl_objective", "cross_entropy")}
    calls: list[Any] = [
        lambda: f["kl_optimal_policy"](r, q, 0.1),
        lambda: f["kl_optimal_policy"](r, one, 50.0),
        lambda: f["kl_optimal_policy"](r[0], q, np.linspace(0.1, 3, 300, dtype=dtype)),
        lambda: (lambda value, slopes: (value, *slopes))(*f["kl"].value_and_grad(z, q)),
        lambda: f["kl_objective"].grad(z, r, q, 0.3),
        lambda: f["cross_entropy"].grad(z, q),
        lambda: (functions.named("logsumexp")(z), functions.named("reinforce_grad_softmax")(z, r)),
        lambda: (functions.named("chi2_divergence").from_logits(z, q), functions.named("rloo_advantages")(r)),
    ]
    for call in calls:
        found = {}
        for which in ("numpy", "native"):
            monkeypatch.setenv(native.BACKEND, which)
            found[which] = call()
        for a, b in zip(found["numpy"], found["native"], strict=True):
            assert a.dtype == b.dtype == dtype
            scale = np.where(np.isfinite(a), np.abs(a), 0).max(axis=-1, keepdims=a.ndim > 1, initial=0)
            bound = (2e-13 if dtype is np.float64 else 1e-6) * np.maximum(scale, np.where(np.isfinite(a), np.abs(a), 0))
            with np.errstate(invalid="ignore"):  # inf − inf
                assert np.all((np.abs(a - b) <= bound) | (a == b) | (np.isnan(a) & np.isnan(b)))


@needs_numba
def test_the_source_is_a_file_in_the_cache(backend: Any, tmp_path: Path) -> None:
    backend("native")
    r1, r2 = Sym("r1"), Sym("r2")
    f = compile_relation(Eq(Sym("f"), sigmoid(r1 - r2)), Setting(), {"r1": r1, "r2": r2})
    native.loaded.cache_clear()
    f(np.zeros(5), np.ones(5))
    (path,) = (tmp_path / "symrlhf").glob("f_*.py")
    assert "def kernel(r1, r2, out0, marks, step, entries, first, last):" in path.read_text(encoding="utf-8")


NONE = native.Native("none", "")


def test_an_unknown_backend_is_an_error(backend: Any) -> None:
    backend("cuda")
    with pytest.raises(ValueError, match="SYMRLHF_BACKEND must be numpy or native, not 'cuda'"):
        native.wanted(10, NONE)


def test_without_numba_numpy_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "available", lambda: False)
    monkeypatch.delenv(native.BACKEND, raising=False)
    assert not native.wanted(10**7, NONE)
