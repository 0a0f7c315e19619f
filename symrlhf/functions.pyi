"""Numeric functions of the theorems. Written by pytest --update-golden from derivations/."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from symrlhf.compile.function import NumericFunction
from symrlhf.compile.report import Report

Numbers = np.floating[Any] | NDArray[np.floating[Any]]
Reduction = Literal["mean", "sum", "none"]

__all__: list[str]

def names() -> tuple[str, ...]: ...
def named(name: str) -> NumericFunction: ...
def run_report(name: str, assignments: Mapping[str, str]) -> Report: ...
def write_pyi() -> str: ...

class BtProbGradient(NamedTuple):
    r1: Numbers
    r2: Numbers

class _BtProb(NumericFunction):
    def __call__(
        self,
        r1: ArrayLike,
        r2: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
    ) -> Numbers:
        """The Bradley–Terry probability that response 1 is preferred."""

    def grad(
        self,
        r1: ArrayLike,
        r2: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> BtProbGradient: ...
    def value_and_grad(
        self,
        r1: ArrayLike,
        r2: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[Numbers, BtProbGradient]: ...
    def hess(
        self,
        r1: ArrayLike,
        r2: ArrayLike,
        *,
        of: str | None = None,
    ) -> Numbers: ...

bt_prob: _BtProb

class BtLogprobGradient(NamedTuple):
    r1: Numbers
    r2: Numbers

class _BtLogprob(NumericFunction):
    def __call__(
        self,
        r1: ArrayLike,
        r2: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
    ) -> Numbers:
        """The Bradley–Terry log-probability that response 1 is preferred."""

    def grad(
        self,
        r1: ArrayLike,
        r2: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> BtLogprobGradient: ...
    def value_and_grad(
        self,
        r1: ArrayLike,
        r2: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[Numbers, BtLogprobGradient]: ...
    def hess(
        self,
        r1: ArrayLike,
        r2: ArrayLike,
        *,
        of: str | None = None,
    ) -> Numbers: ...

bt_logprob: _BtLogprob

class SigmoidGradient(NamedTuple):
    z: Numbers

class _Sigmoid(NumericFunction):
    def __call__(
        self,
        z: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
    ) -> Numbers:
        """The logistic function 1/(1 + e^{−z}), subnormals kept."""

    def grad(
        self,
        z: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> SigmoidGradient: ...
    def value_and_grad(
        self,
        z: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[Numbers, SigmoidGradient]: ...
    def hess(
        self,
        z: ArrayLike,
        *,
        of: str | None = None,
    ) -> Numbers: ...

sigmoid: _Sigmoid

class LogsigmoidGradient(NamedTuple):
    z: Numbers

class _Logsigmoid(NumericFunction):
    def __call__(
        self,
        z: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
    ) -> Numbers:
        """log σ(z) = −softplus(−z), for every z without overflow."""

    def grad(
        self,
        z: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> LogsigmoidGradient: ...
    def value_and_grad(
        self,
        z: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[Numbers, LogsigmoidGradient]: ...
    def hess(
        self,
        z: ArrayLike,
        *,
        of: str | None = None,
    ) -> Numbers: ...

logsigmoid: _Logsigmoid

class SoftplusGradient(NamedTuple):
    z: Numbers

class _Softplus(NumericFunction):
    def __call__(
        self,
        z: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
    ) -> Numbers:
        """log(1 + e^z), for every z without overflow."""

    def grad(
        self,
        z: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> SoftplusGradient: ...
    def value_and_grad(
        self,
        z: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[Numbers, SoftplusGradient]: ...
    def hess(
        self,
        z: ArrayLike,
        *,
        of: str | None = None,
    ) -> Numbers: ...

softplus: _Softplus

class LogitGradient(NamedTuple):
    p: Numbers

class _Logit(NumericFunction):
    def __call__(
        self,
        p: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
    ) -> Numbers:
        """The log-odds log(p/(1 − p))."""

    def grad(
        self,
        p: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> LogitGradient: ...
    def value_and_grad(
        self,
        p: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[Numbers, LogitGradient]: ...
    def hess(
        self,
        p: ArrayLike,
        *,
        of: str | None = None,
    ) -> Numbers: ...

logit: _Logit

class RmLossGradient(NamedTuple):
    r_w: Numbers
    r_l: Numbers

class _RmLoss(NumericFunction):
    def __call__(
        self,
        r_w: ArrayLike,
        r_l: ArrayLike,
        margin: ArrayLike | None = None,
        label_smoothing: ArrayLike = 0.0,
        center: ArrayLike = 0.0,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
    ) -> Numbers:
        """The preference loss of a reward model, with margin, label smoothing and centring."""

    def grad(
        self,
        r_w: ArrayLike,
        r_l: ArrayLike,
        margin: ArrayLike | None = None,
        label_smoothing: ArrayLike = 0.0,
        center: ArrayLike = 0.0,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> RmLossGradient: ...
    def value_and_grad(
        self,
        r_w: ArrayLike,
        r_l: ArrayLike,
        margin: ArrayLike | None = None,
        label_smoothing: ArrayLike = 0.0,
        center: ArrayLike = 0.0,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[Numbers, RmLossGradient]: ...
    def hess(
        self,
        r_w: ArrayLike,
        r_l: ArrayLike,
        margin: ArrayLike | None = None,
        label_smoothing: ArrayLike = 0.0,
        center: ArrayLike = 0.0,
        reduction: Reduction = "mean",
        *,
        of: str | None = None,
    ) -> Numbers: ...

rm_loss: _RmLoss

class KlOptimalPolicyResult(NamedTuple):
    log_probs: Numbers
    log_partition: Numbers

class KlOptimalPolicyGradient(NamedTuple):
    r: Numbers
    log_ref: Numbers

class _KlOptimalPolicy(NumericFunction):
    def __call__(
        self,
        r: ArrayLike,
        log_ref: ArrayLike,
        beta: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
    ) -> KlOptimalPolicyResult:
        """The optimal policy of KL-regularised reward maximisation, and log Z."""

    def grad(
        self,
        r: ArrayLike,
        log_ref: ArrayLike,
        beta: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> KlOptimalPolicyGradient: ...
    def value_and_grad(
        self,
        r: ArrayLike,
        log_ref: ArrayLike,
        beta: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[KlOptimalPolicyResult, KlOptimalPolicyGradient]: ...
    def hess(
        self,
        r: ArrayLike,
        log_ref: ArrayLike,
        beta: ArrayLike,
        *,
        of: str | None = None,
    ) -> Numbers: ...

kl_optimal_policy: _KlOptimalPolicy

class KlOptimalPolicyFromLogitsResult(NamedTuple):
    log_probs: Numbers
    log_partition: Numbers

class KlOptimalPolicyFromLogitsGradient(NamedTuple):
    r: Numbers
    log_ref: Numbers

class _KlOptimalPolicyFromLogits(NumericFunction):
    def __call__(
        self,
        r: ArrayLike,
        log_ref: ArrayLike,
        beta: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
    ) -> KlOptimalPolicyFromLogitsResult:
        """The optimal policy of KL-regularised reward maximisation, and log Z."""

    def grad(
        self,
        r: ArrayLike,
        log_ref: ArrayLike,
        beta: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> KlOptimalPolicyFromLogitsGradient: ...
    def value_and_grad(
        self,
        r: ArrayLike,
        log_ref: ArrayLike,
        beta: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[KlOptimalPolicyFromLogitsResult, KlOptimalPolicyFromLogitsGradient]: ...
    def hess(
        self,
        r: ArrayLike,
        log_ref: ArrayLike,
        beta: ArrayLike,
        *,
        of: str | None = None,
    ) -> Numbers: ...

kl_optimal_policy_from_logits: _KlOptimalPolicyFromLogits

class EntropyGradient(NamedTuple):
    log_p: Numbers

class _Entropy(NumericFunction):
    def __call__(
        self,
        log_p: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
    ) -> Numbers:
        """The entropy of each row."""

    def grad(
        self,
        log_p: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> EntropyGradient: ...
    def value_and_grad(
        self,
        log_p: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[Numbers, EntropyGradient]: ...
    def hess(
        self,
        log_p: ArrayLike,
        *,
        of: str | None = None,
    ) -> Numbers: ...

entropy: _Entropy

class EntropyFromLogitsGradient(NamedTuple):
    log_p: Numbers

class _EntropyFromLogits(NumericFunction):
    def __call__(
        self,
        log_p: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
    ) -> Numbers:
        """The entropy of each row."""

    def grad(
        self,
        log_p: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> EntropyFromLogitsGradient: ...
    def value_and_grad(
        self,
        log_p: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[Numbers, EntropyFromLogitsGradient]: ...
    def hess(
        self,
        log_p: ArrayLike,
        *,
        of: str | None = None,
    ) -> Numbers: ...

entropy_from_logits: _EntropyFromLogits

class CrossEntropyGradient(NamedTuple):
    log_p: Numbers
    log_q: Numbers

class _CrossEntropy(NumericFunction):
    def __call__(
        self,
        log_p: ArrayLike,
        log_q: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
    ) -> Numbers:
        """The cross entropy −Σ p log q of each pair of rows."""

    def grad(
        self,
        log_p: ArrayLike,
        log_q: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> CrossEntropyGradient: ...
    def value_and_grad(
        self,
        log_p: ArrayLike,
        log_q: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[Numbers, CrossEntropyGradient]: ...
    def hess(
        self,
        log_p: ArrayLike,
        log_q: ArrayLike,
        *,
        of: str | None = None,
    ) -> Numbers: ...

cross_entropy: _CrossEntropy

class CrossEntropyFromLogitsGradient(NamedTuple):
    log_p: Numbers
    log_q: Numbers

class _CrossEntropyFromLogits(NumericFunction):
    def __call__(
        self,
        log_p: ArrayLike,
        log_q: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
    ) -> Numbers:
        """The cross entropy −Σ p log q of each pair of rows."""

    def grad(
        self,
        log_p: ArrayLike,
        log_q: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> CrossEntropyFromLogitsGradient: ...
    def value_and_grad(
        self,
        log_p: ArrayLike,
        log_q: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[Numbers, CrossEntropyFromLogitsGradient]: ...
    def hess(
        self,
        log_p: ArrayLike,
        log_q: ArrayLike,
        *,
        of: str | None = None,
    ) -> Numbers: ...

cross_entropy_from_logits: _CrossEntropyFromLogits

class KlGradient(NamedTuple):
    log_p: Numbers
    log_q: Numbers

class _Kl(NumericFunction):
    def __call__(
        self,
        log_p: ArrayLike,
        log_q: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
    ) -> Numbers:
        """The divergence D_KL(p ‖ q) of each pair of rows, never negative."""

    def grad(
        self,
        log_p: ArrayLike,
        log_q: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> KlGradient: ...
    def value_and_grad(
        self,
        log_p: ArrayLike,
        log_q: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[Numbers, KlGradient]: ...
    def hess(
        self,
        log_p: ArrayLike,
        log_q: ArrayLike,
        *,
        of: str | None = None,
    ) -> Numbers: ...

kl: _Kl

class KlFromLogitsGradient(NamedTuple):
    log_p: Numbers
    log_q: Numbers

class _KlFromLogits(NumericFunction):
    def __call__(
        self,
        log_p: ArrayLike,
        log_q: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
    ) -> Numbers:
        """The divergence D_KL(p ‖ q) of each pair of rows, never negative."""

    def grad(
        self,
        log_p: ArrayLike,
        log_q: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> KlFromLogitsGradient: ...
    def value_and_grad(
        self,
        log_p: ArrayLike,
        log_q: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[Numbers, KlFromLogitsGradient]: ...
    def hess(
        self,
        log_p: ArrayLike,
        log_q: ArrayLike,
        *,
        of: str | None = None,
    ) -> Numbers: ...

kl_from_logits: _KlFromLogits

class KlObjectiveGradient(NamedTuple):
    log_pi: Numbers
    r: Numbers
    log_ref: Numbers

class _KlObjective(NumericFunction):
    def __call__(
        self,
        log_pi: ArrayLike,
        r: ArrayLike,
        log_ref: ArrayLike,
        beta: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
    ) -> Numbers:
        """The objective E_π[r] − β D_KL(π ‖ π_ref) of each row."""

    def grad(
        self,
        log_pi: ArrayLike,
        r: ArrayLike,
        log_ref: ArrayLike,
        beta: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> KlObjectiveGradient: ...
    def value_and_grad(
        self,
        log_pi: ArrayLike,
        r: ArrayLike,
        log_ref: ArrayLike,
        beta: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[Numbers, KlObjectiveGradient]: ...
    def hess(
        self,
        log_pi: ArrayLike,
        r: ArrayLike,
        log_ref: ArrayLike,
        beta: ArrayLike,
        *,
        of: str | None = None,
    ) -> Numbers: ...

kl_objective: _KlObjective

class KlObjectiveFromLogitsGradient(NamedTuple):
    log_pi: Numbers
    r: Numbers
    log_ref: Numbers

class _KlObjectiveFromLogits(NumericFunction):
    def __call__(
        self,
        log_pi: ArrayLike,
        r: ArrayLike,
        log_ref: ArrayLike,
        beta: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
    ) -> Numbers:
        """The objective E_π[r] − β D_KL(π ‖ π_ref) of each row."""

    def grad(
        self,
        log_pi: ArrayLike,
        r: ArrayLike,
        log_ref: ArrayLike,
        beta: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> KlObjectiveFromLogitsGradient: ...
    def value_and_grad(
        self,
        log_pi: ArrayLike,
        r: ArrayLike,
        log_ref: ArrayLike,
        beta: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[Numbers, KlObjectiveFromLogitsGradient]: ...
    def hess(
        self,
        log_pi: ArrayLike,
        r: ArrayLike,
        log_ref: ArrayLike,
        beta: ArrayLike,
        *,
        of: str | None = None,
    ) -> Numbers: ...

kl_objective_from_logits: _KlObjectiveFromLogits

class DpoLossGradient(NamedTuple):
    logp_w: Numbers
    logp_l: Numbers

class _DpoLoss(NumericFunction):
    def __call__(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        ref_w: ArrayLike,
        ref_l: ArrayLike,
        beta: ArrayLike = 0.1,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
    ) -> Numbers:
        """The loss of direct preference optimisation, from sequence log-probabilities."""

    def grad(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        ref_w: ArrayLike,
        ref_l: ArrayLike,
        beta: ArrayLike = 0.1,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> DpoLossGradient: ...
    def value_and_grad(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        ref_w: ArrayLike,
        ref_l: ArrayLike,
        beta: ArrayLike = 0.1,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[Numbers, DpoLossGradient]: ...
    def hess(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        ref_w: ArrayLike,
        ref_l: ArrayLike,
        beta: ArrayLike = 0.1,
        reduction: Reduction = "mean",
        *,
        of: str | None = None,
    ) -> Numbers: ...

dpo_loss: _DpoLoss
