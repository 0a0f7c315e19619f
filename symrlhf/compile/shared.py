"""What operations on whole rows have inside them, set beside them: a normalised row that two of them need is made once.

The tree is the same formula; the operations ending in `_of` take the logarithms of the normalised rows as arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from symrlhf.compile.stabilise import FINISH, LATE, Rule, stabilise
from symrlhf.compile.tree import Node, in_order, log_softmax, make


def _softened(row: Node, s: Node) -> Node:
    """log softmax(row/s), as the rules of `stabilise` write it."""
    return log_softmax(make("less_leader", row, row) / s)


INSIDE: dict[str, Callable[..., Node]] = {
    "log_ratio": lambda x, y: make("log_ratio_of", x, y, log_softmax(x), log_softmax(y)),
    "log_ratio_over": lambda x, y, s: make("log_ratio_over_of", x, y, s, *(_softened(row, s) for row in (x, y))),
    "softmax_difference": lambda x, y: make(
        "softmax_difference_of",
        make("log_ratio_of", x, y, log_softmax(x), log_softmax(y)),
        log_softmax(x),
        log_softmax(y),
    ),
    "log_mean_exp": lambda w, y: make("log_mean_exp_of", w, log_softmax(y)),
    "deviation": lambda u, x: make("deviation_of", log_softmax(u), x),
    "exp_deviation": lambda u, w, gap: make("exp_deviation_of", log_softmax(u), w, gap),
}
"""Operation -> the same of its arguments and of what it would compute from them."""


def shared(roots: Sequence[Node]) -> tuple[Node, ...]:
    """The trees with the insides of their operations set beside them."""
    done: dict[Node, Node] = {}
    for node in in_order(roots):
        args = tuple(done[a] for a in node.args)
        if node.op in INSIDE and all(a.row for a in args[:2]):
            done[node] = INSIDE[node.op](*args)
        else:
            done[node] = make(node.op, *args) if args else node
    return tuple(done[r] for r in roots)


def _tilted(log_q: Node, w: Node) -> tuple[Node, ...]:
    """How `stabilise` writes log q + w: w = t/s as it is, or less its entry where the sum is greatest."""
    ahead = log_q + w
    if w.op != "div":
        return (ahead,)
    t, s = w.args
    return ahead, log_q + make("less_leader", t, ahead) / s


def normalised_once(roots: Sequence[Node]) -> tuple[Node, ...]:
    """The trees with log Σ q e^w read off p ∝ q e^w, where that row is normalised anyway."""
    rows = {n for n in in_order(roots) if n.op == "log_softmax"}
    done: dict[Node, Node] = {}
    for node in in_order(roots):
        args = tuple(done[a] for a in node.args)
        tilted = _tilted(node.args[1], node.args[0]) if node.op == "log_mean_exp_of" else ()
        known = next((log_softmax(x) for x in tilted if log_softmax(x) in rows), None)
        if known is not None and known in done:
            done[node] = make("log_mean_exp_by", *args, done[known])
        else:
            done[node] = make(node.op, *args) if args else node
    return tuple(done[r] for r in roots)


def finished(roots: Sequence[Node], finish: tuple[Rule, ...] = FINISH) -> tuple[Node, ...]:
    """Stable trees as code computes them."""
    first, last = (tuple(r for r in finish if (r in LATE) is late) for late in (False, True))
    return normalised_once(shared(stabilise(stabilise(roots, first), last)))
