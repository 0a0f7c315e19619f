"""The board: a derivation in the making. Every line is computed, proven from the lines before, and written down."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from types import FunctionType

from symrlhf.authoring.line import Line
from symrlhf.authoring.reasons import (
    Citation,
    Definition,
    Given,
    Item,
    Move,
    Nonnegative,
    Outcome,
    Part,
    Reason,
    Start,
)
from symrlhf.errors import (
    IllFormed,
    InconsistentHypotheses,
    MoveFailed,
    NotSupported,
    RuleViolation,
    StepError,
    StepNotByMove,
    StepRefuted,
    StepUndecided,
)
from symrlhf.kernel import rules as kernel
from symrlhf.kernel.decide import Proved, Refuted, Undecided, counterexample, decide, proved
from symrlhf.kernel.theorem import Theorem, insist_on_witness
from symrlhf.setting import Setting
from symrlhf.steps import rewrite_by
from symrlhf.steps.writing import changed as differing
from symrlhf.term import Binder, Lim, Path, Rel, Term, as_term


class Board:
    """A derivation in the making; every line goes through `add`."""

    def __init__(self, setting: Setting):
        self.setting = setting
        self.lines: list[Line] = []

    def add(self, item: Item) -> Theorem:
        """Prove one line and write it down."""
        wanted = _read(item)
        line = self._line(wanted)
        self.setting = self.setting.merge(line.theorem.setting)
        self.lines.append(line)
        return line.theorem

    # ---- each kind of line

    def _line(self, w: _Wanted) -> Line:
        if isinstance(w.reason, Definition):
            proven = kernel.define(self.setting, w.reason.name, w.reason.value)
            return self._relation(w, proven, proven.relation, "definition", "definition")
        if isinstance(w.reason, Given):
            if not isinstance(w.written, Rel):
                raise TypeError("given() needs a relation to assume, such as Eq(a, b)")
            proven = kernel.assume(self.setting, w.written)
            together = tuple(dict.fromkeys(h for t in (*self._theorems(), proven) for h in t.hypotheses))
            insist_on_witness(self.setting, together, proven.statement, ())
            return self._relation(w, proven, w.written, "given", "given")
        if isinstance(w.reason, Start):
            return self._start(w, w.reason.expression)
        if isinstance(w.reason, Citation):
            return self._cited(w, w.reason)
        if w.move is not None:
            return self._moved(w, w.move)
        if isinstance(w.written, Rel):
            return self._typed_relation(w, w.written)
        if w.written is None:
            raise TypeError("a line needs a term, a relation, a move or a theorem")
        if not self.lines:
            return self._start(w, w.written)
        return self._chain(w, w.written, self._step_to(w.written, ()), ())

    def _cited(self, w: _Wanted, citation: Citation) -> Line:
        instance = citation.instance(self.setting, self._theorems())
        if self._chained and not isinstance(w.written, Rel):
            return self._moved(w, rewrite_by(instance), (instance,))
        if w.written is None:
            return self._relation(w, instance, instance.relation, "proven", "by")
        if not isinstance(w.written, Rel):
            raise TypeError("by() after a relation gives a relation; begin a chain with start(expression)")
        proven = self._prove(w.written, (instance, *self._previous()))
        return self._relation(w, proven, w.written, "proven", "by")

    @property
    def _chained(self) -> bool:
        return bool(self.lines) and self.lines[-1].kind in ("start", "chain")

    def _moved(self, w: _Wanted, move: Move, cited: tuple[Theorem, ...] = ()) -> Line:
        if not self.lines and move.continues:
            raise MoveFailed(f"{move.name} has no line to work on: start with a term or a relation")
        chained = self._chained
        premises = (*cited, *self._premises(move))
        done = move.apply(self._last_term(), self.setting)
        if isinstance(done.result, Rel):
            return self._moved_relation(w, move, done, done.result, premises)
        if not chained:
            raise MoveFailed(f"{move.name} turned an equation into an expression")
        step = self._step_to(done.result, premises, computed_by=move)
        if w.written is None:
            return self._chain(w, done.result, step, done.executed, _under(1, done.changed))
        if isinstance(w.written, Rel):
            raise TypeError(f"{move.name} continues the chain with an expression, but the line is a relation")
        if w.written != done.result:
            self._insist_same(Rel("=", done.result, w.written), w.written, move, done, premises)
            step = self._step_to(w.written, premises)
        return self._chain(w, w.written, step, done.executed)

    def _last_term(self) -> Term:
        """What a move works on: the last relation, or the last expression of a chain; nothing is written as 0 yet."""
        if not self.lines:
            return as_term(0)
        last = self.lines[-1].display
        return last.rhs if self._chained else last

    def _moved_relation(
        self, w: _Wanted, move: Move, done: Outcome, result: Rel, premises: tuple[Theorem, ...]
    ) -> Line:
        premises = (*self._previous(), *premises)
        proven = self._prove(result, premises, computed_by=move)
        if w.written is None or w.written == result:
            changed = () if result.op == "approx" else done.changed
            return self._relation(w, proven, result, _status(result), move.name, done.executed, changed)
        if not isinstance(w.written, Rel):
            raise TypeError(f"{move.name} gives a relation, but the line is an expression")
        self._insist_equivalent(proven, w.written, move, done, premises)
        proven = self._prove(w.written, (proven, *premises))
        return self._relation(w, proven, w.written, "proven", move.name, done.executed)

    def _typed_relation(self, w: _Wanted, written: Rel) -> Line:
        if isinstance(w.reason, Nonnegative):
            premises = (*w.reason.premises, *(t for t in self._theorems() if t.relation.op != "="))
            try:
                proven = kernel.compare(self.setting, written, w.reason.certificate, premises)
            except (StepUndecided, NotSupported) as tried:
                raise self._not_proven(written, premises, tried) from None
            return self._relation(w, proven, written, "proven", "nonnegative")
        proven = self._alone_or_from(written, self._previous())
        return self._relation(w, proven, written, _status(written), RULE_WORDS[proven.rule])

    def _start(self, w: _Wanted, written: Term) -> Line:
        same = Rel("=", written, written)
        # A limit exists where it can be computed, and it may need what is assumed.
        limits = any(isinstance(t, Lim) for t in written.subterms())
        proven = self._prove(same, ()) if limits else kernel.compute(self.setting, same)
        if proven.conditions and self._assumed():
            proven = self._prove(same, ())
        number = len(self.lines) + 1
        return Line(number, proven, proven.relation, "start", "", w.text, "start", "start", (), (), (), proven)

    # ---- proving

    def _premises(self, move: Move) -> tuple[Theorem, ...]:
        """What a move's line may rest on besides the line before: the equations it names, once proven."""
        found = (self._theorem_of(a) for a in move.arguments if isinstance(a, Rel))
        return tuple(t for t in found if t is not None)

    def _theorem_of(self, relation: Rel) -> Theorem | None:
        """An earlier line, or Σπ = 1 of a declared policy."""
        for t in reversed(self._theorems()):
            if t.relation == relation:
                return t
        if isinstance(relation.lhs, Binder) and relation.lhs.kind == "sum":
            index = relation.lhs.fresh()
            return kernel.total(self.setting, relation.lhs.opened(index)[0], index)
        return None

    def _theorems(self) -> tuple[Theorem, ...]:
        return tuple(line.theorem for line in self.lines)

    def _alone_or_from(self, relation: Rel, premises: tuple[Theorem, ...]) -> Theorem:
        """An identity of its own if it is one (it then needs no hypotheses), else from the premises."""
        if relation.op == "=":
            with suppress(StepUndecided, NotSupported):
                return kernel.compute(self.setting, relation)
        return self._prove(relation, premises)

    def _previous(self) -> tuple[Theorem, ...]:
        return (self.lines[-1].theorem,) if self.lines else ()

    def _step_to(self, new: Term, premises: tuple[Theorem, ...], computed_by: Move | None = None) -> Theorem:
        """previous expression = new expression."""
        return self._prove(Rel("=", self.lines[-1].display.rhs, new), premises, computed_by)

    def _prove(self, relation: Rel, premises: tuple[Theorem, ...], computed_by: Move | None = None) -> Theorem:
        setting = self.setting
        for p in premises:
            setting = setting.merge(p.setting)
        context = tuple(t for t in self._assumed() if t not in premises)
        # With inequalities assumed, what does not follow from the premises is seldom false: proofs are tried first.
        verdict = proved(relation, setting, premises) if context else None
        if context and verdict is None:
            verdict = proved(relation, setting, (*premises, *context))
            if verdict is not None:
                return verdict.theorem
        verdict = verdict or decide(relation, setting, premises)
        if context and (not isinstance(verdict, Proved) or verdict.theorem.conditions):
            # Inequalities assumed so far may discharge what is left; they are taken in only where they do.
            again = decide(relation, setting, (*premises, *context))
            if not isinstance(verdict, Proved):
                verdict, premises = again, (*premises, *context)
            elif isinstance(again, Proved) and len(again.theorem.conditions) < len(verdict.theorem.conditions):
                verdict = again
        if isinstance(verdict, Proved):
            return verdict.theorem
        by_move = f" (computed by {computed_by.name})" if computed_by else ""
        if isinstance(verdict, Undecided):
            raise StepUndecided(f"{relation}{by_move} is undecided; tried: " + "; ".join(verdict.tried))
        raise StepRefuted(f"{relation}{by_move} is false {self._where(relation, verdict, premises)}")

    def _where(self, relation: Rel, verdict: Refuted, premises: tuple[Theorem, ...]) -> str:
        """A point that meets every line assumed so far, if there is one; else the lines that were not used."""
        met = {h for p in premises for h in p.hypotheses}
        unused = tuple(x for x in self.lines if x.status == "given" and not met.issuperset(x.theorem.hypotheses))
        if not unused:
            return str(verdict.point)
        try:
            point = counterexample(relation, self.setting, (*premises, *(x.theorem for x in unused)))
        except (NotSupported, StepUndecided):
            return str(verdict.point)
        if point is not None:
            return str(point)
        numbers = " and ".join(f"line {x.number}" for x in unused)
        verb = "is" if len(unused) == 1 else "are"
        return f"{verdict.point}; {numbers} {verb} not used here: name what is needed, as in substitute(line)"

    def _assumed(self) -> tuple[Theorem, ...]:
        return tuple(x.theorem for x in self.lines if x.status == "given" and x.display.op != "=")

    def _not_proven(self, relation: Rel, premises: tuple[Theorem, ...], tried: Exception) -> StepError:
        point = counterexample(relation, self.setting, premises)
        if point is not None:
            return StepRefuted(f"{relation} is false {point}")
        return StepUndecided(f"{relation} is undecided; tried: {tried}")

    def _insist_same(self, same: Rel, written: Term, move: Move, done: Outcome, premises: tuple[Theorem, ...]) -> None:
        try:
            kernel.compute(self.setting, same)
        except (StepUndecided, NotSupported):
            # False, or true for another reason: the first is said by _step_to.
            with _reminding(move, done):
                self._step_to(written, premises)
            raise StepNotByMove(
                f"{written} is true, but {move.name} gives {done.result}; name the step that gives it"
            ) from None

    def _insist_equivalent(
        self, proven: Theorem, written: Rel, move: Move, done: Outcome, premises: tuple[Theorem, ...]
    ) -> None:
        """The typed relation is the computed one: side by side, or each follows from the other."""
        computed = proven.relation
        if self._same_sides(computed, written) or self._interchangeable(computed, written):
            return
        with _reminding(move, done):
            self._prove(written, (proven, *premises))
        raise StepNotByMove(f"{written} is true, but {move.name} gives {done.result}; name the step that gives it")

    def _same_sides(self, computed: Rel, written: Rel) -> bool:
        try:
            for a, b in ((computed.lhs, written.lhs), (computed.rhs, written.rhs)):
                kernel.compute(self.setting, Rel("=", a, b))
        except (StepUndecided, NotSupported):
            return False
        return True

    def _interchangeable(self, computed: Rel, written: Rel) -> bool:
        try:
            kernel.compute(self.setting, computed)
        except (StepUndecided, NotSupported, RuleViolation):
            pass  # an inequality is no identity
        else:
            return False  # an identity follows from anything: that would not tie it to the move
        try:
            for a, b in ((written, computed), (computed, written)):
                kernel.follow(self.setting, a, (kernel.assume(self.setting, b),))
        except (StepUndecided, NotSupported, RuleViolation, InconsistentHypotheses, IllFormed):
            return False
        return True

    # ---- writing down

    def _chain(
        self,
        w: _Wanted,
        new: Term,
        step: Theorem,
        executed: tuple[str, ...],
        changed: tuple[Path, ...] | None = None,
    ) -> Line:
        last = self.lines[-1]
        display = Rel("=", last.display.lhs, new)
        proven = kernel.transitive(last.theorem, step) if last.display.lhs != last.display.rhs else step
        if changed is None:
            changed = _under(1, differing(last.display.rhs, new))
        reason, rule = _words(w, proven)
        return Line(
            len(self.lines) + 1, proven, display, "chain", "", reason, rule, "proven", executed, changed,
            self._cites(w), step,
        )  # fmt: skip

    def _relation(
        self,
        w: _Wanted,
        proven: Theorem,
        display: Rel,
        status: str,
        rule: str,
        executed: tuple[str, ...] = (),
        changed: tuple[Path, ...] | None = None,
    ) -> Line:
        last = self.lines[-1] if self.lines else None
        follows = (
            last is not None
            and status == "proven"
            and last.status != "definition"
            and not isinstance(w.reason, Citation)
            and last.theorem in proven.parents
        )
        connective = self._connective(display) if follows else ""
        if changed is None:
            changed = differing(self.lines[-1].display, display) if follows else ()
        reason, _ = _words(w, proven)
        return Line(
            len(self.lines) + 1, proven, display, "relation", connective, reason, rule, status, executed,
            changed, self._cites(w), proven,
        )  # fmt: skip

    def _connective(self, new: Rel) -> str:
        """⇔ if the line before follows from this one alone, else ⇒."""
        last = self.lines[-1]
        if last.kind != "relation" or new.op != "=" or last.display.op != "=":
            return "implies"
        try:
            back = kernel.follow(self.setting, last.display, (kernel.assume(self.setting, new),))
        except (StepUndecided, NotSupported, RuleViolation, IllFormed, InconsistentHypotheses):
            return "implies"
        return "implies" if back.conditions else "iff"

    def _cites(self, w: _Wanted) -> tuple[str, ...]:
        arguments = w.move.arguments if w.move is not None else ()
        numbers = [
            line.number for a in arguments for line in self.lines if line.display == a and line.kind == "relation"
        ]
        cited = tuple(f"line {n}" for n in dict.fromkeys(numbers))
        return (*cited, w.reason.derivation.title) if isinstance(w.reason, Citation) else cited


@dataclass(frozen=True)
class _Wanted:
    """A yielded item, sorted."""

    written: Term | None
    move: Move | None
    reason: Reason | None
    text: str


def _read(item: Item) -> _Wanted:
    parts: tuple[Part, ...] = item if isinstance(item, tuple) else (item,)
    written: Term | None = None
    move: Move | None = None
    reason: Reason | None = None
    text = ""
    for part in parts:
        if isinstance(part, Term) and written is None:
            written = part
        elif isinstance(part, (Given, Definition, Start, Nonnegative, Citation)) and reason is None:
            reason = part
        elif isinstance(part, str):
            text = part
        elif isinstance(part, Move) and move is None:
            move = part
        elif isinstance(part, (int, Fraction, Decimal)) and not isinstance(part, bool) and written is None:
            written = as_term(part)
        else:
            raise TypeError(_stray(part))
    return _Wanted(written, move, reason, text)


def _stray(part: object) -> str:
    """Why something is no part of a line, and what to write in its place."""
    if isinstance(part, bool):
        return "== compares how two terms are written and gives True or False: write Eq(a, b)"
    if isinstance(part, Theorem):
        return "a line that is proven already is used by a move, as in substitute(line), or by line.lhs and line.rhs"
    if isinstance(part, FunctionType):
        return f"{part.__name__} is a function, not yet a move or a term: write {part.__name__}(...)"
    return f"a line is made of one term or relation, one move or reason, and words; not {part!r}"


def _words(w: _Wanted, proven: Theorem) -> tuple[str, str]:
    """The reason in words and the short name of the rule."""
    match w.reason:
        case Given(reason=reason):
            return w.text or reason, "given"
        case Definition():
            return w.text or "definition", "definition"
        case Citation(derivation=cited):
            return w.text or cited.title, "by"
        case Start():
            return w.text, "start"
        case Nonnegative():
            return w.text or "a term that is never negative", "nonnegative"
        case None:
            rule = w.move.name if w.move else RULE_WORDS[proven.rule]
            return w.text or (w.move.reason if w.move else "by calculation"), rule


RULE_WORDS = {
    "assume": "given",
    "define": "definition",
    "compute": "calculation",
    "follow": "calculation",
    "transitive": "calculation",
    "compare": "sign",
    "cells": "case by case",
    "slope": "slope",
    "slope_apart": "slope",
    "grow": "slope",
    "grow_apart": "slope",
    "within": "slope",
    "bound": "each of them",
    "le_of_sq_le": "squares",
    "vanish": "all are 0",
    "limit_is": "limit",
    "limit_in_cells": "case by case",
    "in_the_limit": "limit",
    "expand": "expansion",
    "integral_is": "antiderivative",
    "series_is": "limit",
    "induct": "induction",
    "proportional": "proportion",
    "cross": "proportion",
    "normalise": "proportion",
    "same_argmax": "same maximisers",
    "round_off": "rounding",
    "imply": "implication",
    "instantiate": "by",
    "cut": "by",
    "total": "sums to one",
    "differentiate": "differentiate",
}


def _status(proven: Rel) -> str:
    return "rounded" if proven.op == "approx" else "proven"


def _under(place: int, paths: tuple[Path, ...]) -> tuple[Path, ...]:
    return tuple((place, *p) for p in paths)


@contextmanager
def _reminding(move: Move, done: Outcome) -> Generator[None]:
    """A typed line that fails beside a move is told with what the move gives."""
    try:
        yield
    except (StepRefuted, StepUndecided) as failed:
        raise type(failed)(f"{failed}; {move.name} gives {done.result}") from None
