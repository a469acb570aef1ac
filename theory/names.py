"""The public names of the theory, from all of its rooms."""

from longlag.theory.cells import CELLS
from longlag.theory.cells.cell import Cell
from longlag.theory.cells.composition import in_turn, substeps
from longlag.theory.errors import LonglagError
from longlag.theory.estimators import ESTIMATORS
from longlag.theory.estimators.concentration import kappa
from longlag.theory.language.axes import axis
from longlag.theory.language.given import weight
from longlag.theory.language.maps import recurrent
from longlag.theory.language.norms import layer_norm, mean, rms_norm
from longlag.theory.language.reductions import average, cumulative, largest, softmax, total
from longlag.theory.language.symbols import drive, output, parameter, state
from longlag.theory.language.weights import expm
from longlag.theory.laws import LAWS
from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import ell
from longlag.theory.scalar.functions import hold, relu, sigmoid, softplus, surrogate
from longlag.theory.transport.jacobian import Jacobian, jacobian
from longlag.theory.transport.product import Transport, transport
from longlag.theory.transport.rates import EffectiveRates, effective_learning_rates
from longlag.theory.typeset.author import Notation, set_notation
from longlag.theory.window.horizon import Horizon, solve_horizon
from longlag.theory.window.window import LearnabilityWindow, learnability_window

__all__ = [
    "CELLS",
    "ESTIMATORS",
    "LAWS",
    "Cell",
    "DecayLaw",
    "EffectiveRates",
    "Horizon",
    "Jacobian",
    "LearnabilityWindow",
    "LonglagError",
    "Notation",
    "Transport",
    "average",
    "axis",
    "cumulative",
    "drive",
    "effective_learning_rates",
    "ell",
    "expm",
    "hold",
    "in_turn",
    "jacobian",
    "kappa",
    "largest",
    "layer_norm",
    "learnability_window",
    "mean",
    "output",
    "parameter",
    "recurrent",
    "relu",
    "rms_norm",
    "set_notation",
    "sigmoid",
    "softmax",
    "softplus",
    "solve_horizon",
    "state",
    "substeps",
    "surrogate",
    "total",
    "transport",
    "weight",
]
