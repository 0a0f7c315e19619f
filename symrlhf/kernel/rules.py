"""The rules: each concludes a statement from theorems, terms and a setting.

assume              a hypothesis, from itself
define              a new name for a term
total               Σ_y π(y) = 1, from the declaration of π
compute             an equation whose two sides have one normal form
follow              an equation that follows from others
compare             an inequality or ≠, from a certificate of known sign
round_off           a displayed decimal
transitive          a = b, b = c: a = c
imply               premise ⇒ conclusion, ⇔
instantiate         other terms for the free names of a theorem
cut                 a hypothesis replaced by a theorem that states it
differentiate       both sides of an identity
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import islice

from symrlhf.errors import IllFormed, InconsistentHypotheses, NotSupported, RuleViolation, StepTooLarge, StepUndecided
from symrlhf.kernel import poly
from symrlhf.kernel.ball import TooLarge, Undefined
from symrlhf.kernel.derive import ONE, ZERO, resolve, stops_gradient
from symrlhf.kernel.field import Nowhere
from symrlhf.kernel.follow import consequence
from symrlhf.kernel.instance import Instance, check_dependencies, insist_on_held, typing_facts
from symrlhf.kernel.normal import NormalForm, is_identity
from symrlhf.kernel.obligations import obligations
from symrlhf.kernel.refute import rounds_to
from symrlhf.kernel.signs import Signs
from symrlhf.kernel.statement import Statement, ends
from symrlhf.kernel.theorem import Conclusion, Parts, Theorem, rule
from symrlhf.setting import Setting
from symrlhf.term import App, Diff, IndexSet, Lam, Neg, Num, Rel, Sum, Sym, Term

MAX_SHOWN = 200
"""Nodes of a difference that is shown."""


@rule
def assume(setting: Setting, relation: Rel) -> Conclusion:
    """h ⊢ h."""
    statement = Statement.of(relation)
    if relation.op == "=" and not isinstance(relation.lhs.sort, IndexSet):
        sign = Signs(setting).of(relation.lhs - relation.rhs)
        if sign is not None and sign[1]:
            raise InconsistentHypotheses(f"no point meets {relation}: its sides always differ")
    return Conclusion(Parts(setting, (statement,)), statement, ())


@rule
def define(setting: Setting, name: str, value: Lam) -> Conclusion:
    """⊢ name(parameters) = value, in the setting that knows the new name."""
    extended = setting.define(name, value)
    args = value.parameters
    left = App(name, args) if args else Sym(name)
    return Conclusion(Parts(extended), Statement.of(Rel("=", left, value.body)))


@rule
def total(setting: Setting, policy: Term, index: Sym) -> Conclusion:
    """⊢ Σ_y π(y) = 1 for a declared distribution. A condition at a point: π's entries stay free variables."""
    if (
        not isinstance(policy, App)
        or not setting.declaration(policy.name).distribution
        or policy.args[:1] != (index,)
        or any(index in a.symbols for a in policy.args[1:])
        or index not in policy.free_indices
    ):
        raise RuleViolation(f"{policy} is not a declared distribution over {index.name}")
    return Conclusion(Parts(setting), Statement.of(Rel("=", Sum(index, policy), ONE)))


@rule
def compute(setting: Setting, relation: Rel, premises: tuple[Theorem, ...] = ()) -> Conclusion:
    """An equation whose two sides have the same normal form; premises may lend signs."""
    if relation.op != "=":
        raise RuleViolation(f"{relation.op} is no equation")
    parts = Parts.of(setting, premises)
    residue = _residue(parts.setting, relation, relevant(parts, premises, relation))
    if residue is not None:
        raise StepUndecided(lambda: f"the two sides have different normal forms{_shown(residue)}")
    return Conclusion(parts, Statement.of(relation), premises)


@rule
def follow(setting: Setting, relation: Rel, premises: tuple[Theorem, ...]) -> Conclusion:
    """An equation that follows from the premises: rewritten by their solved forms, or a combination of them."""
    if relation.op != "=":
        raise NotSupported(f"following to a relation {relation.op}")
    parts = Parts.of(setting, premises)
    known = relevant(parts, premises, relation)
    # Derivatives are carried out before any premise is used: an equation at a point cannot reach into them.
    goal, *equations = (
        _relation(resolve(parts.setting.expand(r), parts.setting))
        for r in (relation, *(p.relation for p in premises if p.relation.op == "="))
    )
    conditions = consequence(goal, tuple(equations), parts.setting, known)
    if conditions is None:
        raise StepUndecided(
            "it does not follow from the premises by normal form, by rewriting with their solved forms, "
            "or as a combination of them"
        )
    return Conclusion(parts, Statement.of(relation), premises, conditions)


@rule
def compare(setting: Setting, relation: Rel, certificate: Term, premises: tuple[Theorem, ...] = ()) -> Conclusion:
    """a ≤ b, because b − a equals the certificate, and the certificate is ≥ 0 by its sign."""
    parts = Parts.of(setting, premises)
    if relation.op not in INEQUALITIES:
        raise RuleViolation(f"{relation.op} is not an inequality")
    low, high = ends(relation)
    known = relevant(parts, premises, relation)
    signs = Signs(parts.setting, known)
    sign = signs.of(certificate)
    zero = relation.op in ("<=", ">=") and is_identity(parts.setting, Rel("=", certificate, ZERO), known)
    if not zero and (sign is None or not INEQUALITIES[relation.op](*sign)):
        raise StepUndecided(lambda: f"the sign of the certificate {certificate} is not known")
    equal = follow(setting, Rel("=", high - low, certificate), premises)
    return Conclusion(Parts.of(setting, (*premises, equal)), Statement.of(relation), (*premises, equal))


@rule
def round_off(setting: Setting, relation: Rel) -> Conclusion:
    """a ≈ d: the decimal d is a rounded to the digits shown (a tie holds)."""
    decimal = relation.rhs.arg if isinstance(relation.rhs, Neg) else relation.rhs
    if relation.op != "approx" or not isinstance(decimal, Num):
        raise RuleViolation("rounding needs a decimal on the right of ≈")
    try:
        exact = rounds_to(relation.lhs, relation.rhs).verdict == "exact"
    except TooLarge as reason:
        raise StepUndecided(str(reason)) from None
    except Undefined as reason:
        raise IllFormed(f"{relation}: {reason}") from None
    if not exact:
        raise StepUndecided(f"{relation.rhs} is not {relation.lhs} rounded to the digits shown")
    return Conclusion(Parts(setting), Statement.of(relation))


@rule
def transitive(first: Theorem, second: Theorem) -> Conclusion:
    """a = b and b = c give a = c."""
    if first.relation.op != "=" or second.relation.op != "=" or first.rhs != second.lhs:
        raise RuleViolation("transitivity needs a = b and b = c with the same b")
    parts = Parts.of(first.setting, (first, second))
    return Conclusion(parts, Statement.of(Rel("=", first.lhs, second.rhs)), (first, second))


@rule
def cut(theorem: Theorem, lemma: Theorem) -> Conclusion:
    """`theorem` with the hypothesis that `lemma` states replaced by the hypotheses of `lemma`."""
    if lemma.statement not in theorem.hypotheses:
        raise RuleViolation(f"{lemma.statement} is not a hypothesis of {theorem.statement}")
    parts = Parts.of(theorem.setting, (theorem, lemma))
    left = tuple(h for h in parts.hypotheses if h != lemma.statement or h in lemma.hypotheses)
    return Conclusion(Parts(parts.setting, left, parts.conditions), theorem.statement, (theorem, lemma))


@rule
def differentiate(theorem: Theorem, var: Term) -> Conclusion:
    """∂/∂var of both sides of an identity in var.

    Refused where the equation is a condition at a point: a hypothesis that varies with var, or entries of a
    distribution, whose sum is 1 only on the simplex; and where a gradient is stopped.
    """
    setting = theorem.setting
    if theorem.relation.op != "=" or not isinstance(var, (Sym, App)) or isinstance(var.sort, IndexSet):
        raise RuleViolation("differentiate an equation by a symbol or an applied symbol")
    for h in (*theorem.hypotheses, *theorem.conditions):
        if setting.varies(h.relation, var.name):
            raise RuleViolation(
                f"{h} is a condition at a point, not an identity in {var.name}: differentiate before using it"
            )
    if stops_gradient(setting.expand(theorem.relation)):
        raise RuleViolation(f"{theorem.relation} is an equation of values: sg(f) = f, but its derivative is 0")
    if setting.declaration(var.name).sign in ("nonnegative", "nonpositive"):
        raise RuleViolation(
            f"{var.name} may lie on the boundary of its range, where the two sides may differ beyond it"
        )
    if setting.declaration(var.name).distribution:
        raise RuleViolation(
            f"the entries of {var.name} are free variables here, while its sum is 1 only at a point: "
            "differentiate before using Σ = 1"
        )
    if few := sorted(n for n in setting.names if setting.declaration(n).values and setting.varies(Sym(n), var.name)):
        raise RuleViolation(f"that {few[0]} has few values is a condition at a point: differentiate before using it")
    relation = Rel("=", Diff(theorem.lhs, var), Diff(theorem.rhs, var))
    return Conclusion(Parts.of(setting, (theorem,)), Statement.of(relation), (theorem,))


@rule
def instantiate(
    theorem: Theorem, values: Mapping[str, Term | Lam], setting: Setting, lemmas: tuple[Theorem, ...] = ()
) -> Conclusion:
    """`theorem` with other terms for its free names, in another setting.

    Each typing fact of a replaced name (its sign, Σ = 1, what it may vary with) is proven in the target, or
    becomes a condition. Hypotheses that a lemma states are cut.
    """
    source, values = theorem.setting, dict(values)
    kept = tuple(d for d in source.declarations if d.name not in values)
    definitions = tuple((n, v) for n, v in source.definitions if not (source.depends(n) & values.keys()))
    target = setting.merge(Setting(kept, definitions))
    move = Instance(source, values)
    hypotheses = tuple(dict.fromkeys(move.assumption(h) for h in theorem.hypotheses))
    used = tuple(p for p in lemmas if p.statement in hypotheses)
    parts = Parts.of(target, used)
    typing: list[Statement] = []
    for name, value in values.items():
        typing += typing_facts(source.declaration(name), value, parts.setting)
    check_dependencies(source, theorem.statements, values, parts.setting)
    stated = {p.statement for p in used}
    left = tuple(h for h in hypotheses if h not in stated)
    conditions = (*parts.conditions, *(move.assumption(c) for c in theorem.conditions), *typing)
    merged = Parts(parts.setting, tuple(dict.fromkeys((*parts.hypotheses, *left))), ())
    conclusion = move.conclusion(theorem.statement)
    for statement in (conclusion, *hypotheses):
        insist_on_held(statement.relation, parts.setting)
    return Conclusion(merged, conclusion, (theorem, *used), conditions)


# ------------------------------------------------------------------ how the rules reason


def _relation(term: Term) -> Rel:
    if not isinstance(term, Rel):
        raise RuleViolation(f"{term} is not a relation")
    return term


def relevant(parts: Parts, premises: Iterable[Theorem], relation: Rel) -> tuple[Statement, ...]:
    """Inequalities a rule may use: hypotheses, premises, and the conditions its theorem will carry."""
    carried = (*parts.conditions, *obligations(relation, parts.setting))
    statements = (*parts.hypotheses, *(p.statement for p in premises), *carried)
    return tuple(s for s in statements if s.relation.op != "=")


def _shown(residue: Callable[[], Term]) -> str:
    try:
        term = residue()
    except NotSupported:
        return ""
    short = next(islice(term.subterms(), MAX_SHOWN, None), None) is None
    return f"; their difference is {term}" if short else ""


def _residue(setting: Setting, relation: Rel, known: tuple[Statement, ...]) -> Callable[[], Term] | None:
    """None if both sides have one normal form, else what makes the term of their difference."""
    nf = NormalForm.under_hypotheses(setting, known)
    try:
        q = nf.of(relation.lhs - relation.rhs)
        if nf.vanishes(q):
            return None
    except Nowhere as reason:
        raise IllFormed(f"{relation}: {reason}") from None
    except poly.OutOfFuel as reason:
        raise StepTooLarge(f"out of fuel: {reason}") from None
    return lambda: nf.term(q)


# What the sign (±1, strict?) of high − low must be.
INEQUALITIES: dict[str, Callable[[int, bool], bool]] = {
    "<=": lambda sign, strict: sign > 0,
    ">=": lambda sign, strict: sign > 0,
    "<": lambda sign, strict: sign > 0 and strict,
    ">": lambda sign, strict: sign > 0 and strict,
    "!=": lambda sign, strict: strict,
}
