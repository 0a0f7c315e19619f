"""Random claims of five classes: whatever the kernel answers agrees with mpmath, and prover with refuter.

`fuzz` makes the cases and judges them. A small run is part of the suite; `pytest --slow --sweep N` tries N of each
class, `python tests/sweep.py --cases N --jobs 2` does so in several processes and prints the counts.
"""

from __future__ import annotations

import re
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest
from fuzz import CLASSES, Case, Count, believed, counted, run, same_value
from random_claims import POSITIVES, REALS, SETTING, World, fails, fails_at

from symrlhf.kernel import decide, rules
from symrlhf.kernel.cross import KernelDisagreement, cross_check
from symrlhf.kernel.field import Field, Quotient
from symrlhf.kernel.statement import Point, Statement
from symrlhf.term import Eq, exp, log

SHORT = {"scalar": 40, "sums": 40, "derivatives": 40, "cases": 40, "implications": 40}
HERE = Path(__file__).parent


def _report(count: Count) -> str:
    return "\n".join(f"seed {seed}: {claim}\n  {wrong}" for seed, claim, wrong in count.wrong)


@pytest.mark.parametrize("kind", CLASSES)
def test_no_verdict_on_a_random_claim_is_wrong(kind: str) -> None:
    count = counted(kind, (f"short {i}" for i in range(SHORT[kind])))
    assert not count.wrong, _report(count)


@pytest.mark.parametrize(
    ("kind", "seed"),
    [("derivatives", "11182"), ("implications", "11569")],
    ids=["a second derivative of a distribution", "a function of indices in a premise"],
)
def test_no_verdict_is_wrong_where_the_judge_or_the_point_once_was(kind: str, seed: str) -> None:
    count = counted(kind, [seed])
    assert count.verdicts == {"refuted": 1}
    assert not count.wrong, _report(count)


@pytest.mark.slow
@pytest.mark.parametrize("kind", CLASSES)
def test_no_verdict_in_a_sweep_is_wrong(kind: str, sweep: int) -> None:
    count = counted(kind, (f"sweep {i}" for i in range(sweep)))
    print(kind, count.verdicts, count.equalities)
    assert not count.wrong, _report(count)


def test_most_random_equalities_are_decided() -> None:
    count = counted("scalar", (f"decided {i}" for i in range(60)))
    sums = counted("sums", (f"decided {i}" for i in range(60)))
    for found in (count.equalities, sums.equalities):
        for meant in ("true", "edited"):
            assert found[f"{meant} decided"] >= 0.97 * found[meant]


# ------------------------------------------------------------------ the judge itself


def test_the_evaluation_tells_a_wrong_theorem() -> None:
    u, b = POSITIVES[0], REALS[1]
    world = World(Random(1))
    assert fails(Statement.of(Eq(log(u * 2), log(u))), world)
    assert fails(Statement.of(Eq(b, -b)), world)
    assert not fails(Statement.of(Eq(log(u * u), 2 * log(u))), world)


@pytest.fixture
def believes_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "_residue", lambda *_: None)


@pytest.mark.usefixtures("believes_everything")
def test_a_theorem_with_a_counterexample_is_a_crash_and_no_verdict() -> None:
    a, b = REALS[:2]
    with pytest.raises(KernelDisagreement, match="proven and refuted at once") as fault:
        cross_check(Eq(a, b), SETTING)
    assert fault.value.theorem.statement == Statement.of(Eq(a, b))


@pytest.mark.usefixtures("believes_everything")
def test_a_case_tells_a_wrong_proof() -> None:
    assert any(run("scalar", f"short {i}").wrong for i in range(20))
    case = Case()
    believed(case, rules.compute(SETTING, Eq(REALS[0], REALS[1])))
    assert len(case.wrong) == 1


def test_a_case_tells_a_wrong_refutation(monkeypatch: pytest.MonkeyPatch) -> None:
    point = Point((("u", "2"), ("beta", "3"), *((s.name, "0") for s in REALS)), "0", "0")
    assert not fails_at(Statement.of(Eq(log(POSITIVES[0] ** 2), 2 * log(POSITIVES[0]))), point)
    monkeypatch.setattr(decide, "FIRST", {})
    monkeypatch.setattr(decide, "PROVERS", {})
    monkeypatch.setattr(decide, "refute", lambda *_, **__: point)
    assert any(run("scalar", f"short {i}").wrong for i in range(20))


def test_a_case_tells_a_wrong_normal_form(monkeypatch: pytest.MonkeyPatch) -> None:
    true_exp = Field.exp

    def twice(nf: Field, q: Quotient) -> Quotient:
        return nf.mul(nf.constant(Fraction(2)), true_exp(nf, q))

    monkeypatch.setattr(Field, "exp", twice)
    monkeypatch.setattr(
        "symrlhf.kernel.normal.FUNCTION_LAWS", {"exp": lambda nf, *args: twice(nf, nf.convert(args[0]))}
    )
    case = Case()
    same_value(case, exp(REALS[0] + 1))
    assert len(case.wrong) == 1


def test_the_sweep_prints_its_counts() -> None:
    command = [sys.executable, str(HERE / "sweep.py"), "--cases", "3", "--class", "scalar"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert re.search(r"scalar +3 +\d+ +\d+ +\d+ +\d+ +0 ", printed)
