"""A call over padded sequences: the entries that the mask leaves out are 0, have no derivative and enter no sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from symrlhf.compile.arrays import LABELS, Batch, as_array, check_domain
from symrlhf.compile.kernels import Array
from symrlhf.compile.program import Call, Program, Reduction
from symrlhf.errors import NotSupported


@dataclass(frozen=True)
class MaskedCall:
    """Every entry is computed; what does not count is left out afterwards."""

    call: Call
    batch: Batch
    mask: NDArray[np.bool_]
    reduction: Reduction

    @staticmethod
    def of(
        function: str, program: Program, batch: Batch, reduction: Reduction, mask: object, threads: int
    ) -> MaskedCall:
        """The call for a mask that broadcasts to the entries."""
        given = as_array(function, "mask", mask, boolean=True)
        check_domain(function, "mask", given, LABELS)
        try:
            counts = np.broadcast_to(given != 0, batch.leading)
        except ValueError:
            raise ValueError(
                f"{function}: mask has shape {given.shape}, the entries have shape {batch.leading}"
            ) from None
        if reduction == "mean" and not counts.any():
            raise ValueError(f"{function}: there is no mean of no entries; their sum is 0")
        rows = {a.name for a in program.arguments if a.row}
        full = {
            n: np.broadcast_to(x, (*batch.leading, *x.shape[-1:]) if n in rows else batch.leading)
            for n, x in batch.arrays.items()
        }
        return MaskedCall(
            Call(function, program, replace(batch, arrays=full), "none", threads), batch, counts, reduction
        )

    @property
    def program(self) -> Program:
        """The code of the call."""
        return self.call.program

    def compute(self, values: bool, output: str | None, wrt: tuple[str, ...], outs: Sequence[object]) -> list[Array]:
        """The values, and the derivatives of one output; `outs` must be None."""
        if any(out is not None for out in outs):
            raise NotSupported("out together with a mask")
        found = self.call.compute(values, output, wrt, outs)
        slopes = len(wrt) if output is not None else 0
        first = len(found) - slopes
        kept = [np.where(self._as(x), x, x.dtype.type(0)) for x in map(np.asarray, found)]
        results = [self._reduced(x) for x in kept[:first]]
        for name, slope in zip(wrt, kept[first:], strict=False):
            scaled = slope / slope.dtype.type(self.mask.sum()) if self.reduction == "mean" else slope
            results.append(self.batch.collect(name, scaled)[()])
        return results

    def _as(self, x: Array) -> NDArray[np.bool_]:
        return self.mask if x.ndim == self.mask.ndim else self.mask[..., np.newaxis]

    def _reduced(self, x: Array) -> Array:
        match self.reduction:
            case "mean":
                return x.sum() / x.dtype.type(self.mask.sum())
            case "sum":
                return x.sum()
            case "none":
                return x[()]

    def hessian(self, output: str, wrt: tuple[str, ...]) -> Array:
        """The second derivatives, 0 where an entry does not count."""
        blocks = np.where(self.mask[..., np.newaxis, np.newaxis], self.call.hessian(output, wrt), 0)
        return blocks / blocks.dtype.type(self.mask.sum()) if self.reduction == "mean" else blocks
