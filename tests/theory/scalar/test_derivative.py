"""Derivatives by the order of a special function are numbers, by its argument formulas."""

from __future__ import annotations

import mpmath
import pytest
import sympy
from sympy import Expr, Symbol, besselk, exp, expint, gamma, lowergamma, uppergamma, zeta

from longlag.theory.scalar.derivative import differentiated
from longlag.theory.scalar.evaluate import evaluate

x, s = Symbol("x", positive=True), Symbol("s", positive=True)

BY_ORDER: list[Expr] = [
    lowergamma(x, 1) / gamma(x),
    lowergamma(x, x**2) * exp(-x),
    uppergamma(2 * x + 1, s),
    expint(x, 2 * x),
    1 / besselk(x, 1),
    besselk(s, x),
    zeta(1 + x),
    1 / (1 + uppergamma(x, x)),
    lowergamma(s, x) + lowergamma(x, s),
]


@pytest.mark.parametrize("expression", BY_ORDER, ids=str)
@pytest.mark.parametrize("at", ["0.7", "2.3", "31.5"])
def test_a_derivative_is_the_limit_of_differences(expression: Expr, at: str) -> None:
    slope = differentiated(expression, x)
    assert not slope.has(sympy.meijerg)
    with mpmath.workdps(60):
        here, step = mpmath.mpf(at), mpmath.mpf(10) ** -20
        order = {s: mpmath.mpf("1.3")}
        sides = [evaluate(expression, {**order, x: here + sign * step}) for sign in (1, -1)]
        difference = (sides[0] - sides[1]) / (2 * step)
    with mpmath.workdps(30):
        found = evaluate(slope, {**order, x: here})
        assert abs(found - difference) <= 1e-24 * abs(difference)


def test_what_sympy_can_do_it_does() -> None:
    assert differentiated(lowergamma(2, x), x).equals(x * exp(-x))
    assert differentiated(expint(1, x), x) == -exp(-x) / x
    assert differentiated(besselk(0, x), x) == -besselk(1, x)
    assert differentiated(lowergamma(s, x), x) == x ** (s - 1) * exp(-x)


@pytest.mark.parametrize("power", [3, 8, 20, 100])
def test_steps_are_as_long_as_what_they_are_taken_from(power: int) -> None:
    # γ(x, 1) ~ 1/(e x)
    slope = differentiated(lowergamma(x, 1), x)
    with mpmath.workdps(30):
        at = mpmath.mpf(10) ** power
        assert abs(evaluate(slope, {x: at}) * at**2 * mpmath.e + 1) < 3 / at + mpmath.mpf(10) ** -20
