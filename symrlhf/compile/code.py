"""Generated code, and how it becomes a function again from its text."""

from __future__ import annotations

import hashlib
import linecache
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any

import numpy as np

from symrlhf.compile.kernels import KERNELS, Array
from symrlhf.compile.rows import OWN
from symrlhf.compile.wide import WIDE

SCRATCH = {"wide_": 9, "tilted_gap": 9, "log_ratio": 5, "": 3}
"""Operation, by a part of its name -> how many arrays it holds beside its arguments, the first that there is."""


@dataclass(frozen=True)
class Kernel:
    """Generated code: arrays in, arrays out."""

    arguments: tuple[str, ...]
    call: Callable[..., Sequence[Array]]
    source: str

    @cached_property
    def held(self) -> int:
        """How many arrays there are at once while it runs."""
        lines = self.source.splitlines()
        steps = (1 if " = " in line else -1 - line.count(",") if line.startswith("    del ") else 0 for line in lines)
        return max(accumulate(steps)) + next(n for part, n in SCRATCH.items() if part in self.source)

    @staticmethod
    def from_source(
        name: str, arguments: Sequence[str], source: str, own: Mapping[str, Callable[..., Any]] = OWN
    ) -> Kernel:
        """The kernel that the source defines under this name; `own` operations take the place of the general ones."""
        file = f"<symrlhf {name} {hashlib.sha256(source.encode()).hexdigest()[:12]}>"
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
        # The name goes elsewhere than the operations: sigmoid calls the operation sigmoid.
        operations: dict[str, Any] = {**vars(np), **KERNELS, **OWN, **WIDE, **own}
        defined: dict[str, Any] = {}
        exec(compile(source, file, "exec"), operations, defined)
        return Kernel(tuple(arguments), defined[name], source)
