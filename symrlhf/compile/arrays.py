"""What may be passed to a numeric function, and what is said when something else is.

Arrays are float32 or float64 (integers become float64); a row's last axis is the response set, all axes before
it broadcast. Python numbers take the type of the arrays beside them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrlhf.compile.kernels import Array, logsumexp
from symrlhf.compile.lower import Argument

CONVERSIONS: dict[str, str] = {
    "torch": "{}.detach().cpu().numpy()",
    "jax": "numpy.asarray({})",
    "jaxlib": "numpy.asarray({})",
    "tensorflow": "{}.numpy()",
    "pandas": "{}.to_numpy()",
    "cupy": "{}.get()",
    "dask": "{}.compute()",
}
"""Library -> how its arrays become ndarrays."""


LABELS = "{0, 1}"
"""The domain of labels and masks, which may be booleans."""


def as_array(function: str, name: str, value: object, boolean: bool = False) -> Array:
    """`value` as a float32 or float64 array, or a TypeError that names the argument."""
    if boolean and isinstance(value, (bool, np.bool_)):
        return np.asarray(float(value))
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(f"{function}: {name} is a masked array: fill it first, {name}.filled(...)")
    if isinstance(value, Real) and not isinstance(value, (bool, np.generic)):
        return np.asarray(float(value))
    if not isinstance(value, (np.ndarray, np.generic, list, tuple)):
        library = type(value).__module__.split(".")[0]
        hint = f": pass {CONVERSIONS[library].format(name)}" if library in CONVERSIONS else ""
        raise TypeError(f"{function}: {name} must be a number or an ndarray, not {type(value).__name__}{hint}")
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{function}: {name} is not an array: its rows differ in length") from error
    if array.dtype.kind in ("iub" if boolean else "iu") or array.dtype == np.float64:
        return array.astype(np.float64, copy=False)
    if array.dtype == np.float32:
        return array.astype(np.float32, copy=False)
    raise TypeError(f"{function}: {name} has dtype {array.dtype}; float32, float64 and integers are supported")


@dataclass(frozen=True)
class Batch:
    """Arguments that belong together: one type, one shape of leading axes, one number of responses."""

    arrays: Mapping[str, Array]
    """As passed, in the common type."""
    dtype: np.dtype[Any]
    leading: tuple[int, ...]
    size: int | None
    """The number of responses, where the function has such an axis."""
    mask: NDArray[np.bool_] | None = None
    """Which entries count; the others are 0 and have no derivative."""

    @staticmethod
    def of(function: str, arguments: Sequence[Argument], values: Mapping[str, object], check: bool) -> Batch:
        """The arrays of `values`, after every check that `arguments` ask for."""
        arrays = {a.name: as_array(function, a.name, values[a.name], a.domain == LABELS) for a in arguments}
        strong = [x.dtype for n, x in arrays.items() if isinstance(values[n], (np.ndarray, np.generic, list, tuple))]
        dtype = np.result_type(*strong) if strong else np.dtype(np.float64)
        size = _row_length(function, {a.name: arrays[a.name] for a in arguments if a.row})
        leading = _common_shape(function, arguments, arrays)
        for a in arguments:
            if a.domain:
                check_domain(function, a.name, arrays[a.name], a.domain)
            if a.positive and np.any(arrays[a.name] <= 0):
                raise ValueError(f"{function}: {a.name} must be positive, not {np.min(arrays[a.name])}")
        if check:
            _check_normalised(function, {a.name: arrays[a.name] for a in arguments if a.distribution})
        return Batch({n: x.astype(dtype, copy=False) for n, x in arrays.items()}, dtype, leading, size)

    def masked(self, function: str, mask: object) -> Batch:
        """The batch with the entries that count: those where the mask is 1."""
        given = as_array(function, "mask", mask, boolean=True)
        check_domain(function, "mask", given, LABELS)
        try:
            return replace(self, mask=np.broadcast_to(given != 0, self.leading))
        except ValueError:
            raise ValueError(
                f"{function}: mask has shape {given.shape}, the entries have shape {self.leading}"
            ) from None

    @property
    def entries(self) -> int:
        """How many entries count."""
        return prod(self.leading) if self.mask is None else int(self.mask.sum())

    def spread(self, argument: Argument) -> Array:
        """The argument as generated code takes it: with a last axis of length 1 unless it is a row."""
        array = self.arrays[argument.name]
        return array if argument.row else array[..., np.newaxis]

    def settle(self, result: Array, row: bool) -> Array:
        """What generated code returned, in full shape: leading axes, then the responses for a row."""
        shape = (*self.leading, self.size if row and self.size else 1)
        full = result if result.shape == shape else np.broadcast_to(result, shape).copy()
        if self.mask is not None:
            full = np.where(self.mask[..., np.newaxis], full, 0)
        return full if row else full[..., 0]

    def collect(self, name: str, slope: Array) -> Array:
        """A derivative in full shape, summed over the axes along which the argument was broadcast."""
        shape = self.arrays[name].shape
        extra = slope.ndim - len(shape)
        stretched = (extra + i for i, n in enumerate(shape) if n == 1 and slope.shape[extra + i] != 1)
        return slope.sum(axis=(*range(extra), *stretched)).reshape(shape)


def check_domain(function: str, name: str, array: Array, domain: str) -> None:
    if domain == LABELS:
        outside = (array != 0) & (array != 1)
    else:
        low, high = map(float, domain[1:-1].split(","))
        outside = (array <= low if domain[0] == "(" else array < low) | (
            array >= high if domain[-1] == ")" else array > high
        )
    if np.any(outside):
        raise ValueError(f"{function}: {name} must lie in {domain}, not {array[outside].flat[0]}")


def _row_length(function: str, rows: Mapping[str, Array]) -> int | None:
    for name, array in rows.items():
        if array.ndim == 0 or array.shape[-1] == 0:
            raise ValueError(
                f"{function}: {name} has shape {array.shape}; its last axis must hold the responses, at least one"
            )
    lengths = {name: array.shape[-1] for name, array in rows.items()}
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{name} has {n}" for name, n in lengths.items())
        raise ValueError(f"{function}: the last axes must hold the same responses, but {said}")
    return next(iter(lengths.values()), None)


def _common_shape(function: str, arguments: Sequence[Argument], arrays: Mapping[str, Array]) -> tuple[int, ...]:
    leading = {a.name: arrays[a.name].shape[: -1 if a.row else None] for a in arguments}
    try:
        return np.broadcast_shapes(*leading.values())
    except ValueError:
        said = ", ".join(f"{n} has shape {arrays[n].shape}" for n, shape in leading.items() if shape)
        raise ValueError(f"{function}: the shapes do not broadcast: {said}") from None


def _check_normalised(function: str, rows: Mapping[str, Array]) -> None:
    """ValueError for rows whose probabilities do not sum to 1 within 1e-6 (float32: 1e-5), with the sums."""
    wrong: list[str] = []
    for name, array in rows.items():
        tolerance = max(1e-6, 100 * float(np.finfo(array.dtype).eps))
        with np.errstate(invalid="ignore"):
            logs = logsumexp(array.astype(np.float64))[..., 0]
        off = np.abs(logs) > tolerance
        if np.any(off):
            first = np.unravel_index(int(np.argmax(off)), off.shape)
            where = f"{name}[{', '.join(str(int(i)) for i in first)}]" if first else name
            wrong.append(f"{where} sum to {np.exp(logs[first]):.6g}")
    if wrong:
        raise ValueError(
            f"{function}: the probabilities exp of {' and those of '.join(wrong)}, not to 1; "
            f"{function}_from_logits normalises such rows"
        )
