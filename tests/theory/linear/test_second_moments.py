"""The moments of a unit solve its recurrence, and a map decides what is learnt of it."""

from __future__ import annotations

import pytest
from sympy import Expr, Rational, S, cancel, diff, limit, oo

from longlag.theory.linear.second_moments import (
    angle_sensitivity,
    correlation,
    leading_sensitivity,
    long_memory_limit,
    normalised_sensitivity,
    sensitivity_power,
    state_power,
    stationary_moments,
)
from longlag.theory.memory.reparametrisation import multiplier, white_noise_sensitivity


def test_the_published_moments_solve_the_recurrence() -> None:
    covariance = stationary_moments()
    assert cancel(covariance[1, 1] - state_power()) == 0
    assert cancel(covariance[2, 2] - sensitivity_power()) == 0
    assert cancel(covariance[1, 2] - diff(state_power(), multiplier) / 2) == 0


def test_white_input_gives_what_the_curse_of_memory_uses() -> None:
    assert cancel(sensitivity_power().subs(correlation, 0) - white_noise_sensitivity()) == 0


@pytest.mark.parametrize(
    ("slope", "expected"),
    [
        (S.One, oo),
        ((1 - multiplier) ** Rational(1, 2), oo),
        (1 - multiplier**2, 4 * leading_sensitivity()),
        (1 - multiplier, leading_sensitivity()),
        ((1 - multiplier) ** 2, S.Zero),
    ],
)
def test_a_map_keeps_it_bounded_if_its_slope_falls_like_one_less_the_multiplier(
    slope: Expr, expected: Expr
) -> None:
    assert cancel(long_memory_limit(slope) - expected) == 0 or expected is oo
    assert (long_memory_limit(slope) is oo) is (expected is oo)


def test_the_angle_grows_as_the_square_of_the_time_scale() -> None:
    assert limit((1 - multiplier) ** 2 * angle_sensitivity(), multiplier, 1) == Rational(1, 2)


def test_found_numbers_at_a_long_time_scale() -> None:
    # ρ = .8 and τ = 1e5, where tanh gave 9.0 and an exponential 2.25.
    at = {multiplier: 1 - Rational(1, 10**5), correlation: Rational(4, 5)}
    found = normalised_sensitivity().subs(at)
    assert float(found * (1 - at[multiplier] ** 2) ** 2) == pytest.approx(9.0, rel=1e-3)
    assert float(found * (1 - at[multiplier]) ** 2) == pytest.approx(2.25, rel=1e-3)
