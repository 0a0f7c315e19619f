"""Bradley–Terry preferences are a sigmoid of the reward margin.

Source: Bradley and Terry (1952), Biometrika 39(3/4), 324–345; Rafailov et al. (2023), arXiv 2305.18290, eq. 1.
"""

from symrlhf import Lines, Real, derivation, exp, log, numeric, sigmoid
from symrlhf.steps import definition, divide_through, exponents


@derivation("Bradley–Terry to sigmoid", catalog="A1", tier=1)
def bradley_terry_to_sigmoid(r_w: Real, r_l: Real) -> Lines:
    """Only the margin r_w − r_l matters: shifting both rewards changes nothing."""
    yield exp(r_w) / (exp(r_w) + exp(r_l)), "the model, with strengths λ_i = exp(r_i)"
    yield divide_through(exp(r_w))
    yield 1 / (1 + exp(-(r_w - r_l))), exponents
    yield definition(sigmoid)


bt_prob = numeric(
    bradley_terry_to_sigmoid,
    args=lambda r_w, r_l: {"r1": r_w, "r2": r_l},
    doc="The Bradley–Terry probability that response 1 is preferred.",
)
bt_logprob = numeric(
    bradley_terry_to_sigmoid,
    args=lambda r_w, r_l: {"r1": r_w, "r2": r_l},
    returns=lambda r_w, r_l: log(sigmoid(r_w - r_l)),
    doc="The Bradley–Terry log-probability that response 1 is preferred.",
)
