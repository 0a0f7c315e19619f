"""Layout -> one line of Unicode text, for terminals, error messages and the alternative text of equations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from symrlhf.term import Path, Term
from symrlhf.write import layout
from symrlhf.write.display import Display
from symrlhf.write.layout import (
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
)
from symrlhf.write.rename import renaming


def unicode(term: Term, rename: Mapping[str, str] | None = None, marks: Iterable[Path] = ()) -> str:
    """The term in one line of text; marks do not show."""
    return emit(layout.layout(term, flat=True, rename=renaming(rename), marks=marks))


def emit(node: Node) -> str:
    return _EMIT[type(node)](node)


def width(node: Node) -> float:
    """In characters."""
    return len(emit(node))


def display(shown: Display) -> str:
    """The rows of a display, one below the other."""
    lead = emit(shown.connective).strip() + "  " if shown.connective else ""
    indent = " " * (len(lead) + len(emit(shown.rows[0][0])))
    rows = [emit(a) + emit(b) for a, b in shown.rows]
    # A relation at the start of a line stands close to the edge, like the line above it.
    first, *rest = [row[1:] if row.startswith(" ") and not row.startswith("  ") else row for row in rows]
    return "\n".join([lead + first, *(indent + row for row in rest)])


_SPACED = {"binary": " {} ", "relation": " {} ", "comma": "{} "}


def _leaf(node: Leaf) -> str:
    text = node.written.unicode
    if text in ("∣", "|") and node.role == "bar":
        return " | "
    if node.role == "bar":
        return f" {text} "
    if text == "/" and node.role == "letter":
        return "/"
    return _SPACED.get(node.role, "{}").format(text)


def _row(node: Row) -> str:
    out = ""
    previous: Node | None = None
    for item in node.items:
        text = emit(item)
        if previous is not None and _wants_space(previous, item):
            out += " "
        out += text
        previous = item
    return out


def _wants_space(before: Node, after: Node) -> bool:
    """log a, Σ_y f, and ∇_φ f, but σ(z)."""
    if isinstance(before, Script) and isinstance(before.base, Leaf):
        opens = before.base.role in ("big", "limit") or before.base.written.unicode == "∇"
        return opens and not (isinstance(after, Leaf) and after.role == "space")
    brackets = isinstance(_bare(after), Fence | Delimiter) or (isinstance(after, Leaf) and after.role == "open")
    return isinstance(before, Leaf) and before.role == "operator" and not brackets


def _bare(node: Node) -> Node:
    return _bare(node.body) if isinstance(node, Changed) else node


def _script(node: Script) -> str:
    sub = emit(node.sub).replace(" ", "") if node.sub else ""
    sup = emit(node.sup).strip() if node.sup else ""
    below = "" if not sub else f"_{sub}" if sub.isalnum() else f"_{{{sub}}}"
    sup = {"+": "⁺", "−": "⁻"}.get(sup, sup)
    above = (
        "" if not sup else sup if set(sup) <= {"⋆", "′", "⁺", "⁻"} else f"^{sup}" if sup.isalnum() else f"^{{{sup}}}"
    )
    return f"{emit(node.base)}{below}{above}"


def _branches(node: Branches) -> str:
    return "{ " + "; ".join(f"{emit(value)} {emit(when)}" for value, when in node.rows) + " }"


_EMIT: dict[type[Node], Callable[[Any], str]] = {
    Leaf: _leaf,
    Row: _row,
    Sum: _row,
    Product: _row,
    Fraction: lambda n: f"({emit(n.top)})/({emit(n.bottom)})",
    Script: _script,
    Accent: lambda n: f"{emit(n.body)}{n.accent.unicode}",
    Root: lambda n: f"√({emit(n.body)})",
    Fence: lambda n: f"{n.left}{emit(n.body)}{n.right}",
    Delimiter: lambda n: n.sign,
    Changed: lambda n: emit(n.body),
    Phantom: lambda n: " " * (len(emit(n.body)) - n.relation),
    Branches: _branches,
    Words: lambda n: n.text,
}
