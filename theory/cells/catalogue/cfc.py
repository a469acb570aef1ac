"""The closed-form continuous-time network: two candidates, mixed by a gate of the time passed."""

from sympy import tanh

from longlag.theory.cells.cell import Cell
from longlag.theory.language.maps import recurrent
from longlag.theory.language.symbols import drive, sigmoid, state

h = state("h")
s = sigmoid(recurrent("t", h) + drive("t"))
g, k = tanh(recurrent("g", h) + drive("g")), tanh(recurrent("k", h) + drive("k"))

cfc = Cell(
    "cfc",
    {h: (1 - s) * g + s * k},
    description="closed-form continuous-time network",
    source="Hasani et al. 2022, arXiv 2106.13898",
)
