"""What has few values, such as a reward in {0, 1}: its powers, and what must not follow from that."""

from __future__ import annotations

import pytest

from symrlhf.checker import check
from symrlhf.checker.statements.few import values_of
from symrlhf.errors import RuleViolation
from symrlhf.kernel import rules as kernel
from symrlhf.kernel.cross import cross_check
from symrlhf.kernel.decide import Proved, Refuted
from symrlhf.kernel.inequality import slope
from symrlhf.kernel.statement import Statement
from symrlhf.rational import Q
from symrlhf.setting import Declaration, Policy, Reward, Setting
from symrlhf.term import Abs, Eq, Ge, Le, Rel, Sum, Sym, diff, log, sqrt

bit, sign, half, x, theta = (Sym(n) for n in ("bit", "sign", "half", "x", "theta"))
pi, won = Policy("pi"), Reward("won")
y = pi.index("y")
SETTING = Setting().declare(
    Declaration("bit", sign="nonnegative", values=(Q(0), Q(1))),
    Declaration("sign", sign="nonzero", values=(Q(-1), Q(1))),
    Declaration("half", sign="nonnegative", values=(Q(0), Q(1, 2), Q(1))),
    Declaration("won", sign="nonnegative", values=(Q(0), Q(1)), depends=frozenset({"theta"})),
    Declaration("pi", sign="positive", distribution=True),
)

HOLD = [
    Eq(bit**5, bit),
    Eq((1 - bit) ** 2, 1 - bit),
    Eq(1 / sign, sign),
    Eq(sign**7, sign),
    Eq(Abs(sign), 1),
    Eq(half**3, (3 * half**2 - half) / 2),
    Eq(Sum(y, pi[y] * won[y] ** 2), Sum(y, pi[y] * won[y])),
    Eq(Sum(y, won[y]) ** 2, Sum(y, won[y] ** 2) * Sum(y, won[y] ** 3)),
    Ge(bit * (1 - bit), 0),
    Eq(sqrt((1 + bit) * (2 + bit)), sqrt(1 + bit) * sqrt(2 + bit)),
    Eq(diff(bit**3, bit), 3 * bit),
]
FAIL = [
    Eq(bit**2, 1),
    Eq(sign**3, 1),
    Eq(half**2, half),
    Eq(Sum(y, won[y]) ** 2, Sum(y, won[y])),
    Eq(diff(bit**2, bit), diff(bit, bit)),
    Eq(diff(won[y] ** 2, theta), diff(won[y], theta)),
    Le(half, half**2),
    Eq(1 / (1 + bit), 1 - bit),
    Eq(log(1 + bit), bit),
]


@pytest.mark.parametrize("relation", HOLD, ids=str)
def test_powers_of_few_values(relation: Rel) -> None:
    assert isinstance(cross_check(relation, SETTING), Proved)


@pytest.mark.parametrize("relation", FAIL, ids=str)
def test_what_few_values_do_not_say(relation: Rel) -> None:
    assert isinstance(cross_check(relation, SETTING), Refuted)


def test_what_holds_at_few_values_is_not_differentiated() -> None:
    with pytest.raises(RuleViolation, match="bit may lie on the boundary"):
        kernel.differentiate(kernel.compute(SETTING, Eq(bit**2, bit)), bit)
    with pytest.raises(RuleViolation, match="sign has few values"):
        kernel.differentiate(kernel.compute(SETTING, Eq(sign**2, 1)), sign)
    with pytest.raises(RuleViolation, match="won has few values"):
        kernel.differentiate(kernel.compute(SETTING, Eq(won[y] ** 2, won[y])), theta)


def test_a_slope_needs_the_values_between() -> None:
    value = kernel.compute(SETTING, Eq(x - x, 0))
    with pytest.raises(RuleViolation, match="no values between 0 and 1"):
        slope(SETTING, Ge(bit**2, 0), bit, x - x, value, value)


def test_what_replaces_it_has_the_same_values() -> None:
    theorem = kernel.compute(SETTING, Eq(bit**2, bit))
    made = kernel.instantiate(theorem, {"bit": x}, SETTING)
    assert Statement.of(Eq((x - 0) * (x - 1), 0)) in made.conditions
    assert not kernel.instantiate(theorem, {"bit": 1 - bit}, SETTING).conditions[1:]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (r"\{0,1\}", (0, 1)),
        (r"\left\{ 0, 1 \right\}", (0, 1)),
        ("{−1, +1}", (-1, 1)),
        (r"\{0,\tfrac12,1\}", (0, Q(1, 2), 1)),
        ("{0, 1/2, 1}", (0, Q(1, 2), 1)),
        (r"\{0,1\}^n", (0, 1)),
        ("{a, b}", None),
        ("{1, …, n}", None),
        ("{0}", None),
        ("(0, 1)", None),
    ],
)
def test_the_values_of_a_set(text: str, values: tuple[object, ...] | None) -> None:
    assert values_of(text) == values


LETTER = {"proven": "p", "refuted": "r", "undecided": "u", "unreadable": "u"}

DOCUMENTS = [
    (
        "rewards of a group",
        r"Let $c_1,\dots,c_n\in\{0,1\}$ and $m=\frac1n\sum_{j=1}^n c_j$." "\n"
        r"\[ \frac1n\sum_{j=1}^n c_j^3 = m \] \[ \frac1n\sum_{j=1}^n (c_j-m)^2 = m-m^2 \]"
        r"\[ \frac1n\sum_{j=1}^n (c_j-m)^2 = m \]",
        "ppr",
    ),
    (
        "one entry of a group",
        r"Let $S_1,\dots,S_K\in\{0,1\}$, $m=\frac1K\sum_{i=1}^{K}S_i$, $0<m<1$, $z_i=\frac{S_i-m}{\sqrt{m(1-m)}}$."
        "\n\\begin{align*} z_i &= \\frac{1-m}{\\sqrt{m(1-m)}} \\quad\\text{if } S_i=1, \\\\"
        "z_i &= \\frac{m}{\\sqrt{m(1-m)}} \\quad\\text{if } S_i=0, \\\\ \\sum_{i=1}^{K} z_i^2 &= K. \\end{align*}",
        "pup",  # that S_i = 0 is said of one i alone is not sure where the sums run over a set
    ),
    (
        "a reward of responses",
        "Verifiable rewards: r(x, y) ∈ {0, 1}. Let P = E_{y~π}[r(x, y)].\n\n"
        "E_{y~π}[(r(x, y) − P)^2] = P·(1 − P)\n\nE_{y~π}[r(x, y)^2] = P^2\n",
        "pr",
    ),
    ("a label", "Let c ∈ {−1, 1}.\n\nc^2 = 1\n\nc^3 = c\n\nc = 1\n", "ppr"),
    ("in words", "A score s in {0, 1} has s^2 = s. The labels u_1, …, u_n take values in {0, 1}: u_i^2 = u_i.", "pp"),
    ("a case of its own", "For t ∈ {0, 1}: t^2 = t.\n\nt^2 = t\n", "pu"),
    ("real again", "Let s ∈ {0, 1}. Then s^2 = s.\n\nNow let s ∈ [0, 1]. Then s^2 = s.\n", "pu"),
    ("real at once", "Let s ∈ {0, 1}. Then s^2 = s.\n\nNow let s be real. Then s^2 = s.\n", "pu"),
    ("one of many", "Some response y has r(y) ∈ {0, 1}.\n\nΣ_y r(y)^2 = Σ_y r(y)\n", "u"),
    ("an entry", "Let r(y_w) ∈ {0, 1}.\n\nr(y_l)^2 = r(y_l)\n\nr(y_w)^3 = r(y_w)\n", "uu"),
    ("a conclusion", "Hence h ∈ {0, 1}. Then h^2 = h.", "r"),
    ("by chance", "Let b ∈ {0, 1} be random with mean q.\n\nb = q\n", "u"),
    ("no interval is a set", "Let w ∈ (0, 1).\n\nw^2 = w\n", "r"),
    ("slopes do not know it", "Let R ∈ {0, 1}.\n\nd/dR R^2 = 1\n\nd/dR (R^2 − R) = 0\n", "rr"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "verdicts"), [row[1:] for row in DOCUMENTS], ids=[row[0] for row in DOCUMENTS])
def test_documents_with_few_values(text: str, verdicts: str) -> None:
    syntax = "latex" if "\\" in text else "text"
    judged = [s.verdict for s in check(text, syntax=syntax).steps]
    assert "".join(LETTER[v] for v in judged if v in LETTER) == verdicts
