"""The minimal GRU: h = (1−z) h₋ + z (drive), z = σ(drive); nothing crosses a map."""

from longlag.theory.cells.cell import Cell
from longlag.theory.language.symbols import drive, sigmoid, state

h = state("h")
z = sigmoid(drive("z"))

min_gru = Cell(
    "min_gru",
    {h: (1 - z) * h + z * drive("n")},
    description="minimal GRU, gates of the input alone",
    source="Feng et al. 2024, arXiv 2410.01201",
)
