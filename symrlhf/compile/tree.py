"""The numeric tree: what a formula computes, operation by operation, in the order it was written.

SymPy may regroup (a − b) − (c − d), which costs digits; this tree never does. A constructor folds numbers and
moves signs, which changes no rounding, and nothing else.
The response set is the last axis of every array. A node knows whether it has an entry for each response
(`row`); one that has not is the same for all of them and stands there with length 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

ROW_SUMS = frozenset({"total", "logsumexp", "log_mean_exp_of", "log_mean_exp_by"})
"""Operations that take a row to one number, and leave the axis there with length 1."""


@dataclass(frozen=True, eq=False)
class Node:
    """One operation on other nodes; an `input` or a `number` has its `value` instead."""

    op: str
    args: tuple[Node, ...] = ()
    value: Fraction | str | None = None
    row: bool = False

    @cached_property
    def structural_hash(self) -> int:
        return hash((self.op, self.args, self.value, self.row))

    def __hash__(self) -> int:
        return self.structural_hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return (
            isinstance(other, Node)
            and self.structural_hash == other.structural_hash
            and (self.op, self.value, self.row) == (other.op, other.value, other.row)
            and self.args == other.args
        )

    def __repr__(self) -> str:
        return str(self.value) if self.value is not None else f"{self.op}({', '.join(map(repr, self.args))})"

    def __add__(self, other: Node | int) -> Node:
        return make("add", self, as_node(other))

    def __radd__(self, other: int) -> Node:
        return make("add", as_node(other), self)

    def __sub__(self, other: Node | int) -> Node:
        return make("sub", self, as_node(other))

    def __rsub__(self, other: int) -> Node:
        return make("sub", as_node(other), self)

    def __mul__(self, other: Node | int) -> Node:
        return make("mul", self, as_node(other))

    def __rmul__(self, other: int) -> Node:
        return make("mul", as_node(other), self)

    def __truediv__(self, other: Node | int) -> Node:
        return make("div", self, as_node(other))

    def __rtruediv__(self, other: int) -> Node:
        return make("div", as_node(other), self)

    def __pow__(self, other: int) -> Node:
        return make("pow", self, as_node(other))

    def __neg__(self) -> Node:
        return make("neg", self)


def number(value: Fraction | int) -> Node:
    return Node("number", value=Fraction(value))


def as_node(value: Node | int) -> Node:
    return value if isinstance(value, Node) else number(value)


def entry(name: str, row: bool = False) -> Node:
    """An argument of the function; `row`: one entry for each response."""
    return Node("input", value=name, row=row)


SIZE = entry("responses_")
"""The number of responses; no argument is called so."""

ZERO, ONE = number(0), number(1)


# ------------------------------------------------------------------ constructors that fold


def _add(a: Node, b: Node) -> Node | None:
    if a == ZERO:
        return b
    if b == ZERO:
        return a
    if b.op == "neg":
        return a - b.args[0]
    if a.op == "neg":
        return b - a.args[0]
    return a - number(-_value(b)) if _value(b) < 0 else None


def _sub(a: Node, b: Node) -> Node | None:
    if b == ZERO:
        return a
    if a == ZERO:
        return -b
    if b.op == "neg":
        return a + b.args[0]
    return a + number(-_value(b)) if _value(b) < 0 else None


def _mul(a: Node, b: Node) -> Node | None:
    for x, y in ((a, b), (b, a)):
        if x == ONE:
            return y
        if x == ZERO:
            return ZERO
        if x.op == "neg":
            return -(x.args[0] * y)
        if _value(x) < 0:
            return -(number(-_value(x)) * y)
    return None


def _div(a: Node, b: Node) -> Node | None:
    if b == ONE:
        return a
    if a == ZERO:
        return ZERO
    for x, rest in ((a, lambda v: v / b), (b, lambda v: a / v)):
        if x.op == "neg":
            return -rest(x.args[0])
        if _value(x) < 0:
            return -rest(number(-_value(x)))
    return None


def _neg(a: Node) -> Node | None:
    return a.args[0] if a.op == "neg" else None


def _pow(a: Node, b: Node) -> Node | None:
    exponent = b.value
    if not isinstance(exponent, Fraction) or exponent.denominator != 1:
        return None
    if exponent < 0:
        return 1 / a ** int(-exponent)
    return {0: ONE, 1: a}.get(int(exponent))


def _total(a: Node) -> Node | None:
    if a.op == "neg":
        return -total(a.args[0])
    return None if a.row else SIZE * a


def _value(a: Node) -> Fraction:
    return a.value if isinstance(a.value, Fraction) else Fraction(0)


_FOLD: dict[str, Callable[..., Node | None]] = {
    "add": _add,
    "sub": _sub,
    "mul": _mul,
    "div": _div,
    "neg": _neg,
    "pow": _pow,
    "total": _total,
    "logsumexp": lambda a: None if a.row else a + log(SIZE),
    "log_softmax": lambda a: None if a.row else -log(SIZE),
    "exp": lambda a: ONE if a == ZERO else None,
    "log": lambda a: ZERO if a == ONE else None,
}
"""0·x = 0, 1·x = x, x + 0 = x, −(−x) = x, x + (−y) = x − y, ...: identities of all real x."""

_EXACT: dict[str, Callable[..., Fraction]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "neg": lambda a: -a,
}


def make(op: str, *args: Node) -> Node:
    """The operation on these arguments, folded."""
    if args and all(a.op == "number" for a in args):
        values = [_value(a) for a in args]
        if op in _EXACT:
            return number(_EXACT[op](*values))
        if op == "div" and values[1]:
            return number(values[0] / values[1])
    folded = _FOLD[op](*args) if op in _FOLD else None
    if folded is not None:
        return folded
    return Node(op, args, row=op not in ROW_SUMS and any(a.row for a in args))


# ------------------------------------------------------------------ functions


def exp(a: Node) -> Node:
    return make("exp", a)


def log(a: Node) -> Node:
    return make("log", a)


def sigmoid(a: Node) -> Node:
    """σ(z) = 1/(1 + e^(−z))."""
    return make("sigmoid", a)


def softplus(a: Node) -> Node:
    """log(1 + e^z)."""
    return make("softplus", a)


def total(a: Node) -> Node:
    """Σ over the responses."""
    return make("total", a)


def logsumexp(a: Node) -> Node:
    """log Σ exp over the responses."""
    return make("logsumexp", a)


def log_softmax(a: Node) -> Node:
    """a − log Σ exp(a): the row a, normalised."""
    return make("log_softmax", a)


# ------------------------------------------------------------------ walking


def in_order(roots: Iterable[Node]) -> Iterator[Node]:
    """Every node once, arguments before what uses them."""
    seen: set[Node] = set()

    def visit(node: Node) -> Iterator[Node]:
        if node not in seen:
            seen.add(node)
            for arg in node.args:
                yield from visit(arg)
            yield node

    for root in roots:
        yield from visit(root)


def replace_inputs(roots: Iterable[Node], values: Mapping[str, Node]) -> tuple[Node, ...]:
    """The trees with these inputs replaced, folded again."""
    roots = tuple(roots)
    done: dict[Node, Node] = {}
    for node in in_order(roots):
        if node.op == "input":
            done[node] = values.get(str(node.value), node)
        else:
            done[node] = make(node.op, *(done[a] for a in node.args)) if node.args else node
    return tuple(done[r] for r in roots)


def inputs_of(roots: Iterable[Node]) -> frozenset[str]:
    return frozenset(str(n.value) for n in in_order(roots) if n.op == "input")
