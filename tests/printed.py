"""Two derivations as plain data, for the tests of printing: what is printed must not depend on the prover."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from symrlhf.kernel.statement import Statement
from symrlhf.setting import KL, Declaration, E, Policy, Reward, Setting
from symrlhf.term import (
    PROMPTS,
    RESPONSES,
    Eq,
    Gt,
    Lam,
    Path,
    Rel,
    Sum,
    Sym,
    as_term,
    diff,
    exp,
    log,
    sigmoid,
)


@dataclass(frozen=True)
class Proven:
    """What a page reads of a theorem."""

    setting: Setting
    statement: Statement
    hypotheses: tuple[Statement, ...] = ()
    conditions: tuple[Statement, ...] = ()

    @property
    def relation(self) -> Rel:
        return self.statement.relation


@dataclass(frozen=True)
class Written:
    """A line of a derivation."""

    number: int
    theorem: Proven
    display: Rel
    kind: str = "relation"
    connective: str = ""
    reason: str = ""
    rule: str = "given"
    status: str = "proven"
    changed: tuple[Path, ...] = ()
    cites: tuple[str, ...] = ()
    computed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Printed:
    """A derivation."""

    name: str
    title: str
    claim: str
    chapter: str
    setting: Setting
    lines: tuple[Written, ...]
    result: Proven
    catalog: tuple[str, ...] = ()
    tier: int = 1
    module: str = "chapter"
    references: tuple[str, ...] = ()
    preface: str = ""
    imports: tuple[Any, ...] = field(default=())


def _lines(setting: Setting, *rows: dict[str, Any]) -> tuple[Written, ...]:
    return tuple(
        Written(number=i, theorem=Proven(setting, Statement.of(row["display"])), **row) for i, row in enumerate(rows, 1)
    )


def bradley_terry() -> Any:
    r_w, r_l = Sym("r_w"), Sym("r_l")
    setting = Setting((Declaration("r_w"), Declaration("r_l")))
    start = exp(r_w) / (exp(r_w) + exp(r_l))
    lines = _lines(
        setting,
        {
            "display": Eq(start, start),
            "kind": "start",
            "reason": "the model, with strengths λ_i = exp(r_i)",
            "rule": "start",
            "status": "start",
        },
        {
            "display": Eq(start, 1 / (1 + exp(r_l) / exp(r_w))),
            "kind": "chain",
            "reason": "divide above and below by exp(r_w)",
            "rule": "divide-through",
            "changed": ((1, 0), (1, 1)),
        },
        {
            "display": Eq(start, 1 / (1 + exp(-(r_w - r_l)))),
            "kind": "chain",
            "reason": "exp(a)/exp(b) = exp(a − b)",
            "rule": "exponents",
            "changed": ((1, 1, 1),),
        },
        {
            "display": Eq(start, sigmoid(r_w - r_l)),
            "kind": "chain",
            "reason": "the definition of σ",
            "rule": "definition",
            "changed": ((1,),),
        },
    )
    return Printed(
        "bradley-terry-to-sigmoid",
        "Bradley–Terry to sigmoid",
        "Only the margin r_w − r_l matters: shifting both rewards changes nothing.",
        "Bradley–Terry preferences",
        setting,
        lines,
        lines[-1].theorem,
        references=("Bradley and Terry (1952), Biometrika 39(3/4), 324–345", "R. Rafailov et al. (2023), eq. 1"),
    )


def optimal_policy() -> Any:
    x, y = Sym("x", PROMPTS, True), Sym("y", RESPONSES)
    pi, ref = Policy("pi").given(x), Policy("pi_ref").given(x)
    r, beta, lam, z = Reward("r").given(x), Sym("beta"), Sym("lam"), Sym("Z")
    setting = Setting(
        (
            Declaration("x", PROMPTS, fixed=True),
            Declaration("pi", sign="positive", distribution=True),
            Declaration("pi_ref", sign="positive", distribution=True),
            Declaration("r"),
            Declaration("beta", sign="positive"),
            Declaration("lam"),
        )
    )
    normaliser = Sum(y, ref[y] * exp(r[y] / beta))
    defined = setting.define("Z", Lam((), normaliser))
    lagrangian = E(pi, r) - beta * KL(pi, ref) - lam * (Sum(y, pi[y]) - 1)
    tilted = ref[y] * exp(r[y] / beta) * exp(-1 - lam / beta)
    lines = _lines(
        setting,
        {
            "display": Eq(diff(lagrangian, pi[y]), 0),
            "reason": "first-order condition at an interior maximum of J(π) = E_π[r] − β KL(π‖π_ref), "
            "with a multiplier λ for Σ_y π(y | x) = 1",
            "rule": "given",
            "status": "given",
        },
        {
            "display": Eq(r[y] - beta * (log(pi[y] / ref[y]) + 1) - lam, 0),
            "connective": "iff",
            "reason": "only the summand at y depends on π(y)",
            "rule": "differentiate",
            "changed": ((0, 0), (0, 1), (0, 2)),
        },
        {
            "display": Eq(r[y] - beta * log(pi[y] / ref[y]) - beta - lam, 0),
            "connective": "iff",
            "reason": "multiply out",
            "rule": "expand",
            "changed": ((0, 1), (0, 2)),
        },
        {
            "display": Eq(log(pi[y]), log(ref[y]) + r[y] / beta - 1 - lam / beta),
            "connective": "iff",
            "rule": "isolate",
            "changed": ((0,), (1, 1), (1, 2), (1, 3)),
        },
        {
            "display": Eq(pi[y], tilted),
            "connective": "iff",
            "reason": "apply the bijection exp",
            "rule": "exponentiate",
            "changed": ((0,), (1, 1), (1, 2)),
        },
        {
            "display": Eq(z, normaliser),
            "reason": "the normaliser",
            "rule": "definition",
            "status": "definition",
        },
        {
            "display": Eq(exp(1 + lam / beta), z),
            "connective": "implies",
            "reason": "sum line 5 over y, where π sums to 1",
            "rule": "sum-over",
            "cites": ("line 5", "Bradley–Terry to sigmoid"),
        },
        {
            "display": Eq(pi[y], 1 / z * ref[y] * exp(r[y] / beta)),
            "connective": "implies",
            "reason": "substitute",
            "rule": "substitute",
            "cites": ("line 5",),
            "changed": ((0,), (1, 0)),
        },
    )
    last = lines[-1]
    result = Proven(defined, last.theorem.statement, (Statement.of(lines[0].display),), (Statement.of(Gt(z, 0)),))
    return Printed(
        "optimal-policy",
        "The optimal policy of KL-regularised reward maximisation",
        "For a fixed prompt, the policy that maximises J(π) = E_π[r] − β KL(π‖π_ref).",
        "The optimal policy",
        defined,
        lines,
        result,
        references=("R. Rafailov et al., Direct Preference Optimization, 2023, appendix A.1",),
        imports=(bradley_terry(),),
    )


def wide_chain(terms: int = 14) -> Any:
    """A chain whose lines are far too long for the page."""
    setting = Setting()
    parts = [Sym(f"a_{i}") * log(Sym(f"b_{i}") / Sym(f"c_{i}")) for i in range(terms)]
    total = parts[0]
    for k, part in enumerate(parts[1:]):
        total = total - part if k % 3 else total + part
    inside = as_term(2) * Sym("lam") * (total - 1)
    lines = _lines(
        setting,
        {"display": Eq(total, total), "kind": "start", "rule": "start", "status": "start", "reason": "a long sum"},
        {"display": Eq(total, inside), "kind": "chain", "rule": "collect", "reason": "inside brackets"},
        {"display": Eq(inside, Sym("x")), "rule": "collect", "reason": "a long left side"},
        {"display": Eq(Sym("x"), total), "rule": "collect", "reason": "a long right side", "connective": "implies"},
        {"display": Eq(log(total), exp(total)), "rule": "collect", "reason": "one long term on each side"},
    )
    return Printed("wide-chain", "Wide formulas", "Nothing runs off the page.", "Width", setting, lines,
                   Proven(setting, Statement.of(Eq(Sym("x"), Sym("a_0")))))  # fmt: skip


def all_printed() -> list[Any]:
    return [bradley_terry(), optimal_policy(), wide_chain()]
