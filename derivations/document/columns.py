r"""Columns of a printed table: as wide as their entries, or entries broken to what is left."""

from __future__ import annotations

import re
from collections.abc import Sequence

from longlag.derivations.document.prose import Run, RunKind, runs
from longlag.theory.typeset.breaking import break_display
from longlag.theory.typeset.widths import POINTS, width

#: Points that a letter of words takes on average, and of code, at 10 pt.
_LETTER, _CODE_LETTER = 5.0, 5.3
#: Points between two columns.
_BETWEEN = 12.0
#: Points below which no column is made narrower.
_NARROWEST = 34.0


def column_widths(
    columns: Sequence[str], rows: Sequence[Sequence[str]], room: float
) -> tuple[float, ...] | None:
    """Return how wide the columns of a table are made, None where every entry fits on its line.

    Narrow columns keep their width; the wide ones share what is left as their entries need it.

    Args:
        columns: the heads, in words with TeX.
        rows: the entries.
        room: of a line, in points at the size of the table's letters, as if that were 10 pt.

    Returns:
        For each column a share of the line.

    >>> column_widths(("a", "b"), [("short", "word " * 60)], 400.0) is None
    False
    """
    natural = [
        max(_natural(entry) for entry in column) for column in zip(columns, *rows, strict=True)
    ]
    left = room - _BETWEEN * (len(columns) - 1)
    if sum(natural) <= left:
        return None
    least = [
        min(max(map(_longest_piece, column)), left / 2)
        for column in zip(columns, *rows, strict=True)
    ]
    wide = set(range(len(columns)))
    found = list(natural)
    while True:
        rest = left - sum(found[place] for place in range(len(columns)) if place not in wide)
        equal = rest / max(len(wide), 1)
        settled = {place for place in wide if natural[place] <= equal}
        if not settled:
            break
        wide -= settled
    needed = sum(natural[place] for place in wide)
    for place in wide:
        found[place] = max(least[place], rest * natural[place] / needed, _NARROWEST)
    scale = min(1.0, left / sum(found))
    return tuple(each * scale / room for each in found)


def broken_entry(text: str, points: float) -> str:
    r"""Return an entry of a table with its formulas broken to the width of its column.

    Args:
        text: words with TeX between dollar signs.
        points: at 10 pt.
    """
    return "".join(_written(run, points) for run in runs(text))


def _written(run: Run, points: float) -> str:
    if run.kind is RunKind.CODE:
        return f"`{run.text}`"
    if run.kind is RunKind.WORDS:
        return run.text.replace("$", r"\$")
    tex = break_display(run.text, points / POINTS) if width(run.text) > points else run.text
    # Its first line stands in line with the other entries of the row.
    tex = tex.replace(r"\begin{aligned}", r"\begin{aligned}[t]", 1)
    return f"${tex}$"


def _natural(text: str) -> float:
    return sum(map(_run_width, runs(text)))


def _longest_piece(text: str) -> float:
    """What no line breaks: a word, or a formula without a place to break at."""
    found = [0.0]
    for run in runs(text):
        words = [run.text] if run.kind is RunKind.MATH else re.split(r"\s+", run.text)
        found += [_run_width(Run(run.kind, word)) for word in words]
    return max(found)


def _run_width(run: Run) -> float:
    if run.kind is RunKind.MATH:
        return width(run.text)
    return len(run.text) * (_LETTER if run.kind is RunKind.WORDS else _CODE_LETTER)


__all__ = ["broken_entry", "column_widths"]
