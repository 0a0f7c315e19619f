"""What the words around a formula make of it, before its own form is considered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from symrlhf.checker import prose
from symrlhf.checker.formulas import Formula, Item, Phrase, Side, Sign, Unread
from symrlhf.checker.prose import Mode
from symrlhf.checker.statements.claims import Found, Gap
from symrlhf.checker.statements.counting import numbered_to
from symrlhf.checker.statements.few import values_of
from symrlhf.checker.statements.shapes import relates, senses
from symrlhf.checker.statements.state import State, is_bound
from symrlhf.read.syntax import Group, List, Name, Script
from symrlhf.term import Card, IndexSet, Relation, Sym


@dataclass(frozen=True)
class Planned:
    """A formula and what the words around make of it."""

    mode: Mode
    formula: Formula
    before: str
    after: str
    late: bool
    """It stands behind a claim of its sentence or row, and is said of that claim."""


def leading(items: list[Item]) -> Mode:
    """What the words before a display make of it: the last ones, or a condition that is to be solved."""
    if not items or not isinstance(items[-1], Phrase):
        return "claim"
    said = " ".join(i.text for i in items if isinstance(i, Phrase)).rstrip(" :,")
    strong = prose.STRONG.search(prose.AS_ASSUMED.sub(" ", said))
    if (
        not strong
        and (prose.cue(said, "claim", "claim") == "solve" or prose.STATES_A_CONDITION.search(prose.plain(said)))
        and not any(isinstance(i, Formula) and i.signs for i in items)
    ):
        return "solve"
    words = prose.plain(items[-1].text).rstrip(" :,")
    if re.fullmatch(r"\W*and(?: that| also)?", words):
        # "Suppose p > 0 and", then a display.
        mode = _last_cue(items)
        return mode if mode in ("define", "assume") else "claim"
    if prose.SATISFIES.search(words):
        # "For all z, σ satisfies": nothing is left that could be supposed of z. "The exponential satisfies": nor here.
        named = any(isinstance(i, Formula) for i in items)
        return "premise" if named and not prose.EVERY.search(said) else "claim"
    last = _last_cue(items)
    if strong and prose.SAYS_AGAIN.search(words) and not prose.CONCLUDED.search(said):
        # "Assume that the loss with τ > 0 vanishes, i.e.", then what is assumed.
        return "assume"
    if strong and last == "solve":
        # "Suppose that the first-order condition", then the condition.
        return "assume"
    if strong and last in ("define", "assume"):
        return last
    found = prose.cue(words, "claim", "claim")
    if found not in ("define", "assume") or not (prose.ALWAYS.search(words) or prose.AT_END.search(words)):
        return "claim"
    if found == "define" and prose.HAVING.search(words) and prose.INTRODUCED.match(said):
        # "Let a and b be weights with", then what holds of them.
        return "assume"
    return found


def _last_cue(items: list[Item]) -> Mode:
    """What the cues of a sentence come to."""
    mode: Mode = "claim"
    for item in items:
        mode = prose.cue(item.text, mode, "claim") if isinstance(item, Phrase) else mode
    return mode


def claims_nothing(items: list[Item]) -> bool:
    """Whether no word of a sentence announces a claim."""
    phrases = [i.text for i in items if isinstance(i, Phrase)]
    return not any(prose.cue(text, "tell", "tell") == "claim" or prose.DEDUCES.match(text) for text in phrases)


AS_IT_GOES = re.compile(r"=.*?(?:\b[Oo]\s*(?:\\[a-zA-Z]+\s*)*\(|\\mathcal\s*\{?\s*O|𝒪)", re.DOTALL)
"""An equation with a remainder."""
ORDER = re.compile(r"\b[Oo]\s*(?:\\[a-zA-Z]+\s*)*[({]|\\mathcal\s*\{?\s*O|𝒪|∼|\\sim|→|\\to\b|≈|\\approx")
"""What is said of the order of terms, or of where something goes."""


def _written(state: State, formula: Formula) -> str:
    sides = [s for s in formula.sides if s is not None]
    return state.source.text[sides[0].piece.offset : sides[-1].piece.end] if sides else ""


def plans(state: State, items: list[Item], usual: Mode, *, row: bool) -> Iterator[Planned]:
    """The formulas, each with what the last cue before it says; `usual` where none says anything."""
    mode: Mode = usual
    claimed = stated = denied = False
    phrases = [i.text if isinstance(i, Phrase) else "" for i in items]
    opens = not row and bool(phrases) and prose.OPENS_CASE.match(phrases[0]) and not prose.STRONG.search(phrases[0])
    opens_strongly = any(prose.STRONG.search(text) for text in phrases)
    last = next((i for i in reversed(items) if not isinstance(i, Phrase)), None)
    # "For all x, F."
    quantified = opens and prose.EVERY.search(phrases[0]) is not None
    disjoint = any(prose.DISJOINS.search(p) for i, p in enumerate(phrases) if not _between_values(items, i, p))
    for i, item in enumerate(items):
        if isinstance(item, Phrase):
            over = denied or (mode == "pass" and re.search("[,;]", item.text))
            if over and not prose.AND.fullmatch(item.text):
                mode, denied = usual, False
            # "Suppose the slope in h vanishes: ...": what is supposed comes now.
            waits = mode == "assume" and not stated and prose.STRONG.search(" ".join(phrases[:i]))
            mode = prose.cue(item.text, mode, mode if waits else usual)
            continue
        if isinstance(item, Unread):
            continue
        before = phrases[i - 1] if i else ""
        after = phrases[i + 1] if i + 1 < len(phrases) else ""
        at = mode
        if disjoint and at in ("define", "assume", *(() if row else ("tell", "claim"))) and relates(item):
            at = "pass"
            if any(prose.EXCEPTS.search(p) for p in phrases):
                state.missed(item.piece)
            else:
                state.perhaps(item)
        if (
            row
            and at in ("claim", "premise", "define")
            and stated
            and is_bound(state, item)
            and not re.search(r"\w", before)
        ):
            # "f(x) = ..., \\qquad x > 0": the second says where the first holds.
            at = "assume"
        if row and at == "claim" and not stated and item is not last and after.strip() == ":" and is_bound(state, item):
            # "(a) x > 0: |x| = x".
            at = "assume"
        grows = any(prose.GROWS.search(p) for p in phrases[:i])
        if grows and at in ("assume", "claim", "tell") and relates(item) and not ORDER.search(_written(state, item)):
            # "For large β, β² > 1000β" holds from somewhere on, of which nothing is told.
            state.missed(item.piece)
            at = "pass"
        if at == "assume" and relates(item) and AS_IT_GOES.search(_written(state, item)) and not opens_strongly:
            # "For a large margin f(z) = e^{-z} + O(e^{-2z})": how f behaves is claimed.
            at = "claim"
        told = stated or grows or quantified
        if opens and told and at == "assume" and item is last and before.strip() == "," and after.strip(" .;") == "":
            # "When K = 2, F." and "For large β, F.": it is what holds then.
            at = "claim"
        stated = stated or relates(item)
        yield Planned(at, item, before, after, late=claimed and at in ("assume", "limit"))
        if at == "limit" and senses(item) == {"to"} and after.strip() == ",":
            # "As u → 0, F": where it goes has been said.
            mode = usual
        claimed = claimed or at in ("claim", "tell", "since")
        # A letter in "it is false that h satisfies h = 3" ends no denial, nor does an "and".
        denied = mode == "pass" and (denied or relates(item))


def _between_values(items: list[Item], i: int, words: str) -> bool:
    """The "or" of "rewards are 0 or 1"."""
    around = items[i - 1 : i + 2 : 2] if i else []
    values = (isinstance(v, Formula) and not v.signs for v in around)
    return len(around) == 2 and all(values) and re.fullmatch(r"\W*or\W*", words) is not None


def unread_items(state: State, items: list[Item], usual: Mode) -> Iterator[Found]:
    """Formulas that cannot be read: told where they claim something, remembered where they may assume it."""
    mode: Mode = usual
    for item in items:
        if isinstance(item, Phrase):
            mode = prose.cue(item.text, mode, usual)
        elif isinstance(item, Unread):
            if mode in ("define", "assume", "solve"):
                state.missed(item.piece)
            if usual != "tell" or re.search(r"[=<>≤≥≈]|\\(?:leq?|geq?|approx)\b", item.piece.text):
                yield item.piece.end, Gap(item.error, None, item.piece.text)


def one_value(state: State, planned: list[Planned], supposed: tuple[Mode, ...] = ("assume",)) -> list[Planned]:
    """ "For n = 4 and n = 16" are two cases, and no hypothesis."""
    first = [p.formula.sides[0].piece.text if p.formula.sides[0] is not None else "" for p in planned]
    equal = [
        senses(p.formula) == {"="} and p.mode in supposed and re.search(r"[(\[]", text) is None
        for p, text in zip(planned, first, strict=True)
    ]
    twice = {t for t, e in zip(first, equal, strict=True) if e and first.count(t) > 1}
    if not twice:
        return planned
    for p in planned:
        state.perhaps(p.formula)
    return [p for p, t in zip(planned, first, strict=True) if t not in twice]


DOTS = re.compile(r"(?:[\s,$]*\d+)?[\s,$]*(?:…|\.\.\.|\\[lc]?dots)")
INTERVAL = re.compile(r"[(\[][^()\[\]]+,[^()\[\]]+[)\]]")
NUMBER = re.compile(r"[-−\d.]+")
OPPOSITE = {"<": (">", ">="), ">": ("<", "<="), "<=": (">",), ">=": ("<",)}
COUNTS = ("t", "k", "s", "l")
"""Letters that count steps, and not the elements of a set."""


def alternatives(state: State, planned: list[Planned]) -> list[Planned]:
    """ "1 for A > 0 and −1 for A < 0": conditions that exclude each other are conditions of something between."""
    conditions = [(p, *_comparison(p.formula)) for p in planned if p.mode == "assume" and len(p.formula.signs) == 1]
    apart = {
        id(p)
        for p, left, sense, right in conditions
        for _, other, its, bound in conditions
        if (left, right) == (other, bound) and its in OPPOSITE.get(sense, ())
    }
    for p in planned:
        if id(p) in apart:
            state.missed(p.formula.piece)
    return [p for p in planned if id(p) not in apart]


def _comparison(formula: Formula) -> tuple[str, str, str]:
    left, right = (s.piece.text.strip() if s is not None else "" for s in (formula.sides[0], formula.sides[-1]))
    return left, formula.signs[0].sense, right


def ranges(state: State, planned: list[Planned]) -> list[Planned]:
    """t = 0, …, T − 1 and t = 0, 1, 2 say between which t is; i = 1, …, n says no more than that there are n."""
    out: list[Planned] = []
    at = 0
    while at < len(planned):
        p = planned[at]
        end = next((i for i in range(at + 1, len(planned)) if not _goes_on(planned[i])), len(planned))
        run = planned[at + 1 : end]
        at += 1
        letter = p.formula.sides[0].piece.text.strip(" $") if p.formula.sides[0] is not None else ""
        dotted = [q for q in (p, *run) if _dots_after(state, q)]
        counted = dotted or _is_listed(run)
        if [s.sense for s in p.formula.signs] != ["="] or len(letter) > 6 or not counted:
            out.append(p)
            continue
        at = end
        if _counts_responses(state, run):
            continue
        if letter in COUNTS and not isinstance(getattr(state.words.handles.get(letter), "sort", None), IndexSet):
            first, sign = p.formula.sides[1], p.formula.signs[0]
            for name in re.findall(r"\b[A-Z]\b", run[-1].formula.piece.text if run else ""):
                if name not in state.words.known() | state.mentioned:
                    state.redefine(name, state.words.declare(name, "natural"))
            # 0, 1, 2, … has no end.
            ends = run and run[-1] not in dotted and not _is_dots(run[-1])
            bounds = [(first, p.formula.sides[0]), *([(p.formula.sides[0], run[-1].formula.sides[0])] if ends else [])]
            for pair in bounds:
                bound = Formula(pair, (replace(sign, sense="<="),), p.formula.piece)
                out.append(replace(p, formula=bound, mode="assume", after=""))
    return out


def _counts_responses(state: State, run: list[Planned]) -> bool:
    """The K of k = 1, …, K where Σ_{j=1}^K is over all responses: k is one of them."""
    head = state.head(run[-1].formula.sides[0]) if run else None
    meant = state.words.definition(head.name) if head is not None else None
    return meant is not None and isinstance(meant.body, Card)


def _is_listed(run: list[Planned]) -> bool:
    """The 1, 2 of t = 0, 1, 2."""
    return bool(run) and all(re.fullmatch(r"\d+", _text(q.formula).strip(" $")) for q in run)


def _dots_after(state: State, p: Planned) -> bool:
    last = p.formula.sides[-1]
    return last is not None and DOTS.match(state.source.text, last.piece.end) is not None


def _goes_on(p: Planned) -> bool:
    return not p.formula.signs and re.fullmatch(r"[\s,$]*", p.before) is not None


REALS = re.compile(r"\s*(?:ℝ|\\mathbb\s*\{?\s*R\b|R\b)(?!\s*_|\s*\}?\s*[_^])")


SUPPOSING = ("define", "assume", "tell", "solve")
"""What a formula is where a bound in it is supposed."""
DOTTED = re.compile(r"…|\.\.\.|\\[lc]?dots")


def families(state: State, planned: list[Planned]) -> list[Planned]:
    """q_1, …, q_n > 0 is said of every q_i."""
    out: list[Planned] = []
    for p in planned:
        bounds = p.formula.signs and senses(p.formula) <= {"<", "<=", ">", ">=", "in"}
        many = p.formula.sides[-1]
        said = bounds and p.mode in SUPPOSING
        entry = any_entry(p.formula.sides[0], state.source.text) if said else None
        run = [q for q in out[-3:] if not q.formula.signs]
        start = run[0].formula.piece.offset if run else p.formula.piece.offset
        if entry is None or not DOTTED.search(state.source.text, start, p.formula.piece.offset):
            out.append(p)
            continue
        stem = _text(p.formula).partition("_")[0].lstrip("{ $")
        while (
            out
            and not out[-1].formula.signs
            and (_text(out[-1].formula).strip("{ $").startswith(stem) or _is_dots(out[-1]))
        ):
            out.pop()
        each = replace(p.formula, sides=(entry, *p.formula.sides[1:]))
        if senses(each) != {"in"}:
            out.append(replace(p, formula=each))
        elif inside := _between_ends(each, many):
            out += [replace(p, formula=f, mode="assume") for f in inside]
        elif many is not None and values_of(many.piece.text) is not None:
            out.append(replace(p, formula=each, mode="assume"))
        elif many is None or not REALS.match(state.source.text, many.piece.offset):
            state.missed(p.formula.piece)
    return out


def _between_ends(formula: Formula, many: Side | None) -> list[Formula]:
    """x_i ∈ (0, 1] as 0 < x_i and x_i ≤ 1."""
    match many:
        case Side(piece=piece, syntax=Group(left="(" | "[" as left, body=List(items=(low, high)))):
            sign, entry = formula.signs[0], formula.sides[0]
            ends = (replace(many, syntax=low), replace(many, syntax=high))
            closed = (left == "[", piece.text.rstrip(" $").endswith("]"))
            below = replace(formula, sides=(ends[0], entry), signs=(replace(sign, sense="<=" if closed[0] else "<"),))
            above = replace(formula, sides=(entry, ends[1]), signs=(replace(sign, sense="<=" if closed[1] else "<"),))
            return [below, above]
        case _:
            return []


def any_entry(side: Side | None, text: str) -> Side | None:
    """q_i for q_n, and q_t where sums run over numbers."""
    match side:
        case Side(syntax=Script(sub=Name() as last, sup=None, primes=0) as written):
            # Of T tokens, each is numbered by t.
            letter = "t" if last.text == "T" or numbered_to(text, last.text) else "i"
            return replace(side, syntax=replace(written, sub=replace(last, text=letter)))
        case _:
            return None


def _is_dots(p: Planned) -> bool:
    return re.fullmatch(r"…|\.\.\.|\\[lc]?dots", _text(p.formula)) is not None


BE_A_LAW = re.compile(
    r"[\s$]*(?:be|are|is|form)\s+(?:an?\s+|the\s+)?(?:\w+\s+)?(?:probabilit|distribution)", re.IGNORECASE
)
"""Words that say of numbers what is not read from words: that they are ≥ 0 and sum to 1."""


def listed(state: State, planned: list[Planned]) -> list[Planned]:
    """p, q, Z > 0 is said of each letter; 0 < γ, λ < 1 of both."""
    out: list[Planned] = []
    waiting: list[Planned] = []
    alone = False
    """Whether no word for a list began it."""
    for p in planned:
        signs = p.formula.signs
        dots = state.source.text[max(p.formula.piece.offset - 12, 0) : p.formula.piece.offset]
        if not signs and BE_A_LAW.match(p.after) and re.search(r"…|\.\.\.|dots", dots):
            state.missed(p.formula.piece)
        bare = not signs and len(p.formula.sides) == 1 and p.mode in SUPPOSING
        if waiting and ("(" in p.before or not re.fullmatch(r"\W*(?:and)?\W*", p.before)):
            waiting = []
        told = prose.BEGINS_LIST.search(p.before)
        named = prose.NAMES_SEVERAL.search(p.before) and _has_like(planned, p)
        begun = waiting or told or named or _is_followed(state, p.formula)
        alone = alone if waiting else not told
        bare = bare and bool(begun) and not NUMBER.fullmatch(_text(p.formula))
        if _stands_aside(state, p.formula):
            waiting = []
        if signs and signs[0].sense in ("<", "<=", ">", ">=", "!=", "in") and p.mode in SUPPOSING:
            if out and not signs[1:] and (both := _between(out[-1], p)):
                out += both
            apart = state.source.text[waiting[-1].formula.piece.end : p.formula.piece.offset] if waiting else ""
            spanned = alone and waiting and _is_followed(state, waiting[0].formula)
            unlike = alone and waiting and not spanned and not _is_like(waiting[0].formula, p.formula)
            if any(_is_dots(w) for w in waiting) or (alone and "$" in apart) or (unlike and not apart.strip(", ")):
                # "R_1, …, R_G, and G ≥ 2": families are told apart. "$a,b$, $c>0$" is said of c.
                waiting = []
            for w in waiting:
                if _is_response(state, w.formula):
                    # "π(y) > 0 for all y, and β > 0".
                    continue
                sides = (w.formula.sides[0], *p.formula.sides[1:])
                out.append(replace(p, formula=replace(p.formula, sides=sides), before=w.before, after=""))
        waiting = [*waiting, p] if bare else []
        out.append(p)
    return out


def _is_followed(state: State, formula: Formula) -> bool:
    """Whether a comma and more of the same formula come after it: of $p,q>0$ both are positive, whatever p is."""
    marked = state.document.format not in ("text", "python")
    return marked and state.source.text[formula.piece.end :].lstrip("\\! ").startswith(",")


def _has_like(planned: list[Planned], p: Planned) -> bool:
    """Whether the next formula is of a letter like this one: p_1 and p_2, or a and b."""
    following = next((q for q in planned if q.formula.piece.offset > p.formula.piece.offset), None)
    if following is None or DOTTED.search(_text(following.formula)):
        return False
    return _is_like(p.formula, following.formula)


def _is_like(first: Formula, second: Formula) -> bool:
    one, other = (re.sub(r"[{}\s$]", "", _text(f)) for f in (first, second))
    alike = one.partition("_")[0] == other.partition("_")[0] and "_" in one and "_" in other
    return alike or bool(re.fullmatch(r"[a-zA-Z]", one) and re.fullmatch(r"[a-zA-Z]", other))


def _stands_aside(state: State, formula: Formula) -> bool:
    """Whether a formula is in brackets of its own: (0 < q < 1) says of what that is, and not of the letters before."""
    first = formula.sides[0]
    return first is not None and state.source.text[: first.piece.offset].rstrip().endswith("(")


def between(state: State, planned: list[Planned]) -> list[Planned]:
    """ "Let x and y lie strictly between 0 and 1": 0 < x, x < 1, 0 < y and y < 1."""
    for k in range(len(planned) - 2):
        x, low, high = planned[k : k + 3]
        said = prose.BETWEEN.fullmatch(prose.plain(low.before))
        bare = all(len(q.formula.sides) == 1 for q in (x, low, high))
        if said is None or not bare or x.mode not in SUPPOSING or not re.fullmatch(r"\W*and\W*", high.before):
            continue
        start = k
        while start and not planned[start - 1].formula.signs and _is_joined(planned[start]):
            start -= 1
        if DOTTED.search(state.source.text, planned[start].formula.piece.offset, x.formula.piece.end):
            # Of r_1, …, r_n it is not read.
            continue
        ops: tuple[Relation, Relation] = (">", "<") if said["strictly"] else (">=", "<=")
        bounds = [
            replace(
                high, formula=Formula((letter.formula.sides[0], end.formula.sides[0]), (sign,), letter.formula.piece)
            )
            for letter in planned[start : k + 1]
            for end, sign in zip((low, high), (Sign(op, high.formula.piece) for op in ops), strict=True)
        ]
        said_of = [replace(b, mode="assume", before=x.before, after="") for b in bounds]
        return [*planned[:start], *said_of, *between(state, planned[k + 3 :])]
    return planned


def _is_joined(p: Planned) -> bool:
    """Whether only a comma or "and" stands before it."""
    return re.fullmatch(r"[\s,$]*(?:and)?[\s,$]*", p.before) is not None


def _near(p: Planned) -> Planned:
    """ "Near z = 0": z → 0."""
    signs = p.formula.signs
    if senses(p.formula) != {"="} or len(signs) != 1 or not prose.NEAR_TO.search(p.before):
        return p
    return replace(p, mode="limit", formula=replace(p.formula, signs=(replace(signs[0], sense="to"),)))


def compared(state: State, planned: list[Planned]) -> list[Planned]:
    """ "Let x be at least 1": x ≥ 1 where it is supposed; a remark perhaps supposes it."""
    planned = between(state, [_near(p) for p in planned])
    out: list[Planned] = planned[:1]
    for p, q in pairwise(planned):
        op = None if p.formula.signs or q.formula.signs else prose.compared(q.before)
        if op is None or len(p.formula.sides) != 1 or len(q.formula.sides) != 1:
            out.append(q)
            continue
        sides = (p.formula.sides[0], q.formula.sides[0])
        both = Formula(sides, (Sign(op, q.formula.piece),), q.formula.piece)
        if p.mode in ("define", "assume"):
            out[-1] = replace(q, formula=both, mode="assume", before=p.before)
        else:
            state.perhaps(both)
            out.append(q)
    return out


def within(state: State, planned: list[Planned]) -> list[Planned]:
    """ "p and q lie in (0, 1)": p ∈ (0, 1), q ∈ (0, 1); "r in {0, 1}": r ∈ {0, 1}."""
    out: list[Planned] = []
    for p in planned:
        text = _text(p.formula)
        among = prose.IN.search(p.before) and values_of(text) is not None
        if p.formula.signs or not (among or (_lies(p.before) and INTERVAL.fullmatch(text))):
            out.append(p)
            continue
        letters: list[Planned] = []
        while (
            out
            and not out[-1].formula.signs
            and (not letters or re.fullmatch(r"[\s,$]*(?:and)?[\s,$]*", letters[-1].before))
        ):
            letters.append(out.pop())
        if letters and DOTTED.search(state.source.text, letters[-1].formula.piece.end, letters[0].formula.piece.offset):
            # r_1, …, r_n: the last stands for them.
            out += reversed(letters[1:])
            del letters[1:]
        sign = Sign("in", p.formula.piece)
        for q in reversed(letters):
            element = Formula((q.formula.sides[0], p.formula.sides[0]), (sign,), q.formula.piece)
            out.append(replace(q, formula=element, mode="assume", after=""))
    return out


def _lies(words: str) -> bool:
    """ "p lies in (0, 1)", "δ in (0, 1)"."""
    return bool(prose.LIES.search(words) or re.fullmatch(r"[\s$]*in[\s$]*", words))


def shorthand(state: State, planned: list[Planned]) -> list[Planned]:
    """ "Write p for π(y) and q for μ(y)", "abbreviate π(y) by p": p := π(y), q := μ(y)."""
    out: list[Planned] = []
    going = ""
    for p in planned:
        last = out[-1] if out and not (out[-1].formula.signs or p.formula.signs) else None
        found = _shortened(state, last, p, going) if last is not None else None
        if found is None:
            out.append(p)
        else:
            out[-1], going = found
    return out


def _shortened(state: State, last: Planned, p: Planned, going: str) -> tuple[Planned, str] | None:
    for order, words, joint in prose.SHORTHAND:
        again = going == order and re.fullmatch(r"[\s$,]*(?:and)?[\s$]*", last.before)
        if not (words.search(last.before) or again) or not joint.fullmatch(p.before):
            continue
        name, value = (last, p) if order == "name first" else (p, last)
        head, of = state.head(name.formula.sides[0]), state.head(value.formula.sides[0])
        if head is not None and not head.parameters and (of is None or of.parameters):
            sides = (name.formula.sides[0], value.formula.sides[0])
            whole = Formula(sides, (Sign("define", p.formula.piece),), last.formula.piece)
            return replace(last, formula=whole, mode="define", after=p.after), order
    return None


def _text(formula: Formula) -> str:
    return formula.sides[0].piece.text.strip() if formula.sides[0] is not None else ""


def _is_response(state: State, formula: Formula) -> bool:
    head = state.head(formula.sides[0])
    meant = state.words.handles.get(head.name) if head is not None else None
    return isinstance(meant, Sym) and isinstance(meant.sort, IndexSet)


def _between(p: Planned, q: Planned) -> list[Planned]:
    """λ > 0 and γ < 1 of 0 < γ, λ < 1."""
    sides = (*p.formula.sides, *q.formula.sides)
    low, first, second, high = sides if len(sides) == 4 else (None,) * 4
    if low is None or first is None or second is None or high is None or not re.fullmatch(r"[\s,$]*", q.before):
        return []
    upward = {p.formula.signs[0].sense, q.formula.signs[0].sense} <= {"<", "<="}
    letters = not NUMBER.fullmatch(first.piece.text) and not NUMBER.fullmatch(second.piece.text)
    if not upward or not letters or not NUMBER.fullmatch(low.piece.text) or not NUMBER.fullmatch(high.piece.text):
        return []
    return [
        replace(q, formula=Formula((low, second), p.formula.signs, q.formula.piece)),
        replace(q, formula=Formula((first, high), q.formula.signs, q.formula.piece)),
    ]
