"""Humped power cℓ^{a}e^{−(ℓ/τ)^p}: rises to its maximum before it decays."""

from sympy import exp

from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import ell
from longlag.theory.scalar.parameters import positive

a, c, p, tau = positive("a"), positive("c"), positive("p"), positive("tau")

humped_power = DecayLaw(
    "humped_power",
    c * ell**a * exp(-((ell / tau) ** p)),
    smallest_lag=1,
    description="a tempered power with b = -a < 0; the other branch of Lambert's W",
    source="derived here",
)
