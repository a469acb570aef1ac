"""The recurrently neuromodulated bistable cell: its gates see all neurons, the rest its own."""

from sympy import tanh

from longlag.theory.cells.cell import Cell
from longlag.theory.language.maps import recurrent
from longlag.theory.language.symbols import drive, sigmoid, state

h = state("h")
a = 1 + tanh(recurrent("a", h) + drive("a"))
z = sigmoid(recurrent("z", h) + drive("z"))

nbrc = Cell(
    "nbrc",
    {h: z * h + (1 - z) * tanh(a * h + drive("n"))},
    description="neuromodulated bistable recurrent cell",
    source="Vecoven et al. 2021, arXiv 2006.05252",
)
