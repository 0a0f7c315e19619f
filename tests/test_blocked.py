"""Calls run block by block: they agree with the plain code, use little memory, and write where they are told."""

import tracemalloc
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from numeric_samples import BETA, FUNCTIONS, R_W

from symrlhf import functions
from symrlhf.compile import NumericFunction, compile_relation
from symrlhf.compile.code import Kernel
from symrlhf.compile.lambdify import compile_tree
from symrlhf.compile.native import BACKEND
from symrlhf.setting import Declaration, Setting
from symrlhf.term import Eq, Min, Sym, exp, softplus, tanh

N = 40_000
RNG = np.random.default_rng(3)
ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "sigmoid": (RNG.normal(size=N) * 30,),
    "logsigmoid": (RNG.normal(size=N) * 30,),
    "softplus": (RNG.normal(size=N) * 30,),
    "logit": (RNG.uniform(size=N),),
    "bt_prob": (RNG.normal(size=N), RNG.normal(size=N)),
    "bt_logprob": (RNG.normal(size=N), RNG.normal(size=N)),
    "rm_loss": (RNG.normal(size=N), RNG.normal(size=N)),
    "dpo_loss": tuple(-RNG.exponential(50, size=N) for _ in range(4)),
}
ROWS: dict[str, tuple[Any, ...]] = {
    "entropy": (RNG.normal(size=(700, 33)),),
    "kl": (RNG.normal(size=(700, 33)), RNG.normal(size=(700, 33))),
    "kl_objective": (RNG.normal(size=(700, 33)), RNG.normal(size=(700, 33)), RNG.normal(size=(700, 33)), 0.3),
    "kl_optimal_policy": (RNG.normal(size=(700, 33)), RNG.normal(size=33), RNG.uniform(0.1, 2, size=700)),
}


def each(f: NumericFunction) -> dict[str, str]:
    return {"reduction": "none"} if "reduction" in f.__signature__.parameters else {}


def plain(f: NumericFunction, arguments: tuple[Any, ...]) -> list[Any]:
    """Value and gradient by `sympy.lambdify` over whole arrays."""
    program = f.program(frozenset(f.options))
    trees = (*program.value(), *program.gradient("", f.differentiable))
    values = [np.asarray(f.defaults.get(a.name) if v is None else v) for a, v in _given(program.arguments, arguments)]
    with np.errstate(all="ignore"):
        return list(compile_tree("plain", [a.name for a in program.arguments], trees).call(*values))


def _given(arguments: tuple[Any, ...], values: tuple[Any, ...]) -> Iterator[tuple[Any, Any]]:
    yield from ((a, values[i] if i < len(values) else None) for i, a in enumerate(arguments))


@pytest.mark.parametrize("name", ARGUMENTS)
def test_blocks_agree_with_the_plain_code_to_the_stated_bound(name: str) -> None:
    f = FUNCTIONS[name]
    value, gradient = f.value_and_grad(*ARGUMENTS[name], **each(f))
    for got, expected in zip((value, *gradient), plain(f, ARGUMENTS[name]), strict=True):
        assert np.all(np.abs(got - expected) <= 8 * np.spacing(np.abs(expected)))


@pytest.mark.parametrize("name", ARGUMENTS)
def test_a_block_with_an_extreme_entry_is_as_precise_as_the_others(name: str) -> None:
    f = FUNCTIONS[name]
    arguments = tuple(a.copy() for a in ARGUMENTS[name])
    arguments[0][7], arguments[0][-1] = (0.0, 1.0) if name == "logit" else (-800.0, 1e4)
    value = f(*arguments, **each(f))
    ordinary = f(*ARGUMENTS[name], **each(f))
    # A margin whose steps round may move by 2e-13 in a block of ordinary entries.
    slack = 2e-13 if name == "dpo_loss" else 8 * np.spacing(np.abs(ordinary[8:-1]))
    assert np.all(np.abs(value[8:-1] - ordinary[8:-1]) <= slack)
    assert value[7] == f(*(a[7] for a in arguments), **each(f))


@pytest.mark.parametrize("name", ROWS)
def test_rows_in_blocks_are_rows_one_by_one(name: str) -> None:
    f = FUNCTIONS[name].from_logits
    found = f(*ROWS[name])
    whole = found if isinstance(found, tuple) else (found,)
    for i in (0, 123, 699):
        one = f(*(np.asarray(a)[i] if np.shape(a)[:1] == (700,) else a for a in ROWS[name]))
        for many, single in zip(whole, one if isinstance(one, tuple) else (one,), strict=True):
            assert many[i] == pytest.approx(single, rel=1e-14, abs=1e-15)


@pytest.mark.parametrize("layout", ["strided", "reversed", "transposed", "broadcast", "fortran"])
def test_the_layout_of_an_array_does_not_matter(layout: str) -> None:
    w, l = RNG.normal(size=(300, 200)), RNG.normal(size=(300, 200))  # noqa: E741
    laid = {
        "strided": lambda x: np.repeat(np.repeat(x, 2, axis=0), 3, axis=1)[::2, ::3],
        "reversed": lambda x: x[::-1, ::-1].copy()[::-1, ::-1],
        "transposed": lambda x: x.T.copy().T,
        "broadcast": lambda x: np.broadcast_to(x[:1], x.shape),
        "fortran": np.asfortranarray,
    }[layout]
    f, expected_l = FUNCTIONS["rm_loss"], np.array(laid(l))
    expected, expected_gradient = f.value_and_grad(w, expected_l)
    value, gradient = f.value_and_grad(w, laid(l))
    assert value == expected
    assert np.array_equal(gradient.r_l, expected_gradient.r_l)


def test_float32_runs_in_float32_and_stays_within_its_own_bound() -> None:
    w, l = (a.astype(np.float32) for a in ARGUMENTS["rm_loss"])  # noqa: E741
    f = FUNCTIONS["rm_loss"]
    got, gradient = f.value_and_grad(w, l, reduction="none")
    exact, exact_gradient = f.value_and_grad((w - l).astype(np.float64), 0.0, reduction="none")
    for x, y in ((got, exact), (gradient.r_w, exact_gradient.r_w)):
        assert x.dtype == np.float32
        assert np.all(np.abs(x - y) <= 4 * np.spacing(np.abs(y).astype(np.float32)))


# ------------------------------------------------------------------ sums


def test_a_mean_is_that_of_exact_sums_of_blocks() -> None:
    import math

    z = RNG.normal(size=3 * N) * 10.0 ** RNG.integers(-3, 3, size=3 * N)
    f = compile_relation(Eq(Sym("f"), softplus(R_W)), Setting(), {"z": R_W}, mean_over="batch")
    exact = math.fsum(f(z, reduction="none").tolist())
    assert f(z, reduction="sum") == pytest.approx(exact, rel=1e-14)
    assert f(z) == pytest.approx(exact / len(z), rel=1e-14)


def test_a_mean_is_finite_where_the_sum_is_not() -> None:
    f = FUNCTIONS["rm_loss"]
    assert f(np.full(4, -1e308), 0.0) == pytest.approx(1e308)
    assert f(np.full(N, -1e308), 0.0) == pytest.approx(1e308)
    assert f(np.full(4, -1e308), 0.0, reduction="sum") == np.inf


# ------------------------------------------------------------------ out


def test_results_are_written_where_they_are_told() -> None:
    f, (w, l) = FUNCTIONS["rm_loss"], ARGUMENTS["rm_loss"]  # noqa: E741
    expected, gradient = f.value_and_grad(w, l, reduction="none")
    out = np.empty(N)
    assert f(w, l, reduction="none", out=out) is out
    assert np.array_equal(out, expected)
    places = (np.empty(N), np.empty(2 * N)[::2])
    found = f.grad(w, l, reduction="none", out=places)
    assert found.r_w is places[0] and found.r_l is places[1]
    assert np.array_equal(places[1], gradient.r_l)
    f.value_and_grad(w, l, out=(None, places))
    assert np.array_equal(places[0], f.grad(w, l).r_w)


def test_out_may_be_an_argument() -> None:
    f, (w, l) = FUNCTIONS["rm_loss"], ARGUMENTS["rm_loss"]  # noqa: E741
    expected = f.grad(w, l)
    found = f.grad(w := w.copy(), l := l.copy(), out=(l, w))  # noqa: E741
    assert np.array_equal(found.r_w, expected.r_w) and np.array_equal(w, expected.r_l)


def test_out_of_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BACKEND, "numpy")  # native kernels write contiguous arrays alone, with digits of their own
    f = FUNCTIONS["kl_optimal_policy"].from_logits
    expected = f(*ROWS["kl_optimal_policy"])
    out = (np.empty((33, 700)).T, np.empty(700))
    found = f(*ROWS["kl_optimal_policy"], out=out)
    assert found.log_probs is out[0]
    assert np.array_equal(out[0], expected.log_probs) and np.array_equal(out[1], expected.log_partition)


READ_ONLY = np.zeros(2)
READ_ONLY.flags.writeable = False
REFUSED: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"out": np.empty(3), "reduction": "none"}, ValueError, "rm_loss: out has shape (3,), but the result has (2,)"),
    ({"out": np.empty(2, np.float32), "reduction": "none"}, TypeError,
     "rm_loss: out has dtype float32, but the result has float64"),
    ({"out": [0.0, 0.0], "reduction": "none"}, TypeError, "rm_loss: out must be an ndarray, not list"),
    ({"out": READ_ONLY, "reduction": "none"}, ValueError, "rm_loss: out is read-only"),
    ({"out": np.empty(())}, TypeError, "rm_loss: out is for arrays; a mean is a number"),
]  # fmt: skip


@pytest.mark.parametrize(("options", "kind", "message"), REFUSED, ids=[m for _, _, m in REFUSED])
def test_an_out_that_does_not_fit_is_refused(options: dict[str, Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as caught:
        FUNCTIONS["rm_loss"](np.zeros(2), np.zeros(2), **options)
    assert str(caught.value) == message


def test_places_for_several_results_are_a_tuple() -> None:
    with pytest.raises(TypeError, match=r"rm_loss\.grad: out must be a tuple of 2"):
        FUNCTIONS["rm_loss"].grad(np.zeros(2), np.zeros(2), out=np.empty(2))


# ------------------------------------------------------------------ memory


def _numbers(*shape: int) -> Any:
    return np.random.default_rng(3).normal(size=shape)


def _bytes(results: Any) -> int:
    return sum(map(_bytes, results)) if isinstance(results, tuple) else results.nbytes


MANY, WIDE_ROWS, NARROW_ROWS = [_numbers(1_000_000)] * 4, [_numbers(1000, 1024)] * 3, [_numbers(125_000, 8)] * 3


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        (functions.sigmoid.value_and_grad, MANY[:1]),
        (functions.rm_loss.value_and_grad, MANY[:2]),
        (functions.dpo_loss.value_and_grad, MANY),
        (functions.ppo_clip_objective.value_and_grad, MANY[:2]),
        (functions.k_estimators, MANY[:1]),
        (functions.hinge_loss.value_and_grad, MANY),
        (functions.ipo_loss.value_and_grad, MANY),
        (functions.davidson_probs, [*MANY[:1], 0.3]),
        (functions.kl_optimal_policy_from_logits, [*WIDE_ROWS[:2], 0.1]),
        (functions.kl_optimal_policy_from_logits, [*NARROW_ROWS[:2], 0.1]),
        (functions.kl_from_logits.value_and_grad, WIDE_ROWS[:2]),
        (functions.kl_objective_from_logits.value_and_grad, [*WIDE_ROWS, 0.1]),
    ],
)
def test_a_call_needs_a_megabyte_beyond_its_results(
    call: Any, arguments: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(BACKEND, "numpy")  # Numba, where it is installed, is large itself
    call(*(a[:5] if isinstance(a, np.ndarray) else a for a in arguments))
    tracemalloc.start()
    try:
        results = call(*arguments)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak <= _bytes(results) + 2**20


def test_a_block_of_the_plain_code_is_as_long_as_its_memory_allows() -> None:
    lines = ["def f(a):", "    t0 = exp(a)", "    t1 = log(t0)", "    t2 = t1*a", "    del (t0, t1)", "    t3 = -t2"]
    source = "\n".join([*lines, "    return [t3]", ""])
    assert Kernel.from_source("f", ["a"], source).held == 3 + 3
    assert Kernel.from_source("f", ["a"], source.replace("log(", "wide_neg(")).held == 3 + 9


# ------------------------------------------------------------------ generated code

A, B = Sym("a"), Sym("b")
SHAPES = [
    Min(exp(A) * B, exp(B) * A),
    softplus(A) + softplus(-A) + tanh(B),
    exp(A) * exp(B) * softplus(BETA * A),
    (A - B) ** 2 + (A + B) ** 3,
    softplus(BETA * (A - B)) * 3 + 1,
]


@pytest.mark.parametrize("term", SHAPES, ids=str)
@pytest.mark.parametrize("scalar", ["", "b", "beta"])
def test_every_kind_of_line_is_right(term: Any, scalar: str) -> None:
    names = sorted(s.name for s in term.symbols)
    f = compile_relation(
        Eq(Sym("f"), term),
        Setting((Declaration("beta", sign="positive"),)),
        {n: Sym(n) for n in names},
        wrt=("a", "b"),
    )
    values = {n: RNG.uniform(0.1, 3, size=() if n == scalar else 500) for n in names}
    value, gradient = f.value_and_grad(*values.values())
    one = [f.value_and_grad(*(np.broadcast_to(v, 500)[i] for v in values.values())) for i in range(0, 500, 50)]
    assert value[::50] == pytest.approx([v for v, _ in one], rel=1e-14)
    assert gradient.a[::50] == pytest.approx([g.a for _, g in one], rel=1e-13)


def test_nan_stays_nan_in_a_choice() -> None:
    f = compile_relation(Eq(Sym("f"), Min(A * B, B)), Setting(), {"a": A, "b": B})
    gradient = f.grad(np.array([2.0, np.nan, 0.5]), np.array([1.0, 1.0, np.nan]))
    assert np.isnan(gradient.a).tolist() == [False, True, True]
