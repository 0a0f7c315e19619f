"""The alphabet of formulas, the same whether they were written as LaTeX or as text.

A token says what stands there, never what it means. Letters carry the name that a symbol has in a Term: π is "pi".
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Literal

from symrlhf.errors import Unreadable
from symrlhf.notation import SIGNS, SPELLINGS, Role

Kind = Literal[
    "number",  # digits as written
    "letter",  # one letter, by its name: "x", "pi"
    "word",  # several letters that make one name: "log", "KL", "ref"
    "symbol",  # ∞ ∂ ∇ …
    "sign",  # + - ±
    "times",  # · × or a star between spaces
    "slash",
    "relation",  # its character of the notation table
    "open",
    "close",
    "bar",  # | or ‖, that may open, close or separate
    "mid",  # | that only separates
    "comma",  # , or ;
    "sub",
    "sup",
    "begin",  # a group that shows no bracket
    "end",
    "fraction",
    "root",
    "accent",
    "prime",  # one ′ for each character of its text
    "star",  # a star on a letter
    "percent",
    "words",  # prose, or a wide space
    "cases",
    "endcases",
    "cell",  # & inside cases
    "row",  # \\ inside cases
    "stop",  # nothing follows
]


MAX_TOKENS = 20_000


@dataclass(frozen=True, slots=True)
class Token:
    kind: Kind
    text: str
    start: int
    end: int


class UnreadableAt(Unreadable):
    """A formula that is not mathematics as it is read here, at an offset of the text that it was read from."""

    def __init__(self, message: str, start: int):
        self.start = start
        super().__init__(message, 1, start + 1)

    def within(self, text: str, start: int = 0) -> Unreadable:
        """The same error at its line and column of `text`, which begins at the offset `start`."""
        at = min(max(self.start - start, 0), len(text))
        line_start = text.rfind("\n", 0, at) + 1
        shown = text[line_start:].partition("\n")[0]
        source = shown if len(shown) < 200 else ""
        return Unreadable(self.message, text.count("\n", 0, at) + 1, at - line_start + 1, source)


def put_fraction(out: list[Token], char: str, start: int) -> bool:
    """½, ⅓, ¾ and their like as the fractions that they are; beside a number it would be a mixed one."""
    top, _, bottom = unicodedata.normalize("NFKC", char).partition("⁄") if len(char) == 1 else ("", "", "")
    if not (top and bottom):
        return False
    if out and out[-1].kind == "number":
        raise UnreadableAt(f"{char} after a number: write a fraction or a product", start)
    out.append(Token("fraction", char, start, start))
    for number in (top, bottom):
        out.append(Token("begin", "{", start, start))
        out.append(Token("number", number, start, start + 1))
        out.append(Token("end", "}", start + 1, start + 1))
    return True


def check_thousands(out: list[Token]) -> None:
    """1,000 is one number or two: the last three tokens say."""
    if len(out) < 3 or (out[-1].kind, out[-2].text, out[-3].kind) != ("number", ",", "number"):
        return
    first, comma, last = out[-3:]
    glued = first.end == comma.start and comma.end == last.start
    if glued and len(last.text) == 3 and last.text.isdigit() and first.text.isdigit() and len(first.text) <= 3:
        raise UnreadableAt(f"is this one number or two? write {first.text}{last.text}, or a blank", first.start)


# ------------------------------------------------------------------ one sign

_WORDS_OF = {"Σ": "sum", "Π": "prod", "∫": "int"}
_LETTERS_OF = {"𝔼": "E", "𝒟": "D"}
_KINDS: dict[Role, Kind] = {"relation": "relation", "bar": "bar", "open": "open", "close": "close", "comma": "comma"}


def sign_token(written: str, start: int, end: int) -> Token | None:
    """The token of one sign of the notation table, however it is spelled; None for what is not in it."""
    char = SPELLINGS.get(written) or _COMMANDS.get(written, written)
    char = SPELLINGS.get(char, char)
    row = SIGNS.get(char)
    if row is None:
        return None
    if row.name or char in _LETTERS_OF:
        return Token("letter", row.name or _LETTERS_OF[char], start, end)
    if char in _WORDS_OF:
        return Token("word", _WORDS_OF[char], start, end)
    match char:
        case "+" | "−" | "±":
            return Token("sign", "-" if char == "−" else char, start, end)
        case "·" | "×":
            return Token("times", "·", start, end)
        case "/":
            return Token("slash", "/", start, end)
        case "√":
            return Token("root", char, start, end)
        case ":":
            return Token("words", char, start, end)
        case "|" if written == r"\mid":
            return Token("mid", char, start, end)
        case "∞" | "∂" | "∇" | "…" | "⊤" | "ℝ" | "𝒴" | "𝒳" | "ℕ":
            return Token("symbol", char, start, end)
        case _ if row.role in _KINDS:
            return Token(_KINDS[row.role], char, start, end)
        case _:
            raise UnreadableAt(f"{written} has no reading in a formula here", start)


_COMMANDS = {row.latex.strip().removeprefix(r"\,"): char for char, row in reversed(SIGNS.items())}
