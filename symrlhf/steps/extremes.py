"""Greatest and least values: which entry counts, and what they are in absolute values."""

from __future__ import annotations

from functools import reduce

import sympy

from symrlhf.setting import Setting
from symrlhf.steps import engine
from symrlhf.steps.engine import EVERY, Move, Premise, Scalars, relation_of, rewrite_inside_out
from symrlhf.term import Fun, Rel, Sym, Term
from symrlhf.write.sympy import Expr

# ------------------------------------------------------------------ where facts decide

_ABOVE = {">": 1, ">=": 1, "<": -1, "<=": -1}
"""On which side of a bound a symbol lies."""


def settle(*facts: Premise) -> Move:
    """max(a, b) → a, min(a, b) → b, clip(a, c, b) → b, where a ≥ b follows from bounds of symbols: ρ > 1 + δ."""
    relations = tuple(map(relation_of, facts))

    def action(line: Term, setting: Setting) -> Term:
        bounded, settled = _Bounded(line, relations, setting), line
        while (once := rewrite_inside_out(settled, bounded.settled)) != settled:
            settled = once
        return settled

    words = [word for fact in relations for word in ("and", fact)][1:]
    return Move("settle", ("the entry that counts", *(("where", *words) if words else ())), _LOOKS, action, relations)


_LOOKS = "max, min or clip of entries of which it is known which is the greater"


class _Bounded:
    """One line as SymPy sees it, each bounded symbol as its bound and a distance: ρ > 1 + δ is 1 + δ + d."""

    def __init__(self, line: Term, facts: tuple[Rel, ...], setting: Setting):
        self.scalars = Scalars(setting, line, EVERY)
        self.bounds: list[tuple[Expr, Expr]] = []
        for fact in facts:
            if isinstance(fact.lhs, Sym) and fact.op in _ABOVE:
                kind = {"positive": True} if fact.op in ("<", ">") else {"nonnegative": True}
                distance = _ABOVE[fact.op] * sympy.Dummy("d", **kind)
                self.bounds.append((self.scalars.expr(fact.lhs), self.scalars.expr(fact.rhs) + distance))

    def expr(self, t: Term) -> Expr:
        e = self.scalars.expr(t)
        for symbol, bound in self.bounds:
            e = e.xreplace({symbol: bound})
        return engine.run("expand", sympy.expand, e)

    def settled(self, t: Term) -> Term | None:
        match t:
            case Fun(name="max" | "min" as name, args=(first, *others)):
                return reduce(lambda a, b: a and self.chosen(name, a, b), others, first)
            case Fun(name="clip", args=(value, low, high)):
                least = self.chosen("max", value, low)
                return least and self.chosen("min", least, high)
            case _:
                return None

    def chosen(self, name: str, a: Term, b: Term) -> Term | None:
        """The entry that SymPy says is the value; None if it cannot tell."""
        entries = {self.expr(t): t for t in (b, a)}
        function = sympy.Max if name == "max" else sympy.Min
        return entries.get(engine.run(function.__name__, function, *entries))


# ------------------------------------------------------------------ in absolute values


def _in_absolute_values(line: Term, setting: Setting) -> Term:
    def rule(t: Term) -> Term | None:
        if not (isinstance(t, Fun) and t.name in ("max", "min")):
            return None
        scalars = Scalars(setting, t, EVERY | {"max", "min"})
        new = engine.run("together", sympy.together, engine.run("rewrite", scalars.expr(t).rewrite, sympy.Abs))
        return scalars.term(new, afresh=True)

    return rewrite_inside_out(line, rule)


absolute_values = Move(
    "absolute_values", ("the greater of two is half their sum and distance",), "max or min of two", _in_absolute_values
)
"""max(a, b) → (a + b + |a − b|)/2."""
