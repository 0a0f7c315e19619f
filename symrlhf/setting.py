"""What symbols mean: signs, distributions, dependencies, definitions; and the handles authors write with.

A `Setting` is a value, the symbol table of one derivation or document. The kernel reads it; a `Term` never does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import count
from typing import Annotated, Any, Literal

from symrlhf.errors import RuleViolation
from symrlhf.lazy import once
from symrlhf.term import (
    INTEGER,
    PROMPTS,
    REAL,
    RESPONSES,
    VECTOR,
    App,
    Binder,
    Card,
    IndexSet,
    Lam,
    Operand,
    Rel,
    Sort,
    Sym,
    Term,
    as_term,
    bind,
    fits,
)

Sign = Literal["real", "positive", "nonnegative", "negative", "nonpositive", "nonzero"]


@dataclass(frozen=True)
class Declaration:
    """What is known of one name. Names without a declaration are real and depend on nothing."""

    name: str
    sort: Sort = REAL
    sign: Sign = "real"
    distribution: bool = False
    """Positive, and summing to 1 over its first argument (a condition at a point, see `kernel`)."""
    depends: frozenset[str] = frozenset()
    """The names this one varies with when they are differentiated by."""
    fixed: bool = False
    """One fixed element of its index set (otherwise an index stands for every element)."""
    values: tuple[Fraction, ...] = ()
    """All that its values can be, as (0, 1) of a binary reward; a condition at a point, too. Empty where any may be."""


@dataclass(frozen=True)
class Setting:
    """The symbol table: declarations and definitions by name, in order of entry."""

    declarations: tuple[Declaration, ...] = ()
    definitions: tuple[tuple[str, Lam], ...] = ()
    """Name and λ-term: Z := Σ_y ... has no parameters, π*(y) := ... has one."""

    def __post_init__(self) -> None:
        for i, (name, value) in enumerate(self.definitions):
            # A definition may use only what was defined before it: no name can, even indirectly, mean itself.
            later = {n for n, _ in self.definitions[i:]}
            if clash := sorted(value.body.names & later):
                raise RuleViolation(f"the definition of {name} uses {clash[0]}, which is not defined before it")
            # A name that the kernel uses for itself would step out of the definition under the kernel's hands.
            if private := sorted(n for n in value.body.names | {name} if not n.isprintable()):
                raise RuleViolation(f"{private[0]!r} is no name")
            # Z := r(y) would say that all r(y) are equal.
            if loose := sorted(s.name for s in value.body.free_indices - set(value.parameters)):
                raise RuleViolation(f"{name} varies with {loose[0]}, which is not among its parameters")

    def __hash__(self) -> int:
        return self._hash

    @once
    def _hash(self) -> int:
        return hash((self.declarations, self.definitions))

    def __getstate__(self) -> dict[str, Any]:
        # String hashes differ between processes: cached values must not travel.
        return {"declarations": self.declarations, "definitions": self.definitions}

    @once
    def names(self) -> frozenset[str]:
        """Every name that is declared, defined or used in a definition."""
        bodies = (value.body.names for _, value in self.definitions)
        return frozenset({*self._by_name, *self._definition_of}.union(*bodies))

    @once
    def _by_name(self) -> dict[str, Declaration]:
        return {d.name: d for d in self.declarations}

    @once
    def _depends(self) -> dict[str, frozenset[str]]:
        return {}

    @once
    def _definition_of(self) -> dict[str, Lam]:
        return dict(self.definitions)

    def declaration(self, name: str) -> Declaration:
        return self._by_name.get(name) or Declaration(name)

    def definition(self, name: str) -> Lam | None:
        return self._definition_of.get(name)

    def declare(self, *new: Declaration) -> Setting:
        """This setting with more declarations; a name keeps its first meaning."""
        return self.merge(Setting(tuple(new)))

    def define(self, name: str, value: Lam) -> Setting:
        """This setting with a defined name. The name must be new, so a definition cannot assert anything."""
        if name in self._by_name or name in self._definition_of or name in value.body.names:
            raise RuleViolation(f"{name} already has a meaning: a definition needs a new name")
        return replace(self, definitions=(*self.definitions, (name, value)))

    def merge(self, other: Setting) -> Setting:
        """Both tables together; the same name must mean the same thing in both."""
        if other == self:
            return self
        declarations, definitions = list(self.declarations), list(self.definitions)
        for d in other.declarations:
            if d.name in self._definition_of or self._by_name.get(d.name, d) != d:
                raise RuleViolation(f"{d.name} means two different things")
            if d.name not in self._by_name:
                declarations.append(d)
        for name, value in other.definitions:
            if name in self._by_name or self._definition_of.get(name, value) != value:
                raise RuleViolation(f"{name} means two different things")
            if name not in self._definition_of:
                definitions.append((name, value))
        if len(declarations) == len(self.declarations) and len(definitions) == len(self.definitions):
            return self
        return Setting(tuple(declarations), tuple(definitions))

    def extends(self, other: Setting) -> bool:
        """Whether all names that have a meaning there have the same meaning here."""
        return {*other.declarations} <= {*self.declarations} and {*other.definitions} <= {*self.definitions}

    def depends(self, name: str) -> frozenset[str]:
        """Every name that `name` varies with, through definitions and declared dependencies, itself included."""
        if (known := self._depends.get(name)) is not None:
            return known
        seen: set[str] = set()
        todo = [name]
        while todo:
            n = todo.pop()
            if n not in seen:
                seen.add(n)
                value = self.definition(n)
                # What a function is said of varies where it stands, in a term.
                todo += (
                    self.declaration(n).depends
                    if value is None
                    else value.body.names - {p.name for p in value.parameters}
                )
        found = self._depends[name] = frozenset(seen)
        return found

    def varies(self, term: Term, name: str) -> bool:
        """Whether `term` can vary when the variable `name` does."""
        return any(name in self.depends(n) for n in term.names)

    def expand(self, term: Term) -> Term:
        """`term` with every defined name replaced by what it stands for."""
        # A definition is an identity: it may be used inside derivatives too.
        varying = frozenset(self._definition_of)
        while used := term.names & varying:
            functions = {n: self._definition_of[n] for n in used}
            symbols = {s: _constant(s, functions[s.name]) for s in term.symbols if s.name in functions}
            term = term.substitute(symbols, varying).substitute_functions(functions, varying)
        return term


def _constant(symbol: Sym, value: Lam) -> Term:
    """What a defined name that stands alone means."""
    if value.parameters:
        raise RuleViolation(f"{symbol.name} takes {len(value.parameters)} arguments, but stands alone")
    if not fits(value.body, symbol.sort):
        raise RuleViolation(f"{symbol.name} is a name of two things: of an index and of what it is defined as")
    return value.body


# ------------------------------------------------------------------ handles


@dataclass(frozen=True)
class Family:
    """A symbol applied to arguments: `f[i]`, `r[x, y]`."""

    name: str
    sort: Sort = REAL
    context: tuple[Term, ...] = ()

    def __getitem__(self, args: Operand | tuple[Operand, ...]) -> App:
        given = args if isinstance(args, tuple) else (args,)
        return App(self.name, (*self.context, *map(as_term, given)), 0, self.sort)

    def index(self, letter: str = "") -> Sym:
        """An index that stands for every element of the set that the values lie in."""
        if not isinstance(self.sort, IndexSet):
            raise TypeError(f"the values of {self.name} are numbers: there is no index over them")
        return Sym(letter or self.sort.letter, self.sort)


@dataclass(frozen=True)
class Reward(Family):
    """An unknown real function of a response: `r[y]`, or of prompt and response: `r[x, y]`."""

    def given(self, *context: Term) -> Reward:
        """The reward at a fixed prompt: `r.given(x)[y]` is r(x, y)."""
        return replace(self, context=context)


@dataclass(frozen=True)
class Policy:
    """A distribution over the finite response set: positive and summing to 1. `pi[y]`, or `pi[x, y]` for π(y | x)."""

    name: str
    over: IndexSet = RESPONSES
    context: tuple[Term, ...] = ()

    def __getitem__(self, args: Operand | tuple[Operand, ...]) -> App:
        *given, y = map(as_term, (*self.context, *(args if isinstance(args, tuple) else (args,))))
        if y.sort != self.over:
            n = self.name
            raise TypeError(f"{y} is no response of {n}: write {n}[y] or {n}[x, y] with y = {n}.index()")
        return App(self.name, (y, *given), len(given))

    def given(self, *context: Term) -> Policy:
        """The policy at a fixed prompt: `pi.given(x)[y]` is π(y | x)."""
        return replace(self, context=context)

    def index(self, letter: str = "") -> Sym:
        """An index that stands for every response."""
        return Sym(letter or self.over.letter, self.over)

    def element(self, name: str) -> Sym:
        """One fixed, arbitrary response."""
        return Sym(name, self.over, fixed=True)

    @property
    def sums_to_one(self) -> Rel:
        """Σ_y π(y) = 1: a condition at a point, as a reason for moves that use it."""
        y = self.index()
        return Rel("=", bind("sum", y, self[y]), as_term(1))


@dataclass(frozen=True)
class Data:
    """A finite data set of comparisons (x_i, y_{w,i}, y_{l,i}): `i = data.index("i")`, `data.x[i]`, `data.size`."""

    name: str
    over: IndexSet = field(default_factory=lambda: IndexSet("D", "i"))

    @property
    def x(self) -> Family:
        return Family("x", PROMPTS)

    @property
    def y_w(self) -> Family:
        return Family("y_w", RESPONSES)

    @property
    def y_l(self) -> Family:
        return Family("y_l", RESPONSES)

    @property
    def size(self) -> Card:
        """The number of comparisons."""
        return Card(self.over)

    def index(self, letter: str = "") -> Sym:
        return Sym(letter or self.over.letter, self.over)


@dataclass(frozen=True)
class Group:
    """A finite group of responses to one prompt: `i = group.index("i")`, `R[i]`, `group.size`."""

    name: str
    over: IndexSet = field(default_factory=lambda: IndexSet("G", "i"))

    @property
    def size(self) -> Card:
        """The number of responses in the group."""
        return Card(self.over)

    def index(self, letter: str = "") -> Sym:
        return Sym(letter or self.over.letter, self.over)


Indexed = Callable[[Term], Operand] | Policy | Reward | Family


def _at(f: Indexed, y: Term) -> Term:
    return f[y] if isinstance(f, (Policy, Family)) else as_term(f(y))


def _over(*fs: Indexed) -> IndexSet:
    return next((f.over for f in fs if isinstance(f, Policy)), RESPONSES)


_private = count()


def _bind(kind: Literal["E", "KL", "H", "cross_entropy"], *fs: Indexed) -> Binder:
    over = _over(*fs)
    # A letter of its own while building: neither the bodies' letters nor those of an operator around can be met.
    index = Sym(f"\3{next(_private)}", over)
    built = bind(kind, index, *(_at(f, index) for f in fs))
    return Binder(built.kind, over, built.bodies, over.letter)


def E(distribution: Indexed, of: Indexed) -> Binder:
    """E_{y∼π}[f(y)] = Σ_y π(y) f(y); `of` is a reward, a policy or a function of the response."""
    return _bind("E", distribution, of)


def KL(p: Indexed, q: Indexed) -> Binder:
    """D_KL(p ‖ q) = Σ_y p(y) log(p(y)/q(y)), in nats."""
    return _bind("KL", p, q)


def H(p: Indexed) -> Binder:
    """The entropy −Σ_y p(y) log p(y), in nats."""
    return _bind("H", p)


def cross_entropy(p: Indexed, q: Indexed) -> Binder:
    """The cross entropy −Σ_y p(y) log q(y), in nats."""
    return _bind("cross_entropy", p, q)


# ------------------------------------------------------------------ what annotations declare


@dataclass(frozen=True)
class Declares:
    """What an annotation says of the parameter it stands on (its name is the parameter's)."""

    sort: Sort = REAL
    sign: Sign = "real"
    fixed: bool = False


@dataclass(frozen=True)
class DependsOn:
    """`Annotated[Reward, DependsOn("phi")]`: the function varies with φ in an unknown, differentiable way."""

    names: tuple[str, ...]

    def __init__(self, *names: str):
        object.__setattr__(self, "names", names)


Real = Annotated[Term, Declares()]
Positive = Annotated[Term, Declares(sign="positive")]
Integer = Annotated[Term, Declares(sort=INTEGER)]
PositiveInteger = Annotated[Term, Declares(sort=INTEGER, sign="positive")]
Parameter = Annotated[Term, Declares(sort=VECTOR)]
Prompt = Annotated[Term, Declares(sort=PROMPTS, fixed=True)]
Response = Annotated[Term, Declares(sort=RESPONSES, fixed=True)]

Handle = Policy | Reward | Data | Group | Term


def handle(name: str, annotation: type | Declares, depends: Iterable[str] = ()) -> tuple[Handle, Declaration]:
    """The author's handle for a parameter, and what the setting says of it."""
    on = frozenset(depends)
    if annotation is Policy:
        return Policy(name), Declaration(name, sign="positive", distribution=True, depends=on)
    if annotation is Reward:
        return Reward(name), Declaration(name, depends=on)
    if annotation is Data:
        return Data(name), Declaration(name, IndexSet("D", "i"))
    if annotation is Group:
        return Group(name), Declaration(name, IndexSet("G", "i"))
    if isinstance(annotation, Declares):
        symbol = Sym(name, annotation.sort, annotation.fixed)
        return symbol, Declaration(name, annotation.sort, annotation.sign, False, on, annotation.fixed)
    raise TypeError(f"{name}: annotate with Real, Positive, Parameter, Prompt, Response, Policy, Reward, Data or Group")
