"""Log-normal rates of median m and spread s: slower than any exponential, faster than any power."""

from sympy import exp, log, pi, sqrt

from longlag.theory.scalar.parameters import positive
from longlag.theory.spectra.spectrum import Spectrum, nu

m, s = positive("m"), positive("s")

log_normal_rates = Spectrum(
    "log_normal_rates",
    exp(-(log(nu / m) ** 2) / (2 * s**2)) / (nu * s * sqrt(2 * pi)),
    description="log-normal rates: between a power law and an exponential",
    source="derived here",
)
