"""Boundaries of spectra: closed forms, and eigenvalues of sampled networks."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from longlag.numerics.generate import generate
from longlag.numerics.networks.sampling import sample_network
from longlag.numerics.stability.boundary import (
    boundary_radius,
    growth_radius,
    growth_trace,
    spectrum_of,
)
from longlag.numerics.stability.factors import Factors, factors_of, resting_factors, sampled_factors
from longlag.theory import LonglagError
from longlag.theory.cells import CELLS
from longlag.theory.stability.criticality import critical_gain


@pytest.mark.parametrize(
    "name", ["gru", "gru_reset_before", "lstm", "recurrent_highway", "oscillators", "slstm"]
)
def test_factors_and_weights_make_the_jacobian(name: str) -> None:
    network = sample_network(CELLS[name], torch.Generator().manual_seed(1), size=5)
    factors = factors_of(network)
    made = factors.jacobian([network.weight[k].numpy() for k in factors.maps])
    wanted = generate(CELLS[name]).jacobian(*network.arguments).numpy()
    # States are fast here and slow there.
    order = np.arange(len(made)).reshape(-1, factors.states).T.ravel()
    np.testing.assert_allclose(made[np.ix_(order, order)], wanted, atol=1e-12)


def of_one_state(local: float, *pairs: tuple[np.ndarray, np.ndarray]) -> Factors:
    """Factors of one state and single maps, from pairs of b and c."""
    size = len(pairs[0][0])
    return Factors(
        tuple(map(str, range(len(pairs)))),
        np.full((size, 1, 1), local),
        np.stack([b for b, _ in pairs], -1)[:, None, :],
        np.stack([c for _, c in pairs], -1)[:, :, None],
        np.zeros((size, len(pairs), len(pairs))),
    )


def test_a_circle_around_what_is_kept() -> None:
    # |λ − D| = g √⟨(bc)²⟩.
    b = np.linspace(0.1, 1, 50)
    factors = of_one_state(0.3, (b, 1 / b))
    assert boundary_radius(factors, np.array([0.5])) == pytest.approx(0.8, rel=1e-9)


def test_two_maps_need_the_spectral_radius_and_not_the_trace() -> None:
    # Each map acts where the other does not: ⟨(b_k c_k)²⟩ is small, and the product of both large.
    half = np.repeat([1.0, 0.0], 256)
    first, second = (half + 0.1, 1.1 - half), (1.1 - half, half + 0.1)
    factors, gains = of_one_state(0.0, first, second), np.ones(2)
    radius = boundary_radius(factors, gains)
    by_trace = boundary_radius(factors, gains, by_trace=True)
    largest = [np.abs(spectrum_of(factors, gains, seed)).max() for seed in range(3)]
    assert np.mean(largest) == pytest.approx(radius, rel=0.05)
    assert by_trace < 0.5 * radius


@pytest.mark.parametrize("name", ["plain", "gru", "lstm", "minimal_gated_unit", "cfc"])
def test_at_the_critical_gain_one_lies_on_the_boundary(name: str) -> None:
    cell = CELLS[name]
    zero = resting_factors(cell, {}, 3)
    gains = np.full(len(zero.maps), float(critical_gain(cell)))
    assert growth_radius(zero, gains, 1.0) == pytest.approx(1, rel=1e-12)
    assert boundary_radius(zero, gains) == pytest.approx(1, rel=1e-6)


@pytest.mark.parametrize("name", ["gru", "lstm", "gru_reset_before", "recurrent_highway"])
def test_eigenvalues_of_a_sampled_network_reach_it(name: str) -> None:
    factors = sampled_factors(CELLS[name], 0, size=128)
    gains = np.full(len(factors.maps), 3.0)
    largest = [np.abs(spectrum_of(factors, gains, seed)).max() for seed in range(3)]
    assert np.mean(largest) == pytest.approx(boundary_radius(factors, gains), rel=0.12)


def test_the_trace_is_the_spectral_radius_of_one_map() -> None:
    factors = sampled_factors(CELLS["leaky"], 0, size=20)
    at = 1.0 + 0.5j
    assert growth_trace(factors, np.ones(1), at) == growth_radius(factors, np.ones(1), at)


def test_without_maps_what_is_kept_says_it_all() -> None:
    factors = sampled_factors(CELLS["min_gru"], 0, size=20)
    assert boundary_radius(factors, np.ones(0)) == np.abs(factors.local).max()


def test_a_state_with_axes_is_refused() -> None:
    with pytest.raises(LonglagError, match="several axes"):
        sampled_factors(CELLS["mamba"], 0, size=8)
