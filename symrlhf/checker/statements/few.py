"""R ∈ {0, 1}: what has few values is declared so, entry by entry, where it is said of all of them."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

from symrlhf.checker.formulas import Side
from symrlhf.checker.statements.alone import of_part, said_of
from symrlhf.checker.statements.state import State
from symrlhf.rational import Q
from symrlhf.read.pieces import Piece
from symrlhf.setting import Declaration, Policy, Sign
from symrlhf.term import INTEGER, PROMPTS, App, Mul, Rational, Rel, Sym, as_term

MOST = 4
"""Values that are few."""
_LIST = re.compile(r"(?:\\[lb]\w*)?\\?\{(?P<values>[^{}\\]+)(?:\\[rb]\w*)?\\?\}(?:\^.*)?")
_FRACTION = re.compile(r"\\[dt]?frac\{?(\d)\}?\{?(\d+)\}?")
_PLAIN = re.compile(r"[+-]?\d+(?:/\d+)?")


def values_of(text: str) -> tuple[Fraction, ...] | None:
    """The numbers of {0, 1}, {−1, +1} or {0, 1/2, 1} as written; None for another set."""
    written = re.sub(r"\s|\\[,;! ]", "", text).replace("−", "-").replace("½", "1/2")
    found = _LIST.fullmatch(_FRACTION.sub(r"\1/\2", written))
    parts = re.split(r"[,;]", found["values"]) if found else []
    if not all(map(_PLAIN.fullmatch, parts)):
        return None
    values = tuple(sorted({Q(p.removeprefix("+")) for p in parts}))
    return values if 2 <= len(values) <= MOST else None


def declare_few(state: State, side: Side, values: tuple[Fraction, ...], piece: Piece, *, here: bool) -> None:
    """What a letter or each entry of a family can be; `here` it is said of a case or of this row alone."""
    term = state.side(side).term
    if not isinstance(term, (Sym, App)) or isinstance(state.words.handles.get(term.name), Policy):
        state.missed(piece)
        return
    one_of_them = Rel("=", Mul(tuple(term - as_term(v) for v in values)), Rational(0, 1))
    entries = {a.name for a in term.args if isinstance(a, Sym)} if isinstance(term, App) else set[str]()
    of = said_of(state, one_of_them, piece)
    if of_part(state, entries, piece, one_of_them.rhs) or of != "all":
        state.missed(piece)
    elif here or state.words.definition(term.name) is not None or not _is_general(term):
        state.suppose(one_of_them, case=False, late=True) if here else state.missed(piece)
    else:
        _declare(state, term, values)


def forget_few(state: State, name: str) -> None:
    """It may have other values from here on, or in this case alone."""
    known = state.words.declarations.get(name)
    if known is not None and known.values:
        state.unread = (*state.unread, (state.line, frozenset({name})))
        _put(state, replace(known, values=(), sign="real"))


def _is_general(term: Sym | App) -> bool:
    """Whether it stands for every entry."""
    if isinstance(term, Sym):
        return True
    free = [a for a in term.args if isinstance(a, Sym) and (a in term.free_indices or a.sort in (INTEGER, PROMPTS))]
    return len({a for a in free if a.name.isalpha()}) == len(term.args)


def _declare(state: State, term: Sym | App, values: tuple[Fraction, ...]) -> None:
    if isinstance(term, Sym) and term.name not in state.words.handles:
        state.words = state.words.declare(term.name, "real")
    known = state.words.declarations.get(term.name, Declaration(term.name))
    _put(state, replace(known, values=values, sign=_sign_of(values)))
    state.mentioned |= {term.name}


def _sign_of(values: tuple[Fraction, ...]) -> Sign:
    if min(values) >= 0:
        return "nonnegative" if 0 in values else "positive"
    if max(values) <= 0:
        return "nonpositive" if 0 in values else "negative"
    return "real" if 0 in values else "nonzero"


def _put(state: State, row: Declaration) -> None:
    state.words = replace(state.words, declarations={**state.words.declarations, row.name: row})
