"""One exponential, the memory of a single unit."""

from sympy import exp

from longlag.theory.memory.kernel import Kernel, time
from longlag.theory.scalar.parameters import positive

exponential = Kernel(
    "exponential",
    positive("a") * exp(-positive("b") * time),
    description="one exponential: a single unit represents it",
    source="JMLR 23(42), 2022",
)
