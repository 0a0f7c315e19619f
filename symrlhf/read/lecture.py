"""Plain text taken apart: lecture notes in Unicode, and Python-like text.

Lecture notes mark no formulas: a line with a relation and hardly a word is a formula, the rest is prose, in which the
stretches between English words are formulas. `$` at the edge of lines marks displays where notes have it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from symrlhf.notation import FUNCTIONS, LETTERS
from symrlhf.read.document import Block, Break, Directive, Document, Maths, Part, Row, Sentence, Words
from symrlhf.read.marks import without_marks
from symrlhf.read.pieces import CLOSING, OPENING, Piece, Source, balance, sentence_end

MAX_JOINED = 40
"""Lines that a formula with an open bracket may run over."""

MAX_STRETCH = 100_000
"""Characters of one paragraph or formula that are looked at word by word."""

MATHEMATICAL = frozenset(
    {
        *FUNCTIONS,
        *LETTERS,
        "ln",
        "sg",
        "argmax",
        "argmin",
        "arg",
        "lim",
        "sup",
        "inf",
        "softmax",
        "relu",
        "KL",
        "JS",
        "TV",
    }
    | {"Var", "Cov", "Pr", "logit", "logsumexp", "mean", "std", "oo", "clip", "sgn"}
) - {"loss", "sign", "gap"}
"""Words that belong to formulas."""

STARTERS = (
    "let", "define", "denote", "set", "write", "put", "where", "with", "assume", "suppose", "given", "for", "fix", "if",
    "consider", "here", "take", "treat", "treating",
)  # fmt: skip
"""A line that begins with one of these is prose, however much of it is formula."""

SPOKEN = frozenset(["mean", "std", "relu", "softmax", "sigmoid", "softplus", "logit"])
"""Functions that are words of prose where no bracket follows."""

SHORT = frozenset(
    [
        "ab",
        "ad",
        "am",
        "an",
        "as",
        "at",
        "be",
        "by",
        "do",
        "eg",
        "go",
        "he",
        "hi",
        "ie",
        "if",
        "in",
        "is",
        "it",
        "me",
        "my",
        "no",
        "of",
        "ok",
        "on",
        "or",
        "so",
        "to",
        "up",
        "us",
        "vs",
        "we",
    ]
)
"""Words of prose with two letters; any other two letters beside an operator are a product."""

OPERATED = frozenset("+−·×/=≤≥<>≈*")

RELATION = re.compile(r"<=>|=>|:=|[=<>≤≥≠≈≡≔∝→⇒⇔⟹⟺≪≫≻≺⪰∈∼~]|!=")

FEW = 4
"""Words that a line of formulas may hold beside them."""

_TOKEN = re.compile(
    r"(?P<tag>(?<=\s\s)\((?:\d+(?:\.\d+)*[a-z'′]?|\*+)\)(?=\s*(?:\n|\Z)))"
    r"|(?P<abbreviation>\b(?:i\.e|e\.g|w\.r\.t|resp|cf|etc|vs|a\.s|i\.i\.d)\.)"
    r"|(?P<word>(?<![\w^\\{/·])[A-Za-z]+(?:[’'–-][A-Za-z]+)*(?![\w^({\[′*'’]|\s*\*(?=\()))"
    r"|(?P<name>[^\W\d]\w*)"
    r"|(?P<number>\d+(?:\.\d+)?)"
    r"|(?P<dots>\.\.\.)"
    r'|(?P<quote>"[^"\n]*"|“[^”\n]*”)'
    r"|(?P<separator>[,;:](?=\s|\Z)|[—–](?=\s))"
    r"|(?P<stop>[.!?](?=[\s)\]\"”]|\Z))"
    r"|(?P<blank>\s+)"
    r"|(?P<other>.)"
)
_DIRECTIVE = re.compile(r"\s*symrlhf\s*:")
_LABEL = re.compile(r"\w{1,4}")
"""What stands before the bracket of a), 1) and iii)."""
_DOTS = re.compile(r"…|\.\.\.|⋯")
_DOLLARS = re.compile(r"(?<!\\)\$+")
_CARRIED = re.compile(r"\s*(?:[+·×]|[−-](?!\s*\d*\s*[A-Z]?[a-z]{3,}))")
_OPEN_END = re.compile(r"[-−+·×/=<>≤≥≈∝→({\[,]\s*\Z")
_BAR_END = re.compile(r"\|\s*\Z")
_CONDITION = re.compile(r"\([^()\[\]{}]*[<>≤≥≠][^()\[\]{}]*\)")
_REMARKED = re.compile(r"\(\w{1,3} (?:for|is|of|in|and \w{1,3}) [^()=<>≤≥]*[a-z]{3,}[^()=<>≤≥]*\)")
"""(p for the chosen, q for the rejected answer)."""
_HEADING = re.compile(r"\s*#{1,6}\s")
_REMARK = re.compile(r"\s{2,}#+\s.*\Z")
"""What an engineer writes after a formula."""
_BULLET = re.compile(
    r"\s*(?:[-*•–]|\(?\d{1,2}[.)]|\(?(?:[ivx]{1,5}|[a-h])\)|(?:Step|Case|Part|Line)\s+\w{1,3}\s*[:.)])\s+"
    r"(?![-−+·×*/=<>≤≥≈≠∝→^_]\s)"
)
"""The label of an item, before what is no operator: (a) − b is a difference."""


def read_lecture(text: str, syntax: Literal["text", "python"]) -> Document:
    """The blocks of lecture notes or of Python-like text."""
    blocks = _python(Source(text)) if syntax == "python" else _Lecture(Source(without_marks(text))).read()
    return Document(syntax, Source(text), tuple(blocks))


# ------------------------------------------------------------------ Python-like text


def _python(source: Source) -> Iterator[Block]:
    """A row for each line without its comment; lines are joined while a bracket is open."""
    i = 0
    display = 0
    while i < len(source.rows):
        body, directive = without_comment(source.rows[i], source.starts[i])
        if directive is not None:
            yield directive
        joined, taken = body, 1
        if balance(body) > 0:
            joined, taken = _joined(source.rows, i, body)
        piece = Piece(joined, source.starts[i]).cut(0)
        if not source.rows[i].strip():
            display += 1
            yield Break()
        elif piece.text:
            yield Row((Maths(piece),), display)
        i += taken


def _joined(rows: list[str], first: int, body: str) -> tuple[str, int]:
    """A formula that runs on until its brackets are closed; the line alone if they never are."""
    joined = body
    for n, row in enumerate(rows[first + 1 : first + MAX_JOINED], start=2):
        if not row.strip():
            break
        joined += "\n" + without_comment(row, 0)[0]
        if balance(joined) <= 0:
            return joined, n
    return body, 1


def without_comment(row: str, offset: int) -> tuple[str, Directive | None]:
    """A line before its #, and the directive after it, if it is one."""
    body, _, comment = row.partition("#")
    m = _DIRECTIVE.match(comment)
    # As long as the row: places stay places of the document.
    return body.ljust(len(row)), Directive(Piece(row, offset).cut(len(body) + 1 + m.end())) if m else None


# ------------------------------------------------------------------ words and formulas


def parts_of(text: str, offset: int) -> Iterator[Part]:
    """Prose and formulas of a stretch of text, in turn; separators between formulas are words."""
    if len(text) > MAX_STRETCH:
        yield Maths(Piece(text, offset).cut(0))
        return
    run: list[int] = []
    """Start and end of the formula being read."""
    words: list[int] = []
    depth = 0
    remarks = 0
    """Brackets of prose that are open."""

    def flush(which: list[int], kind: type[Words] | type[Maths]) -> Iterator[Part]:
        if which:
            piece = Piece(text[which[0] : which[1]], offset + which[0]).cut(0)
            # A lone sign of punctuation, a bullet, an ellipsis: nothing that could be a formula.
            mathematical = re.search(r"\w", piece.text) or RELATION.search(piece.text)
            yield kind(piece) if kind is Maths and mathematical and not _DOTS.fullmatch(piece.text) else Words(piece)
        which.clear()

    tokens = list(_TOKEN.finditer(text))
    for k, m in enumerate(tokens):
        if m.group("blank"):
            continue
        char = m.group()
        stop = m.group("stop") and not (char == "!" and run and run[1] == m.start())  # n! is no exclamation
        prose = depth <= 0 and (
            m.group("tag") or m.group("abbreviation") or m.group("separator") or stop or m.group("quote")
            or (m.group("word") and _english(text, tokens, k))
        )  # fmt: skip
        if char == "-" and not run and depth <= 0 and _neighbour(tokens, k, 1) is not None:
            # A dash of prose, or an item of a list on one line.
            prose = bool(words) and tokens[k + 1].group("blank") is not None
        if char in OPENING:
            if depth <= 0 and _opens_prose(text, tokens, k):
                remarks += 1
                prose = True
            else:
                depth += 1
        elif char in CLOSING:
            if depth > 0:
                depth -= 1
            elif remarks or not run or _LABEL.fullmatch(text, run[0], run[1]):
                remarks = max(remarks - 1, 0)
                prose = True
            # Any other bracket that nothing opened is a fault of the formula: its reader says so.
        if prose:
            yield from flush(run, Maths)
            words[:] = [words[0] if words else m.start(), m.end()]
        else:
            yield from flush(words, Words)
            run[:] = [run[0] if run else m.start(), m.end()]
    yield from flush(words, Words)
    yield from flush(run, Maths)


def _english(text: str, tokens: list[re.Match[str]], k: int) -> bool:
    """Whether a word belongs to prose: not a name of mathematics, nor a letter or word that is operated with."""
    word = tokens[k].group("word")
    if word in LETTERS:
        return word not in MATHEMATICAL
    if word in SPOKEN:
        return True
    if 1 < len(word) <= 5 and word.isupper() and re.match(r"\s*:?=", text[tokens[k].end() :]):
        # PPL = exp(L)
        return False
    if 1 < len(word) <= 5 and word.isupper() and _is_a_side(tokens, k):
        # exp(L) = PPL
        return False
    if len(word) <= 3 and word[0].islower() and not word[1:].islower() and len(word) > 1:
        # dL
        return False
    if len(word) == 2 and word.islower() and word not in SHORT and _is_operated(tokens, k):
        # The product pq.
        return False
    if (
        len(word) == 2
        and word[0] == "d"
        and (text.startswith("/d", tokens[k].end()) or "∫" in text[: tokens[k].start()])
    ):
        # df/dz, ∫ f du
        return False
    before, after = _neighbour(tokens, k, -1), _neighbour(tokens, k, 1)
    if word in MATHEMATICAL:
        # "the mean of", "the sigmoid.": a name that is applied to nothing.
        ended = after is None or bool(after.group("separator") or after.group("stop"))
        return ended or bool(
            after and after.group("word") and len(after.group()) > 1 and after.group() not in MATHEMATICAL
        )
    if len(word) == 1:
        # The article.
        follows = after is not None and after.group("word") not in (None, "be", "is", "are", "and", "or", "denote")
        operated = before is not None and before.group("other") and before.group() not in OPENING
        return word in "aAI" and bool(follows) and len(after.group()) > 1 and not operated  # type: ignore[union-attr]
    return True


def _is_a_side(tokens: list[re.Match[str]], k: int) -> bool:
    """Whether a word is all that stands after a relation sign."""
    before, after = _neighbour(tokens, k, -1), _neighbour(tokens, k, 1)
    alone = after is None or bool(after.group("separator") or after.group("stop"))
    return alone and before is not None and before.group() in ("=", "≤", "≥", "<", ">", "≈")


def _is_operated(tokens: list[re.Match[str]], k: int) -> bool:
    """Whether an operator stands beside a word."""
    return any(n is not None and n.group() in OPERATED for n in (_neighbour(tokens, k, -1), _neighbour(tokens, k, 1)))


def _neighbour(tokens: list[re.Match[str]], k: int, step: int) -> re.Match[str] | None:
    k += step
    while 0 <= k < len(tokens) and tokens[k].group("blank"):
        k += step
    return tokens[k] if 0 <= k < len(tokens) else None


def _opens_prose(text: str, tokens: list[re.Match[str]], k: int) -> bool:
    """Whether a bracket holds a remark in words, or a condition: "p and 1 − p (0 < p < 1)"."""
    inner = _neighbour(tokens, k, 1)
    apart = k == 0 or tokens[k - 1].group("blank") is not None
    if apart and _CONDITION.match(text, tokens[k].start()):
        before = _neighbour(tokens, k, -1)
        return before is not None and (before.group("other") is None or before.group() in CLOSING)
    if not apart or inner is None:
        return False
    remark = _REMARKED.match(text, tokens[k].start())
    return remark is not None or (bool(inner.group("word")) and _english(text, tokens, tokens.index(inner, k)))


def _count(parts: list[Part]) -> int:
    """English words among the parts."""
    return sum(len(re.findall(r"[^\W\d_]{2,}", p.piece.text)) for p in parts if isinstance(p, Words))


def has_relation(text: str) -> bool:
    """Whether a relation sign stands outside all brackets."""
    depth = 0
    for m in re.finditer(r"[(\[{]|[)\]}]|<=>|=>|:=|[=<>≤≥≠≈≡≔∝→⇒⇔⟹⟺≪≫≻≺⪰∈∼~]|!=", text):
        if m.group() in OPENING:
            depth += 1
        elif m.group() in CLOSING:
            depth -= 1
        elif depth <= 0:
            return True
    return False


def is_formula(text: str, parts: list[Part]) -> bool:
    """Whether a line of notes is a line of formulas."""
    if not any(isinstance(p, Maths) and has_relation(p.piece.text) for p in parts):
        return False
    first = re.match(r"\W*([A-Za-z]+)", text)
    if first and first.group(1).lower() in STARTERS and not re.search(r"^[^=]*:\s+\S", text):
        # 'For "Hello": a = b' has a label.
        return False
    if (
        text.rstrip().endswith(".")
        and sum(isinstance(p, Maths) for p in parts) > 1
        and not RELATION.match(text.strip())
    ):
        # "ε = 0.2, ρ = 1.35." is a sentence that gives data.
        return False
    return _count(parts) <= FEW


# ------------------------------------------------------------------ lecture notes


@dataclass
class _Lecture:
    source: Source
    display: int = 0
    inside: bool = False
    """Between lines that a $ opens and closes."""
    prose: tuple[int, int] | None = None
    """Start and end of the paragraph being read."""
    row: tuple[int, int] | None = None
    """Start and end of the line of formulas being read."""

    def read(self) -> Iterator[Block]:
        for i, line in enumerate(self.source.rows):
            start = self.source.starts[i]
            if "#" in line:
                line, directive = self._comment(line, start)
                if directive is not None:
                    yield from self._flush()
                    yield directive
            opened = self.display
            text = self._without_dollars(line)
            if self.display != opened and self.inside:
                yield from self._flush()
            if not text.strip():
                self.display = opened
                yield from self._flush()
                self.display += 1
                if not line.strip():
                    yield Break()
                continue
            yield from self._line(text, start)
            if self.display != opened and not self.inside:
                closed, self.display = self.display, opened
                yield from self._flush()
                self.display = closed
        yield from self._flush()

    def _comment(self, line: str, start: int) -> tuple[str, Directive | None]:
        if _HEADING.match(line) and not _DIRECTIVE.match(line.lstrip("# \t")):
            return line, None
        body, directive = without_comment(line, start)
        remark = _REMARK.search(line)
        if directive is None and remark and has_relation(line[: remark.start()]):
            return line[: remark.start()], None
        return (body, directive) if directive is not None else (line, None)

    def _without_dollars(self, line: str) -> str:
        """The line with its $ blanked out; an odd number of them opens or closes a display."""
        signs = _DOLLARS.findall(line)
        if not signs:
            return line
        if len(signs) % 2:
            self.inside = not self.inside
            self.display += 1
        return _DOLLARS.sub(lambda m: " " * len(m.group()), line)

    def _line(self, text: str, start: int) -> Iterator[Block]:
        bullet = _BULLET.match(text)
        end = start + len(text)
        whole = self.source.text
        if self.row is not None:
            so_far = whole[self.row[0] : self.row[1]]
            goes_on = _CARRIED.match(text) and not has_relation(text)
            if _is_open(so_far.rstrip().rstrip("$")) or goes_on:
                self.row = (self.row[0], end)
                return
        if self.prose is not None:
            so_far = whole[self.prose[0] : self.prose[1]]
            if _is_open(so_far) or (RELATION.match(text.strip()) and not so_far.rstrip().endswith((".", ":"))):
                self.prose = (self.prose[0], end)
                return
        if bullet:
            text = " " * bullet.end() + text[bullet.end() :]
            if bullet.group().strip().startswith("Case"):
                yield from self._flush()
                yield Break(case=True)
        parts = list(parts_of(text, start))
        if _HEADING.match(text):
            yield from self._flush()
            yield Break(section=True)
        elif RELATION.match(text.strip()) or is_formula(text, parts):
            yield from self._flush()
            self.row = (start + (bullet.end() if bullet else 0), end)
        else:
            if bullet or self.row is not None:
                yield from self._flush()
            begin = self.prose[0] if self.prose is not None else start + (bullet.end() if bullet else 0)
            self.prose = (begin, end)

    def _flush(self) -> Iterator[Block]:
        """What was read so far as blocks."""
        prose, row = self.prose, self.row
        self.prose = self.row = None
        if prose is not None:
            parts = list(parts_of(self._stretch(*prose), prose[0]))
            if len(parts) == 1 and isinstance(parts[0], Maths) and has_relation(parts[0].piece.text):
                # A formula whose first line did not look like one.
                yield Row(tuple(parts), self.display)
            else:
                yield from _sentences(parts)
        if row is not None:
            parts = tuple(parts_of(self._stretch(*row), row[0]))
            if parts:
                yield Row(parts, self.display)

    def _stretch(self, start: int, end: int) -> str:
        return _DOLLARS.sub(lambda m: " " * len(m.group()), self.source.text[start:end])


def _is_open(text: str) -> bool:
    """Whether what was read so far must go on: a bracket, an operator or a bar that opens stands open."""
    open_bar = _BAR_END.search(text) and text.count("|") % 2 == 1
    return balance(text) > 0 or bool(_OPEN_END.search(text) or open_bar)


def _sentences(parts_read: list[Part]) -> Iterator[Sentence]:
    """The sentences of a paragraph: a full stop is always words."""
    parts: list[Part] = []
    for part in parts_read:
        parts.append(part)
        at = 0
        while isinstance(part, Words) and (m := sentence_end(part.piece.text, at)):
            parts[-1] = Words(part.piece.cut(at, m.end()))
            yield Sentence(tuple(parts))
            at = m.end()
            parts = [part]
        if at and isinstance(part, Words):
            rest = part.piece.cut(at)
            parts = [Words(rest)] if rest.text else []
    if parts:
        yield Sentence(tuple(parts))
