"""Laws of several tokens that factorise: π(a, b) = π(a) π(b | a), p(s, a) = μ(s) π(a | s).

A factor is a law of one token at the tokens before it: positive, summing to 1 over its own token. The joint is the
product of its factors; nothing else is known of it. Which factor π(·) is meant is told by the letters in its brackets,
so π(b) is no value of π(a): it is the marginal of the second token, once the document has said so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from symrlhf.term import IndexSet


@dataclass(frozen=True)
class Factor:
    """π(b | a): a law of one token at others."""

    law: str
    token: str
    given: tuple[str, ...]


@dataclass(frozen=True)
class Joint:
    """A law of several tokens at a prompt."""

    name: str
    tokens: tuple[str, ...]
    given: tuple[str, ...]
    factors: tuple[Factor, ...]
    """One for each token, in the order of the tokens: it is given the prompt and tokens before it, in their order."""
    sets: Mapping[str, IndexSet] = field(compare=False)
    """What each letter runs over."""
    told: frozenset[tuple[tuple[str, ...], tuple[str, ...]]] = frozenset()
    """Of which tokens, given which, the document says that this name is their law: marginals and posteriors."""

    @property
    def laws(self) -> frozenset[str]:
        return frozenset((self.name, *(f.law for f in self.factors)))

    def in_order(self, letters: frozenset[str]) -> tuple[str, ...]:
        return tuple(n for n in (*self.given, *self.tokens) if n in letters)

    def chain(self, tokens: tuple[str, ...], given: tuple[str, ...]) -> tuple[Factor, ...] | None:
        """The factors whose product is the law of consecutive tokens at all that come before them.

        The tokens behind need not be summed out: their factors add up to 1.
        """
        start = self.tokens.index(tokens[0])
        if self.tokens[start : start + len(tokens)] != tokens or given != (*self.given, *self.tokens[:start]):
            return None
        return self.factors[start : start + len(tokens)]


def role(name: str, letters: Mapping[str, IndexSet]) -> str | None:
    """Of which token a letter is a value: a' and a_2 are values of a, and y_1' is one of y_1."""
    bare = name.rstrip("'")
    stem = bare.partition("_")[0]
    return next((n for n in (bare, stem) if n in letters), None)


def factorised(
    name: str,
    tokens: tuple[str, ...],
    given: tuple[str, ...],
    factors: list[tuple[str, tuple[str, ...], tuple[str, ...]]],
    sets: Mapping[str, IndexSet],
) -> Joint | None:
    """The joint that is this product of laws, if it is one: each token once, at tokens before it and at the prompt."""
    of = {left[0]: (law, right) for law, left, right in factors if len(left) == 1}
    if len(factors) != len(tokens) or of.keys() != {*tokens} or len({*tokens, *given}) < len(tokens) + len(given):
        return None
    found: list[Factor] = []
    for i, token in enumerate(tokens):
        law, right = of[token]
        before = (*given, *tokens[:i])
        if not {*right} <= {*before}:
            return None
        found.append(Factor(law, token, tuple(n for n in before if n in right)))
    laws = [(f.law, len(f.given)) for f in found]
    # π(a) π(b) would be two values of one law, or two laws of one name.
    return Joint(name, tokens, given, tuple(found), sets) if len({*laws}) == len(laws) else None
