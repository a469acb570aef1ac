"""The addition-subtraction twin-gated network: both gates come from the drive and one map."""

from longlag.theory.cells.cell import Cell
from longlag.theory.language.maps import recurrent
from longlag.theory.language.symbols import drive, sigmoid, state

h = state("h")
x, a = drive("n"), recurrent("n", h)

atr = Cell(
    "atr",
    {h: sigmoid(x + a) * x + sigmoid(x - a) * h},
    description="addition-subtraction twin-gated network",
    source="Zhang et al. 2018, arXiv 1810.12546",
)
