"""What generated Numba kernels call: e^x, log(1 + t) and e^x − 1 − x for one number, and the sum of a chunk.

Needs numba; only generated code imports it.
"""
# pyright: basic, reportMissingImports=false, reportAttributeAccessIssue=false, reportGeneralTypeIssues=false
# pyright: reportCallIssue=false

from math import inf
from typing import Any

from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from symrlhf.compile.polynomials import EXP as EXP_POLYNOMIAL
from symrlhf.compile.polynomials import GAP as GAP_POLYNOMIAL
from symrlhf.compile.polynomials import LOG as LOG_POLYNOMIAL
from symrlhf.compile.polynomials import LOG2_HIGH, LOG2_INVERSE, LOG2_LOW


@intrinsic
def fma(context: Any, x: Any, y: Any, z: Any) -> Any:
    """x y + z, rounded once."""

    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.fma(*args)

    return types.float64(types.float64, types.float64, types.float64), generate


@intrinsic
def bits(context: Any, x: Any) -> Any:
    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.IntType(64))

    return types.int64(types.float64), generate


@intrinsic
def number(context: Any, n: Any) -> Any:
    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.DoubleType())

    return types.float64(types.int64), generate


@intrinsic
def halved(context: Any, n: Any) -> Any:
    """n/2 of a positive integer, rounded down: a shift that knows no sign, which AVX2 has for vectors."""

    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.lshr(args[0], ir.Constant(ir.IntType(64), 1))

    return types.int64(types.int64), generate


def _horner(name: str, coefficients: tuple[float, ...]) -> Any:
    """The polynomial as straight-line code: entries are many, so few operations matter more than few waits."""
    lines = [f"def {name}(x):", f"    p = {coefficients[0]!r}"]
    lines += [f"    p = fma(p, x, {c!r})" for c in coefficients[1:]]
    scope: dict[str, Any] = {"fma": fma}
    exec("\n".join([*lines, "    return p"]), scope)
    return njit(scope[name])


_exp_polynomial = _horner("exp_polynomial", EXP_POLYNOMIAL)
_log_polynomial = _horner("log_polynomial", LOG_POLYNOMIAL)
_gap_polynomial = _horner("gap_polynomial", GAP_POLYNOMIAL)

SHIFTER = 6755399441055744.0
"""1.5 · 2^52: adding it rounds to an integer, which its last bits then are."""
SHIFTER_BITS = 0x4338000000000000


@njit(error_model="numpy")
def EXP(x: float) -> float:
    """e^x = 2^k e^r; 2^k in two factors, so that subnormal results are rounded once."""
    x = 710.0 if x > 710.0 else x
    x = -746.0 if x < -746.0 else x
    t = fma(x, LOG2_INVERSE, SHIFTER)
    k = t - SHIFTER
    r = fma(-k, LOG2_LOW, fma(-k, LOG2_HIGH, x))
    p = fma(r * r, _exp_polynomial(r), r) + 1.0
    n = bits(t) - (SHIFTER_BITS - 2046)  # k + 2046 > 0: half of it is an exponent, and so is the rest
    half = halved(n)
    return p * number(half << 52) * number((n - half) << 52)


@njit(error_model="numpy")
def OVER(x: float, s: float, inverse: float) -> float:
    """x/s, given 1/s: what the product lacks is found exactly, and a division takes as long as five such steps."""
    q = x * inverse
    return fma(fma(-q, s, x), inverse, q) if abs(q) < inf else q


@njit(error_model="numpy")
def LOG1P(t: float) -> float:
    """log(1 + t) = 2 atanh(t/(2 + t)) for 0 ≤ t ≤ 1."""
    s = t / (2.0 + t)
    q = s * s
    return 2.0 * fma(s * q, _log_polynomial(q), s)


LARGEST = 1.79e308


@njit(error_model="numpy")
def near_gap(x: float) -> float:
    """e^x − 1 − x for |x| ≤ 1."""
    return 0.5 * (x * x) * _gap_polynomial(x)


@njit(error_model="numpy")
def GAP(x: float) -> float:
    """e^x − 1 − x."""
    near = near_gap(x)
    return near if abs(x) <= 1.0 else EXP(x) - 1.0 - (x if x < LARGEST else LARGEST)


def _adder(lanes: int) -> Any:
    """Σ buffer[:size] in `lanes` sums, which are added at the end: LLVM may not reorder additions by itself."""
    names = [f"s{j}" for j in range(lanes)]
    lines = ["def add(buffer, size):", f"    whole = size // {lanes} * {lanes}", f"    {' = '.join(names)} = 0.0"]
    lines += [
        f"    for i in range(0, whole, {lanes}):",
        *(f"        {n} += buffer[i + {j}]" for j, n in enumerate(names)),
    ]
    lines += ["    for i in range(whole, size):", "        s0 += buffer[i]"]
    while len(names) > 1:
        half = len(names) // 2
        lines += [f"    {a} += {b}" for a, b in zip(names[:half], names[half:], strict=True)]
        names = names[:half]
    scope: dict[str, Any] = {}
    exec("\n".join([*lines, "    return s0"]), scope)
    return njit(scope["add"])


ADD = _adder(16)
