r"""LaTeX and Markdown taken apart: sentences with inline formulas, and the rows of displays.

Comments, labels, code and commands of typesetting are blanked out, character for character, so that every piece is a
slice of the source in its place. Nothing is expanded: the macros of the document go to the reader of formulas.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from symrlhf.lazy import once
from symrlhf.read.document import Block, Break, Broken, Directive, Document, Maths, Part, Row, Sentence, Words
from symrlhf.read.latex import is_known, latex_tokens
from symrlhf.read.pieces import Piece, Source, blanks, sentence_end
from symrlhf.read.tokens import UnreadableAt

DISPLAYS = {
    "equation": "rows", "align": "rows", "alignat": "rows", "flalign": "rows", "gather": "rows", "eqnarray": "array",
    "multline": "one", "displaymath": "rows", "math": "rows", "dmath": "one",
}  # fmt: skip
"""Environment -> rows that are formulas of their own; one formula together; rows where no & separates formulas."""

INNER = ("aligned", "alignedat", "split", "gathered")
"""Environments inside a display whose rows are rows of the display."""

CODE = ("verbatim", "Verbatim", "lstlisting", "minted", "comment", "tikzpicture", "thebibliography", "tabular")

SWALLOWED = (
    "label", "tag", "ref", "eqref", "cref", "Cref", "autoref", "pageref", "cite", "citep", "citet", "vspace", "hspace",
    "footnotemark",
)  # fmt: skip
"""Commands that say nothing to a checker, with their arguments."""

OUTSIDE = (
    "bibliography", "bibliographystyle", "usepackage", "input", "include", "includegraphics", "url", "href", "title",
    "author", "date", "pagestyle", "theoremstyle",
)  # fmt: skip
"""Commands that say nothing beside the formulas; inside a formula they would stand for a part of it."""

SECTIONS = ("part", "chapter", "section", "subsection", "subsubsection", "paragraph")

_ENVIRONMENT = "|".join(DISPLAYS)
_TOKEN = re.compile(
    rf"(?P<open>\$\$|\$|\\\[|\\\(|\\begin\{{(?P<env>{_ENVIRONMENT})\*?\}}(?:\{{\d+\}})?)"
    rf"|(?P<section>\\(?:{'|'.join(SECTIONS)})\*?(?=\s*\{{))"
    r"|(?P<item>\\item\b(?:\[[^\]\n]*\])?|\\(?:begin|end)\{[A-Za-z]+\*?\}(?:\[[^\]\n]*\])?|\\(?:par|maketitle)\b)"
    r"|(?P<command>\\[A-Za-z]+\*?|\\.)"
    r"|(?P<stop>\n[ \t]*(?:\n[ \t]*)+)"
    r"|(?<![^\n])[ \t]*(?:(?P<heading>#{1,6})|>+|[*+-]|\d+[.)])(?=[ \t])"
)
_TYPESETTING = re.compile(r"\\[A-Za-z]+\*?|\\.|[{}~]|\*\*|__")
_CLOSERS = {"$$": "$$", "$": "$", r"\[": r"\]", r"\(": r"\)"}
_INLINE = ("$", r"\(")
_SWALLOWED = re.compile(
    rf"\\(?:{'|'.join(SWALLOWED)}|(?P<outside>{'|'.join(OUTSIDE)}))\*?(?:\[[^\]\n]*\])*(?:\{{[^{{}}]*\}})+"
    r"|\\(?:notag|nonumber|qedhere)\b"
)
_CODE = re.compile(
    rf"\\begin\{{({'|'.join(CODE)})(\*?)\}}.*?(?:\\end\{{\1\2\}}|\Z)|\\verb\*?([^A-Za-z\s]).*?\3", re.DOTALL
)
_INNER = re.compile(rf"\\(?:begin|end)\{{(?:{'|'.join(INNER)})\*?\}}(?:\[[a-z]\]|\{{\d+\}})?")
_ROW = re.compile(
    r"(?P<begin>\\begin\{)|(?P<end>\\end\{)|(?P<row>\\\\\*?(?:\[-?[\d.]+\s*[a-z]{2}\])?|\\cr\b)"
    r"|\\[^\\\n]|(?P<cell>&)|(?P<brace>[{}])"
)
_LEADING = re.compile(
    r"(?:\s|&|\\q?quad\b|\\[,;:! ]|\\hspace\*?\{[^{}]*\}|\{\}"
    r"|\\math(?:rel|bin)\{\\phantom\{[^{}]*\}\}|\\h?phantom\{[^{}]*\})*"
)
_CARRIED = re.compile(r"(?P<sign>[-+])|/|\\(?:cdot|times|pm|mp)\b")
_RELATION = re.compile(
    r"[=<>]|:=|\\(?:leq?|geq?|leqslant|geqslant|lt|gt|neq?|approx|equiv|propto|to|rightarrow|longrightarrow|implies|iff"
    r"|Rightarrow|Leftrightarrow|Longrightarrow|Longleftrightarrow|sim|in|succ|succeq|prec|coloneqq|triangleq)(?![A-Za-z])"
)
_OPEN_END = re.compile(r"(?:[-+=<>]|\\(?:cdot|times|leq?|geq?|approx|pm))\s*(?:&|\\q?quad\b|\s)*\Z")
_LABEL = re.compile(r"\s*\(?(?:[ivx]{1,5}|[a-h]|\d)\)(?=~|\\[,;: ]|\\q?quad\b)")
"""The label of a row, (i) or (a), with a space behind it that is asked for."""
_BETWEEN = re.compile(r"\\(?:short)?intertext\s*(?=\{)")
_PAINTS = (r"\\boxed", r"\\(?:text|math)color\s*(?:\[[^\]]*\])?\s*\{[^{}]*\}")
"""What may open around a row, or a part of one, and changes only its look."""
_TRANSPARENT = re.compile(r"\s*transparent\b(?P<names>[^;]*)")
_DEFINITION = re.compile(
    r"\\(?:(?:re)?newcommand|(?P<provided>providecommand))\*?\s*\{?\s*(?P<new>\\[A-Za-z]+)\s*\}?\s*(?:\[(?P<many>\d)\])?\s*(?=\{)"
    r"|\\def\s*(?P<def>\\[A-Za-z]+)(?:#\d)*\s*(?=\{)"
    r"|\\DeclareMathOperator\s*(?P<star>\*?)\s*\{?\s*(?P<op>\\[A-Za-z]+)\s*\}?\s*(?=\{)"
)


def read_paper(text: str, syntax: Literal["latex", "markdown"]) -> Document:
    """The blocks of a LaTeX or Markdown document."""
    paper = _Paper(Source(text), syntax)
    blocks = tuple(paper.read())
    return Document(syntax, paper.source, blocks, paper.macros)


def _blanks(m: re.Match[str]) -> str:
    return blanks(m.group())


@dataclass
class _Paper:
    source: Source
    syntax: Literal["latex", "markdown"]
    macros: dict[str, str] = field(default_factory=dict[str, str])
    parts: list[Part] = field(default_factory=list[Part])
    """Of the sentence that is being read."""
    display: int = 0
    missing: dict[str, int] = field(default_factory=dict[str, int])
    """Closing sign -> the place before which there is none."""
    outside: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    """Places of commands that may not stand in a formula."""

    def read(self) -> Iterator[Block]:
        text, directives = self._uncommented(self.source.text)
        text = self._without_code(text)
        text = self._body(self._without_definitions(text))
        for clause in (c for d in directives for c in d.piece.text.split(";")):
            if m := _TRANSPARENT.match(clause):
                self.macros |= dict.fromkeys(re.findall(r"\\[A-Za-z]+", m.group("names")), "{#1}")
        self.outside = [(m.start(), m["outside"]) for m in _SWALLOWED.finditer(text) if m["outside"]]
        text = _SWALLOWED.sub(_blanks, text)
        waiting = sorted(directives, key=lambda d: d.piece.offset, reverse=True)
        for at, block in self._blocks(text):
            while waiting and waiting[-1].piece.offset < at:
                yield waiting.pop()
            yield block
        yield from reversed(waiting)

    # ---- what is not read

    def _uncommented(self, text: str) -> tuple[str, list[Directive]]:
        """The text without comments, and the directives among them."""
        pattern = r"(?<!\\)(?:\\\\)*(?P<all>%[^\n]*)" if self.syntax == "latex" else r"(?s)(?P<all><!--.*?(?:-->|\Z))"
        directives: list[Directive] = []
        kept: list[str] = []
        at = 0
        for m in re.finditer(pattern, text):
            start, end = m.span("all")
            kept += [text[at:start], blanks(text[start:end])]
            at = end
            if said := re.match(r"(?:%+|<!--)\s*symrlhf\s*:", m.group("all")):
                stop = len(m.group("all").removesuffix("-->"))
                directives.append(Directive(Piece(text, 0).cut(start + said.end(), start + stop)))
        return "".join((*kept, text[at:])), directives

    def _without_code(self, text: str) -> str:
        if self.syntax == "latex":
            return _CODE.sub(_blanks, text)
        from markdown_it import MarkdownIt

        rows = text.split("\n")
        for token in MarkdownIt("commonmark").disable("inline").parse(text):
            if token.type == "fence" and token.map:
                first, last = token.map
                # GitHub's fence of maths is a display.
                keep = range(first + 1, last - 1) if token.info.strip() == "math" else ()
                for i in range(first, last):
                    edge = "$$" if keep and i in (first, last - 1) else ""
                    rows[i] = rows[i] if i in keep else edge.ljust(len(rows[i]))
        return re.sub(r"(`+)[^`\n]+\1(?!`)", _blanks, "\n".join(rows))

    def _without_definitions(self, text: str) -> str:
        """The text without the definitions of macros, which are remembered."""
        kept: list[str] = []
        at = 0
        while m := _DEFINITION.search(text, at):
            end = closing(text, m.end())
            name = m.group("new") or m.group("def") or m.group("op")
            if end is None:
                break
            body = text[m.end() + 1 : end - 1].strip()
            if not (m.group("provided") and is_known(name)):
                self.macros[name] = rf"\operatorname{m.group('star')}{{{body}}}" if m.group("op") else body
            kept += [text[at : m.start()], blanks(text[m.start() : end])]
            at = end
        return "".join((*kept, text[at:]))

    def _body(self, text: str) -> str:
        """What stands between \\begin{document} and \\end{document}."""
        if m := re.search(r"\\begin\{document\}", text):
            text = blanks(text[: m.end()]) + text[m.end() :]
        return text.partition(r"\end{document}")[0]

    # ---- blocks

    def _blocks(self, text: str, start: int = 0, stop: int | None = None) -> Iterator[tuple[int, Block]]:
        at = said = start
        stop = len(text) if stop is None else stop
        while m := _TOKEN.search(text, at, stop):
            at = m.end()
            if m.group("command"):
                # Its words remain.
                continue
            yield from self._said(text, said, m.start())
            said = at
            opened = m.group("open")
            if not opened:
                yield from self._sentence()
                if m.group("stop") or m.group("section") or m.group("heading"):
                    yield m.start(), Break(section=not m.group("stop"))
                if m.group("section") and (end := closing(text, at)) is not None:
                    yield from self._blocks(text, at, end)
                    at = said = end
                continue
            closer = _CLOSERS.get(opened) or rf"\end{{{opened[7:].partition('}')[0]}}}"
            end = self._end(text, closer, at, inline=opened in _INLINE)
            if end is None:
                yield from self._sentence()
                broken = self.source.error(m.start(), f"this {opened} is never closed: expected {closer}")
                yield m.start(), Broken(broken, Piece(text[m.start() : at], m.start()))
                continue
            inner = Piece(text[at:end], at)
            following = bisect_left(self.outside, (at, ""))
            if following < len(self.outside) and (place := self.outside[following])[0] < end:
                yield from self._sentence()
                broken = self.source.error(place[0], f"\\{place[1]} in a formula: write what it stands for")
                yield m.start(), Broken(broken, inner.cut(0))
                at = said = end + len(closer)
                continue
            at = said = end + len(closer)
            if opened in _INLINE:
                self.parts.append(Maths(inner.cut(0)))
                continue
            yield from self._sentence()
            self.display += 1
            kind = DISPLAYS.get(m.group("env") or "", "rows")
            start = 0
            while between := _BETWEEN.search(inner.text, start):
                words = closing(inner.text, between.end()) or len(inner.text)
                yield from self._displayed(inner.cut(start, between.start()), kind)
                yield from self._blocks(text, inner.offset + between.end() + 1, inner.offset + words - 1)
                start = words
            yield from self._displayed(inner.cut(start), kind)
        yield from self._said(text, said, stop)
        yield from self._sentence()

    def _end(self, text: str, closer: str, start: int, *, inline: bool) -> int | None:
        """Where maths ends; inline maths ends in its paragraph."""
        if start < self.missing.get(closer, 0):
            return None
        sign = re.escape(closer) if closer.startswith("\\") else r"(?<!\\)" + re.escape(closer)
        m = re.compile((r"\n[ \t]*\n|" if inline else "") + sign).search(text, start)
        if m is not None and m.group() == closer:
            return m.start()
        # Nobody need look again before this place.
        self.missing[closer] = m.start() if m is not None else len(text)
        return None

    def _said(self, text: str, start: int, end: int) -> Iterator[tuple[int, Block]]:
        """Words, up to the end of each sentence in them."""
        words, at = text[start:end], 0
        while m := sentence_end(words, at):
            self._words(words[at : m.end()], start + at)
            yield from self._sentence()
            at = m.end()
        self._words(words[at:], start + at)

    def _words(self, text: str, offset: int) -> None:
        piece = Piece(_TYPESETTING.sub(_blanks, text), offset).cut(0)
        if piece.text:
            self.parts.append(Words(piece))

    def _sentence(self) -> Iterator[tuple[int, Block]]:
        if self.parts:
            yield self.parts[0].piece.offset, Sentence(tuple(self.parts))
        self.parts = []

    # ---- displays

    def _displayed(self, inner: Piece, kind: str) -> Iterator[tuple[int, Block]]:
        for row in self._rows(inner, kind):
            yield row.parts[0].piece.offset, row

    @once
    def _opens(self) -> re.Pattern[str]:
        """What may open around a row, or a part of one, and changes only its look: macros that show just x of x, too.

        Definitions are read before any display.
        """
        names = (
            re.escape(name) for name, body in self.macros.items() if "#1" in body and _shows_all(name, self.macros)
        )
        return re.compile(rf"(?:{'|'.join((*_PAINTS, *names))})\s*\{{")

    def _unwrapped(self, text: str) -> str:
        """A display without what is around all of it: \boxed{...}."""
        while (m := re.compile(rf"\s*{self._opens.pattern}").match(text)) and (end := closing(text, m.end() - 1)):
            if re.search(r"[^\s.,;]", text[end:]):
                break
            text = blanks(text[: m.end()]) + text[m.end() : end - 1] + " " + text[end:]
        return text

    def _rows(self, inner: Piece, kind: str) -> Iterator[Row]:
        text = _INNER.sub(lambda m: " " * len(m.group()), self._unwrapped(inner.text))
        cells = list(_cells(text, by_braces=True))
        if cells and _unclosed(text):
            # A brace that is never closed would swallow every row after it.
            cells = list(_cells(text, by_braces=False))
        rows = [Piece(text[a:b], inner.offset + a) for a, b in cells if not text[a:b].isspace() and a < b]
        if kind == "one":
            rows = [Piece(_without_breaks(text), inner.offset)]
        rows = [Piece(_LABEL.sub(_blanks, r.text, count=1), r.offset) if _LABEL.match(r.text) else r for r in rows]
        for piece in _joined(text, inner.offset, rows, self._opens):
            parts = tuple(Maths(p) for p in _equations(piece, apart=kind != "array") if p.text)
            if parts:
                yield Row(parts, self.display)


def closing(text: str, at: int) -> int | None:
    """Behind the brace that closes the one at `at`; None if it is never closed."""
    depth = 0
    for m in re.finditer(r"\\.|[{}]", text[at:]):
        depth += {"{": 1, "}": -1}.get(m.group(), 0)
        if depth == 0 and m.group() == "}":
            return at + m.end()
    return None


def _unclosed(text: str) -> bool:
    depth = 0
    for m in re.finditer(r"\\.|[{}]", text):
        depth += {"{": 1, "}": -1}.get(m.group(), 0)
    return depth > 0


def _cells(text: str, *, by_braces: bool) -> Iterator[tuple[int, int]]:
    r"""The rows between \\, but not inside braces or an environment such as cases."""
    depth = at = 0
    for m in _ROW.finditer(text):
        match m.lastgroup:
            case "row" if depth <= 0:
                yield at, m.start()
                at = m.end()
            case "begin":
                # Its name stands in braces: the opening one is part of the sign.
                depth += 1 + by_braces
            case "end":
                depth -= 1 - by_braces
            case "brace" if by_braces:
                depth += 1 if m.group() == "{" else -1
            case _:
                pass
    yield at, len(text)


def _shows_all(name: str, macros: Mapping[str, str]) -> bool:
    """Whether a macro shows its argument and nothing else."""
    try:
        tokens = latex_tokens(rf"{name}{{x}}", macros)
    except UnreadableAt:
        return False
    return [t.text for t in tokens if t.kind not in ("begin", "end", "stop")] == ["x"]


def _joined(text: str, offset: int, rows: list[Piece], opens: re.Pattern[str]) -> Iterator[Piece]:
    """Rows, joined where one goes on with an operator: that is a formula on two lines."""
    waiting: Piece | None = None
    for row in rows:
        lead = _LEADING.match(row.text)
        body = row.text[lead.end() :] if lead else row.text
        goes_on = _CARRIED.match(_within(body, opens))
        carried = goes_on and (goes_on.group("sign") != "-" or not _has_relation(body))
        if waiting is not None and (carried or _OPEN_END.search(waiting.text)):
            begun = waiting.text + text[waiting.end - offset : row.offset - offset]
            led = len(row.text) - len(body)
            whole = begun + blanks(row.text[:led]) + body
            waiting = Piece(_without_breaks(whole), waiting.offset)
        else:
            if waiting is not None:
                yield waiting
            waiting = row
    if waiting is not None:
        yield waiting


def _within(body: str, opens: re.Pattern[str]) -> str:
    """What a row shows first, whatever it is painted with."""
    while m := opens.match(body):
        lead = _LEADING.match(body, m.end())
        body = body[lead.end() if lead else m.end() :]
    return body


def _without_breaks(text: str) -> str:
    """A formula on several lines as one: what broke it is blanked out."""
    return _ROW.sub(lambda m: blanks(m.group()) if m.group("row") else m.group(), text)


def _has_relation(text: str) -> bool:
    while (inner := re.sub(r"\{[^{}]*\}", "", text)) != text:
        text = inner
    return _RELATION.search(text) is not None


def _equations(row: Piece, *, apart: bool) -> Iterator[Piece]:
    """The equations of a row: of the signs &, every second one stands between two equations."""
    depth = 0
    signs: list[int] = []
    for m in _ROW.finditer(row.text):
        depth += bool(m.group("begin")) - bool(m.group("end"))
        if m.group("cell") and depth <= 0:
            signs.append(m.start())
    text = list(row.text)
    for i in signs:
        text[i] = " "
    whole = Piece("".join(text), row.offset)
    cuts = [0, *(signs[1::2] if apart else ()), len(text)]
    yield from (whole.cut(a, b) for a, b in pairwise(cuts))
