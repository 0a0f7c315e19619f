"""Processes that answer the same questions in turn, so that a busy machine slows all of them alike.

A question and its answer are JSON, one to a line. Processor time is measured inside the process, imports excepted.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import process_time
from typing import Any

ROOT = Path(__file__).parent.parent
LIMIT = 20
"""Seconds for one question."""
MEMORY = "memory"


@dataclass
class Contestant:
    """A process that answers questions one after the other."""

    name: str
    command: Sequence[str]
    environment: dict[str, str] = field(default_factory=dict)
    answers: list[Any] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    process: Any = None

    def ask(self, question: object) -> dict[str, Any]:
        if self.process is None:
            self.process = self._started()
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:  # stopped by the alarm in the middle of compiled code
            self.process, line = None, json.dumps({"answer": "hang", "seconds": LIMIT})
        return json.loads(line)

    def take(self, question: object) -> None:
        said = self.ask(question)
        self.answers.append(said["answer"])
        self.seconds.append(said["seconds"])

    def memory(self) -> float:
        """The largest memory of the process so far, in megabytes."""
        return self.ask(MEMORY)["answer"] if self.process else 0.0

    def _started(self) -> subprocess.Popen[str]:
        path = os.pathsep.join([str(ROOT), str(ROOT / "tests"), os.environ.get("PYTHONPATH", "")])
        return subprocess.Popen(
            self.command,
            env={**os.environ, **self.environment, "PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )


def in_turn(contestants: Sequence[Contestant], questions: Sequence[object]) -> None:
    """Every question to every contestant, one question after the other."""
    for done, question in enumerate(questions, 1):
        for contestant in contestants:
            contestant.take(question)
        if sys.stderr.isatty():
            print(f"\r{done} of {len(questions)}: {str(question)[:60]:<60}", end="", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print(file=sys.stderr)


class Hang(Exception):
    """A question took longer than `LIMIT`."""


def serve(answer: Callable[[Any], object], requests: Iterable[str]) -> None:
    """Inside a contestant: answers each question, with the processor time that it took."""

    def stop(*_: object) -> None:
        raise Hang

    # The alarm is by the clock on the wall: one by processor time makes that time coarse on some systems.
    signal.signal(signal.SIGALRM, stop)
    for request in map(json.loads, requests):
        if request == MEMORY:
            print(json.dumps({"answer": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}), flush=True)
            continue
        start = process_time()
        signal.setitimer(signal.ITIMER_REAL, LIMIT)
        try:
            said = answer(request)
        except Hang:
            said = "hang"
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        print(json.dumps({"answer": said, "seconds": process_time() - start}), flush=True)


# ------------------------------------------------------------------ tables

VERDICTS = ("right", "wrong", "undecided", "unread", "error", "hang")


def count_table(contestants: Sequence[Contestant], verdicts: Callable[[Contestant], Iterable[str]]) -> Iterator[str]:
    """How many questions each answered right, wrong or not at all."""
    yield f"{'':<28}" + "".join(f"{v:>11}" for v in VERDICTS) + f"{'memory':>11}"
    for c in contestants:
        said = list(verdicts(c))
        yield f"{c.name:<28}" + "".join(f"{said.count(v):>11}" for v in VERDICTS) + f"{c.memory():>8.0f} MB"


def time_table(contestants: Sequence[Contestant], chosen: Sequence[int]) -> Iterator[str]:
    """Median and 99th percentile over some of the questions, and their ratios to the first contestant's."""
    yield f"{'':<28}{'median':>12}{'99 %':>12}{'ratios':>16}"
    middle, late = quantiles([contestants[0].seconds[i] for i in chosen])
    for c in contestants:
        m, p = quantiles([c.seconds[i] for i in chosen])
        ratios = f"{m / middle:.1f}, {p / late:.1f}"
        yield f"{c.name:<28}{1000 * m:>9.1f} ms{1000 * p:>9.1f} ms{ratios:>16}"


def quantiles(seconds: Sequence[float]) -> tuple[float, float]:
    ordered = sorted(seconds)
    return ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]
