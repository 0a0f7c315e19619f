"""Right and wrong losses written with torch, for `test_testing`."""

from typing import Any

import torch  # pyright: ignore[reportMissingImports]
import torch.nn.functional as F  # pyright: ignore[reportMissingImports]

Array = Any


def right_torch_dpo(logp_w: Array, logp_l: Array, ref_w: Array, ref_l: Array, beta: float) -> Array:
    return -F.logsigmoid(beta * ((logp_w - ref_w) - (logp_l - ref_l))).mean()


def right_torch_hinge(logp_w: Array, logp_l: Array, ref_w: Array, ref_l: Array) -> Array:
    return torch.relu(1 - 0.1 * ((logp_w - ref_w) - (logp_l - ref_l)))


def torch_without_beta(logp_w: Array, logp_l: Array, ref_w: Array, ref_l: Array) -> Array:
    return -F.logsigmoid((logp_w - ref_w) - (logp_l - ref_l)).mean()


def torch_with_the_wrong_sign(logp_w: Array, logp_l: Array, ref_w: Array, ref_l: Array) -> Array:
    return F.logsigmoid(0.1 * ((logp_w - ref_w) - (logp_l - ref_l))).mean()


def torch_summed(logp_w: Array, logp_l: Array, ref_w: Array, ref_l: Array) -> Array:
    return -F.logsigmoid(0.1 * ((logp_w - ref_w) - (logp_l - ref_l))).sum()


def torch_detached(logp_w: Array, logp_l: Array, ref_w: Array, ref_l: Array) -> Array:
    return -F.logsigmoid(0.1 * ((logp_w - ref_w) - (logp_l.detach() - ref_l))).mean()


def torch_overflowing(logp_w: Array, logp_l: Array, ref_w: Array, ref_l: Array) -> Array:
    return -torch.log(torch.sigmoid(0.1 * ((logp_w - ref_w) - (logp_l - ref_l)))).mean()


def torch_smoothed_wrongly(logp_w: Array, logp_l: Array, ref_w: Array, ref_l: Array) -> Array:
    z = 0.1 * ((logp_w - ref_w) - (logp_l - ref_l))
    return (-0.2 * F.logsigmoid(z) - 0.8 * F.logsigmoid(-z)).mean()


def torch_halved(logp_w: Array, logp_l: Array, ref_w: Array, ref_l: Array) -> Array:
    return -0.5 * F.logsigmoid(0.1 * ((logp_w - ref_w) - (logp_l - ref_l))).mean()
