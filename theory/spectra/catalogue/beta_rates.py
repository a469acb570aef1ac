"""Rates with a Beta distribution on (0, 1): f ~ Γ(a+b)/Γ(b) ℓ^{−a}, whatever the fast rates."""

from sympy import S, gamma

from longlag.theory.scalar.parameters import positive
from longlag.theory.spectra.spectrum import Spectrum, nu

a, b = positive("a"), positive("b")

beta_rates = Spectrum(
    "beta_rates",
    nu ** (a - 1) * (1 - nu) ** (b - 1) * gamma(a + b) / (gamma(a) * gamma(b)),
    support=(S.Zero, S.One),
    description="Beta-distributed rates: a power law of the index at 0",
    source="derived here",
)
