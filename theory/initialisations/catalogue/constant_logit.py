"""All gates alike: one bias for every unit."""

from sympy import Interval, Rational

from longlag.theory.initialisations.catalogue.gates import by_bias
from longlag.theory.initialisations.initialisation import Initialisation
from longlag.theory.notation import ell
from longlag.theory.scalar.parameters import positive

s = positive("s")

constant_logit = Initialisation(
    "constant_logit",
    1 - s,
    (1 - s) ** ell,
    realised=by_bias(1 - s),
    domains={s: Interval.open(0, 1)},
    usual={s: Rational(1, 20)},
    description="one bias for all gates: exponential",
    source="derived here",
)
