"""Page -> files: LaTeX, Typst, PDF, Markdown, and text for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from symrlhf.errors import SymrlhfError, unknown_name
from symrlhf.page import Page
from symrlhf.render import terminal
from symrlhf.render.document import page
from symrlhf.render.engines import Engine, advice, compile_latex, compile_typst
from symrlhf.render.files import publish
from symrlhf.render.formats import TARGETS, environment, fill
from symrlhf.term import Binder, Term

if TYPE_CHECKING:
    from symrlhf.authoring import Derivation

FORMATS = ("tex", "pdf", "html", "md", "typ")

Progress = Callable[[int, int, str], None]
"""Called with how many are done, of how many, and the name of the next."""


def write(
    derivations: Iterable[Derivation],
    formats: Collection[str],
    out: Path,
    *,
    fragment: bool = False,
    rename: Mapping[str, str] | None = None,
    templates: Path | None = None,
    engine: Engine = "typst",
    progress: Progress | None = None,
) -> list[Path]:
    """Print the derivations into the folder `out`, one file for each and each format.

    With `fragment`, "tex" is a theorem with its proof for `\\input` into an article. Where the engine of "pdf" is
    missing (see `advice`), its source is written instead.
    """
    chosen = _checked(formats, templates)
    todo = list(derivations)
    if rename:
        check_names(rename, todo)
    files: dict[str, bytes] = {}
    for i, derivation in enumerate(todo):
        if progress:
            progress(i, len(todo), derivation.name)
        files |= _files(page(derivation), chosen, fragment, rename, templates, engine)
    if progress:
        progress(len(todo), len(todo), "")
    return publish(files, Path(out))


def _files(
    one: Page,
    formats: tuple[str, ...],
    fragment: bool,
    rename: Mapping[str, str] | None,
    templates: Path | None,
    engine: Engine,
) -> dict[str, bytes]:
    def source(target: str, template: str) -> str:
        return fill(environment(TARGETS[target], rename, templates), template, page=one)

    files: dict[str, bytes] = {}
    for form in formats:
        if form == "pdf":
            files |= pdf_or_source(one.ident, engine, source)
        elif form == "tex" and fragment:
            files[f"{one.ident}.tex"] = source("fragment", "fragment.tex.j2").encode()
        else:
            files[f"{one.ident}.{form}"] = source(form, f"derivation.{form}.j2").encode()
    return files


def pdf_or_source(
    name: str, engine: Engine, source: Callable[[str, str], str], template: str = "derivation"
) -> dict[str, bytes]:
    """The PDF by `engine`, or where that is missing the source it would have read."""
    kind, compiled = ("typ", compile_typst) if engine == "typst" else ("tex", compile_latex)
    text = source(kind, f"{template}.{kind}.j2")
    return {f"{name}.{kind}": text.encode()} if advice(engine) else {f"{name}.pdf": compiled(text, name)}


def _checked(formats: Collection[str], templates: Path | None) -> tuple[str, ...]:
    for form in formats:
        if form not in FORMATS:
            raise unknown_name("format", form, FORMATS)
    if templates is not None and not templates.is_dir():
        raise SymrlhfError(f"there is no folder of templates {templates}")
    return tuple(f for f in FORMATS if f in formats)


def check_names(rename: Mapping[str, str], derivations: Iterable[Derivation]) -> None:
    """Each renamed symbol must occur, and no two symbols may come to look the same."""
    known: set[str] = set()
    for d in derivations:
        for line in d.lines:
            known |= line.display.names | {t.letter or t.over.letter for t in _binders(line.display)}
    for old in rename:
        if old not in known:
            raise unknown_name("symbol", old, known)
    kept = known - rename.keys()
    for old, new in rename.items():
        others = [n for o, n in rename.items() if o != old]
        if new in kept or new in others:
            raise SymrlhfError(f"--rename {old}={new}: {new} already stands for something else")


def _binders(term: Term) -> Iterable[Binder]:
    return (t for t in term.subterms() if isinstance(t, Binder))


# ------------------------------------------------------------------ one derivation at a time


def text(derivation: Derivation, width: int = 80, color: bool = False) -> str:
    """The derivation for a terminal."""
    return terminal.text(page(derivation), width, color)


def latex(derivation: Derivation) -> str:
    """The derivation as a LaTeX document."""
    return fill(environment(TARGETS["tex"]), "derivation.tex.j2", page=page(derivation))


def pdf(derivation: Derivation, path: Path) -> Path:
    """Write the derivation as PDF."""
    if missing := advice("typst"):
        raise SymrlhfError(missing)
    source = fill(environment(TARGETS["typ"]), "derivation.typ.j2", page=page(derivation))
    publish({path.name: compile_typst(source, derivation.name)}, path.parent)
    return path


def notebook_latex(derivation: Derivation) -> str:
    """The derivation as one formula, for a notebook."""
    return fill(environment(TARGETS["md"]), "notebook.md.j2", page=page(derivation))
