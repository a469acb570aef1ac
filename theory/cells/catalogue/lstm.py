"""PyTorch's LSTM; its state is the pair (h, c)."""

from sympy import tanh

from longlag.theory.cells.cell import Cell
from longlag.theory.language.maps import recurrent
from longlag.theory.language.symbols import drive, sigmoid, state

h = state("h")
c = state("c")
i = sigmoid(recurrent("i", h) + drive("i"))
f = sigmoid(recurrent("f", h) + drive("f"))
g = tanh(recurrent("g", h) + drive("g"))
o = sigmoid(recurrent("o", h) + drive("o"))
c_new = f * c + i * g

lstm = Cell(
    "lstm",
    {h: o * tanh(c_new), c: c_new},
    description="LSTM with state (h, c), torch.nn.LSTM",
    source="Hochreiter and Schmidhuber 1997; PyTorch; arXiv 2512.05790",
)
