"""Mean-field exponents: limits in closed form, and determinants."""

from __future__ import annotations

import numpy as np
import pytest

from longlag.numerics.stability.exponents import (
    crossed_exponents,
    fresh_exponents,
    plain_factors,
    shares,
    tied_exponents,
)


def test_of_equal_neurons_all_three_are_the_triangle_law_where_nothing_is_kept() -> None:
    count, crossed = 40, 0.7
    triangle = 0.5 * np.log(crossed**2 * (1 - shares(count)))
    np.testing.assert_allclose(fresh_exponents(0, crossed, count), triangle)
    np.testing.assert_allclose(crossed_exponents(np.full(3, 0.5), 1.4, count), triangle)
    np.testing.assert_allclose(tied_exponents(0, crossed, count), triangle, atol=5e-3)


def test_unequal_neurons_add_up_to_the_logarithm_of_the_determinant() -> None:
    # E ln|det diag(b) W|/H = E ln b + ln g − 1/2.
    factors = np.linspace(0.2, 1.5, 50)
    found = crossed_exponents(factors, 1.3, 4000).mean()
    assert found == pytest.approx(np.log(factors).mean() + np.log(1.3) - 0.5, abs=1e-3)


def test_unequal_neurons_keep_the_mean_square_and_spread_the_rest() -> None:
    factors = np.array([0.1, 1.0])
    found = crossed_exponents(factors, 1.0, 400)
    alike = crossed_exponents(np.full(1, np.sqrt((factors**2).mean())), 1.0, 400)
    assert found[0] == pytest.approx(alike[0], abs=5e-3)
    assert found[0] - found[100] > 2 * (alike[0] - alike[100])


@pytest.mark.parametrize("gain", [1.5, 3.0])
def test_states_of_a_chaotic_network_are_as_large_as_mean_field_says(gain: float) -> None:
    factors = plain_factors(gain)
    squares = 1 - factors
    # q = g² E tanh² with q the variance of what tanh is taken of, at quantiles of the normal.
    deep = np.arctanh(np.sqrt(squares))
    assert (deep**2).mean() == pytest.approx(gain**2 * squares.mean(), rel=0.01)
    assert 0.5 * np.log(gain**2 * (factors**2).mean()) > 0
