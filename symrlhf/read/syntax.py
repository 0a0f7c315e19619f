"""Tokens -> a tree of what was written: rows, sums, scripts, brackets, bars; meanings are not decided here.

Precedence, loosest first: | and ‖ inside brackets; commas; relations; + and −; a row of factors joined by ·, × , / or
by nothing; scripts. Depth is bounded, so that no input costs more than time in proportion to its length.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from symrlhf.read.latex import latex_tokens
from symrlhf.read.text import text_tokens
from symrlhf.read.tokens import Token, UnreadableAt

MAX_DEPTH = 60
MAX_LENGTH = 100_000

Written = Literal["latex", "text"]


# ------------------------------------------------------------------ what was written


@dataclass(frozen=True, slots=True)
class Syntax:
    """A piece of a formula, and where it stands."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Number(Syntax):
    text: str


@dataclass(frozen=True, slots=True)
class Name(Syntax):
    """A letter or a word, by the name a symbol of a Term has: pi, x, softplus."""

    text: str


@dataclass(frozen=True, slots=True)
class Symbol(Syntax):
    """∞, ∂, ∇ or …"""

    char: str


@dataclass(frozen=True, slots=True)
class Accent(Syntax):
    accent: str
    body: Syntax


@dataclass(frozen=True, slots=True)
class Script(Syntax):
    base: Syntax
    sub: Syntax | None = None
    sup: Syntax | None = None
    primes: int = 0
    star: bool = False


@dataclass(frozen=True, slots=True)
class Group(Syntax):
    """Brackets; `left` is "" where LaTeX braces show nothing, "|" for an absolute value."""

    left: str
    body: Syntax | None


@dataclass(frozen=True, slots=True)
class Fraction(Syntax):
    top: Syntax
    bottom: Syntax


@dataclass(frozen=True, slots=True)
class Root(Syntax):
    body: Syntax
    degree: Syntax | None = None


@dataclass(frozen=True, slots=True)
class Percent(Syntax):
    body: Syntax


@dataclass(frozen=True, slots=True)
class Row(Syntax):
    """Factors side by side; `joints[i]` stands between items i and i + 1: "" or "·" or "/"."""

    items: tuple[Syntax, ...]
    joints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sum(Syntax):
    """Terms with the sign before each: "+", "-" or "±"; the first may have none, "" ."""

    signs: tuple[str, ...]
    terms: tuple[Syntax, ...]


@dataclass(frozen=True, slots=True)
class Sign(Syntax):
    """A relation sign, as its character of the notation table: = ≤ < ≥ > ≠ ≈ ≡ ≔ ∝ → ⇒ ⇔ ∼ ∈ ≻ ⪰ ..."""

    char: str


@dataclass(frozen=True, slots=True)
class Chain(Syntax):
    """Sides with relations between them; the first or last side is None where the line begins or ends with one."""

    sides: tuple[Syntax | None, ...]
    relations: tuple[Sign, ...] = ()


@dataclass(frozen=True, slots=True)
class List(Syntax):
    """What commas or semicolons separate."""

    items: tuple[Syntax, ...]


@dataclass(frozen=True, slots=True)
class Given(Syntax):
    """a | b, or a ‖ b."""

    bar: str
    left: Syntax
    right: Syntax


@dataclass(frozen=True, slots=True)
class Words(Syntax):
    """Words or a wide space between formulas: "if", "and", ","."""

    text: str


@dataclass(frozen=True, slots=True)
class Cases(Syntax):
    """A case split: each value with its condition, None where it says "otherwise"."""

    rows: tuple[tuple[Syntax, Syntax | None], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of formulas with the words between them."""

    items: tuple[Chain | Words, ...]


# ------------------------------------------------------------------ entry


def read_line(text: str, syntax: Written, macros: Mapping[str, str] | None = None, start: int = 0) -> Line:
    r"""The formulas of one line; offsets of the result count from `start`, where the text begins.

    `macros` are the commands that the document defines, `\E` -> `\mathbb{E}`, with #1 to #9 for arguments.
    Raises `UnreadableAt`.
    """
    if len(text) > MAX_LENGTH:
        raise UnreadableAt(f"a formula of {len(text)} characters; the longest that is read has {MAX_LENGTH}", start)
    tokens = latex_tokens(text, macros or {}, start) if syntax == "latex" else text_tokens(text, start)
    return _Parser(tokens, tex=syntax == "latex").line()


# ------------------------------------------------------------------ the parser

_ITEMS = frozenset(("number", "letter", "word", "symbol", "open", "begin", "fraction", "root", "accent", "cases"))
"""Tokens that a factor may begin with."""
_CLOSING = {"(": ")", "[": "]", "{": "}", "|": "|", "‖": "‖"}
BIG = frozenset(("sum", "prod", "max", "min", "lim", "argmax", "argmin", "sup", "inf", "E", "Var", "Cov"))
"""What takes an index or a law as its subscript."""
_OVER = BIG - {"E", "Var", "Cov", "argmax", "argmin"}
_WHEN = frozenset(("if", "for", "when", "where", "whenever", "otherwise", "else"))
_OTHERWISE = re.compile(r"(?:otherwise|else)\b", re.IGNORECASE)
_SHOWN: dict[str, str] = {"stop": "the end", "end": "}", "words": "words", "row": "a new line"}


class _Parser:
    def __init__(self, tokens: list[Token], tex: bool):
        self.tokens, self.tex = tokens, tex
        self.at = 0
        self.depth = 0
        self.inside: list[bool] = [True]
        """For each bracket around this place, whether a bar in it opens or closes an absolute value."""
        self.bars: list[int] = [0]
        """For each bracket around this place, the absolute values that are open in it."""
        self.partner, self.counts = _brackets(tokens, tex)

    # ---- tokens

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def next(self) -> Token:
        token = self.tokens[self.at]
        if token.kind != "stop":
            self.at += 1
        return token

    @property
    def last_end(self) -> int:
        return self.tokens[self.at - 1].end if self.at else self.token.start

    def expected(self, what: str) -> UnreadableAt:
        token = self.token
        found = _SHOWN.get(token.kind) or token.text
        return UnreadableAt(f"expected {what}, not {found}", token.start)

    # ---- lines

    def line(self) -> Line:
        items: list[Chain | Words] = []
        while self.token.kind != "stop":
            token = self.token
            if token.kind in ("words", "comma", "row", "cell"):
                self.next()
                items.append(Words(token.start, token.end, token.text))
            else:
                items.append(self.chain())
                if self.token.kind not in ("words", "comma", "row", "cell", "stop") and not self._says_where():
                    raise self.expected("an operator")
        return Line(tuple(items))

    def chain(self) -> Chain:
        start = self.token.start
        sides: list[Syntax | None] = [None if self.token.kind == "relation" else self.sum()]
        relations: list[Sign] = []
        while self.token.kind == "relation":
            token = self.next()
            relations.append(Sign(token.start, token.end, token.text))
            sides.append(self.sum(arrives=token.text == "→") if self.starts_side() else None)
        if sides[-1] is None and len(sides) == 1:
            raise self.expected("a formula")
        if self.at and self.tokens[self.at - 1].kind == "stop":
            raise self.expected("a formula")
        return Chain(start, self.last_end, tuple(sides), tuple(relations))

    def starts_side(self) -> bool:
        return self.token.kind in _ITEMS or self.token.kind in ("sign", "bar")

    # ---- inside brackets

    def inner(self) -> Syntax:
        """What stands in brackets: lists, perhaps on two sides of a bar."""
        left = self.list()
        token = self.token
        if token.kind == "mid" or (token.kind == "bar" and self.bars[-1] == 0):
            self.next()
            right = self.list()
            return Given(left.start, right.end, token.text, left, right)
        return left

    def list(self) -> Syntax:
        items = [self.related()]
        while self.token.kind == "comma":
            self.next()
            items.append(self.related())
        return items[0] if len(items) == 1 else List(items[0].start, items[-1].end, tuple(items))

    def related(self) -> Syntax:
        """A relation, as in t = 1, y ∼ π, or < t; or a term; or a dot that holds a place."""
        if self.token.kind == "times":
            dot = self.next()
            return Symbol(dot.start, dot.end, "·")
        if self.token.kind != "relation":
            side = self.sum()
            if self.token.kind != "relation":
                return side
            sides: list[Syntax | None] = [side]
        else:
            sides = [None]
        start = sides[0].start if sides[0] else self.token.start
        relations: list[Sign] = []
        while self.token.kind == "relation":
            token = self.next()
            relations.append(Sign(token.start, token.end, token.text))
            dot = self.token.kind == "times"
            sides.append(self.related() if dot else self.sum(arrives=token.text == "→"))
        return Chain(start, self.last_end, tuple(sides), tuple(relations))

    # ---- sums and rows

    def sum(self, arrives: bool = False) -> Syntax:
        """Terms with signs; where something `arrives`, the last sign may say from which side."""
        start = self.token.start
        signs = [self.next().text if self.token.kind == "sign" else ""]
        terms = [self.row()]
        while self.token.kind == "sign":
            sign = self.next()
            if arrives and self.token.kind not in _ITEMS:
                # β → 0+
                terms[-1] = Script(start, sign.end, terms[-1], None, Symbol(sign.start, sign.end, sign.text))
                break
            signs.append(sign.text)
            terms.append(self.row())
        if signs == [""]:
            return terms[0]
        for sign, term in zip(signs, terms, strict=True):
            if sign in ("-", "±"):
                _insist_shown(term)
        return Sum(start, self.last_end, tuple(signs), tuple(terms))

    def row(self) -> Syntax:
        items = [self.factor()]
        joints: list[str] = []
        while True:
            if self.token.kind in ("times", "slash"):
                joints.append(self.next().text)
                items.append(self.signed())
            elif self._says_where():
                break
            elif self.token.kind in _ITEMS or self.opens_bar():
                joints.append("")
                items.append(self.factor())
            elif self.token.kind == "sign" and _takes_all(items[-1]):
                # lim −z² is the limit of −z²; a limit of nothing is none.
                sign = self.next()
                body = self.row()
                joints.append("")
                items.append(Sum(sign.start, body.end, (sign.text,), (body,)))
                break
            else:
                break
        if not joints:
            return items[0]
        for item in items:
            _insist_shown(item)
        return Row(items[0].start, items[-1].end, tuple(items), tuple(joints))

    def _says_where(self) -> bool:
        """(p → 0⁺) beside a formula is no factor of it."""
        end = self.partner.get(self.at, self.at)
        return self.token.text == "(" and any(t.text in ("→", "↓", "↑") for t in self.tokens[self.at + 1 : end])

    def signed(self) -> Syntax:
        """A factor that may have a sign, after · or /."""
        if self.token.kind != "sign":
            return self.factor()
        sign = self.next()
        body = self.factor()
        return Sum(sign.start, body.end, (sign.text,), (body,))

    def opens_bar(self) -> bool:
        return self.token.kind == "bar" and self.bars[-1] == 0 and self.inside[-1]

    # ---- factors

    def factor(self) -> Syntax:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise UnreadableAt(f"nested more than {MAX_DEPTH} deep", self.token.start)
        factor = self.scripted(self.atom())
        self.depth -= 1
        return factor

    def scripted(self, base: Syntax) -> Syntax:
        sub: Syntax | None = None
        sup: Syntax | None = None
        primes, star = 0, False
        while True:
            token = self.token
            if token.kind == "sub":
                if sub is not None:
                    raise UnreadableAt("two subscripts on one symbol", token.start)
                self.next()
                sub = self.subscript(base)
            elif token.kind == "prime":
                self.next()
                primes += len(token.text)
            elif token.kind == "star":
                self.next()
                star = True
            elif token.kind == "sup":
                self.next()
                marks = self.marks()
                if marks is not None:
                    primes += marks.count("'")
                    star = star or "*" in marks
                elif sup is not None:
                    raise UnreadableAt("two exponents on one symbol", token.start)
                else:
                    sup = self.script()
            elif token.kind == "percent":
                self.next()
                return Percent(base.start, token.end, self._script(base, sub, sup, primes, star))
            else:
                return self._script(base, sub, sup, primes, star)

    def _script(self, base: Syntax, sub: Syntax | None, sup: Syntax | None, primes: int, star: bool) -> Syntax:
        if sub is None and sup is None and not primes and not star:
            return base
        _insist_shown(base, scripted=True)
        return Script(base.start, self.last_end, base, sub, sup, primes, star)

    def marks(self) -> str | None:
        """Primes and stars that stand as the whole exponent."""
        if self.token.kind in ("star", "prime"):
            return "*" if self.next().kind == "star" else "'"
        if self.token.kind != "begin":
            return None
        kinds = [t.kind for t in self.tokens[self.at + 1 : self.at + 5]]
        count = next((i for i, k in enumerate(kinds) if k not in ("star", "prime")), len(kinds))
        if count == 0 or count == len(kinds) or kinds[count] != "end":
            return None
        self.at += count + 2
        return "".join("*" if k == "star" else "'" for k in kinds[:count])

    def subscript(self, base: Syntax) -> Syntax:
        sub = self.script(name=True)
        if self.tex:
            return sub
        if isinstance(base, Name) and base.text in BIG and self.token.kind == "prime":
            primes = len(self.next().text)
            return Script(sub.start, self.last_end, sub, None, None, primes)
        if self.token.kind == "sub":
            self.next()
            inner = self.script(name=True)
            return Script(sub.start, inner.end, sub, inner)
        return sub

    def script(self, name: bool = False) -> Syntax:
        """What a subscript or an exponent holds: a group, or one sign; in text an exponent may have a sign."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise UnreadableAt(f"nested more than {MAX_DEPTH} deep", self.token.start)
        token = self.token
        if token.kind == "begin":
            script = self.group()
        elif token.kind == "sign" and (name or self.follows_nothing()):
            # β → 0⁺
            self.next()
            script = Symbol(token.start, token.end, token.text)
        elif token.kind == "sign" and not self.tex:
            self.next()
            body = self.script()
            script = Sum(token.start, body.end, (token.text,), (body,))
        else:
            script = self.single()
            glued = self.token.kind in ("letter", "word") and self.token.start == script.end
            if not name and not self.tex and isinstance(script, Name) and glued:
                raise UnreadableAt("where does the exponent end? write e^{...}", script.start)
        self.depth -= 1
        return script

    def follows_nothing(self) -> bool:
        after = self.tokens[self.at + 1].kind
        return after not in _ITEMS

    def single(self) -> Syntax:
        r"""One sign as the argument of \frac, ^ or _: in LaTeX one digit of a number."""
        token = self.token
        if token.kind == "number" and self.tex and len(token.text) > 1:
            if not token.text.isdigit() or (self.at and self.tokens[self.at - 1].kind in ("sub", "sup")):
                raise UnreadableAt(f"write braces: {{{token.text}}}", token.start)
            rest = Token("number", token.text[1:], token.start + 1, token.end)
            self.tokens[self.at] = rest
            return Number(token.start, token.start + 1, token.text[0])
        if token.kind not in _ITEMS:
            raise self.expected("a number, a letter or a group")
        return self.atom()

    def group(self) -> Syntax:
        """Braces that show nothing."""
        opened = self.next()
        self._enter(self.at - 1)
        if self.token.kind == "end":
            self.next()
            self._leave()
            raise UnreadableAt("empty braces", opened.start)
        if self.token.kind == "sign" and self.tokens[self.at + 1].kind == "end":
            sign = self.next()
            body: Syntax = Symbol(sign.start, sign.end, sign.text)
        else:
            body = self.inner()
        if self.token.kind != "end":
            raise self.expected("}")
        self.next()
        self._leave()
        return body

    def _enter(self, opened: int) -> None:
        self.inside.append(self.counts.get(opened, 0) % 2 == 0)
        self.bars.append(0)

    def _leave(self) -> None:
        self.inside.pop()
        self.bars.pop()

    def atom(self) -> Syntax:
        token = self.token
        match token.kind:
            case "number":
                self.next()
                return Number(token.start, token.end, token.text)
            case "letter" | "word":
                self.next()
                return Name(token.start, token.end, token.text)
            case "symbol":
                self.next()
                return Symbol(token.start, token.end, token.text)
            case "begin":
                body = self.group()
                return Group(token.start, self.last_end, "", body)
            case "open":
                return self.bracket()
            case "bar":
                return self.absolute()
            case "fraction":
                self.next()
                top, bottom = self.argument(), self.argument()
                return Fraction(token.start, self.last_end, top, bottom)
            case "root":
                return self.root()
            case "accent":
                self.next()
                body = self.argument()
                return Accent(token.start, self.last_end, token.text, body)
            case "cases":
                return self.cases()
            case _:
                raise self.expected("a formula")

    def argument(self) -> Syntax:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise UnreadableAt(f"nested more than {MAX_DEPTH} deep", self.token.start)
        argument = self.group() if self.token.kind == "begin" else self.single()
        self.depth -= 1
        return argument

    def root(self) -> Syntax:
        token = self.next()
        degree: Syntax | None = None
        if self.tex and self.token.kind == "open" and self.token.text == "[":
            shown = self.bracket()
            degree = shown.body if isinstance(shown, Group) else shown
        of_text = self.bracket if self.token.kind == "open" else self.scripted_name
        body = self.argument() if self.tex else of_text()
        return Root(token.start, self.last_end, body, degree)

    def scripted_name(self) -> Syntax:
        """√π_ref: a symbol with its subscript, in text."""
        body = self.single()
        if self.token.kind == "sub":
            self.next()
            sub = self.subscript(body)
            body = Script(body.start, sub.end, body, sub)
        if self.token.kind == "open" and self.token.start == body.end:
            # √π(y)
            group = self.bracket()
            return Row(body.start, group.end, (body, group), ("",))
        return body

    def bracket(self) -> Syntax:
        opened = self.next()
        self._enter(self.at - 1)
        if opened.text == "{" and not self.tex and self._is_case_split(self.at - 1):
            return self.cases_of_text(opened)
        body = None if self.token.kind == "close" else self.inner()
        closed = self.token
        if closed.kind != "close":
            raise self.expected(f"{_CLOSING[opened.text]}")
        self.next()
        self._leave()
        left = opened.text if closed.text == _CLOSING[opened.text] else opened.text + closed.text
        return Group(opened.start, closed.end, left, body)

    def absolute(self) -> Syntax:
        opened = self.next()
        self.bars[-1] += 1
        body = self.sum()
        closed = self.token
        if closed.kind != "bar":
            raise UnreadableAt("this | is never closed", opened.start)
        if closed.text != opened.text and closed.end - closed.start == 2:
            # |a||b| was taken for a double bar.
            middle = closed.start + 1
            self.tokens[self.at] = Token("bar", "|", middle, closed.end)
        else:
            self.next()
        self.bars[-1] -= 1
        return Group(opened.start, closed.end, opened.text, body)

    # ---- case splits

    def cases(self) -> Syntax:
        opened = self.next()
        rows: list[tuple[Syntax, Syntax | None]] = []
        self._enter(self.at - 1)
        while self.token.kind != "endcases" or not rows:
            rows.append(self.case())
            if self.token.kind == "row":
                self.next()
            elif self.token.kind != "endcases":
                raise self.expected(r"\\ or \end{cases}")
        self.next()
        self._leave()
        return Cases(opened.start, self.last_end, tuple(rows))

    def case(self) -> tuple[Syntax, Syntax | None]:
        value = self.sum()
        while self.token.kind in ("comma", "cell"):
            self.next()
        return value, self.condition()

    def condition(self) -> Syntax | None:
        """What stands after a value: "if A > 0", "otherwise", nothing."""
        parts: list[Syntax] = []
        while self.token.kind not in ("row", "endcases", "stop", "close") and self.token.text != ";":
            token = self.token
            if token.kind == "words" and _OTHERWISE.match(token.text):
                self.next()
                if token.text.strip(" .,").lower() not in ("otherwise", "else"):
                    raise UnreadableAt("expected the condition as a formula", token.start)
                self._skip_words()
                return None
            if token.kind == "words" and re.search(r"\bor\b", token.text):
                raise UnreadableAt("conditions joined by or have no reading here", token.start)
            if token.kind in ("words", "comma"):
                self.next()
            else:
                parts.append(self.related())
        if not parts:
            raise self.expected("a condition, or otherwise")
        return parts[0] if len(parts) == 1 else List(parts[0].start, parts[-1].end, tuple(parts))

    def _skip_words(self) -> None:
        while self.token.kind == "words":
            self.next()

    def _is_case_split(self, opened: int) -> bool:
        end = self.partner.get(opened, len(self.tokens) - 1)
        inside = self.tokens[opened + 1 : end]
        return any(t.kind == "words" and t.text in _WHEN for t in inside) or any(t.text == ";" for t in inside)

    def cases_of_text(self, opened: Token) -> Syntax:
        """{ a if A > 0; b otherwise, with or without the closing brace."""
        rows = [self.case()]
        while self.token.text == ";":
            self.next()
            rows.append(self.case())
        if self.token.kind == "close":
            self.next()
        self._leave()
        return Cases(opened.start, self.last_end, tuple(rows))


def _takes_all(item: Syntax) -> bool:
    """lim_{z→0}, Σ_y, max_y: what stands to the right is meant, and must be there."""
    return isinstance(item, Script) and isinstance(item.base, Name) and item.base.text in _OVER and item.sub is not None


def _insist_shown(s: Syntax, scripted: bool = False) -> None:
    """a − {b + c} looks like a − b + c, and {a b}² like a b²: what braces hold together must show brackets."""
    if not isinstance(s, Group) or s.left:
        return
    factors = isinstance(s.body, Row) and not isinstance(s.body.items[-1], Group)
    if (isinstance(s.body, Sum) and len(s.body.terms) > 1) or (scripted and factors):
        raise UnreadableAt("these braces do not show: write brackets", s.start)


def _brackets(tokens: list[Token], tex: bool) -> tuple[dict[int, int], dict[int, int]]:
    """Each opening bracket with its partner, and with the number of bars directly inside it."""
    partner: dict[int, int] = {}
    bars: dict[int, int] = {}
    opened: list[int] = []
    for i, token in enumerate(tokens):
        match token.kind:
            case "open" | "begin" | "cases":
                opened.append(i)
            case "close" | "end" | "endcases":
                if not opened or _PAIRS[tokens[opened[-1]].kind] != token.kind:
                    raise UnreadableAt(f"this {token.text} closes nothing", token.start)
                partner[opened.pop()] = i
            case "bar" if opened:
                bars[opened[-1]] = bars.get(opened[-1], 0) + 1
            case _:
                pass
    # In text, { may open a case split that the end of the line closes.
    for i in opened:
        if tex or tokens[i].text != "{" or tokens[i].kind != "open":
            raise UnreadableAt(f"this {tokens[i].text} is never closed", tokens[i].start)
    return partner, bars


_PAIRS = {"open": "close", "begin": "end", "cases": "endcases"}
