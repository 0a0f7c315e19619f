"""Slips of differentiation: the slope of something inside, a term of a product, what is held fixed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from symrlhf.checker.mistakes.factors import scalable
from symrlhf.checker.mistakes.line import Edit, Edits, Line, Words, numbers_in
from symrlhf.checker.mistakes.writing import ONE, ZERO, negated, over, product_of, sum_of, times
from symrlhf.errors import NotSupported, RuleViolation
from symrlhf.kernel.derive import derivative
from symrlhf.setting import Setting
from symrlhf.term import Add, App, Binder, Diff, Fun, Mul, Neg, Num, Pow, Range, Rel, Sym, Term


def lost_one(line: Line) -> Edits:
    for path, t in line.places:
        if isinstance(t, Fun) and t.name == "log":
            yield Edit(("the +1 of d(p log p) is lost beside ", t), line.with_right(t + ONE, path))
            yield Edit(("the +1 of d(p log p) is lost: −1 beside ", t), line.with_right(t - ONE, path))
    if any(_has_log_plus_one(p.relation) for p in line.given):
        for path, t in line.places:
            if isinstance(t, Fun) and t.name == "exp":
                words: Words = ("the +1 of d(p log p) is lost: −1 in ", t)
                yield Edit(words, line.with_right(Fun("exp", (t.args[0] - ONE,)), path))
    if _has_p_log_p(line.expanded):
        yield Edit(("the +1 of d(p log p) is lost",), line.with_right(sum_of([line.rhs, ONE])))


def lost_constant(line: Line) -> Edits:
    """The 1 of ∂ log p_k/∂z_k = 1 − p_k."""
    if isinstance(line.lhs, Diff) and ONE not in (line.rhs.terms if isinstance(line.rhs, Add) else ()):
        for one in (ONE, Neg(ONE)):
            yield Edit(("a term ", one, " is lost"), line.with_right(sum_of([line.rhs, one])))


def _has_log_plus_one(relation: Rel) -> bool:
    """log(π/q) + 1, as it stands in a stationarity condition."""
    sums = (t.terms for _, t in relation.walk() if isinstance(t, Add))
    return any(ONE in terms and any(isinstance(t, Fun) and t.name == "log" for t in terms) for terms in sums)


def _has_p_log_p(relation: Rel) -> bool:
    """Whether something like p log p is differentiated."""
    for body in (t.body for _, t in relation.walk() if isinstance(t, Diff)):
        for _, t in body.walk():
            if isinstance(t, Binder) and t.kind in ("KL", "H", "cross_entropy"):
                return True
            if isinstance(t, Mul) and any(isinstance(f, Fun) and f.name == "log" for f in t.factors):
                return True
    return False


def chain_rule(line: Line) -> Edits:
    """The slope of something inside lost as a factor of the whole or of a term, or one too many; a term lost."""
    yield from _lost_slopes_inside(line, deep=False)
    if not isinstance(line.lhs, Diff):
        return
    expanded = line.expanded.lhs
    assert isinstance(expanded, Diff)
    body, var = expanded.body, expanded.var
    for t in _inside(body, var, line.setting):
        slope = _slope(t, var, line.setting)
        if slope not in (None, ONE):
            yield Edit(("the derivative of ", t, " is one factor too many"), line.with_right(over(line.rhs, slope)))
    for t, product in _products(body, var, line.setting) if isinstance(var, (Sym, App)) else ():
        for i, f in enumerate(product):
            slope = _slope(f, var, line.setting)
            if slope is not None:
                lost = product_of([slope, *product[:i], *product[i + 1 :]])
                yield Edit(("the term for ", f, " in ", t, " is lost"), line.with_right(sum_of([line.rhs, lost])))
                yield Edit(("the term for ", f, " in ", t, " is lost"), line.with_right(sum_of([line.rhs, Neg(lost)])))


def chain_rule_inside(line: Line) -> Edits:
    """The slope of something inside lost somewhere in a term."""
    yield from _lost_slopes_inside(line, deep=True)


def _lost_slopes_inside(line: Line, deep: bool) -> Edits:
    expanded = line.expanded.lhs
    if not isinstance(line.lhs, Diff) or not isinstance(expanded, Diff):
        return
    most = 1 if isinstance(line.rhs, Add) else 0
    for t in _inside(expanded.body, expanded.var, line.setting):
        slope = _slope(t, expanded.var, line.setting)
        if slope in (None, ONE):
            continue
        for path, part in scalable(line):
            outside = not any(isinstance(line.rhs.at(path[:i]), Fun) for i in range(len(path)))
            for factor in (slope, negated(slope)) if (len(path) > most) is deep and outside else ():
                yield Edit(("the derivative of ", t, " is lost"), line.with_right(times(factor, part), path))


def scores(term: Term) -> Iterator[tuple[Words, Term]]:
    """The slope of the logarithm for that of the policy, or the other way round."""
    match term:
        case Diff(body=Fun(name="log", args=(p,)), var=var):
            yield ("∇ log ", p, " should be ∇ ", p), Diff(p, var)
            yield ("the factor ", p, " of ∇ ", p, " = ", p, " ∇ log ", p, " is lost"), p * term
        case Diff(body=p, var=var):
            yield ("∇ ", p, " should be ∇ log ", p), Diff(Fun("log", (p,)), var)
        case _:
            pass


def lost_bodies(line: Line) -> Edits:
    """What is differentiated, or a part of it, lost as a factor."""
    body = line.relation.lhs.body if isinstance(line.relation.lhs, Diff) else None
    for t in dict.fromkeys(t for _, t in numbers_in(body) if not t.dangling) if body is not None else ():
        if not isinstance(t, Num):
            yield Edit(("the factor ", t, " is lost"), line.with_right(times(t, line.rhs)))
            yield Edit(("the factor ", t, " is too many"), line.with_right(over(line.rhs, t)))


def lost_slopes(line: Line) -> Edits:
    """A term of a sum whose derivative is forgotten."""
    expanded = line.expanded.lhs
    if not isinstance(line.relation.lhs, Diff) or not isinstance(expanded, Diff):
        return
    body, var = expanded.body, expanded.var
    for part in body.terms if isinstance(body, Add) else ():
        slope = _slope(part, var, line.setting)
        for lost in (slope, Neg(slope)) if slope is not None else ():
            yield Edit(("the derivative of the term ", part, " is lost"), line.with_right(sum_of([line.rhs, lost])))


def _inside(body: Term, var: Term, setting: Setting) -> Iterator[Term]:
    """What varies inside a function or a power."""
    if not isinstance(var, (Sym, App)):
        return
    found: dict[Term, None] = {}
    for _, t in numbers_in(body):
        for z in t.children if isinstance(t, (Fun, Pow)) else ():
            if not z.dangling and z != var and setting.varies(z, var.name):
                found[z] = None
        if not t.dangling and t not in (var, body) and isinstance(t, (Fun, App, Sym)) and setting.varies(t, var.name):
            found[t] = None
    yield from found


def _slope(t: Term, var: Term, setting: Setting) -> Term | None:
    """The derivative, if there is one that is not zero; of a sum it is left as it stands."""
    try:
        slope = derivative(t, var, setting).transform(_without_ones)
    except (NotSupported, RuleViolation):
        return None
    if any(isinstance(s, (Binder, Range)) for _, s in slope.walk()):
        return Diff(t, var)
    return None if slope == ZERO else slope


def _without_ones(t: Term) -> Term:
    match t:
        case Mul(factors=factors) if ONE in factors:
            return product_of([f for f in factors if f != ONE])
        case Pow(base=b, exponent=n) if n == ONE:
            return b
        case _:
            return t


def _products(body: Term, var: Sym | App, setting: Setting) -> Iterator[tuple[Term, tuple[Term, ...]]]:
    for _, t in numbers_in(body):
        if isinstance(t, Mul) and not t.dangling and sum(setting.varies(f, var.name) for f in t.factors) > 1:
            yield t, t.factors


BASELINES = ("A", "V", "Q", "z0", "z_0", "baseline")
"""What is held fixed when a loss is differentiated."""


def undetached(line: Line) -> Edits:
    """What is detached is differentiated all the same."""
    for path, t in line.left_places:
        if isinstance(t, Fun) and t.name == "stop_gradient":
            words: Words = ("the right side holds if ", t.args[0], " is not detached")
            yield Edit(words, line.with_left(t.args[0], path))
    if not isinstance(line.lhs, Diff):
        return
    for path, t in numbers_in(line.expanded.lhs):
        if isinstance(t, Fun) and t.name == "stop_gradient" and t not in dict(line.left_places).values():
            words = ("the right side holds if ", t.args[0], " is not detached")
            yield Edit(words, replace(line.relation, lhs=line.expanded.lhs.replace_at(path, t.args[0])))


def detached(line: Line) -> Edits:
    """A baseline or an advantage is detached: a number for ∇."""
    variables = [t.var for _, t in line.relation.lhs.walk() if isinstance(t, Diff)]
    for path, t in numbers_in(line.relation.lhs):
        if isinstance(t, (App, Sym)) and t.name.startswith(BASELINES) and not t.dangling and t not in variables:
            yield Edit(
                ("the right side holds if ", t, " is detached"), line.with_left(Fun("stop_gradient", (t,)), path)
            )
