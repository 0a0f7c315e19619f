"""Moves on sums over an index: linearity, constants out, Σπ = 1, expectations, logarithms of products."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import sympy

from symrlhf.setting import Setting
from symrlhf.steps import engine
from symrlhf.steps.algebra import expanded
from symrlhf.steps.definitions import fold, is_weight, unfold_definition
from symrlhf.steps.engine import EXP_LOG, NONE, Move, Premise, Scalars, each_term, opening, relation_of, rewrite
from symrlhf.steps.matching import match
from symrlhf.steps.writing import ONE, ZERO, minus, times, total
from symrlhf.term import (
    Add,
    Binder,
    Div,
    Fun,
    Mul,
    Neg,
    Range,
    Rel,
    Sym,
    Term,
    abstract,
    bind,
)
from symrlhf.write.sympy import Expr

# ------------------------------------------------------------------ one sum


class Opened:
    """A sum or an expectation at a fresh index: what it weights, as SymPy sees it, and how to close it again."""

    def __init__(self, t: Binder | Range, setting: Setting):
        self.binder = t
        self.index = opening(t)
        *self.weights, self.body = (t.opened(self.index),) if isinstance(t, Range) else t.opened(self.index)
        self.scalars = Scalars(setting, self.body, NONE)
        self.expr = self.scalars.expr(self.body)

    def split(self, e: Expr) -> tuple[Expr, Expr]:
        """`e` as (factor free of the index) · (rest)."""
        inner = [d for d, atom in self.scalars.atoms.items() if self.index in atom.symbols]
        return engine.run("as_independent", e.as_independent, *inner, as_Add=False)

    def close(self, body: Term) -> Term:
        bodies = tuple(abstract(b, self.index) for b in (*self.weights, body))
        t = self.binder
        if isinstance(t, Range):
            return t.rebuild((t.first, t.last, *bodies))
        return Binder(t.kind, t.over, bodies, t.letter)

    def outside(self, e: Expr) -> Term:
        """Σ e with what is free of the index in front."""
        constant, rest = self.split(e)
        inner = self.close(self.scalars.term(rest))
        # E[1] = 1 because the weights sum to 1; Σ 1 stays.
        total_weight = ONE if self.binder.kind == "E" and rest == 1 else inner
        return times(self.scalars.term(constant), total_weight)


def _linear(t: Term) -> bool:
    return isinstance(t, Binder) and t.kind in ("sum", "E")


def _adds_up(t: Term) -> bool:
    return _linear(t) or (isinstance(t, Range) and t.kind == "sum" and not t.endless)


def _on_sums(rule: Callable[[Opened], Term | None]) -> engine.Action:
    def action(line: Term, setting: Setting) -> Term:
        def at(t: Term) -> Term | None:
            return rule(Opened(t, setting)) if isinstance(t, (Binder, Range)) and _adds_up(t) else None

        return rewrite(line, at)

    return action


def _split(opened: Opened) -> Term | None:
    e = engine.run("expand", expanded, opened.expr)
    terms = e.as_ordered_terms()
    if len(terms) == 1:
        return None
    written = opened.scalars.order.terms([opened.scalars.term(t) for t in terms])
    return total([opened.outside(opened.scalars.expr(t)) for t in written])


split_sum = Move("split_sum", ("the sum is linear",), "Σ or E of a sum", _on_sums(_split))
"""Σ_y (a f(y) + g(y)) → a Σ_y f(y) + Σ_y g(y), and so for E, where E[c] = c."""


def _pulled_out(opened: Opened) -> Term | None:
    constant, _ = opened.split(opened.expr)
    return None if constant == 1 else opened.outside(opened.expr)


factor_out_of_sum = Move(
    "factor_out_of_sum",
    ("a factor free of the index stands before the sum",),
    "a factor under Σ or E that is free of the index",
    _on_sums(_pulled_out),
)
"""Σ_y c f(y) → c Σ_y f(y)."""


def _to_one(line: Term, setting: Setting) -> Term:
    def at(t: Term) -> Term | None:
        if not isinstance(t, Binder) or not _linear(t):
            return None
        opened = Opened(t, setting)
        constant, rest = opened.split(opened.expr)
        left = opened.scalars.term(rest)
        sums = left == ONE if t.kind == "E" else is_weight(left, opened.index, setting)
        return opened.scalars.term(constant) if sums else None

    return rewrite(line, at)


sum_to_one = Move(
    "sum_to_one", ("probabilities sum to one",), "Σ of a distribution times a constant, or E of one", _to_one
)
"""Σ_y π(y) c → c;  E_π[c] → c."""


# ------------------------------------------------------------------ several sums


def _merged(line: Term, setting: Setting) -> Term:
    def at(t: Term) -> Term | None:
        if not isinstance(t, Add):
            return None
        groups: dict[object, list[tuple[int, Term, Binder | Range]]] = {}
        for i, term in enumerate(t.terms):
            if parts := _coefficient_and_sum(term):
                groups.setdefault(_range_of(parts[1]), []).append((i, *parts))
        terms: list[Term] = list(t.terms)
        for group in groups.values():
            if len(group) > 1:
                for i, *_ in group:
                    terms[i] = ZERO
                terms[group[0][0]] = _one_sum([(c, s) for _, c, s in group], setting)
        kept = total(terms)
        return kept if kept != t else None

    return rewrite(line, at)


def _range_of(t: Binder | Range) -> object:
    """What two sums must share to be one: the index set and the weights, or the two ends."""
    return (t.first, t.last) if isinstance(t, Range) else (t.kind, t.over, t.bodies[:-1])


def _one_sum(summands: list[tuple[Term, Binder | Range]], setting: Setting) -> Term:
    """Σ (a f − b g) of a Σ f − b Σ g; a common coefficient of them all stays in front."""
    (first, model), *others = summands
    common = all(c in (first, minus(first)) for c, _ in others)
    index = max((opening(s) for _, s in summands), key=lambda free: free.name.count("\0"))
    bodies: list[Term] = []
    for c, s in summands:
        weight = (ONE if c == first else minus(ONE)) if common else c
        bodies.append(times(weight, s.opened(index) if isinstance(s, Range) else s.opened(index)[-1]))
    whole = Add(tuple(bodies))
    scalars = Scalars(setting, whole, NONE)
    body = abstract(scalars.term(engine.run("add", sympy.Add, *map(scalars.expr, bodies)), afresh=True), index)
    merged = model.rebuild((*model.children[:-1], body))
    return times(first, merged) if common else merged


def _coefficient_and_sum(t: Term) -> tuple[Term, Binder | Range] | None:
    """c and Σ of a term c Σ, else None."""
    match t:
        case Binder(kind="sum" | "E"):
            return ONE, t
        case Range() if _adds_up(t):
            return ONE, t
        case Neg(arg=arg):
            inner = _coefficient_and_sum(arg)
            return inner and (minus(inner[0]), inner[1])
        case Mul(factors=factors):
            sums = [f for f in factors if isinstance(f, (Binder, Range)) and _adds_up(f)]
            return (times(*(f for f in factors if f is not sums[0])), sums[0]) if len(sums) == 1 else None
        case Div(numerator=a, denominator=b):
            inner = _coefficient_and_sum(a)
            return inner and (times(inner[0], Div(ONE, b)), inner[1])
        case _:
            return None


merge_sums = Move(
    "merge_sums",
    ("collect into one sum",),
    "several sums over one index set, or expectations under one distribution",
    _merged,
)
"""a Σ_y f(y) − Σ_y g(y) → Σ_y (a f(y) − g(y))."""


# ------------------------------------------------------------------ summing an equation


def sum_over(index: Sym, equation: Premise | None = None, premise: Premise | None = None) -> Move:
    """Both sides summed over the index, with constants in front, and the remaining sum isolated.

    π(y) = c f(y), with Σ_y π(y) = 1, gives 1/c = Σ_y f(y).
    """
    base = None if equation is None else relation_of(equation)
    known = None if premise is None else relation_of(premise)

    def action(line: Term, setting: Setting) -> Term:
        start = line if base is None else base
        if not isinstance(start, Rel) or start.op != "=" or index not in start.free_indices:
            return line

        def summed(side: Term) -> Term:
            whole = bind("sum", index, side)
            if known is not None and match(known.lhs, whole, known.lhs.free_indices) is not None:
                return known.rhs
            opened = Opened(whole, setting)
            return opened.outside(opened.expr)

        left, right = summed(start.lhs), summed(start.rhs)
        parts = _coefficient_and_sum(right)
        if parts is None:
            return Rel("=", left, right)
        scalars = Scalars(setting, start, NONE)
        unknown = scalars.dummy(parts[1])
        e = scalars.expr(left) - scalars.expr(right)
        (solution,) = engine.run("solve", sympy.solve, e, unknown)
        # 1/e^{−a} is e^a.
        reciprocal = Scalars(setting, start, frozenset({"exp"}))
        return Rel("=", reciprocal.term(reciprocal.expr(scalars.term(solution)), afresh=True), parts[1])

    given = tuple(r for r in (base, known) if r is not None)
    return Move("sum_over", ("sum over", index), f"an equation for every {index.name}", action, (index, *given))


# ------------------------------------------------------------------ products, expectations, letters


def _log_of_product(line: Term, setting: Setting) -> Term:
    def at(t: Term) -> Term | None:
        match t:
            case Fun(name="log", args=(Binder(kind="prod") as product,)):
                index = opening(product)
                (body,) = product.opened(index)
                return Binder("sum", product.over, (abstract(_logarithm(body, setting), index),), product.letter)
            case Fun(name="log", args=(Range(kind="prod") as product,)):
                return each_term(product, lambda body: _logarithm(body, setting), "sum")
            case _:
                return None

    return rewrite(line, at)


def _logarithm(body: Term, setting: Setting) -> Term:
    scalars = Scalars(setting, body, EXP_LOG)
    logarithm = engine.run("log", sympy.log, scalars.expr(body))
    return scalars.term(engine.run("expand_log", sympy.expand_log, logarithm), afresh=True)


log_of_product = Move(
    "log_of_product",
    ("the logarithm of a product is the sum of the logarithms",),
    "the logarithm of a product over an index",
    _log_of_product,
)
"""log Π_i f(i) → Σ_i log f(i)."""

expectation_as_sum = replace(
    unfold_definition("E"), name="expectation_as_sum", looks_for="an expectation over a finite set"
)
"""E_{y∼π}[f(y)] → Σ_y π(y) f(y)."""

sum_as_expectation = replace(
    fold("E"), name="sum_as_expectation", looks_for="a sum weighted by a declared distribution"
)
"""Σ_y π(y) f(y) → E_{y∼π}[f(y)]."""


def rename(index: Sym, to: Sym) -> Move:
    """Another letter for an index: an equation for every y is one for every z, and Σ_y f(y) is Σ_z f(z)."""
    if index.sort != to.sort:
        raise TypeError(f"{index.name} and {to.name} range over different sets")

    def action(line: Term, setting: Setting) -> Term:
        return line if to in line.symbols else _relettered(line.substitute({index: to}), index, to)

    looks_for = f"the index {index.name}, and no {to.name} in use"
    return Move("rename", ("write", to, "for", index), looks_for, action, (index, to))


def _relettered(t: Term, index: Sym, to: Sym) -> Term:
    whole = t.rebuild(tuple(_relettered(c, index, to) for c in t.children))
    if isinstance(whole, Binder) and whole.over == index.sort and (whole.letter or whole.over.letter) == index.name:
        return Binder(whole.kind, whole.over, whole.bodies, to.name)
    return whole
