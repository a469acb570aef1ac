"""UnICORNN: undamped oscillators, each driven by itself, in a symplectic step."""

from sympy import Interval, oo, tanh

from longlag.theory.cells.cell import Cell
from longlag.theory.language.symbols import drive, parameter, sigmoid, state

y, z = state("y"), state("z")
step = parameter("step", Interval.open(0, 1)) * sigmoid(parameter("c", per_neuron=True))
force = tanh(parameter("w", per_neuron=True) * y + drive("y"))
z_new = z - step * (force + parameter("alpha", Interval.open(0, oo)) * y)

unicornn = Cell(
    "unicornn",
    {y: y + step * z_new, z: z_new},
    description="undamped independent controlled oscillators",
    source="Rusch and Mishra 2021, arXiv 2103.05487",
)
