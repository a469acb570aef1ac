"""What a machine does in a second, measured in the same run as all else: two fixed pieces of work.

Seconds of one run are divided by these before they are compared with those of another: a machine
that is twice as fast, or half as busy, is no improvement of longlag.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from sympy import Expr, expand, symbols
from sympy.core.cache import clear_cache

from benchmarks.timing import Yardstick

_PRODUCTS, _SIZE = 256, 96
_LETTERS, _POWER = 5, 7
_REPEATS = 15


@dataclass(frozen=True)
class Measured:
    """The time of a fixed piece of work.

    Args:
        seconds: the median.
        spread: the upper quartile over the lower one, 1 on a machine that does nothing else.
    """

    seconds: float
    spread: float


def _arrays() -> Callable[[], object]:
    """A batched product of matrices in float64."""
    generator = torch.Generator().manual_seed(0)
    left, right = (
        torch.randn(_PRODUCTS, _SIZE, _SIZE, generator=generator, dtype=torch.float64)
        for _ in range(2)
    )
    return lambda: left @ right


def _symbols() -> Callable[[], object]:
    """A power of a sum of letters, written out by SymPy, with nothing remembered."""
    power: Expr = sum(symbols(f"x:{_LETTERS}")) ** _POWER

    def work() -> object:
        clear_cache()
        return expand(power)

    return work


WORK: dict[Yardstick, Callable[[], Callable[[], object]]] = {"arrays": _arrays, "symbols": _symbols}


def measure(repeats: int = _REPEATS) -> dict[Yardstick, Measured]:
    """Return the time of both pieces of work, which take turns.

    Args:
        repeats: of each.
    """
    work = {name: make() for name, make in WORK.items()}
    seconds: dict[Yardstick, list[float]] = {name: [] for name in work}
    for _ in range(repeats + 1):
        for name, function in work.items():
            start = time.perf_counter()
            function()
            seconds[name].append(time.perf_counter() - start)
    # The first of each is warm-up.
    return {name: _of(values[1:]) for name, values in seconds.items()}


def joined(first: Measured, last: Measured) -> Measured:
    """Return one figure of a run from those of its beginning and its end.

    Args:
        first: at the beginning.
        last: at the end; a machine that has become slower meanwhile adds to the spread.
    """
    middle = (first.seconds * last.seconds) ** 0.5
    drift = max(first.seconds, last.seconds) / min(first.seconds, last.seconds)
    return Measured(middle, max(first.spread, last.spread, drift))


def _of(seconds: list[float]) -> Measured:
    low, middle, high = statistics.quantiles(seconds, n=4)
    return Measured(middle, high / low)


__all__ = ["WORK", "Measured", "joined", "measure"]
