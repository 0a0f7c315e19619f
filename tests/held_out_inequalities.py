"""Inequalities written before the search for certificates was tuned, and not looked at while it was.

`python -m tests.held_out_inequalities` tells how many are decided, and names those that are not.
"""

from __future__ import annotations

from collections import Counter
from time import perf_counter

from symrlhf.kernel import rules as kernel
from symrlhf.kernel.decide import Proved, Refuted, decide
from symrlhf.setting import KL, Declaration, E, H, Policy, Reward, Setting, cross_entropy
from symrlhf.term import (
    RESPONSES,
    Abs,
    Card,
    Ge,
    Gt,
    Le,
    Lt,
    Max,
    Min,
    Rational,
    Rel,
    Sum,
    Sym,
    clip,
    exp,
    log,
    sigmoid,
    softplus,
    sqrt,
    tanh,
)

a, b, c, t, x, z = (Sym(n) for n in ("a", "b", "c", "t", "x", "z"))
beta, gamma, u, v, w, eps, rho, adv = (Sym(n) for n in ("beta", "gamma", "u", "v", "w", "eps", "rho", "adv"))
p, q, s = Policy("p"), Policy("q"), Policy("s")
r, f, g = Reward("r"), Reward("f"), Reward("g")
y, k = p.index("y"), p.index("k")
half = Rational(1, 2)
n = Card(RESPONSES)

SETTING = Setting().declare(
    *(Declaration(name, sign="positive") for name in ("beta", "gamma", "u", "v", "w", "eps", "rho")),
    *(Declaration(d.name, sign="positive", distribution=True) for d in (p, q, s)),
)


Z = Sum(y, q[y] * exp(r[y] / beta))
chi2 = Sum(y, p[y] ** 2 / q[y]) - 1

Claim = tuple[Rel, tuple[Rel, ...]]

TRUE: dict[str, Claim] = {
    "reward loss above its tangent at 0": (Ge(softplus(-a), log(2) - a / 2), ()),
    "reward loss at least minus the margin": (Ge(-log(sigmoid(a)), -a), ()),
    "twice cosh": (Ge(exp(a) + exp(-a), 2), ()),
    "harmonic below geometric": (Le(2 / (1 / u + 1 / v), sqrt(u * v)), ()),
    "geometric below quadratic": (Le(sqrt(u * v), sqrt((u**2 + v**2) / 2)), ()),
    "log below root": (Le(log(u), 2 * (sqrt(u) - 1)), ()),
    "log above harmonic": (Ge(log(u), 1 - 1 / u), ()),
    "x log x": (Ge(u * log(u), u - 1), ()),
    "Young": (Le(u * v, u**2 / 2 + v**2 / 2), ()),
    "Young with a scale": (Le(a * b, eps * a**2 / 2 + b**2 / (2 * eps)), ()),
    "Fenchel Young of exp": (Le(a * u, exp(a) + u * log(u) - u), ()),
    "sigmoid Lipschitz variance": (Le(sigmoid(a) * sigmoid(-a), sigmoid(a)), ()),
    "tanh below one": (Lt(tanh(a), 1), ()),
    "square of tanh": (Le(tanh(a) ** 2, 1), ()),
    "geometric mean of chosen and rejected": (Le(sigmoid(a) * sigmoid(-a), sigmoid(b) + Rational(1, 4)), ()),
    "symmetrised loss at least 2 log 2": (Ge(softplus(a) + softplus(-a), 2 * log(2)), ()),
    "chi2 not negative": (Ge(Sum(y, (p[y] - q[y]) ** 2 / q[y]), 0), ()),
    "chi2 form": (Ge(chi2, 0), ()),
    "reverse KL below reverse chi2": (Le(KL(q, p), Sum(y, q[y] ** 2 / p[y]) - 1), ()),
    "cross entropy above entropy": (Ge(cross_entropy(p, q), H(p)), ()),
    "Jeffreys not negative": (Ge(KL(p, q) + KL(q, p), 0), ()),
    "Jeffreys as a sum": (Ge(Sum(y, (p[y] - q[y]) * log(p[y] / q[y])), 0), ()),
    "Hellinger affinity at most one": (Le(Sum(y, sqrt(p[y] * q[y])), 1), ()),
    "Hellinger below KL": (Le(Sum(y, (sqrt(p[y]) - sqrt(q[y])) ** 2), KL(p, q)), ()),
    "Renyi half": (Le(-2 * log(Sum(y, sqrt(p[y] * q[y]))), KL(p, q)), ()),
    "KL of mixture is convex": (
        Le(Sum(y, (p[y] + q[y]) / 2 * log((p[y] + q[y]) / (2 * s[y]))), half * KL(p, s) + half * KL(q, s)),
        (),
    ),
    "entropy of mixture is concave": (
        Ge(-Sum(y, (p[y] + q[y]) / 2 * log((p[y] + q[y]) / 2)), half * H(p) + half * H(q)),
        (),
    ),
    "second moment above squared mean": (Ge(E(p, lambda i: r[i] ** 2), E(p, r) ** 2), ()),
    "moment of exponentials": (Ge(E(p, lambda i: exp(r[i])), exp(E(p, r))), ()),
    "Donsker Varadhan": (Le(E(p, r) - log(Sum(y, q[y] * exp(r[y]))), KL(p, q)), ()),
    "tilted policy gains": (Ge(E(lambda i: q[i] * exp(r[i] / beta) / Z, r) - beta * log(Z), 0), ()),
    "mean of products": (Le(E(p, lambda i: f[i] * g[i]), half * E(p, lambda i: f[i] ** 2 + g[i] ** 2)), ()),
    "mean absolute value": (Ge(E(p, lambda i: Abs(r[i])), E(p, r)), ()),
    "reward bounded by c": (Le(E(p, r), c), (Le(r[y], c),)),
    "entropy bonus bounded": (Le(E(p, r) + beta * H(p), c + beta * log(n)), (Le(r[y], c),)),
    "clip below": (Ge(clip(rho, 1 - eps, 1 + eps), 1 - eps), ()),
    "pessimism": (Le(Min(rho * adv, clip(rho, 1 - eps, 1 + eps) * adv), rho * adv), ()),
    "interpolated loss": (
        Le(softplus(-(half * a + half * b)), half * softplus(-a) + half * softplus(-b)),
        (),
    ),
    "monotone loss": (Lt(softplus(-b), softplus(-a)), (Lt(a, b),)),
    "monotone exponential": (Le(exp(a / beta), exp(b / beta)), (Le(a, b),)),
}

FALSE: dict[str, Claim] = {
    "reward loss above a steeper tangent": (Ge(softplus(-a), log(2) - a / 3), ()),
    "reward loss at most log 2": (Le(-log(sigmoid(a)), log(2)), ()),
    "cosh below two": (Le(exp(a) + exp(-a), 2), ()),
    "harmonic above geometric": (Ge(2 / (1 / u + 1 / v), sqrt(u * v)), ()),
    "log strictly below u - 1": (Lt(log(u), u - 1), ()),
    "Young with a half": (Le(u * v, u**2 / 4 + v**2 / 2), ()),
    "tanh below nine tenths": (Lt(tanh(a), Rational(9, 10)), ()),
    "symmetrised loss strict": (Gt(softplus(a) + softplus(-a), 2 * log(2)), ()),
    "KL below half chi2": (Le(KL(p, q), chi2 / 2), ()),
    "KL below reversed chi2": (Le(KL(p, q), Sum(y, q[y] ** 2 / p[y]) - 1), ()),
    "cross entropy below entropy": (Le(cross_entropy(p, q), H(p)), ()),
    "Hellinger affinity at least one": (Ge(Sum(y, sqrt(p[y] * q[y])), 1), ()),
    "entropy at most one": (Le(H(p), 1), ()),
    "second moment below squared mean": (Le(E(p, lambda i: r[i] ** 2), E(p, r) ** 2), ()),
    "Jensen the wrong way": (Le(E(p, lambda i: exp(r[i])), exp(E(p, r))), ()),
    "mean reward not negative": (Ge(E(p, r), 0), ()),
    "clip above": (Ge(clip(rho, 1 - eps, 1 + eps), 1), ()),
    "optimism": (Ge(Min(rho * adv, clip(rho, 1 - eps, 1 + eps) * adv), rho * adv), ()),
    "monotone loss the wrong way": (Lt(softplus(-a), softplus(-b)), (Lt(a, b),)),
    "max below sum": (Le(Max(a, b), a + b), ()),
}


def main() -> None:
    for name, claims, right in (("true", TRUE, Proved), ("false", FALSE, Refuted)):
        counts: Counter[str] = Counter()
        for claim, (relation, given) in claims.items():
            start = perf_counter()
            verdict = decide(relation, SETTING, tuple(kernel.assume(SETTING, h) for h in given))
            taken = 1000 * (perf_counter() - start)
            counts[type(verdict).__name__] += 1
            if not isinstance(verdict, right):
                print(f"  {name}, {type(verdict).__name__.lower()} in {taken:.0f} ms: {claim}")
        print(name, dict(counts))


if __name__ == "__main__":
    main()
