"""What is kept of a function between processes: with it, a call needs no SymPy and no proof.

One file in the user's cache for each function holds what SymPy was needed for: the trees of the theorem, their
derivatives and error estimates, the printed code. Its name contains everything that these depend on.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symrlhf.compile.tree import Node, in_order
from symrlhf.files import replace_file, user_folder

if TYPE_CHECKING:
    from symrlhf.compile.code import Kernel

# ------------------------------------------------------------------ trees as text

Plain = Any
"""What JSON can hold."""


def written(roots: Iterable[Node]) -> Plain:
    """The trees as a table of their nodes, and where the roots stand in it."""
    roots = tuple(roots)
    place: dict[Node, int] = {}
    table: list[Plain] = []
    for node in in_order(roots):
        value = node.value
        text = f"{value.numerator}/{value.denominator}" if isinstance(value, Fraction) else value
        table.append([node.op, [place[a] for a in node.args], text, node.row])
        place[node] = len(place)
    return [table, [place[r] for r in roots]]


def read(text: Plain) -> tuple[Node, ...]:
    """The trees of such a table."""
    nodes: list[Node] = []
    for op, args, value, row in text[0]:
        nodes.append(Node(op, tuple(nodes[i] for i in args), Fraction(value) if op == "number" else value, row))
    return tuple(nodes[i] for i in text[1])


# ------------------------------------------------------------------ the file


@cache
def engine() -> str:
    """What generated code depends on: every source file of the package, the versions below it."""
    import symrlhf

    files = [f for folder in symrlhf.__path__ for part in ("", "derivations") for f in _sources(Path(folder) / part)]
    for library in ("numpy", "sympy"):
        spec = importlib.util.find_spec(library)
        files += [Path(spec.origin)] if spec and spec.origin else []
    stamps = sorted({f"{f} {s.st_size} {s.st_mtime_ns}" for f in files for s in [f.stat()]})
    return hashlib.sha256("\n".join([sys.version, *stamps]).encode()).hexdigest()[:20]


def _sources(folder: Path) -> Iterable[Path]:
    """The package's own sources: of the folder that holds them, not of what stands beside it in a checkout."""
    if folder.name == "derivations":
        return folder.glob("*.py")
    return folder.rglob("*.py") if (folder / "term.py").is_file() else ()


MONTH = 30 * 24 * 3600


class Memory:
    """What is kept of one function; nothing without a name, or where there is no folder for it."""

    def __init__(self, name: str = ""):
        folder = user_folder() if name else None
        self.name, self.path = name, None if folder is None else folder / f"{name}_{engine()}.json"
        self.kept: dict[str, Plain] = {}
        if self.path is not None and self.path.is_file():
            try:
                self.kept = json.loads(self.path.read_text(encoding="utf-8"))
            except (OSError, ValueError):  # being written, or spoiled: as if it were not there
                self.kept = {}

    def get(self, key: str) -> Plain:
        """What was kept under the key, or None."""
        return self.kept.get(key)

    def keep(self, key: str, value: Plain) -> None:
        """Keep it, for other processes too."""
        if self.path is None:
            return
        self.kept[key] = value
        try:
            if not self.path.exists():
                self._tidy(self.path.parent)
            replace_file(self.path, json.dumps(self.kept).encode())
        except OSError:  # a full or read-only disk: the next process computes it again
            self.path = None

    def _tidy(self, folder: Path) -> None:
        """Without what earlier versions kept of this function."""
        for file in folder.glob(f"{self.name}_*.json"):
            if (
                re.fullmatch(rf"{self.name}_[0-9a-f]{{20}}\.json", file.name)
                and file.stat().st_mtime < time.time() - MONTH
            ):
                file.unlink(missing_ok=True)

    def trees(self, what: str, of: Sequence[Node], compute: Callable[[], tuple[Node, ...]]) -> tuple[Node, ...]:
        """Trees that are computed from others, once."""
        if self.path is None:
            return compute()
        key = f"{what} {_digest(written(of))}"
        if (kept := self.get(key)) is not None:
            return read(kept)
        found = compute()
        self.keep(key, written(found))
        return found

    def kernel(self, name: str, arguments: Sequence[str], trees: Sequence[Node]) -> Kernel:
        """The code of the trees, printed once."""
        key = "" if self.path is None else f"code {_digest([name, list(arguments), written(trees)])}"
        if key and (source := self.get(key)) is not None:
            from symrlhf.compile.code import Kernel

            return Kernel.from_source(name, arguments, source)
        from symrlhf.compile.lambdify import compile_tree

        kernel = compile_tree(name, arguments, trees)
        if key:
            self.keep(key, kernel.source)
        return kernel


def _digest(value: Plain) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:24]


NOTHING = Memory()
"""For functions that are not the library's own."""
