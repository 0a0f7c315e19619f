"""Terms as LaTeX, Typst and Unicode: brackets, letters, and what is written how."""

import pytest

from symrlhf.errors import Unreadable
from symrlhf.page import Formula
from symrlhf.setting import KL, Data, E, H, Policy, Reward, cross_entropy
from symrlhf.term import (
    PROMPTS,
    RESPONSES,
    VECTOR,
    Abs,
    Add,
    Card,
    Cases,
    Div,
    Eq,
    Fun,
    Ge,
    Gt,
    Implies,
    Lt,
    Max,
    Min,
    Mul,
    Neg,
    Pow,
    Rational,
    Sum,
    Sym,
    Term,
    as_term,
    clip,
    delta,
    diff,
    exp,
    log,
    sigmoid,
    softplus,
    sqrt,
)
from symrlhf.write.display import display
from symrlhf.write.latex import emit as latex_of
from symrlhf.write.latex import latex
from symrlhf.write.typst import typst
from symrlhf.write.unicode import unicode

a, b, c, z = (Sym(n) for n in "abcz")
r_w, r_l, beta, lam = Sym("r_w"), Sym("r_l"), Sym("beta"), Sym("lam")
x, y = Sym("x", PROMPTS, True), Sym("y", RESPONSES)
phi = Sym("phi", VECTOR)
pi, ref, r, r_phi = Policy("pi"), Policy("pi_ref"), Reward("r"), Reward("r_phi")
data = Data("data")
i = data.index()

TERMS: list[tuple[Term, str, str]] = [
    # brackets exactly where the tree needs them
    (a + b + c, "a + b + c", "a + b + c"),
    (Add((a, Add((b, c)))), "a + (b + c)", "a + (b + c)"),
    (a - (b - c), "a - (b - c)", "a − (b − c)"),
    (-(a + b), "-(a + b)", "−(a + b)"),
    (a - Neg(b), "a - (-b)", "a − (−b)"),
    (a * Neg(b), r"a\,(-b)", "a·(−b)"),
    (Mul((a, Mul((b, c)))), r"a\,(b\,c)", "a·(b c)"),
    (a * (b + c), r"a\,(b + c)", "a·(b + c)"),
    ((a + b) ** 2, "(a + b)^2", "(a + b)^2"),
    (Neg(a) ** 2, "(-a)^2", "(−a)^2"),
    (Pow(Pow(a, b), c), "(a^b)^c", "(a^b)^c"),
    (a ** (b + 1), "a^{b + 1}", "a^{b + 1}"),
    (r_w**2, "r_w^2", "r_w^2"),
    (Sym("pi_star") ** 2, r"(\pi^{\star})^2", "(π⋆)^2"),
    # quotients: storeys on the page, slashes with brackets in one line
    (a / b, r"\frac{a}{b}", "a/b"),
    (a / b * c, r"\frac{a}{b}\,c", "(a/b) c"),
    (a * (b / c), r"a\,\frac{b}{c}", "a·(b/c)"),
    ((a * b) / c, r"\frac{a\,b}{c}", "(a b)/c"),
    (a / (b * c), r"\frac{a}{b\,c}", "a/(b c)"),
    ((a / b) / c, r"\frac{a/b}{c}", "(a/b)/c"),
    (a / (b / c), r"\frac{a}{b/c}", "a/(b/c)"),
    (Div(Neg(a), b), r"\frac{-a}{b}", "(−a)/b"),
    (Neg(Div(a, b)), r"-\frac{a}{b}", "−a/b"),
    # numbers
    (as_term(2) * 3, r"2 \cdot 3", "2 · 3"),
    (as_term(2) * a, "2a", "2a"),
    (a * 2, r"a \cdot 2", "a · 2"),
    (Rational(1, 2) * Rational(1, 3), r"\frac{1}{2} \cdot \frac{1}{3}", "(1/2) · (1/3)"),
    # functions reach as far as what follows needs
    (log(a), r"\log a", "log a"),
    (log(a * b), r"\log(a\,b)", "log(a b)"),
    (log(a) * b, r"\log(a)\,b", "log(a) b"),
    (b * log(a), r"b\log a", "b log a"),
    (log(a**2), "\\log(a^2)", "log(a^2)"),
    (Pow(log(a), as_term(2)), r"(\log a)^2", "(log a)^2"),
    (log(a / b), r"\log\frac{a}{b}", "log(a/b)"),
    (log(a / b) * c, r"\log\mathopen{}\left(\frac{a}{b}\right)\,c", "log(a/b) c"),
    (log(sigmoid(z)), r"\log\sigma(z)", "log σ(z)"),
    (softplus(-z), r"\operatorname{softplus}(-z)", "softplus(−z)"),
    (sqrt(a), r"\sqrt{a}", "√(a)"),
    (Abs(a), r"\lvert a\rvert", "|a|"),
    (
        Min(a * b, clip(a, 1 - b, 1 + b)),
        r"\min\bigl(a\,b, \operatorname{clip}(a, 1 - b, 1 + b)\bigr)",
        "min(a b, clip(a, 1 − b, 1 + b))",
    ),
    (Max(a, b), r"\max(a, b)", "max(a, b)"),
    (delta(y, Sym("y'", RESPONSES)), r"\delta_{y, y'}", "δ_{y,y′}"),
    # short exponents are raised, tall and long ones are not
    (exp(r_w), "e^{r_w}", "exp(r_w)"),
    (exp(-(r_w - r_l)), "e^{-(r_w - r_l)}", "exp(−(r_w − r_l))"),
    (exp(log(a)), r"e^{\log a}", "exp(log a)"),
    (exp(a / b), r"\exp\mathopen{}\left(\frac{a}{b}\right)", "exp(a/b)"),
    (exp(a + b + c + a + b + c + a + b + c), r"\exp(a + b + c + a + b + c + a + b + c)",
     "exp(a + b + c + a + b + c + a + b + c)"),
    (exp(exp(a)), r"\exp(e^a)", "exp(exp(a))"),
    # binders
    (Sum(y, pi[y]), r"\sum_y \pi(y)", "Σ_y π(y)"),
    (Sum(y, r[y] - a), r"\sum_y \bigl(r(y) - a\bigr)", "Σ_y (r(y) − a)"),
    (Sum(y, pi[y]) * a, r"\mathopen{}\left(\sum_y \pi(y)\right)\,a", "(Σ_y π(y)) a"),
    (Sum(y, pi[y] * Sum(y, r[y])), r"\sum_y \pi(y)\sum_{y'} r(y')", "Σ_y π(y) Σ_{y′} r(y′)"),
    (Sum(y, pi[y]) - pi[y], r"\sum_{y'} \pi(y') - \pi(y)", "Σ_{y′} π(y′) − π(y)"),
    (E(pi, r), r"\mathbb{E}_{y \sim \pi}[r(y)]", "E_{y∼π}[r(y)]"),
    (
        E(pi.given(x), r.given(x)),
        r"\mathbb{E}_{y \sim \pi(\cdot\mid x)}[r(x, y)]",
        "E_{y∼π(·|x)}[r(x, y)]",
    ),
    (KL(pi, ref), r"D_{\mathrm{KL}}(\pi\,\|\,\pi_{\mathrm{ref}})", "D_KL(π ‖ π_ref)"),
    (
        KL(pi.given(x), ref.given(x)),
        r"D_{\mathrm{KL}}\bigl(\pi(\cdot\mid x)\,\|\,\pi_{\mathrm{ref}}(\cdot\mid x)\bigr)",
        "D_KL(π(· | x) ‖ π_ref(· | x))",
    ),
    (KL(lambda t: pi[t] / 2, ref), r"\sum_y \frac{\pi(y)}{2}\log\frac{\pi(y)/2}{\pi_{\mathrm{ref}}(y)}",
     "Σ_y (π(y)/2) log((π(y)/2)/π_ref(y))"),
    (H(pi), r"\mathcal{H}(\pi)", "H(π)"),
    (cross_entropy(pi, ref), r"\mathcal{H}(\pi, \pi_{\mathrm{ref}})", "H(π, π_ref)"),
    # data, sets, indices
    (data.size, "N", "N"),
    (Card(RESPONSES), r"\lvert \mathcal{Y}\rvert", "|𝒴|"),
    (Card(data.over) * Sym("N"), r"\lvert \mathcal{D}\rvert \,N", "|𝒟| N"),
    (r_phi[data.x[i], data.y_w[i]], r"r_{\phi}(x_i, y_{w, i})", "r_φ(x_i, y_{w,i})"),
    (Sum(i, r[data.x[i], data.y_l[i]]), r"\sum_{i = 1}^N r(x_i, y_{l, i})", "Σ_{i=1}^N r(x_i, y_{l,i})"),
    # derivatives
    (diff(log(sigmoid(z)), z), r"\frac{d}{dz}\log\sigma(z)", "d/dz log σ(z)"),
    (diff(log(sigmoid(r_w - r_l)), r_w), r"\frac{\partial}{\partial r_w}\log\sigma(r_w - r_l)",
     "∂/∂r_w log σ(r_w − r_l)"),
    (diff(Sym("L"), pi[y]), r"\frac{\partial L}{\partial\pi(y)}", "∂L/∂π(y)"),
    (diff(a * b, a), r"\frac{\partial}{\partial a}\,[a\,b]", "∂/∂a [a b]"),
    (diff(r_phi[x, y], phi), r"\nabla_{\phi}r_{\phi}(x, y)", "∇_φ r_φ(x, y)"),
    # relations and cases
    (Ge(KL(pi, ref), 0), r"D_{\mathrm{KL}}(\pi\,\|\,\pi_{\mathrm{ref}}) \ge 0", "D_KL(π ‖ π_ref) ≥ 0"),
    (Implies(Eq(a, b), Lt(c, z)), r"a = b \implies c < z", "a = b ⟹ c < z"),
    (
        Cases(((a, Gt(a, 0)),), -a),
        r"\begin{cases} a & \text{if }a > 0 \\ -a & \text{otherwise} \end{cases}",
        "{ a if a > 0; −a otherwise }",
    ),
    # names
    (Sym("A_hat"), r"\hat{A}", "A\u0302"),
    (Sym("pi_old"), r"\pi_{\mathrm{old}}", "π_old"),
    (Sym("eps"), r"\varepsilon", "ε"),
    (Sym("k1"), "k_1", "k_1"),
    (Sym("y_w_1"), "y_{w, 1}", "y_{w,1}"),
]  # fmt: skip


@pytest.mark.parametrize(("term", "tex", "text"), TERMS, ids=[text for _, _, text in TERMS])
def test_a_term_is_written_as_on_paper(term: Term, tex: str, text: str) -> None:
    assert latex(term) == tex
    assert unicode(term) == text


def test_different_trees_are_never_written_alike() -> None:
    for write in (latex, typst, unicode):
        seen: dict[str, Term] = {}
        for term, _, _ in TERMS:
            text = write(term)
            assert seen.setdefault(text, term) == term, text


def test_a_short_last_bracket_goes_to_the_next_line_whole() -> None:
    long, short = Fun("log", (a + b + c + a + b + c,)), a - z
    whole = Formula(Eq(z, Mul((long, short))))
    rows = [latex_of(right) for _, right in display(whole, page_width=17).rows]
    assert rows[-1].endswith(r"\cdot \bigl(a - z\bigr)") or rows[-1].endswith(r"\cdot (a - z)")
    assert len(rows) == 2
    lengthy = Formula(Eq(z, Mul((a, a + b + c + a + b + c + a + b + c + a + b + c + z))))
    assert r"\cdot" not in latex_of(display(lengthy, page_width=20).rows[-1][1])


def test_a_tint_of_typst_is_as_small_as_where_it_stands() -> None:
    a, b = Sym("a"), Sym("b")
    assert typst(Mul((a, b)), marks=[(0,)]).startswith("changed(a) ")
    assert typst(Div(a, b), marks=[(0,)]) == "frac(changed(a, style: #math.inline), b)"
    assert typst(Pow(a, b), marks=[(1,)]) == "a^(changed(b, style: #math.script))"
    assert typst(Div(Pow(a, b), b), marks=[(0, 1)]) == "frac(a^(changed(b, style: #math.script)), b)"


def test_typst_sets_every_term() -> None:
    compiler = pytest.importorskip("typst")
    terms = [term for term, _, _ in TERMS]
    source = "#let changed(x) = x\n" + "\n".join(f"$ {typst(t)} $" for t in terms)
    assert compiler.compile(source.encode(), format="pdf").startswith(b"%PDF")


def test_str_and_latex_of_a_term_use_the_writers() -> None:
    assert str(KL(pi, ref)) == "D_KL(π ‖ π_ref)"
    assert KL(pi, ref).latex() == r"D_{\mathrm{KL}}(\pi\,\|\,\pi_{\mathrm{ref}})"
    assert str(Sum(y, pi[y]).children[0]) == "π(y)"


# ------------------------------------------------------------------ marks

MARKS = [
    (a - b + c, [(1,)], r"a\changed{{} - b} + c"),
    (a - b + c, [(2,)], r"a - b + \changed{c}"),
    (a - b + c, [(1, 0)], r"a - \changed{b} + c"),
    (a / (b + c), [(1, 1)], r"\frac{a}{b + \changed{c}}"),
    (a * (b + c), [(1,)], r"a\,(\changed{b + c})"),
    (log(a) * b, [(0,)], r"\changed{\log(a)}\,b"),
    (pi[y] + pi[y], [(1,)], r"\pi(y) + \changed{\pi(y)}"),
    (a + (b - c), [(1,), (1, 0)], r"a + (\changed{b - c})"),
    (KL(pi, ref), [(1,)], r"D_{\mathrm{KL}}(\pi\,\|\,\changed{\pi_{\mathrm{ref}}})"),
    (
        KL(lambda t: exp(r[t]), ref),
        [(0,)],
        r"\sum_y \changed{e^{r(y)}}\log\frac{\changed{e^{r(y)}}}{\pi_{\mathrm{ref}}(y)}",
    ),
    (E(pi, lambda t: a + r[t]), [(1, 0)], r"\mathbb{E}_{y \sim \pi}[\changed{a} + r(y)]"),
    (r_w**2, [(0,)], r"{\changed{r_w}}^2"),
]


@pytest.mark.parametrize(("term", "marks", "tex"), MARKS, ids=[t for _, _, t in MARKS])
def test_a_mark_tints_the_subterm_at_its_path(term: Term, marks: list[tuple[int, ...]], tex: str) -> None:
    assert latex(term, marks=marks) == tex


# ------------------------------------------------------------------ renaming

RENAMED = [
    ({"pi": "p"}, r"D_{\mathrm{KL}}(p\,\|\,\pi_{\mathrm{ref}})", "D_KL(p ‖ π_ref)"),
    ({"pi": r"\tau", "pi_ref": "q"}, r"D_{\mathrm{KL}}(\tau\,\|\,q)", "D_KL(τ ‖ q)"),
    (
        {"pi_ref": r"\bar{\pi}_0"},
        r"D_{\mathrm{KL}}(\pi\,\|\,{\bar{\pi}}_0)",
        "D_KL(π ‖ π\u0304_0)",
    ),
    ({"pi_ref": "pi_old"}, r"D_{\mathrm{KL}}(\pi\,\|\,\pi_{\mathrm{old}})", "D_KL(π ‖ π_old)"),
    ({"pi": r"\mathcal{P}"}, r"D_{\mathrm{KL}}(\mathcal{P}\,\|\,\pi_{\mathrm{ref}})", "D_KL(𝒫 ‖ π_ref)"),
]


@pytest.mark.parametrize(("rename", "tex", "text"), RENAMED, ids=[str(r) for r, _, _ in RENAMED])
def test_rename_changes_every_format(rename: dict[str, str], tex: str, text: str) -> None:
    assert latex(KL(pi, ref), rename) == tex
    assert unicode(KL(pi, ref), rename) == text


def test_rename_reaches_functions_and_bound_letters() -> None:
    assert latex(Sum(y, sigmoid(r[y])), {"y": "a", "sigmoid": "F"}) == r"\sum_a F\bigl(r(a)\bigr)"


@pytest.mark.parametrize("bad", [r"\foo", r"\hat", "x^", "{x", r"a_b_", "a&b", ""])
def test_a_rename_that_no_format_can_write_is_refused(bad: str) -> None:
    with pytest.raises(Unreadable):
        latex(pi[y], {"pi": bad})


def test_every_function_of_the_table_is_written_in_every_format() -> None:
    from symrlhf.notation import FUNCTIONS

    for row in FUNCTIONS.values():
        term = Fun(row.name, tuple([a, b, c][: row.arity[0]]))
        for write in (latex, typst, unicode):
            assert "a" in write(term)


def test_what_is_smaller_is_written_as_it_was_read() -> None:
    small = Fun("o", (a**2,))
    assert (latex(small), unicode(small), typst(small)) == ("o(a^2)", "o(a^2)", "o (a^2)")
