"""When a measurement has done enough: its time is used, or its means are known."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from torch import Tensor

from longlag.numerics.measurement.intervals import Intervals
from longlag.theory.errors import LonglagError

#: How much further a measurement goes before its intervals are looked at once more: each look is a
#: chance to stop too early.
_FURTHER = 1.25
#: Blocks before the first look.
_FIRST_LOOK = 16


@dataclass
class Budget:
    """What may be spent, from the moment it is made.

    Args:
        seconds: of time; None for no limit.
        precision: half of a 95 % interval over its mean, at every lag and of every reading; None to
            go on to the end.

    Raises:
        LonglagError: a number that is not positive and finite.
    """

    seconds: float | None
    precision: float | None

    def __post_init__(self) -> None:
        rules = {
            "seconds": "a budget is time to measure in",
            "precision": "it is half the width of an interval over its mean",
        }
        for name, rule in rules.items():
            value = getattr(self, name)
            if value is None:
                continue
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not number or not 0 < value < math.inf:
                raise LonglagError(f"{name} {value!r}", rule, "give a positive number")
        self._started = time.perf_counter()
        self._look = _FIRST_LOOK

    @property
    def share(self) -> float:
        """The share of the time that is used, at most 1; 0 without a limit."""
        if self.seconds is None:
            return 0.0
        return min(1.0, (time.perf_counter() - self._started) / self.seconds)

    def is_spent(
        self,
        blocks: int,
        means: Callable[[], Mapping[str, Tensor]],
        intervals: Callable[[], Intervals],
    ) -> bool:
        """Return whether it is time to stop.

        Args:
            blocks: how many were measured.
            means: of the readings, at every lag.
            intervals: of these.
        """
        if self.share >= 1.0:
            return True
        if self.precision is None or blocks < self._look:
            return False
        self._look = math.ceil(_FURTHER * blocks)
        return intervals().relative(means()) <= self.precision


__all__ = ["Budget"]
