"""Moves on equations: solve for a part, exponentiate, take logarithms, the same done to both sides."""

from __future__ import annotations

import operator
from collections.abc import Callable

import sympy

from symrlhf.setting import Setting
from symrlhf.steps import engine
from symrlhf.steps.algebra import expanded
from symrlhf.steps.engine import EVERY, EXP_LOG, NONE, Move, Scalars, positive
from symrlhf.steps.writing import minus, times
from symrlhf.term import Fun, IndexSet, Operand, Rel, Relation, Term, as_term
from symrlhf.write.sympy import Expr


def isolate(target: Term) -> Move:
    """An equation solved for one of its parts: a symbol, π(y), or log π(y).

    r − β (log(π/π_ref) + 1) − λ = 0, for log π, becomes log π = r/β + log π_ref − 1 − λ/β.
    """

    def action(line: Term, setting: Setting) -> Term:
        if not isinstance(line, Rel) or line.op != "=":
            return line
        # Functions without the target stay closed: log Z is a constant of this equation.
        inner = target.args[0] if isinstance(target, Fun) else target
        constant = [t for t in line.subterms() if isinstance(t, Fun) and t.dangling == 0 and not t.contains(inner)]
        scalars = Scalars(setting, line, EVERY, constant)
        e = scalars.expr(line.lhs) - scalars.expr(line.rhs)
        wanted = scalars.expr(target)
        if not e.has(wanted) and isinstance(target, Fun) and target.name == "log":
            # log(a/b) holds log a, once it is expanded.
            opened = Scalars(setting, line, EVERY)
            scalars, wanted = opened, opened.expr(target)
            e = engine.run("expand_log", sympy.expand_log, opened.expr(line.lhs) - opened.expr(line.rhs))
        unknown = sympy.Dummy("x", real=True)
        e = e.xreplace({wanted: unknown})
        solutions = engine.run("solve", sympy.solve, e, unknown) if e.has(unknown) else []
        if len(solutions) != 1 or solutions[0].has(scalars.expr(inner)):
            return line
        return Rel("=", target, scalars.term(_separated(solutions[0])))

    return Move(
        "isolate", ("solve for", target), ("an equation with exactly one solution for", target), action, (target,)
    )


def _separated(e: Expr) -> Expr:
    """(a + b)/c as a/c + b/c and log(p^β) as β log p; a product c (a + b) stays."""
    if any(not log.args[0].as_base_exp()[1].is_number for log in e.atoms(sympy.log)):
        e = engine.run("expand_log", sympy.expand_log, e)
    top, bottom = e.as_numer_denom()
    return engine.run("expand", expanded, e) if bottom != 1 and top.has(sympy.Add) else e


def _exponentiated(line: Term, setting: Setting) -> Term:
    if not isinstance(line, Rel):
        return line
    scalars = Scalars(setting, line, EXP_LOG)
    indices = {s for s in line.lhs.symbols if isinstance(s.sort, IndexSet)}

    def exponential(side: Term) -> Term:
        logs: list[Expr] = []
        varying: list[Expr] = []
        constant: list[Expr] = []
        for e in sympy.Add.make_args(scalars.expr(side)):
            on_index = any(indices & scalars.atoms[d].symbols for d in e.atoms(sympy.Dummy))
            (logs if e.has(sympy.log) else varying if on_index else constant).append(e)
        ordered = sorted(logs, key=lambda e: e.could_extract_minus_sign())
        groups = [*ordered, *varying, *([sympy.Add(*constant)] if constant else [])]
        return times(*(scalars.term(engine.run("exp", sympy.exp, e)) for e in groups))

    return line.rebuild((exponential(line.lhs), exponential(line.rhs)))


exponentiate = Move("exponentiate", ("exponentiate both sides",), "an equation", _exponentiated)
"""log p = log q + a(y) + c → p = q e^{a(y)} e^c: what is free of the index stays together."""


def _logs_taken(line: Term, setting: Setting) -> Term:
    if not isinstance(line, Rel):
        return line
    scalars = Scalars(setting, line, EXP_LOG)

    def logarithm(side: Term) -> Term:
        e = engine.run("log", sympy.log, scalars.expr(side))
        return scalars.term(engine.run("expand_log", sympy.expand_log, e), afresh=True)

    return line.rebuild((logarithm(line.lhs), logarithm(line.rhs)))


take_logs = Move("take_logs", ("take logarithms",), "an equation between positive sides", _logs_taken)
"""p = q e^a/Z → log p = log q + a − log Z."""


_TURNED: dict[Relation, Relation] = {"<=": ">=", "<": ">", ">=": "<=", ">": "<", "=": "=", "!=": "!="}
"""The relations an operation on both sides keeps, and how multiplying by −1 turns them."""


def _both_sides(name: str, words: tuple[str | Term, ...], function: Callable[[Expr, Expr], Expr], by: Term) -> Move:
    """`function` of each side and of the scalar `by`."""
    ran = "add" if function is operator.add else "multiply"

    def action(line: Term, setting: Setting) -> Term:
        if not isinstance(line, Rel) or line.op not in _TURNED:
            return line
        op = line.op
        if function is not operator.add and op not in ("=", "!="):
            if not positive(by, setting) and not positive(minus(by), setting):
                return line
            op = op if positive(by, setting) else _TURNED[op]

        def side(t: Term) -> Term:
            scalars = Scalars(setting, t, NONE)
            return scalars.term(engine.run(ran, function, scalars.expr(t), scalars.expr(by)), afresh=True)

        return Rel(op, side(line.lhs), side(line.rhs))

    looks_for = "a relation between two sides (an inequality needs a factor of known sign)"
    return Move(name, words, looks_for, action, (by,))


def _scaled(e: Expr, factor: Expr) -> Expr:
    return sympy.Add(*(factor * a for a in sympy.Add.make_args(e)))


def _divided(e: Expr, divisor: Expr) -> Expr:
    return _scaled(e, 1 / divisor)


def multiply_by(factor: Operand) -> Move:
    """a/c = b → a = b c, for the factor c ≠ 0."""
    t = as_term(factor)
    return _both_sides("multiply_by", ("multiply both sides by", t), _scaled, t)


def divide_by(divisor: Operand) -> Move:
    """a c = b → a = b/c, for the divisor c ≠ 0."""
    t = as_term(divisor)
    return _both_sides("divide_by", ("divide both sides by", t), _divided, t)


def add_to_both_sides(term: Operand) -> Move:
    """a − c = b → a = b + c, adding c."""
    t = as_term(term)
    return _both_sides("add_to_both_sides", ("add", t, "to both sides"), operator.add, t)


negate = _both_sides("negate", ("change the sign of both sides",), _scaled, as_term(-1))
"""a − b = c → b − a = −c; ≤ turns into ≥."""
