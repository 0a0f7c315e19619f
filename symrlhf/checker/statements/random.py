"""Random numbers of which the words tell the law: "r = 1 with probability p and 0 otherwise", "mean μ, variance v"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import reduce
from itertools import groupby, pairwise
from operator import add, sub

from symrlhf.checker.formulas import Formula, Side
from symrlhf.checker.statements.letters import is_new_letter
from symrlhf.checker.statements.plan import Planned
from symrlhf.checker.statements.shapes import senses
from symrlhf.checker.statements.state import State
from symrlhf.read.syntax import Group, Name, Row
from symrlhf.read.vocabulary import SAMPLES, Draw, Drawn, Outcomes
from symrlhf.setting import Declaration, Policy
from symrlhf.term import Rational, Rel, Sym, Term, exact_value

WITH_PROBABILITY = re.compile(r"\bwith prob(?:ability|\.)?\s*\Z", re.IGNORECASE)
TAKES = re.compile(r"(?:\b(?:is|be|are|equals?|equal to|takes|values?|either)|,|:)\s*\Z", re.IGNORECASE)
"""Words between a letter and its first value."""
ELSE = re.compile(r"\W*(?:\$\W*)?(?:otherwise|else)\b", re.IGNORECASE)
BERNOULLI = re.compile(r"\bBernoulli\b(?!\s*\()[\w\s-]*\Z", re.IGNORECASE)
"""Words before or after a letter that is 1 or 0."""
ZERO_ONE = re.compile(r"\\?\{\s*(?:0\s*,\s*1|1\s*,\s*0)\s*\\?\}")
SUCCESS = re.compile(r"\b(?:mean|parameter|(?:success )?(?:probability|rate))(?: of success)?\s*\Z", re.IGNORECASE)
MEAN = re.compile(r"\b(?:mean|expectation|expected value)\s*\Z", re.IGNORECASE)
VARIANCE = re.compile(r"\bvariance\s*\Z", re.IGNORECASE)
RANDOM = re.compile(
    r"[\s$]*(?:be|is) an? (?:real |bounded |discrete )?random (?:variable|number|score|reward|quantity)\b",
    re.IGNORECASE,
)
RANDOM_BEFORE = re.compile(r"\brandom (?:variable|number|score|reward|quantity)[\s$]*\Z", re.IGNORECASE)
"""Words behind and before a letter that varies by chance."""
VARIES = re.compile(
    r"\b(?:random|depend|var(?:y|ies)\b|drawn|draws?\b|sampl|nois|correlat|independent|baseline|functions? of"
    r"|residual)",
    re.IGNORECASE,
)
"""Where a text has a second such word, other letters may vary by chance, too."""
INDEPENDENT = re.compile(r"\b(?:independent|i\.i\.d)\b(?! (?:of|from))", re.IGNORECASE)
UNCERTAIN = re.compile(
    r"\b(?:not|cannot|\w+n['’]t|necessarily|conditional\w*|given|pairwise|uncorrelated|correlated|sample|empirical|respectively)\b",
    re.IGNORECASE,
)
"""Words with which a sentence says something else of a law."""
LAWS = ("P", "Q", "nu", "kappa")
"""Names for the law behind numbers of which only moments are told: the first that the document has no use for."""
ONE = Rational(1, 1)


def random_numbers(state: State, planned: list[Planned]) -> list[Planned]:
    """The formulas that tell no law; what the others tell is remembered."""
    said = " ".join(words for p in planned for words in (p.before, p.after))
    if UNCERTAIN.search(said):
        return planned
    known = dict(state.words.random)
    # Nothing may be left of the sentence, which is another answer than that no law was told.
    told = (way(state, planned) for way in (_by_values, _bernoulli, _by_moments, _by_means))
    left = next((rest for rest in told if rest is not None), planned)
    found = {letter: law for letter, law in state.words.random.items() if known.get(letter) is not law}
    new = frozenset(n for letter in found for n in letter.names)
    bounds = (p.formula for p in left if senses(p.formula) & {"<", ">", "in"})
    bounded = frozenset(s.piece.text.strip(" $") for f in bounds for s in f.sides if s is not None)
    _bound_chances(state, found.values(), bounded)
    if new:
        # Of the number itself, outside E, nothing is known but that it varies.
        line = state.source.place(planned[0].formula.piece.offset)[0]
        state.unread = (*state.unread, (line, new))
    if INDEPENDENT.search(said):
        state.words = state.words.independently(new)
    return left


def _by_values(state: State, planned: list[Planned]) -> list[Planned] | None:
    """ "r = 1 with probability p and r = 0 with probability 1 − p"; the last one may be "and 0 otherwise"."""
    rows: list[tuple[int, int, Side, Side, Side | None]] = []
    name: Side | None = None
    for i, p in enumerate(planned):
        chance = planned[i + 1] if i + 1 < len(planned) and WITH_PROBABILITY.search(planned[i + 1].before) else None
        if chance is None and not (rows and ELSE.match(p.after)):
            continue
        first, last, used = p.formula.sides[0], p.formula.sides[-1], i
        if first is None or last is None or not senses(p.formula) <= {"="} or len(p.formula.sides) > 2:
            return None
        if p.formula.signs:
            name = first
        elif name is None and i and TAKES.search(p.before) and not planned[i - 1].formula.signs:
            name, used = planned[i - 1].formula.sides[0], i - 1
        if name is None:
            return None
        rows.append((used, i + (chance is not None), name, last, chance.formula.sides[0] if chance else None))
    found: list[tuple[Sym, Outcomes]] = []
    for _, group in groupby(rows, key=lambda row: row[2].piece.text):
        law = _outcomes(state, [row[2:] for row in group])
        if law is None:
            return None
        found.append(law)
    if not found or any(_mentions(state, law) for _, law in found):
        return None
    for letter, law in found:
        _take(state, letter, law)
    gone = {i for first, last, *_ in rows for i in range(first, last + 1)}
    # "With probability p" says no more of p; a bound on p stands in a formula of its own.
    return [p for i, p in enumerate(planned) if i not in gone or len(p.formula.signs) > 1]


def _outcomes(state: State, rows: list[tuple[Side, Side, Side | None]]) -> tuple[Sym, Outcomes] | None:
    """A letter with its values and their probabilities; the last one may be what is left of 1."""
    letter = _letter(state, rows[0][0])
    values = [_term(state, value) for _, value, _ in rows]
    chances = [_term(state, chance) for _, _, chance in rows if chance is not None]
    if letter is None or len(rows) < 2 or any(chance is None for _, _, chance in rows[:-1]):
        return None
    told, known = [v for v in values if v is not None], [c for c in chances if c is not None]
    if len(told) < len(rows) or len(known) < len(chances):
        return None
    if len(known) < len(rows):
        known.append(reduce(sub, known, ONE))
    elif not state.ask(Rel("=", reduce(add, known), ONE), state.setting, state.in_force()):
        return None
    return letter, Outcomes(tuple(zip(told, known, strict=True)))


def _bernoulli(state: State, planned: list[Planned]) -> list[Planned] | None:
    """ "A Bernoulli reward r with mean p"."""
    for p in planned:
        side, last = p.formula.sides[0], p.formula.sides[-1]
        if side is None or last is None or not isinstance(written := last.syntax, Row) or len(written.items) != 2:
            continue
        name, bracket = written.items
        if isinstance(name, Name) and name.text in ("Bernoulli", "Ber", "Bern") and isinstance(bracket, Group):
            letter, value = _letter(state, side), _term(state, replace(last, syntax=bracket.body))
            if letter is not None and value is not None and len(planned) <= 2 and not _mentions(state, _coin(value)):
                _take(state, letter, _coin(value))
                return [x for x in planned if x is not p]
    for p, q in pairwise(planned):
        side, chance = p.formula.sides[0], q.formula.sides[0]
        if side is None or chance is None or not _is_binary(p, q):
            continue
        if sum(not x.formula.signs for x in planned) > 1 + (not q.formula.signs):
            # "X and Y are Bernoulli with mean p".
            return None
        letter, value = (_letter(state, side), _term(state, chance)) if SUCCESS.search(q.before) else (None, None)
        if letter is not None and value is not None and not _mentions(state, _coin(value)):
            _take(state, letter, _coin(value))
            return [x for x in planned if x is not p and (x is not q or q.formula.signs)]
    return None


def _coin(chance: Term) -> Outcomes:
    return Outcomes(((ONE, chance), (Rational(0, 1), ONE - chance)))


def _is_binary(p: Planned, q: Planned) -> bool:
    """ "A Bernoulli reward r", r ∈ {0, 1}."""
    if not p.formula.signs:
        return bool(BERNOULLI.search(p.before + q.before))
    last = p.formula.sides[-1]
    return senses(p.formula) == {"in"} and last is not None and bool(ZERO_ONE.fullmatch(last.piece.text.strip(" $")))


def _by_moments(state: State, planned: list[Planned]) -> list[Planned] | None:
    """ "R_1 and R_2 are independent with mean μ and variance v": numbers that vary over samples of an unknown law."""
    mean = next((i for i, p in enumerate(planned) if MEAN.search(p.before)), None)
    variance = next((i for i, p in enumerate(planned) if VARIANCE.search(p.before)), None)
    if mean is None or variance is None or sum(bool(MEAN.search(p.before)) for p in planned) > 1:
        return None
    letters = [p for p in planned[: min(mean, variance)] if not p.formula.signs]
    sides = [p.formula.sides[0] for p in letters]
    moments = [told_in(planned[k].formula) for k in (mean, variance)]
    told = [_term(state, side) for side in moments if side is not None]
    named = [_letter(state, side) for side in sides if side is not None]
    if not letters or len(told) < 2 or None in told or len(named) < len(sides) or None in named:
        return None
    if any(
        re.search(r"…|\.\.\.|\\[lc]?dots", state.source.text[a.piece.end : b.piece.offset]) for a, b in _pairs(sides)
    ):
        # A number of them that is not known.
        return None
    mu, v = told
    if mu is None or v is None or not _draw(state, [letter for letter in named if letter is not None], mu, v):
        return None
    gone = {id(p) for p in letters}
    return [p for p in planned if id(p) not in gone]


def told_in(formula: Formula) -> Side | None:
    """The v of "variance v", "variance v > 0" and "variance 0 < v < 1"."""
    return formula.sides[len(formula.sides) // 3]


def _draw(state: State, named: list[Sym], mu: Term, v: Term | None) -> bool:
    """Whether the letters could be taken for numbers that vary over samples of an unknown law, with these moments."""
    random = frozenset(n for letter in named for n in letter.names) | _random(state)
    if any(t is not None and (state.setting.expand(t).names & random or t.free_indices) for t in (mu, v)):
        return False
    law = next(name for name in LAWS if name not in state.words.known() | state.mentioned)
    declared = Declaration(law, sign="positive", distribution=True)
    state.words = state.words.admit(law, Policy(law, SAMPLES), declared)
    for letter in named:
        draw = Draw(law, mu, f"d_{letter.name}")
        _take(state, letter, draw)
        state.words = state.words.declare(draw.deviation, "function")
        for power, value in ((1, Rational(0, 1)), (2, v)):
            if value is not None:
                state.suppose(Rel("=", draw.moment(power), value), case=False, late=False)
    return True


def _by_means(state: State, planned: list[Planned]) -> list[Planned] | None:
    """ "s is a random variable, m = E[s] and v = E[(s − m)²]": m and v are letters for its moments."""
    subjects = [p for p in planned if not p.formula.signs and (RANDOM.match(p.after) or RANDOM_BEFORE.search(p.before))]
    first = subjects[0].formula.sides[0] if len(subjects) == 1 else None
    if first is None or len(VARIES.findall(state.source.text)) > 1:
        return None
    s = re.escape(_bare(first))
    told: dict[str, Planned] = {}
    for p in planned:
        if [sign.sense for sign in p.formula.signs] in (["="], ["define"]):
            left, right = (_bare(side) if side is not None else "" for side in p.formula.sides)
            centre = re.escape(_bare(told["mean"].formula.sides[0])) if "mean" in told else s
            if re.fullmatch(rf"E\[{s}\]|E\({s}\)", right) and "mean" not in told:
                told["mean"] = p
            elif re.fullmatch(rf"E\[\({s}-{centre}\)(?:\^2|²)\]|Var[\[(]{s}[\])]", right) and "variance" not in told:
                told["variance"] = p
            elif re.search(rf"\b(?:E|Var)\b.*\b{s}\b", right) or left == _bare(first):
                return None
    if "mean" not in told:
        return None
    heads = {k: state.head(p.formula.sides[0]) for k, p in told.items()}
    if any(h is None or not is_new_letter(state, h) for h in heads.values()):
        return None
    moments = {k: Sym(h.name) for k, h in heads.items() if h is not None}
    letter = _letter(state, first)
    if letter is None or letter in moments.values():
        return None
    for moment in moments.values():
        state.redefine(moment.name, state.words.declare(moment.name, "real"))
        state.mentioned |= moment.names
    if not _draw(state, [letter], moments["mean"], moments.get("variance")):
        return None
    return [p for p in planned if p is not subjects[0] and p not in told.values()]


def _bare(side: Side | None) -> str:
    """A side as written, without blanks and fonts."""
    text = "" if side is None else side.piece.text
    text = re.sub(r"\\(?:mathbb|mathrm|operatorname|left|right|[bB]ig+[lr]?|[,;!])|[\s{}$]", "", text)
    return text.replace("−", "-")


def _pairs(sides: list[Side | None]) -> Iterator[tuple[Side, Side]]:
    kept = [side for side in sides if side is not None]
    return pairwise(kept)


def _take(state: State, letter: Sym, law: Outcomes | Draw) -> None:
    """A number with a law: what was defined by it as another number is forgotten."""
    state.redefine(letter.name, state.words.declare(letter.name, "real").random_number(letter, law))


def _bound_chances(state: State, laws: Iterable[Outcomes | Draw | Drawn], bounded: frozenset[str]) -> None:
    """Chances are from 0 to 1, which need not be supposed where the sentence bounds their letters."""
    for law in laws:
        for _, chance in law.rows if isinstance(law, Outcomes) else ():
            if chance.names - bounded:
                state.suppose(Rel(">=", chance, Rational(0, 1)), case=False, late=False)


def _random(state: State) -> frozenset[str]:
    """The names of the numbers that are random."""
    return frozenset(n for letter in state.words.random for n in letter.names)


def _mentions(state: State, law: Outcomes) -> bool:
    """Whether its values or chances are random themselves, differ from response to response, or are no chances."""
    terms = [state.setting.expand(t) for row in law.rows for t in row]
    if any(t.names & _random(state) or t.free_indices for t in terms):
        return True
    numbers = (exact_value(chance) for _, chance in law.rows)
    return any(n is not None and not 0 <= n <= 1 for n in numbers)


def _letter(state: State, side: Side) -> Sym | None:
    """The number that a side names; it is no reward function here."""
    head = state.head(side)
    if head is None or head.parameters:
        return None
    if head.name in state.words.handles and head.entry is None:
        state.redefine(head.name, state.words.declare(head.name, "real"))
    term = _term(state, side)
    return term if isinstance(term, Sym) else None


def _term(state: State, side: Side) -> Term | None:
    term = state.side(side).term
    return term if isinstance(term, Term) else None
