"""Short calls, prepared once: numbers, or float64 vectors of one length, that one block of the fast code computes.

The first call of a kind takes the general way, with every check; what it found to be the same for all calls of this
kind (which arguments are given, of which types) is kept. Whatever is not ordinary goes the general way again, which
says what is wrong.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from symrlhf.compile.arrays import LABELS
from symrlhf.compile.blocked import ORDINARY, Block
from symrlhf.compile.lower import Argument
from symrlhf.compile.native import wanted
from symrlhf.compile.program import BLOCK_BYTES, Call, Plan, exact_sum

LONGEST = BLOCK_BYTES // 8
"""Entries of one block."""

NUMBERS = frozenset({float, int, np.float64})
LIMIT = ORDINARY["d"]

Check = Callable[[Any], bool]


@dataclass(frozen=True, eq=False)
class Lane:
    """Calls of one kind."""

    plan: Plan
    block: Block
    arrays: tuple[int, ...]
    """Where the arrays of the block stand among the arguments; -1 − i for the i-th constant."""
    numbers: tuple[int, ...]
    constants: tuple[float, ...]
    checks: tuple[tuple[int, Check], ...]
    vectors: bool

    @staticmethod
    def of(call: Call, plan: Plan, given: Mapping[str, Any], options: Container[str]) -> Lane | None:
        """The lane of calls like this one, if there is one.

        `given`: what was passed, by name, the choice of a reduction among it; `options`: arguments that 0 leaves out.
        """
        program, names = call.program, list(given)
        passed = {n: type(v) for n, v in given.items() if n != "reduction"}
        vectors = np.ndarray in passed.values()
        ordinary = (
            plan.fast is not None
            and call.threads == 1
            and call.batch.dtype == np.float64
            and len(call.batch.leading) == vectors
            and NUMBERS.union([np.ndarray]).issuperset(passed.values())
            and passed.keys() <= {a.name for a in program.arguments}
            and not (vectors and any(n is not None and passed.get(n) is not np.ndarray for n in plan.names))
        )
        restricted = [
            a for a in program.arguments if a.name in passed and (a.positive or a.domain or a.name in options)
        ]
        if not ordinary or any(passed[a.name] is np.ndarray or a.domain == LABELS for a in restricted):
            return None
        if any(passed.get(n) is np.ndarray for n in plan.numbers):
            return None
        constants = {a.name: float(call.batch.arrays[a.name]) for a in program.arguments if a.name not in passed}

        def place(name: str) -> int:
            return names.index(name) if name in passed else -1 - list(constants).index(name)

        checks = ((place(a.name), check) for a in restricted for check in checks_of(a, a.name in options))
        assert plan.fast is not None
        return Lane(
            plan,
            plan.fast,
            tuple(place(a.name) for a in plan.arrays),
            tuple(map(place, plan.numbers)),
            tuple(constants.values()),
            tuple(checks),
            vectors,
        )

    def run(self, given: Sequence[Any]) -> list[Any] | None:
        """What is wanted, in order; None where the general way must be taken."""
        for at, check in self.checks:
            if not check(given[at]):
                return None
        constants, plan = self.constants, self.plan
        found: list[Any] = [given[i] if i >= 0 else constants[-1 - i] for i in self.arrays]
        if self.vectors:
            count = found[0].size
            if not 1 <= count <= LONGEST or any(x.shape != (count,) or x.dtype.char != "d" for x in found):
                return None
            arrays, targets = found, [np.empty(count) for w in plan.wants if not w.summed]
        else:
            count = 1
            arrays = list(np.array(found, np.float64).reshape(-1, 1))
            targets = list(np.empty((len(plan.wants) - len(plan.summed), 1)))
        numbers = [np.float64(given[i] if i >= 0 else constants[-1 - i]) for i in self.numbers]
        if plan.scale:
            numbers.append(np.float64(1 / count))
        if plan.native is not None and wanted(count, plan.native):
            if any(x.strides != (8,) for x in arrays):
                return None
            found, marked = plan.native.run(arrays, numbers, targets, len(plan.summed), count)
            sums = None if marked else [exact_sum(x.tolist()) for x in found]
        else:
            with np.errstate(all="ignore"):
                sums = self.block.call(*arrays, *numbers, targets, np.empty((self.block.buffers, count)), LIMIT)
        if sums is None:
            return None
        return self._results(sums, targets, count)

    def _results(self, sums: Sequence[float], targets: Sequence[Any], count: int) -> list[Any] | None:
        results: list[Any] = []
        ahead, rest = iter(sums), iter(targets)
        for want in self.plan.wants:
            if want.summed:
                value = next(ahead)
                if math.isinf(value):
                    return None
                results.append(np.float64(value / count if want.scaled else value))
            else:
                results.append(next(rest) if self.vectors else next(rest)[0])
        return results


def checks_of(argument: Argument, option: bool) -> list[Check]:
    """What a number must meet to go the short way."""
    checks: list[Check] = [lambda v: v != 0] if option else []
    if argument.positive:
        checks.append(lambda v: v > 0)
    if argument.domain:
        low, high = map(float, argument.domain[1:-1].split(","))
        checks.append(lambda v: low < v < high)  # the ends go the general way
    return checks
