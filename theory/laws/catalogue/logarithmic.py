"""Logarithmic decay c(1+ln ℓ)^{−b}: slower than every power."""

from sympy import log

from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import ell
from longlag.theory.scalar.parameters import positive

b, c = positive("b"), positive("c")

logarithmic = DecayLaw(
    "logarithmic",
    c * (1 + log(ell)) ** (-b),
    description="slower than every power",
    source="arXiv 2512.05790",
)
