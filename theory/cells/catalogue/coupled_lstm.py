"""The LSTM whose input gate is what the forget gate leaves: i = 1 − f."""

from sympy import tanh

from longlag.theory.cells.cell import Cell
from longlag.theory.language.maps import recurrent
from longlag.theory.language.symbols import drive, sigmoid, state

h = state("h")
c = state("c")
f = sigmoid(recurrent("f", h) + drive("f"))
o = sigmoid(recurrent("o", h) + drive("o"))
c_new = f * c + (1 - f) * tanh(recurrent("g", h) + drive("g"))

coupled_lstm = Cell(
    "coupled_lstm",
    {h: o * tanh(c_new), c: c_new},
    description="LSTM with coupled input and forget gates",
    source="Greff et al. 2017",
)
