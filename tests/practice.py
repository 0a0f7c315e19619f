"""Losses and quantities as practitioners write them, over plain symbols: what compiling is tried with.

Each row is a formula in its textbook form, which overflows, cancels or divides 0 by 0 somewhere in the doubles.
"""

from symrlhf.term import (
    Abs,
    Max,
    Min,
    Rational,
    Sym,
    Term,
    clip,
    exp,
    log,
    log_gap,
    sigmoid,
    softplus,
    sqrt,
    tanh,
)

A, B, C, Z, P, Q, U, L = map(Sym, ("a", "b", "c", "z", "p", "q", "u", "l"))
BETA, TAU, GAMMA, EPS, ADV = map(Sym, ("beta", "tau", "gamma", "eps", "adv"))
LW, LL, RW, RL = map(Sym, ("logp_w", "logp_l", "ref_w", "ref_l"))
H_W, H_L = LW - RW, LL - RL
H = H_W - H_L


def _logsig(z: Term) -> Term:
    return log(sigmoid(z))


def _raw(z: Term) -> Term:
    return 1 / (1 + exp(-z))


def _log_odds(x: Term) -> Term:
    return log(exp(x) / (1 - exp(x)))


half = Rational(1, 2)

LOSSES: dict[str, Term] = {
    # direct preference optimisation and its relatives
    "dpo": -_logsig(BETA * H),
    "dpo, raw": -log(_raw(BETA * H)),
    "dpo, quotients": -log(exp(BETA * H_W) / (exp(BETA * H_W) + exp(BETA * H_L))),
    "conservative dpo": -(1 - EPS) * _logsig(BETA * H) - EPS * _logsig(-BETA * H),
    "robust dpo": (-(1 - EPS) * _logsig(BETA * H) + EPS * _logsig(-BETA * H)) / (1 - 2 * EPS),
    "ipo": (H - 1 / (2 * TAU)) ** 2,
    "slic": Max(0, 1 - BETA * H),
    "simpo": -_logsig(BETA * (LW - LL) - GAMMA),
    "cpo": -_logsig(BETA * (LW - LL)) - LW,
    "orpo": -_logsig((LW - log(1 - exp(LW))) - (LL - log(1 - exp(LL)))),
    "orpo odds": _log_odds(LW) - _log_odds(LL),
    "nca": -_logsig(BETA * H_W) - half * _logsig(-BETA * H_W) - half * _logsig(-BETA * H_L),
    "kto desirable": 1 - sigmoid(BETA * H_W - Z),
    "kto undesirable": 1 - sigmoid(Z - BETA * H_L),
    "bco": -_logsig(BETA * H_W - Z) - _logsig(-(BETA * H_L - Z)),
    "apo zero": (1 - sigmoid(BETA * H_W)) + sigmoid(BETA * H_L),
    "apo down": sigmoid(BETA * H_W) + (1 - sigmoid(BETA * H)),
    "sppo": (H_W - half / BETA) ** 2 + (H_L + half / BETA) ** 2,
    "exo": sigmoid(Z) * (log(sigmoid(Z)) - log(1 - EPS)) + sigmoid(-Z) * (log(sigmoid(-Z)) - log(EPS)),
    "discopop": (1 - sigmoid(Z / TAU)) * softplus(-Z) + sigmoid(Z / TAU) * exp(-Z),
    "focal": -((1 - sigmoid(Z)) ** 2) * log(sigmoid(Z)),
    "brier": (1 - sigmoid(Z)) ** 2,
    "cross entropy of a bit": -P * log(_raw(Z)) - (1 - P) * log(1 - _raw(Z)),
    "hinge squared": Max(0, 1 - Z) ** 2,
    "f-dpo jensen-shannon": -_logsig(BETA * (log(2 * exp(A) / (1 + exp(A))) - log(2 * exp(B) / (1 + exp(B))))),
    "f-dpo forward": -_logsig(BETA * (exp(-B) - exp(-A))),
    "f-dpo alpha": -_logsig((exp(-half * A) - exp(-half * B)) * 2),
    "offset dpo": -_logsig(BETA * H - log(GAMMA)),
    "unlikelihood": -log(1 - exp(LW)),
    # preference models
    "bradley-terry": exp(A) / (exp(A) + exp(B)),
    "bradley-terry of three": exp(A) / (exp(A) + exp(B) + exp(C)),
    "log of three": log(exp(A) / (exp(A) + exp(B) + exp(C))),
    "log-sum-exp of three": log(exp(A) + exp(B) + exp(C)),
    "rao-kupper win": exp(A) / (exp(A) + GAMMA * exp(B)),
    "davidson win": exp(A) / (exp(A) + exp(B) + GAMMA * exp((A + B) / 2)),
    "davidson tie": GAMMA * exp((A + B) / 2) / (exp(A) + exp(B) + GAMMA * exp((A + B) / 2)),
    "strengths": A / (A + B),
    "log ratio of strengths": log(A / B),
    # sigmoids
    "sigma": _raw(Z),
    "1 - sigma": 1 - _raw(Z),
    "1 - sigma, raw": 1 - 1 / (1 + exp(-Z)),
    "log (1 - sigma)": log(1 - _raw(Z)),
    "sigma slope": sigmoid(Z) * (1 - sigmoid(Z)),
    "sigma slope, raw": exp(-Z) / (1 + exp(-Z)) ** 2,
    "sigma - half": sigmoid(Z) - half,
    "two sigma - 1": 2 * sigmoid(Z) - 1,
    "tanh from sigma": (exp(2 * Z) - 1) / (exp(2 * Z) + 1),
    "tanh, raw": (exp(Z) - exp(-Z)) / (exp(Z) + exp(-Z)),
    "sigma difference": sigmoid(A) - sigmoid(B),
    "softplus difference": softplus(A) - softplus(B),
    "swish": Z * sigmoid(Z),
    "entropy of a bit": softplus(Z) - Z * sigmoid(Z),
    "log cosh": log((exp(Z) + exp(-Z)) / 2),
    "log 2cosh": log(exp(Z) + exp(-Z)),
    "1 - tanh": 1 - tanh(Z),
    "softplus - log 2": softplus(Z) - log(2),
    "log-sum-exp with a weight": log(P * exp(A) + (1 - P) * exp(B)),
    "log expected exp": log(1 - P + P * exp(Z)),
    "ratio of sigmoids": sigmoid(A) / sigmoid(B),
    "odds": sigmoid(Z) / (1 - sigmoid(Z)),
    "log softplus": log(softplus(Z)),
    # estimators and divergences
    "k1": -L,
    "k2": L**2 / 2,
    "k3": exp(-L) - 1 + L,
    "k3, written otherwise": (exp(LW - RW) - 1) - (LW - RW),
    "k3 of a ratio": exp(RW) / exp(LW) - 1 - log(exp(RW) / exp(LW)),
    "k3 of a number": U - 1 - log(U),
    "u log u": U * log(U),
    "u log u - u + 1": U * log(U) - U + 1,
    "jensen-shannon generator": U * log(U) - (U + 1) * log((U + 1) / 2),
    "hellinger generator": (sqrt(U) - 1) ** 2,
    "chi2 of a log-ratio": (exp(L) - 1) ** 2,
    "exp difference": exp(A) - exp(B),
    "expm1": exp(Z) - 1,
    "log of 1 + x": log(1 + Z**2),
    "log of a ratio near 1": log(exp(A) / exp(B)),
    "log_gap": log_gap(exp(L)),
    "bit kl": P * log(P / Q) + (1 - P) * log((1 - P) / (1 - Q)),
    "bit entropy": -P * log(P) - (1 - P) * log(1 - P),
    "mean of a tilted bit": exp(Z) * P / (1 - P + P * exp(Z)),
    # policy gradients
    "ppo": Min(exp(LW - RW) * ADV, clip(exp(LW - RW), 1 - EPS, 1 + EPS) * ADV),
    "ppo in logs": Min(exp(LW - RW) * ADV, exp(clip(LW - RW, -EPS, EPS)) * ADV),
    "cispo": Min(exp(LW - RW), 1 + EPS) * ADV * LW,
    "sapo gate": 4 / TAU * sigmoid(TAU * (exp(L) - 1)),
    "huber-like": sqrt(1 + Z**2) - 1,
    "asymmetric": Max(P * Z, (P - 1) * Z),
    "absolute": Abs(A - B),
    "exp of a clipped difference": exp(Min(A - B, 10)),
    # best of n
    "best of n kl": log(GAMMA) - (GAMMA - 1) / GAMMA,
    "best of 8": 1 - (1 - P) ** 8,
    "difference of powers": P**8 - (1 - P) ** 8,
    "log of a best of n": log(1 - exp(8 * LW)),
}

_LINE = [
    0.0,
    5e-324,
    1e-310,
    1e-17,
    1e-9,
    1e-4,
    0.3,
    0.99,
    1.0,
    3.0,
    20.0,
    36.8,
    50.0,
    300.0,
    708.5,
    720.0,
    745.5,
    1e3,
    1e4,
]
LINE = sorted({s * m for m in _LINE for s in (-1.0, 1.0)})
LOGS = [-x for x in _LINE[1:]]
UNIT = [5e-324, 1e-300, 1e-17, 1e-9, 1e-3, 0.1, 0.25, 0.5 - 1e-10, 0.5, 0.5 + 1e-10, 0.7, 0.9, 1 - 1e-10, 1 - 2**-53]
SCALES = [1e-8, 1e-3, 0.1, 1.0, 7.0, 1e3, 1e6]

DOMAINS: dict[str, list[float]] = {
    "a": LINE, "b": LINE, "c": LINE, "z": LINE, "l": LINE,
    "p": UNIT, "q": UNIT, "eps": [0.01, 0.1, 0.2, 0.3, 0.49],
    "u": [5e-324, 1e-300, 1e-8, 0.3, 0.9, 1 - 1e-7, 1 - 2**-53, 1.0, 1 + 2**-52, 1 + 1e-9, 1.2, 2.0, 30.0, 1e10],
    "beta": SCALES, "tau": SCALES, "gamma": [1e-6, 0.5, 1.0, 1 + 1e-9, 2.0, 1e6],
    "adv": [-1e4, -1.0, -1e-9, 0.0, 0.3, 1.0, 1e4],
    "logp_w": LOGS, "logp_l": LOGS, "ref_w": LOGS, "ref_l": LOGS,
}  # fmt: skip
"""Values of each symbol: the whole line, log-probabilities, probabilities, positive scales."""
