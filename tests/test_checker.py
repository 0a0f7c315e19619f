"""Hand algebra in, verdicts out: no false step proven, no true step refuted, every figure of the lecture judged."""

import json
import math
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from time import perf_counter

import pytest
import sympy

from symrlhf.checker import Report, check, process
from symrlhf.checker.findings import Judged, Task
from symrlhf.checker.process import Worker
from symrlhf.checker.report import Document
from symrlhf.checker.statements import Claim, Gap, read_text
from symrlhf.setting import KL, Declaration, E, H, Policy, Setting
from symrlhf.term import Eq, Implies, Le, Sym, exp, log, sigmoid


def verdicts(text: str) -> list[str]:
    return [s.verdict for s in check(text, timeout=None).steps]


def only(text: str) -> Report:
    """A text of one step, or its last one after definitions and hypotheses."""
    return check(text, timeout=None)


# ------------------------------------------------------------------ what a text claims


TEXT = """# Notes
Bradley-Terry in one line:
exp(r_w)/(exp(r_w) + exp(r_l)) == 1/(1 + exp(-(r_w - r_l)))
  == sigmoid(r_w - r_l)   # done
Which simplifies to
  <= sigmoid(r_l - r_w).

# symrlhf: positive p q; let Z = Sum(y, pi_ref(y)*exp(r(y)/beta))
assume a > 0 and b > 0, 0 < c < 1
let z be real
log(
  a*b  # over two lines
) = log(a) + log(b)
so a*b == b*a;
f(t) := log(1 + exp(t))
a == 1 => 2*a == 2
"""


def test_every_claim_of_a_text_has_its_place_and_its_kind() -> None:
    rows = [(c.line, c.column, c.kind, c.lhs, c.relation.op, c.rhs) for c in read_text(TEXT) if isinstance(c, Claim)]
    assert rows == [
        (3, 32, "step", "exp(r_w)/(exp(r_w) + exp(r_l))", "=", "1/(1 + exp(-(r_w - r_l)))"),
        (4, 3, "step", "1/(1 + exp(-(r_w - r_l)))", "=", "sigmoid(r_w - r_l)"),
        (6, 3, "step", "sigmoid(r_w - r_l)", "<=", "sigmoid(r_l - r_w)"),
        (8, 32, "definition", "Z", "=", "Sum(y, pi_ref(y)*exp(r(y)/beta))"),
        (9, 10, "hypothesis", "a", ">", "0"),
        (9, 20, "hypothesis", "b", ">", "0"),
        (9, 27, "hypothesis", "0", "<", "c"),
        (9, 31, "hypothesis", "c", "<", "1"),
        (13, 3, "step", "log(\n  a*b                  \n)", "=", "log(a) + log(b)"),
        (14, 8, "step", "a*b", "=", "b*a"),
        (15, 6, "definition", "f(t)", "=", "log(1 + exp(t))"),
        (16, 8, "step", "a == 1", "implies", "2*a == 2"),
    ]


def test_a_chain_remembers_where_it_starts_and_what_is_assumed() -> None:
    claims = [c for c in read_text(TEXT) if isinstance(c, Claim)]
    r_w, r_l = Sym("r_w"), Sym("r_l")
    assert [c.start for c in claims[:2]] == [exp(r_w) / (exp(r_w) + exp(r_l))] * 2
    assert len(claims[8].hypotheses) == 4
    assert claims[8].setting.definition("Z") is not None
    assert claims[0].setting.definition("Z") is None


GAPS: list[tuple[str, int, int, str]] = [
    ("== b", 1, 1, "nothing stands before this =="),
    ("a == b\n\n== c", 3, 1, "nothing stands before this =="),
    ("log(a == 2", 1, 4, "this '(' is never closed"),
    ("a) == 2", 1, 2, "this ')' closes nothing"),
    ("[a) == 2", 1, 3, "this ')' closes nothing"),
    ("exp(a == b)", 1, 5, "a relation inside a formula is not mathematics as it is read here"),
    ("a ==", 1, 5, "expected an expression"),
    ("foo(a) == 2", 1, 1, "unknown function 'foo'; known: "),
    ("the rate is a = b here", 1, 5, "expected an expression; "),
    ("assume pi_ref is uniform", 1, 8, "expected a hypothesis such as beta > 0 or a == b"),
    ("let W = W + 1", 1, 9, "W is defined by itself"),
    ("let L = log(pi(y))", 1, 5, "L varies with y: write L(y)"),
    ("let exp(z) = z", 1, 5, "exp is a function and keeps its meaning"),
    ("let 2 = z", 1, 5, "'2' is not a name as it is read here"),
    ("# symrlhf: complex z", 1, 12, "expected real, positive, "),
    ("# symrlhf: real", 1, 12, "expected names after real"),
    ("x*r(x, y) == x", 1, 11, "x is used as a number and as a prompt or response: rename one"),
    ("a == b => c == d => e == f", 1, 18, "one arrow a line: start the next line with it"),
]


@pytest.mark.parametrize(("text", "line", "column", "message"), GAPS, ids=[row[0] for row in GAPS])
def test_what_cannot_be_read_is_told_with_its_place(text: str, line: int, column: int, message: str) -> None:
    gaps = [c.error for c in read_text(text) if isinstance(c, Gap)]
    assert [(g.line, g.column) for g in gaps[:1]] == [(line, column)]
    assert gaps[0].message.startswith(message)


@pytest.mark.parametrize(
    "text",
    ["", "\n\n", "# only a comment", "Multiply both sides by (a + b).", "hence", "with pi_ref uniform", "a*b"],
)
def test_prose_claims_nothing(text: str) -> None:
    assert read_text(text) == ()


def test_a_line_after_an_unreadable_one_is_judged_as_far_as_it_can_be() -> None:
    report = only("a == foo(a)\n  == a\n  == a + 0")
    assert [s.verdict for s in report.steps] == ["unreadable", "unreadable", "proven"]
    assert report.steps[1].reason == "its left side, on line 1, could not be read"


# ------------------------------------------------------------------ the gate

TRUE = """
exp(r_w)/(exp(r_w) + exp(r_l)) == 1/(1 + exp(-(r_w - r_l))) == sigmoid(r_w - r_l)
sigmoid(r_w - r_l)/sigmoid(r_l - r_w) == (1 + exp(r_w - r_l))/(1 + exp(-(r_w - r_l))) == exp(r_w - r_l)
diff(softplus(z), z) == e**z/(1 + e**z) == sigmoid(z)
diff(softplus(z), z, 2) == sigmoid(z)*(1 - sigmoid(z))
log(sigmoid(z)) == -softplus(-z)
tanh(z/2) == 2*sigmoid(z) - 1
E(pi, pi_ref(y)/pi(y)) == 1
KL(pi, pi_ref) == H(pi, pi_ref) - H(pi)
Sum(y, pi(y)*log(pi(y)/pi_ref(y))) == KL(pi, pi_ref)
sqrt(z**2) == abs(z)
log(a*b) == log(a) + log(b)
a**2 + b**2 >= 2*a*b
sigmoid(z) < 1
a == 1 => 2*a == 2
let P = sigmoid(Delta/beta)
Delta/beta == log(P/(1 - P))
let L_dpo(u) = -log(sigmoid(beta*u))
L_dpo(0) == log(2)
diff(L_dpo(t), t) == -beta*sigmoid(-beta*t)
let Z(x) = Sum(y, pi_ref(y | x)*exp(r(x, y)/beta))
let tilted(y, x) = pi_ref(y | x)*exp(r(x, y)/beta)/Z(x)
Sum(y, tilted(y, x)) == 1
log(tilted(y, x)/pi_ref(y | x)) == r(x, y)/beta - log(Z(x))
beta*log(tilted(y_w, x)/pi_ref(y_w | x)) - beta*log(tilted(y_l, x)/pi_ref(y_l | x)) == r(x, y_w) - r(x, y_l)
"""

FALSE = """
exp(r_w - r_l) == exp(r_l)/exp(r_w)
diff(diff(H(pi), pi(y)), pi(y)) == 1/pi(y)
1 - sigmoid(z) == sigmoid(z)
KL(pi, pi_ref) == H(pi) - H(pi, pi_ref)
KL(pi, pi_ref) <= 0
diff(log(sigmoid(beta*z)), z) == sigmoid(-beta*z)
sqrt(z**2) == z
log(a + b) == log(a) + log(b)
E(pi, r)*E(pi, r) == E(pi, r(y)**2)
a**2 == 1 => a == 1
sigmoid(z) > 1/2
pi(y_w) == pi(y_l)
"""


def steps_of(lines: str) -> list[str]:
    """Lines alone, with the definitions above them."""
    out: list[str] = []
    above = ""
    for line in lines.strip().splitlines():
        if line.startswith("let"):
            above += line + "\n"
        else:
            out.append(above + line)
    return out


@pytest.mark.parametrize("text", steps_of(TRUE))
def test_a_true_step_is_proven(text: str) -> None:
    assert set(verdicts(text)) <= {"proven", "assumed"}


@pytest.mark.parametrize("text", steps_of(FALSE))
def test_a_false_step_is_refuted_with_a_point(text: str) -> None:
    (step,) = only(text).steps
    assert step.verdict == "refuted"
    assert step.counterexample and step.values


def test_the_values_at_the_counterexample_are_right() -> None:
    """Both sides again, by Python's floats at the point the report names."""
    (step,) = only("diff(log(sigmoid(beta*z)), z) == sigmoid(-beta*z)").steps
    assert step.counterexample and step.values
    beta, z = (float(Fraction(step.counterexample[name])) for name in ("beta", "z"))
    right = 1 / (1 + math.exp(beta * z))
    assert float(Fraction(step.values["rhs"])) == pytest.approx(right, rel=1e-5)
    assert float(Fraction(step.values["lhs"])) == pytest.approx(beta * right, rel=1e-5)


def test_after_a_false_line_the_next_is_judged_on_its_own() -> None:
    assert verdicts("sigmoid(z)\n == sigmoid(-z)\n == 1 - sigmoid(z)\n == 2") == ["refuted", "proven", "refuted"]


def test_a_step_proven_under_conditions_names_them() -> None:
    (step,) = only("a/a == 1").steps
    assert (step.verdict, step.conditions) == ("proven", ("a ≠ 0",))


def test_hypotheses_are_used_and_a_false_step_meets_them() -> None:
    report = only("assume a*t + b == 0 and a != 0\nt == -b/a\nt == b/a")
    assert [s.verdict for s in report.steps] == ["assumed", "assumed", "proven", "refuted"]
    point = report.steps[-1].counterexample
    assert point is not None
    a, b, t = (Fraction(point[name]) for name in "abt")
    assert a * t + b == 0 != a
    assert t != b / a


@pytest.mark.parametrize("declared", ["# symrlhf: positive z", "let z be positive", "assume z > 0"])
def test_what_is_declared_of_a_symbol_is_used(declared: str) -> None:
    assert verdicts(f"{declared}\nabs(z) == z")[-1] == "proven"
    assert verdicts("abs(z) == z") == ["refuted"]


def test_what_a_function_depends_on_decides_its_derivative() -> None:
    text = "# symrlhf: function f; f depends on phi\ndiff(f(2), phi) == 0\ndiff(f(2), psi) == 0"
    assert verdicts(text) == ["refuted", "proven"]


def test_a_second_definition_opens_a_new_scope() -> None:
    text = "let c = 1\nassume d == c\nd == 1\nlet c = 2\nd == 1\nc == 2"
    assert verdicts(text) == ["assumed", "assumed", "proven", "assumed", "refuted", "proven"]


def test_an_equation_may_follow_from_proven_ones_but_never_from_a_refuted_one() -> None:
    assert verdicts("a == b\na + 1 == b + 1") == ["refuted", "refuted"]


# ------------------------------------------------------------------ ill-formed, contradictory, unread


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1/(beta - beta) == 7", "ill-formed: 1/(β − β) = 7: division by zero"),
        ("1/0 == 3", "ill-formed: 1/0 = 3: division by zero"),
        ("log(-1) == 0.5", "ill-formed: log(−1) is undefined: log of a number that is ≤ 0"),
    ],
)
def test_an_ill_formed_step_is_an_error_of_the_document_and_never_proven(text: str, reason: str) -> None:
    report = only(text)
    (step,) = report.steps
    assert (step.verdict, step.reason, report.status) == ("undecided", reason, 3)
    assert [e.message for e in report.documents[0].errors] == [reason]


def test_contradictory_hypotheses_are_reported_once_and_prove_nothing() -> None:
    report = only("assume a > 0\nassume a < 0\na == a + 1\na == a")
    assert [s.verdict for s in report.steps] == ["assumed", "assumed", "undecided", "undecided"]
    (error,) = report.documents[0].errors
    assert (error.line, error.message.startswith("contradictory hypotheses: ")) == (2, True)
    assert report.status == 3


def test_a_step_that_is_false_without_an_unread_hypothesis_is_undecided() -> None:
    report = only("assume pi_ref is uniform\npi_ref(y_w) == pi_ref(y_l)\na == a")
    assert [s.verdict for s in report.steps] == ["unreadable", "undecided", "proven"]
    assert report.steps[1].reason == "false as it stands, but the hypothesis on line 1 could not be read"


# ------------------------------------------------------------------ decimals

FIGURES: list[tuple[str, str, str, str | None]] = [
    # The lecture's figures, catalog section 2.2.
    ("X1", "-log(sigmoid(3)) == -log(0.9526) == 0.0485", "refuted", "truncated"),
    ("X1", "-log(sigmoid(3)) == -log(0.9526) == 0.0486", "proven", "exact-rounded"),
    ("X2", "exp(-3) == 0.0498", "proven", "exact-rounded"),
    ("X2", "1 + exp(-3) == 1.0498", "proven", "exact-rounded"),
    ("X2", "1/(1 + exp(-3)) == 1/(1 + 0.0498) == 0.9526", "proven", "exact-rounded"),
    ("X4", "log(0.4/0.6) == log(0.667) == -0.4050", "proven", "chain-consistent"),
    ("X4", "log(0.4/0.6) == -0.4055", "proven", "exact-rounded"),
    ("X5", "0.5*exp(2) == 3.695", "proven", "exact-rounded"),
    ("X6", "0.5*exp(0.3) == 0.6750", "refuted", "wrong"),
    ("X6", "0.5*exp(0.1) + 0.5*exp(0.3) == 0.5526 + 0.6750 == 1.2276", "proven", "chain-consistent"),
    ("X7", "sigmoid(0.3) == 0.5744", "proven", "exact-rounded"),
    ("X8", "-log(sigmoid(0.3)) == -log(0.5744) == 0.5545", "refuted", "wrong"),
    ("X9", "-log(sigmoid(4.5)) == -log(0.9890) == 0.0111", "proven", "chain-consistent"),
    # Several in one sum: the left side lies in the range of the right.
    ("several", "0.7*log(1.4) + 0.3*log(0.5) == 0.2355 - 0.2079", "proven", "exact-rounded"),
    ("several", "0.7*log(1.4) + 0.3*log(0.5) == 0.2365 - 0.2079", "refuted", "wrong"),
    ("several", "log(2) + log(5) == 0.694 + 1.610", "refuted", "wrong"),
    ("several", "exp(0.3)/exp(0.1) == exp(0.31 - 0.11)", "proven", "exact-rounded"),
    ("several", "log(2)*log(3) == 0.69*1.10", "proven", "exact-rounded"),
    ("several", "log(2)*log(3) == 0.69*1.13", "refuted", "wrong"),
    (
        "several, not from the line before",
        "log(2/3) + log(5) == log(0.667) + log(5) == -0.4055 + 1.6094",
        "undecided",
        None,
    ),
    # Other readings.
    ("a tie holds", "1/8 == 0.12", "proven", "exact-rounded"),
    ("a tie holds", "1/8 == 0.13", "proven", "exact-rounded"),
    ("≈", "exp(2) ≈ 7.388", "refuted", "wrong"),
    ("≈", "exp(1) ≈ 2.718", "proven", "exact-rounded"),
    ("negative", "-exp(1) == -2.718", "proven", "exact-rounded"),
    ("inside", "log(0.2/0.3) == log(0.668)", "refuted", "wrong"),
    ("beside a symbol", "x/3 == 0.33*x", "proven", "exact-rounded"),
    ("a definition", "let b = 0.1\nb*log(2) == 0.0693", "proven", "exact-rounded"),
    ("a hypothesis", "assume b == 0.1\nb*log(2) == 0.0694", "refuted", "wrong"),
]


@pytest.mark.parametrize(("name", "text", "verdict", "number"), FIGURES, ids=[f"{r[0]}: {r[1]}" for r in FIGURES])
def test_a_new_decimal_stands_for_what_rounds_to_it(name: str, text: str, verdict: str, number: str | None) -> None:
    step = only(text).steps[-1]
    assert (step.verdict, step.finding.number) == (verdict, number)


def test_a_wrong_figure_is_told_with_the_right_digits() -> None:
    (step,) = only("0.5*exp(0.3) == 0.6750").steps
    assert step.reason == "0.6750 is wrong: the digits are 0.6749"
    assert step.values == {"lhs": "0.67492940", "rhs": "0.6750"}


def test_premature_rounding_is_a_warning() -> None:
    (document,) = only("-log(sigmoid(4.5)) == -log(0.9890) == 0.0111").documents
    assert [w.message for w in document.warnings] == [
        "right from the rounded line before, but the start of the chain gives 0.0110"
    ]
    assert document.status == 0


def test_a_decimal_beside_what_is_no_number_is_refuted_at_a_point() -> None:
    (step,) = only("log(pi(y)) ≈ 0.5").steps
    assert (step.verdict, step.finding.number) == ("refuted", "wrong")
    assert step.counterexample and "pi(y1)" in step.counterexample


def test_a_decimal_that_stands_on_the_left_is_exact() -> None:
    assert verdicts("0.5*a == a/2") == ["proven"]
    assert verdicts("0.33*a == a/3") == ["refuted"]
    assert verdicts("0.33*a + a == 1.34*a") != ["proven"]


def test_a_document_may_call_a_number_decimal() -> None:
    assert verdicts("decimal*log(0.2/0.3) == decimal*log(0.668)") == verdicts("z*log(0.2/0.3) == z*log(0.668)")
    assert verdicts("decimal/3 == 0.33*decimal") == ["proven"]
    assert verdicts("decimal/3 == log(0.33)") != ["proven"]


def test_a_decimal_beside_a_symbol_is_not_refuted_lightly() -> None:
    assert verdicts("x/2 == 0.49*x + w") == ["undecided"]


# ------------------------------------------------------------------ what may be checked


def test_sympy_relations_are_checked_with_the_signs_of_their_symbols() -> None:
    a, b = sympy.symbols("a b", positive=True)
    z = sympy.Symbol("z", real=True)
    report = check(
        [
            sympy.Eq(sympy.exp(a) / (sympy.exp(a) + sympy.exp(b)), 1 / (1 + sympy.exp(b - a))),
            sympy.Eq(sympy.log(a * b, evaluate=False), sympy.log(a) + sympy.log(b), evaluate=False),
            sympy.Eq(sympy.sqrt(a), a),
            sympy.Eq(sympy.log(z) + sympy.log(-z), 0, evaluate=False),
        ],
        timeout=None,
    )
    assert [s.verdict for s in report.steps] == ["proven", "proven", "refuted", "undecided"]
    assert report.steps[1].conditions == ()


def test_what_sympy_has_already_decided_is_not_checked() -> None:
    a = sympy.Symbol("a")
    (step,) = check([sympy.Eq(a, a)], timeout=None).steps
    assert step.reason.endswith("SymPy has made True of this relation: build it by Eq(a, b, evaluate=False)")


def test_terms_in_a_list_are_a_chain() -> None:
    pi, ref = Policy("pi"), Policy("pi_ref")
    report = check([KL(pi, ref), -H(pi) - E(pi, lambda y: log(ref[y])), H(pi)], timeout=None)
    assert [(s.line, s.verdict) for s in report.steps] == [(2, "proven"), (3, "refuted")]


def test_a_setting_says_what_terms_mean() -> None:
    a = Sym("a")
    claim = Eq(log(a * a), 2 * log(a))
    assert "a > 0" in check(claim, timeout=None).steps[0].conditions
    known = Setting((Declaration("a", sign="positive"),))
    assert check(claim, timeout=None, setting=known).steps[0].conditions == ()


def test_rels_implications_and_inequalities_are_checked() -> None:
    a, b = Sym("a"), Sym("b")
    report = check([Le(2 * a * b, a * a + b * b), Implies(Eq(a, 1), Eq(a + a, 2)), Eq(a, b)], timeout=None)
    assert [s.verdict for s in report.steps] == ["proven", "proven", "refuted"]


def test_a_float_is_refused() -> None:
    with pytest.raises(TypeError, match="a float is not exact"):
        check([sympy.Eq(sympy.Symbol("a"), 0.5)], timeout=None)


def test_something_else_is_refused() -> None:
    with pytest.raises(TypeError, match="check takes text, a path, SymPy relations or Terms, not object"):
        check(object(), timeout=None)


def test_an_unknown_syntax_is_refused() -> None:
    with pytest.raises(LookupError, match=r"unknown syntax 'pyton'; did you mean python or auto"):
        check("a == a", syntax="pyton")


def test_a_path_is_read(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("a == a\n", encoding="utf-8")
    assert check(path, timeout=None).ok
    assert check(str(path), timeout=None).documents[0].path == str(path)


# ------------------------------------------------------------------ the report

KEYS = [
    "line", "column", "relation", "lhs", "rhs", "verdict", "conditions", "counterexample", "values", "hint", "reason",
    "reading", "milliseconds",
]  # fmt: skip


def test_the_json_keeps_its_contract() -> None:
    data = json.loads(only("let c = 1\na/a == 1\nsigmoid(z) == sigmoid(-z)\n2*c == 2.1\nfoo(a) == 2").to_json())
    assert list(data) == ["version", "documents", "summary"]
    assert data["version"] == 1
    assert data["summary"] == {
        "documents": 1, "steps": 5, "proven": 1, "refuted": 2, "undecided": 0, "unreadable": 1, "assumed": 1,
        "status": 1,
    }  # fmt: skip
    (document,) = data["documents"]
    assert list(document) == ["path", "syntax", "steps", "warnings", "errors"]
    assert document["syntax"] == "python"
    assert [list(s)[: len(KEYS)] for s in document["steps"]] == [KEYS] * 5
    assert [s.get("number") for s in document["steps"]] == [None, None, None, "wrong", None]
    assert [s["verdict"] for s in document["steps"]] == ["assumed", "proven", "refuted", "refuted", "unreadable"]
    false = document["steps"][2]
    assert (false["line"], false["column"], false["relation"]) == (3, 12, "=")
    assert (false["lhs"], false["rhs"]) == ("sigmoid(z)", "sigmoid(-z)")
    assert false["reading"] == "σ(z) = σ(−z)"
    assert list(false["counterexample"]) == ["z"]
    assert list(false["values"]) == ["lhs", "rhs"]
    assert document["steps"][1]["counterexample"] is None
    assert document["errors"] == [
        {"line": 5, "column": 1, "message": document["steps"][4]["reason"]},
    ]


STATUSES = [
    ("a == a", 0),
    ("let c = 1", 0),
    ("a == b", 1),
    ("a == b\nfoo(a) == 1", 1),
    ("", 2),
    ("Only prose.", 2),
    (r"\begin{align} a &= a \end{align}", 0),
    (r"\begin{align} a &= a", 3),
    ("a == a\0", 2),
    ("foo(a) == 1", 3),
    ("a**4 * b**2 + a**2 * b**4 + 1 >= 3 * a**2 * b**2", 3),
    ("a == a\n1/0 == 2", 3),
]


@pytest.mark.parametrize(("text", "status"), STATUSES, ids=[repr(text) for text, _ in STATUSES])
def test_a_document_has_the_status_of_its_worst_step(text: str, status: int) -> None:
    report = only(text)
    assert (report.status, report.ok) == (status, status == 0)


def test_several_documents_have_the_worst_status_in_the_order_1_2_3_0() -> None:
    by_status = {status: only(text).documents[0] for text, status in STATUSES}
    assert Report(()).status == 0
    for worst, others in ((1, (2, 3, 0)), (2, (3, 0)), (3, (0,))):
        assert Report((*(by_status[s] for s in others), by_status[worst])).status == worst


def test_the_text_shows_line_caret_verdict_counterexample_and_hint() -> None:
    lines = only("a/a == 1\n1 - sigmoid(z) == sigmoid(z)").text().splitlines()
    assert lines[0] == "text:1: ✓ proven   a/a = 1"
    assert lines[1] == "    where a ≠ 0"
    assert lines[2] == "text:2: ✗ refuted   1 - sigmoid(z) = sigmoid(z)"
    assert lines[3:5] == ["    1 - sigmoid(z) == sigmoid(z)", "                   ^"]
    assert lines[5].startswith("    at z = ")
    assert lines[6] == "    hint (sigma-arg): σ(z) should be σ(−z); 1 − σ(z) = σ(−z) is proven"
    assert lines[7] == "2 steps: 1 proven (1 under conditions), 1 refuted"


def test_explaining_shows_the_reading_and_the_hypotheses() -> None:
    text = only("assume a > 0\ne**log(a) == a").text(explain=True)
    assert "    read as: exp(log a) = a\n    given: a > 0\n" in text


def test_colour_is_asked_for() -> None:
    report = only("a == a")
    assert "\033[" in report.text(color=True)
    assert "\033[" not in report.text()


def test_github_annotations_escape_what_they_must() -> None:
    report = Report((Document("a,b.txt", "python", only("a == b + 1").documents[0].steps),))
    (line,) = report.github().splitlines()
    assert line.startswith("::error file=a%2Cb.txt,line=1,col=3::refuted: a = b + 1; at ")


def test_a_notebook_shows_a_table_without_markup_from_the_document() -> None:
    html = only("a < b")._repr_html_()
    assert html.startswith("<table>")
    assert "a < b" not in html
    assert "a &lt; b" in html


# ------------------------------------------------------------------ bounds

SAME = Task(Eq(Sym("a"), Sym("a")), Setting())


def saying(*said: str) -> str:
    """A checking process that says these things, then nothing for a minute."""
    return "\n".join(
        (
            "import pickle, sys, time",
            "sys.path.insert(0, sys.argv[1])",
            "from symrlhf.checker.findings import Finding",
            *(f"pickle.dump({s}, sys.stdout.buffer)" for s in said),
            "sys.stdout.flush()",
            "time.sleep(60)",
        )
    )


def test_a_step_without_end_is_undecided_in_time_and_the_next_is_still_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    worker = Worker()
    with monkeypatch.context() as patch:
        patch.setattr(process, "PROGRAM", saying("'ready'"))
        judged = worker.judge(SAME, 0.2)
    assert (judged.finding.verdict, judged.finding.reason) == ("undecided", "no answer within 0.2 s")
    assert worker.judge(SAME, 30).finding.verdict == "proven"
    worker.stop()


def test_a_verdict_is_kept_when_the_search_for_a_hint_has_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "PROGRAM", saying("'ready'", "Finding('refuted', 'at a = 1')"))
    judged = Worker().judge(SAME, 0.2)
    assert (judged.finding.verdict, judged.finding.reason, judged.hint) == ("refuted", "at a = 1", None)


def test_the_checking_process_is_kept_and_its_memory_bounded() -> None:
    assert check("a == a").ok
    worker = process._idle[-1]
    pid = worker.start().pid
    assert check("a == b").status == 1
    assert process._idle[-1].start().pid == pid
    limits = Path(f"/proc/{pid}/limits")
    if limits.exists():
        (row,) = [line for line in limits.read_text().splitlines() if line.startswith("Max address space")]
        assert int(row.split()[3]) <= 1 << 30


def test_a_process_that_dies_is_told_with_its_last_words(monkeypatch: pytest.MonkeyPatch) -> None:
    dying = "import pickle, sys; pickle.dump('ready', sys.stdout.buffer); sys.exit('out of luck')"
    monkeypatch.setattr(process, "PROGRAM", dying)
    worker = Worker()
    judged = worker.judge(SAME, 30)
    assert isinstance(judged, Judged)
    assert (judged.finding.verdict, judged.finding.reason) == ("undecided", "the kernel failed: out of luck")


def test_a_process_that_does_not_start_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "PROGRAM", "raise SystemExit('no kernel here')")
    with pytest.raises(OSError, match="the checking process did not start: no kernel here"):
        Worker().judge(SAME, 30)


def test_a_file_in_the_readers_folder_does_not_stand_in_for_a_module(tmp_path: Path) -> None:
    (tmp_path / "pickle.py").write_text("raise SystemExit('hijacked')")
    (tmp_path / "notes.txt").write_text("a == a\n")
    code = "import sys; from symrlhf.cli import main; sys.exit(main(['check', 'notes.txt']))"
    run = subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=tmp_path, env=os.environ, capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stderr) == (0, "")


HOSTILE = {
    "nesting": "a == " + "(" * 50_000 + "a" + ")" * 50_000,
    "open brackets": "a == " + "(" * 100_000,
    "a tower": "10**10**10 == 1",
    "exponentials": "exp(exp(exp(exp(exp(10))))) == 1",
    "a huge exponential": "exp(10**9) == 0.0",
    "a wide power": "(a + b + c + d + p + q)**90 == 3",
    "code": "z + __import__('os').system('touch canary') == z",
    "signs alone": "== ==\n= = =\n:= 3\nlet = 3\nlet x =\nassume\n# symrlhf: ;;let;f depends on\n",
    "another script": "𝔼[💥] == ∫∂\n‮ == b",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_hostile_text_is_answered_within_five_seconds(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    began = perf_counter()
    report = check(text)
    assert perf_counter() - began < 5
    assert not {s.verdict for s in report.steps} & {"proven"}
    assert list(tmp_path.iterdir()) == []


def test_a_step_is_equal_to_itself_in_any_process() -> None:
    text = "sigmoid(z) == sigmoid(-z)\nlog(a*b) == log(a) + log(b)\nexp(1) ≈ 2.72"
    here, there = check(text, timeout=None), check(text)
    assert [s.finding for s in here.steps] == [s.finding for s in there.steps]
    assert [s.hint for s in here.steps] == [s.hint for s in there.steps]


def test_reading_a_sigmoid_is_the_same_from_text_and_from_terms() -> None:
    z = Sym("z")
    assert only("sigmoid(z) == 1").steps[0].statement == Eq(sigmoid(z), 1)


def test_a_formula_too_long_for_the_name_of_a_file_is_a_text() -> None:
    (document,) = check(r"\[" + "(" * 50_000 + r"\]").documents
    assert document.errors and not any(s.verdict == "proven" for s in document.steps)


def test_what_a_message_advises_is_read_in_the_same_syntax() -> None:
    (before,) = check("2x + y = y + 2x\n").documents
    assert "declare it, symrlhf: real y" in before.errors[0].message
    (after,) = check("# symrlhf: real y\n2x + y = y + 2x\n").documents
    assert [s.verdict for s in after.steps] == ["proven"]
