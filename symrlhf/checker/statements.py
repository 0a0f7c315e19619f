"""What a document claims: relations, one by one, with the hypotheses and definitions that stand before each.

Blocks of words and formulas come from `read`; `prose` says what the words make of the formulas. A row of a display is
a claim, a formula in a sentence what its cue says. A row that begins with a relation sign continues the chain above.
What is taken from prose is on the claims; a hypothesis that could not be read is remembered, and nothing is refuted
after it. A formula that cannot be read is told; words that claim nothing are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal, TypeGuard

from symrlhf.checker import prose
from symrlhf.checker.formulas import Formula, Head, Item, Phrase, Side, Sign, Unread, ascii_name, notation, split
from symrlhf.checker.prose import Mode
from symrlhf.errors import RuleViolation, Unreadable
from symrlhf.notation import unfold
from symrlhf.read.document import Break, Broken, Directive, Document, Part, Row, Sentence, Words, read_document
from symrlhf.read.meaning import Reading, ranged
from symrlhf.read.pieces import Piece, depths
from symrlhf.read.python import FUNCTION_NAMES, OPERATORS
from symrlhf.read.vocabulary import INDICES, KINDS, Vocabulary
from symrlhf.setting import Declaration, Policy, Setting
from symrlhf.term import (
    INTEGER,
    REAL,
    RESPONSES,
    And,
    App,
    Binder,
    Card,
    Div,
    IndexSet,
    Lam,
    Neg,
    Num,
    Order,
    Rational,
    Rel,
    Relation,
    Sym,
    Term,
    expansion,
    is_integer,
    limit,
)

_LET = re.compile(r"let\b", re.IGNORECASE)
_ASSUME = re.compile(r"(?:assume|suppose|given|for|with)\b(?:\s+that\b)?", re.IGNORECASE)
_PREPOSITION = re.compile(r"for|with|given", re.IGNORECASE)
_IS = re.compile(rf"(?P<names>[^=<>]*?)\s+(?:be|is|are)\s+(?:an?\s+)?(?P<kind>{'|'.join(KINDS)})(?:\s+numbers?)?")
_THEREFORE = re.compile(r"(?:so|hence|thus|therefore|then)\b,?\s*(?:that\b)?", re.IGNORECASE)
_DEPENDS = re.compile(r"(?P<names>[^;]*?)\s+depends?\s+on\s+(?P<on>.*)", re.DOTALL)
_WORDS = re.compile(r"[^\W\d_]{2,}\s+[^\W\d_]{2,}")

TRIVIAL = Rel("=", Rational(0, 1), Rational(0, 1))
"""What is proven under hypotheses that some point meets."""

ORDERS: tuple[Relation, ...] = ("=", "<", "<=", ">", ">=", "!=")
"""Relations that a hypothesis may state."""


@dataclass(frozen=True)
class Claim:
    """A relation that a text states, or assumes, or defines."""

    kind: Literal["step", "hypothesis", "definition"]
    relation: Rel
    setting: Setting
    hypotheses: tuple[Rel, ...]
    """Those in force where it stands."""
    line: int
    """Where the right side ends."""
    column: int
    """Where the relation sign stands."""
    lhs: str
    rhs: str
    """Both sides as written."""
    start: Term | None = None
    """The first expression of the chain of equations it belongs to."""
    source: str = ""
    """The line as written."""
    unread: tuple[int, ...] = ()
    """Lines of hypotheses and definitions that could not be read: what is false without them may be true."""
    doubt: str = ""
    """Why it may be true although it is false as it stands."""


@dataclass(frozen=True)
class Gap:
    """A formula that could not be read."""

    error: Unreadable
    relation: Relation | None = None
    lhs: str = ""
    rhs: str = ""


Ask = Callable[[Rel, Setting, tuple[Rel, ...]], bool]
"""Whether a relation is proven under hypotheses."""


def read_claims(document: Document, ask: Ask = lambda relation, setting, given: False) -> Iterator[Claim | Gap]:
    """Every claim of a document, in reading order."""
    return _Statements(document, ask).read()


def read_text(text: str) -> tuple[Claim | Gap, ...]:
    """Every claim of a Python-like text, in reading order."""
    return tuple(read_claims(read_document(text.replace("\r\n", "\n").replace("\r", "\n"), "python")))


# ------------------------------------------------------------------ what is kept while reading


@dataclass(frozen=True)
class _Read:
    """A side of a chain: as written, its term or why it has none, and what its notation takes for granted."""

    piece: Piece
    term: Term | Unreadable
    given: tuple[Rel, ...] = ()


@dataclass(frozen=True)
class _Hypothesis:
    relation: Rel
    case: int = 0
    """The case it belongs to; 0 for the whole document."""
    block: int = 0
    """Where it stands."""


@dataclass(frozen=True)
class _Planned:
    """A formula and what the words around make of it."""

    mode: Mode
    formula: Formula
    before: str
    after: str
    late: bool
    """It stands behind a claim of its sentence or row, and is said of that claim."""


@dataclass(frozen=True)
class _Group:
    """A stretch of a chain between arrows, and the arrow before it."""

    arrow: Sign | None
    sides: tuple[Side | None, ...]
    signs: tuple[Sign, ...]


Found = tuple[int, Claim | Gap]
"""The place where a claim ends, for reading order."""


@dataclass
class _Statements:
    document: Document
    ask: Ask
    words: Vocabulary = field(default_factory=Vocabulary.built_in)
    hypotheses: tuple[_Hypothesis, ...] = ()
    local: tuple[Rel, ...] = ()
    """Hypotheses of one row or sentence."""
    last: _Read | None = None
    """The last expression of the chain above."""
    start: Term | None = None
    premise: Rel | And | None = None
    """What the row above states, for a row that begins with an arrow."""
    above: tuple[_Read | None, Rel | And | None] = (None, None)
    """The same two before an empty line, for a row that begins with a sign."""
    unread: tuple[tuple[int, frozenset[str] | None], ...] = ()
    """Lines with a hypothesis that was not read, and the letters in it; None where none is known."""
    lead: Mode = "claim"
    """What the words just before a display make of its rows."""
    case: int = 0
    block: int = 0
    line: int = 1
    """Where the block that is being read begins."""
    case_line: int = 0
    """Where the case begins."""
    approach: tuple[Term, Term, str] | None = None
    """Which variable goes where, from which side."""
    mentioned: frozenset[str] = frozenset()
    """Names that were met."""
    subjects: tuple[Head, ...] = ()
    figures: frozenset[str] = frozenset()
    """Names of numbers that an example computed."""
    entries: frozenset[str] = frozenset()
    """Names that were defined entry by entry."""
    pinned: dict[Term, Term] = field(default_factory=dict[Term, Term])
    """Indices that stand for one response from here on."""
    _setting: tuple[Vocabulary, Setting] | None = None

    def __post_init__(self) -> None:
        self.source = self.document.source
        self.notation = notation(self.document)
        self.python = self.document.format == "python"

    @property
    def setting(self) -> Setting:
        if self._setting is None or self._setting[0] is not self.words:
            self._setting = (self.words, self.words.setting)
        known = self._setting[1]
        for symbol in self.pinned.values():
            assert isinstance(symbol, Sym)
            if known.declaration(symbol.name) != (row := Declaration(symbol.name, symbol.sort, fixed=True)):
                known = known.declare(row)
        return known

    # ---- blocks

    def read(self) -> Iterator[Claim | Gap]:
        blocks = self.document.blocks
        for i, block in enumerate(blocks):
            self.block = i
            if isinstance(block, Sentence | Row):
                self.line, _ = self.source.place(block.parts[0].piece.offset)
            if isinstance(block, Break) and i and isinstance(blocks[i - 1], Row):
                self.lead = "claim"
            match block:
                case Break(section=section):
                    if section:
                        self.above = (None, None)
                    elif self.last is not None or self.premise is not None:
                        self.above = (self.last, self.premise)
                    self.last = self.start = self.premise = None
                    if section:
                        self._close_case()
                case Broken(error=error, piece=piece):
                    yield Gap(error, None, piece.text)
                case Directive(piece=piece):
                    yield from self._in_order(self._guarded(piece, self._directive))
                case Row() if self.python:
                    yield from self._in_order(self._guarded(block.parts[0].piece, self._python))
                case Row(parts=parts):
                    following = blocks[i + 1] if i + 1 < len(blocks) else None
                    nexts = following if isinstance(following, Row) and following.display == block.display else None
                    yield from self._in_order(self._row(self._items(parts), nexts))
                case Sentence(parts=parts):
                    shown = i + 1 < len(blocks) and isinstance(blocks[i + 1], (Row, Break))
                    self.above = (None, None)
                    yield from self._in_order(self._sentence(parts, shown))

    def _in_order(self, found: Iterator[Found]) -> Iterator[Claim | Gap]:
        return (claim for _, claim in sorted(found, key=lambda pair: pair[0]))

    def _guarded(self, piece: Piece, read: Callable[[Piece], Iterator[Found]]) -> Iterator[Found]:
        try:
            yield from read(piece)
        except Unreadable as error:
            yield piece.end, Gap(error, None, piece.text)

    def _items(self, parts: tuple[Part, ...]) -> list[Item]:
        out: list[Item] = []
        for part in parts:
            for item in (Phrase(part.piece.text),) if isinstance(part, Words) else self.notation.items(part.piece):
                if isinstance(item, Formula) and (joined := _in_words(out, item) or _spaced(out, item)) is not None:
                    while not isinstance(out.pop(), Formula):
                        pass
                    item = joined
                out.append(item)
        sides = [side for item in out if isinstance(item, Formula) for side in item.sides if side is not None]
        if written := tuple(side.syntax for side in sides if side.syntax is not None):
            self.words = ranged(written, self.words)
        return out

    # ---- sentences and rows

    def _row(self, items: list[Item], following: Row | None) -> Iterator[Found]:
        """A row of a display: a claim, with the conditions that stand beside it."""
        lead, self.lead = self.lead, "claim" if self.lead == "solve" else self.lead
        planned = list(self._planned(items, lead, row=True))
        if lead == "define":
            # "Let ... be", then a row that names nothing: it claims.
            planned = [p if self._could_define(p.formula) else replace(p, mode="claim") for p in planned]
        premise = following is not None and self._begins_with_arrow(following)
        if premise and planned:
            first = next((i for i, p in enumerate(planned) if p.mode == "claim"), None)
            if first is not None and not _senses(planned[first].formula) & {"implies", "iff"}:
                planned[first] = replace(planned[first], mode="solve")
        if any(p.mode in ("claim", "tell") and _relates(p.formula) for p in planned):
            # "For A > 0: |A| = A" says nothing of other rows.
            planned = [replace(p, late=p.late or p.mode == "assume") for p in planned]
        elif any(p.mode == "assume" for p in planned):
            self._open_case(items)
        if any(p.mode == "solve" for p in planned) and not self.case:
            self.case += 1
        yield from self._unread_items(items, "claim" if lead in ("claim", "solve") else lead)
        yield from self._taken(planned, case=True)
        self.local = ()

    def _sentence(self, parts: tuple[Part, ...], shown: bool) -> Iterator[Found]:
        """A sentence of prose. `shown`: a display or a paragraph's end follows."""
        items = self._items(parts)
        text = " ".join(i.text if isinstance(i, Phrase) else "F" for i in items)
        said = prose.plain(" ".join(i.text for i in items if isinstance(i, Phrase)))
        ended = said.endswith((".", "!", "?"))
        if prose.CLOSES_CASE.search(said):
            self._close_case()
            self._leave_points(everywhere=True)
        case = not ended and bool(prose.OPENS_CASE.match(text)) and shown
        planned = list(self._planned(items, "tell", row=False))
        if said.endswith("?"):
            # A question gives data, and claims nothing.
            planned = [p for p in planned if p.mode in ("define", "assume") or not _relates(p.formula)]
        if case and any(p.mode == "assume" for p in planned):
            self._open_case(items)
        if isinstance(items[0], Phrase) and not prose.CONTINUES.match(items[0].text):
            self._leave_points()
        told = (p.formula for p in planned if p.mode in ("claim", "tell") and _relates(p.formula))
        claims = any(not self._names_something_new(f) for f in told)
        if not claims:
            # "W = n/(n + 1) for n ≥ 1." says where the definition holds, and holds on.
            planned = [replace(p, late=False) for p in planned]
        if ended and claims:
            # "For x = 2, f(x) = 4." says nothing of other sentences.
            conditional = bool(prose.OPENS_CASE.match(text))
            planned = [replace(p, late=p.late or (conditional and p.mode == "assume")) for p in planned]
        firm = prose.STRONG.search(said) or prose.ALWAYS.search(said) or prose.FIRM.search(said)
        remark = all(p.mode in ("assume", "limit", "pass") or not _relates(p.formula) for p in planned)
        if ended and not firm and remark:
            # "The loss is least at z = 0.": a remark in words, not a hypothesis on what follows.
            for p in planned:
                if p.mode == "assume" and _relates(p.formula):
                    self._missed(p.formula.piece)
            planned = [p for p in planned if p.mode != "assume" or not _relates(p.formula)]
        before = len(self.hypotheses)
        yield from self._unread_items(items, "tell")
        yield from self._taken(planned, case=case)
        if not (len(self.hypotheses) > before or self.local):
            self._announced(parts, said)
        self.lead = "claim" if ended else self._leading(items)
        for relation in self.local:
            # Perhaps the condition is meant for what follows, too.
            self.unread = (*self.unread, (self.line, frozenset(n.split("_")[0] for n in relation.names)))
        self.local = ()

    def _leading(self, items: list[Item]) -> Mode:
        """What the words before a display make of it: the last ones, or a condition that is to be solved."""
        if not items or not isinstance(items[-1], Phrase):
            return "claim"
        said = " ".join(i.text for i in items if isinstance(i, Phrase)).rstrip(" :,")
        if prose.cue(said, "claim", "claim") == "solve" and not any(isinstance(i, Formula) and i.signs for i in items):
            return "solve"
        words = prose.plain(items[-1].text).rstrip(" :,")
        if re.fullmatch(r"\W*and(?: that| also)?", words):
            # "Suppose p > 0 and", then a display.
            mode: Mode = "claim"
            for item in items:
                mode = prose.cue(item.text, mode, "claim") if isinstance(item, Phrase) else mode
            return mode if mode in ("define", "assume") else "claim"
        found = prose.cue(words, "claim", "claim")
        if found not in ("define", "assume") or not (prose.ALWAYS.search(words) or prose.AT_END.search(words)):
            return "claim"
        return found

    def _announced(self, parts: tuple[Part, ...], said: str) -> None:
        """A sentence that announces a hypothesis of which nothing was read: what is false after it may be true."""
        if prose.STRONG.search(said) and not prose.HARMLESS.search(said):
            self.unread = (*self.unread, (self.source.place(parts[0].piece.offset)[0], None))

    def _planned(self, items: list[Item], usual: Mode, *, row: bool) -> Iterator[_Planned]:
        mode: Mode = usual
        claimed = False
        phrases = [i.text if isinstance(i, Phrase) else "" for i in items]
        disjoint = any(prose.DISJOINS.search(p) for p in phrases)
        for i, item in enumerate(items):
            if isinstance(item, Phrase):
                mode = prose.cue(item.text, mode, usual)
                continue
            if isinstance(item, Unread):
                continue
            before = phrases[i - 1] if i else ""
            after = phrases[i + 1] if i + 1 < len(phrases) else ""
            at = mode
            if disjoint and at in ("define", "assume", *(() if row else ("tell", "claim"))) and _relates(item):
                at = "pass"
                self._missed(item.piece)
            yield _Planned(at, item, before, after, late=claimed and at in ("assume", "limit"))
            claimed = claimed or at in ("claim", "tell", "since")
            if mode == "pass":
                mode = usual

    def _unread_items(self, items: list[Item], usual: Mode) -> Iterator[Found]:
        """Formulas that cannot be read: told where they claim something, remembered where they may assume it."""
        mode: Mode = usual
        for item in items:
            if isinstance(item, Phrase):
                mode = prose.cue(item.text, mode, usual)
            elif isinstance(item, Unread):
                if mode in ("define", "assume", "solve"):
                    self._missed(item.piece)
                if usual != "tell" or re.search(r"[=<>≤≥≈]|\\(?:leq?|geq?|approx)\b", item.piece.text):
                    yield item.piece.end, Gap(item.error, None, item.piece.text)

    def _missed(self, piece: Piece) -> None:
        """A hypothesis that is not read: it may bear on whatever shares a letter with it."""
        line = self.source.place(piece.offset)[0]
        self.unread = (*self.unread, (line, letters(piece.text) or None))

    def _bearing(self, relation: Rel, hypotheses: tuple[Rel, ...]) -> tuple[int, ...]:
        """Lines of unread hypotheses that may bear on a claim."""
        expanded = self.setting.expand(relation)
        if not self.unread or not _varies(expanded):
            return ()
        names, last = set(expanded.names | relation.names), 0
        while len(names) > last:
            last = len(names)
            names |= {n for h in hypotheses if h.names & names for n in self.setting.expand(h).names}
        met = letters(" ".join(names)) | {n.split("_")[0] for n in names}
        sized = any(isinstance(t, (Binder, Card)) for _, t in expanded.walk())
        return tuple(dict.fromkeys(line for line, of in self.unread if of is None or of & met or (sized and "y" in of)))

    def _open_case(self, items: list[Item]) -> None:
        """A case ends the one before it."""
        self._close_case()
        self.case += 1
        self.case_line = next((self.source.place(i.piece.offset)[0] for i in items if isinstance(i, Formula)), 0)

    def _leave_points(self, *, everywhere: bool = False) -> None:
        """Equations of a case, such as ρ = 1, end with the display they lead to: it is not known if they go on."""
        kept = tuple(h for h in self.hypotheses if h.relation.op != "=" or not (h.case or everywhere))
        if len(kept) < len(self.hypotheses):
            for h in self.hypotheses:
                if h not in kept:
                    self.unread = (
                        *self.unread,
                        (self.case_line or self.line, frozenset(n.split("_")[0] for n in h.relation.names)),
                    )
            self.hypotheses = kept

    def _close_case(self) -> None:
        self.hypotheses = tuple(h for h in self.hypotheses if not h.case)
        self.approach = None

    def _begins_with_arrow(self, row: Row) -> bool:
        first = next((i for i in self._items(row.parts) if isinstance(i, Formula)), None)
        return first is not None and self._starts_with_arrow(first)

    def _starts_with_arrow(self, formula: Formula) -> bool:
        return formula.sides[0] is None and bool(formula.signs) and formula.signs[0].sense in ("implies", "iff")

    # ---- formulas by what the words make of them

    def _taken(self, planned: list[_Planned], *, case: bool) -> Iterator[Found]:
        """Definitions and hypotheses first, then what is claimed with them."""
        claims: list[_Planned] = []
        self.subjects = ()
        planned = self._listed(self._one_value(self._functions(planned)))
        self._varying(planned)
        for p in planned:
            if not p.formula.signs and p.mode != "pass":
                self._letters(p)
                self._beside(p)
        self.subjects = ()
        for p in planned:
            mode = self._settled(p)
            if mode in ("claim", "since"):
                claims.append(replace(p, mode=mode))
                continue
            try:
                if mode in ("define", "assume", "solve") and _relates(p.formula):
                    self.subjects = ()
                    yield from self._supposed(p, mode, case=case)
                elif mode in ("limit", "assume", "define", "tell"):
                    self._goes(p.formula)
            except Unreadable as error:
                self._missed(p.formula.piece)
                if mode != "limit":
                    yield p.formula.piece.end, Gap(error, None, p.formula.piece.text)
            if p.formula.signs:
                self._beside(p)
        for p in claims:
            try:
                yield from self._claimed(p)
            except Unreadable as error:
                yield p.formula.piece.end, Gap(error, None, p.formula.piece.text)
                self.last = self.start = None

    def _functions(self, planned: list[_Planned]) -> list[_Planned]:
        """f: ℝ → ℝ declares f."""
        out: list[_Planned] = []
        for i, p in enumerate(planned):
            first = p.formula.sides[0]
            if _senses(p.formula) != {"to"} or first is None or not re.search(r"ℝ|\\mathbb|\\R\b", first.piece.text):
                out.append(p)
                continue
            before = planned[i - 1].formula.sides[-1] if i else None
            head = self.notation.head(before, self.words) if before is not None else None
            if head is not None and not head.parameters:
                self._of_kind(head, "function")
            if prose.PROPERTIES.search(p.after):
                self.unread = (*self.unread, (self.source.place(p.formula.piece.offset)[0], None))
        return out

    def _one_value(self, planned: list[_Planned]) -> list[_Planned]:
        """ "For n = 4 and n = 16" are two cases, and no hypothesis."""
        first = [p.formula.sides[0].piece.text if p.formula.sides[0] is not None else "" for p in planned]
        equal = [_senses(p.formula) == {"="} and p.mode == "assume" for p in planned]
        twice = {t for t, e in zip(first, equal, strict=True) if e and first.count(t) > 1}
        if not twice:
            return planned
        for p in planned:
            self._missed(p.formula.piece)
        return [p for p, t in zip(planned, first, strict=True) if t not in twice]

    def _listed(self, planned: list[_Planned]) -> list[_Planned]:
        """p, q, Z > 0 is said of each letter."""
        out: list[_Planned] = []
        waiting: list[_Planned] = []
        for p in planned:
            signs = p.formula.signs
            bare = not signs and len(p.formula.sides) == 1 and p.mode in ("define", "assume", "tell")
            if waiting and not re.fullmatch(r"\W*(?:and)?\W*", p.before):
                waiting = []
            bare = bare and bool(waiting or prose.BEGINS_LIST.search(p.before))
            if (
                signs
                and signs[0].sense in ("<", "<=", ">", ">=", "!=", "in")
                and p.mode in ("define", "assume", "tell")
            ):
                for w in waiting:
                    sides = (w.formula.sides[0], *p.formula.sides[1:])
                    out.append(replace(p, formula=replace(p.formula, sides=sides), before=w.before, after=""))
            waiting = [*waiting, p] if bare else []
            out.append(p)
        return out

    def _settled(self, p: _Planned) -> Mode:
        """What a formula is, its own form considered."""
        formula, mode = p.formula, p.mode
        if mode == "pass":
            return mode
        if any(s.sense == "define" for s in formula.signs):
            return "define"
        if _senses(formula) & {"implies", "iff"}:
            return "claim"
        if not _relates(formula):
            return mode if mode != "claim" or not formula.signs else "claim"
        if mode == "limit":
            return self._goes_or_claims(formula) if _senses(formula) == {"to"} else "tell"
        if mode in ("claim", "tell") and self._names_something_new(formula):
            return "define"
        told = prose.SAYS_WHAT_IT_IS.match(p.after) and all(_plain(s) for s in formula.sides)
        if mode in ("claim", "tell") and told and _senses(formula) <= {"<", "<=", ">", ">="}:
            return "assume"
        if mode == "tell":
            senses = _senses(formula)
            if senses == {""}:
                return "pass"
            if senses == {"to"}:
                return self._goes_or_claims(formula)
            if senses <= {"<", "<=", ">", ">=", "!=", "in"} and all(_plain(s) for s in formula.sides):
                if prose.INTRODUCES.search(p.before):
                    return "assume"
                if self._is_policy(formula.sides[0]):
                    return "pass"
                self._missed(formula.piece)
                return "pass"
            if "!=" in senses:
                # "In general, a ≠ b" denies that they are always equal.
                return "pass"
            return self._says_what_is(formula)
        return mode

    def _goes_or_claims(self, formula: Formula) -> Mode:
        """β → 0 says where a letter goes, π(y) → π_ref(y) what happens then."""
        first = formula.sides[0]
        head = self.notation.head(first, self.words) if first is not None else None
        if head is None or head.parameters or isinstance(self.words.handles.get(head.name), Policy):
            return "claim"
        meant = self.words.definition(head.name)
        if meant is None:
            return "limit"
        if meant.parameters or _varies(self.setting.expand(meant.body)):
            # A limit in a defined quantity: it is not known what varies with it.
            self.approach = None
            return "pass"
        # A number so far: now it varies.
        self._redefine(head.name, self.words.forget(head.name))
        return "limit"

    def _says_what_is(self, formula: Formula) -> Mode:
        """π(y) = ..., r(x, y_w) = 2.0 or β = 0.1 in a sentence: what a thing is, if nothing was said of it before."""
        first = formula.sides[0]
        head = self.notation.head(first, self.words) if first is not None else None
        if head is None or _senses(formula) != {"="} or not self._definable(head):
            return "claim"
        if self.words.definition(head.name) is not None or head.name in FUNCTION_NAMES.keys() | OPERATORS.keys():
            return "claim"
        return "assume" if head.parameters or isinstance(self.words.handles.get(head.name), Policy) else "define"

    def _could_define(self, formula: Formula) -> bool:
        first = formula.sides[0]
        head = self.notation.head(first, self.words) if first is not None else None
        return not _relates(formula) or (head is not None and formula.signs[0].sense in ("=", "define", "in"))

    def _names_something_new(self, formula: Formula) -> bool:
        """Whether an equation is the first that is said of a name: then it can only define it."""
        first = formula.sides[0]
        if first is None or formula.signs[0].sense != "=":
            return False
        head = self.notation.head(first, self.words)
        if head is None or not self._definable(head) or len(set(head.parameters)) < len(head.parameters):
            return False
        if not head.parameters and self._is_a_figure_again(head, formula):
            return True
        known = self.words.known() | FUNCTION_NAMES.keys() | OPERATORS.keys() | self.mentioned
        if head.name in known or any(n.isdigit() for n in head.parameters):
            return False
        name, left = head.name, None if head.parameters else self._side(first).term
        if isinstance(left, App) and head.entry is not None and left.name == head.entry.name not in known:
            # s_n = Σ_{t=1}^n r_t: the first that is said of s.
            name = left.name
        elif left is not None and left != Sym(name):
            return False
        right = self._side(formula.sides[1]).term if formula.sides[1] is not None else None
        return not isinstance(right, Term) or name not in self.setting.expand(right).names

    def _introduces(self, head: Head, formula: Formula) -> bool:
        """Whether "for F = ..." says what F is; "if x = 0" is a condition on x."""
        right = formula.sides[1]
        number = right is not None and re.fullmatch(r"[-−\d./\s]+", right.piece.text)
        if head.name in FUNCTION_NAMES.keys() | OPERATORS.keys() or head.name in self.words.handles:
            return False
        if number:
            # "Suppose now that a = 3", where a was another number.
            meant = self.words.definition(head.name)
            return meant is not None and not meant.parameters and not _varies(self.setting.expand(meant.body))
        return bool(head.parameters) or head.name not in self.mentioned or self.words.definition(head.name) is not None

    def _is_a_figure_again(self, head: Head, formula: Formula) -> bool:
        """L = −log σ(4.5), where L was nothing yet or another number: the next example has its own L."""
        right = formula.sides[1]
        if right is None or head.name in self.words.handles or head.name in FUNCTION_NAMES.keys() | OPERATORS.keys():
            return False
        if any(head.name in h.relation.names for h in self.hypotheses):
            return False
        read, meant = self._side(right), self.words.definition(head.name)
        if isinstance(read.term, Unreadable) or _varies(self.setting.expand(read.term)):
            return False
        if meant is None:
            figure = any(isinstance(t, Num) and t.is_decimal for _, t in read.term.walk())
            self.figures |= {head.name} if figure else frozenset()
            return figure
        figure = read.term.arg if isinstance(read.term, Neg) else read.term
        if meant.parameters or _varies(self.setting.expand(meant.body)) or isinstance(figure, Num):
            return False
        relation = Rel("approx", Sym(head.name), read.term)
        return not self.ask(relation, self.setting, ())

    def _definable(self, head: Head) -> bool:
        return all(n.replace("'", "").isidentifier() and n.isascii() for n in (head.name, *head.parameters))

    def _supposed(self, p: _Planned, mode: Mode, *, case: bool) -> Iterator[Found]:
        """A formula that is defined or assumed to hold."""
        formula = p.formula
        self.last = self.start = None
        sides, signs = formula.sides, formula.signs
        if signs[0].sense == "in":
            self._member(formula)
            return
        first = sides[0]
        if first is not None and signs[0].sense in ("=", "define"):
            head = self.notation.head(first, self.words)
            usual = head is not None and head.name in FUNCTION_NAMES.keys() | OPERATORS.keys() and bool(head.parameters)
            if (
                head is not None
                and self._definable(head)
                and (mode == "define" or usual or self._introduces(head, formula))
            ):
                yield from self._define(head, formula, firmly=mode == "define")
                if not self.python and sides[1] is not None:
                    # A row below may go on with what it was defined as.
                    self.last = self._side(sides[1])
                    self.start = self.last.term if isinstance(self.last.term, Term) else None
                if len(sides) > 2:
                    rest = Formula(sides[1:], signs[1:], formula.piece)
                    yield from self._claimed(replace(p, formula=rest, mode="claim"))
                return
        if (equal := self._same_policy(formula)) is not None:
            self._suppose(equal, case=case, late=p.late)
            return
        read = [None if s is None else self._side(s) for s in sides]
        for i, sign in enumerate(signs):
            left, right = read[i], read[i + 1]
            if sign.sense in ("to", "in", "", "prop", "approx"):
                self._goes(formula)
                if sign.sense in ("prop", "approx", ""):
                    self._missed(formula.piece)
                continue
            if left is None or right is None:
                raise self.source.error(sign.piece.offset, "expected a hypothesis such as β > 0")
            if self._is_policy(sides[i]) and sign.sense == ">":
                continue
            for side in (left, right):
                if isinstance(side.term, Unreadable):
                    raise side.term
            relation = self._relation(sign, left, right)
            if sign.sense in ("=", "!=") and all(self._is_loose_index(t) for t in (relation.lhs, relation.rhs)):
                # i ≠ k is said of entries of families, not of numbers: it has no form as a hypothesis.
                self._missed(formula.piece)
                continue
            self._pin(relation)
            if not p.late and not self.python:
                self._make_room(_Hypothesis(_substituted(relation, self.pinned), 0, self.block))
            if not p.late:
                yield self._claim("hypothesis", relation, sign, left.piece, right.piece, (*left.given, *right.given))
            self._suppose(relation, case=case, late=p.late)
            self.premise = relation

    def _same_policy(self, formula: Formula) -> Rel | None:
        """π = π_ref, for every response."""
        heads = [self.notation.head(s, self.words) if s is not None else None for s in formula.sides]
        laws = [self.words.handles.get(h.name) for h in heads if h is not None and not h.parameters]
        if len(laws) == len(formula.sides) == 2 and _senses(formula) == {"="}:
            first, second = laws
            if isinstance(first, Policy) and isinstance(second, Policy):
                return Rel("=", first[first.index()], second[first.index()])
        return None

    def _is_policy(self, side: Side | None) -> bool:
        head = self.notation.head(side, self.words) if side is not None else None
        return head is not None and isinstance(self.words.handles.get(head.name), Policy)

    def _is_loose_index(self, term: Term) -> bool:
        return isinstance(term, Sym) and term.name in INDICES and term.name not in self.words.handles

    def _pin(self, relation: Rel) -> None:
        """π(y) = π(y_1) π(y_2 | y_1) is said of one y, whose tokens are y_1 and y_2, not of every response."""
        fixed = {s.name for s in relation.symbols if s.fixed}
        for index in relation.free_indices:
            if any(name.startswith(f"{index.name}_") for name in fixed):
                self.pinned = {**self.pinned, index: Sym(index.name, index.sort, fixed=True)}

    def _suppose(self, relation: Rel, *, case: bool, late: bool) -> None:
        relation = _substituted(relation, self.pinned)
        self.mentioned |= relation.names
        if late:
            self.local = (*self.local, relation)
            return
        new = _Hypothesis(relation, self.case if case else 0, self.block)
        self.hypotheses = (*self.hypotheses, new)

    def _make_room(self, new: _Hypothesis) -> None:
        """Other data of the same names, in a later sentence, replace the data before."""
        atom = _datum(new.relation)
        standing = tuple(h for h in self.hypotheses if h.block < new.block and atom and _datum(h.relation) == atom)
        if not standing or self.ask(TRIVIAL, self.setting, (*(h.relation for h in standing), new.relation)):
            return
        if self.ask(TRIVIAL, self.setting, (new.relation,)):
            self.hypotheses = tuple(h for h in self.hypotheses if h not in standing)

    def _relation(self, sign: Sign, left: _Read, right: _Read) -> Rel:
        assert isinstance(left.term, Term) and isinstance(right.term, Term)
        op: Relation = "=" if sign.sense == "define" else sign.sense  # type: ignore[assignment]
        return Rel(op, left.term, right.term)

    def _member(self, formula: Formula) -> None:
        """z ∈ ℝ, p ∈ (0, 1): a declaration, or bounds."""
        heads = [
            h for s in formula.sides[:-1] if s is not None and (h := self.notation.head(s, self.words)) is not None
        ]
        last = formula.sides[-1]
        text = last.piece.text if last is not None else ""
        if last is not None and (font := re.match(r"\s*\{\s*\w\s*\}", self.source.text[last.piece.end :][:8])):
            # \mathbb{R} is one sign, of which the command alone is the piece.
            text += font.group()
        written = re.sub(r"[\s{}\\]|mathbb|mathcal|mathrm|left|right|big[lr]?|Big[lr]?", "", text)
        kind = next((kind for pattern, kind in SETS if re.fullmatch(pattern, written)), None)
        interval = re.fullmatch(
            r"(?:\\left)?(?P<open>[\[(])(?P<low>[^,]+),(?P<high>[^,]+?)(?:\\right)?(?P<close>[\])])", text
        )
        if interval is not None and last is not None:
            for head in heads:
                for end in ("low", "high"):
                    self._bound(
                        head,
                        last.piece.cut(*interval.span(end)),
                        end,
                        strict=interval.group("open" if end == "low" else "close") in "()",
                    )
        elif kind is None:
            self._missed(formula.piece)
        else:
            for head in heads:
                if kind:
                    self._of_kind(head, kind)

    def _bound(self, head: Head, piece: Piece, end: str, *, strict: bool) -> None:
        if re.search(r"∞|\\infty", piece.text):
            return
        item = next(iter(self.notation.items(piece)), None)
        side = item.sides[0] if isinstance(item, Formula) else None
        read = self._side(side) if side is not None else None
        if read is None or isinstance(read.term, Unreadable):
            self._missed(piece)
            return
        pair = (read.term, Sym(head.name)) if end == "low" else (Sym(head.name), read.term)
        self._suppose(Rel("<" if strict else "<=", *pair), case=False, late=False)

    def _goes(self, formula: Formula) -> None:
        """β → 0⁺: where a variable goes, for what is claimed of a limit."""
        if [s.sense for s in formula.signs] != ["to"]:
            return
        variable, to = formula.sides
        if variable is None or to is None:
            return
        side = ""
        if m := re.search(r"(?:\^\s*\{?\s*([+-])\s*\}?|([⁺⁻]))\s*\Z", to.piece.text):
            side = {"+": "+", "⁺": "+", "-": "-", "⁻": "-"}[m.group(1) or m.group(2)]
            cut = to.piece.cut(0, m.start())
            inner = next((i for i in self.notation.items(cut) if isinstance(i, Formula)), None)
            to = inner.sides[0] if inner is not None else None
            if to is None:
                return
        read = self._side(variable), self._side(to)
        if isinstance(read[0].term, Term) and isinstance(read[1].term, Term):
            self.approach = (read[0].term, read[1].term, side)

    # ---- what is said of letters

    def _letters(self, p: _Planned) -> None:
        """Letters without a relation, as in "let r_w and r_l be ...": what they are is said before or after them."""
        for side in p.formula.sides:
            head = self.notation.head(side, self.words) if side is not None else None
            if head is not None and self._definable(head):
                self.subjects = (*self.subjects, head)

    def _beside(self, p: _Planned) -> None:
        """What the words beside a formula say of its letters."""
        heads = self.subjects
        if p.formula.signs:
            first = p.formula.sides[0]
            head = self.notation.head(first, self.words) if first is not None else None
            heads = (head,) if head is not None and p.mode in ("define", "assume", "tell") else ()
        after, before = prose.plain(p.after), prose.plain(p.before)
        if not heads:
            return
        if prose.UNIFORM.search(after):
            for head in heads:
                self._uniform(head)
        if prose.ALL_POSITIVE.search(after):
            self._all_positive(p)
        if p.formula.signs:
            return
        if prose.COUNTED.search(before) and prose.RESPONSES.match(after):
            for head in heads:
                self._suppose(Rel("=", Sym(head.name), Card(RESPONSES)), case=False, late=False)
        kind = prose.kind_of(before, after)
        if kind is not None:
            for head in heads:
                self._of_kind(head, kind)
        if re.match(r"\W*(?:be|is|are)\b", after) and prose.PROPERTIES.search(after):
            self._missed(p.formula.piece)
        if after.strip() not in (",", "and", ", and", ""):
            self.subjects = ()

    def _of_kind(self, head: Head, kind: str) -> None:
        name = head.name
        known = self.words.handles.get(name)
        if head.parameters or kind == "real" or self.words.definition(name) is not None:
            # A value of a function, a number as all letters are, or a letter that was defined.
            return
        if isinstance(known, Policy) and kind in ("policy", "positive"):
            return
        if kind == "prompt" and (isinstance(known, Sym) and isinstance(known.sort, IndexSet)):
            return
        used = any(name in value.body.names for _, value in self.words.definitions)
        if kind in SIGNED and (used or known is None):
            self._suppose(Rel(SIGNED[kind], Sym(name), Rational(0, 1)), case=False, late=False)
        elif not used:
            self._redefine(name, self.words.declare(name, kind))

    def _varying(self, planned: list[_Planned]) -> None:
        """ "f and g are functions of θ", "r depends on φ"."""
        before: list[Head] = []
        on_it = False
        for p in planned:
            first = p.formula.sides[0]
            head = self.notation.head(first, self.words) if first is not None else None
            on_it = bool(prose.DEPENDS.search(prose.plain(p.before))) or (
                on_it and re.fullmatch(r"\W*(?:and)?\W*", p.before) is not None
            )
            if head is None:
                continue
            if not on_it:
                before = [*before, head]
                continue
            for h in before:
                if h.name not in self.words.handles and self.words.definition(h.name) is None:
                    self._redefine(h.name, self.words.declare(h.name, "function"))
                if h.name != head.name and self.words.definition(h.name) is None:
                    self.words = self.words.depending(h.name, frozenset({head.name}))

    def _uniform(self, head: Head) -> None:
        """π_ref(y) = 1/|Y|, for every y."""
        meant = self.words.handles.get(head.name)
        if isinstance(meant, Policy):
            y = meant.index()
            self._suppose(Rel("=", meant[y], Div(Rational(1, 1), Card(RESPONSES))), case=False, late=False)

    def _all_positive(self, p: _Planned) -> None:
        for side in p.formula.sides:
            read = self._side(side) if side is not None else None
            if read is not None and isinstance(read.term, (Sym, App)):
                name = read.term.name
                if not isinstance(self.words.handles.get(name), Policy):
                    self._suppose(Rel(">", read.term, Rational(0, 1)), case=False, late=False)

    # ---- chains

    def _claimed(self, p: _Planned) -> Iterator[Found]:
        """The steps of a chain, of implications, or of an equation that follows from those before."""
        formula = p.formula
        sides, signs = list(formula.sides), list(formula.signs)
        if not signs:
            self._expression(formula)
            return
        if sides[-1] is None:
            raise self.source.error(signs[-1].piece.offset, "nothing stands after this sign")
        if sides[0] is None and p.before and re.search(r"\w", p.before) and self.last is None:
            # "KL penalty = ...": what the words name has no reading, the rest of the chain has.
            sides, signs = sides[1:], signs[1:]
            if not signs:
                return
        groups = _groups(sides, signs)
        if len(groups) == 1:
            yield from self._chain(sides, signs, p)
            return
        yield from self._arrows(groups, p)

    def _chain(self, sides: list[Side | None], signs: list[Sign], p: _Planned) -> Iterator[Found]:
        first = sides[0]
        if first is not None:
            left = self._side(first)
            self.start = left.term if isinstance(left.term, Term) else None
        elif self.last is None and self.above[0] is not None and not self.python and not re.search(r"\w", p.before):
            left = self.above[0]
        elif self.last is None:
            raise self.source.error(signs[0].piece.offset, f"nothing stands before this {signs[0].piece.text}")
        else:
            left = self.last
        relations: list[Rel] = []
        for i, (sign, side) in enumerate(zip(signs, sides[1:], strict=True)):
            if side is None:
                raise self.source.error(sign.piece.offset, "nothing stands after this sign")
            right = self._side(side)
            if sign.sense not in ("", "in"):
                step = self._step(left, sign, right, new=i == 0 and first is not None, why=p.mode)
                if step is not None:
                    yield step
                    if isinstance(step[1], Claim):
                        relations.append(step[1].relation)
            if sign.sense not in ("=", "approx") or self.start is None:
                self.start = right.term if isinstance(right.term, Term) else None
            left = right
        self.last = left
        self.premise = _together(relations) if len(relations) == len(signs) else None

    def _arrows(self, groups: list[_Group], p: _Planned) -> Iterator[Found]:
        """premise ⇒ conclusion, or ⇔; a row that begins with the arrow takes the row above as its premise."""
        first, *rest = groups
        premise: Rel | And | None = self.above[1] if self.premise is None else self.premise
        written = Piece("", 0)
        if first.sides != (None,):
            premise, written = self._stated(first)
        for group in rest:
            assert group.arrow is not None
            if premise is None:
                raise self.source.error(
                    group.arrow.piece.offset, f"nothing stands before this {group.arrow.piece.text}"
                )
            conclusion, piece = self._stated(group)
            whole = Rel("implies" if group.arrow.sense == "implies" else "iff", premise, conclusion)
            self.last = self.start = None
            yield self._claim("step", whole, group.arrow, written, piece, ())
            premise, written = conclusion, piece
        self.premise = premise

    def _stated(self, group: _Group) -> tuple[Rel | And, Piece]:
        """The relation, or the conjunction of relations, between two arrows."""
        read = [self._side(s) for s in group.sides if s is not None]
        for side in read:
            if isinstance(side.term, Unreadable):
                raise side.term
        if len(read) != len(group.sides) or not group.signs:
            at = next((x.piece.offset for x in (*group.signs, *read)), 0)
            raise self.source.error(at, "expected one relation, such as a = b")
        if any(s.sense in ("", "in", "define") for s in group.signs):
            raise self.source.error(group.signs[0].piece.offset, "this relation has no reading in an implication")
        relations = [self._relation(s, read[i], read[i + 1]) for i, s in enumerate(group.signs)]
        start, end = read[0].piece.offset, read[-1].piece.end
        return _together(relations), Piece(self.source.text[start:end], start)

    def _expression(self, formula: Formula) -> None:
        """A row without a relation sign starts a chain if it reads as one."""
        side = formula.sides[0]
        if side is None:
            return
        read = self._side(side)
        if isinstance(read.term, Term):
            self.last, self.start = read, read.term

    def _step(self, left: _Read, sign: Sign, right: _Read, *, new: bool, why: Mode) -> Found | None:
        """One relation; `new` if its left side was not read before."""
        error = next((s.term for s in (left, right) if isinstance(s.term, Unreadable)), None)
        op = sign.sense
        assert op not in ("", "in")
        if error is not None:
            if error is left.term and not new:
                error = self.source.error(sign.piece.offset, f"its left side, on line {error.line}, could not be read")
            shown: Relation = "=" if op == "define" else op  # type: ignore[assignment]
            return right.piece.end, Gap(error, shown, left.piece.text, right.piece.text)
        relation = self._said_of_limits(sign, left, right)
        if relation is None:
            return None
        given = (*left.given, *right.given)
        if why == "since" and not self.ask(relation, self.setting, (*self._hypotheses(), *given)):
            # A reason that is not proven is perhaps a hypothesis that was never stated.
            self._missed(left.piece)
            return None
        return self._claim("step", relation, sign, left.piece, right.piece, given)

    def _said_of_limits(self, sign: Sign, left: _Read, right: _Read) -> Rel | None:
        """f → a as z → b is a limit, f = g + O(h) as z → b an expansion; others are what they are."""
        assert isinstance(left.term, Term) and isinstance(right.term, Term)
        expands = any(isinstance(t, Order) for _, t in right.term.walk())
        if sign.sense != "to" and not expands:
            return self._relation(sign, left, right)
        if self.approach is None:
            raise self.source.error(sign.piece.offset, "say what goes where: as β → 0")
        variable, to, side = self.approach
        known = self.setting
        # A defined name must show how it varies.
        body = known.expand(left.term) if any(known.varies(left.term, n) for n in variable.names) else left.term
        try:
            if expands:
                return expansion(body, right.term, variable, to, side)  # type: ignore[arg-type]
            return Rel("=", limit(body, variable, to, side), right.term)  # type: ignore[arg-type]
        except TypeError as reason:
            raise self.source.error(sign.piece.offset, str(reason)) from None

    def _hypotheses(self) -> tuple[Rel, ...]:
        return tuple(dict.fromkeys((*(h.relation for h in self.hypotheses), *self.local)))

    def _claim(
        self,
        kind: Literal["step", "hypothesis", "definition"],
        relation: Rel,
        sign: Sign,
        left: Piece,
        right: Piece,
        given: tuple[Rel, ...],
    ) -> Found:
        relation = _substituted(relation, {**self.pinned, **self._integers(relation)})
        names = [s.name for s in relation.symbols]
        if twice := sorted(n for n in set(names) if names.count(n) > 1):
            raise self.source.error(
                sign.piece.offset, f"{twice[0]} is used as a number and as a prompt or response: rename one"
            )
        # What a definition uses may still be defined.
        self.mentioned |= relation.names if kind != "definition" else frozenset()
        line, _ = self.source.place(max(right.end - 1, right.offset))
        sign_line, column = self.source.place(sign.piece.offset)
        start = self.start if kind == "step" else None
        whole = (*self._hypotheses(), *(_substituted(g, self.pinned) for g in given))
        integers = self._integers(relation)
        hypotheses = tuple(dict.fromkeys(_substituted(h, integers) for h in whole))
        unread = self._bearing(relation, hypotheses)
        claim = Claim(
            kind, relation, self.setting, hypotheses, line, column, left.text, right.text, start,
            self.source.line(sign_line), unread, self._doubt(relation) if kind == "step" else "",
        )  # fmt: skip
        return right.end, claim

    def _integers(self, relation: Rel) -> dict[Term, Term]:
        """A letter that bounds a sum is an integer wherever it stands."""
        found: dict[Term, Term] = {}
        for s in relation.symbols:
            meant = self.words.handles.get(s.name)
            if s.sort == INTEGER or (isinstance(meant, Sym) and meant.sort == INTEGER):
                found[Sym(s.name)] = Sym(s.name, INTEGER)
        return found

    def _doubt(self, relation: Rel) -> str:
        """Numbers put in for letters of which nothing is known are data of the document, not a false equation."""
        if self.python or relation.op not in ("=", "approx"):
            return ""
        if open_entry := self._open_entry(relation):
            return open_entry
        right = relation.rhs
        decimal = any(isinstance(t, Num) and t.is_decimal for _, t in right.walk())
        if right.names or not decimal or isinstance(right.arg if isinstance(right, Neg) else right, Num):
            return ""
        loose = sorted(self.setting.expand(relation.lhs).names)
        known = {n for h in self._hypotheses() for n in h.names}
        missing = [n for n in loose if n not in known]
        return f"nothing says what {' and '.join(missing[:3])} is in numbers" if missing else ""

    def _open_entry(self, relation: Rel) -> str:
        """A_t = ... may be what says what A_t is; of s_{n−1} nothing is said where only s_n is."""
        said = {side for h in self._hypotheses() for side in h.children if _is_entry(side)}
        names = {t.name for t in said}
        for side in relation.children:
            if _is_entry(side) and self.setting.definition(side.name) is None and side.name not in names:
                return f"nothing says what {side} is: if this line does, begin it with Let"
        for t in relation.subterms():
            if _is_entry(t) and t.name in names and t not in said and self.setting.definition(t.name) is None:
                return f"nothing says what {t} is"
        return ""

    def _side(self, side: Side) -> _Read:
        try:
            reading = self.notation.reading(side, self.words)
        except Unreadable as error:
            second = self._without_entries(side)
            if second is None:
                return _Read(side.piece, error)
            reading = second
        self.words = reading.words
        counted = {
            Sym(s.name): h
            for s in reading.term.symbols
            if s.sort == REAL and isinstance(h := self.words.handles.get(s.name), Sym) and h.sort == INTEGER
        }
        return _Read(side.piece, reading.term.substitute(counted) if counted else reading.term, reading.given)

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

    # ---- definitions

    def _define(self, head: Head, formula: Formula, *, firmly: bool = True) -> Iterator[Found]:
        """name = term, name(parameters) = term."""
        left, right, sign = formula.sides[0], formula.sides[1], formula.signs[0]
        assert left is not None
        if right is None:
            raise self.source.error(sign.piece.offset, "nothing stands after this sign")
        name = head.name
        self.mentioned |= {name}
        at = left.piece.offset
        if not (name.isidentifier() and name.isascii()):
            raise self.source.error(at, f"{left.piece.text!r} is not a name as it is read here")
        read = self._side(right)
        if isinstance(read.term, Unreadable):
            raise read.term
        body = read.term
        built_in = name in OPERATORS or name in FUNCTION_NAMES
        if built_in and self.python and name not in ("sigma", "delta"):
            raise self.source.error(at, f"{name} is a function and keeps its meaning")
        if built_in and not self.python:
            usual = self._side(left)
            if isinstance(usual.term, Term):
                relation = Rel("=", usual.term, body)
                if _by_definition(relation) or self.ask(relation, self.setting, self._hypotheses()):
                    yield self._claim("definition", relation, sign, left.piece, right.piece, ())
                    return
                if not firmly or not set(head.parameters) <= body.names or not head.parameters:
                    # σ(z) = 1 − ε is said of z, not of σ.
                    yield from self._equation(formula, read)
                    return
        if head.entry is not None and _counts_with(body, head.entry.parameters[0]):
            # p_i = e^{z_i}/Z is said of every i.
            head, name = head.entry, head.entry.name
            self.entries |= {name}
        if shadowed := [n for n in head.parameters if self.words.definition(n) is not None]:
            # L(a, b) of letters that were defined: from here on they vary.
            self._missed(left.piece)
            for n in shadowed:
                self._redefine(n, self.words.forget(n))
            read = self._side(right)
            assert isinstance(read.term, Term)
            body = read.term
        parameters = self._parameters(at, head.parameters, body)
        loose = sorted(i.name for i in body.free_indices - set(parameters))
        if loose:
            raise self.source.error(at, f"{name} varies with {loose[0]}: write {name}({loose[0]})")
        if name in body.names:
            if self.python:
                raise self.source.error(right.piece.offset, f"{name} is defined by itself")
            yield from self._equation(formula, read)
            return
        self._redefine(name, self._with_definition(name, Lam(parameters, body)))
        try:
            _ = self.setting
        except RuleViolation as reason:
            raise self.source.error(at, str(reason)) from None
        relation = Rel("=", App(name, parameters) if parameters else Sym(name), body)
        yield self._claim("definition", relation, sign, left.piece, right.piece, read.given)

    def _with_definition(self, name: str, value: Lam) -> Vocabulary:
        """A name that stands in earlier definitions and is defined now (π* = .../Z with Z = ...) goes before them."""
        known = self.words
        users = [n for n, lam in known.definitions if name in lam.body.names]
        if not users or name in known.known():
            return known.define(name, value)
        first = [n for n, _ in known.definitions].index(users[0])
        rows = known.definitions
        return Vocabulary(known.handles, known.declarations, (*rows[:first], (name, value), *rows[first:]))

    def _equation(self, formula: Formula, right: _Read) -> Iterator[Found]:
        """An equation between values of one function, such as π(y) = π(y_1) π(y_2 | y_1), is a hypothesis."""
        first, sign = formula.sides[0], formula.signs[0]
        assert first is not None
        left = self._side(first)
        if isinstance(left.term, Unreadable):
            raise left.term
        relation = self._relation(sign, left, right)
        self._pin(relation)
        yield self._claim("hypothesis", relation, sign, left.piece, right.piece, (*left.given, *right.given))
        self._suppose(relation, case=False, late=False)

    def _parameters(self, at: int, names: tuple[str, ...], body: Term) -> tuple[Sym, ...]:
        for n in names:
            if not (n.isidentifier() and n.isascii()):
                raise self.source.error(at, f"{n!r} is not a name as it is read here")
        meant = {n: h for n, h in self.words.handles.items() if isinstance(h, Sym)} | {s.name: s for s in body.symbols}
        return tuple(meant.get(n, Sym(n)) for n in names)

    def _redefine(self, name: str, words: Vocabulary) -> None:
        """A name with a new meaning: what was assumed of the old one, or computed from it, is no longer in force."""
        if self.words.definition(name) is not None:
            for figure in self.figures - {name}:
                words = words.forget(figure)
            self.figures = frozenset()
        gone = {name, *(dict(self.words.definitions).keys() - dict(words.definitions).keys())}
        self.words = words
        self.hypotheses = tuple(h for h in self.hypotheses if not h.relation.names & gone)

    # ---- directives

    def _directive(self, piece: Piece) -> Iterator[Found]:
        """`positive a b; policy mu; f depends on theta; let Z = ...; assume a > b`."""
        at = 0
        for clause in piece.text.split(";"):
            part = piece.cut(at, at + len(clause))
            at += len(clause) + 1
            if part.text:
                yield from self._clause(part)

    def _clause(self, part: Piece) -> Iterator[Found]:
        word = part.text.split()[0]
        if m := _LET.match(part.text) or _ASSUME.match(part.text):
            yield from self._meaning(m.group(), part.cut(m.end()))
        elif m := _DEPENDS.fullmatch(part.text):
            on = frozenset(self._name(part, n) for n in _names(m.group("on")))
            for n in _names(m.group("names")):
                self.words = self.words.depending(self._name(part, n), on)
        elif word in KINDS or word == "function":
            self._declare(part, word, part.text[len(word) :])
        else:
            known = ", ".join((*KINDS, "function"))
            raise self.source.error(part.offset, f"expected {known}, let, assume, or: f depends on theta")

    def _declare(self, part: Piece, kind: str, text: str) -> None:
        names = _names(text)
        if not names:
            raise self.source.error(part.offset, f"expected names after {kind}")
        for n in names:
            name = self._name(part, n)
            self._redefine(name, self.words.declare(name, kind))

    def _name(self, piece: Piece, written: str) -> str:
        name = ascii_name(written)
        if not (name.isidentifier() and name.isascii()):
            raise self.source.error(piece.offset, f"{written!r} is not a name as it is read here")
        if name in OPERATORS or name in FUNCTION_NAMES.keys() - {"sigma", "delta"}:
            raise self.source.error(piece.offset, f"{name} is a function and keeps its meaning")
        return name

    def _meaning(self, word: str, piece: Piece) -> Iterator[Found]:
        """What stands after `let` or `assume`; lines without a relation sign after "for", "with", "given" are prose."""
        piece = piece.trimmed()
        try:
            if m := _IS.fullmatch(piece.text):
                self._declare(piece, m.group("kind"), m.group("names"))
                return
            assuming = not _LET.fullmatch(word)
            for part in _conjuncts(piece) if assuming or not _DEFINES.search(piece.text) else (piece,):
                for item in self.notation.items(part):
                    if isinstance(item, Unread):
                        raise item.error
                    if not isinstance(item, Formula):
                        continue
                    if any(s.sense not in (*ORDERS, "define") for s in item.signs) or not item.signs:
                        if not item.signs and _PREPOSITION.fullmatch(word):
                            continue
                        raise self.source.error(part.offset, "expected a hypothesis such as beta > 0 or a == b")
                    plan = _Planned("assume" if assuming else "define", item, "", "", late=False)
                    if not assuming and item.signs[0].sense in ("=", "define"):
                        self._insist_on_name(part, item)
                    yield from self._supposed(plan, plan.mode, case=False)
        except Unreadable:
            self._missed(piece)
            raise

    def _insist_on_name(self, piece: Piece, formula: Formula) -> None:
        first = formula.sides[0]
        head = self.notation.head(first, self.words) if first is not None else None
        if head is None:
            raise self.source.error(piece.offset, "expected a name to define, such as Z, or f(z)")
        if not head.name.isidentifier():
            raise self.source.error(piece.offset, f"{head.name!r} is not a name as it is read here")

    # ---- Python-like lines

    def _python(self, piece: Piece) -> Iterator[Found]:
        """One line of Python-like text."""
        if m := _LET.match(piece.text) or _ASSUME.match(piece.text):
            yield from self._meaning(m.group(), piece.cut(m.end()))
            return
        if ":=" in piece.text:
            yield from self._meaning("let", piece)
            return
        if m := _THEREFORE.match(piece.text):
            piece = piece.cut(m.end())
        piece = piece.trimmed()
        if not split(piece)[1] and not re.search(r"[=<>≈≤≥≠⇒⇔]", piece.text):
            self._python_expression(piece)
            return
        for item in self.notation.items(piece):
            if isinstance(item, Unread):
                raise item.error
            assert isinstance(item, Formula)
            if not item.signs:
                # A relation sign inside brackets.
                read = self._side(Side(piece))
                raise (
                    read.term
                    if isinstance(read.term, Unreadable)
                    else self.source.error(piece.offset, "expected a relation such as a == b")
                )
            if sum(s.sense in ("implies", "iff") for s in item.signs) > 1:
                arrows = [s for s in item.signs if s.sense in ("implies", "iff")]
                raise self.source.error(arrows[1].piece.offset, "one arrow a line: start the next line with it")
            if item.sides[0] is None and item.signs[0].sense in ("implies", "iff"):
                # "⇒ c = d": the chain after the arrow is a new one.
                item = Formula(item.sides[1:], item.signs[1:], item.piece)
            yield from self._claimed(_Planned("claim", item, "", "", late=False))

    def _python_expression(self, piece: Piece) -> None:
        """A line without a relation sign starts a chain if it reads as one; else it is prose."""
        read = self._side(Side(piece))
        name = ascii_name(piece.text)
        if isinstance(read.term, Unreadable):
            if _WORDS.search(piece.text) or not re.search(r"[()*/+\d]", piece.text):
                return
        elif name.isidentifier() and len(name) > 1 and "_" not in name and name not in self.words.known():
            return
        self.last, self.start = read, read.term if isinstance(read.term, Term) else None


_DEFINES = re.compile(r":=|==|(?<![<>!~=])=(?![=>])")

SIGNED: dict[str, Relation] = {
    "positive": ">", "nonnegative": ">=", "negative": "<", "nonpositive": "<=", "nonzero": "!=",
}  # fmt: skip
"""A word for a sign -> how it compares with 0."""

SETS: tuple[tuple[str, str], ...] = (
    (r"R|ℝ", "real"),
    (r"(?:R|ℝ)(?:_>0|_\+\+|\^\+|_\+|⁺|₊)", "positive"),
    (r"(?:R|ℝ)(?:_(?:ge|geq|≥)0|_≥0)", "nonnegative"),
    (r"Y|𝒴|X|𝒳", ""),
)
"""A set as written, without blanks and braces -> what its elements are."""


def _names(text: str) -> list[str]:
    return [n for n in text.replace(",", " ").split() if n != "and"]


def _conjuncts(piece: Piece) -> Iterator[Piece]:
    """What commas and "and" separate outside brackets."""
    outside = {i for i, depth in depths(piece.text) if depth == 0}
    at = 0
    for m in re.finditer(r",|\band\b", piece.text):
        if m.start() in outside:
            yield piece.cut(at, m.start())
            at = m.end()
    yield piece.cut(at)


def _in_words(before: list[Item], formula: Formula) -> Formula | None:
    """The formula joined with the one before it, where the words between say that one implies the other."""
    if len(before) < 2 or not isinstance(words := before[-1], Phrase) or not isinstance(last := before[-2], Formula):
        return None
    if not last.signs or not formula.signs or last.sides[-1] is None or formula.sides[0] is None:
        return None
    for pattern, sense in prose.ARROWS:
        if pattern.fullmatch(words.text):
            arrow = Sign(sense, Piece(words.text, formula.piece.offset))
            sides, signs = (*last.sides, *formula.sides), (*last.signs, arrow, *formula.signs)
            return Formula(sides, signs, Piece("", last.piece.offset))
    return None


def _spaced(before: list[Item], formula: Formula) -> Formula | None:
    """The formula joined with the one before it, where only a wide space stands between a sign and its side."""
    k = len(before) - 1
    while k >= 0 and isinstance(item := before[k], Phrase) and not re.search(r"[\w,;.]", item.text.replace("quad", "")):
        k -= 1
    last = before[k] if k >= 0 else None
    if not isinstance(last, Formula) or not (last.signs or formula.signs):
        return None
    if (last.sides[-1] is None) == (formula.sides[0] is None):
        return None
    middle = last.sides[-1] or formula.sides[0]
    whole = Piece("", last.piece.offset)
    return Formula((*last.sides[:-1], middle, *formula.sides[1:]), (*last.signs, *formula.signs), whole)


def _relates(formula: Formula) -> bool:
    """Whether it states a relation that is read."""
    return any(s.sense for s in formula.signs)


def _senses(formula: Formula) -> set[str]:
    return {s.sense for s in formula.signs}


def _plain(side: Side | None) -> bool:
    """A letter, a number, or a simple term: something that a hypothesis bounds."""
    return side is not None and len(side.piece.text) <= 20


def _datum(relation: Rel) -> Term | None:
    """What a bound or value in numbers is said of."""
    atoms = [t for t in (relation.lhs, relation.rhs) if isinstance(t, (Sym, App))]
    return atoms[0] if len(atoms) == 1 and not all(t.names for t in (relation.lhs, relation.rhs)) else None


def _counts_with(body: Term, letter: str) -> bool:
    """Whether a letter numbers the entries of something in the body: e^{z_i}, R_i/n."""
    applied = (t for _, t in body.walk() if isinstance(t, App))
    return any(isinstance(a, Sym) and a.name == letter for t in applied for a in t.args)


def letters(text: str) -> frozenset[str]:
    """The letters of a formula as written, without subscripts, by the names that symbols have."""
    found = re.findall(r"(?<![A-Za-z])[^\W\d_](?![A-Za-z])|\\?[A-Za-z]+", re.sub(r"_(?:\{[^{}]*\}|\w+)", " ", text))
    names = {ascii_name(w.lstrip("\\")).replace("var", "") for w in found}
    return frozenset(n.split("_")[0] for n in names)


def _varies(term: Term) -> bool:
    """Whether it is more than an expression in numbers."""
    return bool(term.names) or any(isinstance(t, (Binder, Card)) for _, t in term.walk())


def _substituted(relation: Rel, mapping: dict[Term, Term]) -> Rel:
    changed = relation.substitute(mapping) if mapping else relation
    assert isinstance(changed, Rel)
    return changed


def _together(relations: list[Rel]) -> Rel | And:
    return relations[0] if len(relations) == 1 else And(tuple(relations))


def _groups(sides: list[Side | None], signs: list[Sign]) -> list[_Group]:
    """The chain cut at its arrows."""
    cuts = [i for i, s in enumerate(signs) if s.sense in ("implies", "iff")]
    starts, ends = [0, *(i + 1 for i in cuts)], [*cuts, len(signs)]
    return [
        _Group(signs[a - 1] if a else None, tuple(sides[a : b + 1]), tuple(signs[a:b]))
        for a, b in zip(starts, ends, strict=True)
    ]


def _by_definition(relation: Rel) -> bool:
    """Whether it states the definition of a notation as the table has it."""
    return unfold(relation.lhs) == relation.rhs


def _is_entry(term: Term) -> TypeGuard[App]:
    """A_t, s_{n−1}: an entry of a family that is numbered."""
    return isinstance(term, App) and bool(term.args) and all(is_integer(a) for a in term.args)
