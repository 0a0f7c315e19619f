"""Using an equation: for free indices it is a schema, so π(y) = … also rewrites π(y_w), π(y_l) and π(z) under Σ_z."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import product

import sympy

from symrlhf.setting import Setting
from symrlhf.steps import engine
from symrlhf.steps.engine import (
    Move,
    Premise,
    Scalars,
    first_effect,
    relation_of,
    rewrite,
    rewrite_inside_out,
)
from symrlhf.steps.matching import Match, match
from symrlhf.term import App, Binder, IndexSet, Operand, Rel, Sym, Term, as_term, exact_value
from symrlhf.write.sympy import Expr


class Equation:
    """An equation read from left to right, for all values of its free indices."""

    def __init__(self, relation: Rel):
        self.old, self.new = relation.lhs, relation.rhs
        self.free = self.old.free_indices

    def at(self, found: Match) -> tuple[Term, Term]:
        return self.old.substitute(found), self.new.substitute(found)

    def use(self, line: Term, setting: Setting, into_derivatives: bool) -> Term:
        """`line` with every instance of the left side replaced: first as written, else as SymPy sees it."""

        def as_written(t: Term) -> Term | None:
            found = match(self.old, t, self.free)
            if found is None:
                return None
            old, new = self.at(found)
            scalars = Scalars(setting, t, closed=[old])
            at, value = scalars.expr(old), scalars.expr(new)
            return scalars.term(engine.run("xreplace", at.xreplace, {at: value}))

        def as_sympy_sees(t: Term) -> Term | None:
            for found in self.candidates(t):
                old, new = self.at(found)
                scalars = Scalars(setting, t)
                e = scalars.expr(t)
                changed = _replace(e, scalars.expr(old), scalars.expr(new))
                if changed != e:
                    return scalars.term(changed)
            return None

        return first_effect(
            line,
            lambda: rewrite(line, as_written, into_derivatives),
            lambda: rewrite_inside_out(line, as_sympy_sees, into_derivatives),
        )

    def candidates(self, t: Term) -> Iterator[Match]:
        """Every way to put the indices that occur in `t` for the free ones."""
        names: list[Sym] = sorted(self.free, key=lambda s: s.name)
        choices: list[Sequence[Term]] = [[i for i in _indices(t) if i.sort == s.sort] for s in names]
        for values in product(*choices):
            yield dict(zip(names, values, strict=True))


def _indices(t: Term) -> list[Term]:
    """The terms that stand for elements in `t`, outside its binders."""
    if isinstance(t, (Sym, App)) and isinstance(t.sort, IndexSet):
        return [t]
    if isinstance(t, Binder):
        return []
    return list(dict.fromkeys(i for c in t.children for i in _indices(c)))


def _replace(e: Expr, old: Expr, new: Expr) -> Expr:
    """`e` with `new` for `old`, also where `old` stands in a power: e^{−u} is 1/e^u."""
    if old.is_Number:
        return e
    changed = engine.run("subs", e.subs, old, new)
    if changed != e or not isinstance(old, sympy.exp):
        return changed

    def times(z: Expr) -> Expr:
        return sympy.cancel(z / old.args[0])

    def is_power(z: Expr) -> bool:
        return isinstance(z, sympy.exp) and times(z.args[0]).is_Rational

    return engine.run("replace", e.replace, is_power, lambda z: new ** times(z.args[0]))


# ------------------------------------------------------------------ moves


def _using(equations: Iterable[Rel], line: Term, setting: Setting) -> Term:
    """Each equation used in turn. Under a derivative only a definition is: it holds at every point."""
    for relation in equations:
        defined = isinstance(relation.lhs, (Sym, App)) and setting.definition(relation.lhs.name) is not None
        line = Equation(relation).use(line, setting, into_derivatives=defined)
    return line


Pairs = Mapping[Term, Operand] | tuple[Operand, Operand]


def _equations(what: Premise | Pairs) -> tuple[Rel, ...]:
    if isinstance(what, Mapping):
        return tuple(Rel("=", k, as_term(v)) for k, v in what.items())
    if isinstance(what, tuple):
        return (Rel("=", *map(as_term, what)),)
    return (relation_of(what),)


def substitute(what: Premise | Pairs, into: Premise | None = None) -> Move:
    """Equals put for equals: an equation used from left to right, at every index it holds for.

    r(y) = β log π(y) puts β log π(y_w) for r(y_w). With `into`, that equation is the line to work on.
    """
    equations = _equations(what)
    target = None if into is None else relation_of(into)

    def action(line: Term, setting: Setting) -> Term:
        base = line if target is None else target
        result = _using(equations, base, setting)
        return line if result == base else result

    old = [word for e in equations for word in ("and", e.lhs)][1:]
    arguments = equations if target is None else (*equations, "into", target)
    return Move("substitute", ("insert", *old), tuple(old), action, arguments)


def rewrite_by(theorem: Premise) -> Move:
    """An equation that was proven before, used from left to right, or else from right to left.

    By σ(−z) = 1 − σ(z), the line −σ(−z) a becomes −(1 − σ(z)) a.
    """
    equation = relation_of(theorem)

    def action(line: Term, setting: Setting) -> Term:
        directions = [equation]
        if exact_value(equation.rhs) is None:
            directions.append(Rel("=", equation.rhs, equation.lhs))
        # Whether the theorem is an identity, which may be used under a derivative, is for the kernel to say.
        uses = (partial(Equation(d).use, line, setting, into_derivatives=True) for d in directions)
        return first_effect(line, *uses)

    return Move("by", ("by", equation), ("a side of", equation), action, (equation,))
