"""What a measurement is said to take against what it takes; a stream against the whole input."""

from __future__ import annotations

import time
from collections.abc import Callable

import torch
from torch import Tensor, nn

from benchmarks.timing import Row, at_most, fastest
from longlag.numerics import measure_transport
from longlag.numerics.measurement import measure_stream

#: H, T, sequences and the longest lag, of seconds each.
_CASES = ((64, 10_000, 1, 64), (32, 1500, 64, 64), (64, 2500, 1, 512), (128, 1500, 1, 256))
_FACTOR, _STREAMED = 1.5, 1.3


def network(size: int, steps: int, sequences: int) -> tuple[nn.GRU, Tensor]:
    """A GRU and white noise."""
    torch.manual_seed(0)
    return nn.GRU(2, size), torch.randn(steps, sequences, 2)


def told() -> list[Row]:
    """The larger of estimate over time and time over estimate."""
    rows = []
    for size, steps, sequences, max_lag in _CASES:
        gru, x = network(size, steps, sequences)
        seconds: list[float] = []
        measure_transport(
            gru, x, max_lag=max_lag, begun=lambda time, size, kept=seconds: kept.append(time)
        )
        rows.append(
            _row(
                "measure_transport",
                (size, steps, sequences, max_lag),
                seconds[0],
                whole(gru, x, max_lag),
            )
        )
    size, steps, sequences, max_lag = _CASES[0]
    gru, x = network(size, steps, sequences)
    seconds = []
    started = time.perf_counter()
    measure_stream(
        gru, x, max_lag=max_lag, begun=lambda time, size, kept=seconds: kept.append(time)
    )
    spent = time.perf_counter() - started
    rows.append(_row("measure_stream", _CASES[0], seconds[0], spent))
    return rows


def whole(gru: nn.GRU, x: Tensor, max_lag: int) -> float:
    """Seconds of a measurement of every anchor."""
    started = time.perf_counter()
    measure_transport(gru, x, max_lag=max_lag)
    return time.perf_counter() - started


def streamed() -> list[Row]:
    """Every anchor in segments, and all at once."""
    size, steps, sequences, max_lag = _CASES[0]
    gru, x = network(size, steps, sequences)
    candidates: dict[str, Callable[[], object]] = {
        "stream": lambda: measure_stream(gru, x, max_lag=max_lag),
        "whole": lambda: measure_transport(gru, x, max_lag=max_lag),
    }
    seconds = fastest(candidates, repeats=3)
    what = f"measure_stream, GRU H={size}, T={steps}, lags to {max_lag}"
    return [at_most(what, "measure_transport", seconds["stream"] / seconds["whole"], _STREAMED)]


def _row(what: str, case: tuple[int, int, int, int], estimate: float, actual: float) -> Row:
    size, steps, sequences, max_lag = case
    named = f"{what}, GRU H={size}, T={steps}, {sequences} sequences, lags to {max_lag}"
    return at_most(
        f"{named}: estimate {estimate:.1f} s",
        f"the {actual:.1f} s it takes",
        max(estimate / actual, actual / estimate),
        _FACTOR,
    )


def run() -> list[Row]:
    """All of them."""
    return [*told(), *streamed()]
