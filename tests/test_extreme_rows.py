"""Functions of rows of logits at extremes, against mpmath at hundreds of digits: value and gradient.

Near rows and far rows, common shifts, ties, excluded responses, temperatures that are no power of 2.
"""

import itertools
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf

from symrlhf import functions
from symrlhf.compile import native

Exact = Any
Row = list[Exact]
INF = float("inf")


def _exp(x: Exact) -> Exact:
    return mpf(0) if x == -mpf("inf") else mpmath.exp(x)


def _lse(x: Row) -> Exact:
    return max(x) + mpmath.log(mpmath.fsum(_exp(v - max(x)) for v in x))


def _logs(x: Row) -> Row:
    return [v - _lse(x) for v in x]


def _kl(x: Row, y: Row) -> Exact:
    p, q = _logs(x), _logs(y)
    return mpmath.fsum(_exp(a) * (a - b) for a, b in zip(p, q, strict=True) if mpmath.isfinite(a))


def _chi2(x: Row, y: Row) -> Exact:
    pairs = [(_exp(a), _exp(b)) for a, b in zip(_logs(x), _logs(y), strict=True)]
    return mpmath.fsum((p - q) ** 2 / q if q else mpf("inf") for p, q in pairs if p or q)


def _over(x: Row, tau: Exact) -> Row:
    return [v / tau for v in x]


def _mean(x: Row, values: Row) -> Exact:
    return mpmath.fsum(_exp(a) * b for a, b in zip(_logs(x), values, strict=True))


def _mixture(x: Row, y: Row, beta: Exact) -> Exact:
    p, q = _logs(x), _logs(y)
    weights = [beta * _exp(a) + (1 - beta) * _exp(b) for a, b in zip(p, q, strict=True)]
    m = [mpmath.log(w) if w else -mpf("inf") for w in weights]
    return beta * _kl(p, m) + (1 - beta) * _kl(q, m)


def _tilted(r: Row, ref: Row, beta: Exact) -> Row:
    return [a + b / beta for a, b in zip(ref, r, strict=True)]


TRUTH: dict[str, tuple[Callable[..., Exact], dict[str, Any]]] = {
    "kl_from_logits": (_kl, {}),
    "entropy_from_logits": (lambda x: -_mean(x, [v if mpmath.isfinite(v) else mpf(0) for v in _logs(x)]), {}),
    "logsumexp": (_lse, {}),
    "chi2_divergence_from_logits": (_chi2, {}),
    "js_divergence": (_mixture, {}),
    "ce_loss": (lambda z, target, tau: -_logs(_over(z, tau))[0], {}),
    "distill_loss forward": (lambda z, v, tau: _kl(_over(v, tau), _over(z, tau)), {"kind": "forward"}),
    "distill_loss reverse": (lambda z, v, tau: _kl(_over(z, tau), _over(v, tau)), {"kind": "reverse"}),
    "distill_loss jsd": (lambda z, v, tau, beta: _mixture(_over(v, tau), _over(z, tau), beta), {"kind": "jsd"}),
    "kl_gap_from_logits": (lambda p, r, ref, beta: beta * _kl(p, _tilted(r, ref, beta)), {}),
    "kl_objective_from_logits": (lambda p, r, ref, beta: _mean(p, r) - beta * _kl(p, ref), {}),
}
"""Function, and its kind -> the textbook formula of the rows as given, and the kind."""


def _row(rng: np.random.Generator, size: int) -> np.ndarray:
    row = rng.normal(size=size) * 10 ** rng.uniform(-10, 4)
    if rng.random() < 0.3:
        row[:] = row[0] if rng.random() < 0.5 else np.where(np.arange(size) == 1, row[0], row)
    return row + rng.choice([0.0, 0.0, 3.0, -50.0, 1e4])


def _point(rng: np.random.Generator, name: str, names: list[str]) -> dict[str, Any]:
    size = int(rng.choice([1, 2, 3]))
    first = _row(rng, size)
    near = first + rng.normal(size=size) * 10 ** rng.uniform(-15, 1) if rng.random() < 0.7 else _row(rng, size)
    if size > 1 and rng.random() < 0.2:
        (near if name.endswith("forward") else first)[int(rng.integers(size))] = -INF
    rows = [near, first] if name == "distill_loss forward" else [first, near]
    point: dict[str, Any] = {}
    for argument in names:
        match argument:
            case "r":
                point[argument] = _row(rng, size)
            case "target":
                point[argument] = 0
            case "tau":
                point[argument] = float(rng.choice([0.05, 0.3, 0.7, 1.0, 3.0, 7.3]))
            case "beta" if name in ("js_divergence", "distill_loss jsd"):
                point[argument] = float(rng.choice([1e-6, 0.1, 0.5, 0.9]))
            case "beta":
                point[argument] = float(10 ** rng.uniform(-8, 6))
            case _:
                point[argument] = rows.pop(0)
    if name == "js_divergence":
        with mp.workdps(60):
            for argument in names[:2]:
                point[argument] = np.array([float(v) for v in _logs([mpf(float(x)) for x in point[argument]])])
    return point


ARGUMENTS = {
    "js_divergence": ["log_p", "log_q", "beta"],
    "ce_loss": ["logits", "target", "tau"],
    "distill_loss forward": ["logits", "teacher_logits", "tau"],
    "distill_loss reverse": ["logits", "teacher_logits", "tau"],
    "distill_loss jsd": ["logits", "teacher_logits", "tau", "beta"],
}
POINTS: dict[str, list[dict[str, Any]]] = {
    "chi2_divergence_from_logits": [
        {"log_p": np.array(p), "log_q": np.array(q)}
        for p, q in (
            ([0.0, -900.0], [-300.0, 0.0]),
            ([0.0, -1.0, -2000.0], [-400.0, -350.0, 0.0]),
            ([0.0, -1000.0], [-800.0, 0.0]),
            ([-3000.0, 0.0, -2.0], [900.0, 1.0, 0.0]),
            ([-INF, 0.0, 0.3], [-INF, 0.1, -0.2]),
            ([-INF, 0.0, 1e-9], [0.0, -40.0, -40.0]),
            ([60.0, 0.0, 1.0], [60.0, 2.0, -1.0]),
            ([-2000.0, -0.1, 0.2], [0.3, -0.1, 0.2 + 1e-9]),
        )
    ]
}
"""Function -> far rows, rows beyond the doubles, excluded responses and nearly certain ones, before what is drawn."""

OF_SUMS = {"kl_objective_from_logits"}
"""Where the value is a difference: its error is that of both sides. The gradient is not."""


def _exact(point: dict[str, Any]) -> dict[str, Any]:
    return {n: [mpf(float(v)) for v in x] if isinstance(x, np.ndarray) else mpf(x) for n, x in point.items()}


def _slopes(truth: Callable[..., Exact], values: dict[str, Any], argument: str) -> Row:
    """By central differences; an excluded entry has none."""
    h, found = mpf(10) ** -165, []
    for j, entry in enumerate(values[argument]):
        if mpmath.isinf(entry):
            found.append(mpf(0))
            continue
        moved = [[v + s * (i == j) for i, v in enumerate(values[argument])] for s in (h, -h)]
        up, down = (truth(*(values | {argument: row}).values()) for row in moved)
        found.append((up - down) / (2 * h))
    return found


def _near(got: float, exact: Exact, scale: Exact, least: float) -> bool:
    """Within 1e-12 of the scale; what is beyond the doubles is infinite."""
    if abs(exact) >= mpf(2) ** 1024:
        return got == float(exact)
    return bool(abs(mpf(got) - exact) <= 1e-12 * scale + least)


@pytest.mark.parametrize("backend", ["numpy", "native"])
@pytest.mark.parametrize("name", TRUTH)
def test_a_function_of_rows_keeps_its_digits_at_extremes(
    name: str, backend: str, sweep: int, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    if backend == "native" and not native.available():
        pytest.skip("numba is not installed")
    monkeypatch.setenv(native.BACKEND, backend)
    f, (truth, kind) = functions.named(name.split()[0]), TRUTH[name]
    names = ARGUMENTS.get(name) or list(f.argument_terms)
    rng = np.random.default_rng(list(TRUTH).index(name))
    compared = 0
    drawn = (_point(rng, name, names) for _ in range(sweep // 20 if request.config.getoption("--slow") else 6))
    for point in itertools.chain(POINTS.get(name, ()), drawn):
        with mp.workdps(620):
            values = _exact(point)
            exact, value = truth(*values.values()), float(f(**point, **kind))
            if mpmath.isinf(exact):
                assert value == INF, point
                continue
            if name not in OF_SUMS:
                assert _near(value, exact, abs(exact), 1e-322), (point, value, float(exact))
            gradient = f.grad(**point, **kind)
            for argument in (n for n in gradient._fields if isinstance(point[n], np.ndarray) and n != "r"):
                slopes = _slopes(truth, values, argument)
                scale = max(map(abs, slopes))
                for got, slope in zip(getattr(gradient, argument), slopes, strict=True):
                    assert _near(float(got), slope, scale, 1e-318), (argument, point, got, float(slope))
                    compared += 1
    assert compared


@pytest.mark.parametrize("backend", ["numpy", "native"])
def test_a_divergence_that_is_infinite_around_a_policy_has_no_gradient_there(
    backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if backend == "native" and not native.available():
        pytest.skip("numba is not installed")
    monkeypatch.setenv(native.BACKEND, backend)
    z = np.array([[0.3, 1.0, -0.2], [0.3, -INF, -0.2], [0.3, 1.0, -0.2]])
    ref = np.array([[0.5, -INF, 0.1], [0.5, -INF, 0.1], [0.5, 0.4, 0.1]])
    none, *finite = functions.named("kl_grad_softmax")(z, ref)
    forward = functions.named("kl_grad_softmax")(z, ref, "forward")
    assert np.isnan(none).all()
    for name in ("kl_from_logits", "chi2_divergence_from_logits"):
        value, gradient = functions.named(name).value_and_grad(z, ref)
        assert value[0] == INF and np.isnan(gradient.log_p[0]).all()
    for i, row in enumerate(zip(z, ref, strict=True)):
        p, q = (_logs([mpf(float(v)) for v in x]) for x in row)
        assert np.allclose(
            forward[i], [float(_exp(a) - _exp(b)) for a, b in zip(p, q, strict=True)], rtol=1e-13, atol=0
        )
        if i:
            apart = [a - b if mpmath.isfinite(a) else mpf(0) for a, b in zip(p, q, strict=True)]
            exact = [_exp(a) * (d - _mean(p, apart)) for a, d in zip(p, apart, strict=True)]
            assert np.allclose(finite[i - 1], [float(e) for e in exact], rtol=1e-13, atol=0)


@pytest.mark.parametrize("backend", ["numpy", "native"])
def test_probabilities_below_the_normal_numbers_keep_their_digits(
    backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """p itself has few digits there; p log p and p (r − Σ p r) have those of a double."""
    if backend == "native" and not native.available():
        pytest.skip("numba is not installed")
    monkeypatch.setenv(native.BACKEND, backend)
    r = [-3709.5, -10077.0, -67.0]
    with mp.workdps(700):
        for z in ([-1165.0, 175.0, -564.0], [-735.75, -192.25, 543.875], [0.0, -745.0, -746.0], [-730.0, 0.0, -INF]):
            logs = _logs([mpf(x) if x > -INF else -mpf("inf") for x in z])
            exact = -mpmath.fsum(_exp(a) * a for a in logs if mpmath.isfinite(a))
            got = float(functions.entropy_from_logits(z))
            assert abs(mpf(got) - exact) <= mpf("1e-13") * exact + 5e-324 * 2, z
            mean = mpmath.fsum(_exp(a) * b for a, b in zip(logs, r, strict=True))
            slopes = functions.reinforce_grad_softmax(np.array(z), np.array(r))
            for a, b, slope in zip(logs, r, np.asarray(slopes), strict=True):
                exact = _exp(a) * (b - mean)
                assert abs(mpf(float(slope)) - exact) <= mpf("1e-12") * abs(exact) + 5e-324 * 2, z
