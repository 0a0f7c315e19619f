"""Claims judged in a process of their own, which has so much time and memory and is replaced when it fails.

A document may ask for anything, 10**10**10 included, and arithmetic in C does not listen to a timer.
"""

from __future__ import annotations

import atexit
import os
import pickle
import queue
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import IO, Any

from symrlhf.checker.findings import Finding, Judged, Task

STARTUP = 60.0
"""Seconds to start: loading the kernel is not a step's own time."""

PROGRAM = """
import sys
if sys.argv[1] not in sys.path:
    sys.path.insert(0, sys.argv[1])
from symrlhf.checker.worker import main
main()
"""

_ENDED = object()


class Worker:
    """A process that judges one task at a time; used by one thread."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._said: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._words: deque[bytes] = deque(maxlen=1)
        self._drain: threading.Thread | None = None
        self._ready = False

    def start(self) -> subprocess.Popen[bytes]:
        """The process, started if it is not running; it loads the kernel while the caller reads on."""
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.stop()
        self._said, self._words, self._ready = queue.SimpleQueue(), deque(maxlen=1), False
        # -P: a file random.py in the reader's folder is none of ours.
        process = self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", PROGRAM, str(Path(__file__).resolve().parents[2])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        threading.Thread(target=_listen, args=(process.stdout, self._said), daemon=True).start()
        self._drain = threading.Thread(target=_drain, args=(process.stderr, self._words), daemon=True)
        self._drain.start()
        return process

    def judge(self, task: Task, timeout: float) -> Judged:
        """The finding; undecided if it takes longer, or if the process fails."""
        process = self.start()
        if not self._ready:
            self._wait_until_ready()
        began = perf_counter()
        assert process.stdin is not None
        # A process that has ended says so below.
        with suppress(BrokenPipeError):
            pickle.dump(task, process.stdin)
            process.stdin.flush()
        finding: Finding | None = None
        while True:
            try:
                said = self._said.get(timeout=max(0.0, began + timeout - perf_counter()))
            except queue.Empty:
                self.stop()
                missed = Finding("undecided", f"no answer within {timeout:g} s")
                return Judged(finding or missed, None, (perf_counter() - began) * 1000)
            if isinstance(said, Judged):
                return replace(said, finding=finding or said.finding)
            if isinstance(said, Finding):
                finding = said
            elif said is _ENDED:
                missed = Finding("undecided", f"the kernel failed: {self._last_words()}")
                self.stop()
                return Judged(finding or missed, None, (perf_counter() - began) * 1000)

    def stop(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        assert process.stdin is not None
        with suppress(BrokenPipeError):
            process.stdin.close()

    def _wait_until_ready(self) -> None:
        try:
            self._ready = self._said.get(timeout=STARTUP) == "ready"
        except queue.Empty:
            self._ready = False
        if not self._ready:
            words = self._last_words()
            self.stop()
            raise OSError(f"the checking process did not start: {words}")

    def _last_words(self) -> str:
        if self._drain is not None:
            self._drain.join(1)
        return self._words[-1].decode(errors="replace").strip() if self._words else "it ended without a word"


def _listen(pipe: IO[bytes], said: queue.SimpleQueue[Any]) -> None:
    """Pass on what the process says until it ends; one killed in the middle of a word leaves half a pickle."""
    with pipe, suppress(EOFError, pickle.UnpicklingError):
        while True:
            said.put(pickle.load(pipe))
    said.put(_ENDED)


def _drain(pipe: IO[bytes], words: deque[bytes]) -> None:
    with pipe:
        words.extend(line for line in pipe if line.strip())


# ------------------------------------------------------------------ one process for many documents

_idle: list[Worker] = []
_busy: list[Worker] = []


@contextmanager
def borrowed() -> Iterator[Worker]:
    """A worker, kept for the next caller: its start is what takes long."""
    try:
        worker = _idle.pop()
    except IndexError:
        worker = Worker()
    _busy.append(worker)
    try:
        worker.start()
        yield worker
    except BaseException:
        # Interrupted in the middle of a task: what it would say next is no answer to the next one.
        _busy.remove(worker)
        worker.stop()
        raise
    _busy.remove(worker)
    _idle.append(worker)


def start_ahead() -> None:
    """Start a process before there is a task: it loads the kernel while the caller loads the readers."""
    worker = Worker()
    worker.start()
    _idle.append(worker)


@atexit.register
def stop_all() -> None:
    """End every process, also those that are at work for other threads."""
    while _idle:
        _idle.pop().stop()
    for worker in tuple(_busy):
        worker.stop()


def _forget() -> None:
    _idle.clear()
    _busy.clear()


if hasattr(os, "register_at_fork"):
    # A forked child shares the pipes, not the conversation.
    os.register_at_fork(after_in_child=_forget)
