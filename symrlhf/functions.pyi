"""Numeric functions of the theorems. Written by pytest --update-golden from derivations/."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from symrlhf.compile.choosing import Choice
from symrlhf.compile.driving import DrivenFunction
from symrlhf.compile.function import NumericFunction
from symrlhf.compile.report import Report
from symrlhf.compile.tables import Summary

Numbers = np.floating[Any] | NDArray[np.floating[Any]]
Reduction = Literal["mean", "sum", "none"]

__all__: list[str]

def names() -> tuple[str, ...]: ...
def named(name: str) -> Any: ...
def run_report(name: str, assignments: Mapping[str, str]) -> Report: ...
def run_table(
    name: str,
    path: Path,
    assignments: Mapping[str, str],
    output: Path | None,
    progress: Callable[[int, int], None],
    nan: bool = ...,
) -> Summary: ...
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

class _Xlogy(DrivenFunction):
    def __call__(
        self,
        x: ArrayLike,
        y: ArrayLike,
    ) -> Any:
        """x log y, and 0 where x = 0: 0 log 0 = 0."""

    def grad(
        self,
        x: ArrayLike,
        y: ArrayLike,
    ) -> Any: ...
    def value_and_grad(
        self,
        x: ArrayLike,
        y: ArrayLike,
    ) -> tuple[Any, Any]: ...

xlogy: _Xlogy

class Log1mexpGradient(NamedTuple):
    x: Numbers

class _Log1mexp(NumericFunction):
    def __call__(
        self,
        x: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
    ) -> Numbers:
        """log(1 − e^x) for x ≤ 0, for x near 0 and far below it; −inf at 0."""

    def grad(
        self,
        x: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> Log1mexpGradient: ...
    def value_and_grad(
        self,
        x: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[Numbers, Log1mexpGradient]: ...
    def hess(
        self,
        x: ArrayLike,
        *,
        of: str | None = None,
    ) -> Numbers: ...

log1mexp: _Log1mexp

class LogsumexpGradient(NamedTuple):
    x: Numbers

class _Logsumexp(NumericFunction):
    def __call__(
        self,
        x: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
    ) -> Numbers:
        """log Σ e^x of each row, for every x without overflow; −inf of a row of −inf."""

    def grad(
        self,
        x: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> LogsumexpGradient: ...
    def value_and_grad(
        self,
        x: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[Numbers, LogsumexpGradient]: ...
    def hess(
        self,
        x: ArrayLike,
        *,
        of: str | None = None,
    ) -> Numbers: ...

logsumexp: _Logsumexp

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

class _PlLogprob(DrivenFunction):
    def __call__(
        self,
        scores: ArrayLike,
        order: ArrayLike,
    ) -> Any:
        """The Plackett–Luce log-probability of a ranking."""

    def grad(
        self,
        scores: ArrayLike,
        order: ArrayLike,
    ) -> Any: ...
    def value_and_grad(
        self,
        scores: ArrayLike,
        order: ArrayLike,
    ) -> tuple[Any, Any]: ...

pl_logprob: _PlLogprob

class _RmLossRanking(DrivenFunction):
    def __call__(
        self,
        scores: ArrayLike,
        order: ArrayLike,
        reduction: str = "mean",
    ) -> Any:
        """The preference loss over all pairs of a ranking, as in InstructGPT."""

    def grad(
        self,
        scores: ArrayLike,
        order: ArrayLike,
        reduction: str = "mean",
    ) -> Any: ...
    def value_and_grad(
        self,
        scores: ArrayLike,
        order: ArrayLike,
        reduction: str = "mean",
    ) -> tuple[Any, Any]: ...

rm_loss_ranking: _RmLossRanking

class _RmLossFeatures(DrivenFunction):
    def __call__(
        self,
        phi: ArrayLike,
        delta_feats: ArrayLike,
    ) -> Any:
        """The preference loss of a linear reward, with gradient and Hessian in its weights."""

    def grad(
        self,
        phi: ArrayLike,
        delta_feats: ArrayLike,
    ) -> Any: ...
    def value_and_grad(
        self,
        phi: ArrayLike,
        delta_feats: ArrayLike,
    ) -> tuple[Any, Any]: ...

rm_loss_features: _RmLossFeatures

class _BtMle(DrivenFunction):
    def __call__(
        self,
        wins: ArrayLike,
    ) -> Any:
        """The Bradley–Terry scores of greatest likelihood for a table of wins."""

    def grad(
        self,
        wins: ArrayLike,
    ) -> Any: ...
    def value_and_grad(
        self,
        wins: ArrayLike,
    ) -> tuple[Any, Any]: ...

bt_mle: _BtMle

class RkProbsResult(NamedTuple):
    win: Numbers
    tie: Numbers
    lose: Numbers

class RkProbsGradient(NamedTuple):
    delta: Numbers
    eta: Numbers

class _RkProbs(NumericFunction):
    def __call__(
        self,
        delta: ArrayLike,
        eta: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
    ) -> RkProbsResult:
        """The Rao–Kupper probabilities of a win, a tie and a loss, for margin delta and threshold eta = log θ."""

    def grad(
        self,
        delta: ArrayLike,
        eta: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> RkProbsGradient: ...
    def value_and_grad(
        self,
        delta: ArrayLike,
        eta: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[RkProbsResult, RkProbsGradient]: ...
    def hess(
        self,
        delta: ArrayLike,
        eta: ArrayLike,
        *,
        of: str | None = None,
    ) -> Numbers: ...

rk_probs: _RkProbs

class DavidsonProbsResult(NamedTuple):
    win: Numbers
    tie: Numbers
    lose: Numbers

class DavidsonProbsGradient(NamedTuple):
    delta: Numbers
    nu: Numbers

class _DavidsonProbs(NumericFunction):
    def __call__(
        self,
        delta: ArrayLike,
        nu: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
    ) -> DavidsonProbsResult:
        """Davidson's probabilities of a win, a tie and a loss, for margin delta and nu > 0."""

    def grad(
        self,
        delta: ArrayLike,
        nu: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> DavidsonProbsGradient: ...
    def value_and_grad(
        self,
        delta: ArrayLike,
        nu: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[DavidsonProbsResult, DavidsonProbsGradient]: ...
    def hess(
        self,
        delta: ArrayLike,
        nu: ArrayLike,
        *,
        of: str | None = None,
    ) -> Numbers: ...

davidson_probs: _DavidsonProbs

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
        label_smoothing: ArrayLike = 0.0,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
    ) -> Numbers:
        """The loss of direct preference optimisation, from summed sequence log-probabilities; smoothed, it is cDPO."""

    def grad(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        ref_w: ArrayLike,
        ref_l: ArrayLike,
        beta: ArrayLike = 0.1,
        label_smoothing: ArrayLike = 0.0,
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
        label_smoothing: ArrayLike = 0.0,
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
        label_smoothing: ArrayLike = 0.0,
        reduction: Reduction = "mean",
        *,
        of: str | None = None,
    ) -> Numbers: ...

dpo_loss: _DpoLoss

class RobustDpoLossGradient(NamedTuple):
    logp_w: Numbers
    logp_l: Numbers

class _RobustDpoLoss(NumericFunction):
    def __call__(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        ref_w: ArrayLike,
        ref_l: ArrayLike,
        beta: ArrayLike = 0.1,
        label_smoothing: ArrayLike = 0.0,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
    ) -> Numbers:
        """The DPO loss corrected for labels that are flipped with probability label_smoothing; unbounded below."""

    def grad(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        ref_w: ArrayLike,
        ref_l: ArrayLike,
        beta: ArrayLike = 0.1,
        label_smoothing: ArrayLike = 0.0,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> RobustDpoLossGradient: ...
    def value_and_grad(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        ref_w: ArrayLike,
        ref_l: ArrayLike,
        beta: ArrayLike = 0.1,
        label_smoothing: ArrayLike = 0.0,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[Numbers, RobustDpoLossGradient]: ...
    def hess(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        ref_w: ArrayLike,
        ref_l: ArrayLike,
        beta: ArrayLike = 0.1,
        label_smoothing: ArrayLike = 0.0,
        reduction: Reduction = "mean",
        *,
        of: str | None = None,
    ) -> Numbers: ...

robust_dpo_loss: _RobustDpoLoss

class IpoLossGradient(NamedTuple):
    logp_w: Numbers
    logp_l: Numbers

class _IpoLoss(NumericFunction):
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
        """The IPO loss (h − 1/(2β))², from summed sequence log-probabilities; β is the paper's τ."""

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
    ) -> IpoLossGradient: ...
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
    ) -> tuple[Numbers, IpoLossGradient]: ...
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

ipo_loss: _IpoLoss

class HingeLossGradient(NamedTuple):
    logp_w: Numbers
    logp_l: Numbers

class _HingeLoss(NumericFunction):
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
        """The hinge loss max(0, 1 − βh) of the margin of log-ratios; at the kink its derivative is 0."""

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
    ) -> HingeLossGradient: ...
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
    ) -> tuple[Numbers, HingeLossGradient]: ...
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

hinge_loss: _HingeLoss

class SlicLossGradient(NamedTuple):
    logp_w: Numbers
    logp_l: Numbers

class _SlicLoss(NumericFunction):
    def __call__(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        delta: ArrayLike = 1.0,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
    ) -> Numbers:
        """The calibration loss of SLiC, max(0, δ − log π_w + log π_l); at the kink its derivative is 0."""

    def grad(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        delta: ArrayLike = 1.0,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> SlicLossGradient: ...
    def value_and_grad(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        delta: ArrayLike = 1.0,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[Numbers, SlicLossGradient]: ...
    def hess(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        delta: ArrayLike = 1.0,
        reduction: Reduction = "mean",
        *,
        of: str | None = None,
    ) -> Numbers: ...

slic_loss: _SlicLoss

class ExoLossGradient(NamedTuple):
    logp_w: Numbers
    logp_l: Numbers

class _ExoLoss(NumericFunction):
    def __call__(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        ref_w: ArrayLike,
        ref_l: ArrayLike,
        beta: ArrayLike = 0.1,
        label_smoothing: ArrayLike = 0.001,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
    ) -> Numbers:
        """The EXO loss of a pair: KL(Bernoulli σ(βh) ‖ Bernoulli 1 − label_smoothing)."""

    def grad(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        ref_w: ArrayLike,
        ref_l: ArrayLike,
        beta: ArrayLike = 0.1,
        label_smoothing: ArrayLike = 0.001,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> ExoLossGradient: ...
    def value_and_grad(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        ref_w: ArrayLike,
        ref_l: ArrayLike,
        beta: ArrayLike = 0.1,
        label_smoothing: ArrayLike = 0.001,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[Numbers, ExoLossGradient]: ...
    def hess(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        ref_w: ArrayLike,
        ref_l: ArrayLike,
        beta: ArrayLike = 0.1,
        label_smoothing: ArrayLike = 0.001,
        reduction: Reduction = "mean",
        *,
        of: str | None = None,
    ) -> Numbers: ...

exo_loss: _ExoLoss

class DiscopopLossGradient(NamedTuple):
    logp_w: Numbers
    logp_l: Numbers

class _DiscopopLoss(NumericFunction):
    def __call__(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        ref_w: ArrayLike,
        ref_l: ArrayLike,
        beta: ArrayLike = 0.1,
        tau: ArrayLike = 0.05,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
    ) -> Numbers:
        """The DiscoPOP loss: the logistic loss blended into the exponential one by σ(βh/τ)."""

    def grad(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        ref_w: ArrayLike,
        ref_l: ArrayLike,
        beta: ArrayLike = 0.1,
        tau: ArrayLike = 0.05,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> DiscopopLossGradient: ...
    def value_and_grad(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        ref_w: ArrayLike,
        ref_l: ArrayLike,
        beta: ArrayLike = 0.1,
        tau: ArrayLike = 0.05,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[Numbers, DiscopopLossGradient]: ...
    def hess(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        ref_w: ArrayLike,
        ref_l: ArrayLike,
        beta: ArrayLike = 0.1,
        tau: ArrayLike = 0.05,
        reduction: Reduction = "mean",
        *,
        of: str | None = None,
    ) -> Numbers: ...

discopop_loss: _DiscopopLoss

class JsDpoLossGradient(NamedTuple):
    logp_w: Numbers
    logp_l: Numbers

class _JsDpoLoss(NumericFunction):
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
        """The f-DPO loss of the Jensen–Shannon divergence, f′(t) = log(2t/(1 + t))."""

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
    ) -> JsDpoLossGradient: ...
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
    ) -> tuple[Numbers, JsDpoLossGradient]: ...
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

js_dpo_loss: _JsDpoLoss

class AlphaDpoLossGradient(NamedTuple):
    logp_w: Numbers
    logp_l: Numbers

class _AlphaDpoLoss(NumericFunction):
    def __call__(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        ref_w: ArrayLike,
        ref_l: ArrayLike,
        beta: ArrayLike = 0.1,
        alpha: ArrayLike = 0.5,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
    ) -> Numbers:
        """The f-DPO loss of the α divergence, f′(t) = (1 − t^{−α})/α; α = 1 is the forward divergence."""

    def grad(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        ref_w: ArrayLike,
        ref_l: ArrayLike,
        beta: ArrayLike = 0.1,
        alpha: ArrayLike = 0.5,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> AlphaDpoLossGradient: ...
    def value_and_grad(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        ref_w: ArrayLike,
        ref_l: ArrayLike,
        beta: ArrayLike = 0.1,
        alpha: ArrayLike = 0.5,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[Numbers, AlphaDpoLossGradient]: ...
    def hess(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        ref_w: ArrayLike,
        ref_l: ArrayLike,
        beta: ArrayLike = 0.1,
        alpha: ArrayLike = 0.5,
        reduction: Reduction = "mean",
        *,
        of: str | None = None,
    ) -> Numbers: ...

alpha_dpo_loss: _AlphaDpoLoss

class AlphapoLossGradient(NamedTuple):
    logp_w: Numbers
    logp_l: Numbers

class _AlphapoLoss(NumericFunction):
    def __call__(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        beta: ArrayLike = 2.0,
        gamma: ArrayLike = 1.0,
        alpha: ArrayLike = 0.25,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
    ) -> Numbers:
        """The AlphaPO loss, from mean log-probabilities per token."""

    def grad(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        beta: ArrayLike = 2.0,
        gamma: ArrayLike = 1.0,
        alpha: ArrayLike = 0.25,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> AlphapoLossGradient: ...
    def value_and_grad(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        beta: ArrayLike = 2.0,
        gamma: ArrayLike = 1.0,
        alpha: ArrayLike = 0.25,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[Numbers, AlphapoLossGradient]: ...
    def hess(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        beta: ArrayLike = 2.0,
        gamma: ArrayLike = 1.0,
        alpha: ArrayLike = 0.25,
        reduction: Reduction = "mean",
        *,
        of: str | None = None,
    ) -> Numbers: ...

alphapo_loss: _AlphapoLoss

class SimpoLossGradient(NamedTuple):
    logp_w: Numbers
    logp_l: Numbers

class _SimpoLoss(NumericFunction):
    def __call__(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        beta: ArrayLike = 2.0,
        gamma: ArrayLike = 1.0,
        label_smoothing: ArrayLike = 0.0,
        len_w: ArrayLike = 1.0,
        len_l: ArrayLike = 1.0,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
    ) -> Numbers:
        """The SimPO loss, from mean log-probabilities per token (or from sums, with the lengths len_w and len_l)."""

    def grad(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        beta: ArrayLike = 2.0,
        gamma: ArrayLike = 1.0,
        label_smoothing: ArrayLike = 0.0,
        len_w: ArrayLike = 1.0,
        len_l: ArrayLike = 1.0,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> SimpoLossGradient: ...
    def value_and_grad(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        beta: ArrayLike = 2.0,
        gamma: ArrayLike = 1.0,
        label_smoothing: ArrayLike = 0.0,
        len_w: ArrayLike = 1.0,
        len_l: ArrayLike = 1.0,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[Numbers, SimpoLossGradient]: ...
    def hess(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        beta: ArrayLike = 2.0,
        gamma: ArrayLike = 1.0,
        label_smoothing: ArrayLike = 0.0,
        len_w: ArrayLike = 1.0,
        len_l: ArrayLike = 1.0,
        reduction: Reduction = "mean",
        *,
        of: str | None = None,
    ) -> Numbers: ...

simpo_loss: _SimpoLoss

class CpoLossGradient(NamedTuple):
    logp_w: Numbers
    logp_l: Numbers

class _CpoLoss(NumericFunction):
    def __call__(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        beta: ArrayLike = 0.1,
        alpha: ArrayLike = 1.0,
        label_smoothing: ArrayLike = 0.0,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
    ) -> Numbers:
        """The CPO loss: the logistic loss of β(log π_w − log π_l) plus α times −log π_w."""

    def grad(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        beta: ArrayLike = 0.1,
        alpha: ArrayLike = 1.0,
        label_smoothing: ArrayLike = 0.0,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> CpoLossGradient: ...
    def value_and_grad(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        beta: ArrayLike = 0.1,
        alpha: ArrayLike = 1.0,
        label_smoothing: ArrayLike = 0.0,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[Numbers, CpoLossGradient]: ...
    def hess(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        beta: ArrayLike = 0.1,
        alpha: ArrayLike = 1.0,
        label_smoothing: ArrayLike = 0.0,
        reduction: Reduction = "mean",
        *,
        of: str | None = None,
    ) -> Numbers: ...

cpo_loss: _CpoLoss

class OrpoLossGradient(NamedTuple):
    logp_w: Numbers
    logp_l: Numbers

class _OrpoLoss(NumericFunction):
    def __call__(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        beta: ArrayLike = 0.1,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
    ) -> Numbers:
        """The ORPO loss, from mean log-probabilities per token; β is the paper's λ. Singular at log-probability 0."""

    def grad(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        beta: ArrayLike = 0.1,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> OrpoLossGradient: ...
    def value_and_grad(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        beta: ArrayLike = 0.1,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[Numbers, OrpoLossGradient]: ...
    def hess(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        beta: ArrayLike = 0.1,
        reduction: Reduction = "mean",
        *,
        of: str | None = None,
    ) -> Numbers: ...

orpo_loss: _OrpoLoss

pairwise_loss: Choice

class ScoreMseLossGradient(NamedTuple):
    r: Numbers

class _ScoreMseLoss(NumericFunction):
    def __call__(
        self,
        r: ArrayLike,
        s: ArrayLike,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
    ) -> Numbers:
        """The squared error of rewards r against scores s, which are data."""

    def grad(
        self,
        r: ArrayLike,
        s: ArrayLike,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> ScoreMseLossGradient: ...
    def value_and_grad(
        self,
        r: ArrayLike,
        s: ArrayLike,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[Numbers, ScoreMseLossGradient]: ...
    def hess(
        self,
        r: ArrayLike,
        s: ArrayLike,
        reduction: Reduction = "mean",
        *,
        of: str | None = None,
    ) -> Numbers: ...

score_mse_loss: _ScoreMseLoss

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

class KlGapGradient(NamedTuple):
    log_pi: Numbers
    r: Numbers
    log_ref: Numbers

class _KlGap(NumericFunction):
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
        """How far each row falls short of the optimum: β D_KL(π ‖ π⋆), never negative."""

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
    ) -> KlGapGradient: ...
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
    ) -> tuple[Numbers, KlGapGradient]: ...
    def hess(
        self,
        log_pi: ArrayLike,
        r: ArrayLike,
        log_ref: ArrayLike,
        beta: ArrayLike,
        *,
        of: str | None = None,
    ) -> Numbers: ...

kl_gap: _KlGap

class KlGapFromLogitsGradient(NamedTuple):
    log_pi: Numbers
    r: Numbers
    log_ref: Numbers

class _KlGapFromLogits(NumericFunction):
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
        """How far each row falls short of the optimum: β D_KL(π ‖ π⋆), never negative."""

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
    ) -> KlGapFromLogitsGradient: ...
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
    ) -> tuple[Numbers, KlGapFromLogitsGradient]: ...
    def hess(
        self,
        log_pi: ArrayLike,
        r: ArrayLike,
        log_ref: ArrayLike,
        beta: ArrayLike,
        *,
        of: str | None = None,
    ) -> Numbers: ...

kl_gap_from_logits: _KlGapFromLogits

class _KlPath(DrivenFunction):
    def __call__(
        self,
        r: ArrayLike,
        log_ref: ArrayLike,
        betas: ArrayLike,
    ) -> Any:
        """The path of optimal policies as β moves: reward, divergence, value and variance."""

    def grad(
        self,
        r: ArrayLike,
        log_ref: ArrayLike,
        betas: ArrayLike,
    ) -> Any: ...
    def value_and_grad(
        self,
        r: ArrayLike,
        log_ref: ArrayLike,
        betas: ArrayLike,
    ) -> tuple[Any, Any]: ...

kl_path: _KlPath

class _BetaForKl(DrivenFunction):
    def __call__(
        self,
        r: ArrayLike,
        log_ref: ArrayLike,
        kappa: ArrayLike,
    ) -> Any:
        """The β at which the optimum is κ nats away."""

    def grad(
        self,
        r: ArrayLike,
        log_ref: ArrayLike,
        kappa: ArrayLike,
    ) -> Any: ...
    def value_and_grad(
        self,
        r: ArrayLike,
        log_ref: ArrayLike,
        kappa: ArrayLike,
    ) -> tuple[Any, Any]: ...

beta_for_kl: _BetaForKl

class _PolicyJacobian(DrivenFunction):
    def __call__(
        self,
        r: ArrayLike,
        log_ref: ArrayLike,
        beta: ArrayLike,
    ) -> Any:
        """How the optimal policy changes with the rewards."""

    def grad(
        self,
        r: ArrayLike,
        log_ref: ArrayLike,
        beta: ArrayLike,
    ) -> Any: ...
    def value_and_grad(
        self,
        r: ArrayLike,
        log_ref: ArrayLike,
        beta: ArrayLike,
    ) -> tuple[Any, Any]: ...

policy_jacobian: _PolicyJacobian

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

class _SeqLogprob(DrivenFunction):
    def __call__(
        self,
        logits: ArrayLike,
        ids: ArrayLike,
        mask: ArrayLike | None = None,
    ) -> Any:
        """The log-probability of each sequence, from logits."""

    def grad(
        self,
        logits: ArrayLike,
        ids: ArrayLike,
        mask: ArrayLike | None = None,
    ) -> Any: ...
    def value_and_grad(
        self,
        logits: ArrayLike,
        ids: ArrayLike,
        mask: ArrayLike | None = None,
    ) -> tuple[Any, Any]: ...

seq_logprob: _SeqLogprob

class _TokenKl(DrivenFunction):
    def __call__(
        self,
        logits: ArrayLike,
        ref_logits: ArrayLike,
        mask: ArrayLike | None = None,
    ) -> Any:
        """The divergence at each token, from logits."""

    def grad(
        self,
        logits: ArrayLike,
        ref_logits: ArrayLike,
        mask: ArrayLike | None = None,
    ) -> Any: ...
    def value_and_grad(
        self,
        logits: ArrayLike,
        ref_logits: ArrayLike,
        mask: ArrayLike | None = None,
    ) -> tuple[Any, Any]: ...

token_kl: _TokenKl

class _CeLoss(DrivenFunction):
    def __call__(
        self,
        logits: ArrayLike,
        target: ArrayLike,
        label_smoothing: float = 0.0,
        tau: float = 1.0,
        mask: ArrayLike | None = None,
        reduction: str = "mean",
    ) -> Any:
        """The cross entropy of logits, with label smoothing and temperature."""

    def grad(
        self,
        logits: ArrayLike,
        target: ArrayLike,
        label_smoothing: float = 0.0,
        tau: float = 1.0,
        mask: ArrayLike | None = None,
        reduction: str = "mean",
    ) -> Any: ...
    def value_and_grad(
        self,
        logits: ArrayLike,
        target: ArrayLike,
        label_smoothing: float = 0.0,
        tau: float = 1.0,
        mask: ArrayLike | None = None,
        reduction: str = "mean",
    ) -> tuple[Any, Any]: ...

ce_loss: _CeLoss

class _KlShapedRewards(DrivenFunction):
    def __call__(
        self,
        logratio: ArrayLike,
        reward: ArrayLike,
        beta: float = 0.1,
        mask: ArrayLike | None = None,
    ) -> Any:
        """The rewards of tokens: a KL penalty for each, and the reward of the response at its last."""

    def grad(
        self,
        logratio: ArrayLike,
        reward: ArrayLike,
        beta: float = 0.1,
        mask: ArrayLike | None = None,
    ) -> Any: ...
    def value_and_grad(
        self,
        logratio: ArrayLike,
        reward: ArrayLike,
        beta: float = 0.1,
        mask: ArrayLike | None = None,
    ) -> tuple[Any, Any]: ...

kl_shaped_rewards: _KlShapedRewards

class _MaskedWhiten(DrivenFunction):
    def __call__(
        self,
        values: ArrayLike,
        mask: ArrayLike | None = None,
        shift_mean: bool = True,
        eps: float = 1e-08,
    ) -> Any:
        """Advantages shifted to mean 0 and scaled to variance 1."""

    def grad(
        self,
        values: ArrayLike,
        mask: ArrayLike | None = None,
        shift_mean: bool = True,
        eps: float = 1e-08,
    ) -> Any: ...
    def value_and_grad(
        self,
        values: ArrayLike,
        mask: ArrayLike | None = None,
        shift_mean: bool = True,
        eps: float = 1e-08,
    ) -> tuple[Any, Any]: ...

masked_whiten: _MaskedWhiten

class _AggregateLoss(DrivenFunction):
    def __call__(
        self,
        loss: ArrayLike,
        mask: ArrayLike | None = None,
        mode: str = "token-mean",
        max_length: int | None = None,
    ) -> Any:
        """Token losses made one number, in the way that is named."""

    def grad(
        self,
        loss: ArrayLike,
        mask: ArrayLike | None = None,
        mode: str = "token-mean",
        max_length: int | None = None,
    ) -> Any: ...
    def value_and_grad(
        self,
        loss: ArrayLike,
        mask: ArrayLike | None = None,
        mode: str = "token-mean",
        max_length: int | None = None,
    ) -> tuple[Any, Any]: ...

aggregate_loss: _AggregateLoss

class _FdivOptimalPolicy(DrivenFunction):
    def __call__(
        self,
        kind: str,
        r: ArrayLike,
        ref: ArrayLike,
        beta: ArrayLike,
        alpha: float = 0.5,
    ) -> Any:
        """The policy that maximises E_π[r] − β D_f(π ‖ π_ref), and the multiplier λ of Σ π = 1."""

    def grad(
        self,
        kind: str,
        r: ArrayLike,
        ref: ArrayLike,
        beta: ArrayLike,
        alpha: float = 0.5,
    ) -> Any: ...
    def value_and_grad(
        self,
        kind: str,
        r: ArrayLike,
        ref: ArrayLike,
        beta: ArrayLike,
        alpha: float = 0.5,
    ) -> tuple[Any, Any]: ...

fdiv_optimal_policy: _FdivOptimalPolicy

class ReinforceGradSoftmaxGradient(NamedTuple):
    logits: Numbers
    f: Numbers

class _ReinforceGradSoftmax(NumericFunction):
    def __call__(
        self,
        logits: ArrayLike,
        f: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
    ) -> Numbers:
        """The gradient of E_π[f] in the logits of a softmax policy: π (f − E_π[f])."""

    def grad(
        self,
        logits: ArrayLike,
        f: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> ReinforceGradSoftmaxGradient: ...
    def value_and_grad(
        self,
        logits: ArrayLike,
        f: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[Numbers, ReinforceGradSoftmaxGradient]: ...
    def hess(
        self,
        logits: ArrayLike,
        f: ArrayLike,
        *,
        of: str | None = None,
    ) -> Numbers: ...

reinforce_grad_softmax: _ReinforceGradSoftmax

class _KlGradSoftmax(DrivenFunction):
    def __call__(
        self,
        logits: ArrayLike,
        log_ref: ArrayLike,
        kind: str = "reverse",
    ) -> Any:
        """What a KL loss does to the logits of a softmax policy, in the mean over its samples."""

    def grad(
        self,
        logits: ArrayLike,
        log_ref: ArrayLike,
        kind: str = "reverse",
    ) -> Any: ...
    def value_and_grad(
        self,
        logits: ArrayLike,
        log_ref: ArrayLike,
        kind: str = "reverse",
    ) -> tuple[Any, Any]: ...

kl_grad_softmax: _KlGradSoftmax

class Chi2DivergenceGradient(NamedTuple):
    log_p: Numbers
    log_q: Numbers

class _Chi2Divergence(NumericFunction):
    def __call__(
        self,
        log_p: ArrayLike,
        log_q: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
    ) -> Numbers:
        """The χ² divergence Σ (p − q)²/q of each pair of rows, never negative."""

    def grad(
        self,
        log_p: ArrayLike,
        log_q: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> Chi2DivergenceGradient: ...
    def value_and_grad(
        self,
        log_p: ArrayLike,
        log_q: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[Numbers, Chi2DivergenceGradient]: ...
    def hess(
        self,
        log_p: ArrayLike,
        log_q: ArrayLike,
        *,
        of: str | None = None,
    ) -> Numbers: ...

chi2_divergence: _Chi2Divergence

class Chi2DivergenceFromLogitsGradient(NamedTuple):
    log_p: Numbers
    log_q: Numbers

class _Chi2DivergenceFromLogits(NumericFunction):
    def __call__(
        self,
        log_p: ArrayLike,
        log_q: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
    ) -> Numbers:
        """The χ² divergence Σ (p − q)²/q of each pair of rows, never negative."""

    def grad(
        self,
        log_p: ArrayLike,
        log_q: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> Chi2DivergenceFromLogitsGradient: ...
    def value_and_grad(
        self,
        log_p: ArrayLike,
        log_q: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[Numbers, Chi2DivergenceFromLogitsGradient]: ...
    def hess(
        self,
        log_p: ArrayLike,
        log_q: ArrayLike,
        *,
        of: str | None = None,
    ) -> Numbers: ...

chi2_divergence_from_logits: _Chi2DivergenceFromLogits

class _JsDivergence(DrivenFunction):
    def __call__(
        self,
        log_p: ArrayLike,
        log_q: ArrayLike,
        beta: ArrayLike = 0.5,
    ) -> Any:
        """The generalised Jensen–Shannon divergence of each pair of rows, never negative."""

    def grad(
        self,
        log_p: ArrayLike,
        log_q: ArrayLike,
        beta: ArrayLike = 0.5,
    ) -> Any: ...
    def value_and_grad(
        self,
        log_p: ArrayLike,
        log_q: ArrayLike,
        beta: ArrayLike = 0.5,
    ) -> tuple[Any, Any]: ...

js_divergence: _JsDivergence

class _DistillLoss(DrivenFunction):
    def __call__(
        self,
        logits: ArrayLike,
        teacher_logits: ArrayLike,
        kind: str = "forward",
        tau: float = 1.0,
        beta: float = 0.5,
        mask: ArrayLike | None = None,
        reduction: str = "mean",
    ) -> Any:
        """The loss of distillation from a teacher's logits."""

    def grad(
        self,
        logits: ArrayLike,
        teacher_logits: ArrayLike,
        kind: str = "forward",
        tau: float = 1.0,
        beta: float = 0.5,
        mask: ArrayLike | None = None,
        reduction: str = "mean",
    ) -> Any: ...
    def value_and_grad(
        self,
        logits: ArrayLike,
        teacher_logits: ArrayLike,
        kind: str = "forward",
        tau: float = 1.0,
        beta: float = 0.5,
        mask: ArrayLike | None = None,
        reduction: str = "mean",
    ) -> tuple[Any, Any]: ...

distill_loss: _DistillLoss

class _Gae(DrivenFunction):
    def __call__(
        self,
        rewards: ArrayLike,
        values: ArrayLike,
        mask: ArrayLike | None = None,
        gamma: float = 1.0,
        lam: float = 0.95,
    ) -> Any:
        """Generalised advantage estimates, and the returns."""

    def grad(
        self,
        rewards: ArrayLike,
        values: ArrayLike,
        mask: ArrayLike | None = None,
        gamma: float = 1.0,
        lam: float = 0.95,
    ) -> Any: ...
    def value_and_grad(
        self,
        rewards: ArrayLike,
        values: ArrayLike,
        mask: ArrayLike | None = None,
        gamma: float = 1.0,
        lam: float = 0.95,
    ) -> tuple[Any, Any]: ...

gae: _Gae

class RlooAdvantagesGradient(NamedTuple):
    rewards: Numbers

class _RlooAdvantages(NumericFunction):
    def __call__(
        self,
        rewards: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
    ) -> Numbers:
        """The leave-one-out advantages of each group of responses: the reward minus the mean of the others."""

    def grad(
        self,
        rewards: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> RlooAdvantagesGradient: ...
    def value_and_grad(
        self,
        rewards: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[Numbers, RlooAdvantagesGradient]: ...
    def hess(
        self,
        rewards: ArrayLike,
        *,
        of: str | None = None,
    ) -> Numbers: ...

rloo_advantages: _RlooAdvantages

class _GrpoAdvantages(DrivenFunction):
    def __call__(
        self,
        rewards: ArrayLike,
        scale: str = "group",
        ddof: int = 1,
        eps: float = 0.0001,
    ) -> Any:
        """The group-relative advantages of GRPO, and of Dr. GRPO with scale='none'."""

    def grad(
        self,
        rewards: ArrayLike,
        scale: str = "group",
        ddof: int = 1,
        eps: float = 0.0001,
    ) -> Any: ...
    def value_and_grad(
        self,
        rewards: ArrayLike,
        scale: str = "group",
        ddof: int = 1,
        eps: float = 0.0001,
    ) -> tuple[Any, Any]: ...

grpo_advantages: _GrpoAdvantages

class PpoClipObjectiveGradient(NamedTuple):
    logratio: Numbers

class _PpoClipObjective(NumericFunction):
    def __call__(
        self,
        logratio: ArrayLike,
        advantage: ArrayLike,
        eps_low: ArrayLike = 0.2,
        eps_high: ArrayLike | None = None,
        dual_clip: ArrayLike | None = None,
        mask: ArrayLike | None = None,
        reduction: Reduction = "none",
        *,
        out: Any = None,
        threads: int = 1,
    ) -> Numbers:
        """The clipped surrogate of PPO, an objective to be maximised; where both sides are one double, .grad is 0."""

    def grad(
        self,
        logratio: ArrayLike,
        advantage: ArrayLike,
        eps_low: ArrayLike = 0.2,
        eps_high: ArrayLike | None = None,
        dual_clip: ArrayLike | None = None,
        mask: ArrayLike | None = None,
        reduction: Reduction = "none",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> PpoClipObjectiveGradient: ...
    def value_and_grad(
        self,
        logratio: ArrayLike,
        advantage: ArrayLike,
        eps_low: ArrayLike = 0.2,
        eps_high: ArrayLike | None = None,
        dual_clip: ArrayLike | None = None,
        mask: ArrayLike | None = None,
        reduction: Reduction = "none",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[Numbers, PpoClipObjectiveGradient]: ...
    def hess(
        self,
        logratio: ArrayLike,
        advantage: ArrayLike,
        eps_low: ArrayLike = 0.2,
        eps_high: ArrayLike | None = None,
        dual_clip: ArrayLike | None = None,
        mask: ArrayLike | None = None,
        reduction: Reduction = "none",
        *,
        of: str | None = None,
    ) -> Numbers: ...

ppo_clip_objective: _PpoClipObjective

class ValueLossClippedGradient(NamedTuple):
    values: Numbers

class _ValueLossClipped(NumericFunction):
    def __call__(
        self,
        values: ArrayLike,
        old_values: ArrayLike,
        returns: ArrayLike,
        eps: ArrayLike = 0.2,
        mask: ArrayLike | None = None,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
    ) -> Numbers:
        """The clipped value loss of PPO, with the factor 1/2."""

    def grad(
        self,
        values: ArrayLike,
        old_values: ArrayLike,
        returns: ArrayLike,
        eps: ArrayLike = 0.2,
        mask: ArrayLike | None = None,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> ValueLossClippedGradient: ...
    def value_and_grad(
        self,
        values: ArrayLike,
        old_values: ArrayLike,
        returns: ArrayLike,
        eps: ArrayLike = 0.2,
        mask: ArrayLike | None = None,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[Numbers, ValueLossClippedGradient]: ...
    def hess(
        self,
        values: ArrayLike,
        old_values: ArrayLike,
        returns: ArrayLike,
        eps: ArrayLike = 0.2,
        mask: ArrayLike | None = None,
        reduction: Reduction = "mean",
        *,
        of: str | None = None,
    ) -> Numbers: ...

value_loss_clipped: _ValueLossClipped

class _PpoClipActive(DrivenFunction):
    def __call__(
        self,
        logratio: ArrayLike,
        advantage: ArrayLike,
        eps_low: float = 0.2,
        eps_high: float | None = None,
        dual_clip: float | None = None,
        mask: ArrayLike | None = None,
    ) -> Any:
        """Where the clipped surrogate has a gradient."""

    def grad(
        self,
        logratio: ArrayLike,
        advantage: ArrayLike,
        eps_low: float = 0.2,
        eps_high: float | None = None,
        dual_clip: float | None = None,
        mask: ArrayLike | None = None,
    ) -> Any: ...
    def value_and_grad(
        self,
        logratio: ArrayLike,
        advantage: ArrayLike,
        eps_low: float = 0.2,
        eps_high: float | None = None,
        dual_clip: float | None = None,
        mask: ArrayLike | None = None,
    ) -> tuple[Any, Any]: ...

ppo_clip_active: _PpoClipActive

class KEstimatorsResult(NamedTuple):
    k1: Numbers
    k2: Numbers
    k3: Numbers

class KEstimatorsGradient(NamedTuple):
    logratio: Numbers

class _KEstimators(NumericFunction):
    def __call__(
        self,
        logratio: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
    ) -> KEstimatorsResult:
        """The estimators k1, k2, k3 of D_KL(π ‖ π_ref) from logratio = log π − log π_ref of samples of π."""

    def grad(
        self,
        logratio: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> KEstimatorsGradient: ...
    def value_and_grad(
        self,
        logratio: ArrayLike,
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[KEstimatorsResult, KEstimatorsGradient]: ...
    def hess(
        self,
        logratio: ArrayLike,
        *,
        of: str | None = None,
    ) -> Numbers: ...

k_estimators: _KEstimators

class _Fdiv(DrivenFunction):
    def __call__(
        self,
        kind: str,
        pi: ArrayLike,
        ref: ArrayLike,
        alpha: float = 0.5,
    ) -> Any:
        """The f-divergence E_ref f(π/π_ref) of each pair of rows, never negative."""

    def grad(
        self,
        kind: str,
        pi: ArrayLike,
        ref: ArrayLike,
        alpha: float = 0.5,
    ) -> Any: ...
    def value_and_grad(
        self,
        kind: str,
        pi: ArrayLike,
        ref: ArrayLike,
        alpha: float = 0.5,
    ) -> tuple[Any, Any]: ...

fdiv: _Fdiv

class _Fprime(DrivenFunction):
    def __call__(
        self,
        kind: str,
        t: ArrayLike,
        alpha: float = 0.5,
    ) -> Any:
        """The slope f′(t) of a generator."""

    def grad(
        self,
        kind: str,
        t: ArrayLike,
        alpha: float = 0.5,
    ) -> Any: ...
    def value_and_grad(
        self,
        kind: str,
        t: ArrayLike,
        alpha: float = 0.5,
    ) -> tuple[Any, Any]: ...

fprime: _Fprime

class _FprimeInv(DrivenFunction):
    def __call__(
        self,
        kind: str,
        v: ArrayLike,
        alpha: float = 0.5,
    ) -> Any:
        """The ratio t = π/π_ref at which the slope of a generator is v: the inverse of fprime."""

    def grad(
        self,
        kind: str,
        v: ArrayLike,
        alpha: float = 0.5,
    ) -> Any: ...
    def value_and_grad(
        self,
        kind: str,
        v: ArrayLike,
        alpha: float = 0.5,
    ) -> tuple[Any, Any]: ...

fprime_inv: _FprimeInv

class KtoLossGradient(NamedTuple):
    logp: Numbers

class _KtoLoss(NumericFunction):
    def __call__(
        self,
        logp: ArrayLike,
        ref: ArrayLike,
        labels: ArrayLike,
        z0: ArrayLike = 0.0,
        beta: ArrayLike = 0.1,
        weight_desirable: ArrayLike = 1.0,
        weight_undesirable: ArrayLike = 1.0,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
    ) -> Numbers:
        """The KTO loss of responses labelled desirable (1) or not (0); z0 is detached and has no derivative."""

    def grad(
        self,
        logp: ArrayLike,
        ref: ArrayLike,
        labels: ArrayLike,
        z0: ArrayLike = 0.0,
        beta: ArrayLike = 0.1,
        weight_desirable: ArrayLike = 1.0,
        weight_undesirable: ArrayLike = 1.0,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> KtoLossGradient: ...
    def value_and_grad(
        self,
        logp: ArrayLike,
        ref: ArrayLike,
        labels: ArrayLike,
        z0: ArrayLike = 0.0,
        beta: ArrayLike = 0.1,
        weight_desirable: ArrayLike = 1.0,
        weight_undesirable: ArrayLike = 1.0,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[Numbers, KtoLossGradient]: ...
    def hess(
        self,
        logp: ArrayLike,
        ref: ArrayLike,
        labels: ArrayLike,
        z0: ArrayLike = 0.0,
        beta: ArrayLike = 0.1,
        weight_desirable: ArrayLike = 1.0,
        weight_undesirable: ArrayLike = 1.0,
        reduction: Reduction = "mean",
        *,
        of: str | None = None,
    ) -> Numbers: ...

kto_loss: _KtoLoss

class KtoPairLossGradient(NamedTuple):
    logp_w: Numbers
    logp_l: Numbers

class _KtoPairLoss(NumericFunction):
    def __call__(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        ref_w: ArrayLike,
        ref_l: ArrayLike,
        beta: ArrayLike = 0.1,
        z0: ArrayLike = 0.0,
        weight_desirable: ArrayLike = 1.0,
        weight_undesirable: ArrayLike = 1.0,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
    ) -> Numbers:
        """The KTO loss of a pair, summed over its two responses; z0 is detached and has no derivative."""

    def grad(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        ref_w: ArrayLike,
        ref_l: ArrayLike,
        beta: ArrayLike = 0.1,
        z0: ArrayLike = 0.0,
        weight_desirable: ArrayLike = 1.0,
        weight_undesirable: ArrayLike = 1.0,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> KtoPairLossGradient: ...
    def value_and_grad(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        ref_w: ArrayLike,
        ref_l: ArrayLike,
        beta: ArrayLike = 0.1,
        z0: ArrayLike = 0.0,
        weight_desirable: ArrayLike = 1.0,
        weight_undesirable: ArrayLike = 1.0,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[Numbers, KtoPairLossGradient]: ...
    def hess(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        ref_w: ArrayLike,
        ref_l: ArrayLike,
        beta: ArrayLike = 0.1,
        z0: ArrayLike = 0.0,
        weight_desirable: ArrayLike = 1.0,
        weight_undesirable: ArrayLike = 1.0,
        reduction: Reduction = "mean",
        *,
        of: str | None = None,
    ) -> Numbers: ...

kto_pair_loss: _KtoPairLoss

class BcoLossGradient(NamedTuple):
    logp: Numbers

class _BcoLoss(NumericFunction):
    def __call__(
        self,
        logp: ArrayLike,
        ref: ArrayLike,
        labels: ArrayLike,
        delta: ArrayLike = 0.0,
        beta: ArrayLike = 0.1,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
    ) -> Numbers:
        """The BCO loss of responses labelled desirable (1) or not (0); the shift δ is detached."""

    def grad(
        self,
        logp: ArrayLike,
        ref: ArrayLike,
        labels: ArrayLike,
        delta: ArrayLike = 0.0,
        beta: ArrayLike = 0.1,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> BcoLossGradient: ...
    def value_and_grad(
        self,
        logp: ArrayLike,
        ref: ArrayLike,
        labels: ArrayLike,
        delta: ArrayLike = 0.0,
        beta: ArrayLike = 0.1,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[Numbers, BcoLossGradient]: ...
    def hess(
        self,
        logp: ArrayLike,
        ref: ArrayLike,
        labels: ArrayLike,
        delta: ArrayLike = 0.0,
        beta: ArrayLike = 0.1,
        reduction: Reduction = "mean",
        *,
        of: str | None = None,
    ) -> Numbers: ...

bco_loss: _BcoLoss

class BcoPairLossGradient(NamedTuple):
    logp_w: Numbers
    logp_l: Numbers

class _BcoPairLoss(NumericFunction):
    def __call__(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        ref_w: ArrayLike,
        ref_l: ArrayLike,
        beta: ArrayLike = 0.1,
        delta: ArrayLike = 0.0,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
    ) -> Numbers:
        """The BCO loss of a pair, summed over its two responses."""

    def grad(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        ref_w: ArrayLike,
        ref_l: ArrayLike,
        beta: ArrayLike = 0.1,
        delta: ArrayLike = 0.0,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> BcoPairLossGradient: ...
    def value_and_grad(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        ref_w: ArrayLike,
        ref_l: ArrayLike,
        beta: ArrayLike = 0.1,
        delta: ArrayLike = 0.0,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[Numbers, BcoPairLossGradient]: ...
    def hess(
        self,
        logp_w: ArrayLike,
        logp_l: ArrayLike,
        ref_w: ArrayLike,
        ref_l: ArrayLike,
        beta: ArrayLike = 0.1,
        delta: ArrayLike = 0.0,
        reduction: Reduction = "mean",
        *,
        of: str | None = None,
    ) -> Numbers: ...

bco_pair_loss: _BcoPairLoss

class ApoZeroLossGradient(NamedTuple):
    logp_w: Numbers
    logp_l: Numbers

class _ApoZeroLoss(NumericFunction):
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
        """The APO-zero loss of a pair."""

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
    ) -> ApoZeroLossGradient: ...
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
    ) -> tuple[Numbers, ApoZeroLossGradient]: ...
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

apo_zero_loss: _ApoZeroLoss

class ApoDownLossGradient(NamedTuple):
    logp_w: Numbers
    logp_l: Numbers

class _ApoDownLoss(NumericFunction):
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
        """The APO-down loss of a pair."""

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
    ) -> ApoDownLossGradient: ...
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
    ) -> tuple[Numbers, ApoDownLossGradient]: ...
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

apo_down_loss: _ApoDownLoss

class NcaLossGradient(NamedTuple):
    logp_w: Numbers
    logp_l: Numbers

class _NcaLoss(NumericFunction):
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
        """The NCA loss of a pair."""

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
    ) -> NcaLossGradient: ...
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
    ) -> tuple[Numbers, NcaLossGradient]: ...
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

nca_loss: _NcaLoss

class SppoLossGradient(NamedTuple):
    logp_w: Numbers
    logp_l: Numbers

class _SppoLoss(NumericFunction):
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
        """The hard SPPO loss of a pair; 1/β is the paper's step size."""

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
    ) -> SppoLossGradient: ...
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
    ) -> tuple[Numbers, SppoLossGradient]: ...
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

sppo_loss: _SppoLoss

class _GspoRatio(DrivenFunction):
    def __call__(
        self,
        logratio: ArrayLike,
        mask: ArrayLike | None = None,
    ) -> Any:
        """The length-normalised ratio of GSPO: the geometric mean of the tokens' ratios."""

    def grad(
        self,
        logratio: ArrayLike,
        mask: ArrayLike | None = None,
    ) -> Any: ...
    def value_and_grad(
        self,
        logratio: ArrayLike,
        mask: ArrayLike | None = None,
    ) -> tuple[Any, Any]: ...

gspo_ratio: _GspoRatio

class _GmpoRatio(DrivenFunction):
    def __call__(
        self,
        logratio: ArrayLike,
        advantage: ArrayLike,
        eps_low: float = 0.4,
        eps_high: float = 0.4,
        mask: ArrayLike | None = None,
    ) -> Any:
        """The ratio of GMPO: the geometric mean of the tokens' ratios, clipped on the side of the advantage."""

    def grad(
        self,
        logratio: ArrayLike,
        advantage: ArrayLike,
        eps_low: float = 0.4,
        eps_high: float = 0.4,
        mask: ArrayLike | None = None,
    ) -> Any: ...
    def value_and_grad(
        self,
        logratio: ArrayLike,
        advantage: ArrayLike,
        eps_low: float = 0.4,
        eps_high: float = 0.4,
        mask: ArrayLike | None = None,
    ) -> tuple[Any, Any]: ...

gmpo_ratio: _GmpoRatio

class CispoLossGradient(NamedTuple):
    logp: Numbers

class _CispoLoss(NumericFunction):
    def __call__(
        self,
        logp: ArrayLike,
        old_logp: ArrayLike,
        advantage: ArrayLike,
        cap: ArrayLike = 5.0,
        mask: ArrayLike | None = None,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
    ) -> Numbers:
        """The loss of CISPO, −sg(min(ρ, cap)) A log π with ρ = exp(logp − old_logp); cap is 1 + ε_high of the paper."""

    def grad(
        self,
        logp: ArrayLike,
        old_logp: ArrayLike,
        advantage: ArrayLike,
        cap: ArrayLike = 5.0,
        mask: ArrayLike | None = None,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> CispoLossGradient: ...
    def value_and_grad(
        self,
        logp: ArrayLike,
        old_logp: ArrayLike,
        advantage: ArrayLike,
        cap: ArrayLike = 5.0,
        mask: ArrayLike | None = None,
        reduction: Reduction = "mean",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[Numbers, CispoLossGradient]: ...
    def hess(
        self,
        logp: ArrayLike,
        old_logp: ArrayLike,
        advantage: ArrayLike,
        cap: ArrayLike = 5.0,
        mask: ArrayLike | None = None,
        reduction: Reduction = "mean",
        *,
        of: str | None = None,
    ) -> Numbers: ...

cispo_loss: _CispoLoss

class SapoGateGradient(NamedTuple):
    logratio: Numbers

class _SapoGate(NumericFunction):
    def __call__(
        self,
        logratio: ArrayLike,
        tau: ArrayLike = 1.0,
        mask: ArrayLike | None = None,
        reduction: Reduction = "none",
        *,
        out: Any = None,
        threads: int = 1,
    ) -> Numbers:
        """The gate of SAPO in place of the ratio: (4/τ) σ(τ(ρ − 1))."""

    def grad(
        self,
        logratio: ArrayLike,
        tau: ArrayLike = 1.0,
        mask: ArrayLike | None = None,
        reduction: Reduction = "none",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> SapoGateGradient: ...
    def value_and_grad(
        self,
        logratio: ArrayLike,
        tau: ArrayLike = 1.0,
        mask: ArrayLike | None = None,
        reduction: Reduction = "none",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[Numbers, SapoGateGradient]: ...
    def hess(
        self,
        logratio: ArrayLike,
        tau: ArrayLike = 1.0,
        mask: ArrayLike | None = None,
        reduction: Reduction = "none",
        *,
        of: str | None = None,
    ) -> Numbers: ...

sapo_gate: _SapoGate

class SapoObjectiveGradient(NamedTuple):
    logratio: Numbers

class _SapoObjective(NumericFunction):
    def __call__(
        self,
        logratio: ArrayLike,
        advantage: ArrayLike,
        tau_pos: ArrayLike = 1.0,
        tau_neg: ArrayLike = 1.05,
        mask: ArrayLike | None = None,
        reduction: Reduction = "none",
        *,
        out: Any = None,
        threads: int = 1,
    ) -> Numbers:
        """The objective of SAPO, to be maximised: the gated ratio times the advantage, τ by the advantage's sign."""

    def grad(
        self,
        logratio: ArrayLike,
        advantage: ArrayLike,
        tau_pos: ArrayLike = 1.0,
        tau_neg: ArrayLike = 1.05,
        mask: ArrayLike | None = None,
        reduction: Reduction = "none",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> SapoObjectiveGradient: ...
    def value_and_grad(
        self,
        logratio: ArrayLike,
        advantage: ArrayLike,
        tau_pos: ArrayLike = 1.0,
        tau_neg: ArrayLike = 1.05,
        mask: ArrayLike | None = None,
        reduction: Reduction = "none",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[Numbers, SapoObjectiveGradient]: ...
    def hess(
        self,
        logratio: ArrayLike,
        advantage: ArrayLike,
        tau_pos: ArrayLike = 1.0,
        tau_neg: ArrayLike = 1.05,
        mask: ArrayLike | None = None,
        reduction: Reduction = "none",
        *,
        of: str | None = None,
    ) -> Numbers: ...

sapo_objective: _SapoObjective

class VespoWeightGradient(NamedTuple):
    logratio: Numbers

class _VespoWeight(NumericFunction):
    def __call__(
        self,
        logratio: ArrayLike,
        k: ArrayLike = 2.0,
        lam: ArrayLike = 3.0,
        mask: ArrayLike | None = None,
        reduction: Reduction = "none",
        *,
        out: Any = None,
        threads: int = 1,
    ) -> Numbers:
        """The weight of VESPO in place of a clip, e^λ w^k e^{−λ w} for w = exp(logratio)."""

    def grad(
        self,
        logratio: ArrayLike,
        k: ArrayLike = 2.0,
        lam: ArrayLike = 3.0,
        mask: ArrayLike | None = None,
        reduction: Reduction = "none",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> VespoWeightGradient: ...
    def value_and_grad(
        self,
        logratio: ArrayLike,
        k: ArrayLike = 2.0,
        lam: ArrayLike = 3.0,
        mask: ArrayLike | None = None,
        reduction: Reduction = "none",
        *,
        out: Any = None,
        threads: int = 1,
        of: str | None = None,
    ) -> tuple[Numbers, VespoWeightGradient]: ...
    def hess(
        self,
        logratio: ArrayLike,
        k: ArrayLike = 2.0,
        lam: ArrayLike = 3.0,
        mask: ArrayLike | None = None,
        reduction: Reduction = "none",
        *,
        of: str | None = None,
    ) -> Numbers: ...

vespo_weight: _VespoWeight

class _BonPmf(DrivenFunction):
    def __call__(
        self,
        probs: ArrayLike,
        reward: ArrayLike,
        n: int,
    ) -> Any:
        """The law of the best of n samples."""

    def grad(
        self,
        probs: ArrayLike,
        reward: ArrayLike,
        n: int,
    ) -> Any: ...
    def value_and_grad(
        self,
        probs: ArrayLike,
        reward: ArrayLike,
        n: int,
    ) -> tuple[Any, Any]: ...

bon_pmf: _BonPmf

class _BonKl(DrivenFunction):
    def __call__(
        self,
        probs: ArrayLike,
        reward: ArrayLike,
        n: int,
    ) -> Any:
        """How far the best of n is from one sample."""

    def grad(
        self,
        probs: ArrayLike,
        reward: ArrayLike,
        n: int,
    ) -> Any: ...
    def value_and_grad(
        self,
        probs: ArrayLike,
        reward: ArrayLike,
        n: int,
    ) -> tuple[Any, Any]: ...

bon_kl: _BonKl

class _BonWinrate(DrivenFunction):
    def __call__(
        self,
        probs: ArrayLike,
        reward: ArrayLike,
        n: int,
    ) -> Any:
        """How often the best of n beats one sample."""

    def grad(
        self,
        probs: ArrayLike,
        reward: ArrayLike,
        n: int,
    ) -> Any: ...
    def value_and_grad(
        self,
        probs: ArrayLike,
        reward: ArrayLike,
        n: int,
    ) -> tuple[Any, Any]: ...

bon_winrate: _BonWinrate
