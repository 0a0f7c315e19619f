"""Generated code and how it is run: trees made stable, differentiated, printed, kept; entries block by block."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import prod
from typing import Any, Literal

import numpy as np

from symrlhf.compile.arrays import Batch, Flat, result_array
from symrlhf.compile.blocked import ORDINARY, SCALE, Block, compile_block, scaled
from symrlhf.compile.code import Kernel
from symrlhf.compile.few import FEWEST, OF_FEW
from symrlhf.compile.kernels import Array
from symrlhf.compile.lower import Argument
from symrlhf.compile.memory import NOTHING, Memory, Plain, read, written
from symrlhf.compile.native import Native, available, native_of, wanted
from symrlhf.compile.native_rows import native_rows_of
from symrlhf.compile.rounding import SecondLook
from symrlhf.compile.spelling import spelled, spelled_trees
from symrlhf.compile.tree import SIZE, ZERO, Node, entry, inputs_of
from symrlhf.compile.wide import rounded_once
from symrlhf.term import Sym

Reduction = Literal["mean", "sum", "none"]


@dataclass(frozen=True)
class Want:
    """A tree to be computed for every entry, or summed over all of them; times 1/N, of a mean."""

    tree: Node
    row: bool = False
    """One number for each response."""
    summed: bool = False
    scaled: bool = False


@dataclass(frozen=True)
class Program:
    """The code of one function, for one choice of the arguments that are given."""

    name: str
    arguments: tuple[Argument, ...]
    outputs: Mapping[str, Node]
    has_rows: bool
    memory: Memory = NOTHING
    slopes: dict[tuple[str, tuple[str, ...]], tuple[Node, ...]] = field(default_factory=dict)
    kernels: dict[tuple[Node, ...], Kernel] = field(default_factory=dict)
    robust: dict[tuple[Node, ...], Kernel] = field(default_factory=dict)
    few: dict[tuple[Node, ...], Kernel] = field(default_factory=dict)
    plans: dict[PlanKey, Plan] = field(default_factory=dict)
    blocks: dict[tuple[tuple[Want, ...], frozenset[str]], Block | None] = field(default_factory=dict)
    looks: dict[tuple[Node, ...], SecondLook] = field(default_factory=dict)

    @staticmethod
    def of(
        name: str,
        arguments: tuple[Argument, ...],
        outputs: Mapping[str, Node],
        has_rows: bool,
        memory: Memory = NOTHING,
    ) -> Program:
        from symrlhf.compile.stabilise import stabilise

        stable = stabilise(outputs.values())
        return Program(name, arguments, dict(zip(outputs, stable, strict=True)), has_rows, memory)

    def written(self) -> Plain:
        """The program as JSON can hold it."""
        arguments = [[a.name, a.row, a.distribution, a.positive, a.domain] for a in self.arguments]
        return {
            "arguments": arguments,
            "outputs": list(self.outputs),
            "trees": written(self.outputs.values()),
            "has_rows": self.has_rows,
        }

    @staticmethod
    def read(name: str, text: Plain, memory: Memory) -> Program:
        """The program that was written so."""
        arguments = tuple(Argument(n, Sym(n), *rest) for n, *rest in text["arguments"])
        outputs = dict(zip(text["outputs"], read(text["trees"]), strict=True))
        return Program(name, arguments, outputs, text["has_rows"], memory)

    @cached_property
    def rows(self) -> frozenset[str]:
        """The arguments that are rows."""
        return frozenset(a.name for a in self.arguments if a.row)

    def value(self) -> tuple[Node, ...]:
        return tuple(self.outputs.values())

    def gradient(self, output: str, wrt: tuple[str, ...]) -> tuple[Node, ...]:
        """The derivatives of one output; 0 by what it does not contain."""
        if (output, wrt) not in self.slopes:
            self.slopes[output, wrt] = self._derivatives([self.outputs[output]], wrt)
        return self.slopes[output, wrt]

    def hessian(self, output: str, wrt: tuple[str, ...]) -> tuple[Node, ...]:
        """The second derivatives, row by row."""
        key = (f"{output}''", wrt)
        if key not in self.slopes:
            self.slopes[key] = self._derivatives(self.gradient(output, wrt), wrt)
        return self.slopes[key]

    def _derivatives(self, trees: Sequence[Node], wrt: tuple[str, ...]) -> tuple[Node, ...]:
        what = f"derivatives by {', '.join(wrt)}"
        return self.memory.trees(what, trees, lambda: self._differentiated(trees, wrt))

    def _differentiated(self, trees: Sequence[Node], wrt: tuple[str, ...]) -> tuple[Node, ...]:
        from symrlhf.compile.gradient import gradient
        from symrlhf.compile.stabilise import stabilise

        given = {a.name: entry(a.name, a.row) for a in self.arguments}
        variables = [given.get(name, ZERO) for name in wrt]
        return stabilise(slope for tree in trees for slope in gradient(tree, variables))

    def kernel(self, trees: tuple[Node, ...]) -> Kernel:
        """The plain code for these trees, compiled once."""
        if trees not in self.kernels:
            self.kernels[trees] = self._plain(trees, "")
        return self.kernels[trees]

    def robust_kernel(self, trees: tuple[Node, ...]) -> Kernel:
        """The plain code with the sums of arguments rounded once."""
        if trees not in self.robust:
            rounded = () if self.has_rows else rounded_once(self._finished(trees))
            self.robust[trees] = self.kernel(trees) if self.has_rows else self._plain(rounded, "")
        return self.robust[trees]

    def row_kernel(self, trees: tuple[Node, ...], entries: int, size: int) -> Kernel:
        """The plain code for these trees over so many rows; one row of a few numbers has operations of its own."""
        plain = self.kernel(trees)
        if entries != 1 or size > FEWEST:
            return plain
        if trees not in self.few:
            self.few[trees] = Kernel.from_source(self.name, plain.arguments, plain.source, OF_FEW)
        return self.few[trees]

    def held(self, trees: tuple[Node, ...]) -> int:
        """How many arrays the plain code for these trees holds at once, its second look included."""
        look = None if self.has_rows else self.second_look(trees).kernel
        return max(k.held for k in (self.robust_kernel(trees), look) if k is not None)

    def _plain(self, trees: tuple[Node, ...], suffix: str) -> Kernel:
        names = [a.name for a in self.arguments]
        if SIZE.value in inputs_of(trees):
            names.append(str(SIZE.value))
        return self.memory.kernel(self.name + suffix, names, trees)

    def source(self, trees: tuple[Node, ...], suffix: str) -> str:
        """The plain code for these trees, its name ending in the suffix."""
        return self._plain(trees, suffix).source

    def example_block(self, output: str, wrt: tuple[str, ...], mean: object) -> Block | None:
        """The block of value and gradient where every argument without a default is an array."""
        slopes = (Want(t, scaled=bool(mean)) for t in self.gradient(output, wrt))
        wants = (Want(self.outputs[output], summed=bool(mean), scaled=bool(mean)), *slopes)
        return self.block(wants, frozenset(a.name for a in self.arguments if a.name not in wrt and a.positive))

    def second_look(self, trees: tuple[Node, ...]) -> SecondLook:
        """What judges and mends these results."""
        if trees not in self.looks:
            self.looks[trees] = SecondLook.of(self.name, [a.name for a in self.arguments], trees, self.memory)
        return self.looks[trees]

    def block(self, wants: tuple[Want, ...], scalars: frozenset[str]) -> Block | None:
        """The fast code of a block, where there is one."""
        key = wants, scalars
        if key not in self.blocks:
            self.blocks[key] = None if self.has_rows else self._block(wants, scalars)
        return self.blocks[key]

    def _block(self, wants: tuple[Want, ...], scalars: frozenset[str]) -> Block | None:
        return compile_block(f"{self.name}_block", *self._interface(wants, scalars))

    def _interface(
        self, wants: tuple[Want, ...], scalars: frozenset[str]
    ) -> tuple[list[str], list[str], list[Node], list[bool]]:
        """Arrays, numbers, trees and which of them are summed."""
        arrays = [spelled(a.name) for a in self.arguments if a.name not in scalars]
        numbers = [spelled(a.name) for a in self.arguments if a.name in scalars]
        roots = [*spelled_trees([scaled(w.tree) if w.scaled and not w.summed else w.tree for w in wants])]
        if any(w.scaled and not w.summed for w in wants):
            numbers.append(str(SCALE.value))
        return arrays, numbers, roots, [w.summed for w in wants]

    def plan(self, key: PlanKey) -> Plan:
        """What is to be computed for a kind of call."""
        if key not in self.plans:
            self.plans[key] = self._plan(*key)
        return self.plans[key]

    def _plan(self, values: bool, of: str | None, wrt: tuple[str, ...], reduction: Reduction, once: OneValued) -> Plan:
        mean = reduction == "mean"
        wants = [Want(t, t.row, reduction != "none", mean) for t in (self.value() if values else ())]
        names: list[str | None] = [None] * len(wants)
        for name, tree in zip(wrt, self.gradient(of, wrt) if of is not None else (), strict=False):
            wants.append(Want(tree, name in self.rows, name in once[0], mean))
            names.append(name)
        return self.planned(tuple(wants), tuple(names), once[1])

    def native(self, wants: tuple[Want, ...], scalars: frozenset[str]) -> Native | None:
        """The native kernel, where there is one."""
        if not available():
            return None
        arrays, numbers, roots, summed = self._interface(wants, scalars)
        if self.has_rows:
            rows = frozenset(map(spelled, self.rows))
            return native_rows_of(self.name, arrays, rows, numbers, self._finished(roots), summed)
        return native_of(self.name, arrays, numbers, roots, summed)

    def _finished(self, trees: Sequence[Node]) -> tuple[Node, ...]:
        from symrlhf.compile.shared import finished

        return self.memory.trees("finished", trees, lambda: finished(trees))

    def planned(self, wants: tuple[Want, ...], names: tuple[str | None, ...], scalars: frozenset[str]) -> Plan:
        fast = self.block(wants, scalars)
        scale = any(w.scaled and not w.summed for w in wants)
        arrays = tuple(a for a in self.arguments if a.name not in scalars)
        numbers = tuple(a.name for a in self.arguments if a.name in scalars)
        native, summed = self.native(wants, scalars), tuple(k for k, w in enumerate(wants) if w.summed)
        return Plan(wants, names, fast, native, scale, arrays, numbers, summed)


OneValued = tuple[frozenset[str], frozenset[str]]
"""Arguments of one entry beside others of many: those whose derivative is a sum, those that are numbers."""
PlanKey = tuple[bool, str | None, tuple[str, ...], Reduction, OneValued]


@dataclass(frozen=True, eq=False)
class Plan:
    """What is computed in one pass, and with which code."""

    wants: tuple[Want, ...]
    names: tuple[str | None, ...]
    """The argument that each want is the derivative by; None for a value."""
    fast: Block | None
    native: Native | None
    scale: bool
    """The block takes 1/N."""
    arrays: tuple[Argument, ...]
    numbers: tuple[str, ...]
    summed: tuple[int, ...]


BLOCK_BYTES = 2**17
"""Of one buffer: some of them fit into a second-level cache."""
MEMORY = 7 * 2**17
"""Of all arrays that a block of the plain code holds at once: a call takes its results and 1 MB at the most."""


@dataclass(frozen=True, eq=False)
class Run:
    """One pass over all entries, block by block: arrays are filled, sums returned."""

    program: Program
    plan: Plan
    batch: Batch
    arrays: Sequence[Array | None]
    threads: int = 1

    def results(self) -> list[Array | float]:
        count = self.batch.entries
        sums = self._pass(1.0)
        found: list[Array | float] = [x if x is not None else 0.0 for x in self.arrays]
        for k in self.plan.summed:
            value = exact_sum(sums[k])
            if self.plan.wants[k].scaled:
                if math.isinf(value):  # the sum is beyond the doubles, the mean need not be
                    value = exact_sum(self._pass(SHRINK)[k]) / count / SHRINK
                else:
                    value /= count
            found[k] = value
        return found

    def _pass(self, shrink: float) -> dict[int, list[float]]:
        """Fills the arrays; the sums of each block, times `shrink`."""
        plan, batch = self.plan, self.batch
        count = batch.entries
        parts: dict[int, list[float]] = {k: [] for k in plan.summed}
        step = max(1, BLOCK_BYTES // batch.dtype.itemsize // (batch.size or 1))
        fast = plan.fast if shrink == 1 else None
        inputs = [batch.flat(a) for a in plan.arrays]
        numbers = [batch.arrays[n][()] for n in plan.numbers]
        if plan.scale and count:
            numbers.append(batch.dtype.type(1 / count))
        outputs = [
            Flat.of(x, batch.leading, w.row) for x, w in zip(self.arrays, plan.wants, strict=True) if x is not None
        ]
        if plan.native is not None and shrink == 1 and count and wanted(count * (batch.size or 1), plan.native):
            whole = self._whole(outputs)
            if whole is not None:
                return self._native(plan.native, whole, inputs, numbers, outputs)
        buffers = np.empty((fast.buffers, min(step, count)), batch.dtype) if fast else None
        # A branch that is not taken may overflow; what the formula itself does at the edge is documented.
        with np.errstate(all="ignore"):
            for start in range(0, count, step):
                stop = min(start + step, count)
                given = [x.read(start, stop) for x in inputs]
                targets = [x.read(start, stop) for x in outputs]
                sums = None
                if fast is not None and buffers is not None:
                    work = buffers if stop - start == buffers.shape[1] else buffers[:, : stop - start]
                    sums = fast.call(*given, *numbers, targets, work, ORDINARY[batch.dtype.char])
                for some in [sums] if sums is not None else self._robust(given, targets, shrink):
                    for k, value in zip(plan.summed, some, strict=True):
                        parts[k].append(float(value))
                for x, target in zip(outputs, targets, strict=True):
                    if not x.sliced:
                        x.write(start, stop, target)
        return parts

    def _whole(self, outputs: Sequence[Flat]) -> list[Array] | None:
        """The arguments as a kernel takes them: contiguous, one for each entry, or one row for all; else None."""
        batch, found = self.batch, list[Array]()
        for a in self.plan.arrays:
            x = batch.arrays[a.name]
            width = x.shape[-1:] if a.row else ()
            one = self.program.has_rows and x.size == prod(width)
            if not x.flags.c_contiguous or not (one or x.size == batch.entries * prod(width)):
                return None
            found.append(x.reshape(-1, *width))
        return found if all(x.sliced and x.array.flags.c_contiguous for x in outputs) else None

    def _native(
        self,
        native: Native,
        whole: Sequence[Array],
        inputs: Sequence[Flat],
        numbers: Sequence[Any],
        outputs: Sequence[Flat],
    ) -> dict[int, list[float]]:
        plan, batch = self.plan, self.batch
        targets, width = [x.array for x in outputs], batch.size or 1
        sums, marked = native.run(whole, numbers, targets, len(plan.summed), batch.entries, width, self.threads)
        parts = {k: x.tolist() for k, x in zip(plan.summed, sums, strict=True)}
        step = native.step(width)
        with np.errstate(all="ignore"):
            for c in marked:
                start, stop = c * step, min((c + 1) * step, batch.entries)
                given, places = [x.read(start, stop) for x in inputs], [x[start:stop] for x in targets]
                pieces = zip(*self._robust(given, places, 1.0), strict=True)
                for k, found in zip(plan.summed, pieces, strict=True):
                    parts[k][c] = exact_sum(found)
        return parts

    def _robust(self, given: Sequence[Array], targets: Sequence[Array], shrink: float) -> Iterator[list[float]]:
        """A block by the plain code: the sums of each of its pieces."""
        trees = tuple(w.tree for w in self.plan.wants)
        size = min(BLOCK_BYTES, MEMORY // self.program.held(trees))
        step = max(1, size // 8 // (self.batch.size or 1))
        for start in range(0, len(given[0]), step):
            yield self._piece(
                [x[start : start + step] for x in given], [x[start : start + step] for x in targets], shrink
            )

    def _piece(self, given: Sequence[Array], targets: Sequence[Array], shrink: float) -> list[float]:
        """Some entries by the plain code, in float64, with a second look at what rounding did."""
        program, batch = self.program, self.batch
        entries, places = len(given[0]), iter(targets)
        blocks = {a.name: x for a, x in zip(self.plan.arrays, given, strict=True)}
        values: list[Array] = []
        for a in program.arguments:
            value = blocks.get(a.name, batch.arrays[a.name])
            value = value.astype(np.float64, copy=False)
            values.append(value if a.row or not program.has_rows else value[..., np.newaxis])
        trees = tuple(w.tree for w in self.plan.wants)
        kernel = program.robust_kernel(trees)
        if program.has_rows:
            kernel = program.row_kernel(trees, batch.entries, batch.size or 1)
        extra = [np.float64(batch.size or 1)] if len(kernel.arguments) > len(values) else []
        results = [np.asarray(x, np.float64) for x in kernel.call(*values, *extra)]
        if not program.has_rows:
            results = program.second_look(trees).mend(values, results)
        sums: list[float] = []
        for want, result in zip(self.plan.wants, results, strict=True):
            full = (entries, batch.size or 1) if want.row else (entries, 1) if program.has_rows else (entries,)
            result = np.broadcast_to(result, full)
            if program.has_rows and not want.row:
                result = result[:, 0]
            if want.summed:
                sums.append(float(np.add.reduce(result * shrink if shrink != 1 else result, axis=None)))
            else:
                next(places)[...] = result / batch.entries if want.scaled else result
        return sums


SHRINK = 2.0**-64


def exact_sum(parts: Sequence[float]) -> float:
    """The sum of the parts, rounded once; infinite where it is beyond the doubles."""
    if len(parts) == 1:
        return parts[0]
    if not all(map(math.isfinite, parts)):
        return sum(parts)
    try:
        return math.fsum(parts)
    except OverflowError:
        return math.copysign(math.inf, sum(p * SHRINK for p in parts))


@dataclass(frozen=True)
class Call:
    """One call: the program, its arrays and what becomes of the entries."""

    function: str
    program: Program
    batch: Batch
    reduction: Reduction
    threads: int = 1

    def compute(self, values: bool, output: str | None, wrt: tuple[str, ...], outs: Sequence[object]) -> list[Array]:
        """The values, and the derivatives of one output, in one pass; `outs`: an array or None for each."""
        batch, plan = self.batch, self.plan(values, output, wrt)
        arrays = [
            None if want.summed else self._target(name, want, out)
            for want, name, out in zip(plan.wants, plan.names, outs, strict=True)
        ]
        found = Run(self.program, plan, batch, arrays, self.threads).results()
        return [self._settled(name, x, out) for name, x, out in zip(plan.names, found, outs, strict=True)]

    def plan(self, values: bool, output: str | None, wrt: tuple[str, ...]) -> Plan:
        """What `compute` does."""
        batch, rows = self.batch, self.program.rows
        once = frozenset(n for n in wrt if batch.arrays[n].size == 1) if batch.entries != 1 else frozenset()
        return self.program.plan((values, output, wrt, self.reduction, (once - rows if rows else once, batch.scalars)))

    def _target(self, name: str | None, want: Want, out: object) -> Array:
        shape = self.batch.shape(want.row)
        if name is not None and self.batch.arrays[name].shape != shape:
            out = None
        array = result_array(self.function, out, shape, self.batch.dtype)
        if out is not None and any(np.may_share_memory(array, x) for x in self.batch.arrays.values()):
            return np.empty(shape, self.batch.dtype)
        return array

    def _settled(self, name: str | None, found: Array | float, out: object) -> Array:
        """A result in its final shape and place."""
        if isinstance(found, np.ndarray):
            array = found
        elif name is None and out is not None:
            raise TypeError(f"{self.function}: out is for arrays; a {self.reduction} is a number")
        else:
            array = np.asarray(found, self.batch.dtype)
        if name is not None and array.shape != self.batch.arrays[name].shape:
            shape = self.batch.arrays[name].shape
            array = array.reshape(shape) if array.size == 1 else self.batch.collect(name, array)
        if out is not None:
            place = result_array(self.function, out, array.shape, self.batch.dtype)
            if place is not array:
                place[...] = array
            return place
        return array[()] if array.ndim == 0 else array

    def hessian(self, output: str, wrt: tuple[str, ...]) -> Array:
        trees = self.program.hessian(output, wrt)
        wants = tuple(Want(t, False, False, self.reduction == "mean") for t in trees)
        arrays = [np.empty(self.batch.leading, self.batch.dtype) for _ in trees]
        plan = self.program.planned(wants, (None,) * len(wants), self.batch.scalars)
        Run(self.program, plan, self.batch, arrays).results()
        return np.stack(arrays, axis=-1).reshape(*self.batch.leading, len(wrt), len(wrt))
