"""The greatest value over an index, inside the normal form.

max_y c = c and max_y (f + c) = c + max_y f for c free of y; max_y c f = c max_y f for c > 0 free of y;
min_y f = −max_y (−f). What is left is a generator, its index under a canonical name.
"""

from __future__ import annotations

from typing import NamedTuple

from symrlhf.kernel import poly
from symrlhf.kernel.derive import fresh_index
from symrlhf.kernel.field import Field, Quotient
from symrlhf.kernel.poly import Monomial, Poly
from symrlhf.term import IndexSet, Sym, Term


class Greatest(NamedTuple):
    """max over `over` of `value`."""

    over: Sym
    value: Quotient


def greatest(nf: Field, q: Quotient, index: Sym) -> Quotient:
    """max over the index of q."""
    below = Quotient(q.den, poly.ONE)
    if index in nf.poly_free(q.den) or nf.sign(below) != (1, True):
        return _canonical(nf, q, index)
    over = nf.inverse(below)
    outside = {m: c for m, c in q.num.items() if index not in nf.monomial_free(m)}
    inside = poly.sub(q.num, outside)
    total = nf.mul(Quotient(outside, poly.ONE), over)
    if not inside:
        return total
    factor = _common_factor(nf, inside, index)
    rest = nf.mul(Quotient(inside, poly.ONE), nf.inverse(factor))
    return nf.add(total, nf.mul(nf.mul(factor, over), _canonical(nf, rest, index)))


def _common_factor(nf: Field, p: Poly, index: Sym) -> Quotient:
    """A positive number times the positive factors free of the index that all monomials share."""
    scale, shared, _ = poly.content(p)
    free: Monomial = tuple(
        t for t in shared if nf.generators[t[0]].sign == (1, True) and index not in nf.generators[t[0]].free
    )
    return Quotient({free: abs(scale)}, poly.ONE)


def _canonical(nf: Field, q: Quotient, index: Sym) -> Quotient:
    """The greatest value as a generator, its index named by height."""
    height = nf.height(q.num, q.den) + 1
    name = Sym(f"\1max{height}", _set_of(index))
    value = nf.replace_index(q, index, name)
    free = (nf.poly_free(value.num) | nf.poly_free(value.den)) - {name}
    key = (name, poly.key(value.num), poly.key(value.den))
    return nf.just(nf.generator("max", key, Greatest(name, value), free, nf.sign(value), height))


def replace_index(nf: Field, data: Greatest, old: Sym, new: Term) -> Quotient:
    """A greatest value with `old` replaced by `new`; its own index gets a fresh name first."""
    index = fresh_index(_set_of(data.over))
    value = nf.replace_index(data.value, data.over, index)
    return greatest(nf, nf.replace_index(value, old, new), index)


def _set_of(index: Sym) -> IndexSet:
    assert isinstance(index.sort, IndexSet)
    return index.sort
