"""Cho's GRU, which resets before the recurrent map: n = tanh(drive_n + W_n (r ∘ h₋)).

Its Jacobian has a term that crosses two recurrent weights.
"""

from sympy import tanh

from longlag.theory.cells.cell import Cell
from longlag.theory.language.maps import recurrent
from longlag.theory.language.symbols import drive, sigmoid, state

h = state("h")
r = sigmoid(recurrent("r", h) + drive("r"))
z = sigmoid(recurrent("z", h) + drive("z"))
n = tanh(recurrent("n", r * h) + drive("n"))

gru_reset_before = Cell(
    "gru_reset_before",
    {h: (1 - z) * h + z * n},
    description="GRU with reset before the map",
    source="Cho et al. 2014; arXiv 2512.05790",
)
