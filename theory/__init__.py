"""Symbolic theory: write a cell, derive its Jacobian, transport and effective learning rates."""

from longlag.theory.cell import Cell
from longlag.theory.cells import CELLS
from longlag.theory.errors import LonglagError
from longlag.theory.functions import relu, sigmoid, softplus
from longlag.theory.jacobian import Jacobian, jacobian
from longlag.theory.symbols import drive, layer_norm, mean, parameter, recurrent, state

__all__ = [
    "CELLS", "Cell", "Jacobian", "LonglagError", "drive", "jacobian", "layer_norm", "mean",
    "parameter", "recurrent", "relu", "sigmoid", "softplus", "state",
]  # fmt: skip
