"""Every mutant of the kernel is caught: with one law weakened, a claim or an attack of the suite fails.

`tests/golden/kernel_mutants.txt` says which check caught each mutant; it is tried first. `--update-golden` looks for
the catchers anew.
"""

from __future__ import annotations

from pathlib import Path
from time import process_time

import pytest
from kernel_checks import CHECKS, fails
from kernel_mutants import MUTANTS, Entry, Mutant, applied

CAUGHT = Path(__file__).parent / "golden" / "kernel_mutants.txt"
SECONDS = 20
"""How long a catcher is looked for."""


def _recorded() -> dict[str, str]:
    lines = CAUGHT.read_text(encoding="utf-8").splitlines() if CAUGHT.exists() else []
    return dict(line.rsplit(" | ", 1) for line in lines if line and not line.startswith("#"))


def _catcher(mutant: Mutant | Entry, first: str | None) -> str | None:
    """The name of a check that fails under the mutant."""
    start = process_time()
    with applied(mutant):
        for name in dict.fromkeys((*((first,) if first in CHECKS else ()), *CHECKS)):
            if fails(CHECKS[name]):
                return name
            if process_time() - start > SECONDS:
                return None
    return None


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: m.weakens)
def test_a_weakened_kernel_is_caught(mutant: Mutant | Entry, request: pytest.FixtureRequest) -> None:
    known = _recorded()
    catcher = _catcher(mutant, known.get(mutant.weakens))
    assert catcher is not None, "no check fails: write the attack that this mutant lets through"
    if request.config.getoption("--update-golden") and known.get(mutant.weakens) != catcher:
        kept = {**known, mutant.weakens: catcher}
        rows = [f"{m.weakens} | {kept[m.weakens]}" for m in MUTANTS if m.weakens in kept]
        CAUGHT.write_text("# mutant | the check that catches it\n" + "\n".join(rows) + "\n", encoding="utf-8")


def test_the_kernel_is_whole_again_after_a_mutant() -> None:
    for mutant in MUTANTS[:3]:
        with applied(mutant):
            pass
    assert not any(fails(CHECKS[name]) for name in list(CHECKS)[:20])


def test_every_mutant_is_another() -> None:
    assert len({m.weakens for m in MUTANTS}) == len(MUTANTS) >= 60
