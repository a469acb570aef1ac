"""The whole table of exponents: every estimator at every tail index, by simulation."""

from __future__ import annotations

import time

from benchmarks.timing import Row, absolute
from longlag.numerics.detection import kappa_table

_GOAL = 180.0


def run() -> list[Row]:
    """Return the rows of this file."""
    start = time.perf_counter()
    table = kappa_table()
    seconds = time.perf_counter() - start
    cells, rejected = len(table.measurements), len(table.disagreements)
    what = f"kappa of {cells} cells by simulation, {rejected} rejecting the derived one"
    return [absolute(what, seconds, _GOAL, name="kappa by simulation")]
