"""A claim, and what stands with it: its hypotheses, and why it may be true although it is false as it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations, islice
from typing import Literal, TypeGuard

from symrlhf.checker import prose
from symrlhf.checker.findings import substituted
from symrlhf.checker.formulas import Sign
from symrlhf.checker.statements.alone import spoken_of
from symrlhf.checker.statements.shapes import is_smaller, letters_in, over_cases, varies
from symrlhf.checker.statements.state import Read, State
from symrlhf.errors import Unreadable
from symrlhf.read.pieces import Piece
from symrlhf.read.vocabulary import COUNTING, INDICES
from symrlhf.setting import Policy, Setting
from symrlhf.term import (
    INTEGER,
    PROMPTS,
    REAL,
    RESPONSES,
    Add,
    App,
    Argmax,
    Binder,
    Card,
    Diff,
    Fun,
    IndexSet,
    Lim,
    Neg,
    Num,
    Range,
    Rational,
    Rel,
    Relation,
    Sym,
    Term,
    TokenSet,
    as_term,
    exact_value,
    is_integer,
)


@dataclass(frozen=True)
class Claim:
    """A relation that a text states, or assumes, or defines."""

    kind: Literal["step", "hypothesis", "definition"]
    relation: Rel
    setting: Setting
    hypotheses: tuple[Rel, ...]
    """Those in force where it stands."""
    line: int
    """Where the right side ends."""
    column: int
    """Where the relation sign stands."""
    lhs: str
    rhs: str
    """Both sides as written."""
    start: Term | None = None
    """The first expression of the chain of equations it belongs to."""
    source: str = ""
    """The line as written."""
    unread: tuple[int, ...] = ()
    """Lines of hypotheses and definitions that could not be read: what is false without them may be true."""
    doubt: str = ""
    """Why it may be true although it is false as it stands."""
    doubtful: tuple[Rel, ...] = ()
    """What is perhaps supposed, too, and bears on it."""


@dataclass(frozen=True)
class Gap:
    """A formula that could not be read."""

    error: Unreadable
    relation: Relation | None = None
    lhs: str = ""
    rhs: str = ""


Found = tuple[int, Claim | Gap]
"""The place where a claim ends, for reading order."""


def relation_of(state: State, sign: Sign, left: Read, right: Read) -> Rel:
    """What a sign says of two sides that were read; a definition says that they are equal."""
    assert isinstance(left.term, Term) and isinstance(right.term, Term)
    if any(is_smaller(t) for side in (left.term, right.term) for t in side.subterms()):
        raise state.source.error(sign.piece.offset, "o(·) is read where a line claims f = g + o(h), as h → 0")
    op: Relation = "=" if sign.sense == "define" else sign.sense  # type: ignore[assignment]
    return Rel(op, left.term, right.term)


def make_claim(
    state: State,
    kind: Literal["step", "hypothesis", "definition"],
    relation: Rel,
    sign: Sign,
    left: Piece,
    right: Piece,
    given: tuple[Rel, ...],
) -> Found:
    """A relation as it stands here, with what is in force and `given` by its notation."""
    relation = substituted(relation, {**state.pinned, **_integers(state, relation), **_from_inside(state, relation)})
    state.claims += kind == "step"
    names = [s.name for s in relation.symbols]
    if twice := sorted(n for n in set(names) if names.count(n) > 1):
        raise state.source.error(
            sign.piece.offset, f"{twice[0]} is used as a number and as a prompt or response: rename one"
        )
    if kind == "step" and (one := _entry_apart(state, relation)) is not None:
        said = f"is {one} one of the entries of {one.name.rpartition('_')[0]}? sum from 1 to n, as in Σ_{{j=1}}^n"
        raise state.source.error(sign.piece.offset, said)
    if kind == "step" and (said := _lawless(state, relation)):
        raise state.source.error(sign.piece.offset, said)
    fresh = relation.names - state.mentioned
    # What a definition uses may still be defined.
    state.mentioned |= relation.names if kind != "definition" else frozenset()
    line, _ = state.source.place(max(right.end - 1, right.offset))
    sign_line, column = state.source.place(sign.piece.offset)
    start = state.start if kind == "step" else None
    whole = (*state.in_force(), *(substituted(g, state.pinned) for g in given))
    relation = spoken_of(relation, whole)
    whole = (*whole, *_apart(relation, whole), *_within(state, relation), *_entries_told(state, relation))
    integers = {letter: step for r in (relation, *whole) for letter, step in _integers(state, r).items()}
    relation = substituted(relation, integers)
    hypotheses = tuple(dict.fromkeys(substituted(h, integers) for h in whole))
    if not varies(state.setting.expand(relation)):
        # Nothing that is supposed of functions bears on numbers.
        hypotheses = tuple(h for h in hypotheses if not any(isinstance(t, App) for t in h.subterms()))
    if kind == "step":
        # The declaration says so of all entries, and a point need not tell one more.
        hypotheses = tuple(h for h in hypotheses if not _is_declared(state, h))
    setting, meant = _by_letters(_by_multipliers(state.setting, relation), relation)
    hypotheses = tuple(dict.fromkeys((*hypotheses, *meant)))
    supposed = hypotheses
    if kind == "step" and _has_laws(state):
        # E[A] = 0 was perhaps supposed of another law.
        hypotheses = tuple(h for h in hypotheses if not over_cases((setting.expand(h),)))
    names = _connected(state, relation, (*hypotheses, *state.doubtful))
    perhaps = (*state.doubtful, *_distinct(setting, relation), *_at_other_entries(state, relation))
    bears = (d for d in perhaps if d.names & names or _sizes(d) & _sizes(relation))
    doubtful = tuple(d for d in bears if d not in hypotheses) if kind == "step" else ()
    doubt = _doubt(state, relation, fresh, supposed) if kind == "step" else ""
    claim = Claim(
        kind, relation, setting, hypotheses, line, column, left.text, right.text, start,
        state.source.line(sign_line), _bearing(state, relation, names), doubt, doubtful,
    )  # fmt: skip
    if doubt.startswith(UNSAID) and relation.op == "=":
        # Perhaps it says something of the letters in it, where its conditions hold, and what follows rests on that.
        state.doubt(relation, *state.local)
    return right.end, claim


UNSAID = "nothing says"
"""How a doubt begins that is about the letters of a line, and not about words around it."""


def _entry_apart(state: State, relation: Rel) -> Sym | None:
    """The r_2 of a relation that speaks of r_i too, where nothing says which i is 2."""
    whole = state.setting.expand(relation)
    families = {
        t.name for t in whole.subterms() if isinstance(t, App) and t.args and isinstance(t.args[0].sort, IndexSet)
    }
    numbered = (s for s in whole.symbols if s.sort == REAL and s.name.rpartition("_")[2].isdigit())
    return next((s for s in sorted(numbered, key=lambda s: s.name) if s.name.rpartition("_")[0] in families), None)


def _from_inside(state: State, relation: Rel) -> dict[Term, Term]:
    """lim_{p→0} where 0 < p < 1 is a limit from above."""
    open_ended = (t for t in relation.subterms() if isinstance(t, Lim) and not t.side and t.letter)
    sides = ((t, state.side_of(Sym(t.letter), t.to)) for t in open_ended)
    return {t: replace(t, side=side) for t, side in sides if side}


MAX_ENTRIES = 12
"""Entries at which a hypothesis on every entry is used, in one claim."""


def _at_other_entries(state: State, relation: Rel) -> Iterator[Rel]:
    """0 ≤ r_t ≤ 1 is perhaps supposed of r_0 and r_{t+1}, too, where the claim speaks of these."""
    met = {t for t in state.setting.expand(relation).subterms() if _is_entry(t) and not t.dangling}
    found: dict[Rel, None] = {}
    for h in state.in_force():
        for t in h.subterms():
            s = _running(t)
            for other in met if s is not None else ():
                assert s is not None and isinstance(t, App)
                if other.name == t.name and len(other.args) == 1 and (at := _solved(t.args[0], s, other.args[0])) != s:
                    instance = h.substitute({s: at})
                    assert isinstance(instance, Rel)
                    found[instance] = None
    yield from islice(found, MAX_ENTRIES)


def _running(term: Term) -> Sym | None:
    """The t of r_t or r_{t+1}."""
    if not _is_entry(term) or len(term.args) != 1:
        return None
    free = [s for s in term.args[0].symbols if s.sort == INTEGER and s.name in INDICES and not s.fixed]
    return free[0] if len(free) == 1 and (term.args[0] == free[0] or isinstance(term.args[0], Add)) else None


def _solved(argument: Term, s: Sym, at: Term) -> Term:
    """The t at which t + 1 is `at`."""
    offset = argument.substitute({s: as_term(0)})
    number = exact_value(offset)
    if number == 0:
        return at
    value = exact_value(at)
    return as_term(int(value - number)) if value is not None and number is not None else at - offset


def _is_declared(state: State, relation: Rel) -> bool:
    """ρ(t) > 0, where ρ was declared positive."""
    match relation:
        case Rel(">", App(name), bound) | Rel("<", bound, App(name)):
            return bound == Rational(0, 1) and state.setting.declaration(name).sign == "positive"
        case _:
            return False


def _of_every_entry(state: State, relation: Rel) -> str:
    """What is supposed of each r_t bears on sums of them, and a recursion with its first value on all of them."""
    whole = state.setting.expand(relation)
    summed = {t.name for r in whole.subterms() if isinstance(r, Range) for t in r.subterms() if isinstance(t, App)}
    met = {t.name for t in whole.subterms() if _is_entry(t)}
    numbered = {s.name.rpartition("_")[0] for s in whole.symbols if s.name.rpartition("_")[2].isdigit()}
    told = {n.rpartition("_")[0] for n, _ in state.words.definitions if n.rpartition("_")[2].isdigit()}
    hypotheses = state.in_force()
    for h in hypotheses:
        each = [t for t in h.subterms() if _running(t) is not None]
        names = {t.name for t in each if isinstance(t, App)}
        if _is_declared(state, h) or (h in state.local and _is_that_entry(state, h, relation)):
            # Of all entries at once, or "if R_i = 0" of the one that the claim speaks of.
            continue
        if shared := sorted(names & summed):
            return f"what is supposed of each {shared[0]} is not used in a sum of them"
        twice = sorted(n for n in names & met if len({t for t in each if isinstance(t, App) and t.name == n}) > 1)
        begun = {t.name for o in hypotheses if o is not h for t in o.subterms() if _is_entry(t) and _running(t) is None}
        if any(n in begun | told for n in twice):
            return f"{twice[0]} follows from its first value by recursion"
        families = {
            t.name for t in h.subterms() if isinstance(t, App) and any(isinstance(a.sort, IndexSet) for a in t.args)
        }
        if apart := sorted(numbered & families):
            return f"what is supposed of each {apart[0]} is perhaps meant for the numbered ones"
    return ""


def _is_that_entry(state: State, h: Rel, relation: Rel) -> bool:
    """Whether a condition of the claim's own speaks of its i, and nothing says that every i is meant."""
    letters = {s.name for t in h.subterms() if (s := _running(t)) is not None}
    every = (re.search(rf"\b(?:all|every|each|any)[\s$]*{n}\b", state.source.text) for n in letters)
    return letters <= {s.name for s in relation.symbols} and not any(every)


def _entries_told(state: State, relation: Rel) -> Iterator[Rel]:
    """V(3) = 0, where V_3 = 0 was told before anything said that the entries of V are numbered."""
    families = {t.name for t in state.setting.expand(relation).subterms() if _is_entry(t)}
    for name, value in state.words.definitions if families else ():
        stem, _, number = name.rpartition("_")
        if stem in families and number.isdigit() and not value.parameters:
            yield Rel("=", App(stem, (as_term(int(number)),)), value.body)


def _within(state: State, relation: Rel) -> Iterator[Rel]:
    """z_i beside Σ_{j=1}^n z_j is one of those that are summed."""
    if len(state.words.ends) == 1:
        (last,) = state.words.ends
        entries = {a for t in relation.subterms() if isinstance(t, App) for a in t.args}
        told = frozenset[str]().union(*(h.names for h in state.in_force()))
        for s in sorted(relation.symbols & entries, key=lambda s: s.name):
            if s.sort == INTEGER and s.name in COUNTING and s.name not in told:
                yield from (Rel("<=", as_term(1), s), Rel("<=", s, last))
        yield from _as_many(state, relation, last)


def _as_many(state: State, relation: Rel, last: Term) -> Iterator[Rel]:
    """z_2 beside Σ_{j=1}^K z_j: there are two of them at least."""
    whole = state.setting.expand(relation)
    summed = (t for t in whole.subterms() if isinstance(t, Range) and last in t.high.subterms())
    names = frozenset[str]().union(*(t.names for t in summed))
    numbers = [
        number
        for t in whole.subterms()
        if isinstance(t, App) and t.name in names and len(t.args) == 1
        if (number := exact_value(t.args[0])) is not None
    ]
    if numbers and max(numbers) > 1:
        yield Rel("<=", as_term(max(numbers)), last)


def _by_multipliers(setting: Setting, relation: Rel) -> Setting:
    """∂L/∂λ = 1 − Σ_y π(y) speaks of all π: that they sum to 1 is what it is set to 0 for, and not used."""
    bare = {
        t.bodies[0].name
        for t in relation.subterms()
        if isinstance(t, Binder) and t.kind == "sum" and isinstance(t.bodies[0], App)
    }
    by = {t.var.name for t in relation.subterms() if isinstance(t, Diff) and isinstance(t.var, Sym)}
    for name in sorted(bare):
        row = setting.declaration(name)
        if row.distribution and by and not by & setting.depends(name):
            others = tuple(d for d in setting.declarations if d.name != name)
            setting = replace(setting, declarations=(*others, replace(row, distribution=False)))
    return setting


def _by_letters(setting: Setting, relation: Rel) -> tuple[Setting, tuple[Rel, ...]]:
    """∂S/∂b, where b = log π(y_l) was defined: b varies, and what it was defined as is an equation at one point."""
    by = {t.var.name for t in relation.subterms() if isinstance(t, Diff) and isinstance(t.var, Sym)}
    letters = {n: lam.body for n, lam in setting.definitions if n in by and not lam.parameters}
    if not letters:
        return setting, ()
    others = tuple(d for d in setting.definitions if d[0] not in letters)
    return replace(setting, definitions=others), tuple(Rel("=", Sym(n), body) for n, body in letters.items())


def _sizes(relation: Rel) -> set[IndexSet]:
    """The vocabularies of tokens that it counts, or sums over."""
    over = {t.of if isinstance(t, Card) else t.over for t in relation.subterms() if isinstance(t, Card | Binder)}
    return {s for s in over if isinstance(s, TokenSet)}


def _connected(state: State, relation: Rel, hypotheses: tuple[Rel, ...]) -> frozenset[str]:
    """The names that bear on a relation: its own, and those that a hypothesis ties to one of them."""
    names, last = set(state.setting.expand(relation).names | relation.names), 0
    while len(names) > last:
        last = len(names)
        names |= {n for h in hypotheses if h.names & names for n in state.setting.expand(h).names}
    return frozenset(names)


def _apart(relation: Rel, hypotheses: tuple[Rel, ...]) -> list[Rel]:
    """Responses 1 and 2 are two."""
    symbols = {s for r in (relation, *hypotheses) for s in r.symbols if s.fixed and s.name.isdigit()}
    numbered = sorted(symbols, key=lambda s: int(s.name))
    return [Rel("=", Fun("delta", pair), Rational(0, 1)) for pair in combinations(numbered, 2)]


def _distinct(setting: Setting, relation: Rel) -> list[Rel]:
    """∂/∂π(y_w) of what depends on π(y_l), too: the two responses are perhaps meant to be two."""
    by = [t.var for t in relation.subterms() if isinstance(t, Diff) and isinstance(t.var, App)]
    if not any(a.fixed for v in by for a in v.args if isinstance(a, Sym)):
        return []
    elements = {s for s in setting.expand(relation).symbols if s.fixed and s.sort == RESPONSES}
    pairs = combinations(sorted(elements, key=lambda s: s.name)[:3], 2)
    return [Rel("=", Fun("delta", pair), Rational(0, 1)) for pair in pairs]


def _bearing(state: State, relation: Rel, names: frozenset[str]) -> tuple[int, ...]:
    """Lines of unread hypotheses that may bear on a claim with these names."""
    expanded = state.setting.expand(relation)
    if not state.unread or not varies(expanded):
        return ()
    met = letters_in(" ".join(names)) | {n.split("_")[0] for n in names}
    sized = any(isinstance(t, (Binder, Card)) for _, t in expanded.walk())
    return tuple(dict.fromkeys(line for line, of in state.unread if of is None or of & met or (sized and "y" in of)))


def _integers(state: State, relation: Rel) -> dict[Term, Term]:
    """A letter that bounds a sum is an integer wherever it stands."""
    found: dict[Term, Term] = {}
    for s in relation.symbols:
        meant = state.words.handles.get(s.name)
        if s.sort == INTEGER or (isinstance(meant, Sym) and meant.sort == INTEGER):
            found[Sym(s.name)] = Sym(s.name, INTEGER)
    return found


def _all_responses(state: State, relation: Rel) -> str:
    """Whether responses 1 and 2 are all there are is said in words, if at all."""
    laws = {n for n, h in state.words.handles.items() if isinstance(h, Policy)}
    if state.words.elements:
        free = any(s.sort == RESPONSES for s in relation.free_indices)
        return "what is said of every response is not compared with the ones that are listed" if free else ""
    if left := sorted(relation.names & state.words.vectors.keys()):
        return f"what is said of every response is not compared with the numbers of {left[0]}"
    numbered = {s.name for s in relation.symbols if s.fixed and s.name.isdigit()}
    if len(numbered) < 2 or not state.setting.expand(relation).names & laws:
        return ""
    return f"nothing says whether {' and '.join(sorted(numbered, key=int))} are all responses there are"


def _doubt(state: State, relation: Rel, fresh: frozenset[str], hypotheses: tuple[Rel, ...]) -> str:
    """Numbers put in for letters of which nothing is known are data of the document, not a false equation."""
    if state.unclear:
        return state.unclear
    if over_cases((relation, *hypotheses)):
        return "nothing says what E is taken over: name the law below it, as in E_{y∼π}"
    lost = sorted(n for n in relation.names & state.lost if state.setting.definition(n) is None)
    if lost and not state.python:
        return f"what {lost[0]} was said to be is perhaps still meant"
    if state.in_words:
        return f"it is said under a condition in words: {state.in_words}"
    if not state.python and (said := _of_every_entry(state, relation)):
        return said
    if state.python or relation.op not in ("=", "approx", "prop"):
        return ""
    if said := _slopes(state, relation):
        return said
    law = relation.lhs
    unsaid = isinstance(law, App) and state.setting.definition(law.name) is None
    if relation.op == "prop" and unsaid and not any(law.names & h.names for h in state.in_force() if h.op == "="):
        return f"nothing says what {law} is"
    reasons = (_two_draws, _open_entry, _all_responses, _unknown_figure, _unrelated, _other_arguments)
    if said := next((said for of in reasons if (said := of(state, relation))), ""):
        return said
    if fresh and (letters := _on_one_side(state, relation, fresh, hypotheses)):
        return f"nothing says what {' and '.join(letters)} is"
    right = relation.rhs
    decimal = any(isinstance(t, Num) and t.is_decimal for _, t in right.walk())
    if right.names or not decimal or isinstance(right.arg if isinstance(right, Neg) else right, Num):
        return ""
    loose = sorted(state.setting.expand(relation.lhs).names)
    known = {n for h in state.in_force() for n in h.names}
    missing = [n for n in loose if n not in known]
    return f"nothing says what {' and '.join(missing[:3])} is in numbers" if missing else ""


def _lawless(state: State, relation: Rel) -> str:
    """Why a relation with a mean that names no law says nothing: the law may vary where the mean does not."""
    for name in sorted(relation.names):
        meant = state.setting.definition(name)
        if meant is not None and over_cases((state.setting.expand(meant.body),)):
            # Two definitions may each mean another law, and J(π) and J(μ) do.
            return f"what {name} is was said by a mean without a law: name the law below E, as in E_{{y∼π}}"
    expanded = state.setting.expand(relation).subterms()
    if _has_laws(state) and any(over_cases(t.children) for t in over_cases(expanded)):
        return "name the law below each E, as in E_{y∼π}: they may be two"
    if any(over_cases((t,)) for t in expanded if isinstance(t, (Diff, Lim, Argmax))):
        return "name the law below E, as in E_{y∼π}: it may vary with this letter, too"
    return ""


def _has_laws(state: State) -> bool:
    """Whether words tell what means are taken over: a mean without a law may be another one on every line."""
    return _names_laws(state.source.text)


@lru_cache(8)
def _names_laws(text: str) -> bool:
    """Asked of each claim of a document, whose text is long."""
    return sum(1 for _ in islice(prose.LAW.finditer(text), 2)) > 1


def _slopes(state: State, relation: Rel) -> str:
    """What π_θ(y) is supposed to be is perhaps meant for every θ, and not at one: then it says what the slopes are."""
    by = {t.var.name for t in relation.subterms() if isinstance(t, Diff) and isinstance(t.var, Sym)}
    for h in state.in_force() if by else ():
        functions = {n for n in h.names - by if by & state.setting.depends(n) and state.setting.definition(n) is None}
        if h.op == "=" and not _is_total(h, state.setting) and functions & state.setting.expand(relation).names:
            return f"nothing says for which {sorted(by)[0]} {h} is supposed: define {sorted(functions)[0]} by it"
    return ""


def _is_total(h: Rel, setting: Setting) -> bool:
    """Σ_y π(y) = 1 of a policy: it is one whatever it depends on."""
    match h:
        case Rel("=", Binder("sum", _, (App(name),)), Num(value=1)):
            return setting.declaration(name).distribution
        case _:
            return False


def _on_one_side(state: State, relation: Rel, fresh: frozenset[str], hypotheses: tuple[Rel, ...]) -> list[str]:
    """log P = ..., the first that is said of P: it says what P is."""
    sides = [state.setting.expand(side).names for side in relation.children]
    known = {n for h in (*hypotheses, *state.doubtful) for n in h.names} | state.letters | state.words.known()
    return sorted(n for n in (sides[0] ^ sides[1]) & fresh - known)[:3]


def _unrelated(state: State, relation: Rel) -> str:
    """r on one side and r* on the other: two functions of which nothing is known together."""
    left, right = (
        {t.name for t in state.setting.expand(side).subterms() if isinstance(t, App)} for side in relation.children
    )
    known = [h.names for h in (*state.in_force(), *state.doubtful)]
    for a in sorted(left - right):
        for b in sorted(right - left):
            laws = any(state.setting.declaration(n).distribution for n in (a, b))
            if a.split("_")[0] == b.split("_")[0] and not laws and not any({a, b} <= names for names in known):
                return f"nothing says how {a} and {b} are related"
    return ""


def _other_arguments(state: State, relation: Rel) -> str:
    """π*(y), where π*(y | x) was defined."""
    laws = [t for t in state.setting.expand(relation).subterms() if isinstance(t, App) and len(t.args) in (1, 2)]
    for t in laws:
        if len(t.args) == 2 and t.args[1].sort == PROMPTS and any(u.name == t.name and len(u.args) == 1 for u in laws):
            return f"nothing says how {t.name}(y) and {t.name}(y | x) are related"
    for t in relation.subterms():
        if isinstance(t, App) and (lam := state.setting.definition(t.name)) and len(lam.parameters) != len(t.args):
            return f"{t.name} was defined with {len(lam.parameters)} arguments, and has {len(t.args)} here"
    return ""


def _two_draws(state: State, relation: Rel) -> str:
    """E[R_i R_j] = μ² is perhaps meant for i ≠ j."""
    sets = {sample.over for sample in state.words.samples.values()}
    letters = sorted(s.name for s in relation.free_indices if s.sort in sets)
    return f"nothing says whether {' and '.join(letters)} are different" if len(letters) > 1 else ""


def _unknown_figure(state: State, relation: Rel) -> str:
    """π*("Hello") = 0.45, where nothing was said of π*."""
    left = relation.lhs
    if not isinstance(left, App) or relation.rhs.names or state.setting.definition(left.name) is not None:
        return ""
    known = {n for h in state.in_force() for n in h.names}
    return "" if left.name in known else f"nothing says what {left} is"


def _open_entry(state: State, relation: Rel) -> str:
    """A_t = ... may be what says what A_t is; of s_{n−1} nothing is said where only s_n is."""
    # V_3 = 0 ends a sequence, and says nothing of the other entries.
    equations = [
        h
        for h in state.in_force()
        if h.names - {side.name for side in h.children if _is_entry(side)} and not _is_declared(state, h)
    ]
    said = {side for h in equations for side in h.children if _is_entry(side)}
    names = {t.name for t in said}
    for side in relation.children:
        if _is_entry(side) and state.setting.definition(side.name) is None and side.name not in names:
            return f"nothing says what {side} is: if this line does, begin it with Let"
    met = {t for h in state.in_force() for t in h.subterms() if _is_entry(t)}
    for t in relation.subterms():
        if _is_entry(t) and t.name in names and t not in met and state.setting.definition(t.name) is None:
            return f"nothing says what {t} is"
    return ""


def _is_entry(term: Term) -> TypeGuard[App]:
    """A_t, s_{n−1}: an entry of a family that is numbered."""
    return isinstance(term, App) and bool(term.args) and all(is_integer(a) for a in term.args)
