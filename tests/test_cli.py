"""The command line: what goes where, with which exit status, and how mistakes are told."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import symrlhf
from symrlhf import cli, library
from symrlhf.cli import main

pytestmark = pytest.mark.usefixtures("own_cache")

COMMANDS = ("list", "show", "print", "check", "run", "lab", "trust")

Capture = pytest.CaptureFixture[str]


def said(capsys: Capture, *argv: str) -> tuple[int, str, str]:
    """Exit status, stdout, stderr."""
    status = main(argv)
    out, err = capsys.readouterr()
    return status, out, err


def run(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, **options)  # type: ignore[call-overload]


# ------------------------------------------------------------------ help


def test_the_version_is_printed(capsys: Capture) -> None:
    assert said(capsys, "--version") == (0, f"symrlhf {symrlhf.__version__}\n", "")


def test_help_names_every_command(capsys: Capture) -> None:
    status, out, _ = said(capsys, "--help")
    assert status == 0
    assert all(f"\n    {command} " in out for command in COMMANDS)


@pytest.mark.parametrize("command", [(), *((c,) for c in COMMANDS)], ids=lambda c: " ".join(c) or "symrlhf")
def test_every_help_has_examples_that_parse_and_exit_statuses(command: tuple[str, ...], capsys: Capture) -> None:
    status, out, err = said(capsys, *command, "--help")
    assert (status, err) == (0, "")
    examples = out.partition("examples:\n")[2].partition("\n\n")[0].splitlines()
    assert examples
    for example in examples:
        words = example.partition("<")[0].replace("'", "").split()
        assert words[0] == "symrlhf"
        assert cli._parser().parse_args(words[1:]).run
    assert "exit status:" in out


def test_the_examples_of_run_run(capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pairs.csv").write_text("logp_w,logp_l,ref_w,ref_l\n-1,-2,-1.5,-1\n-3,-2,-2,-2.5\n", encoding="utf-8")
    _, out, _ = said(capsys, "run", "--help")
    examples = [line.split()[1:] for line in out.splitlines() if line.startswith("  symrlhf run")]
    assert len(examples) > 1
    assert [main(words) for words in examples] == [0] * len(examples)


@pytest.mark.parametrize(
    "argv", [(), ("frobnicate",), ("list", "--frob"), ("check",), ("check", "--timeout", "0", "-")]
)
def test_misuse_is_told_on_stderr_with_status_2(argv: tuple[str, ...], capsys: Capture) -> None:
    status, out, err = said(capsys, *argv)
    assert (status, out) == (2, "")
    assert err.startswith("usage: symrlhf")


@pytest.mark.parametrize("arguments", ["'--help'", "'list'"])
def test_help_and_list_load_no_engine(arguments: str) -> None:
    code = f"""
import sys
from symrlhf.cli import main
main([{arguments}])
heavy = ("symrlhf.kernel", "symrlhf.authoring", "sympy", "numpy", "jinja2", "rich", "flint", "mpmath")
print([m for m in heavy if m in sys.modules], file=sys.stderr)
"""
    assert run("-c", code).stderr == "[]\n"


# ------------------------------------------------------------------ list


def test_list_shows_every_derivation_below_its_chapter(capsys: Capture) -> None:
    status, out, err = said(capsys, "list")
    assert (status, err) == (0, "")
    names = [line.split()[0] for line in out.splitlines() if line.startswith("  ")]
    assert names == [entry.name for entry in library.catalogue()]
    assert "\nThe optimal policy of KL-regularised reward maximisation\n" in out


def test_list_as_json_counts_the_lines_that_sympy_computed(capsys: Capture) -> None:
    status, out, err = said(capsys, "list", "--json")
    assert (status, err) == (0, "")
    rows = {row["name"]: row for row in json.loads(out)}
    assert list(rows) == [entry.name for entry in library.catalogue()]
    first = rows["bradley-terry-to-sigmoid"]
    assert first["catalog"] == ["A1"]
    assert (first["lines"], first["computed"], first["given"]) == (4, 3, 1)
    for row in rows.values():
        assert row["computed"] + row["given"] <= row["lines"]
    done = sum(row["computed"] for row in rows.values())
    assert done / sum(row["lines"] - row["given"] for row in rows.values()) >= 0.8


# ------------------------------------------------------------------ show


def test_show_prints_a_derivation_without_colour_into_a_pipe(capsys: Capture) -> None:
    status, out, err = said(capsys, "show", "bradley-terry-to-sigmoid")
    assert (status, err) == (0, "")
    assert out.splitlines()[0] == "Bradley–Terry to sigmoid"
    assert "= σ(r_w − r_l)" in out
    assert "\033" not in out


def test_an_unknown_name_gets_the_nearest_ones(capsys: Capture) -> None:
    status, out, err = said(capsys, "show", "bradley-tery-to-sigmoid")
    assert (status, out) == (2, "")
    assert err.startswith(
        "symrlhf: unknown derivation 'bradley-tery-to-sigmoid'; did you mean bradley-terry-to-sigmoid"
    )
    assert err.count("\n") == 1


MINE = '''"""My chapter."""

from symrlhf import Lines, Real, derivation, exp, sigmoid


@derivation("Mine")
def mine(a: Real, b: Real) -> Lines:
    """A claim."""
    yield exp(a) / (exp(a) + exp(b)), "start"
    yield {line}, "next"
'''


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "mine.py"
    path.write_text(MINE.format(line="sigmoid(a - b)"), encoding="utf-8")
    return path


def test_a_file_of_ones_own_is_shown_by_path_and_by_name(mine: Path, capsys: Capture) -> None:
    assert said(capsys, "show", "./mine.py")[1].startswith("Mine\n")
    assert said(capsys, "show", "mine.py:mine")[1].startswith("Mine\n")


FAULTS = [
    ("sigmoid(b - a)", "exp(a)/(exp(a) + exp(b)) = σ(b − a) is false at a = "),
    ("0.5 * a", "TypeError: a float is not exact: write x/3, Rational(1, 3) or Decimal('0.10') instead of 0.5"),
    ("sigmoid(c)", "NameError: name 'c' is not defined"),
]


@pytest.mark.parametrize(("line", "message"), FAULTS, ids=[line for line, _ in FAULTS])
def test_a_fault_in_ones_own_file_is_told_with_its_line(line: str, message: str, mine: Path, capsys: Capture) -> None:
    mine.write_text(MINE.format(line=line), encoding="utf-8")
    status, out, err = said(capsys, "show", "mine.py")
    assert (status, out) == (2, "")
    assert err.startswith(f"symrlhf: mine.py:10: {message}")
    assert err.endswith(f'\n  yield {line}, "next"\n')
    assert "Traceback" not in err


def test_a_file_that_is_not_python_is_told_with_its_line(mine: Path, capsys: Capture) -> None:
    mine.write_text("x = 1\ndef (\n", encoding="utf-8")
    status, _, err = said(capsys, "show", "mine.py")
    assert (status, err.splitlines()[0]) == (2, "symrlhf: mine.py:2: SyntaxError: invalid syntax")


def test_a_file_that_is_not_there_is_one_sentence(mine: Path, capsys: Capture) -> None:
    assert said(capsys, "show", "other.py") == (2, "", "symrlhf: there is no file other.py\n")


# ------------------------------------------------------------------ print


def test_print_writes_the_files_and_prints_their_paths(tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "a" / "b"
    status, printed, err = said(
        capsys, "print", "bradley-terry-to-sigmoid", "sigmoid-complement", "--to", "tex,html", "-o", str(out)
    )
    assert (status, err) == (0, "")
    names = [f"{n}.{form}" for n in ("bradley-terry-to-sigmoid", "sigmoid-complement") for form in ("tex", "html")]
    assert printed.splitlines() == [str(out / name) for name in names]
    assert sorted(p.name for p in out.iterdir()) == sorted(names)


def test_print_takes_other_letters(tmp_path: Path, capsys: Capture) -> None:
    main(["print", "optimal-policy", "--to", "tex", "--rename", "beta=tau", "-o", str(tmp_path)])
    capsys.readouterr()
    tex = (tmp_path / "optimal-policy.tex").read_text(encoding="utf-8")
    assert r"\tau" in tex
    assert r"\beta" not in tex.partition(r"\begin{document}")[2]


def test_print_all_sets_the_book_too(tmp_path: Path, capsys: Capture) -> None:
    status, printed, _ = said(capsys, "print", "--all", "--to", "md", "-o", str(tmp_path))
    assert status == 0
    names = [*(entry.name for entry in library.catalogue()), "book"]
    assert printed.splitlines() == [str(tmp_path / f"{name}.md") for name in names]


def test_fragments_are_for_an_article_and_come_without_a_book(tmp_path: Path, capsys: Capture) -> None:
    assert main(["print", "--all", "--fragment", "--to", "tex", "-o", str(tmp_path)]) == 0
    capsys.readouterr()
    assert {p.stem for p in tmp_path.iterdir()} == {entry.name for entry in library.catalogue()}
    assert not any("documentclass" in p.read_text(encoding="utf-8") for p in tmp_path.iterdir())


REFUSED = [
    ((), "name derivations or files to print, or give --all; symrlhf list shows the names"),
    (("optimal-policy", "--all"), "name derivations or files to print, or give --all; symrlhf list shows the names"),
    (("optimal-polcy",), "unknown derivation 'optimal-polcy'; did you mean optimal-policy or optimal-value or "),
    (("optimal-policy", "nonsense-of-mine"), "unknown derivation 'nonsense-of-mine'; "),
    (("optimal-policy", "--to", "pfd"), "unknown format 'pfd'; did you mean pdf"),
    (("optimal-policy", "--to", ""), "--to names no format: pdf, tex, html, md or typ"),
    (("optimal-policy", "--rename", "beta"), "--rename takes old=new pairs such as pi=p,beta=tau, not 'beta'"),
    (("optimal-policy", "--rename", "betta=tau"), "unknown symbol 'betta'; did you mean beta"),
    (("optimal-policy", "--templates", "nowhere"), "there is no folder of templates nowhere"),
]


@pytest.mark.parametrize(("argv", "message"), REFUSED, ids=[" ".join(argv) or "nothing" for argv, _ in REFUSED])
def test_what_cannot_be_printed_leaves_no_file(
    argv: tuple[str, ...], message: str, tmp_path: Path, capsys: Capture
) -> None:
    status, out, err = said(capsys, "print", *argv, "-o", str(tmp_path / "out"))
    assert (status, out) == (2, "")
    assert err.startswith(f"symrlhf: {message}")
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "taken").write_text("a file")
    status, out, err = said(capsys, "print", "optimal-policy", "--to", "md", "-o", str(tmp_path / "taken"))
    assert (status, out) == (2, "")
    assert err.startswith(f"symrlhf: cannot write to {tmp_path / 'taken'}: ")


# ------------------------------------------------------------------ check


def write(folder: Path, **texts: str) -> list[str]:
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [str(folder / name) for name in texts]


def test_check_prints_the_verdicts_and_a_summary(tmp_path: Path, capsys: Capture) -> None:
    (path,) = write(tmp_path, notes="exp(a)/(exp(a) + exp(b))\n  == sigmoid(a - b)\n  == sigmoid(b - a)\n")
    status, out, err = said(capsys, "check", path)
    lines = out.splitlines()
    assert (status, err) == (1, "")
    assert lines[0] == f"{path}:2: ✓ proven   exp(a)/(exp(a) + exp(b)) = sigmoid(a - b)"
    assert lines[1] == f"{path}:3: ✗ refuted   sigmoid(a - b) = sigmoid(b - a)"
    assert lines[-2] == "    hint (sigma-arg): σ(b − a) should be σ(a − b)"
    assert lines[-1] == "2 steps: 1 proven, 1 refuted"


def test_check_of_several_files_has_the_worst_status_and_checks_them_all(tmp_path: Path, capsys: Capture) -> None:
    good, open_, bad = write(tmp_path, good="a == a", open="foo(a) == 1", bad="a == b")
    missing = str(tmp_path / "missing")
    assert main(["check", good]) == 0
    assert main(["check", good, open_]) == 3
    assert main(["check", open_, missing, good]) == 2
    assert main(["check", open_, missing, bad, good]) == 1
    capsys.readouterr()
    status, out, err = said(capsys, "check", "--format", "json", missing, bad, good)
    data = json.loads(out)
    assert (status, err) == (1, "")
    assert [d["path"] for d in data["documents"]] == [missing, bad, good]
    assert data["documents"][0]["errors"][0]["message"] == "cannot read the file: No such file or directory"
    assert data["summary"]["status"] == 1


def test_check_reads_stdin(tmp_path: Path) -> None:
    done = run("-m", "symrlhf", "check", "--format", "json", "-", input="a*(b + c) == a*b + a*c\n", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    (document,) = json.loads(done.stdout)["documents"]
    assert (document["path"], document["steps"][0]["verdict"]) == ("-", "proven")


def test_check_explains_and_annotates(tmp_path: Path, capsys: Capture) -> None:
    (path,) = write(tmp_path, notes="a == b")
    assert "    read as: a = b\n" in said(capsys, "check", "--explain", path)[1]
    assert said(capsys, "check", "--format", "github", path)[1].startswith(f"::error file={path},line=1,col=3::refuted")


@pytest.mark.parametrize("data", [b"\xff\xfe\x00a", bytes(range(256)), b""], ids=["utf-16", "binary", "empty"])
def test_a_document_that_cannot_be_read_has_status_2(data: bytes, tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "odd"
    path.write_bytes(data)
    status, out, err = said(capsys, "check", str(path))
    assert (status, err) == (2, "")
    assert out.startswith(f"{path}:")
    assert out.endswith("nothing was checked\n")


# ------------------------------------------------------------------ run


def test_run_prints_value_gradient_formula_and_theorem(capsys: Capture) -> None:
    """W1 of the catalog: r_w = 2, r_l = −1."""
    status, out, err = said(capsys, "run", "rm_loss", "r_w=2", "r_l=-1")
    assert (status, err) == (0, "")
    rows = dict(line.split(maxsplit=1) for line in out.splitlines()[1:])
    assert float(rows["value"]) == pytest.approx(0.0485873515737421, rel=1e-14)
    assert float(rows["d/dr_w"]) == pytest.approx(-0.0474258731775668, rel=1e-13)
    assert float(rows["d/dr_l"]) == pytest.approx(0.0474258731775668, rel=1e-13)
    assert rows["formula"].startswith("rm_loss(r_w, r_l")
    assert ": " in rows["theorem"]


def test_run_as_json_has_words_for_what_json_cannot_say(capsys: Capture) -> None:
    status, out, _ = said(capsys, "run", "rm_loss", "r_w=1", "r_l=inf", "--json")
    data = json.loads(out)
    assert status == 0
    assert data["value"] == {"rm_loss": "inf"}
    assert data["gradient"] == {"rm_loss": {"r_w": -1.0, "r_l": 1.0}}


RUNS = [
    (("rm_los", "r_w=2"), "unknown function 'rm_los'; did you mean rm_loss"),
    (
        ("rm_loss", "r_w=two", "r_l=1"),
        "r_w=two: 'two' is not a number: write 2, -1e-3, 1/3, inf or a list such as [1, 2]",
    ),
    (("rm_loss", "r_w=1", "r_l"), "write 'r_l' as name=value, such as r_w=2"),
    (("rm_loss", "r_w=1", "r_w=2", "r_l=1"), "r_w is given twice"),
    (("rm_loss", "r_w=1"), "rm_loss: missing a required argument: 'r_l'"),
    (("rm_loss", "r_w=1", "r_x=1"), "unknown argument of rm_loss 'r_x'; did you mean r_w or r_l"),
    (
        ("rm_loss", "r_w=1,2,3", "r_l=1,2"),
        "rm_loss: the shapes do not broadcast: r_w has shape (3,), r_l has shape (2,)",
    ),
]


@pytest.mark.parametrize(("argv", "message"), RUNS, ids=[" ".join(argv) for argv, _ in RUNS])
def test_what_cannot_be_run_is_one_sentence(argv: tuple[str, ...], message: str, capsys: Capture) -> None:
    status, out, err = said(capsys, "run", *argv)
    assert (status, out) == (2, "")
    assert err.startswith(f"symrlhf: {message}")
    assert err.count("\n") == 1


# ------------------------------------------------------------------ trust


def test_trust_lists_rules_laws_with_their_failing_points_and_axioms(capsys: Capture) -> None:
    from symrlhf.kernel import trust

    status, out, err = said(capsys, "trust")
    assert (status, err) == (0, "")
    for row in trust.rows():
        assert f"  {row.name}" in out and row.law in out and row.condition in out and row.fails in out
    assert all(f"  {name}" in out for name, _ in trust.rules())
    data = json.loads(said(capsys, "trust", "--json")[1])
    assert list(data) == ["rules", "laws", "limits", "axioms", "below"]
    assert [tuple(row.values()) for row in data["laws"]] == [tuple(row) for row in trust.LAWS]


# ------------------------------------------------------------------ pipes, interrupts, terminals


def test_a_closed_pipe_is_quiet() -> None:
    command = [sys.executable, "-m", "symrlhf", "trust"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() in (0, cli.PIPE_CLOSED)


def test_an_interrupt_is_quiet(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    def interrupted() -> tuple[object, ...]:
        raise KeyboardInterrupt

    monkeypatch.setattr(library, "chapters", interrupted)
    assert said(capsys, "list") == (130, "", "")


def test_colour_is_for_terminals_and_may_be_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal:
        def isatty(self) -> bool:
            return True

    monkeypatch.delenv("NO_COLOR", raising=False)
    assert cli._color(Terminal())
    with Path(os.devnull).open() as pipe:
        assert not cli._color(pipe)
    monkeypatch.setenv("NO_COLOR", "1")
    assert not cli._color(Terminal())


def test_a_bar_appears_on_a_terminal_once_it_takes_over_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    progress = cli._Progress("proving")
    progress.shown = True
    progress(0, 2, "first")
    assert progress.bar is None
    progress.began -= 2 * cli.PATIENCE
    progress(1, 2, "second")
    assert progress.bar is not None
    progress.bar.stop()


def test_a_bar_never_appears_in_a_pipe(capsys: Capture) -> None:
    progress = cli._Progress("proving")
    progress.began -= 2 * cli.PATIENCE
    progress(1, 2, "second")
    assert progress.bar is None


def test_an_ascii_terminal_gets_the_codes_of_signs_it_lacks(tmp_path: Path) -> None:
    env = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = run("-m", "symrlhf", "trust", env=env, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert r"\u03c3(z) = 1/(1 + exp(\u2212z))" in done.stdout
