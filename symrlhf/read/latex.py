r"""LaTeX -> tokens: macros expanded, fonts and sizes and spaces resolved; nothing is executed, nothing is guessed.

`latex_tokens(r"\frac{\pi(y)}2", {})`. A command without a row here or in the notation table is an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from symrlhf.notation import ACCENTS, FUNCTIONS, SIGNS
from symrlhf.read.tokens import MAX_TOKENS, Kind, Token, UnreadableAt, check_thousands, sign_token

_RAW = re.compile(
    r"\\[a-zA-Z]+\*?|\\.|[0-9]+(?:\{,\}[0-9]{3})*(?:\.[0-9]+)?|\.[0-9]+|\s+|%[^\n]*|:=|<=|>=|!=|==|.", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class _Raw:
    """A command, a number, a run of blanks or one character, and where it was written."""

    text: str
    start: int
    end: int


def latex_tokens(text: str, macros: Mapping[str, str], start: int = 0) -> list[Token]:
    """The tokens of a formula without its dollar signs; offsets count from `start`."""
    raws = [_Raw(m.group(), start + m.start(), start + m.end()) for m in _RAW.finditer(text)]
    lexer = _Lexer(_expanded(raws, macros) if macros else raws, start + len(text))
    return lexer.read()


# ------------------------------------------------------------------ macros


def _expanded(raws: list[_Raw], macros: Mapping[str, str]) -> list[_Raw]:
    """With every macro replaced by its body; all that it leaves stands where it was called."""
    todo, done = raws[::-1], list[_Raw]()
    budget = MAX_TOKENS
    while todo:
        raw = todo.pop()
        body = macros.get(raw.text)
        if body is None:
            done.append(raw)
            continue
        places = max((int(n) for n in re.findall(r"#([1-9])", body)), default=0)
        args = [_argument(todo, raw) for _ in range(places)]
        out: list[str] = []
        for literal, place in re.findall(r"([^#]*)(?:#([1-9]))?", body):
            out += [m.group() for m in _RAW.finditer(literal)]
            out += args[int(place) - 1] if place else []
        budget -= len(out) + 1
        if budget < 0:
            raise UnreadableAt(f"{raw.text} expands without end, or to more than {MAX_TOKENS} signs", raw.start)
        todo += [_Raw(piece, raw.start, raw.end) for piece in reversed(out)]
    return done


def _argument(todo: list[_Raw], macro: _Raw) -> list[str]:
    """The next group, or the next sign, as the argument of a macro."""
    while todo and todo[-1].text.isspace():
        todo.pop()
    if not todo:
        raise UnreadableAt(f"{macro.text} needs an argument", macro.start)
    first = todo.pop()
    if first.text != "{":
        return [first.text]
    out: list[str] = []
    depth = 1
    while todo:
        raw = todo.pop()
        depth += (raw.text == "{") - (raw.text == "}")
        if depth == 0:
            return out
        out.append(raw.text)
    raise UnreadableAt("this { is never closed", first.start)


# ------------------------------------------------------------------ tables

_SPACES = frozenset(("\\ ", "~", *(rf"\{s}" for s in (",", ";", ":", "!", ">", "thinspace", "enspace", "hfill"))))
_WIDE = frozenset((r"\quad", r"\qquad"))
_NOTHING = frozenset(
    rf"\{word}"
    for word in (
        *("displaystyle", "textstyle", "scriptstyle", "limits", "nolimits", "nonumber", "notag", "changed", "boxed"),
        *("mathopen", "mathclose", "mathord", "mathrel", "mathbin", "ensuremath", "strut", "null", "relax"),
    )
)
"""What changes only the look of what follows."""
_DROPPED = frozenset((r"\label", r"\tag", r"\tag*", r"\color", r"\phantom", r"\hphantom", r"\vphantom", r"\hspace"))
"""Commands whose argument shows nothing of the formula."""
_SIZES = frozenset(rf"\{size}{side}" for size in ("big", "Big", "bigg", "Bigg") for side in "lr") | {
    r"\left",
    r"\right",
}
_NEUTRAL = frozenset((r"\big", r"\Big", r"\bigg", r"\Bigg"))
_MIDDLE = frozenset((r"\middle", r"\bigm", r"\Bigm", r"\biggm"))
_SIDES = {r"\lvert": ("open", "|"), r"\rvert": ("close", "|"), r"\lVert": ("open", "‖"), r"\rVert": ("close", "‖")}
_ACCENTS = {row.latex: name for name, row in ACCENTS.items()} | {
    r"\widehat": "hat",
    r"\overline": "bar",
    r"\widetilde": "tilde",
    r"\mathbf": "bold",
    r"\boldsymbol": "bold",
    r"\bm": "bold",
    r"\vec": "bold",
}
_FRACTIONS = frozenset((r"\frac", r"\dfrac", r"\tfrac", r"\cfrac", r"\nicefrac", r"\sfrac"))
_NAMED = frozenset((r"\operatorname", r"\operatorname*", r"\mathrm", r"\mathsf", r"\mathtt", r"\mathit", r"\mathop"))
_PROSE = frozenset((r"\text", r"\textrm", r"\textit", r"\textnormal", r"\mbox", r"\textsf", r"\texttt", r"\intertext"))
_OPERATORS = {
    rf"\{word}": word
    for word in (
        "log",
        "ln",
        "exp",
        "max",
        "min",
        "lim",
        "sup",
        "inf",
        "tanh",
        "cosh",
        "sinh",
        "arctan",
        "arcsin",
        "Pr",
        "arg",
        "argmax",
        "argmin",
    )
}
_ONE = frozenset((r"\mathbf", r"\mathbb", r"\mathbbm", r"\mathds", r"\bm", r"\boldsymbol"))
_STARS = frozenset(("*", r"\star", r"\ast"))
_REFUSED = {
    r"\binom": "binomial coefficients have no reading here",
    r"\dbinom": "binomial coefficients have no reading here",
    r"\iint": "double integrals have no reading here",
    r"\oint": "integrals along a curve have no reading here",
    "!": "the factorial has no reading here",
    "$": "a dollar sign inside a formula",
    "#": "# stands for nothing here",
}
_FAMILIAR = {"KL", "Var"} | {n for n in FUNCTIONS if len(n) > 1}
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*")

KNOWN = sorted(
    {row.latex for row in SIGNS.values() if re.fullmatch(r"\\[a-zA-Z]+", row.latex)}
    | {*_SIZES, *_FRACTIONS, *_NAMED, *_PROSE, *_OPERATORS, *_ACCENTS, r"\sqrt", r"\begin", r"\mid", r"\underbrace"}
)
"""Commands to suggest for one that is not known."""


# ------------------------------------------------------------------ the lexer


class _Lexer:
    def __init__(self, raws: list[_Raw], end: int):
        self.todo = raws[::-1]
        self.end = end
        self.out: list[Token] = []
        self.environments: list[_Raw] = []
        self.scripts: list[bool] = []
        """For each open brace, whether it is a subscript or superscript."""

    def read(self) -> list[Token]:
        while self.todo:
            self.one(self.todo.pop())
            if len(self.out) > MAX_TOKENS:
                raise UnreadableAt(f"a formula of more than {MAX_TOKENS} signs", self.out[-1].start)
        if self.environments:
            raise UnreadableAt(r"this \begin is never closed", self.environments[-1].start)
        self.out.append(Token("stop", "", self.end, self.end))
        return self.out

    def put(self, kind: Kind, text: str, raw: _Raw) -> None:
        self.out.append(Token(kind, text, raw.start, raw.end))

    def one(self, raw: _Raw) -> None:
        text = raw.text
        first = text[0]
        if first.isspace() or (first == "%") or text in _SPACES or text in _NOTHING:
            return
        if first in "0123456789" or (first == "." and len(text) > 1):
            self.put("number", text.replace("{,}", ""), raw)
            check_thousands(self.out)
        elif first.isalpha() and text.isascii():
            self.put("letter", text, raw)
        elif text in _CHARACTERS:
            _CHARACTERS[text](self, raw)
        elif text in _REFUSED:
            raise UnreadableAt(_REFUSED[text], raw.start)
        elif text in _SIZES:
            self.delimiter(raw)
        elif text in _NEUTRAL:
            return
        elif text in _MIDDLE:
            self.put("mid", "‖" if self.take(raw).text == r"\|" else "|", raw)
        elif text in _FRACTIONS:
            self.put("fraction", text, raw)
        elif text in _NAMED:
            self.named(raw)
        elif text in _PROSE:
            self.prose(raw)
        elif text in _ONE and self.group_is(("1", "I")):
            self.put("word", "indicator", raw)
            self.group(raw)
        elif text in _ACCENTS:
            self.put("accent", _ACCENTS[text], raw)
        elif text in _OPERATORS:
            self.operator(raw)
        elif text in _DROPPED:
            self.group(raw)
        elif text in _STARS:
            self.put("star", text, raw)
        elif text in _WIDE:
            self.put("words", "", raw)
        elif text in _SIDES:
            kind, sign = _SIDES[text]
            self.put("open" if kind == "open" else "close", sign, raw)
        elif text in _SPECIAL:
            _SPECIAL[text](self, raw)
        elif token := sign_token(text, raw.start, raw.end):
            self.out.append(token)
        else:
            near = get_close_matches(text, KNOWN, n=2, cutoff=0.6) if first == "\\" else []
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            what = "unknown command" if first == "\\" else "unknown sign"
            raise UnreadableAt(f"{what} {text}{hint}", raw.start)

    # ---- what follows a command

    def take(self, raw: _Raw) -> _Raw:
        """The next sign that is no blank."""
        while self.todo and self.todo[-1].text.isspace():
            self.todo.pop()
        if not self.todo:
            raise UnreadableAt(f"something is missing after {raw.text}", raw.start)
        return self.todo.pop()

    def peek(self) -> str:
        while self.todo and self.todo[-1].text.isspace():
            self.todo.pop()
        return self.todo[-1].text if self.todo else ""

    def group(self, raw: _Raw) -> list[_Raw]:
        """What stands in the braces after a command."""
        first = self.take(raw)
        if first.text != "{":
            return [first]
        out: list[_Raw] = []
        depth = 1
        while self.todo:
            piece = self.todo.pop()
            depth += (piece.text == "{") - (piece.text == "}")
            if depth == 0:
                return out
            out.append(piece)
        raise UnreadableAt("this { is never closed", first.start)

    def group_is(self, words: tuple[str, ...]) -> bool:
        self.peek()
        rest = [r.text for r in self.todo[-2:][::-1] if r.text != "{"]
        return bool(rest) and rest[0] in words

    # ---- rows of the tables

    def delimiter(self, raw: _Raw) -> None:
        opens = raw.text.endswith(("l", r"\left")) and not raw.text.endswith("right")
        sign = self.take(raw)
        if sign.text == ".":
            if opens:
                raise UnreadableAt("a bracket that is not shown has no reading here", raw.start)
            raise UnreadableAt("an evaluation bar has no reading here: write the value at the point", raw.start)
        char = {"|": "|", r"\vert": "|", r"\|": "‖", r"\Vert": "‖", r"\lvert": "|", r"\rvert": "|"}.get(sign.text)
        if char:
            self.put("open" if opens else "close", char, sign)
        else:
            self.todo.append(sign)

    def in_script(self) -> bool:
        return any(self.scripts[-1:]) or (bool(self.out) and self.out[-1].kind in ("sub", "sup"))

    def named(self, raw: _Raw) -> None:
        r"""\mathrm{KL}: an upright name."""
        inside = self.group(raw)
        self.name("".join(r.text for r in inside if not r.text.isspace() and r.text not in _SPACES), raw, inside)

    def old_font(self, raw: _Raw) -> None:
        r"""{\rm ref}: the letters that follow are one name."""
        self.peek()
        inside: list[_Raw] = []
        while self.todo and self.todo[-1].text.isalnum():
            inside.append(self.todo.pop())
        self.name("".join(r.text for r in inside), raw, inside)

    def name(self, word: str, raw: _Raw, inside: list[_Raw]) -> None:
        end = inside[-1].end if inside else raw.end
        if word and (_WORD.fullmatch(word) or (self.in_script() and re.fullmatch(r"[A-Za-z0-9<:-]+", word))):
            kind: Kind = "number" if word.isdigit() else "letter" if len(word) == 1 else "word"
            self.out.append(Token(kind, word, raw.start, end))
        elif inside and re.search(r"[\\^_{]", word):
            self.todo += [_Raw("}", end, end), *inside[::-1], _Raw("{", raw.start, raw.end)]
        else:
            raise UnreadableAt(f"{word[:20]!r} is not a name", raw.start)

    def prose(self, raw: _Raw) -> None:
        """Words between formulas; in a subscript, and for a known function, a name. Formulas inside are read."""
        inside = self.group(raw)
        text = "".join(r.text for r in inside)
        bare = text.strip()
        end = inside[-1].end if inside else raw.end
        if self.in_script() or bare in _FAMILIAR:
            self.name(re.sub(r"\s+", "", text), raw, inside)
            return
        if text.count("$") >= 2:
            self.prose_with_formulas(inside)
        else:
            self.out.append(Token("words", bare, raw.start, end))

    def prose_with_formulas(self, inside: list[_Raw]) -> None:
        pieces: list[list[_Raw]] = [[]]
        for raw in inside:
            if raw.text == "$":
                pieces.append([])
            else:
                pieces[-1].append(raw)
        back: list[_Raw] = []
        for i, piece in enumerate(pieces):
            if i % 2:
                back += piece
            elif piece and (words := "".join(r.text for r in piece)).strip():
                start, end = piece[0].start, piece[-1].end
                back += [_Raw(r"\text", start, start), _Raw("{", start, start), _Raw(words, start, end)]
                back += [_Raw("}", end, end)]
        self.todo += back[::-1]

    def operator(self, raw: _Raw) -> None:
        word = _OPERATORS[raw.text]
        if word == "arg" and self.peek() in (r"\max", r"\min"):
            word += self.take(raw).text[1:]
        self.put("word", word, raw)

    def calligraphic(self, raw: _Raw) -> None:
        letter = "".join(r.text for r in self.group(raw)).strip()
        table = {"H": "H", "O": "O", "D": "D"}
        if letter in table:
            self.put("letter", table[letter], raw)
        elif token := sign_token(rf"\mathcal{{{letter}}}", raw.start, raw.end):
            self.out.append(token)
        elif len(letter) == 1 and letter.isalpha():
            self.put("letter", f"cal{letter}", raw)
        else:
            raise UnreadableAt(f"{letter[:20]!r} has no calligraphic form", raw.start)

    def blackboard(self, raw: _Raw) -> None:
        letter = "".join(r.text for r in self.group(raw)).strip()
        if letter in ("1", "I"):
            self.put("word", "indicator", raw)
        elif letter == "V":
            self.put("word", "Var", raw)
        elif letter in ("E", "P", "D", "H"):
            self.put("letter", letter, raw)
        elif token := sign_token(rf"\mathbb{{{letter}}}", raw.start, raw.end):
            self.out.append(token)
        else:
            raise UnreadableAt(f"{letter[:20]!r} has no blackboard form here", raw.start)

    def over(self, raw: _Raw) -> None:
        r"""\overset{(a)}{=}: the sign below counts."""
        self.group(raw)
        below = self.group(raw)
        self.todo += below[::-1]

    def under(self, raw: _Raw) -> None:
        r"""\underset{y}{\max} is \max_{y}."""
        label, base = self.group(raw), self.group(raw)
        here = raw.start
        self.todo += [_Raw("}", here, raw.end), *label[::-1], _Raw("{", here, raw.end), _Raw("_", here, raw.end)]
        self.todo += base[::-1]

    def brace(self, raw: _Raw) -> None:
        r"""\underbrace{x}_{why}: the words below say nothing of the formula."""
        body = self.group(raw)
        if self.peek() in ("_", "^"):
            self.group(self.todo.pop())
        self.todo += [_Raw("}", raw.end, raw.end), *body[::-1], _Raw("{", raw.start, raw.end)]

    def negated(self, raw: _Raw) -> None:
        sign = self.take(raw)
        char = {"=": "≠", r"\in": "∉"}.get(sign.text)
        if char is None:
            raise UnreadableAt(rf"\not{sign.text} has no reading here", raw.start)
        self.put("relation", char, raw)

    def begin(self, raw: _Raw) -> None:
        name = "".join(r.text for r in self.group(raw))
        if name not in ("cases", "dcases", "aligned", "split", "gathered"):
            raise UnreadableAt(rf"\begin{{{name[:20]}}} has no reading in a formula", raw.start)
        self.environments.append(_Raw(name, raw.start, raw.end))
        if name.endswith("cases"):
            self.put("cases", name, raw)

    def finish(self, raw: _Raw) -> None:
        name = "".join(r.text for r in self.group(raw))
        if not self.environments or self.environments[-1].text != name:
            raise UnreadableAt(rf"\end{{{name[:20]}}} closes nothing", raw.start)
        self.environments.pop()
        if name.endswith("cases"):
            self.put("endcases", name, raw)

    def open_brace(self, raw: _Raw) -> None:
        self.scripts.append(self.in_script())
        self.put("begin", "{", raw)

    def close_brace(self, raw: _Raw) -> None:
        if self.scripts:
            self.scripts.pop()
        kinds = [t.kind for t in self.out[-2:]]
        if kinds[-1:] == ["begin"] and kinds[0] not in ("sub", "sup", "fraction", "root", "accent"):
            # An empty group changes only the spacing.
            self.out.pop()
        else:
            self.put("end", "}", raw)

    def cell(self, raw: _Raw) -> None:
        if self.environments and self.environments[-1].text.endswith("cases"):
            self.put("cell", "&", raw)

    def row(self, raw: _Raw) -> None:
        inside = self.environments and self.environments[-1].text.endswith("cases")
        self.put("row" if inside else "words", "", raw)

    def prime(self, raw: _Raw) -> None:
        self.put("prime", "'", raw)

    def star(self, raw: _Raw) -> None:
        """A star is raised where it stands as an exponent; else it multiplies."""
        raised = self.in_script()
        self.put("star" if raised else "times", "*" if raised else "·", raw)

    def bar(self, raw: _Raw) -> None:
        if self.todo and self.todo[-1].text == "|":
            raw = _Raw("||", raw.start, self.todo.pop().end)
        self.put("bar", "‖" if raw.text == "||" else "|", raw)

    def full_stop(self, raw: _Raw) -> None:
        self.put("words", ".", raw)


_CHARACTERS: dict[str, Callable[[_Lexer, _Raw], None]] = {
    "{": _Lexer.open_brace,
    "}": _Lexer.close_brace,
    "&": _Lexer.cell,
    "'": _Lexer.prime,
    "*": _Lexer.star,
    "|": _Lexer.bar,
    ".": _Lexer.full_stop,
    "^": lambda lexer, raw: lexer.put("sup", "^", raw),
    "_": lambda lexer, raw: lexer.put("sub", "_", raw),
}

_SPECIAL: dict[str, Callable[[_Lexer, _Raw], None]] = {
    "\\\\": _Lexer.row,
    r"\%": lambda lexer, raw: lexer.put("percent", "%", raw),
    r"\prime": _Lexer.prime,
    r"\rm": _Lexer.old_font,
    r"\sf": _Lexer.old_font,
    r"\it": _Lexer.old_font,
    r"\sqrt": lambda lexer, raw: lexer.put("root", "√", raw),
    r"\mathcal": _Lexer.calligraphic,
    r"\mathscr": _Lexer.calligraphic,
    r"\mathbb": _Lexer.blackboard,
    r"\mathbbm": _Lexer.blackboard,
    r"\overset": _Lexer.over,
    r"\stackrel": _Lexer.over,
    r"\underset": _Lexer.under,
    r"\underbrace": _Lexer.brace,
    r"\overbrace": _Lexer.brace,
    r"\not": _Lexer.negated,
    r"\begin": _Lexer.begin,
    r"\end": _Lexer.finish,
    r"\lbrace": lambda lexer, raw: lexer.put("open", "{", raw),
    r"\rbrace": lambda lexer, raw: lexer.put("close", "}", raw),
    r"\lparen": lambda lexer, raw: lexer.put("open", "(", raw),
    r"\rparen": lambda lexer, raw: lexer.put("close", ")", raw),
}
