"""Numba kernels of functions of rows, from the same trees: row by row, entries between two sums in one loop.

A row whose results are nan or +inf is marked, with its chunk, and computed again by the plain code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from symrlhf.compile.native import CHUNK, LAST_ARGUMENTS, WRITTEN, Native, available
from symrlhf.compile.tree import SIZE, Node, in_order, make

TO_ROW = frozenset(
    {
        "centered",
        "deviation_of",
        "exp_deviation_of",
        "log_ratio_of",
        "log_ratio_over_of",
        "row_gap",
        "tilted_gap",
    }
)
TO_NUMBER = frozenset({"total", "logsumexp", "log_mean_exp_of", "log_mean_exp_or", "top", "log_rest", "at_top"})
"""Operations on whole rows, each a function of `native_row_functions` in capitals."""

SCALED = {"log_ratio_over_of": 2, "tilted_gap": 3, "log_rest": 1, "log_mean_exp_or": 2}
"""Those one of whose arguments is a number -> which."""

OF_ENTRY = WRITTEN | {
    f: f"{f.upper()}({', '.join(['{}'] * n)})"
    for f, n in (
        ("expm1", 1),
        ("mean_term", 2),
        ("log_ratio_term", 2),
        ("bregman_at", 3),
        ("squared_gap", 2),
        ("softmax_difference_of", 3),
    )
}
"""Operation -> code of one entry of a row."""
OF_NUMBER = WRITTEN | {"exp": "exp({})", "log1p": "log1p({})", "log": "log({})"}
"""Operation -> code of a number that all entries share."""


# ------------------------------------------------------------------ in fewer loops


def _opened(roots: Sequence[Node]) -> tuple[Node, ...]:
    """The trees with what follows the sums of an operation written out, so that it joins the loop that comes next."""
    done: dict[Node, Node] = {}
    for node in in_order(roots):
        args = tuple(done[a] for a in node.args)
        if node.op == "log_softmax":
            top = Node("top", args)
            done[node] = args[0] - top - Node("log_rest", (*args, top))
        elif node.op == "less_leader":
            done[node] = args[0] - Node("at_top", args)
        elif node.op == "log_mean_exp_by":
            done[node] = Node("log_mean_exp_or", (*args[:2], _normaliser(node.args[2].args[0], done)))
        else:
            done[node] = make(node.op, *args) if args else node
    return tuple(done[r] for r in roots)


def _normaliser(tilted: Node, done: Mapping[Node, Node]) -> Node:
    """log Σ q e^w for the row log q + w; what was subtracted before a division, as `shared` has it, is added again."""
    row = done[tilted]
    top = Node("top", (row,))
    total = top + Node("log_rest", (row, top))
    w = tilted.args[1]
    if w.op == "div" and w.args[0].op == "less_leader":
        return total + Node("at_top", tuple(done[a] for a in w.args[0].args)) / done[w.args[1]]
    return total


# ------------------------------------------------------------------ the order of loops


@dataclass
class Loop:
    """Operations on entries, done together."""

    nodes: list[Node] = field(default_factory=list)


def _scheduled(roots: Sequence[Node]) -> list[Loop | Node]:
    """Loops, and operations on whole rows or numbers, each after what it needs."""
    steps: list[Loop | Node] = []
    ahead = Loop()
    for node in in_order(roots):
        if not node.args:
            continue
        if node.row and node.op not in TO_ROW:
            ahead.nodes.append(node)
            continue
        if any(a in ahead.nodes for a in node.args):
            steps.append(ahead)
            ahead = Loop()
        steps.append(node)
    return [*steps, ahead]


def _is_known(node: Node) -> bool:
    if node.op == "pow":
        return node.args[1].value in (2, 3, 4)
    if node.op in TO_ROW | TO_NUMBER:
        return all(a.row != (SCALED.get(node.op) == k) for k, a in enumerate(node.args))
    return node.op in (OF_ENTRY if node.row else OF_NUMBER)


# ------------------------------------------------------------------ code


@dataclass
class _Writer:
    """Lines of code for one row."""

    outs: Mapping[Node, str]
    """Row -> the output it is."""
    steps: Sequence[Loop | Node]
    called: dict[Node, str]
    """Node -> the expression for it: of a row, for its j-th entry."""
    rows: dict[Node, str]
    """Node -> the row that holds it."""
    lines: list[str] = field(default_factory=list)
    buffers: int = 0
    inverses: dict[str, str] = field(default_factory=dict)
    """Number that rows are divided by -> what holds its inverse."""
    settled: set[Node] = field(default_factory=set)
    """Outputs whose loop has written and looked at them."""

    def write(self) -> None:
        for step in self.steps:
            if isinstance(step, Loop):
                self._loop(step)
            elif step.op in TO_ROW | TO_NUMBER:
                self._operation(step)
            else:
                self.called[step] = f"n{len(self.lines)}"
                self.lines.append(f"{self.called[step]} = {self._text(step, OF_NUMBER)}")

    def _loop(self, loop: Loop) -> None:
        if not loop.nodes:
            return
        here = set(loop.nodes)
        elsewhere = {a for s in self.steps if s is not loop for n in _nodes(s) for a in n.args}
        for node in loop.nodes:
            if _is_over(node):
                self._invert(self.called[node.args[1]])
        self.lines.append("for j in range(size):")
        for node in loop.nodes:
            self.called[node] = f"t{len(self.lines)}"
            self.lines.append(f"    {self.called[node]} = {self._text(node, OF_ENTRY)}")
        for node in loop.nodes:
            if node in elsewhere or node in self.outs:
                self._hold(node)
                self.lines.append(f"    {self.rows[node]}[j] = {self.called[node]}")
            if node in self.outs:
                self.lines += [f"    {line}" for line in self.told(node)]
                self.settled.add(node)
        for node in here & self.rows.keys():
            self.called[node] = f"{self.rows[node]}[j]"

    def told(self, node: Node, out: str = "") -> list[str]:
        """An entry of an output, written where it is told and looked at."""
        out, value = f"{out or self.outs[node]}_row", self.called[node]
        written = [] if self.rows.get(node) == out else [f"{out}[j] = {value}"]
        return [*written, f"far += 0 if {value} < inf else 1"]

    def _invert(self, divisor: str) -> None:
        """The inverse beside the number; where either is no ordinary one the row is marked."""
        if divisor not in self.inverses:
            self.inverses[divisor] = f"n{len(self.lines)}"
            self.lines.append(f"{self.inverses[divisor]} = 1.0 / {divisor}")
            self.lines.append(f"far += 0 if 1e-300 < abs({divisor}) < 1e300 else 1")

    def _hold(self, node: Node) -> None:
        """The row of an output, where nothing else needs it, or a buffer."""
        needed = any(node in n.args for s in self.steps for n in _nodes(s))
        if node in self.outs and not needed:
            self.rows[node] = f"{self.outs[node]}_row"
        else:
            self.rows[node] = f"b{self.buffers}"
            self.buffers += 1

    def _operation(self, node: Node) -> None:
        args = ", ".join(self.rows[a] if a.row else self.called[a] for a in node.args)
        if node.op in TO_NUMBER:
            self.called[node] = f"n{len(self.lines)}"
            self.lines.append(f"{self.called[node]} = {node.op.upper()}({args}, work)")
        else:
            self._hold(node)
            self.called[node] = f"{self.rows[node]}[j]"
            self.lines.append(f"{node.op.upper()}({args}, work, {self.rows[node]})")

    def _text(self, node: Node, table: Mapping[str, str]) -> str:
        args = [self.called[a] for a in node.args]
        if node.op == "pow":
            return " * ".join([args[0]] * int(node.args[1].value))  # type: ignore[arg-type]
        if _is_over(node):
            return f"OVER({', '.join(args)}, {self.inverses[args[1]]})"
        return table[node.op].format(*args)


def _is_over(node: Node) -> bool:
    """Whether a row is divided by a number."""
    return node.op == "div" and node.row and not node.args[1].row


def _nodes(step: Loop | Node) -> Sequence[Node]:
    return step.nodes if isinstance(step, Loop) else (step,)


_NAMES = sorted({f.upper() for f in TO_ROW | TO_NUMBER} | {t[: t.index("(")] for t in OF_ENTRY.values() if "(" in t})
_OWN = [n for n in _NAMES if n.isupper() and n not in ("EXP", "GAP", "LOG1P")]
IMPORTS = [
    f"from symrlhf.compile.native_row_functions import {', '.join(_OWN[i : i + 5])}" for i in range(0, len(_OWN), 5)
]


def row_source(
    arrays: Sequence[str], rows: frozenset[str], numbers: Sequence[str], roots: Sequence[Node], summed: Sequence[bool]
) -> str | None:
    """The kernel's code; None where an operation has none, or a row would be summed."""
    roots = _opened(roots)
    order = list(in_order(roots))
    if not all(_is_known(n) for n in order if n.args) or any(r.row and s for r, s in zip(roots, summed, strict=True)):
        return None
    called: dict[Node, str] = {}
    held: dict[Node, str] = {}
    for node in order:
        if isinstance(node.value, Fraction):
            called[node] = repr(float(node.value))
        elif node.op == "input":
            name = str(node.value)
            called[node] = f"{name}_row[j]" if name in rows else f"{name}_here" if name in arrays else name
            if name in rows:
                held[node] = f"{name}_row"
    own = {root: f"out{k}" for k, root in reversed(list(enumerate(roots))) if root.row}
    writer = _Writer(own, _scheduled(roots), called, held)
    writer.write()
    lines, inputs = writer.lines, {str(n.value) for n in order if n.op == "input"}
    outs, sums = [], []
    for k, (root, to_sum) in enumerate(zip(roots, summed, strict=True)):
        if to_sum:
            sums.append(f"sum{k}")
            lines.append(f"sum{k}[chunk] += {called[root]}")
        else:
            outs.append(f"out{k}")
        if not root.row:
            lines += [] if to_sum else [f"out{k}[i] = {called[root]}"]
            lines.append(f"far += 0 if abs({called[root]}) < inf else 1")
        elif root not in writer.settled or own[root] != f"out{k}":
            lines.append("for j in range(size):")
            lines += [f"    {line}" for line in writer.told(root, f"out{k}")]
    here = [
        f"{n}_row = {n}[min(i, {n}.shape[0] - 1)]" if n in rows else f"{n}_here = {n}[min(i, {n}.size - 1)]"
        for n in arrays
        if n in inputs
    ]
    here += [f"out{k}_row = out{k}[i]" for k, root in enumerate(roots) if root.row]
    first = next(n for n in arrays if n in rows)
    return "\n".join(
        [
            "import numpy as np",
            "from math import exp, inf, log, log1p, sqrt",
            "from numba import njit",
            "from symrlhf.compile.native_functions import EXP, GAP, OVER",
            *IMPORTS,
            "",
            "",
            "@njit(cache=True, nogil=True, error_model='numpy', boundscheck=False)",
            f"def kernel({', '.join([*arrays, *numbers, *outs, *sums, *LAST_ARGUMENTS])}):",
            f"    size = {first}.shape[1]",
            f"    {SIZE.value}, work, buffers = float(size), np.empty((3, size)), np.empty(({writer.buffers}, size))",
            *(f"    b{k} = buffers[{k}]" for k in range(writer.buffers)),
            "    for chunk in range(first, last):",
            "        far = 0",
            "        for i in range(chunk * step, min((chunk + 1) * step, entries)):",
            *(f"            {line}" for line in (*here, *lines)),
            "        marks[chunk] = far",
            "",
        ]
    )


@dataclass(frozen=True)
class NativeRows(Native):
    """A kernel of rows."""

    def step(self, width: int) -> int:
        """How many rows are one chunk."""
        return max(1, CHUNK // width)


def native_rows_of(
    name: str,
    arrays: Sequence[str],
    rows: frozenset[str],
    numbers: Sequence[str],
    roots: Sequence[Node],
    summed: Sequence[bool],
) -> NativeRows | None:
    """The native kernel of these finished trees, where there is one."""
    text = row_source(arrays, rows, numbers, roots, summed) if available() else None
    return None if text is None else NativeRows(name, text)
