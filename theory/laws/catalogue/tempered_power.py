"""Tempered power cℓ^{−b}e^{−(ℓ/τ)^p}: a power law up to a cutoff at τ."""

from sympy import exp

from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import ell
from longlag.theory.scalar.parameters import positive

b, c, p, tau = positive("b"), positive("c"), positive("p"), positive("tau")

tempered_power = DecayLaw(
    "tempered_power",
    c * ell ** (-b) * exp(-((ell / tau) ** p)),
    description="a power law with a cutoff",
    source="arXiv 2512.05790",
)
