"""SymPy builds each line, a small kernel proves it, Jinja prints it as LaTeX, lambdify turns it into NumPy.

The public names stand in one table and are imported on first use, so that `import symrlhf` loads no engine.
Type checkers read the same table from `__init__.pyi`, which `pytest --update-golden` writes.
"""

import os
import sys
from importlib import import_module

__version__ = "0.1.0"

PUBLIC: dict[str, list[str]] = {
    "errors": [
        "IllFormed",
        "InconsistentHypotheses",
        "NotSupported",
        "RuleViolation",
        "StepError",
        "StepNotByMove",
        "StepRefuted",
        "StepUndecided",
        "SymrlhfError",
    ],
    "term": [
        "Abs",
        "Approx",
        "Eq",
        "Ge",
        "Gt",
        "Iff",
        "Implies",
        "Le",
        "Lt",
        "Max",
        "MaxOver",
        "Min",
        "MinOver",
        "Ne",
        "Order",
        "Prod",
        "Rational",
        "Sum",
        "Sym",
        "Term",
        "arcsin",
        "arctan",
        "argmax",
        "clip",
        "cosh",
        "delta",
        "diff",
        "exp",
        "expansion",
        "integral",
        "limit",
        "log",
        "log_gap",
        "oo",
        "sigmoid",
        "sign",
        "sinh",
        "softplus",
        "sqrt",
        "stop_gradient",
        "tanh",
    ],
    "setting": [
        "Data",
        "DependsOn",
        "E",
        "Group",
        "H",
        "Integer",
        "KL",
        "Parameter",
        "Policy",
        "Positive",
        "PositiveInteger",
        "Prompt",
        "Real",
        "Response",
        "Reward",
        "Setting",
        "cross_entropy",
    ],
    "kernel.theorem": ["Theorem"],
    "authoring": ["Derivation", "Lines", "by", "derivation", "given", "let", "nonnegative", "start"],
    "library": ["catalogue", "load"],
    "read.sympy": ["from_sympy"],
    "checker": ["check"],
    "compile": ["choice", "driven", "numeric"],
}
"""Module -> the names it gives to `from symrlhf import ...`."""

PUBLIC_MODULES: list[str] = ["functions", "steps"]
"""Modules that are public as a whole: `symrlhf.functions.rm_loss(...)` after `import symrlhf`."""

# In a checkout, derivations/ and templates/ stand beside the package; in a wheel, inside it.
if not os.path.isdir(os.path.join(os.path.dirname(__file__), "derivations")):
    __path__.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

_MODULE_OF = {name: module for module, names in PUBLIC.items() for name in names}

__all__ = [*_MODULE_OF, *PUBLIC_MODULES]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> object:
    if name in _MODULE_OF:
        value = getattr(import_module(f"symrlhf.{_MODULE_OF[name]}"), name)
        globals()[name] = value
        return value
    if name in PUBLIC_MODULES:
        return import_module(f"symrlhf.{name}")
    raise AttributeError(f"module 'symrlhf' has no name {name!r}", name=name, obj=sys.modules[__name__])


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
