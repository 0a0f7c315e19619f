"""Words with mathematics in them: reasons and docstrings, set character by character from the notation table.

`λ_i = exp(r_i)` inside a sentence becomes a formula, and so do `KL(π‖π_ref)`, `E_π[r]` and `Σ_y π(y) = 1`. A
character that the table does not have is an error that names its place.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from symrlhf.errors import Unreadable
from symrlhf.notation import FUNCTIONS, LOWERED, PRIME, RAISED, SIGNS, STAR, TEXT, Written, is_plain, operator
from symrlhf.page import Prose
from symrlhf.term import Term
from symrlhf.write import layout
from symrlhf.write.layout import Leaf, Node, Rename, Root, Row, Script, holds_fraction, name, sign


@dataclass(frozen=True)
class Code:
    """A word between backticks."""

    text: str


Piece = str | Node | Code


@dataclass(frozen=True)
class Format:
    """How one format sets words, formulas and code."""

    text: Callable[[str], str]
    formula: Callable[[Node], str]
    code: Callable[[str], str]
    tall: Callable[[Node], str]
    """A formula with fractions, at the size of a displayed one."""
    whole: Callable[[str], str] = str
    """What is done to the sentence as a whole."""

    def prose(self, prose: Prose, where: str, rename: Rename | None = None, cited: bool = False) -> str:
        """The prose in this format; `where` names it in errors; `cited` says that it is a reference."""
        return self.whole(
            "".join(
                self._piece(piece)
                for part in prose
                for piece in (
                    [layout.layout(part, rename=rename)]
                    if isinstance(part, Term)
                    else pieces(part, where, rename, cited)
                )
            )
        )

    def _piece(self, piece: Piece) -> str:
        if isinstance(piece, str):
            return self.text(piece)
        if isinstance(piece, Code):
            return self.code(piece.text)
        return self.tall(piece) if holds_fraction(piece) else self.formula(piece)


def paragraphs(text: str) -> tuple[str, ...]:
    """A docstring's paragraphs, each on one line."""
    return tuple(" ".join(p.split()) for p in re.split(r"\n\s*\n", text.strip()) if p.strip())


def check(text: str, where: str) -> None:
    """Raise `Unreadable` at the first character that the notation table has no row for."""
    for i, char in enumerate(text):
        if not is_plain(char) and not any(char in table for table in (SIGNS, RAISED, LOWERED, TEXT)):
            what = f"{char!r} (U+{ord(char):04X}, {unicodedata.name(char, 'no name').lower()})"
            raise Unreadable(f"{where}: {what} is not in the notation table", 1, i + 1, text)


def pieces(text: str, where: str, rename: Rename | None = None, cited: bool = False) -> list[Piece]:
    """The text as words, formulas and code, in order. In a reference, single ASCII letters are initials."""
    check(text, where)
    return _cut(text, rename, cited) if rename else _remembered(text, cited)


@lru_cache(maxsize=4096)
def _remembered(text: str, cited: bool) -> list[Piece]:
    """The same sentence is set in several formats, and once more in the book."""
    return _cut(text, None, cited)


def _cut(text: str, rename: Rename | None, cited: bool) -> list[Piece]:
    out: list[Piece] = []
    for i, part in enumerate(re.split(r"`([^`]*)`", text)):
        if i % 2:
            out.append(Code(part))
            continue
        for is_formula, run in _runs(list(_tokens(part, cited))):
            if is_formula:
                out.append(_formula(run, rename))
            elif out and isinstance(out[-1], str):
                out[-1] += "".join(t.text for t in run)
            else:
                out.append("".join(t.text for t in run))
    return out


# ------------------------------------------------------------------ tokens

Kind = Literal["word", "space", "name", "function", "number", "sign", "mark", "script"]


@dataclass(frozen=True)
class _Token:
    """`name` and `sign` make a formula; `word` ends it; the others may be part of one."""

    kind: Kind
    text: str


_raised = "".join(c for c in RAISED if c != "'")
_lowered = "".join(LOWERED)
_LETTER = rf"[^\W\d_{_raised}{_lowered}]"
_WORD = rf"[^\W_{_raised}{_lowered}]+"
"""Letters and digits of a script: i of v_i²."""
_SCRIPT = (
    rf"(?:\^{_LETTER}+_{_LETTER}+|\^(?:−(?:{_LETTER}+|\d+)|\d+\.\d+|∞)"
    rf"|[_^](?:\{{[^{{}}]*\}}|\([^()]*\)|{_LETTER}+|\d+|[⋆*])"
    rf"|[{re.escape(_raised)}{_lowered}]|'(?!\w))"
)
_SCRIPTS = _SCRIPT + "*"
_TOKEN = re.compile(
    rf"""(?P<space>\s+)
    |(?P<word>https?://\S+|(?:[a-z]\.){{2,}}|['’]s\b|[A-Z]\d+\b|[A-Za-z]+\(s\))
    |(?P<number>\d+(?:\.\d+)?)
    |(?P<big>[ΣΠ∑∏∫∇∂]{_SCRIPTS})
    |(?P<name>{_LETTER}+\d*{_SCRIPTS})
    |(?P<script>{_SCRIPT}+)
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_NAME = re.compile(rf"({_LETTER}+\d*)(.*)", re.DOTALL)
_FUNCTION_NAMES = {row.unicode: row.written for row in FUNCTIONS.values() if len(row.unicode) > 1} | {
    word: operator(word) for word in ("KL", "argmax", "argmin", "logit")
}
_ARTICLES = ("a", "A", "I")
_VERBS = ("and", "or", "is", "are", "of")
"""No article stands before them."""
_MARKS = "()[]{},|/:;"


def _tokens(text: str, cited: bool) -> Iterator[_Token]:
    for found in _TOKEN.finditer(text):
        token = found.group()
        match found.lastgroup:
            case "space" | "word" | "number" | "script" as kind:
                yield _Token(kind, token)
            case "big":
                yield _Token("sign", token)
            case "name":
                yield from _named(token, cited)
            case _:
                kind = "mark" if token in _MARKS else "sign" if token in SIGNS else "word"
                yield _Token("word" if token == "!" else kind, token)


def _named(token: str, cited: bool) -> Iterator[_Token]:
    match = _NAME.match(token)
    assert match
    word, scripts = match.groups()
    if word in _FUNCTION_NAMES or token in FUNCTIONS or re.fullmatch(r"[d∂][a-zα-ω]", word):
        yield _Token("function", token)
    elif any(c in SIGNS for c in word):
        # Letters written together are factors, ΔH or αβ; two ASCII letters and more stay a word.
        parts = re.findall(r"[A-Za-z]{2,}\d*|.\d*", word)
        for part, script in zip(parts, [*[""] * (len(parts) - 1), scripts], strict=True):
            yield _Token("word" if part[1:2].isalpha() else "name", part + script)
    elif (_is_letter(word) and not (cited and word.isascii())) or (scripts and scripts not in ("'", "*")):
        yield _Token("name", token)
    else:
        yield _Token("word", token)


def _is_letter(word: str) -> bool:
    return len(word) == 1 and (word.isascii() or word in SIGNS)


# ------------------------------------------------------------------ which tokens are a formula


def _runs(tokens: list[_Token]) -> Iterator[tuple[bool, list[_Token]]]:
    """The tokens cut into runs, each with whether it is a formula."""
    tokens = [_settled(tokens, i) for i in range(len(tokens))]
    run: list[_Token] = []
    depth = 0
    for token in tokens:
        if token.kind == "mark":
            depth += (token.text in "([{") - (token.text in ")]}")
        # A comma of the sentence ends a formula; one inside brackets does not.
        if token.kind == "word" or (token.text in (",", ";", ":") and depth <= 0):
            yield from _trimmed(run)
            yield False, [token]
            run, depth = [], 0
        else:
            run.append(token)
    yield from _trimmed(run)


def _settled(tokens: list[_Token], i: int) -> _Token:
    """An article is a variable only where no noun follows: log a − log b, the sign of A, a is positive, a R + b.

    Inside a sentence, articles are small.
    """
    token = tokens[i]
    if token.kind == "script" and (i == 0 or tokens[i - 1].kind in ("space", "word")):
        return _Token("word", token.text)
    if token.text not in _ARTICLES or token.kind != "name":
        return token
    before = [t for t in tokens[:i] if t.kind != "space"][-1:]
    after = [t for t in tokens[i + 1 :] if t.kind != "space"][:2]
    touching = i + 1 == len(tokens) or tokens[i + 1].kind != "space"
    inside = token.text == "A" and not any(t.text in ".:;!?" for t in before or [_Token("word", ".")])
    followed = any(t.text in _VERBS for t in after[:1])
    beside = any(t.kind == "sign" for t in (*before, *after[:1]))
    factor = [t.kind for t in after] == ["name", "sign"] and sign(after[1].text[0]).role == "binary"
    applied = any(t.kind == "function" or t.text in ("/", "(") for t in before)
    return token if touching or inside or followed or beside or factor or applied else _Token("word", token.text)


def _trimmed(run: list[_Token]) -> Iterator[tuple[bool, list[_Token]]]:
    """What of the run is the formula: without outer spaces, unpaired brackets, and numbers that only stand near."""
    start, end = 0, len(run)
    changed = True
    while changed and start < end:
        changed = False
        first, last = run[start], run[end - 1]
        inner = run[start:end]
        if first.kind == "space" or (first.text in ("(", "[", ",", ")", "]", "/") and not _opens(inner)):
            start, changed = start + 1, True
        elif (
            last.kind == "space"
            or last.text in ("/", ",", "(", "[")
            or (last.text in (")", "]") and not _paired(inner))
        ):
            end, changed = end - 1, True
        elif first.kind in ("number", "function") and len(inner) > 1 and inner[1].kind == "space":
            following = inner[2] if len(inner) > 2 else None
            if following is None or (first.kind == "number" and following.kind != "sign"):
                start, changed = start + 1, True
    raised = any(t.kind == "script" and t.text[0] not in "_'" for t in run[start:end])
    if raised or any(t.kind in ("name", "sign") for t in run[start:end]):
        yield False, run[:start]
        yield True, run[start:end]
        yield False, run[end:]
    else:
        yield False, run


def _opens(tokens: list[_Token]) -> bool:
    """Whether the bracket at the start closes before the end: (a + b) c, but not (β > 0)."""
    depth = 0
    for i, token in enumerate(tokens):
        depth += (token.text in ("(", "[")) - (token.text in (")", "]"))
        if depth == 0:
            return 0 < i < len(tokens) - 1
    return False


def _paired(tokens: list[_Token]) -> bool:
    texts = [t.text for t in tokens]
    return texts.count("(") >= texts.count(")") and texts.count("[") >= texts.count("]")


# ------------------------------------------------------------------ a formula inside a sentence


def _formula(tokens: list[_Token], rename: Rename | None) -> Node:
    items: list[Node] = []
    bars = 0
    for i, token in enumerate(tokens):
        following = tokens[i + 1].text if i + 1 < len(tokens) else ""
        if token.kind == "space":
            if items and i + 1 < len(tokens) and _joins(items[-1]) and tokens[i + 1].kind != "mark":
                items.append(layout.THIN)
            continue
        if token.kind == "script" and items:
            items[-1] = _scripted(items[-1], token.text, rename)
            continue
        if token.text == "|" and (bar := _bar(tokens, i, bars)):
            bars += 1 if bar.role == "open" else -1
            items.append(bar)
            continue
        node = _node(token, following, items, rename)
        if items and items[-1] is layout.THIN and not _joined(node):
            items.pop()
        if items and items[-1] == _ROOT and token.kind in ("name", "number"):
            items[-1] = Root(node)
            continue
        items.append(node)
    items = _rooted(items)
    return items[0] if len(items) == 1 else Row(tuple(items))


def _rooted(items: list[Node]) -> list[Node]:
    """What stands in brackets after a root sign stands under it instead."""
    if _ROOT not in items:
        return items
    k = items.index(_ROOT)
    depth = 0
    for end, item in enumerate(items[k + 1 :], k + 1):
        depth += (item == _OPEN) - (item == _CLOSE)
        if depth == 0:
            if end == k + 1:
                break  # no bracket follows
            return [*items[:k], Root(Row(tuple(_rooted(items[k + 2 : end])))), *_rooted(items[end + 1 :])]
    return [*items[: k + 1], *_rooted(items[k + 1 :])]


def _bar(tokens: list[_Token], i: int, open_bars: int) -> Leaf | None:
    """The bar of an absolute value; None for the one of "given"."""
    before = tokens[i - 1] if i else None
    starts = before is None or before.kind in ("space", "sign", "function") or before.text in ("(", "[")
    spaced = i + 1 < len(tokens) and tokens[i + 1].kind == "space"
    if open_bars and not starts:
        return Leaf(Written("|", r"\rvert ", 'class("closing", bar.v)'), "close")
    return Leaf(Written("|", r"\lvert ", 'class("opening", bar.v)'), "open") if starts and not spaced else None


_ROOT, _OPEN, _CLOSE = sign("√"), sign("("), sign(")")


def _joins(node: Node) -> bool:
    if layout.leads_with_operator(node) and not isinstance(node, Row):
        return False
    return not isinstance(node, Leaf) or node.role in ("letter", "number", "close")


def _joined(node: Node) -> bool:
    return not isinstance(node, Leaf) or node.role in ("letter", "number", "open", "operator", "big")


def _node(token: _Token, following: str, before: list[Node], rename: Rename | None) -> Node:
    match token.kind:
        case "number":
            return Leaf(Written(token.text, token.text, token.text), "number")
        case "sign" | "mark":
            leaf = sign(token.text[0])
            prefix = leaf.role == "binary" and (not before or _expects(before[-1]))
            return _scripted(sign(token.text[0], "prefix") if prefix else leaf, token.text[1:], rename)
        case _:
            return _symbol(token.text, following, rename)


def _expects(node: Node) -> bool:
    return isinstance(node, Leaf) and node.role in ("open", "relation", "comma", "binary", "prefix", "bar")


def _symbol(text: str, following: str, rename: Rename | None) -> Node:
    match = _NAME.match(text)
    assert match
    word, scripts = match.groups()
    if text in FUNCTIONS:
        return Leaf(FUNCTIONS[text].written, "operator")
    if word in _FUNCTION_NAMES:
        return _scripted(Leaf(_FUNCTION_NAMES[word], "operator"), scripts, rename)
    if word == "E" and (following == "[" or scripts.startswith("_")):
        return _scripted(sign("𝔼"), scripts, rename)
    if len(word) == 2 and word[0] in "d∂":
        return Row((_symbol(word[0], "", None), _symbol(word[1] + scripts, following, rename)))
    # As much as possible goes into one name of the notation table, so that renaming reaches it: π_ref is pi_ref.
    called = _ascii(word)
    while found := re.match(rf"_(?:\{{({_WORD})\}}|({_WORD}))(?![,}}])", scripts):
        called, scripts = f"{called}_{_ascii(found.group(1) or found.group(2))}", scripts[found.end() :]
    if scripts[:1] in ("⋆", "*") and scripts:
        called, scripts = called + "_star", scripts[1:]
    while scripts[:1] in ("′", "'") and scripts:
        called, scripts = called + "'", scripts[1:]
    return _scripted(name(called, rename), scripts, rename)


def _ascii(text: str) -> str:
    return "".join(SIGNS[c].name or c if c in SIGNS else c for c in text)


_STANDING: dict[str, tuple[Node, ...]] = {
    "⋆": (Leaf(STAR),),
    "*": (Leaf(STAR),),
    "′": (Leaf(PRIME),),
    "'": (Leaf(PRIME),),
    "″": (Leaf(PRIME), Leaf(PRIME)),
}


_SCRIPTED = re.compile(rf"([_^])(?:\{{([^{{}}]*)\}}|\(([^()]*)\)|((?<=\^)(?:{_WORD}_|−|\d+\.){_WORD}|{_WORD}|.))|(.)")


def _scripted(base: Node, scripts: str, rename: Rename | None) -> Node:
    """The base with what its scripts say: _{…}, ^{…}, and raised or lowered characters."""
    sub: list[Node] = []
    sup: list[Node] = []
    for found in _SCRIPTED.finditer(scripts):
        which, *groups, char = found.groups()
        if which:
            inside = next(g for g in groups if g is not None)
            node = _STANDING.get(inside) or (_formula(list(_tokens(inside, False)), rename),)
            (sub if which == "_" else sup).extend(node)
        elif char in LOWERED:
            sub += [_formula(list(_tokens(LOWERED[char], False)), rename)]
        else:
            sup += _STANDING.get(char) or (_formula(list(_tokens(RAISED[char], False)), rename),)
    if not sub and not sup:
        return base
    below, above = ((Row(tuple(s)) if len(s) > 1 else s[0]) if s else None for s in (sub, sup))
    if isinstance(base, Script) and base.sup is None and below is None:
        return Script(base.base, base.sub, above)  # v_i², as in a formula
    return Script(Row((base,)) if isinstance(base, Script) else base, below, above)
