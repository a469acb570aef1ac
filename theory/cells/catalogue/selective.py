"""Selective state spaces: decay and input scale with a step that depends on the input."""

from sympy import Interval, exp

from longlag.theory.cells.cell import Cell
from longlag.theory.language.axes import axis
from longlag.theory.language.symbols import drive, parameter, state
from longlag.theory.scalar.functions import softplus

N = axis("N")
P = axis("P")
K = axis("K")
h = state("h", P, N)
step = softplus(drive("dt", P))
rate = parameter("A", Interval.open(0, 3), P, N)

mamba = Cell(
    "mamba",
    {h: exp(-step * rate) * h + step * drive("B", N) * drive("x", P)},
    description="channels by states, each with a rate of its own",
    source="Gu and Dao 2023, arXiv 2312.00752",
)

heads = state("h", K, P, N)
head_step = softplus(drive("dt", K))
head_rate = parameter("A", Interval.open(0, 3), K)

mamba2 = Cell(
    "mamba2",
    {heads: exp(-head_step * head_rate) * heads + head_step * drive("B", N) * drive("x", K, P)},
    description="one rate for each head",
    source="Dao and Gu 2024, arXiv 2405.21060",
)
