"""What a document claims, and under what: prose, displays, cases, data. No false step proven, no true one refuted."""

import json
from pathlib import Path

import pytest

from symrlhf.checker import check
from symrlhf.checker.statements import Claim, read_claims
from symrlhf.cli import main
from symrlhf.read.document import read_document


def told(text: str, syntax: str = "auto") -> str:
    """The first letter of each verdict, in order; hypotheses and definitions left out."""
    steps = check(text, syntax, timeout=None).steps
    return "".join(s.verdict[0] for s in steps if s.verdict != "assumed")


WHAT_IS_RANDOM = "Let X be 1 with probability p and 0 otherwise.\n\n"

DOCUMENTS: list[tuple[str, str, str]] = [
    # What it is about, the text, the verdicts: p proven, r refuted, u undecided or unreadable.
    ("the same in symbols", "Let b = 2·a. Suppose the two agree, i.e. b = 3. Then 2·a = 3.", "p"),
    (
        "a number by its values",
        "Let X be 1 with probability p and 0 otherwise, 0 < p < 1.\n\nE[X³] = p\n\nVar(X) = p − p²\n\nE[X²] = p²\n",
        "ppr",
    ),
    (
        "chances are between 0 and 1",
        WHAT_IS_RANDOM + "E[X] ≤ 1\n\nVar(X) ≥ 0\n\nLet f(t) = X + t.\n\nE[X·f(1)] = 2·p\n",
        "ppp",
    ),
    (
        "three values",
        "Let X be 1 with probability 1/4, 0 with probability 1/4 and −1 with probability 1/2.\nE[X] = −1/4\n",
        "p",
    ),
    (
        "a law and nothing else",
        "Let γ < 1.\n\nX = 1 with probability q and X = 0 with probability 1 − q.\n\nE[X²] = q\n\nE[X] ≤ 1\n",
        "pp",
    ),
    ("a coin and another bound", "Let X ∈ {0, 1} have mean q, with c < 1.\n\nE[X] ≤ 1\n\nE[X] = 1\n", "pr"),
    ("values that lack some probability", "Let X be 1 with probability p and 0 with probability p.\nE[X] = p\n", "u"),
    ("a coin by its name", r"Let $X\sim\mathrm{Bernoulli}(q)$. \[ \mathbb{E}[e^{tX}] = 1-q+qe^t \]", "p"),
    ("a coin in words", "A Bernoulli reward r has mean q. Then E[r²] = q. Hence Var[r] = q.", "pr"),
    ("two numbers", "X = 1 with probability p and X = 0 otherwise; Y ∈ {0, 1} has mean q.\n\nE[X·Y] = p·q\n", "u"),
    (
        "moments of independent numbers",
        "R_1 and R_2 are independent with mean μ and variance v.\n\nE[R_1·R_2] = μ²\n\nE[(R_1 − R_2)²] = 2·v\n\n"
        "E[R_1²] = v\n",
        "ppr",
    ),
    (
        "two samples of one law",
        "E_{y,y'~π}[r(y)·r(y')] = E_{y~π}[r(y)]²\n\nE_{y,y'~π}[r(y)·r(y')] = E_{y~π}[r(y)²]\n",
        "pr",
    ),
    (
        "a bound that not all responses meet",
        "Let ρ(y) = π(y)/π_old(y), 0 < ε < 1.\n\nfor ρ(y) > 1 + ε: min(ρ(y), 1 + ε) = 1 + ε\n",
        "p",
    ),
    (
        "a softmax told",
        "The policy is a softmax: π(y) = e^{h(y)}/Σ_{y'} e^{h(y')}.\n\n∂/∂h(y) log π(y) = 1 − π(y)\n\n"
        "∂/∂h(y) log π(y) = 1\n",
        "pr",
    ),
    (
        "an equation and a definition of one function",
        r"Suppose $\sigma(z)=p$ with $\sigma(z)=1/(1+e^{-z})$. \[ e^{-z}=1/p-1 \]",
        "p",
    ),
    ("a place named by a word", r"Let $f(z)=z^2$. At the origin $f''(0)=2$ and $f'(0)=1$.", "pr"),
    ("what a known function meets", r"The exponential satisfies \[ e^{(a+b)/2}\geq\frac{e^a+e^b}2 . \]", "r"),
    ("rewards in order", "Two responses have rewards a ≥ b, and 0 < q < 1.\n\nq·a + (1 − q)·b ≤ a\n", "p"),
    (
        "a slope as a definition",
        r"Let $F(z)=z^n$ and $f(z)=F'(z)$, $n\ge2$, $z>0$. \[ f(1)=n \] \[ \int_0^1 f(z)\,dz=1 \]",
        "pp",
    ),
    ("a condition on what was defined", "Let b = 2·a. Suppose b = 4. Then 2·a = 4.", "p"),
    ("a hypothesis by its name", "Hypothesis: a = b + 1. Then a − b = 1.", "p"),
    ("a case by its name", "Case A > 0.\n|A| = A\n\nCase A < 0.\n|A| = A\n", "pr"),
    ("a function at its letter", "Let ρ(y) = π_ref(y)/π(y), k = −log ρ.\n\nE_{y~π}[k(y)] = D_KL(π ‖ π_ref)\n", "p"),
    ("a function of a number r", "Let v(r) = λ·σ(r).\n\nλ − v(r) = λ·σ(−r)\n", "p"),
    ("a defined letter varies", "Let b = log π(y_l), S = −log σ(b).\n\n∂S/∂b = −σ(−b)\n\n∂S/∂b = σ(b)\n", "pr"),
    ("both of a pair of bounds", "Let 0 < c, d < 1.\n\n1 − c > 0\n\nd > 0\n", "pp"),
    (
        "steps from 0",
        "Let δ_t = r_t + γ·V_{t+1} − V_t for t = 0, …, T − 1, with V_T = 0.\n\nV_T = 0\n\nt ≥ 0\n",
        "pp",
    ),
    ("the same order", "As z → ∞, log(1 + e^{−z}) ~ e^{−z}.\n\nAs z → −∞,\n\nlog(1 + e^{−z}) ~ z\n", "r"),
    (
        "set to zero",
        r"Let $L=a^2-2ab$. Then \[ \frac{\partial L}{\partial a} = 2a-2b. \]"
        r" Setting this derivative to zero, \[ a = b \] \[ a = 2b \]",
        "ppr",
    ),
    ("conditions of two values", "Let s be 1 for A > 0 and −1 for A < 0.\n\n|A|² = A²\n", "p"),
    ("what all satisfy", r"For all $z$ the logistic function satisfies \[ \sigma(z) \ge 1. \]", "r"),
    ("a word above a letter", r"Let $A^{\mathrm{loo}}=2r$. \[ A^{\mathrm{loo}} - r = r \]", "p"),
    ("a positive part", r"\[ (a)_+ - (-a)_+ = a \]", "p"),
    ("lengths of responses", r"Let $m = |y_w|$ and $s = \frac1m\log\pi(y_w)$. \[ m\,s = \log\pi(y_w) \]", "p"),
    ("a bound of what is set", "Set d = a − b > 0.\n\na > b\n", "p"),
    ("the next function", "f(u) = u²:   f(2) = 4\n\nf(u) = u³:   f(2) = 8\n\nf(2) = 4\n", "ppr"),
    ("conditions in brackets", r"\[ |a| = a \quad (a>0) \]", "p"),
    ("a definition with let", r"Let $f(z)=z^2$. \[ f(3)=9 \] \[ f(3)=6 \]", "pr"),
    ("a definition after its use", r"\[ g = 2h, \qquad h = a+b \] Then \[ g = 2a+2b \] \[ g = a+b \]", "pr"),
    ("a definition in the row", r"\[ u^2 \ge 0 \quad\text{where } u = a-b \] \[ u = b-a \]", "pr"),
    ("a definition told before a display", r"Define the score by \[ s = 2t \] Then \[ s - t = t \] \[ s = t \]", "pr"),
    ("a second definition", r"Let $c=1$. \[ c+1=2 \] Let $c=2$. \[ c+1=3 \] \[ c+1=2 \]", "ppr"),
    ("the built-in function", r"Let $\sigma(z)=1/(1+e^{-z})$. \[ \sigma(-z)=1-\sigma(z) \]", "p"),
    ("another function of that name", r"Let $\sigma(z)=1/(1+e^{z})$. \[ \sigma(0)=1/2 \] \[ \sigma'(z)>0 \]", "pr"),
    ("the first equation of a name", "m = (a + b)/2\n\nm − a = (b − a)/2\nm − a = b − a\n", "pr"),
    ("a functional", "J(π) = E_{y~π}[r(y)] + β·H(π)\n     = E_{y~π}[r(y) − β·log π(y)]\n", "p"),
    ("entries", r"Let $p_i=e^{z_i}/\sum_{j=1}^{n}e^{z_j}$. \[ \sum_{i=1}^n p_i = 1 \]", "p"),
    ("hypotheses", r"For $a>0$, $b>0$ we have \[ \log(ab)=\log a+\log b \] \[ \sqrt{a^2}=a \]", "pp"),
    ("letters in a list", r"Assume $a,b,c>0$. \[ |abc| = abc \] \[ |abc| = -abc \]", "pr"),
    ("an interval", r"Let $p\in(0,1)$. \[ p(1-p) > 0 \] \[ p > 1/2 \]", "pr"),
    ("kinds in words", "Let a be positive and let b be nonzero.\n\n|a|·b² > 0\n", "p"),
    ("a uniform policy", r"Let $\pi$ be uniform on $n$ responses. \[ H(\pi)=\log n \]", "p"),
    ("equal policies", r"If $\pi=\pi_{\mathrm{ref}}$, then $D_{\mathrm{KL}}(\pi\|\pi_{\mathrm{ref}})=0$.", "p"),
    ("a condition of the row", r"\[ |a| = a \quad\text{if } a>0 \] \[ |a| = a \quad\text{if } a<0 \]", "pr"),
    (
        "numbered cases",
        "Let x be real.\n\nCase 1. x > 0. Here\n|x| = x\n\nCase 2. x < 0. Now\n|x| = −x\n|x| = x\n\n"
        "In all cases\n|x| ≥ x\n",
        "pprp",
    ),
    ("labels of cases", "Let x be real.\nCase A: x > 0\n|x| = x\nCase B: x < 0\n|x| = −x\n|x| = x\n", "ppr"),
    (
        "bold labels of cases",
        r"\textbf{Case 1.} $x>0$. Then \[ |x|=x. \] \textbf{Case 2.} $x<0$. Then \[ |x|=-x. \] \[ |x|=x. \]",
        "ppr",
    ),
    (
        "a case within a case",
        "Case 1. A > 0 and x > 0.\nIf x > 1, then\n|A·x| > A\nIf x < 1, then\n|A·x| < A\n\nCase 2. A < 0 and x > 1.\n"
        "|A·x| = −A·x\n|A·x| = A·x\n",
        "pppr",
    ),
    (
        "not all equal",
        "Rewards r_1, …, r_n are not all equal, m = (1/n)·Σ_{i=1}^n r_i.\n\nΣ_{i=1}^n (r_i − m)² > 0\n\nm > 0\n",
        "pr",
    ),
    (
        "the greatest of a family",
        "Let z_1, …, z_n be real and m = max(z_1, …, z_n).\n\nm ≥ (1/n)·Σ_{i=1}^n z_i\n\nm ≤ (1/n)·Σ_{i=1}^n z_i\n",
        "pr",
    ),
    (
        "a greatest value between its bounds",
        r"Let $m=\max_{1\le i\le n}z_i$, $L=\log\sum_{i=1}^n e^{z_i}$. \[ L\ge m \] \[ L\le m+\log n \] \[ L\le m \]",
        "ppr",
    ),
    ("how entries are called", r"Let $z=(z_1,\dots,z_K)$. \[ \log\sum_{k=1}^K e^{z_k} = \sum_{k=1}^K z_k \]", "r"),
    (
        "the Kronecker delta in words",
        "Let p_i = e^{z_i}/Σ_j e^{z_j}, and let δ_ij be 1 if i = j and 0 otherwise.\n\n∂p_i/∂z_j = p_i·(δ_ij − p_j)\n\n"
        "∂p_i/∂z_j = p_i·(δ_ij − p_i)\n",
        "pr",
    ),
    (
        "a derivative at a point in a definition",
        "Let f(t) = −log t for t > 0 and r(y) = f'(π(y)/π_ref(y)).\n\nr(y) = −π_ref(y)/π(y)\n\nr(y) = π_ref(y)/π(y)\n",
        "pr",
    ),
    ("a datum in a chain", "Let Δ = r_w − r_l = 3. Then\n\nσ(Δ) = σ(3)\n\nσ(Δ) = σ(2)\n", "pr"),
    ("a datum and a claim in a chain", "Let Δ = r_w − r_l = 2 − (−1) = 4. Then\n\nσ(Δ) = σ(3)\n", "rp"),
    ("a chain of figures", "Let a = 2 and b = −1.\n\nd = a − b = 2 + 1 = 3\n\ng = a + b = 2\n", "ppr"),
    ("a claim in a chain", "Let p = σ(Δ) = 1/(1 + e^{Δ}).\n", "r"),
    ("a preference in a chain", "Let p = P(y_w ≻ y_l) = σ(h). Then\n\nlog(p/(1 − p)) = h\n\nlog p = h\n", "pr"),
    ("figures of one response", "π(a) = 0.3, π_ref(a) = 0.5.\n\nπ(a)/π_ref(a) = 0.6\n\nπ(a)/π_ref(a) = 0.5\n", "pr"),
    ("figures of a response", "Let π(y_w) = 0.3, π_ref(y_w) = 0.5.\n\nlog(π(y_w)/π_ref(y_w)) ≈ −0.511\n", "p"),
    ("a remark after a formula", "f(t) := t²\n\nf'(t) = 2·t    # power rule\n      = t + t\n", "pp"),
    (
        "a remainder in a case",
        "Let ℓ(z) = log(1 + e^{−z}). For a large margin ℓ(z) = e^{−z} + O(e^{−2z}) as z → ∞.\n",
        "p",
    ),
    ("letters in brackets", r"Let $w,l>0$ be the chances under the policy ($w,l$). \[ \log(w/l)=\log w-\log l \]", "p"),
    (
        "a positive advantage",
        "Let ρ > 0, 0 < ε < 1.\n\nFor a positive advantage,\n\nmin(ρ·A, (1+ε)·A) ≤ (1+ε)·A\n\n"
        "For a negative advantage,\n\nmin(ρ·A, (1+ε)·A) = A·max(ρ, 1+ε)\n\nmin(ρ·A, (1+ε)·A) = A·min(ρ, 1+ε)\n",
        "ppr",
    ),
    ("a mean in words", "Let b be the mean reward.\n\nE_{y~π}[r(y) − b] = 0\n", "u"),
    ("a mean in words and symbols", "Let b be the mean reward, b = E_{y~π}[r(y)].\n\nE_{y~π}[r(y) − b] = 1\n", "r"),
    ("a factor in an interval", "Let γ be a discount factor in (0, 1).\n\n1/(1 − γ) > 1\n\n1/(1 − γ) > 2\n", "pr"),
    ("a discount factor", "Let γ be a discount factor.\n\nγ ≤ 1\n", "p"),
    ("rewards bounded in words", "All rewards are nonnegative.\n\nE_{y~π}[r(y)] ≥ 0\n", "u"),
    (
        "a solution",
        r"Let $p>0$, and let $u$ be the solution of $pu-1=0$. Then \[ u=\tfrac1p \] \[ u=p \]",
        "pr",
    ),
    ("a root of a function", "Let f(u) = u² − 1 and let v be a root of f.\n\nv² = 1\n", "u"),
    (
        "premises joined by and",
        "case 1:  a > 0 and b > 1 ⇒ a·b > a\n\ncase 2:  a < 0 and b > 1 ⇒ a·b > a\n",
        "pr",
    ),
    (
        "the best response",
        r"Let $y^\star$ be a response with $r(y)\le r(y^\star)$ for all $y$. \[\sum_y\pi(y)r(y)\le r(y^\star)\]",
        "p",
    ),
    (
        "a remark on letters in brackets",
        "For p > 0 and q > 0 (p for the teacher, q for the student),\n\n"
        "log(p·q) = log p + log q\n\nlog(p·q) = log p − log q\n",
        "pr",
    ),
    ("scores and a temperature", r"The pair has scores $s_w,s_l$, $b>0$. \[ \sqrt{s_w^2}=s_w \]", "r"),
    ("a family and its number", r"For rewards $R_1,\dots,R_G$, $G\ge2$, \[ \sum_{i=1}^G R_i \ge 0 \]", "r"),
    (
        "a group that is numbered",
        "A group of G ≥ 2 answers has rewards R_1, …, R_G, mean m = (1/G)·Σ_{i=1}^G R_i.\n\nΣ_{i=1}^G (R_i − m) = 0\n\n"
        "Σ_{i=1}^G R_i = m/G\n",
        "pr",
    ),
    ("one prompt", "For one prompt x let r(x,y) = log π(y|x) − log π_ref(y|x).\n\nr(x,y_w) = log π(y_w|x)\n", "r"),
    ("what a condition gives", "λ real, for this y:\n\nr − b·(a + 1) − λ = 0\n\ngives\n\nr − λ = b·(a + 1)\n", "p"),
    ("what the next display is", r"The first is \[ h(t)=t^2. \] Hence \[ h(2)=4 \] \[ h(2)=5 \]", "pr"),
    (
        "a variance of two and its bound",
        "R and S are independent with mean μ and variance 0 < v < 1.\n\nVar[R + S] = 2·v\n\nVar[R + S] = v\n",
        "pr",
    ),
    (
        "a variance and its bound",
        "X_1, …, X_n are independent with mean m > 0 and variance 0 < v < 1. Let M = (1/n)·Σ_{i=1}^n X_i.\n\n"
        "E[(M − m)^2] = v/n\n\nE[M^2] = m^2\n",
        "pr",
    ),
    (
        "how many there are, beside a limit",
        r"Let $\mathcal Y$ be a finite set with $n$ elements. \[ \lim_{b\to0^+}\sum_{y}\pi(y)e^{b r(y)}=1 \] "
        r"\[ H(\pi)\le\log n \] \[ H(\pi)=\log n \]",
        "ppr",
    ),
    (
        "what follows from an injective function",
        r"Let $a,b$ be scores with \[ \sigma(a)=\sigma(2b). \] As $\sigma$ is injective, \[ a=2b \] \[ a=b \]",
        "pr",
    ),
    (
        "what determines a gap",
        r"For $0<q<1$ the gap $D$ is determined by $\sigma(D)=1-q$. So \[ \sigma(-D)=q \] \[ \sigma(-D)=1-q \]",
        "pr",
    ),
    (
        "near a point",
        r"Near $z=0$ we have \[ \sigma(z)=\tfrac12+\tfrac z4+O(z^3) \] \[ \sigma(z)=\tfrac12+\tfrac z2+O(z^3) \]",
        "pr",
    ),
    ("as it is written", "Elo writes the chance as P = 1/(1 + e^{−D}), D real.\n\n1 − P = σ(−D)\n\n1 − P = P\n", "pr"),
    (
        "a parameter said to be real",
        r"Let $p=\sigma(\theta)$, $\theta\in\mathbb{R}$. \[ \frac{\partial p}{\partial\theta}=p(1-p) \]",
        "p",
    ),
    (
        "entries that sum to one",
        "p_1, ..., p_n are positive and add up to 1; H = −Σ_{i=1}^{n} p_i·log p_i.\n\nH ≤ log n\n\nH ≤ 0\n",
        "pr",
    ),
    ("entries that are positive", "Let a_1, …, a_n be positive.\n\nΣ_{i=1}^n a_i > 0\n\nΣ_{i=1}^n a_i > 1\n", "pr"),
    ("a real advantage", r"The advantage $A\in\mathbb{R}$ is a number. \[ A^2 \ge 0 \] \[ A\ge0 \]", "pr"),
    ("a bound in words", "Let x be at least 1.\n\nx² ≥ 1\n\nx² > 1\n", "pr"),
    ("another bound in words", r"Suppose $x$ is no greater than $-1$. \[ x^2\ge1 \] \[ x<-1 \]", "pr"),
    ("a bound of a ratio in words", "The ratio ρ stays above 1 + ε.\n\nρ > 1\n\nρ > 2\n", "pr"),
    ("a remark that bounds", "Here x exceeds 2. Then x > 1.\n", "p"),
    ("a probability", "Let p be the probability of a win.\n\np ≤ 1\n\np > 1/2\n", "pr"),
    ("the same sign", "Let a and b have the same sign.\n\na·b > 0\n", "u"),
    ("one of them", "Numbers a, b, at least one of them positive.\n\nmax(a, b) > 0\n", "u"),
    ("in order", "Rewards a, b sorted in descending order.\n\na ≥ b\n", "u"),
    ("not both zero", r"Let $a,b$ be reals, not both zero. \[ a^2+b^2>0 \] \[ a^2>0 \]", "pr"),
    ("not all alike", "Let a, b, c be reals, not all equal.\n\n(a−b)² + (a−c)² > 0\n\n(a−b)² > 0\n", "pr"),
    *(
        (f"a new letter told: {words}", words + r" \[ |d| = d \] \[ d = 1 \]", "pr")
        for words in (
            r"Two answers have equal length and the quality gap $d>0$.",
            r"The two scores differ by $d>0$.",
            r"The longer answer wins by a margin of $d>0$ points.",
            r"Both answers have equal cost; a token has weight $d>0$.",
            r"A batch of size $d\ge2$ is drawn.",
            r"We draw with a total of $d\geq 2$.",
            r"A pair is labelled with probability $d\in(0,1)$; nothing else is random.",
        )
    ),
    ("a claim of a new letter", r"Hence the loss has a root $d>0$. \[ |d| = d \]", "rr"),
    ("what does not have it", r"The loss has no slope $d>0$. \[ |d| = d \]", "r"),
    *(
        (
            f"what a display that is supposed meets: {words}",
            rf"Let $\mu$ be a policy. {words[0]} \[ q(y)=\mu(y)\,e^{{s(y)-c}}, \] {words[1]} "
            r"\[ e^c=\sum_y\mu(y)e^{s(y)} \] \[ c=\log\sum_y\mu(y)e^{s(y)} \] \[ c=\sum_y\mu(y)s(y) \]",
            verdicts,
        )
        for words, verdicts in (
            (("Suppose that for a real number $c$ the function", r"satisfies $\sum_yq(y)=1$. Then"), "ppr"),
            (("Assume that for some $c$ the weights", r"sum to one, $\sum_yq(y)=1$. Hence"), "ppr"),
            (("Suppose that for some $c$ the function", "is a distribution. Then"), "uuu"),
        )
    ),
    (
        "what a defined function does not meet",
        r"Let $f$ be the function \[ f(z)=z^2, \] which satisfies $f(z)=z$. Then \[ z^2=z \]",
        "ru",
    ),
    (
        "the sign of a letter that an equation determines",
        "Let 0 < q < 1/2, τ > 0 and let m be a real number with σ(τ·m) = 1 − q.\n\nm > 0\n\nm < 0\n\nm ≥ 1\n",
        "prr",
    ),
    ("a sign under too little", "Let 0 < q < 1, τ > 0 and let m be real with σ(τ·m) = 1 − q.\n\nm > 0\n", "r"),
    ("a slope that an equation determines", "Let a > 1, b > 0 and suppose b·x + 1 = a.\n\nx > 0\n\nx < 0\n", "pr"),
    ("a root has two signs", "Let a > 1 and suppose x² = a.\n\nx > 0\n", "r"),
    ("a slope of any sign", "Let a > 1, let b be real and suppose b·x + 1 = a.\n\nx > 0\n", "r"),
    *(
        (f"a sum whose end goes to infinity: {total}", f"Fix 0<γ<1.\n\n{total} = {value}\n\n{total} = {slip}\n", "pr")
        for total, value, slip in (
            ("lim_{n→∞} Σ_{k=0}^{n} γ^k", "1/(1 − γ)", "γ/(1 − γ)"),
            ("lim_{T→∞} Σ_{t=0}^{T−1} γ^t", "1/(1 − γ)", "γ/(1 − γ)"),
            ("lim_{n→∞} Σ_{k=1}^{n} k·γ^k", "γ/(1 − γ)²", "1/(1 − γ)²"),
            ("lim_{T→∞} (1 − γ)·Σ_{t=0}^{T} γ^t", "1", "γ"),
        )
    ),
    ("sums to infinity that have no value", "Let γ > 1.\n\nlim_{n→∞} Σ_{k=0}^{n} γ^k = 1/(1 − γ)\n", "u"),
    *(
        (
            f"a function of a reward: {words}",
            r"Let $W(r,\tau)=\sum_y\pi_{\mathrm{ref}}(y)e^{r(y)/\tau}$ for a reward $r$, $\tau>0$, a real $c$, $k>0$. "
            + words,
            verdicts,
        )
        for words, verdicts in (
            (r"\[ W(r+c,\tau)=e^{c/\tau}W(r,\tau) \] \[ W(r+c,\tau)=e^cW(r,\tau) \]", "pr"),
            (r"\[ W(kr,k\tau)=W(r,\tau) \] \[ W(kr,\tau)=W(r,\tau) \]", "pr"),
            (r"\[ W(0,\tau)=1 \] \[ W(c,\tau)=e^{c/\tau} \] \[ W(c,\tau)=c \]", "ppr"),
            (r"Let $U(r)=\tau\log W(r,\tau)$. \[ U(r+c)=U(r)+c \] \[ U(r+c)=U(r) \]", "pr"),
        )
    ),
    ("a policy may move with the reward", r"Let $J(r)=\sum_y\pi(y)r(y)$. \[ J(r+c)=J(r)+c \]", "u"),
    (
        "numbers of one response",
        "For a fixed response write a = π(y) > 0, b = π_ref(y) > 0 and s = r(y). Suppose s + τ·b/a = μ with τ > 0 and "
        "μ > s. So\n\na·(μ − s) = τ·b\n\na/b = (μ − s)/τ\n\nb/a = (μ − s)/τ\n\nb = a\n",
        "ppprpr",
    ),
    (
        "a number of one response in a sum",
        "For a fixed response let s = r(y).\n\nΣ_y π(y)·(r(y) − s) = Σ_y π(y)·r(y) − s\n\nΣ_y π(y)·r(y) = s\n",
        "pr",
    ),
    (
        "a random variable with letters for its moments",
        "Let X be a random variable with finitely many values, a = E[X] and w = E[(X − a)²]; c is a constant.\n\n"
        "E[(c − X)²] = (c − a)² + w\n\nE[(c − X)²] = (c − a)² − w\n\nE[X²] = a² + w\n\nE[X²] = a²\n\n"
        "d/dc E[(c − X)²] = 2·(c − a)\n\nd/dc E[(c − X)²] = 2·(a − c)\n",
        "prprpr",
    ),
    (
        "a random variable beside another",
        "A score s is a random variable, m = E[s], v = E[(s − m)²], and t is another random variable.\n\n"
        "E[(t − s)²] = (t − m)² + v\n",
        "u",
    ),
    (
        "a number that depends on a random variable",
        "A score s is a random variable with m = E[s] and v = E[(s − m)²]; c depends on s.\n\n"
        "E[(c − s)²] = (c − m)² + v\n",
        "u",
    ),
    ("nouns before a list", r"Two responses have scores $p,q>0$. \[ \sqrt{p^2}=p \]", "p"),
    ("words that name a value", "avg = (1 + 2)/3 = 1\nspread = 3·(1 − 1) = 0\nso = 0\n", "ppp"),
    ("words that are a remark", "σ(x) + σ(−x) = 1/(1+e^{−x}) + 1/(1+e^x)\n  common terms = 1\n  spread = 2\n", "pp"),
    ("a name begins a chain", "x = 1 + 1\nKL term = 3 + 1\n= 4\n= 2\n", "pr"),
    (
        "a slope behind a curvature",
        r"Let $L(h)=h^2-h$. \[ L'(h)=2h-1 \] \[ L''(h)=2 \] "
        r"Setting the derivative to zero, \[ 2h-1=0 \Rightarrow h=1 \]",
        "ppr",
    ),
    ("what no longer depends", r"Let $m(p)=\min(p,1)$. If $p>1$, this no longer depends on $p$ and \[ m(p)=1. \]", "p"),
    ("cases", "For a > 0:\n|a| = a\nFor a < 0:\n|a| = −a\n|a| = a\n", "ppr"),
    ("new data", "Let a = 1. Then a + 1 = 2. Suppose now that a = 3. Then a + 1 = 4.", "pp"),
    (
        "a condition to be solved",
        r"Setting the slope to zero gives \[ 2x - 4a = 0, \] hence \[ x = 2a \] \[ x = a \]",
        "pr",
    ),
    ("rows with arrows", "x − a = 0\n⇒ x = a\n⇒ x = 2a\n", "pr"),
    ("an implication in words", r"$a=b$ implies $2a=2b$.", "p"),
    ("a limit in a sentence", "As z → ∞, σ(z) → 1. As z → −∞, σ(z) → 1.", "pr"),
    ("an expansion", r"As $z\to0$, \[ e^z = 1+z+O(z^2) \] \[ e^z = 1+2z+O(z^2) \]", "pr"),
    ("a function declared", r"Let $f:\mathbb R\to\mathbb R$. \[ f(a)-f(a) = 0 \]", "p"),
    ("labels of items", "(i)  2a + a = 3a\n(ii) 2a·a = 2a²\n(iii) 2a·a = 3a\nStep 2: a + a = 2a\n", "pprp"),
    ("a row that ends with a bar", "|a − b| = |b − a|\n|a|² = a²\n|a − b| ≥ |a|\n", "ppr"),
    ("the label of a row", r"\[ (i)\; 2a+a=3a \] \[ (b)\quad 2a=3a \]", "pr"),
    ("a sign as part of a name", r"Let $A^+=\max(A,0)$ and $A^-=\min(A,0)$. \[ A^++A^-=A \] \[ A^+-A^-=A \]", "pr"),
    ("a sign that nothing explains", "A⁺ ≥ 0\n", "u"),
    ("letters side by side", "Let s = u·c.\n\ns + c = uc + c\n−uc = s\n", "pr"),
    (
        "functions of a letter",
        "Let u(t) and v(t) be differentiable functions of t, and w = u·v.\n\n"
        "d/dt (u(t)·v(t)) = u'(t)·v(t) + u(t)·v'(t)\ndw/dt = u'·v + u·v'\nd/dt u'(t) = u''(t)\ndw/dt = u'·v'\n",
        "pppr",
    ),
    (
        "the slope of an unknown gap",
        r"Let $D(\phi)$ be twice differentiable and $\ell(\phi)=-\log\sigma(D(\phi))$."
        r"\[ \frac{d\ell}{d\phi} = -\sigma(-D(\phi))\,D'(\phi) \] \[ \ell'(\phi) = -\sigma(D(\phi))\,D'(\phi) \]",
        "pr",
    ),
    ("the slope of the logistic function", "dσ/dz = σ(z)·(1 − σ(z))\nd²σ/dz² = σ(z)·σ(−z)\n", "pr"),
    ("a slope in text", "Let f(ρ) = ρ².\n\ndf/dρ = 2ρ\nf' = 2ρ\nf''(ρ) = 3\n", "ppr"),
    ("a slope of what is not told", "σ' = σ·(1 − σ)\n", "u"),
    (
        "another reward with a prime",
        "Let r'(x,y) = r(x,y) + f(x), Z(x) = Σ_y π_ref(y|x)·exp(r(x,y)), Z'(x) = Σ_y π_ref(y|x)·exp(r'(x,y)).\n\n"
        "Z'(x) = exp(f(x))·Z(x)\nr'(x,y_1) − r'(x,y_2) = r(x,y_1) − r(x,y_2)\nZ'(x) = Z(x)\n",
        "ppr",
    ),
    (
        "one preference for all",
        "With strengths λ_i = e^{s_i} define P(i ≻ j) = λ_i/(λ_i + λ_j).\n\n"
        "P(1 ≻ 2) = σ(s_1 − s_2)\nP(1 ≻ 2) + P(2 ≻ 1) = 1\nλ_1 = λ_2·e^{s_1 − s_2}\nP(1 ≻ 2) = σ(s_2 − s_1)\n",
        "pppr",
    ),
    (
        "a ranking of three",
        "Let w_i = e^{s_i} and P(i ≻ j ≻ k) = (w_i/(w_i + w_j + w_k))·(w_j/(w_j + w_k)).\n\n"
        "P(1 ≻ 2 ≻ 3) + P(1 ≻ 3 ≻ 2) = w_1/(w_1 + w_2 + w_3)\n∂/∂s_2 log P(1 ≻ 2 ≻ 3) = 1 − w_2/(w_2 + w_3)\n",
        "pr",
    ),
    (
        "two indices",
        r"Let $P_{ij}=\sigma(r_i-r_j)$. \[ P_{12}P_{23}P_{31} = P_{21}P_{32}P_{13} \] \[ P_{ij}+P_{ji} = 1 \]"
        r"\[ P_{12}P_{23} = P_{13} \]",
        "ppr",
    ),
    (
        "an objective of any policy",
        "Let J(π) = Σ_y π(y)·r(y) − β·Σ_y π(y)·log(π(y)/π_ref(y)), Z = Σ_y π_ref(y)·exp(r(y)/β) and "
        "π*(y) = π_ref(y)·exp(r(y)/β)/Z, β > 0.\n\n"
        "J(π*) = β·log Z\nJ(π_ref) = Σ_y π_ref(y)·r(y)\nJ(π*) − J(π) = β·D_KL(π ‖ π*)\nJ(π*) − J(π) = β·D_KL(π* ‖ π)\n",
        "pppr",
    ),
    (
        "a divergence of any function",
        "For positive policies define D_f(π ‖ π_ref) = Σ_y π_ref(y)·f(π(y)/π_ref(y)). Let f_1(t) = t·log t and "
        "f_2(t) = −log t.\n\nD_{f_1}(π ‖ π_ref) = D_KL(π ‖ π_ref)\nD_{f_2}(π ‖ π_ref) = D_KL(π_ref ‖ π)\n"
        "D_{f_2}(π ‖ π_ref) = D_KL(π ‖ π_ref)\n",
        "ppr",
    ),
    (
        "entries that are functions",
        "For τ > 0 let p_i(τ) = e^{z_i/τ}/(e^{z_1/τ} + e^{z_2/τ}).\n\np_1(τ) + p_2(τ) = 1\np_1(2) = σ((z_1 − z_2)/2)\n"
        "p_2(τ) = σ((z_1 − z_2)/τ)\n",
        "ppr",
    ),
    (
        "what varies with y and does not show it",
        "Let u = log π(y) − log π_ref(y).\n\nE_{y~π}[u] = D_KL(π ‖ π_ref)\nπ(y) = π_ref(y)·e^{u}\nE_{y~π_ref}[u] = 0\n",
        "ppr",
    ),
    (
        "a ratio of parameters",
        r"Let $\rho(\theta)=\frac{\pi_\theta(y)}{\pi_{\mathrm{old}}(y)}$. \[ \frac{\partial\rho}{\partial\theta} ="
        r"\rho(\theta)\frac{\partial}{\partial\theta}\log\pi_\theta(y) \] \[ \nabla_\theta\log\rho(\theta)="
        r"\nabla_\theta\pi_\theta(y) \] \[ \rho(\theta_{\mathrm{old}})=1 \]",
        "pru",
    ),
    (
        "responses by letters and numbers",
        "Let h = log(π(w)/π(l)).\n\ne^h·π(l) = π(w)\nr(1) − r(2) = −(r(2) − r(1))\nr(1) = r(2)\nπ(1) + π(2) = 1\n",
        "ppru",
    ),
    (
        "leave one out",
        "The mean is m = (1/G)·Σ_{j=1}^{G} r_j, G ≥ 2, and A_i = r_i − (1/(G − 1))·Σ_{j≠i} r_j.\n\n"
        "A_i = (G/(G − 1))·(r_i − m)\nΣ_{i=1}^{G} A_i = 0\nA_i = r_i − m\n",
        "ppr",
    ),
    (
        "a definition that uses the next one",
        "Let π_β(y) = π_ref(y)·exp(r(y)/β)/Z(β), where β > 0 and Z(β) = Σ_y π_ref(y)·exp(r(y)/β). "
        "Take two responses a and b.\n\nπ_β(a)/π_β(b) = (π_ref(a)/π_ref(b))·exp((r(a) − r(b))/β)\n"
        "log π_β(a) = log π_ref(a) + r(a)/β + log Z(β)\n",
        "pr",
    ),
    (
        "the entropy of a number",
        "H(p) = −p·log p − (1 − p)·log(1 − p) denotes the binary entropy, 0 < p < 1.\n\n"
        "d/dp H(p) = log((1 − p)/p)\nH(1/2) = log 2\nd²/dp² H(p) = 1/p + 1/(1 − p)\n",
        "ppr",
    ),
    (
        # 0.6; 0.0851228..., 0.8018186..., 1.7327168..., 0.7843988... by mpmath at 50 digits
        "vectors of data",
        "π = (0.7, 0.2, 0.1), π_ref = [0.5, 0.3, 0.2], r = (1, 0, −1).\n\n"
        "E_π[r] = 0.6\nD_KL(π ‖ π_ref) ≈ 0.0851\nD_KL(π ‖ π_ref) ≈ 0.0861\nH(π) ≈ 0.8018\nπ_1 = 0.9\n"
        "max_y r(y) = r(1)\n"
        "Let Z = Σ_y π_ref(y)·exp(r(y)) and π*(y) = π_ref(y)·exp(r(y))/Z.\n\nZ ≈ 1.7327\nπ*(1) ≈ 0.7844\n"
        "Σ_y π*(y) = 1\nπ*(y) = π_ref(y)\n",
        "pprprppppu",
    ),
    ("probabilities that do not add up", "π = (0.7, 0.2).\n\nΣ_y π(y) = 0.9\n", "uu"),
    ("vectors of two lengths", "π = (0.7, 0.3), r = (1, 2, 3).\n\nΣ_y π(y)·r(y) = 1.3\n", "u"),
    (
        "a hypothesis with what is defined after it",
        "Suppose A_t = δ_t + γ·A_{t+1} and δ_t = r_t + γ·V_{t+1} − V_t.\n\nA_t + V_t = r_t + γ·V_{t+1} + γ·A_{t+1}\n",
        "p",
    ),
    (
        "a policy that is called positive, then defined",
        r"Suppose $\pi^*(y\mid x)=\pi_{\mathrm{ref}}(y\mid x)/Z(x)$, where all of $\pi^*,Z(x)$ are positive."
        r"\[ \log\pi^*(y\mid x)=\log\pi_{\mathrm{ref}}(y\mid x)-\log Z(x) \]",
        "p",
    ),
    ("the entropy of nothing that is known", "H(1/2) = log 2\n", "u"),
    ("data of numbered responses", "We have π(1) = 1/4, π(2) = 3/4.\n\nπ(1)/π(2) = 1/3\n", "p"),
    (
        "an entry and the sum over all entries",
        "Let p_i = e^{z_i}/Σ_j e^{z_j}.\n\n∂/∂z_1 log p_1 = 1 − p_1\n",
        "u",
    ),
    ("a logarithm of what was turned round", "Let z < 2.\n\nlog(2 − z) ≤ e^a\n\nlog(2 − z) ≤ 1 − z\n", "rp"),
    (
        "powers of what is below one",
        "Let 0 < p < 1 and n ≥ 2 be an integer.\n\n1 − (1 − p)^n ≥ p\n\n(1 − p)^{n−1} ≤ 1\n\n1 − (1 − p)^n ≥ 2·p\n",
        "ppr",
    ),
    (
        "a case split in words",
        "Let 0 < ε < 1 and g(A) = (1 + ε)·A if A ≥ 0, (1 − ε)·A otherwise.\n\ng(−1) = ε − 1\ng(A) = A + ε·|A|\n"
        "g(−A) = −g(A)\n",
        "ppr",
    ),
    (
        "a case split by its conditions",
        "For A ≥ 0 let g(A) = 2·A. For A < 0 let g(A) = 3·A.\n\ng(1) = 2\ng(−1) = −3\ng(−1) = −2\n",
        "ppr",
    ),
    (
        "a case split in rows",
        r"Define \begin{align*} g(A) &= 2A, && A\ge 0, \\ g(A) &= 3A, && A<0. \end{align*}"
        r"\[ g(A) = \frac52A-\frac12|A| \]",
        "p",
    ),
    (
        "what the last entry is",
        "Let c_t = 2 for t < T and c_T = 5, where T ≥ 1.\n\nc_1 = 2\n",
        "r",
    ),
    ("a value for some", "Let r = 1 if the answer is right and 0 otherwise.\n\nr = 1\n\nr = 0\n", "uu"),
    (
        "a value for the one and for the other",
        "Let v(z) = 2·σ(z) for desirable and v(z) = 3·σ(−z) for undesirable responses.\n\nv(0) = 1\nv(0) = 3/2\n",
        "uu",
    ),
    (
        "claims with conditions",
        "Let 0 < ε < 1. Then clip(x, 1−ε, 1+ε) = 1+ε for x ≥ 1+ε and clip(x, 1−ε, 1+ε) = 1 for 1−ε ≤ x ≤ 1+ε.",
        "pr",
    ),
    (
        "sums to n over entries",
        r"Let $\Lambda(z)=\log\sum_{j=1}^{K}e^{z_j}$ and $p_i=e^{z_i}/\sum_{j=1}^{K}e^{z_j}$."
        r"\[ \frac{\partial\Lambda}{\partial z_i}=p_i \] \[ \max_j z_j\le\Lambda(z)\le\max_j z_j+\log K \]"
        r"\[ \frac{\partial p_i}{\partial z_k}=p_ip_k \]",
        "pppr",
    ),
    (
        "an entry among those that are counted",
        "Let S = Σ_{j=1}^n j·z_j and n ≥ 2.\n\n∂S/∂z_i = i\n\n∂S/∂z_i = 0\n",
        "pr",
    ),
    ("an entry by its number", "Let m = (1/n)·Σ_{i=1}^n z_i, n ≥ 2.\n\n∂m/∂z_1 = 1/n\n\n∂m/∂z_1 = 1\n", "pr"),
    (
        "entries with an argument",
        "Let p_i(τ) = e^{z_i/τ}/Σ_j e^{z_j/τ} for τ > 0.\n\nΣ_j p_j(τ) = 1\np_k(τ)/p_i(τ) = e^{(z_k − z_i)/τ}\n"
        "p_k(τ) − p_i(τ) = 0\n",
        "ppr",
    ),
    (
        "entries in a row",
        r"Let $q_1,\dots,q_n>0$ with $\sum_k q_k=1$ and $Z=\sum_{k=1}^n q_ke^{r_k}$."
        r"\[ \log Z\ge\sum_{k=1}^n q_kr_k \] \[ \log Z\le\sum_{k=1}^n q_kr_k \]",
        "pr",
    ),
    ("one of n equal parts", "Take π_ref(y) = 1/n for every y.\n\nH(π_ref) = log n\nH(π_ref) = n\n", "pr"),
    (
        "a letter inside a definition",
        r"Let $\pi_\beta(y)\propto\pi_{\mathrm{ref}}(y)e^{r(y)/\beta}$, $\beta>0$, $M(\beta)=\sum_y\pi_\beta(y)r(y)$,"
        r" $V(\beta)=\sum_y\pi_\beta(y)(r(y)-M(\beta))^2$. \[ M'(\beta)=-V(\beta)/\beta^2 \] \[ M'(\beta)=0 \]",
        "pr",
    ),
    ("steps", "Let w_t = (1 − γ)·γ^t, 0 < γ < 1.\n\nΣ_{t=0}^{T−1} w_t = 1 − γ^T\nw_1 = 1 − γ\n", "pr"),
    (
        "the end of a sequence",
        "Let δ_t = r_t + γ·V_{t+1} − V_t for t = 0, 1, 2, where V_3 = 0.\n\nδ_2 = r_2 − V_2\nδ_1 = r_1 − V_1\n",
        "pr",
    ),
    (
        "limits at the ends of an interval",
        "Let h(p) = −p·log p, 0 < p < 1.\n\nh(p) → 0 as p → 0+\n\nlim_{p→0} h(p) = 0\n\nlim_{p↑1} h(p) = 1\n\n"
        "h(p) → 0 (p ↓ 0)\n",
        "pprp",
    ),
    (
        "large and small",
        "For large x, σ(x) = 1 − e^{−x} + O(e^{−2x}).\n\nFor small x, σ(x) = 1/2 + x/4 + O(x³)\n\n"
        "For small x, σ(x) = 1/2 + x/2 + O(x²)\n",
        "ppr",
    ),
    (
        "a limit over whole numbers",
        "Let T ≥ 1 be an integer.\n\nΣ_{t=1}^{T} t = T(T+1)/2\n\nlim_{T→∞} (1 + c/T)^T = e^c\n\n"
        "lim_{T→∞} (1 + c/T)^T = c\n",
        "ppr",
    ),
    ("a third derivative", "Let f(x) = σ(κx).\n\nf‴(0) = −κ³/8\n\nf″(0) = κ²\n", "pr"),
    ("a power below a derivative", "d/du (u − 1/τ)² = 2·u − 2/τ\n\nd/du (u − 1/τ)² = 2·u\n", "pr"),
    (
        "token by token",
        "A response is sampled token by token, π(y) = π(y_1)·π(y_2|y_1), every factor positive. Then\n\n"
        "log π(y) = log π(y_1) + log π(y_2|y_1)\n\nlog π(y) = log π(y_1)·log π(y_2|y_1)\n",
        "pr",
    ),
    (
        "three tokens",
        "Let π(y) = π(y_1)·π(y_2|y_1)·π(y_3|y_1,y_2), all positive.\n\nexp(−(1/3)·log π(y)) = π(y)^{1/3}\n\n"
        "π(y) ≤ π(y_1)\n",
        "ru",
    ),
    ("what a sentence tells", "The advantages add up to zero, A_1 + A_2 = 0. Then A_1 = −A_2.", "uu"),
    (
        "a condition in brackets",
        r"Let the probabilities be $q$ and $1-q$ $(0<q<1)$. For $q=\tfrac12$, \[ \log\frac{q}{1-q}=0 \] \[ q = 1 \]",
        "pr",
    ),
    (
        "terms that are collected",
        r"Let $\tau>0$. Suppose $h$ satisfies the stationarity condition \[ 2(h-1)+4(h+\tau)=0. \] Collecting terms,"
        r" \[ 6h+4\tau=2, \] so \[ h=\frac{1-2\tau}{3}. \]",
        "pp",
    ),
    (
        "the number of an equation",
        "Let q be given.\n\nKL(π ‖ π) = 0 (2)\n\nKL(π ‖ q) + KL(q ‖ π) ≥ 0      (2.1)\n",
        "pp",
    ),
    (
        "remarks in brackets between two names",
        r"Let $p$ (the teacher) and $q$ (the student) be probability vectors. \[ \sum_i p_iq_i \le 1 \]",
        "p",
    ),
    (
        "an entry before a bracket",
        r"Let $\pi_j=e^{z_j}/\sum_{k=1}^ne^{z_k}$, $F=\sum_k\pi_kf_k$. \[ \frac{dF}{dz_j}=\pi_j\Bigl(f_j-F\Bigr) \]"
        r" Let $q$ be a probability vector. \[ \sum_kq_k=1 \]",
        "pp",
    ),
    (
        "a whole number",
        "Let n be a positive integer and 0 ≤ p < 1.\n\n(1 − p)^n ≥ 1 − n·p\n\n1 − (1 − p)^n ≤ n·p\n\n"
        "(1 − p)^n ≥ 1 − p\n",
        "ppr",
    ),
    ("a law on so many points", "Let p be a probability distribution on n ≥ 2 points.\n\nΣ_y p(y)² ≥ 1/n\n", "p"),
    (
        "which one is counted",
        r"Let $p_k=e^{z_k}/\sum_{j=1}^Ke^{z_j}$ for $k=1,\dots,K$. \[ \frac{dp_k}{dz_k}=p_k(1-p_k) \]",
        "p",
    ),
    (
        "one or two",
        "Of n samples, drawing one or two, we define u = 1 − c/n and w = u².\n\nw = 1 − 2·c/n + c²/n²\n",
        "p",
    ),
    (
        "a function told after its use",
        "Define s(u) = 4·S(u − 1) with S(z) = 1/(1 + e^{−z}).\n\ns(1) = 2\n\ns(1) = 1\n",
        "pr",
    ),
    (
        "what a letter satisfies",
        r"At the optimum the margin $h$ satisfies $\sigma(\beta h)=1-\varepsilon$, with $\beta>0$, $0<\varepsilon<1$."
        r" \[ e^{-\beta h}=\frac{\varepsilon}{1-\varepsilon} \]",
        "p",
    ),
    (
        "rows that cover all numbers",
        r"Let $c>a$, $g(x)=\max(\min(x,c),a)$. \[ g(x)=\begin{cases} c & \text{if } x>c \\ x & \text{if } a\le x\le c"
        r" \\ a & \text{if } x<a \end{cases} \]",
        "p",
    ),
    (
        "a response of tokens",
        "π(y) = π(y_1)·π(y_2|y_1) for a response y.\n\nlog π(y) = log π(y_1) + log π(y_2|y_1)\n",
        "p",
    ),
    ("fractions in one sign", "Let x > 0.\n\n(½ + x)² = ¼ + x + x²\n\nx^½ = √x\n\n2½ + x = x + 5/2\n", "ppu"),
    (
        "a function with a parameter below",
        "For x > 0 and α ≠ 0 let g_α(x) = (1 − x^{−α})/α.\n\ng_1(x) = 1 − 1/x\n\ng_2(x) = 1 − 1/x²\n",
        "pr",
    ),
    (
        "an expansion defines nothing",
        r"Let $k(\ell)=e^{-\ell}-1+\ell$ for real $\ell$. As $\ell\to0$, "
        r"\[ k(\ell)=\frac{\ell^2}{2}+\frac{\ell^3}{6}+O(\ell^4), \] so that "
        r"\[ \lim_{\ell\to0}\frac{k(\ell)}{\ell^2}=\frac12. \]",
        "rp",
    ),
    (
        "probabilities of one response",
        r"Let $\pi,\pi_{\mathrm{ref}}>0$, $\beta>0$ and suppose the first-order condition"
        r" \[ r-\beta\Bigl(\log\frac{\pi}{\pi_{\mathrm{ref}}}+1\Bigr)-\lambda=0 \] holds. Solving it,"
        r" \[ \pi=\pi_{\mathrm{ref}}\,e^{(r-\lambda)/\beta-1}. \] \[ \pi=\pi_{\mathrm{ref}}\,e^{(r-\lambda)/\beta} \]",
        "pr",
    ),
    ("the π of 2π is 3.14…", "The density is 1/√(2π).\n\n2π = 6.283\n", "p"),
    ("a policy applied is no number", "Let ρ = π_θ(y)/π_ref(y).\n\nlog π_θ = 2·log π_θ\n", "u"),
    (
        "a probability that something has",
        r"For $a\in\mathbb{R}$ the first has probability $P=\frac{e^a}{e^a+e^b}$. \[ \log P=a-\log(e^a+e^b) \]",
        "p",
    ),
    (
        "a supposition that a formula says",
        r"Suppose the reward is linear, $r(y)=c\,f(y)$, with a scalar $c$. \[ r(y)=2c\,f(y) \]",
        "r",
    ),
    (
        "what is assumed comes after i.e.",
        r"Assume that the loss with $\tau>0$ vanishes, i.e. \[ \Bigl(h-\frac1{2\tau}\Bigr)^2=0. \] Then "
        r"\[ h=\frac1{2\tau} \] \[ h=\frac1\tau \]",
        "pr",
    ),
    (
        "entries of a parameter",
        r"Let $\pi_k=e^{\theta_k}/\sum_{j=1}^Ke^{\theta_j}$. \[ \frac{\partial\log\pi_k}{\partial\theta_k}=1-\pi_k \]"
        r" \[ \frac{\partial\log\pi_k}{\partial\theta_k}=-\pi_k \]",
        "pr",
    ),
    (
        "a distribution after free variables",
        r"Treat $\pi(y)>0$ as independent variables and let $S=\sum_y\pi(y)$. \[ S=1 \] Now let $\pi$ be any "
        r"distribution. \[ \sum_y\pi(y)=1 \]",
        "prp",
    ),
    (
        "a response that is a number",
        r"Let $\ell(\mu)=-\tfrac12(y-\mu)^2-\tfrac12\log(2\pi)$ with $y\in\mathbb{R}$. "
        r"\[ \ell'(\mu)=y-\mu \] \[ \ell'(\mu)=\mu-y \]",
        "pr",
    ),
    (
        "where the variable goes, in a sentence and after a display",
        r"Let $f(u)=e^u$. As $u\to0$, $f(u)=1+u+O(u^2)$. \[ f(u)=1+2u+O(u^2) \] as $u\to0$.",
        "pr",
    ),
    (
        "little o",
        "As x → 0,\n\nexp(x) = 1 + x + o(x)\n\nexp(x) = 1 + 2x + o(x)\n\nx² = o(x)\n\nexp(x) = o(1)\n",
        "prpr",
    ),
    ("an o that is a number", r"Let $o=\frac p{1-p}$ with $0<p<1$. \[ p=o(1-p) \]", "p"),
    (
        "items with their own conditions",
        "Let $k>2$ and $\\rho>0$.\n\n- For $\\rho>k$: $\\min(\\rho,k)=k$\n- For $\\rho<k$: $\\min(\\rho,k)=\\rho$\n"
        "- For every $\\rho>0$: $\\min(\\rho,k)\\le k$\n- For every $\\rho>0$: $\\min(\\rho,k)\\ge k$\n",
        "pppr",
    ),
    (
        "equal weights",
        r"Let $w_1,\dots,w_n>0$ and $S=\frac{(\sum_{i=1}^nw_i)^2}{\sum_{i=1}^nw_i^2}$. If all weights are equal, "
        r"$w_i=c$ for every $i$, then $S=n$. If $w_i=c$ for every $i$, then $S=1$.",
        "pr",
    ),
    (
        "two different responses",
        "Let J = Σ_y π(y)².\n\nFor y ≠ y':\n∂²J/∂π(y)∂π(y') = 0\n\nFor y ≠ y':\n∂²J/∂π(y)∂π(y') = 2\n",
        "pr",
    ),
    (
        "the slope of an entry",
        "Let p_i(τ) = e^{z_i/τ}/Σ_j e^{z_j/τ} with τ > 0.\n\nΣ_i p_i'(τ) = 0\n\nΣ_i p_i'(τ) = 1\n",
        "pr",
    ),
    (
        "entry by entry",
        "softmax(0, 2) ≈ (0.119, 0.881)\n\nsoftmax(a, b) = (σ(a − b), σ(b − a))\n\n(1 + 1, 2) = (2, 3)\n",
        "pppppr",
    ),
    (
        "dots",
        "Let x_1, …, x_n > 0.\n\n(x_1 + x_2 + ... + x_n)/n = (1/n)·Σ_{i=1}^n x_i\n\n"
        "log(x_1·…·x_n) = log x_1 + … + log x_n\n\nx_1 + … + x_n = Σ_{i=2}^n x_i\n",
        "ppr",
    ),
    (
        "dots of powers",
        "r_0 + γ r_1 + … + γ^T r_T = Σ_{t=0}^T γ^t r_t\n\nr_1 + γ r_2 + … + γ^{T−1} r_T = Σ_{t=1}^T γ^{t−1} r_t\n\n"
        "r_1 + γ r_2 + … + γ^T r_T = 0\n",
        "ppu",
    ),
    (
        "the same for another policy",
        "Let π(y) = π(y_1)·π(y_2|y_1), and the same factorisation holds for π_ref; all factors are positive.\n\n"
        "log(π(y)/π_ref(y)) = log(π(y_1)/π_ref(y_1)) + log(π(y_2|y_1)/π_ref(y_2|y_1))\n\n"
        "log(π(y)/π_ref(y)) = log(π(y_1)/π_ref(y_1))\n",
        "pr",
    ),
    (
        "the same as of now, and not of before",
        "Suppose Σ_y π(y)·r(y) = 0. Let π(y) > 0 and similarly π_ref.\n\nΣ_y π(y)·r(y) = 0\n\nΣ_y π_ref(y)·r(y) = 0\n",
        "pu",
    ),
    ("a display before empty maths", r"\[ 1+1=2 \] as $\,$ we say.", "p"),
    (
        "what something has",
        r"A softmax at temperature $\tau>0$ has $p_1=\frac{e^{a/\tau}}{e^{a/\tau}+e^{b/\tau}}$ and $p_2=1-p_1$. "
        r"\[ p_2=\frac{e^{b/\tau}}{e^{a/\tau}+e^{b/\tau}} \] \[ p_2=\sigma(a-b) \]",
        "pr",
    ),
    (
        "another response by its letter",
        "Let π(y) = e^{z(y)}/Σ_{y'} e^{z(y')}. For y ≠ a:\n\n∂π(y)/∂z(a) = −π(y)·π(a)\n\n∂π(y)/∂z(a) = π(y)·π(a)\n",
        "pr",
    ),
    (
        "a name in capitals alone on a side",
        "Let KL = Σ_y π(y)·log(π(y)/π_ref(y)) and u(y) = π_ref(y)/π(y).\n\nE_{y~π}[−log u(y)] = KL\n\n"
        "E_{y~π}[u(y)] = KL\n",
        "pr",
    ),
    (
        "orders under an equation of logarithms",
        "Let β, p, q > 0 and log(p/q) = (r − v)/β.\n\np > q ⟺ r > v\n\np ≥ 2q ⟺ r ≥ v + β log 2\n\n"
        "p ≥ 2q ⟺ r ≥ v + β\n",
        "ppr",
    ),
    (
        "what does not matter",
        r"At $h=0$ the noise does not matter: $-(1-\eta)\log\sigma(h)-\eta\log\sigma(-h)=\log2$.",
        "p",
    ),
    (
        "one response, of which π is the probability",
        r"We look at one answer, and $\pi$, $u$ are its probabilities under the policy and the prior, with $u>0$. "
        r"Suppose \[ v-\tau\log\frac{\pi}{u}-\tau-c=0. \] Hence \[ \log\pi=\log u+\frac{v-c}{\tau}-1, \] "
        r"so \[ \pi=u\,e^{(v-c)/\tau}. \]",
        "pr",
    ),
    (
        "a divergence in passing, at one response",
        r"For the penalty $D_{\mathrm{KL}}(u\,\|\,\pi)$ we look at a single response. Its stationarity condition is "
        r"\[ g+\tau\,\frac{u}{\pi}-c=0,\qquad u,\pi>0. \] Then \[ c>g, \] and \[ (c-g)\,\pi=\tau u, \] "
        r"and \[ \pi=\frac{u}{c-g}. \]",
        "ppr",
    ),
    (
        "π as a probability below one",
        "Fix a token; π is its probability. Let z = log(π/(1 − π)).\n\nπ = σ(z)\n\n1 − π = σ(z)\n",
        "pr",
    ),
    (
        "a divergence in a formula",
        "We look at one response.\n\nD_KL(q ‖ π) ≥ 0\n\nD_KL(q ‖ π) = 0\n",
        "pr",
    ),
    (
        "p for π(y)",
        "Write p for π(y) and q for μ(y). Let c = log(p/q).\n\np = q·e^c\n\np > 0\n\nΣ_y p = 1\n\np = q·c\n",
        "pppr",
    ),
    (
        "π(y) denoted by p",
        r"Denote $\pi(y)$ by $p$ and $\pi_{\mathrm{ref}}(y)$ by $q$. \[ p\log\frac{p}{q} = p\log p-p\log q \] "
        r"\[ p\log\frac{p}{q} = p\log p-\log q \]",
        "pr",
    ),
    ("no shorthand", "Let a, b be real. We use f for tests, and the value a for b.\n\na·b = 0\n", "r"),
    (
        "conditions of an equation that is perhaps supposed",
        r"We look at \[ g+t\,\frac{u}{s}-c=0,\qquad u,s,t>0. \] Then \[ c>g. \]",
        "uu",
    ),
    (
        "bounds in a condition",
        r"The first-order condition is \[ g - \frac{a}{b} = 0,\qquad a,b>0. \] Hence \[ g > 0, \] and \[ g > 1. \]",
        "pr",
    ),
    (
        "a definition said of n at other numbers",
        "The rate is v_n = 1/(n + 2) and s_n := n·v_n.\n\nv_{n+1} = 1/(n + 3)\n\nv_{2n} = 1/(2n + 4)\n\ns_1 = 1/3\n\n"
        "s_{n−1} = (n − 1)/(n + 1)\n\nv_m − v_{m+1} = v_m·v_{m+1}\n\ns_1 = v_n\n",
        "prpppr",
    ),
    (
        "limits of a definition at other numbers",
        r"Let $a_n=\frac{n}{2n+1}$ and $b_k=\frac{k-1}{k}$. \begin{align*} \lim_{n\to\infty}a_{3n} &= \tfrac12 \\"
        r"\lim_{n\to\infty} n(a_{2n}-a_n) &= \tfrac14 \\ \lim_{k\to\infty}b_{2k} &= 1 \\"
        r"\lim_{k\to\infty}k(1-b_k) &= 2 \end{align*}",
        "prpr",
    ),
    (
        "harmonic numbers",
        "h_n := Σ_{k=1}^n 1/k.\n\nh_{2n} − h_n = Σ_{k=1}^n 1/(n + k)\n\nh_{n+1} − h_n = 1/(n + 1)\n\n"
        "h_{n+1} − h_n = 1/n\n",
        "ppr",
    ),
    (
        "a function at fixed numbers",
        "Two items have strengths a, b > 0. The chance of the ranking 2 ≻ 1 is\n\nQ(2,1) = b/(a + b)\n\nby definition. "
        "Then\n\n"
        "1 − Q(2,1) = a/(a + b)\n\n∂/∂a log Q(2,1) = −1/(a + b)\n\n∂/∂b log Q(2,1) = 1/b\n",
        "ppr",
    ),
    (
        "a function at fixed numbers, in a display",
        r"Let $u,v,w\in\mathbb{R}$. The probability that $3$ comes first and $1$ last reads "
        r"\[ P(3\succ2\succ1)=\frac{e^w}{e^u+e^v+e^w}\cdot\frac{e^v}{e^u+e^v}. \] "
        r"\[ \log P(3\succ2\succ1) = w+v-\log(e^u+e^v+e^w)-\log(e^u+e^v) \]"
        r"\[ P(3\succ2\succ1) = \frac{e^w}{e^u+e^v+e^w} \]",
        "pr",
    ),
    ("a function at fixed numbers by Let", "Let g(1,2) = a·b. Then g(1,2)^2 = a^2·b^2. Hence g(1,2) = a + b.", "pr"),
    ("what is found is no definition", "We find that the value is\n\ng(1,2) = a·b\n\ng(1,2) = a·b\n", "uu"),
    ("a conclusion is no definition", "So the chance of 1 ≻ 2 is\n\ng(1,2) = a·b\n\ng(1,2)^2 = a^2·b^2\n", "uu"),
    ("one number may multiply", "The value is\n\ng(2) = a\n\ng·2 = a\n", "uu"),
    ("a general rule comes first", "Let g(a, b) = a·b. The value is\n\ng(2,3) = 5\n", "r"),
    (
        "Cauchy–Schwarz under a root",
        "Let w(y) = π(y)/μ(y).\n\nE_{y~μ}[|w(y) − 1|] ≤ sqrt(E_{y~μ}[w(y)^2] − 1)\n\n"
        "Σ_y π(y)·r(y) ≤ sqrt(Σ_y π(y)·r(y)^2)\n\nE_{y~μ}[f(y)·g(y)] ≤ sqrt(E_{y~μ}[f(y)^2])·sqrt(E_{y~μ}[g(y)^2])\n\n"
        "E_{y~μ}[|w(y) − 1|] ≤ E_{y~μ}[w(y)^2] − 1\n\nE_{y~π}[r(y)^2] ≤ sqrt(E_{y~π}[r(y)^2])\n\na < sqrt(a^2)\n",
        "ppprrr",
    ),
    (
        "slopes of a clip and a bound below, by conditions on letters",
        "δ in (0,1), k > 1 + δ, A < 0, f(ρ) = min(ρ·A, clip(ρ, 1−δ, 1+δ)·A), h(ρ) = max(f(ρ), k·A).\n\n"
        "for ρ > k: d/dρ h(ρ) = 0\n\nfor ρ > k: d/dρ h(ρ) = A\n\nfor 1 + δ < ρ < k: d/dρ h(ρ) = A\n\n"
        "for 1 + δ < ρ < k: d/dρ h(ρ) = 0\n\nfor ρ > k: d/dρ max(ρ·A, k·A) = 0\n\nfor ρ < 1 − δ: d/dρ f(ρ) = 0\n",
        "prprpp",
    ),
    (
        "exponents over a temperature",
        "Let β > 0 and p > 0.\n\np·exp((r − V)/β) > p ⟺ r > V\n\np·exp((r − V)/β) > p ⟺ r < V\n",
        "pr",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "verdicts"), [row[1:] for row in DOCUMENTS], ids=[row[0] for row in DOCUMENTS])
def test_what_the_prose_says_is_used(text: str, verdicts: str) -> None:
    assert told(text) == verdicts


IID = (
    r"Let $R_1, \dots, R_n$ be i.i.d. rewards with mean $\mu$ and variance $s^2$, and"
    r" $\bar R = \frac1n\sum_{i=1}^n R_i$."
)
FROM_A_POLICY = (
    r"Sample $y_1, \dots, y_n \sim \pi_\theta$ i.i.d., and let $b_i = \frac{1}{n-1}\sum_{j\neq i} r(y_j)$ and"
    r" $\bar r = \frac1n \sum_i r(y_i)$."
)
SCORE = r"\nabla_\theta \log \pi_\theta(y_i)"
GRADIENT = r"\nabla_\theta \mathbb{E}_{y\sim\pi_\theta}[r(y)]"


def shown(*formulas: str) -> str:
    """Displays, one formula each."""
    return "".join(f"\n\n$${f}$$" for f in formulas)


DRAWS: list[tuple[str, str, str]] = [
    (
        "mean and variance of a mean",
        IID
        + shown(
            r"\mathbb{E}[\bar R] = \mu",
            r"\operatorname{Var}(\bar R) = \frac{s^2}{n}",
            r"\operatorname{Var}(\bar R) = s^2",
            r"\mathbb{E}[\bar R^2] = \mu^2",
        ),
        "pprr",
    ),
    (
        "the unbiased variance",
        IID
        + shown(
            r"\mathbb{E}\Big[\frac{1}{n-1}\sum_{i=1}^n (R_i - \bar R)^2\Big] = s^2",
            r"\mathbb{E}\Big[\frac1n\sum_{i=1}^n (R_i - \bar R)^2\Big] = \frac{n-1}{n} s^2",
            r"\mathbb{E}\Big[\frac1n\sum_{i=1}^n (R_i - \bar R)^2\Big] = s^2",
        ),
        "ppr",
    ),
    (
        "in text",
        "Let R_1, …, R_n be i.i.d. with mean μ.\n\nE[(1/n) Σ_i R_i] = μ\nE[Σ_i R_i] = μ\nE[R_1 R_2] = μ²\n",
        "prp",
    ),
    (
        "moments in symbols",
        r"The rewards $R_1,\dots,R_n$ are i.i.d. with $\mathbb{E}[R_i] = \mu$ and $\operatorname{Var}(R_i) = \sigma^2$."
        + shown(r"\operatorname{Var}(\sum_{i=1}^n R_i) = n\sigma^2", r"\mathbb{E}[R_1^2] = \sigma^2"),
        "pr",
    ),
    (
        "which two are meant",
        IID
        + shown(r"\mathbb{E}[R_i R_j] = \mu^2", r"\mathbb{E}[R_i R_j] = \mu^2 + s^2")
        + "\n\nFor $i \\ne j$,"
        + shown(
            r"\operatorname{Cov}(R_i, R_j) = 0",
            r"\operatorname{Cov}(R_i, \bar R) = 0",
            r"\operatorname{Cov}(R_1, R_2) = 0",
        ),
        "uupup",
    ),
    (
        "coins",
        r"Let $R_1,\dots,R_n \sim \mathrm{Bernoulli}(p)$ be independent and $\hat p = \frac1n\sum_{i=1}^n R_i$."
        + shown(r"\operatorname{Var}(\hat p) = \frac{p(1-p)}{n}", r"\operatorname{Var}(\hat p) = \frac{p(1-p)}{n-1}"),
        "pr",
    ),
    (
        "leave-one-out",
        FROM_A_POLICY
        + shown(
            rf"\mathbb{{E}}[b_i {SCORE}] = 0",
            rf"\mathbb{{E}}\Big[\frac1n\sum_{{i=1}}^n (r(y_i) - b_i) {SCORE}\Big] = {GRADIENT}",
            rf"\mathbb{{E}}\Big[\frac1n\sum_{{i=1}}^n (r(y_i) - \bar r) {SCORE}\Big] = {GRADIENT}",
            rf"\mathbb{{E}}\Big[\frac1n\sum_{{i=1}}^n (r(y_i) - \bar r) {SCORE}\Big] = \frac{{n-1}}{{n}} {GRADIENT}",
        ),
        "pprp",
    ),
    (
        "over one of them",
        FROM_A_POLICY
        + shown(
            r"\mathbb{E}_{y_i\sim\pi_\theta}[b_i] = b_i",
            r"\mathbb{E}_{y_i\sim\pi_\theta}[\bar r] = \bar r",
            r"\mathbb{E}_{y_i\sim\pi_{\mathrm{old}}}[b_i] = b_i",
        ),
        "pru",
    ),
    (
        "two by their numbers",
        r"Let $y_1,\dots,y_n \sim \pi$ be i.i.d."
        + shown(
            r"\mathbb{E}[\max(r(y_1), r(y_2))] \ge \mathbb{E}_{y\sim\pi}[r(y)]",
            r"\mathbb{E}[e^{r(y_1)-r(y_2)}] = \mathbb{E}_{y\sim\pi}[e^{r(y)}]\mathbb{E}_{y\sim\pi}[e^{-r(y)}]",
            r"\mathbb{E}[e^{r(y_1)-r(y_2)}] = 1",
        ),
        "ppr",
    ),
    (
        "importance weights",
        "Sample y_1, …, y_K ∼ π_ref i.i.d. and let w_i = π_θ(y_i)/π_ref(y_i).\n\n"
        "E[(1/K) Σ_i w_i r(y_i)] = E_{y∼π_θ}[r(y)]\n"
        "E[(1/K) Σ_i w_i r(y_i)] = E_{y∼π_ref}[r(y)]\nE[(1/K) Σ_i (w_i − 1 − log w_i)] = KL(π_ref ‖ π_θ)\n"
        "E[(Σ_i w_i r(y_i))/(Σ_i w_i)] = E_{y∼π_θ}[r(y)]\n",
        "prpu",
    ),
    (
        "named below E alone",
        shown(
            r"\mathbb{E}_{y_1,\dots,y_n\sim\pi}\Big[\frac1n\sum_{i=1}^n r(y_i)\Big] = \mathbb{E}_{y\sim\pi}[r(y)]",
            r"\mathbb{E}_{y_1,\dots,y_n\sim\pi}\Big[\sum_{i=1}^n r(y_i)\Big] = \mathbb{E}_{y\sim\pi}[r(y)]",
        ),
        "pr",
    ),
    (
        "y_1 is the first of them",
        r"Let $y_1,\dots,y_n$ be i.i.d. samples from $\pi$ and $\bar r = \frac1n\sum_{i=1}^n r(y_i)$."
        + shown(r"\mathbb{E}[\bar r\, r(y_1)] = \mathbb{E}[\bar r]^2 + \frac1n\operatorname{Var}_{y\sim\pi}(r(y))"),
        "p",
    ),
    (
        "what is said of it afterwards may be random",
        r"Let $y_1,\dots,y_n\sim\pi_\theta$ be i.i.d. Then"
        + shown(rf"\mathbb{{E}}\Big[\frac1n\sum_{{i=1}}^n (r(y_i) - \bar r) {SCORE}\Big] = {GRADIENT},")
        + "\n\nwhere $\\bar r = \\frac1n\\sum_{i=1}^n r(y_i)$.",
        "u",
    ),
    (
        "a constant and another letter",
        IID
        + " For a constant $c$,"
        + shown(r"\operatorname{Var}(c R_1) = c^2 s^2", r"\operatorname{Var}(a R_1) = a^2 s^2"),
        "pu",
    ),
    (
        "two families",
        IID
        + r" Let $X_1,\dots,X_m$ be i.i.d. with mean $\nu$ and variance $t^2$."
        + shown(
            r"\operatorname{Var}\Big(\frac1m\sum_{i=1}^m X_i\Big) = \frac{t^2}{m}",
            r"\operatorname{Var}\Big(\frac1m\sum_{i=1}^m X_i\Big) = \frac{t^2}{n}",
            r"\mathbb{E}[R_1 X_1] = \mu\nu",
        ),
        "pru",
    ),
    (
        "only moments are alike",
        r"The rewards $R_1, \dots, R_n$ are independent with common mean $\mu$ and variance $v$."
        + shown(r"\mathbb{E}[(R_1-R_2)^2] = 2v", r"\mathbb{E}[R_1^3] = \mathbb{E}[R_2^3]"),
        "pu",
    ),
    (
        "not independent",
        r"Let $R_1,\dots,R_n$ be drawn without replacement, with mean $\mu$ and variance $s^2$."
        + shown(r"\operatorname{Var}(R_1 + R_2) = 2 s^2"),
        "u",
    ),
    (
        "more and more of them",
        IID
        + r" As $n\to\infty$, $\frac{s^2}{n}\to 0$. As $n\to\infty$, $\frac{\mu}{n}\to\mu$."
        + shown(
            r"\operatorname{Var}(\bar R) = \frac{s^2}{n} \to 0 \text{ as } n\to\infty",
            r"\lim_{n\to\infty}\operatorname{Var}(\bar R) = 0",
        ),
        "prppu",
    ),
    (
        "what is no polynomial",
        IID + shown(r"\mathbb{E}[\max_i R_i] = \mu", r"\mathbb{E}[e^{\bar R}] = e^\mu", r"\mathbb{E}[R_n R_1] = \mu^2"),
        "uuu",
    ),
]

PAIRS: list[tuple[str, str, str]] = [
    (
        "a joint law",
        r"Let $y_1, y_2$ be two independent samples from $\pi$, so that $\pi(y_1, y_2) = \pi(y_1)\pi(y_2)$."
        + shown(
            r"\sum_{y_1,y_2} \pi(y_1,y_2) = 1",
            r"\sum_{y_2} \pi(y_1,y_2) = \pi(y_1)",
            r"\log \pi(y_1,y_2) = \log\pi(y_1) + \log\pi(y_2)",
            r"\sum_{y_2} \pi(y_1,y_2) = \pi(y_1)^2",
        ),
        "ppppr",
    ),
    (
        "a mean over both",
        "Let y_w and y_l be drawn independently from π.\n\nE[r(y_w) − r(y_l)] = 0\n"
        "E[r(y_w) r(y_l)] = (E_{y∼π}[r(y)])²\nVar(r(y_w) − r(y_l)) = 2 Var_{y∼π}[r(y)]\n"
        "Var(r(y_w) − r(y_l)) = Var_{y∼π}[r(y)]\n",
        "pppr",
    ),
    (
        "the better one is no draw",
        "Let y_w and y_l be drawn independently from π, where y_w is the preferred one.\n\nE[r(y_w) − r(y_l)] = 0\n",
        "u",
    ),
    (
        "both below E",
        r"Let $y, y' \sim \pi$ independently."
        + shown(
            r"\mathbb{E}_{y,y'}[f(y)g(y')] = \mathbb{E}_\pi[f]\,\mathbb{E}_\pi[g]",
            r"\mathbb{E}_{y,y'}[f(y)g(y)] = \mathbb{E}_\pi[f]\,\mathbb{E}_\pi[g]",
            r"\mathbb{E}_{(y,y')\sim\pi\times\pi}[f(y)g(y')] = \mathbb{E}_\pi[f]\,\mathbb{E}_\pi[g]",
        ),
        "prp",
    ),
    ("nothing is said of two", r"Let $y_1, y_2$ be responses." + shown(r"\sum_{y_2} \pi(y_1,y_2) = \pi(y_1)"), "u"),
]

TWO = r"Let $\mathcal{Y} = \{0, 1\}$ with $\pi(1) = p$ and $\pi(0) = 1 - p$, where $0 < p < 1$."
LISTED: list[tuple[str, str, str]] = [
    (
        "two responses",
        TWO
        + shown(
            r"H(\pi) = -p\log p - (1-p)\log(1-p)",
            r"\frac{d}{dp} H(\pi) = \log\frac{1-p}{p}",
            r"\frac{d}{dp} H(\pi) = \log\frac{p}{1-p}",
            r"\mathbb{E}_{y\sim\pi}[r(y)] = p\, r(1) + (1-p)\, r(0)",
            r"\operatorname{Var}_{y\sim\pi}[r(y)] = p(1-p)(r(1)-r(0))^2",
            r"\operatorname{Var}_{y\sim\pi}[r(y)] = p(r(1)-r(0))^2",
        ),
        "pprppr",
    ),
    (
        "in text",
        "Suppose y ∈ {a, b}, with π(a) = p and π(b) = 1 − p, π_ref(a) = q, π_ref(b) = 1 − q.\n\n"
        "KL(π ‖ π_ref) = p log(p/q) + (1 − p) log((1 − p)/(1 − q))\n"
        "d/dp KL(π ‖ π_ref) = log(p/(1−p)) − log(q/(1−q))\n"
        "d/dp KL(π ‖ π_ref) = log(p/q)\nE_{y∼π}[r(y)] = p (r(a) − r(b)) + r(b)\n",
        "pprp",
    ),
    (
        "actions and a parameter",
        r"Consider two actions, $a \in \{1, 2\}$, with $\pi_\theta(1) = \sigma(\theta)$."
        + shown(
            r"\frac{d}{d\theta}\mathbb{E}_{a\sim\pi_\theta}[r(a)] = \sigma(\theta)(1-\sigma(\theta))(r(1)-r(2))",
            r"\frac{d}{d\theta}\mathbb{E}_{a\sim\pi_\theta}[r(a)] = \sigma(\theta)(r(1)-r(2))",
        ),
        "pr",
    ),
    (
        "no value is told",
        r"Let $\mathcal{Y} = \{0, 1\}$."
        + shown(r"\pi(0) + \pi(1) = 1", r"\pi(0) + \pi(1) = 2", r"\sum_y r(y) = r(0) + r(1)", r"\pi(y) = \frac12"),
        "prpu",
    ),
    (
        "what is said of one varies with p",
        TWO
        + shown(r"\frac{d}{dp}\pi(y) = 0", r"\frac{d}{dp}\pi(0) = 1", r"\sum_y r(y) \frac{d}{dp} \pi(y) = r(1) - r(0)"),
        "urp",
    ),
    (
        "three",
        r"Let $\mathcal{Y} = \{0, 1, 2\}$ with $\pi(0) = p$, $\pi(1) = q$ and $\pi(2) = s$."
        + shown(
            r"p + q + s = 1",
            r"\mathbb{E}_\pi[r(y)] = p r(0) + q r(1) + s r(2)",
            r"\mathbb{E}_\pi[r(y)] = p r(0) + q r(1)",
        ),
        "ppr",
    ),
    (
        "each as likely",
        r"Let $\mathcal{Y}=\{a,b\}$, $\pi(a) = p$, $\pi(b) = p$." + shown(r"p = \frac12", r"p = \frac13"),
        "pr",
    ),
]

SAID_IN_PASSING: list[tuple[str, str, str]] = [
    (
        "weights that sum to one",
        r"Weights $w_i \ge 0$ sum to one, $\sum_i w_i = 1$. Then $\sum_i w_i c = c$. Let $v_i = e^{z_i}$."
        r" The weights $v_i$ sum to one, $\sum_i v_i = 1$.",
        "pr",
    ),
    ("a condition in a row of its own", "x > 0\n|x| = x\n√(x²) = x\n", "pp"),
    ("in a display", shown(r"\begin{aligned} 0 < q < 1 \\ q^2 < q \\ q^2 > q \end{aligned}"), "pr"),
    ("which words claim", "We claim" + shown(r"\begin{aligned} & z > 0 \\ & |z| = z \end{aligned}"), "rr"),
    ("with nothing behind it", shown("x > 0"), "r"),
    ("of a letter that was used", shown("x^2 = x x", r"\begin{aligned} x > 0 \\ |x| = x \end{aligned}"), "prr"),
    (
        "orders in a sentence",
        r"$e^h - 1 \sim h$ as $h \to 0$."
        "\n\n"
        r"We see $e^h - 1 \sim 2h$ as $h \to 0$."
        "\n\n"
        r"$X \sim Y$ as $n \to \infty$.",
        "pr",
    ),
    (
        "a number, said later",
        r"The loss is $\sqrt{y^2} = |y|$, not $y$. Here $y \in \mathbb{R}$." + shown(r"\sqrt{y^2} = y"),
        "pr",
    ),
    (
        "a response all the same",
        r"$\sum_y \pi(y) = 1$ and $\sqrt{y^2} = |y|$. Later $y \in \mathbb{R}$.",
        "pu",
    ),
    (
        "a mean given the prompt",
        shown(
            r"\mathbb{E}_{y\sim\pi(\cdot\mid x)}[r(x,y)\mid x] = \sum_y \pi(y\mid x) r(x,y)",
            r"\mathbb{E}_{y\sim\pi(\cdot\mid x)}[r(x,y)\mid x] = \sum_y r(x,y)",
            r"\mathbb{E}_{x\sim D, y\sim\pi(\cdot\mid x)}[r(x,y)\mid x]"
            r" = \mathbb{E}_{x\sim D, y\sim\pi(\cdot\mid x)}[r(x,y)]",
            r"\mathbb{E}_{y\sim\pi(\cdot\mid x)}[r(x,y)\mid y] = \mathbb{E}_{y\sim\pi(\cdot\mid x)}[r(x,y)]",
        ),
        "pruu",
    ),
    (
        "means of positive numbers",
        r"Let $a_1,\dots,a_n > 0$."
        + shown(
            r"\frac1n\sum_{i=1}^n a_i \ge \Big(\prod_{i=1}^n a_i\Big)^{1/n}",
            r"\log\Big(\frac1n\sum_{i=1}^n a_i\Big) \ge \frac1n\sum_{i=1}^n \log a_i",
            r"\frac1n\sum_{i=1}^n a_i \le \Big(\prod_{i=1}^n a_i\Big)^{1/n}",
        ),
        "ppr",
    ),
]
ROWS = (*DRAWS, *PAIRS, *LISTED, *SAID_IN_PASSING)


@pytest.mark.parametrize("text", ["|x| = x", "Let w_i ≥ 0.\n\nΣ_i w_i = 1"])
def test_no_hint_says_what_the_left_side_says_already(text: str) -> None:
    (step,) = (s for s in check(text, timeout=None).steps if s.verdict == "refuted")
    assert step.hint is None


@pytest.mark.parametrize("text, verdicts", [pytest.param(t, v, id=name) for name, t, v in ROWS])
def test_what_is_said_of_draws_of_listed_responses_and_in_passing(text: str, verdicts: str) -> None:
    assert told(text) == verdicts


NO_LAW: list[tuple[str, str]] = [
    # What it is about, the text: no claim of it is decided.
    ("a denied independence", "X and Y are not independent; they have mean μ and variance v.\n\nE[X·Y] = μ²\n"),
    (
        "an independence given more",
        "X and Y are independent given Z; they have mean μ and variance v.\n\nE[X·Y] = μ²\n",
    ),
    ("an independence of pairs", "X, Y and Z are pairwise independent with mean 0 and variance v.\n\nE[X·Y·Z] = 0\n"),
    ("moments of a sample", "X and Y have sample mean m and sample variance s.\n\nE[X] = m\n"),
    ("two laws in a sentence", "A has mean a and variance s, and B has mean b and variance s.\n\nE[A·B] = a·B\n"),
    (
        "entries of a family",
        "Let S = Σ_{i=1}^n R_i. R_1 and R_2 are independent with mean μ and variance v.\n\nE[R_1·S] = μ·S\n",
    ),
    ("a sum of random numbers", WHAT_IS_RANDOM + "Suppose X + Y = 1.\n\nE[X·Y] = p·Y\n\nE[X·Y] = 0\n"),
    (
        "a value that is random",
        "X is 1 with probability p and 0 otherwise. Y is X with probability q and 0 otherwise.\n\nE[Y] = q·X\n",
    ),
    ("chances that are none", "Let X be 1 with probability 2 and 0 otherwise.\n\nE[X] = 2\n"),
    ("a mean over responses too", WHAT_IS_RANDOM + "E[X·r(y)] = p·r(y)\n\nE_{y~π}[X·r(y)] = X·E_{y~π}[r(y)]\n"),
    (
        "a number that is another now",
        WHAT_IS_RANDOM + "Let Y = 2·X.\n\nLet X be 3 with probability q and 0 otherwise.\n\nE[Y] = 6·q\n",
    ),
    ("the number itself", WHAT_IS_RANDOM + "X² = X\n\nX ≤ 1\n"),
]


@pytest.mark.parametrize("text", [row[1] for row in NO_LAW], ids=[row[0] for row in NO_LAW])
def test_a_law_that_is_not_told_decides_nothing(text: str) -> None:
    assert set(told(text)) == {"u"}


KEPT_APART: list[tuple[str, str, str]] = [
    ("what n counts", "We keep the best of n candidates from π.\n\nH(π) ≤ log n\n", "u"),
    ("two counts", "The prompt has n symbols, and n + m symbols are read.\n\nn = n + m\n", "u"),
    ("so many", "With π_ref uniform over 3 responses,\n\nπ_ref(y) = 1/3\n", "u"),
    ("uniform on n points", "Let p be the uniform distribution on n points.\n\nΣ_y p(y)² = 1/n\n", "p"),
    ("a number that goes on", "The best of n candidates is kept.\n\nlim_{n→∞} (1 − 1/n) = 1\n", "p"),
    (
        "an index that counts",
        r"There are $K$ responses with rewards $r_k=k$, $k=1,\dots,K$. \[r_k\ge1\] \[r_k\ge2\]",
        "pu",
    ),
    (
        "an index with a range of its own",
        r"Let $p_k=e^{z_k}/\sum_{j=1}^Ke^{z_j}$, $d_k=2^{-k}$ for $k=0,\dots,K$. \[d_k\le\frac12\]",
        "r",
    ),
    (
        "a name in a bracket",
        r"Let $p$ (in contrast to $q$) be a probability vector. \[ \sum_i p_i=1 \] \[ \sum_i q_i=1 \]",
        "pu",
    ),
    (
        "the value of one case",
        r"Let $D=D_{KL}(\pi\|\pi_{ref})$. If the two policies agree, then $D=0$. In general, \[ D\le0 \]",
        "ur",
    ),
    ("the value at a tie", r"Let $L=-\log\sigma(u)$. At a tie, $L=\log2$. \[ L=-\log\sigma(u) \]", "p"),
    ("two cases in words", "Let r = 1 if the answer is right and r = 0 if it is wrong.\n\nr = 0\n", "u"),
    ("case by case", r"Case 1: $\rho=1$. Then \[ \rho A=A \] Case 2: $\rho=2$. Then \[ \rho A=A \]", "pr"),
    ("one supposition after another", "First suppose a = b. Then a² = a·b. Now suppose a = 2b.\n\na² = a·b\n", "pu"),
    ("a value that is given up", "Suppose β = 1. Then\n\nβ² = β\n\nNow β is arbitrary again.\n\nβ² = β\n", "pu"),
    (
        "what was said of another value",
        "The loss is L = −log p. Let p = 1/2. Then\n\nL = log 2\n\nLet p = 1/4. Then\n\nL = 2·log 2\n",
        "pu",
    ),
    ("otherwise", "Let m = |a|. If a > 0, then m = a. Otherwise, m = −a.\n", "pu"),
    ("a factor that is carried out", r"Let $a<b$. Multiplying by $c$, \[ ac<bc \] Hence \[ c>0 \]", "rr"),
    (
        "with a prompt and without",
        r"For a prompt $x$: \[ D_{KL}(\pi\|\pi_{ref})=E_{y\sim\pi}\Bigl[\log\frac{\pi(y|x)}{\pi_{ref}(y|x)}\Bigr] \]",
        "u",
    ),
    ("an entry that is made of its own", "Let b_k = b_0·γ^{k}.\n\nb_1 = b_0·γ\n", "uu"),
    (
        "an entry that must exist",
        r"Let $p_k=e^{z_k}/\sum_{j=1}^Ke^{z_j}$. \[ \frac{\partial p_1}{\partial z_2}=-p_1p_2 \]"
        r" \[ p_1+p_2\le\frac12 \]",
        "pr",
    ),
    ("a remark in brackets", r"A law $p$ is given (here $\beta$ is positive). \[ |\beta|=\beta \]", "p"),
    ("a factor at the end", "10 = 5 (2)\n", "p"),
    # What the words say of some, of one, of the end or of the first must not become what is said of all.
    ("entries that may vanish", "Let q_1, …, q_n ≥ 0 with Σ_{k=1}^n q_k = 1.\n\nq_k ≤ 1\n\nq_k > 0\n", "ur"),
    (
        "a definition after its use",
        r"Let $f(\beta)=c^2$ and $c=\beta+1$. \[ f'(\beta)=2(\beta+1) \] \[ f(1)=f(2) \]",
        "pr",
    ),
    ("the letter inside, told later", "Let h(x) = d + x, where d = x².\n\nh(1) = 2\n\nh'(x) = 1\n", "pr"),
    ("a label of which nothing is known", r"Let $M(\beta)=\sum_y\pi_\beta(y)r(y)$. \[ M(1)=M(2) \]", "uu"),
    ("steps without end", "Let w_t = t² for t = 0, 1, 2, ….\n\nw_t ≤ 4\n", "r"),
    ("an entry told before the others", "Let V_3 = 0. Let δ_t = r_t + γ·V_{t+1} − V_t.\n\nδ_2 = r_2 − V_2\n", "p"),
    ("a recursion and its first value", r"Let $a_0=1$ and $a_{t+1}=2a_t$. \[ a_t>0 \] \[ a_1=2 \]", "uu"),
    (
        "a bound on each",
        r"Let $0\le r_t\le1$. \[ \sum_{t=0}^{T}r_t\le T+1 \] \[ r_0+r_1\le2 \] \[ r_0+r_1\ge1 \]",
        "upr",
    ),
    ("each in an interval", r"Let $x_1,\dots,x_n\in(0,1)$. \[ x_k<1 \] \[ \sum_{i=1}^n x_i>n \]", "pr"),
    ("somewhere on", "For large β, β ≥ 2.\n\nβ ≥ 2\n", "u"),
    (
        "cases in two sentences",
        "When A > 0, we have g(A) = 1. When A ≤ 0, we have g(A) = 2.\n\ng(−1) = 2\n\ng(A) = 1\n",
        "pr",
    ),
    (
        "cases in rows",
        r"\begin{align} g(A) &= a & \text{if } A\ge0, \\ g(A) &= b & \text{if } A<0. \end{align}"
        r"\[ g(-1)=b \] \[ g(A)=a \]",
        "pr",
    ),
    (
        "cases of what is known",
        "Let F(x) = max(x, 0). For x ≥ 0, F(x) = x; for x < 0, F(x) = 1.\n\nF(x) = x\n",
        "prr",
    ),
    ("one of n parts", "Let π_ref(y) = 1/n for some y.\n\nΣ_y 1 = n\n", "u"),
    ("one response", "Let π_ref(y_1) = 1/n.\n\nΣ_y 1 = n\n", "r"),
    ("zero elsewhere", r"Let $\pi_{ref}(y)=1/n$ for $y$ in a set $S$, and zero elsewhere. \[ \sum_y 1=n \]", "u"),
    (
        "both zero otherwise",
        "Let u(x) = a if x ≥ 1, and w(x) = b if x ≥ 1, and both zero otherwise.\n\nu(0) = a\n",
        "u",
    ),
    ("one entry", r"Suppose $x_i=1$ for some $i$. \[ \sum_{i=1}^n x_i=n \]", "u"),
    ("a condition outside the formulas", r"Let $m=\frac1n\sum_{j=1}^n r_j$. If n = 2 then \[ \sum_{i=1}^n m=2 \]", "u"),
    ("a law in words", r"Let $p_1,\dots,p_n$ be a probability distribution. \[ -\sum_{i=1}^n p_i\log p_i\ge0 \]", "u"),
    (
        "applied or multiplied",
        "Let p_i(τ) = e^{z_i/τ}/Σ_j e^{z_j/τ} and m = Σ_j p_j(τ)·z_j.\n\nd p_i/dτ = p_i (m − z_i)/τ²\n",
        "u",
    ),
]


@pytest.mark.parametrize(("text", "verdicts"), [row[1:] for row in KEPT_APART], ids=[row[0] for row in KEPT_APART])
def test_what_is_said_of_some_is_not_said_of_all(text: str, verdicts: str) -> None:
    assert told(text) == verdicts


AS_OTHERS_WRITE: list[tuple[str, str, str]] = [
    # Each of these was once misread.
    (
        "bounds of each entry",
        "Let p_t ∈ (0, 1) be the probability of token t, t = 1, …, T.\n\nlog Π_{t=1}^T p_t = Σ_{t=1}^T log p_t\n",
        "p",
    ),
    (
        "a product of what is positive",
        r"Let $\rho_1,\dots,\rho_T>0$. \[ \log\prod_{t=1}^T\rho_t=\sum_{t=1}^T\log\rho_t \]",
        "p",
    ),
    ("a token", "Consider a token t with A_t > 0.\n\nΣ_{t=1}^T A_t·2^t > 0\n", "u"),
    ("a function that is a law", "Let π be a probability distribution, a function of y.\n\nΣ_y π(y) = 1\n", "p"),
    ("some response", "Suppose r(y) ≤ 1 for some y.\n\nΣ_y π(y)·e^{r(y)} ≤ e\n", "u"),
    ("a fixed response", "For a fixed response y with r(y) ≤ 1:\n\nΣ_z π(z)·e^{r(z)} ≤ e\n", "u"),
    ("one of them", "Let ρ_t > 0 for some t.\n\nlog Π_{t=1}^T ρ_t = Σ_{t=1}^T log ρ_t\n", "u"),
    (
        "a definition that is solved",
        r"Let $Z=\sum_y\pi_{ref}(y)e^{r(y)}$ and $p(y)=\pi_{ref}(y)e^{r(y)}/Z$. Solving the last definition "
        r"for the reward, \[ r(y)=\log\frac{p(y)}{\pi_{ref}(y)}+\log Z \]",
        "p",
    ),
    (
        "read off",
        r"Suppose \[ -\log\pi(y)-1-\lambda=0 \quad\text{for every } y, \qquad \sum_y\pi(y)=1. \] We read off "
        r"\[ \pi(y)=e^{-1-\lambda} \] \[ \pi(y)=e^{-1} \]",
        "pr",
    ),
    (
        "odds that are supposed",
        r"Let $0<P<1$ and suppose the odds are $\frac{P}{1-P}=e^{a}$ for a real number $a$. Then \[ P=\sigma(a). \]",
        "p",
    ),
    (
        "what a margin satisfies",
        r"Suppose that the margin $h$ satisfies \[ 2h=c. \] Then \[ h=\frac c2 \] \[ h=c \]",
        "pr",
    ),
    (
        "a condition on what was defined",
        "Let p = σ(a), q = σ(b) and s = σ(a + b).\n\nIn particular, if p = q then\n\ns = σ(2a)\n",
        "p",
    ),
    (
        "rewards of 0 or 1",
        r"Rewards are $0$ or $1$ with success rate $0<p<1$; the deviation is $s=\sqrt{p(1-p)}$. \[ "
        r"\frac{1-p}{s}=\sqrt{\frac{1-p}{p}} \]",
        "p",
    ),
    (
        "a reason about what was defined",
        "Let L(z) = log(1 + e^{−z}). Since L is convex,\n\nL((a + b)/2) ≥ (L(a) + L(b))/2\n",
        "r",
    ),
    ("numbers before policies", "Here a, b > 0, and π, μ are positive distributions.\n\na·log(a/b) ≥ a − b\n", "p"),
    (
        "two kinds of answers",
        "Let D(z) = 1 − σ(z) for desirable and U(z) = 1 − σ(−z) for undesirable answers.\n\nD(z) + U(z) = 1\n",
        "p",
    ),
    (
        "bounds inside a mean",
        "Assume 0 ≤ r(y) ≤ 1 for every y, and β > 0. Let Z = Σ_y π_ref(y)·e^{r(y)/β}.\n\nZ ≤ e^{1/β}\nZ ≥ "
        "e^{1/β}\nπ_ref(y)·e^{r(y)/β}/Z ≥ π_ref(y)·e^{−1/β}\n",
        "prp",
    ),
    (
        "no backslash",
        r"\[ log \sigma(z) < 0 \] \[ KL(\pi\|\pi_{ref}) \ge 0 \] \[ max(a, b) \ge a \] \[ exp(z) > 1 \]",
        "pppr",
    ),
    (
        "a gradient after a logarithm",
        r"\[ \sum_y\pi_\theta(y)\log\frac{1}{2}\nabla_\theta\log\pi_\theta(y) = 0 \]",
        "p",
    ),
    ("no distribution", "Let p be a positive function on a finite set.\n\nΣ_y p(y) = 1\n", "r"),
    (
        "another pair",
        "For the first pair, r_w = 2, r_l = 1.\n\nr_w − r_l = 1\n\nFor the second pair, r_w = 0.\n\nr_w − r_l = −1\n",
        "pp",
    ),
    (
        "quotient of two",
        "Let z be real.\n\nσ(z)·σ(−z) < 1\n\nwhile their quotient is a power, σ(z)/σ(−z) = e^z.\n",
        "pp",
    ),
    (
        "a reason in words",
        r"Since the slope is small for large gaps, $\log\sigma(z)\ge-1$ for all $z$.",
        "r",
    ),
    ("by assumption", r"By assumption, $a>0$. Hence $a^2>0$.", "p"),
    ("by an equation", r"\[ \sigma(z)=1-\sigma(-z) \tag{1} \] By (1), $\sigma(z)+\sigma(-z)=2$.", "pr"),
    ("tempted", r"One is tempted to write $\log(a+b)=\log a+\log b$, for $a,b>0$.", "r"),
    (
        "what we use",
        r"For real $a$, $b$ we use $\operatorname{lse}(a,b)=\log(e^a+e^b)$. Then $\operatorname{lse}(a,a)=a+\log 2$.",
        "p",
    ),
    (
        "what is said after a display",
        r"Suppose \[ q=\sigma(\beta h) \] with $\beta>0$. Then \[ 1-q=\sigma(-\beta h) \] \[ q=\sigma(h) \]",
        "pr",
    ),
    (
        "a policy sums to one for every parameter",
        "π_θ(y) > 0 is a policy with Σ_y π_θ(y) = 1, smooth in θ.\n\nΣ_y d/dθ π_θ(y) = 0\n\nd/dθ Σ_y π_θ(y)² = 0\n",
        "pr",
    ),
    (
        "a product after a logarithm",
        r"\[ \sum_y\pi(y)\log\pi(y)\,\bigl(r(y)-b\bigr) = \sum_y\pi(y)(r(y)-b)\log\pi(y) \]",
        "p",
    ),
    ("a quotient of logarithms", "Let 0 < p < 1, 0 < q < 1.\n\nlog q/log p > 0\n\nlog q/log p = log q − log p\n", "pr"),
    (
        "tokens of a response",
        r"A response $y=(y_1,\dots,y_T)$ has $\pi(y|x)=\prod_{t=1}^{T}\pi(y_t|x,y_{<t})$."
        r"\[ \log\pi(y|x)=\sum_{t=1}^{T}\log\pi(y_t|x,y_{<t}) \]"
        r"\[ \pi(y|x)=\sum_{t=1}^{T}\pi(y_t|x,y_{<t}) \]",
        "pr",
    ),
    ("the best response", r"Let $r$ have a maximiser $y^*$. \[ \sum_y\pi(y)r(y)\le r(y^*) \]", "u"),
    ("a bracket too many", "Let z be real.\n\nσ(z)) = 1 − σ(−z)\n\na) σ(z) = 1 − σ(−z) (for all z)\n", "up"),
    (
        "a mean without a law",
        "−E[log σ(r_w − r_l)] = E[log(1 + exp(r_l − r_w))]\n\nE[(X − E[X])²] = E[X²] − E[X]²\n",
        "pp",
    ),
    ("what is random in it is not said", "E[c·X] = c·E[X]\n\nE[X²] = E[X]²\n\nE[β·X] = β·E[X]\n", "uup"),
    ("a mean of the surrogate", "E[min(ρ_t·A_t, clip(ρ_t, 1−ε, 1+ε)·A_t)] ≤ E[ρ_t·A_t]\n\nE[e^X] ≥ e^{E[X]}\n", "pp"),
    ("its law may vary", "f = E[(X − b)²]\n\ndf/db = 0\n\nlim_{β→0} E[X] = E[X]\n", "uu"),
    ("bound around a mean", "Σ_y E[r(y)] = n·E[r(y)]\n\nΣ_y E[2·r(y)] = 2·Σ_y E[r(y)]\n", "up"),
    ("two laws", "J(π) = E[r] − β·KL(π‖π_ref)\n\nJ(π_ref) − J(π) = β·KL(π‖π_ref)\n", "u"),
    (
        "terms of a sum are random",
        "E[Σ_{t=1}^T r_t] = Σ_{t=1}^T r_t\n\nVar[Σ_{t=1}^T r_t] = 0\n\nE[Σ_{t=1}^T r_t] = Σ_{t=1}^T E[r_t]\n",
        "uup",
    ),
    ("the greatest is random", "E[max_y r(y)] = max_y r(y)\n\nmax_y E[r(y)] ≤ E[max_y r(y)]\n", "up"),
    ("a return and a length are random", "E[G²] = E[G]²\n\nE[T] = T\n\nE[N·X] = N·E[X]\n", "uuu"),
    ("noise of mean 0", "Let η be real with E[η] = 0.\n\nE[(X + η)²] = E[X²]\n", "u"),
    (
        "two laws in words",
        "Suppose E[A] = 0, where E is over π. Now let E be over μ.\n\nE[2·A] = 0\n\nE[2·A] = 2·E[A]\n",
        "up",
    ),
    ("a mean as baseline", "Let b = E[r] be the mean under π. Under μ, the mean is\n\nE[r − b] = 0\n", "u"),
    ("what every response is worth", "Suppose r(y) = X for all y.\n\nE[r(y)] = X\n", "u"),
    ("at other parameters", "L(θ) = L(φ)\n\nJ(π_θ) = J(θ)\n", "up"),
    (
        "at other parameters than it was defined for",
        "Let J(θ) = E_{y∼π_θ}[r(y)].\n\nJ(θ) = J(φ)\n",
        "u",
    ),
    ("the value at one response", "Let r(y_w) = 1.\n\nr(y_l) = 1\n", "r"),
    ("values at two responses", "Let r(y_w) = 2 and r(y_l) = −1.\n\nr(y_w) − r(y_l) = 3\n", "p"),
    (
        "probabilities of two responses",
        "Let π_ref(y_w) = 0.5 and π_ref(y_l) = 0.3.\n\nlog(π_ref(y_w)/π_ref(y_l)) = log(5/3)\n\n"
        "log(π_ref(y_w)/π_ref(y_l)) = log(3/5)\n",
        "pr",
    ),
    (
        "a response that has something",
        "For a response y with A(y) > 0:\n\nπ(y)·A(y) > 0\n\nΣ_y π(y)·A(y) > 0\n",
        "pu",
    ),
    ("any that have it", "Consider any response y with r(y) ≥ 1.\n\nΣ_z π(z)·r(z) ≥ 1\n", "u"),
    ("the chosen one", "Let y be the chosen response. Suppose r(y) = 1.\n\nΣ_z π(z)·r(z) = 1\n", "u"),
    ("the sampled one", "Suppose r(y) = 0 for the sampled response y.\n\nΣ_z π(z)·r(z) = 0\n", "u"),
    ("a condition on one", "If A(y) > 0, then Σ_z π(z)·A(z) > 0.\n\nIf A(y) > 0, then π(y)·A(y) > 0.\n", "up"),
    ("a sampled response", r"Sample $y\sim\pi$ and suppose $r(y)=1$. Then \[ E_{y\sim\pi}[r(y)]=1 \]", "u"),
    ("some of all", "Suppose r(y) = 0 for all incorrect y.\n\nΣ_z π(z)·r(z) = 0\n\nr(y) = 0\n", "uu"),
    ("all with a property", "Suppose r(y) ≥ 1 for all y with π(y) > 1/10.\n\nΣ_z π(z)·r(z) ≥ 1\n", "u"),
    ("all there are", "Suppose r(y) ≥ 0 for all y ∈ Y.\n\nΣ_y π(y)·r(y) ≥ 0\n", "p"),
    ("the value at the last state", "Let V(s_T) = 0.\n\nV(s) = 0\n", "u"),
    ("a probability of one pair", "Let P(y_w ≻ y_l) = 1.\n\nP(y_l ≻ y_w) = 1\n", "r"),
    ("a prompt that has something", "Fix a prompt x with Z(x) = 1.\n\nE_{x∼D}[log Z(x)] = 0\n", "u"),
    ("an index that has something", "Let i be an index with r_i = 1.\n\nΣ_{i=1}^n r_i = n\n", "u"),
    ("at one place", "For y = y_w: r(y) = 1.\n\nr(y_l) = 1\n", "u"),
    ("before the end", "Let A_t = 0 for t < T.\n\nΣ_{t=1}^T A_t = 0\n", "u"),
    ("a temptation", "One is tempted to write c = a + b.\n\nc = a + b\n", ""),
    ("what is not used", "We use no a = b.\n\na² = b²\n", "u"),
    (
        "a fixed response",
        r"Fix $y$ and let $\beta>0$. Suppose \[ r(y)-\beta\log\pi(y)-\lambda=0 . \] Then"
        r"\[ \pi(y)=e^{(r(y)-\lambda)/\beta} \] \[ \pi(y)=e^{(r(y)+\lambda)/\beta} \]",
        "pr",
    ),
    ("rewards that are bounded", "The rewards r_1, …, r_n lie between 0 and 1.\n\nΣ_{i=1}^n r_i ≤ n\n", "u"),
    ("rewards bounded by words", "The rewards r_1, …, r_n lie well below n.\n\nΣ_{i=1}^n r_i ≤ n²\n", "u"),
    ("both between", "Let p and q lie strictly between 0 and 1.\n\np·q > 0\n\np ≤ q\n", "pr"),
    ("between two letters", "Let x lie between a and b.\n\nx ≤ b\n\nx < b\n", "pr"),
    ("twice another", "Let π(y_w) be twice π(y_l).\n\nπ(y_w)/π(y_l) = 2\n", "u"),
    ("equal to a number in words", "Take β equal to one.\n\nβ = 1\n", "u"),
    ("equal to a number", "Take c equal to 2. Then c² = 4. Then c² = 2.\n", "pr"),
    ("an equation of a property", "The reward is centred, E_{y~π}[r(y)] = 0. Then\n\nE_{y~π}[r(y) − c] = −c\n", "p"),
    (
        "an equation of a property of what was defined",
        "Let m = E_{y~π}[r(y)] and A(y) = r(y) − m.\n\nThe advantages are centred, E_{y~π}[A(y)] = 1.\n",
        "r",
    ),
    ("chances that add up", "Let p, q be probabilities that add up to 1.\n\np + q = 1\n", "u"),
    (
        "an expected value in words",
        "Let A(y) = r(y) − V with V the expected reward under π.\n\nE_{y~π}[A(y)] = 0\n",
        "u",
    ),
    ("the normaliser", "Let Z be the normaliser.\n\nZ > 0\n\nZ > 1\n", "pr"),
]


@pytest.mark.parametrize(
    ("text", "verdicts"), [row[1:] for row in AS_OTHERS_WRITE], ids=[row[0] for row in AS_OTHERS_WRITE]
)
def test_what_others_write_is_read_as_they_mean_it(text: str, verdicts: str) -> None:
    assert told(text) == verdicts


def test_a_mean_without_a_law_is_shown_over_a_case() -> None:
    (step,) = check("E[2·X] = 2·E[X]\n", timeout=None).steps
    assert str(step.statement) == "E_{ω∼P_Ω}[2X_ω] = 2 E_{ω∼P_Ω}[X_ω]"


def test_what_is_perhaps_free_again_is_a_condition() -> None:
    last = check("Let a > 0.\n\nLet a be any real number.\n\n|a| = a\n", timeout=None).steps[-1]
    assert last.verdict == "proven" and last.conditions


def test_the_usual_sign_of_a_letter_that_is_said_to_be_real_is_a_condition() -> None:
    last = check("Let β be real.\n\n|β| = β\n", timeout=None).steps[-1]
    assert last.verdict == "proven" and last.conditions == ("β > 0",)


@pytest.mark.parametrize(
    ("text", "verdicts"),
    [
        (r"Let $w_1,\dots,w_n>0$ be weights with \[ \sum_{i=1}^n w_i = 1 . \] Then \[ \sum_{i=1}^n 2 w_i = 2 \]", "p"),
        (r"Let $a>0$ and $b>0$ be numbers with \[ a+b=1 \] Then \[ a^2+2ab+b^2=1 \] \[ a^2+b^2=1 \]", "pr"),
        ("Consider a > 0 and b > 0 with\n\na + b = 1\n\nThen a^2 + 2·a·b + b^2 = 1.\n", "p"),
        (r"Assume $a>0$, so the gap vanishes, i.e. \[ (a+1)^2=a^2+1 \]", "r"),
        (r"If we assume $a>0$, then the gap vanishes, i.e. \[ (a+1)^2=a^2+1 \]", "r"),
        (r"Let $x$ be real. Under this assumption the bound is tight, i.e. \[ e^x=1+x \]", "u"),
        (r"Assume that the gap vanishes, i.e. \[ a=b \] Then \[ a^2=ab \]", "p"),
    ],
)
def test_words_before_a_display_tell_what_is_supposed(text: str, verdicts: str) -> None:
    assert told(text) == verdicts


@pytest.mark.parametrize(
    "text",
    [
        r"For $0<\pi<1$, \[ 2\pi<2 \]",
        r"Let $\pi$ be a number in $(0,1)$. \[ 2\pi<2 \]",
        r"With success probability $\pi$, $\pi(1-\pi)$ is largest where $1-2\pi=0$.",
        "π is the probability of success.\n\n2π < 2\n",
        "Suppose π = 1/2.\n\n2π = 1\n",
    ],
)
def test_twice_a_chance_is_no_full_turn(text: str) -> None:
    assert "r" not in told(text)


def test_tuples_are_unequal_where_one_entry_is() -> None:
    assert told("(1, 2) ≠ (1, 3)\n") == "u"
    assert told("(1 + 1, 2·3) = (2, 7)\n") == "pr"


@pytest.mark.parametrize(
    "said",
    [
        "for i > 1", "for all i > 1", "for every i ≥ 2", "if i > 1", ", i > 1", "(i > 1)", "with i > 1",
        "for 2 ≤ i ≤ n",
        "for 1 < i ≤ n", "for every even i", "for i < n", "for i ≤ n − 1", "for i ≠ 1", "for i = 2, …, n",
        "for some i", "if r_i > 0",
    ],
)  # fmt: skip
def test_what_is_said_of_some_entries_is_not_said_of_all(said: str) -> None:
    assert "p" not in told(f"Let x_i = c {said}. Then Σ_{{i=1}}^n x_i = n c.\n")
    assert "p" not in told(f"Let x_1, …, x_n be real. Suppose x_i > 0 {said}. Then x_1 > 0.\n")


@pytest.mark.parametrize(
    "said", ["for every i", "for i = 1, …, n", "for 1 ≤ i ≤ n", "for i ≥ 1", "for i ∈ {1, …, n}", ""]
)
def test_what_is_said_of_all_entries_is_used(said: str) -> None:
    assert told(f"Let x_i = c {said}. Then Σ_{{i=1}}^n x_i = n c.\n") == "p"


def test_a_word_that_begins_with_the_index_says_nothing_of_it() -> None:
    assert told("The weight of one is w_i = c. Then Σ_{i=1}^n w_i = n c.\n") == "p"


def test_a_quantifier_claims_and_a_condition_ends_with_its_line() -> None:
    assert told("x > 0: |x| = x\nx < 0: |x| = −x\nx < 0: |x| = x\n") == "ppr"
    assert told("(a) x > 0: |x| = x\n(b) x < 0: |x| = x\n") == "pr"
    assert (
        told("For all x, |x| = x^2.\n") == told("- For all x, |x| = x^2\n") == told(r"For all $x$, $|x|=x^2$.") == "r"
    )
    assert told("For all x and z, (x + z)² = x² + 2·x·z + z².\n") == "p"
    later = "- For x > 0, |x| = x\n- |x| = x\n"
    assert [s.conditions for s in check(later, timeout=None).steps if s.verdict == "proven"] == [(), ("x > 0",)]
    shown = r"\begin{itemize}\item For $x>0$: $|x|=x$ \end{itemize} \[ |x|=x \]"
    assert [s.conditions for s in check(shown, timeout=None).steps if s.verdict == "proven"] == [(), ("x > 0",)]


@pytest.mark.parametrize(
    ("text", "verdicts"),
    [
        ("Let g = 1 + h. As h → 0, e^h = g + o(h).\nAs h → 0, e^h = g + o(h^2).\n", "pr"),
        ("Let g = 1 + h. As h → 0, e^h = g + O(h^2).\nAs h → 0, e^h = g + O(h^3).\n", "pr"),
        ("Let g = 1 + h and f = e^h. As h → 0, f → 1. As h → 0, f → 2. As h → 0, f → g.\n", "pru"),
        (r"Let $p=\sigma(z)$. As $z\to\infty$, $p\to1$. As $p\to0$, $p\log p\to0$.", "pu"),
        ("As h → 0+, 0 ≤ h + O(h^2).\n", "u"),
        ("As h → 0, e^h ≤ 1 + h + o(h).\n", "u"),
        ("As h → 0, e^h = 1 + h + o(h) = 1 + h + h^2/2 + o(h^2)\n", "pu"),
        ("As u → ∞, u = o(log u).\n", "u"),
        ("As β → 0, β = 0 + o(1).\n", "u"),
        ("Let f(h) = h + o(h). Then f(h) = h.\n", "uu"),
        ("Suppose f = h + o(h). Then f = h.\n", "uu"),
        ("If o(h) = 3 then h > o(h).\n", "uu"),
    ],
)
def test_what_is_small_is_compared_with_what_varies(text: str, verdicts: str) -> None:
    assert told(text) == verdicts


def test_a_moment_at_which_policies_agree_refutes_nothing_later() -> None:
    last = check("Before training, π_θ = π_ref.\n\nKL(π_θ‖π_ref) = 0\n", timeout=None).steps[-1]
    assert last.verdict == "undecided"


NOT_TAKEN: list[tuple[str, str, str]] = [
    # None of these steps may be proven with what the words say, or refuted for want of it.
    ("a remark on a point", r"The loss is least at $z=0$. \[ \sigma(z)=\frac12 \]", "u"),
    ("where equality holds", r"We have $a^2\ge0$, with equality iff $a=0$. \[ a^2 = 0 \]", "pr"),
    ("one of two", r"Either $a>0$ or $a<0$. \[ a > 0 \]", "u"),
    ("an exception", r"\[ |a| = a \quad\text{unless } a<0 \]", "u"),
    ("a hypothesis in words", r"Assume that the advantage is favourable. \[ |A| = A \]", "u"),
    ("a property", r"Let $f$ be convex with $f(1)=0$. \[ f(a) \ge 0 \]", "u"),
    (
        "a bound on what was defined",
        r"Let $p(y)>0$ with $\sum_yp(y)=1$, $H=-\sum_yp(y)\log p(y)$. Bounds: $0\le H\le\log2$.",
        "pr",
    ),
    ("a point that was left", r"Suppose $a=1$. Then $a^2=a$. In general, \[ a^2 = a \]", "pu"),
    ("one sentence's condition", "For a = 2: a² = 4. \n\na² = 4\n", "pu"),
    ("two cases at once", r"For $n=4$ and $n=16$, \[ n+1 = 5 \]", "u"),
    ("a condition in words", "When the policy is deterministic,\n\nlog π(y) = 0\n\nlog π(y) = 0\n", "ur"),
    ("a condition in words after a display", r"\[ H(\pi)=0 \] when the policy is deterministic. \[ H(\pi)=0 \]", "ur"),
    ("a condition in words after a claim", r"We have $a^2=a$ if the advantage vanishes. \[ a^2=a \]", "ur"),
    ("what is done is no condition", "When we differentiate,\n\nd/dx x² = x\n", "r"),
    ("a root", r"Let $F(h)=h^2-c$ and let $h$ be a root of $F$. \[ h^2=c \]", "u"),
    ("not all the numbers are covered", "f(x) = x if x > 1, and f(x) = 1 if x < 1\n\nf(1) = 0\n", "uu"),
    ("what is denied of a letter", "It is false that the margin h satisfies h = c.\n\nh = c\n", ""),
    ("what nothing meets", "No parameter h satisfies h < 0.\n\nh < 0\n", "r"),
    ("not all", "Suppose not all of a > 0 and b > 0 hold.\n\na > 0\n\nb > 0\n", "uu"),
    ("or both", "Suppose that a = 1 and b = 1, or both are zero.\n\na·b = a\n", "u"),
    (
        "a condition in words goes on",
        "If the policy is deterministic,\n\nH(π) = 0\n\nSo\n\nH(π) + 1 = 1\n",
        "uu",
    ),
    (
        "what holds under a condition in words",
        r"When both rewards agree, \[ r_w-r_l=1 \] and hence \[ \sigma(r_w-r_l)=\frac e{1+e} \]",
        "uu",
    ),
    ("what follows an equation that tells what a letter is", "Assume p > 0.\n\n(h − p)² = 0\n\nh = p\n", "uu"),
    ("what is denied", r"It is not true that $a=b$. A common mistake is $(a+b)^2=a^2+b^2$. \[ a = a \]", "p"),
    ("what is asked", r"Is $a=b$? \[ a = a \]", "p"),
    ("values put in", "The pair has r_w and r_l.\n\nr_w − r_l = 2.0 − (−1.0)\n", "u"),
    ("a mixed number", r"Let $x>0$. \[ 2½ + x = 1 + x \]", "u"),
    ("more than its formula says", "Suppose the reward is positive, c = 2·d. Then d > 0.\n", "u"),
    ("a probability is at most one", r"Let $\pi_\theta>0$. \[ \pi_\theta \le 1 \] \[ \pi_\theta > 1 \]", "pr"),
]


@pytest.mark.parametrize(("text", "verdicts"), [row[1:] for row in NOT_TAKEN], ids=[row[0] for row in NOT_TAKEN])
def test_a_remark_is_no_hypothesis_and_a_missed_hypothesis_refutes_nothing(text: str, verdicts: str) -> None:
    assert told(text) == verdicts


PERHAPS: list[tuple[str, str, str]] = [
    # It is not clear whether the words suppose it: what holds only under it says so, what is false fails there, too.
    ("a remark in brackets", r"The advantage $a>0$ helps. \[ |a|=a \] \[ |a|=2a \] \[ a = 1 \]", "prr"),
    ("a reason that is not known", r"Since $a>0$, \[ |a| = a \]", "p"),
    ("a number of things", "The prompt has G ≥ 2 rewards r_1, ..., r_G.\n\nG/(G − 1) > 1\n1/G > 1/2\n", "pr"),
]


@pytest.mark.parametrize(("text", "verdicts"), [row[1:] for row in PERHAPS], ids=[row[0] for row in PERHAPS])
def test_what_is_perhaps_supposed_is_a_condition(text: str, verdicts: str) -> None:
    assert told(text) == verdicts
    first = next(s for s in check(text, timeout=None).steps if s.verdict != "assumed")
    assert first.conditions


def test_what_was_taken_is_on_the_claim() -> None:
    text = r"Let $\beta>0$ and $Z=\sum_y \pi_{\mathrm{ref}}(y)e^{r(y)/\beta}$. For $a<b$ we have \[ e^{a} < e^{b} \]"
    claims = [c for c in read_claims(read_document(text, "latex")) if isinstance(c, Claim)]
    step = claims[-1]
    assert (step.kind, [str(h) for h in step.hypotheses]) == ("step", ["β > 0", "a < b"])
    assert step.setting.definition("Z") is not None
    assert "given: a < b" in check(text, timeout=None).text(explain=True)


def test_an_unreadable_formula_is_a_step_and_an_error_with_its_place() -> None:
    report = check("Let $a>0$.\n\\begin{align}\na &= \\frac{a \\\\\na^2 &= a\\cdot a\n\\end{align}\n", timeout=None)
    assert [(s.line, s.verdict) for s in report.steps if s.verdict != "assumed"] == [(3, "unreadable"), (4, "proven")]
    assert [e.line for e in report.documents[0].errors] == [3]


def test_a_step_of_a_notebook_is_placed_by_cell_and_line() -> None:
    cells = [
        {"cell_type": "markdown", "source": "Let $a>0$."},
        {"cell_type": "code", "source": "a = 1"},
        {"cell_type": "markdown", "source": "Then\n$$|a| = -a$$"},
    ]
    report = check(json.dumps({"cells": cells, "nbformat": 4}), timeout=None)
    assert [(s.cell, s.line, s.verdict) for s in report.steps] == [(1, 1, "assumed"), (3, 2, "refuted")]
    assert report.steps[1].as_dict()["cell"] == 3


@pytest.mark.parametrize("indent", [1, None])
def test_an_annotation_of_a_notebook_names_the_line_of_its_file(indent: int | None) -> None:
    cells = [
        {
            "cell_type": "markdown",
            "metadata": {"source": ["no"]},
            "source": ["Let $a>0$.\n", "\n", "Of the\n", "rest: "],
        },
        {"cell_type": "code", "outputs": [{"text": ["$1=2$"]}], "source": ["a = 1\n", "a"]},
        {"cell_type": "markdown", "source": ['Then "so"\n', "$$|a|", " = -a$$\n", "$$1 = 2$$"]},
        {"cell_type": "markdown", "source": "and\n$$2 = 3$$"},
    ]
    text = json.dumps({"cells": cells, "nbformat": 4}, indent=indent)
    places = [line.partition("::")[2].partition("::")[0] for line in check(text, timeout=None).github().splitlines()]
    rows = text.split("\n")
    if indent is None:
        assert {p.rpartition(",")[2] for p in places} == {"line=1"}
    else:
        shown = [rows[int(p.rpartition("line=")[2]) - 1].strip() for p in places]
        assert shown == ['"$$|a|",', '"$$1 = 2$$"', '"source": "and\\n$$2 = 3$$"']


def test_directives_say_what_prose_cannot() -> None:
    latex = "% symrlhf: positive a; function f; f depends on t\n\\[ |a| = a \\] \\[ \\frac{d}{dt} f(2) = 0 \\]"
    markdown = "Let us see. <!-- symrlhf: positive a -->\n\n$$|a| = a$$\n"
    assert told(latex)[0] == told(markdown, "markdown")[0] == told("# symrlhf: positive a\n|a| = a\n", "text")[0] == "p"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.tex", r"\[ \sigma(-z) = 1-\sigma(z) \]"),
        ("a.md", "$$\\sigma(-z) = 1-\\sigma(z)$$"),
        ("a.txt", "σ(−z) = 1 − σ(z)"),
    ],
)
def test_a_file_is_read_by_its_name(name: str, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert main(["check", str(tmp_path / name), "--explain"]) == 0
    assert "read as: σ(−z) = 1 − σ(z)" in capsys.readouterr().out
