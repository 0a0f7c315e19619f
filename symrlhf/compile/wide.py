"""Sums, differences, products and quotients of the arguments, rounded once: each step carries what it lost.

(w − r) − (l − s) of four doubles may cancel to nothing but rounding errors. Where more than one step can round, and
a later one can cancel, the steps hand on pairs (value, rest) by error-free transformations (Knuth, Dekker).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from symrlhf.compile.tree import Node, in_order, make, number

LINEAR = frozenset({"add", "sub", "mul", "div", "neg"})

FORGIVING = frozenset({"exp", "sigmoid", "softplus"})
"""Functions whose relative error is at most the absolute error of their argument."""


# ------------------------------------------------------------------ which steps


def arguments_of(roots: Sequence[Node]) -> frozenset[Node]:
    """The sums, differences, products and quotients of inputs."""
    linear: set[Node] = set()
    for node in in_order(roots):
        if node.op in ("input", "number") or (node.op in LINEAR and all(a in linear for a in node.args)):
            linear.add(node)
    return frozenset(linear)


def is_exact(node: Node) -> bool:
    """An input, or a number that is a double."""
    if node.op == "neg":
        return is_exact(node.args[0])
    return node.op == "input" or (isinstance(node.value, Fraction) and node.value == Fraction(float(node.value)))


def is_sharp(node: Node) -> bool:
    """Whether the doubles themselves leave a sum or product of inputs with a few units in the last place."""
    if node.op in ("add", "sub"):
        return all(map(is_exact, node.args))
    return all(map(is_sharp, node.args))


def blurred(roots: Sequence[Node]) -> frozenset[Node]:
    """The sums and products of inputs that rounding may blur, each as a whole: what no further sum contains."""
    linear = arguments_of(roots)
    used = {a for n in in_order(roots) if n not in linear for a in n.args} | set(roots)
    return frozenset(n for n in used if n in linear and not is_sharp(n))


def exposed(roots: Sequence[Node]) -> bool:
    """Whether a blurred sum stands anywhere but under functions that forgive an absolute error."""
    found = blurred(roots)
    if found & set(roots):
        return True
    linear = arguments_of(roots)
    return any(a in found for n in in_order(roots) if n not in linear and n.op not in FORGIVING for a in n.args)


def roundings(node: Node, factor: Node | None = None) -> Iterator[tuple[Node, Node | None]]:
    """(step, factor) for the sums inside a blurred sum: its error is at most Σ |factor · step| half-units."""
    match node.op:
        case "add" | "sub":
            for a in node.args:
                if not is_exact(a):
                    yield a, factor
                    yield from roundings(a, factor)
        case "neg":
            yield from roundings(node.args[0], factor)
        case "mul":
            a, b = node.args
            yield from roundings(a, b if factor is None else factor * b)
            yield from roundings(b, a if factor is None else factor * a)
        case "div":
            a, b = node.args
            one = number(1) if factor is None else factor
            yield from roundings(a, one / b)
            yield from roundings(b, one * (node / b))
        case _:
            pass


# ------------------------------------------------------------------ the same trees, rounded once


def rounded_once(roots: Sequence[Node]) -> tuple[Node, ...]:
    """The trees with each blurred sum of inputs computed in pairs."""
    found = blurred(roots)
    done: dict[Node, Node] = {}
    pairs: dict[Node, Node] = {}

    def pair(node: Node) -> Node:
        if node not in pairs:
            if is_exact(node):
                pairs[node] = node
            elif isinstance(node.value, Fraction):
                top, bottom = node.value.numerator, node.value.denominator
                pairs[node] = Node("wide_div", (number(top), number(bottom)))
            else:
                pairs[node] = Node(f"wide_{node.op}", tuple(map(pair, node.args)))
        return pairs[node]

    for node in in_order(roots):
        if node in found:
            within = node.args[0] if node.op == "neg" else node  # −z is rounded as z is
            done[node] = Node("rounded", (pair(within),)) if within is node else -Node("rounded", (pair(within),))
        else:
            done[node] = make(node.op, *(done[a] for a in node.args)) if node.args else node
    return tuple(done[r] for r in roots)


# ------------------------------------------------------------------ pairs

Pair = tuple[Any, Any]
"""A value and what it lacks, below half a unit in its last place."""

SPLIT = 2.0**27 + 1


def _pair(x: Any) -> Pair:
    return x if isinstance(x, tuple) else (x, 0.0)


def _sum(a: Any, b: Any) -> Pair:
    s = a + b
    t = s - a
    e = t - s
    e += a  # a − (s − t)
    t -= b
    e -= t
    return s, e


def _difference(a: Any, b: Any) -> Pair:
    s = a - b
    t = s - a
    e = t - s
    e += a
    t += b
    e -= t
    return s, e


def _product(a: Any, b: Any) -> Pair:
    p = a * b
    (a1, a2), (b1, b2) = _halves(a), _halves(b)
    e = a1 * b1
    e -= p
    e += a1 * b2
    e += a2 * b1
    e += a2 * b2
    return p, e


def _halves(a: Any) -> Pair:
    high = SPLIT * a
    high -= high - a
    return high, a - high


def _settled(high: Any, low: Any) -> Pair:
    """Beyond the numbers there is no rest."""
    s = high + low
    low -= s - high
    return _finite(s, low)


def _finite(high: Any, low: Any) -> Pair:
    """Two numbers give a pair as it should be: the rest of their sum or product is below half a unit already."""
    finite = np.isfinite(low)
    if finite.all():
        return high, low
    return high, np.where(finite, low, 0.0)


def _either(high: Any, low: Any) -> Pair:
    return _settled(*_finite(high, low))


def wide_add(x: Any, y: Any) -> Pair:
    """x + y of numbers or pairs, as a pair."""
    return _joined(_sum, x, y)


def wide_sub(x: Any, y: Any) -> Pair:
    """x − y of numbers or pairs, as a pair."""
    return _joined(_difference, x, y)


def _joined(step: Callable[[Any, Any], Pair], x: Any, y: Any) -> Pair:
    (a, a_rest), (b, b_rest) = _pair(x), _pair(y)
    s, e = step(a, b)
    if not isinstance(x, tuple) and not isinstance(y, tuple):
        return _finite(s, e)
    t, f = step(a_rest, b_rest)
    e += t
    s, e = _either(s, e)
    e += f
    return _either(s, e)


def wide_neg(x: Any) -> Pair:
    """−x of a pair."""
    a, rest = _pair(x)
    return -a, -rest


def wide_mul(x: Any, y: Any) -> Pair:
    """x y of numbers or pairs, as a pair."""
    if not isinstance(x, tuple) and not isinstance(y, tuple):
        return _finite(*_product(x, y))
    (a, a_rest), (b, b_rest) = _pair(x), _pair(y)
    p, e = _product(a, b)
    low = a * b_rest
    low += a_rest * b
    e += low
    return _either(p, e)


def wide_div(x: Any, y: Any) -> Pair:
    """x/y of numbers or pairs, as a pair."""
    (a, a_rest), (b, b_rest) = _pair(x), _pair(y)
    q = a / b
    p, e = _product(q, b)
    return _either(q, ((a - p) - e + a_rest - q * b_rest) / b)


def rounded(x: Any) -> Any:
    """The number nearest to a pair."""
    high, low = _pair(x)
    return high + low


WIDE: dict[str, Callable[..., Any]] = {
    f.__name__: f for f in (wide_add, wide_sub, wide_neg, wide_mul, wide_div, rounded)
}
