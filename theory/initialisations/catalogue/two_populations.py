"""A share of slow units beside fast ones."""

from sympy import Interval, Piecewise, Rational

from longlag.theory.initialisations.catalogue.gates import by_bias
from longlag.theory.initialisations.initialisation import Initialisation, chance
from longlag.theory.notation import ell
from longlag.theory.scalar.parameters import positive

p, s_1, s_2 = positive("p"), positive("s_1"), positive("s_2")
_KEPT = Piecewise((1 - s_1, chance < p), (1 - s_2, True))

two_populations = Initialisation(
    "two_populations",
    _KEPT,
    p * (1 - s_1) ** ell + (1 - p) * (1 - s_2) ** ell,
    realised=by_bias(_KEPT),
    jumps=p,
    domains={each: Interval.open(0, 1) for each in (p, s_1, s_2)},
    usual={p: Rational(1, 10), s_1: Rational(1, 200), s_2: Rational(1, 5)},
    description="slow units with a probability, fast ones else",
    source="derived here",
)
