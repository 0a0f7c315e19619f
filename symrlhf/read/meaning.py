"""The meaning of a formula: its Term, the place of each part, and what the notation takes for granted."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from symrlhf.errors import NotSupported, RuleViolation
from symrlhf.notation import DATA_SIZE
from symrlhf.read.names import outer_sup, spelled
from symrlhf.read.operators import integers_of, operator_at
from symrlhf.read.reader import Reader
from symrlhf.read.syntax import Group, List, Syntax
from symrlhf.read.tokens import UnreadableAt
from symrlhf.read.vectors import enumerated
from symrlhf.read.vocabulary import Vocabulary
from symrlhf.term import INTEGER, App, Card, IndexSet, Path, Rel, Term


@dataclass(frozen=True)
class Reading:
    """A term, the place of each of its parts, and what it takes for granted."""

    term: Term
    spans: dict[Path, tuple[int, int]]
    words: Vocabulary
    """The vocabulary with what the formula itself brought in: π* beside π is one more policy."""
    given: tuple[Rel, ...] = field(default=())
    """Hypotheses that belong to the notation: f'(1) is the derivative of f at a new u, with u = 1."""


def meaning(syntax: Syntax, words: Vocabulary) -> Reading:
    """The term that one side of a relation stands for; raises `UnreadableAt`."""
    reader = Reader(ranged((syntax,), words), operator_at)
    try:
        written = reader.term(syntax)
        term = enumerated(written, reader.words)
        reader.words = of_one_set(term, reader.words)
    except (TypeError, RuleViolation, NotSupported) as reason:
        # What Term itself refuses: a bound that is no integer, a derivative by a response.
        raise UnreadableAt(str(reason), syntax.start) from None
    return Reading(term, reader.places(term) if term is written else {}, reader.words, tuple(reader.given))


def of_one_set(term: Term, words: Vocabulary) -> Vocabulary:
    """The vocabulary with the sets that functions are of, where tokens are of different ones; raises for f(b, a)."""
    for t in term.subterms() if words.joints else ():
        if isinstance(t, App) and t.name not in words.factored and any(isinstance(a.sort, IndexSet) for a in t.args):
            value = words.definition(t.name)
            meant = tuple(p.sort for p in value.parameters) if value is not None else tuple(a.sort for a in t.args)
            known = words.applied.get((t.name, len(meant)), meant)
            if known != tuple(a.sort for a in t.args):
                raise NotSupported(
                    f"{t.name} is applied to tokens of different sets: say that they are of the same one"
                )
            words = replace(words, applied={**words.applied, (t.name, len(meant)): known})
    return words


def ranged(sides: tuple[Syntax, ...], words: Vocabulary) -> Vocabulary:
    """The vocabulary with what the ranges of a formula say of letters: it holds on both sides of V_n − V_0 = Σ_t ..."""
    reader = Reader(words, operator_at)
    ends, families = integers_of(*sides)
    for name in sorted(ends):
        if not reader.known(name) and not (name == DATA_SIZE and reader.data):
            reader.words = reader.words.declare(name, "natural")
    counted = (words.definition(name) for name in ends)
    if not reader.data and not any(value is not None and isinstance(value.body, Card) for value in counted):
        for family in sorted(map(reader.resolved, families)):
            reader.words = reader.words.number(family, INTEGER)
    return reader.words


def of_response(syntax: Syntax, words: Vocabulary) -> bool:
    """Whether a letter stands for a response or a prompt where a name is applied to it."""
    return Reader(words, operator_at).place(syntax) is not None


def tuple_of(syntax: Syntax, words: Vocabulary) -> tuple[Reading, ...] | None:
    """The entries of (0.6, 0.3, 0.1) or [0.6, 0.3, 0.1]; None for what is no tuple."""
    if isinstance(syntax, Group) and syntax.left in ("(", "[") and isinstance(syntax.body, List):
        return tuple(meaning(item, words) for item in syntax.body.items)
    return None


def name_of(syntax: Syntax, words: Vocabulary) -> str | None:
    """The name of a symbol that stands alone, as the vocabulary knows it; None for anything else."""
    found = spelled(syntax)
    if found is None or outer_sup(syntax) is not None:
        return None
    return Reader(words, operator_at).stem_of(found)
