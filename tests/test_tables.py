"""`symrlhf run NAME data.csv`: columns by name, in chunks, with errors that name row and column."""

from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from symrlhf import functions
from symrlhf.cli import main
from symrlhf.compile import tables
from symrlhf.errors import SymrlhfError

ROWS = 7
W, L = np.linspace(-1, 2, ROWS), np.linspace(0.5, -3, ROWS)


def _csv(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def _pairs(folder: Path) -> Path:
    rows = "\n".join(f"{i},{x!r},{w!r}" for i, (w, x) in enumerate(zip(W.tolist(), L.tolist(), strict=True)))
    return _csv(folder / "pairs.csv", f"id,r_l,r_w\n{rows}\n")


def _fields(folder: Path) -> Path:
    data = np.zeros(ROWS, [("r_w", float), ("r_l", np.float32), ("other", "U3")])
    data["r_w"], data["r_l"] = W, L
    np.save(folder / "fields.npy", data)
    return folder / "fields.npy"


@pytest.mark.parametrize("chunk", [2, 100])
@pytest.mark.parametrize("suffix", [".csv", ".npy"])
def test_every_row_is_computed_whatever_the_chunk(
    chunk: int, suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tables, "CHUNK", chunk)
    out = tmp_path / f"out{suffix}"
    assert main(["run", "rm_loss", str(_pairs(tmp_path)), "label_smoothing=0.1", "-o", str(out)]) == 0
    exact = functions.rm_loss(W, L, label_smoothing=0.1)
    assert f"rm_loss over {ROWS} rows" in capsys.readouterr().out
    found: Any = np.load(out) if suffix == ".npy" else np.genfromtxt(out, delimiter=",", names=True)
    assert found.dtype.names == ("rm_loss", "d_r_w", "d_r_l")
    assert found["rm_loss"] == pytest.approx(functions.rm_loss(W, L, label_smoothing=0.1, reduction="none"), rel=1e-15)
    slopes = functions.rm_loss.grad(W, L, label_smoothing=0.1, reduction="none")
    assert found["d_r_l"] == pytest.approx(slopes.r_l, rel=1e-15)
    assert found["rm_loss"].mean() == pytest.approx(exact)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(["pairs.csv", out.name])


def test_rows_are_read_from_standard_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def given(text: str) -> None:
        monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(text.encode())))

    given(_pairs(tmp_path).read_text())
    assert main(["run", "rm_loss", "-", "-o", str(tmp_path / "out.csv")]) == 0
    assert f"rm_loss over {ROWS} rows of standard input" in capsys.readouterr().out
    assert len((tmp_path / "out.csv").read_text().splitlines()) == ROWS + 1
    given("r_w,r_l\n1,x\n")
    assert main(["run", "rm_loss", "-"]) != 0
    assert "standard input, row 1, column r_l: 'x' is not a number" in capsys.readouterr().err


@pytest.mark.parametrize("suffix", [".csv", ".npy"])
def test_an_unknown_cell_is_an_error_unless_asked_for(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tables, "CHUNK", 2)
    path = tmp_path / f"pairs{suffix}"
    if suffix == ".csv":
        _csv(path, "r_w,r_l\n1,2\n2,1\n3,NaN\n")
    else:
        np.save(path, np.array([[1, 2], [2, 1], [3, np.nan]]))
    assert main(["run", "rm_loss", str(path), "-o", str(tmp_path / "out.csv")]) != 0
    assert f"{path}, row 3, column r_l: the cell is nan; --nan gives nan for such rows" in capsys.readouterr().err
    assert not (tmp_path / "out.csv").exists()
    assert main(["run", "rm_loss", str(path), "--nan", "-o", str(tmp_path / "out.csv")]) == 0
    assert (tmp_path / "out.csv").read_text().splitlines()[-1] == "nan,nan,nan"


def test_npy_files_have_named_fields_or_the_needed_columns(tmp_path: Path) -> None:
    exact = functions.rm_loss(W, L.astype(np.float32))
    found = tables.run_file(functions.rm_loss, _fields(tmp_path), {}, None)
    assert found.mean["rm_loss"] == pytest.approx(exact, rel=1e-12)
    np.save(tmp_path / "plain.npy", np.stack([W, L], axis=1))
    plain = tables.run_file(functions.rm_loss, tmp_path / "plain.npy", {"reduction": "sum"}, None)
    assert plain.mean["rm_loss"] == pytest.approx(functions.rm_loss(W, L, reduction="sum"))


def test_rows_of_a_distribution_are_subarrays(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    data = np.zeros(5, [("log_p", float, 4), ("log_q", float, 4)])
    data["log_p"], data["log_q"] = rng.normal(size=(2, 5, 4))
    np.save(tmp_path / "rows.npy", data)
    found = tables.run_file(functions.kl_from_logits, tmp_path / "rows.npy", {}, tmp_path / "out.npy")
    assert found.mean["kl_from_logits"] == pytest.approx(functions.kl_from_logits(data["log_p"], data["log_q"]).mean())
    assert np.load(tmp_path / "out.npy")["d_log_p"].shape == (5, 4)


BAD = [
    ("r_w\n1\n", "has no column r_l; it has r_w. One number for all rows is given as r_l=..."),
    ("r_w,r_l\n1,2\n3,x\n", "row 2, column r_l: 'x' is not a number"),
    ("r_w,r_l\n1,2\n,4\n", "row 2, column r_w: the cell is empty"),
    ("r_w,r_l\n1,2\n3\n", "row 2: 1 cells, but the header has 2"),
    ("r_w,r_l,r_w\n1,2,3\n", "has two columns r_w"),
    ("r_w,r_l\n", "has no rows"),
    ("r_w;r_l\n1;2\n", "separates its columns by ';': separate them by commas"),
]


@pytest.mark.parametrize(("text", "message"), BAD, ids=[m for _, m in BAD])
def test_a_bad_file_is_refused_and_nothing_is_written(
    text: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "CHUNK", 1)
    path, out = _csv(tmp_path / "bad.csv", text), tmp_path / "out.csv"
    out.write_text("as it was", encoding="utf-8")
    with pytest.raises(SymrlhfError) as caught:
        tables.run_file(functions.rm_loss, path, {}, out)
    assert message in str(caught.value)
    assert out.read_text(encoding="utf-8") == "as it was"
    assert len(list(tmp_path.iterdir())) == 2


def test_the_file_of_the_arguments_is_not_written_over(tmp_path: Path) -> None:
    path = _pairs(tmp_path)
    before = path.read_bytes()
    (tmp_path / "same.csv").symlink_to(path)
    for output in (path, tmp_path / "same.csv"):
        with pytest.raises(SymrlhfError, match="holds the arguments: write the results to another file"):
            tables.run_file(functions.rm_loss, path, {}, output)
    assert path.read_bytes() == before


def test_a_place_that_takes_no_file_is_said(tmp_path: Path) -> None:
    path = _pairs(tmp_path)
    (tmp_path / "folder.csv").mkdir()
    for output, message in (
        (tmp_path / "folder.csv", "is a folder: name a file for the results"),
        (tmp_path / "none" / "out.csv", "there is no folder"),
        (Path("/proc/out.csv"), "cannot write in /proc"),
    ):
        if output.parent.is_dir() or "none" in str(output):
            with pytest.raises(SymrlhfError, match=message):
                tables.run_file(functions.rm_loss, path, {}, output)


def test_a_loss_chosen_by_kind_takes_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _csv(tmp_path / "pairs.csv", "logp_w,logp_l,ref_w,ref_l\n-1,-2,-1.5,-1\n")
    assert main(["run", "dpo_loss", str(path)]) == 0
    plain = capsys.readouterr().out
    assert main(["run", "pairwise_loss", str(path), "kind=dpo"]) == 0
    assert capsys.readouterr().out == plain
    assert main(["run", "pairwise_loss", str(path)]) == 2
    assert "missing a required argument: 'kind', one of sigmoid, dpo" in capsys.readouterr().err


def test_wrong_shapes_and_kinds_of_npy_are_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "wide.npy", np.zeros((3, 5)))
    with pytest.raises(SymrlhfError, match=r"has shape \(3, 5\); without named fields it needs one column for each of"):
        tables.run_file(functions.rm_loss, tmp_path / "wide.npy", {}, None)
    np.save(tmp_path / "text.npy", np.array([("a", 1.0)], [("r_w", "U1"), ("r_l", float)]))
    with pytest.raises(SymrlhfError, match="column r_w has dtype <U1, not numbers"):
        tables.run_file(functions.rm_loss, tmp_path / "text.npy", {}, None)
    (tmp_path / "no.npy").write_bytes(b"nothing")
    with pytest.raises(SymrlhfError, match=r"is no \.npy file of numbers"):
        tables.run_file(functions.rm_loss, tmp_path / "no.npy", {}, None)


def test_a_value_outside_the_domain_names_its_rows(tmp_path: Path) -> None:
    path = _csv(tmp_path / "labels.csv", "logp,ref,labels\n-1,-2,1\n-1,-2,0.5\n")
    with pytest.raises(SymrlhfError, match=r"rows 1 to 2: kto_loss: labels must lie in \{0, 1\}, not 0.5"):
        tables.run_file(functions.kto_loss, path, {}, None)


def test_the_command_line_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "rm_loss", str(tmp_path / "none.csv")]) == 2
    assert "there is no file" in capsys.readouterr().err
    assert main(["run", "gae", str(_pairs(tmp_path))]) != 0
    assert "gae takes whole sequences" in capsys.readouterr().err
