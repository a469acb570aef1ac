"""Eigenvalues with even areas of a ring whose outer radius may be 1."""

from sympy import Interval, sqrt

from longlag.theory.initialisations.initialisation import chance
from longlag.theory.notation import ell
from longlag.theory.phases.family import Family
from longlag.theory.scalar.parameters import positive
from longlag.theory.spectra.share_average import ShareAverage

r_0, r_1 = positive("r_0"), positive("r_1")

ring = Family(
    "ring",
    ShareAverage(sqrt(r_0**2 + (r_1**2 - r_0**2) * chance), chance, ell),
    {r_0: Interval.open(0, 1), r_1: Interval.Lopen(0, 1)},
    description="eigenvalues of an LRU between two radii, in any order",
    source="Orvieto et al. 2023, arXiv 2303.06349; derived here",
)
