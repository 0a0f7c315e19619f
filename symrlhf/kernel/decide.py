"""Proved, refuted or undecided: every way of proving is tried, then every point; never a bare yes or no."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from symrlhf.errors import NotSupported, RuleViolation, StepUndecided
from symrlhf.kernel.obligations import obligations
from symrlhf.kernel.refute import refute
from symrlhf.kernel.solve import triangular
from symrlhf.kernel.statement import Point, Statement
from symrlhf.kernel.theorem import Theorem, combined, compare, compute, follow, imply, insist_on_witness, round_off
from symrlhf.setting import Setting
from symrlhf.term import Add, Binder, Neg, Rel, Term, exact_value, log_gap


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


Verdict = Proved | Refuted | Undecided
Prover = Callable[[Setting, Rel, tuple[Theorem, ...]], Theorem]


def decide(relation: Rel, setting: Setting, premises: tuple[Theorem, ...] = ()) -> Verdict:
    """Whether `relation` holds wherever the premises' hypotheses do.

    Raises `IllFormed` if a side is undefined everywhere, `InconsistentHypotheses` if the hypotheses are.
    """
    try:
        return _decide(relation, setting, premises)
    except RecursionError:
        raise NotSupported("an expression nested as deeply as this") from None


def _decide(relation: Rel, setting: Setting, premises: tuple[Theorem, ...]) -> Verdict:
    tried: list[str] = []
    for prove in PROVERS.get(relation.op, ()):
        try:
            return Proved(prove(setting, relation, premises))
        except (StepUndecided, NotSupported, RuleViolation) as reason:
            tried.append(f"{prove.__name__.strip('_')}: {reason}")
    try:
        question = _Question.of(relation, setting, premises)
        point = question.counterexample()
        if point is not None:
            return Refuted(point)
        insist_on_witness(question.setting, question.hypotheses, question.statement, question.needed)
    except (NotSupported, StepUndecided) as reason:
        return Undecided((*tried, f"evaluation: {reason}"))
    return Undecided((*tried, "no counterexample among the points that were evaluated"))


def counterexample(relation: Rel, setting: Setting, premises: tuple[Theorem, ...] = ()) -> Point | None:
    """A point where all hypotheses of the premises and all obligations hold and the relation fails."""
    return _Question.of(relation, setting, premises).counterexample()


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

    def counterexample(self) -> Point | None:
        solutions = triangular(self.hypotheses, self.setting)
        return refute(self.statement, self.setting, self.hypotheses, solutions, self.needed)


def _by_sign(setting: Setting, relation: Rel, premises: tuple[Theorem, ...]) -> Theorem:
    """The difference itself as the certificate."""
    low, high = (relation.lhs, relation.rhs) if relation.op in ("<=", "<") else (relation.rhs, relation.lhs)
    return compare(setting, relation, difference(high, low), premises)


def _by_gaps(setting: Setting, relation: Rel, premises: tuple[Theorem, ...]) -> Theorem:
    """The difference with D_KL(p ‖ q) written as Σ p (u − 1 − log u), u = q/p, whose sign is plain."""
    low, high = (relation.lhs, relation.rhs) if relation.op in ("<=", "<") else (relation.rhs, relation.lhs)
    return compare(setting, relation, difference(high, low).transform(_as_gap), premises)


def _as_gap(t: Term) -> Term:
    if isinstance(t, Binder) and t.kind == "KL":
        p, q = t.bodies
        return Binder("sum", t.over, (p * log_gap(q / p),), t.letter)
    return t


def _rounding(setting: Setting, relation: Rel, premises: tuple[Theorem, ...]) -> Theorem:
    return round_off(setting, relation)


def _implication(setting: Setting, relation: Rel, premises: tuple[Theorem, ...]) -> Theorem:
    return imply(setting, relation)


def difference(high: Term, low: Term) -> Term:
    """high − low, written without a zero."""
    if exact_value(low) == 0:
        return high
    if exact_value(high) == 0:
        return Neg(low)
    return Add((high, Neg(low)))


PROVERS: dict[str, tuple[Prover, ...]] = {
    "=": (compute, follow),
    "<=": (_by_sign, _by_gaps),
    "<": (_by_sign,),
    ">=": (_by_sign, _by_gaps),
    ">": (_by_sign,),
    "!=": (_by_sign,),
    "approx": (_rounding,),
    "implies": (_implication,),
    "iff": (_implication,),
}
