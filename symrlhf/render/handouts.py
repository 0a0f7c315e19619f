"""For teaching: derivations with blank lines, a sheet of results, slides of one step each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from symrlhf.errors import SymrlhfError
from symrlhf.files import publish
from symrlhf.page import Page
from symrlhf.render.document import page
from symrlhf.render.engines import Engine, pdf_or_source
from symrlhf.render.formats import TARGETS, environment, fill

if TYPE_CHECKING:
    from symrlhf.authoring import Derivation

Kind = Literal["sheet", "slides"]

FORMATS: dict[Kind, tuple[str, ...]] = {"sheet": ("pdf", "tex", "html", "typ"), "slides": ("pdf", "tex", "typ")}
"""What each kind is printed as."""

SHOWN = frozenset({"start", "given", "definition"})
"""The lines that an exercise gives: where a derivation starts from."""


def without_steps(whole: Page) -> Page:
    """The page with the lines that follow from others left blank; their reasons stay as hints."""
    return replace(whole, lines=tuple(replace(line, hidden=line.status not in SHOWN) for line in whole.lines))


def write_handout(
    kind: Kind, derivations: Iterable[Derivation], formats: Collection[str], out: Path, **options: Any
) -> list[Path]:
    """Write a handout into the folder `out`, as `handout` says."""
    return publish(handout(kind, derivations, formats, **options), Path(out))


def handout(
    kind: Kind,
    derivations: Iterable[Derivation],
    formats: Collection[str],
    *,
    rename: Mapping[str, str] | None = None,
    templates: Path | None = None,
    engine: Engine = "typst",
    progress: Callable[[int, int, str], None] | None = None,
) -> dict[str, bytes]:
    """`sheet`: the results of all on one page, boxed. `slides`: a file for each derivation, a step on each slide.

    Of the formats, those that the kind has.
    """
    chosen = [f for f in FORMATS[kind] if f in formats]
    if not chosen:
        raise SymrlhfError(f"--{kind} is printed as {', '.join(FORMATS[kind])}, not as {', '.join(formats)}")
    todo = list(derivations)
    pages: list[Page] = []
    for i, derivation in enumerate(todo):
        if progress:
            progress(i, len(todo), derivation.name)
        pages.append(page(derivation))
    names = {kind: pages} if kind == "sheet" else {f"{p.ident}-slides": [p] for p in pages}
    files: dict[str, bytes] = {}
    for name, together in names.items():
        for form in chosen:
            files |= _file(kind, name, together, form, rename, templates, engine)
    return files


def _file(
    kind: Kind,
    name: str,
    pages: Sequence[Page],
    form: str,
    rename: Mapping[str, str] | None,
    templates: Path | None,
    engine: Engine,
) -> dict[str, bytes]:
    def source(target: str, template: str) -> str:
        return fill(environment(TARGETS[target], rename, templates), template, pages=pages)

    if form == "pdf":
        return pdf_or_source(name, engine, source, template=kind)
    return {f"{name}.{form}": source(form, f"{kind}.{form}.j2").encode()}
