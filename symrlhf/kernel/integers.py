"""Signs of linear expressions in integers: T > 0 says T − 1 ≥ 0, and t ≤ T inside Σ_{t=1}^{T} says T − t ≥ 0.

What is known of the variable of a range holds only inside it: outside, the range may be empty. It is used only
for expressions that mention that variable.
"""

from __future__ import annotations

from math import lcm
from typing import TYPE_CHECKING, NamedTuple

from symrlhf.kernel import poly
from symrlhf.kernel.poly import Poly
from symrlhf.rational import Q
from symrlhf.term import Sym, Term, is_integer

if TYPE_CHECKING:
    from symrlhf.kernel.field import Field, Sign

MAX_FACTS_IN_A_ROW = 3


class Fact(NamedTuple):
    """`least ≤ poly`, inside the range of `variable` if there is one."""

    poly: Poly
    least: int
    variable: Sym | None


class Integers:
    """What is known of integers, and what follows for linear expressions in them."""

    def __init__(self, field: Field):
        self.field = field
        self.facts: list[Fact] = []
        self.around: dict[Sym, frozenset[Sym]] = {}
        """The variable of each open range, with the variables of the ranges around it and itself."""

    def seen_from(self, field: Field) -> Integers:
        """The same facts for another table of generators that begins like this one."""
        other = Integers(field)
        other.facts, other.around = list(self.facts), dict(self.around)
        return other

    def learn(self, p: Poly, strict: bool, variable: Sym | None = None) -> None:
        """p ≥ 0, or p > 0 if strict."""
        whole = self._linear(p)
        if whole is not None and whole.keys() - {()}:
            self.facts.append(Fact(whole, 1 if strict else 0, variable))

    def open(self, variable: Sym, low: Poly, stop: Poly) -> None:
        """`variable` runs from low to stop − 1."""
        met = self.field.poly_free(low) | self.field.poly_free(stop)
        self.around[variable] = frozenset((variable,)) | self.inside(met)
        at = poly.generator(self.field.atom(variable).id)
        self.learn(poly.sub(at, low), False, variable)
        self.learn(poly.sub(stop, at), True, variable)

    def inside(self, symbols: frozenset[Sym]) -> frozenset[Sym]:
        """The variables of the ranges inside which all that is said of these symbols is said."""
        return frozenset[Sym]().union(*(self.around.get(s, frozenset()) for s in symbols))

    def is_open(self, variable: Sym) -> bool:
        """Whether a range with a meaning runs over the variable."""
        return variable in self.around

    def sign(self, p: Poly) -> Sign | None:
        """The sign of a linear expression in integers, as far as bounds tell it."""
        whole = self._linear(p)
        if whole is None:
            return None
        inside = self.inside(self.field.poly_free(whole))
        for side in (1, -1):
            least = self._least(poly.scale(whole, side), inside, MAX_FACTS_IN_A_ROW)
            if least is not None and least >= 0:
                return side, least > 0
        return None

    def _least(self, p: Poly, inside: frozenset[Sym], depth: int) -> int | None:
        """A lower bound, by the bounds of each variable or after taking away some facts."""
        bounds = [self._term_bound(m, int(c)) for m, c in p.items()]
        found = [sum(b for b in bounds if b is not None)] if None not in bounds else []
        if depth:
            for fact in self.facts:
                if (fact.variable is None or fact.variable in inside) and _overlap(p, fact.poly):
                    rest = self._least(poly.sub(p, fact.poly), inside, depth - 1)
                    found += [] if rest is None else [rest + fact.least]
        return max(found, default=None)

    def _term_bound(self, m: poly.Monomial, c: int) -> int | None:
        """The least value of c·m."""
        if not m:
            return c
        g = self.field.generators[m[0][0]]
        if g.sign is None or g.sign[0] * c < 0:
            return None
        return abs(c) if g.sign[1] else 0

    def _linear(self, p: Poly) -> Poly | None:
        """p times a positive number, with integer coefficients, if it is linear in integers."""
        for m in p:
            if m and not (len(m) == 1 and m[0][1] == 1 and self._is_integer(m[0][0])):
                return None
        return poly.scale(p, lcm(*(c.denominator for c in p.values())))

    def _is_integer(self, i: int) -> bool:
        g = self.field.generators[i]
        return g.kind == "atom" and isinstance(g.data, Term) and is_integer(g.data)


def _overlap(p: Poly, q: Poly) -> bool:
    """Whether taking q from p takes something away."""
    return any(m and p.get(m, Q(0)) * c > 0 for m, c in q.items())
