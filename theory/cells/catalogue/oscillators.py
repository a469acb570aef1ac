"""Coupled oscillators: position y and velocity z of a damped, driven network, one step of each."""

from sympy import Interval, tanh

from longlag.theory.cells.cell import Cell
from longlag.theory.language.maps import recurrent
from longlag.theory.language.symbols import drive, parameter, state

y = state("y")
z = state("z")
step = parameter("dt", Interval.open(0, 1))
force = tanh(recurrent("y", y) + recurrent("z", z) + drive("n"))
pull = parameter("gamma", Interval(0, 2)) * y + parameter("epsilon", Interval(0, 2)) * z
z_new = z + step * (force - pull)

oscillators = Cell(
    "oscillators",
    {y: y + step * z_new, z: z_new},
    description="coupled oscillators, coRNN",
    source="Rusch and Mishra 2021, arXiv 2010.00951",
)
