"""Linear functionals of the past: kernels, exponential mixtures, the objective of training."""

from longlag.names import listed
from longlag.theory.memory.kernel import Kernel, rate, time
from longlag.theory.memory.kernels import KERNELS
from longlag.theory.memory.mixture import Mixture, linear_network, mixture_of
from longlag.theory.memory.objective import Objective

__all__ = [
    "KERNELS",
    "Kernel",
    "Mixture",
    "Objective",
    "linear_network",
    "mixture_of",
    "rate",
    "time",
]

listed(__name__)
