"""Ties: two models of comparisons that may end without a winner.

Source: Rao and Kupper (1967), J. Amer. Statist. Assoc. 62(317), 194–204, eqs. 2.6–2.8; Davidson (1970), J. Amer.
Statist. Assoc. 65(329), 317–328, eq. 2.8 (the equation numbers from memory).
"""

from symrlhf import Lines, Positive, Rational, Real, derivation, exp, numeric, sigmoid
from symrlhf.steps import divide_through


@derivation("Ties after Rao and Kupper", catalog="A9", tier=3)
def threshold_ties(z: Real, eta: Positive) -> Lines:
    """A comparison is tied unless the margin, with logistic noise, exceeds the threshold η: no difference cancels."""
    yield 1 - sigmoid(z - eta) - sigmoid(-z - eta), "neither response wins by more than η"
    yield (exp(2 * eta) - 1) * sigmoid(z - eta) * sigmoid(-z - eta), "over a common denominator"
    yield (1 - exp(-2 * eta)) * sigmoid(eta - z) * sigmoid(eta + z), "rewritten so that no factor is large"


@derivation("Ties after Davidson", catalog="A10", tier=3)
def geometric_ties(r_w: Real, r_l: Real, nu: Positive) -> Lines:
    """The strength of a tie is ν times the geometric mean of the two strengths; without ties it is Bradley–Terry."""
    half = (r_w - r_l) / 2
    tie = exp((r_w + r_l) / 2)
    yield exp(r_w) / (exp(r_w) + exp(r_l) + nu * tie), "the model, with strengths exp(r_w), exp(r_l) and ν√(λ_w λ_l)"
    yield divide_through(exp(r_w))
    yield (
        sigmoid(r_w - r_l) / (1 + nu * (exp(half) * sigmoid(-(r_w - r_l)))),
        "divide numerator and denominator by 1 + exp(−(r_w − r_l))",
    )


rk_probs = numeric(
    threshold_ties,
    args={"delta": "z", "eta": "eta"},
    returns=lambda z, eta: {
        "win": sigmoid(z - eta),
        "tie": (1 - exp(-2 * eta)) * sigmoid(eta - z) * sigmoid(eta + z),
        "lose": sigmoid(-z - eta),
    },
    wrt=("delta", "eta"),
    doc="The Rao–Kupper probabilities of a win, a tie and a loss, for margin delta and threshold eta = log θ.",
)
davidson_probs = numeric(
    geometric_ties,
    args={"delta": "delta", "nu": "nu"},
    at=lambda delta: {"r_w": delta, "r_l": Rational(0)},
    returns=lambda delta, nu: {
        "win": sigmoid(delta) / (1 + nu * (exp(delta / 2) * sigmoid(-delta))),
        "tie": nu * (exp(delta / 2) * sigmoid(-delta)) / (1 + nu * (exp(delta / 2) * sigmoid(-delta))),
        "lose": sigmoid(-delta) / (1 + nu * (exp(delta / 2) * sigmoid(-delta))),
    },
    wrt=("delta", "nu"),
    doc="Davidson's probabilities of a win, a tie and a loss, for margin delta and nu > 0.",
)
