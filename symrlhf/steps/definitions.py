"""Notations and defined names, put for what they abbreviate or written out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product

import sympy

from symrlhf.notation import BINDERS, FUNCTIONS, unfold
from symrlhf.setting import Family, Setting
from symrlhf.steps import engine
from symrlhf.steps.engine import EXP_LOG, NONE, Move, Scalars, first_effect, opening, rewrite
from symrlhf.steps.matching import match
from symrlhf.steps.writing import ONE, minus, times
from symrlhf.term import (
    Add,
    App,
    Binder,
    BinderKind,
    Div,
    Fun,
    Lam,
    Rel,
    Sym,
    Term,
    abstract,
    exp,
    log,
)
from symrlhf.write.sympy import Expr, Writer

Named = str | Term | Family | Callable[..., Term]
"""A notation or a defined name: `sigmoid`, `KL`, "softplus", or the symbol Z."""


def _name(of: Named) -> str:
    if isinstance(of, str):
        return of
    name = of.name if isinstance(of, (Sym, App, Fun, Family)) else getattr(of, "__name__", "")
    if isinstance(of, Binder):
        name = of.kind
    if not name:
        raise TypeError("definition takes a notation such as sigmoid or KL, or a defined name")
    return name


def definition(of: Named) -> Move:
    """A notation written out, or, where it does not occur, put for what it abbreviates.

    KL(p ‖ q) → Σ_y p(y) log(p(y)/q(y));  1/(1 + e^{−z}) → σ(z);  log(1 + e^z) → softplus(z).
    """
    name = _name(of)

    def action(line: Term, setting: Setting) -> Term:
        return first_effect(line, lambda: _unfolded(name, line, setting), lambda: _folded(name, line, setting))

    return Move(
        "definition",
        (f"definition of {_spoken(name)}",),
        f"{name}, or what it stands for",
        action,
        (name,),
    )


def fold(of: Named) -> Move:
    """A notation put for what it abbreviates: 1/(1 + e^{−z}) → σ(z)."""
    name = _name(of)
    return Move(
        "fold",
        (f"definition of {_spoken(name)}",),
        f"what {name} stands for",
        lambda line, setting: _folded(name, line, setting),
        (name,),
    )


def unfold_definition(of: Named) -> Move:
    """A notation written out: σ(z) → 1/(1 + e^{−z})."""
    name = _name(of)
    return Move(
        "unfold_definition",
        (f"definition of {_spoken(name)}",),
        f"{name}",
        lambda line, setting: _unfolded(name, line, setting),
        (name,),
    )


_SPOKEN = {
    "sigmoid": "σ",
    "E": "the expectation",
    "KL": "the KL divergence",
    "H": "the entropy",
    "cross_entropy": "the cross entropy",
    "log_gap": "the gap",
}


def _spoken(name: str) -> str:
    """A notation in words, a defined name as it is printed: π⋆."""
    return _SPOKEN.get(name) or str(Sym(name))


def _unfolded(name: str, line: Term, setting: Setting) -> Term:
    def meaning(t: Term) -> Term | None:
        if (isinstance(t, Fun) and t.name == name) or (isinstance(t, Binder) and t.kind == name):
            return unfold(t)
        defined = setting.definition(name)
        if defined is not None and isinstance(t, (Sym, App)) and t.name == name:
            args = t.args if isinstance(t, App) else ()
            return defined.body.substitute(dict(zip(defined.parameters, args, strict=True)))
        return None

    def rule(t: Term) -> Term | None:
        new = meaning(t)
        if new is None:
            return None
        scalars = Scalars(setting, new, closed=[t])
        at, value = scalars.expr(t), scalars.expr(new)
        return scalars.term(engine.run("xreplace", at.xreplace, {at: value}))

    return rewrite(line, rule)


def _folded(name: str, line: Term, setting: Setting) -> Term:
    if name in FUNCTIONS:
        return _function_folded(name, line, setting)
    if name in BINDERS:
        return _binder_folded(name, line, setting)
    meaning = setting.definition(name)
    return line if meaning is None else _name_folded(name, meaning, line, setting)


_OTHER_FORMS: dict[str, Callable[[Term], Term]] = {"sigmoid": lambda z: exp(z) / (ONE + exp(z))}
"""A second way to write what a notation stands for."""


class _Pattern(Writer):
    """A definition as a SymPy pattern: its parameters are wild."""

    def __init__(self, wild: Mapping[Term, Expr]):
        super().__init__()
        self.wild = wild

    def atom(self, t: Term) -> Expr:
        return self.wild[t]


def _function_folded(name: str, line: Term, setting: Setting) -> Term:
    row = FUNCTIONS[name]
    if row.definition is None:
        return line
    parameters = [Sym(f"w{i}") for i in range(row.arity[0])]
    wild: dict[Term, Expr] = {p: sympy.Wild(p.name) for p in parameters}
    forms = [form(*parameters) for form in (row.definition, _OTHER_FORMS.get(name)) if form]
    patterns = [_Pattern(wild)(form) for form in forms]

    def matched(t: Term) -> Term | None:
        scalars = Scalars(setting, t)
        e = scalars.expr(t)
        for pattern in patterns:
            found = engine.run("match", e.match, pattern) if e.func == pattern.func else None
            if found and pattern.xreplace(found) == e:
                return Fun(name, tuple(scalars.term(found[w]) for w in wild.values()))
        return None

    def rule(t: Term) -> Term | None:
        if isinstance(t, (Sym, App, Rel)):
            return None
        whole = matched(t)
        if whole is not None or not isinstance(t, Div):
            return whole
        reciprocal = matched(Div(ONE, t.denominator))
        return None if reciprocal is None else times(t.numerator, reciprocal)

    return rewrite(line, rule)


_OTHER_SUMMANDS: dict[str, list[tuple[Callable[..., Term], bool]]] = {
    "KL": [
        (lambda p, q: p * log(q / p), True),
        (lambda p, q: p * (log(p) - log(q)), False),
        (lambda p, q: p * (log(q) - log(p)), True),
    ],
}
"""Further ways to write the summand of an operator, and whether the sum is then its negative."""


def _binder_folded(kind: BinderKind, line: Term, setting: Setting) -> Term:
    row = BINDERS[kind]
    if row.summand is None:
        return line
    parameters = [Sym(f"w{i}") for i in range(row.bodies)]
    forms = [(row.summand, row.negative), *_OTHER_SUMMANDS.get(kind, ())]

    def rule(t: Term) -> Term | None:
        if not isinstance(t, Binder) or t.kind not in ("sum", "E") or t.kind == kind:
            return None
        index = opening(t)
        body = times(*t.opened(index))
        if isinstance(body, Add):
            bracket = Scalars(setting, body, NONE)
            body = bracket.term(engine.run("factor", sympy.factor, bracket.expr(body)), afresh=True)
        scalars = Scalars(setting, body, EXP_LOG)
        e = scalars.expr(body)
        inner = [d for d, atom in scalars.atoms.items() if index in atom.symbols]
        weights = [d for d in inner if is_weight(scalars.atoms[d], index, setting)]
        # Σ π β r is E[β r]; but Σ β π log(π/q) is β KL.
        coefficient, rest = sympy.S.One, e
        if kind != "E":
            coefficient, rest = engine.run("as_independent", e.as_independent, *inner, as_Add=False)
        for weight, (summand, negative) in product(weights, forms):
            wild: dict[Term, Expr] = {p: sympy.Wild(p.name) for p in parameters}
            wild[parameters[0]] = weight
            pattern = _Pattern(wild)(summand(*parameters))
            found = engine.run("match", rest.match, pattern)
            if found is None or pattern.xreplace(found) != rest or rest == weight:
                continue
            values = [found.get(w, w) for w in wild.values()]
            bodies = tuple(abstract(scalars.term(v), index) for v in values)
            folded = Binder(kind, t.over, bodies, t.letter)
            return times(scalars.term(coefficient), minus(folded) if negative else folded)
        return None

    return rewrite(line, rule)


def is_weight(t: Term, index: Sym, setting: Setting) -> bool:
    """Whether `t` is a declared distribution at `index`, so that it sums to 1 over it."""
    return isinstance(t, App) and t.args[:1] == (index,) and setting.declaration(t.name).distribution


def _name_folded(name: str, meaning: Lam, line: Term, setting: Setting) -> Term:
    parameters = frozenset(meaning.parameters)

    def rule(t: Term) -> Term | None:
        found = match(meaning.body, t, parameters)
        if found is None and not parameters and type(t) is type(meaning.body):
            scalars = Scalars(setting, t)
            found = {} if scalars.expr(t) == scalars.expr(meaning.body) else None
        if found is None:
            return None
        args = tuple(found[p] for p in meaning.parameters)
        return App(name, args) if args else Sym(name)

    return rewrite(line, rule)
