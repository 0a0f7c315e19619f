"""A derivation as text for a terminal: one line of Unicode per formula, as wide as the window."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from symrlhf.page import Formula, Page, PageLine, Prose
from symrlhf.render.formats import BADGES, uncapitalised
from symrlhf.term import Term
from symrlhf.write import unicode
from symrlhf.write.display import display
from symrlhf.write.prose import check

_STYLES = {"title": "1;34", "strong": "1", "faint": "2", "result": "1"}
_INDENT = "     "


def text(page: Page, width: int = 80, color: bool = False) -> str:
    """The page in lines of at most `width` characters, as far as formulas can be broken."""
    paint = _paint if color else (lambda style, words: words)

    def sections() -> Iterator[str]:
        yield paint("title", page.title)
        yield paint("faint", f"{page.ident}   {page.chapter}")
        yield ""
        for paragraph in page.claim:
            yield from textwrap.wrap(_words(paragraph, f"{page.ident}, claim"), width)
        if page.assumptions:
            yield ""
            for entry in page.assumptions:
                words = _words(entry.text, f"{page.ident}, assumption {entry.label}")
                first, *rest = textwrap.wrap(words, width - len(_INDENT)) or [""]
                yield paint("strong", entry.label.ljust(len(_INDENT))) + first
                yield from (_INDENT + line for line in rest)
        for line in page.lines:
            yield ""
            yield from _hint(page, line)
            yield from _formula(line.formula)
        yield ""
        yield from (paint("result", row) for row in _formula(page.result, lead="∎    "))
        yield paint("faint", _INDENT + _words(page.because, f"{page.ident}, result"))
        for condition in page.conditions:
            yield _INDENT + "where " + _words(condition, f"{page.ident}, condition")
        for reference in page.references:
            lines = textwrap.wrap(_words(reference, f"{page.ident}, reference"), width)
            yield ""
            yield from (paint("faint", line) for line in lines)

    def _hint(page: Page, line: PageLine) -> Iterator[str]:
        symbol, _, word = BADGES[line.status]
        badge = f"{line.rule} {symbol} {word}".strip()
        cites = f"{' Uses' if line.reason else 'By'} {', '.join(map(uncapitalised, line.cites))}." if line.cites else ""
        reason = _words(line.reason, f"{page.ident}, reason of line {line.number}") + cites
        room = max(20, width - len(_INDENT) - len(badge) - 2)
        first, *rest = textwrap.wrap(reason, room) or [""]
        number = paint("strong", str(line.number).ljust(len(_INDENT)))
        yield f"{number}{first.ljust(room)}  {paint('faint', badge)}".rstrip()
        yield from (_INDENT + more for more in rest)

    def _formula(formula: Formula, lead: str = _INDENT) -> Iterator[str]:
        room = width - len(_INDENT) - 2
        shown = display(formula, flat=True, page_width=room, measure=unicode.width)
        first, *rest = unicode.display(shown).split("\n")
        yield f"{lead}  {first}"
        yield from (f"{_INDENT}  {row}" for row in rest)

    return "\n".join(sections()) + "\n"


def _paint(style: str, words: str) -> str:
    return f"\033[{_STYLES[style]}m{words}\033[0m"


def _words(prose: Prose, where: str) -> str:
    out = ""
    for part in prose:
        if isinstance(part, Term):
            out += unicode.unicode(part)
        else:
            check(part, where)
            out += part.replace("\u00a0", " ")
    return out
