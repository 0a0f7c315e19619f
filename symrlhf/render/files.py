"""Writing several files together: all of them, or none."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
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
