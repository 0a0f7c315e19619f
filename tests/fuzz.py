"""One random case of a class, and what became of it: the kernel against mpmath, and prover against refuter.

Five classes: scalars; sums and distributions; derivatives under hypotheses; cases; implications. A case is a seed.
It is wrong if a theorem fails at a point that meets all it asks for, if a refutation's point does not refute, if both
prover and refuter succeed, if a normal form has another value than its term, or if the kernel crashes.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from random import Random
from time import perf_counter

import sympy
from random_claims import (
    ELEMENTS,
    PHI,
    PI,
    PI_THETA,
    POSITIVES,
    R_PHI,
    REALS,
    REF,
    SETTING,
    THETA,
    F,
    Maker,
    Nowhere,
    Place,
    R,
    Unclear,
    World,
    close,
    edited,
    fails,
    fails_at,
    holds,
    holds_at,
    places,
    rewritten,
    value,
)

from symrlhf.errors import NotSupported, RuleViolation, SymrlhfError
from symrlhf.kernel import poly
from symrlhf.kernel import rules as kernel
from symrlhf.kernel.cross import KernelDisagreement, contradict, cross_check
from symrlhf.kernel.decide import Proved, Refuted, Verdict
from symrlhf.kernel.field import Nowhere as UndefinedEverywhere
from symrlhf.kernel.normal import NormalForm
from symrlhf.kernel.statement import Statement
from symrlhf.kernel.theorem import Theorem
from symrlhf.read.sympy import from_sympy
from symrlhf.term import RESPONSES, And, App, Diff, Eq, Implies, Lam, Rel, Sum, Sym, Term, as_term, exp

TRIES = 12
"""Points that are tried for a counterexample to what was proven."""
WORLDS = 3


@dataclass
class Case:
    """What became of one seed."""

    verdict: str = "skipped"
    """proven, refuted, undecided, ill-formed; skipped: no claim was made."""
    claim: str = ""
    meant: str = ""
    """true: made by rewriting; edited: with a slip; sympy: SymPy's own rewriting; open: anything."""
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)


Settle = Callable[[World], bool]
"""Moves a world onto a premise; whether that can be done."""


def run(kind: str, seed: str) -> Case:
    """One case. Anything that the kernel raises beyond its own errors is wrong."""
    case = Case()
    try:
        CLASSES[kind](Random(f"{kind} {seed}"), case)
    except KernelDisagreement as fault:
        case.wrong.append(str(fault))
    except Exception:
        # A crash of the kernel must not end the sweep: it is counted and shown.
        case.wrong.append(traceback.format_exc(limit=-4))
    return case


# ------------------------------------------------------------------ what is checked


def decided(case: Case, relation: Rel, premises: tuple[Theorem, ...] = (), settle: Settle | None = None) -> None:
    """Ask the kernel, and check its answer apart from it."""
    case.claim = "; ".join([*(repr(p.relation) for p in premises), repr(relation)])
    start = perf_counter()
    try:
        verdict = cross_check(relation, SETTING, premises, TRIES)
    except SymrlhfError as error:
        case.verdict, verdict = "ill-formed", None
        case.claim += f"   [{type(error).__name__}]"
    case.seconds = perf_counter() - start
    if verdict is not None:
        _judge(case, relation, premises, verdict, settle)


def _judge(case: Case, relation: Rel, premises: tuple[Theorem, ...], verdict: Verdict, settle: Settle | None) -> None:
    match verdict:
        case Proved(theorem=theorem):
            case.verdict = "proven"
            believed(case, theorem, settle)
        case Refuted(point=point):
            case.verdict = "refuted"
            if len(dict(point.atoms)) < len(point.atoms):
                case.wrong.append(f"a point that says twice what an atom is: {point}")
            try:
                given = all(holds_at(h, point) for p in premises for h in p.hypotheses)
                refuted = fails_at(Statement.of(relation), point)
            except (Nowhere, Unclear):
                return
            if not given or not refuted:
                case.wrong.append(f"refuted at a point where {'it holds' if given else 'the premise fails'}: {point}")
        case _:
            case.verdict = "undecided"


def believed(case: Case, theorem: Theorem, settle: Settle | None = None) -> None:
    """A theorem holds in random worlds that meet its hypotheses and conditions."""
    for world in worlds(theorem, case.claim, settle):
        try:
            if fails(theorem.statement, world):
                case.wrong.append(f"proven, but fails at {world.numbers} {world.elements}: {theorem}")
                return
        except Unclear:
            continue


def worlds(theorem: Theorem, seed: str, settle: Settle | None) -> Iterator[World]:
    found = 0
    for i in range(4 * WORLDS):
        world = World(Random(f"{seed} {i}"), nice=i % 2 == 1)
        try:
            met = (settle is None or settle(world)) and all(
                holds(s, world) for s in (*theorem.hypotheses, *theorem.conditions)
            )
        except (Nowhere, Unclear):
            continue
        if met:
            yield world
            found += 1
        if found == WORLDS:
            return


def same_value(case: Case, term: Term) -> None:
    """The normal form of a term has the term's value, where both have one."""
    nf = NormalForm(SETTING)
    try:
        normal = nf.term(nf.of(term))
    except (NotSupported, UndefinedEverywhere, poly.OutOfFuel):
        return
    for i in range(2):
        world = World(Random(f"{term!r} {i}"), nice=i == 1)
        statement = Statement.of(Eq(term, normal))
        try:
            pairs = [(value(term, world, at), value(normal, world, at)) for at in places(statement, world)]
        except (Nowhere, Unclear):
            continue
        for left, right in pairs:
            if not close(left, right):
                case.wrong.append(f"normal form {normal!r} is {right}, the term {left} at {world.numbers}")
                return


# ------------------------------------------------------------------ equalities


def equality(case: Case, maker: Maker) -> None:
    """A term against a rewriting of it, which in two of five cases was edited."""
    rng = maker.rng
    if "sums" in maker.kinds and rng.random() < 0.3:
        maker.scope = [PI.index("y")]
    left = maker.real(rng.randint(1, 4))
    if rng.random() < 0.15:
        same_value(case, left)
    right = left
    for _ in range(rng.randint(1, 4)):
        right = rewritten(right, rng)
    case.meant = "edited" if rng.random() < 0.4 else "true"
    decided(case, Eq(left, edited(right, rng) if case.meant == "edited" else right))


SYMPY_WAYS: tuple[Callable[..., object], ...] = (
    sympy.expand, sympy.factor, sympy.together, sympy.cancel, sympy.powsimp, sympy.logcombine, sympy.expand_log,
    sympy.collect_const, sympy.powdenest,
)  # fmt: skip


def by_sympy(case: Case, maker: Maker) -> None:
    """A small scalar term against what SymPy's rewriting makes of it."""
    left = maker.real(maker.rng.randint(1, 2), smooth=True)
    try:
        right = from_sympy(maker.rng.choice(SYMPY_WAYS)(left.sympy()))
    except (NotSupported, sympy.PolynomialError, RecursionError):
        return
    case.meant = "sympy"
    decided(case, Eq(left, right))


def scalar(rng: Random, case: Case) -> None:
    maker = Maker(rng, ())
    return by_sympy(case, maker) if rng.random() < 0.06 else equality(case, maker)


def sums(rng: Random, case: Case) -> None:
    equality(case, Maker(rng, ("sums",)))


def cases(rng: Random, case: Case) -> None:
    equality(case, Maker(rng, ("kinks", "cases", *(("sums",) if rng.random() < 0.15 else ()))))


# ------------------------------------------------------------------ derivatives


def derivatives(rng: Random, case: Case) -> None:
    rng.choice((derivative, derivative, under_a_hypothesis, both_sides))(rng, case)


def derivative(rng: Random, case: Case) -> None:
    """A derivative against its rewriting."""
    maker = Maker(rng, ("sums", "slopes"))
    if rng.random() < 0.4:
        maker.scope = [PI.index("y")]
    left = maker.slope(rng.randint(1, 3))
    if rng.random() < 0.3:
        left = left * maker.real(1, smooth=True)
    if rng.random() < 0.1:
        same_value(case, left)
    right = left
    for _ in range(rng.randint(1, 4)):
        right = rewritten(right, rng)
    case.meant = "edited" if rng.random() < 0.4 else "true"
    decided(case, Eq(left, edited(right, rng) if case.meant == "edited" else right))


def under_a_hypothesis(rng: Random, case: Case) -> None:
    """A derivative where a premise says what an atom is at the point: it may be used outside the derivative only."""
    maker = Maker(rng, ("sums", "slopes"))
    target: Sym | App = rng.choice([*REALS, *POSITIVES, R[rng.choice(ELEMENTS)]])
    meant = maker.positive(1) if target in POSITIVES else maker.real(1, smooth=True)
    if target.name in meant.names:
        return
    body = maker.real(rng.randint(1, 2), smooth=True) * rng.choice((target, target**2, exp(target)))
    variable = rng.choice((target, *REALS, THETA))
    left = Diff(body, variable)
    inside = Diff(body.transform(lambda t: meant if t == target else t), variable)
    try:
        carried_out = kernel_derivative(left).transform(lambda t: meant if t == target else t)
    except SymrlhfError:
        return
    case.meant = "open"
    goal = Eq(left, rng.choice((inside, carried_out, rewritten(carried_out, rng))))
    premise = _disguised(target, meant, maker) if rng.random() < 0.5 else Eq(target, meant)
    decided(case, goal, _given(premise), lambda world: _settled(world, target, meant))


def kernel_derivative(term: Diff) -> Term:
    from symrlhf.kernel.derive import resolve

    return resolve(term, SETTING)


def both_sides(rng: Random, case: Case) -> None:
    """A proven identity, perhaps the sum of a distribution, differentiated."""
    maker = Maker(rng, ("sums", "slopes"))
    variable = maker.variable()
    case.meant = "open"
    try:
        if rng.random() < 0.2:
            y = PI.index("y")
            source = kernel.total(SETTING, maker.policy()[y], y)
        else:
            left = maker.real(rng.randint(1, 2), smooth=True)
            source = kernel.compute(SETTING, Eq(left, rewritten(rewritten(left, rng), rng)))
        made = kernel.differentiate(source, variable)
    except SymrlhfError:
        return
    _theorem(case, made)


def _theorem(case: Case, made: Theorem) -> None:
    case.claim, case.verdict = repr(made.statement.relation), "proven"
    contradict(made, TRIES)
    believed(case, made)


# ------------------------------------------------------------------ implications


def implications(rng: Random, case: Case) -> None:
    case.meant = "open"
    rng.choice((consequence, implication, inequality, inequality, instance))(rng, case)


def _given(*relations: Rel) -> tuple[Theorem, ...]:
    made: list[Theorem] = []
    for relation in relations:
        try:
            made.append(kernel.assume(SETTING, relation))
        except SymrlhfError:
            continue
    return tuple(made)


def _premise_and_goal(rng: Random) -> tuple[Sym | App, Term, Rel, Rel] | None:
    """An equation that says what an atom is, multiplied, shifted or inside exp, and what may follow from it."""
    maker = Maker(rng)
    y = PI.index("y")
    target: Sym | App = rng.choice([*REALS, *POSITIVES, R[rng.choice(ELEMENTS)], R[y], R[y]])
    maker.scope = [y] if y in target.symbols else []
    depth = rng.choice((1, 1, 2))
    meant = maker.positive(depth) if target in POSITIVES else maker.real(depth)
    if target.name in meant.names:
        return None
    premise = _disguised(target, meant, maker)
    goal = _goal(target, meant, maker)
    return None if goal is None else (target, meant, premise, goal)


def consequence(rng: Random, case: Case) -> None:
    """What follows from an assumed equation."""
    if (made := _premise_and_goal(rng)) is not None:
        target, meant, premise, goal = made
        if given := _given(premise):
            decided(case, goal, given, lambda world: _settled(world, target, meant))


def implication(rng: Random, case: Case) -> None:
    """The same as one relation: premise ⇒ goal, premise and more ⇒ goal."""
    if (made := _premise_and_goal(rng)) is not None:
        target, meant, premise, goal = made
        maker = Maker(rng, ())
        more = Rel(rng.choice((">", "<=", "!=")), maker.real(1, smooth=True), as_term(0))
        left = And((premise, more)) if rng.random() < 0.3 else premise
        decided(
            case, Rel(rng.choice(("implies", "implies", "iff")), left, goal), (), lambda w: _moved(w, target, meant)
        )


def _moved(world: World, target: Sym | App, meant: Term) -> bool:
    """A world on the premise where that can be: elsewhere the implication holds anyway."""
    _settled(world, target, meant)
    return True


def _settled(world: World, target: Sym | App, meant: Term) -> bool:
    if isinstance(target, Sym):
        world.numbers[target.name] = value(meant, world, Place())
        return target not in POSITIVES or world.numbers[target.name] > 0
    (entry,) = target.args
    assert isinstance(entry, Sym)
    elements = world.all_of(RESPONSES) if target.free_indices else [world.element(entry.name, RESPONSES)]
    for e in elements:
        world.numbers[f"r({e})"] = value(meant, world, Place(free=(("y", e),)))
    return True


def _disguised(target: Term, meant: Term, maker: Maker) -> Rel:
    rng, (left, right) = maker.rng, (target, meant)
    for _ in range(rng.randint(0, 3)):
        factor, shift = maker.positive(1), maker.real(1, smooth=True)
        ways: list[Callable[[Term], Term]] = [
            lambda s, x=factor: s * x,
            lambda s, x=shift: s + x,
            lambda s, x=shift: x * s,
            lambda s: s**2,
            exp,
        ]
        way = rng.choice(ways)
        left, right = way(left), way(right)
    return Eq(left, right)


def _goal(target: Sym | App, meant: Term, maker: Maker) -> Rel | None:
    rng = maker.rng
    if rng.random() < 0.3:
        return Eq(target, rng.choice((meant, edited(meant, rng))))
    left = maker.real(rng.randint(1, 2)) * target
    try:
        right = (
            left.substitute_schema(target, meant)
            if isinstance(target, App) and target.free_indices
            else left.substitute({target: meant})
        )
    except RuleViolation:
        return None
    right = rewritten(right, rng)
    return Eq(left, edited(right, rng) if rng.random() < 0.3 else right)


def instance(rng: Random, case: Case) -> None:
    """A proven identity with other terms, functions and policies for its names."""
    maker = Maker(rng)
    claim = maker.claim()
    maker.scope = []
    try:
        source = kernel.compute(SETTING, claim)
        values = {n: v for n in sorted(claim.names) if (v := _replacement(n, maker)) is not None}
        made = kernel.instantiate(source, values, SETTING)
    except SymrlhfError:
        return
    _theorem(case, made)


def _replacement(name: str, maker: Maker) -> Term | Lam | None:
    rng, i, j = maker.rng, Sym("p1", RESPONSES), Sym("p2", RESPONSES)
    if rng.random() < 0.5:
        return None
    if name in "abz":
        return rng.choice((maker.real(2), rng.choice(POSITIVES), R[rng.choice(ELEMENTS)]))
    if name in ("u", "beta"):
        return rng.choice((maker.real(1), maker.positive(2), maker.positive(2)))
    if name in ("phi", "theta"):
        return rng.choice((THETA, PHI, REALS[0], R[rng.choice(ELEMENTS)]))
    maker.scope = [i, j] if name == "g" else [i]
    body = maker.positive(2) if name.startswith("pi") else maker.real(2)
    maker.scope = []
    if name == "g":
        return Lam((i, j), body)
    if name in ("r", "f", "r_phi"):
        return Lam((i,), rng.choice((body, rng.choice((R, F, R_PHI, PI))[i])))
    if name in ("pi_ref", "pi_theta"):
        k = Sym("p3", RESPONSES)
        softmax = exp(R_PHI[i]) / Sum(k, exp(R_PHI[k]))
        return Lam((i,), rng.choice((body, softmax, rng.choice((PI, REF, PI_THETA))[i])))
    return None


def inequality(rng: Random, case: Case) -> None:
    """A comparison, perhaps under another one."""
    maker = Maker(rng, ("sums", "kinks") if rng.random() < 0.6 else ("kinks", "cases"))
    maker.scope = [PI.index("y")] if "sums" in maker.kinds and rng.random() < 0.4 else []
    left = rng.choice((maker.real, maker.positive))(rng.randint(1, 3))
    right = rng.choice(
        (as_term(0), maker.real(1), rewritten(left, rng), left - maker.positive(1), left + maker.real(1) ** 2)
    )
    goal = Rel(rng.choice(("<", "<=", ">", ">=", "!=")), left, right)
    premise = Rel(rng.choice(("<", "<=", ">", ">=")), maker.real(1), as_term(0))
    if rng.random() < 0.2:
        decided(case, Implies(premise, goal))
    else:
        decided(case, goal, _given(premise) if rng.random() < 0.5 else ())


CLASSES: dict[str, Callable[[Random, Case], None]] = {
    "scalar": scalar,
    "sums": sums,
    "derivatives": derivatives,
    "cases": cases,
    "implications": implications,
}


# ------------------------------------------------------------------ counting


@dataclass
class Count:
    """The verdicts of many cases of one class."""

    verdicts: dict[str, int] = field(default_factory=dict)
    equalities: dict[str, int] = field(default_factory=dict)
    """Of equalities made by rewriting or with a slip: how many were asked, and decided."""
    seconds: list[float] = field(default_factory=list)
    wrong: list[tuple[str, str, str]] = field(default_factory=list)
    """Seed, claim, what is wrong."""
    undecided: list[tuple[str, str]] = field(default_factory=list)

    @property
    def cases(self) -> int:
        return sum(n for verdict, n in self.verdicts.items() if verdict != "skipped")

    def add(self, seed: str, case: Case) -> None:
        self.verdicts[case.verdict] = self.verdicts.get(case.verdict, 0) + 1
        if case.verdict != "skipped":
            self.seconds.append(case.seconds)
        if case.meant in ("true", "edited", "sympy") and case.verdict in ("proven", "refuted", "undecided"):
            for key in (case.meant, *((f"{case.meant} decided",) if case.verdict != "undecided" else ())):
                self.equalities[key] = self.equalities.get(key, 0) + 1
            if case.verdict == "undecided":
                self.undecided.append((seed, case.claim))
        self.wrong += [(seed, case.claim, w) for w in case.wrong]


def counted(kind: str, seeds: Iterable[object]) -> Count:
    """All the seeds of a class, one after the other."""
    count = Count()
    for seed in seeds:
        count.add(str(seed), run(kind, str(seed)))
    return count
