"""The rates 1 … n of HiPPO-LegS, sampled at a step."""

from sympy import Integer, Interval, Rational, Symbol, ceiling, exp, oo

from longlag.theory.initialisations.catalogue.gates import by_bias
from longlag.theory.initialisations.initialisation import Initialisation, chance
from longlag.theory.notation import ell
from longlag.theory.scalar.parameters import positive

Delta, n = positive("Delta"), Symbol("n", integer=True, positive=True)
_KEPT = exp(-Delta * ceiling(n * chance))

hippo_rates = Initialisation(
    "hippo_rates",
    _KEPT,
    (1 - exp(-n * Delta * ell)) / (n * (exp(Delta * ell) - 1)),
    realised=by_bias(_KEPT),
    jumps=1 / n,
    domains={n: Interval(1, oo)},
    usual={Delta: Rational(1, 100), n: Integer(16)},
    description="rates 1 … n times a step: the span of e^(−t) … e^(−nt)",
    source="Gu et al. 2020, arXiv 2008.07669",
)
