"""Derivatives of numeric trees, backwards by the chain rule: SymPy differentiates each operation on its own.

So the order of operations survives, and a derivative comes out in the same stable atoms as the value.
Sums over the responses have three rules of their own (d Σ, d log Σ exp, d log softmax).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cache, reduce
from operator import add, mul

import sympy

from symrlhf.compile.atoms import EXPRESSIONS, Expression
from symrlhf.compile.tree import ONE, ZERO, Node, entry, exp, in_order, log_softmax, make, number, replace_inputs, total
from symrlhf.errors import NotSupported


def gradient(output: Node, wrt: Sequence[Node]) -> tuple[Node, ...]:
    """∂ output/∂ input for each input; a row's one number is differentiated by each entry of the row."""
    slope = slopes(output)
    return tuple(slope.get(x, ZERO) for x in wrt)


def slopes(output: Node) -> dict[Node, Node]:
    """∂ output/∂ node for each node that it depends on."""
    order = list(in_order([output]))
    slope: dict[Node, Node] = {output: ONE}
    for node in reversed(order):
        if node.args and node in slope:
            for arg, part in zip(node.args, _parts(node, slope[node]), strict=True):
                if arg.op != "number":
                    # What is the same for all responses collects from all of them.
                    part = total(part) if node.row and not arg.row else part
                    slope[arg] = slope.get(arg, ZERO) + part
    return slope


def _parts(node: Node, slope: Node) -> Iterable[Node]:
    """What each argument of `node` gets of the slope."""
    match node.op:
        case "total":
            return (slope,)
        case "logsumexp":
            return (slope * exp(log_softmax(node.args[0])),)
        case "log_softmax":
            slope = _without(slope, exp(node))
            return (slope - exp(node) * total(slope),)
        case _:
            numbers = tuple(a if a.op == "number" else None for a in node.args)
            local = local_derivatives(node.op, numbers)
            values = {f"d{i}": arg for i, arg in enumerate(node.args)}
            return (_times(slope, d) for d in replace_inputs(local, values))


def _times(slope: Node, d: Node) -> Node:
    """slope · d, divided by x where d = 1/x: one rounding."""
    return slope / d.args[1] if d.op == "div" and d.args[0] == ONE else slope * d


def _without(slope: Node, p: Node) -> Node:
    """`slope` without its summands ±p: p − p Σ p = 0 for a normalised row p, and the two would only cancel."""
    if slope == p:
        return ZERO
    if slope.op in ("add", "sub", "neg"):
        return make(slope.op, *(_without(a, p) for a in slope.args))
    return slope


@cache
def local_derivatives(op: str, numbers: tuple[Node | None, ...]) -> tuple[Node, ...]:
    """The derivatives of one operation in its arguments d0, d1, ...; SymPy's, as numeric trees."""
    symbols = sympy.symbols(f"d:{len(numbers)}", real=True)
    values = [
        s if n is None else sympy.Rational(n.value.numerator, n.value.denominator)  # type: ignore[union-attr]
        for s, n in zip(symbols, numbers, strict=True)
    ]
    expression = EXPRESSIONS[op](*values)
    return tuple(
        ZERO if n is not None else from_sympy(sympy.diff(expression, s), op)
        for s, n in zip(symbols, numbers, strict=True)
    )


_OPERATION = {kind: op for op, kind in EXPRESSIONS.items() if isinstance(kind, type)}


def from_sympy(e: Expression, op: str) -> Node:
    """A derivative that SymPy found, as a numeric tree."""
    if e.is_Rational:
        return number(Fraction(int(e.p), int(e.q)))
    if e.is_Symbol:
        return entry(e.name)
    if e.is_Pow:
        return make("pow", from_sympy(e.base, op), from_sympy(e.exp, op))
    if e.is_Add:
        return reduce(add, (from_sympy(a, op) for a in e.args))
    if e.is_Mul:
        below = [a for a in e.args if a.is_Pow and a.exp.is_negative]
        above = (from_sympy(a, op) for a in e.args if a not in below)
        return reduce(mul, above, ONE) / reduce(mul, (from_sympy(1 / a, op) for a in below), ONE)
    if e.func in _OPERATION:
        return make(_OPERATION[e.func], *(from_sympy(a, op) for a in e.args))
    raise NotSupported(f"the derivative of {op}")
