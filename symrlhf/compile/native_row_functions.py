"""What generated kernels of rows call: the operations of `kernels` over one row, in loops that LLVM vectorises.

`work` holds three rows for intermediate results. A row with something infinite in the wrong place comes out nan: its
kernel marks it, and it is computed by the plain code. Needs numba; only generated code imports it.
"""
# pyright: basic, reportMissingImports=false, reportAttributeAccessIssue=false, reportGeneralTypeIssues=false
# pyright: reportCallIssue=false

from math import inf, log1p
from typing import Any

from numba import njit

from symrlhf.compile.native_functions import ADD, EXP, GAP, fma, near_gap

# ------------------------------------------------------------------ of one entry


@njit(error_model="numpy")
def EXPM1(x: float) -> float:
    """e^x − 1."""
    near = near_gap(x) + x
    return near if abs(x) <= 1.0 else EXP(x) - 1.0


@njit(error_model="numpy")
def TIMES_EXP(a: float, v: float) -> float:
    """e^a v; in two steps where e^a is subnormal."""
    tiny = a < -708.0
    e = EXP(0.5 * a if tiny else a)
    return (e * v) * (e if tiny else 1.0)


@njit(error_model="numpy")
def MEAN_TERM(a: float, v: float) -> float:
    """e^a v; 0 where either is exactly 0 though the other is infinite."""
    product = TIMES_EXP(a, v)
    product = v if abs(v) == inf else product
    product = 0.0 if a == -inf and v == v else product
    return 0.0 if v == 0.0 and a == a else product


@njit(error_model="numpy")
def LOG_RATIO_TERM(a: float, b: float) -> float:
    """p log(p/q) for p = e^a, q = e^b."""
    value = MEAN_TERM(a, a - b)
    return 0.0 if a == -inf and b == b else value


@njit(error_model="numpy")
def BREGMAN_AT(a: float, b: float, d: float) -> float:
    """q − p − p log(q/p) for p = e^a, q = e^b, d = b − a."""
    p, q = EXP(a), EXP(b)
    value = TIMES_EXP(a, GAP(d)) if d < 2.0 else q - p * (1.0 + d)
    value = inf if b == -inf and a > -inf else value
    return q if a == -inf and b == b else value


@njit(error_model="numpy")
def SQUARED_GAP(a: float, d: float) -> float:
    """e^a (e^d − 1)²."""
    far = d > 1.0
    e = EXPM1(-d if far else d)
    value = EXP(a + 2.0 * d if far else a) * (e * e)
    return inf if a == -inf and d == inf else value


@njit(error_model="numpy")
def SOFTMAX_DIFFERENCE_OF(d: float, log_p: float, log_q: float) -> float:
    """p − q for d = log p − log q."""
    q = EXP(log_q)
    near = q * EXPM1(d)
    return near if abs(d) < 0.5 else EXP(log_p) - q


# ------------------------------------------------------------------ of a row


def _leader(lanes: int) -> Any:
    """(the place of the first maximum, the maximum), in blocks: the best block alone is searched for the place."""
    lines = [
        "def leader(x):",
        "    size, best, at = x.size, x[0], 0",
        "    best = -inf if best != best else best",
        f"    for i in range(0, size // {lanes} * {lanes}, {lanes}):",
    ]
    names = [f"m{j}" for j in range(lanes)]
    lines += [f"        {n} = x[i + {j}]" for j, n in enumerate(names)]
    while len(names) > 1:
        half = len(names) // 2
        lines += [f"        {a} = {a} if {a} > {b} else {b}" for a, b in zip(names[:half], names[half:], strict=True)]
        names = names[:half]
    lines += [
        "        if m0 > best:",
        "            best, at = m0, i",
        f"    for i in range(size // {lanes} * {lanes}, size):",
        "        if x[i] > best:",
        "            best, at = x[i], i",
        f"    for i in range(at, min(at + {lanes}, size)):",
        "        if x[i] == best:",
        "            return i, best",
        "    return 0, best",
    ]
    scope: dict[str, Any] = {"inf": inf}
    exec("\n".join(lines), scope)
    return njit(scope["leader"])


LEADER = _leader(8)


@njit(error_model="numpy")
def REST(x: Any, m: float, work: Any) -> float:
    """s of Σ e^x = e^m (1 + s), m = max x: one largest term is left out."""
    terms = work[0]
    largest = 0
    for j in range(x.size):
        d = x[j] - m
        e = EXP(d)
        terms[j] = 0.0 if d == 0.0 else e
        largest += 1 if d == 0.0 else 0
    return ADD(terms, x.size) + (largest - 1)


def _largest(lanes: int) -> Any:
    """max x, in lanes that are compared at the end."""
    names = [f"m{j}" for j in range(lanes)]
    lines = ["def largest(x):", f"    whole = x.size // {lanes} * {lanes}", f"    {' = '.join(names)} = -inf"]
    lines.append(f"    for i in range(0, whole, {lanes}):")
    lines += [f"        {n} = x[i + {j}] if x[i + {j}] > {n} else {n}" for j, n in enumerate(names)]
    lines += ["    for i in range(whole, x.size):", "        m0 = x[i] if x[i] > m0 else m0"]
    while len(names) > 1:
        half = len(names) // 2
        lines += [f"    {a} = {a} if {a} > {b} else {b}" for a, b in zip(names[:half], names[half:], strict=True)]
        names = names[:half]
    scope: dict[str, Any] = {"inf": inf}
    exec("\n".join([*lines, "    return m0"]), scope)
    return njit(scope["largest"])


LARGEST = _largest(32)


@njit(error_model="numpy")
def TOP(x: Any, work: Any) -> float:
    """max x."""
    return float(LARGEST(x))


@njit(error_model="numpy")
def LOG_REST(x: Any, m: float, work: Any) -> float:
    """log Σ e^x − m, m = max x."""
    return log1p(REST(x, m, work))


@njit(error_model="numpy")
def AT_TOP(x: Any, score: Any, work: Any) -> float:
    """The entry of x where the score is greatest."""
    return float(x[LEADER(score)[0]])


@njit(error_model="numpy")
def LOGSUMEXP(x: Any, work: Any) -> float:
    """log Σ e^x."""
    m = LEADER(x)[1]
    return m + log1p(REST(x, m, work))


@njit(error_model="numpy")
def TOTAL(x: Any, work: Any) -> float:
    """Σ x."""
    return ADD(x, x.size)


@njit(error_model="numpy")
def CENTERED(x: Any, work: Any, out: Any) -> None:
    """x − (1/n) Σ x."""
    first = x[0]
    for j in range(x.size):
        out[j] = x[j] - first
    mean = ADD(out, x.size) / x.size
    for j in range(x.size):
        out[j] -= mean


@njit(error_model="numpy")
def DEVIATION_OF(log_p: Any, x: Any, work: Any, out: Any) -> None:
    """p (x − Σ p x)."""
    best, terms = x[LEADER(log_p)[0]], work[0]
    for j in range(x.size):
        terms[j] = MEAN_TERM(log_p[j], x[j] - best)
    mean = ADD(terms, x.size)
    for j in range(x.size):
        out[j] = MEAN_TERM(log_p[j], (x[j] - best) - mean)


@njit(error_model="numpy")
def EXP_DEVIATION_OF(log_p: Any, w: Any, gap: Any, work: Any, out: Any) -> None:
    """p (e^w − Σ p e^w), gap: w up to a shift of the row."""
    at, terms = LEADER(log_p)[0], work[0]
    for j in range(w.size):
        d = 0.0 if gap[j] == gap[at] else gap[j] - gap[at]
        size = EXPM1(-abs(d))
        terms[j] = EXP(log_p[j] + w[j]) * -size if d > 0.0 else EXP(log_p[j] + w[at]) * size
    mean = ADD(terms, w.size)
    for j in range(w.size):
        out[j] = terms[j] - EXP(log_p[j]) * mean


@njit(error_model="numpy")
def LOG_MEAN_EXP_OF(w: Any, log_q: Any, work: Any) -> float:
    """log Σ q e^w."""
    terms, exponents = work[0], work[1]
    for j in range(w.size):
        if not (abs(w[j]) < 0.5 or log_q[j] == -inf):
            for i in range(w.size):
                exponents[i] = log_q[i] + w[i]
            return LOGSUMEXP(exponents, work)
    for j in range(w.size):
        terms[j] = MEAN_TERM(log_q[j], EXPM1(w[j]))
    return log1p(ADD(terms, w.size))


@njit(error_model="numpy")
def LOG_MEAN_EXP_OR(w: Any, log_q: Any, far: float, work: Any) -> float:
    """The same, but `far`, which is the same, where w is not small."""
    for j in range(w.size):
        if not (abs(w[j]) < 0.5 or log_q[j] == -inf):
            return far
    return LOG_MEAN_EXP_OF(w, log_q, work)


@njit(error_model="numpy")
def LOG_RATIO_OVER_OF(x: Any, y: Any, s: float, log_p: Any, log_q: Any, work: Any, out: Any) -> None:
    """log p − log q = d − log(1 + Σ q (e^d − 1)), d = (x − y)/s up to a shift of the row; else by both logarithms."""
    at, terms = LEADER(y)[0], work[0]
    shift = x[at] - y[at]
    missing = (x[at] - (shift - (shift - x[at]))) - (y[at] + (shift - x[at]))
    for j in range(x.size):
        a, b = float(x[j]), float(y[j])
        d = a - b
        lost = (a - (d - (d - a))) - (b + (d - a)) - missing
        lost = lost if abs(d) < inf else 0.0
        d = ((d - shift) + lost) / s
        d = 0.0 if a == -inf and b == -inf else d
        out[j] = d
        terms[j] = TIMES_EXP(log_q[j], EXPM1(d))
    growth = ADD(terms, x.size)
    if not -0.5 < growth < inf:  # 0 · inf is nan
        for j in range(x.size):
            out[j] = 0.0 if log_p[j] == -inf and log_q[j] == -inf else log_p[j] - log_q[j]
    else:
        growth = log1p(growth)
        for j in range(x.size):
            out[j] -= growth


@njit(error_model="numpy")
def TILTED_GAP(x: Any, y: Any, t: Any, s: float, work: Any, out: Any) -> None:
    """x − y − t/s less its entry where x + y + t/s is greatest."""
    total = work[0]
    for j in range(x.size):
        total[j] = x[j] + y[j] + t[j] / s
    at = LEADER(total)[0]
    shift = x[at] - y[at]
    missing = (x[at] - (shift - (shift - x[at]))) - (y[at] + (shift - x[at]))
    for j in range(x.size):
        a, b, tilt, first = float(x[j]), float(y[j]), float(t[j]) - float(t[at]), float(t[j])
        d = a - b
        lost = (a - (d - (d - a))) - (b + (d - a)) - missing
        above = d - shift
        lost += (d - (above - (above - d))) - (shift + (above - d))
        q = tilt / s
        gap = above - q
        lost += (above - (gap - (gap - above))) - (q + (gap - above))
        cut = (first - (tilt - (tilt - first))) - (float(t[at]) + (tilt - first))
        lost -= (fma(-q, s, tilt) + cut) / s
        gap += lost if abs(lost) < inf else 0.0
        out[j] = 0.0 if a == -inf and b == -inf else gap


@njit(error_model="numpy")
def ROW_GAP(x: Any, y: Any, work: Any, out: Any) -> None:
    """x − y less its entry where x + y is greatest."""
    total = work[0]
    for j in range(x.size):
        total[j] = x[j] + y[j]
    at = LEADER(total)[0]
    shift = x[at] - y[at]
    missing = (x[at] - (shift - (shift - x[at]))) - (y[at] + (shift - x[at]))
    for j in range(x.size):
        a, b = float(x[j]), float(y[j])
        d = a - b
        lost = (a - (d - (d - a))) - (b + (d - a)) - missing
        above = d - shift
        lost += (d - (above - (above - d))) - (shift + (above - d))
        above += lost if abs(lost) < inf else 0.0
        out[j] = 0.0 if a == -inf and b == -inf else above


@njit(error_model="numpy")
def LOG_RATIO_OF(x: Any, y: Any, log_p: Any, log_q: Any, work: Any, out: Any) -> None:
    """The same for s = 1."""
    LOG_RATIO_OVER_OF(x, y, 1.0, log_p, log_q, work, out)
