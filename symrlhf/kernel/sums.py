"""Sums over abstract finite sets, inside the normal form.

Linearity; factors free of the index leave the sum; sums inside sums merge; a product of independent sums is
the sum of products; δ sifts; declared distributions sum to 1; Σ 1 = |Y|; bound indices get canonical names.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import count, permutations

from symrlhf.errors import NotSupported
from symrlhf.kernel import poly
from symrlhf.kernel.derive import fresh_index
from symrlhf.kernel.field import Field, Quotient, SumData
from symrlhf.kernel.poly import Monomial, Poly
from symrlhf.rational import Q
from symrlhf.term import App, Card, Diff, IndexSet, Sym, Term

MAX_NESTED = 5
MAX_AVERAGED = 3
DIVIDED = "\2"
"""How the names begin under which numerators are divided by denominators."""

Factor = tuple[int, Fraction | int]
Group = tuple[set[Sym], list[Factor], bool]
"""Indices that factors connect, those factors, and whether the denominator is among them."""


def sum_over(nf: Field, q: Quotient, index: Sym) -> Quotient:
    """Σ_index q."""
    outside, den, num = _split_denominator(nf, q, index)
    if den != poly.ONE and not index.name.startswith(DIVIDED):
        return nf.mul(outside, _divided(nf, Quotient(num, den), index))
    total = nf.constant(0)
    for scale, m, d in summands(nf, q, index):
        total = nf.add(total, nf.mul(scale, _monomial_sum(nf, (index,), m, d)))
    return total


def summands(nf: Field, q: Quotient, index: Sym) -> Iterator[tuple[Quotient, Monomial, Poly]]:
    """q as Σ outside · m/den, with everything in m and every factor of den mentioning the index."""
    outside, den, num = _split_denominator(nf, q, index)
    whole, rest = (num, poly.ZERO) if den == poly.ONE else poly.divide(num, den)
    for p, d in ((whole, poly.ONE), (rest, den)):
        for m, c in p.items():
            inside = tuple(t for t in m if index in nf.generators[t[0]].free)
            free = tuple(t for t in m if index not in nf.generators[t[0]].free)
            yield nf.mul(outside, Quotient({free: c}, poly.ONE)), inside, d


def _divided(nf: Field, q: Quotient, index: Sym) -> Quotient:
    """Σ_index q under a name that all divisions share: what a remainder is depends on the order of generators."""
    taken = nf.poly_free(q.num) | nf.poly_free(q.den)
    name = next(s for k in count() if (s := Sym(f"{DIVIDED}{k}", index.sort)) not in taken)
    return sum_over(nf, nf.replace_index(q, index, name), name)


def opened(nf: Field, data: SumData) -> tuple[Quotient, list[Sym]]:
    """The summand with fresh indices for its own."""
    q = Quotient({data.monomial: Q(1)}, data.den)
    fresh: list[Sym] = []
    for b in data.binders:
        fresh.append(fresh_index(_set_of(b)))
        q = nf.replace_index(q, b, fresh[-1])
    return q, fresh


def replace_index(nf: Field, data: SumData, old: Sym, new: Term) -> Quotient:
    """A sum with `old` replaced by `new`; its own indices get fresh names first, so none is captured."""
    q, fresh = opened(nf, data)
    q = nf.replace_index(q, old, new)
    for b in fresh:
        q = sum_over(nf, q, b)
    return q


def _set_of(index: Sym) -> IndexSet:
    assert isinstance(index.sort, IndexSet)
    return index.sort


def _split_denominator(nf: Field, q: Quotient, index: Sym) -> tuple[Quotient, Poly, Poly]:
    """q = outside · num/den with every factor of den mentioning the index."""
    if index not in nf.poly_free(q.den):
        return nf.inverse(Quotient(q.den, poly.ONE)), poly.ONE, q.num
    constant, factors = poly.factor(q.den)
    outside, inside = nf.constant(1 / constant), nf.constant(1)
    for p, e in factors:
        power = nf.power(Quotient(p, poly.ONE), int(e))
        if index in nf.poly_free(p):
            inside = nf.mul(inside, power)
        else:
            outside = nf.mul(outside, nf.inverse(power))
    c, m, den = poly.content(inside.num)
    num = poly.mul(q.num, {poly.mono_pow(m, -1): 1 / c})
    return outside, den if len(den) > 1 else poly.ONE, num


def _monomial_sum(nf: Field, binders: tuple[Sym, ...], m: Monomial, den: Poly) -> Quotient:
    """Σ over the binders of the monomial m over den."""
    if len(binders) > MAX_NESTED:
        raise poly.OutOfFuel("more than five nested sums")
    for law in (_sift, _merge, _drop_or_normalise, _separate, _pull_out, _divide):
        q = law(nf, binders, m, den)
        if q is not None:
            return q
    return _canonical(nf, binders, m, den)


def _rest(m: Monomial, i: int) -> Monomial:
    return tuple(t for t in m if t[0] != i)


def _sift(nf: Field, binders: tuple[Sym, ...], m: Monomial, den: Poly) -> Quotient | None:
    """Σ_z δ(z, y) f(z) = f(y)."""
    for i, _ in m:
        g = nf.generators[i]
        if g.kind != "delta":
            continue
        for var, other in (g.data.args, g.data.args[::-1]):
            if var in binders and var not in other.symbols:
                q = nf.replace_index(Quotient({_rest(m, i): Q(1)}, den), var, other)
                for b in binders:
                    if b != var:
                        q = sum_over(nf, q, b)
                return q
    return None


def _merge(nf: Field, binders: tuple[Sym, ...], m: Monomial, den: Poly) -> Quotient | None:
    """Σ_y f(y) Σ_z g(y, z) = Σ_y Σ_z f(y) g(y, z), where at most one of f and g has a denominator."""
    for i, e in m:
        g = nf.generators[i]
        if g.kind == "sum" and e == 1 and poly.ONE in (den, g.data.den) and g.free & set(binders):
            inner, fresh = opened(nf, g.data)
            m2, c = _one_monomial(inner)
            den = inner.den if den == poly.ONE else den
            merged = _monomial_sum(nf, (*binders, *fresh), poly.mono_mul(_rest(m, i), m2), den)
            return nf.mul(nf.constant(c), merged)
    return None


def _drop_or_normalise(nf: Field, binders: tuple[Sym, ...], m: Monomial, den: Poly) -> Quotient | None:
    """Σ_y c = |Y| c;  Σ_y π(y) c = c for a distribution π;  Σ_y ∂π(y)/∂θ c = 0."""
    in_den = nf.poly_free(den)
    for b in binders:
        if b in in_den:
            continue
        others = tuple(x for x in binders if x != b)
        at = [t for t in m if b in nf.generators[t[0]].free]
        if not at:
            size = nf.convert(Card(_set_of(b)))
            return nf.mul(size, _sum_or_plain(nf, others, m, den))
        if len(at) == 1 and at[0][1] == 1 and (total := _simplex_total(nf, at[0][0], b)) is not None:
            return nf.mul(nf.constant(total), _sum_or_plain(nf, others, _rest(m, at[0][0]), den))
    return None


def _simplex_total(nf: Field, i: int, index: Sym) -> int | None:
    """1 for π(index, ...), 0 for its derivative by a parameter, of a declared distribution π; else None."""
    g = nf.generators[i]
    if not nf.simplex or g.kind != "atom":
        return None
    total, atom = 1, g.data
    while isinstance(atom, Diff):
        if not _is_parameter(nf, atom.var, index):
            return None
        total, atom = 0, atom.body
    if not isinstance(atom, App) or not nf.setting.declaration(atom.name).distribution:
        return None
    if atom.args[0] != index or any(index in a.symbols for a in atom.args[1:]):
        return None
    return total


def _is_parameter(nf: Field, var: Term, index: Sym) -> bool:
    """Whether Σ_index π = 1 may be differentiated by `var`: not the entry of a distribution, and the same for all."""
    return (
        isinstance(var, (Sym, App)) and not nf.setting.declaration(var.name).distribution and index not in var.symbols
    )


def _sum_or_plain(nf: Field, binders: tuple[Sym, ...], m: Monomial, den: Poly) -> Quotient:
    return _monomial_sum(nf, binders, m, den) if binders else Quotient({m: Q(1)}, den)


def _separate(nf: Field, binders: tuple[Sym, ...], m: Monomial, den: Poly) -> Quotient | None:
    """Σ_y Σ_z f(y) g(z) = (Σ_y f)(Σ_z g): split into groups of indices that no factor connects."""
    if len(binders) < 2:
        return None
    wanted = set(binders)
    groups: list[Group] = [({b}, [], False) for b in binders]
    parts: list[tuple[set[Sym], Factor | None]] = [(set(nf.poly_free(den)) & wanted, None)]
    parts += [(set(nf.generators[t[0]].free) & wanted, t) for t in m]
    for touched, factor in parts:
        if not touched:
            continue
        joined = [g for g in groups if g[0] & touched]
        names = set[Sym]().union(*(g[0] for g in joined))
        factors = [t for g in joined for t in g[1]] + ([factor] if factor else [])
        has_den = factor is None or any(g[2] for g in joined)
        groups = [*(g for g in groups if g not in joined), (names, factors, has_den)]
    if len(groups) < 2:
        return None
    outside = tuple(t for t in m if not nf.generators[t[0]].free & wanted)
    q = Quotient({outside: Q(1)}, poly.ONE)
    for names, factors, has_den in groups:
        ordered = tuple(b for b in binders if b in names)
        q = nf.mul(q, _monomial_sum(nf, ordered, tuple(sorted(factors)), den if has_den else poly.ONE))
    return q


def _pull_out(nf: Field, binders: tuple[Sym, ...], m: Monomial, den: Poly) -> Quotient | None:
    wanted = set(binders)
    outside = tuple(t for t in m if not nf.generators[t[0]].free & wanted)
    if not outside:
        return None
    inside = tuple(t for t in m if t not in outside)
    return nf.mul(Quotient({outside: Q(1)}, poly.ONE), _monomial_sum(nf, binders, inside, den))


def _divide(nf: Field, binders: tuple[Sym, ...], m: Monomial, den: Poly) -> Quotient | None:
    """Σ_y Σ_z f(y, z)/S(y) = Σ_y 1 where S(y) = Σ_z f(y, z): an inner sum that the monomial divides by."""
    sums = {i for i, e in m if nf.generators[i].kind == "sum" and e < 0}
    if not sums or len(binders) < 2:
        return None
    for b in binders:
        if b in nf.poly_free(den):
            continue
        with_b = tuple(t for t in m if b in nf.generators[t[0]].free)
        inner = _monomial_sum(nf, (b,), with_b, poly.ONE)
        if len(inner.num) == 1 and any(i in sums for factors in inner.num for i, _ in factors):
            without_b = Quotient({tuple(t for t in m if t not in with_b): Q(1)}, den)
            q = nf.mul(inner, without_b)
            for other in binders:
                if other != b:
                    q = sum_over(nf, q, other)
            return q
    return None


def _one_monomial(q: Quotient) -> tuple[Monomial, Fraction]:
    if len(q.num) != 1:
        raise NotSupported("a summand that does not stay one monomial when its index is renamed")
    return next(iter(q.num.items()))


def _canonical(nf: Field, binders: tuple[Sym, ...], m: Monomial, den: Poly) -> Quotient:
    """The sum as a generator, indices named by height and place; equal sets are ordered once and for all."""
    height = nf.height({m: Q(1)}, den) + 1
    chosen = None
    for order in permutations(binders):
        q = Quotient({m: Q(1)}, den)
        names = tuple(Sym(f"\1{height}.{k}", _set_of(b)) for k, b in enumerate(order))
        for b, name in zip(order, names, strict=True):
            q = nf.replace_index(q, b, name)
        named, c = _one_monomial(q)
        key = (names, named, poly.key(q.den))
        if chosen is None or nf.known("sum", key):
            chosen = (key, names, named, c, q)
        if nf.known("sum", key):
            break
    assert chosen is not None
    key, names, named, c, q = chosen
    free = (nf.poly_free(q.num) | nf.poly_free(q.den)) - set(names)
    sign = nf.sign(Quotient({named: Q(1)}, q.den))
    data = SumData(names, named, q.den)
    return nf.mul(nf.constant(c), nf.just(nf.generator("sum", key, data, free, sign, height)))


def averaged(nf: Field, p: Poly) -> Iterator[tuple[Sym, Quotient]]:
    """c + Σ_k c_k Σ_y π(y) f_k(y) is the mean of c + Σ_k c_k f_k under π: an element y, and what is averaged there."""
    sums = {i for m in p for i, _ in m if nf.generators[i].kind == "sum"}
    if len(p) < 2 or not sums or len(sums) > MAX_AVERAGED:
        return
    if any(sum(e if t in sums else 0 for t, e in m) > 1 or any(t in sums and e < 0 for t, e in m) for m in p):
        return
    data = {i: nf.generators[i].data for i in sums}
    binders = [d.binders for d in data.values()]
    if any(len(b) > 1 or b[0].sort != binders[0][0].sort for b in binders):
        return
    y = fresh_index(_set_of(binders[0][0]))
    inside = {i: nf.replace_index(Quotient({d.monomial: Q(1)}, d.den), d.binders[0], y) for i, d in data.items()}
    weights = [{t for t in m if t[1] == 1 and _simplex_total(nf, t[0], y)} for q in inside.values() for m in q.num]
    for weight in sorted(set[Factor].intersection(*weights)):
        total = nf.constant(0)
        for m, c in p.items():
            outside = Quotient({tuple(t for t in m if t[0] not in sums): c}, poly.ONE)
            summed = [
                nf.mul(inside[t[0]], nf.inverse(Quotient({(weight,): Q(1)}, poly.ONE))) for t in m if t[0] in sums
            ]
            total = nf.add(total, nf.mul(outside, summed[0]) if summed else outside)
        yield y, total
