"""Generated code, and how it becomes a function again from its text."""

from __future__ import annotations

import hashlib
import linecache
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from symrlhf.compile.kernels import KERNELS, Array
from symrlhf.compile.rows import OWN
from symrlhf.compile.wide import WIDE


@dataclass(frozen=True)
class Kernel:
    """Generated code: arrays in, arrays out."""

    arguments: tuple[str, ...]
    call: Callable[..., Sequence[Array]]
    source: str

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
