"""Quantities that are never negative, read off the structure of a difference: what a certificate may be made of.

Untrusted: each is a term whose sign is plain to `signs`, with its normal form; the rules check the sum of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import combinations, islice, permutations, product
from math import isqrt
from typing import NamedTuple

from symrlhf.errors import NotSupported
from symrlhf.kernel import poly
from symrlhf.kernel.derive import ONE, fresh_index
from symrlhf.kernel.field import Generator, Nowhere, Quotient
from symrlhf.kernel.normal import NormalForm
from symrlhf.kernel.poly import Monomial, Poly
from symrlhf.kernel.statement import Statement, ends
from symrlhf.kernel.sums import opened, sum_over
from symrlhf.rational import Q
from symrlhf.term import App, Binder, Card, IndexSet, Max, Min, Rational, Rel, Sym, Term, abstract, delta, log_gap, sqrt

MAX_QUANTITIES = 5
MAX_WEIGHTS = 5
MAX_SQUARES = 40


class Part(NamedTuple):
    """A term ≥ 0 and its normal form."""

    term: Term
    value: Quotient
    strict: bool = False
    leads: tuple[Monomial, ...] = ()
    """The monomials that a factor should carry to those of the difference; none if it needs no factor."""
    given: bool = False
    """Whether it is one of the hypotheses."""
    simple: bool = False
    """Whether it has no logarithm: it may take away what other parts bring in."""


class Weight(NamedTuple):
    """A distribution: its entry at an index, written and in normal form."""

    term: Term
    value: Quotient


class Parts:
    """The parts for a difference in one setting, where some inequalities are known."""

    def __init__(self, nf: NormalForm, known: Iterable[Statement]):
        self.nf = nf
        plain = NormalForm(nf.setting)
        self.known = tuple(s for s in known if s.relation.op in ("<=", "<", ">=", ">") and not _is_plain(plain, s))
        self._apart: dict[object, tuple[Part, ...]] = {}

    # ------------------------------------------------------------ outside of sums

    def of(self, q: Quotient, indices: tuple[Sym, ...] = (), *, thorough: bool) -> Iterator[Part]:
        """What may add up to q; hypotheses are taken for the indices that stand in it."""
        yield from self._given((*self._indices(q), *indices))
        yield from self._absolute(q)
        yield from self._greatest(q, indices)
        yield from self._others(q)
        yield from self._logs(q)
        if thorough or not self._generators(q, "log"):
            yield from self._squares(q)
            yield from self._pairs(q)
        if thorough:
            yield from self._choices(q)

    def gap(self, u: Quotient) -> Part:
        """u − 1 − log u."""
        nf = self.nf
        logarithm = nf.log(u)
        leads = (*logarithm.num, *(((), *u.num) if u.den == poly.ONE else ()))
        return Part(log_gap(nf.term(u)), nf.sub(nf.sub(u, nf.constant(1)), logarithm), leads=leads)

    def _given(self, indices: tuple[Sym, ...]) -> Iterator[Part]:
        """high − low of each known inequality."""
        for statement in self.known:
            for relation in _instances(statement, indices):
                low, high = ends(relation)
                gap = high - low
                value = self.nf.of(gap)
                yield Part(gap, value, relation.op in ("<", ">"), tuple(value.num), given=True, simple=True)

    def _indices(self, q: Quotient) -> tuple[Sym, ...]:
        free = self.nf.poly_free(q.num) | self.nf.poly_free(q.den)
        return tuple(sorted((s for s in free if not _is_inner((s,))), key=lambda s: s.name))

    def _absolute(self, q: Quotient) -> Iterator[Part]:
        """max(p, 0) and max(−p, 0) for products p under bars, min(a, b) for |a − b| with positive a, b."""
        nf = self.nf
        for bars in self._bars(q):
            inner = nf.constant(1)
            for i, _ in bars:
                inner = nf.mul(inner, Quotient(nf.generators[i].data, poly.ONE))
            for p in (inner, nf.neg(inner)):
                value = nf.mul(nf.constant(Q(1, 2)), nf.add(Quotient({bars: Q(1)}, poly.ONE), p))
                yield Part(Max(nf.term(p), 0), value, leads=(bars,), simple=True)
            above, below = _by_sign(nf, inner.num)
            if above and below and len(bars) == 1:
                a, b = Quotient(above, poly.ONE), Quotient(below, poly.ONE)
                least = nf.sub(nf.add(a, b), Quotient({bars: Q(1)}, poly.ONE))
                value = nf.mul(nf.constant(Q(1, 2)), least)
                yield Part(Min(nf.term(a), nf.term(b)), value, True, (bars,), simple=True)

    def _bars(self, q: Quotient) -> list[Monomial]:
        """The products of absolute values in q, and each by itself."""
        kinds = self.nf.generators
        products = [tuple((i, 1) for i, e in m if kinds[i].kind == "abs" and e == 1) for m in q.num]
        single: list[Monomial] = [((g.id, 1),) for g in self._generators(q, "abs", deep=True)]
        return [m for m in dict.fromkeys((*single, *products)) if m][: 2 * MAX_QUANTITIES]

    def _greatest(self, q: Quotient, indices: tuple[Sym, ...]) -> Iterator[Part]:
        """max_y f(y) − f(k) for the elements k that are spoken of."""
        nf = self.nf
        for g in self._generators(q, "max", deep=True):
            top = nf.generator_term(g)
            assert isinstance(top, Binder)
            elements = [s for s in (*indices, *self._indices(q), *self._fixed(q)) if s.sort == top.over]
            for k in dict.fromkeys(elements):
                gap = top - top.opened(k)[0]
                yield Part(gap, nf.of(gap), leads=tuple(nf.just(g).num), simple=True)

    def _fixed(self, q: Quotient) -> list[Sym]:
        symbols = (s for g in self._generators(q, "atom") for s in g.data.symbols)
        return sorted({s for s in symbols if s.fixed and isinstance(s.sort, IndexSet)}, key=lambda s: s.name)

    def _others(self, q: Quotient) -> Iterator[Part]:
        """Σ_y f(y) − f(k) = Σ_y f(y) (1 − δ_yk)² for a sum of positive terms, as 1 − π(k) for a distribution."""
        nf = self.nf
        elements = [s for s in (*self._indices(q), *self._fixed(q)) if isinstance(s.sort, IndexSet)]
        for k in elements:
            assert isinstance(k.sort, IndexSet)
            y = fresh_index(k.sort)
            besides = (ONE - delta(y, k)) ** Rational(2)
            summands = [w.term for w in self._declared(q, y)]
            summands += [
                nf.term(self.body(g, y)) for g in self._generators(q, "sum", deep=True) if self._is_positive(g, k)
            ]
            for f in summands[:MAX_QUANTITIES]:
                term = total(y, f * besides)
                value = nf.of(term)
                yield Part(term, value, leads=tuple(value.num))

    def _is_positive(self, g: Generator, k: Sym) -> bool:
        assert isinstance(k.sort, IndexSet)
        return self._is_sum(g, k.sort) and g.sign == (1, True) and not _is_inner(g.free)

    def _squares(self, q: Quotient) -> Iterator[Part]:
        """(√m ± √n)² for monomials m, n of q that have real roots and whose √(mn) is in q too."""
        nf, found = self.nf, 0
        roots = {r: m for m in q.num if (r := self._root(m)) is not None}
        for a, b in combinations(roots, 2):
            cross = poly.mono_mul(a, b)
            c = q.num.get(cross)
            if c is None or cross in (roots[a], roots[b]) or found >= MAX_SQUARES:
                continue
            found += 1
            for scale in dict.fromkeys((Q(1), *self._ratio(q.num[roots[a]], q.num[roots[b]]))):
                side = Q(1 if c > 0 else -1) * scale
                value = nf.add(Quotient({a: Q(1)}, poly.ONE), Quotient({b: side}, poly.ONE))
                yield Part(nf.term(value) ** 2, nf.power(value, 2))

    def _ratio(self, a: Fraction, b: Fraction) -> tuple[Fraction, ...]:
        """√(b/a), where that is rational: the square with these two outer coefficients."""
        if a <= 0 or b <= 0:
            return ()
        ratio = b / a
        root = Q(isqrt(ratio.numerator), isqrt(ratio.denominator))
        return (root,) if root * root == ratio else ()

    def _root(self, m: Monomial) -> Monomial | None:
        """√m as a monomial, if that is real."""
        if any(e % 2 and self.nf.generators[i].sign != (1, True) for i, e in m):
            return None
        return poly.mono_pow(m, Q(1, 2))

    def _logs(self, q: Quotient) -> Iterator[Part]:
        """For logarithms with one cofactor, together log u: u − 1 − log u and 1/u − 1 + log u."""
        for group in self._log_groups(q):
            u = self.nf.exp(Quotient(group, poly.ONE))
            yield self.gap(u)
            yield self.gap(self.nf.inverse(u))

    def _log_groups(self, q: Quotient) -> list[Poly]:
        """The logarithms of q by cofactor, each group divided by its first coefficient."""
        groups: dict[Monomial, Poly] = {}
        for m, c in q.num.items():
            for i, e in m:
                if self.nf.generators[i].kind == "log" and e == 1:
                    groups.setdefault(_rest(m, i), {})[((i, 1),)] = c
        scaled = [poly.scale(p, 1 / next(iter(p.values()))) for p in groups.values()]
        return list({poly.key(p): p for p in scaled}.values())[: 2 * MAX_QUANTITIES]

    def _pairs(self, q: Quotient) -> Iterator[Part]:
        """p/q − 1 − log(p/q) for positive quantities that q compares: exponentials, arguments of logarithms, 1."""
        nf = self.nf
        positive = self._arguments(q)
        monomials = [Quotient({m: Q(1)}, poly.ONE) for m in self._exponentials(q)]
        for some in (positive, monomials):
            several = list({poly.key(p.num): p for p in (nf.constant(1), *some)}.values())
            for a, b in permutations(several[: MAX_QUANTITIES + 1], 2):
                yield self.gap(nf.mul(a, nf.inverse(b)))
        # Fenchel and Young: u v ≤ u log u − u + exp v; weighted means: u^w v^(1 − w) ≤ w u + (1 − w) v.
        for a, b in product(monomials[:2], positive[:2]):
            yield self.gap(nf.mul(a, nf.inverse(b)))
            yield self.gap(nf.mul(b, nf.inverse(a)))

    def _exponentials(self, q: Quotient) -> list[Monomial]:
        """The exponentials in the monomials of q and in what it takes logarithms of."""
        parts = (q.num, *(g.data for g in self._generators(q, "log")))
        found = (self._exponential(m) for p in parts for m in p)
        return list(dict.fromkeys(m for m in found if m))[:MAX_QUANTITIES]

    def _exponential(self, m: Monomial) -> Monomial:
        return tuple(t for t in m if self.nf.generators[t[0]].kind == "exp")

    def _choices(self, q: Quotient) -> Iterator[Part]:
        """KL between the choices that sums of positive terms stand for: m_i/Σm against n_i/Σn, against 1/k; χ² − KL."""
        nf = self.nf
        totals = [g.data for g in self._generators(q, "log") if len(g.data) > 1]
        totals += [p for p, _ in poly.factor(q.den)[1] if len(p) > 1] if len(q.den) > 1 else []
        choices: list[tuple[Quotient, ...]] = []
        for whole in {poly.key(p): p for p in totals if nf.poly_sign(p) == (1, True) and len(p) <= 3}.values():
            over = nf.inverse(Quotient(whole, poly.ONE))
            choices.append(tuple(nf.mul(Quotient({m: c}, poly.ONE), over) for m, c in whole.items()))
        choices += self._complements(q)
        for first, second in islice(permutations(choices, 2), 12):
            if len(first) == len(second):
                for order in permutations(second):
                    yield self._divergence(first, order)
                    yield self._divergence(first, order, beyond=True)
        for choice in choices[:MAX_QUANTITIES]:
            uniform = (nf.constant(Q(1, len(choice))),) * len(choice)
            yield self._divergence(choice, uniform)
            yield self._divergence(uniform, choice)

    def _complements(self, q: Quotient) -> Iterator[tuple[Quotient, Quotient]]:
        """Positive arguments of logarithms that add up to a number, as w and 1 − w, divided by it."""
        nf = self.nf
        for a, b in combinations(self._arguments(q), 2):
            whole = nf.add(a, b).constant()
            if whole:
                over = nf.constant(1 / whole)
                yield nf.mul(a, over), nf.mul(b, over)

    def _arguments(self, q: Quotient) -> list[Quotient]:
        """What q takes the logarithm of, each with the sign that makes it positive."""
        nf = self.nf
        found: list[Quotient] = []
        for g in self._generators(q, "log"):
            sign = nf.poly_sign(g.data) if g.data.keys() != {()} else None
            if sign is not None and sign[1]:
                found.append(Quotient(poly.scale(g.data, sign[0]), poly.ONE))
        return found[:MAX_QUANTITIES]

    def _divergence(self, p: tuple[Quotient, ...], q: tuple[Quotient, ...], *, beyond: bool = False) -> Part:
        """KL = Σ p (q/p − 1 − log(q/p)), or χ² beyond KL, Σ p (p/q − 1 − log(p/q))."""
        nf = self.nf
        term, value = None, nf.constant(0)
        for a, b in zip(p, q, strict=True):
            ratio = nf.mul(b, nf.inverse(a))
            gap = self.gap(nf.inverse(ratio) if beyond else ratio)
            written = nf.term(a) * gap.term
            term = written if term is None else term + written
            value = nf.add(value, nf.mul(a, gap.value))
        assert term is not None
        return Part(term, value, leads=tuple(m for m in value.num if self._has_log(m)))

    def _has_log(self, m: Monomial) -> bool:
        return any(self.nf.generators[i].kind == "log" for i, _ in m)

    # ------------------------------------------------------------ over an index

    def opened(self, q: Quotient, over: IndexSet) -> tuple[Sym, Quotient, Quotient]:
        """An index y, f and c with q = Σ_y f(y) + c, all simple sums over that set opened."""
        nf = self.nf
        y = fresh_index(over)
        inside = outside = nf.constant(0)
        below = nf.inverse(Quotient(q.den, poly.ONE))
        for m, c in q.num.items():
            sums = [i for i, e in m if e == 1 and self._is_sum(nf.generators[i], over)]
            if len(sums) == 1:
                rest = nf.mul(Quotient({_rest(m, sums[0]): c}, poly.ONE), below)
                inside = nf.add(inside, nf.mul(rest, self.body(nf.generators[sums[0]], y)))
            else:
                outside = nf.add(outside, nf.mul(Quotient({m: c}, poly.ONE), below))
        return y, inside, outside

    def conditioned(self, q: Quotient) -> tuple[Sym, Quotient] | None:
        """An index x and f with q = Σ_x f(x), where every monomial is a sum over x and over what is given x."""
        nf = self.nf
        x: Sym | None = None
        inside = nf.constant(0)
        for m, c in q.num.items():
            sums = [i for i, e in m if e == 1 and nf.generators[i].kind == "sum"]
            if len(sums) != 1:
                return None
            body, fresh = opened(nf, nf.generators[sums[0]].data)
            given = [y for y in fresh if any(y in a.args[1:] for a in self._laws(body))]
            if len(fresh) < 2 or len(given) != 1:
                return None
            x = x or fresh_index(_set_of(given[0]))
            if x.sort != given[0].sort:
                return None
            body = nf.replace_index(body, given[0], x)
            for y in fresh:
                body = sum_over(nf, body, y) if y != given[0] else body
            inside = nf.add(inside, nf.mul(Quotient({_rest(m, sums[0]): c}, poly.ONE), body))
        return None if x is None else (x, inside)

    def _laws(self, q: Quotient) -> list[App]:
        """The entries of declared distributions in a summand."""
        atoms = [g.data for g in self._generators(q, "atom", deep=True)]
        return [a for a in atoms if isinstance(a, App) and self.nf.setting.declaration(a.name).distribution]

    def _is_sum(self, g: Generator, over: IndexSet) -> bool:
        return g.kind == "sum" and len(g.data.binders) == 1 and g.data.binders[0].sort == over

    def body(self, g: Generator, y: Sym) -> Quotient:
        """The summand of a sum over one index."""
        return self.nf.replace_index(Quotient({g.data.monomial: Q(1)}, g.data.den), g.data.binders[0], y)

    def sets(self, q: Quotient) -> list[IndexSet]:
        """The index sets that q adds up over, or has a greatest element of."""
        found = [b.sort for g in self._generators(q, "sum", deep=True) for b in g.data.binders]
        found += [g.data.of for g in self._generators(q, "atom", deep=True) if isinstance(g.data, Card)]
        return list(dict.fromkeys(found))

    def weights(self, q: Quotient, y: Sym) -> list[Weight]:
        """Distributions over the set of y that q speaks of, and the uniform one."""
        nf = self.nf
        found = self._declared(q, y)
        assert isinstance(y.sort, IndexSet)
        for g in self._generators(q, "sum", deep=True):
            if self._is_positive(g, y):
                entry = nf.mul(self.body(g, y), nf.inverse(nf.just(g)))
                found.append(Weight(nf.term(entry), entry))
        uniform = ONE / Card(y.sort)
        found.append(Weight(uniform, nf.of(uniform)))
        unique = {(poly.key(w.value.num), poly.key(w.value.den)): w for w in found}
        return list(unique.values())[:MAX_WEIGHTS]

    def _declared(self, q: Quotient, y: Sym) -> list[Weight]:
        """The entries at y of the declared distributions in q."""
        found: dict[App, None] = {}
        for g in self._generators(q, "atom", deep=True):
            a = g.data
            if isinstance(a, App) and self.nf.setting.declaration(a.name).distribution and a.args[0].sort == y.sort:
                entry = App(a.name, (y, *a.args[1:]), a.given)
                if not _is_inner(entry.symbols):
                    found.setdefault(entry)
        return [Weight(entry, self.nf.of(entry)) for entry in found]

    def summed(self, y: Sym, part: Part) -> Part:
        """Σ_y of a part."""
        value = sum_over(self.nf, part.value, y)
        return Part(total(y, part.term), value, part.strict, tuple(value.num))

    def over(self, q: Quotient, y: Sym, inside: Quotient, *, thorough: bool) -> Iterator[Part]:
        """What may add up to q over an index: deviations, divergences, weighted parts of the summand."""
        weights = self.weights(q, y)
        roots = _has_roots(inside)
        # The same distributions come again and again, at another index each time: their sums are the same.
        key = (tuple(total(y, w.term) for w in weights), roots)
        if key not in self._apart:
            self._apart[key] = tuple(self._between(weights, y, roots=roots))
        yield from self._apart[key]
        yield from self._deviations(q, weights, y)
        yield from self._tangents(q, inside, weights, y)
        for part in self._weighted(inside, y, thorough=thorough):
            yield self.summed(y, part)

    def _shares(self, q: Quotient) -> Iterator[Part]:
        """m/Σ for the monomials of a positive sum Σ that q takes the logarithm of."""
        nf = self.nf
        for g in self._generators(q, "log"):
            if 1 < len(g.data) <= 3 and nf.poly_sign(g.data) == (1, True):
                for m, c in g.data.items():
                    value = nf.mul(Quotient({m: c}, poly.ONE), nf.inverse(Quotient(g.data, poly.ONE)))
                    yield Part(nf.term(value), value, True)

    def _between(self, weights: list[Weight], y: Sym, *, roots: bool) -> Iterator[Part]:
        """KL, χ² and squared distance of two distributions and of their roots; KL beyond the distance of the roots."""
        nf = self.nf
        for p, q in permutations(weights, 2):
            ratio = nf.mul(q.value, nf.inverse(p.value))
            for u in (ratio, nf.exp(nf.mul(nf.constant(Q(1, 2)), nf.log(ratio))))[: 1 + roots]:
                gap = self.gap(u)
                yield self.summed(y, Part(p.term * gap.term, nf.mul(p.value, gap.value)))
            if roots:
                first, second = (nf.exp(nf.mul(nf.constant(Q(1, 2)), nf.log(w.value))) for w in (p, q))
                written = (sqrt(p.term) - sqrt(q.term)) ** 2
                yield self.summed(y, Part(written, nf.power(nf.sub(first, second), 2)))
            apart = nf.sub(p.value, q.value)
            square = Part((p.term - q.term) ** 2, nf.power(apart, 2))
            yield self.summed(y, square)
            yield self.summed(y, Part(square.term / q.term, nf.mul(square.value, nf.inverse(q.value))))

    def _deviations(self, q: Quotient, weights: list[Weight], y: Sym) -> Iterator[Part]:
        """Σ w (f − Σ w f)² for sums Σ w f whose square is in q, ½ Σ Σ (f g' − f' g)² for products of two."""
        nf = self.nf
        assert isinstance(y.sort, IndexSet)
        squared = [nf.generators[i] for m in q.num for i, e in m if e == 2 and self._is_sum(nf.generators[i], y.sort)]
        multiplied = [
            pair
            for m in q.num
            for pair in combinations([nf.generators[i] for i, _ in m if self._is_sum(nf.generators[i], y.sort)], 2)
        ]
        means = [*squared, *(g for pair in multiplied for g in pair)]
        for g in list(dict.fromkeys(means))[:3]:
            for w in weights:
                f = nf.mul(self.body(g, y), nf.inverse(w.value))
                apart = nf.sub(f, nf.just(g))
                written = w.term * nf.term(apart) ** 2
                yield self.summed(y, Part(written, nf.mul(w.value, nf.power(apart, 2))))
        for first, second in multiplied[:3]:
            yield from self._lagrange(first, second, y)

    def _tangents(self, q: Quotient, inside: Quotient, weights: list[Weight], y: Sym) -> Iterator[Part]:
        """Σ w e^m (e^(a − m) − 1 − (a − m)) for e^a under the sum and e^m outside: Jensen, where m = Σ w a."""
        nf = self.nf
        exponentials = [Quotient({m: Q(1)}, poly.ONE) for m in (*self._exponentials(inside), *self._exponentials(q))]
        varying = [e for e in exponentials if y in nf.poly_free(e.num)]
        fixed = [e for e in exponentials if y not in nf.poly_free(e.num)]
        for a, m in product(varying[:2], fixed[:2]):
            gap = self.gap(nf.mul(a, nf.inverse(m)))
            for w in weights:
                value = nf.mul(nf.mul(w.value, m), gap.value)
                yield self.summed(y, Part(w.term * nf.term(m) * gap.term, value))

    def _lagrange(self, first: Generator, second: Generator, y: Sym) -> Iterator[Part]:
        """Lagrange's identity behind Cauchy–Schwarz: Σ f² Σ g² − (Σ f g)² = ½ Σ Σ (f g' − f' g)²."""
        nf = self.nf
        f, g = self._root_of(self.body(first, y)), self._root_of(self.body(second, y))
        if f is None or g is None:
            return
        z = fresh_index(first.data.binders[0].sort)
        there = [nf.replace_index(x, y, z) for x in (f, g)]
        cross = nf.sub(nf.mul(f, there[1]), nf.mul(there[0], g))
        inner = self.summed(z, Part(nf.term(cross) ** 2, nf.power(cross, 2)))
        yield self.summed(y, inner)

    def _root_of(self, q: Quotient) -> Quotient | None:
        if len(q.num) != 1 or q.den != poly.ONE:
            return None
        ((m, c),) = q.num.items()
        root = self._root(m)
        return Quotient({root: Q(1)}, poly.ONE) if root is not None and c == 1 else None

    def _weighted(self, inside: Quotient, y: Sym, *, thorough: bool) -> Iterator[Part]:
        """Parts of the summand times those of its cofactors that vary with the index."""
        nf = self.nf
        shifts = self._cofactors(inside, y)
        seen: set[object] = set()
        for part in (*self._shares(inside), *self.of(inside, (y,), thorough=thorough)):
            if y not in nf.poly_free(part.value.num) | nf.poly_free(part.value.den):
                continue
            for m in shifts:
                scale = Quotient({m: Q(1)}, poly.ONE)
                value = nf.mul(part.value, scale)
                key = poly.key(value.num), poly.key(value.den)
                if key not in seen:
                    seen.add(key)
                    yield Part(nf.term(scale) * part.term if m else part.term, value, part.strict)

    def _cofactors(self, inside: Quotient, y: Sym) -> list[Monomial]:
        """Products of positive factors that vary with y: 1, and those of the monomials, without their logarithms."""
        nf = self.nf
        found: dict[Monomial, None] = {(): None}
        for m in inside.num:
            kept = tuple(t for t in m if y in nf.generators[t[0]].free and nf.generators[t[0]].sign == (1, True))
            kept = tuple(t for t in kept if nf.generators[t[0]].kind != "log")
            found.setdefault(kept)
            found.setdefault(tuple(t for t in kept if nf.generators[t[0]].kind == "atom"))
        return list(found)[:6]

    # ------------------------------------------------------------ reading

    def _generators(self, q: Quotient, kind: str, *, deep: bool = False) -> list[Generator]:
        """The generators of one kind, in the order in which they stand in q; `deep`, also inside others."""
        found: dict[int, Generator] = {}
        todo: list[Poly] = [q.den, q.num]
        while todo:
            for m in todo.pop():
                for i, _ in m:
                    g = self.nf.generators[i]
                    if i not in found:
                        found[i] = g
                        if deep:
                            todo += _inside(g)
        return [g for g in found.values() if g.kind == kind]


def _inside(g: Generator) -> list[Poly]:
    match g.kind:
        case "exp":
            return list(g.data)
        case "log" | "abs" | "root":
            return [g.data]
        case "sum":
            return [{g.data.monomial: Q(1)}, g.data.den]
        case _:
            return []


def _is_plain(nf: NormalForm, statement: Statement) -> bool:
    """Whether a known inequality says no more than the declared signs."""
    low, high = ends(statement.relation)
    try:
        sign = nf.sign(nf.of(high - low))
    except (Nowhere, NotSupported, poly.OutOfFuel):
        return True
    return sign is not None and sign[0] > 0


def _set_of(index: Sym) -> IndexSet:
    assert isinstance(index.sort, IndexSet)
    return index.sort


def _is_inner(symbols: Iterable[Sym]) -> bool:
    """Whether an index of a sum is among them."""
    return any(s.name.startswith("\1") for s in symbols)


def _has_roots(q: Quotient) -> bool:
    return any(Q(e).denominator != 1 for m in q.num for _, e in m)


def _rest(m: Monomial, i: int) -> Monomial:
    return tuple(t for t in m if t[0] != i)


def _by_sign(nf: NormalForm, p: Poly) -> tuple[Poly, Poly]:
    """p = a − b with all monomials of a and b positive, or nothing."""
    above: Poly = {}
    below: Poly = {}
    for m, c in p.items():
        sign = nf.monomial_sign(m)
        if sign is None or not sign[1]:
            return {}, {}
        (above if (c > 0) == (sign[0] > 0) else below)[m] = abs(c) * sign[0]
    return above, below


def total(index: Sym, body: Term) -> Term:
    """Σ over an index that was made for the purpose: its name is no letter to write it with."""
    assert isinstance(index.sort, IndexSet)
    return Binder("sum", index.sort, (abstract(body, index),))


def _instances(statement: Statement, indices: tuple[Sym, ...]) -> Iterator[Rel]:
    """What a known inequality says of the indices at hand."""
    choices = [[i for i in indices if i.sort == s.sort] or [s] for s in statement.forall]
    for chosen in islice(product(*choices), 4):
        moved = statement.relation.substitute(dict(zip(statement.forall, chosen, strict=True)))
        if isinstance(moved, Rel):
            yield moved
