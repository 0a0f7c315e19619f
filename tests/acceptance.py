"""What was promised of the numbers, as figures: python tests/acceptance.py; a minute.

The lecture's figures and errata, random functions, losses with a slip, stabilising rules: each line is a row of tests.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest

from symrlhf import catalogue

TESTS = Path(__file__).parent

LECTURE = " or ".join(f"[{e.name}]" for e in catalogue() if e.module == "worked_examples")
"""The derivations of the lecture's figures and claims."""

PROMISES: dict[str, tuple[str, ...]] = {
    "W1, W3, P1, P4 to the digits given": ("test_functions.py -k worked or problem or reference_points",),
    "errata: the lecture's figures, with their verdicts": (
        "test_checker.py -k new_decimal",
        "test_refute.py -k decimal",
    ),
    "errata: every claim has a row, its derivation proves, its page prints what it shows": (
        "test_docs.py -k errata or claim",
        f"test_derivations.py -k proven_without_open and ({LECTURE})",
    ),
    "random functions of proven expressions, against 50 digits and more": (
        "test_random_functions.py -k random_proven",
    ),
    "losses with a slip that assert_matches names, in NumPy": ("test_testing.py -k slip_is_named and not torch",),
    "losses with a slip that assert_matches names, in PyTorch": ("test_testing.py -k slip_is_named and torch",),
    "stabilising rules without which a form loses its digits": ("test_rules.py -k rule and not named_here",),
}
"""What was promised -> the tests of it, a file and a choice of its tests."""


class Count:
    """How the tests ended, by outcome."""

    def __init__(self) -> None:
        self.outcomes = Counter[str]()
        self.failed: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.outcome != "passed":
            self.outcomes[report.outcome] += 1
            if report.failed:
                self.failed.append(report.nodeid)


def kept(tests: tuple[str, ...]) -> Count:
    """The tests, run silently."""
    count = Count()
    for choice in tests:
        file, expression = choice.split(" -k ")
        before = count.outcomes.total()
        options = ["-o", "addopts=", "-p", "no:terminal"]
        pytest.main([str(TESTS / file), "-k", expression, *options], plugins=[count])
        if count.outcomes.total() == before:
            count.failed.append(f"no test is chosen by {choice}")
    return count


def main() -> int:
    failed: list[str] = []
    for promise, tests in PROMISES.items():
        count = kept(tests)
        said = ", ".join(f"{n} {outcome}" for outcome, n in sorted(count.outcomes.items()))
        print(f"{said:24} {promise}", flush=True)
        failed += count.failed
    print(*failed, sep="\n")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
