"""Terms to normal forms, by the laws listed in `symrlhf.kernel.trust`.

Two terms with the same normal form are equal wherever both are defined.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Protocol

from symrlhf.errors import NotSupported
from symrlhf.kernel import poly, sums
from symrlhf.kernel.derive import fresh_index, resolve
from symrlhf.kernel.field import Field, Nowhere, Quotient, Sign, SumData
from symrlhf.kernel.statement import Statement
from symrlhf.notation import unfold
from symrlhf.setting import Setting
from symrlhf.term import (
    Add,
    App,
    Binder,
    Card,
    Diff,
    Div,
    Fun,
    IndexSet,
    Mul,
    Neg,
    Num,
    Pow,
    Rel,
    Sym,
    Term,
    exact_value,
)

MAX_POWER = 64


class NormalForm(Field):
    """Normal forms in one setting, under sign facts taken from the hypotheses.

    With `simplex` the condition Σ_y π(y) = 1 of declared distributions is used. It is a condition at a point:
    derivatives are carried out on the term as written, before any of it is normalised.
    """

    def __init__(self, setting: Setting, hypotheses: Iterable[Statement] = (), *, simplex: bool = True):
        super().__init__(setting, simplex=simplex)
        self._cache: dict[Term, Quotient] = {}
        self.distinct: set[frozenset[Term]] = set()
        self.patterns: list[tuple[App, Sign]] = []
        """Signs of applied symbols, for all their free indices."""
        for hypothesis in hypotheses:
            self._learn(hypothesis.relation)

    def declared_sign(self, term: Term) -> Sign | None:
        """The sign by declaration, or by a hypothesis on all elements."""
        matching = (sign for pattern, sign in self.patterns if isinstance(term, App) and _is_instance(term, pattern))
        return super().declared_sign(term) or next(matching, None)

    def replace_in_sum(self, data: SumData, old: Sym, new: Term) -> Quotient:
        return sums.replace_index(self, data, old, new)

    def _learn(self, relation: Rel) -> None:
        if relation.op == "!=" and isinstance(relation.lhs.sort, IndexSet):
            self.distinct.add(frozenset(relation.children))
        flip = {">": (1, True), ">=": (1, False), "<": (-1, True), "<=": (-1, False)}.get(relation.op)
        if flip is None:
            return
        try:
            q = self.of(relation.lhs - relation.rhs)
            if q.is_zero:
                return
            constant, factors = poly.factor(q.num)
            scale, below = poly.factor(q.den)
        except (Nowhere, NotSupported, poly.OutOfFuel):
            return  # no fact is learnt; the hypothesis itself stays
        sign = flip[0] * (1 if constant * scale > 0 else -1)
        if len(factors) == 1 and factors[0][1] == 1 and not below:
            ((p, _),) = factors
            self._facts.setdefault(poly.key(p), (sign, flip[1]))
            atom = self._single(p)
            if atom is not None and isinstance(atom.data, App) and atom.data.free_indices:
                self.patterns.append((atom.data, (sign, flip[1])))
        elif flip[1]:
            # No factor is 0, so the even powers are positive, and the known signs are strict.
            odd = [p for p, e in (*factors, *below) if e % 2 == 1]
            for known in (self.poly_sign(p) for p in odd):
                sign *= known[0] if known else 1
            if unknown := frozenset(poly.key(p) for p in odd if self.poly_sign(p) is None):
                self._products.setdefault(unknown, sign)

    # ------------------------------------------------------------ terms to normal forms

    def of(self, term: Term) -> Quotient:
        """The normal form of a term: definitions written out, derivatives carried out, then the laws."""
        return self.convert(resolve(self.setting.expand(term), self.setting))

    def convert(self, term: Term) -> Quotient:
        q = self._cache.get(term)
        if q is None:
            q = self._cache[term] = self._convert(term)
        return q

    def _convert(self, term: Term) -> Quotient:
        match term:
            case Num(value=value):
                return self.constant(value)
            case Sym() | App() | Diff() | Card():
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
            case Binder(kind="prod", over=over):
                index = fresh_index(over)
                factor = self.convert(term.opened(index)[0])
                if self.sign(factor) != (1, True):
                    raise NotSupported(f"a product of factors that are not known to be positive: {term}")
                return self.exp(sums.sum_over(self, self.log(factor), index))
            case _:
                simpler = unfold(term)
                if simpler is None:
                    raise NotSupported(f"{type(term).__name__} in {term}")
                return self.convert(simpler)

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
        return self.exp(self.mul(power, self.log(x)))


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
    nf = NormalForm(setting, known)
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
            value = nf.mul(nf.constant(Fraction(1, 2)), nf.add(nf.add(value, other), gap))
        return value

    return law


def _delta(nf: NormalForm, *args: Term) -> Quotient:
    i, j = args
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


def _through(law: Callable[[NormalForm, Quotient], Quotient]) -> FunctionLaw:
    return lambda nf, *args: law(nf, nf.convert(args[0]))


FUNCTION_LAWS: dict[str, FunctionLaw] = {
    "exp": _through(NormalForm.exp),
    "log": _through(NormalForm.log),
    "abs": _through(NormalForm.abs),
    "min": _extremum(-1),
    "max": _extremum(1),
    "delta": _delta,
}
