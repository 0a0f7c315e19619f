"""Reports for other programs: SARIF 2.1.0 for code scanning, JUnit XML for continuous integration."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from symrlhf.checker.findings import Verdict
from symrlhf.checker.report import LEVELS, Document, Remark, Report, Step, in_file, one_line, remarks

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

RULES: dict[str, str] = {
    "refuted": "The step does not follow: there is a counterexample.",
    "undecided": "The step was neither proven nor refuted.",
    "unreadable": "The formula could not be read.",
    "warning": "The step holds, but something is to be said of it.",
    "document": "The document could not be read.",
}
"""Rule -> what a finding of it says."""

_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML has no way to write."""


def _message(step: Step) -> str:
    return "; ".join((f"{step.verdict}: {one_line(step)}", *remarks(step)))


# ------------------------------------------------------------------ SARIF


def sarif(report: Report, version: str) -> str:
    """The findings as SARIF; `version` is that of the program."""
    rules = [{"id": name, "shortDescription": {"text": text}} for name, text in RULES.items()]
    driver = {"name": "symrlhf", "version": version, "rules": rules}
    results = [row for d in report.documents for row in _results(d)]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=1) + "\n"


def _results(d: Document) -> Iterator[dict[str, Any]]:
    for e in d.errors if not d.steps else ():
        yield _result("document", "error", e.message, d.path, e)
    for s in d.steps:
        if s.verdict in LEVELS:
            yield _result(s.verdict, LEVELS[s.verdict], _message(s), d.path, s)
    for w in d.warnings:
        yield _result("warning", "warning", w.message, d.path, w)


def _result(rule: str, level: str, message: str, path: str, at: Step | Remark) -> dict[str, Any]:
    region = {name: max(1, n) for name, n in zip(("startLine", "startColumn"), in_file(at), strict=False)}
    place = {"artifactLocation": {"uri": path.replace("\\", "/")}, "region": region}
    return {
        "ruleId": rule,
        "ruleIndex": list(RULES).index(rule),
        "level": level,
        "message": {"text": message},
        "locations": [{"physicalLocation": place}],
    }


# ------------------------------------------------------------------ JUnit

OUTCOMES: dict[Verdict, str] = {"refuted": "failure", "unreadable": "error", "undecided": "skipped"}
"""How JUnit calls what is not proven."""


def junit(report: Report) -> str:
    """A suite for each document, a case for each step."""
    root = ElementTree.Element("testsuites", name="symrlhf check")
    for d in report.documents:
        _suite(root, d)
    ElementTree.indent(root, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _suite(root: ElementTree.Element, d: Document) -> None:
    steps = [s for s in d.steps if s.verdict != "assumed"]
    broken = d.errors if not d.steps else ()
    counts = {name: sum(OUTCOMES.get(s.verdict) == name for s in steps) for name in ("failure", "error", "skipped")}
    suite = ElementTree.SubElement(
        root,
        "testsuite",
        name=_writable(d.path),
        tests=str(len(steps) + len(broken)),
        failures=str(counts["failure"]),
        errors=str(counts["error"] + len(broken)),
        skipped=str(counts["skipped"]),
        time=f"{sum(s.milliseconds for s in steps) / 1000:.3f}",
    )
    for e in broken:
        case = ElementTree.SubElement(suite, "testcase", classname=_writable(d.path), name=f"line {e.line}")
        ElementTree.SubElement(case, "error", message=_writable(e.message))
    for s in steps:
        case = ElementTree.SubElement(
            suite,
            "testcase",
            classname=_writable(d.path),
            name=_writable(f"line {s.line}: {one_line(s)}"),
            file=_writable(d.path),
            line=str(in_file(s)[0]),
            time=f"{s.milliseconds / 1000:.3f}",
        )
        if s.verdict in OUTCOMES:
            ElementTree.SubElement(case, OUTCOMES[s.verdict], message=_writable(_message(s)))


def _writable(text: str) -> str:
    return _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text)
