"""A network with a connection from three steps back beside the usual one."""

from sympy import tanh

from longlag.theory.cells.cell import Cell
from longlag.theory.language.maps import recurrent
from longlag.theory.language.symbols import drive, state

h = state("h")

delayed = Cell(
    "delayed",
    {h: tanh(recurrent("n", h) + recurrent("d", h.delay(3)) + drive("n"))},
    description="with a connection from three steps back",
    source="Lin et al. 1996",
)
