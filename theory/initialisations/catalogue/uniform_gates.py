"""Gates that keep any share with the same probability."""

from longlag.theory.initialisations.catalogue.gates import by_bias
from longlag.theory.initialisations.initialisation import Initialisation, chance
from longlag.theory.notation import ell

uniform_gates = Initialisation(
    "uniform_gates",
    chance,
    1 / (ell + 1),
    realised=by_bias(chance),
    description="gates uniform on (0, 1): a power law of exponent 1",
    source="derived here",
)
