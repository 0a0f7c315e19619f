"""The numeric functions against mpmath: value and derivatives, ordinary and extreme, and what they refuse."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import mpmath
import numpy as np
import pytest
from conftest import ROOT, Golden
from mpmath import mp, mpf
from test_compile import LINE, UNIT, ulps

from symrlhf import functions
from symrlhf.compile import NumericFunction
from symrlhf.compile.report import report
from symrlhf.errors import NotSupported, UnknownName, Unreadable

THIRTEEN = [
    "sigmoid",
    "logsigmoid",
    "softplus",
    "logit",
    "bt_prob",
    "bt_logprob",
    "rm_loss",
    "kl_optimal_policy",
    "kl_objective",
    "entropy",
    "cross_entropy",
    "kl",
    "dpo_loss",
]
"""The first functions; the others are in test_losses.py and test_drivers.py."""
F: dict[str, NumericFunction] = {name: functions.named(name) for name in THIRTEEN}
INF = float("inf")
Exact = Any
"""A number of mpmath, which has no annotations."""


# ------------------------------------------------------------------ the truth, from the textbook


def _sp(z: Exact) -> Exact:
    return mpmath.log1p(mpmath.exp(z))


def _log(x: Exact) -> Exact:
    return mpmath.log(x) if x else mpf("-inf")


def _log_softmax(row: list[Exact]) -> list[Exact]:
    """The logarithms of the normalised row; that of a near certainty keeps its digits."""
    at = max(range(len(row)), key=lambda i: row[i])
    others = mpmath.fsum(mpmath.exp(x - row[at]) for i, x in enumerate(row) if i != at)
    return [x - row[at] - mpmath.log1p(others) for x in row]


def _mean(log_p: list[Exact], f: list[Exact]) -> Exact:
    return mpmath.fsum(mpmath.exp(a) * v for a, v in zip(log_p, f, strict=True) if mpmath.isfinite(a))


def _entropy(p: list[Exact]) -> Exact:
    return -_mean(_log_softmax(p), _log_softmax(p))


def _cross_entropy(p: list[Exact], q: list[Exact]) -> Exact:
    return -_mean(_log_softmax(p), _log_softmax(q))


def _kl(p: list[Exact], q: list[Exact]) -> Exact:
    log_p, log_q = _log_softmax(p), _log_softmax(q)
    return _mean(log_p, [a - b for a, b in zip(log_p, log_q, strict=True)])


def _log_partition(r: list[Exact], log_ref: list[Exact], beta: Exact) -> Exact:
    scores = [a + x / beta for a, x in zip(_log_softmax(log_ref), r, strict=True)]
    return max(scores) + mpmath.log(mpmath.fsum(mpmath.exp(s - max(scores)) for s in scores))


ELEMENTWISE: dict[str, Callable[..., Exact]] = {
    "sigmoid": lambda z: 1 / (1 + mpmath.exp(-z)),
    "logsigmoid": lambda z: -_sp(-z),
    "softplus": _sp,
    "logit": lambda p: _log(p) - _log(1 - p),
    "bt_prob": lambda a, b: 1 / (1 + mpmath.exp(b - a)),
    "bt_logprob": lambda a, b: -_sp(b - a),
    "rm_loss": lambda w, l, m=0, e=0, c=0: _sp(m - w + l) + e * (w - l - m) + c * (w + l) ** 2,  # noqa: E741
    "dpo_loss": lambda w, l, rw, rl, b, e=0: (  # noqa: E741
        (1 - e) * _sp(-b * (w - rw - l + rl)) + e * _sp(b * (w - rw - l + rl))
    ),
}
ROWWISE: dict[str, Callable[..., Exact]] = {
    "entropy": _entropy,
    "cross_entropy": _cross_entropy,
    "kl": _kl,
    "kl_objective": lambda p, r, q, beta: _mean(_log_softmax(p), r) - beta * _kl(p, q),
    "kl_optimal_policy": _log_partition,
}


def test_the_truth_is_known_for_every_function() -> None:
    assert set(ELEMENTWISE) | set(ROWWISE) == set(F)


# ------------------------------------------------------------------ published figures


def test_worked_example_1_to_15_digits() -> None:
    """W1: r_w = 2, r_l = −1."""
    assert f"{F['sigmoid'](3):.15f}" == "0.952574126822433"
    assert f"{F['bt_prob'](2, -1):.15f}" == "0.952574126822433"
    assert f"{F['rm_loss'](2, -1):.16f}" == "0.0485873515737421"


W3 = [
    (
        0.5,
        ("0.0179862099620916", "0.982013790037908"),
        "205.408924795833",
        "2.96402758008 0.603052412794 2.66250137368",
    ),
    (
        10,
        ("0.450166002687522", "0.549833997312478"),
        "1.22751486282583",
        "2.09966799462 0.00497511064085 2.04991688822",
    ),
]


@pytest.mark.parametrize(("beta", "policy", "partition", "others"), W3)
def test_worked_example_3_to_the_digits_given(
    beta: float, policy: tuple[str, str], partition: str, others: str
) -> None:
    """W3: π_ref = (1/2, 1/2), r = (1, 3); E r, KL and β log Z to 12 digits."""
    log_ref, r = np.log([0.5, 0.5]), np.array([1, 3])
    reward, divergence, value = others.split()
    found = F["kl_optimal_policy"](r, log_ref, beta)
    probabilities = np.exp(found.log_probs)
    assert probabilities == pytest.approx([float(p) for p in policy], rel=0, abs=6e-16)
    assert f"{np.exp(found.log_partition):.15g}" == partition
    assert f"{probabilities @ r:.12g}" == reward
    assert f"{F['kl'](found.log_probs, log_ref):.12g}" == divergence
    assert f"{F['kl_objective'](found.log_probs, r, log_ref, beta):.12g}" == value
    assert f"{beta * found.log_partition:.12g}" == value


@pytest.mark.parametrize(
    ("r_w", "r_l", "probability", "loss"),
    [(1.5, 1.2, "0.574442516811659", "0.554355244468527"), (1.5, -3, "0.989013057369407", "0.0110477448485938")],
)
def test_problem_1(r_w: float, r_l: float, probability: str, loss: str) -> None:
    assert F["bt_prob"](r_w, r_l) == pytest.approx(float(probability), rel=1e-15)
    assert F["rm_loss"](r_w, r_l) == pytest.approx(float(loss), rel=2e-15)


@pytest.mark.parametrize(("ratio", "effective", "of_bad"), [(3.0, 1.2, 3.0), (0.5, 0.5, 0.8)])
def test_problem_4(ratio: float, effective: float, of_bad: float) -> None:
    """P4 and X22: ε = 0.2; the effective ratio depends on the sign of the advantage."""
    good, bad = np.asarray(functions.ppo_clip_objective([np.log(ratio)] * 2, [1.0, -1.0]))
    assert (good, -bad) == pytest.approx((effective, of_bad), rel=1e-15)


@pytest.mark.parametrize(
    ("margin", "loss"),
    [(0, "0.693147180559945"), (-1, "1.31326168751822"), (-3, "3.04858735157374"), (-10, "10.0000453988992")],
)
def test_reference_points_of_the_loss(margin: float, loss: str) -> None:
    assert f"{F['rm_loss'](margin, 0):.15g}" == loss


W2 = np.log([0.6, 0.2, 0.5]), np.log([0.5, 0.3, 0.4])


def test_kl_of_rows_that_are_no_distributions_names_their_sums() -> None:
    with pytest.raises(ValueError) as caught:
        F["kl"](*W2)
    assert str(caught.value) == (
        "kl: the probabilities exp of log_p sum to 1.3 and those of log_q sum to 1.2, not to 1; "
        "kl_from_logits normalises such rows"
    )
    p, q = np.exp(W2[0]) / 1.3, np.exp(W2[1]) / 1.2
    assert F["kl"].from_logits(*W2) == pytest.approx(np.sum(p * np.log(p / q)), rel=1e-14)


# ------------------------------------------------------------------ elementwise functions


def _chain(name: str, values: tuple[float, ...]) -> tuple[Exact, ...]:
    """Arguments with the same computed differences and products: the bound is stated for those."""
    if name in ("bt_prob", "bt_logprob"):
        return (mpf(values[0] - values[1]), mpf(0))
    if name == "dpo_loss":
        w, l, rw, rl, beta, *rest = values  # noqa: E741
        return (mpf(beta * ((w - rw) - (l - rl))), mpf(0), mpf(0), mpf(0), mpf(1), *map(mpf, rest))
    if name == "rm_loss" and len(values) == 2:
        return (mpf(values[0] - values[1]), mpf(0))
    return tuple(map(mpf, values))


PAIRS = [(a, b) for a in LINE[::3] for b in (-3.0, 0.0, 0.1, 1e4)]
DPO = [
    (w, w - d, ref, ref + 0.5, beta)
    for w in (-1e4, -55.5, -1.0)
    for d in (-700.0, -1.0, 1e-9, 3.0, 9e3)
    for ref in (-60.0, -0.1)
    for beta in (1e-8, 0.1, 1.0, 1e6)
]
POINTS: dict[str, list[tuple[float, ...]]] = {
    "sigmoid": [(z,) for z in LINE],
    "logsigmoid": [(z,) for z in LINE],
    "softplus": [(z,) for z in LINE],
    "logit": [(p,) for p in UNIT],
    "bt_prob": PAIRS,
    "bt_logprob": PAIRS,
    "rm_loss": PAIRS,
    "dpo_loss": DPO,
}


def _precise(values: tuple[Exact, ...]) -> Any:
    """Digits enough for 1 − e^(−|z|) and its differences; beyond 2e4 e^(−|z|) is below every double."""
    return mp.workdps(120 + int(min(max(float(abs(v)) for v in values), 2e4)))


def _call(name: str, values: tuple[Any, ...]) -> Any:
    return F[name](*values, **({"reduction": "none"} if "reduction" in F[name].__signature__.parameters else {}))


@pytest.mark.parametrize("name", POINTS)
def test_an_elementwise_function_is_within_4_ulp(name: str) -> None:
    columns = [np.array(column) for column in zip(*POINTS[name], strict=True)]
    got = _call(name, tuple(columns))
    assert got.shape == columns[0].shape
    for value, point in zip(got, POINTS[name], strict=True):
        # At the computed differences, or, where rounding them would count, at the arguments themselves.
        with mp.workdps(60):
            exact = (ELEMENTWISE[name](*arguments) for arguments in (_chain(name, point), tuple(map(mpf, point))))
            assert min(ulps(value, x) for x in exact) <= 4, point


@pytest.mark.parametrize("name", POINTS)
def test_the_gradient_of_an_elementwise_function_is_its_derivative(name: str) -> None:
    ordinary = [p for p in POINTS[name] if all(abs(v) < 1100 for v in p) and (name != "logit" or 0 < p[0] < 1)][::2]
    for point in ordinary:
        gradient = _gradient(name, point)
        arguments = tuple(map(mpf, point))
        with _precise(arguments):
            for argument, exact in zip(F[name].differentiable, _slopes(name, arguments), strict=False):
                # A difference of inputs carries one rounding of the largest.
                size = max(1.0, *(abs(v) for v in point)) if len(point) > 1 else 1.0
                slack = 8 * float(np.spacing(abs(float(exact)))) + 4e-16 * size * abs(float(exact))
                got = getattr(gradient, argument)
                assert got == float(exact) or abs(got - float(exact)) <= slack, (point, argument)


def _slopes(name: str, arguments: tuple[Exact, ...]) -> Iterator[Exact]:
    """The derivative in each argument."""
    for i, at in enumerate(arguments):
        h = mpf(10) ** (-mp.dps // 3) * (min(at, 1 - at) if name == "logit" else 1)
        yield _slope(lambda t, i=i: ELEMENTWISE[name](*arguments[:i], t, *arguments[i + 1 :]), at, h)


def _gradient(name: str, values: tuple[Any, ...], **options: Any) -> Any:
    if "reduction" in F[name].__signature__.parameters:
        options["reduction"] = "none"
    return F[name].grad(*values, **options)


def _slope(f: Callable[[Exact], Exact], at: Exact, h: Exact) -> Exact:
    """f′ by central differences of order 4."""
    return (8 * (f(at + h) - f(at - h)) - (f(at + 2 * h) - f(at - 2 * h))) / (12 * h)


@pytest.mark.parametrize("name", [n for n in POINTS if n != "logit"])
def test_the_hessian_of_an_elementwise_function_is_that_of_the_truth(name: str) -> None:
    point = (0.7, -0.4, 0.2, 0.1, 0.5)[: len(POINTS[name][0])]
    n = len(F[name].differentiable)
    options = {"reduction": "none"} if "reduction" in F[name].__signature__.parameters else {}
    got = F[name].hess(*point, **options)
    assert got.shape == (n, n)
    with mp.workdps(60):
        for i in range(n):
            for j in range(n):
                orders = tuple((i == k) + (j == k) for k in range(len(point)))
                exact = mpmath.diff(ELEMENTWISE[name], tuple(map(mpf, point)), orders)
                assert got[i, j] == pytest.approx(float(exact), rel=1e-14, abs=1e-17)


def test_the_hessian_of_a_mean_is_that_of_the_mean() -> None:
    """B6: the block of a pair is s [[1, −1], [−1, 1]], s = σ(Δ) σ(−Δ)."""
    w, l = np.array([2.0, 0.0]), np.array([-1.0, 0.0])  # noqa: E741
    blocks = F["rm_loss"].hess(w, l, reduction="none")
    assert blocks[1] == pytest.approx(np.array([[0.25, -0.25], [-0.25, 0.25]]))
    assert F["rm_loss"].hess(w, l) == pytest.approx(blocks / 2)


OPTIONS = [(0.5, 0.0, 0.0), (0.0, 0.1, 0.0), (0.0, 0.0, 0.01), (1.25, 0.3, 0.02), (-2.0, 0.99, 1.0)]


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("pair", [(2.0, -1.0), (-300.0, 400.0), (1e4, -1e4), (0.25, 0.25)])
def test_margin_smoothing_and_centring_are_arguments_of_the_loss(
    options: tuple[float, float, float], pair: tuple[float, float]
) -> None:
    """B6, B7, B8; every sum is precise to its largest term."""
    value, gradient = F["rm_loss"].value_and_grad(*pair, *options)
    with mp.workdps(60):
        arguments = tuple(map(mpf, (*pair, *options)))
        exact = ELEMENTWISE["rm_loss"](*arguments)
        z, e, c = arguments[0] - arguments[1] - arguments[2], arguments[3], arguments[4]
        slope = e - 1 / (1 + mpmath.exp(z))
        centre = 2 * c * (arguments[0] + arguments[1])
        terms = abs(z) + 1 + float(c) * 4e8
        assert abs(value - exact) <= 1e-15 * terms
        assert float(abs(gradient.r_w - (slope + centre))) <= 1e-15 * float(terms)
        assert float(abs(gradient.r_l - (centre - slope))) <= 1e-15 * float(terms)


def test_a_smoothed_loss_is_flat_at_its_minimiser() -> None:
    """B8: ε = 0.1 has its minimum at logit 0.9 = 2.19722."""
    assert F["rm_loss"].grad(np.log(9), 0, label_smoothing=0.1).r_w == pytest.approx(0, abs=1e-16)


def test_the_dpo_gradient_is_that_of_the_paper() -> None:
    """G2: −β σ(r̂_l − r̂_w), with opposite signs for the chosen and the rejected."""
    gradient = F["dpo_loss"].grad(-1.0, -2.0, -1.5, -1.0, beta=0.5)
    assert gradient.logp_w == pytest.approx(-0.5 / (1 + np.exp(0.5 * 1.5)), rel=1e-15)
    assert gradient.logp_l == -gradient.logp_w


# ------------------------------------------------------------------ rows

LOGITS: dict[str, list[float]] = {
    "even": [0.0, 0.0, 0.0, 0.0],
    "ordinary": [0.3, -1.2, 2.0, 0.1],
    "nearly ordinary": [0.3 + 1e-9, -1.2, 2.0, 0.1 - 1e-9],
    "shifted": [100.3, 98.8, 102.0, 100.1],
    "one-hot": [0.0, -800.0, -1e4, -40.0],
    "other one-hot": [-50.0, 0.0, -1e3, -41.0],
    "huge": [1e4, 1e4 - 1, -1e4, 0.0],
}
MASKED: dict[str, list[float]] = {
    "masked": [0.5, -INF, 0.25, -INF],
    "masked alike": [0.1, -INF, 0.3, -INF],
    "masked more": [0.1, -INF, -INF, -INF],
}
REWARDS = [[1.0, 3.0, -2.0, 0.5], [0.0, 0.0, 0.0, 0.0], [7.5, 7.5, 7.5 - 1e-9, -1e3]]
BETAS = [1e-8, 0.05, 1.0, 1e6]


def row_cases(name: str) -> Iterator[tuple[Any, ...]]:
    rows = LOGITS | MASKED
    match name:
        case "entropy":
            yield from ((p,) for p in rows.values())
        case "cross_entropy" | "kl":
            yield from ((p, q) for p in rows.values() for q in rows.values())
        case "kl_objective":
            for p, q in (("ordinary", "even"), ("nearly ordinary", "ordinary"), ("masked", "masked alike")):
                yield from ((rows[p], r, rows[q], b) for r in REWARDS for b in BETAS)
            yield from ((LOGITS["one-hot"], r, LOGITS["other one-hot"], 0.1) for r in REWARDS)
        case "kl_optimal_policy":
            yield from ((r, q, b) for r in REWARDS for q in rows.values() for b in BETAS)


def _exact(case: tuple[Any, ...]) -> list[Any]:
    return [[mpf(x) for x in v] if isinstance(v, list) else mpf(v) for v in case]


def _terms(name: str, case: list[Any]) -> Exact:
    """Σ|terms| of the form that is evaluated."""
    if name == "kl_objective":
        p, r, q, beta = case
        return _mean(_log_softmax(p), [abs(x) for x in r]) + beta * _kl(p, q)
    if name == "kl_optimal_policy":
        r, q, beta = case
        return max(abs(a) + abs(x / beta) for a, x in zip(q, r, strict=True) if mpmath.isfinite(a)) + 1
    return ROWWISE[name](*case)


BOUND = 450 * 2.0**-52


@pytest.mark.parametrize("name", ROWWISE)
def test_a_row_function_is_within_its_bound(name: str) -> None:
    f = F[name].from_logits
    with mp.workdps(100):
        for case in row_cases(name):
            exact = ROWWISE[name](*_exact(case))
            got = f(*case).log_partition if name == "kl_optimal_policy" else f(*case)
            if mpmath.isfinite(exact):
                assert abs(got - exact) <= BOUND * _terms(name, _exact(case)), case
            else:
                assert float(got) == float(exact), case


@pytest.mark.parametrize("beta", BETAS)
@pytest.mark.parametrize("r", REWARDS, ids=str)
@pytest.mark.parametrize("q", [*LOGITS.values(), *MASKED.values()], ids=[*LOGITS, *MASKED])
def test_the_optimal_policy_is_precise_for_every_beta(beta: float, r: list[float], q: list[float]) -> None:
    """log π* = log π_ref + r/β − log Z, as differences from the best response: exp of ±10^11 is not needed."""
    found = F["kl_optimal_policy"].from_logits(r, q, beta)
    with mp.workdps(80):
        scores = [mpf(a) / mpf(beta) + b for a, b in zip(r, map(mpf, q), strict=True)]
        best = max(scores)
        log_sum = mpmath.log(mpmath.fsum(mpmath.exp(s - best) for s in scores if s - best > -2000))
        scale = max(abs(s) for s in scores if mpmath.isfinite(s)) + max(abs(x) for x in q if np.isfinite(x)) + 1
        for got, score in zip(found.log_probs, scores, strict=True):
            exact = score - best - log_sum
            assert float(got) == float(exact) or abs(got - exact) <= 8 * 2.0**-52 * scale
    assert F["entropy"](found.log_probs) >= 0


def test_the_optimal_policy_ignores_a_best_response_that_the_reference_excludes() -> None:
    found = F["kl_optimal_policy"]([1e3, 1.0, 3.0], [-INF, *np.log([0.5, 0.5])], 1e-3)
    assert found.log_probs == pytest.approx([-INF, -2000, 0])
    assert found.log_partition == pytest.approx(3000 - np.log(2))


@pytest.mark.parametrize("name", ROWWISE)
def test_the_gradient_of_a_row_function_is_its_derivative(name: str) -> None:
    f = F[name].from_logits
    of = "log_partition" if name == "kl_optimal_policy" else None
    names = list(f.argument_terms)
    for case in row_cases(name):
        flat = [x for v in case for x in (v if isinstance(v, list) else [v])]
        if max(abs(x) for x in flat if np.isfinite(x)) > 200 or case[-1] == 1e-8:
            continue
        with mp.workdps(150):
            exact_case = _exact(case)
            if not mpmath.isfinite(ROWWISE[name](*exact_case)):
                continue
            gradient = f.grad(*case, of=of)
            for argument in f.differentiable:
                at = names.index(argument)
                slopes = [float(s) for s in _row_slopes(name, exact_case, at)]
                assert getattr(gradient, argument).shape == (len(slopes),)
                # p (log(p/q) − KL): relative to KL, which is tiny for nearly equal rows.
                scale = max(map(abs, slopes)) + (float(ROWWISE[name](*exact_case)) if name == "kl" else 1)
                close = pytest.approx(slopes, rel=1e-12, abs=4e-15 * max(scale, 1e-30))
                assert getattr(gradient, argument) == close, (argument, case)


def _row_slopes(name: str, case: list[Any], at: int) -> Iterator[Exact]:
    for j, x in enumerate(case[at]):
        if mpmath.isfinite(x):

            def along(t: Exact, j: int = j) -> Exact:
                changed = [*case[at][:j], t, *case[at][j + 1 :]]
                return ROWWISE[name](*case[:at], changed, *case[at + 1 :])

            yield _slope(along, x, mpf("1e-40"))
        else:
            yield mpf(0)


def test_kl_is_never_negative_and_keeps_its_digits_for_nearly_equal_rows() -> None:
    """To second order KL(p‖q) = ½ Σ p d²: literal Σ p log(p/q) has no digit left here."""
    d = 1e-9 * np.array([1.0, -1.0])
    p = np.log([0.5, 0.5])
    assert F["kl"](p, p) == 0
    assert F["kl"](p, p + d) == pytest.approx(0.5e-18, rel=1e-6)
    assert F["kl"].grad(p, p + d).log_q == pytest.approx([0.5e-9, -0.5e-9], rel=1e-6)


def test_rows_of_one_response_and_certainties_have_no_entropy() -> None:
    assert F["entropy"]([0.0]) == 0
    assert F["entropy"]([0.0, -INF]) == 0
    assert F["kl"]([0.0], [0.0]) == 0
    assert F["entropy"](np.log([1 / 8] * 8)) == pytest.approx(3 * np.log(2), rel=1e-15)


def test_kl_is_infinite_only_where_the_second_row_excludes_what_the_first_allows() -> None:
    half = np.log([0.5, 0.5])
    assert F["kl"](half, [0.0, -INF]) == INF
    assert F["kl"]([0.0, -INF], half) == pytest.approx(np.log(2))
    assert F["kl"]([0.0, -INF], [0.0, -INF]) == 0
    assert F["kl"].grad([0.0, -INF], [0.0, -INF]).log_p.tolist() == [0.0, 0.0]
    assert F["cross_entropy"]([0.0, -INF], [0.0, -INF]) == 0
    assert F["kl_objective"](half, [1, 2], [0.0, -INF], 0.1) == -INF


def test_the_objective_is_what_gibbs_identity_says() -> None:
    """C6: J(π) = β log Z − β KL(π ‖ π*)."""
    rng = np.random.default_rng(7)
    log_pi, log_ref = (np.log(rng.dirichlet(np.ones(5), 20)) for _ in range(2))
    r, beta = rng.normal(size=(20, 5)), rng.uniform(0.05, 5, 20)
    best = F["kl_optimal_policy"](r, log_ref, beta)
    gap = beta * F["kl"](log_pi, best.log_probs)
    assert F["kl_objective"](log_pi, r, log_ref, beta) == pytest.approx(beta * best.log_partition - gap, rel=1e-12)
    assert functions.kl_gap(log_pi, r, log_ref, beta) == pytest.approx(gap, rel=1e-12)
    assert functions.kl_gap(best.log_probs, r, log_ref, beta) == pytest.approx(0, abs=1e-12)


# ------------------------------------------------------------------ arrays in, arrays out

ORDINARY: dict[str, tuple[Any, ...]] = {
    "sigmoid": (0.5,),
    "logsigmoid": (0.5,),
    "softplus": (0.5,),
    "logit": (0.25,),
    "bt_prob": (2.0, -1.0),
    "bt_logprob": (2.0, -1.0),
    "rm_loss": (2.0, -1.0),
    "dpo_loss": (-1.0, -2.0, -1.5, -1.0),
    "entropy": (np.log([0.25, 0.75]),),
    "cross_entropy": (np.log([0.25, 0.75]), np.log([0.5, 0.5])),
    "kl": (np.log([0.25, 0.75]), np.log([0.5, 0.5])),
    "kl_objective": (np.log([0.25, 0.75]), np.array([1.0, 3.0]), np.log([0.5, 0.5]), 0.5),
    "kl_optimal_policy": (np.array([1.0, 3.0]), np.log([0.5, 0.5]), 0.5),
}


def _first(result: Any) -> Any:
    return result[0] if isinstance(result, tuple) else result


@pytest.mark.parametrize("name", F)
def test_numbers_in_a_number_out(name: str) -> None:
    result = F[name](*ORDINARY[name])
    last = result[-1] if isinstance(result, tuple) else result
    assert isinstance(last, np.float64)


@pytest.mark.parametrize("name", F)
def test_leading_axes_are_a_batch(name: str) -> None:
    single = _first(_call(name, ORDINARY[name]))
    stacked = tuple(np.stack([np.stack([v, v, v])] * 2) for v in ORDINARY[name])
    many = _first(_call(name, stacked))
    assert many.shape == (2, 3, *np.shape(single))
    assert np.all(many == single)


@pytest.mark.parametrize("name", F)
def test_float32_in_float32_out(name: str) -> None:
    arguments = tuple(np.asarray(v, np.float32) for v in ORDINARY[name])
    got, exact = _first(F[name](*arguments)), _first(F[name](*(a.astype(np.float64) for a in arguments)))
    assert got.dtype == np.float32
    assert got == pytest.approx(exact, rel=1e-6)
    if name != "kl_optimal_policy":
        assert all(g.dtype == np.float32 for g in F[name].grad(*arguments))


def test_python_numbers_do_not_widen_float32() -> None:
    w = np.array([1, 2], np.float32)
    assert F["rm_loss"](w, 0.5, 0.25, reduction="none").dtype == np.float32
    assert F["rm_loss"](w, np.float64(0.5), reduction="none").dtype == np.float64
    assert F["rm_loss"](w, [0.5, 0.5], reduction="none").dtype == np.float64


@pytest.mark.parametrize("name", F)
def test_nan_in_nan_out(name: str) -> None:
    for i in range(len(ORDINARY[name])):
        arguments = [np.array(v, dtype=float) for v in ORDINARY[name]]
        arguments[i].flat[0] = np.nan
        assert np.all(np.isnan(_first(F[name](*arguments))))


def test_integers_fractions_and_lists_are_numbers() -> None:
    from fractions import Fraction

    assert F["rm_loss"](2, -1) == F["rm_loss"](np.array([2], np.int32), [-1]) == F["rm_loss"](Fraction(2), -1.0)


def test_reductions() -> None:
    w, l = np.array([[2.0, 0.0, 1.0]]), np.array([[-1.0], [3.0]])  # noqa: E741
    each = F["rm_loss"](w, l, reduction="none")
    assert each.shape == (2, 3)
    assert F["rm_loss"](w, l, reduction="sum") == pytest.approx(each.sum())
    assert F["rm_loss"](w, l) == pytest.approx(each.mean())


def test_a_gradient_has_the_shape_of_its_argument_and_is_that_of_the_returned_number() -> None:
    w, l = np.array([[2.0, 0.0, 1.0]]), np.array([[-1.0], [3.0]])  # noqa: E741
    gradient = F["rm_loss"].grad(w, l)
    assert (gradient.r_w.shape, gradient.r_l.shape) == ((1, 3), (2, 1))
    step = 1e-6
    for j in range(3):
        bumped = w + step * np.eye(3)[j]
        slope = (F["rm_loss"](bumped, l) - F["rm_loss"](2 * w - bumped, l)) / (2 * step)
        assert gradient.r_w[0, j] == pytest.approx(slope, rel=1e-8)
    assert F["rm_loss"].grad(w, l, reduction="sum").r_l == pytest.approx(6 * gradient.r_l)
    assert F["rm_loss"].grad(2.0, l).r_w.shape == ()
    assert type(gradient)._fields == ("r_w", "r_l")


def test_value_and_grad_is_both() -> None:
    value, gradient = F["dpo_loss"].value_and_grad(*ORDINARY["dpo_loss"])
    assert (value, gradient) == (F["dpo_loss"](*ORDINARY["dpo_loss"]), F["dpo_loss"].grad(*ORDINARY["dpo_loss"]))


def test_results_are_new_writable_arrays() -> None:
    z = np.zeros(3)
    for result in (F["softplus"](z), F["rm_loss"](z, 0.0, reduction="none"), F["rm_loss"].grad(z, 0.0).r_w):
        result += 1
    assert z.tolist() == [0, 0, 0]


def test_no_call_warns() -> None:
    with np.errstate(all="raise"):
        F["sigmoid"](np.array([-1e4, 1e4]))
        F["logit"]([0, 1, 2])
        F["kl"]([0.0, -INF], np.log([0.5, 0.5]))


@pytest.mark.parametrize(("p", "expected"), [(0, -INF), (1, INF), (-0.5, float("nan")), (2, float("nan")), (0.5, 0)])
def test_logit_at_the_edge_of_its_domain(p: float, expected: float) -> None:
    assert np.array_equal(F["logit"](p), expected, equal_nan=True)


# ------------------------------------------------------------------ what is refused


class Series:
    """Stands in for a column of a table."""

    __module__ = "pandas"


HALF = np.log([0.5, 0.5])

MISTAKES: list[tuple[str, tuple[Any, ...], dict[str, Any], type[Exception], str]] = [
    ("rm_loss", (Series(), 1), {}, TypeError,
     "rm_loss: r_w must be a number or an ndarray, not Series: pass r_w.to_numpy()"),
    ("rm_loss", (10**400, 1), {}, OverflowError, "rm_loss: r_w is beyond the doubles"),
    ("rm_loss", ("2", 1), {}, TypeError, "rm_loss: r_w must be a number or an ndarray, not str"),
    ("rm_loss", (None, 1), {}, TypeError, "rm_loss: r_w must be a number or an ndarray, not NoneType"),
    ("rm_loss", (True, 1), {}, TypeError, "rm_loss: r_w must be a number or an ndarray, not bool"),
    ("rm_loss", (["a"], 1), {}, TypeError,
     "rm_loss: r_w has dtype <U1; float32, float64 and integers are supported"),
    ("rm_loss", (1j * np.ones(2), 1), {}, TypeError,
     "rm_loss: r_w has dtype complex128; float32, float64 and integers are supported"),
    ("rm_loss", (np.ones(2, np.float16), 1), {}, TypeError,
     "rm_loss: r_w has dtype float16; float32, float64 and integers are supported"),
    ("rm_loss", (np.ma.masked_array([1.0], [True]), 1), {}, TypeError,
     "rm_loss: r_w is a masked array: fill it first, r_w.filled(...)"),
    ("rm_loss", ([[1, 2], [3]], 1), {}, ValueError, "rm_loss: r_w is not an array: its rows differ in length"),
    ("rm_loss", (np.ones(3), np.ones(4)), {}, ValueError,
     "rm_loss: the shapes do not broadcast: r_w has shape (3,), r_l has shape (4,)"),
    ("rm_loss", (1.0,), {}, TypeError, "rm_loss: missing a required argument: 'r_l'"),
    ("rm_loss", (1.0, 2.0), {"gamma": 1}, TypeError, "rm_loss: got an unexpected keyword argument 'gamma'"),
    ("rm_loss", (1.0, 2.0), {"reduction": "avg"}, ValueError,
     "rm_loss: reduction must be 'mean', 'sum' or 'none', not 'avg'"),
    ("rm_loss", ([], []), {}, ValueError, "rm_loss: there is no mean of no entries; their sum is 0"),
    ("dpo_loss", (0, 0, 0, 0), {"beta": -0.1}, ValueError, "dpo_loss: beta must be positive, not -0.1"),
    ("dpo_loss", (0, 0, 0, 0), {"beta": 0}, ValueError, "dpo_loss: beta must be positive, not 0.0"),
    ("kl", (HALF, np.log([0.2, 0.3, 0.5])), {}, ValueError,
     "kl: the last axes must hold the same responses, but log_p has 2, log_q has 3"),
    ("entropy", (0.0,), {}, ValueError,
     "entropy: log_p has shape (); its last axis must hold the responses, at least one"),
    ("entropy", (np.ones((2, 0)),), {}, ValueError,
     "entropy: log_p has shape (2, 0); its last axis must hold the responses, at least one"),
    ("entropy", ([[0.0, -INF], [0.5, 0.5]],), {}, ValueError,
     "entropy: the probabilities exp of log_p[1] sum to 3.29744, not to 1; entropy_from_logits normalises such rows"),
    ("entropy", ([-INF, -INF],), {}, ValueError,
     "entropy: the probabilities exp of log_p sum to 0, not to 1; entropy_from_logits normalises such rows"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "args", "kwargs", "kind", "message"), MISTAKES, ids=[m[-1][:60] for m in MISTAKES])
def test_a_mistake_is_said_in_one_sentence(
    name: str, args: tuple[Any, ...], kwargs: dict[str, Any], kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind) as caught:
        F[name](*args, **kwargs)
    assert str(caught.value) == message


def test_derivatives_that_are_matrices_are_not_supported_yet() -> None:
    with pytest.raises(
        NotSupported, match=r"kl_optimal_policy has several results: say of='log_probs' or of='log_part"
    ):
        F["kl_optimal_policy"].grad(*ORDINARY["kl_optimal_policy"])
    with pytest.raises(NotSupported, match="log_probs is a row of K numbers: its derivative is a K × K matrix"):
        F["kl_optimal_policy"].grad(*ORDINARY["kl_optimal_policy"], of="log_probs")
    with pytest.raises(UnknownName, match="did you mean log_probs"):
        F["kl_optimal_policy"].grad(*ORDINARY["kl_optimal_policy"], of="log_prob")
    with pytest.raises(NotSupported, match="the K × K second derivatives of a row"):
        F["kl"].hess(*ORDINARY["kl"])


# ------------------------------------------------------------------ what a function says of itself


@pytest.mark.parametrize("name", F)
def test_the_documentation_is_complete(name: str) -> None:
    doc = F[name].__doc__ or ""
    for part in (
        f"({', '.join(F[name].argument_terms)}) = ",
        "Theorem: ",
        "Shapes: ",
        "Derivatives: ",
        "Accuracy: sampled",
    ):
        assert part in doc
    assert inspect.getdoc(F[name]) == doc


def test_a_function_has_a_signature_and_a_theorem() -> None:
    assert str(inspect.signature(F["rm_loss"])) == (
        "(r_w, r_l, margin=None, label_smoothing=0.0, center=0.0, reduction='mean', *, out=None)"
    )
    assert repr(F["sigmoid"]) == "<numeric function sigmoid(z, *, out=None)>"
    assert F["sigmoid"].theorem.statement.relation == F["sigmoid"].relation
    assert str(F["kl"].accuracy).startswith("sampled: within 450 ε")


# ------------------------------------------------------------------ symrlhf run


def test_a_report_holds_value_gradient_formula_and_theorem() -> None:
    found = report(F["rm_loss"], {"r_w": "2", "r_l": "-1"})
    assert found.value == {"rm_loss": pytest.approx(0.0485873515737421)}
    assert found.gradient == {
        "rm_loss": {"r_w": pytest.approx(-0.0474258731775668), "r_l": pytest.approx(0.0474258731775668)}
    }
    assert found.theorem == "smoothed-margin-loss"
    assert found.formula[0].startswith("rm_loss(r_w, r_l, margin, label_smoothing, center) = ")
    assert found.meaning["r_w"] == "r(x_i, y_{w,i})"
    assert found.as_dict()["arguments"] == {"r_w": 2.0, "r_l": -1.0}


def test_a_report_of_several_results_has_the_gradients_that_exist() -> None:
    found = report(F["kl_optimal_policy"], {"r": "1,3", "log_ref": "[-1, -1]", "beta": "1/2"} | HALVES)
    assert set(found.value) == {"log_probs", "log_partition"}
    assert set(found.gradient) == {"log_partition"}


def test_a_report_of_a_function_that_runs_kernels() -> None:
    """A_2 = 2, A_1 = 1 + 0.5 · 2 with γλ = 0.5; words and integers are taken where they are meant."""
    gae = report(functions.gae, {"rewards": "1,2", "values": "[0, 0]", "lam": "0.5"})
    assert gae.value == {"advantages": [2.0, 2.0], "returns": [2.0, 2.0]}
    assert gae.theorem == "advantage-recursion" and gae.formula[0].startswith("A_t = r_t")
    inverse = report(functions.fprime_inv, {"kind": "forward_kl", "v": "-4"})
    assert inverse.value == {"fprime_inv": 0.25}
    assert inverse.gradient == {"fprime_inv": {"v": 0.0625}}
    ranked = report(functions.pl_logprob, {"scores": "[0, 0, 0]", "order": "[2, 0, 1]"})
    assert ranked.value == {"pl_logprob": pytest.approx(-1.791759469228055)}  # −log 3!
    white = report(functions.masked_whiten, {"values": "1,3", "shift_mean": "false", "eps": "0"})
    assert white.value["masked_whiten"] == pytest.approx([2 - 0.5**0.5, 2 + 0.5**0.5])
    with pytest.raises(UnknownName):
        report(functions.gae, {"reward": "1"})


def test_a_report_of_a_choice_is_that_of_the_chosen_function() -> None:
    pair = {"logp_w": "-1", "logp_l": "-2", "ref_w": "-1", "ref_l": "-1"}
    assert report(functions.pairwise_loss, {"kind": "ipo"} | pair) == report(functions.ipo_loss, pair)
    with pytest.raises(TypeError, match="pairwise_loss: missing a required argument: 'kind', one of "):
        report(functions.pairwise_loss, pair)


HALVES = {"log_ref": "-0.6931471805599453, -0.6931471805599453"}

READ: list[tuple[str, Any]] = [
    ("2", 2.0),
    (" -1e-3 ", -1e-3),
    ("1/3", 1 / 3),
    ("-inf", -INF),
    ("1,2", [1.0, 2.0]),
    ("[1, 2]", [1.0, 2.0]),
    ("[[1, 2], [3, 4]]", [[1.0, 2.0], [3.0, 4.0]]),
    ("[5]", [5.0]),
]


@pytest.mark.parametrize(("text", "value"), READ)
def test_a_value_is_read(text: str, value: Any) -> None:
    from symrlhf.compile.report import read_value

    assert read_value("r", text) == value


UNREAD: list[tuple[str, int, str]] = [
    ("2x", 5, "'2x' is not a number"),
    ("", 5, "a number is missing here"),
    ("1,,2", 7, "a number is missing here"),
    ("1,2,", 9, "a number is missing here"),
    ("[1, zwei]", 9, "'zwei' is not a number"),
    ("[1, 2", 10, "the list needs a closing ]"),
    ("[1] 2", 8, "'2' is not a number"),
    ("1/0", 5, "'1/0' is not a number"),
]


@pytest.mark.parametrize(("text", "column", "message"), UNREAD)
def test_what_is_no_value_is_shown_with_a_caret(text: str, column: int, message: str) -> None:
    with pytest.raises(Unreadable) as caught:
        report(F["rm_loss"], {"r_w": text, "r_l": "1"})
    assert caught.value.message.startswith(message)
    assert (caught.value.column, caught.value.source) == (column, f"r_w={text}")


def test_an_unknown_argument_gets_the_nearest() -> None:
    with pytest.raises(UnknownName, match="unknown argument of rm_loss 'rw'; did you mean r_w"):
        report(F["rm_loss"], {"rw": "2"})


# ------------------------------------------------------------------ symrlhf.functions


def test_the_stub_lists_the_functions(golden: Golden) -> None:
    golden(ROOT / "symrlhf" / "functions.pyi", functions.write_pyi())


def test_every_public_function_is_found_by_name() -> None:
    for name in functions.names():
        function = getattr(functions, name)
        assert callable(function) and getattr(function, "name", "") == name
    assert functions.__all__ == list(functions.names())
    assert dir(functions) == sorted(functions.names())
    assert {f"{name}_from_logits" for name in ROWWISE} <= set(functions.names())


def test_an_unknown_function_gets_the_nearest() -> None:
    with pytest.raises(AttributeError, match="unknown function 'rm_los'"):
        _ = functions.rm_los  # pyright: ignore[reportAttributeAccessIssue]
    with pytest.raises(UnknownName, match="unknown function 'rm_los'"):
        functions.run_report("rm_los", {})
