"""Layout -> Typst maths. A tinted subterm is `changed(...)`, a function the page defines; in a fraction or an index it
says how small it is set.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from symrlhf.notation import TEXT
from symrlhf.term import Path, Term
from symrlhf.write import layout, unicode
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


def typst(term: Term, rename: Mapping[str, str] | None = None, marks: Iterable[Path] = ()) -> str:
    """The term as Typst maths; subterms at the paths `marks` inside `changed(...)`."""
    return emit(layout.layout(term, rename=renaming(rename), marks=marks))


def emit(node: Node) -> str:
    return _EMIT[type(node)](node)


def display(shown: Display) -> str:
    """The rows of a display, aligned where there are several."""
    lead = emit(shown.connective) + " quad " if shown.connective else ""
    if len(shown.rows) == 1:
        left, right = shown.rows[0]
        return f"{lead}{emit(left)} {emit(right)}".strip()
    return " \\\n  ".join(f"{lead if k == 0 else ''}{emit(a)} &{emit(b)}" for k, (a, b) in enumerate(shown.rows))


def _row(node: Row) -> str:
    out: list[str] = []
    for i, item in enumerate(node.items):
        if isinstance(item, Leaf) and item.role == "binary" and (i == 0 or ends_in_space(node.items[i - 1])):
            # At the start of a row Typst would take the sign for a prefix.
            out.append(f'class("binary", {emit(item)})')
            continue
        following = node.items[i + 1] if i + 1 < len(node.items) else None
        if item is layout.THIN and following and leads_with_operator(following):
            continue
        out.append(emit(item))
        if item == SLASH and following and leads_with_operator(following):
            out.append("#h(-.17em)")
    return " ".join(part for part in out if part)


def _fence(node: Fence) -> str:
    if node.left == "|":
        return f"lr(bar.v {emit(node.body)} bar.v)"
    return f"{node.left}{emit(node.body)}{node.right}"


def _script(node: Script) -> str:
    sub = f"_{_grouped(_within(node.sub, 'script'))}" if node.sub else ""
    if node.sup is None:
        return emit(node.base) + sub
    sup = _within(node.sup, "script")
    primes = sup.split()
    if set(primes) == {"prime"}:
        return emit(node.base) + "'" * len(primes) + sub
    return f"{emit(node.base)}{sub}^{_grouped(sup)}"


def _within(node: Node, size: layout.Size) -> str:
    """A part that is set smaller: the box of a tint does not know where it stands."""
    return emit(layout.sized(node, size))


def _changed(node: Changed) -> str:
    size = "" if node.size == "display" else f", style: #math.{node.size}"
    return f"changed({emit(node.body)}{size})"


def _grouped(text: str) -> str:
    return text if len(text) == 1 and text.isalnum() else f"({text})"


def _delimiter(node: Delimiter) -> str:
    return f"lr(\\{node.sign}, size: #{'2em' if node.tall else '1.3em'})"


_EMIT: dict[type[Node], Callable[[Any], str]] = {
    Leaf: lambda n: n.written.typst,
    Row: _row,
    Sum: _row,
    Product: _row,
    Fraction: lambda n: f"frac({_within(n.top, 'inline')}, {_within(n.bottom, 'inline')})",
    Script: _script,
    Accent: lambda n: f"{n.accent.typst}({emit(n.body)})",
    Root: lambda n: f"sqrt({emit(n.body)})",
    Fence: _fence,
    Delimiter: _delimiter,
    Changed: _changed,
    Phantom: lambda n: ('class("relation", #hide($%s$))' if n.relation else "#hide($%s$)") % emit(n.body),
    Branches: lambda n: f"cases({', '.join(f'{emit(a)} & {emit(b)}' for a, b in n.rows)})",
    Words: lambda n: string(n.text),
}


# ------------------------------------------------------------------ prose


def text(words: str) -> str:
    """Words outside formulas; the characters were checked when the prose was read."""
    escaped = "".join(TEXT[c][1] if c in TEXT else c for c in words)
    # A number with a full stop at the start of a paragraph would be a list item.
    return re.sub(r"^(\d+)\.", r"\1\\.", escaped)


def string(words: str) -> str:
    """A string literal."""
    escaped = words.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


_AFTER = {"relation": "#h(.278em, weak: true);", "binary": "#h(.222em, weak: true);"}
"""The space after a sign, which a formula that ends with it does not have."""


def inline(node: Node) -> str:
    """A formula in a sentence; a long one is several boxes, between which a line may end."""
    *front, last = layout.in_line(node)
    cut = (f"#box({_equation(piece, emit(piece))});{_AFTER[_role(piece)]}" for piece in front)
    return f"{''.join(cut)}#box({_equation(last, emit(last))});"


def _equation(node: Node, source: str) -> str:
    """With the words for who does not see it, without which the PDF is not accessible."""
    return f"math.equation(alt: {string(' '.join(unicode.emit(node).split()))}, ${source}$.body)"


def _role(piece: Node) -> str:
    """Of the sign that a piece ends with."""
    last = piece.items[-1] if isinstance(piece, Row) else piece
    return last.role if isinstance(last, Leaf) else ""


def tall(node: Node) -> str:
    return f"#grown({_equation(node, f'display({emit(node)})')});"


def code(words: str) -> str:
    # The semicolon ends the call; without it a bracket that follows would belong to it.
    return f"#raw({string(words)});"
