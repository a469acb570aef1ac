"""Rates with the inverse Gaussian law of mean m and shape c: stretched decay with a short start."""

from sympy import Rational, exp, pi

from longlag.theory.scalar.parameters import positive
from longlag.theory.spectra.spectrum import Spectrum, nu

c, m = positive("c"), positive("m")

inverse_gaussian_rates = Spectrum(
    "inverse_gaussian_rates",
    (c / (2 * pi)) ** Rational(1, 2)
    * nu ** Rational(-3, 2)
    * exp(-c * nu / (2 * m**2) + c / m - c / (2 * nu)),
    description="inverse Gaussian rates: exponential, then stretched with exponent 1/2",
    source="derived here",
)
