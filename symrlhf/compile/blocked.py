"""Cache-blocked NumPy: one generated function computes a block of entries with `out=` everywhere, in a few buffers.

It holds the fast forms, valid where every exponential is a normal number: the block says so first, or returns None
and is computed by the plain code of `lambdify`, with a second look at its rounding.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from symrlhf.compile.kernels import KERNELS
from symrlhf.compile.rounding import is_safe
from symrlhf.compile.rows import OWN, gap_into
from symrlhf.compile.tree import ONE, Node, entry, exp, in_order, make
from symrlhf.compile.wide import arguments_of, blurred, exposed, roundings

SCALE = entry("scale_")
"""1/N where the derivative of a mean over N entries is taken."""

ORDINARY = {"f": 87, "d": 700}
"""Type -> the largest |z| for which e^z and e^(−z) are normal numbers."""

UFUNCS = {
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "div": "divide",
    "neg": "negative",
    "exp": "exp",
    "log": "log",
    "log1p": "log1p",
    "log_one_plus": "log1p",  # of a number
    "expm1": "expm1",
    "tanh": "tanh",
    "sqrt": "sqrt",
    "abs": "absolute",
    "sign": "sign",
    "max": "maximum",
    "min": "minimum",
    "logaddexp": "logaddexp",
    "pow": "power",
    "square": "square",
}
"""Operation -> NumPy's function that takes `out`."""

SEVERAL_STEPS = frozenset({"exp_gap", "log_one_plus"})

SYMBOLS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "pow": "**"}


# ------------------------------------------------------------------ fast forms


def negated(node: Node) -> Node:
    """−node, with the sign moved to where it costs nothing: −(a − b) = b − a, −(c (a − b)) = c (b − a)."""
    if node.op == "sub":
        return make("sub", node.args[1], node.args[0])
    if node.op == "mul" and node.args[1].op == "sub":
        return make("mul", node.args[0], negated(node.args[1]))
    return -node


def fast_forms(roots: Sequence[Node]) -> tuple[tuple[Node, ...], tuple[Node, ...], tuple[Node, ...]]:
    """The trees with one exponential for each margin; the margins; what choices compare, which must be finite.

    softplus(z) = log(1 + e^z), σ(z) = e^z/(1 + e^z), and σ(−z) = 1/(1 + e^z) where e^z is there already.
    """
    order = list(in_order(roots))
    done: dict[Node, Node] = {}
    guards: list[Node] = []
    compared: list[Node] = []
    wanted = {n.args[0] for n in order if n.op == "softplus"}

    def exponential(z: Node) -> Node:
        guards.append(z)
        return exp(z)

    for node in order:
        args = tuple(done[a] for a in node.args)
        match node.op:
            case "neg":
                done[node] = negated(args[0])
            case "softplus":
                done[node] = make("log_one_plus", exponential(args[0]))
            case "sigmoid" if -node.args[0] in wanted:
                done[node] = ONE / (ONE + exponential(negated(args[0])))
            case "sigmoid":
                t = exponential(args[0])
                done[node] = t / (ONE + t)
            case "exp":
                done[node] = exponential(args[0])
            case "mean_term":
                done[node] = exponential(args[0]) * args[1]
            case "exp_gap":
                guards.append(args[0])
                done[node] = make("exp_gap", *args)
            case "pow" if node.args[1].value == 2:
                done[node] = Node("square", args[:1], row=args[0].row)
            case "select":
                compared += args[:2]
                done[node] = make("select", *args)
            case _:
                done[node] = make(node.op, *args) if node.args else node
    once, both = (tuple(dict.fromkeys(n for n in nodes if n.op != "number")) for nodes in (guards, compared))
    return tuple(done[r] for r in roots), once, both


def scaled(tree: Node) -> Node:
    """tree · scale, the scale multiplied into a number that is there anyway."""
    if tree.op == "neg":
        return -scaled(tree.args[0])
    if tree.op == "mul" and all(n.op != "sub" and n.op in ("input", "number") for n in tree.args[1:]):
        return make("mul", tree.args[0], make("mul", tree.args[1], SCALE))
    return tree * SCALE


BLUR = "1.5 * limit"
"""How large a step inside a margin may be: its rounding moves the margin by less than 2e-13 (the scale of `limit`)."""

LARGEST = "1.79e308"
"""How large a quotient of inputs may be: beyond it the result may be a number still, as a logarithm is."""


def _blurs(roots: Sequence[Node], forms: Sequence[Node], writer: _Writer) -> tuple[tuple[Node, Node | None], ...]:
    """(step, factor): the steps inside margins whose rounding the block must look at, times a number."""
    there = set(in_order(forms))
    found: dict[tuple[Node, Node | None], None] = {}
    for step, factor in (r for n in blurred(roots) for r in roundings(n)):
        step = step if step in there else negated(step)
        if factor is not None and (writer.is_array(factor) or not writer.is_array(step)):
            step, factor = make("mul", factor, step), None
        found[step, factor] = None
    return tuple(found)


# ------------------------------------------------------------------ code for one block


@dataclass
class _Writer:
    """Lines of code, with buffers given out by liveness."""

    arrays: frozenset[str]
    lines: list[str] = field(default_factory=list)
    where: dict[Node, str] = field(default_factory=dict)
    """Node -> the buffer, input or scalar expression that holds it."""
    free: list[str] = field(default_factory=list)
    buffers: int = 0

    def is_array(self, node: Node) -> bool:
        if node.op == "input":
            return str(node.value) in self.arrays
        return any(map(self.is_array, node.args))

    def scalar(self, node: Node) -> str:
        if isinstance(node.value, Fraction):
            return repr(float(node.value)) if node.value.denominator > 1 else repr(int(node.value))
        if node.op == "input":
            return str(node.value)
        args = [self.where.get(a) or self.scalar(a) for a in node.args]
        if node.op in SYMBOLS:
            return f"({args[0]} {SYMBOLS[node.op]} {args[1]})"
        if node.op == "neg":
            return f"(-{args[0]})"
        return f"{UFUNCS.get(node.op, node.op)}({', '.join(args)})"

    def take(self, dying: list[str]) -> str:
        if dying:
            return dying.pop(0)
        if self.free:
            return self.free.pop()
        self.buffers += 1
        return f"b{self.buffers - 1}"

    def compute(self, node: Node, target: str) -> None:
        args = [self.where[a] for a in node.args]
        if node.op in UFUNCS and node.op != "log_one_plus":
            self.lines.append(f"{UFUNCS[node.op]}({', '.join(args)}, out={target})")
        elif node.op == "select":
            a, b, x, y = args
            self.lines.append(f"copyto({target}, where(less_equal({a}, {b}), {x}, {y}))")
        elif node.op == "log_one_plus":
            scratch = self.take([])
            self.lines.append(f"log_one_plus({args[0]}, {target}, {scratch})")
            self.free.append(scratch)
        elif node.op == "exp_gap":
            self.lines.append(f"gap_into({args[0]}, {target})")
        else:
            self.lines.append(f"copyto({target}, {node.op}({', '.join(args)}))")
        self.where[node] = target


@dataclass(frozen=True)
class Block:
    """The code of one block: `call(inputs, outs, buffers, limit)` returns the sums asked for, or None."""

    call: Callable[..., list[float] | None]
    source: str
    buffers: int
    inputs: tuple[str, ...]


def compile_block(
    name: str, arrays: Sequence[str], scalars: Sequence[str], roots: Sequence[Node], summed: Sequence[bool]
) -> Block | None:
    """Code that writes each root into its output, or sums it; None where no fast form is good enough."""
    if not all(is_safe(r) for r in roots) or exposed(roots):
        return None
    forms, guards, compared = fast_forms(roots)
    writer = _Writer(frozenset(arrays))
    blurs = _blurs(roots, forms, writer)
    looked_at = (*guards, *compared, *(step for step, _ in blurs), *forms)
    order = [n for n in in_order(looked_at) if writer.is_array(n)]
    linear = arguments_of(looked_at)
    last: dict[Node, int] = {}
    for i, node in enumerate(order):
        last.update(dict.fromkeys(node.args, i))
    targets: dict[Node, str] = {}
    for k, (form, to_sum) in enumerate(zip(forms, summed, strict=True)):
        if not to_sum and writer.is_array(form) and form.op != "input":
            targets.setdefault(form, f"out{k}")
    for form, to_sum in zip(forms, summed, strict=True):
        if to_sum:
            last[form] = len(order)

    def guard(node: Node, *limit: str) -> None:
        writer.lines.append(f"if beyond({', '.join((writer.where[node], *limit))}):")
        writer.lines.append("    return None")

    def guard_blurs(node: Node) -> None:
        for step, factor in blurs:
            if step == node:
                guard(node, BLUR, *([] if factor is None else [writer.scalar(factor)]))

    for node in {n: None for n in in_order(looked_at)}:
        if not writer.is_array(node):
            writer.where[node] = writer.scalar(node)
            guard_blurs(node)
    for i, node in enumerate(order):
        if node.op == "input":
            writer.where[node] = str(node.value)
        else:
            over = [writer.where[a] for a in dict.fromkeys(node.args) if last[a] == i]
            dying = [b for b in over if b.startswith("b") and b[1:].isdigit()]
            # What is computed in several steps must not be written over its own arguments.
            target = targets.get(node) or writer.take([] if node.op in SEVERAL_STEPS else dying)
            writer.compute(node, target)
            writer.free += dying
        quotient = node.op == "div" and node in linear and writer.is_array(node.args[1])
        if node in guards:
            guard(node, "limit")
        elif node in compared or quotient:
            guard(node, LARGEST)
        guard_blurs(node)
    sums: list[str] = []
    for k, (form, to_sum) in enumerate(zip(forms, summed, strict=True)):
        at = writer.where[form]
        if to_sum:
            sums.append(f"add.reduce({at}, dtype=float64)" if writer.is_array(form) else f"{at}*size")
        elif at != f"out{k}":
            writer.lines.append(f"copyto(out{k}, {at})")
    inputs = (*arrays, *scalars)
    kept = [f"out{k}" for k, to_sum in enumerate(summed) if not to_sum]
    head = [f"def {name}({', '.join(inputs)}, out, buffers, limit):"]
    if kept:
        head.append(f"    {', '.join(kept)}{',' if len(kept) == 1 else ''} = out")
    if writer.buffers:
        names = [f"b{k}" for k in range(writer.buffers)]
        head.append(f"    {', '.join(names)}{',' if len(names) == 1 else ''} = buffers")
    if any(s.endswith("*size") for s in sums):
        head.append(f"    size = {arrays[0]}.size")
    body = [*head, *(f"    {line}" for line in writer.lines), f"    return [{', '.join(sums)}]"]
    source = "\n".join(body) + "\n"
    return Block(_function(name, source), source, writer.buffers, inputs)


def beyond(x: Any, limit: float, factor: float = 1.0) -> bool:
    """Whether some |factor x| exceeds the limit, or is nan."""
    if x.size == 1:
        return not abs(x.item() * factor) <= limit
    size = abs(factor)
    return not (np.maximum.reduce(x) * size <= limit and np.minimum.reduce(x) * size >= -limit)


def _has_vector_logarithm() -> bool:
    found: Any = np.show_config(mode="dicts")
    simd = found["SIMD Extensions"]
    return not {"AVX512_SKX", "X86_V4"}.isdisjoint((*simd["found"], *simd["baseline"]))


VECTOR_LOGARITHM = _has_vector_logarithm()
"""Whether NumPy computes log1p of doubles several at a time; elsewhere it takes twice as long as log."""


def log_one_plus(t: Any, out: Any, scratch: Any) -> None:
    """log(1 + t) for an ordinary t > 0: log u, u = 1 + t as rounded, and what rounding lost, over u."""
    if VECTOR_LOGARITHM or t.dtype != np.float64:
        np.log1p(t, out=out)
        return
    np.add(t, 1, out=scratch)
    np.subtract(scratch, 1, out=out)
    np.subtract(t, out, out=out)
    np.divide(out, scratch, out=out)
    np.add(np.log(scratch, out=scratch), out, out=out)


_NUMPY = {f: getattr(np, f) for f in (*UFUNCS.values(), "copyto", "less_equal", "where", "float64")}


def _function(name: str, source: str) -> Callable[..., list[float] | None]:
    file = f"<symrlhf {name} {abs(hash(source))}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    namespace: dict[str, Any] = {
        **KERNELS,
        **OWN,
        **_NUMPY,
        "beyond": beyond,
        "gap_into": gap_into,
        "log_one_plus": log_one_plus,
    }
    exec(compile(source, file, "exec"), namespace)
    return namespace[name]
