"""What is no envelope is refused by every way in, and soon."""

from __future__ import annotations

import time

import pytest
import sympy
from sympy import Expr, Piecewise, Symbol, exp, log, sin, tanh

from longlag.numerics import generate
from longlag.theory import LonglagError
from longlag.theory.laws import LAWS
from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import ell
from longlag.theory.scalar.parameters import positive
from longlag.theory.window.admission import check_law
from longlag.theory.window.horizon import solve_horizon
from longlag.theory.window.window import learnability_window

b, c, tau = positive("b"), positive("c"), positive("tau")
r = Symbol("r", real=True)

#: No envelope at any parameters, and what is said of it.
NONE: list[tuple[Expr, str]] = [
    (ell**2, "increases"),
    (ell**b, "increases"),
    (c * exp(b * ell), "increases"),
    (2 ** (2**ell), "increases"),
    (exp(exp(exp(ell))), "increases"),
    (log(1 + ell), "increases"),
    (tanh(b * ell), "increases"),
    (1 - exp(-ell / tau), "increases"),
    (2 + sin(ell), "rises again"),
    (1 - ell / 100, "positive at every lag"),
    (-c * exp(-ell), "positive at every lag"),
    (exp(-ell) - 1, "positive at every lag"),
    (sympy.sqrt(5 - ell), "real"),
    (exp(-ell / 50) * (2 + sympy.cos(ell)), "rises again"),
]


@pytest.mark.parametrize(("envelope", "reason"), NONE, ids=str)
def test_a_law_that_is_no_envelope_has_no_window(envelope: Expr, reason: str) -> None:
    law = DecayLaw("none", envelope)
    start = time.process_time()
    with pytest.raises(LonglagError, match=reason):
        learnability_window(law)
    with pytest.raises(LonglagError):
        generate(law, "numpy")
    numbers = {symbol: 2 for symbol in law.parameters}
    with pytest.raises(LonglagError, match=reason):
        solve_horizon(law, numbers, samples=100, cost=1, kappa=2)
    assert time.process_time() - start < 4


SOME: list[Expr] = [
    ell**r,
    exp(-(b - c) * ell),
    (b - 1) * (1 + ell) ** -b,
    ell**b * exp(-ell / tau),
    1 / (2 + tanh(ell)),
    Piecewise((1 / ell, ell > 3), (sympy.Rational(1, 3), True)),
    c,
    sympy.Max(1 - ell / 10, 0),
]


@pytest.mark.parametrize("envelope", [*SOME, *(law.envelope for law in LAWS.values())], ids=str)
def test_a_law_that_is_one_at_some_parameters_passes(envelope: Expr) -> None:
    check_law(DecayLaw("some", envelope))
