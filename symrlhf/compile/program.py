"""Generated code and how it is run: trees made stable, differentiated, printed by lambdify, kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from symrlhf.compile.arrays import Batch
from symrlhf.compile.gradient import gradient
from symrlhf.compile.kernels import Array
from symrlhf.compile.lambdify import Kernel, compile_tree
from symrlhf.compile.lower import Argument
from symrlhf.compile.stabilise import stabilise
from symrlhf.compile.tree import SIZE, ZERO, Node, entry, inputs_of

Reduction = Literal["mean", "sum", "none"]


@dataclass(frozen=True)
class Program:
    """The code of one function, for one choice of the arguments that are given."""

    name: str
    arguments: tuple[Argument, ...]
    outputs: Mapping[str, Node]
    has_rows: bool
    slopes: dict[tuple[str, tuple[str, ...]], tuple[Node, ...]] = field(default_factory=dict)
    kernels: dict[tuple[Node, ...], Kernel] = field(default_factory=dict)

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

    def kernel(self, trees: tuple[Node, ...], suffix: str) -> Kernel:
        """The code for these trees, compiled once; its name ends in the suffix."""
        if trees not in self.kernels:
            names = [a.name for a in self.arguments]
            if SIZE.value in inputs_of(trees):
                names.append(str(SIZE.value))
            self.kernels[trees] = compile_tree(self.name + suffix, names, trees)
        return self.kernels[trees]

    def run(self, trees: tuple[Node, ...], suffix: str, batch: Batch) -> list[Array]:
        """The values of the trees, in the type of the batch, each still with its last axis."""
        kernel = self.kernel(trees, suffix)
        values = [batch.spread(a) for a in self.arguments]
        if len(kernel.arguments) > len(values):
            values.append(np.asarray(batch.size, batch.dtype))
        # A branch that is not taken may overflow; what the formula itself does at the edge is documented.
        with np.errstate(all="ignore"):
            return [np.asarray(x, batch.dtype) for x in kernel.call(*values)]


@dataclass(frozen=True)
class Call:
    """One call: the program, its arrays and what becomes of the entries."""

    program: Program
    batch: Batch
    reduction: Reduction

    def values(self) -> list[Array]:
        trees = self.program.value()
        results = self.program.run(trees, "_value", self.batch)
        return [self._reduced(self.batch.settle(x, t.row)) for x, t in zip(results, trees, strict=True)]

    def _reduced(self, x: Array) -> Array:
        match self.reduction:
            case "mean":
                return x.mean() if self.batch.mask is None else x.sum() / x.dtype.type(self.batch.entries)
            case "sum":
                return x.sum()
            case "none":
                return x[()]

    def _scaled(self, slope: Array) -> Array:
        """A derivative of one entry as that of the returned number."""
        # The divisor has the type of the batch: NumPy 1 would widen a float32 of no axes otherwise.
        return slope / self.batch.dtype.type(self.batch.entries) if self.reduction == "mean" else slope

    def gradient(self, output: str, wrt: tuple[str, ...]) -> list[Array]:
        rows = {a.name for a in self.program.arguments if a.row}
        slopes = self.program.run(self.program.gradient(output, wrt), gradient_suffix(output), self.batch)
        full = (self._scaled(self.batch.settle(s, n in rows)) for n, s in zip(wrt, slopes, strict=True))
        return [self.batch.collect(n, s)[()] for n, s in zip(wrt, full, strict=True)]

    def hessian(self, output: str, wrt: tuple[str, ...]) -> Array:
        entries = self.program.run(self.program.hessian(output, wrt), "_hess", self.batch)
        blocks = np.stack([self._scaled(self.batch.settle(x, False)) for x in entries], axis=-1)
        return blocks.reshape(*self.batch.leading, len(wrt), len(wrt))


def gradient_suffix(output: str) -> str:
    """How the code of a gradient is called."""
    return f"_{output}_grad" if output else "_grad"
