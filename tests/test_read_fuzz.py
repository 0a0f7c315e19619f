"""No text makes a reader of formulas answer anything but a Term or `Unreadable`."""

import pytest

from symrlhf.errors import Unreadable
from symrlhf.read import read_latex, read_unicode
from symrlhf.term import Term

pytest.importorskip("hypothesis")

from hypothesis import given, settings
from hypothesis import strategies as st

LATEX = r"""
\frac \dfrac \sqrt \sum_y \sum_{t=1}^T \prod \max_y \lim_{z\to0} \mathbb{E}_{y\sim\pi} \mathbb{E}
D_{\mathrm{KL}} \log \exp \sigma \pi \pi_{\mathrm{ref}} \beta \partial \nabla_\theta \theta \left( \right)
\bigl[ \bigr] \| \mid | \text{if} \begin{cases} \end{cases} \\ & { } ( ) [ ] ^ _ ' * + - / = \le \to \in , ; .
y x z d e i j t 1 2 0.5 (y) (y|x) (\cdot|x) r( clip \operatorname{clip} \operatorname{Var} \mathbf{1} \{ \}
\hat \infty \delta_{ij} {a+b} \underset \overset \underbrace \not \mathcal
x_1+\dots+x_n a_1\cdots 2\pi o(x) O(x^2) (1,2) \mathrm{softmax}(a,b) \gamma^T p_i'(x)
"""
TEXT = """
σ π π* π_ref β Σ_y Σ_{t=1}^T Π E_{y~π} E D_KL ‖ || | d/dz d²/dz² ∂ ∂L/∂φ ∇_θ ² ⁻¹ ₁ ᵢ · × √ ≤ ≈ → ≻ ∈ ( ) [ ]
{ } ^ _ ' * + − / = , ; . y x z d dz e i t 1 2 0.5 % (y) (y|x) (·|x) r( clip softplus log exp max min
lim_{z→0} argmax if otherwise and 𝟙 𝔼 ℒ ̂ ∞ … " ~ e^ 10 a b
x_1+…+x_n a_1·…·a_n 2π o(x) O(x²) (1,2) softmax(a,b) γ^T p_i'(x)
"""


def written(pieces: str) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(pieces.split()), max_size=14).flatmap(
        lambda chosen: st.sampled_from(("", " ")).map(lambda blank: blank.join(chosen))
    )


@settings(max_examples=300, deadline=None)
@given(st.one_of(written(LATEX), st.text(max_size=40)))
def test_latex_is_a_term_or_unreadable(text: str) -> None:
    try:
        assert isinstance(read_latex(text), Term)
    except Unreadable as error:
        assert 1 <= error.column <= len(text) + 1


@settings(max_examples=300, deadline=None)
@given(st.one_of(written(TEXT), st.text(max_size=40)))
def test_text_is_a_term_or_unreadable(text: str) -> None:
    try:
        assert isinstance(read_unicode(text), Term)
    except Unreadable as error:
        assert 1 <= error.column <= len(text) + 1
