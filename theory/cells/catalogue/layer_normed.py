"""LayerNorm on the candidates of other gated cells, and on every pre-activation of an LSTM."""

from sympy import tanh

from longlag.theory.cells.cell import Cell
from longlag.theory.language.maps import recurrent
from longlag.theory.language.norms import layer_norm
from longlag.theory.language.symbols import drive, sigmoid, state

h = state("h")
c = state("c")
n = tanh(layer_norm(recurrent("n", h) + drive("n"), "n"))
s = sigmoid(recurrent("s", h, shared=True) + drive("s"))
z = sigmoid(recurrent("z", h) + drive("z"))
r = sigmoid(recurrent("r", h) + drive("r"))
reset = tanh(layer_norm(recurrent("n", r * h) + drive("n"), "n"))

shared_gate_layer_norm = Cell(
    "shared_gate_layer_norm",
    {h: (1 - s) * h + s * n},
    description="one shared gate, LayerNorm on the candidate",
    source="Ba et al. 2016, arXiv 1607.06450; arXiv 2512.05790",
)

diag_gate_layer_norm = Cell(
    "diag_gate_layer_norm",
    {h: (1 - z) * h + z * n},
    description="one gate per neuron, LayerNorm on the candidate",
    source="Ba et al. 2016, arXiv 1607.06450; arXiv 2512.05790",
)

gru_reset_before_layer_norm = Cell(
    "gru_reset_before_layer_norm",
    {h: (1 - z) * h + z * reset},
    description="GRU with reset before the map, LayerNorm on the candidate",
    source="Ba et al. 2016, arXiv 1607.06450",
)

i, f, g, o = (layer_norm(recurrent(name, h) + drive(name), name) for name in "ifgo")
c_new = sigmoid(f) * c + sigmoid(i) * tanh(g)

lstm_layer_norm = Cell(
    "lstm_layer_norm",
    {h: sigmoid(o) * tanh(layer_norm(c_new, "c")), c: c_new},
    description="LSTM with LayerNorm on every pre-activation and on the cell state",
    source="Ba et al. 2016, arXiv 1607.06450",
)
