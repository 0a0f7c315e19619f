"""One row per operator: the name it is called by, when it is one, and the function that reads what stands around it."""

from __future__ import annotations

from collections.abc import Callable

from symrlhf.read.names import Spelled, entries, outer_sup, spelled
from symrlhf.read.operators.around import group_after, item_ahead
from symrlhf.read.operators.big import best, big, optimum
from symrlhf.read.operators.derivatives import gradient, leibniz
from symrlhf.read.operators.differentials import is_derivative, leibniz_at, nabla
from symrlhf.read.operators.functions import function, indicator, order, pair_of, smaller
from symrlhf.read.operators.integrals import integrating
from symrlhf.read.operators.joint import law_named, law_of_tokens, value
from symrlhf.read.operators.limits import limiting
from symrlhf.read.operators.means import (
    covariance,
    divergence,
    entropy,
    expectation,
    law_of,
    mutual_information,
    of_tokens_alone,
    variance,
)
from symrlhf.read.reader import FUNCTION_WORDS, Items, Operator, Reader
from symrlhf.read.syntax import Chain, Group, Number, Script, Symbol, Syntax
from symrlhf.read.tokens import UnreadableAt


def operator_at(reader: Reader, items: Items) -> Operator | None:
    """The operator or named function that the items begin with; None for a symbol, a number or a bracket."""
    first = items.first
    if isinstance(first, Symbol | Script) and nabla(first) is not None:
        return gradient
    if leibniz_at(items) is not None or is_derivative(first):
        return leibniz
    if isinstance(first, Number) and first.text == "1" and _braced(item_ahead(items, 1)):
        return indicator
    found = spelled(first)
    if found is None:
        return None
    if reader.words.joints and law_named(reader, first) is not None and (after := group_after(items)) is not None:
        return value if after.left == "(" else None
    name = reader.stem_of(found) or found.base
    base = "D_KL" if name in ("D_KL", "KL", "D_kl", "D_KL_") else found.base
    if _taken_over(reader, name, base) or (base == found.base and _taken_over(reader, base, base)):
        return None
    row = _OPERATORS.get(base)
    marked = bool(found.primes or found.star or found.accents)
    if row is not None and row[0](reader, items) and not (marked and row[1] in _NAMED):
        ranged = base in ("sum", "prod", "int") or (base in ("max", "min") and _has_bounds(first))
        if marked or (outer_sup(first) is not None and not ranged):
            raise UnreadableAt(f"{base} with a mark or an exponent of its own has no reading", first.start)
        return row[1]
    if base in FUNCTION_WORDS and not _is_variable(reader, found, items):
        return function
    return None


def _has_bounds(s: Syntax) -> bool:
    """max_{i=1}."""
    return isinstance(s, Script) and isinstance(s.sub, Chain)


def _taken_over(reader: Reader, name: str, base: str) -> bool:
    """Whether the document says what the name is: H = −Σ p log p is a number, and H(π) the entropy all the same."""
    if not reader.known(name) or name in FUNCTION_WORDS:
        return False
    value, row = reader.words.definition(name), _OPERATORS.get(base)
    return value is None or bool(value.parameters) or row is None or row[1] not in _NAMED


def _braced(s: Syntax | None) -> bool:
    return isinstance(s, Group) and s.left in ("{", "[") and isinstance(s.body, Chain)


def _is_variable(reader: Reader, found: Spelled, items: Items) -> bool:
    """Whether σ or δ is a letter here: σ with a subscript, or without an argument."""
    if found.base in ("delta", "Delta"):
        return not _is_kronecker(reader, found)
    if reader.words.definition(found.base) is not None:
        return True
    if found.base in ("sigma", "gap", "sign"):
        return bool(found.subscripts) or found.star or bool(found.accents) or group_after(items) is None
    return False


def _is_kronecker(reader: Reader, found: Spelled) -> bool:
    return len(pair_of(found)) == 2 and all(reader.place(p) is not None for p in pair_of(found))


def _always(reader: Reader, items: Items) -> bool:
    return True


def _bracketed(reader: Reader, items: Items) -> bool:
    return group_after(items) is not None


def _alone_and_bracketed(reader: Reader, items: Items) -> bool:
    found = spelled(items.first)
    return found is not None and not found.subscripts and _bracketed(reader, items)


def _is_no_number(reader: Reader, items: Items) -> bool:
    """o(h), where nothing was said of an o, which may be odds."""
    return _alone_and_bracketed(reader, items) and "o" not in reader.words.met


def _of_law(reader: Reader, items: Items) -> bool:
    """H(π), and H(π, π_ref)."""
    found = spelled(items.first)
    group = group_after(items)
    if group is None or group.body is None or found is None or found.subscripts:
        return False
    if of_tokens_alone(reader, group):
        return True
    if reader.words.joints and all(law_of_tokens(reader, part) is not None for part in entries(group.body)):
        return True
    return all(law_of(reader, part, new=("pi",)) is not None for part in entries(group.body))


def _of_two_tokens(reader: Reader, items: Items) -> bool:
    """I(a; b)."""
    group = group_after(items)
    return group is not None and not reader.known("I") and of_tokens_alone(reader, group)


Applies = Callable[[Reader, Items], bool]


_OPERATORS: dict[str, tuple[Applies, Operator]] = {
    "sum": (_always, big("sum")),
    "prod": (_always, big("prod")),
    "max": (_always, optimum("max")),
    "min": (_always, optimum("min")),
    "sup": (_always, optimum("max")),
    "inf": (_always, optimum("min")),
    "int": (_always, integrating),
    "argmax": (_always, best),
    "lim": (_always, limiting),
    "E": (_always, expectation),
    "Var": (_always, variance),
    "Cov": (_bracketed, covariance),
    "D_KL": (_bracketed, divergence),
    "H": (_of_law, entropy),
    "I": (_of_two_tokens, mutual_information),
    "O": (_alone_and_bracketed, order),
    "o": (_is_no_number, smaller),
    "indicator": (_always, indicator),
}
"""Name -> when it is this operator, and how it is read. A document that gives the name a meaning takes it over."""


_NAMED = (divergence, entropy, order, smaller)
"""Operators that are functions of their brackets: H' may be another function."""
