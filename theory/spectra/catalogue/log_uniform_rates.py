"""Rates spread evenly in ln ν over [a, B]: 1/f memory between two cut-offs."""

from sympy import log

from longlag.theory.scalar.parameters import positive
from longlag.theory.spectra.spectrum import Spectrum, nu

a, B = positive("a"), positive("B")

log_uniform_rates = Spectrum(
    "log_uniform_rates",
    1 / (nu * log(B / a)),
    support=(a, B),
    description="rates even in their logarithm",
    source="arXiv 2512.05790",
)
