"""The Legendre memory unit: a linear memory m over N with given matrices, read by h over P."""

from sympy import tanh

from longlag.theory.cells.cell import Cell
from longlag.theory.language.axes import axis
from longlag.theory.language.maps import recurrent
from longlag.theory.language.symbols import drive, state

N = axis("N")
P = axis("P")
m = state("m", N)
h = state("h", P)
m_new = recurrent("A", m) + recurrent("B", h, to=N) + drive("m", N)

legendre_memory = Cell(
    "legendre_memory",
    {m: m_new, h: tanh(recurrent("h", h) + recurrent("m", m_new, to=P) + drive("h", P))},
    description="a linear memory beside a nonlinear state; A of HiPPO is given as a weight",
    source="Voelker et al. 2019",
)
