"""How derivatives are written: ∇_θ, ∂_β², d/dz, ∂²L/∂a ∂b, dL/dz."""

from __future__ import annotations

from symrlhf.read.names import entries, spelled
from symrlhf.read.numbers import MAX_DERIVATIVES
from symrlhf.read.operators.around import item_ahead, plain_group
from symrlhf.read.reader import Items, Reader
from symrlhf.read.syntax import Fraction, Given, Group, Name, Number, Row, Script, Symbol, Syntax
from symrlhf.read.tokens import UnreadableAt
from symrlhf.setting import Family, Policy


def nabla(s: Syntax) -> Syntax | None:
    """What ∇_θ or ∂_β differentiates by."""
    if isinstance(s, Script) and isinstance(s.base, Symbol) and s.base.char in "∇∂":
        return s.sub
    return None


def order_above(head: Syntax) -> int:
    """The 2 of ∂_β²."""
    if not isinstance(head, Script) or head.sup is None:
        return 1
    symbol = head.base.char if isinstance(head.base, Symbol) else ""
    times = int(head.sup.text) if isinstance(head.sup, Number) and head.sup.text.isdigit() else 0
    if symbol != "∂" or not 1 <= times <= MAX_DERIVATIVES:
        raise UnreadableAt("expected how often to differentiate, as in ∂_β²", head.sup.start)
    return times


def order_of(s: Syntax, sign: str) -> int | None:
    """How often d² or ∂ differentiates; None for another sign."""
    match s:
        case Symbol(char=char) if char == sign:
            return 1
        case Name(text=text) if text == sign:
            return 1
        case Script(base=base, sub=None, sup=Number(text=text)) if order_of(base, sign) and text.isdigit():
            return int(text)
        case _:
            return None


def top_of(s: tuple[Syntax, ...]) -> tuple[int, tuple[Syntax, ...]] | None:
    """d, ∂², d f, dL: how often, and what of it stands above the line."""
    if not s:
        return None
    for sign in ("∂", "d"):
        if (times := order_of(s[0], sign)) is not None:
            return times, s[1:]
    glued = glued_to(s[0])
    return (1, (glued, *s[1:])) if glued is not None else None


def glued_to(s: Syntax) -> Syntax | None:
    """The L of dL, in text, perhaps with scripts: dL_RM."""
    match s:
        case Name(start, end, text) if text[0] == "d" and len(text) == 2:
            return Name(start + 1, end, text[1:])
        case Script(start, end, base, sub, sup, primes, star) if (inner := glued_to(base)) is not None:
            return Script(start + 1, end, inner, sub, sup, primes, star)
        case _:
            return None


def bottom_of(reader: Reader, items: Items) -> tuple[list[tuple[Syntax, int]], int]:
    """The variables below the line, each with how often: ∂π(y)², ∂a ∂b; takes them from the items."""
    variables: list[tuple[Syntax, int]] = []
    total = 0
    while items and (not items.joint or not variables):
        first = items.first
        if order_of(first, "∂") == 1 or order_of(first, "d") == 1:
            if item_ahead(items, 1) is None:
                break
            items.next()
            variable = items.next()
        elif (glued := glued_to(first)) is not None:
            items.next()
            variable = glued
        else:
            break
        variable, times = _without_power(variable)
        after = items.beside()
        group = plain_group(after)
        if group is not None and after is not None and group.left == "(" and _is_family(reader, variable, group):
            items.next()
            _, times = _without_power(after)
            variable = Row(variable.start, group.end, (variable, group), ("",))
        variables.append((variable, times))
        total += times
    return variables, total


def _is_family(reader: Reader, s: Syntax, group: Group) -> bool:
    """Whether ∂π(y) differentiates by π(y), not by π."""
    found = spelled(s)
    name = reader.stem_of(found) if found is not None else None
    if found is None or name is None:
        return False
    if reader.known(name):
        return isinstance(reader.words.handles.get(name), Policy | Family)
    bodies = entries(group.body.left) if isinstance(group.body, Given) else entries(group.body) if group.body else ()
    return all(reader.place(b) is not None for b in bodies)


def _without_power(s: Syntax) -> tuple[Syntax, int]:
    if isinstance(s, Script) and isinstance(s.sup, Number) and s.sup.text.isdigit():
        bare = s.base if s.sub is None and not s.primes and not s.star else Script(
            s.start, s.end, s.base, s.sub, None, s.primes, s.star
        )  # fmt: skip
        return bare, int(s.sup.text)
    return s, 1


def leibniz_at(items: Items) -> int | None:
    """Where the slash of d/dz stands, if the items begin with one; a fraction d/dz counts with 0."""
    first = items.first
    if isinstance(first, Fraction):
        above = items_of(first.top)
        found = top_of(above)
        return 0 if found is not None and not found[1] and _is_bottom(first.bottom) else None
    if top_of((first,)) is None:
        return None
    for at in range(items.at + 1, len(items.items)):
        if items.joints[at] == "/":
            below = items.items[at]
            is_bottom = order_of(below, "∂") or order_of(below, "d") or glued_to(below)
            return at if is_bottom else None
        if items.joints[at]:
            return None
    return None


def items_of(s: Syntax) -> tuple[Syntax, ...]:
    """The factors of a product without signs, or the one thing it is."""
    return s.items if isinstance(s, Row) and not any(s.joints) else (s,)


def _is_bottom(s: Syntax) -> bool:
    first = items_of(s)[0]
    return bool(order_of(first, "∂") or order_of(first, "d") or glued_to(first))


def insist_order(times: int, total: int, s: Syntax) -> None:
    """d² above the line needs two variables below, and neither side too many."""
    if times != total:
        raise UnreadableAt(f"the orders above and below differ: {times} and {total}", s.start)
    if total > MAX_DERIVATIVES:
        raise UnreadableAt(f"more than {MAX_DERIVATIVES} derivatives", s.start)


def is_derivative(s: Syntax) -> bool:
    r"""\frac{\partial L}{\partial\pi(y)}: with what is differentiated above the line."""
    if not isinstance(s, Fraction):
        return False
    found = top_of(items_of(s.top))
    return found is not None and bool(found[1]) and _is_bottom(s.bottom)
