"""A sampled point moved onto an equation, by changing one independent atom.

The value found is an exact rational root where the secant hits one (always for an equation that is linear in the
atom with rational coefficients), else a ball on whose ends the difference of the sides has opposite signs: a
continuous difference vanishes somewhere in it, so what surely holds on the whole ball holds at an exact solution.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from symrlhf.kernel.ball import Undefined
from symrlhf.kernel.closed import ClosedJets
from symrlhf.kernel.evaluate import SIGNS, Evaluator, Fuel, Key, Rejected, Scope
from symrlhf.kernel.jet import Number, base
from symrlhf.kernel.sample import EVERYTHING, Sample
from symrlhf.rational import Q, is_rational
from symrlhf.term import App, IndexSet, Rel

BITS = 64
STEPS = 12
PATIENCE = 5
"""Points after which it is asked whether a difference of one sign will ever change it."""
MAX_BITS = 200
"""Of the denominator of an exact step: on curves they double with each."""
SPREADS = tuple(Q(1, 2**k) for k in (54, 48, 42))


class Met(NamedTuple):
    """An equation that holds at the point."""

    atoms: frozenset[Key]
    moved: frozenset[Key] = frozenset()
    """The atoms that were changed, if any had to be."""


def meet(model: Sample, relation: Rel, scope: Scope, fuel: Fuel, held: set[Key]) -> Met | None:
    """Make an equation hold at the point, if it does not, by changing an atom that is not held."""
    model.used.clear()
    satisfied = _satisfied(model, relation, scope, fuel)
    atoms = [k for k in model.used if k in model.chosen]
    if satisfied:
        return Met(frozenset(atoms))
    moved = next((k for k in _movable(model, atoms, held) if _moved(model, relation, scope, fuel, k)), None)
    if moved is not None:
        return Met(frozenset(atoms), frozenset((moved,)))
    row = _balanced(model, relation, scope, fuel, held)
    return Met(frozenset(atoms), row) if row else None


def _balanced(model: Sample, relation: Rel, scope: Scope, fuel: Fuel, held: set[Key]) -> frozenset[Key]:
    """The row of a distribution in which the entry of π(y_1) = 1/2 was changed, and those not held to make up for it.

    They keep their proportions, and the row its sum: it is a distribution as before.
    """
    for side, other in (relation.children, reversed(relation.children)):
        if not isinstance(side, App) or not model.setting.declaration(side.name).distribution:
            continue
        evaluator = Evaluator(model, BITS, fuel)
        try:
            value = base(evaluator.value(other, scope))
            if side.names & other.names:
                continue
            model.used.clear()
            evaluator.value(side, scope)
        except (Undefined, Rejected):
            continue
        key = next((k for k in model.used if k.name == side.name and k in model.chosen), None)
        if key is None or key in held or not is_rational(value):
            continue
        row = model.row(key)
        free = [k for k in row if k != key and k not in held]
        entries = [model.chosen[k] for k in free]
        kept = [model.chosen[k] for k in row if k in held]
        if not all(is_rational(v) for v in (*entries, *kept)):
            continue
        left = 1 - value - sum(v for v in kept if is_rational(v))
        total = sum(v for v in entries if is_rational(v))
        if value > 0 and total > 0 and left > 0:
            model.chosen[key] = value
            model.chosen.update((k, v * left / total) for k, v in zip(free, entries, strict=True) if is_rational(v))
            return frozenset((key, *free))
    return frozenset()


def _movable(model: Sample, atoms: list[Key], held: set[Key]) -> list[Key]:
    """Numbers of any sign first, and entries at an element first: no other equation may need them."""
    free = [k for k in atoms if k not in held and _is_free(model, k)]
    return sorted(free, key=lambda k: (model.setting.declaration(k.name).sign != "real", -len(k.args)))


def _moved(model: Sample, relation: Rel, scope: Scope, fuel: Fuel, key: Key) -> bool:
    old = model.chosen[key]
    try:
        if _solve(model, relation, scope, fuel, key):
            return True
    except Undefined:
        pass
    model.chosen[key] = old
    return False


def _is_free(model: Sample, key: Key) -> bool:
    declared = model.setting.declaration(key.name)
    return not (declared.distribution or declared.values) and is_rational(model.chosen[key])


def _satisfied(model: Sample, relation: Rel, scope: Scope, fuel: Fuel) -> bool:
    """Whether the equation surely holds: balls that agree do not tell, a closed form does."""
    evaluator = Evaluator(model, BITS, fuel)
    if isinstance(relation.lhs.sort, IndexSet):
        return evaluator.holds(relation, scope) is True
    try:
        x, y = (base(evaluator.value(side, scope)) for side in (relation.lhs, relation.rhs))
        if is_rational(x) and is_rational(y):
            return x == y
        return evaluator.jets.may_be_equal(x, y) and surely_equal(model, relation, scope, fuel)
    except (Undefined, Rejected):
        return False


def surely_equal(model: Sample, relation: Rel, scope: Scope, fuel: Fuel) -> bool:
    """Whether both sides have one closed form at the point."""
    evaluator = Evaluator(model, ClosedJets(), fuel)
    x, y = (base(evaluator.value(side, scope)) for side in (relation.lhs, relation.rhs))
    return evaluator.jets.may_be_equal(x, y)


def _solve(model: Sample, relation: Rel, scope: Scope, fuel: Fuel, key: Key) -> bool:
    evaluator = Evaluator(model, BITS, fuel)
    jets = evaluator.jets

    def difference(x: Number) -> Number | None:
        model.chosen[key] = x
        inner = Evaluator(model, BITS, fuel)
        try:
            return base(jets.add(inner.value(relation.lhs, scope), jets.neg(inner.value(relation.rhs, scope))))
        except (Undefined, Rejected):
            return None

    def middle(x: Number) -> Fraction:
        return x if is_rational(x) else jets.balls.midpoint(x)

    allowed = SIGNS[model.setting.declaration(key.name).sign]
    interval = model.ranges.get(key.name, EVERYTHING)
    old = model.chosen[key]
    assert is_rational(old)
    x, y = old, old * Q(5, 4) + Q(1, 8)
    fx, fy = difference(x), difference(y)
    seen: list[tuple[Fraction, Fraction]] = []
    for _ in range(STEPS):
        if fx is None or fy is None or middle(fx) == middle(fy):
            return False
        seen.append((x, middle(fx)))
        if _only_touches(seen):
            return False
        slope = (middle(fy) - middle(fx)) / (y - x)
        exact = is_rational(fx) and is_rational(fy)
        z = y - middle(fy) / slope
        x, fx = y, fy
        y = z if exact and z.denominator.bit_length() < MAX_BITS else _rounded(z)
        if y not in interval or (y > 0) - (y < 0) not in allowed:
            return False
        fy = difference(y)
        if is_rational(fy) and fy == 0:
            return True
        if fy is not None and jets.may_be_equal(fy, Q(0)):
            break
    near = Q(1, 2**40) * max(1, abs(y))
    nice = simplest(y - near, y + near)
    model.chosen[key] = nice
    if nice in interval and (nice > 0) - (nice < 0) in allowed and _satisfied(model, relation, scope, fuel):
        return True
    for spread in SPREADS:
        width = spread * max(1, abs(y))
        ends = [difference(y - width), difference(y + width)]
        signs = {jets.sign(f) for f in ends if f is not None}
        # The root lies somewhere between the ends: all of that has to be allowed, and 0 only where it is.
        inside = all(z in interval and (z > 0) - (z < 0) in allowed for z in (y - width, y + width))
        inside = inside and (0 in allowed or abs(y) > width)
        if signs == {-1, 1} and inside:
            return difference(jets.balls.hull(jets.ball(y - width), jets.ball(y + width))) is not None
    return False


def _only_touches(seen: list[tuple[Fraction, Fraction]]) -> bool:
    """Whether the difference seems to keep its sign: to stay away from 0, or to reach it at a double root.

    There no ends have opposite signs, and the secant method is slow: further steps would find nothing. The parabola
    through the last three points tells.
    """
    if len(seen) < PATIENCE:
        return False
    (a, f), (b, g), (c, h) = seen[-3:]
    if len({v > 0 for _, v in seen}) > 1 or len({a, b, c}) < 3:
        return False
    first, second = (g - f) / (b - a), (h - g) / (c - b)
    bend = (second - first) / (c - a)
    slope = second + bend * (c - b)
    return slope**2 - 4 * bend * h < slope**2 / 8


def simplest(low: Fraction, high: Fraction) -> Fraction:
    """The fraction with the smallest denominator in an interval."""
    if low <= 0 <= high:
        return Q(0)
    if high < 0:
        return -simplest(-high, -low)
    whole = -(-low.numerator // low.denominator)
    if whole <= high:
        return Q(whole)
    return whole - 1 + 1 / simplest(1 / (high - whole + 1), 1 / (low - whole + 1))


def _rounded(x: Fraction) -> Fraction:
    """x to 60 bits or so: the secant method needs no more, and its rationals would grow."""
    digits = x.denominator.bit_length() - x.numerator.bit_length()
    scale = Q(2) ** (60 + digits)
    return Q(round(x * scale)) / scale
