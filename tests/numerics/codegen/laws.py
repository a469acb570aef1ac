"""What the tests of generated laws share: laws of a user, random numbers, the truth."""

from __future__ import annotations

from sympy import Rational, Symbol, exp
from sympy import log as ln

from longlag.numerics import generate
from longlag.theory.decay import DecayLaw, ell, positive
from longlag.theory.laws import LAWS

b, tau = positive("b"), positive("tau")
_NAMES = [positive(name) for name in ("N", "A", "kappa", "u", "x", "t")]
_awkward = [Symbol(name, positive=True) for name in ("lambda", "exp", "np", "frame", "x0")]

#: Laws that a user might type: floors, humps, products, no closed form, names of everything.
TYPED = {
    law.name: law
    for law in (
        DecayLaw("floor", Rational(1, 5) + Rational(4, 5) * exp(-ell / tau)),
        DecayLaw("floor_below_two", positive("c0") + exp(-b * ell) + 1 / (1 + ell / tau)),
        DecayLaw("hump", ell * exp(-b * ell)),
        DecayLaw("product", (exp(-ell / tau) + 3 * exp(-2 * b * ell)) / (1 + ell)),
        DecayLaw("power_and_logarithm", ell**-b / (1 + ln(1 + ell / tau))),
        DecayLaw("squared_sum", (exp(-b * ell) + exp(-ell / tau) / 3) ** 2),
        DecayLaw(
            "names_of_the_window",
            _NAMES[0] * exp(-_NAMES[1] * ell)
            + _NAMES[2] * exp(-_NAMES[3] * ell)
            + _NAMES[4] * exp(-_NAMES[5] * ell),
        ),
        DecayLaw("names_of_python", _awkward[0] * (1 + ell / _awkward[1]) ** -_awkward[2]),
        DecayLaw("names_of_helpers", ell ** -_awkward[3] * exp(-ell * _awkward[4])),
        DecayLaw("real_x", ell ** -exp(Symbol("x", real=True))),
        DecayLaw("starts_at_tau", (ell / tau) ** -b, smallest_lag=tau),
    )
}
ALL_LAWS = {**LAWS, **TYPED}
CLOSED = [
    name
    for name in ALL_LAWS
    if "def horizon" in generate(ALL_LAWS[name], "numpy").source
    and "bisect" not in generate(ALL_LAWS[name], "numpy").source
]
