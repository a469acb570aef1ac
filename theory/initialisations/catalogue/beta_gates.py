"""Gates with a Beta distribution: a power law whose exponent is that of the density at 1."""

from sympy import Integer, gamma

from longlag.theory.initialisations.catalogue.gates import by_bias
from longlag.theory.initialisations.initialisation import Initialisation, chance
from longlag.theory.notation import ell
from longlag.theory.scalar.parameters import positive

q = positive("q")
_KEPT = 1 - chance ** (1 / q)

beta_gates = Initialisation(
    "beta_gates",
    _KEPT,
    gamma(q + 1) * gamma(ell + 1) / gamma(ell + q + 1),
    realised=by_bias(_KEPT),
    usual={q: Integer(1) / 2},
    description="shares of density q (1 − a)^(q−1) on (0, 1): a power law of exponent q",
    source="derived here",
)
