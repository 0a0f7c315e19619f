"""How a computed line is set down: parts in the order of the previous line, brackets and signs as by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from symrlhf.term import (
    Add,
    App,
    Binder,
    Card,
    Diff,
    Div,
    Fun,
    Mul,
    Neg,
    Num,
    Path,
    Pow,
    Rational,
    Sym,
    Term,
    exact_value,
)

ZERO, ONE = Rational(0), Rational(1)


def size(t: Term) -> int:
    """How many nodes `t` has."""
    return 1 + sum(map(size, t.children))


def letters(t: Term) -> list[str]:
    """The letters of the bound variables, which equality of terms does not see."""
    return [s.letter for s in t.subterms() if isinstance(s, Binder)]


# ------------------------------------------------------------------ joining


def tidy(t: Term) -> Term:
    """The root of `t` after one of its parts was replaced: −(−x) is x, a + (b + c) is a + b + c, 1·x is x."""
    rule = _TIDY.get(type(t))
    return rule(t) if rule else t


def total(terms: Sequence[Term]) -> Term:
    """The sum of the terms in this order, as one would write it."""
    flat = [p for t in terms for p in (t.terms if isinstance(t, Add) else (t,)) if p != ZERO]
    return ZERO if not flat else flat[0] if len(flat) == 1 else Add(tuple(flat))


def positive_first(t: Term) -> Term:
    """b − a rather than −a + b."""
    if not isinstance(t, Add):
        return t
    first = next((i for i, x in enumerate(t.terms) if not isinstance(x, Neg)), 0)
    return Add((t.terms[first], *t.terms[:first], *t.terms[first + 1 :]))


def times(*factors: Term) -> Term:
    """The product of the factors in this order, one sign in front, plain reciprocals below one bar."""
    negative = sum(isinstance(f, Neg) for f in factors) % 2 == 1
    top: list[Term] = []
    bottom: list[Term] = []
    for f in factors:
        f = f.arg if isinstance(f, Neg) else f
        if f == ZERO:
            return ZERO
        if isinstance(f, Div) and f.numerator == ONE and exact_value(f) is None and len(factors) > 1:
            bottom.append(f.denominator)
        elif f != ONE:
            top += f.factors if isinstance(f, Mul) else (f,)
    # 1/N of a mean stays in front, as every coefficient of a sum does; other divisors go under the bar.
    if bottom and (all(isinstance(b, Card) for b in bottom) or all(isinstance(f, (Binder, Add)) for f in top)):
        whole = _join([Div(ONE, _join(bottom)), *top])
    else:
        whole = Div(_join(top), _join(bottom)) if bottom else _join(top)
    return Neg(whole) if negative else whole


def _join(factors: Sequence[Term]) -> Term:
    return ONE if not factors else factors[0] if len(factors) == 1 else Mul(tuple(factors))


def minus(t: Term) -> Term:
    return t.arg if isinstance(t, Neg) else t if t == ZERO else Neg(t)


def over(a: Term, b: Term) -> Term:
    if b == ONE:
        return a
    if isinstance(a, Neg) or isinstance(b, Neg):
        bare = over(minus(a) if isinstance(a, Neg) else a, minus(b) if isinstance(b, Neg) else b)
        return bare if isinstance(a, Neg) == isinstance(b, Neg) else minus(bare)
    return ZERO if a == ZERO else Div(a, b)


_TIDY: dict[type, Callable[[Term], Term]] = {
    Add: lambda t: positive_first(total(t.children)),
    Mul: lambda t: times(*t.children),
    Neg: lambda t: minus(t.children[0]),
    Div: lambda t: over(*t.children),
}


# ------------------------------------------------------------------ order


class Order:
    """Parts of sums and products in the order in which they, or what they are made of, stood in a term."""

    def __init__(self, old: Term):
        self.place: dict[Term, int] = {}
        for t in old.subterms():
            self.place.setdefault(t, len(self.place))

    def terms(self, parts: list[Term]) -> list[Term]:
        """The terms of a sum, new ones last."""
        return _numbers_first(self._sorted(parts, new=len(self.place)))

    def factors(self, parts: list[Term]) -> list[Term]:
        """The factors of a product, by kind; new ones first."""
        return sorted(self._sorted(parts, new=-1), key=_rank)

    def _sorted(self, parts: list[Term], new: int) -> list[Term]:
        marks = [_marks(p) for p in parts]
        shared = Counter(m for own in marks for m in own)
        places = [self._place(p, m, shared, new) for p, m in zip(parts, marks, strict=True)]
        return [parts[i] for i in sorted(range(len(parts)), key=places.__getitem__)]

    def _place(self, part: Term, marks: frozenset[Term], shared: Counter[Term], new: int) -> int:
        bare = part.arg if isinstance(part, Neg) else part
        if bare in self.place:
            return self.place[bare]
        # What several parts have in common, as β in r/β − λ/β, does not tell them apart.
        own = [self.place[m] for m in marks if shared[m] == 1 and m in self.place]
        return min(own or [self.place[m] for m in marks if m in self.place], default=new)


def _marks(part: Term) -> frozenset[Term]:
    """What a part is recognised by: its symbols, applied symbols and operators."""
    if isinstance(part, (Sym, App, Binder, Diff, Card)):
        return frozenset((part,))
    return frozenset[Term]().union(*(_marks(c) for c in part.children))


_RANK: dict[type, int] = {Num: 0, Card: 2, Sym: 2, App: 4, Binder: 8}


def _rank(factor: Term) -> int:
    """Numbers, then parameters, then what depends on an index, then functions, brackets and sums."""
    parts = factor.children if isinstance(factor, (Add, Mul, Div, Neg, Pow)) else ()
    return max(map(_rank, parts)) + isinstance(factor, Add) if parts else _RANK.get(type(factor), 6)


def _numbers_first(terms: list[Term]) -> list[Term]:
    """1 + e^z and 1 − σ(z), but log x + 1."""
    numbers = [t for t in terms if exact_value(t) is not None and not isinstance(t, Neg)]
    rest = [t for t in terms if t not in numbers]
    return numbers + rest if all(isinstance(t, Neg) or _is_exponential(t) for t in rest) else terms


def _is_exponential(t: Term) -> bool:
    match t:
        case Fun(name="exp"):
            return True
        case Div(numerator=a, denominator=b):
            return _is_exponential(a) and _is_exponential(b)
        case Mul(factors=factors):
            return any(_is_exponential(f) for f in factors)
        case _:
            return False


# ------------------------------------------------------------------ what changed


def changed(old: Term, new: Term, path: Path = ()) -> tuple[Path, ...]:
    """The smallest places in `new` that differ from `old`."""
    if old == new:
        return ()
    if old.head != new.head or not new.children:
        return (path,)
    if isinstance(new, (Add, Mul)):
        kept = Counter(old.children) & Counter(new.children)
        news = [i for i, c in enumerate(new.children) if not _take(kept, c)]
        olds = list((Counter(old.children) - Counter(new.children)).elements())
        if len(news) == len(olds) == 1:
            return changed(olds[0], new.children[news[0]], (*path, news[0]))
        return tuple((*path, i) for i in news) if 0 < len(news) < len(new.children) else (path,)
    if len(old.children) != len(new.children):
        return (path,)
    pairs = enumerate(zip(old.children, new.children, strict=True))
    return tuple(p for i, (a, b) in pairs for p in changed(a, b, (*path, i)))


def _take(kept: Counter[Term], c: Term) -> bool:
    if kept[c] <= 0:
        return False
    kept[c] -= 1
    return True
