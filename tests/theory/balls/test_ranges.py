"""The range of a function over a box holds its values at every point of the box."""

from __future__ import annotations

import pytest
import sympy
from flint import arb
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, Rational, symbols

from longlag.theory.balls.numbers import ball, fraction, precision
from longlag.theory.balls.program import Program
from longlag.theory.balls.ranges import RANGES, Range
from longlag.theory.scalar.functions import relu, sigmoid, softplus
from longlag.theory.scalar.special import expm1, log1p, wright_omega

x, y = symbols("x y")

EXPRESSIONS: tuple[Expr, ...] = (
    x + y,
    x * y,
    x / y,
    x**2 - y**3,
    (x - y) ** -2,
    x ** Rational(1, 2),
    y**x,
    sympy.exp(-x * y),
    sympy.log(y),
    sympy.sin(x),
    sympy.cos(x * y),
    sympy.tanh(x),
    sympy.cosh(x),
    sympy.erf(x),
    sympy.erfc(x),
    sympy.gamma(y),
    sympy.loggamma(y),
    sympy.digamma(y),
    sympy.LambertW(y),
    sympy.LambertW(-sympy.exp(-1 - y), -1),
    sympy.besselk(1, y),
    sympy.expint(2, y),
    sympy.Abs(x),
    sympy.sign(x),
    sympy.floor(x),
    sympy.Max(x, y),
    sympy.Min(x, 1, y),
    sympy.atan(x),
    sympy.asinh(x),
    sympy.Heaviside(x),
    sigmoid(x),
    softplus(x),
    relu(x),
    expm1(x),
    log1p(y),
    wright_omega(x),
    sympy.polygamma(1, y),
    sympy.harmonic(y),
    sympy.factorial(y),
    sympy.Ei(y),
    sympy.Piecewise((x, x < 1), (y, True)),
    sympy.uppergamma(2, y),
    sympy.zeta(y + 1),
    sympy.zeta(y + 1).diff(y),
    sympy.zeta(y + Rational(3, 2)).diff(y, 2),
    sympy.besselk(Rational(1, 3), y),
    sympy.polygamma(2, y),
    sympy.polygamma(3, y),
)
ends = st.fractions(-30, 30, max_denominator=50)
positive = st.fractions(Rational(1, 50), 40, max_denominator=50)
shares = st.fractions(0, 1, max_denominator=64)


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=str)
@given(a=ends, b=ends, c=positive, d=positive, s=shares, t=shares)
def test_a_range_holds_the_values_inside(
    expression: Expr, a: Rational, b: Rational, c: Rational, d: Rational, s: Rational, t: Rational
) -> None:
    low, high, left, right = min(a, b), max(a, b), min(c, d), max(c, d)
    program = Program([expression])
    box = {x: _range(low, high), y: _range(left, right)}
    point = {x: fraction(low + (high - low) * s), y: fraction(left + (right - left) * t)}
    with precision(64):
        (found,) = program.over({symbol: box[symbol] for symbol in program.symbols})
        inside = ball(program.run(point)[0])
        if isinstance(inside, arb) and inside.is_finite():
            assert not inside < found.low
            assert not inside > found.high


def _range(low: Rational, high: Rational) -> Range:
    return Range(arb(fraction(Rational(low))).lower(), arb(fraction(Rational(high))).upper())


def test_ranges_reach_infinity() -> None:
    far = {x: Range(arb(3), arb("inf"))}
    with precision(64):
        assert Program([sympy.exp(-x) + 1 / x]).over(far)[0].high < 0.4
        assert Program([sympy.tanh(x)]).over(far)[0].low > 0.99
        assert not Program([x - x**2]).over(far)[0].low.is_finite()


def test_what_has_no_value_somewhere_has_no_range() -> None:
    program = Program([sympy.tanh(sympy.log(x))])
    around_zero, beside_it = Range(arb(-1), arb(1)), Range(arb(1), arb(2))
    with precision(64):
        assert program.over({x: around_zero})[0].is_bounded
        assert program.over({x: around_zero}, defined=True)[0].is_whole
        assert program.over({x: beside_it}, defined=True)[0].is_bounded
        assert program.over({x: Range(arb(1), arb("inf"))}, defined=True)[0].is_bounded


def test_integer_powers_through_zero_are_numbers() -> None:
    box = {x: Range(arb(-1), arb(2))}
    with precision(64):
        for exponent, low, high in ((2, 0, 4), (3, -1, 8), (0, 1, 1), (40, 0, 2**40)):
            (found,) = Program([sympy.Pow(x, exponent, evaluate=False)]).over(box)
            assert (found.low, found.high) == (low, high)
        assert Program([x**-2]).over(box, defined=True)[0].is_whole


def test_every_function_of_ranges_is_one_of_points() -> None:
    from longlag.theory.balls.functions import FUNCTIONS

    assert set(RANGES) <= set(FUNCTIONS)
