"""The sign of a written term, by structure; the normal form is asked where structure does not tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import prod

from symrlhf.errors import NotSupported
from symrlhf.kernel import poly
from symrlhf.kernel.derive import fresh_index
from symrlhf.kernel.field import Nowhere, Sign
from symrlhf.kernel.normal import NormalForm
from symrlhf.kernel.statement import Statement
from symrlhf.notation import unfold
from symrlhf.setting import Setting
from symrlhf.term import Add, Binder, Div, Fun, Mul, Neg, Pow, Term, exact_value

ALWAYS: dict[str, Sign] = {
    "exp": (1, True),
    "sigmoid": (1, True),
    "softplus": (1, True),
    "abs": (1, False),
    "delta": (1, False),
    # log u ≤ u − 1 for u > 0: the axiom behind Gibbs' inequality. Where u ≤ 0 the term is undefined.
    "log_gap": (1, False),
}


class Signs:
    """Signs in one setting under inequalities that are known to hold."""

    def __init__(self, setting: Setting, known: Iterable[Statement] = ()):
        self.setting = setting
        self.known = tuple(known)
        self.normal = NormalForm(setting, self.known)
        self._given: dict[Term, Sign] = {}
        for statement in self.known:
            self._learn(statement)

    def _learn(self, statement: Statement) -> None:
        relation = statement.relation
        flip = FLIP.get(relation.op)
        if flip is None:
            return
        sign, strict = flip
        if exact_value(relation.rhs) == 0:
            self._given.setdefault(relation.lhs, (sign, strict))
        if exact_value(relation.lhs) == 0:
            self._given.setdefault(relation.rhs, (-sign, strict))

    def of(self, term: Term) -> Sign | None:
        """(+1 or −1, strict?) wherever `term` is defined, or None if it is not known."""
        return self._given.get(term) or self._by_structure(term) or self._by_normal_form(term)

    def positive(self, term: Term) -> bool:
        return self.of(term) == (1, True)

    def nonzero(self, term: Term) -> bool:
        sign = self.of(term)
        return sign is not None and sign[1]

    def holds(self, statement: Statement) -> bool:
        """Whether a comparison follows from signs of its two sides' difference."""
        relation = statement.relation
        difference = relation.lhs if exact_value(relation.rhs) == 0 else relation.lhs - relation.rhs
        sign = self.of(difference)
        return sign is not None and WANTED[relation.op](sign) if relation.op in WANTED else False

    def _by_structure(self, term: Term) -> Sign | None:
        value = exact_value(term)
        if value is not None:
            return ((value > 0) - (value < 0), True) if value else None
        match term:
            case Neg(arg=a):
                sign = self.of(a)
                return sign and (-sign[0], sign[1])
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
            case Fun(name=name) if name in ALWAYS:
                return ALWAYS[name]
            case Binder(kind="sum", over=over):
                return self.of(term.opened(fresh_index(over))[0])
            case Fun() | Binder() if (simpler := unfold(term)) is not None:
                return self.of(simpler)
            case _:
                return None

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


FLIP: dict[str, Sign] = {">": (1, True), ">=": (1, False), "<": (-1, True), "<=": (-1, False)}

WANTED: dict[str, Callable[[Sign], bool]] = {
    ">": lambda s: s == (1, True),
    ">=": lambda s: s[0] > 0,
    "<": lambda s: s == (-1, True),
    "<=": lambda s: s[0] < 0,
    "!=": lambda s: s[1],
}
