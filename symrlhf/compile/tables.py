"""A numeric function over a file of columns, `run dpo_loss pairs.csv`: read, computed and written in chunks.

A .csv has a header; a .npy holds named fields, or one column for each argument that must be given, in their order.
What is written appears only when it is complete.
"""

from __future__ import annotations

import csv
import math
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from symrlhf.compile.function import NumericFunction
from symrlhf.errors import NotSupported, SymrlhfError

CHUNK = 1 << 16
"""Rows that are in memory at a time."""

Columns = dict[str, Any]
Progress = Callable[[int, int], None]
"""Called with the rows of each chunk, and with all rows."""


@dataclass(frozen=True)
class Summary:
    """What a run over a file computed: the rows, and the mean of each result over them."""

    function: str
    rows: int
    mean: dict[str, float]
    written: str | None


def count_rows(path: Path) -> int:
    """The rows of a file, without reading its numbers."""
    if path.suffix == ".npy":
        return int(_npy(path).shape[0])
    return sum(1 for _ in _csv_rows(path))


def run_file(
    function: NumericFunction,
    path: Path,
    options: Mapping[str, Any],
    output: Path | None,
    progress: Progress = lambda rows, of: None,
    nan: bool = False,
) -> Summary:
    """The function of every row: the means, and with `output` a file of each value and its derivatives.

    A cell that is nan is an error, unless `nan` asks for results that are nan there.
    """
    if not isinstance(function, NumericFunction):
        raise NotSupported(f"{function.name} takes whole sequences: a file of columns holds single entries")
    if output is not None and output.suffix not in (".csv", ".npy"):
        raise SymrlhfError(f"{output}: results are written as .csv or .npy")
    if output is not None and output.exists() and path.exists() and output.samefile(path):
        raise SymrlhfError(f"{output} holds the arguments: write the results to another file")
    options = dict(options)
    reduction = options.pop("reduction", "mean")
    if reduction not in ("mean", "sum"):
        raise SymrlhfError(f"over a file the reduction is mean or sum, not {reduction}; -o writes every entry")
    wanted = [n for n in function.argument_terms if n not in options]
    needed = [n for n in wanted if n not in function.defaults]
    total = count_rows(path)
    if total == 0:
        raise SymrlhfError(f"{path} has no rows")
    sums: dict[str, list[float]] = {}
    with _writer(output, total) as write:
        for start, columns in _chunks(path, wanted, needed):
            if not nan:
                _check_known(path, columns, start)
            results = _results(function, columns, options, path, start)
            for name, values in results.items():
                if not name.startswith("d_") and values.ndim == 1:
                    sums.setdefault(name, []).append(_total(values.tolist()))
            write(results)
            progress(len(next(iter(results.values()))), total)
    by = total if reduction == "mean" else 1
    means = {n: _total(parts) / by for n, parts in sums.items()}
    return Summary(function.name, total, means, None if output is None else str(output))


def _check_known(path: Path, columns: Columns, start: int) -> None:
    for name, values in columns.items():
        unknown = np.isnan(values)
        if unknown.any():
            row = start + int(np.argmax(unknown)) + 1
            raise SymrlhfError(f"{path}, row {row}, column {name}: the cell is nan; --nan gives nan for such rows")


def _total(numbers: list[float]) -> float:
    """Σ, exact but for the last rounding; of infinities and nan what they add up to."""
    return math.fsum(numbers) if all(map(math.isfinite, numbers)) else sum(numbers)


def _results(
    function: NumericFunction, columns: Columns, options: Mapping[str, Any], path: Path, start: int
) -> Columns:
    given = {**columns, **options}
    if "reduction" in function.__signature__.parameters:
        given["reduction"] = "none"
    try:
        returned = function(**given)
    except ValueError as error:
        raise SymrlhfError(
            f"{path}, rows {start + 1} to {start + len(next(iter(columns.values())))}: {error}"
        ) from None
    names = list(function.output_terms)
    results = {function.name: returned} if names == [""] else dict(zip(names, returned, strict=True))
    if len(results) == 1:
        with suppress(NotSupported):
            results |= {f"d_{n}": s for n, s in function.grad(**given)._asdict().items() if n in columns}
    return {n: np.asarray(v) for n, v in results.items()}


# ------------------------------------------------------------------ reading


def _chunks(path: Path, wanted: list[str], needed: list[str]) -> Iterator[tuple[int, Columns]]:
    if not path.is_file():
        raise SymrlhfError(f"there is no file {path}")
    return _npy_chunks(path, wanted, needed) if path.suffix == ".npy" else _csv_chunks(path, wanted, needed)


def _npy(path: Path) -> Any:
    if not path.is_file():
        raise SymrlhfError(f"there is no file {path}")
    try:
        data = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, OSError, EOFError) as error:
        raise SymrlhfError(f"{path} is no .npy file of numbers: {error}") from None
    if data.ndim == 0:
        raise SymrlhfError(f"{path} holds one number, not rows")
    return data


def _npy_chunks(path: Path, wanted: list[str], needed: list[str]) -> Iterator[tuple[int, Columns]]:
    data = _npy(path)
    fields = data.dtype.names
    if fields is None:
        columns = data.reshape(-1, 1) if data.ndim == 1 else data
        if columns.ndim != 2 or columns.shape[1] != len(needed):
            raise SymrlhfError(
                f"{path} has shape {data.shape}; without named fields it needs one column for each of "
                f"{', '.join(needed)}: (rows, {len(needed)})"
            )
        places: dict[str, Any] = {n: (slice(None), i) for i, n in enumerate(needed)}
    else:
        if data.ndim != 1:
            raise SymrlhfError(f"{path} has shape {data.shape}; named fields need one axis, the rows")
        places = {n: n for n in _present(path, list(fields), wanted, needed)}
        columns = data
    for name, place in places.items():
        kind = columns[:1][place].dtype
        if kind.kind not in "iufb":
            raise SymrlhfError(f"{path}: column {name} has dtype {kind}, not numbers")
    for start in range(0, len(columns), CHUNK):
        part = columns[start : start + CHUNK]
        yield start, {n: np.array(part[place], np.float32 if part[place].dtype == np.float32 else float)
                      for n, place in places.items()}  # fmt: skip


def _present(path: Path, found: list[str], wanted: list[str], needed: list[str]) -> list[str]:
    """The columns that are used; an error names those that are missing."""
    missing = [n for n in needed if n not in found]
    if missing and len(found) == 1 and (other := next((s for s in ";\t|" if s in found[0]), None)):
        raise SymrlhfError(f"{path} separates its columns by {other!r}: separate them by commas")
    if missing:
        raise SymrlhfError(
            f"{path} has no column {', '.join(missing)}; it has {', '.join(found) or 'none'}. "
            f"One number for all rows is given as {missing[0]}=..."
        )
    return [n for n in wanted if n in found]


def _csv_rows(path: Path) -> Iterator[list[str]]:
    """The rows below the header that are not empty."""
    if not path.is_file():
        raise SymrlhfError(f"there is no file {path}")
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file)
            next(reader, None)
            yield from (row for row in reader if row)
    except (UnicodeDecodeError, csv.Error) as error:
        raise SymrlhfError(f"{path} is no CSV text: {error}") from None


def _csv_chunks(path: Path, wanted: list[str], needed: list[str]) -> Iterator[tuple[int, Columns]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        header = [name.strip() for name in next(csv.reader(file), [])]
    doubled = {n for n in header if header.count(n) > 1}
    if doubled:
        raise SymrlhfError(f"{path} has two columns {min(doubled)}")
    places = {n: header.index(n) for n in _present(path, header, wanted, needed)}
    start = 0
    rows: list[list[str]] = []
    for row in _csv_rows(path):
        rows.append(row)
        if len(rows) == CHUNK:
            yield start, _parsed(path, rows, start, places, len(header))
            start, rows = start + len(rows), []
    if rows:
        yield start, _parsed(path, rows, start, places, len(header))


def _parsed(path: Path, rows: list[list[str]], start: int, places: Mapping[str, int], width: int) -> Columns:
    for i, row in enumerate(rows):
        if len(row) != width:
            raise SymrlhfError(f"{path}, row {start + i + 1}: {len(row)} cells, but the header has {width}")
    return {
        n: np.array([_cell(path, row[at], start + i + 1, n) for i, row in enumerate(rows)]) for n, at in places.items()
    }


def _cell(path: Path, text: str, row: int, column: str) -> float:
    try:
        return float(text)
    except ValueError:
        said = f"{text.strip()!r} is not a number" if text.strip() else "the cell is empty"
        raise SymrlhfError(f"{path}, row {row}, column {column}: {said}") from None


# ------------------------------------------------------------------ writing


@contextmanager
def _writer(output: Path | None, rows: int) -> Iterator[Callable[[Columns], None]]:
    """Writes chunks to a file beside the output, which takes its name when everything is written."""
    if output is None:
        yield lambda results: None
        return
    folder = output.parent
    if not folder.is_dir():
        raise SymrlhfError(f"there is no folder {folder}")
    if output.is_dir():
        raise SymrlhfError(f"{output} is a folder: name a file for the results")
    try:
        handle, name = tempfile.mkstemp(dir=folder, prefix=f".{output.name}.", suffix=".part")
    except OSError as error:
        raise SymrlhfError(f"cannot write in {folder}: {error.strerror}") from None
    try:
        with os.fdopen(handle, "w+b") as file:
            yield _npy_writer(file, rows) if output.suffix == ".npy" else _csv_writer(file)
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, output)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _npy_writer(file: IO[bytes], rows: int) -> Callable[[Columns], None]:
    begun = False

    def write(results: Columns) -> None:
        nonlocal begun
        dtype = np.dtype([(n, v.dtype, v.shape[1:]) for n, v in results.items()])
        if not begun:
            header = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": (rows,)}
            np.lib.format.write_array_header_1_0(file, header)
            begun = True
        part = np.empty(len(next(iter(results.values()))), dtype)
        for n, v in results.items():
            part[n] = v
        file.write(part.tobytes())

    return write


def _csv_writer(file: IO[bytes]) -> Callable[[Columns], None]:
    begun = False

    def write(results: Columns) -> None:
        nonlocal begun
        flat = {n: v.reshape(len(v), -1) for n, v in results.items()}
        if not begun:
            names = [n if v.shape[1] == 1 else f"{n}_{i}" for n, v in flat.items() for i in range(v.shape[1])]
            file.write((",".join(names) + "\n").encode())
            begun = True
        for row in np.concatenate(list(flat.values()), axis=1).tolist():
            file.write((",".join(map(repr, row)) + "\n").encode())

    return write
