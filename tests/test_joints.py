"""Laws of two and three tokens that factorise, as people write them: what is read, what is proven, what is refuted."""

import pytest

from symrlhf.checker import check
from symrlhf.kernel.decide import Proved, Refuted, decide
from symrlhf.setting import Declaration, Setting
from symrlhf.term import App, Ge, Le, Rel, Sum, Sym, Term, TokenSet, log

A, B = TokenSet("A", "a"), TokenSet("B", "b")
a, b = Sym("a", A), Sym("b", B)
LAWS = Setting(tuple(Declaration(n, sign="positive", distribution=True) for n in ("pi", "mu")))


def first(law: str) -> Term:
    return App(law, (a,))


def second(law: str) -> Term:
    return App(law, (b, a), 1)


def joint(law: str) -> Term:
    return first(law) * second(law)


def steps(text: str, syntax: str = "text") -> list[tuple[str, str]]:
    report = check(text, syntax, timeout=None)
    return [(s.verdict, s.reading) for s in report.steps]


def verdicts(text: str, syntax: str = "text") -> list[str]:
    return [verdict for verdict, _ in steps(text, syntax)]


# ------------------------------------------------------------------ one row is one claim

TWO = "Let π(a,b) = π(a) π(b|a) and μ(a,b) = μ(a) μ(b|a), all positive, every factor sums to one.\n"
ONE = "Let p(a,b) = p(a) p(b|a).\n"
NAMED = ONE + "Denote the marginal of b by p(b) = Σ_a p(a,b), and let p(a|b) = p(a,b)/p(b).\n"
STATES = "Let p(s,a) = μ(s) π(a|s).\n"
PROMPT = "Let π(y_1, y_2 | x) = π(y_1 | x) π(y_2 | x, y_1) and likewise for π_ref.\n"  #
THREE = "Let π(a,b,c) = π(a) π(b|a) π(c|a,b) and likewise for μ.\n"
VARYING = "Write π_θ(a,b) = π_θ(a) π_θ(b|a).\n"
PAIR = "Let y = (a,b) be a two-token response, π(y) = π(a) π(b|a) and μ(y) = μ(a) μ(b|a).\n"
RESPONSE = "Let y = (y_1,y_2) and π(y|x) = π(y_1|x) π(y_2|x,y_1).\n"
SAME = "Both tokens come from the same finite vocabulary V. " + ONE

KL_OF_ALL = "Σ_a Σ_b π(a,b) log(π(a,b)/μ(a,b))"
KL_OF_FIRST = "Σ_a π(a) log(π(a)/μ(a))"
KL_OF_NEXT = "Σ_b π(b|a) log(π(b|a)/μ(b|a))"

TRUE = [
    (TWO, "Σ_b π(b|a) = 1"),
    (TWO, "Σ_a Σ_b π(a,b) = 1"),
    (TWO, "Σ_{a'} Σ_{b'} π(a',b') = 1"),
    (TWO, "Σ_b π(a,b) = π(a)"),
    (TWO, "π(b|a) = π(a,b)/π(a)"),
    (TWO, "π(b|a) = π(a,b)/Σ_b π(a,b)"),
    (TWO, "π(a,b) ≤ π(a)"),
    (TWO + "Let ρ(a,b) = π(a,b)/μ(a,b).\n", "E_{(a,b)∼μ}[ρ(a,b) g(a,b)] = E_{(a,b)∼π}[g(a,b)]"),
    (TWO, "log(π(a,b)/μ(a,b)) = log(π(a)/μ(a)) + log(π(b|a)/μ(b|a))"),
    (TWO, f"{KL_OF_ALL} = {KL_OF_FIRST} + Σ_a π(a) {KL_OF_NEXT}"),
    (TWO, f"{KL_OF_ALL} ≥ {KL_OF_FIRST}"),
    (TWO, f"{KL_OF_ALL} ≥ Σ_a π(a) {KL_OF_NEXT}"),
    (TWO, f"{KL_OF_NEXT} ≥ 0"),
    (TWO, "KL(π ‖ μ) = KL(π(a) ‖ μ(a)) + E_{a∼π}[KL(π(·|a) ‖ μ(·|a))]"),
    (TWO, "E_π[log(π(a,b)/μ(a,b))] = KL(π ‖ μ)"),
    (TWO, "Σ_{a,b} π(a,b) f(a) = Σ_a π(a) f(a)"),
    (TWO, "E_{(a,b)∼π}[g(a,b)] = E_{a∼π}[E_{b∼π(·|a)}[g(a,b)]]"),
    (TWO, "E_{a,b∼π}[g(a,b)] = E_{a∼π, b∼π(·|a)}[g(a,b)]"),
    (ONE, "-Σ_{a,b} p(a,b) log p(a,b) = -Σ_a p(a) log p(a) - Σ_a p(a) Σ_b p(b|a) log p(b|a)"),
    (ONE, "H(a,b) = H(a) + H(b|a)"),
    (ONE, "H(A,B) = H(B) + H(A|B)"),
    (ONE, "H(a,b) = H(a) + Σ_a p(a) H(b|a)"),
    (ONE, "H(a,b) ≥ H(a)"),
    (ONE, "H(b|a) ≤ H(b)"),
    (ONE, "H(a,b) ≤ H(a) + H(b)"),
    (ONE, "I(a;b) = H(b) - H(b|a)"),
    (ONE, "I(a;b) ≥ 0"),
    (NAMED, "Σ_b p(b) = 1"),
    (NAMED, "Σ_a p(a|b) = 1"),
    (NAMED, "p(a|b) p(b) = p(b|a) p(a)"),
    (NAMED, "Σ_a Σ_b p(a,b) log(p(a,b)/(p(a) p(b))) ≥ 0"),
    (STATES, "Σ_a p(s,a) = μ(s)"),
    (STATES, "E_{(s,a)∼p}[Q(s,a)] = Σ_s μ(s) Σ_a π(a|s) Q(s,a)"),
    (PROMPT, "Σ_{y_1} Σ_{y_2} π(y_1, y_2 | x) = 1"),
    (PROMPT, "E_{y_1∼π(·|x)}[D_KL(π(·|x,y_1) ‖ π_ref(·|x,y_1))] ≥ 0"),
    (PROMPT, "D_KL(π(y_1,y_2|x) ‖ π_ref(y_1,y_2|x)) ≥ D_KL(π(y_1|x) ‖ π_ref(y_1|x))"),
    (THREE, "Σ_c π(a,b,c) = π(a) π(b|a)"),
    (THREE, "π(b,c|a) = π(b|a) π(c|a,b)"),
    (THREE, "log π(a,b,c) = log π(a,b) + log π(c|a,b)"),
    (VARYING, "∇_θ log π_θ(a,b) = ∇_θ log π_θ(a) + ∇_θ log π_θ(b|a)"),
    (VARYING, "∇_θ E_{(a,b)∼π_θ}[r(a,b)] = Σ_{a,b} π_θ(a,b) r(a,b) (∇_θ log π_θ(a) + ∇_θ log π_θ(b|a))"),
    (VARYING, "Σ_{a,b} π_θ(a,b) f(a) ∇_θ log π_θ(b|a) = 0"),
    (PAIR, "Σ_y π(y) log(π(y)/μ(y)) = Σ_a π(a) log(π(a)/μ(a)) + Σ_a π(a) Σ_b π(b|a) log(π(b|a)/μ(b|a))"),
    (PAIR, "E_{y∼π}[r(y)] = Σ_a π(a) Σ_b π(b|a) r(a,b)"),
    (RESPONSE, "E_{x∼D, y∼π(·|x)}[r(x,y)] = E_{x∼D}[Σ_{y_1} π(y_1|x) Σ_{y_2} π(y_2|x,y_1) r(x,y_1,y_2)]"),
    (RESPONSE + "Suppose r(x,y) ≥ 0 for all x and y.\n", "E_{y∼π(·|x)}[r(x,y)] ≥ 0"),
    (SAME, "Σ_a Σ_b f(a,b) = Σ_a Σ_b f(b,a)"),
]

FALSE = [
    (TWO, "Σ_a π(b|a) = 1"),
    (TWO, "Σ_a Σ_b π(b|a) = 1"),
    (TWO, "Σ_a π(a,b) = π(a)"),
    (TWO, "π(b|a) = π(a) π(a,b)"),
    (TWO, "π(a,b) ≥ π(b|a)"),
    (TWO, "log(π(a,b)/μ(a,b)) = log(π(a)/μ(a)) - log(π(b|a)/μ(b|a))"),
    (TWO, f"{KL_OF_ALL} = {KL_OF_FIRST} + Σ_a μ(a) {KL_OF_NEXT}"),
    (TWO, f"{KL_OF_ALL} = {KL_OF_FIRST} + {KL_OF_NEXT}"),
    (TWO, f"{KL_OF_ALL} ≤ {KL_OF_FIRST}"),
    (TWO, "KL(π ‖ μ) = KL(π(a) ‖ μ(a)) + E_{a∼μ}[KL(π(·|a) ‖ μ(·|a))]"),
    (TWO, "E_{(a,b)∼π}[g(a,b)] = E_{a∼π}[E_{b∼μ(·|a)}[g(a,b)]]"),
    (TWO, "Σ_{a,b} π(a,b) f(a) = Σ_a f(a)"),
    (ONE, "H(a,b) = H(a) - H(b|a)"),
    (ONE, "H(a,b) = H(a) + Σ_a H(b|a)"),
    (ONE, "H(b|a) ≥ H(b)"),
    (ONE, "I(a;b) ≤ 0"),
    (NAMED, "p(a|b) p(a) = p(b|a) p(b)"),
    (STATES, "Σ_s p(s,a) = μ(s)"),
    (PROMPT, "Σ_{y_2} π(y_1, y_2 | x) = 1"),
    (THREE, "Σ_b π(a,b,c) = π(a) π(b|a)"),
    (VARYING, "Σ_{a,b} π_θ(a,b) r(a,b) ∇_θ log π_θ(a) = ∇_θ E_{(a,b)∼π_θ}[r(a,b)]"),
    (VARYING, "Σ_{a,b} π_θ(a,b) g(b) ∇_θ log π_θ(a) = 0"),
    (PAIR, "E_{y∼π}[r(y)] = Σ_a π(a) Σ_b μ(b|a) r(a,b)"),
    (ONE, "H(p) = 3"),
    (ONE + "Suppose p(a_1) = 1/2.\n", "p(a_1) = 1/3"),
    (SAME, "Σ_a Σ_b p(a,b) f(a,b) = Σ_a Σ_b p(a,b) f(b,a)"),
    (SAME, "E_{(a,b)∼p}[f(a)] = E_{(a,b)∼p}[f(b)]"),
]


@pytest.mark.parametrize(("told", "claim"), TRUE)
def test_a_true_claim_is_proven(told: str, claim: str) -> None:
    *before, last = verdicts(told + claim)
    assert {*before} == {"assumed"}
    assert last == "proven"


@pytest.mark.parametrize(("told", "claim"), FALSE)
def test_a_false_claim_is_refuted(told: str, claim: str) -> None:
    *before, last = verdicts(told + claim)
    assert {*before} == {"assumed"}
    assert last == "refuted"


# ------------------------------------------------------------------ wordings

ARTICLE = r"""
\newcommand{\piref}{\pi_{\mathrm{ref}}}
A response consists of two tokens $y_1, y_2$. For a prompt $x$, the joint policy is
\[
\pi_\theta(y_1, y_2 \mid x) = \pi_\theta(y_1 \mid x)\, \pi_\theta(y_2 \mid x, y_1),
\qquad
\piref(y_1, y_2 \mid x) = \piref(y_1 \mid x)\, \piref(y_2 \mid x, y_1).
\]
Every conditional is positive and sums to one.
Let $K(y_1) = \sum_{y_2}\pi_\theta(y_2\mid x,y_1)\log\frac{\pi_\theta(y_2\mid x,y_1)}{\piref(y_2\mid x,y_1)}$.
Then $K(y_1) \ge 0$ and
\begin{align}
\sum_{y_1}\sum_{y_2}\pi_\theta(y_1,y_2\mid x)\log\frac{\pi_\theta(y_1,y_2\mid x)}{\piref(y_1,y_2\mid x)}
 &= \sum_{y_1}\pi_\theta(y_1\mid x)\log\frac{\pi_\theta(y_1\mid x)}{\piref(y_1\mid x)}
  + \sum_{y_1}\pi_\theta(y_1\mid x) K(y_1) \\
 &\ge \sum_{y_1}\pi_\theta(y_1\mid x)\log\frac{\pi_\theta(y_1\mid x)}{\piref(y_1\mid x)}.
\end{align}
The score is $\nabla_\theta\log\pi_\theta(y_1,y_2\mid x)
= \nabla_\theta\log\pi_\theta(y_1\mid x) + \nabla_\theta\log\pi_\theta(y_2\mid x,y_1)$.
"""


def test_an_article_on_the_kl_of_two_tokens_is_proven() -> None:
    assert verdicts(ARTICLE, "latex") == ["assumed", "assumed", "assumed", "proven", "proven", "proven", "proven"]


@pytest.mark.parametrize(
    "told",
    [
        "Suppose that q(a, b) = q(a) q(b | a) is the joint distribution.",
        "We write q(a,b) = q(a)·q(b|a) for the policy on two tokens.",
        "The joint factorises as q(a,b) = q(a) q(b|a).",
        "The order does not matter: q(a,b) = q(b|a) q(a).",
        "Let y = (a, b), with q(y) = q(a) q(b|a).",
    ],
)
def test_a_law_is_told_in_several_ways(told: str) -> None:
    found = steps(f"{told}\nΣ_b q(a,b) = q(a)\nΣ_b q(a,b) = 1")
    assert [verdict for verdict, _ in found] == ["assumed", "proven", "refuted"]
    assert found[1][1] == "Σ_b q(a) q(b | a) = q(a)"


def test_what_was_read_is_shown() -> None:
    read = [reading for _, reading in steps(NAMED + "Σ_b p(b) = 1")]
    assert read == [
        "p(a, b) = p(a) p(b | a)",
        "p(b) = Σ_a p(a) p(b | a)",
        "p(a | b) = (p(a) p(b | a))/(Σ_{a′} p(a′) p(b | a′))",
        "Σ_b Σ_a p(a) p(b | a) = 1",
    ]


# ------------------------------------------------------------------ what must not be read

UNKNOWN = [
    # The law of the second token is not that of the first at b, whatever the vocabularies.
    (ONE, "Σ_b p(b) = 1"),
    (SAME, "Σ_b p(b) = 1"),
    (SAME, "p(b,a) = p(b) p(a|b)"),
    (ONE, "p(a|b) = p(b|a)"),
    (ONE, "p(b,a) = p(a,b)"),
    (ONE, "p(a, a') = p(a) p(a'|a)"),
    (ONE, "p(b) = Σ_b p(a,b)"),
    # One function of tokens of two vocabularies.
    (ONE, "Σ_a Σ_b p(a,b) g(a,b) = Σ_a Σ_b p(a,b) g(b,a)"),
    (TWO, "KL(π(b|a) ‖ μ(b|a)) ≥ 0"),
    (TWO, "H(a,b) = H(a) + H(b|a)"),
    (PROMPT, "D_KL(π(·|x) ‖ π_ref(·|x)) ≥ 0"),
    # No law, or none that is told.
    ("Let π(a,b) = π(a) w(b|a), where w(b|a) > 0 is not normalised.\n", "Σ_b π(a,b) = π(a)"),
    ("Let π(a,b) = π(a) π(b|a), where π(b|a) need not sum to one.\n", "Σ_b π(a,b) = π(a)"),
    ("Let π(a,b) = π(a) π(b|a). Here π(b|a) is an unnormalised positive function.\n", "Σ_b π(a,b) = π(a)"),
    ("Let π(a,b) = π(a) π(b|a). The factor π(b|a) need not sum to one.\n", "Σ_b π(a,b) = π(a)"),
    ("Let π(a,b) be a policy over pairs of tokens.\n", "Σ_b π(a,b) = π(a)"),
    ("It is not true that π(a,b) = π(a) π(b|a) for every π.\n", "Σ_b π(a,b) = π(a)"),
    ("Let π(a,b) = π(a) π(b).\n", "Σ_b π(a,b) = π(a)"),
    ("Let π(a,b) = π(b|a) π(a|b).\n", "Σ_b π(a,b) = π(a)"),
    # What was said before was of other letters.
    ("Suppose Σ_a f(a) = 1.\n" + ONE, "Σ_b p(a,b) = p(a)"),
    ("Suppose f(y) > 0 for all y.\n" + ONE, "Σ_a p(a) f(a) ≤ 0"),
    ("Let b be a baseline. Then (r - b)^2 ≥ 0.\n" + ONE, "Σ_b p(a,b) = p(a)"),
    ("Let y = (a,b). Suppose r(y) ≥ 0 for all y.\nLet π(y) = π(a) π(b|a).\n", "Σ_b π(a,b) = π(a)"),
    # Another meaning of the letter H.
    (ONE + "For each a let H(b|a) = -Σ_b p(b|a) log p(b|a).\n", "H(b|a) ≥ 0"),
]


@pytest.mark.parametrize(("told", "claim"), UNKNOWN)
def test_what_nobody_told_has_no_reading(told: str, claim: str) -> None:
    assert verdicts(told + claim)[-1] == "unreadable"


@pytest.mark.parametrize(
    ("told", "claim"),
    [
        (ONE, "Σ_a 1 = Σ_b 1"),
        (TWO + "Suppose π(b|a) = 1/2 for some a and b.\n", "Σ_b 1 = 2"),
        (ONE + "Suppose p(b|a) does not depend on a.\n", "Σ_a p(a) p(b|a) = p(b|a)"),
        (TWO + "Suppose μ is uniform.\n", "μ(a) = 1/2"),
        (TWO + "Suppose π = μ.\n", "KL(π ‖ μ) = 0"),
        (TWO + "Suppose Σ_b π(b|a) = 2.\n", "Σ_b π(a,b) = 2 π(a)"),
    ],
)
def test_what_is_perhaps_supposed_is_left_open(told: str, claim: str) -> None:
    assert verdicts(told + claim)[-1] == "undecided"


def test_two_vocabularies_may_differ_in_size() -> None:
    told = "Tokens a and b are drawn from finite vocabularies A and B. " + ONE
    assert verdicts(told + "Σ_a 1 = Σ_b 1")[-1] == "refuted"


def test_an_equation_of_a_factor_is_a_hypothesis() -> None:
    told = TWO + "If π(b|a) = μ(b|a) for all a and b, then KL(π ‖ μ) = Σ_a π(a) log(π(a)/μ(a)).\n"
    assert verdicts(told)[-1] == "proven"


# ------------------------------------------------------------------ the certificate

CONDITIONED = [
    Ge(
        Sum(a, Sum(b, joint("pi") * log(joint("pi") / joint("mu")))),
        Sum(a, first("pi") * log(first("pi") / first("mu"))),
    ),
    Ge(Sum(a, first("pi") * Sum(b, second("pi") * log(second("pi") / second("mu")))), 0),
    Le(Sum(a, first("pi") * Sum(b, second("pi") * log(second("pi")))), 0),
]


@pytest.mark.parametrize("claim", CONDITIONED, ids=str)
def test_a_double_sum_is_compared_by_what_is_conditioned_on(claim: Rel) -> None:
    assert isinstance(decide(claim, LAWS), Proved)
    turned = Le(claim.lhs, claim.rhs) if claim.op == ">=" else Ge(claim.lhs, claim.rhs)
    assert isinstance(decide(turned, LAWS), Refuted)
