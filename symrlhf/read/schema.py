"""Definitions said of letters that stand for others: λ_i of entries, P(i ≻ j) of items, J(π) of policies, D_f of f.

A schema keeps the right side as it was written; where something else stands at its places, as in λ_1, P(1 ≻ 2), J(π*)
or D_{f_1}(π ‖ π_ref), that is put in, and the result is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from symrlhf.read.names import Spelled, entries, is_letter, letters, outer_sup, spelled
from symrlhf.read.syntax import Chain, Given, Group, List, Name, Number, Row, Script, Syntax


@dataclass(frozen=True)
class Schema:
    """The right side of a definition, and the letters in it that stand for others."""

    letters: tuple[str, ...]
    parameters: tuple[str, ...]
    """What else it is a function of: the τ of p_i(τ)."""
    body: Syntax

    @property
    def names(self) -> frozenset[str]:
        """What its right side is made of, without what stands for others."""
        found = (s for s in _inside(self.body))
        stems = {n for s in found for n in (s.stem(0), s.stem(len(s.subscripts))) if n}
        return frozenset(stems - set(self.letters))


@dataclass(frozen=True)
class Pattern:
    """A left side: the form that its schema is known by, and what stands at its places."""

    key: str
    places: tuple[Syntax, ...]
    bracket: Group | None = None
    """Of p_i(τ): what else it is applied to."""


def below(s: Syntax) -> Pattern | None:
    """λ_i, P_ij, P_{i,j}, p_i(τ): what stands below a letter."""
    bracket: Group | None = None
    if isinstance(s, Row) and len(s.items) == 2 and s.joints == ("",):
        s, after = s.items
        if not isinstance(after, Group) or after.left not in ("(", "["):
            return None
        bracket = after
    found = spelled(s)
    stem = found.stem(0) if found is not None else None
    if found is None or stem is None or not found.subscripts or found.primes or outer_sup(s) is not None:
        return None
    places = found.subscripts
    if len(places) == 1:
        places = _side_by_side(places[0]) or places
    return Pattern(f"{stem}_", places, bracket)


def preferred(name: str, s: Syntax) -> Pattern | None:
    """What stands in the brackets of P(i ≻ j ≻ k)."""
    if not isinstance(s, Chain) or None in s.sides or {r.char for r in s.relations} != {"≻"}:
        return None
    return Pattern(f"{name}{'≻' * len(s.relations)}", tuple(side for side in s.sides if side is not None))


def between(name: str, subscripts: tuple[Syntax, ...], s: Syntax) -> Pattern | None:
    """D_f(π ‖ π_ref), JSD(p ‖ q)."""
    if not isinstance(s, Given) or s.bar != "‖":
        return None
    return Pattern(f"{name}‖{len(subscripts)}", (*subscripts, s.left, s.right))


def of_laws(name: str, places: tuple[Syntax, ...]) -> Pattern:
    """J(π), J(π, π_ref)."""
    return Pattern(f"{name}({len(places)})", places)


def at_numbers(name: str, bracket: Group) -> str | None:
    """P(1,2,3), P(1 ≻ 2 ≻ 3): the key of what is said of these numbers alone."""
    match bracket.body:
        case List(items=items):
            joint = ","
        case Chain(sides=items, relations=signs) if len(items) > 2 and {r.char for r in signs} == {"≻"}:
            joint = "≻"
        case _:
            return None
    digits = [s.text for s in items if isinstance(s, Number) and s.text.isdigit()]
    return f"{name}({joint.join(digits)})" if bracket.left == "(" and len(digits) == len(items) else None


def patterns(s: Syntax) -> list[Pattern]:
    """Every form that a left side has."""
    found = [below(s)]
    if isinstance(s, Row) and len(s.items) == 2 and s.joints == ("",):
        function, bracket = s.items
        head = spelled(function)
        if isinstance(bracket, Group) and bracket.body is not None and head is not None and not head.primes:
            whole, bare = head.stem(len(head.subscripts)), head.stem(0)
            if whole is not None:
                found += [preferred(whole, bracket.body), of_laws(whole, entries(bracket.body))]
            if bare is not None:
                found.append(between(bare, head.subscripts, bracket.body))
    return [p for p in found if p is not None]


def mentions(s: Syntax, name: str) -> bool:
    """Whether a symbol of this name stands in a formula."""
    return any(found.stem(len(found.subscripts)) == name for found in _inside(s))


def letter(s: Syntax) -> str | None:
    """A place of a definition: one letter, perhaps with a subscript; None for a number or an expression."""
    found = spelled(s)
    if found is None or found.primes or outer_sup(s) is not None or not is_letter(found.base):
        return None
    return found.stem(len(found.subscripts))


def numbers(places: tuple[Syntax, ...], many: int) -> tuple[Syntax, ...]:
    """The places of P_12, of which there are `many`: each digit is one."""
    match places:
        case (Number(start, _, text),) if many > 1 and len(text) == many and text.isdigit():
            return tuple(Number(start + i, start + i + 1, digit) for i, digit in enumerate(text))
        case _:
            return places


def put_in(s: Syntax, mapping: Mapping[str, Syntax]) -> Syntax:
    """What was written, with other things at the places of letters."""
    found = spelled(s)
    stem = found.stem(len(found.subscripts)) if found is not None else None
    if found is not None and stem is not None and stem in mapping:
        base = replace(mapping[stem], start=s.start, end=s.end)
        sup = outer_sup(s)
        if sup is None and not found.primes:
            return base
        return Script(s.start, s.end, base, None, None if sup is None else put_in(sup, mapping), found.primes)
    if found is not None:
        return _below_and_above(s, mapping)
    return replace(s, **{f.name: _within(getattr(s, f.name), mapping) for f in fields(s)})


def _below_and_above(s: Syntax, mapping: Mapping[str, Syntax]) -> Syntax:
    """A symbol that stays what it is: π_ref does not become π*_ref; what its scripts hold is changed."""
    if not isinstance(s, Script):
        return s
    sub = s.sub
    if sub is not None and (parts := _side_by_side(sub)):
        changed = tuple(put_in(p, mapping) for p in parts)
        if changed != parts:
            sub = Row(sub.start, sub.end, changed, ("",) * (len(changed) - 1))
    elif sub is not None:
        sub = put_in(sub, mapping)
    sup = None if s.sup is None else put_in(s.sup, mapping)
    return replace(s, base=_below_and_above(s.base, mapping), sub=sub, sup=sup)


def _within(value: Any, mapping: Mapping[str, Syntax]) -> Any:
    if isinstance(value, Syntax):
        return put_in(value, mapping)
    return tuple(_within(v, mapping) for v in value) if isinstance(value, tuple) else value


def _side_by_side(sub: Syntax) -> tuple[Syntax, ...]:
    """The letters and digits of a subscript: ij, i1."""
    if isinstance(sub, Row) and not any(sub.joints) and all(isinstance(i, Name | Number) for i in sub.items):
        return sub.items
    return letters(sub)


def _inside(s: Syntax) -> list[Spelled]:
    """Every symbol in a formula, with its subscripts."""
    found = [symbol] if (symbol := spelled(s)) is not None else []
    for f in fields(s):
        value = getattr(s, f.name)
        todo: list[Any] = [value]
        while todo:
            v = todo.pop()
            if isinstance(v, Syntax):
                found += _inside(v)
            elif isinstance(v, tuple):
                todo += v
    return found


def plain_names(places: tuple[Syntax, ...]) -> tuple[str, ...] | None:
    """The places as parts of a name: 1, 2 or w; None where one is an expression."""
    out: list[str] = []
    for s in places:
        if (isinstance(s, Number) and s.text.isdigit()) or (isinstance(s, Name) and s.text in ELEMENTS):
            out.append(s.text)
        else:
            return None
    return tuple(out)


ELEMENTS = ("w", "l")
"""Letters that name one entry, as numbers do: the chosen and the rejected one."""
