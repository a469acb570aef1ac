"""A leaky neuron that fires: its step is differentiated as a fast sigmoid, its reset not at all."""

from sympy import Abs, Heaviside, Interval

from longlag.theory.cells.cell import Cell
from longlag.theory.language.maps import recurrent
from longlag.theory.language.symbols import drive, parameter, state
from longlag.theory.scalar.functions import hold, surrogate

v = state("v")
above = v - parameter("theta", Interval(0, 1))
spike = surrogate(Heaviside(above), 1 / (1 + 25 * Abs(above)) ** 2)

spiking = Cell(
    "spiking",
    {
        v: parameter("beta", Interval.open(0, 1)) * v * (1 - hold(spike))
        + recurrent("w", spike)
        + drive("w")
    },
    description="leaky integrate and fire with a surrogate slope",
    source="Zenke and Ganguli 2018, arXiv 1705.11146",
)
