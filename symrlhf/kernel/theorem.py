"""Theorems, and the rules that make them: the table of contents of trust.

Invariant of every `Theorem`: wherever its hypotheses and conditions hold (and the typing facts of its setting),
its statement holds for all its indices, with both sides defined; and such a point exists.

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
from dataclasses import dataclass
from itertools import islice
from typing import Any

from symrlhf.errors import (
    IllFormed,
    InconsistentHypotheses,
    NotSupported,
    RuleViolation,
    StepUndecided,
)
from symrlhf.kernel import poly
from symrlhf.kernel.ball import TooLarge, Undefined
from symrlhf.kernel.derive import ONE, ZERO, resolve
from symrlhf.kernel.field import Nowhere
from symrlhf.kernel.instance import Instance, check_dependencies, indices, typing_facts, unused
from symrlhf.kernel.normal import NormalForm, is_identity
from symrlhf.kernel.obligations import obligations
from symrlhf.kernel.refute import NoWitness, rounds_to, witness
from symrlhf.kernel.signs import Signs
from symrlhf.kernel.solve import replace_by, solve, triangular
from symrlhf.kernel.statement import Solution, Statement
from symrlhf.setting import Setting
from symrlhf.term import (
    App,
    Diff,
    IndexSet,
    Lam,
    Neg,
    Num,
    Rel,
    Sum,
    Sym,
    Term,
)

MAX_REWRITES = 3
MAX_ATTEMPTS = 200
MAX_SHOWN = 200
"""Nodes of a difference that is shown."""


class Theorem:
    """`hypotheses ⊢ statement`, under `conditions`. Only the rules of this module make one."""

    __slots__ = ("conditions", "hypotheses", "parents", "rule", "setting", "statement")

    setting: Setting
    hypotheses: tuple[Statement, ...]
    statement: Statement
    conditions: tuple[Statement, ...]
    rule: str
    parents: tuple[Theorem, ...]

    def __new__(cls, *args: object, **kwargs: object) -> Theorem:
        raise TypeError("theorems are made by the rules of symrlhf.kernel.theorem")

    def __init_subclass__(cls) -> None:
        raise TypeError("a theorem has no subclass")

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a theorem is immutable")

    @property
    def relation(self) -> Rel:
        return self.statement.relation

    @property
    def lhs(self) -> Term:
        return self.statement.lhs

    @property
    def rhs(self) -> Term:
        return self.statement.rhs

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The statement, the hypotheses and the conditions."""
        return (self.statement, *self.hypotheses, *self.conditions)

    def __repr__(self) -> str:
        given = f"{'; '.join(map(str, self.hypotheses))} " if self.hypotheses else ""
        where = f"   where {'; '.join(map(str, self.conditions))}" if self.conditions else ""
        return f"{given}⊢ {self.statement}{where}   [{self.rule}]"

    # ---- the three ways out (listed convenience imports)

    def sympy(self) -> Any:
        """The statement as a SymPy relation."""
        return self.relation.sympy()

    def lambdify(self, args: Mapping[str, Term] | None = None, modules: str = "numpy") -> Any:
        """The right-hand side as a NumPy function, by `sympy.lambdify`."""
        from symrlhf.compile import lambdify_theorem

        return lambdify_theorem(self, args, modules)

    def function(self, args: Mapping[str, Term] | None = None) -> Any:
        """The right-hand side as a numeric function with value and gradient."""
        from symrlhf.compile import function_of

        return function_of(self, args)


@dataclass(frozen=True)
class _Parts:
    """What a rule is about to conclude from its parents."""

    setting: Setting
    hypotheses: tuple[Statement, ...]
    conditions: tuple[Statement, ...]

    @staticmethod
    def of(setting: Setting, parents: Iterable[Theorem] = ()) -> _Parts:
        parents = tuple(parents)
        hypotheses = tuple(dict.fromkeys(h for p in parents for h in p.hypotheses))
        conditions = tuple(dict.fromkeys(c for p in parents for c in p.conditions))
        return _Parts(combined(setting, parents), hypotheses, conditions)


def combined(setting: Setting, theorems: Iterable[Theorem]) -> Setting:
    """The settings of all the theorems together, in which their names vary with no more than they did.

    A name may be declared or defined later than a theorem that speaks of it, but the theorem may have
    differentiated it as a constant.
    """
    theorems = tuple(theorems)
    for t in theorems:
        setting = setting.merge(t.setting)
    for t in theorems:
        if t.setting != setting:
            for n in frozenset[str]().union(*(s.relation.names for s in t.statements)):
                if setting.depends(n) != t.setting.depends(n):
                    raise RuleViolation(f"{n} means two different things: what it varies with has changed")
    return setting


def _theorem(
    parts: _Parts,
    statement: Statement,
    rule: str,
    parents: tuple[Theorem, ...],
    extra: Iterable[Statement] = (),
) -> Theorem:
    """The only place that makes a Theorem: discharges obligations and insists on a witness."""
    conditions = _undischarged(parts, (*parts.conditions, *obligations(statement.relation, parts.setting), *extra))
    _insist_on_names((statement, *parts.hypotheses, *conditions))
    insist_on_witness(parts.setting, parts.hypotheses, statement, conditions)
    t: Theorem = object.__new__(Theorem)
    for name, value in (
        ("setting", parts.setting),
        ("hypotheses", parts.hypotheses),
        ("statement", statement),
        ("conditions", conditions),
        ("rule", rule),
        ("parents", parents),
    ):
        object.__setattr__(t, name, value)
    return t


def _undischarged(parts: _Parts, conditions: Iterable[Statement]) -> tuple[Statement, ...]:
    signs = Signs(parts.setting, parts.hypotheses)
    return tuple(c for c in dict.fromkeys(conditions) if c not in parts.hypotheses and not signs.holds(c))


def _insist_on_names(statements: Iterable[Statement]) -> None:
    """One name stands for one symbol, and the private names of the rules for none."""
    known: dict[str, Sym] = {}
    for s in statements:
        if private := sorted(n for n in s.relation.names if not n.isprintable()):
            raise RuleViolation(f"{private[0]!r} is no name")
        for symbol in s.relation.symbols:
            if known.setdefault(symbol.name, symbol) != symbol:
                raise RuleViolation(f"{symbol.name} stands for two different symbols")


def insist_on_witness(
    setting: Setting,
    hypotheses: tuple[Statement, ...],
    statement: Statement,
    conditions: tuple[Statement, ...],
) -> None:
    solutions = triangular(hypotheses, setting)
    found = witness((statement,), setting, hypotheses, solutions, conditions)
    if not isinstance(found, NoWitness):
        return
    match found.reason:
        case "hypotheses":
            together = "; ".join(map(str, hypotheses))
            raise InconsistentHypotheses(f"no point was found that meets all hypotheses together: {together}")
        case "undefined":
            raise IllFormed(f"{statement.relation} is undefined wherever it was evaluated: {found.detail}")
        case _:
            raise StepUndecided(f"no point where {statement.relation} is defined was found: {found.detail}")


# ------------------------------------------------------------------ rules


def assume(setting: Setting, relation: Rel) -> Theorem:
    """h ⊢ h."""
    statement = Statement.of(relation)
    if relation.op == "=" and not isinstance(relation.lhs.sort, IndexSet):
        sign = Signs(setting).of(relation.lhs - relation.rhs)
        if sign is not None and sign[1]:
            raise InconsistentHypotheses(f"no point meets {relation}: its sides always differ")
    return _theorem(_Parts(setting, (statement,), ()), statement, "assume", ())


def define(setting: Setting, name: str, value: Lam) -> Theorem:
    """⊢ name(parameters) = value, in the setting that knows the new name."""
    extended = setting.define(name, value)
    args = value.parameters
    left = App(name, args) if args else Sym(name)
    return _theorem(_Parts(extended, (), ()), Statement.of(Rel("=", left, value.body)), "define", ())


def total(setting: Setting, policy: Term, index: Sym) -> Theorem:
    """⊢ Σ_y π(y) = 1 for a declared distribution. A condition at a point: π's entries stay free variables."""
    if (
        not isinstance(policy, App)
        or not setting.declaration(policy.name).distribution
        or policy.args[:1] != (index,)
        or any(index in a.symbols for a in policy.args[1:])
        or index not in policy.free_indices
    ):
        raise RuleViolation(f"{policy} is not a declared distribution over {index.name}")
    return _theorem(_Parts(setting, (), ()), Statement.of(Rel("=", Sum(index, policy), ONE)), "total", ())


def compute(setting: Setting, relation: Rel, premises: tuple[Theorem, ...] = ()) -> Theorem:
    """An equation whose two sides have the same normal form; premises may lend signs."""
    if relation.op != "=":
        raise RuleViolation(f"{relation.op} is no equation")
    parts = _Parts.of(setting, premises)
    residue = _residue(parts.setting, relation, _known(parts, premises, relation))
    if residue is not None:
        shown = f"; their difference is {residue}" if _is_short(residue) else ""
        raise StepUndecided(f"the two sides have different normal forms{shown}")
    return _theorem(parts, Statement.of(relation), "compute", premises)


def follow(setting: Setting, relation: Rel, premises: tuple[Theorem, ...]) -> Theorem:
    """An equation that follows from the premises: rewritten by their solved forms, or a multiple of one."""
    if relation.op != "=":
        raise NotSupported(f"following to a relation {relation.op}")
    parts = _Parts.of(setting, premises)
    known = _known(parts, premises, relation)
    # Derivatives are carried out before any premise is used: an equation at a point cannot reach into them.
    goal, *equations = (
        _relation(resolve(parts.setting.expand(r), parts.setting))
        for r in (relation, *(p.relation for p in premises if p.relation.op == "="))
    )
    search = _Search(parts.setting, known)
    conditions = search.derive(goal, tuple(dict.fromkeys(equations)), MAX_REWRITES)
    if conditions is None:
        raise StepUndecided(
            "it does not follow from the premises by normal form, by rewriting with their solved forms, "
            "or as a multiple of one of them"
        )
    return _theorem(parts, Statement.of(relation), "follow", premises, conditions)


def compare(setting: Setting, relation: Rel, certificate: Term, premises: tuple[Theorem, ...] = ()) -> Theorem:
    """a ≤ b, because b − a equals the certificate, and the certificate is ≥ 0 by its sign."""
    parts = _Parts.of(setting, premises)
    if relation.op not in INEQUALITIES:
        raise RuleViolation(f"{relation.op} is not an inequality")
    low, high = (relation.lhs, relation.rhs) if relation.op in ("<=", "<") else (relation.rhs, relation.lhs)
    known = _known(parts, premises, relation)
    signs = Signs(parts.setting, known)
    sign = signs.of(certificate)
    zero = relation.op in ("<=", ">=") and is_identity(parts.setting, Rel("=", certificate, ZERO), known)
    if not zero and (sign is None or not INEQUALITIES[relation.op](*sign)):
        raise StepUndecided(f"the sign of the certificate {certificate} is not known")
    equal = follow(setting, Rel("=", high - low, certificate), premises)
    return _theorem(_Parts.of(setting, (*premises, equal)), Statement.of(relation), "compare", (*premises, equal))


def round_off(setting: Setting, relation: Rel) -> Theorem:
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
    return _theorem(_Parts(setting, (), ()), Statement.of(relation), "round_off", ())


def transitive(first: Theorem, second: Theorem) -> Theorem:
    """a = b and b = c give a = c."""
    if first.relation.op != "=" or second.relation.op != "=" or first.rhs != second.lhs:
        raise RuleViolation("transitivity needs a = b and b = c with the same b")
    parts = _Parts.of(first.setting, (first, second))
    return _theorem(parts, Statement.of(Rel("=", first.lhs, second.rhs)), "transitive", (first, second))


def imply(setting: Setting, relation: Rel) -> Theorem:
    """premise ⇒ conclusion (or ⇔) at every point: free indices are fixed before the premise is assumed."""
    if relation.op not in ("implies", "iff"):
        raise RuleViolation(f"{relation.op} is not an implication")
    fixed = _as_elements(relation, setting)
    left, right = relation.lhs.substitute(fixed), relation.rhs.substitute(fixed)
    if not isinstance(left, Rel) or not isinstance(right, Rel):
        raise NotSupported(f"an implication between other things than two relations: {relation}")
    ways = [(left, right)] + ([(right, left)] if relation.op == "iff" else [])
    parts = _Parts(setting, (), ())
    conditions: list[Statement] = []
    for premise, conclusion in ways:
        given = assume(setting, premise)
        conditions += follow(setting, conclusion, (given,)).conditions
    back = {v: k for k, v in fixed.items()}
    released = [Statement.of(_relation(c.relation.substitute(back))) for c in conditions]
    return _theorem(parts, Statement.of(relation), "imply", (), released)


def cut(theorem: Theorem, lemma: Theorem) -> Theorem:
    """`theorem` with the hypothesis that `lemma` states replaced by the hypotheses of `lemma`."""
    if lemma.statement not in theorem.hypotheses:
        raise RuleViolation(f"{lemma.statement} is not a hypothesis of {theorem.statement}")
    parts = _Parts.of(theorem.setting, (theorem, lemma))
    left = tuple(h for h in parts.hypotheses if h != lemma.statement or h in lemma.hypotheses)
    return _theorem(_Parts(parts.setting, left, parts.conditions), theorem.statement, "cut", (theorem, lemma))


def differentiate(theorem: Theorem, var: Term) -> Theorem:
    """∂/∂var of both sides of an identity in var.

    Refused where the equation is a condition at a point: a hypothesis that varies with var, or entries of a
    distribution, whose sum is 1 only on the simplex.
    """
    setting = theorem.setting
    if theorem.relation.op != "=" or not isinstance(var, (Sym, App)) or isinstance(var.sort, IndexSet):
        raise RuleViolation("differentiate an equation by a symbol or an applied symbol")
    for h in (*theorem.hypotheses, *theorem.conditions):
        if setting.varies(h.relation, var.name):
            raise RuleViolation(
                f"{h} is a condition at a point, not an identity in {var.name}: differentiate before using it"
            )
    if setting.declaration(var.name).sign in ("nonnegative", "nonpositive"):
        raise RuleViolation(
            f"{var.name} may lie on the boundary of its range, where the two sides may differ beyond it"
        )
    if setting.declaration(var.name).distribution:
        raise RuleViolation(
            f"the entries of {var.name} are free variables here, while its sum is 1 only at a point: "
            "differentiate before using Σ = 1"
        )
    relation = Rel("=", Diff(theorem.lhs, var), Diff(theorem.rhs, var))
    return _theorem(_Parts.of(setting, (theorem,)), Statement.of(relation), "differentiate", (theorem,))


def instantiate(
    theorem: Theorem, values: Mapping[str, Term | Lam], setting: Setting, lemmas: tuple[Theorem, ...] = ()
) -> Theorem:
    """`theorem` with other terms for its free names, in another setting.

    Each typing fact of a replaced name (its sign, Σ = 1, what it may vary with) is proven in the target, or
    becomes a condition. Hypotheses that a lemma states are cut.
    """
    source = theorem.setting
    kept = tuple(d for d in source.declarations if d.name not in values)
    definitions = tuple((n, v) for n, v in source.definitions if not (source.depends(n) & values.keys()))
    target = setting.merge(Setting(kept, definitions))
    move = Instance(source, values)
    hypotheses = tuple(dict.fromkeys(move.assumption(h) for h in theorem.hypotheses))
    used = tuple(p for p in lemmas if p.statement in hypotheses)
    parts = _Parts.of(target, used)
    typing: list[Statement] = []
    for name, value in values.items():
        typing += typing_facts(source.declaration(name), value, parts.setting)
    check_dependencies(source, theorem.statements, values, parts.setting)
    stated = {p.statement for p in used}
    left = tuple(h for h in hypotheses if h not in stated)
    conditions = (*parts.conditions, *(move.assumption(c) for c in theorem.conditions), *typing)
    merged = _Parts(parts.setting, tuple(dict.fromkeys((*parts.hypotheses, *left))), ())
    return _theorem(merged, move.conclusion(theorem.statement), "instantiate", (theorem, *used), conditions)


# ------------------------------------------------------------------ how the rules reason


def _as_elements(relation: Rel, setting: Setting) -> dict[Sym, Sym]:
    """One arbitrary element, of a name of its own, for each free index."""
    bodies = (value.body.names for _, value in setting.definitions)
    taken = set(relation.names.union((d.name for d in setting.declarations), *bodies))
    fixed: dict[Sym, Sym] = {}
    for s, over in indices(relation):
        fixed[s] = Sym(unused(s.name, taken), over, fixed=True)
        taken.add(fixed[s].name)
    return fixed


def _relation(term: Term) -> Rel:
    if not isinstance(term, Rel):
        raise RuleViolation(f"{term} is not a relation")
    return term


def _known(parts: _Parts, premises: Iterable[Theorem], relation: Rel) -> tuple[Statement, ...]:
    """Inequalities a rule may use: hypotheses, premises, and the conditions its theorem will carry."""
    carried = (*parts.conditions, *obligations(relation, parts.setting))
    statements = (*parts.hypotheses, *(p.statement for p in premises), *carried)
    return tuple(s for s in statements if s.relation.op != "=")


def _is_short(term: Term) -> bool:
    return next(islice(term.walk(), MAX_SHOWN, None), None) is None


def _residue(setting: Setting, relation: Rel, known: tuple[Statement, ...]) -> Term | None:
    """None if both sides have one normal form, else their difference."""
    nf = NormalForm(setting, known)
    try:
        q = nf.of(relation.lhs - relation.rhs)
        if nf.vanishes(q):
            return None
    except Nowhere as reason:
        raise IllFormed(f"{relation}: {reason}") from None
    except poly.OutOfFuel as reason:
        raise StepUndecided(f"out of fuel: {reason}") from None
    return nf.term(q)


class _Search:
    """Looks for a way from equations to a goal, with bounded fuel so that giving up is deterministic."""

    def __init__(self, setting: Setting, known: tuple[Statement, ...]):
        self.setting = setting
        self.known = known
        self.fuel = MAX_ATTEMPTS

    def derive(self, goal: Rel, equations: tuple[Rel, ...], depth: int) -> tuple[Statement, ...] | None:
        """Side conditions under which the equations give the goal, or None."""
        self.fuel -= 1
        if is_identity(self.setting, goal, self.known):
            return ()
        for e in equations:
            conditions = _multiple(self.setting, goal, e, self.known)
            if conditions is not None:
                return conditions
        if depth == 0:
            return None
        for i, e in enumerate(equations):
            others = equations[:i] + equations[i + 1 :]
            for solution, conditions in solve(Statement.of(e), self.setting, self.known):
                if self.fuel <= 0:
                    return None
                rewritten = _rewritten(goal, solution)
                if rewritten is None:
                    continue
                rest = tuple(r for o in others if (r := _rewritten(o, solution)) is not None)
                if rewritten == goal and rest == others:
                    continue
                more = self.derive(rewritten, rest, depth - 1)
                if more is not None:
                    return (*conditions, *more)
        return None


def _rewritten(relation: Rel, solution: Solution) -> Rel | None:
    try:
        return _relation(replace_by(relation, solution))
    except RuleViolation:
        return None


def _multiple(setting: Setting, goal: Rel, premise: Rel, known: tuple[Statement, ...]) -> tuple[Statement, ...] | None:
    """goal's difference = M · premise's difference: it vanishes with it where M is defined."""
    nf = NormalForm(setting, known)
    try:
        ours, theirs = nf.of(goal.lhs - goal.rhs), nf.of(premise.lhs - premise.rhs)
        if theirs.is_zero:
            return None
        m = nf.mul(ours, nf.inverse(theirs))
        _, where_premise_holds = poly.factor(theirs.num)
        _, poles = poly.factor(m.den)
        factors = poly.factor(m.num)[1] if m.num else []
    except (Nowhere, poly.OutOfFuel):
        return None
    zeros = {poly.key(p) for p, _ in where_premise_holds}
    conditions: list[Statement] = []
    for p in (*(p for p, _ in poles), *(p for p, e in factors if e < 0)):
        sign = nf.poly_sign(p)
        if sign is not None and sign[1]:
            continue
        if poly.key(p) in zeros:
            return None
        conditions.append(Statement.of(Rel("!=", nf.poly_term(p), ZERO)))
    return tuple(conditions)


# What the sign (±1, strict?) of high − low must be.
INEQUALITIES: dict[str, Callable[[int, bool], bool]] = {
    "<=": lambda sign, strict: sign > 0,
    ">=": lambda sign, strict: sign > 0,
    "<": lambda sign, strict: sign > 0 and strict,
    ">": lambda sign, strict: sign > 0 and strict,
    "!=": lambda sign, strict: strict,
}
