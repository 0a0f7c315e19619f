"""Lines that say themselves what they are: directives such as `positive a b`, and Python-like text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from symrlhf.checker.formulas import Formula, Side, Unread, ascii_name, split
from symrlhf.checker.statements.chains import claimed
from symrlhf.checker.statements.claims import Found
from symrlhf.checker.statements.plan import Planned
from symrlhf.checker.statements.state import ORDERS, State
from symrlhf.checker.statements.suppose import supposed
from symrlhf.errors import Unreadable
from symrlhf.read.names import candidates
from symrlhf.read.pieces import Piece, depths
from symrlhf.read.python import FUNCTION_NAMES, OPERATORS
from symrlhf.read.vocabulary import BUILT_IN, KINDS
from symrlhf.term import Term

_LET = re.compile(r"let\b", re.IGNORECASE)

_ASSUME = re.compile(r"(?:assume|suppose|given|for|with)\b(?:\s+that\b)?", re.IGNORECASE)

_PREPOSITION = re.compile(r"for|with|given", re.IGNORECASE)

_IS = re.compile(rf"(?P<names>[^=<>]*?)\s+(?:be|is|are)\s+(?:an?\s+)?(?P<kind>{'|'.join(KINDS)})(?:\s+numbers?)?")

_THEREFORE = re.compile(r"(?:so|hence|thus|therefore|then)\b,?\s*(?:that\b)?", re.IGNORECASE)

_DEPENDS = re.compile(r"(?P<names>[^;]*?)\s+depends?\s+on\s+(?P<on>.*)", re.DOTALL)

_NEXT = re.compile(r"(?:the )?next display is (?P<what>assumed|proven below)")

SCOPES: dict[str, Callable[[State], None]] = {
    "displays only": lambda state: setattr(state, "displays_only", True),
    "displays and words": lambda state: setattr(state, "displays_only", False),
    "begin scope": State.begin_scope,
    "end scope": State.end_scope,
}
"""Directives on how all that follows is read."""

_WORDS = re.compile(r"[^\W\d_]{2,}\s+[^\W\d_]{2,}")


_DEFINES = re.compile(r":=|==|(?<![<>!~=])=(?![=>])")


def directive(state: State, piece: Piece) -> Iterator[Found]:
    """`positive a b; policy mu; f depends on theta; let Z = ...; assume a > b`."""
    at = 0
    for clause in re.split(r"(?<!\\);", piece.text):
        part = piece.cut(at, at + len(clause))
        at += len(clause) + 1
        if part.text:
            yield from _clause(state, part)


def _clause(state: State, part: Piece) -> Iterator[Found]:
    word = part.text.split()[0]
    if m := _NEXT.fullmatch(part.text):
        state.coming = m.group("what")
    elif (what := " ".join(part.text.split())) in SCOPES:
        SCOPES[what](state)
    elif word == "transparent":
        # Read where the document is taken apart.
        return
    elif m := _LET.match(part.text) or _ASSUME.match(part.text):
        yield from _meaning(state, m.group(), part.cut(m.end()))
    elif m := _DEPENDS.fullmatch(part.text):
        on = frozenset(_name(state, part, n) for n in _names(m.group("on")))
        for n in _names(m.group("names")):
            state.words = state.words.depending(_name(state, part, n), on)
    elif word in KINDS or word == "function":
        _declare(state, part, word, part.text[len(word) :])
    else:
        known = ", ".join((*KINDS, "function", *SCOPES, "next display is"))
        raise state.source.error(part.offset, f"expected {known}, let, assume, or: f depends on theta")


def _declare(state: State, part: Piece, kind: str, text: str) -> None:
    names = _names(text)
    if not names:
        raise state.source.error(part.offset, f"expected names after {kind}")
    for n in names:
        name = _name(state, part, n)
        state.redefine(name, state.words.declare(name, kind))
        for other in BUILT_IN.keys() & state.words.handles.keys() - {name}:
            if name in candidates(other):
                # ε is eps from here on, and no longer the epsilon it may be as well.
                state.redefine(other, state.words.forget(other))


def _name(state: State, piece: Piece, written: str) -> str:
    name = ascii_name(written)
    if "\\" in written:
        # \pi_{\mathrm{ref}}, as formulas write it.
        formula = next((i for i in state.notation.items(Piece(written, piece.offset)) if isinstance(i, Formula)), None)
        head = state.head(formula.sides[0]) if formula is not None else None
        name = head.name if head is not None else name
    if not (name.isidentifier() and name.isascii()):
        raise state.source.error(piece.offset, f"{written!r} is not a name as it is read here")
    if name in OPERATORS or name in FUNCTION_NAMES.keys() - {"sigma", "delta"}:
        raise state.source.error(piece.offset, f"{name} is a function and keeps its meaning")
    return name


def _meaning(state: State, word: str, piece: Piece) -> Iterator[Found]:
    """What stands after `let` or `assume`; lines without a relation sign after "for", "with", "given" are prose."""
    piece = piece.trimmed()
    try:
        if m := _IS.fullmatch(piece.text):
            _declare(state, piece, m.group("kind"), m.group("names"))
            return
        assuming = not _LET.fullmatch(word)
        for part in _conjuncts(piece) if assuming or not _DEFINES.search(piece.text) else (piece,):
            for item in state.notation.items(part):
                if isinstance(item, Unread):
                    raise item.error
                if not isinstance(item, Formula):
                    continue
                if any(s.sense not in (*ORDERS, "define") for s in item.signs) or not item.signs:
                    if not item.signs and _PREPOSITION.fullmatch(word):
                        continue
                    raise state.source.error(part.offset, "expected a hypothesis such as beta > 0 or a == b")
                plan = Planned("assume" if assuming else "define", item, "", "", late=False)
                if not assuming and item.signs[0].sense in ("=", "define"):
                    _insist_on_name(state, part, item)
                yield from supposed(state, plan, plan.mode, case=False)
    except Unreadable:
        state.missed(piece)
        raise


def _insist_on_name(state: State, piece: Piece, formula: Formula) -> None:
    first = formula.sides[0]
    head = state.head(first)
    if head is None:
        raise state.source.error(piece.offset, "expected a name to define, such as Z, or f(z)")
    if not head.name.isidentifier():
        raise state.source.error(piece.offset, f"{head.name!r} is not a name as it is read here")


def python_line(state: State, piece: Piece) -> Iterator[Found]:
    """One line of Python-like text."""
    if m := _LET.match(piece.text) or _ASSUME.match(piece.text):
        yield from _meaning(state, m.group(), piece.cut(m.end()))
        return
    if ":=" in piece.text:
        yield from _meaning(state, "let", piece)
        return
    if m := _THEREFORE.match(piece.text):
        piece = piece.cut(m.end())
    piece = piece.trimmed()
    if not split(piece)[1] and not re.search(r"[=<>≈≤≥≠⇒⇔]", piece.text):
        _python_expression(state, piece)
        return
    for item in state.notation.items(piece):
        if isinstance(item, Unread):
            raise item.error
        assert isinstance(item, Formula)
        if not item.signs:
            # A relation sign inside brackets.
            read = state.side(Side(piece))
            raise (
                read.term
                if isinstance(read.term, Unreadable)
                else state.source.error(piece.offset, "expected a relation such as a == b")
            )
        if sum(s.sense in ("implies", "iff") for s in item.signs) > 1:
            arrows = [s for s in item.signs if s.sense in ("implies", "iff")]
            raise state.source.error(arrows[1].piece.offset, "one arrow a line: start the next line with it")
        if item.sides[0] is None and item.signs[0].sense in ("implies", "iff"):
            # "⇒ c = d": the chain after the arrow is a new one.
            item = Formula(item.sides[1:], item.signs[1:], item.piece)
        yield from claimed(state, Planned("claim", item, "", "", late=False))


def _python_expression(state: State, piece: Piece) -> None:
    """A line without a relation sign starts a chain if it reads as one; else it is prose."""
    read = state.side(Side(piece))
    name = ascii_name(piece.text)
    if isinstance(read.term, Unreadable):
        if _WORDS.search(piece.text) or not re.search(r"[()*/+\d]", piece.text):
            return
    elif name.isidentifier() and len(name) > 1 and "_" not in name and name not in state.words.known():
        return
    state.last, state.start = read, read.term if isinstance(read.term, Term) else None


def _names(text: str) -> list[str]:
    return [n for n in text.replace(",", " ").split() if n != "and"]


def _conjuncts(piece: Piece) -> Iterator[Piece]:
    """What commas and "and" separate outside brackets."""
    outside = {i for i, depth in depths(piece.text) if depth == 0}
    at = 0
    for m in re.finditer(r"(?<!\\),|\band\b", piece.text):
        if m.start() in outside:
            yield piece.cut(at, m.start())
            at = m.end()
    yield piece.cut(at)
