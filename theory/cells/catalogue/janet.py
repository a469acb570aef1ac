"""Just another network: the forget gate alone, opened further for what comes in."""

from sympy import Interval, tanh

from longlag.theory.cells.cell import Cell
from longlag.theory.language.maps import recurrent
from longlag.theory.language.symbols import drive, parameter, sigmoid, state

h = state("h")
s = recurrent("f", h) + drive("f")
n = tanh(recurrent("n", h) + drive("n"))
beta = parameter("beta", Interval(0, 2))

janet = Cell(
    "janet",
    {h: sigmoid(s) * h + (1 - sigmoid(s - beta)) * n},
    description="the forget gate alone",
    source="van der Westhuizen and Lasenby 2018",
)
