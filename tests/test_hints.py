"""The mistakes of hand algebra are named, and a hint is a line that is proven."""

from collections.abc import Callable
from time import process_time
from typing import Any

import pytest

from symrlhf.checker import check, hints
from symrlhf.checker.hints import hint
from symrlhf.checker.mistakes import MISTAKES
from symrlhf.checker.report import Step
from symrlhf.kernel.rules import compute
from symrlhf.setting import Setting
from symrlhf.term import Eq, Le, Rel, Sym, exp, log


def last(text: str) -> Step:
    """The last step of a text."""
    return check(text, "python", timeout=None).steps[-1]


SLIPS = [
    ("exp(a)/(exp(a) + exp(b)) == sigmoid(b - a)", "sigma-arg"),
    ("diff(-log(z), z) == 1/z", "sign"),
    ("log(a/b) == -log(a) - log(b)", "sign"),
    ("exp(r_w - r_l) == exp(r_l)/exp(r_w)", "sign"),
    ("diff((u - 1/(2*tau))**2, u) == 2*u - 1/(2*tau)", "factor"),
    ("diff(z**2, z) == z", "factor"),
    ("diff(log(sigmoid(beta*z)), z) == sigmoid(-beta*z)", "lost-beta"),
    ("diff(p*log(p), p) == log(p)", "lost-one"),
    ("E(pi, log(pi(y)/pi_ref(y))) == KL(pi_ref, pi)", "swapped-policies"),
    ("log(pi(y_w)) - log(pi(y_l)) == log(pi(y_l)/pi(y_w))", "swapped-responses"),
    ("a**2 + b**2 <= 2*a*b", "inequality-direction"),
    ("-max(-a, -b) == max(a, b)", "min-max"),
    ("(a + 1)**2 == a**2 + 2*a", "missing-term"),
    ("log(sigmoid(a-b)) == log(1+exp(-(a-b)))", "sign"),
    ("sigmoid(z)/(1-sigmoid(z)) == exp(-z)", "sign"),
    ("-d + log(1+exp(d)) == log(1) + log(exp(-d))", "log-split"),
    ("tanh(z) == 2*sigmoid(z) - 1", "sigma-arg"),
    ("assume 0 < p < 1\nlog(p/(1-p)) == log(p) + log(1-p)", "sign"),
    ("log(exp(a/beta)/exp(b/beta)) == a - b", "lost-beta"),
    ("exp(a/beta)+exp(b/beta) == exp((a+b)/beta)", "log-split"),
    ("a + softplus(b-a) == b + softplus(b-a)", "sigma-arg"),
    ("sigmoid(c*(r_w-r_l)) == sigmoid(r_w-r_l)", "factor"),
    ("# symrlhf: positive l1 l2 theta\nl1/(l1+theta*l2) == 1/(1+theta*l1/l2)", "ratio-inverted"),
    (
        "# symrlhf: positive l1 l2 theta\n(l1+theta*l2)*(l2+theta*l1) == theta*l1**2+theta**2*l1*l2+theta*l2**2",
        "missing-term",
    ),
    ("# symrlhf: positive q v\nbeta*log(q*exp(r/beta)/v/q) == r - log(v)", "lost-beta"),
    ("assume u > 0\nu-1-log(u) == exp(log(u))-1+log(u)", "sign"),
    ("# symrlhf: positive a b c\nlog(a+b+c) == log(a)+log(b)+log(c)", "log-split"),
    ("diff(log(sigmoid(z)), z, 2) == sigmoid(z)*(1-sigmoid(z))", "sign"),
    ("diff(sigmoid(z), z, 2) == sigmoid(z)*(1-sigmoid(z))*(1-sigmoid(z))", "factor"),
    ("diff(sigmoid(z)**2, z) == 2*sigmoid(z)", "chain-rule"),
    ("diff(-log(sigmoid(a-b)), a) == -sigmoid(a-b)", "sigma-arg"),
    ("let g = exp(a)/(exp(a)+exp(b)+exp(c))\ndiff(g, b) == g*exp(b)/(exp(a)+exp(b)+exp(c))", "sign"),
    ("let g = exp(a)/(exp(a)+exp(b)+exp(c))\ndiff(log(g), a) == 1", "missing-term"),
    ("assume p > 0\ndiff(p*log(p), p) == log(p)", "lost-one"),
    ("assume 0<p<1\ndiff(-p*log(p)-(1-p)*log(1-p), p, 2) == 1/(p*(1-p))", "sign"),
    ("diff(exp(r/beta), beta) == -r/beta*exp(r/beta)", "lost-beta"),
    ("diff(exp(r/beta), beta) == exp(r/beta)", "chain-rule"),
    ("diff((a-b)**2/2, b) == a - b", "sign"),
    ("# symrlhf: f depends on theta\ndiff(-log(sigmoid(f)), theta) == -sigmoid(-f)", "chain-rule"),
    ("# symrlhf: f depends on theta\ndiff(-log(sigmoid(f)), theta) == -sigmoid(f)*diff(f, theta)", "sigma-arg"),
    (
        "diff(Sum(y, pi(y)*r(y)) - beta*Sum(y, pi(y)*log(pi(y)/pi_ref(y))) - c*(Sum(y, pi(y)) - 1), pi(y)) == r(y) - "
        "beta*log(pi(y)/pi_ref(y)) - c",
        "lost-one",
    ),
    (
        "let Z = Sum(y, pi_ref(y)*exp(r(y)/beta))\nlog(pi_ref(y)*exp(r(y)/beta)/Z) == log(pi_ref(y)) + r(y)/beta - Z",
        "wrong-normaliser",
    ),
    (
        "let Z = Sum(y, pi_ref(y)*exp(r(y)/beta))\n"
        "Sum(y, pi_ref(y)*exp(r(y)/beta)/Z*r(y)) == Sum(y, pi_ref(y)*exp(r(y)/beta)*r(y))",
        "wrong-normaliser",
    ),
    ("KL(pi, pi_ref) == H(pi) - Sum(y, pi(y)*log(pi_ref(y)))", "sign"),
    (
        "beta*log(Sum(y, pi_ref(y)*exp((r(y)+c)/beta))) == c/beta + beta*log(Sum(y, pi_ref(y)*exp(r(y)/beta)))",
        "lost-beta",
    ),
    ("Sum(y, (pi(y)-pi_ref(y))**2/pi_ref(y)) == Sum(y, pi(y)**2/pi_ref(y))", "missing-term"),
    ("E(pi, pi(y)/pi_old(y)) == 1", "swapped-policies"),
    ("E(pi, log(pi(y)/pi_ref(y))) == KL(pi_ref, pi)", "swapped-policies"),
    ("E(pi, log(pi(y)/pi_ref(y))**2/2) == KL(pi, pi_ref)", "biased-estimator"),
    ("E(pi_old, r(y)) == Sum(y, pi(y)*r(y))", "biased-estimator"),
    ("E(pi, r(y)**2) == E(pi, r(y))**2", "missing-term"),
    ("beta*log(Sum(y, pi_ref(y)*exp(r(y)/beta))) <= Sum(y, pi_ref(y)*r(y))", "jensen"),
    ("# symrlhf: positive a b\nassume 0<w<1\nlog(w*a+(1-w)*b) <= w*log(a)+(1-w)*log(b)", "jensen"),
    ("E(pi, log(pi_ref(y)/pi(y))) >= 0", "inequality-direction"),
    ("sigmoid(z)*(1-sigmoid(z)) >= 1/4", "inequality-direction"),
    ("(a+b)**2 <= a**2+b**2", "factor"),
    (
        "assume 0<epsilon<1, rho>0, A>0\nmin(rho*A, clip(rho,1-epsilon,1+epsilon)*A) == A*min(rho,1-epsilon)",
        "clip-bound",
    ),
    ("assume 0<epsilon<1, rho>0, A>0\nmin(rho*A, clip(rho,1-epsilon,1+epsilon)*A) == A*max(rho,1+epsilon)", "min-max"),
    (
        "assume 0<epsilon<1, rho>0, A<0\nmin(rho*A, clip(rho,1-epsilon,1+epsilon)*A) == A*max(rho,1+epsilon)",
        "clip-bound",
    ),
    ("assume 0<epsilon<1, rho>0, A<0\nmin(rho*A, clip(rho,1-epsilon,1+epsilon)*A) == A*min(rho,1-epsilon)", "min-max"),
    ("assume 0<epsilon<1, rho>0\nmin(rho*A, clip(rho,1-epsilon,1+epsilon)*A) == min(rho*A, A+epsilon*A)", "clip-bound"),
    ("max(0, 1-z) == 1 - max(z, 1)", "min-max"),
    (
        "log(pi(y_w)/pi_ref(y_w)) - log(pi(y_l)/pi_ref(y_l)) == log(pi(y_l)/pi_ref(y_l)) - log(pi(y_w)/pi_ref(y_w))",
        "swapped-responses",
    ),
    ("diff(-log(sigmoid(beta*h)), h) == -sigmoid(-beta*h)", "lost-beta"),
    ("diff(-log(sigmoid(beta*h)), h) == -beta*sigmoid(beta*h)", "sigma-arg"),
    ("diff(-log(sigmoid(beta*h)), h, 2) == beta*sigmoid(beta*h)*sigmoid(-beta*h)", "lost-beta"),
    ("(h-1/(2*tau))**2 == h**2+1/(4*tau**2)", "missing-term"),
    ("diff(c*(1-sigmoid(beta*(z-a))), z) == -c*beta*sigmoid(beta*(z-a))", "missing-term"),
    (
        "diff(b + a - log(exp(a)+exp(b)+exp(c)) - log(exp(b)+exp(c)), b) == 1 - exp(b)/(exp(a)+exp(b)+exp(c))",
        "missing-term",
    ),
    ("d0 + gamma*lam*d1 + (gamma*lam)**2*d2 == d0 + gamma*lam*d1 + gamma*lam*d2", "off-by-one"),
    ("a - (b+c+d)/3 == a-(a+b+c+d)/4", "factor"),
    ("assume n > 0\nlog(n) - (n-1)/n == log(n) - 1 - 1/n", "sign"),
    ("assume n > 0\n(n/(n+1))/(1-n/(n+1)) == n+1", "off-by-one"),
    ("assume n > 0\ndiff(log(n) - (n-1)/n, n) == 1/n", "missing-term"),
    ("let Z(t) = Sum(y, pi_ref(y)*exp(r(y)/t))\ndiff(beta*log(Z(beta)), beta) == log(Z(beta))", "chain-rule"),
    (
        "assume 0<epsilon<1/2\n"
        "(-(1-epsilon)*log(sigmoid(z)) + epsilon*log(sigmoid(-z)))/(1-2*epsilon) == -log(sigmoid(z)) - epsilon*z",
        "wrong-normaliser",
    ),
    ("assume 0<p<1\ndiff(log(p/(1-p)), p) == 1/p - 1/(1-p)", "sign"),
    ("assume 0<p<1\n-p/sqrt(p*(1-p)) == -sqrt((1-p)/p)", "ratio-inverted"),
    ("diff(log(exp(a)+exp(b)), a) == exp(b)/(exp(a)+exp(b))", "wrong-variable"),
    ("Sum(y, pi(y)*log(pi(y)/pi_ref(y))) == Sum(y, pi(y)*log(pi_ref(y)/pi(y)))", "ratio-inverted"),
    ("KL(pi, pi_ref) == Sum(y, pi_ref(y)*log(pi_ref(y)/pi(y)))", "swapped-policies"),
    ("log(pi(y)/pi_ref(y)) == log(pi_ref(y)) - log(pi(y))", "swapped-policies"),
    ("diff(log(1+exp(-z)), z) == sigmoid(-z)", "sign"),
    ("# symrlhf: positive p q v\np == q*exp(r/beta)/v => r == beta*log(p/q) - beta*log(v)", "sign"),
    ("# symrlhf: positive p q\nr - beta*(log(p/q)+1) - lam == 0 => p == q*exp(r/beta)*exp(1+lam/beta)", "sign"),
    (
        "# symrlhf: V depends on theta; f depends on theta\ndiff((c - V)*f, theta) == (c - V)*diff(f, theta)",
        "detached",
    ),
    ("limit(log(1 + exp(z)) - z, z, oo) == log(2)", "wrong-limit"),
    ("limit(sigmoid(z), z, -oo) == 1/2", "wrong-limit"),
    ("log(1 + exp(-z)) <= log(2)", "loss-claim"),
    ("assume p > 0, q > 0\nlog(p**beta + q**beta) == beta*log(p) + beta*log(q)", "log-split"),
    ("log(exp(u)+exp(v)) - v == u", "log-split"),
    ("assume z > 0\nlog(1 - exp(-z)) == z", "log-split"),
    ("assume u > v\nlog(exp(u) - exp(v)) == u - v", "log-split"),
    ("exp(u) + exp(v) == exp(u + v)", "log-split"),
    ("log(Sum(y, exp(r(y)))) == Sum(y, r(y))", "log-split"),
    ("tanh(z/2) == 2*sigmoid(z/2) - 1", "sigma-arg"),
    ("let p = exp(a)/(exp(a)+exp(b))\ndiff(log(p), b) == -p", "sigma-arg"),
    ("let p = sigmoid(a - b)\ndiff(log(p), a) == p", "sigma-arg"),
    ("let p = sigmoid(z)\ndiff(log(1-p), z) == 1 - p", "missing-term"),
    ("diff(-log(sigmoid(m)), m) == sigmoid(m)", "sigma-arg"),
    ("log(1+exp(-d)) + w*d == log(1+exp(d)) - w*d", "wrong-variable"),
    ("diff(-(1-w)*log(sigmoid(d)) - w*log(sigmoid(-d)), d) == sigmoid(d) - w", "wrong-variable"),
    ("diff((1-2*w)*softplus(z) + 2*w*softplus(z), z, 2) == (1-2*w)*sigmoid(z)*sigmoid(-z)", "factor"),
    ("pi(y)*(r(y) - c) == pi(y)*r(y) - c", "factor"),
    ("Sum(y, r(y) - b) == Sum(y, r(y)) - b", "factor"),
    ("Sum(y, (r(y) - b)**2) == Sum(y, r(y)**2) - 2*b*Sum(y, r(y)) + b**2", "factor"),
    ("(a - m)**2 - a**2 == m**2 - a*m", "factor"),
    ("assume q > 0\nlog(q**3) == log(q)/3", "factor"),
    ("sigmoid(2*z) == 2*sigmoid(z)", "factor"),
    ("diff(u**3, u, 2) == 3*u", "factor"),
    ("assume G > 1\nV/G**2 == V/G", "factor"),
    ("beta*(r_1 - r_2) == log(exp(r_1/beta)/exp(r_2/beta))", "lost-beta"),
    ("assume q > 0\nlog(q*exp(u/beta)/q) == beta*u", "lost-beta"),
    ("assume 0<p<1\nlet h = log(p/(1-p))/beta\nexp(beta*h) == (p/(1-p))**(beta)", "lost-beta"),
    ("sigmoid(h/tau) == 1 - sigmoid(-h)", "lost-beta"),
    ("diff(tau*log(exp(a/tau)+exp(b/tau)), a) == tau*sigmoid((a-b)/tau)", "lost-beta"),
    ("diff(diff(softplus(-beta*h), h), h) == beta*sigmoid(beta*h)*sigmoid(-beta*h)", "lost-beta"),
    ("assume 0<p<1\nlet h = log(p/(1-p))\nexp(-h) == p/(1-p)", "ratio-inverted"),
    ("assume G > 1\n(G-1)/G*(a-m) == a - (G*m-a)/(G-1)", "ratio-inverted"),
    (
        "log(pi(y_w)/pi(y_l)) - log(pi_ref(y_w)/pi_ref(y_l)) == log(pi(y_w)*pi_ref(y_w)/(pi(y_l)*pi_ref(y_l)))",
        "ratio-inverted",
    ),
    ("E(pi_old, (pi(y)/pi_old(y))**2) == E(pi_old, (pi_old(y)/pi(y))**2)", "ratio-inverted"),
    ("E(pi, pi_ref(y)/pi(y)*r(y)) == E(pi, r(y))", "biased-estimator"),
    ("E(pi_ref, log(pi(y)/pi_ref(y))) == KL(pi, pi_ref)", "swapped-policies"),
    ("E(pi, pi_old(y)/pi(y)) == E(pi_old, pi_old(y)/pi(y))", "swapped-policies"),
    ("KL(pi, pi_ref) == E(pi_ref, log(pi(y)/pi_ref(y)))", "swapped-policies"),
    ("E(pi_ref, pi_ref(y)/pi(y)) == 1", "swapped-policies"),
    ("diff(stop_gradient(a)*a, a) == 2*a", "detached"),
    ("limit(z*(sigmoid(1/z) - 1/2), z, oo) == 1/2", "wrong-limit"),
    ("assume b>0\nlimit(b*(sigmoid(h/b) - 1/2), b, oo) == h/2", "factor"),
    ("limit(beta*log(Sum(y, pi_ref(y)*exp(r(y)/beta))), beta, oo) == 0", "wrong-limit"),
    ("limit(softplus(z)/z, z, oo) == 0", "wrong-limit"),
    ("limit(exp(a/t)/(exp(a/t)+exp(b/t)+exp(c/t)), t, oo) == 1/2", "wrong-limit"),
    ("abs(log(sigmoid(a))-log(sigmoid(b))) <= abs(a-b)/2", "factor"),
    ("sigmoid(z)*sigmoid(-z) <= 1/8", "factor"),
    ("assume a>0, b>0\na*b <= (a**2+b**2)/4", "factor"),
    ("KL(pi, pi_ref) >= log(Sum(y, pi(y)**2/pi_ref(y)))", "jensen"),
    ("H(pi) <= -log(Sum(y, pi(y)**2))", "jensen"),
    ("E(pi, r(y))**2 >= E(pi, r(y)**2)", "jensen"),
    ("sigmoid(z) >= 1", "inequality-direction"),
    ("exp(z) <= 1 + z", "inequality-direction"),
    ("assume rho > 0\nlog(rho) >= rho - 1", "inequality-direction"),
    ("KL(pi, pi_ref) < 0", "inequality-direction"),
    ("-log(sigmoid(z)) <= log(2)", "loss-claim"),
    ("max(0, 1-z) <= 1", "loss-claim"),
    ("assume b>0, u > 1/b\ndiff(max(0, 1-b*u), u) == -b", "loss-claim"),
    ("assume A<0, 0<epsilon<1\nA + epsilon*abs(A) == (1+epsilon)*A", "clip-bound"),
    ("assume 0<epsilon<1, rho > 1+epsilon\nclip(rho, 1-epsilon, 1+epsilon) == 1-epsilon", "clip-bound"),
    ("assume a < b\nclip(x, a, b) == max(min(x, a), b)", "min-max"),
    (
        "assume A<0, 0<epsilon<1, c>1+epsilon, rho>c\n"
        "max(min(rho*A, clip(rho,1-epsilon,1+epsilon)*A), c*A) == (1+epsilon)*A",
        "clip-bound",
    ),
    ("max(a, b) == (a + b - abs(a - b))/2", "sign"),
    ("Sum(y, pi(y)*log(pi(y))) == H(pi)", "sign"),
    ("diff(log(sigmoid(-z)), z) == sigmoid(z)", "sign"),
    ("assume u>0\ndiff(u*log(u) - u, u) == log(u) - 1", "lost-one"),
    ("assume t>0\ndiff(t*log(t), t) == log(t)", "lost-one"),
    ("diff(log(exp(a)/(exp(a)+exp(b))), a) == -exp(a)/(exp(a)+exp(b))", "lost-one"),
    ("exp(Sum(y, r(y))) == Sum(y, exp(r(y)))", "log-split"),
    ("log(u) >= -1 ==> u >= exp(1)", "sign"),
    ("exp(c*a)/(exp(c*a) + exp(c*b)) == sigmoid(a - b)**c", "factor"),
    ("sigmoid(z)*(1 - sigmoid(z)) >= 1/8", "inequality-direction"),
    ("KL(pi_ref, pi) == E(pi, log(pi(y)/pi_ref(y)))", "swapped-policies"),
    ("r_1 + r_2 - log(exp(r_1) + exp(r_2)) == 2*r_1 - log(exp(r_1) + exp(r_2))", "wrong-variable"),
    ("E(pi, r(y)) - KL(pi, pi_ref) == E(pi, r(y)) - beta*E(pi, log(pi(y)/pi_ref(y)))", "lost-beta"),
    (
        "sigmoid(log(pi(y_w)/pi_ref(y_w)) - log(pi(y_l)/pi_ref(y_l)))"
        " == pi(y_w)*pi_ref(y_l)/(pi(y_w)*pi_ref(y_w) + pi(y_l)*pi_ref(y_l))",
        "swapped-responses",
    ),
    ("assume 0<w<1\n1 + w + w**2 == (1 - w**2)/(1 - w)", "off-by-one"),
]
"""A false line, after what it needs, and the name of its mistake."""


@pytest.mark.parametrize(("text", "kind"), SLIPS, ids=[text.replace("\n", "; ") for text, _ in SLIPS])
def test_a_slip_is_named_and_what_mends_it_was_proven(text: str, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    proven: list[str] = []

    def noting(holds: Callable[..., bool]) -> Callable[..., bool]:
        def noted(relation: Rel, *rest: Any) -> bool:
            told = holds(relation, *rest)
            proven.extend([str(relation)] * told)
            return told

        return noted

    for name in ("_holds", "_holds_at_length"):
        monkeypatch.setattr(hints, name, noting(getattr(hints, name)))
    step = last(text)
    assert step.verdict == "refuted"
    assert step.hint is not None
    assert step.hint.kind == kind
    assert {step.hint.mended, step.hint.mended.rpartition(" ⇒ ")[2]} & set(proven)


def test_every_mistake_of_the_table_is_named_by_some_slip() -> None:
    assert {m.kind for m in MISTAKES} == {kind for _, kind in SLIPS}


def test_a_hint_is_words_and_the_mended_line() -> None:
    assert last("1 - sigmoid(z) == sigmoid(z)").as_dict()["hint"] == {
        "kind": "sigma-arg",
        "text": "σ(z) should be σ(−z)",
        "mended": "1 − σ(z) = σ(−z)",
    }


def test_where_no_row_mends_the_line_the_difference_does() -> None:
    step = last("sigmoid(z) == log(2) + 7*tanh(b)")
    assert step.hint is not None
    assert step.hint.text.startswith("the right side lacks the term ")


def test_no_hint_is_given_where_nothing_is_proven() -> None:
    assert last("log(sigmoid(a)) + exp(b) <= tanh(c)").hint is None


def test_what_is_wrong_is_the_conclusion_of_an_implication() -> None:
    step = last("# symrlhf: positive p q v\np == q*exp(r/beta)/v => r == beta*log(p/q) - beta*log(v)")
    assert step.hint is not None
    assert step.hint.mended == "p = (q exp(r/β))/v ⇒ r = β log(p/q) + β log v"


EQUIVALENCES = [
    ("Let p, q > 0, β > 0.\n\nβ·log(p/q) = r ⇔ p = q·e^{β·r}\n", "lost-beta", "p = q exp(r/β)"),
    ("Let 0 < p < 1.\n\nlog(p/(1−p)) = z ⇔ p = σ(−z)\n", "sigma-arg", "p = σ(z)"),
    ("Let β > 0.\n\nβ·h = z ⇔ h = β·z\n", "lost-beta", "h = z/β"),
    (
        "q(y) := (1/Z)·π_ref(y)·exp(r(y)/β), where β, Z > 0.\n\nq(y) > 3·π_ref(y) ⇔ r(y) > β·log Z + log 3\n",
        "lost-beta",
        "r(y) > β log Z + β log 3",
    ),
    (
        "q(y) := (1/Z)·π_ref(y)·exp(r(y)/β), where β, Z > 0.\n\n"
        "q(y_1) ≥ q(y_2) ⇔ log π_ref(y_1) + r(y_1) ≥ log π_ref(y_2) + r(y_2)\n",
        "lost-beta",
        "log π_ref(y_1) + r(y_1)/β ≥ log π_ref(y_2) + r(y_2)/β",
    ),
]


@pytest.mark.parametrize(("text", "kind", "mended"), EQUIVALENCES)
def test_what_is_wrong_with_an_equivalence_is_its_second_part(text: str, kind: str, mended: str) -> None:
    step = check(text, timeout=None).steps[-1]
    assert step.verdict == "refuted"
    assert step.hint is not None
    assert (step.hint.kind, step.hint.mended.partition(" ⟺ ")[2]) == (kind, mended)


DOCUMENTS = [
    ("For z → 0:\n\ne^z = 1 + z + O(z³)\n", "missing-term"),
    ("For u → 0:\n\nlog(1 + u) = u + u²/2 + O(u³)\n", "sign"),
    ("For z → 0:\n\ntanh(z) = z + z³/3 + O(z⁵)\n", "sign"),
    ("Let 0 < γ < 1 and let n ≥ 1 be an integer.\n\nΣ_{k=1}^{n} γ^k = (1 − γ^{n+1})/(1 − γ)\n", "off-by-one"),
    ("Let 0 < γ < 1 and let n ≥ 1 be an integer.\n\nΣ_{k=0}^{n−1} γ^k = (1 − γ^{n−1})/(1 − γ)\n", "off-by-one"),
    (
        "A group of N ≥ 2 scores s_1, ..., s_N has mean μ = (1/N)·Σ_{i=1}^{N} s_i.\n\n"
        "Σ_{i=1}^{N} (s_i − μ)² = Σ_{i=1}^{N} s_i² − μ²\n",
        "factor",
    ),
    ("For β = 0.2: −0.2/(1 + exp(0.2·1.5)) = −0.4256\n", "lost-beta"),
    ("(1/2)·(log 0.7)² = 0.1272\n", "factor"),
    ("0.3 + 0.9·0.45 = 0.75\n", "rounding"),
    ("min(1.5·(−3), 1.2·(−3)) = −3.6\n", "min-max"),
    ("Let c_w, c_l > 0.\n\nc_l/(c_w + c_l) = 1/(1 + c_l/c_w)\n", "swapped-responses"),
    ("Let ρ(y) = π(y)/μ(y).\n\nE_{y~μ}[1/ρ(y)] = 1\n", "ratio-inverted"),
    ("Let ρ(y) = π(y)/μ(y) and g(y) = log(π(y)/π_ref(y)).\n\nE_{y~μ}[g(y)] = D_KL(π ‖ π_ref)\n", "biased-estimator"),
    ("Let S = e^a + e^b + e^c.\n\nlog S = a + b + c\n", "log-split"),
    ("Let p, q ∈ (0, 1).\n\np·q/(p·q + (1 − p)·(1 − q)) = p·q/(p·q + 1 − p·q)\n", "wrong-normaliser"),
    ("Let u, v, w > 0 and S = u + v + w.\n\nu/(u + v) = u/S\n", "wrong-normaliser"),
    ("log(1 + e^{(u + v)/2}) ≥ (log(1 + e^u) + log(1 + e^v))/2\n", "jensen"),
    ("Let ρ(y) = π(y)/μ(y).\n\nE_{y~μ}[ρ(y)^2] ≤ 1\n", "jensen"),
    ("E_{y~π}[log(π_ref(y)/π(y))] ≥ 0\n", "inequality-direction"),
    ("Let v = e^{s/β}·q/Z, where β, q, Z > 0.\n\nv = q ⟺ s = log Z\n", "lost-beta"),
    ("Let β > 0 and g(h) = h² − 2·h·c/β.\n\ng'(c) = 0\n", "lost-beta"),
    ("Let β > 0 and Z(β) = Σ_y q(y)·e^{r(y)/β}.\n\nd/dβ (β·log Z(β)) = log Z(β) + d/dβ log Z(β)\n", "chain-rule"),
    (
        "Let p(z) = σ(z), and sg stops the gradient. Let L(z) = −sg(p(z))·z.\n\n"
        "d/dz L(z) = −p(z) − z·p(z)·(1 − p(z))\n",
        "detached",
    ),
    ("As u → 0, log(1 + u) − u = O(u^3).\n", "wrong-limit"),
    (
        "Let 0 < a < 1 < b, A < 0 and f(ρ) = min(ρ·A, clip(ρ, 1 − a, 1 + b)·A).\n\nf(ρ) = A·max(ρ, 1 − b)\n",
        "clip-bound",
    ),
    ("Let p, q, β > 0. Suppose v − β·(log(p/q) + 1) = 0. Then p = q·e^{v/β}.\n", "lost-one"),
    ("Let h = u + γ·(1 − λ)·v.\n\nh = u + γ·λ·v\n", "factor"),
    ("a > 0, τ > 0.\n\nlim_{τ→∞} τ·(exp(a/τ) − 1)/3 = a/6\n", "factor"),
    ("X := (1/n)·Σ_{i=1}^n x_i\n\n(1/n)·Σ_{i=1}^n exp(x_i) ≤ exp(X)\n", "jensen"),
    ("Let ρ(y) = π(y)/μ(y).\n\nE_{y~μ}[log ρ(y)] ≥ 0\n", "jensen"),
    ("log(Σ_y μ(y)·exp(r(y))) = Σ_y μ(y)·r(y)\n", "log-split"),
    ("Let a, b > 0.\n\nlog((a + b)/2) = (log a + log b)/2\n", "log-split"),
    ("log(1 + e^a + e^b) = log(1 + e^a) + log(1 + e^b)\n", "log-split"),
    (
        "p(y) := π_ref(y)·exp(r(y)/β)/Σ_z π_ref(z)·exp(r(z)/β)\n\np(y) = π_ref(y)·exp(r(y)/β)/Σ_z exp(r(z)/β)\n",
        "wrong-normaliser",
    ),
    ("Let 0 < p < 1, β > 0 and s = p^β/(p^β + (1 − p)^β).\n\ns = p^β\n", "wrong-normaliser"),
    ("Let π and μ be policies.\n\n−Σ_y π(y)·log μ(y) ≥ −Σ_y μ(y)·log μ(y)\n", "swapped-policies"),
    ("0.2·log(0.2/0.5) + 0.8·log(0.8/0.5) = 0.2231\n", "swapped-policies"),
    ("Let S = e^a + e^b + e^c, u = e^a/S and v = e^b/S.\n\n∂u/∂b = v·(1 − v)\n", "wrong-variable"),
    ("Let n ≥ 2 and p_k = e^{x_k}/Σ_{j=1}^n e^{x_j}.\n\n∂/∂x_2 log p_1 = −p_1\n", "wrong-variable"),
    ("Let δ_1 = r_1 + γ·V_2 − V_1, where γ > 0.\n\nδ_1 + V_1 = r_1 + γ·V_1\n", "off-by-one"),
    ("Let t > 0.\n\n∂/∂t t^a = a·t^a\n", "off-by-one"),
    ("Let n > 1.\n\n∫_0^1 n·u^{n−1}·log u du = −1/(n + 1)\n", "off-by-one"),
    ("Let h(x) = max(x², 4·c²) with c > 0.\n\nh(c) = c²\n", "min-max"),
    ("Let f = min(ρ·A, clip(ρ, 1 − ε, 1 + ε)·A), ρ > 0, 0 < ε < 1.\n\nf ≥ A − ε·|A|\n", "min-max"),
    ("Σ_y π(y)·(π(y)/π_ref(y) − 1) = Σ_y π(y)²/π_ref(y) − 2\n", "missing-term"),
    ("Let β, c, d > 0.\n\nc^{1/β}/(c^{1/β} + d^{1/β}) = c/(c + d^{1/β})\n", "lost-beta"),
    ("Let n ≥ 2, B_i = r_i − (1/(n − 1))·(Σ_{j=1}^n r_j − r_i).\n\nB_1 − B_2 = r_1 − r_2\n", "factor"),
    ("Let β > 0 and σ(−β·m) = δ.\n\nσ(β·m) = δ\n", "sigma-arg"),
    ("Let o = e^{a − b}.\n\nσ(a − b) = 1/(1 + o)\n", "ratio-inverted"),
    ("Let 0 < p < 1, a = 1/sqrt(p·(1 − p)).\n\na = 1/(p·(1 − p))\n", "factor"),
    ("Let L = −log σ(β·u/n − c), β > 0, n > 0.\n\n∂L/∂β = −(1/n)·σ(c − β·u/n)\n", "chain-rule"),
    ("Let s(z) = log(1 + e^z).\n\ns(z) ≥ log 2 + z\n", "factor"),
    ("E_{y~π} E_{z~π}[((f(y) + f(z))/2)²] = (E_{y~π}[f(y)])²\n", "biased-estimator"),
    (
        "Let ρ(y) = π(y)/μ(y), and D = Σ_y π(y)·log(π(y)/π_ref(y)).\n\nE_{y~μ}[log(π(y)/π_ref(y))] = D\n",
        "biased-estimator",
    ),
    ("Let h(x) = a·e^x + c·(e^{−x} + x) with a, c > 0.\n\nh'(0) = a − c\n", "missing-term"),
    ("−log σ(a − d) − log σ(d − b) > −log σ(b − a)\n", "sigma-arg"),
]


@pytest.mark.parametrize(("text", "kind"), DOCUMENTS)
def test_a_slip_of_a_document_is_named(text: str, kind: str) -> None:
    step = check(text, "text", timeout=None).steps[-1]
    assert step.verdict == "refuted"
    assert step.hint is not None
    assert step.hint.kind == kind


def test_the_lines_before_may_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    a = Sym("a")
    before = compute(Setting(), Eq(exp(a) * exp(-a), 1))
    monkeypatch.setattr(hints, "_holds", lambda relation, setting, given: before in given)
    line = Eq(log(exp(a) + 1), log(1 - exp(a)))
    assert hint(line, Setting(), (), (before,)) is not None
    assert hint(line, Setting()) is None


def test_an_inequality_is_not_mended_by_an_equation() -> None:
    step = last("E(pi, exp(r(y))) <= exp(E(pi, r(y)))")
    assert step.hint is None or "log" not in step.hint.mended


def test_the_right_digits_are_a_hint() -> None:
    step = last("0.5*exp(0.3) == 0.6750")
    assert step.hint is not None
    assert (step.hint.kind, step.hint.mended) == ("rounding", "0.5 exp(0.3) = 0.6749")


FIGURES = [
    ("-log(sigmoid(-0.15)) == 0.6210", "sigma-arg", "−log σ(0.15) = 0.6210"),
    ("0.7*log(0.7/0.5) == -0.2355", "sign", "0.7 log(0.7/0.5) = 0.2355"),
    ("3*(1.5/2.5) == 5.000", "ratio-inverted", "3 · (2.5/1.5) = 5.000"),
    ("min(1.08, 0.96) + 0.101 == 1.181", "min-max", "max(1.08, 0.96) + 0.101 = 1.181"),
    ("exp(2) == 7.388", "rounding", "exp(2) = 7.389"),
    ("-log(sigmoid(-0.1)) == 0.6", "rounding", "−log σ(−0.1) = 0.7"),
]


@pytest.mark.parametrize(("text", "kind", "mended"), FIGURES, ids=[text for text, *_ in FIGURES])
def test_a_wrong_figure_may_come_from_a_slip_before_it(text: str, kind: str, mended: str) -> None:
    hint = last(text).hint
    assert hint is not None
    assert (hint.kind, hint.mended) == (kind, mended)


def test_hints_on_long_lines_end_soon() -> None:
    names = [Sym(f"a{i}") for i in range(12)]
    total = names[0]
    for n in names[1:]:
        total = total + exp(n) * log(1 + exp(n))
    for relation in (Eq(total, total + exp(names[3] * names[4])), Le(total * total, -total * total - 1)):
        began = process_time()
        hint(relation, Setting())
        assert process_time() - began < 10
