"""The quasi-recurrent network with fo-pooling: convolutions of the input are its drives."""

from sympy import tanh

from longlag.theory.cells.cell import Cell
from longlag.theory.language.symbols import drive, sigmoid, state

h, c = state("h"), state("c")
f, o = sigmoid(drive("f")), sigmoid(drive("o"))
c_new = f * c + (1 - f) * tanh(drive("n"))

qrnn = Cell(
    "qrnn",
    {h: o * c_new, c: c_new},
    description="quasi-recurrent network, fo-pooling",
    source="Bradbury et al. 2016, arXiv 1611.01576",
)
