"""What each format needs to fill a template: its writers as filters, its badges, its way to cross-refer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import CodeType
from typing import Any

import jinja2
from jinja2.bccache import Bucket

from symrlhf.errors import SymrlhfError
from symrlhf.page import Figure, Formula, Panel, Prose
from symrlhf.render import hypertext
from symrlhf.term import Rel, Sym, Term
from symrlhf.write import curves, latex, layout, mathml, typst, unicode
from symrlhf.write.display import Display, display
from symrlhf.write.drawing import Drawing, drawing
from symrlhf.write.graph import graph
from symrlhf.write.layout import Node, Rename
from symrlhf.write.prose import Format
from symrlhf.write.rename import renaming

BADGES: dict[str, tuple[str, str, str]] = {
    "start": ("", "", "start"),
    "proven": ("✓", r"$\checkmark$", "proven"),
    "definition": ("≔", "$:=$", "definition"),
    "given": ("•", r"$\bullet$", "given"),
    "rounded": ("≈", r"$\approx$", "rounded"),
    "undecided": ("?", "?", "undecided"),
}
"""Status -> symbol, the symbol in LaTeX, and its word: never colour alone."""

LEGEND: dict[str, str] = {
    "proven": "the kernel proves the line from those above.",
    "definition": "a name for what follows.",
    "given": "supposed here; the result holds under it.",
    "rounded": "a figure, proven to the digits that are shown.",
}
"""Status -> what it says of a line, for a book's reader."""


@dataclass(frozen=True)
class Target:
    """One output format."""

    name: str
    prose: Format
    formula: Callable[[Display], str]
    link: Callable[[str, str], str]
    """Text and the label it points to."""
    badge: Callable[[str], str]
    page_width: float
    """In em: what a formula line may take."""
    marks: bool = True
    """Whether what changed is tinted."""
    title: Callable[[str], str] = str
    """The title of a theorem inside a sentence."""
    number: Callable[[str], str] = lambda label: ""
    """What follows the title of a theorem that stands in the same book: its number."""
    drawn: Callable[[Drawing, curves.Set], str] | None = None
    """How figures are drawn, where they are."""
    paper: tuple[float, float] | None = None
    """What a drawing of its own page may take, in millimetres across and up."""


def _markdown_text(words: str) -> str:
    return re.sub(r"([\\`*_<>\[\]#|~])", r"\\\1", words)


def _markdown_math(node: Node) -> str:
    # Markdown takes the backslash from \, and \| before the formula is read.
    named = {r"\,": r"\thinspace ", r"\:": r"\medspace ", r"\|": r"\Vert ", r"\{": r"\lbrace ", r"\}": r"\rbrace "}
    return re.sub(r"\\[,:|{}]", lambda m: named[m.group()], latex.inline(node))


def _latex_badge(status: str) -> str:
    _, symbol, word = BADGES[status]
    return f"{symbol} {word}".strip()


def _plain_badge(status: str) -> str:
    symbol, _, word = BADGES[status]
    return f"{symbol} {word}".strip()


PAPER = (155.0, 222.0)
"""Millimetres of a page across and up, below a heading."""
TARGETS: dict[str, Target] = {
    t.name: t
    for t in (
        Target(
            "tex",
            Format(latex.text, latex.inline, latex.code, latex.tall),
            latex.display,
            lambda text, label: rf"\hyperref[{label}]{{{text}}}",
            _latex_badge,
            36.0,
            title=lambda words: rf"\emph{{{words}}}",
            number=lambda label: rf"~(\ref*{{{label}}})",
            drawn=curves.latex,
            paper=PAPER,
        ),
        Target(
            "fragment",
            Format(latex.text, latex.inline, latex.code, latex.tall),
            latex.display,
            lambda text, label: rf"\eqref{{{label}}}" if text.startswith("line ") else text,
            _latex_badge,
            29.0,
            marks=False,
            title=lambda words: rf"\emph{{{words}}}",
        ),
        Target(
            "typ",
            Format(typst.text, typst.inline, typst.code, typst.tall),
            typst.display,
            lambda text, label: f"#link(<{label}>)[{text}];",
            _plain_badge,
            36.0,
            title=lambda words: f"#emph[{words}];",
            number=lambda label: f"~(#ref(<{label}>, supplement: none))",
            drawn=curves.typst,
            paper=PAPER,
        ),
        Target(
            "md",
            Format(_markdown_text, _markdown_math, lambda code: f"`{code}`", _markdown_math),
            latex.display,
            lambda text, label: text,
            _plain_badge,
            48.0,
            marks=False,
        ),
        Target(
            "html",
            Format(mathml.text, mathml.inline, mathml.code, mathml.tall, mathml.together),
            mathml.display,
            hypertext.link,
            _plain_badge,
            hypertext.WIDE,
            title=lambda words: f"<cite>{words}</cite>",
            drawn=curves.html,
        ),
    )
}


class _Compiled(jinja2.BytecodeCache):
    """Templates compile alike for every environment of ours: each source once a process."""

    def __init__(self) -> None:
        self.codes: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.codes[bucket.key, bucket.checksum] = bucket.code


_COMPILED = _Compiled()


def environment(
    target: Target,
    rename: Mapping[str, str] | None = None,
    templates: Path | None = None,
    labels: Mapping[str, str] | None = None,
) -> jinja2.Environment:
    """Jinja for one format: `<< >>` and `<% %>`, the reader's own templates first.

    `labels` says where the derivation of a title stands, for those in the same document.
    """
    ours = jinja2.PackageLoader("symrlhf.templates", "")
    theirs = [jinja2.FileSystemLoader(templates)] if templates else []
    env = jinja2.Environment(
        loader=jinja2.ChoiceLoader([*theirs, ours]),
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<#",
        comment_end_string="#>",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
        autoescape=False,
        bytecode_cache=_COMPILED,
    )
    env.globals["strokes"] = curves.css
    env.globals["legend"] = tuple(LEGEND.items())
    env.filters |= _filters(target, renaming(rename), dict(labels or {}))
    return env


def fill(env: jinja2.Environment, template: str, **values: Any) -> str:
    """The template filled; a fault in a template is a clear error."""
    try:
        return env.get_template(template).render(**values)
    except jinja2.TemplateSyntaxError as error:
        raise SymrlhfError(f"template {error.name or template}, line {error.lineno}: {error.message}") from error
    except jinja2.TemplateError as error:
        raise SymrlhfError(f"template {template}: {error.message}") from error


def _filters(target: Target, rename: Rename | None, labels: Mapping[str, str]) -> dict[str, Callable[..., Any]]:
    def shown(formula: Formula, room: float = 0) -> Display:
        formula = formula if target.marks else replace(formula, changed=())
        return display(formula, rename=rename, page_width=room or target.page_width)

    def prose(text: Prose | str, where: str, cited: bool = False) -> str:
        return target.prose.prose((text,) if isinstance(text, str) else text, where, rename, cited)

    def alt(formula: Formula) -> str:
        flat = display(replace(formula, changed=()), flat=True, rename=rename, page_width=1e9)
        return " ".join(unicode.display(flat).split())

    def drawn(panel: Panel, where: str) -> str:
        assert target.drawn
        return target.drawn(drawing(panel), lambda text: prose(text, f"{where}, label"))

    def rests(edges: Sequence[tuple[str, str]]) -> str:
        """Who uses whom, each name a link."""
        assert target.drawn
        return target.drawn(
            graph(edges, target.paper), lambda name: target.link(target.prose.code(str(name[0])), str(name[0]))
        )

    def cites(texts: Iterable[str], ident: str) -> str:
        out: list[str] = []
        for text in texts:
            words = target.prose.prose((uncapitalised(text),), f"{ident}, citation")
            number = re.fullmatch(r"line (\d+)", text)
            label = (ident and f"{ident}.{number.group(1)}") if number else labels.get(text)
            words = words if number else target.title(words)
            after = target.number(label) if label and not number else ""
            out.append(target.link(words, label) + after if label else words)
        return ", ".join(out)

    def directive(text: Prose) -> str:
        """What the checker reads: names as it spells them, formulas and renamed symbols in LaTeX."""
        known = (isinstance(part, Sym) and part.name not in (rename or {}) for part in text)
        return "".join(
            part if isinstance(part, str) else part.name if k and isinstance(part, Sym) else
            latex.emit(layout.layout(part, rename=rename)).strip()
            for part, k in zip(text, known, strict=True)
        )  # fmt: skip

    def formula(term: Term) -> str:
        if isinstance(term, Rel):
            return target.formula(shown(Formula(term)))
        return target.prose.formula(layout.layout(term, rename=rename))

    def heading(title: str, where: str) -> str:
        words = prose(title, where)
        return rf"\texorpdfstring{{{words}}}{{{latex.bookmark(title)}}}" if "$" in words else words

    return {
        "prose": prose,
        "heading": heading,
        "bookmark": latex.bookmark,
        "panel": drawn,
        "seen": _seen,
        "graph": rests,
        "display": lambda f, room=0: target.formula(shown(f, room)),
        "plain": lambda f, room=0: target.formula(shown(replace(f, changed=()), room)),
        "height": lambda f: len(shown(f).rows),
        "rows": lambda f, room=0: latex.aligned_rows(shown(f, room)),
        "alt": lambda f: typst.string(alt(f)),
        "block": lambda f, margin=0: hypertext.block([shown(f, room - margin) for room in hypertext.ROOMS], alt(f)),
        "cites": cites,
        "formula": formula,
        "directive": directive,
        "badge": target.badge,
        "words": target.prose.text,
        "string": typst.string,
        "font": hypertext.font,
        "wide": lambda f: _is_wide(shown(f), target.page_width),
    }


def _seen(figure: Figure) -> str:
    """What the figure shows, for who does not see it."""

    def words(prose: Prose) -> str:
        return "".join(part if isinstance(part, str) else str(part) for part in prose)

    def panel(p: Panel) -> str:
        curves = ", ".join(words(c.label) for c in p.curves if c.label) or words(p.up.label)
        return f"{curves} over {words(p.across.label)} from {p.across.low:g} to {p.across.high:g}"

    return f"Curves: {'; '.join(map(panel, figure.panels))}."


def uncapitalised(title: str) -> str:
    """A title inside a sentence."""
    return "the" + title[3:] if title.startswith("The ") else title


def _is_wide(shown: Display, room: float) -> bool:
    """Whether the estimate leaves it open that a row runs off the page: it is then measured, and scaled."""
    return any(layout.width(a) + layout.width(b) > 0.85 * room for a, b in shown.rows)
