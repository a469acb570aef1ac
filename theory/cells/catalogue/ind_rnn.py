"""The independently recurrent network: every neuron sees its own state alone."""

from sympy import Interval, tanh

from longlag.theory.cells.cell import Cell
from longlag.theory.language.symbols import drive, parameter, state

h = state("h")
u = parameter("u", Interval(-1, 1), per_neuron=True)

ind_rnn = Cell(
    "ind_rnn",
    {h: tanh(u * h + drive("n"))},
    description="independently recurrent network",
    source="Li et al. 2018, arXiv 1803.04831",
)
