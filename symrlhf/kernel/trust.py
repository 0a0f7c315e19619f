"""Everything that must be believed, row by row: the laws of the normal form and the axioms of inequality.

Each row has the condition under which it is used, and where there is one, a point at which the law without its
condition fails. The rules that combine them are the functions of `symrlhf.kernel.theorem`.
"""

from __future__ import annotations

import inspect
from typing import NamedTuple


class Row(NamedTuple):
    """One thing to believe. `fails` is a point where the law without its condition is false."""

    name: str
    law: str
    condition: str
    fails: str


LAWS: tuple[Row, ...] = (
    Row("ring", "sums, products and integer powers by the axioms of a field", "denominators ≠ 0", "a/a = 1 at a = 0"),
    Row("exp_add", "exp(Σ c_i m_i) = Π exp(m_i)^c_i for rational c_i", "", ""),
    Row("log_mul", "log Π p_i^e_i = Σ e_i log|p_i|", "Π p_i^e_i > 0", "log(x y) = log x + log y at x = y = −1"),
    Row("log_exp", "log exp m = m", "", ""),
    Row("exp_log", "exp(c log p) = p^c", "p > 0", "exp(log p) = p at p = −1"),
    Row("rpow", "a^x = exp(x log a) for x not an integer", "a > 0", "(a²)^(1/2) = a at a = −1"),
    Row("root", "(p^(1/N))^N = p", "p > 0", "(√p)² = p at p = −1"),
    Row("abs_mul", "|Π p_i^e_i| = Π |p_i|^e_i", "denominators ≠ 0", ""),
    Row("abs_sq", "|p|² = p²", "", ""),
    Row("abs_of_pos", "|p| = p", "p ≥ 0", "|p| = p at p = −1"),
    Row("max_def", "max(a, b) = (a + b + |a − b|)/2, min(a, b) = (a + b − |a − b|)/2", "", ""),
    Row("clip_def", "clip(x, a, b) = min(max(x, a), b)", "", ""),
    Row("sigmoid_def", "σ(z) = 1/(1 + exp(−z))", "", ""),
    Row("softplus_def", "softplus(z) = log(1 + exp z)", "", ""),
    Row("tanh_def", "tanh z = (e^z − e^(−z))/(e^z + e^(−z))", "", ""),
    Row("expectation_def", "E_{y∼π} f(y) = Σ_y π(y) f(y)", "", ""),
    Row("kl_def", "D_KL(p ‖ q) = Σ_y p(y) log(p(y)/q(y))", "p, q > 0", ""),
    Row("entropy_def", "H(p) = −Σ_y p(y) log p(y);  H(p, q) = −Σ_y p(y) log q(y)", "p, q > 0", ""),
    Row("sum_add", "Σ_y (f + g) = Σ_y f + Σ_y g", "", ""),
    Row("sum_mul_left", "Σ_y c f(y) = c Σ_y f(y)", "c free of y", "Σ_y f(y)² = f(y) Σ_y f(y) at f = (1, 2)"),
    Row("sum_comm", "Σ_y Σ_z f(y, z) = Σ_z Σ_y f(y, z)", "", ""),
    Row("sum_mul_sum", "(Σ_y f(y)) (Σ_z g(z)) = Σ_y Σ_z f(y) g(z)", "", ""),
    Row("sum_delta", "Σ_z δ(z, y) f(z) = f(y)", "", ""),
    Row("delta_eq", "δ_{ij} f(j) = δ_{ij} f(i)", "f(i) and f(j) defined", ""),
    Row("delta_ne", "δ_{ij} = 0", "i ≠ j", "δ_{ij} = 0 at i = j"),
    Row("sum_const", "Σ_y c = |Y| c", "c free of y", ""),
    Row("sum_policy", "Σ_y π(y) = 1", "π declared a distribution; not under ∂/∂π(y)", "∂/∂π(y): 1 = 0"),
    Row("sum_score", "Σ_y ∂π(y)/∂θ = 0", "π a distribution for every θ", ""),
    Row("prod_exp", "Π_y f(y) = exp Σ_y log f(y)", "f > 0", "at f = (−1, −1)"),
    Row("delta_idem", "δ² = δ", "", ""),
    Row("deriv_chain", "sum, product, quotient and chain rule; (exp)' = exp, (log)' = 1/x", "where defined", ""),
    Row("deriv_entry", "∂f(z)/∂f(y) = δ(z, y)", "entries are independent variables", ""),
    Row("deriv_const", "∂c/∂z = 0", "c declared not to vary with z", "∂r/∂φ = 0 for a reward that depends on φ"),
    Row("deriv_comm", "∂²f/∂u∂v = ∂²f/∂v∂u for an unknown f", "f twice continuously differentiable", ""),
)

AXIOMS: tuple[Row, ...] = (
    Row("log_le_sub_one", "u − 1 − log u ≥ 0", "u > 0", ""),
    Row("sq_nonneg", "x^(2k) ≥ 0", "", ""),
    Row("exp_pos", "exp z > 0, σ(z) > 0, softplus(z) > 0", "", ""),
    Row("sum_nonneg", "Σ_y f(y) ≥ 0", "f ≥ 0", ""),
    Row("sign_rules", "sums, products and quotients of terms of known sign", "", ""),
    Row("finite_sets", "every index set is finite and not empty", "", ""),
)

BELIEVED_BELOW = (
    "Python, its fractions; polynomial gcd and factorisation (python-flint, or sympy.polys in its place): products "
    "are multiplied back, that factors are irreducible is not checked and not needed for soundness",
    "the tree (symrlhf.term), the symbol table (symrlhf.setting) and the definitions of symrlhf.notation",
    "ball arithmetic (python-flint's Arb, or mpmath.iv) for counterexamples, witnesses and decimals",
)


def rows() -> tuple[Row, ...]:
    """Laws and axioms together."""
    return LAWS + AXIOMS


def rules() -> tuple[tuple[str, str], ...]:
    """The rules that make theorems, each with what it says."""
    from symrlhf.kernel import theorem

    names = [
        "assume",
        "define",
        "total",
        "compute",
        "follow",
        "compare",
        "round_off",
        "transitive",
        "imply",
        "instantiate",
        "cut",
        "differentiate",
    ]
    docs = ((n, (inspect.getdoc(getattr(theorem, n)) or "").partition("\n\n")[0]) for n in names)
    return tuple((n, " ".join(d.split())) for n, d in docs)
