"""Speed and accuracy of the numeric functions beside SciPy, PyTorch and plain lambdify: python benchmarks/run.py.

All contestants take turns in one process with one thread, memory is reused (no page faults for anyone), and the
figures are medians of processor time, as ratios to ours. What is not installed is left out.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

ROOT = Path(__file__).parent.parent
STEADY = {
    "MALLOC_TOP_PAD_": str(2**30),
    "MALLOC_MMAP_THRESHOLD_": str(2**40),
    "MALLOC_TRIM_THRESHOLD_": str(2**40),
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
}
Contestants = dict[str, Callable[..., Any]]
"""Name -> value and gradient of a mean, or the values of an elementwise function."""


def _ours(run: Callable[..., Any]) -> Contestants:
    """NumPy blocks, and native kernels where Numba is installed."""
    from symrlhf.compile.native import BACKEND, available

    def by(backend: str) -> Callable[..., Any]:
        def chosen(*x: Any) -> Any:
            os.environ[BACKEND] = backend
            return run(*x)

        return chosen

    return {"symrlhf": by("numpy"), **({"symrlhf native": by("native")} if available() else {})}


def log_sigmoid() -> Contestants:
    import numpy as np
    import sympy

    from symrlhf.functions import logsigmoid

    z = sympy.Symbol("z", real=True)
    return {
        **_ours(logsigmoid),
        **_peers("torch", lambda torch: {"torch eager": lambda z: torch.nn.functional.logsigmoid(torch.from_numpy(z))}),
        **_compiled(lambda torch: lambda z: torch.nn.functional.logsigmoid(z)),
        **_peers("scipy.special", lambda special: {"scipy": special.log_expit}),
        "naive lambdify": sympy.lambdify(z, sympy.log(1 / (1 + sympy.exp(-z))), "numpy"),
        "floor: copy": lambda z: np.copy(z),
    }


def _of_margin(ours: Any, margin: Callable[..., Any], symbols: str, slope: float) -> Contestants:
    """Mean of −log σ(margin), and its gradient."""
    import numpy as np
    import sympy

    names = sympy.symbols(symbols, real=True)
    loss = -sympy.log(1 / (1 + sympy.exp(-margin(*names))))
    naive = sympy.lambdify(names, [loss, *(sympy.diff(loss, s) for s in names[:2])], "numpy", cse=True)

    def with_scipy(special: Any) -> Callable[..., Any]:
        def run(*x: Any) -> Any:
            z = margin(*x)
            g = special.expit(-z) * (slope / len(z))
            return -special.log_expit(z).mean(), -g, g

        return run

    def naive_mean(*x: Any) -> Any:
        value, *slopes = naive(*x)
        return value.mean(), *(s / len(x[0]) for s in slopes)

    def eager(torch: Any) -> Callable[..., Any]:
        def loss(*t: Any) -> Any:
            return -torch.nn.functional.logsigmoid(margin(*t)).mean()

        return loss

    return {
        **_ours(ours),
        **_peers("torch", lambda torch: {"torch eager": _backward(torch, eager(torch))}),
        **_compiled(eager, 2),
        **_peers("scipy.special", lambda special: {"scipy": with_scipy(special)}),
        "naive lambdify": naive_mean,
        "floor: copy": lambda *x: (np.copy(x[0]), np.copy(x[1])),
    }


def _backward(torch: Any, loss: Callable[..., Any], wrt: int = 2) -> Callable[..., Any]:
    """The loss and its derivatives in the first arguments."""

    def run(*x: Any) -> Any:
        tensors = [torch.from_numpy(v).requires_grad_(i < wrt) for i, v in enumerate(x)]
        value = loss(*tensors)
        value.backward()
        return value, *(t.grad for t in tensors[:wrt])

    return run


def _peers(module: str, make: Callable[[Any], Contestants]) -> Contestants:
    from importlib import import_module

    try:
        found = import_module(module)
    except ImportError:
        return {}
    if module == "torch":
        found.set_num_threads(1)
    return make(found)


def _compiled(make: Callable[[Any], Callable[..., Any]], wrt: int = 0) -> Contestants:
    def contestants(torch: Any) -> Contestants:
        compiled = torch.compile(make(torch), dynamic=False)
        if wrt:
            return {"torch.compile": _backward(torch, compiled, wrt)}
        return {"torch.compile": lambda *x: compiled(*map(torch.from_numpy, x))}

    return _peers("torch", contestants)


def rm() -> Contestants:
    from symrlhf.functions import rm_loss

    return _of_margin(rm_loss.value_and_grad, lambda w, l: w - l, "w l", 1.0)  # noqa: E741


def dpo() -> Contestants:
    from symrlhf.functions import dpo_loss

    return _of_margin(
        dpo_loss.value_and_grad,
        lambda w, l, rw, rl: 0.1 * ((w - rw) - (l - rl)),  # noqa: E741
        "w l rw rl",
        0.1,
    )


def ppo() -> Contestants:
    """The mean clipped surrogate and its gradient in the log-ratio; SymPy's code of it does not run on arrays."""
    import numpy as np

    from symrlhf.functions import ppo_clip_objective

    def eager(torch: Any) -> Callable[..., Any]:
        def objective(logratio: Any, advantage: Any) -> Any:
            ratio = torch.exp(logratio)
            return torch.minimum(ratio * advantage, torch.clamp(ratio, 0.8, 1.2) * advantage).mean()

        return objective

    return {
        **_ours(lambda logratio, a: ppo_clip_objective.value_and_grad(logratio, a, reduction="mean")),
        **_peers("torch", lambda torch: {"torch eager": _backward(torch, eager(torch), 1)}),
        **_compiled(eager, 1),
        "floor: copy": lambda logratio, a: np.copy(logratio),
    }


def estimators() -> Contestants:
    """k1, k2 and k3 of each log-ratio."""
    import numpy as np
    import sympy

    from symrlhf.functions import k_estimators

    x = sympy.Symbol("x", real=True)

    def with_torch(torch: Any) -> Callable[..., Any]:
        return lambda x: (x.clone(), x * x / 2, torch.expm1(-x) + x)  # three results, as of the others

    return {
        **_ours(k_estimators),
        **_peers("torch", lambda torch: {"torch eager": lambda x: with_torch(torch)(torch.from_numpy(x))}),
        **_compiled(with_torch),
        "naive lambdify": sympy.lambdify(x, [x, x**2 / 2, sympy.exp(-x) - 1 + x], "numpy"),
        "floor: copy": lambda x: (np.copy(x), np.copy(x), np.copy(x)),
    }


ROW = 1024


def optimal_policy() -> Contestants:
    """log π⋆ and log Z of rows of 1024 responses (or of one shorter row), β = 0.1."""
    import numpy as np

    from symrlhf.functions import kl_optimal_policy_from_logits

    def rows(x: Any) -> Any:
        return x[: len(x) // ROW * ROW or len(x)].reshape(-1, min(ROW, len(x)))

    def with_torch(torch: Any) -> Callable[..., Any]:
        def run(r: Any, log_ref: Any) -> Any:
            tilted = torch.log_softmax(rows(log_ref), -1) + rows(r) / 0.1
            log_z = torch.logsumexp(tilted, -1, keepdim=True)
            return tilted - log_z, log_z

        return run

    def with_scipy(special: Any) -> Callable[..., Any]:
        def run(r: Any, log_ref: Any) -> Any:
            tilted = special.log_softmax(rows(log_ref), -1) + rows(r) / 0.1
            log_z = special.logsumexp(tilted, -1, keepdims=True)
            return tilted - log_z, log_z

        return run

    def eager(torch: Any) -> Contestants:
        return {"torch eager": lambda r, ref: with_torch(torch)(torch.from_numpy(r), torch.from_numpy(ref))}

    return {
        **_ours(lambda r, log_ref: kl_optimal_policy_from_logits(rows(r), rows(log_ref), 0.1)),
        **_peers("torch", eager),
        **_compiled(with_torch),
        **_peers("scipy.special", lambda special: {"scipy": with_scipy(special)}),
        "floor: copy": lambda r, log_ref: np.copy(r),
    }


LEFT_OUT: set[str] = set()
TASKS: dict[str, tuple[Callable[[], Contestants], int]] = {
    "log σ": (log_sigmoid, 1),
    "RM loss and gradient": (rm, 2),
    "DPO loss and gradient": (dpo, 4),
    "PPO-clip and gradient": (ppo, 2),
    "k1, k2, k3": (estimators, 1),
    "π⋆ and log Z, rows of 1024": (optimal_policy, 2),
}
"""Task -> its contestants, the number of arrays it takes."""


def measure(contestants: Contestants, arguments: tuple[Any, ...], rounds: int) -> dict[str, float]:
    """Median processor time of one call; those that fail are left out."""
    n = len(arguments[0])
    calls = max(1, min(1000, 20_000 // n))
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for name, run in contestants.items():
        try:
            run(*arguments)
        except Exception as error:
            # Whatever a peer raises here, as torch.compile without a C++ compiler, is said and not measured.
            print(f"{name} left out: {type(error).__name__}", file=sys.stderr)
            del seconds[name]
    for _ in range(rounds):
        for name in seconds:
            start = process_time()
            for _ in range(calls):
                contestants[name](*arguments)
            seconds[name].append((process_time() - start) / calls)
    return {name: median(s) for name, s in seconds.items()}


def peak_memory(run: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[float, float]:
    """What the call needs beside its arguments at the most, and what of it are its results, in bytes.

    A call of some blocks comes first: what is compiled, imported or read from files is not the call's.
    """
    run(*(x[:SOME_BLOCKS] for x in arguments))
    _give_back()
    Path("/proc/self/clear_refs").write_text("5")  # the high-water mark starts anew
    before = _status("VmRSS")
    results = run(*arguments)
    return _status("VmHWM") - before, _size(results)


SOME_BLOCKS = 200_000


def _give_back() -> None:
    """What is free must not be there to be used again."""
    import gc
    from ctypes import CDLL

    gc.collect()
    CDLL(None).malloc_trim(0)


def _size(results: Any) -> int:
    """The bytes of all arrays among the results."""
    if isinstance(results, (tuple, list)):
        return sum(map(_size, results))
    return getattr(results, "nbytes", 0)


def _status(name: str) -> int:
    """A line of /proc/self/status, in bytes."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))


def memory_table(size: int) -> Iterator[str]:
    """The peak of each contestant, beside its arguments."""
    import numpy as np

    yield f"| peak memory at n = {size:,}, in arrays of n numbers | " + " | ".join(TASKS) + " |"
    yield "| --- |" + " ---: |" * len(TASKS)
    found: dict[str, dict[str, tuple[float, float]]] = {}
    for task, (make, count) in TASKS.items():
        arguments = tuple(np.random.default_rng(1).normal(size=size) * 3 for _ in range(count))
        for name, run in make().items():
            if name not in (*LEFT_OUT, "torch.compile"):
                found.setdefault(name, {})[task] = peak_memory(run, arguments)
    for name, peaks in found.items():
        arrays = (f"{peaks[t][0] / size / 8:.2f}" if t in peaks else "–" for t in TASKS)
        yield f"| {name} | " + " | ".join(arrays) + " |"
    yield ""
    yield "| peak memory beyond the results, in MB | " + " | ".join(TASKS) + " |"
    yield "| --- |" + " ---: |" * len(TASKS)
    for name, peaks in found.items():
        beyond = (f"{(peaks[t][0] - peaks[t][1]) / 1e6:.2f}" if t in peaks else "–" for t in TASKS)
        yield f"| {name} | " + " | ".join(beyond) + " |"
    yield ""


def worst_ulp(run: Callable[..., Any]) -> str:
    """Of log σ, against 256 bits."""
    import mpmath
    import numpy as np

    rng = np.random.default_rng(5)
    z = np.concatenate([rng.normal(size=2000) * 20, rng.uniform(-750, 750, 2000), [1e4, -1e4, 1e-300, 0.0]])
    worst = 0.0
    with np.errstate(all="ignore"):
        got = np.asarray(run(z))
    with mpmath.workprec(256):
        for x, y in zip(z, got, strict=True):
            exact = -mpmath.log1p(mpmath.exp(-mpmath.mpf(float(x))))
            unit = np.spacing(abs(float(exact))) or 5e-324
            worst = max(worst, float(abs(mpmath.mpf(float(y)) - exact) / unit) if np.isfinite(y) else np.inf)
    return f"{worst:.2g}" if worst < 1e6 else "all digits"


def vectors() -> str:
    """The widest vectors of the processor."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return "unknown"
    return next((f for f in ("avx512f", "avx2", "sse4_2", "asimd") if f in flags), "unknown")


def table(sizes: list[int], rounds: int) -> Iterator[str]:
    import numpy as np

    yield f"Vectors: {vectors()}. One thread, float64; times as multiples of ours, more than 1 is slower.\n"
    for task, (make, count) in TASKS.items():
        contestants = {name: run for name, run in make().items() if name not in LEFT_OUT}
        found: dict[int, dict[str, float]] = {}
        for n in sizes:
            rng = np.random.default_rng(1)
            found[n] = measure(contestants, tuple(rng.normal(size=n) * 3 for _ in range(count)), rounds)
        yield f"| {task} | " + " | ".join(f"n = {n:,}" for n in sizes) + " |"
        yield "| --- |" + " ---: |" * len(sizes)
        for name in contestants:
            ratios = (f"{found[n][name] / found[n]['symrlhf']:.2f}" if name in found[n] else "–" for n in sizes)
            yield f"| {name} | " + " | ".join(ratios) + " |"
        yield ""
    yield "| log σ | largest error in ulp |"
    yield "| --- | ---: |"
    for name, run in log_sigmoid().items():
        if not name.startswith("floor") and name not in LEFT_OUT:
            yield f"| {name} | {worst_ulp(run)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[1, 1000, 100_000, 10_000_000])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--without-compile", action="store_true", help="leave out torch.compile")
    parser.add_argument("--memory", action="store_true", help="the peak memory at the largest size, and no times")
    parser.add_argument("--tasks", nargs="+", choices=list(TASKS), default=list(TASKS))
    options = parser.parse_args()
    for task in set(TASKS) - set(options.tasks):
        del TASKS[task]
    if options.memory:  # with malloc as it is: what is freed must not be there to be used again
        for line in memory_table(max(options.sizes)):
            print(line, flush=True)
        return
    if any(os.environ.get(k) != v for k, v in STEADY.items() if k != "PYTHONPATH"):
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **STEADY})
    if options.without_compile:
        LEFT_OUT.add("torch.compile")
    for line in table(options.sizes, options.rounds):
        print(line, flush=True)


if __name__ == "__main__":
    main()
