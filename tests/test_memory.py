"""What one process keeps serves the next: the same results and errors, without SymPy."""

import json
import os
import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from symrlhf import functions
from symrlhf.compile import NumericFunction
from symrlhf.compile.function import FRONT, Recalled
from symrlhf.compile.memory import Memory, engine, read, written
from symrlhf.compile.tree import entry, exp, make, number, total

ROOT = Path(__file__).parent.parent

CALLS = """
import sys
import numpy as np
from symrlhf import functions as f
w, l = np.linspace(-3, 2, 7), np.linspace(4, -5, 7)
p, q = np.log([0.1, 0.2, 0.7]), np.log([0.3, 0.3, 0.4])
print(f.rm_loss(2.0, -1.0), f.rm_loss.value_and_grad(w, l, margin=0.5, label_smoothing=0.1), f.rm_loss.hess(w, l))
print(f.dpo_loss.grad(-746.0, -1.0, -0.5, -1.0, 1e3), f.kto_pair_loss.value_and_grad(-1.0, -2.0, -1.5, -1.0))
print(f.kl(p, q), f.kl_from_logits.grad(p + 1, q))
print(f.kl_optimal_policy(w[:3], q, 0.5), f.kl_objective(p, w[:3], q, 0.1))
z = np.array([0.3, -800.0, 744.5])
print(f.sigmoid(z), f.softplus(z), f.logit(np.array([0.25, 1e-300])), f.log1mexp(-np.abs(z)), f.logsumexp(z))
print(f.k_estimators(np.array([0.0, 1e-5, -3.0])), f.rm_loss.__signature__)
heavy = {"sympy", "mpmath", "symrlhf.derivations.reward_model", "symrlhf.kernel.decide"}
loaded = heavy & sys.modules.keys()
try:
    f.rm_loss(w, l[:3])
except ValueError as error:
    print(error)
print(f.rm_loss.theorem.statement.relation, f.rm_loss.accuracy, f.rm_loss.source)
print(sorted(loaded), file=sys.stderr)
"""


def _process(cache: Path) -> tuple[str, str]:
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache), "LOCALAPPDATA": str(cache), "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", CALLS], capture_output=True, text=True, env=environment, check=True)
    return done.stdout, done.stderr.splitlines()[-1]


def test_what_one_process_keeps_serves_the_next(tmp_path: Path) -> None:
    """The second prints what the first did and needs no SymPy.

    A spoiled file is as if it were not there, and where nothing can be written nothing is kept.
    """
    first, second = _process(tmp_path), _process(tmp_path)
    assert second[0] == first[0]
    assert "sympy" in first[1]
    assert second[1] == "[]"
    for file in (tmp_path / "symrlhf").glob("*.json"):
        file.write_text(file.read_text()[:-20])
    assert _process(tmp_path) == first
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    assert _process(blocked)[0] == first[0]
    assert blocked.read_text() == "not a folder"


def test_a_tree_is_read_as_it_was_written() -> None:
    a, b, u = entry("a"), entry("b"), entry("u", row=True)
    shared = exp(a - b) / number(3)
    roots = (shared + shared * 2, total(exp(u) * a), make("select", a, b, number(1), shared))
    text = json.loads(json.dumps(written(roots)))
    assert read(text) == roots
    assert all(x.row == y.row for x, y in zip(read(text), roots, strict=True))


@pytest.fixture
def recalled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recalled:
    """rm_loss, as kept by a call of it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    declared = functions.named("rm_loss")
    fresh = NumericFunction(replace(declared.declaration, name="rm_loss"))
    fresh.memory = Memory("rm_loss")
    fresh(2.0, -1.0)
    return Recalled("rm_loss", Memory("rm_loss"), lambda: declared)


def test_a_recalled_function_knows_its_declaration(recalled: Recalled) -> None:
    declared = recalled.declared()
    assert recalled(2.0, -1.0) == declared(2.0, -1.0)
    assert recalled.theorem is declared.theorem
    assert recalled.__signature__ == declared.__signature__
    assert recalled.options == declared.options and recalled.differentiable == declared.differentiable
    assert pickle.loads(pickle.dumps(recalled)) is declared
    with pytest.raises(TypeError, match="rm_loss: missing a required argument: 'r_l'"):
        recalled(1.0)


def test_an_option_that_no_process_used_before_is_computed(recalled: Recalled) -> None:
    declared = recalled.declared()
    w, l = np.array([0.5, 2.0]), np.array([0.25, -1.0])  # noqa: E741
    assert recalled(w, l, margin=0.3, center=0.01) == declared(w, l, margin=0.3, center=0.01)


def test_the_file_is_named_after_all_that_it_depends_on(recalled: Recalled, monkeypatch: pytest.MonkeyPatch) -> None:
    path = recalled.memory.path
    assert path is not None and path.name == f"rm_loss_{engine()}.json"
    assert Memory("rm_loss").get(FRONT) == recalled.memory.get(FRONT)
    monkeypatch.setattr("symrlhf.compile.memory.engine", lambda: "0" * 20)
    assert Memory("rm_loss").get(FRONT) is None


def test_what_was_kept_long_ago_by_another_version_is_removed(recalled: Recalled) -> None:
    path = recalled.memory.path
    assert path is not None
    old, other = path.with_name(f"rm_loss_{'1' * 20}.json"), path.with_name(f"rm_loss_features_{'1' * 20}.json")
    for file in (old, other):
        file.write_text("{}")
        os.utime(file, (0, 0))
    path.unlink()
    recalled.memory.keep("x", 1)
    assert not old.exists() and other.exists() and path.exists()
