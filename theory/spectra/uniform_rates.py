"""Rates spread evenly over [0, B]: f ~ 1/(Bℓ)."""

from sympy import S

from longlag.theory.decay import positive
from longlag.theory.spectrum import Spectrum

B = positive("B")

uniform_rates = Spectrum(
    "uniform_rates",
    1 / B,
    support=(S.Zero, B),
    description="rates even down to 0: decay like 1/lag",
    source="derived here",
)
