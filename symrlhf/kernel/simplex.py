"""Non-negative combinations over Q: λ ≥ 0 with Σ λ_j column_j = target, exactly, by the simplex method.

Untrusted: whoever uses an answer multiplies it out again.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from fractions import Fraction
from math import gcd, lcm
from typing import TypeVar

from symrlhf.rational import Q

Row = TypeVar("Row", bound=Hashable)
Column = Mapping[Row, Fraction]

MAX_PIVOTS = 120
MAX_ENTRIES = 6_000


def combination(
    target: Column[Row], columns: Sequence[Column[Row]], wanted: frozenset[int] = frozenset()
) -> dict[int, Fraction] | None:
    """Non-negative coefficients by column number, or None; one of `wanted`, if any are, has a positive one."""
    kept = _useful(target, columns)
    if kept is None or (wanted and not wanted & set(kept)):
        return None
    rows = list(dict.fromkeys((*target, *(r for j in kept for r in columns[j]))))
    if sum(len(columns[j]) for j in kept) > MAX_ENTRIES:
        return None
    tableau = _Tableau(_lines(rows, target, [columns[j] for j in kept]))
    if not tableau.feasible():
        return None
    if wanted and not tableau.raise_one_of({i for i, j in enumerate(kept) if j in wanted}):
        return None
    return {kept[i]: v for i, v in tableau.solution().items() if v}


def _useful(target: Column[Row], columns: Sequence[Column[Row]]) -> list[int] | None:
    """The columns that may have a positive coefficient: every entry needs something that outweighs it."""
    kept = list(range(len(columns)))
    while True:
        signs: dict[Row, set[bool]] = {}
        for r, v in target.items():
            signs.setdefault(r, set()).add(v < 0)
        for j in kept:
            for r, v in columns[j].items():
                signs.setdefault(r, set()).add(v > 0)
        alone = {r for r, s in signs.items() if len(s) == 1}
        if any(target.get(r) for r in alone):
            return None
        left = [j for j in kept if not alone & columns[j].keys()]
        if len(left) == len(kept):
            return kept
        kept = left


Line = dict[int, int]
"""The entries of a row that are not 0, by column, up to a positive factor; the right-hand side has number RIGHT."""
RIGHT = -1


def _lines(rows: Sequence[Row], target: Column[Row], columns: Sequence[Column[Row]]) -> list[Line]:
    """One line for each row, of integers, turned so that its right-hand side is not negative."""
    lines: dict[Row, dict[int, Fraction]] = {r: {RIGHT: Q(target[r])} if target.get(r) else {} for r in rows}
    for j, column in enumerate(columns):
        for r, v in column.items():
            lines[r][j] = Q(v)
    return [_whole(line) for line in lines.values()]


def _whole(line: Mapping[int, Fraction]) -> Line:
    scale = lcm(*(v.denominator for v in line.values())) * (-1 if line.get(RIGHT, 0) < 0 else 1)
    return {j: int(v * scale) for j, v in line.items() if v}


class _Tableau:
    """Lines of the equations; each has a basic column with a positive entry, at first an artificial one."""

    def __init__(self, lines: list[Line]):
        self.lines = lines
        self.basis = [RIGHT] * len(lines)
        self.pivots = 0
        self.gain: Line = {}

    def feasible(self) -> bool:
        """Drive the sum of the artificial variables, each in its own unit, down to 0."""
        for line in self.lines:
            self.gain = _combined(self.gain, 1, line, 1)
        return self._climb(lambda: not self.gain.get(RIGHT))

    def raise_one_of(self, wanted: set[int]) -> bool:
        """Move until a wanted variable is positive."""
        self._expel()
        self.gain = {j: 1 for j in wanted}
        for line, b in zip(self.lines, self.basis, strict=True):
            if b in wanted:
                self.gain = _without(self.gain, b, line)
        return self._climb(lambda: any(v and j in wanted for j, v in self.solution().items()))

    def solution(self) -> dict[int, Fraction]:
        lines = zip(self.lines, self.basis, strict=True)
        return {b: Q(line.get(RIGHT, 0), line[b]) for line, b in lines if b != RIGHT}

    def _climb(self, done: Callable[[], bool]) -> bool:
        """Let columns that gain enter until it is done (Bland's rule: the first ones, so that it ends)."""
        while not done():
            entering = min((j for j, g in self.gain.items() if g > 0 and j != RIGHT), default=None)
            if entering is None or not self._enter(entering):
                return False
        return True

    def _expel(self) -> None:
        """Artificial variables that are 0 leave the basis; a line without entries says nothing."""
        for i in range(len(self.lines)):
            line = self.lines[i]
            if self.basis[i] == RIGHT and (j := min(line.keys() - {RIGHT}, default=None)) is not None:
                if line[j] < 0:
                    self.lines[i] = {k: -v for k, v in line.items()}
                self._pivot(i, j)

    def _enter(self, j: int) -> bool:
        """Let column j grow until the first basic variable is 0."""
        ratios = [
            (Q(line.get(RIGHT, 0), line[j]), self.basis[i], i)
            for i, line in enumerate(self.lines)
            if line.get(j, 0) > 0
        ]
        if not ratios or self.pivots >= MAX_PIVOTS:
            return False
        self._pivot(min(ratios)[2], j)
        return True

    def _pivot(self, i: int, j: int) -> None:
        self.pivots += 1
        chosen = self.lines[i]
        self.lines = [_without(line, j, chosen) if line is not chosen else line for line in self.lines]
        self.gain = _without(self.gain, j, chosen)
        self.basis[i] = j


def _without(line: Line, j: int, chosen: Line) -> Line:
    """The line with its entry in column j taken away by the chosen one, which has a positive entry there."""
    if j not in line:
        return line
    common = gcd(line[j], chosen[j])
    return _combined(line, chosen[j] // common, chosen, -line[j] // common)


def _combined(line: Line, a: int, other: Line, b: int) -> Line:
    """a · line + b · other, divided by what its entries have in common."""
    total = {k: a * v for k, v in line.items()} if a != 1 else dict(line)
    for k, v in other.items():
        value = total.get(k, 0) + b * v
        if value:
            total[k] = value
        else:
            total.pop(k, None)
    common = gcd(*total.values())
    return {k: v // common for k, v in total.items()} if common > 1 else total
