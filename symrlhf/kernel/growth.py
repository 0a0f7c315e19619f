"""Functions of t as t → 0+: finite sums of monomials, and a remainder that some monomials bound.

A monomial is exp(Σ c t^−q) · t^p · (log t)^j with c free of t; its coefficient is a normal form free of t. A series
f = Σ c m + O(R) says: there are C and δ > 0, free of t, with |f − Σ c m| ≤ C Σ R for 0 < t < δ, and f is defined
there. Which of two monomials is smaller is told by the sign of c, else of p, else of j; a sign that is not known
stops the calculation (`Unclear`). No law divides by a coefficient, or takes its logarithm, unless its sign is known
or becomes a condition.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import NamedTuple

from symrlhf.kernel import poly
from symrlhf.kernel.derive import ZERO
from symrlhf.kernel.extremes import greatest
from symrlhf.kernel.field import Quotient, Sign
from symrlhf.kernel.normal import NormalForm
from symrlhf.kernel.statement import Statement
from symrlhf.kernel.sums import sum_over
from symrlhf.rational import Q
from symrlhf.term import Rel, Relation, Sym, Term, delta

MAX_TERMS = 400
FLAT = 24
"""exp(−c/t) is smaller than every power of t; written as a remainder it is O(t^FLAT)."""


ZEROTH = Q(0)


class Unclear(Exception):
    """What a function does near the point is not known; perhaps because the sign of one number is not."""

    def __init__(self, message: str = "", decides: Term | None = None):
        super().__init__(message)
        self.decides = decides


class TooShort(Unclear):
    """More terms of an expansion are needed than were kept."""


class Monomial(NamedTuple):
    """exp(Σ c t^−q) · t^(power − c₀) · (log t)^logs, with c₀ the coefficient of q = 0."""

    rates: tuple[tuple[Fraction, Quotient], ...] = ()
    """The exponents q ≥ 0, largest first, with their coefficients c; q = 0 for t^−c, c no number."""
    power: Fraction = Q(0)
    logs: int = 0

    @property
    def key(self) -> object:
        rates = tuple((q, poly.key(c.num), poly.key(c.den)) for q, c in self.rates)
        return rates, self.power, self.logs


ONE = Monomial()


def t_to_the(power: Fraction | int) -> Monomial:
    return Monomial(power=Q(power))


class Series(NamedTuple):
    """Σ c m + O(R): terms by the key of their monomial."""

    terms: dict[object, tuple[Monomial, Quotient]]
    rest: dict[object, Monomial]

    @property
    def monomials(self) -> tuple[Monomial, ...]:
        return (*(m for m, _ in self.terms.values()), *self.rest.values())


class Other(NamedTuple):
    """An element other than k, and what is known of it.

    If k is the only element, there is none: what is known of it must not tell anything of anything else.
    """

    k: Sym
    element: Sym
    known: tuple[Statement, ...]


class Growth:
    """Arithmetic on series, in one normal form; `order` terms of each infinite expansion are kept."""

    def __init__(self, nf: NormalForm, others: Iterable[Other], order: int):
        self.nf, self.others, self.order = nf, tuple(others), order
        self.conditions: list[Statement] = []
        self.blurred: Quotient | None = None
        """A coefficient of unknown sign because of which the terms behind it were given up."""

    # ------------------------------------------------------------ monomials

    def times(self, a: Monomial, b: Monomial, n: int = 1) -> Monomial:
        """a · b^n."""
        rates = dict(a.rates)
        for q, c in b.rates:
            scaled = self.nf.mul(self.nf.constant(n), c)
            rates[q] = self.nf.add(rates[q], scaled) if q in rates else scaled
        power = a.power + n * b.power
        if (exponent := rates.get(ZEROTH)) is not None and exponent.den == poly.ONE:
            # What is a number in it stands apart, so that t^(n − 1) is written in one way only.
            whole = Q(exponent.num.get((), 0))
            rates[ZEROTH] = self.nf.sub(exponent, self.nf.constant(whole))
            power -= whole
        kept = tuple((q, rates[q]) for q in sorted(rates, reverse=True) if not self.nf.vanishes(rates[q]))
        return Monomial(kept, power, a.logs + n * b.logs)

    def over(self, a: Monomial, b: Monomial) -> Monomial:
        return self.times(a, b, -1)

    def size(self, m: Monomial) -> int:
        """1 if m → ∞, 0 if m = 1, −1 if m → 0."""
        for q, c in m.rates:
            if not q:
                c = self.nf.sub(c, self.nf.constant(m.power))
            sign = self.nf.sign(c)
            if sign is None or not sign[1]:
                raise self.unknown(c)
            return sign[0]
        # log t → −∞, and any power of t beats it.
        return _sign(-m.power) or _sign(m.logs)

    def unknown(self, c: Quotient) -> Unclear:
        number = self.nf.term(c)
        return Unclear(f"the sign of {number} decides, and is not known", number)

    def negligible(self, a: Monomial, b: Monomial) -> bool:
        """Whether a = O(b) is known."""
        try:
            return self.size(self.over(a, b)) <= 0
        except Unclear:
            return False

    def require_small(self, monomials: Iterable[Monomial]) -> None:
        if any(self.size(m) >= 0 for m in monomials):
            raise TooShort("more terms of an expansion are needed than were kept")

    # ------------------------------------------------------------ series

    def series(self, terms: Iterable[tuple[Monomial, Quotient]], rest: Iterable[Monomial] = ()) -> Series:
        """The sum of the terms, without zeros and without what the remainder swallows."""
        collected: dict[object, tuple[Monomial, Quotient]] = {}
        for m, c in terms:
            key = m.key
            collected[key] = (m, self.nf.add(collected[key][1], c) if key in collected else c)
        bounds = self._bounds(rest)
        kept = {
            k: (m, c)
            for k, (m, c) in collected.items()
            if not self.nf.vanishes(c) and not any(self.negligible(m, r) for r in bounds.values())
        }
        if len(kept) + len(bounds) > MAX_TERMS:
            raise poly.OutOfFuel(f"an expansion of more than {MAX_TERMS} terms")
        return Series(kept, bounds)

    def _bounds(self, rest: Iterable[Monomial]) -> dict[object, Monomial]:
        """A remainder without what other parts of it swallow."""
        bounds: dict[object, Monomial] = {}
        for m in {m.key: m for m in rest}.values():
            if not any(self.negligible(m, r) for r in bounds.values()):
                bounds = {k: r for k, r in bounds.items() if not self.negligible(r, m)}
                bounds[m.key] = m
        return bounds

    def constant(self, c: Quotient) -> Series:
        return self.series([(ONE, c)])

    def number(self, q: Fraction | int) -> Series:
        return self.constant(self.nf.constant(q))

    def add(self, f: Series, g: Series) -> Series:
        return self.series((*f.terms.values(), *g.terms.values()), (*f.rest.values(), *g.rest.values()))

    def mul(self, f: Series, g: Series) -> Series:
        products = [(self.times(m, n), self.nf.mul(c, d)) for m, c in f.terms.values() for n, d in g.terms.values()]
        rest = [self.times(m, r) for m in f.monomials for r in g.rest.values()]
        rest += [self.times(m, r) for m in g.monomials for r in f.rest.values()]
        return self.series(products, rest)

    def scale(self, f: Series, m: Monomial, c: Quotient) -> Series:
        """c · m · f."""
        terms = [(self.times(n, m), self.nf.mul(d, c)) for n, d in f.terms.values()]
        return self.series(terms, [self.times(r, m) for r in f.rest.values()])

    def neg(self, f: Series) -> Series:
        return self.scale(f, ONE, self.nf.constant(-1))

    def leading(self, f: Series) -> tuple[Monomial, Quotient]:
        """The term beside which all others, and the remainder, vanish."""
        best: tuple[Monomial, Quotient] | None = None
        for m, c in f.terms.values():
            if best is None or self.size(self.over(m, best[0])) > 0:
                best = (m, c)
        if best is None:
            raise TooShort("what is divided by, or stands in a logarithm, vanishes to every order that was kept")
        self.require_small(self.over(r, best[0]) for r in f.rest.values())
        return best

    def around_one(self, f: Series, sign: Relation = "!=") -> tuple[Monomial, Quotient, Series]:
        """f = c m (1 + ε) with ε → 0, for c ≠ 0 (or c > 0)."""
        m, c = self.leading(f)
        self.require(c, sign)
        ratio = self.scale(f, self.over(ONE, m), self.nf.inverse(c))
        return m, c, self.add(ratio, self.number(-1))

    def power_series(self, coefficient: Callable[[int], Fraction], small: Series) -> Series:
        """Σ a_k ε^k for a function that is analytic at 0, and ε → 0."""
        self.require_small(small.monomials)
        total, power = self.number(coefficient(0)), self.number(1)
        for k in range(1, self.order):
            power = self.mul(power, small)
            total = self.add(total, self.scale(power, ONE, self.nf.constant(coefficient(k))))
        # (Σ m)^N is at most a constant times Σ m^N.
        rest = [self.times(ONE, m, self.order) for m in small.monomials]
        return self.series(total.terms.values(), (*total.rest.values(), *rest))

    # ------------------------------------------------------------ functions

    def inverse(self, f: Series) -> Series:
        m, c, small = self.around_one(f)
        geometric = self.power_series(lambda k: Q((-1) ** k), small)
        return self.scale(geometric, self.over(ONE, m), self.nf.inverse(c))

    def power(self, f: Series, n: int) -> Series:
        if n < 0:
            return self.power(self.inverse(f), -n)
        result = self.number(1)
        for _ in range(n):
            result = self.mul(result, f)
        return result

    def exp(self, f: Series) -> Series:
        """exp(Σ c t^−q + a log t + b + ε) = exp(Σ c t^−q) t^a e^b Σ ε^k/k!."""
        self.require_small(f.rest.values())
        whole, constant = ONE, self.nf.constant(0)
        small: list[tuple[Monomial, Quotient]] = []
        if self._plunges(f):
            return self.series((), [t_to_the(FLAT)])
        for m, c in f.terms.values():
            size = self.size(m)
            if size > 0:
                whole = self.times(whole, self._exponential(m, c))
            elif size == 0:
                constant = c
            else:
                small.append((m, c))
        series = self.power_series(_inverse_factorial, self.series(small, f.rest.values()))
        return self.scale(series, whole, self.nf.exp(constant))

    def _plunges(self, f: Series) -> bool:
        """Whether f → −∞ faster than any power of 1/t grows: then exp f is smaller than every power of t."""
        for m, _ in f.terms.values():
            if m.rates and self.size(m) > 0:
                first, number = self.leading(f)
                return first == m and self.nf.sign(number) == (-1, True) and not m.logs and m.rates[0][0] > 0
        return False

    def _exponential(self, m: Monomial, c: Quotient) -> Monomial:
        """exp(c m) for m = t^−q or m = log t."""
        if not m.rates and not m.logs:
            return Monomial(((-m.power, c),))
        number = c.constant()
        if m == Monomial(logs=1):
            if number is not None:
                return t_to_the(number)
            return self.times(ONE, Monomial(((ZEROTH, self.nf.neg(c)),)))
        raise Unclear("an exponential of something that grows in no known way")

    def log(self, f: Series) -> Series:
        """log(c m (1 + ε)) = log c + log m + Σ (−1)^(k+1) ε^k/k."""
        m, c, small = self.around_one(f, ">")
        if m.logs:
            raise Unclear("the logarithm of a logarithm that grows")
        terms = [(ONE, self.nf.log(c)), *self._log_of(m)]
        tail = self.power_series(lambda k: Q((-1) ** (k + 1), k) if k else Q(0), small)
        return self.add(self.series(terms), tail)

    def _log_of(self, m: Monomial) -> Iterator[tuple[Monomial, Quotient]]:
        """The logarithm of a monomial without logarithms."""
        yield Monomial(logs=1), self.nf.constant(m.power)
        for q, rate in m.rates:
            yield (t_to_the(-q), rate) if q else (Monomial(logs=1), self.nf.neg(rate))

    def abs(self, f: Series) -> Series:
        """±f where the leading sign is known; |c m + g| = |c| m + O(g) in any case."""
        if not f.terms:
            return f
        m, c = self.leading(f)
        turn = (-1) ** (m.logs % 2)
        sign = self.nf.sign(c)
        if sign is not None and sign[1]:
            return f if sign[0] * turn > 0 else self.neg(f)
        # log t < 0, every other factor of m is positive.
        others = [n for n in f.monomials if n.key != m.key]
        if others and self.blurred is None:
            self.blurred = c
        return self.series([(m, self.nf.mul(self.nf.constant(turn), self.nf.abs(c)))], others)

    def sign(self, f: Series) -> int:
        """The sign of f near the point."""
        if not f.terms and not f.rest:
            return 0
        m, c = self.leading(f)
        sign = self.nf.sign(c)
        if sign is None or not sign[1]:
            raise self.unknown(c)
        return sign[0] * (-1) ** (m.logs % 2)

    # ------------------------------------------------------------ finite sums

    def sum_over(self, f: Series, index: Sym) -> Series:
        """Σ over a finite set: expansions add up term by term where their monomials are free of the index."""
        f = self.settled(f, index)
        return self.series([(m, sum_over(self.nf, c, index)) for m, c in f.terms.values()], f.rest.values())

    def log_sum(self, f: Series, index: Sym) -> Series:
        """log Σ_y f(y) = max_y c(y) g + log m + O(1) if f(y) ~ w(y) exp(c(y) g) m, w > 0, g = t^−q or −log t."""
        m, weight = self.leading(f)
        if self.nf.sign(weight) != (1, True):
            raise Unclear(f"{self.nf.term(weight)} is not known to be positive")
        varying = [q for q, rate in m.rates if index in self._free(Monomial(((q, rate),)))]
        if m.logs or len(varying) > 1:
            raise Unclear(f"which {index} counts most is not told by one number")
        rates = tuple((q, greatest(self.nf, rate, index) if q in varying else rate) for q, rate in m.rates)
        return self.series(self._log_of(m._replace(rates=rates)), [ONE])

    def settled(self, f: Series, index: Sym) -> Series:
        """f with monomials free of the index, by what is known of all elements but one."""
        terms: list[tuple[Monomial, Quotient]] = []
        rest: list[Monomial] = []
        for m, c in f.terms.values():
            if index not in self._free(m):
                terms.append((m, c))
                continue
            k, bound = self._peak(m, index)
            terms.append((bound, self.nf.mul(self.nf.convert(delta(index, k)), c)))
            rest.append(self.times(bound, t_to_the(FLAT)))
        rest += [self._peak(r, index)[1] if index in self._free(r) else r for r in f.rest.values()]
        return self.series(terms, rest)

    def _free(self, m: Monomial) -> frozenset[Sym]:
        return frozenset[Sym]().union(*(self.nf.poly_free(p) for _, c in m.rates for p in c))

    def _peak(self, m: Monomial, index: Sym) -> tuple[Sym, Monomial]:
        """k such that exp(c(y)/t) = δ_yk exp(c(k)/t) + o(exp(c(k)/t) t^n): c(y) < c(k) for all y ≠ k."""
        for k, other, known in self.others:
            if k.sort == index.sort and len(m.rates) == 1:
                ((q, rate),) = m.rates
                if not q:
                    continue
                at_k = self.nf.replace_index(rate, index, k)
                nf = self.nf.knowing(known)
                gap = nf.sub(nf.replace_index(rate, index, other), at_k)
                if nf.sign(gap) == (-1, True):
                    rates = () if self.nf.vanishes(at_k) else ((q, at_k),)
                    return k, Monomial(rates, m.power, m.logs)
        raise Unclear(f"no element is known at which {self.nf.term(m.rates[0][1])} alone is greatest")

    # ------------------------------------------------------------ the limit

    def limit(self, f: Series, indices: Iterable[Sym]) -> Quotient | int:
        """The limit as t → 0+: a number, or 1 or −1 for ∞ or −∞."""
        for index in indices:
            if any(index in self._free(m) and self._unclear(m) for m in f.monomials):
                f = self.settled(f, index)
        large = [t for t in f.terms.values() if self.size(t[0]) > 0]
        if large:
            return self.sign(f)
        self.require_small(f.rest.values())
        return f.terms[ONE.key][1] if ONE.key in f.terms else self.nf.constant(0)

    def _unclear(self, m: Monomial) -> bool:
        try:
            self.size(m)
        except Unclear:
            return True
        return False

    # ------------------------------------------------------------ conditions

    def require(self, c: Quotient, op: Relation) -> None:
        """Insist on the sign of a coefficient, or carry it as a condition."""
        if not WANTED[op](self.nf.sign(c)):
            self.conditions.append(Statement.of(Rel(op, self.nf.term(c), ZERO)))


WANTED: dict[str, Callable[[Sign | None], bool]] = {
    "!=": lambda s: s is not None and s[1],
    ">": lambda s: s == (1, True),
}


def _inverse_factorial(k: int) -> Fraction:
    value = Q(1)
    for i in range(2, k + 1):
        value /= i
    return value


def _sign(x: Fraction | int) -> int:
    return (x > 0) - (x < 0)
