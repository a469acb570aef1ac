"""Exponents and dimensions of systems that are known, with errors that are what they say."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

from longlag.numerics.anisotropy import Lyapunov, exponents_of, kaplan_yorke, lyapunov_spectrum
from longlag.numerics.measurement.blocks import block_means, independent_blocks
from longlag.numerics.measurement.run import ran
from longlag.numerics.networks.sampling import orthogonal_matrix, sample_network
from longlag.theory.cells import CELLS
from longlag.theory.errors import LonglagError


def autoregressive(memory: float, steps: int, sequences: int, seed: int = 0) -> Tensor:
    """A stationary series of variance 1, shape (T, B, 1)."""
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn(steps, sequences, 1, generator=generator, dtype=torch.float64)
    series = [noise[0]]
    for each in noise[1:]:
        series.append(memory * series[-1] + math.sqrt(1 - memory**2) * each)
    return torch.stack(series)


@pytest.mark.parametrize("memory", [0.0, 0.5, 0.9])
def test_blocks_give_the_error_of_a_correlated_mean(memory: float) -> None:
    # The variance of a mean over T steps is (1 + ρ)/(1 − ρ)/T.
    series = autoregressive(memory, 4096, 8)
    means = block_means(series, independent_blocks(series)).flatten(0, 1)
    error = float(means.std() / math.sqrt(len(means)))
    wanted = math.sqrt((1 + memory) / (1 - memory) / series.numel())
    assert error == pytest.approx(wanted, rel=0.2)


def test_blocks_of_single_steps_would_not() -> None:
    series = autoregressive(0.9, 4096, 8)
    assert independent_blocks(series) < 4096 / 16
    assert float(series.std()) / math.sqrt(series.numel()) < 0.3 * math.sqrt(19 / series.numel())


def test_rotations_between_scalings_have_the_logarithms_of_the_scalings() -> None:
    # J = V S Vᵀ with one V for all times: exponents ln s, exactly once Q has turned.
    turn = orthogonal_matrix(4, torch.Generator().manual_seed(0))
    scales = torch.tensor([1.5, 0.9, 0.5, 0.1], dtype=torch.float64)
    factor = (turn * scales) @ turn.mT
    found = exponents_of((factor[None] for _ in range(200)), burn_in=100, blocks=4)
    torch.testing.assert_close(found.exponents, scales.log(), rtol=0, atol=1e-9)
    wanted = 2 + (math.log(1.5) + math.log(0.9)) / math.log(2)
    assert found.dimension().value == pytest.approx(wanted, abs=1e-9)
    assert found.dimension().error < 1e-9


def test_orthogonal_matrices_scale_all_lengths_alike() -> None:
    generator = torch.Generator().manual_seed(0)
    fresh = (1.1 * orthogonal_matrix(5, generator)[None] for _ in range(40))
    found = exponents_of(fresh)
    wanted = torch.full((5,), math.log(1.1), dtype=torch.float64)
    torch.testing.assert_close(found.exponents, wanted, rtol=0, atol=1e-13)
    assert found.dimension().value == 5


def baker(share: float, contraction: float, steps: int, sequences: int) -> Iterator[Tensor]:
    """Jacobians of a baker's map: parts of a share p stretch by 1/p, all shrink across."""
    generator = torch.Generator().manual_seed(0)
    for _ in range(steps):
        first = torch.rand(sequences, generator=generator) < share
        stretch = torch.where(first, 1 / share, 1 / (1 - share)).double()
        yield torch.diag_embed(torch.stack([stretch, torch.full_like(stretch, contraction)], -1))


def test_a_bakers_map_with_unequal_parts() -> None:
    share, contraction, steps, sequences = 0.2, 0.3, 2000, 4
    found = exponents_of(baker(share, contraction, steps, sequences))
    # λ₁ = −p ln p − q ln q, its variance over T independent steps p q ln²(p/q)/T.
    rest = 1 - share
    wanted = -share * math.log(share) - rest * math.log(rest)
    error = math.sqrt(share * rest / (steps * sequences)) * abs(math.log(share / rest))
    assert float(found.errors[0]) == pytest.approx(error, rel=0.1)
    assert abs(float(found.exponents[0]) - wanted) < 4 * error
    dimension = found.dimension()
    assert dimension.error == pytest.approx(error / abs(math.log(contraction)), rel=0.1)
    assert abs(dimension.value - (1 + wanted / abs(math.log(contraction)))) < 4 * dimension.error


def henon(steps: int) -> Iterator[Tensor]:
    x, y = 0.1, 0.1
    for step in range(steps + 100):
        if step >= 100:
            yield torch.tensor([[[-2.8 * x, 1.0], [0.3, 0.0]]], dtype=torch.float64)
        x, y = 1 - 1.4 * x * x + y, 0.3 * x


def test_the_attractor_of_henon() -> None:
    # λ₁ = .4192, D = 1.258 at a = 1.4, b = .3 (Sprott 2003); the sum is ln b at every step.
    found = exponents_of(henon(8000))
    assert float(found.exponents.sum()) == pytest.approx(math.log(0.3), abs=1e-12)
    assert abs(float(found.exponents[0]) - 0.4192) < 4 * float(found.errors[0])
    dimension = found.dimension()
    assert abs(dimension.value - 1.2583) < 4 * dimension.error
    assert 0 < dimension.error < 0.005


def network_exponents(gain: float) -> Lyapunov:
    network = sample_network(
        CELLS["plain"],
        torch.Generator().manual_seed(1),
        size=64,
        batch=(1,),
        steps=500,
        weight_scale=gain,
        drive_scale=0.0,
    )
    return lyapunov_spectrum(ran(network), burn_in=200)


def test_a_chaotic_network_fills_directions_and_a_stable_one_none() -> None:
    chaotic, stable = network_exponents(2.5).dimension(), network_exponents(0.7).dimension()
    assert chaotic.value - chaotic.half_width > 1
    assert chaotic.value < 32
    assert (stable.value, stable.error) == (0.0, 0.0)


def test_without_enough_exponents_no_dimension_is_told() -> None:
    with pytest.raises(LonglagError, match="ask for more"):
        kaplan_yorke(torch.tensor([1.0, 0.5]), 3)
    assert kaplan_yorke(torch.tensor([1.0, 0.5]), 2) == 2
