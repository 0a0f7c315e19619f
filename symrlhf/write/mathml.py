"""Layout -> MathML Core, as it stands in HTML. A tinted subterm is `<mrow class="changed">`.

Browsers space the signs of an operator dictionary; the space around log, Σ and the like is ours, by TeX's rule.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from html import escape
from typing import Any

from symrlhf.notation import INTEGRAL, Written
from symrlhf.term import Path, Term
from symrlhf.write import latex, layout, unicode
from symrlhf.write.display import Display
from symrlhf.write.layout import (
    QUAD,
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
    leads_with_operator,
    untinted,
)
from symrlhf.write.rename import renaming

Parts = list[str]
"""Elements that stand beside each other."""

THIN, THICK = "0.1667em", "0.2778em"
"""TeX's spaces: around functions and after commas, around relations."""


def mathml(term: Term, rename: Mapping[str, str] | None = None, marks: Iterable[Path] = ()) -> str:
    """The term as a `<math>` element; subterms at the paths `marks` inside `<mrow class="changed">`."""
    tex = latex.latex(term, rename)
    alt = unicode.unicode(term, rename)
    return _math(_emit(layout.layout(term, rename=renaming(rename), marks=marks), False), tex, alt)


def display(shown: Display, alt: str = "") -> str:
    """The rows of a display, aligned where there are several; `alt` is what the formula says in one line of text."""
    plain = replace(shown, rows=tuple((untinted(a), untinted(b)) for a, b in shown.rows))
    tex, alt = latex.display(plain), alt or " ".join(unicode.display(plain).split())
    # As in TeX, no space stands before a relation that opens the line.
    lead = [*_emit(shown.connective, True), *_emit(QUAD, True)] if shown.connective else []
    if len(shown.rows) == 1:
        return _math([*lead, *_emit(Row(shown.rows[0]), False)], tex, alt, tall=True)
    rows = "".join(
        f"<mtr>{_cell(lead if k == 0 else []) if lead else ''}{_cell(_emit(a, False))}{_cell(_emit(b, False))}</mtr>"
        for k, (a, b) in enumerate(shown.rows)
    )
    return _math([f'<mtable class="aligned" displaystyle="true">{rows}</mtable>'], tex, alt, tall=True)


def _math(parts: Parts, tex: str, alt: str, tall: bool = False) -> str:
    style = ' displaystyle="true"' if tall else ""
    annotation = f'<annotation encoding="application/x-tex">{escape(tex, quote=False)}</annotation>'
    body = f"<semantics>{_one(parts)}{annotation}</semantics>"
    return f'<math{style} alttext="{escape(alt)}">{body}</math>'


def _cell(parts: Parts) -> str:
    return f"<mtd>{_joined(parts)}</mtd>"


# ------------------------------------------------------------------ several elements, or one


def _one(parts: Parts) -> str:
    return parts[0] if len(parts) == 1 else f"<mrow>{_joined(parts)}</mrow>"


def _joined(parts: Parts) -> str:
    """The elements in a row; a sign at its edge is not taken for a prefix or a postfix."""
    told = list(parts)
    for order in (range(len(told)), reversed(range(len(told)))):
        edge = next((i for i in order if not told[i].startswith("<mspace")), None)
        if edge is not None and len(told) > 1 and told[edge].startswith("<mo>"):
            told[edge] = told[edge].replace("<mo>", '<mo form="infix">', 1)
    return "".join(told)


def _emit(node: Node, tight: bool) -> Parts:
    """The elements of the node; in scripts (`tight`) signs stand without space around them."""
    return _EMIT[type(node)](node, tight)


def _row(node: Row, tight: bool) -> Parts:
    out: Parts = []
    before = ""
    for i, item in enumerate(node.items):
        following = node.items[i + 1] if i + 1 < len(node.items) else None
        if item is layout.THIN and following and leads_with_operator(following):
            continue
        if _is_space(item):
            out += _emit(item, tight)
            continue
        if (before, _edge(item, 0)) in _THIN_BETWEEN:
            out.append(_THIN)
        before = _edge(item, -1) or before
        out += _emit(item, tight)
    return out


def _is_space(node: Node) -> bool:
    return isinstance(node, Leaf) and node.role == "space"


_THIN = f'<mspace width="{THIN}"/>'
_THIN_BETWEEN = {("atom", "operator"), ("close", "operator"), ("operator", "operator"), ("operator", "atom")}
"""Neighbours with a thin space between them, TeX's Ord, Close and Op."""

_EDGES: dict[str, str] = {"big": "operator", "limit": "operator", "letter": "atom", "number": "atom", "prefix": "atom"}


def _edge(node: Node, end: int) -> str:
    """What the node is to its neighbour on the left (0) or on the right (-1)."""
    match node:
        case Leaf(role=role):
            return "slash" if node == SLASH else _EDGES.get(role, role)
        case Row(items=items):
            inner = [i for i in items if not _is_space(i)]
            return _edge(inner[end], end) if inner else ""
        case Script(base=base):
            return _edge(base, end)
        case Fence():
            return "close" if end else "open"
        case Delimiter(opens=opens):
            return "open" if opens else "close"
        case Phantom(relation=True):
            return "relation"
        case _:
            return "atom"


# ------------------------------------------------------------------ signs


def _leaf(node: Leaf, tight: bool) -> Parts:
    return [_ROLES[node.role](node.written, tight)]


def _letter(written: Written, tight: bool) -> str:
    text = written.content
    if text and all(unicodedata.category(c).startswith("P") for c in text):
        return _sign(text, "0", "0")
    # What LaTeX sets upright: words, which are so without saying, and capital Greek and ∇, which are not.
    single = len(text) == 1 and (written.latex.startswith(r"\mathrm") or "Α" <= text <= "Ω" or text == "∇")
    return f"<mi{_UPRIGHT if single else ''}>{escape(text, quote=False)}</mi>"


_UPRIGHT = ' mathvariant="normal"'


def _operator(written: Written, tight: bool) -> str:
    return f"<mi{_UPRIGHT if len(written.content) == 1 else ''}>{escape(written.content, quote=False)}</mi>"


def _big(written: Written, tight: bool) -> str:
    limits = "" if written == INTEGRAL else ' movablelimits="true"'
    return _sign(written.content, "0", "0", limits)


def _sign(text: str, before: str, after: str, more: str = "") -> str:
    return f'<mo lspace="{before}" rspace="{after}"{more}>{escape(text, quote=False)}</mo>'


def _infix(written: Written, tight: bool) -> str:
    if tight:
        return _sign(written.content, "0", "0")
    return f"<mo>{escape(written.content, quote=False)}</mo>"


def _relation(written: Written, tight: bool) -> str:
    space = _RELATION_SPACE.get(written.content)
    return _sign(written.content, space, space) if space and not tight else _infix(written, tight)


_RELATION_SPACE = {":": THICK, "⟹": "0.5556em", "⟺": "0.5556em"}
"""Where browsers space otherwise than TeX: to them the colon is punctuation."""


def _bar(written: Written, tight: bool) -> str:
    space = "0" if tight else THICK
    return _sign(written.content, space, space, ' form="infix" stretchy="false"')


def _comma(written: Written, tight: bool) -> str:
    return _sign(written.content, "0", "0" if tight else THIN, ' separator="true"')


def _space(written: Written, tight: bool) -> str:
    return f'<mspace width="{_WIDTHS[written.typst]}"/>'


_WIDTHS = {"thin": THIN, "quad": "1em"}

_ROLES: dict[str, Callable[[Written, bool], str]] = {
    "letter": _letter,
    "number": lambda w, _: f"<mn>{escape(w.content, quote=False)}</mn>",
    "operator": _operator,
    "big": _big,
    "limit": _big,
    "binary": _infix,
    "prefix": lambda w, _: _sign(w.content, "0", "0", ' form="prefix"'),
    "relation": _relation,
    "bar": _bar,
    "open": lambda w, _: _bracket(_upright_bar(w), "prefix", ""),
    "close": lambda w, _: _bracket(_upright_bar(w), "postfix", ""),
    "comma": _comma,
    "space": _space,
}


def _upright_bar(written: Written) -> str:
    return "|" if written.unicode == "|" else written.content


# ------------------------------------------------------------------ brackets


def _bracket(char: str, form: str, size: str = "") -> str:
    """A bracket as large as `size` says."""
    return f'<mo form="{form}" stretchy="false"{size}>{char}</mo>'


# Larger letters, for a browser gives what it stretches by little too much room.
_SIZES = ("", ' mathsize="1.2em"')
_TALL = ' stretchy="true" symmetric="true" minsize="1.8em" maxsize="1.8em"'


def _fence(node: Fence, tight: bool) -> Parts:
    if node.size < 2:
        left, right = (_bracket(c, f, _SIZES[node.size]) for c, f in ((node.left, "prefix"), (node.right, "postfix")))
    else:
        left, right = f'<mo form="prefix">{node.left}</mo>', f'<mo form="postfix">{node.right}</mo>'
    return [f"<mrow>{left}{_one(_emit(node.body, tight))}{right}</mrow>"]


def _delimiter(node: Delimiter, tight: bool) -> Parts:
    form = "prefix" if node.opens else "postfix"
    return [f'<mo form="{form}"{_TALL}>{node.sign}</mo>' if node.tall else _bracket(node.sign, form, _SIZES[1])]


# ------------------------------------------------------------------ scripts, accents, tables


def _script(node: Script, tight: bool) -> Parts:
    base = _one(_emit(node.base, tight))
    inner = node.base.items[-1] if isinstance(node.base, Row) and node.base.items else node.base
    below = isinstance(inner, Leaf) and inner.role in ("big", "limit") and inner.written != INTEGRAL
    sub, sup = (_one(_emit(s, True)) if s else "" for s in (node.sub, node.sup))
    names = ("munder", "mover") if below else ("msub", "msup")
    tag = (names[0] if sub else "") + (names[1].removeprefix("m" if sub else "") if sup else "")
    return [f"<{tag}>{base}{sub}{sup}</{tag}>"]


def _accent(node: Accent, tight: bool) -> Parts:
    above = f'<mo stretchy="false">{node.accent.content}</mo>'
    return [f'<mover accent="true">{_one(_emit(node.body, tight))}{above}</mover>']


def _branches(node: Branches, tight: bool) -> Parts:
    rows = "".join(f"<mtr>{_cell(_emit(a, tight))}{_cell(_emit(b, tight))}</mtr>" for a, b in node.rows)
    return [f'<mrow><mo form="prefix">{{</mo><mtable class="cases">{rows}</mtable></mrow>']


def _words(node: Words, tight: bool) -> Parts:
    # Browsers drop an ordinary space at the end.
    return [f"<mtext>{escape(node.text, quote=False).replace(' ', chr(0xA0))}</mtext>"]


_EMIT: dict[type[Node], Callable[[Any, bool], Parts]] = {
    Leaf: _leaf,
    Row: _row,
    Sum: _row,
    Product: _row,
    Fraction: lambda n, tight: [f"<mfrac>{_one(_emit(n.top, tight))}{_one(_emit(n.bottom, tight))}</mfrac>"],
    Script: _script,
    Accent: _accent,
    # Browsers do not raise the bar of a root over a low letter, as TeX does.
    Root: lambda n, tight: [f'<msqrt>{_one(_emit(n.body, tight))}<mspace height="0.7em"/></msqrt>'],
    Fence: _fence,
    Delimiter: _delimiter,
    Changed: lambda n, tight: [f'<mrow class="changed">{_joined(_emit(n.body, tight))}</mrow>'],
    Phantom: lambda n, tight: [f"<mphantom>{_joined(_emit(n.body, tight))}</mphantom>"],
    Branches: _branches,
    Words: _words,
}


# ------------------------------------------------------------------ prose


def text(words: str) -> str:
    """Words outside formulas."""
    # The fonts have no other space than the plain one.
    return escape(words.replace("\N{NO-BREAK SPACE}", " \N{WORD JOINER}"))


_BESIDE = re.compile(r"([(\[‘]?)(<math\b(?:(?!</math>).)*</math>)([,.;:!?)\]’]*)", re.DOTALL)


def together(prose: str) -> str:
    """No line ends between a formula and the comma after it, or the bracket before it."""
    return _BESIDE.sub(lambda m: f'<span class="tight">{m[0]}</span>' if m[1] or m[3] else m[0], prose)


def inline(node: Node) -> str:
    """A formula in a sentence; a long one is several, between which a line may end."""
    return "<wbr/>".join(_inline(piece) for piece in layout.in_line(node))


def tall(node: Node) -> str:
    """A formula in a sentence, as tall as a displayed one."""
    return "<wbr/>".join(_inline(piece, tall=True) for piece in layout.in_line(node))


def _inline(node: Node, tall: bool = False) -> str:
    return _math(_emit(node, False), latex.emit(node).strip(), unicode.emit(node).strip(), tall)


def code(words: str) -> str:
    return f"<code>{escape(words)}</code>"
