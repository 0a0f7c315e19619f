"""Hypotheses that say the sign of one number, as declarations: with a declared sign more is in normal form.

"For a, b > 0" tells of every step below it what a declaration would: √(a b) = √a √b, log(a b) = log a + log b.
"""

from __future__ import annotations

from dataclasses import replace

from symrlhf.checker.findings import Task
from symrlhf.setting import Setting, Sign
from symrlhf.term import INTEGER, REAL, Rel, Sym, Term, exact_value

SIGNS: dict[str, Sign] = {">": "positive", "<": "negative"}
TURNED = {"<": ">", ">": "<"}


def with_signs(task: Task) -> Task:
    """The same task, with hypotheses such as a > 0 as declared signs."""
    setting, hypotheses = task.setting, list[Rel]()
    for hypothesis in task.hypotheses:
        said = _sign(hypothesis)
        told = said and _declared(setting, *said)
        if told:
            setting = told
            continue
        hypotheses.append(hypothesis)
        if (beyond := _beyond(hypothesis)) and (told := _declared(setting, *beyond)):
            # n ≥ 2 tells of n more than its sign.
            setting = told
    return replace(task, setting=setting, hypotheses=tuple(hypotheses))


def _sign(relation: Rel) -> tuple[Sym, Sign] | None:
    """The symbol whose sign is all that the relation says."""
    for symbol, other, op in (
        (relation.lhs, relation.rhs, str(relation.op)),
        (relation.rhs, relation.lhs, TURNED.get(relation.op, "")),
    ):
        if op in SIGNS and isinstance(symbol, Sym) and symbol.sort == REAL and _is_zero(other):
            return symbol, SIGNS[op]
    return None


def _beyond(relation: Rel) -> tuple[Sym, Sign] | None:
    """The symbol that a number apart from 0 bounds away from it: n ≥ 2 is positive."""
    turned = {"<=": ">=", ">=": "<=", "<": ">", ">": "<"}
    for symbol, other, op in (
        (relation.lhs, relation.rhs, str(relation.op)),
        (relation.rhs, relation.lhs, turned.get(relation.op, "")),
    ):
        bound = exact_value(other)
        if not isinstance(symbol, Sym) or symbol.sort not in (REAL, INTEGER) or bound is None:
            continue
        if op in (">", ">=") and bound > 0:
            return symbol, "positive"
        if op in ("<", "<=") and bound < 0:
            return symbol, "negative"
    return None


def _is_zero(term: Term) -> bool:
    return exact_value(term) == 0


def _declared(setting: Setting, symbol: Sym, sign: Sign) -> Setting | None:
    """The setting in which the symbol has the sign; None if it is defined, or has another one already."""
    old = setting.declaration(symbol.name)
    if setting.definition(symbol.name) is not None or old.sign not in ("real", sign):
        return None
    others = tuple(d for d in setting.declarations if d.name != symbol.name)
    return replace(setting, declarations=(*others, replace(old, sign=sign)))
