"""Rates with a Gamma distribution of shape b and scale θ: the shifted power law (1+θℓ)^{−b}."""

from sympy import exp, gamma

from longlag.theory.scalar.parameters import positive
from longlag.theory.spectra.spectrum import Spectrum, nu

b, theta = positive("b"), positive("theta")

gamma_rates = Spectrum(
    "gamma_rates",
    nu ** (b - 1) * exp(-nu / theta) / (gamma(b) * theta**b),
    description="Gamma-distributed rates: a shifted power law, exactly",
    source="arXiv 2512.05790",
)
