"""PyTorch's GRU, which resets after the recurrent map: n = tanh(drive_n + r ∘ (W_n h₋ + b_hn)).

The gate z keeps the old state (h = (1−z) n + z h₋), the opposite of Cho's convention. The drive
``hn`` is the bias b_hn, which sits inside the reset.
"""

from sympy import tanh

from longlag.theory.cells.cell import Cell
from longlag.theory.language.maps import recurrent
from longlag.theory.language.norms import layer_norm
from longlag.theory.language.symbols import drive, sigmoid, state

h = state("h")
r = sigmoid(recurrent("r", h) + drive("r"))
z = sigmoid(recurrent("z", h) + drive("z"))
a = drive("n") + r * (recurrent("n", h) + drive("hn"))

gru = Cell(
    "gru",
    {h: (1 - z) * tanh(a) + z * h},
    description="GRU with reset after the map, torch.nn.GRU",
    source="PyTorch; arXiv 2512.05790",
)

gru_layer_norm = Cell(
    "gru_layer_norm",
    {h: (1 - z) * tanh(layer_norm(a, "n")) + z * h},
    description="the same with LayerNorm on the candidate",
    source="arXiv 2512.05790",
)
