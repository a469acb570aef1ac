"""Free sums of D and an invariant matrix: closed forms, and drawn eigenvalues."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import expm
from scipy.special import j1

from longlag.numerics.stability.boundary import boundary_radius
from longlag.numerics.stability.factors import Factors
from longlag.numerics.stability.invariant import (
    Invariant,
    antisymmetric,
    exponential,
    haar,
    invariant_radius,
)
from longlag.theory import LonglagError

SIZE = 240


def of_one(local: np.ndarray, crossed: np.ndarray) -> Factors:
    """Factors of one state and one map, c = 1."""
    column = crossed[:, None, None]
    return Factors(("w",), local[:, None, None], column, np.ones_like(column), 0 * column)


def unequal() -> Factors:
    """D and b that differ from neuron to neuron."""
    generator = np.random.default_rng(0)
    return of_one(generator.uniform(-0.3, 1, SIZE), generator.uniform(0.05, 1, SIZE))


def drawn(kind: str, gain: float, seed: int) -> np.ndarray:
    generator = np.random.default_rng(seed)
    matrix = gain * generator.standard_normal((SIZE, SIZE)) / np.sqrt(SIZE)
    if kind == "haar":
        factor, triangle = np.linalg.qr(matrix)
        return np.array(factor * np.sign(np.diag(triangle)))
    return matrix - matrix.T if kind == "antisymmetric" else np.array(expm(matrix - matrix.T))


@pytest.mark.parametrize("gain", [0.2, 1.0, 3.0])
@pytest.mark.parametrize("kind", ["antisymmetric", "exponential", "haar"])
def test_drawn_eigenvalues_reach_the_boundary(kind: str, gain: float) -> None:
    made: Invariant = {
        "antisymmetric": antisymmetric(gain),
        "exponential": exponential(gain),
        "haar": haar(),
    }[kind]
    factors = unequal()
    local, crossed = factors.local[:, 0, 0], factors.after[:, 0, 0]
    largest = [
        np.abs(np.linalg.eigvals(np.diag(local) + crossed[:, None] * drawn(kind, gain, seed))).max()
        for seed in range(4)
    ]
    assert np.mean(largest) == pytest.approx(invariant_radius(factors, made), rel=0.06)


def test_a_haar_matrix_is_bounded_as_independent_entries_are() -> None:
    factors = unequal()
    assert invariant_radius(factors, haar()) == pytest.approx(
        boundary_radius(factors, np.ones(1)), rel=1e-3
    )


def test_of_equal_neurons_the_antisymmetric_spectrum_is_a_line() -> None:
    # D ± i b 2√2 g.
    factors = of_one(np.full(10, 0.5), np.full(10, 0.7))
    wanted = abs(0.5 + 0.7j * 2 * np.sqrt(2))
    assert invariant_radius(factors, antisymmetric(1.0)) == pytest.approx(wanted, rel=1e-2)


def test_nodes_have_the_moments_of_the_semicircle_on_the_circle() -> None:
    # E Re U = 2 J₁(R)/R, R = 2√2 g.
    radius = 2 * np.sqrt(2) * 0.7
    assert exponential(0.7).trace == pytest.approx(2 * j1(radius) / radius, abs=1e-12)


def test_several_states_are_refused() -> None:
    two = np.zeros((3, 2, 2))
    with pytest.raises(LonglagError, match="2 states"):
        invariant_radius(Factors(("w",), two, two[:, :, :1], two[:, :1], two[:, :1, :1]), haar())
