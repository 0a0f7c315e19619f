"""One name for several functions of the same shape: `pairwise_loss("ipo", ...)` is `ipo_loss(...)`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from symrlhf.compile.function import Accuracy, NumericFunction, Proven
from symrlhf.errors import unknown_name


class Choice:
    """A function whose first argument says which one is meant."""

    takes_distributions = False

    def __init__(self, of: Mapping[str, NumericFunction], doc: str, module: Mapping[str, Any]):
        self.of = dict(of)
        self.doc = doc
        self.module = module

    @property
    def name(self) -> str:
        """The name it is bound to in the file that declares it."""
        return next(k for k, v in self.module.items() if v is self)

    @property
    def kinds(self) -> tuple[str, ...]:
        """What the first argument may be."""
        return tuple(self.of)

    def chosen(self, kind: str) -> NumericFunction:
        """The function of this kind, or an error that gives the nearest kinds."""
        if kind not in self.of:
            raise unknown_name(f"kind of {self.name}", str(kind), self.of)
        return self.of[kind]

    def __call__(self, kind: str, *args: Any, **kwargs: Any) -> Any:
        return self.chosen(kind)(*args, **kwargs)

    def grad(self, kind: str, *args: Any, **kwargs: Any) -> Any:
        """The gradient of the loss of this kind."""
        return self.chosen(kind).grad(*args, **kwargs)

    def value_and_grad(self, kind: str, *args: Any, **kwargs: Any) -> tuple[Any, Any]:
        """The value, and the gradient."""
        return self.chosen(kind).value_and_grad(*args, **kwargs)

    def hess(self, kind: str, *args: Any, **kwargs: Any) -> Any:
        """The second derivatives of the loss of this kind."""
        return self.chosen(kind).hess(*args, **kwargs)

    @property
    def theorem(self) -> Mapping[str, Proven]:
        """Kind -> the theorem of its loss, proven when asked for."""
        return _ByKind(self, lambda f: f.theorem)

    @property
    def source(self) -> Mapping[str, str]:
        """Kind -> the generated code of its loss."""
        return _ByKind(self, lambda f: f.source)

    @property
    def accuracy(self) -> Mapping[str, Accuracy]:
        """Kind -> the stated bound of its loss."""
        return _ByKind(self, lambda f: f.accuracy)

    def __repr__(self) -> str:
        return f"<numeric function {self.name}(kind, ...), kind one of {', '.join(self.of)}>"

    @property
    def __doc__(self) -> str:  # pyright: ignore[reportIncompatibleVariableOverride]
        rows = [f"    {kind}: {f.name}, {f.declaration.doc}" for kind, f in self.of.items()]
        return "\n".join([self.doc, "", *rows, "", "Arguments after the kind are those of the function named."])


class _ByKind(Mapping[str, Any]):
    """What the function of each kind says of itself."""

    def __init__(self, choice: Choice, says: Callable[[NumericFunction], Any]):
        self.choice, self.says = choice, says

    def __getitem__(self, kind: str) -> Any:
        return self.says(self.choice.chosen(kind))

    def __iter__(self) -> Iterator[str]:
        return iter(self.choice.kinds)

    def __len__(self) -> int:
        return len(self.choice.kinds)


def choice(of: Mapping[str, NumericFunction], *, doc: str) -> Choice:
    """Declare, beside the derivations, one name for several functions: kind -> function."""
    return Choice(of, doc, sys._getframe(1).f_globals)
