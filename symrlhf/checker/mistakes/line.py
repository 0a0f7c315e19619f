"""A false line, its edits, and the rows of the table: what every mistake is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from symrlhf.checker.mistakes.writing import shown
from symrlhf.kernel.theorem import Theorem
from symrlhf.lazy import once
from symrlhf.setting import Setting
from symrlhf.term import INTEGER, REAL, App, Binder, Cases, Diff, Fun, Lim, Order, Path, Range, Rel, Term

Words = tuple[str | Term, ...]
"""What was wrong: words and terms, put together only when they are told."""


@dataclass(frozen=True)
class Edit:
    """A line that may have been meant, and what was wrong with the one that was written."""

    words: Words
    mended: Rel

    @property
    def text(self) -> str:
        return "".join(w if isinstance(w, str) else shown(w) for w in self.words)


Edits = Iterator[Edit]
Change = Callable[[Term], Iterator[tuple[Words, Term]]]
"""What a subterm may have been meant to be."""


@dataclass(frozen=True)
class Line:
    """A false line, and what its names mean."""

    relation: Rel
    setting: Setting
    given: tuple[Theorem, ...] = ()
    """What it was judged under."""

    @property
    def lhs(self) -> Term:
        return self.relation.lhs

    @property
    def rhs(self) -> Term:
        return self.relation.rhs

    @once
    def expanded(self) -> Rel:
        """The line without definitions."""
        relation = self.setting.expand(self.relation)
        assert isinstance(relation, Rel)
        return relation

    @once
    def heads(self) -> frozenset[str]:
        """The functions, operators and derivatives that the line is about."""
        kinds = (_kind(t) for _, t in self.expanded.walk())
        return frozenset(k for k in kinds if k)

    @once
    def places(self) -> tuple[tuple[Path, Term], ...]:
        """The numbers on the right, outermost first."""
        return tuple(numbers_in(self.rhs))

    @once
    def left_places(self) -> tuple[tuple[Path, Term], ...]:
        """The numbers on the left, outermost first."""
        return tuple(numbers_in(self.lhs))

    @once
    def policies(self) -> tuple[str, ...]:
        """The names of distributions, and of policies that are defined by others."""
        declared = {n for n in self.expanded.names if self.setting.declaration(n).distribution}
        defined = {n for n, value in self.setting.definitions if n.startswith("pi") and value.parameters}
        return tuple(sorted(declared | defined & self.relation.names))

    def with_right(self, new: Term, path: Path = ()) -> Rel:
        return replace(self.relation, rhs=self.rhs.replace_at(path, new))

    def with_left(self, new: Term, path: Path = ()) -> Rel:
        return replace(self.relation, lhs=self.relation.lhs.replace_at(path, new))


@dataclass(frozen=True)
class Mistake:
    """One row: the name of a slip and the lines it may have been made from."""

    kind: str
    edits: Callable[[Line], Edits]


def _kind(t: Term) -> str:
    match t:
        case Fun(name=name):
            return name
        case Binder(kind=kind) | Range(kind=kind) | Lim(kind=kind):
            return kind
        case Diff():
            return "diff"
        case Cases():
            return "cases"
        case _:
            return ""


PARTS: dict[type[Term], int] = {Diff: 0, Lim: 0, Range: 2}
"""The part of a node where a number stands, if it is one of several parts."""


def numbers_in(term: Term) -> Iterator[tuple[Path, Term]]:
    """The subterms that are numbers, outermost first; arguments of families and variables of derivatives are none."""
    queue: list[tuple[Path, Term]] = [((), term)]
    for path, t in queue:
        if t.sort in (REAL, INTEGER) and not isinstance(t, Rel):
            yield path, t
        if isinstance(t, (App, Order)):
            continue
        only = PARTS.get(type(t))
        queue += [((*path, i), child) for i, child in enumerate(t.children) if only in (None, i)]


def at_places(change: Change) -> Callable[[Line], Edits]:
    """The edits of single subterms of the right side, outermost first."""

    def edits(line: Line) -> Edits:
        for path, term in line.places:
            for words, new in change(term):
                yield Edit(words, line.with_right(new, path))

    return edits


def on_the_left(change: Change) -> Callable[[Line], Edits]:
    """The edits of single subterms of the left side: what was meant there for the right side to hold."""

    def edits(line: Line) -> Edits:
        for path, term in line.left_places:
            for words, new in change(term):
                yield Edit(words, line.with_left(new, path))

    return edits


def if_about(*heads: str) -> Callable[[Callable[[Line], Edits]], Callable[[Line], Edits]]:
    """Edits of lines that have one of these functions."""

    def only(edits: Callable[[Line], Edits]) -> Callable[[Line], Edits]:
        return lambda line: edits(line) if line.heads & set(heads) else iter(())

    return only
