"""An LSTM whose output is projected: h over P is shorter than c over N."""

from sympy import tanh

from longlag.theory.cells.cell import Cell
from longlag.theory.language.axes import axis
from longlag.theory.language.maps import recurrent
from longlag.theory.language.symbols import drive, sigmoid, state

N = axis("N")
P = axis("P")
h = state("h", P)
c = state("c", N)
i = sigmoid(recurrent("i", h, to=N) + drive("i", N))
f = sigmoid(recurrent("f", h, to=N) + drive("f", N))
g = tanh(recurrent("g", h, to=N) + drive("g", N))
o = sigmoid(recurrent("o", h, to=N) + drive("o", N))
c_new = f * c + i * g

projected_lstm = Cell(
    "projected_lstm",
    {h: recurrent("r", o * tanh(c_new), to=P), c: c_new},
    description="LSTM with a projection",
    source="Sak et al. 2014, arXiv 1402.1128",
)
