"""What is printed a second time is copied, and only where it is what would be printed again."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from symrlhf import cli, store
from symrlhf.cli import main

NAME = "bradley-terry-to-sigmoid"
ASKED = {"names": ["a"], "formats": ["md"]}
FILES = {"b.md": "β".encode(), "a.md": b"first"}


@pytest.fixture(autouse=True)
def folder(own_cache: Path) -> Path:
    return own_cache / "printed"


def no_proof(*_: object) -> dict[str, bytes]:
    raise AssertionError("it was proven again")


def test_a_second_print_is_copied_and_a_fresh_one_proven(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["print", NAME, "--to", "tex,md", "-o", str(tmp_path / "first")]) == 0
    first = capsys.readouterr().out
    proven = cli._proven_and_set
    monkeypatch.setattr(cli, "_proven_and_set", no_proof)
    assert main(["print", NAME, "--to", "md,tex", "-o", str(tmp_path / "again")]) == 0
    assert capsys.readouterr().out == first.replace("first", "again")
    for path in (tmp_path / "first").iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()
    for other in (["--fresh"], ["--hide-steps"], ["--rename", "r_w=s"], ["--slides", "--to", "typ"]):
        with pytest.raises(AssertionError, match="proven again"):
            main(["print", NAME, "--to", "tex,md", "-o", str(tmp_path), *other])
    monkeypatch.setattr(cli, "_proven_and_set", proven)
    assert main(["print", NAME, "--to", "tex,md", "-o", str(tmp_path / "fresh"), "--fresh"]) == 0
    for path in (tmp_path / "first").iterdir():
        assert path.read_bytes() == (tmp_path / "fresh" / path.name).read_bytes()


def test_what_may_change_unseen_is_not_kept(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = tmp_path / "mine.py"
    mine.write_text(
        '"""Mine."""\nfrom symrlhf import Lines, Real, derivation\n\n\n'
        '@derivation("Mine")\ndef mine(a: Real) -> Lines:\n    """Twice."""\n    yield a + a\n    yield 2 * a\n'
    )
    (tmp_path / "mine").mkdir()
    for argv in ([str(mine)], [f"{mine}:mine"], [NAME, "--templates", str(tmp_path / "mine")]):
        assert main(["print", *argv, "--to", "md", "-o", str(tmp_path)]) == 0
    assert main(["print", NAME, "--engine", "latex", "--to", "md", "-o", str(tmp_path)]) == 0
    assert not folder.exists()


def test_a_proof_that_fails_keeps_nothing(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "_proven_and_set", no_proof)
    with pytest.raises(AssertionError):
        main(["print", NAME, "--to", "md", "-o", str(tmp_path)])
    assert not folder.exists()


def test_files_come_back_in_their_order() -> None:
    store.keep(ASKED, FILES)
    found = store.kept(ASKED)
    assert found is not None
    assert list(found.items()) == list(FILES.items())
    assert store.kept({**ASKED, "formats": ["tex"]}) is None


def bend(name: str, value: object) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda patch: patch.setattr(store, name, value)


CHANGES: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "a source": bend("_sources", lambda folder, name: iter([(name, b"other")])),
    "a library": bend("_version", lambda library: "0"),
    "what the kernel computes with": lambda patch: patch.setenv("SYMRLHF_POLY", "python"),
    "what SymPy computes with": lambda patch: patch.setenv("SYMPY_GROUND_TYPES", "python"),
    "Python": lambda patch: patch.setattr(store.sys, "version", "0"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_nothing_is_copied_once_something_has_changed(
    change: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    store.keep(ASKED, FILES)
    change(monkeypatch)
    assert store.kept(ASKED) is None


def test_the_digest_covers_the_kernel_the_derivations_and_the_templates() -> None:
    covered = {name for p in store.PACKAGES for name, _ in store._sources(store.resources.files(p), p)}
    for name in ("symrlhf/kernel/rules.py", "symrlhf.derivations/gibbs.py", "symrlhf.templates/page.tex.j2"):
        assert name in covered
    assert not any("__pycache__" in name for name in covered)


SPOILT: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",
    "cut off": lambda data: data[:-1],
    "a bit flipped": lambda data: data[:50] + bytes([data[50] ^ 1]) + data[51:],
    "longer": lambda data: data + b"\0",
    "something else": lambda data: hashlib.sha256(b"words").digest() + b"words",
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_an_entry_that_is_not_as_it_was_written_is_passed_over(spoil: Callable[[bytes], bytes], folder: Path) -> None:
    store.keep(ASKED, FILES)
    (entry,) = folder.iterdir()
    entry.write_bytes(spoil(entry.read_bytes()))
    assert store.kept(ASKED) is None
    store.keep(ASKED, FILES)
    assert store.kept(ASKED) == FILES


def test_what_was_asked_for_longest_ago_makes_room(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = [{"names": [str(i)]} for i in range(3)]
    for i, one in enumerate(asked[:2]):
        store.keep(one, FILES)
        os.utime(store._place(one), (i, i))
    assert store.kept(asked[0]) == FILES  # the older of the two, asked for since
    monkeypatch.setattr(store, "ROOM", 2 * store._place(asked[0]).stat().st_size + 1)
    store.keep(asked[2], FILES)
    assert [store.kept(one) for one in asked] == [FILES, None, FILES]


def test_a_cache_that_cannot_be_written_keeps_nothing(folder: Path) -> None:
    folder.parent.mkdir(exist_ok=True)
    folder.write_text("in the way")
    store.keep(ASKED, FILES)
    assert store.kept(ASKED) is None
