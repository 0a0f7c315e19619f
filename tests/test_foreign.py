"""Arrays of other libraries stay what they are, and agree with NumPy's, extremes included."""

import pickle
from typing import Any

import numpy as np
import pytest
from numeric_samples import FUNCTIONS

from symrlhf import functions
from symrlhf.compile import NumericFunction

W = np.array([2.0, 0.0, -800.0, 1e4, 30.0])
L = np.array([-1.0, 0.0, 5.0, -1e4, 29.5])
P = np.array([[0.3, -1.2, 2.0], [0.0, -800.0, -40.0], [1.0, 1.0, 1.0]])
Q = np.array([[0.3, -1.2, 2.0 + 1e-9], [-50.0, 0.0, -1e3], [0.1, 0.2, 0.3]])
CASES: dict[str, tuple[np.ndarray, ...]] = {
    "sigmoid": (W,),
    "logsigmoid": (W,),
    "bt_logprob": (W, L),
    "rm_loss": (W, L),
    "dpo_loss": (W, L, W / 2, L / 3),
    "entropy": (P,),
    "cross_entropy": (P, Q),
    "kl": (P, Q),
    "chi2_divergence": (P, Q / 100),
}


def numeric(name: str) -> NumericFunction:
    f = FUNCTIONS.get(name) or functions.named(name)
    return f.from_logits if f.takes_distributions else f


def close(got: Any, expected: Any) -> None:
    """To some ulp; in a row, of its largest entry."""
    of_row = 4e-16 * float(np.max(np.abs(expected))) if np.ndim(expected) == 2 else 1e-300
    assert np.asarray(got) == pytest.approx(np.asarray(expected), rel=4e-15, abs=of_row)


@pytest.fixture(params=["torch", "jax", "array_api_strict", "dask"])
def library(request: pytest.FixtureRequest) -> str:
    pytest.importorskip(request.param)
    return str(request.param)


def made(library: str, x: np.ndarray) -> Any:
    match library:
        case "torch":
            import torch  # pyright: ignore[reportMissingImports]

            return torch.as_tensor(x)
        case "jax":
            import jax  # pyright: ignore[reportMissingImports]

            jax.config.update("jax_enable_x64", True)
            return jax.numpy.asarray(x)
        case "dask":
            import dask.array  # pyright: ignore[reportMissingImports]

            return dask.array.from_array(x, chunks=(2, *x.shape[1:]))  # pyright: ignore
        case _:
            import array_api_strict  # pyright: ignore[reportMissingImports]

            return array_api_strict.asarray(x)


@pytest.mark.parametrize("name", CASES)
def test_values_and_gradients_stay_in_the_library(name: str, library: str) -> None:
    f, given = numeric(name), [made(library, x) for x in CASES[name]]
    value, gradient = f.value_and_grad(*given)
    expected, expected_gradient = f.value_and_grad(*CASES[name])
    for got, numbers in zip((value, *gradient), (expected, *expected_gradient), strict=True):
        assert type(got).__module__.split(".")[0] == type(given[0]).__module__.split(".")[0]
        close(got, numbers)


def test_out_is_refused(library: str) -> None:
    w, l = made(library, W), made(library, L)  # noqa: E741
    with pytest.raises(TypeError, match=rf"rm_loss: out= is for NumPy arrays; {library} makes a new array"):
        functions.named("rm_loss")(w, l, reduction="none", out=w)


def test_two_libraries_are_not_mixed(library: str) -> None:
    with pytest.raises(
        TypeError, match=rf"rm_loss: r_w is an array of {library}, r_l is ndarray: pass r_l as the same"
    ):
        functions.named("rm_loss")(made(library, W), L)


def test_numbers_go_with_any_array(library: str) -> None:
    close(functions.named("rm_loss")(made(library, W), 0.5), functions.named("rm_loss")(W, 0.5))


def test_torch_keeps_backward() -> None:
    torch = pytest.importorskip("torch")
    for name in CASES:
        f = numeric(name)
        tensors = [torch.tensor(x, requires_grad=True) for x in CASES[name]]
        f(*tensors).sum().backward()
        gradient = f.grad(*CASES[name])
        for argument, expected in gradient._asdict().items():
            close(tensors[list(f.argument_terms).index(argument)].grad, expected)


def test_torch_backward_goes_to_a_broadcast_argument_and_to_beta() -> None:
    torch = pytest.importorskip("torch")
    beta = torch.tensor(0.3, dtype=torch.float64, requires_grad=True)
    w = torch.tensor(W, requires_grad=True)
    functions.named("dpo_loss")(w, torch.tensor(0.5, dtype=torch.float64), -1.0, -2.0, beta).backward()
    assert beta.grad.shape == () and w.grad.shape == W.shape
    step = 1e-6
    f = functions.named("dpo_loss")
    slope = (f(W, 0.5, -1.0, -2.0, 0.3 + step) - f(W, 0.5, -1.0, -2.0, 0.3 - step)) / (2 * step)
    assert float(beta.grad) == pytest.approx(slope, rel=1e-7)


def test_torch_float32_stays_float32() -> None:
    torch = pytest.importorskip("torch")
    w = torch.tensor(W, dtype=torch.float32)
    assert functions.named("rm_loss")(w, 0.5, reduction="none").dtype == torch.float32
    with pytest.raises(TypeError, match=r"r_w has dtype torch\.float16; float32 and float64 are supported"):
        functions.named("rm_loss")(w.half(), 0.5)


def test_jax_differentiates_and_compiles() -> None:
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    f = functions.named("rm_loss")
    w, l = jax.numpy.asarray(W), jax.numpy.asarray(L)  # noqa: E741
    close(jax.grad(f)(w, l), f.grad(W, L).r_w)
    close(jax.jit(f)(w, l), f(W, L))


def test_dask_needs_the_responses_in_one_chunk() -> None:
    da: Any = pytest.importorskip("dask.array")
    with pytest.raises(ValueError, match="the responses of log_p must be in one chunk"):
        numeric("entropy")(da.from_array(P, chunks=(1, 1)))


@pytest.mark.parametrize("name", ["rm_loss", "kl", "kl_from_logits"])
def test_a_function_is_pickled_by_name(name: str) -> None:
    assert pickle.loads(pickle.dumps(functions.named(name))) is functions.named(name)


@pytest.mark.slow
def test_a_local_cluster_computes_what_one_machine_does() -> None:
    distributed: Any = pytest.importorskip("distributed")
    da: Any = pytest.importorskip("dask.array")
    w = da.random.default_rng(1).normal(size=1_000_000, chunks=100_000)
    l = da.random.default_rng(2).normal(size=1_000_000, chunks=100_000)  # noqa: E741
    with distributed.Client(n_workers=2, threads_per_worker=1, dashboard_address=None):
        loss = functions.named("rm_loss")(w, l).compute()
        w, l = w.compute(), l.compute()  # noqa: E741
    assert loss == pytest.approx(functions.named("rm_loss")(w, l), rel=1e-14)
