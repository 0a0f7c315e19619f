"""What only HTML needs: a formula for wide and for narrow windows, links, and fonts inside the file."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from symrlhf.write import mathml
from symrlhf.write.display import Display

WIDE = 36.0
ROOMS = (WIDE, 21.0)
"""In em: what a formula line may take, of a page and of a telephone."""


def block(layouts: Sequence[Display], alt: str) -> str:
    """The formula as it is broken for wide and for narrow windows, once if that is the same.

    The style sheet shows one of them. A browser does not break formulas itself.
    """
    wide, narrow = (mathml.display(shown, alt) for shown in layouts)
    if wide == narrow:
        return f'<div class="formula">{wide}</div>'
    return f'<div class="formula wide">{wide}</div><div class="formula narrow">{narrow}</div>'


def link(text: str, label: str) -> str:
    """To a line of the same page, or to the page of another derivation."""
    target = f"#{label}" if text.startswith("line ") else f"{label}.html"
    return f'<a href="{target}">{text}</a>'


@cache
def font(name: str) -> str:
    """The font `name` of templates/fonts, as the address of itself."""
    data = (files("symrlhf.templates") / "fonts" / f"{name}.woff2").read_bytes()
    return f"data:font/woff2;base64,{b64encode(data).decode()}"
