"""The operations as SymPy knows them: what SymPy differentiates, and what its NumPy printer prints.

Derivatives stay in the atoms σ, softplus, ...: those of the raw exponentials would lose every digit far out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from sympy.codegen.cfunctions import expm1, log1p

from symrlhf.compile.wide import WIDE
from symrlhf.write.sympy import sigmoid, softplus

Expression = Any
"""A SymPy expression (SymPy's own annotations are too loose to be of use)."""

_expm1: Callable[..., Expression] = expm1

DERIVATIVES: dict[str, tuple[Callable[..., Expression], ...]] = {
    "logit": (lambda p: 1 / (p * (1 - p)),),
    "log_quotient": (lambda a, b: 1 / a, lambda a, b: -1 / b),
    "logaddexp": (lambda a, b: sigmoid(a - b), lambda a, b: sigmoid(b - a)),
    "log1mexp": (lambda z: -1 / _expm1(-z),),
    "exp_gap": (lambda z: _expm1(z),),
    "mean_term": (lambda a, v: atom("mean_term")(a, v), lambda a, v: sympy.exp(a)),
    "log_ratio_term": (
        lambda a, b: atom("log_ratio_term")(a, b) + sympy.exp(a),
        lambda a, b: -sympy.exp(a),
    ),
    "bregman": (lambda a, b: atom("log_ratio_term")(a, b), lambda a, b: sympy.exp(b) - sympy.exp(a)),
    "max": (lambda a, b: _where(b, a, 1, 0), lambda a, b: _where(b, a, 0, 1)),
    "min": (lambda a, b: _where(a, b, 1, 0), lambda a, b: _where(a, b, 0, 1)),
    "abs": (lambda a: atom("sign")(a),),
    "sign": (lambda a: sympy.S.Zero,),
    "select": (
        lambda a, b, x, y: sympy.S.Zero,
        lambda a, b, x, y: sympy.S.Zero,
        lambda a, b, x, y: _where(a, b, 1, 0),
        lambda a, b, x, y: _where(a, b, 0, 1),
    ),
    "stop_gradient": (lambda a: sympy.S.Zero,),
}
"""Atom -> its derivative in each argument; the atoms are defined in `kernels`, σ and softplus in `write.sympy`.

At a kink it is that of the first argument: of min(a, b) and max(a, b) where a = b; sign(0) = 0 for |0|.
"""


def _where(a: Expression, b: Expression, x: int, y: int) -> Expression:
    """x where a ≤ b, else y."""
    return atom("select")(a, b, sympy.Integer(x), sympy.Integer(y))


_ROW_OPERATIONS = (
    "total",
    "logsumexp",
    "log_softmax",
    "row_gap",
    "tilted_gap",
    "log_ratio_by",
    "log_ratio",
    "log_ratio_over",
    "softmax_difference",
    "deviation",
    "exp_deviation",
    "bregman_at",
    "log_mix",
    "mix_gap",
    "centered",
    "log_mean_exp",
    "log_tilt",
    "less_leader",
    "squared_gap",
    "log_ratio_of",
    "log_ratio_over_of",
    "log_mean_exp_of",
    "log_mean_exp_by",
    "softmax_difference_of",
    "deviation_of",
    "exp_deviation_of",
)


def _atom(name: str) -> type[sympy.Function]:
    derivatives = DERIVATIVES.get(name, ())

    def fdiff(self: sympy.Function, argindex: int = 1) -> Expression:
        return derivatives[argindex - 1](*self.args)

    return type(name, (sympy.Function,), {"fdiff": fdiff})


_ATOMS = {name: _atom(name) for name in (*DERIVATIVES, *_ROW_OPERATIONS, *WIDE)}


def atom(name: str) -> Callable[..., Expression]:
    return _ATOMS[name]


def _joined(kind: type, *args: Expression) -> Expression:
    """a + b or a b with both operands in this order, however SymPy would sort them."""
    return kind(*args, evaluate=False)


def _divide(a: Expression, b: Expression) -> Expression:
    return _joined(sympy.Mul, a, sympy.Pow(b, -1, evaluate=False))


EXPRESSIONS: dict[str, Callable[..., Expression]] = {
    "add": lambda a, b: _joined(sympy.Add, a, b),
    "sub": lambda a, b: _joined(sympy.Add, a, _joined(sympy.Mul, -1, b)),
    "mul": lambda a, b: _joined(sympy.Mul, a, b),
    "div": _divide,
    "neg": lambda a: _joined(sympy.Mul, -1, a),
    "pow": lambda a, b: sympy.Pow(a, b, evaluate=False),
    "exp": sympy.exp,
    "log": sympy.log,
    "log1p": log1p,
    "expm1": expm1,
    "tanh": sympy.tanh,
    "sqrt": sympy.sqrt,
    "sigmoid": sigmoid,
    "softplus": softplus,
    **_ATOMS,
}
"""Operation -> the SymPy expression of it on symbols, arguments in order."""
