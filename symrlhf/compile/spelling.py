"""What generated code calls an argument: by its name, or with "_" at its end where the code itself uses the name.

Generated code is called by position, so that nobody but its reader sees the difference.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np

from symrlhf.compile.tree import Node, entry, in_order, replace_inputs

LINES = re.compile(r"[A-Z][A-Z0-9_]*|(b|buffer|n|out|sum|t|x)\d+(_row)?|\w+_(row|here|block|grad)")
"""Steps, buffers, results and kernels."""
WORDS = {
    "beyond",
    "buffers",
    "chunk",
    "copyto",
    "entries",
    "far",
    "first",
    "gap_into",
    "i",
    "inf",
    "j",
    "kernel",
    "last",
}
WORDS |= {"limit", "log_one_plus", "marks", "njit", "np", "out", "size", "start", "step", "stop", "work"}


@cache
def _is_taken(name: str) -> bool:
    from symrlhf.compile.kernels import KERNELS
    from symrlhf.compile.rows import OWN
    from symrlhf.compile.wide import WIDE

    taken = name in WORDS or name in KERNELS or name in OWN or name in WIDE or keyword.iskeyword(name)
    return taken or hasattr(np, name) or hasattr(builtins, name) or LINES.fullmatch(name) is not None


def spelled(name: str) -> str:
    """The name in generated code."""
    return f"{name}_" if _is_taken(name.rstrip("_")) else name


def spelled_trees(roots: Sequence[Node]) -> tuple[Node, ...]:
    """The trees over the names that generated code uses."""
    inputs: Iterable[Node] = (n for n in in_order(roots) if n.op == "input")
    changed = {str(n.value): entry(spelled(str(n.value)), n.row) for n in inputs if spelled(str(n.value)) != n.value}
    return replace_inputs(roots, changed) if changed else tuple(roots)
