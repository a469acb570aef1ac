"""The LSTM with peepholes: its gates see the cell state too, the output gate the new one."""

from sympy import Interval, tanh

from longlag.theory.cells.cell import Cell
from longlag.theory.language.maps import recurrent
from longlag.theory.language.symbols import drive, parameter, sigmoid, state

WEIGHT = Interval(-1, 1)
h = state("h")
c = state("c")
i = sigmoid(recurrent("i", h) + parameter("p_i", WEIGHT, per_neuron=True) * c + drive("i"))
f = sigmoid(recurrent("f", h) + parameter("p_f", WEIGHT, per_neuron=True) * c + drive("f"))
g = tanh(recurrent("g", h) + drive("g"))
c_new = f * c + i * g
o = sigmoid(recurrent("o", h) + parameter("p_o", WEIGHT, per_neuron=True) * c_new + drive("o"))

peephole_lstm = Cell(
    "peephole_lstm",
    {h: o * tanh(c_new), c: c_new},
    description="LSTM with peepholes",
    source="Gers and Schmidhuber 2000",
)
