"""Relations between generators that only show over a common denominator; looked for where a difference is left.

exp(1/(1 + a)) exp(1/(1 − a)) = exp(2/(1 − a²)), and Σ_y p/(p + q) + Σ_y q/(p + q) = |Y|.
"""

from __future__ import annotations

from functools import reduce

from symrlhf.kernel import poly, sums
from symrlhf.kernel.derive import fresh_index
from symrlhf.kernel.field import Field, Generator, Quotient, SumData
from symrlhf.kernel.poly import Monomial, Poly
from symrlhf.rational import Q
from symrlhf.term import IndexSet, Sym

MAX_RELATED = 12
"""Exponentials, or sums, that are compared."""


def vanishes(nf: Field, q: Quotient) -> bool:
    """Whether the numerator of q is 0 by such relations."""
    num = _with_independent_exponents(nf, q.num)
    joined = _with_sums_joined(nf, num)
    return joined.is_zero or not _with_independent_exponents(nf, joined.num)


# ------------------------------------------------------------------ exponentials


def _with_independent_exponents(nf: Field, p: Poly) -> Poly:
    """p with exp(e) written by others where e is a rational combination of their exponents."""
    ids = sorted({i for m in p for i, _ in m})
    exps = [nf.generators[i] for i in ids if nf.generators[i].kind == "exp"]
    if not any(g.data[1] != poly.ONE for g in exps) or len(exps) > MAX_RELATED:
        return p
    for g, others in _relations(exps):
        p = _put_powers(p, g.id, others)
    return p


def _relations(exps: list[Generator]) -> list[tuple[Generator, Monomial]]:
    """Each exponential whose exponent depends on earlier ones, and the product of powers of those that it is."""
    denominators = {poly.key(g.data[1]): g.data[1] for g in exps}
    common = reduce(poly.mul, denominators.values(), poly.ONE)
    basis: list[tuple[Monomial, Poly, Poly]] = []
    found: list[tuple[Generator, Monomial]] = []
    for g in exps:
        above, below = g.data
        rest = poly.mul(above, poly.divide(common, below)[0])
        # What is left is the combination of exponents that `parts` says, a polynomial of degree 1 in the exponentials.
        parts = poly.generator(g.id)
        for pivot, vector, combination in basis:
            factor = rest.get(pivot, Q(0))
            rest = poly.sub(rest, poly.scale(vector, factor))
            parts = poly.sub(parts, poly.scale(combination, factor))
        if rest:
            pivot, scale = next(iter(rest.items()))
            basis.append((pivot, poly.scale(rest, 1 / scale), poly.scale(parts, 1 / scale)))
        else:
            found.append((g, tuple(sorted((m[0][0], -c) for m, c in parts.items() if m[0][0] != g.id))))
    return found


def _put_powers(p: Poly, i: int, value: Monomial) -> Poly:
    """p with a monomial of positive generators for generator i."""
    total = poly.ZERO
    for m, c in p.items():
        e = dict(m).get(i, 0)
        rest = tuple(t for t in m if t[0] != i)
        total = poly.add(total, {poly.mono_mul(rest, poly.mono_pow(value, e)): c})
    return total


# ------------------------------------------------------------------ sums


def _with_sums_joined(nf: Field, p: Poly) -> Quotient:
    """p with sums over one index added up under one Σ, where some of them have denominators."""
    if not any(nf.generators[i].kind == "sum" and nf.generators[i].data.den != poly.ONE for m in p for i, _ in m):
        return Quotient(p, poly.ONE)
    total = nf.constant(0)
    bodies: dict[IndexSet, tuple[Sym, Quotient]] = {}
    for m, c in p.items():
        g = next((nf.generators[i] for i, e in m if nf.generators[i].kind == "sum" and e == 1), None)
        if g is None or len(g.data.binders) != 1:
            total = nf.add(total, Quotient({m: c}, poly.ONE))
            continue
        over = g.data.binders[0].sort
        index, body = bodies.setdefault(over, (fresh_index(over), nf.constant(0)))
        outside = Quotient({tuple(t for t in m if t[0] != g.id): c}, poly.ONE)
        bodies[over] = index, nf.add(body, nf.mul(outside, _summand(nf, g.data, index)))
    for index, body in bodies.values():
        total = nf.add(total, sums.sum_over(nf, body, index))
    return total


def _summand(nf: Field, data: SumData, index: Sym) -> Quotient:
    return nf.replace_index(Quotient({data.monomial: Q(1)}, data.den), data.binders[0], index)
