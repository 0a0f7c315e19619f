"""Rational bounds for numbers made with exp and log: e^{3/2} > 1, log(1 + e²) > 2.

Bounds are rounded outward to a fixed number of binary digits, so they hold, and the work is bounded.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from symrlhf.rational import Q

DIGITS = 2**64
TERMS = 24
MAX_EXPONENT = 64
"""Larger arguments of exp are not bounded."""


class Bounds(NamedTuple):
    """low ≤ x ≤ high."""

    low: Fraction
    high: Fraction

    def plus(self, other: Bounds) -> Bounds:
        return Bounds(self.low + other.low, self.high + other.high)

    def times(self, other: Bounds) -> Bounds:
        corners = [a * b for a in self for b in other]
        return _outward(min(corners), max(corners))


QUARTER_TURN = Bounds(Q(785_398_163_397_448_309, 10**18), Q(785_398_163_397_448_310, 10**18))
"""arctan 1 = π/4 = 0.785398163397448309615…"""


def exactly(x: Fraction) -> Bounds:
    return Bounds(x, x)


def _outward(low: Fraction, high: Fraction) -> Bounds:
    return Bounds(Q(low * DIGITS // 1, DIGITS), Q(-(-high * DIGITS // 1), DIGITS))


def exp_bounds(x: Bounds) -> Bounds | None:
    """Bounds of e^x."""
    if max(map(abs, x)) > MAX_EXPONENT:
        return None
    return Bounds(_exp(x.low).low, _exp(x.high).high)


@lru_cache(maxsize=4096)
def _exp(x: Fraction) -> Bounds:
    if x < 0:
        positive = _exp(-x)
        return _outward(1 / positive.high, 1 / positive.low)
    halvings = max(0, (x.numerator // x.denominator + 1).bit_length())
    y = x / 2**halvings
    # The terms fall by more than half each, so all that are left out are less than the last one together.
    term = total = Q(1)
    for k in range(1, TERMS):
        term = term * y / k
        total += term
    bounds = _outward(total, total + term)
    for _ in range(halvings):
        bounds = bounds.times(bounds)
    return bounds


def log_bounds(x: Bounds) -> Bounds | None:
    """Bounds of log x."""
    if x.low <= 0:
        return None
    return Bounds(_log(x.low).low, _log(x.high).high)


@lru_cache(maxsize=4096)
def _log(x: Fraction) -> Bounds:
    shift = x.numerator.bit_length() - x.denominator.bit_length()
    part = _log_near_one(x / Q(2) ** shift)
    twice = _log_near_one(Q(2))
    return part.plus(twice.times(exactly(Q(shift))))


def _log_near_one(x: Fraction) -> Bounds:
    """log x = 2 (t + t³/3 + t⁵/5 + ...) with t = (x − 1)/(x + 1); here 1/2 ≤ x ≤ 2, so |t| ≤ 1/3."""
    t = (x - 1) / (x + 1)
    power, total = t, t
    for k in range(1, TERMS):
        power = power * t * t
        total += power / (2 * k + 1)
    return _outward(2 * total - abs(power), 2 * total + abs(power))
