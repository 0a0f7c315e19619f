"""What a text claims: relations, one by one, with the hypotheses and definitions that stand before each.

One line is one formula: a relation or a chain of them. A line that begins with a relation sign continues the chain
above; a blank line ends it. `assume`, `let`, `:=` and the directives `# symrlhf: positive a b; let Z = ...` say what
names mean. Lines of prose are passed over; a line with a relation sign that cannot be read is never passed over.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from typing import Literal

from symrlhf.errors import RuleViolation, Unreadable
from symrlhf.read.python import FUNCTION_NAMES, OPERATORS, ascii_name, read_expression
from symrlhf.read.vocabulary import KINDS, Vocabulary
from symrlhf.setting import Setting
from symrlhf.term import App, Lam, Rel, Relation, Sym, Term

MAX_JOINED = 40
"""Lines that a formula with an open bracket may run over."""

SIGNS: dict[str, Relation] = {
    "<==>": "iff", "<=>": "iff", "⇔": "iff", "⟺": "iff",
    "==>": "implies", "=>": "implies", "⇒": "implies", "⟹": "implies",
    "==": "=", "<=": "<=", ">=": ">=", "!=": "!=", "~=": "approx", "=": "=", "<": "<", ">": ">",
    "≈": "approx", "≤": "<=", "≥": ">=", "≠": "!=",
}  # fmt: skip
"""Relation signs as they are written, longer ones first."""

_SIGN = re.compile("|".join(map(re.escape, SIGNS)))
_ASSUME = re.compile(r"(?:assume|suppose|given|for|with)\b(?:\s+that\b)?", re.IGNORECASE)
_PREPOSITION = re.compile(r"for|with|given", re.IGNORECASE)
_IS = re.compile(rf"(?P<names>[^=<>]*?)\s+(?:be|is|are)\s+(?:an?\s+)?(?P<kind>{'|'.join(KINDS)})(?:\s+numbers?)?")
_LET = re.compile(r"let\b", re.IGNORECASE)
_THEREFORE = re.compile(r"(?:so|hence|thus|therefore|then)\b,?\s*(?:that\b)?", re.IGNORECASE)
_DIRECTIVE = re.compile(r"\s*symrlhf\s*:")
_DEPENDS = re.compile(r"(?P<names>[^;]*?)\s+depends?\s+on\s+(?P<on>.*)", re.DOTALL)
_LEFT = re.compile(r"\s*(?P<name>\w+)\s*(?:[(\[](?P<parameters>[^()\[\]]*)[)\]])?\s*")
_WORDS = re.compile(r"[^\W\d_]{2,}\s+[^\W\d_]{2,}")

OPENING, CLOSING = "([{", ")]}"


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


@dataclass(frozen=True)
class Gap:
    """A formula that could not be read."""

    error: Unreadable
    relation: Relation | None = None
    lhs: str = ""
    rhs: str = ""


def read_text(text: str) -> tuple[Claim | Gap, ...]:
    """Every claim of a Python-like text, in reading order."""
    return tuple(_Document(text.replace("\r\n", "\n").replace("\r", "\n")).read())


# ------------------------------------------------------------------ pieces of text


@dataclass(frozen=True)
class _Piece:
    """A slice of the document."""

    text: str
    offset: int

    def cut(self, start: int, end: int | None = None) -> _Piece:
        """A slice of it, without the blanks around."""
        inner = self.text[start:end]
        return _Piece(inner.strip(), self.offset + start + len(inner) - len(inner.lstrip()))

    @property
    def end(self) -> int:
        return self.offset + len(self.text)


def _depths(text: str) -> Iterator[tuple[int, int]]:
    """Each position with the number of brackets open before it."""
    depth = 0
    for i, char in enumerate(text):
        depth -= char in CLOSING
        yield i, depth
        depth += char in OPENING


def _balance(text: str) -> int:
    return sum((c in OPENING) - (c in CLOSING) for c in text)


@dataclass(frozen=True)
class _Side:
    """An expression of a chain: as written, and its term or why it has none."""

    piece: _Piece
    term: Term | Unreadable


# ------------------------------------------------------------------ reading


@dataclass
class _Document:
    text: str
    words: Vocabulary = field(default_factory=Vocabulary.built_in)
    hypotheses: tuple[Rel, ...] = ()
    last: _Side | None = None
    """The last expression of the chain above."""
    start: Term | None = None
    unread: tuple[int, ...] = ()
    _setting: tuple[Vocabulary, Setting] | None = None

    @cached_property
    def rows(self) -> list[str]:
        return self.text.split("\n")

    @cached_property
    def starts(self) -> list[int]:
        return list(accumulate((len(row) + 1 for row in self.rows), initial=0))

    def read(self) -> Iterator[Claim | Gap]:
        for piece, directives in self._formulas():
            for directive in directives:
                yield from self._guarded(directive, self._directive)
            if piece is None:
                self.last = self.start = None
            elif piece.text:
                yield from self._guarded(piece, self._line)

    def _guarded(self, piece: _Piece, read: Callable[[_Piece], Iterator[Claim | Gap]]) -> Iterator[Claim | Gap]:
        try:
            yield from read(piece)
        except Unreadable as error:
            yield Gap(error, None, piece.text)

    # ---- lines and places

    def _formulas(self) -> Iterator[tuple[_Piece | None, list[_Piece]]]:
        """Lines without their comments, joined while a bracket is open; None for a blank line."""
        i = 0
        while i < len(self.rows):
            body, directives = _without_comment(self.rows[i], self.starts[i])
            joined, taken = body, 1
            if _balance(body) > 0:
                joined, taken = self._joined(i, body)
            blank = not self.rows[i].strip()
            yield None if blank else _Piece(joined, self.starts[i]).cut(0), directives
            i += taken

    def _joined(self, first: int, body: str) -> tuple[str, int]:
        """A formula that runs on until its brackets are closed; the line alone if they never are."""
        joined = body
        for n, row in enumerate(self.rows[first + 1 : first + MAX_JOINED], start=2):
            if not row.strip():
                break
            joined += "\n" + _without_comment(row, 0)[0]
            if _balance(joined) <= 0:
                return joined, n
        return body, 1

    def _place(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def _error(self, piece: _Piece, at: int, message: str) -> Unreadable:
        line, column = self._place(piece.offset + at)
        source = self.rows[line - 1]
        return Unreadable(message, line, column, source if len(source) < 200 else "")

    def _expression(self, piece: _Piece) -> Term:
        try:
            return read_expression(piece.text, self.words)
        except Unreadable as error:
            rows = piece.text.split("\n")
            at = sum(len(r) + 1 for r in rows[: error.line - 1]) + error.column - 1
            raise self._error(piece, at, error.message) from None

    def _side(self, piece: _Piece) -> _Side:
        try:
            return _Side(piece, self._expression(piece))
        except Unreadable as error:
            return _Side(piece, error)

    @property
    def setting(self) -> Setting:
        if self._setting is None or self._setting[0] is not self.words:
            self._setting = (self.words, self.words.setting)
        return self._setting[1]

    # ---- one line

    def _line(self, piece: _Piece) -> Iterator[Claim | Gap]:
        if m := _LET.match(piece.text) or _ASSUME.match(piece.text):
            yield from self._meaning(m.group(), piece.cut(m.end()))
            return
        if ":=" in piece.text:
            yield from self._meaning("let", piece)
            return
        if m := _THEREFORE.match(piece.text):
            piece = piece.cut(m.end())
        piece = _Piece(piece.text.rstrip(".,;: \t"), piece.offset)
        if not _SIGN.search(piece.text):
            self._expression_line(piece)
            return
        self._insist_closed(piece)
        sides, signs = _split(piece)
        if not signs:
            # A relation sign inside brackets.
            self._expression(piece)
            raise self._error(piece, 0, "expected a relation such as a == b")
        if any(SIGNS[s.text] in ("implies", "iff") for s in signs) and sides[0].text:
            yield self._implication(piece)
            return
        yield from self._chain(piece, sides, signs)

    def _expression_line(self, piece: _Piece) -> None:
        """A line without a relation sign starts a chain if it reads as one; else it is prose."""
        side = self._side(piece)
        name = ascii_name(piece.text)
        if isinstance(side.term, Unreadable):
            if _WORDS.search(piece.text) or not re.search(r"[()*/+\d]", piece.text):
                return
        elif name.isidentifier() and len(name) > 1 and "_" not in name and name not in self.words.known():
            return
        self.last, self.start = side, side.term if isinstance(side.term, Term) else None

    def _insist_closed(self, piece: _Piece) -> None:
        open_at: list[int] = []
        for i, char in enumerate(piece.text):
            if char in OPENING:
                open_at.append(i)
            elif char in CLOSING:
                if not open_at or OPENING.index(piece.text[open_at[-1]]) != CLOSING.index(char):
                    raise self._error(piece, i, f"this {char!r} closes nothing")
                open_at.pop()
        if open_at:
            raise self._error(piece, open_at[-1], f"this {piece.text[open_at[-1]]!r} is never closed")

    def _chain(self, piece: _Piece, sides: list[_Piece], signs: list[_Piece]) -> Iterator[Claim | Gap]:
        if sides[0].text:
            left = self._side(sides[0])
            self.start = left.term if isinstance(left.term, Term) else None
        elif SIGNS[signs[0].text] in ("implies", "iff") and len(sides) > 1:
            # "⇒ c = d": the chain after the arrow is a new one.
            left, sides, signs = self._side(sides[1]), sides[1:], signs[1:]
            self.start = left.term if isinstance(left.term, Term) else None
        elif self.last is None:
            raise self._error(signs[0], 0, f"nothing stands before this {signs[0].text}")
        else:
            left = self.last
        for i, (sign, right_piece) in enumerate(zip(signs, sides[1:], strict=True)):
            right = self._side(right_piece)
            yield self._step(left, sign, right, new=i == 0 and bool(sides[0].text))
            if SIGNS[sign.text] not in ("=", "approx") or self.start is None:
                self.start = right.term if isinstance(right.term, Term) else None
            left = right
        self.last = left

    def _step(self, left: _Side, sign: _Piece, right: _Side, *, new: bool) -> Claim | Gap:
        """One relation; `new` if its left side was not read before."""
        op = SIGNS[sign.text]
        error = next((s.term for s in (left, right) if isinstance(s.term, Unreadable)), None)
        if error is not None:
            if error is left.term and not new:
                error = self._error(sign, 0, f"its left side, on line {error.line}, could not be read")
            return Gap(error, op, left.piece.text, right.piece.text)
        assert isinstance(left.term, Term) and isinstance(right.term, Term)
        return self._claim("step", Rel(op, left.term, right.term), sign, right.piece.end, left.piece, right.piece)

    def _claim(
        self,
        kind: Literal["step", "hypothesis", "definition"],
        relation: Rel,
        sign: _Piece,
        end: int,
        left: _Piece,
        right: _Piece,
    ) -> Claim:
        names = [s.name for s in relation.symbols]
        if twice := sorted(n for n in set(names) if names.count(n) > 1):
            raise self._error(sign, 0, f"{twice[0]} is used as a number and as a prompt or response: rename one")
        line, _ = self._place(end)
        sign_line, column = self._place(sign.offset)
        start = self.start if kind == "step" else None
        return Claim(
            kind, relation, self.setting, self.hypotheses, line, column, left.text, right.text, start,
            self.rows[sign_line - 1], self.unread,
        )  # fmt: skip

    def _implication(self, piece: _Piece) -> Claim:
        """premise => conclusion, or <=>."""
        sides, signs = _split(piece, ("implies", "iff"))
        if len(signs) != 1:
            raise self._error(signs[1], 0, "one arrow a line: start the next line with it")
        relations = [self._relation(s) for s in sides]
        self.last = self.start = None
        whole = Rel(SIGNS[signs[0].text], *relations)
        return self._claim("step", whole, signs[0], piece.end, sides[0], sides[1])

    def _relation(self, piece: _Piece) -> Rel:
        sides, signs = _split(piece)
        if len(signs) != 1:
            raise self._error(piece, 0, "expected one relation, such as a == b")
        return Rel(SIGNS[signs[0].text], *(self._expression(s) for s in sides))

    # ---- what names mean

    def _meaning(self, word: str, piece: _Piece) -> Iterator[Claim]:
        """What stands after `let` or `assume`; lines without a relation sign after "for", "with", "given" are prose."""
        try:
            if m := _IS.fullmatch(piece.text.rstrip(".,;: ")):
                self._declare(piece, m.group("kind"), m.group("names"))
            elif _LET.fullmatch(word):
                yield from self._let(piece)
            elif _SIGN.search(piece.text) or not _PREPOSITION.fullmatch(word):
                yield from self._assume(piece)
        except Unreadable as error:
            self.unread = (*self.unread, error.line)
            raise

    def _assume(self, piece: _Piece) -> Iterator[Claim]:
        """Hypotheses, separated by commas or "and"."""
        piece = _Piece(piece.text.rstrip(".,;: \t"), piece.offset)
        self._insist_closed(piece)
        self.last = self.start = None
        for part in _conjuncts(piece):
            sides, signs = _split(part)
            if not signs or any(SIGNS[s.text] not in ("=", "<", "<=", ">", ">=", "!=") for s in signs):
                raise self._error(part, 0, "expected a hypothesis such as beta > 0 or a == b")
            terms = [self._expression(s) for s in sides]
            for i, sign in enumerate(signs):
                relation = Rel(SIGNS[sign.text], terms[i], terms[i + 1])
                yield self._claim("hypothesis", relation, sign, sides[i + 1].end, sides[i], sides[i + 1])
                self.hypotheses = (*self.hypotheses, relation)

    def _let(self, piece: _Piece) -> Iterator[Claim]:
        """A definition: name = term, name(parameters) = term; `let a > 0` is a hypothesis."""
        piece = _Piece(piece.text.rstrip(".,;: \t"), piece.offset)
        self._insist_closed(piece)
        self.last = self.start = None
        m = re.search(r":=|==|(?<![<>!~=])=(?![=>])", piece.text)
        if m is None:
            yield from self._assume(piece)
            return
        left, right = piece.cut(0, m.start()), piece.cut(m.end())
        named = _LEFT.fullmatch(left.text)
        if named is None:
            raise self._error(left, 0, "expected a name to define, such as Z, or f(z)")
        name = self._name(left, named.group("name"))
        body = self._expression(right)
        parameters = self._parameters(left, named.group("parameters"), body)
        loose = sorted(i.name for i in body.free_indices - set(parameters))
        if loose:
            raise self._error(left, 0, f"{name} varies with {loose[0]}: write {name}({loose[0]})")
        if name in body.names:
            raise self._error(right, 0, f"{name} is defined by itself")
        self._redefine(name, self.words.define(name, Lam(parameters, body)))
        try:
            _ = self.setting
        except RuleViolation as reason:
            raise self._error(left, 0, str(reason)) from None
        relation = Rel("=", App(name, parameters) if parameters else Sym(name), body)
        yield self._claim("definition", relation, piece.cut(m.start(), m.end()), right.end, left, right)

    def _name(self, piece: _Piece, written: str) -> str:
        name = ascii_name(written)
        if not (name.isidentifier() and name.isascii()):
            raise self._error(piece, 0, f"{written!r} is not a name as it is read here")
        if name in OPERATORS or name in FUNCTION_NAMES.keys() - {"sigma", "delta"}:
            raise self._error(piece, 0, f"{name} is a function and keeps its meaning")
        return name

    def _parameters(self, piece: _Piece, written: str | None, body: Term) -> tuple[Sym, ...]:
        if written is None:
            return ()
        names = [self._name(piece, n.strip()) for n in re.split(r"[,|]", written)]
        meant = {s.name: s for s in body.symbols}
        return tuple(meant.get(n, Sym(n)) for n in names)

    def _redefine(self, name: str, words: Vocabulary) -> None:
        """A name with a new meaning: hypotheses on the old one are no longer in force."""
        gone = {name, *(dict(self.words.definitions).keys() - dict(words.definitions).keys())}
        self.words = words
        self.hypotheses = tuple(h for h in self.hypotheses if not h.names & gone)

    def _directive(self, piece: _Piece) -> Iterator[Claim]:
        """`positive a b; policy mu; f depends on theta; let Z = ...; assume a > b`."""
        at = 0
        for clause in piece.text.split(";"):
            part = piece.cut(at, at + len(clause))
            at += len(clause) + 1
            if part.text:
                yield from self._clause(part)

    def _declare(self, part: _Piece, kind: str, text: str) -> None:
        names = _names(text)
        if not names:
            raise self._error(part, 0, f"expected names after {kind}")
        for n in names:
            name = self._name(part, n)
            self._redefine(name, self.words.declare(name, kind))

    def _clause(self, part: _Piece) -> Iterator[Claim]:
        word = part.text.split()[0]
        if _LET.fullmatch(word) or _ASSUME.fullmatch(word):
            yield from self._meaning(word, part.cut(len(word)))
        elif m := _DEPENDS.fullmatch(part.text):
            on = frozenset(self._name(part, n) for n in _names(m.group("on")))
            for n in _names(m.group("names")):
                self.words = self.words.depending(self._name(part, n), on)
        elif word in KINDS or word == "function":
            self._declare(part, word, part.text[len(word) :])
        else:
            known = ", ".join((*KINDS, "function"))
            raise self._error(part, 0, f"expected {known}, let, assume, or: f depends on theta")


def _names(text: str) -> list[str]:
    return [n for n in text.replace(",", " ").split() if n != "and"]


def _without_comment(row: str, offset: int) -> tuple[str, list[_Piece]]:
    """A line before its #, and the directive after it, if it is one."""
    body, _, comment = row.partition("#")
    m = _DIRECTIVE.match(comment)
    # As long as the row: places stay places of the document.
    return body.ljust(len(row)), [_Piece(row, offset).cut(len(body) + 1 + m.end())] if m else []


def _split(piece: _Piece, only: tuple[str, ...] = ()) -> tuple[list[_Piece], list[_Piece]]:
    """The sides and the relation signs outside all brackets."""
    outside = {i for i, depth in _depths(piece.text) if depth == 0}
    found = [m for m in _SIGN.finditer(piece.text) if m.start() in outside]
    if only:
        found = [m for m in found if SIGNS[m.group()] in only]
    cuts = [0, *(p for m in found for p in (m.start(), m.end())), len(piece.text)]
    sides = [piece.cut(a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=True)]
    signs = [piece.cut(m.start(), m.end()) for m in found]
    return sides, signs


def _conjuncts(piece: _Piece) -> Iterator[_Piece]:
    outside = {i for i, depth in _depths(piece.text) if depth == 0}
    at = 0
    for m in re.finditer(r",|\band\b", piece.text):
        if m.start() in outside:
            yield piece.cut(at, m.start())
            at = m.end()
    yield piece.cut(at)
