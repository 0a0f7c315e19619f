"""Theorems, and the one place where they are made.

Invariant of every `Theorem`: wherever its hypotheses and conditions hold (and the typing facts of its setting),
its statement holds for all its indices, with both sides defined; and such a point exists.

A rule is a function that returns a `Conclusion`; the decorator `rule` lists it in `RULES` and makes the theorem.
Every theorem remembers its rule and the rule's arguments, so `replay` makes it again from the rules alone, and a
pickled theorem is not read but proven again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import wraps
from importlib import import_module
from inspect import signature
from typing import Any, ParamSpec

from symrlhf.errors import IllFormed, InconsistentHypotheses, RuleViolation, StepUndecided
from symrlhf.kernel.obligations import obligations
from symrlhf.kernel.refute import NoWitness, witness
from symrlhf.kernel.signs import Signs
from symrlhf.kernel.solve import triangular
from symrlhf.kernel.statement import Statement
from symrlhf.setting import Setting
from symrlhf.term import Rel, Sym, Term

P = ParamSpec("P")


class Theorem:
    """`hypotheses ⊢ statement`, under `conditions`. Only the rules of the kernel make one."""

    __slots__ = ("arguments", "conditions", "hypotheses", "parents", "rule", "setting", "statement")

    setting: Setting
    hypotheses: tuple[Statement, ...]
    statement: Statement
    conditions: tuple[Statement, ...]
    rule: str
    arguments: tuple[object, ...]
    """What the rule was given: with it `replay` makes the theorem again."""
    parents: tuple[Theorem, ...]

    def __new__(cls, *args: object, **kwargs: object) -> Theorem:
        raise TypeError("theorems are made by the rules of the kernel")

    def __init_subclass__(cls) -> None:
        raise TypeError("a theorem has no subclass")

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a theorem is immutable")

    def __copy__(self) -> Theorem:
        return self

    def __deepcopy__(self, _: object) -> Theorem:
        return self

    def __reduce__(self) -> tuple[Callable[..., Theorem], tuple[object, ...]]:
        return again, (self.rule, self.arguments)

    @property
    def relation(self) -> Rel:
        return self.statement.relation

    @property
    def lhs(self) -> Term:
        return self.statement.lhs

    @property
    def rhs(self) -> Term:
        return self.statement.rhs

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The statement, the hypotheses and the conditions."""
        return (self.statement, *self.hypotheses, *self.conditions)

    def __repr__(self) -> str:
        given = f"{'; '.join(map(str, self.hypotheses))} " if self.hypotheses else ""
        where = f"   where {'; '.join(map(str, self.conditions))}" if self.conditions else ""
        return f"{given}⊢ {self.statement}{where}   [{self.rule}]"

    # ---- the ways out (listed convenience imports)

    def _repr_html_(self) -> str:
        from symrlhf.render import theorem_html

        return theorem_html(self)

    def _repr_latex_(self) -> str:
        from symrlhf.render import theorem_latex

        return theorem_latex(self)

    def sympy(self) -> Any:
        """The statement as a SymPy relation."""
        return self.relation.sympy()

    def lambdify(self, args: Mapping[str, Term] | None = None, modules: str = "numpy") -> Any:
        """The right-hand side as a NumPy function, by `sympy.lambdify`."""
        from symrlhf.compile import lambdify_theorem

        return lambdify_theorem(self, args, modules)

    def function(self, args: Mapping[str, Term] | None = None) -> Any:
        """The right-hand side as a numeric function with value and gradient."""
        from symrlhf.compile import function_of

        return function_of(self, args)


@dataclass(frozen=True)
class Parts:
    """What a rule is about to conclude from its parents."""

    setting: Setting
    hypotheses: tuple[Statement, ...] = ()
    conditions: tuple[Statement, ...] = ()

    @staticmethod
    def of(setting: Setting, parents: Iterable[Theorem] = ()) -> Parts:
        parents = tuple(parents)
        hypotheses = tuple(dict.fromkeys(h for p in parents for h in p.hypotheses))
        conditions = tuple(dict.fromkeys(c for p in parents for c in p.conditions))
        return Parts(combined(setting, parents), hypotheses, conditions)


@dataclass(frozen=True)
class Conclusion:
    """What a rule says: `statement` holds where the hypotheses and conditions of `parts` and `extra` do."""

    parts: Parts
    statement: Statement
    parents: tuple[Theorem, ...] = ()
    extra: tuple[Statement, ...] = field(default=())
    settled: tuple[Statement, ...] = field(default=())
    """Obligations of the statement that the rule has met itself."""


def combined(setting: Setting, theorems: Iterable[Theorem]) -> Setting:
    """The settings of all the theorems together, in which their names vary with no more than they did.

    A name may be declared or defined later than a theorem that speaks of it, but the theorem may have
    differentiated it as a constant.
    """
    theorems = tuple(theorems)
    for t in theorems:
        setting = setting.merge(t.setting)
    for t in theorems:
        if t.setting != setting:
            for n in frozenset[str]().union(*(s.relation.names for s in t.statements)):
                if setting.depends(n) != t.setting.depends(n):
                    raise RuleViolation(f"{n} means two different things: what it varies with has changed")
    return setting


# ------------------------------------------------------------------ making one

RULES: dict[str, Callable[..., Theorem]] = {}
"""The rules by name, as their modules list them."""

RULE_MODULES = (
    "rules",
    "cells",
    "proportion",
    "optimum",
    "implication",
    "limits",
    "limit_cells",
    "integrals",
    "series",
    "inequality",
    "induction",
)
"""Where in the kernel the rules are."""


def all_rules() -> Mapping[str, Callable[..., Theorem]]:
    """Every rule by its name: the table of contents of trust."""
    for module in RULE_MODULES:
        import_module(f"symrlhf.kernel.{module}")
    return RULES


def rule(function: Callable[P, Conclusion]) -> Callable[P, Theorem]:
    """List a function among the rules; what it concludes becomes a theorem."""
    parameters = signature(function)

    @wraps(function)
    def apply(*args: P.args, **kwargs: P.kwargs) -> Theorem:
        given = parameters.bind(*args, **kwargs)
        given.apply_defaults()
        # The rule reads what is recorded: a list may be changed afterwards, and an iterator is read once only.
        frozen = tuple(map(_frozen, given.arguments.values()))
        return _made(function(*frozen), function.__name__, frozen)  # pyright: ignore[reportCallIssue]

    RULES[function.__name__] = apply
    return apply


def _frozen(argument: Any) -> Any:
    """An argument that cannot change: mappings, lists and iterators as tuples."""
    if isinstance(argument, Mapping):
        return _frozen(tuple(argument.items()))  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if isinstance(argument, (list, tuple, Iterator)):
        return tuple(map(_frozen, argument))  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return argument


def _made(conclusion: Conclusion, rule: str, arguments: tuple[object, ...]) -> Theorem:
    """The only place that makes a Theorem: discharges obligations and insists on a witness."""
    parts, statement = conclusion.parts, conclusion.statement
    obliged = (o for o in obligations(statement.relation, parts.setting) if o not in conclusion.settled)
    needed = (*parts.conditions, *obliged, *conclusion.extra)
    conditions = _undischarged(parts, needed)
    _insist_on_names((statement, *parts.hypotheses, *conditions))
    insist_on_witness(parts.setting, parts.hypotheses, statement, conditions)
    t: Theorem = object.__new__(Theorem)
    for name, value in (
        ("setting", parts.setting),
        ("hypotheses", parts.hypotheses),
        ("statement", statement),
        ("conditions", conditions),
        ("rule", rule),
        ("arguments", arguments),
        ("parents", conclusion.parents),
    ):
        object.__setattr__(t, name, value)
    return t


def _undischarged(parts: Parts, conditions: Iterable[Statement]) -> tuple[Statement, ...]:
    """The conditions that neither the hypotheses discharge nor shorter conditions."""
    signs = Signs(parts.setting, parts.hypotheses)
    left = [c for c in dict.fromkeys(conditions) if c not in parts.hypotheses and not signs.holds(c)]
    kept: list[Statement] = []
    for c in sorted(left, key=_size):
        if not kept or not Signs(parts.setting, (*parts.hypotheses, *kept)).holds(c):
            kept.append(c)
    return tuple(c for c in left if c in kept)


def _size(statement: Statement) -> tuple[int, bool]:
    """Of two conditions of one size, > 0 says more than ≠ 0."""
    return sum(1 for _ in statement.relation.subterms()), statement.relation.op == "!="


def _insist_on_names(statements: Iterable[Statement]) -> None:
    """One name stands for one symbol, and the private names of the rules for none."""
    known: dict[str, Sym] = {}
    for s in statements:
        if private := sorted(n for n in s.relation.names if not n.isprintable()):
            raise RuleViolation(f"{private[0]!r} is no name")
        for symbol in s.relation.symbols:
            if known.setdefault(symbol.name, symbol) != symbol:
                raise RuleViolation(f"{symbol.name} stands for two different symbols")


def insist_on_witness(
    setting: Setting,
    hypotheses: tuple[Statement, ...],
    statement: Statement,
    conditions: tuple[Statement, ...],
) -> None:
    solutions = triangular(hypotheses, setting, conditions)
    found = witness((statement,), setting, hypotheses, solutions, conditions)
    if not isinstance(found, NoWitness):
        return
    match found.reason:
        case "hypotheses":
            together = "; ".join(map(str, hypotheses))
            raise InconsistentHypotheses(f"no point was found that meets all hypotheses together: {together}")
        case "undefined":
            raise IllFormed(f"{statement.relation} is undefined wherever it was evaluated: {found.detail}")
        case _:
            raise StepUndecided(f"no point where {statement.relation} is defined was found: {found.detail}")


# ------------------------------------------------------------------ making one again


def again(rule: str, arguments: tuple[object, ...]) -> Theorem:
    """A rule applied to arguments that were recorded."""
    known = all_rules()
    if rule not in known:
        raise RuleViolation(f"{rule} is no rule of the kernel")
    return known[rule](*arguments)


def replay(theorem: Theorem) -> Theorem:
    """`theorem` made again by the rules alone, from its hypotheses and definitions up.

    Raises `RuleViolation` if that gives another theorem than the one at hand.
    """
    return _replayed(theorem, {})


def _replayed(value: Any, done: dict[int, Theorem]) -> Any:
    if isinstance(value, tuple):
        return tuple(_replayed(v, done) for v in value)  # pyright: ignore[reportUnknownVariableType]
    if not isinstance(value, Theorem):
        return value
    if id(value) not in done:
        made = again(value.rule, _replayed(value.arguments, done))
        for part in ("setting", "hypotheses", "statement", "conditions"):
            if getattr(made, part) != getattr(value, part):
                raise RuleViolation(f"the rule {value.rule} gives another theorem than {value}: {made}")
        done[id(value)] = made
    return done[id(value)]
