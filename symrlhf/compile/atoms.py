"""The operations as SymPy knows them: what SymPy differentiates, and what its NumPy printer prints.

Derivatives stay in the atoms σ, softplus, ...: those of the raw exponentials would lose every digit far out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from sympy.codegen.cfunctions import expm1, log1p

from symrlhf.write.sympy import sigmoid, softplus

Expression = Any
"""A SymPy expression (SymPy's own annotations are too loose to be of use)."""

_expm1: Callable[..., Expression] = expm1

DERIVATIVES: dict[str, tuple[Callable[..., Expression], ...]] = {
    "logit": (lambda p: 1 / (p * (1 - p)),),
    "logaddexp": (lambda a, b: sigmoid(a - b), lambda a, b: sigmoid(b - a)),
    "log1mexp": (lambda z: -1 / _expm1(-z),),
    "exp_gap": (lambda z: _expm1(z),),
    "below": (lambda a, b: sympy.S.Zero,) * 2,
    "upto": (lambda a, b: sympy.S.Zero,) * 2,
    "gate": (*(lambda a, b, z: sympy.S.Zero,) * 2, lambda a, b, z: atom("below")(a, b)),
    "gate_upto": (*(lambda a, b, z: sympy.S.Zero,) * 2, lambda a, b, z: atom("upto")(a, b)),
    "mean_term": (lambda a, v: atom("mean_term")(a, v), lambda a, v: sympy.exp(a)),
    "log_ratio_term": (
        lambda a, b: atom("log_ratio_term")(a, b) + sympy.exp(a),
        lambda a, b: -sympy.exp(a),
    ),
    "bregman": (lambda a, b: atom("log_ratio_term")(a, b), lambda a, b: sympy.exp(b) - sympy.exp(a)),
}
"""Atom -> its derivative in each argument; the atoms are defined in `kernels`, σ and softplus in `write.sympy`."""


_ROW_OPERATIONS = (
    "total",
    "logsumexp",
    "log_softmax",
    "log_ratio",
    "softmax_difference",
    "bregman_at",
    "centered",
    "log_mean_exp",
    "log_tilt",
)


def _atom(name: str) -> type[sympy.Function]:
    derivatives = DERIVATIVES.get(name, ())

    def fdiff(self: sympy.Function, argindex: int = 1) -> Expression:
        return derivatives[argindex - 1](*self.args)

    return type(name, (sympy.Function,), {"fdiff": fdiff})


_ATOMS = {name: _atom(name) for name in (*DERIVATIVES, *_ROW_OPERATIONS)}


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
    "abs": sympy.Abs,
    "sign": sympy.sign,
    "min": sympy.Min,
    "max": sympy.Max,
    "sigmoid": sigmoid,
    "softplus": softplus,
    **_ATOMS,
}
"""Operation -> the SymPy expression of it on symbols, arguments in order."""
