"""Page -> files: LaTeX, Typst, PDF, HTML, Markdown, and text for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symrlhf.errors import SymrlhfError, unknown_name
from symrlhf.files import publish
from symrlhf.page import Around, Figure, Formula, FunctionPage, Page
from symrlhf.render import terminal
from symrlhf.render.document import page, sentence
from symrlhf.render.engines import Engine, advice, compile_typst, pdf_or_source
from symrlhf.render.formats import TARGETS, environment, fill
from symrlhf.render.handouts import without_steps
from symrlhf.term import Binder, Term
from symrlhf.write.latex import latex as latex_of

if TYPE_CHECKING:
    from symrlhf.authoring import Derivation
    from symrlhf.kernel.theorem import Theorem

FORMATS = ("tex", "pdf", "html", "md", "typ")

Figures = tuple[Figure, ...]

Progress = Callable[[int, int, str], None]
"""Called with how many are done, of how many, and the name of the next."""


def write(derivations: Iterable[Derivation], formats: Collection[str], out: Path, **options: Any) -> list[Path]:
    """Print the derivations into the folder `out`, as `printed` says; all files or none."""
    return publish(printed(derivations, formats, **options), Path(out))


def printed(
    derivations: Iterable[Derivation],
    formats: Collection[str],
    *,
    fragment: bool = False,
    hide_steps: bool = False,
    rename: Mapping[str, str] | None = None,
    templates: Path | None = None,
    engine: Engine = "typst",
    contents: str = "",
    figures: Mapping[str, Figures] | None = None,
    progress: Progress | None = None,
) -> dict[str, bytes]:
    """The derivations as files by their names, one for each and each format.

    With `hide_steps` the steps are left blank, and files that end in "-solution" have them. With `fragment`, "tex" is
    a theorem with its proof for `\\input` into an article. Where the engine of "pdf" is missing (see `advice`), its
    source is written instead. Pages of "html" link to each other where they cite, and to their neighbours and the
    file `contents` if that is given. `figures` are put on the pages of the derivations named.
    """
    chosen = _checked(formats, templates)
    todo = list(derivations)
    if rename:
        check_names(rename, todo)
    files: dict[str, bytes] = {}
    labels = {d.title: d.name for d in todo}
    for i, derivation in enumerate(todo):
        if progress:
            progress(i, len(todo), derivation.name)
        around = _around(todo, i, contents) if contents else None
        one = replace(page(derivation), figures=(figures or {}).get(derivation.name, ()))
        options = (around, labels, chosen, fragment, rename, templates, engine)
        whole = _files(one, *options)
        if hide_steps:
            files |= {f"{Path(name).stem}-solution{Path(name).suffix}": data for name, data in whole.items()}
            whole = _files(without_steps(one), *options)
        files |= whole
    if progress:
        progress(len(todo), len(todo), "")
    return files


def _around(derivations: Sequence[Derivation], i: int, contents: str) -> Around:
    before, after = (
        (derivations[k].name, derivations[k].title) if 0 <= k < len(derivations) else None for k in (i - 1, i + 1)
    )
    users = tuple((d.name, d.title) for d in derivations if derivations[i].name in (used.name for used in d.imports))
    return Around(contents, before, after, users)


def _files(
    one: Page,
    around: Around | None,
    labels: Mapping[str, str],
    formats: tuple[str, ...],
    fragment: bool,
    rename: Mapping[str, str] | None,
    templates: Path | None,
    engine: Engine,
) -> dict[str, bytes]:
    def source(target: str, template: str) -> str:
        # Only pages of HTML can point to other files.
        known = labels if target == "html" else None
        return fill(environment(TARGETS[target], rename, templates, known), template, page=one, around=around)

    files: dict[str, bytes] = {}
    for form in formats:
        if form == "pdf":
            files |= pdf_or_source(one.ident, engine, source)
        elif form == "tex" and fragment:
            files[f"{one.ident}.tex"] = source("fragment", "fragment.tex.j2").encode()
        else:
            files[f"{one.ident}.{form}"] = source(form, f"derivation.{form}.j2").encode()
    return files


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


def latex(derivation: Derivation, figures: Figures = ()) -> str:
    """The derivation as a LaTeX document."""
    return _filled("tex", "derivation.tex.j2", derivation, figures)


def pdf(derivation: Derivation, path: Path, figures: Figures = ()) -> Path:
    """Write the derivation as PDF."""
    if missing := advice("typst"):
        raise SymrlhfError(missing)
    source = _filled("typ", "derivation.typ.j2", derivation, figures)
    publish({path.name: compile_typst(source, derivation.name)}, path.parent)
    return path


def html(derivation: Derivation, figures: Figures = ()) -> str:
    """The derivation as an HTML document that needs no other file."""
    return _filled("html", "derivation.html.j2", derivation, figures)


def notebook_html(derivation: Derivation, figures: Figures = ()) -> str:
    """The derivation for the output of a notebook, in the notebook's own fonts."""
    return _filled("html", "notebook.html.j2", derivation, figures)


def _filled(target: str, template: str, derivation: Derivation, figures: Figures) -> str:
    whole = replace(page(derivation), figures=figures)
    return fill(environment(TARGETS[target]), template, page=whole, around=None)


def theorem_html(theorem: Theorem) -> str:
    """A theorem for the output of a notebook: what it says, under which hypotheses and conditions, by which rule."""
    return fill(
        environment(TARGETS["html"]),
        "theorem.html.j2",
        formula=Formula(theorem.relation),
        every=sentence(theorem.statement)[1:],
        hypotheses=[sentence(h) for h in theorem.hypotheses],
        conditions=[sentence(c) for c in theorem.conditions],
        rule=theorem.rule,
    )


def function_html(function: FunctionPage) -> str:
    """A numeric function for the output of a notebook."""
    return fill(environment(TARGETS["html"]), "function.html.j2", function=function)


def theorem_latex(theorem: Theorem) -> str:
    """What a theorem says as one formula, for a notebook."""
    return rf"$\displaystyle {latex_of(theorem.relation)}$"


def notebook_latex(derivation: Derivation) -> str:
    """The derivation as one formula, for a notebook."""
    return fill(environment(TARGETS["md"]), "notebook.md.j2", page=page(derivation))
