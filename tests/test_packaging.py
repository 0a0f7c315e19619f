"""The package as a whole: what importing it loads, what it offers, and the arrows between its modules."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest
from conftest import ROOT, Golden

import symrlhf

PACKAGE = ROOT / "symrlhf"
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SOURCES = sorted(
    path
    for folder in ("symrlhf", "derivations", "tests", "benchmarks", ".ci")
    for path in (ROOT / folder).rglob("*.py")
)
PUBLIC_NAMES = [(module, name) for module, names in symrlhf.PUBLIC.items() for name in names]


def run_python(*arguments: str) -> str:
    command = [sys.executable, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8").stdout


def test_import_symrlhf_loads_only_the_standard_library() -> None:
    code = "import sys; before = set(sys.modules); import symrlhf; print(*set(sys.modules) - before)"
    loaded = run_python("-c", code).split()
    assert "symrlhf" in loaded
    assert {name for name in loaded if name.split(".")[0] not in sys.stdlib_module_names} == {"symrlhf"}


@pytest.mark.parametrize(("module", "name"), PUBLIC_NAMES, ids=[name for _, name in PUBLIC_NAMES])
def test_a_public_name_is_what_its_module_defines(module: str, name: str) -> None:
    assert getattr(symrlhf, name) is getattr(import_module(f"symrlhf.{module}"), name)
    assert name in dir(symrlhf)


@pytest.mark.parametrize("module", symrlhf.PUBLIC_MODULES)
def test_a_public_module_is_an_attribute_of_the_package(module: str) -> None:
    run_python("-c", f"import symrlhf; assert symrlhf.{module}.__name__ == 'symrlhf.{module}'")


def test_an_unknown_name_is_an_attribute_error_that_names_the_nearest() -> None:
    with pytest.raises(AttributeError, match="no name 'SymrlhfEror'") as caught:
        _ = symrlhf.SymrlhfEror  # pyright: ignore[reportAttributeAccessIssue]
    assert (caught.value.name, caught.value.obj) == ("SymrlhfEror", symrlhf)


def test_no_name_is_public_twice() -> None:
    assert len(set(symrlhf.__all__)) == len(symrlhf.__all__)


def test_the_stub_lists_the_public_names(golden: Golden) -> None:
    lines = ["# Written by pytest --update-golden from the table in __init__.py.", "# ruff: noqa: I001", ""]
    lines += [f"from symrlhf import {module} as {module}" for module in symrlhf.PUBLIC_MODULES]
    lines += [f"from symrlhf.{module} import {name} as {name}" for module, name in PUBLIC_NAMES]
    lines += ["", "__version__: str", "__all__: list[str]"]
    lines += ["PUBLIC: dict[str, list[str]]", "PUBLIC_MODULES: list[str]"]
    golden(PACKAGE / "__init__.pyi", "\n".join(lines) + "\n")


def offered_names(package: Path) -> set[str]:
    """The names that a package's __init__.py defines or imports, apart from its own modules."""
    names: set[str] = set()
    for node in ast.parse(package.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.ImportFrom):
            origin = ROOT / (node.module or "").replace(".", "/")
            names |= {
                alias.asname or alias.name
                for alias in node.names
                if not (origin / f"{alias.name}.py").exists() and not (origin / alias.name).is_dir()
            }
    return names


def test_no_module_has_the_name_of_a_public_function() -> None:
    modules = {path.parent.name if path.stem == "__init__" else path.stem for path in PACKAGE.rglob("*.py")}
    assert modules & {name for _, name in PUBLIC_NAMES} == set()


@pytest.mark.parametrize("package", [*PACKAGE.rglob("__init__.py")], ids=lambda path: path.parent.name)
def test_no_package_offers_a_name_that_hides_one_of_its_modules(package: Path) -> None:
    modules = {p.stem for p in package.parent.glob("*.py")} | {p.name for p in package.parent.iterdir() if p.is_dir()}
    assert modules & offered_names(package) == set()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_package_is_imported_by_its_own_name(path: Path) -> None:
    imported: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            imported |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    assert not {name for name in imported if re.match(r"(derivations|templates|symrlhf\.symrlhf)\b", name)}


def test_every_module_has_its_place_among_the_arrows() -> None:
    contract = next(c for c in PYPROJECT["tool"]["importlinter"]["contracts"] if c["type"] == "layers")
    placed = {name for layer in contract["layers"] for name in re.findall(r"\w+", layer)}
    modules = {path.stem for path in PACKAGE.glob("*.py")}
    packages = {path.name for path in PACKAGE.iterdir() if path.is_dir() and any(path.glob("*.py"))}
    assert (modules | packages) - {"__init__"} <= placed


def test_the_version_is_the_same_everywhere() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"\nversion: {symrlhf.__version__}\n" in citation
    assert f"\n## {symrlhf.__version__} " in changelog


@pytest.mark.parametrize("name", ["print", "test"])
def test_the_readme_has_its_two_commands(name: str) -> None:
    command = run_python(str(ROOT / ".ci" / "readme_commands.py"), name)
    assert command.startswith("python3 -m venv .venv && ")
