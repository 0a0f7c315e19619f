"""Arrays of other libraries: the same generated code and kernels, run in the arrays' own namespace.

Nothing is converted. PyTorch's `backward` and JAX's transformations use the derivatives of the theorem, not those
of the operations; Dask's arrays are computed block by block, when Dask wants them.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from importlib import import_module
from math import prod
from types import FunctionType
from typing import Any

from symrlhf.compile import kernels
from symrlhf.compile.lambdify import NUMPY_NAMES
from symrlhf.compile.lower import Argument
from symrlhf.compile.program import Program
from symrlhf.compile.tree import Node
from symrlhf.errors import NotSupported

Foreign = Any
"""An array of another library."""


# ------------------------------------------------------------------ namespaces


class Torch:
    """PyTorch by the names of the array API, where they differ."""

    def __init__(self) -> None:
        self.torch = import_module("torch")

    def __getattr__(self, name: str) -> Any:
        return getattr(self.torch, name)

    def maximum(self, a: Foreign, b: Foreign) -> Foreign:
        return self.torch.maximum(*self._tensors(a, b))

    def minimum(self, a: Foreign, b: Foreign) -> Foreign:
        return self.torch.minimum(*self._tensors(a, b))

    def _tensors(self, *values: Foreign) -> Sequence[Foreign]:
        like = next(v for v in values if isinstance(v, self.torch.Tensor))
        return [v if isinstance(v, self.torch.Tensor) else self.torch.full_like(like, v) for v in values]

    def max(self, x: Foreign, axis: int, keepdims: bool) -> Foreign:
        return self.torch.amax(x, dim=axis, keepdim=keepdims)

    def argmax(self, x: Foreign, axis: int, keepdims: bool) -> Foreign:
        return self.torch.argmax(x, dim=axis, keepdim=keepdims)

    def sum(self, x: Foreign, axis: Any = None, keepdims: bool = False) -> Foreign:
        return self.torch.sum(x) if axis is None else self.torch.sum(x, dim=axis, keepdim=keepdims)

    def broadcast_arrays(self, *arrays: Foreign) -> Sequence[Foreign]:
        return self.torch.broadcast_tensors(*arrays)

    def take_along_axis(self, x: Foreign, at: Foreign, axis: int) -> Foreign:
        return self.torch.take_along_dim(x, at, dim=axis)


def library_of(value: object) -> str:
    """The package that the value's type comes from; "" for NumPy and Python."""
    name = type(value).__module__.split(".")[0]
    if name in ("torch", "dask"):
        return name
    if hasattr(value, "__array_namespace__") and name != "numpy":
        return "jax" if name == "jaxlib" else name
    return ""


def namespace_of(library: str, value: Foreign) -> Any:
    return Torch() if library == "torch" else value.__array_namespace__()


def library_of_all(function: str, values: Mapping[str, object]) -> str:
    """The one library that arrays come from, or a TypeError: two are never mixed."""
    found = {name: library for name, v in values.items() if (library := library_of(v))}
    if not found:
        return ""
    first, library = next(iter(found.items()))
    for name, v in values.items():
        ours = isinstance(v, (int, float)) or v is None
        if not ours and found.get(name) != library:
            raise TypeError(
                f"{function}: {first} is an array of {library}, {name} is {type(v).__name__}: pass {name} as the same"
            )
    return library


# ------------------------------------------------------------------ code in a namespace


def _moved(function: Callable[..., Any], names: Mapping[str, Any]) -> Callable[..., Any]:
    """The function with other globals."""
    assert isinstance(function, FunctionType)
    return FunctionType(function.__code__, dict(names), function.__name__)


def code_in(xp: Any, function: Callable[..., Any]) -> Callable[..., Any]:
    """Generated code, with everything it calls taken from `xp`."""
    names: dict[str, Any] = {k: getattr(kernels, k) for k in vars(kernels) if not k.startswith("__")}
    names |= {"np": xp, "__builtins__": builtins}
    called = (*kernels.KERNELS, "_shifted", "difference", "_product")
    for kernel in called:
        names[kernel] = _moved(getattr(kernels, kernel), names)
    for kernel in called:  # now each sees all the others
        moved = names[kernel]
        moved.__globals__.update(names)
    numpy_names = ("exp", "log", "log1p", "expm1", "tanh", "sqrt", "sign", "logaddexp", *NUMPY_NAMES.values())
    own = {n: getattr(xp, n) for n in numpy_names if hasattr(xp, n)}
    return _moved(function, {**names, **own, "abs": xp.abs})


# ------------------------------------------------------------------ calls


@dataclass(frozen=True)
class ForeignCall:
    """One call on arrays of another library, as `program.Call` is one on NumPy's."""

    function: str
    program: Program
    library: str
    values: Mapping[str, Foreign]
    reduction: str

    @cached_property
    def xp(self) -> Any:
        return namespace_of(self.library, self.first)

    @property
    def first(self) -> Foreign:
        return next(v for v in self.values.values() if library_of(v))

    @cached_property
    def arrays(self) -> dict[str, Foreign]:
        """The arguments as arrays of one type."""
        for a in self.program.arguments:
            v = self.values[a.name]
            if library_of(v) and str(v.dtype).split(".")[-1] not in ("float32", "float64"):
                raise TypeError(f"{self.function}: {a.name} has dtype {v.dtype}; float32 and float64 are supported")
            if a.row and not (library_of(v) and v.ndim):
                raise ValueError(f"{self.function}: the last axis of {a.name} must hold the responses")
        like = self.xp.zeros_like(self.first)
        like = like if not like.shape else like[(0,) * like.ndim]
        return {n: v if library_of(v) else like + float(v) for n, v in self.values.items()}

    @cached_property
    def leading(self) -> tuple[int, ...]:
        shapes = [self._leading_of(a) for a in self.program.arguments]
        rank = max(map(len, shapes), default=0)
        columns = zip(*((1,) * (rank - len(s)) + s for s in shapes), strict=True)
        lengths = [{n for n in column if n != 1} or {1} for column in columns]
        if any(len(found) > 1 for found in lengths):
            said = ", ".join(f"{a.name} has shape {tuple(self.arrays[a.name].shape)}" for a in self.program.arguments)
            raise ValueError(f"{self.function}: the shapes do not broadcast: {said}")
        return tuple(found.pop() for found in lengths)

    def _leading_of(self, a: Argument) -> tuple[int, ...]:
        shape = tuple(self.arrays[a.name].shape)
        return shape[:-1] if a.row else shape

    @property
    def size(self) -> int:
        return next((self.arrays[a.name].shape[-1] for a in self.program.arguments if a.row), 1)

    def compute(self, values: bool, output: str | None, wrt: tuple[str, ...], outs: Sequence[object]) -> list[Foreign]:
        """The values, and the derivatives of one output."""
        if any(out is not None for out in outs):
            raise TypeError(f"{self.function}: out= is for NumPy arrays; {self.library} makes a new array")
        found = (
            [self._reduced(self._value(tree, name)) for name, tree in self.program.outputs.items()] if values else []
        )
        if output is not None:
            slopes = self.program.gradient(output, wrt)
            entries = prod(self.leading)
            for name, slope in zip(wrt, self._run(slopes, self.arrays), strict=True):
                row = name in self.program.rows
                full = self._settled(slope, row)
                found.append(self._collected(full / entries if self.reduction == "mean" else full, name))
        return found

    def hessian(self, output: str, wrt: tuple[str, ...]) -> Foreign:
        raise NotSupported(f"{self.function}.hess of an array of {self.library}")

    def _run(self, trees: tuple[Node, ...], arrays: Mapping[str, Foreign]) -> list[Foreign]:
        kernel = self.program.kernel(trees)
        given = [
            arrays[a.name] if a.row or not self.program.has_rows else arrays[a.name][..., None]
            for a in self.program.arguments
        ]
        extra = [float(self.size)] if len(kernel.arguments) > len(given) else []
        return list(code_in(self.xp, kernel.call)(*given, *extra))

    def _settled(self, x: Foreign, row: bool) -> Foreign:
        """In full shape: leading axes, then the responses for a row."""
        shape = (*self.leading, self.size) if row else (*self.leading, 1) if self.program.has_rows else self.leading
        like = next(iter(self.arrays.values()))
        x = x if library_of(x) else self.xp.full(shape, float(x), dtype=like.dtype)
        x = x if tuple(x.shape) == shape else self.xp.broadcast_to(x, shape) + self.xp.zeros_like(x)
        return x[..., 0] if self.program.has_rows and not row else x

    def _collected(self, slope: Foreign, name: str) -> Foreign:
        """Summed over the axes along which the argument was broadcast."""
        shape = tuple(self.arrays[name].shape)
        extra = slope.ndim - len(shape)
        stretched = (extra + i for i, n in enumerate(shape) if n == 1 and slope.shape[extra + i] != 1)
        axes = (*range(extra), *stretched)
        slope = self.xp.sum(slope, axis=axes) if axes else slope
        return self.xp.reshape(slope, shape) if tuple(slope.shape) != shape else slope

    def _reduced(self, x: Foreign) -> Foreign:
        match self.reduction:
            case "mean":
                return self.xp.sum(x) / prod(self.leading)
            case "sum":
                return self.xp.sum(x)
            case _:
                return x

    # ---- what differentiates by itself

    def _value(self, tree: Node, output: str) -> Foreign:
        """One output for each entry; PyTorch and JAX differentiate it by our derivative, a row by its operations."""
        if tree.row or self.library not in ("torch", "jax"):
            return self._settled(self._run((tree,), self.arrays)[0], tree.row)
        names = tuple(a.name for a in self.program.arguments)
        rule = _torch_rule if self.library == "torch" else _jax_rule
        return rule(self, tree, output, names)

    def entry(self, tree: Node, arrays: Mapping[str, Foreign]) -> Foreign:
        return self._settled(self._run((tree,), arrays)[0], False)

    def slopes(self, output: str, names: tuple[str, ...], arrays: Mapping[str, Foreign]) -> list[Foreign]:
        """∂ entry/∂ argument in full shape."""
        trees = self.program.gradient(output, names)
        found = self._run(trees, arrays)
        return [self._settled(x, n in self.program.rows) for n, x in zip(names, found, strict=True)]


def _torch_rule(call: ForeignCall, tree: Node, output: str, names: tuple[str, ...]) -> Foreign:
    torch: Any = import_module("torch")

    class Rule(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, *tensors: Foreign) -> Foreign:
            ctx.save_for_backward(*tensors)
            return call.entry(tree, dict(zip(names, tensors, strict=True)))

        @staticmethod
        @torch.autograd.function.once_differentiable
        def backward(ctx: Any, upstream: Foreign) -> tuple[Foreign, ...]:
            arrays = dict(zip(names, ctx.saved_tensors, strict=True))
            slopes = call.slopes(output, names, arrays)
            return tuple(
                call._collected((upstream[..., None] if n in call.program.rows else upstream) * s, n)
                if needed
                else None
                for n, s, needed in zip(names, slopes, ctx.needs_input_grad, strict=True)
            )

    return Rule.apply(*(call.arrays[n] for n in names))


def _jax_rule(call: ForeignCall, tree: Node, output: str, names: tuple[str, ...]) -> Foreign:
    jax: Any = import_module("jax")

    def entry(*arrays: Foreign) -> Foreign:
        return call.entry(tree, dict(zip(names, arrays, strict=True)))

    def tangent(primals: Sequence[Foreign], tangents: Sequence[Foreign]) -> tuple[Foreign, Foreign]:
        arrays = dict(zip(names, primals, strict=True))
        slopes = call.slopes(output, names, arrays)
        parts = [
            call.xp.sum(s * t, axis=-1) if n in call.program.rows else s * t
            for n, s, t in zip(names, slopes, tangents, strict=True)
        ]
        return entry(*primals), reduce(lambda a, b: a + b, parts)

    rule = jax.custom_jvp(entry)
    rule.defjvp(tangent)
    return rule(*(call.arrays[n] for n in names))


# ------------------------------------------------------------------ Dask


@dataclass(frozen=True)
class DaskCall:
    """One call on Dask's arrays: each of their blocks is one call on NumPy's, made when Dask computes it."""

    numeric: Any
    program: Program
    values: Mapping[str, Foreign]
    reduction: str

    def compute(self, values: bool, output: str | None, wrt: tuple[str, ...], outs: Sequence[object]) -> list[Foreign]:
        """The values, and the derivatives of one output."""
        if any(out is not None for out in outs):
            raise TypeError(f"{self.numeric.name}: out= is for NumPy arrays; dask makes a new array")
        found: list[Foreign] = []
        entries = prod(self._leading)
        for k, tree in enumerate(self.program.outputs.values() if values else ()):
            each = self._blocks(lambda f, given, k=k: _at(f(**given), k), tree.row)
            found.append(each.sum() / entries if self.reduction == "mean" else self._summed(each))
        for k, name in enumerate(wrt if output is not None else ()):
            row = name in self.program.rows
            self._check_full(name, row)
            each = self._blocks(lambda f, given, k=k: f.grad(**given, of=output)[k], row)
            found.append(each / entries if self.reduction == "mean" else each)
        return found

    def hessian(self, output: str, wrt: tuple[str, ...]) -> Foreign:
        raise NotSupported(f"{self.numeric.name}.hess of an array of dask: map its blocks")

    def _summed(self, each: Foreign) -> Foreign:
        return each.sum() if self.reduction == "sum" else each

    def _check_full(self, name: str, row: bool) -> None:
        shape = self.values[name].shape[: -1 if row else None] if library_of(self.values[name]) else ()
        if shape != self._leading:
            raise NotSupported(f"{self.numeric.name}.grad by {name}, which is broadcast over the blocks of dask")

    @cached_property
    def _leading(self) -> tuple[int, ...]:
        da: Any = import_module("dask.array")
        shapes = (v.shape[:-1] if n in self.program.rows else v.shape for n, v in self.values.items() if library_of(v))
        return tuple(da.core.broadcast_shapes(*shapes))

    def _blocks(self, compute: Callable[..., Any], row: bool) -> Foreign:
        """What `compute` returns of each block."""
        da: Any = import_module("dask.array")
        function, rank = self.numeric, len(self._leading)
        letters, pairs, names = tuple(range(rank)), [], list(self.values)
        options = {"reduction": "none"} if "reduction" in function.__signature__.parameters else {}
        for n, v in self.values.items():
            if not library_of(v):
                pairs += [v, None]
                continue
            is_row = n in self.program.rows
            if is_row and v.numblocks[-1] > 1:
                text = f"{function.name}: the responses of {n} must be in one chunk: {n}.rechunk({{-1: -1}})"
                raise ValueError(text)
            own = letters[rank - (v.ndim - is_row) :]
            pairs += [v, (*own, rank) if is_row else own]
        dtype = next(v.dtype for v in self.values.values() if library_of(v))

        def block(*parts: Any) -> Any:
            return compute(function, {**dict(zip(names, parts, strict=True)), **options})

        axes = (*letters, rank) if row else letters
        meta = import_module("numpy").empty((0,) * len(axes), dtype)
        return da.blockwise(block, axes, *pairs, dtype=dtype, meta=meta, concatenate=True)


def _at(result: Any, k: int) -> Any:
    return result[k] if isinstance(result, tuple) else result
