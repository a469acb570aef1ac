"""The registered cells side by side: what a neuron keeps, and what it gets over the maps."""

from __future__ import annotations

from longlag.theory.cells import PAPER_CELLS
from longlag.theory.cells.cell import Cell
from longlag.theory.language.letters import index_tex
from longlag.theory.notation import TRANSPORT, in_letters
from longlag.theory.statement import Derivation, Table, Text
from longlag.theory.transport.rates import effective_learning_rates, rate_definitions
from longlag.theory.typeset.author import letter
from longlag.theory.typeset.shown import aligned


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
        "Entries of $D_t$ and of the diagonal of $R_t$ at neuron $q$. The section of a cell checks "
        "them under the name The factors of one neuron.",
        ("cell", "states", "gates", "what the neuron keeps", "what comes back over maps"),
        lambda settings: [_row(cell) for cell in PAPER_CELLS.values()],
    )
    return Derivation("cells", "Cells side by side", (text, table), in_letters(TRANSPORT))


def _row(cell: Cell) -> list[str]:
    equations: list[list[str]] = []
    for line in rate_definitions(effective_learning_rates(cell).first_order):
        if line.startswith("&"):
            equations[-1].append(line)
        else:
            equations.append([line])
    local = [each for each in equations if each[0].startswith(letter("D", "D"))]
    others = [each for each in equations if each not in local]
    gates = [[index_tex(value.name)] for value in cell.graph.gates]
    return [
        cell.name.replace("_", " "),
        str(len(cell.states)),
        _listed(sorted(gates)) or "–",
        _listed(local),
        _listed(others) or "–",
    ]


def _listed(equations: list[list[str]]) -> str:
    """Formulas in a row of words, one of several lines in an alignment."""
    return ", ".join(
        f"${lines[0].replace('&', '', 1)}$" if len(lines) == 1 else f"${aligned(lines)}$"
        for lines in equations
    )


__all__ = ["side_by_side"]
