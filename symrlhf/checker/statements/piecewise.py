"""Case splits told in words: "g(A) = (1 + ε)A if A ≥ 0 and (1 − ε)A otherwise"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from symrlhf.checker import formulas
from symrlhf.checker.formulas import Formula, Side
from symrlhf.checker.statements.plan import Planned
from symrlhf.checker.statements.settle import names_something_new
from symrlhf.checker.statements.shapes import senses
from symrlhf.checker.statements.state import Branch, State
from symrlhf.errors import Unreadable
from symrlhf.read.pieces import Piece
from symrlhf.read.syntax import Cases, Chain, List, Name, Script, Sign, Syntax

WHEN = re.compile(r"\b(?:if|when(?:ever)?|for|where|on|provided(?: that)?|as long as|in case)[\s$]*\Z", re.IGNORECASE)
"""Words between a value and its condition."""
IN_WORDS = re.compile(
    r"[\s$]*(?:(?:if|when(?:ever)?|in case|as long as)\b(?! necessary| needed)"
    r"|(?:for|at|on|in)\s+(?:exactly\s+)?(?:some|one|half|most|odd|even|correct|incorrect|good|bad|wrong|right|desirable"
    r"|undesirable|the (?:first|last|support|others?|rest|set)|the[\s$]+\w+[\s$]+\w+ in the support)\b)",
    re.IGNORECASE,
)
"""Words after a value that holds somewhere only."""
FOR_A_KIND = re.compile(r"[\s$]*for (?:desirable|undesirable|correct|incorrect|good|bad|wrong|right)\b", re.IGNORECASE)
ELSE = re.compile(r"[\s$,]*(?:otherwise|else(?:where)?)\b", re.IGNORECASE)
REST = re.compile(r"\b(?:otherwise|elsewhere)\b", re.IGNORECASE)
BEFORE_ELSE = re.compile(r"\b(?:otherwise|else(?:where)?)[\s$,:]*\Z", re.IGNORECASE)
AND = re.compile(r"[\s$]*and[\s$]*", re.IGNORECASE)
CHARACTERS: dict[str, str] = {"<": "<", "<=": "≤", ">": ">", ">=": "≥", "!=": "≠"}
ORDERS = CHARACTERS.keys()


_KRONECKER = re.compile(r"\W*(?:δ|\\delta)\s*_\s*\{?\s*(?P<i>[a-z])\s*,?\s*(?P<j>[a-z])\s*\}?\s*(?:=\s*1\W*)?")


def without_kronecker(state: State, planned: list[Planned]) -> list[Planned]:
    """ "δ_ij is 1 if i = j and 0 otherwise": what δ is read as anyway."""
    written = [re.sub(r"\s|\$", "", state.source.text[p.formula.piece.offset : p.formula.piece.end]) for p in planned]
    for k, text in enumerate(written):
        if m := _KRONECKER.fullmatch(text):
            i, j = m["i"], m["j"]
            # δ_ij, 1, i = j, 0, i ≠ j
            own = {text, "1", "0", f"{i}={j}", f"{i}≠{j}", rf"{i}\neq{j}", rf"{i}\ne{j}"}
            after = next((n for n in range(k + 1, len(written)) if written[n] not in own), len(written))
            if f"{i}={j}" in written[k:after]:
                return [*planned[:k], *without_kronecker(state, planned[after:])]
    return planned


def piecewise(state: State, planned: list[Planned]) -> list[Planned]:
    """Each case split as one formula; where only some of it is told, nothing is known of what it defines."""
    if state.python:
        return planned
    planned = without_kronecker(state, planned)
    out: list[Planned] = []
    at = 0
    while at < len(planned):
        start = at + 1 if _opens(planned, at) else at
        branches, end = _conditions_first(planned, at) if start > at else _values_first(planned, at)
        p = planned[start]
        if len(branches) > 1 and (defines(state, p) or any(b.condition is None for b in branches)):
            out.append(_joined(state, p, planned[end - 1], branches))
            at = end
        elif _is_told_in_part(state, planned, at):
            forgotten(state, planned[at])
            at += 1
        else:
            out.append(planned[at])
            at += 1
    return _with_those_before(state, _without_rest(state, out))


def _without_rest(state: State, planned: list[Planned]) -> list[Planned]:
    """ "u(x) = a if x ≥ 1, w(x) = b if x ≥ 1, and both zero otherwise": what is said of the rest is not read."""
    told = any(REST.search(p.before) or REST.search(p.after) for p in planned)
    split = any(isinstance(s.syntax, Cases) for p in planned for s in p.formula.sides if s is not None)
    if not told or split:
        return planned
    partly = [p for p in planned if defines(state, p) and (h := state.head(p.formula.sides[0])) and h.parameters]
    # "Otherwise, g(A) = b" goes on with an earlier sentence.
    partly = [p for p in partly if not BEFORE_ELSE.search(p.before)]
    for p in partly:
        forgotten(state, p)
    return [p for p in planned if p not in partly]


def branches_apart(state: State, planned: list[Planned]) -> list[list[Planned]]:
    """ "F = a if A ≥ 0 and F = b if A < 0" of an F that is known: a claim for each condition."""
    for at, p in enumerate(planned):
        if state.python or defines(state, p):
            continue
        if _opens(planned, at) and p.mode == "assume" and not defines(state, planned[at + 1]):
            branches = _pairs(planned, at)
            if len(branches) > 1:
                end = at + 2 * len(branches)
                common = [q for q in planned[:at] if q.late]
                told = [_claim(q.formula.sides[0], [q, c]) for c, q in branches]
                return [
                    [*planned[:at], *told[0]],
                    *([*common, *t] for t in told[1:-1]),
                    [*common, *told[-1], *planned[end:]],
                ]
        if p.mode not in ("claim", "tell") or _opens(planned, at):
            continue
        name, ends = p.formula.sides[0], [at]
        while name is not None and ends[-1] < len(planned) and _value(planned[ends[-1]], name, [*ends[1:]]) is not None:
            condition, end = _condition(planned, ends[-1] + 1)
            if condition is None:
                break
            ends.append(end)
        if len(ends) > 2:
            common, rest = planned[:at], planned[ends[-1] :]
            told = [_claim(name, planned[a:b]) for a, b in pairwise(ends)]
            local = [q for q in common if q.late]
            return [[*common, *told[0]], *([*local, *group] for group in told[1:-1]), [*local, *told[-1], *rest]]
    return [planned]


def _pairs(planned: list[Planned], at: int) -> list[tuple[Planned, Planned]]:
    """The conditions and values of "for x ≥ 0, F(x) = x; for x < 0, F(x) = 0"."""
    found: list[tuple[Planned, Planned]] = []
    while at + 1 < len(planned) and _compares(planned[at]) and WHEN.search(planned[at].before):
        if senses(planned[at + 1].formula) != {"="}:
            break
        found.append((planned[at], planned[at + 1]))
        at += 2
    return found


def _claim(name: Side | None, planned: list[Planned]) -> list[Planned]:
    """A value with its conditions as a claim of its own."""
    first, *conditions = planned
    formula = first.formula
    if not formula.signs:
        sign = formulas.Sign("=", Piece("=", formula.piece.offset))
        formula = replace(formula, sides=(name, *formula.sides), signs=(sign,))
    # "F = a for A ≥ 0 and F = b ...": what "for" says ends with its condition.
    first = replace(first, mode="claim", formula=formula, late=False)
    return [first, *(replace(c, mode="assume", late=True) for c in conditions)]


def _with_those_before(state: State, planned: list[Planned]) -> list[Planned]:
    """ "For A < 0, g(A) = b", where an earlier row or sentence says what g(A) is for A ≥ 0."""
    out = planned
    for p in planned:
        head = state.head(p.formula.sides[0]) if defines(state, p) else None
        value = p.formula.sides[1] if head is not None else None
        if head is None or value is None or not head.parameters or isinstance(value.syntax, Cases):
            continue
        about = [q for q in planned if _compares(q) and any(_text(s) in head.parameters for s in q.formula.sides)]
        met = [c for q in about if (c := _comparison(q.formula)) is not None]
        before = state.partial.get(head.name, {})
        if before and not met and BEFORE_ELSE.search(p.before):
            state.partial = {n: b for n, b in state.partial.items() if n != head.name}
            whole = _joined(state, p, p, [*before.values(), Branch(value, None)])
            out = [whole if q is p else q for q in out]
            continue
        if not met:
            continue
        when = (*(_text(s) for s in about[0].formula.sides), *(s.sense for s in about[0].formula.signs))
        if when in before and p.mode != "define":
            continue
        told = {**before, when: Branch(value, met[0])}
        state.partial = {**state.partial, head.name: told}
        if len(told) > 1:
            for q in about:
                _release(state, q.formula)
            whole = _joined(state, p, p, list(told.values()))
            out = [whole if q is p else q for q in out if q not in about]
            read = whole.formula.sides[1]
            if read is None or isinstance(state.side(read).term, Unreadable):
                forgotten(state, p)
                out = [q for q in out if q is not whole]
            else:
                state.partial = {n: b for n, b in state.partial.items() if n != head.name}
    return out


def _release(state: State, condition: Formula) -> None:
    """The condition of a branch, and the one it excludes, are said of that branch alone."""
    left, right = (state.side(s).term if s is not None else None for s in condition.sides[:2])
    state.hypotheses = tuple(h for h in state.hypotheses if {h.relation.lhs, h.relation.rhs} != {left, right})


def defines(state: State, p: Planned) -> bool:
    """Whether the formula says what a name is, or what it is in one more case."""
    if not p.formula.signs or p.formula.signs[0].sense not in ("=", "define"):
        return False
    if p.mode == "define" or names_something_new(state, p.formula):
        return True
    head = state.head(p.formula.sides[0])
    return head is not None and head.name in state.partial and p.mode in ("claim", "tell", "assume")


def forgotten(state: State, p: Planned) -> None:
    """A definition of which only some cases are read: none is in force."""
    state.undefined(p.formula.sides[0], p.formula.piece)
    if (head := state.head(p.formula.sides[0])) is not None and state.words.definition(head.name) is not None:
        state.redefine(head.name, state.words.forget(head.name))


def _values_first(planned: list[Planned], at: int) -> tuple[list[Branch], int]:
    """ "g(A) = a if A ≥ 0 and b otherwise": the values from here on of one name, and where they end."""
    name = planned[at].formula.sides[0]
    found: list[Branch] = []
    while name is not None and at < len(planned) and (value := _value(planned[at], name, found)) is not None:
        if found and (_is_the_rest(planned, at) or _is_last_entry(planned[at], name)):
            return [*found, Branch(value, None)], at + 1
        condition, end = _condition(planned, at + 1)
        if condition is None:
            break
        found.append(Branch(value, condition))
        at = end
    return found, at


def _conditions_first(planned: list[Planned], at: int) -> tuple[list[Branch], int]:
    """ "For A ≥ 0, g(A) = a; for A < 0, g(A) = b"."""
    name = planned[at + 1].formula.sides[0]
    found: list[Branch] = []
    while name is not None and at < len(planned):
        rest = found and BEFORE_ELSE.search(planned[at].before)
        condition, end = (None, at) if rest else _condition(planned, at)
        value = _value(planned[end], name, found) if end < len(planned) else None
        if value is None or not (condition or rest):
            break
        found.append(Branch(value, condition))
        at = end + 1
    return found, at


def _opens(planned: list[Planned], at: int) -> bool:
    """Whether the condition of a case comes before its value: the next condition is of the same letter."""
    here, rest = planned[at], planned[at + 1 :]
    if not rest or not _compares(here) or not WHEN.search(here.before) or not rest[0].formula.signs:
        return False
    if senses(rest[0].formula) - {"=", "define"}:
        return False
    after = next((q for q in rest[1:] if _compares(q)), None)
    same = (
        after is not None
        and WHEN.search(after.before)
        and _text(after.formula.sides[0]) == _text(here.formula.sides[0])
    )
    return bool(same or (len(rest) > 1 and BEFORE_ELSE.search(rest[1].before)))


def _is_the_rest(planned: list[Planned], at: int) -> bool:
    """Whether this value is the one of "otherwise", said before or after it."""
    p = planned[at]
    next_one = at + 1 < len(planned) and BEFORE_ELSE.search(planned[at + 1].before)
    return bool(BEFORE_ELSE.search(p.before) or (ELSE.match(p.after) and not next_one))


def _is_told_in_part(state: State, planned: list[Planned], at: int) -> bool:
    """ "v = a for the good ones, v = b for others", "r = 1 if it is right": its value holds for some only."""
    p = planned[at]
    if not defines(state, p):
        return False
    twice = [q for q in planned if defines(state, q) and _text(q.formula.sides[0]) == _text(p.formula.sides[0])]
    if len(twice) == 1 and FOR_A_KIND.match(p.after):
        # "D = a for desirable and U = b for undesirable answers": each says all of its own.
        named = [_text(q.formula.sides[0]) for q in planned if defines(state, q) and FOR_A_KIND.match(q.after)]
        return len(set(named)) < 2
    followed = at + 1 < len(planned) and _compares(planned[at + 1])
    return len(twice) > 1 or bool(IN_WORDS.match(p.after) and not followed) or _is_the_rest(planned, at)


def _is_last_entry(p: Planned, name: Side) -> bool:
    """c_T = b after c_t = a for t < T."""
    match p.formula.sides[0], name:
        case (
            Side(syntax=Script(base=Name(text=first), sub=Name(text=last), sup=None)),
            Side(syntax=Script(base=Name(text=second), sub=Name(text=letter), sup=None)),
        ):
            return first == second and last.lower() == letter and last != letter
        case _:
            return False


def _compares(p: Planned) -> bool:
    return bool(p.formula.signs) and senses(p.formula) <= ORDERS


def _value(p: Planned, name: Side, found: Sequence[object]) -> Side | None:
    """The right side of "name = value"; after the first one, a value alone will do."""
    sides = p.formula.sides
    if not p.formula.signs:
        return sides[0] if found else None
    headed = _text(sides[0]) == _text(name) or (bool(found) and _is_last_entry(p, name))
    return sides[1] if headed and len(sides) == 2 and senses(p.formula) <= {"=", "define"} else None


def _condition(planned: list[Planned], at: int) -> tuple[Syntax | None, int]:
    """Comparisons joined by "and", as the reader of case splits takes them, and where they end."""
    end = at
    while end < len(planned) and _compares(planned[end]):
        words = planned[end].before
        if not (WHEN.search(words) if end == at else AND.fullmatch(words)):
            break
        end += 1
    met = [c for q in planned[at:end] if (c := _comparison(q.formula)) is not None]
    if not met or len(met) < end - at:
        return None, at
    return met[0] if len(met) == 1 else List(met[0].start, met[-1].end, tuple(met)), end


def _comparison(formula: Formula) -> Syntax | None:
    sides = tuple(s.syntax if s is not None else None for s in formula.sides)
    signs = tuple(Sign(s.piece.offset, s.piece.end, CHARACTERS[s.sense]) for s in formula.signs)
    return Chain(formula.piece.offset, formula.piece.end, sides, signs) if None not in sides else None


def _joined(state: State, first: Planned, last: Planned, branches: list[Branch]) -> Planned:
    rows = tuple((b.value.syntax, b.condition) for b in branches if b.value.syntax is not None)
    start = min(branches[0].value.piece.offset, branches[-1].value.piece.offset)
    end = max(branches[-1].value.piece.end, *(s.piece.end for s in last.formula.sides if s is not None))
    right = Side(Piece(state.source.text[start:end], start), Cases(start, end, rows))
    formula = replace(first.formula, sides=(first.formula.sides[0], right))
    mode = "define" if defines(state, first) else first.mode
    return replace(first, mode=mode, formula=formula, after=last.after, late=False)


def _text(side: Side | None) -> str:
    return re.sub(r"[\s$]", "", side.piece.text) if side is not None else ""
