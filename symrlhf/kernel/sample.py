"""Sampled models: sizes of index sets, rational values for the atoms, all from one seed.

A model is drawn lazily: an atom gets its value when it is first asked for. Styles range from nice numbers that read
well in a counterexample over generic ones to the special points where inequalities and kinks fail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import cycle
from random import Random

from symrlhf.errors import NotSupported
from symrlhf.kernel.evaluate import SIGNS, Element, Key
from symrlhf.kernel.jet import Number
from symrlhf.kernel.statement import Solution, Statement
from symrlhf.rational import Q
from symrlhf.setting import Setting
from symrlhf.term import App, IndexSet, Sym, Term, exact_value


def _fractions(text: str) -> tuple[Fraction, ...]:
    return tuple(Q(word) for word in text.split())


Weights = Callable[[Random, int], list[int]]


def _distinct(rng: Random, n: int) -> list[int]:
    return rng.sample(range(1, n + 3), n)


def _generic(rng: Random, n: int) -> list[int]:
    return [rng.randint(1, 97) for _ in range(n)]


def _uniform(rng: Random, n: int) -> list[int]:
    return [1] * n


def _even(rng: Random, n: int) -> list[int]:
    return [rng.randint(20, 23) for _ in range(n)]


def _peaked(rng: Random, n: int) -> list[int]:
    weights = [1] * n
    weights[rng.randrange(n)] = 1000
    return weights


@dataclass(frozen=True)
class Style:
    """How the values of one model are drawn."""

    sizes: tuple[int, ...]
    """What an index set may count, each set by itself."""
    magnitudes: tuple[Fraction, ...]
    """Absolute values of the atoms."""
    weights: Weights
    """A row of a distribution, before it is divided by its sum."""
    variety: int = 99
    """How many different values are in use: 1 makes ties everywhere."""
    apart: bool = True
    """Whether fixed elements of one set differ where there are enough."""
    twins: bool = False
    """Whether distributions over two elements are the same, and those over more agree in one entry."""


ZERO = Q(0)
INTEGERS = (0, 1, 1, 2, 2, 3, 3, 4, 5, -1, -2)
"""What an integer may be, the likely more often."""
NICE = _fractions("1 2 1/2 3 1/3 3/2 5 2/3 1/4 4")
GENERIC = _fractions("7/5 11/8 4/13 17/9 2/11 23/10 5/17 31/12 13/19 3/16 29/21 8/23")
SMALL = _fractions("0 1/100 1/20 1/1000 1/8")
LARGE = _fractions("20 10 1/10 15 4 1/50 7")

_COMMON: tuple[Style, ...] = (
    Style((2, 3), NICE[:6], _distinct),
    Style((3, 2), GENERIC, _generic),
    Style((2,), _fractions("0"), _uniform, variety=1),
    Style((2,), NICE[:4], _distinct, apart=False),
    Style((1, 2), NICE, _uniform, variety=1),
    Style((2, 3), LARGE, _peaked),
    Style((2, 3), SMALL, _distinct),
    Style((1,), NICE, _uniform),
    Style((4, 5), GENERIC, _generic),
    Style((2, 1), _fractions("0 1"), _uniform, variety=2, apart=False),
    Style((2, 3), GENERIC + LARGE, _peaked),
    Style((3, 4), NICE + LARGE, _generic),
    Style((5, 1, 2), GENERIC + SMALL, _generic, apart=False),
    Style((2,), NICE, _distinct, twins=True),
    Style((3,), NICE, _distinct, twins=True),
    Style((2, 3), NICE, _even),
)
STYLES = (*_COMMON, *_COMMON[:8], Style((2, 3), GENERIC + NICE, _uniform))
"""In the order in which they are tried; the likeliest come twice before the last."""


@dataclass(frozen=True)
class Range:
    """The interval that hypotheses such as 0 < ε ≤ 1 leave for a name, with the ends that are allowed."""

    low: Fraction | None = None
    high: Fraction | None = None
    ends: frozenset[Fraction] = frozenset()

    def __contains__(self, q: Fraction) -> bool:
        above = self.low is None or q > self.low or (q == self.low and q in self.ends)
        return above and (self.high is None or q < self.high or (q == self.high and q in self.ends))

    def holds(self, n: int) -> bool:
        """Whether an integer lies in the interval, its ends included: ranges end at them."""
        return (self.low is None or n >= self.low) and (self.high is None or n <= self.high)

    def place(self, q: Fraction) -> Fraction:
        """A number of the interval for a number q > 0."""
        low, high = self.low, self.high
        if low is not None and high is not None:
            return low + (high - low) * q / (1 + q)
        return low + q if low is not None else high - q if high is not None else q

    def cut(self, low: Fraction | None, high: Fraction | None, ends: frozenset[Fraction]) -> Range:
        lows = [x for x in (self.low, low) if x is not None]
        highs = [x for x in (self.high, high) if x is not None]
        return Range(max(lows, default=None), min(highs, default=None), self.ends | ends)


EVERYTHING = Range()


def ranges(hypotheses: Iterable[Statement]) -> dict[str, Range]:
    """Bounds on names by numbers: a help for hitting the hypotheses, which are checked all the same."""
    found: dict[str, Range] = {}
    for h in hypotheses:
        rel = h.relation
        for atom, bound, op in ((rel.lhs, rel.rhs, rel.op), (rel.rhs, rel.lhs, MIRROR.get(rel.op, ""))):
            value = exact_value(bound)
            # What is known of one entry says nothing of the others, which share its name.
            general = isinstance(atom, Sym) or (isinstance(atom, App) and _is_general(atom))
            if isinstance(atom, (Sym, App)) and general and value is not None and op in MIRROR:
                low, high = (value, None) if op in (">", ">=") else (None, value)
                ends = frozenset((value,) if op in (">=", "<=") else ())
                found[atom.name] = found.get(atom.name, EVERYTHING).cut(low, high, ends)
    return found


def _is_general(atom: App) -> bool:
    """Whether the atom stands for every entry: its arguments are different free indices."""
    return set(atom.args) <= atom.free_indices and len(set(atom.args)) == len(atom.args)


CLOSE = Q(1, 50)
"""How far from the end of an interval a failure is looked for."""
MIRROR = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass
class Sample:
    """A model for `Evaluator`, drawn in one style."""

    setting: Setting
    style: Style
    rng: Random
    solutions: Mapping[str, tuple[Solution, ...]]
    lone: frozenset[str]
    ranges: Mapping[str, Range]
    chosen: dict[Key, Number] = field(default_factory=dict[Key, Number])
    """Values of the independent atoms."""
    whole: dict[Key, Fraction] = field(default_factory=dict[Key, Fraction])
    """Values of the integers: they stay where they were drawn."""
    used: dict[Key, tuple[int, Number | None]] = field(default_factory=dict[Key, "tuple[int, Number | None]"])
    """The atoms met: how many arguments stand after the bar, and the value if it depends on others."""
    met: set[tuple[Term, frozenset[tuple[Sym, object]]]] = field(
        default_factory=set["tuple[Term, frozenset[tuple[Sym, object]]]"]
    )
    """The equations, by their elements, that were made to hold."""
    _sets: dict[IndexSet, tuple[Element, ...]] = field(default_factory=dict[IndexSet, "tuple[Element, ...]"])
    _elements: dict[tuple[Key, IndexSet], Element] = field(default_factory=dict["tuple[Key, IndexSet]", Element])
    _rates: dict[tuple[Key, tuple[Key, ...]], Fraction] = field(
        default_factory=dict["tuple[Key, tuple[Key, ...]]", Fraction]
    )
    _supplies: dict[tuple[str, Range], Iterator[Fraction]] = field(
        default_factory=dict["tuple[str, Range]", "Iterator[Fraction]"]
    )

    # ---- index sets

    def elements(self, of: IndexSet) -> tuple[Element, ...]:
        if of not in self._sets:
            size = self.rng.choice(self.style.sizes)
            self._sets[of] = tuple(Element(of, i) for i in range(size))
        return self._sets[of]

    def element(self, key: Key, of: IndexSet) -> Element:
        place = (key, of)
        if place not in self._elements:
            choices = self.elements(of)
            taken = {e for (k, s), e in self._elements.items() if s == of and not k.args}
            free = tuple(e for e in choices if e not in taken)
            self._elements[place] = self.rng.choice(free if free and self.style.apart and not key.args else choices)
        return self._elements[place]

    # ---- numbers

    def number(self, key: Key) -> Number:
        if key not in self.chosen:
            declared = self.setting.declaration(key.name)
            if declared.distribution:
                self._draw_row(key)
            elif declared.values:
                self.chosen[key] = self.rng.choice(declared.values)
            else:
                self.chosen[key] = self._draw(declared.sign, self.ranges.get(key.name, EVERYTHING))
        return self.chosen[key]

    def integer(self, key: Key) -> Fraction:
        if key not in self.whole:
            allowed = SIGNS[self.setting.declaration(key.name).sign]
            interval = self.ranges.get(key.name, EVERYTHING)
            near = [Q(n) for n in INTEGERS if _sign(n) in allowed and interval.holds(n)]
            beyond = [n for end in (interval.low, interval.high) if end is not None for n in _around(end)]
            self.whole[key] = self.rng.choice(near or [n for n in beyond if _sign(n) in allowed] or [ZERO])
        return self.whole[key]

    def rate(self, key: Key, variables: tuple[Key, ...]) -> Fraction:
        if (key, variables) not in self._rates:
            if self.setting.declaration(key.name).distribution:
                row = [(k, variables) for k in self.row(key)]
                rates = [self._draw("real", EVERYTHING) for _ in row]
                rates[-1] -= sum(rates)
                self._rates.update(zip(row, rates, strict=True))
            else:
                self._rates[key, variables] = self._draw("real", EVERYTHING)
        return self._rates[key, variables]

    def shown(self, key: Key, given: int, value: Number | None) -> None:
        if value is not None or key not in self.used:
            self.used[key] = (given, value)

    def row(self, key: Key) -> list[Key]:
        """The entries of a distribution, which add up to 1."""
        first = key.args[0] if key.args else None
        if not isinstance(first, Element):
            raise NotSupported(f"{key.name} is a distribution, but not over a finite set")
        return [Key(key.name, (e, *key.args[1:])) for e in self.elements(first.of)]

    def _draw_row(self, key: Key) -> None:
        row = self.row(key)
        if self.style.twins:
            # Whatever the name: the same elements, the same weights.
            first, *rest = self.style.weights(Random(str(row[0].args[0])), len(row))
            others = (k for k in self.chosen if k.name != key.name)
            second = any(self.setting.declaration(k.name).distribution for k in others)
            weights = [first, *(reversed(rest) if second else rest)]
        else:
            weights = self.style.weights(self.rng, len(row))
        self.chosen.update((k, Q(w, sum(weights))) for k, w in zip(row, weights, strict=True))

    def _draw(self, sign: str, interval: Range) -> Fraction:
        place = (sign, interval)
        if place not in self._supplies:
            self._supplies[place] = cycle(self._supply(sign, interval))
        return next(self._supplies[place])

    def _supply(self, sign: str, interval: Range) -> list[Fraction]:
        """The values in use for atoms of one sign in one interval, in the order they are handed out."""
        allowed = SIGNS[sign]
        signed = [q * s for q in self.style.magnitudes for s in (1, -1) if q or s > 0]
        values = [q for q in signed if _sign(q) in allowed and q in interval]
        if interval != EVERYTHING:
            # Few nice numbers lie in a short interval, and none near its ends: more are carried into it.
            carried = [interval.place(q) for q in (*self.style.magnitudes, *NICE) if q > 0] if len(values) < 4 else []
            near = [q for end in (interval.low, interval.high) if end is not None for q in (end - CLOSE, end + CLOSE)]
            values += [q for q in (*carried, *near, *sorted(interval.ends)) if _sign(q) in allowed and q in interval]
        values = values or [Q(s) for s in allowed]
        self.rng.shuffle(values)
        return values[: self.style.variety]

    # ---- display

    @property
    def drawn(self) -> bool:
        """Whether anything had to be chosen."""
        return bool(self.whole or self._sets or self._elements or self.chosen or self._rates)

    def atoms(self, show: Callable[[Number], str]) -> tuple[tuple[str, str], ...]:
        """Every size, element and value in use, by name."""
        sizes = [(f"|{of.name}|", str(len(es))) for of, es in self._sets.items()]
        elements = [(_label(k, 0), str(e)) for (k, _), e in self._elements.items()]
        integers = [(_label(key, 0), str(n)) for key, n in self.whole.items()]
        numbers = [
            (_label(key, given), show(self.chosen[key] if value is None else value))
            for key, (given, value) in self.used.items()
            if value is not None or key in self.chosen
        ]
        rates = [
            (f"d {_label(key, 0)} / d {', '.join(_label(v, 0) for v in by)}", show(rate))
            for (key, by), rate in self._rates.items()
        ]
        return (*sizes, *elements, *integers, *numbers, *rates)


def _around(q: Fraction) -> list[Fraction]:
    """The integers closest to a bound."""
    return [Q(round(q) + k) for k in range(-3, 4)]


def _sign(q: Fraction | int) -> int:
    return (q > 0) - (q < 0)


def _label(key: Key, given: int) -> str:
    if not key.args:
        return key.name
    before, after = key.args[: len(key.args) - given], key.args[len(key.args) - given :]
    bar = f" | {', '.join(map(str, after))}" if after else ""
    return f"{key.name}({', '.join(map(str, before))}{bar})"
