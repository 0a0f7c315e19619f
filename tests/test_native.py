"""Native kernels: the polynomials are certified, results agree with the plain code, sources stay in a cache."""

from math import log
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf
from test_blocked import ARGUMENTS, each
from test_compile import LINE, ulps

from symrlhf import functions
from symrlhf.compile import native, polynomials

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


@needs_numba
def test_the_source_is_a_file_in_the_cache(backend: Any, tmp_path: Path) -> None:
    backend("native")
    f = functions.named("bt_prob")
    native.loaded.cache_clear()
    f(np.zeros(5), np.ones(5))
    (path,) = (tmp_path / "symrlhf").glob("bt_prob_*.py")
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
