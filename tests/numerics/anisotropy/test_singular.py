"""Singular values are those of the products in causal order, whatever their scale."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from longlag.numerics.anisotropy import (
    anisotropy_index,
    captured_energy,
    draw_pairs,
    effective_rank,
    largest_singular,
    lost_energy,
    singular_values,
)
from longlag.numerics.anisotropy.products import unit_products
from longlag.numerics.measurement.block import Block, find_block
from longlag.numerics.measurement.run import Run
from longlag.numerics.networks.network import Network
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.errors import LonglagError
from tests.numerics.anisotropy.conftest import brute_force, run_of

LAGS = (1, 2, 5, 9, 14)


def pairs_of(run: Run, count: int = 4) -> torch.Tensor:
    steps, sequences, _ = run.shape
    generator = torch.Generator().manual_seed(0)
    return draw_pairs(steps, sequences, count, max_lag=LAGS[-1], generator=generator)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("cell", CELLS)
def test_they_are_those_of_the_product_one_factor_after_another(
    cell: str, dtype: torch.dtype
) -> None:
    run = run_of(cell, dtype=dtype)
    pairs, block = pairs_of(run), find_block(run.cell)
    found = singular_values(run, pairs, LAGS, block)
    size = run.shape[2]
    new, previous = (slice(at * size, (at + 1) * size) for at in block.positions)
    for position, lag in enumerate(LAGS):
        for pair, (anchor, sequence) in enumerate(pairs.tolist()):
            product = brute_force(run, anchor, sequence, lag)[new, previous]
            wanted = torch.linalg.svdvals(product)
            values = found.unit[position, pair] * found.norms[position, pair]
            # Jacobians of a float32 trajectory are made in float32 by the reference.
            tolerance = 1e-12 if dtype == torch.float64 else 3e-5
            torch.testing.assert_close(values, wanted, rtol=0, atol=tolerance * float(wanted[0]))


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_the_whole_transport_has_the_block_of_every_pair_of_states(cell: str) -> None:
    run = run_of(cell)
    pairs = pairs_of(run)
    for new in run.cell.states:
        for previous in run.cell.states:
            found = singular_values(run, pairs, (3,), Block(run.cell, previous, new))
            assert found.unit.shape == (1, len(pairs), run.shape[2])
            assert bool((found.unit[..., 0] == 1).all())


def scaled(run: Run, factor: float) -> Run:
    """The same network with every Jacobian multiplied by a number."""

    class Scaled:
        def __getattr__(self, name: str) -> object:
            return getattr(run.functions, name)

        def jacobian(self, *arguments: object, **options: object) -> torch.Tensor:
            return factor * run.functions.jacobian(*arguments, **options)

    return replace(run, functions=Scaled())


@pytest.mark.parametrize("factor", [1e-20, 1e20, 1e-150])
def test_no_scale_moves_the_indices(factor: float) -> None:
    run = replace(run_of("gru"), on_compiled=False)
    pairs, block = pairs_of(run), find_block(run.cell)
    plain = singular_values(run, pairs, LAGS, block)
    found = singular_values(scaled(run, factor), pairs, LAGS, block)
    for index in (anisotropy_index, captured_energy, lost_energy):
        torch.testing.assert_close(index(found.unit, 3), index(plain.unit, 3), rtol=1e-9, atol=0)
    torch.testing.assert_close(effective_rank(found.unit), effective_rank(plain.unit))
    shift = torch.tensor(LAGS, dtype=torch.float64)[:, None] * math.log(factor)
    torch.testing.assert_close(found.logarithm, plain.logarithm + shift, rtol=1e-12, atol=1e-9)


def test_the_order_of_the_factors_counts() -> None:
    run = run_of("gru")
    (anchor, sequence), *_ = pairs_of(run).tolist()
    product = next(iter(unit_products(run, torch.tensor([[anchor, sequence]]), (5,))))
    causal = brute_force(run, anchor, sequence, 5)
    found = product.unit[0] * product.logarithm[0].exp()
    torch.testing.assert_close(found, causal, rtol=1e-12, atol=1e-14)
    reversed_run = replace(
        run,
        network=Network(
            run.cell,
            {k: v.flip(0) for k, v in run.network.state.items()},
            {k: v.flip(0) for k, v in run.network.drive.items()},
            run.network.weight,
            run.network.parameter,
        ),
    )
    wrong = brute_force(reversed_run, run.shape[0] - 1 - (anchor - 4), sequence, 5)
    assert not torch.allclose(found, wrong, rtol=0.1)


@pytest.mark.parametrize("cell", ["gru", "lstm", "plain"])
def test_power_iteration_finds_the_largest_and_says_how_well(cell: str) -> None:
    run = run_of(cell)
    pairs = pairs_of(run)
    found = largest_singular(run, pairs, 6, generator=torch.Generator().manual_seed(1))
    for pair, (anchor, sequence) in enumerate(pairs.tolist()):
        wanted = torch.linalg.svdvals(brute_force(run, anchor, sequence, 6))
        assert float(found.residual[pair]) <= 1e-10
        assert float(found.logarithm[pair].exp()) == pytest.approx(float(wanted[0]), rel=1e-9)


def test_an_index_below_the_rounding_of_the_product_is_no_number() -> None:
    values = torch.tensor([1.0, 1e-3, 1e-18], dtype=torch.float64)
    assert anisotropy_index(values, 2, resolution=1e-15) == pytest.approx(1e3)
    assert torch.isnan(anisotropy_index(values, 3, resolution=1e-15))


def test_shares_of_the_energy_add_up_and_count_all_values() -> None:
    values = torch.tensor([3.0, 2.0, 1.0, 1.0], dtype=torch.float64)
    for rank in range(1, 5):
        assert float(captured_energy(values, rank) + lost_energy(values, rank)) == pytest.approx(1)
    assert float(captured_energy(values, 1)) == pytest.approx(9 / 15)


@pytest.mark.parametrize("lags", [(), (0, 1), (3, 2), (2, 2), (1, 21)])
def test_lags_that_no_product_has_are_refused(lags: tuple[int, ...]) -> None:
    run = run_of("gru")
    with pytest.raises(LonglagError, match="lags"):
        singular_values(run, pairs_of(run), lags, find_block(run.cell))


@pytest.mark.parametrize("rank", [0, 4])
def test_a_rank_that_there_is_not_is_refused(rank: int) -> None:
    with pytest.raises(LonglagError, match="rank"):
        anisotropy_index(torch.ones(3), rank)
