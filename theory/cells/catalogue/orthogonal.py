"""A network with an orthogonal weight: the exponential of an antisymmetric one."""

from sympy import tanh

from longlag.theory.cells.cell import Cell
from longlag.theory.language.given import weight
from longlag.theory.language.symbols import drive, state
from longlag.theory.language.weights import expm

h = state("h")
A = weight("A")

orthogonal = Cell(
    "orthogonal",
    {h: tanh(expm(A - A.T)(h) + drive("n"))},
    description="orthogonal weight by the exponential map",
    source="Lezcano-Casado and Martinez-Rubio 2019, arXiv 1901.08428",
)
