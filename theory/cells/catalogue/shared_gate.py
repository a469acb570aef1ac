"""The shared gate: s = σ(uᵀh₋ + drive) is one number for all neurons."""

from sympy import tanh

from longlag.theory.cells.cell import Cell
from longlag.theory.language.maps import recurrent
from longlag.theory.language.symbols import drive, sigmoid, state

h = state("h")
s = sigmoid(recurrent("s", h, shared=True) + drive("s"))
n = tanh(recurrent("n", h) + drive("n"))

shared_gate = Cell(
    "shared_gate",
    {h: (1 - s) * h + s * n},
    description="one scalar gate shared by all neurons",
    source="arXiv 2512.05790",
)
