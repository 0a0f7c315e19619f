"""LaTeX formulas as Terms: what people write, what our own writer writes, and what is refused."""

import time

import pytest
from reading import read_back

import symrlhf
from symrlhf.errors import Unreadable
from symrlhf.read import read_latex
from symrlhf.read.meaning import meaning, name_of
from symrlhf.read.syntax import Chain, Line, Words, read_line
from symrlhf.read.tokens import UnreadableAt
from symrlhf.read.vocabulary import Vocabulary
from symrlhf.term import App, Lam, Rel, Sym, Term, diff, exp, log

READINGS: list[tuple[str, str]] = [
    (
        r"\frac{\sigma(r_w-r_l)}{\sigma(r_l-r_w)} = \frac{1+e^{r_w-r_l}}{1+e^{-(r_w-r_l)}}",
        "σ(r_w − r_l)/σ(r_l − r_w) = (1 + exp(r_w − r_l))/(1 + exp(−(r_w − r_l)))",
    ),
    (r"\frac{\partial^2 \log\pi(y)}{\partial\pi(y)^2}", "∂/∂π(y) ∂/∂π(y) log π(y)"),
    (r"\frac{\partial^2 (ab)}{\partial a\,\partial b}", "∂/∂a ∂/∂b [a b]"),
    (r"\frac{d}{dz}\sigma(z)", "d/dz σ(z)"),
    (r"\frac{d}{dz}\bigl[z^2\bigr]\cdot 2", "(d/dz z^2) · 2"),
    (r"\frac{\mathrm{d}^2}{\mathrm{d}z^2} \tanh z", "d/dz d/dz tanh(z)"),
    (r"\frac{d}{dz} z\,\sigma(z) + 1", "d/dz [z σ(z)] + 1"),
    (r"\nabla_\theta\log\pi_\theta(y\mid x)", "∇_θ log π_θ(y | x)"),
    (r"\nabla_\theta\tfrac12\log\pi_\theta(y)", "∇_θ [(1/2) log π_θ(y)]"),
    (r"\nabla_\theta \mathbb{E}_{y\sim\pi_\theta}[r(y)]", "∇_θ E_{y∼π_θ}[r(y)]"),
    (r"\lim_{z\to+\infty}\bigl(\operatorname{softplus}(z)-z\bigr) = \log 2", "lim_{z→∞} (softplus(z) − z) = log 2"),
    (
        r"\lim_{\beta\to0^+}\beta\log\sum_y\pi_{\mathrm{ref}}(y)e^{r(y)/\beta}",
        "lim_{β→0⁺} β log Σ_y π_ref(y) exp(r(y)/β)",
    ),
    (r"\log 2-\frac z2+\frac{z^2}{8}", "log 2 − z/2 + z^2/8"),
    (r"\dfrac14+\tfrac{1}{2}", "1/4 + 1/2"),
    # What only paints, boxes or scales is looked through; braces that hold a sign, or half a bracket, are no factor.
    (r"a\textcolor{red}{- b}c", "a − b c"),
    (r"{\color[HTML]{F6E7E1} a}\mathcolor{blue}{ = b}", "a = b"),
    (r"\boxed{a = \colorbox{tint}{$b+c$}}", "a = b + c"),
    (r"\frac{a}{b}\fcolorbox{red}{white}{$-c$}", "a/b − c"),
    (r"a{}-{}\scalebox{.8}{$\frac12$}\kern-1.4pt{+c}", "a − 1/2 + c"),
    (r"\underline{a + b}", "a + b"),
    (r"2\,\textcolor{red}{\bigl(a} \textcolor{blue}{{} - b\bigr)}", "2·(a − b)"),
    (r"e^{-a}\frac{-1}{2}\sqrt{-b}", "exp(−a)·((−1)/2) √(−b)"),
    (r"\sqrt2+\sqrt[3]{x}", "√(2) + x^{1/3}"),
    (r"\mathbb{E}_{y\sim\pi_\theta(\cdot\mid x)}\left[r(x,y)\right]", "E_{y∼π_θ(·|x)}[r(x, y)]"),
    (
        r"\mathbb{E}_{x\sim\mathcal{D}}\Big[\mathbb{E}_{y\sim\pi(\cdot|x)}[r(x,y)]\Big]",
        "E_{x∼D}[E_{y∼π(·|x)}[r(x, y)]]",
    ),
    (
        r"\mathbb{E}_{(x,y_w,y_l)\sim\mathcal{D}}[\log\sigma(r(x,y_w)-r(x,y_l))]",
        "E_{i∼D}[log σ(r(x_i, y_{w,i}) − r(x_i, y_{l,i}))]",
    ),
    (r"\mathbb{E}_\pi[r]", "E_{y∼π}[r(y)]"),
    (r"\operatorname{Var}_{y\sim\pi}[r(y)]", "E_{y∼π}[r(y)^2] − (E_{y∼π}[r(y)])^2"),
    (r"D_{\mathrm{KL}}(\pi\,\|\,\pi_{\mathrm{ref}})", "D_KL(π ‖ π_ref)"),
    (r"\mathrm{KL}(\pi||\pi_{ref})", "D_KL(π ‖ π_ref)"),
    (r"\mathbb{D}_{\text{KL}}[\pi(\cdot|x)\,\|\,\pi_{\text{ref}}(\cdot|x)]", "D_KL(π(· | x) ‖ π_ref(· | x))"),
    (r"\mathcal{H}(\pi)+H(\pi,\pi_{\rm ref})", "H(π) + H(π, π_ref)"),
    (r"\sum_{y\in\mathcal{Y}}\pi(y)\,r(y)-1", "Σ_y π(y) r(y) − 1"),
    (r"\sum_{y'}\pi(y')", "Σ_{y′} π(y′)"),
    (r"\sum_{y\neq y_w}\pi(y)", "Σ_y (1 − δ_{y,y_w}) π(y)"),
    (r"\sum_{i=1}^{n}\sum_{j=1}^{n}a_i b_j", "Σ_{i=1}^n Σ_{j=1}^n a(i) b(j)"),
    (r"\prod_{t=1}^{n-1} a_{t+1}", "Π_{t=1}^{n − 1} a(t + 1)"),
    (r"\prod_{k=1}^{K}\frac{e^{z_k}}{\sum_{j=k}^{K}e^{z_j}}", "Π_{k=1}^K exp(z(k))/(Σ_{j=k}^K exp(z(j)))"),
    (r"\begin{cases} A & \text{if } A>0, \\ 0 & \text{otherwise} \end{cases}", "{ A if A > 0; 0 otherwise }"),
    (r"\mathbf{1}\{y=y_w\}+\mathbb{1}[a>0]", "δ_{y,y_w} + { 1 if a > 0; 0 otherwise }"),
    (
        r"\min\left(\rho_t\hat A_t,\ \mathrm{clip}(\rho_t,1-\epsilon,1+\epsilon)\hat A_t\right)",
        "min(ρ(t) Â(t), clip(ρ(t), 1 − ε, 1 + ε) Â(t))",
    ),
    (r"\max_{y}\,r(y)+\max(0,x)", "max_y r(y) + max(0, x)"),
    (r"\left|\frac{a}{b}\right|\cdot|\mathcal{Y}|", "|a/b|·|𝒴|"),
    (
        r"\log\sigma\bigl(\beta\log\frac{\pi_\theta(y_w\mid x)}{\pi_{\mathrm{ref}}(y_w\mid x)}\bigr)",
        "log σ(β log(π_θ(y_w | x)/π_ref(y_w | x)))",
    ),
    (r"\log a\log b", "log(a) log b"),
    (r"\log 2\beta", "log(2β)"),
    (r"\log(a)(1-b)", "log(a)·(1 − b)"),
    (r"\sigma(z)(1-\sigma(z))", "σ(z)·(1 − σ(z))"),
    (r"\sigma'(z) = \sigma(z)\,\sigma(-z)", "d/dz σ(z) = σ(z) σ(−z)"),
    (r"\sigma^2(z)", "(σ(z))^2"),
    (r"\pi^*(y)\propto\pi_{\text{ref}}(y)e^{r(y)/\beta}", "π⋆(y) ∝ π_ref(y) exp(r(y)/β)"),
    (r"\hat r_\theta(x,y)", "r̂_θ(x, y)"),
    (r"\pi_{\theta_{\mathrm{old}}}(a_t|s_t)", "π_{θ,old}(a_t | s_t)"),
    (r"\delta_t=r_t+\gamma V(s_{t+1})-V(s_t)", "δ(t) = r(t) + γ V(s_{t+1}) − V(s_t)"),
    (r"P(y_1\succ y_2\mid x)", "P_pref(y_1, y_2 | x)"),
    (r"\nabla_\theta J(\theta)", "∇_θ J"),
    (r"\operatorname*{arg\,max}_z f_0", "arg max_z f_0"),
    (r"10^{-3}\cdot 1{,}000", "10^{−3} · 1000"),
    (r"98.2\,\%", "98.2/100"),
    (r"2\,\beta \times 3", "2β · 3"),
    (r"\alpha\not=\beta", "α ≠ β"),
    (r"\underset{y}{\max}\ r(y)", "max_y r(y)"),
    (r"\overline{r} + \bar{r}", "r̄ + r̄"),
    ("z = 1 + O(z^2)", "z = 1 + 𝒪(z^2)"),
    (r"a = b \implies c < z", "a = b ⟹ c < z"),
    (r"e^{-\frac{1}{2}x}", "exp(−(1/2) x)"),
    (r"p_i(\delta_{ik}-p_k)", "p(i)·(δ_{i,k} − p(k))"),
]


@pytest.mark.parametrize(("latex", "expected"), READINGS, ids=[latex for latex, _ in READINGS])
def test_latex_is_read(latex: str, expected: str) -> None:
    assert str(read_latex(latex)) == expected


REFUSED: list[tuple[str, int, str]] = [
    # nothing that the eye would read in two ways is guessed
    (r"1/2\tau", 4, "is this below the slash or beside it? write brackets"),
    (r"\log a/b", 8, "is the divisor inside the function? write brackets"),
    (r"\log\pi(y) A", 12, "is this inside the function? write brackets"),
    (r"\log x e^z", 8, "is this inside the function? write brackets"),
    (r"\log(x)^2", 5, "is the power inside log? write brackets around all of it"),
    (r"\sigma^{-1}(p)", 9, "is this the inverse of sigma or a power of its value? write it out"),
    (r"\nabla_\theta\pi_\theta(y)\log\pi_\theta(y)", 27, "is this differentiated too? write brackets"),
    (r"a-{b+c}", 3, "these braces do not show: write brackets"),
    (r"{ab}^2", 1, "these braces do not show: write brackets"),
    (r"x^10", 3, "write braces: {10}"),
    (r"x 2", 3, "a number after a factor: write · or a subscript"),
    (r"1,000", 1, "is this one number or two? write 1000, or a blank"),
    # nothing is known of it
    (r"f(z)", 2, "f is not known as a function: declare it, symrlhf: function f"),
    (r"L(1)", 2, "L is not known as a function: declare it, symrlhf: function L"),
    (r"f'(x)", 3, "f' is not known as a function: declare it, symrlhf: function f'"),
    (r"\operatorname{foo}(z)", 19, "foo is not known as a function: declare it, symrlhf: function foo"),
    (r"\operatorname{softplu}", 1, "unknown name softplu; did you mean softplus?"),
    (r"\frac{dL}{dz}", 1, "nothing says how L depends on z: define it first"),
    (r"\nabla_\theta\log\pi(y)", 1, "nothing says how π depends on θ: define it first"),
    (r"\lim_{\beta\to0}\pi^*(y)", 1, "nothing says how π⋆ depends on β: define it first"),
    (r"\mathbb{E}[r(y) \mid x]", 1, "expected the law below E: E_{y∼π}[...]"),
    (r"\mathbb{E}_{(x,y_w,y_l)\sim D}[r_w]", 13, "r_w must say of which sample it is: write r(x, y_w)"),
    (r"J(\pi^*)", 2, "J of other policies has no reading: define it for them"),
    (r"\pi_k(y)+\pi_{k+1}(y)", 15, "an index of a set has no next one: sum from t = 1 to T"),
    # a response is no number, a policy is no number, a list is no number
    (r"2y", 2, "y is a response or prompt, not a number: declare it, symrlhf: real y, if it is one"),
    (r"x\pi", 2, "pi is a policy: write pi(y), or pi inside E, D_KL and H"),
    (r"\sum_y\pi(y)r", 13, "r is a reward: write r(y)"),
    (r"\pi(x,y)", 4, "expected one response: pi(y) or pi(y | x)"),
    (r"(a,b)", 2, "expected a number or an expression, not a list"),
    (r"\operatorname{clip}(a,b)", 1, "clip takes 3 arguments, not 2"),
    (r"\max_\pi J", 6, "max over what is no index has no value here"),
    # not read
    (r"\foo", 1, r"unknown command \foo; did you mean \odot?"),
    (r"\binom{n}{k}", 1, "binomial coefficients have no reading here"),
    (r"\iint f\,dx\,dy", 1, "double integrals have no reading here"),
    (r"\int x\,dx", 1, "expected both ends of the integral, as in ∫_0^1 f(u) du"),
    (r"\int_0^1 x", 9, "expected the variable of the integral after its integrand, as in ∫_0^1 f(u) du"),
    (r"\begin{pmatrix}a\end{pmatrix}", 1, r"\begin{pmatrix} has no reading in a formula"),
    (r"\left.f\right|_{z=0}", 1, "a bracket that is not shown has no reading here"),
    (r"\lVert x\rVert", 1, "a norm has no value here"),
    (r"n!", 2, "the factorial has no reading here"),
    (r"\log_2 x", 1, "log takes no subscript"),
    (r"a \pm b", 7, "± stands for two values: write one of them"),
    (r"\pi^{(k)}(y)", 6, "a raised label has no reading here: write it as a subscript"),
    # unbalanced
    (r"\frac{1}{1+e^{-z}", 9, "this { is never closed"),
    (r"(a", 1, "this ( is never closed"),
    (r"a}", 2, "this } closes nothing"),
    (r"\bigl(a]b\bigr)", 15, "this ) closes nothing"),
    (r"a +", 4, "expected a formula, not the end"),
    (r"\frac{1}", 9, "expected a number, a letter or a group, not the end"),
    (r"a_1_2", 4, "two subscripts on one symbol"),
    (r"a^b^c", 4, "two exponents on one symbol"),
    (r"{}^{2}", 3, "expected a formula, not ^"),
    (r"\frac0.5", 6, "write braces: {0.5}"),
    (r"\begin{cases}\end{cases}", 14, "expected a formula, not cases"),
    (r"\underline{v}", 1, "an underlined letter has no reading here"),
    (r"{x^2}_i", 1, "only a symbol has a subscript, a prime or a star"),
    ("", 1, "expected one formula"),
    (r"10^{10^{10}}", 5, "an exponent above 1000"),
]


@pytest.mark.parametrize(("latex", "column", "message"), REFUSED, ids=[latex for latex, _, _ in REFUSED])
def test_what_is_not_read_says_where_and_why(latex: str, column: int, message: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_latex(latex)
    assert (caught.value.column, caught.value.message) == (column, message)


@pytest.mark.parametrize("name", [d.name for d in symrlhf.catalogue()])
def test_every_line_of_a_derivation_is_read_back_from_its_latex(name: str) -> None:
    for line in symrlhf.load(name).lines:
        assert read_back(line.display.latex(), "latex", line.display, line.theorem.setting) == line.display


# ------------------------------------------------------------------ lines, macros, places


def shape(line: Line) -> list[object]:
    return [item.text if isinstance(item, Words) else [r.char for r in item.relations] for item in line.items]


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        (r"&= a+b , \\", [["="], ",", ""]),
        (r"L = A \quad\text{if } A>0 .", [["="], "", "if", [">"], "."]),
        (r"f(0)=1,\qquad g\ge 2", [["="], ",", "", ["≥"]]),
        (r"a = b = c \leq d", [["=", "=", "≤"]]),
        (r"\text{for $\beta>0$ and }x", ["for", [">"], "and", []]),
        (r"\beta>0 \implies a\to b", [[">", "⇒", "→"]]),
        (r"x := 1, y \equiv 2, a\propto b, c\sim D, y\in\mathcal{Y}, y_w\succ y_l",
         [["≔"], ",", ["≡"], ",", ["∝"], ",", ["∼"], ",", ["∈"], ",", ["≻"]]),
    ],
)  # fmt: skip
def test_a_line_holds_chains_and_the_words_between_them(latex: str, expected: list[object]) -> None:
    assert shape(read_line(latex, "latex")) == expected


def only_side(text: str, macros: dict[str, str] | None = None) -> Term:
    (item,) = read_line(text, "latex", macros).items
    assert isinstance(item, Chain) and item.sides[0] is not None
    return meaning(item.sides[0], Vocabulary.built_in()).term


def test_macros_of_the_document_are_expanded() -> None:
    macros = {
        r"\E": r"\mathbb{E}",
        r"\ratio": r"\frac{#1}{#2}",
        r"\KL": r"D_{\mathrm{KL}}",
        r"\pr": r"\piref",
        r"\piref": r"\pi_{\rm ref}",
    }
    assert str(only_side(r"\E_{y\sim\pi}[\ratio{\pi(y)}{\pr(y)}]", macros)) == "E_{y∼π}[π(y)/π_ref(y)]"
    assert str(only_side(r"\KL(\pi\|\piref)", macros)) == "D_KL(π ‖ π_ref)"


def test_a_macro_that_expands_to_itself_is_refused() -> None:
    with pytest.raises(UnreadableAt, match="expands without end"):
        read_line(r"\a", "latex", {r"\a": r"\b\b", r"\b": r"\a\a"})


def test_places_are_those_of_the_text_that_was_given() -> None:
    text = r"\frac{a+b}{2} + \sum_y \pi(y)\,r(y)"
    (chain,) = read_line(text, "latex", start=100).items
    assert isinstance(chain, Chain) and chain.sides[0] is not None
    reading = meaning(chain.sides[0], Vocabulary.built_in())
    seen = {text[start - 100 : end - 100] for start, end in reading.spans.values()}
    assert {r"\frac{a+b}{2}", "a+b", "a", "2", r"\sum_y \pi(y)\,r(y)", r"\pi(y)", "r(y)"} <= seen


def test_errors_count_from_where_the_text_begins() -> None:
    with pytest.raises(UnreadableAt) as caught:
        read_line(r"a + \foo", "latex", start=50)
    assert caught.value.start == 54
    assert str(caught.value.within("x" * 40 + "\nabc = a + \\foo\n")).endswith("             ^")


# ------------------------------------------------------------------ what the vocabulary decides

f, g, z, u = Sym("f"), Sym("g"), Sym("z"), Sym("u")
DEFINED = Vocabulary.built_in().define("f", Lam((z,), log(1 + exp(-z)))).define("g", Lam((u,), u * z))


def of(text: str, words: Vocabulary) -> tuple[Term, tuple[Rel, ...]]:
    (chain,) = read_line(text, "latex").items
    assert isinstance(chain, Chain) and chain.sides[0] is not None
    reading = meaning(chain.sides[0], words)
    return reading.term, reading.given


def test_a_function_is_applied_and_a_number_multiplies() -> None:
    assert of("f(z)", DEFINED)[0] == App("f", (z,))
    assert str(of(r"a(z+1)", DEFINED)[0]) == "a·(z + 1)"
    assert of("f(z+1)^2", DEFINED)[0] == App("f", (z + 1,)) ** 2


def test_a_derivative_at_a_point_is_one_at_a_new_variable() -> None:
    new = Sym("u_1")
    assert of("f'(z)", DEFINED) == (diff(App("f", (z,)), z), ())
    assert of("f''(1)", DEFINED) == (diff(diff(App("f", (new,)), new), new), (Rel("=", new, read_latex("1")),))
    # g varies with z otherwise too: d/dz g(z) would be another thing.
    assert of("g'(z)", DEFINED) == (diff(App("g", (new,)), new), (Rel("=", new, z),))


def test_the_derivative_of_a_defined_function_is_taken_at_its_parameters() -> None:
    assert of(r"\frac{df}{dz}", DEFINED)[0] == diff(App("f", (z,)), z)


def test_new_policies_are_like_the_known_ones() -> None:
    (chain,) = read_line(r"\pi_{\theta}(y)+\pi^*(y)+\pi_{\mathrm{SFT},\phi}(y)", "latex").items
    assert isinstance(chain, Chain) and chain.sides[0] is not None
    words = meaning(chain.sides[0], Vocabulary.built_in()).words
    assert words.declarations["pi_star"].distribution
    assert words.declarations["pi_SFT_phi"].depends == {"phi"}
    assert words.declarations["pi_theta"].depends == {"theta"}


def test_entries_of_a_family_are_numbered_in_one_way() -> None:
    words = Vocabulary.built_in()
    (chain,) = read_line(r"\sum_{j=1}^{G}R_j", "latex").items
    assert isinstance(chain, Chain) and chain.sides[0] is not None
    words = meaning(chain.sides[0], words).words
    (entry,) = of("R_i", words)[0].children
    assert entry.sort.name == "integer"
    with pytest.raises(UnreadableAt, match="numbered in two ways"):
        of(r"\sum_y R_y", words)


def test_a_tuple_is_no_name() -> None:
    words = Vocabulary.built_in()
    (chain,) = read_line(r"\pi_{\mathrm{ref}} = (0.5, \tfrac12)", "latex").items
    assert isinstance(chain, Chain)
    left, right = chain.sides
    assert left is not None and right is not None
    assert (name_of(left, words), name_of(right, words)) == ("pi_ref", None)


# ------------------------------------------------------------------ hostile input

HOSTILE: list[str] = [
    "(" * 9_000 + ")" * 9_000,
    "(" * 100_000,
    "{" * 100_000,
    r"\frac{" * 6_000 + "1" + "}{2}" * 6_000,
    "x^{" * 5_000 + "}" * 5_000,
    "a+" * 500_000 + "a",
    "|" * 19_000,
    "'" * 100_000,
    "9" * 100_000,
    r"\left" * 50_000,
    "a_" * 9_000,
    r"\sum_" * 9_000,
    r"\text{" * 10_000,
    r"\sqrt" * 10_000,
    r"\begin{cases}" * 3_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=[text[:12] for text in HOSTILE])
def test_hostile_input_is_refused_quickly(text: str) -> None:
    start = time.process_time()
    with pytest.raises(Unreadable):
        read_latex(text)
    assert time.process_time() - start < 5
