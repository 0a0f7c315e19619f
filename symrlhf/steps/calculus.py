"""Derivatives: SymPy differentiates scalars; Term's own rules carry ∂ through Σ, δ and unknown functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sympy

from symrlhf.errors import NotSupported
from symrlhf.notation import unfold
from symrlhf.setting import Setting
from symrlhf.steps import engine
from symrlhf.steps.engine import Move, Scalars, each_term, opening, positive, rewrite
from symrlhf.steps.matching import instances, is_instance
from symrlhf.steps.writing import ONE, minus, positive_first, times, total
from symrlhf.term import (
    Add,
    App,
    Binder,
    Diff,
    Fun,
    IndexSet,
    Lim,
    Mul,
    Neg,
    Range,
    Rel,
    Side,
    Sym,
    Term,
    abstract,
    delta,
    infinite,
    limit,
    oo,
)
from symrlhf.write.sympy import Expr

# A derivative is kept as Σ coefficient · direction, a direction being δ, an unknown derivative, or 1.


@dataclass(frozen=True)
class Part:
    """One summand of a derivative: what SymPy computed, times the derivative of one unknown or one δ."""

    coefficient: Term
    direction: Term

    def term(self) -> Term:
        return times(self.coefficient, self.direction)


Parts = list[Part]


def _value(parts: Sequence[Part]) -> Term:
    return total([p.term() for p in parts])


class Derivative:
    """d/d`var` in one setting; the derivatives of the terms in `kept` stay as they are."""

    def __init__(self, var: Term, setting: Setting, kept: Sequence[Term] = ()):
        self.var = var
        self.kept = kept
        self.name = var.name if isinstance(var, (Sym, App)) else ""
        self.setting = setting

    def of(self, t: Term) -> Term:
        return positive_first(_value(self._summand(t)))

    def varies(self, t: Term) -> bool:
        return self.setting.varies(t, self.name)

    def parts(self, t: Term) -> Parts:
        if not self.varies(t):
            return []
        if is_instance(t, self.kept):
            return [Part(ONE, Diff(t, self.var))]
        match t:
            case Sym() | App():
                return self._atom(t)
            case Diff():
                return [Part(ONE, Diff(t, self.var))]
            case Fun(name="stop_gradient"):
                return []
            case Binder():
                return self._binder(t)
            case Range(kind="sum"):
                return self._range(t)
            case Add(terms=terms):
                return [p for x in terms for p in self._summand(x)]
            case Neg(arg=arg) if not is_instance(arg, self.kept):
                return [Part(minus(p.coefficient), p.direction) for p in self.parts(arg)]
            case _:
                return self._scalar(t)

    def _summand(self, t: Term) -> Parts:
        """The parts of a whole term of a sum; of a constant SymPy says that its derivative is 0."""
        if self.varies(t):
            return self.parts(t)
        scalars = Scalars(self.setting, t)
        slope = engine.run("diff", sympy.diff, scalars.expr(t), scalars.dummy(self.var))
        return [] if slope == 0 else [Part(scalars.term(slope), ONE)]

    def _atom(self, t: Sym | App) -> Parts:
        if t == self.var:
            return [Part(ONE, ONE)]
        if self.setting.definition(t.name) is not None:
            return self.parts(self.setting.expand(t))
        if isinstance(t, App) and isinstance(self.var, App) and t.name == self.name:
            pairs = [(a, b) for a, b in zip(t.args, self.var.args, strict=True) if a != b]
            if all(isinstance(a.sort, IndexSet) for a, _ in pairs):
                return [Part(ONE, times(*(delta(a, b) for a, b in pairs)))]
        return [Part(ONE, Diff(t, self.var))]

    def _scalar(self, t: Term) -> Parts:
        """The chain rule: SymPy gives ∂t/∂a for every a in t that varies."""
        scalars = Scalars(self.setting, t, closed=instances(t, self.kept))
        e = scalars.expr(t)
        partials: list[tuple[Expr, Parts]] = []
        for dummy, atom in list(scalars.atoms.items()):
            kinked = isinstance(atom, Fun) and atom.name != "stop_gradient" and not is_instance(atom, self.kept)
            if kinked and self.varies(atom):
                raise NotSupported(f"the derivative of {atom.head} has kinks: it is not supported yet")
            inner = self.parts(atom)
            if inner:
                partials.append((engine.run("diff", sympy.diff, e, dummy), inner))
        if together := _together(partials):
            return [Part(scalars.term(partials[0][0]), together)]
        return [
            Part(times(scalars.term(partial), p.coefficient), p.direction) for partial, inner in partials for p in inner
        ]

    def _range(self, t: Range) -> Parts:
        """Σ over tokens, term by term, where the bounds stay."""
        if self.varies(t.low) or self.varies(t.high):
            raise NotSupported("the derivative of a sum whose bounds vary")
        return [Part(ONE, each_term(t, lambda body: _value(self.parts(body))))]

    def _binder(self, t: Binder) -> Parts:
        if t.kind in ("max", "min"):
            raise NotSupported("the derivative of a greatest or least value over an index")
        if t.kind == "prod":
            raise NotSupported("the derivative of a product over an index: take the logarithm first")
        if t.kind != "sum":
            written_out = unfold(t)
            assert written_out is not None
            return self.parts(written_out)
        index = opening(t)
        (body,) = t.opened(index)
        parts: Parts = []
        kept: list[Term] = []
        for part in self.parts(body):
            if (meeting := _meeting(part.direction, index)) is not None:
                parts.append(_sifted(part, index, meeting))
            elif _deltas(part.direction):
                # δ of an outer index waits for its own sum.
                parts.append(Part(_sum_over(index, part.coefficient, t), part.direction))
            else:
                kept.append(part.term())
        if kept:
            sign = minus(ONE) if all(isinstance(k, Neg) for k in kept) else ONE
            parts.append(Part(sign, _sum_over(index, total([times(sign, k) for k in kept]), t)))
        return parts


def _sum_over(index: Sym, body: Term, model: Binder) -> Binder:
    return Binder("sum", model.over, (abstract(body, index),), model.letter)


def _meeting(direction: Term, index: Sym) -> Fun | None:
    """The δ(z, y) in a direction by which Σ_z keeps one term only."""
    for d in _deltas(direction):
        if index in d.args and any(index not in a.symbols for a in d.args):
            return d
    return None


def _sifted(part: Part, index: Sym, meeting: Fun) -> Part:
    """Σ_z δ(z, y) f(z) = f(y)"""
    element = next(a for a in meeting.args if a != index)
    others = times(*(d for d in _factors(part.direction) if d != meeting))
    return Part(part.coefficient.substitute({index: element}), others.substitute({index: element}))


def _together(partials: Sequence[tuple[Expr, Parts]]) -> Term | None:
    """a′ − b′, where all partial derivatives agree up to sign and no δ waits to be sifted."""
    if len(partials) < 2:
        return None
    first = partials[0][0]
    if any(p not in (first, -first) for p, _ in partials):
        return None
    parts = [p.term() if e == first else minus(p.term()) for e, inner in partials for p in inner]
    return None if any(_deltas(p) or _deltas(minus(p)) for p in parts) else total(parts)


def _factors(t: Term) -> tuple[Term, ...]:
    return t.factors if isinstance(t, Mul) else (t,)


def _deltas(t: Term) -> list[Fun]:
    return [f for f in _factors(t) if isinstance(f, Fun) and f.name == "delta"]


# ------------------------------------------------------------------ moves


def differentiate(var: Term, *kept: Term) -> Move:
    """Every d/d`var` in the line carried out: sum, product and chain rule; under Σ only the term at y survives.

    ∂/∂π(y) Σ_z π(z) r(z) → r(y);  ∂/∂φ log σ(f) → σ(−f) ∂f/∂φ for an f that varies with φ. What is `kept` keeps its
    derivative: keeping log Z, ∂/∂β (β log Z) → log Z + β ∂/∂β log Z.
    """

    def action(line: Term, setting: Setting) -> Term:
        def rule(t: Term) -> Term | None:
            if not isinstance(t, Diff) or not is_instance(t.var, [var]):
                return None
            return Derivative(t.var, setting, kept).of(t.body)

        return rewrite(line, rule)

    words = ("differentiate with respect to", var)
    return Move("differentiate", words, ("a derivative with respect to", var), action, (var, *kept))


def differentiate_both_sides(var: Term) -> Move:
    """a = b → da/d`var` = db/d`var`, for an equation that holds at every value of `var`.

    A name alone on a side keeps its derivative: L = f becomes dL/dφ = f′.
    """

    def action(line: Term, setting: Setting) -> Term:
        if not isinstance(line, Rel) or line.op != "=":
            return line
        derivative = Derivative(var, setting)
        sides = [Diff(t, var) if isinstance(t, (Sym, App)) else derivative.of(t) for t in line.children]
        return line.rebuild(tuple(sides))

    return Move(
        "differentiate_both_sides",
        ("differentiate both sides with respect to", var),
        "an equation",
        action,
        (var,),
    )


def _limits_taken(line: Term, setting: Setting) -> Term:
    def at(t: Term) -> Term | None:
        if not isinstance(t, Lim) or t.kind != "lim":
            return None
        variable = t.fresh()
        body, to = t.opened(variable)
        scalars = Scalars(setting, body)
        e, x = scalars.expr(body), scalars.expr(variable)
        moving = [atom for d, atom in scalars.atoms.items() if d != x and variable in atom.symbols]
        sums = {s: _sum_of_limits(s, variable, to, t.side, at) for s in moving}
        if None in sums.values():
            return None
        # SymPy knows the limits of exponentials and logarithms, not those of σ and softplus.
        real = sympy.Dummy("x", real=True)
        e = e.xreplace({x: real}).rewrite(sympy.exp).rewrite(sympy.log)
        point = infinite(to) * sympy.oo if infinite(to) else scalars.expr(to)
        found = engine.run("limit", sympy.limit, e, real, point, t.side or ("-" if point == sympy.oo else "+"))
        if found in (sympy.oo, -sympy.oo) and not sums:
            return oo if found == sympy.oo else minus(oo)
        if found.has(sympy.oo, sympy.Limit, sympy.AccumBounds, sympy.nan, sympy.zoo):
            return None
        return rewrite(scalars.term(found), sums.get)

    return rewrite(line, at)


def _sum_of_limits(
    s: Term, variable: Sym, to: Term, side: Side, limit_of: Callable[[Term], Term | None]
) -> Term | None:
    """Σ of the limits, for a sum over a finite set."""
    if not isinstance(s, Binder) or s.kind != "sum":
        return None
    index = opening(s)
    found = limit_of(limit(s.opened(index)[0], variable, to, side))
    return None if found is None or infinite(found) else _sum_over(index, found, s)


take_limits = Move("take_limits", ("the limit",), "a limit of a function of scalars", _limits_taken)
"""lim_{z→∞} e^{−z} → 0;  lim_{z→∞} Σ_y p(y) e^{r(y)/z} → Σ_y p(y)."""


def _scored(line: Term, setting: Setting) -> Term:
    def at(t: Term) -> Term | None:
        if not (isinstance(t, Diff) and isinstance(t.body, App) and positive(t.body, setting)):
            return None
        scalars = Scalars(setting, t.body)
        p = scalars.expr(t.body)
        weight = 1 / engine.run("diff", sympy.diff, sympy.log(p), p)
        return times(scalars.term(weight), Diff(Fun("log", (t.body,)), t.var))

    return rewrite(line, at)


log_derivative = Move("log_derivative", ("π′ = π (log π)′",), "a derivative of a probability", _scored)
"""∇π(y) → π(y) ∇log π(y)."""
