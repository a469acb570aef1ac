"""Time of the symbolic part, warm: derivative and first-order correction."""

from __future__ import annotations

from benchmarks.timing import Row, absolute, at_most, medians
from longlag.theory import transport
from longlag.theory.cells import PAPER_CELLS
from longlag.theory.cells.cell import Cell
from longlag.theory.transport.jacobian import derive_jacobian, jacobian


def run() -> list[Row]:
    """Return the rows of this file."""
    rows: list[Row] = []
    for name in ("gru", "lstm"):
        cell = PAPER_CELLS[name]

        def derive(cell: Cell = cell) -> object:
            derive_jacobian.cache_clear()
            return jacobian(Cell(cell.name, dict(cell.update)))

        rows.append(_limit(f"G9 derivative of {name}, warm", medians({"": derive})[""], 0.05))
    gru = transport(PAPER_CELLS["gru"])
    rows.append(
        _limit(
            "G9 first-order correction of gru at lag 32",
            medians({"": lambda: gru.at(32).term(1)}, repeats=101)[""],
            0.001,
        )
    )
    by_lag = medians({str(lag): lambda lag=lag: gru.at(lag).term(1) for lag in (4, 4096)}, 101)
    ratio = by_lag["4096"] / by_lag["4"]
    return [*rows, at_most("G9 the same at lag 4096", "lag 4", ratio, 1.5)]


def _limit(what: str, seconds: float, limit: float) -> Row:
    return absolute(what, seconds, limit, yardstick="symbols")
