"""∫_a^b f du: the integrand is the product up to the differential."""

from __future__ import annotations

from symrlhf.read.operators.around import rest_of, scripts_of
from symrlhf.read.operators.differentials import glued_to, order_of
from symrlhf.read.reader import Items, Reader, private
from symrlhf.read.syntax import Name, Syntax
from symrlhf.read.tokens import UnreadableAt
from symrlhf.term import REAL, Integral, Term, as_term, integral


def integrating(reader: Reader, items: Items) -> Term:
    """∫_a^b f du."""
    head = items.next()
    first, last = scripts_of(head)
    if first is None or last is None:
        raise UnreadableAt("expected both ends of the integral, as in ∫_0^1 f(u) du", head.start)
    low, high = reader.term(first), reader.term(last)
    inside, letter = _up_to_differential(items, head)
    variable = private(REAL)
    with reader.binding(**{letter: variable}):
        body = rest_of(reader, inside) if inside else as_term(1)
    built = integral(body, variable, low, high)
    reader.carry(body, built.body)
    return Integral(built.first, built.last, built.body, letter)


def _up_to_differential(items: Items, head: Syntax) -> tuple[Items, str]:
    """What stands before du, and the letter u; both are taken from the items."""
    start = items.at
    for at in range(start, len(items.items)):
        item, after = items.items[at], items.items[at + 1 : at + 2]
        if items.joints[at] == "/" and at > start:
            continue
        if isinstance(found := glued_to(item), Name):
            letter, taken = found.text, 1
        elif order_of(item, "d") == 1 and after and isinstance(after[0], Name) and not items.joints[at + 1]:
            letter, taken = after[0].text, 2
        else:
            continue
        items.at = at + taken
        return Items(items.items[start:at], items.joints[start + 1 : at]), letter
    raise UnreadableAt("expected the variable of the integral after its integrand, as in ∫_0^1 f(u) du", head.end)
