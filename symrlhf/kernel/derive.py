"""The derivative of a term as a term: chain rule, δ for the entries of a family, unknown dependencies kept.

The entries f(i), i in a finite set, are independent variables: ∂f(j)/∂f(i) = δ_ij. Nothing is simplified
first, so no condition (such as Σπ = 1) can be used before differentiating.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations, count, islice

from symrlhf.errors import NotSupported
from symrlhf.notation import unfold
from symrlhf.setting import Setting
from symrlhf.term import (
    INTEGER,
    Add,
    And,
    App,
    Binder,
    Bound,
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
    Rational,
    Rel,
    Sym,
    Term,
    bind,
    bind_range,
    delta,
    exact_value,
    exp,
    is_integer,
    log,
    sign,
)

ZERO, ONE = Rational(0), Rational(1)

# d f(u)/du for primitive one-argument functions
OUTER: dict[str, Callable[[Term], Term]] = {
    "exp": lambda u: exp(u),
    "log": lambda u: ONE / u,
    "abs": lambda u: sign(u),
    "arctan": lambda u: ONE / (ONE + Pow(u, Rational(2))),
    "arcsin": lambda u: ONE / Pow(ONE - Pow(u, Rational(2)), Rational(1, 2)),
}

MAX_NODES = 20_000
"""Nodes of a derivative: it is not simplified, so each further one multiplies them."""

_fresh = count()


def fresh_index(over: IndexSet) -> Sym:
    """An index symbol that occurs nowhere else."""
    return Sym(f"\0{next(_fresh)}", over)


def fresh_integer() -> Sym:
    """An integer that occurs nowhere else."""
    return Sym(f"\0{next(_fresh)}", INTEGER)


def resolve(term: Term, setting: Setting) -> Term:
    """`term` with every derivative carried out; a `Diff` that is left is of an unknown dependency."""
    if not term.has_slope:
        return term
    if isinstance(term, Diff):
        slope = derivative(resolve(term.body, setting), term.var, setting)
        if any(True for _ in islice(slope.subterms(), MAX_NODES, None)):
            raise NotSupported(f"a derivative of more than {MAX_NODES} nodes")
        return slope
    if isinstance(term, Binder):
        index = fresh_index(term.over)
        return bind(term.kind, index, *(resolve(b, setting) for b in term.opened(index)))
    if isinstance(term, Range):
        t = fresh_integer()
        return bind_range(term.kind, t, term.low, term.high, resolve(term.opened(t), setting))
    kids = tuple(resolve(c, setting) for c in term.children)
    return term if kids == term.children else term.rebuild(kids)


def derivative(term: Term, var: Term, setting: Setting) -> Term:
    """∂term/∂var for a term without definitions left to expand (`Setting.expand` first)."""
    if var.sort == INTEGER:
        raise NotSupported(f"a derivative by the integer {var!r}")
    if not _may_vary(term, var, setting):
        return ZERO
    if term == var:
        return ONE
    match term:
        case Sym() | Num() | Bound() | Card():
            return Diff(term, var)
        case App(name=name, args=args):
            return _of_application(term, name, args, var, setting)
        case Diff():
            return _nested(term, var)
        case Neg(arg=a):
            return -derivative(a, var, setting)
        case Add(terms=terms):
            return _sum([derivative(t, var, setting) for t in terms])
        case Mul(factors=factors):
            return _sum(
                [
                    _product([*factors[:i], derivative(f, var, setting), *factors[i + 1 :]])
                    for i, f in enumerate(factors)
                ]
            )
        case Div(numerator=a, denominator=b):
            da, db = derivative(a, var, setting), derivative(b, var, setting)
            return da / b if db == ZERO else (da * b - a * db) / Pow(b, Rational(2))
        case Pow(base=a, exponent=n):
            dn = derivative(n, var, setting)
            q = exact_value(n)
            # A number stays a number: (a²)' = 2 a¹ asks for no a > 0.
            lowered = n - ONE if q is None else Rational(q.numerator - q.denominator, q.denominator)
            by_base = n * Pow(a, lowered) * derivative(a, var, setting)
            return by_base if dn == ZERO else by_base + term * log(a) * dn
        case Fun(name="max" | "min", args=(a,)):
            return derivative(a, var, setting)
        case Fun(name="max" | "min" as name, args=(a, b, *others)):
            first, second = (derivative(Fun(name, (v, *others)), var, setting) for v in (a, b))
            condition = Rel(">" if name == "max" else "<", a, b)
            return first if first == second else Cases(((condition, first),), second)
        case Fun(name="sign"):
            return ZERO
        case Cases(branches=branches, otherwise=otherwise):
            slopes = tuple((c, derivative(v, var, setting)) for c, v in branches)
            return Cases(slopes, derivative(otherwise, var, setting))
        case Fun(name=name, args=(u,)) if name in OUTER:
            return OUTER[name](u) * derivative(u, var, setting)
        case Fun(name="stop_gradient"):
            return ZERO
        case Binder(kind="sum", over=over):
            index = fresh_index(over)
            return bind("sum", index, derivative(term.opened(index)[0], var, setting))
        case Binder(kind="prod", over=over):
            index = fresh_index(over)
            f = term.opened(index)[0]
            return term * bind("sum", index, derivative(f, var, setting) / f)
        case Range(kind=kind):
            if term.endless:
                raise NotSupported(f"the derivative of {term!r}, a sum without an end")
            if _may_vary(term.low, var, setting) or _may_vary(term.high, var, setting):
                raise NotSupported(f"the derivative of {term!r}, whose bounds vary")
            t = fresh_integer()
            f = term.opened(t)
            slope = derivative(f, var, setting)
            total = bind_range("sum", t, term.low, term.high, slope if kind == "sum" else slope / f)
            return total if kind == "sum" else term * total
        case _:
            simpler = unfold(term)
            if (
                simpler is None
                and isinstance(term, Fun)
                and all(derivative(a, var, setting) == ZERO for a in term.args)
            ):
                return ZERO
            if simpler is None:
                raise NotSupported(f"the derivative of {term!r}")
            return derivative(simpler, var, setting)


def stops_gradient(term: Term) -> bool:
    """Whether sg stands in the term: what equals it at every point need not have its derivative."""
    return any(isinstance(t, Fun) and t.name == "stop_gradient" for t in term.subterms())


def _may_vary(term: Term, var: Term, setting: Setting) -> bool:
    return isinstance(var, (Sym, App)) and setting.varies(term, var.name)


def _of_application(term: App, name: str, args: tuple[Term, ...], var: Term, setting: Setting) -> Term:
    moved = [a for a in args if not isinstance(a.sort, IndexSet) and _may_vary(a, var, setting)]
    if moved and moved != [var]:
        raise NotSupported(f"the derivative of {term!r}, an unknown function of an expression")
    if isinstance(var, App) and var.name == name and len(var.args) == len(args) and not moved:
        pairs = list(zip(args, var.args, strict=True))
        if any(a.sort != b.sort and not (is_integer(a) and is_integer(b)) for a, b in pairs):
            return ZERO  # entries over different sets
        return _product([delta(a, b) for a, b in zip(args, var.args, strict=True) if a != b])
    return Diff(term, var)


def kinks(term: Term) -> Iterator[tuple[Term, Term]]:
    """The pairs that must differ where the outermost operation of a term is differentiated by the rules above."""
    match term:
        case Fun(name="max" | "min", args=args):
            yield from combinations(args, 2)
        case Fun(name="abs" | "sign", args=(u,)):
            yield u, ZERO
        case Cases(branches=branches):
            for condition, _ in branches:
                for part in condition.parts if isinstance(condition, And) else (condition,):
                    if not isinstance(part.children[0].sort, IndexSet):
                        yield part.children[0], part.children[1]
        case _:
            return


def _nested(term: Diff, var: Term) -> Term:
    """Mixed derivatives of an unknown commute: keep their variables in one order."""
    variables = [var]
    inner: Term = term
    while isinstance(inner, Diff):
        variables.append(inner.var)
        inner = inner.body
    for v in sorted(variables, key=repr):
        inner = Diff(inner, v)
    return inner


def _sum(terms: list[Term]) -> Term:
    kept = [t for t in terms if t != ZERO]
    return kept[0] if len(kept) == 1 else Add(tuple(kept)) if kept else ZERO


def _product(factors: list[Term]) -> Term:
    if ZERO in factors:
        return ZERO
    kept = [f for f in factors if f != ONE]
    return kept[0] if len(kept) == 1 else Mul(tuple(kept)) if kept else ONE
