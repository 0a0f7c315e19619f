"""Sums over consecutive integers, inside the normal form, by antidifferences.

Σ_{t=a}^{b} f(t) = F(b + 1) − F(a), where F(p) = Σ_{t=0}^{p−1} f(t), continued to p < 0 by F(p) = −Σ_{t=p}^{−1} f(t).
F is a generator at an integer point p; where f is undefined it counts as any number, for the points between a
and b are the only ones that a range with a meaning reaches. Then

- terms split off, joined ranges and telescoping are F(p + 1) = F(p) + f(p), used where f(p) is surely defined;
- a shift or reversal of the index moves the limits; one integer argument of f is made the variable itself;
- t^j x^t have closed antidifferences (at x = 1 by continuity in x, so x may hold no integers);
- h(t) K(t) with an antidifference K is summed by parts, which exchanges the order of nested ranges;
- finite sums over index sets go outside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from math import comb, floor, prod
from typing import TYPE_CHECKING, NamedTuple

from symrlhf.errors import NotSupported
from symrlhf.kernel import poly, sums
from symrlhf.kernel.derive import fresh_integer
from symrlhf.kernel.field import Generator, Nowhere, Quotient, RangeData
from symrlhf.kernel.poly import Monomial, Poly
from symrlhf.rational import Q
from symrlhf.term import INTEGER, App, Diff, Range, Sym, Term, as_term, is_integer

if TYPE_CHECKING:
    from symrlhf.kernel.normal import NormalForm

MAX_STEPS = 64
"""Terms that are split off, and the length of a range that is written out."""
MAX_DEGREE = 12
MAX_MONOMIALS = 2_000
"""Monomials summed in one normal form: summation by parts makes new ones."""

# ------------------------------------------------------------------ written ranges


def convert(nf: NormalForm, term: Range) -> Quotient:
    """The normal form of a written range."""
    if term.endless:
        raise NotSupported(f"{term}, a sum without an end, inside another expression")
    low, stop = nf.convert(term.low), nf.add(nf.convert(term.high), nf.constant(1))
    length = nf.sub(stop, low).constant()
    if length is not None and length <= MAX_STEPS:
        if length < 0:
            raise Nowhere(f"the range {term} ends before it begins")
        values = [nf.convert(term.opened(term.low + as_term(i))) for i in range(int(length))]
        return _joined(nf, term, values)
    t = fresh_integer()
    nf.integers.open(t, low.num, stop.num)
    body = nf.convert(term.opened(t))
    if term.kind == "prod":
        if nf.sign(body) != (1, True):
            raise NotSupported(f"a product of factors that are not known to be positive: {term}")
        return nf.exp(between(nf, nf.log(body), t, low, stop))
    total = between(nf, body, t, low, stop)
    _learn_sign(nf, total, body, t, (low, stop))
    return total


def _joined(nf: NormalForm, term: Range, values: list[Quotient]) -> Quotient:
    result = nf.constant(1 if term.kind == "prod" else 0)
    for v in values:
        result = nf.mul(result, v) if term.kind == "prod" else nf.add(result, v)
    return result


def _learn_sign(nf: NormalForm, total: Quotient, body: Quotient, t: Sym, limits: tuple[Quotient, Quotient]) -> None:
    """A sum of numbers of one sign has it too, if the range is known to have a meaning."""
    low, stop = limits
    sign, length = nf.sign(body), nf.integers.sign(nf.sub(stop, low).num)
    if sign is None or length is None or length[0] < 0 or total.den != poly.ONE or total.is_zero:
        return
    constant, factors = poly.factor(total.num)
    signs = [(p, e, nf.poly_sign(p)) for p, e in factors]
    unknown = [(p, e) for p, e, s in signs if s is None]
    known = [s for _, e, s in signs if s is not None and e % 2 == 1]
    if len(unknown) == 1 and unknown[0][1] == 1 and all(s is None or s[1] for _, _, s in signs):
        p, _ = unknown[0]
        around = nf.integers.inside(frozenset[Sym]().union(*(nf.poly_free(q) for q in (*body, low.num, stop.num))))
        if not around - {t} <= nf.integers.inside(nf.poly_free(p)):
            return  # known inside ranges around this one only, which may be empty
        side = sign[0] * prod(s[0] for s in known) * (1 if constant > 0 else -1)
        nf.learn_sign(p, (side, sign[1] and length[1]))


# ------------------------------------------------------------------ sums between limits


def between(nf: NormalForm, q: Quotient, t: Sym, low: Quotient, stop: Quotient) -> Quotient:
    """F(stop) − F(low) for an antidifference F of q in t."""
    total = nf.constant(0)
    if low == stop:
        return total
    for outside, m, den in sums.summands(nf, q, t):
        nf.summed += 1
        if nf.summed > MAX_MONOMIALS:
            raise poly.OutOfFuel(f"more than {MAX_MONOMIALS} summands of ranges")
        summed = next(s for law in LAWS if (s := law(nf, _Sum(t, m, den, low, stop))) is not None)
        total = nf.add(total, nf.mul(outside, summed))
    return total


class _Sum(NamedTuple):
    """One monomial over a denominator, summed over t = low, …, stop − 1."""

    t: Sym
    m: Monomial
    den: Poly
    low: Quotient
    stop: Quotient

    @property
    def summand(self) -> Quotient:
        return Quotient({self.m: Q(1)}, self.den)

    def without(self, i: int) -> Quotient:
        return Quotient({tuple(f for f in self.m if f[0] != i): Q(1)}, self.den)


def _constant(nf: NormalForm, s: _Sum) -> Quotient | None:
    """Σ 1 = stop − low."""
    return nf.sub(s.stop, s.low) if not s.m and s.den == poly.ONE else None


def _sift(nf: NormalForm, s: _Sum) -> Quotient | None:
    """Σ_t δ_{t,i} f(t) = f(i) if low ≤ i < stop, else 0."""
    for i, _ in s.m:
        g = nf.generators[i]
        if g.kind != "same":
            continue
        if (form := _linear(nf, g.data, s.t)) is None or abs(form[0]) != 1:
            raise NotSupported(f"δ of {nf.poly_term(g.data)} and 0")
        place = nf.neg(Quotient(poly.scale(form[1], form[0]), poly.ONE))
        above, below = (nf.integers.sign(nf.sub(x, y).num) for x, y in ((place, s.low), (s.stop, place)))
        inside = nf.sub(place, s.low).is_zero or (above is not None and above[0] > 0)
        if inside and below == (1, True):
            return nf.replace_index(s.without(i), s.t, nf.term(place))
        if above == (-1, True) or (below is not None and below[0] < 0) or nf.sub(s.stop, place).is_zero:
            return nf.constant(0)
        raise NotSupported(f"whether {nf.term(place)} lies in a range is not known")
    return None


def _swap(nf: NormalForm, s: _Sum) -> Quotient | None:
    """Σ_t f(t) Σ_y g(t, y) = Σ_y Σ_t f(t) g(t, y)."""
    for i, e in s.m:
        g = nf.generators[i]
        if g.kind == "sum" and e == 1 and s.t in g.free and poly.ONE in (s.den, g.data.den):
            inner, fresh = sums.opened(nf, g.data)
            total = between(nf, nf.mul(s.without(i), inner), s.t, s.low, s.stop)
            for index in fresh:
                total = sums.sum_over(nf, total, index)
            return total
    return None


def _anchor(nf: NormalForm, s: _Sum) -> Quotient | None:
    """The index moved so that the first integer argument in the summand is the index itself."""
    move = _move(nf, s)
    if move is None:
        return None
    side, offset = move
    there = Quotient(offset, poly.ONE)
    low, stop = nf.add(s.low, there), nf.add(s.stop, there)
    if side < 0:
        one = nf.constant(1)
        low, stop = nf.add(nf.sub(there, s.stop), one), nf.add(nf.sub(there, s.low), one)
    u = fresh_integer()
    if nf.integers.is_open(s.t):
        nf.integers.open(u, low.num, stop.num)
    old = nf.poly_term(poly.scale(poly.sub(nf.convert(u).num, offset), side))
    return between(nf, nf.replace_index(s.summand, s.t, old), u, low, stop)


def _closed(nf: NormalForm, s: _Sum) -> Quotient | None:
    """Σ t^j x^t in closed form."""
    antidifference = _antidifference(nf, s)
    if antidifference is None:
        return None
    return nf.sub(*(nf.replace_index(antidifference, s.t, nf.term(end)) for end in (s.stop, s.low)))


def _by_parts(nf: NormalForm, s: _Sum) -> Quotient | None:
    """Σ h K = H K − Σ H(t+1) k(t) where K(t + 1) − K(t) = k(t): for a closed H, or to put h and k in order."""
    for i, e in s.m:
        g = nf.generators[i]
        if g.kind != "range" or e != 1 or g.data.point != nf.convert(s.t).num:
            continue
        k = Quotient({g.data.monomial: Q(1)}, g.data.den)
        if s.t in nf.poly_free(k.num) | nf.poly_free(k.den):
            continue
        # H(t + 1) k(t) is simplified also at the last t, which the sums as written may not reach.
        if (here := _value_at(nf, k, g.data.variable, nf.convert(s.t).num)) is None:
            continue
        k, h = here, s.without(i)
        outer = s._replace(m=next(iter(h.num)))
        antidifference = _antidifference(nf, outer)
        if antidifference is None:
            if len(_ranges_in(nf, outer.m)) > 0 or not _is_after(nf, outer, g):
                continue
            antidifference = _opaque_at(nf, outer, nf.convert(s.t))
        shifted = nf.replace_index(antidifference, s.t, s.t + as_term(1))
        ends = (nf.replace_index(nf.mul(antidifference, nf.just(g)), s.t, nf.term(end)) for end in (s.stop, s.low))
        return nf.sub(nf.sub(*ends), between(nf, nf.mul(shifted, k), s.t, s.low, s.stop))
    return None


def _opaque(nf: NormalForm, s: _Sum) -> Quotient | None:
    return nf.sub(_opaque_at(nf, s, s.stop), _opaque_at(nf, s, s.low))


LAWS: tuple[Callable[[NormalForm, _Sum], Quotient | None], ...] = (
    _constant,
    _sift,
    _swap,
    _anchor,
    _closed,
    _by_parts,
    _opaque,
)


# ------------------------------------------------------------------ closed antidifferences


def _antidifference(nf: NormalForm, s: _Sum) -> Quotient | None:
    """F(t) with F(t + 1) − F(t) = t^j x^t."""
    split = _power_and_base(nf, s)
    if split is None:
        return None
    degree, base, exponential = split
    t = nf.convert(s.t)
    if exponential is None:
        return _faulhaber(nf, degree, t)
    # x Σ c_i (t + 1)^i − Σ c_i t^i = t^j, from the highest power down.
    scale = nf.inverse(nf.sub(base, nf.constant(1)))
    coefficients: dict[int, Quotient] = {degree: scale}
    for i in reversed(range(degree)):
        higher = nf.constant(0)
        for k in range(i + 1, degree + 1):
            higher = nf.add(higher, nf.mul(nf.constant(comb(k, i)), coefficients[k]))
        coefficients[i] = nf.neg(nf.mul(nf.mul(base, scale), higher))
    total = nf.constant(0)
    for i, c in coefficients.items():
        total = nf.add(total, nf.mul(c, nf.power(t, i)))
    return nf.mul(exponential, total)


def _faulhaber(nf: NormalForm, degree: int, t: Quotient) -> Quotient:
    """The polynomial F with F(t + 1) − F(t) = t^degree and F(0) = 0."""
    rest, total = {degree: Q(1)}, nf.constant(0)
    for i in reversed(range(degree + 1)):
        c = rest.get(i, Q(0)) / (i + 1)
        # (t + 1)^(i+1) − t^(i+1) = Σ_{k ≤ i} C(i + 1, k) t^k.
        for k in range(i + 1):
            rest[k] = rest.get(k, Q(0)) - c * comb(i + 1, k)
        total = nf.add(total, nf.mul(nf.constant(c), nf.power(t, i + 1)))
    return total


def _power_and_base(nf: NormalForm, s: _Sum) -> tuple[int, Quotient, Quotient | None] | None:
    """j, x and x^t of a monomial t^j x^t."""
    if s.den != poly.ONE:
        return None
    at = nf.atom(s.t).id
    degree, exponent = 0, nf.constant(0)
    for i, e in s.m:
        g = nf.generators[i]
        if i == at and isinstance(e, int) and 0 < e <= MAX_DEGREE:
            degree = e
        elif g.kind == "exp" and (slope := _slope(nf, Quotient(*g.data), at, s.t)) is not None:
            exponent = nf.add(exponent, nf.mul(nf.constant(e), slope))
        else:
            return None
    if exponent.is_zero:
        return degree, nf.constant(1), None
    base = nf.exp(exponent)
    if not _may_pass_one(nf, base):
        return None
    return degree, base, nf.exp(nf.mul(exponent, nf.convert(s.t)))


def _slope(nf: NormalForm, exponent: Quotient, at: int, t: Sym) -> Quotient | None:
    """L of an exponent t·L."""
    ((m, c),) = exponent.num.items()
    rest = tuple(f for f in m if f[0] != at)
    found = Quotient({rest: c}, exponent.den)
    linear = dict(m).get(at) == 1 and t not in nf.poly_free(found.num) | nf.poly_free(found.den)
    return found if linear else None


def _may_pass_one(nf: NormalForm, base: Quotient) -> bool:
    """Whether (x^p − 1)/(x − 1) may stand for Σ x^t: x ≠ 1 is a number, or x moves through 1 continuously."""
    value = base.constant()
    if value is not None:
        return value != 1
    sign = nf.sign(nf.sub(base, nf.constant(1)))
    if sign is not None and sign[1]:
        return True
    atoms = set(_atoms(nf, base))
    names = [a.name for a in atoms if isinstance(a, (Sym, App)) and not is_integer(a)]
    # p_i/p_j does not move where i = j: it is 1.
    return len(names) == len(atoms) == len(set(names))


def _atoms(nf: NormalForm, q: Quotient) -> Iterator[Term | None]:
    """The atoms that a quotient is continuous in; None for what may jump."""
    for g in {nf.generators[i] for part in q for m in part for i, _ in m}:
        if g.kind == "exp":
            yield from _atoms(nf, Quotient(*g.data))
        else:
            yield g.data if g.kind == "atom" else None


# ------------------------------------------------------------------ where the index is


def _move(nf: NormalForm, s: _Sum) -> tuple[int, Poly] | None:
    """±1 and an offset, so that u = ±t + offset is the first integer argument; None if t is."""
    places = list(_places(nf, {s.m: Q(1)}, s.t)) + list(_places(nf, s.den, s.t)) + list(_roots(nf, s))
    if not places:
        return None
    kind = min((p.name, -p.side) for p in places)
    chosen = [p.offset for p in places if (p.name, -p.side) == kind]
    monomials = sorted({m for p in chosen for m in p})
    # The order does not change when the same is added to all offsets, so neither does the choice.
    first = min(chosen, key=lambda p: [p.get(m, Q(0)) for m in monomials])
    offset: Poly = {m: Q(floor(c)) for m, c in first.items() if floor(c) and _is_whole(nf, m)}
    side = -kind[1]
    return (side, offset) if offset or side < 0 else None


def _is_whole(nf: NormalForm, m: Monomial) -> bool:
    """Whether a monomial is made of integers, so that an integer moved by it is one."""
    data = [nf.generators[i].data for i, e in m if nf.generators[i].kind == "atom" and e > 0 and e % 1 == 0]
    return len(data) == len(m) and all(map(is_integer, data))


class _Place(NamedTuple):
    """An integer argument ±t + offset, and whose."""

    name: str
    side: int
    offset: Poly


def _places(nf: NormalForm, p: Poly, t: Sym) -> Iterator[_Place]:
    """Where t occurs as an integer argument below the generators of a polynomial."""
    for i in sorted({i for m in p for i, _ in m}):
        g = nf.generators[i]
        if t not in g.free:
            continue
        match g.kind:
            case "atom":
                yield from _in_term(nf, g.data, t)
            case "exp":
                yield from (place for part in g.data for place in _places(nf, part, t))
            case "log" | "abs" | "root" | "sign":
                yield from _places(nf, g.data, t)
                yield from _place(nf, "~", g.data, t)
            case "sum" | "range":
                yield from _places(nf, {g.data.monomial: Q(1)}, t)
                yield from _places(nf, g.data.den, t)
                if isinstance(g.data, RangeData):
                    yield from _place(nf, "~range", g.data.point, t)
            case _:
                pass


def _in_term(nf: NormalForm, term: Term, t: Sym) -> Iterator[_Place]:
    for part in term.subterms():
        if isinstance(part, App):
            for k, arg in enumerate(part.args):
                if is_integer(arg) and t in arg.symbols:
                    yield from _place(nf, f"{part.name}/{k}", nf.convert(arg).num, t)


def _roots(nf: NormalForm, s: _Sum) -> Iterator[_Place]:
    """Linear denominators, and powers of t itself that are no polynomial."""
    if s.den != poly.ONE:
        yield from _place(nf, "~", s.den, s.t)
    if any(i == nf.atom(s.t).id and (e < 0 or e % 1) for i, e in s.m):
        yield _Place("~", 1, {})


def _place(nf: NormalForm, name: str, p: Poly, t: Sym) -> Iterator[_Place]:
    form = _linear(nf, p, t)
    if form is None:
        return
    slope, rest = form
    if any(s.name[0] in "\1\4" for s in nf.poly_free(rest)):
        return  # beside the variable of an inner sum
    if slope == -1 and name[0] != "~":
        yield _Place(name, -1, rest)
    elif slope > 0 or name == "~":
        yield _Place(name, 1, poly.scale(rest, 1 / slope))


def _linear(nf: NormalForm, p: Poly, t: Sym) -> tuple[Fraction, Poly] | None:
    """(α, ρ) of p = α t + ρ for a number α ≠ 0."""
    at = ((nf.atom(t).id, 1),)
    rest = {m: c for m, c in p.items() if m != at}
    return (p[at], rest) if at in p and t not in nf.poly_free(rest) else None


# ------------------------------------------------------------------ antidifferences as generators


def replace(nf: NormalForm, data: RangeData, old: Sym, new: Term) -> Quotient:
    """An antidifference with `old` replaced; its own variable gets a fresh name first, so none is captured."""
    t = fresh_integer()
    summand = nf.replace_index(Quotient({data.monomial: Q(1)}, data.den), data.variable, t)
    point = nf.replace_index(Quotient(data.point, poly.ONE), old, new)
    return between(nf, nf.replace_index(summand, old, new), t, nf.constant(0), point)


def _named(nf: NormalForm, s: _Sum) -> tuple[Fraction, Sym, Monomial, Poly]:
    """The summand in a variable that depends on its height only."""
    height = nf.height({s.m: Q(1)}, s.den) + 1
    u = Sym(f"\4{height}", INTEGER)
    q = nf.replace_index(s.summand, s.t, u)
    if len(q.num) != 1:
        raise NotSupported("a summand that does not stay one monomial when its variable is renamed")
    ((m, c),) = q.num.items()
    return c, u, m, q.den


def _opaque_at(nf: NormalForm, s: _Sum, point: Quotient) -> Quotient:
    """F(point), the nearest integer steps taken off while the summand is surely defined there."""
    c, u, m, den = _named(nf, s)
    p = dict(point.num)
    offset, total = int(p.pop((), Q(0))), nf.constant(0)
    summand = Quotient({m: Q(1)}, den)
    while offset and abs(offset) <= MAX_STEPS:
        step = offset - 1 if offset > 0 else offset
        value = _value_at(nf, summand, u, poly.add(p, poly.constant(step)))
        if value is None:
            break
        total = nf.add(total, value) if offset > 0 else nf.sub(total, value)
        offset = step if offset > 0 else offset + 1
    if p or offset:
        data = RangeData(u, m, den, poly.add(p, poly.constant(offset)))
        total = nf.add(total, nf.just(_generator(nf, data)))
    return nf.mul(nf.constant(c), total)


def _generator(nf: NormalForm, data: RangeData) -> Generator:
    key = (data.variable, data.monomial, poly.key(data.den), poly.key(data.point))
    inside = (nf.monomial_free(data.monomial) | nf.poly_free(data.den)) - {data.variable}
    height = nf.height({data.monomial: Q(1)}, data.den, data.point) + 1
    return nf.generator("range", key, data, inside | nf.poly_free(data.point), None, height)


def _ranges_in(nf: NormalForm, m: Monomial) -> list[int]:
    return [i for i, _ in m if nf.generators[i].kind == "range"]


def _is_after(nf: NormalForm, s: _Sum, g: Generator) -> bool:
    """Whether h comes after k in the order in which summands were met first."""
    _, u, m, den = _named(nf, s)
    return _rank(nf, RangeData(u, m, den, poly.ZERO)) > _rank(nf, g.data)


def _rank(nf: NormalForm, data: RangeData) -> int:
    return nf.generator("summand", (data.variable, data.monomial, poly.key(data.den)), data, frozenset()).id


# ------------------------------------------------------------------ where a summand is surely defined


def _value_at(nf: NormalForm, q: Quotient, u: Sym, point: Poly) -> Quotient | None:
    there = nf.poly_term(point)
    try:
        return nf.replace_index(q, u, there) if all(_is_sound(nf, r, u, there) for r in _risks(nf, q, u)) else None
    except Nowhere:
        return None


class _Risk(NamedTuple):
    """What must be ≠ 0, or > 0, for a summand to be defined."""

    p: Poly
    positive: bool


def _risks(nf: NormalForm, q: Quotient, u: Sym) -> Iterator[_Risk]:
    """Denominators, arguments of logarithms and roots, generators to negative powers, below all generators."""
    if q.den != poly.ONE:
        yield _Risk(q.den, False)
    for part in q:
        for i, e in {f for m in part for f in m}:
            g = nf.generators[i]
            if u not in g.free:
                continue
            if e < 0:
                yield _Risk(poly.generator(i), False)
            match g.kind:
                case "exp":
                    yield from _risks(nf, Quotient(*g.data), u)
                case "atom":
                    yield from _unknown(g.data)
                case "log" | "root" | "abs" | "sign":
                    yield from _risks(nf, Quotient(g.data, poly.ONE), u)
                    if g.kind in ("log", "root"):
                        yield _Risk(g.data, g.kind == "root")
                case "sum":
                    yield from _risks(nf, Quotient({g.data.monomial: Q(1)}, g.data.den), u)
                case "max":
                    yield from _risks(nf, g.data.value, u)
                case _:
                    pass


def _unknown(atom: Term) -> Iterator[_Risk]:
    """A case split may be undefined anywhere."""
    if not isinstance(atom, (Sym, App, Diff)):
        yield _Risk(poly.ZERO, False)


def _is_sound(nf: NormalForm, risk: _Risk, u: Sym, there: Term) -> bool:
    value = nf.replace_index(Quotient(risk.p, poly.ONE), u, there)
    sign = nf.sign(value)
    return sign is not None and sign[1] and (sign[0] > 0 or not risk.positive)
