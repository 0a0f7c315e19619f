"""Functions that are more than one formula: a recursion over tokens, a solver, a gather by token ids.

A driver (in `drivers`) runs the compiled kernels of theorems over arrays; what a kernel computes is proven, what the
driver does with it is said in its documentation and tested. Declaring one loads neither SymPy nor NumPy.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

from symrlhf.compile.function import Accuracy, Derived, NumericFunction, Proven
from symrlhf.errors import NotSupported


class Kernels:
    """What a driver is given: the name it is called by, and the functions it runs, as attributes."""

    def __init__(self, name: str, functions: Mapping[str, NumericFunction]):
        self.name = name
        self._functions = functions

    def __getattr__(self, name: str) -> NumericFunction:
        if name.startswith("_") or name not in self._functions:
            raise AttributeError(name)
        return self._functions[name]

    def __contains__(self, name: str) -> bool:
        return name in self._functions


DRIVER_MODULES = ("drivers", "ranked", "ratios", "distilled", "fdivergences")
"""Where the drivers are, in `symrlhf.compile`; each registers its own when first asked for."""


def _table(name: str) -> Mapping[str, Callable[..., Any]]:
    from symrlhf.compile import passed

    for module in DRIVER_MODULES:
        import_module(f"symrlhf.compile.{module}")
    return getattr(passed, name)


class DrivenFunction:
    """A function over NumPy arrays that runs the kernels of a theorem."""

    def __init__(
        self,
        derivation: Derived,
        driver: str,
        kernels: Mapping[str, NumericFunction],
        doc: str,
        module: Mapping[str, Any],
        bound: str,
    ):
        self.derivation = derivation
        self.driver = driver
        self.kernels = kernels
        self.doc = doc
        self.module = module
        self.bound = bound

    @cached_property
    def name(self) -> str:
        """The name it is bound to in the file that declares it."""
        return next(k.rstrip("_") for k, v in self.module.items() if v is self)

    takes_distributions = False

    @cached_property
    def driver_function(self) -> Callable[..., Any]:
        """What runs the kernels."""
        return _table("DRIVERS")[self.driver]

    @cached_property
    def _slopes(self) -> Callable[..., Any] | None:
        return _table("GRADIENTS").get(self.driver)

    @cached_property
    def _bends(self) -> Callable[..., Any] | None:
        return _table("HESSIANS").get(self.driver)

    @cached_property
    def __signature__(self) -> inspect.Signature:
        parameters = list(inspect.signature(self.driver_function).parameters.values())[1:]
        return inspect.Signature(parameters)

    @property
    def theorem(self) -> Proven:
        """The theorem its kernels compute, proven on first access."""
        return self.derivation.result

    def _run(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        import numpy as np

        try:
            bound = self.__signature__.bind(*args, **kwargs)
        except TypeError as error:
            raise TypeError(f"{self.name}: {error}") from None
        # A branch that is not taken may overflow; what the formula itself does at the edge is documented.
        with np.errstate(all="ignore"):
            return function(Kernels(self.name, self.kernels), *bound.args, **bound.kwargs)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._run(self.driver_function, args, kwargs)

    def grad(self, *args: Any, **kwargs: Any) -> Any:
        """The gradient of the returned number (of an array: of its sum), a named tuple."""
        if self._slopes is None:
            raise NotSupported(f"{self.name} has no gradient: it is not differentiated through")
        return self._run(self._slopes, args, kwargs)

    def value_and_grad(self, *args: Any, **kwargs: Any) -> tuple[Any, Any]:
        """The value, and `grad` of it."""
        return self(*args, **kwargs), self.grad(*args, **kwargs)

    def hess(self, *args: Any, **kwargs: Any) -> Any:
        """The second derivatives of the returned number, by the one array that is differentiated by."""
        if self._bends is None:
            raise NotSupported(f"{self.name} has no second derivatives here")
        return self._run(self._bends, args, kwargs)

    @property
    def source(self) -> str:
        """The driver, and the generated code of the kernels it runs."""
        parts = [inspect.getsource(self.driver_function), *(f.source for f in self.kernels.values())]
        return "\n".join(parts)

    @property
    def accuracy(self) -> Accuracy:
        """The stated bound, and what it rests on."""
        module = self.driver_function.__module__.rpartition(".")[2]
        return Accuracy("sampled", self.bound, f"against mpmath at 50 digits or more in tests/test_{module}.py")

    def __repr__(self) -> str:
        return f"<numeric function {self.name}{self.__signature__}>"

    def _repr_html_(self) -> str:
        from symrlhf.compile.document import notebook_html

        return notebook_html(self)

    if not TYPE_CHECKING:  # for a type checker a documentation is no property

        @property
        def __doc__(self) -> str:
            from symrlhf.compile.document import driven_docstring

            return driven_docstring(self)


BOUND = "within 1e-13 · Σ|terms| of the form evaluated"


def driven(
    derivation: Derived,
    driver: str,
    *,
    doc: str,
    kernels: Mapping[str, NumericFunction] | None = None,
    bound: str = BOUND,
) -> DrivenFunction:
    """Declare a function that runs kernels of a theorem: beside the derivation, `gae = driven(theorem, "gae", ...)`.

    driver: its name in one of DRIVER_MODULES; its documentation says what is done with the kernels.
    kernels: what the driver calls each kernel -> the function.
    bound: how accurate it is, as its tests show.
    """
    return DrivenFunction(derivation, driver, dict(kernels or {}), doc, sys._getframe(1).f_globals, bound)
