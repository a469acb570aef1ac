"""The diagonal gate: z = σ(W_z h₋ + drive), one gate per neuron (W_z is a full matrix)."""

from sympy import tanh

from longlag.theory.cells.cell import Cell
from longlag.theory.language.maps import recurrent
from longlag.theory.language.symbols import drive, sigmoid, state

h = state("h")
z = sigmoid(recurrent("z", h) + drive("z"))
n = tanh(recurrent("n", h) + drive("n"))

diag_gate = Cell(
    "diag_gate",
    {h: (1 - z) * h + z * n},
    description="one gate per neuron",
    source="arXiv 2512.05790",
)
