"""Formulas given by themselves: LaTeX, and text as lecture notes have it, as Terms."""

from __future__ import annotations

from symrlhf.notation import RELATION_OF
from symrlhf.read.meaning import meaning
from symrlhf.read.syntax import Chain, Sign, Words, Written, read_line
from symrlhf.read.tokens import UnreadableAt
from symrlhf.read.vocabulary import Vocabulary
from symrlhf.term import And, Rel, Relation, Term


def read_latex(text: str, words: Vocabulary | None = None) -> Term:
    r"""The term that a LaTeX formula stands for, without its dollar signs.

    >>> str(read_latex(r"\frac{1}{1+e^{-z}} = \sigma(z)"))
    '1/(1 + exp(−z)) = σ(z)'

    `words` says what the letters mean: by default π, π_ref and π_θ are policies, r is a reward, β is positive, and a
    letter that is not known is a real number. A formula with one relation is a `Rel`, a chain of them an `And`.
    Raises `Unreadable`, with the place, for what is not mathematics as it is read here, and for what could be
    read in two ways. Nothing is evaluated.
    """
    return _read(text, "latex", words)


def read_unicode(text: str, words: Vocabulary | None = None) -> Term:
    """The term that a formula typed as in lecture notes stands for.

    >>> str(read_unicode("d/dz softplus(z) = e^z/(1 + e^z)"))
    'd/dz softplus(z) = exp(z)/(1 + exp(z))'

    Several ASCII letters together are one name (`softplus`, `pi_ref`), Greek letters stand alone (βu is a product);
    exponents are z², e^{−z} or e^−z, subscripts y₁, y_w or x_{i}. For `words` and for errors see `read_latex`.
    """
    return _read(text, "text", words)


def _read(text: str, syntax: Written, words: Vocabulary | None) -> Term:
    try:
        line = read_line(text, syntax)
        chains = [item for item in line.items if isinstance(item, Chain)]
        loose = [item for item in line.items if isinstance(item, Words) and item.text.strip(" .,;")]
        if len(chains) != 1 or loose:
            raise UnreadableAt("expected one formula", loose[0].start if loose else len(text))
        return _related(chains[0], words or Vocabulary.built_in())
    except UnreadableAt as error:
        raise error.within(text) from None


def _related(chain: Chain, words: Vocabulary) -> Term:
    """The relations of a chain; ⇒ and ⇔ join relations."""
    for i, sign in enumerate(chain.relations):
        if RELATION_OF.get(sign.char) in ("implies", "iff"):
            left = Chain(chain.start, sign.start, chain.sides[: i + 1], chain.relations[:i])
            right = Chain(sign.end, chain.end, chain.sides[i + 1 :], chain.relations[i + 1 :])
            return Rel(RELATION_OF[sign.char], _related(left, words), _related(right, words))
    terms: list[Term] = []
    for side in chain.sides:
        if side is None:
            raise UnreadableAt("expected a formula on both sides", chain.start)
        reading = meaning(side, words)
        if reading.given:
            raise UnreadableAt("a derivative at a point is read in documents only: write d/dz", side.start)
        words = reading.words
        terms.append(reading.term)
    parts = [Rel(_relation(sign), *terms[i : i + 2]) for i, sign in enumerate(chain.relations)]
    return parts[0] if len(parts) == 1 else And(tuple(parts)) if parts else terms[0]


def _relation(sign: Sign) -> Relation:
    op = RELATION_OF.get(sign.char)
    if op is None:
        raise UnreadableAt(f"{sign.char} is no relation between two expressions", sign.start)
    return op
