"""Blocks of anchors that are drawn at random say what all anchors say, within their intervals."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from longlag.numerics import measure_transport
from longlag.numerics.measurement import TransportReport, sampled
from longlag.numerics.networks.network import Network
from longlag.numerics.networks.sampling import sample_network
from longlag.theory import LonglagError
from longlag.theory.cells import CELLS
from tests.numerics.measurement.test_stream import assert_same

LAGS = 8


def gru() -> nn.GRU:
    torch.manual_seed(0)
    return nn.GRU(2, 4, dtype=torch.float64)


def inputs(steps: int = 1500, sequences: int = 3) -> Tensor:
    generator = torch.Generator().manual_seed(1)
    return torch.randn(steps, sequences, 2, generator=generator, dtype=torch.float64)


def test_a_budget_that_suffices_gives_the_numbers_of_every_anchor() -> None:
    x = inputs()
    whole = measure_transport(gru(), x, max_lag=LAGS, burn_in=50)
    found = measure_transport(gru(), x, max_lag=LAGS, burn_in=50, seconds=1e4)
    assert found.provenance.coverage == "every anchor"
    assert found.intervals is not None
    assert found.intervals.relative({"exact": found.exact}) == 0
    for name in whole.per_neuron:
        assert torch.allclose(found.per_neuron[name], whole.per_neuron[name], rtol=1e-12, atol=0)
    assert torch.allclose(found.frobenius, whole.frobenius, rtol=1e-12)
    assert torch.allclose(found.time_scales, whole.time_scales, rtol=1e-10)


@pytest.mark.parametrize("name", ["linear_recurrent_unit", "mamba"])
def test_cells_without_a_recurrent_part_are_drawn_too(name: str) -> None:
    given: Network = sample_network(
        CELLS[name], torch.Generator().manual_seed(2), size=3, batch=(2,), steps=300
    )
    whole = measure_transport(given, max_lag=LAGS)
    found = measure_transport(given, max_lag=LAGS, seconds=1e4)
    assert found.provenance.route == "diagonal"
    for reading in whole.readings:
        assert torch.allclose(found.per_neuron[reading], whole.per_neuron[reading], rtol=1e-10)


def test_precision_ends_it_and_one_seed_draws_the_same_blocks() -> None:
    x = inputs(6000)

    def measured(seed: int) -> TransportReport:
        return measure_transport(gru(), x, max_lag=LAGS, exact=False, precision=0.1, seed=seed)

    found, again, other = measured(1), measured(1), measured(2)
    assert found.intervals is not None
    assert found.intervals.seed == 1
    means = {name: found.per_neuron[name].sum(-1) for name in found.readings}
    assert found.intervals.relative(means) <= 0.1
    assert "precise enough" in found.provenance.coverage
    assert found.intervals.blocks < 141
    assert_same(found, again)
    assert not torch.equal(found.first_order, other.first_order)


def test_intervals_hold_the_mean_over_every_anchor_as_often_as_they_say() -> None:
    """Draws of one run by many seeds; the next lag's mean stands for a wrong one."""
    x = inputs(2000, 2)
    whole = measure_transport(gru(), x, max_lag=LAGS, exact=False)
    held = moved = 0
    seeds = range(40)
    for seed in seeds:
        found = measure_transport(gru(), x, max_lag=LAGS, exact=False, precision=0.3, seed=seed)
        assert found.intervals is not None
        half = found.intervals.half["first_order"][2]
        held += bool((found.first_order[2] - whole.first_order[2]).abs() <= half)
        moved += bool((found.first_order[2] - whole.first_order[3]).abs() <= half)
    # Of 40 at 95 %, fewer than 33 are held with probability 0.0007.
    assert held >= 33
    assert moved <= 4


def test_an_interrupt_keeps_what_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    made, calls = sampled.segment_sums, 0

    def interrupted(*arguments: object) -> object:
        nonlocal calls
        calls += 1
        if calls == 12:
            raise KeyboardInterrupt
        return made(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(sampled, "segment_sums", interrupted)
    found = measure_transport(gru(), inputs(), max_lag=LAGS, seconds=1e4)
    assert found.provenance.coverage == "11 of 66 blocks of anchors, interrupted"
    assert found.intervals is not None
    assert bool(found.intervals.half["exact"].isfinite().all())
    calls = 11
    with pytest.raises(KeyboardInterrupt):
        measure_transport(gru(), inputs(), max_lag=LAGS, seconds=1e4)


def test_a_run_that_takes_half_of_the_time_counts_as_far_as_it_went() -> None:
    found = measure_transport(gru(), inputs(5000, 1), max_lag=LAGS, seconds=1e-6)
    assert found.provenance.steps == 1024
    assert "in the first 1024 of 5000 steps, time used" in found.provenance.coverage


@pytest.mark.parametrize("wrong", [0, -3.0, float("nan")])
def test_a_budget_is_positive_and_draws_no_single_anchors(wrong: float) -> None:
    x = inputs(100)
    with pytest.raises(LonglagError, match="seconds"):
        measure_transport(gru(), x, max_lag=LAGS, seconds=wrong)
    with pytest.raises(LonglagError, match="precision"):
        measure_transport(gru(), x, max_lag=LAGS, precision=wrong)
    with pytest.raises(LonglagError, match="per_anchor"):
        measure_transport(gru(), x, max_lag=LAGS, seconds=1, per_anchor=True)
    with pytest.raises(LonglagError, match="seed -1"):
        measure_transport(gru(), x, max_lag=LAGS, seconds=1, seed=-1)
