"""Rates with P(ν ≤ x) = (1 − ln x)^{−b}, x ≤ 1: decay like (ln ℓ)^{−b}, slower than every power.

For b = 1 the density is 1/(ν (1 − ln ν)²), hence ~ 1/(ν ln² ν) near 0.
"""

from sympy import S, log

from longlag.theory.scalar.parameters import positive
from longlag.theory.spectra.spectrum import Spectrum, nu

b = positive("b")

logarithmic_rates = Spectrum(
    "logarithmic_rates",
    b / (nu * (1 - log(nu)) ** (b + 1)),
    support=(S.Zero, S.One),
    description="rates of all orders of magnitude: logarithmic decay",
    source="arXiv 2512.05790",
)
