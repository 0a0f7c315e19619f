"""Whether linear inequalities contradict each other: exact elimination after Fourier and Motzkin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import gcd, lcm
from typing import NamedTuple

from symrlhf.kernel.poly import Monomial

MAX_ROWS = 200
"""Beyond so many inequalities nothing is said."""


class Row(NamedTuple):
    """Σ c·m ≥ 0, or > 0 if strict; monomials are unknowns, () is the number 1; the c are coprime integers."""

    terms: frozenset[tuple[Monomial, int]]
    strict: bool

    @property
    def impossible(self) -> bool:
        """Whether it says of a number what is false."""
        if len(self.terms) > 1:
            return False
        number = sum(c for m, c in self.terms if not m)
        return (number < 0 or (number == 0 and self.strict)) and all(not m for m, _ in self.terms)


def row(terms: Mapping[Monomial, Fraction], strict: bool) -> Row:
    """The inequality, scaled to coprime integers: multiples are one row."""
    scale = lcm(*(c.denominator for c in terms.values()))
    return _row({m: c.numerator * (scale // c.denominator) for m, c in terms.items()}, strict)


def _row(terms: Mapping[Monomial, int], strict: bool) -> Row:
    common = gcd(*terms.values()) or 1
    return Row(frozenset((m, c // common) for m, c in terms.items() if c), strict)


def contradictory(rows: Iterable[Row]) -> bool:
    """Whether no values of the monomials, taken as independent unknowns, meet all rows. False if too many arise."""
    left = set(rows)
    while not any(r.impossible for r in left):
        counts: dict[Monomial, list[int]] = {}
        for r in left:
            for m, c in r.terms:
                if m:
                    counts.setdefault(m, [0, 0])[c > 0] += 1
        if not counts:
            return False
        chosen = min(counts, key=lambda m: (counts[m][0] * counts[m][1], m))
        if len(left) + counts[chosen][0] * counts[chosen][1] > 2 * MAX_ROWS:
            return False
        left = _without(left, chosen)
        if len(left) > MAX_ROWS:
            return False
    return True


def _without(rows: set[Row], chosen: Monomial) -> set[Row]:
    """What the rows say of the other monomials: each lower bound of the chosen one is at most each upper bound."""
    lower: list[tuple[int, dict[Monomial, int], bool]] = []
    upper: list[tuple[int, dict[Monomial, int], bool]] = []
    rest: set[Row] = set()
    for r in rows:
        terms = dict(r.terms)
        c = terms.pop(chosen, None)
        if c is None:
            rest.add(r)
        else:
            (lower if c > 0 else upper).append((abs(c), terms, r.strict))
    for c, p, strict in lower:
        for d, q, also_strict in upper:
            together = {m: a * d for m, a in p.items()}
            for m, a in q.items():
                together[m] = together.get(m, 0) + a * c
            rest.add(_row(together, strict or also_strict))
    return rest
