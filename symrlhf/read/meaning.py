"""The meaning of a formula: its Term, the place of each part, and what the notation takes for granted."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from symrlhf.errors import NotSupported, RuleViolation
from symrlhf.notation import DATA_SIZE
from symrlhf.read.names import outer_sup, spelled
from symrlhf.read.operators import integers_of, law_of, meet_draws, operator_at, parts_of
from symrlhf.read.reader import Reader
from symrlhf.read.syntax import Name, Script, Syntax
from symrlhf.read.tokens import UnreadableAt
from symrlhf.read.vectors import enumerated
from symrlhf.read.vocabulary import Vocabulary
from symrlhf.term import INTEGER, RESPONSES, App, Card, IndexSet, Path, Rel, Sym, Term


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
    todo = [*sides]
    while todo:
        s = todo.pop()
        if (
            isinstance(s, Script)
            and isinstance(s.base, Name)
            and s.base.text in ("E", "Var", "Cov")
            and s.sub is not None
        ):
            meet_draws(reader, s.sub)
        todo += parts_of(s)
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


def response_named(syntax: Syntax, words: Vocabulary) -> Sym | None:
    """The response that a letter stands for."""
    place = Reader(words, operator_at).place(syntax)
    return place if isinstance(place, Sym) and place.sort == RESPONSES else None


def law_named(syntax: Syntax, words: Vocabulary) -> tuple[Sym, Term, Vocabulary] | None:
    """A response, its probability under the distribution that a formula names, and the vocabulary with that name."""
    reader = Reader(words, operator_at)
    try:
        law = law_of(reader, syntax)
    except UnreadableAt:
        return None
    if law is None:
        return None
    index = Sym(law[1].letter, law[1])
    return index, law[0](index), reader.words


def name_of(syntax: Syntax, words: Vocabulary) -> str | None:
    """The name of a symbol that stands alone, as the vocabulary knows it; None for anything else."""
    found = spelled(syntax)
    if found is None or outer_sup(syntax) is not None:
        return None
    return Reader(words, operator_at).stem_of(found)
