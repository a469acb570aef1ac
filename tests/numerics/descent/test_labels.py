"""How large a transportation map random labels need."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from longlag.numerics.descent.labels import (
    TangentFeatures,
    grid_features,
    last_gradients,
    sampled_features,
)
from longlag.numerics.descent.network import symmetric_start
from longlag.numerics.descent.targets import draw_sequences
from longlag.theory.descent.activation import activation
from longlag.theory.errors import LonglagError


def features(samples: int, seed: int = 0) -> tuple[TangentFeatures, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    inputs = draw_sequences(samples, 6, 2, generator)
    labels = 2.0 * torch.randint(2, (samples,), generator=generator, dtype=torch.float64) - 1
    return grid_features(activation("tanh"), 0.9, inputs), labels


@given(st.integers(1, 12), st.integers(0, 99))
def test_the_least_map_fits_and_has_the_size_of_the_inverse_gram(samples: int, seed: int) -> None:
    found, labels = features(samples, seed)
    least = found.least_map(labels)
    stated = labels @ torch.linalg.solve(found.gram(), labels)
    assert least.misfit < 1e-10
    assert least.root_mean_square == pytest.approx(math.sqrt(float(stated)), rel=1e-8)
    # Nothing bounded by less than the root mean square could fit.
    assert least.largest >= least.root_mean_square


@given(st.integers(1, 12), st.integers(0, 99))
def test_the_mean_over_labels_is_the_trace_and_at_least_the_square(samples: int, seed: int) -> None:
    found, _ = features(samples, seed)
    gram = found.gram()
    assert found.mean_square_size() == pytest.approx(
        float(torch.linalg.inv(gram).trace()), rel=1e-7
    )
    assert found.mean_square_gradient() == pytest.approx(float(gram.trace()) / samples, rel=1e-12)
    assert found.mean_square_size() * (1 + 1e-12) >= samples / found.mean_square_gradient()


def test_the_trace_is_the_mean_over_all_signs() -> None:
    found, _ = features(4)
    signs = torch.cartesian_prod(*[torch.tensor([-1.0, 1.0], dtype=torch.float64)] * 4)
    squares = [found.least_map(labels).root_mean_square ** 2 for labels in signs]
    assert found.mean_square_size() == pytest.approx(sum(squares) / 16, rel=1e-12)
    assert found.mean_square_size() != pytest.approx(squares[0], rel=1e-2)


def test_one_sequence_needs_one_over_its_gradient() -> None:
    found, _ = features(1)
    size = 1 / math.sqrt(found.mean_square_gradient())
    least = found.least_map(torch.ones(1, dtype=torch.float64))
    assert least.root_mean_square == pytest.approx(size, rel=1e-12)


def test_a_fitted_subset_needs_no_more_than_the_whole() -> None:
    found, labels = features(12)
    sizes = [found.first(n).least_map(labels[:n]).root_mean_square for n in range(1, 13)]
    assert sizes == sorted(sizes)
    assert sizes[-1] > 2 * sizes[0]


def test_many_neurons_are_near_the_grid() -> None:
    generator = torch.Generator().manual_seed(0)
    inputs = draw_sequences(6, 6, 2, generator)
    start = symmetric_start(
        activation("tanh"), width=40_000, dimension=2, alpha=0.9, generator=generator
    )
    grid = grid_features(activation("tanh"), 0.9, inputs).gram()
    sampled = sampled_features(start, inputs).gram()
    assert float((grid - sampled).abs().max()) < 0.03 * float(grid.max())
    other = grid_features(activation("tanh"), 0.5, inputs).gram()
    assert float((grid - other).abs().max()) > 0.2 * float(grid.max())


def test_last_gradients_are_the_last_of_all() -> None:
    generator = torch.Generator().manual_seed(0)
    inputs = draw_sequences(3, 4, 2, generator)
    start = symmetric_start(
        activation("tanh"), width=10, dimension=2, alpha=0.9, generator=generator
    )
    assert torch.equal(last_gradients(start, inputs), start.neuron_gradients(inputs)[:, -1])


def test_sequences_that_say_the_same_are_refused() -> None:
    generator = torch.Generator().manual_seed(0)
    inputs = draw_sequences(3, 4, 1, generator)
    twice = torch.cat((inputs, inputs))
    with pytest.raises(LonglagError, match="6 sequences"):
        grid_features(activation("tanh"), 0.9, twice).mean_square_size()
