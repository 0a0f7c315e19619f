"""A set of responses that the document lists: 𝒴 = {0, 1}, y ∈ {a, b}, with π(1) = p."""

from __future__ import annotations

import re
from dataclasses import replace

from symrlhf.checker.formulas import Formula
from symrlhf.checker.statements.plan import Planned
from symrlhf.checker.statements.state import State
from symrlhf.term import RESPONSES, App, Rational, Rel, Sym, Term

SET = re.compile(r"\\?[{]\s*(?P<items>[^{}]+?)\s*\\?[}]")
ELEMENT = re.compile(r"\d|[A-Za-z]|[ya]_\{?[\dwl]\}?")
ALL = re.compile(r"\\(?:mathcal|mathbb)\s*\{?\s*[YA]\s*\}?|𝒴|𝒜|[YA]")
"""The set of responses."""
ONE = re.compile(r"[yao]")
"""A letter that stands for any response."""


def listed_set(state: State, planned: list[Planned]) -> list[Planned]:
    """The formulas that list no set; values of policies at what is listed are remembered."""
    out: list[Planned] = []
    for p in planned:
        elements = _elements(state, p.formula)
        if elements:
            state.words = state.words.listed(elements)
            state.unread = tuple(u for u in state.unread if u != (state.line, frozenset({"y"})))
        else:
            out.append(p)
    return out


def _elements(state: State, formula: Formula) -> tuple[Sym, ...]:
    """The elements of {0, 1} in 𝒴 = {0, 1} and y ∈ {0, 1}, where something is said of one of them."""
    left, right = formula.sides[0], formula.sides[-1]
    if state.python or left is None or right is None or len(formula.signs) != 1:
        return ()
    sense, text = formula.signs[0].sense, state.source.text
    whole = SET.match(text, text.find("{", right.piece.offset - 1, right.piece.offset + 2))
    name = text[left.piece.offset : formula.signs[0].piece.offset].strip(" $&")
    wanted = ALL if sense == "=" else ONE if sense == "in" else None
    if whole is None or wanted is None or not wanted.fullmatch(name):
        return ()
    items = [re.sub(r"[\s{}]", "", i) for i in whole["items"].split(",")]
    named = [i for i in items if ELEMENT.fullmatch(i)]
    # π(1), and not the equation (1).
    said = re.search(rf"(?<=[\w}}*'])\(\s*(?:{'|'.join(map(re.escape, named))})\s*(?:[)|]|\\mid)", text)
    if not 2 <= len(named) == len(set(named)) == len(items) <= 6 or said is None:
        return ()
    return tuple(Sym(n, RESPONSES, fixed=True) for n in named)


def value_at(state: State, formula: Formula) -> Rel | None:
    """What a formula says of a policy at a listed response: π(1) = p, which is more than 0."""
    if not state.words.elements or [s.sense for s in formula.signs] not in (["="], ["define"]):
        return None
    first, second = formula.sides
    right = state.side(second).term if second is not None else None
    # As it is written: what another response leaves for this one is told by this value.
    words, state.words = state.words, replace(state.words, elements=())
    left = state.side(first).term if first is not None else None
    state.words = replace(state.words, elements=words.elements)
    if not isinstance(left, App) or not isinstance(right, Term) or not left.args:
        return None
    known = left.args[0] in state.words.elements and state.words.is_law(left.name)
    if known and state.words.values.get(left) == right:
        return Rel("=", left, right)
    if known and left in state.words.values and not (right.names | state.words.values[left].names):
        # Now let π(1) = 0.2.
        others = {at: v for at, v in state.words.values.items() if left.name not in at.names}
        state.words = replace(state.words, values=others)
    if not known or left in state.words.values or right.free_indices or left.name in state.setting.expand(right).names:
        return None
    words = state.words.valued(left, right)
    state.words = words
    told = [
        v for at, v in words.values.items() if isinstance(at, App) and at.substitute({at.args[0]: left.args[0]}) == left
    ]
    for value in told:
        state.suppose(Rel(">", value, Rational(0, 1)), case=False, late=False)
    state.words = replace(state.words, values=words.values)
    if len(told) == len(words.elements) > 2:
        total = told[0]
        for value in told[1:]:
            total = total + value
        if not state.ask(Rel("=", total, Rational(1, 1)), state.setting, state.in_force()):
            state.suppose(Rel("=", total, Rational(1, 1)), case=False, late=False)
    state.mentioned |= right.names
    return Rel("=", left, right)
