"""The book: every derivation as one document, with contents, notation, and what must be trusted."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symrlhf.errors import unknown_name
from symrlhf.files import publish
from symrlhf.notation import BINDERS, FUNCTIONS, unfold
from symrlhf.page import Book, Chapter, Figure, Indexed, Listed, Meaning, Page, Prose, Trusted
from symrlhf.render import FORMATS, Progress, check_names
from symrlhf.render.document import applications, meaning, page
from symrlhf.render.engines import Engine, pdf_or_source
from symrlhf.render.formats import TARGETS, environment, fill
from symrlhf.setting import KL, E, H, Policy, Reward, cross_entropy
from symrlhf.term import Binder, BinderKind, Fun, Sym, Term
from symrlhf.write.prose import paragraphs

if TYPE_CHECKING:
    from symrlhf.authoring import Derivation

TITLE = "RLHF, derived"
NAME = "book"

Law = Sequence[str]
"""Name, law, condition, and a point where the law fails without it; the last two may be left out."""


def write_book(derivations: Iterable[Derivation], out: Path, formats: Collection[str], **options: Any) -> list[Path]:
    """Set all derivations as one book in the folder `out`, as `bound` says."""
    return publish(bound(derivations, formats, **options), Path(out))


def bound(
    derivations: Iterable[Derivation],
    formats: Collection[str],
    *,
    trust: Iterable[Law] = (),
    rename: Mapping[str, str] | None = None,
    templates: Path | None = None,
    engine: Engine = "typst",
    figures: Mapping[str, tuple[Figure, ...]] | None = None,
    progress: Progress | None = None,
) -> dict[str, bytes]:
    """All derivations as one book: the files `book.pdf`, `book.tex`, `book.md`.

    `book.html` is the book's contents, notation and index, with links to the pages that `render.printed` makes.
    """
    for form in formats:
        if form not in FORMATS:
            raise unknown_name("format", form, FORMATS)
    todo = list(derivations)
    if rename:
        check_names(rename, todo)
    pages: list[Page] = []
    for i, derivation in enumerate(todo):
        if progress:
            progress(i, len(todo) + 1, derivation.name)
        pages.append(replace(page(derivation), figures=(figures or {}).get(derivation.name, ())))
    if progress:
        progress(len(todo), len(todo) + 1, "book")
    whole = compose(todo, pages, trust)
    labels = {p.title: p.ident for p in pages}

    def source(target: str, template: str) -> str:
        return fill(environment(TARGETS[target], rename, templates, labels), template, book=whole)

    files: dict[str, bytes] = {}
    for form in (f for f in FORMATS if f in formats):
        if form == "pdf":
            files |= pdf_or_source(NAME, engine, source, template="book")
        else:
            files[f"{NAME}.{form}"] = source(form, f"book.{form}.j2").encode()
    if progress:
        progress(len(todo) + 1, len(todo) + 1, "")
    return files


def compose(derivations: Sequence[Derivation], pages: Sequence[Page], trust: Iterable[Law] = ()) -> Book:
    """The book as data: chapters in the order given."""
    about = {d.chapter: tuple((p,) for p in paragraphs(d.preface)) for d in derivations}
    idents = {p.ident for p in pages}

    def chapter(title: str, together: Sequence[Page]) -> Chapter:
        rests = tuple((used, p.ident) for p in together for used in p.imports if used in idents)
        return Chapter(
            title, tuple(replace(p, references=()) for p in together), together[0].references, about[title], rests
        )

    chapters = tuple(chapter(title, [*together]) for title, together in groupby(pages, lambda p: p.chapter))
    return Book(
        TITLE,
        chapters,
        notation=tuple(_notation(derivations)),
        symbols=tuple(_symbols(derivations)),
        trusted=tuple(_trusted(trust)),
        index=tuple(_index(pages)),
        words=tuple(_words(pages)),
        theorems=tuple(_theorems(pages)),
    )


def _index(pages: Sequence[Page]) -> Iterable[Indexed]:
    """The rules by name, each with the lines that follow by it."""
    for rule in sorted({line.rule for p in pages for line in p.lines} - {"", "start", "given"}):
        places = ((p.ident, p.title, tuple(line.number for line in p.lines if line.rule == rule)) for p in pages)
        yield Indexed(rule, tuple(place for place in places if place[2]))


def _theorems(pages: Sequence[Page]) -> Iterable[Listed]:
    """The derivations by title, an article in front of it not counted."""
    for p in sorted(pages, key=lambda p: re.sub(r"^(The|An?) ", "", p.title).casefold()):
        yield Listed(p.ident, p.title, tuple((q.ident, q.title) for q in pages if p.ident in q.imports))


TELLING = 10
"""A word in more derivations than that tells none of them."""

_WORD = re.compile(r"(?<![\w{])[^\W\d_]{4,}(?:[-–][^\W\d_]+)*(?![\w{}(])")
_COMMON = (
    "above acts added adds after again against ahead alike along also although always amount another anyway apart "
    "away back because been before being below better between beyond both cannot come counts decides does done down "
    "each else enough enters even ever every everything everywhere exceeds first from gets given gives goes good half "
    "hard have here however into itself just keeps kept know later leave leaves left less lies like looks made make "
    "makes many matter misses more most moved much must near need neither never next none nothing often only other "
    "over reached reaches rest same says second seen sees short smaller some stays step still stops such sure take "
    "takes tells than that their them then there they third this those though times together turns twice under until "
    "upon upper very well what whatever when where which while whole whose will with within without worse"
)


def _words(pages: Sequence[Page]) -> Iterable[tuple[str, tuple[tuple[str, str], ...]]]:
    """The words of titles and claims by the alphabet, a plural under its singular, each with its derivations."""
    found: dict[str, dict[str, str]] = {}
    for p in pages:
        prose = [p.title, *(part for paragraph in p.claim for part in paragraph if isinstance(part, str))]
        for word in _WORD.findall(" ".join(prose).casefold()):
            found.setdefault(word, {})[p.ident] = p.title
    for word in [w for w in found if w.endswith("s") and w[:-1] in found]:
        found[word[:-1]] |= found.pop(word)
    for word in sorted(found.keys() - set(_COMMON.split())):
        if len(found[word]) <= TELLING:
            yield word, tuple(found[word].items())


def _trusted(trust: Iterable[Law]) -> Iterable[Trusted]:
    for name, law, *rest in trust:
        condition, fails = (*rest, "", "")[:2]
        yield Trusted(name, (law,), (condition,) if condition else (), (fails,) if fails else ())


# ------------------------------------------------------------------ the table of notation


def _notation(derivations: Sequence[Derivation]) -> Iterable[Meaning]:
    """The functions and operators that occur, each with its definition."""
    terms = [t for d in derivations for line in d.lines for t in line.display.subterms()]
    functions = {t.name for t in terms if isinstance(t, Fun)}
    binders = {t.kind for t in terms if isinstance(t, Binder)}
    if "log" in functions:
        yield Meaning((Fun("log", (Sym("z"),)),), ("the natural logarithm; divergence and entropy are in nats",))
    letters = [Sym(letter) for letter in "zab"]
    for name in (n for n in FUNCTIONS if n in functions):
        term = Fun(name, tuple(letters[: FUNCTIONS[name].arity[0]]))
        yield from _defined(term)
    for kind in (k for k in BINDERS if k in binders):
        if kind in _SAMPLES:
            yield from _defined(_SAMPLES[kind])


def _defined(term: Term) -> Iterable[Meaning]:
    definition = unfold(term)
    if definition is not None:
        yield Meaning((term,), (definition,))


_SAMPLES: dict[BinderKind, Term] = {
    "E": E(Policy("pi"), Reward("f")),
    "KL": KL(Policy("p"), Policy("q")),
    "H": H(Policy("p")),
    "cross_entropy": cross_entropy(Policy("p"), Policy("q")),
}


def _symbols(derivations: Sequence[Derivation]) -> Iterable[Meaning]:
    """The declared names, each with what it stands for; one with several meanings has them all."""
    found: dict[str, list[Prose]] = {}
    for derivation in derivations:
        uses = applications(derivation)
        for declaration in (d for d in derivation.setting.declarations if d.sort.name != "D"):
            meanings = found.setdefault(declaration.name, [])
            words = meaning(declaration, uses)
            if words not in meanings:
                meanings.append(words)
    for name, meanings in found.items():
        joined: list[str | Term] = []
        for i, words in enumerate(meanings):
            joined += ["; elsewhere ", *words] if i else list(words)
        yield Meaning((Sym(name),), tuple(joined))
