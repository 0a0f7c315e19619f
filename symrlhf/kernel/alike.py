"""Numbers that remember what they are made of, so that log 2 − log 2 is 0 and not a ball around it.

Near a point, what leads is often left of numbers that cancel. A ball never tells that two numbers are the same, but
equal operations on equal numbers do. The form of a number is a sum of such operations with rationals before them.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from symrlhf.kernel.jet import ONE, ZERO, Jets, Number
from symrlhf.rational import Q, is_rational

Atom = tuple[object, ...]
"""An operation and the numbers of the forms it was applied to; () for 1."""
Form = dict[Atom, Fraction]
MAX_PARTS = 24
"""Sums of more parts are a number of their own."""
MAX_POWER = 64
MAX_PRIME = 1_000
"""The logarithm of a rational is a sum of those of its primes, as far as these go."""


class Alike(Jets):
    """Jets whose numbers, while `remembering`, are exact where equal parts of them cancel."""

    def __init__(self, bits: int):
        super().__init__(bits)
        self.remembering = False
        self._forms: dict[int, tuple[Number, Form]] = {}
        """By identity of a ball, with the ball, so that no other can have its identity."""
        self._numbers: dict[frozenset[tuple[Atom, Fraction]], int] = {}
        """A number for each form, so that forms within forms stay small."""

    def _add(self, x: Number, y: Number) -> Number:
        if not self._worth_it(x, y):
            return super()._add(x, y)
        p, q = self._form(x), self._form(y)
        total = {atom: c for atom in p | q if (c := p.get(atom, ZERO) + q.get(atom, ZERO))}
        return self._made(total, ("add", self._number(p), self._number(q)), super()._add, x, y)

    def _neg(self, x: Number) -> Number:
        return self._mul(Q(-1), x)

    def _mul(self, x: Number, y: Number) -> Number:
        if not self._worth_it(x, y):
            return super()._mul(x, y)
        p, q = self._form(x), self._form(y)
        first, second = sorted((self._number(p), self._number(q)))
        known: Atom = ("mul", first, second)
        if is_rational(y):
            p, q, x, y = q, p, y, x
        scaled: Form = {atom: x * c for atom, c in q.items() if x} if is_rational(x) else {known: ONE}
        return self._made(scaled, known, super()._mul, x, y)

    def _power(self, x: Number, p: Fraction) -> Number:
        if not self.remembering or (is_rational(x) and p.denominator == 1):
            return super()._power(x, p)
        known = ("power", self._number(self._form(x)), p)
        return self._made({known: ONE}, known, super()._power, x, p)

    def _exp(self, x: Number) -> Number:
        if not self.remembering:
            return super()._exp(x)
        form = self._form(x)
        if (exact := _exp_of(form)) is not None:
            return self._capped(exact)
        known = ("exp", self._number(form))
        return self._made({known: ONE}, known, super()._exp, x)

    def _log(self, x: Number) -> Number:
        if not self.remembering:
            return super()._log(x)
        known = ("log of", self._number(self._form(x)))
        primes = _in_primes(x) if is_rational(x) else None
        return self._made({known: ONE} if primes is None else primes, known, super()._log, x)

    def _worth_it(self, x: Number, y: Number) -> bool:
        return self.remembering and not (is_rational(x) and is_rational(y))

    def _form(self, x: Number) -> Form:
        if is_rational(x):
            return {(): x} if x else {}
        _, form = self._forms.setdefault(id(x), (x, {("ball", id(x)): ONE}))
        return form

    def same(self, x: Number) -> object:
        """Equal for numbers that are surely the same."""
        return x if is_rational(x) else ("form", self._number(self._form(x)))

    def _number(self, form: Form) -> int:
        return self._numbers.setdefault(frozenset(form.items()), len(self._numbers))

    def _made(self, form: Form, known: Atom, operation: Callable[..., Number], *operands: Number) -> Number:
        """The number with this form: exactly, if it is rational; else by the operation."""
        if form.keys() <= {()}:
            return self._capped(form.get((), ZERO))
        value = operation(*operands)
        self._forms[id(value)] = value, form if len(form) <= MAX_PARTS else {known: ONE}
        return value


def _exp_of(form: Form) -> Fraction | None:
    """exp of a whole number of logarithms of primes."""
    value = ONE
    for atom, n in form.items():
        if atom[:1] != ("log",) or not isinstance(p := atom[1], int) or n.denominator != 1 or abs(n) > MAX_POWER:
            return None
        value *= Q(p) ** int(n)
    return value


def _in_primes(x: Fraction) -> Form | None:
    """log x as a sum of logarithms of primes, if they are small."""
    form: Form = {}
    if x <= 0:
        return None
    for n, sign in ((x.numerator, 1), (x.denominator, -1)):
        for p in range(2, MAX_PRIME):
            while n % p == 0:
                n //= p
                form[("log", p)] = form.get(("log", p), ZERO) + sign
        if n > 1:
            return None
    return form
