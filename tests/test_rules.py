"""Each stabilising rule is needed: without it a form loses the digits that it keeps with it."""

import itertools
from functools import cache
from typing import Any

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf
from test_compile import truth

from symrlhf.compile.lambdify import compile_tree
from symrlhf.compile.stabilise import FINISH, RULES, Rule, stabilise
from symrlhf.compile.tree import Node, entry, in_order, replace_inputs

EXTREMES: dict[str, list[list[float]]] = {
    "z": [[1e-20, -1e-20, 1e-9], [40.0, -40.0, 800.0], [-800.0, 710.0, -0.7]],
    "a": [
        [1e-20, 0.3, 800.0],
        [-800.0, 0.7, 720.0],
        [0.5 + 1e-15, 1 - 1e-12, 1e-300],
        [0.5 + 1.7e-14, 800.0, 0.5 - 7.7e-15],
    ],
    "b": [[0.5, 800.0, 0.3 + 1e-13], [1e-20, -795.0, 715.0], [0.7, 0.3 + 1e-12, 0.3]],
    "c": [[1.0, 720.0, -800.0]],
    "x": [[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]],
    "y": [[0.0, 0.0, 0.0]],
    "d": [[0.0, 0.0, 0.0], [2.0, -3.0, 0.5]],
    "e": [[1.0, 1e-9, 4.0]],
    "u": [[800.0, 1.0, -800.0], [0.5, -1.0, 2.0], [5.0, -55.0, -1e3]],
    "v": [[1.0, 800.0, -2.0], [0.5 + 1e-9, -1.0, 2.0 - 1e-9], [1.0, 2.0, 3.0]],
}

ECONOMIES = {
    "total(exp(log_softmax(u)))",
    "div(sigmoid(z), sigmoid(neg(z)))",
    "mul(c, select(a, b, x, y))",
    "add(select(a, b, x, y), select(a, b, d, e))",
    "sub(select(a, b, x, y), select(a, b, d, e))",
}
"""Rules that save work, or let others apply, rather than digits."""


def names_of(node: Node) -> list[str]:
    return sorted({str(n.value) for n in in_order([node]) if n.op == "input"})


@cache
def worst(rule: Rule, kept: bool) -> float:
    """The largest relative error of the rule's form over the extremes, by the plain code."""
    rules = RULES if kept else tuple(r for r in RULES if r is not rule)
    names = names_of(rule.unstable)
    (tree,) = stabilise([rule.unstable], rules)
    kernel = compile_tree("form", names, [tree])
    found = 0.0
    for rows in itertools.product(*(EXTREMES[n] for n in names)):
        with np.errstate(all="ignore"):
            got = np.broadcast_to(kernel.call(*map(np.array, rows))[0], 3)
        with mp.workdps(900):
            exact = truth(rule.unstable, {n: [mpf(x) for x in row] for n, row in zip(names, rows, strict=True)})
        found = max([found, *(off(float(g), e) for g, e in zip(got, exact, strict=True))])
    return found


def off(got: float, exact: Any) -> float:
    """Relative to the truth; 0 where that is no double."""
    if not isinstance(exact, mpmath.mpf) or not np.isfinite(float(exact)) or abs(exact) < 1e-309:
        return 0.0
    return float(abs(mpf(got) - exact) / abs(exact)) if np.isfinite(got) else float("inf")


def hashable(rule: Rule) -> str:
    return repr(rule.unstable)


ODDS = "div(1, expm1(neg({})))"
LESS_LIKELY = "mul(c, sigmoid(neg(sub(sub(a, log1mexp(a)), sub(z, log1mexp(z))))))"
UNLIKELY = "mul(c, sigmoid(neg(sub(b, sub(z, log1mexp(z))))))"

AT_EDGE: dict[str, tuple[bool, dict[str, list[float]], float, float]] = {
    "mul(exp(a), sub(a, b))": (True, {"a": [-np.inf, -np.inf], "b": [-np.inf, -1.0]}, 0.0, np.nan),
    "mul(exp(a), b)": (True, {"a": [-np.inf, -np.inf], "b": [-np.inf, -1.0]}, 0.0, np.nan),
    "min(z, mul(exp(a), b))": (False, {"z": [1.0, 2.0], "a": [800.0, 1.0], "b": [0.0, 0.0]}, 0.0, np.nan),
    f"mul({ODDS.format('a')}, {LESS_LIKELY})": (False, {"a": [0.0], "c": [3.0], "z": [-np.log(2.0)]}, 3.0, np.nan),
    f"add({UNLIKELY}, mul({ODDS.format('z')}, {UNLIKELY}))": (
        False,
        {"b": [0.5], "c": [3.0], "z": [0.0]},
        np.inf,
        -np.inf,
    ),
    "add(softplus(neg(z)), mul(s, z))": (False, {"s": [0.25], "z": [-np.inf]}, np.inf, np.nan),
}
"""Rules for a factor that vanishes beside an infinite one, or for the sign of that: whether on rows, inputs, the value
at the first of them, and what it would be without the rule."""

NEEDED = [r for r in RULES if repr(r.unstable) not in ECONOMIES | AT_EDGE.keys()]


@pytest.mark.parametrize("rule", NEEDED, ids=hashable)
def test_a_form_keeps_its_digits_by_its_rule_and_loses_them_without(rule: Rule) -> None:
    assert worst(rule, True) <= 1e-12
    assert worst(rule, False) > 1e-12


@pytest.mark.parametrize("form", sorted(AT_EDGE))
def test_a_value_at_the_edge_needs_its_rule(form: str) -> None:
    rule = next(r for r in (*RULES, *FINISH) if repr(r.unstable) == form)
    row, inputs, by_it, without = AT_EDGE[form]
    tree = replace_inputs([rule.unstable], {name: entry(name, row=row) for name in inputs})
    for kept, expected in ((True, by_it), (False, without)):
        rules, finish = (tuple(r for r in table if kept or r is not rule) for table in (RULES, FINISH))
        kernel = compile_tree("form", list(inputs), stabilise(tree, rules), finish)
        with np.errstate(all="ignore"):
            got = kernel.call(*map(np.array, inputs.values()))[0]
        assert np.allclose(got[0], expected, rtol=1e-15, atol=0, equal_nan=True)


def test_every_rule_named_here_is_a_rule() -> None:
    assert {repr(r.unstable) for r in (*RULES, *FINISH)} >= ECONOMIES | AT_EDGE.keys()


# ------------------------------------------------------------------ the rows for code only

ROWS: dict[str, list[list[float]]] = {
    "u": [
        [0.5, -1.0, 2.0],
        [-26.0, -0.001, -6.5],
        [0.3, -0.1, 0.2 + 1e-9],
        [0.1, 0.1, 0.1],
        [1e-9, 0.0, -1e-9],
        [-2000.0, -0.1, 0.2],
        [800.0, 1.0, -800.0],
        [-740.0, -741.0, -742.0],
    ],
    "v": [
        [0.5 + 1e-9, -1.0, 2.0 - 1e-9],
        [1.0, 800.0, -2.0],
        [1e15, 1e15 + 0.5, 1e15 + 1],
        [1e-9, 2e-9, 3e-9],
        [1.1, 1.1, 1.1],
        [-4050.0, -0.1, 0.2],
        [26.0, -58.0, -169.0],
        [0.3, -0.1, 0.2 + 1e-9],
    ],
    "t": [[1.0, 1.0 - 1e-9, 0.3], [1.1, 1.1, 1.1], [1.1, 1.1 - 1e-9, 1.1 - 2e-9]],
    "b": [[1e-8] * 3, [1.0] * 3],
    "w": [[1e-9] * 3, [0.25] * 3, [0.99999999] * 3],
    "s": [[1e-8] * 3, [0.3] * 3],
    "responses_": [[3.0] * 3],
}


def loses_digits(rule: Rule, kept: bool) -> str:
    """Where an entry of the form is off by 1e-12 of the largest, with the rule or without; "" if nowhere."""
    finish = FINISH if kept else tuple(r for r in FINISH if r is not rule)
    names = names_of(rule.unstable)
    kernel = compile_tree("form", names, [rule.unstable], finish)
    # Nearly tied rewards beside a second row: their sums with it are rounded, and no form keeps what then cancels.
    tied = len(ROWS["t"]) - ("v" in names)
    for rows in itertools.product(*(ROWS[n][:tied] if n == "t" else ROWS[n] for n in names)):
        arrays = (np.array(row if name in "uvt" else row[:1]) for name, row in zip(names, rows, strict=True))
        with np.errstate(all="ignore"):
            got = np.broadcast_to(kernel.call(*arrays)[0], 3)
        with mp.workdps(400):
            exact = truth(rule.unstable, {n: [mpf(x) for x in row] for n, row in zip(names, rows, strict=True)})
            if rule.unstable.op == "tilted_gap":  # up to a shift of the row
                got, exact = got - got[0], [e - exact[0] for e in exact]
            size = max(map(abs, exact))
            slack = mpf("1e-320") + mpf("1e-12") * size
            near = (np.isfinite(g) and abs(mpf(float(g)) - e) <= slack for g, e in zip(got, exact, strict=True))
            if size < mpf("1e308") and not all(near):
                return f"{rows}: {got}, not {[float(e) for e in exact]}"
    return ""


@pytest.mark.parametrize("rule", [r for r in FINISH if repr(r.unstable) not in AT_EDGE], ids=hashable)
def test_a_form_of_rows_keeps_its_digits_by_its_rule_and_loses_them_without(rule: Rule) -> None:
    assert not loses_digits(rule, True)
    assert loses_digits(rule, False)
