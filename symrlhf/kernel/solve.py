"""Equations solved for one of their atoms: proposals, which the rules check before they use them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import NamedTuple

from symrlhf.errors import NotSupported, RuleViolation
from symrlhf.kernel import poly
from symrlhf.kernel.derive import resolve
from symrlhf.kernel.field import Generator, Nowhere, Quotient
from symrlhf.kernel.normal import NormalForm
from symrlhf.kernel.poly import Monomial, Poly
from symrlhf.kernel.statement import Solution, Statement
from symrlhf.rational import Q
from symrlhf.setting import Setting
from symrlhf.term import App, IndexSet, Rational, Rel, Sym, Term, as_term, exact_value, exp, log


class Solved(NamedTuple):
    solution: Solution
    conditions: tuple[Statement, ...]
    """What must not vanish for the solution to follow from the equation."""


def solve(nf: NormalForm, statement: Statement) -> list[Solved]:
    """Every way to read an equation as `atom = value`: the atom alone, in a logarithm or in an exponent."""
    if statement.relation.op != "=":
        return []
    try:
        q = nf.of(statement.lhs - statement.rhs)
        generators = [nf.generators[i] for i in dict.fromkeys(i for m in q.num for i, _ in m)]
        found = [s for g in generators for s in _solve_for(nf, q.num, g)]
    except (Nowhere, NotSupported, poly.OutOfFuel):
        return []
    return sorted(found, key=lambda s: len(s.conditions))


def _solve_for(nf: NormalForm, num: Poly, g: Generator) -> Iterator[Solved]:
    """`num = A g^k + B = 0`, so g^k = −B/A where A ≠ 0."""
    split = _linear(num, g)
    if split is None:
        return
    k, a, b = split
    value = nf.neg(nf.mul(Quotient(b, poly.ONE), nf.inverse(Quotient(a, poly.ONE))))
    for target, term, divisor in _read(nf, g, k, value):
        if _recurs(target, term) or isinstance(target.sort, IndexSet):
            continue
        conditions: list[Statement] = []
        for p in (a, divisor):
            sign = nf.sign(Quotient(p, poly.ONE))
            if sign is None or not sign[1]:
                conditions.append(Statement.of(Rel("!=", nf.poly_term(p), Rational(0))))
        yield Solved(Solution(target, term), tuple(conditions))


def _recurs(target: Sym | App, value: Term) -> bool:
    """Whether rewriting target by value could go round in a circle."""
    return target.name in value.names if target.free_indices else value.contains(target)


def _linear(num: Poly, g: Generator) -> tuple[Fraction | int, Poly, Poly] | None:
    powers = {dict(m).get(g.id, 0) for m in num} - {0}
    if len(powers) != 1:
        return None
    (k,) = powers
    a: Poly = {}
    b: Poly = {}
    for m, c in num.items():
        if dict(m).get(g.id, 0):
            a[_without(m, g)] = c
        else:
            b[m] = c
    return (k, a, b) if b or g.kind in ("atom", "log") else None


def _without(m: Monomial, g: Generator) -> Monomial:
    return tuple(t for t in m if t[0] != g.id)


Read = tuple[Sym | App, Term, Poly]
"""An atom, what it is, and what must not vanish for that."""


def _read(nf: NormalForm, g: Generator, k: Fraction | int, value: Quotient) -> Iterator[Read]:
    """What g^k = value says of atoms."""
    match g.kind:
        case "atom" if (atom := _atom(g)) is not None:
            if abs(k) == 1 or (value.is_zero and k > 0):
                yield atom, nf.term(nf.inverse(value) if k == -1 else value), poly.ONE
            # Only a positive atom is the one root.
            elif nf.poly_sign(poly.generator(g.id)) == (1, True):
                yield atom, nf.term(value) ** as_term(1 / Q(k)), poly.ONE
        case "log" if k == 1:
            # The generator is log|p|: only for a positive p does it give p back.
            inner = nf.poly_term(g.data)
            if isinstance(inner, (Sym, App)) and nf.poly_sign(g.data) == (1, True):
                yield inner, exp(nf.term(value)), poly.ONE
        case "exp":
            yield from _read_exponent(nf, Quotient(*g.data), k, value)
        case _:
            pass


def _read_exponent(nf: NormalForm, exponent: Quotient, k: Fraction | int, value: Quotient) -> Iterator[Read]:
    """From exp(c a)^k = value: a = log(value)/(c k) for each atom a that stands linearly in the exponent."""
    for i in dict.fromkeys(i for m in exponent.num for i, _ in m):
        atom = _atom(nf.generators[i])
        split = _linear(exponent.num, nf.generators[i]) if atom else None
        if atom is None or split is None or split[0] != 1 or split[2]:
            continue
        scale = nf.mul(
            nf.constant(k), nf.mul(Quotient(split[1], poly.ONE), nf.inverse(Quotient(exponent.den, poly.ONE)))
        )
        yield atom, log(nf.term(value)) / nf.term(scale), split[1]


def _atom(g: Generator) -> Sym | App | None:
    return g.data if g.kind == "atom" and isinstance(g.data, (Sym, App)) else None


def replace_by(term: Term, solution: Solution) -> Term:
    """`term` with the solved atom replaced everywhere; a target with free indices is a schema in them.

    Raises `RuleViolation` where that would reach into a derivative of an unknown.
    """
    target, value = solution.target, solution.value
    if isinstance(target, App) and target.free_indices:
        return term.substitute_schema(target, value)
    return term.substitute({target: value})


def triangular(
    hypotheses: Iterable[Statement], setting: Setting, conditions: Iterable[Statement] = ()
) -> tuple[Solution, ...]:
    """The equations among the hypotheses solved one after the other, each free of the atoms solved before it.

    Real atoms are preferred: solving for an entry of a distribution leaves its sum to be met by luck. What is told of
    one entry is not solved: a point is moved onto it, with the rest of the row. With a ≠ −1 among the conditions,
    (a + 1) b = 0 is not solved by a = −1.
    """
    hypotheses = tuple(hypotheses)
    known = tuple(s for s in (*hypotheses, *conditions) if s.relation.op != "=")
    apart = [s.lhs - s.rhs for s in known if s.relation.op in ("!=", ">", "<")]
    solutions: list[Solution] = []
    nf = NormalForm.under_hypotheses(setting, known)
    for h in hypotheses:
        relation: Term = resolve(setting.expand(h.relation), setting)
        try:
            for s in solutions:
                relation = replace_by(relation, s)
        except RuleViolation:
            continue
        assert isinstance(relation, Rel)
        options = [
            s.solution
            for s in solve(nf, Statement(relation, h.forall))
            if _stands_alone(s, h, solutions, setting)
            and not _is_one_entry(s.solution, setting)
            and not any(_makes_zero(s.solution, difference, setting) for difference in apart)
        ]
        options.sort(key=lambda s: setting.declaration(_name(s.target)).sign != "real")
        if options:
            solutions.append(options[0])
    return tuple(reversed(solutions))


def _is_one_entry(solution: Solution, setting: Setting) -> bool:
    """π(y_1) = 1/2, which no other distribution bears on."""
    told = not any(setting.declaration(n).distribution for n in solution.value.names)
    return setting.declaration(_name(solution.target)).distribution and told and not solution.target.free_indices


STRICT = ("positive", "negative", "nonzero")


def _stands_alone(solved: Solved, hypothesis: Statement, earlier: list[Solution], setting: Setting) -> bool:
    name = _name(solved.solution.target)
    used = {_name(s.target) for s in earlier}.union(*(s.value.names for s in earlier))
    free = solved.solution.value.free_indices - solved.solution.target.free_indices
    impossible = exact_value(solved.solution.value) == 0 and setting.declaration(name).sign in STRICT
    closed = not free and solved.solution.target.free_indices <= set(hypothesis.forall)
    return name not in used | solved.solution.value.names and closed and not impossible


def _makes_zero(solution: Solution, difference: Term, setting: Setting) -> bool:
    if _name(solution.target) not in difference.names:
        return False
    try:
        return NormalForm(setting).of(replace_by(difference, solution)).is_zero
    except (RuleViolation, NotSupported, Nowhere, poly.OutOfFuel):
        return False


def _name(target: Term) -> str:
    assert isinstance(target, (Sym, App))
    return target.name
