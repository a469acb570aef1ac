"""Complex modes: the linear recurrent unit, and S4D by a hold of zeroth order."""

from sympy import I, Interval, exp

from longlag.theory.cells.cell import Cell
from longlag.theory.language.symbols import drive, parameter, state
from longlag.theory.scalar.functions import softplus

z = state("z", complex=True)
modulus = exp(-exp(parameter("nu", Interval(-3, 1), per_neuron=True)))
angle = parameter("theta", Interval(0, 3), per_neuron=True)

linear_recurrent_unit = Cell(
    "linear_recurrent_unit",
    {z: modulus * exp(I * angle) * z + (1 - modulus**2) ** (1 / 2) * drive("u", complex=True)},
    description="complex modes in a ring, inputs normalised",
    source="Orvieto et al. 2023, arXiv 2303.06349",
)

step = softplus(parameter("dt", Interval(-3, 0), per_neuron=True))
decay = exp(parameter("a", Interval(-1, 1), per_neuron=True))
pole = -decay + I * angle

s4d = Cell(
    "s4d",
    {z: exp(step * pole) * z + (exp(step * pole) - 1) / pole * drive("u")},
    description="a diagonal state space, discretised by a hold of zeroth order",
    source="Gu et al. 2022, arXiv 2206.11893",
)
