"""What stands around an operator: the items after it, its brackets, its scripts."""

from __future__ import annotations

from symrlhf.read.reader import Items, Reader
from symrlhf.read.syntax import Group, Script, Syntax
from symrlhf.term import Term


def item_ahead(items: Items, ahead: int) -> Syntax | None:
    """The item `ahead` of the first, if nothing stands between."""
    at = items.at + ahead
    return items.items[at] if at < len(items.items) and not any(items.joints[items.at + 1 : at + 1]) else None


def group_after(items: Items) -> Group | None:
    """The brackets right after the first item, perhaps with an exponent."""
    return plain_group(item_ahead(items, 1))


def plain_group(s: Syntax | None) -> Group | None:
    """The brackets, without what stands on them; None for bars and for what is no bracket."""
    if isinstance(s, Script) and isinstance(s.base, Group):
        s = s.base
    return s if isinstance(s, Group) and s.left in ("(", "[", "{") else None


def rest_of(reader: Reader, items: Items) -> Term:
    """The product to the right, which an operator applies to."""
    rest = items.rest()
    assert rest is not None
    with reader.over(None):
        return reader.term(rest)


def scripts_of(s: Syntax) -> tuple[Syntax | None, Syntax | None]:
    """What stands below and above."""
    return (s.sub, s.sup) if isinstance(s, Script) else (None, None)


def brackets_of(items: Items) -> tuple[Group, Syntax | None]:
    """The brackets that the items begin with, and the exponent on them."""
    first = items.next()
    group = plain_group(first)
    assert group is not None
    return group, first.sup if isinstance(first, Script) else None
