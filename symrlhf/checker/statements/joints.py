"""Equations that say how the law of several tokens factorises, and what its marginals and posteriors are called."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from itertools import pairwise
from typing import Any

from symrlhf.checker import prose
from symrlhf.checker.formulas import Formula, Side
from symrlhf.checker.prose import Mode
from symrlhf.checker.statements.chains import claimed
from symrlhf.checker.statements.claims import Found, make_claim
from symrlhf.checker.statements.plan import Planned
from symrlhf.checker.statements.state import State
from symrlhf.checker.statements.suppose import supposed
from symrlhf.errors import Unreadable
from symrlhf.read.joints import Joint, factorised
from symrlhf.read.names import entries, is_letter, outer_sup, spelled
from symrlhf.read.operators.joint import summed_out
from symrlhf.read.reader import varying
from symrlhf.read.syntax import Chain, Given, Group, List, Name, Number, Row, Script, Syntax
from symrlhf.read.vocabulary import PLACES, POLICIES, Vocabulary
from symrlhf.setting import Declaration, Policy
from symrlhf.term import PROMPTS, RESPONSES, App, Binder, Card, IndexSet, Rel, Sym, Term, TokenSet

LAWS = (*POLICIES, "P", "Q", "nu")
"""Letters of the laws of tokens; another one is a law if the document has said so."""

INFORMATION = ("H", "I")
ANOTHER = "another"
"""The law of H(b | a) where a document says that it is something else than the entropy."""

SAME_SET = re.compile(
    r"\b(?:the|a|one|single|common|shared|same|finite)\s+(?:same\s+|finite\s+|common\s+|shared\s+|single\s+)*"
    r"(?:token\s+)?(?:vocabulary|alphabet)\b|\bsame (?:finite )?set\b|\w\s*,\s*\w+\s*(?:∈|\\in)",
    re.IGNORECASE,
)
OTHER_SETS = re.compile(
    r"\b(?:vocabularies|alphabets|sets)\b|\w\s*(?:∈|\\in)\s*[^,;.]*(?:,|and)[\s$]*\w\s*(?:∈|\\in)", re.IGNORECASE
)
"""Words that tell whether all tokens are of one set."""

Value = tuple[str, tuple[str, ...], tuple[str, ...]]


def of_tokens(state: State, p: Planned, mode: Mode, *, case: bool) -> Iterator[Found] | None:
    """What an equation π(a, b) = π(a) π(b | a) says, and one of such a law; None for any other formula."""
    formula = p.formula
    if (pair := is_pair(state, formula)) is not None:
        state.words = replace(state.words, tuples={**state.words.tuples, pair[0]: pair[1]})
        return iter(())
    if mode == "pass" or not formula.signs or formula.signs[0].sense not in ("=", "define"):
        return None
    if (law := _factorisation(state, formula)) is not None:
        return _told(state, law, formula)
    laws = state.words.factored
    heads = [h for s in formula.sides if (h := state.head(s)) is not None and not h.parameters]
    if any(h.name in laws for h in heads):
        # π = π_ref, or π = (0.7, 0.3), is said of every factor in its own way.
        state.missed(formula.piece)
        return iter(())
    first = formula.sides[0]
    value = _value(first.syntax) if first is not None and first.syntax is not None else None
    tokens = {t for j in state.words.joints.values() for t in j.tokens}
    of_tokens_alone = value is not None and {n.lower() for n in (*value[1], *value[2])} <= tokens
    if value is not None and value[0] in INFORMATION and of_tokens_alone:
        told = _information(state, p)
        if told is not None:
            return told
    if value is None or value[0] not in laws:
        return None
    if len(formula.sides) == 2 and (found := _named(state, value, formula)) is not None:
        return found
    return _equation(state, p, mode, case=case)


def _information(state: State, p: Planned) -> Iterator[Found] | None:
    """H(a, b) and I(a; b) say what they are: of the one law there is, or of the one for which the line holds."""
    first, second, known = p.formula.sides[0], p.formula.sides[1], state.words.joints
    if first is None or second is None or any(state.words.definition(n) is not None for n in INFORMATION):
        return None
    says = re.search(r"(?<![A-Za-z])[HI]\s*\(", second.piece.text) is None
    if len(known) > 1 and state.words.informed not in known and says:
        of = [law for law in known if _holds(state, first, second, replace(state.words, informed=law))]
        state.words = replace(state.words, informed=of[0] if len(of) == 1 else "")
    left = _read(state, first, state.words)
    if left is None or {*INFORMATION} & left.names:
        return None
    if says and _read(state, second, state.words) is not None and not _holds(state, first, second, state.words):
        state.words = replace(state.words, informed=ANOTHER)
        raise state.source.error(first.piece.offset, f"this has another meaning here, {left}: use another letter")
    return claimed(state, replace(p, mode="claim"))


def _holds(state: State, first: Side, second: Side, words: Vocabulary) -> bool:
    left, right = _read(state, first, words), _read(state, second, words)
    if left is None or right is None or {*INFORMATION} & left.names:
        return False
    return state.ask(Rel("=", left, right), state.setting, state.in_force())


def _read(state: State, side: Side | None, words: Vocabulary) -> Term | None:
    """What a side is; nothing is kept that was read to find out."""
    try:
        return state.notation.reading(side, words).term if side is not None else None
    except Unreadable:
        return None


def _equation(state: State, p: Planned, mode: Mode, *, case: bool) -> Iterator[Found]:
    """π(b | a) = ... of a law that is known: it holds anyway, or is supposed."""
    sides = p.formula.sides
    read = [state.side(s).term for s in sides if s is not None]
    told = [t for t in read if isinstance(t, Term)]
    holds = len(told) == len(sides) and all(
        state.ask(Rel("=", a, b), state.setting, state.in_force()) for a, b in pairwise(told)
    )
    if mode in ("claim", "since", "tell", "premise") or holds or len(told) < len(sides) or len(sides) != 2:
        yield from claimed(state, replace(p, mode="claim"))
        return
    yield from supposed(state, p, "assume", case=case)


def _told(state: State, law: Joint, formula: Formula) -> Iterator[Found]:
    """From here on the letters are tokens, and the name is a law of them."""
    left, right, sign = formula.sides[0], formula.sides[1], formula.signs[0]
    assert left is not None and right is not None and isinstance(right.syntax, Row)
    used = sorted({*law.tokens} & state.mentioned - {t for j in state.words.joints.values() for t in j.tokens})
    if used:
        raise state.source.error(left.piece.offset, f"{used[0]} stood for something else before: rename one")
    if prose.MAY_NOT_SUM.search(prose.plain(state.said_around(formula.piece))):
        raise state.source.error(left.piece.offset, "a factor that need not sum to 1 is no law")
    _before_it(state, law, left)
    words = _with_laws(state.words, right.syntax)
    for letter in law.tokens:
        if words.handles.get(letter) != Sym(letter, law.sets[letter]):
            state.redefine(letter, words.forget(letter))
            words = state.words
    state.words = words.with_joint(law)
    _perhaps_one_set(state, law)
    varied = frozenset[str]().union(*(d.depends for n, d in words.declarations.items() if n in law.laws))
    state.mentioned |= law.laws | {*law.given} | varied
    read = state.side(right)
    if isinstance(read.term, Unreadable):
        raise read.term
    at = {letter: _symbol(letter, law) for letter in (*law.tokens, *law.given)}
    whole = App(law.name, (*(at[t] for t in law.tokens), *(at[g] for g in law.given)), len(law.given))
    yield make_claim(state, "definition", Rel("=", whole, read.term), sign, left.piece, right.piece, ())


def _symbol(letter: str, law: Joint) -> Sym:
    return Sym(letter, law.sets[letter], fixed=letter in law.given)


def _before_it(state: State, law: Joint, left: Side) -> None:
    """Sums over responses that stood before were of other sets than these."""
    said = [*state.in_force(), *state.doubtful, *(lam.body for _, lam in state.words.definitions)]
    if law.laws & frozenset[str]().union(*(t.names for t in said)):
        raise state.source.error(left.piece.offset, f"say this of {law.name} before anything else is said of it")
    parts = [part for t in said for part in t.subterms()]
    free = {s.name for t in said for s in t.symbols if isinstance(s.sort, IndexSet)}
    bound = {t.letter for t in parts if isinstance(t, Binder) and not isinstance(t.over, TokenSet)}
    known = {t for j in state.words.joints.values() for t in j.tokens}
    whole = {y for y, tokens in state.words.tuples.items() if {*tokens} & {*law.tokens}}
    if ({*law.tokens} | whole) & (free | bound) - known:
        raise state.source.error(left.piece.offset, "say what the tokens are before anything is said of them")
    for t in parts:
        # What f(y) was supposed to be is not said of f(a).
        if isinstance(t, App) and t.args and t.name not in law.laws:
            sorts = tuple(a.sort for a in t.args)
            state.words = replace(state.words, applied={(t.name, len(sorts)): sorts, **state.words.applied})


def _perhaps_one_set(state: State, law: Joint) -> None:
    """Two tokens are mostly of one vocabulary: of what is false only for two of different sizes nothing is said."""
    first, *others = dict.fromkeys(law.sets[t] for t in law.tokens)
    if not OTHER_SETS.search(state.source.text):
        state.doubt(*(Rel("=", Card(first), Card(other)) for other in others))


def _with_laws(words: Vocabulary, product: Row) -> Vocabulary:
    """The vocabulary with the laws of a product that are new."""
    for s in product.items[::2]:
        found = spelled(s)
        assert found is not None
        name = found.stem(len(found.subscripts))
        if name is not None and name not in words.handles:
            row = Declaration(name, sign="positive", distribution=True, depends=varying(found))
            words = words.admit(name, Policy(name), row)
    return words


# ------------------------------------------------------------------ y = (a, b)


def is_pair(state: State, formula: Formula) -> tuple[str, tuple[str, ...]] | None:
    """The y and the a, b of y = (a, b): a response and its tokens."""
    if len(formula.sides) != 2 or formula.signs[0].sense not in ("=", "define"):
        return None
    left, right = (s.syntax if s is not None else None for s in formula.sides)
    if not isinstance(left, Name) or not isinstance(right, Group) or not isinstance(right.body, List):
        return None
    meant = state.words.handles.get(left.text)
    letters = _letters(right.body)
    is_response = isinstance(meant, Sym) and meant.sort == RESPONSES and not meant.fixed
    if not is_response or letters is None or len({*letters}) < len(letters):
        return None
    new = all(state.words.definition(n) is None and n not in state.mentioned for n in letters)
    return (left.text, letters) if new else None


def spread(state: State, p: Planned) -> Planned:
    """π(y) and Σ_y as π(a, b) and Σ_{a, b}, where y = (a, b) and the law of a and b factorises, or does here."""
    if not state.words.tuples or p.mode == "pass":
        return p
    sides = tuple(
        s if s is None or s.syntax is None else replace(s, syntax=_spread(s.syntax, state.words.tuples))
        for s in p.formula.sides
    )
    formula = replace(p.formula, sides=sides)
    return replace(p, formula=formula) if state.words.joints or _factorisation(state, formula) is not None else p


def _spread(s: Syntax, tuples: Mapping[str, tuple[str, ...]]) -> Syntax:
    """What was written, with the tokens of a response for the response in brackets, below Σ, and below E."""
    changed: dict[str, Any] = {}
    for f in fields(s):
        value = getattr(s, f.name)
        if isinstance(value, Syntax):
            # |y| is a length.
            bracket = isinstance(s, Group) and s.left in ("(", "[", "{")
            below = bracket or (isinstance(s, Script) and f.name == "sub") or isinstance(s, Given)
            inner = _tokens(value, tuples) if below else None
            changed[f.name] = inner or _spread(value, tuples)
        elif isinstance(value, tuple):
            changed[f.name] = tuple(_part(s, v, tuples) for v in value)
    return replace(s, **changed) if changed else s


def _part(s: Syntax, part: Any, tuples: Mapping[str, tuple[str, ...]]) -> Any:
    if isinstance(part, tuple):
        return tuple(_part(s, v, tuples) for v in part)
    if not isinstance(part, Syntax):
        return part
    inside = _tokens(part, tuples) if isinstance(s, Chain) and [r.char for r in s.relations] == ["∼"] else None
    return Group(part.start, part.end, "(", inside) if inside is not None else _spread(part, tuples)


def _tokens(s: Syntax, tuples: Mapping[str, tuple[str, ...]]) -> List | None:
    if isinstance(s, List) and any(isinstance(i, Name) and i.text in tuples for i in s.items):
        parts = [_tokens(i, tuples) or List(i.start, i.end, (_spread(i, tuples),)) for i in s.items]
        return List(s.start, s.end, tuple(i for part in parts for i in part.items))
    if isinstance(s, Name) and s.text in tuples:
        return List(s.start, s.end, tuple(_symbol_of(n, s) for n in tuples[s.text]))
    return None


def _symbol_of(letter: str, at: Syntax) -> Syntax:
    base, *below = letter.split("_")
    symbol: Syntax = Name(at.start, at.end, base)
    for part in below:
        sub = Number(at.start, at.end, part) if part.isdigit() else Name(at.start, at.end, part)
        symbol = Script(at.start, at.end, symbol, sub)
    return symbol


# ------------------------------------------------------------------ what is written


def _factorisation(state: State, formula: Formula) -> Joint | None:
    """The law that an equation factorises."""
    if len(formula.sides) != 2 or any(s is None or s.syntax is None for s in formula.sides):
        return None
    left, right = (s.syntax for s in formula.sides if s is not None)
    whole = _value(left)
    if whole is None or len(whole[1]) < 2 or not isinstance(right, Row) or not {*right.joints} <= {"", "·"}:
        return None
    pairs = [Row(f.start, b.end, (f, b), ("",)) for f, b in zip(right.items[::2], right.items[1::2], strict=False)]
    factors = [v for pair in pairs if (v := _value(pair)) is not None]
    if len(factors) * 2 != len(right.items) or not _are_laws(state, whole[0], factors):
        return None
    name, tokens, given = whole
    known = state.words.joints.get(name)
    if known is not None and {*tokens} <= {*known.tokens}:
        return None
    return factorised(name, tokens, given, factors, _sets(state, tokens, given))


def _value(s: Syntax | None) -> Value | None:
    """π(b | a): a name, its letters, and those it is given."""
    match s:
        case Row(items=(function, Group(left="(", body=body)), joints=("",)) if body is not None:
            head = spelled(function)
            left, right = (body.left, body.right) if isinstance(body, Given) and body.bar == "|" else (body, None)
            if head is None or outer_sup(function) is not None or head.primes or isinstance(left, Given):
                return None
            name, of = head.stem(len(head.subscripts)), _letters(left)
            given = _letters(right) if right is not None else ()
            return (name, of, given) if name is not None and of and given is not None else None
        case _:
            return None


def _letters(s: Syntax) -> tuple[str, ...] | None:
    out: list[str] = []
    for part in entries(s):
        found = spelled(part)
        name = found.stem(len(found.subscripts)) if found is not None and outer_sup(part) is None else None
        if found is None or name is None or found.primes or not is_letter(found.base):
            return None
        out.append(name)
    return tuple(out)


def _are_laws(state: State, whole: str, factors: list[Value]) -> bool:
    """Whether each factor is a law, by its letter or by what was said of it."""
    words = state.words
    for name in (whole, *(f[0] for f in factors)):
        known, row = words.handles.get(name), words.declarations.get(name)
        if words.definition(name) is not None or not isinstance(known, Policy | None):
            return False
        if (known is None and name.partition("_")[0] not in LAWS) or (row is not None and not row.distribution):
            return False
    return True


def _sets(state: State, tokens: tuple[str, ...], given: tuple[str, ...]) -> dict[str, IndexSet]:
    """What each letter runs over: sets of their own, unless they are said to be the same."""
    known = {t: s for j in state.words.joints.values() for t, s in j.sets.items()}
    text = state.source.text
    same = SAME_SET.search(text) is not None and not OTHER_SETS.search(text)
    sets = {t: TokenSet("V", "v") if same else TokenSet(t.capitalize(), t) for t in tokens}
    prompts = {g: PROMPTS if PLACES.get(g[0]) == PROMPTS else RESPONSES for g in given}
    return {**sets, **prompts, **{t: s for t, s in known.items() if t in (*tokens, *given)}}


# ------------------------------------------------------------------ marginals, and the same of another law


def _named(state: State, value: Value, formula: Formula) -> Iterator[Found] | None:
    """π(b) = Σ_a π(a, b), π(a | b) = π(a, b)/π(b): from here on they are what this law is of b, and of a given b."""
    name, of, given = value
    law = state.words.joints.get(name)
    left, right = formula.sides
    if law is None or left is None or right is None or isinstance(state.side(left).term, Term):
        return None
    kept, before = law.in_order(frozenset(of)), law.in_order(frozenset(given))
    if not {*of} <= {*law.tokens} or not {*law.given} <= {*given} <= {*law.tokens, *law.given} or {*of} & {*given}:
        return None
    read = state.side(right)
    meant = summed_out(law, kept, before, {letter: _symbol(letter, law) for letter in (*kept, *before)})
    relation = Rel("=", meant, read.term) if isinstance(read.term, Term) else None
    if relation is None or kept != of or not state.ask(relation, state.setting, ()):
        return None
    told = replace(law, told=law.told | {(kept, before)})
    state.words = replace(state.words, joints={**state.words.joints, name: told})
    assert isinstance(read.term, Term)
    shown = App(name, tuple(_symbol(n, law) for n in (*kept, *before)), len(before))
    relation = Rel("=", shown, read.term)
    return iter((make_claim(state, "definition", relation, formula.signs[0], left.piece, right.piece, ()),))


def likewise(state: State, formula: Formula) -> bool:
    """ "The same for π_ref": it factorises as the last law did whose factors all have its own name."""
    head = state.head(formula.sides[0])
    alone = [j for j in state.words.joints.values() if j.laws == {j.name}]
    if head is None or not alone or not isinstance(state.words.handles.get(head.name), Policy):
        return False
    if head.name not in state.words.factored:
        law = alone[-1]
        factors = tuple(replace(f, law=head.name) for f in law.factors)
        state.words = state.words.with_joint(replace(law, name=head.name, factors=factors, told=frozenset()))
    return True
