"""A slip in any line of the library is refuted; the few slips that leave the line true are listed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from symrlhf import catalogue, load
from symrlhf.authoring import Board, Derivation, Item, Line
from symrlhf.errors import IllFormed, StepError
from symrlhf.kernel.decide import Proved, Refuted, decide
from symrlhf.kernel.theorem import Theorem
from symrlhf.term import Add, App, Div, Mul, Neg, Rel, Sym, Term, exact_value

STILL_TRUE = Path(__file__).parent / "golden" / "mutants_still_true.txt"
SWAPS = {"r_w": "r_l", "r_l": "r_w", "y_w": "y_l", "y_l": "y_w"}


def mutants(term: Term) -> Iterator[tuple[str, Term]]:
    """Every single slip in a term: a constant dropped, a sign flipped, a ratio inverted, w and l swapped."""
    for path, t in term.walk():
        match t:
            case Add(terms=terms):
                for i, part in enumerate(terms):
                    rest = terms[:i] + terms[i + 1 :]
                    if exact_value(part) is not None:
                        yield "constant dropped", term.replace_at(path, _joined(Add, rest))
                    flipped = part.arg if isinstance(part, Neg) else Neg(part)
                    yield "sign flipped", term.replace_at(path, Add((*terms[:i], flipped, *terms[i + 1 :])))
            case Mul(factors=factors):
                for i, part in enumerate(factors):
                    rest = factors[:i] + factors[i + 1 :]
                    if exact_value(part) is not None:
                        yield "constant dropped", term.replace_at(path, _joined(Mul, rest))
            case Neg(arg=arg) if not path or not isinstance(term.at(path[:-1]), Add):
                yield "sign flipped", term.replace_at(path, arg)
            case Div(numerator=a, denominator=b) if exact_value(a) != 0:
                yield "ratio inverted", term.replace_at(path, Div(b, a))
            case _:
                pass
    swapped = term.transform(_swap)
    if swapped != term:
        yield "w and l swapped", swapped


def _joined(node: type[Add] | type[Mul], parts: tuple[Term, ...]) -> Term:
    return node(parts) if len(parts) > 1 else next(iter(parts))


def _swap(t: Term) -> Term:
    match t:
        case Sym(name=name, symbol_sort=sort, fixed=fixed) if name in SWAPS:
            return Sym(SWAPS[name], sort, fixed)
        case App(name=name, args=args, given=given, symbol_sort=sort) if name in SWAPS:
            return App(SWAPS[name], args, given, sort)
        case _:
            return t


def mutated_lines(line: Line) -> Iterator[tuple[str, Rel]]:
    """The claim of this step alone, with each slip on its right side (a relation: on either)."""
    relation = line.step.relation
    for kind, rhs in mutants(relation.rhs):
        yield kind, Rel(relation.op, relation.lhs, rhs)
    if line.kind == "relation":
        for kind, lhs in mutants(relation.lhs):
            yield kind, Rel(relation.op, lhs, relation.rhs)


def _premises(line: Line) -> tuple[Theorem, ...]:
    return tuple(p for p in line.step.parents if p.relation.op == "=" or p.hypotheses)


@pytest.mark.parametrize("name", [e.name for e in catalogue()])
def test_every_slip_is_refuted(name: str) -> None:
    listed = {x for x in STILL_TRUE.read_text(encoding="utf-8").splitlines() if x and not x.startswith("#")}
    surprises: list[str] = []
    for line in load(name).lines:
        if line.status != "proven" or line.kind == "start":
            continue
        for kind, mutant in mutated_lines(line):
            try:
                verdict = decide(mutant, line.theorem.setting, _premises(line))
            except IllFormed:
                continue  # undefined everywhere: never accepted
            entry = f"{name} | line {line.number} | {kind} | {mutant}"
            # Of what is true in spite of the slip, no answer is an honest one, too.
            if not isinstance(verdict, Refuted) and entry not in listed:
                surprises.append(f"{type(verdict).__name__}: {entry}")
    assert surprises == []


# ------------------------------------------------------------------ a slip in a hypothesis

WITH_EQUATION_GIVEN = ["optimal-policy", "reward-of-policy", "logit-inverts-sigmoid"]


@pytest.mark.parametrize("name", WITH_EQUATION_GIVEN)
def test_a_slip_in_a_given_line_makes_a_later_line_fail(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    original = load(name)
    (given,) = [x for x in original.lines if x.status == "given" and x.display.op == "="]
    add = Board.add
    found = 0
    for _, mutant in mutated_lines(given):
        same = Rel("=", mutant.lhs - mutant.rhs, given.display.lhs - given.display.rhs)
        if isinstance(decide(same, given.theorem.setting), Proved):
            continue  # a constant inside a derivative: the slip changes nothing

        def add_mutated(board: Board, item: Item, mutant: Rel = mutant) -> Theorem:
            parts = item if isinstance(item, tuple) else (item,)
            return add(board, tuple(mutant if p == given.display else p for p in parts))

        monkeypatch.setattr(Board, "add", add_mutated)
        with pytest.raises(StepError):
            _ = Derivation(original.function, original.title).lines
        found += 1
    assert found >= 2
