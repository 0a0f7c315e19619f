"""Formulas as lecture notes type them, as Terms."""

import time

import pytest
from reading import read_back

import symrlhf
from symrlhf.errors import Unreadable
from symrlhf.read import read_unicode
from symrlhf.read.syntax import read_line
from symrlhf.term import App, Neg, Pow, Rel, Sym, as_term

READINGS: list[tuple[str, str]] = [
    ("σ(z) = 1/(1+e^{−z})", "σ(z) = 1/(1 + exp(−z))"),
    ("σ(z)(1−σ(z)) = σ(z)·(1 − σ(z))", "σ(z)·(1 − σ(z)) = σ(z)·(1 − σ(z))"),
    ("π*(y|x) = (1/Z(x)) · π_ref(y|x)·exp(r(x,y)/β)", "π⋆(y | x) = (1/Z(x)) π_ref(y | x) exp(r(x, y)/β)"),
    ("d/dz softplus(z) = e^z/(1 + e^z)", "d/dz softplus(z) = exp(z)/(1 + exp(z))"),
    ("d²/dz² softplus(z)", "d/dz d/dz softplus(z)"),
    ("∂/∂β (β log β)", "d/dβ [β log β]"),
    ("∇_θ log π_θ(y|x)", "∇_θ log π_θ(y | x)"),
    ("∇_φ(r_φ(x, y_w) − r_φ(x, y_l))", "∇_φ [r_φ(x, y_w) − r_φ(x, y_l)]"),
    (
        "P(y₁ ≻ y₂ | x) = exp(r*(x, y₁)) / (exp(r*(x, y₁)) + exp(r*(x, y₂)))",
        "P_pref(y_1, y_2 | x) = exp(r⋆(x, y_1))/(exp(r⋆(x, y_1)) + exp(r⋆(x, y_2)))",
    ),
    ("D_KL(π(·|x) || π_ref(·|x)) + D_KL(π ‖ π_ref)", "D_KL(π(· | x) ‖ π_ref(· | x)) + D_KL(π ‖ π_ref)"),
    (
        "E_{x~D, y~π(·|x)}[r(x, y)] − β · D_KL(π(·|x) || π_ref(·|x))",
        "E_{x′∼D}[E_{y∼π(·|x′)}[r(x′, y)]] − β D_KL(π(· | x) ‖ π_ref(· | x))",
    ),
    ("E_π[r] = E_{y~π}[r(y)]", "E_{y∼π}[r(y)] = E_{y∼π}[r(y)]"),
    ("E_{y~π}[log π − log π_ref]", "E_{y∼π}[log π(y) − log π_ref(y)]"),
    ("Σ_{t=1}^T a_t = (1/T)·Σ_{t=1}^T (T·a_t)", "Σ_{t=1}^T a(t) = (1/T) Σ_{t=1}^T T a(t)"),
    ("Σ_y π(y|x) r(x,y) − λ(Σ_y π(y|x) − 1)", "Σ_y π(y | x) r(x, y) − λ·(Σ_y π(y | x) − 1)"),
    ("Σ_y' π(y')", "Σ_{y′} π(y′)"),
    ("Σ_{j≠k} e^{z_j}", "Σ_j (1 − δ_{j,k}) exp(z(j))"),
    ("{ A if A>0; −A otherwise", "{ A if A > 0; −A otherwise }"),
    ("{ a, a > b; b, otherwise }", "{ a if a > b; b otherwise }"),
    ("lim_{z→−∞} softplus(z)", "lim_{z→−∞} softplus(z)"),
    ("lim_{β→0+} β·log Σ_y π_ref(y)·exp(r(y)/β)", "lim_{β→0⁺} β log Σ_y π_ref(y) exp(r(y)/β)"),
    ("lim_{p→1⁻} p", "lim_{p→1⁻} p"),
    ("lim_{z→∞} −1/z + 1", "lim_{z→∞} (−1/z) + 1"),
    ("Σ_y −π(y) log π(y) + a", "Σ_y (−π(y) log π(y)) + a"),
    ("max_y r(y) + max(a, b) + min{a,b}", "max_y r(y) + max(a, b) + min(a, b)"),
    ("a/b·c", "(a/b) c"),
    ("a/(b) c", "(a/b) c"),
    ("log a b", "log(a b)"),
    ("log σ(z)", "log σ(z)"),
    ("log π_θ(y|x) · A", "log(π_θ(y | x)) A"),
    ("0.6·log(0.6/0.5) + 0.2·log(0.2/0.3)", "0.6 log(0.6/0.5) + 0.2 log(0.2/0.3)"),
    ("0.982 = 98.2%", "0.982 = 98.2/100"),
    ("|x|·|Y| + |a||b|", "|x|·|𝒴| + |a|·|b|"),
    ("1{y=y_w} + 𝟙[a > 0]", "δ_{y,y_w} + { 1 if a > 0; 0 otherwise }"),
    ("O(z³)", "𝒪(z^3)"),
    ("2τ^{-1} = 1/(2τ)", "2 τ^{−1} = 1/(2τ)"),
    ("x⁻¹ + x^2 + x₁²", "x^{−1} + x^2 + x_1^2"),
    ("clip(ρ, 1−ε, 1+ε)A", "clip(ρ, 1 − ε, 1 + ε) A"),
    ('π*("Hello") = 3.695 / 205.4', 'π⋆("Hello") = 3.695/205.4'),
    ("H(π) + H(π, π_ref)", "H(π) + H(π, π_ref)"),
    ("(r*)²", "(r⋆)^2"),
    ("2*x + a * b", "2x + a b"),
    ("√(1+x) + √2", "√(1 + x) + √(2)"),
    ("γ^t r_{t+1}", "γ^t r(t + 1)"),
    ("π(y_t | x, y_{<t})", "π(y_t | x, y_{<t})"),
    ("Π_{t=1}^T π(y_t|x, y_{<t})", "Π_{t=1}^T π(y_t | x, y_{<t})"),
    ("π̂(y) + ŷ", "π̂(y) + ŷ"),
    ("pi_ref(y)·beta", "π_ref(y) β"),
    ("x ≤ y₀ → ∞", "x ≤ y_0 ∧ y_0 → ∞"),
    ("e^−z", "exp(−z)"),
    ("2·−3", "2 · (−3)"),
    ("argmax_z f_0", "arg max_z f_0"),
    ("exp x + tanh z", "exp(x) + tanh(z)"),
    ("−x² + (−x)²", "−x^2 + (−x)^2"),
    ("∂²(a·b)/∂a∂b", "∂/∂a ∂/∂b [a b]"),
    ("π(y_t | x, y_<t)", "π(y_t | x, y_{<t})"),
    ("dσ/dz", "d/dz σ(z)"),
    ("p_i·(δ_{ik} − p_k)", "p(i)·(δ_{i,k} − p(k))"),
]


@pytest.mark.parametrize(("text", "expected"), READINGS, ids=[text for text, _ in READINGS])
def test_text_is_read(text: str, expected: str) -> None:
    assert str(read_unicode(text)) == expected


REFUSED: list[tuple[str, int, str]] = [
    ("1/2τ", 4, "is this below the slash or beside it? write brackets"),
    ("log a/b", 7, "is the divisor inside the function? write brackets"),
    ("e^βu", 3, "where does the exponent end? write e^{...}"),
    ("x**2", 2, "** is not read in a formula: write x^2 or x²"),
    ("xy", 1, "unknown name xy; declare it, or write a product as a·b"),
    ("foo(z)", 4, "foo is not known as a function: declare it, symrlhf: function foo"),
    ("z + __import__('os')", 5, "expected a formula, not _"),
    ("a | b", 3, "this | is never closed"),
    ("1 + sup(a)", 5, "expected over what it is taken: sup_y"),
    ("lim_{√a→0} a", 6, "expected one variable that goes somewhere, such as z or β"),
    ("f(\"a('b')\")", 3, "'\"' has no reading in a formula"),
    ("Σ_y π(y)·r", 10, "r is a reward: write r(y)"),
    ("d²/dz f", 1, "the orders above and below differ: 2 and 1"),
    ("∂L/∂φ", 1, "nothing says how L depends on φ: define it first"),
    ("{ a if A > 0; b if A < 0 }", 15, "the last row needs otherwise: a value where no condition holds"),
    (r"\frac12", 1, "this is LaTeX: give the formula as LaTeX"),
    ("D_KL(π)", 5, "expected two distributions, as in D_KL(π ‖ π_ref)"),
    ("Σ π(y)", 1, "expected an index below sum, as in sum_y"),
    ("E_{y~π} − r(y)", 8, "nothing stands after E"),
    ("lim_z z", 1, "expected where the variable goes, as in lim_{z→∞}"),
    ("x?", 2, "'?' has no reading in a formula"),
    ("E_{y~π}(r(y))²", 8, "is the power inside E? write E[...] and brackets around what is raised"),
    ("E²_π[r]", 1, "E with a mark or an exponent of its own has no reading"),
    ("d/dz [z]²", 6, "is the power differentiated too? write brackets around all of it"),
    ("E_{y~π}[r(y)] + E_{y~π_ref}[r(y)] + E[r]", 37, "expected the law below E: E_{y∼π}[...]"),
    ("E_{y~π}[r(y)] + E[c | y]", 17, "expected the law below E: E_{y∼π}[...]"),
    ("d/dβ E[r]", 1, "name the law below E, as in E_{y∼π}: it may vary with this letter, too"),
    ("Σ_{y²} π(y)", 4, "expected the letter of an index, such as y"),
    ("√a(1 + b)", 3, "how far does the root reach? write √(...)"),
    ("a b and c", 5, "expected one formula"),
]


@pytest.mark.parametrize(("text", "column", "message"), REFUSED, ids=[text for text, _, _ in REFUSED])
def test_what_is_not_read_says_where_and_why(text: str, column: int, message: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_unicode(text)
    assert (caught.value.column, caught.value.message) == (column, message)


@pytest.mark.parametrize("name", [d.name for d in symrlhf.catalogue()])
def test_every_line_of_a_derivation_is_read_back_from_its_unicode(name: str) -> None:
    for line in symrlhf.load(name).lines:
        assert read_back(str(line.display), "text", line.display, line.theorem.setting) == line.display


def test_brackets_are_kept_as_terms() -> None:
    """Σ (a + b) + c is not the tree a + b + c, and (−x)² not −x²."""
    x = Sym("x")
    assert read_unicode("(a + b) + c") != read_unicode("a + b + c")
    assert read_unicode("(−x)²") == Pow(Neg(x), as_term(2))
    assert read_unicode("−x²") == Neg(Pow(x, as_term(2)))


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("E_{y~π}[r(y)]²", "(E_{y~π}[r(y)])²"),
        ("D_KL(π ‖ π_ref)²", "(D_KL(π ‖ π_ref))²"),
        ("H(π)²", "(H(π))²"),
        ("δ_{jk}²", "(δ_{jk})²"),
        ("π(y)²", "(π(y))²"),
        ("σ²(z)", "(σ(z))²"),
        ("log²(z)", "(log z)²"),
        ("max(a, b)²", "(max(a, b))²"),
        ("Var_{y~π}[r(y)]", "E_{y~π}[r(y)²] − (E_{y~π}[r(y)])²"),
        ("E_{y~π}[r(y)] + E[r²]", "E_{y~π}[r(y)] + E_{y~π}[r(y)²]"),
        ("a − (b − c)·2 / d", "a − ((b − c)·2)/d"),
        ("√π_ref(y)", "√(π_ref(y))"),
        ("∂_z² log σ(z)", "d²/dz² log σ(z)"),
    ],
)
def test_an_exponent_belongs_to_what_it_stands_on(text: str, same: str) -> None:
    assert read_unicode(text) == read_unicode(same)


def test_a_bound_letter_is_not_the_one_outside() -> None:
    claim = read_unicode("E_{y~π(·|x)}[r(x, y)] = r(x, y)")
    assert isinstance(claim, Rel)
    assert isinstance(claim.rhs, App) and claim.rhs.args[1] in claim.rhs.free_indices
    assert not claim.lhs.free_indices


@pytest.mark.parametrize(
    "text", ["(" * 50_000, "√" * 50_000, "²" * 50_000, "e^−" * 20_000, "{" * 50_000, "a;" * 50_000, "π*" * 50_000]
)
def test_hostile_text_is_refused_quickly(text: str) -> None:
    start = time.process_time()
    with pytest.raises(Unreadable):
        read_unicode(text)
    assert time.process_time() - start < 5


def test_lines_of_words_and_formulas_are_told_apart() -> None:
    line = read_line("L = (1 + ε)A if A > 0, and 0 otherwise", "text")
    assert [type(item).__name__ for item in line.items] == [
        "Chain",
        "Words",
        "Chain",
        "Words",
        "Words",
        "Chain",
        "Words",
    ]
