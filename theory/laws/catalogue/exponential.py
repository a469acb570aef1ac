"""Exponential decay ce^{−bℓ}: one time scale 1/b."""

from sympy import exp

from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import ell
from longlag.theory.scalar.parameters import positive

b, c = positive("b"), positive("c")

exponential = DecayLaw(
    "exponential", c * exp(-b * ell), description="one time scale", source="arXiv 2512.05790"
)
