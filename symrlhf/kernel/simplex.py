"""Non-negative combinations over Q: λ ≥ 0 with Σ λ_j column_j = target, exactly, by the simplex method.

Untrusted: whoever uses an answer multiplies it out again.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from fractions import Fraction
from typing import TypeVar

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


Line = dict[int, Fraction]
"""The entries of a row that are not 0, by column; the right-hand side has number RIGHT."""
RIGHT = -1
ZERO = Fraction(0)


def _lines(rows: Sequence[Row], target: Column[Row], columns: Sequence[Column[Row]]) -> list[Line]:
    """One line for each row, turned so that its right-hand side is not negative."""
    lines: dict[Row, Line] = {r: {RIGHT: Fraction(target[r])} if target.get(r) else {} for r in rows}
    for j, column in enumerate(columns):
        for r, v in column.items():
            lines[r][j] = v
    return [{j: -v for j, v in x.items()} if x.get(RIGHT, ZERO) < 0 else x for x in lines.values()]


class _Tableau:
    """Lines of the equations; each has a basic column, at first an artificial one."""

    def __init__(self, lines: list[Line]):
        self.lines = lines
        self.basis = [RIGHT] * len(lines)
        self.pivots = 0
        self.gain: Line = {}

    def feasible(self) -> bool:
        """Drive the sum of the artificial variables down to 0."""
        for line in self.lines:
            _add(self.gain, line, Fraction(1))
        return self._climb(lambda: not self.gain.get(RIGHT))

    def raise_one_of(self, wanted: set[int]) -> bool:
        """Move until a wanted variable is positive."""
        self._expel()
        self.gain = {j: Fraction(1) for j in wanted}
        for line, b in zip(self.lines, self.basis, strict=True):
            if b in wanted:
                _add(self.gain, line, Fraction(-1))
        return self._climb(lambda: any(v and j in wanted for j, v in self.solution().items()))

    def solution(self) -> dict[int, Fraction]:
        return {b: line.get(RIGHT, ZERO) for line, b in zip(self.lines, self.basis, strict=True) if b != RIGHT}

    def _climb(self, done: Callable[[], bool]) -> bool:
        """Let columns that gain enter until it is done (Bland's rule: the first ones, so that it ends)."""
        while not done():
            entering = min((j for j, g in self.gain.items() if g > 0 and j != RIGHT), default=None)
            if entering is None or not self._enter(entering):
                return False
        return True

    def _expel(self) -> None:
        """Artificial variables that are 0 leave the basis; a line without entries says nothing."""
        for i, line in enumerate(self.lines):
            if self.basis[i] == RIGHT and (j := min(line.keys() - {RIGHT}, default=None)) is not None:
                self._pivot(i, j)

    def _enter(self, j: int) -> bool:
        """Let column j grow until the first basic variable is 0."""
        ratios = [
            (line.get(RIGHT, ZERO) / line[j], self.basis[i], i)
            for i, line in enumerate(self.lines)
            if line.get(j, ZERO) > 0
        ]
        if not ratios or self.pivots >= MAX_PIVOTS:
            return False
        self._pivot(min(ratios)[2], j)
        return True

    def _pivot(self, i: int, j: int) -> None:
        self.pivots += 1
        scale = self.lines[i][j]
        chosen = self.lines[i] = {k: v / scale for k, v in self.lines[i].items()}
        for line in (self.gain, *self.lines):
            if line is not chosen and j in line:
                _add(line, chosen, -line[j])
        self.basis[i] = j


def _add(line: Line, other: Line, factor: Fraction) -> None:
    for j, v in other.items():
        value = line.get(j, ZERO) + factor * v
        if value:
            line[j] = value
        else:
            line.pop(j, None)
