"""Drawing -> Typst, LaTeX, HTML: strokes as the format has them, labels set like all other text.

HTML puts its labels over an SVG; LaTeX puts them into a picture whose strokes are written to the PDF itself, for its
own lines know few slopes and no dashes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from symrlhf.page import Prose
from symrlhf.write.drawing import AXIS, Drawing, Point, Stroke

Set = Callable[[Prose], str]
"""Sets a label in the format at hand."""


@dataclass(frozen=True)
class Style:
    """Colour, the same for a dark page, dash and gap in millimetres (none: solid), width in points."""

    color: str
    dark: str
    dash: tuple[float, ...]
    width: float


AXES = Style("404040", "b9bec4", (), 0.5)
STYLES = (
    Style("1B3A57", "9cc4ea", (), 1.2),
    Style("B5451B", "ff9e73", (2.2, 1.1), 1.2),
    Style("00796B", "5fd3bf", (0.5, 1.0), 1.4),
    Style("7A4E9E", "cfa9ec", (3.0, 0.9, 0.5, 0.9), 1.2),
)
"""Told apart by their dashes alone; the colours differ in lightness and for the colour-blind."""

PER_EM = 3.7
"""Millimetres of a drawing that are 1 em of HTML."""
DOT = 0.75
"""Radius of a dot in millimetres."""


def _style(index: int) -> Style:
    return AXES if index == AXIS else STYLES[index]


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


# ------------------------------------------------------------------ Typst


def typst(drawing: Drawing, set_: Set) -> str:
    parts = [_typst_stroke(stroke) for stroke in drawing.strokes]
    parts += [f"place(dx: {_number(x - DOT)}mm, dy: {_number(y - DOT)}mm, spot)" for x, y in drawing.dots]
    for label in drawing.labels:
        across, up = label.anchor
        color = _style(label.style).color
        parts.append(
            f'note({_number(label.x)}mm, {_number(label.y)}mm, {across} + {up}, rgb("#{color}"))[{set_(label.text)}]'
        )
    body = "\n  ".join(parts)
    panel = f"panel({_number(drawing.width)}mm, {_number(drawing.height)}mm, {{\n  {body}\n}})"
    return f"rotate(-90deg, reflow: true, {{ set text(size: .63em)\n{panel} }})" if drawing.turned else panel


def _typst_stroke(stroke: Stroke) -> str:
    style = _style(stroke.style)
    dashes = ", ".join(f"{_number(d)}mm" for d in style.dash)
    pen = f'(paint: rgb("#{style.color}"), thickness: {style.width}pt, dash: {f"({dashes})" if dashes else "none"})'
    (x, y), *more = stroke.points
    lines = ", ".join(f"curve.line(({_number(a)}mm, {_number(b)}mm))" for a, b in more)
    return f"place(curve(stroke: {pen}, curve.move(({_number(x)}mm, {_number(y)}mm)), {lines}))"


# ------------------------------------------------------------------ LaTeX

_CORNERS = {"left": "l", "center": "", "right": "r", "top": "t", "bottom": "b", "horizon": ""}
_BP = 72 / 25.4
"""Big points, the unit of PDF, in a millimetre."""


def latex(drawing: Drawing, set_: Set) -> str:
    strokes = "".join(_pdf_stroke(stroke, drawing.height) for stroke in drawing.strokes)
    dots = "".join(_pdf_dot(dot, drawing.height) for dot in drawing.dots)
    labels = ""
    for t in drawing.labels:
        corner = "".join(_CORNERS[side] for side in t.anchor)
        text = rf"\color[HTML]{{{_style(t.style).color}}}{set_(t.text)}"
        labels += rf"\put({_number(t.x)},{_number(drawing.height - t.y)}){{\makebox(0,0)[{corner}]{{{text}}}}}%" + "\n"
    picture = (
        rf"\begin{{picture}}({_number(drawing.width)},{_number(drawing.height)})%" + "\n"
        rf"\put(0,0){{\inpdf{{{strokes}{dots}}}}}%" + f"\n{labels}" + r"\end{picture}"
    )
    return rf"\rotatebox{{90}}{{\tiny {picture}}}" if drawing.turned else picture


def _pdf_point(point: Point, foot: float) -> str:
    return f"{_number(point[0] * _BP)} {_number((foot - point[1]) * _BP)}"


def _pdf_color(color: str) -> str:
    return " ".join(_number(int(color[i : i + 2], 16) / 255) for i in (0, 2, 4))


def _pdf_stroke(stroke: Stroke, foot: float) -> str:
    style = _style(stroke.style)
    dash = " ".join(_number(d * _BP) for d in style.dash)
    first, *more = stroke.points
    lines = "".join(f"{_pdf_point(p, foot)} l " for p in more)
    return f"{_pdf_color(style.color)} RG {style.width} w [{dash}] 0 d {_pdf_point(first, foot)} m {lines}S\n"


def _pdf_dot(point: Point, foot: float) -> str:
    """A stroke of no length with round ends."""
    at = _pdf_point(point, foot)
    return f"{_pdf_color(AXES.color)} RG {_number(2 * DOT * _BP)} w [] 0 d 1 J {at} m {at} l S 0 J\n"


# ------------------------------------------------------------------ HTML


def html(drawing: Drawing, set_: Set) -> str:
    strokes = "".join(_svg_stroke(stroke) for stroke in drawing.strokes)
    dots = "".join(f'<circle cx="{_number(x)}" cy="{_number(y)}" r="{DOT}"/>' for x, y in drawing.dots)
    labels = "".join(
        f'<span class="{_svg_class(t.style)} {" ".join(t.anchor)}" style="left: {_ems(t.x)}; top: {_ems(t.y)}">'
        f"<span>{set_(t.text)}</span></span>"
        for t in drawing.labels
    )
    size = f"width: {_ems(drawing.width)}; height: {_ems(drawing.height)}"
    box = f"0 0 {_number(drawing.width)} {_number(drawing.height)}"
    return (
        f'<div class="panel" style="{size}"><svg viewBox="{box}" aria-hidden="true">{strokes}{dots}</svg>{labels}</div>'
    )


def _ems(millimetres: float) -> str:
    return f"{_number(millimetres / PER_EM)}em"


def _svg_class(index: int) -> str:
    return "axes" if index == AXIS else f"curve{index}"


def _svg_stroke(stroke: Stroke) -> str:
    points = " ".join(f"{_number(x)},{_number(y)}" for x, y in stroke.points)
    return f'<polyline class="{_svg_class(stroke.style)}" points="{points}"/>'


def css(dark: bool = False) -> str:
    """The colours of the strokes as variables; and, but for a dark page, the rules that use them."""
    styles = {_svg_class(i): s for i, s in ((AXIS, AXES), *enumerate(STYLES))}
    colors = "; ".join(f"--{name}: #{style.dark if dark else style.color}" for name, style in styles.items())
    if dark:
        return colors
    return "\n".join([f".symrlhf {{ {colors}; }}", *(_css_row(name, style) for name, style in styles.items())])


def _css_row(name: str, style: Style) -> str:
    dash = " ".join(map(_number, style.dash)) or "none"
    return (
        f".symrlhf .{name} {{ color: var(--{name}); stroke-width: {_number(style.width / _BP)}; "
        f"stroke-dasharray: {dash}; }}"
    )
