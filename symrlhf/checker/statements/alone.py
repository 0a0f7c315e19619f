"""What is said of one response alone: "a response y with r(y) ≤ 1" tells nothing of the others."""

from __future__ import annotations

import re
from collections.abc import Iterable

from symrlhf.checker import prose
from symrlhf.checker.statements.state import State
from symrlhf.read.pieces import Piece
from symrlhf.term import RESPONSES, Rel, Sym, Term

_RESPONSE = r"(?:response|completion|answer|output|action|candidate)"
_LETTER = r"[\s$\\(]*(?:{letter})(?![\w*′'^])"
ONE_ALONE = re.compile(rf"\b(?:fixed|particular|single|certain|some|one) {_RESPONSE}\b", re.IGNORECASE)
""""A fixed response y with r(y) ≤ 1"."""
OF_ONE = (
    rf"\b(?:an?|the|this|that|one|another)(?: [\w-]+){{0,2}} {_RESPONSE}{_LETTER}",
    rf"\b(?:the|this|that|fix|sampled|observed|drawn|generated|chosen|rejected){_LETTER}",
    rf"{_LETTER}[\s$\\)]*(?:satisf|is\b|has\b|be (?:an?|the|one|some)(?: [\w-]+){{0,2}} {_RESPONSE}\b)",
    rf"\b(?:whenever|when|unless|only if|only when){_LETTER}",
    r"\bthere (?:is|exists)\b",
)
"""Words in the sentence of a number that r(y) is: of one y, unless they say that it is every one."""
RESTRICTED = rf"\b{_RESPONSE}{_LETTER}[\s$\\)]*(?:with|such that|for which|whose|that)\b"
""""Any response y with r(y) ≥ 1": not all of them have it."""
INTRODUCED = rf"\b(?:let{_LETTER}[\s$\\)]*be (?:the|one|some|an? [\w-]+ed)|fix (?:an? )?(?:{_RESPONSE})?{_LETTER})"
"""Words of an earlier sentence that speak of one."""


def of_one_alone(state: State, relation: Rel, piece: Piece, before: str = "") -> bool:
    """Whether a relation with a free response is said of that one. Both sides may speak of it: then it is a rule.

    An equation that is a condition is one on all of them, as in π(y) = q(y) ⇒ D_KL(π ‖ q) = 0.
    """
    left, right = relation.lhs, relation.rhs
    around = state.said_around(piece)
    if (left.free_indices | right.free_indices) and ONE_ALONE.search(around):
        return True
    # The tokens y_t of y on the other side speak of it, too.
    both = left.names & right.names
    letters = sorted({i.name for i in relation.free_indices if i.sort == RESPONSES} - both)
    if not letters or not around:
        return False
    letter = "|".join(map(re.escape, letters))

    def said(words: str, where: str) -> bool:
        return re.search(words.replace("{letter}", letter), where, re.IGNORECASE) is not None

    if said(RESTRICTED, around):
        return True
    if relation.op != "=" and prose.IF_THEN.search(before) and not prose.EVERY.search(around):
        return True
    if prose.EVERY.search(around):
        return False
    return any(said(words, around) for words in OF_ONE) or said(INTRODUCED, state.source.text[: piece.offset])


def at_that_one(relation: Rel) -> Rel:
    """The relation at one arbitrary response, of the same letter."""
    fixed = relation.substitute({i: Sym(i.name, i.sort, fixed=True) for i in relation.free_indices})
    assert isinstance(fixed, Rel)
    return fixed


def spoken_of(relation: Rel, hypotheses: Iterable[Rel]) -> Rel:
    """The relation with the letters of responses of which a hypothesis says something for that one."""
    ones = {Sym(s.name, s.sort): s for h in hypotheses for s in h.symbols if s.fixed}
    there = relation.substitute({i: ones[i] for i in relation.free_indices if i in ones})
    assert isinstance(there, Rel)
    return there


def names_one(state: State, parameters: tuple[str, ...], body: Term) -> bool:
    """Whether r(y_w) = 1 is the value at one response, and no rule: nothing in it varies with y_w."""
    meant = (state.words.handles.get(p) for p in parameters if p not in body.names)
    return any(isinstance(h, Sym) and h.fixed and h.sort == RESPONSES for h in meant)
