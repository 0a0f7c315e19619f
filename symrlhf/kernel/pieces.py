"""The refuter's integrands on a piece of their interval: power series in the distance from its middle.

A piece is Σ_k a_k h^k up to a fixed order, over a ball: with a point as its base the coefficients are those of the
Taylor polynomial there, with an interval they hold the coefficients at each of its points, the last one among them
that of the remainder. What has a kink on the piece, or may have one, is `Undefined` there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Literal

from symrlhf.errors import NotSupported
from symrlhf.kernel.ball import Undefined
from symrlhf.kernel.jet import ONE, ZERO, Jet, Jets, Local, Number, Value
from symrlhf.rational import Q

ORDER = 10
"""The power of the distance that bounds the remainder; even."""


class Piece(Local):
    """Σ_k a_k h^k for k = 0, …, ORDER."""

    __slots__ = ("coefficients",)

    def __init__(self, coefficients: Sequence[Number]):
        self.coefficients = (*coefficients, *[ZERO] * (ORDER + 1 - len(coefficients)))


class Pieces(Jets):
    """The operations of jets, for pieces too."""

    def _of(self, x: Value) -> tuple[Number, ...]:
        if isinstance(x, Piece):
            return x.coefficients
        if isinstance(x, (Jet, Local)):
            raise NotSupported("an integral under a derivative, a limit or another integral")
        return (x, *[ZERO] * ORDER)

    def _dot(self, pairs: Iterable[tuple[Number, Number]]) -> Number:
        total: Number = ZERO
        for x, y in pairs:
            # Most coefficients of what is nearly a polynomial vanish.
            if (product := self._mul(x, y)) is not ZERO:
                total = product if total is ZERO else self._add(total, product)
        return total

    # ---- questions

    def compare(self, x: Value, y: Value) -> int | None:
        if isinstance(x, Piece) or isinstance(y, Piece):
            return self.sign(self._add(self._of(x)[0], self._neg(self._of(y)[0])))
        return super().compare(x, y)

    # ---- the operations

    def neg(self, x: Value) -> Value:
        return Piece(tuple(map(self._neg, x.coefficients))) if isinstance(x, Piece) else super().neg(x)

    def add(self, x: Value, y: Value) -> Value:
        if not isinstance(x, Piece) and not isinstance(y, Piece):
            return super().add(x, y)
        return Piece([self._add(a, b) for a, b in zip(self._of(x), self._of(y), strict=True)])

    def mul(self, x: Value, y: Value) -> Value:
        if not isinstance(x, Piece) and not isinstance(y, Piece):
            return super().mul(x, y)
        if not isinstance(x, Piece):
            x, y = y, x
        f, g = self._of(x), self._of(y)
        if not isinstance(y, Piece):
            return Piece([self._mul(a, g[0]) for a in f])
        return Piece([self._dot((f[i], g[k - i]) for i in range(k + 1)) for k in range(ORDER + 1)])

    def power(self, x: Value, p: Fraction) -> Value:
        if not isinstance(x, Piece):
            return super().power(x, p)
        if p.denominator == 1 and 0 <= p <= ORDER:
            return self.product([x] * int(p)) if p else ONE
        f = x.coefficients
        over = self._power(f[0], Q(-1))
        g = [self._power(f[0], p)]
        # g' f = p g f'.
        for k in range(1, ORDER + 1):
            inner = self._dot((self._mul(i * p - (k - i), f[i]), g[k - i]) for i in range(1, k + 1))
            g.append(self._mul(self._mul(Q(1, k), inner), over))
        return Piece(g)

    def exp(self, x: Value) -> Value:
        if not isinstance(x, Piece):
            return super().exp(x)
        f = x.coefficients
        g = [self._exp(f[0])]
        # g' = g f'.
        for k in range(1, ORDER + 1):
            inner = self._dot((self._mul(Q(i), f[i]), g[k - i]) for i in range(1, k + 1))
            g.append(self._mul(Q(1, k), inner))
        return Piece(g)

    def log(self, x: Value) -> Value:
        if not isinstance(x, Piece):
            return super().log(x)
        f = x.coefficients
        if self.sign(f[0]) != 1:
            raise Undefined("log of what may not be positive on the piece")
        over = self._power(f[0], Q(-1))
        g = [self._log(f[0])]
        # g' f = f'.
        for k in range(1, ORDER + 1):
            inner = self._dot((self._mul(Q(i, k), g[i]), f[k - i]) for i in range(1, k))
            g.append(self._mul(self._add(f[k], self._neg(inner)), over))
        return Piece(g)

    def step(self, x: Value) -> Value:
        if not isinstance(x, Piece):
            return super().step(x)
        sign = self.sign(x.coefficients[0])
        if not sign:
            raise Undefined("the sign of what may be 0 on the piece")
        return Q(sign)

    def _choose(self, x: Value, y: Value, wanted: Literal[-1, 1]) -> Value:
        if not isinstance(x, Piece) and not isinstance(y, Piece):
            return super()._choose(x, y, wanted)
        order = self.compare(x, y)
        if not order:
            raise Undefined("which of two functions is larger on the piece")
        return x if order == wanted else y
