"""Sums and products with dots: r_0 + γ r_1 + … + γ^T r_T as Σ_{i=0}^T γ^i r_i.

What stands before and after the dots must be one expression at two numbers: where the two differ, a number stands
before and the end after them, everywhere with the same distance, and what stands before must count in ones. Anything
else keeps its dots, which have no value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any, TypeGuard

from symrlhf.read.numbers import MAX_DIGITS
from symrlhf.read.syntax import Chain, Fraction, Group, List, Name, Number, Row, Script, Sign, Sum, Symbol, Syntax

LETTERS = ("i", "j", "k", "l", "m")
"""What the terms may be numbered by: the first that the formula has no use for."""
DOTS = "…"
_ONE = ("Number", "1")


def summed(s: Sum) -> Syntax:
    """The sum without its dots, where they can be told."""
    at = _dots(s.terms)
    plain = [sign or "+" for sign in s.signs]
    if at is None or not plain[at - 1] == plain[at] == plain[at + 1]:
        return s
    run = _run(s, s.terms, at, "sum", lambda i: plain[i] == plain[at])
    if run is None:
        return s
    first, term = run
    terms = (*s.terms[:first], term, *s.terms[at + 2 :])
    signs = (*s.signs[: first + 1], *s.signs[at + 2 :])
    return term if signs == ("",) else Sum(s.start, s.end, signs, terms)


def multiplied(s: Row) -> Row:
    """The product without its dots, where they can be told: not in 1/2 · 2/3 · … · 9/10, nor in 2 · 4 · … · 2n."""
    at = _dots(s.items)
    if at is None or "/" in s.joints[: at + 1] or _tied(s, at):
        return s
    run = _run(s, s.items, at, "prod", lambda i: True)
    if run is None or (run[0] and s.joints[run[0] - 1] == "" and "·" in s.joints[at - 1 : at + 1]):
        return s
    first, factor = run
    items = (*s.items[:first], factor, *s.items[at + 2 :])
    return Row(s.start, s.end, items, (*s.joints[:first], *s.joints[at + 1 :]))


def listed(s: List, kind: str) -> Syntax:
    """max(z_1, …, z_n) as max_{i=1}^n z_i, where the dots can be told."""
    at = _dots(s.items)
    run = _run(s, s.items, at, kind, lambda i: True) if at is not None else None
    return run[1] if run is not None and run[0] == 0 and at == len(s.items) - 2 else s


def _tied(s: Row, at: int) -> bool:
    """Whether what stands after the dots may be the first of several factors that go together."""
    followed = s.joints[at + 1 : at + 2] == ("",)
    return followed and ("·" in s.joints[at - 1 : at + 1] or isinstance(s.items[at + 1], Name | Number))


def _dots(parts: tuple[Syntax, ...]) -> int | None:
    """Where the only dots stand, with something before and after them."""
    found = [i for i, p in enumerate(parts) if isinstance(p, Symbol) and p.char == DOTS]
    return found[0] if len(found) == 1 and 0 < found[0] < len(parts) - 1 else None


def _run(
    whole: Syntax, parts: tuple[Syntax, ...], at: int, kind: str, alike: Callable[[int], bool]
) -> tuple[int, Syntax] | None:
    """The number of the first part that the dots go on with, and all of them in one.

    `alike`: whether a part has the sign of the dots.
    """
    used = {t.text for t in _walk(whole) if isinstance(t, Name)}
    letter = next((c for c in LETTERS if c not in used), None)
    before, after = parts[at - 1], parts[at + 1]
    pattern = _pattern(before, after, letter) if letter is not None else None
    if pattern is None or letter is None:
        return None
    low, first = pattern.low, at - 1
    while first and alike(first - 1) and _shape(parts[first - 1]) == _shape(pattern.body, letter, low - 1):
        first, low = first - 1, low - 1
    if any(v != low - 1 for p in parts[:first] for v in _values(p, pattern.body, letter)):
        return None  # 1 + 3 + 5 + … + 9
    start, end = parts[first].start, after.end
    bound = Chain(
        start, start, (Name(start, start, letter), Number(start, start, str(low))), (Sign(start, start, "="),)
    )
    head = Script(start, start, Name(start, start, kind), sub=bound, sup=pattern.high)
    # In brackets: what follows the last part is not summed.
    return first, Group(start, end, "(", Row(start, end, (head, Group(start, end, "(", pattern.body)), ("",)))


def _values(part: Syntax, body: Syntax, letter: str) -> Iterator[int]:
    """The numbers at which the pattern is this part."""
    written = {int(t.text) for t in _walk(part) if _is_count(t)}
    return (v for v in {0, 1} | written if _shape(body, letter, v) == _shape(part))


def _is_count(s: Any) -> TypeGuard[Number]:
    return isinstance(s, Number) and s.text.isdigit() and len(s.text) <= MAX_DIGITS


@dataclass(frozen=True)
class _Pattern:
    """What is summed, from which number to which end."""

    body: Syntax
    low: int
    high: Syntax


def _pattern(before: Syntax, after: Syntax, letter: str) -> _Pattern | None:
    places = list(_differences(before, after))
    ends = [(k, e) for k, e in places if isinstance(e, Name | Number)] if None not in places else []
    if not ends:
        return None
    low, high = ends[0]
    if isinstance(high, Number) and not (_is_count(high) and int(high.text) >= low):
        return None
    if any(_shape(e) != _shape(_shifted(high, k - low)) for k, e in places):
        return None
    return _Pattern(_filled(before, after, letter, low), low, high)


def _differences(before: Syntax, after: Syntax) -> Iterator[Any]:
    """The numbers before the dots with what stands there after them; None where the two are different otherwise."""
    if _shape(before) == _shape(after):
        return
    if _is_count(before):
        yield int(before.text), after
        return
    if isinstance(after, Script) and after.sup is not None and _shape(_without_power(after)) == _shape(before):
        yield 1, after.sup  # γ is γ^1
        return
    if type(before) is not type(after):
        yield None
        return
    for a, b in zip(_parts(before), _parts(after), strict=True):
        if isinstance(a, Syntax) and isinstance(b, Syntax):
            yield from _differences(a, b)
        elif isinstance(a, tuple) and isinstance(b, tuple) and len(a) == len(b):
            for x, y in zip(a, b, strict=True):
                if isinstance(x, Syntax):
                    yield from _differences(x, y)
                elif x != y:
                    yield None
        elif a != b:
            yield None


def _filled(before: Syntax, after: Syntax, letter: str, low: int) -> Syntax:
    """What stands before the dots, with the letter for its number."""
    if _shape(before) == _shape(after):
        return before
    at = Name(after.start, after.end, letter)
    if isinstance(before, Number):
        return _shifted(at, int(before.text) - low)
    if isinstance(after, Script) and after.sup is not None and _shape(_without_power(after)) == _shape(before):
        return replace(after, sup=_shifted(at, 1 - low))
    changed: dict[str, Any] = {}
    for name, a, b in zip(_names(before), _parts(before), _parts(after), strict=True):
        if isinstance(a, Syntax):
            changed[name] = _filled(a, b, letter, low)
        elif isinstance(a, tuple):
            pairs = zip(a, b, strict=True)
            changed[name] = tuple(_filled(x, y, letter, low) if isinstance(x, Syntax) else x for x, y in pairs)
    return replace(before, **changed)


def _shifted(s: Syntax, by: int) -> Syntax:
    if not by:
        return s
    if isinstance(s, Number):
        return replace(s, text=str(int(s.text) + by))
    number = Number(s.start, s.end, str(abs(by)))
    return Sum(s.start, s.end, ("", "+" if by > 0 else "-"), (s, number))


def _shape(s: Any, letter: str = "", value: int = 0) -> Any:
    """A formula without places; at a value of the letter, with x for x¹, 1 for x⁰, and no factor or divisor 1."""
    match s:
        case Group(left="", body=body) if body is not None:
            return _shape(body, letter, value)
        case Name(text=text) if text == letter:
            return ("Number", str(value))
        case Sum(signs=("", "+" | "-" as sign), terms=(Name(text=text), Number(text=number))) if text == letter:
            return ("Number", str(value + int(number) if sign == "+" else value - int(number)))
        case Script(sup=sup) if letter and sup is not None and _shape(sup, letter, value) == _ONE:
            return _shape(_without_power(s), letter, value)
        case Script(sup=sup) if letter and sup is not None and _shape(sup, letter, value) == ("Number", "0"):
            return _ONE
        case Fraction(top=top, bottom=bottom) if letter and _shape(bottom, letter, value) == _ONE:
            return _shape(top, letter, value)
        case Row(items=items, joints=joints) if letter:
            shapes = [_shape(i, letter, value) for i in items]
            kept = [i for i, shape in enumerate(shapes) if shape != _ONE or (i == 0 and joints[0] == "/")]
            if not kept:
                return _ONE
            if kept == [0] or (len(kept) == 1 and joints[kept[0] - 1] != "/"):
                return shapes[kept[0]]
            return ("Row", tuple(shapes[i] for i in kept), tuple(joints[i - 1] for i in kept[1:]))
        case _:
            pass
    if isinstance(s, Syntax):
        return (type(s).__name__, *(_shape(p, letter, value) for p in _parts(s)))
    return tuple(_shape(p, letter, value) for p in s) if isinstance(s, tuple) else s


def _without_power(s: Script) -> Syntax:
    return replace(s, sup=None) if s.sub is not None or s.primes or s.star else s.base


def _names(s: Syntax) -> list[str]:
    return [f.name for f in fields(s) if f.name not in ("start", "end")]


def _parts(s: Syntax) -> list[Any]:
    return [getattr(s, name) for name in _names(s)]


def _walk(s: Any) -> Iterator[Any]:
    yield s
    for part in _parts(s) if isinstance(s, Syntax) else s if isinstance(s, tuple) else ():
        yield from _walk(part)
