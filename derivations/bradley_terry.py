"""Bradley–Terry preferences are a sigmoid of the reward margin.

Source: Bradley and Terry (1952), Biometrika 39(3/4), 324–345; Rafailov et al. (2023), arXiv 2305.18290, eq. 1.
"""

from symrlhf import (
    Eq,
    Gt,
    Lines,
    Prompt,
    Real,
    Response,
    Reward,
    by,
    derivation,
    exp,
    given,
    log,
    numeric,
    sigmoid,
)
from symrlhf.steps import (
    cancel,
    combine_exponents,
    compute,
    definition,
    divide_through,
    exponents,
    isolate,
    unfold_definition,
)


@derivation("Bradley–Terry to sigmoid", catalog="A1", tier=1)
def bradley_terry_to_sigmoid(r_w: Real, r_l: Real) -> Lines:
    """Only the margin r_w − r_l matters: shifting both rewards changes nothing."""
    yield exp(r_w) / (exp(r_w) + exp(r_l)), "the model, with strengths λ_i = exp(r_i)"
    yield divide_through(exp(r_w))
    yield 1 / (1 + exp(-(r_w - r_l))), exponents
    yield definition(sigmoid)


@derivation("The odds of a preference", catalog="A5", tier=2)
def preference_odds(z: Real) -> Lines:
    """The log-odds are the margin."""
    yield sigmoid(z) / sigmoid(-z), "how often the first response wins for each win of the other"
    yield unfold_definition(sigmoid)
    yield compute("simplify")


@derivation("Odds multiply", catalog="A5", tier=2)
def odds_multiply(r_1: Real, r_2: Real, r_3: Real) -> Lines:
    """The odds of 1 against 3 follow from those of 1 against 2 and of 2 against 3: a test of the model."""
    yield sigmoid(r_1 - r_2) / sigmoid(-(r_1 - r_2)) * (sigmoid(r_2 - r_3) / sigmoid(-(r_2 - r_3)))
    yield by(preference_odds, z=r_1 - r_2)
    yield by(preference_odds, z=r_2 - r_3)
    yield combine_exponents, "the odds of 1 against 3"


@derivation("Preferences do not see a shift", catalog="A4", tier=1)
def preference_shift(r: Reward, f: Reward, x: Prompt, y_w: Response, y_l: Response) -> Lines:
    """Whatever a prompt adds to the rewards of all its responses leaves every preference as it was."""
    r_w, r_l = r[x, y_w] + f[x], r[x, y_l] + f[x]
    yield exp(r_w) / (exp(r_w) + exp(r_l)), "the model, with rewards r(x, y) + f(x)"
    yield by(bradley_terry_to_sigmoid, r_w=r_w, r_l=r_l)
    yield cancel


@derivation("Preferences determine the reward up to a shift", catalog="A4", tier=1)
def preference_identifies(s: Reward, r: Reward, x: Prompt, y_w: Response, y_l: Response) -> Lines:
    """Two rewards with the same preferences differ by the same amount at every response of a prompt."""
    s_w, s_l, r_w, r_l = s[x, y_w], s[x, y_l], r[x, y_w], r[x, y_l]
    yield Eq(sigmoid(s_w - s_l), sigmoid(r_w - r_l)), given("s and r predict the same preference")
    yield Eq(s_w, s_l + r_w - r_l), isolate(s_w), "the sigmoid is injective"


@derivation("Preferences see the scale", catalog="A4", tier=1)
def preference_scale(c: Real, d: Real) -> Lines:
    """Rewards c times as large predict the same preference only for c = 1: location is free, scale is not."""
    yield Gt(d, 0), given("d is the margin of two responses that differ in reward")
    yield Eq(sigmoid(c * d), sigmoid(d)), given("a margin c times as large predicts the same preference")
    yield Eq(c, 1), isolate(c), "the sigmoid is injective"


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
