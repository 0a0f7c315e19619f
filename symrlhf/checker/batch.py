"""Several documents at once: files and folders, each document judged by one of some processes.

A document is read here and judged elsewhere; what crosses is data. When the work is interrupted the processes are
ended, whatever they are at.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from pathlib import Path
from threading import Event

from symrlhf.checker.documents import Judge, check_bytes, check_file, judging
from symrlhf.checker.findings import Judged, Task
from symrlhf.checker.process import stop_all
from symrlhf.checker.report import Document, Report
from symrlhf.read.document import SUFFIXES

STDIN = "-"

TEXTS = frozenset((*SUFFIXES, ".txt")) - {".py"}
"""What is looked for in a folder: a Python file may hold derivations, or anything."""

Progress = Callable[[int, int, str], None]
"""Told how many of how many documents are done, and the name of the last one."""


class _Cancelled(Exception):
    pass


def check_files(
    names: Sequence[str],
    syntax: str = "auto",
    *,
    timeout: float,
    jobs: int | None = None,
    progress: Progress = lambda done, total, name: None,
) -> Report:
    """The documents of all files and folders, in their order; `jobs` at a time (None: one a processor)."""
    paths = list(documents_in(names))
    processes = max(1, min(jobs or os.cpu_count() or 1, len(paths)))
    # Read before the threads start: there is one standard input.
    data = sys.stdin.buffer.read() if STDIN in paths else b""
    cancelled = Event()

    def check(path: str) -> Document:
        with judging(timeout) as judge:
            judge = _unless(cancelled, judge)
            return check_bytes(data, path, syntax, judge) if path == STDIN else check_file(path, syntax, judge)

    with ThreadPoolExecutor(processes) as pool:
        futures = [pool.submit(check, path) for path in paths]
        try:
            _follow(futures, paths, progress)
        except BaseException:
            cancelled.set()
            pool.shutdown(wait=False, cancel_futures=True)
            stop_all()
            raise
    return Report(tuple(f.result() for f in futures))


def documents_in(names: Sequence[str]) -> Iterator[str]:
    """Files as they are named; of a folder every document below it, hidden ones apart, by name."""
    for name in names:
        folder = Path(name)
        if name == STDIN or not folder.is_dir():
            yield name
            continue
        for path in sorted(folder.rglob("*")):
            hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
            if path.suffix.lower() in TEXTS and not hidden and path.is_file():
                yield str(path)


def _unless(cancelled: Event, judge: Judge) -> Judge:
    def judged(task: Task) -> Judged:
        if cancelled.is_set():
            raise _Cancelled
        return judge(task)

    return judged


def _follow(futures: list[Future[Document]], paths: list[str], progress: Progress) -> None:
    """Tell of documents as they are done; the first failure ends all."""
    name = dict(zip(futures, paths, strict=True))
    left = set(futures)
    while left:
        done, left = wait(left, return_when=FIRST_COMPLETED)
        for future in done:
            with suppress(_Cancelled):
                future.result()
            progress(len(futures) - len(left), len(futures), name[future])
