"""The losses and estimators that practitioners run, against mpmath at 450 digits: value and gradient, by one table."""

from collections.abc import Callable, Iterator
from typing import Any

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf

from symrlhf import functions
from symrlhf.compile import native
from symrlhf.errors import UnknownName

Exact = Any
INF = float("inf")


def _sp(z: Exact) -> Exact:
    """log(1 + e^z), also where e^z is far below the digits carried."""
    return max(z, mpf(0)) + mpmath.log1p(mpmath.exp(-abs(z)))


def _sig(z: Exact) -> Exact:
    return mpmath.exp(-_sp(-z))


def _h(w: Exact, l: Exact, rw: Exact, rl: Exact) -> Exact:  # noqa: E741
    return (w - rw) - (l - rl)


def _odds(a: Exact) -> Exact:
    return a - mpmath.log(-mpmath.expm1(a))


def _clip(x: Exact, low: Exact, high: Exact) -> Exact:
    return min(max(x, low), high)


def _kl_bernoulli(z: Exact, e: Exact) -> Exact:
    return _sig(z) * (-_sp(-z) - mpmath.log(1 - mpf(e))) + _sig(-z) * (-_sp(z) - mpmath.log(mpf(e)))


def _discopop(z: Exact, t: Exact) -> Exact:
    return _sig(-z / t) * _sp(-z) + mpmath.exp(-z - _sp(-z / t))


def _value_clip(v: Exact, o: Exact, r: Exact, e: float = 0.2) -> Exact:
    return max((v - r) ** 2, (o + _clip(v - o, -e, e) - r) ** 2) / 2


TRUTH: dict[str, Callable[..., Exact]] = {
    "dpo_loss": lambda w, l, rw, rl, b, e=0: _sp(-b * _h(w, l, rw, rl)) + e * b * _h(w, l, rw, rl),  # noqa: E741
    "robust_dpo_loss": lambda w, l, rw, rl, b, e=0: (  # noqa: E741
        _sp(-b * _h(w, l, rw, rl)) - e * b * _h(w, l, rw, rl) / (1 - 2 * e)
    ),
    "ipo_loss": lambda w, l, rw, rl, b: (_h(w, l, rw, rl) - 1 / (2 * b)) ** 2,  # noqa: E741
    "hinge_loss": lambda w, l, rw, rl, b: max(mpf(0), 1 - b * _h(w, l, rw, rl)),  # noqa: E741
    "exo_loss": lambda w, l, rw, rl, b, e=1e-3: _kl_bernoulli(b * _h(w, l, rw, rl), e),  # noqa: E741
    "discopop_loss": lambda w, l, rw, rl, b, t=0.05: _discopop(b * _h(w, l, rw, rl), t),  # noqa: E741
    "kto_pair_loss": lambda w, l, rw, rl, b, z=0: _sig(b * (z - (w - rw))) + _sig(b * (l - rl - z)),  # noqa: E741
    "bco_pair_loss": lambda w, l, rw, rl, b, d=0: _sp(d - b * (w - rw)) + _sp(b * (l - rl) - d),  # noqa: E741
    "apo_zero_loss": lambda w, l, rw, rl, b: _sig(-b * (w - rw)) + _sig(b * (l - rl)),  # noqa: E741
    "apo_down_loss": lambda w, l, rw, rl, b: _sig(b * (w - rw)) + _sig(-b * _h(w, l, rw, rl)),  # noqa: E741
    "nca_loss": lambda w, l, rw, rl, b: _sp(-b * (w - rw)) + (_sp(b * (w - rw)) + _sp(b * (l - rl))) / 2,  # noqa: E741
    "sppo_loss": lambda w, l, rw, rl, b: (w - rw - 1 / (2 * b)) ** 2 + (l - rl + 1 / (2 * b)) ** 2,  # noqa: E741
    "js_dpo_loss": lambda w, l, rw, rl, b: _sp(b * (_sp(rw - w) - _sp(rl - l))),  # noqa: E741
    "alpha_dpo_loss": lambda w, l, rw, rl, b, a: (  # noqa: E741
        _sp(b * (mpmath.exp(a * (rw - w)) - mpmath.exp(a * (rl - l))) / a)
    ),
    "alphapo_loss": lambda w, l, b, g, a: _sp(g + b * (mpmath.exp(-a * w) - mpmath.exp(-a * l)) / a),  # noqa: E741
    "sapo_gate": lambda q, t: 4 / t * _sig(t * mpmath.expm1(q)),
    "sapo_objective": lambda q, a, t, n: a * 4 / (t if a > 0 else n) * _sig((t if a > 0 else n) * mpmath.expm1(q)),
    "vespo_weight": lambda q, k, m: mpmath.exp(k * q - m * mpmath.expm1(q)),
    "log1mexp": lambda x: mpmath.log(-mpmath.expm1(x)),
    "slic_loss": lambda w, l, d=1: max(mpf(0), d - w + l),  # noqa: E741
    "simpo_loss": lambda w, l, b, g, e=0: _sp(g - b * (w - l)) + e * (b * (w - l) - g),  # noqa: E741
    "cpo_loss": lambda w, l, b, a=1, e=0: _sp(-b * (w - l)) + e * b * (w - l) - a * w,  # noqa: E741
    "orpo_loss": lambda w, l, b: -w + b * _sp(_odds(l) - _odds(w)),  # noqa: E741
    "kto_loss": lambda x, r, y, z=0, b=0.1: _sig(b * (z - (x - r))) if y else _sig(b * (x - r - z)),
    "bco_loss": lambda x, r, y, d=0, b=0.1: _sp(d - b * (x - r)) if y else _sp(b * (x - r) - d),
    "ppo_clip_objective": lambda q, a, lo, hi: min(mpmath.exp(q) * a, _clip(mpmath.exp(q), 1 - lo, 1 + hi) * a),
    "value_loss_clipped": _value_clip,
    "score_mse_loss": lambda r, s: (r - s) ** 2,
    "k_estimators": lambda q: mpmath.exp(-q) - 1 + q,
}
"""The textbook formula of each function, written without regard to rounding: mpmath carries the digits."""

RNG = np.random.default_rng(20)
MARGINS = [0.0, 1e-9, -1e-9, 0.3, -0.7, 3.0, -12.0, 40.0, -40.0, 800.0, -800.0, 1e4, -1e4]
BETAS = [1e-8, 0.01, 0.1, 1.0, 30.0, 1e6]


def _pairs() -> Iterator[tuple[float, ...]]:
    """Log-probabilities that are multiples of 2⁻³⁰: their differences are exact, so that the truth is that of β h."""
    for beta in BETAS:
        for z in MARGINS:
            h = round(z / beta * 2**30) / 2**30 if abs(z / beta) < 1e5 else float(np.clip(z / beta, -1e5, 1e5))
            ref_w, ref_l = (round(x * 2**20) / 2**20 for x in RNG.uniform(-60, -1, 2))
            shift = round(float(RNG.uniform(-3, 3)) * 2**20) / 2**20
            yield ref_w + h + shift, ref_l + shift, ref_w, ref_l, beta


def _free(extra: Callable[[], tuple[float, ...]]) -> Iterator[tuple[float, ...]]:
    for z in MARGINS:
        for _ in range(3):
            l = -round(float(RNG.uniform(0.01, 40)) * 2**20) / 2**20  # noqa: E741
            yield (round((l + z) * 2**20) / 2**20, l, *extra())


def _points(name: str) -> list[tuple[float, ...]]:
    match name:
        case "score_mse_loss":
            return list(_free(tuple))
        case "slic_loss":
            return list(_free(lambda: (float(RNG.choice([0.5, 1.0, 10.0])),)))
        case "simpo_loss":
            return list(_free(lambda: (float(RNG.choice([2.0, 2.5, 10.0])), 0.5)))
        case "cpo_loss":
            return list(_free(lambda: (float(RNG.choice(BETAS)), 1.0)))
        case "orpo_loss":
            small = [-1e-12, -1e-4, -0.3, -0.6931, -0.7, -5.0, -200.0, -1e4]
            return [(w, l, b) for w in small for l in small for b in (0.1, 1.0)]  # noqa: E741
        case "kto_loss" | "bco_loss":
            return [(-20 + z, -20.0, y, 0.25, b) for z in MARGINS for y in (0.0, 1.0) for b in (0.01, 0.5, 4.0)]
        case "alpha_dpo_loss":
            return [(*p, a) for p in _pairs() for a in (0.5, 1.0) if abs(p[0] - p[2]) < 30]
        case "alphapo_loss":
            return [
                (-abs(p[0]), p[1], 2.0, 1.0, a)
                for p in _free(tuple)
                for a in (0.01, 0.25, 1.0)
                if max(abs(p[0]), abs(p[1])) < 40
            ]
        case "sapo_gate":
            return [(q, t) for q in RATIOS for t in (1e-8, 0.5, 1.05, 1e6)]
        case "sapo_objective":
            return [(q, a, 1.0, 1.05) for q in RATIOS for a in (1.5, -1.5, 1e-300, -1e6)]
        case "vespo_weight":
            return [(q, k, m) for q in RATIOS for k, m in ((2.0, 3.0), (0.5, 0.1), (8.0, 1.0))]
        case "log1mexp":
            return [(-x,) for x in (1e-30, 1e-17, 1e-8, 0.1, 0.69, 0.7, 3.0, 40.0, 744.0, 1e4)]
        case "ppo_clip_objective":
            ratios = [0.0, 1e-9, 0.1, -0.1, 0.5, -0.5, 5.0, -5.0, 600.0, -800.0, -1e4]
            return [(q, a, 0.2, 0.28) for q in ratios for a in (1.5, -1.5, 0.0, 1e-300, -1e6)]
        case "value_loss_clipped":
            return [tuple(RNG.normal(size=3) * s) for s in (1e-3, 0.3, 1.0, 1e4) for _ in range(10)]
        case "k_estimators":
            return [
                (s * m,) for m in (0, 5e-324, 1e-200, 1e-8, 1e-4, 0.3, 0.99, 1.01, 5, 40, 700, 1e4) for s in (1, -1)
            ]
        case _:
            return list(_pairs())


RATIOS = [0.0, 1e-300, 1e-9, -1e-9, 0.1, -0.1, 1.0, -3.0, 5.0, 6.6, -700.0, 30.0, -1e4]
"""Log-ratios whose e^ρ mpmath can still write down."""
SMOOTHED = ("dpo_loss", "robust_dpo_loss")
CASES = [(n, p) for n in TRUTH for p in [_points(n), [(*q, 0.1) for q in _points(n)] if n in SMOOTHED else []] if p]


def _options(name: str) -> dict[str, Any]:
    return {"reduction": "none"} if "reduction" in functions.named(name).__signature__.parameters else {}


def _condition(exact: Exact, size: Exact) -> float:
    """1e-12 of the truth, or of the summands that make it."""
    return float(1e-12 * abs(exact) + 1e-13 * size) + 5e-324


def _sizes(name: str, point: tuple[float, ...]) -> Exact:
    """Σ|terms| of the form that is evaluated, where it is a sum that may cancel."""
    match name:
        case "dpo_loss" | "robust_dpo_loss" if len(point) == 6:
            return abs(mpf(point[4]) * _h(*map(mpf, point[:4]))) * mpf(point[5])
        case "exo_loss":
            return 8 + _sp(-abs(mpf(point[4]) * _h(*map(mpf, point[:4]))))
        case "ipo_loss" | "sppo_loss":
            return mpf(0)
        case "orpo_loss":
            return abs(mpf(point[0])) * 10
        case "simpo_loss" | "cpo_loss":
            return mpf(1)
        case _:
            return mpf(0)


@pytest.mark.parametrize(("name", "points"), CASES, ids=[f"{n}-{len(p[0])}" for n, p in CASES])
def test_value_and_gradient_are_those_of_the_truth(name: str, points: list[tuple[float, ...]]) -> None:
    f = functions.named(name)
    columns = [np.array(c) for c in zip(*points, strict=True)]
    of = {"of": "k3"} if name == "k_estimators" else {}
    named = _named_arguments(name, columns)
    value = f(**named, **_options(name))
    value = value.k3 if name == "k_estimators" else value
    slopes = f.grad(**named, **_options(name), **of)._asdict()
    order = list(named)
    with mp.workdps(450):
        for i, point in enumerate(points):
            exact_point = [mpf(x) for x in point]
            exact = TRUTH[name](*exact_point)
            size = _sizes(name, point)
            got = float(value[i])
            if abs(exact) < mpf("1.7e308"):
                assert abs(mpf(got) - exact) <= _condition(exact, size), (point, got)
            else:
                assert np.isinf(got), point
            if _at_kink(name, point):
                continue
            for argument, column in slopes.items():
                at = order.index(argument)
                exact_slope = _slope(name, exact_point, at)
                if abs(exact_slope) < mpf("1.7e308"):
                    slack = _condition(exact_slope, _slope_size(name, point)) + TRUNCATED
                    assert abs(mpf(float(column[i])) - exact_slope) <= slack, (argument, point, float(column[i]))


def _named_arguments(name: str, columns: list[np.ndarray]) -> dict[str, np.ndarray]:
    names = list(functions.named(name).argument_terms)
    if name == "kto_loss":
        names = ["logp", "ref", "labels", "z0", "beta"]
    return dict(zip(names, columns, strict=False))


def _slope_size(name: str, point: tuple[float, ...]) -> Exact:
    """Σ|terms| of a derivative that is a sum."""
    match name:
        case "dpo_loss" | "robust_dpo_loss" if len(point) == 6:
            return mpf(point[4])
        case "exo_loss" | "apo_down_loss" | "nca_loss" | "discopop_loss":
            return (
                mpf(point[4]) * (30 if name == "discopop_loss" else 1) * mpf("1e-2" if name == "apo_down_loss" else 1)
            )
        case "cpo_loss" | "orpo_loss":
            return mpf(1)
        case _:
            return mpf(0)


def _at_kink(name: str, point: tuple[float, ...]) -> bool:
    match name:
        case "hinge_loss":
            return abs(1 - mpf(point[4]) * _h(*map(mpf, point[:4]))) < mpf("1e-12")
        case "slic_loss":
            return point[2] - point[0] + point[1] == 0
        case _:
            return False


TRUNCATED = 1e-239
"""What central differences leave over, h⁴."""


def _slope(name: str, point: list[Exact], at: int) -> Exact:
    """The derivative in one argument, by central differences of order 4 with 450 digits: e^(−745) counts."""
    x = point[at]
    with mp.workdps(450):
        h = mpf(10) ** -60

        def f(t: Exact) -> Exact:
            return TRUTH[name](*point[:at], t, *point[at + 1 :])

        return (8 * (f(x + h) - f(x - h)) - (f(x + 2 * h) - f(x - 2 * h))) / (12 * h)


# ------------------------------------------------------------------ the family by name


def test_pairwise_loss_is_the_function_of_its_kind() -> None:
    pair = (-1.0, -2.0, -1.5, -1.0)
    for kind in functions.pairwise_loss.kinds:
        f = functions.pairwise_loss.chosen(kind)
        arguments = pair if "ref_w" in f.argument_terms else pair[:2]
        assert functions.pairwise_loss(kind, *arguments) == f(*arguments)
        assert functions.pairwise_loss.grad(kind, *arguments) == f.grad(*arguments)
        assert functions.pairwise_loss.theorem[kind] is f.theorem
        assert functions.pairwise_loss.source[kind] == f.source
        assert functions.pairwise_loss.accuracy[kind] == f.accuracy
    assert tuple(functions.pairwise_loss.theorem) == functions.pairwise_loss.kinds
    with pytest.raises(UnknownName, match="unknown kind of pairwise_loss 'ippo'"):
        functions.pairwise_loss("ippo", *pair)


@pytest.mark.parametrize("name", [n for n in TRUTH if n not in ("k_estimators",)])
def test_float32_and_nan(name: str) -> None:
    f, point = functions.named(name), _points(name)[8]
    single = {n: np.float32(v) for n, v in _named_arguments(name, [np.array([x]) for x in point]).items()}
    assert f(**single, **_options(name)).dtype == np.float32
    for argument in f.differentiable:
        spoiled = {n: np.array([float(np.ravel(v)[0])]) for n, v in single.items()}
        spoiled[argument] = np.array([np.nan])
        assert np.isnan(f(**spoiled, **_options(name)))[0]


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("dpo_loss", {"label_smoothing": 1.0}, "dpo_loss: label_smoothing must lie in [0, 1), not 1.0"),
        ("dpo_loss", {"label_smoothing": -0.1}, "dpo_loss: label_smoothing must lie in [0, 1), not -0.1"),
        ("robust_dpo_loss", {"label_smoothing": 0.5},
         "robust_dpo_loss: label_smoothing must lie in [0, 0.5), not 0.5"),
        ("ipo_loss", {"beta": 0.0}, "ipo_loss: beta must be positive, not 0.0"),
    ],
)  # fmt: skip
def test_a_parameter_outside_its_domain_is_refused(name: str, options: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError) as caught:
        functions.named(name)(-1.0, -2.0, -1.5, -1.0, **options)
    assert str(caught.value) == message


# ------------------------------------------------------------------ PPO: the catalogue's figures


@pytest.mark.parametrize(
    ("ratio", "advantage", "effective"),
    [(3, 1, 1.2), (3, -1, 3.0), (0.5, 1, 0.5), (0.5, -1, 0.8), (3, 0, 0), (0.5, 0, 0)],
)
def test_the_effective_ratio_of_problem_4(ratio: float, advantage: float, effective: float) -> None:
    """P4, X22: the clip decides in two of the four sign cases only."""
    got = functions.ppo_clip_objective(np.log(ratio), advantage, eps_low=0.2)
    assert got == pytest.approx(effective * advantage, rel=1e-15)
    active = functions.ppo_clip_active(np.log(ratio), advantage)
    assert active == (advantage != 0 and effective == ratio)
    slope = functions.ppo_clip_objective.grad(np.log(ratio), advantage).logratio
    assert slope == pytest.approx(ratio * advantage if active else 0, rel=1e-15)


@pytest.mark.parametrize("advantage", [5e-324, 1e-323, 1e-320])
def test_sides_that_are_one_double_are_a_kink(advantage: float) -> None:
    """ρ A and its bound are multiples of 5e-324: where they are the same, the slope is 0, off by ρ A, some 5e-324."""
    for ratio in (0.5, 1.0, 1.1):
        slope = functions.ppo_clip_objective.grad(np.log(ratio), advantage).logratio
        assert slope == 0 if advantage == 5e-324 else slope in (0, np.float64(ratio * advantage))
        assert abs(slope - ratio * advantage) <= 1e-323


def test_a_dual_clip_bounds_negative_advantages_only() -> None:
    value, gradient = functions.ppo_clip_objective.value_and_grad(
        np.log([5.0, 2.0, 5.0]), [-1.0, -1.0, 1.0], dual_clip=3.0
    )
    assert value == pytest.approx([-3, -2, 1.2])
    assert gradient.logratio == pytest.approx([0, -2, 0])


def test_padding_does_not_count() -> None:
    logratio, advantage = np.array([[0.1, np.nan], [0.2, -0.1]]), np.array([[1.0, np.nan], [1.0, -1.0]])
    mask = [[1, 0], [1, 1]]
    each = np.asarray(functions.ppo_clip_objective(logratio, advantage, mask=mask))
    assert each[0, 1] == 0 and not np.isnan(each).any()
    mean, gradient = functions.ppo_clip_objective.value_and_grad(logratio, advantage, mask=mask, reduction="mean")
    assert mean == pytest.approx(each.sum() / 3)
    assert gradient.logratio == pytest.approx(np.array([[np.exp(0.1), 0], [0, -np.exp(-0.1)]]) / 3)


def test_a_hinge_that_is_0_needs_no_second_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """max(0, z) is exactly 0 for z < 0: nothing was lost, and more digits would cost a thousand times as much."""

    def never(*_: Any) -> None:
        raise AssertionError

    monkeypatch.setattr("symrlhf.compile.precise.precise", never)
    w = np.array([5.0, 0.25, 7.0])
    found, slopes = functions.slic_loss.value_and_grad(w, np.zeros(3), np.ones(3), reduction="none")
    assert found.tolist() == [0.0, 0.75, 0.0]
    assert slopes.logp_w.tolist() == [0.0, -1.0, 0.0]


@pytest.mark.parametrize("backend", ["numpy", "native"])
def test_the_odds_ratio_loss_at_log_probability_0(monkeypatch: pytest.MonkeyPatch, backend: str) -> None:
    """∂/∂ℓ_w = −1 − β P_l/(1 − P_l) at ℓ_w = 0 and −1 − β/(1 − P_w) at ℓ_l = 0, where ∂/∂ℓ_l = +∞."""
    monkeypatch.setenv(native.BACKEND, backend)
    certain = np.array([0.0, -0.0])
    half, beta = np.full(2, np.log(0.5)), 0.25
    value, slope = functions.orpo_loss.value_and_grad(certain, half, beta, reduction="none")
    assert value.tolist() == [0, 0]
    assert np.allclose(slope.logp_w, -1.25, rtol=1e-15) and slope.logp_l.tolist() == [0, 0]
    value, slope = functions.orpo_loss.value_and_grad(half, certain, beta, reduction="none")
    assert value.tolist() == [INF, INF]
    assert np.allclose(slope.logp_w, -1.5, rtol=1e-15) and slope.logp_l.tolist() == [INF, INF]
    value, slope = functions.orpo_loss.value_and_grad(certain, certain, beta, reduction="none")
    assert np.isnan([value, *slope]).all()


@pytest.mark.parametrize("backend", ["numpy", "native"])
def test_infinite_arguments_give_the_limit(monkeypatch: pytest.MonkeyPatch, backend: str) -> None:
    """What a formula tends to, where the steps of it would be ∞ − ∞ or 0 · ∞."""
    monkeypatch.setenv(native.BACKEND, backend)
    one = np.array([-1.0])
    excluded = np.array([-INF])
    for smoothing in (0.1, 0.5):
        for w, l in ((excluded, one), (one, excluded)):  # noqa: E741
            sides = {"logp_w": w, "logp_l": l, "label_smoothing": smoothing}
            assert functions.dpo_loss(**sides, ref_w=-2.0, ref_l=-1.0) == INF
            assert functions.simpo_loss(**sides) == functions.cpo_loss(**sides) == INF
            assert functions.rm_loss(w, l, margin=0.3, label_smoothing=smoothing) == INF
    assert functions.k_estimators(np.array([-INF, INF])).k3.tolist() == [INF, INF]
    ratios, advantages = np.array([INF, INF, -INF]), np.array([1.0, -1.0, 2.0])
    value, slope = functions.ppo_clip_objective.value_and_grad(ratios, advantages, dual_clip=3.0)
    assert value.tolist() == [1.2, -3, 0] and slope.logratio.tolist() == [0, 0, 0]


def test_a_divergence_that_is_nan_has_no_beta() -> None:
    found = functions.beta_for_kl(np.array([1.0, 0.0]), np.log([0.5, 0.5]), np.array([np.nan, 0.1]))
    p = 1 / (1 + np.exp(-1 / found))
    assert np.isnan(found[0]) and abs(p[1] * np.log(2 * p[1]) + (1 - p[1]) * np.log(2 * (1 - p[1])) - 0.1) < 1e-12
