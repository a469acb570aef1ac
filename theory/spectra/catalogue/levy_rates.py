"""Rates with the one-sided stable law of index 1/2 and scale c: f = e^{−√(2cℓ)}.

A stretched exponential of exponent s is the transform of the one-sided stable law of index s, which
is elementary at s = 1/2 only. Source: Feller, vol. II, XIII.6.
"""

from sympy import Rational, exp, pi

from longlag.theory.scalar.parameters import positive
from longlag.theory.spectra.spectrum import Spectrum, nu

c = positive("c")

levy_rates = Spectrum(
    "levy_rates",
    (c / (2 * pi)) ** Rational(1, 2) * nu ** Rational(-3, 2) * exp(-c / (2 * nu)),
    description="one-sided stable rates: a stretched exponential of exponent 1/2",
    source="Feller, vol. II, XIII.6",
)
