"""The sigmoid toolkit: the identities every preference loss uses.

Source: Cox (1958), J. R. Stat. Soc. B 20(2), 215–232; Verhulst (1838), Corresp. Math. Phys. 10, 113–121.
"""

from symrlhf import Eq, Gt, Lines, Lt, Real, by, derivation, diff, exp, given, log, numeric, sigmoid, softplus, tanh
from symrlhf.steps import (
    combine_log,
    compute,
    definition,
    differentiate,
    divide_through,
    expand_log,
    factor,
    isolate,
    log_of_reciprocal,
    together,
    unfold_definition,
)


@derivation("The complement of a sigmoid", catalog="A2", tier=1)
def sigmoid_complement(z: Real) -> Lines:
    """The probability of the other outcome is the sigmoid of minus the margin."""
    yield 1 - sigmoid(z)
    yield unfold_definition(sigmoid)
    yield exp(-z) / (1 + exp(-z)), together
    yield 1 / (1 + exp(z)), divide_through(exp(-z))
    yield sigmoid(-z), definition(sigmoid)


@derivation("The log-sigmoid is a negative softplus", catalog="A2 B2", tier=1)
def log_sigmoid_softplus(z: Real) -> Lines:
    """The logistic loss has two faces: −log σ(z) and log(1 + e^{−z})."""
    yield log(sigmoid(z))
    yield unfold_definition(sigmoid)
    yield log_of_reciprocal
    yield definition(softplus)


@derivation("The slope of the sigmoid", catalog="A2", tier=1)
def sigmoid_slope(z: Real) -> Lines:
    """The slope is the product of the two outcomes' probabilities, largest where they are equal."""
    yield diff(sigmoid(z), z)
    yield differentiate(z)


@derivation("The curvature of the sigmoid", catalog="A2", tier=1)
def sigmoid_curvature(z: Real) -> Lines:
    """The slope itself is steepest where the outcomes are neither equal nor certain."""
    yield diff(diff(sigmoid(z), z), z)
    yield by(sigmoid_slope)
    yield differentiate(z)
    yield factor
    yield sigmoid(z) * sigmoid(-z) * (1 - 2 * sigmoid(z)), by(sigmoid_complement)


@derivation("The slope of the log-sigmoid", catalog="A2", tier=1)
def log_sigmoid_slope(z: Real) -> Lines:
    """The slope is the probability of the wrong answer: pairs that are right with confidence stop teaching."""
    yield diff(log(sigmoid(z)), z)
    yield differentiate(z)


@derivation("The slope of the softplus", catalog="A2", tier=1)
def softplus_slope(z: Real) -> Lines:
    """The softplus rises at the rate σ(z), between 0 and 1."""
    yield diff(softplus(z), z)
    yield differentiate(z)


@derivation("The two softplus branches differ by the margin", catalog="A2 B4", tier=1)
def softplus_difference(z: Real) -> Lines:
    """Softplus of z and of −z differ by z: what label smoothing and stable code rest on."""
    yield softplus(z) - softplus(-z)
    yield unfold_definition(softplus)
    yield log((1 + exp(z)) / (1 + exp(-z))), combine_log()
    yield log(exp(z)), compute("cancel"), "take e^z out of the numerator"
    yield z, expand_log, "log inverts exp"


@derivation("The logit inverts the sigmoid", catalog="A2", tier=1)
def logit_inverts_sigmoid(z: Real, p: Real) -> Lines:
    """The margin is the log-odds of its probability."""
    yield Gt(p, 0), given("p is a probability above 0")
    yield Lt(p, 1), given("and below 1")
    yield Eq(p, 1 / (1 + exp(-z))), given("p is the sigmoid of z")
    yield Eq(z, log(p / (1 - p))), isolate(z)


@derivation("The sigmoid is a hyperbolic tangent", catalog="A2", tier=1)
def sigmoid_tanh(z: Real) -> Lines:
    """The sigmoid is the hyperbolic tangent of half the argument, shifted and scaled to (0, 1)."""
    yield (1 + tanh(z / 2)) / 2
    yield unfold_definition(tanh)
    yield exp(z / 2) / (exp(z / 2) + exp(-z / 2)), together
    yield 1 / (1 + exp(-z)), divide_through(exp(z / 2))
    yield definition(sigmoid)


@derivation("Two sigmoids stay below one", catalog="A2", tier=1)
def sigmoid_product(a: Real, b: Real) -> Lines:
    """Two right answers in a row are less likely than one whose margin is the sum: σ(a) σ(b) < σ(a + b)."""
    yield sigmoid(a) * sigmoid(b)
    yield 1 / (1 + exp(-a) + exp(-b) + exp(-(a + b))), unfold_definition(sigmoid), "definition of σ, multiplied out"
    yield Lt(sigmoid(a) * sigmoid(b), sigmoid(a + b)), "σ(a + b) lacks two positive terms of this denominator"


sigmoid_ = numeric(
    sigmoid_complement,
    args=lambda z: {"z": z},
    returns=lambda z: sigmoid(z),
    doc="The logistic function 1/(1 + e^{−z}), subnormals kept.",
)
logsigmoid = numeric(
    log_sigmoid_softplus,
    args=lambda z: {"z": z},
    side="lhs",
    doc="log σ(z) = −softplus(−z), for every z without overflow.",
)
softplus_ = numeric(
    softplus_difference,
    args=lambda z: {"z": z},
    returns=lambda z: softplus(z),
    doc="log(1 + e^z), for every z without overflow.",
)
logit = numeric(logit_inverts_sigmoid, args=lambda p: {"p": p}, doc="The log-odds log(p/(1 − p)).")
