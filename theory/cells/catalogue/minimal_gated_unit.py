"""The minimal gated unit: one gate that resets and updates."""

from sympy import tanh

from longlag.theory.cells.cell import Cell
from longlag.theory.language.maps import recurrent
from longlag.theory.language.symbols import drive, sigmoid, state

h = state("h")
f = sigmoid(recurrent("f", h) + drive("f"))
n = tanh(recurrent("n", f * h) + drive("n"))

minimal_gated_unit = Cell(
    "minimal_gated_unit",
    {h: (1 - f) * h + f * n},
    description="one gate that resets and updates",
    source="Zhou et al. 2016",
)
