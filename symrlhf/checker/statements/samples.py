"""Independent draws of one law: "R_1, …, R_n i.i.d. with mean μ and variance v", y_1, …, y_n ∼ π."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from symrlhf.checker.formulas import Side
from symrlhf.checker.statements.plan import Planned
from symrlhf.checker.statements.random import LAWS, MEAN, VARIANCE, told_in
from symrlhf.checker.statements.shapes import senses
from symrlhf.checker.statements.state import State
from symrlhf.read.meaning import law_named, response_named
from symrlhf.read.names import candidates
from symrlhf.read.syntax import Group, Name, Row
from symrlhf.read.vocabulary import SAMPLES, Draw, Drawn, Outcomes, Sample, draws
from symrlhf.setting import Declaration, Policy
from symrlhf.term import Card, Lam, Rational, Rel, Sym, Term

_DOTS = r"(?:\\[lc]?dots|…|\.\.\.)"
_FAMILY = r"(?P<family>\\?[A-Za-z]+)\s*_\s*\{?"
LISTED = re.compile(
    rf"{_FAMILY}1\}}?\s*,\s*(?:(?P=family)\s*_\s*\{{?2\}}?\s*,\s*)?{_DOTS}\s*,\s*(?P=family)\s*_\s*\{{?(?P<last>[A-Za-z])\}}?"
)
"""R_1, …, R_n."""
BRACED = re.compile(
    rf"\\?[{{(]\s*{_FAMILY}(?P<index>[ijk])\}}?\s*\\?[}})]\s*_\s*\{{\s*(?P=index)\s*=\s*1\s*\}}\s*\^\s*\{{?(?P<last>[A-Za-z])\}}?"
)
"""(R_i)_{i=1}^n."""
RANGED = re.compile(rf"\b(?P<index>[ijk])\s*=\s*1\s*,\s*(?:2\s*,\s*)?{_DOTS}\s*,\s*(?P<last>[A-Za-z])\b")
"""i = 1, …, n, said of R_i."""
LIKEWISE = re.compile(
    r"\bi\.?\s?i\.?\s?d\b|\bindependent(?:ly)?\b"
    r"(?=.*\b(?:identical\w*|(?:same|common) (?:law|distribution)|draw\w*|sampl\w*|copies)\b)",
    re.IGNORECASE | re.DOTALL,
)
"""The draws are independent, and of one law."""
TOGETHER = re.compile(r"\bi\.?\s?i\.?\s?d\b|\bindependent(?:ly)?\b(?! of\b)", re.IGNORECASE)
"""The same of two, of which the law is told."""
RANKED = re.compile(r"\w+_(?:w|l|plus|minus|win|lose|chosen|rejected|c)")
RANKING = re.compile(
    r"\b(?:prefer|chosen|reject|label|annotat|winn|los(?:es|ing|er)|ranked|better|worse)", re.IGNORECASE
)
"""Of two draws the better one is called y_w: it is no draw of π."""
INDEPENDENT = re.compile(r"\bindependent(?:ly)?\b", re.IGNORECASE)
UNCERTAIN = re.compile(
    r"\b(?:not|cannot|\w+n['’]t|pairwise|uncorrelated|correlated|dependent|respectively|without replacement"
    r"|exchangeable|conditional(?:ly)?|given(?! by\b)|mixture)\b",
    re.IGNORECASE,
)
"""Words with which a sentence says something else of them."""
CENTRED = re.compile(r"\bzero[- ]mean\b|\bmean (?:zero|0)\b|\bcent(?:e?red|ered)\b", re.IGNORECASE)
FROM = re.compile(r"\b(?:from|of|under|by|policy|distribution|law)\s*\Z", re.IGNORECASE)
COIN = re.compile(r"\bBernoulli\b", re.IGNORECASE)
COINS = ("Bernoulli", "Ber", "Bern")
_E = r"(?:\\mathbb\s*\{?\s*E\s*\}?|𝔼|\\operatorname\s*\{E\}|\\E|E)"
_VAR = r"(?:\\(?:operatorname|mathrm|text)\s*\{Var\}|\\Var|Var)"
_OPEN, _CLOSE = r"(?:\\left|\\[bB]igg?l?)?[\[(]", r"(?:\\right|\\[bB]igg?r?)?[\])]"
ONE, ZERO = Rational(1, 1), Rational(0, 1)


@dataclass(frozen=True)
class _Told:
    """What a sentence tells of the draws: their letter, how many there are, and where that stands."""

    family: str
    last: str
    start: int
    end: int


def samples(state: State, planned: list[Planned]) -> list[Planned]:
    """The formulas that tell no law of several draws; what the others tell is remembered."""
    if not planned or state.python:
        return planned
    start, end = planned[0].formula.piece.offset, planned[-1].formula.sides[-1]
    text = state.source.text[start : end.piece.end if end is not None else start]
    words = " ".join(w for p in planned for w in (p.before, p.after))
    told = _told(text, start)
    if told is None:
        return pairs(state, planned)
    if UNCERTAIN.search(words):
        return planned
    family, count = _name(told.family), _name(told.last)
    about = [p for p in planned if _side(p) is not None and _of_family(_side(p), told)]
    alike = bool(LIKEWISE.search(f"{words} {text}"))
    found = _from_policy(state, planned, about) or _coins(state, planned, about)
    if found is None and (alike or INDEPENDENT.search(words)):
        found = _by_moments(state, planned, family, alike=alike)
    if found is None:
        return planned
    law, used = found
    value = state.words.definition(count)
    if value is not None and not isinstance(value.body, Card):
        return planned
    state.redefine(count, state.words.define(count, Lam((), Card(draws(count)))))
    state.redefine(family, state.words.drawn(family, Sample(draws(count), law)))
    state.mentioned |= law.names
    if isinstance(law, Outcomes):
        for _, chance in law.rows:
            state.suppose(Rel(">=", chance, ZERO), case=False, late=False)
    return [p for p in planned if p not in used and p not in about and not _is_dots(p)]


def pairs(state: State, planned: list[Planned]) -> list[Planned]:
    """ "y and y' be drawn independently from π": E[f(y, y')] is over both, and π(y, y') = π(y) π(y')."""
    words = " ".join(w for p in planned for w in (p.before, p.after))
    text = state.source.text[planned[0].formula.piece.offset : planned[-1].formula.piece.offset] if planned else ""
    if state.python or not TOGETHER.search(f"{words} {text}") or UNCERTAIN.search(words):
        return planned
    letters = [p for p in planned if _response(state, p) is not None]
    found = _from_policy(state, planned, letters)
    named = dict.fromkeys(place for p in letters if (place := _response(state, p)) is not None)
    ranked = any(RANKED.fullmatch(place.name) for place in named) and RANKING.search(state.source.text)
    if found is None or len(named) < 2 or ranked:
        return planned
    law, used = found
    gone = [p for p in planned if p in used or p in letters]
    for place in named:
        state.words = state.words.random_number(place, law)
    state.words = state.words.independently(frozenset(place.name for place in named))
    state.words = replace(state.words, joint=state.words.joint | {n for n in law.names if state.words.is_law(n)})
    return [p for p in planned if p not in gone]


def _response(state: State, p: Planned) -> Sym | None:
    """The y of a list of responses, and of y ∼ π."""
    side = p.formula.sides[0]
    if side is None or side.syntax is None or not (not p.formula.signs or _follows(p) is not None):
        return None
    return response_named(side.syntax, state.words)


def _told(text: str, start: int) -> _Told | None:
    for pattern in (LISTED, BRACED):
        if (found := pattern.search(text)) is not None:
            return _Told(found["family"], found["last"], start + found.start(), start + found.end())
    ranged = RANGED.search(text)
    if ranged is None:
        return None
    entry = re.search(rf"{_FAMILY}{ranged['index']}\}}?(?=\s*\$?\s*(?:∼|~|\\sim|\\over|\\stack|,|\$|be|are))", text)
    return (
        None if entry is None else _Told(entry["family"], ranged["last"], start + entry.start(), start + ranged.end())
    )


def _name(letter: str) -> str:
    """A letter as the reader calls it where nothing is said of it."""
    return next(candidates(letter.lstrip("\\")))


def _side(p: Planned) -> Side | None:
    return p.formula.sides[0]


def _of_family(side: Side | None, told: _Told) -> bool:
    """R_1, R_n and R_n ∼ P, and the i of i = 1, …, n."""
    return side is not None and told.start <= side.piece.offset < told.end


def _is_dots(p: Planned) -> bool:
    return (
        re.fullmatch(_DOTS, p.formula.sides[0].piece.text.strip() if p.formula.sides[0] is not None else "") is not None
    )


def _follows(p: Planned) -> Side | None:
    """What stands after ∼."""
    signs = [s.piece.text for s in p.formula.signs]
    return p.formula.sides[-1] if len(signs) == 1 and p.formula.signs[0].sense == "" else None


def _from_policy(state: State, planned: list[Planned], about: list[Planned]) -> tuple[Drawn, list[Planned]] | None:
    """ "y_1, …, y_n ∼ π(·|x)", "y_1, …, y_n drawn from π"."""
    for p in planned:
        side = _follows(p) if p in about else _side(p) if FROM.search(p.before) and not p.formula.signs else None
        law = law_named(side.syntax, state.words) if side is not None and side.syntax is not None else None
        if law is not None:
            index, chance, state.words = law
            return Drawn(index, chance), [p]
    return None


def _coins(state: State, planned: list[Planned], about: list[Planned]) -> tuple[Outcomes, list[Planned]] | None:
    """ "R_1, …, R_n ∼ Bernoulli(p)", "Bernoulli with mean p"."""
    for p in planned:
        side = _follows(p) if p in about else None
        match side.syntax if side is not None else None:
            case Row(items=(Name(text=name), Group(body=body))) if (
                name in COINS and body is not None and side is not None
            ):
                chance = _term(state, replace(side, syntax=body))
                return (_coin(chance), [p]) if chance is not None else None
            case _:
                pass
    mean = next((p for p in planned if not p.formula.signs and MEAN.search(p.before)), None)
    if mean is None or not any(COIN.search(p.before) or COIN.search(p.after) for p in planned):
        return None
    chance = _term(state, mean.formula.sides[0])
    return (_coin(chance), [mean]) if chance is not None else None


def _coin(chance: Term) -> Outcomes:
    return Outcomes(((ONE, chance), (ZERO, ONE - chance)))


def _by_moments(state: State, planned: list[Planned], family: str, *, alike: bool) -> tuple[Draw, list[Planned]] | None:
    """Numbers of which a mean and perhaps a variance are told, in words or as E[R_i] = μ, Var(R_i) = v."""
    used: list[Planned] = []
    moments: list[Term | None] = []
    for words, operator in ((MEAN, _E), (VARIANCE, _VAR)):
        # A variance v > 0 is bounded as well.
        said = [p for p in planned if senses(p.formula) <= {"<", "<=", ">", ">="} and words.search(p.before)]
        shown = [p for p in planned if _is_moment(p, operator, family)]
        if len(said) + len(shown) > 1:
            return None
        side = told_in(said[0].formula) if said else shown[0].formula.sides[-1] if shown else None
        value = _term(state, side) if side is not None else None
        if side is not None and (value is None or value.free_indices):
            return None
        moments.append(value)
        used += [p for p in said if not p.formula.signs] + shown
    mean, variance = moments
    if mean is None and CENTRED.search(" ".join(w for p in planned for w in (p.before, p.after))):
        mean = ZERO
    if mean is None and not alike:
        return None
    law = next(name for name in LAWS if name not in state.words.known() | state.mentioned)
    declared = Declaration(law, sign="positive", distribution=True)
    state.words = state.words.admit(law, Policy(law, SAMPLES), declared)
    centre, spread = (ZERO, None) if mean is None else (mean, variance)
    draw = Draw(law, centre, f"d_{family}", spread, centred=mean is not None, alike=alike)
    state.words = state.words.declare(draw.deviation, "function")
    if mean is not None:
        state.suppose(Rel("=", draw.moment(1), ZERO), case=False, late=False)
    if mean is not None and variance is not None:
        state.suppose(Rel("=", draw.moment(2), variance), case=False, late=False)
    return draw, used


def _is_moment(p: Planned, operator: str, family: str) -> bool:
    """E[R_i] = μ."""
    side = p.formula.sides[0]
    if side is None or [s.sense for s in p.formula.signs] != ["="]:
        return False
    moment = rf"{operator}\s*{_OPEN}\s*\\?(?:var)?{family}\s*_\s*\{{?\w\}}?\s*{_CLOSE}"
    return re.fullmatch(moment, side.piece.text.strip()) is not None


def _term(state: State, side: Side | None) -> Term | None:
    term = state.side(side).term if side is not None else None
    return term if isinstance(term, Term) else None
