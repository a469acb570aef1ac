"""Stretched exponential decay ce^{−(ℓ/τ)^s}; compressed for s > 1."""

from sympy import exp

from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import ell
from longlag.theory.scalar.parameters import positive

c, s, tau = positive("c"), positive("s"), positive("tau")

stretched_exponential = DecayLaw(
    "stretched_exponential",
    c * exp(-((ell / tau) ** s)),
    description="stretched for s < 1, compressed for s > 1",
    source="arXiv 2512.05790",
)
