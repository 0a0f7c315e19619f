"""Sums and products with dots: what they are, and what is left alone since the dots may mean something else."""

import pytest

from symrlhf.checker import check


def told(text: str) -> str:
    """The first letter of each verdict: u undecided or unreadable."""
    return "".join(s.verdict[0] for s in check(text, timeout=None).steps if s.verdict != "assumed")


COUNTED = [
    # What is right, and what is wrong.
    ("1 + 2 + … + n = n(n+1)/2", "1 + 2 + … + n = n(n−1)/2"),
    ("x_1 + … + x_n = Σ_{i=1}^n x_i", "x_1 + … + x_n = Σ_{i=0}^n x_i"),
    ("r_0 + γ r_1 + … + γ^T r_T = Σ_{t=0}^T γ^t r_t", "r_0 + γ r_1 + … + γ^T r_T = Σ_{t=1}^T γ^t r_t"),
    ("1 + 1/2 + 1/3 + … + 1/n = Σ_{i=1}^n 1/i", "1 + 1/2 + 1/3 + … + 1/n = Σ_{i=2}^n 1/i"),
    ("x_1 + 2 x_2 + … + n x_n = Σ_{i=1}^n i x_i", "x_1 + 2 x_2 + … + n x_n = Σ_{i=2}^n i x_i"),
    ("x_1 − x_2 − … − x_n = x_1 − Σ_{i=2}^n x_i", "x_1 − x_2 − … − x_n = Σ_{i=1}^n x_i"),
    ("1 + x_1 − x_2 − … − x_n = 1 + x_1 − Σ_{i=2}^n x_i", "1 + x_1 − x_2 − … − x_n = 1 + x_1 − Σ_{i=1}^n x_i"),
    ("1 · 2 · 3 · … · 5 = 120", "1 · 2 · 3 · … · 5 = 60"),
]


@pytest.mark.parametrize(("right", "wrong"), COUNTED)
def test_dots_go_on_with_what_stands_before_them(right: str, wrong: str) -> None:
    assert told(right) == "p"
    assert told(wrong) == "r"


@pytest.mark.parametrize(
    "text",
    [
        "1 + 3 + 5 + … + 9 = 39",
        "1 + 3 + 5 + … + 9 = 25",
        "2 + 4 + … + 10 = 51",
        "1 + 2 + 4 + … + 1024 = 2047",
        "1 + x^2 + x^4 + … + x^10 = 1 + x^2 + Σ_{i=4}^10 x^i",
        "1 + 1/4 + … + 1/n = 1 + Σ_{i=4}^n 1/i",
        "x_1 + 3 x_3 + … + n x_n = x_1 + Σ_{i=3}^n i x_i",
        "x_1 − x_2 + x_3 + … + x_n = Σ_{i=1}^n x_i",
        "2·4·6·…·10 = 3840",
        "1·2·…·3n = 6n",
        "1/2·2/3·…·9/10 = 1/10",
        "1·1/2·…·1/9 = 1/9",
        "x_1 / x_2 · x_3 · … · x_n = Π_{i=1}^n x_i",
        "a/x_1·x_2·…·x_n = a/(Π_{i=1}^n x_i)",
        "log x_1 · … · x_n = Σ_{i=1}^n log x_i",
        "9 + 8 + … + 1 = 45",
    ],
)
def test_dots_that_may_mean_another_thing_have_no_value(text: str) -> None:
    assert told(text) == "u"


def test_an_exclamation_mark_after_a_number_is_the_factorial() -> None:
    assert told("n! = n") == told("3! = 6") == told("1 · 2 · … · n = n!") == told("n! = n · (n−1)!") == "u"
    assert told("Then 2 + 2 = 4. Done! So 2 + 2 = 5.") == "pr"


def test_what_a_hint_lacks_has_no_private_letter() -> None:
    [step] = check("π(y_1) + π(y_2) + … + π(y_K) = 1", timeout=None).steps
    assert step.hint is not None and step.hint.text.isprintable() and (step.hint.mended or "").isprintable()
