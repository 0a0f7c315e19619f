"""The lab: where its policies end, what its charts show, and that seeds decide everything."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from blocks import CONSOLE, rerun
from numpy.typing import NDArray

from symrlhf import lab
from symrlhf.cli import main
from symrlhf.functions import gae, kl_shaped_rewards
from symrlhf.lab.chart import Series, chart
from symrlhf.lab.frontier import Point
from symrlhf.lab.hacking import BEST, BETAS, LENGTHS, hack
from symrlhf.lab.settings import exact
from symrlhf.lab.world import World, make_world

SMALL = lab.Settings(vocabulary=3, batches=100, beta=1.0, sweep=(2.0,))
QUICK = replace(SMALL, batches=10)
DOCS = Path(__file__).parent.parent / "docs"

run = cache(lab.run)


def law(world: World) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """By hand: the log-probabilities of those who write, and the reward with mean 0 under them."""
    rows = world.habits - np.log(np.exp(world.habits).sum(axis=-1, keepdims=True))
    tokens = [rows[:, world.prefixes[:, t], world.tokens[:, t]] for t in range(world.tokens.shape[-1])]
    log_ref = np.sum(tokens, axis=0)
    return log_ref, world.reward - np.sum(np.exp(log_ref) * world.reward, axis=-1, keepdims=True)


# ------------------------------------------------------------------ what is learned


def test_every_stage_of_a_small_exact_world_arrives() -> None:
    found = run(SMALL)
    assert found.imitation < 1e-6
    assert found.reward_error < 1e-5
    assert found.distances[0] > 0.1 > 1e-6 > found.distances[-1]
    assert found.direct_distances[0] > 0.1 > 1e-6 > found.direct_distances[-1]
    assert found.truth_distance == pytest.approx(found.distances[-1], abs=1e-6)
    assert found.value - found.objective == pytest.approx(found.gap, abs=1e-12)
    log_ref, reward = law(found.world)
    tilted = np.exp(log_ref + reward)
    star = tilted / tilted.sum(axis=-1, keepdims=True)
    assert found.value == pytest.approx(np.log(tilted.sum(axis=-1)).mean(), abs=1e-6)
    assert found.swept[1.0].reward == pytest.approx(np.sum(star * reward, axis=-1).mean(), abs=1e-6)


def test_samples_lead_near_the_optimum_of_what_was_learned_from_them() -> None:
    found = run(replace(SMALL, sampled=True, sweep=()))
    assert 1e-4 < found.imitation < 0.1
    assert 1e-3 < found.reward_error < 1
    assert found.distances[-1] < 0.02
    assert found.direct_distances[-1] < 1e-4
    assert found.truth_distance > found.distances[-1]


def test_at_the_optimum_every_sample_has_advantage_0() -> None:
    """Why samples are no hindrance: with the values β log Z of the prefixes, no token at π* is better than another."""
    world, beta = make_world(np.random.default_rng(5), 1, 3, 2), 0.5
    log_ref = world.logps(world.habits)
    tilted = np.exp(log_ref.sum(axis=-1) + world.reward / beta)
    after = tilted.reshape(3, 3).sum(axis=-1)[world.tokens[:, 0]]  # what goes on from the first token
    logps = np.stack([np.log(after / tilted.sum()), np.log(tilted[0] / after)], axis=-1)[np.newaxis]
    values = beta * np.stack([np.full(9, np.log(tilted.sum())), np.log(after) - log_ref[0, :, 0]], axis=-1)[np.newaxis]
    advantages, _ = gae(kl_shaped_rewards(logps - log_ref, world.reward, beta=beta), values)
    assert np.abs(advantages).max() < 1e-12
    elsewhere, _ = gae(kl_shaped_rewards(log_ref - log_ref, world.reward, beta=beta), values)
    assert np.abs(elsewhere).max() > 0.1


def test_no_policy_lies_above_the_frontier() -> None:
    """Weak duality: the reward of a policy at divergence κ is at most β log Z(β) + β κ, for every β."""
    found = run(SMALL)
    log_ref, reward = law(found.world)
    betas = np.geomspace(0.02, 50, 400)
    tilts = np.exp(log_ref + reward / betas[:, np.newaxis, np.newaxis])
    values = betas * np.log(tilts.sum(axis=-1)).mean(axis=-1)

    def room(point: Point) -> float:
        return float(np.min(values + betas * point.kl)) - point.reward

    below = [room(p) for p in (*found.path, *found.swept.values(), *found.best_of.values())]
    assert min(below) > -1e-6
    assert max(below) > 0.005, "whoever is on the way is not on the frontier"
    assert max(abs(room(p)) for p in found.frontier[5:-5]) < 1e-3


def test_a_reward_that_is_wrong_off_the_data_is_hacked() -> None:
    h = hack(exact, 1, 200)
    where_data_are = np.exp(h.log_ref) > 0.01
    assert np.all(np.diff(h.model[where_data_are]) > 0) and np.all(np.diff(h.true[where_data_are]) > 0)
    assert np.exp(h.log_ref)[LENGTHS > BEST].sum() < 1e-3
    assert np.all(np.diff(h.model_reward) >= -1e-9), "the model's reward rises as β falls"
    assert 0 < h.best < len(BETAS) - 1, "the true reward rises, then falls"
    assert h.true_reward[h.best] > h.true_reward[0] + 0.5
    assert h.true_reward[-1] < h.true_reward[0] - 5


def test_the_seed_decides_everything() -> None:
    quick = replace(QUICK, sampled=True)
    first, again, other = lab.run(quick), lab.run(quick), lab.run(replace(quick, seed=1))
    assert lab.as_dict(first) == lab.as_dict(again)
    assert first.distances != other.distances


@pytest.mark.slow
@pytest.mark.parametrize(("sampled", "most"), [(False, 1e-6), (True, 0.02)])
def test_with_the_defaults_ppo_lands_at_the_optimum(sampled: bool, most: float) -> None:
    found = lab.run(lab.Settings(sampled=sampled))
    assert found.distances[-1] < most
    assert found.direct_distances[-1] < most


# ------------------------------------------------------------------ charts


def test_an_svg_holds_its_series_within_its_frame() -> None:
    for drawn in lab.charts(run(QUICK)):
        root = ElementTree.fromstring(lab.svg(drawn))
        *_, width, height = map(float, root.attrib["viewBox"].split())
        curves = [p.attrib["d"] for p in root.iter("{http://www.w3.org/2000/svg}path") if "L" in p.attrib["d"]]
        assert len(curves) == sum(s.draw == "curve" for s in drawn.series)
        for curve in curves:
            places = [tuple(map(float, xy.split())) for xy in curve[1:].split("L")]
            assert all(0 <= x <= width and 0 <= y <= height for x, y in places)
        said = [t.text for t in root.iter("{http://www.w3.org/2000/svg}text")]
        assert {drawn.title, drawn.x.title, drawn.y.title, *(s.name for s in drawn.series)} <= set(said)


def test_a_terminal_chart_is_word_for_word_this() -> None:
    drawn = chart("line", "A line", "x", "y", [Series("up", ((0, 0), (10, 10))), Series("at", ((5, 0),), "points")])
    lines = lab.terminal(drawn, 31).splitlines()
    assert lines[:3] == ["A line", "y", "      10 ┤                    •"]
    assert lines[17] == "       0 ┤•         +"
    assert lines[18:] == [
        "         └─────────────────────",
        "          0   2   4   6   8  10",
        "               x",
        "• up   + at",
    ]


@pytest.mark.parametrize(
    ("values", "log", "ticks"),
    [
        ((0.0, 2.7), False, (0, 0.5, 1, 1.5, 2, 2.5)),
        ((-5.0, 11.7), False, (-5, 0, 5, 10)),
        ((3e-4, 0.5), True, (1e-3, 1e-2, 1e-1)),
    ],
)
def test_ticks_are_round(values: tuple[float, float], log: bool, ticks: tuple[float, ...]) -> None:
    drawn = chart("t", "t", "x", "y", [Series("s", tuple((1.0 + v * 0, v) for v in values))], log_y=log)
    inside = [t for t in drawn.y.ticks if min(values) <= t <= max(values)]
    assert inside == pytest.approx(ticks)


# ------------------------------------------------------------------ the command


def test_the_command_writes_plots_and_says_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lab", "--batches", "10", "-o", str(tmp_path / "plots")]) == 0
    out, err = capsys.readouterr()
    written = [line for line in out.splitlines() if line.endswith(".svg")]
    assert [Path(w).name for w in written] == ["convergence.svg", "frontier.svg", "hacking.svg"]
    assert all(Path(w).read_text(encoding="utf-8").startswith("<svg") for w in written)
    assert err == ""


def test_the_command_shows_plots_or_json(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "72")
    assert main(["lab", "--batches", "10"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert sum("└" in line for line in shown) == 3
    assert max(len(line) for line in shown if "│" in line or "┤" in line) <= 72
    assert main(["lab", "--batches", "10", "--seed", "3", "--sampled", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["settings"] | {"seed": 3, "sampled": True, "batches": 10} == data["settings"]
    assert len(data["ppo"]["total_variation"]) == len(data["dpo"]["total_variation"]) == 11


@pytest.mark.parametrize("argv", [("--seed", "-1"), ("--beta", "0"), ("--batches", "1")])
def test_settings_out_of_range_are_misuse(argv: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lab", *argv]) == 2
    assert "expected" in capsys.readouterr().err


# ------------------------------------------------------------------ the tutorial


@pytest.mark.slow
def test_the_tutorial_shows_what_the_program_prints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.chdir(tmp_path)
    tutorial = DOCS / "lab.md"
    text = tutorial.read_text(encoding="utf-8")
    assert CONSOLE.search(text)
    new = rerun(text)
    if request.config.getoption("--update-golden"):
        tutorial.write_text(new, encoding="utf-8")
    assert new == tutorial.read_text(encoding="utf-8")


def test_the_tutorials_pictures_exist() -> None:
    shown = re.findall(r"!\[[^]]+\]\(([^)]+)\)", (DOCS / "lab.md").read_text(encoding="utf-8"))
    assert len(shown) == 3
    for target in shown:
        ElementTree.parse(DOCS / target)
