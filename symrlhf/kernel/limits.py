"""Limits and expansions: what a term does near a point, read off the term as written.

The variable is opened as a ± t or ±1/t with t → 0+, and every subterm becomes a series in t (`growth`): so every
subterm is defined near the point, on the side the variable comes from, and nothing is said of the point itself.
What is free of the variable is a number, and whatever is known of it may be used. What is known of the variable's
letter outside the limit says nothing of it: inside, it is another variable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import Generic, TypeVar

from symrlhf.errors import NotSupported, RuleViolation, StepUndecided
from symrlhf.kernel import poly
from symrlhf.kernel.derive import ZERO, derivative, kinks, resolve
from symrlhf.kernel.field import Nowhere, Quotient
from symrlhf.kernel.growth import ONE, Growth, Other, Series, TooShort, Unclear, t_to_the
from symrlhf.kernel.instance import has_proportion, insist_on_held
from symrlhf.kernel.normal import MAX_POWER, NormalForm
from symrlhf.kernel.obligations import exists, obligations
from symrlhf.kernel.statement import Statement
from symrlhf.kernel.theorem import Conclusion, Parts, Theorem, rule
from symrlhf.notation import unfold
from symrlhf.rational import Q
from symrlhf.setting import Setting
from symrlhf.term import (
    REAL,
    Add,
    And,
    Binder,
    Cases,
    Diff,
    Div,
    Fun,
    Integral,
    Lim,
    Mul,
    Neg,
    Order,
    Pow,
    Range,
    Rel,
    Sym,
    Term,
    exact_value,
    infinite,
    oo,
)

T = TypeVar("T")


class SignDecides(StepUndecided):
    """What a term does near a point is told by the sign of a number, which is not known."""

    def __init__(self, message: str, number: Term):
        super().__init__(message)
        self.number = number


ORDERS = (2, 4, 8)
"""How many terms of each expansion are kept, until it is enough."""


# ------------------------------------------------------------------ the rules


@rule
def limit_is(setting: Setting, relation: Rel, premises: tuple[Theorem, ...] = ()) -> Conclusion:
    """lim f = c, because f = c + o(1) near the point; lim f = ±∞, because f = c m + o(m) and m → ∞."""
    lim = insist_on_limit(relation)
    parts = Parts.of(setting, premises)
    found = limit_of(parts.setting, lim, known(parts, premises))
    if not is_value(found, relation.rhs):
        raise StepUndecided(f"the limit is {found.term}")
    return Conclusion(parts, Statement.of(relation), premises, found.conditions, (Statement.of(exists(lim)),))


@rule
def expand(setting: Setting, relation: Rel, premises: tuple[Theorem, ...] = ()) -> Conclusion:
    """f = g + O(h), because every term and the remainder of f − g, divided by h, stay bounded near the point."""
    lim, f, g, h = _expansion(relation)
    parts = Parts.of(setting, premises)
    found = near(parts.setting, lim, known(parts, premises), lambda place: place.insist_bounded(f - g, h))
    return Conclusion(parts, Statement.of(relation), premises, found.conditions)


@rule
def in_the_limit(theorem: Theorem, relation: Rel, limits: tuple[Theorem, ...]) -> Conclusion:
    """A relation between limits, integrals or sums to ∞ that exist, because it holds between their values."""
    values: dict[Term, Term] = {_valued(t.relation): t.rhs for t in limits}
    if any(infinite(value) for value in values.values()):
        raise RuleViolation("a limit that is infinite is no number")
    if has_proportion(relation):
        raise RuleViolation(f"{relation} is up to a factor: its indices tell of what that is free, so they stay")
    if with_values(relation, values) != theorem.relation:
        raise RuleViolation(f"{relation} is not {theorem.relation} with limits in place of their values")
    parents = (theorem, *limits)
    settled = tuple(Statement.of(exists(_valued(t.relation))) for t in limits)
    return Conclusion(Parts.of(theorem.setting, parents), Statement.of(relation), parents, (), settled)


def insist_on_limit(relation: Rel) -> Lim:
    if relation.op != "=" or not isinstance(relation.lhs, Lim) or relation.lhs.kind != "lim":
        raise RuleViolation(f"{relation} does not say what a limit is")
    return relation.lhs


def _valued(relation: Rel) -> Lim | Integral | Range:
    value = relation.lhs
    if relation.op == "=" and (isinstance(value, Integral) or (isinstance(value, Range) and value.endless)):
        return value
    return insist_on_limit(relation)


def is_value(found: Found[Quotient | int], claimed: Term) -> bool:
    """Whether a limit that was found is the claimed one, ±∞ included."""
    if isinstance(found.value, int) or infinite(claimed):
        return found.value == infinite(claimed)
    try:
        return found.nf.vanishes(found.nf.sub(found.value, found.nf.of(claimed)))
    except poly.OutOfFuel as reason:
        raise StepUndecided(str(reason)) from None


def limits_in(term: Term) -> tuple[Lim | Integral | Range, ...]:
    """The limits, integrals and sums to ∞ in a term, none inside another or under a derivative."""
    if isinstance(term, Lim | Integral) or (isinstance(term, Range) and term.endless):
        return (term,)
    inner = () if isinstance(term, Diff) else (t for c in term.children for t in limits_in(c))
    return tuple(dict.fromkeys(inner))


def with_values(term: Term, values: Mapping[Term, Term]) -> Term:
    """Limits, integrals and sums to ∞ replaced by their values; a derivative varies them, so they stay there."""
    if term in values:
        return values[term]
    if isinstance(term, Diff):
        return term
    kids = tuple(with_values(c, values) for c in term.children)
    return term if kids == term.children else term.rebuild(kids)


def _expansion(relation: Rel) -> tuple[Lim, Term, Term, Term]:
    """The point, and f, g and h of f = g + O(h) with the variable opened."""
    left, right = relation.lhs, relation.rhs
    if relation.op != "=" or not (
        isinstance(left, Lim) and isinstance(right, Lim) and left.kind == right.kind == "near"
    ):
        raise RuleViolation(f"{relation} is no expansion")
    if (left.to, left.side) != (right.to, right.side):
        raise RuleViolation(f"the sides of {relation} do not belong to one point")
    f, g = left.opened(VARIABLE)[0], right.opened(VARIABLE)[0]
    parts = g.terms if isinstance(g, Add) else (g,)
    orders = [p.body for p in parts if isinstance(p, Order)]
    if len(orders) != 1:
        raise NotSupported(f"{relation}, where one term O(h) should stand on the right")
    kept = tuple(p for p in parts if not isinstance(p, Order))
    return left, f, kept[0] if len(kept) == 1 else Add(kept) if kept else ZERO, orders[0]


def known(parts: Parts, premises: Iterable[Theorem]) -> tuple[Statement, ...]:
    """What is known of the numbers that are free of the variable."""
    return (*parts.hypotheses, *parts.conditions, *(p.statement for p in premises))


# ------------------------------------------------------------------ at a point, from every side

VARIABLE = Sym("\4x")
"""What the bound variable is opened as: no term of a statement can have this name."""


@dataclass(frozen=True)
class Found(Generic[T]):
    """What was found, the conditions under which it is so, and the normal form in which it is written."""

    value: T
    conditions: tuple[Statement, ...]
    nf: NormalForm

    @property
    def term(self) -> Term:
        """A proposal of how to write a limit."""
        if isinstance(self.value, Quotient):
            return self.nf.term(self.value)
        return oo if self.value == 1 else -oo


def limit_of(setting: Setting, lim: Lim, known: Iterable[Statement]) -> Found[Quotient | int]:
    """The limit: a number, or 1 or −1 for ∞ or −∞; from both sides the same."""
    body = lim.opened(VARIABLE)[0]
    found = near(setting, lim, known, lambda place: place.limit(body))
    first, *others = found.value
    for other in others:
        if not _same(found.nf, first, other):
            raise StepUndecided(f"{lim}: the limits from the two sides are not known to be equal")
    return Found(first, found.conditions, found.nf)


def _same(nf: NormalForm, a: Quotient | int, b: Quotient | int) -> bool:
    if isinstance(a, int) or isinstance(b, int):
        return a == b
    return nf.vanishes(nf.sub(a, b))


def near(setting: Setting, lim: Lim, known: Iterable[Statement], work: Callable[[Place], T]) -> Found[list[T]]:
    """The work done on every side that the variable comes from, with as many terms as that takes."""
    insist_on_held(lim, setting)
    facts = tuple(known)
    others = _others(facts)
    reason: Exception = TooShort()
    blurred: Term | None = None
    for order in ORDERS:
        growth = Growth(NormalForm(setting, facts), others, order)
        try:
            value = [work(Place(setting, growth, x, lim, facts)) for x in _ways(growth, lim)]
        except TooShort as short:
            reason, blurred = short, growth.blurred and growth.nf.term(growth.blurred)
        except (Unclear, Nowhere, poly.OutOfFuel) as failure:
            if isinstance(failure, Unclear) and failure.decides is not None:
                raise SignDecides(f"{lim}: {failure}", failure.decides) from None
            raise StepUndecided(f"{lim}: {failure}") from None
        else:
            return Found(value, tuple(growth.conditions), growth.nf)
    if blurred is not None:
        raise SignDecides(f"{lim}: {reason}", blurred)
    raise StepUndecided(f"{lim}: {reason}")


def _ways(growth: Growth, lim: Lim) -> list[Series]:
    """The variable as a series in t: 1/t, −1/t, a + t, a − t."""
    to = lim.opened(VARIABLE)[1]
    if side := infinite(to):
        return [growth.series([(t_to_the(-1), growth.nf.constant(side))])]
    point = (ONE, growth.nf.of(to))
    signs = {"+": (1,), "-": (-1,), "": (1, -1)}[lim.side]
    return [growth.series([point, (t_to_the(1), growth.nf.constant(s))]) for s in signs]


def _others(known: Iterable[Statement]) -> tuple[Other, ...]:
    """From "for all y: y ≠ k ⇒ r(y) < r(k)": a name for an element other than k, and what is known of it."""
    told: dict[Sym, list[Statement]] = {}
    for statement in known:
        if (found := _all_but_one(statement)) is not None:
            index, k, conclusion = found
            other = conclusion.substitute({index: _beside(k)})
            assert isinstance(other, Rel)
            told.setdefault(k, [Statement.of(Rel("!=", _beside(k), k))]).append(Statement.of(other))
    return tuple(Other(k, _beside(k), tuple(known)) for k, known in told.items())


def _beside(k: Sym) -> Sym:
    return Sym(f"\6{k.name}", k.sort, fixed=True)


def _all_but_one(statement: Statement) -> tuple[Sym, Sym, Rel] | None:
    relation = statement.relation
    if relation.op != "implies" or not isinstance(relation.lhs, Rel) or relation.lhs.op != "!=":
        return None
    conclusion = relation.rhs
    for index, k in (relation.lhs.children, relation.lhs.children[::-1]):
        if isinstance(index, Sym) and isinstance(k, Sym) and index in statement.forall and k.fixed:
            return (index, k, conclusion) if isinstance(conclusion, Rel) else None
    return None


# ------------------------------------------------------------------ terms to series


class Place:
    """A side of a point: what each term does there."""

    def __init__(self, setting: Setting, growth: Growth, x: Series, lim: Lim, known: Iterable[Statement]):
        self.setting, self.growth, self.x = setting, growth, x
        self.indices = sorted(lim.free_indices, key=lambda s: s.name)
        self.taken = lim.names.union(*(s.relation.names for s in known))
        self._known: dict[Term, Series] = {}

    def limit(self, body: Term) -> Quotient | int:
        return self.growth.limit(self.of(body), self.indices)

    def insist_bounded(self, difference: Term, bound: Term) -> None:
        g, f = self.growth, self.of(difference)
        m, _, _ = g.around_one(self.of(bound))
        if any(g.size(g.over(n, m)) > 0 for n, _ in f.terms.values()):
            raise Unclear("a term of the difference outgrows the bound")
        if any(g.size(g.over(r, m)) > 0 for r in f.rest.values()):
            raise TooShort("more terms of an expansion are needed than were kept")

    def of(self, term: Term) -> Series:
        """The series of a term; its definitions are written out."""
        return self._series(self.setting.expand(term))

    def _series(self, term: Term) -> Series:
        if term not in self._known:
            self._known[term] = self._variable(term) if VARIABLE in term.symbols else self._number(term)
        return self._known[term]

    def _number(self, term: Term) -> Series:
        """A term free of the variable: what it needs becomes a condition."""
        conditions = obligations(term, self.setting)
        self.growth.conditions += conditions
        self.growth.nf.learn(conditions)
        return self.growth.constant(self.growth.nf.of(term))

    def _variable(self, term: Term) -> Series:
        g = self.growth
        match term:
            case Sym():
                return self.x
            case Neg(arg=a):
                return g.neg(self._series(a))
            case Add(terms=terms):
                return self._fold(g.add, terms)
            case Mul(factors=factors):
                return self._fold(g.mul, factors)
            case Div(numerator=a, denominator=b):
                return g.mul(self._series(a), g.inverse(self._series(b)))
            case Pow(base=b, exponent=n):
                return self._power(b, n)
            case Fun(name="log", args=(a,)):
                return self._log(a)
            case Fun(name=name, args=args) if name in FUNCTION_LAWS:
                return FUNCTION_LAWS[name](g, *map(self._series, args))
            case Binder(kind="sum" | "prod" as kind):
                body, index = self._inside(term)
                return g.sum_over(body, index) if kind == "sum" else g.exp(g.sum_over(g.log(body), index))
            case Diff(body=body, var=var):
                if any(True for t in body.subterms() for _ in kinks(t)):
                    raise NotSupported(f"a derivative of {body}, which has kinks, near a point")
                # The slope alone would not show where the body is undefined.
                self._series(body)
                return self._series(derivative(resolve(body, self.setting), var, self.setting))
            case Cases(branches=branches, otherwise=otherwise):
                return self._series(next((v for c, v in branches if self._holds(c)), otherwise))
            case _:
                simpler = unfold(term)
                if simpler is None:
                    raise NotSupported(f"what {term} does near a point")
                return self._series(simpler)

    def _inside(self, binder: Binder) -> tuple[Series, Sym]:
        """The series of a body at every element, and how that is called."""
        index = replace(binder, letter="").fresh(self.taken)
        return self._series(binder.opened(index)[0]), index

    def _log(self, arg: Term) -> Series:
        """The logarithm of a series; of a sum in which no element is known to count most, up to a bounded term."""
        needed = len(self.growth.conditions)
        try:
            return self.growth.log(self._series(arg))
        except TooShort:
            raise
        except Unclear:
            del self.growth.conditions[needed:]
            if (value := self._log_of_parts(arg)) is None:
                raise
            return value

    def _log_of_parts(self, arg: Term) -> Series | None:
        g = self.growth
        match arg:
            case Mul(factors=factors):
                return reduce(g.add, map(self._log, factors))
            case Div(numerator=a, denominator=b):
                return g.add(self._log(a), g.neg(self._log(b)))
            case Fun(name="exp", args=(a,)):
                return self._series(a)
            case Binder(kind="sum"):
                return g.log_sum(*self._inside(arg))
            case Fun() | Binder() if (simpler := unfold(arg)) is not None:
                return self._log(simpler)
            case _:
                return None

    def _fold(self, join: Callable[[Series, Series], Series], terms: tuple[Term, ...]) -> Series:
        total, *others = map(self._series, terms)
        for other in others:
            total = join(total, other)
        return total

    def _power(self, base: Term, exponent: Term) -> Series:
        g, n = self.growth, exact_value(exponent)
        if n is not None and n.denominator == 1:
            if abs(n) > MAX_POWER:
                raise poly.OutOfFuel(f"power {n}")
            return g.power(self._series(base), int(n))
        return g.exp(g.mul(self._series(exponent), self._log(base)))

    def _holds(self, condition: Term) -> bool:
        """Whether a condition holds near the point, or fails near it."""
        if isinstance(condition, And):
            return all([self._holds(part) for part in condition.parts])
        if not isinstance(condition, Rel) or condition.op not in WHERE or condition.lhs.sort != REAL:
            raise NotSupported(f"whether {condition} near a point")
        return self.growth.sign(self._series(condition.lhs - condition.rhs)) in WHERE[condition.op]


WHERE: dict[str, tuple[int, ...]] = {
    "=": (0,),
    "!=": (-1, 1),
    "<": (-1,),
    "<=": (-1, 0),
    ">": (1,),
    ">=": (1, 0),
}
"""The signs of lhs − rhs at which a relation holds."""


def _extremum(side: int) -> Callable[..., Series]:
    """min and max: (a + b ∓ |a − b|)/2."""

    def law(g: Growth, *args: Series) -> Series:
        value, *others = args
        for other in others:
            gap = g.abs(g.add(value, g.neg(other)))
            twice = g.add(g.add(value, other), g.scale(gap, ONE, g.nf.constant(side)))
            value = g.scale(twice, ONE, g.nf.constant(Q(1, 2)))
        return value

    return law


def _sign(g: Growth, f: Series) -> Series:
    return g.number(g.sign(f))


FUNCTION_LAWS: dict[str, Callable[..., Series]] = {
    "exp": Growth.exp,
    "abs": Growth.abs,
    "sign": _sign,
    "min": _extremum(-1),
    "max": _extremum(1),
}
