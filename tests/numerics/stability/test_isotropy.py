"""Mean squares of products of Jacobians: the recursion, its closed form, and drawn weights."""

from __future__ import annotations

import numpy as np
import pytest

from longlag.numerics.stability.factors import Factors, sampled_factors
from longlag.numerics.stability.isotropy import drawn_squares, isotropy, mean_squares
from longlag.theory.cells import CELLS


@pytest.mark.parametrize("name", ["gru", "lstm", "oscillators", "recurrent_highway"])
@pytest.mark.parametrize("lag", [1, 3])
def test_the_recursion_is_the_mean_over_drawn_weights(name: str, lag: int) -> None:
    factors = sampled_factors(CELLS[name], 0, size=24)
    gains = np.ones(len(factors.maps))
    drawn = np.array([drawn_squares(factors, gains, lag, seed) for seed in range(60)])
    error = drawn.std(ddof=1) / np.sqrt(len(drawn))
    assert abs(drawn.mean() - mean_squares(factors, gains, lag)[-1]) < 5 * error


def correlated(size: int, kept: float = 0.6) -> Factors:
    """One map whose b and c are large for the same neurons."""
    large = np.exp(1.2 * np.random.default_rng(0).standard_normal(size))[:, None, None]
    return Factors(("w",), np.full((size, 1, 1), kept), large, large, np.zeros((size, 1, 1)))


def test_powers_of_chi_are_right_only_where_one_side_is_the_same_for_all() -> None:
    factors, gains = correlated(200), np.array([0.2])
    one_side = Factors(
        factors.maps, factors.local, factors.after, np.ones_like(factors.before), factors.nested
    )
    chi = isotropy(one_side, gains)
    np.testing.assert_allclose(mean_squares(one_side, gains, 6), chi ** np.arange(7))
    assert mean_squares(factors, gains, 12)[-1] > 10 * isotropy(factors, gains) ** 12


def test_tied_weights_are_no_fresh_ones() -> None:
    size, lag = 64, 40
    ones = np.ones((size, 1, 1))
    gate = Factors(("w",), 0.9 * ones, 0.1 * ones, ones, 0 * ones)
    gains = np.ones(1)
    fresh = np.mean([drawn_squares(gate, gains, lag, seed) for seed in range(4)])
    tied = np.mean([drawn_squares(gate, gains, lag, seed, tied=True) for seed in range(4)])
    assert fresh == pytest.approx(mean_squares(gate, gains, lag)[-1], rel=0.2)
    assert tied > 20 * fresh
