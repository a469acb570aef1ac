"""Gamma distributed rates above a slowest one, which may be zero."""

from sympy import Interval, Symbol, exp, gamma, oo

from longlag.theory.notation import ell
from longlag.theory.phases.family import Family
from longlag.theory.scalar.parameters import positive
from longlag.theory.spectra.rate_average import RateAverage
from longlag.theory.spectra.spectrum import nu

b, r = positive("b"), Symbol("r", real=True)

shifted_rates = Family(
    "shifted_rates",
    RateAverage((nu - r) ** (b - 1) * exp(r - nu) / gamma(b), nu, r, oo, ell),
    {r: Interval(0, oo)},
    description="rates above a slowest one, r: its density there is a power",
    source="derived here",
)
