"""FastGRNN: gate and candidate share their recurrent weight."""

from sympy import Interval, tanh

from longlag.theory.cells.cell import Cell
from longlag.theory.language.given import weight
from longlag.theory.language.symbols import drive, parameter, sigmoid, state

h = state("h")
U = weight("U")
z = sigmoid(U(h) + drive("z"))
n = tanh(U(h) + drive("n"))
zeta = parameter("zeta", Interval(0, 1))
nu = parameter("nu", Interval(0, 1))

fast_grnn = Cell(
    "fast_grnn",
    {h: (zeta * (1 - z) + nu) * n + z * h},
    description="gate and candidate with one recurrent weight",
    source="Kusupati et al. 2018, arXiv 1901.02358",
)
