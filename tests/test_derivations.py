"""Every derivation of the library: proven without open conditions, computed by SymPy, pointing at its source."""

from __future__ import annotations

import ast
import importlib.util
import itertools
import sys
import traceback
from pathlib import Path

import pytest

from symrlhf import catalogue, load
from symrlhf.authoring import Board, Derivation, Item
from symrlhf.errors import NotSupported, StepError, SymrlhfError
from symrlhf.kernel.decide import counterexample
from symrlhf.kernel.theorem import Theorem
from symrlhf.library import chapters

NAMES = [e.name for e in catalogue()]
REQUIRED = {
    "A": (1, 2, 4),
    "B": (*range(1, 9), 11),
    "C": (*range(1, 12), *range(13, 20)),
    "D": (*range(1, 8), *range(9, 13), *range(14, 17), *range(20, 23)),
    "E": range(1, 6),
    "G": (1, 2, 3, 5, 6, 7, 23),
    "H": range(1, 5),
    "I": (1,),
    "J": (1, 2),
    "K": (1, 2),
}


def test_the_chapters_cover_what_lectures_need() -> None:
    required = {f"{letter}{n}" for letter, numbers in REQUIRED.items() for n in numbers}
    assert required <= {i for e in catalogue() for i in e.catalog}


@pytest.mark.parametrize("name", NAMES)
def test_derivation_is_proven_without_open_conditions(name: str) -> None:
    derivation = load(name)
    assert len(derivation.lines) >= 2
    for line in derivation.lines:
        assert line.theorem.conditions == ()
        assert line.theorem.relation == line.display


@pytest.mark.parametrize("name", NAMES)
def test_no_line_is_refuted_under_its_hypotheses(name: str) -> None:
    for line in load(name).lines:
        assert counterexample(line.display, line.theorem.setting, (line.theorem,)) is None


@pytest.mark.parametrize("name", NAMES)
def test_source_announces_what_the_derivation_says(name: str) -> None:
    entry = next(e for e in catalogue() if e.name == name)
    derivation = load(name)
    assert (derivation.title, derivation.catalog, derivation.tier) == (entry.title, entry.catalog, entry.tier)
    assert derivation.chapter == entry.chapter
    assert derivation.claim
    assert derivation.references


def test_four_lines_in_five_are_computed_by_sympy() -> None:
    lines = [
        x
        for name in NAMES
        for x in load(name).lines
        if x.status == "proven" and x.kind != "start"
    ]  # fmt: skip
    computed = [x for x in lines if x.computed]
    assert len(computed) >= 0.8 * len(lines)


# ------------------------------------------------------------------ a wrong result of SymPy is noticed at its line


def _spoiled(value: object, by: int) -> object:
    """A SymPy result, wrong by a number that differs from call to call: equal slips on both sides would cancel."""
    import sympy

    match value:
        case sympy.Expr():
            return value * (2 + by) + by  # under a derivative a constant alone would vanish
        case tuple() | list():
            spoiled = [_spoiled(v, by) if i == 0 else v for i, v in enumerate(value)]
            return tuple(spoiled) if isinstance(value, tuple) else spoiled
        case dict():
            return {k: _spoiled(v, by) for k, v in value.items()}
        case _:
            return None


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_sympy_result_fails_at_its_line(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every computed line is written once with SymPy's results spoiled, on the lines before it as they were proven."""
    from symrlhf.steps import engine

    right, add = engine.run, Board.add
    original = load(name)
    proven = original.lines
    calls = itertools.count(1)
    failed: list[int] = []

    def wrong(*args: object, **options: object) -> object:
        return _spoiled(right(*args, **options), next(calls))  # type: ignore[arg-type]

    def spoiled_then_right(board: Board, item: Item) -> Theorem:
        line = proven[len(board.lines)]
        if line.computed:
            with monkeypatch.context() as patch, pytest.raises((SymrlhfError, TypeError, AttributeError)):
                patch.setattr(engine, "run", wrong)
                add(board, item)
            failed.append(line.number)
        board.setting = board.setting.merge(line.theorem.setting)
        board.lines.append(line)
        return line.theorem

    monkeypatch.setattr(Board, "add", spoiled_then_right)
    assert Derivation(original.function, original.title).lines == proven
    assert failed == [x.number for x in proven if x.computed]


# ------------------------------------------------------------------ slips in the source


def _moved_lines(tree: ast.Module) -> list[tuple[ast.Yield, ast.expr]]:
    """The yields that name a move, in order, each with the move."""
    moves = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module == "symrlhf.steps"
        for alias in node.names
    }
    yields = (n for n in ast.walk(tree) if isinstance(n, ast.Yield))
    found = [(n, move) for n in yields if (move := _move_in(n, moves)) is not None]
    return sorted(found, key=lambda pair: pair[0].lineno)


def _move_in(node: ast.Yield, moves: set[str]) -> ast.expr | None:
    parts = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
    for part in parts:
        name = part.func if isinstance(part, ast.Call) else part
        if isinstance(name, ast.Name) and name.id in moves:
            return part
    return None


def _with_false_claim(source: str, node: ast.Yield, move: ast.expr, claim: str) -> str:
    """The source with the claim typed beside the move of one line."""
    assert node.end_lineno is not None
    rows = source.splitlines()
    first, last = node.lineno - 1, node.end_lineno - 1
    tail = rows[last][node.end_col_offset :]
    head = rows[first][: node.col_offset]
    rows[first : last + 1] = [f"{head}yield {claim}, {ast.get_source_segment(source, move)}{tail}"]
    return "\n".join(rows).replace("from .", "from symrlhf.derivations.")


# A chain takes an expression, an equation a relation.
FALSE_CLAIMS = ("__import__('symrlhf').Rational(7)", "__import__('symrlhf').Eq(7, 8)")


@pytest.mark.parametrize("module", [c.module for c in chapters()])
def test_a_slip_in_the_source_is_reported_at_the_authors_line(module: str, tmp_path: Path) -> None:
    spec = importlib.util.find_spec(f"symrlhf.derivations.{module}")
    assert spec is not None and spec.origin is not None
    source = Path(spec.origin).read_text(encoding="utf-8")
    lines = _moved_lines(ast.parse(source))
    for k, (node, move) in enumerate([lines[i * len(lines) // 3] for i in range(3)]):
        failures: set[int | None] = set()
        for claim in FALSE_CLAIMS:
            path = tmp_path / f"{module}_{k}_{len(claim)}.py"
            path.write_text(_with_false_claim(source, node, move, claim), encoding="utf-8")
            failures.add(_first_failure(path))
        assert failures - {None} == {node.lineno}


def _first_failure(path: Path) -> int | None:
    """The line of the user's file at which the traceback of the first failing derivation ends."""
    from symrlhf.library import load_file

    for derivation in load_file(path):
        try:
            _ = derivation.lines
        except (StepError, NotSupported):
            frames = traceback.extract_tb(sys.exc_info()[2])
            return [f.lineno for f in frames if f.filename == str(path)][-1]
        except TypeError:
            return None
    return None
