"""Writing derivations: what is accepted, what is refused, and how it is said."""

from __future__ import annotations

import contextlib
import sys
import traceback
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from symrlhf import (
    KL,
    Data,
    E,
    Eq,
    Ge,
    Gt,
    Le,
    Lines,
    Policy,
    Positive,
    Rational,
    Real,
    Reward,
    Sum,
    by,
    derivation,
    diff,
    exp,
    given,
    let,
    limit,
    load,
    log,
    nonnegative,
    oo,
    sigmoid,
    softplus,
    sqrt,
    start,
)
from symrlhf.authoring import Derivation
from symrlhf.errors import (
    IllFormed,
    InconsistentHypotheses,
    MoveFailed,
    RuleViolation,
    StepError,
    StepNotByMove,
    StepRefuted,
    StepUndecided,
)
from symrlhf.steps import differentiate, divide_through, expand, exponents, isolate, sum_over, take_logs
from symrlhf.term import Term


def prove(function: Callable[..., Lines]) -> Derivation:
    made = derivation("under test")(function)
    _ = made.lines
    return made


def test_what_is_sent_back_is_the_theorem_of_the_line() -> None:
    seen: list[object] = []

    def lines(a: Real, b: Real) -> Lines:
        seen.append((yield exp(a) * exp(b)))
        seen.append((yield exponents))

    result = prove(lines).result
    assert seen[-1] is result
    assert result.relation == Eq(*(result.lhs, result.rhs))
    assert repr(result.rhs) == "exp((a + b))"


def test_a_false_line_is_raised_with_a_counterexample() -> None:
    def lines(r_w: Real, r_l: Real) -> Lines:
        yield exp(r_w) / (exp(r_w) + exp(r_l)), "the model"
        yield 1 / (1 + exp(r_w - r_l)), "divide by exp(r_w)"

    with pytest.raises(StepRefuted) as caught:
        prove(lines)
    assert str(caught.value).startswith("exp(r_w)/(exp(r_w) + exp(r_l)) = 1/(1 + exp(r_w − r_l)) is false at ")
    assert "left " in str(caught.value) and ", right " in str(caught.value)


def last_line_in_this_file() -> str:
    frames = traceback.extract_tb(sys.exc_info()[2])
    return [f.line or "" for f in frames if f.filename == __file__][-1]


def test_the_traceback_ends_at_the_authors_line_even_if_the_error_is_caught() -> None:
    def lines(a: Real) -> Lines:
        yield exp(a), "start"
        with contextlib.suppress(StepError):
            yield exp(-a), "the false line"

    with pytest.raises(StepRefuted):
        prove(lines)
    try:
        prove(lines)
    except StepRefuted:
        assert last_line_in_this_file() == 'yield exp(-a), "the false line"'


def test_a_true_line_that_is_not_what_the_move_gives_is_refused() -> None:
    def lines(a: Real) -> Lines:
        yield sigmoid(a) - sigmoid(a) + exp(a) * exp(a)
        yield exp(2 * a) + 0 * a, exponents
        yield Eq(diff(a**2, a), 2 * a)
        yield Eq(diff(a**3, a), 3 * a**2), differentiate(a)

    with pytest.raises(StepNotByMove, match="is true, but differentiate gives"):
        prove(lines)


def test_an_undecided_line_says_what_was_tried() -> None:
    def lines(pi: Policy, q: Policy) -> Lines:
        y = pi.index("y")
        yield Le(Sum(y, pi[y] ** 2) * Sum(y, q[y] ** 2), 1), "true, but beyond the inequalities known so far"

    with pytest.raises(StepUndecided, match=r"is undecided; tried: .*certificate"):
        prove(lines)


def test_a_move_without_effect_says_what_it_looked_for() -> None:
    def lines(a: Real) -> Lines:
        yield a + 1
        yield expand

    with pytest.raises(MoveFailed, match="expand found nothing to do: it looks for a product with a bracket"):
        prove(lines)


def test_a_float_operand_is_refused_with_a_way_out() -> None:
    def lines(a: Real) -> Lines:
        yield a * 0.5  # pyright: ignore[reportOperatorIssue]

    message = r"a float is not exact: write x/3, Rational\(1, 3\) or Decimal\('0.10'\) instead of 0.5"
    with pytest.raises(TypeError, match=message):
        prove(lines)


@pytest.mark.parametrize("number", [2, Rational(1, 3), Decimal("0.10")])
def test_exact_numbers_are_operands(number: Term | int | Decimal) -> None:
    def lines(a: Real) -> Lines:
        yield a * number
        yield a * number + 0 * a, "adding nothing"

    assert prove(lines).result.conditions == ()


def test_lines_print_as_written() -> None:
    def lines(a: Real, b: Real) -> Lines:
        yield exp(-(a - b))
        yield Eq(exp(log(a)), exp(log(a)))

    first, second = prove(lines).lines
    assert str(first.display.rhs) == "exp(−(a − b))"
    assert str(second.display.rhs) == "exp(log a)"
    assert [str(c.relation) for c in second.theorem.conditions] == ["a > 0"]


def test_undefined_everywhere_is_ill_formed() -> None:
    def lines(beta: Positive) -> Lines:
        yield Eq(1 / (beta - beta), 7), "nonsense"

    with pytest.raises(IllFormed, match="division by zero"):
        prove(lines)


def test_contradictory_hypotheses_are_reported() -> None:
    def lines(a: Real) -> Lines:
        yield Gt(a, 0), given("a is positive")
        yield Gt(-a, 0), given("and negative")
        yield Eq(a, log(exp(a))), "anything"
        yield Eq(log(a), log(a)), "anything that uses them"

    with pytest.raises(InconsistentHypotheses, match="no point was found that meets all hypotheses together"):
        prove(lines)


def test_both_sides_of_the_constraint_may_not_be_differentiated() -> None:
    from symrlhf.steps import differentiate_both_sides

    def lines(pi: Policy, r: Reward) -> Lines:
        y, k = pi.index("y"), pi.index("k")
        yield Eq(Sum(y, pi[y] * r[y]), Sum(y, pi[y] * r[y]) * Sum(y, pi[y])), "the sum is 1"
        yield differentiate_both_sides(pi[k])

    with pytest.raises((RuleViolation, StepRefuted, StepUndecided)):
        prove(lines)


def test_a_theorem_is_cited_with_terms_for_its_parameters() -> None:
    bradley_terry_to_sigmoid = load("bradley-terry-to-sigmoid")

    def lines(r: Reward, pi: Policy) -> Lines:
        y_w, y_l = pi.element("y_w"), pi.element("y_l")
        yield by(bradley_terry_to_sigmoid, r_w=r[y_w], r_l=r[y_l])

    (line,) = prove(lines).lines
    assert str(line.display) == "exp(r(y_w))/(exp(r(y_w)) + exp(r(y_l))) = σ(r(y_w) − r(y_l))"
    assert line.cites == ("Bradley–Terry to sigmoid",)

    def misspelt(r: Reward) -> Lines:
        yield by(bradley_terry_to_sigmoid, r_winner=Rational(1))

    with pytest.raises(TypeError, match="has no r_winner; it is stated for r_w, r_l"):
        prove(misspelt)


def test_a_missing_annotation_says_what_to_write() -> None:
    def lines(a) -> Lines:  # type: ignore[no-untyped-def]
        yield a

    with pytest.raises(TypeError, match="parameter a needs an annotation such as Real"):
        prove(lines)


def test_a_function_that_yields_nothing_is_refused_where_it_is_written() -> None:
    def lines(a: Real) -> Lines:
        return a  # type: ignore[return-value]

    with pytest.raises(TypeError, match="lines has no yield: each line of a derivation is yielded"):
        derivation("under test")(lines)


def test_a_number_is_a_line() -> None:
    def lines(pi: Policy) -> Lines:
        yield KL(pi, pi)
        yield 0, "a policy does not diverge from itself"

    assert str(prove(lines).result.relation) == "D_KL(π ‖ π) = 0"


SLIPS: dict[str, tuple[Callable[..., Any], str]] = {
    "a comparison": (lambda a: a == a, "== compares how two terms are written and gives True or False: write Eq(a, b)"),
    "no arguments": (
        lambda a: differentiate,
        "differentiate is a function, not yet a move or a term: write differentiate(...)",
    ),
    "a list": (lambda a: [1], "a line is made of one term or relation, one move or reason, and words; not [1]"),
    "a float": (lambda a: 0.5, "a line is made of one term or relation, one move or reason, and words; not 0.5"),
    "no relation": (lambda a: (a, given()), "given() needs a relation to assume, such as Eq(a, b)"),
    "a name": (
        lambda a: by("sigmoid-slope"),  # type: ignore[arg-type]
        "by() takes a derivation, not its name: import it, or write by(load('sigmoid-slope'))",
    ),
}
"""What may be yielded by mistake, and what is said."""


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_of_python_is_raised_at_the_authors_line_with_what_to_write(slip: str) -> None:
    yielded, message = SLIPS[slip]

    def lines(a: Real) -> Lines:
        yield yielded(a)

    with pytest.raises(TypeError) as caught:
        prove(lines)
    assert str(caught.value) == message
    assert "yield yielded(a)" in [f.line for f in traceback.extract_tb(caught.value.__traceback__)]


def test_the_traceback_of_a_false_line_has_nothing_below_it() -> None:
    def lines(a: Real) -> Lines:
        yield a
        yield a + 1

    with pytest.raises(StepRefuted) as caught:
        prove(lines)
    assert traceback.extract_tb(caught.value.__traceback__)[-1].line == "yield a + 1"


def test_a_line_of_the_derivation_itself_is_not_cited() -> None:
    def lines(a: Real) -> Lines:
        line = yield Eq(a, 1), given()
        yield by(line)  # type: ignore[arg-type]

    with pytest.raises(TypeError, match=r"a line of this one is used by a move, as in substitute\(line\)"):
        prove(lines)


def test_a_false_line_beside_a_move_is_told_what_the_move_gives() -> None:
    def lines(h: Real, beta: Positive) -> Lines:
        yield diff(-log(sigmoid(beta * h)), h)
        yield -beta * sigmoid(beta * h), differentiate(h)

    with pytest.raises(StepRefuted, match=r"; differentiate gives −β σ\(−β h\)$"):
        prove(lines)


def test_a_false_line_beside_a_move_on_an_inequality_is_refuted() -> None:
    def lines(a: Positive, b: Positive) -> Lines:
        yield Le(a, b), given("a is the smaller")
        yield Eq(7, 8), take_logs

    with pytest.raises(StepRefuted, match=r"7 = 8 is false"):
        prove(lines)


def test_an_inequality_assumed_so_far_is_used_wherever_it_helps() -> None:
    def lines(a: Real, b: Real) -> Lines:
        yield Gt(a, 0), given("a is positive")
        yield Eq(b, 1), given("b is one")
        yield start(sqrt(a**2))
        yield a

    assert [str(h.relation) for h in prove(lines).result.hypotheses] == ["a > 0"]


def test_a_point_meets_the_lines_assumed_so_far_or_names_those_that_were_not_used() -> None:
    def false(a: Real, b: Real) -> Lines:
        yield Eq(a, b), given("one")
        yield Eq(b, 2), given("two")
        yield Eq(a, 3)

    with pytest.raises(StepRefuted, match=r"a = 3 is false at a = 2, b = 2: left 2, right 3$"):
        prove(false)

    def unnamed(a: Real, b: Real) -> Lines:
        yield Eq(a, b), given("one")
        yield Eq(b, 2), given("two")
        yield Eq(a, 2)

    hint = r"; line 1 is not used here: name what is needed, as in substitute\(line\)$"
    with pytest.raises(StepRefuted, match=hint):
        prove(unnamed)


def test_a_policy_is_indexed_by_its_responses() -> None:
    pi, data = Policy("pi"), Data("data")
    for index in (data.index("i"), data.x.index("x"), Rational(1)):
        with pytest.raises(TypeError, match=rf"{index} is no response of pi: write pi\[y\] or pi\[x, y\] with y = "):
            pi[index]
    with pytest.raises(TypeError, match=r"cannot use a Policy as a mathematical term: .* as in pi\[y\]"):
        log(pi)  # type: ignore[arg-type]


def test_a_certificate_of_the_wrong_sign_is_refused() -> None:
    def lines(a: Real) -> Lines:
        yield Ge(a**2 - 1, 0), nonnegative(a**2)

    with pytest.raises(StepRefuted):
        prove(lines)


def test_equivalence_is_printed_only_where_the_step_can_be_taken_back() -> None:
    def lines(a: Real, b: Real, u: Positive) -> Lines:
        yield Eq(u * a, b), given("an equation")
        yield isolate(a)
        yield Eq(a**2, (b / u) ** 2), "squares"

    kinds = [x.connective for x in prove(lines).lines]
    assert kinds == ["", "iff", "implies"]


def test_hypotheses_stay_with_what_follows_from_them() -> None:
    def lines(a: Real, u: Positive) -> Lines:
        yield Eq(a, log(u)), given("a is a logarithm")
        yield Eq(exp(a), u), "exponentiate"
        yield start(exp(a) * exp(a)), "an identity of its own"
        yield exponents

    second, last = prove(lines).lines[1], prove(lines).lines[-1]
    assert [str(h.relation) for h in second.theorem.hypotheses] == ["a = log u"]
    assert last.theorem.hypotheses == ()


def test_a_definition_may_be_used_as_an_identity() -> None:
    def lines(pi: Policy, r: Reward, beta: Positive) -> Lines:
        pi.index("y")
        J = (yield let("J", E(pi, r) + beta * log(beta)), "a name").lhs
        yield start(diff(J, beta))
        yield 1 + log(beta), "differentiate what J stands for"

    assert prove(lines).result.conditions == ()


def test_sums_to_one_is_a_premise_of_moves() -> None:
    def lines(pi: Policy, r: Reward, beta: Positive) -> Lines:
        y = pi.index("y")
        tilted = yield Eq(pi[y], exp(r[y]) / beta), given("a tilted policy")
        yield Eq(Sum(y, exp(r[y])), beta), sum_over(y, tilted, pi.sums_to_one)

    assert prove(lines).result.conditions == ()


def test_divide_through_by_something_that_may_vanish_carries_the_condition() -> None:
    def lines(a: Real, b: Positive) -> Lines:
        yield a / (a + b * a)
        yield divide_through(a)

    conditions = {str(c.relation) for c in prove(lines).result.conditions}
    assert "a + b a ≠ 0" in conditions


def test_a_derivation_without_lines_is_an_error() -> None:
    def lines(a: Real) -> Lines:
        return
        yield a

    with pytest.raises(StepError, match="has no lines"):
        prove(lines)


def test_every_rule_that_may_prove_a_line_has_words() -> None:
    from symrlhf.authoring.board import RULE_WORDS
    from symrlhf.kernel.theorem import RULES

    assert set(RULES) - set(RULE_WORDS) == {"instantiate"} - set(RULE_WORDS)


def test_a_chain_may_begin_with_a_limit() -> None:
    @derivation("A confident pair")
    def confident(z: Real) -> Lines:
        """Costs nothing."""
        yield limit(softplus(-z), z, oo)
        yield 0, "the exponential vanishes"

    assert [x.rule for x in confident.lines] == ["start", "limit"]
