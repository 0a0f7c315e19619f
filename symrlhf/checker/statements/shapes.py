"""What can be seen from a formula or a term alone, whatever the document has said before."""

from __future__ import annotations

import re
from collections.abc import Iterable

from symrlhf.checker.formulas import Formula, Head, Side, ascii_name
from symrlhf.notation import SMALLER
from symrlhf.read.vocabulary import CASES
from symrlhf.term import Binder, Card, Fun, Order, Term


def definable(head: Head) -> bool:
    """Whether its name and parameters are names, not numbers or other expressions."""
    return all(n.replace("'", "").isidentifier() and n.isascii() for n in (head.name, *head.parameters))


def relates(formula: Formula) -> bool:
    """Whether it states a relation that is read."""
    return any(s.sense for s in formula.signs)


def senses(formula: Formula) -> set[str]:
    """What its signs say."""
    return {s.sense for s in formula.signs}


def plain_side(side: Side | None) -> bool:
    """A letter, a number, or a simple term: something that a hypothesis bounds."""
    return side is not None and len(side.piece.text) <= 20


def letters_in(text: str) -> frozenset[str]:
    """The letters of a formula as written, without subscripts, by the names that symbols have."""
    found = re.findall(r"(?<![A-Za-z])[^\W\d_](?![A-Za-z])|\\?[A-Za-z]+", re.sub(r"_(?:\{[^{}]*\}|\w+)", " ", text))
    names = {ascii_name(w.lstrip("\\")).replace("var", "") for w in found}
    return frozenset(n.split("_")[0] for n in names)


def varies(term: Term) -> bool:
    """Whether it is more than an expression in numbers."""
    return bool(term.names) or any(isinstance(t, (Binder, Card)) for _, t in term.walk())


def is_order(term: Term) -> bool:
    """O(h) or o(h)."""
    return isinstance(term, Order) or is_smaller(term)


def is_smaller(term: Term) -> bool:
    """o(h), which no claim may hold: it is said as a limit."""
    return isinstance(term, Fun) and term.name == SMALLER


def over_cases(terms: Iterable[Term]) -> set[Term]:
    """The means that name no law."""
    return {t for term in terms for t in term.subterms() if isinstance(t, Binder) and t.over == CASES}
