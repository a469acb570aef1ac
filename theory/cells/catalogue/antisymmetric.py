"""The antisymmetric network: an Euler step of a system that neither grows nor shrinks."""

from sympy import Interval, tanh

from longlag.theory.cells.cell import Cell
from longlag.theory.language.given import weight
from longlag.theory.language.symbols import drive, parameter, sigmoid, state

h = state("h")
W = weight("W")
a = (W - W.T)(h) - parameter("gamma", Interval(0, 1)) * h
epsilon = parameter("epsilon", Interval.open(0, 1))

antisymmetric = Cell(
    "antisymmetric",
    {h: h + epsilon * tanh(a + drive("n"))},
    description="Euler step with an antisymmetric weight",
    source="Chang et al. 2019, arXiv 1902.09689",
)

gated_antisymmetric = Cell(
    "gated_antisymmetric",
    {h: h + epsilon * sigmoid(a + drive("z")) * tanh(a + drive("n"))},
    description="the same with a gate of the same weight",
    source="Chang et al. 2019, arXiv 1902.09689",
)
