"""What may be passed to a numeric function, and what is said when something else is.

Arrays are float32 or float64 (integers become float64); a row's last axis is the response set, all axes before
it broadcast. Python numbers take the type of the arrays beside them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from numbers import Real
from typing import Any

import numpy as np

from symrlhf.compile.kernels import Array
from symrlhf.compile.lower import Argument
from symrlhf.compile.rows import logsumexp

CONVERSIONS: dict[str, str] = {
    "tensorflow": "{}.numpy()",
    "pandas": "{}.to_numpy()",
    "polars": "{}.to_numpy()",
}
"""Library -> how its arrays become ndarrays."""


LABELS = "{0, 1}"
"""The domain of labels and masks, which may be booleans."""


def as_array(function: str, name: str, value: object, boolean: bool = False) -> Array:
    """`value` as a float32 or float64 array, or a TypeError that names the argument."""
    if boolean and isinstance(value, (bool, np.bool_)):
        return np.asarray(float(value))
    if type(value) is np.ndarray and value.dtype.char in "df":
        return value
    if type(value) is float:
        return np.asarray(value)
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(f"{function}: {name} is a masked array: fill it first, {name}.filled(...)")
    if isinstance(value, Real) and not isinstance(value, (bool, np.generic)):
        try:
            return np.asarray(float(value))
        except OverflowError:
            raise OverflowError(f"{function}: {name} is beyond the doubles") from None
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


def _is_python_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, np.generic)


@dataclass(frozen=True)
class Batch:
    """Arguments that belong together: one type, one shape of leading axes, one number of responses."""

    arrays: Mapping[str, Array]
    """As passed, in the common type."""
    dtype: np.dtype[Any]
    leading: tuple[int, ...]
    size: int | None
    """The number of responses, where the function has such an axis."""

    @staticmethod
    def of(function: str, arguments: Sequence[Argument], values: Mapping[str, object], check: bool) -> Batch:
        """The arrays of `values`, after every check that `arguments` ask for."""
        arrays = {a.name: as_array(function, a.name, values[a.name], a.domain == LABELS) for a in arguments}
        strong = [
            x.dtype for n, x in arrays.items() if not isinstance(values[n], Real) or isinstance(values[n], np.generic)
        ]
        dtype = strong[0] if len(set(strong)) == 1 else np.result_type(*strong) if strong else np.dtype(np.float64)
        size = _row_length(function, {a.name: arrays[a.name] for a in arguments if a.row})
        leading = _common_shape(function, arguments, arrays)
        for a in arguments:
            if a.domain:
                check_domain(function, a.name, arrays[a.name], a.domain)
            if a.positive and np.less_equal(arrays[a.name], 0).any():
                raise ValueError(f"{function}: {a.name} must be positive, not {np.min(arrays[a.name])}")
        if check:
            _check_normalised(function, {a.name: arrays[a.name] for a in arguments if a.distribution})
        same = {n: x if x.dtype == dtype else x.astype(dtype) for n, x in arrays.items()}
        return Batch(same, dtype, leading, size)

    @cached_property
    def entries(self) -> int:
        """How many entries the leading axes have."""
        return prod(self.leading)

    def shape(self, row: bool) -> tuple[int, ...]:
        """Of a result: the leading axes, then the responses for a row."""
        return (*self.leading, self.size or 1) if row else self.leading

    @cached_property
    def scalars(self) -> frozenset[str]:
        """The arguments that are one number for all entries, where others are not."""
        found = frozenset(n for n, x in self.arrays.items() if x.ndim == 0)
        return found if self.leading else frozenset()

    def flat(self, argument: Argument) -> Flat:
        """The argument as a list of entries."""
        return Flat.of(self.arrays[argument.name], self.leading, argument.row)

    def collect(self, name: str, slope: Array) -> Array:
        """A derivative in full shape, summed over the axes along which the argument was broadcast."""
        shape = self.arrays[name].shape
        extra = slope.ndim - len(shape)
        stretched = (extra + i for i, n in enumerate(shape) if n == 1 and slope.shape[extra + i] != 1)
        return slope.sum(axis=(*range(extra), *stretched)).reshape(shape)


def check_domain(function: str, name: str, array: Array, domain: str) -> None:
    """ValueError for values outside "[0, 1)", "{0, 1}", ...; nan passes."""
    if domain == LABELS:
        outside = (array != 0) & (array != 1)
    else:
        low, high = map(float, domain[1:-1].split(","))
        outside = (array <= low if domain[0] == "(" else array < low) | (
            array >= high if domain[-1] == ")" else array > high
        )
    if np.any(outside):
        raise ValueError(f"{function}: {name} must lie in {domain}, not {array[outside].flat[0]}")


@dataclass(frozen=True)
class Flat:
    """An array broadcast over the leading axes, read or written some entries at a time and never copied as a whole."""

    array: Array
    width: int | None
    """The number of responses, for a row."""
    sliced: bool
    """The first axis is that of the entries."""

    @staticmethod
    def of(array: Array, leading: tuple[int, ...], row: bool) -> Flat:
        width = array.shape[-1] if row else None
        full = leading if width is None else (*leading, width)
        if array.shape != full:
            array = np.broadcast_to(array, full)
        if len(leading) != 1 and array.flags.c_contiguous:
            array = array.reshape(-1) if width is None else array.reshape(-1, width)
            return Flat(array, width, True)
        return Flat(array, width, len(leading) == 1)

    def read(self, start: int, stop: int) -> Array:
        if self.sliced:
            return self.array[start:stop]
        if self.width is None:
            return self.array.flat[start:stop]
        return self.array.flat[start * self.width : stop * self.width].reshape(-1, self.width)

    def write(self, start: int, stop: int, block: Array) -> None:
        """For a block that `read` had to copy."""
        width = self.width or 1
        self.array.flat[start * width : stop * width] = block.reshape(-1)


def result_array(function: str, out: object, shape: tuple[int, ...], dtype: np.dtype[Any], name: str = "out") -> Array:
    """`out` if it can hold the result, or a new array."""
    if out is None:
        return np.empty(shape, dtype)
    if not isinstance(out, np.ndarray):
        raise TypeError(f"{function}: {name} must be an ndarray, not {type(out).__name__}")
    if out.dtype != dtype:
        raise TypeError(f"{function}: {name} has dtype {out.dtype}, but the result has {dtype}")
    if out.shape != shape:
        raise ValueError(f"{function}: {name} has shape {out.shape}, but the result has {shape}")
    if not out.flags.writeable:
        raise ValueError(f"{function}: {name} is read-only")
    return out


def _row_length(function: str, rows: Mapping[str, Array]) -> int | None:
    for name, array in rows.items():
        if array.ndim == 0 or array.shape[-1] == 0:
            raise ValueError(
                f"{function}: {name} has shape {array.shape}; its last axis must hold the responses, at least one"
            )
    if not rows:
        return None
    lengths = {name: array.shape[-1] for name, array in rows.items()}
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{name} has {n}" for name, n in lengths.items())
        raise ValueError(f"{function}: the last axes must hold the same responses, but {said}")
    return next(iter(lengths.values()), None)


def _common_shape(function: str, arguments: Sequence[Argument], arrays: Mapping[str, Array]) -> tuple[int, ...]:
    leading = {a.name: arrays[a.name].shape[: -1 if a.row else None] for a in arguments}
    shapes = set(leading.values()) - {()}
    if len(shapes) < 2:
        return next(iter(shapes), ())
    try:
        return np.broadcast_shapes(*leading.values())
    except ValueError:
        said = ", ".join(f"{n} has shape {arrays[n].shape}" for n, shape in leading.items() if shape)
        raise ValueError(f"{function}: the shapes do not broadcast: {said}") from None


ENTRIES = 2**14
"""Of a block of rows: some such blocks fit into a second-level cache."""


def _log_sums(array: Array) -> Array:
    """log Σ e^x of each row, a block of rows at a time."""
    rows = array.reshape(-1, array.shape[-1])
    found = np.empty(len(rows))
    step = max(1, ENTRIES // array.shape[-1])
    with np.errstate(all="ignore"):
        for start in range(0, len(rows), step):
            block = rows[start : start + step].astype(np.float64, copy=False)
            found[start : start + step] = logsumexp(block)[:, 0]
    return found.reshape(array.shape[:-1])


def _check_normalised(function: str, rows: Mapping[str, Array]) -> None:
    """ValueError for rows whose probabilities do not sum to 1 within 1e-6 (float32: 1e-5), with the sums."""
    wrong: list[str] = []
    for name, array in rows.items():
        tolerance = max(1e-6, 100 * float(np.finfo(array.dtype).eps))
        logs = _log_sums(array)
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
