"""Everything that must be believed, row by row: the laws of the normal form and the axioms of inequality.

Each row has the condition under which it is used, and where there is one, a point at which the law without its
condition fails. The rules that combine them are the functions of `symrlhf.kernel.rules`.
"""

from __future__ import annotations

import inspect
from typing import NamedTuple

from symrlhf.kernel.theorem import all_rules


class Row(NamedTuple):
    """One thing to believe. `fails` is a point where the law without its condition is false."""

    name: str
    law: str
    condition: str
    fails: str


LAWS: tuple[Row, ...] = (
    Row("ring", "sums, products and integer powers by the axioms of a field", "denominators ≠ 0", "a/a = 1 at a = 0"),
    Row("exp_add", "exp(Σ c_i m_i) = Π exp(m_i)^c_i for rational c_i", "", ""),
    Row(
        "exp_dependent",
        "exp(Σ c_i e_i) = Π exp(e_i)^c_i over a common denominator",
        "denominators ≠ 0",
        "exp(1/a) exp(−1/a) = 1 at a = 0",
    ),
    Row("numbers", "partial sums of the series of exp and log bound them", "remainders counted in", "e = 1 + 1 + 1/2"),
    Row("log_mul", "log Π p_i^e_i = Σ e_i log|p_i|", "Π p_i^e_i > 0", "log(x y) = log x + log y at x = y = −1"),
    Row("log_exp", "log exp m = m", "", ""),
    Row("exp_log", "exp(c log p) = p^c", "p > 0", "exp(log p) = p at p = −1"),
    Row("rpow", "a^x = exp(x log a) for x not an integer", "a > 0", "(a²)^(1/2) = a at a = −1"),
    Row("root", "(p^(1/N))^N = p", "p > 0", "(√p)² = p at p = −1"),
    Row("abs_mul", "|Π p_i^e_i| = Π |p_i|^e_i", "denominators ≠ 0", "|a/a| = 1 at a = 0"),
    Row("abs_sq", "|p|² = p²", "", ""),
    Row("abs_of_pos", "|p| = p", "p ≥ 0", "|p| = p at p = −1"),
    Row(
        "bounds",
        "|x| ≤ c gives x ≤ c and −x ≤ c;  max(a, b) ≤ c gives a ≤ c and b ≤ c;  c ≤ min(a, b) likewise",
        "the bound is given",
        "min(a, b) ≤ c gives b ≤ c at a = 0, b = 1, c = 0",
    ),
    Row("max_def", "max(a, b) = (a + b + |a − b|)/2, min(a, b) = (a + b − |a − b|)/2", "", ""),
    Row("sign_mul", "sign Π p_i^e_i = Π (sign p_i)^e_i, (sign p)³ = sign p", "", ""),
    Row(
        "sign_combined",
        "Σ λ_i p_i ≥ 0, and > 0 if a p_i > 0 takes part",
        "λ_i ≥ 0 and p_i ≥ 0, given",
        "a − c = (a − b) − (c − b) at a = b = 0, c = 1",
    ),
    Row("sign_of_pos", "sign p = 1", "p > 0", "sign p = 1 at p = 0"),
    Row(
        "kinks",
        "|p|, sign p, max, min and cases are one of their values, by the sign of p",
        "that p has in a cell",
        "|p| = p at p = −1",
    ),
    Row(
        "cells",
        "what holds in each of several cells that cover every point holds",
        "indices fixed, none bound",
        "max(Σ f, Σ g) = Σ max(f, g) at f = (1, 0), g = (0, 1)",
    ),
    Row(
        "empty_cell",
        "inequalities whose linear combination says 0 > 0 or −1 ≥ 0 hold nowhere",
        "",
        "",
    ),
    Row(
        "monotone", "log u − log v has the sign of u − v", "u, v > 0", "with |·| inside the logarithms at u = 1, v = −2"
    ),
    Row(
        "monotone_exp",
        "c m (e^u − 1) has the sign of c m u;  q log v + r that of q (v e^(r/q) − 1)",
        "the signs of m and q are known, v > 0",
        "q log v + r at q = −1, v = e, r = 0",
    ),
    Row("combination", "p_1 = 0, ..., p_n = 0 give Σ q_i p_i = 0", "", ""),
    Row("clip_def", "clip(x, a, b) = min(max(x, a), b)", "", ""),
    Row("sigmoid_def", "σ(z) = 1/(1 + exp(−z))", "", ""),
    Row("softplus_def", "softplus(z) = log(1 + exp z)", "", ""),
    Row("tanh_def", "tanh z = (e^z − e^(−z))/(e^z + e^(−z))", "", ""),
    Row("cosh_def", "cosh z = (e^z + e^(−z))/2, sinh z = (e^z − e^(−z))/2", "", ""),
    Row("arctan_odd", "arctan(−x) = −arctan x, arctan 0 = 0", "", ""),
    Row("arcsin_odd", "arcsin(−x) = −arcsin x, arcsin 0 = 0", "−1 ≤ x ≤ 1", "arcsin 2 is no real number"),
    Row(
        "deriv_angle",
        "(arctan x)' = 1/(1 + x²), (arcsin x)' = 1/√(1 − x²)",
        "the latter for −1 < x < 1",
        "(arcsin x)' at x = 1",
    ),
    Row("expectation_def", "E_{y∼π} f(y) = Σ_y π(y) f(y)", "", ""),
    Row("kl_def", "D_KL(p ‖ q) = Σ_y p(y) log(p(y)/q(y))", "p, q > 0", "0 log 0 is not defined here, at p = (0, 1)"),
    Row("entropy_def", "H(p) = −Σ_y p(y) log p(y);  H(p, q) = −Σ_y p(y) log q(y)", "p, q > 0", "at p = (0, 1)"),
    Row("sum_add", "Σ_y (f + g) = Σ_y f + Σ_y g", "", ""),
    Row("sum_mul_left", "Σ_y c f(y) = c Σ_y f(y)", "c free of y", "Σ_y f(y)² = f(y) Σ_y f(y) at f = (1, 2)"),
    Row("sum_comm", "Σ_y Σ_z f(y, z) = Σ_z Σ_y f(y, z)", "", ""),
    Row("sum_mul_sum", "(Σ_y f(y)) (Σ_z g(z)) = Σ_y Σ_z f(y) g(z)", "", ""),
    Row("sum_delta", "Σ_z δ(z, y) f(z) = f(y)", "", ""),
    Row(
        "delta_eq",
        "δ_{ij} f(j) = δ_{ij} f(i)",
        "f(i) and f(j) defined",
        "δ_{ij} log f(j) = δ_{ij} log f(i) at i ≠ j, f(i) = −1",
    ),
    Row("delta_ne", "δ_{ij} = 0", "i ≠ j", "δ_{ij} = 0 at i = j"),
    Row("sum_const", "Σ_y c = |Y| c", "c free of y", "Σ_y f(y) = |Y| f(y) at f = (1, 2)"),
    Row("sum_policy", "Σ_y π(y) = 1", "π declared a distribution; not under ∂/∂π(y)", "∂/∂π(y): 1 = 0"),
    Row(
        "few_values",
        "f(a) = Σ_v f(v) Π_{w≠v} (a − w)/(v − w) for a power f",
        "a declared to be one of the v; not under ∂/∂a",
        "∂/∂a: 2a = 1 at a = 1, from a² = a",
    ),
    Row("sum_score", "Σ_y ∂π(y)/∂θ = 0", "π a distribution for every θ", "at π(y) = θ/2 on two elements: 1"),
    Row("prod_exp", "Π_y f(y) = exp Σ_y log f(y)", "f > 0", "at f = (−1, −1)"),
    Row("max_add", "max_y (c + f(y)) = c + max_y f(y)", "c free of y", "max_y (f + f) = f(y) + max_y f at f = (1, 2)"),
    Row("max_mul", "max_y c f(y) = c max_y f(y)", "c > 0 free of y", "c = −1, f = (0, 1)"),
    Row("min_max", "min_y f(y) = −max_y (−f(y))", "", ""),
    Row(
        "range_last",
        "Σ_{t=a}^{b+1} f(t) = Σ_{t=a}^{b} f(t) + f(b + 1)",
        "b ≥ a − 1",
        "Σ_{t=1}^{b} with b = −1 has no meaning",
    ),
    Row(
        "range_shift",
        "Σ_{t=a}^{b} f(t + c) = Σ_{t=a+c}^{b+c} f(t)",
        "c an integer free of t",
        "Σ_{t=1}^{2} f(t + t) = Σ_{t=2}^{4} f(t) at f = 1",
    ),
    Row(
        "range_reverse", "Σ_{t=a}^{b} f(c − t) = Σ_{t=c−b}^{c−a} f(t)", "c an integer free of t", "as for `range_shift`"
    ),
    Row("range_const", "Σ_{t=a}^{b} c = (b − a + 1) c", "c free of t", "Σ_{t=1}^{2} t = 2 t at t = 1"),
    Row(
        "range_parts",
        "Σ_{t=a}^{b} h K = H(b+1) K(b+1) − H(a) K(a) − Σ_{t=a}^{b} H(t+1) k(t) for ΔH = h, ΔK = k",
        "",
        "",
    ),
    Row(
        "range_swap",
        "Σ_{t=a}^{b} Σ_y f(t, y) = Σ_y Σ_{t=a}^{b} f(t, y)",
        "a, b free of y",
        "bounds that vary with y are not numbers outside Σ_y",
    ),
    Row("range_power", "Σ_{t=a}^{b} t^j = P(b + 1) − P(a) for the polynomial P with P(t + 1) − P(t) = t^j", "", ""),
    Row(
        "range_geom",
        "Σ_{t=a}^{b} x^t = (x^(b+1) − x^a)/(x − 1), by continuity at x = 1; with t^j by parts",
        "x > 0; x = 1 must not be an isolated value of x",
        "x = 1: 0/0",
    ),
    Row(
        "range_delta",
        "Σ_{t=a}^{b} δ_{ti} f(t) = f(i), or 0",
        "a ≤ i ≤ b, or not",
        "Σ_{t=1}^{2} δ_{t3} f(t) = f(3) at f = 1",
    ),
    Row("range_prod", "Π_{t=a}^{b} f(t) = exp Σ_{t=a}^{b} log f(t)", "f > 0", "at f = (−1, −1)"),
    Row("range_def", "a range of known length is its terms, added or multiplied one by one", "", ""),
    Row("int_lt", "n > 0 means n ≥ 1 for an integer n", "n an integer", "n = 1/2"),
    Row("delta_idem", "δ² = δ", "", ""),
    Row(
        "deriv_chain",
        "sum, product, quotient and chain rule; (exp)' = exp, (log)' = 1/x",
        "where defined",
        "(√x)' at x = 0",
    ),
    Row(
        "stop_gradient",
        "sg(f) = f, ∂ sg(f)/∂z = 0",
        "derivatives first; a value, not differentiated after",
        "∂/∂u of both sides of sg(u) = u: 0 = 1",
    ),
    Row(
        "deriv_kink",
        "|u|' = sign(u) u', max(u, v)' = u' if u > v, else v'; case by case",
        "no kink at the point",
        "|u|' = 0 at u = 0",
    ),
    Row(
        "deriv_entry", "∂f(z)/∂f(y) = δ(z, y)", "entries are independent variables", "for f(2) = 1 − f(1): −1 for y ≠ z"
    ),
    Row("deriv_const", "∂c/∂z = 0", "c declared not to vary with z", "∂r/∂φ = 0 for a reward that depends on φ"),
    Row(
        "deriv_comm",
        "∂²f/∂u∂v = ∂²f/∂v∂u for an unknown f",
        "f twice continuously differentiable",
        "u v (u² − v²)/(u² + v²) at 0",
    ),
)

LIMIT_LAWS: tuple[Row, ...] = (
    Row(
        "series",
        "f = Σ c m + O(R), with |f − Σ c m| ≤ C Σ R for 0 < t < δ, for monomials exp(Σ c t^−q) t^p (log t)^j: "
        "such f add, multiply and add up over a finite set",
        "C and δ free of t",
        "1 = O(t) with C = 1/t",
    ),
    Row(
        "scales",
        "exp(−c t^−q) t^p (log t)^j → 0;  t^p (log t)^j → 0;  (log t)^−1 → 0",
        "c > 0, q > 0;  p > 0",
        "exp(−c/t) → ∞ at c = −1",
    ),
    Row("series_inv", "1/(c m (1 + ε)) = c⁻¹ m⁻¹ Σ (−ε)^k", "c ≠ 0, ε → 0", "1/(c + t) → 1/c at c = 0"),
    Row(
        "series_exp",
        "exp(Σ c t^−q + a log t + b + ε) = exp(Σ c t^−q) t^a e^b Σ ε^k/k!",
        "ε → 0",
        "e^(1/t) = O(1/t)",
    ),
    Row("series_log", "log(c m (1 + ε)) = log c + log m + Σ (−1)^(k+1) ε^k/k", "c > 0, ε → 0", "log(c + t) at c = −1"),
    Row(
        "series_abs",
        "|c m + g| = |c| |m| + O(g);  = ± (c m + g) where the sign of c is known",
        "g = o(m)",
        "|0 + t| = |0|",
    ),
    Row(
        "sum_peak",
        "exp(c(y)/t) = δ_yk exp(c(k)/t) + O(exp(c(k)/t) t^n)",
        "c(y) < c(k) for all y ≠ k",
        "Σ_y exp((c(y) − c(1))/t) → 1 at c = (1, 1)",
    ),
    Row(
        "sum_soft",
        "log Σ_y w(y) exp(c(y) g) = max_y c(y) g + O(1)",
        "w > 0 free of t, and g → ∞",
        "w = (0, 1), c = (1, 0): log Σ = 0",
    ),
    Row("lim_const", "lim (c + o(1)) = c;  lim (c m + o(m)) = ±∞", "m → ∞, c > 0 or c < 0", "c/t → ∞ at c = 0"),
    Row(
        "series_power",
        "t^p → 0 for any p > 0 that is free of t;  t^p t^q = t^(p + q)",
        "p > 0",
        "t^p → ∞ at p = −1",
    ),
    Row(
        "series_plunge",
        "exp(c m + o(m)) = O(t^n) for every n, m = exp(Σ c t^−q) t^p → ∞",
        "c < 0",
        "exp(exp(1/t)) is no O(t)",
    ),
    Row(
        "integral",
        "∫_a^b f = lim_{z→b} F(z) − lim_{z→a} F(z) where F' = f between a and b, so that ∫_b^a = −∫_a^b",
        "f continuous and F differentiable between a and b; limits from inside, or from both sides unless a < b",
        "f = 1/z², F = −1/z from −1 to 1: −2",
    ),
    Row(
        "series_sum",
        "Σ_{t=a}^∞ f = lim_{x→∞} S(x), where Σ_{t=a}^{n} f = S(n) for every integer n ≥ a",
        "the limit over real x exists",
        "Σ_{t=0}^∞ γ^t = 1/(1 − γ) at γ = 2",
    ),
    Row("log_sign", "log p has the sign of p − 1", "p > 0", "log p < 0 at p = −1"),
    Row("lim_sides", "a limit is that from both sides", "the two are equal", "|x|/x at 0"),
)

AXIOMS: tuple[Row, ...] = (
    Row("log_le_sub_one", "u − 1 − log u ≥ 0", "u > 0", "the logarithm is not defined at u = −1"),
    Row("sq_nonneg", "x^(2k) ≥ 0", "", ""),
    Row("exp_pos", "exp z > 0, σ(z) > 0, softplus(z) > 0", "", ""),
    Row("sum_nonneg", "Σ_y f(y) ≥ 0", "f ≥ 0", "at f = (−2, 1)"),
    Row("sign_rules", "sums, products and quotients of terms of known sign", "", ""),
    Row("max_ge", "max(a, b) ≥ a;  max_y f(y) ≥ f(k);  min likewise", "", ""),
    Row("log_gap_zero", "u − 1 − log u = 0 only at u = 1", "u > 0", "u = −1: undefined"),
    Row(
        "mean_value",
        "g(c) ≥ 0 and (x − c) g'(x) ≥ 0 for all x: g ≥ 0",
        "g differentiable on an interval, which hypotheses on x must leave, with c in it",
        "g = |x|/x, c = 1: −1 at x = −1",
    ),
    Row(
        "mean_value_apart",
        "g(c) ≥ 0 and (x − c) g'(x) > 0 for all x ≠ c: g(x) > 0 for x ≠ c;  h(c) = 0 and h' > 0: (x − c) h(x) > 0",
        "x ≠ c; g, h differentiable on an interval",
        "e^z > 1 + z at z = 0",
    ),
    Row(
        "lipschitz",
        "(x − c) (l (x − c) − d) ≥ 0 and (x − c) (l (x − c) + d) ≥ 0: |d| ≤ l |x − c|",
        "d = 0 where x = c",
        "d = 1, c = 0, x = 0",
    ),
    Row(
        "range_nonneg",
        "Σ_{t=a}^{b} f(t) ≥ 0, and > 0 if f > 0 and b ≥ a",
        "f ≥ 0 for a ≤ t ≤ b",
        "Σ_{t=1}^{0} 1 = 0 is not > 0",
    ),
    Row("finite_sets", "every index set is finite and not empty", "", ""),
)

BELIEVED_BELOW = (
    "Python, its fractions; polynomial gcd and factorisation (python-flint, or sympy.polys in its place): products "
    "are multiplied back, that factors are irreducible is not checked and not needed for soundness",
    "the tree (symrlhf.term), the symbol table (symrlhf.setting) and the definitions of symrlhf.notation",
    "ball arithmetic (python-flint's Arb, or mpmath with guard bits) for counterexamples, witnesses, decimals",
)


def rows() -> tuple[Row, ...]:
    """Laws of the normal form and of limits, and axioms."""
    return LAWS + LIMIT_LAWS + AXIOMS


def rules() -> tuple[tuple[str, str], ...]:
    """The rules that make theorems, each with what it says."""
    docs = ((n, (inspect.getdoc(rule) or "").partition("\n\n")[0]) for n, rule in all_rules().items())
    return tuple((n, " ".join(d.split())) for n, d in docs)
