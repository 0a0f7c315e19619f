"""Numba kernels from the same trees: straight-line code with our own polynomials, which LLVM vectorises.

A kernel runs over all entries in chunks. It marks the chunks with a margin beyond ±700, where steps may leave the
normal numbers, or with steps so large that rounding them would blur a margin; those are computed again by the plain
code. The source is a file in the user's cache.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Any

from symrlhf.compile.rounding import is_safe
from symrlhf.compile.tree import ONE, ZERO, Node, exp, in_order, make
from symrlhf.compile.wide import blurred, exposed, roundings
from symrlhf.files import cache_folder, replace_file

CHUNK = 2048
FROM = 100_000
"""Entries from which a call is worth compiling."""
BACKEND = "SYMRLHF_BACKEND"
"""Environment variable: "numpy" or "native" whatever the size."""

CERTIFIED = {"sigmoid": 4.3, "softplus": 6.8}
"""Function -> its error for |z| ≤ 700 in units of 2⁻⁵³ of itself, every rounding included; a test certifies it."""

LAST_ARGUMENTS = ("marks", "step", "entries", "first", "last")
"""Of every kernel: which chunks are marked, how long one is, how many entries there are, which chunks to do."""


@cache
def available() -> bool:
    return importlib.util.find_spec("numba") is not None


def wanted(entries: int, native: Native) -> bool:
    """Whether a call of so many entries, or numbers in rows, takes the native kernel."""
    chosen = os.environ.get(BACKEND, "")
    if chosen not in ("", "numpy", "native"):
        raise ValueError(f"{BACKEND} must be numpy or native, not {chosen!r}")
    return chosen != "numpy" and available() and (chosen == "native" or entries >= FROM or native.compiled)


# ------------------------------------------------------------------ forms


def native_forms(roots: Sequence[Node]) -> tuple[tuple[Node, ...], tuple[Node, ...], tuple[Node, ...]]:
    """The trees over e^(−|z|), one for z and −z; the margins z; what choices compare, which must be finite."""
    done: dict[Node, Node] = {}
    margins: list[Node] = []
    compared: list[Node] = []

    def small(z: Node) -> Node:
        z = z.args[0] if z.op == "neg" else z
        margins.append(z)
        return exp(-make("abs", z))

    for node in in_order(roots):
        args = tuple(done[a] for a in node.args)
        match node.op:
            case "softplus":
                done[node] = make("max", args[0], ZERO) + make("log1p", small(args[0]))
            case "sigmoid":
                t = small(args[0])
                done[node] = make("select", ZERO, args[0], ONE, t) / (ONE + t)
            case "exp":
                margins.append(args[0])
                done[node] = exp(args[0])
            case "mean_term":
                margins.append(args[0])
                done[node] = exp(args[0]) * args[1]
            case "select":
                compared += args[:2]
                done[node] = make("select", *args)
            case _:
                done[node] = make(node.op, *args) if node.args else node
    return tuple(done[r] for r in roots), tuple(dict.fromkeys(margins)), tuple(dict.fromkeys(compared))


WRITTEN = {
    "add": "{} + {}",
    "sub": "{} - {}",
    "mul": "{} * {}",
    "div": "{} / {}",
    "neg": "-{}",
    "abs": "abs({})",
    "sqrt": "sqrt({})",
    "stop_gradient": "{}",
    "exp": "EXP({})",
    "log1p": "LOG1P({})",
    "exp_gap": "GAP({})",
    "max": "({0} if {0} > {1} or {0} != {0} else {1})",
    "min": "({0} if {0} < {1} or {0} != {0} else {1})",
    "select": "({2} if {0} <= {1} else {3})",
}
"""Operation -> code of one entry."""


def source_of(
    arrays: Sequence[str], numbers: Sequence[str], roots: Sequence[Node], summed: Sequence[bool]
) -> str | None:
    """The kernel's code; None where an operation has none, or a result needs a second look."""
    forms, margins, compared = native_forms(roots)
    steps = (s if f is None else f * s for n in blurred(roots) for s, f in roundings(n))
    blurs = list(dict.fromkeys(steps))
    order = list(in_order((*forms, *margins, *compared, *blurs)))
    wrong_log = any(n.op == "log1p" for n in in_order(roots))
    unknown = any(n.args and n.op not in WRITTEN and n.op != "pow" for n in order)
    if wrong_log or unknown or not all(map(is_safe, roots)) or exposed(roots):
        return None
    if any(n.op == "pow" and n.args[1].value not in (2, 3, 4) for n in order):
        return None
    called: dict[Node, str] = {}
    lines: list[str] = []
    for node in order:
        if isinstance(node.value, Fraction):
            called[node] = repr(float(node.value))
        elif node.op == "input":
            name = str(node.value)
            called[node] = f"{name}_part[i]" if name in arrays else name
        else:
            args = [called[a] for a in node.args]
            power = int(node.args[1].value) if node.op == "pow" else 0  # type: ignore[arg-type]
            text = " * ".join([args[0]] * power)
            called[node] = f"t{len(lines)}"
            lines.append(f"t{len(lines)} = {text or WRITTEN[node.op].format(*args)}")
    outs = [f"out{k}" for k, to_sum in enumerate(summed) if not to_sum]
    sums = [f"sum{k}" for k, to_sum in enumerate(summed) if to_sum]
    for k, (form, to_sum) in enumerate(zip(forms, summed, strict=True)):
        lines.append(f"{'buffer' if to_sum else 'part'}{k}[i] = {called[form]}")
    lines += [f"far += 1 if abs({called[m]}) > 700.0 else 0" for m in margins]
    lines += [f"far += 1 if abs({called[b]}) > 1050.0 else 0" for b in blurs]
    lines += [f"far += 0 if abs({called[c]}) <= 1.79e308 else 1" for c in compared if c.op != "number"]
    # An index that counts from 0 is never negative, so that LLVM loads and stores whole vectors.
    parts = [f"        {n}_part = {n}[start:stop]" for n in arrays]
    parts += [f"        part{k} = out{k}[start:stop]" for k, to_sum in enumerate(summed) if not to_sum]
    buffers = [f"    buffer{k} = np.empty({CHUNK})" for k, to_sum in enumerate(summed) if to_sum]
    adding = [f"        sum{k}[chunk] = ADD(buffer{k}, stop - start)" for k, to_sum in enumerate(summed) if to_sum]
    return "\n".join(
        [
            "import numpy as np",
            "from numba import njit",
            "from math import sqrt",
            "from symrlhf.compile.native_functions import ADD, EXP, GAP, LOG1P",
            "",
            "",
            "@njit(cache=True, nogil=True, error_model='numpy', boundscheck=False)",
            f"def kernel({', '.join([*arrays, *numbers, *outs, *sums, *LAST_ARGUMENTS])}):",
            *buffers,
            "    for chunk in range(first, last):",
            f"        start = chunk * {CHUNK}",
            f"        stop = min(start + {CHUNK}, entries)",
            *parts,
            "        far = 0",
            "        for i in range(stop - start):",
            *(f"            {line}" for line in lines),
            "        marks[chunk] = far",
            *adding,
            "",
        ]
    )


# ------------------------------------------------------------------ files


@cache
def _called() -> bytes:
    """The sources that generated kernels call, of which their compiled code is made."""
    modules = ("polynomials", "native_functions", "native_row_functions")
    return b"".join((Path(__file__).parent / f"{m}.py").read_bytes() for m in modules)


@cache
def loaded(name: str, source: str) -> Callable[..., None]:
    """The kernel of this source, from a file named after it."""
    key = hashlib.sha256(f"{sys.version} {source}".encode() + _called()).hexdigest()[:20]
    path = cache_folder() / f"{name}_{key}.py"
    if not path.exists():
        replace_file(path, source.encode())
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module.kernel


# ------------------------------------------------------------------ running


@dataclass(frozen=True)
class Native:
    """A kernel, and how it is called."""

    name: str
    source: str

    @cached_property
    def kernel(self) -> Callable[..., None]:
        """The function that the source defines."""
        return loaded(self.name, self.source)

    @property
    def compiled(self) -> bool:
        """Whether it has run in this process."""
        return bool(getattr(self.kernel, "signatures", ()))

    def step(self, width: int) -> int:
        """How many entries, of so many numbers each, are one chunk."""
        return CHUNK

    def run(
        self,
        inputs: Sequence[Any],
        numbers: Sequence[float],
        outs: Sequence[Any],
        sums: int,
        entries: int,
        width: int = 1,
        threads: int = 1,
    ) -> tuple[list[Any], list[int]]:
        """Fills the outputs; the sum of each chunk, and the chunks that must be computed again."""
        import numpy as np

        step = self.step(width)
        chunks = -(-entries // step)
        parts = [np.zeros(chunks) for _ in range(sums)]
        marks = np.zeros(chunks, np.int64)
        work = partial(self.kernel, *inputs, *map(float, numbers), *outs, *parts, marks, step, entries)
        if threads == 1 or chunks < 2 * threads:
            work(0, chunks)
        else:
            from concurrent.futures import ThreadPoolExecutor

            ends = [chunks * k // threads for k in range(threads + 1)]
            with ThreadPoolExecutor(threads) as pool:
                list(pool.map(work, ends[:-1], ends[1:]))
        if chunks == 1:
            return parts, [0] if marks[0] else []
        return parts, np.flatnonzero(marks).tolist()


def native_of(
    name: str, arrays: Sequence[str], numbers: Sequence[str], roots: Sequence[Node], summed: Sequence[bool]
) -> Native | None:
    """The native kernel of these trees, where there is one."""
    text = source_of(arrays, numbers, roots, summed) if available() else None
    return None if text is None else Native(name, text)
