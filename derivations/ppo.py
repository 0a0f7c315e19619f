"""PPO: the clipped surrogate, what it ignores, and the clipped value loss.

Source: Schulman et al. (2017), arXiv 1707.06347, eq. 7; Ye et al. (2019), arXiv 1912.09729, sec. 3 (dual clip, from
memory); Dhariwal et al. (2017), OpenAI Baselines, ppo2 (value clip, from memory).
"""

from typing import Annotated

from symrlhf import (
    Abs,
    DependsOn,
    Gt,
    Le,
    Lines,
    Lt,
    Max,
    Min,
    Parameter,
    Positive,
    Real,
    by,
    clip,
    derivation,
    diff,
    driven,
    exp,
    given,
    limit,
    log,
    numeric,
    start,
)
from symrlhf.steps import differentiate, settle, unfold_definition

Moving = Annotated[Real, DependsOn("theta")]
"""A log-probability that varies with the parameters θ."""


@derivation("The clipped surrogate in closed form", catalog="D9", tier=1)
def clipped_surrogate(rho: Positive, A: Real, eps: Positive, delta: Positive) -> Lines:
    """A positive advantage is clipped from above, a negative one from below: the other clip never binds."""
    yield Lt(eps, 1), given("ε is the lower clip range, δ the upper one")
    yield start(Min(rho * A, clip(rho, 1 - eps, 1 + delta) * A)), "the pessimistic of two estimates"
    yield unfold_definition(clip)
    yield Min(Max((1 - eps) * A, (1 + delta) * A), rho * A), "split on the sign of A"


@derivation("The surrogate is pessimistic", catalog="D9", tier=1)
def pessimistic_surrogate(rho: Positive, A: Real, eps: Positive, delta: Positive) -> Lines:
    """It never promises more than the unclipped estimate ρ A, whatever the sign of the advantage."""
    yield Lt(eps, 1), given("ε is the lower clip range, δ the upper one")
    yield Le(Min(rho * A, clip(rho, 1 - eps, 1 + delta) * A), rho * A), "a minimum is at most its first entry"


@derivation("The effective ratio", catalog="D9", tier=1)
def effective_ratio(rho: Positive, A: Positive, eps: Positive, delta: Positive) -> Lines:
    """A good action of advantage A counts with min(ρ, 1 + δ), a bad one of advantage −A with max(ρ, 1 − ε)."""
    yield Lt(eps, 1), given("ε is the lower clip range, δ the upper one")
    ratio = clip(rho, 1 - eps, 1 + delta)
    yield start(Min(rho * A, ratio * A)), "the surrogate of a good action"
    yield unfold_definition(clip)
    yield A * Min(rho, 1 + delta), "A is positive: the smaller ratio counts"
    yield start(Min(rho * -A, ratio * -A)), "of a bad one"
    yield unfold_definition(clip)
    yield -A * Max(rho, 1 - eps), "−A is negative: the greater ratio counts"


@derivation("With one clip range the surrogate is capped by A + ε |A|", catalog="D9", tier=1)
def symmetric_surrogate(rho: Positive, A: Real, eps: Positive) -> Lines:
    """The cap does not depend on the policy, so beyond it there is no gradient."""
    yield Lt(eps, 1), given("ε is the clip range")
    yield start(Min(rho * A, clip(rho, 1 - eps, 1 + eps) * A)), "the pessimistic of two estimates"
    yield unfold_definition(clip)
    yield Min(rho * A, A + eps * Abs(A)), "split on the sign of A"


@derivation("Where the surrogate has a gradient", catalog="D10 D11 X19", tier=1)
def active_surrogate(rho: Positive, A: Positive, eps: Positive, delta: Positive) -> Lines:
    """A good action whose ratio is below 1 + δ counts with its whole ratio, also far below 1 − ε."""
    yield Lt(eps, 1), given("ε is the lower clip range, δ the upper one")
    yield Lt(rho, 1 + delta), given("the ratio is not yet clipped from above")
    yield start(Min(rho * A, clip(rho, 1 - eps, 1 + delta) * A)), "the surrogate of a positive advantage"
    yield rho * A, "the smaller entry, whether or not ρ is below 1 − ε; its slope in ρ is A"


@derivation("Where the surrogate is flat", catalog="D10 D12", tier=1)
def flat_surrogate(rho: Positive, A: Positive, eps: Positive, delta: Positive) -> Lines:
    """Beyond 1 + δ nothing depends on the ratio: no gradient pulls it back, so clipping is no trust region."""
    yield Lt(eps, 1), given("ε is the lower clip range, δ the upper one")
    beyond = yield Gt(rho, 1 + delta), given("the ratio is beyond the upper clip")
    yield start(Min(rho * A, clip(rho, 1 - eps, 1 + delta) * A)), "the surrogate of a positive advantage"
    yield unfold_definition(clip)
    value = (yield (1 + delta) * A, settle(beyond), "beyond the clip it is the smaller entry").rhs
    yield start(diff(value, rho)), "its slope in the ratio"
    yield differentiate(rho)


@derivation("Where a bad action has a gradient", catalog="D10 D12", tier=1)
def active_bad_action(rho: Positive, A: Positive, eps: Positive, delta: Positive) -> Lines:
    """A bad action whose ratio is above 1 − ε counts with its whole ratio, however large: its weight has no bound."""
    yield Lt(eps, 1), given("ε is the lower clip range, δ the upper one")
    yield Gt(rho, 1 - eps), given("the ratio is not yet clipped from below")
    yield start(Min(rho * -A, clip(rho, 1 - eps, 1 + delta) * -A)), "the surrogate of the advantage −A"
    yield unfold_definition(clip)
    value = (yield -(rho * A), "above the clip it is the smaller entry").rhs
    yield start(diff(value, rho)), "its slope in the ratio"
    yield differentiate(rho)


@derivation("Where a bad action is flat", catalog="D10", tier=1)
def flat_bad_action(rho: Positive, A: Positive, eps: Positive, delta: Positive) -> Lines:
    """Below 1 − ε nothing depends on the ratio: what has become rare enough is left alone."""
    yield Lt(eps, 1), given("ε is the lower clip range, δ the upper one")
    beyond = yield Lt(rho, 1 - eps), given("the ratio is beyond the lower clip")
    yield start(Min(rho * -A, clip(rho, 1 - eps, 1 + delta) * -A)), "the surrogate of the advantage −A"
    yield unfold_definition(clip)
    value = (yield -((1 - eps) * A), settle(beyond), "below the clip it is the smaller entry").rhs
    yield start(diff(value, rho)), "its slope in the ratio"
    yield differentiate(rho)


@derivation("The slopes on the two sides of a kink", catalog="D10", tier=1)
def kink_slopes(rho: Positive, A: Positive, delta: Positive) -> Lines:
    """At ρ = 1 + δ the slope of a good action jumps from A to 0: there the surrogate has no derivative."""
    kink = A * Min(rho, 1 + delta)
    yield limit((kink - A * (1 + delta)) / (rho - (1 + delta)), rho, 1 + delta, "-"), "the slope from below"
    yield A, "below the kink the surrogate is ρ A"
    yield start(limit((kink - A * (1 + delta)) / (rho - (1 + delta)), rho, 1 + delta, "+")), "and from above"
    yield 0, "above it the surrogate is constant"


@derivation("The gradient of the active surrogate", catalog="D10 D11", tier=1)
def surrogate_gradient(theta: Parameter, ell: Moving, ell_old: Real, A: Real) -> Lines:
    """The ratio itself weighs the score, it is not clipped; at the old policy it is 1: the plain policy gradient."""
    yield diff(exp(ell - ell_old) * A, theta), "ρ A, with ρ = e^{ℓ − ℓ_old} and ℓ = log π"
    yield differentiate(theta), "∇ρ = ρ ∇log π"


@derivation("The surrogate is no loss", catalog="X17", tier=1)
def surrogate_as_loss(rho: Positive, A: Positive, eps: Positive, delta: Positive) -> Lines:
    """Its negative is: descent then raises the ratio of a good action, where the surrogate itself would lower it."""
    yield Lt(eps, 1), given("ε is the lower clip range, δ the upper one")
    yield Lt(rho, 1 + delta), given("the ratio is not yet clipped from above")
    yield start(-Min(rho * A, clip(rho, 1 - eps, 1 + delta) * A)), "the loss of a good action"
    loss = (yield by(active_surrogate)).rhs
    yield start(diff(loss, rho)), "its slope in the ratio"
    yield differentiate(rho), "negative: descent raises ρ"


@derivation("The dual clip", catalog="D18", tier=3)
def dual_clip(rho: Positive, A: Real, eps: Positive, delta: Positive, c: Real) -> Lines:
    """Where the advantage is negative, the bound c A stops large ratios from dominating the gradient."""
    yield Lt(eps, 1), given("ε is the lower clip range, δ the upper one")
    yield Gt(c, 1), given("c is a bound on the ratio")
    surrogate = Min(rho * A, clip(rho, 1 - eps, 1 + delta) * A)
    yield start(Max(c * Min(A, 0), surrogate)), "never below c A where A is negative"
    yield unfold_definition(clip)
    yield Max(c * Min(A, 0), Min(Max((1 - eps) * A, (1 + delta) * A), rho * A)), "split on the sign of A"


@derivation("The clipped value loss", catalog="D15", tier=2)
def clipped_value_loss(V: Real, V_old: Real, R: Real, eps: Positive) -> Lines:
    """The greater of two squared errors: that of V, and that of V kept within ε of its old value."""
    yield Max((V - R) ** 2, (V_old + clip(V - V_old, -eps, eps) - R) ** 2) / 2
    yield unfold_definition(clip)


@derivation("Where the value loss has a gradient", catalog="D15", tier=2)
def active_value_loss(V: Real, V_old: Real, R: Real, eps: Positive) -> Lines:
    """A value that moved up by more than ε is pulled back as long as it is farther from R than V_old + ε is."""
    yield Gt(V, V_old + eps), given("the value is beyond the clip")
    yield Lt(R, (V + V_old + eps) / 2), given("the return R is nearer to V_old + ε than to V")
    yield start(Max((V - R) ** 2, (V_old + clip(V - V_old, -eps, eps) - R) ** 2) / 2), "the value loss"
    loss = (yield (V - R) ** 2 / 2, "the greater square is that of V").rhs
    yield start(diff(loss, V)), "its slope in the value"
    yield differentiate(V)


@derivation("Where the value loss is flat", catalog="D15", tier=2)
def flat_value_loss(V: Real, V_old: Real, R: Real, eps: Positive) -> Lines:
    """Beyond the clip, and nearer to R than V_old + ε is, a value has no gradient, though it is not yet right."""
    yield Gt(V, V_old + eps), given("the value is beyond the clip")
    yield Gt(R, (V + V_old + eps) / 2), given("the return R is nearer to V than to V_old + ε")
    yield start(Max((V - R) ** 2, (V_old + clip(V - V_old, -eps, eps) - R) ** 2) / 2), "the value loss"
    loss = (yield (V_old + eps - R) ** 2 / 2, "the greater square is that of the clipped value").rhs
    yield start(diff(loss, V)), "its slope in the value"
    yield differentiate(V)


_clipped = numeric(
    clipped_surrogate,
    args=lambda rho, A, eps, delta: {"logratio": log(rho), "advantage": A, "eps_low": eps, "eps_high": delta},
    mean_over="batch",
    domain={"eps_low": "(0, 1)"},
    wrt=("logratio",),
)
ppo_clip_objective = numeric(
    dual_clip,
    args=lambda rho, A, eps, delta, c: {
        "logratio": log(rho),
        "advantage": A,
        "eps_low": eps,
        "eps_high": delta,
        "dual_clip": c,
    },
    mean_over="batch",
    masked=True,
    defaults={"eps_low": 0.2, "eps_high": None, "dual_clip": None, "reduction": "none"},
    same={"eps_high": "eps_low"},
    without={"dual_clip": _clipped},
    domain={"eps_low": "(0, 1)", "dual_clip": "(1, inf)"},
    wrt=("logratio",),
    doc="The clipped surrogate of PPO, an objective to be maximised; where both sides are one double, .grad is 0.",
)
value_loss_clipped = numeric(
    clipped_value_loss,
    args={"values": "V", "old_values": "V_old", "returns": "R", "eps": "eps"},
    mean_over="batch",
    masked=True,
    defaults={"eps": 0.2},
    wrt=("values",),
    doc="The clipped value loss of PPO, with the factor 1/2.",
)
ppo_clip_active = driven(active_surrogate, "ppo_clip_active", doc="Where the clipped surrogate has a gradient.")
