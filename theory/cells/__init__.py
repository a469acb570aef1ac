"""The registry of cells. A new cell is one file here and one line below: its import."""

from longlag.theory.cells.cell import Cell
from longlag.theory.registry import Registry

# In the order in which lists and reports show them.
# isort: off
from longlag.theory.cells.catalogue.plain import plain
from longlag.theory.cells.catalogue.leaky import leaky
from longlag.theory.cells.catalogue.const_gate import const_gate
from longlag.theory.cells.catalogue.shared_gate import shared_gate
from longlag.theory.cells.catalogue.diag_gate import diag_gate
from longlag.theory.cells.catalogue.gru import gru
from longlag.theory.cells.catalogue.gru_reset_before import gru_reset_before
from longlag.theory.cells.catalogue.lstm import lstm
from longlag.theory.cells.catalogue.const_gate import const_gate_layer_norm
from longlag.theory.cells.catalogue.gru import gru_layer_norm
# isort: on

CELLS: Registry[Cell] = Registry("cell")
for _cell in [value for value in globals().values() if isinstance(value, Cell)]:
    CELLS.register(_cell.name, _cell)

__all__ = [
    "CELLS",
    "const_gate",
    "const_gate_layer_norm",
    "diag_gate",
    "gru",
    "gru_layer_norm",
    "gru_reset_before",
    "leaky",
    "lstm",
    "plain",
    "shared_gate",
]
