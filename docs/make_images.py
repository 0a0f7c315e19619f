"""Make the pictures of the documentation from the program itself: python docs/make_images.py"""

from __future__ import annotations

import tempfile
from pathlib import Path

import typst

from symrlhf import lab, load, render

HERE = Path(__file__).parent


def picture(name: str) -> Path:
    """The printed derivation as one PNG, on a page as tall as it needs."""
    with tempfile.TemporaryDirectory() as folder:
        (source,) = render.write((load(name),), {"typ"}, Path(folder))
        text = source.read_text(encoding="utf-8")
        shown = text.replace('paper: "a4"', "width: 210mm, height: auto").replace('numbering: "1"', "numbering: none")
        source.write_text(shown, encoding="utf-8")
        target = HERE / "images" / f"{name}.png"
        typst.compile(source, output=target, format="png", ppi=110)
    return target


def plots() -> list[Path]:
    """The charts of the lab, as its tutorial shows them."""
    targets: list[Path] = []
    for chart in lab.charts(lab.run(lab.Settings())):
        targets.append(HERE / "images" / f"lab-{chart.name}.svg")
        targets[-1].write_text(lab.svg(chart), encoding="utf-8")
    return targets


if __name__ == "__main__":
    print(picture("optimal-policy"), *plots(), sep="\n")
