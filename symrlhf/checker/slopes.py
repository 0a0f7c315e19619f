"""Derivatives below lim: lim_{t→∞} f'(t) is the limit of what f' is.

A limit is decided of terms; the kernel's own rules of differentiation say what the derivative is.
"""

from __future__ import annotations

from symrlhf.errors import NotSupported, RuleViolation
from symrlhf.kernel.derive import resolve
from symrlhf.setting import Setting
from symrlhf.term import Diff, Lim, Rel, Sym, Term, limit

_VARIABLE = Sym("\4z")


def carried_out(relation: Rel, setting: Setting) -> Rel:
    """The relation with the derivatives below its limits carried out; as it is where they cannot be."""
    try:
        changed = _carried(relation, setting)
    except (NotSupported, RuleViolation, TypeError):
        return relation
    return changed if isinstance(changed, Rel) else relation


def _carried(term: Term, setting: Setting) -> Term:
    if isinstance(term, Lim) and any(isinstance(t, Diff) for t in term.body.subterms()):
        body, to = term.opened(_VARIABLE)
        return limit(resolve(setting.expand(body), setting), _VARIABLE, to, term.side)
    if not any(isinstance(t, Lim) for t in term.subterms()):
        return term
    return term.rebuild(tuple(_carried(c, setting) for c in term.children))
