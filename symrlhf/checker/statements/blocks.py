"""The blocks of a document in reading order: rows of displays, sentences, directives.

A row of a display is a claim, a formula in a sentence what its cue says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import groupby, pairwise, takewhile

from symrlhf.checker import prose
from symrlhf.checker.formulas import Formula, Item, Phrase, Sign, Unread
from symrlhf.checker.statements.bare import numbers, probabilities
from symrlhf.checker.statements.chains import claimed
from symrlhf.checker.statements.claims import Claim, Found, Gap
from symrlhf.checker.statements.counting import counted
from symrlhf.checker.statements.directives import directive, python_line
from symrlhf.checker.statements.joints import likewise, of_tokens, spread
from symrlhf.checker.statements.letters import beside, freed, functions, name_subjects, varying
from symrlhf.checker.statements.listing import listed_set
from symrlhf.checker.statements.piecewise import branches_apart, piecewise
from symrlhf.checker.statements.plan import (
    Planned,
    alternatives,
    claims_nothing,
    compared,
    families,
    leading,
    listed,
    one_value,
    plans,
    ranges,
    shorthand,
    unread_items,
    within,
)
from symrlhf.checker.statements.random import random_numbers
from symrlhf.checker.statements.samples import samples
from symrlhf.checker.statements.settle import (
    could_define,
    is_expansion,
    names_something_new,
    settled,
)
from symrlhf.checker.statements.shapes import relates, senses
from symrlhf.checker.statements.state import Ask, Read, State, is_bound, settles
from symrlhf.checker.statements.suppose import goes, grows, supposed, the_same_of
from symrlhf.checker.statements.vectors import entrywise
from symrlhf.checker.statements.weights import weights
from symrlhf.errors import RuleViolation, Unreadable
from symrlhf.read.document import (
    Block,
    Break,
    Broken,
    Directive,
    Document,
    Maths,
    Part,
    Row,
    Sentence,
    Words,
    read_document,
)
from symrlhf.read.meaning import ranged
from symrlhf.read.pieces import Piece
from symrlhf.term import RESPONSES, And, Card, Diff, Lam, Rational, Rel, Sym, Term


def read_claims(document: Document, ask: Ask = lambda relation, setting, given: False) -> Iterator[Claim | Gap]:
    """Every claim of a document, in reading order."""
    return _found(State(document, ask))


def read_text(text: str) -> tuple[Claim | Gap, ...]:
    """Every claim of a Python-like text, in reading order."""
    return tuple(read_claims(read_document(text.replace("\r\n", "\n").replace("\r", "\n"), "python")))


def _found(state: State) -> Iterator[Claim | Gap]:
    """What is claimed, block by block."""
    blocks = state.document.blocks
    if not state.python and (last := counted(state.source.text)) is not None and last not in state.words.known():
        state.redefine(last, state.words.define(last, Lam((), Card(RESPONSES))))
    if not state.python:
        probabilities(state)
        numbers(state)
    said: dict[int, str] = {}
    """What directives say of displays, by number."""
    later: list[Row] = []
    for i, block in enumerate(blocks):
        state.block = i
        if isinstance(block, Sentence | Row):
            state.line, _ = state.source.place(block.parts[0].piece.offset)
        if (
            i
            and isinstance(above := blocks[i - 1], Row)
            and (isinstance(block, Break) or (isinstance(block, Row) and block.display != above.display))
        ):
            state.lead, state.in_words, state.left_words = "claim", "", state.in_words or state.left_words
        match block:
            case Break(case=True):
                state.begin_case()
            case Break(section=section):
                if section:
                    yield from _proven_now(state, later)
                    state.above = (None, None)
                elif state.last is not None or state.premise is not None:
                    state.above = (state.last, state.premise)
                state.last = state.start = state.premise = None
                if section:
                    state.close_case(numbered=True)
            case Broken(error=error, piece=piece):
                yield Gap(error, None, piece.text)
            case Directive(piece=piece):
                if re.search(r"\b(?:begin|end) scope\b", piece.text):
                    yield from _proven_now(state, later)
                yield from _in_order(_guarded(state, piece, directive))
            case Row() if state.python:
                yield from _in_order(_guarded(state, block.parts[0].piece, python_line))
            case Row(parts=parts, display=display):
                if state.coming:
                    said[display], state.coming = state.coming, ""
                if said.get(display) == "proven below":
                    later.append(block)
                    continue
                if said.get(display) == "assumed":
                    yield from _in_order(_assumed(state, _items(state, parts)))
                    continue
                following = blocks[i + 1] if i + 1 < len(blocks) else None
                nexts = following if isinstance(following, Row) and following.display == display else None
                held, state.in_words = state.in_words, _condition_after(block, following) or state.in_words
                _limit_after(state, following)
                items = _items(state, parts)
                if i and isinstance(above := blocks[i - 1], Break) and above.case:
                    case, items = _case_of(state, items)
                    yield from _in_order(_assumed(state, case))
                if not any(isinstance(item, (Formula, Unread)) for item in items):
                    if any(isinstance(item, Phrase) and prose.CLOSES_CASE.search(item.text) for item in items):
                        state.close_case(numbered=True)
                    continue
                before = next((b for b in reversed(blocks[:i]) if not isinstance(b, Break)), None)
                condition = nexts is not None and _is_condition(state, before, items, nexts)
                lead, state.lead = state.lead, "assume" if condition else state.lead
                yield from _in_order(_kept(state, parts, _row(state, items, nexts)))
                state.in_words, state.lead = held, lead if condition else state.lead
            case Sentence(parts=parts) if not state.displays_only:
                following = blocks[i + 1] if i + 1 < len(blocks) else None
                shown = isinstance(following, (Row, Break))
                held, state.told = (state.last, state.start, state.premise), False
                yield from _in_order(_kept(state, parts, _sentence(state, parts, following)))
                if state.lead == "claim" and not state.claims and _is_premise(state, parts, blocks[i + 1 :]):
                    state.lead = "premise"
                _go_on(state, held, into=shown and isinstance(parts[-1], Maths))
            case Sentence():
                pass
    yield from _proven_now(state, later)


def _case_of(state: State, items: list[Item]) -> tuple[list[Item], list[Item]]:
    """The bounds after a label, "Case 2: x < 0", and what the line says under them."""
    at = 0
    for i, item in enumerate(items):
        if isinstance(item, Formula):
            if not (is_bound(state, item) or _is_point(state, item)):
                break
            at = i + 1
        elif not isinstance(item, Phrase) or (i and not prose.AND.fullmatch(item.text)):
            break
    return items[:at], items[at:]


def _is_point(state: State, formula: Formula) -> bool:
    """x = 0."""
    head, last = state.head(formula.sides[0]), formula.sides[-1]
    number = last is not None and re.fullmatch(r"[-−]?\s*[\d.]+", last.piece.text.strip(" $")) is not None
    return senses(formula) == {"="} and len(formula.sides) == 2 and number and head is not None and not head.parameters


def _is_condition(state: State, before: Block | None, items: list[Item], following: Row) -> bool:
    """A bare row x > 0 that begins a display: of a letter of which nothing was said, it says where the rest holds."""
    formula = next((i for i in items if isinstance(i, Formula)), None)
    opens = before is None or isinstance(before, Row)
    if isinstance(before, Sentence):
        opens = before.parts[-1].piece.text.rstrip(" $*_").endswith(".")
    same = isinstance(before, Row) and before.display == following.display
    if formula is None or len(items) > 1 or not opens or same or state.lead != "claim" or not is_bound(state, formula):
        return False
    if not senses(formula) <= {"<", "<=", ">", ">="}:
        return False
    names = {head.name for s in formula.sides if (head := state.head(s)) is not None}
    known = state.mentioned | state.letters | state.words.known()
    later = " ".join(part.piece.text for part in following.parts)
    return not names & known and all(re.search(rf"(?<![A-Za-z]){re.escape(n)}(?![A-Za-z])", later) for n in names)


def _go_on(state: State, held: tuple[Read | None, Term | None, Rel | And | None], *, into: bool) -> None:
    """What a display goes on with after a sentence: the chain above, or the sentence's own if it runs `into` it."""
    chain, made = (held[0], held[2]), (state.last, state.premise)
    if made in (chain, (None, None)) and chain != (None, None):
        state.last, state.start, state.premise = held
    elif made == (None, None):
        return
    elif into or (chain == (None, None) and (state.told or state.above[0] is None)):
        state.above = (None, None)
    elif chain == (None, None):
        # A hypothesis may be the premise of what follows; a chain goes on with the one before the empty line.
        state.last = state.start = None
    else:
        state.last, state.start, state.premise = held
        state.aside = made if state.told else (None, None)


def _proven_now(state: State, later: list[Row]) -> Iterator[Claim | Gap]:
    """Displays of which a directive said that they are proven below, once what proves them was read."""
    for _, rows in groupby(later, lambda row: row.display):
        state.last = state.start = state.premise = None
        state.above, state.lead = (None, None), "claim"
        together = list(rows)
        for row, following in zip(together, (*together[1:], None), strict=True):
            yield from _in_order(_row(state, _items(state, row.parts), following))
    later.clear()


def _assumed(state: State, items: list[Item]) -> Iterator[Found]:
    """A row that a directive says is assumed: for all that follows, whatever words are in it."""
    planned = [p for p in plans(state, items, "assume", row=True) if relates(p.formula)]
    yield from unread_items(state, items, "assume")
    yield from _taken(state, [replace(p, mode="assume", before="", after="", late=False) for p in planned], case=False)


def _in_order(found: Iterator[Found]) -> Iterator[Claim | Gap]:
    return (claim for _, claim in sorted(found, key=lambda pair: pair[0]))


def _kept(state: State, parts: tuple[Part, ...], found: Iterator[Found]) -> Iterator[Found]:
    """What was found of a row or sentence; where a definition does not fit what it is used for, that is told."""
    try:
        yield from found
    except (RuleViolation, RecursionError) as error:
        reason = "it is defined by itself" if isinstance(error, RecursionError) else error
        maths = next((part.piece for part in parts if isinstance(part, Maths)), parts[0].piece)
        told = state.source.error(maths.offset, f"a definition cannot be put in here: {reason}")
        state.missed(maths)
        state.last = state.start = None
        yield maths.end, Gap(told, None, maths.text)


def _guarded(state: State, piece: Piece, read: Callable[[State, Piece], Iterator[Found]]) -> Iterator[Found]:
    try:
        yield from read(state, piece)
    except Unreadable as error:
        yield piece.end, Gap(error, None, piece.text)


def _items(state: State, parts: tuple[Part, ...]) -> list[Item]:
    """Words and formulas in turn; a formula that words or spaces only interrupt is one."""
    out: list[Item] = []
    for part in parts:
        for item in (Phrase(part.piece.text),) if isinstance(part, Words) else state.notation.items(part.piece):
            if isinstance(item, Formula) and (joined := _in_words(out, item) or _spaced(out, item)) is not None:
                while not isinstance(out.pop(), Formula):
                    pass
                item = joined
            out.append(item)
    sides = [side for item in out if isinstance(item, Formula) for side in item.sides if side is not None]
    if written := tuple(side.syntax for side in sides if side.syntax is not None):
        state.words = ranged(written, state.words)
    return out


def _row(state: State, items: list[Item], following: Row | None) -> Iterator[Found]:
    """A row of a display: a claim, with the conditions that stand beside it."""
    opening = next((i for i in items if isinstance(i, Formula)), None)
    if opening is not None and opening.sides[0] is not None:
        state.above = state.aside = (None, None)
    lead, state.lead = state.lead, "claim" if state.lead == "solve" else state.lead
    above, state.in_words = state.in_words, _condition_in_words(items) or state.in_words
    planned = list(plans(state, items, lead, row=True))
    if lead == "define":
        # "Let ... be", then a row that names nothing: it claims.
        planned = [
            replace(p, mode="claim") if p.mode == "define" and not could_define(state, p.formula) else p
            for p in planned
        ]
    planned = _with_premises(planned)
    premise = following is not None and _begins_with_arrow(state, following)
    if premise and planned:
        first = next((i for i, p in enumerate(planned) if p.mode == "claim"), None)
        if first is not None and not senses(planned[first].formula) & {"implies", "iff"}:
            planned[first] = replace(planned[first], mode="premise")
    if any(p.mode in ("claim", "tell") and relates(p.formula) for p in planned):
        # "For A > 0: |A| = A" says nothing of other rows.
        planned = [replace(p, late=p.late or p.mode == "assume") for p in planned]
    elif all(p.mode in ("assume", "limit", "pass") for p in planned) and any(p.mode == "assume" for p in planned):
        state.open_case(items)
    if any(p.mode in ("solve", "premise") for p in planned) and not state.case:
        state.case += 1
    yield from unread_items(state, items, "claim" if lead in ("claim", "solve") else lead)
    yield from _taken(state, planned, case=True)
    last = next((i for i in reversed(items) if not isinstance(i, Phrase)), None)
    if isinstance(last, Unread):
        # The next row goes on with what was not read, not with what stands before it.
        state.last, state.start, state.premise = Read(last.piece, last.error), None, None
        state.above = (None, None)
    state.local, state.aside = (), (None, None)
    state.in_words = above


def _sentence(state: State, parts: tuple[Part, ...], following: Block | None) -> Iterator[Found]:
    """A sentence of prose, or an item of a list, which need not end with a full stop."""
    shown = isinstance(following, (Row, Break))
    items = _items(state, parts)
    if not items:
        return  # brackets and commands alone
    text = " ".join(i.text if isinstance(i, Phrase) else "F" for i in items)
    said = prose.plain(" ".join(i.text for i in items if isinstance(i, Phrase)))
    stopped = said.endswith((".", "!", "?")) and not prose.ABBREVIATED.search(said)
    ended = stopped or not shown
    zeroed = _zeroed(state, said)
    if prose.CASE_LABEL.match(said):
        state.begin_case()
    if prose.CLOSES_CASE.search(said):
        state.close_case(numbered=True)
        state.leave_points(everywhere=True)
    conditional = bool(prose.OPENS_CASE.match(text))
    case = not ended and conditional and shown
    _count(state, parts)
    _said_outside(state, parts)
    if prose.OF_ONE_RESPONSE.match(said) and not prose.EVERY.search(state.source.text):
        state.pinned = {**state.pinned, Sym("y", RESPONSES): Sym("y", RESPONSES, fixed=True)}
    if prose.SO_MANY.search(state.source.text, parts[0].piece.offset, parts[-1].piece.end):
        # π over 3 responses: how many there are is not read.
        state.unread = (*state.unread, (state.line, frozenset({"y"})))
    goes_on = isinstance(items[0], Phrase) and prose.SAME_CASE.match(items[0].text)
    state.in_words = _condition_in_words(items) or (state.left_words if goes_on else "")
    planned = list(plans(state, items, "tell", row=False))
    if state.in_words:
        # "r = 1 if it is right and r = 0 if not".
        planned = one_value(state, planned, ("assume", "define"))
    if said.endswith("?"):
        # A question gives data, and claims nothing.
        planned = [p for p in planned if p.mode in ("define", "assume") or not relates(p.formula)]
    signed = _of_advantage(state, items)
    if case and (signed is not None or any(p.mode == "assume" for p in planned)):
        state.open_case(items)
    if signed is not None:
        state.suppose(signed, case=case, late=ended)
    reason = re.match(r"\W*as (?:the \w+ )?F (?:is|are)\b", text, re.IGNORECASE)
    if isinstance(items[0], Phrase) and not prose.CONTINUES.match(items[0].text) and not reason:
        state.leave_points()
    told = (p.formula for p in planned if p.mode in ("claim", "tell") and relates(p.formula))
    claims = any(not names_something_new(state, f) for f in told)
    if not claims:
        # "W = n/(n + 1) for n ≥ 1." says where the definition holds, and holds on.
        planned = [replace(p, late=False) for p in planned]
    # An item of a list, and a line without a full stop, say what holds in their case.
    whole = isinstance(parts[-1], Maths) and not _goes_on_with(state, following) and not prose.STRONG.search(said)
    case = case and not (claims and whole)
    if (ended or isinstance(following, Break) or whole) and claims:
        # "For x = 2, f(x) = 4." says nothing of other sentences.
        planned = [replace(p, late=p.late or (conditional and p.mode == "assume")) for p in planned]
    planned = _met(state, _meets_what_is_supposed(state, items, planned))
    firm = prose.STRONG.search(said) or prose.ALWAYS.search(said) or prose.FIRM.search(said)
    remark = all(p.mode in ("assume", "limit", "pass") or not relates(p.formula) for p in planned)
    if ended and not firm and remark:
        # "The loss is least at z = 0.": a remark in words, not a hypothesis on what follows.
        for p in planned:
            if p.mode == "assume" and relates(p.formula):
                state.perhaps(p.formula)
        planned = [p for p in planned if p.mode != "assume" or not relates(p.formula)]
    if any(p.mode == "assume" and p.late for p in planned):
        state.leave_conditions()
    before, defined = len(state.hypotheses), dict(state.words.definitions).keys()
    factored = state.words.joints.keys()
    yield from unread_items(state, items, "tell")
    yield from _taken(state, planned, case=case)
    state.lead = "claim" if ended or zeroed else leading(items)
    if state.in_words and state.lead == "assume":
        # "When both rewards agree," and then what holds.
        state.lead = "claim"
    state.left_words, state.in_words = state.in_words, "" if ended else state.in_words
    # "Suppose the reward is linear, r(y) = φ f(y)": the formula says all that is supposed.
    defines = bool(dict(state.words.definitions).keys() - defined)
    factors = bool(state.words.joints.keys() - factored)
    all_said = defines and prose.SAYS_NO_MORE.fullmatch(said) is not None
    all_said = all_said or (factors and prose.SAYS_NO_MORE.fullmatch(prose.OF_LAWS.sub("", said)) is not None)
    read = all_said or len(state.hypotheses) > before or state.local
    if not (read or (shown and state.lead in ("define", "assume", "premise"))):
        _announced(state, parts, said)
    state.close_sentence()


def _goes_on_with(state: State, following: Block | None) -> bool:
    """Whether a row begins with a relation sign."""
    if not isinstance(following, Row):
        return False
    opening = next((i for i in _items(state, following.parts) if isinstance(i, Formula)), None)
    return opening is not None and opening.sides[0] is None


def _meets_what_is_supposed(state: State, items: list[Item], planned: list[Planned]) -> list[Planned]:
    """ "Suppose that the function", a display, "satisfies F": F is supposed, too."""
    found = prose.GOES_ON_TO_MEET.match(items[0].text) if isinstance(items[0], Phrase) else None
    before = state.document.blocks[: state.block]
    above = takewhile(lambda b: isinstance(b, Row), reversed(before))
    rows = [b for b in above if isinstance(b, Row)]
    opening = before[-1 - len(rows)] if rows and len(rows) < len(before) else None
    if found is None or not isinstance(opening, Sentence):
        return planned
    said = prose.plain(" ".join(part.piece.text for part in opening.parts if isinstance(part, Words)))
    if not prose.STRONG.search(said) or said.endswith("."):
        return planned
    first = next((p for p in planned if relates(p.formula)), None)
    if first is None or first is not planned[0] or first.mode not in ("tell", "claim"):
        # "Is a distribution" is told of what the display defines.
        for row in rows:
            for part in row.parts:
                state.missed(part.piece)
        return planned
    return [replace(first, mode="premise"), *planned[1:]]


def _met(state: State, planned: list[Planned]) -> list[Planned]:
    """ "The margin h satisfies σ(β h) = 1 − ε": of a letter of which nothing else says what it is, it is supposed."""
    out = planned[:1]
    for subject, p in pairwise(planned):
        head = state.head(subject.formula.sides[0]) if not subject.formula.signs else None
        unknown = head is not None and head.name not in state.words.known() and not head.parameters
        said = prose.NAMES_ITS_SUBJECT.fullmatch(subject.before) and prose.MEETS.fullmatch(p.before)
        if unknown and said and subject is planned[0] and p.mode == "tell" and relates(p.formula):
            p = replace(p, mode="premise")
        out.append(p)
    return out


def _count(state: State, parts: tuple[Part, ...]) -> None:
    """R_1, …, R_G: Σ_i without bounds runs over these, so there are G of them."""
    start, end = parts[0].piece.offset, parts[-1].piece.end
    found = prose.ENUMERATED.search(state.source.text, start, end)
    if found is None or re.search(r"=\s*1\s*\}?\s*\^|=\s*\d\s*\}?\s*\^", state.source.text):
        return
    name = found["last"]
    if name not in state.words.known() | state.mentioned:
        state.redefine(name, state.words.define(name, Lam((), Card(RESPONSES))))


def _said_outside(state: State, parts: tuple[Part, ...]) -> None:
    """ "If n = 2 then", where only what is in $ $ is read as a formula: a condition that is not read."""
    for part in parts if state.document.format == "latex" else ():
        for found in prose.PLAIN_CONDITION.finditer(part.piece.text) if isinstance(part, Words) else ():
            line, _ = state.source.place(part.piece.offset)
            meant = state.words.definition(found["letter"])
            size = {"y"} if meant is not None and isinstance(meant.body, Card) else set[str]()
            state.unread = (*state.unread, (line, frozenset({found["letter"], *size})))


def _of_advantage(state: State, items: list[Item]) -> Rel | None:
    """ "For a positive advantage": A > 0, unless A is a function, or a formula beside says what is positive."""
    text = " ".join(i.text if isinstance(i, Phrase) else "\0" for i in items)
    found = prose.OF_ADVANTAGE.search(prose.plain(text))
    if found is None or "A" in state.words.known():
        return None
    positive = (found["sign"] or found["told"]).lower() == "positive"
    return Rel(">" if positive else "<", Sym("A"), Rational(0, 1))


def _condition_in_words(items: list[Item]) -> str:
    """ "When the policy is deterministic": what the sentence and its display claim is claimed under that."""
    text = " ".join(i.text if isinstance(i, Phrase) else "\0" for i in items)
    text = prose.plain(text)
    if prose.OTHERWISE.match(text):
        return "otherwise"
    conditions = (
        found["clause"].strip()
        for found in (*prose.IN_WORDS.finditer(text), *prose.AT_A_CASE.finditer(text))
        if not prose.AND_IN_SYMBOLS.match(text, found.end())
    )
    return next((c for c in conditions if c and not prose.CARRIED_OUT.search(c)), "")


def _condition_after(row: Row, following: Block | None) -> str:
    """A display, "when the policy is deterministic."."""
    if not isinstance(following, Sentence) or row.parts[-1].piece.text.rstrip(" $\\]").endswith("."):
        return ""
    first = following.parts[0]
    found = prose.IN_WORDS.match(first.piece.text.lstrip()) if isinstance(first, Words) else None
    return found["clause"].strip() if found and not prose.CARRIED_OUT.search(found["clause"]) else ""


def _limit_after(state: State, following: Block | None) -> None:
    """A display, "as n → ∞"."""
    first = following.parts[0] if isinstance(following, Sentence) else None
    if isinstance(following, Sentence) and isinstance(first, Words) and prose.AS_IT_GOES.fullmatch(first.piece.text):
        where = next(iter(_items(state, following.parts[1:2])), None)
        if isinstance(where, Formula):
            goes(state, where)


def _is_premise(state: State, parts: tuple[Part, ...], after: tuple[Block, ...]) -> bool:
    """Whether the first display of a document, which no word claims, is what the sentence after it argues from."""
    after = tuple(b for b in after if not isinstance(b, Break))
    if state.left_words or not after or not isinstance(after[0], Row) or not claims_nothing(_items(state, parts)):
        return False
    following = after[1] if len(after) > 1 else None
    return isinstance(following, Sentence) and bool(prose.DEDUCES.match(following.parts[0].piece.text))


def _announced(state: State, parts: tuple[Part, ...], said: str) -> None:
    """A sentence that announces a hypothesis of which nothing was read: what is false after it may be true."""
    bounded = prose.BOUNDED.search(said)
    if bounded:
        met = frozenset(prose.LETTERS_OF[bounded["what"].lower().removesuffix("s")])
        state.unread = (*state.unread, (state.source.place(parts[0].piece.offset)[0], met))
    announced = prose.STRONG.search(said)
    if announced and not prose.HARMLESS.search(said, announced.start()):
        state.unread = (*state.unread, (state.source.place(parts[0].piece.offset)[0], None))


def _zeroed(state: State, said: str) -> bool:
    """ "Setting this derivative to zero", after a display that says what the derivative is: whether it was."""
    if not prose.ZEROED.search(said) or state.last is None:
        return False
    if not isinstance(state.start, Diff) or not isinstance(state.last.term, Term):
        return False
    if state.start.body.has_slope or not state.last.term.names:
        # A curvature stands between: the slope is the one before it.
        return False
    state.suppose(Rel("=", state.last.term, Rational(0, 1)), case=False, late=False)
    return True


def _with_premises(planned: list[Planned]) -> list[Planned]:
    """ "A > 0 and ρ > 1 ⇒ F": A > 0 is supposed where the rest is claimed."""
    at = next((i for i, p in enumerate(planned) if "implies" in senses(p.formula)), 0)
    # The 1 of "case 1:" is a formula, too.
    start = next((i for i, p in enumerate(planned) if relates(p.formula)), at)
    joined = all(re.fullmatch(r"\W*and\W*|\W*,\W*", p.before) for p in planned[start + 1 : at + 1])
    if start == at or not joined or any(p.mode != "claim" for p in planned[start : at + 1]):
        return planned
    return [replace(p, mode="assume", late=True) if start <= i < at else p for i, p in enumerate(planned)]


def _begins_with_arrow(state: State, row: Row) -> bool:
    first = next((i for i in _items(state, row.parts) if isinstance(i, Formula)), None)
    return first is not None and _starts_with_arrow(first)


def _starts_with_arrow(formula: Formula) -> bool:
    return formula.sides[0] is None and bool(formula.signs) and formula.signs[0].sense in ("implies", "iff")


def _taken(state: State, planned: list[Planned], *, case: bool) -> Iterator[Found]:
    """Definitions and hypotheses first, then what is claimed with them."""
    first, *others = branches_apart(state, planned)
    yield from _taken_together(state, first, case=case)
    for group in others:
        state.local = ()
        yield from _taken_together(state, group, case=case)
    if others:
        state.local = ()


def _taken_together(state: State, planned: list[Planned], *, case: bool) -> Iterator[Found]:
    claims: list[Planned] = []
    told: list[Formula] = []
    state.subjects = ()
    planned = entrywise(
        piecewise(state, random_numbers(state, samples(state, functions(state, listed_set(state, planned)))))
    )
    planned = alternatives(state, one_value(state, planned))
    planned = compared(state, shorthand(state, planned))
    planned = listed(state, families(state, ranges(state, within(state, planned))))
    varying(state, planned)
    freed(state, planned)
    bounded: set[str] = set()
    for p in planned:
        first = state.head(p.formula.sides[0])
        if first is not None and p.formula.signs:
            bounded.add(first.name)
        elif first is not None and first.name in bounded and p.before.rstrip().endswith("("):
            # "w, l > 0 are the probabilities under the policy (w, l)": which of them are, and not what they are.
            continue
        if p.formula.signs:
            # "a, b > 0, and π is a policy" says so of π alone.
            state.subjects = ()
        elif p.mode != "pass" and not weights(state, p):
            name_subjects(state, p)
            beside(state, p)
            grows(state, p)
    state.subjects = ()
    todo, first = _functions_first(state, planned), len(planned)
    for n, p in enumerate(todo):
        p = spread(state, p)
        mode = settled(state, p)
        try:
            if (said := of_tokens(state, p, mode, case=case)) is not None:
                yield from said
                continue
        except Unreadable as error:
            state.missed(p.formula.piece)
            yield p.formula.piece.end, Gap(error, None, p.formula.piece.text)
            continue
        if mode in ("claim", "since"):
            if p.mode == "tell" and senses(p.formula) == {"="} and not settles(state, p.formula):
                told.append(p.formula)
            claims.append(replace(p, mode=mode))
            continue
        if mode == "premise" and relates(p.formula):
            mode = "claim" if is_expansion(state, p.formula) or settles(state, p.formula) else "assume"
            if mode == "claim":
                claims.append(replace(p, mode=mode))
                continue
        try:
            if mode in ("define", "assume", "solve") and relates(p.formula):
                state.subjects = ()
                yield from supposed(state, p, mode, case=case)
            elif mode in ("limit", "assume", "define", "tell"):
                goes(state, p.formula)
        except Unreadable as error:
            if n < first and mode == "define":
                # It may use what is defined after it, and is tried again: π(y) = .../Z(β), where Z(β) = ...
                todo.append(replace(p, mode="define"))
                continue
            if mode == "define" and senses(p.formula) <= {"=", "define"}:
                state.undefined(p.formula.sides[0], p.formula.piece)
            else:
                state.missed(p.formula.piece)
            if mode != "limit":
                yield p.formula.piece.end, Gap(error, None, p.formula.piece.text)
        if p.formula.signs:
            beside(state, p)
    for p in planned:
        if prose.SAME_FOR.search(p.before) and not p.formula.signs and not likewise(state, p.formula):
            the_same_of(state, p.formula)
    for p in claims:
        try:
            yield from claimed(state, p)
        except Unreadable as error:
            if relates(p.formula) and names_something_new(state, p.formula):
                state.undefined(p.formula.sides[0], p.formula.piece)
            yield p.formula.piece.end, Gap(error, None, p.formula.piece.text)
            state.last = state.start = None
    for formula in told:
        # "The advantages add up to zero, A_1 + A_2 = 0": of what follows it is perhaps supposed.
        state.perhaps(formula)


def _functions_first(state: State, planned: list[Planned]) -> list[Planned]:
    """ "s(u) = 4 S(u) with S(z) = ...": the letter S is a function once that is said."""
    out: list[Planned] = []
    for p in planned:
        head = state.head(p.formula.sides[0]) if p.mode in ("define", "assume") and p.formula.signs else None
        used = (
            re.compile(rf"(?<![A-Za-z]){re.escape(head.name)}\s*\(") if head is not None and head.parameters else None
        )
        others = (
            i for i, q in enumerate(out) if used and used.search(_after_sign(state, q)) and not _of_one(state, p, q)
        )
        at = next(others, len(out))
        out.insert(at, p)
    return out


def _of_one(state: State, p: Planned, q: Planned) -> bool:
    """p(b) = Σ_a p(a, b) and p(a | b) = p(a, b)/p(b) come as they are written."""
    heads = [state.head(f.sides[0]) for f in (p.formula, q.formula)]
    return len({head.name for head in heads if head is not None}) == 1


def _after_sign(state: State, p: Planned) -> str:
    """What stands behind the first sign of a formula, as written."""
    sides = [s for s in p.formula.sides[1:] if s is not None]
    return state.source.text[sides[0].piece.offset : sides[-1].piece.end] if sides else ""


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
