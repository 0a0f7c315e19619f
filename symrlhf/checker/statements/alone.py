"""What is said of one response alone: "a response y with r(y) ≤ 1" tells nothing of the others."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from symrlhf.checker.prose import IF_THEN
from symrlhf.checker.statements.state import State
from symrlhf.errors import Unreadable
from symrlhf.read.pieces import Piece
from symrlhf.read.vocabulary import PARAMETERS
from symrlhf.term import RESPONSES, Rel, Sym, Term, TokenSet

Of = Literal["all", "one", "some"]

_RESPONSE = r"(?:response|completion|answer|output|action|candidate|sample|index|prompt|context|question|state)"
_LETTER = r"[\s$\\(]*(?<![A-Za-z_])(?:{letter})(?![\w*′'^])"
_KIND = (
    r"(?:in)?correct|wrong|good|bad|best|worst|(?:un)?safe|harmful|harmless|(?:un)?helpful|long|short|chosen|rejected"
    r"|preferred|sampled|observed|generated"
)
_THAT_HAVE = r"(?:with|such that|for which|whose|that|where|outside|except)\b|≠|\\neq?\b|!="
EVERY = re.compile(r"\b(?:all|every|each|any)\b", re.IGNORECASE)
FIXED = re.compile(rf"\b(?:fixed|particular|single|certain|some|one) (?!prompt){_RESPONSE}\b", re.IGNORECASE)
""""A fixed response y with r(y) ≤ 1"."""
OF_ANY = (rf"\b{_RESPONSE}{_LETTER}[\s$\\)]*(?:{_THAT_HAVE})",)
""""Any response y with r(y) ≥ 1": not all of them have it."""
OF_PART = (
    rf"\b(?:all|every|any|each){_LETTER}[\s$\\)]*(?:{_THAT_HAVE}|(?:in\b|∈|\\in\b)(?!\s*(?:Y\b|𝒴|\\mathcal)))",
    rf"\b(?:all|every|any|each) (?:other|{_KIND}) (?:{_RESPONSE}s?\b|{_LETTER})",
)
""""For all correct y": what follows is of all again."""
OF_SOME = (
    rf"\b(?:{_KIND}) {_RESPONSE}s\b",
    rf"\b(?:whenever|when|unless|only if|only when){_LETTER}",
    r"\b(?:one|some|few|half|most|many|majority) of\b|\bat least one\b|\bmost\b|\bthere (?:is|exists)\b",
    r"\b(?:winners?|losers?|by the choice)\b",
    r"(?:^|[\s$])(?:{letter})[\s$]*(?:=(?!\s*[01]\s*,)|≠|\\neq?\b)",
)
PARTLY = (
    r"\A[\s$,]*(?:for|at|when|if|whenever|where)[\s$]+(?:{letter})[\s$]*"
    r"(?:=(?!\s*[01]\s*,)|<|≤|\\leq?\b|≠|\\neq?\b)"
)
"""A_t = 0 for t < T."""
OF_ONE = (
    rf"\b(?:an?|the|this|that|one|another)(?: [\w-]+){{0,2}} {_RESPONSE}{_LETTER}",
    rf"\b(?:the(?: [\w-]+)?|this|that|fix|sample|draw|sampled|observed|drawn|generated|chosen|rejected){_LETTER}",
    rf"(?<![_{{,]){_LETTER}[\s$\\)]*(?:∼|~|\\sim\b)",
    rf"\b(?:{_KIND}) {_RESPONSE}\b",
    rf"{_LETTER}[\s$\\)]*(?:satisf|is\b|has\b|be (?:an?|the|one|some)(?: [\w-]+){{0,2}} {_RESPONSE}\b)",
)
"""Words in the sentence of a number that r(y) is: of one y, unless they say that it is every one."""
INTRODUCED = (
    rf"\blet{_LETTER}[\s$\\)]*(?:be (?:the|one|some|an? [\w-]+ed)|∼|~|\\sim\b)",
    rf"\b(?:fix|sample|draw|pick) (?:an? )?(?:{_RESPONSE})?{_LETTER}",
)
"""Words of an earlier sentence that speak of one."""


def said_of(state: State, relation: Rel, piece: Piece, before: str = "") -> Of:
    """Whether a relation with a free response is said of all, of that one, or of some that its letter does not name.

    Where both sides speak of the response it is a rule, as in π(y) = q(y) ⇒ D_KL(π ‖ q) = 0.
    """
    if not relation.free_indices:
        return "all"
    if FIXED.search(state.said_around(piece)):
        return "some"
    # The tokens y_t and y_1 of y on the other side speak of it, too.
    left, right = ({n.partition("_")[0] for n in side.names} for side in relation.children)
    places = {i.name for i in relation.free_indices if i.sort == RESPONSES or isinstance(i.sort, TokenSet)}
    letters = places - (left & right)
    return said_with(state, letters, piece, before)


def is_fixed(state: State, relation: Rel, piece: Piece) -> bool:
    """Whether the text said "Fix y" before: nothing is meant of the others."""
    letter = "|".join(re.escape(i.name) for i in relation.free_indices)
    fixed = rf"\bfix(?: an?)?(?: {_RESPONSE})?{_LETTER}".replace("{letter}", letter)
    return bool(letter) and re.search(fixed, state.source.text[: piece.offset], re.IGNORECASE) is not None


def said_with(state: State, names: Iterable[str], piece: Piece, before: str = "") -> Of:
    """What is said of all, one or some of what these letters stand for."""
    around = state.said_around(piece)
    letters = sorted(names)
    letter = "|".join(map(re.escape, letters))

    def said(rows: tuple[str, ...], where: str = around) -> bool:
        return any(re.search(words.replace("{letter}", letter), where, re.IGNORECASE) for words in rows)

    if not letters or not around:
        return "all"
    if said((PARTLY,), state.source.text[piece.end : piece.end + 60]):
        return "some"
    if said(OF_PART):
        return "some"
    if said(OF_ANY):
        return "one"
    if EVERY.search(around):
        return "all"
    if said(OF_SOME):
        return "some"
    return (
        "one"
        if IF_THEN.search(before) or said(OF_ONE) or said(INTRODUCED, state.source.text[: piece.offset])
        else "all"
    )


NEARBY = 60
"""How far from x_i = c the words stand that say of which i."""
_PART = (
    # The first of a family has number 0 or 1.
    r"{i}(?:>|\\gt?\b)(?!\s*0\b)|{i}(?:≥|>=|\\geq?\b|\\geqslant\b)(?!\s*[01]\b)|{i}(?:≠|!=|\\neq?\b)"
    r"|{i}=\s*(?:[2-9]|1\d)\s*,|(?:∈|\\in\b)\s*\\?\{\s*(?:[2-9]|1\d)"
    r"|(?<!\w)(?:[2-9]|[1-9]\d)\s*(?:≤|<=|\\leq?\b|\\leqslant\b)[\s$]*{i}"
    r"|(?<!\w)[1-9]\d*\s*(?:<|\\lt\b)[\s$]*{i}"
    rf"|\b(?:all|every|each|any|some|most|few|one|first|last|exactly one)\s+(?:but\b|other\b|even\b|odd\b|{_KIND}\b)"
    r"|\b(?:some|most|few|half|one|first|last)(?: of(?: the)?)?\s+\$?{i}"
    r"|{i}(?:∈|\\in\b)\s*(?:\\mathcal\s*\{?\s*)?[A-Z]"
)
_END = r"{i}(?:<|\\lt?\b)\s*(?!\s*[=e])|{i}(?:≤|<=|\\leq?\b|\\leqslant\b)\s*\w+\s*[-−]"
"""Words before or after x_i = c that say it of some i."""
_WHERE = r"\A[\s$,]*(?:if|when|whenever|provided|unless|only)\b(?!.*\b(?:otherwise|else)\b)[^;]*_\s*\{?{i}"
"""Words after it: "w_i = 1 if r_i > 0"."""


def of_part(state: State, letters: Iterable[str], piece: Piece, body: Term | Unreadable) -> bool:
    """Whether x_i = c is said of some i: "for i > 1", "for every even i". A rule that varies with t may end at T."""
    text = state.source.text
    before, after = text[max(0, piece.offset - NEARBY) : piece.offset], text[piece.end : piece.end + NEARBY]
    before = re.split(r"[.!?]\s|\n\s*\n", before)[-1]
    after = re.split(r"[.!?](?:\s|\Z)|\n\s*\n", after)[0]
    for letter in letters:
        i = rf"(?<![\w\\{{]){re.escape(letter)}(?!\w)[\s$]*"
        words = _PART if isinstance(body, Term) and letter in body.names else f"{_PART}|{_END}"
        if re.search(words.replace("{i}", i), f"{before} ; {after}", re.IGNORECASE):
            return True
        if re.search(_WHERE.replace("{i}", re.escape(letter)), after, re.IGNORECASE | re.DOTALL):
            return True
    return False


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
    """Whether r(y_w) = 1 and V(s_T) = 0 are values at one place, and no rules: nothing in them varies with y_w."""
    for p in parameters:
        meant = state.words.handles.get(p)
        one = isinstance(meant, Sym) and meant.fixed and meant.sort == RESPONSES
        labelled = (meant is None or isinstance(meant, Sym)) and ("_" in p or not p[-1:].isalpha())
        if p not in body.names and (one or labelled) and p.partition("_")[0] not in PARAMETERS:
            return True
    return False
