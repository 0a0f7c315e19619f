"""The mistakes of hand algebra, one row each: its name, and the lines that it may have been made from.

A row edits the false line; nobody believes an edit before the kernel has proven the mended line. Rows stand in the
order in which they are tried: what says most about the mistake comes first, what can mend nearly anything last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations, pairwise

from symrlhf.errors import NotSupported, RuleViolation
from symrlhf.kernel.derive import derivative
from symrlhf.setting import Setting
from symrlhf.term import (
    INTEGER,
    REAL,
    Add,
    App,
    Binder,
    Cases,
    Diff,
    Div,
    Fun,
    IndexSet,
    Infinity,
    Lim,
    Mul,
    Neg,
    Num,
    Order,
    Path,
    Pow,
    Range,
    Rational,
    Rel,
    Relation,
    Sym,
    Term,
    exact_value,
)  # fmt: skip

ZERO, ONE, TWO = Rational(0), Rational(1), Rational(2)

TEMPERATURES = ("beta", "tau")
"""What a reward is divided by."""

COUNTERS = ("n", "m", "k", "i", "j", "t", "s", "N", "K", "G", "T", "B", "L")
"""Letters that count."""

Words = tuple[str | Term, ...]
"""What was wrong: words and terms, put together only when they are told."""


@dataclass(frozen=True)
class Edit:
    """A line that may have been meant, and what was wrong with the one that was written."""

    words: Words
    mended: Rel

    @property
    def text(self) -> str:
        return "".join(w if isinstance(w, str) else _shown(w) for w in self.words)


Edits = Iterator[Edit]
Change = Callable[[Term], Iterator[tuple[Words, Term]]]
"""What a subterm may have been meant to be."""


@dataclass(frozen=True)
class Line:
    """A false line, and what its names mean."""

    relation: Rel
    setting: Setting

    @property
    def rhs(self) -> Term:
        return self.relation.rhs

    @cached_property
    def expanded(self) -> Rel:
        """The line without definitions."""
        relation = self.setting.expand(self.relation)
        assert isinstance(relation, Rel)
        return relation

    @cached_property
    def heads(self) -> frozenset[str]:
        """The functions, operators and derivatives that the line is about."""
        kinds = (_kind(t) for _, t in self.expanded.walk())
        return frozenset(k for k in kinds if k)

    @cached_property
    def places(self) -> tuple[tuple[Path, Term], ...]:
        """The numbers on the right, outermost first."""
        return tuple(_numbers(self.rhs))

    @cached_property
    def policies(self) -> tuple[str, ...]:
        """The names of distributions."""
        return tuple(sorted(n for n in self.expanded.names if self.setting.declaration(n).distribution))

    def with_right(self, new: Term, path: Path = ()) -> Rel:
        return replace(self.relation, rhs=self.rhs.replace_at(path, new))

    def with_left(self, new: Term, path: Path = ()) -> Rel:
        return replace(self.relation, lhs=self.relation.lhs.replace_at(path, new))


@dataclass(frozen=True)
class Mistake:
    """One row: the name of a slip and the lines it may have been made from."""

    kind: str
    edits: Callable[[Line], Edits]


def _kind(t: Term) -> str:
    match t:
        case Fun(name=name):
            return name
        case Binder(kind=kind) | Range(kind=kind) | Lim(kind=kind):
            return kind
        case Diff():
            return "diff"
        case Cases():
            return "cases"
        case _:
            return ""


PARTS: dict[type[Term], int] = {Diff: 0, Lim: 0, Range: 2}
"""The part of a node where a number stands, if it is one of several parts."""


def _numbers(term: Term) -> Iterator[tuple[Path, Term]]:
    """The subterms that are numbers, outermost first; arguments of families and variables of derivatives are none."""
    queue: list[tuple[Path, Term]] = [((), term)]
    for path, t in queue:
        if t.sort in (REAL, INTEGER) and not isinstance(t, Rel):
            yield path, t
        if isinstance(t, (App, Order)):
            continue
        only = PARTS.get(type(t))
        queue += [((*path, i), child) for i, child in enumerate(t.children) if only in (None, i)]


def _at_places(change: Change) -> Callable[[Line], Edits]:
    """The edits of single subterms of the right side, outermost first."""

    def edits(line: Line) -> Edits:
        for path, term in line.places:
            for words, new in change(term):
                yield Edit(words, line.with_right(new, path))

    return edits


def _if_about(*heads: str) -> Callable[[Callable[[Line], Edits]], Callable[[Line], Edits]]:
    """Edits of lines that have one of these functions."""

    def only(edits: Callable[[Line], Edits]) -> Callable[[Line], Edits]:
        return lambda line: edits(line) if line.heads & set(heads) else iter(())

    return only


# ------------------------------------------------------------------ inequalities

REVERSED: dict[Relation, Relation] = {"<=": ">=", ">=": "<=", "<": ">", ">": "<"}


def _direction(line: Line) -> Edits:
    op = line.relation.op
    if op in REVERSED:
        yield Edit(("the inequality holds the other way round",), replace(line.relation, op=REVERSED[op]))


def _jensen(line: Line) -> Edits:
    if any(_of_mean(a) and _is_mean(b) for a, b in _both_ways(line.expanded.children)):
        for edit in _direction(line):
            words = "a convex function of a mean is at most the mean of the function, a concave one at least"
            yield replace(edit, words=(words,))


def _both_ways(sides: tuple[Term, ...]) -> Iterator[tuple[Term, Term]]:
    a, b = sides
    yield a, b
    yield b, a


CURVED = ("exp", "log", "sqrt", "sigmoid", "softplus")


def _of_mean(side: Term) -> bool:
    """Whether a curved function is applied to a mean."""
    curved = (t for _, t in side.walk() if (isinstance(t, Fun) and t.name in CURVED) or isinstance(t, Pow))
    return any(_is_mean(t.children[0]) for t in curved)


def _is_mean(side: Term) -> bool:
    """Whether it is made of a sum over a finite set, or of weighted terms."""
    if isinstance(side, Add) and sum(isinstance(t, Mul) for t in side.terms) > 1:
        return True
    return any(isinstance(t, Binder) and t.kind in ("E", "sum") for _, t in side.walk())


def _on_one_side(line: Line) -> Edits:
    """A bound that holds on one side of 0 only: a loss that falls everywhere is said to be largest in the middle."""
    if line.relation.op not in REVERSED:
        return
    for s in sorted((s for s in line.relation.symbols if s.sort == REAL), key=lambda s: s.name):
        for op in (">=", "<="):
            where = Rel(op, s, ZERO)
            yield Edit(("the bound holds for ", where, " only"), Rel("implies", where, line.relation))


# ------------------------------------------------------------------ signs and arguments


def _whole_sign(line: Line) -> Edits:
    yield Edit(("the sign of the whole right side is wrong",), line.with_right(_negated(line.rhs)))


def _term_sign(term: Term) -> Iterator[tuple[Words, Term]]:
    match term:
        case Add(terms=terms):
            for i, part in enumerate(terms):
                words = ("the sign of the term ", part, " is wrong")
                yield words, Add((*terms[:i], _negated(part), *terms[i + 1 :]))
        case Fun(name="exp", args=(z,)):
            yield ("the sign inside ", term, " is wrong"), Fun("exp", (_negated(z),))
        case Pow(base=b, exponent=n) if exact_value(n) is None and not isinstance(b, Div):
            yield ("the sign of the exponent of ", term, " is wrong"), Pow(b, _negated(n))
        case Div(numerator=Fun(name="exp") as above, denominator=Fun(name="exp") as below):
            yield ("the sign of the exponent of ", term, " is wrong"), Div(below, above)
        case _:
            pass


def _left_sign(line: Line) -> Edits:
    """A sign on the left, where the right side has nothing to change."""
    for path, t in _numbers(line.relation.lhs):
        if isinstance(t, Add):
            for words, new in _term_sign(t):
                yield Edit(words, line.with_left(new, path))


def _sigmoid_argument(term: Term) -> Iterator[tuple[Words, Term]]:
    if isinstance(term, Fun) and term.name in ("sigmoid", "softplus"):
        mended = Fun(term.name, (_negated(term.args[0]),))
        yield (term, " should be ", mended), mended


def _inverted(term: Term) -> Iterator[tuple[Words, Term]]:
    match term:
        case Div(numerator=above, denominator=below):
            yield ("the ratio ", term, " is upside down"), Div(below, above)
            factors = above.factors if isinstance(above, Mul) else ()
            for i, f in enumerate(factors):
                ratio = Div(below, f)
                mended = _product([*factors[:i], *factors[i + 1 :], ratio])
                yield ("the ratio ", Div(f, below), " is upside down"), mended
        case Mul(factors=factors):
            for i, f in enumerate(factors):
                if isinstance(f, Div):
                    continue
                rest = _product([*factors[:i], *factors[i + 1 :]])
                yield ("the factor ", f, " belongs below the fraction bar"), Div(rest, f)
        case _:
            pass


def _reciprocal(line: Line) -> Edits:
    yield Edit(("the right side is upside down",), line.with_right(Div(ONE, line.rhs)))


def _inverted_in_log(line: Line) -> Edits:
    """The logarithm of a ratio, upside down: a sign, if it stood in a sum."""
    sums = {path for path, t in line.places if isinstance(t, (Add, Neg))}
    for path, t in line.places:
        if any(path[:i] in sums for i in range(len(path))):
            continue
        if isinstance(t, Fun) and t.name == "log" and isinstance(ratio := t.args[0], Div):
            mended = Fun("log", (Div(ratio.denominator, ratio.numerator),))
            yield Edit(("the ratio ", ratio, " is upside down"), line.with_right(mended, path))


# ------------------------------------------------------------------ policies and responses


def _exchanged(term: Term, first: str, second: str) -> Term:
    other = {first: second, second: first}

    def exchange(t: Term) -> Term:
        match t:
            case Sym(name=name) if name in other:
                return Sym(other[name], t.sort, t.fixed)
            case App(name=name) if name in other:
                return App(other[name], t.args, t.given, t.sort)
            case _:
                return t

    return term.transform(exchange)


def _swapped_responses(line: Line) -> Edits:
    elements = {s.name for s in line.rhs.symbols if isinstance(s.sort, IndexSet)}
    yield from _swaps(line, _pairs(elements))


def _swapped_scores(line: Line) -> Edits:
    yield from _swaps(line, _pairs(line.rhs.names))


def _pairs(names: Iterable[str]) -> list[tuple[str, str]]:
    """Names of a preferred and a rejected response or its number."""
    names = set(names)
    ends = (("_w", "_l"), ("_chosen", "_rejected"), ("_1", "_2"), ("1", "2"))
    return [
        (n, n.removesuffix(w) + rejected)
        for w, rejected in ends
        for n in sorted(names)
        if n.endswith(w) and n.removesuffix(w) + rejected in names
    ]


def _swapped_policies(line: Line) -> Edits:
    yield from _swaps(line, combinations([p for p in line.policies if p in line.rhs.names], 2))
    for path, t in line.places:
        if isinstance(t, Binder) and t.kind in ("KL", "cross_entropy"):
            words = ("the arguments of ", t, " are exchanged")
            yield Edit(words, line.with_right(t.rebuild(t.bodies[::-1]), path))


def _swaps(line: Line, pairs: Iterable[tuple[str, str]]) -> Edits:
    for first, second in pairs:
        yield Edit((f"{first} and {second} are swapped",), line.with_right(_exchanged(line.rhs, first, second)))


def _other_law(line: Line) -> Edits:
    """The mean taken over another policy, on either side."""
    for side, put in ((line.rhs, line.with_right), (line.relation.lhs, line.with_left)):
        for path, t in _numbers(side):
            if isinstance(t, Binder) and t.kind in ("E", "sum"):
                yield from _laws(line, t, path, put)


def _laws(line: Line, t: Binder, path: Path, put: Callable[[Term, Path], Rel]) -> Edits:
    law = t.bodies[0]
    parts = law.factors if isinstance(law, Mul) and t.kind == "sum" else (law,)
    for i, p in enumerate(parts):
        if isinstance(p, App) and p.name in line.policies:
            for name in (n for n in line.policies if n != p.name):
                other = _product([*parts[:i], replace(p, name=name), *parts[i + 1 :]])
                words = (f"the mean is taken over {p.name}: over {name} it would be right",)
                yield Edit(words, put(t.rebuild((other, *t.bodies[1:])), path))


# ------------------------------------------------------------------ clipping


def _clip_bounds(line: Line) -> Edits:
    """1 + ε for 1 − ε, one end of the range or both; the active bound; the slope outside the range."""
    ends = [(path, t, new) for path, t in line.places if (new := _other_end(t)) is not None]
    for path, t, new in ends:
        yield Edit((t, " should be ", new), line.with_right(new, path))
    ranges = [s for s in line.expanded.symbols if s.name.startswith("eps")]
    for path, t in line.places:
        for other in sorted((s for s in ranges if t in ranges and s != t), key=lambda s: s.name):
            yield Edit((t, " should be ", other), line.with_right(other, path))
    wide = [(path, new) for path, t, new in ends if isinstance(t, Add)]
    if len(wide) > 1:
        mended = line.rhs
        for path, new in wide:
            mended = mended.replace_at(path, new)
        yield Edit(("the bounds of the range are exchanged",), line.with_right(mended))
    for path, t in line.places:
        if isinstance(t, Sym):
            yield Edit((t, " should be ", Fun("abs", (t,))), line.with_right(Fun("abs", (t,)), path))
        if isinstance(t, Fun) and t.name in ("min", "max"):
            for i, end in enumerate(t.args):
                for new in (ZERO, ONE) if isinstance(end, Num) else ():
                    yield Edit(("the bound ", end, " should be ", new), line.with_right(new, (*path, i)))
    clips = [t for _, t in line.expanded.lhs.walk() if isinstance(t, Fun) and t.name == "clip" and not t.dangling]
    values = dict.fromkeys(a for t in clips for a in t.args)
    slopes = "diff" in line.heads or "cases" in line.heads
    factors = [ONE, *sorted((s for s in line.expanded.symbols if s.sort == REAL), key=lambda s: s.name)]
    for value in (*values, *([ZERO] if slopes else [])):
        for f in factors:
            mended = value if f == ONE or value == ZERO else f * value
            yield Edit(("another bound is active: ", mended), line.with_right(mended))
    for f in factors if slopes or clips else ():
        yield Edit(("another part is active: ", f), line.with_right(f))


def _other_end(t: Term) -> Term | None:
    """The other end of a range around a point, as a ± ε."""
    match t:
        case Add(terms=(a, Neg(arg=Sym() as e))) if e.name.startswith(("eps", "c")):
            return a + e
        case Add(terms=(a, Sym() as e)) if e.name.startswith(("eps", "c")):
            return a - e
        case Sym(name=name) if name.startswith("eps"):
            return Neg(t)
        case _:
            return None


def _min_max(term: Term) -> Iterator[tuple[Words, Term]]:
    match term:
        case Fun(name="min" | "max" as name, args=args):
            other = "max" if name == "min" else "min"
            yield (f"{name} should be {other}",), Fun(other, args)
        case Binder(kind="min" | "max" as kind):
            other = "max" if kind == "min" else "min"
            yield (f"{kind} should be {other}",), replace(term, kind=other)
        case _:
            pass


def _dropped_extremum(line: Line) -> Edits:
    """The minimum or the maximum that is forgotten, with what it is taken over."""
    found = [t for _, t in _numbers(line.expanded.lhs) if isinstance(t, Fun) and t.name in ("min", "max")]
    for t in dict.fromkeys(t for t in found if not t.dangling):
        for other in t.args:
            words: Words = (f"the {t.name} with ", other, " is dropped")
            yield Edit(words, line.with_right(Fun(t.name, (other, line.rhs))))


# ------------------------------------------------------------------ limits


def _limit(line: Line) -> Edits:
    """The limit is one of the numbers that limits are."""
    if not isinstance(line.relation.lhs, Lim) or line.relation.lhs.kind != "lim":
        return
    numbers: list[Term] = [ZERO, ONE, Neg(ONE), Infinity(), Neg(Infinity())]
    numbers += [Div(ONE, TWO), Div(ONE, Rational(4)), TWO, Fun("log", (TWO,)), Fun("exp", (ONE,)),
                Div(ONE, Fun("exp", (ONE,)))]  # fmt: skip
    free = sorted((s for s in line.expanded.symbols if s.sort == REAL), key=lambda s: s.name)
    numbers += [n for s in free for n in (s, Neg(s), Div(ONE, s), Fun("log", (s,)))]
    for n in numbers:
        yield Edit(("the limit is ", n), line.with_right(n))


# ------------------------------------------------------------------ logarithms and normalisers


def _log_split(term: Term) -> Iterator[tuple[Words, Term]]:
    split = "the logarithm of a sum is not the sum of the logarithms"
    product = "the logarithm of a product is the sum of the logarithms"
    match term:
        case Add(terms=terms):
            logs = [t for t in terms if isinstance(t, Fun) and t.name == "log"]
            if len(logs) > 1:
                rest = [t for t in terms if t not in logs]
                together = Fun("log", (Add(tuple(t.args[0] for t in logs)),))
                yield (split,), _sum([together, *rest])
        case Mul(factors=factors):
            logs = [f for f in factors if isinstance(f, Fun) and f.name == "log"]
            if len(logs) > 1:
                rest = [f for f in factors if f not in logs]
                yield (product,), _product([Add(tuple(logs)), *rest])
        case Div(numerator=Fun(name="log") as above, denominator=Fun(name="log") as below):
            yield ("the logarithm of a quotient is the difference of the logarithms",), above - below
        case Fun(name="exp", args=(z,)):
            parts = _parts_over(z)
            if len(parts) > 1:
                words = ("a sum of exponentials is not the exponential of the sum",)
                yield words, Add(tuple(Fun("exp", (p,)) for p in parts))
        case Binder(kind="sum" | "E", bodies=bodies):
            *law, body = bodies
            inner = body.args[0] if isinstance(body, Fun) and body.name == "log" else Fun("exp", (body,))
            yield (split,), Fun("log", (term.rebuild((*law, inner)),))
        case Range(kind="sum", first=first, last=last, body=body):
            inner = body.args[0] if isinstance(body, Fun) and body.name == "log" else Fun("exp", (body,))
            yield (split,), Fun("log", (term.rebuild((first, last, inner)),))
        case Fun(name="log", args=(Add(terms=terms),)):
            yield ("the logarithm of a product was meant",), Fun("log", (Mul(terms),))
        case _:
            pass


def _parts_over(z: Term) -> list[Term]:
    """The terms of a sum, each over the denominator."""
    match z:
        case Add(terms=terms):
            return list(terms)
        case Div(numerator=Add(terms=terms), denominator=d):
            return [Div(t, d) for t in terms]
        case _:
            return [z]


def _normalisers(line: Line) -> Edits:
    """Z for log Z, and what the left side is divided by."""
    for path, t in line.places:
        if isinstance(t, Fun) and t.name == "log" and _is_normaliser(t.args[0]):
            yield Edit(("log ", t.args[0], " should be ", t.args[0]), line.with_right(t.args[0], path))
        elif _is_normaliser(t):
            yield Edit((t, " should be its logarithm"), line.with_right(Fun("log", (t,)), path))
    whole = dict.fromkeys(t for _, t in (*_numbers(line.relation.lhs), *line.places) if _is_normaliser(t))
    named = (Sym(n) for n, value in line.setting.definitions if n.startswith("Z") and not value.parameters)
    for z in dict.fromkeys((*whole, *named)):
        for words, new in _scaled(line, z, "the normaliser "):
            yield Edit(words, new)
    for d in _denominators(line.relation.lhs):
        yield from (Edit(words, new) for words, new in _scaled(line, d, "the divisor "))
    for path, t in line.places:
        match t:
            case Div(numerator=n, denominator=d):
                yield Edit(("the divisor of ", t, " lacks the term ", n), line.with_right(Div(n, n + d), path))
                yield Edit(("the divisor of ", t, " lacks the term 1"), line.with_right(Div(n, ONE + d), path))
            case _:
                pass


def _is_normaliser(t: Term) -> bool:
    return isinstance(t, (Sym, App)) and t.name.startswith("Z") and not t.dangling


def _denominators(term: Term) -> list[Term]:
    found = [t.denominator for _, t in _numbers(term) if isinstance(t, Div) and not t.denominator.dangling]
    return list(dict.fromkeys(d for d in found if not isinstance(d, (Num, Sym))))


def _scaled(line: Line, by: Term, what: str) -> Iterator[tuple[Words, Rel]]:
    """The right side, or a term of it, divided or multiplied by something closed."""
    yield (what, by, " is lost"), line.with_right(_over(line.rhs, by))
    yield (what, by, " is too many"), line.with_right(_times(by, line.rhs))
    if isinstance(line.rhs, Add):
        for i, part in enumerate(line.rhs.terms):
            for words, new in (((what, by, " is lost in the term ", part), _over(part, by)),
                               ((what, by, " is too many in the term ", part), _times(by, part))):  # fmt: skip
                yield words, line.with_right(new, (i,))


OBJECTIVES = ("J", "L", "U", "ell", "loss", "objective")


def _other_objective(line: Line) -> Edits:
    """What is true of the objective is said of the loss."""
    defined = [n for n, _ in line.setting.definitions if n.startswith(OBJECTIVES)]
    for old in (n for n in defined if n in line.relation.lhs.names):
        for new in (n for n in defined if n != old):
            yield Edit((f"this is true of {new}, not of {old}",), line.with_left(_renamed(line.relation.lhs, old, new)))


def _renamed(term: Term, old: str, new: str) -> Term:
    def rename(t: Term) -> Term:
        return replace(t, name=new) if isinstance(t, (App, Sym)) and t.name == old else t

    return term.transform(rename)


# ------------------------------------------------------------------ factors


def _lost(symbols: Callable[[Line], Iterable[Term]], powers: tuple[int, ...]) -> Callable[[Line], Edits]:
    """A factor lost, or one too many: of the whole right side, of a term, inside a function, of a factor."""

    def edits(line: Line) -> Edits:
        for s in symbols(line):
            for path, t in _scalable(line):
                for n in powers:
                    part = s if abs(n) == 1 else Pow(s, Rational(abs(n)))
                    new = _times(part, t) if n > 0 else _over(t, part)
                    where: Words = (" in ", t) if path else ()
                    shown = part if n > 0 else Div(ONE, part)
                    yield Edit(("a factor ", shown, " is lost", *where), line.with_right(new, path))

    return edits


def _scalable(line: Line) -> Iterator[tuple[Path, Term]]:
    """Where a factor may be lost: not below a sign, nor where it would be a factor of what stands above."""
    parents = dict(line.places)
    for path, t in line.places:
        above = parents.get(path[:-1]) if path else None
        if not isinstance(above, Neg) and not (isinstance(above, (Mul, Div)) and path[-1] == 0):
            yield path, t


def _temperatures(line: Line) -> list[Term]:
    names = line.expanded.names
    return [Sym(n) for n in TEMPERATURES if n in names]


def _symbols(line: Line) -> list[Term]:
    found = (s for s in line.expanded.symbols if s.sort in (REAL, INTEGER) and s.name not in TEMPERATURES)
    return sorted(found, key=lambda s: str(getattr(s, "name", "")))


def _small_numbers(line: Line) -> list[Term]:
    return [TWO, Rational(3), Rational(4)]


def _small_sums(line: Line) -> list[Term]:
    """Factors such as 1 − ε, as they stand somewhere in the line."""
    sums = dict.fromkeys(t for _, t in line.expanded.walk() if isinstance(t, Add) and not t.dangling)
    return [t for t in sums if len(t.terms) == 2 and sum(1 for _ in t.walk()) <= 4]


def _lost_exponent(line: Line) -> Edits:
    """(a/b)^β where a/b was written."""
    for beta in _temperatures(line):

        def raised(t: Term, beta: Term = beta) -> Term:
            return Pow(t, beta) if isinstance(t, (Sym, App)) and t.sort == REAL and t != beta else t

        yield Edit(("the exponent ", beta, " is lost"), line.with_right(line.rhs.transform(raised)))
        for path, t in _numbers(line.relation.lhs):
            if isinstance(t, Fun) and len(t.args) == 1 and not path:
                for new in (_over(t.args[0], beta), _times(beta, t.args[0])):
                    words: Words = (t, " should be ", Fun(t.name, (new,)))
                    yield Edit(words, line.with_left(Fun(t.name, (new,)), path))


def _coefficients(line: Line) -> Edits:
    """A number that should be another."""
    for path, t in line.places:
        if isinstance(t, Num) and not t.is_decimal and t.value.denominator == 1 and not _is_power(line, path):
            for n in (1, 2, 3, 4, 8):
                if n != t.value:
                    yield Edit(("the factor ", t, f" should be {n}"), line.with_right(Rational(n), path))


def _is_power(line: Line, path: Path) -> bool:
    return bool(path) and path[-1] == 1 and isinstance(line.rhs.at(path[:-1]), Pow)


# ------------------------------------------------------------------ derivatives


def _lost_one(line: Line) -> Edits:
    for path, t in line.places:
        if isinstance(t, Fun) and t.name == "log":
            yield Edit(("the +1 of d(p log p) is lost beside ", t), line.with_right(t + ONE, path))
    if {"diff", "log"} <= line.heads:
        yield Edit(("the +1 of d(p log p) is lost",), line.with_right(_sum([line.rhs, ONE])))


def _chain_rule(line: Line) -> Edits:
    """The slope of something inside lost as a factor or as a term, or one too many."""
    if not isinstance(line.relation.lhs, Diff):
        return
    expanded = line.expanded.lhs
    assert isinstance(expanded, Diff)
    body, var = expanded.body, expanded.var
    for t in _inside(body, var, line.setting):
        slope = _slope(t, var, line.setting)
        if slope in (None, ONE):
            continue
        for path, part in _scalable(line):
            for factor in (slope, _negated(slope)):
                yield Edit(("the derivative of ", t, " is lost"), line.with_right(_times(factor, part), path))
        yield Edit(("the derivative of ", t, " is one factor too many"), line.with_right(_over(line.rhs, slope)))
    for t, product in _products(body):
        for i, f in enumerate(product):
            slope = _slope(f, var, line.setting)
            if slope is not None:
                lost = _product([slope, *product[:i], *product[i + 1 :]])
                yield Edit(("the term for ", f, " in ", t, " is lost"), line.with_right(_sum([line.rhs, lost])))
                yield Edit(("the term for ", f, " in ", t, " is lost"), line.with_right(_sum([line.rhs, Neg(lost)])))


def _scores(term: Term) -> Iterator[tuple[Words, Term]]:
    """The slope of the logarithm for that of the policy, or the other way round."""
    match term:
        case Diff(body=Fun(name="log", args=(p,)), var=var):
            yield ("∇ log ", p, " should be ∇ ", p), Diff(p, var)
            yield ("the factor ", p, " of ∇ ", p, " = ", p, " ∇ log ", p, " is lost"), p * term
        case Diff(body=p, var=var):
            yield ("∇ ", p, " should be ∇ log ", p), Diff(Fun("log", (p,)), var)
        case _:
            pass


def _lost_bodies(line: Line) -> Edits:
    """What is differentiated, or a part of it, lost as a factor."""
    body = line.relation.lhs.body if isinstance(line.relation.lhs, Diff) else None
    for t in dict.fromkeys(t for _, t in _numbers(body) if not t.dangling) if body is not None else ():
        if not isinstance(t, Num):
            yield Edit(("the factor ", t, " is lost"), line.with_right(_times(t, line.rhs)))
            yield Edit(("the factor ", t, " is too many"), line.with_right(_over(line.rhs, t)))


def _lost_slopes(line: Line) -> Edits:
    """A term of a sum whose derivative is forgotten."""
    expanded = line.expanded.lhs
    if not isinstance(line.relation.lhs, Diff) or not isinstance(expanded, Diff):
        return
    body, var = expanded.body, expanded.var
    for part in body.terms if isinstance(body, Add) else ():
        slope = _slope(part, var, line.setting)
        for lost in (slope, Neg(slope)) if slope is not None else ():
            yield Edit(("the derivative of the term ", part, " is lost"), line.with_right(_sum([line.rhs, lost])))


def _inside(body: Term, var: Term, setting: Setting) -> Iterator[Term]:
    """What varies inside a function or a power."""
    if not isinstance(var, (Sym, App)):
        return
    found: dict[Term, None] = {}
    for _, t in _numbers(body):
        for z in t.children if isinstance(t, (Fun, Pow)) else ():
            if not z.dangling and z != var and setting.varies(z, var.name):
                found[z] = None
        if not t.dangling and t not in (var, body) and isinstance(t, (Fun, App, Sym)) and setting.varies(t, var.name):
            found[t] = None
    yield from found


def _slope(t: Term, var: Term, setting: Setting) -> Term | None:
    """The derivative, if there is one that is not zero; of a sum it is left as it stands."""
    try:
        slope = derivative(t, var, setting).transform(_without_ones)
    except (NotSupported, RuleViolation):
        return None
    if any(isinstance(s, (Binder, Range)) for _, s in slope.walk()):
        return Diff(t, var)
    return None if slope == ZERO else slope


def _without_ones(t: Term) -> Term:
    match t:
        case Mul(factors=factors) if ONE in factors:
            return _product([f for f in factors if f != ONE])
        case Pow(base=b, exponent=n) if n == ONE:
            return b
        case _:
            return t


def _products(body: Term) -> Iterator[tuple[Term, tuple[Term, ...]]]:
    for _, t in _numbers(body):
        if isinstance(t, Mul) and not t.dangling:
            yield t, t.factors


BASELINES = ("A", "V", "Q", "z0", "z_0", "baseline")
"""What is held fixed when a loss is differentiated."""


def _detached(line: Line) -> Edits:
    """A baseline or an advantage is detached: a number for ∇."""
    variables = [t.var for _, t in line.relation.lhs.walk() if isinstance(t, Diff)]
    for path, t in _numbers(line.relation.lhs):
        if isinstance(t, (App, Sym)) and t.name.startswith(BASELINES) and not t.dangling and t not in variables:
            words: Words = ("the right side holds if ", t, " is detached")
            yield Edit(words, line.with_left(Fun("stop_gradient", (t,)), path))


# ------------------------------------------------------------------ counts, terms, names


def _off_by_one(line: Line) -> Edits:
    for path, t in line.places:
        for new in _neighbours(line, path, t):
            yield Edit((t, " should be ", new), line.with_right(new, path))


def _neighbours(line: Line, path: Path, t: Term) -> Iterator[Term]:
    match t:
        case Add(terms=(a, Num(value=value))) if value == 1 and _counts(a):
            yield a
            yield a - ONE
        case Add(terms=(a, Neg(arg=Num(value=value)))) if value == 1 and _counts(a):
            yield a
            yield a + ONE
        case Num(value=value) if _is_power(line, path) and value.denominator == 1:
            for n in (value + 1, value - 1):
                if n >= 0:
                    yield Rational(int(n))
        case Sym() if _counts(t):
            yield t - ONE
            yield t + ONE
        case Fun(name="exp", args=(z,)):
            yield Fun("exp", (z - ONE,))
            yield Fun("exp", (z + ONE,))
        case Pow(base=b, exponent=n) if exact_value(n) is not None:
            yield b
        case Mul(factors=(Num(value=value), Sym() as s, *rest)) if value == 2:
            yield _product([Pow(s, TWO), *rest])
        case Mul(factors=factors):
            for i, (f, g) in enumerate(pairwise(factors)):
                yield _product([*factors[:i], Pow(Mul((f, g)), TWO), *factors[i + 2 :]])
        case Range(first=first, last=last):
            ends = ((first, last + ONE), (first, last - ONE)) if not t.endless else ()
            for f, e in ((first + ONE, last), (first - ONE, last), *ends):
                yield t.rebuild((f, e, t.body))
        case _:
            pass


def _counts(t: Term) -> bool:
    return isinstance(t, Sym) and (t.sort == INTEGER or t.name in COUNTERS)


def _one(line: Line) -> Edits:
    for path, t in line.places:
        if path and isinstance(t, (Num, Neg)):
            continue
        where: Words = (" beside ", t) if path else ()
        yield Edit(("a term 1 is lost", *where), line.with_right(_sum([t, ONE]), path))
        yield Edit(("a term −1 is lost", *where), line.with_right(_sum([t, Neg(ONE)]), path))


def _dropped(term: Term) -> Iterator[tuple[Words, Term]]:
    match term:
        case Add(terms=terms):
            for i, part in enumerate(terms):
                yield ("the term ", part, " is too many"), _sum([*terms[:i], *terms[i + 1 :]])
        case Mul(factors=factors):
            for i, part in enumerate(factors):
                yield ("the factor ", part, " is too many"), _product([*factors[:i], *factors[i + 1 :]])
        case _:
            pass


def _added(line: Line) -> Edits:
    """A term or factor of the left side that is lost on the right."""
    pieces = dict.fromkeys(t for p, t in _numbers(line.relation.lhs) if p and not t.dangling)
    for t in pieces:
        if isinstance(t, Num):
            continue
        yield Edit(("the term ", t, " is lost"), line.with_right(_sum([line.rhs, t])))
        yield Edit(("the term ", Neg(t), " is lost"), line.with_right(_sum([line.rhs, _negated(t)])))
        yield Edit(("the factor ", t, " is lost"), line.with_right(_times(t, line.rhs)))
        yield Edit(("the divisor ", t, " is lost"), line.with_right(_over(line.rhs, t)))


def _complements(term: Term) -> Iterator[tuple[Words, Term]]:
    """The factor 1 − σ of σ′, or 1 − p of a variance, lost."""
    if isinstance(term, Fun) and term.name == "sigmoid":
        yield ("the factor ", ONE - term, " is lost beside ", term), term * (ONE - term)
    if isinstance(term, (Sym, App)) and term.sort == REAL:
        yield ("the factor ", ONE - term, " is lost beside ", term), term * (ONE - term)


def _absolute(term: Term) -> Iterator[tuple[Words, Term]]:
    if isinstance(term, (Sym, App)) and term.sort == REAL:
        yield (term, " should be ", Fun("abs", (term,))), Fun("abs", (term,))


def _wrong_variable(line: Line) -> Edits:
    """One symbol for another, everywhere on the right or at one place."""
    symbols = sorted((s for s in line.expanded.symbols | line.rhs.symbols if s.sort == REAL), key=lambda s: s.name)
    for old in (s for s in symbols if s in line.rhs.symbols):
        for new in (s for s in symbols if s != old):
            everywhere = line.rhs.transform(lambda t, old=old, new=new: new if t == old else t)
            yield Edit((old, " should be ", new), line.with_right(everywhere))
    for path, t in line.places:
        if isinstance(t, Sym):
            for new in (s for s in symbols if s != t):
                yield Edit((t, " should be ", new, " at one place"), line.with_right(new, path))
    entries = [t for _, t in line.relation.walk() if isinstance(t, App) and not t.dangling]
    for path, t in _numbers(line.rhs):
        if isinstance(t, App) and not t.dangling:
            for new in dict.fromkeys(e for e in entries if e != t and e.sort == t.sort):
                yield Edit((t, " should be ", new, " at one place"), line.with_right(new, path))


MISTAKES: tuple[Mistake, ...] = (
    Mistake("jensen", _jensen),
    Mistake("inequality-direction", _direction),
    Mistake("clip-bound", _if_about("clip", "min", "max")(_clip_bounds)),
    Mistake("min-max", _at_places(_min_max)),
    Mistake("min-max", _dropped_extremum),
    Mistake("loss-claim", _on_one_side),
    Mistake("swapped-responses", _swapped_responses),
    Mistake("swapped-policies", _swapped_policies),
    Mistake("sigma-arg", _at_places(_sigmoid_argument)),
    Mistake("loss-claim", _other_objective),
    Mistake("ratio-inverted", _inverted_in_log),
    Mistake("sign", _whole_sign),
    Mistake("wrong-limit", _limit),
    Mistake("sign", _at_places(_term_sign)),
    Mistake("ratio-inverted", _at_places(_inverted)),
    Mistake("ratio-inverted", _reciprocal),
    Mistake("lost-one", _lost_one),
    Mistake("swapped-responses", _swapped_scores),
    Mistake("log-split", _at_places(_log_split)),
    Mistake("wrong-normaliser", _normalisers),
    Mistake("lost-beta", _lost(_temperatures, (1, -1, 2, -2))),
    Mistake("lost-beta", _lost_exponent),
    Mistake("off-by-one", _off_by_one),
    Mistake("detached", _if_about("diff")(_detached)),
    Mistake("missing-term", _lost_slopes),
    Mistake("missing-term", _at_places(_complements)),
    Mistake("chain-rule", _chain_rule),
    Mistake("factor", _lost(_small_numbers, (1, -1))),
    Mistake("factor", _coefficients),
    Mistake("chain-rule", _at_places(_scores)),
    Mistake("chain-rule", _lost_bodies),
    Mistake("factor", _lost(_symbols, (1, -1))),
    Mistake("factor", _lost(_small_sums, (1, -1))),
    Mistake("sign", _at_places(_absolute)),
    Mistake("sign", _left_sign),
    Mistake("missing-term", _one),
    Mistake("missing-term", _at_places(_dropped)),
    Mistake("biased-estimator", _other_law),
    Mistake("wrong-variable", _wrong_variable),
    Mistake("missing-term", _added),
)
"""Tried in this order: a new mistake is a new row."""


# ------------------------------------------------------------------ writing


def _negated(term: Term) -> Term:
    """−term, written without a double minus."""
    if isinstance(term, Neg):
        return term.arg
    if isinstance(term, Add) and len(term.terms) == 2 and isinstance(term.terms[1], Neg):
        return Add((term.terms[1].arg, Neg(term.terms[0])))
    return Neg(term)


def _times(factor: Term, term: Term) -> Term:
    if isinstance(term, Neg):
        return Neg(_times(factor, term.arg))
    return Mul((factor, *term.factors)) if isinstance(term, Mul) else Mul((factor, term))


def _over(term: Term, divisor: Term) -> Term:
    return Neg(Div(term.arg, divisor)) if isinstance(term, Neg) else Div(term, divisor)


def _sum(terms: list[Term]) -> Term:
    flat = [part for t in terms for part in (t.terms if isinstance(t, Add) else (t,))]
    return Add(tuple(flat)) if len(flat) > 1 else flat[0] if flat else ZERO


def _product(factors: list[Term]) -> Term:
    return Mul(tuple(factors)) if len(factors) > 1 else factors[0] if factors else ONE


def _shown(term: Term) -> str:
    """A subterm in words; what is bound around it has no letter of its own."""
    return str(term) if not term.dangling else "inside the sum"
