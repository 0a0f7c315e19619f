"""Σ, Π, max and argmax: operators that bind a letter and apply to the product to their right."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from symrlhf.notation import DATA_SIZE
from symrlhf.read.dots import listed, multiplied, summed
from symrlhf.read.names import Spelled, entries, outer_sup, plain, spelled
from symrlhf.read.operators.around import rest_of, scripts_of
from symrlhf.read.operators.functions import function
from symrlhf.read.reader import Items, Operator, Reader, private
from symrlhf.read.syntax import Chain, Group, List, Name, Row, Script, Sum, Syntax
from symrlhf.read.tokens import UnreadableAt
from symrlhf.read.vocabulary import INDICES, PLACES
from symrlhf.setting import Policy, Reward
from symrlhf.term import (
    INTEGER,
    RESPONSES,
    Binder,
    Card,
    Fun,
    IndexSet,
    Range,
    Sym,
    Term,
    argmax,
    as_term,
    bind,
    bind_range,
)


def integers_of(*sides: Syntax) -> tuple[set[str], set[str]]:
    """Letters that bound a range, Σ_{k=t}^T, and families that are numbered by its letter, a_t."""
    ends: set[str] = set()
    running: set[str] = set()
    numbered: list[Spelled] = []
    todo = [*sides]
    while todo:
        s = todo.pop()
        s = summed(s) if isinstance(s, Sum) else multiplied(s) if isinstance(s, Row) else s
        if isinstance(s, Script):
            found = spelled(s)
            low = _assigned(s.sub) if s.sub is not None else None
            if low is not None and s.sup is not None:
                running.add(low[0])
                for end in (low[1], s.sup):
                    ends |= {n.text for n in (end.terms if isinstance(end, Sum) else (end,)) if isinstance(n, Name)}
            elif found is not None and found.subscripts:
                numbered.append(found)
        todo += parts_of(s)
    families = {f.stem(len(f.subscripts) - 1) for f in numbered if plain(f.subscripts[-1]) in running}
    return ends, {f for f in families if f is not None}


def parts_of(s: Syntax) -> list[Syntax]:
    """The pieces directly inside."""
    found: list[Syntax] = []
    for field in type(s).__dataclass_fields__:
        value = getattr(s, field)
        for v in value if isinstance(value, tuple) else (value,):
            found += (
                [v]
                if isinstance(v, Syntax)
                else [w for w in v if isinstance(w, Syntax)]
                if isinstance(v, tuple)
                else []
            )
    return found


BinderName = Literal["sum", "prod", "max", "min"]


def big(kind: BinderName) -> Operator:
    """Σ_y, Π_t, max_y: over the product to its right."""

    def read(reader: Reader, items: Items) -> Term:
        head = items.next()
        sub, sup = scripts_of(head)
        if sub is None:
            raise UnreadableAt(f"expected an index below {kind}, as in {kind}_y", head.start)
        if not items:
            raise UnreadableAt(f"nothing stands after {kind}", head.end)
        low = _assigned(sub)
        low, sup = (low, sup) if low is not None else _enclosed(sub)
        if low is not None:
            letter, first = low
            if isinstance(sup, Name) and sup.text == DATA_SIZE and reader.data and not reader.known(DATA_SIZE):
                return _over_set(reader, kind, letter, reader.data, items)
            if sup is not None and (every := _all_there_are(reader, first, sup)) is not None:
                return _over_set(reader, kind, letter, every, items)
            if sup is not None and kind in ("sum", "prod"):
                return _ranged(reader, kind, letter, first, sup, items)
            if sup is not None:
                raise UnreadableAt(f"{kind} over a range of numbers has no reading", sub.start)
            raise UnreadableAt("expected where the range ends, above the operator", sub.start)
        if sup is not None:
            raise UnreadableAt("a range starts below the operator: t=1", sup.start)
        return _over(reader, kind, list(entries(sub)), items)

    return read


def _ranged(
    reader: Reader, kind: Literal["sum", "prod"], letter: str, first: Syntax, last: Syntax, items: Items
) -> Term:
    low, high = reader.term(first), reader.term(last)
    if low == as_term(1) and not high.symbols & set(reader.scope.values()):
        reader.words = replace(reader.words, ends=reader.words.ends | {high})
    index = private(INTEGER)
    with reader.binding(**{letter: index}):
        body = rest_of(reader, items)
    built = bind_range(kind, index, low, high, body)
    reader.carry(body, built.body)
    return Range(kind, built.first, built.last, built.body, letter)


def _all_there_are(reader: Reader, first: Syntax, last: Syntax) -> IndexSet | None:
    """The set of which n was said to be how many there are: 1 to n are all of it."""
    low, high = reader.term(first), reader.term(last)
    counted = reader.words.definition(high.name) if isinstance(high, Sym) else None
    whole = low == as_term(1) and counted is not None and isinstance(counted.body, Card)
    return counted.body.of if whole else None  # type: ignore[union-attr]


def _enclosed(sub: Syntax) -> tuple[tuple[str, Syntax] | None, Syntax | None]:
    """1 ≤ i ≤ n."""
    match sub:
        case Chain(sides=(first, Name(text=letter), last), relations=(below, above)) if below.char == above.char == "≤":
            return ((letter, first), last) if first is not None else (None, None)
        case _:
            return None, None


def _over_set(reader: Reader, kind: BinderName, letter: str, over: IndexSet, items: Items) -> Term:
    index = private(over)
    with reader.binding(**{letter: index}):
        body = rest_of(reader, items)
    built = bind(kind, index, body)
    reader.carry(body, built.bodies[0])
    return Binder(kind, over, built.bodies, letter)


def _over(reader: Reader, kind: BinderName, places: list[Syntax], items: Items) -> Term:
    place, *others = places
    letter, other, sort = _bound(reader, place)
    if kind == "sum" and not others and letter in INDICES and _counts(reader, letter, items):
        return _counted(reader, letter, other, place, items)
    index = private(sort)
    with reader.binding(**{letter: index}):
        apart = reader.response(other) if other is not None else None
        body = _over(reader, kind, others, items) if others else rest_of(reader, items)
    if apart is not None:
        if kind != "sum":
            raise UnreadableAt(f"an exception below {kind} has no reading", place.start)
        body = (as_term(1) - Fun("delta", (index, apart))) * body
    built = bind(kind, index, body)
    reader.carry(body, built.bodies[0])
    return Binder(kind, sort, built.bodies, letter)


def _counts(reader: Reader, letter: str, items: Items) -> bool:
    """Whether the letter below Σ_j numbers the entries of a family that is numbered 1, 2, 3."""
    todo = [*items.items[items.at :]]
    while todo:
        s = todo.pop()
        found = spelled(s)
        if found is not None and found.subscripts and plain(found.subscripts[-1]) == letter:
            stem = found.stem(len(found.subscripts) - 1)
            if stem is not None and reader.words.numbered.get(reader.resolved(stem)) == INTEGER:
                return True
        todo += parts_of(s)
    return False


def _counted(reader: Reader, letter: str, apart: Syntax | None, s: Syntax, items: Items) -> Term:
    """Σ_{j≠i} r_j where Σ_{j=1}^G r_j stood before: the sum to G, without the entry i."""
    if len(reader.words.ends) != 1:
        raise UnreadableAt(f"from where to where does {letter} run? write Σ_{{{letter}=1}}^n", s.start)
    (last,) = reader.words.ends
    index = private(INTEGER)
    with reader.binding(**{letter: index}):
        body = rest_of(reader, items)
    built = bind_range("sum", index, as_term(1), last, body)
    reader.carry(body, built.body)
    whole = Range("sum", built.first, built.last, built.body, letter)
    if apart is None:
        return whole
    name = plain(apart)
    if name is None:
        raise UnreadableAt("expected the letter of an entry, as in j ≠ i", apart.start)
    entry = reader.scope.get(name) or Sym(name, INTEGER)
    return whole - body.substitute({index: entry})


def _assigned(sub: Syntax) -> tuple[str, Syntax] | None:
    """t = 1."""
    match sub:
        case Chain(sides=(Name(text=letter), first), relations=(sign,)) if sign.char == "=" and first is not None:
            return letter, first
        case _:
            return None


def _bound(reader: Reader, s: Syntax) -> tuple[str, Syntax | None, IndexSet]:
    """The letter that an operator binds, what it stays apart from, and the set it runs over: y, y', y ∈ 𝒴, j ≠ k."""
    apart: Syntax | None = None
    if isinstance(s, Chain) and len(s.relations) == 1 and None not in s.sides:
        left, right = s.sides
        assert left is not None and right is not None
        if s.relations[0].char == "≠":
            apart = right
        elif s.relations[0].char != "∈":
            raise UnreadableAt("expected an index, as in y, y ∈ 𝒴 or t = 1", s.start)
        s = left
    found = spelled(s) if outer_sup(s) is None else None
    name = found.stem(len(found.subscripts)) if found is not None else None
    if found is None or name is None:
        raise UnreadableAt("expected the letter of an index, such as y", s.start)
    letter = name + "'" * found.primes
    meant = reader.words.handles.get(reader.resolved(letter))
    if isinstance(meant, Sym) and isinstance(meant.sort, IndexSet):
        return letter, apart, meant.sort
    if isinstance(meant, Policy | Reward):
        raise UnreadableAt("an optimum over all policies or rewards has no value here", s.start)
    if meant is not None or reader.words.definition(letter) is not None:
        raise UnreadableAt(f"{letter} is a number here, not an index", s.start)
    return letter, apart, reader.words.set_of(letter) or PLACES.get(found.base, RESPONSES)


def optimum(kind: Literal["max", "min"]) -> Operator:
    """max_y f over an index; max(a, b) of numbers."""
    over = big(kind)

    def read(reader: Reader, items: Items) -> Term:
        head = items.first
        sub, _ = scripts_of(head)
        if sub is None and len(items.items) > items.at + 1:
            match items.items[items.at + 1]:
                case Group(body=List() as several) if (told := listed(several, kind)) is not several:
                    items.next()
                    items.next()
                    return reader.term(told)
                case _:
                    pass
        if sub is None:
            return function(reader, items)
        found = spelled(sub) if not isinstance(sub, Chain) else None
        if found is not None and found.base not in PLACES and reader.place(sub) is None and not found.primes:
            raise UnreadableAt(f"{kind} over what is no index has no value here", sub.start)
        return over(reader, items)

    return read


def best(reader: Reader, items: Items) -> Term:
    """argmax_z f, argmax_π J."""
    head = items.next()
    sub, _ = scripts_of(head)
    found = spelled(sub) if sub is not None else None
    name = reader.stem_of(found) if found is not None else None
    if name is None or not items:
        raise UnreadableAt("expected a variable below argmax and an objective after it", head.start)
    body = rest_of(reader, items)
    meant = reader.words.handles.get(name)
    variable = meant if isinstance(meant, Sym) else Sym(name)
    assert sub is not None
    if isinstance(variable.sort, IndexSet) or (meant is None and found is not None and found.base in PLACES):
        raise UnreadableAt("argmax over responses has no value here", sub.start)
    return argmax(body, variable)
