"""The real-gated linear recurrent unit: a = exp(−8 softplus(Λ) r), the intake √(1−a²) i."""

from sympy import exp, sqrt

from longlag.theory.cells.cell import Cell
from longlag.theory.language.symbols import drive, parameter, sigmoid, state
from longlag.theory.scalar.functions import softplus

h = state("h")
r, i = sigmoid(drive("r")), sigmoid(drive("i"))
a = exp(-8 * softplus(parameter("Lambda", per_neuron=True)) * r)

rg_lru = Cell(
    "rg_lru",
    {h: a * h + sqrt(1 - a**2) * i * drive("x")},
    description="real-gated linear recurrent unit of Griffin",
    source="De et al. 2024, arXiv 2402.19427",
)
