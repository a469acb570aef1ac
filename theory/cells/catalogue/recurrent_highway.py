"""A recurrent highway of depth three: within a step the state passes three gated layers."""

from sympy import Expr, tanh

from longlag.theory.cells.cell import Cell
from longlag.theory.language.maps import recurrent
from longlag.theory.language.symbols import drive, sigmoid, state

h = state("h")


def _layer(s: Expr, number: int, inputs: int) -> Expr:
    t = sigmoid(recurrent(f"t{number}", s) + inputs * drive(f"t{number}"))
    return t * tanh(recurrent(f"n{number}", s) + inputs * drive(f"n{number}")) + (1 - t) * s


recurrent_highway = Cell(
    "recurrent_highway",
    {h: _layer(_layer(_layer(h, 1, 1), 2, 0), 3, 0)},
    description="three gated layers within a step; the input enters the first",
    source="Zilly et al. 2017, arXiv 1607.03474",
)
