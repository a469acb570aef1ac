"""Time scales with the Pareto tail P(τ > x) = x^{−b}, x ≥ 1: f ~ Γ(1+b) ℓ^{−b}."""

from sympy import S, oo

from longlag.theory.scalar.parameters import positive
from longlag.theory.spectra.spectrum import Spectrum, Variable, tau

b = positive("b")

pareto_time_scales = Spectrum(
    "pareto_time_scales",
    b * tau ** (-b - 1),
    variable=Variable.TIME_SCALE,
    support=(S.One, oo),
    description="Pareto time scales: a power law from lags of a few on",
    source="arXiv 2512.05790",
)
