"""How long a measurement of every anchor will take, from shorter ones of the same network."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace

from longlag.numerics.measurement.run import Run

#: Sequences that stand for more of them, from twice as many on.
_SEQUENCES = 16
#: From so many lags in the steps on, the time is a line in them: two points of it are measured.
_LINEAR, _POINTS = 64, (4, 8)
#: Shares of steps and lags that stand for all where the steps are few lags.
_SHARES = (1 / 16, 1 / 8)
#: No shorter lag stands for a long one: it would be measured by another route.
_SHORTEST = 12
#: Operations in a second, more than a core does, for what is not worth an estimate.
_FAST, _WORTH = 1e10, 2.0


def is_long(steps: int, sequences: int, width: int, max_lag: int) -> bool:
    """Return whether a measurement may take so long that an estimate is worth its time.

    It counts the operations of O(T log L n³ + T L n²).

    Args:
        steps: T.
        sequences: B.
        width: the rows n of a Jacobian.
        max_lag: L.

    >>> is_long(1000, 1, 16, 32), is_long(100_000, 8, 128, 256)
    (False, True)
    """
    return _operations(steps * sequences, width, max_lag) > _FAST * _WORTH


def _operations(steps: int, width: int, max_lag: int) -> float:
    """Multiplications and additions: of products at every level, and of diagonals at every lag."""
    return 2 * steps * (width**3 * (2 + math.log2(max_lag)) + max_lag * width**2)


def seconds_left(
    run: Run, measured: Callable[[Run, int], object], max_lag: int, *, width: int
) -> float:
    """Return the seconds that a run takes to be measured, by measuring parts of it.

    Args:
        run: the run.
        measured: measures a run up to a lag.
        max_lag: the longest lag.
        width: the rows n of a Jacobian.
    """
    steps, sequences, _ = run.shape

    def timed(steps: int, sequences: int, max_lag: int) -> float:
        started = time.perf_counter()
        part = run.part(slice(0, steps), slice(0, sequences))
        measured(replace(run, network=part), max_lag)
        return time.perf_counter() - started

    # What is compiled or read once is not to be multiplied.
    timed(min(steps, 2 * _SHORTEST), 1, min(steps, _SHORTEST))
    return estimated_seconds(timed, steps, sequences, max_lag, width=width)


def estimated_seconds(
    timed: Callable[[int, int, int], float], steps: int, sequences: int, max_lag: int, *, width: int
) -> float:
    """Return the seconds that a measurement of all steps, sequences and lags takes.

    Sequences cost the same each. So does a step, once the steps are many lags; else shares s of
    steps and lags alike are measured and a s log(s L) + b s² is put through them: products of n³
    operations for each step and level, diagonals for each step and lag; where those lags would be
    too short, one share is, times the operations of the whole over its own. Derived here.

    Args:
        timed: returns the seconds that some steps, sequences and lags take.
        steps: T.
        sequences: B.
        max_lag: L.
        width: the rows n of a Jacobian.

    >>> estimated_seconds(lambda t, b, lag: 0.5 * t * b, 100_000, 64, 32, width=8)
    3200000.0
    """
    some = _SEQUENCES if sequences >= 2 * _SEQUENCES else sequences
    if steps >= _LINEAR * max_lag:
        at = [factor * max(max_lag, _SHORTEST) for factor in _POINTS]
        times = [timed(each, some, max_lag) for each in at]
        slope = max((times[1] - times[0]) / (at[1] - at[0]), 0.0)
        whole = times[1] + slope * (steps - at[1])
    elif max_lag * _SHARES[0] < _SHORTEST:
        # One share alone is short enough, and by what its operations are it tells the whole.
        lag = min(max(round(_SHARES[1] * max_lag), _SHORTEST), max_lag)
        part = max(lag, round(steps * max(_SHARES[1], min(lag / max_lag, 0.25))))
        whole = timed(part, some, lag)
        whole *= _operations(steps, width, max_lag) / _operations(part, width, lag)
    else:
        lags = [round(share * max_lag) for share in _SHARES]
        times = [timed(round(s * steps), some, lag) for s, lag in zip(_SHARES, lags, strict=True)]
        whole = _extrapolated(times, lags, max_lag)
    return whole * sequences / some


def _extrapolated(times: list[float], lags: list[int], max_lag: int) -> float:
    """Put a x log x + b x² through two times at two lags x, neither negative."""
    (x, y), (one, two) = lags, times
    levels = [each * math.log2(each) for each in (x, y, max_lag)]
    determinant = levels[0] * y**2 - levels[1] * x**2
    a = (one * y**2 - two * x**2) / determinant
    b = (levels[0] * two - levels[1] * one) / determinant
    if a < 0 or b < 0:
        # Noise: the larger of both times tells more.
        a, b = (two / levels[1], 0.0) if b < 0 else (0.0, two / y**2)
    return a * levels[2] + b * max_lag**2


__all__ = ["estimated_seconds", "is_long", "seconds_left"]
