"""Compiling without a declaration: a theorem or a bare relation, as a numeric function or by plain lambdify."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from symrlhf.compile.function import Declaration, Default, Derived, NumericFunction, Proven, Side
from symrlhf.compile.lambdify import compile_tree
from symrlhf.compile.lower import lower
from symrlhf.compile.stabilise import stabilise
from symrlhf.compile.tree import SIZE, inputs_of
from symrlhf.errors import NotSupported
from symrlhf.kernel.statement import Statement
from symrlhf.setting import Handle, Setting
from symrlhf.term import App, Binder, IndexSet, Rel, Sym, Term


@dataclass(frozen=True)
class Claim:
    """A relation that stands in for a theorem where nothing needs to be proven, as in a test."""

    statement: Statement
    setting: Setting
    conditions: tuple[Statement, ...] = ()


@dataclass(frozen=True)
class Single:
    """One theorem, as a derivation of it."""

    name: str
    title: str
    result: Proven
    parameters: Mapping[str, Handle] = field(default_factory=dict)


def compile_relation(
    relation: Rel,
    setting: Setting,
    args: Mapping[str, Term],
    *,
    returns: Mapping[str, Term] | Term | None = None,
    side: Side = "rhs",
    mean_over: str | None = None,
    defaults: Mapping[str, Default] | None = None,
    wrt: tuple[str, ...] | None = None,
    name: str = "f",
) -> NumericFunction:
    """The numeric function of a relation in its setting, unproven."""
    claim = Claim(Statement.of(relation), setting)
    return _function(
        Single(name, str(relation), claim), args, returns, side, mean_over, dict(defaults or {}), wrt, name
    )


def function_of(theorem: Proven, args: Mapping[str, Term] | None = None) -> NumericFunction:
    """The right side of a theorem as a numeric function, by default of every symbol in it, in order."""
    chosen = atoms(theorem) if args is None else args
    return _function(Single("f", str(theorem.statement), theorem), chosen, None, "rhs", None, {}, None, "f")


def _function(
    derivation: Derived,
    args: Mapping[str, Term],
    returns: Mapping[str, Term] | Term | None,
    side: Side,
    mean_over: str | None,
    defaults: Mapping[str, Default],
    wrt: tuple[str, ...] | None,
    name: str,
) -> NumericFunction:
    given: Callable[[], Mapping[str, Term] | Term] | None = None if returns is None else lambda: returns
    return NumericFunction(Declaration(derivation, lambda: args, given, side, mean_over, defaults, wrt, "", name))


def lambdify_theorem(theorem: Proven, args: Mapping[str, Term] | None = None, modules: str = "numpy") -> Any:
    """The right side of a theorem by `sympy.lambdify`, stable, with positional arguments and nothing checked.

    Over a response set, every array has it last (length 1 where it does not depend on the response).
    """
    if modules != "numpy":
        raise NotSupported(
            f"lambdify for {modules}: use sympy.lambdify on theorem.sympy(), whose formula is not made stable"
        )
    chosen = atoms(theorem) if args is None else args
    relation = theorem.statement.relation
    lowered = lower(relation, theorem.setting, chosen, {"": relation.rhs}, None)
    outputs = stabilise(tree for _, tree in lowered.outputs)
    if SIZE.value in inputs_of(outputs):
        raise NotSupported("lambdify where the number of responses occurs: use theorem.function()")
    call = compile_tree("theorem", list(chosen), outputs).call

    def function(*values: Any) -> Any:
        return call(*values)[0]

    function.__doc__ = call.__doc__
    return function


def atoms(theorem: Proven) -> dict[str, Term]:
    """The symbols and applied symbols of a theorem's right side, named, in order of appearance."""
    found: dict[str, Term] = {}

    def visit(t: Term) -> None:
        if isinstance(t, (Sym, App)) and not isinstance(t.sort, IndexSet):
            name = t.name if found.get(t.name, t) == t else f"{t.name}_{len(found)}"
            if t not in found.values():
                found[name] = t
            return
        bodies = t.opened(Sym(t.over.letter, t.over)) if isinstance(t, Binder) else t.children
        for body in bodies:
            visit(body)

    visit(theorem.setting.expand(theorem.statement.relation.rhs))
    return found
