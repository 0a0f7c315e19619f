"""The steps that a chain claims: relation after relation, or implications.

A row that begins with a relation sign continues the chain above, one that begins with an arrow takes the row above as
its premise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from symrlhf.checker import prose
from symrlhf.checker.formulas import Side, Sign
from symrlhf.checker.prose import Mode
from symrlhf.checker.statements.claims import Claim, Found, Gap, make_claim, relation_of
from symrlhf.checker.statements.plan import Planned
from symrlhf.checker.statements.shapes import is_order
from symrlhf.checker.statements.state import Read, State
from symrlhf.errors import Unreadable
from symrlhf.read.pieces import Piece
from symrlhf.term import Add, And, Fun, Order, Rational, Rel, Relation, Term, expansion, limit


@dataclass(frozen=True)
class _Group:
    """A stretch of a chain between arrows, and the arrow before it."""

    arrow: Sign | None
    sides: tuple[Side | None, ...]
    signs: tuple[Sign, ...]


def claimed(state: State, p: Planned) -> Iterator[Found]:
    """The steps of a chain, of implications, or of an equation that follows from those before."""
    formula = p.formula
    sides, signs = list(formula.sides), list(formula.signs)
    if signs and sides[-1] is None:
        raise state.source.error(signs[-1].piece.offset, "nothing stands after this sign")
    named = sides[0] is None and re.search(r"\w", p.before) is not None
    if named and (state.last is None or (prose.names_something(p.before) and not _follows(state, signs[0], sides[1]))):
        # "KL penalty = ...": what the words name has no reading, the rest of the chain has.
        sides, signs = sides[1:], signs[1:]
    if not signs:
        _expression(state, sides[0])
        return
    groups = _groups(sides, signs)
    if len(groups) == 1:
        yield from _chain(state, sides, signs, p)
        return
    yield from _arrows(state, groups)


def _follows(state: State, sign: Sign, side: Side | None) -> bool:
    """Whether "common denominator = ..." goes on with the chain after all: it is proven to."""
    if state.last is None or side is None or sign.sense in ("", "in"):
        return False
    right = state.side(side)
    if not isinstance(state.last.term, Term) or not isinstance(right.term, Term):
        return False
    relation = relation_of(state, sign, state.last, right)
    return state.ask(relation, state.setting, (*state.in_force(), *state.last.given, *right.given))


def _chain(state: State, sides: list[Side | None], signs: list[Sign], p: Planned) -> Iterator[Found]:
    """One relation after another, from the left side here or from the row above."""
    first = sides[0]
    weights, state.weights = state.weights, ()
    if first is not None and is_total(first, weights):
        # Z = ..., after its summands.
        left = Read(first.piece, Add(tuple(figure for _, figure in weights)))
        state.start = Add(tuple(exact for exact, _ in weights))
    elif first is not None:
        left = state.side(first)
        state.start = left.term if isinstance(left.term, Term) else None
    elif state.last is None and state.above[0] is not None and not state.python and not re.search(r"\w", p.before):
        left = state.above[0]
    elif state.last is None:
        raise state.source.error(signs[0].piece.offset, f"nothing stands before this {signs[0].piece.text}")
    else:
        left = state.last
    if first is None:
        left = _meant(state, left, signs[0], sides[1])
    state.told = state.told or p.mode == "claim"
    relations: list[Rel] = []
    for i, (sign, side) in enumerate(zip(signs, sides[1:], strict=True)):
        if side is None:
            raise state.source.error(sign.piece.offset, "nothing stands after this sign")
        right = state.side(side)
        if sign.sense == "" and sign.piece.text.strip() in ("∼", "~", "\\sim") and state.approach is not None:
            if isinstance(left.term, Term) and isinstance(right.term, Term):
                yield _like(state, left, sign, right)
        elif sign.sense not in ("", "in"):
            step = _step(state, left, sign, right, new=i == 0 and first is not None, why=p.mode)
            if step is not None:
                yield step
                if isinstance(step[1], Claim):
                    relations.append(step[1].relation)
        if sign.sense not in ("=", "approx") or state.start is None:
            state.start = right.term if isinstance(right.term, Term) else None
        left = right
    if first is not None and signs[0].sense == "prop" and state.start is not None and isinstance(left.term, Term):
        state.weights = (*weights, (state.start, left.term))
    state.last, state.unclear = left, ""
    state.premise = _together(relations) if len(relations) == len(signs) else None


def is_total(side: Side | None, weights: tuple[tuple[Term, Term], ...]) -> bool:
    """Z after a column of weights: their sum."""
    return len(weights) > 1 and side is not None and side.piece.text.strip() == "Z"


def _meant(state: State, above: Read, sign: Sign, side: Side | None) -> Read:
    """What a row that begins with a sign goes on with, where a sentence with a formula stands before it."""
    within = state.aside[0]
    if within is None or side is None or sign.sense in ("", "in"):
        return above
    right = state.side(side)
    for left in (above, within):
        if isinstance(left.term, Term) and isinstance(right.term, Term):
            relation = relation_of(state, sign, left, right)
            if state.ask(relation, state.setting, (*state.in_force(), *left.given, *right.given)):
                return left
    state.unclear = "it may go on with the formula in the sentence before"
    return above


def _arrows(state: State, groups: list[_Group]) -> Iterator[Found]:
    """premise ⇒ conclusion, or ⇔; a row that begins with the arrow takes the row above as its premise."""
    first, *rest = groups
    premise: Rel | And | None = state.above[1] if state.premise is None else state.premise
    if premise is not None and (within := state.aside[1]) is not None:
        premise = And((premise, within))
    written = Piece("", 0)
    if first.sides != (None,):
        premise, written = _stated(state, first)
    for group in rest:
        assert group.arrow is not None
        if premise is None:
            raise state.source.error(group.arrow.piece.offset, f"nothing stands before this {group.arrow.piece.text}")
        conclusion, piece = _stated(state, group)
        whole = Rel("implies" if group.arrow.sense == "implies" else "iff", premise, conclusion)
        state.last = state.start = None
        yield make_claim(state, "step", whole, group.arrow, written, piece, ())
        premise, written = conclusion, piece
    state.premise = premise


def _stated(state: State, group: _Group) -> tuple[Rel | And, Piece]:
    """The relation, or the conjunction of relations, between two arrows."""
    read = [state.side(s) for s in group.sides if s is not None]
    for side in read:
        if isinstance(side.term, Unreadable):
            raise side.term
    if len(read) != len(group.sides) or not group.signs:
        at = next((x.piece.offset for x in (*group.signs, *read)), 0)
        raise state.source.error(at, "expected one relation, such as a = b")
    if any(s.sense in ("", "in", "define") for s in group.signs):
        raise state.source.error(group.signs[0].piece.offset, "this relation has no reading in an implication")
    relations = [relation_of(state, s, read[i], read[i + 1]) for i, s in enumerate(group.signs)]
    start, end = read[0].piece.offset, read[-1].piece.end
    return _together(relations), Piece(state.source.text[start:end], start)


def _expression(state: State, side: Side | None) -> None:
    """A row without a relation sign starts a chain if it reads as one."""
    if side is None:
        return
    read = state.side(side)
    if isinstance(read.term, Term):
        state.last, state.start = read, read.term


def _step(state: State, left: Read, sign: Sign, right: Read, *, new: bool, why: Mode) -> Found | None:
    """One relation; `new` if its left side was not read before."""
    error = next((s.term for s in (left, right) if isinstance(s.term, Unreadable)), None)
    op = sign.sense
    assert op not in ("", "in")
    if error is not None:
        if error is left.term and not new:
            error = state.source.error(sign.piece.offset, f"its left side, on line {error.line}, could not be read")
        shown: Relation = "=" if op == "define" else op  # type: ignore[assignment]
        return right.piece.end, Gap(error, shown, left.piece.text, right.piece.text)
    relation = _said_of_limits(state, sign, left, right)
    if relation is None:
        return None
    given = (*left.given, *right.given)
    if why == "since" and not state.ask(relation, state.setting, (*state.in_force(), *given)):
        # A reason that is not proven is perhaps a hypothesis that was never stated.
        state.doubt(relation)
        return None
    return make_claim(state, "step", relation, sign, left.piece, right.piece, given)


def _said_of_limits(state: State, sign: Sign, left: Read, right: Read) -> Rel | None:
    """f → a as z → b is a limit, f = g + O(h) as z → b an expansion; others are what they are."""
    assert isinstance(left.term, Term) and isinstance(right.term, Term)
    orders = [t for _, t in right.term.walk() if is_order(t)]
    if sign.sense != "to" and (not orders or sign.sense in ("<", "<=", ">", ">=", "!=")):
        return relation_of(state, sign, left, right)
    if state.approach is None:
        raise state.source.error(sign.piece.offset, "say what goes where: as β → 0")
    variable, to, side = state.approach
    left, right, variable = _uncounted(state, sign, left, right, variable)
    assert isinstance(left.term, Term) and isinstance(right.term, Term)
    known = state.setting
    # A defined name must show how it varies.
    body, near = (
        known.expand(t) if any(known.varies(t, n) for n in variable.names) else t for t in (left.term, right.term)
    )
    if sign.sense == "to" and variable.names & near.names:
        raise state.source.error(sign.piece.offset, f"{right.piece.text} varies, too: what does it go to?")
    try:
        if any(isinstance(t, Order) for t in orders):
            return expansion(body, near, variable, to, side)  # type: ignore[arg-type]
        if orders:
            return Rel("=", limit(_compared(body, near), variable, to, side), Rational(0, 1))  # type: ignore[arg-type]
        return Rel("=", limit(body, variable, to, side), right.term)  # type: ignore[arg-type]
    except TypeError as reason:
        raise state.source.error(sign.piece.offset, str(reason)) from None


def _uncounted(state: State, sign: Sign, left: Read, right: Read, variable: Term) -> tuple[Read, Read, Term]:
    """Both sides with a number for the n that counts draws, where n goes somewhere."""
    try:
        sides = [state.words.uncounted(side.term, variable) for side in (left, right) if isinstance(side.term, Term)]
    except TypeError as reason:
        raise state.source.error(sign.piece.offset, str(reason)) from None
    (first, moved), (second, _) = sides
    return replace(left, term=first), replace(right, term=second), moved


def _compared(body: Term, approximation: Term) -> Term:
    """The (f − g)/h of f = g + o(h), which goes to 0."""
    parts = approximation.terms if isinstance(approximation, Add) else (approximation,)
    orders = [p.args[0] for p in parts if isinstance(p, Fun) and is_order(p)]
    kept = [p for p in parts if not is_order(p)]
    if len(orders) != 1 or any(is_order(t) for p in (body, *kept) for t in p.subterms()):
        raise TypeError("o(·) stands once on the right, as a term of its own: f = g + o(h)")
    return sum((-p for p in kept), body) / orders[0]


def _like(state: State, left: Read, sign: Sign, right: Read) -> Found:
    """f ∼ g as z → b: f/g → 1."""
    assert state.approach is not None and isinstance(left.term, Term) and isinstance(right.term, Term)
    variable, to, side = state.approach
    left, right, variable = _uncounted(state, sign, left, right, variable)
    assert isinstance(left.term, Term) and isinstance(right.term, Term)
    body = state.setting.expand(left.term / right.term)
    relation = Rel("=", limit(body, variable, to, side), Rational(1, 1))  # type: ignore[arg-type]
    return make_claim(state, "step", relation, sign, left.piece, right.piece, (*left.given, *right.given))


def _together(relations: list[Rel]) -> Rel | And:
    return relations[0] if len(relations) == 1 else And(tuple(relations))


def _groups(sides: list[Side | None], signs: list[Sign]) -> list[_Group]:
    """The chain cut at its arrows."""
    cuts = [i for i, s in enumerate(signs) if s.sense in ("implies", "iff")]
    starts, ends = [0, *(i + 1 for i in cuts)], [*cuts, len(signs)]
    return [
        _Group(signs[a - 1] if a else None, tuple(sides[a : b + 1]), tuple(signs[a:b]))
        for a, b in zip(starts, ends, strict=True)
    ]
