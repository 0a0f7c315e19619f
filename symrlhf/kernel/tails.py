"""The refuter's integrands towards an end: how fast they grow or decay there, with bounds that hold all the way.

The variable of the integral is written as c ± (d + x), c + d e^x or c + d e^(−x) for x ≥ 0. A tail is shift + core; of
a core f, which has no zero, are known its value at x = 0, and for all x ≥ 0 bounds of its rate f'/f and of its slope
f'. So ∫_0^∞ f lies between f(0)/−lowest rate and f(0)/−highest rate, where the rates are negative.
"""

from __future__ import annotations

from fractions import Fraction
from math import inf
from typing import Literal, NamedTuple

from symrlhf.errors import NotSupported
from symrlhf.kernel.ball import Undefined
from symrlhf.kernel.jet import ONE, ZERO, Jet, Jets, Local, Number, Value, base
from symrlhf.rational import Q, is_rational

End = Fraction | float
"""A rational number, or ±∞."""

LONG = 256
"""Bits of an end beyond which it is rounded outward."""


class Span(NamedTuple):
    """All numbers between two ends."""

    low: End
    high: End

    def plus(self, other: Span) -> Span:
        return Span(_sum(self.low, other.low), _sum(self.high, other.high))

    def times(self, other: Span) -> Span:
        ends = [_product(a, b) for a in self for b in other]
        return Span(min(ends), max(ends))

    def hull(self, other: Span) -> Span:
        return Span(min(self.low, other.low), max(self.high, other.high))

    def meet(self, other: Span) -> Span:
        """What lies in both; they hold one number in common."""
        return Span(max(self.low, other.low), min(self.high, other.high))


def _sum(a: End, b: End) -> End:
    """Of ends on one side: ∞ is never met by −∞."""
    return a if isinstance(a, float) else b if isinstance(b, float) else a + b


def _product(a: End, b: End) -> End:
    """0 · ∞ = 0: bounds of a product of numbers, of which none is infinite."""
    if not a or not b:
        return ZERO
    if isinstance(a, float) or isinstance(b, float):
        return inf if (a > 0) == (b > 0) else -inf
    return a * b


STILL = Span(ZERO, ZERO)


class Core(NamedTuple):
    start: Number
    rate: Span
    slope: Span


class Tail(Local):
    """shift + core."""

    __slots__ = ("core", "shift")

    def __init__(self, shift: Number, core: Core):
        self.shift, self.core = shift, core


class Tails(Jets):
    """The operations of jets, for tails too."""

    def along(self, centre: Number, distance: Number, rate: Literal[-1, 1]) -> Tail:
        """centre + distance · e^(rate x)."""
        return Tail(centre, self._core(distance, Span(Q(rate), Q(rate))))

    def ahead(self, centre: Number, distance: Fraction) -> Tail:
        """centre + (distance + x) for a distance > 0; centre + (distance − x) for one < 0."""
        size = abs(distance)
        step = Q(distance, size)
        return Tail(centre, self._core(distance, Span(ZERO, 1 / size), Span(step, step)))

    def area(self, x: Value) -> Number:
        """∫_0^∞ of a tail."""
        if not isinstance(x, Tail):
            if not isinstance(x, (Jet, Local)) and self.sign(x) == 0:
                return ZERO
            raise Undefined("an integral of what does not vanish towards its end")
        start, (low, high), _ = self._whole(x)
        if high >= 0:
            raise Undefined("an integral of what may not decay towards its end", final=low >= 0)
        least, most = (ZERO if isinstance(e, float) else 1 / Q(e) for e in (low, high))
        return self._mul(start, self._neg(self.balls.hull(self.ball(least), self.ball(most))))

    def series(self, x: Value) -> Number:
        """Σ of a tail over the integers x = 0, 1, …: each term is e^rate times the one before."""
        if not isinstance(x, Tail):
            if self.sign(base(x)) == 0:
                return ZERO
            raise Undefined("a sum of what does not vanish towards its end", final=True)
        start, (low, high), _ = self._whole(x)
        if high >= 0:
            raise Undefined("a sum of what may not decay towards its end", final=low >= 0)
        factors = [ONE if isinstance(e, float) else self._power(self._ratio_left(e), -ONE) for e in (low, high)]
        return self._mul(start, self.balls.hull(*map(self.ball, factors)))

    def _ratio_left(self, rate: End) -> Number:
        return self._add(ONE, self._neg(self._exp(Q(rate))))

    # ---- cores

    def _span(self, x: Number) -> Span:
        if is_rational(x):
            return Span(x, x)
        return Span(self.balls.lower(x), self.balls.upper(x))

    def _rounded(self, s: Span) -> Span:
        def end(e: End, up: bool) -> End:
            if isinstance(e, float) or e.numerator.bit_length() + e.denominator.bit_length() <= LONG:
                return e
            ball = self.balls.rational(e)
            return self.balls.upper(ball) if up else self.balls.lower(ball)

        return Span(end(s.low, False), end(s.high, True))

    def _core(self, start: Number, rate: Span, slope: Span | None = None) -> Core:
        if not self.sign(start):
            raise Undefined("a function whose sign towards its end cannot be told")
        rate = self._rounded(rate)
        by_rate = rate.times(self._values(start, rate))
        return Core(start, rate, self._rounded(by_rate if slope is None else by_rate.meet(slope)))

    def _values(self, start: Number, rate: Span) -> Span:
        """Where f lies: beyond f(0) if it grows, between 0 and f(0) if it decays."""
        sign, size = (ONE, start) if self.sign(start) == 1 else (-ONE, self._neg(start))
        low, high = self._span(size)
        size_span = Span(low if rate.low >= 0 else ZERO, high if rate.high <= 0 else inf)
        return size_span.times(Span(sign, sign))

    def _whole(self, x: Value) -> Core:
        """A tail, or a number, as one core."""
        if not isinstance(x, Tail):
            if isinstance(x, (Jet, Local)):
                raise NotSupported("an integral under a derivative, a limit or another integral")
            return self._core(x, STILL)
        if is_rational(x.shift) and x.shift == 0:
            return x.core
        return self._sum(self._core(x.shift, STILL), x.core)

    def _sum(self, f: Core, g: Core) -> Core:
        start, slope = self._add(f.start, g.start), f.slope.plus(g.slope)
        # (f + g)'/(f + g) = f'/f + (g'/g − f'/f) w with w = g/(f + g), which is monotone where the rates are apart.
        if self.sign(f.start) == self.sign(g.start):
            if f.rate.low >= g.rate.high:
                f, g = g, f
            share = Span(self._share(g, start).low if g.rate.low >= f.rate.high else ZERO, ONE)
        else:
            if self._outweighs(g, f):
                f, g = g, f
            elif not self._outweighs(f, g):
                raise Undefined("a difference that may vanish towards the end")
            share = Span(self._share(g, start).low, ZERO)
        apart = g.rate.plus(f.rate.times(Span(-ONE, -ONE)))
        rate = f.rate.plus(apart.times(share))
        return self._core(start, rate.meet(f.rate.hull(g.rate)) if share.high else rate, slope)

    def _share(self, g: Core, start: Number) -> Span:
        return self._span(self._mul(g.start, self._power(start, -ONE)))

    def _outweighs(self, f: Core, g: Core) -> bool:
        """Whether |g| < |f|, by a ratio that does not grow."""
        sizes = (self._neg(c.start) if self.sign(c.start) == -1 else c.start for c in (f, g))
        larger, smaller = sizes
        return g.rate.high <= f.rate.low and self.sign(self._add(larger, self._neg(smaller))) == 1

    # ---- questions

    def compare(self, x: Value, y: Value) -> int | None:
        if not isinstance(x, Tail) and not isinstance(y, Tail):
            return super().compare(x, y)
        difference = self.add(x, self.neg(y))
        return self.sign(self._whole(difference).start if isinstance(difference, Tail) else base(difference))

    # ---- the operations

    def neg(self, x: Value) -> Value:
        return self.mul(-ONE, x) if isinstance(x, Tail) else super().neg(x)

    def add(self, x: Value, y: Value) -> Value:
        if not isinstance(x, Tail):
            x, y = y, x
        if not isinstance(x, Tail):
            return super().add(x, y)
        if isinstance(y, Tail):
            return Tail(self._add(x.shift, y.shift), self._sum(x.core, y.core))
        if isinstance(y, (Jet, Local)):
            raise NotSupported("an integral under a derivative, a limit or another integral")
        return Tail(self._add(x.shift, y), x.core)

    def mul(self, x: Value, y: Value) -> Value:
        if not isinstance(x, Tail):
            x, y = y, x
        if not isinstance(x, Tail):
            return super().mul(x, y)
        if is_rational(y) and y == 0:
            return ZERO
        if isinstance(y, Tail):
            return Tail(ZERO, self._product(self._whole(x), self._whole(y)))
        if isinstance(y, (Jet, Local)):
            raise NotSupported("an integral under a derivative, a limit or another integral")
        return Tail(self._mul(x.shift, y), self._product(x.core, self._core(y, STILL)))

    def _product(self, f: Core, g: Core) -> Core:
        slope = f.slope.times(self._values(g.start, g.rate)).plus(g.slope.times(self._values(f.start, f.rate)))
        return self._core(self._mul(f.start, g.start), f.rate.plus(g.rate), slope)

    def power(self, x: Value, p: Fraction) -> Value:
        if not isinstance(x, Tail):
            return super().power(x, p)
        if p in (0, 1):
            return x if p else ONE
        f = self._whole(x)
        inverse = self._core(self._power(f.start, p), f.rate.times(Span(p, p)))
        if p != -1 or x.core.rate.high > 0 or not self.sign(x.shift):
            return Tail(ZERO, inverse)
        # 1/(s + g) = 1/s − g/(s (s + g)): what it tends to stands apart.
        limit = self._power(x.shift, p)
        return Tail(limit, self._product(self._product(x.core, inverse), self._core(self._neg(limit), STILL)))

    def exp(self, x: Value) -> Value:
        if not isinstance(x, Tail):
            return super().exp(x)
        start = self._mul(self._exp(x.shift), self._exp(x.core.start))
        return Tail(ZERO, self._core(start, x.core.slope))

    def log(self, x: Value) -> Value:
        if not isinstance(x, Tail):
            return super().log(x)
        if x.shift == 1 and x.core.rate.high <= 0:
            return Tail(ZERO, self._log_near_one(x.core))
        f = self._whole(x)
        if self.sign(f.start) != 1:
            raise Undefined("log of what is not positive towards the end", final=True)
        start = self._log(f.start)
        sign = self.sign(start)
        if not (sign == 1 and f.rate.low >= 0) and not (sign == -1 and f.rate.high <= 0):
            raise Undefined("the sign of a logarithm towards the end")
        least = self._span(start if sign == 1 else self._neg(start)).low
        inverse = Span(ZERO, 1 / least).times(Span(Q(sign), Q(sign)))
        return Tail(ZERO, self._core(start, f.rate.times(inverse), f.rate))

    def _log_near_one(self, g: Core) -> Core:
        """log(1 + g) for a g that does not grow: its rate is that of g times g/((1 + g) log(1 + g))."""
        at = self._add(ONE, g.start)
        if self.sign(at) != 1:
            raise Undefined("log of what may not be positive towards the end")
        over = self._span(self._power(at, -ONE))
        return self._core(self._log(at), g.rate.times(Span(min(over.low, ONE), max(over.high, ONE))))

    def step(self, x: Value) -> Value:
        return Q(self.sign(self._whole(x).start) or 0) if isinstance(x, Tail) else super().step(x)

    def _choose(self, x: Value, y: Value, wanted: Literal[-1, 1]) -> Value:
        if not isinstance(x, Tail) and not isinstance(y, Tail):
            return super()._choose(x, y, wanted)
        return x if self.compare(x, y) == wanted else y
