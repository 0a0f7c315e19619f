r"""A reader's own names: `pi=p`, `beta=\tau`, `pi_ref=\bar{\pi}_0`, for every format at once."""

from __future__ import annotations

import re
from collections.abc import Mapping

from symrlhf.errors import Unreadable
from symrlhf.notation import ACCENTS, PRIME, SETS, SIGNS, STAR, Written, operator, roman, styled
from symrlhf.write.layout import Accent, Leaf, Node, Rename, Row, Script, name, sign

_FONTS: dict[str, tuple[str, str]] = {
    "mathbf": ("upright(bold({}))", "BOLD"),
    "mathsf": ("sans({})", "SANS-SERIF"),
    "mathtt": ("mono({})", "MONOSPACE"),
    "mathfrak": ("frak({})", "FRAKTUR"),
    "mathbb": ("bb({})", "DOUBLE-STRUCK"),
}
"""Command -> how Typst says it, and the alphabet of Unicode."""
_COMMANDS = {s.latex.removeprefix("\\"): s for s in SIGNS.values() if s.latex.startswith("\\")}
_ACCENTS = {row.latex.removeprefix("\\"): row for row in ACCENTS.values()}
_TOKEN = re.compile(r"\\([A-Za-z]+)\s*|\s+|(.)", re.DOTALL)


def renaming(rename: Mapping[str, str] | None) -> Rename | None:
    """The replacements as layout; raises `Unreadable` for what only one format could write."""
    return {old: _parsed(new) for old, new in rename.items()} if rename else None


def _parsed(text: str) -> Node:
    if re.fullmatch(r"[^\W_]+(_[^\W_]+)*'*", text):
        return name(text)
    return _Reader(text).row(end=False)


class _Reader:
    """LaTeX of one symbol: letters, Greek, accents, fonts, scripts."""

    def __init__(self, text: str):
        self.text = text
        found = [m for m in _TOKEN.finditer(text) if m.group(1) or m.group(2)]
        self.tokens = [("\\" + m.group(1) if m.group(1) else m.group(2), m.start() + 1) for m in found]
        self.at = 0

    def error(self, message: str) -> Unreadable:
        column = self.tokens[self.at][1] if self.at < len(self.tokens) else len(self.text) + 1
        return Unreadable(message, 1, column, self.text)

    def next(self) -> str:
        if self.at == len(self.tokens):
            raise self.error("a symbol is missing here")
        self.at += 1
        return self.tokens[self.at - 1][0]

    def peek(self) -> str:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else ""

    def row(self, end: bool) -> Node:
        items: list[Node] = []
        while self.peek() not in ("}", ""):
            items.append(self.scripted())
        if not items or bool(self.peek()) != end:
            raise self.error("an unpaired brace" if items else "a symbol is missing here")
        return items[0] if len(items) == 1 else Row(tuple(items))

    def scripted(self) -> Node:
        base = self.atom()
        scripts: dict[str, Node] = {}
        while self.peek() in ("_", "^", "'"):
            kind = self.peek()
            node = self.prime() if kind == "'" else self.script()
            kind = "^" if kind == "'" else kind
            if kind in scripts:
                raise self.error("two scripts on one symbol")
            scripts[kind] = node
        return Script(base, scripts.get("_"), scripts.get("^")) if scripts else base

    def script(self) -> Node:
        self.next()
        return self.atom()

    def prime(self) -> Node:
        self.next()
        return Leaf(PRIME)

    def group(self) -> str:
        if self.next() != "{":
            self.at -= 1
            raise self.error("expected {")
        word = ""
        while self.peek() not in ("}", ""):
            word += self.next()
        self.next()
        return word

    def atom(self) -> Node:
        token = self.next()
        if token == "{":
            node = self.row(end=True)
            self.next()
            return node
        if token.startswith("\\"):
            return self.command(token[1:])
        if token in SIGNS or token.isalnum():
            return name(token)
        if token == "*":
            return Leaf(STAR)
        self.at -= 1
        raise self.error(f"{token!r} cannot stand in a name")

    def command(self, word: str) -> Node:
        if word in _COMMANDS:
            return sign(_COMMANDS[word].char)
        if word == "star":
            return Leaf(STAR)
        if word in _ACCENTS:
            return Accent(_ACCENTS[word], self.atom())
        if word in ("mathrm", "text"):
            return Leaf(roman(self.group()))
        if word == "operatorname":
            return Leaf(operator(self.group()), "operator")
        if word == "mathcal" and (letter := self.group()) in SETS:
            return Leaf(SETS[letter])
        if word in _FONTS:
            letter = self.group()
            typst, alphabet = _FONTS[word]
            return Leaf(Written(letter, rf"\{word}{{{letter}}}", typst.format(f'"{letter}"'), styled(letter, alphabet)))
        self.at -= 1
        raise self.error(f"\\{word} has no form in every format symrlhf writes")
