"""NumPy's own operations on rows are those of `kernels`, whatever the rows hold."""

import itertools
from typing import Any

import numpy as np
import pytest

from symrlhf.compile.few import OF_FEW
from symrlhf.compile.kernels import KERNELS, log_softmax
from symrlhf.compile.rows import OWN
from symrlhf.compile.shared import finished
from symrlhf.compile.tree import entry, exp, in_order, total
from symrlhf.compile.tree import log_softmax as normalised

RNG = np.random.default_rng(4)
EXCLUDED = np.where(RNG.random((40, 9)) < 0.1, -np.inf, RNG.normal(size=(40, 9)))
ROWS: dict[str, Any] = {
    "ordinary": RNG.normal(size=(40, 9)) * 3,
    "tied": np.round(RNG.normal(size=(40, 9))),
    "nearly certain": RNG.normal(size=(40, 9)) + 40 * (np.arange(9) == 4),
    "far": RNG.normal(size=(40, 9)) * 1e3,
    "small": RNG.normal(size=(40, 9)) * 1e-9,
    "excluded": EXCLUDED,
    "one": RNG.normal(size=(40, 1)),
    "nan": np.where(RNG.random((40, 9)) < 0.02, np.nan, RNG.normal(size=(40, 9))),
    "of several axes": RNG.normal(size=(5, 8, 9)),
}
PAIRS = [
    (x, y) for x, y in itertools.product(ROWS, ROWS) if ROWS[x].shape == ROWS[y].shape and {x, y} != {"far", "small"}
]


def _arguments(name: str, x: Any, y: Any) -> tuple[Any, ...]:
    """x and y as rows of logits, or what an operation takes of them."""
    p, q = log_softmax(x), log_softmax(y)
    match name:
        case "total" | "logsumexp" | "log_softmax" | "exp_gap":
            return (x,)
        case "log_ratio_of":
            return x, y, p, q
        case "log_ratio_over_of":
            tau = np.full_like(x[..., :1], 0.7)
            return x, y, tau, log_softmax(x / tau), log_softmax(y / tau)
        case "softmax_difference_of":
            return KERNELS["log_ratio"](x, y), p, q
        case "bregman_at":
            return p, q, KERNELS["log_ratio"](y, x)
        case "deviation_of":
            return p, y
        case "log_mean_exp_of":
            return x, q
        case "log_mean_exp_by":
            return x, q, log_softmax(q + x)
        case "mean_term":
            return p, y
        case "squared_gap":
            return q, KERNELS["log_ratio"](x, y)
        case _:
            return x, y


@pytest.mark.parametrize(("first", "second"), PAIRS)
@pytest.mark.parametrize("name", OWN)
def test_an_operation_is_that_of_the_kernels(name: str, first: str, second: str) -> None:
    with np.errstate(all="ignore"):
        arguments = _arguments(name, ROWS[first], ROWS[second])
        expected, got = KERNELS[name](*arguments), OWN[name](*arguments)
        largest = np.max(np.where(np.isfinite(expected), np.abs(expected), 0), axis=-1, keepdims=True)
        same = (got == expected) | (np.isnan(got) & np.isnan(expected))
        assert got.shape == expected.shape
        assert np.all(same | (np.abs(got - expected) <= 1e-13 * largest))


@pytest.mark.parametrize(("first", "second"), [p for p in PAIRS if ROWS[p[0]].ndim == 2])
@pytest.mark.parametrize("name", OF_FEW)
def test_an_operation_on_one_row_of_a_few_numbers_is_that_of_the_kernels(name: str, first: str, second: str) -> None:
    with np.errstate(all="ignore"):
        for at in range(len(ROWS[first])):
            arguments = _arguments(name, ROWS[first][at : at + 1], ROWS[second][at : at + 1])
            expected, got = KERNELS[name](*arguments), OF_FEW[name](*arguments)
            largest = np.max(np.where(np.isfinite(expected), np.abs(expected), 0), axis=-1, keepdims=True)
            same = (got == expected) | (np.isnan(got) & np.isnan(expected))
            assert got.shape == expected.shape
            assert np.all(same | (np.abs(got - expected) <= 1e-13 * largest + 1e-250))


@pytest.mark.parametrize("name", OF_FEW)
def test_one_row_with_something_infinite_is_left_to_the_general_operations(name: str) -> None:
    special = [np.inf, -np.inf, np.nan, 1e308, -1e308, 800.0, -800.0, 0.0]
    with np.errstate(all="ignore"):
        for one, two in itertools.permutations(special, 2):
            x, y = np.array([[one, two, 1.0]]), np.array([[two, 0.5, one]])
            for arguments in (_arguments(name, x, y), _arguments(name, y, x)):
                expected, got = (KERNELS | OWN)[name](*arguments), OF_FEW[name](*arguments)
                close = np.abs(got - expected) <= 1e-12 * np.abs(expected)
                assert np.all((got == expected) | (np.isnan(got) & np.isnan(expected)) | close), (x, y)


def test_a_normalised_row_is_made_once() -> None:
    u, v = entry("u", row=True), entry("v", row=True)
    kl = total(exp(normalised(u)) * (normalised(u) - normalised(v)))
    made = [n for n in in_order(finished([kl, normalised(u)])) if n.op == "log_softmax"]
    assert made == [normalised(u), normalised(v)] or made == [normalised(v), normalised(u)]
