"""The thirteen functions over relations written out by hand: what compiling is tested with, without any proof."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from symrlhf.compile import NumericFunction, numeric
from symrlhf.compile.entries import Claim
from symrlhf.kernel.statement import Statement
from symrlhf.setting import KL, Data, Declaration, E, H, Handle, Policy, Reward, Setting, cross_entropy
from symrlhf.term import Eq, Rel, Sum, Sym, exp, log, sigmoid, softplus

SETTING = Setting(
    (
        *(Declaration(n, sign="positive", distribution=True) for n in ("pi", "pi_ref", "p", "q")),
        Declaration("beta", sign="positive"),
    )
)


@dataclass(frozen=True)
class Sample:
    """A derivation whose theorem is taken for granted."""

    name: str
    relation: Rel
    parameters: Mapping[str, Handle] = field(default_factory=dict)
    setting: Setting = SETTING

    @property
    def title(self) -> str:
        return self.name

    @property
    def result(self) -> Claim:
        return Claim(Statement.of(self.relation), self.setting)


def _symbols(*names: str) -> dict[str, Handle]:
    return {n: Sym(n) for n in names}


Z, R_W, R_L, P, BETA, EPS, C = map(Sym, ("z", "r_w", "r_l", "p", "beta", "epsilon", "c"))
PI, PI_REF, R = Policy("pi"), Policy("pi_ref"), Reward("r")
Y = PI.index("y")
DATA = Data("data")
I = DATA.index("i")  # noqa: E741
X_I, W_I, L_I = DATA.x[I], DATA.y_w[I], DATA.y_l[I]
MARGIN = Reward("m")

log_sigmoid_softplus = Sample("log-sigmoid", Eq(log(sigmoid(Z)), -softplus(-Z)), _symbols("z"))
bradley_terry = Sample(
    "bradley-terry", Eq(exp(R_W) / (exp(R_W) + exp(R_L)), sigmoid(R_W - R_L)), _symbols("r_w", "r_l")
)
odds = Sample("log-odds", Eq(sigmoid(log(P / (1 - P))), P), _symbols("p"))

_z = R[X_I, W_I] - R[X_I, L_I] - MARGIN[I]
general_loss = Sample(
    "general-reward-model-loss",
    Eq(
        Sym("L"),
        Sum(
            I,
            (1 - EPS) * softplus(-_z) + EPS * softplus(_z) + C * (R[X_I, W_I] + R[X_I, L_I]) ** 2,
        )
        / DATA.size,
    ),
    {"r": R, "data": DATA, **_symbols("epsilon", "c"), "m": MARGIN},
)

_policies: dict[str, Handle] = {"pi": PI, "pi_ref": PI_REF, "r": R, **_symbols("beta")}
optimal_policy = Sample(
    "optimal-policy",
    Eq(PI[Y], PI_REF[Y] * exp(R[Y] / BETA) / Sum(Y, PI_REF[Y] * exp(R[Y] / BETA))),
    _policies,
)
objective = Sample("objective", Eq(Sym("J"), E(PI, R) - BETA * KL(PI, PI_REF)), _policies)

_pair: dict[str, Handle] = {"p": Policy("p"), "q": Policy("q")}
entropies = Sample(
    "entropies",
    Eq(KL(Policy("p"), Policy("q")), cross_entropy(Policy("p"), Policy("q")) - H(Policy("p"))),
    _pair,
)

_margin = log(PI[X_I, W_I] / PI_REF[X_I, W_I]) - log(PI[X_I, L_I] / PI_REF[X_I, L_I])
dpo = Sample(
    "dpo",
    Eq(Sym("L"), -Sum(I, (1 - EPS) * log(sigmoid(BETA * _margin)) + EPS * log(sigmoid(-(BETA * _margin)))) / DATA.size),
    {"pi": PI, "pi_ref": PI_REF, "data": DATA, **_symbols("beta", "epsilon")},
)

sigmoid_ = numeric(log_sigmoid_softplus, args=lambda z: {"z": z}, returns=lambda z: sigmoid(z))
logsigmoid = numeric(log_sigmoid_softplus, args=lambda z: {"z": z}, side="lhs")
softplus_ = numeric(log_sigmoid_softplus, args=lambda z: {"z": z}, returns=lambda z: softplus(z))
logit = numeric(odds, args=lambda p: {"p": p}, returns=lambda p: log(p / (1 - p)))
bt_prob = numeric(bradley_terry, args=lambda r_w, r_l: {"r1": r_w, "r2": r_l}, side="lhs")
bt_logprob = numeric(
    bradley_terry,
    args=lambda r_w, r_l: {"r1": r_w, "r2": r_l},
    returns=lambda r_w, r_l: log(exp(r_w) / (exp(r_w) + exp(r_l))),
)
rm_loss = numeric(
    general_loss,
    args=lambda r, data, i, m, epsilon, c: {
        "r_w": r[data.x[i], data.y_w[i]],
        "r_l": r[data.x[i], data.y_l[i]],
        "margin": m[i],
        "label_smoothing": epsilon,
        "center": c,
    },
    mean_over="D",
    defaults={"margin": None, "label_smoothing": 0.0, "center": 0.0},
)
kl_optimal_policy = numeric(
    optimal_policy,
    args=lambda r, pi_ref, beta, y: {"r": r[y], "log_ref": log(pi_ref[y]), "beta": beta},
    returns=lambda pi, pi_ref, r, beta, y: {
        "log_probs": log(pi[y]),
        "log_partition": log(Sum(y, pi_ref[y] * exp(r[y] / beta))),
    },
)
kl_objective = numeric(
    objective,
    args=lambda pi, r, pi_ref, beta, y: {
        "log_pi": log(pi[y]),
        "r": r[y],
        "log_ref": log(pi_ref[y]),
        "beta": beta,
    },
)
entropy = numeric(entropies, args=lambda p, y: {"log_p": log(p[y])}, returns=lambda p: H(p))
cross_entropy_ = numeric(
    entropies,
    args=lambda p, q, y: {"log_p": log(p[y]), "log_q": log(q[y])},
    returns=lambda p, q: cross_entropy(p, q),
)
kl = numeric(entropies, args=lambda p, q, y: {"log_p": log(p[y]), "log_q": log(q[y])}, side="lhs")
dpo_loss = numeric(
    dpo,
    args=lambda pi, pi_ref, data, i, beta, epsilon: {
        "logp_w": log(pi[data.x[i], data.y_w[i]]),
        "logp_l": log(pi[data.x[i], data.y_l[i]]),
        "ref_w": log(pi_ref[data.x[i], data.y_w[i]]),
        "ref_l": log(pi_ref[data.x[i], data.y_l[i]]),
        "beta": beta,
        "label_smoothing": epsilon,
    },
    mean_over="D",
    defaults={"beta": 0.1, "label_smoothing": 0.0},
    wrt=("logp_w", "logp_l"),
)

FUNCTIONS: dict[str, NumericFunction] = {
    f.name: f
    for f in (
        sigmoid_,
        logsigmoid,
        softplus_,
        logit,
        bt_prob,
        bt_logprob,
        rm_loss,
        kl_optimal_policy,
        kl_objective,
        entropy,
        cross_entropy_,
        kl,
        dpo_loss,
    )
}
