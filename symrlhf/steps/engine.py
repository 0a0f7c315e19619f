"""Moves: how SymPy computes the next line from the previous one.

A move selects its target subterms, lets SymPy see them as scalars (everything SymPy must not look into is a
Dummy), and splices the result back; the rest stays as written. Every call of SymPy goes through `run`, so what a
line says was executed did run, and its result is what the line shows. Nothing here is believed: the kernel
proves each line from the one before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol

import sympy

from symrlhf.errors import MoveFailed
from symrlhf.read.sympy import Reader
from symrlhf.setting import Setting, Sign
from symrlhf.steps.matching import is_instance
from symrlhf.steps.writing import Order, changed, letters, size, tidy
from symrlhf.term import (
    INTEGER,
    Add,
    App,
    Binder,
    Card,
    Diff,
    Div,
    Fun,
    Mul,
    Neg,
    Num,
    Path,
    Pow,
    Range,
    Rel,
    Sym,
    Term,
    abstract,
    bind_range,
)
from symrlhf.write.sympy import Expr, Writer

# ------------------------------------------------------------------ the one seam to SymPy

_executed: ContextVar[list[str]] = ContextVar("executed")


def run(name: str, function: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """The result of a SymPy function, recorded under its name as executed."""
    result = function(*args, **options)
    _executed.get().append(name)
    return result


def first_effect(line: Term, *attempts: Callable[[], Term]) -> Term:
    """What the first attempt makes of the line that changes it; the others are not recorded."""
    for attempt in attempts:
        with recording() as executed:
            result = attempt()
        if result != line:
            _executed.get().extend(executed)
            return result
    return line


@contextmanager
def recording() -> Iterator[list[str]]:
    """Collects the names of the SymPy functions that run inside."""
    executed: list[str] = []
    token = _executed.set(executed)
    try:
        yield executed
    finally:
        _executed.reset(token)


# ------------------------------------------------------------------ moves


@dataclass(frozen=True)
class Computed:
    """What a move made of a line: the new line, where it differs, and the SymPy functions that made it."""

    result: Term
    changed: tuple[Path, ...]
    executed: tuple[str, ...]


Action = Callable[[Term, Setting], Term]

Words = tuple[str | Term, ...]
"""Prose with the terms it names."""


def spoken(words: str | Words) -> str:
    """Prose as Unicode text."""
    return words if isinstance(words, str) else " ".join(map(str, words))


@dataclass(frozen=True)
class Move:
    """A step of a derivation that SymPy can carry out.

    The line is a relation, or one side of a chain. `words` is the reason in prose, with the terms it names.
    """

    name: str
    words: Words
    looks_for: str | Words
    action: Action = field(compare=False, repr=False)
    arguments: tuple[object, ...] = ()
    continues: bool = True
    """Whether the move works on the line before; else it begins with a term of its own."""

    @property
    def reason(self) -> str:
        """The reason as Unicode text."""
        return spoken(self.words)

    def apply(self, line: Term, setting: Setting) -> Computed:
        """The line after this move; a move that changes nothing raises `MoveFailed`."""
        with recording() as executed:
            result = self.action(line, setting)
        if result == line and letters(result) == letters(line):
            raise self.failed()
        return Computed(result, changed(line, result), tuple(dict.fromkeys(executed)))

    def at(self, *targets: Term) -> Move:
        """The same move on these subterms alone."""

        def action(line: Term, setting: Setting) -> Term:
            return rewrite(line, lambda t: self.action(t, setting) if is_instance(t, targets) else None)

        return replace(self, action=action, arguments=(*self.arguments, "at", targets))

    def failed(self) -> MoveFailed:
        return MoveFailed(f"{self.name} found nothing to do: it looks for {spoken(self.looks_for)}")


class HasStatement(Protocol):
    @property
    def statement(self) -> Any: ...


Premise = HasStatement | Rel
"""A theorem, or an equation as such."""


def relation_of(premise: Premise) -> Rel:
    """The equation that a premise states."""
    return premise if isinstance(premise, Rel) else premise.statement.relation


# ------------------------------------------------------------------ walking a line

_ALGEBRA = (Num, Add, Mul, Neg, Div, Pow)

Rule = Callable[[Term], Term | None]


def rewrite(line: Term, rule: Rule, into_derivatives: bool = True) -> Term:
    """Every outermost subterm for which `rule` has an answer, replaced by it.

    Binders are opened with a fresh index on the way in and closed on the way out: `rule` sees closed terms.
    """
    answer = rule(line)
    if answer is not None and answer != line:
        return answer
    return _rebuilt(line, lambda c: rewrite(c, rule, into_derivatives), into_derivatives)


def rewrite_inside_out(line: Term, rule: Rule, into_derivatives: bool = True) -> Term:
    """Like `rewrite`, but the innermost subterms first, and no term around a replaced one."""
    inner = _rebuilt(line, lambda c: rewrite_inside_out(c, rule, into_derivatives), into_derivatives)
    if inner != line:
        return inner
    answer = rule(line)
    return line if answer is None else answer


def rewrite_regions(line: Term, rule: Rule) -> Term:
    """Every maximal piece of sums, products, quotients and powers, innermost first, replaced by `rule` of it."""

    def visit(t: Term) -> Term:
        if not isinstance(t, _ALGEBRA):
            return _rebuilt(t, visit, True)
        inner = leaves(t)
        answer = rule(inner)
        return inner if answer is None else answer

    def leaves(t: Term) -> Term:
        return _rebuilt(t, leaves, True) if isinstance(t, _ALGEBRA) else visit(t)

    return visit(line)


def _rebuilt(t: Term, visit: Callable[[Term], Term], into_derivatives: bool) -> Term:
    if isinstance(t, Diff) and not into_derivatives:
        return t
    if isinstance(t, Diff):
        return Diff(visit(t.body), t.var)
    if isinstance(t, Binder):
        return in_binder(t, visit)
    if isinstance(t, Range):
        return each_term(t, visit, ends=visit)
    kids = tuple(visit(c) for c in t.children)
    return t if kids == t.children else tidy(t.rebuild(kids))


def opening(t: Binder | Range) -> Sym:
    """An index to open a binder with that no author can have written."""
    depth = 1 + max((name.count("\0") for name in t.names), default=0)
    letter, sort = ("t", INTEGER) if isinstance(t, Range) else (t.over.letter, t.over)
    return Sym((t.letter or letter) + "\0" * depth, sort)


def in_binder(t: Binder, visit: Callable[[Term], Term]) -> Term:
    """The same binder over bodies rewritten at a fresh index."""
    index = opening(t)
    bodies = tuple(visit(b) for b in t.opened(index))
    closed = Binder(t.kind, t.over, tuple(abstract(b, index) for b in bodies), t.letter)
    return t if closed == t else closed


def each_term(
    t: Range,
    rule: Callable[[Term], Term],
    kind: Literal["sum", "prod"] | None = None,
    ends: Callable[[Term], Term] = lambda end: end,
) -> Range:
    """The sum or product over tokens with `rule` of its body, at an integer that no author can have written."""
    index = opening(t)
    made = bind_range(kind or t.kind, index, ends(t.low), ends(t.high), rule(t.opened(index)))
    return Range(made.kind, made.first, made.last, made.body, t.letter)


# ------------------------------------------------------------------ terms as scalars

EVERY: frozenset[str] = frozenset(
    {"exp", "log", "sigmoid", "softplus", "tanh", "cosh", "sinh", "arctan", "arcsin", "sqrt", "log_gap"}
)
"""The functions SymPy may look into when nothing else is asked."""

NONE: frozenset[str] = frozenset()
EXP_LOG: frozenset[str] = frozenset({"exp", "log"})


class Scalars:
    """One line as SymPy sees it: algebra over Dummies, one for each part that stays closed.

    Functions outside `visible`, and the terms in `closed`, are Dummies too. What was written is remembered: an
    expression that comes back unchanged comes back as written.
    """

    def __init__(self, setting: Setting, line: Term, visible: frozenset[str] = EVERY, closed: Sequence[Term] = ()):
        self.setting = setting
        self.visible = visible
        self.closed = frozenset(closed)
        self.order = Order(line)
        self.dummies: dict[Term, Expr] = {}
        self.atoms: dict[Expr, Term] = {}
        self.written: dict[Expr, Term] = {}
        self._writer = _ScalarWriter(self)

    def expr(self, t: Term) -> Expr:
        """`t` as a SymPy scalar."""
        return self._writer(t)

    def term(self, e: Expr, afresh: bool = False) -> Term:
        """A SymPy result as a term; `afresh` reads its root anew even if the same was written before."""
        read = Reader(self.written | self.atoms, self.order.terms, self.order.factors)
        return read.written_out(e) if afresh and e not in self.atoms else read(e)

    def dummy(self, t: Term) -> Expr:
        """The Dummy that stands for `t`."""
        if t not in self.dummies:
            k = len(self.dummies)
            assumption = {"positive": True} if positive(t, self.setting) else _assumption(t, self.setting)
            made = sympy.Dummy(f"s{k}", dummy_index=k, **assumption)
            self.dummies[t], self.atoms[made] = made, t
        return self.dummies[t]

    def is_closed(self, t: Term) -> bool:
        if t in self.closed:
            return True
        return t.name not in self.visible if isinstance(t, Fun) else not isinstance(t, _ALGEBRA)

    def remember(self, e: Expr, t: Term) -> None:
        """`t` is how `e` was written; the shortest writing wins."""
        if e.is_Atom:
            return
        old = self.written.get(e)
        if old is None or size(t) < size(old):
            self.written[e] = t


class _ScalarWriter(Writer):
    def __init__(self, scalars: Scalars):
        super().__init__(scalars.setting)
        self.scalars = scalars

    def __call__(self, t: Term) -> Expr:
        if self.scalars.is_closed(t):
            return self.scalars.dummy(t)
        e = super().__call__(t)
        self.scalars.remember(e, t)
        return e


_SIGNS: dict[Sign, dict[str, bool]] = {
    "nonnegative": {"nonnegative": True},
    "negative": {"negative": True},
    "nonpositive": {"nonpositive": True},
    "nonzero": {"real": True, "nonzero": True},
}


def _assumption(t: Term, setting: Setting) -> dict[str, bool]:
    known = setting.declaration(t.name).sign if isinstance(t, (Sym, App)) else "real"
    return _SIGNS.get(known, {"real": True})


def positive(t: Term, setting: Setting) -> bool:
    """Whether `t` is plainly positive: what SymPy is told, and nothing more (the kernel judges)."""
    match t:
        case Num(value=value):
            return value > 0
        case Sym(name=name) | App(name=name):
            meaning = setting.definition(name)
            if meaning is not None:
                return positive(meaning.body, setting)
            return setting.declaration(name).sign == "positive"
        case Fun(name="exp" | "sigmoid" | "softplus") | Card():
            return True
        case Fun(name="sqrt") | Add() | Mul() | Div():
            return all(positive(c, setting) for c in t.children)
        case Pow(base=base):
            return positive(base, setting)
        case Binder(kind="sum" | "prod" | "E"):
            return all(positive(b, setting) for b in t.opened(opening(t)))
        case _:
            return False
