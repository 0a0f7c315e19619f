"""SymPy expressions as Terms, written the way a person would: a/b for a·b⁻¹, √x for x^{1/2}, −x for (−1)·x."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import sympy
from sympy.core.function import AppliedUndef

from symrlhf.errors import NotSupported
from symrlhf.term import (
    REAL,
    RESPONSES,
    Add,
    And,
    App,
    Binder,
    Card,
    Diff,
    Div,
    Fun,
    IndexSet,
    Mul,
    Neg,
    Pow,
    Rational,
    Rel,
    Side,
    Sort,
    Sym,
    Term,
    bind,
    infinite,
    integral,
    limit,
    oo,
    type_error_for_float,
)
from symrlhf.write.sympy import Expr, Opaque, TypedSymbol, sigmoid, softplus, stop_gradient

ONE = Rational(1)

Arrange = Callable[[list[Term]], list[Term]]


def as_given(parts: list[Term]) -> list[Term]:
    """SymPy's own order."""
    return parts


class Reader:
    """How a SymPy expression is written.

    `known` says what stands for certain expressions; `terms_in_order` and `factors_in_order` place the parts of
    sums and products, whose order SymPy does not keep.
    """

    def __init__(
        self,
        known: Mapping[Expr, Term] | None = None,
        terms_in_order: Arrange = as_given,
        factors_in_order: Arrange = as_given,
        sorts: Mapping[str, Sort] | None = None,
    ):
        self.known = known or {}
        self.terms_in_order = terms_in_order
        self.factors_in_order = factors_in_order
        self.sorts = sorts or {}

    def __call__(self, e: Expr) -> Term:
        if e in self.known:
            return self.known[e]
        return self.written_out(e)

    def written_out(self, e: Expr) -> Term:
        """`e` read afresh at its root, whatever is known of it."""
        for kind in type(e).__mro__:
            if kind in _READ:
                return _READ[kind](self, e)
        raise NotSupported(f"SymPy's {type(e).__name__} in {e} has no counterpart here")

    def argument(self, e: Expr) -> Term:
        """An argument or factor: where a − b is already written, −(a − b) rather than b − a."""
        turned = self.known.get(-e) if e.is_Add and e not in self.known else None
        if isinstance(turned, Add) and not isinstance(turned.terms[0], Neg):
            return Neg(turned)
        return self(e)

    def sum(self, parts: Sequence[Term]) -> Term:
        if len(parts) == 1:
            return parts[0]
        ordered = self.terms_in_order(list(parts))
        # b − a rather than −a + b.
        first = next((i for i, t in enumerate(ordered) if not isinstance(t, Neg)), 0)
        return Add((ordered[first], *ordered[:first], *ordered[first + 1 :]))

    def product(self, parts: Sequence[Term]) -> Term:
        ordered = self.factors_in_order(list(parts))
        return product(*ordered)


def product(*factors: Term) -> Term:
    """The factors joined, with a minus in front of the whole."""
    negative = sum(isinstance(f, Neg) for f in factors) % 2 == 1
    flat: list[Term] = []
    for f in factors:
        f = f.arg if isinstance(f, Neg) else f
        flat += f.factors if isinstance(f, Mul) else [] if f == ONE else [f]
    whole = ONE if not flat else flat[0] if len(flat) == 1 else Mul(tuple(flat))
    return Neg(whole) if negative else whole


def quotient(top: Term, bottom: Term) -> Term:
    """top/bottom, with a minus in front of the whole."""
    negative = isinstance(top, Neg) != isinstance(bottom, Neg)
    bare = [t.arg if isinstance(t, Neg) else t for t in (top, bottom)]
    whole = bare[0] if bare[1] == ONE else Div(*bare)
    return Neg(whole) if negative else whole


# ------------------------------------------------------------------ one row per SymPy class


def _number(read: Reader, e: Expr) -> Term:
    return Rational(int(e.p), int(e.q))


def _float(read: Reader, e: Expr) -> Term:
    raise TypeError(type_error_for_float.format(float(e)))


def _decided(read: Reader, e: Expr) -> Term:
    raise NotSupported(f"SymPy has already decided this relation ({e}): build it with evaluate=False")


def _symbol(read: Reader, e: Expr) -> Term:
    return Sym(e.name, read.sorts.get(e.name, REAL))


def _typed_symbol(read: Reader, e: TypedSymbol) -> Term:
    return Sym(e.name, e.sort, e.fixed)


def _add(read: Reader, e: Expr) -> Term:
    return read.sum([read(a) for a in e.as_ordered_terms()])


def _mul(read: Reader, e: Expr) -> Term:
    coefficient, factors = e.as_coeff_mul()
    if coefficient < 0:
        coefficient, factors = _sign_taken_in(coefficient, factors)
    top: list[Term] = [Rational(abs(int(coefficient.p)))]
    bottom: list[Term] = [Rational(int(coefficient.q))]
    for factor in sympy.Mul(*factors, evaluate=False).as_ordered_factors():
        written = read.known.get(factor)
        if isinstance(written, Div) and written.numerator == ONE:
            bottom.append(written.denominator)
        elif _below_the_bar(read, factor):
            bottom.append(read.argument(1 / factor))
        else:
            top.append(read.argument(factor))
    sums = [f for f in top if isinstance(f, Binder) and f.kind in ("sum", "prod")]
    top = [f for f in top if f not in sums and f != ONE]
    numerator, denominator = read.product(top), read.product([f for f in bottom if f != ONE])
    # (1/N) Σ rather than Σ/N.
    whole = product(quotient(numerator, denominator), *sums)
    return whole if coefficient > 0 else whole.arg if isinstance(whole, Neg) else Neg(whole)


def _sign_taken_in(coefficient: Expr, factors: tuple[Expr, ...]) -> tuple[Expr, tuple[Expr, ...]]:
    """p/(1 − p) rather than −p/(p − 1)."""
    for i, f in enumerate(factors):
        base, exponent = f.as_base_exp()
        if base.is_Add and base.as_coeff_Add()[0] < 0 and exponent.is_odd:
            return -coefficient, (*factors[:i], (-base) ** exponent, *factors[i + 1 :])
    return coefficient, factors


def _below_the_bar(read: Reader, factor: Expr) -> bool:
    """Whether a factor belongs below the bar: x⁻², and e^{−a} where only e^a was written."""
    if isinstance(factor, sympy.exp):
        return factor not in read.known and 1 / factor in read.known
    return factor.is_Pow and bool(factor.exp.could_extract_minus_sign())


def _pow(read: Reader, e: Expr) -> Term:
    base, exponent = e.args
    if _below_the_bar(read, e):
        return quotient(ONE, read.argument(1 / e))
    if exponent == sympy.Rational(1, 2):
        return Fun("sqrt", (read.argument(base),))
    return Pow(read.argument(base), read(exponent))


def _function(name: str) -> Callable[[Reader, Any], Term]:
    return lambda read, e: Fun(name, tuple(read.argument(a) for a in e.args))


def _delta(read: Reader, e: Expr) -> Term:
    return Fun("delta", tuple(_as_index(read, a) for a in e.args))


def _as_index(read: Reader, e: Expr) -> Term:
    if isinstance(e, sympy.Symbol) and not isinstance(e, TypedSymbol):
        return Sym(e.name, read.sorts.get(e.name, RESPONSES))
    return read(e)


def _applied(read: Reader, e: Expr) -> Term:
    given, sort = getattr(e.func, "given", 0), getattr(e.func, "sort", REAL)
    return App(e.func.__name__, tuple(map(read, e.args)), given, sort)


def _indexed(read: Reader, e: Expr) -> Term:
    return App(str(e.base.label), tuple(_as_index(read, i) for i in e.indices))


def _sum(kind: Any) -> Callable[[Reader, Any], Term]:
    """Σ_{y=1}^{n} over an abstract set of n elements: n must be a symbol, and y must only ever be an index."""

    def read_sum(read: Reader, e: Expr) -> Term:
        body, *limits = e.args
        sets: dict[str, Sort] = {}
        for y, low, high in limits:
            if low != 1 or not isinstance(high, sympy.Symbol):
                raise NotSupported(f"{e}: only sums over y = 1, …, n with a symbol n are read as sums over a set")
            if any(y in node.args for node in sympy.preorder_traversal(body) if not _takes_index(node)):
                raise NotSupported(f"{e}: {y} is used as a number, not only as an index")
            sets[y.name] = IndexSet(high.name)
        inner = Reader(read.known, read.terms_in_order, read.factors_in_order, {**read.sorts, **sets})
        term = inner(body)
        for y, _, _ in limits:
            term = bind(kind, Sym(y.name, sets[y.name]), term)
        return term

    return read_sum


def _takes_index(node: Expr) -> bool:
    return isinstance(node, (sympy.Indexed, AppliedUndef, sympy.KroneckerDelta))


def _derivative(read: Reader, e: Expr) -> Term:
    term = read(e.expr)
    for var, count in e.variable_count:
        for _ in range(int(count)):
            term = Diff(term, read(var))
    return term


_SIDES: dict[str, Side] = {"+": "+", "-": "-", "+-": ""}


def _limit(read: Reader, e: Expr) -> Term:
    body, var, to, side = e.args
    point = read(to)
    return limit(read(body), read(var), point, "" if infinite(point) else _SIDES[str(side)])


def _integral(read: Reader, e: Expr) -> Term:
    term = read(e.function)
    for var, *ends in e.limits:
        if len(ends) != 2:
            raise NotSupported(f"{e}: an integral needs both its ends")
        term = integral(term, read(var), *map(read, ends))
    return term


def _relation(op: Any) -> Callable[[Reader, Any], Term]:
    return lambda read, e: Rel(op, read(e.lhs), read(e.rhs))


def _logic(op: Any) -> Callable[[Reader, Any], Term]:
    return lambda read, e: Rel(op, *map(read, e.args))


_READ: dict[type, Callable[[Reader, Any], Term]] = {
    sympy.Rational: _number,
    sympy.Float: _float,
    sympy.Symbol: _symbol,
    TypedSymbol: _typed_symbol,
    sympy.Add: _add,
    sympy.Mul: _mul,
    sympy.Pow: _pow,
    sympy.exp: _function("exp"),
    type(sympy.S.Exp1): lambda read, e: Fun("exp", (ONE,)),
    sympy.log: _function("log"),
    sigmoid: _function("sigmoid"),
    softplus: _function("softplus"),
    stop_gradient: _function("stop_gradient"),
    sympy.tanh: _function("tanh"),
    sympy.Abs: _function("abs"),
    sympy.sign: _function("sign"),
    sympy.Min: _function("min"),
    sympy.Max: _function("max"),
    sympy.KroneckerDelta: _delta,
    AppliedUndef: _applied,
    sympy.Indexed: _indexed,
    Opaque: lambda read, e: e.term,
    sympy.Sum: _sum("sum"),
    sympy.Product: _sum("prod"),
    sympy.Derivative: _derivative,
    sympy.Limit: _limit,
    sympy.Integral: _integral,
    type(sympy.oo): lambda read, e: oo,
    type(-sympy.oo): lambda read, e: Neg(oo),
    sympy.Eq: _relation("="),
    sympy.Ne: _relation("!="),
    sympy.Le: _relation("<="),
    sympy.Lt: _relation("<"),
    sympy.Ge: _relation(">="),
    sympy.Gt: _relation(">"),
    type(sympy.true): _decided,
    type(sympy.false): _decided,
    sympy.Implies: _logic("implies"),
    sympy.Equivalent: _logic("iff"),
    sympy.And: lambda read, e: And(tuple(read(a) for a in sorted(e.args, key=sympy.default_sort_key))),
}


def from_sympy(expr: Any) -> Term:
    """A SymPy expression or relation as a Term.

    Symbols and functions keep their names; their assumptions belong in the `Setting`. Σ_{y=1}^{n} is read as a
    sum over an abstract set of n elements, and a free index in the same place as an index of that set.
    """
    e = sympy.sympify(expr)
    sizes = {high for s in e.atoms(sympy.Sum, sympy.Product) for *_, high in s.limits}
    known = {n: Card(IndexSet(n.name)) for n in sizes if isinstance(n, sympy.Symbol)}
    return Reader(known, sorts=_index_sorts(e))(e)


def _index_sorts(e: Expr) -> dict[str, Sort]:
    """The index set of every symbol that stands where a summed index stands, as y in π[y] = Σ_z π[z] …"""
    places: dict[tuple[str, int], Sort] = {}
    symbols: dict[str, set[tuple[str, int]]] = {}
    for name, place, index in _indices(e):
        symbols.setdefault(index.name, set()).add((name, place))
    for s in e.atoms(sympy.Sum, sympy.Product):
        for y, *_, high in s.limits:
            places |= dict.fromkeys(symbols.get(y.name, ()), IndexSet(str(high)))
    return {name: places[p] for name, where in symbols.items() for p in sorted(where) if p in places}


def _indices(e: Expr) -> Iterator[tuple[str, int, Any]]:
    for node in sympy.preorder_traversal(e):
        if isinstance(node, (sympy.Indexed, AppliedUndef)):
            indexed = isinstance(node, sympy.Indexed)
            name, args = (node.args[0], node.indices) if indexed else (node.func, node.args)
            for place, index in enumerate(args):
                if isinstance(index, sympy.Symbol) and not isinstance(index, TypedSymbol):
                    yield str(name), place, index
