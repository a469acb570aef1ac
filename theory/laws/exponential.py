"""Exponential decay ce^{−bℓ}: one time scale 1/b."""

from sympy import exp

from longlag.theory.decay import DecayLaw, ell, positive

b, c = positive("b"), positive("c")

exponential = DecayLaw(
    "exponential",
    c * exp(-b * ell),
    description="one time scale",
    source="arXiv 2512.05790",
)
