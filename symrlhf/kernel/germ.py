"""The refuter's limits: what a function of one variable does near a point, all its other atoms being numbers.

With t → 0+ a germ is a finite sum of scales, with numbers before them, and a remainder that further scales bound. A
scale is exp(Σ c/t^q) t^p (log t)^j. Numbers are rationals or balls: where a ball does not tell which of two scales is
smaller, or whether what leads is 0, `Undefined` is raised. Nothing here is shared with the prover's `growth`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import cmp_to_key
from math import factorial
from typing import Literal, TypeVar

from symrlhf.errors import NotSupported
from symrlhf.kernel.alike import Alike
from symrlhf.kernel.ball import TooLarge, Undefined
from symrlhf.kernel.jet import ONE, ZERO, Germ, Jet, Local, Number, Scale, Value
from symrlhf.rational import Q, is_rational

KEPT = (3, 7)
"""Terms of each power series that are kept, until they are enough."""
MAX_SCALES = 300
FLAT = Q(24)
"""The power of t as which what is smaller than every power is kept."""

T = TypeVar("T")


class Diverges(Undefined):
    """The limit is ∞ or −∞, as `towards` says."""

    def __init__(self, towards: int):
        super().__init__(f"a limit that is {'' if towards > 0 else '−'}∞", final=True)
        self.towards = towards


UNIT = Scale()


def power_of_t(number: Number, power: int) -> Germ:
    return Germ([(Scale((), Q(power)), number)])


class Germs(Alike):
    """The operations of jets, for germs too."""

    def __init__(self, bits: int):
        super().__init__(bits)
        self.kept = KEPT[-1]

    # ---- scales

    def _join(self, a: Scale, b: Scale, n: int = 1) -> Scale:
        """a · b^n."""
        rates: dict[Fraction, Number] = dict(a.rates)
        for q, c in b.rates:
            rates[q] = self._add(rates.get(q, ZERO), self._mul(Q(n), c))
        kept = sorted(((q, c) for q, c in rates.items() if not _is_zero(c)), key=lambda rate: -rate[0])
        return Scale(tuple(kept), a.power + n * b.power, a.logs + n * b.logs)

    def _key(self, s: Scale) -> object:
        """The same for scales that are surely the same."""
        return tuple((q, self.same(c)) for q, c in s.rates), s.power, s.logs

    def _growth(self, s: Scale) -> int:
        """1, 0 or −1 where the scale goes to ∞, is 1, or goes to 0."""
        for _, c in s.rates:
            sign = self.sign(c)
            if sign is None:
                raise Undefined("an exponent whose sign cannot be told")
            if sign:
                return sign
        return (s.power < 0) - (s.power > 0) or (s.logs > 0) - (s.logs < 0)

    def _order(self, a: Scale, b: Scale) -> int:
        """1 where a/b → ∞."""
        return self._growth(self._join(a, b, -1))

    # ---- germs

    def _germ(self, terms: Iterable[tuple[Scale, Number]], rest: Iterable[Scale]) -> Germ:
        """The sum of the terms, largest first, as far as the remainder lets them count."""
        collected: dict[object, tuple[Scale, Number]] = {}
        for s, c in terms:
            key = self._key(s)
            collected[key] = (s, self._add(collected[key][1], c) if key in collected else c)
        bound = max({self._key(s): s for s in rest}.values(), key=cmp_to_key(self._order), default=None)
        nonzero = ((s, c) for s, c in collected.values() if not _is_zero(c))
        kept = [(s, c) for s, c in nonzero if bound is None or self._order(s, bound) > 0]
        if len(kept) > MAX_SCALES:
            raise TooLarge("an expansion of too many terms")
        kept.sort(key=cmp_to_key(lambda x, y: -self._order(x[0], y[0])))
        return Germ(kept, () if bound is None else (bound,))

    def _as_germ(self, x: Value) -> Germ:
        if isinstance(x, Jet):
            raise NotSupported("a limit under a derivative")
        if isinstance(x, Germ):
            return x
        if isinstance(x, Local):
            raise NotSupported("a limit that varies with the variable of an integral")
        return Germ([] if _is_zero(x) else [(UNIT, x)])

    def _times(self, f: Germ, s: Scale, c: Number) -> Germ:
        return Germ([(self._join(r, s), self._mul(d, c)) for r, d in f.terms], [self._join(r, s) for r in f.rest])

    def _lead(self, f: Germ) -> tuple[Scale, Number]:
        """The first term, if it is surely not 0."""
        if not f.terms:
            raise Undefined("a function that vanishes as far as its expansion goes", final=not f.rest)
        s, c = f.terms[0]
        if not self.sign(c):
            raise Undefined("a leading coefficient that may be 0")
        return s, c

    def _relative(self, f: Germ) -> tuple[Scale, Number, Germ]:
        """f = c s (1 + ε), ε → 0."""
        s, c = self._lead(f)
        tail = Germ(f.terms[1:], f.rest)
        return s, c, self._times(tail, self._join(UNIT, s, -1), self._power(c, Q(-1)))

    def _series(self, coefficients: Sequence[Fraction], small: Germ) -> Germ:
        """Σ a_k ε^k + O(ε^n), by Horner's rule."""
        if any(self._growth(s) >= 0 for s in small.scales):
            raise Undefined("an expansion that does not reach far enough")
        total = Germ([])
        for a in reversed(coefficients):
            total = self._sum([self._product(total, small), self._as_germ(a)])
        highest = [self._join(UNIT, s, len(coefficients)) for s in small.scales]
        return self._germ(total.terms, (*total.rest, *highest))

    def _sum(self, germs: Iterable[Germ]) -> Germ:
        germs = tuple(germs)
        return self._germ((t for f in germs for t in f.terms), (r for f in germs for r in f.rest))

    def _product(self, f: Germ, g: Germ) -> Germ:
        terms = [(self._join(r, s), self._mul(c, d)) for r, c in f.terms for s, d in g.terms]
        rest = [self._join(r, s) for r in f.scales for s in g.rest] + [
            self._join(r, s) for r in g.scales for s in f.rest
        ]
        return self._germ(terms, rest)

    # ---- the operations

    def sign(self, x: Number | Germ) -> int | None:
        if not isinstance(x, Germ):
            return super().sign(x)
        if not x.terms and not x.rest:
            return 0
        s, c = self._lead(x)
        sign = super().sign(c)
        return sign * (-1) ** (s.logs % 2) if sign else None

    def compare(self, x: Value, y: Value) -> int | None:
        if isinstance(x, Germ) or isinstance(y, Germ):
            return self.sign(self._as_germ(self.add(x, self.neg(y))))
        return super().compare(x, y)

    def neg(self, x: Value) -> Value:
        return self._times(x, UNIT, Q(-1)) if isinstance(x, Germ) else super().neg(x)

    def add(self, x: Value, y: Value) -> Value:
        if isinstance(x, Germ) or isinstance(y, Germ):
            return self._sum((self._as_germ(x), self._as_germ(y)))
        return super().add(x, y)

    def mul(self, x: Value, y: Value) -> Value:
        if isinstance(x, Germ) or isinstance(y, Germ):
            return self._product(self._as_germ(x), self._as_germ(y))
        return super().mul(x, y)

    def power(self, x: Value, p: Fraction) -> Value:
        if not isinstance(x, Germ):
            return super().power(x, p)
        if p.denominator != 1:
            return self.exp(self.mul(p, self.log(x)))
        if p >= 0 and p <= KEPT[-1]:
            return self.product([x] * int(p)) if p else ONE
        s, c, small = self._relative(x)
        binomial = [ONE]
        for k in range(1, self.kept):
            binomial.append(binomial[-1] * (p - k + 1) / k)
        return self._times(self._series(binomial, small), self._join(UNIT, s, int(p)), self._power(c, p))

    def exp(self, x: Value) -> Value:
        if not isinstance(x, Germ):
            return super().exp(x)
        large = [t for t in x.terms if self._growth(t[0]) > 0]
        constant = next((c for s, c in x.terms if s == UNIT), ZERO)
        small = Germ([t for t in x.terms if t not in large and t[0] != UNIT], x.rest)
        if large and large[0][0].rates and not large[0][0].logs and super().sign(large[0][1]) == -1:
            # Where x goes to −∞ as fast as an exponential, exp x is smaller than every power.
            return Germ([], [Scale((), FLAT)])
        series = self._series([Q(1, factorial(k)) for k in range(self.kept)], small)
        scale = UNIT
        for s, c in large:
            scale = self._join(scale, self._exponential(s, c))
        value = super().exp(constant)
        assert not isinstance(value, (Jet, Local))
        return self._times(series, scale, value)

    def _exponential(self, s: Scale, c: Number) -> Scale:
        if not s.rates and not s.logs:
            return Scale(((-s.power, c),))
        if s == Scale(logs=1) and is_rational(c):
            return Scale((), c)
        raise NotSupported("an exponential of this growth near a point")

    def log(self, x: Value) -> Value:
        if not isinstance(x, Germ):
            return super().log(x)
        s, c, small = self._relative(x)
        if s.logs:
            raise NotSupported("a logarithm of a logarithm near a point")
        series = self._series([ZERO, *(Q((-1) ** (k + 1), k) for k in range(1, self.kept))], small)
        value = super().log(c)
        assert not isinstance(value, (Jet, Local))
        parts = [(UNIT, value), (Scale(logs=1), s.power), *((Scale((), -q), rate) for q, rate in s.rates)]
        return self._sum((self._germ(parts, ()), series))

    def step(self, x: Value) -> Value:
        if not isinstance(x, Germ):
            return super().step(x)
        sign = self.sign(x)
        if sign is None:
            raise Undefined("the sign of a function near a point")
        return Q(sign)

    def _choose(self, x: Value, y: Value, wanted: Literal[-1, 1]) -> Value:
        if not isinstance(x, Germ) and not isinstance(y, Germ):
            return super()._choose(x, y, wanted)
        order = self.compare(x, y)
        if order is None:
            raise Undefined("which of two functions is larger near a point")
        return y if order == -wanted else x

    # ---- what is asked of a germ

    def limit(self, x: Value) -> Number:
        """Where it goes; `Diverges` if that is ∞ or −∞."""
        f = self._as_germ(x)
        if f.terms and self._growth(f.terms[0][0]) > 0:
            s, c = self._lead(f)
            sign = super().sign(c)
            raise Diverges((sign or 0) * (-1) ** (s.logs % 2))
        if any(self._growth(r) >= 0 for r in f.rest):
            raise Undefined("an expansion that does not reach far enough")
        return next((c for s, c in f.terms if s == UNIT), ZERO)

    def leads(self, x: Value) -> tuple[Scale, Number]:
        """The first scale whose number is surely not 0, with that number."""
        f = self._as_germ(x)
        return next(((s, c) for s, c in f.terms if self.sign(c)), None) or self._lead(f)

    def bounded_by(self, x: Value, bound: Value) -> bool:
        """Whether |x| ≤ C |bound| near the point; a term whose number may be 0 does not speak against it."""
        f, (scale, _) = self._as_germ(x), self._lead(self._as_germ(bound))
        if any(self._order(s, scale) > 0 and self.sign(c) for s, c in f.terms):
            return False
        if any(self._order(s, scale) > 0 for s in f.rest):
            raise Undefined("an expansion that does not reach far enough")
        return True

    def deepened(self, work: Callable[[], T]) -> T:
        """The work with as many terms as it takes."""
        held, self.remembering = self.remembering, True
        try:
            for self.kept in KEPT[:-1]:
                try:
                    return work()
                except Undefined as reason:
                    if reason.final:
                        raise
            self.kept = KEPT[-1]
            return work()
        finally:
            self.remembering = held


def _is_zero(c: Value) -> bool:
    """Only an exact 0 is: a ball around 0 may hold a number that counts near the point."""
    return is_rational(c) and c == 0
