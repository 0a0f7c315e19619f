"""Terms evaluated by mpmath at a point, sharing no code with the kernel or with the moves."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import mpmath

from symrlhf.notation import unfold
from symrlhf.setting import Setting
from symrlhf.term import (
    VECTOR,
    Add,
    App,
    Binder,
    Bound,
    Card,
    Diff,
    Div,
    Fun,
    IndexSet,
    Mul,
    Neg,
    Num,
    Pow,
    Sym,
    Term,
)

mp: Any = mpmath.mp.clone()
mp.dps = 40

Value = Any


def _exp(x: Value) -> Value:
    """e^x; mpmath needs as many bits as the exponent has."""
    return mp.exp(x) if abs(x) < 1e12 else mp.mpf(0) if x < 0 else mp.mpf("inf")


FUNCTIONS: dict[str, Callable[..., Value]] = {
    "exp": _exp,
    "log": mp.log,
    "sigmoid": lambda z: 1 / (1 + _exp(-z)),
    "softplus": lambda z: mp.log(1 + _exp(z)) if z < 1e12 else z,
    "tanh": mp.tanh,
    "sqrt": mp.sqrt,
    "abs": abs,
    "sign": mp.sign,
    "min": min,
    "max": max,
    "delta": lambda i, j: mp.mpf(i == j),
}


@dataclass
class Point:
    """Random values: index sets of `size` elements, rational symbols, normalised distributions.

    What varies with a parameter φ is a + b φ, so that its derivative is b.
    """

    setting: Setting
    seed: int
    size: int = 3
    symbols: dict[str, Value] = field(default_factory=dict)
    tables: dict[tuple[Any, ...], Value] = field(default_factory=dict)
    still: Point | None = None
    """Where what is stopped stays while a variable moves."""

    def random(self, *key: object, positive: bool = False) -> Value:
        rng = random.Random(repr((self.seed, key)))
        value = mp.mpf(rng.randint(1, 40)) / rng.randint(7, 23)
        return value if positive or rng.random() < 0.5 else -value

    def symbol(self, s: Sym) -> Value:
        if s.name not in self.symbols:
            positive = self.setting.declaration(s.name).sign == "positive"
            if isinstance(s.sort, IndexSet):
                self.symbols[s.name] = random.Random(repr((self.seed, s.name))).randrange(self.size)
            else:
                self.symbols[s.name] = self.random(s.name, positive=positive)
        return self.symbols[s.name]

    def applied(self, name: str, args: tuple[Value, ...]) -> Value:
        if (name, args) in self.tables:
            return self.tables[name, args]
        known = self.setting.declaration(name)
        if known.distribution:
            weights = [self.random(name, i, args[1:], positive=True) for i in range(self.size)]
            return weights[args[0]] / sum(weights)
        value = self.random(name, args, positive=known.sign == "positive")
        for parameter in sorted(known.depends):
            value += self.random(name, args, parameter) * self.symbol(Sym(parameter, VECTOR))
        return value


def evaluate(t: Term, at: Point, bound: tuple[Value, ...] = ()) -> Value:
    """The value of `t`; `bound` holds the elements of the open binders, innermost first."""

    def value(x: Term) -> Value:
        return evaluate(x, at, bound)

    match t:
        case Num(value=q):
            return mp.mpf(q.numerator) / q.denominator
        case Bound(depth=depth):
            return bound[depth]
        case Sym(name=name):
            meaning = at.setting.definition(name)
            return at.symbol(t) if meaning is None else evaluate(meaning.body, at)
        case App(name=name, args=args, symbol_sort=sort):
            places = tuple(map(value, args))
            meaning = at.setting.definition(name)
            if isinstance(sort, IndexSet):
                return random.Random(repr((at.seed, name, places))).randrange(at.size)
            if meaning is not None:
                named = {p.name: v for p, v in zip(meaning.parameters, places, strict=True)}
                return evaluate(
                    meaning.body, Point(at.setting, at.seed, at.size, at.symbols | named, at.tables, at.still)
                )
            return at.applied(name, places)
        case Add(terms=terms):
            return mp.fsum(map(value, terms))
        case Mul(factors=factors):
            return mp.fprod(map(value, factors))
        case Neg(arg=arg):
            return -value(arg)
        case Div(numerator=a, denominator=b):
            return value(a) / value(b)
        case Pow(base=a, exponent=b):
            return value(a) ** value(b)
        case Fun(name="stop_gradient", args=(arg,)):
            return evaluate(arg, at.still or at, bound)
        case Fun(name=name, args=args) if name in FUNCTIONS:
            return FUNCTIONS[name](*map(value, args))
        case Binder(kind="sum" | "prod" as kind, bodies=(body,)):
            values = [evaluate(body, at, (i, *bound)) for i in range(at.size)]
            return mp.fsum(values) if kind == "sum" else mp.fprod(values)
        case Binder(kind="max" | "min" as kind, bodies=(body,)):
            values = [evaluate(body, at, (i, *bound)) for i in range(at.size)]
            return max(values) if kind == "max" else min(values)
        case Card():
            return mp.mpf(at.size)
        case Diff(body=body, var=var):
            return _slope(body, var, at, bound)
        case _:
            written_out = unfold(t)
            if written_out is None:
                raise NotImplementedError(repr(t))
            return evaluate(written_out, at, bound)


def _slope(body: Term, var: Term, at: Point, bound: tuple[Value, ...]) -> Value:
    """A numerical derivative: the variable moves, everything else stays where it was."""

    def moved(v: Value) -> Value:
        point = Point(at.setting, at.seed, at.size, dict(at.symbols), dict(at.tables), at.still or at)
        if isinstance(var, Sym):
            point.symbols[var.name] = v
        elif isinstance(var, App):
            point.tables[var.name, tuple(evaluate(a, at, bound) for a in var.args)] = v
        return evaluate(body, point, bound)

    return mp.diff(moved, evaluate(var, at, bound))


def close(a: Value, b: Value) -> bool:
    """Equal to 15 digits (numerical derivatives lose the rest)."""
    return abs(a - b) <= mp.mpf(10) ** -15 * (1 + abs(a))
