"""The structurally constrained network: slow linear units feed a fast layer."""

from sympy import Interval

from longlag.theory.cells.cell import Cell
from longlag.theory.language.maps import recurrent
from longlag.theory.language.symbols import drive, parameter, sigmoid, state

h, s = state("h"), state("s")
alpha = parameter("alpha", Interval.open(0, 1))
s_new = alpha * s + (1 - alpha) * drive("s")

scrn = Cell(
    "scrn",
    {h: sigmoid(recurrent("p", s_new) + recurrent("n", h) + drive("n")), s: s_new},
    description="structurally constrained recurrent network",
    source="Mikolov et al. 2014, arXiv 1412.7753",
)
