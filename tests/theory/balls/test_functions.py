"""The ball of every function holds its value in sixty digits."""

from __future__ import annotations

import mpmath
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, Rational, Symbol

from longlag.theory.balls.nodes import from_mpmath
from longlag.theory.balls.numbers import fraction, precision
from longlag.theory.balls.program import Program, value
from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.scalar.functions import relu, sigmoid, softplus
from longlag.theory.scalar.special import (
    expm1,
    log1mexp,
    log1p,
    log_expm1,
    lower_omega,
    wright_omega,
)

x = Symbol("x")
#: Functions of one number above 1, where all of them have a value.
ABOVE_ONE: dict[str, Expr] = {
    str(f): f(x)
    for f in (
        sympy.exp,
        sympy.log,
        sympy.sin,
        sympy.cos,
        sympy.tan,
        sympy.sinh,
        sympy.cosh,
        sympy.tanh,
        sympy.atan,
        sympy.asinh,
        sympy.acosh,
        sympy.erf,
        sympy.erfc,
        sympy.erfi,
        sympy.gamma,
        sympy.loggamma,
        sympy.digamma,
        sympy.Abs,
        sympy.sign,
        sympy.floor,
        sympy.ceiling,
        sympy.zeta,
        sympy.LambertW,
        sympy.Ei,
        sympy.li,
        sympy.Si,
        sympy.Ci,
        sympy.factorial,
        sympy.harmonic,
        sigmoid,
        softplus,
        relu,
        expm1,
        log1p,
        log1mexp,
        log_expm1,
        wright_omega,
        lower_omega,
    )
}
ABOVE_ONE |= {
    "besselk": sympy.besselk(1, x),
    "besselj": sympy.besselj(2, x),
    "expint": sympy.expint(2, x),
    "uppergamma": sympy.uppergamma(Rational(1, 3), x),
    "polylog": sympy.polylog(2, 1 / x),
    "lowergamma": sympy.lowergamma(Rational(1, 3), x),
    "beta": sympy.beta(x, Rational(3, 2)),
    "trigamma": sympy.polygamma(1, x),
    "hurwitz": sympy.zeta(x, 3),
    "atan2": sympy.atan2(x, -2),
    "binomial": sympy.binomial(x, 3),
    "lower branch": sympy.LambertW(-sympy.exp(-x), -1),
    "rising": sympy.rf(x, 4),
    "max": sympy.Max(x, 2, 3 / x),
    "root": x ** Rational(-2, 3),
    "piecewise": sympy.Piecewise((x, x < 2), (x**2, x < 3), (1 / x, True)),
    "asin": sympy.asin(1 / x),
    "atanh": sympy.atanh(1 / x),
    "modulo": sympy.Mod(x, Rational(2, 3)),
}


@pytest.mark.parametrize("name", ABOVE_ONE)
@given(p=st.integers(101, 4000), q=st.just(100))
def test_the_ball_holds_the_value(name: str, p: int, q: int) -> None:
    at = Rational(p, q)
    expected = ABOVE_ONE[name].subs(x, at).evalf(60)
    if not expected.is_real or expected.is_infinite:
        with mpmath.workdps(60):
            expected = sympy.sympify(evaluate(ABOVE_ONE[name], {x: at}))
    ball = value(ABOVE_ONE[name], {x: at}, 100)
    with precision(300), mpmath.workdps(60):
        wide = ball + from_mpmath(mpmath.mpf(10) ** -50) * (abs(ball) + 1) * (ball * 0 + 1)
        distance = abs(wide - from_mpmath(mpmath.mpf(sympy.Float(expected, 60))))
        assert distance.lower() <= from_mpmath(mpmath.mpf(10) ** -48) * (abs(ball).upper() + 1)
    assert ball.rad() <= abs(ball).upper() * 2.0**-60 + 1e-20


def test_fractions_stay_exact() -> None:
    half = Program([sympy.floor(3 * x) + sympy.binomial(6 * x, 2) ** 2])
    assert half.at({x: fraction(Rational(1, 3))}) == [1 + 1]


def test_what_has_no_value_is_not_finite() -> None:
    for expression in (1 / x, sympy.log(x), sympy.gamma(x), x ** -Rational(1, 2)):
        assert not value(expression, {x: Rational(0)}).is_finite()


def test_branches_are_the_principal_ones() -> None:
    assert value(sympy.log(x), {x: Rational(-1)}).imag.overlaps(value(sympy.pi, {}))
    assert value(x ** Rational(1, 3), {x: Rational(-8)}).real.overlaps(value(sympy.Integer(1), {}))
