"""The constant gate: h = (1−s) h₋ + s tanh(W h₋ + drive), s constant; also with LayerNorm."""

from sympy import Interval, tanh

from longlag.theory.cells.cell import Cell
from longlag.theory.language.maps import recurrent
from longlag.theory.language.norms import layer_norm
from longlag.theory.language.symbols import drive, parameter, state

h = state("h")
s = parameter("s", Interval.open(0, 1))
a = recurrent("n", h) + drive("n")

const_gate = Cell(
    "const_gate",
    {h: (1 - s) * h + s * tanh(a)},
    description="constant gate",
    source="arXiv 2512.05790",
)

const_gate_layer_norm = Cell(
    "const_gate_layer_norm",
    {h: (1 - s) * h + s * tanh(layer_norm(a, "n"))},
    description="constant gate with LayerNorm on the candidate",
    source="arXiv 2512.05790",
)
