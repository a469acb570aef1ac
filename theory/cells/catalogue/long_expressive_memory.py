"""Long expressive memory: two states with time steps of their own, learned as gates."""

from sympy import Interval, tanh

from longlag.theory.cells.cell import Cell
from longlag.theory.language.maps import recurrent
from longlag.theory.language.symbols import drive, parameter, sigmoid, state

y = state("y")
z = state("z")
step = parameter("dt", Interval.open(0, 1))
first = step * sigmoid(recurrent("a", y) + drive("a"))
second = step * sigmoid(recurrent("b", y) + drive("b"))
z_new = (1 - first) * z + first * tanh(recurrent("z", y) + drive("z"))

long_expressive_memory = Cell(
    "long_expressive_memory",
    {y: (1 - second) * y + second * tanh(recurrent("y", z_new) + drive("y")), z: z_new},
    description="two states with learned time steps, LEM",
    source="Rusch et al. 2022, arXiv 2110.04744",
)
