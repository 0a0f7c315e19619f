"""Compiling: lowering, each stable rewrite, each kernel over all doubles, derivatives, generated code."""

import itertools
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf
from numeric_samples import BETA, DATA, FUNCTIONS, L_I, PI, PI_REF, R_L, R_W, SETTING, W_I, X_I, C, I, R, Y, Z

from symrlhf.compile import compile_relation, function_of, lambdify_theorem, native
from symrlhf.compile.atoms import EXPRESSIONS
from symrlhf.compile.entries import Claim
from symrlhf.compile.kernels import KERNELS
from symrlhf.compile.stabilise import FINISH, RULES, Rule, stabilise
from symrlhf.compile.tree import SIZE, Node, entry, in_order, make, number, total
from symrlhf.compile.wide import WIDE
from symrlhf.errors import NotSupported, UnknownName
from symrlhf.kernel.decide import Proved, decide
from symrlhf.kernel.statement import Statement
from symrlhf.setting import KL, E, Family, H, Setting
from symrlhf.term import (
    RESPONSES,
    Abs,
    Card,
    Cases,
    Eq,
    Max,
    Min,
    Operand,
    Rational,
    Sum,
    Sym,
    Term,
    as_term,
    clip,
    diff,
    exp,
    log,
    log_gap,
    sigmoid,
    softplus,
    sqrt,
    tanh,
)

Exact = Any
"""A number of mpmath, which has no annotations."""

# ------------------------------------------------------------------ the truth, by definition, at 50 digits


def _log(x: Exact) -> Exact:
    return mpmath.log(x) if x > 0 else mpf("-inf") if x == 0 else mpf("nan")


def _lse(row: list[Exact]) -> Exact:
    return _log(mpmath.fsum(mpmath.exp(x) for x in row))


DEFINITIONS: dict[str, Callable[..., Exact]] = {
    "select": lambda a, b, x, y: x if a <= b else y,
    "stop_gradient": lambda a: a,
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b if b else mpf("nan"),
    "neg": lambda a: -a,
    "pow": lambda a, b: a**b,
    "exp": mpmath.exp,
    "log": _log,
    "log1p": lambda z: _log(1 + z),
    "expm1": lambda z: mpmath.exp(z) - 1,
    "abs": abs,
    "tanh": mpmath.tanh,
    "sigmoid": lambda z: 1 / (1 + mpmath.exp(-z)),
    "softplus": lambda z: mpmath.log(1 + mpmath.exp(z)),
    "logit": lambda p: _log(p / (1 - p)) if p != 1 else mpf("inf"),
    "log_quotient": lambda a, b: _log(a / b),
    "logaddexp": lambda a, b: mpmath.log(mpmath.exp(a) + mpmath.exp(b)),
    "log1mexp": lambda z: _log(1 - mpmath.exp(z)),
    "exp_gap": lambda z: mpmath.exp(z) - 1 - z,
    "mean_term": lambda a, v: mpmath.exp(a) * v,
    "log_ratio_term": lambda a, b: mpmath.exp(a) * (a - b),
    "bregman": lambda a, b: mpmath.exp(b) - mpmath.exp(a) - mpmath.exp(a) * (b - a),
    "bregman_at": lambda a, b, d: mpmath.exp(b) - mpmath.exp(a) - mpmath.exp(a) * d,
    "softmax_difference_of": lambda d, a, b: mpmath.exp(a) - mpmath.exp(b),
    "squared_gap": lambda a, d: mpmath.exp(a) * (mpmath.exp(d) - 1) ** 2,
    "log_mix": lambda v, w, d: mpmath.log(v + w * mpmath.exp(d)),
    "min": min,
    "max": max,
}
ROW_DEFINITIONS: dict[str, Callable[..., list[Exact]]] = {
    "total": lambda x: [mpmath.fsum(x)] * len(x),
    "log_mean_exp": lambda w, y: [_lse([a + b for a, b in zip(w, y, strict=True)]) - _lse(y)] * len(y),
    "log_tilt": lambda w, y: [a - _lse([c + d for c, d in zip(w, y, strict=True)]) + _lse(y) for a in w],
    "deviation": lambda u, x: [
        mpmath.exp(a - _lse(u)) * (b - mpmath.fsum(mpmath.exp(c - _lse(u)) * d for c, d in zip(u, x, strict=True)))
        for a, b in zip(u, x, strict=True)
    ],
    "exp_deviation": lambda u, w, _: ROW_DEFINITIONS["deviation"](u, list(map(mpmath.exp, w))),
    "row_gap": lambda x, y: ROW_DEFINITIONS["tilted_gap"](x, y, [mpf(0)] * 3, [mpf(1)] * 3),
    "tilted_gap": lambda x, y, t, s: ROW_DEFINITIONS["less_leader"](
        [a - b - c / d for a, b, c, d in zip(x, y, t, s, strict=True)],
        [a + b + c / d for a, b, c, d in zip(x, y, t, s, strict=True)],
    ),
    "log_ratio_by": lambda d, a, b: [x - y for x, y in zip(a, b, strict=True)],
    "mix_gap": lambda v, w, d, gap, score: ROW_DEFINITIONS["less_leader"](
        list(map(DEFINITIONS["log_mix"], v, w, d)), score
    ),
    "less_leader": lambda x, score: [v - x[score.index(max(score))] for v in x],
    "centered": lambda x: [v - mpmath.fsum(x) / len(x) for v in x],
    "logsumexp": lambda x: [_lse(x)] * len(x),
    "log_softmax": lambda x: [v - _lse(x) for v in x],
    "softmax_difference": lambda x, y: [
        mpmath.exp(a - _lse(x)) - mpmath.exp(b - _lse(y)) for a, b in zip(x, y, strict=True)
    ],
    "log_ratio": lambda x, y: [(a - _lse(x)) - (b - _lse(y)) for a, b in zip(x, y, strict=True)],
    "log_ratio_over": lambda x, y, s: ROW_DEFINITIONS["log_ratio"](
        *([a / b for a, b in zip(row, s, strict=True)] for row in (x, y))
    ),
}


def truth(node: Node, values: dict[str, list[Exact]]) -> list[Exact]:
    """The node at a row of values for each input, by the definitions."""
    if node.op == "input":
        return values[str(node.value)]
    if node.op == "number":
        return [mpf(node.value.numerator) / node.value.denominator] * 3  # type: ignore[union-attr]
    args = [truth(a, values) for a in node.args]
    if node.op in ROW_DEFINITIONS:
        return ROW_DEFINITIONS[node.op](*args)
    return [DEFINITIONS[node.op](*entries) for entries in zip(*args, strict=True)]


# ------------------------------------------------------------------ stable rewrites

X, Y_ROW = entry("x"), entry("y", row=True)

POINTS = {
    "a": [["0.2", "-1.5", "0.7"], ["-0.5", "-3", "-0.01"], ["-0.3", "2.5", "0.9"], ["0.1", "0.25", "0.6"]],
    "b": [["-0.4", "0.8", "1.9"], ["3", "0.5", "0.01"]],
    "c": [["1", "-2", "0.5"]],
    "w": [["0.25", "0.5", "0.9"]],
    "x": [["1", "-2", "0.5"]],
    "y": [["3", "0.25", "-1"]],
    "d": [["0.5", "2", "-0.75"]],
    "e": [["-3", "1", "4"]],
    "z": [["-0.7", "-2", "-0.01"], ["0.3", "4", "0.9"]],
    "s": [["0.5", "0.5", "0.5"]],
    "t": [["1", "-0.5", "2"]],
    "u": [["0.5", "-1", "2"], ["-3", "0.1", "0.2"]],
    "responses_": [["3", "3", "3"]],
    "v": [["1", "1.5", "-2"], ["0", "0.4", "-0.5"]],
}


@pytest.mark.parametrize("rule", [*RULES, *FINISH], ids=lambda rule: repr(rule.unstable))
def test_a_stable_rewrite_is_an_identity(rule: Rule) -> None:
    names = sorted({str(n.value) for n in in_order([rule.unstable]) if n.op == "input"})
    compared = 0
    with mp.workdps(50):
        for rows in itertools.product(*(POINTS[n] for n in names)):
            values = {n: [mpf(x) for x in row] for n, row in zip(names, rows, strict=True)}
            for left, right in zip(truth(rule.unstable, values), truth(rule.stable, values), strict=True):
                if mpmath.isfinite(left):
                    assert abs(left - right) <= mpf("1e-45") * (1 + abs(left))
                    compared += 1
    assert compared >= 3
    assert rule.because


_Y = Sym("y", RESPONSES)


def _lse_term(x: Term) -> Term:
    return log(Sum(_Y, exp(x)))


WRITTEN_OUT: dict[str, Callable[..., Term]] = {
    "select": lambda a, b, x, y: Cases(((a <= b, x),), y),
    "stop_gradient": lambda a: a,
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "neg": lambda a: -a,
    "pow": lambda a, b: a**b,
    "exp": exp,
    "log": log,
    "sigmoid": sigmoid,
    "softplus": softplus,
    "tanh": tanh,
    "log1p": lambda z: log(1 + z),
    "expm1": lambda z: exp(z) - 1,
    "abs": Abs,
    "logit": lambda p: log(p / (1 - p)),
    "log_quotient": lambda a, b: log(a / b),
    "logaddexp": lambda a, b: log(exp(a) + exp(b)),
    "log1mexp": lambda z: log(1 - exp(z)),
    "exp_gap": lambda z: exp(z) - 1 - z,
    "mean_term": lambda a, v: exp(a) * v,
    "log_ratio_term": lambda a, b: exp(a) * (a - b),
    "bregman": lambda a, b: exp(b) - exp(a) - exp(a) * (b - a),
    "bregman_at": lambda a, b, d: exp(b) - exp(a) - exp(a) * d,
    "squared_gap": lambda a, d: exp(a) * (exp(d) - 1) ** 2,
    "less_leader": lambda x, _: x - Sym("leader"),
    "log_mix": lambda v, w, d: log(v + w * exp(d)),
    "row_gap": lambda x, y: x - y - Sum(_Y, x - y) / Card(RESPONSES),  # shifted somehow
    "tilted_gap": lambda x, y, t, s: x - y - t / s - Sum(_Y, x - y - t / s) / Card(RESPONSES),
    "log_ratio_by": lambda d, a, b: a - b,
    "mix_gap": lambda v, w, d, gap, _: log(v + w * exp(d)) - Sym("leader"),
    "min": Min,
    "max": Max,
    "log_mean_exp": lambda w, y: _lse_term(w + y) - _lse_term(y),
    "log_tilt": lambda w, y: w - _lse_term(w + y) + _lse_term(y),
    "centered": lambda x: x - Sum(_Y, x) / Card(RESPONSES),
    "deviation": lambda u, x: exp(u - _lse_term(u)) * (x - Sum(_Y, exp(u - _lse_term(u)) * x)),
    "exp_deviation": lambda u, w, _: WRITTEN_OUT["deviation"](u, exp(w)),
    "total": lambda x: Sum(_Y, x),
    "logsumexp": _lse_term,
    "log_softmax": lambda x: x - _lse_term(x),
    "log_ratio": lambda x, y: (x - _lse_term(x)) - (y - _lse_term(y)),
    "log_ratio_over": lambda x, y, s: (x / s - _lse_term(x / s)) - (y / s - _lse_term(y / s)),
    "softmax_difference_of": lambda d, a, b: exp(a) - exp(b),
    "softmax_difference": lambda x, y: exp(x - _lse_term(x)) - exp(y - _lse_term(y)),
}


def as_written_out(node: Node) -> Term:
    """The node as a term of exp, log and sums alone (and σ, softplus, tanh, which the kernel knows)."""
    if node == SIZE:
        return Card(RESPONSES)
    if node.op == "input":
        return Family(str(node.value))[_Y] if node.row else Sym(str(node.value))
    if isinstance(node.value, Fraction):
        return as_term(node.value)
    return WRITTEN_OUT[node.op](*map(as_written_out, node.args))


@pytest.mark.parametrize("rule", [*RULES, *FINISH], ids=lambda rule: repr(rule.unstable))
def test_the_kernel_proves_every_stable_rewrite(rule: Rule) -> None:
    verdict = decide(Eq(as_written_out(rule.unstable), as_written_out(rule.stable)), Setting())
    assert isinstance(verdict, Proved)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: repr(rule.unstable))
def test_a_stable_rewrite_is_reached(rule: Rule) -> None:
    if "select" in repr(rule.unstable):
        pytest.skip("only between 0 and terms: see the derivative of the clipped objective")
    rows = not rule.when({"a": entry("a"), "b": entry("b")})
    unstable, stable = (_as_rows(t) if rows else t for t in (rule.unstable, rule.stable))
    assert stabilise([unstable]) == stabilise([stable]) != (unstable,)


def _as_rows(node: Node) -> Node:
    if node.op == "input":
        return entry(str(node.value), row=True)
    return make(node.op, *map(_as_rows, node.args)) if node.args else node


A, B = Sym("a"), Sym("b")

STABLE_FORMS: list[tuple[Term, str]] = [
    (exp(A) / (exp(A) + exp(B)), "sigmoid(sub(a, b))"),
    (exp(A) / (exp(B) + exp(A)), "sigmoid(sub(a, b))"),
    (1 / (1 + exp(-Z)), "sigmoid(z)"),
    (1 / (exp(-Z) + 1), "sigmoid(z)"),
    ((1 + exp(-Z)) ** -1, "sigmoid(z)"),
    (exp(Z) / (1 + exp(Z)), "sigmoid(z)"),
    (1 - 1 / (1 + exp(-Z)), "sigmoid(neg(z))"),
    (-log(1 / (1 + exp(-(A - B)))), "softplus(neg(sub(a, b)))"),
    (-log(exp(A) / (exp(A) + exp(B))), "softplus(neg(sub(a, b)))"),
    (log(1 + exp(-Z)), "softplus(neg(z))"),
    (softplus(-Z) + Z, "add(softplus(neg(z)), z)"),
    (log(exp(A) + exp(B)), "logaddexp(a, b)"),
    (log(A / (1 - A)), "logit(a)"),
    (log(exp(A) / exp(B)), "sub(a, b)"),
    (1 - tanh(Z) ** 2, "mul(4, mul(sigmoid(mul(2, z)), sigmoid(neg(mul(2, z)))))"),
    (exp(-Z) - 1 + Z, "exp_gap(neg(z))"),
    (log_gap(exp(Z)), "exp_gap(z)"),
    (log(1 - exp(Z)), "log1mexp(z)"),
    (1 - exp(Z), "neg(expm1(z))"),
    (log(sigmoid(Z)) - log(1 - sigmoid(Z)), "z"),
]


@pytest.mark.parametrize(("written", "stable"), STABLE_FORMS, ids=lambda x: repr(x))
def test_a_textbook_form_becomes_the_stable_one(written: Term, stable: str) -> None:
    symbols = {s.name: s for s in written.symbols}
    f = compile_relation(Eq(Sym("f"), written), Setting(), symbols)
    assert [repr(t) for t in f.program(frozenset()).outputs.values()] == [stable]


# ------------------------------------------------------------------ kernels over all doubles

_MAGNITUDES = [0, 5e-324, 1e-310, 1e-300, 1e-17, 1e-8, 1e-4, 0.01, 0.3, 0.4999, 0.7, 0.999, 1, 1.001, 2, 3.5, 20]
_MAGNITUDES += [36.7, 37, 50, 300, 700, 709, 709.9, 720, 744, 745, 746, 800, 1e3, 1e4]
LINE = sorted({s * m for m in _MAGNITUDES for s in (-1.0, 1.0)})
UNIT = [0.0, 5e-324, 1e-300, 1e-17, 0.1, 0.2499, 0.25, 0.2501, 0.4, 0.5 - 1e-10, 0.5, 0.5 + 1e-10, 0.7, 0.75, 0.9]
UNIT += [1 - 1e-10, 1 - 2**-53, 1.0]
DOMAINS = {
    "sigmoid": LINE,
    "softplus": LINE,
    "exp_gap": [z for z in LINE if z < 709.8],
    "log1mexp": [z for z in LINE if z < 0],
    "logit": UNIT,
}


def ulps(got: float, exact: Exact, dtype: type[np.floating] = np.float64) -> float:
    """How many units in the last place `got` is from the exact value."""
    rounded = dtype(float(exact))
    if not np.isfinite(rounded):
        return 0.0 if np.array_equal(dtype(got), rounded, equal_nan=True) else float("inf")
    return float(abs(mpf(float(got)) - exact) / mpf(float(np.spacing(abs(rounded)))))


@pytest.mark.parametrize("name", DOMAINS)
def test_a_kernel_is_within_4_ulp_of_the_truth_over_all_doubles(name: str) -> None:
    with mp.workdps(900), np.errstate(divide="ignore"):
        got = KERNELS[name](np.array(DOMAINS[name]))
        worst = max(ulps(g, DEFINITIONS[name](mpf(z))) for g, z in zip(got, DOMAINS[name], strict=True))
    assert worst <= 4


@pytest.mark.parametrize("name", DOMAINS)
def test_a_kernel_is_within_4_ulp_in_float32_too(name: str) -> None:
    z = np.array(DOMAINS[name], np.float32)
    with np.errstate(over="ignore", divide="ignore"):
        z = z[z < 88] if name == "exp_gap" else z[z < 0] if name == "log1mexp" else z
        got = KERNELS[name](z)
    assert got.dtype == np.float32
    with mp.workdps(900):
        worst = max(ulps(g, DEFINITIONS[name](mpf(float(x))), np.float32) for g, x in zip(got, z, strict=True))
    assert worst <= 4


def test_sigmoid_keeps_subnormal_results() -> None:
    assert KERNELS["sigmoid"](np.array([-744.0]))[0] == 1e-323


INF = float("inf")


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("mean_term", (-INF, -INF), 0),
        ("mean_term", (-INF, 3.0), 0),
        ("mean_term", (-800.0, -INF), -INF),
        ("log_ratio_term", (-800.0, -INF), INF),
        ("mean_term", (0.0, float("nan")), float("nan")),
        ("log_ratio_term", (-INF, -INF), 0),
        ("log_ratio_term", (-INF, -1.0), 0),
        ("log_ratio_term", (-1.0, -INF), INF),
        ("log_ratio_term", (-INF, float("nan")), float("nan")),
        ("bregman", (-INF, -INF), 0),
        ("bregman", (-INF, 0.0), 1),
        ("bregman", (-800.0, -INF), INF),
        ("bregman", (-1e4, 0.0), 1),
        ("bregman", (-2.0, -2.0), 0),
    ],
)
def test_a_weight_of_zero_has_its_limit(name: str, arguments: tuple[float, ...], expected: float) -> None:
    with np.errstate(all="ignore"):
        got = KERNELS[name](*(np.array([a]) for a in arguments))
    assert np.array_equal(got, [expected], equal_nan=True)


ROWS = [
    [0.0],
    [0.0, 0.0, 0.0],
    [1.0, -1e-9, 3.0],
    [0.0, -800.0, -1e4],
    [1e4, 1e4 - 1, 0.0],
    [-1e4, -1e4 - 40, -1e4 - 50],
    [0.0, -INF, -2.0],
]


@pytest.mark.parametrize("row", ROWS, ids=str)
@pytest.mark.parametrize("name", ["logsumexp", "log_softmax"])
def test_a_normaliser_is_precise_for_every_row(name: str, row: list[float]) -> None:
    with mp.workdps(900), np.errstate(divide="ignore", invalid="ignore"):
        got = KERNELS[name](np.array(row))
        exact = ROW_DEFINITIONS[name]([mpf(x) for x in row])
        scale = max((abs(x) for x in row if np.isfinite(x)), default=0)
        for g, e in zip(np.broadcast_to(got, (len(row),)), exact, strict=True):
            assert g == e or abs(mpf(float(g)) - e) <= mpf(2) ** -51 * (abs(e) + scale)


def test_the_log_probability_of_a_near_certainty_keeps_its_digits() -> None:
    got = KERNELS["log_softmax"](np.array([0.0, -50.0]))[0]
    assert ulps(got, -mpmath.log1p(mpmath.exp(-50))) <= 2


@pytest.mark.parametrize("nearness", [1e-2, 1e-6, 1e-10, 1e-14])
@pytest.mark.parametrize("offset", [0.0, 3.7])
def test_the_log_ratio_of_nearly_equal_rows_keeps_its_digits(nearness: float, offset: float) -> None:
    x = np.array([0.3, -1.2, 2.0, -40.0])
    y = x + offset + nearness * np.array([1.0, -2.0, 0.5, 3.0])
    with mp.workdps(60):
        exact = ROW_DEFINITIONS["log_ratio"]([mpf(v) for v in x], [mpf(v) for v in y])
        got = KERNELS["log_ratio"](x, y)
        assert all(abs(mpf(float(g)) - e) <= mpf("4e-15") * nearness * 4 for g, e in zip(got, exact, strict=True))


def test_every_operation_that_numpy_has_not_is_in_the_modules_table() -> None:
    numpys = {"add", "sub", "mul", "div", "neg", "pow", "exp", "log", "log1p", "expm1", "tanh", "sqrt", "abs"}
    assert set(EXPRESSIONS) - numpys - {"sign", "min", "max", "logaddexp"} == {*KERNELS, *WIDE}


# ------------------------------------------------------------------ generated code


def test_the_order_of_operations_is_kept() -> None:
    a, b, c, d = map(Sym, "abcd")
    f = compile_relation(Eq(Sym("f"), (a - b) - (c - d)), Setting(), {"a": a, "b": b, "c": c, "d": d})
    huge = 2.0**60
    assert f(huge + 512, huge, 1.0, 0.5) == 511.5  # regrouped, a − b − c + d gives 511.5 only in this order
    assert f(1.0, 0.5, huge + 512, huge) == -511.5
    assert f(1.0, huge, 0.5, huge) == 0.5  # and rounded once, though each difference rounds to −huge
    assert "t0 = a - b\n    t1 = c - d\n    t2 = t0 - t1" in f.source


def test_source_is_readable_code() -> None:
    assert FUNCTIONS["dpo_loss"].source.startswith(
        '"""\ndpo_loss(logp_w, logp_l, ref_w, ref_l, beta, label_smoothing) = '
    )
    assert FUNCTIONS["dpo_loss"].source.split('"""\n')[-1] == (
        "def dpo_loss_value(logp_w, logp_l, ref_w, ref_l, beta):\n"
        "    t0 = logp_w - ref_w\n"
        "    t1 = logp_l - ref_l\n"
        "    t2 = t0 - t1\n"
        "    del (t0, t1)\n"
        "    t3 = beta*t2\n"
        "    del t2\n"
        "    t4 = softplus(-t3)\n"
        "    return [t4]\n"
        "\n"
        "def dpo_loss_grad(logp_w, logp_l, ref_w, ref_l, beta):\n"
        "    t0 = logp_w - ref_w\n"
        "    t1 = logp_l - ref_l\n"
        "    t2 = t0 - t1\n"
        "    del (t0, t1)\n"
        "    t3 = beta*t2\n"
        "    del t2\n"
        "    t4 = sigmoid(-t3)\n"
        "    del t3\n"
        "    t5 = t4*beta\n"
        "    return [-t5, t5]\n"
        "\n"
        "def dpo_loss_block(logp_w, logp_l, ref_w, ref_l, beta, scale_, out, buffers, limit):\n"
        "    out1, out2 = out\n"
        "    b0, b1, b2 = buffers\n"
        "    subtract(logp_l, ref_l, out=b0)\n"
        "    if beyond(b0, 1.5 * limit, beta):\n"
        "        return None\n"
        "    subtract(logp_w, ref_w, out=b1)\n"
        "    if beyond(b1, 1.5 * limit, beta):\n"
        "        return None\n"
        "    subtract(b0, b1, out=b0)\n"
        "    multiply(beta, b0, out=b0)\n"
        "    if beyond(b0, limit):\n"
        "        return None\n"
        "    exp(b0, out=b0)\n"
        "    log_one_plus(b0, b1, b2)\n"
        "    add(1, b0, out=b2)\n"
        "    divide(b0, b2, out=b0)\n"
        "    multiply(b0, (beta * scale_), out=out2)\n"
        "    negative(out2, out=out1)\n"
        "    return [add.reduce(b1, dtype=float64)]\n"
    )


@pytest.mark.parametrize("name", ["bt_prob", "bt_logprob", "rm_loss", "dpo_loss", "sigmoid", "logsigmoid"])
def test_no_raw_exponential_is_left_in_a_pairwise_function(name: str) -> None:
    plain = FUNCTIONS[name].source.split('"""\n')[-1].split("_block(")[0]
    assert "_grad(" in plain
    assert "exp" not in plain


needs_numba = pytest.mark.skipif(not native.available(), reason="numba is not installed")
TAKEN = "t0 n0 b0 b1 out0 sum0 x0 i j c f start far entries marks kernel buffers limit multiply softplus exp EXP min "
TAKEN += "abs np size scale responses inf first x_row t0_ range"


@pytest.mark.parametrize("which", ["numpy", pytest.param("native", marks=needs_numba)])
def test_arguments_may_be_called_like_what_the_code_uses(which: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYMRLHF_BACKEND", which)
    names, other = TAKEN.split(), Sym("t1")
    term = as_term(0)
    for k, name in enumerate(names):
        term = term + Rational(k + 1, 7) * softplus(Sym(name)) * softplus(other - Sym(name))
    f = compile_relation(Eq(Sym("f"), term), Setting(), {n: Sym(n) for n in (*names, "t1")})
    x, y = np.random.default_rng(5).normal(size=(len(names), 6)), np.linspace(2, 3, 6)
    value, slopes = f.value_and_grad(*x, y)
    weights, gap = (np.arange(len(names)) + 1)[:, np.newaxis] / 7, y - x
    one, two = np.log1p(np.exp(x)), np.log1p(np.exp(gap))
    by_names = weights * (two / (1 + np.exp(-x)) - one / (1 + np.exp(-gap)))
    assert value == pytest.approx((weights * one * two).sum(axis=0), rel=1e-13)
    assert np.array(slopes[:-1]) == pytest.approx(by_names, rel=1e-12)
    assert slopes[-1] == pytest.approx((weights * one / (1 + np.exp(-gap))).sum(axis=0), rel=1e-12)
    assert f(*x[:, 0], y[0]) == pytest.approx(value[0], rel=1e-13)


PLAIN: list[tuple[Term, dict[str, float], float]] = [
    (Abs(A) * Rational(1, 3), {"a": -2.0}, 2 / 3),
    (Max(A, B, 1), {"a": 0.5, "b": 3.0}, 3.0),
    (Min(A, B), {"a": 0.5, "b": 3.0}, 0.5),
    (clip(A, 0, 1), {"a": 4.0}, 1.0),
    (sqrt(A) + A**3 / 2, {"a": 4.0}, 34.0),
    (A ** Rational(1, 2) * 2, {"a": 9.0}, 6.0),
    (tanh(A) - B, {"a": 0.0, "b": 1.0}, -1.0),
]


@pytest.mark.parametrize(("term", "values", "expected"), PLAIN, ids=lambda x: repr(x))
def test_plain_operations_compute(term: Term, values: dict[str, float], expected: float) -> None:
    f = compile_relation(Eq(Sym("f"), term), Setting(), {s.name: s for s in term.symbols})
    assert f(**values) == expected
    assert f.__signature__.parameters.keys() == values.keys() | {"out"}


# ------------------------------------------------------------------ lowering

_E = E(PI, R) - BETA * KL(PI, PI_REF)
ARGS = {"log_pi": log(PI[Y]), "r": R[Y], "log_ref": log(PI_REF[Y]), "beta": BETA}
y2 = PI.index("y'")


def test_an_argument_may_stand_for_a_probability_itself() -> None:
    f = compile_relation(Eq(Sym("h"), Sum(Y, PI[Y] ** 2)), SETTING, {"p": PI[Y]})
    assert f([0.25, 0.75]) == 0.625


def test_an_argument_may_stand_for_minus_or_the_exponential_of_an_atom() -> None:
    f = compile_relation(Eq(Sym("f"), sigmoid(R_W - R_L)), Setting(), {"minus": -R_W, "strength": exp(R_L)})
    assert f(-1.0, np.e) == pytest.approx(0.5, abs=1e-16)


def test_the_number_of_responses_and_constants_are_summed() -> None:
    f = compile_relation(Eq(Sym("f"), Sum(Y, 2 + BETA)), SETTING, {"r": R[Y], "beta": BETA})
    assert f([[1.0, 2.0, 3.0]] * 2, beta=[1.0, 2.0]).tolist() == [9.0, 12.0]
    assert f.grad([1.0, 2.0, 3.0], 1.0).r.tolist() == [0.0, 0.0, 0.0]


def test_a_derivative_collects_from_every_response() -> None:
    f = compile_relation(Eq(Sym("f"), Sum(Y, R[Y] + BETA)), SETTING, {"r": R[Y], "beta": BETA}, wrt=("beta", "r"))
    assert f.grad([1.0, 2.0, 3.0], 1.0) == (3.0, pytest.approx([1.0, 1.0, 1.0]))


def test_the_mean_over_data_may_be_written_in_many_ways() -> None:
    f_i = softplus(-(R[X_I, W_I] - R[X_I, L_I]))
    args = {"r_w": R[X_I, W_I], "r_l": R[X_I, L_I]}
    n = DATA.size
    j = DATA.index("j")
    renamed = softplus(-(R[DATA.x[j], DATA.y_w[j]] - R[DATA.x[j], DATA.y_l[j]]))
    for mean in (
        Sum(I, f_i) / n,
        1 / n * Sum(I, f_i),
        -(1 / n) * Sum(I, -f_i),
        -Sum(I, -f_i) / n,
        Sum(j, renamed) / n,
        Sum(I, f_i / 2) / (n / 2),
        2 * Sum(I, f_i) / (2 * n),
        Sum(I, f_i / 2) / n + Sum(I, f_i / 2) / n,
    ):
        f = compile_relation(Eq(Sym("L"), mean), Setting(), args, mean_over="D")
        assert f([2.0, 0.0], [-1.0, 0.0], reduction="none") == pytest.approx([0.04858735157374206, np.log(2)])


def test_a_theorem_about_one_example_may_be_averaged_over_the_batch() -> None:
    f = compile_relation(Eq(Sym("l"), softplus(-(R_W - R_L))), Setting(), {"r_w": R_W, "r_l": R_L}, mean_over="batch")
    assert f([2.0, 0.0], [-1.0, 0.0]) == pytest.approx((0.0485873515737421 + np.log(2)) / 2)
    assert f.grad([2.0, 0.0], [-1.0, 0.0]).r_w == pytest.approx([-0.0474258731775668 / 2, -0.25])


REFUSED: list[tuple[Operand, dict[str, Term], str | None, str]] = [
    (Sum(I, R[X_I, W_I]), {"r": R[X_I, W_I]}, "D", "is not the mean"),
    (Sum(I, R[X_I, W_I]) + 1, {"r": R[X_I, W_I]}, "D", "not a multiple of one sum over D"),
    (R_W - R_L, {"r": R_W}, None, "no argument gives r_l"),
    (_E, {"log_pi": log(PI[Y])}, None, "no argument gives"),
    (Sum(Y, Sum(y2, PI[Y] * R[y2] * R[Y])), {"log_pi": log(PI[Y]), "r": R[Y]}, None, "that is a matrix"),
    (Sum(Y, PI[Y]) + Sum(I, R[X_I, W_I]), {"p": PI[Y], "r": R[X_I, W_I]}, None, "sums over two sets, D and Y"),
    (diff(R_W**2, R_W), {"r": R_W}, None, "a numeric function of"),
    (R_W, {"r": R_W + 1}, None, "an argument must be an atom"),
]


@pytest.mark.parametrize(("rhs", "args", "mean_over", "message"), REFUSED, ids=lambda x: str(x)[:40])
def test_what_cannot_be_compiled_is_said(rhs: Term, args: dict[str, Term], mean_over: str | None, message: str) -> None:
    f = compile_relation(Eq(Sym("f"), rhs), SETTING, args, mean_over=mean_over)
    with pytest.raises(NotSupported, match=message):
        _ = f.lowered


def test_two_arguments_cannot_stand_for_one_atom() -> None:
    f = compile_relation(Eq(Sym("f"), R_W), Setting(), {"a": R_W, "b": exp(R_W)})
    with pytest.raises(ValueError, match="two arguments stand for"):
        _ = f.lowered


def test_an_inequality_is_no_function() -> None:
    with pytest.raises(NotSupported, match="only an equation becomes a numeric function"):
        compile_relation(R_W <= R_L, Setting(), {"a": R_W, "b": R_L})(1.0, 2.0)


def test_a_parameter_that_the_derivation_has_not_is_an_error_with_the_nearest() -> None:
    from numeric_samples import optimal_policy

    from symrlhf.compile import numeric

    f = numeric(optimal_policy, args=lambda betta: {"beta": betta})
    with pytest.raises(UnknownName, match="unknown parameter of optimal-policy 'betta'; did you mean beta"):
        _ = f.argument_terms


def test_a_definition_of_the_setting_is_written_out() -> None:
    from symrlhf.term import Lam

    setting = SETTING.define("Z", Lam((), Sum(Y, PI_REF[Y] * exp(R[Y] / BETA))))
    args = {"r": R[Y], "log_ref": log(PI_REF[Y]), "beta": BETA}
    f = compile_relation(Eq(Sym("v"), BETA * log(Sym("Z"))), setting, args)
    assert f([1.0, 3.0], np.log([0.5, 0.5]), 0.5) == pytest.approx(2.66250137368, abs=1e-11)


# ------------------------------------------------------------------ a theorem by itself


def test_lambdify_gives_the_stable_plain_function() -> None:
    claim = Claim(Statement.of(Eq(Sym("L"), -log(exp(R_W) / (exp(R_W) + exp(R_L))))), Setting())
    f = lambdify_theorem(claim)
    assert f(0.0, 800.0) == 800.0
    assert f(np.array([800.0]), 0.0)[0] == 0.0
    assert lambdify_theorem(claim, {"loser": R_L, "winner": R_W})(800.0, 0.0) == 800.0
    with pytest.raises(NotSupported, match=r"use sympy.lambdify on theorem.sympy\(\)"):
        lambdify_theorem(claim, modules="math")


def test_lambdify_keeps_the_axis_of_the_responses() -> None:
    claim = Claim(Statement.of(Eq(Sym("h"), H(PI))), SETTING)
    assert lambdify_theorem(claim, {"logits": log(PI[Y])})(np.zeros((3, 4))) == pytest.approx(
        np.full((3, 1), np.log(4))
    )


def test_the_function_of_a_theorem_takes_its_symbols_in_order() -> None:
    claim = Claim(Statement.of(Eq(Sym("L"), softplus(-(R_W - R_L)) + C)), Setting())
    f = function_of(claim)
    assert list(f.__signature__.parameters) == ["r_w", "r_l", "c", "out"]
    assert f(2.0, -1.0, 1.0) == pytest.approx(1.0485873515737421)


def test_declaring_loads_neither_sympy_nor_numpy() -> None:
    code = "import sys, symrlhf.functions, symrlhf.compile; symrlhf.compile.numeric; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert "symrlhf.compile.function" in loaded
    assert {"sympy", "numpy", "mpmath"} & set(loaded) == set()


FOLDED = [
    (make("neg", -X), "x"),
    (X * 1, "x"),
    (X + 0, "x"),
    (0 * X, "0"),
    ((-X) * Y_ROW, "neg(mul(x, y))"),
    (X + (-Y_ROW), "sub(x, y)"),
    ((-X) / 2, "neg(div(x, 2))"),
    (X**-1, "div(1, x)"),
    (number(3) / 4, "3/4"),
    (total(X), "mul(responses_, x)"),
    (total(-Y_ROW), "neg(total(y))"),
    ((X - Y_ROW) - (X - 1), "sub(sub(x, y), sub(x, 1))"),
]


@pytest.mark.parametrize(("tree", "written"), FOLDED, ids=lambda x: repr(x))
def test_a_tree_folds_numbers_and_signs_and_nothing_else(tree: Node, written: str) -> None:
    assert repr(tree) == written
