"""What a document has said so far: vocabulary, hypotheses, cases, and what could not be read.

The other modules read formulas and write here what they found; nothing here depends on the words of the document.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal

from symrlhf.checker import prose
from symrlhf.checker.findings import substituted
from symrlhf.checker.formulas import Formula, Head, Item, Side, notation
from symrlhf.checker.prose import Mode
from symrlhf.checker.statements.shapes import is_order, letters_in, plain_side, senses, varies
from symrlhf.errors import RuleViolation, Unreadable
from symrlhf.read.document import Document
from symrlhf.read.meaning import Reading
from symrlhf.read.pieces import Piece
from symrlhf.read.syntax import Syntax
from symrlhf.read.vocabulary import NO_CIRCLE, Vocabulary
from symrlhf.setting import Declaration, Policy, Setting
from symrlhf.term import INTEGER, REAL, RESPONSES, And, App, Rational, Rel, Relation, Sym, Term

TRIVIAL = Rel("=", Rational(0, 1), Rational(0, 1))
"""What is proven under hypotheses that some point meets."""

ORDERS: tuple[Relation, ...] = ("=", "<", "<=", ">", ">=", "!=")
"""Relations that a hypothesis may state."""

Ask = Callable[[Rel, Setting, tuple[Rel, ...]], bool]
"""Whether a relation is proven under hypotheses."""


@dataclass(frozen=True)
class Read:
    """A side of a chain: as written, its term or why it has none, and what its notation takes for granted."""

    piece: Piece
    term: Term | Unreadable
    given: tuple[Rel, ...] = ()


@dataclass(frozen=True)
class Hypothesis:
    relation: Rel
    case: int = 0
    """The case it belongs to; 0 for the whole document."""
    numbered: bool = False
    """Whether it is said of all that stands below "Case 2", its own cases included."""
    block: int = 0
    """Where it stands."""


@dataclass(frozen=True)
class Branch:
    """A value of a case split told in words, with its condition; None where it says "otherwise"."""

    value: Side
    condition: Syntax | None


@dataclass
class State:
    """One document, as far as it was read; the chain that a row may go on with, too."""

    document: Document
    ask: Ask
    words: Vocabulary = field(default_factory=Vocabulary.built_in)
    hypotheses: tuple[Hypothesis, ...] = ()
    local: tuple[Rel, ...] = ()
    """Hypotheses of one row or sentence."""
    last: Read | None = None
    """The last expression of the chain above."""
    start: Term | None = None
    premise: Rel | And | None = None
    """What the row above states, for a row that begins with an arrow."""
    above: tuple[Read | None, Rel | And | None] = (None, None)
    """The same two before an empty line or a sentence, for a row that begins with a sign."""
    aside: tuple[Read | None, Rel | And | None] = (None, None)
    """The same two in a sentence after the chain above, which a row that begins with a sign may mean as well."""
    told: bool = False
    """Whether the sentence that is read claims something."""
    unclear: str = ""
    """Why it is not sure what the row goes on with."""
    in_words: str = ""
    """The condition of a sentence that is told in words alone."""
    lost: frozenset[str] = frozenset()
    """Names defined by others that changed since: L = −log p of the old p is perhaps meant for the new one."""
    left_words: str = ""
    """That of the sentence or display before."""
    unread: tuple[tuple[int, frozenset[str] | None], ...] = ()
    """Lines with a hypothesis that was not read, and the letters in it; None where none is known."""
    doubtful: tuple[Rel, ...] = ()
    """Relations of which the words leave open whether they are supposed of what follows, or only remarked."""
    conditions: tuple[Rel, ...] = ()
    """Those among them that were conditions of one row or sentence: the next condition replaces them."""
    lead: Mode = "claim"
    """What the words just before a display make of its rows."""
    claims: int = 0
    """How many steps were claimed."""
    case: int = 0
    numbered: bool = False
    """Whether a label such as "Case 2" stands above."""
    block: int = 0
    line: int = 1
    """Where the block that is being read begins."""
    case_line: int = 0
    """Where the case begins."""
    approach: tuple[Term, Term, str] | None = None
    """Which variable goes where, from which side."""
    mentioned: frozenset[str] = frozenset()
    """Names that were met."""
    letters: frozenset[str] = frozenset()
    """Letters that the prose speaks of."""
    weights: tuple[tuple[Term, Term], ...] = ()
    """The last chains π*(a) ∝ w = 0.55 in a row: w, and its figure."""
    elements: bool = False
    """The letter before was called a response: so is the one after "and"."""
    subjects: tuple[Head, ...] = ()
    figures: frozenset[str] = frozenset()
    """Names of numbers that an example computed."""
    partial: Mapping[str, Mapping[tuple[str, ...], Branch]] = field(
        default_factory=dict[str, Mapping[tuple[str, ...], Branch]]
    )
    """Functions of which a row or sentence said what they are, under a condition on their argument as written."""
    entries: frozenset[str] = frozenset()
    """Names that were defined entry by entry."""
    pinned: dict[Term, Term] = field(default_factory=dict[Term, Term])
    """Indices that stand for one response from here on."""
    displays_only: bool = False
    """Words between displays say nothing."""
    outer: State | None = None
    """What was said before the scope began."""
    coming: str = ""
    """What a directive says of the next display: assumed, proven below."""
    _setting: tuple[Vocabulary, Setting] | None = None

    def __post_init__(self) -> None:
        self.source = self.document.source
        self.notation = notation(self.document)
        self.python = self.document.format == "python"

    def begin_scope(self) -> None:
        """Nothing was said, supposed or defined so far, until the scope ends."""
        fresh = State(self.document, self.ask, block=self.block, line=self.line, outer=replace(self))
        self.__dict__.update(fresh.__dict__)

    def end_scope(self) -> None:
        """What was said before the scope began."""
        if self.outer is not None:
            self.__dict__.update(replace(self.outer, block=self.block, line=self.line).__dict__)

    @property
    def setting(self) -> Setting:
        """The meaning of all names so far."""
        if self._setting is None or self._setting[0] is not self.words:
            self._setting = (self.words, self.words.setting)
        known = self._setting[1]
        for symbol in self.pinned.values():
            assert isinstance(symbol, Sym)
            if known.declaration(symbol.name) != (row := Declaration(symbol.name, symbol.sort, fixed=True)):
                known = known.declare(row)
        return known

    def head(self, side: Side | None) -> Head | None:
        """The name that a side consists of, with its parameters."""
        return self.notation.head(side, self.words) if side is not None else None

    def missed(self, piece: Piece) -> None:
        """A hypothesis that is not read: it may bear on whatever shares a letter with it."""
        line = self.source.place(piece.offset)[0]
        self.unread = (*self.unread, (line, letters_in(piece.text) or None))

    def undefined(self, side: Side | None, piece: Piece) -> None:
        """A definition that is not read: it bears on what it defines, not on the letters in it."""
        head = self.head(side)
        if head is None:
            # P(1 ≻ 2 ≻ 3) := ... defines something of P.
            self.missed(side.piece if side is not None else piece)
        else:
            self.unread = (*self.unread, (self.source.place(piece.offset)[0], frozenset({head.name.split("_")[0]})))

    def doubt(self, *relations: Rel) -> None:
        """Perhaps these are supposed from here on."""
        self.doubtful = tuple(dict.fromkeys((*self.doubtful, *(substituted(r, self.pinned) for r in relations))))

    def said_around(self, piece: Piece) -> str:
        """The sentence that a formula belongs to, where words say something."""
        return "" if self.displays_only else self.source.around(piece.offset)

    def side_of(self, variable: Term, point: Term) -> Literal["", "+", "-"]:
        """p → 0 where 0 < p < 1 is from above."""
        supposed = set(self.in_force())
        if {Rel("<", point, variable), Rel(">", variable, point)} & supposed:
            return "+"
        return "-" if {Rel("<", variable, point), Rel(">", point, variable)} & supposed else ""

    def close_sentence(self) -> None:
        """The conditions of a row or sentence are perhaps meant for what follows, too."""
        self.doubt(*self.local)
        self.conditions = (*self.conditions, *(substituted(r, self.pinned) for r in self.local))
        self.local = ()

    def leave_conditions(self) -> None:
        """A condition of its own: those of the rows or sentences before are not meant."""
        self.doubtful = tuple(d for d in self.doubtful if d not in self.conditions)
        self.conditions = ()

    def perhaps(self, formula: Formula) -> None:
        """A formula that is perhaps a hypothesis; one that is not read is remembered as such."""
        read = [self.side(s) if s is not None else None for s in formula.sides]
        found: list[Rel] = []
        for i, sign in enumerate(formula.signs):
            left, right = read[i], read[i + 1]
            if sign.sense in ("approx", "to"):
                # A figure of speech, or where something goes.
                return
            if left is None or right is None or sign.sense not in ORDERS:
                self.missed(formula.piece)
                return
            if isinstance(left.term, Unreadable) or isinstance(right.term, Unreadable):
                self.missed(formula.piece)
                return
            if any(is_order(t) for side in (left.term, right.term) for t in side.subterms()):
                # f = g + o(h) says how f behaves, and is no hypothesis on numbers.
                return
            found.append(Rel(sign.sense, left.term, right.term))
        self.doubt(*found)

    def open_case(self, items: list[Item]) -> None:
        """A case ends the one before it."""
        self.close_case()
        self.case += 1
        self.case_line = next((self.source.place(i.piece.offset)[0] for i in items if isinstance(i, Formula)), 0)

    def leave_points(self, *, everywhere: bool = False) -> None:
        """Equations of a case, such as ρ = 1, end with the display they lead to: it is not known if they go on."""
        kept = tuple(h for h in self.hypotheses if h.relation.op != "=" or not (h.case or everywhere))
        self.doubt(*(h.relation for h in self.hypotheses if h not in kept))
        self.hypotheses = kept

    def begin_case(self) -> None:
        """What is supposed from here on holds until the label of the next case."""
        self.close_case(numbered=True)
        self.numbered = True

    def close_case(self, *, numbered: bool = False) -> None:
        self.hypotheses = tuple(h for h in self.hypotheses if not (h.case or (numbered and h.numbered)))
        self.numbered = self.numbered and not numbered
        self.approach = None

    def is_policy(self, side: Side | None) -> bool:
        """Whether it is the name or a value of a policy."""
        head = self.head(side)
        return head is not None and isinstance(self.words.handles.get(head.name), Policy)

    def pin(self, relation: Rel) -> None:
        """π(y) = π(y_1) π(y_2 | y_1) is said of one y, whose tokens are y_1 and y_2, not of every response."""
        fixed = {s.name for s in relation.symbols if s.fixed and s.sort == RESPONSES}
        for index in relation.free_indices:
            # r(a) > r(b) is said of two responses.
            beside = index.name in ("a", "o") and any(len(name) == 1 for name in fixed)
            # Of tokens alone: r(y) ≤ r(y*) is said of every y.
            tokens = relation.op == "=" and any(name.startswith(f"{index.name}_") for name in fixed)
            if beside or tokens:
                self.pinned = {**self.pinned, index: Sym(index.name, index.sort, fixed=True)}

    def suppose(self, relation: Rel, *, case: bool, late: bool) -> None:
        """A hypothesis of the case, of the document, or (`late`) of this row or sentence alone."""
        relation = substituted(relation, self.pinned)
        self.words = self.words.certain(relation.names)
        self.mentioned |= relation.names
        if late:
            self.local = (*self.local, relation)
            return
        new = Hypothesis(relation, self.case if case else 0, self.numbered and not case, self.block)
        self.hypotheses = (*self.hypotheses, new)

    def make_room(self, new: Hypothesis) -> None:
        """Other data of the same names, in a later sentence, replace the data before."""
        atom = _datum(new.relation)
        standing = tuple(h for h in self.hypotheses if h.block < new.block and atom and _datum(h.relation) == atom)
        if not standing or self.ask(TRIVIAL, self.setting, (*(h.relation for h in standing), new.relation)):
            return
        if self.ask(TRIVIAL, self.setting, (new.relation,)):
            self.hypotheses = tuple(h for h in self.hypotheses if h not in standing)

    def in_force(self) -> tuple[Rel, ...]:
        """The hypotheses of what is claimed here."""
        return tuple(dict.fromkeys((*(h.relation for h in self.hypotheses), *self.local)))

    def side(self, side: Side) -> Read:
        """A side read with the words so far; what it introduces is known from here on."""
        met = self.mentioned | self.letters
        if _has_chance_pi(self.source.text):
            met |= {NO_CIRCLE}
        if self.words.met != met:
            self.words = replace(self.words, met=met)
        try:
            reading = self.notation.reading(side, self.words)
        except Unreadable as error:
            second = self._without_entries(side)
            if second is None:
                return Read(side.piece, error)
            reading = second
        self.words = reading.words
        counted = {
            Sym(s.name): h
            for s in reading.term.symbols
            if s.sort == REAL and isinstance(h := self.words.handles.get(s.name), Sym) and h.sort == INTEGER
        }
        return Read(side.piece, reading.term.substitute(counted) if counted else reading.term, reading.given)

    def without_trace(self, side: Side) -> bool:
        """Whether a side has no reading; nothing that was read for the answer is kept."""
        try:
            self.notation.reading(side, self.words)
        except Unreadable:
            return True
        return False

    def _without_entries(self, side: Side) -> Reading | None:
        """A λ beside λ_i = ... is another letter: it is read without what was said of the entries."""
        words = self.words
        for name in self.entries:
            words = words.forget(name)
        if words is self.words:
            return None
        try:
            reading = self.notation.reading(side, words)
        except Unreadable:
            return None
        self.entries = frozenset()
        return reading

    def _fits(self, relation: Rel) -> bool:
        """Whether it says of a name what its definition is of: π* alone is no π*(y)."""
        try:
            self.setting.expand(relation)
        except RuleViolation:
            return False
        return True

    def redefine(self, name: str, words: Vocabulary) -> None:
        """A name with a new meaning: what was assumed of the old one, or computed from it, is no longer in force."""
        if self.words.definition(name) is not None and name not in self.figures:
            for figure in self.figures - {name}:
                words = words.forget(figure)
            self.figures = frozenset()
        first = self.words.definition(name) is None and words.definition(name) is not None
        if first and dict(self.words.definitions).keys() <= dict(words.definitions).keys():
            # What was supposed of δ_t goes on when it is said what δ_t is.
            self.words = words
            # "Let b be the mean reward, b = E[r]": the formula says it.
            self.unread = tuple(u for u in self.unread if u != (self.line, frozenset({name})))
            self.hypotheses = tuple(h for h in self.hypotheses if self._fits(h.relation))
            self.doubtful = tuple(d for d in self.doubtful if self._fits(d))
            return
        gone = {name, *(dict(self.words.definitions).keys() - dict(words.definitions).keys())}
        self.lost |= gone - {name}
        self.words = words
        self.hypotheses = tuple(h for h in self.hypotheses if not h.relation.names & gone)
        self.doubtful = tuple(d for d in self.doubtful if not d.names & gone)


@lru_cache(8)
def _has_chance_pi(text: str) -> bool:
    """Asked at every formula of a document, whose text is long."""
    return prose.CHANCE_PI.search(text) is not None


def is_bound(state: State, formula: Formula) -> bool:
    """β > 0, 0 < p < 1: bounds on a letter."""
    if not senses(formula) <= {"<", "<=", ">", ">=", "!=", "in"} or not all(map(plain_side, formula.sides)):
        return False
    heads = [state.head(s) for s in formula.sides]
    return any(h is not None and not h.parameters for h in heads)


def settles(state: State, formula: Formula) -> bool:
    """Whether a formula tells nothing that could be supposed: it goes on with a chain, is about numbers, or holds."""
    read = [None if s is None else state.side(s) for s in formula.sides]
    for i, sign in enumerate(formula.signs):
        left, right = read[i], read[i + 1]
        if left is None or right is None or sign.sense not in ORDERS:
            return True
        if isinstance(left.term, Unreadable) or isinstance(right.term, Unreadable):
            return True
        if not (varies(left.term) or varies(right.term)):
            return True
        if not state.ask(Rel(sign.sense, left.term, right.term), state.setting, state.in_force()):
            return False
    return True


def _datum(relation: Rel) -> Term | None:
    """What a bound or value in numbers is said of."""
    atoms = [t for t in (relation.lhs, relation.rhs) if isinstance(t, (Sym, App))]
    return atoms[0] if len(atoms) == 1 and not all(t.names for t in (relation.lhs, relation.rhs)) else None
