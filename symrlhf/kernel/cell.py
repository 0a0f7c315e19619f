"""One cell: what is known of the signs of polynomials there, and what follows for others.

What follows is read off factors, and by linear arithmetic on monomials as independent unknowns, strict and weak apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations_with_replacement, product
from math import prod

from symrlhf.kernel import poly
from symrlhf.kernel.field import Quotient
from symrlhf.kernel.kinks import ANY, DOWN, SIGNS_WHERE, UP, ZERO_ONLY, Signs
from symrlhf.kernel.linear import Row, contradictory, row
from symrlhf.kernel.normal import NormalForm
from symrlhf.kernel.poly import Poly
from symrlhf.lazy import once
from symrlhf.rational import Q
from symrlhf.term import Rel

MAX_MULTIPLIED = 10
"""Inequalities that are multiplied in pairs."""

ONE_SIDED = (UP, DOWN, SIGNS_WHERE[">"], SIGNS_WHERE["<"])


@dataclass(frozen=True)
class Cell:
    """Normal forms, and what is known of signs in one cell."""

    nf: NormalForm
    rows: tuple[Row, ...] = ()
    zeros: tuple[Poly, ...] = ()
    """Polynomials that are 0 in the cell."""
    nonzero: tuple[Poly, ...] = ()
    impossible: bool = False
    """Whether what is known of one polynomial contradicts itself."""
    path: tuple[tuple[Poly, Signs], ...] = ()
    """How the cell was split off."""
    last: bool = False
    """Whether it will not be split any more, so that everything should be tried."""

    @staticmethod
    def everything(nf: NormalForm) -> Cell:
        """All points at which the facts of the normal forms hold."""
        facts = [(dict(p), Signs((s,) if strict else (0, s))) for p, (s, strict) in nf.facts()]
        return Cell(nf, tuple(r for p, signs in facts for r in _rows(nf, p, signs)))

    def where(self, p: Poly, signs: Signs) -> Cell:
        """The part of the cell where the irreducible p has one of the signs."""
        signs &= self._plain_signs(p)
        nf, zeros, nonzero = self.nf, self.zeros, self.nonzero
        if signs == ZERO_ONLY:
            zeros = (*zeros, p)
        elif signs in ONE_SIDED:
            nf = nf.under(p, (sum(signs), 0 not in signs))
        elif 0 not in signs:
            nonzero = (*nonzero, p)
        rows = (*self.rows, *_rows(nf, p, signs))
        path, impossible = (*self.path, (p, signs)), self.impossible or not signs
        return replace(self, nf=nf, rows=rows, zeros=zeros, nonzero=nonzero, path=path, impossible=impossible)

    def given(self, relation: Rel) -> Cell:
        """The cell, knowing a relation that holds in it."""
        q = self.nf.convert(relation.lhs - relation.rhs)
        if q.is_zero:
            return replace(self, impossible=self.impossible or 0 not in SIGNS_WHERE[relation.op])
        where, (constant, factors) = SIGNS_WHERE[relation.op], self.factors(q)
        if relation.op == "!=":
            cell = self
            for p, _ in factors:
                cell = cell.where(p, where)
            return replace(cell, path=self.path)
        known = [(p, e, self._signs_of_power(p, e)) for p, e in factors]
        unknown = [(p, e) for p, e, may in known if len(may) > 1]
        scale = prod((s for _, _, may in known if len(may) == 1 for s in may), start=constant)
        if not unknown or scale == 0:
            return replace(self, impossible=self.impossible or scale not in where)
        (p, e), *others = unknown
        cell = self if others or e % 2 != 1 else self.where(p, Signs(scale * s for s in where))
        return replace(cell, path=self.path)

    def with_products(self) -> Cell:
        """The same cell, knowing the products of what is known in pairs too: p q ≥ 0 for p ≥ 0 and q ≥ 0."""
        newest = list(dict.fromkeys(reversed(self.rows)))[:MAX_MULTIPLIED]
        powers = {t for r in newest for m, _ in r.terms for t in m if self.nf.monomial_sign((t,)) == (1, True)}
        newest += [row({(t,): Q(1)}, True) for t in sorted(powers)[: MAX_MULTIPLIED // 3]]
        rows: list[tuple[Poly, bool]] = [({m: Q(c) for m, c in r.terms}, r.strict) for r in newest]
        pairs = combinations_with_replacement(rows, 2)
        products = (row(poly.mul(p, q), s and t) for (p, s), (q, t) in pairs)
        return replace(self, rows=(*self.rows, *products), last=True)

    @once
    def empty(self) -> bool:
        """Whether the cell is known to hold no point."""
        return self.impossible or self._contradict(())

    def _contradict(self, more: tuple[Row, ...]) -> bool:
        rows = _connected((*self.rows, *more), more) if more else set(self.rows)
        monomials = {m for r in rows for m, _ in r.terms if m}
        return contradictory(rows | {r for m in monomials for r in self._sign_of(m)})

    def _sign_of(self, m: poly.Monomial) -> Iterator[Row]:
        sign = self.nf.monomial_sign(m)
        if sign is not None:
            yield row({m: Q(sign[0])}, sign[1])
        bounds = self.nf.bounds({m: Q(1)})
        if bounds is not None:
            yield row({m: Q(1), (): -bounds.low}, False)
            yield row({m: Q(-1), (): bounds.high}, False)
            return
        g = self.nf.generators[m[0][0]]
        if len(m) == 1 and g.kind == "exp":
            # e^x is above 1 for x > 0, and below for x < 0.
            exponent = self.nf.sign(Quotient(poly.scale(g.data[0], Q(m[0][1])), g.data[1]))
            if exponent is not None:
                yield row({m: Q(exponent[0]), (): Q(-exponent[0])}, exponent[1])

    def signs(self, q: Quotient) -> Signs:
        """The signs that q may have in the cell, where it is defined."""
        if q.is_zero:
            return Signs((0,))
        constant, factors = self.factors(q)
        may = (self._signs_of_power(p, e) for p, e in factors)
        return Signs(constant * prod(each) for each in product(*may))

    def factors(self, q: Quotient) -> tuple[int, list[tuple[Poly, poly.Exponent]]]:
        """The sign of the constant of q, and its irreducible factors."""
        c, above = poly.factor(q.num)
        d, below = poly.factor(q.den)
        return (1 if c * d > 0 else -1), [*above, *((p, -e) for p, e in below)]

    def _signs_of_power(self, p: Poly, e: poly.Exponent) -> Signs:
        may = self.signs_of(p)
        if e < 0:
            may -= {0}
        if e % 1:
            return may & UP  # a fractional power is of what is not negative
        return may if e % 2 else Signs(abs(s) for s in may)

    def signs_of(self, p: Poly) -> Signs:
        """The signs that an irreducible p may have in the cell."""
        may = self._plain_signs(p)
        if len(may) == 1:
            return may
        return Signs(s for s in may if not self._contradict(tuple(_rows(self.nf, p, Signs((s,))))))

    def _plain_signs(self, p: Poly) -> Signs:
        """The signs that are not excluded without looking at what is known of other polynomials."""
        if p in self.zeros:
            return Signs((0,))
        known = self.nf.poly_sign(p)
        may = ANY if known is None else Signs((known[0],) if known[1] else (0, known[0]))
        return may - {0} if p in self.nonzero else may


def _rows(nf: NormalForm, p: Poly, signs: Signs) -> Iterator[Row]:
    """The inequalities that say p has one of the signs; none for ≠ 0."""
    if signs not in ONE_SIDED and signs != ZERO_ONLY:
        return
    for f in alike(nf, p):
        if 1 not in signs:
            yield row(poly.scale(f, -1), 0 not in signs)
        if -1 not in signs:
            yield row(f, 0 not in signs)


def alike(nf: NormalForm, p: Poly) -> Iterator[Poly]:
    """p and other polynomials with the sign of p everywhere: log is increasing, and so is exp."""
    seen: list[Poly] = []
    following: Poly | None = p
    while following and following not in seen and len(seen) < 4:
        seen.append(following)
        following = _of_arguments(nf, following) or _of_logarithms(nf, following)
    yield from seen


def _of_logarithms(nf: NormalForm, p: Poly) -> Poly | None:
    """log(c m) − log(d n) for a difference c m − d n of positive terms."""
    if len(p) != 2 or any(nf.monomial_sign(m) != (1, True) for m in p):
        return None
    (m, c), (n, d) = p.items()
    if c * d > 0:
        return None
    ratio = nf.log(Quotient({poly.mono_mul(m, poly.mono_pow(n, -1)): abs(c / d)}, poly.ONE))
    positive = nf.poly_sign(ratio.den) == (1, True)
    return poly.scale(ratio.num, 1 if c > 0 else -1) if positive else None


def _of_arguments(nf: NormalForm, p: Poly) -> Poly | None:
    """exp(p/c) − 1 times its denominator, for a p with a logarithm in it, c > 0 its coefficient."""
    alone = (c for m, c in p.items() if len(m) == 1 and m[0][1] == 1 and nf.generators[m[0][0]].kind == "log")
    c = next(alone, None)
    if c is None:
        return None
    ratio = nf.exp(Quotient(poly.scale(p, 1 / abs(c)), poly.ONE))
    return poly.sub(ratio.num, ratio.den) if nf.poly_sign(ratio.den) == (1, True) else None


def _connected(rows: Iterable[Row], start: Iterable[Row]) -> set[Row]:
    """The rows that share monomials with the first ones, directly or through others."""
    chosen, rest = set(start), set(rows)
    while True:
        met = {m for r in chosen for m, _ in r.terms if m}
        more = {r for r in rest - chosen if any(m in met for m, _ in r.terms)}
        if not more:
            return chosen
        chosen |= more
