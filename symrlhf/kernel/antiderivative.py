"""Antiderivatives in closed form. Untrusted: the rule `integral_is` differentiates what is found.

F = Σ c b over candidates b, with coefficients c free of the variable: the products of generators in the integrand f,
those that their derivatives bring in, times the variable, and the logarithms of what stands in denominators. That
F' = f is a linear system for the coefficients.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from symrlhf.errors import NotSupported
from symrlhf.kernel import poly
from symrlhf.kernel.derive import ZERO, derivative, resolve
from symrlhf.kernel.field import Nowhere, Quotient
from symrlhf.kernel.normal import NormalForm
from symrlhf.kernel.poly import Monomial, Poly
from symrlhf.kernel.statement import Statement
from symrlhf.rational import Q
from symrlhf.setting import Setting
from symrlhf.term import Div, Fun, Mul, Neg, Sym, Term, exp, log

ROUNDS = 3
"""How often derivatives of candidates bring in others."""
MAX_CANDIDATES = 28


def antiderivative(f: Term, var: Sym, setting: Setting, known: Iterable[Statement]) -> Term | None:
    """A term whose derivative by `var` is f, if one of the form that is tried is."""
    try:
        return _Ansatz(var, setting, known).solve(f)
    except (Nowhere, NotSupported, poly.OutOfFuel):
        return None


def _raised(t: Term) -> Term:
    """f/e^x as f e^(−x): towards an end an exponential may vanish faster than its inverse is known to grow."""
    if not isinstance(t, Div):
        return t
    factors = t.denominator.factors if isinstance(t.denominator, Mul) else (t.denominator,)
    raised = [x for x in factors if isinstance(x, Fun) and x.name == "exp"]
    above, below = t.numerator, [x for x in factors if x not in raised]
    for x in raised:
        above = above * exp(-x.args[0])
    for x in below:
        above = above / x
    return above


class _Ansatz:
    def __init__(self, var: Sym, setting: Setting, known: Iterable[Statement]):
        self.var, self.setting = var, setting
        self.nf = NormalForm(setting, known)
        self._varies: dict[int, bool] = {}

    def solve(self, f: Term) -> Term | None:
        nf, q = self.nf, self.nf.of(f)
        if q.is_zero:
            return ZERO
        candidates = self._candidates(q)
        slopes = [self._slope(b) for b in candidates]
        scale = self._common(q, *slopes)
        columns = [self._rows(nf.mul(s, scale)) for s in slopes]
        coefficients = self._combination(columns, self._rows(nf.mul(q, scale)))
        if coefficients is None:
            return None
        parts = [nf.term(c) * nf.term(b) for c, b in zip(coefficients, candidates, strict=True) if not c.is_zero]
        total = parts[0]
        for part in parts[1:]:
            total = total + part
        return total.transform(self._without_bars).transform(_raised)

    def _without_bars(self, t: Term) -> Term:
        """|x| as x or −x, where the sign is known."""
        if not isinstance(t, Fun) or t.name != "abs":
            return t
        sign = self.nf.sign(self.nf.of(t.args[0]))
        return t if sign is None else t.args[0] if sign[0] > 0 else Neg(t.args[0])

    # ---- what varies

    def _moves(self, i: int) -> bool:
        if i not in self._varies:
            self._varies[i] = self.var in self.nf.generator_term(self.nf.generators[i]).symbols
        return self._varies[i]

    def _parted(self, m: Monomial) -> tuple[Monomial, Monomial]:
        """The factors that vary, and the others."""
        return tuple(t for t in m if self._moves(t[0])), tuple(t for t in m if not self._moves(t[0]))

    def _poly_moves(self, p: Poly) -> bool:
        return any(self._moves(i) for m in p for i, _ in m)

    def _slope(self, b: Quotient) -> Quotient:
        term = resolve(self.nf.term(b), self.setting)
        return self.nf.of(derivative(term, self.var, self.setting))

    # ---- candidates

    def _candidates(self, q: Quotient) -> list[Quotient]:
        nf = self.nf
        found: dict[object, Quotient] = {}
        todo = [q]
        z = nf.of(self.var)
        self._admit(found, z)
        for _ in range(ROUNDS):
            fresh: list[Quotient] = []
            for source in todo:
                for b in self._from(source, z):
                    if len(found) < MAX_CANDIDATES and self._admit(found, b):
                        fresh.append(b)
            todo = [self._slope(b) for b in fresh]
        return list(found.values())

    def _admit(self, found: dict[object, Quotient], b: Quotient) -> bool:
        key = poly.key(b.num), poly.key(b.den)
        if key in found or not (self._poly_moves(b.num) or self._poly_moves(b.den)):
            return False
        found[key] = b
        return True

    def _from(self, q: Quotient, z: Quotient) -> Iterator[Quotient]:
        """What may have derivatives like q."""
        nf = self.nf
        below = [(p, e) for p, e in poly.factor(q.den)[1] if self._poly_moves(p)]
        below += [(poly.generator(i), -e) for m in q.num for i, e in m if e < 0 and self._moves(i)]
        for p, _ in below:
            sign = nf.poly_sign(p)
            if sign is not None and sign[1]:
                yield nf.of(log(nf.poly_term(poly.scale(p, sign[0]))))
        overs = [nf.constant(1)]
        for p, e in below:
            overs += [nf.power(Quotient(p, poly.ONE), -k) for k in range(1, int(e))]
        for m in dict.fromkeys(self._parted(m)[0] for m in q.num):
            varying = Quotient({m: Q(1)}, poly.ONE)
            for over in overs:
                yield nf.mul(nf.mul(varying, z), over)
                yield nf.mul(varying, over)
            for t in m:
                yield Quotient({tuple(other for other in m if other != t): Q(1)}, poly.ONE)

    # ---- the linear system

    def _common(self, *parts: Quotient) -> Quotient:
        """The product of all varying denominators, each to its highest power."""
        powers: dict[object, tuple[Poly, Fraction | int]] = {}
        for q in parts:
            for p, e in poly.factor(q.den)[1]:
                if self._poly_moves(p):
                    powers[poly.key(p)] = p, max(e, powers.get(poly.key(p), (p, 0))[1])
        product = self.nf.constant(1)
        for p, e in powers.values():
            product = self.nf.mul(product, self.nf.power(Quotient(p, poly.ONE), int(e)))
        return product

    def _rows(self, q: Quotient) -> dict[Monomial, Quotient]:
        """q by its varying monomials, with coefficients that do not vary."""
        nf, rows = self.nf, dict[Monomial, Quotient]()
        below = nf.inverse(Quotient(q.den, poly.ONE))
        for m, c in q.num.items():
            varying, rest = self._parted(m)
            value = nf.mul(Quotient({rest: c}, poly.ONE), below)
            rows[varying] = nf.add(rows[varying], value) if varying in rows else value
        return rows

    def _combination(
        self, columns: list[dict[Monomial, Quotient]], wanted: dict[Monomial, Quotient]
    ) -> list[Quotient] | None:
        """Coefficients with which the columns add up to what is wanted, by Gauss's elimination."""
        nf, zero = self.nf, self.nf.constant(0)
        monomials = list(dict.fromkeys(m for c in (*columns, wanted) for m in c))
        rows = [[c.get(m, zero) for c in (*columns, wanted)] for m in monomials]
        pivots: list[int] = []
        for j in range(len(columns)):
            at = next((i for i in range(len(pivots), len(rows)) if not rows[i][j].is_zero), None)
            if at is None:
                continue
            here = len(pivots)
            rows[here], rows[at] = rows[at], rows[here]
            over = nf.inverse(rows[here][j])
            rows[here] = [nf.mul(x, over) for x in rows[here]]
            for i, row in enumerate(rows):
                if i != here and not row[j].is_zero:
                    factor = row[j]
                    rows[i] = [nf.sub(x, nf.mul(factor, y)) for x, y in zip(row, rows[here], strict=True)]
            pivots.append(j)
        if any(not row[-1].is_zero for row in rows[len(pivots) :]):
            return None
        solution = [zero] * len(columns)
        for i, j in enumerate(pivots):
            solution[j] = rows[i][-1]
        return solution
