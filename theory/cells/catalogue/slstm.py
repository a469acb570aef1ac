"""The sLSTM: exponential input gates, and a normaliser n > 0."""

from sympy import Interval, exp, oo, tanh

from longlag.theory.cells.cell import Cell
from longlag.theory.language.maps import recurrent
from longlag.theory.language.symbols import drive, sigmoid, state

h, c, n = state("h"), state("c"), state("n", Interval.open(0, oo))
i = exp(recurrent("i", h) + drive("i"))
f = sigmoid(recurrent("f", h) + drive("f"))
o = sigmoid(recurrent("o", h) + drive("o"))
c_new = f * c + i * tanh(recurrent("z", h) + drive("z"))
n_new = f * n + i

slstm = Cell(
    "slstm",
    {h: o * c_new / n_new, c: c_new, n: n_new},
    description="LSTM with exponential gates and a normaliser",
    source="Beck et al. 2024, arXiv 2405.04517",
)
