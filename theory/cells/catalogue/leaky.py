"""The leaky integrator: h = (1−α) h₋ + α φ(W h₋ + drive), α constant, time constant −1/ln(1−α)."""

from sympy import Interval, tanh

from longlag.theory.cells.cell import Cell
from longlag.theory.language.maps import recurrent
from longlag.theory.language.symbols import drive, parameter, state

h = state("h")
alpha = parameter("alpha", Interval.open(0, 1))
n = tanh(recurrent("n", h) + drive("n"))

leaky = Cell(
    "leaky",
    {h: (1 - alpha) * h + alpha * n},
    description="leaky integrator with a constant leak",
    source="arXiv 2508.12121",
)
