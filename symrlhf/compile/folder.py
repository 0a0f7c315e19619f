"""Where generated code stays between processes."""

from __future__ import annotations

import os
import tempfile
from functools import cache
from pathlib import Path


def cache_folder() -> Path:
    """Where generated sources stay; a temporary folder if the user's cache cannot be written."""
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
