"""An LSTM whose forget biases have a tail P(bias > x) = e^{−(x/s)^k}."""

from sympy import log

from longlag.theory.cells import CELLS
from longlag.theory.initialisations.initialisation import chance
from longlag.theory.phases.family import of_cell
from longlag.theory.scalar.parameters import positive

k, s = positive("k"), positive("s")

weibull_biases = of_cell(
    CELLS["lstm"],
    {"f": s * (-log(1 - chance)) ** (1 / k)},
    name="weibull_biases",
    description="an LSTM whose forget biases exceed x with probability exp(-(x/s)^k)",
    source="derived here",
)
