"""The minimal LSTM: gates of the input alone that add up to one."""

from longlag.theory.cells.cell import Cell
from longlag.theory.language.symbols import drive, sigmoid, state

h = state("h")
f, i = sigmoid(drive("f")), sigmoid(drive("i"))

min_lstm = Cell(
    "min_lstm",
    {h: f / (f + i) * h + i / (f + i) * drive("n")},
    description="minimal LSTM, gates of the input alone that add up to one",
    source="Feng et al. 2024, arXiv 2410.01201",
)
