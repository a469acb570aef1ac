"""Rates spread evenly over [0, B]: f ~ 1/(Bℓ)."""

from sympy import S

from longlag.theory.scalar.parameters import positive
from longlag.theory.spectra.spectrum import Spectrum

B = positive("B")

uniform_rates = Spectrum(
    "uniform_rates",
    1 / B,
    support=(S.Zero, B),
    description="rates even down to 0: decay like 1/lag",
    source="derived here",
)
