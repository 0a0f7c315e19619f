"""One claim, one finding: the kernel decides, and its answer is put into the words of a report.

A finding is plain data, so that it can come from another process. An equation is tried by itself under the document's
hypotheses, then with the proven equations before it as further premises. Nothing unproven is ever a premise.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import lru_cache

from symrlhf.checker import decimals
from symrlhf.checker.findings import Finding, Task, Verdict, substituted
from symrlhf.checker.tokens import token_by_token, told_of
from symrlhf.checker.universal import universal
from symrlhf.errors import IllFormed, InconsistentHypotheses, NotSupported, RuleViolation, StepUndecided
from symrlhf.kernel import rules as kernel
from symrlhf.kernel.decide import Proved, Refuted, Undecided, decide
from symrlhf.kernel.statement import Point
from symrlhf.kernel.theorem import Theorem
from symrlhf.setting import Declaration, Setting
from symrlhf.term import App, Fun, IndexSet, Num, Rational, Rel, Sym, Term, exact_value

REMEMBERED = 256
"""Theorems that later steps may rest on."""


def judge(task: Task) -> Finding:
    """What the kernel says of a claim."""
    finding = _found(task)
    if finding.verdict == "undecided" and (numbers := token_by_token(task)) is not None:
        again = _found(numbers[0])
        finding = told_of(again, numbers[1]) if again.verdict == "refuted" else finding
    if task.doubtful and finding.verdict in ("refuted", "undecided"):
        finding = _doubted(task, finding)
    if finding.verdict == "refuted" and task.unread:
        lines = ", ".join(map(str, task.unread))
        return Finding("undecided", f"false as it stands, but the hypothesis on line {lines} could not be read")
    if finding.verdict == "refuted" and task.doubt:
        return Finding("undecided", f"false as it stands, but {task.doubt}")
    return finding


def _doubted(task: Task, finding: Finding) -> Finding:
    """The finding where more is perhaps supposed: false is what fails at a point that meets that, too."""
    perhaps = ", ".join(map(str, task.doubtful))
    if _consistent(task.setting, (*task.hypotheses, *task.doubtful)):
        again = _found(replace(task, hypotheses=(*task.hypotheses, *task.doubtful)))
        if again.verdict == "refuted":
            return again
        if again.verdict == "proven" and all(d.op != "=" or _is_datum(d) or _is_apart(d) for d in task.doubtful):
            return replace(again, conditions=(*again.conditions, *map(str, task.doubtful)))
    else:
        # Two cases, of which at most one is in force.
        single = [_found(replace(task, hypotheses=(*task.hypotheses, d))) for d in task.doubtful]
        if all(f.verdict == "refuted" for f in single):
            return single[0]
    if finding.verdict == "undecided":
        return finding
    return Finding("undecided", f"false as it stands, but perhaps it is supposed that {perhaps}")


def _is_datum(relation: Rel) -> bool:
    """ε = 0.2: a letter and its value in decimals, which is said of an example and of no point."""
    return isinstance(relation.lhs, (Sym, App)) and isinstance(relation.rhs, Num) and relation.rhs.is_decimal


def _is_apart(relation: Rel) -> bool:
    """y_w ≠ y_l."""
    return isinstance(relation.lhs, Fun) and relation.lhs.name == "delta" and relation.rhs == Rational(0, 1)


def _consistent(setting: Setting, hypotheses: tuple[Rel, ...]) -> bool:
    try:
        _given(setting, hypotheses)
    except (InconsistentHypotheses, NotSupported, RuleViolation, StepUndecided, IllFormed):
        return False
    return True


def _found(task: Task) -> Finding:
    """What the kernel says of a claim under its hypotheses."""
    try:
        given = _given(task.setting, task.hypotheses)
        if task.assumed:
            kernel.assume(task.setting, task.relation)
            _given(task.setting, (*task.hypotheses, task.relation))
            return Finding("assumed", "a hypothesis")
        finding = _judge(task, given)
    except InconsistentHypotheses as error:
        if task.assumed:
            return Finding(
                "assumed", f"contradicts what is assumed: {error}", error=f"contradictory hypotheses: {error}"
            )
        return Finding("undecided", "the hypotheses contradict each other, so anything would follow")
    except IllFormed as error:
        verdict: Verdict = "assumed" if task.assumed else "undecided"
        return Finding(verdict, f"ill-formed: {error}", error=f"ill-formed: {error}")
    except (NotSupported, RuleViolation, StepUndecided) as error:
        return Finding("undecided", str(error))
    return finding


def _is_figure(relation: Rel) -> bool:
    """π(a) = 0.3: data, and not an equation of functions."""
    return isinstance(relation.lhs, App) and exact_value(relation.rhs) is not None


def said_of_one(task: Task) -> Task:
    """The claim and the bounds on its responses said of one response, where the bounds cannot hold for all.

    ρ(y) > 1 + ε is a condition on the y of the claim: the ratios of two policies do not all exceed 1.
    """
    free = task.relation.free_indices
    bounds = [h for h in task.hypotheses if h.free_indices & free and (h.op != "=" or _is_figure(h))]
    if task.assumed or not bounds or any(not isinstance(i.sort, IndexSet) for i in free):
        return task
    with suppress(NotSupported, RuleViolation, StepUndecided, IllFormed):
        try:
            _given(task.setting, task.hypotheses)
            return task
        except InconsistentHypotheses:
            pass
    setting = task.setting
    fixed: dict[Term, Term] = {}
    others: dict[Term, Term] = {}
    for index in free:
        fixed[index], others[index] = Sym(index.name, index.sort, fixed=True), Sym(f"{index.name}'", index.sort)
        setting = setting.declare(Declaration(index.name, index.sort, fixed=True))
    return replace(
        task,
        setting=setting,
        relation=substituted(task.relation, fixed),
        hypotheses=tuple(substituted(h, fixed if h in bounds else others) for h in task.hypotheses),
        doubtful=tuple(substituted(d, fixed) for d in task.doubtful),
        start=None if task.start is None else task.start.substitute(fixed),
        earlier=(),
    )


def _judge(task: Task, given: tuple[Theorem, ...]) -> Finding:
    rounded = decimals.judge(task.relation, task.setting, given, task.start)
    if rounded is not None:
        return _rounding(rounded)
    finding = _tried(task.relation, task.setting, given)
    if finding.verdict == "undecided" and task.earlier:
        known = lemmas(task)
        again = _tried(task.relation, task.setting, (*given, *known)) if known else finding
        if again.verdict == "proven":
            return replace(again, reason="follows from the lines before")
    return finding


def _tried(relation: Rel, setting: Setting, given: tuple[Theorem, ...]) -> Finding:
    """What the kernel finds with these premises."""
    if (every := universal(relation, setting, given)) is not None:
        if every.point is not None:
            return refuted(every.point)
        if every.tried:
            return Finding("undecided", "tried: " + "; ".join(every.tried))
        conditions = (c for t in every.proofs for c in decimals.conditions_of(t, dict(every.back)))
        return Finding("proven", WORDS["imply"], tuple(dict.fromkeys(conditions)))
    match decide(relation, setting, given):
        case Proved(theorem=theorem):
            _remember(theorem)
            return proven(theorem)
        case Refuted(point=point):
            return refuted(point)
        case Undecided(tried=tried):
            return Finding("undecided", "tried: " + "; ".join(tried))


def premises(task: Task) -> tuple[Theorem, ...]:
    """The hypotheses in force, with the bounds that perhaps are, as theorems."""
    more = (*task.hypotheses, *(d for d in task.doubtful if d.op != "="))
    return _given(task.setting, more if _consistent(task.setting, more) else task.hypotheses)


def lemmas(task: Task) -> tuple[Theorem, ...]:
    """What was proven before it, as theorems."""
    return _lemmas(task.earlier, task.setting, task.hypotheses)


def proven(theorem: Theorem) -> Finding:
    return Finding("proven", WORDS.get(theorem.rule, theorem.rule), decimals.conditions_of(theorem))


def refuted(point: Point) -> Finding:
    reason = str(point) if point.atoms else f"left {point.lhs}, right {point.rhs}"
    return Finding("refuted", reason, (), dict(point.atoms), {"lhs": point.lhs, "rhs": point.rhs})


WORDS = {
    "compute": "both sides have one normal form",
    "follow": "follows from the hypotheses",
    "compare": "by sign",
    "round_off": "rounded",
    "imply": "the conclusion follows from the premise",
}
"""Rule -> the reason as it is told."""


def _rounding(found: decimals.Rounded) -> Finding:
    shown = {"lhs": found.exact, "rhs": found.shown} if found.exact else None
    match found.number:
        case "exact-rounded":
            return Finding("proven", "the decimal is the left side rounded", found.conditions, number=found.number)
        case "chain-consistent":
            said = f"right from the rounded line before, but the start of the chain gives {found.digits}"
            return Finding("proven", said, found.conditions, number=found.number, warning=said)
        case "truncated" | "wrong":
            how = "cut off, not rounded" if found.number == "truncated" else "wrong"
            said = found.reason or f"{found.shown} is {how}: the digits are {found.digits}"
            digits = "" if found.atoms else found.digits
            return Finding("refuted", said, (), dict(found.atoms), shown, number=found.number, digits=digits)
        case _:
            return Finding("undecided", found.reason)


# ------------------------------------------------------------------ premises


@lru_cache(REMEMBERED)
def _given(setting: Setting, hypotheses: tuple[Rel, ...]) -> tuple[Theorem, ...]:
    """The hypotheses as premises; raises `InconsistentHypotheses` unless a point meets them together.

    What holds anyway, such as softplus(z) = log(1 + exp z), is none: a point need not be found for it.
    """
    given = tuple(kernel.assume(setting, h) for h in hypotheses if not _holds_anyway(setting, h))
    if len(given) > 1:
        kernel.compute(setting, Rel("=", kernel.ZERO, kernel.ZERO), given)
    return given


def _holds_anyway(setting: Setting, relation: Rel) -> bool:
    if relation.op != "=":
        return False
    try:
        return not kernel.compute(setting, relation).conditions
    except (NotSupported, RuleViolation, StepUndecided, IllFormed):
        return False


_remembered: dict[Rel, Theorem] = {}
"""The last theorems by what they say: what a line rests on was proven when it was judged itself."""


def _remember(theorem: Theorem) -> None:
    _remembered.pop(theorem.relation, None)
    _remembered[theorem.relation] = theorem
    if len(_remembered) > REMEMBERED:
        del _remembered[next(iter(_remembered))]


def _recalled(relation: Rel, setting: Setting, given: tuple[Theorem, ...]) -> Theorem | None:
    """The theorem that says so under no more than is given, with the meanings that names still have."""
    theorem = _remembered.get(relation)
    if theorem is None or not {*theorem.hypotheses} <= {h for g in given for h in g.hypotheses}:
        return None
    return theorem if setting.extends(theorem.setting) else None


@lru_cache(REMEMBERED)
def _lemmas(earlier: tuple[Rel, ...], setting: Setting, hypotheses: tuple[Rel, ...]) -> tuple[Theorem, ...]:
    """The theorems of what was proven before, proven again, each from the hypotheses or from those before it."""
    if not earlier:
        return ()
    *before, last = earlier
    known = _lemmas(tuple(before), setting, hypotheses)
    given = _given(setting, hypotheses)
    if (theorem := _recalled(last, setting, given)) is not None:
        return (*known, theorem)
    for premises in (given, (*given, *known)):
        with suppress(NotSupported, RuleViolation, StepUndecided, IllFormed):
            verdict = decide(last, setting, premises)
            if isinstance(verdict, Proved):
                return (*known, verdict.theorem)
    return known
