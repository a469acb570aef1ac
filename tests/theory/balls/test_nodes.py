"""Sums, products and integrals have the values of their closed forms."""

from __future__ import annotations

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, Integral, Product, Rational, Sum, oo, symbols

from longlag.theory.balls.nodes import MANY_TERMS, adding_up_to
from longlag.theory.balls.numbers import ball, fraction, precision
from longlag.theory.balls.program import Program, value

k, n, x = symbols("k n x")

CLOSED: dict[str, tuple[Expr, Expr]] = {
    "geometric": (Sum(x**k, (k, 0, n)), (1 - x ** (n + 1)) / (1 - x)),
    "telescope": (Product(1 - 1 / k**2, (k, 2, n)), (n + 1) / (2 * n)),
    "double": (Sum(Sum(x, (k, 1, n)), (n, 1, 4)), 10 * x),
    "exponential": (Integral(sympy.exp(-k * x), (k, 0, n)), (1 - sympy.exp(-n * x)) / x),
    "root": (
        Integral(sympy.sqrt(1 + k * x), (k, 0, 1)),
        2 * ((1 + x) ** Rational(3, 2) - 1) / 3 / x,
    ),
    "triangle": (Integral(1, (n, 0, k), (k, 0, x)), x**2 / 2),
    "to infinity": (Integral(sympy.exp(-k * x), (k, 0, oo)), 1 / x),
    "whole line": (Integral(sympy.exp(-x * k**2), (k, -oo, oo)), sympy.sqrt(sympy.pi / x)),
    "endless": (Sum(x**k, (k, 0, oo)), 1 / (1 - x)),
}


@pytest.mark.parametrize("name", CLOSED)
@given(p=st.integers(1, 9), count=st.integers(2, 12))
def test_a_node_has_the_value_of_its_closed_form(name: str, p: int, count: int) -> None:
    node, closed = CLOSED[name]
    at = {x: fraction(Rational(p, 10)), n: fraction(count)}
    program = Program([node, closed])
    with precision(100):
        left, right = (ball(number) for number in program.run(at))
        assert abs(left - right).lower() <= 1e-15
        assert left.rad() <= 1e-8
    assert program.encloses == (name not in ("to infinity", "whole line", "endless"))


def test_sums_with_too_many_terms_have_no_value_until_they_are_asked_for() -> None:
    program = Program([Sum(1 / k, (k, 1, n))])
    at = {n: fraction(1000)}
    assert not program.at(at)[0].is_finite()
    with adding_up_to(MANY_TERMS):
        assert abs(ball(program.at(at)[0]) - 7.485470860550345) < 1e-12


def test_wide_numbers_are_not_integrated_at_their_middle() -> None:
    wide = value(x, {x: Rational(3, 2)}).union(value(x, {x: Rational(1, 2)}))
    found = Program([Integral(sympy.exp(-k * x), (k, 0, oo))]).at({x: wide})
    assert not found[0].is_finite()


def test_a_peak_that_quadrature_misses_is_no_value() -> None:
    # At such a shape the integrand is tiny but in a part in 10⁹ of the line.
    integral = Integral(k ** (x - 1) * sympy.exp(-n * k), (k, 0, oo))
    far, near = ({x: fraction(size), n: fraction(size)} for size in (10**18, 4))
    assert not Program([integral]).at(far)[0].is_finite()
    assert abs(ball(Program([integral]).at(near)[0]) - 6 / 4**4) < 1e-9
