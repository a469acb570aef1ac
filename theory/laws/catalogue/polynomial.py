"""Polynomial decay cℓ^{−b}: a scale-free spectrum of time scales."""

from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import ell
from longlag.theory.scalar.parameters import positive

b, c = positive("b"), positive("c")

polynomial = DecayLaw(
    "polynomial", c * ell ** (-b), description="scale-free", source="arXiv 2512.05790"
)
