"""What can go wrong, in few kinds: false, undecided, ill-formed, unreadable, not supported."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from difflib import get_close_matches


class SymrlhfError(Exception):
    """Base of everything symrlhf raises about mathematics (misuse of Python raises Python's errors)."""


class StepError(SymrlhfError):
    """A line of a derivation was not accepted."""


class StepRefuted(StepError):
    """The line is false; the message gives a point that meets every hypothesis, and both values there."""


class StepUndecided(StepError):
    """Neither proven nor refuted; the message says what was tried.

    Most are caught where another way is tried, so a message that takes long to write is given as a function.
    """

    def __init__(self, message: str | Callable[[], str]):
        super().__init__(message)
        self._message = message

    def __str__(self) -> str:
        if not isinstance(self._message, str):
            self._message = self._message()
        return self._message


class StepTooLarge(StepUndecided):
    """Nothing was decided because the statement is too large for the bounds of time and memory."""


class StepNotByMove(StepError):
    """The line is true, but it is not what the stated move gives."""


class IllFormed(StepError):
    """A side is undefined wherever the hypotheses hold, for example 1/(β − β)."""


class InconsistentHypotheses(StepError):
    """No point meets the hypotheses together, so they would prove anything."""


class MoveFailed(StepError):
    """A move found nothing to do on this line."""


class NotSupported(SymrlhfError):
    """Mathematics outside the fragment symrlhf handles so far."""


class RuleViolation(SymrlhfError):
    """A kernel rule was asked for something it does not allow."""


class UnknownName(SymrlhfError, LookupError):
    """A name that nothing answers to; the message lists the nearest ones."""


class Unreadable(SymrlhfError):
    """Text that is not mathematics as symrlhf reads it, with its place."""

    def __init__(self, message: str, line: int = 1, column: int = 1, source: str = ""):
        self.message, self.line, self.column, self.source = message, line, column, source
        caret = f"\n  {source}\n  {' ' * (column - 1)}^" if source else ""
        super().__init__(f"line {line}, column {column}: {message}{caret}")


def unknown_name(kind: str, name: str, known: Iterable[str]) -> UnknownName:
    """The error for a name that is not in `known`, with up to three near misses."""
    names = sorted(known)
    near = get_close_matches(name, names, n=3, cutoff=0.4)
    hint = f"did you mean {' or '.join(near)}?" if near else f"known: {', '.join(names) or 'none'}"
    return UnknownName(f"unknown {kind} {name!r}; {hint}")
