"""The refuter's integrals: balls that hold the integral of a function that can be evaluated on pieces and tails.

∫_a^b f is (b − a) ∫_0^1 f(a + (b − a) s) ds. Pieces of [0, 1] are halved until the remainders of their Taylor
polynomials are small; an end at which f has no ball is left to a tail. So is what lies beyond a large number.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import product
from typing import NamedTuple

from symrlhf.kernel.ball import TooLarge, TooLong, Undefined
from symrlhf.kernel.jet import ONE, ZERO, Jets, Local, Number, Value, base
from symrlhf.kernel.pieces import ORDER, Piece, Pieces
from symrlhf.kernel.tails import Tails
from symrlhf.rational import Q, is_rational

MAX_PIECES = 240
LAST_PIECE = 18
"""How often a piece between the ends is halved, before it is taken to hold a pole or a kink."""
FIRST_TAIL, LAST_TAIL = 5, 60
"""How often a piece at an end is halved before a tail takes its place, and when no tail is narrow enough."""
STARTS = tuple(Q(2**k) for k in (2, 4, 6, 8, 10))
"""How far from the finite end the tail towards ∞ begins."""
COUNTS = (4, 16, 64, 128)
"""How many terms of a sum to ∞ are added up one by one."""
NARROW = Q(1, 2**22)
"""How uncertain an integral of ordinary size may be at 64 bits."""

LEAST_SHARE = Q(1, 64)
"""What part of the uncertainty the smallest piece may have."""


class Integrand(NamedTuple):
    pieces: Pieces
    tails: Tails
    at: Callable[[Jets, Local], Value]
    """The integrand where its variable is a piece or a tail."""

    @property
    def narrow(self) -> Fraction:
        return NARROW if self.pieces.bits < 128 else NARROW**2


def between(f: Integrand, a: Number, b: Number) -> Number:
    """∫_a^b f; no value at an end is needed."""
    jets = f.pieces
    length = _minus(jets, b, a)
    if is_rational(length) and length == 0:
        return ZERO
    total: Number = ZERO
    waiting = [(ZERO, ONE, 0)]
    for _ in range(MAX_PIECES):
        if not waiting:
            return base(jets.mul(total, length))
        low, high, depth = waiting.pop()
        found = _on_piece(f, a, length, low, high)
        if found is None and (low == 0 or high == 1) and depth >= FIRST_TAIL:
            found = _at_end(f, a, b, length, high - low, 1 if low == 0 else -1, last=depth >= LAST_TAIL)
        if found is None:
            if depth >= LAST_PIECE and low > 0 and high < 1:
                raise TooLong("an integral through a pole or a kink", final=True)
            middle = (low + high) / 2
            waiting += [(middle, high, depth + 1), (low, middle, depth + 1)]
        else:
            total = base(jets.add(total, found))
    raise TooLong("an integral that takes too long", final=True)


def to_infinity(f: Integrand, a: Number, side: int) -> Number:
    """∫_a^∞ f, or ∫_a^−∞ f."""
    jets, best, reason = f.tails, None, Undefined("an integral to ∞")
    for start, linear in product(STARTS, (True, False)):
        try:
            # What decays exponentially is bounded best in steps of equal length, powers in growing ones.
            x = jets.ahead(a, start * side) if linear else jets.along(a, start * side, 1)
            step = Q(side) if linear else jets.along(ZERO, start * side, 1)
            found = jets.area(jets.mul(f.at(jets, x), step))
        except TooLarge:
            break
        except Undefined as failure:
            reason = failure
            continue
        if best is None or jets.balls.width(jets.ball(found)) < jets.balls.width(jets.ball(best[1])):
            best = start, found
        if _width(jets, found) <= f.narrow:
            break
    if best is None:
        raise reason if reason.final else TooLarge(str(reason), final=True)
    start, beyond = best
    return base(jets.add(between(f, a, base(jets.add(a, start * side))), beyond))


def endless(f: Integrand, first: int, term: Callable[[int], Value]) -> Number:
    """Σ_{t=first}^∞ f(t), the first terms one by one and the others as a tail."""
    jets, reason = f.tails, Undefined("a sum to ∞")
    for count in COUNTS:
        begin = max(first, 0) + count
        try:
            beyond = jets.series(f.at(jets, jets.ahead(ZERO, Q(begin))))
        except TooLarge:
            raise
        except Undefined as failure:
            if failure.final:
                raise
            reason = failure
            continue
        if _width(jets, beyond) <= f.narrow or count == COUNTS[-1]:
            return base(f.pieces.total((beyond, *(base(term(t)) for t in range(first, begin)))))
    raise TooLarge(str(reason), final=True)


def _minus(jets: Jets, x: Number, y: Number) -> Number:
    return base(jets.add(x, jets.neg(y)))


def _width(jets: Jets, x: Number) -> Fraction:
    if is_rational(x):
        return ZERO
    return jets.balls.upper(x) - jets.balls.lower(x)


def _on_piece(f: Integrand, a: Number, length: Number, low: Fraction, high: Fraction) -> Number | None:
    """∫_low^high f(a + length s) ds, if the Taylor polynomial in the middle is close enough."""
    jets = f.pieces
    r, middle = (high - low) / 2, (low + high) / 2
    whole = jets.balls.hull(jets.balls.rational(low), jets.balls.rational(high))
    try:
        # On the whole piece first: whatever is told there holds in its middle too.
        rest = _coefficients(f.at(jets, _variable(jets, a, length, whole)))[ORDER]
        error = base(jets.mul(rest, 2 * r ** (ORDER + 1) / (ORDER + 1)))
        if _width(jets, error) > f.narrow * max(high - low, LEAST_SHARE):
            return None
        taylor = _coefficients(f.at(jets, _variable(jets, a, length, middle)))
    except Undefined as failure:
        if isinstance(failure, TooLarge):
            raise
        return None
    total = error
    for k in range(0, ORDER, 2):
        total = base(jets.add(total, jets.mul(taylor[k], 2 * r ** (k + 1) / (k + 1))))
    return total


def _variable(jets: Pieces, a: Number, length: Number, s: Number) -> Piece:
    # Fractions would grow from one coefficient to the next.
    return Piece((jets.ball(base(jets.add(a, jets.mul(length, s)))), jets.ball(length)))


def _coefficients(value: Value) -> tuple[Number, ...]:
    return value.coefficients if isinstance(value, Piece) else (base(value), *[ZERO] * ORDER)


def _at_end(
    f: Integrand, a: Number, b: Number, length: Number, size: Fraction, side: int, *, last: bool
) -> Number | None:
    """∫_0^size f(a + length s) ds, or the same at b, as a tail; None where it is not narrow enough."""
    jets = f.tails
    end, reach = (a, base(jets.mul(length, size))) if side == 1 else (b, base(jets.mul(-size, length)))
    try:
        x = jets.along(end, reach, -1)
        found = jets.area(jets.mul(f.at(jets, x), jets.along(ZERO, size, -1)))
    except Undefined as failure:
        if failure.final or isinstance(failure, TooLarge):
            raise
        if last:
            raise TooLong(str(failure), final=True) from None
        return None
    return found if last or _width(jets, found) <= f.narrow else None
