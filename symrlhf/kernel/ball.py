# pyright: standard
"""Rigorous real balls: intervals that contain the number they stand for. Alone in touching flint.arb, mpmath.

    a = arithmetic(128)
    x = a.exp(a.rational(Q(3, 10)))
    a.sign(a.sub(x, a.rational(1)))        1
    a.decimal(x, 10)                       '1.349858808'

Every operation encloses: if x lies in the ball X, then f(x) lies in f(X). What is said of a ball holds for
all its numbers; else the answer is None or False. An operation that may leave its domain raises Undefined:
no ball is infinite.

Precision belongs to an Arithmetic, never to the process: flint's global precision is set and restored
inside each operation, mpmath is given it with each call. So arithmetics may be nested and mixed, and an
exception leaves nothing behind. Threads: with flint an operation may run at another thread's precision (a
rigorous ball, perhaps wider), and flint's own setting may end as the other's; with mpmath threads are
independent.

What must be believed. flint: Arb's enclosures. mpmath: that + − × ÷ √ round in the direction asked for, and
that exp, log, atan and asin, asked for 20 bits more than needed, are right to 8 bits more than needed. mpmath.iv claims
more and fails: an end of about 1 in 5000 exponentials lies on the wrong side (exp(6.84375) at 10 bits).
"""

import operator
import os
from abc import ABC, abstractmethod
from collections.abc import Callable
from fractions import Fraction
from functools import cache, lru_cache
from math import floor, inf, log10, nextafter
from typing import Any, NewType

from symrlhf.rational import Q

Ball = NewType("Ball", object)
"""A bounded interval. It means something only to the library that made it: ask an Arithmetic about it."""

LARGEST_EXPONENT = 2**32
"""exp(x) is Undefined for x above it, and [0, 2^−LARGEST_EXPONENT] for x below minus it."""
LONGEST_SHOWN = 4_000
"""Bits before or after the point of a number whose digits are shown."""
LONGEST_FRACTION = 2**21
"""Bits before or after the point beyond which an end of a ball is not written out as a Fraction."""


class Undefined(ArithmeticError):
    """No ball encloses the result: the operation is not defined for every number of the balls it is given.

    final: for none of them, so more precision cannot help.
    """

    def __init__(self, message: str, *, final: bool = False) -> None:
        super().__init__(message)
        self.final = final


class TooLarge(Undefined):
    """The result is defined, but beyond the numbers that are computed with."""


class TooLong(TooLarge):
    """The result was looked for with much work, and given up."""


class Arithmetic(ABC):
    """Ball arithmetic with about `bits` significant bits in every result."""

    def __init__(self, bits: int) -> None:
        self.bits = bits

    # Operations

    @abstractmethod
    def rational(self, q: Fraction | int) -> Ball: ...

    @abstractmethod
    def add(self, x: Ball, y: Ball) -> Ball: ...

    @abstractmethod
    def sub(self, x: Ball, y: Ball) -> Ball: ...

    @abstractmethod
    def mul(self, x: Ball, y: Ball) -> Ball: ...

    @abstractmethod
    def neg(self, x: Ball) -> Ball: ...

    @abstractmethod
    def abs(self, x: Ball) -> Ball:
        """|x|. Where x contains 0 the ball may reach below 0."""

    @abstractmethod
    def min(self, x: Ball, y: Ball) -> Ball: ...

    @abstractmethod
    def max(self, x: Ball, y: Ball) -> Ball: ...

    @abstractmethod
    def tanh(self, x: Ball) -> Ball: ...

    @abstractmethod
    def arctan(self, x: Ball) -> Ball: ...

    def arcsin(self, x: Ball) -> Ball:
        """arcsin x. Undefined unless −1 ≤ x ≤ 1."""
        if not (self._at_least(x, -1) and self._at_most(x, 1)):
            wrong = self.is_positive(self.sub(self.abs(x), self.rational(1)))
            raise Undefined(f"arcsine of a number that {'is' if wrong else 'may be'} beyond 1", final=wrong)
        return self._arcsin(x)

    @abstractmethod
    def hull(self, x: Ball, y: Ball) -> Ball:
        """A ball that holds both, and so what lies between."""

    def div(self, x: Ball, y: Ball) -> Ball:
        """x/y. Undefined where y contains 0."""
        if self.contains_zero(y):
            zero = self.sign(y) == 0
            raise Undefined(f"division by {'0' if zero else 'a number that may be 0'}", final=zero)
        return self._div(x, y)

    def exp(self, x: Ball) -> Ball:
        """eˣ. Undefined where x may exceed LARGEST_EXPONENT."""
        if not self._at_most(x, LARGEST_EXPONENT):
            raise TooLarge("exp of a number too large", final=self._at_least(x, LARGEST_EXPONENT))
        if self._at_most(x, -LARGEST_EXPONENT):
            return self._zero_to(-LARGEST_EXPONENT)
        return self._exp(x)

    def log(self, x: Ball) -> Ball:
        """ln x. Undefined unless x > 0."""
        if not self.is_positive(x):
            wrong = self._at_most(x, 0)
            raise Undefined(f"log of a number that {'is' if wrong else 'may be'} ≤ 0", final=wrong)
        return self._log(x)

    def sqrt(self, x: Ball) -> Ball:
        """√x. Undefined unless x ≥ 0."""
        if not self._at_least(x, 0):
            wrong = self.is_negative(x)
            raise Undefined(f"square root of a number that {'is' if wrong else 'may be'} < 0", final=wrong)
        return self._sqrt(x)

    def pow_int(self, x: Ball, n: int) -> Ball:
        """xⁿ, with x⁰ = 1. Undefined where n < 0 and the ball of x⁻ⁿ contains 0."""
        return self._pow_int(x, n) if n >= 0 else self.div(self.rational(1), self._pow_int(x, -n))

    def pow(self, x: Ball, y: Ball) -> Ball:
        """xʸ = exp(y ln x). Undefined unless x > 0."""
        return self.exp(self.mul(y, self.log(x)))

    # Questions

    @abstractmethod
    def is_positive(self, x: Ball) -> bool:
        """Surely x > 0."""

    @abstractmethod
    def is_negative(self, x: Ball) -> bool:
        """Surely x < 0."""

    @abstractmethod
    def is_finite(self, x: Ball) -> bool:
        """True of every ball made here."""

    def is_nonzero(self, x: Ball) -> bool:
        """Surely x ≠ 0."""
        return not self.contains_zero(x)

    def contains_zero(self, x: Ball) -> bool:
        return not (self.is_positive(x) or self.is_negative(x))

    def sign(self, x: Ball) -> int | None:
        """1, −1, 0 (exactly 0), or None: not decided at this precision."""
        if self.is_positive(x):
            return 1
        if self.is_negative(x):
            return -1
        return 0 if self._at_least(x, 0) and self._at_most(x, 0) else None

    def lower(self, x: Ball) -> Fraction:
        """A dyadic number ≤ x, the lower end of the ball. Undefined where it is too long to write out."""
        return _fraction(*self._ends(x)[0], up=False)

    def upper(self, x: Ball) -> Fraction:
        """A dyadic number ≥ x, the upper end of the ball. Undefined where it is too long to write out."""
        return _fraction(*self._ends(x)[1], up=True)

    def midpoint(self, x: Ball) -> Fraction:
        return (self.lower(x) + self.upper(x)) / 2

    def width(self, x: Ball) -> float:
        """upper − lower, rounded up; inf where that is too large for a float."""
        try:
            exact = self.upper(x) - self.lower(x)
            near = float(exact)
        except (OverflowError, Undefined):
            return inf
        return near if near >= exact else nextafter(near, inf)

    def decimal(self, x: Ball, digits: int) -> str:
        """x rounded to `digits` significant digits, or to as many as are certain; '[a, b]' where none is.

        Certain: every number of the ball rounds to the same digits. Very large and small: '1.20e-9'; beyond what is
        worth writing out, 'about 1e8000'.
        """
        ends = [(m > 0, e + m.bit_length()) for m, e in self._ends(x) if m]
        if len(ends) == 2 and ends[0][0] == ends[1][0] and min(abs(bits) for _, bits in ends) > LONGEST_SHOWN:
            return f"about {'' if ends[0][0] else '-'}1e{floor(ends[1][1] * log10(2))}"
        low, high = self.lower(x), self.upper(x)
        if low == high == 0:
            return "0"
        for k in range(digits, 0, -1):
            rounded = _round(low, k)
            if rounded == _round(high, k):
                return _digits(*rounded)
        return f"[{_digits(*_round(low, 2, up=False))}, {_digits(*_round(high, 2, up=True))}]"

    # What a library provides: the operations inside their domains

    @abstractmethod
    def _div(self, x: Any, y: Any) -> Ball: ...

    @abstractmethod
    def _exp(self, x: Any) -> Ball: ...

    @abstractmethod
    def _log(self, x: Any) -> Ball: ...

    @abstractmethod
    def _sqrt(self, x: Any) -> Ball: ...

    @abstractmethod
    def _arcsin(self, x: Any) -> Ball: ...

    @abstractmethod
    def _pow_int(self, x: Any, n: int) -> Ball:
        """xⁿ for n ≥ 0."""

    @abstractmethod
    def _zero_to(self, e: int) -> Ball:
        """[0, 2^e]."""

    @abstractmethod
    def _at_most(self, x: Any, bound: int) -> bool:
        """Surely x ≤ bound."""

    @abstractmethod
    def _at_least(self, x: Any, bound: int) -> bool:
        """Surely x ≥ bound."""

    @abstractmethod
    def _ends(self, x: Any) -> tuple[tuple[int, int], tuple[int, int]]:
        """The lower and the upper end, each as (m, e) for m·2^e."""


class _Arb(Arithmetic):
    """flint: midpoint and radius."""

    def __init__(self, bits: int) -> None:
        from flint import arb, ctx, fmpq

        super().__init__(bits)
        self._arb: Any = arb
        self._context: Any = ctx
        self._fmpq: Any = fmpq

    def _run(self, operation: Callable[..., Any], *args: Any) -> Any:
        context = self._context
        saved = context.prec
        context.prec = self.bits
        try:
            result = operation(*args)
        finally:
            context.prec = saved
        if not result.is_finite():
            raise Undefined("overflow")
        return result

    def rational(self, q: Fraction | int) -> Ball:
        return self._run(self._arb, self._fmpq(*_exact(q)))

    def add(self, x: Any, y: Any) -> Ball:
        return self._run(operator.add, x, y)

    def sub(self, x: Any, y: Any) -> Ball:
        return self._run(operator.sub, x, y)

    def mul(self, x: Any, y: Any) -> Ball:
        return self._run(operator.mul, x, y)

    def neg(self, x: Any) -> Ball:
        return self._run(operator.neg, x)

    def abs(self, x: Any) -> Ball:
        return self._run(operator.abs, x)

    def min(self, x: Any, y: Any) -> Ball:
        return self._run(self._arb.min, x, y)

    def max(self, x: Any, y: Any) -> Ball:
        return self._run(self._arb.max, x, y)

    def hull(self, x: Any, y: Any) -> Ball:
        return self._run(self._arb.union, x, y)

    def tanh(self, x: Any) -> Ball:
        return self._run(self._arb.tanh, x)

    def arctan(self, x: Any) -> Ball:
        return self._run(self._arb.atan, x)

    def _arcsin(self, x: Any) -> Ball:
        return self._run(self._arb.asin, x)

    def _div(self, x: Any, y: Any) -> Ball:
        return self._run(operator.truediv, x, y)

    def _exp(self, x: Any) -> Ball:
        return self._run(self._arb.exp, x)

    def _log(self, x: Any) -> Ball:
        return self._run(self._arb.log, x)

    def _sqrt(self, x: Any) -> Ball:
        return self._run(self._arb.sqrt, x)

    def _pow_int(self, x: Any, n: int) -> Ball:
        if self.is_nonzero(x):
            return self._run(operator.pow, x, n)
        # flint's own power of a ball around 0 is nan.
        out = self.rational(1)
        while n:
            if n & 1:
                out = self.mul(out, x)
            n >>= 1
            if n:
                x = self.mul(x, x)
        return out

    def _zero_to(self, e: int) -> Ball:
        return self._arb((1, e - 1), (1, e - 1))

    def is_positive(self, x: Any) -> bool:
        return x > 0

    def is_negative(self, x: Any) -> bool:
        return x < 0

    def is_finite(self, x: Any) -> bool:
        return x.is_finite()

    def _at_most(self, x: Any, bound: int) -> bool:
        return x <= bound

    def _at_least(self, x: Any, bound: int) -> bool:
        return x >= bound

    def _ends(self, x: Any) -> tuple[tuple[int, int], tuple[int, int]]:
        (m, e), (n, f) = self._run(self._arb.lower, x).man_exp(), self._run(self._arb.upper, x).man_exp()
        return (int(m), int(e)), (int(n), int(f))


class _Interval(Arithmetic):
    """mpmath: lower and upper end, as its raw numbers."""

    def __init__(self, bits: int) -> None:
        from mpmath import libmp

        super().__init__(bits)
        self._lib: Any = libmp

    def rational(self, q: Fraction | int) -> Ball:
        return _around(*_exact(q), self.bits)

    def add(self, x: Any, y: Any) -> Ball:
        return Ball(self._lib.mpi_add(x, y, self.bits))

    def sub(self, x: Any, y: Any) -> Ball:
        return Ball(self._lib.mpi_sub(x, y, self.bits))

    def mul(self, x: Any, y: Any) -> Ball:
        return Ball(self._lib.mpi_mul(x, y, self.bits))

    def neg(self, x: Any) -> Ball:
        return Ball(self._lib.mpi_neg(x, self.bits))

    def abs(self, x: Any) -> Ball:
        return Ball(self._lib.mpi_abs(x, self.bits))

    def min(self, x: Any, y: Any) -> Ball:
        return Ball(tuple(a if self._lib.mpf_le(a, b) else b for a, b in zip(x, y, strict=True)))

    def max(self, x: Any, y: Any) -> Ball:
        return Ball(tuple(a if self._lib.mpf_ge(a, b) else b for a, b in zip(x, y, strict=True)))

    def hull(self, x: Any, y: Any) -> Ball:
        low: Any = self.min(x, y)
        high: Any = self.max(x, y)
        return Ball((low[0], high[1]))

    def tanh(self, x: Any) -> Ball:
        low, high = (self._tanh_of_end(end) for end in x)
        return Ball((low[0], high[1]))

    def arctan(self, x: Any) -> Ball:
        return self._increasing(self._lib.mpf_atan, x, exact=self._lib.fzero)

    def _arcsin(self, x: Any) -> Ball:
        return self._increasing(self._lib.mpf_asin, x, exact=self._lib.fzero)

    def _tanh_of_end(self, end: Any) -> Any:
        """tanh x = (1 − s)/(1 + s) with s = exp(−2x), x ≥ 0; for tiny x from x − x³/3 ≤ tanh x ≤ x."""
        lib, bits = self._lib, self.bits
        one: Any = (lib.fone, lib.fone)
        sign, mantissa, exponent, length = end
        if not mantissa:
            return end, end
        size = exponent + length
        x = lib.mpf_abs(end)
        if size < -bits:
            below = lib.mpf_sub(x, lib.mpf_shift(x, -bits), bits, "f")
            out = (below, lib.mpf_pos(x, bits, "c"))
        else:
            # 1 − s loses the bits by which x is small.
            work = _make("python", bits + max(0, -size) + 10)
            exponent = lib.mpf_neg(lib.mpf_shift(x, 1))
            s = work.exp(Ball((exponent, exponent)))
            out = lib.mpi_pos(work.div(work.sub(one, s), work.add(one, s)), bits)
        return lib.mpi_neg(out) if sign else out

    def _div(self, x: Any, y: Any) -> Ball:
        return Ball(self._lib.mpi_div(x, y, self.bits))

    def _exp(self, x: Any) -> Ball:
        return self._increasing(self._lib.mpf_exp, x, exact=self._lib.fzero)

    def _log(self, x: Any) -> Ball:
        return self._increasing(self._lib.mpf_log, x, exact=self._lib.fone)

    def _sqrt(self, x: Any) -> Ball:
        return Ball(self._lib.mpi_sqrt(x, self.bits))

    def _increasing(self, f: Callable[..., Any], x: Any, exact: Any) -> Ball:
        """f of the ends, moved outward far beyond the error of f; f(exact) is exact."""
        lib, bits = self._lib, self.bits
        ends: list[Any] = []
        for end, outward, way in zip(x, (lib.mpf_sub, lib.mpf_add), "fc", strict=True):
            y = _nearest(f, end, bits + 20)
            if end != exact:
                y = outward(y, lib.mpf_shift(lib.mpf_abs(y), -bits - 8), bits, way)
            ends.append(y)
        return Ball(tuple(ends))

    def _pow_int(self, x: Any, n: int) -> Ball:
        if n % 2 == 0:
            x = self.abs(x)
        # Now increasing, so ends go to ends; each power is itself a product of intervals, rounded outward.
        low, high = (self._power_of_end((end, end), n) for end in x)
        return Ball((low[0], high[1]))

    def _power_of_end(self, x: Any, n: int) -> Any:
        lib = self._lib
        out = (lib.fone, lib.fone)
        while n:
            if n & 1:
                out = lib.mpi_mul(out, x, self.bits + 10)
            n >>= 1
            if n:
                x = lib.mpi_mul(x, x, self.bits + 10)
        return lib.mpi_pos(out, self.bits)

    def _zero_to(self, e: int) -> Ball:
        return Ball((self._lib.fzero, self._lib.mpf_shift(self._lib.fone, e)))

    def is_positive(self, x: Any) -> bool:
        return self._lib.mpf_sign(x[0]) > 0

    def is_negative(self, x: Any) -> bool:
        return self._lib.mpf_sign(x[1]) < 0

    def is_finite(self, x: Any) -> bool:
        return all(m or not e for _, m, e, _ in x)

    def _at_most(self, x: Any, bound: int) -> bool:
        return self._lib.mpf_le(x[1], self._lib.from_int(bound))

    def _at_least(self, x: Any, bound: int) -> bool:
        return self._lib.mpf_ge(x[0], self._lib.from_int(bound))

    def _ends(self, x: Any) -> tuple[tuple[int, int], tuple[int, int]]:
        (s, m, e, _), (t, n, f, _) = x
        return (-int(m) if s else int(m), e), (-int(n) if t else int(n), f)


@lru_cache(maxsize=4096)
def _around(n: int, d: int, bits: int) -> Ball:
    """The interval of n/d, as mpmath rounds it: the numbers of a point stand at many places of a formula."""
    from mpmath.libmp import from_rational

    return Ball(tuple(from_rational(n, d, bits, way) for way in "fc"))


@lru_cache(maxsize=4096)
def _nearest(f: Callable[..., Any], end: Any, bits: int) -> Any:
    """f(end) as mpmath rounds it: at thousands of bits the same few numbers are asked for again and again."""
    return f(end, bits, "n")


def _exact(q: Fraction | int) -> tuple[int, int]:
    if not isinstance(q, int | Fraction):
        raise TypeError(f"a ball is made from an int or a Fraction, not {type(q).__name__}")
    return q.numerator, q.denominator


def _fraction(m: int, e: int, *, up: bool) -> Fraction:
    """m·2^e; where that needs too many bits after the point, a bound in the direction asked for."""
    if m == 0:
        return Q(0)
    if e + m.bit_length() > LONGEST_FRACTION:
        raise TooLarge("a number too large to write out", final=True)
    if e < -LONGEST_FRACTION:
        m = -(-m >> -LONGEST_FRACTION - e) if up else m >> -LONGEST_FRACTION - e
        e = -LONGEST_FRACTION
    return Q(m << e) if e >= 0 else Q(m, 1 << -e)


def _round(x: Fraction, k: int, *, up: bool | None = None) -> tuple[int, int]:
    """x ≈ n·10^e with n of k digits, halves to even or in the direction asked for; (0, 0) for 0."""
    if x == 0:
        return 0, 0
    top, bottom = abs(x.numerator), x.denominator
    # From below, and at most one too small, for numbers of billions of digits.
    e = floor((top.bit_length() - bottom.bit_length() - 1) * log10(2) - 1e-6) - k + 1
    while True:
        n, rest = divmod(top * 10 ** max(-e, 0), scale := bottom * 10 ** max(e, 0))
        if n < 10**k:
            break
        e += 1
    away = 2 * rest + n % 2 > scale if up is None else rest and up == (x > 0)
    n += bool(away)
    if n == 10**k:
        n, e = n // 10, e + 1
    return (n if x > 0 else -n), e


def _digits(n: int, e: int) -> str:
    """n·10^e, its digits as they are: '0.0500', '1.20e9'."""
    sign, digits = "-" if n < 0 else "", str(abs(n))
    leading = e + len(digits) - 1
    if e <= 0 and leading >= -5:
        digits = digits.zfill(1 - e)
        return sign + (f"{digits[:e]}.{digits[e:]}" if e else digits)
    return f"{sign}{digits[0]}{'.' if len(digits) > 1 else ''}{digits[1:]}e{leading}"


_LIBRARIES: dict[str, type[Arithmetic]] = {"flint": _Arb, "python": _Interval}


@cache
def backend() -> str:
    """'flint' or 'python' (mpmath): chosen on first use, for the whole process.

    SYMRLHF_BALL decides if set; else SYMPY_GROUND_TYPES=python means 'python'; else 'flint' where installed.
    """
    wish = os.environ.get("SYMRLHF_BALL")
    if wish is None and os.environ.get("SYMPY_GROUND_TYPES") == "python":
        wish = "python"
    if wish is not None:
        if wish not in _LIBRARIES:
            raise ValueError(f"SYMRLHF_BALL is '{wish}'; it must be one of {', '.join(sorted(_LIBRARIES))}")
        return wish
    try:
        # An unrelated package is also called flint.
        from flint import arb  # noqa: F401
    except ImportError:
        return "python"
    return "flint"


@lru_cache(maxsize=64)
def _make(name: str, bits: int) -> Arithmetic:
    return _LIBRARIES[name](bits)


def arithmetic(bits: int) -> Arithmetic:
    """Ball arithmetic with about that many significant bits."""
    if bits < 2:
        raise ValueError("ball arithmetic needs at least 2 bits")
    return _make(backend(), bits)
