"""Whatever is printed is read back by the checker as it was proven, line by line, and proven again."""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest

import symrlhf
from symrlhf import render
from symrlhf.authoring import Derivation, Line
from symrlhf.book import write_book
from symrlhf.checker import check
from symrlhf.checker.documents import Judge, check_file
from symrlhf.checker.findings import Finding, Judged, Task
from symrlhf.checker.report import Step
from symrlhf.checker.worker import judge_here
from symrlhf.render.document import page
from symrlhf.term import Neg, Num, Rel

NAMES = [d.name for d in symrlhf.catalogue()]

NOT_PROVEN_AGAIN: dict[str, tuple[int, ...]] = {}
"""Derivation -> its lines that need more than the checker finds: a certificate that the author gave."""


def claimed(lines: tuple[Line, ...]) -> list[Rel]:
    """What each line adds to the line before; the first expression of a chain says nothing yet."""
    out: list[Rel] = []
    for before, line in zip((None, *lines), lines, strict=False):
        if line.kind == "chain" and before is not None:
            out.append(Rel("=", before.display.rhs, line.display.rhs))
        elif line.connective and before is not None:
            out.append(Rel("implies" if line.connective == "implies" else "iff", before.display, line.display))
        elif line.kind != "start":
            out.append(line.display)
    return out


@lru_cache(256)
def _judged(task: Task) -> Judged:
    return judge_here(task)


def judge(task: Task) -> Judged:
    """The finding on a task; one that was judged when another format was read is not judged again."""
    # Where a chain began counts for the digits of a number only.
    return _judged(task if isinstance(task.relation.rhs, (Num, Neg)) else replace(task, start=None))


def read_back(path: Path, judge: Judge = judge) -> list[Step]:
    """The steps of a printed file, without what its directives say."""
    document = check_file(path, "auto", judge)
    assert document.errors == ()
    return [s for s in document.steps if "symrlhf:" not in s.source]


def assert_proven(steps: list[Step], derivation: Derivation) -> None:
    supposed = {line.display for line in derivation.lines if line.status in ("given", "definition")}
    open_lines = [derivation.lines[n - 1].display for n in NOT_PROVEN_AGAIN.get(derivation.name, ())]
    for step in steps:
        known = step.statement is not None and (step.statement in open_lines or step.statement.rhs in open_lines)
        expected = "undecided" if known else "assumed" if step.statement in supposed else "proven"
        assert (step.line, step.verdict, step.reason) == (step.line, expected, step.reason)


@pytest.mark.parametrize("name", NAMES)
def test_a_printed_derivation_is_read_as_it_was_written_and_proven_again(name: str, tmp_path: Path) -> None:
    """As a document, and as a theorem with its proof: there the premises are stated, too."""
    derivation = symrlhf.load(name)
    for path in render.write([derivation], {"tex", "md"}, tmp_path):
        steps = read_back(path)
        repeated = [derivation.result.relation] if path.suffix == ".md" else []
        assert [s.statement for s in steps] == claimed(derivation.lines) + repeated
        assert_proven(steps, derivation)
    (path,) = render.write([derivation], {"tex"}, tmp_path, fragment=True)
    steps = read_back(path)
    stated = [p.formula.relation for p in page(derivation).premises] + [derivation.result.relation]
    assert [s.statement for s in steps] == stated + claimed(derivation.lines)
    assert_proven(steps, derivation)


def test_the_book_asks_what_its_derivations_ask(tmp_path: Path) -> None:
    """Read as one document, no line says more or supposes more than where it stands alone: there each is proven."""
    derivations = [symrlhf.load(name) for name in NAMES]
    ordered = [d for title in dict.fromkeys(d.chapter for d in derivations) for d in derivations if d.chapter == title]
    trust = [("log_mul", "log(p q) = log p + log q", "p > 0", "p = 0")]
    asked: list[Task] = []

    def believe(task: Task) -> Judged:
        asked.append(replace(task, earlier=()))
        return Judged(Finding("assumed" if task.assumed else "proven"), None, 0.0)

    (book,) = write_book(derivations, tmp_path, {"tex"}, trust=trust)
    steps = read_back(book, believe)
    in_book = list(asked)
    asked.clear()
    for derivation in ordered:
        (path,) = render.write([derivation], {"tex"}, tmp_path)
        read_back(path, believe)
    assert [s.statement for s in steps] == [r for d in ordered for r in claimed(d.lines)]
    # One document asks once what two derivations ask.
    assert list(dict.fromkeys(in_book)) == list(dict.fromkeys(asked))
    # What a reader asks in order to read was believed, too.
    stated = {s.statement for s in steps}
    for task in in_book:
        assert task.assumed or task.relation in stated or judge(task).finding.verdict == "proven"


def test_renamed_symbols_are_read_back(tmp_path: Path) -> None:
    derivation = symrlhf.load("optimal-policy")
    rename = {"pi": "p", "beta": r"\tau", "pi_ref": r"q_0"}
    (path,) = render.write([derivation], {"tex"}, tmp_path, rename=rename)
    assert [s.verdict for s in read_back(path)] == ["assumed", "assumed", *["proven"] * 5]


def test_a_false_line_of_a_printed_derivation_is_refuted(tmp_path: Path) -> None:
    (path,) = render.write([symrlhf.load("sigmoid-complement")], {"tex"}, tmp_path)
    wrong = path.read_text(encoding="utf-8").replace(r"\[ = \sigma(-z) \]", r"\[ = \sigma(z) \]")
    (document,) = check(wrong, "latex", timeout=None).documents
    assert [s.verdict for s in document.steps] == ["proven", "proven", "proven", "refuted"]
