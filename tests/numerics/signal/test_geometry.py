"""Lengths and angles of mean gradients, from halves that share no sequence."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from longlag.numerics.signal.geometry import (
    condition_number,
    cosines,
    deflated_directions,
    deflated_squares,
    gram,
    gram_products,
    unit_directions,
)

SEEDS = st.integers(0, 2**32 - 1)


def drawn(seed: int, *shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_the_product_of_two_halves_has_no_bias_where_other_ways_have() -> None:
    """Page 6.3: a signal of .2 in 1000 dimensions, 500 sequences: .199, .020, 2.0."""
    signal, dimensions, half, trials = 0.2, 1000, 250, 4000
    first, second = (drawn(seed, trials, dimensions) / half**0.5 for seed in (0, 1))
    first[:, 0] += signal
    second[:, 0] += signal
    products = (first * second).sum(1)
    standard_error = float(products.std()) / trials**0.5
    assert abs(float(products.mean()) - signal**2) < 3 * standard_error
    assert float(products.mean()) ** 0.5 == pytest.approx(signal, abs=0.01)
    along_the_other = (second * unit_directions(first)).sum(1).mean()
    assert float(along_the_other) == pytest.approx(0.020, abs=0.003)
    assert float(first.norm(dim=1).mean()) == pytest.approx(2.0, abs=0.02)


@given(seed=SEEDS, lags=st.integers(1, 5))
def test_without_noise_the_gram_matrix_is_that_of_the_means(seed: int, lags: int) -> None:
    means = drawn(seed, lags, 12)
    groups = means.expand(4, lags, 12)
    found = gram(gram_products(groups, groups))
    torch.testing.assert_close(found, means @ means.T, rtol=1e-12, atol=1e-12)


@given(seed=SEEDS, lags=st.integers(2, 5))
def test_what_is_left_outside_the_span_of_others_is_the_inverse_of_the_gram_matrix(
    seed: int, lags: int
) -> None:
    means = drawn(seed, lags, 12)
    found = means @ means.T
    wanted = 1 / torch.linalg.inv(found).diagonal()
    torch.testing.assert_close(deflated_squares(found), wanted, rtol=1e-8, atol=1e-10)
    directions = deflated_directions(means)
    along = (directions * means).sum(1)
    torch.testing.assert_close(along.square(), wanted, rtol=1e-8, atol=1e-10)
    others = directions @ means.T - torch.diag(along)
    assert float(others.abs().max()) < 1e-10


def test_parallel_lags_cannot_be_told_apart() -> None:
    means = torch.tensor([[1.0, 0.0], [2.0, 0.0]], dtype=torch.float64)
    found = means @ means.T
    assert condition_number(found) > 1e12
    assert float(deflated_squares(found).abs().max()) < 1e-12
    torch.testing.assert_close(cosines(found), torch.ones(2, 2, dtype=torch.float64))


def test_a_length_that_noise_hides_has_no_condition_number() -> None:
    found = torch.tensor([[1.0, 0.1], [0.1, -0.2]], dtype=torch.float64)
    assert condition_number(found) == float("inf")


def test_one_lag_alone_is_deflated_of_nothing() -> None:
    means = drawn(0, 1, 7)
    torch.testing.assert_close(deflated_directions(means), unit_directions(means))
    torch.testing.assert_close(deflated_squares(means @ means.T), means.square().sum(1))
