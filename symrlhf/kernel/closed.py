"""Numbers in closed form, for the refuter: at a rational point, equal values that no ball can tell apart.

A closed number is a quotient of polynomials over Q in generators: e^m for a monomial m, log p and p^c for a prime or
a positive polynomial p, with rational exponents of all but the logarithms. That two of them are equal is proven by
the laws of exp and log alone; that they differ, or which is greater, by balls.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Literal, NamedTuple

from symrlhf.kernel.ball import Ball, Undefined
from symrlhf.kernel.jet import MAX_BITS, ONE, ZERO, Jets, Number, Value, base
from symrlhf.rational import Q, is_rational

Monomial = tuple[tuple[int, Fraction], ...]
"""Generators by number, with their exponents, in order."""
Poly = dict[Monomial, Fraction]

UNIT: Monomial = ()
MAX_WORK = 20_000
"""Products of two terms, a few microseconds each."""
MAX_EXPONENT = 40
MAX_PRIME = 1000
BITS = (128, 640, 4096)


class Closed(NamedTuple):
    """num / den, not a rational number; a denominator is 1 or has several terms."""

    num: Poly
    den: Poly

    def __hash__(self) -> int:
        return hash((_key(self.num), _key(self.den)))


class Generator(NamedTuple):
    """exp(of), log(of), a power of `of`, or 1/of; all but the first of positive polynomials, numbers among them."""

    kind: Literal["exp", "log", "pow", "over"]
    of: Poly


class Untold(Undefined):
    """Neither a closed form tells nor a ball, or none that is short enough to compute."""

    def __init__(self, message: str) -> None:
        super().__init__(message, final=True)


class ClosedJets(Jets):
    """Operations on closed numbers, and on jets of them."""

    def __init__(self) -> None:
        super().__init__(BITS[-1])
        self.generators: list[Generator] = []
        self._numbers: dict[tuple[str, object], int] = {}
        self._enclosures = tuple(map(Jets, BITS))
        self._left = MAX_WORK

    def _enclosable(self, x: Value) -> Number:
        raise Untold("an angle in closed form")

    # ---- what is known of a number

    def sign(self, x: Number) -> int | None:
        if not isinstance(x, Closed):
            return super().sign(x)
        for jets in self._enclosures:
            try:
                sign = jets.balls.sign(self._enclosed(x, jets))
            except Undefined:
                continue
            if sign is not None:
                return sign
        return None

    def may_be_equal(self, x: Number, y: Number) -> bool:
        """Whether x = y, for certain."""
        difference = self._add(x, self._neg(y))
        sign = self.sign(difference)
        if sign is None:
            raise Untold("whether two numbers are equal")
        return sign == 0

    def plain(self, x: Number) -> Number:
        return self.ball(x) if isinstance(x, Closed) else x

    def ball(self, x: Number) -> Ball:
        return self._enclosed(x, self._enclosures[-1]) if isinstance(x, Closed) else super().ball(x)

    def _enclosed(self, x: Closed, jets: Jets) -> Ball:
        return jets.balls.div(self._of_poly(x.num, jets), self._of_poly(x.den, jets))

    def _of_poly(self, p: Poly, jets: Jets) -> Ball:
        self._left -= len(p)
        terms = (jets.product([c, *(self._of_power(g, e, jets) for g, e in m)]) for m, c in p.items())
        return jets.ball(base(jets.total((ZERO, *terms))))

    def _of_power(self, g: int, e: Fraction, jets: Jets) -> Number:
        kind, of = self.generators[g]
        inner = self._of_poly(of, jets)
        match kind:
            case "exp":
                return jets.balls.exp(jets.balls.mul(inner, jets.balls.rational(e)))
            case "log":
                return base(jets.power(jets.balls.log(inner), e))
            case "over":
                return base(jets.power(jets.balls.div(jets.balls.rational(1), inner), e))
            case _:
                return jets.balls.pow(inner, jets.balls.rational(e))

    # ---- arithmetic

    def _capped(self, x: Fraction) -> Number:
        if x.numerator.bit_length() + x.denominator.bit_length() > MAX_BITS:
            raise Untold("a fraction too long")
        return x

    def _neg(self, x: Number) -> Number:
        if isinstance(x, Closed):
            return _closed(_scaled(x.num, -ONE), x.den)
        return -_rational(x)

    def _add(self, x: Number, y: Number) -> Number:
        if is_rational(x) and is_rational(y):
            return self._capped(x + y)
        (a, b), (c, d) = _quotient(x), _quotient(y)
        if b == d:
            return self._reduced(_plus(a, c), b)
        return self._reduced(_plus(self._times(a, d), self._times(c, b)), self._times(b, d))

    def _mul(self, x: Number, y: Number) -> Number:
        if is_rational(x) and is_rational(y):
            return self._capped(x * y)
        (a, b), (c, d) = _quotient(x), _quotient(y)
        (a, d), (c, b) = _cancelled(a, d), _cancelled(c, b)
        return self._reduced(self._times(a, c), self._times(b, d))

    def _power(self, x: Number, p: Fraction) -> Number:
        if p.denominator == 1 and p > 0:
            if p > MAX_EXPONENT:
                raise Untold(f"power {p}")
            out: Number = ONE
            for _ in range(int(p)):
                out = self._mul(out, x)
            return out
        if p == -1:
            a, b = _quotient(x)
            if not a:
                raise Undefined("division by 0", final=True)
            return self._reduced(b, a)
        if p.denominator == 1:
            return self._power(self._power(x, -p), Q(-1)) if p else ONE
        if self.sign(x) != 1:
            raise Undefined("a fractional power of a base that may not be positive")
        return self._exp(self._mul(p, self._log(x)))

    # ---- exponentials and logarithms

    def _exp(self, x: Number) -> Number:
        num, den = _quotient(x)
        if den != {UNIT: ONE}:
            scale, rest = _monic(num)
            over, _ = _quotient(self._single("over", den, ONE))
            return self._single("exp", self._times(rest, over), scale)
        out: Number = ONE
        for m, c in num.items():
            out = self._mul(out, self._exp_of_term(m, c))
        return out

    def _exp_of_term(self, m: Monomial, c: Fraction) -> Number:
        """e^(c m); of a logarithm, p^c."""
        if len(m) == 1 and m[0][1] == 1 and self.generators[m[0][0]].kind == "log":
            return self._poly_power(self.generators[m[0][0]].of, c)
        return self._single("exp", {m: ONE}, c)

    def _poly_power(self, p: Poly, c: Fraction) -> Number:
        whole = c.numerator // c.denominator
        out = self._power(_simplest(p), Q(whole))
        return out if c == whole else self._mul(out, self._single("pow", p, c - whole))

    def _log(self, x: Number) -> Number:
        num, den = _quotient(x)
        return self._add(self._log_poly(num), self._neg(self._log_poly(den)))

    def _log_poly(self, p: Poly) -> Number:
        """log|p|."""
        content, rest = self._content(p)
        scale, rest = _monic(rest)
        total: Number = self._log_rational(abs(scale))
        for g, e in content:
            kind, of = self.generators[g]
            inner = _simplest(of) if kind == "exp" else self._single("log", of, ONE)
            total = self._add(total, self._mul(e, inner))
        if rest != {UNIT: ONE}:
            total = self._add(total, self._single("log", self._positive(rest), ONE))
        return total

    def _log_rational(self, q: Fraction) -> Number:
        total: Number = ZERO
        for n, sign in ((q.numerator, 1), (q.denominator, -1)):
            for p, e in _primes(n):
                total = self._add(total, self._mul(Q(sign * e), self._single("log", {UNIT: Q(p)}, ONE)))
        return total

    def _positive(self, p: Poly) -> Poly:
        sign = self.sign(_closed(p, {UNIT: ONE}))
        if not sign:
            raise Untold("a number whose sign is not known")
        return _scaled(p, Q(sign))

    # ---- generators and quotients

    def _single(self, kind: Literal["exp", "log", "pow", "over"], of: Poly, exponent: Fraction) -> Number:
        key = (kind, _key(of))
        if key not in self._numbers:
            self._numbers[key] = len(self.generators)
            self.generators.append(Generator(kind, of))
        return _closed({((self._numbers[key], exponent),): ONE}, {UNIT: ONE}) if exponent else ONE

    def _content(self, p: Poly) -> tuple[Monomial, Poly]:
        """The powers of positive generators that all terms share, and what is left."""
        shared = [dict(m) for m in p]
        common = [
            (g, min(m.get(g, ZERO) for m in shared))
            for g in sorted({g for m in shared for g in m})
            if self.generators[g].kind in ("exp", "pow")
        ]
        monomial = tuple((g, e) for g, e in common if e)
        return monomial, {_joined(m, _inverse(monomial)): c for m, c in p.items()}

    def _times(self, p: Poly, q: Poly) -> Poly:
        self._left -= len(p) * len(q)
        if self._left < 0:
            raise Untold("a closed form takes too long")
        total: Poly = {}
        for m, c in p.items():
            for n, d in q.items():
                _gather(total, _joined(m, n), c * d)
        return {m: c for m, c in total.items() if c}

    def _carried(self, p: Poly) -> Poly:
        """p with q^(3/2) read as q q^(1/2)."""
        out: Poly = {}
        for m, c in p.items():
            whole = {g: e.numerator // e.denominator for g, e in m if self._carries(g, e)}
            if not whole:
                _gather(out, m, c)
                continue
            factor: Poly = {_joined(m, tuple((g, Q(-n)) for g, n in whole.items())): c}
            for g, n in whole.items():
                of = self.generators[g].of
                if n < 0:
                    factor = _scaled(factor, of[UNIT] ** n)
                for _ in range(n):
                    factor = self._times(factor, of)
            for n, d in factor.items():
                _gather(out, n, d)
        return {m: c for m, c in out.items() if c}

    def _carries(self, g: int, e: Fraction) -> bool:
        """Whether a power of a polynomial has a whole part to carry: below, of a number only."""
        kind, of = self.generators[g]
        return kind == "pow" and (e >= 1 or (e < 0 and UNIT in of and len(of) == 1))

    def _reduced(self, num: Poly, den: Poly) -> Number:
        if not num:
            return ZERO
        monomial, den = self._content(den)
        scale, den = _monic(den)
        num = self._carried({_joined(m, _inverse(monomial)): c / scale for m, c in num.items()})
        num, den = _cancelled(num, den)
        if len(den) == 1 and UNIT not in den:
            ((m, c),) = den.items()
            num, den = {_joined(k, _inverse(m)): x / c for k, x in num.items()}, {UNIT: ONE}
        return _simplest(num) if den == {UNIT: ONE} else _closed(num, den)


# ------------------------------------------------------------------ polynomials


def _key(p: Poly) -> frozenset[tuple[Monomial, Fraction]]:
    return frozenset(p.items())


def _quotient(x: Number) -> tuple[Poly, Poly]:
    if isinstance(x, Closed):
        return x.num, x.den
    q = _rational(x)
    return ({UNIT: q} if q else {}), {UNIT: ONE}


def _closed(num: Poly, den: Poly) -> Number:
    # Where only closed numbers are met, they take the place of balls.
    return Ball(Closed(num, den))


def _rational(x: Number) -> Fraction:
    if is_rational(x):
        return x
    raise Untold("a number that is only known as a ball")


def _simplest(p: Poly) -> Number:
    """A polynomial as a number: a rational one as a fraction."""
    if not p:
        return ZERO
    return p[UNIT] if len(p) == 1 and UNIT in p else _closed(p, {UNIT: ONE})


def _plus(p: Poly, q: Poly) -> Poly:
    total = dict(p)
    for m, c in q.items():
        total[m] = total.get(m, ZERO) + c
    return {m: c for m, c in total.items() if c}


def _gather(p: Poly, m: Monomial, c: Fraction) -> None:
    p[m] = p.get(m, ZERO) + c


def _scaled(p: Poly, by: Fraction) -> Poly:
    return {m: c * by for m, c in p.items()}


def _joined(m: Monomial, n: Monomial) -> Monomial:
    if not m or not n:
        return m or n
    exponents = dict(m)
    for g, e in n:
        exponents[g] = exponents.get(g, ZERO) + e
    return tuple(sorted((g, e) for g, e in exponents.items() if e))


def _inverse(m: Monomial) -> Monomial:
    return tuple((g, -e) for g, e in m)


def _monic(p: Poly) -> tuple[Fraction, Poly]:
    """The coefficient of the first monomial, and p divided by it."""
    scale = p[min(p)]
    return scale, _scaled(p, 1 / scale)


def _cancelled(num: Poly, den: Poly) -> tuple[Poly, Poly]:
    """num and den without a factor that is all of den."""
    if len(den) > 1 and len(num) == len(den):
        # Proportional by a monomial?
        (m, c), (n, d) = (min(p.items()) for p in (num, den))
        ratio = _joined(m, _inverse(n))
        if all(num.get(_joined(k, ratio)) == x * c / d for k, x in den.items()):
            return {ratio: c / d}, {UNIT: ONE}
    return num, den


def _primes(n: int) -> Iterable[tuple[int, int]]:
    """Small prime factors with their exponents, and what is left of n."""
    for p in range(2, MAX_PRIME):
        if p * p > n:
            break
        e = 0
        while n % p == 0:
            n, e = n // p, e + 1
        if e:
            yield p, e
    if n > 1:
        yield n, 1
