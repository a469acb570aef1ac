"""The search finds the least value of convex functions, smooth and kinked, from anywhere."""

from __future__ import annotations

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longlag.theory.scalar.minimise import minimise_convex

numbers = st.floats(-1e6, 1e6)


@given(place=numbers, start=numbers, left=st.floats(0.1, 10), right=st.floats(0.1, 10))
def test_a_kink_is_found_to_all_digits(
    place: float, start: float, left: float, right: float
) -> None:
    with mpmath.workdps(40):
        found = minimise_convex(
            lambda x: max(left * (place - x), right * (x - place)),
            mpmath.mpf(start),
            mpmath.mpf(10) ** -20,
        )
        assert abs(found - place) < mpmath.mpf(10) ** -20


@given(start=st.floats(-50, 50))
def test_a_wall_on_the_right_is_left_alone(start: float) -> None:
    def walled(x: mpmath.mpf) -> mpmath.mpf:
        return mpmath.inf if x >= 1 else (x + 2) ** 2

    assert minimise_convex(walled, mpmath.mpf(start), mpmath.mpf("1e-7")) == pytest.approx(
        -2, abs=1e-6
    )
