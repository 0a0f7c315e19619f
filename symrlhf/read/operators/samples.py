"""The mean of what n independent draws of one law make together: E[(1/n) Σ_i R_i], E[b_i ∇ log π(y_i)].

A body that is made of draws by sums, products and powers is written out as a sum of products in which each factor
looks at one draw. Two draws, i and j, are the same one or independent ones: δ_ij E[f g] + (1 − δ_ij) E[f] E[g].
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import reduce

from symrlhf.read.reader import private
from symrlhf.read.tokens import UnreadableAt
from symrlhf.read.vocabulary import Draw, Vocabulary
from symrlhf.term import (
    INTEGER,
    Add,
    App,
    Binder,
    Div,
    Fun,
    Mul,
    Neg,
    Pow,
    Range,
    Sym,
    Term,
    as_term,
    bind,
    bind_range,
    exact_value,
)

MAX_PRODUCTS = 60
"""Products of one body."""
MAX_DRAWS = 4
"""Different draws in one product, and the largest power of one."""


@dataclass(frozen=True)
class Factor:
    """What looks at one draw: of which family, which entry, and what it makes of the draw that stands for it."""

    family: str
    entry: Term
    value: Term


@dataclass(frozen=True)
class Product:
    """Sums around a product of what looks at no draw and of what looks at one each."""

    sums: tuple[tuple[Sym, Range | Binder], ...] = ()
    rest: tuple[Term, ...] = ()
    factors: tuple[Factor, ...] = ()
    negative: bool = False

    def times(self, other: Product) -> Product:
        return Product(
            self.sums + other.sums,
            self.rest + other.rest,
            self.factors + other.factors,
            self.negative != other.negative,
        )


@dataclass(frozen=True)
class Samples:
    """The families of draws of a document, and what stands for a draw while a mean is read."""

    words: Vocabulary
    at: int
    """Where the mean stands in its formula."""

    def draws(self, term: Term) -> frozenset[App]:
        """The draws in a term."""
        return frozenset(t for t in term.subterms() if isinstance(t, App) and t.name in self.words.samples)

    def products(self, term: Term) -> list[Product]:
        """The term as a sum of products."""
        draws = self.draws(term)
        if not draws:
            return [Product(rest=(term,))]
        draw = next(iter(draws))
        alone = len(draws) == 1 and not draw.dangling
        if alone and (term == draw or not (self.by_moments(draw) or isinstance(term, Neg | Mul | Div))):
            return self.one(draw, term)
        match term:
            case Add(terms=terms):
                return self.few([p for t in terms for p in self.products(t)])
            case Neg(arg=arg):
                return [replace(p, negative=not p.negative) for p in self.products(arg)]
            case Mul(factors=factors):
                return reduce(self.multiplied, map(self.products, factors))
            case Div() if not self.draws(term.denominator):
                below = Product(rest=(Div(as_term(1), term.denominator),))
                return [below.times(p) for p in self.products(term.numerator)]
            case Div() if self.draws(term.numerator) or not alone:
                return self.multiplied(self.products(term.numerator), self.products(Div(as_term(1), term.denominator)))
            case Pow(base=base, exponent=exponent) if (n := exact_value(exponent)) in range(2, MAX_DRAWS + 1):
                return reduce(self.multiplied, (self.products(base) for _ in range(int(n or 0))))
            case Range(kind="sum") | Binder(kind="sum" | "E"):
                return self.opened(term)
            case _ if alone:
                return self.one(draw, term)
            case _:
                raise UnreadableAt("a mean of what several samples make together: no law of it is known", self.at)

    def by_moments(self, draw: App) -> bool:
        """Whether a mean and a variance are told: what is made of powers is written out."""
        return isinstance(self.words.samples[draw.name].law, Draw)

    def one(self, draw: App, term: Term) -> list[Product]:
        """What looks at one draw alone."""
        value = term.substitute({draw: self.stands_for(draw.name)})
        return [Product(factors=(Factor(draw.name, draw.args[0], value),))]

    def opened(self, term: Range | Binder) -> list[Product]:
        """What stands in a sum, with a letter of its own for what it runs over."""
        if isinstance(term, Range):
            index = private(INTEGER)
            parts: tuple[Term, ...] = (term.opened(index),)
        else:
            index = private(term.over)
            parts = term.opened(index)
        inside = reduce(self.multiplied, map(self.products, parts))
        return [replace(p, sums=((index, term), *p.sums)) for p in inside]

    def multiplied(self, first: list[Product], second: list[Product]) -> list[Product]:
        return self.few([a.times(b) for a in first for b in second])

    def few(self, products: list[Product]) -> list[Product]:
        if len(products) > MAX_PRODUCTS:
            raise UnreadableAt("this mean has too many parts to be written out", self.at)
        return products

    def stands_for(self, family: str) -> Sym:
        """One draw of a family, whichever it is."""
        return Sym(f"\3{family}", self.words.samples[family].sort)

    def one_by_one(self, body: Term, draws: frozenset[App]) -> Term | None:
        """E over one draw after the other, where all are called by their numbers: σ(r(y_1) − r(y_2))."""
        numbered = sorted(draws, key=lambda d: (d.name, str(d.args[0])))
        if any(d.dangling or not (isinstance(e := d.args[0], Sym) and e.fixed) for d in numbered):
            return None
        laws = [self.words.samples[d.name].law for d in numbered]
        if any(isinstance(law, Draw) for law in laws):
            # Of these only moments may be told.
            return None
        for draw, law in zip(numbered, laws, strict=True):
            letter = Sym(f"\3{draw.name}_{draw.args[0]}", self.words.samples[draw.name].sort)
            body = law.mean(letter, body.substitute({draw: letter}))
        return body

    # ---- the mean of one product

    def mean(self, product: Product, only: Term | None) -> Term:
        """Its mean over all draws, or over the one entry `only`, whatever the others are."""
        grouped: dict[tuple[str, Term], Term] = {}
        for f in product.factors:
            before = grouped.get((f.family, f.entry))
            grouped[f.family, f.entry] = f.value if before is None else _mul(before, f.value)
        draws = [Factor(family, entry, value) for (family, entry), value in grouped.items()]
        if len(draws) > MAX_DRAWS:
            raise UnreadableAt(f"a product of more than {MAX_DRAWS} samples", self.at)
        # Entries that are called by their number differ from each other.
        draws.sort(key=lambda f: (f.entry != only, not (isinstance(f.entry, Sym) and f.entry.fixed)))
        if only is not None and draws and draws[0].entry != only:
            draws.insert(0, Factor(draws[0].family, only, as_term(1)))
        ways = [mean if weight is None else _mul(weight, mean) for weight, mean in self._apart(tuple(draws), (), only)]
        body = _mul(*product.rest, ways[0] if len(ways) == 1 else Add(tuple(ways)))
        for index, around in reversed(product.sums):
            body = _bound(around, index, body)
        return Neg(body) if product.negative else body

    def _apart(
        self, left: tuple[Factor, ...], blocks: tuple[Factor, ...], only: Term | None
    ) -> Iterator[tuple[Term | None, Term]]:
        """Which entries are the same draw: for each way, its weight (1 or 0, as the indices are) and its mean."""
        if not left:
            yield None, _mul(*(self._one(b, only) for b in blocks))
            return
        first, *others = left
        rest = tuple(others)
        same = [b for b in blocks if b.family == first.family and not _differ(b.entry, first.entry)]
        for b in same:
            joined = tuple(replace(c, value=_mul(c.value, first.value)) if c is b else c for c in blocks)
            for weight, mean in self._apart(rest, joined, only):
                same_draw = Fun("delta", (b.entry, first.entry))
                yield same_draw if weight is None else _mul(same_draw, weight), mean
        for weight, mean in self._apart(rest, (*blocks, first), only):
            if same:
                none = reduce(lambda t, b: t - Fun("delta", (b.entry, first.entry)), same, as_term(1))
                weight = none if weight is None else _mul(none, weight)
            yield weight, mean

    def _one(self, block: Factor, only: Term | None) -> Term:
        """The mean over one draw; where another one is averaged over, its value."""
        draw = self.stands_for(block.family)
        sample = self.words.samples[block.family]
        if only is not None and block.entry != only:
            return block.value.substitute({draw: App(block.family, (block.entry,), 0, sample.sort)})
        if draw not in block.value.symbols:
            return block.value
        if isinstance(law := sample.law, Draw):
            if block.value == draw and law.centred:
                return law.centre
            if block.value == Mul((draw, draw)) and law.told is not None:
                return Pow(law.centre, as_term(2)) + law.told
            if not law.alike:
                raise UnreadableAt(f"of the law of {block.family} only mean and variance are told", self.at)
        return sample.law.mean(draw, block.value)


def mean_of_samples(words: Vocabulary, body: Term, at: int, only: Term | None = None) -> Term | None:
    """E[body] over the draws in it, or over the draw that `only` is; None for a body without one."""
    samples = Samples(words, at)
    draws = samples.draws(body)
    if not draws:
        return None
    if only is None and (nested := samples.one_by_one(body, draws)) is not None:
        return nested
    parts = [samples.mean(p, only) for p in samples.products(body)]
    return parts[0] if len(parts) == 1 else Add(tuple(parts))


def _differ(a: Term, b: Term) -> bool:
    """Entries with two numbers."""
    return isinstance(a, Sym) and isinstance(b, Sym) and a.fixed and b.fixed and a != b


def _mul(*factors: Term) -> Term:
    """Their product, without what is 1."""
    flat = [t for f in factors for t in (f.factors if isinstance(f, Mul) else (f,)) if exact_value(t) != 1]
    return Mul(tuple(flat)) if len(flat) > 1 else flat[0] if flat else as_term(1)


def _bound(around: Range | Binder, index: Sym, body: Term) -> Term:
    """The sum around a body again; a mean is the sum over its law, which is a factor of the body."""
    if isinstance(around, Range):
        built = bind_range("sum", index, around.low, around.high, body)
        return Range("sum", built.first, built.last, built.body, around.letter)
    return Binder("sum", around.over, bind("sum", index, body).bodies, around.letter)
