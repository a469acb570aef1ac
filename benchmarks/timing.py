"""Interleaved timing: machines drift, so alternatives take turns and medians are compared."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One line of the table: what was measured, the figure, the goal, and whether it is met."""

    what: str
    against: str
    figure: str
    goal: str
    met: bool


def medians(
    candidates: Mapping[str, Callable[[], object]], repeats: int = 15, warmup: int = 2
) -> dict[str, float]:
    """Return the median seconds of each candidate, run in turns."""
    taken = in_turns(candidates, repeats, warmup)
    return {name: statistics.median(values) for name, values in taken.items()}


def fastest(
    candidates: Mapping[str, Callable[[], object]],
    repeats: int = 5,
    warmup: int = 1,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, float]:
    """Return the least seconds of each candidate, run in turns: what a shared machine can do."""
    taken = in_turns(candidates, repeats, warmup, clock)
    return {name: min(values) for name, values in taken.items()}


def in_turns(
    candidates: Mapping[str, Callable[[], object]],
    repeats: int,
    warmup: int,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, list[float]]:
    """Return the seconds that each candidate took, run in turns."""
    for function in candidates.values():
        for _ in range(warmup):
            function()
    seconds: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(repeats):
        for name, function in candidates.items():
            start = clock()
            function()
            seconds[name].append(clock() - start)
    return seconds


def absolute(what: str, seconds: float, limit: float, against: str = "") -> Row:
    """Return the row of an absolute limit in seconds."""
    figure, goal = f"{seconds * 1e3:.3g} ms", f"< {limit * 1e3:g} ms"
    return Row(what, against or "wall clock", figure, goal, seconds < limit)


def at_most(what: str, against: str, ratio: float, limit: float) -> Row:
    """Return the row of a ratio that should stay below a limit."""
    return Row(what, against, f"{ratio:.2f}×", f"≤ {limit:g}×", ratio <= limit)


def at_least(what: str, against: str, ratio: float, limit: float) -> Row:
    """Return the row of a speed-up that should reach a limit."""
    return Row(what, against, f"{ratio:.1f}×", f"≥ {limit:g}×", ratio >= limit)
