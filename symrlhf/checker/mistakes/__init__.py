"""The mistakes of hand algebra, one row each: its name, and the lines that it may have been made from.

A row edits the false line; nobody believes an edit before the kernel has proven the mended line. `table` has the rows
in the order in which they are tried; the edits stand in modules by what was got wrong.
"""

from symrlhf.checker.mistakes.bounds import REVERSED
from symrlhf.checker.mistakes.line import Edit, Line, Mistake
from symrlhf.checker.mistakes.table import MISTAKES
from symrlhf.checker.mistakes.writing import TEMPERATURES

__all__ = ["MISTAKES", "REVERSED", "TEMPERATURES", "Edit", "Line", "Mistake"]
