"""Writing files: several together or not at all; the folder of what can be made again."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from symrlhf.errors import SymrlhfError


def publish(files: Mapping[str, bytes], out: Path) -> list[Path]:
    """Write the files into the folder `out`; a folder that cannot be written is one clear error."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".symrlhf-", dir=out))
    except OSError as error:
        raise SymrlhfError(f"cannot write to {out}: {error.strerror}") from error
    try:
        for name, data in files.items():
            (staging / name).write_bytes(data)
        for name in files:
            os.replace(staging / name, out / name)
    except OSError as error:
        raise SymrlhfError(f"cannot write to {out}: {error.strerror}") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return [out / name for name in files]


def replace_file(path: Path, data: bytes) -> None:
    """Write a file that other processes may read meanwhile: they see what was there, or all of it."""
    partial = path.with_suffix(f".{os.getpid()}")
    partial.write_bytes(data)
    partial.replace(path)


def cache_folder() -> Path:
    """Where what can be made again stays; a temporary folder if the user's cache cannot be written."""
    return user_folder() or _temporary()


def user_folder() -> Path | None:
    """The package's folder in the user's cache; None if it cannot be written."""
    base = os.environ.get("XDG_CACHE_HOME") or (
        os.environ.get("LOCALAPPDATA") if os.name == "nt" else Path.home() / ".cache"
    )
    folder = Path(base or tempfile.gettempdir()) / "symrlhf"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return folder if os.access(folder, os.W_OK) else None
    except OSError:
        return None


@cache
def _temporary() -> Path:
    return Path(tempfile.mkdtemp(prefix="symrlhf-"))
