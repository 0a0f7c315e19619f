"""Random claims: whatever the kernel answers agrees with values by mpmath at points that meet all that is given.

`random_claims` makes them and evaluates them, apart from all the kernel's code. A small run is part of the suite;
`pytest --slow --sweep N` tries N of each kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

import pytest
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
    World,
    differs_at,
    edited,
    fails,
    holds,
    rewritten,
    value,
)

from symrlhf.errors import NotSupported, RuleViolation, SymrlhfError
from symrlhf.kernel import theorem as kernel
from symrlhf.kernel.decide import Proved, Refuted, Verdict, decide
from symrlhf.kernel.refute import refute
from symrlhf.kernel.statement import Statement
from symrlhf.kernel.theorem import Theorem
from symrlhf.term import RESPONSES, App, Eq, Lam, Rel, Sum, Sym, Term, as_term, exp, log

Settle = Callable[[World], bool]
"""Moves a world onto a premise; whether that can be done."""


def _anywhere(_: World) -> bool:
    return True


def _worlds(theorem: Theorem, seed: str, settle: Settle) -> Iterator[World]:
    """Up to four worlds that meet the hypotheses and conditions."""
    found = 0
    for i in range(30):
        world = World(Random(f"{seed} {i}"))
        try:
            met = settle(world) and all(holds(s, world) for s in (*theorem.hypotheses, *theorem.conditions))
        except Nowhere:
            continue
        if met:
            yield world
            found += 1
        if found == 4:
            return


def _check(verdict: Verdict, seed: str, settle: Settle = _anywhere) -> None:
    if isinstance(verdict, Proved):
        _check_theorem(verdict.theorem, seed, settle)


def _check_theorem(t: Theorem, seed: str, settle: Settle = _anywhere) -> None:
    for world in _worlds(t, seed, settle):
        assert not fails(t.statement, world), (t, world.numbers, world.elements)
    try:
        point = refute(t.statement, SETTING, t.hypotheses, (), t.conditions, seed=seed, tries=12)
    except NotSupported:
        return
    assert point is None, (t, point)


def _decided(relation: Rel, premises: tuple[Theorem, ...] = ()) -> Verdict | None:
    try:
        return decide(relation, SETTING, premises)
    except SymrlhfError:
        return None


# ------------------------------------------------------------------ the kinds of claims


def identity(seed: str) -> None:
    """A term against a rewriting of it, perhaps edited."""
    claim = Maker(Random(seed)).claim()
    verdict = _decided(claim)
    if isinstance(verdict, Refuted):
        assert differs_at(Statement.of(claim), verdict.point), (claim, verdict.point)
    elif verdict is not None:
        _check(verdict, seed)


def consequence(seed: str) -> None:
    """What follows from an equation that says what an atom is, multiplied, shifted or inside exp."""
    rng = Random(seed)
    maker = Maker(rng)
    y = PI.index("y")
    target: Sym | App = rng.choice([*REALS, *POSITIVES, R[rng.choice(ELEMENTS)], R[y], R[y]])
    maker.scope = [y] if y in target.symbols else []
    meant = maker.positive(2) if target in POSITIVES else maker.real(2)
    if target.name in meant.names:
        return
    premise = _disguised(target, meant, maker)
    goal = _goal(target, meant, maker)
    if goal is None:
        return
    try:
        given = kernel.assume(SETTING, premise)
    except SymrlhfError:
        return
    verdict = _decided(goal, (given,))

    def settle(world: World) -> bool:
        if isinstance(target, Sym):
            world.numbers[target.name] = value(meant, world, Place())
            return target not in POSITIVES or world.numbers[target.name] > 0
        (entry,) = target.args
        elements = world.all_of(RESPONSES) if target.free_indices else [world.element(repr(entry), RESPONSES)]
        for e in elements:
            world.numbers[f"r({e})"] = value(meant, world, Place(free=((y.name, e),)))
        return True

    if verdict is not None:
        _check(verdict, seed, settle)


def _disguised(target: Term, meant: Term, maker: Maker) -> Rel:
    rng, (left, right) = maker.rng, (target, meant)
    for _ in range(rng.randint(0, 3)):
        factor, shift = maker.positive(1), maker.real(1)
        ways = [
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
    left = maker.real(rng.randint(1, 3)) * target
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


def instance(seed: str) -> None:
    """A proven identity with other terms, functions and policies for its names."""
    rng = Random(seed)
    maker = Maker(rng)
    claim = maker.claim()
    maker.scope = []
    try:
        source = kernel.compute(SETTING, claim)
        values = {n: v for n in sorted(claim.names) if (v := _replacement(n, maker)) is not None}
        made = kernel.instantiate(source, values, SETTING)
    except SymrlhfError:
        return
    _check_theorem(made, seed)


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


def inequality(seed: str) -> None:
    """A comparison, perhaps under another one."""
    rng = Random(seed)
    maker = Maker(rng)
    maker.scope = [PI.index("y")] if rng.random() < 0.4 else []
    left = rng.choice((maker.real, maker.positive))(rng.randint(1, 3))
    right = rng.choice(
        (as_term(0), maker.real(1), rewritten(left, rng), left - maker.positive(1), left + maker.real(1) ** 2)
    )
    op = rng.choice(("<", "<=", ">", ">=", "!="))
    try:
        premises = (kernel.assume(SETTING, Rel(rng.choice(("<", "<=", ">", ">=")), maker.real(1), as_term(0))),)
    except SymrlhfError:
        premises = ()
    verdict = _decided(Rel(op, left, right), premises if rng.random() < 0.5 else ())
    if verdict is not None:
        _check(verdict, seed)


KINDS: dict[str, tuple[Callable[[str], None], int]] = {
    "identities": (identity, 50),
    "consequences": (consequence, 25),
    "instances": (instance, 25),
    "inequalities": (inequality, 25),
}


@pytest.mark.parametrize("kind", KINDS)
def test_no_verdict_on_a_random_claim_is_wrong(kind: str) -> None:
    check, count = KINDS[kind]
    for i in range(count):
        check(f"{kind} {i}")


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_no_verdict_in_a_sweep_is_wrong(kind: str, sweep: int) -> None:
    check, _ = KINDS[kind]
    for i in range(sweep):
        check(f"sweep {kind} {i}")


def test_most_random_equalities_are_decided() -> None:
    verdicts = [_decided(Maker(Random(f"decided {i}")).claim()) for i in range(150)]
    answers = [v for v in verdicts if v is not None]
    assert sum(isinstance(v, (Proved, Refuted)) for v in answers) >= 0.97 * len(answers)
    assert sum(isinstance(v, Proved) for v in answers) >= 60
    assert sum(isinstance(v, Refuted) for v in answers) >= 30


def test_the_evaluation_tells_a_wrong_theorem() -> None:
    """The check itself is no rubber stamp."""
    u, b = POSITIVES[0], REALS[1]
    world = World(Random(1))
    assert fails(Statement.of(Eq(log(u * 2), log(u))), world)
    assert fails(Statement.of(Eq(b, -b)), world)
    assert not fails(Statement.of(Eq(log(u * u), 2 * log(u))), world)
