"""Counterexamples, witnesses and roundings, by rigorous evaluation of statements as written.

A refutation is a point of a finite model (`sample`) that meets every hypothesis, declared sign, Σπ = 1 and
obligation, at which both sides are defined and the relation surely fails. A witness is a point where all that holds
and all sides are defined. Points are rational in the independent atoms; the others are balls, from solved forms or
by moving the point onto an equation (`meet`). An equation between balls holds where they agree to most of their bits.

Everything is decided by the statement and the seed: samples, their order, and the fuel after which the search ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from itertools import combinations, product
from random import Random
from typing import Literal

from symrlhf.errors import NotSupported
from symrlhf.kernel.ball import TooLarge, TooLong, Undefined
from symrlhf.kernel.climb import climb
from symrlhf.kernel.closed import ClosedJets, Untold
from symrlhf.kernel.evaluate import (
    NOWHERE,
    SIGNS,
    Element,
    Evaluator,
    Fuel,
    Key,
    OutOfFuel,
    Rejected,
    Scope,
    assignments,
)
from symrlhf.kernel.germ import Diverges, Germs
from symrlhf.kernel.jet import Jets, Number, Value, base
from symrlhf.kernel.meet import Met, meet
from symrlhf.kernel.sample import EVERYTHING, MIRROR, NICE, STYLES, Range, Sample, Style, ranges
from symrlhf.kernel.statement import Point, Solution, Statement
from symrlhf.kernel.ties import ties
from symrlhf.rational import Q, is_rational
from symrlhf.setting import Setting
from symrlhf.term import And, App, Argmax, Cases, Fun, IndexSet, Integral, Lim, Neg, Num, Rel, Sym, Term

PRECISIONS = (64, 256, 512)
FUEL_OF_A_POINT = 20_000
FUEL_OF_A_SEARCH = 200_000
FUEL_WITH_INTEGRALS = 100_000
"""Of a search: a visit inside an integral takes longer still than its `EFFORT`, which is for one point."""
FUEL_OF_A_DESCENT = 24_000
FUEL_OF_TIES = 24_000
"""Subterms that are visited, a few microseconds each."""
GLANCES = 3
"""Points that are tried before anything that takes long."""
SCREENED = 8
"""Points of a screen."""
MAX_TIES = 12
"""Points at which balls do not tell the sides of a strict inequality apart, and closed forms are computed."""
MAX_BOUNDS = 3
"""Rounds in which letters are moved between their bounds."""
MAX_KINKS = 7
"""Functions with a kink that ask for more points."""
KINKED = ("abs", "clip", "max", "min", "sign")
STRICT = ("<", ">", "!=")
MAX_PLACES = 10_000
NOTHING = Setting()
TOWARDS = {"<": 1, "<=": 1, ">": -1, ">=": -1}
"""The sign of rhs − lhs where an inequality holds."""


@dataclass(frozen=True)
class Witness:
    """A point where the hypotheses hold and everything is defined."""

    atoms: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return ", ".join(f"{name} = {value}" for name, value in self.atoms)


@dataclass(frozen=True)
class NoWitness:
    """No point was found: none meets the hypotheses, a side is undefined at those that do, or fuel ran out."""

    reason: Literal["hypotheses", "undefined", "fuel"]
    detail: str


@dataclass(frozen=True)
class Rounding:
    """How a displayed decimal relates to the number, and the number rounded to as many places."""

    verdict: Literal["exact", "wrong", "undecided"]
    digits: str


# ------------------------------------------------------------------ the two searches


def refute(
    statement: Statement,
    setting: Setting,
    hypotheses: Sequence[Statement] = (),
    solutions: Sequence[Solution] = (),
    obligations: Sequence[Statement] = (),
    seed: str | None = None,
    tries: int = len(STYLES),
) -> Point | None:
    """A counterexample to `statement`, or None where none was found among `tries` points that meet what is given.

    Raises `NotSupported` for what cannot be evaluated at a point (limits, unknown functions of several numbers).
    """
    search = _Search((statement,), setting, hypotheses, solutions, obligations, seed)
    # Each min, max or |·| may hide what is false from most of the points.
    pieces = 1 + min(MAX_KINKS, len({t for _, t in statement.relation.walk() if _has_kink(t)}))
    # Differences too small for the first precision are looked for at the first points only.
    point, seen = search.at_samples(statement, tries * pieces, thorough=2)
    if point is not None:
        return point
    seen = seen[:tries]
    if statement.relation.op in (*TOWARDS, "!="):
        point = search.at_ties(statement, seen)
        if point is not None:
            return point
    return search.downhill(seen, statement) if statement.relation.op in TOWARDS else None


def _has_kink(term: Term) -> bool:
    return isinstance(term, Cases) or (isinstance(term, Fun) and term.name in KINKED)


def glance(
    statement: Statement,
    setting: Setting,
    hypotheses: Sequence[Statement] = (),
    solutions: Sequence[Solution] = (),
    obligations: Sequence[Statement] = (),
) -> Point | None:
    """What `refute` finds at its first few points: most of what is false fails nearly everywhere."""
    search = _Search((statement,), setting, hypotheses, solutions, obligations, None)
    return search.at_samples(statement, GLANCES, thorough=0)[0]


def witness(
    statements: Iterable[Statement],
    setting: Setting,
    hypotheses: Sequence[Statement] = (),
    solutions: Sequence[Solution] = (),
    obligations: Sequence[Statement] = (),
    seed: str | None = None,
    tries: int = 40,
) -> Witness | NoWitness:
    """A point where hypotheses and obligations hold and all sides of the statements are defined."""
    statements = tuple(statements)
    search = _Search(statements, setting, hypotheses, solutions, obligations, seed)
    missed: dict[str, str] = {}
    for _, model in search.models(tries):
        try:
            failure = search.obstacle(model, statements)
        except OutOfFuel:
            if not model.drawn:
                break  # there is no other point
            continue
        if failure is None:
            return Witness(model.atoms(_shown))
        reason, detail = failure
        if reason not in missed:
            missed[reason] = str(detail)
        search.counted += reason == "undefined"
        search.charge(detail)
        if not model.drawn:
            break
    if "too large" in missed:
        return NoWitness("fuel", missed["too large"])
    if "undefined" in missed:
        return NoWitness("undefined", missed["undefined"])
    if "untold" in missed:
        return NoWitness("fuel", f"that the hypotheses hold cannot be told: {missed['untold']}")
    if "hypotheses" in missed:
        return NoWitness("hypotheses", f"at no point that was tried: {missed['hypotheses']}")
    if "undefined hypotheses" in missed:
        return NoWitness("undefined", f"in the hypotheses: {missed['undefined hypotheses']}")
    return NoWitness("fuel", "it takes too long to evaluate")


class Screen:
    """Points that meet what is given, to tell at once which statements fail: those that do not may still be false."""

    def __init__(
        self,
        statement: Statement,
        setting: Setting,
        hypotheses: Sequence[Statement] = (),
        solutions: Sequence[Solution] = (),
        obligations: Sequence[Statement] = (),
    ):
        self.statement = statement
        self.search = _Search((statement,), setting, hypotheses, solutions, obligations, None)
        self.fuel = Fuel(0)
        self.found: list[Evaluator] = []
        self.more = self._more()

    def _more(self) -> Iterator[Evaluator]:
        for _, model in self.search.models(SCREENED):
            try:
                if self.search.obstacle(model, (self.statement,)) is not None:
                    continue
            except OutOfFuel:
                continue
            self.search.counted += 1
            self.found.append(_Remembering(model, PRECISIONS[0], self.fuel))
            yield self.found[-1]

    def _evaluators(self) -> Iterator[Evaluator]:
        """Those that were found, then more: what fails mostly fails at the first."""
        yield from tuple(self.found)
        while (e := next(self.more, None)) is not None:
            yield e

    def passes(self, statement: Statement) -> bool:
        """Whether the statement holds at every point, as far as balls tell; undefined, it does not."""
        self.fuel.left = FUEL_OF_A_POINT
        try:
            return all(self._may_hold(statement, e) for e in self._evaluators())
        except (Rejected, OutOfFuel):
            return False
        except NotSupported:
            return True

    def _may_hold(self, statement: Statement, evaluator: Evaluator) -> bool:
        places = assignments(statement.forall, evaluator.model)
        try:
            return not any(_surely_fails(evaluator, statement.relation, where) for where in places)
        except Undefined as reason:
            # At more precision it may have a value after all.
            return not reason.final


class _Remembering(Evaluator):
    """Values that are asked for again and again: the statements of a screen have most of their parts in common."""

    def value(self, term: Term, scope: Scope = NOWHERE) -> Value:
        if not term.children:
            return super().value(term, scope)
        bound = scope.bound[len(scope.bound) - term.dangling :]
        place = ("value", term, bound, scope.frame, scope.tags)
        if place not in self._known:
            self._known[place] = super().value(term, scope)
        return self._known[place]


class _Search:
    """What is given, and the points to try."""

    def __init__(
        self,
        statements: tuple[Statement, ...],
        setting: Setting,
        hypotheses: Sequence[Statement],
        solutions: Sequence[Solution],
        obligations: Sequence[Statement],
        seed: str | None,
    ):
        self.setting, self.hypotheses, self.obligations = setting, tuple(hypotheses), tuple(obligations)
        self.given = (*self.hypotheses, *self.obligations)
        # That a limit or an integral exists is no equation that a point could be moved onto.
        self.equations = [s for s in self.given if s.relation.op == "=" and s.lhs != s.rhs]
        self.bounds = [s for s in self.given if s.relation.op in MIRROR and not s.forall]
        self.solutions: dict[str, tuple[Solution, ...]] = {}
        for s in solutions:
            if isinstance(s.target, (Sym, App)):
                self.solutions[s.target.name] = (*self.solutions.get(s.target.name, ()), s)
        terms = [s.relation for s in (*statements, *self.given)] + [s.value for s in solutions]
        self.lone = _lone((*terms, *(value.body for _, value in setting.definitions)), setting)
        self.ranges = ranges(self.given)
        # Indices made by the kernel are numbered as they come: their numbers must not choose the points.
        question = re.sub(r"(\\x00|\0)\d+", "index", repr((statements, self.given, seed)))
        self.seed = sha256(question.encode()).hexdigest()
        self.counted = self.ties = 0
        self.fuel = Fuel(0)
        integrals = any(isinstance(t, Integral) for term in terms for t in term.subterms())
        self.allowance = FUEL_WITH_INTEGRALS if integrals else FUEL_OF_A_SEARCH
        self.left = 0

    def models(self, tries: int) -> Iterator[tuple[int, Sample]]:
        """Numbered samples until `tries` of them counted; at most four times as many are looked at."""
        self.left = self.allowance
        for i in range(4 * tries):
            if self.counted >= tries or self.left <= 0:
                return
            amount = min(self.left, FUEL_OF_A_POINT)
            self.fuel = Fuel(amount)
            yield i, self.sample(STYLES[i % len(STYLES)], str(i))
            self.left -= amount - max(self.fuel.left, 0)

    def charge(self, failure: object) -> None:
        """Where an integral was given up, each visit took far more than elsewhere."""
        if isinstance(failure, TooLong):
            self.left -= FUEL_OF_A_POINT

    def sample(self, style: Style, name: str) -> Sample:
        return Sample(self.setting, style, Random(f"{self.seed}/{name}"), self.solutions, self.lone, self.ranges)

    def evaluator(self, model: Sample, bits: int) -> Evaluator:
        return Evaluator(model, bits, self.fuel)

    def exact(self, model: Sample) -> Evaluator:
        """Where numbers have closed forms, so that equal ones are seen to be equal."""
        return Evaluator(model, ClosedJets(), self.fuel)

    # ---- what is given

    def settle(self, model: Sample, *equations: tuple[Rel, Scope]) -> bool:
        """Move the point onto the equations among what is given, and onto some more."""
        given = [(h.relation, s) for h in self.equations for s in assignments(h.forall, model)]
        held: set[Key] = set()
        found: dict[Place, Met] = {}
        for relation, scope in {_place(r, s): (r, s) for r, s in (*given, *equations)}.values():
            met = meet(model, relation, scope, self.fuel, held)
            if met is None:
                return False
            if met.moved:
                held |= met.atoms
            found[_place(relation, scope)] = met
        moved = frozenset[Key]().union(*(met.moved for met in found.values()))
        # What held before the point was moved may hold no more: `confirm` looks again.
        model.met |= {place for place, met in found.items() if met.moved or not met.atoms & moved}
        return True

    def bring_within(self, model: Sample) -> bool:
        """Move letters between what bounds them, as in ρ > c > 1 + ε: few points that are drawn meet such a chain."""
        moved = False
        for _ in range(MAX_BOUNDS):
            again = False
            for letter in sorted({s.name for h in self.bounds for s in h.relation.symbols}):
                again |= self._bring(model, Sym(letter))
            moved |= again
            if not again:
                break
        if moved:
            # What was made to hold may hold no more.
            model.met.clear()
            self.settle(model)
        return moved

    def _bring(self, model: Sample, letter: Sym) -> bool:
        key, ends = Key(letter.name, ()), (list[Fraction](), list[Fraction]())
        evaluator = self.evaluator(model, PRECISIONS[0])
        try:
            for h in self.bounds:
                for side, other, op in ((h.lhs, h.rhs, h.relation.op), (h.rhs, h.lhs, MIRROR[h.relation.op])):
                    if side == letter and letter not in self.setting.expand(other).symbols:
                        value = base(evaluator.value(other))
                        if not is_rational(value):
                            return False
                        ends[op in ("<", "<=")].append(value)
            now = base(evaluator.value(letter))
        except (Undefined, Rejected):
            return False
        low, high = max(ends[0], default=None), min(ends[1], default=None)
        within = Range(low, high)
        if key not in model.chosen or not is_rational(now) or not any(ends) or now in within:
            return False
        if low is not None and high is not None and low >= high:
            return False
        declared = self.setting.declaration(letter.name)
        new = within.place(model.rng.choice(NICE))
        allowed = (new > 0) - (new < 0) in SIGNS[declared.sign] and new in self.ranges.get(letter.name, EVERYTHING)
        if declared.values or not allowed:
            return False
        model.chosen[key] = new
        return True

    def confirm(self, model: Sample, bits: int, premise: tuple[Term, Scope] | None = None) -> None:
        """Insist that what is given holds at the point."""
        self._insist(model, self.evaluator(model, bits), self.given, premise)

    def _insist(
        self,
        model: Sample,
        evaluator: Evaluator,
        given: Sequence[Statement],
        premise: tuple[Term, Scope] | None = None,
    ) -> None:
        """Insist on what is given. Balls that agree do not tell: equations hold by closed forms, or were met."""
        found = _insist(evaluator, given)
        if premise is not None:
            found |= _insist_on(evaluator, *premise)
        if found <= model.met and not evaluator.inexact:
            return
        if not _is_rational(model):
            raise Untold("equations that hold about")
        exact = self.exact(model)
        _insist(exact, given)
        if premise is not None:
            _insist_on(exact, *premise)

    # ---- refutation

    def at_samples(self, statement: Statement, tries: int, thorough: int) -> tuple[Point | None, list[Sample]]:
        """The first point that is a counterexample, or else the points; the first few are looked at closely."""
        seen: list[Sample] = []
        for number, model in self.models(tries):
            try:
                point = self.counterexample(model, statement, thorough=number < thorough)
            except (Undefined, Rejected, OutOfFuel) as reason:
                point = None
                self.charge(reason)
            else:
                self.counted += 1
                seen.append(model)
            if point is not None:
                return point, seen
            if not model.drawn:
                break  # there is no other point
        return None, seen

    def counterexample(self, model: Sample, statement: Statement, *, thorough: bool) -> Point | None:
        """The point of this model, if the statement fails there; `Rejected` if it fails only off what is given."""
        if statement.relation.op in ("implies", "iff"):
            return self._implication(model, statement)
        try:
            return self._failure(model, statement.relation, statement.forall, thorough=thorough)
        except (Rejected, Untold):
            if not self.settle(model) and not self.bring_within(model):
                raise
        try:
            return self._failure(model, statement.relation, statement.forall, thorough=thorough)
        except Rejected:
            if not self.bring_within(model):
                raise
        return self._failure(model, statement.relation, statement.forall, thorough=thorough)

    def _implication(self, model: Sample, statement: Statement) -> Point | None:
        """A point on the premise at which the conclusion fails."""
        left, right = statement.lhs, statement.rhs
        ways = [(left, right), (right, left)][: 2 if statement.relation.op == "iff" else 1]
        chosen = dict(model.chosen)
        for scope in assignments(statement.forall, model):
            for premise, conclusion in ways:
                model.chosen = dict(chosen)
                equations = [(p, scope) for p in _parts(premise) if p.op == "="]
                if not self.settle(model, *equations):
                    continue
                try:
                    point = self._failure(model, conclusion, (), scope, (premise, scope))
                except (Undefined, Rejected):
                    continue
                if point is not None:
                    return point
        return None

    def _failure(
        self,
        model: Sample,
        relation: Term,
        forall: tuple[Sym, ...],
        scope: Scope | None = None,
        premise: tuple[Term, Scope] | None = None,
        *,
        thorough: bool = False,
    ) -> Point | None:
        for bits in PRECISIONS:
            evaluator = self.evaluator(model, bits)
            try:
                sides = _failing(evaluator, relation, forall, scope)
                if sides is None and evaluator.tied:
                    sides = self._tie(model, relation, forall, scope)
                if sides is not None:
                    where, lhs, rhs = sides
                    self.confirm(model, bits, premise)
                    elements = tuple((s.name, str(e)) for s, e in where.names.items() if isinstance(e, Element))
                    return Point((*elements, *model.atoms(_shown)), lhs, rhs)
            except Undefined as reason:
                if reason.final or bits == PRECISIONS[-1]:
                    raise
                continue
            if not thorough:
                return None
        return None

    def at_ties(self, statement: Statement, seen: list[Sample]) -> Point | None:
        """A counterexample where arguments meet; the points that are none are further places to start from."""
        self.fuel, self.ties = Fuel(FUEL_OF_TIES), 0
        single = [(t,) for t in ties(statement, self.setting, self.given)]
        together = tuple(t for (t,) in single)
        for i, (equations, style) in enumerate(product((*single, together), STYLES[:2])):
            model = self.sample(style, f"tie/{i}")
            try:
                for t in equations:
                    for scope in assignments(t.forall, model):
                        meet(model, t.relation, scope, self.fuel, set())
                model.met.clear()
                point = self.counterexample(model, statement, thorough=False)
            except (Undefined, Rejected, NotSupported):
                continue
            except OutOfFuel:
                return None
            if point is not None:
                return point
            if _is_rational(model):
                seen.append(model)
        return None

    def _tie(
        self, model: Sample, relation: Term, forall: tuple[Sym, ...], scope: Scope | None
    ) -> tuple[Scope, str, str] | None:
        """Where a strict inequality fails because its sides are equal, which no ball tells."""
        strict = any(part.op in STRICT for part in _parts(relation))
        if not strict or not _is_rational(model) or self.ties >= MAX_TIES:
            return None
        self.ties += 1
        try:
            return _failing(self.exact(model), relation, forall, scope)
        except Undefined:
            return None

    def downhill(self, models: Sequence[Sample], statement: Statement) -> Point | None:
        """A counterexample to an inequality, searched from the three points where it holds by the least."""
        self.fuel = Fuel(FUEL_OF_A_DESCENT)
        try:
            margins = [(self._margin(m, statement), i) for i, m in enumerate(models)]
            for _, i in sorted((m, i) for m, i in margins if m is not None)[:3]:
                for moved in climb(models[i], lambda m: self._margin(m, statement)):
                    try:
                        point = self.counterexample(moved, statement, thorough=False)
                    except (Undefined, Rejected):
                        continue
                    if point is not None:
                        return point
        except OutOfFuel:
            return None
        return None

    def _margin(self, model: Sample, statement: Statement) -> Fraction | None:
        """By how much an inequality holds, about, where it holds by the least."""
        evaluator = self.evaluator(model, PRECISIONS[0])
        jets, towards = evaluator.jets, TOWARDS[statement.relation.op]
        margins: list[Fraction] = []
        try:
            for scope in assignments(statement.forall, model):
                x, y = (evaluator.value(side, scope) for side in (statement.lhs, statement.rhs))
                low, high = _ends(jets, base(jets.add(y, jets.neg(x))))
                margins.append((low + high) / 2 * towards)
        except (Undefined, Rejected):
            return None
        return min(margins)

    # ---- witnesses

    def obstacle(self, model: Sample, statements: tuple[Statement, ...]) -> tuple[str, object] | None:
        """Why this point is no witness; None if it is one."""
        found = self._obstacle(model, statements)
        if found is not None and self.equations and self.settle(model):
            found = self._obstacle(model, statements)
        if found is not None and found[0] == "hypotheses" and self.bring_within(model):
            found = self._obstacle(model, statements)
        return found

    def _obstacle(self, model: Sample, statements: tuple[Statement, ...]) -> tuple[str, object] | None:
        try:
            self._ascend(model, self.hypotheses, ())
        except TooLarge as failure:
            return "too large", failure
        except Untold as failure:
            return "untold", failure
        except Undefined as failure:
            return "undefined hypotheses", failure
        except Rejected as failure:
            return "hypotheses", failure
        try:
            self._ascend(model, self.obligations, statements)
        except TooLarge as failure:
            return "too large", failure
        except Untold as failure:
            return "untold", failure
        except (Undefined, Rejected) as failure:
            return "undefined", failure
        return None

    def _ascend(self, model: Sample, given: tuple[Statement, ...], defined: tuple[Statement, ...]) -> None:
        """Insist on what is given and on defined sides, with as much precision as that takes."""
        for bits in PRECISIONS:
            evaluator = self.evaluator(model, bits)
            try:
                for statement in defined:
                    for scope in assignments(statement.forall, model):
                        _touch(evaluator, statement.relation, scope)
                self._insist(model, evaluator, given)
            except Undefined as reason:
                if reason.final or bits == PRECISIONS[-1]:
                    raise
            else:
                return


def _is_rational(model: Sample) -> bool:
    return all(is_rational(v) for v in model.chosen.values())


def _lone(terms: Iterable[Term], setting: Setting) -> frozenset[str]:
    """The unknown functions of numbers that are applied to one list of numbers only, the same wherever it stands."""
    applied: dict[str, set[tuple[Term, ...]]] = {}
    several: set[str] = set()
    parameters = {p for _, value in setting.definitions for p in value.parameters}
    for term in terms:
        for t in term.subterms():
            if not isinstance(t, App) or setting.definition(t.name) is not None:
                continue
            numbers = tuple(a for a in t.args if not isinstance(a.sort, IndexSet))
            applied.setdefault(t.name, set()).add(numbers)
            if any(a.dangling or a.free_indices or a.symbols & parameters for a in numbers):
                several.add(t.name)
    return frozenset(name for name, lists in applied.items() if len(lists) == 1 and name not in several)


# ------------------------------------------------------------------ what is given holds


def _parts(relation: Term) -> list[Rel]:
    if isinstance(relation, And):
        return [r for part in relation.parts for r in _parts(part)]
    if not isinstance(relation, Rel):
        raise NotSupported(f"{relation!r} as a relation")
    return [relation]


Place = tuple[Term, frozenset[tuple[Sym, object]]]
"""A relation, and the elements it is about."""


def _place(relation: Term, scope: Scope) -> Place:
    return relation, frozenset(scope.names.items())


def _insist(evaluator: Evaluator, given: Iterable[Statement]) -> set[Place]:
    """Raise `Rejected` unless all hold for all elements; the equations that hold only as far as balls tell."""
    inexact: set[Place] = set()
    for statement in given:
        if statement.relation.op == "prop":
            inexact.add(_place(statement.relation, Scope()))
            if any(not evaluator.jets.may_be_equal(x, y) for x, y in _cross(evaluator, statement, statement.forall)):
                raise Rejected(statement)
            continue
        for scope in assignments(statement.forall, evaluator.model):
            try:
                inexact |= _insist_on(evaluator, statement.relation, scope)
            except Rejected:
                raise Rejected(statement) from None
    return inexact


def _insist_on(evaluator: Evaluator, relation: Term, scope: Scope) -> set[Place]:
    inexact: set[Place] = set()
    for part in _parts(relation):
        if part.op == "approx":
            if _beyond_rounding(evaluator, part, scope) in (1, None):
                raise Rejected(part)
        elif part.op == "=" and not isinstance(part.lhs.sort, IndexSet):
            if any(isinstance(side, Lim) for side in part.children):
                if evaluator.holds(part, scope) is False:
                    raise Rejected(part)
                continue
            x, y = (base(evaluator.value(side, scope)) for side in (part.lhs, part.rhs))
            if part.lhs == part.rhs:
                continue  # it has a value, which is all that is asked
            if not (is_rational(x) and is_rational(y)):
                inexact.add(_place(part, scope))
            if not evaluator.jets.may_be_equal(x, y):
                raise Rejected(part)
        elif part.op in ("implies", "iff"):
            left, right = (_surely_fails(evaluator, side, scope) for side in part.children)
            if not left:
                inexact |= _insist_on(evaluator, part.rhs, scope)
            if not right and part.op == "iff":
                inexact |= _insist_on(evaluator, part.lhs, scope)
        else:
            verdict = evaluator.holds(part, scope)
            if verdict is None:
                raise Undefined("an inequality that cannot be told")
            if not verdict:
                raise Rejected(part)
    return inexact


def _surely_fails(evaluator: Evaluator, relation: Term, scope: Scope) -> bool:
    return any(evaluator.holds(part, scope) is False for part in _parts(relation))


def _touch(evaluator: Evaluator, relation: Term, scope: Scope) -> None:
    """Evaluate all sides: `Undefined` if one has no value."""
    if any(isinstance(side, Lim) for side in relation.children):
        evaluator.holds(relation, scope)
        return
    for side in relation.children:
        if isinstance(side, (Rel, And)):
            _touch(evaluator, side, scope)
        elif isinstance(side.sort, IndexSet):
            evaluator.element(side, scope)
        else:
            evaluator.value(side.body if isinstance(side, Argmax) else side, scope)


# ------------------------------------------------------------------ the statement fails


def _failing(
    evaluator: Evaluator, relation: Term, forall: tuple[Sym, ...], scope: Scope | None
) -> tuple[Scope, str, str] | None:
    """Elements at which a relation surely fails, and its sides there."""
    for part in _parts(relation):
        if part.op == "prop":
            return _not_proportional(evaluator, Statement(part, forall))
        for where in assignments(forall, evaluator.model) if scope is None else (scope,):
            sides = _failing_at(evaluator, part, where)
            if sides is not None:
                return where, *sides
    return None


def _failing_at(evaluator: Evaluator, relation: Rel, scope: Scope) -> tuple[str, str] | None:
    if relation.op == "approx":
        if _beyond_rounding(evaluator, relation, scope) != 1:
            return None
    elif evaluator.holds(relation, scope) is not False:
        return None
    if isinstance(relation.lhs.sort, IndexSet):
        return str(evaluator.element(relation.lhs, scope)), str(evaluator.element(relation.rhs, scope))
    if any(isinstance(side, Lim) for side in relation.children):
        return _near(evaluator, relation, scope)
    return _apart(evaluator.jets, *(base(evaluator.value(side, scope)) for side in (relation.lhs, relation.rhs)))


def _near(evaluator: Evaluator, relation: Rel, scope: Scope) -> tuple[str, str]:
    """The sides of a false statement about a limit."""
    if isinstance(relation.lhs, Lim) and relation.lhs.kind == "near":
        jets = evaluator.germs
        x, bound, _ = next(way for way in evaluator.expansion(relation, scope) if not way[2])
        return f"the difference begins with {_growth(jets, x)}", f"what bounds it with {_growth(jets, bound)}"
    sides = [evaluator.extended(side, scope) for side in relation.children]
    if any(isinstance(s, Diverges) for s in sides):
        shown = [("∞" if s.towards > 0 else "−∞") if isinstance(s, Diverges) else _shown(base(s)) for s in sides]
        return shown[0], shown[1]
    return _apart(evaluator.jets, *(base(s) for s in sides if not isinstance(s, Diverges)))


def _growth(jets: Germs, x: Value) -> str:
    """What leads near the point, t being the distance to it."""
    scale, number = jets.leads(x)
    rates = [f"exp({_shown(c)} t^{-q})" for q, c in scale.rates]
    powers = [f"{what}^{n}" for what, n in (("t", scale.power), ("(log t)", scale.logs)) if n]
    return " ".join((_shown(number), *rates, *powers))


def _cross(evaluator: Evaluator, statement: Statement, moved: Iterable[Sym]) -> Iterator[tuple[Number, Number]]:
    """a(y) b(y') and a(y') b(y) for all pairs of elements of the moved indices: equal iff a ∝ b where b ≠ 0."""
    moved = tuple(moved)
    held = tuple(s for s in statement.forall if s not in moved)
    jets = evaluator.jets
    for outer in assignments(held, evaluator.model):
        sides: list[tuple[Number, Number]] = []
        for inner in assignments(moved, evaluator.model):
            scope = Scope((), {**outer.names, **inner.names}, (outer.frame, inner.frame))
            a, b = (base(evaluator.value(side, scope)) for side in (statement.lhs, statement.rhs))
            sides.append((a, b))
        for (a, b), (c, d) in combinations(sides, 2):
            yield base(jets.mul(a, d)), base(jets.mul(c, b))


def _not_proportional(evaluator: Evaluator, statement: Statement) -> tuple[Scope, str, str] | None:
    """Sides of a ∝ b that are surely not proportional, whichever of the indices the factor may depend on."""
    found: tuple[Scope, str, str] | None = None
    for index in statement.forall:
        apart = (pair for pair in _cross(evaluator, statement, (index,)) if evaluator.jets.compare(*pair) in (1, -1))
        pair = next(apart, None)
        if pair is None:
            return None
        found = found or (Scope(), *_apart(evaluator.jets, *pair))
    return found


# ------------------------------------------------------------------ decimals


def digits(term: Term, n: int, setting: Setting = NOTHING) -> str:
    """A closed numeric term to n significant digits (fewer where fewer are certain)."""
    shown = ""
    for bits in PRECISIONS:
        value, jets = _closed(term, setting, bits + 4 * n)
        if value is not None:
            shown = jets.balls.decimal(jets.ball(value), n)
            if not shown.startswith("["):
                break
    return shown


def rounds_to(term: Term, decimal: Term, setting: Setting = NOTHING) -> Rounding:
    """Whether a closed numeric term lies within half a unit of the last digit shown (a tie holds)."""
    shown, unit = _decimal(decimal)
    verdict: Literal["exact", "wrong", "undecided"] = "undecided"
    for bits in PRECISIONS:
        value, jets = _closed(term, setting, bits)
        if value is None:
            continue
        beyond = jets.compare(_distance(jets, value, shown), unit / 2)
        if beyond is not None:
            verdict = "wrong" if beyond > 0 else "exact"
        low, high = (_nearest(end, unit) for end in _ends(jets, value))
        if low == high and beyond is not None:
            return Rounding(verdict, _fixed(low, unit))
    return Rounding(verdict, "")


def _closed(term: Term, setting: Setting, bits: int) -> tuple[Number | None, Jets]:
    """The value of a term without free names, None where this precision does not tell it."""
    model = Sample(setting, STYLES[0], Random(0), {}, frozenset(), {})
    evaluator = Evaluator(model, bits, Fuel(FUEL_OF_A_POINT))
    try:
        value = base(evaluator.value(term))
    except Undefined as reason:
        if reason.final:
            raise
        return None, evaluator.jets
    except OutOfFuel:
        raise NotSupported(f"{term!r} takes too long to evaluate") from None
    if model.drawn:
        raise NotSupported(f"{term!r} is not a number: {', '.join(sorted(term.names))} may be anything")
    return value, evaluator.jets


def _decimal(term: Term) -> tuple[Fraction, Fraction]:
    """A decimal as written, and one unit of its last digit."""
    if isinstance(term, Neg):
        value, unit = _decimal(term.arg)
        return -value, unit
    if not isinstance(term, Num):
        raise NotSupported(f"{term!r} on the right of ≈, where a decimal should stand")
    if not _is_written(term):
        raise NotSupported(f"a decimal that is not what it is written as: {term.text}")
    mantissa, _, exponent = term.text.lower().partition("e")
    places = len(mantissa.partition(".")[2]) - int(exponent or 0)
    if abs(places) > MAX_PLACES:
        raise NotSupported(f"a decimal with {places} places")
    return term.value, Q(10) ** -places


def _is_written(term: Num) -> bool:
    try:
        return Q(term.text) == term.value
    except ValueError:
        return False


def _distance(jets: Jets, x: Number, y: Fraction) -> Number:
    return base(jets.abs(jets.add(x, -y)))


def _beyond_rounding(evaluator: Evaluator, relation: Rel, scope: Scope) -> int | None:
    """The sign of |lhs − decimal| − half a unit."""
    shown, unit = _decimal(relation.rhs)
    value = base(evaluator.value(relation.lhs, scope))
    return evaluator.jets.compare(_distance(evaluator.jets, value, shown), unit / 2)


def _ends(jets: Jets, x: Number) -> tuple[Fraction, Fraction]:
    return (x, x) if is_rational(x) else (jets.balls.lower(x), jets.balls.upper(x))


def _nearest(x: Fraction, unit: Fraction) -> int:
    """x in units, halves away from zero."""
    magnitude = int(abs(x) / unit + Q(1, 2))
    return magnitude if x >= 0 else -magnitude


def _fixed(n: int, unit: Fraction) -> str:
    """n units as a decimal with the digits of the unit."""
    places = len(str(unit.denominator)) - 1
    text = str(abs(n) * unit.numerator).rjust(places + 1, "0")
    sign = "-" if n < 0 else ""
    return sign + (f"{text[:-places]}.{text[-places:]}" if places else text)


# ------------------------------------------------------------------ display


def _shown(x: Number, n: int = 6) -> str:
    """A short rational exactly, other numbers to n digits."""
    if is_rational(x) and x.numerator.bit_length() + x.denominator.bit_length() < 40:
        return str(x)
    jets = Jets(PRECISIONS[-1])
    return jets.balls.decimal(jets.ball(x), n)


def _apart(jets: Jets, *sides: Number) -> tuple[str, str]:
    """Two numbers with digits enough to see that they differ, if they do."""
    x, y = map(jets.plain, sides)
    for n in (6, 12, 20, 40, 80):
        if _shown(x, n) != _shown(y, n):
            return _shown(x, n), _shown(y, n)
    return _shown(x), _shown(y)
