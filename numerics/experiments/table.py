"""Tidy tables of results: a row for each number, in Parquet, or in CSV where they are shipped."""

from __future__ import annotations

import csv
import json
import lzma
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Literal, TypeAlias

from longlag.files import put_in_place, require_file, staging_folder
from longlag.theory.errors import LonglagError

#: What a column holds: text, integers, floats, or nothing in this row.
Entry: TypeAlias = str | int | float | None
Row: TypeAlias = Mapping[str, Entry]

_LARGEST = 4_000_000_000
_KEY = b"longlag"


def write_table(path: Path, rows: Iterable[Row], about: Mapping[str, Any]) -> None:
    """Write rows as Parquet, whole or not at all.

    Args:
        path: of the file.
        rows: every number with its labels; a column that a row lacks is empty there.
        about: configuration, seeds, versions, host; kept in the file.

    Raises:
        LonglagError: pyarrow is not installed, the disk is full, the file cannot be written.
    """
    arrow, parquet = _arrow()
    rows = list(rows)
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = {name: _column([row.get(name) for row in rows]) for name in names}
    table = arrow.table(columns).replace_schema_metadata({_KEY: json.dumps(about)})
    with staging_folder(path) as stage:
        parquet.write_table(table, stage / path.name, compression="zstd")
        put_in_place(stage / path.name, path)


def read_table(path: Path) -> tuple[list[dict[str, Entry]], dict[str, Any]]:
    """Return the rows of a table and what is told about it. Nothing in the file is executed.

    Args:
        path: Parquet, or CSV, packed or not, whose first line is ``# `` and JSON.

    Raises:
        LonglagError: a file that is missing, damaged, or no table of results.
    """
    require_file(path, "table", largest=_LARGEST)
    if ".csv" in path.suffixes:
        return _read_csv(path)
    arrow, parquet = _arrow()
    try:
        table = parquet.read_table(path)
    except (arrow.ArrowException, OSError) as error:
        raise LonglagError(
            f"table {str(path)!r}",
            f"it cannot be read ({str(error).splitlines()[0]})",
            "make it again, or name a table that longlag wrote",
        ) from None
    about = (table.schema.metadata or {}).get(_KEY)
    if about is None:
        raise LonglagError(
            f"table {str(path)!r}",
            "it does not say which experiment it is of",
            "name a table that longlag experiment wrote",
        )
    return table.to_pylist(), json.loads(about)


def told_by(path: Path) -> dict[str, Any]:
    """Return what is told about a table in Parquet, without its rows; errors as ``read_table``."""
    arrow, parquet = _arrow()
    try:
        held = parquet.read_schema(path).metadata or {}
        about: dict[str, Any] = json.loads(held[_KEY])
    except (arrow.ArrowException, OSError, KeyError, ValueError):
        return read_table(path)[1]
    return about


def write_csv(path: Path, rows: Sequence[Row], about: Mapping[str, Any], digits: int = 8) -> None:
    """Write rows as CSV, what is told about them in its first line; for results that are shipped.

    Args:
        path: of the file; packed if it ends in ``.xz``.
        rows, about: as for ``write_table``.
        digits: that floats keep.
    """
    names = list(dict.fromkeys(name for row in rows for name in row))
    with staging_folder(path) as stage:
        with _opened(stage / path.name, "wt") as file:
            file.write(f"# {json.dumps(about)}\n")
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(names)
            writer.writerows([_text(row.get(name), digits) for name in names] for row in rows)
        put_in_place(stage / path.name, path)


def _read_csv(path: Path) -> tuple[list[dict[str, Entry]], dict[str, Any]]:
    with _opened(path, "rt") as file:
        try:
            about = json.loads(file.readline().removeprefix("# "))
            if not isinstance(about, dict):
                raise ValueError
        except (ValueError, EOFError, lzma.LZMAError):
            raise LonglagError(
                f"table {str(path)!r}",
                "its first line does not say which experiment it is of",
                "name a table that longlag experiment wrote",
            ) from None
        reader = csv.DictReader(file)
        return [{name: _entry(text) for name, text in row.items()} for row in reader], about


def _opened(path: Path, mode: Literal["rt", "wt"]) -> IO[str]:
    if path.suffix == ".xz":
        return lzma.open(path, mode, newline="", encoding="utf-8")
    return path.open(mode[0], newline="", encoding="utf-8")


def _text(entry: Entry, digits: int) -> str:
    if entry is None:
        return ""
    return f"{entry:.{digits}g}" if isinstance(entry, float) else str(entry)


def _entry(text: str) -> Entry:
    if text == "":
        return None
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _column(entries: list[Entry]) -> list[Entry]:
    """Integers beside floats become floats: a column has one type."""
    if any(isinstance(entry, float) for entry in entries):
        return [float(e) if isinstance(e, int) and not isinstance(e, bool) else e for e in entries]
    return entries


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise LonglagError(
            "tables in Parquet", "they need pyarrow", "pip install 'longlag[experiments]'"
        ) from None
    return pyarrow, pyarrow.parquet


def same(first: Entry, second: Entry) -> bool:
    """Return whether two entries are the same to the last bit, NaN beside NaN included."""
    if isinstance(first, float) and isinstance(second, float):
        return first == second or (math.isnan(first) and math.isnan(second))
    return first == second


__all__ = ["Entry", "Row", "read_table", "same", "told_by", "write_csv", "write_table"]
