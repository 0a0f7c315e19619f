"""Short calls of functions of rows, prepared once: one float64 row for each argument that is one, and numbers.

As in `lane`, the first call of a kind takes the general way, and whatever is not ordinary takes it again.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from symrlhf.compile.arrays import LABELS
from symrlhf.compile.code import Kernel
from symrlhf.compile.few import FEWEST
from symrlhf.compile.lane import NUMBERS, Check, checks_of
from symrlhf.compile.native import Native, wanted
from symrlhf.compile.program import Call, Plan

NORMALISED = 0.9e-6
"""How far a sum of probabilities may be from 1; one that is farther goes the general way, which says so."""


@dataclass(frozen=True, eq=False)
class RowLane:
    """Calls of one kind."""

    kernel: Kernel
    of_few: Kernel
    """The same code with the operations of `few`."""
    native: Native | None
    of_rows: tuple[bool, ...]
    """Result -> whether it is one number for each response."""
    places: tuple[tuple[int, bool], ...]
    """Argument of the kernel -> where it stands, whether it is a row; −1 − i for the i-th constant."""
    constants: tuple[float, ...]
    checks: tuple[tuple[int, Check], ...]
    distributions: tuple[int, ...]
    """Where rows stand whose probabilities must sum to 1."""
    sized: bool
    """The kernel takes the number of responses."""
    least: int

    @staticmethod
    def of(
        call: Call, plan: Plan, given: Mapping[str, Any], options: Container[str], least: int, normalised: bool
    ) -> RowLane | None:
        """The lane of calls like this one, if there is one; `options`: arguments that 0 leaves out."""
        program, names = call.program, list(given)
        arguments = {a.name: a for a in program.arguments}
        ordinary = (
            call.threads == 1
            and call.batch.dtype == np.float64
            and not call.batch.leading
            and not any(w.summed or w.scaled for w in plan.wants)
            and given.keys() <= arguments.keys()
            and all(type(given.get(n)) is np.ndarray if a.row else True for n, a in arguments.items())
            and all(arguments[n].row or type(v) in NUMBERS for n, v in given.items())
        )
        restricted = [a for a in program.arguments if a.name in given and (a.positive or a.domain or a.name in options)]
        if not ordinary or any(a.row or a.domain == LABELS for a in restricted):
            return None
        constants = {n: float(call.batch.arrays[n]) for n in arguments if n not in given}

        def place(name: str) -> int:
            return names.index(name) if name in given else -1 - list(constants).index(name)

        kernel = program.robust_kernel(tuple(w.tree for w in plan.wants))
        return RowLane(
            kernel,
            program.row_kernel(tuple(w.tree for w in plan.wants), 1, 1),
            plan.native,
            tuple(w.row for w in plan.wants),
            tuple((place(n), a.row) for n, a in arguments.items()),
            tuple(constants.values()),
            tuple((place(a.name), check) for a in restricted for check in checks_of(a, a.name in options)),
            tuple(place(n) for n, a in arguments.items() if a.distribution and normalised),
            len(kernel.arguments) > len(arguments),
            least,
        )

    def run(self, given: Sequence[Any]) -> list[Any] | None:
        """What is wanted, in order; None where the general way must be taken."""
        for at, check in self.checks:
            if not check(given[at]):
                return None
        size, values = 0, list[Any]()
        for at, row in self.places:
            x: Any = given[at] if at >= 0 else self.constants[-1 - at]
            if row:
                size = size or x.size
                if x.shape != (size,) or x.dtype.char != "d":
                    return None
                values.append(np.ascontiguousarray(x)[np.newaxis])
            else:
                values.append(np.array([[x]], np.float64))
        if size < self.least:
            return None
        with np.errstate(all="ignore"):
            if not all(abs(np.add.reduce(np.exp(given[at])) - 1) < NORMALISED for at in self.distributions):
                return None
            if self.native is not None and wanted(size, self.native):
                return self._native(self.native, values, size)
            kernel = self.of_few if size <= FEWEST else self.kernel
            results = kernel.call(*values, *([np.float64(size)] if self.sized else ()))
        return [self._result(x, row, size) for x, row in zip(results, self.of_rows, strict=True)]

    def _result(self, found: Any, row: bool, size: int) -> Any:
        """A row of its own, or a number."""
        if row:
            own = np.empty(size)
            own[...] = np.asarray(found).reshape(-1)
            return own
        return np.float64(np.asarray(found).flat[0])

    def _native(self, native: Native, values: Sequence[Any], size: int) -> list[Any] | None:
        arrays = [x if row else x[0] for x, (_, row) in zip(values, self.places, strict=True)]
        outs = [np.empty((1, size)) if row else np.empty(1) for row in self.of_rows]
        _, marked = native.run(arrays, (), outs, 0, 1, size)
        return None if marked else [x[0] for x in outs]
