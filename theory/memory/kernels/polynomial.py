"""Polynomial memory (1 + t/τ)^{−(1+ω)}: its transform is an exponential integral."""

from sympy import exp, expint

from longlag.theory.memory.kernel import Kernel, rate, time
from longlag.theory.scalar.parameters import positive

c, omega, tau = positive("c"), positive("omega"), positive("tau")

polynomial = Kernel(
    "polynomial",
    c * (1 + time / tau) ** -(1 + omega),
    closed_transform=c * tau * exp(rate * tau) * expint(1 + omega, rate * tau),
    description="polynomial memory; the smaller omega, the longer",
    source="JMLR 23(42), 2022",
)
