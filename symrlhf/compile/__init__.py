"""Theorems as NumPy functions: lower, stabilise, differentiate, lambdify. Importing this loads no engine."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from symrlhf.compile.choosing import choice as choice
    from symrlhf.compile.driving import driven as driven
    from symrlhf.compile.entries import compile_relation as compile_relation
    from symrlhf.compile.entries import function_of as function_of
    from symrlhf.compile.entries import lambdify_theorem as lambdify_theorem
    from symrlhf.compile.function import NumericFunction as NumericFunction
    from symrlhf.compile.function import numeric as numeric

_MODULE_OF = {
    "compile_relation": "entries",
    "function_of": "entries",
    "lambdify_theorem": "entries",
    "choice": "choosing",
    "driven": "driving",
    "NumericFunction": "function",
    "numeric": "function",
}


def __getattr__(name: str) -> object:
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'symrlhf.compile' has no name {name!r}")
    return getattr(import_module(f"symrlhf.compile.{_MODULE_OF[name]}"), name)
