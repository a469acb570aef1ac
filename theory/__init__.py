"""Symbolic theory: write a cell, derive its Jacobian, transport and effective learning rates."""

from longlag.theory.cell import Cell
from longlag.theory.cells import CELLS
from longlag.theory.errors import LonglagError
from longlag.theory.functions import relu, sigmoid, softplus
from longlag.theory.jacobian import Jacobian, jacobian
from longlag.theory.rates import EffectiveRates, effective_learning_rates
from longlag.theory.symbols import drive, layer_norm, mean, parameter, recurrent, state
from longlag.theory.transport import Transport, transport

__all__ = [
    "CELLS", "Cell", "EffectiveRates", "Jacobian", "LonglagError", "Transport", "drive",
    "effective_learning_rates", "jacobian", "layer_norm", "mean", "parameter", "recurrent", "relu",
    "sigmoid", "softplus", "state", "transport",
]  # fmt: skip
