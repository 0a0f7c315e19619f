"""Python-like text becomes the terms a person would build, or an error with its place; nothing is ever executed."""

from decimal import Decimal
from pathlib import Path
from time import perf_counter

import pytest

from symrlhf.errors import Unreadable
from symrlhf.read.python import MAX_LENGTH, read_expression
from symrlhf.read.vocabulary import Vocabulary
from symrlhf.setting import KL, E, H, Policy, Reward, cross_entropy
from symrlhf.term import (
    PROMPTS,
    Abs,
    Add,
    App,
    Fun,
    Lam,
    Max,
    Min,
    Mul,
    Neg,
    Pow,
    Prod,
    Rational,
    Sum,
    Sym,
    Term,
    as_term,
    clip,
    delta,
    diff,
    exp,
    limit,
    log,
    oo,
    sigmoid,
    softplus,
    sqrt,
    tanh,
)

A, B, C, Z, R_W, R_L, BETA, RHO, EPS = map(Sym, ("a", "b", "c", "z", "r_w", "r_l", "beta", "rho", "eps"))
PI, REF, R = Policy("pi"), Policy("pi_ref"), Reward("r")
Y, Y_W, Y_L, X = PI.index("y"), PI.element("y_w"), PI.element("y_l"), Sym("x", PROMPTS, fixed=True)
PI_AT_X = App("pi", (Y, X), given=1)

READ: list[tuple[str, Term]] = [
    ("a + b - c", A + B - C),
    ("a - (b - c)", A - (B - C)),
    ("-a*b", -(A * B)),
    ("-a**2", Neg(Pow(A, as_term(2)))),
    ("(-a)**2", Pow(Neg(A), as_term(2))),
    ("2**a**b", Pow(as_term(2), Pow(A, B))),
    ("a/b/c", A / B / C),
    ("2*-3", as_term(2) * Neg(as_term(3))),
    ("+a", A),
    ("0.10*a", as_term(Decimal("0.10")) * A),
    ("1_000", as_term(1000)),
    ("a − b·c × z", A - B * C * Z),
    ("exp(r_w)/(exp(r_w) + exp(r_l))", exp(R_W) / (exp(R_W) + exp(R_L))),
    ("sigmoid(−(r_w - r_l))", sigmoid(-(R_W - R_L))),
    ("σ(z) + sigma(z)", sigmoid(Z) + sigmoid(Z)),
    ("β*ρ", BETA * RHO),
    ("softplus(z) + tanh(z) + sqrt(z) + abs(z) + ln(z)", softplus(Z) + tanh(Z) + sqrt(Z) + Abs(Z) + log(Z)),
    ("min(a, b) + Max(a, b, c)", Min(A, B) + Max(A, B, C)),
    ("clip(rho, 1 - eps, 1 + eps)", clip(RHO, 1 - EPS, 1 + EPS)),
    ("e**(-z)", exp(-Z)),
    ("e", exp(1)),
    ("pi(y)", PI[Y]),
    ("π[y_w]", PI[Y_W]),
    ("pi(y | x) + pi[x, y] + pi(y, given=x) + pi(x, y)", Add((PI_AT_X,) * 4)),
    ("r(x, y_w) - r[x, y_l]", R[X, Y_W] - R[X, Y_L]),
    ("Sum(y, pi(y)*r(y))", Sum(Y, PI[Y] * R[Y])),
    ("Sum(k, pi(k))", Sum(Y, PI[Y])),
    ("Prod(y, pi(y))", Prod(Y, PI[Y])),
    ("E(pi, r) - beta*KL(pi, pi_ref)", E(PI, R) - BETA * KL(PI, REF)),
    ("E(pi, r(y)*a)", E(PI, lambda y: R[y] * A)),
    ("E(pi, lambda k: r(x, k))", E(PI, lambda y: R[X, y])),
    ("E(pi, a)", E(PI, lambda y: A)),
    ("KL(pi(y | x), pi_ref(y | x))", KL(PI.given(X), REF.given(X))),
    ("H(pi) + H(pi, pi_ref)", H(PI) + cross_entropy(PI, REF)),
    ("diff(log(sigmoid(z)), z)", diff(log(sigmoid(Z)), Z)),
    ("diff(z**3, z, 2)", diff(diff(Pow(Z, as_term(3)), Z), Z)),
    ("diff(H(pi), pi(y))", diff(H(PI), PI[Y])),
    ('limit(sigmoid(z), z, oo) + limit(z, z, -a, "+")', limit(sigmoid(Z), Z, oo) + limit(Z, Z, -A, "+")),
    ("delta(y, y_w)", delta(Y, Y_W)),
    ("(a\n  + b)", A + B),
]


@pytest.mark.parametrize(("text", "term"), READ, ids=[text for text, _ in READ])
def test_text_is_read_as_it_is_written(text: str, term: Term) -> None:
    assert read_expression(text) == term


def test_a_decimal_keeps_its_digits_and_an_exact_value() -> None:
    number = read_expression("1.50e-3")
    assert repr(number) == "1.50e-3"
    assert number == read_expression("1.50E-3")
    assert read_expression("0.5") != read_expression("0.50")


def test_long_sums_and_products_do_not_nest() -> None:
    assert read_expression("+".join(["a"] * 400)) == Add((A,) * 400)
    assert read_expression("*".join(["a"] * 400)) == Mul((A,) * 400)


def test_a_document_may_give_a_name_another_meaning() -> None:
    words = Vocabulary.built_in().declare("pi", "real").declare("e", "real").declare("f", "function")
    assert read_expression("2*pi", words) == 2 * Sym("pi")
    assert read_expression("e**2", words) == Pow(Sym("e"), as_term(2))
    assert read_expression("f(a + 1)", words) == App("f", (A + 1,))


def test_a_defined_function_takes_its_arguments() -> None:
    words = Vocabulary.built_in().define("tilted", Lam((Y, X), REF[X, Y] * A))
    assert read_expression("tilted(y_w | x)", words) == App("tilted", (Y_W, X))
    with pytest.raises(Unreadable, match=r"tilted was defined as tilted\(y, x\)"):
        read_expression("tilted(y)", words)


def test_what_is_defined_by_the_variable_of_a_limit_is_written_out() -> None:
    words = Vocabulary.built_in().define("W", Lam((), exp(BETA * A)))
    assert read_expression("limit(W/beta, beta, oo)", words) == limit(exp(BETA * A) / BETA, BETA, oo)
    assert read_expression("limit(W*z, z, 0)", words) == limit(Sym("W") * Z, Z, 0)


def test_declaring_a_name_afresh_forgets_what_was_defined_by_it() -> None:
    words = Vocabulary.built_in().define("c", Lam((), A)).define("d", Lam((), C + 1))
    assert dict(words.declare("c", "positive").definitions) == {}


UNREADABLE: list[tuple[str, int, int, str]] = [
    ("", 1, 1, "expected an expression"),
    ("x^2", 1, 3, "^ is not a power in Python-like text: write **"),
    ("2x", 1, 1, "expected an expression; a product needs its sign: 2*x, not 2x"),
    ("|x|", 1, 1, "expected an expression; write abs(x) for the absolute value, and | only in pi(y | x)"),
    (r"\frac{a}{b}", 1, 2, "expected an expression; this is LaTeX, not Python-like text"),
    ("lambda*2", 1, 8, "expected an expression; lambda is a word of Python: write lam"),
    ("a +* b", 1, 4, "expected an expression; an operator or a bracket is missing or too many"),
    ("expp(x)", 1, 1, "unknown function 'expp'; did you mean exp?"),
    ("(a\n + sigmid(2))", 2, 4, "unknown function 'sigmid'; did you mean sigmoid or sigma or sign?"),
    ("é + lg(é)", 1, 1, "'é' is not a name as it is read here: spell it out in letters a to z"),
    ("π(y) + lag(a)", 1, 8, "unknown function 'lag'; did you mean log or delta or sg?"),
    ("pi", 1, 1, "pi is a policy: write pi(y), or pi inside E, KL and H"),
    ("y + 1", 1, 1, "y is a response or prompt, not a number: declare it, # symrlhf: real y, if it is one"),
    ("q[y]", 1, 1, "q is not declared: # symrlhf: policy q, reward q or function q"),
    ("pi(q)", 1, 4, "q is not a response: declare it, # symrlhf: index q, or element q"),
    ("pi(y, y_w)", 1, 1, "pi takes one response, and prompts if any: pi(y) or pi(y | x)"),
    ("r(0.5)", 1, 3, "expected a response or a prompt, such as y, y_w or x"),
    ("beta(2)", 1, 1, "beta is a number, not a function: a product is written beta*(...)"),
    ("log", 1, 1, "log is a function: write log(...)"),
    ("log(1, 2)", 1, 1, "log takes 1 argument, not 2"),
    ("min()", 1, 1, "min takes at least 1 argument, not 0"),
    ("E(pi, exp(r))", 1, 7, "r is a reward: write r(y), or declare # symrlhf: real r"),
    ("Sum(y, pi(y)*r)", 1, 8, "r is a reward: write r(y), or declare # symrlhf: real r"),
    ("KL(pi)", 1, 1, "expected two policies: KL(pi, pi_ref)"),
    ("Sum(pi(y))", 1, 1, "expected an index and a summand: Sum(y, f)"),
    ("Sum(beta, pi(y))", 1, 5, "beta has a fixed meaning here: sum over an index such as y"),
    (
        "Sum(y, E(pi, r(y)))", 1, 14,
        "is this a function of y, or is y fixed around it? write lambda y: ...",
    ),
    ("diff(z, 2)", 1, 9, "differentiate by a symbol such as z, or by pi(y)"),
    ("diff(z, z, 99)", 1, 12, "expected how often to differentiate, 1 to 9"),
    ('limit(z, z, 0, "above")', 1, 16, 'a limit is from above, "+", or from below, "-"'),
    ("limit(z, z, z + 1)", 1, 1, "a variable cannot go to a point that moves with it"),
    ("limit(z, 2, 0)", 1, 1, "a limit is taken in a real symbol such as beta"),
    ("a if b else c", 1, 1, "if/else is not mathematics as it is read here"),
    ("f'abc'", 1, 1, "a string is not mathematics as it is read here"),
    ("a and b", 1, 1, "and/or is not mathematics as it is read here"),
    ("True", 1, 1, "'True' is not a number"),
    ("1j", 1, 1, "'1j' is not a number"),
    ("math.exp(2)", 1, 1, "an attribute (a.b) cannot be applied: expected a name such as exp"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "column", "message"), UNREADABLE, ids=[row[0] for row in UNREADABLE])
def test_what_cannot_be_read_has_its_place_and_what_was_expected(
    text: str, line: int, column: int, message: str
) -> None:
    with pytest.raises(Unreadable) as caught:
        read_expression(text)
    assert (caught.value.line, caught.value.column, caught.value.message) == (line, column, message)


def test_the_error_shows_a_caret_below_the_line() -> None:
    with pytest.raises(Unreadable) as caught:
        read_expression("1 + x^2")
    assert str(caught.value).splitlines()[1:] == ["  1 + x^2", "        ^"]


HOSTILE = {
    "brackets": "(" * 4000 + "a" + ")" * 4000,
    "signs": "-" * 9000 + "a",
    "powers": "a" + "**a" * 3000,
    "quotients": "a" + "/a" * 4000,
    "calls": "exp(" * 1500 + "a" + ")" * 1500,
    "tower": "10**10**10",
    "digits": "9" * 5000,
    "fewer digits": "9" * 500,
    "exponent": "1e999999999",
    "small": "1e-999999999",
    "length": "a+" * MAX_LENGTH + "a",
    "null": "a\0b",
    "signs of another script": "∫∂💥",
    "unterminated": "'" * 3,
    "line continuation": "a + \\\n",
    "comment": "a # b",
    "walrus": "(a := 1)",
    "star": "exp(*a)",
    "import": "__import__('os').system('touch canary')",
    "class": "().__class__.__bases__[0].__subclasses__()",
    "eval": "eval('1')",
    "await": "await a",
    "yield": "(yield a)",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_hostile_text_is_refused_quickly(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    began = perf_counter()
    if text == "a # b":
        # A comment is for the reader of lines; an expression has none, and Python ends it there.
        assert read_expression(text) == A
    else:
        with pytest.raises(Unreadable):
            read_expression(text)
    assert perf_counter() - began < 1
    assert list(tmp_path.iterdir()) == []


def test_an_exponent_may_be_large_but_not_huge() -> None:
    assert read_expression("a**1000") == Pow(A, as_term(1000))
    for text in ("a**1001", "a**(2*1001)", "a**-(10**9)", "2**(10**(10**10))"):
        with pytest.raises(Unreadable, match="an exponent above 1000"):
            read_expression(text)


def test_fractions_are_read_as_quotients() -> None:
    assert read_expression("1/2") == Rational(1, 2)
    assert read_expression("log(1/2)") == Fun("log", (Rational(1, 2),))
