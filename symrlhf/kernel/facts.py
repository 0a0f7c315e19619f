"""Signs that follow from given ones: a polynomial that is a non-negative combination of what is known to be ≥ 0.

With a > b and b > c, a − c = (a − b) + (b − c) > 0: orders are transitive. Monomials are independent unknowns.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from symrlhf.kernel import poly
from symrlhf.kernel.poly import Monomial, Poly
from symrlhf.kernel.simplex import combination
from symrlhf.rational import Q

if TYPE_CHECKING:
    from symrlhf.kernel.field import Field, Sign

MAX_FACTS = 24
"""Facts that are combined for one sign."""
MAX_TERMS = 12
"""Terms of a polynomial whose sign is looked for in this way, and of the facts that tell it."""


class Known(NamedTuple):
    """p ≥ 0, or p > 0 if strict."""

    poly: Poly
    strict: bool


def combined_sign(field: Field, given: list[Known], p: Poly) -> Sign | None:
    """The sign of p as a combination of what is given and of monomials of known sign."""
    if len(p) > MAX_TERMS:
        return None
    for side in (1, -1):
        strict = _is_combination(field, given, poly.scale(p, Q(side)))
        if strict is not None:
            return side, strict
    return None


def _is_combination(field: Field, given: list[Known], p: Poly) -> bool | None:
    """Whether p > 0 (True) or p ≥ 0 (False) is such a combination; None if neither."""
    facts = _reached(field, given, p)
    if not facts:
        return None
    monomials = {m for f in facts for m in f.poly}.union(p)
    columns = [*facts, *(k for m in sorted(monomials) for k in _of_monomial(field, m))]
    found = combination(p, [k.poly for k in columns])
    if found is None:
        return None
    strict = frozenset(j for j, k in enumerate(columns) if k.strict)
    if not strict & found.keys():
        found = combination(p, [k.poly for k in columns], strict) or found
    total: Poly = {}
    for j, c in found.items():
        total = poly.add(total, poly.scale(columns[j].poly, c))
    if total != p or any(c < 0 for c in found.values()):
        return None
    return any(columns[j].strict and c > 0 for j, c in found.items())


def _reached(field: Field, given: list[Known], p: Poly) -> list[Known]:
    """The facts that may take part, if each term of p that is not known to be ≥ 0 stands in one of them.

    What holds inside a range only says nothing outside of it.
    """
    if not all(_is_plain(field, m, c) or any(k.poly.get(m, 0) * c > 0 for k in given) for m, c in p.items()):
        return []
    inside = field.integers.inside(field.poly_free(p))
    left = [k for k in given if len(k.poly) <= MAX_TERMS and field.integers.inside(field.poly_free(k.poly)) <= inside]
    met, chosen = {m for m in p if m}, list[Known]()
    while near := [k for k in left if met & k.poly.keys()]:
        chosen += near
        met |= {m for k in near for m in k.poly if m}
        left = [k for k in left if k not in near]
    return chosen[:MAX_FACTS]


def _is_plain(field: Field, m: Monomial, c: Fraction) -> bool:
    return any(k.poly[m] * c > 0 for k in _of_monomial(field, m))


def _of_monomial(field: Field, m: Monomial) -> Iterator[Known]:
    """What the sign of a monomial, or bounds of a number, say of it."""
    sign = field.monomial_sign(m)
    if sign is not None:
        yield Known({m: Q(sign[0])}, sign[1])
    if m and (bounds := field.bounds({m: Q(1)})) is not None:
        yield Known(poly.add({m: Q(1)}, poly.constant(-bounds.low)), False)
        yield Known(poly.add({m: Q(-1)}, poly.constant(bounds.high)), False)
