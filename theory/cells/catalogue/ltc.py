"""The liquid time-constant network by its fused step."""

from sympy import Interval, oo

from longlag.theory.cells.cell import Cell
from longlag.theory.language.maps import recurrent
from longlag.theory.language.symbols import drive, parameter, sigmoid, state

h = state("h")
step, tau = parameter("step", Interval.open(0, oo)), parameter("tau", Interval.open(0, oo))
f = sigmoid(recurrent("f", h) + drive("f"))

ltc = Cell(
    "ltc",
    {h: (h + step * f * parameter("A", per_neuron=True)) / (1 + step * (1 / tau + f))},
    description="liquid time-constant network, fused step",
    source="Hasani et al. 2021, arXiv 2006.04439",
)
