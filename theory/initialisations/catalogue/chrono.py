"""The chrono initialisation: forget biases ln U[1, T−1], time scales even up to T."""

from sympy import Integer, Interval, expint, log, oo

from longlag.theory.initialisations.initialisation import Initialisation, chance
from longlag.theory.notation import ell
from longlag.theory.scalar.parameters import positive

T = positive("T")
_DRAWN = 1 + (T - 2) * chance

chrono = Initialisation(
    "chrono",
    _DRAWN / (1 + _DRAWN),
    expint(2, ell / T),
    realised={"z": -log(_DRAWN)},
    limit=T,
    domains={T: Interval.open(2, oo)},
    usual={T: Integer(1000)},
    description="forget biases ln U[1, T−1]; E_2(ℓ/T) for 1 ≪ ℓ ≪ T²",
    source="Tallec and Ollivier 2018, arXiv 1804.11188",
)
