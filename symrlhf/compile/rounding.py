"""How far rounding may have taken a result, to first order, and such results computed again with more digits.

The error of a result is Σ |∂ result/∂ step| · |error of the step| over the steps of its computation. Where it
exceeds the stated bound, or the result is not finite, the entry is computed with so many digits that it does not.
What the stable rewrites know costs nothing here: they leave nothing to cancel.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from symrlhf.compile.code import Kernel
from symrlhf.compile.kernels import Array
from symrlhf.compile.memory import Memory
from symrlhf.compile.tree import ZERO, Node, in_order, make, number
from symrlhf.compile.wide import FORGIVING, arguments_of

RELATIVE = 1e-13
"""What a result may be off, relative to itself."""

EXACT_STEPS = frozenset({"neg", "min", "max", "abs", "sign", "select", "stop_gradient", "input", "number"})
ULPS = {"add": 1, "sub": 1, "mul": 1, "div": 1, "sqrt": 1}
"""Step -> its error in halves of a unit in the last place; 8 for the functions."""


# ------------------------------------------------------------------ which results need a second look


def is_safe(root: Node) -> bool:
    """Whether no step but its arguments can cancel or leave the doubles where the result does not."""
    return _trait(root, arguments_of([root])) is not None


def _is_one_function(root: Node) -> bool:
    return root.op in TRAITS or (root.op == "neg" and root.args[0].op in TRAITS)


@dataclass(frozen=True)
class Trait:
    """What is known of a step: its sign (0 if either), whether it can vanish or overflow for ordinary arguments."""

    sign: int
    vanishes: bool = False
    overflows: bool = False


TRAITS: dict[str, Trait] = {
    "exp": Trait(1, vanishes=True, overflows=True),
    "expm1": Trait(0, overflows=True),
    "exp_gap": Trait(1, vanishes=True, overflows=True),
    "sigmoid": Trait(1, vanishes=True),
    "softplus": Trait(1, vanishes=True),
    "tanh": Trait(0),
    "log1p": Trait(0),
    "log": Trait(0),
    "log1mexp": Trait(-1, vanishes=True),
    "logit": Trait(0),
    "sqrt": Trait(1),
    "sign": Trait(0),
}
"""Functions, precise at every argument."""


def _trait(node: Node, given: frozenset[Node]) -> Trait | None:
    """The step's trait; None where digits may be lost."""
    if node.op == "number":
        return Trait(1 if node.value >= 0 else -1)  # type: ignore[operator]
    if node in given:
        return Trait(0)
    if node.op in TRAITS:
        return TRAITS[node.op] if node.args[0] in given else None
    traits = [_trait(a, given) for a in node.args]
    known = [t for t in traits if t is not None]
    if len(known) < len(traits):
        return None
    signs = [t.sign for t in known]
    vanishes, overflows = any(t.vanishes for t in known), any(t.overflows for t in known)
    match node.op:
        case "neg":
            return Trait(-signs[0], vanishes, overflows)
        case "mul":
            clash = any(a.overflows and b.vanishes for a, b in (known, known[::-1]))
            return None if clash else Trait(signs[0] * signs[1], vanishes, overflows)
        case "div":
            clash = known[1].vanishes or known[1].overflows
            return None if clash else Trait(signs[0] * signs[1], vanishes, overflows)
        case "add" | "sub":
            same = signs[0] == (signs[1] if node.op == "add" else -signs[1]) != 0
            return Trait(signs[0], vanishes, overflows) if same else None
        case "pow" if node.args[1].op == "number" and node.args[1].value > 0:  # type: ignore[operator]
            return Trait(1 if signs[0] == 1 or node.args[1].value == 2 else 0, vanishes, overflows)
        case "abs":
            return Trait(1, vanishes, overflows)
        case "mean_term" if node.args[0] in given:  # e^a v
            clash = known[1].vanishes or known[1].overflows
            return None if clash else Trait(signs[1], vanishes=True, overflows=True)
        case "min" | "max" | "stop_gradient":
            return Trait(signs[0] if len(set(signs)) == 1 else 0, vanishes, overflows)
        case "select":  # what is compared is not in the result
            one, other = known[2:]
            sign = one.sign if one.sign == other.sign else 0
            return Trait(sign, one.vanishes or other.vanishes, one.overflows or other.overflows)
        case _:
            return None


# ------------------------------------------------------------------ the error, as a tree


SMALLEST_NORMAL = number(Fraction(1, 2**1022))
"""Below it a step has fewer digits."""
HALF_UNIT = number(Fraction(1, 2**53))


def error_tree(root: Node) -> Node:
    """Σ |slope · step| · its error, in halves of a unit in the last place.

    To second order where a function bends: the slope of σ(z) σ(−z) at 0 is 0, whatever the error of z.
    """
    linear = arguments_of([root])
    error = _first_order(root)
    for node in in_order([root]):
        if node.op in FORGIVING and node.args[0] not in linear:
            bend = make("pow", _first_order(node.args[0]), number(2)) * HALF_UNIT
            error = error + make("abs", root) * bend
    return error


def _first_order(root: Node) -> Node:
    from symrlhf.compile.gradient import slopes

    error = ZERO
    for node, slope in slopes(root).items():
        if node.op not in EXACT_STEPS:
            size = make("abs", node) + (ZERO if node.op in ("add", "sub") else SMALLEST_NORMAL)
            for a in node.args:
                if node.op in ("add", "sub") and a.op == "number" and not _is_dyadic(a):
                    size = size + make("abs", a)
            error = error + make("abs", slope) * size * ULPS.get(node.op, 8)
    return error


def _is_dyadic(number: Node) -> bool:
    denominator = number.value.denominator  # type: ignore[union-attr]
    return denominator & (denominator - 1) == 0


def _errors(roots: Sequence[Node]) -> tuple[Node, ...]:
    from symrlhf.compile.stabilise import stabilise

    return stabilise(ZERO if is_safe(root) else error_tree(root) for root in roots)


@dataclass(frozen=True)
class SecondLook:
    """What is needed to judge and mend the results of some trees."""

    names: tuple[str, ...]
    roots: tuple[Node, ...]
    errors: tuple[Node, ...]
    """One for each root; 0 for those that are safe."""
    kernel: Kernel | None
    """Computes the errors."""

    @staticmethod
    def of(name: str, names: Sequence[str], roots: Sequence[Node], memory: Memory) -> SecondLook:
        errors = memory.trees("errors", roots, lambda: _errors(roots))
        unsafe = any(error != ZERO for error in errors)
        kernel = memory.kernel(f"{name}_error", names, errors) if unsafe else None
        return SecondLook(tuple(names), tuple(roots), errors, kernel)

    def mend(self, values: Sequence[Array], results: Sequence[Array]) -> list[Array]:
        """The results, those entries computed again that may be off; where an input is not finite, as they are."""
        errors = [0] * len(results) if self.kernel is None else self.kernel.call(*values)
        return [
            self._mended(i, values, result, self._doubtful(i, values, result, error))
            for i, (result, error) in enumerate(zip(results, errors, strict=True))
        ]

    def _doubtful(self, i: int, values: Sequence[Array], result: Array, error: Array | int) -> Any:
        kind, size = np.finfo(result.dtype), np.abs(result)
        if self.errors[i] != ZERO:
            good = error * (kind.eps / 2) <= RELATIVE * size + 2 * kind.smallest_subnormal
        elif _is_one_function(self.roots[i]):
            good = True
        else:  # what is near the smallest number may be the product of one that lost digits
            good = (size >= 2.0**60 * kind.tiny) | self._vanishes(i, values, size)
        return ~(good & (size < np.inf))

    def _vanishes(self, i: int, values: Sequence[Array], size: Array) -> Any:
        """Where a result of 0 is right: a factor that vanished may have another beside it that is large."""
        zero = size == 0
        if zero.any():
            shape = np.broadcast_shapes(size.shape, *(np.shape(v) for v in values))
            zero = np.array(np.broadcast_to(zero, shape))
            at = {n: np.broadcast_to(v, shape)[zero] for n, v in zip(self.names, values, strict=True)}
            zero[zero] = log_size(self.roots[i], at) < LOG_OF_HALF_THE_SMALLEST
        return zero

    def _mended(self, i: int, values: Sequence[Array], result: Array, doubtful: Any) -> Array:
        if not doubtful.any():
            return result
        shape = np.broadcast_shapes(result.shape, doubtful.shape, *(np.shape(x) for x in values))
        given = [np.broadcast_to(v, shape) for v in values]
        doubtful = np.logical_and.reduce([np.broadcast_to(doubtful, shape), *map(np.isfinite, given)])
        from symrlhf.compile.precise import precise

        full = np.array(np.broadcast_to(result, shape))
        error = self.errors[i] if self.errors[i] != ZERO else error_tree(self.roots[i])
        for where in map(tuple, np.argwhere(doubtful)):
            better = precise(self.roots[i], error, {n: float(v[where]) for n, v in zip(self.names, given, strict=True)})
            if better is not None:
                full[where] = better
        return full


# ------------------------------------------------------------------ sizes that vanish

LOG_OF_HALF_THE_SMALLEST = -745.2

STEPS: dict[str, Callable[..., Any]] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "neg": np.negative,
}
VANISHING: dict[str, Callable[[Any], Any]] = {
    "exp": lambda z: z,
    "sigmoid": lambda z: np.minimum(z, 0),
    "softplus": lambda z: np.where(z < 0, z, np.log(np.abs(z) + 1)),
    "exp_gap": lambda z: np.where(np.abs(z) < 1, 2 * np.log(np.abs(z)), np.abs(z)),
    "log1mexp": lambda z: np.where(z < -1, z + 1, 10),
}
"""Function -> the logarithm of its size, or of more."""
SIZES: dict[str, Callable[..., Any]] = {
    "mul": np.add,
    "div": np.subtract,
    "add": np.logaddexp,
    "sub": np.logaddexp,
    "min": np.maximum,
    "max": np.maximum,
    "select": lambda a, b, x, y: np.maximum(x, y),
}
"""Step -> the same from the logarithms of its arguments' sizes."""
CHOICES: dict[str, Callable[..., Any]] = {
    "min": np.minimum,
    "max": np.maximum,
    "select": lambda a, b, x, y: np.where(a <= b, x, y),
}
"""Step -> its value, where those of its arguments are known: max(0, −3) is 0 however large 3 is."""


def log_size(root: Node, point: Mapping[str, Array]) -> Array:
    """The logarithm of |root|, or of more than that, for a tree that is safe: it does not vanish where e^z does."""
    linear = arguments_of([root])
    values: dict[Node, Any] = {}
    sizes: dict[Node, Any] = {}
    for node in in_order([root]):
        if node in linear:
            if isinstance(node.value, Fraction):
                values[node] = np.float64(node.value)
            else:
                step = STEPS.get(node.op)
                values[node] = point[str(node.value)] if step is None else step(*(values[a] for a in node.args))
            sizes[node] = np.log(np.abs(values[node]))
        elif node.op in CHOICES and all(a in linear for a in node.args):
            sizes[node] = np.log(np.abs(CHOICES[node.op](*(values[a] for a in node.args))))
        elif node.op in VANISHING:
            sizes[node] = VANISHING[node.op](values[node.args[0]])
        elif node.op in TRAITS:  # 0 only where its argument is
            z = values[node.args[0]]
            sizes[node] = np.where(z == 0, -np.inf, np.abs(z))
        elif node.op == "mean_term":
            sizes[node] = values[node.args[0]] + sizes[node.args[1]]
        elif node.op == "pow":
            sizes[node] = float(node.args[1].value) * sizes[node.args[0]]  # type: ignore[arg-type]
        else:
            sizes[node] = SIZES.get(node.op, lambda x: x)(*(sizes[a] for a in node.args))
    return sizes[root]
