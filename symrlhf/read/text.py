"""Formulas as lecture notes type them, in Unicode -> tokens: σ(z), e^{−z}, π*(y|x), Σ_y, d²/dz², y₁.

Several ASCII letters together are one name, as in softplus or pi_ref; Greek letters stand alone.
"""

from __future__ import annotations

import re
import unicodedata

from symrlhf.notation import ACCENTS, LETTERS, LOWERED, RAISED
from symrlhf.read.tokens import MAX_TOKENS, Kind, Token, UnreadableAt, check_thousands, put_fraction, sign_token

_TOKEN = re.compile(
    r"""
    (?P<blank>\s+)
  | (?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][-+−]?[0-9]+)?)
  | (?P<optimum>arg[ ]?(?:max|min)\b)
  | (?P<quoted>["“][\w\ -]{1,40}["”])
  | (?P<change>[Δ∆][a-zA-Z])(?![A-Za-z0-9])
  | (?P<word>[A-Za-z][A-Za-z0-9]*)
  | (?P<sign><==>|==>|<=>|\|\||<=|>=|!=|==|~=|:=|->|=>)
  | (?P<char>.)
    """,
    re.VERBOSE | re.DOTALL,
)

_BEFORE = re.compile(r"(?P<sign>[<≤])(?P<letter>[A-Za-z])(?![A-Za-z0-9])")

CONNECTIVES = frozenset(
    re.findall(
        r"\w+",
        "if for and or where with when as so otherwise then hence thus since because while else by at whenever is are "
        "implies gives therefore let assume that which the",
    )
)
"""Words of prose that may stand beside formulas."""

_ACCENTS = {row.unicode: name for name, row in ACCENTS.items()}
_SCRIPTS = {**{c: ("sup", r) for c, r in RAISED.items()}, **{c: ("sub", r) for c, r in LOWERED.items()}}
_REFUSED = {
    "!": "the factorial has no reading here",
    "\\": "this is LaTeX: give the formula as LaTeX",
    "$": "a dollar sign inside a formula",
    "@": "@ has no reading in a formula",
}


def text_tokens(text: str, start: int = 0) -> list[Token]:
    """The tokens of a formula; offsets count from `start`."""
    return _Lexer(text, start).read()


class _Lexer:
    def __init__(self, text: str, start: int):
        self.text, self.start = text, start
        self.out: list[Token] = []
        self.braces: list[bool] = []
        """For each open brace, whether it only groups an exponent or a subscript."""

    def put(self, kind: Kind, text: str, start: int, end: int) -> None:
        self.out.append(Token(kind, text, self.start + start, self.start + end))

    def read(self) -> list[Token]:
        at = 0
        while at < len(self.text):
            m = _TOKEN.match(self.text, at)
            assert m is not None and m.lastgroup is not None
            at = m.end()
            match m.lastgroup:
                case "blank":
                    pass
                case "number":
                    self.put("number", m.group().replace("−", "-"), m.start(), m.end())
                    check_thousands(self.out)
                case "word":
                    self.word(m.group(), m.start(), m.end())
                case "change":
                    # Δr, the change of r, is one letter as Δ_r is; a product has a sign or a space.
                    self.put("letter", "Delta", m.start(), m.start() + 1)
                    self.put("sub", "_", m.end() - 1, m.end() - 1)
                    self.put("letter", m.group()[1], m.end() - 1, m.end())
                case "optimum":
                    self.put("word", m.group().replace(" ", ""), m.start(), m.end())
                case "quoted":
                    self.put("word", m.group(), m.start(), m.end())
                case "sign":
                    self.sign(m.group(), m.start(), m.end())
                case _:
                    at = self.char(m.group(), m.start())
            if len(self.out) > MAX_TOKENS:
                raise UnreadableAt(f"a formula of more than {MAX_TOKENS} signs", self.start + at)
        self.put("stop", "", len(self.text), len(self.text))
        return self.out

    def word(self, word: str, start: int, end: int) -> None:
        in_script = bool(self.out) and self.out[-1].kind == "sub"
        if word.lower() in CONNECTIVES and not in_script:
            self.put("words", word.lower(), start, end)
        else:
            self.put("letter" if len(word) == 1 or word in LETTERS else "word", word, start, end)

    def sign(self, sign: str, start: int, end: int) -> None:
        token = sign_token(sign, self.start + start, self.start + end)
        if token is None:
            raise UnreadableAt(f"unknown sign {sign}", self.start + start)
        self.out.append(token)

    def char(self, char: str, start: int) -> int:
        """One character that is no ASCII word; returns where to read on."""
        end = start + 1
        if char == "*":
            self.star(start)
        elif char in ("'", "′", "″", "‴", "’"):
            self.put("prime", {"″": "''", "‴": "'''"}.get(char, "'"), start, end)
        elif char == "⋆":
            self.put("star", char, start, end)
        elif char in _SCRIPTS:
            return self.script(start)
        elif char == "_" and (m := _BEFORE.match(self.text, end)):
            self.before(start, m)
            return m.end()
        elif char in ("_", "^"):
            self.put("sub" if char == "_" else "sup", char, start, end)
        elif char == "{":
            grouping = bool(self.out) and self.out[-1].kind in ("sub", "sup")
            self.braces.append(grouping)
            self.put("begin" if grouping else "open", char, start, end)
        elif char == "}":
            self.put("end" if self.braces and self.braces.pop() else "close", char, start, end)
        elif char == "%":
            self.put("percent", char, start, end)
        elif char == ".":
            self.put("words", char, start, end)
        elif char in _ACCENTS:
            self.accent(_ACCENTS[char], start)
        elif char in _REFUSED:
            raise UnreadableAt(_REFUSED[char], self.start + start)
        elif char in "𝟏𝟙":
            self.put("word", "indicator", start, end)
        else:
            self.other(char, start, end)
        return end

    def before(self, start: int, m: re.Match[str]) -> None:
        """y_<t, the tokens before t: one subscript, as if braces stood around it."""
        self.put("sub", "_", start, start + 1)
        self.put("begin", "{", m.start(), m.start())
        self.sign(m.group("sign"), *m.span("sign"))
        self.put("letter", m.group("letter"), *m.span("letter"))
        self.put("end", "}", m.end(), m.end())

    def other(self, char: str, start: int, end: int) -> None:
        if token := sign_token(char, self.start + start, self.start + end):
            self.out.append(token)
            return
        parts = unicodedata.normalize("NFD", char)
        if len(parts) == 2 and parts[0].isascii() and parts[1] in _ACCENTS:
            self.put("letter", parts[0], start, end)
            self.accent(_ACCENTS[parts[1]], start)
            return
        if put_fraction(self.out, char, self.start + start):
            return
        plain = unicodedata.normalize("NFKC", char)
        if len(plain) == 1 and plain.isalpha() and plain.isascii() and "MATHEMATICAL" in unicodedata.name(char, ""):
            self.put("letter", f"cal{plain}" if "SCRIPT" in unicodedata.name(char) else plain, start, end)
            return
        raise UnreadableAt(f"{char!r} has no reading in a formula", self.start + start)

    def accent(self, accent: str, start: int) -> None:
        """A mark above the letter before it: the token stands before the letter, as in LaTeX."""
        if not self.out or self.out[-1].kind != "letter":
            raise UnreadableAt("an accent stands on a letter", self.start + start)
        letter = self.out.pop()
        self.out += [Token("accent", accent, letter.start, letter.start), letter]

    def star(self, start: int) -> None:
        """π*(y) has a star; 2*x and a * b are products."""
        before = self.text[start - 1] if start else " "
        after = self.text[start + 1] if start + 1 < len(self.text) else " "
        raised = bool(self.out) and self.out[-1].kind in ("sup", "begin")
        if after == "*":
            raise UnreadableAt("** is not read in a formula: write x^2 or x²", self.start + start)
        glued = (before.isalpha() or before in "}₀₁₂") and not after.isalnum()
        if raised or glued:
            self.put("star", "*", start, start + 1)
        else:
            self.put("times", "·", start, start + 1)

    def script(self, start: int) -> int:
        """A run of raised or of lowered characters."""
        kind, char = _SCRIPTS[self.text[start]]
        if char in "⋆′":
            self.put("star" if char == "⋆" else "prime", "'", start, start + 1)
            return start + 1
        end = start
        while end < len(self.text) and _SCRIPTS.get(self.text[end], ("", ""))[0] == kind:
            end += 1
        self.put("sup" if kind == "sup" else "sub", "^" if kind == "sup" else "_", start, start)
        self.put("begin", "{", start, start)
        at = start
        while at < end:
            run = at
            while run < end and _SCRIPTS[self.text[run]][1].isdigit():
                run += 1
            if run > at:
                self.put("number", "".join(_SCRIPTS[c][1] for c in self.text[at:run]), at, run)
                at = run
                continue
            raised = _SCRIPTS[self.text[at]][1]
            if raised.isalpha():
                self.put("letter", raised, at, at + 1)
            elif raised in "⋆′":
                self.put("star" if raised == "⋆" else "prime", "'", at, at + 1)
            else:
                self.sign(raised, at, at + 1)
            at += 1
        self.put("end", "}", end, end)
        return end
