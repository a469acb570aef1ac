"""Short memory and a bump at t = 9, a target of the experiments."""

from sympy import Rational, exp, sqrt

from longlag.theory.memory.kernel import Kernel, rate, time
from longlag.theory.memory.kernels.bump import bump

_late = bump.at({"c": 1, "mu": 9, "s": sqrt(Rational(1, 2))})

two_parts = Kernel(
    "two_parts",
    exp(-time) + _late.rho,
    closed_transform=1 / (1 + rate) + _late.laplace,
    description="e^{-t} + e^{-(t-9)^2}",
    source="JMLR 23(42), 2022",
)
