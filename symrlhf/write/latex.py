r"""Layout -> LaTeX. A tinted subterm is `\changed{...}`; what else it uses is amsmath and amssymb."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from symrlhf.notation import LOWERED, PRIME, RAISED, SIGNS, STAR, TEXT
from symrlhf.term import Path, Term
from symrlhf.write import layout
from symrlhf.write.display import Display
from symrlhf.write.layout import (
    SLASH,
    Accent,
    Branches,
    Changed,
    Delimiter,
    Fence,
    Fraction,
    Leaf,
    Node,
    Phantom,
    Product,
    Root,
    Row,
    Script,
    Sum,
    Words,
    ends_in_space,
    leads_with_operator,
)
from symrlhf.write.rename import renaming


def latex(term: Term, rename: Mapping[str, str] | None = None, marks: Iterable[Path] = ()) -> str:
    """The term as LaTeX for maths mode; subterms at the paths `marks` inside `\\changed{...}`."""
    return emit(layout.layout(term, rename=renaming(rename), marks=marks)).strip()


def emit(node: Node) -> str:
    """The node as LaTeX; a command at its end may be followed by a space."""
    return re.sub(" {2,}", " ", _EMIT[type(node)](node))


def display(shown: Display, marker: str = "") -> str:
    """The rows of a display: one formula, or an `aligned` of several."""
    lead = _lead(shown)
    if len(shown.rows) == 1:
        left, right = shown.rows[0]
        return _join(lead, _join(emit(left), emit(right)).strip())
    rows = " \\\\\n  ".join(f"{emit(left)}&{emit(right)}" for left, right in shown.rows)
    return f"{lead}\\begin{{aligned}}[t]\n  {rows}\n\\end{{aligned}}"


def aligned_rows(shown: Display) -> list[str]:
    """Each row with & where it is aligned, for `align`."""
    first, *rest = [f"{emit(left)}&{emit(right)}" for left, right in shown.rows]
    return [_lead(shown) + first, *rest]


def _lead(shown: Display) -> str:
    return emit(shown.connective).strip() + r"\quad " if shown.connective else ""


def _join(before: str, after: str) -> str:
    """Both strings, with a space where a command would swallow the letter after it."""
    if not before or not after or not after[0].isalpha():
        return before + after
    command = before.rstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return f"{before} {after}" if command.endswith("\\") and command != before else before + after


def _row(node: Row) -> str:
    out = ""
    for i, item in enumerate(node.items):
        following = node.items[i + 1] if i + 1 < len(node.items) else None
        if item is layout.THIN and following and leads_with_operator(following):
            continue
        if isinstance(item, Leaf) and item.role == "binary" and (i == 0 or ends_in_space(node.items[i - 1])):
            # At the start of a row TeX would take the sign for a prefix.
            out += "{}"
        out = _join(out, emit(item))
        if item == SLASH and following and leads_with_operator(following):
            out += r"\!"
        if isinstance(item, Script) and leads_with_operator(item):
            out += " "
    return out


def _leaf(node: Leaf) -> str:
    text = node.written.latex
    if node.role in ("binary", "relation"):
        return f" {text} "
    if node.role == "comma":
        return text + " "
    return text


_SIZES = (("", ""), (r"\bigl", r"\bigr"), (r"\mathopen{}\left", r"\right"))
_BRACKETS = {"|": (r"\lvert ", r"\rvert ")}


def _fence(node: Fence) -> str:
    left, right = _BRACKETS.get(node.left, (node.left, node.right))
    larger, smaller = _SIZES[node.size]
    return f"{larger}{left}{emit(node.body)}{smaller}{right}"


def _script(node: Script) -> str:
    base = emit(node.base)
    inner = node.base.items[-1] if isinstance(node.base, Row) and node.base.items else node.base
    if isinstance(inner, Changed | Accent | Script):
        base = f"{{{base}}}"
    sub = f"_{_grouped(emit(node.sub).strip())}" if node.sub else ""
    if node.sup is None:
        return base + sub
    sup = emit(node.sup).strip()
    primes = sup.replace(r"\prime", "'")
    return base + sub + (primes if set(primes) <= {"'"} else f"^{_grouped(sup)}")


def _grouped(text: str) -> str:
    return text if len(text) == 1 else f"{{{text}}}"


def _branches(node: Branches) -> str:
    rows = r" \\ ".join(f"{emit(value)} & {emit(when)}" for value, when in node.rows)
    return rf"\begin{{cases}} {rows} \end{{cases}}"


def _delimiter(node: Delimiter) -> str:
    size = (r"\Bigl" if node.opens else r"\Bigr") if node.tall else (r"\bigl" if node.opens else r"\bigr")
    return size + node.sign


_EMIT: dict[type[Node], Callable[[Any], str]] = {
    Leaf: _leaf,
    Row: _row,
    Sum: _row,
    Product: _row,
    Fraction: lambda n: rf"\frac{{{emit(n.top).strip()}}}{{{emit(n.bottom).strip()}}}",
    Script: _script,
    Accent: lambda n: f"{n.accent.latex}{{{emit(n.body)}}}",
    Root: lambda n: rf"\sqrt{{{emit(n.body)}}}",
    Fence: _fence,
    Delimiter: _delimiter,
    Changed: lambda n: rf"\changed{{{emit(n.body).strip()}}}",
    Phantom: lambda n: (r"\mathrel{\phantom{%s}}" if n.relation else r"\phantom{%s}") % emit(n.body).strip(),
    Branches: _branches,
    Words: lambda n: rf"\text{{{n.text}}}",
}


# ------------------------------------------------------------------ prose


def text(words: str) -> str:
    """Words outside formulas; the characters were checked when the prose was read."""
    return "".join(_character(c) for c in words)


def _character(char: str) -> str:
    """A sign of mathematics among words, or inside code, is a formula of its own."""
    if char in TEXT:
        return TEXT[char][0]
    for table, script in ((RAISED, "^"), (LOWERED, "_")):
        if char in table:
            return f"${{}}{script}{{{_MATHEMATICS.get(table[char], table[char])}}}$"
    return f"${_MATHEMATICS[char]}$" if char in _MATHEMATICS else char


def bookmark(words: str) -> str:
    """Words where TeX sets no formulas: the title of a PDF, and its bookmarks."""
    special = {c: rf"\{c}" for c in "#$%&_{}"}
    return "".join(special.get(c, c if c.isascii() else rf"\unichar{{{ord(c)}}}") for c in words)


_MATHEMATICS = {
    **{char: row.latex for char, row in SIGNS.items()},
    **{row.unicode: row.latex for row in (STAR, PRIME)},
    "″": r"\prime\prime",
}


def inline(node: Node) -> str:
    match node:
        case Row(items=(*front, Leaf(role="binary") as last)) if front:
            # As in "R − mean": before a sign at the end TeX would set no space.
            return rf"${emit(Row(tuple(front))).strip()}\:{emit(last).strip()}$"
        case _:
            return f"${emit(node).strip()}$"


def tall(node: Node) -> str:
    return rf"$\displaystyle {emit(node).strip()}$"


def code(words: str) -> str:
    return rf"\texttt{{{text(words)}}}"
