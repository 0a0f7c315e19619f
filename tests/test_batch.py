"""Several documents at once, and reports for other programs."""

import json
import subprocess
import sys
from pathlib import Path
from time import monotonic
from xml.etree import ElementTree

import pytest

from symrlhf.checker import check, process
from symrlhf.checker.batch import check_files, documents_in
from symrlhf.checker.exchange import RULES, junit, sarif
from symrlhf.checker.report import Document, Remark, Report


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Documents of every kind, some below, one hidden, one that is none."""
    texts = {
        "b.tex": "\\[ e^{a}e^{b}=e^{a+b} \\]\n",
        "a.txt": "σ(z) = σ(−z)\n",
        "sub/c.md": "$$ \\log(e^z)=z $$\n",
        "sub/d.txt": "Only prose.\n",
        ".git/e.txt": "a = b\n",
        "f.py": "a == b\n",
        "g.png": "a = b\n",
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_of_a_folder_every_document_is_checked_in_order(folder: Path) -> None:
    found = [str(Path(p).relative_to(folder)) for p in documents_in([str(folder)])]
    assert found == ["a.txt", "b.tex", str(Path("sub", "c.md")), str(Path("sub", "d.txt"))]
    assert list(documents_in(["x.py", "-", "missing"])) == ["x.py", "-", "missing"]


def test_the_report_does_not_depend_on_the_number_of_processes(folder: Path) -> None:
    told: list[tuple[int, int]] = []
    names = [str(folder), str(folder / "missing.tex")]
    reports = [
        check_files(names, timeout=30, jobs=jobs, progress=lambda done, total, _: told.append((done, total)))
        for jobs in (1, 3)
    ]
    for report in reports:
        assert [Path(d.path).name for d in report.documents] == ["a.txt", "b.tex", "c.md", "d.txt", "missing.tex"]
        assert [d.status for d in report.documents] == [1, 0, 0, 2, 2]
        assert report.status == 1
    assert [s.finding for s in reports[0].steps] == [s.finding for s in reports[1].steps]
    assert told[-1] == (5, 5)


def test_as_many_processes_as_documents_are_enough(folder: Path) -> None:
    process.stop_all()
    check_files([str(folder / "a.txt")], timeout=30, jobs=8)
    assert len(process._idle) == 1


def test_an_interruption_ends_the_processes_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "endless.txt").write_text("a = b\n" * 20)
    endless = "import pickle, sys, time; pickle.dump('ready', sys.stdout.buffer); sys.stdout.flush(); time.sleep(60)"
    monkeypatch.setattr(process, "PROGRAM", endless)
    process.stop_all()

    def interrupted(done: int, total: int, name: str) -> None:
        raise KeyboardInterrupt

    began = monotonic()
    with pytest.raises(KeyboardInterrupt):
        check_files(
            [str(tmp_path / "endless.txt"), str(tmp_path / "missing.txt")], timeout=50, jobs=2, progress=interrupted
        )
    assert monotonic() - began < 20
    assert process._busy == process._idle == []


# ------------------------------------------------------------------ formats


def checked() -> Report:
    (good,) = check("a == a\nsigmoid(z) == sigmoid(-z)\nfoo(a) == 1\nlet c = 1", "python", timeout=None).documents
    steps = tuple(good.steps)
    return Report(
        (
            Document("notes/a & b.txt", "python", steps, (Remark(1, 3, "rounded too early"),)),
            Document("broken\x01.txt", "text", errors=(Remark(7, 2, "expected <something>"),)),
        )
    )


def test_sarif_names_rule_place_and_message_of_every_finding() -> None:
    data = json.loads(sarif(checked(), "1.2"))
    assert data["version"] == "2.1.0"
    (run,) = data["runs"]
    assert run["tool"]["driver"]["version"] == "1.2"
    rules = [r["id"] for r in run["tool"]["driver"]["rules"]]
    assert rules == list(RULES)
    assert [r["ruleId"] for r in run["results"]] == ["refuted", "unreadable", "warning", "document"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
    first = run["results"][0]
    assert first["level"] == "error"
    assert first["message"]["text"].startswith("refuted: sigmoid(z) = sigmoid(-z); at z = ")
    assert "hint (sigma-arg)" in first["message"]["text"]
    (place,) = first["locations"]
    assert place["physicalLocation"] == {
        "artifactLocation": {"uri": "notes/a & b.txt"},
        "region": {"startLine": 2, "startColumn": 12},
    }


def test_junit_has_a_suite_for_each_document_and_a_case_for_each_step() -> None:
    root = ElementTree.fromstring(junit(checked()))
    first, second = root
    assert first.attrib["name"] == "notes/a & b.txt"
    assert {k: first.attrib[k] for k in ("tests", "failures", "errors", "skipped")} == {
        "tests": "3", "failures": "1", "errors": "1", "skipped": "0",
    }  # fmt: skip
    assert [[outcome.tag for outcome in case] for case in first] == [[], ["failure"], ["error"]]
    assert first[1].attrib["line"] == "2"
    assert (second.attrib["name"], second.attrib["errors"]) == ("broken�.txt", "1")
    assert second[0][0].attrib["message"] == "expected <something>"


@pytest.mark.parametrize("form", ["json", "github", "sarif", "junit"])
def test_every_format_is_written_by_the_command(form: str, folder: Path) -> None:
    command = [sys.executable, "-m", "symrlhf", "check", "--format", form, str(folder)]
    run = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert (run.returncode, run.stderr) == (1, "")
    readers = {"json": json.loads, "sarif": json.loads, "junit": ElementTree.fromstring, "github": str.splitlines}
    assert readers[form](run.stdout) is not None
