"""The plain (Elman) cell: h = φ(W h₋ + drive)."""

from sympy import tanh

from longlag.theory.cells.cell import Cell
from longlag.theory.language.maps import recurrent
from longlag.theory.language.symbols import drive, state

h = state("h")
a = recurrent("n", h) + drive("n")

plain = Cell(
    "plain",
    {h: tanh(a)},
    description="plain recurrent cell, torch.nn.RNN",
    source="Elman 1990; arXiv 2508.12121",
)
