"""Random true equations: an expression, and what SymPy's own rewriting makes of it.

SymPy is told which symbols are positive, so that what it does to logarithms and roots is valid. The bodies of sums
are rewritten like any other expression; sums themselves are symbols to SymPy.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from random import Random
from typing import Any

import sympy

from symrlhf.read.sympy import from_sympy
from symrlhf.setting import Declaration, Policy, Reward, Setting
from symrlhf.term import (
    Abs,
    Binder,
    Eq,
    Max,
    Min,
    Neg,
    Rel,
    Sum,
    Sym,
    Term,
    as_term,
    bind,
    clip,
    exp,
    log,
    sigmoid,
    softplus,
    sqrt,
    tanh,
)
from symrlhf.write.sympy import sigmoid as sympy_sigmoid
from symrlhf.write.sympy import softplus as sympy_softplus
from symrlhf.write.sympy import to_sympy

PI, R, F = Policy("pi"), Reward("r"), Reward("f")
REALS = [Sym(n) for n in "abz"]
POSITIVES = [Sym(n) for n in ("u", "v", "beta")]
SETTING = Setting().declare(
    *(Declaration(s.name, sign="positive") for s in POSITIVES),
    Declaration("pi", sign="positive", distribution=True),
)


class Maker:
    """Random expressions: scalars with exp, log, σ, softplus, tanh, roots, powers and kinks; sums over a set."""

    def __init__(self, rng: Random, kinks: bool = True):
        self.rng = rng
        self.kinks = kinks
        self.scope: list[Sym] = []

    def real(self, depth: int) -> Term:
        rng, deeper = self.rng, depth - 1
        if depth <= 0:
            atoms = [*REALS, *(R[i] for i in self.scope), *(F[i] for i in self.scope), self.positive(0), self.number()]
            return rng.choice(atoms)
        makers: list[Callable[[], Term]] = [
            lambda: self.real(deeper) + self.real(deeper),
            lambda: self.real(deeper) - self.real(deeper),
            lambda: self.real(deeper) * self.real(deeper),
            lambda: self.real(deeper) / self.positive(deeper),
            lambda: Neg(self.real(deeper)),
            lambda: self.real(deeper) ** rng.choice((2, 3)),
            lambda: log(self.positive(deeper)),
            lambda: tanh(self.real(min(deeper, 1))),
            lambda: self.positive(depth),
            lambda: Sum(*self.under(deeper)),
        ]
        if self.kinks and not self.scope:
            makers += [
                lambda: rng.choice((Max, Min))(self.real(min(deeper, 1)), self.real(min(deeper, 1))),
                lambda: Abs(self.real(min(deeper, 2))),
                lambda: clip(self.real(min(deeper, 1)), 0, 1),
            ]
        return rng.choice(makers)()

    def positive(self, depth: int) -> Term:
        rng, deeper = self.rng, depth - 1
        if depth <= 0:
            return rng.choice([*POSITIVES, *(PI[i] for i in self.scope)])
        makers: list[Callable[[], Term]] = [
            lambda: exp(self.real(min(deeper, 1))),
            lambda: exp(self.real(min(deeper, 1)) * self.number()),
            lambda: sigmoid(self.real(min(deeper, 1))),
            lambda: softplus(self.real(min(deeper, 1))),
            lambda: self.positive(deeper) + self.positive(deeper),
            lambda: self.positive(deeper) * self.positive(deeper),
            lambda: self.positive(deeper) / self.positive(deeper),
            lambda: sqrt(self.positive(deeper)),
            lambda: self.positive(deeper) ** rng.choice([*REALS[:1], as_term(Fraction(3, 2)), Neg(as_term(2))]),
            lambda: 1 + self.positive(deeper),
        ]
        return rng.choice(makers)()

    def number(self) -> Term:
        return as_term(self.rng.choice((1, 2, 3, Fraction(1, 2), Fraction(3, 2), Fraction(1, 3))))

    def under(self, depth: int) -> tuple[Sym, Term]:
        index = PI.index(f"k{len(self.scope)}")
        self.scope.append(index)
        body = self.real(min(depth, 2))
        self.scope.pop()
        return index, body


def _sides(e: Any) -> Any:
    """max and min by |·|."""
    return e.replace(sympy.Max, lambda *x: _by_size(x, 1)).replace(sympy.Min, lambda *x: _by_size(x, -1))


def _by_size(args: tuple[Any, ...], side: int) -> Any:
    first, *rest = args
    if not rest:
        return first
    other = _by_size(tuple(rest), side)
    return (first + other + side * sympy.Abs(first - other)) / 2


def _softplus_turned(e: Any) -> Any:
    return e.replace(sympy_softplus, lambda t: t + sympy.log(1 + sympy.exp(-t)))


def _sigmoid_turned(e: Any) -> Any:
    return e.replace(sympy_sigmoid, lambda t: sympy.exp(t) / (1 + sympy.exp(t)))


REWRITERS: dict[str, Callable[[Any], Any]] = {
    "expand": sympy.expand,
    "factor": sympy.factor,
    "together": sympy.together,
    "apart": lambda e: sympy.apart(e, full=False) if len(e.free_symbols) == 1 else e,
    "cancel": sympy.cancel,
    "collect": lambda e: sympy.collect(e, sorted(e.free_symbols, key=str)[:1]),
    "logcombine": sympy.logcombine,
    "expand_log": sympy.expand_log,
    "expand_power_exp": lambda e: sympy.expand_power_exp(e),
    "powsimp": sympy.powsimp,
    "rewrite exp": lambda e: e.rewrite(sympy.exp),
    "sigmoid": _sigmoid_turned,
    "softplus": _softplus_turned,
    "max and min": _sides,
}


def rewritten(term: Term, rng: Random) -> tuple[Term, tuple[str, ...]]:
    """What up to three of SymPy's rewritings make of it, and their names."""
    term = _with_bodies_rewritten(term, rng)
    e, names = to_sympy(term, SETTING), tuple(rng.sample(sorted(REWRITERS), 3))
    for name in names:
        e = REWRITERS[name](e)
    return from_sympy(e), names


def _with_bodies_rewritten(term: Term, rng: Random) -> Term:
    if isinstance(term, Binder):
        index = term.fresh()
        return bind(term.kind, index, *(rewritten(b, rng)[0] for b in term.opened(index)))
    children = tuple(_with_bodies_rewritten(c, rng) for c in term.children)
    return term if children == term.children else term.rebuild(children)


def claim(seed: str, kinks: bool = True) -> tuple[Rel, tuple[str, ...]] | None:
    """An equation that SymPy's rewriting made; None where it changed nothing."""
    rng = Random(seed)
    left = Maker(rng, kinks).real(rng.randint(2, 4))
    right, names = rewritten(left, rng)
    return None if right == left else (Eq(left, right), names)
