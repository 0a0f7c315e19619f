"""What was printed before is kept in the user's cache, and copied where all it depends on is the same.

An entry is written after every line of it has been proven, under the digest of the sources of the engine, the
derivations and the templates, of the versions they ran with, and of what was asked for. So a copy says no more than
the same command said when it proved the lines. An entry that is not as it was written is passed over.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib import metadata, resources
from importlib.resources.abc import Traversable
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from symrlhf.files import cache_folder, replace_file

ROOM = 200_000_000
"""Bytes: what is oldest goes when more are kept."""

PACKAGES = ("symrlhf", "symrlhf.derivations", "symrlhf.templates")
LIBRARIES = ("sympy", "mpmath", "numpy", "jinja2", "python-flint", "typst", "numba")
ENVIRONMENT = ("SYMRLHF_", "SYMPY_", "MPMATH_")
DIGEST = hashlib.sha256().digest_size


def kept(asked: Mapping[str, Any]) -> dict[str, bytes] | None:
    """The files printed before for what is asked, in their order; None if there are none."""
    path = _place(asked)
    try:
        data = path.read_bytes()
        if hashlib.sha256(data[DIGEST:]).digest() != data[:DIGEST]:
            return None
        with ZipFile(BytesIO(data[DIGEST:])) as entry:
            files = {name: entry.read(name) for name in entry.namelist()}
    except (OSError, BadZipFile, zlib.error):
        return None
    with suppress(OSError):
        os.utime(path)  # the last to be asked for is the last to go
    return files


def keep(asked: Mapping[str, Any], files: Mapping[str, bytes]) -> None:
    """Keep what was printed; a cache that cannot be written keeps nothing."""
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as entry:
        for name, data in files.items():
            entry.writestr(name, data)
    data = packed.getvalue()
    path = _place(asked)
    with suppress(OSError):
        path.parent.mkdir(exist_ok=True)
        replace_file(path, hashlib.sha256(data).digest() + data)
        _make_room(path.parent)


def _make_room(folder: Path) -> None:
    entries = sorted(((p.stat().st_mtime, p.stat().st_size, p) for p in folder.iterdir()), reverse=True)
    total = 0
    for _, size, path in entries:
        total += size
        if total > ROOM:
            path.unlink()


def _place(asked: Mapping[str, Any]) -> Path:
    digest = hashlib.sha256(json.dumps([_engine(), asked], sort_keys=True).encode()).hexdigest()
    return cache_folder() / "printed" / digest


def _engine() -> list[Any]:
    """All that decides what a line is proven by, and how it looks."""
    sources = hashlib.sha256()
    for package in PACKAGES:
        for name, data in sorted(_sources(resources.files(package), package)):
            sources.update(f"{name} {len(data)}\n".encode() + data)
    chosen = {name: value for name, value in os.environ.items() if name.startswith(ENVIRONMENT)}
    return [sources.hexdigest(), sys.version, platform.machine(), [_version(name) for name in LIBRARIES], chosen]


def _sources(folder: Traversable, name: str) -> Iterator[tuple[str, bytes]]:
    for item in folder.iterdir():
        inside = f"{name}/{item.name}"
        if item.is_dir():
            if item.name != "__pycache__":
                yield from _sources(item, inside)
        else:
            yield inside, item.read_bytes()


def _version(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return ""
