"""How an equation follows from others: rewritten by their solved forms, or as a multiple or combination of them."""

from __future__ import annotations

from symrlhf.errors import NotSupported, RuleViolation
from symrlhf.kernel import poly
from symrlhf.kernel.derive import ONE, ZERO
from symrlhf.kernel.field import Nowhere, Quotient
from symrlhf.kernel.normal import NormalForm
from symrlhf.kernel.signs import Signs
from symrlhf.kernel.solve import Solved, replace_by, solve
from symrlhf.kernel.statement import Solution, Statement
from symrlhf.setting import Setting
from symrlhf.term import Rel, as_term, exp, log

MAX_REWRITES = 3
MAX_ATTEMPTS = 200


def consequence(
    goal: Rel, equations: tuple[Rel, ...], setting: Setting, known: tuple[Statement, ...]
) -> tuple[Statement, ...] | None:
    """Side conditions under which the equations give the goal, or None. No derivative may be left in them."""
    nf = NormalForm.under_hypotheses(setting, known)
    variants = [e for equation in equations for e in (equation, *other_forms(nf, equation))]
    seen = _Seen(nf)
    for g in (goal, *_goals(setting, goal, known)):
        conditions = _Search(seen).derive(g, tuple(dict.fromkeys(variants)), MAX_REWRITES)
        if conditions is not None:
            return conditions
    return None


def other_forms(nf: NormalForm, e: Rel) -> tuple[Rel, ...]:
    """What else an equation says: log p = log q as p = q, and p = q of two positive products as log p = log q."""
    found: list[Rel] = []
    try:
        q = nf.of(e.lhs - e.rhs)
        if q.num and (p := _without_strict_factors(nf, q.num)) is not None:
            found.append(Rel("=", nf.poly_term(p), ZERO))
            q = Quotient(p, poly.ONE)
        if q.den == poly.ONE and any(nf.generators[i].kind == "log" for m in q.num for i, _ in m):
            above, below = (nf.exp(Quotient(p, poly.ONE)) for p in _by_sign(q.num))
            found.append(Rel("=", nf.term(nf.mul(above, nf.inverse(below))), ONE))
        if len(q.num) == 2 and all(len(p) == 1 for p in _by_sign(q.num)):
            above, below = (Quotient(p, poly.ONE) for p in _by_sign(q.num))
            if nf.sign(above) == nf.sign(below) == (1, True):
                found.append(Rel("=", nf.term(nf.sub(nf.log(above), nf.log(below))), ZERO))
    except (Nowhere, NotSupported, poly.OutOfFuel):
        pass
    return tuple(found)


def _without_strict_factors(nf: NormalForm, num: poly.Poly) -> poly.Poly | None:
    """The product of the factors that may be 0, each once; None if that is no simpler."""
    factors = poly.factor(num)[1]
    left = [p for p, e in factors if e > 0 and not _is_strict(nf, p)]
    if len(left) == len(factors) and all(e == 1 for _, e in factors):
        return None
    product = poly.ONE
    for p in left:
        product = poly.mul(product, p)
    return product


def _by_sign(p: poly.Poly) -> tuple[poly.Poly, poly.Poly]:
    """p = above − below, each with positive coefficients."""
    return {m: c for m, c in p.items() if c > 0}, {m: -c for m, c in p.items() if c < 0}


def _goals(setting: Setting, goal: Rel, known: tuple[Statement, ...]) -> tuple[Rel, ...]:
    """Equations as strong as the goal: e^a = e^b; a² = b² where no side is negative; log a = log b for a, b > 0."""
    signs = Signs(setting, known)
    found = [Rel("=", exp(goal.lhs), exp(goal.rhs))]
    sides = [signs.of(side) for side in goal.children]
    if all(s == (1, True) for s in sides):
        found.append(Rel("=", log(goal.lhs), log(goal.rhs)))
    if all(s is not None and s[0] > 0 for s in sides):
        found.append(Rel("=", goal.lhs ** as_term(2), goal.rhs ** as_term(2)))
    return tuple(found)


class _Seen:
    """What equations say, each worked out once: a search meets them again and again, in any order."""

    def __init__(self, nf: NormalForm):
        self.nf = nf
        self._solved: dict[Rel, list[Solved]] = {}
        self._rewritten: dict[tuple[Rel, Solution], Rel | None] = {}
        self._factors: dict[Rel, list[poly.Poly] | None] = {}

    def solved(self, e: Rel) -> list[Solved]:
        if e not in self._solved:
            self._solved[e] = solve(self.nf, Statement.of(e))
        return self._solved[e]

    def rewritten(self, relation: Rel, solution: Solution) -> Rel | None:
        key = relation, solution
        if key not in self._rewritten:
            self._rewritten[key] = _rewritten(relation, solution)
        return self._rewritten[key]

    def factors(self, premise: Rel) -> list[poly.Poly] | None:
        """The factors of which one must be 0 for the equation to hold; None where that cannot be told."""
        if premise not in self._factors:
            self._factors[premise] = _factors(self.nf, premise)
        return self._factors[premise]


class _Search:
    """Looks for a way from equations to a goal, with bounded fuel so that giving up is deterministic."""

    def __init__(self, seen: _Seen):
        self.seen, self.nf = seen, seen.nf
        self.fuel = MAX_ATTEMPTS
        self.failed: set[tuple[Rel, frozenset[Rel], int]] = set()
        """What led nowhere: equations are used in any order, and many orders meet in one goal."""

    def derive(self, goal: Rel, equations: tuple[Rel, ...], depth: int) -> tuple[Statement, ...] | None:
        """Side conditions under which the equations give the goal, or None."""
        state = goal, frozenset(equations), depth
        if state in self.failed:
            return None
        self.fuel -= 1
        found = self._derive(goal, equations, depth)
        if found is None:
            self.failed.add(state)
        return found

    def _derive(self, goal: Rel, equations: tuple[Rel, ...], depth: int) -> tuple[Statement, ...] | None:
        if _is_identity(self.nf, goal):
            return ()
        for e in equations:
            conditions = self._vanishes_with(goal, e)
            if conditions is not None:
                return conditions
        if len(equations) > 1 and _is_combination(self.nf, goal, equations):
            return ()
        if depth == 0:
            return None
        for i, e in enumerate(equations):
            others = equations[:i] + equations[i + 1 :]
            for solution, conditions in self.seen.solved(e):
                if self.fuel <= 0:
                    return None
                rewritten = self.seen.rewritten(goal, solution)
                if rewritten is None:
                    continue
                rest = tuple(r for o in others if (r := self.seen.rewritten(o, solution)) is not None)
                if rewritten == goal and rest == others:
                    continue
                more = self.derive(rewritten, rest, depth - 1)
                if more is not None:
                    return (*conditions, *more)
        return None

    def _vanishes_with(self, goal: Rel, premise: Rel) -> tuple[Statement, ...] | None:
        """What else must not be 0 for the premise to give the goal; None if it does not.

        A product is 0 where one of its factors is: each factor of the premise must divide the goal, or not be 0.
        """
        left = self.seen.factors(premise)
        if not left:
            return None
        try:
            ours = self.nf.of(goal.lhs - goal.rhs)
            dividing = [p for p in left if _divides(p, ours.num)]
            if not dividing:
                return None
            return tuple(Statement.of(Rel("!=", self.nf.poly_term(p), ZERO)) for p in left if p not in dividing)
        except (Nowhere, NotSupported, poly.OutOfFuel):
            return None


def _rewritten(relation: Rel, solution: Solution) -> Rel | None:
    try:
        rewritten = replace_by(relation, solution)
    except RuleViolation:
        return None
    return rewritten if isinstance(rewritten, Rel) else None


def _is_identity(nf: NormalForm, goal: Rel) -> bool:
    try:
        return nf.vanishes(nf.of(goal.lhs - goal.rhs))
    except (Nowhere, poly.OutOfFuel):
        return False


def _factors(nf: NormalForm, premise: Rel) -> list[poly.Poly] | None:
    try:
        num = nf.of(premise.lhs - premise.rhs).num
        return [p for p, e in (poly.factor(num)[1] if num else ()) if e > 0 and not _is_strict(nf, p)]
    except (Nowhere, NotSupported, poly.OutOfFuel):
        return None


def _is_combination(nf: NormalForm, goal: Rel, equations: tuple[Rel, ...]) -> bool:
    """Whether the goal's numerator is Σ q_i p_i, p_i the numerators of the equations.

    Each p_i that is c g + rest with a number c, and a generator g that the rest does not have, takes g out of all
    that follows; what is taken out differs by a multiple of p_i.
    """
    try:
        left = nf.of(goal.lhs - goal.rhs).num
        found: list[tuple[int, poly.Poly]] = []
        for e in equations:
            p = nf.of(e.lhs - e.rhs).num
            for g, value in found:
                p = _taken_out(p, g, value)
            if (solved := _linear(p)) is not None:
                found.append(solved)
        for g, value in found:
            left = _taken_out(left, g, value)
    except (Nowhere, NotSupported, poly.OutOfFuel):
        return False
    return not left


def _linear(p: poly.Poly) -> tuple[int, poly.Poly] | None:
    """A generator of p that stands in it once, alone and with a number before it, and −rest/number."""
    for monomial, c in p.items():
        if len(monomial) == 1 and monomial[0][1] == 1:
            g = monomial[0][0]
            if sum(i == g for m in p for i, _ in m) == 1:
                return g, poly.scale({m: d for m, d in p.items() if m != monomial}, -1 / c)
    return None


def _taken_out(p: poly.Poly, g: int, value: poly.Poly) -> poly.Poly:
    """p with the generator g replaced where its power is a natural number; p itself where another power is."""
    powers = {e for m in p for i, e in m if i == g}
    if not powers or any(e != int(e) or e < 0 for e in powers):
        return p
    out: poly.Poly = {}
    for monomial, c in p.items():
        rest = tuple((i, e) for i, e in monomial if i != g)
        power = next((int(e) for i, e in monomial if i == g), 0)
        out = poly.add(out, poly.mul({rest: c}, poly.power(value, power)))
    return out


def _divides(p: poly.Poly, num: poly.Poly) -> bool:
    if len(p) > 1:
        return not num or poly.cancel(num, p)[1] == poly.ONE
    (((i, _),),) = p  # a generator, which is 0 where every monomial has it
    return all(any(j == i and e > 0 for j, e in m) for m in num)


def _is_strict(nf: NormalForm, p: poly.Poly) -> bool:
    sign = nf.poly_sign(p)
    return sign is not None and sign[1]
