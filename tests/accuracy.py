"""How far every function is from the truth, over extremes: python tests/accuracy.py --points 30000 --write.

Elementwise functions are compared at their computed arguments, in units in the last place of the result; functions
of rows by the error in units of 1e-13 Σ|terms|. The truth has 256 bits, and more where e^(−|z|) needs them.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from mpmath import mp, mpf

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]

from test_functions import ELEMENTWISE, ROWWISE, F, _exact, _terms, ulps  # noqa: E402

Exact = Any
"""A number of mpmath, which has no annotations."""

SPECIAL = [0.0, 5e-324, 1e-310, 1e-300, 1e-17, 1e-8, 1e-4, 0.3, 1.0, 20.0, 37.0, 300.0, 709.0, 720.0, 744.5, 746.0]
SPECIAL += [1e3, 1e4]
BETAS = [1e-8, 1e-3, 0.05, 0.1, 1.0, 30.0, 1e6]


def _sigmoid(z: Exact) -> Exact:
    return 1 / (1 + mp.exp(-z))


SLOPES: dict[str, Callable[..., tuple[Exact, ...]]] = {
    "sigmoid": lambda z: (_sigmoid(z) * _sigmoid(-z),),
    "logsigmoid": lambda z: (_sigmoid(-z),),
    "softplus": lambda z: (_sigmoid(z),),
    "logit": lambda p: (1 / (p * (1 - p)),),
    "bt_prob": lambda a, b: (_sigmoid(a - b) * _sigmoid(b - a), -_sigmoid(a - b) * _sigmoid(b - a)),
    "bt_logprob": lambda a, b: (_sigmoid(b - a), -_sigmoid(b - a)),
    "rm_loss": lambda w, l: (-_sigmoid(l - w), _sigmoid(l - w)),  # noqa: E741
    "dpo_loss": lambda z, _l, _w, _r, _b: (-_sigmoid(-z), _sigmoid(-z)),
}
"""Derivatives at computed arguments; that of DPO by its margin, which β still multiplies."""


def numbers(rng: np.random.Generator, count: int) -> np.ndarray:
    """The whole line: special values, all magnitudes, ordinary numbers."""
    special = np.array([s * x for x in SPECIAL for s in (1, -1)])
    scale = 10.0 ** rng.uniform(-20, 4, count)
    mixed = rng.normal(size=count) * np.where(rng.random(count) < 0.5, scale, rng.choice([1, 30, 700], count))
    return np.where(rng.random(count) < 0.2, rng.choice(special, count), mixed)


def points(name: str, rng: np.random.Generator, count: int) -> tuple[np.ndarray, ...]:
    match name:
        case "logit":
            near = np.abs(rng.uniform(size=count)) ** rng.choice([1, 20, 300], count)
            half = 0.5 + rng.normal(size=count) * 10.0 ** rng.uniform(-15, -2, count)
            p = np.where(rng.random(count) < 0.3, half, np.where(rng.random(count) < 0.5, near, 1 - near))
            return (np.clip(p, 5e-324, 1 - 2**-53),)
        case "dpo_loss":
            logs = [-np.abs(numbers(rng, count)) for _ in range(4)]
            logs[1] = np.where(rng.random(count) < 0.1, logs[0], logs[1])
            logs[3] = np.where(rng.random(count) < 0.1, logs[2], logs[3])
            return (*logs, rng.choice(BETAS, count))
        case "bt_prob" | "bt_logprob" | "rm_loss":
            a = numbers(rng, count)
            return a, np.where(rng.random(count) < 0.1, a, numbers(rng, count))
        case _:
            return (numbers(rng, count),)


def row(rng: np.random.Generator, kind: int, size: int) -> list[float]:
    x = rng.normal(size=size)
    match kind:
        case 0:
            x = np.round(x)  # ties
        case 1:
            x = x * 1e3
        case 2:
            x[rng.integers(size)] += 800  # one-hot
        case 3 if size > 1:
            x[rng.integers(size)] = -np.inf
        case 4:
            x = x * 1e-9
        case _:
            pass
    return x.tolist()


def row_points(name: str, rng: np.random.Generator, count: int) -> Iterator[tuple[Any, ...]]:
    for _ in range(count):
        size = int(rng.integers(1, 6))
        p = row(rng, int(rng.integers(7)), size)
        q = [x + 1e-9 * rng.normal() for x in p] if rng.random() < 0.3 else row(rng, int(rng.integers(7)), size)
        r = (rng.normal(size=size) * rng.choice([1, 100])).tolist()
        beta = float(rng.choice(BETAS))
        yield {"entropy": (p,), "kl_objective": (p, r, q, beta), "kl_optimal_policy": (r, q, beta)}.get(name, (p, q))


@dataclass(frozen=True)
class Found:
    """The largest errors of one function."""

    name: str
    points: int
    value: float
    gradient: float | None
    unit: str


def margins(name: str, point: tuple[Any, ...]) -> tuple[Exact, ...]:
    """Arguments with the same differences and products, exact or rounded as those of `point` are."""
    if name in ("bt_prob", "bt_logprob", "rm_loss"):
        point = (point[0] - point[1], 0.0)
    if name == "dpo_loss":
        w, l, rw, rl, beta = point  # noqa: E741
        point = (beta * ((w - rw) - (l - rl)), 0.0, 0.0, 0.0, 1.0)
    return tuple(x if isinstance(x, mpf) else mpf(float(x)) for x in point)


def nearest(got: float, candidates: Iterator[Exact], dtype: Any) -> float:
    """Ulp from the truth at the computed arguments, or at the arguments themselves: some entries are that precise."""
    found = float("inf")
    for exact in candidates:
        found = min(found, ulps(got, exact, dtype))
        if found <= 2:
            break
    return found


def elementwise(name: str, count: int, dtype: Any = np.float64, limit: float = np.inf) -> Found:
    rng = np.random.default_rng(11)
    columns = tuple(np.clip(c, -limit, limit).astype(dtype) for c in points(name, rng, count))
    if name == "logit":
        kind = np.finfo(dtype)
        columns = (np.clip(columns[0], kind.smallest_subnormal, 1 - kind.eps / 2, dtype=dtype),)
    options = {"reduction": "none"} if "reduction" in F[name].__signature__.parameters else {}
    value, gradient = F[name].value_and_grad(*columns, **options)
    worst, steepest = 0.0, 0.0
    for i in range(count):
        point = tuple(c[i] for c in columns)
        with mp.workprec(256 if name != "logit" else 1400):
            exact = margins(name, tuple(mpf(float(x)) for x in point))
            given = margins(name, point), exact, tuple(mpf(float(dtype(float(x)))) for x in exact)
            worst = max(worst, nearest(value[i], (ELEMENTWISE[name](*a) for a in given), dtype))
            factor = mpf(float(point[4])) if name == "dpo_loss" else 1
            for k, got in enumerate(gradient):
                steepest = max(steepest, nearest(got[i], (SLOPES[name](*a)[k] * factor for a in given), dtype))
    return Found(name, count, worst, steepest, "ulp")


def rowwise(name: str, count: int) -> Found:
    worst, compared = 0.0, 0
    f = F[name].from_logits
    for case in row_points(name, np.random.default_rng(12), count):
        with mp.workprec(400):
            exact = ROWWISE[name](*_exact(case))
            got = f(*case)
            got = got.log_partition if name == "kl_optimal_policy" else got
            if not mp.isfinite(exact):
                assert float(got) == float(exact) or np.isnan(float(exact)), (name, case)
                continue
            terms = _terms(name, _exact(case))
            compared += 1
            off = abs(mpf(float(got)) - exact)
            worst = max(worst, float(off / max(terms, mpf("1e-290")) / mpf("1e-13")))
    return Found(name, compared, worst, None, "1e-13 of the terms")


def with_what() -> str:
    """The versions and the vector width that the errors depend on."""
    found: Any = np.show_config(mode="dicts")
    simd = found["SIMD Extensions"]
    width = (simd["found"] or simd["baseline"])[-1]
    return f"NumPy {np.__version__} ({width}) and Numba {version('numba')}"


def has_native(name: str) -> bool:
    """Whether value and gradient of arrays have a native kernel."""
    call = F[name]._call(points(name, np.random.default_rng(0), 8), {})
    return call.plan(True, "", F[name].differentiable).native is not None  # pyright: ignore[reportAttributeAccessIssue]


def table(count: int) -> Iterator[str]:
    yield "# Accuracy of the numeric functions"
    yield ""
    yield f"Written by `python tests/accuracy.py --points {count}`, with {with_what()}:"
    yield "the largest errors found over special values, magnitudes up to 1e4, ties, one-hot rows, excluded responses,"
    yield "β from 1e-8 to 1e6. These are samples, no certificates; the truth is mpmath's, with 256 bits or more."
    yield "Elementwise functions are compared at the arguments, or at their rounded differences and products, in units"
    yield "in the last place; the gradient likewise. Functions of rows are compared on the normalised rows, in units of"
    yield "1e-13 Σ|terms|; of kl_optimal_policy log Z is compared. The bounds are 4 ulp for a value, 8 for a gradient,"
    yield "1 for rows; `tests/test_functions.py` holds them at its own points. What the other functions state of"
    yield "themselves (`.accuracy`) rests on the tests named there, and is not in these tables."
    yield ""
    for title, choose in (("NumPy", "numpy"), ("Native kernels", "native")):
        os.environ["SYMRLHF_BACKEND"] = choose
        yield f"## {title}"
        yield ""
        if choose == "native":
            yield "Arguments up to 300, of DPO up to 2: entries beyond are computed by NumPy, as is what is not listed."
            yield ""
        yield "| function | points | value | gradient | float32 value | unit |"
        yield "| --- | ---: | ---: | ---: | ---: | --- |"
        for name in ELEMENTWISE if choose == "numpy" else filter(has_native, ELEMENTWISE):
            limit = {"numpy": np.inf, "native": 2.0 if name == "dpo_loss" else 300.0}[choose]
            found, single = (elementwise(name, n, t, limit) for n, t in ((count, np.float64), (count // 4, np.float32)))
            # A native kernel takes β as a double, and so rounds β Δ of float32 less often.
            said = "–" if choose == "native" and name == "dpo_loss" else f"{single.value:.2f}"
            yield f"| {name} | {count} | {found.value:.2f} | {found.gradient:.2f} | {said} | ulp |"
        for name in ROWWISE:
            found = rowwise(name, count)
            yield f"| {name} | {found.points} | {found.value:.3f} | – | – | {found.unit} |"
        yield ""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--points", type=int, default=30_000)
    parser.add_argument("--write", action="store_true", help="write docs/accuracy.md instead of printing")
    options = parser.parse_args()
    lines = list(table(options.points))
    if options.write:
        target = Path(__file__).parent.parent / "docs" / "accuracy.md"
        target.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
    else:
        print("\n".join(lines))


if __name__ == "__main__":
    main()
