"""Generated code and how it is run: trees made stable, differentiated, printed, kept; entries block by block."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from symrlhf.compile.arrays import Batch, Flat, result_array
from symrlhf.compile.blocked import ORDINARY, SCALE, Block, compile_block, scaled
from symrlhf.compile.gradient import gradient
from symrlhf.compile.kernels import Array
from symrlhf.compile.lambdify import Kernel, compile_tree
from symrlhf.compile.lower import Argument
from symrlhf.compile.rounding import SecondLook
from symrlhf.compile.stabilise import stabilise
from symrlhf.compile.tree import SIZE, ZERO, Node, entry, inputs_of

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
    slopes: dict[tuple[str, tuple[str, ...]], tuple[Node, ...]] = field(default_factory=dict)
    kernels: dict[tuple[Node, ...], Kernel] = field(default_factory=dict)
    blocks: dict[tuple[tuple[Want, ...], frozenset[str]], Block | None] = field(default_factory=dict)
    looks: dict[tuple[Node, ...], SecondLook] = field(default_factory=dict)

    @staticmethod
    def of(name: str, arguments: tuple[Argument, ...], outputs: Mapping[str, Node], has_rows: bool) -> Program:
        stable = stabilise(outputs.values())
        return Program(name, arguments, dict(zip(outputs, stable, strict=True)), has_rows)

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
        given = {a.name: entry(a.name, a.row) for a in self.arguments}
        variables = [given.get(name, ZERO) for name in wrt]
        return stabilise(slope for tree in trees for slope in gradient(tree, variables))

    def kernel(self, trees: tuple[Node, ...]) -> Kernel:
        """The plain code for these trees, compiled once."""
        if trees not in self.kernels:
            self.kernels[trees] = self._plain(trees, "")
        return self.kernels[trees]

    def _plain(self, trees: tuple[Node, ...], suffix: str) -> Kernel:
        names = [a.name for a in self.arguments]
        if SIZE.value in inputs_of(trees):
            names.append(str(SIZE.value))
        return compile_tree(self.name + suffix, names, trees)

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
            self.looks[trees] = SecondLook.of(self.name, [a.name for a in self.arguments], trees)
        return self.looks[trees]

    def block(self, wants: tuple[Want, ...], scalars: frozenset[str]) -> Block | None:
        """The fast code of a block, where there is one."""
        key = wants, scalars
        if key not in self.blocks:
            self.blocks[key] = None if self.has_rows else self._block(wants, scalars)
        return self.blocks[key]

    def _block(self, wants: tuple[Want, ...], scalars: frozenset[str]) -> Block | None:
        arrays = [a.name for a in self.arguments if a.name not in scalars]
        numbers = [a.name for a in self.arguments if a.name in scalars]
        roots = [scaled(w.tree) if w.scaled and not w.summed else w.tree for w in wants]
        if any(w.scaled and not w.summed for w in wants):
            numbers.append(str(SCALE.value))
        return compile_block(f"{self.name}_block", arrays, numbers, roots, [w.summed for w in wants])

    def evaluate(self, wants: tuple[Want, ...], batch: Batch, arrays: Sequence[Array | None]) -> list[Array | float]:
        """What is wanted: each array filled, each sum over the entries (of a mean, divided by their number)."""
        return _Run(self, wants, batch, arrays).results()


BLOCK_BYTES = 2**17
"""Of one buffer: some of them fit into a second-level cache."""


@dataclass(frozen=True)
class _Run:
    """One pass over all entries, block by block."""

    program: Program
    wants: tuple[Want, ...]
    batch: Batch
    arrays: Sequence[Array | None]

    def results(self) -> list[Array | float]:
        count = self.batch.entries
        sums = self._pass(1.0)
        found: list[Array | float] = []
        for k, (want, array) in enumerate(zip(self.wants, self.arrays, strict=True)):
            if array is not None:
                found.append(array)
                continue
            value = exact_sum(sums[k])
            if want.scaled:
                if math.isinf(value):  # the sum is beyond the doubles, the mean need not be
                    value = exact_sum(self._pass(SHRINK)[k]) / count / SHRINK
                else:
                    value /= count
            found.append(value)
        return found

    def _pass(self, shrink: float) -> list[list[float]]:
        """Fills the arrays; the sums of each block, times `shrink`."""
        program, batch = self.program, self.batch
        parts: list[list[float]] = [[] for _ in self.wants]
        summed = [k for k, w in enumerate(self.wants) if w.summed]
        width = batch.size or 1
        step = max(1, BLOCK_BYTES // batch.dtype.itemsize // width)
        fast = program.block(self.wants, batch.scalars) if shrink == 1 else None
        count = batch.entries
        buffers = np.empty((fast.buffers, min(step, count)), batch.dtype) if fast else None
        scale = batch.dtype.type(1 / count) if count else None
        inputs = {a.name: batch.flat(a) for a in program.arguments if a.name not in batch.scalars}
        numbers = [batch.arrays[a.name][()] for a in program.arguments if a.name in batch.scalars]
        if any(w.scaled and not w.summed for w in self.wants):
            numbers.append(scale)
        outputs = [
            None if x is None else Flat.of(x, batch.leading, w.row)
            for x, w in zip(self.arrays, self.wants, strict=True)
        ]
        # A branch that is not taken may overflow; what the formula itself does at the edge is documented.
        with np.errstate(all="ignore"):
            for start in range(0, count, step):
                stop = min(start + step, count)
                given = {n: x.read(start, stop) for n, x in inputs.items()}
                targets = [None if x is None else x.read(start, stop) for x in outputs]
                sums = None
                if fast is not None and buffers is not None:
                    filled = [t for t in targets if t is not None]
                    work = buffers if stop - start == buffers.shape[1] else buffers[:, : stop - start]
                    sums = fast.call(*given.values(), *numbers, filled, work, ORDINARY[batch.dtype.char])
                if sums is None:
                    sums = self._robust(given, targets, shrink)
                for k, value in zip(summed, sums, strict=True):
                    parts[k].append(float(value))
                for x, target in zip(outputs, targets, strict=True):
                    if x is not None and target is not None and not x.sliced:
                        x.write(start, stop, target)
        return parts

    def _robust(self, given: Mapping[str, Array], targets: Sequence[Array | None], shrink: float) -> list[float]:
        """A block by the plain code, in float64, with a second look at what rounding did."""
        program, batch = self.program, self.batch
        values: list[Array] = []
        for a in program.arguments:
            value = given[a.name] if a.name in given else batch.arrays[a.name]
            value = value.astype(np.float64, copy=False)
            values.append(value if a.row or not program.has_rows else value[..., np.newaxis])
        trees = tuple(w.tree for w in self.wants)
        kernel = program.kernel(trees)
        extra = [np.float64(batch.size or 1)] if len(kernel.arguments) > len(values) else []
        results = [np.asarray(x, np.float64) for x in kernel.call(*values, *extra)]
        if not program.has_rows:
            results = program.second_look(trees).mend(values, results)
        sums: list[float] = []
        entries = len(next(iter(given.values())))
        for want, target, result in zip(self.wants, targets, results, strict=True):
            full = (entries, batch.size or 1) if want.row else (entries, 1) if program.has_rows else (entries,)
            result = np.broadcast_to(result, full)
            if program.has_rows and not want.row:
                result = result[:, 0]
            if target is None:
                sums.append(float(np.add.reduce(result * shrink if shrink != 1 else result, axis=None)))
            else:
                target[...] = result / batch.entries if want.scaled else result
        return sums


SHRINK = 2.0**-64


def exact_sum(parts: Sequence[float]) -> float:
    """The sum of the parts, rounded once; infinite where it is beyond the doubles."""
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

    def compute(self, values: bool, output: str | None, wrt: tuple[str, ...], outs: Sequence[object]) -> list[Array]:
        """The values, and the derivatives of one output, in one pass; `outs`: an array or None for each."""
        wants: list[Want] = []
        arrays: list[Array | None] = []
        names: list[str | None] = []
        if values:
            for tree in self.program.value():
                wants.append(Want(tree, tree.row, self.reduction != "none", self.reduction == "mean"))
                names.append(None)
        if output is not None:
            for name, tree in zip(wrt, self.program.gradient(output, wrt), strict=True):
                given = self.batch.arrays[name]
                row = any(a.row for a in self.program.arguments if a.name == name)
                once = not row and given.size == 1 and self.batch.entries != 1
                wants.append(Want(tree, row, once, self.reduction == "mean"))
                names.append(name)
        for k, (want, out) in enumerate(zip(wants, outs, strict=True)):
            arrays.append(None if want.summed else self._target(k, names[k], want, out))
        found = self.program.evaluate(tuple(wants), self.batch, arrays)
        return [self._settled(names[k], x, outs[k]) for k, x in enumerate(found)]

    def _target(self, k: int, name: str | None, want: Want, out: object) -> Array:
        shape = self.batch.shape(want.row)
        if name is not None and self.batch.arrays[name].shape != shape:
            out = None
        array = result_array(self.function, out, shape, self.batch.dtype)
        if out is not None and any(np.may_share_memory(array, x) for x in self.batch.arrays.values()):
            return np.empty(shape, self.batch.dtype)
        return array

    def _settled(self, name: str | None, found: Array | float, out: object) -> Array:
        """A result in its final shape and place."""
        if isinstance(found, float):
            if name is None and out is not None:
                raise TypeError(f"{self.function}: out is for arrays; a {self.reduction} is a number")
            found = np.asarray(found, self.batch.dtype)
        if name is not None:
            shape = self.batch.arrays[name].shape
            found = found.reshape(shape) if found.size == 1 else found
            found = found if found.shape == shape else self.batch.collect(name, found)
        if out is not None and found is not out:
            result_array(self.function, out, found.shape, self.batch.dtype)[...] = found
            found = out  # type: ignore[assignment]
        return found[()] if found.ndim == 0 and found is not out else found

    def hessian(self, output: str, wrt: tuple[str, ...]) -> Array:
        trees = self.program.hessian(output, wrt)
        wants = tuple(Want(t, False, False, self.reduction == "mean") for t in trees)
        arrays = [np.empty(self.batch.leading, self.batch.dtype) for _ in trees]
        self.program.evaluate(wants, self.batch, arrays)
        return np.stack(arrays, axis=-1).reshape(*self.batch.leading, len(wrt), len(wrt))
