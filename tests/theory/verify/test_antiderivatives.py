"""An integral has the value that a checked antiderivative gives it, and no other."""

from __future__ import annotations

import pytest
from sympy import Expr, Integral, Rational, Symbol, exp, expint, floor, gamma, log, lowergamma, oo

from longlag.theory.verify.antiderivatives import integrates_to

x, a, b, c = (Symbol(name, positive=True) for name in "xabc")

INTEGRALS = [
    (Integral(x ** (b - 1) * exp(-a * x), (x, 0, oo)), gamma(b) / a**b),
    (Integral(x ** (b - 1) * exp(-a * x) * exp(-c * x), (x, 0, oo)), gamma(b) / (a + c) ** b),
    (Integral(b * x ** (b - 1) * exp(-a * x), (x, 0, 1)), b * lowergamma(b, a) / a**b),
    (Integral(exp(-a * x) / x, (x, b, c)), expint(1, a * b) - expint(1, a * c)),
    (Integral(b * (1 - log(x)) ** (-b - 1) / x, (x, 0, 1)), 1),
    (Integral(1 / (1 + x) ** 2, (x, 0, oo)), 1),
]


@pytest.mark.parametrize(("integral", "value"), INTEGRALS)
def test_value_is_seen_and_a_wrong_one_is_not(integral: Integral, value: Expr) -> None:
    assert integrates_to(integral, value * Rational(1))
    assert not integrates_to(integral, value * Rational(101, 100))
    assert not integrates_to(integral, value + Rational(1, 10**9))


def test_what_jumps_or_diverges_has_no_value_here() -> None:
    assert not integrates_to(Integral(floor(x), (x, 0, 2)), Rational(1))
    assert not integrates_to(Integral(1 / x, (x, 0, 1)), Rational(0))
    assert not integrates_to(Integral(1 / (x - 1) ** 2, (x, 0, 2)), Rational(-2))
    assert not integrates_to(Integral(x**-2, (x, 1, oo)), Rational(2))
