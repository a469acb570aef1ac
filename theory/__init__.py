"""Symbolic theory: a cell and its transport, a decay law and its learnability window."""

from longlag.theory.cell import Cell
from longlag.theory.cells import CELLS
from longlag.theory.concentration import kappa
from longlag.theory.decay import DecayLaw, ell
from longlag.theory.errors import LonglagError
from longlag.theory.estimators import ESTIMATORS
from longlag.theory.functions import relu, sigmoid, softplus
from longlag.theory.horizon import LearnabilityWindow, learnability_window
from longlag.theory.jacobian import Jacobian, jacobian
from longlag.theory.laws import LAWS
from longlag.theory.rates import EffectiveRates, effective_learning_rates
from longlag.theory.solve import Horizon, solve_horizon
from longlag.theory.symbols import drive, layer_norm, mean, parameter, recurrent, state
from longlag.theory.transport import Transport, transport

__all__ = [
    "CELLS", "ESTIMATORS", "LAWS", "Cell", "DecayLaw", "EffectiveRates", "Horizon", "Jacobian",
    "LearnabilityWindow", "LonglagError", "Transport", "drive", "effective_learning_rates", "ell",
    "jacobian", "kappa", "layer_norm", "learnability_window", "mean", "parameter", "recurrent",
    "relu", "sigmoid", "softplus", "solve_horizon", "state", "transport",
]  # fmt: skip
