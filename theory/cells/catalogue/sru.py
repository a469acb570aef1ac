"""The simple recurrent unit: gates see their own neuron's state, and a highway passes the input."""

from longlag.theory.cells.cell import Cell
from longlag.theory.language.symbols import drive, parameter, sigmoid, state

h, c = state("h"), state("c")
f = sigmoid(drive("f") + parameter("v_f", per_neuron=True) * c)
r = sigmoid(drive("r") + parameter("v_r", per_neuron=True) * c)
c_new = f * c + (1 - f) * drive("n")

sru = Cell(
    "sru",
    {h: r * c_new + (1 - r) * drive("x"), c: c_new},
    description="simple recurrent unit",
    source="Lei et al. 2018, arXiv 1709.02755",
)
