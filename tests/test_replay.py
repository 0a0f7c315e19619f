"""Every theorem of the library is made again from the rules alone: here, pickled, and without python-flint.

A pickled theorem is not read but proven again (`Theorem.__reduce__`), so reading it with other polynomials and other
ball arithmetic is an independent check of all that the library says.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from symrlhf import catalogue, load
from symrlhf.kernel.theorem import Theorem, replay

READ_WITHOUT_FLINT = """
import pickle, sys
sys.modules["flint"] = None
from symrlhf.kernel import ball
theorems = pickle.load(open(sys.argv[1], "rb"))
assert ball.backend() == "python" and sys.modules["flint"] is None
for t in theorems:
    print(t)
"""


def theorems(name: str) -> list[Theorem]:
    """What each line of a derivation states, and what its step proves."""
    found = [t for line in load(name).lines for t in (line.theorem, line.step)]
    return list({id(t): t for t in found}.values())


NAMES = [e.name for e in catalogue()]


@pytest.mark.parametrize("name", NAMES)
def test_every_theorem_of_a_derivation_replays(name: str) -> None:
    for theorem in theorems(name):
        again = replay(theorem)
        assert again is not theorem
        assert (again.hypotheses, again.statements) == (theorem.hypotheses, theorem.statements)


def test_the_library_is_proven_again_without_flint(tmp_path: Path) -> None:
    pytest.importorskip("flint", reason="python-flint is not installed: there is nothing to compare with")
    ours = [t for name in NAMES for t in theorems(name)]
    pickled = tmp_path / "theorems.pickle"
    pickled.write_bytes(pickle.dumps(ours))
    environment = {**os.environ, "SYMPY_GROUND_TYPES": "python", "SYMRLHF_BALL": "python"}
    command = [sys.executable, "-c", READ_WITHOUT_FLINT, str(pickled)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout == "".join(f"{t}\n" for t in ours)
