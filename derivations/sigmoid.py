"""The sigmoid toolkit: what every preference loss uses.

Source: the standard identities of the logistic function; Cox (1958), J. R. Stat. Soc. B 20(2), 215–232.
"""

from symrlhf import Eq, Lines, Real, derivation, diff, exp, given, log, sigmoid, softplus
from symrlhf.steps import (
    cancel,
    definition,
    differentiate,
    divide_through,
    expand_log,
    exponents,
    isolate,
    log_of_reciprocal,
    take_logs,
    together,
    unfold_definition,
)


@derivation("The complement of a sigmoid", catalog="A2", tier=1)
def sigmoid_complement(z: Real) -> Lines:
    """The probability of the other outcome is the sigmoid of minus the margin."""
    yield 1 - sigmoid(z)
    yield unfold_definition(sigmoid)
    yield together
    yield divide_through(exp(-z))
    yield definition(sigmoid)


@derivation("The log-sigmoid is a negative softplus", catalog="A2 B2", tier=1)
def log_sigmoid_softplus(z: Real) -> Lines:
    """The logistic loss has two faces: −log σ(z) and log(1 + e^{−z})."""
    yield log(sigmoid(z))
    yield unfold_definition(sigmoid)
    yield log_of_reciprocal
    yield definition(softplus)


@derivation("The slope of the log-sigmoid", catalog="A2", tier=1)
def log_sigmoid_slope(z: Real) -> Lines:
    """The slope is the probability of the wrong answer: confident pairs stop teaching."""
    yield diff(log(sigmoid(z)), z)
    yield differentiate(z)
