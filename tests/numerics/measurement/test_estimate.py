"""What a measurement costs is told within a factor of 1.5 by shorter ones."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from longlag.numerics import measure_transport
from longlag.numerics.lags.exact import exact_memory
from longlag.numerics.measurement import measure
from longlag.numerics.measurement.estimate import estimated_seconds, is_long
from longlag.numerics.measurement.footprint import likely_bytes, memory_needed
from longlag.theory.cells import CELLS

FACTOR = 1.5


def cost(steps: int, sequences: int, max_lag: int, *, width: int, fixed: float = 0.02) -> float:
    """Seconds by the operations that are counted: levels of products, and diagonals."""
    # A window is no longer than the run.
    pairs = steps * max_lag - max_lag * (max_lag - 1) / 2
    products = steps * width**3 * (2 + math.log2(max_lag)) + pairs * width**2
    return fixed + sequences * products / 1e10


@pytest.mark.parametrize(
    ("steps", "sequences", "max_lag", "width"),
    [
        (100_000, 1, 64, 64),
        (2_000, 64, 256, 64),
        (4_000, 1, 512, 128),
        (3_000, 2, 1024, 32),
        (1_000, 4, 64, 512),
        (200, 4, 150, 256),
    ],
)
def test_shorter_measurements_tell_long_ones(
    steps: int, sequences: int, max_lag: int, width: int
) -> None:
    spent = 0.0

    def timed(t: int, b: int, lag: int) -> float:
        nonlocal spent
        assert 1 <= lag <= t <= steps
        assert 1 <= b <= sequences
        found = cost(t, b, lag, width=width)
        spent += found
        return found

    actual = cost(steps, sequences, max_lag, width=width)
    found = estimated_seconds(timed, steps, sequences, max_lag, width=width)
    assert actual / FACTOR < found < actual * FACTOR
    # It is no estimate if it takes as long.
    assert spent < actual / 2
    # A line through nothing at the short end misses the diagonals.
    assert not actual / FACTOR < timed(min(steps, 2 * max_lag), 1, max_lag) < actual * FACTOR


def test_noise_makes_no_estimate_negative() -> None:
    times = iter([1.0, 0.5])
    assert estimated_seconds(lambda *at: next(times), 100_000, 1, 32, width=8) == 0.5
    for one, two in ((1.0, 0.9), (0.1, 9.0)):
        pair = iter([one, two])
        assert estimated_seconds(lambda *at, pair=pair: next(pair), 1000, 1, 512, width=8) > two


def test_only_what_may_be_long_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[float, int]] = []
    gru, x = nn.GRU(1, 8), torch.ones(300, 1)

    def begun(seconds: float, size: int) -> None:
        told.append((seconds, size))

    measure_transport(gru, x, max_lag=16, begun=begun)
    assert not told
    assert not is_long(300, 1, 8, 16)
    monkeypatch.setattr(measure, "is_long", lambda *sizes: True)
    report = measure_transport(gru, x, max_lag=16, begun=begun)
    ((seconds, size),) = told
    assert 0 < seconds < 100
    assert 2**20 < size < 2**28
    assert torch.equal(report.exact, measure_transport(gru, x, max_lag=16).exact)


def test_memory_is_told_between_its_ends() -> None:
    shape = (1000, 4, 64)
    options = {"max_lag": 64, "per_anchor": False, "pairs": 16}
    most = memory_needed(CELLS["gru"], shape, 4, **options)  # type: ignore[arg-type]
    least = memory_needed(CELLS["gru"], shape, 4, widened=False, **options)  # type: ignore[arg-type]
    assert sum(least.values()) / 2 < likely_bytes(most, least) < sum(most.values())
    assert likely_bytes(most, most) > likely_bytes(most, least) > likely_bytes(least, least)
    # Of float64 nothing is widened.
    place = {"max_lag": 64, "frobenius": True, "per_anchor": False}
    both = [exact_memory(500, 2, 1, 32, 8, widened=w, **place) for w in (True, False)]  # type: ignore[arg-type]
    assert both[0] == both[1]
