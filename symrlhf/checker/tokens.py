"""Products of token probabilities, π(y) = π(y_1) π(y_2 | y_1): each value is a number of its own.

The tokens of a response are no responses: whatever numbers from 0 to 1 the factors are, some vocabulary and policy have
them. So a claim about such values alone fails where it fails for some numbers that meet the equations.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import reduce
from operator import or_

from symrlhf.checker.findings import Finding, Task
from symrlhf.setting import Declaration
from symrlhf.term import App, Mul, Rational, Rel, Sym, Term


def token_by_token(task: Task) -> tuple[Task, dict[str, str]] | None:
    """The claim with a number for each value of a policy that is a product of token probabilities; None for others.

    With the names of the numbers, and the values that they stand for.
    """
    products = [h for h in task.hypotheses if _is_product(h)]
    laws = frozenset(h.lhs.name for h in products if isinstance(h.lhs, App))
    relations = [task.relation, *(h for h in task.hypotheses if h.names & laws)]
    values = reduce(or_, ({t for t in r.subterms() if isinstance(t, App) and t.name in laws} for r in relations), set())
    if not laws or any(v.dangling for v in values) or not task.relation.names & laws:
        return None
    numbers: dict[Term, Term] = {v: Sym(f"{v.name}_{i}") for i, v in enumerate(sorted(values, key=str), 1)}
    put = [_relation(r.substitute(numbers)) for r in relations]
    if any(r.names & laws for r in put):
        # A sum over responses, or a divergence, says more of the policy than these values.
        return None
    setting = task.setting
    for number in numbers.values():
        assert isinstance(number, Sym)
        setting = setting.declare(Declaration(number.name, sign="positive"))
    bounds = [Rel("<=", number, Rational(1, 1)) for number in numbers.values()]
    others = [h for h in task.hypotheses if not h.names & laws]
    names = {n.name: str(value) for value, n in numbers.items() if isinstance(n, Sym)}
    apart = replace(
        task, setting=setting, relation=put[0], hypotheses=(*others, *put[1:], *bounds), start=None, earlier=()
    )
    return apart, names


def told_of(finding: Finding, names: dict[str, str]) -> Finding:
    """A counterexample in the values that its numbers stand for."""
    number = re.compile(rf"(?<!\w)(?:{'|'.join(sorted(names, key=len, reverse=True))})(?!\w)")
    reason = number.sub(lambda m: names[m[0]], finding.reason)
    point = {names.get(k, k): v for k, v in (finding.counterexample or {}).items()}
    return replace(finding, reason=reason, counterexample=point)


def _is_product(h: Rel) -> bool:
    if h.op != "=" or not isinstance(h.lhs, App) or not isinstance(h.rhs, Mul):
        return False
    name = h.lhs.name
    return all(isinstance(f, App) and f.name == name for f in h.rhs.factors) and any(
        len(f.args) > 1 for f in h.rhs.factors if isinstance(f, App)
    )


def _relation(term: Term) -> Rel:
    assert isinstance(term, Rel)
    return term
