"""Numbers at a point, exact while they can be, and nilpotent jets over them, which carry derivatives.

A number is a rational or a ball. A jet is Σ_S c_S ε_S over sets S of tags, with ε_t² = 0 for every tag t; sets are
bit masks. Where the variable of tag t is perturbed by ε_t, the coefficient of ε_t is the derivative by it, that of
ε_s ε_t the mixed second derivative, and so on: higher derivatives by one variable use several tags.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import reduce
from math import factorial
from typing import Literal, NamedTuple

from symrlhf.errors import NotSupported
from symrlhf.kernel.ball import Ball, Undefined, arithmetic
from symrlhf.rational import Q, is_rational

MAX_BITS = 1024
"""Rationals with more bits go on as balls."""


class Jet(dict[int, "Number"]):
    """Coefficients by bit mask; the mask 0 is always there, exact zeros are not."""

    __slots__ = ()


Number = Fraction | Ball


class Scale(NamedTuple):
    """exp(Σ c/t^q) t^power (log t)^logs; the rates (q, c) with the largest q first, no c = 0."""

    rates: tuple[tuple[Fraction, Number], ...] = ()
    power: Fraction = Q(0)
    logs: int = 0


class Local:
    """A function of one variable where a number would stand; two are the same only if they are the same object."""

    __slots__ = ()


class Germ(Local):
    """A function of t → 0+, Σ number · scale + O(Σ rest)."""

    __slots__ = ("rest", "terms")

    def __init__(self, terms: Sequence[tuple[Scale, Number]], rest: Sequence[Scale] = ()):
        self.terms, self.rest = tuple(terms), tuple(rest)

    @property
    def scales(self) -> tuple[Scale, ...]:
        return (*(s for s, _ in self.terms), *self.rest)


Value = Number | Jet | Local

ZERO, ONE = Q(0), Q(1)


def base(x: Value) -> Number:
    """The number without its derivatives."""
    if isinstance(x, Local):
        raise NotSupported("a function near a point or on an interval, where a number should stand")
    return x[0] if isinstance(x, Jet) else x


def part(x: Value, bit: int) -> Value:
    """The derivative by the variable of one tag, itself a jet in the other tags."""
    return jet({m ^ bit: c for m, c in x.items() if m & bit}) if isinstance(x, Jet) else ZERO


def jet(coefficients: dict[int, Number]) -> Value:
    """The jet with these coefficients, as a plain number where nothing else is left."""
    kept = {m: c for m, c in coefficients.items() if m == 0 or not (is_rational(c) and c == 0)}
    kept.setdefault(0, ZERO)
    return kept[0] if len(kept) == 1 else Jet(kept)


class Jets:
    """Operations at one precision. Where one is undefined, or may be for all the balls tell, `Undefined` is raised."""

    def __init__(self, bits: int):
        self.bits, self.balls = bits, arithmetic(bits)
        self.tolerance = Q(1, 2 ** (bits * 5 // 8))

    # ---- numbers

    def ball(self, x: Number) -> Ball:
        return self.balls.rational(x) if is_rational(x) else x

    def plain(self, x: Number) -> Number:
        """x as a rational or a ball, to be shown."""
        return x

    def sign(self, x: Number) -> int | None:
        """1, −1, 0 (exactly 0), or None where a ball does not tell."""
        if is_rational(x):
            return 1 if x > 0 else -1 if x < 0 else 0
        return self.balls.sign(x)

    def compare(self, x: Value, y: Value) -> int | None:
        """The sign of x − y, by their numbers; None where balls do not tell."""
        return self.sign(self._add(base(x), self._neg(base(y))))

    def may_be_equal(self, x: Number, y: Number) -> bool:
        """Whether x = y as far as can be told: exactly, or in five eighths of the bits."""
        difference = self._add(x, self._neg(y))
        if is_rational(difference):
            return difference == 0
        if not self.balls.contains_zero(difference):
            return False
        size = max(ONE, *(abs(self.balls.upper(self.ball(n))) for n in (x, y)))
        return self.balls.upper(difference) - self.balls.lower(difference) <= size * self.tolerance

    def _capped(self, x: Fraction) -> Number:
        return x if x.numerator.bit_length() + x.denominator.bit_length() <= MAX_BITS else self.ball(x)

    def _neg(self, x: Number) -> Number:
        return -x if is_rational(x) else self.balls.neg(x)

    def _add(self, x: Number, y: Number) -> Number:
        if is_rational(x) and is_rational(y):
            return self._capped(x + y)
        return self.balls.add(self.ball(x), self.ball(y))

    def _mul(self, x: Number, y: Number) -> Number:
        if is_rational(x):
            if is_rational(y):
                return self._capped(x * y)
            # An exact zero stays exact, so that ties and derivatives by absent variables are seen as such.
            if x == 0:
                return ZERO
        elif is_rational(y) and y == 0:
            return ZERO
        return self.balls.mul(self.ball(x), self.ball(y))

    def _power(self, x: Number, p: Fraction) -> Number:
        """x^p; x^0 = 1 for every x, a negative p needs x ≠ 0, a fractional one x > 0."""
        sign = self.sign(x)
        if p.denominator != 1:
            if sign != 1:
                base_is = "may not be" if sign is None else "is not"
                raise Undefined(f"a fractional power of a base that {base_is} positive", final=sign is not None)
            return ONE if x == 1 else self.balls.pow(self.ball(x), self.ball(p))
        if p < 0 and not sign:
            raise Undefined(f"division by {'0' if sign == 0 else 'a number that may be 0'}", final=sign == 0)
        n = p.numerator
        if is_rational(x) and (x.numerator.bit_length() + x.denominator.bit_length()) * abs(n) <= MAX_BITS:
            return x**n
        return self.balls.pow_int(self.ball(x), n)

    def _exp(self, x: Number) -> Number:
        return self.balls.exp(self.ball(x))

    def _log(self, x: Number) -> Number:
        return self.balls.log(self.ball(x))

    # ---- jets

    def neg(self, x: Value) -> Value:
        return Jet({m: self._neg(c) for m, c in x.items()}) if isinstance(x, Jet) else self._neg(base(x))

    def add(self, x: Value, y: Value) -> Value:
        if not isinstance(x, Jet) and not isinstance(y, Jet):
            return self._add(base(x), base(y))
        total = _coefficients(x)
        for m, c in _coefficients(y).items():
            total[m] = self._add(total[m], c) if m in total else c
        return jet(total)

    def mul(self, x: Value, y: Value) -> Value:
        if not isinstance(x, Jet) and not isinstance(y, Jet):
            return self._mul(base(x), base(y))
        total: dict[int, Number] = {}
        for m, c in _coefficients(x).items():
            for n, d in _coefficients(y).items():
                if not m & n:
                    term = self._mul(c, d)
                    total[m | n] = self._add(total[m | n], term) if m | n in total else term
        return jet(total)

    def div(self, x: Value, y: Value) -> Value:
        return self.mul(x, self.power(y, Q(-1)))

    def compose(self, f: Callable[[int], Value], x: Value) -> Value:
        """f(x) where `f(k)` is the k-th derivative at the number of x (Taylor, one tag at a time)."""
        return self._compose(f, 0, _coefficients(x))

    def _compose(self, f: Callable[[int], Value], k: int, x: dict[int, Number]) -> Value:
        top = max(x)
        if top == 0:
            return f(k)
        bit = 1 << (top.bit_length() - 1)
        low = {m: c for m, c in x.items() if not m & bit}
        slope = jet({m: c for m, c in x.items() if m & bit})
        # x = low + slope with slope² = 0, so f(x) = f(low) + f'(low) slope.
        return self.add(self._compose(f, k, low), self.mul(self._compose(f, k + 1, low), slope))

    def power(self, x: Value, p: Fraction) -> Value:
        """x^p for a number p."""
        number = base(x)

        def derivative(k: int) -> Number:
            factor = reduce(lambda c, i: c * (p - i), range(k), ONE)
            return self._mul(factor, self._power(number, p - k)) if factor else ZERO

        return self.compose(derivative, x)

    def exp(self, x: Value) -> Value:
        number = base(x)
        value = ONE if number == 0 else self._exp(number)
        return self.compose(lambda _: value, x)

    def log(self, x: Value) -> Value:
        number = base(x)
        sign = self.sign(number)
        if sign != 1:
            raise Undefined(f"log of a number that {'may be' if sign is None else 'is'} ≤ 0", final=sign is not None)
        value = ZERO if number == 1 else self._log(number)

        def derivative(k: int) -> Number:
            if k == 0:
                return value
            return self._mul(Q((-1) ** (k - 1) * factorial(k - 1)), self._power(number, Q(-k)))

        return self.compose(derivative, x)

    # ---- functions by their definitions

    def sqrt(self, x: Value) -> Value:
        return self.power(x, Q(1, 2))

    def sigmoid(self, x: Value) -> Value:
        """1/(1 + e^−x)."""
        return self.div(ONE, self.add(ONE, self.exp(self.neg(x))))

    def softplus(self, x: Value) -> Value:
        """log(1 + e^x)."""
        return self.log(self.add(ONE, self.exp(x)))

    def tanh(self, x: Value) -> Value:
        """1 − 2/(1 + e^2x)."""
        return self.add(ONE, self.div(Q(-2), self.add(ONE, self.exp(self.add(x, x)))))

    def cosh(self, x: Value) -> Value:
        """(e^x + e^−x)/2."""
        return self.mul(Q(1, 2), self.add(self.exp(x), self.exp(self.neg(x))))

    def sinh(self, x: Value) -> Value:
        """(e^x − e^−x)/2."""
        return self.mul(Q(1, 2), self.add(self.exp(x), self.neg(self.exp(self.neg(x)))))

    def arctan(self, x: Value) -> Value:
        """The angle between −π/2 and π/2 whose tangent is x."""
        number = self._enclosable(x)
        value = ZERO if number == 0 else self.balls.arctan(self.ball(number))
        over = self._power(self._add(ONE, self._mul(number, number)), Q(-1))

        def derivative(k: int) -> Number:
            return self._mul(self._at(_SLOPES_OF_ARCTAN(k), number), self._power(over, Q(k)))

        return self.compose(lambda k: derivative(k) if k else value, x)

    def arcsin(self, x: Value) -> Value:
        """The angle from −π/2 to π/2 whose sine is x; −1 ≤ x ≤ 1, and its slope is that inside."""
        number = self._enclosable(x)
        value = ZERO if number == 0 else self.balls.arcsin(self.ball(number))

        def derivative(k: int) -> Number:
            left = self._add(ONE, self._neg(self._mul(number, number)))
            return self._mul(self._at(_SLOPES_OF_ARCSIN(k), number), self._power(left, Q(1, 2) - k))

        return self.compose(lambda k: derivative(k) if k else value, x)

    def _enclosable(self, x: Value) -> Number:
        return base(x)

    def _at(self, coefficients: Sequence[int], x: Number) -> Number:
        """The value of a polynomial, by Horner's rule."""
        total: Number = ZERO
        for c in reversed(coefficients):
            total = self._add(self._mul(total, x), Q(c))
        return total

    def log_gap(self, x: Value) -> Value:
        """x − 1 − log x."""
        return self.add(self.add(x, Q(-1)), self.neg(self.log(x)))

    # ---- functions with kinks

    def abs(self, x: Value) -> Value:
        return self.max(x, self.neg(x))

    def step(self, x: Value) -> Value:
        """The sign of x, which has no derivative at 0."""
        sign = self.sign(base(x))
        if sign is None:
            raise Undefined("the sign of a number that may be 0")
        if sign == 0 and isinstance(x, Jet):
            raise Undefined("the derivative of sign at 0", final=True)
        return Q(sign)

    def min(self, *xs: Value) -> Value:
        return reduce(lambda x, y: self._choose(x, y, -1), xs)

    def max(self, *xs: Value) -> Value:
        return reduce(lambda x, y: self._choose(x, y, 1), xs)

    def _choose(self, x: Value, y: Value, wanted: Literal[-1, 1]) -> Value:
        """The one of x and y on the wanted side; where they meet, they must agree in all derivatives."""
        order = self.compare(x, y)
        if order:
            return x if order == wanted else y
        if order == 0 and (x == y or (not isinstance(x, Jet) and not isinstance(y, Jet))):
            return x
        if isinstance(x, Jet) or isinstance(y, Jet):
            raise Undefined("a derivative at a kink", final=order == 0)
        return (self.balls.min if wanted < 0 else self.balls.max)(self.ball(base(x)), self.ball(base(y)))

    def clip(self, x: Value, low: Value, high: Value) -> Value:
        """min(max(x, low), high)."""
        return self.min(self.max(x, low), high)

    def total(self, xs: Iterable[Value]) -> Value:
        """The sum of one or more."""
        return reduce(self.add, xs)

    def product(self, xs: Iterable[Value]) -> Value:
        """The product of one or more."""
        return reduce(self.mul, xs)


def _slopes(by: int, root: int) -> Callable[[int], tuple[int, ...]]:
    """Numerators P_k of f^(k) = P_k/(1 + by x²)^(k − root/2) for f' = (1 + by x²)^(root/2 − 1), k ≥ 1."""

    def numerator(k: int) -> tuple[int, ...]:
        if k == 1:
            return (1,)
        # P_k = P' (1 + by x²) − by (2(k − 1) − root) x P for P = P_{k−1}.
        p = numerator(k - 1)
        slope = [i * c for i, c in enumerate(p)][1:]
        total = [0] * (len(p) + 1)
        for i, c in enumerate(slope):
            total[i] += c
            total[i + 2] += by * c
        for i, c in enumerate(p):
            total[i + 1] -= by * (2 * (k - 1) - root) * c
        return tuple(total)

    return numerator


_SLOPES_OF_ARCTAN, _SLOPES_OF_ARCSIN = _slopes(1, 0), _slopes(-1, 1)


def _coefficients(x: Value) -> dict[int, Number]:
    return dict(x) if isinstance(x, Jet) else {0: base(x)}
