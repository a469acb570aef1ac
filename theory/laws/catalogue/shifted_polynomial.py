"""Shifted polynomial decay c(1+ℓ/τ)^{−b}: Gamma-distributed rates, exactly."""

from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import ell
from longlag.theory.scalar.parameters import positive

b, c, tau = positive("b"), positive("c"), positive("tau")

shifted_polynomial = DecayLaw(
    "shifted_polynomial",
    c * (1 + ell / tau) ** (-b),
    description="Gamma-distributed rates",
    source="arXiv 2512.05790",
)
