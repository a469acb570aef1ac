"""The registry of cells. A new cell is one file here and one line below."""

from longlag.theory.cell import Cell
from longlag.theory.cells.const_gate import const_gate, const_gate_layer_norm
from longlag.theory.cells.diag_gate import diag_gate
from longlag.theory.cells.gru import gru, gru_layer_norm
from longlag.theory.cells.gru_reset_before import gru_reset_before
from longlag.theory.cells.leaky import leaky
from longlag.theory.cells.lstm import lstm
from longlag.theory.cells.plain import plain
from longlag.theory.cells.shared_gate import shared_gate
from longlag.theory.registry import Registry

CELLS: Registry[Cell] = Registry("cell")
for _cell in (
    plain,
    leaky,
    const_gate,
    shared_gate,
    diag_gate,
    gru,
    gru_reset_before,
    lstm,
    const_gate_layer_norm,
    gru_layer_norm,
):
    CELLS.register(_cell.name, _cell)
