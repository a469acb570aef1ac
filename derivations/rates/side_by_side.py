"""The registered cells side by side: what a neuron keeps, and what it gets over the maps."""

from __future__ import annotations

from collections.abc import Iterable

from longlag.theory.cells import PAPER_CELLS
from longlag.theory.cells.cell import Cell
from longlag.theory.language.graph import MapNode
from longlag.theory.language.letters import index_tex, row_tex, weight_tex
from longlag.theory.language.maps import MeanWeight, RowWeight
from longlag.theory.notation import TRANSPORT, in_letters
from longlag.theory.statement import Derivation, Table, Text
from longlag.theory.transport.rates import effective_learning_rates, rate_definitions
from longlag.theory.typeset.author import letter, transposed


def side_by_side() -> Derivation:
    """Return the table of cells; the section of a cell derives and checks its entries."""
    text = Text(
        "Every cell is derived in the same way: the update is differentiated to $J_t = D_t + R_t$, "
        "$\\ell$ of these are multiplied, the product is expanded in $R$ and what is left out is "
        "bounded, and the diagonal gives the rates. So a cell is told apart by the two parts of "
        "its Jacobian. Other cells of the catalogue: `longlag derive CELL`."
    )
    table = Table(
        "cells",
        "The entries of $D_t$ at neuron $q$, and the maps that $R_t$ crosses; the section of a "
        "cell checks both, and has the entries of $R_t$, under the name The factors of one neuron.",
        ("cell", "states", "gates", "what the neuron keeps", "what $R_t$ crosses"),
        lambda settings: [_row(cell) for cell in PAPER_CELLS.values()],
    )
    return Derivation("cells", "Cells side by side", (text, table), in_letters(TRANSPORT))


def _row(cell: Cell) -> list[str]:
    definitions = rate_definitions(effective_learning_rates(cell).first_order)
    local = [line for line in definitions if line.startswith(letter("D", "D"))]
    gates = sorted(index_tex(value.name) for value in cell.graph.gates)
    return [
        cell.name.replace("_", " "),
        str(len(cell.states)),
        _listed(gates) or "–",
        _listed(line.replace("&", "", 1) for line in local),
        ", ".join(dict.fromkeys(_map(node) for node in cell.graph.maps)) or "–",
    ]


def _map(node: MapNode) -> str:
    """A map by its letter, or in words where it has no weights of its own."""
    if isinstance(node.weight, MeanWeight):
        return "means over neurons"
    if isinstance(node.weight, RowWeight):
        return f"${transposed(row_tex(node.weight))}$"
    return f"${weight_tex(node.weight)}$"


def _listed(formulas: Iterable[str]) -> str:
    return ", ".join(f"${formula}$" for formula in formulas)


__all__ = ["side_by_side"]
