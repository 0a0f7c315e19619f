"""From a numeric tree to NumPy: `sympy.lambdify` with our modules table, our printer and our own `cse=`.

The `cse=` callable hands lambdify one line for each operation, in the tree's order, so nothing is regrouped.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import sympy
from sympy.printing.numpy import NumPyPrinter

from symrlhf.compile.atoms import EXPRESSIONS, Expression
from symrlhf.compile.code import Kernel
from symrlhf.compile.kernels import KERNELS
from symrlhf.compile.rows import OWN
from symrlhf.compile.shared import finished
from symrlhf.compile.spelling import spelled, spelled_trees
from symrlhf.compile.stabilise import FINISH, Rule
from symrlhf.compile.tree import Node, in_order
from symrlhf.compile.wide import WIDE

NUMPY_NAMES = {"max": "maximum", "min": "minimum", "abs": "abs", "sign": "sign"}
"""Atom -> what NumPy calls it, where that is another name than ours."""


class Printer(NumPyPrinter):
    """SymPy's NumPy printer; our atoms keep their names, a maximum is one ufunc, terms stay in their order."""

    def __init__(self) -> None:
        names = {name: name for name in (*KERNELS, *WIDE)} | NUMPY_NAMES
        super().__init__(
            {
                "fully_qualified_modules": False,
                "inline": True,
                "allow_unknown_functions": True,
                "order": "none",
                "user_functions": names,
            }
        )
        # Not "_numpycode": by that σ and softplus print as raw exponentials, for lambdify without our table.
        self.printmethod = "_kernelcode"


def schedule(outputs: Sequence[Node], taken: Sequence[str]) -> tuple[list[tuple[Expression, Expression]], list]:
    """One (name, operation) for each line of code, and what the outputs are called.

    (names, None) for what no later line needs: lambdify writes `del names`, and their memory serves the next line.
    """
    prefix = "t"
    while any(name.startswith(prefix) and name[len(prefix) :].isdigit() for name in taken):
        prefix += "_"
    lines: list[tuple[Expression, Expression]] = []
    called: dict[Node, Expression] = {}
    for node in in_order(outputs):
        if isinstance(node.value, Fraction):
            called[node] = sympy.Rational(node.value.numerator, node.value.denominator)
        elif node.op == "input":
            called[node] = sympy.Symbol(str(node.value), real=True)
        else:
            expression = EXPRESSIONS[node.op](*(called[a] for a in node.args))
            if node.op == "neg":
                called[node] = expression
                continue
            called[node] = sympy.Symbol(f"{prefix}{len(lines)}", real=True)
            lines.append((called[node], expression))
    roots = [called[o] for o in outputs]
    return list(_freed(lines, {s for r in roots for s in r.free_symbols})), roots


def _freed(lines: Sequence[tuple[Expression, Expression]], needed: set[Expression]) -> Iterator[tuple]:
    """The lines, and after each (names, None) for what neither a later one nor the result needs."""
    last = {s: name for name, expression in lines for s in expression.free_symbols}
    for name, expression in lines:
        yield name, expression
        dying = [s for s, _ in lines if last.get(s) == name and s not in needed]
        if dying and name != lines[-1][0]:
            yield dying[0] if len(dying) == 1 else sympy.Tuple(*dying), None


def compile_tree(
    name: str, arguments: Sequence[str], outputs: Sequence[Node], finish: tuple[Rule, ...] = FINISH
) -> Kernel:
    """The NumPy function of these arguments that computes these stable trees."""
    names = [spelled(a) for a in arguments]
    lines, roots = schedule(finished(spelled_trees(outputs), finish), names)
    symbols = [sympy.Symbol(n, real=True) for n in names]
    lambdify: Any = sympy.lambdify  # its annotations do not know that `cse` may be a function
    call = lambdify(
        symbols, roots, modules=[KERNELS | OWN | WIDE, "numpy"], printer=Printer(), cse=lambda _: (lines, roots)
    )
    return Kernel(tuple(arguments), call, inspect.getsource(call).replace("_lambdifygenerated", name))
