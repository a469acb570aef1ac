"""A GRU whose update biases have a tail P(bias > x) = (1 + x/s)^{−p}."""

from longlag.theory.cells import CELLS
from longlag.theory.initialisations.initialisation import chance
from longlag.theory.phases.family import of_cell
from longlag.theory.scalar.parameters import positive

p, s = positive("p"), positive("s")

pareto_biases = of_cell(
    CELLS["gru"],
    {"z": s * ((1 - chance) ** (-1 / p) - 1)},
    name="pareto_biases",
    description="a GRU whose update biases exceed x with probability (1 + x/s)^(-p)",
    source="derived here",
)
