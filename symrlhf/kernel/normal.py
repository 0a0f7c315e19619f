"""Terms to normal forms, by the laws listed in `symrlhf.kernel.trust`.

Two terms with the same normal form are equal wherever both are defined.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from copy import copy
from functools import lru_cache
from math import lcm
from typing import Protocol

from symrlhf.errors import NotSupported
from symrlhf.kernel import dependence, extremes, poly, ranges, sums
from symrlhf.kernel.bounds import spelled
from symrlhf.kernel.derive import fresh_index, resolve
from symrlhf.kernel.extremes import Greatest
from symrlhf.kernel.field import Field, Generator, Nowhere, PolyKey, Quotient, RangeData, Sign, SumData
from symrlhf.kernel.poly import Monomial, Poly
from symrlhf.kernel.statement import Statement
from symrlhf.notation import unfold
from symrlhf.rational import Q
from symrlhf.setting import Setting
from symrlhf.term import (
    Add,
    App,
    Binder,
    Card,
    Cases,
    Diff,
    Div,
    Fun,
    IndexSet,
    Mul,
    Neg,
    Num,
    Pow,
    Range,
    Rel,
    Sym,
    Term,
    exact_value,
    is_integer,
)

MAX_POWER = 64
MAX_ROOT = 12
"""Of what stands before logarithms, the common denominator."""
REMEMBERED = 256
"""Sets of hypotheses."""


class NormalForm(Field):
    """Normal forms in one setting, under sign facts taken from the hypotheses.

    With `simplex` the condition Σ_y π(y) = 1 of declared distributions is used. It is a condition at a point:
    derivatives are carried out on the term as written, before any of it is normalised.
    """

    def __init__(self, setting: Setting, hypotheses: Iterable[Statement] = (), *, simplex: bool = True):
        super().__init__(setting, simplex=simplex)
        self._few = any(d.values for d in setting.declarations)
        """Whether anything has few values."""
        self._cache: dict[Term, Quotient] = {}
        self._whole: dict[Term, Quotient] = {}
        """The same for terms as they were written, definitions and derivatives in them."""
        self.distinct: set[frozenset[Term]] = set()
        self.patterns: list[tuple[App, Sign]] = []
        """Signs of applied symbols, for all their free indices."""
        self.schemas: list[tuple[poly.Poly, Sign]] = []
        """Signs of polynomials, for all their free indices."""
        self._means: tuple[tuple[int, int], dict[PolyKey, Sign | None]] = ((0, 0), {})
        """How much was known, and the signs that means had by it."""
        for hypothesis in spelled(hypotheses):
            self._learn(hypothesis.relation)

    @staticmethod
    def under_hypotheses(setting: Setting, hypotheses: Iterable[Statement] = ()) -> NormalForm:
        """A `NormalForm` of its own; what the hypotheses teach is worked out once for all that rest on them."""
        inner = _taught(setting, tuple(hypotheses))._branch()
        inner._transformed = set()
        return inner

    def declared_sign(self, term: Term) -> Sign | None:
        """The sign by declaration, or by a hypothesis on all elements."""
        matching = (sign for pattern, sign in self.patterns if isinstance(term, App) and _is_instance(term, pattern))
        return super().declared_sign(term) or next(matching, None)

    def facts(self) -> Iterable[tuple[PolyKey, Sign]]:
        """The irreducible polynomials whose signs are given, with these."""
        return self._facts.items()

    def under(self, p: Poly, sign: Sign) -> NormalForm:
        """The normal forms where, besides, the irreducible p has this sign; polynomials keep their meaning there."""
        inner = self._branch()
        inner._facts[poly.key(p)] = sign
        return inner

    def knowing(self, more: Iterable[Statement]) -> NormalForm:
        """The normal forms where more is known; polynomials keep their meaning there."""
        inner = self._branch()
        inner.learn(more)
        return inner

    def learn(self, more: Iterable[Statement]) -> None:
        """More is known from here on."""
        for statement in spelled(more):
            self._learn(statement.relation)

    def _branch(self) -> NormalForm:
        inner = copy(self)
        inner.generators, inner._table = list(self.generators), dict(self._table)
        inner._facts, inner._products, inner._told = dict(self._facts), dict(self._products), (0, [], {})
        inner._means = ((0, 0), {})
        inner.distinct, inner.patterns, inner.schemas = set(self.distinct), list(self.patterns), list(self.schemas)
        inner._cache, inner._whole, inner._written = {}, {}, {}
        inner.integers = self.integers.seen_from(inner)
        return inner

    def known_of(self, element: Sym) -> NormalForm:
        """The normal forms where what is known of every element was said of this one."""
        if not self.schemas:
            return self
        inner = self._branch()
        for p, sign in self.schemas:
            for index in self.poly_free(p):
                if index.sort == element.sort and not index.fixed:
                    q = inner.replace_index(Quotient(p, poly.ONE), index, element)
                    inner._take(q, *sign)
        return inner

    def _signs_of(self, p: poly.Poly) -> Iterator[Sign | None]:
        yield from super()._signs_of(p)
        yield self._sign_of_mean(p)

    def _sign_of_mean(self, p: poly.Poly) -> Sign | None:
        """Where something has the same sign for every element, its mean has it, too."""
        told = (len(self._facts), len(self.schemas))
        if self._means[0] != told:
            self._means = (told, {})
        found, key = self._means[1], poly.key(p)
        if key not in found:
            # While it is looked for, it is not known.
            found[key] = None
            signs = (self.known_of(y).sign(q) for y, q in sums.averaged(self, p))
            found[key] = next((sign for sign in signs if sign is not None), None)
        return found[key]

    def vanishes(self, q: Quotient) -> bool:
        """Whether q = 0, also by relations that are looked for only where a difference is left."""
        return super().vanishes(q) or dependence.vanishes(self, q)

    def replace_in_greatest(self, data: Greatest, old: Sym, new: Term) -> Quotient:
        return extremes.replace_index(self, data, old, new)

    def replace_in_sum(self, data: SumData | RangeData, old: Sym, new: Term) -> Quotient:
        if isinstance(data, RangeData):
            return ranges.replace(self, data, old, new)
        return sums.replace_index(self, data, old, new)

    def _learn(self, relation: Rel) -> None:
        if relation.op == "!=" and isinstance(relation.lhs.sort, IndexSet):
            self.distinct.add(frozenset(relation.children))
        flip = {">": (1, True), ">=": (1, False), "<": (-1, True), "<=": (-1, False)}.get(relation.op)
        if flip is None:
            return
        # Where something fails no fact is learnt; the hypothesis itself stays.
        with suppress(Nowhere, NotSupported, poly.OutOfFuel):
            self._take(self.of(relation.lhs - relation.rhs), *flip)

    def _take(self, q: Quotient, sign: int, strict: bool) -> None:
        """What follows for its factors from the sign of a quotient."""
        if q.is_zero:
            return
        if q.den == poly.ONE:
            self.integers.learn(poly.scale(q.num, sign), strict)
        constant, factors = poly.factor(q.num)
        scale, below = poly.factor(q.den)
        sign *= 1 if constant * scale > 0 else -1
        unknown = list[poly.Poly]()
        for p, e in (*factors, *below):
            known = self.poly_sign(p)
            if e % 2 == 1 and known is not None and (strict or known[1]):
                # Where the product is not 0, no factor is: a sign that is known is strict.
                sign *= known[0]
            elif e % 2 == 1:
                unknown.append(p)
            elif not strict and (known is None or not known[1]):
                return  # where an even power is 0 the other factors may be anything
        if len(unknown) == 1:
            if self._facts.get(poly.key(unknown[0])) == (sign, strict):
                return  # raised and lowered, what was learnt comes back
            self._note(unknown[0], (sign, strict))
            self._raise(unknown[0], sign, strict)
            self._lower(unknown[0], sign, strict)
        elif unknown and strict:
            self._products.setdefault(frozenset(map(poly.key, unknown)), sign)
        for p, _ in () if unknown else factors:
            if (known := self.poly_sign(p)) is not None:
                # No factor is 0 here. Perhaps that is nothing new, but named: a case split looks at what is given.
                self._note(p, (known[0], True))

    def _raise(self, p: poly.Poly, sign: int, strict: bool) -> None:
        """log u − log v + w ≥ 0 says e^w u/v ≥ 1 as well."""
        logs = [m for m in p if self._is_logarithm(m)]
        if not logs:
            return
        whole = lcm(*(p[m].denominator for m in logs))
        if whole <= MAX_ROOT:
            raised = self.exp(Quotient(poly.scale(p, Q(whole)), poly.ONE))
            self._take(self.sub(raised, self.constant(1)), sign, strict)

    def _lower(self, p: poly.Poly, sign: int, strict: bool) -> None:
        """e^(u/β) v − w ≥ 0 of positive v and w says u/β + log v − log w ≥ 0, too, and so what sign u has."""
        if len(p) != 2 or not any(self.generators[i].kind == "exp" for m in p for i, _ in m):
            return
        logs: list[Quotient] = []
        for m, c in p.items():
            if self.monomial_sign(m) != (1, True):
                return
            logs.append(self.log(Quotient({m: abs(c)}, poly.ONE)))
        c, d = p.values()
        if c * d < 0:
            difference = self.sub(*logs)
            if not any(self.generators[i].kind == "exp" for m in difference.num for i, _ in m):
                self._take(difference, sign if c > 0 else -sign, strict)

    def _is_logarithm(self, m: Monomial) -> bool:
        match m:
            case ((i, 1),):
                return self.generators[i].kind == "log"
            case _:
                return False

    def _note(self, p: poly.Poly, sign: Sign) -> None:
        key = poly.key(p)
        if key not in self._facts or (sign[1] and self._facts[key] == (sign[0], False)):
            self._facts[key] = sign
        atom = self._single(p)
        if atom is not None and isinstance(atom.data, App) and atom.data.free_indices:
            self.patterns.append((atom.data, sign))
        elif any(isinstance(i.sort, IndexSet) and not i.fixed for i in self.poly_free(p)):
            self.schemas.append((p, sign))

    # ------------------------------------------------------------ terms to normal forms

    def of(self, term: Term) -> Quotient:
        """The normal form of a term: definitions written out, derivatives carried out, then the laws."""
        q = self._whole.get(term)
        if q is None:
            q = self._whole[term] = self.convert(resolve(self.setting.expand(term), self.setting))
        return q

    def convert(self, term: Term) -> Quotient:
        q = self._cache.get(term)
        if q is None:
            q = self._cache[term] = self._convert(term)
        return q

    def _convert(self, term: Term) -> Quotient:
        match term:
            case Num(value=value):
                return self.constant(value)
            case App() | Diff() if (plain := term.transform(self._with_plain_arguments)) != term:
                return self.convert(plain)
            case Sym() | App() | Diff() | Card() | Cases():
                # A case split that is not told is a number like another.
                return self.just(self.atom(term))
            case Neg(arg=a):
                return self.neg(self.convert(a))
            case Add(terms=terms):
                total = self.constant(0)
                for t in terms:
                    total = self.add(total, self.convert(t))
                return total
            case Mul(factors=factors):
                product = self.constant(1)
                for f in factors:
                    product = self.mul(product, self.convert(f))
                return product
            case Div(numerator=a, denominator=b):
                return self.mul(self.convert(a), self.inverse(self.convert(b)))
            case Pow(base=a, exponent=n):
                return self._power_term(a, n)
            case Fun(name=name, args=args) if name in FUNCTION_LAWS:
                return FUNCTION_LAWS[name](self, *args)
            case Binder(kind="sum", over=over):
                index = fresh_index(over)
                return sums.sum_over(self, self.convert(term.opened(index)[0]), index)
            case Binder(kind="max" | "min" as kind, over=over):
                index = fresh_index(over)
                value = self.convert(term.opened(index)[0])
                return (
                    extremes.greatest(self, value, index)
                    if kind == "max"
                    else self.neg(extremes.greatest(self, self.neg(value), index))
                )
            case Binder(kind="prod", over=over):
                index = fresh_index(over)
                factor = self.convert(term.opened(index)[0])
                if self.sign(factor) != (1, True):
                    raise NotSupported(f"a product of factors that are not known to be positive: {term}")
                return self.exp(sums.sum_over(self, self.log(factor), index))
            case Range():
                return ranges.convert(self, term)
            case _:
                simpler = unfold(term)
                if simpler is None:
                    raise NotSupported(f"{type(term).__name__} in {term}")
                return self.convert(simpler)

    def function(self, name: str, arg: Term, q: Quotient) -> Generator:
        """The generator of a function's value: the same for arguments with the same normal form q."""
        key = (name, poly.key(q.num), poly.key(q.den))
        free = self.poly_free(q.num) | self.poly_free(q.den)
        return self.generator("atom", key, Fun(name, (arg,)), free, None, self.height(q.num, q.den))

    def _with_plain_arguments(self, term: Term) -> Term:
        """An application with its integer arguments in one form: s(1 + t) and s(t + 1) are one atom."""
        if not isinstance(term, App) or not any(map(is_integer, term.args)):
            return term
        return term.rebuild(tuple(self.term(self.convert(a)) if is_integer(a) else a for a in term.args))

    def _power_term(self, base: Term, exponent: Term) -> Quotient:
        n = exact_value(exponent)
        if n is not None and n.denominator == 1:
            if abs(n) > MAX_POWER:
                raise poly.OutOfFuel(f"power {n}")
            return self.power(self.convert(base), int(n))
        x, power = self.convert(base), self.convert(exponent)
        c = power.constant()
        if c is not None and c.denominator == 1 and abs(c) <= MAX_POWER:
            return self.power(x, int(c))
        return self.exp(self.mul(power, self.log_of(base)))

    def log_of(self, term: Term) -> Quotient:
        """log of a term > 0. What has few values has no factors of its own once R² = R is used: R(1 − R) = 0, and
        (1 + R)(2 − R) = 2. There the factors are taken as they stand in a product."""
        match term:
            case Mul(factors=factors) if self._few:
                total = self.constant(0)
                for f in factors:
                    total = self.add(total, self.log_of(f))
                return total
            case Div(numerator=a, denominator=b) if self._few:
                return self.sub(self.log_of(a), self.log_of(b))
            case _:
                return self.log(self.convert(term))


def _is_instance(term: App, pattern: App) -> bool:
    """Whether the pattern becomes the term when its free indices stand for something."""
    if term.name != pattern.name or len(term.args) != len(pattern.args):
        return False
    meant: dict[Term, Term] = {}
    for arg, p in zip(term.args, pattern.args, strict=True):
        if p in pattern.free_indices:
            if p.sort != arg.sort or meant.setdefault(p, arg) != arg:
                return False
        elif p != arg:
            return False
    return True


def is_identity(setting: Setting, equation: Rel, known: Iterable[Statement] = ()) -> bool:
    """Whether both sides have one normal form, under inequalities that are known."""
    nf = NormalForm.under_hypotheses(setting, known)
    try:
        return nf.vanishes(nf.of(equation.lhs - equation.rhs))
    except (Nowhere, poly.OutOfFuel):
        return False


class FunctionLaw(Protocol):
    def __call__(self, nf: NormalForm, *args: Term) -> Quotient: ...


def _extremum(side: int) -> FunctionLaw:
    """min and max: (a + b ∓ |a − b|)/2."""

    def law(nf: NormalForm, *args: Term) -> Quotient:
        value = nf.convert(args[0])
        for arg in args[1:]:
            other = nf.convert(arg)
            gap = nf.mul(nf.constant(side), nf.abs(nf.sub(value, other)))
            value = nf.mul(nf.constant(Q(1, 2)), nf.add(nf.add(value, other), gap))
        return value

    return law


def _delta(nf: NormalForm, *args: Term) -> Quotient:
    i, j = args
    if is_integer(i) and is_integer(j):
        return nf.same(nf.sub(nf.convert(i), nf.convert(j)))
    if i.sort != j.sort or not isinstance(i.sort, IndexSet):
        raise NotSupported(f"δ of {i} and {j}, which are not elements of one set")
    if i == j:
        return nf.constant(1)
    if frozenset(args) in nf.distinct:
        return nf.constant(0)
    first, second = sorted((i, j), key=repr)
    term = Fun("delta", (first, second))
    indices = frozenset(s for s in term.symbols if isinstance(s.sort, IndexSet))
    return nf.just(nf.generator("delta", term, term, indices, (1, False)))


def _odd(nf: NormalForm, name: str, arg: Term) -> Quotient:
    """An odd function of which no other law is used: equal arguments, equal values."""
    q = nf.convert(arg)
    if q.is_zero:
        return q
    if min(q.num.items())[1] < 0:
        return nf.neg(_odd(nf, name, Neg(arg)))
    return nf.just(nf.function(name, arg, q))


def _through(law: Callable[[NormalForm, Quotient], Quotient]) -> FunctionLaw:
    return lambda nf, *args: law(nf, nf.convert(args[0]))


FUNCTION_LAWS: dict[str, FunctionLaw] = {
    "exp": _through(NormalForm.exp),
    "log": lambda nf, *args: nf.log_of(*args),
    "abs": _through(NormalForm.abs),
    "sign": _through(NormalForm.signum),
    "min": _extremum(-1),
    "max": _extremum(1),
    "delta": _delta,
    "arctan": lambda nf, *args: _odd(nf, "arctan", *args),
    "arcsin": lambda nf, *args: _odd(nf, "arcsin", *args),
    # Derivatives were carried out before: all that is left of sg(f) is its value.
    "stop_gradient": _through(lambda _, q: q),
}


@lru_cache(REMEMBERED)
def _taught(setting: Setting, hypotheses: tuple[Statement, ...]) -> NormalForm:
    return NormalForm(setting, hypotheses)
