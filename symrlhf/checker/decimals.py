"""Decimals: one that is new on the right of an equation stands for every number that rounds to it.

A decimal d with last digit u is the interval [d − u/2, d + u/2]. A step a = f(d) holds iff a = f(x) for some x in
it: the equation is solved for x, the kernel proves that the solution solves it (or that nothing else does), and x is
compared with d in ball arithmetic. A decimal that stands on the left as well, or in a hypothesis, is exact.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from symrlhf.checker.enclosed import lies_within
from symrlhf.errors import IllFormed, InconsistentHypotheses, NotSupported, RuleViolation, StepUndecided
from symrlhf.kernel import rules as kernel
from symrlhf.kernel.ball import Undefined
from symrlhf.kernel.decide import Proved, counterexample, decide
from symrlhf.kernel.normal import NormalForm
from symrlhf.kernel.refute import digits, rounds_to
from symrlhf.kernel.solve import replace_by, solve, triangular
from symrlhf.kernel.statement import Statement
from symrlhf.kernel.theorem import Theorem
from symrlhf.setting import Declaration, Setting
from symrlhf.term import Add, App, Binder, Card, Neg, Num, Rational, Rel, Sym, Term, exact_value

Number = Literal["exact-rounded", "chain-consistent", "truncated", "wrong", ""]

PLACEHOLDER = "decimal"
"""The name of the number that a decimal stands for, while it is solved for; primed where it is taken."""

SHOWN = 8
"""Digits of an exact value in a report."""


@dataclass(frozen=True)
class Rounded:
    """How a new decimal on the right fares; no `number` if it was not told."""

    number: Number
    shown: str = ""
    digits: str = ""
    """The right digits, to as many places."""
    exact: str = ""
    """The left side, to more digits."""
    conditions: tuple[str, ...] = ()
    atoms: tuple[tuple[str, str], ...] = ()
    reason: str = ""


def judge(relation: Rel, setting: Setting, given: tuple[Theorem, ...], start: Term | None) -> Rounded | None:
    """The verdict on a step with a new decimal on its right; None if it has none, or holds with it as it stands."""
    if relation.op not in ("=", "approx"):
        return None
    data = {d for t in (relation.lhs, *(g.relation for g in given)) for d in _decimals(t)}
    data |= {d for _, value in setting.definitions for d in _decimals(value.body)}
    new = tuple(dict.fromkeys(d for d in _decimals(relation.rhs) if d not in data))
    if not new and relation.op == "=":
        return None
    if relation.op == "approx" and isinstance(relation.rhs, (Num, Neg)) and not new:
        new = tuple(_numbers(relation.rhs))
    if not new:
        return None if _exactly(relation, setting, given) is None else Rounded("exact-rounded")
    if isinstance(_signless(relation.rhs), Num):
        return _displayed(relation, setting, given, start)
    exact = _exactly(relation, setting, given)
    if exact is not None:
        return Rounded("exact-rounded", conditions=conditions_of(exact))
    return _inside(relation, new, setting, given, start)


# ------------------------------------------------------------------ the right side is one decimal


def _displayed(relation: Rel, setting: Setting, given: tuple[Theorem, ...], start: Term | None) -> Rounded:
    shown = relation.rhs
    written = str(shown)
    value = _closed(relation.lhs, setting, given)
    if value is None:
        p = counterexample(Rel("approx", relation.lhs, shown), setting, given)
        if p is not None:
            return Rounded("wrong", written, f"{p.lhs} there", p.lhs, atoms=p.atoms)
        return Rounded("", written, reason=f"whether {relation.lhs} rounds to {written}")
    term, conditions = value
    here = rounds_to(term, shown)
    exact = digits(term, SHOWN)
    first = _closed(start, setting, given) if start is not None and start != relation.lhs else None
    there = rounds_to(first[0], shown) if first is not None else here
    if here.verdict == "exact":
        kernel.round_off(setting, _upright(term, shown))
        if there.verdict == "wrong":
            return Rounded("chain-consistent", written, there.digits, exact, conditions)
        return Rounded("exact-rounded", written, here.digits, exact, conditions)
    if here.verdict == "undecided":
        return Rounded("", written, reason=f"whether {relation.lhs} rounds to {written}: it is too close to a tie")
    if there.verdict == "exact":
        said = f"{written} is right from the start of the chain, but {relation.lhs} is {here.digits}"
        return Rounded("", written, reason=said)
    return Rounded("truncated" if _cut_off(term, shown) else "wrong", written, here.digits, exact)


def _upright(term: Term, shown: Term) -> Rel:
    """term ≈ shown, with the sign of the decimal on the left."""
    if isinstance(shown, Neg):
        return Rel("approx", term.arg if isinstance(term, Neg) else Neg(term), shown.arg)
    return Rel("approx", term, shown)


def _cut_off(term: Term, shown: Term) -> bool:
    """Whether shown ≤ |term| < shown + 1 unit: the digits that do not fit were dropped."""
    upright = _upright(term, shown)
    assert isinstance(upright.rhs, Num)
    half = Fraction(1, 2 * 10 ** len(upright.rhs.text.partition(".")[2]))
    lowered = Add((upright.lhs, Neg(Rational(half.numerator, half.denominator))))
    return rounds_to(lowered, upright.rhs).verdict == "exact"


def _closed(term: Term, setting: Setting, given: tuple[Theorem, ...]) -> tuple[Term, tuple[str, ...]] | None:
    """The term as a number: definitions written out, what the hypotheses fix put in (which the kernel proves)."""
    value = setting.expand(term)
    for solution in triangular(tuple(g.statement for g in given), setting):
        try:
            value = replace_by(value, solution)
        except RuleViolation:
            return None
    told = {g.statement.lhs: g.statement.rhs for g in given if _tells_an_entry(g.statement)}
    if told and not value.has_slope:
        value = value.substitute(told)
    if value.names or _counts(value):
        return None
    try:
        if not digits(value, 1):
            return None
    except NotSupported:
        return None
    except Undefined as reason:
        if not reason.final:
            return None
        raise IllFormed(f"{term} is undefined: {reason}") from None
    if value == term:
        return value, ()
    equal = _exactly(Rel("=", term, value), setting, given)
    return None if equal is None else (value, conditions_of(equal))


def _tells_an_entry(statement: Statement) -> bool:
    """π(y_w) = 0.3: no equation is solved for one entry of a distribution, but where it stands it is that number."""
    relation = statement.relation
    entry = relation.op == "=" and isinstance(relation.lhs, App) and not statement.forall
    return entry and exact_value(relation.rhs) is not None


# ------------------------------------------------------------------ a decimal inside the right side


def _inside(
    relation: Rel, new: tuple[Num, ...], setting: Setting, given: tuple[Theorem, ...], start: Term | None
) -> Rounded:
    """a = f(d): solved for the number that d stands for."""
    x = Sym(PLACEHOLDER)
    taken = relation.names | setting.expand(relation).names | {d.name for d in setting.declarations}
    while x.name in taken:
        x = Sym(x.name + "'")
    reason = f"the right side holds the rounded {', '.join(d.text for d in new)}"
    for d in new:
        sign = "positive" if d.value > 0 else "real"
        wider = setting.declare(Declaration(x.name, sign=sign))
        lhs, rhs = relation.lhs, relation.rhs.transform(lambda t, d=d, x=x: x if t == d else t)
        equation = Rel("=", lhs, rhs)
        for solution, _ in solve(NormalForm(wider), Statement.of(equation)):
            value = _closed(solution.value, setting, given) if solution.target == x else None
            if value is None:
                continue
            fit = rounds_to(value[0], d)
            exact = digits(value[0], SHOWN)
            if fit.verdict == "exact":
                solved = _exactly(Rel("=", lhs, rhs.substitute({x: value[0]})), setting, given)
                if solved is not None:
                    return Rounded("exact-rounded", d.text, fit.digits, exact, conditions_of(solved))
            if fit.verdict == "wrong" and len(new) == 1 and _only(equation, x, value[0], wider, given):
                return Rounded("truncated" if _cut_off(value[0], d) else "wrong", d.text, fit.digits, exact)
    value = None if relation.rhs.names else _closed(relation.lhs, setting, given)
    if len(new) > 1 and value is not None:
        held = lies_within(value[0], relation.rhs, new, setting)
        if held:
            return Rounded("exact-rounded", conditions=value[1])
        if held is False and _is_off(start or relation.lhs, relation, new, setting, given):
            return _misfigured(value[0], relation.rhs)
    return Rounded("", reason=reason)


def _is_off(start: Term, relation: Rel, new: tuple[Num, ...], setting: Setting, given: tuple[Theorem, ...]) -> bool:
    """Whether the right side is wrong from the start of the chain, too: the left side may be rounded itself."""
    first = None if start == relation.lhs else _closed(start, setting, given)
    return start == relation.lhs or (first is not None and lies_within(first[0], relation.rhs, new, setting) is False)


def _misfigured(value: Term, right: Term) -> Rounded:
    """The first term of a sum that is not what stands in its place on the left; else how far off the whole is."""
    terms = zip(_addends(value), _addends(right), strict=False) if len(_addends(value)) == len(_addends(right)) else ()
    for exact, shown in terms:
        if isinstance(_signless(shown), Num):
            fit = rounds_to(exact, shown)
            if fit.verdict == "wrong":
                return Rounded("wrong", str(shown), fit.digits, digits(exact, SHOWN))
    exact, found = digits(value, SHOWN), digits(right, SHOWN)
    said = f"the left side is {exact}, and the right side {found}: rounding does not explain it"
    return Rounded("wrong", found, exact=exact, reason=said)


def _addends(term: Term) -> tuple[Term, ...]:
    return term.children if isinstance(term, Add) else (term,)


def _only(equation: Rel, x: Sym, value: Term, setting: Setting, given: tuple[Theorem, ...]) -> bool:
    """Whether the equation has no other solution."""
    try:
        premise = kernel.assume(setting, equation)
        return not kernel.follow(setting, Rel("=", x, value), (*given, premise)).conditions
    except (StepUndecided, NotSupported, RuleViolation, IllFormed, InconsistentHypotheses):
        return False


def _exactly(relation: Rel, setting: Setting, given: tuple[Theorem, ...]) -> Theorem | None:
    """The theorem that both sides are equal, decimals as they stand."""
    try:
        verdict = decide(Rel("=", relation.lhs, relation.rhs), setting, given)
    except IllFormed:
        return None
    return verdict.theorem if isinstance(verdict, Proved) else None


def conditions_of(theorem: Theorem, back: Mapping[Term, Term] | None = None) -> tuple[str, ...]:
    """What must also hold; terms that stand for others are put `back`.

    A condition on numbers alone holds everywhere if it holds at the theorem's witness.
    """
    relations = (c.relation for c in theorem.conditions if c.relation.names or _counts(c.relation))
    return tuple(str(r.substitute(back) if back else r) for r in relations)


def _counts(term: Term) -> bool:
    """Whether it depends on the size of a set."""
    return any(isinstance(t, (Binder, Card)) for t in term.subterms())


def _decimals(term: Term) -> Iterator[Num]:
    return (t for t in _numbers(term) if t.is_decimal)


def _numbers(term: Term) -> Iterator[Num]:
    return (t for t in term.subterms() if isinstance(t, Num))


def _signless(term: Term) -> Term:
    return term.arg if isinstance(term, Neg) else term
