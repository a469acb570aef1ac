"""Both splits of a network at every lag, against products multiplied out; where they are exact."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import nn

from longlag.numerics.checks.lag import reference_parts
from longlag.numerics.generate import generate
from longlag.numerics.lags.products import expand, ordered_product, trajectory
from longlag.numerics.measurement.splits import measure_splits
from longlag.numerics.networks.sampling import sample_network
from longlag.theory import LonglagError
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.transport.jacobian import Split

SPLITS: tuple[Split, ...] = ("leak", "gate")
LAGS = 5
UNGATED = [name for name, cell in CELLS.items() if not cell.graph.gates]


@pytest.mark.parametrize("name", CELLS)
def test_every_cell_is_measured_as_autograd_and_products_say(name: str) -> None:
    generator = torch.Generator().manual_seed(3)
    cell = CELLS[name]
    network = sample_network(cell, generator, size=5, steps=LAGS, weight_scale=1.0, drive_scale=0.5)
    # One anchor reaches all lags: the last step.
    report = measure_splits(network, max_lag=LAGS, pairs=1)
    run = trajectory(generate(cell), network)
    for split in SPLITS:
        local, recurrent = reference_parts(run, split)
        for lag in range(1, LAGS + 1):
            kept = expand(local[:lag], recurrent[:lag], 1).sum(0)
            exact = ordered_product((local + recurrent)[:lag])
            found = float(report.splits[split].remainder[lag - 1, 0])
            if kept.norm() == 0:
                assert found == math.inf
                continue
            assert found == pytest.approx(float((exact - kept).norm() / kept.norm()), abs=1e-12)


@pytest.mark.parametrize("name", CELLS)
def test_it_is_exactly_zero_where_nothing_is_left_out(name: str) -> None:
    generator = torch.Generator().manual_seed(0)
    network = sample_network(
        CELLS[name], generator, size=4, steps=8, weight_scale=1.0, drive_scale=0.5
    )
    report = measure_splits(network, max_lag=6)
    assert report.remainder("leak")[0] == report.remainder("gate")[0] == 0
    later = report.remainder("gate")[1:]
    assert bool((later == 0).all()) == (name in UNGATED)
    assert bool((report.remainder("leak")[1:] > 0).all())
    torch.testing.assert_close(report.splits["gate"].first_order[0], report.exact[0])


def test_tiny_remainders_are_no_roundoff() -> None:
    generator = torch.Generator().manual_seed(0)
    network = sample_network(
        CELLS["diag_gate"], generator, size=6, steps=9, weight_scale=1e-7, drive_scale=0.3
    )
    report = measure_splits(network, max_lag=8)
    # The remainder is of second order in the weights, far below one rounding of the product.
    for split in SPLITS:
        assert bool((report.remainder(split)[1:] < 1e-11).all())
        assert bool((report.remainder(split)[1:] > 0).all())


def trained_gru() -> tuple[nn.GRU, torch.Tensor]:
    """A GRU after fifty steps of recalling the mean of its input."""
    torch.manual_seed(0)
    gru, readout = nn.GRU(2, 24), nn.Linear(24, 1)
    optimiser = torch.optim.Adam([*gru.parameters(), *readout.parameters()], lr=1e-2)
    for _ in range(50):
        x = torch.rand(30, 16, 2)
        loss = (readout(gru(x)[0][-1]) - x[..., :1].mean(0)).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return gru, torch.rand(60, 4, 2)


def test_of_a_trained_network_one_sees_which_split_is_the_better_and_until_when() -> None:
    module, x = trained_gru()
    report = measure_splits(module, x, max_lag=32, pairs=8)
    assert report.better_until("gate", "leak") == 32
    assert report.better_until("leak", "gate") == 1
    assert float(report.remainder("leak")[15]) > 3 * float(report.remainder("gate")[15]) > 0
    told = report.to_dict([1, 16])
    assert told["lags"] == [1, 16]
    assert told["splits"]["gate"]["remainder"][0] == 0


def test_a_pair_that_does_not_reach_a_lag_does_not_count() -> None:
    report = measure_splits(nn.RNN(1, 3), torch.ones(6, 1), max_lag=6, pairs=4)
    assert report.exact.shape == (6, 4)
    assert report.exact.isnan().sum(-1).tolist() == sorted(report.exact.isnan().sum(-1).tolist())
    assert not bool(report.remainder("gate").isnan().any())
    # The leak split of a plain cell keeps nothing from lag 2 on.
    assert report.remainder("leak").tolist() == [0.0, *[math.inf] * 5]
    assert report.to_dict()["splits"]["leak"]["remainder"][1] is None


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        ({"splits": ("gates",)}, "choose of leak, gate"),
        ({"splits": ()}, "choose of leak, gate"),
        ({"max_lag": 9}, "no product of so many factors"),
        ({"max_lag": 0}, "counts steps"),
        ({"memory_limit": 10}, "may be used"),
    ],
)
def test_what_cannot_be_measured_is_told(options: dict[str, Any], rule: str) -> None:
    with pytest.raises(LonglagError, match=rule):
        measure_splits(nn.RNN(1, 3), torch.ones(6, 1), **{"max_lag": 4, **options})
