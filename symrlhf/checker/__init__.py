"""Hand algebra, step by step: each one proven, refuted with a counterexample and the likely slip, or undecided.

Importing this loads no reader: the process that judges needs none.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from symrlhf.checker.documents import check as check
    from symrlhf.checker.report import Report as Report
    from symrlhf.checker.report import Step as Step

_MODULE_OF = {"check": "documents", "Report": "report", "Step": "report"}


def __getattr__(name: str) -> object:
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'symrlhf.checker' has no name {name!r}")
    return getattr(import_module(f"symrlhf.checker.{_MODULE_OF[name]}"), name)
