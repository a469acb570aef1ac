"""Single eigenvalues: a row's Gaussian function, a memory, and rank one exactly."""

from __future__ import annotations

import numpy as np
import pytest

from longlag.numerics.stability.boundary import growth_radius
from longlag.numerics.stability.factors import Factors
from longlag.numerics.stability.outliers import (
    Memory,
    memory_radii,
    rank_one_radius,
    row_covariance,
    row_radii,
)


def with_row(size: int, kept: float) -> Factors:
    """A matrix that leaves b = .3, and a row that moves all neurons by 1."""
    after = np.broadcast_to(np.array([0.3, 1.0]), (size, 1, 2))
    return Factors(
        ("w", "s"),
        np.full((size, 1, 1), kept),
        after,
        np.ones((size, 2, 1)),
        np.zeros((size, 2, 2)),
    )


def test_the_covariance_of_equal_neurons_is_geometric() -> None:
    # F(λ) = wᵀ(λ − D − bW)⁻¹1 at D = 0: f_n has the variance g² (g b)^{2(n−1)}/R^{2n}.
    covariance = row_covariance(with_row(5, 0.0), np.ones(2), 0.6)
    order = np.arange(1, 8)
    np.testing.assert_allclose(np.diag(covariance)[:7], 0.3 ** (2 * order - 2) / 0.6 ** (2 * order))
    assert np.abs(covariance - np.diag(np.diag(covariance))).max() < 1e-9


def test_the_function_is_one_in_mean_square_where_the_growth_with_the_row_is() -> None:
    factors, gains = with_row(5, 0.2), np.ones(2)
    radius = 0.2 + np.sqrt(0.3**2 + 1)
    assert growth_radius(factors, gains, radius) == pytest.approx(1, rel=1e-12)
    assert row_covariance(factors, gains, radius).sum() == pytest.approx(1, rel=1e-9)


def test_drawn_rows_have_such_outliers() -> None:
    size = 160
    factors, gains = with_row(size, 0.0), np.ones(2)
    stated = row_radii(factors, gains, 0, 400)
    generator = np.random.default_rng(1)
    found = []
    for _ in range(40):
        matrix, row = (generator.standard_normal(n) for n in ((size, size), size))
        step = (0.3 * matrix + row) / np.sqrt(size)
        found.append(np.abs(np.linalg.eigvals(step)).max())
    error = np.hypot(np.std(found) / np.sqrt(40), stated.std() / 20)
    assert abs(np.mean(found) - stated.mean()) < 4 * error
    assert stated.mean() > 1.5 * 0.3


def test_a_memory_that_feeds_on_a_network() -> None:
    generator = np.random.default_rng(0)
    size = 120
    memory = np.array([[0.5, 0.3], [-0.3, 0.4]])
    fed = generator.standard_normal((2, size)) / 4
    spread = generator.uniform(0, 1, size)
    crossed = spread[:, None] * generator.standard_normal((size, 2)) / np.sqrt(size)
    given = Memory(memory, fed, crossed, spread, 1 / size)
    stated = memory_radii(given, 0, 200)
    found, squares = [], []
    for _ in range(40):
        matrix = spread[:, None] * generator.standard_normal((size, size)) / np.sqrt(size)
        step = np.block([[memory, fed], [crossed @ memory, crossed @ fed + matrix]])
        found.append(np.abs(np.linalg.eigvals(step)).max())
        squares.append((step**2).sum())
    error = np.hypot(np.std(found) / np.sqrt(40), stated.std() / np.sqrt(200))
    assert abs(np.mean(found) - stated.mean()) < 4 * error
    assert np.mean(squares) == pytest.approx(given.squares(), rel=0.02)


def test_rank_one_by_its_equation_is_rank_one_by_its_matrix() -> None:
    generator = np.random.default_rng(0)
    local, after, before = generator.standard_normal((3, 7))
    local[3:] = local[3]
    exact = np.abs(np.linalg.eigvals(np.diag(local) + np.outer(after, before))).max()
    assert rank_one_radius(local, after, before) == pytest.approx(exact, rel=1e-9)
