"""A minimal gated unit whose gate biases are logistic: any mean, any spread."""

from sympy import S, Symbol, log

from longlag.theory.cells import CELLS
from longlag.theory.initialisations.initialisation import chance
from longlag.theory.phases.family import of_cell
from longlag.theory.scalar.parameters import positive

m, s = Symbol("m", real=True), positive("s")

logistic_biases = of_cell(
    CELLS["gru"],
    {"z": m + s * log(chance / (1 - chance))},
    domains={m: S.Reals},
    name="logistic_biases",
    description="a GRU whose update biases are logistic with mean m and scale s",
    source="derived here",
)
