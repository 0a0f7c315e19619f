"""Proved, refuted or undecided: every way of proving is tried, then every point; never a bare yes or no."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from symrlhf.errors import NotSupported, RuleViolation, StepTooLarge, StepUndecided
from symrlhf.kernel.cells import cells
from symrlhf.kernel.derive import ZERO
from symrlhf.kernel.implication import imply, ways
from symrlhf.kernel.integrals import proposal
from symrlhf.kernel.limit_cells import limit_in_cells
from symrlhf.kernel.limits import expand, in_the_limit, known, limit_is, limit_of, limits_in, with_values
from symrlhf.kernel.normal import NormalForm
from symrlhf.kernel.obligations import obligations
from symrlhf.kernel.optimum import same_argmax
from symrlhf.kernel.proportion import cross, normalise, proportional
from symrlhf.kernel.refute import Screen, glance, refute
from symrlhf.kernel.rules import assume, compare, compute, follow, relevant, round_off
from symrlhf.kernel.series import partial_sums
from symrlhf.kernel.solve import replace_by, solve, triangular
from symrlhf.kernel.statement import Point, Statement, ends
from symrlhf.kernel.tactics import (
    by_bounds,
    by_lipschitz,
    by_logarithms,
    by_moves,
    by_slope_apart,
    by_slope_or_search,
    by_squares,
    by_vanishing,
    difference,
)
from symrlhf.kernel.theorem import Parts, Theorem, combined, insist_on_witness
from symrlhf.kernel.wellformed import insist_on_relation
from symrlhf.setting import Setting
from symrlhf.term import Binder, Integral, Lim, Rel, Term, log_gap


@dataclass(frozen=True)
class Proved:
    theorem: Theorem


@dataclass(frozen=True)
class Refuted:
    """The statement fails at `point`, which meets every hypothesis and every obligation."""

    point: Point


@dataclass(frozen=True)
class Undecided:
    """Neither; `tried` says what was tried."""

    tried: tuple[str, ...]


@dataclass(frozen=True)
class _Failure:
    """A way that led nowhere, and why; it is put into words only where every way did."""

    way: str
    reason: Exception

    def __str__(self) -> str:
        return f"{self.way}: {self.reason}"


Verdict = Proved | Refuted | Undecided
Prover = Callable[[Setting, Rel, tuple[Theorem, ...]], Theorem]


def decide(relation: Rel, setting: Setting, premises: tuple[Theorem, ...] = ()) -> Verdict:
    """Whether `relation` holds wherever the premises' hypotheses do.

    Raises `IllFormed` if a side is undefined everywhere, `InconsistentHypotheses` if the hypotheses are.
    """
    try:
        return _decide(insist_on_relation(relation), setting, premises)
    except RecursionError:
        raise NotSupported("an expression nested as deeply as this") from None


def _decide(relation: Rel, setting: Setting, premises: tuple[Theorem, ...]) -> Verdict:
    tried: list[_Failure] = []
    first, then = _provers(relation)
    verdict = _proven(first, setting, relation, premises, tried)
    if verdict is None and first:
        verdict = _glance(relation, setting, premises)
    verdict = verdict or _proven(then, setting, relation, premises, tried)
    if verdict is not None:
        return verdict
    try:
        question = _Question.of(relation, setting, premises)
        point = question.counterexample(refute)
        if point is not None:
            return Refuted(point)
        insist_on_witness(question.setting, question.hypotheses, question.statement, question.needed)
        found = "no counterexample among the points that were evaluated"
    except (NotSupported, StepUndecided) as reason:
        found = f"evaluation: {reason}"
    verdict = _proven(LONG.get(relation.op, ()), setting, relation, premises, tried)
    return verdict or Undecided((*map(str, tried), found))


def proved(relation: Rel, setting: Setting, premises: tuple[Theorem, ...] = ()) -> Proved | None:
    """What `decide` says if a short proof is found: no point is looked for where none is."""
    first, then = _provers(insist_on_relation(relation))
    try:
        verdict = _proven((*first, *then), setting, relation, premises, [])
    except RecursionError:
        return None
    return verdict if isinstance(verdict, Proved) else None


def _proven(
    provers: tuple[Prover, ...], setting: Setting, relation: Rel, premises: tuple[Theorem, ...], tried: list[_Failure]
) -> Verdict | None:
    """What the first of some ways of proving that leads somewhere says."""
    for prove in provers:
        try:
            theorem = prove(setting, relation, premises)
        except FAILURES as reason:
            tried.append(_Failure(prove.__name__.strip("_"), reason.with_traceback(None)))
            if isinstance(reason, StepTooLarge):
                break  # for the other ways too
        else:
            point = _failure_elsewhere(theorem, relation, setting, premises)
            return Proved(theorem) if point is None else Refuted(point)
    return None


def _failure_elsewhere(
    theorem: Theorem, relation: Rel, setting: Setting, premises: tuple[Theorem, ...]
) -> Point | None:
    """Where a proof had to add conditions that nobody wrote, a counterexample that does not meet them.

    a b = a c ⇒ b = c is proven for a ≠ 0; as it stands it is false.
    """
    question = _Question.of(relation, setting, premises)
    if set(theorem.conditions) <= set(question.needed):
        return None
    try:
        return question.counterexample(refute)
    except (NotSupported, StepUndecided):
        return None


def _glance(relation: Rel, setting: Setting, premises: tuple[Theorem, ...]) -> Refuted | None:
    try:
        point = _Question.of(relation, setting, premises).counterexample(glance)
    except (NotSupported, StepUndecided):
        return None
    return point and Refuted(point)


def counterexample(relation: Rel, setting: Setting, premises: tuple[Theorem, ...] = ()) -> Point | None:
    """A point where all hypotheses of the premises and all obligations hold and the relation fails."""
    return _Question.of(relation, setting, premises).counterexample(refute)


def screen(relation: Rel, setting: Setting, premises: tuple[Theorem, ...] = ()) -> Callable[[Rel], bool]:
    """Whether another relation holds at a few points where the premises do and `relation` is defined."""
    q = _Question.of(relation, setting, premises)
    points = Screen(q.statement, q.setting, q.hypotheses, triangular(q.hypotheses, q.setting), q.needed)
    return lambda other: points.passes(Statement.of(other))


@dataclass(frozen=True)
class _Question:
    """A statement with everything that a point has to meet."""

    statement: Statement
    setting: Setting
    hypotheses: tuple[Statement, ...]
    needed: tuple[Statement, ...]

    @staticmethod
    def of(relation: Rel, setting: Setting, premises: tuple[Theorem, ...]) -> _Question:
        setting = combined(setting, premises)
        hypotheses = tuple(dict.fromkeys(h for p in premises for h in p.hypotheses))
        needed = (*(c for p in premises for c in p.conditions), *obligations(relation, setting))
        return _Question(Statement.of(relation), setting, hypotheses, needed)

    def counterexample(self, search: Callable[..., Point | None]) -> Point | None:
        solutions = triangular(self.hypotheses, self.setting)
        return search(self.statement, self.setting, self.hypotheses, solutions, self.needed)


def _by_sign(setting: Setting, relation: Rel, premises: tuple[Theorem, ...]) -> Theorem:
    """The difference itself as the certificate."""
    low, high = ends(relation)
    return compare(setting, relation, difference(high, low), premises)


def _by_equality(setting: Setting, relation: Rel, premises: tuple[Theorem, ...]) -> Theorem:
    """The two sides are equal."""
    return compare(setting, relation, ZERO, premises)


def _by_gaps(setting: Setting, relation: Rel, premises: tuple[Theorem, ...]) -> Theorem:
    """The difference with D_KL(p ‖ q) written as Σ p (u − 1 − log u), u = q/p, whose sign is plain."""
    low, high = ends(relation)
    return compare(setting, relation, difference(high, low).transform(_as_gap), premises)


def _as_gap(t: Term) -> Term:
    if isinstance(t, Binder) and t.kind == "KL":
        p, q = t.bodies
        return Binder("sum", t.over, (p * log_gap(q / p),), t.letter)
    return t


def _rounding(setting: Setting, relation: Rel, premises: tuple[Theorem, ...]) -> Theorem:
    return round_off(setting, relation)


def _implication(setting: Setting, relation: Rel, premises: tuple[Theorem, ...]) -> Theorem:
    """Each part of the conclusion proven in any quick way from the premise's parts."""
    return _implied(setting, relation, premises, quick_proof)


def _implication_alone(setting: Setting, relation: Rel, premises: tuple[Theorem, ...]) -> Theorem:
    """The same without equations among the premises, which may solve for what the own premise says."""
    kept = tuple(p for p in premises if p.relation.op != "=")
    if len(kept) == len(premises):
        raise StepUndecided("no premise is an equation")
    return _implied(setting, relation, kept, quick_proof)


def _long_implication(setting: Setting, relation: Rel, premises: tuple[Theorem, ...]) -> Theorem:
    """Each part of the conclusion proven in any way from the premise's parts."""
    return _implied(setting, relation, premises, _long_proof)


def _implied(setting: Setting, relation: Rel, premises: tuple[Theorem, ...], prove: Prover) -> Theorem:
    setting = combined(setting, premises)
    proofs: list[Theorem] = []
    for way in ways(relation, setting):
        given = (*premises, *(assume(setting, a) for a in way.assumed))
        proofs += [prove(setting, claim, given) for claim in way.claimed]
    return imply(setting, relation, tuple(proofs))


def quick_proof(setting: Setting, relation: Rel, premises: tuple[Theorem, ...] = ()) -> Theorem:
    """The first proof that is found, without those that take long; raises one of `FAILURES`."""
    first, then = _provers(relation)
    return _first((*first, *then), setting, relation, premises)


def _long_proof(setting: Setting, relation: Rel, premises: tuple[Theorem, ...]) -> Theorem:
    """The first proof that is found."""
    first, then = _provers(relation)
    return _first((*first, *then, *LONG.get(relation.op, ())), setting, relation, premises)


def _first(provers: tuple[Prover, ...], setting: Setting, relation: Rel, premises: tuple[Theorem, ...]) -> Theorem:
    tried: list[str] = []
    for prove in provers:
        try:
            return prove(setting, relation, premises)
        except FAILURES as reason:
            tried.append(str(reason))
    raise StepUndecided("; ".join(tried) or f"no way to prove a relation {relation.op}")


def _by_solutions(setting: Setting, relation: Rel, premises: tuple[Theorem, ...]) -> Theorem:
    """The difference with a letter put in that an equation among the premises determines: h > 0 from σ(β h) = 1 − ε."""
    everything = combined(setting, premises)
    known = tuple(s for p in premises for s in p.statements if s.relation.op != "=")
    nf = NormalForm.under_hypotheses(everything, known)
    for equation in (p for p in premises if p.relation.op == "="):
        for solution, _ in solve(nf, equation.statement):
            try:
                put_in = replace_by(relation, solution)
                if put_in == relation or not isinstance(put_in, Rel):
                    continue
                found = quick_proof(setting, put_in, tuple(p for p in premises if p is not equation))
                low, high = ends(put_in)
                return compare(setting, relation, difference(high, low), (*premises, found))
            except FAILURES:
                continue
    raise StepUndecided("no equation determines a letter by which it is seen")


def _by_proportion(setting: Setting, relation: Rel, premises: tuple[Theorem, ...]) -> Theorem:
    """From a ∝ b: their ratio at two elements, and to their sums."""
    equations = _equations(premises)
    if not equations:
        raise StepUndecided("no premise is a proportion in one index")
    return follow(setting, relation, (*premises, *equations))


def _equations(premises: tuple[Theorem, ...]) -> tuple[Theorem, ...]:
    """What the proportions among the premises say as equations."""
    proportions = [p for p in premises if p.relation.op == "prop" and len(p.statement.forall) == 1]
    return tuple(equation(p) for p in proportions for equation in (normalise, cross))


def _optimum(setting: Setting, relation: Rel, premises: tuple[Theorem, ...]) -> Theorem:
    return same_argmax(setting, relation)


def _proportion(setting: Setting, relation: Rel, premises: tuple[Theorem, ...]) -> Theorem:
    """In whichever index the factor is free of."""
    premises = (*premises, *_equations(premises))
    tried: list[str] = []
    for index in Statement.of(relation).forall:
        try:
            return proportional(setting, relation, index, premises)
        except FAILURES as reason:
            tried.append(str(reason))
    raise StepUndecided("; ".join(tried) or "there is no index in which the sides could be proportional")


def _by_limits(setting: Setting, relation: Rel, premises: tuple[Theorem, ...]) -> Theorem:
    """The limits, integrals and sums to ∞ by themselves, and the same relation between their values."""
    if isinstance(relation.lhs, Lim) and relation.lhs.kind == "near":
        return expand(setting, relation, premises)
    if isinstance(relation.lhs, Lim) and relation.op == "=" and not limits_in(relation.rhs):
        for way in (limit_is, limit_in_cells):
            with suppress(StepUndecided):
                return way(setting, relation, premises)
    parts = Parts.of(setting, premises)
    told = known(parts, premises)
    proven: list[Theorem] = []
    for lim in limits_in(relation):
        if isinstance(lim, Lim):
            value = Rel("=", lim, limit_of(parts.setting, lim, told).term)
            proven.append(limit_is(setting, value, premises))
            continue
        facts = relevant(parts, premises, relation)
        if isinstance(lim, Integral):
            found = proposal(lim, parts.setting, facts)
        else:
            found = partial_sums(lim, parts.setting, facts)
        if relation.op == "=" and relation.lhs == lim and not limits_in(relation.rhs):
            with suppress(StepUndecided):
                return found.prove(setting, relation, premises)
        proven.append(found.prove(setting, Rel("=", lim, found.value), premises))
    between = with_values(relation, {t.lhs: t.rhs for t in proven})
    assert isinstance(between, Rel)
    return in_the_limit(quick_proof(setting, between, premises), relation, tuple(proven))


FAILURES = (StepUndecided, NotSupported, RuleViolation)
"""How a way of proving says that it is not the one."""


def _provers(relation: Rel) -> tuple[tuple[Prover, ...], tuple[Prover, ...]]:
    """The ways that are tried before any point, and those after the first points."""
    compared = relation.op not in ("implies", "iff", "prop", "approx")
    if compared and limits_in(relation):
        return (), (_by_limits,)
    return FIRST.get(relation.op, ()), PROVERS.get(relation.op, ())


FIRST: dict[str, tuple[Prover, ...]] = {"=": (compute,), **{op: (_by_sign,) for op in ("<=", "<", ">=", ">", "!=")}}
"""What decides most of what is true, in the time of a few points."""

PROVERS: dict[str, tuple[Prover, ...]] = {
    "=": (follow, cells, _by_proportion, _optimum),
    "<=": (_by_equality, _by_gaps, by_moves, cells),
    "<": (by_moves, cells),
    ">=": (_by_equality, _by_gaps, by_moves, cells),
    ">": (by_moves, cells),
    "!=": (cells,),
    "prop": (_proportion,),
    "approx": (_rounding,),
    "implies": (_implication, _implication_alone),
    "iff": (_implication, _implication_alone),
}

LONG: dict[str, tuple[Prover, ...]] = {
    "=": (by_vanishing,),
    **{
        op: (_by_solutions, by_squares, by_lipschitz, by_bounds, by_slope_or_search, by_logarithms)
        for op in ("<=", ">=")
    },
    **{
        op: (_by_solutions, by_squares, by_bounds, by_slope_or_search, by_slope_apart, by_logarithms)
        for op in ("<", ">")
    },
    **{op: (_long_implication,) for op in ("implies", "iff")},
}
"""What takes long where it fails, so that a counterexample is looked for first, everywhere."""
