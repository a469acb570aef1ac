"""Ordered neurons: master gates that are cumulative sums of a softmax over the neurons."""

from sympy import tanh

from longlag.theory.cells.cell import Cell
from longlag.theory.language.axes import axis
from longlag.theory.language.maps import recurrent
from longlag.theory.language.reductions import cumulative, softmax
from longlag.theory.language.symbols import drive, sigmoid, state

N = axis("N")
h = state("h", N)
c = state("c", N)
i, f, o = (sigmoid(recurrent(name, h) + drive(name, N)) for name in "ifo")
g = tanh(recurrent("g", h) + drive("g", N))
keep = cumulative(softmax(recurrent("k", h) + drive("k", N), over=N), over=N)
take = 1 - cumulative(softmax(recurrent("l", h) + drive("l", N), over=N), over=N)
both = keep * take
c_new = (f * both + keep - both) * c + (i * both + take - both) * g

ordered_neurons = Cell(
    "ordered_neurons",
    {h: o * tanh(c_new), c: c_new},
    description="LSTM with ordered neurons",
    source="Shen et al. 2019, arXiv 1810.09536",
)
