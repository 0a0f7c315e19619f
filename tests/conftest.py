"""Options and fixtures of every test: golden files, and sweeps of a stated size."""

import gc
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent

Golden = Callable[[str | Path, str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("symrlhf")
    group.addoption("--update-golden", action="store_true", help="write the golden files anew")
    group.addoption("--slow", action="store_true", help="run the tests marked slow as well")
    group.addoption("--sweep", type=int, default=200, metavar="N", help="cases in each sweep (default 200)")


def pytest_configure(config: pytest.Config) -> None:
    # A subprocess started from any folder imports the same symrlhf as the test that starts it.
    inherited = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), *([inherited] if inherited else [])])
    # Many are started, and none need compile the modules again that another has.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Each worker takes files that lie together, and from the others what is left when it is done.

    Dealt in turn, each file is prepared in every worker, and the last long tests may stand behind one another.
    """
    if config.getoption("dist") != "load":
        return None  # another order was asked for
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log)


def pytest_collection_finish() -> None:
    # The modules and cases live to the end: the collector of garbage need not look through them each time.
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--slow") or "slow" in str(config.getoption("markexpr")):
        return
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.skip(reason="slow: run with --slow or -m slow"))


@pytest.fixture
def sweep(request: pytest.FixtureRequest) -> int:
    """How many cases a sweep tries: bounded, and as many as `--sweep` says."""
    return int(str(request.config.getoption("--sweep")))


@pytest.fixture
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache that begins empty; the user's own is left alone."""
    cache = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    return cache / "symrlhf"


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """`golden("dpo.tex", text)` compares text with tests/golden/dpo.tex; `--update-golden` writes it."""

    def compare(name: str | Path, text: str) -> None:
        path = ROOT / "tests" / "golden" / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        assert path.exists(), f"{path} is missing: write it by pytest --update-golden"
        assert text == path.read_text(encoding="utf-8"), f"{path} differs: pytest --update-golden if meant"

    return compare
