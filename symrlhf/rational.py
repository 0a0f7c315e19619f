"""Rational numbers: the standard library's `Fraction`, with the operations the kernel lives on done at once.

`Fraction` works for every kind of number, and asks for the kinds anew at each sum and each comparison; that took a
quarter of the kernel's time. A `Q` is a `Fraction` in every respect: equal, of the same hash, sorted among them.
"""

# The two slots of a Fraction are read and filled here, past its checks: they always hold coprime integers.
# pyright: reportPrivateUsage=false, reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import gcd
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing_extensions import TypeIs

_bare = object.__new__
_hash = Fraction.__hash__


class Q(Fraction):
    """A rational number."""

    __slots__ = ()

    def __new__(cls, numerator: Any = 0, denominator: Any = 1) -> Q:
        if type(numerator) is int and type(denominator) is int and denominator > 0:
            return _made(numerator, denominator) if denominator == 1 else _reduced(numerator, denominator)
        if type(numerator) is Q and denominator == 1:
            return numerator
        q = Fraction(numerator) if denominator == 1 else Fraction(numerator, denominator)
        return _made(q.numerator, q.denominator)

    # Sums, products and comparisons are written out: through `_ratio` they take two to three times as long.

    def __add__(self, other: Any) -> Any:
        kind = type(other)
        if kind is Q or kind is Fraction:
            return _sum(self._numerator, self._denominator, other._numerator, other._denominator)
        if kind is int:
            return _made(self._numerator + other * self._denominator, self._denominator)
        return Fraction.__add__(self, other)

    def __radd__(self, other: Any) -> Any:
        if (a := _ratio(other)) is None:
            return Fraction.__radd__(self, other)
        return _sum(*a, self._numerator, self._denominator)

    def __sub__(self, other: Any) -> Any:
        kind = type(other)
        if kind is Q or kind is Fraction:
            return _sum(self._numerator, self._denominator, -other._numerator, other._denominator)
        if kind is int:
            return _made(self._numerator - other * self._denominator, self._denominator)
        return Fraction.__sub__(self, other)

    def __rsub__(self, other: Any) -> Any:
        if (a := _ratio(other)) is None:
            return Fraction.__rsub__(self, other)
        return _sum(*a, -self._numerator, self._denominator)

    def __mul__(self, other: Any) -> Any:
        kind = type(other)
        if kind is Q or kind is Fraction:
            return _product(self._numerator, self._denominator, other._numerator, other._denominator)
        if kind is int:
            return _product(self._numerator, self._denominator, other, 1)
        return Fraction.__mul__(self, other)

    def __rmul__(self, other: Any) -> Any:
        if (a := _ratio(other)) is None:
            return Fraction.__rmul__(self, other)
        return _product(*a, self._numerator, self._denominator)

    def __truediv__(self, other: Any) -> Any:
        if (b := _ratio(other)) is None or not b[0]:
            return Fraction.__truediv__(self, other)
        return _product(self._numerator, self._denominator, *_turned(*b))

    def __rtruediv__(self, other: Any) -> Any:
        if (a := _ratio(other)) is None or not self._numerator:
            return Fraction.__rtruediv__(self, other)
        return _product(*a, *_turned(self._numerator, self._denominator))

    def __pow__(self, other: Any, modulo: None = None) -> Any:
        if type(other) is not int:
            power = Fraction.__pow__(self, other)
            return Q(power) if isinstance(power, Fraction) else power
        if other >= 0:
            return _made(self._numerator**other, self._denominator**other)
        if not self._numerator:
            raise ZeroDivisionError(f"0 to the power {other}")
        numerator, denominator = _turned(self._numerator, self._denominator)
        return _made(numerator**-other, denominator**-other)

    def __neg__(self) -> Q:
        return _made(-self._numerator, self._denominator)

    def __pos__(self) -> Q:
        return self

    def __abs__(self) -> Q:
        return self if self._numerator >= 0 else _made(-self._numerator, self._denominator)

    def __bool__(self) -> bool:
        return self._numerator != 0

    def __hash__(self) -> int:
        return hash(self._numerator) if self._denominator == 1 else _hash(self)

    def __eq__(self, other: object) -> bool:
        if type(other) is Q or type(other) is Fraction:
            return self._numerator == other._numerator and self._denominator == other._denominator
        if type(other) is int:
            return self._numerator == other and self._denominator == 1
        return Fraction.__eq__(self, other)

    def __lt__(self, other: Any) -> bool:
        kind = type(other)
        if kind is int:
            return self._numerator < other * self._denominator
        if kind is Q or kind is Fraction:
            return self._numerator * other._denominator < other._numerator * self._denominator
        return Fraction.__lt__(self, other)

    def __le__(self, other: Any) -> bool:
        kind = type(other)
        if kind is int:
            return self._numerator <= other * self._denominator
        if kind is Q or kind is Fraction:
            return self._numerator * other._denominator <= other._numerator * self._denominator
        return Fraction.__le__(self, other)

    def __gt__(self, other: Any) -> bool:
        kind = type(other)
        if kind is int:
            return self._numerator > other * self._denominator
        if kind is Q or kind is Fraction:
            return self._numerator * other._denominator > other._numerator * self._denominator
        return Fraction.__gt__(self, other)

    def __ge__(self, other: Any) -> bool:
        kind = type(other)
        if kind is int:
            return self._numerator >= other * self._denominator
        if kind is Q or kind is Fraction:
            return self._numerator * other._denominator >= other._numerator * self._denominator
        return Fraction.__ge__(self, other)

    def __reduce__(self) -> tuple[Callable[..., Q], tuple[int, int]]:
        return Q, (self._numerator, self._denominator)

    def __copy__(self) -> Q:
        return self

    def __deepcopy__(self, memo: Any) -> Q:
        return self


_KINDS = frozenset({Q, Fraction})


def is_rational(number: object) -> TypeIs[Fraction]:
    """Whether it is one of the two classes of exact numbers; `isinstance` asks abstract classes first."""
    return type(number) in _KINDS


def _ratio(number: Any) -> tuple[int, int] | None:
    """The two integers of an exact number; None leaves the question to `Fraction`."""
    kind = type(number)
    if kind is Q or kind is Fraction:
        return number._numerator, number._denominator
    return (number, 1) if kind is int else None


def _made(numerator: int, denominator: int) -> Q:
    """Of coprime integers, the second positive."""
    q = _bare(Q)
    q._numerator = numerator
    q._denominator = denominator
    return q


def _reduced(numerator: int, denominator: int) -> Q:
    g = gcd(numerator, denominator)
    return _made(numerator, denominator) if g == 1 else _made(numerator // g, denominator // g)


LONG = 1 << 256
"""Denominators above it are mostly powers of two, from the ends of balls: those cancel without a division."""


def _long_reduced(numerator: int, denominator: int) -> Q:
    if not numerator:
        return _made(0, 1)
    both = numerator | denominator
    twos = (both & -both).bit_length() - 1
    numerator, denominator = numerator >> twos, denominator >> twos
    if denominator & (denominator - 1):
        return _reduced(numerator, denominator)
    return _made(numerator, denominator)


def _sum(a: int, b: int, c: int, d: int) -> Q:
    """a/b + c/d."""
    if b == d:
        numerator, denominator = a + c, b
    else:
        numerator, denominator = a * d + c * b, b * d
    if denominator > LONG:
        return _long_reduced(numerator, denominator)
    if denominator != 1 and (g := gcd(numerator, denominator)) != 1:
        numerator //= g
        denominator //= g
    q = _bare(Q)
    q._numerator = numerator
    q._denominator = denominator
    return q


def _product(a: int, b: int, c: int, d: int) -> Q:
    """(a/b)·(c/d)."""
    numerator, denominator = a * c, b * d
    if denominator > LONG:
        return _long_reduced(numerator, denominator)
    if denominator != 1 and (g := gcd(numerator, denominator)) != 1:
        numerator //= g
        denominator //= g
    q = _bare(Q)
    q._numerator = numerator
    q._denominator = denominator
    return q


def _turned(numerator: int, denominator: int) -> tuple[int, int]:
    """The integers of the inverse of what is not 0."""
    return (denominator, numerator) if numerator > 0 else (-denominator, -numerator)
