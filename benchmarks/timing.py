"""Interleaved timing: machines drift, so alternatives take turns and medians are compared."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

#: What seconds are divided by before runs are compared: array work, or work on expressions.
Yardstick = Literal["arrays", "symbols"]


@dataclass(frozen=True)
class Row:
    """One line of the table: what was measured, the figure, the goal, and whether it is met.

    Args:
        what: was measured.
        against: what it is compared with.
        figure: in words.
        goal: in words.
        met: whether it is.
        cost: what should not grow between runs: seconds, or how many times as long as another;
            None where a line is no matter of time.
        yardstick: which one its seconds are divided by; None where the cost is a ratio already.
        name: tells the line from others in every run; what and against where they hold no figures.
    """

    what: str
    against: str
    figure: str
    goal: str
    met: bool
    cost: float | None = None
    yardstick: Yardstick | None = None
    name: str = ""

    @property
    def key(self) -> str:
        """What the line is called in every run."""
        return self.name or f"{self.what}, against {self.against}"


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


def absolute(
    what: str,
    seconds: float,
    limit: float,
    against: str = "wall clock",
    *,
    yardstick: Yardstick = "arrays",
    name: str = "",
) -> Row:
    """Return the row of an absolute limit in seconds."""
    unit, scale = ("s", 1.0) if limit >= 10 else ("ms", 1e3)
    figure, goal = f"{seconds * scale:.3g} {unit}", f"< {limit * scale:g} {unit}"
    return Row(what, against, figure, goal, seconds < limit, seconds, yardstick, name)


def at_most(what: str, against: str, ratio: float, limit: float, *, name: str = "") -> Row:
    """Return the row of a ratio that should stay below a limit."""
    return Row(what, against, f"{ratio:.2f}×", f"≤ {limit:g}×", ratio <= limit, ratio, name=name)


def at_least(what: str, against: str, ratio: float, limit: float, *, name: str = "") -> Row:
    """Return the row of a speed-up that should reach a limit."""
    figure, goal = f"{ratio:.1f}×", f"≥ {limit:g}×"
    return Row(what, against, figure, goal, ratio >= limit, 1 / ratio, name=name)
