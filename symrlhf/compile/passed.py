"""What a driver is passed, checked: arrays, masks, numbers, token ids; and the table of drivers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrlhf.compile.arrays import LABELS, as_array, check_domain
from symrlhf.compile.driving import Kernels
from symrlhf.compile.kernels import Array, less_leader, log_softmax

DRIVERS: dict[str, Callable[..., Any]] = {}
"""Name -> driver."""
GRADIENTS: dict[str, Callable[..., Any]] = {}
"""Name -> what computes the gradient; the others have none."""
HESSIANS: dict[str, Callable[..., Any]] = {}
"""Name -> what computes the second derivatives; the others have none."""

Ids = NDArray[np.integer[Any]]
Mask = NDArray[np.bool_]


def driver(function: Callable[..., Any]) -> Callable[..., Any]:
    """Register a driver under its own name."""
    DRIVERS[function.__name__] = function
    return function


def gradient_of(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register what computes the gradient of a driver."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        GRADIENTS[name] = function
        return function

    return register


def hessian_of(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register what computes the second derivatives of a driver."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        HESSIANS[name] = function
        return function

    return register


# ------------------------------------------------------------------ what is passed


def arrays_of(k: Kernels, least: int, **values: object) -> list[Array]:
    """The arguments as arrays of one type with at least so many axes, or an error that names the argument."""
    arrays = {n: as_array(k.name, n, v) for n, v in values.items()}
    for name, x in arrays.items():
        if x.ndim < least:
            raise ValueError(f"{k.name}: {name} has shape {x.shape}; it needs at least {least} axes")
    dtype = np.result_type(*arrays.values())
    return [x.astype(dtype, copy=False) for x in arrays.values()]


def same_shape(k: Kernels, **arrays: NDArray[Any]) -> None:
    """A ValueError unless the arrays have one shape."""
    shapes = {x.shape for x in arrays.values()}
    if len(shapes) > 1:
        said = ", ".join(f"{n} has shape {x.shape}" for n, x in arrays.items())
        raise ValueError(f"{k.name}: the shapes must be the same, but {said}")


def mask_of(k: Kernels, mask: object, shape: tuple[int, ...]) -> Mask:
    """The mask in full shape; all True where there is none."""
    if mask is None:
        return np.ones(shape, bool)
    given = as_array(k.name, "mask", mask, boolean=True)
    check_domain(k.name, "mask", given, LABELS)
    try:
        return np.broadcast_to(given != 0, shape)
    except ValueError:
        raise ValueError(f"{k.name}: mask has shape {given.shape}, the entries have shape {shape}") from None


def one_number(k: Kernels, name: str, value: object, domain: str) -> float:
    """One number within its domain."""
    array = as_array(k.name, name, value)
    if array.ndim:
        raise ValueError(f"{k.name}: {name} must be one number, not an array of shape {array.shape}")
    check_domain(k.name, name, array, domain)
    return float(array)


def whole_number(k: Kernels, name: str, value: object, least: int) -> int:
    """An integer, at least so great."""
    number = one_number(k, name, value, f"[{least}, inf)")
    if number != int(number):
        raise ValueError(f"{k.name}: {name} must be an integer, not {number}")
    return int(number)


def ids_below(k: Kernels, name: str, value: object, size: int, used: Mask | None = None) -> Ids:
    """Token ids below `size`; where the mask leaves an entry out, any id will do."""
    ids = np.asarray(value)
    if ids.dtype.kind not in "iu":
        raise TypeError(f"{k.name}: {name} must hold integers, not {ids.dtype}")
    outside = (ids < 0) | (ids >= size)
    if used is not None and used.shape == ids.shape:
        outside = outside & used
    if np.any(outside):
        raise ValueError(f"{k.name}: {name} must lie in [0, {size}), not {ids[outside].flat[0]}")
    return np.clip(ids, 0, size - 1)


def one_of(k: Kernels, name: str, value: object, *known: str) -> str:
    """One of these words."""
    if value not in known:
        raise ValueError(f"{k.name}: {name} must be {', '.join(map(repr, known[:-1]))} or {known[-1]!r}, not {value!r}")
    return str(value)


def picked(row: Array, ids: Ids) -> Array:
    """The entry of each row at its id."""
    return np.take_along_axis(row, ids[..., np.newaxis], axis=-1)[..., 0]


def token_count(k: Kernels, used: Mask) -> int:
    """How many entries the mask counts, of which a mean is asked."""
    if not used.any():
        raise ValueError(f"{k.name}: there is no mean of no entries; their sum is 0")
    return int(used.sum())


def scaled(x: Array) -> tuple[Array, Ids]:
    """(2^e x, e) for each row, its largest number around 1, so that squares neither overflow nor vanish.

    Deviations scale with their rewards (D7), and a power of two rounds nothing. Small rows grow by 2^768 at the most
    (2^96 of float32): a number added to a deviation then can do so, too.
    """
    top = np.max(np.abs(x), axis=-1, keepdims=True)
    size = np.frexp(np.where(np.isfinite(top), top, 1))[1]
    e = np.minimum(-size, np.finfo(x.dtype).maxexp * 3 // 4)
    return np.ldexp(x, e), e


# ------------------------------------------------------------------ rows of logits


def softened(z: Array, tau: float) -> Array:
    """z/τ up to a shift of the row, taken before the division rounds."""
    return less_leader(z, z) / z.dtype.type(tau)


def less_one(z: Array, chosen: Ids) -> Array:
    """softmax(z) − e_k; at k it is −(1 − p_k), which keeps its digits for p_k near 1."""
    logs = log_softmax(z)
    slopes = np.exp(logs)
    at = chosen[..., np.newaxis]
    np.put_along_axis(slopes, at, np.expm1(np.take_along_axis(logs, at, axis=-1)), axis=-1)
    return slopes


def curvature(z: Array) -> Array:
    """diag p − p pᵀ for p = softmax(z); on the diagonal p (1 − p), which keeps its digits for p near 1."""
    logs = log_softmax(z)
    p = np.exp(logs)
    blocks = -p[..., :, np.newaxis] * p[..., np.newaxis, :]
    at = np.arange(z.shape[-1])
    blocks[..., at, at] = -p * np.expm1(logs)
    return blocks
