"""Eigenvalues with even areas of a ring: |λ|² uniform on [r₀², r₁²]."""

from sympy import Interval, Rational, log, sqrt

from longlag.theory.initialisations.initialisation import Initialisation, chance
from longlag.theory.notation import ell
from longlag.theory.scalar.parameters import positive

r_0, r_1 = positive("r_0"), positive("r_1")
_KEPT = sqrt(r_0**2 + (r_1**2 - r_0**2) * chance)
_SOURCE = "Orvieto et al. 2023, arXiv 2303.06349"

lru_disc = Initialisation(
    "lru_disc",
    sqrt(chance),
    2 / (ell + 2),
    cell="linear_recurrent_unit",
    realised={"nu": log(-log(sqrt(chance)))},
    description="|λ|² uniform on (0, 1): a power law of exponent 1 from the start",
    source=_SOURCE,
)

lru_ring = Initialisation(
    "lru_ring",
    _KEPT,
    2 * (r_1 ** (ell + 2) - r_0 ** (ell + 2)) / ((ell + 2) * (r_1**2 - r_0**2)),
    cell="linear_recurrent_unit",
    realised={"nu": log(-log(_KEPT))},
    domains={each: Interval.open(0, 1) for each in (r_0, r_1)},
    usual={r_0: Rational(9, 10), r_1: Rational(999, 1000)},
    description="|λ|² uniform on (r_0², r_1²): a power between the time scales of both radii",
    source=_SOURCE,
)
