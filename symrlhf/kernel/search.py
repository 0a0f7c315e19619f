"""The search for certificates: terms of plain sign that equal a difference. Untrusted: `compare` checks them.

A difference is shown to be ≥ 0 (or > 0) by its sign, as a non-negative combination of parts (`parts`), or by a move
that leaves less to show:
    D = s gap(e^(−D/s)) + s (1 − e^(−D/s))                          exponentiate
    Σ w g = s Σ w gap(e^(−g/s)) + s (1 − Σ w e^(−g/s)), Σ w = 1     Jensen
    Σ w log(1 + e^x) − log(1 + e^m) = Σ w D_KL(σ(m) ‖ σ(x)) + …     of two coins, for m = Σ w x
    Σ w g, each g ≥ 0                                               element by element
    Σ_x Σ_y f(x, y), Σ_y f(x, y) ≥ 0 for each x                     by what is conditioned on
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from symrlhf.errors import NotSupported
from symrlhf.kernel import poly
from symrlhf.kernel.derive import ONE
from symrlhf.kernel.field import Nowhere, Quotient
from symrlhf.kernel.normal import NormalForm
from symrlhf.kernel.parts import Part, Parts, total
from symrlhf.kernel.poly import Monomial, Poly
from symrlhf.kernel.signs import Signs
from symrlhf.kernel.simplex import combination
from symrlhf.kernel.statement import Statement
from symrlhf.rational import Q
from symrlhf.setting import Setting
from symrlhf.term import Add, Mul, Term, as_term, exact_value, log_gap

DEPTH = 3
LEVELS = range(3)
"""How hard to try: moves and signs alone; then combinations of the plain parts; then of all parts."""
FUEL = 16
"""Differences that are looked at, at each level."""
WORK = 300_000
"""Pairs of terms that are multiplied at all levels together; what is found took up to half of it."""
MAX_COLUMNS = 400
MAX_SCALES = 12


def certificate(
    difference: Term, setting: Setting, known: Iterable[Statement], *, strict: bool, levels: range = LEVELS
) -> Term | None:
    """A term of plain sign that equals the difference, if one is found."""
    try:
        search = Search(Signs(setting, known))
        q = search.nf.of(difference)
        search.nf.budget = search.nf.spent + WORK
        for level in levels:
            search.fuel = FUEL
            if (found := search.prove(q, strict, DEPTH, level)) is not None:
                return found
        return None
    except (Nowhere, NotSupported, poly.OutOfFuel):
        return None


class Search:
    """Certificates in one setting, under known inequalities, with bounded fuel."""

    def __init__(self, signs: Signs):
        self.signs, self.nf = signs, signs.normal
        self.parts = Parts(self.nf, signs.known)
        self.fuel = FUEL
        self._done: dict[object, Term | None] = {}

    def prove(self, q: Quotient, strict: bool, depth: int, level: int) -> Term | None:
        """A term equal to q whose sign is ≥ 0, or > 0 if `strict`."""
        key = (poly.key(q.num), poly.key(q.den), strict, level)
        if key not in self._done:
            if self.fuel <= 0:
                return None
            self.fuel -= 1
            self._done[key] = None  # a difference that comes back to itself is not shown by itself
            self._done[key] = self._attempt(q, strict, depth, level)
        return self._done[key]

    def _attempt(self, q: Quotient, strict: bool, depth: int, level: int) -> Term | None:
        if q.is_zero:
            return None if strict else as_term(0)
        sign = self.nf.sign(q)
        if sign is not None and sign[0] > 0 and (sign[1] or not strict):
            return self.nf.term(q)
        if sign == (-1, True):
            return None
        for method in MOVES if depth > 0 else MOVES[:1]:
            try:
                found = method(self, q, strict, depth, level)
            except (Nowhere, NotSupported, poly.OutOfFuel):
                continue
            if found is not None:
                return found
        return None

    # ------------------------------------------------------------ combinations

    def combine(self, q: Quotient, strict: bool, depth: int, level: int) -> Term | None:
        """q as a non-negative combination of parts, over its denominator if that has a sign."""
        nf, below = self.nf, Quotient(q.den, poly.ONE)
        sign = nf.sign(below)
        if sign is None or level == 0:
            return None
        above = poly.scale(q.num, Q(sign[0]))
        parts = list(self.parts.of(q, thorough=level > 1))
        for over in self.parts.sets(q):
            y, inside, _ = self.parts.opened(q, over)
            parts += self.parts.over(q, y, inside, thorough=level > 1)
        below = below if sign[0] > 0 else nf.neg(below)
        for h in (None, *(p for p in parts if p.given and p.strict)):
            target = above if h is None else nf.mul(Quotient(above, poly.ONE), h.value).num
            found = Combination(nf, target, below, parts).solve(strict)
            if found is not None:
                found = found if h is None else found / h.term
                return found if q.den == poly.ONE else found / nf.term(below)
        return None

    # ------------------------------------------------------------ moves

    def exponentiate(self, q: Quotient, strict: bool, depth: int, level: int) -> Term | None:
        nf = self.nf
        for s in self._scales(q):
            below = nf.exp(nf.neg(nf.mul(q, nf.inverse(s))))
            rest = self.prove(nf.sub(nf.constant(1), below), strict, depth - 1, level)
            if rest is not None:
                return self._scaled(s, log_gap(nf.term(below)), rest)
        return None

    def _scaled(self, s: Quotient, *terms: Term) -> Term:
        together = _sum(terms)
        return together if s.constant() == 1 else self.nf.term(s) * together

    def _scales(self, q: Quotient) -> list[Quotient]:
        """The positive cofactors of logarithms in q."""
        nf = self.nf
        found: dict[Monomial, None] = {}
        for m in q.num:
            for i, e in m:
                if nf.generators[i].kind == "log" and e == 1:
                    rest = tuple(t for t in m if t[0] != i)
                    if nf.monomial_sign(rest) == (1, True):
                        found.setdefault(rest)
        if not found and any(nf.generators[i].kind == "log" for m in q.num for i, _ in m):
            found.setdefault(())
        below = nf.inverse(Quotient(q.den, poly.ONE))
        scales = [nf.mul(Quotient({m: Q(1)}, poly.ONE), below) for m in found]
        return [s for s in scales if nf.sign(s) == (1, True)][:3]

    def jensen(self, q: Quotient, strict: bool, depth: int, level: int) -> Term | None:
        nf = self.nf
        for over in self.parts.sets(q):
            y, inside, outside = self.parts.opened(q, over)
            if inside.is_zero:
                continue
            for w in self.parts.weights(q, y):
                g = nf.add(nf.mul(inside, nf.inverse(w.value)), outside)
                for s in self._scales(g):
                    if y in nf.poly_free(s.num) | nf.poly_free(s.den):
                        continue
                    below = nf.exp(nf.neg(nf.mul(g, nf.inverse(s))))
                    mean = self.parts.summed(y, Part(ONE, nf.mul(w.value, below))).value
                    rest = self.prove(nf.sub(nf.constant(1), mean), strict, depth - 1, level)
                    if rest is not None:
                        gaps = total(y, w.term * log_gap(nf.term(below)))
                        return self._scaled(s, gaps, rest)
        return None

    def tangent(self, q: Quotient, strict: bool, depth: int, level: int) -> Term | None:
        nf = self.nf
        for over in self.parts.sets(q):
            y, inside, outside = self.parts.opened(q, over)
            # The mean's two shares are the same the other way round.
            for whole, scale in self._shares(nf.neg(outside))[::2]:
                for w in self.parts.weights(q, y):
                    each = [s for s, c in self._shares(nf.mul(inside, nf.inverse(w.value))) if nf.sub(c, scale).is_zero]
                    for one in each if nf.sign(scale) == (1, True) else ():
                        share, mean = nf.term(one), nf.term(whole)
                        coins = mean * log_gap(share / mean) + (ONE - mean) * log_gap((ONE - share) / (ONE - mean))
                        above = nf.term(scale) * w.term * coins
                        found = self.parts.summed(y, Part(above, nf.of(above)))
                        rest = self.prove(nf.sub(q, found.value), strict, depth - 1, level)
                        if rest is not None:
                            return _sum((found.term, rest))
        return None

    def _shares(self, q: Quotient) -> list[tuple[Quotient, Quotient]]:
        """a/(a + b) and b/(a + b) of each log(a + b) of positive a and b, with its coefficient."""
        nf, found = self.nf, list[tuple[Quotient, Quotient]]()
        for m, c in q.num.items():
            for i, e in m:
                g = nf.generators[i]
                if g.kind == "log" and e == 1 and len(g.data) == 2:
                    scale = Quotient({tuple(t for t in m if t[0] != i): c}, q.den)
                    parts = [Quotient({n: d}, poly.ONE) for n, d in g.data.items()]
                    if all(nf.sign(part) == (1, True) for part in parts):
                        below = nf.inverse(Quotient(g.data, poly.ONE))
                        found += [(nf.mul(part, below), scale) for part in parts]
        return found

    def each(self, q: Quotient, strict: bool, depth: int, level: int) -> Term | None:
        nf = self.nf
        for over in self.parts.sets(q):
            y, inside, outside = self.parts.opened(q, over)
            if inside.is_zero:
                continue
            for w in self.parts.weights(q, y):
                g = nf.add(nf.mul(inside, nf.inverse(w.value)), outside)
                found = self.prove(g, strict, depth - 1, level)
                if found is not None:
                    return total(y, w.term * found)
        return None

    def conditioned(self, q: Quotient, strict: bool, depth: int, level: int) -> Term | None:
        """Σ_x Σ_y p(y | x) f, by what the sum over y is for each x."""
        found = self.parts.conditioned(q) if q.den == poly.ONE else None
        if found is None:
            return None
        x, inside = found
        nf = self.nf
        for w in self.parts.weights(q, x):
            each = self.prove(nf.mul(inside, nf.inverse(w.value)), strict, depth - 1, level)
            if each is not None:
                return total(x, w.term * each)
        return None


MOVES: tuple[Callable[[Search, Quotient, bool, int, int], Term | None], ...] = (
    Search.combine,
    Search.exponentiate,
    Search.jensen,
    Search.tangent,
    Search.each,
    Search.conditioned,
)


@dataclass(frozen=True)
class Column:
    """A part with factors, over the common denominator; its monomials that should meet those of the difference."""

    term: Callable[[], Term]
    entries: Poly
    strict: bool
    leads: tuple[Monomial, ...]
    simple: bool = False


class Combination:
    """p = Σ λ_j part_j as a linear problem: one equation for each monomial over the common denominator."""

    def __init__(self, nf: NormalForm, p: Poly, below: Quotient, parts: list[Part]):
        self.nf = nf
        products = [x for part in parts for x in self._times(part, self._factors(below, parts))]
        self.den = self._common(x.value.den for x in products)
        self.over = nf.sign(Quotient(self.den, poly.ONE))
        self.target = self._cleared(Quotient(p, poly.ONE))
        self._known: dict[Monomial, bool] = {}
        self.columns: dict[frozenset[tuple[Monomial, Fraction]], Column] = {}
        self._fill(set(p), [self._column(x) for x in products])

    def solve(self, strict: bool) -> Term | None:
        """The combination as a term."""
        columns = list(self.columns.values())
        wanted = frozenset(j for j, c in enumerate(columns) if c.strict) if strict else frozenset[int]()
        if strict and not wanted:
            return None
        self.nf.spend(sum(len(c.entries) for c in columns))
        found = combination(self.target, [c.entries for c in columns], wanted)
        if not found:
            return None
        terms = [_times(v, columns[j].term()) for j, v in found.items()]
        return _sum(terms)

    # ---- factors

    def _factors(self, below: Quotient, parts: list[Part]) -> list[Part]:
        """What parts may be multiplied by as a whole: the denominator of the difference, and hypotheses."""
        cleared = [Part(self.nf.term(below), below, True)] if below.constant() != 1 else []
        return cleared + [p for p in parts if p.given][:4]

    def _times(self, part: Part, factors: list[Part]) -> Iterator[Part]:
        yield part
        for f in factors:
            value = self.nf.mul(part.value, f.value)
            leads = tuple(poly.mono_mul(m, n) for m in part.leads for n in f.value.num)
            yield Part(f.term * part.term, value, part.strict and f.strict, leads)

    def _common(self, dens: Iterable[Poly]) -> Poly:
        powers: dict[object, tuple[Poly, int]] = {}
        for den in {poly.key(d): d for d in dens if d != poly.ONE}.values():
            for p, e in poly.factor(den)[1]:
                if powers.get(poly.key(p), (p, 0))[1] < e:
                    powers[poly.key(p)] = p, int(e)
        total = poly.ONE
        for p, e in powers.values():
            total = poly.mul(total, poly.power(p, e))
        return total

    def _cleared(self, q: Quotient) -> Poly:
        """q times the common denominator."""
        product = self.nf.mul(q, Quotient(self.den, poly.ONE))
        if product.den != poly.ONE:
            raise poly.OutOfFuel("a common denominator")
        return product.num

    # ---- columns

    def _column(self, part: Part) -> Column:
        return Column(lambda: part.term, self._cleared(part.value), part.strict, part.leads, part.simple)

    def _fill(self, wanted: set[Monomial], plain: list[Column]) -> None:
        for c in plain:
            self._add(c)
        met: dict[Monomial, None] = {}
        for c, m in self._shifts(plain, sorted(wanted)):
            moved = self._shifted(c, m)
            met.update(dict.fromkeys(moved.leads))
            self._add(moved)
        # What the logarithmic gaps bring in, the simple ones take away.
        for c, m in self._shifts([c for c in plain if c.simple], [m for m in met if m not in wanted]):
            self._add(self._shifted(c, m))
        for m in {m: None for c in [self.target, *(c.entries for c in self.columns.values())] for m in c}:
            self._add_monomial(m)

    def _shifts(self, columns: list[Column], wanted: list[Monomial]) -> Iterator[tuple[Column, Monomial]]:
        """Columns with the monomials that carry them to what is wanted, while there is room."""
        for c in columns:
            for m in self._scales(c, wanted):
                if len(self.columns) >= MAX_COLUMNS:
                    return
                yield c, m

    def _add(self, column: Column) -> None:
        if column.entries and len(self.columns) < MAX_COLUMNS:
            self.columns.setdefault(poly.key(column.entries), column)

    def _scales(self, c: Column, wanted: Iterable[Monomial]) -> list[Monomial]:
        """Positive monomials that carry one of the column's to one that is wanted."""
        found: dict[Monomial, None] = {}
        for m in c.leads:
            turned = poly.mono_pow(m, -1)
            for target in wanted:
                scale = poly.mono_mul(target, turned)
                if scale and scale not in found and self._is_scale(scale):
                    found[scale] = None
                    if len(found) == MAX_SCALES:
                        return list(found)
        return list(found)

    def _is_scale(self, m: Monomial) -> bool:
        """Whether a monomial is positive and made of what factors are made of."""
        if m not in self._known:
            plain = all(self.nf.generators[i].kind in SCALES for i, _ in m)
            sign = self.nf.monomial_sign(m) if plain else None
            self._known[m] = sign is not None and sign[0] > 0
        return self._known[m]

    def _shifted(self, c: Column, m: Monomial) -> Column:
        scale: Poly = {m: Q(1)}
        entries = poly.mul(c.entries, scale)
        self.nf.spend(len(entries))
        leads = tuple(poly.mono_mul(m, n) for n in c.leads)
        strict = c.strict and self.nf.monomial_sign(m) == (1, True)
        return Column(lambda: self.nf.poly_term(scale) * c.term(), entries, strict, leads)

    def _add_monomial(self, m: Monomial) -> None:
        """A monomial over the common denominator, if it has a sign."""
        sign = self.nf.monomial_sign(m)
        if sign is None or self.over is None or not self.over[1]:
            return
        side = Q(sign[0] * self.over[0])
        value = Quotient({m: side}, self.den)
        self._add(Column(lambda: self.nf.term(value), {m: side}, sign[1], ()))


SCALES = ("atom", "exp", "root", "sum", "max")
"""The kinds of generators that factors are made of."""


def _sum(terms: Sequence[Term]) -> Term:
    kept = tuple(t for t in terms if exact_value(t) != 0)
    return Add(kept) if len(kept) > 1 else next(iter(kept), as_term(0))


def _times(factor: Fraction, term: Term) -> Term:
    return term if factor == 1 else Mul((as_term(factor), term))
