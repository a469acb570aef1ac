"""Two exponentials c₁e^{−b₁ℓ}+c₂e^{−b₂ℓ}: two time scales with a crossover."""

from sympy import exp

from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import ell
from longlag.theory.scalar.parameters import positive

b1, b2, c1, c2 = positive("b1"), positive("b2"), positive("c1"), positive("c2")

two_exponentials = DecayLaw(
    "two_exponentials",
    c1 * exp(-b1 * ell) + c2 * exp(-b2 * ell),
    description="two time scales",
    source="arXiv 2512.05790",
)
