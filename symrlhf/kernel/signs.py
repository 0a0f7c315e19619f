"""The sign of a written term, by structure; the normal form is asked where structure does not tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import islice, product
from math import prod
from typing import cast

from symrlhf.errors import NotSupported
from symrlhf.kernel import poly
from symrlhf.kernel.bounds import spelled
from symrlhf.kernel.derive import fresh_index, fresh_integer
from symrlhf.kernel.field import Nowhere, PolyKey, Sign
from symrlhf.kernel.normal import NormalForm
from symrlhf.kernel.statement import Statement, each
from symrlhf.lazy import once
from symrlhf.notation import unfold
from symrlhf.setting import Setting
from symrlhf.term import Add, Binder, Div, Fun, IndexSet, Mul, Neg, Pow, Range, Rel, Sym, Term, exact_value

ALWAYS: dict[str, Sign] = {
    "exp": (1, True),
    "sigmoid": (1, True),
    "softplus": (1, True),
    "delta": (1, False),
    # log u ≤ u − 1 for u > 0: the axiom behind Gibbs' inequality. Where u ≤ 0 the term is undefined.
    "log_gap": (1, False),
}

MAX_INSTANCES = 16


class Signs:
    """Signs in one setting under inequalities that are known to hold."""

    def __init__(self, setting: Setting, known: Iterable[Statement] = ()):
        self.setting = setting
        self.known = spelled(known)
        self.normal = NormalForm.under_hypotheses(setting, self.known)
        self._given: dict[Term, Sign] = {}
        self._nonzero: set[Term] = set()
        self._apart: list[Term] = []
        """Differences that are known not to vanish."""
        self._schemas: list[tuple[Term, tuple[Sym, ...], Sign]] = []
        """Differences of known sign for all values of some indices."""
        for statement in self.known:
            self._learn(statement)

    def _learn(self, statement: Statement) -> None:
        relation = statement.relation
        if relation.op == "!=" and not isinstance(relation.lhs.sort, IndexSet):
            if exact_value(relation.rhs) == 0:
                self._nonzero.add(relation.lhs)
            self._apart.append(relation.lhs - relation.rhs)
        flip = FLIP.get(relation.op)
        if flip is None:
            return
        sign, strict = flip
        if statement.forall:
            self._schemas.append((relation.lhs - relation.rhs, statement.forall, (sign, strict)))
            self._schemas.append((relation.rhs - relation.lhs, statement.forall, (-sign, strict)))
        if exact_value(relation.rhs) == 0:
            self._given.setdefault(relation.lhs, (sign, strict))
        if exact_value(relation.lhs) == 0:
            self._given.setdefault(relation.rhs, (-sign, strict))

    def of(self, term: Term) -> Sign | None:
        """(+1 or −1, strict?) wherever `term` is defined, or None if it is not known."""
        return self._given.get(term) or self._by_schema(term) or self._by_structure(term) or self._by_normal_form(term)

    def positive(self, term: Term) -> bool:
        return self.of(term) == (1, True)

    def nonzero(self, term: Term) -> bool:
        match term:
            case Neg(arg=inner) | Div(numerator=inner) | Pow(base=inner):
                parts: tuple[Term, ...] = (inner,)
            case Mul(factors=factors):
                parts = factors
            case _:
                parts = ()
        sign = self.of(term)
        known = term in self._nonzero or (sign is not None and sign[1])
        return known or (bool(parts) and all(self.nonzero(p) for p in parts)) or self._is_apart(term)

    def _is_apart(self, term: Term) -> bool:
        """Where a product does not vanish, no factor does."""
        factors = self._factors(term) if self._apart else None
        return factors is not None and factors <= self._factors_apart

    @once
    def _factors_apart(self) -> set[PolyKey]:
        return set[PolyKey]().union(*(self._factors(difference) or () for difference in self._apart))

    def _factors(self, term: Term) -> set[PolyKey] | None:
        """The irreducible factors of a term's numerator, but for those whose sign is known; None where it vanishes."""
        try:
            numerator = self.normal.of(term).num
            if not numerator:
                return None
            signs = ((p, self.normal.poly_sign(p)) for p, _ in poly.factor(numerator)[1])
            return {poly.key(p) for p, sign in signs if sign is None or not sign[1]}
        except (Nowhere, NotSupported, poly.OutOfFuel):
            return None

    def holds(self, statement: Statement) -> bool:
        """Whether a comparison follows from signs of its two sides' difference."""
        relation = statement.relation
        if (inside := each(relation)) is not None:
            within, body = inside
            holds = Statement.of(cast(Rel, replace(within, body=body).opened(self._inside(within))))
            return self.holds(holds)
        difference = relation.lhs if exact_value(relation.rhs) == 0 else relation.lhs - relation.rhs
        if relation.op == "!=":
            return self.nonzero(difference)
        if relation.op in ("<=", ">=") and exact_value(difference) == 0:
            return True
        sign = self.of(difference)
        return sign is not None and WANTED[relation.op](sign) if relation.op in WANTED else False

    def _by_schema(self, term: Term) -> Sign | None:
        """The sign of a known difference at other elements than it was written for."""
        if not isinstance(term, Add):
            return None
        for pattern, indices, sign in self._schemas:
            choices = [[s for s in term.symbols if s.sort == i.sort] for i in indices]
            for chosen in islice(product(*choices), MAX_INSTANCES):
                if term == pattern.substitute(dict(zip(indices, chosen, strict=True))):
                    return sign
        return None

    def _inside(self, within: Range) -> Sym:
        """An integer of which only is known that it lies in a range."""
        t = fresh_integer()
        # Where there is no end, it lies below some integer.
        low, high = (self.normal.of(end) for end in (within.low, fresh_integer() if within.endless else within.high))
        self.normal.integers.open(t, low.num, self.normal.add(high, self.normal.constant(1)).num)
        return t

    def _of_range(self, term: Range) -> Sign | None:
        """Of an empty sum nothing but ≥ 0 and ≤ 0 is known; an empty product is 1."""
        sign = self.of(term.opened(self._inside(term)))
        if sign is None or term.kind == "prod":
            return sign if sign is not None and sign[0] > 0 else None
        if term.endless:
            return sign
        reaches = self._by_normal_form(term.high - term.low)
        return sign[0], sign[1] and reaches is not None and reaches[0] > 0

    def _by_structure(self, term: Term) -> Sign | None:
        value = exact_value(term)
        if value is not None:
            return ((value > 0) - (value < 0), True) if value else None
        match term:
            case Neg(arg=a):
                sign = self.of(a)
                return sign and (-sign[0], sign[1])
            case Add(terms=(Binder(kind="max") as top, Neg(arg=entry))) if _is_entry(entry, top):
                return 1, False
            case Add(terms=(entry, Neg(arg=Binder(kind="min") as bottom))) if _is_entry(entry, bottom):
                return 1, False
            case Add(terms=terms):
                signs = [self.of(t) for t in terms]
                if any(s is None for s in signs) or len({s[0] for s in signs if s}) != 1:
                    return None
                return next(s[0] for s in signs if s), any(s[1] for s in signs if s)
            case Mul(factors=factors):
                signs = [self.of(f) for f in factors]
                if any(s is None for s in signs):
                    return None
                return prod(s[0] for s in signs if s), all(s[1] for s in signs if s)
            case Div(numerator=a, denominator=b):
                above, below = self.of(a), self.of(b)
                # The denominator is not zero where the quotient is defined.
                return (above[0] * below[0], above[1]) if above and below else None
            case Pow(base=b, exponent=n):
                return self._power(b, n)
            case Fun(name="abs", args=(a,)):
                return 1, self.nonzero(a)
            case Fun(name=name) if name in ALWAYS:
                return ALWAYS[name]
            case Fun(name="max", args=args):
                return self._extremum(args, 1)
            case Fun(name="min", args=args):
                return self._extremum(args, -1)
            case Binder(kind="sum" | "max" | "min", over=over):
                return self.of(term.opened(fresh_index(over))[0])
            case Range():
                return self._of_range(term)
            case Fun() | Binder() if (simpler := unfold(term)) is not None:
                return self.of(simpler)
            case _:
                return None

    def _extremum(self, args: tuple[Term, ...], side: int) -> Sign | None:
        """A maximum is ≥ 0 if one argument is, ≤ 0 if all are; a minimum the other way round."""
        signs = [(side, False) if exact_value(a) == 0 else self.of(a) for a in args]
        alike = [s for s in signs if s is not None and s[0] == side]
        if alike:
            return side, any(s[1] for s in alike)
        others = [s for s in signs if s is not None]
        return (-side, all(s[1] for s in others)) if len(others) == len(signs) else None

    def _power(self, base: Term, exponent: Term) -> Sign | None:
        n = exact_value(exponent)
        if n is not None and n.denominator == 1 and n % 2 == 0:
            return 1, n < 0 or self.nonzero(base)
        sign = self.of(base)
        return sign if sign is not None and (sign[0] > 0 or (n is not None and n % 2 == 1)) else None

    def _by_normal_form(self, term: Term) -> Sign | None:
        try:
            return self.normal.sign(self.normal.of(term))
        except (Nowhere, NotSupported, poly.OutOfFuel):
            return None


def _is_entry(term: Term, extreme: Binder) -> bool:
    """Whether the term is one of those whose greatest or least value is meant."""
    elements = {t for t in term.subterms() if t.sort == extreme.over}
    return any(extreme.opened(e)[0] == term for e in elements)


FLIP: dict[str, Sign] = {">": (1, True), ">=": (1, False), "<": (-1, True), "<=": (-1, False)}

WANTED: dict[str, Callable[[Sign], bool]] = {
    ">": lambda s: s == (1, True),
    ">=": lambda s: s[0] > 0,
    "<": lambda s: s == (-1, True),
    "<=": lambda s: s[0] < 0,
    "!=": lambda s: s[1],
}
