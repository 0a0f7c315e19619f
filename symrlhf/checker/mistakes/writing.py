"""Terms put together as a hand would write them: no double minus, no product of one factor."""

from __future__ import annotations

from collections.abc import Sequence

from symrlhf.term import Add, Div, Mul, Neg, Rational, Sym, Term

ZERO, ONE, TWO = Rational(0), Rational(1), Rational(2)


def negated(term: Term) -> Term:
    """−term, written without a double minus."""
    if isinstance(term, Neg):
        return term.arg
    if isinstance(term, Add) and len(term.terms) == 2 and isinstance(term.terms[1], Neg):
        return Add((term.terms[1].arg, Neg(term.terms[0])))
    return Neg(term)


def times(factor: Term, term: Term) -> Term:
    """factor · term, a minus sign before both."""
    if isinstance(term, Neg):
        return Neg(times(factor, term.arg))
    return Mul((factor, *term.factors)) if isinstance(term, Mul) else Mul((factor, term))


def over(term: Term, divisor: Term) -> Term:
    """term/divisor, a minus sign before both."""
    return Neg(Div(term.arg, divisor)) if isinstance(term, Neg) else Div(term, divisor)


def sum_of(terms: list[Term]) -> Term:
    """One sum, without sums in it."""
    flat = [part for t in terms for part in (t.terms if isinstance(t, Add) else (t,))]
    return Add(tuple(flat)) if len(flat) > 1 else flat[0] if flat else ZERO


def product_of(factors: list[Term]) -> Term:
    """A product where there are several factors."""
    return Mul(tuple(factors)) if len(factors) > 1 else factors[0] if factors else ONE


def without(parts: Sequence[Term], i: int) -> list[Term]:
    return [*parts[:i], *parts[i + 1 :]]


TEMPERATURES = ("beta", "tau")
"""What a reward is divided by."""


def is_temperature(term: Term) -> bool:
    return isinstance(term, Sym) and term.name in TEMPERATURES


def shown(term: Term) -> str:
    """A subterm in words; what is bound around it has no letter of its own."""
    return str(term) if not term.dangling else "inside the sum"
