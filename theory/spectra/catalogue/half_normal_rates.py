"""Rates |x| of a normal x with standard deviation s: f ~ √(2/π)/(sℓ)."""

from sympy import Rational, exp, pi

from longlag.theory.scalar.parameters import positive
from longlag.theory.spectra.spectrum import Spectrum, nu

s = positive("s")

half_normal_rates = Spectrum(
    "half_normal_rates",
    (2 / pi) ** Rational(1, 2) / s * exp(-(nu**2) / (2 * s**2)),
    description="half-normal rates: decay like 1/lag",
    source="derived here",
)
