r"""LaTeX -> tokens: macros expanded, fonts and sizes and spaces resolved; nothing is executed, nothing is guessed.

`latex_tokens(r"\frac{\pi(y)}2", {})`. A command without a row here or in the notation table is an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from symrlhf.notation import ACCENTS, FUNCTIONS, SIGNS
from symrlhf.read.tokens import MAX_TOKENS, Kind, Token, UnreadableAt, check_thousands, put_fraction, sign_token

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


_BUILT_IN = {r"\mathpalette": r"#1\displaystyle{#2}"}
"""Commands of TeX that call a macro."""


def _expanded(raws: list[_Raw], macros: Mapping[str, str]) -> list[_Raw]:
    """With every macro replaced by its body; all that it leaves stands where the whole call does."""
    todo, done = raws[::-1], list[_Raw]()
    bodies = {**_BUILT_IN, **macros}
    budget = MAX_TOKENS
    while todo:
        raw = todo.pop()
        body = bodies.get(raw.text)
        if body is None:
            done.append(raw)
            continue
        places = max((int(n) for n in re.findall(r"#([1-9])", body)), default=0)
        args: list[list[str]] = []
        end = raw.end
        for _ in range(places):
            arg, end = _argument(todo, raw)
            args.append(arg)
        out: list[str] = []
        for literal, place in re.findall(r"([^#]*)(?:#([1-9]))?", body):
            out += [m.group() for m in _RAW.finditer(literal)]
            out += args[int(place) - 1] if place else []
        budget -= len(out) + 1
        if budget < 0:
            raise UnreadableAt(f"{raw.text} expands without end, or to more than {MAX_TOKENS} signs", raw.start)
        todo += [_Raw(piece, raw.start, max(end, raw.end)) for piece in reversed(out)]
    return done


def _argument(todo: list[_Raw], macro: _Raw) -> tuple[list[str], int]:
    """The next group, or the next sign, as the argument of a macro, and where it ends."""
    while todo and todo[-1].text.isspace():
        todo.pop()
    if not todo:
        raise UnreadableAt(f"{macro.text} needs an argument", macro.start)
    first = todo.pop()
    if first.text != "{":
        return [first.text], first.end
    out: list[str] = []
    depth = 1
    while todo:
        raw = todo.pop()
        depth += (raw.text == "{") - (raw.text == "}")
        if depth == 0:
            return out, raw.end
        out.append(raw.text)
    raise UnreadableAt("this { is never closed", first.start)


# ------------------------------------------------------------------ tables

_SPACES = frozenset(("\\ ", "~", *(rf"\{s}" for s in (",", ";", ":", "!", ">", "thinspace", "enspace", "hfill"))))
_WIDE = frozenset((r"\quad", r"\qquad"))
_NOTHING = frozenset(
    rf"\{word}"
    for word in (
        *("displaystyle", "textstyle", "scriptstyle", "limits", "nolimits", "nonumber", "notag", "changed", "boxed"),
        *("mathopen", "mathclose", "mathord", "mathrel", "mathbin", "mathinner", "ensuremath", "strut", "mathstrut"),
        *("null", "relax", "allowbreak", "nobreak", "smash"),
    )
)
"""What changes only the look of what follows."""
_DROPPED = frozenset((r"\label", r"\tag", r"\tag*", r"\color", r"\phantom", r"\hphantom", r"\vphantom", r"\hspace"))
"""Commands whose argument shows nothing of the formula."""
PAINTED = {
    r"\textcolor": 1, r"\mathcolor": 1, r"\colorbox": 1, r"\fcolorbox": 2, r"\fbox": 0, r"\framebox": 0,
    r"\scalebox": 1, r"\resizebox": 2, r"\raisebox": 1,
}  # fmt: skip
"""Commands that change only the look of their last argument -> how many arguments say how."""
_LENGTHS = {r"\kern": 0, r"\mkern": 0, r"\hskip": 0, r"\mskip": 0, r"\setlength": 2}
"""Commands that set a length -> how many groups they take; 0 for a bare length, such as -1.4pt."""
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


def is_known(command: str) -> bool:
    """Whether the reader gives a command its usual meaning."""
    tables = (_SPECIAL, _NOTHING, _DROPPED, PAINTED, _ACCENTS, _FRACTIONS, _NAMED, _PROSE, _OPERATORS, _SIZES)
    return any(command in table for table in tables) or sign_token(command, 0, 0) is not None


# ------------------------------------------------------------------ braces that only hold a part together

_ARITY = {"fraction": 2, "root": 1, "accent": 1, "sub": 1, "sup": 1}
_SCRIPTS = ("sub", "sup", "prime", "star")
_JOINS = ("sign", "times", "slash", "relation")


@dataclass(slots=True)
class _Open:
    """A brace that is not closed yet."""

    at: int
    argument: bool
    wanted: int = 0
    """How many arguments the commands in it still take."""
    relates: bool = False
    brackets: int = 0
    """Opened minus closed."""
    lowest: int = 0
    first: str = ""
    last: str = ""
    """Kinds of the tokens that it shows first and last."""

    def shows(self, first: str, last: str) -> None:
        self.first, self.last = self.first or first, last

    def bracket(self, lowest: int, step: int) -> None:
        self.lowest = min(self.lowest, self.brackets + lowest)
        self.brackets += step


def _without_idle_braces(tokens: list[Token]) -> list[Token]:
    r"""a{- b}, as \textcolor{red}{- b} leaves it, is shown as a − b: such braces are no factor.

    Nor are those that hold one half of a pair of brackets.
    """
    idle: set[int] = set()
    stack = [_Open(0, True)]
    for i, token in enumerate(tokens):
        top, before = stack[-1], tokens[i - 1].kind if i else ""
        if token.kind == "begin":
            stack.append(_Open(i, bool(top.wanted) or before == "word"))
            top.wanted -= bool(top.wanted)
        elif token.kind == "open" and before == "root":
            stack.append(_Open(-1, True))
        elif token.kind == "close" and top.at == -1:
            stack.pop()
        elif token.kind == "end" and len(stack) > 1 and top.at >= 0:
            stack.pop()
            joins = top.first in _JOINS or top.last in _JOINS or top.relates or top.brackets or top.lowest
            if joins and not top.argument and tokens[i + 1].kind not in _SCRIPTS:
                idle |= {top.at, i}
                stack[-1].relates |= top.relates
                stack[-1].shows(top.first, top.last)
                stack[-1].bracket(top.lowest, top.brackets)
            else:
                stack[-1].shows("begin", "end")
        else:
            digits = len(token.text) if token.kind == "number" else 1
            top.wanted = max(top.wanted - digits, 0) + _ARITY.get(token.kind, 0)
            top.relates |= token.kind == "relation"
            top.shows(token.kind, token.kind)
            step = (token.kind == "open") - (token.kind == "close")
            top.bracket(step, step)
    return [t for i, t in enumerate(tokens) if i not in idle]


# ------------------------------------------------------------------ the lexer


_BRACKETED = frozenset(("KL", "Var", "Cov", "clip", "sign", "sgn", "softmax", "sigmoid", "softplus", "relu", "logit"))
_SPELLED = _BRACKETED | {"log", "ln", "exp", "min", "max", "sup", "inf", "lim", "tanh", "sinh", "cosh"}
"""Functions that are read without their backslash, too; those in the first set only where a bracket follows."""


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
        return _without_idle_braces(self.out)

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
            if not self.spelled(raw):
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
        elif put_fraction(self.out, text, raw.start):
            return
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
            self.optional()
            self.group(raw)
        elif text in PAINTED:
            self.painted(raw)
        elif text in _LENGTHS:
            self.length(raw)
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

    def spelled(self, raw: _Raw) -> bool:
        """log x, KL(π ‖ q): letters side by side that spell a function, whose backslash was forgotten."""
        before = self.out[-1] if self.out else None
        if self.in_script() or (before is not None and before.kind == "letter" and before.end == raw.start):
            return False
        run = [raw]
        for following in reversed(self.todo):
            if following.start != run[-1].end or not (following.text.isalpha() and following.text.isascii()):
                break
            run.append(following)
        word = "".join(r.text for r in run)
        after = self.todo[-len(run)].text if len(run) <= len(self.todo) else ""
        if word not in _SPELLED or (after not in ("(", "[", *_SIZES) and (word in _BRACKETED or after in ("", "}"))):
            return False
        del self.todo[len(self.todo) - len(run) + 1 :]
        self.out.append(Token("word", word, raw.start, run[-1].end))
        return True

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

    def optional(self) -> None:
        """What stands in square brackets after a command."""
        if self.peek() == "[":
            while self.todo and self.todo.pop().text != "]":
                pass

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

    def painted(self, raw: _Raw) -> None:
        r"""\textcolor{red}{x}, \colorbox{tint}{$x$}: the formula inside counts, and words are words."""
        for _ in range(PAINTED[raw.text]):
            self.optional()
            self.group(raw)
        self.optional()
        inside = self.group(raw)
        end = inside[-1].end if inside else raw.end
        boxes = raw.text not in (r"\textcolor", r"\mathcolor")
        first = r"\text" if boxes else ""
        shown = [r for r in inside if not r.text.isspace()]
        if len(shown) > 1 and shown[0].text == shown[-1].text == "$":
            inside, first = shown[1:-1], ""
        whole = [_Raw(first, raw.start, raw.end)] if first else []
        whole += [_Raw("{", raw.start, raw.end), *inside, _Raw("}", end, end)]
        self.todo += whole[::-1]

    def underlined(self, raw: _Raw) -> None:
        r"""\underline{a + b} points at a part; \underline{v} is another symbol than v."""
        inside = self.group(raw)
        if not re.search(r"[-+=/(<>]|\\[dt]?frac|\\(?:sum|log|exp|left)", "".join(r.text for r in inside)):
            raise UnreadableAt("an underlined letter has no reading here", raw.start)
        end = inside[-1].end
        self.todo += [_Raw("}", end, end), *inside[::-1], _Raw("{", raw.start, raw.end)]

    def length(self, raw: _Raw) -> None:
        for _ in range(_LENGTHS[raw.text]):
            self.group(raw)
        if not _LENGTHS[raw.text]:
            while self.peek() == "-":
                self.take(raw)
            self.take(raw)
            for _ in range(2):
                if self.peek().isalpha():
                    self.take(raw)

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
    r"\underline": _Lexer.underlined,
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
