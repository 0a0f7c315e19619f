"""What the checker found, step by step: as data, as JSON, as text for people, as annotations for GitHub."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

from symrlhf.checker.findings import Finding, Hint, Verdict
from symrlhf.term import Rel

VERSION = 1
"""Of the JSON; a new one only if an old reader would go wrong."""

ORDER = (1, 2, 3, 0)
"""Exit statuses, worst first."""


@dataclass(frozen=True)
class Step:
    """One relation and its verdict. `statement` is None where it could not be read."""

    line: int
    column: int
    relation: str
    lhs: str
    rhs: str
    finding: Finding
    statement: Rel | None = None
    hint: Hint | None = None
    reading: str = ""
    given: tuple[str, ...] = ()
    """The hypotheses in force."""
    source: str = ""
    milliseconds: float = 0.0
    cell: int = 0
    """Of a notebook: the number of its cell, from 1; `line` counts within it."""
    file_line: int = 0
    """Of a notebook: the line of the file, if it is known."""

    @property
    def verdict(self) -> Verdict:
        return self.finding.verdict

    @property
    def reason(self) -> str:
        return self.finding.reason

    @property
    def conditions(self) -> tuple[str, ...]:
        return self.finding.conditions

    @property
    def counterexample(self) -> dict[str, str] | None:
        return self.finding.counterexample

    @property
    def values(self) -> dict[str, str] | None:
        return self.finding.values

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        slip = self.hint
        row: dict[str, Any] = {
            "line": self.line,
            "column": self.column,
            "relation": self.relation,
            "lhs": self.lhs,
            "rhs": self.rhs,
            "verdict": self.verdict,
            "conditions": list(self.conditions),
            "counterexample": self.counterexample,
            "values": self.values,
            "hint": None if slip is None else {"kind": slip.kind, "text": slip.text, "mended": slip.mended},
            "reason": self.reason,
            "reading": self.reading,
            "milliseconds": round(self.milliseconds, 1),
        }
        if self.cell:
            row["cell"] = self.cell
        return row if self.finding.number is None else {**row, "number": self.finding.number}

    def __str__(self) -> str:
        return f"{self.line}:{self.column}: {self.verdict}: {self.lhs} {self.relation} {self.rhs}"


@dataclass(frozen=True)
class Remark:
    """Something to say about a place of a document."""

    line: int
    column: int
    message: str
    source: str = ""
    cell: int = 0
    file_line: int = 0

    def as_dict(self) -> dict[str, Any]:
        row: dict[str, Any] = {"line": self.line, "column": self.column, "message": self.message}
        return {**row, "cell": self.cell} if self.cell else row


@dataclass(frozen=True)
class Document:
    """The steps of one text. A document that cannot be read at all has only errors."""

    path: str
    syntax: str
    steps: tuple[Step, ...] = ()
    warnings: tuple[Remark, ...] = ()
    errors: tuple[Remark, ...] = ()

    @property
    def status(self) -> int:
        verdicts = {s.verdict for s in self.steps}
        if "refuted" in verdicts:
            return 1
        if self.errors and not self.steps:
            return 2
        return 3 if self.errors or verdicts & {"undecided", "unreadable"} else 0

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "path": self.path,
            "syntax": self.syntax,
            "steps": [s.as_dict() for s in self.steps],
            "warnings": [w.as_dict() for w in self.warnings],
            "errors": [e.as_dict() for e in self.errors],
        }


@dataclass(frozen=True)
class Report:
    """The verdicts on one or more documents; shows itself as text, and as a table in a notebook."""

    documents: tuple[Document, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(s for d in self.documents for s in d.steps)

    @property
    def status(self) -> int:
        """0 all proven or assumed; 1 something refuted; 2 a document unreadable as a whole; 3 something undecided."""
        found = {d.status for d in self.documents}
        return next((s for s in ORDER if s in found), 0)

    @property
    def ok(self) -> bool:
        """Whether every step is proven or assumed."""
        return self.status == 0

    @property
    def summary(self) -> dict[str, int]:
        """How many documents, steps, and steps of each verdict."""
        counts = Counter(s.verdict for s in self.steps)
        return {"documents": len(self.documents), "steps": len(self.steps), **{v: counts[v] for v in VERDICTS}}

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        summary = {**self.summary, "status": self.status}
        return {"version": VERSION, "documents": [d.as_dict() for d in self.documents], "summary": summary}

    def to_json(self, indent: int | None = None) -> str:
        """The report as JSON text."""
        return json.dumps(self.as_dict(), ensure_ascii=False, indent=indent)

    def text(self, color: bool = False, explain: bool = False) -> str:
        """The report for people; with `explain`, how every line was read."""
        return "".join(line + "\n" for line in _text(self, color, explain))

    def github(self) -> str:
        """Workflow commands that annotate the lines of a change on GitHub."""
        return "".join(line + "\n" for line in _github(self))

    def __str__(self) -> str:
        return self.text()

    __repr__ = __str__

    def _repr_html_(self) -> str:
        rows = (
            f"<tr><td>{s.line}</td><td style='white-space:nowrap'>{_verdict(s)}</td>"
            f"<td style='text-align:left'>{_formula(s)}</td>"
            f"<td style='text-align:left'>{escape('; '.join(remarks(s)))}</td></tr>"
            for s in self.steps
        )
        errors = (f"<p>{escape(e.message)}</p>" for d in self.documents if not d.steps for e in d.errors)
        return f"<table>{''.join(rows)}</table>{''.join(errors)}<p>{escape(_summary(self))}</p>"


def _formula(step: Step) -> str:
    """The relation as MathML; what could not be read, as it was written."""
    if step.statement is None:
        return escape(step.reading or step.lhs)
    # Loaded for a notebook only: a check at the command line need not wait for it.
    from symrlhf.write.mathml import mathml

    return mathml(step.statement)


VERDICTS: tuple[Verdict, ...] = ("proven", "refuted", "undecided", "unreadable", "assumed")

MARKS: dict[Verdict, str] = {"proven": "✓", "refuted": "✗", "undecided": "?", "unreadable": "!", "assumed": "·"}
"""Beside the word, never instead of it."""

COLORS: dict[Verdict, str] = {"proven": "32", "refuted": "31;1", "undecided": "33", "unreadable": "35", "assumed": "2"}


# ------------------------------------------------------------------ for people


def _verdict(step: Step) -> str:
    """The mark and the word; a decimal that is right as rounded is not called equal."""
    if step.verdict == "proven" and step.finding.number is not None:
        return "≈ proven (rounded)"
    return f"{MARKS[step.verdict]} {step.verdict}"


def _text(report: Report, color: bool, explain: bool) -> Iterator[str]:
    for document in report.documents:
        if not document.steps:
            for e in document.errors:
                yield f"{document.path}:{e.line}:{e.column}: {e.message}"
                yield from _caret(e)
        for step in document.steps:
            word = _verdict(step)
            if color:
                word = f"\033[{COLORS[step.verdict]}m{word}\033[0m"
            yield f"{document.path}:{step.line}: {word}   {one_line(step)}"
            if step.verdict in ("refuted", "undecided", "unreadable") and step.source:
                yield from _caret(Remark(step.line, step.column, "", step.source))
            yield from (f"    {remark}" for remark in remarks(step))
            if explain and step.reading:
                yield f"    read as: {step.reading}"
                yield from (f"    given: {h}" for h in step.given)
    yield _summary(report)


def one_line(step: Step) -> str:
    both = f"{step.lhs} {step.relation} {step.rhs}" if step.rhs or step.relation else step.lhs
    return " ".join(both.split())


def _caret(remark: Remark) -> Iterator[str]:
    if remark.source:
        yield f"    {remark.source}"
        yield f"    {' ' * (remark.column - 1)}^"


def remarks(step: Step) -> Iterator[str]:
    """What is to be said of a verdict beyond its word."""
    if step.reason and (step.verdict in ("refuted", "undecided", "unreadable") or step.finding.warning):
        yield step.reason
    if step.conditions:
        yield "where " + ", ".join(step.conditions)
    if step.hint is not None:
        yield f"hint ({step.hint.kind}): {step.hint.told}"


def _summary(report: Report) -> str:
    counts = report.summary
    total = f"{counts['steps']} step{'s' * (counts['steps'] != 1)}"
    parts = [f"{counts[v]} {v}" for v in VERDICTS if counts[v]]
    conditional = sum(s.verdict == "proven" and bool(s.conditions) for s in report.steps)
    if conditional:
        parts[0] += f" ({conditional} under conditions)"
    return f"{total}: {', '.join(parts)}" if parts else "nothing was checked"


# ------------------------------------------------------------------ for GitHub

LEVELS: dict[Verdict, str] = {"refuted": "error", "undecided": "warning", "unreadable": "warning"}


def _github(report: Report) -> Iterator[str]:
    for d in report.documents:
        if not d.steps:
            for e in d.errors:
                yield _annotation("error", d.path, e, e.message)
        for s in d.steps:
            if s.verdict in LEVELS:
                message = "; ".join((f"{s.verdict}: {one_line(s)}", *remarks(s)))
                yield _annotation(LEVELS[s.verdict], d.path, s, message)
        for w in d.warnings:
            yield _annotation("warning", d.path, w, w.message)


def _annotation(level: str, path: str, at: Step | Remark, message: str) -> str:
    place = ",".join(f"{name}={n}" for name, n in zip(("line", "col"), in_file(at), strict=False))
    return f"::{level} file={_escaped(path, ',:')},{place}::{_escaped(message)}"


def in_file(at: Step | Remark) -> tuple[int, ...]:
    """The line of the file and the column; of a notebook the line alone, as its text stands in strings there."""
    return (at.file_line,) if at.file_line else (at.line, at.column)


def _escaped(text: str, more: Iterable[str] = "") -> str:
    for char in ("%", "\r", "\n", *more):
        text = text.replace(char, f"%{ord(char):02X}")
    return text
