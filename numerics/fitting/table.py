"""A table of values over the lag, out of a CSV file."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from jaxtyping import Float

from longlag.files import require_file
from longlag.numerics.fitting.curve import Curve, curve_of_sequences
from longlag.theory.errors import LonglagError

_LARGEST = 10**8
#: What a column of errors is called where nobody says which it is.
_ERRORS = "error"


def read_curve(
    path: Path, *, errors: str | None = None, sequences: bool = False, mean: str = "arithmetic"
) -> Curve:
    """Return the curve in a CSV file: lag, value and perhaps an error, or one column a sequence.

    Args:
        path: the file; a first line of names is optional, and what follows ``#`` is left out.
        errors: name or number of the column of standard errors; by default the one called error.
        sequences: whether every column but the lag is the curve of one sequence.
        mean: of the sequences, ``arithmetic`` or ``geometric``.

    Raises:
        LonglagError: no such file or column, words that are no numbers, rows of different lengths,
            and what ``Curve`` refuses.
    """
    names, numbers = _read(path)
    if sequences:
        if errors is not None:
            raise LonglagError(
                f"column of errors {errors!r} beside sequences",
                "the errors follow from the sequences",
                "leave one of them out",
            )
        return curve_of_sequences(numbers[:, 0], numbers[:, 1:].T, mean=mean)
    column = _column_of_errors(names, errors, path)
    left = [place for place in range(1, len(names)) if place != column]
    if len(left) != 1:
        raise LonglagError(
            f"table {str(path)!r} with {len(left)} columns of values",
            "one holds the values, unless each is a sequence",
            "name the column of errors with --errors, or say --sequences",
        )
    return Curve(numbers[:, 0], numbers[:, left[0]], None if column is None else numbers[:, column])


def _column_of_errors(names: list[str], wanted: str | None, path: Path) -> int | None:
    if wanted is None:
        return names.index(_ERRORS) if _ERRORS in names[1:] else None
    if wanted in names[1:]:
        return names.index(wanted, 1)
    if wanted.isdecimal() and 2 <= int(wanted) <= len(names):
        return int(wanted) - 1
    raise LonglagError(
        f"column of errors {wanted!r}",
        f"table {str(path)!r} has the columns {', '.join(names)}",
        f"name one of them, or its number from 2 to {len(names)}",
    )


def _read(path: Path) -> tuple[list[str], Float[np.ndarray, "L C"]]:
    """The names of the columns, numbers where there are none, and what stands in them."""
    require_file(path, "table", largest=_LARGEST)
    shown = f"table {str(path)!r}"
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise LonglagError(shown, "it cannot be read as text", "save it as CSV in UTF-8") from None
    lines = [line.partition("#")[0].strip() for line in text.splitlines()]
    numbered = [(place, line) for place, line in enumerate(lines, 1) if line]
    if not numbered:
        raise LonglagError(shown, "it holds no numbers", "give a line for each lag")
    rows = [[cell.strip() for cell in row] for row in csv.reader(line for _, line in numbered)]
    names = [str(place) for place in range(1, len(rows[0]) + 1)]
    if _numbers(rows[0]) is None:
        names, rows, numbered = rows[0], rows[1:], numbered[1:]
    found = []
    for (place, line), row in zip(numbered, rows, strict=True):
        values = _numbers(row)
        if values is None or len(row) != len(names) or len(row) < 2:
            raise LonglagError(
                f"line {place} of {shown}: {line[:60]!r}",
                f"each line holds {max(len(names), 2)} numbers, apart by commas",
                "write lag,value or lag,value,error",
            )
        found.append(values)
    if not found:
        raise LonglagError(shown, "it holds no numbers", "give a line for each lag")
    return names, np.array(found)


def _numbers(row: list[str]) -> list[float] | None:
    try:
        return [float(cell) for cell in row]
    except ValueError:
        return None


__all__ = ["read_curve"]
