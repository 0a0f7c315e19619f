"""Induction over the integers from a base upwards."""

from __future__ import annotations

from symrlhf.errors import NotSupported, RuleViolation, StepUndecided
from symrlhf.kernel.derive import ONE, ZERO
from symrlhf.kernel.rules import assume, compute, follow
from symrlhf.kernel.signs import Signs
from symrlhf.kernel.statement import Statement
from symrlhf.kernel.theorem import Conclusion, Parts, Theorem, rule
from symrlhf.setting import Setting
from symrlhf.term import INTEGER, Rel, Sym, Term, is_integer


@rule
def induct(relation: Rel, variable: Sym, start: Theorem, base: Term, step: Theorem) -> Conclusion:
    """P(a), and P(n) ⇒ P(n + 1) for every integer n ≥ a, give P(n) for n ≥ a.

    The step is proven for one integer n of which nothing is known but n ≥ a and what its declaration says: no
    other hypothesis, no condition, definition or name that varies may mention n.
    """
    parts = Parts.of(start.setting, (start, step))
    _check_variable(variable, base, relation, parts.setting)
    first, here, after = (at(relation, variable, value) for value in (base, variable, variable + ONE))
    reached = Statement.of(Rel(">=", variable, base))
    if start.statement != Statement.of(first) or step.statement != Statement.of(after):
        raise RuleViolation(f"induction needs {first}, and from {here} that {after}")
    assumed = (Statement.of(here), reached)
    kept = tuple(h for h in step.hypotheses if h not in assumed)
    others = tuple(dict.fromkeys((*start.hypotheses, *kept)))
    for s in (*others, *start.conditions, *step.conditions):
        if variable.name in s.relation.names:
            raise RuleViolation(f"{s} speaks of one {variable.name}: induction needs the step for every one")
    return Conclusion(Parts(parts.setting, (*others, reached), parts.conditions), assumed[0], (start, step))


def by_induction(
    setting: Setting, relation: Rel, variable: Sym, base: Term, known: tuple[Theorem, ...] = ()
) -> Theorem:
    """P(n) for n ≥ base, both parts proven by normal form or from the premises."""
    start = _proven(setting, at(relation, variable, base), known)
    given = (assume(setting, relation), assume(setting, Rel(">=", variable, base)))
    step = _proven(setting, at(relation, variable, variable + ONE), (*known, *given))
    return induct(relation, variable, start, base, step)


def at(relation: Rel, variable: Sym, value: Term) -> Rel:
    """P(value) for P(variable). An integer is not what anything is differentiated by, so it may change there."""
    moved = relation.substitute({variable: value}, frozenset((variable.name,)))
    assert isinstance(moved, Rel)
    return moved


def _proven(setting: Setting, relation: Rel, premises: tuple[Theorem, ...]) -> Theorem:
    try:
        return compute(setting, relation, premises)
    except (StepUndecided, NotSupported):
        return follow(setting, relation, premises)


def _check_variable(variable: Sym, base: Term, relation: Rel, setting: Setting) -> None:
    """The variable is an integer that may be any from the base on, and nothing else varies with it."""
    if variable.sort != INTEGER or not is_integer(base) or variable in base.symbols:
        raise RuleViolation(f"induction runs over an integer from a base: not over {variable.name} from {base}")
    declared = setting.declaration(variable.name)
    low = {"real": None, "nonnegative": Rel(">=", base, ZERO), "positive": Rel(">", base, ZERO)}
    if declared.sign not in low:
        raise RuleViolation(f"{variable.name} is {declared.sign}: it does not grow without end")
    wanted = low[declared.sign]
    if wanted is not None and not Signs(setting).holds(Statement.of(wanted)):
        raise RuleViolation(f"{variable.name} is {declared.sign}: that {wanted} is not known")
    if (
        any(variable.name in setting.depends(n) for n in (relation.names | base.names) - {variable.name})
        or declared.depends
    ):
        raise RuleViolation(f"something varies with {variable.name} in a way that its name does not show")
