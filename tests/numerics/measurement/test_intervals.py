"""Intervals of means hold as often as they say, and those that forget something do not."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from longlag.numerics.measurement.intervals import BlockSeries, Intervals, drawn_intervals
from longlag.theory import LonglagError

TRIALS = 400


def test_drawn_intervals_hold_the_ratio_of_a_finite_population() -> None:
    """Blocks of unequal counts; without the share that was drawn intervals are too wide."""
    generator = torch.Generator().manual_seed(0)
    count = torch.randint(5, 20, (60, 1), generator=generator).double()
    sums = count * (1 + torch.rand(60, 1, generator=generator, dtype=torch.float64))
    truth = sums.sum() / count.sum()
    held = 0
    for _ in range(TRIALS):
        some = torch.randperm(60, generator=generator)[:40]
        found = drawn_intervals({"f": sums[some]}, count[some], every=60, seed=0)
        mean = sums[some].sum() / count[some].sum()
        held += bool((mean - truth).abs() <= found.half["f"][0])
    # Four standard errors of the share around 95 %.
    assert abs(held / TRIALS - 0.95) < 4 * math.sqrt(0.95 * 0.05 / TRIALS)


def test_of_every_block_nothing_is_left_open_and_of_few_everything() -> None:
    values, count = torch.rand(10, 2, dtype=torch.float64), torch.ones(10, 2, dtype=torch.float64)
    assert not drawn_intervals({"f": values}, count, every=10, seed=0).half["f"].any()
    few = drawn_intervals({"f": values[:7]}, count[:7], every=10, seed=0)
    assert bool(few.half["f"].isnan().all())
    with pytest.raises(LonglagError, match="drawn without replacement"):
        drawn_intervals({"f": values}, count, every=9, seed=0)


def correlated(steps: int, sequences: int, generator: torch.Generator, memory: float) -> Tensor:
    """AR(1) of mean 0, shape (T, B), from its stationary law."""
    noise = torch.randn(steps, sequences, generator=generator, dtype=torch.float64)
    values = [noise[0] / math.sqrt(1 - memory**2)]
    for each in noise[1:]:
        values.append(memory * values[-1] + each)
    return torch.stack(values)


@pytest.mark.parametrize("sequences", [1, 9])
def test_intervals_of_a_correlated_process_hold_where_those_of_independent_blocks_fail(
    sequences: int,
) -> None:
    generator = torch.Generator().manual_seed(1)
    one = torch.ones(1, dtype=torch.float64)
    held = naive = 0
    for _ in range(TRIALS // 2):
        values = correlated(512, sequences, generator, 0.9)
        series = BlockSeries(["f"], "f")
        for each in values:
            series.add({"f": each[:, None]}, one)
        found = series.intervals()
        held += bool(values.mean().abs() <= found.half["f"][0])
        naive += bool(values.mean().abs() <= 1.96 * values.std() / math.sqrt(values.numel()))
    assert held / (TRIALS // 2) > 0.85
    assert naive / (TRIALS // 2) < 0.6


def test_a_long_stream_keeps_no_more_blocks_than_a_short_one() -> None:
    series = BlockSeries(["f"], "f")
    one = torch.ones(1, dtype=torch.float64)
    sizes = set()
    for step in range(5000):
        series.add({"f": torch.tensor([[math.sin(step)]], dtype=torch.float64)}, one)
        sizes.add(len(series._blocks))
    assert max(sizes) < 128
    assert series.intervals().blocks >= 8


def test_what_is_relative_to_a_mean_of_zero_is_unknown_unless_it_never_varies() -> None:
    def of(half: float) -> Intervals:
        return Intervals({"f": torch.tensor([half])}, 0.95, "", 9, None)

    assert of(0.0).relative({"f": torch.tensor([0.0])}) == 0
    assert of(0.1).relative({"f": torch.tensor([0.0])}) == math.inf
    assert of(math.nan).relative({"f": torch.tensor([1.0])}) == math.inf
    assert of(0.1).relative({"f": torch.tensor([-2.0])}) == pytest.approx(0.05)
