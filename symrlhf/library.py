"""Finding derivations: names, titles and numeric functions are read from source, without importing it."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from symrlhf.errors import SymrlhfError, UnknownName, unknown_name
from symrlhf.page import read_chapter

if TYPE_CHECKING:
    from symrlhf.authoring import Derivation

PACKAGE = "symrlhf.derivations"
DECLARES = frozenset({"numeric", "driven", "choice"})
"""What declares a numeric function beside a derivation."""


@dataclass(frozen=True)
class Entry:
    """A derivation as its source announces it."""

    name: str
    title: str
    catalog: tuple[str, ...]
    tier: int
    chapter: str
    module: str
    attribute: str


@dataclass(frozen=True)
class Chapter:
    """A file of derivations: its title, its derivations in order, the numeric functions declared beside them."""

    title: str
    module: str
    entries: tuple[Entry, ...]
    functions: tuple[str, ...]


@cache
def chapters() -> tuple[Chapter, ...]:
    """Every chapter of the library, in the order of the catalogue."""
    found = (
        _chapter(Path(str(path)).stem, path.read_text(encoding="utf-8"))
        for path in files(PACKAGE).iterdir()
        if path.name.endswith(".py") and not path.name.startswith("_")
    )
    return tuple(sorted((c for c in found if c.entries or c.functions), key=_order))


def catalogue() -> tuple[Entry, ...]:
    """Every derivation, by chapter and tier."""
    return tuple(e for c in chapters() for e in c.entries)


def numeric_functions() -> dict[str, str]:
    """The numeric functions declared beside the derivations: name to module."""
    return {f: c.module for c in chapters() for f in c.functions}


def load(name: str | Path) -> Derivation:
    """The derivation called `name`, or the one of a file: `mine.py`, or `mine.py:its-name` if it holds several."""
    path, _, wanted = str(name).partition(":")
    if path.endswith(".py"):
        found = load_file(path)
        if wanted:
            by_name = {d.name: d for d in found}
            if wanted not in by_name:
                raise unknown_name("derivation", wanted, by_name)
            return by_name[wanted]
        if len(found) != 1:
            raise UnknownName(f"{path} holds {', '.join(d.name for d in found)}; write {path}:{found[0].name}")
        return found[0]
    entries = {e.name: e for e in catalogue()}
    entry = entries.get(path.replace("_", "-"))
    if entry is None:
        raise unknown_name("derivation", path, entries)
    return getattr(importlib.import_module(f"{PACKAGE}.{entry.module}"), entry.attribute)


def load_file(path: str | Path) -> tuple[Derivation, ...]:
    """The derivations of a user's own file, in order."""
    # Naming derivations needs no kernel, proving them does.
    from symrlhf.authoring import Derivation

    source = Path(path)
    if not source.is_file():
        raise SymrlhfError(f"there is no file {source}")
    module = _import_file(source.resolve())
    found = tuple(v for v in vars(module).values() if isinstance(v, Derivation) and v.__module__ == module.__name__)
    if not found:
        raise SymrlhfError(f"{source} holds no derivation: decorate a generator function with @derivation(...)")
    return found


def load_all() -> Iterator[Derivation]:
    """Every derivation of the library, in the order of the catalogue."""
    for entry in catalogue():
        yield load(entry.name)


def _import_file(path: Path) -> ModuleType:
    name = f"symrlhf_user_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise SymrlhfError(f"{path} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    # Registered before it runs: a derivation finds its chapter's docstring through sys.modules.
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _chapter(module: str, source: str) -> Chapter:
    tree = ast.parse(source)
    title = read_chapter(ast.get_docstring(tree) or module).title
    entries: list[Entry] = []
    functions: list[str] = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            entries += _entry(node, title, module)
        elif isinstance(node, ast.Assign) and _called(node.value) in DECLARES:
            functions += [t.id for t in node.targets if isinstance(t, ast.Name) and not t.id.startswith("_")]
    return Chapter(title, module, tuple(entries), tuple(functions))


def _entry(node: ast.FunctionDef, chapter: str, module: str) -> Iterator[Entry]:
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and _called(decorator) == "derivation":
            title = ast.literal_eval(decorator.args[0])
            options = {k.arg: ast.literal_eval(k.value) for k in decorator.keywords}
            ids = tuple(options.get("catalog", "").split())
            yield Entry(node.name.replace("_", "-"), title, ids, options.get("tier", 0), chapter, module, node.name)


def _called(node: ast.expr) -> str:
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""


def _order(chapter: Chapter) -> tuple[tuple[str, int], str]:
    ids = [(i[:1], int(i[1:])) for e in chapter.entries for i in e.catalog if i[1:].isdigit()]
    return min(ids, default=("~", 0)), chapter.title
