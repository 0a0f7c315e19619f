"""The truth of every step of the corpus, by numbers alone: mpmath at 60 digits, nothing of the package.

A step's `check` is a comparison in Python (`==` to 25 digits, or to 6 where a limit is approached) or `dec(value,
"0.123")`: the value rounds to these digits, ends included. Its names are drawn as the document's `world` says. A true
step holds at every draw; a false one fails at some draw.

    python tests/corpus/truth.py     prints every step whose truth the numbers do not bear out
"""

from __future__ import annotations

import ast
import json
import operator
import random
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from mpmath import asin, cos, exp, log, mp, mpf, quad, sin, sqrt, tanh

Number = Any
"""A number of mpmath, which has no types."""

HERE = Path(__file__).parent
DRAWS = 8
FINE, COARSE = mpf("1e-22"), mpf("1e-6")
"""Relative tolerances: of what is computed as it stands, of limits and numeric derivatives."""


def documents() -> Iterator[tuple[str, dict[str, Any]]]:
    """File name and document, of all but the hostile ones."""
    for path in sorted(HERE.glob("*.jsonl")):
        if path.stem != "hostile":
            for line in path.read_text(encoding="utf-8").splitlines():
                yield path.stem, json.loads(line)


def holds(check: str, world: str, seed: int) -> bool:
    """Whether the comparison holds at one draw."""
    names = _World(world, random.Random(seed)).names(check)
    node = ast.parse(check, mode="eval").body
    if not isinstance(node, ast.Compare):
        return bool(_value(node, names))
    left, right = (_value(side, names) for side in (node.left, *node.comparators))
    near = COARSE if {"LIM", "D", "quad"} & names.keys() & _called(node) else FINE
    gap = left - right
    close = abs(gap) <= near * max(1, abs(left), abs(right))
    return close if isinstance(node.ops[0], ast.Eq) else _ORDER[type(node.ops[0])](gap, 0, close)


_ORDER: dict[type[ast.cmpop], Callable[[Any, int, bool], bool]] = {
    ast.Lt: lambda gap, zero, _: operator.lt(gap, zero),
    ast.LtE: lambda gap, zero, close: close or operator.lt(gap, zero),
    ast.Gt: lambda gap, zero, _: operator.gt(gap, zero),
    ast.GtE: lambda gap, zero, close: close or operator.gt(gap, zero),
}


def _called(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def _value(node: ast.expr, names: dict[str, Any]) -> Any:
    # The corpus is our own: its checks are Python.
    return eval(compile(ast.Expression(node), "check", "eval"), names)


# ------------------------------------------------------------------ small worlds


class _World:
    """Values for the names: `beta pos; p unit; pi q policy; let a = 2*p`; a name that is not declared is real."""

    def __init__(self, text: str, draw: random.Random):
        self.draw = draw
        self.size = draw.randint(2, 4)
        self.kinds: dict[str, str] = {}
        self.lets: dict[str, str] = {}
        for clause in filter(None, (c.strip() for c in text.split(";"))):
            if clause.startswith("let "):
                name, _, body = clause[4:].partition(" = ")
                self.lets[name.strip()] = body
            else:
                *declared, kind = clause.split()
                self.kinds |= dict.fromkeys(declared, kind)

    def names(self, check: str) -> dict[str, Any]:
        names = _functions(self.size)
        parameters = {n.arg for n in ast.walk(ast.parse(check)) if isinstance(n, ast.arg)}
        needed = _called(ast.parse(check)) | {n for body in self.lets.values() for n in _called(ast.parse(body))}
        # In a fixed order, whatever the hash seed.
        for name in sorted((needed | self.kinds.keys()) - names.keys() - parameters - self.lets.keys()):
            names[name] = self._value(self.kinds.get(name, "real"))
        for name, body in self.lets.items():
            names[name] = _value(ast.parse(body, mode="eval").body, names)
        return names

    def _value(self, kind: str) -> Any:
        return _KINDS[kind](self)

    def number(self, low: float, high: float) -> Number:
        return mpf(self.draw.randint(int(low * 1000) + 1, int(high * 1000) - 1)) / 1000

    def row(self) -> list[Number]:
        return [self.number(-2, 2) for _ in range(self.size)]

    def family(self) -> Callable[[Number], list[Number]]:
        a, b = self.row(), self.row()
        return lambda t: _softmax([x + t * y for x, y in zip(a, b, strict=True)])


_KINDS: dict[str, Callable[[_World], Any]] = {
    "real": lambda w: w.number(-3, 3),
    "pos": lambda w: w.number(0.1, 3),
    "neg": lambda w: -w.number(0.1, 3),
    "unit": lambda w: w.number(0, 1),
    "half": lambda w: w.number(0, 0.5),
    "policy": lambda w: _softmax(w.row()),
    "reward": _World.row,
    "vector": _World.row,
    "family": _World.family,
}


def _softmax(z: list[Number]) -> list[Number]:
    total = sum(exp(x) for x in z)
    return [exp(x) / total for x in z]


def _functions(size: int) -> dict[str, Any]:
    """What a check may use; those that need a world read its names when they are called."""
    names: dict[str, Any] = {}

    def total(f: Callable[[int], Number]) -> Number:
        return sum((f(y) for y in range(size)), mpf(0))

    def kl(p: list[Number], q: list[Number]) -> Number:
        return total(lambda y: p[y] * log(p[y] / q[y]))

    def entropy(p: list[Number]) -> Number:
        return -total(lambda y: p[y] * log(p[y]))

    def variance(p: list[Number], f: list[Number]) -> Number:
        mean = total(lambda y: p[y] * f[y])
        return total(lambda y: p[y] * (f[y] - mean) ** 2)

    def normaliser(beta: Number | None = None) -> Number:
        b = names["beta"] if beta is None else beta
        return total(lambda y: names["q"][y] * exp(names["r"][y] / b))

    def tilted() -> list[Number]:
        return [names["q"][y] * exp(names["r"][y] / names["beta"]) / normaliser() for y in range(size)]

    def replaced(t: Number) -> list[Number]:
        return [t, *names["pi"][1:]]

    def lagrangian(t: Number) -> Number:
        p = replaced(t)
        mean = total(lambda y: p[y] * names["r"][y])
        return mean - names["beta"] * kl(p, names["q"]) - names["lam"] * (total(lambda y: p[y]) - 1)

    def forward(t: Number) -> Number:
        p = replaced(t)
        return total(lambda y: p[y] * names["r"][y]) - names["beta"] * kl(names["q"], p)

    names |= {
        "__builtins__": {}, "N": size, "S": total, "KL": kl, "ENT": entropy, "VAR": variance, "ZZ": normaliser,
        "TILT": tilted, "LAG": lagrangian, "FWD": forward, "SM": _softmax, "D": _slope, "LIM": _limit, "dec": _rounds,
        "sig": _sigmoid, "sp": lambda z: log(1 + exp(z)), "exp": exp, "log": log, "sqrt": sqrt, "tanh": tanh,
        "asin": asin, "sin": sin, "cos": cos, "quad": quad, "mpf": mpf, "mn": min, "mx": max, "abs": abs,
        "range": range, "clip": lambda x, a, b: min(max(x, a), b), "BT": lambda a, b: exp(a) / (exp(a) + exp(b)),
        "PL": lambda a, b, c: exp(a) / (exp(a) + exp(b) + exp(c)) * exp(b) / (exp(b) + exp(c)),
    }  # fmt: skip
    return names


def _sigmoid(z: Number) -> Number:
    return 1 / (1 + exp(-z))


def _slope(f: Callable[[Number], Number], at: Number, order: int = 1) -> Number:
    """A central difference."""
    h = mpf("1e-12")
    if order == 1:
        return (f(at + h) - f(at - h)) / (2 * h)
    return (f(at + h) - 2 * f(at) + f(at - h)) / h**2


def _limit(f: Callable[[Number], Number], to: str) -> Number:
    """The value far out, or close by; where it has not settled, nan, which equals nothing."""
    point = {"inf": mpf("1e7"), "-inf": mpf("-1e7"), "0+": mpf("1e-14")}[to]
    first, second = f(point), f(point * (mpf("0.1") if to == "0+" else 10))
    return second if abs(first - second) < mpf("1e-5") * max(1, abs(second)) else mpf("nan")


def _rounds(value: Number, shown: str) -> bool:
    """Whether a value is within half a unit of the last digit shown."""
    unit = Fraction(1, 10 ** len(shown.partition(".")[2]))
    half = mpf(unit.numerator) / unit.denominator / 2
    return abs(value - mpf(shown)) <= half * (1 + mpf("1e-20"))


# ------------------------------------------------------------------ every step


def wrong() -> Iterator[str]:
    """The steps whose stated truth the numbers do not bear out."""
    mp.dps = 60
    for file, document in documents():
        for step in (s for s in document["steps"] if "check" in s):
            found = [holds(step["check"], document["world"], seed) for seed in range(DRAWS)]
            if all(found) != step["truth"]:
                yield f"{file} {document['id']}:{step['line']}: stated {step['truth']}, holds at {sum(found)}/{DRAWS}"


if __name__ == "__main__":
    found = list(wrong())
    print("\n".join(found) or "every step is as stated")
    sys.exit(bool(found))
