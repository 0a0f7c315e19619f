"""What a line may be yielded with: a move, or a reason that is not a move."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, cast, runtime_checkable

from symrlhf.kernel import rules as kernel
from symrlhf.kernel.theorem import Theorem
from symrlhf.setting import Family, Policy, Setting
from symrlhf.term import App, Lam, Operand, Path, Rel, Sym, Term, as_term

if TYPE_CHECKING:
    from symrlhf.authoring.derived import Derivation


class Outcome(Protocol):
    """What a move computed: the new line, where it changed, which SymPy functions ran."""

    @property
    def result(self) -> Term: ...
    @property
    def changed(self) -> tuple[Path, ...]: ...
    @property
    def executed(self) -> tuple[str, ...]: ...


@runtime_checkable
class Move(Protocol):
    """A step that computes the next line from the previous one."""

    @property
    def name(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def arguments(self) -> tuple[object, ...]: ...
    @property
    def continues(self) -> bool: ...

    def apply(self, line: Term, setting: Setting) -> Outcome: ...


# ------------------------------------------------------------------ reasons that are not moves


@dataclass(frozen=True)
class Given:
    """The line is a hypothesis."""

    reason: str


@dataclass(frozen=True)
class Definition:
    """A new name for a term."""

    name: str
    value: Lam


@dataclass(frozen=True)
class Start:
    """The first expression of a new chain."""

    expression: Term


@dataclass(frozen=True)
class Nonnegative:
    """The inequality holds because its difference equals a certificate of known sign."""

    certificate: Term
    premises: tuple[Theorem, ...]


@dataclass(frozen=True)
class Citation:
    """An earlier theorem with terms put in for its free names."""

    derivation: Derivation
    values: dict[str, Any] = field(hash=False)

    def instance(self, setting: Setting, lemmas: tuple[Theorem, ...]) -> Theorem:
        theorem = self.derivation.result
        unknown = self.values.keys() - self.derivation.parameters.keys()
        if unknown:
            raise TypeError(
                f"{self.derivation.title} has no {', '.join(sorted(unknown))}; "
                f"it is stated for {', '.join(self.derivation.parameters)}"
            )
        values = {n: _value(n, v, theorem) for n, v in self.values.items()}
        return kernel.instantiate(theorem, values, setting, lemmas)


def given(reason: str = "given") -> Given:
    """The line is assumed, for this reason."""
    return Given(reason)


def let(name: str, value: Operand, *indices: Sym) -> Definition:
    """The definition name := value, or name(indices) := value."""
    return Definition(name, Lam(indices, as_term(value)))


def start(expression: Term) -> Start:
    """A new chain begins with this expression (a bare expression would continue the line before)."""
    return Start(expression)


def nonnegative(certificate: Term, *premises: Theorem) -> Nonnegative:
    """The reason of an inequality: its difference equals the certificate, whose sign the kernel knows."""
    return Nonnegative(certificate, premises)


def by(derivation: Derivation, **values: Any) -> Citation:
    """An earlier derivation's theorem, with terms, policies or functions for its parameters."""
    if isinstance(derivation, str):
        raise TypeError(f"by() takes a derivation, not its name: import it, or write by(load({derivation!r}))")
    if isinstance(derivation, Theorem):
        raise TypeError("by() takes a derivation; a line of this one is used by a move, as in substitute(line)")
    return Citation(derivation, values)


def _value(name: str, value: Any, theorem: Theorem) -> Term | Lam:
    """A replacement as the kernel takes it: functions become λ-terms over the sorts they are used at."""
    if isinstance(value, (Policy, Family)):
        parameters = _parameters(name, theorem)
        return Lam(parameters, value[parameters])
    if callable(value) and not isinstance(value, Term):
        parameters = _parameters(name, theorem)
        return Lam(parameters, as_term(cast(Callable[..., Operand], value)(*parameters)))
    return as_term(value)


def _parameters(name: str, theorem: Theorem) -> tuple[Sym, ...]:
    """Fresh parameters for the function `name`, one for each argument it is applied to in the theorem."""
    relations = [theorem.relation, *(h.relation for h in theorem.hypotheses)]
    relations += [Rel("=", v.body, v.body) for _, v in theorem.setting.definitions]
    for relation in relations:
        for t in relation.subterms():
            if isinstance(t, App) and t.name == name:
                return tuple(Sym(f"\0{name}{i}", a.sort) for i, a in enumerate(t.args))
    raise TypeError(f"the theorem says nothing of {name}")


Reason = Given | Definition | Start | Nonnegative | Citation
Part = Operand | Move | Reason | str
Item = Part | tuple[Part, ...]
"""A line as yielded: a term, number or relation, a move, a reason, or a tuple of one of them with reasons."""

Lines = Generator[Item, Theorem, None]
