"""The recurrent additive network: its candidate is a linear map of the input."""

from sympy import tanh

from longlag.theory.cells.cell import Cell
from longlag.theory.language.maps import recurrent
from longlag.theory.language.symbols import drive, sigmoid, state

h, c = state("h"), state("c")
i = sigmoid(recurrent("i", h) + drive("i"))
f = sigmoid(recurrent("f", h) + drive("f"))
c_new = i * drive("n") + f * c

ran = Cell(
    "ran",
    {h: tanh(c_new), c: c_new},
    description="recurrent additive network",
    source="Lee et al. 2017, arXiv 1705.07393",
)
