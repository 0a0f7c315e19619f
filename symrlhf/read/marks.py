"""Marks of Markdown in lecture notes: fences, backticks, bold lines and comments become blanks; places stay places."""

from __future__ import annotations

import re

from symrlhf.read.pieces import blanks

_FENCED = re.compile(
    r"(?ms)^[ \t]*(?P<fence>```+|~~~+)[ \t]*(?P<said>[^\n`]*)$(?P<body>.*?)(?:^[ \t]*(?P=fence)[ \t]*$|\Z)"
)
_NO_CODE = frozenset({"", "math", "text", "txt"})
_TICKED = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_BOLD = re.compile(
    r"(?m)((?:^|[:.,;])[ \t]*(?:(?:[-*•–]|\d{1,2}[.)])[ \t]+)?)\*\*(?=[^\s*])([^*\n]*[^\s*])\*\*(?![\w(*])"
)
_COMMENT = re.compile(r"(?s)<!--(?P<said>.*?)(?:-->|\Z)")
_RULED = re.compile(r"(?m)^[ \t]*={3,}[ \t]*$")
"""The line under a heading."""
_DOTTED = re.compile(r"(?<=[+·])(?P<space>[ \t]*)(?:\.\.\.|⋯)(?=[ \t]*[+·])")
"""The dots of a sum or product."""
_DIRECTIVE = re.compile(r"\s*symrlhf\s*:")


def without_marks(text: str) -> str:
    """Lecture notes as long as they were: what is marked stays, what is code goes, a directive stands after #."""
    if "`" in text or "~~~" in text:
        text = _FENCED.sub(_formulas, text)
        text = _TICKED.sub(r" \1 ", text)
    if "<!--" in text:
        text = _COMMENT.sub(_said, text)
    if "===" in text:
        text = _RULED.sub(lambda m: blanks(m.group()), text)
    if "..." in text or "⋯" in text:
        text = _DOTTED.sub(lambda m: m["space"] + "…".ljust(len(m.group()) - len(m["space"])), text)
    return _BOLD.sub(r"\1  \2  ", text) if "**" in text else text


def _formulas(m: re.Match[str]) -> str:
    """What stands between two fences, unless they say that it is code."""
    if m["said"].strip() not in _NO_CODE:
        return blanks(m.group())
    at, end = m.start("body") - m.start(), m.end("body") - m.start()
    return blanks(m.group()[:at]) + m["body"] + blanks(m.group()[end:])


def _said(m: re.Match[str]) -> str:
    """A comment goes; a directive in it stays."""
    if "\n" in m["said"] or not _DIRECTIVE.match(m["said"]):
        return blanks(m.group())
    return "#   " + m["said"] + blanks(m.group()[4 + len(m["said"]) :])
