"""Prover and refuter share no code beyond the tree, the symbol table and statements.

What the refuter is handed is data: statements, and proposals from the prover (solved forms, obligations) that it
checks or that only narrow where a counterexample counts. The modules that hear both sides are named.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

import symrlhf

ROOT = Path(symrlhf.__file__).parent
PROVER = ("bounds", "cell", "facts", "follow", "growth", "instance", "linear", "normal", "signs", "solve", "sums")
"""Where proofs are found and checked; `rules` and its like make theorems of them."""
SHARED = {"errors", "lazy", "rational", "term", "setting", "notation", "kernel.statement"}
"""What both may know: the tree and its numbers, what symbols mean, how notations are defined, the words for a claim.

That the numbers are those of the standard library's `Fraction` is tested for every operation (`test_rational`).
"""


@cache
def imports(module: str) -> frozenset[str]:
    """The modules of the package that a module imports, wherever it does."""
    path = ROOT / (module.replace(".", "/") + ".py")
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "symrlhf":
            base = (node.module or "").removeprefix("symrlhf").lstrip(".")
            inner = {f"{base}.{a.name}".lstrip(".") for a in node.names}
            modules = {m for m in inner if (ROOT / (m.replace(".", "/") + ".py")).exists()}
            found |= modules or {base}
        elif isinstance(node, ast.Import):
            found |= {a.name.removeprefix("symrlhf.") for a in node.names if a.name.startswith("symrlhf")}
    return frozenset(found)


def reached(module: str) -> set[str]:
    """All that importing a module brings along, but the documented convenience imports of the tree."""
    seen: set[str] = set()
    todo = [module]
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += sorted(imports(name)) if name not in SHARED else []
    return seen


REFUTER = {m for m in reached("kernel.refute") if m.startswith("kernel.")} - SHARED


@pytest.mark.parametrize("module", PROVER)
def test_prover_and_refuter_share_only_the_tree_and_what_symbols_mean(module: str) -> None:
    assert reached(f"kernel.{module}") & reached("kernel.refute") <= SHARED


def test_only_rules_and_verdicts_hear_both() -> None:
    """Witnesses and roundings are evaluated where theorems are made; every other meeting is a verdict."""
    modules = {f"kernel.{p.stem}" for p in (ROOT / "kernel").glob("*.py")} - REFUTER - {"kernel.__init__"}
    assert {m for m in modules if imports(m) & REFUTER} == {
        f"kernel.{m}" for m in ("theorem", "rules", "decide", "cross")
    }


def test_the_check_sees_an_import() -> None:
    assert {"kernel.normal", "kernel.refute", "setting"} <= imports("kernel.rules") | imports("kernel.theorem")
    assert "kernel.poly" in reached("kernel.follow")
    assert {"kernel.ball", "kernel.evaluate", "kernel.sample"} <= REFUTER
