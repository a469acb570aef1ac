"""The bistable recurrent cell: a neuron feeds back to itself by a ∈ (0, 2), bistable above 1."""

from sympy import tanh

from longlag.theory.cells.cell import Cell
from longlag.theory.language.symbols import drive, parameter, sigmoid, state

h = state("h")
a = 1 + tanh(parameter("w_a", per_neuron=True) * h + drive("a"))
z = sigmoid(parameter("w_z", per_neuron=True) * h + drive("z"))

brc = Cell(
    "brc",
    {h: z * h + (1 - z) * tanh(a * h + drive("n"))},
    description="bistable recurrent cell",
    source="Vecoven et al. 2021, arXiv 2006.05252",
)
