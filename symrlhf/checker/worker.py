"""Judging: here, or as a process of its own that answers one task after the other.

Theorems never leave the process that proved them; findings are plain data.
"""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from time import perf_counter
from typing import IO

from symrlhf.checker.declared import with_signs
from symrlhf.checker.findings import Finding, Judged, Task
from symrlhf.checker.judge import judge, lemmas, premises, said_of_one
from symrlhf.checker.slopes import carried_out

MEMORY = 1 << 30
"""Bytes of address space, where the system can bound it."""

DEPTH = 10_000
"""Frames of Python: the reader bounds nesting, the kernel multiplies it."""


def judge_here(task: Task, tell: Callable[[Finding], None] = lambda _: None) -> Judged:
    """Judge without bounds; `tell` hears of the finding before the search for a hint begins."""
    began = perf_counter()
    task = said_of_one(with_signs(replace(task, relation=carried_out(task.relation, task.setting))))
    finding = judge(task)
    tell(finding)
    slip = None
    if finding.verdict == "refuted":
        # Loaded when there is something to mend: the first verdict need not wait for it.
        from symrlhf.checker.hints import hint, of_figure

        given = premises(task)
        if finding.number:
            slip = of_figure(task, finding.digits, given)
        else:
            slip = hint(task.relation, task.setting, given, lemmas(task))
    return Judged(finding, slip, (perf_counter() - began) * 1000)


def serve(tasks: IO[bytes], findings: IO[bytes]) -> None:
    """Judge tasks until there are no more."""

    def tell(said: object) -> None:
        pickle.dump(said, findings)
        findings.flush()

    tell("ready")
    while True:
        try:
            task: Task = pickle.load(tasks)
        except EOFError:
            return
        try:
            tell(judge_here(task, tell))
        except MemoryError:
            tell(Judged(Finding("undecided", f"more than {MEMORY >> 20} MiB of memory"), None, 0.0))
        except RecursionError:
            tell(Judged(Finding("undecided", "nested too deeply"), None, 0.0))


def main() -> None:
    """The process: bounded memory, tasks on stdin, findings on stdout."""
    with suppress(ImportError):
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        limit = MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard)
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    sys.setrecursionlimit(DEPTH)
    # Whatever else prints must not end up among the findings.
    with os.fdopen(os.dup(1), "wb") as findings:
        os.dup2(2, 1)
        with suppress(BrokenPipeError, KeyboardInterrupt):
            serve(sys.stdin.buffer, findings)
