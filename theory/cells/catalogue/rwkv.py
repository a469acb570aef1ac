"""The state of RWKV-4's WKV: a numerator and a positive normaliser with one decay per neuron."""

from sympy import Interval, exp, oo

from longlag.theory.cells.cell import Cell
from longlag.theory.language.symbols import drive, parameter, state

a, b = state("a"), state("b", Interval.open(0, oo))
kept = exp(-exp(parameter("w", per_neuron=True)))
key = exp(drive("k"))

rwkv = Cell(
    "rwkv",
    {a: kept * a + key * drive("v"), b: kept * b + key},
    description="numerator and normaliser of WKV, RWKV-4",
    source="Peng et al. 2023, arXiv 2305.13048",
)
