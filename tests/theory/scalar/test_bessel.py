"""K_ν(x) in every number of digits, and soon."""

from __future__ import annotations

import time

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longlag.theory.scalar.bessel import besselk


@given(order=st.integers(-12, 40), exponent=st.floats(-3, 3), digits=st.integers(10, 60))
def test_it_is_the_function_of_mpmath(order: int, exponent: float, digits: int) -> None:
    with mpmath.workdps(digits):
        x = mpmath.mpf(10) ** mpmath.mpf(exponent)
        found = besselk(mpmath.mpf(order), x)
        with mpmath.extradps(15):
            true = mpmath.besselk(order, x)
        assert abs(found / true - 1) <= mpmath.mpf(10) ** (1 - digits)


@given(order=st.floats(0, 20), x=st.floats(8, 80))
def test_the_recurrence_in_the_order(order: float, x: float) -> None:
    whole, x = mpmath.mpf(round(order)), mpmath.mpf(x)
    with mpmath.workdps(40):
        below, here, above = (besselk(whole + step, x) for step in (-1, 0, 1))
        assert abs(above - below - 2 * whole / x * here) <= 1e-38 * above


@pytest.mark.parametrize("x", [12, 13, 30, 100, 380])
def test_medium_arguments_take_no_time(x: int) -> None:
    with mpmath.workdps(120):
        start = time.process_time()
        found = besselk(mpmath.mpf(0), mpmath.mpf(x))
        assert time.process_time() - start < 1
        # The asymptotic series, DLMF 10.40.2, in a bound on its error.
        leading = mpmath.sqrt(mpmath.pi / (2 * x)) * mpmath.exp(-x)
        assert (
            1 - mpmath.mpf(1) / (8 * x)
            < found / leading
            < 1 - mpmath.mpf(1) / (8 * x) + mpmath.mpf(9) / (128 * x**2)
        )


def test_nothing_is_left_at_infinity() -> None:
    assert besselk(mpmath.mpf(1), mpmath.inf) == 0
