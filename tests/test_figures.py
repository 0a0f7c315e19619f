"""Figures: values of the proven functions, drawn alike in every format."""

from __future__ import annotations

import math
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from printed import bradley_terry

from symrlhf import Lines, Real, derivation, figures, render
from symrlhf.functions import names
from symrlhf.library import catalogue, load
from symrlhf.page import Axis, Curve, Figure, Panel
from symrlhf.render import engines
from symrlhf.render.formats import TARGETS, environment
from symrlhf.write import curves
from symrlhf.write.drawing import AXIS, HEIGHT, LEFT, TOP, UP, WIDTH, drawing
from symrlhf.write.graph import MARGIN, graph

BESIDE = sorted(figures.BESIDE)
"""The derivations that have a figure."""


@cache
def drawn(beside: str) -> Figure:
    (figure,) = figures.figures([load(beside)])[beside]
    return figure


def value(curve: Curve, x: float) -> float:
    """Between the points of a curve."""
    for (a, b), (c, d) in pairwise(curve.points):
        if a <= x <= c:
            return b + (d - b) * (x - a) / (c - a)
    raise AssertionError(f"{x} is outside the curve")


@pytest.mark.parametrize("beside", BESIDE)
def test_a_figure_belongs_to_a_derivation_names_its_functions_and_stands_inside_its_drawing(beside: str) -> None:
    assert beside in {entry.name for entry in catalogue()}
    figure = drawn(beside)
    assert set(figure.functions) <= {*names()}
    for panel in figure.panels:
        made = drawing(panel)
        places = [p for s in made.strokes for p in s.points] + [(t.x, t.y) for t in made.labels] + [*made.dots]
        assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in places)
        styles = [c.style for c in panel.curves]
        assert len(set(styles)) == len(styles)


def test_values_are_those_of_the_textbook() -> None:
    ((loss, weight),) = (p.curves for p in drawn("reward-model-gradient").panels)
    for z in (-4.0, 0.0, 2.5):
        assert value(loss, z) == pytest.approx(math.log1p(math.exp(-z)), abs=1e-3)
        assert value(weight, z) == pytest.approx(1 / (1 + math.exp(z)), abs=1e-3)
    for panel, advantage in zip(drawn("clipped-surrogate").panels, (1, -1), strict=True):
        _, clipped = panel.curves
        for rho in (0.5, 0.8, 1.0, 1.2, 1.5):
            kept = min(max(rho, 0.8), 1.2)
            assert value(clipped, rho) == pytest.approx(min(rho * advantage, kept * advantage), abs=1e-12)
    one, two, three = drawn("estimators").panels[0].curves
    for ell in (-2.0, 0.0, 1.0):
        assert [value(c, ell) for c in (one, two, three)] == pytest.approx(
            [ell, ell**2 / 2, math.exp(-ell) - 1 + ell], abs=2e-3
        )


def test_the_slope_of_the_frontier_is_beta() -> None:
    (panel,) = drawn("mean-reward-slope").panels
    points = panel.curves[0].points
    for k, e, label, _ in panel.dots:
        beta = float(str(label[0]).split("= ")[1])
        (a, b), (c, d) = min(pairwise(points), key=lambda s: abs((s[0][0] + s[1][0]) / 2 - k))
        assert (d - b) / (c - a) == pytest.approx(beta, rel=0.1)
        assert e == pytest.approx(b, abs=0.1)


def test_the_optimum_goes_from_the_best_response_to_the_reference() -> None:
    policy, attained = drawn("divergence-slope").panels
    assert [c.points[0][1] for c in policy.curves] == pytest.approx([1, 0, 0, 0], abs=1e-3)
    assert [c.points[-1][1] for c in policy.curves] == pytest.approx([0.1, 0.2, 0.3, 0.4], abs=0.02)
    reward, divergence, worth = attained.curves
    for (beta, e), (_, k), (_, j) in zip(reward.points, divergence.points, worth.points, strict=True):
        assert j == pytest.approx(e - beta * k, abs=1e-12)


def test_the_hinge_stops_at_its_kink() -> None:
    _, slopes = drawn("margin-slopes").panels
    hinge = slopes.curves[1]
    assert (value(hinge, 0.99), value(hinge, 1.01)) == (-1, 0)


def test_styles_are_told_apart_without_colour() -> None:
    dashes = [style.dash for style in curves.STYLES]
    assert len(set(dashes)) == len(dashes)


def sample(*points: tuple[float, float]) -> Panel:
    axis = Axis(("z",), 0, 4, ((0, "0"),))
    return Panel((), axis, replace(axis, high=2), (Curve(points, ("π(y)",), 1),), ((1, 1, ("kink",), "above"),))


def test_a_curve_is_cut_where_it_leaves_the_axes() -> None:
    strokes = [s for s in drawing(sample((0, 1), (2, 5), (4, 1))).strokes if s.style != AXIS]
    assert [[y for _, y in s.points] for s in strokes] == [[TOP + UP / 2, TOP], [TOP, TOP + UP / 2]]
    assert drawing(sample((0, 0), (4, 2))).strokes[-1].points == ((LEFT, TOP + UP), (LEFT + 54, TOP))


def test_a_logarithmic_axis_has_equal_room_for_equal_factors() -> None:
    axis = Axis(("β",), 0.1, 10, ((0.1, "0.1"), (1, "1"), (10, "10")), logarithmic=True)
    labels = drawing(replace(sample((0.1, 1), (10, 1)), across=axis)).labels
    assert [t.x - LEFT for t in labels if t.text in (("1",), ("10",))] == pytest.approx([27, 54])


def test_what_rests_on_what_is_drawn_from_left_to_right_and_curves_pass_between_names() -> None:
    edges = [("a", "b"), ("b", "c"), ("a", "c"), ("d", "c")]
    made = graph(edges)
    places = {str(label.text[0]): (label.x, label.y) for label in made.labels}
    assert set(places) == {"a", "b", "c", "d"}
    assert all(places[source][0] < places[user][0] for source, user in edges)
    starts = {(x, y) for x, y in (s.points[-1] for s in made.strokes)}
    assert (places["c"][0] - MARGIN, places["c"][1]) in starts
    middle = [s for s in made.strokes if s.points[0][0] == places["b"][0] - MARGIN]
    assert len(middle) == 2 and all(s.points[0][1] != places["b"][1] for s in middle)
    assert graph([]).labels == ()


def test_a_drawing_of_what_rests_on_what_stays_on_the_page() -> None:
    paper = (155.0, 222.0)
    small = graph([("a", "b"), ("b", "c")], paper)
    assert small == graph([("a", "b"), ("b", "c")])
    deep = [(f"theorem-{k}", f"theorem-{k + 1}") for k in range(6)] + [
        ("theorem-0", f"corollary-{k}") for k in range(60)
    ]
    assert graph(deep).width > paper[0] and graph(deep).height > paper[1]
    large = graph(deep, paper)
    assert large.turned and large.height < paper[0] + 1e-9 and large.width < paper[1] + 1e-9


def test_a_drawing_too_wide_for_columns_goes_down_the_page() -> None:
    paper = (155.0, 222.0)
    chain = [(f"a-theorem-{k}", f"a-theorem-{k + 1}") for k in range(5)] + [("a-theorem-0", "a-theorem-5")]
    assert graph(chain).width > paper[0]
    down = graph(chain, paper)
    assert not down.turned and down.width == paper[0] and down.height < paper[1]
    heights = {str(label.text[0]): label.y for label in down.labels}
    assert len(heights) == 6 and all(heights[source] < heights[user] for source, user in chain)
    reach = [x for s in down.strokes for x, _ in s.points]
    assert min(reach) >= 0 and max(reach) <= paper[0]


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    figure = Figure("sample", ("A sample of π(y).",), (sample((0, 1), (2, 5), (4, 1)),), ("rm_loss",))
    d = bradley_terry()
    paths = render.write([d], {"tex", "typ", "html", "md"}, tmp_path, figures={d.name: (figure,)})
    return {p.suffix: p.read_text(encoding="utf-8") for p in paths}


def test_every_format_draws_what_the_drawing_has(files: dict[str, str]) -> None:
    page = ET.fromstring(files[".html"].removeprefix("<!DOCTYPE html>\n"))
    assert len([*page.iter("polyline")]) == 5 and len([*page.iter("circle")]) == 1
    panels = next(e for e in page.iter("div") if e.get("class") == "panels")
    assert panels.get("aria-label") == "Curves: π(y) over z from 0 to 4."
    assert files[".typ"].count("place(curve(") == 5 and files[".typ"].count("mm, spot)") == 1
    assert files[".tex"].count("l S\n") == 5 and files[".tex"].count("1 J") == 1
    labels = len([e for e in page.iter("span") if (e.get("class") or "").startswith(("axes ", "curve"))])
    assert labels == files[".typ"].count("  note(") == files[".tex"].count(r"\makebox(0,0)")
    assert r"$\pi(y)$" in files[".tex"] and "<mi>π</mi>" in files[".html"]
    assert "polyline" not in files[".md"]


def test_colours_of_strokes_are_in_the_style_sheet_and_for_dark_pages_too() -> None:
    sheet = environment(TARGETS["html"]).get_template("document.html.j2").render()
    for name in ("axes", *(f"curve{i}" for i in range(len(curves.STYLES)))):
        assert len(re.findall(rf"--{name}: #", sheet)) == 2


@pytest.mark.skipif(engines.advice("typst") is not None, reason="needs the typst wheel")
def test_a_figure_of_typst_compiles(files: dict[str, str]) -> None:
    assert engines.compile_typst(files[".typ"], "sample").startswith(b"%PDF")


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
def test_a_figure_of_latex_compiles_and_its_strokes_reach_the_pdf(files: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "x.tex").write_text(r"\pdfcompresslevel0 " + files[".tex"], encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "x.tex"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)
    assert run.returncode == 0 and "Overfull" not in run.stdout
    assert (tmp_path / "x.pdf").read_bytes().count(b" w [] 0 d ") == 6


def test_a_derivation_shows_its_figure_wherever_it_shows_itself() -> None:
    d = load("estimators")
    for page in (d.html(), d._repr_html_()):
        assert page.count("<figure") == 1 and "polyline" in page
    assert r"Drawn from \texttt{k\_estimators}" in d.latex()
    assert "<figure" not in load("sigmoid-slope")._repr_html_()


def test_a_derivation_of_ones_own_has_no_figure_of_the_library_by_its_name() -> None:
    @derivation("Mine")
    def estimators(a: Real) -> Lines:
        """Twice."""
        yield a + a
        yield 2 * a

    assert figures.figures([estimators]) == {}
    assert "<figure" not in estimators.html()
