"""Quotients of Laurent polynomials over Q in interned generators, and the laws of exp, log, |·| and roots.

A generator is an atom (symbol, applied symbol, derivative of an unknown, |Y|), exp(m) of one monomial, log|p|
and |p| of one irreducible polynomial, a root, a Kronecker δ or a sum.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, NamedTuple

from symrlhf.errors import NotSupported
from symrlhf.kernel import poly
from symrlhf.kernel.constants import QUARTER_TURN, Bounds, exactly, exp_bounds, log_bounds
from symrlhf.kernel.derive import fresh_integer
from symrlhf.kernel.facts import Known, combined_sign
from symrlhf.kernel.integers import Integers
from symrlhf.kernel.poly import Monomial, Poly
from symrlhf.rational import Q
from symrlhf.setting import Setting
from symrlhf.term import (
    INTEGER,
    App,
    Binder,
    Card,
    Fun,
    IndexSet,
    Sym,
    Term,
    abstract,
    as_term,
    bind_range,
    delta,
    exp,
    log,
)
from symrlhf.term import Abs as abs_term
from symrlhf.term import sign as sign_term

ARCTAN_ONE = Fun("arctan", (as_term(1),))
PolyKey = frozenset[tuple[Monomial, Fraction]]
Sign = tuple[int, bool]
"""(+1 or −1, strict?): ≥ 0 or ≤ 0, strict: > 0 or < 0."""


MAX_WORK = 1_000_000
"""Pairs of terms met in all the products of one normal form."""
MAX_GENERATORS = 4_000


class Nowhere(Exception):
    """The term is undefined everywhere: it divides by 0 or takes the logarithm of 0."""


class Quotient(NamedTuple):
    num: Poly
    den: Poly

    @property
    def is_zero(self) -> bool:
        return not self.num

    def constant(self) -> Fraction | None:
        if not self.num:
            return Q(0)
        if self.den == poly.ONE and len(self.num) == 1 and () in self.num:
            return self.num[()]
        return None


class SumData(NamedTuple):
    binders: tuple[Sym, ...]
    monomial: Monomial
    den: Poly


class RangeData(NamedTuple):
    """Σ of monomial/den over `variable` from 0 up to, not including, the integer `point`."""

    variable: Sym
    monomial: Monomial
    den: Poly
    point: Poly


@dataclass(frozen=True, eq=False)
class Generator:
    id: int
    kind: str
    data: Any
    free: frozenset[Sym]
    """The index symbols in it, names of bound ones among them while a sum is being formed."""
    sign: Sign | None
    height: int
    """One more than the sums nested inside."""
    values: tuple[Fraction, ...] = ()
    """All that it can be, where it is declared."""


class Field(ABC):
    """Arithmetic on quotients over a growing table of generators; the laws of exp, log, |·| and roots."""

    def __init__(self, setting: Setting, *, simplex: bool):
        self.setting = setting
        self.simplex = simplex
        self.generators: list[Generator] = []
        self._table: dict[tuple[str, Any], Generator] = {}
        self.spent, self.budget = 0, MAX_WORK
        """Pairs of terms that were multiplied, and how many may be."""
        self._facts: dict[PolyKey, Sign] = {}
        self._told: tuple[int, list[Known], dict[PolyKey, Sign | None]] = (0, [], {})
        """How many facts there were, these as inequalities, and what was found to follow from them."""
        self._written: dict[int, Term] = {}
        self.integers = Integers(self)
        self.summed = 0
        """Summands of ranges so far: fuel."""
        self._products: dict[frozenset[PolyKey], int] = {}
        """Irreducible polynomials of unknown sign whose product has a known one, strictly."""
        self._transformed: set[PolyKey] = set()
        """Polynomials whose signs are being looked for by logarithms or exponentials."""

    @abstractmethod
    def convert(self, term: Term) -> Quotient:
        """The normal form of a term without definitions or derivatives left to carry out."""

    @abstractmethod
    def replace_in_sum(self, data: SumData | RangeData, old: Sym, new: Term) -> Quotient:
        """A sum generator with one index replaced."""

    @abstractmethod
    def replace_in_greatest(self, data: Any, old: Sym, new: Term) -> Quotient:
        """A greatest value with one index replaced."""

    # ------------------------------------------------------------ signs

    def sign(self, q: Quotient) -> Sign | None:
        """The sign of a quotient where it is defined, if it can be read off its factors."""
        if q.is_zero:
            return None
        total, strict = 1, True
        for part, of_part in ((q.num, poly.factor(q.num)), (q.den, poly.factor(q.den))):
            direct = self.poly_sign(part)
            if direct is not None:
                s = direct
            else:
                constant, factors = of_part
                s = (1 if constant > 0 else -1, True)
                for p, e in factors:
                    t = self.poly_sign(p)
                    if t is None and e % 2 == 0:
                        t = (1, False)
                    if t is None:
                        return None
                    s = (s[0] * (t[0] if e % 2 else 1), s[1] and t[1])
            total, strict = total * s[0], strict and (s[1] or part is q.den)
        return total, strict

    def poly_sign(self, p: Poly) -> Sign | None:
        """A fact, the common sign of all monomials, of integers or of facts together; a strict one first."""
        weak: Sign | None = None
        for sign in self._signs_of(p):
            if sign is not None and sign[1]:
                return sign
            weak = weak or sign
        return weak

    def _signs_of(self, p: Poly) -> Iterator[Sign | None]:
        yield self._facts.get(poly.key(p))
        opposite = self._facts.get(poly.key(poly.scale(p, Q(-1))))
        yield opposite and (-opposite[0], opposite[1])
        yield self._common_sign(p)
        yield self.integers.sign(p)
        yield self._sign_of_exponentials(p)
        yield from self._signs_of_transforms(p)
        yield self._combined_sign(p)

    def _sign_of_exponentials(self, p: Poly) -> Sign | None:
        """c m (e^u − 1) has the sign of c m u: two monomials that differ by exponentials alone."""
        if len(p) != 2 or sum(p.values()):
            return None
        (first, c), (second, _) = p.items()
        powers = dict(first)
        for i, e in second:
            powers[i] = powers.get(i, 0) - e
        changed = [(self.generators[i], e) for i, e in powers.items() if e]
        outside = self.monomial_sign(second)
        if outside is None or any(g.kind != "exp" for g, _ in changed):
            return None
        exponent = self.constant(0)
        for g, e in changed:
            exponent = self.add(exponent, self._times(self.constant(e), Quotient(*g.data)))
        sign = self.sign(exponent)
        return sign and ((1 if c > 0 else -1) * outside[0] * sign[0], outside[1] and sign[1])

    def _signs_of_transforms(self, p: Poly) -> Iterator[Sign | None]:
        """What a fact says of a logarithm it says of an exponential; a polynomial that led to itself says nothing."""
        key = poly.key(p)
        if not self._facts or key in self._transformed:
            return
        self._transformed.add(key)
        try:
            yield self._sign_of_logarithm(p)
            yield self._sign_of_difference(p)
        except (Nowhere, NotSupported, poly.OutOfFuel):
            pass
        finally:
            self._transformed.discard(key)

    def _sign_of_difference(self, p: Poly) -> Sign | None:
        """m − v has the sign of log m − log v where both are positive: where m or both are exponentials."""
        grown = [m for m in p if any(self.generators[i].kind == "exp" for i, _ in m)]
        if len(grown) == 1 or (len(grown) == 2 and len(p) == 2):
            m = grown[0]
            side = 1 if p[m] > 0 else -1
            first, second = {m: abs(p[m])}, {n: -side * c for n, c in p.items() if n != m}
            if self.poly_sign(first) == self.poly_sign(second) == (1, True):
                logs = (self.log(Quotient(part, poly.ONE)) for part in (first, second))
                sign = self.sign(self.sub(*logs))
                return sign and (side * sign[0], sign[1])
        return None

    def _sign_of_logarithm(self, p: Poly) -> Sign | None:
        """q log|v| + rest has the sign of q (|v| e^{rest/q} − 1), where the signs of v and q are known."""
        logs = {i for m in p for i, _ in m if self.generators[i].kind == "log"}
        if len(logs) != 1:
            return None
        (i,) = logs
        factor = {tuple((j, e) for j, e in m if j != i): c for m, c in p.items() if (i, 1) in m}
        rest = {m: c for m, c in p.items() if all(j != i for j, _ in m)}
        v = self.generators[i].data
        inside = self.poly_sign(v)
        if not rest or len(factor) + len(rest) != len(p) or inside is None or not inside[1]:
            return None
        outside = self.poly_sign(factor)
        if outside is None or not outside[1]:
            return None
        exponential = self.exp(self._cancel(rest, factor))
        sign = self.sign(
            self.sub(self.mul(Quotient(poly.scale(v, Q(inside[0])), poly.ONE), exponential), self.constant(1))
        )
        return sign and (outside[0] * sign[0], sign[1])

    def _combined_sign(self, p: Poly) -> Sign | None:
        """The sign of a non-negative combination of facts."""
        if len(self._facts) != self._told[0]:
            known = [Known(poly.scale(dict(f), Q(s)), strict) for f, (s, strict) in self._facts.items()]
            self._told = (len(self._facts), known, {})
        _, known, found = self._told
        if not known:
            return None
        key = poly.key(p)
        if key not in found:
            found[key] = combined_sign(self, known, p)
        return found[key]

    def learn_sign(self, p: Poly, sign: Sign) -> None:
        """A sign that the irreducible p has wherever it occurs."""
        self._facts.setdefault(poly.key(p), sign)

    def _common_sign(self, p: Poly) -> Sign | None:
        total: int | None = None
        strict = False
        for m, c in p.items():
            s = self.monomial_sign(m)
            if s is None:
                return self._sign_of_number(p)
            value = s[0] if c > 0 else -s[0]
            if total not in (None, value):
                return self._sign_of_number(p)
            total, strict = value, strict or s[1]
        return None if total is None else (total, strict)

    def _sign_of_number(self, p: Poly) -> Sign | None:
        bounds = self.bounds(p)
        if bounds is None or bounds.low <= 0 <= bounds.high:
            return None
        return (1 if bounds.low > 0 else -1), True

    def bounds(self, p: Poly) -> Bounds | None:
        """Bounds of a polynomial in numbers such as e and log 2."""
        total = exactly(Q(0))
        for m, c in p.items():
            product = exactly(c)
            for i, e in m:
                factor = self._power_bounds(self.generators[i], e)
                if factor is None:
                    return None
                product = product.times(factor)
            total = total.plus(product)
        return total

    def _power_bounds(self, g: Generator, e: Fraction | int) -> Bounds | None:
        match g.kind:
            case "exp" if g.data[1] == poly.ONE and (of := self.bounds(g.data[0])) is not None:
                return exp_bounds(of.times(exactly(Q(e))))
            case "log" | "root" if (of := self.bounds(g.data)) is not None:
                logarithm = log_bounds(of)
                if g.kind == "root" and logarithm is not None:
                    return exp_bounds(logarithm.times(exactly(Q(e))))
                return logarithm if e == 1 else None
            case "atom" if g.data == ARCTAN_ONE and e == 1:
                return QUARTER_TURN
            case _:
                return None

    def monomial_sign(self, m: Monomial) -> Sign | None:
        value, strict = 1, True
        for i, e in m:
            g = self.generators[i]
            s = g.sign
            if s is None or not s[1]:
                # What is given may be more than what its parts say: Σ R > 0 of an R ≥ 0.
                s = self._facts.get(poly.key(poly.generator(i))) or s
            if e % 2 == 0:
                strict = strict and (e < 0 or (s is not None and s[1]))
                continue
            if s is None:
                return None
            if e % 2 == 1 or s[0] > 0:
                value *= s[0]
                strict = strict and (s[1] or e < 0)
                continue
            return None
        return value, strict

    # ------------------------------------------------------------ generators

    def generator(
        self,
        kind: str,
        key: Any,
        data: Any,
        free: frozenset[Sym],
        sign: Sign | None = None,
        height: int = 0,
        values: tuple[Fraction, ...] = (),
    ) -> Generator:
        g = self._table.get((kind, key))
        if g is None:
            if len(self.generators) >= MAX_GENERATORS:
                raise poly.OutOfFuel(f"more than {MAX_GENERATORS} different atoms, exponentials, logarithms and sums")
            g = Generator(len(self.generators), kind, data, free, sign, height, values)
            self.generators.append(g)
            self._table[(kind, key)] = g
        return g

    def known(self, kind: str, key: Any) -> bool:
        return (kind, key) in self._table

    def just(self, g: Generator, e: Fraction | int = 1) -> Quotient:
        return Quotient(poly.generator(g.id, e), poly.ONE)

    def constant(self, c: Fraction | int) -> Quotient:
        return Quotient(poly.constant(Q(c)), poly.ONE)

    def monomial_free(self, m: Monomial) -> frozenset[Sym]:
        return frozenset[Sym]().union(*(self.generators[i].free for i, _ in m))

    def poly_free(self, p: Poly) -> frozenset[Sym]:
        return frozenset[Sym]().union(*(self.monomial_free(m) for m in p))

    def height(self, *parts: Poly) -> int:
        return max((self.generators[i].height for p in parts for m in p for i, _ in m), default=0)

    def atom(self, term: Term) -> Generator:
        indices = frozenset(s for s in term.symbols if isinstance(s.sort, IndexSet) or s.sort == INTEGER)
        values = self.setting.declaration(term.name).values if isinstance(term, (Sym, App)) else ()
        return self.generator("atom", term, term, indices, self.declared_sign(term), values=values)

    def declared_sign(self, term: Term) -> Sign | None:
        if isinstance(term, Card):
            return (1, True)
        if not isinstance(term, (Sym, App)):
            return None
        d = self.setting.declaration(term.name)
        return (1, True) if d.distribution else DECLARED_SIGNS.get(d.sign)

    # ------------------------------------------------------------ arithmetic

    def add(self, a: Quotient, b: Quotient) -> Quotient:
        total = self._plus(a, b)
        return total if total.den == poly.ONE else self._reduce(total)

    def _plus(self, a: Quotient, b: Quotient) -> Quotient:
        if a.den == b.den:
            num = poly.add(a.num, b.num)
            return Quotient(num, poly.ONE) if a.den == poly.ONE else self._cancel(num, a.den)
        return self._cancel(poly.add(poly.mul(a.num, b.den), poly.mul(b.num, a.den)), poly.mul(a.den, b.den))

    def neg(self, a: Quotient) -> Quotient:
        return Quotient(poly.scale(a.num, Q(-1)), a.den)

    def sub(self, a: Quotient, b: Quotient) -> Quotient:
        return self.add(a, self.neg(b))

    def mul(self, a: Quotient, b: Quotient) -> Quotient:
        return self._reduce(self._times(a, b))

    def spend(self, amount: int) -> None:
        """One budget for all the products of a normal form: many large ones are as bad as one that is too large."""
        self.spent += amount
        if self.spent > self.budget:
            raise poly.OutOfFuel(f"products of more than {self.budget} pairs of terms together")

    def _times(self, a: Quotient, b: Quotient) -> Quotient:
        self.spend(len(a.num) * len(b.num) + len(a.den) * len(b.den))
        num = poly.mul(a.num, b.num)
        if a.den == poly.ONE and b.den == poly.ONE:
            return Quotient(num, poly.ONE)
        return self._cancel(num, poly.mul(a.den, b.den))

    def inverse(self, a: Quotient) -> Quotient:
        if a.is_zero:
            raise Nowhere("division by zero")
        return self._cancel(a.den, a.num)

    def power(self, a: Quotient, n: int) -> Quotient:
        if n < 0:
            return self.power(self.inverse(a), -n)
        if len(a.num) == 1 and a.den == poly.ONE:
            return self._reduce(Quotient(poly.power(a.num, n), poly.ONE))
        result = self.constant(1)
        for _ in range(n):
            result = self.mul(result, a)
        return result

    def _cancel(self, num: Poly, den: Poly) -> Quotient:
        if not den:
            raise Nowhere("division by zero")
        return Quotient(*poly.cancel(num, den))

    def _reduce(self, q: Quotient) -> Quotient:
        """The relations of generators: |p|² = p², δ² = δ, root^N = p, R² = R of a binary R; p has earlier generators
        and the powers that are left are low, so this ends."""
        while any(self._is_reducible(i, e) for part in q for m in part for i, e in m):
            q = self._times(self._reduced(q.num), self.inverse(self._reduced(q.den)))
        return q

    def _is_reducible(self, i: int, e: Fraction | int) -> bool:
        match self.generators[i].kind:
            case "abs":
                return e % 1 == 0 and e != 1
            case "delta" | "same":
                return e > 0 and e != 1
            case "root":
                return not 0 < e < 1
            case "sign":
                return e not in (1, 2)
            case "atom" if values := self.generators[i].values:
                return e % 1 == 0 and (e >= len(values) or (e < 0 and 0 not in values))
            case _:
                return False

    def _reduced(self, p: Poly) -> Quotient:
        total = self.constant(0)
        for m, c in p.items():
            product = self.constant(c)
            for i, e in m:
                product = self._times(product, self._reduced_power(self.generators[i], e))
            total = self._plus(total, product)
        return total

    def _reduced_power(self, g: Generator, e: Fraction | int) -> Quotient:
        if g.kind in ("delta", "same") and e > 0:
            return self.just(g)
        if g.kind == "abs" and e % 1 == 0:
            rest = int(e) % 2
            even = self.power(Quotient(g.data, poly.ONE), int(e) - rest)
            return self._times(even, self.just(g)) if rest else even
        if g.kind == "sign":
            return self.just(g, 2 - e % 2)
        if g.values and self._is_reducible(g.id, e):
            return self._interpolated(g, int(e))
        if g.kind == "root":
            whole = e.numerator // e.denominator
            base = self.power(Quotient(g.data, poly.ONE), whole)
            return self._times(base, self.just(g, e - whole)) if e != whole else base
        return self.just(g, e)

    def _interpolated(self, g: Generator, e: int) -> Quotient:
        """The e-th power of what has few values, as the polynomial that agrees with it at all of them."""
        total = poly.ZERO
        for v in g.values:
            product = poly.constant(v**e)
            for w in g.values:
                if w != v:
                    step = poly.sub(poly.generator(g.id), poly.constant(w))
                    product = poly.mul(product, poly.scale(step, 1 / (v - w)))
            total = poly.add(total, product)
        return Quotient(total, poly.ONE)

    # ------------------------------------------------------------ log, exp, absolute value

    def log(self, q: Quotient) -> Quotient:
        """log q for q > 0 (an obligation of the term): Σ e_i log|p_i| over the irreducible factors."""
        if q.is_zero:
            raise Nowhere("logarithm of zero")
        total = self.constant(0)
        for part, side in ((q.num, 1), (q.den, -1)):
            constant, factors = poly.factor(part)
            for n, s in ((abs(constant.numerator), side), (constant.denominator, -side)):
                for prime, e in _prime_powers(n):
                    total = self.add(total, self._log_of(poly.constant(Q(prime)), e * s))
            for p, e in factors:
                total = self.add(total, self._log_of(p, e * side))
        return total

    def _log_of(self, p: Poly, e: Fraction | int) -> Quotient:
        """e log|p| for an irreducible p."""
        if (g := self._single(p)) is not None:
            if g.kind == "exp":
                return self._times(self.constant(e), Quotient(*g.data))
            if g.kind in ("root", "abs"):
                p = g.data
        g = self.generator("log", poly.key(p), p, self.poly_free(p), self._log_sign(p), self.height(p))
        return self._times(self.constant(e), self.just(g))

    def _log_sign(self, p: Poly) -> Sign | None:
        """The sign of |p| − 1, that of log|p|: of p − 1 where p ≥ 0, of −p − 1 where p ≤ 0; p > 1 needs neither."""
        if p.keys() == {()}:
            return (1, True)
        own = self.poly_sign(p)
        size = poly.scale(p, Q(-1)) if own is not None and own[0] < 0 else p
        sign = self.poly_sign(poly.sub(size, poly.ONE))
        # Of a p that may be negative, p < 1 says nothing of |p|.
        return sign if sign is not None and (sign[0] > 0 or own is not None) else None

    def _single(self, p: Poly) -> Generator | None:
        """The generator g if p is g itself."""
        if len(p) == 1:
            ((m, c),) = p.items()
            if c == 1 and len(m) == 1 and m[0][1] == 1:
                return self.generators[m[0][0]]
        return None

    def exp(self, a: Quotient) -> Quotient:
        """exp(Σ c_i m_i) = Π exp(m_i)^c_i; exp(c log|p|) = |p|^c."""
        whole, rest = (a.num, {}) if a.den == poly.ONE else poly.divide(a.num, a.den)
        result = self.constant(1)
        powers: list[tuple[Poly, Fraction | int]] = []
        for m, c in whole.items():
            g = self.generators[m[0][0]] if len(m) == 1 and m[0][1] == 1 else None
            if g is not None and g.kind == "log":
                powers.append((g.data, c))
            else:
                result = self.mul(result, self._exp_of({m: Q(1)}, poly.ONE, c))
        result = self.mul(result, self._absolute_product(powers))
        for m, c in rest.items():
            result = self.mul(result, self._exp_of({m: Q(1)}, a.den, c))
        return result

    def _exp_of(self, num: Poly, den: Poly, c: Fraction | int) -> Quotient:
        free = self.poly_free(num) | self.poly_free(den)
        key = (poly.key(num), poly.key(den))
        return self.just(self.generator("exp", key, (num, den), free, (1, True), self.height(num, den)), c)

    def _absolute_product(self, powers: Iterable[tuple[Poly, Fraction | int]]) -> Quotient:
        """Π |p|^c; where the sign of a product with odd exponents is known, it needs no bars."""
        left = {poly.key(p): (p, c) for p, c in powers}
        result = self.constant(1)
        for together, sign in self._products.items():
            if together <= left.keys() and all(left[k][1] % 2 == 1 for k in together):
                result = self.mul(result, self.constant(sign))
                for p, c in [left.pop(k) for k in together]:
                    result = self.mul(result, self.power(Quotient(p, poly.ONE), int(c)))
        for p, c in left.values():
            result = self.mul(result, self._absolute_power(p, c))
        return result

    def _absolute_power(self, p: Poly, c: Fraction | int) -> Quotient:
        """|p|^c for an irreducible p (or a prime)."""
        g = self._single(p)
        if g is not None and g.sign == (1, True):
            return self.just(g, c)
        sign = (1, True) if p.keys() == {()} else self.poly_sign(p)
        if sign is None:
            bars = self.generator("abs", poly.key(p), p, self.poly_free(p), (1, False), self.height(p))
            return self.just(bars, c)
        if sign[0] < 0:
            p = poly.scale(p, Q(-1))
        whole = c.numerator // c.denominator
        result = self.power(Quotient(p, poly.ONE), whole)
        if c != whole:
            free, height = self.poly_free(p), self.height(p)
            root = self.generator("root", poly.key(p), p, free, (1, sign[1]), height)
            result = self.mul(result, self.just(root, c - whole))
        return result

    def abs(self, q: Quotient) -> Quotient:
        """|f| = Π |p_i|^e_i, the bars dropped where the sign is known."""
        if q.is_zero:
            return q
        result = self.constant(1)
        odd: list[tuple[Poly, Fraction | int]] = []
        for part, side in ((q.num, 1), (q.den, -1)):
            constant, factors = poly.factor(part)
            result = self.mul(result, self.constant(abs(constant) ** side))
            for p, e in factors:
                if (e := e * side) % 2 == 0:
                    result = self.mul(result, self.power(Quotient(p, poly.ONE), int(e)))
                else:
                    odd.append((p, e))
        return self.mul(result, self._absolute_product(odd))

    def signum(self, q: Quotient) -> Quotient:
        """sign f = Π (sign p_i)^e_i, where sign p is ±1 if that is known."""
        if q.is_zero:
            return q
        result = self.constant(1)
        for part in q:
            constant, factors = poly.factor(part)
            result = self.mul(result, self.constant(1 if constant > 0 else -1))
            for p, e in factors:
                known = self.poly_sign(p)
                if known is not None and known[1]:
                    result = self.mul(result, self.constant(known[0] if e % 2 else 1))
                else:
                    g = self.generator("sign", poly.key(p), p, self.poly_free(p), known, self.height(p))
                    result = self.mul(result, self.just(g, 1 if e % 2 else 2))
        return result

    def same(self, difference: Quotient) -> Quotient:
        """δ of two integers with this difference."""
        value = difference.constant()
        if value is not None:
            return self.constant(int(value == 0))
        sign = self.sign(difference)
        if sign is not None and sign[1]:
            return self.constant(0)
        # i m = j m says i = j only where m is not 0.
        _, m, p = poly.content(difference.num)
        p = poly.mul(p, {tuple(f for f in m if not self._is_nonzero(f[0])): Q(1)})
        return self.just(self.generator("same", poly.key(p), p, self.poly_free(p), (1, False), self.height(p)))

    def _is_nonzero(self, i: int) -> bool:
        sign = self.poly_sign(poly.generator(i))
        return sign is not None and sign[1]

    # ------------------------------------------------------------ index substitution

    def vanishes(self, q: Quotient) -> bool:
        """Whether q = 0, also by δ_{ij} f(j) = δ_{ij} f(i)."""
        if q.is_zero:
            return True
        if not any(self.generators[i].kind == "delta" for m in q.num for i, _ in m):
            return False
        total = self.constant(0)
        try:
            for m, c in q.num.items():
                total = self.add(total, self._with_equal_indices(m, c, q.den))
        except Nowhere:
            return False  # f is undefined where i = j
        return total.is_zero

    def _with_equal_indices(self, m: Monomial, c: Fraction, den: Poly) -> Quotient:
        """c·m/den with one index for all those that the δ in m make equal."""
        rest = self._times(self.constant(c), self.inverse(Quotient(den, poly.ONE)))
        classes: list[set[Term]] = []
        for i, e in m:
            g = self.generators[i]
            if g.kind != "delta":
                rest = self._times(rest, self.just(g, e))
                continue
            met = [k for k in classes if k & set(g.data.args)]
            classes = [k for k in classes if k not in met] + [set(g.data.args).union(*met)]
        for equal in classes:
            chosen, *others = sorted(equal, key=lambda t: (isinstance(t, Sym), repr(t)))
            for other in others:
                if isinstance(other, Sym) and other not in chosen.symbols:
                    rest = self.replace_index(rest, other, chosen)
                rest = self.mul(rest, self.convert(delta(chosen, other)))
        return rest

    def replace_index(self, q: Quotient, old: Sym, new: Term) -> Quotient:
        num = self._replace_in(q.num, old, new)
        return num if q.den == poly.ONE else self.mul(num, self.inverse(self._replace_in(q.den, old, new)))

    def _replace_in(self, p: Poly, old: Sym, new: Term) -> Quotient:
        total = self.constant(0)
        for m, c in p.items():
            product = self.constant(c)
            for i, e in m:
                g = self.generators[i]
                if old not in g.free:
                    value = self.just(g, e)
                elif g.kind == "root":
                    radicand = self._replace_in(g.data, old, new)
                    value = self.exp(self._times(self.constant(e), self.log(radicand)))
                else:
                    value = self._replaced(g, old, new)
                    if e % 1 == 0:
                        value = self.power(value, int(e))
                    else:
                        value = self.exp(self._times(self.constant(e), self.log(value)))
                product = self.mul(product, value)
            total = self.add(total, product)
        return total

    def _replaced(self, g: Generator, old: Sym, new: Term) -> Quotient:
        match g.kind:
            case "atom" | "delta":
                return self.convert(g.data.substitute({old: new}))
            case "exp":
                return self.exp(self.replace_index(Quotient(*g.data), old, new))
            case "log":
                return self.log(self.abs(self._replace_in(g.data, old, new)))
            case "abs":
                return self.abs(self._replace_in(g.data, old, new))
            case "sign":
                return self.signum(self._replace_in(g.data, old, new))
            case "max":
                return self.replace_in_greatest(g.data, old, new)
            case "same":
                return self.same(self._replace_in(g.data, old, new))
            case _:
                return self.replace_in_sum(g.data, old, new)

    # ------------------------------------------------------------ back to terms (display and proposals only)

    def term(self, q: Quotient) -> Term:
        num = self.poly_term(q.num)
        return num if q.den == poly.ONE else num / self.poly_term(q.den)

    def poly_term(self, p: Poly) -> Term:
        terms = [self._monomial_term(m, c) for m, c in sorted(p.items(), key=lambda mc: (len(mc[0]), mc[0]))]
        if not terms:
            return as_term(0)
        total = terms[0]
        for t in terms[1:]:
            total = total + t
        return total

    def _monomial_term(self, m: Monomial, c: Fraction) -> Term:
        above: list[Term] = []
        below: list[Term] = []
        for i, e in m:
            base = self.generator_term(self.generators[i])
            (above if e > 0 else below).append(base if abs(e) == 1 else base ** as_term(Q(abs(e))))
        if abs(c.numerator) != 1 or not above:
            above.insert(0, as_term(abs(c.numerator)))
        if c.denominator != 1:
            below.insert(0, as_term(c.denominator))
        value = _product(above) / _product(below) if below else _product(above)
        return -value if c < 0 else value

    def generator_term(self, g: Generator) -> Term:
        # Each generator is written once: nested ones would double at every level.
        if g.id not in self._written:
            self._written[g.id] = self._generator_term(g)
        return self._written[g.id]

    def _range_term(self, data: RangeData) -> Term:
        """Σ_{t=0}^{p−1}, where that is a range: read again, it says 0 ≤ t < p, and p ≥ 0."""
        sign = self.integers.sign(data.point)
        last = self.poly_term(poly.sub(data.point, poly.ONE))
        if sign is None or sign[0] < 0:
            raise NotSupported(f"a sum up to {last}, which is not known to be −1 or more")
        t = fresh_integer()
        self.integers.open(t, poly.ZERO, data.point)
        summand = self.replace_index(Quotient({data.monomial: Q(1)}, data.den), data.variable, t)
        # Its private name is nothing to show.
        return replace(bind_range("sum", t, as_term(0), last, self.term(summand)), letter="")

    def _generator_term(self, g: Generator) -> Term:
        match g.kind:
            case "exp":
                return exp(self.term(Quotient(*g.data)))
            case "log":
                inner = self.poly_term(g.data)
                return log(inner if self.poly_sign(g.data) == (1, True) else abs_term(inner))
            case "abs":
                return abs_term(self.poly_term(g.data))
            case "sign":
                return sign_term(self.poly_term(g.data))
            case "root":
                return self.poly_term(g.data)
            case "max":
                index, value = g.data
                return Binder("max", index.sort, (abstract(self.term(value), index),))
            case "sum":
                body = self.term(Quotient({g.data.monomial: Q(1)}, g.data.den))
                for index in g.data.binders:
                    body = Binder("sum", index.sort, (abstract(body, index),))
                return body
            case "range":
                return self._range_term(g.data)
            case "same":
                return delta(self.poly_term(g.data), as_term(0))
            case _:
                return g.data


def _product(factors: list[Term]) -> Term:
    value = factors[0] if factors else as_term(1)
    for f in factors[1:]:
        value = value * f
    return value


MAX_FACTORED = 10**12

DECLARED_SIGNS: dict[str, Sign] = {
    "positive": (1, True),
    "nonnegative": (1, False),
    "negative": (-1, True),
    "nonpositive": (-1, False),
}


def _prime_powers(n: int) -> Iterable[tuple[int, int]]:
    """The prime factorisation of n by trial division (n is bounded, so this is)."""
    if n > MAX_FACTORED:
        raise poly.OutOfFuel(f"the logarithm of the integer {n}")
    d = 2
    while d * d <= n:
        e = 0
        while n % d == 0:
            n, e = n // d, e + 1
        if e:
            yield d, e
        d += 1
    if n > 1:
        yield n, 1
