"""Writing a derivation: a generator of lines, each computed by a move or typed, each proven by the kernel.

    @derivation("Bradley–Terry to sigmoid", catalog="A1", tier=1)
    def bradley_terry_to_sigmoid(r_w: Real, r_l: Real) -> Lines:
        yield exp(r_w) / (exp(r_w) + exp(r_l)), "the model"
        yield divide_through(exp(r_w))

A line is a term (it continues the chain: "= term"), a relation, a move (it prints what SymPy computed), or a tuple
of these with a reason in words. What is sent back is the line's `Theorem`. A line that is false, or true but not
by its move, is thrown into the generator, so that the traceback ends at the author's own line.
"""

from symrlhf.authoring.board import Board
from symrlhf.authoring.derived import Derivation, derivation
from symrlhf.authoring.line import Line
from symrlhf.authoring.reasons import Item, Lines, by, given, let, nonnegative, start

__all__ = [
    "Board",
    "Derivation",
    "Item",
    "Line",
    "Lines",
    "by",
    "derivation",
    "given",
    "let",
    "nonnegative",
    "start",
]
