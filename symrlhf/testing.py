"""`assert_matches(my_loss, "dpo", beta=0.1)`: a loss of your own against the proven function, value and gradient.

The inputs are ordinary first, then extreme. The first region that differs is reported with the slip that explains
what was seen, if one does: every slip in the table below predicts numbers, and only a slip whose numbers are those
of your loss is named.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrlhf.compile.function import NumericFunction
from symrlhf.errors import NotSupported, unknown_name
from symrlhf.functions import named, names

Array = NDArray[np.floating[Any]]
Loss = Callable[..., Any]
Inputs = dict[str, Array]


class LossMismatch(AssertionError):
    """Your loss is not the proven one: `region`, `slip` ("" where none explains it) and `theorem` say where and why."""

    def __init__(self, message: str, region: str, slip: str, theorem: str):
        super().__init__(message)
        self.region, self.slip, self.theorem = region, slip, theorem


# ------------------------------------------------------------------ regions


@dataclass(frozen=True)
class Region:
    """Where the losses are compared: how far apart preferred and rejected are, times β."""

    name: str
    margins: tuple[float, ...]


REGIONS = (
    Region("ordinary margins", (0.7, -1.3, 0.2, 2.1, -0.4)),
    Region("equal pairs", (0.0, 0.0, 0.0)),
    Region("confident pairs", (12.0, -9.0, 30.0, -33.0)),
    Region("large margins, ranked right", (90.0, 400.0, 800.0)),
    Region("large margins, ranked wrong", (-90.0, -400.0, -800.0)),
    Region("extreme margins", (1e4, -1e4)),
)
KINKS = frozenset({"hinge_loss", "slic_loss", "ppo_clip_objective", "value_loss_clipped"})
"""At equal pairs these may stand at a kink, where a derivative is a convention."""


def _inputs(function: Any, region: Region, parameters: Mapping[str, Any], dtype: str) -> Inputs:
    """Arrays for every argument that must be given, with the margins of the region."""
    margins = np.array(region.margins)
    rng = np.random.default_rng(len(region.name))
    needed = [n for n in function.argument_terms if n not in function.defaults and n not in parameters]
    rows = {a.name for a in function.lowered.arguments if a.row}
    beta = float(parameters.get("beta", function.defaults.get("beta") or 1.0))
    h = margins / beta if "beta" in function.argument_terms else margins
    if function.name == "orpo_loss":
        h = margins
    base = -rng.uniform(5, 30, margins.shape) - np.abs(h)
    own = -rng.uniform(0.5, 4, margins.shape) - np.abs(h)
    # The four log-probabilities have the margin (logp_w − ref_w) − (logp_l − ref_l) = h.
    shift = rng.uniform(-1, 1, margins.shape)
    values: dict[str, Array] = {}
    for name in needed:
        if name in rows:
            values[name] = _row(name, margins, rng)
            continue
        match name:
            case "logp_w":
                values[name] = base + h + shift if "ref_w" in needed else own + h
            case "logp_l":
                values[name] = base + 1 + shift if "ref_l" in needed else own
            case "ref_w":
                values[name] = base
            case "ref_l":
                values[name] = base + 1
            case "logp":
                values[name] = base + h
            case "ref":
                values[name] = base
            case "r_w" | "r1":
                values[name] = shift + h
            case "r_l" | "r2":
                values[name] = shift
            case "labels":
                values[name] = (np.arange(margins.size) % 2).astype(float)
            case "logratio":
                values[name] = margins * 0.3
            case "advantage":
                values[name] = rng.uniform(0.5, 2, margins.shape) * np.where(np.arange(margins.size) % 3 == 1, -1, 1)
            case "p":
                values[name] = 1 / (1 + np.exp(-margins))
            case _:
                values[name] = margins + rng.uniform(-0.1, 0.1, margins.shape)
    if "ref_w" not in needed and "logp_w" in needed:
        values["logp_l"] = values["logp_w"] - h
        top = np.maximum(values["logp_l"], 0)  # a log-probability is never positive
        values["logp_w"], values["logp_l"] = values["logp_w"] - top, values["logp_l"] - top
    return {n: v.astype(dtype) for n, v in values.items()}


def _row(name: str, margins: Array, rng: np.random.Generator) -> Array:
    """Log-probabilities of four responses: the first stands out by the margin."""
    logits = rng.normal(size=(margins.size, 4))
    logits[:, 0] += margins
    if name == "r":
        return logits
    top = logits.max(axis=-1, keepdims=True)
    return logits - top - np.log(np.exp(logits - top).sum(axis=-1, keepdims=True))


# ------------------------------------------------------------------ running a loss


@dataclass(frozen=True)
class Seen:
    """What a loss gave: its value, and the derivative of what it returned in each argument."""

    value: Array
    gradient: Inputs | None


def _uses_torch(loss: Loss) -> bool:
    """Whether the loss is a torch module, or its code names something of torch."""
    code, known = getattr(loss, "__code__", None), getattr(loss, "__globals__", {})
    things = [loss, *(known[n] for n in getattr(code, "co_names", ()) if n in known)]
    homes = (t.__name__ if inspect.ismodule(t) else getattr(type(t), "__module__", "") for t in things)
    kind: type[Any] = type(loss)
    bases = (b.__module__ for b in kind.__mro__)
    return any(home.split(".")[0] == "torch" for home in (*homes, *bases))


def _accepted(loss: Loss, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that the loss takes by name."""
    try:
        known = inspect.signature(loss).parameters.values()
    except (TypeError, ValueError):
        return {}
    if any(p.kind is p.VAR_KEYWORD for p in known):
        return dict(parameters)
    return {n: v for n, v in parameters.items() if n in {p.name for p in known}}


def _run_torch(loss: Loss, inputs: Inputs, wrt: tuple[str, ...], options: Mapping[str, Any]) -> Seen:
    import torch  # pyright: ignore[reportMissingImports]

    tensors = {n: torch.tensor(v, requires_grad=n in wrt) for n, v in inputs.items()}
    result = loss(*tensors.values(), **options)
    if not isinstance(result, torch.Tensor):
        raise TypeError(f"the loss returned {type(result).__name__}, not a tensor")
    slopes = {n: np.zeros_like(inputs[n]) for n in wrt}
    if result.requires_grad:
        result.sum().backward()
        slopes = {n: s if (g := tensors[n].grad) is None else g.numpy() for n, s in slopes.items()}
    return Seen(result.detach().numpy(), slopes)


def _run_numpy(loss: Loss, inputs: Inputs, wrt: tuple[str, ...], options: Mapping[str, Any]) -> Seen:
    with np.errstate(all="ignore"):
        value = np.asarray(loss(*inputs.values(), **options), float)
        if not np.all(np.isfinite(value)):
            return Seen(value, None)
        return Seen(value, {n: _central(loss, inputs, n, options) for n in wrt})


STEP = 1e-6


def _central(loss: Loss, inputs: Inputs, name: str, options: Mapping[str, Any]) -> Array:
    """The derivative of the sum of what is returned, by central differences."""
    x = inputs[name]
    slopes = np.zeros(x.shape)
    for at in np.ndindex(x.shape):
        step = STEP * max(1.0, abs(float(x[at])))
        ends: list[float] = []
        for sign in (1, -1):
            moved = x.astype(float)
            moved[at] += sign * step
            ends.append(float(np.sum(loss(*{**inputs, name: moved}.values(), **options))))
        slopes[at] = (ends[0] - ends[1]) / (2 * step)
    return slopes


def _truth(function: Any, inputs: Inputs, reduction: str, parameters: Mapping[str, Any]) -> Seen:
    options = dict(parameters)
    if "reduction" in function.__signature__.parameters:
        options["reduction"] = reduction
    value, gradient = function.value_and_grad(**inputs, **options)
    return Seen(np.asarray(value), gradient._asdict())


# ------------------------------------------------------------------ slips


@dataclass(frozen=True)
class Slip:
    """A way to go wrong that predicts numbers."""

    name: str
    says: str
    predicts: Callable[[], Seen | None]


NEUTRAL = {"beta": 1.0, "tau": 1.0, "alpha": 0.0, "gamma": 0.0, "margin": 0.0, "label_smoothing": 0.0, "z0": 0.0}


def _slips(function: Any, inputs: Inputs, reduction: str, parameters: Mapping[str, Any]) -> Iterator[Slip]:
    """Everything known to go wrong with this function on these inputs, most specific first."""

    def truth(changed: Inputs = inputs, how: str = reduction, **other: Any) -> Seen | None:
        try:
            return _truth(function, changed, how, {**parameters, **other})
        except (ValueError, NotSupported):
            return None

    def scaled(seen: Seen | None, by: float) -> Seen | None:
        if seen is None or seen.gradient is None:
            return None
        return Seen(by * seen.value, {n: by * s for n, s in seen.gradient.items()})

    yield Slip("sign", "the sign is flipped: a loss is the negative of an objective", lambda: scaled(truth(), -1))
    if reduction != "none":
        other, size = ("sum", "mean") if reduction == "mean" else ("mean", "sum")
        yield Slip(f"{other} against {size}", f"it takes the {other}, not the {size}", partial(truth, how=other))
    known = {n: parameters.get(n, d) for n, d in function.defaults.items() if n in function.argument_terms}
    for name, neutral in NEUTRAL.items():
        value = known.get(name)
        if isinstance(value, (int, float)) and value != neutral:
            spoken = "β" if name == "beta" else name
            others = [(f"lost {spoken}", f"{name} is not used: {name} = {neutral:g}", neutral)]
            others += [(f"sign of {spoken}", f"{name} has the wrong sign", -value)]
            others += [(f"{spoken} on the wrong side", f"1/{name} stands for {name}", 1 / value)]
            others += [(f"{spoken} squared", f"{name} is multiplied in twice", value**2)]
            others += [(f"factor beside {spoken}", f"{by}{name} stands for {name}", value * factor)
                       for by, factor in (("half of ", 0.5), ("2 ", 2.0))]  # fmt: skip
            for title, says, other in others:
                yield Slip(title, says, partial(truth, **{name: other}))
    eps = known.get("label_smoothing")
    if isinstance(eps, float) and 0 < eps < 1:
        yield Slip(
            "label smoothing on the wrong term", "ε and 1 − ε are exchanged", lambda: truth(label_smoothing=1 - eps)
        )
    for title, pairs in SWAPS.items():
        present = [(a, b) for a, b in pairs if a in inputs and b in inputs]
        if len(present) == len(pairs):
            turned = {**inputs, **{a: inputs[b] for a, b in present}, **{b: inputs[a] for a, b in present}}
            yield Slip(title, SWAP_SAYS[title], lambda t=turned, p=present: _turned_back(truth(t), p))
    for title, (group, says) in ADDED.items():
        if all(n in inputs for n in group):
            turned = {**inputs, **{n: -inputs[n] for n in group}}
            yield Slip(title, says, lambda t=turned: truth(t))
    if function.name == "ppo_clip_objective":  # max(ρA, clip(ρ) A) = −min(ρ(−A), clip(ρ)(−A))
        turned = {**inputs, "advantage": -inputs["advantage"]}
        yield Slip("max for min", "the larger of the two surrogates is taken", lambda: scaled(truth(turned), -1))
    beta = known.get("beta")
    if isinstance(beta, (int, float)) and beta:
        for title, (group, says) in BETA_ON_A_PART.items():
            if all(n in inputs for n in group):
                turned = {**inputs, **{n: inputs[n] / beta for n in group}}
                yield Slip(title, says, lambda t=turned: truth(t))
        if function.name == "orpo_loss":
            says = "log-probabilities stand for log-odds"
            yield Slip("lost odds", says, lambda b=beta: _without_odds(inputs, reduction, b))
    if reduction == "mean" and function.name in OF_A_MARGIN:
        middle = {n: np.full_like(v, v.mean()) for n, v in inputs.items()}
        yield Slip(
            "loss of the mean margin",
            "margins are averaged before the loss is taken, not the losses after",
            lambda: truth(middle),
        )
    ends = {c / by for c in CLIPPED_AT for by in {1.0, beta or 1.0}}
    for end in sorted(ends) if function.name in OF_A_MARGIN else ():
        yield Slip(
            "clipped margin",
            f"the margin is clipped to [−{end:g}, {end:g}]: beyond, no gradient is left",
            lambda c=end: truth(_clipped(inputs, c)),
        )
    logistic = function.name in LOGISTIC and not known.get("center")
    if logistic and not eps:
        for title, says, of_loss in OF_EACH:
            yield Slip(title, says, lambda f=of_loss: _of_each(truth(how="none"), f, reduction))
    if logistic and isinstance(eps, float) and 0 < eps < 1:
        yield Slip(
            "ε inside the log",
            "label smoothing mixes the probabilities inside the logarithm, not the two losses",
            lambda: _mixed_inside(truth, inputs, eps, reduction),
        )
    if "ref_w" in inputs:
        gone = {**inputs, **{n: np.zeros_like(v) for n, v in inputs.items() if n.startswith("ref")}}
        yield Slip("lost reference", "the reference log-probabilities are not used", lambda: truth(gone))


ADDED: dict[str, tuple[tuple[str, ...], str]] = {
    "sign of the reference": (("ref_w", "ref_l"), "the reference log-probabilities are added, not subtracted"),
    "rejected added": (("logp_l", "ref_l"), "the log-ratio of the rejected response is added, not subtracted"),
    "rejected added ": (("r_l",), "the reward of the rejected response is added, not subtracted"),
}

BETA_ON_A_PART = {
    "β on the policy only": (("ref_w", "ref_l"), "β multiplies the policy's log-probabilities, not the reference's"),
    "β on the reference only": (
        ("logp_w", "logp_l"),
        "β multiplies the reference's log-probabilities, not the policy's",
    ),
}
"""Slip -> the log-probabilities that β should have multiplied and did not."""

LOGISTIC = frozenset({"dpo_loss", "rm_loss"})
"""−log σ of a margin that changes its sign with w and l."""
OF_A_MARGIN = LOGISTIC | {"ipo_loss", "hinge_loss", "simpo_loss", "slic_loss"}
"""Functions of the difference of w and l alone."""
CLIPPED_AT = (1.0, 2.0, 3.0, 5.0, 10.0, 15.0, 20.0, 30.0, 50.0, 100.0, 500.0, 700.0)

OF_EACH: tuple[tuple[str, str, Callable[[Array], Array]], ...] = (
    ("σ for log σ", "it is −σ of the margin, not −log σ", lambda loss: -np.exp(-loss)),
    ("σ for log σ", "it is 1 − σ of the margin, not −log σ", lambda loss: -np.expm1(-loss)),
    *(
        ("ε inside the log", f"{e:g} is added to σ inside the logarithm", lambda loss, e=e: -np.log(np.exp(-loss) + e))
        for e in (1e-3, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15)
    ),
    *(
        ("clipped probability", f"σ is clipped to {e:g} from below", lambda loss, e=e: np.minimum(loss, -np.log(e)))
        for e in (1e-3, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15)
    ),
)
"""What is made of −log σ entry by entry: slip, what it says, the wrong loss of the right one."""

MARGIN = (("logp_w", 1), ("ref_w", -1), ("logp_l", -1), ("ref_l", 1), ("r_w", 1), ("r_l", -1))


def _clipped(inputs: Inputs, end: float) -> Inputs:
    """The inputs with their margin clipped, by the first of them."""
    margin = sum((sign * inputs[n] for n, sign in MARGIN if n in inputs), np.zeros(()))
    first = next(n for n, _ in MARGIN if n in inputs)
    return {**inputs, first: inputs[first] + (np.clip(margin, -end, end) - margin)}


def _of_each(seen: Seen | None, of_loss: Callable[[Array], Array], reduction: str) -> Seen | None:
    """What the wrong loss gives where the entries have these losses; of its value alone."""
    if seen is None:
        return None
    with np.errstate(all="ignore"):
        return Seen(_reduced(of_loss(seen.value), reduction), None)


def _reduced(values: Array, reduction: str) -> Array:
    return values if reduction == "none" else np.asarray(values.mean() if reduction == "mean" else values.sum())


def _mixed_inside(truth: Callable[..., Seen | None], inputs: Inputs, eps: float, reduction: str) -> Seen | None:
    """−log((1 − ε) σ(z) + ε σ(−z))."""
    exchanged = {"w": "l", "l": "w"}
    turned = {n: inputs[n[:-1] + exchanged[n[-1]]] for n in inputs}
    right, other = (truth(x, "none", label_smoothing=0.0) for x in (inputs, turned))
    if right is None or other is None:
        return None
    return Seen(_reduced(-np.logaddexp(np.log1p(-eps) - right.value, np.log(eps) - other.value), reduction), None)


def _without_odds(inputs: Inputs, reduction: str, beta: float) -> Seen:
    """−log π(w) + β softplus(log π(l) − log π(w)), which is β times the loss of CPO for its β = 1 and α = 1/β."""
    seen = _truth(named("cpo_loss"), inputs, reduction, {"beta": 1.0, "alpha": 1 / beta})
    return Seen(beta * seen.value, None)


SWAPS: dict[str, tuple[tuple[str, str], ...]] = {
    "swapped w/l": (("logp_w", "logp_l"), ("ref_w", "ref_l")),
    "swapped w/l ": (("logp_w", "logp_l"),),
    "swapped references": (("ref_w", "ref_l"),),
    "swapped rewards": (("r_w", "r_l"),),
    "swapped arguments": (("log_p", "log_q"),),
    "swapped policy and reference": (("logp", "ref"),),
}
SWAP_SAYS = {
    "swapped w/l": "chosen and rejected are exchanged (or policy and reference: the margin has the other sign)",
    "swapped w/l ": "the policy's log-probabilities of chosen and rejected are exchanged",
    "swapped references": "the reference's log-probabilities of chosen and rejected are exchanged",
    "swapped rewards": "chosen and rejected are exchanged",
    "swapped arguments": "the arguments of the divergence are exchanged",
    "swapped policy and reference": "the log-ratio has the other sign",
}


def _turned_back(seen: Seen | None, pairs: list[tuple[str, str]]) -> Seen | None:
    """Slopes by the exchanged arguments, as slopes by those that were passed."""
    if seen is None or seen.gradient is None:
        return seen
    back = {a: b for pair in pairs for a, b in (pair, pair[::-1])}
    return Seen(seen.value, {n: seen.gradient.get(back.get(n, n), s) for n, s in seen.gradient.items()})


# ------------------------------------------------------------------ comparing


@dataclass(frozen=True)
class Tolerance:
    """How near is the same: relative to the larger of the truth and the smallest number that matters."""

    value: float
    slope: float
    floor: float
    """Derivatives below this are not told apart: what central differences leave over."""

    def same_value(self, a: Array, b: Array) -> bool:
        return _near(a, b, self.value, 1e-5 * self.value)

    def same_slopes(self, a: Inputs | None, b: Inputs | None) -> bool:
        if a is None or b is None:
            return True
        scale = max((float(np.max(np.abs(s), initial=0)) for s in b.values()), default=0.0)
        return all(_near(a[n], b[n], self.slope, self.slope * scale + self.floor) for n in b)

    def same(self, a: Seen, b: Seen) -> bool:
        return self.same_value(a.value, b.value) and self.same_slopes(a.gradient, b.gradient)


def _near(a: Array, b: Array, relative: float, absolute: float) -> bool:
    return a.shape == b.shape and bool(np.all((a == b) | (np.abs(a - b) <= relative * np.abs(b) + absolute)))


def _slip(seen: Seen, right: Seen, slips: Iterator[Slip], tolerance: Tolerance, torch: bool) -> tuple[str, str]:
    """The slip that explains what was seen, and what it says."""
    if not np.all(np.isfinite(seen.value)) and np.all(np.isfinite(right.value)):
        kind = "nan" if np.any(np.isnan(seen.value)) else "inf"
        return "overflow", f"it is {kind} where the loss is finite: use log-sigmoid, softplus or log-softmax"
    if seen.gradient and any(not np.all(np.isfinite(s)) for s in seen.gradient.values()):
        return "overflow", "its gradient is not finite where that of the loss is: use log-sigmoid or log-softmax"
    if tolerance.same_value(seen.value, right.value):
        if not torch:
            return "lost digits", "the value is right but moves in steps, as computed in float32"
        return _slope_slip(seen, right, tolerance)
    for slip in slips:
        predicted = slip.predicts()
        if predicted is not None and tolerance.same_value(seen.value, predicted.value):
            return slip.name.strip(), slip.says
    return _constant(seen, right, tolerance)


def _slope_slip(seen: Seen, right: Seen, tolerance: Tolerance) -> tuple[str, str]:
    """The value is right, the gradient is not."""
    assert seen.gradient is not None and right.gradient is not None
    dead = [n for n, s in seen.gradient.items() if not np.any(s) and np.any(right.gradient[n])]
    if dead:
        return "detached term", f"no gradient reaches {' and '.join(dead)}: a detach(), item() or no_grad cuts it off"
    if tolerance.same_slopes({n: -s for n, s in seen.gradient.items()}, right.gradient):
        return "sign", "the gradient has the other sign"
    return "detached term", "the value is right but the gradient is not: a part of the loss is detached"


def _constant(seen: Seen, right: Seen, tolerance: Tolerance) -> tuple[str, str]:
    """A constant factor or a constant summand."""
    if seen.value.shape != right.value.shape or not right.value.size:
        return "", ""
    at = int(np.argmax(np.abs(right.value)))
    factor = float(seen.value.flat[at] / right.value.flat[at]) if right.value.flat[at] else 0.0
    slopes = right.gradient or {}
    scaled = Seen(factor * right.value, {n: factor * s for n, s in slopes.items()})
    shift = float(seen.value.flat[at] - right.value.flat[at])
    told = right.value.size > 2 and tolerance.same_value(seen.value, scaled.value)
    if factor and (told or tolerance.same(seen, scaled)):
        return "factor", f"it is {factor:.6g} times the loss"
    if tolerance.same(seen, Seen(right.value + shift, slopes)):
        return "constant", f"it is the loss plus {shift:.6g}"
    return "", ""


# ------------------------------------------------------------------ the assertion


def _function(name: str) -> Any:
    """The proven function: by its own name, without `_loss`, or by the kind of a pairwise loss."""
    known = names()
    kinds: Any = named("pairwise_loss")
    if name in kinds.kinds:  # "sigmoid" is what libraries call the DPO loss
        return kinds.chosen(name)
    for full in (name, f"{name}_loss"):
        if full in known and isinstance(found := named(full), NumericFunction):
            return found
    raise unknown_name("function", name, [*known, *kinds.kinds])


def assert_matches(
    my_loss: Loss,
    name: str,
    *,
    reduction: str = "mean",
    dtype: str = "float64",
    rtol: float | None = None,
    **parameters: Any,
) -> None:
    """Raise `LossMismatch` unless `my_loss` is the proven function `name`, in value and gradient.

    my_loss: a NumPy or torch callable of the arrays that the proven function needs, in its order (for "dpo": logp_w,
        logp_l, ref_w, ref_l); it is given the parameters too, where it takes them by name. It may return one number or
        one for each entry. Torch losses are differentiated by autograd, others by central differences.
    name: "dpo", "rm", "ipo", "kl", ..., or the full name of a function of `symrlhf.functions`.
    reduction: what a loss that returns one number takes of the entries: "mean" or "sum".
    dtype: "float64" or "float32", the type of the arrays passed.
    rtol: relative tolerance of the value; by default 1e-7, and 2e-4 for float32.
    parameters: those of the proven function, such as beta=0.1.
    """
    function = _function(name)
    torch = _uses_torch(my_loss)
    single = dtype == "float32"
    value = rtol if rtol is not None else 2e-4 if single else 1e-7
    tolerance = Tolerance(value, max(value, 1e-6) if torch else max(value, 2e-5), 1e-14 if torch else 1e-7)
    run = _run_torch if torch else _run_numpy
    options = _accepted(my_loss, parameters)
    for region in REGIONS:
        if function.name in KINKS and region.name == "equal pairs":
            continue
        inputs = _inputs(function, region, parameters, dtype)
        seen = run(my_loss, inputs, function.differentiable, options)
        how = reduction if seen.value.ndim == 0 else "none"
        right = _truth(function, inputs, how, parameters)
        if not np.all(np.isfinite(right.value)) or tolerance.same(seen, right):
            continue
        slip, says = _slip(seen, right, _slips(function, inputs, how, parameters), tolerance, torch)
        raise _mismatch(my_loss, function, region, inputs, seen, right, slip, says)


def _mismatch(
    my_loss: Loss, function: Any, region: Region, inputs: Inputs, seen: Seen, right: Seen, slip: str, says: str
) -> LossMismatch:
    title = getattr(my_loss, "__name__", type(my_loss).__name__)
    derivation = function.declaration.derivation
    rows = [f"{title} is not {function.name}: they differ for {region.name}"]
    rows += [f"  {n} = {_short(v)}" for n, v in inputs.items()]
    rows.append(f"  value     expected {_short(right.value)}, got {_short(seen.value)}")
    for n, s in (right.gradient or {}).items():
        if seen.gradient is not None:
            rows.append(f"  d/d{n}  expected {_short(s)}, got {_short(seen.gradient[n])}")
    rows.append(f"  looks like: {slip}: {says}" if slip else "  no slip that is known explains this")
    rows.append(f"  violates {derivation.name} ({derivation.title}): {function.relation}")
    return LossMismatch("\n".join(rows), region.name, slip, derivation.name)


def _short(x: Array) -> str:
    return np.array2string(np.asarray(x), precision=6, threshold=6, separator=", ")
