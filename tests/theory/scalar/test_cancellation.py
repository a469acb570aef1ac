"""Rewriting changes no value, and leaves all digits of a double where terms are nearly equal."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, Piecewise, S, Symbol, exp, log, sqrt, tanh

from longlag.numerics.codegen import generate_scalar
from longlag.theory.notation import ell
from longlag.theory.scalar.cancellation import without_cancellation
from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.scalar.functions import sigmoid
from longlag.theory.scalar.parameters import positive
from longlag.theory.scalar.special import expm1, log1mexp, log1p, log_expm1

a, b, c, T = (positive(name) for name in ("a", "b", "c", "T"))
u = Symbol("u", real=True)

REWRITTEN: list[tuple[Expr, Expr]] = [
    (c * (1 - exp(-T / ell)), -c * expm1(-T / ell)),
    (c - c * exp(-T / ell), -c * expm1(-T / ell)),
    (exp(T / ell) - 1, expm1(T / ell)),
    (log(1 - exp(-T / ell)), log1mexp(T / ell)),
    (log(exp(T / ell) - 1), log_expm1(T / ell)),
    (log(1 + 1 / ell), log1p(1 / ell)),
    (1 - tanh(ell), 2 * sigmoid(-2 * ell)),
    (1 - tanh(ell) ** 2, 4 * sigmoid(2 * ell) * sigmoid(-2 * ell)),
    (1 - sympy.erf(ell), sympy.erfc(ell)),
    (exp(-ell) - exp(-2 * ell), -exp(-ell) * expm1(-ell)),
    (sqrt(1 + 1 / ell) - 1, expm1(log1p(1 / ell) / 2)),
    (1 - (1 + ell / T) ** -b, -expm1(-b * log1p(ell / T))),
    (1 - (1 - exp(-ell)) ** 10, -expm1(10 * log1mexp(ell))),
    (1 - sympy.cos(1 / ell), 2 * sympy.sin(1 / (2 * ell)) ** 2),
    (sympy.cosh(1 / ell) - 1, 2 * sympy.sinh(1 / (2 * ell)) ** 2),
    (exp(-a * ell) - exp(-b * ell), exp(-a * ell) - exp(-b * ell)),
    (1 + exp(-ell), 1 + exp(-ell)),
    (
        Piecewise((1 - exp(-ell), ell > 2), (S.One, True)),
        Piecewise((-expm1(-ell), ell > 2), (S.One, True)),
    ),
]


@pytest.mark.parametrize(("expression", "wanted"), REWRITTEN, ids=str)
def test_how_differences_are_rewritten(expression: Expr, wanted: Expr) -> None:
    assert without_cancellation(expression) == wanted


#: What falls far out by cancellation, over ℓ.
FALLING: list[Expr] = [
    c * (1 - exp(-T / ell)),
    (1 - exp(-T / ell)) ** b,
    c - c * exp(-T / ell),
    log(1 + T / ell),
    log(1 + 1 / ell) ** b * c,
    1 - tanh(ell / 1000),
    sqrt(1 + T / ell**2) - 1,
    1 - (1 + 1 / ell) ** -b,
    1 - (1 - exp(-ell / 100)) ** 3,
    exp(1 / ell) - 1,
    sympy.cosh(T / ell) - 1,
    sympy.atanh(1 - exp(-ell / 50)) ** -1,
    log(1 - exp(-T / ell)) * exp(-ell / 900),
    1 / log(1 - exp(-ell / 30)) ** 2,
    1 - sigmoid(ell / 500),
]


@pytest.mark.parametrize("expression", FALLING, ids=str)
@given(size=st.floats(-1, 3.4))
def test_a_double_keeps_its_digits(expression: Expr, size: float) -> None:
    numbers = {ell: 10.0**size, T: 3.0, b: 1.7, c: 0.9}
    symbols = sorted(expression.free_symbols, key=str)
    given_ = [np.float64(numbers[symbol]) for symbol in symbols]
    with np.errstate(all="ignore"):
        found = generate_scalar(without_cancellation(expression), symbols)(*given_)
    with mpmath.workdps(60):
        true = evaluate(expression, {s: mpmath.mpf(numbers[s]) for s in symbols})
        assert abs(float(found) - true) <= 3e-13 * abs(true)


@given(size=st.floats(0, 15))
def test_far_out_nothing_is_lost(size: float) -> None:
    lag = np.float64(10.0**size)
    for expression in (1 - exp(-1 / ell), log(1 + 1 / ell), 1 - 1 / (1 + 1 / ell)):
        found = generate_scalar(without_cancellation(expression), [ell])(lag)
        assert float(found) * lag == pytest.approx(1, abs=1 / lag + 1e-15)
