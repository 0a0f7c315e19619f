"""The tree: typed mathematics with nameless binders, exactly as written.

A `Term` never simplifies itself: `exp(-(a - b))` stays `exp(-(a - b))`, `a/a` stays `a/a`. Python operators
only join what they are given; the one normalisation is typographic (`-a*b` is read as −(a b), as on paper).
Bound variables are de Bruijn indices, so terms that differ only in bound letters are equal, and substitution
cannot capture. Terms carry no truth and no assumptions: those live in `symrlhf.setting`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, TypeVar, overload

from symrlhf.errors import NotSupported, RuleViolation
from symrlhf.lazy import once
from symrlhf.rational import Q

type_error_for_float = "a float is not exact: write x/3, Rational(1, 3) or Decimal('0.10') instead of {!r}"

Path = tuple[int, ...]
Key = TypeVar("Key", bound="Term")


# ------------------------------------------------------------------ sorts


@dataclass(frozen=True)
class Sort:
    """What kind of thing a symbol stands for."""

    name: str


@dataclass(frozen=True)
class IndexSet(Sort):
    """An abstract finite, non-empty set, of which only the letter for its elements is known."""

    letter: str = "i"


@dataclass(frozen=True)
class TokenSet(IndexSet):
    """The vocabulary of one token of a response: functions of tokens are written with brackets, π(a), not π_a."""


REAL = Sort("real")
INTEGER = Sort("integer")
VECTOR = Sort("vector")
PLACES = Sort("places")
"""Sets of values at which something is largest."""
RESPONSES = IndexSet("Y", "y")
PROMPTS = IndexSet("X", "x")


# ------------------------------------------------------------------ the base class


class Term:
    """An immutable expression tree; equality and hash are structural, up to the names of bound variables."""

    # ---- structure: every node kind says what it is made of

    @property
    def head(self) -> tuple[Any, ...]:
        """What distinguishes this node from others with the same children."""
        raise NotImplementedError

    @property
    def children(self) -> tuple[Term, ...]:
        """The direct subterms, in writing order."""
        return ()

    def rebuild(self, children: tuple[Term, ...]) -> Term:
        """The same node over other children."""
        raise NotImplementedError

    @property
    def binds(self) -> int:
        """How many bound variables this node introduces in its children (0 or 1)."""
        return 0

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return (
            isinstance(other, Term)
            and self.structural_hash == other.structural_hash
            and self.head == other.head
            and self.children == other.children
        )

    def __hash__(self) -> int:
        return self.structural_hash

    def __getstate__(self) -> dict[str, Any]:
        # String hashes differ between processes: cached values must not travel.
        names = {f.name for f in self.__dataclass_fields__.values()}  # type: ignore[attr-defined]
        return {k: v for k, v in self.__dict__.items() if k in names}

    @once
    def structural_hash(self) -> int:
        return hash((self.head, self.children))

    @once
    def dangling(self) -> int:
        """One more than the largest bound index that points outside this term; 0 for a closed term."""
        inner = max((c.dangling for c in self.children), default=0)
        return max(0, inner - self.binds)

    @once
    def symbols(self) -> frozenset[Sym]:
        """The free symbols, indices and elements included."""
        return frozenset[Sym]().union(*(c.symbols for c in self.children))

    @once
    def names(self) -> frozenset[str]:
        """The names of all free symbols and applied symbols."""
        return frozenset[str]().union(*(c.names for c in self.children))

    @once
    def has_slope(self) -> bool:
        """Whether a derivative stands in it."""
        return isinstance(self, Diff) or any(c.has_slope for c in self.children)

    @property
    def free_indices(self) -> frozenset[Sym]:
        """The free index symbols that stand for every element (fixed elements are not among them)."""
        return frozenset(s for s in self.symbols if isinstance(s.sort, IndexSet) and not s.fixed)

    @property
    def sort(self) -> Sort:
        return REAL

    def subterms(self) -> Iterator[Term]:
        """Every subterm, outermost first; below a binder they hold dangling indices."""
        waiting: list[Term] = [self]
        while waiting:
            term = waiting.pop()
            yield term
            waiting += reversed(term.children)

    def walk(self, path: Path = ()) -> Iterator[tuple[Path, Term]]:
        """Every subterm with its path, outermost first; below a binder subterms hold dangling indices."""
        yield path, self
        for i, child in enumerate(self.children):
            yield from child.walk((*path, i))

    def at(self, path: Path) -> Term:
        return self.children[path[0]].at(path[1:]) if path else self

    def replace_at(self, path: Path, new: Term) -> Term:
        if not path:
            return new
        kids = list(self.children)
        kids[path[0]] = kids[path[0]].replace_at(path[1:], new)
        return self.rebuild(tuple(kids))

    def contains(self, other: Term) -> bool:
        """Whether the closed term `other` occurs in this one."""
        return self == other or any(c.contains(other) for c in self.children)

    def transform(self, fn: Callable[[Term], Term]) -> Term:
        """Bottom-up rewriting: `fn` sees every node after its children were rewritten."""
        kids = tuple(c.transform(fn) for c in self.children)
        return fn(self if kids == self.children else self.rebuild(kids))

    # ---- substitution

    def substitute(self, mapping: Mapping[Key, Term], varying: frozenset[str] = frozenset()) -> Term:
        """Replace free symbols or closed applied symbols by terms, without capture.

        A derivative is a scope too: what is put in may vary otherwise than what it replaces. Replacing a name
        inside one raises `RuleViolation`, unless the name is listed in `varying`.
        """
        return _Replacing(mapping, varying).within(self)

    def substitute_functions(self, functions: Mapping[str, Lam], varying: frozenset[str] = frozenset()) -> Term:
        """Replace every application of the named symbols by the body of a λ-term, without capture."""
        return _rewrite(self, {n: _application_of(n, lam) for n, lam in functions.items()}, varying)

    def substitute_schema(self, target: App, value: Term) -> Term:
        """Replace every instance of `target`, an application whose free indices stand for every element."""
        return _rewrite(self, {target.name: _instance_of(target, value)}, frozenset())

    # ---- Python operators

    def __add__(self, other: Operand) -> Term:
        return _add(self, as_term(other))

    def __radd__(self, other: Operand) -> Term:
        return _add(as_term(other), self)

    def __sub__(self, other: Operand) -> Term:
        return _add(self, -as_term(other))

    def __rsub__(self, other: Operand) -> Term:
        return _add(as_term(other), -self)

    def __mul__(self, other: Operand) -> Term:
        return _mul(self, as_term(other))

    def __rmul__(self, other: Operand) -> Term:
        return _mul(as_term(other), self)

    def __truediv__(self, other: Operand) -> Term:
        return _div(self, as_term(other))

    def __rtruediv__(self, other: Operand) -> Term:
        return _div(as_term(other), self)

    def __pow__(self, other: Operand) -> Term:
        return Pow(self, as_term(other))

    def __rpow__(self, other: Operand) -> Term:
        return Pow(as_term(other), self)

    def __neg__(self) -> Term:
        return Neg(self)

    def __pos__(self) -> Term:
        return self

    def __lt__(self, other: Operand) -> Rel:
        return Rel("<", self, as_term(other))

    def __le__(self, other: Operand) -> Rel:
        return Rel("<=", self, as_term(other))

    def __gt__(self, other: Operand) -> Rel:
        return Rel(">", self, as_term(other))

    def __ge__(self, other: Operand) -> Rel:
        return Rel(">=", self, as_term(other))

    # ---- display (the writers live elsewhere; these are the listed convenience imports)

    def __str__(self) -> str:
        from symrlhf.write.unicode import unicode

        return unicode(self)

    def __repr__(self) -> str:
        return _debug(self)

    def _repr_latex_(self) -> str:
        return f"${self.latex()}$"

    def latex(self) -> str:
        """This term as LaTeX."""
        from symrlhf.write.latex import latex

        return latex(self)

    def sympy(self) -> Any:
        """This term as a SymPy expression (SymPy rewrites on construction)."""
        from symrlhf.write.sympy import to_sympy

        return to_sympy(self)

    def _sympy_(self) -> Any:
        return self.sympy()


Operand = Term | int | Fraction | Decimal


# ------------------------------------------------------------------ nodes


@dataclass(frozen=True, eq=False, repr=False)
class Num(Term):
    """A non-negative number: an integer, or a decimal with its digits as written."""

    value: Fraction
    text: str

    @property
    def head(self) -> tuple[Any, ...]:
        return ("num", self.value, self.text)

    def rebuild(self, children: tuple[Term, ...]) -> Term:
        return self

    @property
    def is_decimal(self) -> bool:
        return "." in self.text or "e" in self.text.lower()


@dataclass(frozen=True, eq=False, repr=False)
class Sym(Term):
    """A free symbol. Of an index set: an index, standing for every element, or (`fixed`) one element."""

    name: str
    symbol_sort: Sort = REAL
    fixed: bool = False

    @property
    def head(self) -> tuple[Any, ...]:
        return ("sym", self.name, self.symbol_sort, self.fixed)

    @property
    def sort(self) -> Sort:
        return self.symbol_sort

    def rebuild(self, children: tuple[Term, ...]) -> Term:
        return self

    @once
    def symbols(self) -> frozenset[Sym]:
        return frozenset((self,))

    @once
    def names(self) -> frozenset[str]:
        return frozenset((self.name,))


@dataclass(frozen=True, eq=False, repr=False)
class Bound(Term):
    """A bound variable: `depth` binders lie between it and the one that binds it."""

    depth: int
    symbol_sort: Sort

    @property
    def head(self) -> tuple[Any, ...]:
        return ("bound", self.depth, self.symbol_sort)

    @property
    def sort(self) -> Sort:
        return self.symbol_sort

    def rebuild(self, children: tuple[Term, ...]) -> Term:
        return self

    @once
    def dangling(self) -> int:
        return self.depth + 1


@dataclass(frozen=True, eq=False, repr=False)
class App(Term):
    """A symbol applied to arguments: r(x, y), π(y | x), Z(x), f(a), or an index-valued x_i.

    The first `len(args) - given` arguments stand before the bar, the rest after it.
    """

    name: str
    args: tuple[Term, ...]
    given: int = 0
    symbol_sort: Sort = REAL

    @property
    def head(self) -> tuple[Any, ...]:
        return ("app", self.name, self.given, self.symbol_sort)

    @property
    def sort(self) -> Sort:
        return self.symbol_sort

    @property
    def children(self) -> tuple[Term, ...]:
        return self.args

    def rebuild(self, children: tuple[Term, ...]) -> Term:
        return App(self.name, children, self.given, self.symbol_sort)

    @once
    def names(self) -> frozenset[str]:
        return frozenset((self.name,)).union(*(c.names for c in self.args))


@dataclass(frozen=True, eq=False, repr=False)
class Add(Term):
    """A sum of two or more terms, in order."""

    terms: tuple[Term, ...]

    @property
    def head(self) -> tuple[Any, ...]:
        return ("add",)

    @property
    def children(self) -> tuple[Term, ...]:
        return self.terms

    def rebuild(self, children: tuple[Term, ...]) -> Term:
        return Add(children)


@dataclass(frozen=True, eq=False, repr=False)
class Mul(Term):
    """A product of two or more factors, in order."""

    factors: tuple[Term, ...]

    @property
    def head(self) -> tuple[Any, ...]:
        return ("mul",)

    @property
    def children(self) -> tuple[Term, ...]:
        return self.factors

    def rebuild(self, children: tuple[Term, ...]) -> Term:
        return Mul(children)


@dataclass(frozen=True, eq=False, repr=False)
class Neg(Term):
    arg: Term

    @property
    def head(self) -> tuple[Any, ...]:
        return ("neg",)

    @property
    def children(self) -> tuple[Term, ...]:
        return (self.arg,)

    def rebuild(self, children: tuple[Term, ...]) -> Term:
        return Neg(*children)


@dataclass(frozen=True, eq=False, repr=False)
class Div(Term):
    numerator: Term
    denominator: Term

    @property
    def head(self) -> tuple[Any, ...]:
        return ("div",)

    @property
    def children(self) -> tuple[Term, ...]:
        return (self.numerator, self.denominator)

    def rebuild(self, children: tuple[Term, ...]) -> Term:
        return Div(*children)


@dataclass(frozen=True, eq=False, repr=False)
class Pow(Term):
    base: Term
    exponent: Term

    @property
    def head(self) -> tuple[Any, ...]:
        return ("pow",)

    @property
    def children(self) -> tuple[Term, ...]:
        return (self.base, self.exponent)

    def rebuild(self, children: tuple[Term, ...]) -> Term:
        return Pow(*children)


@dataclass(frozen=True, eq=False, repr=False)
class Fun(Term):
    """A named function of the notation table: exp, log, sigmoid, softplus, min, clip, ..."""

    name: str
    args: tuple[Term, ...]

    @property
    def head(self) -> tuple[Any, ...]:
        return ("fun", self.name)

    @property
    def children(self) -> tuple[Term, ...]:
        return self.args

    def rebuild(self, children: tuple[Term, ...]) -> Term:
        return Fun(self.name, children)


BinderKind = Literal["sum", "prod", "max", "min", "E", "KL", "H", "cross_entropy"]


@dataclass(frozen=True, eq=False, repr=False)
class Binder(Term):
    """An operator that binds one variable of an index set in all its bodies.

    sum: Σ_y f;  prod: Π_y f;  max, min: the greatest and the least f(y) from bodies (f,);
    E: Σ_y p f from bodies (p, f);  KL: Σ_y p log(p/q) from (p, q);
    H: −Σ_y p log p from (p,);  cross_entropy: −Σ_y p log q from (p, q).
    """

    kind: BinderKind
    over: IndexSet
    bodies: tuple[Term, ...]
    letter: str = field(default="")
    """The letter it was written with: a wish for the printer, not part of the term."""

    @property
    def head(self) -> tuple[Any, ...]:
        return ("binder", self.kind, self.over)

    @property
    def children(self) -> tuple[Term, ...]:
        return self.bodies

    def rebuild(self, children: tuple[Term, ...]) -> Term:
        return Binder(self.kind, self.over, children, self.letter)

    @property
    def binds(self) -> int:
        return 1

    def opened(self, value: Term) -> tuple[Term, ...]:
        """The bodies with `value` for the bound variable."""
        return tuple(_open(b, value, 0) for b in self.bodies)

    def fresh(self, avoid: frozenset[str] = frozenset()) -> Sym:
        """An index symbol to open this binder with: its letter, primed until no free name is met."""
        taken = avoid | self.names
        name = self.letter or self.over.letter
        while name in taken:
            name += "'"
        return Sym(name, self.over)


@dataclass(frozen=True, eq=False, repr=False)
class Range(Term):
    """Σ_{t=a}^{b} f(t) or Π_{t=a}^{b} f(t) over consecutive integers; b = a − 1 is empty, b < a − 1 has no meaning.

    A sum may end at ∞: it is the limit of those that end at n.

    All three parts stand below the binder, so that lifting, opening and substituting treat them alike; the two
    bounds do not mention the bound variable. `low` and `high` are the bounds outside.
    """

    kind: Literal["sum", "prod"]
    first: Term
    last: Term
    body: Term
    letter: str = field(default="")
    """The letter it was written with: a wish for the printer, not part of the term."""

    def __post_init__(self) -> None:
        for end, integral in ((self.first, is_integer(self.first)), (self.last, self.endless or is_integer(self.last))):
            if _mentions(end):
                raise RuleViolation(f"the bound {end!r} mentions the variable that it bounds")
            if not integral:
                raise RuleViolation(f"the bound {end!r} is not an integer")

    @property
    def endless(self) -> bool:
        """Whether it is a sum to ∞."""
        return self.kind == "sum" and isinstance(self.last, Infinity)

    @property
    def head(self) -> tuple[Any, ...]:
        return ("range", self.kind)

    @property
    def children(self) -> tuple[Term, ...]:
        return (self.first, self.last, self.body)

    def rebuild(self, children: tuple[Term, ...]) -> Term:
        first, last, body = children
        return Range(self.kind, first, last, body, self.letter)

    @property
    def binds(self) -> int:
        return 1

    @property
    def low(self) -> Term:
        return _open(self.first, self.first, 0)

    @property
    def high(self) -> Term:
        return _open(self.last, self.last, 0)

    def opened(self, value: Term) -> Term:
        """The body with `value` for the bound variable."""
        return _open(self.body, value, 0)

    def fresh(self, avoid: frozenset[str] = frozenset()) -> Sym:
        """An integer to open this range with: its letter, primed until no free name is met."""
        taken = avoid | self.names
        name = self.letter or "t"
        while name in taken:
            name += "'"
        return Sym(name, INTEGER)


@dataclass(frozen=True, eq=False, repr=False)
class Diff(Term):
    """The derivative of `body` with respect to the symbol or applied symbol `var`, at the current point."""

    body: Term
    var: Term

    @property
    def head(self) -> tuple[Any, ...]:
        return ("diff",)

    @property
    def children(self) -> tuple[Term, ...]:
        return (self.body, self.var)

    def rebuild(self, children: tuple[Term, ...]) -> Term:
        return Diff(*children)


@dataclass(frozen=True, eq=False, repr=False)
class Argmax(Term):
    """Where `body` is largest when the name `var` takes all its values: a number, or all entries of a family.

    An equation between two of them says that the objectives have the same maximisers, not the same maximum.
    """

    body: Term
    var: Sym

    @property
    def head(self) -> tuple[Any, ...]:
        return ("argmax",)

    @property
    def sort(self) -> Sort:
        return PLACES

    @property
    def children(self) -> tuple[Term, ...]:
        return (self.body, self.var)

    def rebuild(self, children: tuple[Term, ...]) -> Term:
        body, var = children
        assert isinstance(var, Sym)
        return Argmax(body, var)


@dataclass(frozen=True, eq=False, repr=False)
class Card(Term):
    """The number of elements of an index set, |Y|."""

    of: IndexSet

    @property
    def head(self) -> tuple[Any, ...]:
        return ("card", self.of)

    def rebuild(self, children: tuple[Term, ...]) -> Term:
        return self


@dataclass(frozen=True, eq=False, repr=False)
class Cases(Term):
    """A case split: the value of the first condition that holds, else `otherwise`."""

    branches: tuple[tuple[Term, Term], ...]
    otherwise: Term

    @property
    def head(self) -> tuple[Any, ...]:
        return ("cases", len(self.branches))

    @property
    def children(self) -> tuple[Term, ...]:
        return (*(part for branch in self.branches for part in branch), self.otherwise)

    def rebuild(self, children: tuple[Term, ...]) -> Term:
        pairs = tuple((children[i], children[i + 1]) for i in range(0, len(children) - 1, 2))
        return Cases(pairs, children[-1])


Side = Literal["", "+", "-"]
"""From where a variable comes: from both sides (to ∞: the only way there is), from above, from below."""


@dataclass(frozen=True, eq=False, repr=False)
class Lim(Term):
    """What `body` does as its bound real variable goes to `to`; `to` stands under the same binder, for one depth.

    lim: the limit itself;  near: the function near the point, one side of an expansion f = g + O(h).
    """

    kind: Literal["lim", "near"]
    body: Term
    to: Term
    side: Side = ""
    letter: str = field(default="")
    """The letter it was written with: a wish for the printer, not part of the term."""

    def __post_init__(self) -> None:
        if _mentions(self.to, 0):
            raise TypeError("a variable cannot go to a point that moves with it")
        if self.side and infinite(self.to):
            raise TypeError("∞ is approached from one side only: leave the side out")

    @property
    def head(self) -> tuple[Any, ...]:
        return ("lim", self.kind, self.side)

    @property
    def children(self) -> tuple[Term, ...]:
        return (self.body, self.to)

    def rebuild(self, children: tuple[Term, ...]) -> Term:
        body, to = children
        return Lim(self.kind, body, to, self.side, self.letter)

    @property
    def binds(self) -> int:
        return 1

    def opened(self, value: Term) -> tuple[Term, Term]:
        """Body and point with `value` for the bound variable."""
        return _open(self.body, value, 0), _open(self.to, value, 0)

    def fresh(self, avoid: frozenset[str] = frozenset()) -> Sym:
        """A symbol to open this limit with: its letter, primed until no free name is met."""
        taken = avoid | self.names
        name = self.letter or "x"
        while name in taken:
            name += "'"
        return Sym(name)


@dataclass(frozen=True, eq=False, repr=False)
class Integral(Term):
    """∫_a^b f(z) dz of a real variable; an end may be ±∞, and ∫_b^a = −∫_a^b.

    All three parts stand below the binder, as those of a `Range`; the two ends do not mention the bound variable.
    """

    first: Term
    last: Term
    body: Term
    letter: str = field(default="")
    """The letter it was written with: a wish for the printer, not part of the term."""

    def __post_init__(self) -> None:
        for end in (self.first, self.last):
            if _mentions(end):
                raise RuleViolation(f"the end {end!r} mentions the variable that it bounds")

    @property
    def head(self) -> tuple[Any, ...]:
        return ("integral",)

    @property
    def children(self) -> tuple[Term, ...]:
        return (self.first, self.last, self.body)

    def rebuild(self, children: tuple[Term, ...]) -> Term:
        first, last, body = children
        return Integral(first, last, body, self.letter)

    @property
    def binds(self) -> int:
        return 1

    @property
    def low(self) -> Term:
        return _open(self.first, self.first, 0)

    @property
    def high(self) -> Term:
        return _open(self.last, self.last, 0)

    def opened(self, value: Term) -> Term:
        """The integrand with `value` for the bound variable."""
        return _open(self.body, value, 0)

    def fresh(self, avoid: frozenset[str] = frozenset()) -> Sym:
        """A symbol to open this integral with: its letter, primed until no free name is met."""
        taken = avoid | self.names
        name = self.letter or "x"
        while name in taken:
            name += "'"
        return Sym(name)


@dataclass(frozen=True, eq=False, repr=False)
class Infinity(Term):
    """∞: only where a variable goes, as an end of an integral or a sum, and what a limit may equal. It is no number."""

    @property
    def head(self) -> tuple[Any, ...]:
        return ("oo",)

    def rebuild(self, children: tuple[Term, ...]) -> Term:
        return self


@dataclass(frozen=True, eq=False, repr=False)
class Order(Term):
    """O(h): something whose absolute value is at most C |h| near the point, only inside an expansion."""

    body: Term

    @property
    def head(self) -> tuple[Any, ...]:
        return ("order",)

    @property
    def children(self) -> tuple[Term, ...]:
        return (self.body,)

    def rebuild(self, children: tuple[Term, ...]) -> Term:
        return Order(*children)


Relation = Literal["=", "<=", "<", ">=", ">", "!=", "prop", "approx", "to", "implies", "iff"]


@dataclass(frozen=True, eq=False, repr=False)
class Rel(Term):
    """A relation between two terms (for `implies` and `iff`, between two relations)."""

    op: Relation
    lhs: Term
    rhs: Term

    @property
    def head(self) -> tuple[Any, ...]:
        return ("rel", self.op)

    @property
    def children(self) -> tuple[Term, ...]:
        return (self.lhs, self.rhs)

    def rebuild(self, children: tuple[Term, ...]) -> Term:
        return Rel(self.op, *children)

    def __bool__(self) -> bool:
        raise TypeError("a relation is a statement, not a truth value: symrlhf.check decides it; == compares trees")


@dataclass(frozen=True, eq=False, repr=False)
class And(Term):
    """A conjunction of relations."""

    parts: tuple[Term, ...]

    @property
    def head(self) -> tuple[Any, ...]:
        return ("and",)

    @property
    def children(self) -> tuple[Term, ...]:
        return self.parts

    def rebuild(self, children: tuple[Term, ...]) -> Term:
        return And(children)


@dataclass(frozen=True)
class Lam:
    """A λ-term: what a function symbol may be replaced by. Parameters are free symbols of `body`."""

    parameters: tuple[Sym, ...]
    body: Term


# ------------------------------------------------------------------ numbers


def as_term(value: Operand | float) -> Term:
    """An operand as a Term: integers, fractions and decimals exactly; a float raises TypeError."""
    if isinstance(value, Term):
        return value
    if isinstance(value, bool):
        raise TypeError("a truth value is not a number")
    if isinstance(value, int):
        return Num(Q(value), _digits(value)) if value >= 0 else Neg(as_term(-value))
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise TypeError(f"{value} is not a number")
        if value.is_signed():
            return Neg(as_term(-value))
        return Num(Q(value), format(value, "f"))
    if isinstance(value, Fraction):
        return Rational(value.numerator, value.denominator)
    if isinstance(value, float):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(type_error_for_float.format(value))
    raise TypeError(
        f"cannot use a {type(value).__name__} as a mathematical term: "
        "a policy or reward takes an index, as in pi[y]; a proven line is used by its sides .lhs and .rhs"
    )


def _digits(n: int) -> str:
    try:
        return str(n)
    except ValueError:  # Python's own bound on the length of a written integer
        raise NotSupported(f"an integer of {n.bit_length()} bits") from None


def Rational(numerator: int, denominator: int = 1) -> Term:
    """The exact number numerator/denominator, written as a fraction."""
    q = Q(numerator, denominator)
    if q < 0:
        return Neg(Rational(-q.numerator, q.denominator))
    top = as_term(q.numerator)
    return top if q.denominator == 1 else Div(top, as_term(q.denominator))


def exact_value(t: Term) -> Fraction | None:
    """The rational value of a term built from numbers alone, else None."""
    match t:
        case Num(value=value):
            return value
        case Neg(arg=arg):
            v = exact_value(arg)
            return None if v is None else -v
        case Div(numerator=a, denominator=b):
            p, q = exact_value(a), exact_value(b)
            return None if p is None or not q else p / q
        case _:
            return None


def is_integer(t: Term) -> bool:
    """Whether a term is an integer by its sorts: sums and products of integers."""
    match t:
        case Num(value=value):
            return value.denominator == 1
        case Sym() | App() | Bound():
            return t.sort == INTEGER
        case Add() | Mul() | Neg():
            return all(map(is_integer, t.children))
        case _:
            return isinstance(t, Card)


def fits(t: Term, sort: Sort) -> bool:
    """Whether a term may stand for a symbol of this sort."""
    if isinstance(sort, IndexSet) or isinstance(t.sort, IndexSet):
        return t.sort == sort
    return sort != INTEGER or is_integer(t)


# ------------------------------------------------------------------ joining terms as written


def _add(a: Term, b: Term) -> Term:
    return Add((*a.terms, b)) if isinstance(a, Add) else Add((a, b))


def _mul(a: Term, b: Term) -> Term:
    if isinstance(a, Neg):
        return Neg(_mul(a.arg, b))
    return Mul((*a.factors, b)) if isinstance(a, Mul) else Mul((a, b))


def _div(a: Term, b: Term) -> Term:
    return Neg(_div(a.arg, b)) if isinstance(a, Neg) else Div(a, b)


# ------------------------------------------------------------------ binders and substitution


def lift(t: Term, by: int, cutoff: int = 0) -> Term:
    """`t` moved under `by` more binders: its dangling indices still point where they did."""
    if by == 0 or t.dangling <= cutoff:
        return t
    if isinstance(t, Bound):
        return Bound(t.depth + by, t.symbol_sort)
    inner = cutoff + t.binds
    return t.rebuild(tuple(lift(c, by, inner) for c in t.children))


def _open(t: Term, value: Term, depth: int) -> Term:
    if t.dangling <= depth:
        return t
    if isinstance(t, Bound):
        return lift(value, depth) if t.depth == depth else Bound(t.depth - 1, t.symbol_sort)
    inner = depth + t.binds
    return t.rebuild(tuple(_open(c, value, inner) for c in t.children))


def abstract(t: Term, index: Sym, depth: int = 0) -> Term:
    """`t` as the body of a binder over `index`: the index becomes the bound variable."""
    if t == index:
        return Bound(depth, index.sort)
    if isinstance(t, Bound):
        return Bound(t.depth + 1, t.symbol_sort) if t.depth >= depth else t
    if t.dangling <= depth and index not in t.symbols:
        return t
    inner = depth + t.binds
    return t.rebuild(tuple(abstract(c, index, inner) for c in t.children))


def _mentions(t: Term, depth: int = 0) -> bool:
    """Whether the variable of the binder around `t` occurs in it."""
    if isinstance(t, Bound):
        return t.depth == depth
    return t.dangling > depth and any(_mentions(c, depth + t.binds) for c in t.children)


def bind_range(kind: Literal["sum", "prod"], index: Sym, low: Term, high: Term, body: Term) -> Range:
    """The operator `kind` over the integers from `low` to `high` for `index` in the body."""
    if index.sort != INTEGER:
        raise TypeError(f"{index.name} is no integer: a range runs over the integers")
    if index in low.symbols | high.symbols:
        raise TypeError(f"{index.name} runs between bounds that mention it: choose another letter")
    return Range(kind, lift(low, 1), lift(high, 1), abstract(body, index), _shown(index))


def bind(kind: BinderKind, index: Sym, *bodies: Term) -> Binder:
    """The operator `kind` over all values of `index` in the bodies."""
    if not isinstance(index.sort, IndexSet) or index.fixed:
        raise TypeError(f"{index.name} is not an index: bind an index of a finite set")
    return Binder(kind, index.sort, tuple(abstract(b, index) for b in bodies), _shown(index))


def _shown(index: Sym) -> str:
    """The letter to print: none where the name is a private one."""
    return index.name.rstrip("'") if index.name.isprintable() else ""


def _guard(t: Diff | Argmax, changed: Iterable[str]) -> None:
    """Refuse to replace anything inside a derivative: a value at a point does not tell how it varies."""
    for name in changed:
        if name in t.names:
            where = "a derivative" if isinstance(t, Diff) else "an argmax"
            raise RuleViolation(f"{name} is replaced inside {where}, where only identities may be used")


class _Replacing:
    """Closed terms, what takes their place, and the names that may be replaced in derivatives."""

    def __init__(self, mapping: Mapping[Any, Term], varying: frozenset[str] = frozenset()):
        self.mapping: dict[Term, Term] = dict(mapping)
        self.varying = varying
        # What a key stands in has its names.
        self.anywhere = not all(k.names for k in self.mapping)
        self.names = frozenset[str]().union(*(k.names for k in self.mapping))

    def within(self, t: Term, depth: int = 0) -> Term:
        # Most of what stands in a term mentions none of them.
        if not self.anywhere and self.names.isdisjoint(t.names):
            return t
        if t in self.mapping:
            return lift(self.mapping[t], depth)
        if not t.children:
            return t
        if isinstance(t, Diff | Argmax):
            moved = (k for k, v in self.mapping.items() if k == t.var or not _only_points(k, v))
            _guard(t, [n for k in moved if t.contains(k) and (n := _name(k)) not in self.varying])
        inner = depth + t.binds
        kids = tuple(self.within(c, inner) for c in t.children)
        return t if kids == t.children else t.rebuild(kids)


def _only_points(key: Term, value: Term) -> bool:
    """Whether a symbol only says which entry is meant: moving an index or integer changes nothing of what varies."""
    return isinstance(key.sort, IndexSet) or (key.sort == INTEGER and is_integer(value))


def _name(key: Term) -> str:
    if isinstance(key, (Sym, App)):
        return key.name
    raise RuleViolation(f"only a symbol can be replaced, not {key!r}")


Rewrite = Callable[[tuple[Term, ...]], Term | None]
"""What an application with these arguments becomes; None leaves it."""


def _application_of(name: str, lam: Lam) -> Rewrite:
    def rewrite(args: tuple[Term, ...]) -> Term:
        if len(lam.parameters) != len(args):
            raise RuleViolation(f"{name} takes {len(args)} arguments, its replacement {len(lam.parameters)}")
        for p, arg in zip(lam.parameters, args, strict=True):
            if not fits(arg, p.sort):
                raise RuleViolation(f"{name} is applied to {arg.sort.name}, its replacement to {p.sort.name}")
        return _Replacing(dict(zip(lam.parameters, args, strict=True))).within(lam.body)

    return rewrite


def _instance_of(target: App, value: Term) -> Rewrite:
    def rewrite(args: tuple[Term, ...]) -> Term | None:
        if len(args) != len(target.args):
            return None
        found: dict[Term, Term] = {}
        for pattern, arg in zip(target.args, args, strict=True):
            if pattern in target.free_indices and pattern.sort == arg.sort:
                if found.setdefault(pattern, arg) != arg:
                    return None
            elif pattern != arg:
                return None
        return _Replacing(found).within(value)

    return rewrite


def _rewrite(t: Term, rows: dict[str, Rewrite], varying: frozenset[str]) -> Term:
    if not (t.names & rows.keys()):
        return t
    if isinstance(t, Diff | Argmax):
        _guard(t, rows.keys() - varying)
    kids = tuple(_rewrite(c, rows, varying) for c in t.children)
    if isinstance(t, App) and t.name in rows and (new := rows[t.name](kids)) is not None:
        if not fits(new, t.sort):
            raise RuleViolation(f"{t.name} is {t.sort.name}, its replacement is {new.sort.name}")
        return new
    return t if kids == t.children else t.rebuild(kids)


# ------------------------------------------------------------------ functions of mathematics


def _function(name: str) -> Callable[[Operand], Term]:
    def build(arg: Operand) -> Term:
        return Fun(name, (as_term(arg),))

    build.__name__ = build.__qualname__ = name
    build.__doc__ = f"The term {name}(arg), as written."
    return build


exp = _function("exp")
log = _function("log")
sigmoid = _function("sigmoid")
softplus = _function("softplus")
tanh = _function("tanh")
cosh = _function("cosh")
sinh = _function("sinh")
arctan = _function("arctan")
arcsin = _function("arcsin")
sqrt = _function("sqrt")
sign = _function("sign")
Abs = _function("abs")
log_gap = _function("log_gap")
stop_gradient = _function("stop_gradient")


def Min(first: Operand, *others: Operand) -> Term:
    """The least of the arguments."""
    return Fun("min", tuple(as_term(a) for a in (first, *others)))


def Max(first: Operand, *others: Operand) -> Term:
    """The greatest of the arguments."""
    return Fun("max", tuple(as_term(a) for a in (first, *others)))


def clip(value: Operand, low: Operand, high: Operand) -> Term:
    """min(max(value, low), high)."""
    return Fun("clip", (as_term(value), as_term(low), as_term(high)))


def delta(i: Term, j: Term) -> Term:
    """Kronecker's δ of two indices: 1 if they are the same element, else 0."""
    return Fun("delta", (i, j))


def diff(body: Operand, var: Term) -> Term:
    """The derivative of body with respect to a symbol or an applied symbol such as π(y)."""
    if not isinstance(var, (Sym, App)) or isinstance(var.sort, IndexSet) or var.sort == INTEGER:
        raise TypeError("differentiate with respect to a symbol such as z, or an applied symbol such as pi[y]")
    return Diff(as_term(body), var)


def argmax(body: Operand, var: Term) -> Term:
    """The values of a symbol, or of all entries of an applied symbol such as π(y), at which body is largest."""
    if not isinstance(var, (Sym, App)) or isinstance(var.sort, IndexSet):
        raise TypeError("maximise over a symbol such as z, or an applied symbol such as pi[y]")
    return Argmax(as_term(body), Sym(var.name, var.sort))


oo = Infinity()


def infinite(term: Term) -> int:
    """1 for ∞, −1 for −∞, else 0."""
    if isinstance(term, Neg):
        return -infinite(term.arg)
    return int(isinstance(term, Infinity))


def limit(body: Operand, var: Term, to: Operand, side: Side = "") -> Lim:
    """The limit of body as var goes to a point that does not move with it, or to ∞; side "+" is from above."""
    return _approach("lim", as_term(body), var, as_term(to), side)


def integral(body: Operand, var: Term, low: Operand, high: Operand) -> Integral:
    """∫_low^high body dvar of a real symbol; an end may be oo or −oo."""
    if not isinstance(var, Sym) or var.sort != REAL:
        raise TypeError("integrate over a real symbol such as u")
    first, last = as_term(low), as_term(high)
    if var in first.symbols | last.symbols:
        raise TypeError(f"{var.name} runs between ends that mention it: choose another letter")
    return Integral(lift(first, 1), lift(last, 1), abstract(as_term(body), var), var.name.rstrip("'"))


def expansion(body: Operand, approximation: Operand, var: Term, to: Operand, side: Side = "") -> Rel:
    """body = approximation as var goes to a point: the approximation holds a term Order(h)."""
    left, right = (_approach("near", as_term(t), var, as_term(to), side) for t in (body, approximation))
    return Rel("=", left, right)


def _approach(kind: Literal["lim", "near"], body: Term, var: Term, to: Term, side: Side) -> Lim:
    if not isinstance(var, Sym) or var.sort != REAL:
        raise TypeError("a limit is taken in a real symbol such as beta")
    return Lim(kind, abstract(body, var), abstract(to, var), side, var.name.rstrip("'"))


@overload
def Sum(index: Term, body: Operand, /) -> Term: ...
@overload
def Sum(index: Term, low: Operand, high: Operand, body: Operand, /) -> Term: ...
def Sum(index: Term, *parts: Operand) -> Term:
    """`Sum(y, f)`: Σ over all values of the index; `Sum(t, a, b, f)`: Σ over the integers t = a, …, b."""
    return _big("sum", index, parts)


@overload
def Prod(index: Term, body: Operand, /) -> Term: ...
@overload
def Prod(index: Term, low: Operand, high: Operand, body: Operand, /) -> Term: ...
def Prod(index: Term, *parts: Operand) -> Term:
    """`Prod(y, f)`: Π over all values of the index; `Prod(t, a, b, f)`: Π over the integers t = a, …, b."""
    return _big("prod", index, parts)


def _big(kind: Literal["sum", "prod"], index: Term, parts: tuple[Operand, ...]) -> Term:
    if len(parts) == 1:
        return bind(kind, _index(index), as_term(parts[0]))
    low, high, body = (as_term(p) for p in parts)
    return bind_range(kind, _index(index), low, high, body)


def MaxOver(index: Term, body: Operand) -> Term:
    """The greatest value of the body over all values of the index."""
    return bind("max", _index(index), as_term(body))


def MinOver(index: Term, body: Operand) -> Term:
    """The least value of the body over all values of the index."""
    return bind("min", _index(index), as_term(body))


def _index(t: Term) -> Sym:
    if not isinstance(t, Sym):
        raise TypeError("the first argument is the index to sum over, such as pi.index('y')")
    return t


def Eq(lhs: Operand, rhs: Operand) -> Rel:
    """The equation lhs = rhs."""
    return Rel("=", as_term(lhs), as_term(rhs))


def Le(lhs: Operand, rhs: Operand) -> Rel:
    """lhs ≤ rhs."""
    return Rel("<=", as_term(lhs), as_term(rhs))


def Lt(lhs: Operand, rhs: Operand) -> Rel:
    """lhs < rhs."""
    return Rel("<", as_term(lhs), as_term(rhs))


def Ge(lhs: Operand, rhs: Operand) -> Rel:
    """lhs ≥ rhs."""
    return Rel(">=", as_term(lhs), as_term(rhs))


def Gt(lhs: Operand, rhs: Operand) -> Rel:
    """lhs > rhs."""
    return Rel(">", as_term(lhs), as_term(rhs))


def Ne(lhs: Operand, rhs: Operand) -> Rel:
    """lhs ≠ rhs, also between elements of an index set."""
    return Rel("!=", as_term(lhs), as_term(rhs))


def Approx(lhs: Operand, rhs: Operand) -> Rel:
    """lhs ≈ rhs: the decimal rhs is lhs rounded to the digits shown."""
    return Rel("approx", as_term(lhs), as_term(rhs))


def Implies(premise: Rel | And, conclusion: Rel | And) -> Rel:
    """premise ⇒ conclusion."""
    return Rel("implies", premise, conclusion)


def Iff(left: Rel | And, right: Rel | And) -> Rel:
    """left ⇔ right."""
    return Rel("iff", left, right)


# ------------------------------------------------------------------ debugging form


def _debug(t: Term) -> str:
    match t:
        case Num(text=text):
            return text
        case Sym(name=name):
            return name
        case Bound(depth=depth):
            return f"#{depth}"
        case Neg(arg=arg):
            return f"-{arg!r}"
        case Add(terms=terms):
            return "(" + " + ".join(map(repr, terms)) + ")"
        case Mul(factors=factors):
            return "(" + "*".join(map(repr, factors)) + ")"
        case Div(numerator=a, denominator=b):
            return f"({a!r}/{b!r})"
        case Pow(base=a, exponent=b):
            return f"({a!r}**{b!r})"
        case App(name=name, args=args) | Fun(name=name, args=args):
            return f"{name}({', '.join(map(repr, args))})"
        case Binder(kind=kind, over=over, bodies=bodies):
            return f"{kind}[{over.name}]({', '.join(map(repr, bodies))})"
        case Range(kind=kind, body=body):
            return f"{kind}[{t.low!r}..{t.high!r}]({body!r})"
        case Diff(body=body, var=var):
            return f"diff({body!r}, {var!r})"
        case Argmax(body=body, var=var):
            return f"argmax({body!r}, {var!r})"
        case Card(of=of):
            return f"|{of.name}|"
        case Infinity():
            return "oo"
        case Integral(body=body):
            return f"integral[{t.low!r}..{t.high!r}]({body!r})"
        case Lim(kind=kind, body=body, to=to, side=side):
            return f"{kind}[{to!r}{side}]({body!r})"
        case Rel(op=op, lhs=lhs, rhs=rhs):
            return f"{lhs!r} {op} {rhs!r}"
        case _:
            return f"{type(t).__name__}({', '.join(map(repr, t.children))})"
