"""Stability as a table: each row replaces a form that loses digits by an equal one that does not.

Rows are tried in order, innermost operations first, until none applies. `because` cites the theorem or identity
that allows the row, and a test has the kernel prove each; at the edge 0 · log 0 = 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from symrlhf.compile.tree import (
    ONE,
    SIZE,
    ZERO,
    Node,
    as_node,
    entry,
    exp,
    log,
    log_softmax,
    logsumexp,
    make,
    number,
    replace_inputs,
    sigmoid,
    softplus,
    total,
)

Match = dict[str, Node]

COMMUTATIVE = frozenset({"add", "mul", "logaddexp"})


@dataclass(frozen=True)
class Rule:
    """unstable = stable, for all values of the inputs."""

    unstable: Node
    stable: Node
    because: str
    when: Callable[[Match], bool] = lambda match: True

    def apply(self, node: Node) -> Node | None:
        """`node` rewritten at its root, or None."""
        for match in matches(self.unstable, node, {}):
            if self.when(match):
                return replace_inputs([self.stable], match)[0]
        return None


def matches(pattern: Node, node: Node, match: Match) -> Iterator[Match]:
    """The ways to fill in the inputs of `pattern` so that it becomes `node`."""
    if pattern.op == "input":
        name = str(pattern.value)
        if name not in match:
            yield {**match, name: node}
        elif match[name] == node:
            yield match
    elif pattern.op == node.op and pattern.value == node.value and len(pattern.args) == len(node.args):
        orders = [node.args, node.args[::-1]] if pattern.op in COMMUTATIVE else [node.args]
        for args in orders:
            found = [match]
            for p, a in zip(pattern.args, args, strict=True):
                found = [longer for shorter in found for longer in matches(p, a, shorter)]
            yield from found


def both_given(match: Match) -> bool:
    """Inputs, whose difference is exact where they are near."""
    return match["a"].op == match["b"].op == "input"


def both_rows(match: Match) -> bool:
    """Inside a sum over the responses: where a weight can be exactly 0."""
    return match["a"].row and match["b"].row


a, b, c, s, w, z = entry("a"), entry("b"), entry("c"), entry("s"), entry("w"), entry("z")
half = number(Fraction(1, 2))
x, y, d, e = entry("x"), entry("y"), entry("d"), entry("e")
t, u, v = entry("t", row=True), entry("u", row=True), entry("v", row=True)


def choose(x: Node | int, y: Node | int) -> Node:
    """x where a ≤ b, else y."""
    return make("select", a, b, as_node(x), as_node(y))


def of_numbers(match: Match) -> bool:
    """Between 0 and 1, as the derivative of a minimum, or of one inside another."""
    return all(_is_choice_of_numbers(x) for x in (match["x"], match["y"]))


def _is_choice_of_numbers(x: Node) -> bool:
    return x.op == "number" or (x.op == "select" and all(map(_is_choice_of_numbers, x.args[2:])))


def of_one_side_each(match: Match) -> bool:
    """Each side has one term at most."""
    return ZERO in (match["x"], match["d"]) and ZERO in (match["y"], match["e"])


def _odds(log_p: Node) -> Node:
    """log(p/(1 − p)), as the rule for logit writes it."""
    return log_p - make("log1mexp", log_p)


_less_likely = c * sigmoid(-(_odds(a) - _odds(z)))
_unlikely = c * sigmoid(-(b - _odds(z)))


RULES: tuple[Rule, ...] = (
    # Preferences: everything in the atoms σ and softplus.
    Rule(exp(a) / (exp(a) + exp(b)), sigmoid(a - b), "Bradley–Terry is a sigmoid of the margin (A1)"),
    Rule(exp(z) / (1 + exp(z)), sigmoid(z), "σ by its definition, divided through by exp(z) (A2)"),
    Rule(1 / (1 + exp(z)), sigmoid(-z), "σ by its definition (A2)"),
    Rule(1 - sigmoid(z), sigmoid(-z), "σ(−z) = 1 − σ(z) (A2)"),
    Rule(log(sigmoid(z)), -softplus(-z), "−log σ(z) = softplus(−z) (A2, B2)"),
    Rule(softplus(z) - softplus(-z), z, "softplus(z) − softplus(−z) = z (A2)"),
    Rule(softplus(z) - z, softplus(-z), "softplus(z) − softplus(−z) = z (A2)"),
    Rule(log(1 + exp(z)), softplus(z), "softplus by its definition"),
    Rule(log(exp(a) + exp(b)), make("logaddexp", a, b), "the shifted form of log Σ exp, two terms"),
    Rule(log(a / (1 - a)), make("logit", a), "σ⁻¹(p) = log(p/(1 − p)) (A2)"),
    Rule(b * exp(z) / (1 + exp(z)), b * sigmoid(z), "σ by its definition, divided through by exp(z) (A2)"),
    Rule(log(a * sigmoid(z)), log(a) - softplus(-z), "log_mul, σ > 0"),
    Rule(sigmoid(z) / sigmoid(-z), exp(z), "the odds of σ(z) are exp(z) (A1)"),
    Rule(sigmoid(z) - half, half * make("tanh", half * z), "σ(z) = (1 + tanh(z/2))/2 (A2)"),
    Rule(half - sigmoid(z), -(half * make("tanh", half * z)), "σ(z) = (1 + tanh(z/2))/2 (A2)"),
    Rule(2 * sigmoid(z) - 1, make("tanh", half * z), "σ(z) = (1 + tanh(z/2))/2 (A2)"),
    Rule(1 - 2 * sigmoid(z), -make("tanh", half * z), "σ(z) = (1 + tanh(z/2))/2 (A2)"),
    Rule(1 - make("tanh", z), 2 * sigmoid(-2 * z), "σ(z) = (1 + tanh(z/2))/2 (A2)"),
    Rule(1 + make("tanh", z), 2 * sigmoid(2 * z), "σ(z) = (1 + tanh(z/2))/2 (A2)"),
    Rule(1 - make("tanh", z) ** 2, 4 * (sigmoid(2 * z) * sigmoid(-2 * z)), "σ(z) = (1 + tanh(z/2))/2 (A2)"),
    # A choice is made once, between whole terms: a term that is not chosen may be infinite.
    Rule(c * choose(x, y), choose(c * x, c * y), "a case split is distributed over", of_numbers),
    Rule(choose(x, y) + choose(d, e), choose(x + d, y + e), "a case split is distributed over", of_one_side_each),
    Rule(choose(x, y) - choose(d, e), choose(x - d, y - e), "a case split is distributed over", of_one_side_each),
    # Log space: no exponential is formed that the result does not need.
    Rule(exp(a) * exp(b), exp(a + b), "exp_add"),
    Rule(exp(a) / exp(b), exp(a - b), "exp_sub"),
    Rule(log(exp(a)), a, "log_exp"),
    Rule(log(exp(a) * b), a + log(b), "log_mul, exp > 0"),
    Rule(log(-(exp(a) / b)), a - log(-b), "log_div, exp > 0"),
    Rule(
        log(exp(a) + exp(b) + exp(c)),
        make("logaddexp", make("logaddexp", a, b), c),
        "the shifted form of log Σ exp, three terms",
    ),
    Rule(
        exp(z) / (exp(a) + exp(b) + exp(c)),
        exp(z - make("logaddexp", make("logaddexp", a, b), c)),
        "the shifted form of log Σ exp, three terms",
    ),
    Rule(log(exp(a) / b), a - log(b), "log_div, exp > 0"),
    Rule(log(a / exp(b)), log(a) - b, "log_div, exp > 0"),
    Rule(exp(u) / total(exp(u)), exp(log_softmax(u)), "softmax by its definition (C3)"),
    Rule(log(total(exp(u))), logsumexp(u), "log Σ exp does not change under a shift of all exponents (C3)"),
    Rule(u - logsumexp(u), log_softmax(u), "log-softmax by its definition (C3)"),
    Rule(total(exp(log_softmax(u))), ONE, "Σ π = 1"),
    # Differences that cancel.
    Rule(log(a / b), make("log_quotient", a, b), "log(a/b) = log(1 + (a − b)/b)", both_given),
    Rule(log(1 + z), make("log1p", z), "log1p by its definition"),
    Rule(log(1 - z), make("log1p", -z), "log1p by its definition"),
    Rule(exp(z) - 1, make("expm1", z), "expm1 by its definition"),
    Rule(1 - exp(z), -make("expm1", z), "expm1 by its definition"),
    Rule(log(-make("expm1", z)), make("log1mexp", z), "log1mexp by its definition"),
    Rule(make("expm1", z) - z, make("exp_gap", z), "exp_gap by its definition (E1)"),
    Rule(make("expm1", -z) + z, make("exp_gap", -z), "exp_gap by its definition (E1)"),
    # At probability 1 the odds are infinite: a product with them is formed where it has a limit, or a sign.
    Rule(
        1 / make("expm1", -a) * _less_likely,
        c / (make("expm1", -a) + make("expm1", -z)),
        "1/expm1(−a) = p/(1 − p), p = e^a: o σ(−log(o/ω)) = 1/(1/o + 1/ω) for odds o, ω (G11)",
    ),
    Rule(
        _unlikely + 1 / make("expm1", -z) * _unlikely,
        _unlikely / make("abs", make("expm1", z)),
        "1 + p/(1 − p) = 1/(1 − p), p = e^z < 1 (G11)",
    ),
    # Sums with probabilities as weights: 0 · log 0 = 0, and KL without cancellation.
    Rule(make("min", z, exp(a) * b), make("min", z, make("mean_term", a, b)), "e^a b is 0 for b = 0 (D9)"),
    Rule(
        exp(a) * sigmoid(b), exp(a - softplus(-b)), "log σ(b) = −softplus(−b), so that neither factor overflows (G19)"
    ),
    Rule(make("logit", exp(a)), a - make("log1mexp", a), "log(p/(1 − p)) = log p − log(1 − p), p = e^a (G11)"),
    Rule(
        exp(a) * make("exp_gap", b - a),
        make("bregman", a, b),
        "p (u − 1 − log u) = q − p − p log(q/p), u = q/p (E1)",
    ),
    Rule(exp(a) * (a - b), make("log_ratio_term", a, b), "p log(p/q) → 0 as p → 0 (C14)", both_rows),
    Rule(exp(a) * b, make("mean_term", a, b), "p log q → 0 as p → 0 (C14)", both_rows),
    Rule(
        total(make("log_ratio_term", log_softmax(u), log_softmax(v))),
        total(make("bregman", log_softmax(u), log_softmax(v))),
        "Σ p log(p/q) = Σ p (u − 1 − log u), because Σ p = Σ q = 1 (E1)",
    ),
)


def _of_mixture(own: Node, other: Node) -> Iterator[Rule]:
    """A row p = softmax(u) beside its mixture with q = softmax(v): own + other = 1."""
    mixture = log(w * exp(log_softmax(u)) + (1 - w) * exp(log_softmax(v)))
    if own != w:
        mixture = log(w * exp(log_softmax(v)) + (1 - w) * exp(log_softmax(u)))
    gain = make("log_mix", own, other, make("log_ratio", v, u))
    there = make("logaddexp", log(own) + log_softmax(u), log(other) + log_softmax(v))
    because = "log((ap + bq)/p) = log(1 + b(q/p − 1)), where a + b = 1 (K3)"
    yield Rule(make("bregman", log_softmax(u), mixture), make("bregman_at", log_softmax(u), there, gain), because)
    yield Rule(log_softmax(u) - mixture, -gain, because)
    yield Rule(make("log_ratio_term", log_softmax(u), mixture), -make("mean_term", log_softmax(u), gain), because)
    yield Rule(
        make("deviation", u, gain),
        make("deviation", u, make("mix_gap", own, other, make("log_ratio", v, u), make("row_gap", v, u), u)),
        "Σ p (x + c) = Σ p x + c: what the mixture gains on its share at the likeliest entry (K3)",
    )


_reward_less_penalty = make("mean_term", log_softmax(u), t) - s * make(
    "mean_term", log_softmax(u), make("log_ratio", u, v)
)

_ratio = make("log_ratio", u, v)
_row_gap = make("row_gap", u, v)
_above = make("mean_term", _ratio, make("softmax_difference", u, v))

_tilted = u + t / s
_led = u + make("less_leader", t, _tilted) / s

_gap = make("tilted_gap", v, u, t, s)
_behind = make("log_ratio_by", _gap, log_softmax(v), log_softmax(_tilted))


def _less_share(x: Node, row: Node) -> Node:
    """The slope in the logits of a softmax whose logarithm has the slope x."""
    return x - exp(log_softmax(row)) * total(x)


def of_one_scale(match: Match) -> bool:
    """Rewards over one β, not yet compared with the best."""
    return match["t"].row and not match["s"].row and match["t"].op != "less_leader"


def _leading(unstable: Node, stable: Node) -> Rule:
    return Rule(unstable, stable, "a shift of all rewards changes no probability (C3)", of_one_scale)


def of_one_number(match: Match) -> bool:
    """Rows over one temperature."""
    return match["u"].row and match["v"].row and not match["s"].row


_tempered = make("less_leader", t, t) / s

LATE: tuple[Rule, ...] = (
    _leading(log_softmax(_tilted), log_softmax(_led)),
    Rule(make("row_gap", u / s, v / s), make("row_gap", u, v) / s, "u/s − v/s = (u − v)/s (K1)", of_one_number),
    Rule(
        make("log_ratio", u / s, v / s),
        make("log_ratio_over", u, v, s),
        "u/s − v/s = (u − v)/s: rows over one temperature differ by what they differ by before (K1)",
        of_one_number,
    ),
    Rule(
        make("softmax_difference", u / s, v / s),
        make("softmax_difference_of", make("log_ratio_over", u, v, s), log_softmax(u / s), log_softmax(v / s)),
        "p − q = q (p/q − 1), and u/s − v/s = (u − v)/s (K1)",
        of_one_number,
    ),
    _leading(log_softmax(t / s), log_softmax(_tempered)),
    _leading(make("deviation", t / s, u), make("deviation", _tempered, u)),
)
"""Of FINISH, the rows that are tried last, when others have seen the form as it was given."""

FINISH: tuple[Rule, ...] = (
    *LATE,
    Rule(
        softplus(-z) + s * z,
        (1 - s) * softplus(-z) + s * softplus(z),
        "softplus(z) − softplus(−z) = z: infinite at z = −∞, where the difference is not defined (G2)",
    ),
    Rule(
        make("stop_gradient", make("min", exp(u), b)) * v,
        make("select", exp(u), b, make("mean_term", u, v), b * v),
        "min(e^a, c) b by cases, and e^a b where e^a has lost digits (H7)",
    ),
    Rule(u - total(u) / SIZE, make("centered", u), "the mean, which is exact where all are equal (D7)"),
    Rule(
        log_softmax(u) - log_softmax(v),
        make("log_ratio", u, v),
        "the log-ratio of two normalised rows, without forming either",
    ),
    Rule(
        exp(log_softmax(u)) - exp(log_softmax(v)),
        make("softmax_difference", u, v),
        "p − q = q (p/q − 1), where p and q are near",
    ),
    Rule(
        make("bregman", log_softmax(u), log_softmax(v)),
        make("bregman_at", log_softmax(u), log_softmax(v), make("log_ratio", v, u)),
        "the log-ratio of two normalised rows, without forming either",
    ),
    Rule(
        make("log_ratio", u, log_softmax(u) + v), -make("log_tilt", v, u), "p ∝ q e^w: log(p/q) = w − log Σ q e^w (C3)"
    ),
    Rule(
        make("log_ratio", log_softmax(u) + v, u), make("log_tilt", v, u), "p ∝ q e^w: log(p/q) = w − log Σ q e^w (C3)"
    ),
    *_of_mixture(w, 1 - w),
    *_of_mixture(1 - w, w),
    # p (x − Σ p x): the score of a softmax is blind to a shift of x, which is taken to 0 where p is largest.
    Rule(
        make("mean_term", log_softmax(u), v - total(make("mean_term", log_softmax(u), v))),
        make("deviation", u, v),
        "Σ p (x + c) = Σ p x + c (D1, D2)",
    ),
    Rule(
        make("mean_term", log_softmax(u), total(make("mean_term", log_softmax(u), v)) - v),
        -make("deviation", u, v),
        "Σ p (x + c) = Σ p x + c (D1, D2)",
    ),
    Rule(
        total(make("mean_term", log_softmax(u), v)) * exp(log_softmax(u)) - make("mean_term", log_softmax(u), v),
        -make("deviation", u, v),
        "Σ p (x + c) = Σ p x + c (D5)",
    ),
    Rule(
        s * make("mean_term", log_softmax(u), v)
        - exp(log_softmax(u)) * total(s * make("mean_term", log_softmax(u), v)),
        s * make("deviation", u, v),
        "Σ p (x + c) = Σ p x + c (E4)",
    ),
    Rule(
        make("mean_term", log_softmax(u), make("log_ratio", u, v))
        - exp(log_softmax(u)) * total(make("bregman_at", log_softmax(u), log_softmax(v), make("log_ratio", v, u))),
        make("deviation", u, make("log_ratio", u, v)),
        "Σ p log(p/q) = Σ p (u − 1 − log u), and Σ p (x + c) = Σ p x + c (E1, E4)",
    ),
    Rule(
        make(
            "mean_term",
            log_softmax(u),
            make("log_ratio", u, v)
            - total(make("bregman_at", log_softmax(u), log_softmax(v), make("log_ratio", v, u))),
        ),
        make("deviation", u, make("log_ratio", u, v)),
        "Σ p log(p/q) = Σ p (u − 1 − log u), and Σ p (x + c) = Σ p x + c (K2)",
    ),
    Rule(
        _reward_less_penalty - exp(log_softmax(u)) * total(_reward_less_penalty),
        -(s * make("deviation", u, make("tilted_gap", u, v, t, s))),
        "Σ p (x + c) = Σ p x + c, and r − β log(p/q) = −β (log p − log q − r/β) (D3)",
    ),
    Rule(
        make("softmax_difference", u, v) * make("expm1", make("log_ratio", u, v)),
        make("squared_gap", log_softmax(v), make("log_ratio", u, v)),
        "(p − q)(p/q − 1) = q (p/q − 1)² (F2)",
    ),
    Rule(
        _less_share(_above + make("mean_term", log_softmax(u), make("expm1", _ratio)), u),
        2 * make("exp_deviation", u, _ratio, _row_gap),
        "(p − q) p/q = p (p/q − 1), and Σ p (x + c) = Σ p x + c (F2, D2)",
    ),
    Rule(
        _less_share(-_above - make("mean_term", log_softmax(v), make("expm1", _ratio)), v),
        -make("exp_deviation", v, 2 * _ratio, 2 * _row_gap),
        "(p − q) p/q + (p − q) = q (p²/q² − 1), and Σ q (x + c) = Σ q x + c (F2, D2)",
    ),
    Rule(
        make("deviation", u, make("log_ratio", u, v)),
        make("deviation", u, make("row_gap", u, v)),
        "a shift of x changes nothing: the normalisers of both rows are one (D2)",
    ),
    Rule(
        make("deviation", v, make("log_ratio_by", _gap, log_softmax(v), log_softmax(log_softmax(u) + t / s))),
        make("deviation", v, _gap),
        "a shift of x changes nothing: the normalisers of both rows are one (D2)",
    ),
    Rule(
        (v - total(make("mean_term", log_softmax(u), v))) ** 2,
        (make("less_leader", v, u) - total(make("mean_term", log_softmax(u), make("less_leader", v, u)))) ** 2,
        "Σ p (x + c) = Σ p x + c: where one response is nearly certain, x differs little from its mean there (C10)",
        lambda match: match["v"].row and match["v"].op != "less_leader",
    ),
    # Rewards over a small β: what they differ by is taken before they are divided.
    _leading(make("log_ratio", v, _tilted), _behind),
    _leading(make("log_ratio", _tilted, v), make("log_ratio_by", -_gap, log_softmax(_tilted), log_softmax(v))),
    _leading(
        make("softmax_difference", v, _tilted),
        make("softmax_difference_of", _behind, log_softmax(v), log_softmax(_tilted)),
    ),
    _leading(
        make("softmax_difference", _tilted, v),
        -make("softmax_difference_of", _behind, log_softmax(v), log_softmax(_tilted)),
    ),
    Rule(
        make("tilted_gap", v, log_softmax(u), t, s),
        make("tilted_gap", v, u, t, s),
        "a shift of all logits changes no probability (C3)",
    ),
    _leading(make("log_tilt", t / s, u), make("log_tilt", make("less_leader", t, _tilted) / s, u)),
    Rule(make("deviation", u, log_softmax(v)), make("deviation", u, v), "a shift of x changes nothing (D2)"),
    Rule(
        make("logsumexp", log_softmax(u) + v),
        make("log_mean_exp", v, u),
        "log Σ q e^w, without adding w to log q (C3)",
    ),
    Rule(
        make("log_ratio_term", log_softmax(u), log_softmax(v)),
        make("mean_term", log_softmax(u), make("log_ratio", u, v)),
        "the log-ratio of two normalised rows, without forming either",
    ),
)
"""Rows for code only, after differentiating: forms that look at whole rows, which nothing need differentiate."""


def stabilise(roots: Iterable[Node], rules: tuple[Rule, ...] = RULES) -> tuple[Node, ...]:
    """The trees with every rule applied until none does."""
    done: dict[Node, Node] = {}

    def rewrite(node: Node) -> Node:
        if node not in done:
            new = make(node.op, *map(rewrite, node.args)) if node.args else node
            better = next((r for rule in rules if (r := rule.apply(new)) is not None), None)
            done[node] = new if better is None else rewrite(better)
        return done[node]

    return tuple(rewrite(root) for root in roots)
