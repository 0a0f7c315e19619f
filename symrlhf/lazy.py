"""Values worked out once per object, for the many small objects that terms are."""

from __future__ import annotations

from functools import cached_property
from typing import Any, TypeVar

T = TypeVar("T")


class once(cached_property[T]):
    """`functools.cached_property`, which before Python 3.12 takes a lock at each object's first question."""

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        value = instance.__dict__[self.attrname] = self.func(instance)
        return value
