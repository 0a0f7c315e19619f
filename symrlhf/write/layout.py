"""Term -> layout tree: brackets, letters, fractions and spacing, decided once for every format.

Brackets stand exactly where reading the line again would otherwise give another tree. Binders are opened with
letters that no free symbol of the line has. `flat` layouts hold no fractions: exponents, and text in a terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, get_args

from symrlhf import notation
from symrlhf.notation import ACCENTS, BINDERS, FUNCTIONS, LETTERS, RELATIONS, SETS, SIGNS, Role, Written
from symrlhf.term import (
    REAL,
    VECTOR,
    Add,
    And,
    App,
    Argmax,
    Binder,
    Bound,
    Card,
    Cases,
    Diff,
    Div,
    Fun,
    IndexSet,
    Infinity,
    Integral,
    Lim,
    Mul,
    Neg,
    Num,
    Order,
    Path,
    Pow,
    Range,
    Rel,
    Relation,
    Sym,
    Term,
    TokenSet,
    exact_value,
)

# ------------------------------------------------------------------ the nodes


class Node:
    """A piece of a formula as it looks on the page."""


@dataclass(frozen=True)
class Leaf(Node):
    written: Written
    role: Role = "letter"


@dataclass(frozen=True)
class Row(Node):
    items: tuple[Node, ...]


@dataclass(frozen=True)
class Sum(Row):
    """Terms and signs in turn: the places where a long line may be broken."""


@dataclass(frozen=True)
class Product(Row):
    """Factors and what stands between them: where a line is broken if its sums leave no place."""


@dataclass(frozen=True)
class Fraction(Node):
    top: Node
    bottom: Node


@dataclass(frozen=True)
class Script(Node):
    base: Node
    sub: Node | None = None
    sup: Node | None = None


@dataclass(frozen=True)
class Accent(Node):
    accent: Written
    body: Node


@dataclass(frozen=True)
class Root(Node):
    body: Node


@dataclass(frozen=True)
class Fence(Node):
    """Brackets as tall as `size` says: 0 as the line, 1 around other brackets, 2 as tall as the body."""

    left: str
    body: Node
    right: str
    size: int


@dataclass(frozen=True)
class Delimiter(Node):
    """One bracket of a pair that a line break has parted."""

    sign: str
    opens: bool
    tall: bool


Size = Literal["display", "inline", "script"]
"""Of a formula: of its own line, inside a fraction, in an index; each smaller than the one before."""


@dataclass(frozen=True)
class Changed(Node):
    """What differs from the previous line. `infix`: it starts with the sign that joins it to what stands before."""

    body: Node
    infix: bool = False
    size: Size = "display"
    """How large it is set, for a format that cannot see where it stands."""


@dataclass(frozen=True)
class Phantom(Node):
    """The space that `body` would take; of a relation, with the space around it."""

    body: Node
    relation: bool = False


@dataclass(frozen=True)
class Branches(Node):
    """A case split: each value with its condition."""

    rows: tuple[tuple[Node, Node], ...]


@dataclass(frozen=True)
class Words(Node):
    text: str


def sign(char: str, role: Role | None = None) -> Leaf:
    """The leaf of one character of the notation table."""
    row = SIGNS[char]
    return Leaf(row.written, role or row.role)


def relation(op: Relation) -> Leaf:
    return Leaf(RELATIONS[op], "relation")


THIN = Leaf(Written(" ", r"\,", "thin"), "space")
TIMES = Leaf(Written("·", r"\,", "thin"), "space")
"""Thin space before a bracket; in one line of text a dot, for β (x) would read as β of x."""
GAP = Leaf(Written(" ", r"\,", "thin"), "space")
"""Before a differential, whatever the format leaves out elsewhere."""
QUAD = Leaf(Written("  ", r"\quad ", "quad"), "space")

SLASH = sign("/")

RAISED_SIGNS = {"upperplus": "+", "upperminus": "−"}
"""Part of a name -> the sign that it shows above: A⁺."""

Rename = Mapping[str, Node]
"""What is written for a name instead of what the notation table says."""


# ------------------------------------------------------------------ names


def name(text: str, rename: Rename | None = None, index: Node | None = None) -> Node:
    """The symbol called `text`: pi_ref is π with an upright subscript, y' has a prime, pi_star a star."""
    stem = text.rstrip("'")
    if rename and stem in rename:
        return _scripted(rename[stem], [index] if index else [], len(text) - len(stem), starred=False)
    first, *parts = [part for part in stem.split("_") if part] or [stem]
    base: Node = _letter(first)
    subscripts: list[Node] = []
    starred = False
    raised: list[Node] = []
    for part in parts:
        if part in RAISED_SIGNS:
            raised.append(sign(RAISED_SIGNS[part]))
        elif part in ACCENTS:
            base = Accent(ACCENTS[part], base)
        elif part == "star":
            starred = True
        else:
            subscripts.append(_letter(part))
    if index is not None:
        subscripts.append(index)
    if not parts and len(first) > 1 and first not in LETTERS and (digits := _trailing_digits(first)):
        base = _letter(first[: -len(digits)])
        subscripts.insert(0, Leaf(Written(digits, digits, digits), "number"))
    return _scripted(base, subscripts, len(text) - len(stem), starred, *raised)


def _trailing_digits(word: str) -> str:
    digits = word[len(word.rstrip("0123456789")) :]
    return digits if len(digits) < len(word) else ""


def _scripted(base: Node, subscripts: list[Node], primes: int, starred: bool, *signs: Node) -> Node:
    raised = (*signs, *([Leaf(notation.STAR)] if starred else []), *[Leaf(notation.PRIME)] * primes)
    sub = Row(_separated(subscripts)) if len(subscripts) > 1 else next(iter(subscripts), None)
    sup = Row(raised) if len(raised) > 1 else next(iter(raised), None)
    if sub is None and sup is None:
        return base
    if isinstance(base, Script):
        return Script(base.base, _both(base.sub, sub), _both(base.sup, sup))
    return Script(base, sub, sup)


def _both(first: Node | None, second: Node | None) -> Node | None:
    return Row((first, sign(","), second)) if first and second else first or second


def _letter(part: str) -> Leaf:
    if part in LETTERS:
        return sign(LETTERS[part])
    if part.isdigit():
        return Leaf(Written(part, part, part), "number")
    if len(part) == 1:
        return Leaf(SIGNS[part].written if part in SIGNS else Written(part, part, part))
    return Leaf(notation.roman(part))


def _separated(items: Iterable[Node]) -> tuple[Node, ...]:
    out: list[Node] = []
    for item in items:
        out += [sign(","), item] if out else [item]
    return tuple(out)


def set_name(of: IndexSet) -> Leaf:
    """The letter of an index set, 𝒴; a longer name is set upright."""
    return Leaf(SETS.get(of.name) or notation.roman(of.name))


# ------------------------------------------------------------------ terms

# How tightly a piece of a formula holds together; what a place needs decides whether brackets are drawn.
CLAIM, JOINED, RELATED, SUM, PRODUCT, PREFIX, POWER, CALL, ATOM = range(9)


@dataclass(frozen=True)
class _Laid:
    node: Node
    level: int = ATOM
    reaches: bool = False
    """Whether it takes what follows it as part of itself: log x, Σ_y f."""


def layout(term: Term, *, flat: bool = False, rename: Rename | None = None, marks: Iterable[Path] = ()) -> Node:
    """The layout of a term, with the subterms at the paths `marks` tinted as changed."""
    painter = _Painter(flat, rename or {}, frozenset(marks), term.names, ())
    return painter.outside(term).lay(term, ()).node


@dataclass(frozen=True)
class _Painter:
    flat: bool
    rename: Rename
    marks: frozenset[Path]
    free: frozenset[str]
    letters: tuple[str, ...]
    """The letters of the binders around this place, innermost last."""

    def outside(self, term: Term) -> _Painter:
        """Letters for the indices that point outside `term` (for looking at the inside of a binder)."""
        if not term.dangling:
            return self
        letters = ["i"] * term.dangling
        for path, t in term.walk():
            depth = sum(term.at(path[:k]).binds for k in range(len(path)))
            if isinstance(t, Bound) and t.depth >= depth and isinstance(t.sort, IndexSet):
                letters[t.depth - depth] = t.sort.letter
        taken = set(self.free)
        for k, letter in enumerate(letters):
            while letter in taken:
                letter += "'"
            taken.add(letter)
            letters[k] = letter
        return replace(self, letters=tuple(reversed(letters)))

    # ---- the frame every node shares

    def lay(self, term: Term, path: Path) -> _Laid:
        if path in self.marks:
            laid = self._unmarked().lay(term, path)
            return replace(laid, node=Changed(laid.node))
        return _DRAW[type(term)](self, term, path)

    def _unmarked(self) -> _Painter:
        return replace(self, marks=frozenset()) if self.marks else self

    def _child(self, term: Term, path: Path, i: int) -> _Laid:
        return self.lay(term.children[i], (*path, i))

    def _at_least(self, level: int, laid: _Laid, last: bool = True) -> Node:
        enough = laid.level >= level and (last or not laid.reaches)
        return laid.node if enough else fence(laid.node)

    def _hidden(self, path: Path, node: Node) -> Node:
        """`node` for the subterm at `path`, tinted if that or anything inside it is marked."""
        return Changed(node) if any(m[: len(path)] == path for m in self.marks) else node

    # ---- arithmetic

    def number(self, term: Num, path: Path) -> _Laid:
        return _Laid(Leaf(Written(term.text, term.text, term.text), "number"))

    def add(self, term: Add, path: Path) -> _Laid:
        items: list[Node] = []
        for i, part in enumerate(term.terms):
            here = (*path, i)
            if i and isinstance(part, Neg):
                arg = self._at_least(PRODUCT, (self._unmarked() if here in self.marks else self)._child(part, here, 0))
                if here in self.marks:
                    items.append(Changed(Row((sign("−"), arg)), infix=True))
                else:
                    items += [sign("−"), arg]
                continue
            laid = self.lay(part, here)
            if i:
                items.append(sign("+"))
            first_negative = i == 0 and isinstance(part, Neg)
            items.append(laid.node if first_negative else self._at_least(PRODUCT, laid))
        return _Laid(Sum(tuple(items)), SUM)

    def negation(self, term: Neg, path: Path) -> _Laid:
        return _Laid(Row((sign("−", "prefix"), self._at_least(PRODUCT, self._child(term, path, 0)))), SUM)

    def product(self, term: Mul, path: Path) -> _Laid:
        items: list[Node] = []
        last = len(term.factors) - 1
        for i, factor in enumerate(term.factors):
            laid = self._child(term, path, i)
            if i < last and laid.reaches and isinstance(factor, Fun):
                node = self._called(factor, (*path, i))
            else:
                node = self._at_least(PREFIX, laid, last=i == last)
            if i:
                items += _between(term.factors[i - 1], items[-1], factor, node)
            items.append(node)
        return _Laid(Product(tuple(items)), PRODUCT, reaches=False)

    def quotient(self, term: Div, path: Path) -> _Laid:
        if not self.flat:
            # A fraction inside a fraction is written with a slash: three storeys are hard to read.
            nested = [any(isinstance(t, Div) for t in side.subterms()) for side in term.children]
            parts = [(self._flattened() if n else self)._child(term, path, i).node for i, n in enumerate(nested)]
            return _Laid(Fraction(*parts), CALL)
        top, bottom = self._child(term, path, 0), self._child(term, path, 1)
        above = self._at_least(POWER, top, last=False)
        below = self._at_least(POWER, bottom, last=False)
        return _Laid(Product((above, SLASH, below)), PRODUCT)

    def power(self, term: Pow, path: Path) -> _Laid:
        base = self._child(term, path, 0)
        node = self._at_least(ATOM, base, last=False)
        if isinstance(node, Script) and node.sup is not None:
            node = fence(node)
        exponent = self._flattened()._child(term, path, 1).node
        if isinstance(node, Script):
            return _Laid(Script(node.base, node.sub, exponent), POWER)
        return _Laid(Script(node, None, exponent), POWER)

    def _flattened(self) -> _Painter:
        return replace(self, flat=True)

    # ---- symbols

    def symbol(self, term: Sym, path: Path) -> _Laid:
        return _Laid(name(term.name, self.rename))

    def bound(self, term: Bound, path: Path) -> _Laid:
        return _Laid(name(self.letters[-1 - term.depth], self.rename))

    def applied(self, term: App, path: Path) -> _Laid:
        args = [self._child(term, path, i).node for i in range(len(term.args))]
        if _is_indexed(term):
            flat = self._flattened()
            args = [flat._child(term, path, i).node for i in range(len(term.args))]
            return _Laid(name(term.name, self.rename, Row(_separated(args)) if len(args) > 1 else args[0]))
        return _Laid(Row((name(term.name, self.rename), fence(_conditioned(args, term.given), grow=False))))

    def function(self, term: Fun, path: Path) -> _Laid:
        if term.name == notation.SMALLER:
            head = name(notation.SMALLER)
            return _Laid(Row((head, fence(self._child(term, path, 0).node))), CALL)
        return _FORMS[FUNCTIONS[term.name].form](self, term, path)

    def _head(self, term: Fun) -> Node:
        if term.name in self.rename:
            return self.rename[term.name]
        row = FUNCTIONS[term.name]
        return Leaf(row.written, "letter" if row.unicode in SIGNS else "operator")

    def _called(self, term: Fun, path: Path) -> Node:
        """f(...), with brackets whatever the argument is."""
        painter = self._unmarked() if path in self.marks else self
        args = _separated(painter._child(term, path, i).node for i in range(len(term.args)))
        called = Row((self._head(term), fence(args[0] if len(args) == 1 else Row(args))))
        return Changed(called) if path in self.marks else called

    def call(self, term: Fun, path: Path) -> _Laid:
        return _Laid(self._called(term, path), CALL)

    def prefix(self, term: Fun, path: Path) -> _Laid:
        arg = self._child(term, path, 0)
        open_end = arg.level >= CALL or arg.level == PREFIX
        node = arg.node if open_end else fence(arg.node)
        return _Laid(Row((self._head(term), node)), PREFIX, reaches=open_end)

    def exponential(self, term: Fun, path: Path) -> _Laid:
        arg = term.args[0]
        if self.flat or _is_tall(arg):
            return self.call(term, path)
        exponent = self._flattened()._child(term, path, 0).node
        if width(exponent) * 0.7 > WIDEST_EXPONENT:
            return self.call(term, path)
        return _Laid(Script(Leaf(Written("e", "e", "e")), None, exponent), POWER)

    def root(self, term: Fun, path: Path) -> _Laid:
        return _Laid(Root(self._child(term, path, 0).node), CALL)

    def bars(self, term: Fun, path: Path) -> _Laid:
        body = self._child(term, path, 0).node
        return _Laid(Fence("|", body, "|", 2 if height(body) > 1 else 0), CALL)

    def indexed(self, term: Fun, path: Path) -> _Laid:
        flat = self._flattened()
        args = _separated(flat._child(term, path, i).node for i in range(len(term.args)))
        return _Laid(Script(self._head(term), Row(args)), CALL)

    # ---- binders

    def binder(self, term: Binder, path: Path) -> _Laid:
        if term.kind in ("sum", "prod", "max", "min"):
            return self._big(term, path)
        measures = term.bodies[:1] if term.kind == "E" else term.bodies
        if not all(_is_measure(m, term.over) for m in measures):
            return self._written_out(term, path)
        return _BINDERS[term.kind](self, term, path)

    def _opened(self, term: Binder | Lim) -> tuple[_Painter, str]:
        letter = term.fresh(self.free | frozenset(self.letters)).name
        return replace(self, letters=(*self.letters, letter)), letter

    def _big(self, term: Binder, path: Path) -> _Laid:
        inner, letter = self._opened(term)
        under: Node = name(letter, self.rename)
        big: Node = Leaf(BINDERS[term.kind].written, "big")
        if term.over.name == "D" and notation.DATA_SIZE not in self.free:
            one = Leaf(Written("1", "1", "1"), "number")
            head = Script(big, Row((under, relation("="), one)), _size(term.over, self.free))
        else:
            head = Script(big, under)
        body = self._at_least(PRODUCT, inner._child(term, path, 0))
        return _Laid(Row((head, body)), PREFIX, reaches=True)

    def ranged(self, term: Range, path: Path) -> _Laid:
        letter = term.fresh(self.free | frozenset(self.letters)).name
        inner = replace(self, letters=(*self.letters, letter))
        first, last = (inner._flattened()._child(term, path, i).node for i in (0, 1))
        under = Row((name(letter, self.rename), relation("="), first))
        head = Script(Leaf(BINDERS[term.kind].written, "big"), under, last)
        body = self._at_least(PRODUCT, inner._child(term, path, 2))
        return _Laid(Row((head, body)), PREFIX, reaches=True)

    def _written_out(self, term: Binder, path: Path) -> _Laid:
        """E, KL and H of something that has no name: the sum they stand for, its parts marked as theirs."""
        places: list[Term] = [Sym(f"\0{i}") for i in range(len(term.bodies))]
        blank = notation.unfold(Binder(term.kind, term.over, tuple(places), term.letter))
        full = notation.unfold(term)
        assert blank is not None and full is not None
        moved = frozenset(
            (*path, *there, *mark[len(path) + 1 :])
            for there, t in blank.walk()
            if t in places
            for mark in self.marks
            if mark[: len(path) + 1] == (*path, places.index(t))
        )
        return replace(self, marks=moved).lay(full, path)

    def _measure(self, term: Binder, path: Path, i: int) -> Node:
        """A distribution without its variable: π, or π(· | x)."""
        app = term.bodies[i]
        assert isinstance(app, App)
        node: Node = name(app.name, self.rename)
        if len(app.args) > 1:
            inner, _ = self._opened(term)
            context = [inner.lay(a, (*path, i, k + 1)).node for k, a in enumerate(app.args[1:])]
            node = Row((node, fence(_conditioned([sign("·", "letter"), *context], app.given), grow=False)))
        return self._hidden((*path, i), node)

    def expectation(self, term: Binder, path: Path) -> _Laid:
        inner, letter = self._opened(term)
        under = Row((name(letter, self.rename), sign("∼"), self._measure(term, path, 0)))
        head = Script(Leaf(BINDERS["E"].written), under)
        body = inner._child(term, path, 1).node
        return _Laid(Row((head, fence(body, "[", "]"))), CALL)

    def divergence(self, term: Binder, path: Path) -> _Laid:
        inside = Row((self._measure(term, path, 0), sign("‖"), self._measure(term, path, 1)))
        head = Script(Leaf(BINDERS["KL"].written), Leaf(notation.roman("KL")))
        return _Laid(Row((head, fence(inside))), CALL)

    def entropy(self, term: Binder, path: Path) -> _Laid:
        inside = _separated(self._measure(term, path, i) for i in range(len(term.bodies)))
        body = inside[0] if len(inside) == 1 else Row(inside)
        return _Laid(Row((Leaf(BINDERS[term.kind].written), fence(body))), CALL)

    def integral(self, term: Integral, path: Path) -> _Laid:
        letter = term.fresh(self.free | frozenset(self.letters)).name
        inner = replace(self, letters=(*self.letters, letter))
        first, last = (inner._flattened()._child(term, path, i).node for i in (0, 1))
        head = Script(Leaf(notation.INTEGRAL, "big"), first, last)
        body = inner._at_least(PRODUCT, inner._child(term, path, 2))
        differential = Row((Leaf(Written("d", "d", "d")), name(letter, self.rename)))
        return _Laid(Row((head, body, GAP, differential)), PREFIX, reaches=True)

    # ---- limits

    def limit(self, term: Lim, path: Path) -> _Laid:
        inner, letter = self._opened(term)
        body = inner._child(term, path, 0)
        if term.kind == "near":
            return body
        head = Script(Leaf(notation.LIMIT, "limit"), inner._approach(term, path, letter))
        return _Laid(Row((head, inner._at_least(PRODUCT, body))), PREFIX, reaches=True)

    def _approach(self, term: Lim, path: Path, letter: str) -> Node:
        """β → 0⁺."""
        to = self._flattened()._child(term, path, 1)
        point = to.node
        if term.side:
            point = Script(self._at_least(ATOM, to), None, sign("+" if term.side == "+" else "−", "letter"))
        return Row((name(letter, self.rename), relation("to"), point))

    def infinity(self, term: Infinity, path: Path) -> _Laid:
        return _Laid(sign("∞"))

    def order(self, term: Order, path: Path) -> _Laid:
        return _Laid(Row((Leaf(notation.ORDER), fence(self._child(term, path, 0).node))), CALL)

    # ---- calculus, sets, cases, relations

    def derivative(self, term: Diff, path: Path) -> _Laid:
        body, var = self._child(term, path, 0), self._child(term, path, 1)
        if term.var.sort == VECTOR:
            nabla = Script(sign("∇"), self._flattened()._child(term, path, 1).node)
            inside = self._at_least(PREFIX, body) if body.level >= PREFIX else fence(body.node, "[", "]")
            return _Laid(Row((nabla, inside)), PREFIX, reaches=True)
        alone = isinstance(term.var, Sym) and term.body.names <= {term.var.name}
        d = Leaf(Written("d", "d", "d")) if alone else sign("∂")
        below = Row((d, var.node))
        if isinstance(term.body, Sym | App):
            above = Row((d, body.node))
            if self.flat:
                return _Laid(Row((above, SLASH, below)), PRODUCT)
            return _Laid(Fraction(above, below), CALL)
        head = Row((d, sign("/"), below)) if self.flat else Fraction(d, below)
        inside = body.node if body.level >= PREFIX else fence(body.node, "[", "]")
        return _Laid(Row((head, THIN, inside)), PREFIX, reaches=True)

    def optimiser(self, term: Argmax, path: Path) -> _Laid:
        head = Script(Leaf(notation.ARGMAX, "big"), self._child(term, path, 1).node)
        return _Laid(Row((head, self._at_least(PREFIX, self._child(term, path, 0)))), PREFIX, reaches=True)

    def cardinal(self, term: Card, path: Path) -> _Laid:
        return _Laid(_size(term.of, self.free))

    def cases(self, term: Cases, path: Path) -> _Laid:
        rows: list[tuple[Node, Node]] = []
        for i in range(0, len(term.children) - 1, 2):
            value, condition = (i + 1, i) if isinstance(term.children[i], Rel | And) else (i, i + 1)
            when = Row((Words("if "), self._child(term, path, condition).node))
            rows.append((self._child(term, path, value).node, when))
        rows.append((self._child(term, path, len(term.children) - 1).node, Words("otherwise")))
        return _Laid(Branches(tuple(rows)), CALL)

    def related(self, term: Rel, path: Path) -> _Laid:
        level, inside = (CLAIM, JOINED) if term.op in ("implies", "iff") else (RELATED, SUM)
        left, right = (self._at_least(inside, self._child(term, path, i)) for i in (0, 1))
        return _Laid(Row((left, relation(term.op), right, *self._where(term, path))), level)

    def _where(self, term: Rel, path: Path) -> tuple[Node, ...]:
        """After an expansion, the point near which it holds."""
        side = term.rhs
        if not isinstance(side, Lim) or side.kind != "near":
            return ()
        inner, letter = self._opened(side)
        return (QUAD, fence(inner._approach(side, (*path, 1), letter)))

    def conjunction(self, term: And, path: Path) -> _Laid:
        items: list[Node] = []
        for i in range(len(term.parts)):
            part = self._at_least(RELATED, self._child(term, path, i))
            items += [sign("∧"), part] if items else [part]
        return _Laid(Row(tuple(items)), JOINED)


_DRAW: dict[type[Term], Callable[..., _Laid]] = {
    Num: _Painter.number,
    Sym: _Painter.symbol,
    Bound: _Painter.bound,
    App: _Painter.applied,
    Add: _Painter.add,
    Mul: _Painter.product,
    Neg: _Painter.negation,
    Div: _Painter.quotient,
    Pow: _Painter.power,
    Fun: _Painter.function,
    Binder: _Painter.binder,
    Range: _Painter.ranged,
    Diff: _Painter.derivative,
    Argmax: _Painter.optimiser,
    Card: _Painter.cardinal,
    Integral: _Painter.integral,
    Lim: _Painter.limit,
    Infinity: _Painter.infinity,
    Order: _Painter.order,
    Cases: _Painter.cases,
    Rel: _Painter.related,
    And: _Painter.conjunction,
}

_FORMS: dict[str, Callable[[_Painter, Fun, Path], _Laid]] = {
    "call": _Painter.call,
    "prefix": _Painter.prefix,
    "power": _Painter.exponential,
    "root": _Painter.root,
    "bars": _Painter.bars,
    "index": _Painter.indexed,
}

_BINDERS: dict[str, Callable[[_Painter, Binder, Path], _Laid]] = {
    "E": _Painter.expectation,
    "KL": _Painter.divergence,
    "H": _Painter.entropy,
    "cross_entropy": _Painter.entropy,
}


# ------------------------------------------------------------------ small decisions

WIDEST_EXPONENT = 6.0
"""In em, at the size of an exponent: above it e^{...} is written exp(...)."""


def fence(body: Node, left: str = "(", right: str = ")", grow: bool = True) -> Fence:
    """Brackets around `body`; with `grow` they are larger than the brackets inside them."""
    size = 2 if height(body) > 1 else 1 if grow and _holds_fence(body, left) else 0
    return Fence(left, body, right, size)


def _conditioned(args: list[Node], given: int) -> Node:
    split = len(args) - given
    before, after = _separated(args[:split]), _separated(args[split:])
    items = (*before, sign("∣"), *after) if given else before
    return items[0] if len(items) == 1 else Row(items)


def _is_indexed(term: App) -> bool:
    """Whether the arguments stand as a subscript: x_i, and a real a_t of an index that is no response or prompt."""
    if isinstance(term.sort, IndexSet):
        return True
    sorts = [a.sort for a in term.args]
    below = (isinstance(s, IndexSet) and not isinstance(s, TokenSet) and s.name not in ("X", "Y") for s in sorts)
    return not term.given and bool(sorts) and all(below)


def _is_measure(term: Term, over: IndexSet) -> bool:
    """Whether `term` is a symbol applied to exactly the bound variable, perhaps given some context."""
    if not (isinstance(term, App) and term.args and term.args[0] == Bound(0, over)):
        return False
    context = term.args[1:]
    elsewhere = any(_mentions(a, 0) for a in context)
    return term.sort == REAL and not elsewhere and len(context) == term.given


def _mentions(term: Term, depth: int) -> bool:
    if isinstance(term, Bound):
        return term.depth == depth
    return any(_mentions(c, depth + term.binds) for c in term.children)


def _is_tall(term: Term) -> bool:
    tall = Div | Cases | Diff | Binder | Range | Integral | Lim
    return any(isinstance(t, tall) or (isinstance(t, Fun) and t.name == "exp") for t in term.subterms())


def _size(of: IndexSet, free: frozenset[str]) -> Node:
    if of.name == "D" and notation.DATA_SIZE not in free:
        return Leaf(Written(notation.DATA_SIZE, notation.DATA_SIZE, notation.DATA_SIZE))
    return Fence("|", set_name(of), "|", 0)


def _between(before: Term, left: Node, after: Term, right: Node) -> tuple[Node, ...]:
    """What stands between two factors: a dot, a thin space, or nothing where the font already leaves room."""
    if _starts_with_digit(right) or (exact_value(before) is not None and exact_value(after) is not None):
        return (sign("·"),)
    if isinstance(_bare(right), Fence):
        return (TIMES,)
    if isinstance(before, Num) and isinstance(after, Sym | App | Bound):
        return ()
    return (THIN,)


def _bare(node: Node) -> Node:
    return _bare(node.body) if isinstance(node, Changed) else node


def _starts_with_digit(node: Node) -> bool:
    match node:
        case Leaf(role=role):
            return role == "number"
        case Row(items=items):
            return _starts_with_digit(items[0])
        case Script(base=base):
            return _starts_with_digit(base)
        case Changed(body=body):
            return _starts_with_digit(body)
        case _:
            return False


def leads_with_operator(node: Node) -> bool:
    """Whether the node starts with log, Σ or the like, before which the fonts leave a thin space themselves."""
    match node:
        case Leaf(role=role):
            return role in ("operator", "big", "limit")
        case Row(items=items):
            return leads_with_operator(items[0])
        case Script(base=base):
            return leads_with_operator(base)
        case _:
            return False


def ends_in_space(node: Node) -> bool:
    last = node.items[-1] if isinstance(node, Row) and node.items else node
    return isinstance(last, Leaf) and last.role == "space"


def _parts(node: Node) -> tuple[Node, ...]:
    match node:
        case Row(items=items):
            return items
        case Fraction(top=top, bottom=bottom):
            return (top, bottom)
        case Script(base=base, sub=sub, sup=sup):
            return tuple(p for p in (base, sub, sup) if p)
        case Accent(body=body) | Root(body=body) | Fence(body=body) | Changed(body=body) | Phantom(body=body):
            return (body,)
        case Branches(rows=rows):
            return tuple(p for row in rows for p in row)
        case _:
            return ()


def untinted(node: Node) -> Node:
    """The node without its marks of what has changed."""
    return _marked(node, lambda mark: untinted(mark.body))


def sized(node: Node, size: Size) -> Node:
    """The node with its marks of what has changed no larger than for a formula of that size."""
    return _marked(node, lambda mark: replace(mark, size=max(mark.size, size, key=get_args(Size).index)))


def _marked(value: Any, mark: Callable[[Changed], Node]) -> Any:
    """The node, each outermost mark of what has changed replaced."""
    if isinstance(value, Changed):
        return mark(value)
    if isinstance(value, Node):
        return replace(value, **{f.name: _marked(getattr(value, f.name), mark) for f in fields(value)})  # pyright: ignore[reportArgumentType]
    return tuple(_marked(part, mark) for part in value) if isinstance(value, tuple) else value


def holds_fraction(node: Node) -> bool:
    return isinstance(node, Fraction) or any(map(holds_fraction, _parts(node)))


def _holds_fence(node: Node, shape: str) -> bool:
    same = isinstance(node, Fence) and node.left == shape
    return same or any(_holds_fence(part, shape) for part in _parts(node))


def height(node: Node) -> int:
    """1 for what stands on one line, 2 for fractions and big operators, 3 for case splits."""
    if isinstance(node, Branches):
        return 3
    if isinstance(node, Fraction) or (isinstance(node, Leaf) and node.role in ("big", "limit")):
        return 2
    return max(map(height, _parts(node)), default=1)


# ------------------------------------------------------------------ width, in em

_ROLE_WIDTH: dict[str, float] = {
    "letter": 0.56, "number": 0.5, "operator": 0.5, "big": 1.45, "binary": 1.22, "prefix": 0.78,
    "relation": 1.33, "bar": 0.84, "open": 0.39, "close": 0.39, "comma": 0.45,
}  # fmt: skip
_SCRIPT = 0.7


def width(node: Node) -> float:
    """About how wide the node is set, in em of the text: good to a tenth, and rather too wide than too narrow."""
    match node:
        case Leaf(written=written, role=role):
            if role == "space":
                return {r"\,": 0.17, r"\quad ": 1.0}[written.latex]
            if role in ("operator", "limit"):
                return 0.5 * len(written.unicode) + 0.17
            if role in ("letter", "number"):
                return _ROLE_WIDTH[role] * len(written.unicode)
            return _ROLE_WIDTH[role] + (0.67 if len(written.latex) > 7 and role == "relation" else 0)
        case Fraction(top=top, bottom=bottom):
            return max(width(top), width(bottom)) + 0.24
        case Script(base=base, sub=sub, sup=sup):
            below, above = (width(s) * _SCRIPT if s else 0.0 for s in (sub, sup))
            if isinstance(base, Leaf) and base.role in ("big", "limit"):
                return max(width(base), below, above) + 0.17
            return width(base) + max(below, above) + 0.05
        case Fence(body=body, size=size):
            return width(body) + 2 * (0.39, 0.46, 0.74)[size]
        case Delimiter():
            return 0.6
        case Root(body=body):
            return width(body) + 0.9
        case Branches(rows=rows):
            return max(width(a) for a, _ in rows) + max(width(b) for _, b in rows) + 2.0
        case Words(text=text):
            return 0.5 * len(text)
        case Row(items=items):
            return sum(map(width, items))
        case Accent(body=body) | Changed(body=body) | Phantom(body=body):
            return width(body)
        case _:
            raise TypeError(f"no width for {type(node).__name__}")


# ------------------------------------------------------------------ in a sentence

LONGEST_INLINE = 10.0
"""In em: what stands in one line of a narrow window for certain."""


def in_line(node: Node) -> list[Node]:
    """A formula in a sentence, a long one cut after its relations and signs, as TeX ends a line."""
    if not isinstance(node, Row) or width(node) < LONGEST_INLINE:
        return [node]
    pieces: list[list[Node]] = [[]]
    depth = 0
    for item in node.items:
        role = item.role if isinstance(item, Leaf) else ""
        depth += (role == "open") - (role == "close")
        pieces[-1].append(item)
        if role in ("relation", "binary") and depth == 0 and item is not node.items[-1]:
            pieces.append([])
    return [row[0] if len(row) == 1 else Row(tuple(row)) for row in pieces]
